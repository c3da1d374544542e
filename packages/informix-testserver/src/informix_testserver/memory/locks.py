"""The lock manager: row and table locks, waiting, deadlock detection (codes: sqli.md 8 #18).

Locks live here and not in sqlite, whose only writer is the engine. A statement that meets a lock of another
session raises `LockConflict`; the session undoes the statement's changes, waits here as SET LOCK MODE says, and
runs the statement again from its start, so that it never acts on rows it read before it waited.
"""

import time
from collections.abc import Hashable, Iterable
from dataclasses import field
from typing import Protocol

from informix_types.classes import mutable

from ..engine import SqlError
from .store import INTERRUPTED, ISAM_INTERRUPTED, Store

__all__ = ["LockConflict", "LockManager", "LockOwner"]

ROW_LOCKED, TABLE_LOCKED, DEADLOCK, TIMEOUT = -107, -113, -143, -154
READ_FAILED, INSERT_FAILED, TABLE_LOCK_FAILED, CATALOG_READ_FAILED = -244, -271, -289, -211
LOOK_UP = 0.05
"""Seconds after which a waiting session looks whether it was interrupted: an interrupt must not need the latch."""


class LockOwner(Protocol):
    """What the lock manager asks of a session."""

    lock_wait: int | None
    """Seconds to wait: 0 for NOT WAIT, None without end."""
    waits_for: "frozenset[LockOwner]"
    interrupted: bool
    deadline: float | None
    """When the statement's waiting ends; set at its first conflict."""


class LockConflict(Exception):
    """Another session holds a lock that is in the way.

    Attributes:
        holders: the sessions to wait for.
        sqlcode: what the client gets when it does not wait, with `isam`.
    """

    def __init__(self, holders: frozenset[LockOwner], sqlcode: int, isam: int, token: str = "") -> None:
        super().__init__(sqlcode, isam)
        self.holders = holders
        self.sqlcode = sqlcode
        self.isam = isam
        self.token = token


@mutable
class _Held:
    rows: set[tuple[int, Hashable]] = field(default_factory=set)
    tables: set[int] = field(default_factory=set)
    kept: set[int] = field(default_factory=set)
    """Tables that stay locked until they are unlocked: LOCK TABLE in a database without transactions."""


