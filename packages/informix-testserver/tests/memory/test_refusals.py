"""What is refused: changes in read-only transactions, wrong owners, deep nesting, types without a wire form."""

from collections.abc import Callable
from typing import Any

import pytest

NO_TABLE, READ_ONLY, NOT_OFFERED = (-206, -111), (-878, 0), -513


@pytest.mark.parametrize(
    "sql",
    [
        "insert into t values (1)",
        "update t set a = 1",
        "delete from t",
        "merge into t using t as u on t.a = u.a when matched then delete",
        "create table n (a int)",
        "create index i on t (a)",
        "alter table t add (b int)",
        "rename table t to u",
        "drop table t",
        "truncate table t",
        "grant select on t to public",
        "update statistics",
        "select a from t into temp x",
        "create temp table x (a int)",
    ],
)
def test_a_read_only_transaction_changes_nothing(db: Any, sql: str) -> None:
    db.run("create table t (a int)")
    prepared = db.prepare(sql)
    db.session.begin()
    db.run("set transaction read only")
    assert db.fails(sql) == READ_ONLY
    with pytest.raises(Exception, match="-878"):
        db.session.execute(prepared)
    assert db.rows("select a from t") == []
    db.session.rollback()
    db.session.begin()
    db.session.execute(db.prepare("insert into t values (2)"))
    db.session.commit()
    assert db.rows("select a from t") == [(2,)]


def test_an_owner_is_checked(db: Any, connect: Callable[..., Any]) -> None:
    db.run("create table t (a int)")
    db.run("create table joe.u (a int)")
    db.run("create view joe.v as select a from t")
    db.run("create sequence joe.s")
    db.run("create synonym joe.y for t")
    for name in ("informix.t", "'informix'.t", "INFORMIX.t", "joe.u", "joe.v", "joe.y", "t", "u", "v", "y"):
        assert db.rows(f"select a from {name}") == []
    for name in ("joe.t", "informix.u", "informix.v", "informix.y", "testdb:joe.t", "joe.systables"):
        assert db.fails(f"select * from {name}") == NO_TABLE
    assert db.evaluate("joe.s.nextval") == 1
    assert db.fails("insert into joe.t values (1)") == NO_TABLE
    assert db.fails("drop table joe.t") == NO_TABLE
    assert db.fails("drop view informix.v") == (-394, 0)
    assert db.rows("select tabname from informix.systables where owner = 'joe' order by 1") == [
        ("s",),
        ("u",),
        ("v",),
        ("y",),
    ]
    db.run("drop view joe.v")
    assert connect().fails("select * from v") == NO_TABLE


@pytest.mark.parametrize(
    "expression", ["||".join(["'a'"] * 400), "+".join(["1"] * 3000), "abs(" * 300 + "1" + ")" * 300]
)
def test_deep_nesting(db: Any, expression: str) -> None:
    db.run("create table t (a int)")
    for sql in (f"select {expression} from t", f"insert into t values ({expression})"):
        error = db.error(sql)
        assert (error.sqlcode, error.token) == (NOT_OFFERED, "expression nested too deeply")
    assert db.rows("select a from t") == []


@pytest.mark.parametrize("name", ["json", "bson", "idssecuritylabel"])
def test_types_without_a_known_wire_form(db: Any, name: str) -> None:
    error = db.error(f"create table t (a {name})")
    assert (error.sqlcode, error.token) == (NOT_OFFERED, f"the data type {name.upper()}")


def test_an_interval_that_no_timedelta_holds(db: Any) -> None:
    error = db.error("select interval(-999999999 23:59:59) day(9) to second from sysmaster:sysdual")
    assert error.sqlcode == -999
    assert db.evaluate("interval(-999999999 00:00:00) day(9) to second") is not None


def test_a_literal_longer_than_any_character_type(db: Any) -> None:
    assert db.fails(f"select '{'x' * 70000}' from sysmaster:sysdual") == (-881, 0)
    assert db.evaluate(f"length('{'x' * 32767}')") == 32767
