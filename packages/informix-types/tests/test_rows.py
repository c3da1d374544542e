"""Rows and batches by the reference decoder: exact consumption, framing, corruption."""

import struct
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_types import (
    DEFAULT_CONTEXT,
    ColumnType,
    ConversionError,
    FramingError,
    Incomplete,
    RowFrame,
    decode_row,
    decode_value,
    encode_row,
)
from informix_types.reference import batch_decoder

COLUMNS = (
    ColumnType(2, 4),
    ColumnType(13, 20),
    ColumnType(5, 0x0A02),
    ColumnType(7, 4),
    ColumnType(40, 99, extended_name="lvarchar"),
)
ROW = (1, "ab", Decimal("12.50"), date(2024, 2, 29), "odd")
FRAME = RowFrame(14)

rows = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**31) + 1, 2**31 - 1),
        st.none() | st.text(st.characters(max_codepoint=255, min_codepoint=1), max_size=20),
        st.none() | st.integers(-(10**10) + 1, 10**10 - 1).map(lambda n: Decimal(n) / 100),
        st.none() | st.dates(),
        st.none() | st.text(st.characters(max_codepoint=255), max_size=99),
    ),
    max_size=8,
)


def message(row, *, tag=14, warn=0):
    payload = encode_row(COLUMNS, row, DEFAULT_CONTEXT)
    return struct.pack(">hhi", tag, warn, len(payload)) + payload + b"\0" * (len(payload) % 2)


@given(rows)
def test_batches(values):
    decode = batch_decoder(COLUMNS, DEFAULT_CONTEXT, FRAME)
    stream = b"xx" + b"".join(map(message, values)) + b"\0\x0f\0\0"
    assert decode(stream, 2) == (values, len(stream) - 4)


def test_batch_stops_before_what_is_no_row_or_incomplete():
    decode = batch_decoder(COLUMNS, DEFAULT_CONTEXT, FRAME)
    one = message(ROW)
    assert len(encode_row(COLUMNS, ROW, DEFAULT_CONTEXT)) % 2 == 1  # there is a pad byte
    for size in range(len(one)):
        assert decode(one + one[:size], 0) == ([ROW], len(one))
    assert decode(one + message(ROW, warn=1) + one, 0) == ([ROW], len(one))
    assert decode(one + message(ROW, tag=15), 0) == ([ROW], len(one))
    assert decode(b"", 0) == ([], 0)
    listed = batch_decoder(COLUMNS, DEFAULT_CONTEXT, FRAME, list)
    assert listed(one, 0) == ([list(ROW)], len(one))


def test_batch_refuses_wrong_sizes():
    decode = batch_decoder(COLUMNS, DEFAULT_CONTEXT, FRAME)
    payload = encode_row(COLUMNS, ROW, DEFAULT_CONTEXT)
    for size in (len(payload) - 1, len(payload) + 1, -1, 0):
        with pytest.raises(FramingError):
            decode(struct.pack(">hhi", 14, 0, size) + payload + bytes(9), 0)


def test_errors_name_column_type_and_bytes():
    with pytest.raises(FramingError, match=r"column 3 \(DECIMAL\(10,2\)\): digit above 99 .*c2ff"):
        decode_row(
            COLUMNS, encode_row(COLUMNS[:2], ROW[:2], DEFAULT_CONTEXT) + b"\xc2\xff\0\0\0\0", DEFAULT_CONTEXT
        )
    with pytest.raises(ConversionError, match=r"column 1 \(DATE\): DATE 7fffffff is outside"):
        decode_row([ColumnType(7, 4)], b"\x7f\xff\xff\xff", DEFAULT_CONTEXT)
    with pytest.raises(
        FramingError, match=r"column 2 \(VARCHAR\(20\)\): the row ends at byte 6, .* begins at 4: 0361"
    ):
        decode_row(COLUMNS, b"\0\0\0\1\x03a", DEFAULT_CONTEXT)
    with pytest.raises(
        FramingError, match=r"has 5 bytes, its 1 columns take 4, the last being INTEGER; left over: 00$"
    ):
        decode_row(COLUMNS[:1], bytes(5), DEFAULT_CONTEXT)
    with pytest.raises(ConversionError, match=r"column 2 \(VARCHAR\(20\)\): .* does not fit"):
        encode_row(COLUMNS, (1, 2, None, None, None), DEFAULT_CONTEXT)
    with pytest.raises(ConversionError, match="2 values for 5 columns"):
        encode_row(COLUMNS, (1, 2), DEFAULT_CONTEXT)


ALL_TYPES = [ColumnType(code, length) for code, length in (
    (0, 5), (1, 2), (2, 4), (3, 8), (4, 4), (5, 0x0802), (5, 0x20FF), (7, 4), (8, 0x1002), (9, 2), (10, 0x130F),
    (10, 0x0468), (10, 0x0424), (11, 56), (12, 56), (13, 9), (14, 0x144F), (14, 0x0602), (17, 10), (43, 9),
    (45, 1), (52, 8),
)]  # fmt: skip
ALL_TYPES += [
    ColumnType(19, extended_name="integer"),
    ColumnType(21, extended_name="date"),
    ColumnType(22, extended_name="row(a int)"),
    ColumnType(40, 9, extended_name="lvarchar"),
    ColumnType(40, 9, extended_name="bson"),
    ColumnType(41, 1, extended_name="boolean"),
    ColumnType(41, 72, extended_name="blob"),
    ColumnType(44, 72, extended_name="clob"),
]


@given(st.sampled_from(ALL_TYPES), st.binary(max_size=90))
def test_any_bytes_give_a_value_or_a_known_error(column, raw):
    try:
        value, end = decode_value(column, raw, 0, DEFAULT_CONTEXT)
    except (Incomplete, FramingError, ConversionError):
        return
    assert end <= len(raw)
    assert value is None or isinstance(value, column.python_type) or column.code in (11, 12)


@given(st.lists(st.sampled_from(ALL_TYPES), max_size=5), st.binary(max_size=200))
def test_any_row_is_consumed_exactly_or_refused(columns, raw):
    try:
        row = decode_row(columns, raw, DEFAULT_CONTEXT)
    except (FramingError, ConversionError):
        return
    assert len(row) == len(columns)
    at = 0
    for column in columns:
        _, at = decode_value(column, raw, at, DEFAULT_CONTEXT)
    assert at == len(raw)
