"""Referential constraints: what a changed row owes to the rows that it refers to, and to those that refer to it.

They are checked when the statement ends, or at the commit (`MemorySession.deferred`, `postponed`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..engine import SqlError
from .catalog import Constraint, Table
from .locks import ROW_LOCKED, LockConflict

if TYPE_CHECKING:
    from .rows import ForeignKey, RowPlan
    from .session import MemorySession

__all__ = ["check_children", "check_parent", "children", "referring"]

PARENT_MISSING, CHILD_EXISTS, ISAM_NO_RECORD = -691, -692, -111


def check_parent(session: "MemorySession", subject: "tuple[RowPlan, ForeignKey, int]", values: list[Any]) -> None:
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


def _refers(
    session: "MemorySession", plan: "RowPlan", key: "ForeignKey", rowid: int, values: Sequence[Any]
) -> bool:
    """Whether the row still refers to what it did: a check that was deferred may come after its end."""
    if plan.table.dropped or key.constraint not in plan.table.constraints:
        return False
    row = session.store.rows(plan.select, (rowid,))
    gone = session.engine.dead.get(plan.table.key, {}).get(rowid) is session
    return bool(row) and not gone and [row[0][at] for at in key.positions] == values


def children(session: "MemorySession", plan: "RowPlan") -> list[tuple[Table, Constraint]]:
    """Return the references to a table. Raises LockConflict for one that another transaction has dropped."""
    found = []
    for key in plan.table.children:
        child = session.engine.tables[key]
        if child.dropped:
            session.locks.check_table(session, key, write=False, code=CHILD_EXISTS)
            continue
        found += [(child, c) for c in child.references() if c.parent == plan.table.key]
    return found


def check_children(
    session: "MemorySession", subject: "tuple[RowPlan, Table, Constraint]", values: list[Any]
) -> None:
    """Refuse, at the end of the statement, that a referenced key is gone while rows refer to it."""
    plan, child, constraint = subject
    if None in values or plan.table.dropped or child.dropped or constraint not in child.constraints:
        return
    where = " AND ".join(f"c{number} = ?" for number in constraint.parent_columns)
    for (rowid,) in session.store.rows(f"SELECT rowid FROM {plan.table.physical} WHERE {where}", values):
        if rowid not in session.engine.dead.get(plan.table.key, {}):
            return
    for rowid in referring(session, child, constraint, values):
        deleter = session.engine.dead.get(child.key, {}).get(rowid)
        if deleter is session:
            continue
        writer = deleter or session.locks.row_writer(session, child.key, rowid)
        if writer is not None:
            raise LockConflict(frozenset((writer,)), CHILD_EXISTS, ROW_LOCKED)
        raise SqlError(CHILD_EXISTS, token=f"{constraint.owner}.{constraint.name}")


def referring(session: "MemorySession", child: Table, constraint: Constraint, values: list[Any]) -> list[int]:
    """Return the rowids of the rows that refer to a key by its values."""
    where = " AND ".join(f"c{number} = ?" for number in constraint.columns)
    return [rowid for (rowid,) in session.store.rows(f"SELECT rowid FROM {child.physical} WHERE {where}", values)]
