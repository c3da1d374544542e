"""Parameters: the wire type that each Python value is sent as, every block form of sqli.md 7.2, bad input."""

import copy
import enum
import pickle
import uuid
from collections import Counter, namedtuple
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_types import (
    DEFAULT_CONTEXT,
    BlobDescriptor,
    BlobLocator,
    ClobLocator,
    ColumnType,
    ConversionError,
    FramingError,
    Incomplete,
    IntervalYM,
    PartialDateTime,
    SetValue,
    TypeContext,
    TypedValue,
    TypeRegistry,
    decode_block,
    encode_params,
    parse_type,
)
from informix_types.blocks import encode_block
from informix_types.errors import ParameterError

UTF8 = TypeContext(encoding="utf-8")


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class MyInt(int):
    pass


Pair = namedtuple("Pair", "a b")


def send(value, target=None, ctx=UTF8):
    """Encode one parameter and read it back: (wire type code, value, blob data)."""
    binding = encode_params([value], [parse_type(target) if isinstance(target, str) else target], ctx)
    bound, end = decode_block(binding.blocks, 0, ctx)
    assert end == len(binding.blocks)
    assert binding.count == 1
    assert bound.blob_pending == bool(binding.blobs)
    return bound.type.code, bound.value, binding.blobs


@pytest.mark.parametrize(
    ("value", "target", "code", "received"),
    [
        (None, None, 0, None),
        (None, "INTEGER", 2, None),
        (None, "SERIAL", 2, None),
        (None, "BIGSERIAL", 52, None),
        (None, "DECIMAL(5,2)", 5, None),
        (None, "DATETIME YEAR TO SECOND", 0, None),
        (None, "INTERVAL DAY TO SECOND", 0, None),
        (None, "LVARCHAR", 0, None),
        (None, "BOOLEAN", 0, None),
        (None, "BYTE", 11, None),
        (True, None, 0, "t"),
        (False, "CHAR(1)", 0, "f"),
        (True, "BOOLEAN", 45, True),
        (False, ColumnType(45, 1), 45, False),
        (True, "SMALLINT", 2, 1),
        (7, None, 2, 7),
        (MyInt(7), None, 2, 7),
        (Level.HIGH, None, 2, 3),
        (Colour.RED, None, 0, "red"),
        (2**31 - 1, None, 2, 2**31 - 1),
        (-(2**31) + 1, None, 2, -(2**31) + 1),
        (-(2**31), None, 52, -(2**31)),
        (2**31, "INTEGER", 52, 2**31),
        (2**63 - 1, None, 52, 2**63 - 1),
        (-(2**63), None, 5, Decimal(-(2**63))),
        (10**32 - 1, None, 5, Decimal(10**32 - 1)),
        (1.5, "DECIMAL(5,2)", 3, 1.5),
        (Decimal("12.50"), None, 5, Decimal("12.5")),
        (Decimal("12.50"), "MONEY(8,2)", 8, Decimal("12.5")),
        (Decimal("-0"), None, 5, Decimal(0)),
        ("text", None, 0, "text"),
        ("", "VARCHAR(5)", 0, ""),
        ("text", "LVARCHAR", 43, "text"),
        ("text", ColumnType(40, 9, extended_id=1, extended_name="lvarchar"), 43, "text"),
        ("x" * 32767, None, 0, "x" * 32767),
        ("x" * 32768, None, 43, "x" * 32768),
        ("ñ" * 20000, None, 43, "ñ" * 20000),
        (b"ab", "VARCHAR(5)", 0, "ab"),
        (b"ab", "LVARCHAR", 43, "ab"),
        (b"\0\1", ColumnType(40, 0, owner="me", extended_name="bson"), 40, b"\0\1"),
        (date(2024, 2, 29), "DATETIME YEAR TO SECOND", 7, date(2024, 2, 29)),
        (datetime(2024, 2, 29, 1, 2, 3, 456780), None, 10, datetime(2024, 2, 29, 1, 2, 3, 456780)),
        (datetime(1, 1, 1), None, 10, datetime(1, 1, 1)),
        (time(1, 2, 3), None, 10, time(1, 2, 3)),
        (time(0, 0, 0, 10), None, 10, time(0, 0, 0, 10)),
        (PartialDateTime(2, 4, (12, 31)), None, 10, PartialDateTime(2, 4, (12, 31))),
        (timedelta(-1, 5), None, 14, timedelta(-1, 5)),
        (timedelta.max.days * timedelta(1), None, 14, timedelta.max.days * timedelta(1)),
        (IntervalYM(years=-3, months=-4), None, 14, IntervalYM(years=-3, months=-4)),
        (IntervalYM(years=999999999, months=11), None, 14, IntervalYM(years=999999999, months=11)),
        (uuid.UUID(int=5), None, 0, "00000000-0000-0000-0000-000000000005"),
        ([1, "x"], None, 0, "LIST{1,'x'}"),
        ({1}, None, 0, "SET{1}"),
        ([1], "SET(INTEGER)", 0, "SET{1}"),
        (SetValue([1]), None, 0, "SET{1}"),
        (Counter("a"), None, 0, "MULTISET{'a'}"),
        (Pair(1, 2), None, 0, "ROW(1,2)"),
        ({"b": 1, "a": 2}, "ROW(a INT, b INT)", 0, "ROW(2,1)"),
        ({"a": [1]}, ColumnType(40, extended_name="json"), 0, '{"a": [1]}'),
        (["x" * 40000], None, 43, "LIST{'" + "x" * 40000 + "'}"),
        (BlobLocator(bytes(72)), None, 44, BlobLocator(bytes(72))),
        (ClobLocator(bytes(72)), None, 44, ClobLocator(bytes(72))),
        (TypedValue(ColumnType(1, 2), 5), "INTEGER", 1, 5),
        (TypedValue(ColumnType(17, 10), -5), None, 17, -5),
        (TypedValue(ColumnType(13, 20), "v"), None, 13, "v"),
        (TypedValue(ColumnType(10, 0x0E0A), datetime(2024, 1, 2)), None, 10, datetime(2024, 1, 2)),
        (TypedValue(ColumnType(14, 0x084A), timedelta(1)), None, 14, timedelta(1)),
        (TypedValue(ColumnType(19, extended_name="set(integer)"), {1}), None, 19, SetValue([1])),
        (TypedValue(ColumnType(44, 4, extended_name="ifx_lo_spec"), b"abcd"), None, 44, b"abcd"),
    ],
)
def test_wire_type_of_python_value(value, target, code, received):
    got_code, got, blobs = send(value, target)
    assert (got_code, got, type(got), blobs) == (code, received, type(received), ())


