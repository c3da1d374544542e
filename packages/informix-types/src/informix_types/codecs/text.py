"""Character types: CHAR, NCHAR, VARCHAR, NVARCHAR, LVARCHAR (sqli.md 7.1)."""

import codecs
from collections.abc import Callable
from contextlib import suppress
from functools import cache, lru_cache

from ..column import ColumnType
from ..context import TypeContext
from ..errors import ConversionError
from ..layout import Family, Framing, Layout, NullRule, envelope
from .base import Codec, refuse

__all__ = [
    "char_codec",
    "encode_text",
    "is_single_byte",
    "longest_varchar",
    "lvarchar_codec",
    "text_decoder",
    "varchar_codec",
]

MAX_COUNTED = 255
"""A VARCHAR's length is one byte (sqli.md 7.1)."""


@lru_cache(maxsize=256)
def text_decoder(ctx: TypeContext) -> Callable[[bytes], str]:
    """Return the function that decodes character data in a context; it raises ConversionError."""
    encoding, errors = ctx.encoding, ctx.errors

    def decode(raw: bytes) -> str:
        try:
            return raw.decode(encoding, errors)
        except UnicodeDecodeError as exc:
            if ctx.cut_partial_char and exc.end == len(raw) and len(raw) - exc.start < 4:
                # At most three bytes can be the beginning of a character that the column's end cut off.
                return raw[: exc.start].decode(encoding, errors)
            start = max(0, exc.start - 8)
            raise ConversionError(
                f"bytes {raw[exc.start : exc.end].hex()} at position {exc.start} are not {encoding} "
                f"(around: {raw[start : exc.end + 8]!r}); see the errors= setting"
            ) from None

    return decode


def encode_text(value: str, ctx: TypeContext) -> bytes:
    """Encode character data. Raises ConversionError for characters that the code set lacks."""
    try:
        return value.encode(ctx.encoding, ctx.errors)
    except UnicodeEncodeError as exc:
        raise ConversionError(
            f"character {value[exc.start : exc.end]!r} at position {exc.start} is not in code set {ctx.encoding}"
        ) from None


def _bytes_of(value: object, column: ColumnType, ctx: TypeContext) -> bytes:
    if isinstance(value, str):
        return encode_text(value, ctx)
    if not isinstance(value, bytes | bytearray):
        refuse(column, value)
    return bytes(value)


def char_codec(column: ColumnType, ctx: TypeContext) -> Codec:
    """CHAR and NCHAR: blank-padded to the declared width in bytes; a first byte 00 is NULL."""
    width = column.width or 0
    layout = Layout(
        Family.CHAR, Framing.FIXED, width, f"{width}s", NullRule.PREFIX, b"\0".ljust(width)[:width], b"\0"
    )
    decode = text_decoder(ctx)

    def load(raw: bytes) -> str:
        return decode(raw.rstrip(b" ") if ctx.trim_char else raw)

    def dump(value: object) -> bytes:
        raw = _bytes_of(value, column, ctx)
        if len(raw) > width:
            refuse(column, value, f"{len(raw)} bytes")
        if raw[:1] == b"\0":
            refuse(column, value, "a first byte 00 means NULL")
        return raw.ljust(width)

    return Codec(column, layout, load, dump)


@cache
def is_single_byte(encoding: str) -> bool:
    """Tell whether each byte is a character: no byte waits for another."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for byte in range(256):
        decoder.reset()
        with suppress(UnicodeDecodeError):
            if not decoder.decode(bytes((byte,))):
                return False
    return True


def longest_varchar(column: ColumnType, ctx: TypeContext) -> int:
    """Return how many bytes of VARCHAR text a row may hold.

    The described length counts bytes in the database's code set: the client's may need more of them for the same
    text when it is a multi-byte one (sqli.md 9), but not when it has one byte for each character.
    """
    return (column.max_length or MAX_COUNTED) if is_single_byte(ctx.encoding) else MAX_COUNTED


def varchar_codec(column: ColumnType, ctx: TypeContext) -> Codec:
    """VARCHAR and NVARCHAR: one byte of length; exactly one NUL byte is NULL."""
    limit, longest = column.max_length or MAX_COUNTED, longest_varchar(column, ctx)
    layout = Layout(Family.VARCHAR, Framing.COUNTED, null_rule=NullRule.EQUAL, null=b"\0")
    decode = text_decoder(ctx)

    def load(raw: bytes) -> str:
        if len(raw) > longest:
            # A row holds at most the described length (sqli.md 6.1: positions and sizes are computed from it).
            refuse(column, raw, f"{len(raw)} bytes")
        return decode(raw)

    def dump(value: object) -> bytes:
        raw = _bytes_of(value, column, ctx)
        if len(raw) > limit:
            refuse(column, value, f"{len(raw)} bytes")
        if raw == b"\0":
            refuse(column, value, "one NUL byte means NULL")
        return raw

    return Codec(column, layout, load, dump)


def lvarchar_codec(column: ColumnType, ctx: TypeContext) -> Codec:
    """LVARCHAR (codes 40 and 43), and text of other envelope types."""
    limit = column.encoded_length
    decode = text_decoder(ctx)

    def dump(value: object) -> bytes:
        raw = _bytes_of(value, column, ctx)
        if limit and len(raw) > limit:
            refuse(column, value, f"{len(raw)} bytes")
        return raw

    return Codec(column, envelope(Family.LVARCHAR), decode, dump)
