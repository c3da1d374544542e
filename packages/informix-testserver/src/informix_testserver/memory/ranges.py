"""REPEATABLE READ: nothing may come into what a transaction has read, hence tables are locked (S) beside rows.

A server does so where no index helps (IBM's text of error -113). Where it would lock a range of an index, the
whole table is locked here, too. One row found by its unique key needs no more than the row's lock.
"""

import re
from typing import TYPE_CHECKING

from .locks import READ_FAILED

if TYPE_CHECKING:
    from .session import MemorySession
    from .statements import Plan

__all__ = ["lock_absence", "lock_ranges"]

_BY_INDEX = re.compile(r"SEARCH \w+ USING (?:COVERING )?INDEX (\w+) \((\w+=\?(?: AND \w+=\?)*)\)")

_SEVERAL = re.compile(r"\b(?:IN|OR)\b")
"""What sqlite's plan shows as one look-up though it looks for several keys."""


def lock_ranges(session: "MemorySession", plan: "Plan") -> None:
    """Before a statement reads: lock its tables unless it looks for one unique key. Raises LockConflict."""
    if plan.one_key is None:
        plan.one_key = _looks_for_one_key(session, plan)
    if not plan.one_key:
        _lock(session, plan)


def lock_absence(session: "MemorySession", plan: "Plan") -> None:
    """After a statement has found nothing: the key that it looked for must stay away. Raises LockConflict."""
    if session.keeps_read_locks:
        _lock(session, plan)


def _lock(session: "MemorySession", plan: "Plan") -> None:
    for table, needed in plan.checked:
        if needed:
            session.locks.lock_table(session, table.key, "S", code=READ_FAILED)


def _looks_for_one_key(session: "MemorySession", plan: "Plan") -> bool:
    """Whether sqlite finds the row of the only table by all columns of a unique index, each equal to one value."""
    if len(plan.checked) != 1 or _SEVERAL.search(plan.sql):
        return False
    steps = session.store.rows(f"EXPLAIN QUERY PLAN {plan.sql}", [None] * len(plan.readers))
    found = _BY_INDEX.fullmatch(str(steps[0][-1])) if len(steps) == 1 else None
    if found is None:
        return False
    table, _ = plan.checked[0]
    index = next((i for i in table.indexes if i.physical == found.group(1)), None)
    return index is not None and index.unique and len(index.columns) == found.group(2).count("=?")
