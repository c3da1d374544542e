"""UPDATE and DELETE, and what all changing statements share: conversion into columns, defaults, checks."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from informix_types.classes import mutable

from ..engine import Outcome, Parameter, ResultColumn, SqlError
from ..sql import ast
from .bind_conditions import condition
from .bind_from import base_source, row_check
from .bind_query import bind_query, with_clause
from .binder import Binder
from .catalog import Column, Constraint, Table
from .convert import converter
from .expr import Expr
from .functions_text import part_changed
from .ranges import lock_absence
from .rows import delete_row, park_keys, plan_of, update_row
from .sequences import RowMarks
from .statements import Handle, Plan
from .types import Family, family
from .views import Target, target_of

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = [
    "DeleteHandle",
    "UpdateHandle",
    "assignment",
    "bind_assignments",
    "check_query",
    "default_value",
    "omitted_value",
]

VALUE_COUNT, SERIAL_UPDATE, IMPLIED_NULL, NOT_IN_UPDATE_OF = -505, -232, -292, -364
BLOB_LITERAL = -617
Convert = Callable[[Any], Any]


def assignment(source: Expr, column: Column, env: Any) -> Convert | None:
    """Return the conversion of a computed value on its way into a column. Raises SqlError."""
    if source.null:
        return None
    target = column.type.with_flags(0)
    if family(target) in (Family.BYTE, Family.TEXT) and family(source.stored) is Family.CHAR:
        raise SqlError(BLOB_LITERAL)
    return converter(source.stored, target, env)


def default_value(b: Binder, column: Column) -> Expr:
    """Bind a column's default: 0 for serials, NULL without one."""
    if column.is_serial:
        return Expr.literal(0, column.type)
    if column.default is None:
        return Expr.nothing()
    return b.bind(column.default)


def omitted_value(b: Binder, column: Column) -> Expr:
    """Bind what an INSERT that leaves the column out puts there. Raises SqlError -292."""
    value = default_value(b, column)
    if value.null and column.not_null:
        raise SqlError(IMPLIED_NULL, token=column.name)
    return value


def check_query(session: "MemorySession", table: Table, constraint: Constraint) -> str:
    """Return the query that finds a row (rowid = ?) for which a check constraint is false."""
    b = Binder(session)
    source = base_source(b, table, table.name)
    with b.inner_scope(isolated=True) as scope:
        scope.sources.append(source)
        assert constraint.condition is not None
        test = condition(b, constraint.condition)
    return f"SELECT 1 FROM {table.physical} AS {source.alias} WHERE {source.alias}.rowid=? AND NOT {test.sql}"


# ----------------------------------------------------------------------------------------------- UPDATE, DELETE


@mutable
class Change:
    """A bound UPDATE or DELETE: a query for rowids and new values."""

    target: Target
    sql: str
    targets: list[tuple[int, Convert | None]]
    cursor: str = ""

    @property
    def table(self) -> Table:
        """The base table."""
        return self.target.table


def bind_assignments(
    b: Binder, target: Target, assignments: Sequence[ast.Assignment]
) -> tuple[list[tuple[int, Convert | None]], list[str], list[ResultColumn]]:
    """Bind a SET clause: positions with conversions, SQL of the values, and the described markers."""
    targets: list[tuple[int, Convert | None]] = []
    select: list[str] = []
    described: list[ResultColumn] = []

    marked = RowMarks(b)

    def put(at: int, column: Column, value: Expr) -> None:
        if column.is_serial:
            raise SqlError(SERIAL_UPDATE, token=column.name)
        value = marked(value)
        targets.append((at, assignment(value, column, b.env)))
        select.append(value.sql)

    for item in assignments:
        pairs = [target.find(name) for name in item.targets] or target.everything()
        if len(item.values) == 1 and isinstance(item.values[0], ast.Subquery) and len(pairs) > 1:
            found = bind_query(b, item.values[0].query)
            if len(found.columns) != len(pairs):
                raise SqlError(VALUE_COUNT)
            for index, ((at, column), expr) in enumerate(zip(pairs, found.columns, strict=True), 1):
                put(at, column, Expr(_one_value(b, found.sql, index), expr.type, expr.stored))
            continue
        if len(item.values) != len(pairs):
            raise SqlError(VALUE_COUNT)
        for (at, column), node in zip(pairs, item.values, strict=True):
            kind = column.type.with_flags(0)
            value = b.bind(node, kind)
            if value.marker is not None:
                described.append(ResultColumn(column.name, column.type))
                b.marker_types.setdefault(value.marker, column.type)
                value = b.place(value.marker, kind)
            put(at, column, value if item.part is None else part_changed(b, item.part, value))
    if len({at for at, _ in targets}) != len(targets):
        raise SqlError(-201, offset=assignments[0].pos)
    return targets, select, described


