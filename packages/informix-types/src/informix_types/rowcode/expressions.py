"""How each family of values looks in a generated decoder: struct format, NULL test, value expression.

One `Piece` a column, derived from the codec's `Layout` (the same declaration that `reference.py` walks).
"""

from collections.abc import Callable
from dataclasses import field
from struct import Struct
from typing import Any

from ..classes import frozen
from ..codecs import Codec, codec_for
from ..codecs.text import MAX_COUNTED, longest_varchar
from ..column import ColumnType
from ..context import TypeContext
from ..layout import Family, Framing
from ..qualifier import DAY, HOUR, MAX_FRACTION_DIGITS, SECOND, YEAR
from ..reference import is_null
from .tables import (
    DATES,
    FRACTION_TENS,
    FRACTIONS,
    Memo,
    decimal_tables,
    floating_decimal,
    null_checked,
)

__all__ = ["Piece", "decimal_memo", "piece_for"]


@frozen
class Piece:
    """One column of a generated decoder.

    Attributes:
        framing: how its end is found.
        formats: struct formats of a FIXED value's parts; one variable each.
        expression: the value: ``{0}``, ``{1}`` … are the parts' variables (FIXED) or the bytes (else); other
            names are `names`, written with the column's number appended: ``{F}``.
        names: objects that the expression uses; ``U`` is taken by the decoder's own readers.
        null: bytes without which there is no NULL: where they occur nowhere in a buffer, the one part is the value
            as it is; empty where that does not hold.
        limit: bytes of the longest COUNTED value that `expression` is right for; rows with longer ones go to the
            reference decoder.
    """

    framing: Framing
    formats: tuple[str, ...]
    expression: str
    names: dict[str, Any] = field(default_factory=dict)
    null: bytes = b""
    limit: int = MAX_COUNTED


def _is_ascii_superset(encoding: str) -> bool:
    ascii_bytes = bytes(range(128))
    try:
        return ascii_bytes.decode(encoding) == ascii_bytes.decode("ascii")
    except (UnicodeDecodeError, LookupError):
        return False


def _text(ctx: TypeContext) -> str:
    """Expression that decodes the bytes ``{0}``; a UnicodeDecodeError sends the row to the reference decoder."""
    if ctx.cut_partial_char and ctx.errors != "strict":
        # Which of the two rules applies is the codec's business.
        return ""
    if ctx.encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        return "{0}.decode()" if ctx.errors == "strict" else f"{{0}}.decode('utf-8', {ctx.errors!r})"
    slow = f"{{0}}.decode({ctx.encoding!r}, {ctx.errors!r})"
    # `.decode()` of ASCII bytes is five times as fast as a charmap codec.
    return f"({{0}}.decode() if {{0}}.isascii() else {slow})" if _is_ascii_superset(ctx.encoding) else slow


def _general(codec: Codec, _ctx: TypeContext) -> Piece:
    """Any value by its codec; DATETIMEs and INTERVALs are remembered by their bytes."""
    load: Any = null_checked(codec, is_null)
    framing = codec.layout.framing
    if framing is not Framing.FIXED:
        return Piece(framing, (), "{F}({0})", {"F": load})
    fmt = f"{codec.layout.width}s"
    if codec.loader is None and codec.layout.family in (Family.DATETIME, Family.INTERVAL):
        return Piece(framing, (fmt,), "{F}[{0}]", {"F": Memo(load)})
    return Piece(framing, (fmt,), "{F}({0})", {"F": load})


def _integer(codec: Codec, _ctx: TypeContext) -> Piece:
    null = int.from_bytes(codec.layout.null, "big", signed=True)
    expression = f"({{0}} if {{0}} != {null} else None)"
    # The two bytes of a SMALLINT's NULL occur by chance too often to look for them.
    rare = codec.layout.null if len(codec.layout.null) >= 4 else b""
    return Piece(Framing.FIXED, (codec.layout.format,), expression, null=rare)


