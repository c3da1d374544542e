# ruff: noqa: ARG002 - the handles share the signatures of `Handle`
"""Prepared statements: what PREPARE makes of a tree, and what EXECUTE and OPEN do with it.

A `Handle` is made once per PREPARE. Since the types of bound values decide how they are compared and converted, a
handle keeps one plan for each combination of parameter types it was executed with.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from informix_types import ColumnType
from informix_types.classes import mutable

from ..engine import Outcome, Parameter, ResultColumn, SqlError
from ..sql import Parsed, ast, statement_name
from . import bind_arithmetic, bind_functions, bind_values, collections  # noqa: F401 - they register themselves in BINDERS
from .bind_query import BoundQuery, bind_query
from .binder import Binder
from .catalog import Table
from .cursor import MemoryCursor, Row, UpdateCursor
from .locks import INSERT_FAILED, READ_FAILED
from .plan_values import bound_values, compile_binds, row_converter, signature
from .ranges import lock_absence, lock_ranges
from .types import UNKNOWN

if TYPE_CHECKING:
    from .routines import Routine
    from .session import MemorySession

__all__ = ["Handle", "Plan", "QueryHandle", "make_handle"]

PARAMETER_COUNT, TABLE_ALTERED, MANY_TABLES, NOT_SIMPLE = -254, -710, -207, -365


@mutable
class Plan:
    """A statement bound for one combination of parameter types; `sql` is what takes the values."""

    sql: str
    tables: dict[int, Table]
    versions: list[tuple[Table, int]]
    checked: list[tuple[Table, bool]]
    readers: list[tuple[int, Any]]
    routines: list["Routine"]
    """Registered routines that it calls."""
    body: Any = None
    old_versions: list[Table] = field(default_factory=list)
    last_committed: bool = False
    one_key: bool | None = False
    """Whether it looks for one unique key; None: sqlite's plan tells when it matters (`ranges.py`)."""
    system: list[Table] = field(default_factory=list)
    """Tables of the system catalogue that it reads."""

    def current(self, session: "MemorySession") -> bool:
        """Whether the tables still are what they were, and need the same row checks."""
        if session.last_committed != self.last_committed:
            return False
        for table, version in self.versions:
            if table.dropped or table.version != version:
                return False
        for table, needed in self.checked:
            if session.needs_check(table) != needed:
                return False
        for routine in self.routines:  # noqa: SIM110 (with every execution: a generator costs more)
            if session.engine.routine(routine.name) is not routine:
                return False
        return True

    def values(self, parameters: Sequence[Parameter]) -> list[Any]:
        """Convert the bound values of one execution."""
        return bound_values(self.readers, parameters)


_MARKER = re.compile(r"'(?:[^']|'')*'|\?(\d+)")


def positional(sql: str) -> tuple[str, list[int]]:
    """Turn the numbered markers of bound SQL into plain ones; return it with their numbers in textual order.

    The binder numbers its markers because it puts texts together in another order than it binds them, uses some
    twice and drops others (`? + NULL`).
    """
    order: list[int] = []

    def plain(match: re.Match[str]) -> str:
        if match.group(1) is None:
            return match.group()
        order.append(int(match.group(1)))
        return "?"

    return _MARKER.sub(plain, sql), order


