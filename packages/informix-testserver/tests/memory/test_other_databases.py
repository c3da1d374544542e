"""Statements that reach into databases other than the one that is open."""

from typing import Any

import pytest


@pytest.fixture
def plain(connect: Any) -> Any:
    """A session on an unlogged database with a table, and a view of it."""
    client = connect("plain")
    client.run("create table t (n int unique)")
    client.run("insert into t values (1)")
    client.run("create view v as select n from t")
    return client


@pytest.mark.parametrize("name", ["plain:t", "plain:v", "s"])
def test_the_session_decides_what_locks_mean_not_the_database_of_a_view(
    plain: Any, connect: Any, name: str
) -> None:
    writer, reader = connect(), connect()
    reader.run("create synonym s for plain:v")
    writer.session.begin()
    writer.run("update plain:t set n = 2")
    assert reader.fails(f"select n from {name}") == (-244, -107)
    assert plain.rows("select n from v") == [(2,)]
    reader.run("set isolation to dirty read")
    assert reader.rows(f"select n from {name}") == [(2,)]


@pytest.mark.parametrize("kind", ["constraints", "indexes"])
@pytest.mark.parametrize("name", ["plain:t", "s"])
def test_objects_of_another_database_are_not_switched(plain: Any, db: Any, kind: str, name: str) -> None:
    db.run("create synonym s for plain:t")
    assert db.error(f"set {kind} for {name} disabled").sqlcode == -556
    assert plain.rows("select distinct state from sysobjstate") == [("E",)]


def test_a_copy_means_itself_where_its_template_named_itself(engine: Any, connect: Any) -> None:
    maker = connect()
    maker.run("create database template with log")
    maker.run("create table t (n int)")
    maker.run("create view v as select template:t.n from template:t where template:t.n > 0")
    maker.run("create synonym s for template:v")
    maker.run("insert into t values (1)")
    maker.session.close()
    engine.copy_database("template", "copy")
    copy = connect("copy")
    copy.run("insert into t values (2)")
    assert [copy.rows(f"select n from {name} order by n") for name in ("v", "s")] == [[(1,), (2,)]] * 2
    copy.run("drop view v")
    assert copy.fails("select n from s") == (-206, -111)
    template = connect("template")
    assert template.rows("select n from s") == [(1,)]
