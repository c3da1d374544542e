"""From a connection's bytes to groups of messages; `wire.py` waits for the bytes.

A client says the same again and again: ``ID CLOSE EOT``, ``ID NFETCH EOT``, ``EXECUTE EOT``. Messages cannot be
changed, and where one ends does not depend on what follows it. So bytes that have been read before mean the
messages that they meant then, as long as the same capabilities are in force.
"""

from typing import NamedTuple

from informix_types.errors import Incomplete
from informix_wire.caps import NARROW, Capabilities
from informix_wire.pdu import Eot, Exit, Message, NFetch, StatementId, read_client
from informix_wire.pdu.base import Bodiless

__all__ = ["GroupReader"]

_REPEATED = (Bodiless, StatementId, NFetch)
"""What runs consist of: messages without names, values and SQL text."""
_KEY = 6
"""Bytes by which a run is looked up: an ID and the tag behind it."""
_LONGEST = 64
_MOST = 256
"""Bytes of a run, and number of runs, that a connection remembers."""


class _Run(NamedTuple):
    """Messages of `_REPEATED` that follow each other.

    Attributes:
        raw: their bytes.
        messages: without EOT.
        ends: the group ends with them.
    """

    raw: bytes
    messages: tuple[Message, ...]
    ends: bool


class GroupReader:
    """Reads the groups of one connection."""

    def __init__(self) -> None:
        self._caps = NARROW
        self._runs: dict[bytes, _Run] = {}

    def read(self, data: bytes, pos: int, caps: Capabilities, group: list[Message]) -> tuple[int, bool]:
        """Append to a group its messages from `pos` on that are complete; EXIT ends one by itself (sqli.md 1).

        Returns:
            the offset behind them, and whether the group is complete; its EOT is no message of it.

        Raises:
            ProtocolError, FramingError: no message can look like this.
        """
        if caps is not self._caps:
            self._caps, self._runs = caps, {}
        runs = self._runs
        try:
            while True:
                run = runs.get(data[pos : pos + _KEY])
                if run is None or not data.startswith(run.raw, pos):
                    message, end = read_client(data, pos, caps)
                    if not isinstance(message, _REPEATED):
                        group.append(message)
                        pos = end
                        continue
                    run = self._read_run(data, pos)
                raw, messages, ends = run
                group += messages
                pos += len(raw)
                if ends:
                    return pos, True
        except Incomplete:
            return pos, False

    def _read_run(self, data: bytes, start: int) -> _Run:
        """Read the run at an offset, whose first message is there, and remember it."""
        messages: list[Message] = []
        pos, ends = start, False
        while not ends:
            try:
                message, end = read_client(data, pos, self._caps)
            except Incomplete:
                return _Run(data[start:pos], tuple(messages), ends=False)  # not remembered: it may go on
            if not isinstance(message, _REPEATED):
                break
            pos = end
            if not isinstance(message, Eot):
                messages.append(message)
            ends = isinstance(message, Eot | Exit)
        run = _Run(data[start:pos], tuple(messages), ends)
        if len(run.raw) <= _LONGEST:
            if len(self._runs) >= _MOST:
                self._runs.clear()
            self._runs[data[start : start + _KEY]] = run
        return run
