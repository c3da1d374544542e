"""`ConnectionPool`: the blocking shell of `base_pool.py`; every method is one step into it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from informix_db.connection import Connection
from informix_db.settings import Settings

from .base_pool import BasePool, Do, Open, PoolOptions, PoolWork, Wait, Waiter

__all__ = ["ConnectionPool"]

T = TypeVar("T")


class _ThreadWaiter:
    """A thread that waits."""

    def __init__(self) -> None:
        self.grant: Any = None
        self.event = threading.Event()

    def wake(self) -> None:
        self.event.set()


class ConnectionPool(BasePool[Connection]):
    """Connections for the threads of a process. Made by `informix_db.create_pool`."""

    def __init__(self, settings: Settings, options: PoolOptions) -> None:
        super().__init__(settings, options, threading.Lock())

    @classmethod
    def open(cls, settings: Settings, options: PoolOptions) -> Self:
        """Make a pool and open its first connections; see `informix_db.create_pool`."""
        return cls(settings, options)._open()

    def _open(self) -> Self:
        return self._run(self._open_gen(self))

    def acquire(self, timeout: float | None = None) -> Connection:
        """Take a connection; it must be given back by `release`. `connection` does both.

        Args:
            timeout: longest wait in seconds, instead of `acquire_timeout`.

        Raises:
            PoolTimeout: none became free in time.
            PoolClosed: the pool is closed.
        """
        return self._run(self._acquire_gen(timeout))

    def release(self, connection: Connection) -> None:
        """Give a connection back: an open transaction is rolled back, and the session reset for its next user."""
        return self._run(self._release_gen(connection))

    @contextmanager
    def connection(self, timeout: float | None = None) -> Iterator[Connection]:
        """Return a context manager: take a connection, commit or (after an error) roll back, give it back.

        `timeout` and what is raised are those of `acquire`.
        """
        connection = self.acquire(timeout)
        try:
            yield connection
        except BaseException:
            self._run(self._leave_gen(connection, True))
            raise
        self._run(self._leave_gen(connection, False))

    def close(self) -> None:
        """Close the pool and its idle connections; those in use are closed when they come back."""
        return self._run(self._close_gen())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        return self.close()

    # -- carrying out the steps

    def _new_waiter(self) -> Waiter:
        return _ThreadWaiter()

    def _run(self, work: PoolWork[T]) -> T:
        value: Any = None
        failure: BaseException | None = None
        try:
            while True:
                step = work.send(value) if failure is None else work.throw(failure)
                value = failure = None
                try:
                    value = self._carry_out(step)
                except BaseException as error:  # noqa: BLE001 - thrown into the conversation
                    failure = error
        except StopIteration as stop:
            result: T = stop.value
            return result

    def _carry_out(self, step: Open | Do | Wait) -> Any:
        if isinstance(step, Open):
            return Connection.connect(self._settings)
        if isinstance(step, Do):
            return (
                getattr(step.connection, step.call)() if isinstance(step.call, str) else step.call(step.connection)
            )
        assert isinstance(step.waiter, _ThreadWaiter)
        return step.waiter.event.wait(step.timeout)
