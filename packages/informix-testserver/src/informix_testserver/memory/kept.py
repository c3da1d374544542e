"""Statements that a session keeps by their text: who prepares the same text again gets what was bound before."""

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .session import MemorySession
    from .statements import Handle

__all__ = ["KeptHandles"]

MOST = 256
"""Number of texts; the one that was asked for longest ago goes first."""


class KeptHandles:
    """Handles by text, each as long as no definition has changed and no routine has come since it was made."""

    def __init__(self) -> None:
        self._by_text: OrderedDict[str, tuple[Handle, int, int, int]] = OrderedDict()

    def find(self, session: "MemorySession", sql: str) -> "Handle | None":
        """Return the handle of the same text, or None."""
        kept = self._by_text.get(sql)
        if kept is None or session.database is None:
            return None
        handle, version, temporary, routines = kept
        known = version == session.database.version and temporary == session.temporary_version
        if not known or routines != session.engine.registered or handle.altered:
            del self._by_text[sql]
            return None
        self._by_text.move_to_end(sql)
        return handle

    def keep(self, session: "MemorySession", sql: str, handle: "Handle") -> None:
        """Keep a handle if it is of a kind that can serve again."""
        if session.database is None or not (handle.is_query or handle.keeps):
            return
        versions = session.database.version, session.temporary_version, session.engine.registered
        self._by_text[sql] = (handle, *versions)
        if len(self._by_text) > MOST:
            self._by_text.popitem(last=False)

    def clear(self) -> None:
        """Forget all: names or texts mean something else from here on."""
        self._by_text.clear()
