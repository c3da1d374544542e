"""Insert cursors: what `executemany` sends through them is what binding would have stored, errors included."""

import datetime as dt
import threading
from decimal import Decimal
from enum import Enum
from typing import Any

import informix_db
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from informix_testserver.engine import DatabaseFlag, Outcome, SqlError
from informix_testserver.script import ScriptEngine
from informix_testserver.server import TestServer
from informix_types import ColumnType, TypeCode
from informix_wire import pdu
from informix_wire.talk import statement

INT = ColumnType(TypeCode.INTEGER, 4)
TEXT = ColumnType(TypeCode.VARCHAR, 20)
COLUMNS = [("id", INT), ("name", TEXT)]
INSERT = "insert into t (id, name) values (?, ?)"


def rows(count: int) -> list[tuple[int, str]]:
    return [(i, f"n{i}") for i in range(count)]


@pytest.fixture
def stored() -> list[tuple[Any, ...]]:
    return []


@pytest.fixture
def engine(stored: list[tuple[Any, ...]]) -> ScriptEngine:
    engine = ScriptEngine({"testdb": DatabaseFlag.LOGGED, "plain": DatabaseFlag(0)})

    def insert(values: tuple[Any, ...]) -> Outcome:
        if values[1] == "bad":
            raise SqlError(-268, isam=-100, token="u1_t")
        stored.append(values)
        return Outcome(rows=1)

    engine.answer(INSERT, columns=COLUMNS, outcome=insert)
    engine.answer("insert into t values (?, lower(?))", columns=COLUMNS, outcome=insert)
    return engine


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How the rows travelled: names of the messages that carried rows, in order, without repetition."""
    seen: list[str] = []

    def spy(where: Any, name: str, message: str) -> None:
        plain = getattr(where, name)

        def encode(*arguments: Any) -> bytes:
            if not seen or seen[-1] != message:
                seen.append(message)
            return bytes(plain(*arguments))

        monkeypatch.setattr(where, name, encode)

    spy(pdu.Put, "encode", "Put")
    spy(statement, "bind_bytes", "Bind")
    return seen


def test_many_rows_of_a_plain_insert_are_put(conn: Any, stored: list[Any], sent: list[str]) -> None:
    cur = conn.cursor()
    cur.executemany(INSERT, iter(rows(5000)))
    assert stored == rows(5000)
    assert (cur.rowcount, cur.lastrowid) == (5000, None)
    assert sent == ["Put"]
    cur.executemany(INSERT, rows(3))
    assert sent == ["Put", "Bind"]
    cur.executemany(INSERT, rows(3), insert_cursor=True)
    cur.executemany(INSERT.replace("?, ?", ":1, :2"), rows(300), insert_cursor=False)
    assert sent == ["Put", "Bind", "Put", "Bind"]
    assert len(stored) == 5306


@pytest.mark.parametrize(
    ("sql", "database", "options"),
    [
        ("insert into t values (?, lower(?))", "testdb", {}),
        (INSERT, "plain", {}),
        (INSERT, "testdb", {"autocommit": True}),
        (INSERT, "testdb", {"insert_cursor": False}),
    ],
    ids=["expression", "unlogged", "autocommit", "switched off"],
)
def test_what_is_bound(
    driver: Any,
    server: TestServer,
    stored: list[Any],
    sent: list[str],
    sql: str,
    database: str,
    options: dict[str, Any],
) -> None:
    conn = driver.connect(server.url, database=database, **options)
    conn.cursor().executemany(sql, rows(200))
    conn.close()
    assert stored == rows(200)
    assert sent == ["Bind"]


def test_collected_errors_are_bound(conn: Any, stored: list[Any], sent: list[str]) -> None:
    cur = conn.cursor()
    cur.executemany(INSERT, [*rows(100), (7, "bad"), (8, "c")], batch_errors=True)
    assert [error.row for error in cur.batch_errors] == [100]
    assert (len(stored), cur.rowcount, sent) == (101, 101, ["Bind"])


@pytest.mark.parametrize("at", [0, 1, 99, 3000, 4999])
def test_a_refused_row_is_named(conn: Any, stored: list[Any], sent: list[str], at: int) -> None:
    cur = conn.cursor()
    data = rows(5000)
    data[at] = (at, "bad")
    with pytest.raises(informix_db.IntegrityError, match=f"row {at}: -268") as caught:
        cur.executemany(INSERT, data)
    assert caught.value.row == at
    assert any(f"{at} rows" in note for note in caught.value.__notes__)
    assert (cur.rowcount, stored, sent) == (at, data[:at], ["Put"])
    cur.executemany(INSERT, rows(1))
    assert stored == [*data[:at], (0, "n0")]


@pytest.mark.parametrize("at", [0, 1, 70, 2500, 2999])
def test_a_row_without_exact_row_form_is_bound_with_those_behind_it(
    conn: Any, stored: list[Any], sent: list[str], at: int
) -> None:
    """The server converts what is bound; what is put must have the column's own type."""
    data: list[tuple[Any, Any]] = list(rows(3000))
    data[at] = (str(at), "text for an INTEGER")
    cur = conn.cursor()
    cur.executemany(INSERT, iter(data))
    assert cur.rowcount == 3000
    assert [(int(a), b) for a, b in stored] == [(int(a), b) for a, b in data]
    assert sent == (["Put", "Bind"] if at else ["Bind"])


