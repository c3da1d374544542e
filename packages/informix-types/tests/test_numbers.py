"""Integers, floats and decimals: edges, NULL sentinels, exactness, independence of the decimal context."""

import math
import struct
from decimal import Context, Decimal, getcontext, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from informix_types import DEFAULT_CONTEXT as CTX
from informix_types import ColumnType, ConversionError, FramingError, decode_value, encode_value

INTEGERS = {
    "SMALLINT": (ColumnType(1, 2), 16),
    "INTEGER": (ColumnType(2, 4), 32),
    "SERIAL": (ColumnType(6, 4), 32),
    "BIGINT": (ColumnType(52, 8), 64),
    "BIGSERIAL": (ColumnType(53, 8), 64),
    "INT8": (ColumnType(17, 10), 64),
    "SERIAL8": (ColumnType(18, 10), 64),
}


@pytest.mark.parametrize(("column", "bits"), INTEGERS.values(), ids=INTEGERS)
def test_integer_edges(column, bits):
    top = 2 ** (bits - 1)
    for value in (0, 1, -1, top - 1, -top + 1):
        raw = encode_value(column, value, CTX)
        assert len(raw) == column.width
        assert decode_value(column, raw, 0, CTX) == (value, len(raw))
    for value in (top, -top, -top - 1, 10**30):
        with pytest.raises(ConversionError):
            encode_value(column, value, CTX)
    for value in ("1", 1.0, b"\0\1", Decimal(1)):
        with pytest.raises(ConversionError):
            encode_value(column, value, CTX)
    assert decode_value(column, encode_value(column, None, CTX), 0, CTX)[0] is None


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_int8_is_sign_and_magnitude(value):
    raw = encode_value(INTEGERS["INT8"][0], value, CTX)
    sign, low, high = struct.unpack(">hII", raw)
    assert sign * (high * 2**32 + low) == value
    assert decode_value(INTEGERS["INT8"][0], raw, 0, CTX) == (value, 10)


def test_int8_with_impossible_sign():
    with pytest.raises(FramingError, match="sign 2"):
        decode_value(ColumnType(17, 10), bytes.fromhex("00020000000100000000"), 0, CTX)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_float_round_trip(value):
    raw = encode_value(ColumnType(3, 8), value, CTX)
    assert raw == struct.pack(">d", value)
    assert decode_value(ColumnType(3, 8), raw, 0, CTX) == (value, 8)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_smallfloat_round_trip(value):
    raw = encode_value(ColumnType(4, 4), value, CTX)
    assert decode_value(ColumnType(4, 4), raw, 0, CTX) == (value, 4)


@pytest.mark.parametrize("column", [ColumnType(3, 8), ColumnType(4, 4)])
def test_float_refuses_what_informix_has_not(column):
    for value in (float("nan"), float("inf"), float("-inf"), "1", 2**53 + 1):
        with pytest.raises(ConversionError):
            encode_value(column, value, CTX)
    raw = b"\x7f\xf8" + bytes(6) if column.code == 3 else b"\x7f\xc0\0\0"
    value, _ = decode_value(column, raw, 0, CTX)
    assert math.isnan(value)  # another NaN than the NULL pattern is a value


def test_smallfloat_overflow():
    with pytest.raises(ConversionError, match="out of range"):
        encode_value(ColumnType(4, 4), 1e39, CTX)


# -- DECIMAL and MONEY --


WIDE = Context(prec=200, Emax=999, Emin=-999)


def decimal_type(precision, scale=None, code=5):
    return ColumnType(code, precision << 8 | (0xFF if scale is None else scale))


@st.composite
def fixed_decimals(draw):
    precision = draw(st.integers(1, 32))
    scale = draw(st.integers(0, precision))
    number = draw(st.integers(-(10**precision) + 1, 10**precision - 1))
    return decimal_type(precision, scale, draw(st.sampled_from([5, 8]))), number, scale


def exact(number, power):
    return Decimal((int(number < 0), tuple(int(c) for c in str(abs(number))), power))


@given(fixed_decimals())
def test_fixed_decimal_keeps_its_scale(container_value, case):
    column, number, scale = case
    value = exact(number, -scale)
    raw = encode_value(column, value, CTX)
    assert len(raw) == column.width
    if number:
        assert container_value(raw) == Fraction(number, 10**scale)
    else:
        assert raw == b"\x80".ljust(column.width, b"\0")
    decoded, end = decode_value(column, raw, 0, CTX)
    assert end == len(raw)
    # Same digits, same exponent; zero has no sign.
    assert decoded.as_tuple() == (value if number else exact(0, -scale)).as_tuple()


