"""COMMITTED READ LAST COMMITTED: a locked row is read in the version that was committed last.

That version is in the undo log of the session that holds the lock. Before a query that needs it runs, the old
versions of each table concerned go into a side table; the query reads the rows that nobody else has changed and
these.
"""

from typing import TYPE_CHECKING, Any

from .catalog import Table
from .undo import DELETED, INSERTED, LEFT, UPDATED

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = ["fill_old_versions", "source_sql"]


def source_sql(session: "MemorySession", table: Table, alias: str) -> str:
    """Return what stands in FROM instead of the table."""
    columns = ",".join(column.physical for column in table.columns)
    clean = session.store.function("row unchanged", 2, session.engine.row_unchanged)
    old = _side_table(session, table)
    return (
        f"(SELECT rowid AS rowid,{columns} FROM {table.physical} WHERE {clean}({table.key},rowid)"
        f" UNION ALL SELECT r,{columns} FROM {old}) AS {alias}"
    )


def _side_table(session: "MemorySession", table: Table) -> str:
    name = f"o{table.key}_{table.version}"
    columns = ",".join(column.physical for column in table.columns)
    session.store.run(f"CREATE TEMP TABLE IF NOT EXISTS {name}(r,{columns})")
    return name


def fill_old_versions(session: "MemorySession", table: Table) -> None:
    """Put the committed versions of rows that others have changed or deleted into the side table."""
    old: dict[int, tuple[Any, ...] | None] = {}
    for other in session.engine.sessions.values():
        if other is not session:
            _collect(other, table, old)
    session.foreign_changes[table.key] = set(old)
    name = _side_table(session, table)
    session.store.run(f"DELETE FROM {name}")
    marks = ",".join("?" * (len(table.columns) + 1))
    found = [(rowid, *values) for rowid, values in old.items() if values is not None]
    session.store.many(f"INSERT INTO {name} VALUES({marks})", found)


def _collect(other: "MemorySession", table: Table, old: dict[int, tuple[Any, ...] | None]) -> None:
    """The first record of a row in an undo log tells what it was: nothing, or these values."""
    deleted: set[int] = set()
    left: set[int] = set()
    for kind, plan, rowid, values in other.undo:
        if plan is None or plan.table is not table:
            continue
        if kind == LEFT:
            left.add(rowid)
        elif rowid in left:
            continue
        elif rowid in deleted and kind == UPDATED:  # its key was taken from it
            old[rowid] = values
            deleted.discard(rowid)
        elif rowid in old or rowid in deleted:
            continue
        elif kind == INSERTED:
            old[rowid] = None
        elif kind == UPDATED:
            old[rowid] = values
        elif kind == DELETED:
            deleted.add(rowid)
    columns = ",".join(column.physical for column in table.columns)
    for rowid in deleted:
        # Marked as deleted only: its values are still in the table.
        rows = other.store.rows(f"SELECT {columns} FROM {table.physical} WHERE rowid=?", (rowid,))
        old[rowid] = rows[0] if rows else None
