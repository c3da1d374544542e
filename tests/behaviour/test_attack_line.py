"""Attacks on the line between driver and server: other addresses, deaf servers, Ctrl-C at any moment."""

import dis
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from types import FrameType
from typing import Any

import informix_db
import pytest
from informix_testserver.server import TestServer

LOGIN = {"user": "informix", "password": "in4mix", "database": "testdb", "connect_timeout": 5.0}


# -- addresses: the driver dials again in the middle of a login


def test_a_redirect_is_followed(driver: Any) -> None:
    with ExitStack() as stack:
        target = stack.enter_context(TestServer(port=0, server_name="second"))
        first = stack.enter_context(TestServer(port=0, redirect=("second", "127.0.0.1", target.port)))
        conn = driver.connect(host="127.0.0.1", port=first.port, **LOGIN)
        assert conn.server_name == "second"
        assert conn.execute("SELECT 1 FROM systables WHERE tabid = 1").fetchall() == [(1,)]
        conn.close()
        assert [login.server for login in target.logins] == ["second"]


def test_redirects_in_a_circle_end(driver: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with (
        TestServer(port=port, redirect=("informix", "127.0.0.1", port)),
        pytest.raises(informix_db.OperationalError, match="from server to server"),
    ):
        driver.connect(host="127.0.0.1", port=port, **LOGIN)


def test_the_server_tells_its_name(driver: Any) -> None:
    with TestServer(port=0, server_name="ids_prod") as server:
        conn = driver.connect(host="127.0.0.1", port=server.port, **LOGIN)
        assert conn.server_name == "ids_prod"
        conn.close()


@pytest.mark.parametrize("groups", range(4))
def test_the_next_address_is_tried_wherever_the_first_fails(driver: Any, groups: int) -> None:
    with ExitStack() as stack:
        failing = stack.enter_context(TestServer(port=0))
        good = stack.enter_context(TestServer(port=0))
        failing.faults.cut(after_groups=groups)
        conn = driver.connect(host=f"127.0.0.1:{failing.port},127.0.0.1:{good.port}", **LOGIN)
        assert conn.info.peer == f"127.0.0.1:{good.port}"
        conn.close()


# -- a server that stops reading


class Proxy:
    """Passes bytes on in both directions until it is told to read no more from the client."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.deaf = threading.Event()
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()

    def _accept(self) -> None:
        client, _ = self.listener.accept()
        server = socket.create_connection(("127.0.0.1", self.target))
        pumps = [(client, server, True), (server, client, False)]
        self.threads += [threading.Thread(target=self._pump, args=pump) for pump in pumps]
        for thread in self.threads[1:]:
            thread.start()
        for thread in self.threads[1:]:
            thread.join()
        client.close()
        server.close()

    def _pump(self, source: socket.socket, sink: socket.socket, from_client: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if from_client and self.deaf.is_set():
                    self.over.wait()
                    break
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.over.set()
        for thread in list(self.threads):
            thread.join(10)
        self.listener.close()


@pytest.fixture
def proxy(memory: TestServer) -> Iterator[Proxy]:
    with informix_db.connect(memory.url, autocommit=True) as conn:
        conn.execute("CREATE TABLE IF NOT EXISTS big (x BYTE)")
    present = Proxy(memory.port)
    yield present
    present.close()


@pytest.mark.parametrize("limit", ["statement_timeout", "read_timeout"])
def test_a_server_that_stops_reading_is_given_up(driver: Any, proxy: Proxy, limit: str) -> None:
    conn = driver.connect(host="127.0.0.1", port=proxy.port, **LOGIN, **{limit: 0.3})
    conn.execute("INSERT INTO big VALUES (?)", (b"small",))  # prepared from here on
    proxy.deaf.set()
    with pytest.raises(informix_db.ReadTimeout, match=r"did not take the request within 0\.3 s"):
        conn.execute("INSERT INTO big VALUES (?)", (bytes(30_000_000),))
    assert conn.broken
    conn.close()


# -- Ctrl-C anywhere


def in_finalizer(frame: FrameType | None) -> bool:
    """Tell whether a finalizer is at work: CPython reports what is raised there, and goes on."""
    while frame is not None:
        if frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


class Bomb:
    """Raises KeyboardInterrupt in the driver's code at the n-th place where CPython looks for signals.

    Finalizers do not count: when they run depends on what else waits to be collected.
    """

    LOOKS = frozenset({"CALL", "CALL_FUNCTION_EX", "CALL_KW", "RESUME", "JUMP_BACKWARD"})
    """Instructions after (3.11: of) which the evaluation loop handles signals."""

    def __init__(self, countdown: int) -> None:
        self.left = countdown

    def __call__(self, frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        if not any(f"/{name}/" in frame.f_code.co_filename for name in ("informix_db", "informix_wire")):
            return None
        if in_finalizer(frame):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        code = frame.f_code.co_code
        last = -1

        def local(frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
            nonlocal last
            if event == "opcode":
                before, last = last, frame.f_lasti
                if before >= 0 and dis.opname[code[before]] in self.LOOKS:
                    self.left -= 1
                    if self.left == 0:
                        sys.settrace(None)
                        raise KeyboardInterrupt
            return local

        return local


def looks(prepare: Callable[[], Any], work: Callable[[Any], object]) -> int:
    """Return how many places a run of `work`, given what `prepare` returns, has at which a `Bomb` may strike.

    The first runs make them: CPython 3.12 and later report a function's instructions from its next call on.
    """
    former, counts = sys.gettrace(), [0]
    while len(counts) < 3 or counts[-1] != counts[-2]:
        bomb = Bomb(sys.maxsize)
        with prepare() as prepared:
            sys.settrace(bomb)
            try:
                work(prepared)
            finally:
                sys.settrace(former)
        counts.append(sys.maxsize - bomb.left)
        assert len(counts) < 20, counts
    return counts[-1]


STRIKES = 60
OLD = list(range(40))
NEW = [100, 101, 200, 201, 202]


def transaction(conn: Any) -> None:
    cur, reader = conn.cursor(), conn.cursor()
    cur.execute("INSERT INTO k VALUES (?, ?)", (100, "y"))
    reader.execute("SELECT id FROM k WHERE id < 100 ORDER BY id")
    got = [reader.fetchone() for _ in range(5)]
    cur.execute("INSERT INTO k VALUES (?, ?)", (101, "y"))
    cur.executemany("INSERT INTO k VALUES (?, ?)", [(i, "z") for i in (200, 201, 202)])
    got += reader.fetchall()
    assert got == [(i,) for i in OLD]
    conn.commit()


def ids(conn: Any) -> list[int]:
    return [row[0] for row in conn.execute("SELECT id FROM k ORDER BY id")]


def test_ctrl_c_at_any_moment(memory: TestServer) -> None:
    """Whenever it strikes: the connection is either closed or goes on rightly; all is committed, or nothing."""
    control = informix_db.connect(memory.url, autocommit=True)
    control.set_lock_mode(10)  # the server may still be rolling back what the last connection left
    control.execute("CREATE TABLE k (id INT, v VARCHAR(40))")

    def fresh() -> Any:
        control.execute("DELETE FROM k")
        conn = informix_db.connect(memory.url, fetch_buffer=256, read_timeout=5)
        conn.cursor().executemany("INSERT INTO k VALUES (?, ?)", [(i, "x" * 20) for i in OLD])
        conn.commit()
        return conn

    step = looks(fresh, transaction) // STRIKES
    moment, closed, usable = 1, 0, 0
    while True:
        conn = fresh()
        bomb = Bomb(moment)
        former = sys.gettrace()
        sys.settrace(bomb)
        try:
            transaction(conn)
            assert bomb.left > 0
            break
        except KeyboardInterrupt:
            sys.settrace(former)
            # Still inside of the handler: the traceback keeps every frame and conversation alive.
            if conn.closed:
                closed += 1
            else:
                usable += 1
                found = ids(conn)
                assert found[:40] == OLD
                assert found[40:] == NEW[: len(found) - 40]
                conn.rollback()
            stored = ids(control)
            assert stored in (OLD, OLD + NEW)
        finally:
            sys.settrace(former)
            conn.close()
        moment += step
    assert closed + usable >= STRIKES // 2
    assert closed >= 5
    assert usable >= 5
    control.close()


def test_ctrl_c_at_every_moment_of_a_statement(memory: TestServer) -> None:
    """However close to its end: a connection that is not closed takes the next statement."""

    def fresh() -> Any:
        conn = informix_db.connect(memory.url, autocommit=True, read_timeout=5)
        conn.execute("CREATE TEMP TABLE every (id INT)")
        return conn

    places = looks(fresh, lambda conn: conn.execute("UPDATE every SET id = 1"))
    conn = fresh()
    moment, closed, usable = 1, 0, 0
    while True:
        bomb = Bomb(moment)
        former = sys.gettrace()
        sys.settrace(bomb)
        try:
            conn.execute("UPDATE every SET id = 1")
            assert bomb.left > 0
            break
        except KeyboardInterrupt:
            sys.settrace(former)
            if conn.closed:
                closed += 1
            else:
                usable += 1
                assert conn.execute("SELECT COUNT(*) FROM every").fetchone() == (0,)
            conn.close()
            conn = fresh()
        finally:
            sys.settrace(former)
        moment += 1
    conn.close()
    assert closed + usable >= places // 2
    assert closed >= 5
    assert usable >= 5


# -- cursors that outlive transactions


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_hold_cursors_outlive_both_ends_of_a_transaction(driver: Any, memory: TestServer, end: str) -> None:
    conn = driver.connect(memory.url, fetch_buffer=256)
    cur = conn.cursor(hold=True)
    cur.execute("SELECT FIRST 200 a.tabid, b.tabid FROM systables a, systables b ORDER BY 1, 2")
    first = cur.fetchone()
    getattr(conn, end)()
    rest = cur.fetchall()
    assert len({first, *rest}) == 200
    conn.close()
