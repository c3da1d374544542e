"""Every conversation × a server that dies, resets, falls silent or garbles, at every place of its replies.

Each ends in the right exception in time; the connection then says that it is lost; nothing is left behind; and of
the rows none that was committed is lost, none is doubled, no transaction is there in part.
"""

import contextlib
import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import informix_db
import pytest
from informix_testserver.server import TestServer

PLACES = [*range(26), 30, 40, 60, 100, 300, 1000]
"""Numbers of messages that still get through; a conversation's later rows need not be tried one by one."""
SILENCE = 0.2
FIXED = [(i, f"name {i}") for i in range(1500)]

Talk = Callable[[Any], None]


def query(conn: Any) -> None:
    assert conn.execute("SELECT COUNT(*) FROM fixed").fetchall() == [(1500,)]


def fetch(conn: Any) -> None:
    cur = conn.cursor()
    cur.fetch_buffer = 4096
    assert cur.execute("SELECT * FROM fixed WHERE id >= ?", (0,)).fetchall() == FIXED


def cached(conn: Any) -> None:
    for number in range(3):
        assert conn.execute("SELECT name FROM fixed WHERE id = ?", (number,)).fetchone() == FIXED[number][1:]


def two_cursors(conn: Any) -> None:
    one, two = conn.cursor(), conn.cursor()
    one.fetch_buffer = two.fetch_buffer = 2048
    one.execute("SELECT id FROM fixed")
    two.execute("SELECT name FROM fixed")
    for number, name in FIXED[:200]:
        assert (one.fetchone(), two.fetchone()) == ((number,), (name,))


def columns(conn: Any) -> None:
    cur = conn.cursor()
    cur.fetch_buffer = 4096
    assert cur.execute("SELECT id FROM fixed").fetch_arrow().column(0).to_pylist() == list(range(1500))


def scroll(conn: Any) -> None:
    cur = conn.cursor(scrollable=True)
    cur.execute("SELECT id FROM fixed")
    assert [cur.fetch_last(), cur.fetch_first(), cur.fetch_relative(5)] == [(1499,), (0,), (5,)]


def unload(conn: Any) -> None:
    out = io.StringIO()
    assert conn.unload("SELECT id FROM fixed WHERE id < 3", out) == 3
    assert out.getvalue() == "0|\n1|\n2|\n"


def settings(conn: Any) -> None:
    conn.set_isolation("committed read")
    conn.set_lock_mode(3)
    assert "testdb" in conn.databases()
    conn.ping()


READS: dict[str, Talk] = {
    talk.__name__: talk for talk in (query, fetch, cached, two_cursors, columns, scroll, unload, settings)
}

ROWS = [(i, f"n{i}", f"text {i}") for i in range(40)]


def insert(conn: Any) -> None:
    for row in ROWS[:3]:
        conn.execute("INSERT INTO work VALUES (?, ?, ?)", row)
    conn.execute("INSERT INTO work (id, name) SELECT id + 3, name FROM fixed WHERE id < ?", (37,))
    conn.commit()


def bound(conn: Any) -> None:
    conn.cursor().executemany("INSERT INTO work VALUES (?, ?, ?)", ROWS)
    conn.commit()


def put(conn: Any) -> None:
    conn.cursor().executemany("INSERT INTO plain VALUES (?, ?)", [row[:2] for row in ROWS], insert_cursor=True)
    conn.execute("INSERT INTO work (id, name) SELECT id, name FROM plain")
    conn.execute("DELETE FROM plain")
    conn.commit()


def load(conn: Any) -> None:
    conn.autocommit = True
    text = "".join(f"{i}|n{i}|text {i}|\n" for i in range(40))
    assert conn.load("work", io.StringIO(text)) == 40


def blocks(conn: Any) -> None:
    with conn.transaction():
        conn.cursor().executemany("INSERT INTO work VALUES (?, ?, ?)", ROWS)
        with contextlib.suppress(ZeroDivisionError), conn.transaction():
            conn.execute("DELETE FROM work")
            raise ZeroDivisionError


def positioned(conn: Any) -> None:
    conn.cursor().executemany("INSERT INTO work VALUES (?, ?, ?)", [(i + 1000, n, t) for i, n, t in ROWS])
    cur = conn.cursor(name="position")
    cur.execute("SELECT id FROM work WHERE id < 1002 FOR UPDATE")
    while (row := cur.fetchone()) is not None:
        conn.execute("UPDATE work SET id = ? WHERE CURRENT OF position", (row[0] - 1000,))
    conn.execute("UPDATE work SET id = id - 1000 WHERE id >= 1000")
    conn.commit()


def two_phase(conn: Any) -> None:
    conn.tpc_begin(conn.xid(1, f"matrix {time.monotonic_ns()}", "b"))
    conn.cursor().executemany("INSERT INTO work VALUES (?, ?, ?)", ROWS)
    conn.tpc_commit()


WRITES: dict[str, Talk] = {
    talk.__name__: talk for talk in (insert, bound, put, load, blocks, positioned, two_phase)
}


