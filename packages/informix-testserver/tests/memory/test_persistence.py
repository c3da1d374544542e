# ruff: noqa: E501 - one case a line
"""An engine in a directory: what is committed is there again, with everything that belongs to it."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from informix_testserver.engine import SqlError
from informix_testserver.memory import MemoryEngine


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Any]:
    """Open an engine on one directory again and again."""
    made: list[MemoryEngine] = []

    def reopen() -> Any:
        if made:
            made[-1].close()
        engine = MemoryEngine(("strict:ansi",), data_dir=str(tmp_path / "data"))
        made.append(engine)
        session = engine.connect("informix", {"DBDATE": "Y4MD-"})
        session.open_database("testdb")

        def run(sql: str) -> Any:
            statement = session.prepare(sql)
            if not statement.returns_rows:
                return session.execute(statement)
            cursor = session.open(statement)
            rows = []
            while (row := cursor.fetch()) is not None:
                rows.append(row)
            return rows

        return run

    yield reopen
    made[-1].close()


def test_everything_comes_back(opened: Any) -> None:
    run = opened()
    run(
        "create table p (id serial primary key, v varchar(5) default 'dflt', d decimal(6,2) check (d > 0) constraint pos)"
    )
    run("create table c (id int references p on delete cascade, w char(3))")
    run("create unique index cw on c (w desc)")
    run("create view big (k) as select id from p where d > 1")
    run("create synonym syn for p")
    run("create sequence seq start with 5")
    run("insert into p (d) values (1.50)")
    run("insert into p (d) values (2.25)")
    run("delete from p where id = 2")
    run("insert into c values (1, 'x')")
    run("select seq.nextval from p")
    run("grant select on p to bob")
    run("create temp table gone (x int)")
    run = opened()
    assert [str(v) for v in run("select * from p")[0]] == ["1", "dflt", "1.50"]
    assert run("insert into p (d) values (3)").serial == 3
    assert run("select k from big order by k") == [(1,), (3,)]
    assert run("select id from syn order by id") == [(1,), (3,)]
    assert run("select seq.nextval from p where id = 1") == [(6,)]
    assert run("select tabauth from systabauth where grantee = 'bob'") == [("s--------",)]
    for sql, code in (
        ("insert into p values (1, 'x', 1)", -268),
        ("insert into p (d) values (-1)", -530),
        ("insert into c values (9, 'y')", -691),
        ("insert into c values (1, 'x')", -239),
        ("select * from gone", -206),
        ("create table p (x int)", -310),
    ):
        with pytest.raises(SqlError) as caught:
            run(sql)
        assert caught.value.sqlcode == code
    run("delete from p where id = 1")
    assert run("select * from c") == []
    assert run("select is_ansi from sysmaster:sysdatabases where name = 'strict'") == [(1,)]


def test_an_open_transaction_is_not_kept(opened: Any, tmp_path: Path) -> None:
    run = opened()
    run("create table t (x int)")
    run("insert into t values (1)")
    run("begin work")
    run("insert into t values (2)")
    run("delete from t where x = 1")
    # A reader of the file sees what a crash would leave: the state before the transaction.
    with sqlite3.connect(tmp_path / "data" / "informix.sqlite") as plain:
        (name,) = plain.execute(
            "select name from sqlite_master where type = 'table' and name glob 't[0-9]*' order by length(name) desc, name desc"
        ).fetchone()
        assert plain.execute(f"select * from {name}").fetchall() == [(1,)]
    plain.close()
    run = opened()
    assert run("select * from t") == [(1,)]


class _Clients:
    """Sessions of an engine on a directory, and what a crash at this moment would leave of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.crashes = folder, 0
        self.engines = [MemoryEngine(data_dir=str(folder / "live"))]
        self.journal = folder / "live" / "informix.journal"

    def session(self, database: str = "testdb") -> Any:
        session = self.engines[0].connect("informix", {})
        if database:
            session.open_database(database)
        return lambda sql: session.execute(session.prepare(sql))

    def after_a_crash(self, sql: str) -> list[tuple[Any, ...]]:
        self.crashes += 1
        place = self.folder / f"crash{self.crashes}"
        shutil.copytree(self.folder / "live", place)
        self.engines.append(MemoryEngine(data_dir=str(place)))
        session = self.engines[-1].connect("informix", {})
        session.open_database("testdb")
        cursor = session.open(session.prepare(sql))
        return list(iter(cursor.fetch, None))


@pytest.fixture
def clients(tmp_path: Path) -> Iterator[_Clients]:
    made = _Clients(tmp_path)
    yield made
    for engine in made.engines:
        engine.close()


