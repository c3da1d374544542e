"""RENAME CONSTRAINT."""

from typing import Any

import pytest


@pytest.fixture
def tables(db: Any) -> Any:
    """A parent with a key and a check, and its child."""
    db.run("create table t (id int primary key constraint t_pk, a int check (a > 0) constraint t_ck)")
    db.run("create table ch (id int references t (id) constraint ch_fk)")
    db.run("insert into t values (1, 1)")
    return db


def test_errors_and_catalogue_have_the_new_name(tables: Any) -> None:
    for old, new in (("t_pk", "pk"), ("t_ck", "ck"), ("ch_fk", "fk")):
        tables.run(f"rename constraint {old} to {new}")
    assert tables.error("insert into t values (1, 1)").token == "informix.pk"
    assert tables.error("insert into t values (2, -1)").token == "informix.ck"
    assert tables.error("insert into ch values (2)").token == "informix.fk"
    names = tables.rows("select constrname from sysconstraints where constrname matches '[a-z]k'")
    assert sorted(names) == [("ck",), ("fk",), ("pk",)]
    states = tables.rows("select name from sysobjstate where objtype = 'C' and name matches '[a-z]k'")
    assert sorted(states) == [("ck",), ("fk",), ("pk",)]
    tables.run("alter table t drop constraint ck")
    tables.run("insert into t values (2, -1)")


def test_names_that_are_missing_or_taken(tables: Any) -> None:
    assert tables.fails("rename constraint nosuch to x") == (-623, 0)
    assert tables.fails("rename constraint ch_fk to t_pk") == (-625, 0)
    error = tables.error("rename constraint ch_fk to t_pk")
    assert (error.token, error.offset) == ("t_pk", 28)


def test_rollback_gives_the_old_name_back(tables: Any) -> None:
    tables.run("begin work")
    tables.run("rename constraint t_ck to other")
    tables.run("rollback work")
    assert tables.error("insert into t values (2, -1)").token == "informix.t_ck"
    tables.run("rename constraint t_ck to other")
    tables.run("rename constraint other to t_ck")