@given(st.integers(1, 10**32 - 1), st.booleans(), st.integers(-150, 130))
def test_floating_decimal_is_exact(container_value, number, negative, power):
    digits = len(str(number).rstrip("0"))
    top = len(str(number)) + power
    assume(-129 <= top <= 125 and digits <= 32)
    value = exact(-number if negative else number, power)
    assume(power + len(str(number)) - digits >= -130)
    if negative and top == 125 and str(number).startswith("99"):
        with pytest.raises(ConversionError, match="NULL"):  # its first two bytes are those of NULL
            encode_value(decimal_type(32), value, CTX)
        return
    raw = encode_value(decimal_type(32), value, CTX)
    want = Fraction(-number if negative else number) * Fraction(10) ** power
    assert container_value(raw) == want
    decoded, _ = decode_value(decimal_type(32), raw, 0, CTX)
    assert Fraction(decoded) == want
    assert str(decoded) in (str(decoded.normalize(WIDE)), format(decoded, "f"))


@pytest.mark.parametrize(
    ("hex_", "text"),
    [
        ("c10100000000000000000000000000000000", "1"),
        ("c20100000000000000000000000000000000", "100"),
        ("c30a00000000000000000000000000000000", "100000"),
        ("d00a00000000000000000000000000000000", "10" + "0" * 30),
        ("d10a00000000000000000000000000000000", "1E+33"),
        ("c0320000000000000000000000000000000000"[:36], "0.5"),
        ("bf0a00000000000000000000000000000000", "0.001"),
    ],
)
def test_floating_decimal_has_one_plain_form(hex_, text):
    value, _ = decode_value(decimal_type(32), bytes.fromhex(hex_), 0, CTX)
    assert str(value) == text


def test_negative_extreme_is_not_null():
    # Head 00 and first digit 00 with more digits is a number, not NULL (sqli.md 7.3).
    value, _ = decode_value(decimal_type(32), b"\x00\x00\x5a".ljust(18, b"\0"), 0, CTX)
    assert value == Decimal("-9.91E+125")
    with pytest.raises(ConversionError, match="NULL"):
        encode_value(decimal_type(32), value, CTX)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (decimal_type(5, 2), Decimal("1000.00")),
        (decimal_type(5, 2), Decimal("0.001")),
        (decimal_type(5, 2), Decimal("1.005")),
        (decimal_type(5, 2), Decimal("NaN")),
        (decimal_type(5, 2), Decimal("-Infinity")),
        (decimal_type(5, 2), 1.5),
        (decimal_type(5, 2), "1.5"),
        (decimal_type(4), Decimal("12345")),
        (decimal_type(32), Decimal("1E126")),
        (decimal_type(32), Decimal("1E-131")),
        (decimal_type(32), Decimal("1" * 33)),
    ],
)
def test_decimal_that_does_not_fit_is_refused(column, value):
    with pytest.raises(ConversionError):
        encode_value(column, value, CTX)


def test_trailing_zeros_do_not_count():
    assert encode_value(decimal_type(5, 2), Decimal("1.50000"), CTX) == encode_value(
        decimal_type(5, 2), Decimal("1.5"), CTX
    )
    assert decode_value(decimal_type(5, 2), encode_value(decimal_type(5, 2), 7, CTX), 0, CTX)[0].as_tuple() == (
        0,
        (7, 0, 0),
        -2,
    )


def test_digits_beyond_the_scale_are_kept_not_dropped():
    raw = bytes.fromhex("c1014b05000000")  # 1.7505 in a column described with scale 2
    value, _ = decode_value(decimal_type(10, 2), raw[:6], 0, CTX)
    assert value == Decimal("1.7505")


def test_decimals_ignore_the_callers_context(hostile_context):
    column = decimal_type(32, 10)
    value = Decimal((1, (1, 2, 3, 4, 5, 6, 7, 8, 9) * 3, -10))
    before = (getcontext().prec, dict(getcontext().flags))
    raw = encode_value(column, value, CTX)
    decoded, _ = decode_value(column, raw, 0, CTX)
    assert decoded.as_tuple() == value.as_tuple()
    assert (getcontext().prec, dict(getcontext().flags)) == before
    assert hostile_context.prec == 1


@pytest.mark.parametrize(
    "hex_",
    ["c264000000", "c2ff000000", "3d64000000", "3d00000000", "7f00000000"],
    ids=["digit 100", "digit 255", "negative digit 100", "negative zero", "negative zero, smallest exponent"],
)
def test_impossible_decimals(hex_):
    with pytest.raises(FramingError):
        decode_value(decimal_type(8, 4), bytes.fromhex(hex_), 0, CTX)


@given(st.binary(min_size=5, max_size=5))
def test_any_bytes_are_a_number_null_or_an_error(container_value, raw):
    column = decimal_type(8, 4)
    try:
        value, end = decode_value(column, raw, 0, CTX)
    except FramingError:
        assert max(raw[1:]) > 99 or (raw[0] < 0x80 and not any(raw[1:]))
        return
    assert end == 5
    if value is None:
        assert not any(raw)
    else:
        assert Fraction(value) == container_value(raw)


def test_decimal_precision_of_context_is_untouched():
    with localcontext() as ctx:
        ctx.prec = 5
        value, _ = decode_value(decimal_type(32, 2), bytes.fromhex("cf" + "63" * 16), 0, CTX)
        assert str(value) == "9" * 30 + ".99"
