"""Changes of single rows: constraints, unique keys and locks, for every statement that writes.

A row deleted inside a transaction stays in sqlite until the commit, marked in `MemoryEngine.dead`: other sessions
must still find it locked, its keys must stay taken, and nobody else may get its rowid. For the same reasons an
update leaves the keys that it replaces behind, in a row of their own that is marked as deleted, too.
"""

import itertools
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from informix_types import TypeCode
from informix_types.classes import mutable

from ..engine import SqlError
from .catalog import Column, Constraint, Index, Table
from .locks import INSERT_FAILED, ROW_LOCKED, LockConflict
from .referential import check_children, check_parent, children, referring
from .undo import DELETED, INSERTED, LEFT, PURGED, UPDATED

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = [
    "ForeignKey",
    "RowPlan",
    "delete_row",
    "insert_row",
    "lock_for_change",
    "park_keys",
    "plan_of",
    "purge_dead",
    "update_row",
]

NOT_NULL, DUPLICATE_KEY, DUPLICATE_CONSTRAINT, CHECK_FAILED = -391, -239, -268, -530
UPDATE_FAILED = -346
PRIMARY_KEY_NULL = -703
ISAM_DUPLICATE = -100


@mutable
class _Unique:
    index: Index
    constraint: Constraint | None
    positions: tuple[int, ...]
    find: str


@mutable
class ForeignKey:
    """A referential constraint of a table: positions of its columns, and the query that finds the parent's row."""

    constraint: Constraint
    positions: tuple[int, ...]
    find: str
    parent: Table


@mutable
class RowPlan:
    """What changing rows of one table needs, worked out once for each version of its definition."""

    table: Table
    version: int
    columns: list[Column]
    insert: str
    select: str
    required: list[int] = field(default_factory=list)
    keys: list[tuple[int, ...]] = field(default_factory=list)
    """Positions of the columns of each index."""
    uniques: list[_Unique] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    checks: list[tuple[Constraint, str]] = field(default_factory=list)
    serials: list[tuple[int, Column]] = field(default_factory=list)

    def update(self, positions: Iterable[int]) -> str:
        """Return the UPDATE of columns by position: takes their values, then the rowid."""
        settings = ",".join(f"{self.columns[at].physical}=?" for at in positions)
        return f"UPDATE {self.table.physical} SET {settings} WHERE rowid=?"


def plan_of(session: "MemorySession", table: Table) -> RowPlan:
    """Return the row plan of a table."""
    plan = session.engine.row_plans.get(table.key)
    if plan is None or plan.version != table.version or plan.table is not table:
        plan = _make_plan(session, table)
        session.engine.row_plans[table.key] = plan
    return plan


def _make_plan(session: "MemorySession", table: Table) -> RowPlan:
    names = [column.physical for column in table.columns]
    marks = ",".join("?" * len(names))
    plan = RowPlan(
        table,
        table.version,
        list(table.columns),
        f"INSERT INTO {table.physical}({','.join(names)}) VALUES({marks})",
        f"SELECT {','.join(names)} FROM {table.physical} WHERE rowid=?",
    )
    positions = {column.number: index for index, column in enumerate(table.columns)}
    plan.required = [i for i, column in enumerate(table.columns) if column.not_null or column.is_serial]
    plan.serials = [(i, column) for i, column in enumerate(table.columns) if column.is_serial]
    for index in filter(table.at_work, table.indexes):
        at = tuple(positions[number] for number, _ in index.columns)
        plan.keys.append(at)
        if index.unique:
            owner = next((c for c in table.constraints if c.index == index.name), None)
            where = " AND ".join(f"c{number} IS ?" for number, _ in index.columns)
            plan.uniques.append(_Unique(index, owner, at, f"SELECT rowid FROM {table.physical} WHERE {where}"))
    for constraint in table.references():
        parent = session.engine.tables[constraint.parent]
        where = " AND ".join(f"c{number} = ?" for number in constraint.parent_columns)
        plan.foreign_keys.append(
            ForeignKey(
                constraint,
                tuple(positions[number] for number in constraint.columns),
                f"SELECT rowid FROM {parent.physical} WHERE {where}",
                parent,
            )
        )
    for constraint in table.checks():
        plan.checks.append((constraint, session.check_sql(table, constraint)))
    return plan


