"""SET CONSTRAINTS, INDEXES, TRIGGERS: what is disabled lets rows in, enabling looks at them again."""

from typing import Any

import pytest


@pytest.fixture
def tables(db: Any) -> Any:
    """A parent with every kind of constraint and an index of its own, and a child that refers to it."""
    db.run(
        "create table t (id int primary key constraint t_pk, a int not null constraint t_nn,"
        " c int check (c > 0) constraint t_ck, u int unique constraint t_u)"
    )
    db.run("create unique index t_ix on t (a)")
    db.run("create table ch (id int references t (id) constraint ch_fk)")
    db.run("insert into t values (1, 1, 1, 1)")
    db.run("insert into ch values (1)")
    return db


def states(db: Any) -> set[tuple[str, str]]:
    """Names and states of the objects that have a name of their own."""
    return {(n, s) for n, s in db.rows("select name, state from sysobjstate where tabid > 99") if n[0] != " "}


def test_rows_come_in_while_everything_is_disabled(tables: Any) -> None:
    tables.run("set constraints for ch disabled")
    tables.run("set constraints, indexes, triggers for t disabled")
    assert {state for _, state in states(tables)} == {"D"}
    tables.run("insert into t values (1, 1, -1, 1)")
    tables.run("insert into t values (null, null, null, null)")
    tables.run("insert into ch values (9)")
    assert tables.value("select count(*) from t") == 3
    tables.run("delete from t where c < 0 or id is null")
    tables.run("delete from ch where id = 9")
    tables.run("set constraints, indexes, triggers for t enabled")
    tables.run("set constraints for ch enabled")
    assert {state for _, state in states(tables)} == {"E"}
    assert tables.fails("insert into t values (1, 2, 1, 2)") == (-268, -100)
    assert tables.fails("insert into t values (2, 1, 1, 2)") == (-239, -100)
    assert tables.fails("insert into t values (2, null, 1, 2)") == (-391, 0)
    assert tables.fails("insert into t values (null, 2, 1, 2)") == (-703, 0)
    assert tables.fails("insert into ch values (9)") == (-691, -111)


@pytest.mark.parametrize(
    ("name", "row", "codes"),
    [
        ("t_pk", "(1, 2, 2, 2)", (-371, -100)),
        ("t_pk", "(null, 2, 2, 2)", (-703, 0)),
        ("t_nn", "(2, null, 2, 2)", (-386, 0)),
        ("t_ck", "(2, 2, -2, 2)", (-530, 0)),
        ("t_u", "(2, 2, 2, 1)", (-371, -100)),
    ],
)
def test_enabling_a_constraint_finds_what_violates_it(
    tables: Any, name: str, row: str, codes: tuple[int, int]
) -> None:
    tables.run("set constraints ch_fk disabled")
    tables.run(f"set constraints {name} disabled")
    tables.run(f"insert into t values {row}")
    assert tables.fails(f"set constraints {name} enabled") == codes
    assert (name, "D") in states(tables)


def test_enabling_a_reference_finds_orphans(tables: Any) -> None:
    tables.run("set constraints ch_fk disabled")
    tables.run("insert into ch values (7)")
    assert tables.fails("set constraints ch_fk enabled") == (-525, -111)
    tables.run("insert into t values (7, 7, 7, 7)")
    tables.run("set constraints ch_fk enabled")
    assert tables.fails("delete from t where id = 7") == (-692, 0)


def test_a_key_that_others_refer_to_cannot_be_disabled(tables: Any) -> None:
    error = tables.error("set constraints for t disabled")
    assert (error.sqlcode, error.token) == (-892, "t_pk")
    assert tables.fails("insert into t values (1, 2, 1, 2)") == (-268, -100)


def test_an_index_that_carries_a_key_works_as_long_as_the_key_does(db: Any) -> None:
    db.run("create table k (a int not null)")
    db.run("create unique index k_ix on k (a)")
    db.run("alter table k add constraint primary key (a) constraint k_pk")
    db.run("insert into k values (1)")
    db.run("set indexes k_ix disabled")
    assert db.fails("insert into k values (1)") == (-268, -100)
    db.run("set constraints k_pk disabled")
    db.run("insert into k values (1)")


def test_a_disabled_index_comes_back_with_the_transaction_and_refuses_duplicates(tables: Any) -> None:
    tables.run("begin work")
    tables.run("set indexes t_ix disabled")
    tables.run("insert into t values (2, 1, 1, 2)")
    tables.run("rollback work")
    assert tables.fails("insert into t values (2, 1, 1, 2)") == (-239, -100)
    tables.run("set indexes t_ix disabled")
    tables.run("insert into t values (2, 1, 1, 2)")
    assert tables.fails("set indexes t_ix enabled") == (-371, -100)


def test_objects_can_be_made_disabled(db: Any) -> None:
    db.run("create table d (a int, check (a > 0) constraint d_ck disabled)")
    db.run("create unique index d_ix on d (a) disabled")
    db.run("insert into d values (-1)")
    db.run("insert into d values (-1)")
    assert states(db) == {("d_ck", "D"), ("d_ix", "D")}


@pytest.mark.parametrize(
    ("sql", "code", "token"),
    [
        ("set constraints nowhere enabled", -894, "nowhere"),
        ("set indexes nowhere disabled", -894, "nowhere"),
        ("set constraints t_pk, nowhere disabled", -894, "nowhere"),
        ("set constraints for nowhere disabled", -206, "nowhere"),
        ("set constraints for tmp disabled", -891, ""),
    ],
)
def test_objects_that_cannot_be_set(tables: Any, sql: str, code: int, token: str) -> None:
    tables.run("create temp table tmp (a int)")
    tables.run("set constraints ch_fk disabled")
    error = tables.error(sql)
    assert (error.sqlcode, error.token) == (code, token)


def test_the_mode_of_triggers_concerns_nobody(tables: Any) -> None:
    tables.run("set triggers for t disabled")
    tables.run("drop trigger if exists nowhere")
    error = tables.error("drop trigger nowhere")
    assert (error.sqlcode, error.token) == (-634, "nowhere")


def test_a_table_that_refers_to_itself_is_switched_as_a_whole(db: Any) -> None:
    db.run("create table s (id int primary key, up int references s)")
    db.run("set constraints for s disabled")
    db.run("insert into s values (1, 2)")
    assert db.fails("set constraints for s enabled") == (-525, -111)
    db.run("insert into s values (2, 1)")
    db.run("set constraints for s enabled")
    assert db.fails("insert into s values (3, 4)") == (-691, -111)
