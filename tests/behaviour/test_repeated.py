"""The same statement again and again: what the driver learns about it must change nothing but the work."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import informix_db
import pytest
from informix_testserver.engine import SqlError
from informix_testserver.script import ScriptEngine
from informix_testserver.session import Session
from informix_types import ColumnType, TypeCode

INT = ColumnType(TypeCode.INTEGER, 4)
LVARCHAR = ColumnType(TypeCode.LVARCHAR, 32000)
COLUMNS = [
    ("id", INT),
    ("name", ColumnType(TypeCode.VARCHAR, 20)),
    ("price", ColumnType(TypeCode.DECIMAL, 10 << 8 | 2)),
    ("day", ColumnType(TypeCode.DATE, 4)),
]
INSERT = "insert into t values (?, ?, ?, ?)"
POINT = "select id from t where id = ?"


def test_values_arrive_the_same_however_often_a_statement_runs(conn: Any, engine: ScriptEngine) -> None:
    """From the 17th execution on the encoder is one made for the shape; classes of the values may still change."""
    engine.answer(INSERT, columns=COLUMNS, rows_affected=1)
    cur = conn.cursor()
    sent: list[tuple[Any, ...]] = []
    for n in range(60):
        row: list[Any] = [n, f"name {n}", Decimal(n).scaleb(-2), date(2024, 1, 1)]
        if n % 5 == 3:
            row[n % 4] = None
        if n % 7 == 2 and row[2]:
            row[2] = row[2] * 3
        cur.execute(INSERT, row)
        sent.append(tuple(row))
    assert [call.values for call in engine.log if call.action == "execute"] == sent
    assert len([call for call in engine.log if call.action == "prepare"]) == 1


def test_bad_values_are_refused_however_often_a_statement_ran(conn: Any, engine: ScriptEngine) -> None:
    engine.answer(INSERT, columns=COLUMNS, rows_affected=1)
    cur = conn.cursor()
    good = (1, "a", Decimal("1.5"), date(2024, 1, 1))
    for _ in range(40):
        cur.execute(INSERT, good)
        with pytest.raises(informix_db.DataError, match="parameter 2"):
            cur.execute(INSERT, (1, "€", Decimal("1.5"), date(2024, 1, 1)))
    assert [call.values for call in engine.log if call.action == "execute"] == [good] * 40


@pytest.fixture
def fetches(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the server was asked for rows."""
    counted: Counter[str] = Counter()
    check = Session.check_faults

    def counting(self: Session, phase: Any) -> None:
        counted[phase] += 1
        check(self, phase)

    monkeypatch.setattr(Session, "check_faults", counting)
    return counted


def test_a_statement_that_found_one_row_is_not_asked_for_more_early(
    conn: Any, engine: ScriptEngine, fetches: Counter[str]
) -> None:
    engine.answer(POINT, columns=COLUMNS[:1], rows=lambda values: [values])
    cur = conn.cursor()
    for n in range(10):
        assert cur.execute(POINT, (n,)).fetchone() == (n,)
    conn.commit()
    assert fetches["open"] == 10
    assert fetches["fetch"] == 11  # the first time nobody knew
    for n in range(10):
        assert cur.execute(POINT, (n,)).fetchall() == [(n,)]
    assert fetches["fetch"] == 11 + 2 * 10


def actions(engine: ScriptEngine) -> Counter[str]:
    return Counter(call.action for call in engine.log)


def test_a_cursor_is_closed_once_for_each_time_that_it_was_opened(conn: Any, engine: ScriptEngine) -> None:
    engine.answer(POINT, columns=COLUMNS[:1], rows=lambda values: [values, (0,)])
    cur = conn.cursor()
    for n in range(10):
        assert cur.execute(POINT, (n,)).fetchone() == (n,)
        assert cur.fetchone() == (0,)
    done = actions(engine)
    assert [done[action] for action in ("prepare", "begin", "open", "close_cursor")] == [1, 1, 10, 9]
    cur.close()
    conn.commit()
    assert actions(engine)["close_cursor"] == 10