# ------------------------------------------------------------------------------------------------------- insert


def insert_row(session: "MemorySession", plan: RowPlan, values: list[Any]) -> int:
    """Insert a row of stored values in column order; return its rowid. Raises SqlError, LockConflict."""
    table = plan.table
    session.row_mark = len(session.undo)
    if plan.serials:
        _serial(session, plan, values)
    for at in plan.required:
        if values[at] is None:
            raise _null(plan, plan.columns[at])
    session.locks.check_table(session, table.key, write=True, code=INSERT_FAILED)
    try:
        rowid = session.store.run(plan.insert, values).lastrowid or 0
    except sqlite3.IntegrityError:
        _free_keys(session, plan, values, None)
        rowid = session.store.run(plan.insert, values).lastrowid or 0
    session.undo.append((INSERTED, plan, rowid, None))
    if session.in_transaction:
        session.locks.lock_row(session, table.key, rowid, "X")
    _check_row(session, plan, rowid)
    for key in plan.foreign_keys:
        session.deferred.append((check_parent, (plan, key, rowid), [values[at] for at in key.positions]))
    if session.deferred:
        session.row_changed()
    return rowid


def _null(plan: RowPlan, column: Column) -> SqlError:
    if column.implied:
        return SqlError(PRIMARY_KEY_NULL, token=plan.table.name)
    return SqlError(NOT_NULL, token=column.name)


def _serial(session: "MemorySession", plan: RowPlan, values: list[Any]) -> None:
    for at, column in plan.serials:
        last = plan.table.serials.get(column.number, 0)
        value = values[at]
        if not value:
            # NULL is refused by Informix, 0 asks for the next number; an omitted column arrives as 0 too.
            if value is None:
                raise SqlError(NOT_NULL, token=column.name)
            value = values[at] = last + 1 if last < _largest(column) else 1
            plan.table.serials[column.number] = value
        elif value > last:
            plan.table.serials[column.number] = value
        session.note_serial(column, value)


def _largest(column: Column) -> int:
    """Return the number after which a serial column starts again from 1 (IBM: "SERIAL8", APAR IT30917)."""
    return 2**31 - 1 if column.type.code == TypeCode.SERIAL else 2**63 - 1


def _free_keys(session: "MemorySession", plan: RowPlan, values: Sequence[Any], own: int | None) -> None:
    """Find out which unique key is taken: take it from rows that this session has deleted, else raise."""
    key = plan.table.key
    for unique in plan.uniques:
        for (rowid,) in session.store.rows(unique.find, [values[at] for at in unique.positions]):
            if rowid == own:
                continue
            deleter = session.engine.dead.get(key, {}).get(rowid)
            if deleter is session:
                _park(session, plan, rowid, unique.positions, session.store.rows(plan.select, (rowid,))[0])
                continue
            writer = deleter or session.locks.row_writer(session, key, rowid)
            if writer is not None:
                raise LockConflict(frozenset((writer,)), INSERT_FAILED, ROW_LOCKED)
            raise _duplicate(unique, updating=own is not None)


_spare_keys = itertools.count(1)


