# ruff: noqa: ARG002, PLR0917 - the handles share the signatures of `Handle`
"""INSERT: rows of bound values, of expressions, of a query or a routine."""

from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from informix_types import ColumnType, TypeCode
from informix_types.classes import mutable

from ..engine import Outcome, Parameter, ResultColumn, SqlError
from ..sql import ast
from .bind_query import bind_query
from .binder import Binder
from .catalog import Column, Table
from .dml import Convert, assignment, default_value, omitted_value
from .expr import Expr
from .plan_values import value_reader
from .rows import RowPlan, insert_row, plan_of
from .sequences import RowMarks
from .statements import Handle, Plan
from .views import Target, target_of

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = ["InsertHandle"]

VALUE_COUNT, COLUMN_TWICE = -236, -681


@mutable
class _Insert:
    """A bound INSERT … VALUES.

    `fixed` holds a row with everything known; `markers` (position, marker index, type) and `computed` (position,
    conversion; in the order of the SELECT `sql`) fill the rest in.
    """

    table: Table
    fixed: list[Any]
    markers: list[tuple[int, int, ColumnType]] = field(default_factory=list)
    computed: list[tuple[int, Convert | None]] = field(default_factory=list)
    sql: str = ""
    defaults: dict[int, str] = field(default_factory=dict)
    readers: list[tuple[int, int, Convert]] = field(default_factory=list)


@mutable
class _InsertQuery:
    table: Table
    sql: str
    targets: list[tuple[int, Convert | None]]
    fixed: list[Any]
    computed: list[tuple[int, Convert | None]]
    computed_sql: str


