"""Open cursors. A result is computed when the cursor opens (as of then); rows are converted as they are fetched.

An update cursor keeps the rowids instead: each fetch locks the row and reads it afresh.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..engine import NULL_IN_AGGREGATE, SqlError
from .catalog import Table
from .rows import lock_for_change, plan_of

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = ["MemoryCursor", "UpdateCursor"]

NOT_OPEN, NO_CURRENT_ROW, NOT_FOR_UPDATE = -400, -266, -290
Row = tuple[Any, ...]


class MemoryCursor:
    """Rows in order, or by absolute position.

    Attributes:
        hold: stays open over COMMIT and ROLLBACK, as in Informix.
        warnings: see `engine.EngineCursor`.
        columns: names that FOR UPDATE OF allows to change, () for all.
    """

    columns: tuple[str, ...] = ()

    def __init__(
        self,
        session: "MemorySession",
        rows: Sequence[Row],
        convert: Callable[[Row], Row],
        *,
        hold: bool = False,
        notes_nulls: bool = False,
    ) -> None:
        self.name = ""
        self.hold = hold
        self.warnings = 0
        self._notes_nulls = notes_nulls
        self._session = session
        self._rows: Sequence[Row] = rows
        self._convert = convert
        self._at = 0
        self._valid = True

    def _row(self, number: int) -> Row | None:
        """Return a row by its number, which becomes the position."""
        session = self._session
        store = session.store
        with store.latch:
            store.env.session = session
            if session.interrupted:
                session.tick()
            row = self._rows[number - 1]
            self._at = number
            if self._notes_nulls and row[-1]:
                self.warnings |= NULL_IN_AGGREGATE
            return self._convert(row)

    def fetch(self) -> Row | None:
        """Return the next row, or None at the end."""
        if self._at < len(self._rows):
            return self._row(self._at + 1)
        if not self._valid:
            raise SqlError(NOT_OPEN)
        return None

    def fetch_absolute(self, row: int) -> Row | None:
        """Return a row by number (-1: the last), or None when there is none; the position then stays."""
        number = len(self._rows) if row == -1 else row
        if not self._valid:
            raise SqlError(NOT_OPEN)
        return self._row(number) if 1 <= number <= len(self._rows) else None

    def position(self) -> int:
        """Return the number of the row last delivered, 0 before the first."""
        return self._at

    def current_row(self, table: Table) -> int:  # noqa: ARG002 - see UpdateCursor
        """Return the rowid for WHERE CURRENT OF. Raises SqlError -290, -277, -266."""
        raise SqlError(NOT_FOR_UPDATE)

    def leave_row(self) -> None:
        """Forget the current row: it was deleted through the cursor."""

    def invalidate(self) -> None:
        """Close from the session's side (COMMIT, ROLLBACK): the client's next fetch fails with -400."""
        self._valid = False
        self._rows = ()
        session = self._session
        session.open_cursors.discard(self)
        if session.cursors.get(self.name) is self:
            del session.cursors[self.name]

    def close(self) -> None:
        """Free the cursor."""
        self.invalidate()


class UpdateCursor(MemoryCursor):
    """A cursor FOR UPDATE: its rows are rowids, each of which is locked and read as it is fetched.

    Args:
        rowids: what the query has found, one a row.
        table: the query's only table.
        reread: returns the row with a rowid, None if the query does not find it any more.
        columns: see `MemoryCursor`.
    """

    def __init__(
        self,
        session: "MemorySession",
        rowids: Sequence[Row],
        convert: Callable[[Row], Row],
        table: Table,
        reread: Callable[[int], Row | None],
        *,
        hold: bool,
        columns: tuple[str, ...],
    ) -> None:
        super().__init__(session, rowids, convert, hold=hold)
        self.table = table
        self.columns = columns
        self._reread = reread
        self._rowid: int | None = None

    def _row(self, number: int) -> Row | None:
        """Return a row by its number, which becomes the position; None, and it does not, if the row is gone."""
        session = self._session
        store = session.store
        with store.latch:
            store.env.session = session
            session.tick()
            rowid = self._rows[number - 1][0]
            row = session.run(self._lock_and_read, rowid)
            self._rowid = rowid if row is not None else None
            if row is None:
                return None
            self._at = number
            return self._convert(row)

    def _lock_and_read(self, rowid: int) -> Row | None:
        if lock_for_change(self._session, plan_of(self._session, self.table), rowid) is None:
            return None
        return self._reread(rowid)

    def fetch(self) -> Row | None:
        """Return the next row that is still there, or None at the end."""
        while self._at < len(self._rows):
            row = self._row(self._at + 1)
            if row is not None:
                return row
            self._at += 1
        self._rowid = None
        return super().fetch()

    def current_row(self, table: Table) -> int:
        """Return the rowid for WHERE CURRENT OF. Raises SqlError -290, -277, -266."""
        if self.table is not table:
            raise SqlError(-277, token=table.name)
        if self._rowid is None or not self._valid:
            raise SqlError(NO_CURRENT_ROW)
        return self._rowid

    def leave_row(self) -> None:
        """Forget the current row: it was deleted through the cursor."""
        self._rowid = None