def test_a_commit_is_kept_while_another_transaction_is_open(clients: _Clients) -> None:
    a, b = clients.session(), clients.session()
    a("create table t (id int unique, v varchar(20), d decimal(5,2), f float)")
    for row in ("1, 'one', 1.5, 0.1", "2, 'two', null, null", "3, 'three', 2.25, 1e100", "4, 'four', 0, -0.1"):
        a(f"insert into t values ({row})")
    kept = clients.after_a_crash("select * from t order by id")
    assert [row[:2] for row in kept] == [(1, "one"), (2, "two"), (3, "three"), (4, "four")]
    a("begin work")
    a("update t set v = 'changed', d = 9, f = 0 where id in (1, 3)")
    a("delete from t where id = 2")
    a("insert into t values (2, 'in its place', 2, 2)")
    a("insert into t values (5, 'new', 5, 5)")
    a("update t set id = 6 where id = 5")
    b("insert into t values (7, 'committed', null, null)")
    b("update t set v = 'four!' where id = 4")
    pending = clients.after_a_crash("select * from t order by id")
    assert pending == [*kept[:3], (4, "four!", *kept[3][2:]), (7, "committed", None, None)]
    a("commit work")
    done = [(1, "changed"), (2, "in its place"), (3, "changed"), (4, "four!"), (6, "new"), (7, "committed")]
    assert clients.after_a_crash("select id, v from t order by id") == done


def test_a_rollback_after_another_commit_leaves_nothing_to_undo(clients: _Clients) -> None:
    a, b = clients.session(), clients.session()
    a("create table t (id int)")
    a("create table u (id int)")
    a("begin work")
    a("insert into t values (1)")
    a("truncate table u")
    b("insert into t values (2)")
    assert clients.after_a_crash("select id from t") == [(2,)]
    a("rollback work")
    b("update t set id = 3")
    assert clients.after_a_crash("select id from t") == [(3,)]
    assert clients.engines[0].store.rows("select * from informix_undo") == []


def test_a_commit_is_kept_while_definitions_are_pending(clients: _Clients) -> None:
    a, b, c = clients.session(), clients.session(), clients.session()
    a("create table t (id serial primary key, v varchar(20), y byte, f float)")
    a("create table u (id int)")
    a("create sequence numbers")
    a("insert into t (v) values ('before')")
    c("begin work")
    c("insert into t (v) values ('c, before')")
    a("begin work")
    a("update u set id = id")
    a("create table n (k int)")
    a("alter table u add (w int)")
    a("create unique index ui on u (id)")
    b("insert into t (v, f) values ('b', 0.1)")
    b("update t set v = 'changed' where id = 1")
    kept = [(1, "changed"), (3, "b")]
    rows = "select id, v from t order by id"
    assert clients.after_a_crash(rows) == kept
    c("insert into t (v) values ('c, after')")
    c("update t set v = 'c too' where id = 3")
    assert clients.after_a_crash(rows) == kept
    c("commit work")
    kept = [(1, "changed"), (2, "c, before"), (3, "c too"), (4, "c, after")]
    assert clients.after_a_crash(rows) == kept
    b("insert into t (v) values (numbers.nextval)")
    b("delete from t where id in (2, 5)")
    b("insert into t (id, v) values (2, 'again')")
    kept = [(1, "changed"), (2, "again"), (3, "c too"), (4, "c, after")]
    assert clients.after_a_crash(rows) == kept
    assert clients.after_a_crash("select numbers.nextval from sysmaster:sysdual") == [(2,)]
    assert clients.after_a_crash("select count(*) from systables where tabname = 'n'") == [(0,)]
    after = clients.engines[-1].connect("informix", {})
    after.open_database("testdb")
    assert after.execute(after.prepare("insert into t (v) values ('next')")).serial == 6
    a("commit work")
    b("update t set v = 'last' where id = 4")
    assert clients.after_a_crash(rows) == [*kept[:3], (4, "last")]
    assert clients.after_a_crash("select count(*) from systables where tabname = 'n'") == [(1,)]
    assert not clients.journal.exists()


def test_a_commit_that_the_crash_cut_is_not_there(clients: _Clients) -> None:
    a, b = clients.session(), clients.session()
    a("create table t (id int)")
    a("begin work")
    a("create table n (k int)")
    b("insert into t values (1)")
    b("insert into t values (2)")
    whole = clients.journal.read_bytes()
    clients.journal.write_bytes(whole[:-3])
    assert clients.after_a_crash("select id from t") == [(1,)]
    clients.journal.write_bytes(whole)
    assert clients.after_a_crash("select id from t order by id") == [(1,), (2,)]


def test_what_sqlite_has_is_not_taken_from_the_journal_again(clients: _Clients) -> None:
    """The crash came after sqlite's commit and before the journal was removed."""
    a, b = clients.session(), clients.session()
    a("create table t (id int, v int)")
    a("begin work")
    a("create table n (k int)")
    b("insert into t values (1, 1)")
    old = clients.journal.read_bytes()
    a("update t set v = 2")
    a("commit work")
    clients.journal.write_bytes(old)
    assert clients.after_a_crash("select * from t") == [(1, 2)]


