"""Generated decoders agree with the reference decoder on every input: random shapes, rows, cuts and damage."""

import datetime
import struct
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from informix_types import (
    Adapters,
    BlobDescriptor,
    BlobLocator,
    ClobLocator,
    ColumnType,
    TypeCode,
    TypeContext,
    TypeFlag,
    parse_type,
    reference,
)
from informix_types.layout import RowFrame
from informix_types.rowcode import batch_decoder, decoder
from informix_types.rowcode.decoder import compile_decoder
from informix_types.rows import class_row, dict_row, namedtuple_row, row_row, scalar_row, tuple_row

FRAME = RowFrame(14)
DONE = bytes.fromhex("000f0000000000000000000000000000000c")
MANY = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)


def message(payload: bytes, *, tag: int = 14, warnings: int = 0) -> bytes:
    return struct.pack(">hhi", tag, warnings, len(payload)) + payload + b"\0" * (len(payload) & 1)


def digits(total: int) -> st.SearchStrategy[int]:
    return st.integers(-(10**total) + 1, 10**total - 1)


def text(limit: int) -> st.SearchStrategy[str]:
    safe = st.characters(min_codepoint=32, max_codepoint=0xFF)
    return st.text(safe, max_size=limit // 2)


@st.composite
def decimals(draw: st.DrawFn) -> tuple[ColumnType, st.SearchStrategy[Any]]:
    precision = draw(st.integers(1, 32))
    scale = draw(st.integers(0, precision))
    code = draw(st.sampled_from([TypeCode.DECIMAL, TypeCode.MONEY]))
    context = {"exponent": -scale}
    values = digits(precision).map(
        lambda n: Decimal(n).scaleb(context["exponent"]) if abs(n) < 10**20 else Decimal(0)
    )
    return ColumnType(code, precision << 8 | scale), values


@st.composite
def floating(draw: st.DrawFn) -> tuple[ColumnType, st.SearchStrategy[Any]]:
    precision = draw(st.integers(1, 32))
    power = st.integers(-60, 60)
    return ColumnType(TypeCode.DECIMAL, precision << 8 | 0xFF), st.builds(
        lambda n, e: Decimal(f"{n}E{e}"), digits(min(precision, 20)), power
    )


DATETIMES = st.datetimes(datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59))


