"""Several sessions at once: isolation levels, lock modes, waiting, deadlocks, interrupts."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from informix_testserver.engine import SqlError

LIMIT = 10.0


@pytest.fixture
def two(connect: Any) -> tuple[Any, Any]:
    """Two sessions on a table with three rows."""
    a, b = connect(), connect()
    a.run("create table t (id int primary key, v varchar(10))")
    for n, v in ((1, "a"), (2, "b"), (3, "c")):
        a.run("insert into t values (?, ?)", n, v)
    return a, b


class Background:
    """Runs a statement of a session in a thread."""

    def __init__(self, client: Any, sql: Any) -> None:
        self.result: Any = None
        self._client = client
        self._statement = client.prepare(sql) if isinstance(sql, str) else sql
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            session = self._client.session
            if self._statement.returns_rows:
                cursor = session.open(self._statement)
                self.result = list(iter(cursor.fetch, None))
            else:
                self.result = session.execute(self._statement).rows
        except SqlError as error:
            self.result = (error.sqlcode, error.isam)

    def wait_until(self, condition: Callable[[], Any]) -> None:
        end = time.monotonic() + LIMIT
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.001)

    def waiting(self) -> "Background":
        """Return when the session waits for a lock."""
        self.wait_until(lambda: self._client.session.waits_for)
        return self

    def running(self) -> "Background":
        """Return when the session works in sqlite."""
        self.wait_until(lambda: self._client.session.store.env.session is self._client.session)
        return self

    def join(self) -> Any:
        self._thread.join(LIMIT)
        assert not self._thread.is_alive()
        return self.result


def test_committed_read_stops_at_locked_rows(two: Any) -> None:
    a, b = two
    a.session.begin()
    a.run("update t set v = 'x' where id = 1")
    assert b.fails("select * from t") == (-244, -107)
    assert b.fails("select v from t where v = 'a'") == (-244, -107)
    assert b.rows("select v from t where id = 2") == [("b",)]
    assert a.rows("select v from t where id = 1") == [("x",)]
    a.session.rollback()
    assert b.rows("select v from t where id = 1") == [("a",)]


def test_dirty_read_sees_what_is_not_committed(two: Any) -> None:
    a, b = two
    b.run("set isolation to dirty read")
    a.session.begin()
    a.run("update t set v = 'x' where id = 1")
    a.run("delete from t where id = 2")
    a.run("insert into t values (4, 'd')")
    assert b.rows("select * from t order by id") == [(1, "x"), (3, "c"), (4, "d")]
    a.session.rollback()
    assert b.rows("select * from t order by id") == [(1, "a"), (2, "b"), (3, "c")]


def test_deleted_rows_stay_locked_until_the_commit(two: Any) -> None:
    a, b = two
    a.session.begin()
    a.run("delete from t where id = 3")
    assert a.rows("select id from t order by id") == [(1,), (2,)]
    assert b.fails("select * from t where id = 3") == (-244, -107)
    assert b.fails("insert into t values (3, 'new')") == (-271, -107)
    a.run("insert into t values (3, 'again')")
    a.session.rollback()
    assert b.rows("select v from t where id = 3") == [("c",)]


def test_keys_given_up_by_an_uncommitted_update_are_taken(two: Any) -> None:
    a, b = two
    a.session.begin()
    a.run("update t set id = 7 where id = 1")
    assert b.fails("insert into t values (1, 'x')") == (-271, -107)
    assert b.fails("update t set id = 1 where id = 2") == (-271, -107)
    a.run("insert into t values (1, 'mine')")
    a.session.rollback()
    assert a.rows("select * from t order by id") == [(1, "a"), (2, "b"), (3, "c")]
    a.session.begin()
    a.run("update t set id = 7 where id = 1")
    a.session.commit()
    assert b.run("insert into t values (1, 'x')").rows == 1


@pytest.mark.parametrize("level", ["committed read", "cursor stability"])
@pytest.mark.parametrize(
    "sql",
    [
        "select * from t where id = 1",
        "select count(*) from t where id between 0 and 1",
        "select * from t where v = 'a'",
        "select * from t where v = 'a' and id = 1",
        "update t set v = 'b' where id = 1",
        "delete from t where v = 'a'",
        "select * from t where v = 'a' for update",
    ],
)
def test_keys_that_an_uncommitted_update_has_replaced_are_found_locked(two: Any, level: str, sql: str) -> None:
    """The index still leads to what is committed: not to find it would be to read what is not committed."""
    a, b = two
    a.run("create index tv on t (v)")
    b.run(f"set isolation to {level}")
    a.session.begin()
    b.session.begin()
    a.run("update t set id = 7, v = 'z' where id = 1")
    assert b.fails(sql) == (-244, -107)
    assert b.rows("select v from t where id = 2") == [("b",)]
    a.session.rollback()
    b.session.rollback()
    b.run("set isolation to committed read")
    assert b.rows("select * from t where v = 'a'") == [(1, "a")]


def test_a_new_row_with_a_deleted_ones_key_leaves_its_other_keys_taken(two: Any) -> None:
    a, b = two
    a.run("create unique index tv on t (v)")
    a.session.begin()
    a.run("delete from t where id = 1")
    a.run("insert into t values (1, 'new')")
    assert b.fails("insert into t values (9, 'a')") == (-271, -107)
    assert b.fails("select * from t where v = 'a'") == (-244, -107)
    b.run("set isolation to committed read last committed")
    assert b.rows("select * from t where v < 'b'") == [(1, "a")]
    a.session.rollback()
    assert a.rows("select * from t order by id") == [(1, "a"), (2, "b"), (3, "c")]


def test_a_parent_is_kept_for_children_that_may_come_back_to_it(two: Any) -> None:
    a, b = two
    a.run("create table c (id int references t)")
    a.run("insert into c values (1)")
    a.session.begin()
    a.run("update c set id = 2")
    assert b.fails("delete from t where id = 1") == (-692, -107)
    a.session.rollback()
    assert a.rows("select c.id, t.id from c, t where c.id = t.id") == [(1, 1)]


def test_a_cascade_waits_for_children_that_may_come_back(two: Any) -> None:
    a, b = two
    a.run("create table c (id int references t on delete cascade)")
    a.run("insert into c values (1)")
    a.session.begin()
    a.run("update c set id = 2")
    assert b.fails("delete from t where id = 1") == (-244, -107)
    a.session.commit()
    assert b.run("delete from t where id = 1").rows == 1
    assert b.rows("select id from c") == [(2,)]


def test_rows_that_were_taken_back_do_not_lock_out_new_ones(two: Any) -> None:
    a, b = two
    a.session.begin()
    a.session.savepoint("s")
    a.run("insert into t values (4, 'x')")
    a.run("insert into t values (5, 'x')")
    a.session.rollback_to("s")
    assert b.run("insert into t values (6, 'b')").rows == 1
    b.session.begin()
    assert b.run("insert into t values (7, 'b')").rows == 1
    b.session.commit()
    assert b.rows("select id from t where v = 'b' order by id") == [(2,), (6,), (7,)]
    a.session.commit()


def test_uncommitted_children_hold_their_parent(two: Any) -> None:
    a, b = two
    a.run("create table c (id int references t)")
    a.run("insert into c values (1)")
    a.session.begin()
    a.run("delete from c")
    assert b.fails("delete from t where id = 1") == (-692, -107)
    a.session.commit()
    assert b.run("delete from t where id = 1").rows == 1


def test_keys_of_uncommitted_rows_are_taken(two: Any) -> None:
    a, b = two
    a.session.begin()
    a.run("insert into t values (9, 'x')")
    assert b.fails("insert into t values (9, 'y')") == (-271, -107)
    a.session.rollback()
    assert b.run("insert into t values (9, 'y')").rows == 1


@pytest.mark.parametrize("change", ["update t set v = 'y' where id = 1", "delete from t where id = 1"])
def test_writers_exclude_each_other_by_row(two: Any, change: str) -> None:
    a, b = two
    a.session.begin()
    a.run("update t set v = 'x' where id = 1")
    assert b.fails(change) == (-244, -107)
    assert b.run("update t set v = 'y' where id = 2").rows == 1
    a.session.commit()
    assert b.run(change).rows == 1


def test_waiting_for_a_commit(two: Any) -> None:
    a, b = two
    a.session.begin()
    a.run("update t set v = 'x' where id = 1")
    b.run("set lock mode to wait")
    reader = Background(b, "update t set v = v || 'b' where id = 1").waiting()
    a.session.commit()
    assert reader.join() == 1
    assert a.rows("select v from t where id = 1") == [("xb",)]


def test_a_release_between_two_looks_is_not_missed(two: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = two
    a.session.begin()
    a.run("update t set v = 'x' where id = 1")
    b.run("set lock mode to wait 3")
    changed = a.session.store.changed
    wait = changed.wait

    def wait_in_vain(timeout: float) -> bool:
        """Time out; before the waiter has the latch again, the other session commits."""
        monkeypatch.setattr(changed, "wait", wait)
        a.session.commit()
        return False

    monkeypatch.setattr(changed, "wait", wait_in_vain)
    assert b.run("update t set v = 'y' where id = 1").rows == 1


def test_a_statement_that_waited_starts_again(two: Any) -> None:
    a, b = two
    a.session.begin()
    a.run("update t set v = 'gone' where id = 3")
    b.run("set lock mode to wait")
    writer = Background(b, "update t set v = 'b' where v <> 'gone'").waiting()
    # What b did before it met the lock is undone while it waits: a can still lock row 1.
    a.run("update t set v = 'gone' where id = 1")
    a.session.commit()
    assert writer.join() == 1
    assert a.rows("select v from t order by id") == [("gone",), ("b",), ("gone",)]


def test_waiting_has_an_end(two: Any) -> None:
    a, b = two
    a.session.begin()
    a.run("update t set v = 'x' where id = 1")
    b.run("set lock mode to wait 1")
    assert b.fails("update t set v = 'y' where id = 1") == (-244, -154)
    assert b.fails("select * from t") == (-244, -154)


def test_deadlock(two: Any) -> None:
    a, b = two
    for client, row in ((a, 1), (b, 2)):
        client.run("set lock mode to wait")
        client.session.begin()
        client.run(f"update t set v = 'x' where id = {row}")
    other = Background(a, "update t set v = 'y' where id = 2").waiting()
    assert b.fails("update t set v = 'y' where id = 1") == (-244, -143)
    b.session.rollback()
    assert other.join() == 1


def test_interrupting_a_wait(two: Any) -> None:
    a, b = two
    a.session.begin()
    a.run("update t set v = 'x' where id = 1")
    b.run("set lock mode to wait")
    waiter = Background(b, "select * from t").waiting()
    b.session.interrupt()
    assert waiter.join() == (-213, -157)
    assert b.rows("select v from t where id = 2") == [("b",)]


def test_interrupting_a_long_query(two: Any) -> None:
    _, b = two
    worker = Background(b, "select count(*) from syscolumns a, syscolumns b, syscolumns c, syscolumns d").running()
    while worker.result is None:
        b.session.interrupt()
        time.sleep(0.01)
    assert worker.join() == (-213, -157)
    assert b.rows("select v from t where id = 2") == [("b",)]


def test_interrupting_while_another_session_works(two: Any) -> None:
    a, b = two
    with a.session.store.latch:
        waiter = Background(b, "delete from t")
        waiter.wait_until(lambda: b.session._entering)
        b.session.interrupt()
    assert waiter.join() == (-213, -157)
    assert len(a.rows("select * from t")) == 3


def test_interrupts_never_touch_changes(two: Any) -> None:
    """sqlite would roll back everything if a change were interrupted."""
    a, _ = two
    a.session.begin()
    stop = threading.Event()

    def shoot() -> None:
        while not stop.is_set():
            a.session.interrupt()

    shooter = threading.Thread(target=shoot, daemon=True)
    shooter.start()
    done, codes = 0, set()
    try:
        for n in range(10, 2000):
            try:
                a.run("insert into t values (?, 'x')", n)
                done += 1
            except SqlError as error:
                codes.add(error.sqlcode)
    finally:
        stop.set()
        shooter.join(LIMIT)
    a.session.commit()
    assert codes <= {-213}
    assert a.rows("select count(*) from t where id >= 10") == [(done,)]
    assert a.rows("select v from t where id = 1") == [("a",)]


def test_interrupting_an_idle_session_does_nothing(two: Any) -> None:
    a, _ = two
    a.session.interrupt()
    assert len(a.rows("select * from t")) == 3


def test_repeatable_read_keeps_what_was_read(two: Any) -> None:
    a, b = two
    a.run("set isolation to repeatable read")
    a.session.begin()
    assert a.rows("select v from t where id = 1") == [("a",)]
    assert b.rows("select v from t where id = 1") == [("a",)]
    assert b.fails("update t set v = 'x' where id = 1") == (-244, -107)
    assert b.run("update t set v = 'x' where id = 2").rows == 1
    a.session.commit()
    assert b.run("update t set v = 'x' where id = 1").rows == 1


@pytest.mark.parametrize(
    ("read", "again"),
    [
        ("select id from t where id between 1 and 10", [(1,), (2,), (3,)]),
        ("select id from t where id in (1, 7)", [(1,)]),
        ("select id from t where id = 7", []),
        ("select id from t where id = 7 or id = 1", [(1,)]),
        ("select id from t where v = 'a'", [(1,)]),
        ("select count(*) from t where id = 7", [(0,)]),
        ("select max(id) from t", [(3,)]),
        ("select x.id, y.id from t x left join t y on y.id = x.id + 6 where x.id = 1", [(1, None)]),
        ("select id from t where id = 1 union select id from t where id = 7", [(1,)]),
        ("select 5 from sysmaster:sysdual where not exists (select 1 from t where id = 7)", [(5,)]),
    ],
)
def test_repeatable_read_has_no_phantoms(two: Any, read: str, again: list[Any]) -> None:
    a, b = two
    a.run("set isolation to repeatable read")
    a.session.begin()
    assert a.rows(read) == again
    assert b.fails("insert into t values (7, 'a')") == (-271, -113)
    assert b.fails("update t set id = 7 where id = 3") == (-244, -113)
    assert a.rows(read) == again
    a.session.commit()
    assert b.run("insert into t values (7, 'a')").rows == 1
    assert a.rows(read) != again


@pytest.mark.parametrize("change", ["update t set v = 'x' where id > 1", "delete from t where id = 7"])
def test_repeatable_read_keeps_rows_away_from_what_a_change_looked_for(two: Any, change: str) -> None:
    a, b = two
    a.run("set isolation to repeatable read")
    a.session.begin()
    a.run(change)
    assert b.fails("insert into t values (7, 'a')") == (-271, -113)
    a.session.rollback()
    assert b.run("insert into t values (7, 'a')").rows == 1


def test_repeatable_read_of_one_key_leaves_the_table_to_others(two: Any) -> None:
    a, b = two
    for session in two:
        session.run("set isolation to repeatable read")
        session.session.begin()
    for session, key in ((a, 1), (b, 2)):
        assert len(session.rows("select v from t where id = ?", key)) == 1
        assert session.run("update t set v = 'x' where id = ?", key).rows == 1
    cursor = a.session.open(a.prepare("select v from t where id = 3 for update"), cursor_name="c")
    assert cursor.fetch() == ("c",)
    assert a.run("update t set v = 'y' where current of c").rows == 1
    b.run("insert into t values (9, 'z')")
    b.session.commit()
    a.session.commit()
    assert b.rows("select id, v from t order by id") == [(1, "x"), (2, "x"), (3, "y"), (9, "z")]


def test_update_cursor_locks_the_row_it_stands_on(two: Any) -> None:
    a, b = two
    a.session.begin()
    cursor = a.session.open(a.prepare("select id from t order by id for update"), cursor_name="c")
    assert cursor.fetch() == (1,)
    assert b.fails("update t set v = 'x' where id = 1") == (-244, -107)
    assert b.run("update t set v = 'x' where id = 3").rows == 1
    a.session.rollback()


def test_table_locks(two: Any) -> None:
    a, b = two
    a.session.begin()
    a.run("lock table t in share mode")
    assert len(b.rows("select * from t")) == 3
    assert b.fails("delete from t where id = 1") == (-244, -113)
    assert b.fails("insert into t values (8, 'x')") == (-271, -113)
    a.run("lock table t in exclusive mode")
    assert b.fails("select * from t") == (-244, -113)
    b.session.begin()
    assert b.fails("lock table t in share mode") == (-289, -113)
    a.session.commit()
    b.run("lock table t in exclusive mode")
    b.session.commit()


def test_without_transactions_a_table_lock_lasts_until_it_is_given_up(connect: Any) -> None:
    a, b = connect("plain"), connect("plain")
    a.run("create table t (n int)")
    for end in ("unlock table t", "close database"):
        a.run("lock table t in exclusive mode")
        a.run("insert into t values (1)")
        assert a.fails("insert into t values ('x')") == (-1213, 0)
        assert b.fails("insert into t values (2)") == (-271, -113)
        a.run(end)
        b.run("insert into t values (3)")
    assert b.value("select count(*) from t where n = 3") == 2
    assert a.engine.locks._held == {}


def test_a_row_whose_insert_was_undone_is_not_locked(two: Any) -> None:
    a, b = two
    a.session.begin()
    a.session.savepoint("s")
    a.run("insert into t values (4, 'd')")
    a.session.rollback_to("s")
    assert a.fails("insert into t values (1, 'dup')") == (-268, -100)
    b.session.begin()
    b.run("insert into t values (5, 'e')")
    b.session.commit()
    assert b.rows("select id from t where id > 3") == a.rows("select id from t where id > 3") == [(5,)]
    a.session.commit()


def test_another_session_never_gets_the_place_of_a_deleted_row(connect: Any) -> None:
    a, b = connect(), connect()
    a.run("create table t (x int unique, y int unique)")
    for n in (1, 2, 3):
        a.run("insert into t values (?, ?)", n, n)
    a.session.begin()
    a.run("delete from t")
    a.run("insert into t values (2, 3)")  # takes one key from each of two deleted rows
    b.run("set isolation committed read last committed")
    assert b.rows("select * from t order by x") == [(1, 1), (2, 2), (3, 3)]
    b.run("insert into t values (9, 9)")
    b.run("insert into t values (8, 8)")
    a.session.rollback()
    assert a.rows("select * from t order by x") == [(1, 1), (2, 2), (3, 3), (8, 8), (9, 9)]
    a.session.begin()
    a.run("delete from t where x < 4")
    a.run("insert into t values (2, 3)")
    a.session.commit()
    assert b.rows("select * from t order by x") == [(2, 3), (8, 8), (9, 9)]


def test_ddl_needs_the_table_for_itself(two: Any) -> None:
    a, b = two
    a.session.begin()
    a.run("update t set v = 'x' where id = 1")
    for sql in ("drop table t", "alter table t add (z int)", "create index ti on t (v)"):
        assert b.fails(sql) == (-242, -113), sql
    a.session.commit()
    assert b.run("create index ti on t (v)").rows == 0


def test_referenced_row_is_kept_by_the_referring_transaction(two: Any) -> None:
    a, b = two
    a.run("create table c (id int references t)")
    a.session.begin()
    a.run("insert into c values (1)")
    assert b.fails("delete from t where id = 1") == (-244, -107)
    a.session.rollback()
    assert b.run("delete from t where id = 1").rows == 1


def test_exclusive_database(connect: Any, engine: Any) -> None:
    first = connect("plain")
    with pytest.raises(SqlError) as caught:
        connect("").session.open_database("plain", exclusive=True)
    assert caught.value.sqlcode == -425
    first.session.close()
    holder = connect("")
    holder.session.open_database("plain", exclusive=True)
    with pytest.raises(SqlError):
        connect("plain")


def test_no_lock_is_left_behind(two: Any) -> None:
    a, b = two
    a.session.begin()
    a.run("update t set v = 'x'")
    a.run("delete from t where id = 1")
    a.session.commit()
    b.session.begin()
    b.run("update t set v = 'y'")
    b.session.rollback()
    locks = a.engine.locks
    assert (locks._rows, locks._tables, locks._writers, locks._held) == ({}, {}, {}, {})


def test_last_committed_reads_the_version_before_the_change(two: Any) -> None:
    a, b = two
    b.run("set isolation to committed read last committed")
    assert b.rows("select * from t order by id") == [(1, "a"), (2, "b"), (3, "c")]
    a.session.begin()
    a.run("update t set v = 'x' where id = 1")
    a.run("update t set v = 'y' where id = 1")
    a.run("delete from t where id = 2")
    a.run("insert into t values (2, 'new')")
    a.run("delete from t where id = 3")
    a.run("insert into t values (9, 'z')")
    assert b.rows("select * from t order by id") == [(1, "a"), (2, "b"), (3, "c")]
    assert b.rows("select count(*) from t where v in ('x', 'y', 'z')") == [(0,)]
    assert b.rows("select t.id from t left join t u on t.id = u.id and u.v = 'a' where u.id is not null") == [(1,)]
    assert a.rows("select * from t order by id") == [(1, "y"), (2, "new"), (9, "z")]
    assert b.fails("update t set v = 'b' where id = 1") == (-244, -107)
    a.session.commit()
    assert b.rows("select * from t order by id") == [(1, "y"), (2, "new"), (9, "z")]


def test_an_update_cursor_reads_the_row_that_it_has_locked(two: Any) -> None:
    """In LAST COMMITTED too: a change computed from an older version would undo the one between."""
    a, b = two
    b.run("set isolation to committed read last committed")
    b.run("set lock mode to wait 10")
    statement = b.prepare("select v from t where id = 1 for update")
    for value in ("x", "y"):
        a.session.begin()
        a.run("update t set v = ? where id = 1", value)
        b.session.begin()
        fetched = Background(b, statement).waiting()
        a.session.commit()
        assert fetched.join() == [(value,)]
        b.session.commit()


def test_transfers_by_many_sessions_lose_nothing(connect: Any) -> None:
    """Threads move money between accounts in random order; deadlocks are rolled back and repeated."""
    accounts, workers, transfers = 5, 4, 40
    clients = [connect() for _ in range(workers)]
    clients[0].run("create table account (id int primary key, amount decimal(10,2))")
    for n in range(accounts):
        clients[0].run("insert into account values (?, 100)", n)
    codes: list[tuple[int, int]] = []

    def work(client: Any, seed: int) -> None:
        import random

        dice = random.Random(seed)
        client.run("set lock mode to wait 10")
        done = 0
        while done < transfers:
            source, target = dice.sample(range(accounts), 2)
            client.session.begin()
            try:
                client.run("update account set amount = amount - 1.25 where id = ?", source)
                client.run("update account set amount = amount + 1.25 where id = ?", target)
                if dice.random() < 0.2:
                    client.session.rollback()
                    continue
                client.session.commit()
                done += 1
            except SqlError as error:
                codes.append((error.sqlcode, error.isam))
                client.session.rollback()

    threads = [threading.Thread(target=work, args=(c, n), daemon=True) for n, c in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert set(codes) <= {(-244, -143)}
    assert clients[0].rows("select sum(amount), min(amount) <= 100 from account") == [(500, True)]
    assert clients[0].engine.locks._held == {}