def _leave_keys(session: "MemorySession", plan: RowPlan, old: Sequence[Any], new: Sequence[Any]) -> None:
    """Leave the keys that an update has given up in a row that is marked as deleted.

    Who looks one up through its index must find it locked, and nobody may take it: a rollback needs it back.
    """
    changed = [key for key in plan.keys if any(old[at] != new[at] for at in key)]
    if not changed:
        return
    values: list[Any] = [None] * len(old)
    for key in changed:
        for at in key:
            values[at] = old[at]
    # In the other unique indexes the row that was updated has its key; this one gets a key that no row can have.
    spare = b"\xfe" + next(_spare_keys).to_bytes(8, "big")
    for unique in plan.uniques:
        if unique.positions not in changed:
            values[unique.positions[0]] = spare
    try:
        rowid = session.store.run(plan.insert, values).lastrowid or 0
    except sqlite3.IntegrityError:
        # The same statement has given the key to another row, which is locked, too.
        for unique in plan.uniques:
            values[unique.positions[0]] = spare
        rowid = session.store.run(plan.insert, values).lastrowid or 0
    session.engine.mark_dead(session, plan.table.key, rowid)
    session.undo.append((LEFT, plan, rowid, None))


def _duplicate(unique: _Unique, *, updating: bool) -> SqlError:
    if unique.constraint is not None:
        token = f"{unique.constraint.owner}.{unique.constraint.name}"
        return SqlError(DUPLICATE_CONSTRAINT, isam=ISAM_DUPLICATE, token=token)
    if updating:
        # -239 is about new rows only; applications look for -346 with ISAM -100 after an UPDATE.
        return SqlError(UPDATE_FAILED, isam=ISAM_DUPLICATE)
    return SqlError(DUPLICATE_KEY, isam=ISAM_DUPLICATE, token=unique.index.name)


def _park(
    session: "MemorySession", plan: RowPlan, rowid: int, positions: Sequence[int], old: tuple[Any, ...]
) -> None:
    """Give columns of a row a value that no other row has, a byte string of its own: its keys are free then."""
    parked = dict.fromkeys(positions, b"\xff" + rowid.to_bytes(8, "big"))
    session.store.run(plan.update(parked), [*parked.values(), rowid])
    session.undo.append((UPDATED, plan, rowid, old))


def purge_dead(session: "MemorySession", table: Table) -> None:
    """Remove all rows that the session has marked as deleted: a definition that it changes must not meet them."""
    rows = session.engine.dead.get(table.key, {})
    for rowid in [rowid for rowid, deleter in rows.items() if deleter is session]:
        # With what dropped columns hold, which a rollback brings back.
        found = session.store.run(f"SELECT * FROM {table.physical} WHERE rowid=?", (rowid,))
        names = [column[0] for column in found.description]
        values = found.fetchone()
        session.store.run(f"DELETE FROM {table.physical} WHERE rowid=?", (rowid,))
        session.engine.unmark(table.key, rowid)
        restore = f"INSERT INTO {table.physical}(rowid,{','.join(names)}) VALUES(?{',?' * len(names)})"
        session.undo.append((PURGED, plan_of(session, table), rowid, (restore, values)))


def _check_row(session: "MemorySession", plan: RowPlan, rowid: int) -> None:
    for constraint, sql in plan.checks:
        with session.dated(constraint.dbdate):
            found = session.store.rows(sql, (rowid,))
        if found:
            raise SqlError(CHECK_FAILED, token=f"{constraint.owner}.{constraint.name}")


# ----------------------------------------------------------------------------------------------- update, delete


def lock_for_change(session: "MemorySession", plan: RowPlan, rowid: int) -> tuple[Any, ...] | None:
    """Lock a row exclusively and return its values, or None when it has gone."""
    key = plan.table.key
    session.locks.check_table(session, key, write=True)
    deleter = session.engine.dead.get(key, {}).get(rowid)
    if deleter is session:
        return None
    if deleter is not None:  # keys that its update has left behind have no lock of their own
        raise LockConflict(frozenset((deleter,)), -244, ROW_LOCKED)
    if session.in_transaction:
        session.locks.lock_row(session, key, rowid, "X")
    else:
        holders = session.locks.row_locked(session, key, rowid)
        if holders:
            raise LockConflict(holders, -244, ROW_LOCKED)
    found = session.store.rows(plan.select, (rowid,))
    return found[0] if found else None


