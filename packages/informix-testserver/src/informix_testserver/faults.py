"""Fault injection: what can go wrong between server and client, switched on by tests through `server.faults`.

Rules act on the bytes of a reply just before they reach the socket (`wire.Wire.send`), or make the n-th
statement fail. Counting starts when a rule is set and runs over all connections unless a rule names one. Each rule
fires once; `dribble` and `delay` last until `clear`.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Literal, Protocol

from informix_types.classes import mutable

from .engine import SqlError

__all__ = ["Faults", "Outlet", "Phase"]

Phase = Literal["prepare", "execute", "open", "fetch"]
"""Where `Faults.fail` strikes."""


class Outlet(Protocol):
    """The socket's side of a fault: implemented by `wire.Wire`."""

    number: int
    """Ordinal of the connection on its server, from 1."""

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""

    def abort(self, *, reset: bool) -> None:
        """Close the connection, with a TCP reset if asked, and raise `ConnectionError`."""

    def pause(self, seconds: float | None, until: Callable[[], bool]) -> None:
        """Wait for seconds (None = for ever) or until the condition holds; EndOfStream when nobody waits."""


@mutable
class _Cut:
    unit: Literal["bytes", "messages", "groups"]
    left: int
    reset: bool
    connection: int | None

    def position(self, messages: Sequence[bytes]) -> int | None:
        """Return the length of the prefix that still gets through, or None when this reply is not hit yet."""
        sizes = [len(m) for m in messages]
        total = sum(sizes)
        if self.unit == "bytes":
            if self.left < total:
                return self.left
            self.left -= total
        elif self.unit == "messages":
            if self.left < len(sizes):
                return sum(sizes[: self.left])
            self.left -= len(sizes)
        else:
            if self.left <= 0:
                return 0
            self.left -= 1
        return None


@mutable
class _Garble:
    left: int
    mask: int
    connection: int | None


@mutable
class _Stall:
    left: int
    connection: int | None


@mutable
class _Failure:
    error: SqlError
    phase: Phase
    left: int


@mutable
class _Rules:
    cuts: list[_Cut] = field(default_factory=list)
    garbles: list[_Garble] = field(default_factory=list)
    stalls: list[_Stall] = field(default_factory=list)
    failures: list[_Failure] = field(default_factory=list)
    rejections: list[tuple[int, int]] = field(default_factory=list)
    dribble: tuple[int, float] | None = None
    delay: float = 0.0

    def any(self) -> bool:
        """Tell whether a rule is set that concerns sending."""
        return bool(self.cuts or self.garbles or self.stalls or self.dribble or self.delay)


