"""Chooses, while rows are decoded, which DECIMAL columns are looked up by their bytes (performance.md, section 3).

A look-up in a memo is several times as fast as decoding, a miss costs half as much again. So every DECIMAL column
begins with a memo and loses it when most values are new to it; now and then it gets another chance.
"""

from collections.abc import Sequence
from typing import Any

from ..column import ColumnType
from ..context import TypeContext
from ..layout import RowFrame
from .decoder import Decoder, compile_decoder
from .expressions import decimal_memo

__all__ = ["AdaptiveDecoder", "adaptive_decoder"]

WATCHED = 2048
"""Rows after each of which the memos are judged: a thousand values have all been seen by then."""
UNWATCHED = 1 << 17
"""Rows after which columns that lost their memo are tried again."""


class AdaptiveDecoder:
    """The decoder of one shape that has DECIMAL columns of fixed scale.

    Connections and threads share it. What it counts is then a little off, which can only make it slower: all
    variants decode alike.
    """

    __slots__ = ("_chosen", "_decode", "_due", "_judged", "_memos", "_misses", "_rows", "_shape", "_variants")

    def __init__(
        self, columns: Sequence[ColumnType], ctx: TypeContext, frame: RowFrame, maker: Any = None
    ) -> None:
        memos = {index: decimal_memo(column, ctx) for index, column in enumerate(columns)}
        self._memos = {index: memo for index, memo in memos.items() if memo is not None}
        self._shape = (columns, ctx, frame, maker)
        self._variants: dict[frozenset[int], Decoder] = {}
        self._choose(frozenset(self._memos))

    def _choose(self, chosen: frozenset[int]) -> None:
        decode = self._variants.get(chosen)
        if decode is None:
            memos = {index: self._memos[index] for index in chosen}
            decode = self._variants[chosen] = compile_decoder(*self._shape, memos)
        self._chosen, self._decode, self._rows = chosen, decode, 0
        self._watch()

    def _watch(self) -> None:
        """Begin to count for the next judgement."""
        self._judged = self._rows
        self._misses = {index: self._memos[index].misses for index in self._chosen}
        due = self._rows + WATCHED if self._chosen else UNWATCHED
        self._due = min(due, UNWATCHED) if len(self._chosen) < len(self._memos) else due

    @property
    def chosen(self) -> frozenset[int]:
        """Indices of the columns that are looked up in memos now."""
        return self._chosen

    def decode(self, buf: bytes, offset: int = 0) -> tuple[list[Any], int]:
        """Decode as `batch_decoder` says."""
        decode = self._decode
        result = decode(buf, offset)
        self._rows = rows = self._rows + len(result[0])
        if rows >= self._due:
            self._judge()
        return result

    __call__ = decode

    def _judge(self) -> None:
        """Take the memo from columns whose values were new in more than half of the rows; later try them again."""
        if len(self._chosen) < len(self._memos) and self._rows >= UNWATCHED:
            self._choose(frozenset(self._memos))
            return
        rows = self._rows - self._judged
        kept = frozenset(
            index for index, before in self._misses.items() if 2 * (self._memos[index].misses - before) <= rows
        )
        if kept != self._chosen:
            self._choose(kept)
        else:
            self._watch()


def adaptive_decoder(
    columns: Sequence[ColumnType], ctx: TypeContext, frame: RowFrame, maker: Any = None
) -> Decoder:
    """Return an `AdaptiveDecoder` where there is something to adapt, else the one generated decoder."""
    if any(decimal_memo(column, ctx) is not None for column in columns):
        return AdaptiveDecoder(columns, ctx, frame, maker)
    return compile_decoder(columns, ctx, frame, maker)
