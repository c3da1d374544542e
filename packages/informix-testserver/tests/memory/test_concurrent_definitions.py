"""Definitions of a transaction that is still open: other sessions neither see nor disturb them."""

import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from informix_testserver.engine import SqlError
from informix_testserver.memory import MemoryEngine
from informix_testserver.memory.undo import CHANGED

LOCKED = (-211, -107)
IN_USE = (-242, -113)
LIMIT = 10.0


@pytest.fixture
def two(connect: Any) -> tuple[Any, Any]:
    """Two sessions; the first one has a transaction open."""
    a, b = connect(), connect()
    a.run("create table old (k int primary key constraint pk_old, v char(3))")
    a.run("create index ix_old on old (v)")
    a.run("insert into old values (1, 'one')")
    a.run("create view vw as select v from old")
    a.run("create table lk (k int)")
    a.run("insert into lk values (0)")
    a.run("begin work")
    return a, b


@pytest.mark.parametrize(
    ("change", "use", "codes"),
    [
        ("create table n (k int)", "insert into n values (1)", LOCKED),
        ("create table n (k int)", "create table n (b char(3))", LOCKED),
        ("create table n (k int)", "create table if not exists n (b char(3))", LOCKED),
        ("create table n (k int)", "create view n as select * from old", LOCKED),
        ("create table n (k int)", "drop table n", LOCKED),
        ("create table n (k int primary key)", "create table m (k int references n)", LOCKED),
        ("create view n as select * from old", "select * from n", LOCKED),
        ("create synonym n for old", "select * from n", LOCKED),
        ("create sequence n", "select n.nextval from sysmaster:sysdual", LOCKED),
        ("create index n on old (k, v)", "create index n on lk (k)", LOCKED),
        ("create table n (k int unique constraint nk)", "alter table lk add constraint unique (k) constraint nk",
         LOCKED),
        ("create row type n (a int)", "create table m (c n)", LOCKED),
        ("create distinct type n as int", "create distinct type n as char(3)", LOCKED),
        ("drop table old", "select * from old", LOCKED),
        ("drop table old", "create table old (b char(3))", LOCKED),
        ("drop table old", "create index ix_old on lk (k)", LOCKED),
        ("drop table old", "alter table lk add constraint unique (k) constraint pk_old", LOCKED),
        ("drop table old", "select * from vw", LOCKED),
        ("drop view vw", "create table vw (k int)", LOCKED),
        ("drop index ix_old", "create index ix_old on lk (k)", LOCKED),
        ("rename table old to n", "select * from old", LOCKED),
        ("rename table old to n", "select * from n", LOCKED),
        ("rename table old to n", "create table old (b char(3))", LOCKED),
        ("rename table old to n", "drop view vw", LOCKED),
        ("rename index ix_old to n", "create index n on lk (k)", LOCKED),
        ("alter table old add (n int)", "create view m as select n from old", LOCKED),
        ("alter table old drop constraint pk_old", "alter table lk add constraint unique (k) constraint pk_old",
         LOCKED),
        ("create view m as select k from old", "drop table old", IN_USE),
        ("create table m (k int references old)", "drop table old", IN_USE),
    ],
)  # fmt: skip
def test_what_a_transaction_has_defined_is_locked_until_its_end(
    two: tuple[Any, Any], change: str, use: str, codes: tuple[int, int]
) -> None:
    a, b = two
    a.run(change)
    assert b.fails(use) == codes
    b.run("begin work")
    b.run("update lk set k = k + 1")
    assert b.fails(use) == codes
    b.run("rollback work")
    a.run("rollback work")
    assert b.rows("select k from lk") == [(0,)]
    assert b.rows("select o.k, o.v, vw.v from old o, vw") == [(1, "one", "one")]
    b.run("create table n (b char(3))")


def test_statements_prepared_before_meet_the_lock_too(two: tuple[Any, Any]) -> None:
    a, b = two
    select, insert = b.prepare("select v from old"), b.prepare("insert into old values (2, 'two')")
    for level in ("committed read", "dirty read"):
        b.run(f"set isolation to {level}")
        a.run("drop table old")
        with pytest.raises(SqlError) as caught:
            b.session.open(select)
        assert (caught.value.sqlcode, caught.value.isam, caught.value.token) == (*LOCKED, "systables")
        with pytest.raises(SqlError) as caught:
            b.session.execute(insert)
        assert (caught.value.sqlcode, caught.value.isam) == LOCKED
        a.run("rollback work")
        assert b.rows("select v from old") == [("one",)]
        a.run("begin work")


def test_others_wait_for_the_definition(two: tuple[Any, Any]) -> None:
    a, b = two
    b.run("set lock mode to wait")
    a.run("create table n (k int)")
    found: list[Any] = []
    asking = threading.Thread(target=lambda: found.append(b.rows("select count(*) from n")), daemon=True)
    asking.start()
    while not b.session.waits_for:
        assert asking.is_alive()
    a.run("insert into n values (7)")
    a.run("commit work")
    asking.join(LIMIT)
    assert found == [[(1,)]]