def moment(encoded: int, keep: str) -> tuple[ColumnType, st.SearchStrategy[Any]]:
    cut = {
        "day": lambda d: d.date(),
        "second": lambda d: d.replace(microsecond=0),
        "minute": lambda d: d.replace(second=0, microsecond=0),
        "hour": lambda d: d.replace(minute=0, second=0, microsecond=0),
        "f3": lambda d: d.replace(microsecond=d.microsecond // 1000 * 1000),
        "f5": lambda d: d.replace(microsecond=d.microsecond // 10 * 10),
        "f1": lambda d: d.replace(microsecond=d.microsecond // 100000 * 100000),
        "time": lambda d: d.replace(microsecond=0).time(),
        "time5": lambda d: d.replace(microsecond=d.microsecond // 10 * 10).time(),
        "clock": lambda d: d.replace(second=0, microsecond=0).time(),
    }[keep]
    return ColumnType(TypeCode.DATETIME, encoded), DATETIMES.map(cut)


SIMPLE: list[tuple[ColumnType, st.SearchStrategy[Any]]] = [
    (ColumnType(TypeCode.SMALLINT, 2), st.integers(-(2**15) + 1, 2**15 - 1)),
    (ColumnType(TypeCode.INTEGER, 4), st.integers(-(2**31) + 1, 2**31 - 1)),
    (ColumnType(TypeCode.INTEGER, 4, 0x100), st.integers(-(2**31) + 1, 2**31 - 1)),
    (ColumnType(TypeCode.BIGINT, 8), st.integers(-(2**63) + 1, 2**63 - 1)),
    (ColumnType(TypeCode.INT8, 10), st.integers(-(2**63) + 1, 2**63 - 1)),
    (ColumnType(TypeCode.FLOAT, 8), st.floats(allow_nan=False, allow_infinity=False)),
    (ColumnType(TypeCode.SMALLFLOAT, 4), st.floats(allow_nan=False, allow_infinity=False, width=32)),
    (ColumnType(TypeCode.DATE, 4), st.dates()),
    (ColumnType(TypeCode.CHAR, 7), text(7)),
    (ColumnType(TypeCode.VARCHAR, 20), text(20)),
    (ColumnType(TypeCode.NVARCHAR, 255), text(255)),
    (ColumnType(TypeCode.UDTVAR, 2048, 0, 1, "informix", "lvarchar"), text(300)),
    (ColumnType(TypeCode.UDTFIXED, 1, 0, 5, "informix", "boolean"), st.booleans()),
    (ColumnType(TypeCode.BOOLEAN, 1, 0, 0, "informix", "boolean"), st.booleans()),
    (
        ColumnType(TypeCode.INTERVAL, 0x0A4A),
        st.timedeltas(-datetime.timedelta(99), datetime.timedelta(99)).map(
            lambda d: datetime.timedelta(days=d.days, seconds=d.seconds)
        ),
    ),
    moment(0x0804, "day"),
    moment(0x0A06, "hour"),
    moment(0x0C08, "minute"),
    moment(0x0E0A, "second"),
    moment(0x0F0B, "f1"),
    moment(0x110D, "f3"),
    moment(0x130F, "f5"),
    moment(0x066A, "time"),
    moment(0x0B6F, "time5"),
    moment(0x0468, "clock"),
]
_SMALL = st.integers(-99, 99)
_LOCATORS = st.binary(min_size=72, max_size=72)
OTHERS: list[tuple[ColumnType, st.SearchStrategy[Any]]] = [
    (ColumnType(TypeCode.SERIAL, 4, 0x100), st.integers(1, 2**31 - 1)),
    (ColumnType(TypeCode.SERIAL8, 10), st.integers(1, 2**63 - 1)),
    (ColumnType(TypeCode.BIGSERIAL, 8), st.integers(1, 2**63 - 1)),
    (ColumnType(TypeCode.NCHAR, 3), text(3)),
    (ColumnType(TypeCode.NULL, 3), st.none()),
    (ColumnType(TypeCode.BYTE, 56), st.builds(BlobDescriptor.build, _SMALL.map(abs))),
    (ColumnType(TypeCode.TEXT, 68), st.builds(BlobDescriptor.build, _SMALL.map(abs), width=st.just(68))),
    (ColumnType(TypeCode.UDTFIXED, 72, extended_name="blob"), _LOCATORS.map(BlobLocator)),
    (ColumnType(TypeCode.SENDRECV, 72, extended_name="clob"), _LOCATORS.map(ClobLocator)),
    (ColumnType(TypeCode.UDTVAR, 0, 0, 2048, "me", "point"), st.binary(max_size=20)),
    (ColumnType(TypeCode.VARCHAR, 128, TypeFlag.DISTINCT, 2049, "", "idssecuritylabel"), st.binary(max_size=9)),
    (ColumnType(TypeCode.UDTVAR, 0, 0, 20, "", "json"), text(40)),
    (ColumnType(TypeCode.SMALLINT, 2, TypeFlag.DISTINCT, 2050, "me", "age", 1), _SMALL),
    (parse_type("SET(INTEGER NOT NULL)"), st.sets(_SMALL)),
    (parse_type("LIST(SET(VARCHAR(9) NOT NULL) NOT NULL)"), st.lists(st.sets(text(9)))),
    (parse_type("ROW(a SMALLINT, b VARCHAR(20))"), st.tuples(_SMALL | st.none(), text(20))),
]
"""Types for which no code of their own is generated, or only some."""
COLUMN = st.one_of(st.sampled_from(SIMPLE), st.sampled_from(OTHERS), decimals(), floating())


@st.composite
def tables(draw: st.DrawFn) -> tuple[tuple[ColumnType, ...], list[list[Any]]]:
    columns = draw(st.lists(COLUMN, min_size=1, max_size=8))
    row = st.tuples(*(st.one_of(st.none(), values) for _, values in columns))
    rows = draw(st.lists(row, min_size=1, max_size=9))
    return tuple(column for column, _ in columns), [list(r) for r in rows]


CONTEXTS = st.sampled_from(
    [
        TypeContext(encoding="utf-8"),
        TypeContext(encoding="iso8859-1"),
        TypeContext(encoding="cp1252", errors="replace"),
        TypeContext(encoding="utf-8", trim_char=True, cut_partial_char=True),
        TypeContext(encoding="utf-8", errors="replace", cut_partial_char=True),
        TypeContext(
            encoding="utf-8", adapters=Adapters({TypeCode.INTEGER: str, "point": len, "boolean": repr}, {})
        ),
    ]
)


def encode(types: tuple[ColumnType, ...], rows: list[list[Any]], ctx: TypeContext) -> bytes:
    """Rows as messages, each payload encoded by the reference; rows that do not fit are left out."""
    out = []
    for row in rows:
        try:
            out.append(message(reference.encode_row(types, row, ctx)))
        except ValueError:
            continue
    return b"".join(out)


def outcome(decode: Any, buf: bytes, offset: int) -> Any:
    """What a decoder does: rows and end, or the class and text of what it raises."""
    try:
        rows, end = decode(buf, offset)
    except ValueError as exc:
        return type(exc), str(exc)
    return [[(type(value), repr(value)) for value in row] for row in rows], end


def compare(types: tuple[ColumnType, ...], ctx: TypeContext, buf: bytes, offset: int = 0) -> Any:
    generated = compile_decoder(types, ctx, FRAME)
    expected = outcome(reference.batch_decoder(types, ctx, FRAME), buf, offset)
    assert outcome(generated, buf, offset) == expected
    return expected


@MANY
@given(tables(), CONTEXTS, st.integers(0, 3))
def test_agrees_on_whole_buffers(table: Any, ctx: TypeContext, offset: int) -> None:
    types, rows = table
    buf = encode(types, rows, ctx)
    expected = compare(types, ctx, b"\xee" * offset + buf + DONE, offset)
    assert expected[1] == offset + len(buf)


@MANY
@given(tables(), CONTEXTS, st.data())
def test_agrees_on_cut_buffers(table: Any, ctx: TypeContext, data: st.DataObject) -> None:
    types, rows = table
    buf = encode(types, rows, ctx)
    compare(types, ctx, buf[: data.draw(st.integers(0, len(buf)))])


@MANY
@given(tables(), CONTEXTS, st.data())
def test_agrees_on_damaged_buffers(table: Any, ctx: TypeContext, data: st.DataObject) -> None:
    types, rows = table
    buf = bytearray(encode(types, rows, ctx) + DONE)
    for _ in range(data.draw(st.integers(1, 3))):
        buf[data.draw(st.integers(0, len(buf) - 1))] = data.draw(st.integers(0, 255))
    compare(types, ctx, bytes(buf))


@MANY
@given(st.lists(COLUMN, min_size=1, max_size=4), CONTEXTS, st.binary(max_size=120))
@example([(ColumnType(TypeCode.DECIMAL, 0x0303), st.none())], TypeContext(), bytes.fromhex("c00a01"))
@example([(ColumnType(TypeCode.DECIMAL, 0x0A02), st.none())], TypeContext(), bytes.fromhex("c2ff00000000"))
def test_agrees_on_any_payload(columns: Any, ctx: TypeContext, payload: bytes) -> None:
    types = tuple(column for column, _ in columns)
    compare(types, ctx, message(payload) * 5)


NUMBERS = {
    ColumnType(TypeCode.INTEGER, 4): st.sampled_from([None, 0, -1, 1, 2**31 - 1, -(2**31) + 1, 0x80]),
    ColumnType(TypeCode.BIGINT, 8): st.sampled_from([None, 0, -1, 2**31, -(2**63) + 1, 2**63 - 1]),
    ColumnType(TypeCode.FLOAT, 8): st.sampled_from([None, 0.0, -0.0, 1.5, 5e-324, -1.7e308]),
    ColumnType(TypeCode.SMALLINT, 2): st.sampled_from([None, 0, -1, 2**15 - 1]),
}
MAKERS = [None, tuple_row, row_row, namedtuple_row, dict_row, class_row(lambda **columns: list(columns.items()))]


@MANY
@given(st.lists(st.sampled_from(list(NUMBERS)), min_size=1, max_size=4), st.sampled_from(MAKERS), st.data())
def test_rows_of_numbers_only(types: Any, factory: Any, data: st.DataObject) -> None:
    """They are made by `struct` itself where no NULL can be among them."""
    values = [NUMBERS[column] if data.draw(st.booleans()) else NUMBERS[column].filter(bool) for column in types]
    rows = data.draw(st.lists(st.tuples(*values), min_size=4, max_size=9))
    payloads = [bytearray(message(reference.encode_row(types, row, TypeContext()))) for row in rows]
    if data.draw(st.booleans()):  # any bit pattern, NaNs too
        at = data.draw(st.integers(0, len(rows) - 1))
        payloads[at][8:16] = data.draw(st.binary(min_size=8, max_size=8))[: len(payloads[at]) - 8]
    buf = b"".join(payloads) + DONE
    maker = factory([f"c{index}" for index in range(len(types))]) if factory else None
    decoders = (
        compile_decoder(types, TypeContext(), FRAME, maker),
        reference.batch_decoder(types, TypeContext(), FRAME, maker),
    )
    results = [repr(decode(buf, 0)) for decode in decoders]
    assert results[0] == results[1]


def test_a_row_with_warnings_is_left_to_the_caller() -> None:
    types = (ColumnType(TypeCode.INTEGER, 4),)
    rows = b"".join(message(struct.pack(">i", n)) for n in range(6))
    buf = rows + message(b"\0\0\0\7", warnings=1) + rows
    decode = compile_decoder(types, TypeContext(), FRAME)
    assert decode(buf, 0) == ([(n,) for n in range(6)], len(rows))


@pytest.mark.parametrize("behind", [DONE, DONE[-2:], DONE[:1], b"", message(bytes(4), warnings=1)])
def test_the_end_of_the_rows_needs_no_second_look(behind: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no plain row by its first four bytes is not shown to the reference decoder."""

    def ask(buf: bytes, offset: int) -> Any:
        raise AssertionError(f"asked at {offset}")

    monkeypatch.setattr(decoder, "_one_row", lambda *shape: ask)
    types = (ColumnType(TypeCode.VARCHAR, 20), ColumnType(TypeCode.INTEGER, 4))
    rows = [("one", 1), ("", None), ("twenty characters !!", 2)]
    buf = b"".join(message(reference.encode_row(types, row, TypeContext())) for row in rows)
    assert compile_decoder(types, TypeContext(), FRAME)(buf + behind, 0) == (rows, len(buf))


def test_a_value_whose_digits_lie_behind_the_scale_keeps_them() -> None:
    # DECIMAL(3,1) has room for two base-100 digits, so for a second digit after the point: no digit is ever lost.
    types = (ColumnType(TypeCode.DECIMAL, 0x0301),)
    decode = compile_decoder(types, TypeContext(), FRAME)
    rows, _ = decode(message(bytes.fromhex("c10512")) + message(bytes.fromhex("c1050a")), 0)
    assert [str(row[0]) for row in rows] == ["5.18", "5.1"]


@pytest.mark.parametrize(
    ("factory", "expected"),
    [
        (tuple_row, (7, "x")),
        (dict_row, {"id": 7, "na{me": "x"}),
        (scalar_row, 7),
        (class_row(lambda **columns: sorted(columns.items())), [("id", 7), ("na_me", "x")]),
        (lambda names: list, [7, "x"]),
    ],
)
def test_row_factories_make_the_same_row_inlined_and_called(factory: Any, expected: Any) -> None:
    types = (ColumnType(TypeCode.INTEGER, 4), ColumnType(TypeCode.VARCHAR, 9))
    ctx = TypeContext()
    maker = factory(["id", "na{me"])
    buf = message(reference.encode_row(types, (7, "x"), ctx)) * 5
    generated = compile_decoder(types, ctx, FRAME, maker)
    assert generated(buf, 0)[0] == [expected] * 5
    assert reference.batch_decoder(types, ctx, FRAME, maker)(buf, 0)[0] == [expected] * 5


@pytest.mark.parametrize("factory", [namedtuple_row, row_row])
def test_named_rows_are_tuples_with_attributes(factory: Any) -> None:
    types = (ColumnType(TypeCode.INTEGER, 4),) * 3
    generated = compile_decoder(types, TypeContext(), FRAME, factory(["id", "(max(x))", "id"]))
    (row,), _ = generated(message(struct.pack(">iii", 1, 2, 3)), 0)
    assert isinstance(row, tuple)
    assert row == (1, 2, 3)
    assert (row.id, row.max_x, row.id_2) == (1, 2, 3)


def test_a_user_function_that_fails_is_heard() -> None:
    def fail(values: Any) -> Any:
        raise KeyError("mine")

    generated = compile_decoder((ColumnType(TypeCode.INTEGER, 4),), TypeContext(), FRAME, fail)
    with pytest.raises(KeyError, match="mine"):
        generated(message(b"\0\0\0\1") * 8, 0)


def test_the_switch_and_small_results_use_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    types = (ColumnType(TypeCode.INTEGER, 4),)
    monkeypatch.setenv("INFORMIX_ROWCODE", "reference")
    decode = batch_decoder(types, TypeContext(), FRAME)
    assert decode.__module__ == "informix_types.reference"
    monkeypatch.delenv("INFORMIX_ROWCODE")
    adaptive = batch_decoder(types, TypeContext(), FRAME)
    buf = message(b"\0\0\0\1") * 1000
    assert adaptive(buf, 0) == ([(1,)] * 1000, len(buf))
    assert adaptive(buf[:24], 0) == ([(1,)] * 2, 24)


def test_generated_source_is_visible_in_tracebacks() -> None:
    import linecache

    decode: Any = compile_decoder((ColumnType(TypeCode.INTEGER, 4),), TypeContext(), FRAME)
    assert linecache.getline(decode.__code__.co_filename, 1).startswith("def decode(")