def _int8(codec: Codec, _ctx: TypeContext) -> Piece:
    null = null_checked(codec, is_null)

    def other(sign: int, low: int, high: int) -> Any:
        if sign == -1 and high < 1 << 31:
            return -(high << 32 | low)
        return null(sign.to_bytes(2, "big", signed=True) + low.to_bytes(4, "big") + high.to_bytes(4, "big"))

    # The magnitude has 63 bits.
    expression = "({2} << 32 | {1} if {0} == 1 and {2} < 0x80000000 else {F}({0}, {1}, {2}))"
    return Piece(Framing.FIXED, ("h", "I", "I"), expression, {"F": other})


def _float(codec: Codec, _ctx: TypeContext) -> Piece:
    # NULL is one NaN among many: only the bytes tell which. A double keeps its bytes; a 4-byte float may lose the
    # quiet bit of a NaN in the conversion to a Python float, so its bytes are looked at first.
    load = null_checked(codec, is_null)
    if codec.layout.format == "f":
        return Piece(
            Framing.FIXED,
            ("4s",),
            "({V}({0})[0] if {0} != " + repr(codec.layout.null) + " else None)",
            {"V": Struct(">f").unpack},
        )
    pack = Struct(">d").pack
    names = {"F": lambda nan: load(pack(nan))}
    return Piece(Framing.FIXED, ("d",), "({0} if {0} == {0} else {F}({0}))", names, codec.layout.null)


def _date(_codec: Codec, _ctx: TypeContext) -> Piece:
    return Piece(Framing.FIXED, ("i",), "{F}[{0}]", {"F": DATES})


def _decimal(codec: Codec, _ctx: TypeContext) -> Piece:
    width, scale = codec.layout.width or 0, codec.type.scale
    slow = null_checked(codec, is_null)
    parts = ("B", f"{width - 1}s")
    if scale is None:
        return Piece(Framing.FIXED, parts, "{F}({0}, {1})", {"F": floating_decimal(slow)})
    tables = decimal_tables(width, scale)
    expression = (
        f"(PARSE({{1}}.translate(BCD).hex() + {tables.suffix!r}) if {{0}} == {tables.full}"
        f" else PARSE(TEXT[{{K}}[{{0}}]] + {tables.suffix!r})"
        f" if {{0}} > 127 and (TEXT := {{1}}.translate(BCD).hex()).endswith({{T}}[{{0}}])"
        f" else {{F}}({{0}}, {{1}}))"
    )
    names = {"K": tables.cut, "T": tables.tail, "F": tables.other(slow)}
    return Piece(Framing.FIXED, parts, expression, names)


_FULL_HEAD = {YEAR: 199, HOUR: 195}
"""Head of a DATETIME whose first pair is not zero (or that is not normalised), by first field (sqli.md 7.4)."""
_CLOCK = 3
"""Pairs of HOUR TO SECOND."""


def _datetime(codec: Codec, ctx: TypeContext) -> Piece:
    """YEAR TO DAY, YEAR TO SECOND or FRACTION, HOUR TO SECOND or FRACTION: field by field; others by memo."""
    start, end = codec.type.start, codec.type.end
    if start not in _FULL_HEAD or (end < SECOND and (start, end) != (YEAR, DAY)):
        return _general(codec, ctx)
    formats, values = ["B"], []
    names: dict[str, Any] = {}
    if start == YEAR:
        formats += ["H", "B", "B"]
        values += ["YEARS[{1}]", "{2}", "{3}"]
    if end != DAY:
        values += [f"{{{len(formats) + index}}}" for index in range(_CLOCK)]
        formats += ["B"] * _CLOCK
    if end > SECOND:
        formats, value = _fraction(formats, end - SECOND, names)
        values.append(value)
    pack = Struct(">" + "".join(formats)).pack
    if Struct(">" + "".join(formats)).size != codec.layout.width:
        return _general(codec, ctx)
    slow = null_checked(codec, is_null)
    names["F"] = lambda *parts: slow(pack(*parts))
    make = "TIME" if start == HOUR else "DATE" if end == DAY else "DATETIME"
    parts = ", ".join(f"{{{index}}}" for index in range(len(formats)))
    expression = f"({make}({', '.join(values)}) if {{0}} == {_FULL_HEAD[start]} else {{F}}({parts}))"
    return Piece(Framing.FIXED, tuple(formats), expression, names)


