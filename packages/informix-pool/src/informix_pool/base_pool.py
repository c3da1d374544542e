"""All logic of a pool, as conversations whose steps are whole calls; `pool.py` and `async_pool.py` carry them out.

No background worker: connections are opened by who needs one, checked by who takes one, retired by who gives one
back.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager
from dataclasses import field, fields
from typing import Any, Final, Generic, Literal, Protocol, TypeVar

from informix_db.base_connection import BaseConnection
from informix_db.errors import Error, InterfaceError
from informix_db.settings import Settings, make_settings
from informix_types.classes import frozen, mutable

from .errors import PoolClosed, PoolTimeout

__all__ = ["BasePool", "Do", "Open", "PoolOptions", "PoolStats", "PoolWork", "Wait", "Waiter", "split_settings"]

C = TypeVar("C", bound=BaseConnection)
T = TypeVar("T")

_GROW: Final = object()
"""Given to a waiter instead of a connection: there is room, open one."""


class Waiter(Protocol):
    """Somebody who waits for a connection; the shells bring an event or a future."""

    grant: Any
    """What was given: a connection, `_GROW`, an exception, or None."""

    def wake(self) -> None:
        """Let the waiter go on."""


@frozen
class Open:
    """Step: connect, and send the connection into the conversation."""


@frozen
class Do:
    """Step: call a method of a connection without arguments, or a callable with the connection."""

    connection: Any
    call: Literal["close", "commit", "ping", "reset", "rollback"] | Callable[[Any], Any]


@frozen
class Wait:
    """Step: wait until the waiter is woken, at most so many seconds."""

    waiter: Waiter
    timeout: float


PoolWork = Generator[Open | Do | Wait, Any, T]


@frozen
class PoolOptions:
    """How a pool behaves. Times are seconds.

    Attributes:
        min_size: connections that are opened at once and kept.
        max_size: most connections at a time.
        acquire_timeout: longest wait for a connection; then `PoolTimeout`.
        max_waiting: most waiters; further ones get `PoolTimeout` at once. 0 for no limit.
        max_idle: idle time after which connections above `min_size` are closed.
        max_lifetime: age at which a connection is replaced.
        check_after: idle time after which a connection is asked for a sign of life before it is handed out;
            one that the server has closed is noticed at any time.
        configure: called with each new connection.
        reset: called with each returned connection, after its own `reset`.
        name: for `repr`.
    """

    min_size: int = 1
    max_size: int = 10
    acquire_timeout: float = 30.0
    max_waiting: int = 0
    max_idle: float = 600.0
    max_lifetime: float = 3600.0
    check_after: float = 30.0
    configure: Callable[[Any], Any] | None = None
    reset: Callable[[Any], Any] | None = None
    name: str = ""

    def __post_init__(self) -> None:
        for what in ("min_size", "max_size", "max_waiting"):
            value = getattr(self, what)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise InterfaceError(f"{what} must be an integer of at least 0, not {value!r}")
        if self.max_size < max(1, self.min_size):
            raise InterfaceError(f"max_size must be at least 1 and at least min_size, not {self.max_size}")
        for what in ("acquire_timeout", "max_idle", "max_lifetime", "check_after"):
            value = getattr(self, what)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
                raise InterfaceError(f"{what} must be a number of seconds of at least 0, not {value!r}")


_OPTION_NAMES: Final = frozenset(f.name for f in fields(PoolOptions))


def split_settings(dsn: str | None, port: int | None, given: Mapping[str, Any]) -> tuple[Settings, PoolOptions]:
    """Tell the pool's options from those of its connections.

    Raises:
        InterfaceError: a setting is unknown or impossible.
    """
    options = {name: value for name, value in given.items() if name in _OPTION_NAMES}
    rest = {name: value for name, value in given.items() if name not in _OPTION_NAMES}
    return make_settings(dsn, {"port": port, **rest}), PoolOptions(**options)


@mutable
class PoolStats:
    """Numbers about a pool.

    Attributes:
        size: connections that exist or are being opened.
        idle: those that wait for a user.
        in_use: those that are handed out.
        waiting: users that wait for a connection.
        acquired: connections handed out so far.
        opened: connections opened so far.
        discarded: connections closed so far because they were broken, old, or idle for too long.
        timeouts: acquisitions that ended in `PoolTimeout`.
    """

    size: int = 0
    idle: int = 0
    in_use: int = 0
    waiting: int = 0
    acquired: int = 0
    opened: int = 0
    discarded: int = 0
    timeouts: int = 0


@mutable(eq=False)
class _Member(Generic[C]):
    """A connection of the pool: when it was opened and when it was last returned."""

    connection: C
    born: float
    idle_since: float = field(default=0.0)


class BasePool(Generic[C]):
    """State and conversations of one pool. The shells add a method for each conversation.

    State changes between two steps, under `_mutex`; no step is yielded while it is held.
    """

    def __init__(self, settings: Settings, options: PoolOptions, mutex: AbstractContextManager[Any]) -> None:
        self._settings = settings
        self.options = options
        self._mutex = mutex
        self._idle: list[_Member[C]] = []
        """Most recently used last: that one is handed out next, so that the others may retire."""
        self._out: dict[int, _Member[C]] = {}
        self._opening = 0
        self._waiters: deque[Waiter] = deque()
        self._closed = False
        self._pid = os.getpid()
        self._stats = PoolStats()

    @property
    def closed(self) -> bool:
        """True after `close`."""
        return self._closed

    @property
    def stats(self) -> PoolStats:
        """Numbers about the pool, as of now."""
        with self._mutex:
            known = self._stats
            return PoolStats(
                self._size(),
                len(self._idle),
                len(self._out),
                len(self._waiters),
                known.acquired,
                known.opened,
                known.discarded,
                known.timeouts,
            )

    def __repr__(self) -> str:
        s = self.stats
        state = "closed" if self._closed else f"{s.in_use} in use, {s.idle} idle, at most {self.options.max_size}"
        name = f"{self.options.name}: " if self.options.name else ""
        return f"<{type(self).__module__}.{type(self).__qualname__} {name}{state}>"

    def _size(self) -> int:
        return len(self._idle) + len(self._out) + self._opening

    def _new_waiter(self) -> Waiter:
        raise NotImplementedError

    # -- life --------------------------------------------------------------------------------------------------

    def _open_gen(self, result: T) -> PoolWork[T]:
        """Open `min_size` connections; return `result`. When one fails, none stays open."""
        try:
            while True:
                with self._mutex:
                    if self._size() >= self.options.min_size:
                        return result
                    self._opening += 1
                member = yield from self._grow_gen()
                with self._mutex:
                    self._idle.append(member)
        except BaseException:
            yield from self._close_gen()
            raise

    def _grow_gen(self) -> PoolWork[_Member[C]]:
        """Open a connection for which `_opening` was counted up."""
        try:
            connection: C = yield Open()
            try:
                if self.options.configure is not None:
                    yield Do(connection, self.options.configure)
                    yield Do(connection, "commit")
            except BaseException:
                yield Do(connection, "close")
                raise
        except BaseException:
            with self._mutex:
                self._opening -= 1
                self._offer_room()
            raise
        now = time.monotonic()
        with self._mutex:
            self._opening -= 1
            self._stats.opened += 1
        return _Member(connection, now, now)

    def _close_gen(self) -> PoolWork[None]:
        """Close idle connections now, and those in use when they come back; waiters get `PoolClosed`."""
        with self._mutex:
            self._closed = True
            members, self._idle = self._idle, []
            waiters = list(self._waiters)
            self._waiters.clear()
            for waiter in waiters:
                waiter.grant = PoolClosed("the pool was closed")
                waiter.wake()
        for member in members:
            yield Do(member.connection, "close")

    # -- taking ------------------------------------------------------------------------------------------------

    def _acquire_gen(self, timeout: float | None = None) -> PoolWork[C]:
        """Return a connection that works and has no open transaction.

        Raises:
            PoolTimeout: none became free in time.
            PoolClosed: the pool is closed.
            OperationalError: a new connection was needed and could not be opened.
        """
        limit = self.options.acquire_timeout if timeout is None else timeout
        deadline = time.monotonic() + limit
        while True:
            waiter: Waiter | None = None
            grant: Any = None
            with self._mutex:
                if self._closed:
                    raise PoolClosed("the pool is closed")
                if self._pid != os.getpid():
                    raise InterfaceError("the pool was made by another process; make one after fork()")
                if self._idle:
                    grant = self._idle.pop()
                    self._out[id(grant.connection)] = grant
                elif self._size() < self.options.max_size:
                    grant = _GROW
                    self._opening += 1
                else:
                    waiter = self._join_queue(limit)
            if waiter is not None:
                grant = yield from self._wait_gen(waiter, deadline, limit)
            if grant is _GROW:
                member = yield from self._grow_gen()
                with self._mutex:
                    self._out[id(member.connection)] = member
                fresh = True
            else:
                member, fresh = grant, False
            if fresh or (yield from self._fit_gen(member)):
                with self._mutex:
                    self._stats.acquired += 1
                connection: C = member.connection
                return connection

    def _join_queue(self, limit: float) -> Waiter:
        if self.options.max_waiting and len(self._waiters) >= self.options.max_waiting:
            self._stats.timeouts += 1
            raise PoolTimeout(f"{len(self._waiters)} users are waiting for a connection already (max_waiting)")
        if limit <= 0:
            self._stats.timeouts += 1
            raise PoolTimeout(f"all {self.options.max_size} connections of the pool are in use")
        waiter = self._new_waiter()
        self._waiters.append(waiter)
        return waiter

    def _wait_gen(self, waiter: Waiter, deadline: float, limit: float) -> PoolWork[Any]:
        """Wait for a grant; one that comes while the wait is given up is passed on."""
        try:
            yield Wait(waiter, max(0.0, deadline - time.monotonic()))
        except BaseException:
            with self._mutex:
                if waiter in self._waiters:
                    self._waiters.remove(waiter)
                self._pass_on(waiter)
            raise
        with self._mutex:
            if waiter.grant is None:
                self._waiters.remove(waiter)
                self._stats.timeouts += 1
                most = self.options.max_size
                raise PoolTimeout(
                    f"no connection became free within {limit:g} s; all {most} of the pool are in use"
                )
        if isinstance(waiter.grant, Exception):
            raise waiter.grant
        return waiter.grant

    def _pass_on(self, waiter: Waiter) -> None:
        grant, waiter.grant = waiter.grant, None
        if grant is _GROW:
            self._opening -= 1
            self._offer_room()
        elif isinstance(grant, _Member):
            del self._out[id(grant.connection)]
            self._hand_over(grant)

    def _fit_gen(self, member: _Member[C]) -> PoolWork[bool]:
        """Check a connection that was idle; a dead or old one is closed and another must be taken."""
        now = time.monotonic()
        connection = member.connection
        fit = not connection.closed and now - member.born < self.options.max_lifetime
        try:
            idle = now - member.idle_since
            # What has come from the server meanwhile may be replies that were owed, or its goodbye: PING tells.
            if fit and (idle >= self.options.check_after or connection._line_base.stirred):
                yield Do(connection, "ping")
        except Error:
            fit = False
        except BaseException:
            yield from self._retire_gen(member)
            raise
        if not fit:
            yield from self._retire_gen(member)
        return fit

    def _retire_gen(self, member: _Member[C]) -> PoolWork[None]:
        """Close a connection that is handed out, and let a waiter open another in its place."""
        with self._mutex:
            self._out.pop(id(member.connection), None)
            self._stats.discarded += 1
            self._offer_room()
        yield Do(member.connection, "close")

    # -- giving back -------------------------------------------------------------------------------------------

    def _release_gen(self, connection: C) -> PoolWork[None]:
        """Take a connection back: reset it, then hand it to who waits longest, or keep it, or close it."""
        with self._mutex:
            member = self._out.get(id(connection))
        if member is None or member.connection is not connection:
            raise InterfaceError("the connection is not one that this pool has handed out")
        try:
            fit = not (self._closed or connection.closed)
            if fit:
                yield Do(connection, "reset")
                if self.options.reset is not None:
                    yield Do(connection, self.options.reset)
                    yield Do(connection, "rollback")
        except Error:
            fit = False
        except BaseException:
            yield from self._retire_gen(member)
            raise
        now = time.monotonic()
        if not fit or self._closed or now - member.born >= self.options.max_lifetime:
            yield from self._retire_gen(member)
            return
        with self._mutex:
            del self._out[id(connection)]
            self._hand_over(member)
            tired = self._tired(now)
        for old in tired:
            yield Do(old.connection, "close")

    def _leave_gen(self, connection: C, failed: bool) -> PoolWork[None]:
        """End of a ``with pool.connection()`` block: commit, or roll back after an error; then give back."""
        problem: BaseException | None = None
        if not connection.closed:
            try:
                yield Do(connection, "rollback" if failed else "commit")
            except BaseException as error:  # noqa: BLE001 - raised again when the connection is back
                problem = error
        yield from self._release_gen(connection)
        if problem is not None and not (failed and isinstance(problem, Error)):
            raise problem

    def _hand_over(self, member: _Member[C]) -> None:
        """Give a free connection to who waits longest, else keep it idle."""
        if self._waiters:
            waiter = self._waiters.popleft()
            self._out[id(member.connection)] = member
            waiter.grant = member
            waiter.wake()
        else:
            member.idle_since = time.monotonic()
            self._idle.append(member)

    def _offer_room(self) -> None:
        """A connection less: let who waits longest open another."""
        if self._waiters and self._size() < self.options.max_size and not self._closed:
            waiter = self._waiters.popleft()
            self._opening += 1
            waiter.grant = _GROW
            waiter.wake()

    def _tired(self, now: float) -> list[_Member[C]]:
        """Take out the connections above `min_size` that were idle for too long."""
        tired: list[_Member[C]] = []
        while self._idle and self._size() > self.options.min_size:
            if now - self._idle[0].idle_since < self.options.max_idle:
                break
            tired.append(self._idle.pop(0))
            self._stats.discarded += 1
        return tired
