"""Parameter blocks of BIND and of routine calls, both directions (sqli.md 7.2).

`encode_params` chooses for each Python value the type it is sent as; the server converts it to the type of its
target. `decode_block` reads every form that clients are known to send.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from struct import Struct
from struct import error as struct_error
from typing import Any
from uuid import UUID

from .codecs.decimals import load_decimal, pack_decimal
from .codecs.extended import load_boolean, load_locator, locator_class
from .codecs.numbers import INT8_MAX
from .codecs.temporal import pack_datetime, pack_interval
from .codecs.text import encode_text, text_decoder
from .codes import TypeCode, has_extended_name
from .column import FLOATING_SCALE, ColumnType
from .context import TypeContext
from .errors import ConversionError, FramingError, Incomplete
from .qualifier import datetime_length, interval_length
from .reference import decode_value, encode_value
from .values import DESCRIPTOR_SIZE, LOCATOR_SIZE, BlobDescriptor, BlobLocator, IntervalYM, PartialDateTime

__all__ = ["Binding", "BoundValue", "decode_block", "encode_block", "encode_params"]

_HEAD = Struct(">hh")
_U16 = Struct(">H")
_I32 = Struct(">i")
VALUE, NULL, DEFAULT = 0, -1, -2
"""Indicators (sqli.md 7.2)."""
MAX_CHAR = 32767
"""Longer text is sent as LVARCHAR, whose length has four bytes."""
UNKNOWN = ColumnType(TypeCode.CHAR)

_PRECISION: dict[int, int] = {
    TypeCode.SMALLINT: 0x0500,
    TypeCode.INTEGER: 0x0A00,
    TypeCode.BIGINT: 0x1300,
    TypeCode.INT8: 0x1300,
}
"""Precision words of integers (sqli.md 7.2)."""

_ROW_FORM: frozenset[int] = frozenset(
    {
        TypeCode.SMALLINT,
        TypeCode.INTEGER,
        TypeCode.SERIAL,
        TypeCode.BIGINT,
        TypeCode.BIGSERIAL,
        TypeCode.INT8,
        TypeCode.SERIAL8,
        TypeCode.SMALLFLOAT,
        TypeCode.FLOAT,
        TypeCode.DATE,
    }
)
"""Types whose data in a block is their row form."""
_TEXT: frozenset[int] = frozenset({TypeCode.CHAR, TypeCode.NCHAR, TypeCode.VARCHAR, TypeCode.NVARCHAR})
_INTEGERS: frozenset[int] = frozenset(
    {
        TypeCode.SMALLINT,
        TypeCode.INTEGER,
        TypeCode.SERIAL,
        TypeCode.BIGINT,
        TypeCode.BIGSERIAL,
        TypeCode.INT8,
        TypeCode.SERIAL8,
    }
)
_NUMBERS: frozenset[int] = _INTEGERS | {
    TypeCode.DECIMAL,
    TypeCode.MONEY,
    TypeCode.FLOAT,
    TypeCode.SMALLFLOAT,
}
_NULL_CODES: dict[int, int] = {
    TypeCode.SERIAL: TypeCode.INTEGER,
    TypeCode.SERIAL8: TypeCode.INT8,
    TypeCode.BIGSERIAL: TypeCode.BIGINT,
}

SMALLINT = ColumnType(TypeCode.SMALLINT, 2)
INTEGER = ColumnType(TypeCode.INTEGER, 4)
BIGINT = ColumnType(TypeCode.BIGINT, 8)
FLOAT = ColumnType(TypeCode.FLOAT, 8)
DECIMAL = ColumnType(TypeCode.DECIMAL, 32 << 8 | FLOATING_SCALE)
CHAR = ColumnType(TypeCode.CHAR)
LVARCHAR = ColumnType(TypeCode.LVARCHAR)
DATE = ColumnType(TypeCode.DATE, 4)
BYTE = ColumnType(TypeCode.BYTE, DESCRIPTOR_SIZE)
TEXT = ColumnType(TypeCode.TEXT, DESCRIPTOR_SIZE)
BOOLEAN = ColumnType(TypeCode.BOOLEAN, 1, owner="informix", extended_name="boolean")
TIMESTAMP = ColumnType(TypeCode.DATETIME, datetime_length(0, 15))
TIME_SECOND = ColumnType(TypeCode.DATETIME, datetime_length(6, 10))
TIME_FRACTION = ColumnType(TypeCode.DATETIME, datetime_length(6, 15))
DAY_FRACTION = ColumnType(TypeCode.INTERVAL, interval_length(4, 15, 9))
YEAR_MONTH = ColumnType(TypeCode.INTERVAL, interval_length(0, 2, 9))


@dataclass(frozen=True, slots=True)
class Binding:
    """Encoded parameters of one execution.

    Attributes:
        count: number of parameters.
        blocks: their blocks, one behind the other: the body of BIND after its count.
        blobs: the data of BYTE and TEXT parameters that are not NULL, in order, for BBIND (sqli.md 5.16).
    """

    count: int
    blocks: bytes
    blobs: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class BoundValue:
    """One decoded block.

    Attributes:
        type: the type it was sent as; DATETIME and INTERVAL carry their qualifier.
        value: the Python value; None for NULL and for a default.
        is_default: indicator -2: use the column's default.
        blob_pending: the value is a `BlobDescriptor`; its data follows in BBIND.
    """

    type: ColumnType
    value: Any
    is_default: bool = False
    blob_pending: bool = False


def _char(raw: bytes) -> bytes:
    """CHAR of sqli.md 0.2: u16 length, bytes, pad to even."""
    return _U16.pack(len(raw)) + raw + b"\0" * (len(raw) & 1)


def _char4(raw: bytes) -> bytes:
    """CHAR4 of sqli.md 0.2: the same with a 4-byte length."""
    return _I32.pack(len(raw)) + raw + b"\0" * (len(raw) & 1)


def _head(column: ColumnType, indicator: int, precision: int, ctx: TypeContext) -> bytes:
    names = b""
    if has_extended_name(column.code):
        names = _char(column.owner.encode(ctx.encoding)) + _char(column.extended_name.encode(ctx.encoding))
    return column.code.to_bytes(2, "big") + names + _HEAD.pack(indicator, precision)


def encode_block(column: ColumnType, value: Any, ctx: TypeContext) -> bytes:
    """Encode one block with a given type.

    The value must be what that type decodes to. BYTE and TEXT take a `BlobDescriptor`; opaque types and
    SENDRECV take bytes or a locator.

    Raises:
        ConversionError: the value does not fit the type.
    """
    code = column.code
    if value is None:
        return _head(column, NULL, 0, ctx)
    if code in _ROW_FORM:
        return _head(column, VALUE, _PRECISION.get(code, 0), ctx) + encode_value(column, value, ctx)
    if code in _TEXT:
        raw = value if isinstance(value, bytes) else encode_text(value, ctx)
        if len(raw) > 0xFFFF:
            raise ConversionError(f"text of {len(raw)} bytes is too long for {column.type_name}")
        return _head(column, VALUE, 0 if code == TypeCode.CHAR else column.encoded_length, ctx) + _char(raw)
    if code in (TypeCode.DECIMAL, TypeCode.MONEY):
        return _encode_decimal(column, value, ctx)
    if code == TypeCode.DATETIME:
        return _encode_packed(column, value, pack_datetime(value, column.encoded_length, ctx), ctx)
    if code == TypeCode.INTERVAL:
        return _encode_packed(column, value, pack_interval(value, column.encoded_length, ctx), ctx)
    if code in (TypeCode.BYTE, TypeCode.TEXT):
        if not isinstance(value, BlobDescriptor):
            raise ConversionError(f"{column.type_name} is bound by its descriptor, not by {type(value).__name__}")
        return _head(column, VALUE, len(value.data), ctx) + value.data
    if code == TypeCode.BOOLEAN:
        return _head(column, VALUE, 1, ctx) + _char4(b"\1" if value else b"\0")
    if not has_extended_name(code):
        raise ConversionError(f"values of type {column.type_name} cannot be bound")
    if isinstance(value, str):
        raw = encode_text(value, ctx)
    else:
        raw = value.data if isinstance(value, BlobLocator) else bytes(value)
    return _head(column, VALUE, column.encoded_length if code == TypeCode.SENDRECV else 0, ctx) + _char4(raw)


def _encode_decimal(column: ColumnType, value: Any, ctx: TypeContext) -> bytes:
    number = value if isinstance(value, Decimal) else Decimal(value)
    raw = pack_decimal(number)
    exponent = number.as_tuple().exponent
    # JDBC sends the scale for DECIMAL and 0 for MONEY (sqli.md 7.2, 12 #11).
    scale = max(0, -exponent) if isinstance(exponent, int) and column.code == TypeCode.DECIMAL else 0
    return _head(column, VALUE, scale, ctx) + _char(raw)


def _encode_packed(column: ColumnType, value: Any, packed: bytes | None, ctx: TypeContext) -> bytes:
    if packed is None:
        raise ConversionError(f"{value!r} does not fit {column.type_name}")
    return _head(column, VALUE, column.encoded_length, ctx) + _char(packed)


# -- Python value -> type it is sent as --

Bound = tuple[ColumnType, Any, bytes | None]
"""Type to send, value, and the data of a blob."""
Binder = Callable[[Any, ColumnType | None, TypeContext], Bound]


def _code(target: ColumnType | None) -> int:
    return -1 if target is None else target.code


def _bind_bool(value: bool, target: ColumnType | None, _ctx: TypeContext) -> Bound:
    if target is not None and target.python_type is bool:
        return BOOLEAN, value, None
    if _code(target) in _NUMBERS:
        return INTEGER, int(value), None
    # BOOLEAN as text is taken for every target that takes booleans (sqli.md 7.2).
    return CHAR, "t" if value else "f", None


def _bind_int(value: int, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    value = int(value)
    if -(2**31) < value < 2**31:
        return INTEGER, value, None
    # The lowest integer of each width is the NULL sentinel: one size up (sqli.md 7.2).
    if -INT8_MAX <= value <= INT8_MAX:
        return BIGINT, value, None
    return DECIMAL, Decimal(value), None


def _bind_float(value: float, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    return FLOAT, float(value), None


def _bind_decimal(value: Decimal, target: ColumnType | None, _ctx: TypeContext) -> Bound:
    if _code(target) == TypeCode.MONEY:
        return ColumnType(TypeCode.MONEY, DECIMAL.encoded_length), value, None
    return DECIMAL, value, None


def _bind_str(value: str, target: ColumnType | None, ctx: TypeContext) -> Bound:
    value = str(value)
    code = _code(target)
    if code in (TypeCode.TEXT, TypeCode.BYTE):
        raw = encode_text(value, ctx)
        descriptor = BlobDescriptor.for_parameter(len(raw), is_text=code == TypeCode.TEXT)
        return (TEXT if code == TypeCode.TEXT else BYTE), descriptor, raw
    if code == TypeCode.LVARCHAR or (target is not None and target.extended_name.lower() == "lvarchar"):
        return LVARCHAR, value, None
    if value[:1] == "\0":
        raise ConversionError("text that begins with a NUL character would be stored as NULL (sqli.md 7.1)")
    if len(value) * 4 > MAX_CHAR and len(encode_text(value, ctx)) > MAX_CHAR:
        return LVARCHAR, value, None
    return CHAR, value, None


def _bind_bytes(value: Any, target: ColumnType | None, _ctx: TypeContext) -> Bound:
    raw = bytes(value)
    code = _code(target)
    if code in _TEXT:
        if raw[:1] == b"\0":
            raise ConversionError("text that begins with a NUL byte would be stored as NULL (sqli.md 7.1)")
        return (CHAR if len(raw) <= MAX_CHAR else LVARCHAR), raw, None
    if target is not None and code in (TypeCode.UDTVAR, TypeCode.UDTFIXED, TypeCode.LVARCHAR):
        name = target.extended_name.lower()
        if name in ("blob", "clob"):
            raise ConversionError(
                f"{name.upper()} data is not bound as a parameter; write it as a smart large object"
            )
        if name == "lvarchar" or code == TypeCode.LVARCHAR:
            return LVARCHAR, raw, None
        return ColumnType(code, owner=target.owner, extended_name=target.extended_name), raw, None
    is_text = code == TypeCode.TEXT
    return (TEXT if is_text else BYTE), BlobDescriptor.for_parameter(len(raw), is_text=is_text), raw


def _bind_date(value: date, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    return DATE, value, None


def _bind_datetime(value: datetime, _target: ColumnType | None, ctx: TypeContext) -> Bound:
    if value.tzinfo is not None:
        if ctx.timezone is None:
            raise ConversionError(
                f"{value!r} has a time zone, which Informix cannot store: make it naive, or set the timezone= "
                "into which aware datetimes are converted"
            )
        value = value.astimezone(ctx.timezone).replace(tzinfo=None)
    return TIMESTAMP, value, None


def _bind_time(value: time, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    if value.tzinfo is not None:
        raise ConversionError(f"{value!r} has a time zone, which Informix cannot store")
    return (TIME_FRACTION if value.microsecond else TIME_SECOND), value, None


def _bind_partial(value: PartialDateTime, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    return ColumnType(TypeCode.DATETIME, datetime_length(value.start, value.end)), value, None


def _bind_timedelta(value: timedelta, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    return DAY_FRACTION, value, None


def _bind_months(value: IntervalYM, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    return YEAR_MONTH, value, None


def _bind_uuid(value: UUID, target: ColumnType | None, ctx: TypeContext) -> Bound:
    return _bind_str(str(value), target, ctx)


def _bind_enum(value: Enum, target: ColumnType | None, ctx: TypeContext) -> Bound:
    return _bind(value.value, target, ctx)


def _bind_locator(value: BlobLocator, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    return ColumnType(TypeCode.SENDRECV, LOCATOR_SIZE, extended_name=value.type_name), value, None


BINDERS: dict[type, Binder] = {
    bool: _bind_bool,
    int: _bind_int,
    float: _bind_float,
    Decimal: _bind_decimal,
    str: _bind_str,
    bytes: _bind_bytes,
    bytearray: _bind_bytes,
    memoryview: _bind_bytes,
    datetime: _bind_datetime,
    date: _bind_date,
    time: _bind_time,
    timedelta: _bind_timedelta,
    IntervalYM: _bind_months,
    PartialDateTime: _bind_partial,
    UUID: _bind_uuid,
    BlobLocator: _bind_locator,
}
"""By class; subclasses are found along their method resolution order."""


def _binder(cls: type) -> Binder | None:
    if issubclass(cls, Enum):
        return _bind_enum
    for base in cls.__mro__:
        if base in BINDERS:
            return BINDERS[base]
    return None


def _null(target: ColumnType | None) -> Bound:
    if target is None or has_extended_name(target.code):
        # Type 0 is accepted as NULL for every target (sqli.md 7.2, vector null_any).
        return UNKNOWN, None, None
    return ColumnType(_NULL_CODES.get(target.code, target.code)), None, None


def _bind(value: Any, target: ColumnType | None, ctx: TypeContext) -> Bound:
    if value is None:
        return _null(target)
    cls = type(value)
    if ctx.adapters.dumpers:
        for base in cls.__mro__:
            dumper = ctx.adapters.dumpers.get(base)
            if dumper is not None:
                dumped = dumper(value)
                if type(dumped) is not cls:
                    return _bind(dumped, target, ctx)
                value = dumped
                break
    binder = BINDERS.get(cls) or _binder(cls)
    if binder is not None:
        return binder(value, target, ctx)
    raise ConversionError(f"values of class {cls.__qualname__} cannot be bound; register a dumper for it")


def encode_params(values: Sequence[Any], targets: Sequence[ColumnType | None], ctx: TypeContext) -> Binding:
    """Encode the parameters of one execution.

    Args:
        values: the Python values in marker order.
        targets: what is known about each marker's type; None, or a shorter sequence, where nothing is known.
        ctx: how values are encoded.

    Raises:
        ConversionError: a value cannot be sent exactly; names the parameter (1-based).
    """
    blocks: list[bytes] = []
    blobs: list[bytes] = []
    for index, value in enumerate(values):
        target = targets[index] if index < len(targets) else None
        try:
            column, bound, blob = _bind(value, target, ctx)
            blocks.append(encode_block(column, bound, ctx))
        except ConversionError as exc:
            raise ConversionError(f"parameter {index + 1}: {exc}") from exc
        if blob is not None:
            blobs.append(blob)
    return Binding(len(blocks), b"".join(blocks), tuple(blobs))


# -- block -> Python value --


def _take(buf: bytes, offset: int, size: int) -> tuple[bytes, int]:
    end = offset + size
    if end > len(buf):
        raise Incomplete
    return bytes(buf[offset:end]), end


def _take_char(buf: bytes, offset: int, head: Struct = _U16) -> tuple[bytes, int]:
    """Read CHAR or CHAR4 with its pad."""
    try:
        (size,) = head.unpack_from(buf, offset)
    except struct_error:
        raise Incomplete from None
    if size < 0:
        raise FramingError(f"a value of {size} bytes")
    raw, end = _take(buf, offset + head.size, size + (size & 1))
    return raw[:size], end


def decode_block(buf: bytes, offset: int, ctx: TypeContext) -> tuple[BoundValue, int]:
    """Decode the block at `offset`, in every form of sqli.md 7.2.

    Returns:
        The bound value and the offset behind it.

    Raises:
        Incomplete: the buffer ends before the block does.
        FramingError: impossible bytes.
        ConversionError: Python has no object for the value.
    """
    raw, at = _take(buf, offset, 2)
    flags, code = raw[0] << 8, raw[1]
    owner = name = ""
    if has_extended_name(code):
        raw, at = _take_char(buf, at)
        owner = raw.decode(ctx.encoding, "replace")
        raw, at = _take_char(buf, at)
        name = raw.decode(ctx.encoding, "replace")
    raw, at = _take(buf, at, _HEAD.size)
    indicator, precision = _HEAD.unpack(raw)
    column = ColumnType(code, 0, flags, owner=owner, extended_name=name)
    if indicator in (NULL, DEFAULT):
        if code in (TypeCode.DATETIME, TypeCode.INTERVAL):
            column = ColumnType(code, precision & 0xFFFF, flags)
        return BoundValue(column, None, is_default=indicator == DEFAULT), at
    if indicator != VALUE:
        raise FramingError(f"parameter block with indicator {indicator}")
    return _decode_data(buf, at, column, precision & 0xFFFF, ctx)


def _decode_data(
    buf: bytes, at: int, column: ColumnType, precision: int, ctx: TypeContext
) -> tuple[BoundValue, int]:
    code, flags = column.code, column.flags
    if code in _ROW_FORM:
        column = ColumnType(code, column.width or 0, flags)
        value, at = decode_value(column, buf, at, ctx)
    elif code in _TEXT:
        raw, at = _take_char(buf, at)
        column, value = ColumnType(code, len(raw), flags), text_decoder(ctx)(raw)
    elif code in (TypeCode.DECIMAL, TypeCode.MONEY):
        raw, at = _take_char(buf, at)
        column = ColumnType(code, DECIMAL.encoded_length, flags)
        value = load_decimal(raw, None) if any(raw) else None
    elif code in (TypeCode.DATETIME, TypeCode.INTERVAL):
        raw, at = _take_char(buf, at)
        column = ColumnType(code, precision, flags)
        value = _decode_qualified(column, raw, ctx)
    elif code in (TypeCode.BYTE, TypeCode.TEXT):
        raw, at = _take(buf, at, precision if precision in (56, 68) else DESCRIPTOR_SIZE)
        column = ColumnType(code, len(raw), flags)
        return BoundValue(column, BlobDescriptor(raw, code == TypeCode.TEXT), blob_pending=True), at
    elif has_extended_name(code):
        raw, at = _take_char(buf, at, _I32)
        column = ColumnType(code, len(raw), flags, owner=column.owner, extended_name=column.extended_name)
        value = _decode_extended(column, raw, ctx)
    else:
        raise FramingError(f"parameter block of type {code}")
    return BoundValue(column, value), at


def _decode_qualified(column: ColumnType, raw: bytes, ctx: TypeContext) -> Any:
    if not any(raw):
        return None
    width = column.width or 0
    if len(raw) > width and any(raw[width:]):
        raise FramingError(f"{len(raw)} bytes for {column.type_name}")
    value, _ = decode_value(column, raw[:width].ljust(width, b"\0"), 0, ctx)
    return value


def _decode_extended(column: ColumnType, raw: bytes, ctx: TypeContext) -> Any:
    name = column.extended_name.lower()
    if column.code == TypeCode.BOOLEAN or name == "boolean":
        return load_boolean(raw)
    if name in ("blob", "clob"):
        return load_locator(raw, locator_class(column))
    if column.code == TypeCode.LVARCHAR or name in ("lvarchar", "json"):
        return text_decoder(ctx)(raw)
    if TypeCode.SET <= column.code <= TypeCode.COLLECTION:
        return text_decoder(ctx)(raw)
    return raw
