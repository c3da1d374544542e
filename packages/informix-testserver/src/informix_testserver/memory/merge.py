"""MERGE: one query pairs source and target rows, then each pair is updated, deleted or inserted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from informix_types.classes import mutable

from ..engine import Outcome, Parameter, SqlError
from ..sql import ast
from .bind_conditions import condition
from .bind_from import table_ref
from .binder import Binder
from .catalog import Table
from .dml import Convert, assignment, bind_assignments, default_value
from .rows import delete_row, insert_row, plan_of, update_row
from .sequences import RowMarks
from .statements import Handle
from .views import Target, target_of

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = ["MergeHandle"]

MANY_MATCHES = -26096


@mutable
class _Merge:
    table: Table
    sql: str
    updates: list[tuple[int, Convert | None]]
    inserts: list[tuple[int, Convert | None]]


class MergeHandle(Handle):
    """MERGE INTO target USING source ON condition."""

    changes = True
    statement: ast.Merge

    def bind(self, session: "MemorySession", b: Binder) -> _Merge:
        """Bind the pairing query with the values of both branches in its select list."""
        from .bind_from import _table

        node = self.statement
        found = target_of(session, node.target.name, -273)
        if found.view is not None:
            raise SqlError(-384, offset=node.target.pos, token=found.view.name)
        table = found.table
        with b.inner_scope() as scope:
            target = table_ref(b, node.target)
            source = _table(b, node.source)
            tests = [*target.checks, condition(b, node.condition).sql]
            updates: list[tuple[int, Convert | None]] = []
            inserts: list[tuple[int, Convert | None]] = []
            rowid = f"{target.sources[0].alias}.rowid"
            select = [rowid]
            if isinstance(node.matched, ast.MergeUpdate):
                updates, values, _ = bind_assignments(b, found, node.matched.assignments)
                # A pair needs, and may only have evaluated, the values of its own branch.
                select += [f"CASE WHEN {rowid} IS NOT NULL THEN {value} END" for value in values]
            if node.not_matched is not None:
                # The target's columns are NULL in rows to insert; Informix allows only the source's there.
                scope.sources = [s for s in scope.sources if s is not target.sources[0]]
                new: list[str] = []
                self._inserts(b, found, node.not_matched, inserts, new)
                select += [f"CASE WHEN {rowid} IS NULL THEN {value} END" for value in new]
        where = f" WHERE {' AND '.join(source.checks)}" if source.checks else ""
        sql = f"SELECT {','.join(select)} FROM {source.sql} LEFT JOIN {target.sql} ON {' AND '.join(tests)}{where}"
        return _Merge(table, sql, updates, inserts)

    @staticmethod
    def _inserts(
        b: Binder,
        found: Target,
        node: ast.MergeInsert,
        inserts: list[tuple[int, Convert | None]],
        select: list[str],
    ) -> None:
        table = found.table
        targets = [found.find(name) for name in node.columns] or found.everything()
        if len(targets) != len(node.values.row):
            raise SqlError(-236)
        given = set()
        marked = RowMarks(b)
        for (at, column), expression in zip(targets, node.values.row, strict=True):
            value = marked(b.value(expression, column.type.with_flags(0)))
            inserts.append((at, assignment(value, column, b.env)))
            select.append(value.sql)
            given.add(at)
        for at, column in enumerate(table.columns):
            if at not in given:
                value = default_value(b, column)
                inserts.append((at, assignment(value, column, b.env)))
                select.append(value.sql)

    def execute(self, session: "MemorySession", parameters: Sequence[Parameter]) -> Outcome:
        """Work through the pairs."""
        plan = self.plan(session, parameters)
        body: _Merge = plan.body
        row_plan = plan_of(session, body.table)
        split = 1 + len(body.updates)
        touched: set[int] = set()
        count = 0
        for row in session.store.rows(plan.sql, plan.values(parameters)):
            session.tick()
            rowid = row[0]
            if rowid is None:
                if self.statement.not_matched is not None:
                    values: list[Any] = [None] * len(body.table.columns)
                    for (at, convert), value in zip(body.inserts, row[split:], strict=True):
                        values[at] = value if convert is None or value is None else convert(value)
                    insert_row(session, row_plan, values)
                    count += 1
                continue
            if self.statement.matched is None:
                continue
            if rowid in touched:
                raise SqlError(MANY_MATCHES)
            touched.add(rowid)
            if isinstance(self.statement.matched, ast.MergeDelete):
                count += delete_row(session, row_plan, rowid)
                continue
            change = {
                at: value if convert is None or value is None else convert(value)
                for (at, convert), value in zip(body.updates, row[1:split], strict=True)
            }
            count += update_row(session, row_plan, rowid, change)
        session.last_rows = count
        return Outcome(rows=count)
