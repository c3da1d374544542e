"""Prepared statements that a connection keeps for reuse: least recently used ones go first."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

from informix_types import ColumnType
from informix_wire.session import Prepared

from .placeholders import Query

__all__ = ["Statement", "StatementCache"]

_WORTH_KEEPING: Final = frozenset({2, 4, 5, 6, 32, 33, 56, 128})
"""SELECT, UPDATE, DELETE, INSERT, EXECUTE, MERGE (sqli.md 6.4): others run once, or depend on a cursor."""


@dataclass(slots=True, eq=False)
class Statement:
    """A statement that the server keeps prepared for us.

    Attributes:
        query: its text, with placeholders found.
        prepared: what DESCRIBE said.
        inputs: types of the markers as CIDESCRIBE answered, None when it was not asked.
        decoders: row decoders of this result shape by context and row factory.
    """

    query: Query
    prepared: Prepared
    inputs: tuple[ColumnType, ...] | None = None
    decoders: dict[Any, Any] = field(default_factory=dict)

    @property
    def reusable(self) -> bool:
        """Whether keeping it prepared pays."""
        return self.prepared.statement_type in _WORTH_KEEPING


class StatementCache:
    """Idle prepared statements by text. A statement in use is not in the cache, so no two cursors share one."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._idle: OrderedDict[str, Statement] = OrderedDict()
        self.hits = self.misses = 0

    def __len__(self) -> int:
        return len(self._idle)

    def take(self, text: str) -> Statement | None:
        """Remove and return the idle statement with this text, or None."""
        statement = self._idle.pop(text, None)
        if statement is None:
            self.misses += 1
        else:
            self.hits += 1
        return statement

    def give_back(self, statement: Statement) -> Statement | None:
        """Keep a statement for later; return the one that must be released instead, or None."""
        if self.size == 0 or not statement.reusable:
            return statement
        replaced = self._idle.pop(statement.query.text, None)
        self._idle[statement.query.text] = statement
        if replaced is not None:
            return replaced
        return self._idle.popitem(last=False)[1] if len(self._idle) > self.size else None

    def clear(self) -> list[Statement]:
        """Empty the cache and return what must be released."""
        statements = list(self._idle.values())
        self._idle.clear()
        return statements
