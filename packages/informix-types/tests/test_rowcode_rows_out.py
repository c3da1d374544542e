"""The generated row encoder writes the very bytes of `reference.encode_row`, or raises what it raises."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from informix_types import ColumnType, ConversionError, IntervalYM, TypeCode, TypeContext, parse_type, reference
from informix_types.rowcode import row_encoder

TYPES = [
    *(parse_type(text) for text in (
        "SMALLINT", "INTEGER", "BIGINT", "INT8", "SERIAL", "SMALLFLOAT", "FLOAT", "DATE", "CHAR(7)", "NCHAR(3)",
        "VARCHAR(20)", "NVARCHAR(255)", "LVARCHAR(30)", "BOOLEAN", "DECIMAL(10,2)", "DECIMAL(3,1)", "DECIMAL(32)",
        "DECIMAL(32,30)", "MONEY(16,2)", "DECIMAL(4,4)", "DATETIME YEAR TO DAY", "DATETIME YEAR TO SECOND",
        "DATETIME YEAR TO FRACTION(1)", "DATETIME YEAR TO FRACTION(3)", "DATETIME YEAR TO FRACTION(5)",
        "DATETIME HOUR TO SECOND", "DATETIME HOUR TO FRACTION(4)", "DATETIME MONTH TO DAY",
        "DATETIME YEAR TO MINUTE", "INTERVAL DAY(3) TO FRACTION(5)", "INTERVAL YEAR(4) TO MONTH",
        "LIST(INTEGER NOT NULL)", "BYTE",
    )),
    ColumnType(TypeCode.BOOLEAN, 1, 0, 0, "informix", "boolean"),
    ColumnType(TypeCode.DECIMAL, 0x0002),
]  # fmt: skip


class Text(str):
    __slots__ = ()


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.sampled_from([-(2**15), -(2**31), -(2**63), 2**31, 0, 1]),
    st.floats(),
    st.text(max_size=9),
    st.text(st.characters(max_codepoint=300), max_size=40).map(Text),
    st.sampled_from(["", "\0", "\0a", "a" * 20, "a" * 21, "é" * 20, "x" * 256]),
    st.binary(max_size=9),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.decimals(-(10**9), 10**9, places=2),
    st.decimals(-1, 1, places=5),
    st.dates(),
    st.datetimes(),
    st.datetimes().map(lambda d: d.replace(microsecond=d.microsecond // 1000 * 1000)),
    st.datetimes().map(lambda d: d.replace(microsecond=0)),
    st.datetimes(timezones=st.just(datetime.UTC)),
    st.times(),
    st.times().map(lambda t: t.replace(microsecond=0)),
    st.timedeltas(datetime.timedelta(-999), datetime.timedelta(999)),
    st.integers(-999, 999).map(lambda months: IntervalYM(months=months)),
    st.just([1, 2]),
)
FITTING: dict[type, st.SearchStrategy[Any]] = {
    int: st.integers(-(2**15), 2**15),
    float: st.floats(width=32),
    datetime.date: st.dates(),
    datetime.datetime: st.datetimes().map(lambda d: d.replace(microsecond=d.microsecond // 100000 * 100000)),
    datetime.time: st.times().map(lambda t: t.replace(microsecond=0)),
    str: st.text(st.characters(max_codepoint=255), max_size=8),
    bool: st.booleans(),
    Decimal: st.decimals(-10, 10, places=1),
}
CONTEXTS = st.sampled_from(
    [
        TypeContext(encoding="utf-8"),
        TypeContext(),
        TypeContext(encoding="cp1252", errors="replace"),
        TypeContext(strict_fractions=True, normalised_datetimes=False),
    ]
)


def outcome(encode: Any, values: Any) -> Any:
    try:
        return encode(values)
    except ValueError as exc:
        return type(exc), str(exc)


@st.composite
def rows(draw: st.DrawFn) -> tuple[list[ColumnType], list[Any]]:
    types = draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=6))
    values = [
        draw(
            st.one_of(
                st.none(), FITTING.get(column.python_type, st.none()), FITTING.get(column.python_type, VALUES)
            )
        )
        for column in types
    ]
    if draw(st.booleans()):
        values[draw(st.integers(0, len(values) - 1))] = draw(VALUES)
    return types, values


@settings(max_examples=1500, deadline=None)
@given(rows(), CONTEXTS)
def test_agrees_with_encode_row(row: Any, ctx: TypeContext) -> None:
    types, values = row
    expected = outcome(lambda given: reference.encode_row(types, given, ctx), values)
    assert outcome(row_encoder(types, ctx), values) == expected


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(TYPES), VALUES, CONTEXTS)
@example(ColumnType(TypeCode.FLOAT, 8), None, TypeContext())
@example(ColumnType(TypeCode.BOOLEAN, 1, 0, 0, "informix", "boolean"), 1, TypeContext())
@example(parse_type("DECIMAL(4,4)"), Decimal("-0.0001"), TypeContext())
@example(parse_type("DECIMAL(10,2)"), Decimal("-12.3400"), TypeContext())
def test_agrees_on_any_value_of_any_class(column: ColumnType, value: Any, ctx: TypeContext) -> None:
    expected = outcome(lambda given: reference.encode_row([column], given, ctx), [value])
    assert outcome(row_encoder([column], ctx), (value,)) == expected


def test_plain_rows_need_no_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    from informix_types.rowcode import rowencoder

    monkeypatch.setattr(rowencoder, "encode_row", None)
    types = [
        parse_type(t)
        for t in ("INTEGER", "VARCHAR(20)", "DECIMAL(10,2)", "DATE", "FLOAT", "DATETIME YEAR TO SECOND")
    ]
    values = (1, "ab", Decimal("-12.50"), datetime.date(2024, 2, 29), 0.5, datetime.datetime(2024, 2, 29, 1, 2, 3))
    encode = row_encoder(types, TypeContext(encoding="iso8859-15"))
    # 1; 2 bytes of text; -12.50 is the complement 87 50 under head c1 ^ ff; 45350 days since 1899-12-31.
    wanted = ("00000001", "026162", "3e5732000000", "0000b126", "3fe0000000000000", "c71418021d010203")
    assert encode(values).hex() == "".join(wanted)
    assert encode([None] * 6) == reference.encode_row(types, [None] * 6, TypeContext())


def test_wrong_numbers_of_values_are_refused() -> None:
    encode = row_encoder([parse_type("INTEGER")], TypeContext())
    for values in ((), (1, 2)):
        with pytest.raises(ConversionError, match=f"{len(values)} values for 1 columns"):
            encode(values)
    assert row_encoder([], TypeContext())(()) == b""


def test_the_switch_uses_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFORMIX_ROWCODE", "reference")
    assert row_encoder([parse_type("INTEGER")], TypeContext())((7,)) == b"\0\0\0\7"
