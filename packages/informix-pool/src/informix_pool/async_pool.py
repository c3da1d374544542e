"""`AsyncConnectionPool`: the asyncio shell of `base_pool.py`; every method is one step into it."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import Any, Self, TypeVar

from informix_db.errors import InterfaceError
from informix_db.settings import Settings

from .base_pool import BasePool, Do, Open, PoolOptions, PoolWork, Wait, Waiter
from .connection import AsyncConnection

__all__ = ["AsyncConnectionPool"]

T = TypeVar("T")


class _TaskWaiter:
    """A task that waits."""

    def __init__(self) -> None:
        self.grant: Any = None
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake(self) -> None:
        if not self.future.done():
            self.future.set_result(None)


class AsyncConnectionPool(BasePool[AsyncConnection]):
    """Connections for the tasks of an event loop. Made by `informix_db.aio.create_pool`."""

    def __init__(self, settings: Settings, options: PoolOptions) -> None:
        # One event loop, one thread: nothing comes between two awaits.
        super().__init__(settings, options, nullcontext())
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def open(cls, settings: Settings, options: PoolOptions) -> Self:
        """Make a pool and open its first connections; see `informix_pool.aio.create_pool`."""
        return await cls(settings, options)._open()

    async def _open(self) -> Self:
        return await self._run(self._open_gen(self))

    async def acquire(self, timeout: float | None = None) -> AsyncConnection:
        """Take a connection; it must be given back by `release`. `connection` does both.

        Args:
            timeout: longest wait in seconds, instead of `acquire_timeout`.

        Raises:
            PoolTimeout: none became free in time.
            PoolClosed: the pool is closed.
        """
        return await self._run(self._acquire_gen(timeout))

    async def release(self, connection: AsyncConnection) -> None:
        """Give a connection back: an open transaction is rolled back, and the session reset for its next user."""
        return await self._run(self._release_gen(connection))

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[AsyncConnection]:
        """Return a context manager: take a connection, commit or (after an error) roll back, give it back.

        `timeout` and what is raised are those of `acquire`.
        """
        connection = await self.acquire(timeout)
        try:
            yield connection
        except BaseException:
            await self._run(self._leave_gen(connection, True))
            raise
        await self._run(self._leave_gen(connection, False))

    async def close(self) -> None:
        """Close the pool and its idle connections; those in use are closed when they come back."""
        return await self._run(self._close_gen())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *details: object) -> None:
        return await self.close()

    # -- carrying out the steps

    def _new_waiter(self) -> Waiter:
        return _TaskWaiter()

    async def _run(self, work: PoolWork[T]) -> T:
        if self._loop is not asyncio.get_running_loop():
            work.close()
            raise InterfaceError("the pool belongs to another event loop; create one in this loop")
        value: Any = None
        failure: BaseException | None = None
        try:
            while True:
                step = work.send(value) if failure is None else work.throw(failure)
                value = failure = None
                try:
                    value = await self._carry_out(step)
                except BaseException as error:  # noqa: BLE001 - thrown into the conversation
                    failure = error
        except StopIteration as stop:
            result: T = stop.value
            return result

    async def _carry_out(self, step: Open | Do | Wait) -> Any:
        if isinstance(step, Open):
            return await AsyncConnection.connect(self._settings)
        if isinstance(step, Do):
            if isinstance(step.call, str):
                return await getattr(step.connection, step.call)()
            value = step.call(step.connection)
            return await value if inspect.isawaitable(value) else value
        assert isinstance(step.waiter, _TaskWaiter)
        with suppress(TimeoutError):
            async with asyncio.timeout(step.timeout):
                await step.waiter.future
        return None
