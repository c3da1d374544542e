"""Commits that cannot be written into sqlite yet, because another session's transaction has changed definitions.

sqlite's one transaction holds what that session has done, too, and there is no way to take it back after a crash.
Until it ends, the rows that others commit go into a file of their own, and are put into their tables when a crash
makes the engine start from what sqlite has (persistence.py).
"""

import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .undo import DELETED, INSERTED, PURGED, UPDATED

if TYPE_CHECKING:
    from .engine import MemoryEngine

__all__ = ["Journal", "touched_rows"]

FILE = "informix.journal"
Touched = dict[str, set[int]]
"""Rowids by name of the sqlite table."""


def touched_rows(undo: Iterable[tuple[Any, ...]]) -> Touched:
    """Return the rows that a transaction has changed, from its undo log."""
    touched: Touched = {}
    for kind, plan, rowid, _ in undo:
        if kind in (INSERTED, UPDATED, DELETED, PURGED) and plan is not None and not plan.table.temporary:
            touched.setdefault(plan.table.physical, set()).add(rowid)
    return touched


class Journal:
    """The file of one data directory, open only while it is needed.

    Each line is a commit: the number of the state in sqlite that it follows, the rows as they are now (None where
    they are gone) and the counters of serials and sequences. A line that was cut by the crash was never
    acknowledged.
    """

    def __init__(self, directory: str) -> None:
        self.path = os.path.join(directory, FILE)
        self._written = False

    def write(self, engine: "MemoryEngine", touched: Touched, counters: dict[str, Any]) -> None:
        """Add the rows of a commit."""
        changes = []
        for table, rowids in touched.items():
            for rowid in sorted(rowids):
                found = engine.store.run(f"SELECT * FROM {table} WHERE rowid=?", (rowid,))
                row = found.fetchone()
                names = [column[0] for column in found.description]
                values = None if row is None else dict(zip(names, map(encoded, row), strict=True))
                changes.append((table, rowid, values))
        line = json.dumps({"state": engine.saved.get("state", 0), "changes": changes, "counters": counters})
        with open(self.path, "a", encoding="utf-8") as out:
            out.write(line + "\n")
        self._written = True

    @property
    def written(self) -> bool:
        """Whether it holds commits."""
        return self._written

    def clear(self) -> None:
        """Forget the commits: sqlite has them now."""
        if self._written:
            os.unlink(self.path)
            self._written = False

    def replay(self, engine: "MemoryEngine", state: int) -> dict[str, Any]:
        """Put the rows of commits that follow the state in sqlite into their tables; return their counters."""
        counters: dict[str, Any] = {}
        if not os.path.exists(self.path):
            return counters
        self._written = True
        with open(self.path, encoding="utf-8") as lines:
            for line in lines:
                if not line.endswith("\n"):
                    break
                commit = json.loads(line)
                if commit["state"] != state:
                    continue  # sqlite had them before the crash
                self._put(engine, commit["changes"])
                counters.update(commit["counters"])
        return counters

    @staticmethod
    def _put(engine: "MemoryEngine", changes: list[tuple[str, int, dict[str, Any] | None]]) -> None:
        """Set rows to what a commit made of them: all go first, so that no unique key is in the way."""
        run, known = engine.store.run, _columns(engine)
        for table, rowid, _ in changes:
            if table in known:
                run(f"DELETE FROM {table} WHERE rowid=?", (rowid,))
        for table, rowid, values in changes:
            if table in known and values is not None:
                names = [name for name in values if name in known[table]]
                marks = ",?" * len(names)
                sql = f"INSERT OR REPLACE INTO {table}({','.join(['rowid', *names])}) VALUES(?{marks})"
                run(sql, [rowid, *(decoded(values[name]) for name in names)])


def _columns(engine: "MemoryEngine") -> dict[str, set[str]]:
    """Return the columns of sqlite's tables by their names: a table made since is not there."""
    sql = "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type='table'"
    found: dict[str, set[str]] = {}
    for table, column in engine.store.rows(sql):
        found.setdefault(table, set()).add(column)
    return found


def encoded(value: Any) -> Any:
    """Return a stored value as JSON can hold it."""
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def decoded(value: Any) -> Any:
    """Return what `encoded` was given."""
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
