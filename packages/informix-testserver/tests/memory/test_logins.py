"""Logging in and opening a database while another session's statement runs."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from informix_testserver.engine import SqlError


@pytest.fixture
def busy(db: Any) -> Any:
    """Let a query of `db` wait in the middle until `go` is set, in a thread; yields once it is running."""
    started, go = threading.Event(), threading.Event()

    def wait(number: int) -> int:
        started.set()
        assert go.wait(20)
        return number

    db.engine.register_routine("wait", wait)
    found: list[Any] = []
    # Called inside SQL, not executed: the statement holds the engine.
    thread = threading.Thread(
        target=lambda: found.append(db.value("select wait(tabid) from systables where tabid = 1"))
    )
    thread.start()
    assert started.wait(20)
    yield
    go.set()
    thread.join(20)
    assert found == [1]


def test_nobodys_query_keeps_others_from_logging_in(busy: Any, engine: Any, connect: Callable[..., Any]) -> None:
    del busy
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(connect("strict").flags))
    thread.start()
    thread.join(20)
    assert len(done) == 1
    assert [s.database_name for s in engine.sessions.values()] == ["testdb", "strict"]


def test_exclusive_and_dropped_databases(engine: Any, connect: Callable[..., Any]) -> None:
    first = connect("plain")
    second = connect()
    assert second.fails("drop database plain") == (-425, -107)
    assert second.fails("database plain exclusive") == (-425, -107)
    assert second.session.database_name == "testdb"
    first.session.close()
    assert list(engine.sessions.values()) == [second.session]
    second.run("database plain exclusive")
    third = connect("")
    assert third.fails("database plain") == (-425, -107)
    second.run("database testdb")
    second.run("drop database plain")
    assert third.fails("database plain") == (-329, -111)


@pytest.mark.parametrize("setting", ["junk", "MD/", "Y4MD--"])
def test_a_malformed_dbdate_keeps_its_session_from_every_database(
    connect: Callable[..., Any], setting: str
) -> None:
    client = connect("", DBDATE=setting)
    for _ in range(2):
        with pytest.raises(SqlError) as caught:
            client.session.open_database("testdb")
        assert caught.value.sqlcode == -1212
    client.session.close()
    assert connect("testdb", DBDATE="DMY4.").evaluate("mdy(2,1,2026) || ''") == "01.02.2026"