@pytest.mark.parametrize(
    ("value", "target", "code", "data"),
    [
        (b"\0\xff", None, 11, b"\0\xff"),
        (bytearray(b"ab"), "BYTE", 11, b"ab"),
        (memoryview(b"ab"), "TEXT", 12, b"ab"),
        ("é", "TEXT", 12, "é".encode()),
        ("é", "BYTE", 11, "é".encode()),
        (b"", None, 11, b""),
    ],
)
def test_byte_and_text_go_beside_the_block(value, target, code, data):
    column = target and parse_type(target)
    binding = encode_params([1, value, None, value], [None, column, column, column], UTF8)
    assert (binding.count, binding.blobs) == (4, (data, data))
    bound, _ = decode_block(binding.blocks, 10, UTF8)  # behind the integer's block
    assert (bound.type.code, bound.blob_pending, bound.value.size) == (code, True, len(data))
    # All zero except the size at 16; precision 56 (sqli.md 5.16).
    assert binding.blocks[14:16].hex() == "0038"
    assert binding.blocks[16:72] == bytes(16) + len(data).to_bytes(4, "big") + bytes(36)


def test_integers_beyond_pythons_text_limit():
    for value in (10**5000, 10**5000 + 1, TypedValue(ColumnType(2, 4), 10**5000)):
        with pytest.raises(ConversionError, match="parameter 1: "):
            encode_params([value], [], UTF8)


def test_data_too_large_for_a_descriptor():
    assert BlobDescriptor.for_parameter(2**31 - 1).size == 2**31 - 1
    with pytest.raises(ConversionError, match="too many"):
        BlobDescriptor.for_parameter(2**31)


def test_exact_bytes():
    binding = encode_params(
        [5, "odd", None, True, timedelta(hours=1), time(0, 5)], [None] * 3 + [parse_type("BOOLEAN")], UTF8
    )
    assert binding.blocks.hex(" ", 2) == (
        "0002 0000 0a00 0000 0005 "
        "0000 0000 0000 0003 6f64 6400 "
        "0000 ffff 0000 "
        "002d 0008 696e 666f 726d 6978 0007 626f 6f6c 6561 6e00 0000 0001 0000 0001 0100 "
        "000e 0000 144f 000c c800 0000 0000 0100 0000 0000 "
        "000a 0000 066a 0004 c300 0500"
    )


