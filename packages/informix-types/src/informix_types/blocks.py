"""One parameter block of BIND and of routine calls, both directions (sqli.md 7.2).

`encode_block` writes a value under a given wire type; `decode_block` reads every form that clients are known to
send. `params.py` decides which wire type a Python value gets.
"""

from dataclasses import dataclass
from decimal import Decimal
from struct import Struct
from struct import error as struct_error
from typing import Any

from .codecs.decimals import load_decimal, pack_decimal
from .codecs.extended import load_boolean, load_locator, locator_class
from .codecs.temporal import pack_datetime, pack_interval
from .codecs.text import encode_text, text_decoder
from .codes import TypeCode, has_extended_name
from .column import FLOATING_SCALE, ColumnType
from .context import TypeContext
from .errors import ConversionError, FramingError, Incomplete
from .literals import format_literal, parse_constructed
from .reference import decode_value, encode_value
from .values import DESCRIPTOR_SIZE, BlobDescriptor, BlobLocator

__all__ = ["BoundValue", "decode_block", "encode_block"]

_HEAD = Struct(">hh")
_U16 = Struct(">H")
_I32 = Struct(">i")
VALUE, NULL, DEFAULT = 0, -1, -2
"""Indicators (sqli.md 7.2)."""
MAX_BOUND_TEXT = 0xFFFF
"""Length fields of bound strings are unsigned (sqli.md 1)."""
ANY_DECIMAL = 32 << 8 | FLOATING_SCALE
"""Encoded length of DECIMAL(32), floating: what a bound DECIMAL decodes as."""

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
        if len(raw) > MAX_BOUND_TEXT:
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
    elif isinstance(value, BlobLocator):
        raw = value.data
    elif isinstance(value, bytes | bytearray | memoryview):
        raw = bytes(value)
    elif TypeCode.SET <= code <= TypeCode.COLLECTION:
        raw = encode_text(format_literal(value, column), ctx)
    else:
        raise ConversionError(f"a {type(value).__name__} cannot be bound as {column.type_name}")
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
        column = ColumnType(code, ANY_DECIMAL, flags)
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
        return parse_constructed(column, text_decoder(ctx)(raw))
    return raw
