"""Prepared statements that a connection keeps for reuse: least recently used ones go first."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from informix_types import ColumnType, TypeContext
from informix_types.classes import mutable
from informix_types.params import Binding, encode_params
from informix_types.rowcode import ParamEncoder, ParamEncoders
from informix_wire.caps import Capabilities
from informix_wire.rows import RowPlan, row_plan
from informix_wire.session import Prepared

from .description import Column, describe

if TYPE_CHECKING:
    from .decoding import RowDecoding

__all__ = ["FEW_ROWS", "Statement", "StatementCache"]

_INSERT: Final = 6
_WORTH_KEEPING: Final = frozenset({2, 4, 5, 6, 32, 33, 56, 128})
"""SELECT, UPDATE, DELETE, INSERT, EXECUTE, MERGE (sqli.md 6.4): others run once, or depend on a cursor."""
FEW_ROWS: Final = 16
"""From this many executions on an encoder made for the parameters' shape pays."""


@mutable(eq=False)
class Statement:
    """A statement that the server keeps prepared for us.

    Attributes:
        text: as it was sent. Which parameter goes to which marker differs from one spelling of a text to the next.
        prepared: what DESCRIBE said.
        targets: types of the columns that the parameters go to: DESCRIBE tells them for an INSERT, CIDESCRIBE for
            others; None until it is asked.
        unknown_targets: what stands for them when they are not known.
        reusable: whether keeping it prepared pays.
        decoders: row decoders of this result shape by context and row factory.
        decoding: the one of them that was used last.
        many_blocks: its last result did not end with the first block: the next one's second block is asked for
            early. A statement that finds one row and is executed again and again shall not ask for more each time.
    """

    text: str
    prepared: Prepared
    targets: tuple[ColumnType | None, ...] | None = None
    unknown_targets: tuple[None, ...] = ()
    decoders: dict[Any, "RowDecoding"] = field(default_factory=dict)
    decoding: "RowDecoding | None" = None
    many_blocks: bool = True
    _result: tuple[RowPlan, tuple[Column, ...]] | None = None
    _executions: int = 0
    _encoding: tuple[Any, Any] = (None, None)
    """Targets and context of `_encoders`."""
    _encoders: dict[tuple[type, ...], ParamEncoder] = field(default_factory=dict)
    _described_in: TypeContext | None = None
    """The context, when the targets of `_encoders` are the statement's own."""
    reusable: bool = False

    def __post_init__(self) -> None:
        self.reusable = self.prepared.statement_type in _WORTH_KEEPING
        self.unknown_targets = (None,) * self.prepared.markers
        if self.prepared.statement_type == _INSERT and len(self.prepared.columns) == self.prepared.markers:
            self.targets = tuple([column.type for column in self.prepared.columns])

    def result(self, caps: Capabilities) -> tuple[RowPlan, tuple[Column, ...]]:
        """How the rows travel, and what `Cursor.description` says about them."""
        if self._result is None:
            columns = self.prepared.columns
            self._result = row_plan(columns, caps), describe(columns)
        return self._result

    def bind(self, values: Sequence[Any], targets: tuple[ColumnType | None, ...], context: TypeContext) -> Binding:
        """Encode the parameters of one execution; with an encoder made for their shape once that pays."""
        if self._executions < FEW_ROWS:
            self._executions += 1
            return encode_params(values, targets, context)
        encoding = (targets, context)
        if self._encoding != encoding:
            self._encoding, self._encoders = encoding, ParamEncoders(targets, context)
            own = targets is self.targets or targets is self.unknown_targets
            self._described_in = context if own else None
        return self._encoders[tuple(map(type, values))](values)

    def bind_again(self, values: Sequence[Any], context: TypeContext) -> Binding | None:
        """Encode parameters of the classes that former ones had, with no look at the columns that they go to.

        None when there were none of these classes, or another context.
        """
        if self._described_in is not context:
            return None
        encode = self._encoders.get(tuple(map(type, values)))
        return None if encode is None else encode(values)


class StatementCache:
    """Idle prepared statements by text. A statement in use is not in the cache, so no two cursors share one."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._idle: OrderedDict[str, Statement] = OrderedDict()

    def __len__(self) -> int:
        return len(self._idle)

    def take(self, text: str) -> Statement | None:
        """Remove and return the idle statement with this text, or None."""
        return self._idle.pop(text, None)

    def give_back(self, statement: Statement) -> Statement | None:
        """Keep a statement for later; return the one that must be released instead, or None."""
        if not self.keeps(statement):
            return statement
        replaced = self._idle.pop(statement.text, None)
        self._idle[statement.text] = statement
        if replaced is not None and replaced is not statement:
            return replaced
        return self._idle.popitem(last=False)[1] if len(self._idle) > self.size else None

    def keeps(self, statement: Statement) -> bool:
        """Tell whether a statement that comes back is kept; then its user may as well execute it again himself."""
        return self.size > 0 and statement.reusable

    def clear(self) -> list[Statement]:
        """Empty the cache and return what must be released."""
        statements = list(self._idle.values())
        self._idle.clear()
        return statements