def park_keys(
    session: "MemorySession", plan: RowPlan, changes: dict[int, dict[int, Any]]
) -> dict[int, tuple[Any, ...]]:
    """Let unique keys move over each other (`SET id = id + 1`): Informix looks at them when the statement ends.

    Rows whose unique key changes are parked first.

    Args:
        session: the running session.
        plan: of the table.
        changes: new values by position, by rowid; every row changes the same columns.

    Returns:
        the rows as they were, by rowid, for `update_row`.
    """
    if len(changes) < 2:
        return {}
    unique = {at for key in plan.uniques for at in key.positions}
    moved = [at for at in next(iter(changes.values())) if at in unique]
    before: dict[int, tuple[Any, ...]] = {}
    # From here on the statement fails as a whole, without a log too: a row cannot go back alone to its old key.
    session.row_mark = len(session.undo)
    for rowid in changes if moved else ():
        session.tick()
        old = lock_for_change(session, plan, rowid)
        if old is None:
            continue
        _park(session, plan, rowid, moved, old)
        before[rowid] = old
    return before


def update_row(
    session: "MemorySession",
    plan: RowPlan,
    rowid: int,
    changes: dict[int, Any],
    before: tuple[Any, ...] | None = None,
) -> bool:
    """Set columns (by position) of a row; whether it was still there. Raises SqlError, LockConflict.

    `before` is the row as the statement found it, when `park_keys` has taken its keys away.
    """
    if before is None:
        session.row_mark = len(session.undo)
    stored = lock_for_change(session, plan, rowid)
    if stored is None:
        return False
    old = stored if before is None else before
    new = list(old)
    for at, value in changes.items():
        new[at] = value
    for at in plan.required:
        if new[at] is None:
            raise _null(plan, plan.columns[at])
    sql, values = plan.update(changes), [*changes.values(), rowid]
    try:
        session.store.run(sql, values)
    except sqlite3.IntegrityError:
        _free_keys(session, plan, new, rowid)
        session.store.run(sql, values)
    session.undo.append((UPDATED, plan, rowid, stored))
    if plan.keys and session.in_transaction and not plan.table.temporary:
        _leave_keys(session, plan, old, new)
    _check_row(session, plan, rowid)
    for key in plan.foreign_keys:
        if any(at in changes for at in key.positions):
            session.deferred.append((check_parent, (plan, key, rowid), [new[at] for at in key.positions]))
    for child, constraint in children(session, plan):
        key_at = [plan.table.position(number) - 1 for number in constraint.parent_columns]
        if any(old[i] != new[i] for i in key_at):
            session.deferred.append((check_children, (plan, child, constraint), [old[i] for i in key_at]))
    if session.deferred and before is None:
        session.row_changed()
    return True


def delete_row(session: "MemorySession", plan: RowPlan, rowid: int) -> bool:
    """Delete a row and what refers to it by ON DELETE CASCADE. Raises SqlError, LockConflict."""
    session.row_mark = len(session.undo)
    deleted = _delete(session, plan, rowid)
    if session.deferred:
        session.row_changed()
    return deleted


def _delete(session: "MemorySession", plan: RowPlan, rowid: int) -> bool:
    old = lock_for_change(session, plan, rowid)
    if old is None:
        return False
    session.engine.mark_dead(session, plan.table.key, rowid)
    session.undo.append((DELETED, plan, rowid, None))
    for child, constraint in children(session, plan):
        values = [old[plan.table.position(number) - 1] for number in constraint.parent_columns]
        if None in values:
            continue
        if constraint.cascade:
            child_plan = plan_of(session, child)
            for child_row in referring(session, child, constraint, values):
                _delete(session, child_plan, child_row)
        else:
            session.deferred.append((check_children, (plan, child, constraint), values))
    return True
