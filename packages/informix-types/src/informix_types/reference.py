"""The specification of row decoding in code: one value at a time, by `Layout` and `Codec` (sqli.md 7.1).

Slow and plain. Generated decoders (`rowcode`) must agree with it on every input; servers encode rows with it.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from struct import Struct
from struct import error as struct_error
from typing import Any

from .codecs import codec_for
from .column import ColumnType
from .context import TypeContext
from .errors import ConversionError, FramingError, Incomplete
from .layout import Framing, Layout, NullRule, RowFrame

__all__ = [
    "batch_decoder",
    "decode_row",
    "decode_value",
    "encode_row",
    "encode_value",
    "is_null",
    "value_decoder",
    "value_encoder",
]

_ENVELOPE = Struct(">bi")
"""Indicator and length (sqli.md 7.1)."""
BLOB_NULL_BYTE = 39
"""Bit 0 of this byte of a BYTE/TEXT descriptor is the NULL flag (sqli.md 5.16)."""


def is_null(layout: Layout, raw: bytes) -> bool:
    """Tell whether the bytes of a FIXED or COUNTED value mean NULL."""
    rule = layout.null_rule
    if rule is NullRule.EQUAL:
        return raw == layout.null
    if rule is NullRule.PREFIX:
        return raw.startswith(layout.null_prefix)
    if rule is NullRule.BLOB_FLAG:
        return bool(raw[BLOB_NULL_BYTE] & 1)
    return rule is NullRule.ALWAYS


Decode = Callable[[bytes, int], tuple[Any, int]]
"""Decodes the value at an offset: (value, offset behind it)."""


@lru_cache(maxsize=4096)
def value_decoder(column: ColumnType, ctx: TypeContext) -> Decode:
    """Return `decode_value` for one type in one context, for whoever decodes many values of it.

    Raises:
        FramingError: the type's encoded length is impossible.
        ConversionError: its layout is unknown.
    """
    codec = codec_for(column, ctx)
    layout, width = codec.layout, codec.layout.width or 0
    null = layout.null if layout.null_rule is NullRule.EQUAL else None

    def load(raw: bytes) -> Any:
        if raw == null or (null is None and is_null(layout, raw)):
            return None
        value = codec.load(raw)
        return value if codec.loader is None else codec.loader(value)

    def fixed(buf: bytes, offset: int) -> tuple[Any, int]:
        end = offset + width
        if end > len(buf):
            raise Incomplete
        return load(bytes(buf[offset:end])), end

    def counted(buf: bytes, offset: int) -> tuple[Any, int]:
        if offset >= len(buf):
            raise Incomplete
        start = offset + 1
        end = start + buf[offset]
        if end > len(buf):
            raise Incomplete
        return load(bytes(buf[start:end])), end

    def in_envelope(buf: bytes, offset: int) -> tuple[Any, int]:
        start = offset + _ENVELOPE.size
        if start > len(buf):
            raise Incomplete
        indicator, length = _ENVELOPE.unpack_from(buf, offset)
        if indicator not in (0, 1) or length < 0 or (indicator and length):
            raise FramingError(f"impossible envelope: indicator {indicator}, length {length}")
        if indicator:
            return None, start
        end = start + length
        if end > len(buf):
            raise Incomplete
        return load(bytes(buf[start:end])), end

    return {Framing.ENVELOPE: in_envelope, Framing.COUNTED: counted, Framing.FIXED: fixed}[layout.framing]


@lru_cache(maxsize=4096)
def value_encoder(column: ColumnType, ctx: TypeContext) -> Callable[[Any], bytes]:
    """Return `encode_value` for one type in one context, for whoever encodes many values of it.

    Raises as `value_decoder`.
    """
    codec = codec_for(column, ctx)
    dump, null, width = codec.dump, codec.layout.null, codec.layout.width

    def in_envelope(value: Any) -> bytes:
        if value is None:
            return _ENVELOPE.pack(1, 0)
        raw = dump(value)
        return _ENVELOPE.pack(0, len(raw)) + raw

    def counted(value: Any) -> bytes:
        raw = null if value is None else dump(value)
        return len(raw).to_bytes(1, "big") + raw

    def fixed(value: Any) -> bytes:
        raw = null if value is None else dump(value)
        if len(raw) != width:
            raise ConversionError(f"{column.type_name}: {len(raw)} bytes for a width of {width}")
        return raw

    return {Framing.ENVELOPE: in_envelope, Framing.COUNTED: counted, Framing.FIXED: fixed}[codec.layout.framing]


def decode_value(column: ColumnType, buf: bytes, offset: int, ctx: TypeContext) -> tuple[Any, int]:
    """Decode the value of type `column` at `offset` in its row form; NULL is None.

    Returns:
        The value and the offset behind it.

    Raises:
        Incomplete: the buffer ends before the value does.
        FramingError: impossible bytes.
        ConversionError: Python has no object for the value, or the type's layout is unknown.
    """
    return value_decoder(column, ctx)(buf, offset)


def encode_value(column: ColumnType, value: Any, ctx: TypeContext) -> bytes:
    """Encode a value (None is NULL) in its row form.

    Raises:
        ConversionError: the value does not fit the type exactly.
    """
    return value_encoder(column, ctx)(value)


def _locate(index: int, column: ColumnType, exc: Exception) -> str:
    return f"column {index + 1} ({column.type_name}): {exc}"


def decode_row(columns: Sequence[ColumnType], payload: bytes, ctx: TypeContext) -> tuple[Any, ...]:
    """Decode one row, which must end exactly at the end of `payload` (sqli.md 7.1).

    Raises:
        FramingError: the row is too short, too long, or holds impossible bytes; names column and type.
        ConversionError: Python has no object for a value; names column and type.
    """
    values: list[Any] = []
    offset = 0
    for index, column in enumerate(columns):
        try:
            value, offset = decode_value(column, payload, offset, ctx)
        except Incomplete:
            raise FramingError(
                f"column {index + 1} ({column.type_name}): the row ends at byte {len(payload)}, inside of the "
                f"value that begins at {offset}: {payload[offset : offset + 32].hex()}"
            ) from None
        except FramingError as exc:
            raise FramingError(_locate(index, column, exc)) from exc
        except ConversionError as exc:
            raise ConversionError(_locate(index, column, exc)) from exc
        values.append(value)
    if offset != len(payload):
        last = f", the last being {columns[-1].type_name}" if columns else ""
        raise FramingError(
            f"the row has {len(payload)} bytes, its {len(columns)} columns take {offset}{last}; left over: "
            f"{payload[offset : offset + 32].hex()}"
        )
    return tuple(values)


def encode_row(columns: Sequence[ColumnType], values: Sequence[Any], ctx: TypeContext) -> bytes:
    """Encode one row (without its message head and pad).

    Raises:
        ConversionError: a value does not fit its column, or their numbers differ; names column and type.
    """
    if len(columns) != len(values):
        raise ConversionError(f"{len(values)} values for {len(columns)} columns")
    parts: list[bytes] = []
    for index, (column, value) in enumerate(zip(columns, values, strict=True)):
        try:
            parts.append(encode_value(column, value, ctx))
        except ConversionError as exc:
            raise ConversionError(_locate(index, column, exc)) from exc
    return b"".join(parts)


def batch_decoder(
    columns: Sequence[ColumnType],
    ctx: TypeContext,
    frame: RowFrame,
    factory: Callable[[tuple[Any, ...]], Any] | None = None,
) -> Callable[[bytes, int], tuple[list[Any], int]]:
    """Return a function that decodes every complete row message of a buffer from an offset on.

    It stops at the first message that is no row (another tag, warnings) or is incomplete (a row counts only when
    its pad byte is there too) and returns the rows and the offset of that message.

    Args:
        columns: the row's types.
        ctx: how values are decoded.
        frame: the message head around a row.
        factory: makes the row object from the tuple; None leaves the tuple.

    Raises (the returned function):
        FramingError: a row is not consumed exactly or holds impossible bytes.
        ConversionError: Python has no object for a value.
    """
    types = tuple(columns)
    head, tag = Struct(frame.head), frame.tag

    def decode(buf: bytes, offset: int = 0) -> tuple[list[Any], int]:
        rows: list[Any] = []
        while True:
            try:
                found, warnings, size = head.unpack_from(buf, offset)
            except struct_error:
                return rows, offset
            if found != tag or warnings:
                return rows, offset
            if size < 0:
                raise FramingError(f"a row of {size} bytes")
            start = offset + head.size
            end = start + size + (size & 1)
            if end > len(buf):
                return rows, offset
            row = decode_row(types, bytes(buf[start : start + size]), ctx)
            rows.append(row if factory is None else factory(row))
            offset = end

    return decode
