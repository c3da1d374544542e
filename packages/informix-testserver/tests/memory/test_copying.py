# ruff: noqa: E501 - one statement a line
"""A copied database holds what its template does, and neither notices what happens to the other."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from informix_testserver.engine import SqlError
from informix_testserver.memory import MemoryEngine

SCHEMA = (
    "create table p (id serial primary key, gone int, v varchar(5) default 'dflt', d decimal(6,2), check (d > 0) constraint pos)",
    "create table c (id int references p on delete cascade, w char(3), u int unique)",
    "alter table p drop gone",
    "alter table p add (late int default 9 before d)",
    "create unique index cw on c (w desc)",
    "create view big (k) as select id from p where d > 1",
    "create synonym syn for p",
    "create sequence seq start with 5",
    "create row type place (x int, y int)",
    "create table texts (id int, words text, many set(int not null))",
    "insert into p (d) values (1.50)",
    "insert into p (d) values (2.25)",
    "insert into p (d) values (3.00)",
    "delete from p where id = 2",
    "insert into c values (1, 'x', 1)",
    "insert into texts values (1, null, set{1, 2})",
    "select seq.nextval from p where id = 1",
    "grant select on p to bob",
)
CATALOGUE = (
    "select tabname, tabtype, tabid, ncols, owner from systables order by tabid",
    "select tabid, colno, colname, coltype, collength from syscolumns order by 1, 2",
    "select constrname, constrtype, tabid from sysconstraints order by constrid",
    "select idxname, tabid, idxtype, part1, part2 from sysindexes order by 1, 2",
    "select grantor, grantee, tabid, tabauth from systabauth order by 1, 2, 3, 4",
    "select seqid, start_val, inc_val from syssequences order by 1",
    "select tabid, viewtext from sysviews order by 1",
)


@pytest.fixture
def template(engine: MemoryEngine, connect: Callable[..., Any]) -> str:
    client = connect()
    client.run("create database template with log")
    for sql in SCHEMA:
        client._do(sql, ())
    client.session.close()
    return "template"


def test_everything_is_copied(engine: MemoryEngine, connect: Callable[..., Any], template: str) -> None:
    engine.copy_database(template, "copy")
    old, new = connect(template), connect("copy")
    assert new.flags == old.flags
    for query in CATALOGUE:
        assert new.rows(query) == old.rows(query), query
    assert new.rows("select id, v, late, d from p order by id") == [
        (1, "dflt", 9, Decimal("1.50")),
        (3, "dflt", 9, Decimal("3.00")),
    ]
    assert new.rows("select * from p order by id") == old.rows("select * from p order by id")
    assert new.rows("select rowid from p order by 1") == old.rows("select rowid from p order by 1")
    assert new.rows("select k from big order by k") == [(1,), (3,)]
    assert new.rows("select id from syn order by id") == [(1,), (3,)]
    assert new.rows("select * from texts") == old.rows("select * from texts")


def test_counters_go_on(engine: MemoryEngine, connect: Callable[..., Any], template: str) -> None:
    engine.copy_database(template, "copy")
    new = connect("copy")
    assert new.run("insert into p (d) values (4)").serial == 4
    assert new.value("select seq.nextval from p where id = 1") == 6
    old = connect(template)
    assert old.run("insert into p (d) values (4)").serial == 4
    assert old.value("select seq.nextval from p where id = 1") == 6


def test_rules_hold_in_the_copy(engine: MemoryEngine, connect: Callable[..., Any], template: str) -> None:
    engine.copy_database(template, "copy")
    new = connect("copy")
    assert new.error("insert into p (d) values (0)").token.endswith("pos")
    assert new.fails("insert into p (id, d) values (1, 1)")[0] == -268
    assert new.fails("insert into c values (2, 'y', 2)")[0] == -691
    assert new.fails("insert into c values (1, 'x', 3)")[0] == -239
    assert new.fails("insert into c values (1, 'z', 1)")[0] == -268
    new.run("delete from p where id = 1")
    assert new.rows("select * from c") == []
    assert connect(template).rows("select id, w from c") == [(1, "x  ")]


def test_neither_sees_the_other(engine: MemoryEngine, connect: Callable[..., Any], template: str) -> None:
    engine.copy_database(template, "one")
    engine.copy_database(template, "two")
    one, two = connect("one"), connect("two")
    one.run("update p set v = 'one'")
    one.run("alter table p add more int")
    one.run("drop table texts")
    one.run("create row type other (z int)")
    two.run("rename table p to q")
    assert two.rows("select id, v from q order by id") == [(1, "dflt"), (3, "dflt")]
    assert two.rows("select id from texts") == [(1,)]
    two.run("create row type other (z int)")
    engine.copy_database(template, "three")
    assert connect("three").rows("select id, v from p order by id") == [(1, "dflt"), (3, "dflt")]


def test_what_cannot_be_copied(engine: MemoryEngine, connect: Callable[..., Any], template: str) -> None:
    def code(source: str, name: str) -> int:
        with pytest.raises(SqlError) as caught:
            engine.copy_database(source, name)
        return caught.value.sqlcode

    assert code("missing", "copy") == -329
    assert code(template, "testdb") == -330
    held = connect(template)
    held.session.begin()
    held.run("update p set v = 'held'")
    assert code(template, "copy") == -425
    held.session.close()
    engine.copy_database(template, "copy")
    assert connect("copy").rows("select distinct v from p") == [("dflt",)]


def test_a_copy_is_kept_in_a_directory(tmp_path: Any) -> None:
    directory = str(tmp_path / "data")
    engine = MemoryEngine(data_dir=directory)
    session = engine.connect("informix", {})
    session.execute(session.prepare("create database template with log"))
    session.execute(session.prepare("create table t (id serial)"))
    session.execute(session.prepare("insert into t values (41)"))
    session.close()
    engine.copy_database("template", "copy")
    engine.close()
    engine = MemoryEngine(data_dir=directory)
    session = engine.connect("informix", {})
    session.open_database("copy")
    assert session.execute(session.prepare("insert into t values (0)")).serial == 42
    engine.close()


def test_what_a_transaction_elsewhere_has_changed_is_not_copied(
    engine: MemoryEngine, connect: Callable[..., Any], template: str
) -> None:
    elsewhere = connect()
    elsewhere.session.begin()
    elsewhere.run("delete from template:p where id = 3")
    with pytest.raises(SqlError) as caught:
        engine.copy_database(template, "copy")
    assert (caught.value.sqlcode, caught.value.isam) == (-425, -107)
    elsewhere.session.rollback()
    engine.copy_database(template, "copy")
    assert connect("copy").rows("select id from p order by id") == [(1,), (3,)]
