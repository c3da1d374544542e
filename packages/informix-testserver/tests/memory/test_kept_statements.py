"""Statements prepared once and executed again, by the client or by text: they see what has changed since."""

from typing import Any

import pytest
from informix_testserver.engine import PreparedStatement, SqlError


def first_row(client: Any, statement: PreparedStatement, *values: Any) -> Any:
    cursor = client.session.open(statement, client.bound(values))
    try:
        return cursor.fetch()
    finally:
        cursor.close()


def test_system_tables_show_what_has_come_since(db: Any, connect: Any) -> None:
    statement = db.prepare("select nrows from systables where tabname = ?")
    assert first_row(db, statement, "later") is None
    db.run("create table later (n int)")
    assert first_row(db, statement, "later") == (0.0,)
    db.run("insert into later values (1)")
    assert first_row(db, statement, "later") == (1.0,)
    databases = "select count(*) from sysmaster:sysdatabases where name = 'later'"
    assert db.value(databases) == 0
    connect().run("create database later with log")
    assert db.value(databases) == 1


def test_a_view_of_a_system_table_does_too(db: Any) -> None:
    db.run("create view mine as select tabname from systables where tabid > 99 and tabtype = 'T'")
    statement = db.prepare("select tabname from mine")
    assert first_row(db, statement) is None
    db.run("create table later (n int)")
    assert first_row(db, statement) == ("later",)


@pytest.fixture(params=["select f() from sysmaster:sysdual", "execute function f()", "select * from table(f())"])
def call(request: pytest.FixtureRequest, engine: Any) -> str:
    """A statement that calls f, which returns 1."""
    engine.register_routine("f", lambda: 1, returns="int")
    return str(request.param)


def test_a_routine_that_is_registered_anew_is_the_one_called(db: Any, engine: Any, call: str) -> None:
    statement = db.prepare(call)
    assert (first_row(db, statement), db.value(call)) == ((1,), 1)
    engine.register_routine("f", lambda: 2, returns="int")
    assert (first_row(db, statement), db.value(call)) == ((2,), 2)


def test_a_routine_that_returns_something_else_needs_preparing_anew(db: Any, engine: Any, call: str) -> None:
    statement = db.prepare(call)
    engine.register_routine("f", lambda: "x", returns="char(1)")
    for _ in range(2):
        with pytest.raises(SqlError, match="-710"):
            first_row(db, statement)
    assert db.value(call) == "x"


def test_a_dropped_routine_is_gone_for_every_session(db: Any, connect: Any, call: str) -> None:
    other = connect()
    assert other.value(call) == 1
    db.session.begin()
    db.run("drop function f")
    assert other.fails(call) == (-674, 0)
    db.session.rollback()
    assert other.value(call) == 1


@pytest.mark.parametrize("executed", [False, True])
@pytest.mark.parametrize(
    "change",
    ["alter table t modify v int", "alter table t add w int before v", "drop table t; create table t (n int)"],
)
@pytest.mark.parametrize("condition", ["", " where n = ?"])
def test_another_shape_is_refused_until_it_is_prepared_anew(
    db: Any, change: str, condition: str, executed: bool
) -> None:
    db.run("create table t (n int, v char(3))")
    db.run("insert into t values (1, '22')")
    statement, values = db.prepare(f"select * from t{condition}"), (1,) if condition else ()
    if executed:
        assert first_row(db, statement, *values) == (1, "22 ")
    db.run(change)
    for _ in range(3):
        with pytest.raises(SqlError, match="-710"):
            first_row(db, statement, *values)


def test_a_table_made_anew_in_another_shape_is_refused_also_after_it_was_missing(db: Any) -> None:
    db.run("create table t (n int)")
    statement = db.prepare("select * from t")
    db.run("drop table t")
    with pytest.raises(SqlError, match="-206"):
        first_row(db, statement)
    db.run("create table t (n int, v char(3))")
    with pytest.raises(SqlError, match="-710"):
        first_row(db, statement)


def test_a_dropped_temporary_table_comes_back(db: Any) -> None:
    db.run("create table t (n int)")
    db.run("insert into t values (1)")
    db.run("create temp table t (n int)")
    db.run("insert into t values (2)")
    db.session.begin()
    db.run("drop table t")
    assert db.value("select n from t") == 1
    db.session.rollback()
    assert db.value("select n from t") == 2


def test_types_that_a_rollback_takes_away(db: Any) -> None:
    db.session.begin()
    db.run("create distinct type euro as integer")
    names = "select name from sysxtdtypes where extended_id > 2047"
    assert (db.rows(names), db.evaluate("5::euro")) == ([("euro",)], 5)
    db.session.rollback()
    assert db.rows(names) == []
    assert db.fails("select 5::euro from sysmaster:sysdual") == (-9628, 0)


@pytest.mark.parametrize("values", [(), (0,)])
def test_names_mean_the_database_that_is_open(db: Any, values: tuple[Any, ...]) -> None:
    db.run("create table t (n int)")
    db.run("insert into t values (1)")
    statement = db.prepare("select n from t" + " where n > ?" * len(values))
    assert first_row(db, statement, *values) == (1,)
    db.run("create database second with log")
    with pytest.raises(SqlError, match="-206"):
        first_row(db, statement, *values)
    db.run("create table t (n int)")
    db.run("insert into t values (2)")
    assert first_row(db, statement, *values) == (2,)


def test_a_table_made_of_a_query_reads_as_a_query_does(db: Any, connect: Any) -> None:
    db.run("create table t (n int)")
    db.run("insert into t values (1)")
    other = connect()
    other.session.begin()
    other.run("update t set n = 2")
    db.run("set isolation committed read last committed")
    db.run("create table copied as select n from t")
    assert db.rows("select n from copied") == [(1,)]
    other.run("lock table t in exclusive mode")
    assert db.fails("create table again as select n from t") == (-244, -113)


@pytest.mark.parametrize("call", ["execute function upper('a')", "select upper('a') from sysmaster:sysdual"])
def test_a_routine_takes_the_place_of_what_is_built_in_from_then_on(db: Any, engine: Any, call: str) -> None:
    assert db.value(call) == "A"
    engine.register_routine("upper", lambda _text: "mine", parameters=["char(1)"], returns="char(4)")
    assert db.value(call) == "mine"


def test_a_built_in_function_can_be_executed_for_nothing(db: Any) -> None:
    assert db.run("execute function upper('a')").rows == 0


def test_a_constraint_cannot_take_a_name_that_is_pending(db: Any, connect: Any) -> None:
    db.run("create table t (k int primary key constraint a)")
    db.run("create table u (k int)")
    db.session.begin()
    db.run("alter table u add constraint unique (k) constraint b")
    assert connect().fails("rename constraint a to b") == (-211, -107)
    db.session.rollback()
    connect().run("rename constraint a to b")
