"""`setinputsizes`: the type that is named is the one on the wire, for one statement."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import informix_db
import pytest
from informix_testserver import TestServer
from informix_types import ColumnType, TypeCode
from informix_wire.trace import format_exchange, read_exchanges


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return tmp_path / "trace.jsonl"


@pytest.fixture
def db(driver: Any, memory: TestServer, trace: Path) -> Iterator[Any]:
    conn = driver.connect(memory.url, trace=trace)
    conn.execute("CREATE TEMP TABLE t (id INT, d DECIMAL(10,2), v LVARCHAR(100)) WITH NO LOG")
    yield conn
    conn.rollback()
    conn.close()


def bound(trace: Path) -> list[str]:
    """Return the parameters that went over the wire, as the trace shows them."""
    ((_, steps),) = read_exchanges(trace.read_text())
    shown, in_bind = [], False
    for line in format_exchange(steps):
        number, colon, text = line.strip().partition(": ")
        if in_bind and colon and number.isdigit():
            shown.append(text)
        else:
            in_bind = " BIND " in line
    return shown


@pytest.mark.parametrize(
    ("size", "value", "sent"),
    [
        (None, 7, "INTEGER 7"),
        (20, 7, "INTEGER 7"),
        (informix_db.NUMBER, 7, "INTEGER 7"),
        (TypeCode.SMALLINT, 7, "SMALLINT 7"),
        (TypeCode.SERIAL, 7, "INTEGER 7"),
        (TypeCode.BIGINT, 7, "BIGINT 7"),
        (ColumnType(TypeCode.INT8, 10), 7, "INT8 7"),
        (TypeCode.DECIMAL, 7, "DECIMAL(32) Decimal('7')"),
        (TypeCode.MONEY, Decimal("7.00"), "Decimal('7"),
        (TypeCode.LVARCHAR, "7", "LVARCHAR"),
        (TypeCode.DECIMAL, "7", "CHAR"),
        (TypeCode.FLOAT, 7.0, "FLOAT 7.0"),
    ],
)
def test_what_is_named_is_sent(db: Any, trace: Path, size: Any, value: Any, sent: str) -> None:
    cur = db.cursor()
    cur.setinputsizes([size])
    assert cur.execute("SELECT tabid FROM systables WHERE tabid = ?", (value,)).fetchall() == [(7,)]
    (shown,) = bound(trace)
    assert sent in shown


def test_it_is_for_one_statement(db: Any, trace: Path) -> None:
    cur = db.cursor()
    cur.setinputsizes([TypeCode.SMALLINT])
    for _ in range(2):
        cur.execute("SELECT tabid FROM systables WHERE tabid = ?", (1,)).fetchall()
    assert bound(trace) == ["SMALLINT 1", "INTEGER 1"]
    cur.setinputsizes([TypeCode.SMALLINT])
    with pytest.raises(informix_db.ProgrammingError):
        cur.execute("SELECT nosuch FROM systables WHERE tabid = ?", (1,))
    cur.execute("SELECT tabid FROM systables WHERE tabid = ?", (2,)).fetchall()
    assert bound(trace)[2:] == ["INTEGER 2"]


def test_all_rows_of_executemany(db: Any, trace: Path) -> None:
    cur = db.cursor()
    cur.setinputsizes([TypeCode.BIGINT, TypeCode.DECIMAL])
    cur.executemany("INSERT INTO t (id, d) VALUES (?, ?)", [(i, i) for i in range(600)])
    assert cur.rowcount == 600
    assert bound(trace) == [text for i in range(600) for text in (f"BIGINT {i}", f"DECIMAL(32) Decimal('{i}')")]
    assert db.execute("SELECT SUM(id), SUM(d) FROM t").fetchone() == (179700, Decimal("179700.00"))


@pytest.mark.parametrize("value", [32768, -32768, 2**40])
def test_a_value_that_the_named_type_cannot_hold_is_refused(db: Any, value: int) -> None:
    cur = db.cursor()
    cur.setinputsizes([TypeCode.SMALLINT])
    with pytest.raises(informix_db.DataError, match="SMALLINT"):
        cur.execute("SELECT tabid FROM systables WHERE tabid = ?", (value,))
    assert cur.execute("SELECT tabid FROM systables WHERE tabid = ?", (3,)).fetchall() == [(3,)]


def test_null_keeps_the_named_type(db: Any, trace: Path) -> None:
    cur = db.cursor()
    cur.setinputsizes([TypeCode.BIGINT])
    assert cur.execute("SELECT tabid FROM systables WHERE tabid = ?", (None,)).fetchall() == []
    (shown,) = bound(trace)
    assert shown.startswith("BIGINT")


def test_booleans_become_what_their_target_is(db: Any) -> None:
    cur = db.cursor()
    cur.execute("CREATE TEMP TABLE b (i INT, d DECIMAL(5,2), f BOOLEAN, v VARCHAR(5)) WITH NO LOG")
    cur.execute("INSERT INTO b VALUES (?, ?, ?, ?)", (True, False, True, True))
    assert cur.execute("SELECT * FROM b").fetchall() == [(1, Decimal("0.00"), True, "t")]
    assert cur.execute("SELECT i FROM b WHERE i = ? AND f = ?", (True, True)).fetchall() == [(1,)]
    assert cur.execute("SELECT i FROM b WHERE i = ? OR f = ?", (False, False)).fetchall() == []
    cur.execute("UPDATE b SET d = ? WHERE i = ?", (True, True))
    assert (cur.rowcount, cur.execute("SELECT d FROM b").fetchall()) == (1, [(Decimal("1.00"),)])


@pytest.mark.parametrize("value", [{"a": 1}, [1, 2], {1}, (1,)])
@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t (id, v) VALUES (1, ?)",
        "UPDATE t SET v = ? WHERE id = 1",
        "SELECT id FROM t WHERE v = ?",
    ],
)
def test_collections_are_not_stored_as_text(db: Any, sql: str, value: Any) -> None:
    with pytest.raises(informix_db.DataError, match=r"parameter 1: a \w+ cannot be stored in LVARCHAR"):
        db.execute(sql, (value,))
    assert db.execute("SELECT COUNT(*) FROM t").fetchall() == [(Decimal(0),)]


@pytest.mark.parametrize("name", ["DBMONEY", "DBCENTURY"])
def test_a_variable_that_cannot_be_sent_is_named(driver: Any, memory: TestServer, name: str) -> None:
    with pytest.raises(informix_db.DataError, match=f"variable {name}='€,' has a character .* see client_locale="):
        driver.connect(memory.url, env={name: "€,"}, client_locale="en_US.8859-1")
