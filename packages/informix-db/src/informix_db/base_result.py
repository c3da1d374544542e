"""The result side of a cursor: its rows, fetched in order or by position.

`base_cursor.py` adds what makes results. All is written as conversations; the shells only step them.
"""

import re
from collections import deque
from collections.abc import Sequence
from operator import index
from typing import Any, Final, Generic, TypeVar, cast

from informix_types import ColumnType, TypeCode, TypeContext, TypeRegistry
from informix_types.params import Binding
from informix_wire.pdu.rows import ScrollKind
from informix_wire.talk import fetch

from .base_connection import BaseConnection
from .base_session import guarded
from .decoding import RowDecoding
from .description import Column
from .errors import Error, InterfaceError, ProgrammingError, Warning  # noqa: A004 - PEP 249 wants this name
from .placeholders import Query
from .sql_warnings import make_warning
from .statement_cache import Statement
from .steps import Work

__all__ = ["END", "BaseResult"]

T = TypeVar("T")
R = TypeVar("R")

_POSITIONED_BUFFER: Final = 1
"""Byte budget that makes the server send one row at a time: what `WHERE CURRENT OF` refers to is the last row
that was sent (sqli.md 5.9)."""
_CURSOR_NAME: Final = re.compile(r"[^\W\d]\w{0,127}")
"""An identifier (Guide to SQL: Syntax); anything else could not stand in `WHERE CURRENT OF`."""
END: Final = object()
"""Stands for "no more rows" where a row may be None."""