def _fraction(formats: list[str], digits: int, names: dict[str, Any]) -> tuple[list[str], str]:
    """Formats with those of FRACTION(digits) added, and the expression of its microseconds."""
    first = len(formats)
    if digits == MAX_FRACTION_DIGITS:
        names |= {"M": FRACTIONS[4], "N": FRACTION_TENS}
        return [*formats, "H", "B"], f"{{M}}[{{{first}}}] + {{N}}[{{{first + 1}}}]"
    names["M"] = FRACTIONS[digits]
    return [*formats, "B" if digits <= 2 else "H"], f"{{M}}[{{{first}}}]"


def _char(codec: Codec, ctx: TypeContext) -> Piece:
    text = _text(ctx)
    if not text:
        return _general(codec, ctx)
    if ctx.trim_char:
        text += ".rstrip(' ')"
    return Piece(Framing.FIXED, (codec.layout.format,), f"({text} if {{0}}[0] else None)")


def _varchar(codec: Codec, ctx: TypeContext) -> Piece:
    text = _text(ctx)
    if not text or codec.load is bytes:
        return _general(codec, ctx)
    limit = longest_varchar(codec.type, ctx)
    return Piece(Framing.COUNTED, (), f"({text} if {{0}} != b'\\0' else None)", limit=limit)


def _lvarchar(codec: Codec, ctx: TypeContext) -> Piece:
    text = _text(ctx)
    return Piece(Framing.ENVELOPE, (), text or "{F}({0})", {"F": codec.load})


def _boolean(codec: Codec, _ctx: TypeContext) -> Piece:
    return Piece(Framing.ENVELOPE, (), "{F}[{0}]", {"F": Memo(codec.load)})


def _envelope(codec: Codec, _ctx: TypeContext) -> Piece:
    load, loader = codec.load, codec.loader
    if loader is None:
        return Piece(Framing.ENVELOPE, (), "{F}({0})", {"F": load})
    return Piece(Framing.ENVELOPE, (), "{L}({F}({0}))", {"F": load, "L": loader})


TEMPLATES: dict[Family, Callable[[Codec, TypeContext], Piece]] = {
    Family.INTEGER: _integer,
    Family.INT8: _int8,
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


DECIMAL_MEMO_LIMIT = 4096
"""Distinct decimals that a memo keeps: more would not stay in the processor's cache."""


def decimal_memo(column: ColumnType, ctx: TypeContext) -> Memo | None:
    """Return a memo by bytes for a DECIMAL or MONEY of fixed scale; None for all other types."""
    codec = codec_for(column, ctx)
    if codec.layout.family is not Family.DECIMAL or codec.type.scale is None or codec.loader is not None:
        return None
    tables = decimal_tables(codec.layout.width or 0, codec.type.scale)
    return Memo(tables.whole(null_checked(codec, is_null)), DECIMAL_MEMO_LIMIT)


def piece_for(column: ColumnType, ctx: TypeContext, memo: Memo | None = None) -> Piece:
    """Return the piece of a column, which looks the value's bytes up in `memo` if there is one.

    Raises:
        ConversionError: the type has no known layout.
    """
    codec = codec_for(column, ctx)
    if memo is not None:
        return Piece(Framing.FIXED, (f"{codec.layout.width}s",), "{F}[{0}]", {"F": memo})
    if codec.layout.framing is Framing.ENVELOPE:
        if codec.loader is not None:
            return _envelope(codec, ctx)
        return TEMPLATES.get(codec.layout.family, _envelope)(codec, ctx)
    if codec.loader is not None:
        return _general(codec, ctx)
    return TEMPLATES.get(codec.layout.family, _general)(codec, ctx)
