"""The rows of an `executemany`: taken one after the other, kept until it is certain that they are done with."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import field
from itertools import islice

from informix_types.classes import mutable

from .placeholders import Parameters

__all__ = ["RowSource"]


@mutable
class RowSource:
    """An iterator over rows of parameters that takes rows back.

    Rows are used in phases: through an insert cursor, bound, bound again to a statement that was prepared anew.
    Each phase takes rows, confirms those that are done with, and is ended by `settle`.

    Attributes:
        rest: where further rows come from.
        ahead: rows that were taken from `rest` and come first.
        failure: what `rest` raised when it was asked for the row behind `ahead`.
        done: index of the first row of the present phase; -1 when that is not certain.
        affected: rows that former phases changed; -1 when the server did not say.
    """

    rest: Iterator[Parameters]
    ahead: deque[Parameters] = field(default_factory=deque)
    failure: Exception | None = None
    done: int = 0
    affected: int = 0
    _taken: deque[Parameters] = field(default_factory=deque)
    _confirmed: int = 0
    """Rows of this phase that stood in front of `_taken`."""

    @classmethod
    def of(cls, rows: Iterable[Parameters]) -> "RowSource":
        """Return the source of all of `rows`."""
        return cls(iter(rows))

    def first(self) -> Parameters | None:
        """Return the first row without taking it, None when there is none; raise what the rows raise."""
        if not self.look(1) and self.failure is not None:
            raise self.failure
        return self.ahead[0] if self.ahead else None

    def look(self, count: int) -> int:
        """Fetch up to `count` rows into `ahead`; return how many are there."""
        try:
            for row in islice(self.rest, max(0, count - len(self.ahead))):
                self.ahead.append(row)
        except Exception as error:  # noqa: BLE001 - raised in its place, by __next__
            self.failure, self.rest = error, iter(())
        return len(self.ahead)

    def __iter__(self) -> "RowSource":
        return self

    def __next__(self) -> Parameters:
        if self.ahead:
            row = self.ahead.popleft()
        elif self.failure is not None:
            raise self.failure
        else:
            try:
                row = next(self.rest)
            except StopIteration:
                raise
            except Exception as error:
                self.failure = error
                raise
        self._taken.append(row)
        return row

    def confirm(self, count: int) -> None:
        """Note that the first `count` rows of this phase will not be wanted again."""
        while self._confirmed < count:
            self._taken.popleft()
            self._confirmed += 1

    def settle(self, count: int) -> None:
        """End the phase: its first `count` rows are done, the others that were taken come again."""
        self.confirm(count)
        self.ahead.extendleft(reversed(self._taken))
        self._taken.clear()
        self._confirmed = 0
        self.done += count