def test_a_wait_for_a_definition_ends(two: tuple[Any, Any]) -> None:
    a, b = two
    b.run("set lock mode to wait 1")
    a.run("create table n (k int)")
    assert b.fails("select count(*) from n") == (-211, -154)
    b.run("begin work")
    b.run("create table m (k int)")
    b.run("set lock mode to wait")
    waiting = threading.Thread(target=lambda: b.fails("select count(*) from n"), daemon=True)
    waiting.start()
    while not b.session.waits_for:
        assert waiting.is_alive()
    a.run("set lock mode to wait")
    assert a.fails("select count(*) from m") == (-211, -143)
    a.run("rollback work")
    waiting.join(LIMIT)
    assert not waiting.is_alive()


def test_other_names_are_free(two: tuple[Any, Any]) -> None:
    a, b = two
    a.run("create table n (k int)")
    b.run("begin work")
    b.run("create table m (k int)")
    b.run("create temp table n (b char(3))")
    b.run("insert into n values ('own')")
    b.run("commit work")
    a.run("commit work")
    assert b.rows("select * from n") == [("own",)]
    assert b.rows("select count(*) from testdb:n") == [(0,)]
    assert a.rows("select count(*) from m") == [(0,)]


def test_an_autocommitted_truncate_of_nothing_keeps_no_lock(connect: Any) -> None:
    a, b = connect(), connect()
    a.run("create table n (k int)")
    a.run("truncate table n")
    b.run("insert into n values (1)")
    assert a.rows("select * from n") == [(1,)]


def test_a_rollback_ends_the_transaction_though_a_step_fails(two: tuple[Any, Any]) -> None:
    a, b = two

    def fail() -> None:
        raise RuntimeError("a step that cannot be undone")

    a.run("update lk set k = 1")
    a.session.undo.append((CHANGED, None, 1, fail))
    a.run("create table n (k int)")
    with pytest.raises(RuntimeError, match="a step that cannot be undone"):
        a.session.rollback()
    assert not a.session.in_transaction
    assert b.rows("select k from lk") == [(0,)]
    assert b.fails("select * from n") == (-206, -111)
    assert a.fails("rollback work") == (-255, 0)


# ------------------------------------------------------------------------------------------------ serializability

STATEMENTS = [
    "create table t{n} (k int)",
    "create table t{n} (k int, c char(2))",
    "create table t{n} (k int primary key)",
    "create table t{n} (k int references t{m})",
    "drop table t{n}",
    "rename table t{n} to t{m}",
    "rename column t{n}.k to j",
    "alter table t{n} add (x int)",
    "alter table t{n} add constraint unique (k) constraint c{m}",
    "create index i{n} on t{m} (k)",
    "drop index i{n}",
    "create view t{n} as select k from t{m}",
    "create synonym t{n} for t{m}",
    "drop view t{n}",
    "insert into t{n} (k) values ({m})",
    "update t{n} set k = k + 10",
    "delete from t{n} where k = {m}",
    "truncate table t{n}",
    "commit work",
    "rollback work",
]
STEP = st.tuples(st.integers(0, 1), st.sampled_from(STATEMENTS), st.integers(1, 3), st.integers(1, 3))


def contents(session: Any) -> dict[str, Any]:
    """Return the definitions of a database with its rows."""
    database = session.database
    found = {}
    for table in database.user_tables():
        columns = [(c.name, c.type, c.not_null) for c in table.columns]
        indexes = sorted((i.name.strip()[:1], i.columns, i.unique) for i in table.indexes)
        rows = []
        if table.kind == "T":
            rows = session.store.rows(
                f"SELECT {','.join(c.physical for c in table.columns)} FROM {table.physical}"
            )
        constraints = sorted((c.kind, c.columns, c.parent != 0) for c in table.constraints)
        found[table.name] = (table.kind, columns, indexes, constraints, sorted(rows, key=str))
    return found


@given(steps=st.lists(STEP, min_size=5, max_size=40))
@settings(max_examples=150, deadline=None)
def test_two_transactions_leave_what_one_after_the_other_would(steps: list[tuple[int, str, int, int]]) -> None:
    """Locks are held to the end: the outcome is that of the committed transactions in the order of the commits."""
    together, alone = MemoryEngine(), MemoryEngine()
    sessions = [together.connect("informix", {}) for _ in range(2)]
    judge = alone.connect("informix", {})
    for session in (*sessions, judge):
        session.open_database("testdb")
    done: list[list[str]] = [[], []]
    refused: set[int] = set()
    closing = [(who, "commit work", 0, 0) for who in (0, 1)]
    for who, text, n, m in [*steps, *closing]:
        session, sql = sessions[who], text.format(n=n, m=m)
        if not session.in_transaction:
            session.begin()
        if sql == "commit work":
            session.commit()
            judge.begin()
            for statement in done[who]:
                judge.execute(judge.prepare(statement))
            judge.commit()
            done[who] = []
        elif sql == "rollback work":
            session.rollback()
            done[who] = []
        else:
            try:
                outcome = session.execute(session.prepare(sql))
            except SqlError as error:
                refused.add(error.sqlcode)
            else:
                # A change that found no row holds no lock: the table may be gone when its transaction commits.
                if outcome.rows or not text.startswith(("update", "delete")):
                    done[who].append(sql)
    assert contents(sessions[0]) == contents(judge)
    assert -999 not in refused
    together.close()
    alone.close()