@pytest.mark.parametrize("seed", range(6))
def test_no_commit_is_lost_whatever_else_is_pending(clients: _Clients, seed: int) -> None:
    """Random changes of rows and definitions by three sessions, with crashes in between."""
    dice = random.Random(seed)
    runs = [clients.session() for _ in range(3)]
    runs[0]("create table t (id int primary key, v int)")
    runs[0]("create index tv on t (v)")
    committed: dict[int, int] = {}
    pending: list[dict[int, int | None] | None] = [None] * 3
    defining: int | None = None
    for step in range(60):
        number = dice.randrange(3)
        run, mine = runs[number], pending[number]
        action = dice.choice(["begin", "commit", "rollback", "insert", "update", "delete", "define", "crash"])
        key, value = dice.randrange(6), dice.randrange(100)
        if action == "begin" and mine is None:
            run("begin work")
            pending[number] = {}
        elif action in ("commit", "rollback") and mine is not None:
            run(f"{action} work")
            if action == "commit":
                committed |= {k: v for k, v in mine.items() if v is not None}
                committed = {k: v for k, v in committed.items() if mine.get(k, v) is not None}
            pending[number] = None
            defining = None if defining == number else defining
        elif action == "define" and mine is not None and defining in (None, number):
            run(f"create table d{step} (a int)")
            defining = number
        elif action in ("insert", "update", "delete"):
            seen = {**committed, **(mine or {})}.get(key)
            sql = {
                "insert": f"insert into t values ({key}, {value})",
                "update": f"update t set v = {value} where id = {key}",
                "delete": f"delete from t where id = {key}",
            }[action]
            try:
                rows = run(sql).rows
            except SqlError as error:
                if error.sqlcode not in (-244, -271, -268):
                    raise
                continue
            assert rows == (action == "insert" or seen is not None)
            changed = {key: None if action == "delete" else value} if rows else {}
            if mine is not None:
                mine.update(changed)
            else:
                committed |= {k: v for k, v in changed.items() if v is not None}
                committed = {k: v for k, v in committed.items() if changed.get(k, v) is not None}
        elif action == "crash":
            assert dict(clients.after_a_crash("select id, v from t")) == committed
    assert dict(clients.after_a_crash("select id, v from t")) == committed


def test_pending_temporary_tables_keep_no_commit_waiting(clients: _Clients) -> None:
    a, b = clients.session(), clients.session()
    a("create table t (id int)")
    a("begin work")
    a("create temp table scratch (k int)")
    a("create index scratched on scratch (k)")
    a("insert into scratch values (1)")
    b("insert into t values (1)")
    assert clients.after_a_crash("select id from t") == [(1,)]
    a("drop table scratch")
    b("insert into t values (2)")
    assert clients.after_a_crash("select id from t order by id") == [(1,), (2,)]


def test_databases_are_kept_at_once(clients: _Clients) -> None:
    def names() -> list[str]:
        found = clients.after_a_crash("select name from sysmaster:sysdatabases order by 1")
        return [name.strip() for (name,) in found]

    run = clients.session("")
    run("create database made with log")
    assert names() == ["made", "sysmaster", "testdb"]
    run("close database")
    run("rename database made to named")
    assert names() == ["named", "sysmaster", "testdb"]
    run("drop database named")
    assert names() == ["sysmaster", "testdb"]


def test_a_number_of_a_sequence_is_not_given_again(clients: _Clients) -> None:
    run = clients.session()
    run("create sequence numbers")
    run("create table t (id int)")
    run("insert into t values (numbers.nextval)")
    session = clients.engines[0].connect("informix", {})
    session.open_database("testdb")
    query = "select numbers.nextval from sysmaster:sysdual"
    assert session.open(session.prepare(query)).fetch() == (2,)
    assert clients.after_a_crash(query) == [(3,)]


def test_sequences_and_privileges_are_kept_as_they_were_changed(clients: _Clients) -> None:
    run = clients.session()
    run("create sequence numbers")
    run("create table t (id int)")
    run("alter sequence numbers increment by 7")
    assert clients.after_a_crash("select inc_val from syssequences") == [(7,)]
    run("grant select on t to bob")
    assert clients.after_a_crash("select count(*) from systabauth where grantee = 'bob'") == [(1,)]


def test_altered_tables_come_back(opened: Any) -> None:
    run = opened()
    run("create table t (a int, b char(3), c date)")
    run("insert into t values (1, 'x', '2024-02-03')")
    run("alter table t drop (a), modify (b varchar(9)), add (d int default 5)")
    run("rename table t to u")
    run = opened()
    assert run("select b, d from u") == [("x  ", 5)]
    assert run("insert into u (b) values ('longer')").rows == 1
