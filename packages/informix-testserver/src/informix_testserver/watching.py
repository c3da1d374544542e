"""Waits on many sockets at once for what the watching thread acts on: by `poll` where there is one, else `select`.

Apart from connections to accept it sees urgent data, which a session's own thread cannot while it works. Who waits
for urgent data is woken by the kernel with every packet, which makes small requests a tenth slower. While requests
come one after another, connections are therefore looked at from time to time instead.
"""

import os
import select
from collections.abc import Callable, Iterable
from enum import Enum, auto

__all__ = ["HAS_POLL", "Event", "Watch"]

HAS_POLL = hasattr(select, "poll")
"""False on Windows."""
_ENDED = getattr(select, "POLLRDHUP", 0)
"""The peer sends nothing any more."""
TICK = 20
"""Milliseconds between looks at connections that work. A request that ends sooner needs no interrupt."""
QUIET_AFTER = 5
"""Ticks without a request after which connections are waited on."""


class Event(Enum):
    """What happened to a socket."""

    READABLE = auto()
    """Bytes, or a connection to accept."""
    URGENT = auto()
    """Urgent data has arrived (sqli.md 5.17)."""
    GONE = auto()
    """The peer has ended or reset the connection; seen by `poll` only, and an orderly end on Linux only."""


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


class Watch:
    """A fixed set of sockets to wait on.

    Args:
        readable: descriptors to be watched for bytes or connections.
        urgent: descriptors to be watched for urgent data.
        at_once: those of `urgent` that are waited on all the time.
        working: tells whether a request runs on one of `urgent`, or has come since the last call.
    """

    def __init__(
        self,
        readable: Iterable[int],
        urgent: Iterable[int],
        at_once: Iterable[int] = (),
        working: Callable[[], bool] = lambda: False,
    ) -> None:
        self._readable = set(readable)
        self._urgent = set(urgent)
        self._working = working
        self._idle_ticks = QUIET_AFTER
        self._everything: select.poll | None = None
        if HAS_POLL:
            self._everything, self._between_ticks = select.poll(), select.poll()
            for poller in (self._everything, self._between_ticks):
                for number in self._readable:
                    poller.register(number, select.POLLIN)
            strict = set(at_once)
            for number in self._urgent:
                self._everything.register(number, select.POLLIN | select.POLLPRI | _ENDED)
                self._between_ticks.register(number, (select.POLLPRI if number in strict else 0) | _ENDED)

    def wait(self) -> list[tuple[int, Event]]:
        """Wait for events. A socket that is GONE is reported once."""
        if self._everything is None:
            return self._select()
        while True:
            if self._idle_ticks >= QUIET_AFTER:
                found = self._everything.poll()
                self._idle_ticks = 0
            else:
                found = self._between_ticks.poll(TICK) or self._everything.poll(0)
                self._idle_ticks = 0 if self._working() else self._idle_ticks + 1
            if events := self._events(self._everything, found):
                return events

    def _events(self, everything: "select.poll", found: Iterable[tuple[int, int]]) -> list[tuple[int, Event]]:
        events = []
        for number, mask in found:
            if number in self._readable:
                events.append((number, Event.READABLE))
            elif mask & select.POLLPRI:
                events.append((number, Event.URGENT))
            elif mask & ~select.POLLIN:  # POLLIN alone is a request, which is the session's own to read
                for poller in (everything, self._between_ticks):
                    poller.unregister(number)
                events.append((number, Event.GONE))
        return events

    def _select(self) -> list[tuple[int, Event]]:
        try:
            readable, _, urgent = select.select(self._readable, (), self._urgent)
        except OSError:
            # A session's own thread may close its socket at any time; poll() would report it as GONE.
            self._urgent = set(filter(_is_open, self._urgent))
            self._readable = set(filter(_is_open, self._readable))
            return []
        return [(n, Event.READABLE) for n in readable] + [(n, Event.URGENT) for n in urgent]
