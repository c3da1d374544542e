"""DATE, DATETIME and INTERVAL under every qualifier, against Python's datetime and independent arithmetic."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from informix_types import (
    DEFAULT_CONTEXT,
    ColumnType,
    ConversionError,
    FramingError,
    IntervalYM,
    PartialDateTime,
    TypeContext,
    decode_value,
    encode_value,
)
from informix_types.qualifier import datetime_length, interval_length

STRICT = TypeContext(strict_fractions=True)
UNNORMALISED = TypeContext(normalised_datetimes=False)
DATE = ColumnType(7, 4)
FIELDS = [0, 2, 4, 6, 8, 10]
ENDS = [0, 2, 4, 6, 8, 10, 11, 12, 13, 14, 15]
DATETIME_QUALIFIERS = [(s, e) for s in [*FIELDS, 12] for e in ENDS if (e > 10 if s == 12 else e >= s)]
INTERVAL_QUALIFIERS = [(s, e) for s, e in DATETIME_QUALIFIERS if (s <= 2) == (e <= 2)]


@given(st.dates())
def test_date_counts_days_from_its_epoch(value):
    raw = encode_value(DATE, value, DEFAULT_CONTEXT)
    assert int.from_bytes(raw, "big", signed=True) == (value - date(1899, 12, 31)).days
    assert decode_value(DATE, raw, 0, DEFAULT_CONTEXT) == (value, 4)


@pytest.mark.parametrize("days", [date.max.toordinal() - date(1899, 12, 31).toordinal() + 1, -693595, 2**31 - 1])
def test_date_out_of_pythons_range(days):
    with pytest.raises(ConversionError, match="outside"):
        decode_value(DATE, days.to_bytes(4, "big", signed=True), 0, DEFAULT_CONTEXT)


def test_date_takes_midnight_only():
    assert encode_value(DATE, datetime(2024, 2, 29), DEFAULT_CONTEXT) == encode_value(
        DATE, date(2024, 2, 29), DEFAULT_CONTEXT
    )
    for value in (datetime(2024, 2, 29, 0, 0, 1), datetime(2024, 2, 29, tzinfo=UTC), "2024-02-29", 45000):
        with pytest.raises(ConversionError):
            encode_value(DATE, value, DEFAULT_CONTEXT)


def test_encoded_lengths_of_the_specification():
    # sqli.md 6.3
    table = {(0, 0): 0x0400, (0, 2): 0x0602, (0, 4): 0x0804, (0, 8): 0x0C08, (0, 10): 0x0E0A, (0, 13): 0x110D}
    table |= {(0, 15): 0x130F, (6, 8): 0x0468, (6, 10): 0x066A, (6, 15): 0x0B6F, (2, 4): 0x0424, (12, 15): 0x05CF}
    for (start, end), encoded in table.items():
        assert datetime_length(start, end) == encoded
    intervals = {(4, 10, 2): 0x084A, (4, 15, 9): 0x144F, (0, 2, 4): 0x0602, (2, 2, 3): 0x0322, (10, 12, 3): 0x05AC}
    for args, encoded in intervals.items():
        assert interval_length(*args) == encoded
    widths = {0x0400: 3, 0x0602: 4, 0x0804: 5, 0x0C08: 7, 0x0E0A: 8, 0x110D: 10, 0x130F: 11, 0x0468: 3, 0x066A: 4}
    for encoded, width in widths.items():
        assert ColumnType(10, encoded).width == width


def cut(value, start, end):
    """What a datetime becomes under a qualifier, as a dict of fields."""
    fields = dict(zip(FIELDS, value.timetuple()[:6], strict=True))
    out = {code: part for code, part in fields.items() if start <= code <= end}
    if end > 10:
        unit = 10 ** (16 - end)
        out[12] = value.microsecond // unit * unit
    return out


def independent(fields, end):
    """Base-100 value of the fields: digit pairs down to SECOND before the point, the fraction behind it."""
    total = Fraction(0)
    for code in FIELDS:
        total = total * 100 ** (2 if code == 0 else 1) + fields.get(code, 0)
    return total + Fraction(fields.get(12, 0), 10**6)


@pytest.mark.parametrize(("start", "end"), DATETIME_QUALIFIERS)
@settings(max_examples=40)
@given(value=st.datetimes())
def test_datetime_of_every_qualifier(container_value, start, end, value):
    column = ColumnType(10, datetime_length(start, end))
    fields = cut(value, start, end)
    values = list(fields.values())
    if start == 0 and end == 4:
        python, cls = date(*values), date
    elif start == 0 and end >= 6:
        python, cls = datetime(*values), datetime
    elif start == 6:
        python, cls = time(*values), time
    else:
        python, cls = PartialDateTime(start, end, tuple(values)), PartialDateTime
    assert column.python_type is cls
    for ctx in (DEFAULT_CONTEXT, UNNORMALISED):
        raw = encode_value(column, python, ctx)
        assert len(raw) == column.width
        assert container_value(raw) == independent(fields, end)
        assert decode_value(column, raw, 0, ctx) == (python, len(raw))
        if any(values):
            assert (raw[1] != 0) or ctx is UNNORMALISED


def test_midnight_is_not_null():
    column = ColumnType(10, 0x066A)
    assert encode_value(column, time(), DEFAULT_CONTEXT).hex() == "80000000"
    assert encode_value(column, time(), UNNORMALISED).hex() == "c3000000"
    assert decode_value(column, bytes(4), 0, DEFAULT_CONTEXT)[0] is None


def test_fraction_is_cut_or_refused():
    value = datetime(2024, 1, 2, 3, 4, 5, 123456)
    column = ColumnType(10, 0x130F)
    assert decode_value(column, encode_value(column, value, DEFAULT_CONTEXT), 0, DEFAULT_CONTEXT)[
        0
    ] == value.replace(microsecond=123450)
    with pytest.raises(ConversionError, match="fraction digits"):
        encode_value(column, value, STRICT)
    assert encode_value(column, value.replace(microsecond=123450), STRICT)


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        (0x0804, datetime(2024, 1, 2, 3)),
        (0x066A, datetime(2024, 1, 2, 3)),
        (0x0E0A, time(3)),
        (0x0468, time(3, 4, 5)),
        (0x0E0A, datetime(2024, 1, 2, tzinfo=UTC)),
        (0x0602, date(2024, 1, 2)),
        (0x0424, PartialDateTime(0, 2, (2024, 1))),
        (0x0E0A, "2024-01-02 00:00:00"),
    ],
)
def test_datetime_that_does_not_fit(encoded, value):
    with pytest.raises(ConversionError):
        encode_value(ColumnType(10, encoded), value, DEFAULT_CONTEXT)


@pytest.mark.parametrize(
    ("encoded", "hex_"),
    [
        (0x0E0A, "c7141a0d140c2238"),  # month 13
        (0x0E0A, "c7141a021e0c2238"),  # 30 February
        (0x0E0A, "c7141a0614182238"),  # hour 24
        (0x0E0A, "c7141a06140c223c"),  # second 60
        (0x0E0A, "c7141a06640c2238"),  # digit 100
        (0x0E0A, "c8141a06140c2238"),  # too large for YEAR
        (0x0E0A, "38050b5d4f572b2c"),  # negative
        (0x05CF, "c0000001"),  # sixth fraction digit
        (0x0E0B, "c7141a06140c22380b"),  # second digit of FRACTION(1)
    ],
)
def test_impossible_datetimes(encoded, hex_):
    with pytest.raises(FramingError):
        decode_value(ColumnType(10, encoded), bytes.fromhex(hex_), 0, DEFAULT_CONTEXT)


@pytest.mark.parametrize("encoded", [0x0401, 0x0E3A, 0x04A4, 0x06FF, 0x0A64])
def test_impossible_qualifiers(encoded):
    with pytest.raises(FramingError, match="qualifier"):
        decode_value(ColumnType(10, encoded), b"\xc7" + bytes(20), 0, DEFAULT_CONTEXT)


# -- INTERVAL --


@st.composite
def intervals(draw):
    start, end = draw(st.sampled_from(INTERVAL_QUALIFIERS))
    digits = draw(st.integers(1, 9))
    column = ColumnType(14, interval_length(start, end, digits))
    negative = draw(st.booleans())
    fields = {}
    limits = {2: 11, 6: 23, 8: 59, 10: 59}
    for code in FIELDS:
        if start <= code <= end:
            fields[code] = draw(st.integers(0, 10**digits - 1 if code == start else limits[code]))
    if end > 10:
        unit = 10 ** (16 - end)
        fields[12] = draw(st.integers(0, 10 ** (end - 10) - 1)) * unit
    return column, start, negative, fields


@given(intervals())
def test_interval_of_every_qualifier(container_value, case):
    column, start, negative, fields = case
    sign = -1 if negative else 1
    if start <= 2:
        python = IntervalYM(sign * (fields.get(0, 0) * 12 + fields.get(2, 0)))
    else:
        python = sign * timedelta(
            days=fields.get(4, 0),
            hours=fields.get(6, 0),
            minutes=fields.get(8, 0),
            seconds=fields.get(10, 0),
            microseconds=fields.get(12, 0),
        )
    raw = encode_value(column, python, DEFAULT_CONTEXT)
    assert len(raw) == column.width
    assert decode_value(column, raw, 0, DEFAULT_CONTEXT) == (python, len(raw))
    assert type(python) is column.python_type
    # Base 100 with the first field in front of two-digit fields, down to SECOND.
    total = Fraction(fields.get(start, 0))
    for code in FIELDS:
        if code > start:
            total = total * 100 + fields.get(code, 0)
    if start == 12:
        total = Fraction(0)
    if any(fields.values()):
        assert container_value(raw) == sign * (total + Fraction(fields.get(12, 0), 10**6))
    else:
        assert raw == b"\x80".ljust(column.width, b"\0")


def test_interval_zero_and_null():
    column = ColumnType(14, 0x144F)
    assert encode_value(column, timedelta(), DEFAULT_CONTEXT) == b"\x80".ljust(12, b"\0")
    assert decode_value(column, bytes(12), 0, DEFAULT_CONTEXT)[0] is None
    assert decode_value(column, b"\xc8".ljust(12, b"\0"), 0, DEFAULT_CONTEXT)[0] == timedelta()


def test_nine_leading_digits():
    column = ColumnType(14, 0x144F)
    for value in (timedelta(days=999999999, hours=23), timedelta(days=-999999999)):
        raw = encode_value(column, value, DEFAULT_CONTEXT)
        assert decode_value(column, raw, 0, DEFAULT_CONTEXT)[0] == value


def test_interval_beyond_timedelta():
    # -999999999 23:59:59.00000: the hundred's complement of its eleven digits (sqli.md 7.3).
    digits = int_of(bytes([9, 99, 99, 99, 99, 23, 59, 59, 0, 0, 0]))
    raw = bytes([0x37]) + base100(100**11 - digits, 11)
    with pytest.raises(ConversionError, match="too long"):
        decode_value(ColumnType(14, 0x144F), raw, 0, DEFAULT_CONTEXT)


def int_of(digits):
    number = 0
    for digit in digits:
        number = number * 100 + digit
    return number


def base100(number, count):
    return bytes(number // 100**k % 100 for k in range(count - 1, -1, -1))


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        (0x084A, timedelta(days=100)),
        (0x084A, IntervalYM(years=1)),
        (0x0602, timedelta(days=1)),
        (0x0602, IntervalYM(years=10000)),
        (interval_length(4, 6, 2), timedelta(hours=1, minutes=1)),
        (interval_length(0, 0, 4), IntervalYM(years=1, months=1)),
        (interval_length(12, 15), timedelta(seconds=1)),
        (0x084A, 5),
    ],
)
def test_interval_that_does_not_fit(encoded, value):
    with pytest.raises(ConversionError):
        encode_value(ColumnType(14, encoded), value, DEFAULT_CONTEXT)


@pytest.mark.parametrize("hex_", ["c403180506", "c403043c06", "c403040563", "c564040506", "c503040506"])
def test_impossible_intervals(hex_):
    with pytest.raises(FramingError):
        decode_value(ColumnType(14, 0x084A), bytes.fromhex(hex_), 0, DEFAULT_CONTEXT)


@pytest.mark.parametrize("encoded", [0x0624, 0x0042, 0x204F, 0x0002])
def test_impossible_interval_qualifiers(encoded):
    with pytest.raises(FramingError, match="qualifier"):
        decode_value(ColumnType(14, encoded), b"\xc7" + bytes(30), 0, DEFAULT_CONTEXT)


# -- the value classes --


def test_interval_ym():
    value = IntervalYM(years=5, months=3)
    assert (value.years, value.remainder_months, value.months, str(value)) == (5, 3, 63, "5-03")
    assert (-value).years == -5
    assert (-value).remainder_months == -3
    assert str(-value) == "-5-03"
    assert IntervalYM.parse("-5-03") == -value
    assert IntervalYM(63) == value
    assert hash(IntervalYM(63)) == hash(value)
    assert value + IntervalYM(9) == IntervalYM(years=6)
    assert value - value == IntervalYM()
    assert 2 * value == value * 2 == IntervalYM(years=10, months=6)
    assert abs(-value) == value
    assert -value < value
    assert not IntervalYM()
    assert repr(value) == "IntervalYM(months=63)"
    assert value != 63
    with pytest.raises(AttributeError):
        value.months = 1
    with pytest.raises(ValueError, match="not a YEAR TO MONTH"):
        IntervalYM.parse("5 03")
    with pytest.raises(TypeError):
        value + 1


def test_interval_ym_pickles_and_copies():
    import copy
    import pickle

    value = IntervalYM(years=-1, months=-2)
    assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == value


def test_partial_datetime():
    value = PartialDateTime(2, 4, (12, 31))
    assert (value.month, value.day, value.year, value.hour) == (12, 31, None, None)
    assert str(value) == "12-31"
    assert value.qualifier == "MONTH TO DAY"
    assert str(PartialDateTime(8, 13, (59, 58, 250000))) == "59:58.250"
    assert str(PartialDateTime(4, 8, (3, 4, 5))) == "03 04:05"
    assert (PartialDateTime(8, 13, (59, 58, 250000)).microsecond, PartialDateTime(10, 10, (5,)).second) == (
        250000,
        5,
    )
    for fields in ((13, 1), (0, 1), (1,), (1, 32)):
        with pytest.raises(ConversionError):
            PartialDateTime(2, 4, fields)
