"""All logic of a cursor, as conversations; `cursor.py` and informix-pool only step them.

A cursor owns at most one prepared statement at a time. The statement goes back to the connection's cache when its
rows are exhausted, when the cursor is closed, executed again, or collected: then the frees travel with the next
request. `base_result.py` holds what concerns rows.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from logging import DEBUG
from typing import Any, Final, Self

from informix_types import ColumnType, TypeContext
from informix_types.params import Binding, encode_params
from informix_types.rowcode import param_encoder
from informix_wire.errors import ServerError
from informix_wire.talk import batch
from informix_wire.talk import statement as statement_talk
from informix_wire.talk.batch import END_OF_BATCH, TABLE_CHANGED
from informix_wire.talk.interrupt import CANCELLED

from .base_columnar import ColumnarResult
from .base_result import R
from .base_session import OTHER_DATABASE, guarded
from .description import describe
from .doors import need
from .error_codes import annotate
from .errors import DataError, Error, NotSupportedError, ProgrammingError
from .input_types import InputTypes, as_named
from .insert_cursor import InsertCursor
from .observe import observed, query_logged
from .out_parameters import EXECUTE_ROUTINE, call_gen, parameters_gen, routine_with_out
from .placeholders import Parameters, Query, compile_query
from .row_source import RowSource
from .statement_cache import FEW_ROWS, Statement
from .steps import Work
from .translate import WIRE_ERRORS, translated

__all__ = ["BaseCursor"]

_INSERT: Final = 6
_SELECT: Final = 2
_NEEDS_TARGET: Final = (bool, bytes, bytearray, memoryview, list, set, frozenset, tuple, dict)
"""Values whose form on the wire depends on the column they go to; in statements that change rows, text, too."""
_EVIDENT: Final = frozenset({int, float, Decimal, type(None), date, datetime, time, timedelta})
_EVIDENT_IN_QUERIES: Final = _EVIDENT | {str}
"""Classes that are surely not among them: asking a set for all values at once is cheap."""
_ROUTINE_NAME: Final = re.compile(r'(?:\w+|"[^"]+")(?:[.:@](?:\w+|"[^"]+"))*')


class BaseCursor(ColumnarResult[R]):
    """Everything that a cursor does. The shells add a method for each conversation."""

    # -- execute -----------------------------------------------------------------------------------------------

    @guarded
    def _prepare_gen(self, sql: str) -> Work[Self]:
        """Have the server parse a statement now; `description` tells a query's columns before it is executed."""
        query = self._compile(sql)
        yield from self._start_gen(query)
        statement = yield from self._connection._statement_gen(query)
        if statement.prepared.returns_rows:
            self.description = describe(statement.prepared.columns)
        self._connection._give_back(statement)
        return self

    @guarded
    def _execute_gen(self, sql: str | None, parameters: Parameters | None = None) -> Work[Self]:
        if sql is None:
            if self._query is None:
                raise ProgrammingError("there is no statement to execute again; prepare or execute one first")
            sql = self._query.original
        return self._run_gen(self._compile(sql), parameters)

    def _run_gen(self, query: Query, parameters: Parameters | None, work: Work[Self] | None = None) -> Work[Self]:
        """Return the execution of a statement, or `work` that executes it, where hook and log can see it."""
        if work is None:
            work = self._execute_query_gen(query, parameters)
        connection = self._connection
        if connection._autocommit and connection._settles:
            work = self._settling_gen(work)
        hook = connection.query_hook
        if hook is not None or query_logged(DEBUG):
            return observed(work, self, query, parameters, hook)
        return work

    def _settling_gen(self, work: Work[Self]) -> Work[Self]:
        """Run a statement; what it has begun by itself ends with it, well or not, or with its last row."""
        connection = self._connection
        try:
            result = yield from work
        except Exception:
            yield from connection._settle_gen(keep_cursors=self._statement is not None)
            raise
        yield from connection._settle_gen(keep_cursors=self._statement is not None)
        return result

    def _compile(self, sql: str) -> Query:
        if not isinstance(sql, str):
            raise ProgrammingError(f"the statement must be a string, not {type(sql).__name__}")
        return compile_query(sql)

    def _execute_query_gen(self, query: Query, parameters: Parameters | None) -> Work[Self]:
        statement: Statement | None = None
        try:
            statement, rest = self._start(query, again=True)
            if rest is not None:
                yield from rest
            values = query.arrange(parameters) if parameters is not None else self._no_parameters(query)
            last_try = False
            while True:
                if statement is None:
                    statement = yield from self._connection._statement_gen(query)
                try:
                    yield from self._execute_prepared(statement, values)
                    break
                except ServerError as error:
                    changed = error.sqlcode == TABLE_CHANGED
                    self._abandon(statement, keep=not changed)
                    statement = None
                    if not changed or last_try:
                        raise
                last_try = True
                self.warnings.clear()
                self._given_up = False
        except BaseException:
            if statement is not None:
                self._abandon(statement, keep=True)
            raise
        finally:
            self._input_types = None
        if self.warnings:
            self._raise_warnings()
        return self

    def _no_parameters(self, query: Query) -> Sequence[Any]:
        if query.style in ("numeric", "named"):
            raise ProgrammingError(f"the statement takes parameters ({query.keys[0]!r} …), none were given")
        return query.arrange(None)

    def _start_gen(self, query: Query) -> Work[None]:
        """End the former result, and say to the server what that takes."""
        _, rest = self._start(query)
        if rest is not None:
            yield from rest

    def _start(self, query: Query, *, again: bool = False) -> tuple[Statement | None, Work[None] | None]:
        """End the former result and forget what it left behind.

        Args:
            query: what comes next.
            again: it may use the statement of the former result, if that is the same.

        Returns:
            that statement, or None; and what must be said to the server first, or None.
        """
        if self._closed:
            self._require_open()
        connection = self._connection
        if connection._prepared_branch:
            raise ProgrammingError("after tpc_prepare only tpc_commit and tpc_rollback may follow (PEP 249)")
        statement, rest = self._statement, None
        if statement is not None:
            if again and statement.text == query.text and self._may_reopen(statement):
                self._statement, self._open, self._exhausted = None, False, True
            else:
                statement, rest = None, self._finish()
        self.statement, self._query = query.original, query
        self.description = None
        self.rowcount = -1
        self.lastrowid = None
        self.warnings, self._warned = [], 0
        self._decoding = self._decoder = self._batch = None
        self._given_up = False
        self.batch_errors = []
        if self._buffer:
            self._buffer = deque()
        self._received = self._position = 0
        self._last = None
        return statement, rest

    def _may_reopen(self, statement: Statement) -> bool:
        """Tell whether an open statement may be opened again as it is: its cursor is closed in the same request.

        Only where neither a BEGIN nor a COMMIT must go out between, and where statements are kept.
        """
        connection = self._connection
        return (
            self._open
            and self._epoch == connection._epoch
            and self._session.in_transaction is not connection._autocommit
            and connection._cache.keeps(statement)
        )

    def _execute_prepared(self, statement: Statement, values: Sequence[Any]) -> Work[None]:
        """Return the execution of a prepared statement."""
        prepared, context = statement.prepared, self._context()
        if prepared.warn:
            self._warn(prepared.warn)
        binding = None
        if values and self._input_types is None:
            binding = statement.bind_again(values, context)
        begins = not self._session.in_transaction and self._connection._needs_begin(prepared.statement_type)
        if begins or (values and binding is None):
            return self._begin_and_execute_gen(statement, values, binding, context)
        if prepared.returns_rows:
            return self._open_gen(statement, binding, context)
        return self._change_gen(statement, binding)

    def _begin_and_execute_gen(
        self, statement: Statement, values: Sequence[Any], binding: Binding | None, context: TypeContext
    ) -> Work[None]:
        """Encode the parameters and begin a transaction, as far as needed and not done yet, and execute."""
        if values and binding is None:
            named = self._input_types
            targets = self._known_targets(statement, values)
            if targets is None:
                targets = yield from self._ask_targets_gen(statement)
            binding = statement.bind(as_named(values, named) if named else values, targets, context)
        if self._connection._needs_begin(statement.prepared.statement_type):
            yield from self._connection._begin_gen()
        if statement.prepared.returns_rows:
            yield from self._open_gen(statement, binding, context)
        else:
            yield from self._change_gen(statement, binding)

    def _change_gen(self, statement: Statement, binding: Binding | None) -> Work[None]:
        """Execute a statement that returns no rows."""
        connection, session, prepared = self._connection, self._session, statement.prepared
        if self.scrollable and prepared.statement_type == _SELECT:
            raise NotSupportedError("this statement cannot be opened for scrolling")
        connection._note_decision(prepared.statement_type)
        done = yield from statement_talk.execute(session, prepared, binding)
        self.rowcount = done.rows
        if prepared.statement_type not in OTHER_DATABASE:  # their bits describe the database (sqli.md 3.5)
            self._warn(done.warn)
        if prepared.statement_type == _INSERT:
            self.lastrowid = done.serial or done.serial8 or done.bigserial or None
        connection._give_back(statement)
        connection._after_statement(prepared.statement_type)

    def _known_targets(self, statement: Statement, values: Sequence[Any]) -> tuple[ColumnType | None, ...] | None:
        """Return the types of the columns that the parameters go to, as far as known (sqli.md 6.1).

        None when the form of a value depends on them and the server can be asked.
        """
        given = self._input_types
        if given is not None:
            return tuple(given[i] if i < len(given) else None for i in range(len(values)))
        if statement.targets is not None:
            return statement.targets
        selects = statement.prepared.statement_type == _SELECT
        evident = _EVIDENT_IN_QUERIES if selects else _EVIDENT
        if not evident.issuperset(map(type, values)) and self._session.caps.describe_input:
            depending = _NEEDS_TARGET if selects else (*_NEEDS_TARGET, str)
            if any(isinstance(value, depending) for value in values):
                return None
        return statement.unknown_targets

    def _ask_targets_gen(self, statement: Statement) -> Work[tuple[ColumnType | None, ...]]:
        """Ask the server for the types of the columns that the parameters go to (sqli.md 4.7)."""
        try:
            found = yield from statement_talk.describe_input(self._session, statement.prepared)
        except ServerError as error:
            if error.sqlcode == CANCELLED:
                raise
            found = ()  # not every statement can be asked about
        known = len(found) == len(statement.unknown_targets)
        statement.targets = found if known else statement.unknown_targets
        return statement.targets

    # -- many --------------------------------------------------------------------------------------------------

    @guarded
    def _executemany_gen(
        self,
        sql: str,
        rows: Iterable[Parameters],
        *,
        batch_errors: bool = False,
        insert_cursor: bool | None = None,
    ) -> Work[Self]:
        query = self._compile(sql)
        if insert_cursor is None:
            insert_cursor = self._connection._settings.insert_cursor
        work = self._execute_rows_gen(query, RowSource.of(rows), batch_errors, insert_cursor)
        if self._connection._settles:
            work = self._settling_gen(work)
        hook = self._connection.query_hook
        if hook is not None or query_logged(DEBUG):
            work = observed(work, self, query, None, hook, many=True)
        try:
            return (yield from work)
        finally:
            self._input_types = None

    def _execute_rows_gen(
        self, query: Query, rows: RowSource, batch_errors: bool, insert_cursor: bool | None
    ) -> Work[Self]:
        yield from self._start_gen(query)
        connection = self._connection
        first = rows.first()
        if first is None:
            self.rowcount = 0
            return self
        for last_try in (False, True):
            statement = yield from connection._statement_gen(query)
            changed = False
            try:
                yield from self._execute_phases_gen(query, statement, rows, batch_errors, insert_cursor)
                break
            except Error as error:
                changed = error.sqlcode == TABLE_CHANGED
                if last_try or not changed:
                    raise
            finally:
                if changed:
                    connection._discard(statement)
                else:
                    connection._give_back(statement)
        self._raise_warnings()
        return self

    def _execute_phases_gen(
        self, query: Query, statement: Statement, rows: RowSource, collect: bool, insert_cursor: bool | None
    ) -> Work[None]:
        """Send rows through an insert cursor as far as that goes, and bind the others.

        When the server wants the statement prepared anew (-710), `rows` yields what was not executed.
        """
        prepared, connection = statement.prepared, self._connection
        if prepared.returns_rows:
            raise ProgrammingError("executemany is for statements that return no rows")
        named = self._input_types
        values = query.arrange(rows.first())
        targets = self._known_targets(statement, values)
        if targets is None:
            targets = yield from self._ask_targets_gen(statement)
        if connection._needs_begin(prepared.statement_type):
            yield from connection._begin_gen()
        if not collect and named is None:
            cursor = InsertCursor(self._session, prepared, query, self._context())
            types = cursor.types(insert_cursor, rows)
            if types is not None:
                try:
                    yield from cursor.put_gen(types, rows)
                finally:
                    self.rowcount = rows.affected
        yield from self._bind_rows_gen(query, statement, rows, targets, collect)

    def _bindings(
        self,
        query: Query,
        rows: RowSource,
        targets: InputTypes,
        result: batch.BatchResult,
        named: InputTypes | None,
    ) -> Iterator[Binding]:
        """Encode the rows one after the other; what is wrong with one names its index."""
        context, counts, confirm = self._context(), result.counts, rows.confirm
        encode: Callable[[Sequence[Any]], Binding] = partial(encode_params, targets=targets, ctx=context)
        for taken, row in enumerate(rows):
            confirm(len(counts))
            if taken == FEW_ROWS:
                encode = param_encoder(targets, context)
            try:
                values = query.arrange(row)
                yield encode(as_named(values, named) if named else values)
            except (Error, *WIRE_ERRORS) as error:
                meant = translated(error, query)
                assert isinstance(meant, Error)
                annotate(meant, row=rows.done + taken)
                raise meant from (error if isinstance(meant, DataError) else None)

    def _bind_rows_gen(
        self,
        query: Query,
        statement: Statement,
        rows: RowSource,
        targets: InputTypes,
        collect: bool,
    ) -> Work[None]:
        """Bind and execute the rows, and report what became of each (sqli.md 5.6)."""
        prepared = statement.prepared
        result = batch.BatchResult()
        bindings = self._bindings(query, rows, targets, result, self._input_types)
        self._connection._note_decision(prepared.statement_type)
        yield from batch.execute_many(self._session, prepared, bindings, go_on=collect, result=result)
        rows.affected = -1 if min(rows.affected, result.rows) < 0 else rows.affected + result.rows
        self.rowcount = rows.affected
        if result.last is not None:
            last = result.last
            self._warn(last.warn)
            if prepared.statement_type == _INSERT:
                self.lastrowid = last.serial or last.serial8 or last.bigserial or None
        self._connection._after_statement(prepared.statement_type)
        executed = rows.done - len(self.batch_errors) + sum(count is not None for count in result.counts)
        errors = []
        for failed in result.errors:
            error = translated(failed.error, query)
            assert isinstance(error, Error)
            annotate(error, row=rows.done + failed.index)
            errors.append(error)
        failure = result.source_error
        if errors and (not collect or errors[-1].sqlcode in END_OF_BATCH):
            failure = errors.pop()
            rows.settle(result.errors[-1].index)
        self.batch_errors += errors
        if failure is not None:
            failure.add_note(
                f"{executed} rows of this executemany were executed before; none was executed behind it"
            )
            raise failure

    # -- doors into informix-lob -------------------------------------------------------------------------------

    @guarded
    def _read_blob_column_gen(self, sql: str, parameters: Parameters | None = None) -> Work[Any]:
        door = need("informix_lob.columns", "lob")
        return (yield from door.read_blob_column(self, sql, parameters))

    @guarded
    def _write_blob_column_gen(self, sql: str, *, blob_data: Any, params: Sequence[Any] = ()) -> Work[Self]:
        door = need("informix_lob.columns", "lob")
        yield from door.write_blob_column(self, sql, blob_data, params)
        return self

    # -- routines ----------------------------------------------------------------------------------------------

    @guarded
    def _callproc_gen(self, name: str, parameters: Parameters) -> Work[Parameters]:
        query, out = self._call(name, "PROCEDURE", parameters), list[Any]()
        yield from self._run_gen(query, parameters, self._call_gen(query, parameters, out))
        if not out:
            return parameters
        return out if isinstance(parameters, list) else tuple(out)

    @guarded
    def _callfunc_gen(self, name: str, parameters: Parameters) -> Work[Any]:
        query, factory = self._call(name, "FUNCTION", parameters), self.row_factory
        try:
            self.row_factory = None  # a single value is no row
            yield from self._run_gen(query, parameters, self._call_gen(query, parameters, []))
            row = yield from self._fetchone_gen()
        finally:
            self.row_factory = factory
        columns = [column.name for column in self.description or ()]
        yield from self._finish_gen()
        self._buffer.clear()
        if row is None:
            return None
        values: Any = row
        if len(columns) == 1:
            return values[0]
        return values if factory is None else factory(columns)(values)

    def _call_gen(self, query: Query, parameters: Parameters, out: list[Any]) -> Work[Self]:
        """Execute a call; fill `out` with the parameters when the routine has changed some."""
        try:
            return (yield from self._called_gen(query, parameters, out))
        finally:
            self._input_types = None

    def _called_gen(self, query: Query, parameters: Parameters, out: list[Any]) -> Work[Self]:
        yield from self._start_gen(query)
        connection = self._connection
        try:
            statement = yield from connection._statement_gen(query)
        except ServerError as error:
            # Only what PREPARE says counts: by the time that a routine fails with -9752 it may have done much.
            routine = routine_with_out(error)
            if routine is None:
                raise
        else:
            connection._give_back(statement)
            return (yield from self._execute_query_gen(query, parameters))
        if self.scrollable:
            raise NotSupportedError("a routine with OUT parameters cannot be called by a scrollable cursor")
        values = query.arrange(parameters)
        described = yield from parameters_gen(self._session, routine, len(values))
        if connection._needs_begin(EXECUTE_ROUTINE):
            yield from connection._begin_gen()
        connection._note_decision(EXECUTE_ROUTINE)
        call = yield from call_gen(self._session, self._context(), routine, described, values)
        out[:] = call.parameters
        if call.row:
            self.description, self.rowcount, self._received = call.description, 1, 1
            names = [column.name for column in call.description]
            row: Any = call.row if self.row_factory is None else self.row_factory(names)(call.row)
            self._buffer.append(row)
        connection._after_statement(EXECUTE_ROUTINE)
        return self

    def _call(self, name: str, kind: str, parameters: Parameters) -> Query:
        if not _ROUTINE_NAME.fullmatch(name):
            raise ProgrammingError(f"{name!r} is no name of a routine")
        if isinstance(parameters, (str, bytes)) or not isinstance(parameters, Sequence):
            raise ProgrammingError(f"parameters must be a sequence, not {type(parameters).__name__}")
        return self._compile(f"EXECUTE {kind} {name}({', '.join('?' * len(parameters))})")