@pytest.mark.parametrize("bad", [(), (1, 2), ("\N{EURO SIGN}",)])
def test_wrong_parameters_end_the_former_result(conn: Any, engine: ScriptEngine, bad: tuple[Any, ...]) -> None:
    engine.answer(POINT, columns=COLUMNS[:1], rows=lambda values: [values, (0,)])
    cur = conn.cursor()
    cur.execute(POINT, (1,))
    with pytest.raises((informix_db.ProgrammingError, informix_db.DataError)):
        cur.execute(POINT, bad)
    assert cur.description is None
    with pytest.raises(informix_db.ProgrammingError, match="no result"):
        cur.fetchone()
    conn.ping()
    assert actions(engine)["close_cursor"] == 1
    assert cur.execute(POINT, (2,)).fetchall() == [(2,), (0,)]
    assert actions(engine)["prepare"] == 1


def test_a_statement_whose_table_changed_while_it_was_open_is_prepared_anew(
    conn: Any, engine: ScriptEngine
) -> None:
    answers = iter([[(1,)], -710, [(2,)]])

    def rows(_: Any) -> Any:
        answer = next(answers)
        if isinstance(answer, int):
            raise SqlError(answer)
        return answer

    engine.answer(POINT, columns=COLUMNS[:1], rows=rows)
    cur = conn.cursor()
    assert cur.execute(POINT, (1,)).fetchone() == (1,)
    assert cur.execute(POINT, (2,)).fetchone() == (2,)
    assert actions(engine)["prepare"] == 2
    conn.ping()
    assert len(getattr(conn, "inner", conn)._session.statements) == 1


def test_without_a_cache_a_statement_is_prepared_each_time(driver: Any, server: Any, engine: ScriptEngine) -> None:
    engine.answer(POINT, columns=COLUMNS[:1], rows=lambda values: [values, (0,)])
    conn = driver.connect(server.url, statement_cache_size=0)
    cur = conn.cursor()
    for n in range(3):
        assert cur.execute(POINT, (n,)).fetchone() == (n,)
    assert actions(engine)["prepare"] == 3
    conn.close()


def test_results_of_every_size_in_turn(conn: Any, engine: ScriptEngine) -> None:
    engine.answer(POINT, columns=COLUMNS[:1], rows=lambda values: [(n,) for n in range(values[0])])
    for size in (1, 9000, 1, 0, 9000, 9000, 0, 1):
        assert conn.execute(POINT, (size,)).fetchall() == [(n,) for n in range(size)]


def test_a_dropped_cursor_leaves_its_statement_prepared(conn: Any, engine: ScriptEngine) -> None:
    engine.answer(POINT, columns=COLUMNS[:1], rows=lambda values: [values, (0,)])
    for n in range(10):
        assert conn.execute(POINT, (n,)).fetchone() == (n,)
    assert Counter(call.action for call in engine.log if call.sql == POINT) == {"prepare": 1, "open": 10}
    conn.ping()
    assert Counter(call.action for call in engine.log)["close_cursor"] >= 9


@pytest.mark.parametrize("dropped", ["closed", "forgotten", "released"])
def test_a_large_statement_with_frees_ahead_of_it_while_a_block_is_owed(
    driver: Any, server: Any, engine: ScriptEngine, dropped: str
) -> None:
    """What is freed with a request is answered after it: nobody may wait for that before the request was sent."""
    engine.answer("select id from t", columns=COLUMNS[:1], rows=[(n,) for n in range(5000)])
    engine.answer("select id from u", columns=COLUMNS[:1], rows=[(n,) for n in range(5000)])
    engine.answer("insert into v values (?)", columns=[("s", LVARCHAR)], rows_affected=1)
    cached, large = 100, ("insert into v values (?)", ("y" * 20000,))
    if dropped == "released":
        cached, large = 0, ("insert into v values ('" + "y" * 20000 + "')", ())
        engine.answer(large[0], rows_affected=1)
    conn = driver.connect(server.url, read_timeout=10, fetch_buffer=4096, statement_cache_size=cached)
    session = getattr(conn, "inner", conn)._session
    conn.execute("insert into v values (?)", ("",))  # prepared, and a transaction is open
    first, other, insert = conn.cursor(), conn.cursor(), conn.cursor()
    first.execute("select id from t")
    read = [first.fetchone()[0]]
    other.execute("select id from u")
    other.fetchone()
    while not session.expected:  # until a block was asked for that nobody has read
        read.append(first.fetchone()[0])
    if dropped == "forgotten":
        del other
    else:
        other.close()
    assert session.pending_frees
    assert session.expected
    assert insert.execute(*large).rowcount == 1
    assert [call.values for call in engine.log if call.action == "execute"] == [("",), large[1]]
    assert read + [number for (number,) in first] == list(range(5000))
    conn.rollback()
    conn.close()
