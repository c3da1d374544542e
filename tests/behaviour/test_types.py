"""Every type of sqli.md 6.2 through the whole driver: as described, as RET_TYPE asks, as a parameter, damaged."""

import datetime as dt
import enum
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import informix_db
import numpy as np
import pytest
from informix_db import IntervalYM
from informix_testserver import cursors
from informix_testserver.script import ScriptEngine
from informix_testserver.server import TestServer
from informix_types import (
    BlobLocator,
    ClobLocator,
    ColumnType,
    ListValue,
    MultisetValue,
    PartialDateTime,
    RowValue,
    SetValue,
    TypeCode,
    TypedValue,
    TypeFlag,
    parse_type,
)
from informix_types.registry import GLOBAL
from informix_types.rows import class_row, dict_row, namedtuple_row, row_row, scalar_row, tuple_row

BSON = ColumnType(TypeCode.UDTVAR, 4096, extended_id=21, owner="informix", extended_name="bson")
LABEL = ColumnType(TypeCode.VARCHAR, 128, TypeFlag.DISTINCT, extended_id=2051, extended_name="idssecuritylabel")
LOCATOR = bytes(range(72))

TYPES: dict[str, tuple[ColumnType, Any]] = {
    "CHAR": (parse_type("CHAR(5)"), "ñ    "),
    "NCHAR": (parse_type("NCHAR(3)"), "abc"),
    "VARCHAR": (parse_type("VARCHAR(20)"), "trailing  "),
    "NVARCHAR": (parse_type("NVARCHAR(20)"), ""),
    "LVARCHAR": (ColumnType(40, 2048, extended_id=1, owner="informix", extended_name="lvarchar"), "x" * 2048),
    "SMALLINT": (parse_type("SMALLINT"), -32767),
    "INTEGER": (parse_type("INTEGER"), -(2**31) + 1),
    "BIGINT": (parse_type("BIGINT"), 2**63 - 1),
    "INT8": (parse_type("INT8"), -(2**63) + 1),
    "SERIAL": (parse_type("SERIAL"), 2**31 - 1),
    "SERIAL8": (parse_type("SERIAL8"), 2**40),
    "BIGSERIAL": (parse_type("BIGSERIAL"), 2**62),
    "SMALLFLOAT": (parse_type("SMALLFLOAT"), 0.5),
    "FLOAT": (parse_type("FLOAT"), -1e300),
    "DECIMAL(32,10)": (parse_type("DECIMAL(32,10)"), Decimal("-1234567890123456789012.0123456789")),
    "DECIMAL(32)": (parse_type("DECIMAL(32)"), Decimal("1E-120")),
    "MONEY": (parse_type("MONEY(16,2)"), Decimal("-0.01")),
    "DATE": (parse_type("DATE"), dt.date(1899, 12, 30)),
    "DATETIME": (parse_type("DATETIME YEAR TO FRACTION(5)"), dt.datetime(2024, 2, 29, 23, 59, 59, 123450)),
    "DATETIME YEAR TO DAY": (parse_type("DATETIME YEAR TO DAY"), dt.date(2024, 2, 29)),
    "DATETIME HOUR TO FRACTION": (parse_type("DATETIME HOUR TO FRACTION(3)"), dt.time(1, 2, 3, 4000)),
    "DATETIME MONTH TO DAY": (parse_type("DATETIME MONTH TO DAY"), PartialDateTime(2, 4, (2, 29))),
    "INTERVAL DAY": (parse_type("INTERVAL DAY(9) TO FRACTION(5)"), dt.timedelta(-999999999)),
    "INTERVAL YEAR": (parse_type("INTERVAL YEAR(9) TO MONTH"), IntervalYM(years=-999999999, months=-11)),
    "BOOLEAN": (parse_type("BOOLEAN"), False),
    "BYTE": (parse_type("BYTE"), b"\0\xff" * 3000),
    "TEXT": (parse_type("TEXT"), "ñ" * 3000),
    "BLOB": (parse_type("BLOB"), BlobLocator(LOCATOR)),
    "CLOB": (parse_type("CLOB"), ClobLocator(LOCATOR)),
    "SET": (parse_type("SET(DATE NOT NULL)"), SetValue([dt.date(2024, 2, 29)])),
    "MULTISET": (
        parse_type("MULTISET(DECIMAL(5,2) NOT NULL)"),
        MultisetValue([Decimal("1.50"), Decimal("1.50")]),
    ),
    "LIST": (
        parse_type("LIST(LIST(VARCHAR(9) NOT NULL) NOT NULL)"),
        ListValue([ListValue(["a'b", ""]), ListValue([])]),
    ),
    "ROW": (
        parse_type("ROW(a INTEGER, r ROW(d DATE, s SET(INTEGER NOT NULL)))"),
        RowValue([1, RowValue([dt.date(2024, 1, 2), SetValue([2])], ["d", "s"])], ["a", "r"]),
    ),
    "DISTINCT of a number": (
        ColumnType(TypeCode.DECIMAL, 0x0A02, TypeFlag.DISTINCT, 2048, "me", "dollars", TypeCode.DECIMAL),
        Decimal("1.25"),
    ),
    "DISTINCT of BOOLEAN": (
        ColumnType(41, 1, TypeFlag.DISTINCT | TypeFlag.DISTINCT_BOOLEAN, 2049, "me", "flag", 41),
        True,
    ),
    "opaque": (ColumnType(TypeCode.UDTFIXED, 16, 0, 2050, "me", "point"), bytes(16)),
    "JSON": (replace(BSON, extended_id=20, extended_name="json"), '{"a": [1, "ñ"]}'),
    "BSON": (BSON, b"\5\0\0\0\0"),
    "IDSSECURITYLABEL": (LABEL, b"\xff\0\1"),
}
"""What the server describes, and a value as it must arrive."""
UNPROVEN = {"BLOB", "CLOB", "SET", "MULTISET", "LIST", "ROW", "opaque", "JSON", "BSON", "IDSSECURITYLABEL"}
"""No RET_TYPE where one of these is in the row (sqli.md 12 #27, #32); nor for a DISTINCT."""


