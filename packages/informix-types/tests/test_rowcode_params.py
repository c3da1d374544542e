"""The generated parameter encoder makes the very blocks that `encode_params` makes, or raises what it raises."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from informix_types import ColumnType, TypeCode, TypeContext
from informix_types.params import encode_params
from informix_types.rowcode import param_encoder

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(-(2**31) - 2, 2**31 + 2),
    st.floats(),
    st.text(max_size=40),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.decimals(-(10**9), 10**9, places=2),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(datetime.UTC)),
    st.timedeltas(datetime.timedelta(-9999), datetime.timedelta(9999)),
    st.binary(max_size=9),
    st.lists(st.integers(), max_size=2),
)
TARGETS = st.lists(
    st.sampled_from(
        [
            None,
            ColumnType(TypeCode.INTEGER, 4),
            ColumnType(TypeCode.MONEY, 0x1002),
            ColumnType(TypeCode.VARCHAR, 20),
            ColumnType(TypeCode.TEXT, 56),
            ColumnType(TypeCode.UDTVAR, 99, 0, 1, "informix", "lvarchar"),
            ColumnType(TypeCode.UDTFIXED, 1, 0, 5, "informix", "boolean"),
        ]
    ),
    max_size=4,
)
CONTEXTS = st.sampled_from(
    [TypeContext(encoding="utf-8"), TypeContext(), TypeContext(encoding="utf-8", strict_fractions=True)]
)


def outcome(encode: Any, *arguments: Any) -> Any:
    try:
        return encode(*arguments)
    except ValueError as exc:
        return type(exc), str(exc)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES, VALUES, VALUES), min_size=1, max_size=6), TARGETS, CONTEXTS)
def test_agrees_with_encode_params(rows: Any, targets: Any, ctx: TypeContext) -> None:
    encode = param_encoder(targets, ctx)
    for row in rows:
        assert outcome(encode, row) == outcome(encode_params, row, targets, ctx)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(st.characters(max_codepoint=255, min_codepoint=1), max_size=9),
            st.decimals(-999, 999, places=3),
            st.booleans(),
            st.integers(-9, 9),
            st.none(),
            st.dates(),
        ),
        min_size=3,
        max_size=9,
    ),
    CONTEXTS,
)
def test_many_variable_parts(row: Any, ctx: TypeContext) -> None:
    encode = param_encoder((), ctx)
    expected = encode_params(row, (), ctx)
    assert encode(row) == expected
    assert encode(tuple(row)) == expected


@pytest.mark.parametrize(
    "text", ["0", "0.00", "1.5", "100", "1E+5", "0.0001", "99999999999999.99", "-1.5", "12.30"]
)
def test_decimals_of_every_shape(text: str) -> None:
    row = (Decimal(text),)
    assert param_encoder((), TypeContext())(row) == encode_params(row, (), TypeContext())
