"""SET, MULTISET, LIST and ROW: text in an envelope (sqli.md 7.1)."""

from ..column import ColumnType
from ..context import TypeContext
from ..layout import Family, envelope
from .base import Codec
from .text import lvarchar_codec

__all__ = ["collection_codec", "row_codec"]


def collection_codec(column: ColumnType, ctx: TypeContext) -> Codec:
    """SET, MULTISET, LIST."""
    text = lvarchar_codec(column, ctx)
    return Codec(column, envelope(Family.COLLECTION), text.load, text.dump)


def row_codec(column: ColumnType, ctx: TypeContext) -> Codec:
    """ROW."""
    text = lvarchar_codec(column, ctx)
    return Codec(column, envelope(Family.ROW), text.load, text.dump)
