"""Random work on one connection against a dict: what is committed stays, what is not goes, cursors get their rows.

A program is a list of operations. After each of them the connection has to see what the model has; whatever
happens to the connection, another one has to see what was committed.
"""

import gc
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import hypothesis.strategies as st
import informix_db
import pytest
from hypothesis import HealthCheck, given, settings
from informix_testserver.server import TestServer

KEYS = st.integers(1, 6)
PAIRS = st.tuples(KEYS, st.integers(0, 99))
STATIC = [(i, "v" * (i % 30)) for i in range(150)]
_numbers = itertools.count(1)

OPERATIONS = st.one_of(
    st.tuples(st.just("insert"), PAIRS),
    st.tuples(st.just("many"), st.lists(PAIRS, min_size=1, max_size=6), st.sampled_from([None, True, False])),
    st.tuples(st.just("collect"), st.lists(PAIRS, min_size=1, max_size=6)),
    st.tuples(st.just("many_fail"), st.lists(PAIRS, max_size=3)),
    st.tuples(st.just("update"), PAIRS),
    st.tuples(st.just("delete"), KEYS),
    st.tuples(st.just("commit")),
    st.tuples(st.just("rollback")),
    st.tuples(st.just("block"), PAIRS, st.booleans()),
    st.tuples(st.just("bad_sql")),
    st.tuples(st.just("bad_value"), KEYS),
    st.tuples(st.just("open"), st.booleans(), st.integers(1, 40)),
    st.tuples(st.just("fetch"), st.integers(0, 5), st.integers(1, 60)),
    st.tuples(st.just("drop"), st.integers(0, 5)),
    st.tuples(st.just("close"), st.integers(0, 5)),
    st.tuples(st.just("cut"), PAIRS, st.booleans()),
)


@dataclass(eq=False)
class Reader:
    cursor: Any
    hold: bool
    taken: int = 0
    outdated: bool = False


@dataclass
class Model:
    table: str
    committed: dict[int, int] = field(default_factory=dict)
    present: dict[int, int] = field(default_factory=dict)
    readers: list[Reader] = field(default_factory=list)