class BaseResult(Generic[R]):
    """What a cursor is and how its rows are fetched.

    Attributes:
        arraysize: rows that `fetchmany` returns by default.
        fetch_buffer: bytes of rows that the server is asked for at a time.
        description: one `Column` for each column of the result, None when there is none.
        rowcount: rows that the last statement changed; for a query -1 until its last row was received.
        lastrowid: SERIAL, SERIAL8 or BIGSERIAL value that the last INSERT generated, else None.
        warnings: SQL warnings of the last statement so far, see `SqlWarning`.
        batch_errors: errors of the last ``executemany(…, batch_errors=True)``, each with its `row`.
    """

    def __init__(
        self,
        connection: BaseConnection,
        *,
        scrollable: bool = False,
        hold: bool = False,
        name: str | None = None,
        row_factory: Any = None,
    ) -> None:
        if connection._closed:
            raise InterfaceError("the connection is closed")
        if name is not None and (not isinstance(name, str) or not _CURSOR_NAME.fullmatch(name)):
            raise InterfaceError(f"{name!r} is no name of a cursor")
        settings = connection._settings
        self._connection = connection
        self._session = connection._session
        self._closed = False
        self._statement: Statement | None = None
        self._open = False
        self._cursor_name = ""
        self._decoding: RowDecoding | None = None
        self._buffer: deque[R] = deque()
        self._received = 0
        self._exhausted = True
        self._given_up = False
        """An error has ended the result before its last row was fetched."""
        self._epoch = 0
        self._position = 0
        """Row on which a scrollable cursor stands, 1-based; 0 is before the first."""
        self._last: int | None = None
        """Number of rows of a scrollable cursor, once known."""
        self.scrollable = scrollable
        self.hold = hold
        self.name = name
        self.row_factory = row_factory if row_factory is not None else connection.row_factory
        self.arraysize = settings.arraysize
        self.fetch_buffer = settings.fetch_buffer
        self.prefetch = name is None
        self.description: tuple[Column, ...] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.warnings: list[Warning] = []
        self._warned = 0
        self.batch_errors: list[Error] = []
        self.statement: str | None = None
        self._query: Query | None = None
        self._types: TypeRegistry | None = None
        self._input_types: tuple[ColumnType | None, ...] | None = None
        connection._cursors.add(self)

    # -- what it is --------------------------------------------------------------------------------------------

    @property
    def connection(self) -> Any:
        """The connection that this cursor belongs to."""
        return self._connection

    @property
    def types(self) -> TypeRegistry:
        """Loaders and dumpers of this cursor; a copy of the connection's when it is first asked for."""
        if self._types is None:
            self._types = TypeRegistry(self._connection.types)
        return self._types

    def _context(self) -> TypeContext:
        """Return how values are decoded and encoded now: with the loaders and dumpers of cursor or connection."""
        connection = self._connection
        if self._types is not None:
            return connection._plain_context.with_adapters(self._types.adapters)
        context, adapters = connection._adapted_context, connection.types.adapters
        return context if context.adapters is adapters else connection._context_with(adapters)

    @property
    def closed(self) -> bool:
        """True after `close` and when the connection is closed."""
        return self._closed or self._connection.closed

    @property
    def rownumber(self) -> int | None:
        """0-based index of the row that the next fetch returns, None when there is no result (PEP 249)."""
        if self.description is None:
            return None
        return self._position if self.scrollable else self._received - len(self._buffer)

    def nextset(self) -> None:
        """Return None: a statement has one result (PEP 249)."""
        self._require_open()

    def setinputsizes(self, sizes: Sequence[Any], /) -> None:
        """Say which types the parameters of the next statement are for; seldom needed (PEP 249).

        Args:
            sizes: for each parameter a `ColumnType`, a `TypeCode`, or anything else for "as usual". Numbers, and
                strings for LVARCHAR, are sent under the type that is named, which matters for routines that exist
                for several types; for other values it tells what the server will make of them. Without this the
                value's class and the types that the server describes decide.
        """
        self._require_open()
        self._input_types = tuple(
            size if isinstance(size, ColumnType) else ColumnType(size) if isinstance(size, TypeCode) else None
            for size in sizes
        )

    def setoutputsize(self, size: int, column: int | None = None, /) -> None:
        """Do nothing: values of any size are received whole (PEP 249 allows this)."""

    def __repr__(self) -> str:
        state = "closed" if self.closed else "open"
        return f"<{type(self).__module__}.{type(self).__qualname__} {state} {self.statement!r}>"

    def __del__(self) -> None:
        """Have the server's side freed with the connection's next request: only appends to queues."""
        statement = getattr(self, "_statement", None)
        if statement is not None:
            self._session.queue_close(statement.prepared, self._cursor_name)
            self._connection._dropped.append(statement)

    # -- rows --------------------------------------------------------------------------------------------------

    def _open_gen(self, statement: Statement, binding: Binding | None, context: TypeContext) -> Work[None]:
        session, name, scrollable = self._session, self.name, self.scrollable
        if name is not None:
            self._require_own_name(name)
        self._cursor_name = cursor_name = name or session.next_cursor_name()
        decoding, factory = statement.decoding, self.row_factory
        if decoding is None or decoding.context is not context or decoding.factory is not factory:
            decoding = RowDecoding.make_for(statement, session.caps, context, factory)
        self._decoding, self.description = decoding, decoding.description
        self._statement, self._open, self._exhausted = statement, True, False
        self._epoch = self._connection._epoch
        ahead, statement.many_blocks = statement.many_blocks and self._ahead(decoding), False
        block = yield from fetch.open_cursor(
            session,
            statement.prepared,
            cursor_name,
            binding,
            self.fetch_buffer if name is None else _POSITIONED_BUFFER,
            decoder=decoding.decoder,
            ret_types=decoding.plan.ret_types,
            hold=self.hold,
            scroll=scrollable,
            ahead=ahead,
            # A cursor with a name is opened only: WHERE CURRENT OF must not find a row that nobody has fetched.
            rows=name is None,
        )
        if name is None and not scrollable:
            rest = self._take_filled_gen(block, decoding) if decoding.blobs else self._take(block)
            if rest is not None:
                yield from rest

    def _require_own_name(self, name: str) -> None:
        """Refuse a second open cursor of one name: `WHERE CURRENT OF` could change a row of the other."""
        epoch = self._connection._epoch
        other = self._connection._named.get(name)
        if other is not None and other is not self and other._open and (other.hold or other._epoch == epoch):
            raise ProgrammingError(f"a cursor with the name {name!r} is open already; close it first")
        self._connection._named[name] = self

    def _budget(self) -> int:
        return _POSITIONED_BUFFER if self.name is not None else self.fetch_buffer

    def _ahead(self, decoding: RowDecoding) -> bool:
        """Whether the next block is asked for early: not where the server's current row matters (sqli.md 5.9)."""
        return self.prefetch and not self.scrollable and not decoding.blobs

    def _take(self, block: fetch.FetchBlock) -> Work[None] | None:
        """Take a block of rows into the buffer; return what is to be said to the server then, or None.

        The server's cursor is freed when the block was the last.
        """
        rows, exhausted, warnings, warn = block
        before = self._received
        self._received = received = before + len(rows)
        self._buffer.extend(rows)
        for row, bits in warnings:
            self._warn(bits, before + row)
        if warn:
            self._warn(warn)
        if not exhausted:
            return None
        self.rowcount = received
        return self._finish()

    def _take_filled_gen(self, block: fetch.FetchBlock, decoding: RowDecoding) -> Work[None]:
        """Take a block of rows when the data of their BYTE and TEXT columns was fetched."""
        assert self._statement is not None
        rows = yield from decoding.fill_blobs_gen(self._session, self._statement.prepared, block.rows)
        rest = self._take(block._replace(rows=rows))
        if rest is not None:
            yield from rest

    @property
    def _in_columns(self) -> bool:
        """Whether rows are left that only `base_columnar.py` can hand out."""
        return False

    def _fill_gen(self, taken: Sequence[Any] = ()) -> Work[None]:
        """Receive more rows when the buffer is empty; when that raises a warning, `taken` is put back into it."""
        if self._in_columns:
            raise ProgrammingError("this result is being fetched in columns; go on with fetch_record_batches")
        if self._buffer:
            return
        if self._exhausted:
            self._require_rest()
            return
        assert self._statement is not None
        assert self._decoding is not None
        self._require_cursor()
        statement = self._statement
        try:
            decoding = self._decoding
            block = yield from fetch.fetch(
                self._session, statement.prepared, self._budget(), decoding.decoder, ahead=self._ahead(decoding)
            )
            statement.many_blocks = statement.many_blocks or not block.exhausted
            rest = self._take_filled_gen(block, decoding) if decoding.blobs else self._take(block)
            if rest is not None:
                yield from rest
        except Exception:
            if self._statement is not None:
                self._abandon(statement, keep=True)
            raise
        if self.warnings:
            self._raise_warnings(taken)

    def _warn(self, bits: int, row: int | None = None) -> None:
        """Note a warning of the server, if there is one."""
        if bits:
            self.warnings.append(make_warning(bits, row=row, statement=self.statement))

    def _raise_warnings(self, taken: Sequence[Any] = ()) -> None:
        """Raise the first new warning if the application wants that; no row is lost, the cursor goes on."""
        new, self._warned = self.warnings[self._warned :], len(self.warnings)
        if new and self._connection._settings.raise_warnings:
            self._buffer.extendleft(reversed(taken))
            raise new[0]

    def _require_cursor(self) -> None:
        """Refuse to go on with a cursor that a COMMIT or ROLLBACK has closed at the server (sqli.md 8 #16)."""
        if not self.hold and self._epoch != self._connection._epoch:
            statement = self._statement
            assert statement is not None
            self._abandon(statement, keep=True)
            raise ProgrammingError(
                "COMMIT or ROLLBACK closed this cursor before all rows were fetched; fetch them first, "
                "or open the cursor with hold=True"
            )

    def _require_rest(self) -> None:
        """Refuse to call it the end of the rows where an error has ended them."""
        if self._given_up:
            raise InterfaceError(
                "an error has ended this result, its other rows are lost; execute the query again"
            )

    @guarded
    def _finish_gen(self) -> Work[None]:
        """Free the server's cursor and give the statement back: at once outside a transaction, else later."""
        rest = self._finish()
        if rest is not None:
            yield from rest

    def _finish(self) -> Work[None] | None:
        """Give the statement back, its cursor queued to be closed; return what is to be said at once, or None."""
        statement, self._statement = self._statement, None
        was_open, self._open = self._open, False
        self._exhausted = True
        if statement is None:
            return None
        connection = self._connection
        if was_open:
            self._session.queue_close(statement.prepared, self._cursor_name)
        connection._give_back(statement)
        if self._session.in_transaction:
            return connection._settle_gen(keep_cursors=True) if connection._autocommit else None
        return connection._free_gen() if was_open else None

    def _require_open(self) -> None:
        self._connection._require_open()
        if self._closed:
            raise InterfaceError("the cursor is closed")

    def _require_result(self) -> None:
        self._require_open()
        if self.description is None:
            raise ProgrammingError("there is no result to fetch from; execute a query first")

    @guarded
    def _fetchone_gen(self) -> Work[R | None]:
        self._require_result()
        if self.scrollable:
            return (yield from self._row_at_gen(self._position + 1))
        yield from self._fill_gen()
        return self._buffer.popleft() if self._buffer else None

    @guarded
    def _next_gen(self) -> Work[R | object]:
        """Return the next row or `END`: a row object may be None."""
        self._require_result()
        if self.scrollable:
            rows = yield from self._rows_at_gen(self._position + 1)
            return rows[0] if rows else END
        yield from self._fill_gen()
        return self._buffer.popleft() if self._buffer else END

    def _or_stop(self, row: T | object, stop: type[Exception]) -> T:
        if row is END:
            raise stop
        return cast("T", row)

    @guarded
    def _fetchmany_gen(self, size: int | None = None) -> Work[list[R]]:
        self._require_result()
        what, least = ("arraysize", 1) if size is None else ("the number of rows", 0)
        size = self.arraysize if size is None else size
        if isinstance(size, bool) or not isinstance(size, int) or size < least:
            raise ProgrammingError(f"{what} must be an integer of at least {least}, not {size!r}")
        rows: list[R] = []
        while len(rows) < size:
            if self.scrollable:
                found = yield from self._rows_at_gen(self._position + 1)
                if not found:
                    break
                rows += found
                continue
            yield from self._fill_gen(rows)
            buffer = self._buffer
            if not buffer:
                break
            wanted = size - len(rows)
            if len(buffer) <= wanted:
                rows.extend(buffer)
                buffer.clear()
            else:
                rows.extend(buffer.popleft() for _ in range(wanted))
        return rows

    @guarded
    def _fetchall_gen(self) -> Work[list[R]]:
        self._require_result()
        rows: list[R] = []
        while True:
            if self.scrollable:
                found = yield from self._rows_at_gen(self._position + 1)
                if not found:
                    return rows
                rows += found
                continue
            yield from self._fill_gen(rows)
            if not self._buffer:
                return rows
            rows.extend(self._buffer)
            self._buffer.clear()

    def _abandon(self, statement: Statement, *, keep: bool) -> None:
        """Let go of a statement that failed: what is open at the server is closed with the next request."""
        self._statement = None
        self._open, self._exhausted, self._given_up = False, True, True
        if keep and self._session.is_live(statement.prepared):
            self._session.queue_close(statement.prepared, self._cursor_name)
            self._connection._give_back(statement)
        else:
            self._connection._discard(statement)

    # -- scrolling ---------------------------------------------------------------------------------------------

    def _row_at_gen(self, row: int) -> Work[R | None]:
        rows = yield from self._rows_at_gen(row)
        return rows[0] if rows else None

    def _rows_at_gen(self, row: int, kind: ScrollKind = ScrollKind.ABSOLUTE) -> Work[list[R]]:
        """Move to a row of a scrollable cursor and return it in a list, empty when there is none (sqli.md 5.9)."""
        self._require_result()
        if not self.scrollable:
            raise ProgrammingError("the cursor is not scrollable; open it with cursor(scrollable=True)")
        if kind is ScrollKind.ABSOLUTE and row < 1:
            self._position = 0
            return []
        if self._statement is None:
            self._require_rest()
            return []
        self._require_cursor()
        statement, decoding = self._statement, self._decoding
        assert decoding is not None
        block = yield from fetch.scroll_fetch(
            self._session,
            statement.prepared,
            kind,
            row if kind is ScrollKind.ABSOLUTE else 0,
            fetch_buffer=self.fetch_buffer,
            decoder=decoding.decoder,
            ret_types=decoding.plan.ret_types,
        )
        if not block.rows:
            if kind is ScrollKind.LAST:
                self._last = self.rowcount = 0
            self._position = row if self._last is None else self._last + 1
            return []
        self._position = block.row_numbers[0] if block.row_numbers else row
        if kind is ScrollKind.LAST:
            self._last = self.rowcount = self._position
        return block.rows[:1]

    @guarded
    def _fetch_first_gen(self) -> Work[R | None]:
        return (yield from self._row_at_gen(1))

    @guarded
    def _fetch_last_gen(self) -> Work[R | None]:
        rows = yield from self._rows_at_gen(0, ScrollKind.LAST)
        return rows[0] if rows else None

    @guarded
    def _fetch_prior_gen(self) -> Work[R | None]:
        return (yield from self._row_at_gen(self._position - 1))

    @guarded
    def _fetch_absolute_gen(self, row: int) -> Work[R | None]:
        row = index(row)
        if row < 0:
            yield from self._fetch_last_gen()
            row += self._last or 0
        return (yield from self._row_at_gen(row + 1))

    @guarded
    def _fetch_relative_gen(self, distance: int) -> Work[R | None]:
        return (yield from self._row_at_gen(self._position + index(distance)))

    @guarded
    def _scroll_gen(self, value: int, mode: str = "relative") -> Work[None]:
        """Move so that the next fetch returns row `value` (0-based, absolute) or moves by `value` (PEP 249)."""
        self._require_result()
        if mode not in ("relative", "absolute"):
            raise ProgrammingError(f'scroll mode must be "relative" or "absolute", not {mode!r}')
        value = index(value)
        target = value if mode == "absolute" else self._position + value
        if not self.scrollable:
            yield from self._skip_gen(target - (self.rownumber or 0) if mode == "absolute" else value)
            return
        before = self._position
        if target < 0 or (target > 0 and (yield from self._row_at_gen(target)) is None):
            self._position = before
            raise IndexError(f"row {target} is outside the result")
        self._position = target

    def _skip_gen(self, rows: int) -> Work[None]:
        if rows < 0:
            raise ProgrammingError(
                "only a scrollable cursor moves backwards; open it with cursor(scrollable=True)"
            )
        skipped = yield from self._fetchmany_gen(rows)
        if len(skipped) < rows:
            raise IndexError("the position is outside the result")

    # -- the end -----------------------------------------------------------------------------------------------

    def _close_gen(self) -> Work[None]:
        """Free everything; closing twice, or after the connection, is fine."""
        if self._closed:
            return
        self._closed = True
        self._buffer.clear()
        if self._connection.closed:
            self._statement = None
            return
        yield from self._finish_gen()