@pytest.mark.parametrize(
    ("value", "target", "message"),
    [
        (float("nan"), None, "no such number"),
        (float("inf"), None, "no such number"),
        (Decimal("NaN"), None, "not a number"),
        (Decimal("sNaN"), None, "not a number"),
        (Decimal("Infinity"), None, "not a number"),
        (Decimal("1" * 33), None, "33 significant digits"),
        (10**126, None, "range"),
        (Decimal("1E-131"), None, "range"),
        ("\0", None, "NUL"),
        ("\0x", "VARCHAR(5)", "NUL"),
        (b"\0x", "CHAR(5)", "NUL"),
        (datetime(2024, 1, 2, tzinfo=UTC), None, "time zone"),
        (time(1, tzinfo=UTC), None, "time zone"),
        ([datetime(2024, 1, 2, tzinfo=UTC)], None, "time zone"),
        (IntervalYM(years=1000000000), None, "does not fit"),
        (object(), None, "register a dumper"),
        (1j, None, "register a dumper"),
        ([object()], None, "no text form"),
        (b"data", ColumnType(41, 72, extended_name="blob"), "smart large object"),
        (b"t", "BOOLEAN", "bind a bool"),
        (b"t", ColumnType(45, 1), "bind a bool"),
        ({"a": object()}, ColumnType(40, extended_name="json"), "JSON"),
        (TypedValue(ColumnType(1, 2), 40000), None, "out of range"),
        (TypedValue(ColumnType(9), 1), None, "cannot be bound"),
        (TypedValue(ColumnType(10, 0x0E0A), datetime(2024, 1, 2, tzinfo=UTC)), None, "time zone"),
        (TypedValue(ColumnType(13, 5), "\0"), None, "NUL"),
        (TypedValue(ColumnType(5, 0x0802), "1.5"), None, "does not fit"),
        (TypedValue(ColumnType(5, 0x0802), 1.5), None, "does not fit"),
        (TypedValue(ColumnType(45, 1), 1), None, "does not fit"),
        (TypedValue(ColumnType(13, 5), 1), None, "does not fit"),
        (TypedValue(ColumnType(10, 0x0E0A), time(1)), None, "does not fit"),
        (TypedValue(ColumnType(11, 56), b"x"), None, "descriptor"),
        (TypedValue(ColumnType(40, extended_name="bson"), 5), None, "does not fit"),
    ],
)
def test_refused_values_name_the_parameter(value, target, message):
    targets = [None, parse_type(target) if isinstance(target, str) else target]
    with pytest.raises(ConversionError, match=message) as info:
        encode_params([1, value], targets, UTF8)
    assert str(info.value).startswith("parameter 2: ")


def test_elements_follow_the_rules_of_parameters():
    registry = TypeRegistry()
    registry.register_dumper(Point, lambda p: [p.x, p.y])
    registry.register_dumper(list, lambda v: v[::-1])
    zone = timezone(timedelta(hours=2))
    ctx = TypeContext(encoding="utf-8", timezone=zone, adapters=registry.adapters)
    moment = datetime(2024, 1, 2, 23, tzinfo=UTC)
    assert send((moment, {"when": moment}), None, ctx)[1] == (
        "ROW('2024-01-03 01:00:00',ROW('2024-01-03 01:00:00'))"
    )
    assert send((Point(1, 2), None, Colour.RED), None, ctx)[1] == "ROW(LIST{2,1},NULL,'red')"
    assert send([1, 2], None, ctx)[1] == "LIST{2,1}"  # each dumper once
    assert send([int64(), (int64(),)])[1] == "LIST{42,ROW(42)}"
    assert send((timedelta64(3, "Y"), datetime64(None)), "ROW(a INTERVAL YEAR(4) TO MONTH, b DATE)")[1] == (
        "ROW('3-00',NULL)"
    )
    for value in ([datetime64(1)], [Timedelta(1)], [Timestamp(2024, 1, 2)]):
        with pytest.raises(ConversionError, match=r"finer than microseconds|fraction digits"):
            encode_params([value], [], TypeContext(strict_fractions=True))


def test_a_list_that_contains_itself():
    endless = []
    endless.append(endless)
    with pytest.raises(ConversionError, match="contains itself"):
        encode_params([endless], [], UTF8)


def test_character_outside_of_the_code_set():
    with pytest.raises(ConversionError, match="parameter 1: character '€' at position 0 is not in code set"):
        encode_params(["€"], [], DEFAULT_CONTEXT)


def test_aware_datetimes_are_converted_when_a_zone_is_set():
    ctx = TypeContext(timezone=timezone(timedelta(hours=2)))
    assert send(datetime(2024, 1, 2, 23, tzinfo=UTC), None, ctx)[1] == datetime(2024, 1, 3, 1)
    assert send(datetime(2024, 1, 2, 23), None, ctx)[1] == datetime(2024, 1, 2, 23)
    with pytest.raises(ConversionError, match="no equivalent"):
        encode_params([datetime.max.replace(tzinfo=UTC)], [], ctx)