def _one_value(b: Binder, sql: str, index: int) -> str:
    def refuse() -> None:
        raise SqlError(-284)

    error = b.call("many rows", refuse, [])
    source = f"SELECT c{index} AS v FROM ({sql}) LIMIT 2"
    return f"(SELECT CASE WHEN count(*)>1 THEN {error} ELSE max(v) END FROM ({source}))"


class _ChangeHandle(Handle):
    changes = True
    keeps = True

    def _bind_rows(self, session: "MemorySession", b: Binder, node: ast.Update | ast.Delete, code: int) -> Change:
        prefix = with_clause(b, node) if node.ctes else ""
        change = self._bind_search(session, b, node, code)
        if node.ctes:
            b.ctes.pop()
        change.sql = prefix + change.sql
        return change

    def _bind_search(
        self, session: "MemorySession", b: Binder, node: ast.Update | ast.Delete, code: int
    ) -> Change:
        from .bind_from import _table

        ref, where = node.table, node.where
        from_, assignments = (node.from_, node.assignments) if isinstance(node, ast.Update) else ((), ())
        target = target_of(session, ref.name, code)
        table = target.table
        b.uses(table)
        with b.inner_scope() as scope:
            source = target.source(b, ref.alias or ref.name.name)
            scope.sources.append(source)
            alias = source.alias
            pieces = [_table(b, other) for other in from_]
            targets, select, described = bind_assignments(b, target, assignments)
            self.columns = tuple(described)
            tests = [row_check(b, table, alias)] + [check for each in pieces for check in each.checks]
            tests = [test for test in [*tests, target.condition(b, source)] if test]
            cursor = ""
            if isinstance(where, ast.CurrentOf):
                cursor = where.cursor
                tests = [f"{alias}.rowid=?{len(b.binds) + 1}"]
            elif where is not None:
                b.changed = scope, table
                tests.append(condition(b, where).sql)
                b.changed = None
        tables = ",".join([f"{table.physical} AS {alias}", *(each.sql for each in pieces)])
        sql = f"SELECT {','.join([f'{alias}.rowid', *select])} FROM {tables}"
        if tests:
            sql += " WHERE " + " AND ".join(tests)
        return Change(target, sql, targets, cursor)

    def _found(
        self, session: "MemorySession", plan: Plan, parameters: Sequence[Parameter]
    ) -> list[tuple[Any, ...]]:
        values = plan.values(parameters)
        if plan.body.cursor:
            cursor = session.cursors.get(plan.body.cursor)
            if cursor is None:
                raise SqlError(-276, token=plan.body.cursor)
            for at, _ in plan.body.targets:
                name = plan.body.table.columns[at].name
                if cursor.columns and name not in cursor.columns:
                    raise SqlError(NOT_IN_UPDATE_OF, token=name)
            values.append(cursor.current_row(plan.body.table))
        rows = session.store.rows(plan.sql, values)
        if not rows:
            lock_absence(session, plan)
        return rows

    def one_key(self, body: Change) -> bool | None:
        """WHERE CURRENT OF reads the one row of its cursor."""
        return True if body.cursor else None


class UpdateHandle(_ChangeHandle):
    """UPDATE."""

    statement: ast.Update

    def bind(self, session: "MemorySession", b: Binder) -> Change:
        """Bind the SET clause and the search for rows."""
        return self._bind_rows(session, b, self.statement, -273)

    def execute(self, session: "MemorySession", parameters: Sequence[Parameter]) -> Outcome:
        """Change the rows found."""
        plan = self.plan(session, parameters)
        row_plan = plan_of(session, plan.body.table)
        targets = plan.body.targets
        changes: dict[int, dict[int, Any]] = {}
        for found in self._found(session, plan, parameters):
            changes[found[0]] = {
                at: value if convert is None or value is None else convert(value)
                for (at, convert), value in zip(targets, found[1:], strict=True)
            }
        count, last = 0, 0
        before = park_keys(session, row_plan, changes)
        for rowid, change in changes.items():
            session.tick()
            if update_row(session, row_plan, rowid, change, before.get(rowid)):
                count, last = count + 1, rowid
        if plan.body.target.view is not None:
            for rowid in changes:
                plan.body.target.check(session, rowid)
        session.last_rows = count
        return Outcome(rows=count, rowid=last)


class DeleteHandle(_ChangeHandle):
    """DELETE."""

    statement: ast.Delete

    def bind(self, session: "MemorySession", b: Binder) -> Change:
        """Bind the search for rows."""
        return self._bind_rows(session, b, self.statement, -274)

    def execute(self, session: "MemorySession", parameters: Sequence[Parameter]) -> Outcome:
        """Delete the rows found."""
        plan = self.plan(session, parameters)
        row_plan = plan_of(session, plan.body.table)
        count = 0
        for found in self._found(session, plan, parameters):
            session.tick()
            count += delete_row(session, row_plan, found[0])
        if plan.body.cursor:
            session.cursors[plan.body.cursor].leave_row()
        session.last_rows = count
        return Outcome(rows=count)
