"""What depends on the mode of a database and on settings: MODE ANSI, DELIMIDENT, names of other databases."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

Connect = Callable[..., Any]


def test_mode_ansi_is_always_in_a_transaction(connect: Connect) -> None:
    one = connect("strict")
    one.run("create table x (a int)")
    assert one.session.in_transaction
    one.run("commit work")
    assert not one.session.in_transaction
    assert one.fails("begin work") == (-535, 0)
    one.run("insert into x values (1)")
    assert one.session.in_transaction
    one.run("rollback work")
    assert one.value("select count(*) from x") == 0
    assert one.session.isolation == "REPEATABLE READ"
    one.run("insert into x values (2)")
    one.session.close()
    assert connect("strict").rows("select a from x") == []


def test_mode_ansi_has_owners_in_names(connect: Connect) -> None:
    one = connect("strict")
    one.run("create table x (a int)")
    assert one.rows('select * from "informix".x') == []
    assert one.fails('select * from "bob".x') == (-206, -111)


def test_delimited_names(connect: Connect) -> None:
    db = connect(DELIMIDENT="y")
    db.run('create table "My Table" ("Col 1" int, "order" char(3), "select" decimal(5,2))')
    db.run("""insert into "My Table" ("Col 1", "order") values (1, 'abc')""")
    db.run('update "My Table" set "select" = 2.5 where "Col 1" = 1')
    statement = db.prepare('select t."Col 1", "order" "An Alias", "select" from "My Table" t')
    assert [column.name for column in statement.columns] == ["Col 1", "An Alias", "select"]
    assert db.rows('select * from "My Table"') == [(1, "abc", Decimal("2.50"))]
    db.run('create view "V 1" as select * from "My Table"')
    db.run('rename column "My Table"."Col 1" to "Column One"')
    db.run('rename table "My Table" to "Your Table"')
    assert db.rows('select "Col 1" from "V 1"') == [(1,)]
    assert db.fails('select * from "your table"') == (-206, -111)
    error = db.error('select "nope" from "Your Table"')
    assert (error.sqlcode, error.token, error.offset) == (-217, "nope", 8)
    # Without the setting the same text holds a string.
    assert connect().rows('select "nope" from systables where tabid = 1') == [("nope",)]


@pytest.mark.parametrize(
    "name", ["other:t", "other@informix:t", 'other:"informix".t', "other@informix:informix.t"]
)
def test_tables_of_other_databases(db: Any, connect: Connect, name: str) -> None:
    db.run("create database other with log")
    db.run("database testdb")
    far = connect("other")
    far.run("create table t (a int)")
    assert db.run(f"insert into {name} values (1)").rows == 1
    assert db.run(f"update {name} set a = a + 1").rows == 1
    assert db.rows(f"select o.a, s.tabid from {name} o, systables s where s.tabid = 1") == [(2, 1)]
    db.run("begin work")
    assert db.run(f"delete from {name}").rows == 1
    assert far.fails("select * from t") == (-244, -107)
    db.run("rollback work")
    assert far.rows("select * from t") == [(2,)]
    assert db.fails("select * from nowhere:t") == (-329, -111)


def test_the_picture_of_to_char_may_be_a_column(db: Any) -> None:
    db.run("create table f (n decimal(8,2), picture varchar(20))")
    db.run("insert into f values (1.5, '##&.&&')")
    db.run("insert into f values (-7, '-&&&')")
    assert db.rows("select to_char(n, picture) from f") == [("  1.50",), ("-007",)]
