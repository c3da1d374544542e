"""What is not supported is refused by its SQL name, and nothing else is refused in that way."""

import ast
import inspect
from pathlib import Path
from typing import Any

import informix_testserver
import pytest
from informix_testserver.memory.binder import BINDERS
from informix_testserver.sql import ast as tree

PACKAGE = Path(informix_testserver.__file__).parent
SOURCES = [*PACKAGE.glob("memory/*.py"), *PACKAGE.glob("sql/*.py")]
REFUSALS = (-513, -999)

REFUSED = [
    ("select multiset(select a from t) from t", -999, "MULTISET(SELECT …)"),
    ("select a from t where row(a, b) < row(b, a)", -999, "ROW comparison"),
    (
        "select sum(a) over (order by b rows between a preceding and current row) from t",
        -999,
        "computed frame bound",
    ),
    ("select x.a from t, lateral (select a from t) x", -999, "LATERAL"),
    ("select a from t connect by prior a = b", -999, "CONNECT BY"),
    ("select prior a from t", -999, "PRIOR"),
    ("select dbinfo('get_tz') from t", -999, "DBINFO('get_tz')"),
    ("select get_codeset() from t", -999, "GET_CODESET"),
    ("select to_char(interval(1) day to day, '%d') from t", -999, "TO_CHAR of this type with a format"),
    ("select to_char(a, '9,999') from t", -999, "TO_CHAR of a number with the format 9,999"),
    ("insert into t (c) values (filetoblob('/etc/passwd', 'server'))", -999, "file on the server"),
    ("select a from t into external x", -513, "SELECT INTO EXTERNAL"),
    ("select a from t into ?", -513, "SELECT INTO variables"),
    ("select a into x from t", -513, "SELECT INTO variables"),
    ("create index i on t (upper(d))", -513, "CREATE INDEX on a function"),
    ("create table x of type y", -513, "CREATE TABLE … OF TYPE"),
    ("create external table x (a int) using (datafiles('disk:/x'))", -513, "CREATE EXTERNAL TABLE"),
    ("create row type x (a int) under y", -999, "CREATE ROW TYPE … UNDER"),
    ("create procedure p() end procedure", -513, "CREATE PROCEDURE"),
    ("create function p() returning int; return 1; end function", -513, "CREATE FUNCTION"),
    ("create trigger r insert on t for each row (delete from t)", -513, "CREATE TRIGGER"),
    ("create opaque type x (internallength = 4)", -513, "CREATE OPAQUE TYPE"),
    ("rename trigger x to y", -513, "RENAME TRIGGER"),
    ("set constraints tp filtering", -513, "SET CONSTRAINTS FILTERING"),
    ("execute immediate 'begin work'", -513, "EXECUTE IMMEDIATE"),
    ("delete from t using u where t.a = u.a", -513, "DELETE … USING"),
    ("insert into table(t) values (1)", -513, "INSERT INTO TABLE(collection)"),
    ("load from 'x' insert into t", -513, "LOAD"),
    ("info tables", -513, "INFO"),
]


@pytest.mark.parametrize(("sql", "code", "token"), REFUSED)
def test_refused_by_name(db: Any, sql: str, code: int, token: str) -> None:
    db.run("create table t (a int, b int, c blob, d char(5), primary key (a) constraint tp)")
    db.run("insert into t (a, b) values (1, 2)")
    error = db.error(sql)
    assert (error.sqlcode, error.token) == (code, token)


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("select sum(*) from t", -201),
        ("select upper(*) from t", -201),
        ("select lag(a) from t", -674),
        ("select lag(a, 1, 2, 3) over (order by a) from t", -674),
        ("select dbinfo('nothing') from t", -728),
        ("select dbinfo(a) from t", -726),
        ("select dbinfo('version', 'nothing') from t", -945),
        ("select * from t a, outer t b", -395),
        ("select * from t a, outer t b where b.a = 1", -395),
        ("select * from t a, outer (t b, outer t c) where a.a = b.a", -395),
        ("select * from t a, outer (t b, outer t c) where a.a = b.a and a.a = c.a", -396),
        ("select * from t a, outer t b, outer t c where a.a = b.a and b.a = c.a", -393),
        ("select a from t union select b from t order by a", -374),
        ("select a from t union select b from t order by a + 1", -374),
        ("select a from t union select b from t order by 2", -251),
        ("select (select a, b from t) from t", -574),
        ("select a from t where a in (select a, b from t)", -574),
        ("select sum(a) from t group by sum(a)", -321),
        ("select sum(max(a)) from t", -544),
        ("select sum(d) from t", -561),
        ("select trim('ab' from c) from t", -879),
        ("select sqrt(a) from t", -647),
        ("insert into t (a, a) values (1, 2)", -681),
        ("select x from t group by x", -612),
        ("select distinct x from t", -613),
        ("select distinct * from t", -613),
        ("select x from t order by x", -614),
        ("select a from t order by x", -614),
        ("select x, y from t order by 1", -614),
        ("select y from t group by y", -9606),
        ("select unique y from t", -9607),
        ("select y from t order by 1", -9608),
        ("update t set (a, b) = (1)", -505),
    ],
)
def test_not_refused_as_unsupported(db: Any, sql: str, code: int) -> None:
    """These are errors of the statement, with Informix's code for them."""
    db.run("create table t (a int, b int, c char(5), d date, x text, y set(int not null))")
    db.run("insert into t values (-1, 2, 'x', today, null, set{1})")
    assert db.error(sql).sqlcode == code


def test_every_expression_can_be_bound() -> None:
    nodes = [c for c in vars(tree).values() if inspect.isclass(c) and issubclass(c, tree.Expression)]
    missing = {c.__name__ for c in nodes} - {c.__name__ for c in BINDERS} - {"Expression"}
    assert missing == set()


def _tokens() -> list[tuple[str, ast.expr]]:
    """Return (place, token) of every refusal in the source."""
    found = []
    for path in SOURCES:
        module = ast.parse(path.read_text(encoding="utf-8"))
        names = {
            target.id
            for node in module.body
            if isinstance(node, ast.Assign) and ast.unparse(node.value) in {str(code) for code in REFUSALS}
            for target in node.targets
            if isinstance(target, ast.Name)
        } | {"NOT_SUPPORTED"}
        for node in ast.walk(module):
            if not isinstance(node, ast.Call):
                continue
            code = ast.unparse(node.args[0]) if node.args else ""
            refuses = ast.unparse(node.func) == "SqlError" and code in names | {str(code) for code in REFUSALS}
            if refuses:
                token = next((k.value for k in node.keywords if k.arg == "token"), None)
                assert token is not None, f"{path.name}:{node.lineno} refuses without a name"
                found.append((f"{path.name}:{node.lineno}", token))
            elif ast.unparse(node.func).endswith(".unsupported"):
                found.append((f"{path.name}:{node.lineno}", node.args[0]))
    return found


def test_no_refusal_names_a_python_class() -> None:
    tokens = _tokens()
    assert len(tokens) > 25
    for place, token in tokens:
        text = ast.unparse(token)
        assert "__name__" not in text, place
        assert "__class__" not in text, place
        assert "type(" not in text, place
