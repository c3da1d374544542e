"""Reads one column of all rows at once, by the family of its layout; what has no kernel goes by its codec."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

from ..codecs import Codec
from ..codecs.extended import load_boolean
from ..codecs.text import longest_varchar
from ..context import TypeContext
from ..errors import ConversionError, FramingError
from ..layout import Family
from ..reference import is_null
from .decimals import VECTOR_DIGITS, decimals
from .framing import Rows
from .optional import need_numpy
from .temporal import dates, datetimes, is_vectored
from .vectors import Vector

__all__ = ["Spans", "fixed", "variable"]

Array = Any
Kernel = Callable[[Rows, Codec, TypeContext, int, Array], Vector]
"""Takes the rows, the codec, the context, and where the column is: an offset from the row's begin or `at`."""
MAX_OFFSET = 2**31 - 1
"""Arrow's string and binary arrays have 32-bit offsets."""


def _valid(valid: Array) -> Array:
    return None if valid.all() else valid


def _by_codec(rows: Rows, codec: Codec, _ctx: TypeContext, offset: int, at: Array) -> Vector:
    """Any fixed-width column, value by value; equal bytes are decoded once."""
    width = codec.layout.width or 0
    raw = rows.matrix(width, offset, at).tobytes()
    return _decoded(codec, [raw[i * width : i * width + width] for i in range(rows.count)])


def _decoded(codec: Codec, pieces: list[bytes]) -> Vector:
    layout, load = codec.layout, codec.load
    known: dict[bytes, Any] = {}
    for piece in pieces:
        if piece not in known:
            known[piece] = None if is_null(layout, piece) else load(piece)
    return Vector(codec.type, len(pieces), objects=[known[piece] for piece in pieces])


def _integer(rows: Rows, codec: Codec, _ctx: TypeContext, offset: int, at: Array) -> Vector:
    values = rows.field(f">i{codec.layout.width}", offset, at)
    null = int.from_bytes(codec.layout.null, "big", signed=True)
    return Vector(codec.type, rows.count, values=values, valid=_valid(values != null))


def _int8(rows: Rows, codec: Codec, _ctx: TypeContext, offset: int, at: Array) -> Vector:
    np = need_numpy()
    sign = rows.field(">i2", offset, at)
    low, high = rows.field(">u4", offset + 2, at), rows.field(">u4", offset + 6, at)
    if (np.abs(sign) > 1).any():
        raise FramingError("INT8 with an impossible sign")
    if ((high > 0x7FFFFFFF) & (sign != 0)).any():
        raise ConversionError("an INT8 does not fit 64 bits")
    values = (high.astype(np.int64) << 32 | low.astype(np.int64)) * sign
    return Vector(codec.type, rows.count, values=values, valid=_valid(sign != 0))


def _float(rows: Rows, codec: Codec, _ctx: TypeContext, offset: int, at: Array) -> Vector:
    width = codec.layout.width or 0
    bits = rows.field(f">u{width}", offset, at)
    return Vector(
        codec.type, rows.count, values=bits.view(f"f{width}"), valid=_valid(bits != 2 ** (8 * width) - 1)
    )


def _date(rows: Rows, codec: Codec, _ctx: TypeContext, offset: int, at: Array) -> Vector:
    return dates(codec, rows.field(">i4", offset, at))


def _decimal(rows: Rows, codec: Codec, ctx: TypeContext, offset: int, at: Array) -> Vector:
    column = codec.type
    if column.scale is None or column.precision > VECTOR_DIGITS or column.scale > column.precision:
        return _by_codec(rows, codec, ctx, offset, at)
    return decimals(codec, rows.matrix(codec.layout.width or 0, offset, at))


def _datetime(rows: Rows, codec: Codec, ctx: TypeContext, offset: int, at: Array) -> Vector:
    if not is_vectored(codec):
        return _by_codec(rows, codec, ctx, offset, at)
    return datetimes(codec, rows.matrix(codec.layout.width or 0, offset, at))


def _char(rows: Rows, codec: Codec, ctx: TypeContext, offset: int, at: Array) -> Vector:
    np = need_numpy()
    width = codec.layout.width or 0
    raw = rows.matrix(width, offset, at)
    valid = raw[:, 0] != 0 if width else np.ones(rows.count, np.bool_)
    lengths = np.where(valid, width, 0)
    if ctx.trim_char and width:
        filled = raw != ord(" ")
        lengths = np.where(valid & filled.any(axis=1), width - filled[:, ::-1].argmax(axis=1), 0)
    offsets = _offsets(lengths)
    data = raw[np.arange(width) < lengths[:, None]]
    return _text(codec, ctx, offsets, data, valid)


FIXED: dict[Family, Kernel] = {
    Family.INTEGER: _integer,
    Family.INT8: _int8,
    Family.FLOAT: _float,
    Family.DATE: _date,
    Family.DECIMAL: _decimal,
    Family.DATETIME: _datetime,
    Family.CHAR: _char,
}
"""Kernels of fixed-width families."""


