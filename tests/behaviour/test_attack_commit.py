"""Connections lost at the worst moment: the driver never claims to know what it cannot know."""

from typing import Any

import informix_db
import pytest
from informix_testserver.server import TestServer


@pytest.fixture(scope="module")
def memory(memory: TestServer) -> TestServer:
    with informix_db.connect(memory.url) as conn:
        conn.execute("CREATE TABLE k (id INT)")
    return memory


def stored(memory: TestServer) -> list[int]:
    with informix_db.connect(memory.url) as control:
        control.set_lock_mode(10)
        rows = [row[0] for row in control.execute("SELECT id FROM k ORDER BY id")]
        control.execute("DELETE FROM k")
    return rows


def test_a_commit_whose_reply_is_lost(driver: Any, memory: TestServer) -> None:
    conn = driver.connect(memory.url)
    conn.execute("INSERT INTO k VALUES (1)")
    memory.faults.cut(after_groups=0)
    with pytest.raises(
        informix_db.OperationalError, match="whether the changes were committed is not known"
    ) as lost:
        conn.commit()
    assert (lost.value.sqlstate, lost.value.is_retryable, lost.value.retry) == ("08007", False, "none")
    assert conn.closed
    assert not conn.in_transaction
    with pytest.raises(informix_db.InterfaceError):
        conn.commit()
    conn.close()
    assert stored(memory) == [1]


@pytest.mark.parametrize("sql", ["INSERT INTO k VALUES (?)", "COMMIT WORK"])
def test_a_statement_that_commits_and_whose_reply_is_lost(driver: Any, memory: TestServer, sql: str) -> None:
    conn = driver.connect(memory.url, autocommit=True)
    if sql == "COMMIT WORK":
        conn.execute("BEGIN WORK")
    conn.execute("INSERT INTO k VALUES (?)", (1,))
    memory.faults.cut(after_groups=1 if sql == "COMMIT WORK" else 0)
    with pytest.raises(informix_db.OperationalError, match="committed is not known") as lost:
        conn.execute(sql, (2,) if "?" in sql else None)
    assert lost.value.sqlstate == "08007"
    conn.close()
    assert stored(memory) in ([1], [1, 2])


@pytest.mark.parametrize("sql", ["INSERT INTO k VALUES (2)", "SELECT id FROM k", "ROLLBACK WORK"])
def test_a_statement_that_commits_nothing_may_be_repeated(driver: Any, memory: TestServer, sql: str) -> None:
    conn = driver.connect(memory.url)
    conn.execute("INSERT INTO k VALUES (1)")
    memory.faults.cut(after_groups=0)
    with pytest.raises(informix_db.OperationalError) as lost:
        conn.execute(sql)
    assert (lost.value.sqlstate, lost.value.is_retryable, lost.value.retry) == ("08S01", True, "reconnect")
    conn.close()
    assert stored(memory) == []


def test_a_commit_that_the_server_knows_nothing_of_is_an_error(driver: Any, memory: TestServer) -> None:
    """The server, or a routine, ended the transaction: a silent success would hide that changes are gone."""
    conn = driver.connect(memory.url)
    conn.execute("INSERT INTO k VALUES (1)")
    engine: Any = memory.engine
    for session in engine.sessions.values():
        if session._in_transaction:
            session.rollback()
    with pytest.raises(informix_db.Error) as caught:
        conn.commit()
    assert caught.value.sqlcode == -255
    assert not conn.in_transaction
    conn.commit()  # nothing is open any more
    conn.execute("INSERT INTO k VALUES (2)")
    conn.commit()
    conn.close()
    assert stored(memory) == [2]


# -- closed connections


def test_everything_on_a_closed_connection_says_so(driver: Any, memory: TestServer) -> None:
    conn = driver.connect(memory.url)
    cur = conn.cursor()
    conn.execute("INSERT INTO k VALUES (1)")
    conn.close()
    assert not conn.in_transaction
    calls = [
        conn.cursor,
        conn.commit,
        conn.rollback,
        conn.ping,
        lambda: conn.execute("SELECT id FROM k"),
        lambda: cur.execute("SELECT id FROM k"),
        lambda: cur.executemany("INSERT INTO k VALUES (?)", [(1,)]),
        cur.fetchone,
        cur.fetchall,
        cur.fetchmany,
        lambda: next(iter(cur)),
        lambda: cur.callproc("p"),
        lambda: conn.set_isolation("dirty read"),
        lambda: setattr(conn, "autocommit", True),
    ]
    for call in calls:
        with pytest.raises(informix_db.InterfaceError, match="closed"):
            call()
    conn.close()
    cur.close()
    assert not conn.cancel()


def test_a_lost_connection_says_so_once(driver: Any, memory: TestServer) -> None:
    conn = driver.connect(memory.url)
    cur = conn.execute("SELECT id FROM k")
    memory.drop_connections()
    with pytest.raises(informix_db.OperationalError, match="lost"):
        conn.execute("SELECT id FROM k")
    assert conn.closed
    assert conn.broken
    for call in (conn.commit, conn.rollback, lambda: conn.execute("SELECT id FROM k"), cur.fetchone):
        with pytest.raises(informix_db.InterfaceError, match="lost; connect again"):
            call()
    conn.close()
