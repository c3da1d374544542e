"""Changes of single rows: constraints, unique keys, locks and the undo record, for every statement that writes.

A row deleted inside a transaction stays in sqlite until the commit, marked in `MemoryEngine.dead`: other sessions
must still find it locked, its keys must stay taken, and nobody else may get its rowid. For the same reasons an
update leaves the keys that it replaces behind, in a row of their own that is marked as deleted, too.
"""

import itertools
import sqlite3
from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from informix_types import TypeCode
from informix_types.classes import mutable

from ..engine import SqlError
from .catalog import Column, Constraint, Index, Table
from .locks import INSERT_FAILED, ROW_LOCKED, LockConflict

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = [
    "RowPlan",
    "delete_row",
    "forget_unlogged",
    "insert_row",
    "park_keys",
    "plan_of",
    "purge_dead",
    "remove_dead",
    "undo_step",
    "undo_to",
    "update_row",
]

NOT_NULL, DUPLICATE_KEY, DUPLICATE_CONSTRAINT, CHECK_FAILED = -391, -239, -268, -530
UPDATE_FAILED = -346
PRIMARY_KEY_NULL = -703
PARENT_MISSING, CHILD_EXISTS = -691, -692
ISAM_DUPLICATE, ISAM_NO_RECORD = -100, -111

INSERTED, UPDATED, DELETED, LEFT, PURGED, CHANGED, TEMPORARY, NOTED = "i", "u", "d", "l", "p", "x", "t", "n"
"""Kinds of undo records: (kind, row plan or None, rowid, old values or an undoing function).

LEFT is a row that holds nothing but the keys that an update has given up, marked as deleted. PURGED is a row
marked as deleted that is removed early: with its SQL and values.
TEMPORARY is the change of a temporary table's definition: unlike CHANGED it is of no account to a data folder.
NOTED undoes nothing: it stands for a lock that the end of a statement without a transaction has to release.
"""


@mutable
class _Unique:
    index: Index
    constraint: Constraint | None
    positions: tuple[int, ...]
    find: str