class Handle:
    """A prepared statement. Subclasses say how to bind and what to do."""

    is_query = False
    keeps = False
    """Whether a session may use the handle again for the same text."""
    returns_rows = False
    changes = False
    """Whether a read-only transaction refuses it."""
    for_update = False
    inserts_into: Table | None = None
    columns: tuple[ResultColumn, ...] = ()
    parameters: tuple[ColumnType, ...] = ()

    def __init__(self, session: "MemorySession", parsed: Parsed, statement: ast.Statement) -> None:
        self.parsed = parsed
        self.statement: Any = statement
        self.plans: dict[Any, Plan] = {}
        self.database = session.database
        self.described = False
        self.altered = False
        """What it reads has changed so that the client has to prepare it again (-710)."""
        self._described_as: list[tuple[str, ColumnType]] | None = None
        self._basis: list[tuple[Table, int]] = []
        """Tables and versions that the description rests on."""

    def bind(self, session: "MemorySession", b: Binder) -> Any:
        """Bind the tree; the result becomes `Plan.body`."""
        raise NotImplementedError

    def sql_of(self, body: Any) -> str:
        """Return the SQL of a bound body that takes the values."""
        return str(body.sql)

    def one_key(self, body: Any) -> bool | None:
        """Return what `Plan.one_key` begins with: None if finding no row means that there is none."""
        return False

    def execute(self, session: "MemorySession", parameters: Sequence[Parameter]) -> Outcome:
        """Run the statement inside `MemorySession.run`."""
        raise NotImplementedError

    def open(self, session: "MemorySession", parameters: Sequence[Parameter], hold: bool) -> MemoryCursor:
        """Run a statement that returns rows."""
        raise SqlError(-400)

    def describe(self, session: "MemorySession") -> None:
        """Bind without values, for DESCRIBE."""
        b = Binder(session)
        b.statement = self.statement
        body = self.bind(session, b)
        self._note_markers(b)
        if not self.parsed.parameters:
            self.plans[()] = self._plan(session, b, body, ())
        self.described = True
        self._basis = [(table, table.version) for table in b.tables.values()]
        if self._described_as is None:
            self._described_as = self._description()

    def _note_markers(self, b: Binder) -> None:
        self.parameters = tuple(b.marker_types.get(i, UNKNOWN) for i in range(self.parsed.parameters))

    def _plan(self, session: "MemorySession", b: Binder, body: Any, parameters: Sequence[Parameter]) -> Plan:
        sql, order = positional(self.sql_of(body))
        # A number beyond the binds is WHERE CURRENT OF's rowid, which is added behind the values.
        binds = [b.binds[number - 1] for number in order if number <= len(b.binds)]
        return Plan(
            sql,
            b.tables,
            [(table, table.version) for table in b.tables.values()],
            [(b.tables[key], needed) for key, needed in b.checked.items()],
            compile_binds(binds, parameters, session.store.env),
            b.routines,
            body,
            b.old_versions,
            session.last_committed,
            self.one_key(body),
            [table for table in b.tables.values() if table.system],
        )

    def plan(self, session: "MemorySession", parameters: Sequence[Parameter]) -> Plan:
        """Return the plan for these parameters. Raises SqlError -254, -710."""
        if len(parameters) != self.parsed.parameters:
            raise SqlError(PARAMETER_COUNT)
        if self.database is not session.database:
            self._check_shape(session)  # names mean what they mean in the database that is open [I]
        key = signature(parameters) if parameters else ()
        plan = self.plans.get(key)
        if plan is not None and plan.current(session):
            self._before_reading(session, plan)
            return plan
        if plan is not None or self._basis_changed():
            self._check_shape(session)
        b = Binder(session, [p.type for p in parameters])
        b.statement = self.statement
        plan = self._plan(session, b, self.bind(session, b), parameters)
        self.plans[key] = plan
        self._before_reading(session, plan)
        return plan

    def _basis_changed(self) -> bool:
        if self.altered or not self.described:
            return True
        return any(table.dropped or table.version != version for table, version in self._basis)

    def _description(self) -> list[tuple[str, ColumnType]]:
        return [(column.name, column.type) for column in self.columns]

    def _check_shape(self, session: "MemorySession") -> None:
        """After a change of a table, go on only if the description given to the client still holds."""
        self.plans.clear()
        if self.altered:
            raise SqlError(TABLE_ALTERED)
        self.described = False
        self.describe(session)
        self.database = session.database
        if self._description() != self._described_as:
            self.altered = True
            self.plans.clear()
            raise SqlError(TABLE_ALTERED)

    def _before_reading(self, session: "MemorySession", plan: Plan) -> None:
        """Make what the plan reads besides rows, and take or meet the locks of its tables. Raises LockConflict."""
        if plan.system:
            from .syscatalog import refresh

            for table in plan.system:
                refresh(session.engine, table)
        if plan.old_versions:
            from .committed import fill_old_versions

            for table in plan.old_versions:
                fill_old_versions(session, table)
        if session.keeps_read_locks:
            lock_ranges(session, plan)
        if session.locks.tables_locked and not session.reads_dirty:
            for key, table in plan.tables.items():
                code = INSERT_FAILED if table is self.inserts_into else READ_FAILED
                session.locks.check_table(session, key, write=False, code=code)


class QueryHandle(Handle):
    """SELECT."""

    is_query = True
    returns_rows = True
    statement: ast.Query

    def bind(self, session: "MemorySession", b: Binder) -> tuple[BoundQuery, Callable[[Row], Row]]:
        """Bind the query and describe its columns."""
        found = bind_query(b, self.statement, notes_nulls=True)
        if not self.described:
            self.columns = tuple(ResultColumn(c.name, c.type) for c in found.columns)
        elif len(found.columns) != len(self.columns):
            raise SqlError(TABLE_ALTERED)
        self.for_update = self.statement.for_update
        if self.for_update and not found.rowid:
            raise SqlError(MANY_TABLES if len(b.tables) > 1 else NOT_SIMPLE)
        described = [column.type for column in self.columns]
        return found, row_converter(found.columns, described, session.store.env)

    def sql_of(self, body: Any) -> str:
        """Return the query's SQL."""
        return str(body[0].sql)

    def one_key(self, body: tuple[BoundQuery, Any]) -> bool | None:
        """Only rows of one table can be missed, not an aggregate of them."""
        return None if body[0].rowid else False

    def open(self, session: "MemorySession", parameters: Sequence[Parameter], hold: bool) -> MemoryCursor:
        """Run the query."""
        plan = self.plan(session, parameters)
        found, convert = plan.body
        values = plan.values(parameters)
        if not self.for_update:
            rows = session.store.rows(plan.sql, values)
            if not rows:
                lock_absence(session, plan)
            return MemoryCursor(session, rows, convert, hold=hold, notes_nulls=found.notes_nulls)
        return self._update_cursor(session, plan, values, hold=hold)

    def _update_cursor(
        self, session: "MemorySession", plan: Plan, values: list[Any], *, hold: bool
    ) -> MemoryCursor:
        found, convert = plan.body
        # The rowid is put in front of the select list: the list begins after the first SELECT of the text.
        keyed = "SELECT " + f"{found.rowid} AS r," + plan.sql.removeprefix("SELECT ")
        rowids = [(row[0],) for row in session.store.rows(keyed, values)]
        if not rowids:
            lock_absence(session, plan)
        single = f"SELECT * FROM ({keyed}) WHERE r=?"

        def reread(rowid: int) -> Row | None:
            rows = session.store.rows(single, [*values, rowid])
            return rows[0][1:] if rows else None

        table = next(iter(plan.tables.values()))
        columns = tuple(column.name for column in self.statement.update_columns)
        return UpdateCursor(session, rowids, convert, table, reread, hold=hold, columns=columns)

    def execute(self, session: "MemorySession", parameters: Sequence[Parameter]) -> Outcome:
        """A query needs a cursor."""
        raise SqlError(-260)


