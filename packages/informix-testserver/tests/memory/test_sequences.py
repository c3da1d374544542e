"""NEXTVAL and CURRVAL within one statement, and the next number of a serial that ALTER TABLE sets."""

from typing import Any

import pytest


@pytest.fixture
def rows(db: Any) -> Any:
    """A table of three rows and a sequence that begins with 5."""
    db.run("create table t (id int, a bigint, b bigint)")
    for number in (1, 2, 3):
        db.run(f"insert into t values ({number}, 0, 0)")
    db.run("create sequence s start with 5 increment by 2")
    return db


def test_every_nextval_of_a_row_is_the_same(rows: Any) -> None:
    assert rows.rows("select s.nextval, s.nextval + 1, s.nextval from t order by id") == [
        (5, 6, 5),
        (7, 8, 7),
        (9, 10, 9),
    ]
    assert rows.value("select s.nextval from t where id = 1") == 11


@pytest.mark.parametrize("order", ["1", "1 desc", "3", "id desc"])
def test_the_order_of_evaluation_does_not_matter(rows: Any, order: str) -> None:
    found = rows.rows(f"select id, s.currval, s.nextval from t order by {order}")
    assert sorted(number for _, number, _ in found) == [5, 7, 9]
    assert all(current == following for _, current, following in found)


def test_numbers_taken_under_conditions(rows: Any) -> None:
    """Each row evaluates another NEXTVAL, and still draws a number of its own."""
    sql = "select case when id = 2 then s.nextval else 0 end, case when id = 2 then 0 else s.nextval end from t"
    assert rows.rows(sql + " order by id") == [(0, 5), (7, 0), (0, 9)]


def test_nextval_in_changes(rows: Any) -> None:
    rows.run("insert into t values (4, s.nextval, s.nextval)")
    rows.run("insert into t values (5, s.currval, s.nextval)")
    assert rows.rows("select a, b from t where id > 3 order by id") == [(5, 5), (7, 7)]
    rows.run("update t set a = s.nextval, b = s.nextval where id < 3")
    assert rows.rows("select a, b from t where id < 3 order by id") == [(9, 9), (11, 11)]
    rows.run("insert into t select id + 10, s.nextval, s.nextval from t where id < 3")
    assert rows.rows("select a, b from t where id > 10 order by id") == [(13, 13), (15, 15)]
    rows.run("insert into t values (20, s.currval, s.currval)")
    assert rows.rows("select a, b from t where id = 20") == [(15, 15)]


def test_two_sequences_and_two_statements(rows: Any) -> None:
    rows.run("create sequence other start with 100")
    assert rows.rows("select s.nextval, other.nextval, s.nextval, other.nextval from t where id = 1") == [
        (5, 100, 5, 100)
    ]
    statement = rows.prepare("select s.nextval, s.nextval from t where id = 1")
    for number in (7, 9):
        cursor = rows.session.open(statement)
        assert cursor.fetch() == (number, number)
        cursor.close()


@pytest.mark.parametrize(
    ("start", "following"), [("serial(2000)", 2000), ("serial(3)", 8), ("serial8(2000)", 2000), ("serial", 8)]
)
def test_modify_sets_the_next_serial(db: Any, start: str, following: int) -> None:
    db.run("create table se (a serial, b int)")
    db.run("insert into se values (7, 1)")
    db.run(f"alter table se modify (a {start})")
    db.run("insert into se values (0, 2)")
    assert db.rows("select a from se order by a") == [(7,), (following,)]


def test_modify_of_a_serial_is_undone(db: Any) -> None:
    db.run("create table se (a serial, b int)")
    db.run("begin work")
    db.run("alter table se modify (a serial(2000))")
    db.run("rollback work")
    db.run("insert into se values (0, 2)")
    assert db.rows("select a from se") == [(1,)]
