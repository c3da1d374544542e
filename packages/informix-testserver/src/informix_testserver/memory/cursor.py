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

__all__ = ["MemoryCursor"]

NOT_OPEN, NO_CURRENT_ROW, NOT_FOR_UPDATE = -400, -266, -290
Row = tuple[Any, ...]


class MemoryCursor:
    """Rows in order, or by absolute position.

    Attributes:
        hold: stays open over COMMIT and ROLLBACK, as in Informix.
        table: of an update cursor.
        columns: names that FOR UPDATE OF allows to change, () for all.
        warnings: see `engine.EngineCursor`.
    """

    def __init__(
        self,
        session: "MemorySession",
        rows: Sequence[Row],
        convert: Callable[[Row], Row],
        *,
        hold: bool = False,
        table: Table | None = None,
        reread: Callable[[int], Row | None] | None = None,
        columns: tuple[str, ...] = (),
        notes_nulls: bool = False,
    ) -> None:
        self.name = ""
        self.hold = hold
        self.table = table
        self.columns = columns
        self.warnings = 0
        self._notes_nulls = notes_nulls
        self._session = session
        self._rows: Sequence[Row] = rows
        self._convert = convert
        self._reread = reread
        self._at = 0
        self._rowid: int | None = None
        self._valid = True

    def _row(self, number: int) -> Row | None:
        session = self._session
        store = session.store
        if not self._valid:
            raise SqlError(NOT_OPEN)
        with store.latch:
            store.env.session = session
            if session.interrupted:
                session.tick()
            row: Row | None = self._rows[number - 1]
            if self._reread is not None and row is not None:
                row = self._locked(row[0])
                if row is None:
                    return None
            self._at = number
            if self._notes_nulls and row is not None and row[-1]:
                self.warnings |= NULL_IN_AGGREGATE
            return self._convert(row) if row is not None else None

    def _locked(self, rowid: int) -> Row | None:
        session, table, reread = self._session, self.table, self._reread
        assert table is not None
        assert reread is not None

        def lock_and_read() -> Row | None:
            if lock_for_change(session, plan_of(session, table), rowid) is None:
                return None
            return reread(rowid)

        found = session.run(lock_and_read)
        self._rowid = rowid if found is not None else None
        return found

    def fetch(self) -> Row | None:
        """Return the next row, or None at the end."""
        while self._at < len(self._rows):
            row = self._row(self._at + 1)
            if row is not None:
                return row
            self._at += 1
        if not self._valid:
            raise SqlError(NOT_OPEN)
        self._rowid = None
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

    def current_row(self, table: Table) -> int:
        """Return the rowid for WHERE CURRENT OF. Raises SqlError -290, -277, -266."""
        if self.table is None:
            raise SqlError(NOT_FOR_UPDATE)
        if self.table is not table:
            raise SqlError(-277, token=table.name)
        if self._rowid is None or not self._valid:
            raise SqlError(NO_CURRENT_ROW)
        return self._rowid

    def leave_row(self) -> None:
        """Forget the current row: it was deleted through the cursor."""
        self._rowid = None

    def invalidate(self) -> None:
        """Close from the session's side (COMMIT, ROLLBACK): the client's next fetch fails with -400."""
        self._valid = False
        self._rows = ()
        self._forget()

    def close(self) -> None:
        """Free the cursor."""
        self.invalidate()

    def _forget(self) -> None:
        self._session.open_cursors.discard(self)
        if self._session.cursors.get(self.name) is self:
            del self._session.cursors[self.name]
