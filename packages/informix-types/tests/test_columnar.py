"""Columns hold the values that the reference decoder finds in the same bytes, and are refused where it refuses."""

import datetime
import struct
import sys
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from informix_types import (
    ColumnType,
    ConversionError,
    FramingError,
    IntervalYM,
    PartialDateTime,
    RowFrame,
    TypeContext,
    TypeRegistry,
    format_literal,
    parse_type,
    reference,
)
from informix_types.columnar import ColumnarDecoder, arrow_schema, record_batch

FRAME = RowFrame(14)
DONE = bytes.fromhex("000f0000000000000000000000000000000c")
UTF8 = TypeContext(encoding="utf-8")


def message(payload: bytes, *, tag: int = 14, warnings: int = 0) -> bytes:
    return struct.pack(">hhi", tag, warnings, len(payload)) + payload + b"\0" * (len(payload) & 1)


def digits(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    limit = 10**precision - 1
    return st.integers(-limit, limit).map(lambda n: Decimal((n < 0, tuple(map(int, str(abs(n)))), -scale)))


def text(limit: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(min_codepoint=32, max_codepoint=0x17F), max_size=limit // 2)


def cut(unit: int) -> st.SearchStrategy[datetime.datetime]:
    return st.datetimes().map(lambda d: d.replace(microsecond=d.microsecond // unit * unit))


KINDS: dict[str, st.SearchStrategy[Any]] = {
    "SMALLINT": st.integers(-(2**15) + 1, 2**15 - 1),
    "INTEGER": st.integers(-(2**31) + 1, 2**31 - 1),
    "SERIAL": st.integers(-(2**31) + 1, 2**31 - 1),
    "BIGINT": st.integers(-(2**63) + 1, 2**63 - 1),
    "INT8": st.integers(-(2**63) + 1, 2**63 - 1),
    "SMALLFLOAT": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "FLOAT": st.floats(allow_nan=False, allow_infinity=False),
    "DATE": st.dates(),
    "CHAR(7)": text(7),
    "NCHAR(1)": st.sampled_from(["a", " ", ""]),
    "VARCHAR(40)": text(40),
    "NVARCHAR(255)": text(255),
    "LVARCHAR(300)": text(300),
    "BOOLEAN": st.booleans(),
    "DECIMAL(10,2)": digits(10, 2),
    "DECIMAL(3,1)": digits(3, 1),
    "DECIMAL(16,0)": digits(16, 0),
    "MONEY(16,2)": digits(16, 2),
    "DECIMAL(16,15)": digits(16, 15),
    "DECIMAL(5,5)": digits(5, 5),
    "DECIMAL(20,3)": digits(20, 3),
    "DECIMAL(32,30)": digits(32, 30),
    "DECIMAL(12)": st.builds(
        lambda n, e: Decimal(f"{n}E{e}"), st.integers(-(10**12) + 1, 10**12 - 1), st.integers(-60, 60)
    ),
    "DATETIME YEAR TO DAY": st.dates(),
    "DATETIME YEAR TO SECOND": cut(1_000_000),
    "DATETIME YEAR TO FRACTION(1)": cut(100_000),
    "DATETIME YEAR TO FRACTION(3)": cut(1000),
    "DATETIME YEAR TO FRACTION(5)": cut(10),
    "DATETIME YEAR TO MINUTE": cut(1_000_000).map(lambda d: d.replace(second=0)),
    "DATETIME YEAR TO HOUR": cut(1_000_000).map(lambda d: d.replace(second=0, minute=0)),
    "DATETIME HOUR TO SECOND": st.times().map(lambda t: t.replace(microsecond=0)),
    "DATETIME HOUR TO FRACTION(4)": st.times().map(lambda t: t.replace(microsecond=t.microsecond // 100 * 100)),
    "DATETIME MONTH TO DAY": st.tuples(st.integers(1, 12), st.integers(1, 28)).map(
        lambda fields: PartialDateTime(2, 4, fields)
    ),
    "INTERVAL DAY(3) TO FRACTION(5)": st.timedeltas(datetime.timedelta(-999), datetime.timedelta(999)).map(
        lambda d: d // datetime.timedelta(microseconds=10) * datetime.timedelta(microseconds=10)
    ),
    "INTERVAL YEAR(4) TO MONTH": st.integers(-9999, 9999).map(IntervalYM),
    "LIST(INTEGER NOT NULL)": st.lists(st.integers(-5, 5), max_size=3),
}  # fmt: skip
CONTEXTS = st.sampled_from(
    [
        UTF8,
        TypeContext(encoding="iso8859-1"),
        TypeContext(encoding="iso8859-1", trim_char=True),
        TypeContext(encoding="cp1252", errors="replace"),
        TypeContext(encoding="utf-8", trim_char=True, errors="replace", normalised_datetimes=False),
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[tuple[ColumnType, ...], list[Any]]:
    names = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=7))
    rows = draw(
        st.lists(st.tuples(*(st.one_of(st.none(), KINDS[name], KINDS[name]) for name in names)), max_size=9)
    )
    return tuple(parse_type(name) for name in names), rows


def encode(types: tuple[ColumnType, ...], rows: list[Any], ctx: TypeContext) -> bytes:
    out = []
    for row in rows:
        try:
            out.append(message(reference.encode_row(types, row, ctx)))
        except ValueError:
            continue  # text that the code set lacks or that is too long
    return b"".join(out)


def plain(column: ColumnType, value: Any) -> Any:
    """What Arrow gives back for a decoded value, said independently of the package's own conversions."""
    if value is None:
        return None
    kind = column.type_name.split("(")[0]
    if kind in ("LIST", "SET"):
        return format_literal(value, column)
    if isinstance(value, IntervalYM):
        return value.months
    if isinstance(value, PartialDateTime) or (isinstance(value, Decimal) and column.scale is None):
        return str(value)
    return value


def outcome(types: Any, decode: Any, buf: bytes, offset: int) -> Any:
    try:
        rows, end = decode(buf, offset)
    except (FramingError, ConversionError) as exc:
        return type(exc), str(exc)
    return [[(type(v), repr(v)) for v in row] for row in rows], end


def columns_of(types: Any, ctx: TypeContext) -> Any:
    decoder = ColumnarDecoder(types, [f"c{i}" for i in range(len(types))], ctx, FRAME)

    def decode(buf: bytes, offset: int) -> Any:
        batch, end = decoder.decode(buf, offset)
        batch.validate(full=True)
        return list(zip(*(column.to_pylist() for column in batch.columns), strict=True)), end

    return decode


def expected(types: Any, ctx: TypeContext) -> Any:
    decoder = reference.batch_decoder(types, ctx, FRAME)

    def decode(buf: bytes, offset: int) -> Any:
        rows, end = decoder(buf, offset)
        return [[plain(column, value) for column, value in zip(types, row, strict=True)] for row in rows], end

    return decode


@settings(max_examples=400, deadline=None)
@given(tables(), CONTEXTS, st.integers(0, 3))
def test_columns_are_the_reference_rows(table: Any, ctx: TypeContext, offset: int) -> None:
    types, rows = table
    buf = b"\xee" * offset + encode(types, rows, ctx)
    found = outcome(types, columns_of(types, ctx), buf + DONE, offset)
    assert found == outcome(types, expected(types, ctx), buf + DONE, offset)
    assert found[1] == len(buf)


@settings(max_examples=300, deadline=None)
@given(tables(), CONTEXTS, st.data())
def test_columns_of_cut_buffers(table: Any, ctx: TypeContext, data: st.DataObject) -> None:
    types, rows = table
    buf = encode(types, rows, ctx)
    buf = buf[: data.draw(st.integers(0, len(buf)))]
    assert outcome(types, columns_of(types, ctx), buf, 0) == outcome(types, expected(types, ctx), buf, 0)


LIMITS = ("has more digits than", "does not fit 64 bits", "an INT8 does not fit 64 bits")


def compare_damaged(types: Any, ctx: TypeContext, buf: bytes) -> None:
    found, wanted = outcome(types, columns_of(types, ctx), buf, 0), outcome(types, expected(types, ctx), buf, 0)
    if found != wanted:
        # Only what Arrow has no room for may differ, and then it is refused, never changed.
        assert found[0] is ConversionError, (found, wanted)
        assert any(limit in found[1] for limit in LIMITS), found
        assert found[1].startswith("column ")


@settings(max_examples=600, deadline=None)
@given(tables(), CONTEXTS, st.data())
def test_damaged_buffers(table: Any, ctx: TypeContext, data: st.DataObject) -> None:
    types, rows = table
    buf = bytearray(encode(types, rows, ctx) + DONE)
    for _ in range(data.draw(st.integers(1, 3))):
        buf[data.draw(st.integers(0, len(buf) - 1))] = data.draw(st.integers(0, 255))
    compare_damaged(types, ctx, bytes(buf))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3), CONTEXTS, st.binary(max_size=60))
@example(["DECIMAL(3,1)"], UTF8, bytes.fromhex("c10512"))
@example(["DECIMAL(5,5)"], UTF8, bytes.fromhex("00000001"))
@example(["INT8"], UTF8, bytes.fromhex("0001ffffffffffffffff"))
def test_any_payload(names: list[str], ctx: TypeContext, payload: bytes) -> None:
    compare_damaged(tuple(parse_type(name) for name in names), ctx, message(payload) * 3)


@given(st.lists(st.text(max_size=5), max_size=9), st.sampled_from(["utf-8", "iso8859-1", "cp1252", "utf-16-be"]))
def test_text_of_every_encoding(texts: list[str], encoding: str) -> None:
    ctx = TypeContext(encoding=encoding, errors="replace")
    types = (parse_type("VARCHAR(200)"),)
    buf = encode(types, [(value,) for value in texts], ctx)
    assert outcome(types, columns_of(types, ctx), buf, 0) == outcome(types, expected(types, ctx), buf, 0)


def test_a_character_that_two_values_share_is_no_character() -> None:
    types = (parse_type("VARCHAR(9)"),)
    buf = message(b"\x02a\xc3") + message(b"\x02\xa9b")
    with pytest.raises(ConversionError, match=r"column 1 \(VARCHAR\(9\)\): bytes c3 at position 1 are not utf-8"):
        ColumnarDecoder(types, ["c"], UTF8, FRAME).decode(buf)


def test_rows_of_every_size() -> None:
    types = (parse_type("LVARCHAR(32000)"), parse_type("LVARCHAR(32000)"), parse_type("LVARCHAR(32000)"))
    texts = [("a" * n, "é" * (n // 2), "b" * n) for n in (0, 1, 250, 300, 32000, 3, 31999, 5)]
    buf = b"".join(message(reference.encode_row(types, row, UTF8)) for row in texts)
    batch, end = ColumnarDecoder(types, "abc", UTF8, FRAME).decode(buf + DONE)
    assert end == len(buf)
    assert list(zip(*(c.to_pylist() for c in batch.columns), strict=True)) == texts


@pytest.mark.parametrize("names", [["INTEGER"], ["INTEGER", "VARCHAR(9)"]])
def test_the_search_stops_before_what_is_no_row(names: list[str]) -> None:
    types = tuple(parse_type(name) for name in names)
    payload = reference.encode_row(types, (7, "ab")[: len(names)], UTF8)
    decode = columns_of(types, UTF8)
    good = message(payload) * 3
    rows = [(7, "ab")[: len(names)]] * 3
    for rest in (b"", DONE, message(payload, warnings=1), message(payload, tag=15), message(payload)[:-1], b"\0"):
        assert decode(good + rest, 0) == (rows, len(good))
    for size in (-1, 1, len(payload) + 3):
        with pytest.raises(FramingError):
            decode(good + struct.pack(">hhi", 14, 0, size) + bytes(40), 0)


def test_numpy_arrays() -> None:
    types = tuple(
        parse_type(t)
        for t in ("INTEGER", "DECIMAL(10,2)", "DATE", "DATETIME YEAR TO SECOND", "VARCHAR(9)", "BOOLEAN")
    )
    rows = [
        (1, Decimal("12.50"), datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 1, 2, 3), "é", True),
        (None,) * 6,
        (-3, Decimal("-0.01"), datetime.date(1, 1, 1), datetime.datetime(1, 1, 1), "", False),
    ]
    buf = encode(types, rows, UTF8)
    columns, end = ColumnarDecoder(types, "abcdef", UTF8, FRAME).decode_numpy(buf)
    assert end == len(buf)
    assert all(valid.tolist() == [True, False, True] for _, valid in columns)
    kinds = ["int32", "int64", "datetime64[D]", "datetime64[us]", "object", "bool"]
    assert [str(values.dtype) for values, _ in columns] == kinds
    picked = [values[[0, 2]].tolist() for values, _ in columns]
    wanted = [list(pair) for pair in zip(rows[0], rows[2], strict=True)]
    wanted[1] = [1250, -1]
    assert picked == wanted


def test_schema() -> None:
    wanted = {
        "SMALLINT": pa.int16(),
        "SERIAL": pa.int32(),
        "INT8": pa.int64(),
        "BIGSERIAL": pa.int64(),
        "SMALLFLOAT": pa.float32(),
        "FLOAT": pa.float64(),
        "DECIMAL(10,2)": pa.decimal128(10, 2),
        "DECIMAL(12)": pa.string(),
        "MONEY(16,2)": pa.decimal128(16, 2),
        "CHAR(5)": pa.string(),
        "LVARCHAR(5)": pa.string(),
        "TEXT": pa.string(),
        "BYTE": pa.binary(),
        "BOOLEAN": pa.bool_(),
        "DATE": pa.date32(),
        "DATETIME YEAR TO DAY": pa.date32(),
        "DATETIME YEAR TO MINUTE": pa.timestamp("us"),
        "DATETIME HOUR TO SECOND": pa.time64("us"),
        "DATETIME YEAR TO MONTH": pa.string(),
        "INTERVAL DAY TO SECOND": pa.duration("us"),
        "INTERVAL YEAR TO MONTH": pa.int64(),
        "SET(INTEGER NOT NULL)": pa.string(),
    }
    schema = arrow_schema(list(wanted), [parse_type(name) for name in wanted])
    assert dict(zip(schema.names, schema.types, strict=True)) == wanted
    assert schema.field("DECIMAL(10,2)").metadata == {b"informix.type": b"DECIMAL(10,2)"}
    with pytest.raises(ConversionError, match="has no decimal in Arrow"):
        arrow_schema(["d"], [ColumnType(5, 0x2802)])
    blob = ColumnType(41, 72, 0, 10, "informix", "blob")
    assert arrow_schema(["b"], [blob]).types == [pa.binary()]


@settings(max_examples=100, deadline=None)
@given(tables())
def test_batches_of_python_rows_are_the_same(table: Any) -> None:
    types, rows = table
    buf = encode(types, rows, UTF8)
    decoded, _ = reference.batch_decoder(types, UTF8, FRAME)(buf, 0)
    names = [f"c{i}" for i in range(len(types))]
    assert record_batch(names, types, decoded).equals(ColumnarDecoder(types, names, UTF8, FRAME).decode(buf)[0])


def test_python_rows_with_long_data() -> None:
    types = [parse_type("BYTE"), parse_type("TEXT")]
    assert record_batch("bt", types, [(b"\0\1", "é"), (None, None)]).to_pylist() == [
        {"b": b"\0\1", "t": "é"},
        {"b": None, "t": None},
    ]
    with pytest.raises(ConversionError, match=r"column 2 \(TEXT\): its data is fetched row by row"):
        ColumnarDecoder([parse_type("INTEGER"), types[1]], "bt", UTF8, FRAME)
    with pytest.raises(ConversionError, match=r"1\.23 has more digits than DECIMAL"):
        record_batch(["d"], [parse_type("DECIMAL(3,1)")], [(Decimal("1.23"),)])
    with pytest.raises(ConversionError, match="does not fit 64 bits"):
        record_batch(["d"], [parse_type("INTERVAL DAY(9) TO SECOND")], [(datetime.timedelta.max,)])


def test_collected_pieces_decode_together() -> None:
    types = (parse_type("INTEGER"), parse_type("VARCHAR(9)"))
    decoder = ColumnarDecoder(types, "iv", UTF8, FRAME)
    one, two = (encode(types, [(n, str(n))], UTF8) for n in (1, 22))
    pieces, end = decoder.collect(b"\xee" + one + DONE, 1)
    assert (pieces, end) == ([one], 1 + len(one))
    assert decoder.collect(DONE, 0) == ([], 0)
    assert decoder.decode(b"".join([*pieces, two]))[0].to_pylist() == [{"i": 1, "v": "1"}, {"i": 22, "v": "22"}]
    with pytest.raises(FramingError):
        decoder.collect(struct.pack(">hhi", 14, 0, -1))


def test_loaders_do_not_apply_to_columns() -> None:
    registry = TypeRegistry()
    registry.register_loader(2, str)
    ctx = TypeContext(adapters=registry.adapters)
    assert reference.batch_decoder([parse_type("INTEGER")], ctx, FRAME)(message(b"\0\0\0\1"), 0)[0] == [("1",)]
    types = (parse_type("INTEGER"),)
    assert columns_of(types, ctx)(message(b"\0\0\0\1"), 0) == ([(1,)], 12)


@pytest.mark.parametrize("module", ["pyarrow", "numpy"])
def test_a_missing_package_is_named_with_its_extra(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=r'pip install "informix-types\[arrow\]"'):
        ColumnarDecoder([parse_type("INTEGER")], ["a"], UTF8, FRAME)
