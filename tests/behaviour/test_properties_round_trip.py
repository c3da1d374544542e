"""Random tables and rows of every type go through the driver and the embedded server and come back as they went.

What must come back is worked out here from Python's `decimal` and `datetime` alone: fixed scales, blank-padded
CHARs, five fraction digits. Rows go in by every way that the driver has, and come out by every decoder it has.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import informix_types.rowcode
import pytest
from hypothesis import HealthCheck, given, settings
from informix_db import IntervalYM
from informix_testserver.server import TestServer
from informix_types import PartialDateTime

LATIN, UTF8 = "en_US.8859-1", "en_US.utf8"
CODECS = {LATIN: "iso8859-1", UTF8: "utf-8"}
_numbers = itertools.count(1)


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Kind:
    """A column type: its SQL, what can be put in, and what that must come back as."""

    sql: str
    values: st.SearchStrategy[Any]
    expected: Callable[[Any], Any] = _same


def _text(codec: str, most: int, *, blanks: bool = True) -> st.SearchStrategy[str]:
    """Text of at most `most` bytes in the codec. NUL stands for NULL in VARCHAR rows and is no text."""
    alphabet = st.characters(min_codepoint=1, max_codepoint=255) if codec == "iso8859-1" else st.characters(
        min_codepoint=1, exclude_categories=["Cs"]
    )  # fmt: skip
    return st.text(alphabet, max_size=most).filter(lambda t: len(t.encode(codec)) <= most)


@st.composite
def _characters(draw: st.DrawFn, codec: str) -> Kind:
    name = draw(st.sampled_from(["CHAR", "NCHAR", "VARCHAR", "NVARCHAR", "LVARCHAR"]))
    size = draw(st.sampled_from([1, 2, 7, 255]) | st.integers(1, 255))
    if name in ("CHAR", "NCHAR"):

        def padded(value: str) -> str:
            return value + " " * (size - len(value.encode(codec)))

        return Kind(f"{name}({size})", _text(codec, min(size, 40)), padded)
    return Kind(f"{name}({size})", _text(codec, min(size, 40)))


@st.composite
def _decimals(draw: st.DrawFn) -> Kind:
    name = draw(st.sampled_from(["DECIMAL", "DECIMAL", "MONEY"]))
    precision = draw(st.integers(1, 32))
    if name == "DECIMAL" and draw(st.booleans()):

        def floating(digits: int, exponent: int) -> Decimal:
            return Decimal(f"{digits}E{exponent}")

        most = 10**precision - 1
        return Kind(f"DECIMAL({precision})", st.builds(floating, st.integers(-most, most), st.integers(-90, 90)))
    scale = draw(st.integers(0, precision))
    most = 10**precision - 1

    def fixed(unscaled: int) -> Decimal:
        return Decimal(f"{unscaled}E-{scale}")

    numbers = st.integers(-most, most) | st.sampled_from([0, 1, -1, most, -most])
    return Kind(f"{name}({precision},{scale})", numbers.map(fixed))


FIELDS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "FRACTION")
_CODES = (0, 2, 4, 6, 8, 10, 12)
_FLOOR = dt.datetime(1, 1, 1)


@st.composite
def _datetimes(draw: st.DrawFn) -> Kind:
    first, last = sorted((draw(st.integers(0, 6)), draw(st.integers(0, 6))))
    digits = draw(st.integers(1, 5)) if last == 6 else 0
    end_sql = f"FRACTION({digits})" if last == 6 else FIELDS[last]
    sql = f"DATETIME {FIELDS[first]} TO {end_sql}"
    unit = 10 ** (6 - digits) if last == 6 else 1_000_000

    def cut(moment: dt.datetime) -> Any:
        micro = moment.microsecond // unit * unit if last == 6 else 0
        fields = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, micro)
        names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        least = (1, 1, 1, 0, 0, 0, 0)
        cut_off: Any = {names[i]: least[i] for i in range(last + 1, 7)}
        exact = moment.replace(microsecond=micro).replace(**cut_off)
        if first == 0 and last == 2:
            return exact.date()
        if first == 0 and last > 2:
            return exact
        if first == 3:
            return exact.time()
        return PartialDateTime(_CODES[first], 10 + digits if last == 6 else _CODES[last], fields[first : last + 1])

    # 28 days: MONTH TO DAY has no leap years.
    moments = st.datetimes() if first == 0 else st.datetimes().map(lambda m: m.replace(day=min(m.day, 28)))
    return Kind(sql, (moments | st.sampled_from([dt.datetime.min, dt.datetime.max])).map(cut))


@st.composite
def _intervals(draw: st.DrawFn) -> Kind:
    if draw(st.booleans()):
        first, last = sorted((draw(st.integers(0, 1)), draw(st.integers(0, 1))))
        precision = draw(st.integers(1, 9))
        most = 10**precision - 1
        highest = most * 12 + 11 if (first, last) == (0, 1) else most * 12 if first == 0 else most
        step = 12 if last == 0 else 1
        months = st.integers(-highest, highest).map(lambda m: IntervalYM(int(m / step) * step))
        sql = f"INTERVAL {FIELDS[first]}({precision}) TO {FIELDS[last]}"
        return Kind(sql, months)
    first, last = sorted((draw(st.integers(2, 6)), draw(st.integers(2, 6))))
    digits = draw(st.integers(1, 5)) if last == 6 else 0
    precision = draw(st.integers(1, 9))
    sizes = (86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1)
    unit = 10 ** (6 - digits) if last == 6 else sizes[last - 2]
    if first == 6:
        sql, highest = f"INTERVAL FRACTION TO FRACTION({digits})", 999_999
    else:
        end = f"FRACTION({digits})" if last == 6 else FIELDS[last]
        sql = f"INTERVAL {FIELDS[first]}({precision}) TO {end}"
        highest = 10**precision * sizes[first - 2] - 1
    # timedelta.min is -999999999 days, without hours.
    units = min(highest, 999_999_999 * sizes[0]) // unit
    numbers = st.integers(-units, units) | st.sampled_from([0, units, -units])

    def span(number: int) -> dt.timedelta:
        return dt.timedelta(microseconds=number * unit)

    return Kind(sql, numbers.map(span))


def _integers(bits: int) -> st.SearchStrategy[int]:
    most = 2 ** (bits - 1) - 1  # the lowest number is the pattern of NULL
    return st.integers(-most, most) | st.sampled_from([0, most, -most])


def kinds(codec: str) -> st.SearchStrategy[Kind]:
    return st.one_of(
        st.builds(Kind, st.just("SMALLINT"), st.just(_integers(16))),
        st.builds(Kind, st.just("INTEGER"), st.just(_integers(32))),
        st.builds(Kind, st.sampled_from(["BIGINT", "INT8"]), st.just(_integers(64))),
        st.just(Kind("FLOAT", st.floats(allow_nan=False, allow_infinity=False))),
        st.just(Kind("SMALLFLOAT", st.floats(allow_nan=False, allow_infinity=False, width=32))),
        st.just(Kind("BOOLEAN", st.booleans())),
        st.just(Kind("DATE", st.dates() | st.sampled_from([dt.date.min, dt.date.max, dt.date(1899, 12, 31)]))),
        _decimals(),
        _decimals(),
        _datetimes(),
        _datetimes(),
        _intervals(),
        _intervals(),
        _characters(codec),
        _characters(codec),
        st.just(Kind("BYTE", st.binary(max_size=300))),
        st.just(Kind("TEXT", _text(codec, 300))),
    )


@dataclass(frozen=True)
class Table:
    columns: list[Kind]
    rows: list[tuple[Any, ...]]
    expected: list[tuple[Any, ...]]


@st.composite
def tables(draw: st.DrawFn, codec: str) -> Table:
    columns = draw(st.lists(kinds(codec), min_size=1, max_size=5))
    rows = draw(st.lists(st.tuples(*(st.none() | k.values for k in columns)), min_size=1, max_size=6))
    # Repeated so that several fetch buffers and the encoders for many rows come into play.
    rows *= draw(st.sampled_from([1, 1, 30]))
    expected = [
        tuple(None if v is None else k.expected(v) for k, v in zip(columns, row, strict=True)) for row in rows
    ]
    return Table(columns, rows, expected)


def exactly(value: Any) -> Any:
    """A form in which 1.50 and 1.5, 0.0 and -0.0, True and 1 differ. Zeros of DECIMAL have no sign."""
    if isinstance(value, Decimal):
        return ("Decimal", str(value if value else abs(value)))
    if isinstance(value, (dt.datetime, dt.time)):
        value = value.replace(fold=0)
    return (type(value).__name__, repr(value))


def same(kind: Kind, value: Any) -> Any:
    if isinstance(value, Decimal) and "," not in kind.sql:
        # Floating DECIMAL: without trailing zeros, in whatever exponent.
        return value.normalize() if value else Decimal(0)
    return exactly(value)


@pytest.fixture(scope="module", params=[LATIN, UTF8])
def locale(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def memory(locale: str) -> Iterator[TestServer]:
    with TestServer(port=0, db_locale=locale) as server:
        yield server
        assert server.protocol_errors == []
        assert server.internal_errors == []


WAYS: dict[str, dict[str, Any]] = {
    "bind": {"insert_cursor": False},
    "put": {"insert_cursor": True},
}


def compare(table: Table, got: list[tuple[Any, ...]], how: str) -> None:
    assert len(got) == len(table.expected), how
    for sent, want, row in zip(table.rows, table.expected, got, strict=True):
        for kind, original, wanted, value in zip(table.columns, sent, want, row, strict=True):
            assert same(kind, value) == same(kind, wanted), f"{how}: {kind.sql}: sent {original!r}"


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_rows_come_back_as_they_went(driver: Any, memory: TestServer, locale: str, data: st.DataObject) -> None:
    table = data.draw(tables(CODECS[locale]))
    name = f"r{next(_numbers)}"
    columns = ", ".join(f"c{i} {k.sql}" for i, k in enumerate(table.columns))
    marks = ", ".join("?" * (len(table.columns) + 1))
    insert = f"INSERT INTO {name} VALUES ({marks})"
    numbered = [(i, *row) for i, row in enumerate(table.rows)]
    conn = driver.connect(memory.url, client_locale=locale)
    with pytest.MonkeyPatch.context() as patch:
        try:
            conn.execute(f"CREATE TABLE {name} (id INT, {columns})")
            cur = conn.cursor()
            for row in numbered[:10]:
                cur.execute(insert, row)
                assert cur.rowcount == 1
            cur.executemany(insert, numbered[10:])
            conn.commit()
            fields = ", ".join(f"c{i}" for i in range(len(table.columns)))
            select = f"SELECT {fields} FROM {name} ORDER BY id"
            for number, (fetch_buffer, decoder) in enumerate(
                itertools.product((256, 32767), ("generated", "reference"))
            ):
                patch.setenv("INFORMIX_ROWCODE", decoder if decoder == "reference" else "")
                patch.setattr(informix_types.rowcode, "SMALL", 0)
                cur.fetch_buffer = fetch_buffer
                # A text of its own, so that no cached decoder is used.
                cur.execute(f"{select} -- {number}")
                compare(table, cur.fetchall(), f"execute, {decoder}, {fetch_buffer}")
            for way, options in WAYS.items():
                conn.execute(f"DELETE FROM {name}")
                cur.executemany(insert, iter(numbered), **options)
                assert cur.rowcount == len(numbered)
                cur.execute(select)
                compare(table, cur.fetchall(), way)
            conn.execute(f"DROP TABLE {name}")
            conn.commit()
        finally:
            conn.close()
