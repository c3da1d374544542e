"""Recorded bytes: every row value, parameter block and PUT row decodes to what was recorded, and encodes back."""

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from informix_types import (
    DEFAULT_CONTEXT,
    BlobLocator,
    ColumnType,
    FramingError,
    Incomplete,
    IntervalYM,
    PartialDateTime,
    TypeContext,
    TypedValue,
    decode_block,
    decode_row,
    decode_value,
    encode_params,
    encode_row,
    encode_value,
)

VECTORS = Path(__file__).parent / "vectors"


def load(name):
    data = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    assert len(data["vectors"]) == data["count"]
    return data["vectors"]


ROW_VALUES = load("values_row.json")
BIND_VALUES = load("values_bind.json")
PUT_ROWS = load("put_rows.json")

UNNORMALISED = {
    # Zero as c1 00 is for decoding only (sqli.md 12 #12).
    "decimal_zero_c1",
    # Leading zero pairs: both forms are taken, servers normalise (sqli.md 7.4).
    "interval_y4m",
    "jdbc_alltypes_1_intdf",
    "jdbc_alltypes_1_intym",
    "jdbc_alltypes_2_dthm",
    "jdbc_alltypes_2_intdf",
    "jdbc_alltypes_2_intym",
}


def text_of(value, column):
    """The vectors' text form of a value, computed without the package's own text module."""
    if isinstance(value, datetime):
        digits = column.end - 10
        text = value.strftime("%Y-%m-%d %H:%M:%S" if column.end >= 10 else "%Y-%m-%d %H:%M")
        return text + (f".{value.microsecond:06d}"[: digits + 1] if digits > 0 else "")
    if isinstance(value, date | time):
        text = value.isoformat()
        return text[:5] if isinstance(value, time) and column.end == 8 else text
    if isinstance(value, IntervalYM):
        return f"{value.months}" if column.start == 2 else str(value)
    if isinstance(value, PartialDateTime):
        return str(value)
    if isinstance(value, timedelta):
        return interval_text(value, column)
    return value


def interval_text(value, column):
    micros = round(value / timedelta(microseconds=1))
    sign, micros = ("-" if micros < 0 else ""), abs(micros)
    digits = column.end - 10
    fraction = f".{micros % 10**6:06d}"[: digits + 1] if digits > 0 else ""
    seconds = micros // 10**6
    if column.start == 12:
        return sign + fraction
    if column.start == 10:
        return f"{sign}{seconds}{fraction}"
    assert column.start == 4
    clock = f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{sign}{seconds // 86400} {clock}{fraction}"


def column_of(vector):
    return ColumnType(
        vector["type"],
        vector["encoded_length"],
        extended_id=vector.get("extended_id", 0),
        extended_name=vector.get("extended_name", ""),
    )


def check(value, expected, column):
    if isinstance(value, Decimal):
        assert value == Decimal(expected)
        if column.scale is not None:
            assert value.as_tuple().exponent == -column.scale
    elif isinstance(value, BlobLocator):
        assert value.data == bytes(72) if column.code == 44 else value.data == bytes.fromhex("00" * 72)
    else:
        assert text_of(value, column) == expected
        assert type(value) is column.python_type or value is None


@pytest.mark.parametrize("vector", ROW_VALUES, ids=[v["id"] for v in ROW_VALUES])
def test_row_value(vector):
    column, raw = column_of(vector), bytes.fromhex(vector["hex"])
    value, end = decode_value(column, b"\xaa" + raw + b"\xbb", 1, DEFAULT_CONTEXT)
    assert end == 1 + len(raw)
    check(value, vector["value"], column)
    encoded = encode_value(column, value, DEFAULT_CONTEXT)
    if vector["id"] in UNNORMALISED:
        assert encoded != raw
        assert decode_value(column, encoded, 0, DEFAULT_CONTEXT) == (value, len(encoded))
    else:
        assert encoded == raw


def test_datetime_may_be_encoded_unnormalised():
    vector = next(v for v in ROW_VALUES if v["id"] == "jdbc_alltypes_2_dthm")
    ctx = TypeContext(normalised_datetimes=False)
    assert encode_value(column_of(vector), time(0, 0, 0), ctx).hex() == vector["hex"]


@pytest.mark.parametrize("vector", ROW_VALUES, ids=[v["id"] for v in ROW_VALUES])
def test_truncated_row_value_is_never_a_value(vector):
    column, raw = column_of(vector), bytes.fromhex(vector["hex"])
    for size in range(len(raw)):
        with pytest.raises((Incomplete, FramingError)):
            decode_value(column, raw[:size], 0, DEFAULT_CONTEXT)
        with pytest.raises(FramingError):
            decode_row([column], raw[:size], DEFAULT_CONTEXT)
    with pytest.raises(FramingError):
        decode_row([column], raw + b"\0", DEFAULT_CONTEXT)


BIND_TARGETS = {
    # What the column of the recorded statement was, where it decides the form (sqli.md 7.2).
    "jdbc_insert_all_money": ColumnType(8, 0x1002),
    "jdbc_insert_all_lvarchar": ColumnType(40, 500, extended_id=1, extended_name="lvarchar"),
    "jdbc_insert_all_boolean": ColumnType(41, 1, extended_id=5, extended_name="boolean"),
    "jdbc_null_varchar": ColumnType(13, 40),
}
OTHER_FORM = {
    # The recorded client chose a narrower wire type than the value's size asks for.
    "jdbc_insert_all_smallint",
    "jdbc_insert_all_int8",
    "jdbc_insert_all_smallfloat",
    "datetime_ytos",
}
NOT_TRIMMED = {"decimal_100"}


def bound_text(value):
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S") + (
            f".{value.microsecond // 10:05d}" if value.microsecond else ""
        )
    return value


