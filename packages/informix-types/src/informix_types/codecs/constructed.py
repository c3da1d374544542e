"""SET, MULTISET, LIST and ROW: text in an envelope (sqli.md 7.1). Their binary forms are not known (12 #27)."""

from collections.abc import Callable
from typing import Any

from ..column import ColumnType
from ..context import TypeContext
from ..layout import Family, envelope
from ..literals import format_literal, parse_constructed
from .base import Codec
from .text import encode_text, text_decoder

__all__ = ["collection_codec", "row_codec"]


def _load_and_dump(column: ColumnType, ctx: TypeContext) -> tuple[Callable[[bytes], Any], Callable[[Any], bytes]]:
    from ..elements import element_dumper, element_loader  # here: it finds codecs, this one included

    decode = text_decoder(ctx)

    def loader(inner: ColumnType) -> Callable[[Any], Any]:
        return element_loader(inner, ctx)

    def dumper(inner: ColumnType) -> Callable[[Any], Any]:
        return element_dumper(inner, ctx)

    def load(raw: bytes) -> Any:
        return parse_constructed(column, decode(raw), loader)

    def dump(value: object) -> bytes:
        # A string is taken as the text form itself.
        if not isinstance(value, str):
            value = format_literal(value, column, strict_fractions=ctx.strict_fractions, dumper=dumper)
        return encode_text(value, ctx)

    return load, dump


def collection_codec(column: ColumnType, ctx: TypeContext) -> Codec:
    """SET, MULTISET, LIST as `CollectionValue`, elements decoded to their own types."""
    return Codec(column, envelope(Family.COLLECTION), *_load_and_dump(column, ctx))


def row_codec(column: ColumnType, ctx: TypeContext) -> Codec:
    """ROW as `RowValue`, fields decoded to their own types."""
    return Codec(column, envelope(Family.ROW), *_load_and_dump(column, ctx))