class IntoHandle(Handle):
    """SELECT … INTO TEMP."""

    changes = True
    statement: ast.Query

    def bind(self, session: "MemorySession", b: Binder) -> BoundQuery:
        """Bind the query."""
        return bind_query(b, self.statement)

    def execute(self, session: "MemorySession", parameters: Sequence[Parameter]) -> Outcome:
        """Make the table and fill it."""
        from .ddl import table_from_query

        plan = self.plan(session, parameters)
        rows = session.store.rows(plan.sql, plan.values(parameters))
        assert self.statement.into is not None
        table_from_query(session, self.statement.into, plan.body.columns, rows)
        session.last_rows = len(rows)
        return Outcome(rows=len(rows))


_CHANGING = (
    ast.CreateTable,
    ast.AlterTable,
    ast.RenameColumn,
    ast.RenameObject,
    ast.Truncate,
    ast.DropObject,
    ast.CreateIndex,
    ast.AlterIndex,
    ast.CreateView,
    ast.CreateSynonym,
    ast.CreateSequence,
    ast.AlterSequence,
    ast.CreateSchema,
    ast.CreateRowType,
    ast.CreateDistinctType,
    ast.Grant,
    ast.Revoke,
    ast.UpdateStatistics,
)
"""Commands that a read-only transaction refuses (Guide to SQL: Tutorial, "Access modes")."""


class CommandHandle(Handle):
    """A statement without rows and parameters: DDL and session control."""

    def __init__(
        self, session: "MemorySession", parsed: Parsed, statement: ast.Statement, run: Callable[..., Any]
    ) -> None:
        super().__init__(session, parsed, statement)
        self._body = run
        self.changes = isinstance(statement, _CHANGING)

    def describe(self, session: "MemorySession") -> None:
        """Nothing to describe."""
        self.described = True

    def execute(self, session: "MemorySession", parameters: Sequence[Parameter]) -> Outcome:
        """Run it."""
        result = self._body(session, self.statement)
        return result if isinstance(result, Outcome) else Outcome()


class ScriptHandle(Handle):
    """Several statements in one text; each is bound when its turn comes: it may need what the others made."""

    statement: ast.Script

    def describe(self, session: "MemorySession") -> None:
        """SELECT and database statements may not stand in such a text (-555)."""
        for part in self.statement.statements:
            if isinstance(part, ast.UseDatabase | ast.CreateDatabase | ast.CloseDatabase) or (
                isinstance(part, ast.Query) and part.into is None
            ):
                raise SqlError(-555, offset=part.pos)
        self.described = True

    def execute(self, session: "MemorySession", parameters: Sequence[Parameter]) -> Outcome:
        """Run the statements in order; the outcome is the last one's."""
        outcome = Outcome()
        for part in self.statement.statements:
            step = make_handle(session, Parsed(self.parsed.text, part, self.parsed.parameters))
            session.check_access(step)
            outcome = step.execute(session, parameters)
        return outcome


def make_handle(session: "MemorySession", parsed: Parsed) -> Handle:
    """Make the handle of a parsed statement. Raises SqlError."""
    from .commands import COMMANDS
    from .dml import DeleteHandle, UpdateHandle
    from .insert import InsertHandle
    from .merge import MergeHandle
    from .routines import execute_handle

    statement = parsed.statement
    kinds: dict[type[ast.Statement], type[Handle]] = {
        ast.Insert: InsertHandle,
        ast.Update: UpdateHandle,
        ast.Delete: DeleteHandle,
        ast.Merge: MergeHandle,
        ast.Script: ScriptHandle,
    }
    handle: Handle
    if isinstance(statement, ast.Query):
        handle = (QueryHandle if statement.into is None else IntoHandle)(session, parsed, statement)
    elif isinstance(statement, ast.ExecuteRoutine):
        handle = execute_handle(session, parsed, statement)
    elif type(statement) in kinds:
        handle = kinds[type(statement)](session, parsed, statement)
    else:
        run = COMMANDS.get(type(statement))
        if run is None:
            raise SqlError(-513, offset=statement.pos, token=statement_name(statement))
        handle = CommandHandle(session, parsed, statement, run)
    handle.describe(session)
    return handle
