"""Views through which rows are changed: a SELECT of one table without DISTINCT, aggregates and grouping."""

from dataclasses import field
from typing import TYPE_CHECKING

from informix_types.classes import frozen

from ..engine import SqlError
from ..sql import ast
from .bind_conditions import condition
from .bind_from import base_source
from .binder import Binder, Source
from .catalog import Column, Table

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = ["Target", "target_of"]

NOT_UPDATABLE, VIRTUAL_COLUMN, CHECK_OPTION, NO_COLUMN, ROWID_WRITE = -384, -234, -385, -217, -228


@frozen
class Target:
    """What a changing statement works on.

    Attributes:
        table: the base table.
        view: the view named, or None.
        columns: column by the name under which the statement knows it, in order; None for a computed one.
        where: condition of the view, in terms of the base table's columns.
        name: what the view calls the base table.
        computed: the expressions of the columns that are None in `columns`.
    """

    table: Table
    view: Table | None
    columns: dict[str, Column | None]
    where: ast.Expression | None = None
    name: str = ""
    computed: dict[str, ast.Expression] = field(default_factory=dict)

    def find(self, name: ast.Identifier) -> tuple[int, Column]:
        """Return position and column of a target. Raises SqlError -217, -228, -234."""
        if name.name not in self.columns:
            raise SqlError(ROWID_WRITE if name.name == "rowid" else NO_COLUMN, offset=name.pos, token=name.name)
        column = self.columns[name.name]
        if column is None:
            raise SqlError(VIRTUAL_COLUMN, offset=name.pos, token=name.name)
        return self.table.columns.index(column), column

    def everything(self) -> list[tuple[int, Column]]:
        """Return all columns, for a statement that names none. Raises SqlError -234."""
        return [self.find(ast.Identifier(0, name)) for name in self.columns]

    def source(self, b: Binder, name: str) -> Source:
        """Make the source for FROM: the base table's columns under the view's names."""
        source = base_source(b, self.table, name)
        if self.view is None:
            return source
        columns = {n: source.columns[c.name] for n, c in self.columns.items() if c is not None}
        with b.inner_scope(isolated=True) as scope:
            scope.sources.append(base_source(b, self.table, self.name, source.alias))
            columns |= {n: b.value(node).named(n) for n, node in self.computed.items()}
        return Source(name, source.alias, columns, self.table, list(columns))

    def condition(self, b: Binder, source: Source) -> str:
        """Return the view's condition as SQL, or nothing."""
        if self.where is None:
            return ""
        with b.inner_scope(isolated=True) as scope:
            scope.sources.append(base_source(b, self.table, self.name, source.alias))
            return condition(b, self.where).sql

    def check(self, session: "MemorySession", rowid: int) -> None:
        """Refuse a row that the view would not show, WITH CHECK OPTION. Raises SqlError -385."""
        if self.view is None or not self.view.check_option or self.where is None:
            return
        b = Binder(session, [])
        source = base_source(b, self.table, self.table.name)
        test = self.condition(b, source)
        sql = f"SELECT 1 FROM {self.table.physical} AS {source.alias} WHERE {source.alias}.rowid=? AND {test}"
        if not session.store.rows(sql, (rowid,)):
            raise SqlError(CHECK_OPTION)


def target_of(session: "MemorySession", name: ast.ObjectName, code: int) -> Target:
    """Find what a statement changes.

    Args:
        session: whose names count.
        name: table, view or synonym.
        code: error for a system table.

    Raises:
        SqlError: -206 unknown, -384 a view that is not updatable.
    """
    table = session.table(name)
    if table.kind == "V":
        return _through_view(session, table, name, code)
    if table.kind != "T":
        raise SqlError(-206, isam=-111, offset=name.pos, token=table.name)
    if table.system:
        raise SqlError(code, isam=-111, offset=name.pos, token=table.name)
    return Target(table, None, {column.name: column for column in table.columns})


def _through_view(session: "MemorySession", view: Table, name: ast.ObjectName, code: int) -> Target:
    query = view.query
    body = query.body if query is not None else None
    refused = SqlError(NOT_UPDATABLE, offset=name.pos, token=view.name)
    if query is None or not isinstance(body, ast.Select) or query.ctes or query.limit is not None:
        raise refused
    single = body.from_[0] if len(body.from_) == 1 else None
    grouped = body.quantifier == "DISTINCT" or body.group_by or body.having or body.first or body.skip
    if grouped or not isinstance(single, ast.TableRef):
        raise refused
    with session.in_database(view.database):
        base = session.table(single.name)
    if base.kind != "T":
        raise refused
    if base.system:
        raise SqlError(code, isam=-111, offset=name.pos, token=base.name)
    names = iter(column.name for column in view.columns)
    columns: dict[str, Column | None] = {}
    computed: dict[str, ast.Expression] = {}
    for item in body.items:
        if isinstance(item.expression, ast.Star):
            columns.update((next(names), column) for column in base.columns)
        elif isinstance(item.expression, ast.ColumnRef):
            columns[next(names)] = base.column(item.expression.name)
        elif isinstance(item.expression, ast.FunctionCall) and item.expression.name.name in _AGGREGATES:
            raise refused
        else:
            name_of = next(names)
            columns[name_of], computed[name_of] = None, item.expression
    return Target(base, view, columns, body.where, single.alias or base.name, computed)


_AGGREGATES = frozenset(("count", "sum", "avg", "min", "max", "range", "stdev", "variance"))