def test_sixth_fraction_digit():
    strict = TypeContext(strict_fractions=True)
    for value in (
        datetime(2024, 1, 2, 3, 4, 5, 123456),
        time(1, 2, 3, 6),
        timedelta(microseconds=-15),
        [time(1, 2, 3, 6)],
    ):
        with pytest.raises(ConversionError, match="fraction digits"):
            encode_params([value], [], strict)
    assert send(datetime(2024, 1, 2, 3, 4, 5, 123456))[1].microsecond == 123450
    assert send(timedelta(microseconds=-15))[1] == timedelta(microseconds=-10)
    assert send([time(1, 2, 3, 6)])[1] == "LIST{'01:02:03.00000'}"


@given(st.datetimes(), st.timedeltas())
def test_temporal_parameters_arrive_as_they_were_sent(moment, span):
    moment = moment.replace(microsecond=moment.microsecond // 10 * 10)
    span = timedelta(span.days, span.seconds, span.microseconds // 10 * 10)
    sent = [moment, span, moment.date(), moment.time()]
    binding = encode_params(sent, [], UTF8)
    at, got = 0, []
    for _ in sent:
        bound, at = decode_block(binding.blocks, at, UTF8)
        got.append(bound.value)
    assert at == len(binding.blocks)
    assert got == sent


@given(st.integers(-(10**32) + 1, 10**32 - 1), st.integers(-90, 90))
def test_decimals_arrive_as_they_were_sent(number, power):
    value = Decimal(f"{number}E{power}")
    assert send(value)[1] == value


# -- numpy, by duck typing: the real one if it is there, stand-ins else --


class generic:  # noqa: N801 (numpy's name)
    pass


generic.__module__ = "numpy"


class int64(generic):  # noqa: N801 (numpy's name)
    def item(self):
        return 42


class longdouble(generic):  # noqa: N801 (numpy's name)
    def item(self):
        return self


class datetime64(generic):  # noqa: N801 (numpy's name)
    """Counts nanoseconds, as pandas uses it."""

    def __init__(self, nanoseconds, unit="ns"):
        self.nanoseconds = nanoseconds
        self.dtype = SimpleNamespace(name=f"datetime64[{unit}]")

    def astype(self, unit):
        if unit == "datetime64[D]":
            assert self.dtype.name == "datetime64[M]"
            out = datetime64(self.nanoseconds)
            out.item = lambda: date(1970, 1, 1) + timedelta(microseconds=self.nanoseconds // 1000)
            return out
        assert unit == "datetime64[us]"
        out = datetime64(self.nanoseconds // 1000 * 1000)
        out.item = lambda: datetime(1970, 1, 1) + timedelta(microseconds=self.nanoseconds // 1000)
        return out

    def __eq__(self, other):
        return self.nanoseconds is not None and self.nanoseconds == other.nanoseconds

    def __hash__(self):
        return 0


class timedelta64(generic):  # noqa: N801 (numpy's name)
    """Counts years."""

    def __init__(self, count, unit):
        self.count = count
        self.dtype = SimpleNamespace(name=f"timedelta64[{unit}]")

    def astype(self, unit):
        assert unit == "timedelta64[M]"
        return timedelta64(self.count * 12, "M")

    def item(self):
        return self.count


def test_numpy_scalars():
    assert send(timedelta64(-2, "Y"))[1] == IntervalYM(years=-2)
    assert send(int64())[:2] == (2, 42)
    assert send(datetime64(10**9))[1] == datetime(1970, 1, 1, 0, 0, 1)
    assert send(datetime64(0, "M"))[:2] == (7, date(1970, 1, 1))
    assert send(datetime64(None))[1] is None
    # Below the five digits of Informix: dropped like the sixth digit, or refused.
    assert send(datetime64(1))[1] == datetime(1970, 1, 1)
    with pytest.raises(ConversionError, match="finer than microseconds"):
        encode_params([datetime64(1)], [], TypeContext(strict_fractions=True))
    with pytest.raises(ConversionError, match="cannot be bound"):
        encode_params([longdouble()], [], UTF8)


class Timestamp(datetime):
    """pandas' datetime with nanoseconds."""

    nanosecond = 5


class Timedelta(timedelta):
    nanoseconds = 5


def test_pandas_times():
    for value, plain in ((Timestamp(2024, 1, 2), datetime(2024, 1, 2)), (Timedelta(1), timedelta(1))):
        assert send(value)[1] == plain
        with pytest.raises(ConversionError, match="fraction digits"):
            encode_params([value], [], TypeContext(strict_fractions=True))


# -- dumpers --


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


def test_dumpers():
    registry = TypeRegistry()
    registry.register_dumper(Point, lambda p: f"({p.x},{p.y})")
    registry.register_dumper(str, str.upper)
    ctx = UTF8.with_adapters(registry.adapters)
    assert send(Point(1, 2), None, ctx)[1] == "(1,2)"
    assert send("abc", None, ctx)[1] == "ABC"
    registry.register_dumper(Point, lambda p: TypedValue(ColumnType(40, extended_name="point"), bytes([p.x, p.y])))
    assert send(Point(1, 2), None, UTF8.with_adapters(registry.adapters))[:2] == (40, b"\1\2")
    registry.register_dumper(Point, lambda p: None)
    assert send(Point(1, 2), "INTEGER", UTF8.with_adapters(registry.adapters))[:2] == (2, None)


def test_dumpers_that_never_end():
    registry = TypeRegistry()
    registry.register_dumper(int, str)
    registry.register_dumper(str, int)
    with pytest.raises(ConversionError, match="no end"):
        encode_params([5], [], UTF8.with_adapters(registry.adapters))


# -- decoding --


def test_default_indicator():
    bound, end = decode_block(bytes.fromhex("0002fffe0000"), 0, UTF8)
    assert (bound.is_default, bound.value, end) == (True, None, 6)


def test_sentinels_are_null():
    for hex_ in (
        "0002000000008000 0000",
        "0007000000008000 0000",
        "0001000005008000",
        "0034000013008000000000000000",
    ):
        assert decode_block(bytes.fromhex(hex_), 0, UTF8)[0].value is None
    assert decode_block(bytes.fromhex("00050000000000020000"), 0, UTF8)[0].value is None
    assert decode_block(bytes.fromhex("000a00000e0a00080000000000000000"), 0, UTF8)[0].value is None


@pytest.mark.parametrize("zero", ["000500000000000180 00", "00050000000000028000", "000500000000 0002c100"])
def test_decimal_zero_forms(zero):
    assert decode_block(bytes.fromhex(zero), 0, UTF8)[0].value == 0


def test_descriptor_of_68_bytes():
    descriptor = BlobDescriptor.build(9, width=68)
    block = bytes.fromhex("000b00000044") + descriptor.data
    bound, end = decode_block(block, 0, UTF8)
    assert (end, bound.value.size, bound.blob_pending) == (74, 9, True)
    assert encode_block(ColumnType(11, 68), descriptor, UTF8) == block


def test_locator_forms():
    for owner in ("", "0008696e666f726d6978"):
        for precision in ("0048", "0000"):
            for code in ("002c", "0029"):
                names = (owner or "0000") + "0004626c6f62"
                block = bytes.fromhex(code + names + "0000" + precision + "00000048") + bytes(72)
                bound, end = decode_block(block, 0, UTF8)
                assert (bound.value, end) == (BlobLocator(bytes(72)), len(block))


@pytest.mark.parametrize(
    "hex_",
    [
        "000200010a0000000001",  # indicator 1
        "0009000000000000",  # type NULL with a value
        "002b000000000000 0000ffffffff",  # negative length
        "002d0000000000000001000000010200",  # boolean 2
        "000500000000000241ff",  # digit 255
        "000a00000e0a0009c7141a081f0c1e0f0500",  # a byte beyond the qualifier
        "000a0000ffff0003c70101 00",  # impossible qualifier
        "002c00000004626c6f6200000048000000020102",  # short locator
    ],
)
def test_impossible_blocks(hex_):
    with pytest.raises(FramingError):
        decode_block(bytes.fromhex(hex_), 0, UTF8)


@given(st.binary(max_size=60))
def test_any_bytes_give_a_value_or_a_known_error(raw):
    try:
        _, end = decode_block(raw, 0, UTF8)
    except (Incomplete, FramingError, ConversionError):
        return
    assert 0 < end <= len(raw)


@pytest.mark.parametrize("again", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
def test_the_error_about_a_parameter_can_be_copied_and_pickled(again):
    with pytest.raises(ParameterError) as caught:
        encode_params([1, object()], [], UTF8)
    error = caught.value
    error.add_note("in row 7")
    found = again(error)
    assert (type(found), str(found), found.index, found.reason) == (ParameterError, str(error), 1, error.reason)
    assert found.__notes__ == ["in row 7"]
