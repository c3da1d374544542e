"""Prepared statements that are kept must not outlive the tables that they are about."""

import contextlib
from collections.abc import Iterator
from typing import Any

import informix_db
import pytest
from informix_testserver.server import TestServer

SELECT = "SELECT * FROM changing ORDER BY 1"


@pytest.fixture
def conn(driver: Any) -> Iterator[Any]:
    with TestServer(port=0) as server:
        connection = driver.connect(server.url)
        yield connection
        connection.close()
        assert server.protocol_errors == []


def test_alter_and_recreate(conn: Any) -> None:
    conn.execute("CREATE TABLE changing (a INT)")
    conn.execute("INSERT INTO changing VALUES (1)")
    assert conn.execute(SELECT).fetchall() == [(1,)]
    conn.execute("ALTER TABLE changing ADD b VARCHAR(5)")
    assert conn.execute(SELECT).fetchall() == [(1, None)]
    conn.execute("DROP TABLE changing")
    conn.execute("CREATE TABLE changing (x FLOAT, y DATE, z CHAR(2))")
    conn.execute("INSERT INTO changing VALUES (1.5, NULL, 'zz')")
    assert conn.execute(SELECT).fetchall() == [(1.5, None, "zz")]


def test_rollback_of_a_table(conn: Any) -> None:
    conn.commit()
    conn.execute("CREATE TABLE changing (a INT)")
    conn.execute("INSERT INTO changing VALUES (?)", (1,))
    assert conn.execute(SELECT).fetchall() == [(1,)]
    conn.rollback()
    with pytest.raises(informix_db.ProgrammingError, match="-206"):
        conn.execute(SELECT)
    conn.execute("CREATE TABLE changing (a CHAR(4))")
    conn.execute("INSERT INTO changing VALUES (?)", ("abcd",))
    assert conn.execute(SELECT).fetchall() == [("abcd",)]


def test_rollback_to_a_savepoint(conn: Any) -> None:
    with conn.transaction():
        with contextlib.suppress(ZeroDivisionError), conn.transaction():
            conn.execute("CREATE TABLE changing (a INT)")
            assert conn.execute(SELECT).fetchall() == []
            _ = 1 // 0
        conn.execute("CREATE TABLE changing (a CHAR(2))")
        conn.execute("INSERT INTO changing VALUES ('xy')")
        assert conn.execute(SELECT).fetchall() == [("xy",)]


def test_changes_by_somebody_else(conn: Any, driver: Any) -> None:
    conn.execute("CREATE TABLE changing (a INT)")
    conn.execute("INSERT INTO changing VALUES (1)")
    conn.commit()
    assert conn.execute(SELECT).fetchall() == [(1,)]
    conn.commit()
    host, port = conn.info.peer.rsplit(":", 1)
    other = driver.connect(
        host=host, port=int(port), user="informix", password="in4mix", database="testdb", autocommit=True
    )
    other.execute("ALTER TABLE changing ADD b INT")
    assert conn.execute(SELECT).fetchall() == [(1, None)]
    other.close()
