"""One parameter block of BIND and of routine calls, both directions (sqli.md 7.2).

`encode_block` writes a value under a given wire type; `decode_block` reads every form that clients are known to
send. `params.py` decides which wire type a Python value gets.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from struct import Struct
from struct import error as struct_error
from typing import Any, NamedTuple

from .codecs.base import refuse
from .codecs.decimals import load_decimal, pack_decimal
from .codecs.extended import load_boolean, load_locator, locator_class
from .codecs.temporal import pack_datetime, pack_interval
from .codecs.text import encode_text, text_decoder
from .codes import TypeCode, has_extended_name
from .column import FLOATING_SCALE, ColumnType
from .context import TypeContext
from .errors import ConversionError, FramingError, Incomplete
from .literals import format_literal, parse_constructed
from .reference import Decode, encode_value, value_decoder
from .values import DESCRIPTOR_SIZE, BlobDescriptor, BlobLocator

__all__ = ["BoundValue", "DecodeBlocks", "blocks_decoder", "decode_block", "encode_block"]

_HEAD = Struct(">hH")
_PLAIN_HEAD = Struct(">BBhH")
"""Flags, code, indicator, precision of a block without names."""
_U16 = Struct(">H")
_I32 = Struct(">i")
VALUE, NULL, DEFAULT = 0, -1, -2
"""Indicators (sqli.md 7.2)."""
MAX_BOUND_TEXT = 0xFFFF
"""Length fields of bound strings are unsigned (sqli.md 1)."""
LONG_DESCRIPTOR_SIZE = 68
"""A BYTE/TEXT descriptor with capability bit 70 (sqli.md 3.3)."""
ANY_DECIMAL = 32 << 8 | FLOATING_SCALE
"""Encoded length of DECIMAL(32), floating: what a bound DECIMAL decodes as."""

_PRECISION: dict[int, int] = {
    TypeCode.SMALLINT: 0x0500,
    TypeCode.INTEGER: 0x0A00,
    TypeCode.BIGINT: 0x1300,
    TypeCode.INT8: 0x1300,
}
"""Precision words of integers (sqli.md 7.2)."""

_ROW_FORM: dict[int, int] = {
    TypeCode.SMALLINT: 2,
    TypeCode.INTEGER: 4,
    TypeCode.SERIAL: 4,
    TypeCode.BIGINT: 8,
    TypeCode.BIGSERIAL: 8,
    TypeCode.INT8: 10,
    TypeCode.SERIAL8: 10,
    TypeCode.SMALLFLOAT: 4,
    TypeCode.FLOAT: 8,
    TypeCode.DATE: 4,
}
"""Types whose data in a block is their row form, and its width."""
_TEXT: frozenset[int] = frozenset({TypeCode.CHAR, TypeCode.NCHAR, TypeCode.VARCHAR, TypeCode.NVARCHAR})


class BoundValue(NamedTuple):
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
        if not isinstance(value, str | bytes):
            refuse(column, value)
        raw = value if isinstance(value, bytes) else encode_text(value, ctx)
        if raw[:1] == b"\0":
            raise ConversionError("text that begins with a NUL character would be stored as NULL (sqli.md 7.1)")
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
        if not isinstance(value, bool):
            refuse(column, value)
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
        refuse(column, value)
    return _head(column, VALUE, column.encoded_length if code == TypeCode.SENDRECV else 0, ctx) + _char4(raw)


def _encode_decimal(column: ColumnType, value: Any, ctx: TypeContext) -> bytes:
    if not isinstance(value, Decimal | int):
        refuse(column, value)
    number = value if isinstance(value, Decimal) else Decimal(value)
    raw = pack_decimal(number)
    exponent = number.as_tuple().exponent
    # JDBC sends the scale for DECIMAL and 0 for MONEY (sqli.md 7.2, 12 #11).
    scale = max(0, -exponent) if isinstance(exponent, int) and column.code == TypeCode.DECIMAL else 0
    return _head(column, VALUE, scale, ctx) + _char(raw)


def _encode_packed(column: ColumnType, value: Any, packed: bytes | None, ctx: TypeContext) -> bytes:
    if packed is None:
        refuse(column, value)
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
    start = offset + head.size
    end = start + size + (size & 1)
    if end > len(buf):
        raise Incomplete
    return bytes(buf[start : start + size]), end


@lru_cache(maxsize=4096)
def _type(code: int, length: int, flags: int, owner: str = "", name: str = "") -> ColumnType:
    return ColumnType(code, length, flags, owner=owner, extended_name=name)


DecodeBlocks = Callable[[bytes, int, int], tuple[list[BoundValue], int]]
"""Decodes the blocks at an offset, given their number: (values, offset behind them)."""


@lru_cache(maxsize=64)
def blocks_decoder(ctx: TypeContext) -> DecodeBlocks:
    """Return the function that decodes blocks which follow each other, as BIND carries them.

    It raises as `decode_block`.
    """
    readers = {int(code): make(int(code), ctx) for code, make in _MAKERS.items()}
    unpack, size = _PLAIN_HEAD.unpack_from, _PLAIN_HEAD.size

    def decode(buf: bytes, offset: int, count: int) -> tuple[list[BoundValue], int]:
        values: list[BoundValue] = []
        for _ in range(count):
            try:
                flags, code, indicator, precision = unpack(buf, offset)
            except struct_error:
                raise Incomplete from None
            reader = readers.get(code)
            if indicator == VALUE and reader is not None:
                value, offset = reader(buf, offset + size, flags << 8, precision)
            else:
                value, offset = _decode_other(buf, offset, ctx)
            values.append(value)
        return values, offset

    return decode


def decode_block(buf: bytes, offset: int, ctx: TypeContext) -> tuple[BoundValue, int]:
    """Decode the block at `offset`, in every form of sqli.md 7.2.

    Returns:
        The bound value and the offset behind it.

    Raises:
        Incomplete: the buffer ends before the block does.
        FramingError: impossible bytes.
        ConversionError: Python has no object for the value.
    """
    (value,), end = blocks_decoder(ctx)(buf, offset, 1)
    return value, end


def _decode_other(buf: bytes, offset: int, ctx: TypeContext) -> tuple[BoundValue, int]:
    """Decode a block of a type with names, a NULL, a default."""
    try:
        flags, code, indicator, precision = _PLAIN_HEAD.unpack_from(buf, offset)
        at = offset + _PLAIN_HEAD.size
        owner = name = ""
        if has_extended_name(code):
            raw, at = _take_char(buf, offset + 2)
            owner = raw.decode(ctx.encoding, "replace")
            raw, at = _take_char(buf, at)
            name = raw.decode(ctx.encoding, "replace")
            indicator, precision = _HEAD.unpack_from(buf, at)
            at += _HEAD.size
    except struct_error:
        raise Incomplete from None
    flags <<= 8
    if indicator in (NULL, DEFAULT):
        qualified = code in (TypeCode.DATETIME, TypeCode.INTERVAL)
        column = _type(code, precision if qualified else 0, flags, owner, name)
        return BoundValue(column, None, is_default=indicator == DEFAULT), at
    if indicator != VALUE:
        raise FramingError(f"parameter block with indicator {indicator}")
    if not has_extended_name(code):
        raise FramingError(f"parameter block of type {code}")
    raw, at = _take_char(buf, at, _I32)
    column = _type(code, len(raw), flags, owner, name)
    return BoundValue(column, _decode_extended(column, raw, ctx)), at


# -- readers of the data of built-in types --

Reader = Callable[[bytes, int, int, int], tuple[BoundValue, int]]
"""Reads the data at an offset of a block with these flags and this precision word."""


def _row_form_reader(code: int, ctx: TypeContext) -> Reader:
    width = _ROW_FORM[code]
    plain = _type(code, width, 0)
    decode = value_decoder(plain, ctx)

    def read(buf: bytes, at: int, flags: int, _precision: int) -> tuple[BoundValue, int]:
        value, at = decode(buf, at)
        return BoundValue(_type(code, width, flags) if flags else plain, value), at

    return read


def _text_reader(code: int, ctx: TypeContext) -> Reader:
    decode = text_decoder(ctx)

    def read(buf: bytes, at: int, flags: int, _precision: int) -> tuple[BoundValue, int]:
        raw, at = _take_char(buf, at)
        return BoundValue(_type(code, len(raw), flags), decode(raw)), at

    return read


def _decimal_reader(code: int, _ctx: TypeContext) -> Reader:
    plain = _type(code, ANY_DECIMAL, 0)

    def read(buf: bytes, at: int, flags: int, _precision: int) -> tuple[BoundValue, int]:
        raw, at = _take_char(buf, at)
        column = _type(code, ANY_DECIMAL, flags) if flags else plain
        return BoundValue(column, load_decimal(raw, None) if any(raw) else None), at

    return read


def _qualified_reader(code: int, ctx: TypeContext) -> Reader:
    @lru_cache(maxsize=256)
    def known(precision: int) -> tuple[int, Decode]:
        column = ColumnType(code, precision)
        return column.width or 0, value_decoder(column, ctx)

    def read(buf: bytes, at: int, flags: int, precision: int) -> tuple[BoundValue, int]:
        raw, at = _take_char(buf, at)
        column = _type(code, precision, flags)
        if not any(raw):
            return BoundValue(column, None), at
        width, decode = known(precision)
        if any(raw[width:]):
            raise FramingError(f"{len(raw)} bytes for {column.type_name}")
        value, _ = decode(raw[:width].ljust(width, b"\0"), 0)
        return BoundValue(column, value), at

    return read


def _descriptor_reader(code: int, _ctx: TypeContext) -> Reader:
    def read(buf: bytes, at: int, flags: int, precision: int) -> tuple[BoundValue, int]:
        # 56 bytes, 68 with capability bit 70 (sqli.md 5.16); the precision word is 56 or 0.
        raw, at = _take(buf, at, LONG_DESCRIPTOR_SIZE if precision == LONG_DESCRIPTOR_SIZE else DESCRIPTOR_SIZE)
        descriptor = BlobDescriptor(raw, code == TypeCode.TEXT)
        return BoundValue(_type(code, len(raw), flags), descriptor, blob_pending=True), at

    return read


_MAKERS: dict[int, Callable[[int, TypeContext], Reader]] = {
    code: maker
    for codes, maker in (
        (_ROW_FORM, _row_form_reader),
        (_TEXT, _text_reader),
        ((TypeCode.DECIMAL, TypeCode.MONEY), _decimal_reader),
        ((TypeCode.DATETIME, TypeCode.INTERVAL), _qualified_reader),
        ((TypeCode.BYTE, TypeCode.TEXT), _descriptor_reader),
    )
    for code in codes
}


def _decode_extended(column: ColumnType, raw: bytes, ctx: TypeContext) -> Any:
    name = column.built_in
    if name == "boolean":
        return load_boolean(raw)
    if name in ("blob", "clob"):
        return load_locator(raw, locator_class(column))
    if name:
        return text_decoder(ctx)(raw)
    if TypeCode.SET <= column.code <= TypeCode.COLLECTION:
        return parse_constructed(column, text_decoder(ctx)(raw))
    return raw
