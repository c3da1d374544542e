"""Waits on many sockets at once for what the watching thread acts on: by `poll` where there is one, else `select`.

Apart from connections to accept it sees urgent data, which a session's own thread cannot while it works.
"""

import os
import select
from collections.abc import Iterable
from enum import Enum, auto

__all__ = ["HAS_POLL", "Event", "Watch"]

HAS_POLL = hasattr(select, "poll")
"""False on Windows."""
_ENDED = getattr(select, "POLLRDHUP", 0)
"""The peer sends nothing any more."""


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
    """

    def __init__(self, readable: Iterable[int], urgent: Iterable[int]) -> None:
        self._readable = set(readable)
        self._urgent = set(urgent)
        self._poller: select.poll | None = None
        if HAS_POLL:
            self._poller = select.poll()
            for number in self._urgent:
                self._poller.register(number, select.POLLPRI | _ENDED)
            for number in self._readable:
                self._poller.register(number, select.POLLIN)

    def wait(self) -> list[tuple[int, Event]]:
        """Wait for events. A socket that is GONE is reported once."""
        if self._poller is None:
            try:
                readable, _, urgent = select.select(self._readable, (), self._urgent)
            except OSError:
                # A session's own thread may close its socket at any time; poll() would report it as GONE.
                self._urgent = set(filter(_is_open, self._urgent))
                self._readable = set(filter(_is_open, self._readable))
                return []
            return [(n, Event.READABLE) for n in readable] + [(n, Event.URGENT) for n in urgent]
        events = []
        for number, mask in self._poller.poll():
            if number in self._readable:
                events.append((number, Event.READABLE))
            elif mask & select.POLLPRI:
                events.append((number, Event.URGENT))
            else:
                self._poller.unregister(number)
                events.append((number, Event.GONE))
        return events
