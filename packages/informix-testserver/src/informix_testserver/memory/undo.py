"""The undo log of a session: what its transaction has changed, and how each change is taken back.

sqlite's own transaction is not used for this: it holds the changes of all sessions.
"""

from typing import TYPE_CHECKING, Any

from .catalog import Table

if TYPE_CHECKING:
    from .rows import RowPlan
    from .session import MemorySession

__all__ = ["forget_unlogged", "remove_dead", "undo_step", "undo_to"]

INSERTED, UPDATED, DELETED, LEFT, PURGED, CHANGED, TEMPORARY, NOTED = "i", "u", "d", "l", "p", "x", "t", "n"
"""Kinds of undo records: (kind, row plan or None, rowid, old values or an undoing function).

LEFT is a row that holds nothing but the keys that an update has given up, marked as deleted. PURGED is a row
marked as deleted that is removed early: with its SQL and values.
TEMPORARY is the change of a temporary table's definition: unlike CHANGED it is of no account to a data folder.
NOTED undoes nothing: it stands for a lock that the end of a statement without a transaction has to release.
"""


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


def _undo(session: "MemorySession", kind: str, plan: "RowPlan | None", rowid: int, old: Any) -> None:
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


def undo_step(kind: str, plan: "RowPlan", rowid: int, old: Any) -> tuple[str, list[Any]] | None:
    """Return the sqlite statement that takes a change of a row back, with its values; None for a mere mark."""
    if kind in (INSERTED, LEFT):
        return f"DELETE FROM {plan.table.physical} WHERE rowid=?", [rowid]
    if kind == UPDATED:
        return plan.update(range(len(old))), [*old, rowid]
    if kind == PURGED:
        return old[0], [rowid, *old[1]]
    return None