class InsertHandle(Handle):
    """INSERT."""

    changes = True
    keeps = True
    statement: ast.Insert
    target: Target

    def bind(self, session: "MemorySession", b: Binder) -> Any:
        """Bind the values or the query for the target columns."""
        node = self.statement
        self.target = target = target_of(session, node.table, -275)
        table = target.table
        b.uses(table)
        self.inserts_into = table
        if node.columns:
            targets = [target.find(name) for name in node.columns]
            if len({at for at, _ in targets}) != len(targets):
                raise SqlError(COLUMN_TWICE, offset=node.columns[0].pos)
        else:
            targets = target.everything()
        if isinstance(node.source, ast.Values):
            return self._values(session, b, table, targets, node.source)
        if isinstance(node.source, ast.Query):
            return self._query(session, b, table, targets, node.source)
        return self._query(session, b, table, targets, _routine_query(node.source))

    def _values(
        self,
        session: "MemorySession",
        b: Binder,
        table: Table,
        targets: list[tuple[int, Column]],
        source: ast.Values,
    ) -> _Insert:
        if len(source.row) != len(targets):
            raise SqlError(VALUE_COUNT)
        made = _Insert(table, [None] * len(table.columns))
        select: list[str] = []
        described = []
        marked = RowMarks(b)
        for (at, column), node in zip(targets, source.row, strict=True):
            target = column.type.with_flags(0)
            if isinstance(node, ast.Parameter):
                made.markers.append((at, node.index, target))
                b.marker_types.setdefault(node.index, column.type)
                described.append(ResultColumn(column.name, column.type))
                continue
            self._place(b, made, select, at, column, marked(b.value(node, target)))
        given = {at for at, _ in targets}
        for at, column in enumerate(table.columns):
            if at not in given:
                self._place(b, made, select, at, column, omitted_value(b, column))
        made.sql = "SELECT " + ",".join(select) if select else ""
        self.columns = tuple(described)
        actual = b.actual
        if actual is not None:
            for at, marker, target in made.markers:
                made.readers.append((at, marker, value_reader(actual[marker], target, session.store.env)))
        return made

    @staticmethod
    def _place(b: Binder, made: _Insert, select: list[str], at: int, column: Column, value: Expr) -> None:
        if value.null:
            return
        convert = assignment(value, column, b.env)
        if value.constant:
            if convert is None or value.value is None:
                made.fixed[at] = value.value
                return
            try:
                made.fixed[at] = convert(value.value)
                return
            except SqlError:
                pass  # raised at execution, as a server does
        select.append(value.sql)
        made.computed.append((at, convert))

    def _query(
        self,
        session: "MemorySession",
        b: Binder,
        table: Table,
        targets: list[tuple[int, Column]],
        source: ast.Query,
    ) -> _InsertQuery:
        found = bind_query(b, source)
        if len(found.columns) != len(targets):
            raise SqlError(VALUE_COUNT)
        converts = [
            (at, assignment(expr, column, b.env))
            for (at, column), expr in zip(targets, found.columns, strict=True)
        ]
        rest = _Insert(table, [None] * len(table.columns))
        select: list[str] = []
        given = {at for at, _ in targets}
        for at, column in enumerate(table.columns):
            if at not in given:
                self._place(b, rest, select, at, column, omitted_value(b, column))
        self.columns = ()
        sql = "SELECT " + ",".join(select) if select else ""
        return _InsertQuery(table, found.sql, converts, rest.fixed, rest.computed, sql)

    def execute(self, session: "MemorySession", parameters: Sequence[Parameter]) -> Outcome:
        """Insert the row or rows."""
        plan = self.plan(session, parameters)
        body = plan.body
        rowid, count = 0, 0
        rows = self._rows(session, plan, parameters)
        row_plan = plan_of(session, body.table)
        for row in rows:
            session.tick()
            rowid = insert_row(session, row_plan, row)
            if self.target.view is not None:
                self.target.check(session, rowid)
            count += 1
        session.last_rows = count
        if not row_plan.serials or not count:
            return Outcome(rows=count, rowid=rowid)
        return _with_serials(session, row_plan, count, rowid)

    def _rows(self, session: "MemorySession", plan: Plan, parameters: Sequence[Parameter]) -> list[list[Any]]:
        body = plan.body
        if isinstance(body, _Insert):
            return [self._row(session, plan, body, parameters)]
        fixed = list(body.fixed)
        if body.computed_sql:
            computed = session.store.rows(body.computed_sql)[0]
            for (at, convert), value in zip(body.computed, computed, strict=True):
                fixed[at] = value if convert is None or value is None else convert(value)
        made = []
        for found in session.store.rows(plan.sql, plan.values(parameters)):
            row = list(fixed)
            for (at, convert), value in zip(body.targets, found, strict=True):
                row[at] = value if convert is None or value is None else convert(value)
            made.append(row)
        return made

    def _row(
        self, session: "MemorySession", plan: Plan, body: _Insert, parameters: Sequence[Parameter]
    ) -> list[Any]:
        row = list(body.fixed)
        for at, marker, read in body.readers:
            parameter = parameters[marker]
            if parameter.is_default:
                row[at] = self._default(session, body.table.columns[at])
            else:
                row[at] = read(parameter.value)
        if body.computed:
            computed = session.store.rows(plan.sql, plan.values(parameters))[0]
            for (at, convert), value in zip(body.computed, computed, strict=True):
                row[at] = value if convert is None or value is None else convert(value)
        return row

    @staticmethod
    def _default(session: "MemorySession", column: Column) -> Any:
        b = Binder(session, [])
        value = default_value(b, column)
        if value.null:
            return None
        convert = assignment(value, column, b.env)
        found = session.store.rows(f"SELECT {value.sql}")[0][0]
        return found if convert is None or found is None else convert(found)


def _with_serials(session: "MemorySession", plan: RowPlan, count: int, rowid: int) -> Outcome:
    serial = serial8 = bigserial = 0
    for _, column in plan.serials:
        if column.type.code == TypeCode.SERIAL:
            serial = session.last_serial
        elif column.type.code == TypeCode.SERIAL8:
            serial8 = session.last_serial8
        else:
            bigserial = session.last_bigserial
    return Outcome(count, rowid, serial, serial8, bigserial)


def _routine_query(node: ast.ExecuteRoutine) -> ast.Query:
    """INSERT … EXECUTE PROCEDURE f(…) inserts what TABLE(f(…)) would return."""
    call = ast.FunctionCall(node.pos, node.name, node.arguments)
    source = ast.TableFunction(node.pos, call)
    return ast.Query(node.pos, ast.Select(node.pos, (ast.SelectItem(node.pos, ast.Star(node.pos)),), (source,)))