@mutable
class _ForeignKey:
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
    foreign_keys: list[_ForeignKey] = field(default_factory=list)
    checks: list[tuple[Constraint, str]] = field(default_factory=list)
    serials: list[tuple[int, Column]] = field(default_factory=list)


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
            _ForeignKey(
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
        session.deferred.append((_check_parent, (plan, key, rowid), [values[at] for at in key.positions]))
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
    session.store.run(_update_sql(plan, parked), [*parked.values(), rowid])
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


# ------------------------------------------------------------------------------------------- referential checks


def _check_parent(session: "MemorySession", subject: tuple[RowPlan, _ForeignKey, int], values: list[Any]) -> None:
    """Look for the referenced row at the end of the statement."""
    plan, key, rowid = subject
    if None in values:
        return
    parent = key.parent.key
    for (found,) in session.store.rows(key.find, values):
        deleter = session.engine.dead.get(parent, {}).get(found)
        if deleter is session:
            continue
        writer = session.locks.row_writer(session, parent, found) or deleter
        if writer is not None:
            raise LockConflict(frozenset((writer,)), PARENT_MISSING, ROW_LOCKED)
        if session.in_transaction:
            session.locks.lock_row(session, parent, found, "S")
        return
    if not _refers(session, plan, key, rowid, values):
        return
    token = f"{key.constraint.owner}.{key.constraint.name}"
    raise SqlError(PARENT_MISSING, isam=ISAM_NO_RECORD, token=token)


def _refers(session: "MemorySession", plan: RowPlan, key: _ForeignKey, rowid: int, values: Sequence[Any]) -> bool:
    """Whether the row still refers to what it did: a check that was deferred may come after its end."""
    if plan.table.dropped or key.constraint not in plan.table.constraints:
        return False
    row = session.store.rows(plan.select, (rowid,))
    gone = session.engine.dead.get(plan.table.key, {}).get(rowid) is session
    return bool(row) and not gone and [row[0][at] for at in key.positions] == values


def _children(session: "MemorySession", plan: RowPlan) -> list[tuple[Table, Constraint]]:
    """Return the references to a table. Raises LockConflict for one that another transaction has dropped."""
    found = []
    for key in plan.table.children:
        child = session.engine.tables[key]
        if child.dropped:
            session.locks.check_table(session, key, write=False, code=CHILD_EXISTS)
            continue
        found += [(child, c) for c in child.references() if c.parent == plan.table.key]
    return found


def _check_children(session: "MemorySession", found: tuple[RowPlan, Table, Constraint], values: list[Any]) -> None:
    """Refuse, at the end of the statement, that a referenced key is gone while rows refer to it."""
    plan, child, constraint = found
    if None in values or plan.table.dropped or child.dropped or constraint not in child.constraints:
        return
    where = " AND ".join(f"c{number} = ?" for number in constraint.parent_columns)
    for (rowid,) in session.store.rows(f"SELECT rowid FROM {plan.table.physical} WHERE {where}", values):
        if rowid not in session.engine.dead.get(plan.table.key, {}):
            return
    for rowid in _referring(session, child, constraint, values):
        deleter = session.engine.dead.get(child.key, {}).get(rowid)
        if deleter is session:
            continue
        writer = deleter or session.locks.row_writer(session, child.key, rowid)
        if writer is not None:
            raise LockConflict(frozenset((writer,)), CHILD_EXISTS, ROW_LOCKED)
        raise SqlError(CHILD_EXISTS, token=f"{constraint.owner}.{constraint.name}")


def _referring(session: "MemorySession", child: Table, constraint: Constraint, values: list[Any]) -> list[int]:
    where = " AND ".join(f"c{number} = ?" for number in constraint.columns)
    return [rowid for (rowid,) in session.store.rows(f"SELECT rowid FROM {child.physical} WHERE {where}", values)]


# ----------------------------------------------------------------------------------------------- update, delete


def lock_for_change(session: "MemorySession", plan: RowPlan, rowid: int) -> tuple[Any, ...] | None:
    """Lock a row exclusively and return its values, or None when it has gone."""
    key = plan.table.key
    session.locks.check_table(session, key, write=True)
    deleter = session.engine.dead.get(key, {}).get(rowid)
    if deleter is session:
        return None
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
    sql, values = _update_sql(plan, changes), [*changes.values(), rowid]
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
            session.deferred.append((_check_parent, (plan, key, rowid), [new[at] for at in key.positions]))
    for child, constraint in _children(session, plan):
        key_at = [plan.table.position(number) - 1 for number in constraint.parent_columns]
        if any(old[i] != new[i] for i in key_at):
            session.deferred.append((_check_children, (plan, child, constraint), [old[i] for i in key_at]))
    if session.deferred and before is None:
        session.row_changed()
    return True


def _update_sql(plan: RowPlan, changes: dict[int, Any]) -> str:
    settings = ",".join(f"{plan.columns[at].physical}=?" for at in changes)
    return f"UPDATE {plan.table.physical} SET {settings} WHERE rowid=?"


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
    for child, constraint in _children(session, plan):
        values = [old[plan.table.position(number) - 1] for number in constraint.parent_columns]
        if None in values:
            continue
        if constraint.cascade:
            child_plan = plan_of(session, child)
            for child_row in _referring(session, child, constraint, values):
                _delete(session, child_plan, child_row)
        else:
            session.deferred.append((_check_children, (plan, child, constraint), values))
    return True


# --------------------------------------------------------------------------------------------------------- undo


def forget_unlogged(session: "MemorySession", mark: int) -> None:
    """After a statement: drop the undo records of temporary tables WITH NO LOG, which no rollback touches."""
    kept = []
    for record in session.undo[mark:]:
        kind, plan, rowid, _ = record
        if (plan is None and (kind == NOTED or rowid)) or (plan is not None and plan.table.logged):
            kept.append(record)
        elif kind == DELETED:
            remove_dead(session, plan.table, rowid)
    session.undo[mark:] = kept


def remove_dead(session: "MemorySession", table: Table, rowid: int) -> None:
    """Remove a row for good that the session has marked as deleted, unless it has been purged."""
    if session.engine.dead.get(table.key, {}).get(rowid) is session:
        session.store.run(f"DELETE FROM {table.physical} WHERE rowid=?", (rowid,))
        session.engine.unmark(table.key, rowid)


def undo_to(session: "MemorySession", mark: int) -> None:
    """Undo the session's changes back to a mark in its undo log, newest first.

    Raises:
        Exception: the first step that failed, after all the others.
    """
    failure: Exception | None = None
    with session.store.undisturbed():
        while len(session.undo) > mark:
            try:
                _undo(session, *session.undo.pop())
            except Exception as error:  # noqa: BLE001 - the rest must be undone whatever it is
                failure = failure or error
    if failure is not None:
        raise failure


def _undo(session: "MemorySession", kind: str, plan: RowPlan | None, rowid: int, old: Any) -> None:
    if plan is None:
        if kind != NOTED:
            old()
        return
    step = undo_step(kind, plan, rowid, old)
    if step is not None:
        session.store.run(*step)
    if kind in (DELETED, LEFT):
        session.engine.unmark(plan.table.key, rowid)
    elif kind == PURGED:
        session.engine.mark_dead(session, plan.table.key, rowid)
    elif kind == INSERTED:
        # Another session may get this rowid for a row of its own, also before this transaction has ended.
        session.locks.release_row(session, plan.table.key, rowid)


def undo_step(kind: str, plan: RowPlan, rowid: int, old: Any) -> tuple[str, list[Any]] | None:
    """Return the sqlite statement that takes a change of a row back, with its values; None for a mere mark."""
    if kind in (INSERTED, LEFT):
        return f"DELETE FROM {plan.table.physical} WHERE rowid=?", [rowid]
    if kind == UPDATED:
        return _update_sql(plan, dict(enumerate(old))), [*old, rowid]
    if kind == PURGED:
        return old[0], [rowid, *old[1]]
    return None
