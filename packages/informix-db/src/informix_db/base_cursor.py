"""All logic of a cursor, as conversations; `cursor.py` and informix-pool only step them.

A cursor owns at most one prepared statement at a time. The statement goes back to the connection's cache when its
rows are exhausted, when the cursor is closed, executed again, or collected: then the frees travel with the next
request.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Self

from informix_types import ColumnType
from informix_types.params import Binding, encode_params
from informix_wire.errors import ServerError
from informix_wire.pdu.rows import ScrollKind
from informix_wire.rows import row_plan
from informix_wire.talk import batch, fetch
from informix_wire.talk import statement as statement_talk

from .base_connection import BaseConnection
from .decoding import RowDecoding
from .description import Column, describe
from .error_codes import annotate
from .errors import DataError, Error, InterfaceError, NotSupportedError, ProgrammingError
from .placeholders import Parameters, Query, compile_query
from .statement_cache import Statement
from .steps import Work
from .translate import WIRE_ERRORS, translated

__all__ = ["BaseCursor"]

_TABLE_CHANGED: Final = -710
"""The table changed under a prepared statement: prepare again, once (sqli.md 8 #17)."""
_INSERT: Final = 6
_SELECT: Final = 2
_NEEDS_TARGET: Final = (bytes, bytearray, memoryview, list, set, frozenset, tuple, dict)
"""Values whose form on the wire depends on the column they go to."""
_POSITIONED_BUFFER: Final = 1
"""Byte budget that makes the server send one row at a time: what `WHERE CURRENT OF` refers to is the last row
that was sent (sqli.md 5.9)."""

_END: Final = object()
_ROUTINE_NAME: Final = re.compile(r'(?:\w+|"[^"]+")(?:[.:@](?:\w+|"[^"]+"))*')


class BaseCursor:
    """State and conversations of one cursor. The shells add a method for each conversation.

    Attributes:
        arraysize: rows that `fetchmany` returns by default.
        fetch_buffer: bytes of rows that the server is asked for at a time.
        description: one `Column` for each column of the result, None when there is none.
        rowcount: rows that the last statement changed; for a query -1 until its last row was received.
        lastrowid: SERIAL, SERIAL8 or BIGSERIAL value that the last INSERT generated, else None.
        warnings: SQL warnings of the last statement.
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
        settings = connection._settings
        self._connection = connection
        self._session = connection._session
        self._closed = False
        self._statement: Statement | None = None
        self._open = False
        self._cursor_name = ""
        self._decoding: RowDecoding | None = None
        self._buffer: deque[Any] = deque()
        self._received = 0
        self._exhausted = True
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
        self.warnings: list[Any] = []
        self.batch_errors: list[Error] = []
        self.statement: str | None = None
        connection._cursors.add(self)

    # -- what it is --------------------------------------------------------------------------------------------

    @property
    def connection(self) -> Any:
        """The connection that this cursor belongs to."""
        return self._connection

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

    def setinputsizes(self, sizes: Sequence[Any], /) -> None:
        """Do nothing: the server converts what it is given (PEP 249 allows this)."""

    def setoutputsize(self, size: int, column: int | None = None, /) -> None:
        """Do nothing: values of any size are received whole (PEP 249 allows this)."""

    def __repr__(self) -> str:
        state = "closed" if self.closed else "open"
        return f"<{type(self).__module__}.{type(self).__qualname__} {state} {self.statement!r}>"

    def __del__(self) -> None:
        """Have the server's side freed with the connection's next request: only appends to a queue."""
        statement = getattr(self, "_statement", None)
        if statement is not None:
            self._session.queue_release(statement.prepared)

    # -- execute -----------------------------------------------------------------------------------------------

    def _execute_gen(self, sql: str, parameters: Parameters | None = None) -> Work[Self]:
        query = self._compile(sql)
        return self._connection._guarded(self._execute_query_gen(query, parameters), query)

    def _compile(self, sql: str) -> Query:
        if not isinstance(sql, str):
            raise ProgrammingError(f"the statement must be a string, not {type(sql).__name__}")
        if "\0" in sql:
            raise ProgrammingError("the statement contains a NUL character")
        return compile_query(sql)

    def _execute_query_gen(self, query: Query, parameters: Parameters | None) -> Work[Self]:
        yield from self._start_gen(query)
        values = self._arrange(query, parameters)
        last_try = False
        while True:
            statement = yield from self._connection._statement_gen(query)
            try:
                yield from self._execute_prepared_gen(statement, values)
                return self
            except ServerError as error:
                self._abandon(statement, keep=error.sqlcode != _TABLE_CHANGED)
                if error.sqlcode != _TABLE_CHANGED or last_try:
                    raise
                last_try = True
            except BaseException:
                self._abandon(statement, keep=True)
                raise

    def _arrange(self, query: Query, parameters: Parameters | None) -> Sequence[Any]:
        if parameters is None and query.style in ("numeric", "named"):
            raise ProgrammingError(f"the statement takes parameters ({query.keys[0]!r} …), none were given")
        return query.arrange(parameters)

    def _start_gen(self, query: Query) -> Work[None]:
        """End the former result and forget what it left behind."""
        self._require_open()
        yield from self._finish_gen()
        self.statement = query.original
        self.description = None
        self.rowcount = -1
        self.lastrowid = None
        self.warnings = []
        self.batch_errors = []
        self._buffer = deque()
        self._received = self._position = 0
        self._last = None

    def _abandon(self, statement: Statement, *, keep: bool) -> None:
        """Let go of a statement that failed: what is open at the server is closed with the next request."""
        self._statement = None
        self._open, self._exhausted = False, True
        if keep and self._session.is_live(statement.prepared):
            self._session.queue_close(statement.prepared, self._cursor_name)
            self._connection._give_back(statement)
        else:
            self._connection._discard(statement)

    def _execute_prepared_gen(self, statement: Statement, values: Sequence[Any]) -> Work[None]:
        connection, session, prepared = self._connection, self._session, statement.prepared
        binding = yield from self._binding_gen(statement, values)
        if connection._needs_begin(prepared.statement_type):
            yield from connection._begin_gen()
        if prepared.returns_rows:
            yield from self._open_gen(statement, binding)
            return
        if self.scrollable and prepared.statement_type == _SELECT:
            raise NotSupportedError("this statement cannot be opened for scrolling")
        done = yield from statement_talk.execute(session, prepared, binding)
        self.rowcount = done.rows
        if prepared.statement_type == _INSERT:
            self.lastrowid = done.serial or done.serial8 or done.bigserial or None
        connection._give_back(statement)
        connection._after_statement(prepared.statement_type)

    def _binding_gen(self, statement: Statement, values: Sequence[Any]) -> Work[Binding | None]:
        if not values:
            return None
        targets = yield from self._targets_gen(statement, values)
        return encode_params(values, targets, self._connection._context)

    def _targets_gen(self, statement: Statement, values: Sequence[Any]) -> Work[Sequence[ColumnType | None]]:
        """Return the types of the columns that the parameters go to, where they are known (sqli.md 4.7, 6.1)."""
        prepared = statement.prepared
        if prepared.statement_type == _INSERT and len(prepared.columns) == len(values):
            return [column.type for column in prepared.columns]
        if statement.inputs is None and self._session.caps.describe_input:
            texts = prepared.statement_type != _SELECT
            if any(isinstance(v, _NEEDS_TARGET) or (texts and isinstance(v, str)) for v in values):
                try:
                    statement.inputs = yield from statement_talk.describe_input(self._session, prepared)
                except ServerError:
                    statement.inputs = ()
        if statement.inputs is not None and len(statement.inputs) == len(values):
            return statement.inputs
        return [None] * len(values)

    # -- rows --------------------------------------------------------------------------------------------------

    def _open_gen(self, statement: Statement, binding: Binding | None) -> Work[None]:
        session, prepared = self._session, statement.prepared
        plan = row_plan(prepared.columns, session.caps)
        self.description = describe(prepared.columns)
        self._decoding = RowDecoding.make_for(statement, plan, self._connection._context, self.row_factory)
        self._cursor_name = self.name or session.next_cursor_name()
        self._statement, self._open, self._exhausted = statement, True, False
        self._epoch = self._connection._epoch
        block = yield from fetch.open_cursor(
            session,
            prepared,
            self._cursor_name,
            binding,
            fetch_buffer=self._budget,
            decoder=self._decoding.decoder,
            ret_types=plan.ret_types,
            hold=self.hold,
            scroll=self.scrollable,
            ahead=self._ahead,
        )
        if not self.scrollable:
            yield from self._take_gen(block)

    @property
    def _budget(self) -> int:
        return _POSITIONED_BUFFER if self.name is not None else self.fetch_buffer

    @property
    def _ahead(self) -> bool:
        """Whether the next block is asked for early: not where the server's current row matters (sqli.md 5.9)."""
        assert self._decoding is not None
        return self.prefetch and not self.scrollable and not self._decoding.blobs

    def _take_gen(self, block: fetch.FetchBlock) -> Work[None]:
        """Take a block of rows into the buffer; free the server's cursor when it was the last."""
        assert self._decoding is not None
        assert self._statement is not None
        rows = block.rows
        if self._decoding.blobs:
            rows = yield from self._decoding.fill_blobs_gen(self._session, self._statement.prepared, rows)
        self._received += len(rows)
        self._buffer.extend(rows)
        if block.warnings:
            self.warnings.extend(block.warnings)
        if block.exhausted:
            self.rowcount = self._received
            yield from self._finish_gen()

    def _fill_gen(self) -> Work[None]:
        """Receive more rows when the buffer is empty."""
        if self._buffer or self._exhausted:
            return
        assert self._statement is not None
        assert self._decoding is not None
        self._require_cursor()
        statement = self._statement
        try:
            block = yield from fetch.fetch(
                self._session, statement.prepared, self._budget, self._decoding.decoder, ahead=self._ahead
            )
            yield from self._take_gen(block)
        except Exception:
            if self._statement is not None:
                self._abandon(statement, keep=True)
            raise

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

    def _finish_gen(self) -> Work[None]:
        """Free the server's cursor and give the statement back: at once outside a transaction, else later."""
        statement, self._statement = self._statement, None
        was_open, self._open = self._open, False
        self._exhausted = True
        if statement is None:
            return
        session = self._session
        if was_open and session.is_live(statement.prepared):
            session.queue_close(statement.prepared, self._cursor_name)
            if not session.in_transaction:
                yield from self._connection._free_gen()
        self._connection._give_back(statement)

    def _require_open(self) -> None:
        self._connection._require_open()
        if self._closed:
            raise InterfaceError("the cursor is closed")

    def _require_result(self) -> None:
        self._require_open()
        if self.description is None:
            raise ProgrammingError("there is no result to fetch from; execute a query first")

    def _guard(self, work: Work[Any]) -> Work[Any]:
        return self._connection._guarded(work, compile_query(self.statement) if self.statement else None)

    def _fetchone_gen(self) -> Work[Any]:
        return self._guard(self._really_fetchone_gen())

    def _really_fetchone_gen(self) -> Work[Any]:
        self._require_result()
        if self.scrollable:
            return (yield from self._row_at_gen(self._position + 1))
        yield from self._fill_gen()
        return self._buffer.popleft() if self._buffer else None

    def _next_gen(self) -> Work[Any]:
        return self._guard(self._really_next_gen())

    def _really_next_gen(self) -> Work[Any]:
        """Return the next row or `_END`: a row object may be None."""
        self._require_result()
        if self.scrollable:
            rows = yield from self._rows_at_gen(self._position + 1)
            return rows[0] if rows else _END
        yield from self._fill_gen()
        return self._buffer.popleft() if self._buffer else _END

    def _or_stop(self, row: Any, stop: type[Exception]) -> Any:
        if row is _END:
            raise stop
        return row

    def _fetchmany_gen(self, size: int | None = None) -> Work[list[Any]]:
        return self._guard(self._really_fetchmany_gen(self.arraysize if size is None else size))

    def _really_fetchmany_gen(self, size: int) -> Work[list[Any]]:
        self._require_result()
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            raise ProgrammingError(f"the number of rows must be an integer of at least 0, not {size!r}")
        rows: list[Any] = []
        while len(rows) < size:
            if self.scrollable:
                found = yield from self._rows_at_gen(self._position + 1)
                if not found:
                    break
                rows += found
                continue
            yield from self._fill_gen()
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

    def _fetchall_gen(self) -> Work[list[Any]]:
        return self._guard(self._really_fetchall_gen())

    def _really_fetchall_gen(self) -> Work[list[Any]]:
        self._require_result()
        rows: list[Any] = []
        while True:
            if self.scrollable:
                found = yield from self._rows_at_gen(self._position + 1)
                if not found:
                    return rows
                rows += found
                continue
            yield from self._fill_gen()
            if not self._buffer:
                return rows
            rows.extend(self._buffer)
            self._buffer.clear()

    # -- scrolling ---------------------------------------------------------------------------------------------

    def _row_at_gen(self, row: int) -> Work[Any]:
        rows = yield from self._rows_at_gen(row)
        return rows[0] if rows else None

    def _rows_at_gen(self, row: int, kind: ScrollKind = ScrollKind.ABSOLUTE) -> Work[list[Any]]:
        """Move to a row of a scrollable cursor and return it in a list, empty when there is none (sqli.md 5.9)."""
        self._require_result()
        if not self.scrollable:
            raise ProgrammingError("the cursor is not scrollable; open it with cursor(scrollable=True)")
        if kind is ScrollKind.ABSOLUTE and row < 1:
            self._position = 0
            return []
        if self._statement is None:
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

    def _fetch_first_gen(self) -> Work[Any]:
        return self._guard(self._row_at_gen(1))

    def _fetch_last_gen(self) -> Work[Any]:
        return self._guard(self._last_gen())

    def _last_gen(self) -> Work[Any]:
        rows = yield from self._rows_at_gen(0, ScrollKind.LAST)
        return rows[0] if rows else None

    def _fetch_prior_gen(self) -> Work[Any]:
        return self._guard(self._relative_gen(-1))

    def _fetch_absolute_gen(self, row: int) -> Work[Any]:
        return self._guard(self._absolute_gen(row))

    def _absolute_gen(self, row: int) -> Work[Any]:
        if row < 0:
            yield from self._last_gen()
            row = (self._last or 0) + 1 + row
        return (yield from self._row_at_gen(row))

    def _fetch_relative_gen(self, distance: int) -> Work[Any]:
        return self._guard(self._relative_gen(distance))

    def _relative_gen(self, distance: int) -> Work[Any]:
        return (yield from self._row_at_gen(self._position + distance))

    def _scroll_gen(self, value: int, mode: str = "relative") -> Work[None]:
        return self._guard(self._really_scroll_gen(value, mode))

    def _really_scroll_gen(self, value: int, mode: str) -> Work[None]:
        """Move so that the next fetch returns row `value` (0-based, absolute) or moves by `value` (PEP 249)."""
        self._require_result()
        if mode not in ("relative", "absolute"):
            raise ProgrammingError(f'scroll mode must be "relative" or "absolute", not {mode!r}')
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
        skipped = yield from self._really_fetchmany_gen(rows)
        if len(skipped) < rows:
            raise IndexError("the position is outside the result")

    # -- many --------------------------------------------------------------------------------------------------

    def _executemany_gen(self, sql: str, rows: Iterable[Parameters], *, batch_errors: bool = False) -> Work[Self]:
        query = self._compile(sql)
        return self._connection._guarded(self._really_executemany_gen(query, rows, batch_errors), query)

    def _really_executemany_gen(self, query: Query, rows: Iterable[Parameters], batch_errors: bool) -> Work[Self]:
        yield from self._start_gen(query)
        connection = self._connection
        iterator = iter(rows)
        first = next(iterator, None)
        if first is None:
            self.rowcount = 0
            return self
        statement = yield from connection._statement_gen(query)
        prepared = statement.prepared
        try:
            if prepared.returns_rows:
                raise ProgrammingError("executemany is for statements that return no rows")
            targets = yield from self._targets_gen(statement, query.arrange(first))
            if connection._needs_begin(prepared.statement_type):
                yield from connection._begin_gen()
            bindings = self._bindings(query, first, iterator, targets)
            yield from self._batch_gen(statement, bindings, query, batch_errors)
        finally:
            connection._give_back(statement)
        return self

    def _bindings(
        self, query: Query, first: Parameters, rest: Iterator[Parameters], targets: Sequence[ColumnType | None]
    ) -> Iterator[Binding]:
        """Encode the rows one after the other; what is wrong with one names its index."""
        context = self._connection._context
        index, row = 0, first
        while True:
            try:
                yield encode_params(query.arrange(row), targets, context)
            except (Error, *WIRE_ERRORS) as error:
                meant = translated(error, query)
                assert isinstance(meant, Error)
                annotate(meant, row=index)
                raise meant from (error if isinstance(meant, DataError) else None)
            try:
                row = next(rest)
            except StopIteration:
                return
            index += 1

    def _batch_gen(
        self, statement: Statement, bindings: Iterator[Binding], query: Query, collect: bool
    ) -> Work[None]:
        """Execute the bindings and report what became of each row (sqli.md 5.6)."""
        prepared = statement.prepared
        result = yield from batch.execute_many(self._session, prepared, bindings, go_on=collect)
        self.rowcount = result.rows
        if prepared.statement_type == _INSERT and result.last is not None:
            last = result.last
            self.lastrowid = last.serial or last.serial8 or last.bigserial or None
        self._connection._after_statement(prepared.statement_type)
        errors = []
        for failed in result.errors:
            error = translated(failed.error, query)
            assert isinstance(error, Error)
            annotate(error, row=failed.index)
            errors.append(error)
        executed = sum(count is not None for count in result.counts)
        failure = result.source_error
        if collect:
            self.batch_errors = errors
        elif errors:
            failure = errors[0]
        if failure is not None:
            failure.add_note(
                f"{executed} rows of this executemany were executed before; none was executed behind it"
            )
            raise failure

    # -- routines ----------------------------------------------------------------------------------------------

    def _callproc_gen(self, name: str, parameters: Parameters) -> Work[Parameters]:
        query = self._call(name, "PROCEDURE", parameters)
        return self._connection._guarded(self._really_callproc_gen(query, parameters), query)

    def _really_callproc_gen(self, query: Query, parameters: Parameters) -> Work[Parameters]:
        yield from self._execute_query_gen(query, parameters)
        return parameters

    def _callfunc_gen(self, name: str, parameters: Parameters) -> Work[Any]:
        query = self._call(name, "FUNCTION", parameters)
        return self._connection._guarded(self._really_callfunc_gen(query, parameters), query)

    def _really_callfunc_gen(self, query: Query, parameters: Parameters) -> Work[Any]:
        yield from self._execute_query_gen(query, parameters)
        row = yield from self._really_fetchone_gen()
        columns = len(self.description or ())
        yield from self._finish_gen()
        self._buffer.clear()
        return row[0] if columns == 1 and isinstance(row, tuple) else row

    def _call(self, name: str, kind: str, parameters: Parameters) -> Query:
        if not _ROUTINE_NAME.fullmatch(name):
            raise ProgrammingError(f"{name!r} is no name of a routine")
        if isinstance(parameters, (str, bytes)) or not isinstance(parameters, Sequence):
            raise ProgrammingError(f"parameters must be a sequence, not {type(parameters).__name__}")
        return self._compile(f"EXECUTE {kind} {name}({', '.join('?' * len(parameters))})")

    # -- the rest ----------------------------------------------------------------------------------------------

    def _close_gen(self) -> Work[None]:
        return self._really_close_gen()

    def _really_close_gen(self) -> Work[None]:
        """Free everything; closing twice, or after the connection, is fine."""
        if self._closed:
            return
        self._closed = True
        self._buffer.clear()
        if self._connection.closed:
            self._statement = None
            return
        yield from self._connection._guarded(self._finish_gen())
