"""Ports and servers that are not what they should be: one clear exception, in time, and nothing left behind."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import informix_db
import pytest
from informix_testserver.script import ScriptEngine
from informix_testserver.server import TestServer
from informix_types import ColumnType, TypeCode

INT = ColumnType(TypeCode.INTEGER, 4)
LIMIT = 5.0


@contextmanager
def peer(handle: Callable[[socket.socket], None]) -> Iterator[int]:
    """A listener that hands its one connection to `handle`; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                with suppress(OSError):
                    handle(connection)

        thread = threading.Thread(target=serve, name="informix-testserver:peer")
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join(15)
            assert not thread.is_alive()


def until_closed(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def says(*chunks: bytes, then_close: bool = True) -> Callable[[socket.socket], None]:
    def handle(connection: socket.socket) -> None:
        connection.recv(65536)
        for chunk in chunks:
            connection.sendall(chunk)
        if not then_close:
            until_closed(connection)

    return handle


def refused(driver: Any, expected: type[Exception], words: str | None, **settings: Any) -> Exception:
    begun = time.monotonic()
    with pytest.raises(expected, match=words) as caught:
        driver.connect(host="127.0.0.1", user="informix", password="in4mix", connect_timeout=LIMIT, **settings)
    assert time.monotonic() - begun < LIMIT + 2
    return caught.value


def test_nothing_listens(driver: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = refused(driver, informix_db.OperationalError, "nothing listens there", port=port)
    assert isinstance(error, informix_db.OperationalError)
    assert (error.sqlstate, error.retry) == ("08001", "reconnect")


def test_unknown_host(driver: Any) -> None:
    with pytest.raises(informix_db.OperationalError, match="cannot be resolved"):
        driver.connect(host="no-such-host.invalid", user="u", connect_timeout=LIMIT)


DRDA = bytes.fromhex("0010d0030000000a121900061149")
NOT_SQLI = {
    "http": b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\nBad Request",
    "ssh": b"SSH-2.0-OpenSSH_9.6\r\n",
    "drda": DRDA,
    "tls-alert": bytes.fromhex("15030300020246"),
    "zeros": b"\0" * 64,
    "garbage": bytes(range(256)),
}


@pytest.mark.parametrize("name", NOT_SQLI)
@pytest.mark.parametrize("then_close", [True, False], ids=["closes", "stays"])
def test_a_port_that_speaks_something_else(driver: Any, name: str, then_close: bool) -> None:
    with peer(says(NOT_SQLI[name], then_close=then_close)) as port:
        refused(driver, informix_db.OperationalError, None, port=port)


@pytest.mark.parametrize("name", ["http", "drda", "tls-alert", "zeros"])
def test_the_message_says_that_it_is_no_informix(driver: Any, name: str) -> None:
    with peer(says(NOT_SQLI[name], then_close=False)) as port:
        error = refused(driver, informix_db.ProtocolError, "SQLI", port=port)
        assert f"127.0.0.1:{port}" in str(error)


def test_a_server_that_hangs_up_at_once(driver: Any) -> None:
    with peer(lambda _connection: None) as port:
        refused(driver, informix_db.OperationalError, None, port=port)


def test_a_server_that_never_answers(driver: Any) -> None:
    with peer(until_closed) as port, pytest.raises(informix_db.ConnectTimeout, match="connect_timeout"):
        driver.connect(host="127.0.0.1", port=port, user="u", password="p", connect_timeout=0.3)


def test_tls_on_a_plain_port(driver: Any, server: TestServer) -> None:
    with pytest.raises(informix_db.OperationalError, match=r"TLS handshake[^_]*tls=False"):  # not "(_ssl.c:992)"
        driver.connect(server.url, tls=ssl.create_default_context(), connect_timeout=LIMIT)
    server.protocol_errors.clear()


def test_tls_on_a_silent_plain_port(driver: Any) -> None:
    with peer(until_closed) as port, pytest.raises(informix_db.OperationalError, match=r"connect_timeout|TLS"):
        driver.connect(
            host="127.0.0.1", port=port, user="u", tls=ssl.create_default_context(), connect_timeout=0.5
        )


def test_wrong_password_and_user(driver: Any, server: TestServer) -> None:
    base = {"port": server.port, "database": "testdb"}
    for user, password, code in [("informix", "wrong", -952), ("nobody", "in4mix", -951)]:
        with pytest.raises(informix_db.OperationalError, match=str(code)) as caught:
            driver.connect(host="127.0.0.1", user=user, password=password, **base)
        assert caught.value.sqlcode == code
        assert caught.value.sqlstate == "28000"
        assert not caught.value.is_retryable
        assert user in str(caught.value)
        assert password not in str(caught.value) or password == "in4mix"


def test_unknown_database(driver: Any, server: TestServer) -> None:
    with pytest.raises(informix_db.OperationalError, match="-329") as caught:
        driver.connect(server.url, database="nosuch")
    assert (caught.value.sqlcode, caught.value.sqlstate) == (-329, "3D000")


def test_wrong_server_name_says_the_right_one(driver: Any, server: TestServer) -> None:
    with pytest.raises(informix_db.OperationalError, match="calls itself 'informix'"):
        driver.connect(server.url, server="somebody_else")


def test_login_refused_without_reason(driver: Any, server: TestServer) -> None:
    server.faults.reject_login(0)
    with pytest.raises(informix_db.OperationalError, match="without saying why") as caught:
        driver.connect(server.url)
    assert caught.value.is_retryable


@pytest.fixture
def table(engine: ScriptEngine) -> None:
    engine.answer("select id from t", columns=[("id", INT)], rows=[(i,) for i in range(3000)])
    engine.answer("insert into t values (?)", columns=[("id", INT)], rows_affected=1)


def work(driver: Any, server: TestServer, *, limit: float = LIMIT) -> None:
    conn = driver.connect(server.url, connect_timeout=limit, read_timeout=limit)
    try:
        cur = conn.cursor()
        cur.execute("select id from t")
        assert cur.fetchall() == [(i,) for i in range(3000)]
        cur.executemany("insert into t values (?)", [(i,) for i in range(100)])
        assert cur.rowcount == 100
        conn.commit()
    except informix_db.Error:
        assert conn.closed
        assert conn.broken
        with pytest.raises(informix_db.InterfaceError, match="lost; connect again"):
            conn.execute("select id from t")
        raise
    finally:
        conn.close()


def test_one_byte_at_a_time(driver: Any, server: TestServer, engine: ScriptEngine) -> None:
    engine.answer("select id from t", columns=[("id", INT)], rows=[(i,) for i in range(50)])
    server.faults.dribble(size=1)
    conn = driver.connect(server.url)
    assert conn.execute("select id from t").fetchall() == [(i,) for i in range(50)]
    conn.close()


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("reset", [False, True], ids=["closes", "resets"])
@pytest.mark.parametrize("at", [0, 1, 5, 100, 189, 250, 340, 350, 400, 500, 4000, 33000, 33400])
def test_a_server_that_goes_away_mid_message(driver: Any, server: TestServer, at: int, reset: bool) -> None:
    server.faults.cut(after_bytes=at, reset=reset)
    with pytest.raises(informix_db.OperationalError):
        work(driver, server)
    work(driver, server)


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("at", range(12))
def test_a_server_that_goes_away_between_replies(driver: Any, server: TestServer, at: int) -> None:
    server.faults.cut(after_groups=at)
    with pytest.raises(informix_db.OperationalError):
        work(driver, server)


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("at", range(10))
def test_a_server_that_falls_silent(driver: Any, server: TestServer, at: int) -> None:
    server.faults.stall(after_groups=at)
    begun = time.monotonic()
    with pytest.raises(informix_db.OperationalError, match=r"timeout") as caught:
        work(driver, server, limit=0.4)
    assert time.monotonic() - begun < 4
    assert isinstance(caught.value, (informix_db.ConnectTimeout, informix_db.ReadTimeout))
    server.faults.clear()


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    "at", [*range(6, 40, 3), 200, 260, 300, 330, 360, 380, 400, 420, 500, 1000, 1001, 1002, 1003]
)
def test_garbled_bytes_never_give_wrong_rows_silently(driver: Any, server: TestServer, at: int) -> None:
    """A flipped tag or length is noticed; a flipped byte inside a value cannot be: there is no checksum."""
    server.faults.garble(offset=at, mask=0xFF)
    try:
        conn = driver.connect(server.url, connect_timeout=1, read_timeout=1)
    except informix_db.Error:
        return
    try:
        rows = conn.execute("select id from t").fetchall()
    except informix_db.Error:
        return
    finally:
        conn.close()
    assert len(rows) == 3000
    assert sum(row != (i,) for i, row in enumerate(rows)) <= 1


def test_password_is_nowhere(driver: Any, server: TestServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        conn = driver.connect(server.url)
        assert not re.search("in4mix", repr(conn))
        inner = getattr(conn, "inner", conn)
        assert "in4mix" not in repr(inner._settings)
        conn.close()
    assert "in4mix" not in caplog.text
