"""Generates one function per shape that encodes rows in their row form, for insert cursors (sqli.md 5.7, 7.1).

The plain case of every type is written out; a value that is not plain (an integer for a FLOAT, text too long, a
class that the type does not take) sends the whole row to `reference.encode_row`, which encodes or refuses it.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache, partial
from struct import Struct, unpack
from typing import Any, NoReturn

from ..classes import frozen
from ..codecs import Codec, codec_for
from ..codecs.decimals import MAX_DIGITS
from ..codecs.temporal import DATE_EPOCH
from ..column import ColumnType
from ..context import TypeContext
from ..layout import Family, Framing
from ..qualifier import DAY, HOUR, SECOND, YEAR
from ..reference import encode_row
from .decimals import plain_decimal
from .source import SLOW, compile_source

__all__ = ["RowEncoder", "row_encoder"]

RowEncoder = Callable[[Sequence[Any]], bytes]


class NotPlain(ValueError):
    """A value for `reference.encode_row` to look at."""


def _not_plain() -> NoReturn:
    raise NotPlain


@frozen
class Part:
    """One column of a generated row encoder.

    Attributes:
        prepare: statements that make what is packed from the value ``{v}``; ``{i}`` is the column's number.
        format: struct format of the packed expressions; empty for the bytes of a COUNTED or ENVELOPE value.
        packed: the packed expressions; for other framings than FIXED the one variable that holds the bytes.
        names: objects used, written with the column's number appended: ``F{i}``.
    """

    prepare: tuple[str, ...]
    format: str
    packed: tuple[str, ...]
    names: dict[str, Any] = field(default_factory=dict)


def _by_codec(codec: Codec) -> Callable[[Any], bytes]:
    null, dump, width = codec.layout.null, codec.dump, codec.layout.width

    def load(value: Any) -> bytes:
        raw = null if value is None else dump(value)
        if width is not None and len(raw) != width:
            raise NotPlain
        return raw

    return load


def _general(codec: Codec, _ctx: TypeContext) -> Part:
    width = codec.layout.width
    return Part(
        ("b{i} = F{i}({v})",), f"{width}s" if width is not None else "", ("b{i}",), {"F": _by_codec(codec)}
    )


def _integer(codec: Codec, _ctx: TypeContext) -> Part:
    # `struct` refuses what is out of range; the lowest integer means NULL (sqli.md 7.1).
    null = int.from_bytes(codec.layout.null, "big", signed=True)
    value = f"{{v}} if {{v}}.__class__ is int and {{v}} != {null} else {null} if {{v}} is None else NO()"
    return Part((), codec.layout.format, (value,))


def _float(codec: Codec, ctx: TypeContext) -> Part:
    if codec.layout.format != "d":
        return _general(codec, ctx)
    null = unpack(">d", codec.layout.null)[0]
    value = "{v} if {v}.__class__ is float and {v} - {v} == 0.0 else F{i} if {v} is None else NO()"
    return Part((), "d", (value,), {"F": null})


def _date(codec: Codec, _ctx: TypeContext) -> Part:
    null = int.from_bytes(codec.layout.null, "big", signed=True)
    value = f"{{v}}.toordinal() - {DATE_EPOCH} if {{v}}.__class__ is DATE else {null} if {{v}} is None else NO()"
    return Part((), "i", (value,))


def _decimal(codec: Codec, ctx: TypeContext) -> Part:
    width, scale = codec.layout.width or 0, codec.type.scale
    if scale is None:
        return _general(codec, ctx)
    room = (codec.type.precision or MAX_DIGITS) - scale
    slow = _by_codec(codec)

    def load(value: Any) -> bytes:
        if value.__class__ is Decimal:
            try:
                before, after, packed = plain_decimal(value)
            except ValueError:
                return slow(value)
            if before <= room and after <= scale and len(packed) <= width:
                return packed.ljust(width, b"\0")
        return slow(value)

    return Part(("b{i} = F{i}({v})",), f"{width}s", ("b{i}",), {"F": load})


_PLAIN_HEAD = {YEAR: 199, HOUR: 195}
"""Head of a DATETIME whose first pair is not zero, by first field (sqli.md 7.4)."""
_YEAR_PARTS = ("{v}.year // 100", "{v}.year % 100", "{v}.month", "{v}.day")
_CLOCK_PARTS = ("{v}.hour", "{v}.minute", "{v}.second")
_FRACTION_PARTS = ("{v}.microsecond // 10000", "{v}.microsecond // 100 % 100", "{v}.microsecond % 100")


def _datetime(codec: Codec, ctx: TypeContext) -> Part:
    """YEAR TO DAY, YEAR and HOUR TO SECOND or FRACTION, as long as the first pair is not zero."""
    start, end = codec.type.start, codec.type.end
    day = (start, end) == (YEAR, DAY)
    if start not in _PLAIN_HEAD or (end < SECOND and not day):
        return _general(codec, ctx)
    digits = max(0, end - SECOND)
    parts = (*(_YEAR_PARTS if start == YEAR else ()), *(() if day else _CLOCK_PARTS))
    parts += _FRACTION_PARTS[: (digits + 1) // 2]
    if len(parts) + 1 != codec.layout.width:
        return _general(codec, ctx)
    plain = "{v}.__class__ is " + ("DATE" if day else "DATETIME" if start == YEAR else "TIME")
    plain += " and {v}.year > 99" if start == YEAR else " and {v}.hour"
    if not day:
        # A fraction that the qualifier cannot hold is the codec's business.
        plain += " and {v}.tzinfo is None and not {v}.microsecond" + (f" % {10 ** (6 - digits)}" if digits else "")
    pack = Struct(f"{len(parts) + 1}B").pack
    packed = f"P{{i}}({_PLAIN_HEAD[start]}, {', '.join(parts)})"
    slow = _general(codec, ctx)
    return Part(
        (f"b{{i}} = {packed} if {plain} else F{{i}}({{v}})",), slow.format, ("b{i}",), slow.names | {"P": pack}
    )


def _encode(ctx: TypeContext, null: str) -> str:
    text = f"{{v}}.encode({ctx.encoding!r}, {ctx.errors!r})"
    return f"b{{i}} = {text} if {{v}}.__class__ is str else {null} if {{v}} is None else NO()"


def _char(codec: Codec, ctx: TypeContext) -> Part:
    width = codec.layout.width or 0
    prepare = (
        _encode(ctx, "F{i}"),
        f"if len(b{{i}}) > {width} or b{{i}}[:1] == NUL and {{v}} is not None: NO()",
    )
    return Part(prepare, f"{width}s", (f"b{{i}}.ljust({width})",), {"F": codec.layout.null})


def _varchar(codec: Codec, ctx: TypeContext) -> Part:
    limit = codec.type.max_length or 255
    prepare = (
        _encode(ctx, "NUL"),
        f"if len(b{{i}}) > {limit} or b{{i}} == NUL and {{v}} is not None: NO()",
    )
    return Part(prepare, "", ("b{i}",))


def _lvarchar(codec: Codec, ctx: TypeContext) -> Part:
    limit = codec.type.encoded_length
    check = (f"if len(b{{i}}) > {limit}: NO()",) if limit else ()
    return Part((_encode(ctx, "b''"), *check), "", ("b{i}",))


def _boolean(codec: Codec, _ctx: TypeContext) -> Part:
    true, false = codec.dump(True), codec.dump(False)
    value = f"{true!r} if {{v}} is True else {false!r} if {{v}} is False else b'' if {{v}} is None else NO()"
    return Part((f"b{{i}} = {value}",), "", ("b{i}",))


TEMPLATES: dict[Family, Callable[[Codec, TypeContext], Part]] = {
    Family.INTEGER: _integer,
    Family.FLOAT: _float,
    Family.DATE: _date,
    Family.DECIMAL: _decimal,
    Family.DATETIME: _datetime,
    Family.CHAR: _char,
    Family.VARCHAR: _varchar,
    Family.LVARCHAR: _lvarchar,
    Family.BOOLEAN: _boolean,
}
"""Families with code of their own; all others go by their codec."""


def _part(codec: Codec, ctx: TypeContext) -> Part:
    return TEMPLATES.get(codec.layout.family, _general)(codec, ctx)


def _write(types: Sequence[ColumnType], ctx: TypeContext) -> tuple[str, dict[str, Any]]:
    """Return the text of `encode` and the objects that it uses.

    Fixed values and the lengths of variable ones are collected into segments, one `pack` each.
    """
    names: dict[str, Any] = {"NO": _not_plain, "NUL": b"\0", "DATE": date, "DATETIME": datetime, "TIME": time}
    prepare: list[str] = []
    pieces: list[str] = []
    formats, packed = ">", list[str]()

    def close() -> None:
        nonlocal formats
        if packed:
            names[f"S{len(pieces)}"] = Struct(formats).pack
            pieces.append(f"S{len(pieces)}({', '.join(packed)})")
        formats = ">"
        packed.clear()

    for index, column in enumerate(types):
        codec = codec_for(column, ctx)
        part = _part(codec, ctx)
        words = {"v": f"v{index}", "i": str(index)}
        names |= {f"{name}{index}": value for name, value in part.names.items()}
        prepare += [line.format(**words) for line in part.prepare]
        framing = codec.layout.framing
        if framing is Framing.FIXED:
            formats += part.format
            packed += [value.format(**words) for value in part.packed]
            continue
        data = part.packed[0].format(**words)
        if framing is Framing.COUNTED:
            formats += "B"
            packed += [f"len({data})"]
        else:
            formats += "BI"
            packed += [f"1 if v{index} is None else 0", f"len({data})"]
        close()
        pieces.append(data)
    close()
    result = pieces[0] if len(pieces) == 1 else f"b''.join(({', '.join(pieces)}))"
    unpacking = "".join(f"v{index}, " for index in range(len(types)))
    lines = ["def encode(values):", f"    {unpacking}= values", *(f"    {line}" for line in prepare)]
    return "\n".join([*lines, f"    return {result}"]) + "\n", names


@lru_cache(maxsize=256)
def _compiled(types: tuple[ColumnType, ...], ctx: TypeContext) -> RowEncoder:
    text, names = _write(types, ctx)
    fast = compile_source("encode", text, names, (types, ctx))

    def encode(values: Sequence[Any]) -> bytes:
        try:
            return fast(values)  # type: ignore[no-any-return]  # generated
        except SLOW:
            return encode_row(types, values, ctx)

    return encode


def row_encoder(types: Sequence[ColumnType], ctx: TypeContext) -> RowEncoder:
    """Return a function that encodes a row (without head and pad) as `reference.encode_row` does, but fast.

    Args:
        types: the row's types: the transport forms that RET_TYPE announces (sqli.md 4.5, 5.7).
        ctx: how values are encoded.

    Raises:
        ConversionError: a type has no known layout. The returned function: a value does not fit its column, or the
            numbers of values and columns differ; names column and type.
    """
    columns = tuple(types)
    if os.environ.get("INFORMIX_ROWCODE") == "reference" or not columns:
        return partial(_reference, columns, ctx)
    return _compiled(columns, ctx)


def _reference(types: Sequence[ColumnType], ctx: TypeContext, values: Sequence[Any]) -> bytes:
    return encode_row(types, values, ctx)