class LockManager:
    """Locks by table key and rowid, or the values of a unique key that was given up, and by name of a definition.

    All methods are called with the store's latch held.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: dict[int, dict[Hashable, dict[LockOwner, str]]] = {}
        self._tables: dict[int, dict[LockOwner, str]] = {}
        self._writers: dict[int, dict[LockOwner, int]] = {}
        self._held: dict[LockOwner, _Held] = {}
        self._releases = 0
        """How often locks were released: a notification alone is missed by who just looks up from waiting."""

    @property
    def tables_locked(self) -> bool:
        """Whether any table is locked as a whole."""
        return bool(self._tables)

    # ------------------------------------------------------------------------------------------------- rows

    def lock_row(self, owner: LockOwner, table: int, row: Hashable, mode: str, code: int = READ_FAILED) -> None:
        """Take a row lock, ``S`` or ``X``. Raises LockConflict."""
        rows = self._rows.get(table)
        if rows is None:
            rows = self._rows[table] = {}
        holders = rows.get(row)
        if holders:
            others = frozenset(h for h, m in holders.items() if h is not owner and (mode == "X" or m == "X"))
            if others:
                raise LockConflict(others, code, ROW_LOCKED)
            if holders.get(owner) in ("X", mode):
                return
            holders[owner] = mode
        else:
            rows[row] = {owner: mode}
        held = self._held.get(owner)
        if held is None:
            held = self._held[owner] = _Held()
        held.rows.add((table, row))
        if mode == "X":
            writers = self._writers.setdefault(table, {})
            writers[owner] = writers.get(owner, 0) + 1

    def lock_name(self, owner: LockOwner, database: int, kind: str, name: str) -> None:
        """Take a name of a database for a definition that the transaction has made, changed or dropped.

        Informix has the rows of its system catalogue locked meanwhile [I]: who looks the name up gets -211 with
        ISAM -107, or waits.

        Args:
            owner: the session.
            database: the database's number.
            kind: "table" (views, synonyms and sequences too), "index", "constraint" or "type".
            name: the name.

        Raises:
            LockConflict: another transaction has the name.
        """
        self.check_name(owner, database, kind, name)
        self.lock_row(owner, -database, (kind, name), "X")

    def check_name(self, owner: object, database: int, kind: str, name: str) -> None:
        """Refuse the use of a name that another session's transaction has taken. Raises LockConflict."""
        # Keys of tables are positive: a database's names lie beside them.
        names = self._rows.get(-database)
        holders = names.get((kind, name)) if names else None
        if holders and owner not in holders:
            raise LockConflict(frozenset(holders), CATALOG_READ_FAILED, ROW_LOCKED, "systables")

    def row_writer(self, owner: LockOwner, table: int, row: Hashable) -> LockOwner | None:
        """Return another session that holds the row exclusively, or None."""
        holders = self._rows.get(table, {}).get(row)
        if not holders:
            return None
        return next((h for h, mode in holders.items() if mode == "X" and h is not owner), None)

    def row_locked(self, owner: LockOwner, table: int, row: Hashable) -> frozenset[LockOwner]:
        """Return the other sessions with any lock on the row."""
        holders = self._rows.get(table, {}).get(row, {})
        return frozenset(h for h in holders if h is not owner)

    def foreign_writers(self, owner: LockOwner, table: int) -> bool:
        """Whether another session has changed rows of the table that are still locked."""
        writers = self._writers.get(table)
        return writers is not None and len(writers) > (owner in writers)

    def any_held(self, tables: Iterable[int]) -> bool:
        """Whether any session holds a lock on one of these tables or their rows."""
        return any(table in self._tables or table in self._rows for table in tables)

    # ----------------------------------------------------------------------------------------------- tables

    def lock_table(
        self,
        owner: LockOwner,
        table: int,
        mode: str,
        code: int = TABLE_LOCK_FAILED,
        token: str = "",
        *,
        keep: bool = False,
    ) -> None:
        """Lock a table, ``S`` or ``X``; `keep`: until it is unlocked. Raises LockConflict."""
        holders = self._tables.get(table, {})
        if holders.get(owner) not in ("X", mode):
            others = {h for h, m in holders.items() if h is not owner and (mode == "X" or m == "X")}
            for holding in self._rows.get(table, {}).values():
                others |= {h for h, m in holding.items() if h is not owner and (mode == "X" or m == "X")}
            if others:
                raise LockConflict(frozenset(others), code, TABLE_LOCKED, token)
            self._tables.setdefault(table, holders)[owner] = mode
            self._held.setdefault(owner, _Held()).tables.add(table)
        if keep:
            self._held[owner].kept.add(table)

    def check_table(self, owner: LockOwner, table: int, *, write: bool, code: int = READ_FAILED) -> None:
        """Refuse the use of a table that another session has locked. Raises LockConflict."""
        holders = self._tables.get(table)
        if holders:
            others = frozenset(h for h, m in holders.items() if h is not owner and (write or m == "X"))
            if others:
                raise LockConflict(others, code, TABLE_LOCKED)

    def unlock_table(self, owner: LockOwner, table: int) -> bool:
        """Release a table lock; whether there was one."""
        holders = self._tables.get(table, {})
        held = self._held.get(owner)
        if owner not in holders or held is None:
            return False
        del holders[owner]
        if not holders:
            del self._tables[table]
        held.tables.discard(table)
        held.kept.discard(table)
        self._tell()
        return True

    # --------------------------------------------------------------------------------------------- lifetimes

    def release(self, owner: LockOwner, *, kept_too: bool = False) -> None:
        """Release what a session holds, at the end of its transaction; `kept_too`: at the end of its database."""
        held = self._held.pop(owner, None)
        if held is None:
            return
        for table, row in held.rows:
            self._free_row(owner, table, row)
        if held.kept and not kept_too:
            self._held[owner] = _Held(tables=held.tables & held.kept, kept=held.kept)
            held.tables -= held.kept
        for table in held.tables:
            holders = self._tables[table]
            holders.pop(owner, None)
            if not holders:
                del self._tables[table]
        self._tell()

    def release_row(self, owner: LockOwner, table: int, row: Hashable) -> None:
        """Release the lock on a row that is no longer there, if the session has one."""
        held = self._held.get(owner)
        if held is not None and (table, row) in held.rows:
            held.rows.discard((table, row))
            self._free_row(owner, table, row)
            self._tell()

    def _free_row(self, owner: LockOwner, table: int, row: Hashable) -> None:
        rows = self._rows[table]
        holders = rows[row]
        mode = holders.pop(owner)
        if not holders:
            del rows[row]
            if not rows:
                del self._rows[table]
        if mode == "X":
            writers = self._writers[table]
            writers[owner] -= 1
            if not writers[owner]:
                del writers[owner]
                if not writers:
                    del self._writers[table]

    def _tell(self) -> None:
        self._releases += 1
        self._store.changed.notify_all()

    def wait(self, owner: LockOwner, conflict: LockConflict) -> None:
        """Wait until a lock was released somewhere.

        Raises:
            SqlError: the conflict's code with ISAM -107 or -113 (NOT WAIT), -154 (time is over) or -143
                (waiting would close a circle); -213 when interrupted.
        """
        if owner.lock_wait == 0:
            raise SqlError(conflict.sqlcode, isam=conflict.isam, token=conflict.token)
        if owner.deadline is None and owner.lock_wait is not None:
            owner.deadline = time.monotonic() + owner.lock_wait
        owner.waits_for = conflict.holders
        releases = self._releases
        try:
            if self._circle(owner):
                raise SqlError(conflict.sqlcode, isam=DEADLOCK, token=conflict.token)
            while True:
                rest = LOOK_UP if owner.deadline is None else min(LOOK_UP, owner.deadline - time.monotonic())
                if rest <= 0:
                    raise SqlError(conflict.sqlcode, isam=TIMEOUT, token=conflict.token)
                self._store.changed.wait(rest)
                if owner.interrupted:
                    owner.interrupted = False
                    raise SqlError(INTERRUPTED, isam=ISAM_INTERRUPTED)
                if self._releases != releases:
                    return
        finally:
            owner.waits_for = frozenset()

    def _circle(self, owner: LockOwner) -> bool:
        seen: set[LockOwner] = set()
        todo = list(owner.waits_for)
        while todo:
            holder = todo.pop()
            if holder is owner:
                return True
            if holder not in seen:
                seen.add(holder)
                todo.extend(holder.waits_for)
        return False
