"""The savepoints of a transaction: names for lengths of its undo log."""

from typing import Any

from informix_types.classes import frozen

from ..engine import SqlError

__all__ = ["Savepoint", "Savepoints"]

EXISTS, NOT_FOUND = -8005, -8006


@frozen
class Savepoint:
    """A savepoint.

    Attributes:
        name: as the client wrote it.
        mark: length of the undo log.
        postponed: the checks that wait for the commit.
        unique: no other one may take its name.
    """

    name: str
    mark: int
    postponed: tuple[Any, ...]
    unique: bool


class Savepoints:
    """The savepoints that are set, the oldest first."""

    def __init__(self) -> None:
        self._set: list[Savepoint] = []

    def add(self, new: Savepoint) -> None:
        """Set a savepoint; one of the same name goes. Raises SqlError -8005 when one of the two is unique."""
        if any(old.name == new.name and (new.unique or old.unique) for old in self._set):
            raise SqlError(EXISTS, token=new.name)
        self._set = [*(old for old in self._set if old.name != new.name), new]

    def back_to(self, name: str | None) -> Savepoint:
        """Forget those set after a savepoint, which is returned; None = the last one. Raises SqlError -8006."""
        at = self._find(name)
        del self._set[at + 1 :]
        return self._set[at]

    def release(self, name: str) -> None:
        """Forget a savepoint and those set after it. Raises SqlError -8006."""
        del self._set[self._find(name) :]

    def clear(self) -> None:
        """Forget all: the transaction has ended."""
        self._set.clear()

    def _find(self, name: str | None) -> int:
        for at in range(len(self._set) - 1, -1, -1):
            if name is None or self._set[at].name == name:
                return at
        raise SqlError(NOT_FOUND, token=name or "")
