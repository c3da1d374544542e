"""SQL warnings: collected by default, raised if asked, never at the price of a row."""

from typing import Any

import informix_db
import pytest
from informix_testserver.engine import DatabaseFlag, Outcome
from informix_testserver.script import ScriptEngine
from informix_testserver.server import TestServer
from informix_types import ColumnType, TypeCode
from informix_wire import pdu

INT = ColumnType(TypeCode.INTEGER, 4)


@pytest.fixture
def engine() -> ScriptEngine:
    engine = ScriptEngine({"testdb": DatabaseFlag.LOGGED, "plain": DatabaseFlag(0)})
    engine.answer("delete from t", outcome=Outcome(rows=3, warnings=0x0008))
    engine.answer("insert into t values (?)", columns=[("id", INT)], outcome=Outcome(rows=1, warnings=0x0101))
    engine.answer("update t set id = 1", outcome=Outcome(rows=1))
    engine.answer("select id from t", columns=[("id", INT)], rows=[(i,) for i in range(3000)])
    return engine


@pytest.fixture
def row_warnings(monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """Warning bits of the rows that the server sends, by value."""
    bits: dict[int, int] = {}

    def send_row(session: Any, cursor: Any, row: tuple[Any, ...]) -> int:
        data = pdu.Tuple(bits.get(row[0], 0), cursor.encode(row, cursor)).encode(session.caps)
        session.out.append(data)
        return len(data)

    monkeypatch.setattr("informix_testserver.cursors._send_row", send_row)
    return bits


def test_warnings_of_statements(conn: Any) -> None:
    cur = conn.cursor()
    assert cur.warnings == []
    cur.execute("delete from t")
    (warning,) = cur.warnings
    assert isinstance(warning, informix_db.SqlWarning)
    assert isinstance(warning, informix_db.Warning)
    assert not isinstance(warning, informix_db.Error)
    assert (warning.bits, warning.row, warning.statement) == (8, None, "delete from t")
    assert "no WHERE clause" in str(warning)
    cur.execute("update t set id = 1")
    assert cur.warnings == []
    cur.executemany("insert into t values (?)", [(1,), (2,)])
    (warning,) = cur.warnings
    assert (warning.bits, len(warning.meanings)) == (0x0101, 1)
    assert warning.meanings[0].startswith("a character value was truncated")
    assert "0x0101" in str(warning)


def test_the_bits_of_a_database_are_no_warning(conn: Any) -> None:
    cur = conn.cursor()
    cur.execute("database plain")
    assert cur.warnings == []


def test_they_are_raised_if_asked(driver: Any, server: TestServer) -> None:
    conn = driver.connect(server.url, raise_warnings=True)
    cur = conn.cursor()
    with pytest.raises(informix_db.SqlWarning, match="WHERE"):
        cur.execute("delete from t")
    assert cur.rowcount == 3
    with pytest.raises(informix_db.Warning, match="truncated"):
        cur.executemany("insert into t values (?)", [(1,), (2,)])
    assert cur.rowcount == 2
    assert cur.execute("update t set id = 1").rowcount == 1
    conn.close()


def test_warnings_of_rows(conn: Any, row_warnings: dict[int, int]) -> None:
    row_warnings.update({5: 1, 2999: 0x4000})
    cur = conn.cursor()
    cur.fetch_buffer = 1000
    rows = cur.execute("select id from t").fetchall()
    assert rows == [(i,) for i in range(3000)]
    assert [(w.row, w.bits) for w in cur.warnings] == [(5, 1), (2999, 0x4000)]


@pytest.mark.parametrize("how", ["all", "many", "one", "iterate"])
def test_raising_loses_no_row(driver: Any, server: TestServer, row_warnings: dict[int, int], how: str) -> None:
    row_warnings.update({5: 1, 1500: 2, 2999: 4})
    conn = driver.connect(server.url, raise_warnings=True, fetch_buffer=1000)
    cur = conn.cursor()
    raised: list[int | None] = []
    got: list[Any] = []
    try:
        cur.execute("select id from t")
    except informix_db.SqlWarning as warning:
        raised.append(warning.row)
    fetch = {"all": cur.fetchall, "many": lambda: cur.fetchmany(700), "one": cur.fetchone, "iterate": cur.__next__}
    for _ in range(4000):
        try:
            found = fetch[how]()
        except informix_db.SqlWarning as warning:
            raised.append(warning.row)
            continue
        except StopIteration:
            break
        if not found:
            break
        got.extend(found if how in ("all", "many") else [found])
    assert got == [(i,) for i in range(3000)]
    assert raised == [5, 1500, 2999]
    conn.close()


def test_null_in_an_aggregate(driver: Any, memory: TestServer) -> None:
    """The memory server reports it where the row is delivered, and nowhere else."""
    conn = driver.connect(memory.url)
    cur = conn.cursor()
    cur.execute("create temp table t (a int, b int)")
    cur.executemany("insert into t values (?, ?)", [(1, 1), (2, None)])
    assert cur.execute("select max(b) from t").fetchall() == [(1,)]
    (warning,) = cur.warnings
    assert (warning.bits, warning.meanings) == (2, ("an aggregate function met NULL",))
    assert cur.execute("select max(a) from t").fetchall() == [(2,)]
    assert cur.warnings == []
    conn.close()