def test_bad_rows_and_bad_sources_say_the_same_as_when_bound(conn: Any, stored: list[Any]) -> None:
    cur = conn.cursor()
    for option in (True, False):
        stored.clear()
        with pytest.raises(informix_db.DataError, match=r"row 2000: .*parameter 2") as caught:
            cur.executemany(INSERT, [*rows(2000), (1, object())], insert_cursor=option)
        assert (caught.value.row, len(stored)) == (2000, 2000)
        assert any("2000 rows" in note for note in caught.value.__notes__)
        with pytest.raises(informix_db.ProgrammingError, match="row 80: the statement takes 2"):
            cur.executemany(INSERT, [*rows(80), (1,)], insert_cursor=option)
        assert cur.rowcount == 80
        for count in (10, 70, 3000):
            stored.clear()
            with pytest.raises(ZeroDivisionError):
                cur.executemany(INSERT, ((1 // (count - i), "a") for i in range(9000)), insert_cursor=option)
            assert (len(stored), cur.rowcount) == (count, count)


def test_a_refused_cursor_is_no_error(
    driver: Any, server: TestServer, stored: list[Any], sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any) -> None:
        raise SqlError(-481)

    conn = driver.connect(server.url)
    monkeypatch.setattr("informix_testserver.cursors.InsertCursor", refuse)
    cur = conn.cursor()
    cur.executemany(INSERT, iter(rows(4000)))
    assert (stored, cur.rowcount, sent) == (rows(4000), 4000, ["Put", "Bind"])
    conn.commit()
    conn.close()


def test_dumpers_are_for_bound_values(conn: Any, stored: list[Any], sent: list[str]) -> None:
    cur = conn.cursor()
    cur.types.register_dumper(str, lambda text: text.encode().upper().decode())
    cur.executemany(INSERT, rows(100))
    assert stored[5] == (5, "N5")
    assert sent == ["Bind"]


# -- against the SQL engine: both ways store the same ----------------------------------------------------------


class Colour(Enum):
    RED = "red"


TYPES: dict[str, st.SearchStrategy[Any]] = {
    "SMALLINT": st.one_of(st.integers(-32767, 32767), st.just(True), st.just("17"), st.just(2.0), st.just(2**20)),
    "BIGINT": st.one_of(st.integers(-(2**63) + 1, 2**63 - 1), st.just(Decimal(7)), st.just(Decimal("7.5"))),
    "FLOAT": st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-99, 99)),
    "DECIMAL(8,2)": st.one_of(
        st.decimals(-999999, 999999, places=2), st.decimals(-99, 99, places=4), st.integers(-99, 99), st.just(0.5)
    ),
    "DECIMAL(16)": st.decimals(-(10**9), 10**9, places=3),
    "CHAR(6)": st.one_of(st.text("ab ü", max_size=6), st.just("toolong7"), st.just(Colour.RED)),
    "VARCHAR(6)": st.one_of(st.text("ab ü", max_size=6), st.just("toolong7"), st.just(5)),
    "LVARCHAR(300)": st.text("ab ü", max_size=300),
    "BOOLEAN": st.one_of(st.booleans(), st.just("t"), st.just(1)),
    "DATE": st.one_of(st.dates(dt.date(1, 1, 1)), st.just("2024-02-29"), st.just(dt.datetime(2024, 2, 29, 1))),
    "DATETIME YEAR TO SECOND": st.one_of(
        st.datetimes(dt.datetime(1, 1, 1)), st.dates(), st.just("2024-02-29 01:02:03")
    ),
    "DATETIME YEAR TO FRACTION(5)": st.datetimes(dt.datetime(1, 1, 1)),
    "INTERVAL DAY(5) TO SECOND": st.one_of(
        st.timedeltas(dt.timedelta(-99999), dt.timedelta(99999)), st.just("3 04:05:06")
    ),
}


def outcome(conn: Any, values: list[Any], put: bool) -> Any:
    """What came of inserting the values: the rows, or the kind and place of the error and the rows before it."""
    cur = conn.cursor()
    cur.execute("DELETE FROM both_ways")
    error = None
    try:
        cur.executemany("INSERT INTO both_ways VALUES (?)", [(v,) for v in values], insert_cursor=put)
    except informix_db.Error as caught:
        error = (type(caught), caught.sqlcode, caught.row)
    count = cur.rowcount
    return error, count, cur.execute("SELECT a FROM both_ways ORDER BY rowid").fetchall()


@pytest.mark.parametrize("name", TYPES)
def test_putting_is_binding(memory: TestServer, name: str) -> None:
    with informix_db.connect(memory.url) as conn:
        conn.execute("DROP TABLE IF EXISTS both_ways")
        conn.execute(f"CREATE TABLE both_ways (a {name})")
        conn.commit()
        value = st.one_of(st.none(), TYPES[name])

        @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(st.lists(value, min_size=1, max_size=6))
        def same(values: list[Any]) -> None:
            assert outcome(conn, values, True) == outcome(conn, values, False)

        same()


@pytest.mark.parametrize("put", [True, False], ids=["put", "bound"])
def test_a_time_limit_leaves_the_connection_usable(conn: Any, engine: ScriptEngine, put: bool) -> None:
    engine.answer("insert into slow values (?)", columns=[("id", INT)], waits=threading.Event())
    cur = conn.cursor()
    with pytest.raises(informix_db.StatementTimeout):
        cur.executemany("insert into slow values (?)", [(i,) for i in range(5000)], insert_cursor=put, timeout=0.3)
    assert cur.rowcount == 0
    assert not conn.closed
    cur.executemany(INSERT, rows(2), insert_cursor=put)
    assert cur.rowcount == 2
    conn.rollback()


# -- a table that changed under a cached statement (-710) ------------------------------------------------------


@pytest.fixture
def changing(engine: ScriptEngine, stored: list[tuple[Any, ...]]) -> dict[int, int]:
    """The table changes before these row numbers are stored, so many times in a row."""
    changes: dict[int, int] = {}

    def insert(values: tuple[Any, ...]) -> Outcome:
        if changes.get(values[0], 0):
            changes[values[0]] -= 1
            raise SqlError(-710)
        if values[1] == "bad":
            raise SqlError(-268, isam=-100, token="u1_t")
        stored.append(values)
        return Outcome(rows=1)

    engine.answer("insert into changing values (?, ?)", columns=COLUMNS, outcome=insert)
    return changes


CHANGING = "insert into changing values (?, ?)"


@pytest.mark.parametrize("at", [0, 1, 500, 2999])
@pytest.mark.parametrize("put", [True, False], ids=["put", "bound"])
def test_the_statement_is_prepared_anew_once(
    conn: Any, engine: ScriptEngine, stored: list[Any], changing: dict[int, int], put: bool, at: int
) -> None:
    cur = conn.cursor()
    changing[at] = 1
    cur.executemany(CHANGING, iter(rows(3000)), insert_cursor=put)
    assert stored == rows(3000)
    assert cur.rowcount == 3000
    assert [call.action for call in engine.log if call.sql == CHANGING].count("prepare") == 2


@pytest.mark.parametrize("put", [True, False], ids=["put", "bound"])
def test_but_not_for_ever(conn: Any, stored: list[Any], changing: dict[int, int], put: bool) -> None:
    cur = conn.cursor()
    changing[700] = 2
    with pytest.raises(informix_db.Error, match="row 700: -710") as caught:
        cur.executemany(CHANGING, rows(3000), insert_cursor=put)
    assert (caught.value.row, cur.rowcount) == (700, 700)
    assert any("700 rows" in note for note in caught.value.__notes__)
    cur.executemany(CHANGING, rows(3000)[700:], insert_cursor=put)
    assert stored == rows(3000)


def test_collected_errors_survive_it(conn: Any, stored: list[Any], changing: dict[int, int]) -> None:
    cur = conn.cursor()
    data: list[Any] = rows(4000)
    for bad in (3, 1500, 3500):
        data[bad] = (bad, "bad")
    changing[2000] = 1
    cur.executemany(CHANGING, iter(data), batch_errors=True)
    assert [(error.row, error.sqlcode) for error in cur.batch_errors] == [(3, -268), (1500, -268), (3500, -268)]
    assert cur.rowcount == len(stored) == 3997
    assert stored == [row for row in data if row[1] != "bad"]


def test_a_failing_source_is_still_told_after_it(conn: Any, stored: list[Any], changing: dict[int, int]) -> None:
    cur = conn.cursor()
    changing[0] = 1
    with pytest.raises(ZeroDivisionError):
        cur.executemany(CHANGING, ((i, str(1 // (20 - i))) for i in range(99)))
    assert (len(stored), cur.rowcount) == (20, 20)