def asked(monkeypatch: pytest.MonkeyPatch) -> dict[int, tuple[ColumnType, ...] | None]:
    """What RET_TYPE asked for in results of so many columns; None where it was not sent."""
    forms: dict[int, tuple[ColumnType, ...] | None] = {}
    transport = cursors.transport_types

    def noting(described: Any, wanted: Any) -> Any:
        forms[len(described)] = wanted
        return transport(described, wanted)

    monkeypatch.setattr(cursors, "transport_types", noting)
    return forms


@pytest.mark.parametrize("name", TYPES)
def test_rows(conn: Any, engine: ScriptEngine, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Alone, and beside a VARCHAR, which makes the driver ask for forms (sqli.md 4.5)."""
    forms = asked(monkeypatch)
    column, value = TYPES[name]
    engine.answer("select v from t", columns=[("v", column)], rows=[(value,), (None,), (value,)])
    beside = [("n", TYPES["VARCHAR"][0]), ("v", column)]
    engine.answer("select n, v from t", columns=beside, rows=[("a", value), (None, None), ("", value)])
    for _ in range(2):
        cur = conn.execute("select v from t")
        assert cur.fetchall() == [(value,), (None,), (value,)]
        assert cur.description[0].type == column
        rows = conn.execute("select n, v from t").fetchall()
        assert rows == [("a", value), (None, None), ("", value)]
        assert type(rows[0][1]) is type(value) is column.python_type
    alone, with_varchar = forms[1], forms[2]
    assert (with_varchar is None) == (name in UNPROVEN or name.startswith("DISTINCT"))
    assert (alone is not None) == (name in ("VARCHAR", "NVARCHAR", "LVARCHAR", "BOOLEAN"))
    if name in ("LVARCHAR", "BOOLEAN"):
        assert alone is not None
        assert alone[0].code == TypeCode[name]


@pytest.mark.parametrize("decoder", ["reference", ""])
def test_many_rows_of_every_type(
    conn: Any, engine: ScriptEngine, monkeypatch: pytest.MonkeyPatch, decoder: str
) -> None:
    """Enough of them for generated decoders, with and without the switch that does without."""
    monkeypatch.setenv("INFORMIX_ROWCODE", decoder)
    for names in (
        [n for n in TYPES if n not in ("BYTE", "TEXT")],
        ["INTEGER", "VARCHAR", "DECIMAL(32)", "BOOLEAN"],
    ):
        value = tuple(TYPES[name][1] for name in names)
        rows = [value, *(tuple(v if i % 7 != n % 7 else None for i, v in enumerate(value)) for n in range(60))] * 3
        columns = [(f"c{i}", TYPES[name][0]) for i, name in enumerate(names)]
        engine.answer(f"select {', '.join(names)} from t", columns=columns, rows=rows)
        assert conn.execute(f"select {', '.join(names)} from t").fetchall() == rows


@dataclass
class Named:
    id: int
    code: str


@pytest.mark.parametrize("count", [1, 2000])
def test_rows_with_names(driver: Any, server: TestServer, engine: ScriptEngine, count: int) -> None:
    """Every row factory, for few rows and for a generated decoder."""
    columns = [("id", TYPES["INTEGER"][0]), ("code", TYPES["CHAR"][0])]
    engine.answer("select id, code from t", columns=columns, rows=[(n, "ab") for n in range(count)])
    conn = driver.connect(server.url, trim_char=True)

    def rows(factory: Any) -> list[Any]:
        return conn.cursor(row_factory=factory).execute("select id, code from t").fetchall()

    plain = [(n, "ab") for n in range(count)]
    assert rows(None) == rows(tuple_row) == plain
    assert rows(dict_row) == [{"id": n, "code": "ab"} for n in range(count)]
    assert rows(class_row(Named)) == [Named(n, "ab") for n in range(count)]
    assert rows(scalar_row) == list(range(count))
    for factory in (namedtuple_row, row_row):
        named = rows(factory)
        assert named == plain
        assert [(row.id, row.code) for row in named] == plain
    assert [type(row) for row in rows(lambda names: lambda values: {names[1]: values[1]})] == [dict] * count
    conn.close()


def test_blanks_of_char(driver: Any, server: TestServer, engine: ScriptEngine) -> None:
    """They are part of the value, unless `trim_char` strips them; those of VARCHAR and LVARCHAR stay."""
    names = ("CHAR", "NCHAR", "VARCHAR", "NVARCHAR", "LVARCHAR")
    engine.answer(
        "select * from t", columns=[(n, TYPES[n][0]) for n in names], rows=[(" a",) * 5, ("",) * 5, ("a ",) * 5]
    )
    for trim, char, nchar in (
        (False, [" a   ", " " * 5, "a    "], [" a ", " " * 3, "a  "]),
        (True, [" a", "", "a"], [" a", "", "a"]),
    ):
        conn = driver.connect(server.url, trim_char=trim)
        got = conn.execute("select * from t").fetchall()
        assert [row[0] for row in got] == char
        assert [row[1] for row in got] == nchar
        assert [row[2:] for row in got] == [(" a",) * 3, ("",) * 3, ("a ",) * 3]
        conn.close()


SENT_AS: dict[str, Any] = {
    "SET": "SET{'2024-02-29'}",
    "MULTISET": "MULTISET{1.50,1.50}",
    "LIST": "LIST{LIST{'a''b',''},LIST{}}",
    "ROW": "ROW(1,ROW('2024-01-02',SET{2}))",
    "TEXT": ("ñ" * 3000).encode("iso8859-1"),
    "CLOB": b"text",
    "IDSSECURITYLABEL": "ÿ\0\1",
}
"""Constructed values travel as text; engines get the bytes of TEXT and CLOB, and characters for a label."""


@pytest.mark.parametrize("name", [name for name in TYPES if name not in ("BLOB", "CLOB")])
def test_parameters(conn: Any, engine: ScriptEngine, name: str) -> None:
    """A value that was fetched can be sent back, more often than the encoder needs to adapt itself."""
    column, value = TYPES[name]
    engine.answer("insert into t values (?)", columns=[("v", column)], rows_affected=1)
    cur = conn.cursor()
    for _ in range(20):
        cur.execute("insert into t values (?)", (value,))
        cur.execute("insert into t values (?)", (None,))
    arrived = [call.values[0] for call in engine.log if call.action == "execute"]
    sent = SENT_AS.get(name, value)
    assert arrived == [sent, None] * 20
    assert type(arrived[0]) is type(sent)


@pytest.mark.parametrize("name", ["BLOB", "CLOB"])
def test_locators_as_parameters(conn: Any, engine: ScriptEngine, name: str) -> None:
    """Only locators of objects that exist can be bound: those that the server sent."""
    column, _ = TYPES[name]
    data = b"\0\xff" if name == "BLOB" else "text"
    engine.answer("select v from t", columns=[("v", column)], rows=[(data,)])
    engine.answer("insert into t values (?)", columns=[("v", column)], rows_affected=1)
    ((locator,),) = conn.execute("select v from t").fetchall()
    assert type(locator) is column.python_type
    conn.cursor().execute("insert into t values (?)", (locator,))
    assert engine.log[-1].values == (SENT_AS.get(name, data),)


class Colour(enum.Enum):
    RED = "red"


class Size(enum.IntEnum):
    LARGE = 3


@pytest.mark.parametrize(
    ("value", "target", "received"),
    [
        ([1, 2], "LIST(INTEGER NOT NULL)", "LIST{1,2}"),
        ({"x"}, "SET(VARCHAR(5) NOT NULL)", "SET{'x'}"),
        (Counter({1: 2}), "MULTISET(INTEGER NOT NULL)", "MULTISET{1,1}"),
        ((1, Colour.RED, None), "ROW(a INTEGER, b CHAR(5), c DATE)", "ROW(1,'red',NULL)"),
        ({"b": uuid.UUID(int=1), "A": True}, "ROW(a BOOLEAN, b CHAR(36))", f"ROW('t','{uuid.UUID(int=1)}')"),
        (Colour.RED, "CHAR(5)", "red"),
        (Size.LARGE, "INTEGER", 3),
        (uuid.UUID(int=1), "CHAR(36)", str(uuid.UUID(int=1))),
        (dt.time(1, 2, 3), "DATETIME HOUR TO SECOND", dt.time(1, 2, 3)),
        (TypedValue(ColumnType(TypeCode.INT8, 10), 5), "INTEGER", 5),
    ],
)
def test_python_classes(conn: Any, engine: ScriptEngine, value: Any, target: str, received: Any) -> None:
    engine.answer("insert into t values (?)", columns=[("v", parse_type(target))], rows_affected=1)
    conn.cursor().execute("insert into t values (?)", (value,))
    assert engine.log[-1].values == (received,)


def test_numpy_scalars(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("insert into t values (?, ?, ?, ?, ?)", rows_affected=1)
    conn.cursor().execute(
        "insert into t values (?, ?, ?, ?, ?)",
        (np.int16(-5), np.float32(0.5), np.datetime64("2024-02-29"), np.str_("ñ"), [np.int64(2**40)]),
    )
    assert engine.log[-1].values == (-5, 0.5, dt.date(2024, 2, 29), "ñ", f"LIST{{{2**40}}}")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "no such number"),
        (float("-inf"), "no such number"),
        (Decimal("NaN"), "not a number"),
        (Decimal("Infinity"), "not a number"),
        (Decimal("1" * 33), "33 significant digits"),
        (dt.datetime(2024, 1, 1, tzinfo=dt.UTC), "time zone"),
        ([dt.datetime(2024, 1, 1, tzinfo=dt.UTC)], "time zone"),
        ("\0", "NUL"),
        (object(), "register a dumper"),
    ],
)
def test_values_that_have_no_form_are_not_sent(conn: Any, engine: ScriptEngine, value: Any, message: str) -> None:
    engine.answer("insert into t values (?, ?)", rows_affected=1)
    with pytest.raises(informix_db.DataError, match=f"parameter 2: .*{message}"):
        conn.cursor().execute("insert into t values (?, ?)", (1, value))
    assert [call for call in engine.log if call.action == "execute"] == []
    conn.cursor().execute("insert into t values (?, ?)", (1, 2))


@pytest.mark.parametrize(
    ("sql", "sentinel"), [("SMALLINT", -(2**15)), ("INTEGER", -(2**31)), ("BIGINT", -(2**63)), ("INT8", -(2**63))]
)
@pytest.mark.parametrize("insert_cursor", [False, True])
def test_the_pattern_of_null_is_never_stored(driver: Any, sql: str, sentinel: int, insert_cursor: bool) -> None:
    with TestServer(port=0) as server:
        conn = driver.connect(server.url)
        conn.execute(f"CREATE TABLE t (v {sql})")
        conn.commit()
        cur = conn.cursor()
        for rows in ([(sentinel,)], [(1,), (sentinel,)]):
            with pytest.raises(informix_db.DataError):
                cur.executemany("INSERT INTO t VALUES (?)", rows, insert_cursor=insert_cursor)
            conn.rollback()
        cur.executemany("INSERT INTO t VALUES (?)", [(sentinel + 1,)], insert_cursor=insert_cursor)
        assert conn.execute("SELECT v FROM t").fetchall() == [(sentinel + 1,)]
        conn.close()
        assert server.protocol_errors == []


# -- what a damaged row gives: an error that names the column, its type and the bytes; never a value --


@pytest.fixture
def raw_rows(monkeypatch: pytest.MonkeyPatch, engine: ScriptEngine) -> Callable[[str, bytes], None]:
    """Say which bytes the server sends as the row of ``select v from t``."""

    def say(sql: str, payload: bytes) -> None:
        column = LABEL if sql == "label" else parse_type(sql)
        engine.answer("select v from t", columns=[("v", column)], rows=[(payload,)])
        monkeypatch.setattr(cursors, "row_encoder", lambda _session, _types: lambda row, _cursor: row[0])

    return say


@pytest.mark.parametrize(
    ("sql", "hex_", "message"),
    [
        ("DATE", "7fffffff", r"column 1 \(DATE\): .*7fffffff"),
        ("CHAR(2)", "ff80", r"column 1 \(CHAR\(2\)\)"),
        ("VARCHAR(5)", "02ff80", r"column 1 \(VARCHAR\(5\)\)"),
    ],
)
def test_values_that_python_cannot_hold(
    driver: Any,
    server: TestServer,
    raw_rows: Callable[[str, bytes], None],
    engine: ScriptEngine,
    sql: str,
    hex_: str,
    message: str,
) -> None:
    """The row is whole: only this value is lost, the connection goes on."""
    conn = driver.connect(server.url, client_locale="en_US.utf8")
    raw_rows(sql, bytes.fromhex(hex_))
    with pytest.raises(informix_db.DataError, match=message):
        conn.execute("select v from t").fetchall()
    assert not conn.closed
    engine.answer("insert into t values (1)", rows_affected=1)
    assert conn.execute("insert into t values (1)").rowcount == 1
    conn.close()


@pytest.mark.parametrize(
    ("sql", "hex_", "message"),
    [
        ("INTEGER", "000001", r"column 1 \(INTEGER\): .*000001"),
        ("INTEGER", "0000000102", "takes? 4"),
        ("DECIMAL(4,2)", "c164", r"column 1 \(DECIMAL\(4,2\)\)"),
        ("DECIMAL(4,2)", "c16401", r"column 1 \(DECIMAL\(4,2\)\): .*c16401"),
        ("DATETIME YEAR TO SECOND", "c700000101010101", r"column 1 \(DATETIME YEAR TO SECOND\): .*year 0"),
        ("DATETIME YEAR TO SECOND", "c7146401010101ff", r"column 1 \(DATETIME YEAR TO SECOND\)"),
        ("INTERVAL DAY TO SECOND", "c1ff000000", r"column 1 \(INTERVAL DAY\(2\) TO SECOND\)"),
        ("VARCHAR(5)", "0541", r"column 1 \(VARCHAR\(5\)\): .*0541"),
        ("LVARCHAR(5)", "0000000009ff", r"column 1 \(LVARCHAR\(5\)\)"),
        ("LVARCHAR(5)", "00ffffffff", r"column 1 \(LVARCHAR\(5\)\): .*length -1"),
        ("BOOLEAN", "000000000178", r"column 1 \(BOOLEAN\): .*78"),
        ("INT8", "0002" + "00" * 8, r"column 1 \(INT8\)"),
    ],
)
def test_impossible_rows_close_the_connection(
    driver: Any, server: TestServer, raw_rows: Callable[[str, bytes], None], sql: str, hex_: str, message: str
) -> None:
    conn = driver.connect(server.url)
    raw_rows(sql, bytes.fromhex(hex_))
    with pytest.raises(informix_db.ProtocolError, match=message):
        conn.execute("select v from t").fetchall()
    assert conn.closed
    conn.close()


def test_undecodable_bytes_follow_the_setting(
    driver: Any, server: TestServer, raw_rows: Callable[[str, bytes], None]
) -> None:
    for errors, value in (("replace", "a\ufffd"), ("ignore", "a"), ("backslashreplace", "a\\xff")):
        conn = driver.connect(server.url, client_locale="en_US.utf8", encoding_errors=errors)
        raw_rows("VARCHAR(5)", b"\2a\xff")
        assert conn.execute("select v from t").fetchall() == [(value,)]
        conn.close()


@pytest.mark.parametrize(
    "locale", ["ru_RU.KOI8-R", "ja_JP.sjis", "zh_CN.GB18030-2000", "pl_PL.CP1250", "de_DE.57372"]
)
def test_identifiers_and_texts_in_every_code_set(driver: Any, locale: str) -> None:
    word = {"ru": "имя", "ja": "名前", "zh": "名称", "pl": "łąka", "de": "größe"}[locale[:2]]
    with TestServer(port=0, db_locale=locale) as server:
        conn = driver.connect(server.url, client_locale=None, env={"DELIMIDENT": "Y"})
        conn.execute(f'CREATE TABLE t ("{word}" NVARCHAR(40))')
        conn.execute(f"INSERT INTO t VALUES ('{word}')")
        cur = conn.execute(f'SELECT "{word}" FROM t WHERE "{word}" = ?', (word,))
        assert (cur.description[0].name, cur.fetchall()) == (word, [(word,)])
        with pytest.raises(informix_db.ProgrammingError) as caught:
            conn.execute(f'SELECT "{word}" FROM t WHERE "{word}x" = 1')
        assert caught.value.near == f"{word}x"
        conn.close()
        assert server.protocol_errors == []


def test_loaders_of_every_level(driver: Any, server: TestServer, engine: ScriptEngine) -> None:
    """Global before connecting, then the connection's, then the cursor's; changes reach no earlier copy."""
    point = TYPES["opaque"][0]
    engine.answer(
        "select v, p from t", columns=[("v", parse_type("INTEGER")), ("p", point)], rows=[(1, bytes(16))]
    )
    adapters = GLOBAL.adapters
    GLOBAL.register_loader("point", len)
    try:
        conn = driver.connect(server.url)
    finally:
        GLOBAL.adapters = adapters
    other = driver.connect(server.url)
    conn.types.register_loader(TypeCode.INTEGER, lambda value: value + 10)
    cur = conn.cursor()
    cur.types.register_loader(TypeCode.INTEGER, lambda value: value + 100)
    later = conn.cursor()
    for _ in range(2):
        assert cur.execute("select v, p from t").fetchall() == [(101, 16)]
        assert later.execute("select v, p from t").fetchall() == [(11, 16)]
        assert other.execute("select v, p from t").fetchall() == [(1, bytes(16))]
    conn.close()
    other.close()
