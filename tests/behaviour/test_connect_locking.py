"""Isolation level and lock mode as settings of `connect`: what the session begins with and goes back to."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import informix_db
import pytest
from informix_testserver.script import ScriptEngine
from informix_testserver.server import TestServer


@pytest.fixture
def writer(memory: TestServer, database: str) -> Iterator[Any]:
    """Has changed row 1 from 10 to 20 and not committed."""
    with informix_db.connect(memory.url, database=database) as conn:
        conn.execute("DROP TABLE IF EXISTS q")
        conn.execute("CREATE TABLE q (a INT PRIMARY KEY, b INT)")
        conn.execute("INSERT INTO q VALUES (1, 10)")
        conn.commit()
        conn.execute("UPDATE q SET b = 20 WHERE a = 1")
        yield conn
        conn.rollback()


@contextmanager
def opened(driver: Any, memory: TestServer, database: str, **settings: Any) -> Iterator[Any]:
    conn = driver.connect(memory.url, database=database, **settings)
    try:
        assert not conn.in_transaction
        yield conn
    finally:
        conn.close()


READ = "SELECT b FROM q WHERE a = 1"


def test_the_level_decides_what_the_first_statement_sees(
    driver: Any, memory: TestServer, database: str, writer: Any
) -> None:
    with opened(driver, memory, database, isolation="dirty_read") as conn:
        assert conn.execute(READ).fetchall() == [(20,)]
    with opened(driver, memory, database, isolation="Committed Read Last Committed") as conn:
        assert conn.execute(READ).fetchall() == [(10,)]
    with opened(driver, memory, database, isolation="committed read", lock_mode=False) as conn:
        with pytest.raises(informix_db.OperationalError) as caught:
            conn.execute(READ).fetchall()
        assert (caught.value.sqlcode, caught.value.isam) in {(-243, -107), (-244, -107), (-246, -107)}


def test_reset_goes_back_to_the_settings_of_connect(
    driver: Any, memory: TestServer, database: str, writer: Any
) -> None:
    with opened(driver, memory, database, isolation="dirty read") as conn:
        conn.set_isolation("committed read last committed")
        conn.set_lock_mode(1)
        assert conn.execute(READ).fetchall() == [(10,)]
        conn.rollback()
        conn.reset()
        assert conn.execute(READ).fetchall() == [(20,)]


def sets(engine: ScriptEngine) -> list[str]:
    return [call.sql for call in engine.log if call.action == "execute" and call.sql.startswith("SET")]


@pytest.mark.parametrize(
    ("query", "statements"),
    [
        ("", []),
        ("&lock_mode=5", ["SET LOCK MODE TO WAIT 5"]),
        ("&lock_mode=yes", ["SET LOCK MODE TO WAIT"]),
        ("&IFX_LOCK_MODE_WAIT=0", ["SET LOCK MODE TO NOT WAIT"]),
        (
            "&IFX_ISOLATION_LEVEL=1U&IFX_LOCK_MODE_WAIT=-1",
            ["SET ISOLATION TO DIRTY READ RETAIN UPDATE LOCKS", "SET LOCK MODE TO WAIT"],
        ),
    ],
)
def test_what_is_sent(
    driver: Any, server: TestServer, engine: ScriptEngine, query: str, statements: list[str]
) -> None:
    driver.connect(server.url + query).close()
    assert sets(engine) == statements


def test_impossible_settings_are_refused_before_anything_is_sent(
    driver: Any, server: TestServer, engine: ScriptEngine
) -> None:
    for settings, words in (
        ({"isolation": "serializable"}, "unknown isolation level 'serializable'"),
        ({"lock_mode": -1}, "lock mode"),
        ({"lock_mode": 2.5}, "lock mode"),
    ):
        with pytest.raises(informix_db.InterfaceError, match=words):
            driver.connect(server.url, **settings)
    with pytest.raises(informix_db.InterfaceError, match="isolation= needs database="):
        driver.connect(host=server.host, port=server.port, user="informix", password="x", isolation="dirty read")
    assert engine.log == []