@pytest.fixture(scope="module")
def memory() -> Iterator[TestServer]:
    with TestServer(port=0) as server:
        with informix_db.connect(server.url, autocommit=True) as conn:
            conn.execute("CREATE TABLE fixed (id INTEGER PRIMARY KEY, name VARCHAR(30))")
            conn.execute("CREATE TABLE work (id INTEGER, name VARCHAR(30), words TEXT)")
            conn.execute("CREATE TABLE plain (id INTEGER, name VARCHAR(30))")
            conn.load("fixed", FIXED)
        yield server
        assert server.internal_errors == []


@pytest.fixture
def admin(memory: TestServer) -> Iterator[Any]:
    """A connection that the faults do not concern."""
    memory.faults.clear()
    with informix_db.connect(memory.url, autocommit=True) as conn:
        conn.set_lock_mode(10)
        yield conn
        memory.faults.clear()


def survivors(admin: Any) -> list[int]:
    """The ids in the table, once the server has rolled back what its lost clients left open; empties it."""
    ids = [row[0] for row in admin.execute("SELECT id FROM work ORDER BY id")]
    admin.execute("DELETE FROM work")
    admin.execute("DELETE FROM plain")
    return ids


def check_lost(conn: Any, talk: Talk) -> None:
    """The connection knows that it is lost, says so, and can be closed."""
    assert conn.closed
    assert conn.broken
    with pytest.raises(informix_db.InterfaceError, match="lost; connect again"):
        talk(conn)
    with pytest.raises(informix_db.InterfaceError):
        conn.commit()


def run(server: TestServer, conn: Any, talk: Talk, expected: type[Exception]) -> bool:
    """Run a conversation; True when it went well. Another exception than `expected` fails the test."""
    try:
        talk(conn)
    except expected:
        check_lost(conn, talk)
        return False
    finally:
        server.faults.clear()
        conn.close()
    return True


@pytest.mark.parametrize("reset", [False, True], ids=["dies", "resets"])
@pytest.mark.parametrize("name", READS)
def test_reading_from_a_server_that_goes_away(
    driver: Any, memory: TestServer, admin: Any, name: str, reset: bool
) -> None:
    for place in PLACES:
        conn = driver.connect(memory.url, connect_timeout=20, read_timeout=20)
        memory.faults.cut(after_messages=place, reset=reset)
        done = run(memory, conn, READS[name], informix_db.OperationalError)
        if done:
            break
    assert place > 3, "the conversation has replies"
    assert survivors(admin) == []


@pytest.mark.parametrize("reset", [False, True], ids=["dies", "resets"])
@pytest.mark.parametrize("name", WRITES)
def test_writing_to_a_server_that_goes_away(
    driver: Any, memory: TestServer, admin: Any, name: str, reset: bool
) -> None:
    """All rows or none; all for certain when the commit was acknowledged."""
    for place in PLACES:
        conn = driver.connect(memory.url, connect_timeout=20, read_timeout=20)
        memory.faults.cut(after_messages=place, reset=reset)
        done = run(memory, conn, WRITES[name], informix_db.OperationalError)
        stored = survivors(admin)
        assert stored in ([list(range(40))] if done else [[], list(range(40))]), place
        if done:
            break
    assert place > 3
    conn = driver.connect(memory.url)
    WRITES[name](conn)
    conn.close()
    assert survivors(admin) == list(range(40))


@pytest.mark.parametrize("name", READS | WRITES)
def test_a_server_that_falls_silent(driver: Any, memory: TestServer, admin: Any, name: str) -> None:
    talk = (READS | WRITES)[name]
    silences = 0
    for place in (0, 1, 2, 4, 7, 50):
        conn = driver.connect(memory.url, connect_timeout=20, read_timeout=SILENCE)
        memory.faults.stall(after_groups=place)
        begun = time.monotonic()
        done = run(memory, conn, talk, informix_db.ReadTimeout)
        stored = survivors(admin)
        assert stored in ([], list(range(40))), place
        if done:
            break
        silences += 1
        assert time.monotonic() - begun < 10
    assert silences >= 2


@pytest.mark.parametrize("name", READS | WRITES)
def test_a_server_that_garbles(driver: Any, memory: TestServer, admin: Any, name: str) -> None:
    """Whatever the bytes say: one of our exceptions, in time. (A changed value cannot be noticed: no checksum.)"""
    talk = (READS | WRITES)[name]
    for place in [*range(0, 40, 4), 75, 150]:
        conn = driver.connect(memory.url, connect_timeout=20, read_timeout=SILENCE)
        memory.faults.garble(offset=place, mask=0x5A)
        try:
            talk(conn)
        except (informix_db.Error, AssertionError):
            pass
        finally:
            conn.close()
            memory.faults.clear()
        assert conn.closed
        assert set(survivors(admin)) <= {*range(40), *range(1000, 1040)}
    memory.protocol_errors.clear()


@pytest.mark.parametrize("reset", [False, True], ids=["dies", "resets"])
def test_connecting_to_a_server_that_goes_away(driver: Any, memory: TestServer, admin: Any, reset: bool) -> None:
    advice: list[str] = []
    for place in range(40):
        memory.faults.cut(after_messages=place, reset=reset)
        try:
            conn = driver.connect(memory.url, connect_timeout=20)
        except informix_db.OperationalError as error:
            advice.append(error.retry)
            memory.faults.clear()
            continue
        memory.faults.clear()
        conn.close()
        break
    assert 4 < place < 39
    assert set(advice) == {"reconnect"}
    assert survivors(admin) == []