class Faults:
    """The faults of one server. All methods may be called from any thread while the server runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules = _Rules()
        self._generation = 0
        self.active = False
        """Whether `deliver` has anything to do (read without the lock by the sending threads)."""
        self.failing = False
        """Whether a statement is to fail (read without the lock)."""

    def _changed(self) -> None:
        self.active = self._rules.any()
        self.failing = bool(self._rules.failures)

    def cut(
        self,
        *,
        after_bytes: int | None = None,
        after_messages: int | None = None,
        after_groups: int | None = None,
        reset: bool = False,
        connection: int | None = None,
    ) -> None:
        """Close the connection after so many more bytes, messages or reply groups from the server.

        Exactly one count is given; 0 closes before the next reply's first byte.

        Args:
            after_bytes: bytes that are still sent.
            after_messages: messages that are still sent.
            after_groups: reply groups (a reply up to its EOT) that are still sent.
            reset: close with a TCP reset.
            connection: only the n-th connection that the server accepted, counted from 1; None for any.

        Raises:
            ValueError: not exactly one count.
        """
        counts: list[tuple[Literal["bytes", "messages", "groups"], int | None]] = [
            ("bytes", after_bytes),
            ("messages", after_messages),
            ("groups", after_groups),
        ]
        given = [(unit, count) for unit, count in counts if count is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of after_bytes, after_messages, after_groups")
        unit, count = given[0]
        with self._lock:
            self._rules.cuts.append(_Cut(unit, count, reset, connection))
            self._changed()

    def garble(self, *, offset: int = 0, mask: int = 0xFF, connection: int | None = None) -> None:
        """Flip the bits of `mask` in the server's byte number `offset` from now (0 = the next one).

        `connection` limits it to the n-th connection that the server accepted.
        """
        with self._lock:
            self._rules.garbles.append(_Garble(offset, mask, connection))
            self._changed()

    def stall(self, *, after_groups: int = 0, connection: int | None = None) -> None:
        """Answer `after_groups` more groups, then hold the next reply back until `clear`.

        `connection` limits it to the n-th connection that the server accepted.
        """
        with self._lock:
            self._rules.stalls.append(_Stall(after_groups, connection))
            self._changed()

    def dribble(self, *, size: int = 1, pause: float = 0.0) -> None:
        """Send every reply in pieces of `size` bytes with `pause` seconds between them, until `clear`."""
        with self._lock:
            self._rules.dribble = (size, pause)
            self._changed()

    def delay(self, seconds: float) -> None:
        """Send every reply so many seconds late, until `clear`."""
        with self._lock:
            self._rules.delay = seconds
            self._changed()

    def fail(self, error: SqlError, *, statement: int = 1, phase: Phase = "execute") -> None:
        """Make the n-th statement from now raise `error` at the given phase ("execute" also counts OPEN).

        Raises:
            TypeError: `error` is no `SqlError`.
        """
        if not isinstance(error, SqlError):
            raise TypeError(f"fail() takes an SqlError, such as SqlError(-244, isam=-107), not {error!r}")
        with self._lock:
            self._rules.failures.append(_Failure(error, phase, statement))
            self._changed()

    def reject_login(self, service_error: int, *, os_error: int = 0) -> None:
        """Answer the next login with a reject (sqli.md 2.3).

        Args:
            service_error: Informix code, e.g. -951; 0 = no diagnostics.
            os_error: number of the operating system's error that goes with it.
        """
        with self._lock:
            self._rules.rejections.append((service_error, os_error))

    def clear(self) -> None:
        """Remove every rule; stalled replies are sent."""
        with self._lock:
            self._rules = _Rules()
            self._generation += 1
            self._changed()

    def next_rejection(self) -> tuple[int, int] | None:
        """Take the rejection that the next login must get (called by the login)."""
        with self._lock:
            return self._rules.rejections.pop(0) if self._rules.rejections else None

    def check(self, phase: Phase) -> None:
        """Raise the error due for a statement that reaches `phase` (called by the session when `failing`)."""
        with self._lock:
            for failure in list(self._rules.failures):
                if failure.phase != phase and not (failure.phase == "execute" and phase == "open"):
                    continue
                failure.left -= 1
                if failure.left <= 0:
                    self._rules.failures.remove(failure)
                    self._changed()
                    raise failure.error

    def deliver(self, outlet: Outlet, messages: Sequence[bytes]) -> None:
        """Send a reply group through the rules (called by the wire when `active`)."""
        with self._lock:
            generation = self._generation
            delay, dribble = self._rules.delay, self._rules.dribble
            stalled = self._take_stall(outlet)
            data = self._garbled(outlet, b"".join(messages))
            cut = self._take_cut(outlet, messages)
            self._changed()
        if delay:
            outlet.pause(delay, lambda: self._generation != generation)
        if stalled:
            outlet.pause(None, lambda: self._generation != generation)
        if cut is not None:
            data = data[: cut[0]]
        if dribble is None:
            outlet.write(data)
        else:
            size, pause = dribble
            for start in range(0, len(data), size):
                outlet.write(data[start : start + size])
                if pause:
                    outlet.pause(pause, lambda: self._generation != generation)
        if cut is not None:
            outlet.abort(reset=cut[1])

    def _take_stall(self, outlet: Outlet) -> bool:
        for stall in list(self._rules.stalls):
            if stall.connection not in (None, outlet.number):
                continue
            if stall.left <= 0:
                self._rules.stalls.remove(stall)
                return True
            stall.left -= 1
        return False

    def _garbled(self, outlet: Outlet, data: bytes) -> bytes:
        for garble in list(self._rules.garbles):
            if garble.connection not in (None, outlet.number):
                continue
            if garble.left < len(data):
                out = bytearray(data)
                out[garble.left] ^= garble.mask
                data = bytes(out)
                self._rules.garbles.remove(garble)
            else:
                garble.left -= len(data)
        return data

    def _take_cut(self, outlet: Outlet, messages: Sequence[bytes]) -> tuple[int, bool] | None:
        for cut in list(self._rules.cuts):
            if cut.connection not in (None, outlet.number):
                continue
            position = cut.position(messages)
            if position is not None:
                self._rules.cuts.remove(cut)
                return position, cut.reset
        return None
