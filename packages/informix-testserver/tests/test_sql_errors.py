"""Syntax errors: Informix's code, the offset of the first token that does not fit, the name of what is missing."""

import pytest
from informix_testserver.engine import SqlError
from informix_testserver.sql import parse

ERRORS: list[tuple[str, int, str]] = [
    # text with the offending place marked by ^ before it, code, token
    ("^selec * from t", -201, ""),
    ("^", -201, ""),
    (" ; ^", -201, ""),
    ("select * ^form t", -201, ""),
    ("select a, ^from t", -201, ""),
    ("select ^? from t", -201, ""),
    ("select a, ^? b from t", -201, ""),
    ("select 1^", -201, ""),
    ("select a from ^where a = 1", -201, ""),
    ("select a from t where ^", -201, ""),
    ("select a from t group ^a", -201, ""),
    ("select a from t join u^", -201, ""),
    ("select a from t order by a ^b", -201, ""),
    ("select first ^1.5 a from t", -201, ""),
    ("insert ^t values (1)", -201, ""),
    ("insert into t (a, ^) values (1)", -201, ""),
    ("insert into t values (1)^, (2)", -201, ""),
    ("insert into t values ^1", -201, ""),
    ("update t a ^= 1", -201, ""),
    ("update t set a ^1", -201, ""),
    ("delete from ^where a = 1", -201, ""),
    ("create table t (a ^)", -201, ""),
    ("create table t (a int^", -201, ""),
    ("create table t (a int) ^nonsense", -201, ""),
    ("create ^nonsense x", -201, ""),
    ("drop ^nonsense x", -201, ""),
    ("alter table t ^nonsense", -201, ""),
    ("set ^nonsense", -201, ""),
    ("set isolation to ^nonsense", -201, ""),
    ("begin work ^now", -201, ""),
    ("begin work; ^nonsense", -201, ""),
    ("select a from t where a = ^#", -202, ""),
    ("select a from t where a = ^'x", -282, ""),
    ("select a from t ^{ x", -283, ""),
    ("create table t (a datetime ^second to day)", -1268, ""),
    ("^load from 'x' insert into t", -513, "LOAD"),
    ("^declare c cursor for select a from t", -513, "DECLARE"),
    ("^execute immediate 'x'", -513, "EXECUTE IMMEDIATE"),
    ("^create aggregate a", -513, "CREATE AGGREGATE"),
    ("^create opaque type o (internallength = 4)", -513, "CREATE OPAQUE TYPE"),
    ("^create cast (a as b)", -513, "CREATE CAST"),
    ("^alter fragment on table t init in dbs", -513, "ALTER FRAGMENT"),
    ("^drop opclass o restrict", -513, "DROP OPCLASS"),
]


@pytest.mark.parametrize(("marked", "code", "token"), ERRORS)
def test_errors(marked: str, code: int, token: str) -> None:
    offset = marked.find("^") + 1
    text = marked.replace("^", "", 1)
    with pytest.raises(SqlError) as caught:
        parse(text)
    assert (caught.value.sqlcode, caught.value.isam, caught.value.token) == (code, 0, token)
    assert caught.value.offset == offset