class Program:
    """Interprets operations on a connection and on the model."""

    def __init__(self, driver: Any, server: TestServer, table: str) -> None:
        self.driver, self.server = driver, server
        self.model = Model(table)
        self.conn = self.connect()
        self.conn.execute(f"CREATE TABLE {table} (k INT PRIMARY KEY, v INT)")
        self.conn.commit()

    def connect(self) -> Any:
        return self.driver.connect(self.server.url, fetch_buffer=256, read_timeout=10, statement_cache_size=3)

    def run(self, operation: tuple[Any, ...]) -> None:
        getattr(self, f"do_{operation[0]}")(*operation[1:])
        self.check()

    def check(self) -> None:
        rows = self.conn.execute(f"SELECT k, v FROM {self.model.table}").fetchall()
        assert len(rows) == len(self.model.present)
        assert dict(rows) == self.model.present

    def insert_sql(self) -> str:
        return f"INSERT INTO {self.model.table} VALUES (?, ?)"

    def do_insert(self, pair: tuple[int, int]) -> None:
        key, value = pair
        if key in self.model.present:
            with pytest.raises(informix_db.IntegrityError):
                self.conn.execute(self.insert_sql(), pair)
        else:
            assert self.conn.execute(self.insert_sql(), pair).rowcount == 1
            self.model.present[key] = value

    def prefix(self, pairs: list[tuple[int, int]]) -> tuple[dict[int, int], int | None]:
        """What is stored of the pairs up to the first duplicate, and its index."""
        stored: dict[int, int] = {}
        for index, (key, value) in enumerate(pairs):
            if key in self.model.present or key in stored:
                return stored, index
            stored[key] = value
        return stored, None

    def do_many(self, pairs: list[tuple[int, int]], insert_cursor: bool | None) -> None:
        stored, failing = self.prefix(pairs)
        cur = self.conn.cursor()
        if failing is None:
            cur.executemany(self.insert_sql(), iter(pairs), insert_cursor=insert_cursor)
        else:
            with pytest.raises(informix_db.IntegrityError) as caught:
                cur.executemany(self.insert_sql(), iter(pairs), insert_cursor=insert_cursor)
            assert caught.value.row == failing
        assert cur.rowcount == len(stored)
        self.model.present.update(stored)

    def do_collect(self, pairs: list[tuple[int, int]]) -> None:
        stored: dict[int, int] = {}
        failing = []
        for index, (key, value) in enumerate(pairs):
            if key in self.model.present or key in stored:
                failing.append(index)
            else:
                stored[key] = value
        cur = self.conn.cursor()
        cur.executemany(self.insert_sql(), pairs, batch_errors=True)
        assert [error.row for error in cur.batch_errors] == failing
        assert cur.rowcount == len(stored)
        self.model.present.update(stored)

    def do_many_fail(self, pairs: list[tuple[int, int]]) -> None:
        """The application's own iterator raises."""
        stored, failing = self.prefix(pairs)

        def source() -> Iterator[tuple[int, int]]:
            yield from pairs
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError if failing is None else informix_db.IntegrityError):
            self.conn.cursor().executemany(self.insert_sql(), source())
        self.model.present.update(stored)

    def do_update(self, pair: tuple[int, int]) -> None:
        key, value = pair
        cur = self.conn.execute(f"UPDATE {self.model.table} SET v = ? WHERE k = ?", (value, key))
        assert cur.rowcount == (key in self.model.present)
        if key in self.model.present:
            self.model.present[key] = value

    def do_delete(self, key: int) -> None:
        cur = self.conn.execute(f"DELETE FROM {self.model.table} WHERE k = :k", {"k": key})
        assert cur.rowcount == (key in self.model.present)
        self.model.present.pop(key, None)

    def ended(self) -> None:
        for reader in self.model.readers:
            reader.outdated = reader.outdated or not reader.hold

    def do_commit(self) -> None:
        self.conn.commit()
        self.model.committed = dict(self.model.present)
        self.ended()

    def do_rollback(self) -> None:
        self.conn.rollback()
        self.model.present = dict(self.model.committed)
        self.ended()

    def do_block(self, pair: tuple[int, int], fail: bool) -> None:
        """A block inside of a transaction: a savepoint."""
        self.check()
        before = dict(self.model.present)
        try:
            with self.conn.transaction():
                self.do_insert(pair)
                if fail:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            self.model.present = before
        assert self.conn.in_transaction

    def do_bad_sql(self) -> None:
        with pytest.raises(informix_db.ProgrammingError):
            self.conn.execute("SELECT nonsense FROM nowhere")

    def do_bad_value(self, key: int) -> None:
        with pytest.raises(informix_db.DataError, match="parameter 2"):
            self.conn.execute(self.insert_sql(), (key, object()))

    def do_open(self, hold: bool, rows: int) -> None:
        cursor = self.conn.cursor(hold=hold)
        cursor.execute("SELECT id, v FROM static WHERE id < 150 ORDER BY id")
        reader = Reader(cursor, hold)
        self.model.readers.append(reader)
        self.read(reader, rows)

    def read(self, reader: Reader, count: int) -> None:
        expected = STATIC[reader.taken : reader.taken + count]
        if not reader.outdated:
            assert reader.cursor.fetchmany(count) == expected
            reader.taken += len(expected)
            return
        # Rows that were received before the transaction ended are still delivered, then it says what happened.
        for want in expected:
            try:
                assert reader.cursor.fetchone() == want
            except informix_db.ProgrammingError as error:
                assert "hold=True" in str(error)  # noqa: PT017 - it may raise or not
                self.model.readers.remove(reader)
                return
            reader.taken += 1

    def reader(self, index: int) -> Reader | None:
        readers = self.model.readers
        return readers[index % len(readers)] if readers else None

    def do_fetch(self, index: int, count: int) -> None:
        if (reader := self.reader(index)) is not None:
            self.read(reader, count)

    def do_drop(self, index: int) -> None:
        if (reader := self.reader(index)) is not None:
            self.model.readers.remove(reader)
            del reader
            gc.collect(0)

    def do_close(self, index: int) -> None:
        if (reader := self.reader(index)) is not None:
            self.model.readers.remove(reader)
            reader.cursor.close()
            with pytest.raises(informix_db.InterfaceError, match="cursor is closed"):
                reader.cursor.fetchone()

    def do_cut(self, pair: tuple[int, int], reset: bool) -> None:
        """The server goes away: what was not committed is gone."""
        self.server.faults.cut(after_groups=0, reset=reset)
        with pytest.raises(informix_db.OperationalError):
            self.conn.execute(self.insert_sql(), pair)
        assert self.conn.closed
        self.server.faults.clear()
        for reader in self.model.readers:
            with pytest.raises(informix_db.InterfaceError):
                reader.cursor.execute("SELECT 1 FROM systables")
        self.model.readers.clear()
        self.conn.close()
        self.conn = self.connect()
        self.conn.set_lock_mode(10)
        self.model.present = dict(self.model.committed)

    def finish(self) -> None:
        self.conn.close()
        with self.connect() as conn:
            conn.set_lock_mode(10)
            rows = conn.execute(f"SELECT k, v FROM {self.model.table}").fetchall()
            assert dict(rows) == self.model.committed
            assert len(rows) == len(self.model.committed)
            conn.execute(f"DROP TABLE {self.model.table}")


@pytest.fixture(scope="module")
def memory(memory: TestServer) -> TestServer:
    with informix_db.connect(memory.url) as conn:
        conn.execute("CREATE TABLE static (id INT, v VARCHAR(40))")
        conn.cursor().executemany("INSERT INTO static VALUES (?, ?)", STATIC)
    return memory


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(operations=st.lists(OPERATIONS, max_size=25))
def test_a_connection_does_what_a_dict_does(
    driver: Any, memory: TestServer, operations: list[tuple[Any, ...]]
) -> None:
    program = Program(driver, memory, f"m{next(_numbers)}")
    try:
        for operation in operations:
            program.run(operation)
        program.finish()
    finally:
        memory.faults.clear()
        program.conn.close()