@pytest.mark.parametrize("vector", BIND_VALUES, ids=[v["id"] for v in BIND_VALUES])
def test_bind_block(vector):
    raw, expected = bytes.fromhex(vector["hex"]), vector["decoded"]
    bound, end = decode_block(b"\xaa" + raw + b"\xbb", 1, DEFAULT_CONTEXT)
    assert end == 1 + len(raw)
    assert bound.type.code == expected["type"]
    assert not bound.is_default
    assert not bound.blob_pending
    assert (bound.type.owner, bound.type.extended_name) == (expected.get("owner", ""), expected.get("name", ""))
    if expected.get("ind") == -1:
        assert bound.value is None
    elif "value" in expected:
        value, want = bound.value, expected["value"]
        if isinstance(value, Decimal):
            assert value == Decimal(want)
        elif isinstance(value, bool):
            assert value == (want == "01")
        elif isinstance(value, datetime):
            assert value == datetime.fromisoformat(want + "0" if "." in want else want)
        elif isinstance(value, date):
            assert value.isoformat() == want
        elif isinstance(value, timedelta):
            assert interval_text(value, ColumnType(14, 0x144F)) == want
        elif isinstance(value, IntervalYM):
            assert str(value) == want
        elif bound.type.code == 43:
            assert value.encode("latin-1").hex() == want
        else:
            assert value == want
    targets = [BIND_TARGETS.get(vector["id"])]
    binding = encode_params([bound.value], targets, DEFAULT_CONTEXT)
    assert (binding.count, binding.blobs) == (1, ())
    if vector["id"] in OTHER_FORM:
        binding = encode_params([TypedValue(bound.type, bound.value)], targets, DEFAULT_CONTEXT)
    if bound.type.code == 5:
        # The precision word is ignored by servers, ours is the scale (sqli.md 12 #11).
        data = slice(6, None)
        assert int.from_bytes(binding.blocks[4:6], "big") == max(0, -bound.value.as_tuple().exponent)
    else:
        data = slice(0, None)
    if vector["id"] in NOT_TRIMMED:
        assert binding.blocks[data].hex() == "0002c201"
    else:
        assert binding.blocks[data] == raw[data]


@pytest.mark.parametrize("vector", BIND_VALUES, ids=[v["id"] for v in BIND_VALUES])
def test_truncated_block_is_incomplete(vector):
    raw = bytes.fromhex(vector["hex"])
    for size in range(len(raw)):
        with pytest.raises(Incomplete):
            decode_block(raw[:size], 0, DEFAULT_CONTEXT)


@pytest.mark.parametrize("vector", PUT_ROWS, ids=[v["id"] for v in PUT_ROWS])
def test_put_row(vector):
    columns = [
        ColumnType(c["type"], c["len"], owner=c.get("owner", ""), extended_name=c.get("name", ""))
        for c in vector["columns"]
    ]
    raw = bytes.fromhex(vector["hex"])
    row = decode_row(columns, raw, DEFAULT_CONTEXT)
    assert len(row) == len(vector["values"])
    for value, expected, column in zip(row, vector["values"], columns, strict=True):
        check(value, expected, column)
    assert encode_row(columns, row, DEFAULT_CONTEXT) == raw
    for size in range(len(raw)):
        with pytest.raises(FramingError, match=r"column \d+ \(|columns take"):
            decode_row(columns, raw[:size], DEFAULT_CONTEXT)