def fixed(rows: Rows, codec: Codec, ctx: TypeContext, offset: int, at: Array) -> Vector:
    """Decode a FIXED column that lies at `offset` from the row's begin, or from `at`.

    Raises:
        FramingError, ConversionError: a value is impossible, or Arrow has no exact form for it; not located.
    """
    return FIXED.get(codec.layout.family, _by_codec)(rows, codec, ctx, offset, at)


def _offsets(lengths: Array) -> Array:
    np = need_numpy()
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    if offsets[-1] > MAX_OFFSET:
        raise ConversionError("more than 2 GiB in one column of a batch: decode smaller pieces")
    return offsets


def _gather(data: Array, starts: Array, offsets: Array) -> Array:
    """Join the pieces of `data` that begin at `starts`."""
    np = need_numpy()
    index = np.repeat(starts - offsets[:-1], np.diff(offsets))
    index += np.arange(offsets[-1])
    return data[index]


def _text(codec: Codec, ctx: TypeContext, offsets: Array, data: Array, valid: Array) -> Vector:
    """Turn pieces in the context's encoding into UTF-8; one by one where that is not proven to be the same."""
    np = need_numpy()
    encoding = ctx.encoding.lower().replace("_", "-")
    if not len(data) or data.max() < 0x80:
        if _ascii_superset(ctx.encoding):
            return _ragged(codec, offsets, data, valid, is_text=True)
    elif encoding in ("utf-8", "utf8"):
        # Valid as a whole and no piece begins inside of a character: then each piece is valid.
        begins = data[offsets[:-1][np.diff(offsets) > 0]]
        if not ((begins & 0xC0) == 0x80).any() and _is_utf8(data.tobytes()):
            return _ragged(codec, offsets, data, valid, is_text=True)
    elif encoding in ("iso8859-1", "iso-8859-1", "latin-1", "latin1"):
        # Each byte from 80 on becomes two.
        longer = np.zeros(len(data) + 1, np.int64)
        np.cumsum(data >= 0x80, out=longer[1:])
        wide = np.frombuffer(data.tobytes().decode("latin-1").encode(), np.uint8)
        return _ragged(codec, offsets + longer[offsets], wide, valid, is_text=True)
    raw, ends = data.tobytes(), offsets.tolist()
    pieces = [
        raw[start:end] if here else None for (start, end), here in zip(pairwise(ends), valid.tolist(), strict=True)
    ]
    load = codec.load
    return Vector(codec.type, len(pieces), objects=[None if piece is None else load(piece) for piece in pieces])


def _ascii_superset(encoding: str) -> bool:
    text = bytes(range(128))
    return text.decode(encoding, "replace") == text.decode("ascii")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _ragged(codec: Codec, offsets: Array, data: Array, valid: Array, *, is_text: bool) -> Vector:
    np = need_numpy()
    if offsets[-1] > MAX_OFFSET:
        raise ConversionError("more than 2 GiB in one column of a batch: decode smaller pieces")
    small = offsets.astype(np.int32)
    return Vector(codec.type, len(small) - 1, valid=_valid(valid), offsets=small, data=data, is_text=is_text)


def _boolean(codec: Codec, spans: "Spans", data: Array) -> Vector:
    np = need_numpy()
    starts, lengths, valid = spans
    if (lengths[valid] != 1).any():
        raise FramingError("a BOOLEAN that is not one byte")
    known = np.zeros(256, np.bool_)
    for byte in np.unique(data[starts[valid]]):
        known[byte] = load_boolean(bytes([byte]))
    values = np.zeros(len(starts), np.bool_)
    values[valid] = known[data[starts[valid]]]
    return Vector(codec.type, len(starts), values=values, valid=_valid(valid))


TEXT = frozenset({Family.VARCHAR, Family.LVARCHAR})


class Spans(NamedTuple):
    """Where the values of a variable-length column are.

    Attributes:
        starts: where each value's bytes begin.
        lengths: how many they are.
        valid: false for NULL.
    """

    starts: Array
    lengths: Array
    valid: Array


def variable(codec: Codec, ctx: TypeContext, data: Array, spans: Spans) -> Vector:
    """Decode a COUNTED or ENVELOPE column out of the buffer `data`.

    Raises:
        FramingError, ConversionError: a value is impossible, or Arrow has no exact form for it; not located.
    """
    np = need_numpy()
    starts, lengths, valid = spans
    family = codec.layout.family
    if family is Family.BOOLEAN:
        return _boolean(codec, spans, data)
    if family is Family.VARCHAR and (lengths > longest_varchar(codec.type, ctx)).any():
        raise ConversionError(f"text longer than {codec.type.type_name}")
    offsets = _offsets(np.where(valid, lengths, 0))
    pieces = _gather(data, starts, offsets)
    if family in TEXT:
        return _text(codec, ctx, offsets, pieces, valid)
    if family is Family.OPAQUE:
        return _ragged(codec, offsets, pieces, valid, is_text=False)
    raw, ends = pieces.tobytes(), offsets.tolist()
    values = [
        codec.load(raw[start:end]) if here else None
        for (start, end), here in zip(pairwise(ends), valid.tolist(), strict=True)
    ]
    return Vector(codec.type, len(values), objects=values)
