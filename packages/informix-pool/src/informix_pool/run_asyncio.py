"""Carries out conversations on an asyncio transport: natively, stepping them in `data_received`, without threads.

The counterpart of ``informix_db.run_blocking``; both carry out the same steps (``informix_db.steps``).
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from informix_db.errors import InterfaceError, StatementCancelled
from informix_db.steps import (
    INTERRUPT_BYTE,
    INTERRUPT_GRACE,
    NEED,
    Dial,
    Limits,
    UrgentGate,
    Work,
    lost,
    silent,
    timed_out,
)
from informix_wire.inbox import Inbox

__all__ = ["AsyncLine"]

T = TypeVar("T")

_UNFINISHED: Final = object()
_NEXT_ADDRESS_AFTER: Final = 0.25
"""Seconds after which a host's next address is tried as well (RFC 8305 recommends this)."""


class AsyncLine(asyncio.Protocol):
    """One connection's line to its server: a transport, or none yet, and at most one conversation at a time.

    Tasks that share it take turns. Cancelling a task that waits for the server interrupts the server, reads its
    answer to the end, and only then lets the cancellation go on: no work is left running on the connection.
    """

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._gone: asyncio.Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inbox = Inbox()
        self._turn = asyncio.Lock()
        self._owner: asyncio.Task[Any] | None = None
        self._work: Work[Any] | None = None
        self._waiter: asyncio.Future[Dial | None] | None = None
        """Done when the conversation has ended, or wants to dial: that cannot be done in a callback."""
        self._value: Any = _UNFINISHED
        self._error: BaseException | None = None
        self.reason: Exception | str = "it was closed"
        self._limits = Limits()
        self._timer: asyncio.TimerHandle | None = None
        self._end_at: float | None = None
        """Loop time at which the time of all addresses is over."""
        self._deadline: float | None = None
        """Loop time at which all must be done; after an interrupt, at which the server must have answered."""
        self._heard = 0.0
        """Loop time at which the server was last heard, or asked, or seen to take a part of the request."""
        self._unsent = 0
        """Bytes of the request that the server had not taken at that time."""
        self._expired = False
        self._outstanding = False
        self.interrupted = False
        self.gate = UrgentGate()
        self.on_interrupt: Callable[[bytes], None] | None = None
        self.peer = "the server"
        self.tls: tuple[str, str] | None = None

    # -- for the connection ------------------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        """True when there is no transport."""
        return self._transport is None

    @property
    def stirred(self) -> bool:
        """True when something has come from the server that nobody has read; its end shows in `closed`."""
        return not self._turn.locked() and len(self._inbox) > 0

    @property
    def busy(self) -> bool:
        """True while a conversation runs."""
        return self._turn.locked()

    async def run(self, work: Work[T], limits: Limits) -> T:
        """Carry out `work` and return its result, or raise what it raises; see `BlockingLine.run`.

        Raises:
            asyncio.CancelledError: the task was cancelled; the server was interrupted and has answered, or the
                connection was closed.
        """
        if self._owner is not None and self._owner is asyncio.current_task():
            work.close()
            raise InterfaceError("the connection is in the middle of another call of this task")
        if self._elsewhere():
            work.close()
            raise InterfaceError("the connection belongs to another event loop; connect again in this one")
        try:
            await self._turn.acquire()
        except BaseException:
            work.close()
            raise
        self._owner = asyncio.current_task()
        try:
            return await self._carry_out(work, limits)
        finally:
            self._owner = None
            self._turn.release()

    async def finish(self, work: Work[T], limits: Limits) -> T | None:
        """Carry out the last `work` of the connection; when another task is at it, close the transport instead."""
        if self._turn.locked() or self._elsewhere():
            work.close()
            self.close()
            await self._until_gone()
            return None
        return await self.run(work, limits)

    def _elsewhere(self) -> bool:
        """Whether the transport is one of another event loop, where nobody would step our conversations."""
        return self._transport is not None and self._loop is not asyncio.get_running_loop()

    def interrupt(self) -> bool:
        """Ask the server to abort the running request; False when no reply is outstanding (sqli.md 5.17)."""
        transport = self._transport
        if transport is None or not self._outstanding or not self.gate.owed or transport.get_write_buffer_size():
            return False
        if self.gate.blocked():
            return True
        # The urgent byte travels outside TLS records, on the socket itself.
        number = os.dup(transport.get_extra_info("socket").fileno())
        try:
            with socket.socket(fileno=number) as raw:
                raw.send(INTERRUPT_BYTE, socket.MSG_OOB)
        except OSError:
            return False
        self.interrupted = True
        self.gate.passed()
        if self.on_interrupt is not None:
            self.on_interrupt(INTERRUPT_BYTE)
        return True

    def close(self) -> None:
        """Close the transport without further words. A task that waits on it wakes up with an error."""
        transport, self._transport = self._transport, None
        if transport is not None:
            with contextlib.suppress(RuntimeError):  # its event loop is closed; the socket goes with the transport
                transport.abort()

    # -- one conversation --------------------------------------------------------------------------------------

    async def _carry_out(self, work: Work[T], limits: Limits) -> T:
        loop = asyncio.get_running_loop()
        self._work, self._limits = work, limits
        self._value, self._error = _UNFINISHED, None
        self._expired = self._outstanding = False
        self._heard = loop.time()
        self._end_at = self._deadline = None if limits.total is None else self._heard + limits.total
        try:
            dial = self._advance()
            while self._unfinished():
                if dial is not None:
                    dial = self._advance(await self._dial(dial))
                else:
                    dial = await self._wait(loop)
        except asyncio.CancelledError:
            await self._wind_up(loop)
            self._value = _UNFINISHED
            raise
        finally:
            self._outstanding = False
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._transport is None:
                await self._until_gone()
        # Nothing of the result stays here: it may hold the connection, which then nobody could collect.
        value, self._value = self._value, _UNFINISHED
        error = self._failure()
        if error is None:
            return cast("T", value)
        if isinstance(error, StatementCancelled):
            self.interrupted = self.interrupted and not self.gate.met()
            if self._expired:
                raise timed_out(error, limits.total) from None
        raise error

    def _failure(self) -> BaseException | None:
        error, self._error = self._error, None
        return error

    def _advance(self, failure: BaseException | None = None) -> Dial | None:
        """Step the conversation until it needs bytes, dials (then return that), or has ended."""
        work = self._work
        assert work is not None
        try:
            while True:
                step = work.send(None) if failure is None else work.throw(failure)
                failure = None
                if isinstance(step, Dial):
                    self._wake(step)
                    return step
                if self._transport is None:
                    failure = lost(self.peer, self.reason)
                    continue
                # Who needs bytes waits for a reply, be it to an earlier request (a fetch sent ahead).
                self._outstanding = True
                if step is NEED:
                    if self.interrupted:
                        # The byte may have met the request before this one; the gate holds it back else.
                        self.interrupt()
                    return None
                self._transport.write(step)
                self._unsent = self._transport.get_write_buffer_size()
        except StopIteration as stop:
            self._end(stop.value, None)
        except BaseException as error:  # noqa: BLE001 - handed to the task that waits
            self._end(None, error)
        return None

    def _unfinished(self) -> bool:
        return self._work is not None

    def _waiting(self) -> bool:
        """Whether the conversation waits for the server, so that a callback may step it."""
        waiter = self._waiter
        # Cancelled: between `cancel()` and the moment when the task hears of it, bytes arrive as ever.
        return self._work is not None and waiter is not None and (waiter.cancelled() or not waiter.done())

    def _wake(self, dial: Dial | None) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(dial)

    def _end(self, value: Any, error: BaseException | None) -> None:
        self._work = None
        self._value, self._error = value, error
        self._wake(None)

    async def _wait(self, loop: asyncio.AbstractEventLoop) -> Dial | None:
        """Wait until the conversation has ended or dials (then return that); `data_received` steps it."""
        self._waiter = loop.create_future()
        self._arm(loop)
        try:
            return await self._waiter
        finally:
            self._waiter = None

    async def _wind_up(self, loop: asyncio.AbstractEventLoop) -> None:
        """The task was cancelled: interrupt the server and read its answer to the end, or close the connection."""
        if not self._unfinished():
            return
        if not self._limits.connecting and self.interrupt():
            self._expired, self._deadline = True, loop.time() + INTERRUPT_GRACE
            try:
                while self._unfinished():
                    await self._wait(loop)
                self.interrupted = not (isinstance(self._error, StatementCancelled) and self.gate.met())
                self._error = None
                return
            except asyncio.CancelledError:
                pass  # cancelled again: give up waiting for the server
        work, self._work = self._work, None
        if work is not None:
            work.close()
        self.close()

    # -- time --------------------------------------------------------------------------------------------------

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have one timer run to the nearest limit; it re-arms itself when the server was heard meanwhile."""
        limits = []
        if self._deadline is not None:
            limits.append(self._deadline)
        if self._limits.silence is not None and not self._expired:
            limits.append(self._heard + self._limits.silence)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(min(limits), self._ring, loop) if limits else None

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        if not self._waiting():
            return
        now = loop.time()
        unsent = self._transport.get_write_buffer_size() if self._transport is not None else 0
        if unsent < self._unsent:
            self._heard, self._unsent = now, unsent
        late = self._deadline is not None and now >= self._deadline
        quiet = (
            self._limits.silence is not None and not self._expired and now >= self._heard + self._limits.silence
        )
        if not late and not quiet:
            self._arm(loop)
        elif self._limits.connecting:
            self._advance(TimeoutError())
        elif late and not self._expired and self.interrupt():
            self._expired, self._deadline = True, now + INTERRUPT_GRACE
            self._arm(loop)
        else:
            seconds = self._limits.total if late and not self._expired else self._limits.silence
            self.close()
            self._advance(silent(self.peer, seconds, interrupted=self._expired, sending=unsent > 0))

    # -- the transport -----------------------------------------------------------------------------------------

    async def _dial(self, dial: Dial) -> BaseException | None:
        """Open a transport; return what went wrong, to be thrown into the conversation."""
        loop = asyncio.get_running_loop()
        self.close()
        await self._until_gone()
        self._deadline = dial.deadline(loop.time(), self._end_at)
        address = dial.address
        self.peer = f"{address.host}:{address.port}"
        self._inbox = dial.inbox
        try:
            async with asyncio.timeout_at(self._deadline):
                await loop.create_connection(
                    lambda: self,
                    address.host,
                    address.port,
                    ssl=dial.tls,
                    happy_eyeballs_delay=_NEXT_ADDRESS_AFTER,
                    server_hostname=dial.tls_hostname if dial.tls is not None else None,
                )
        except OSError as error:
            return error
        if dial.keepalive and self._transport is not None:
            present = self._transport.get_extra_info("socket")
            present.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.tls = None
        if dial.tls is not None and self._transport is not None:
            present = self._transport.get_extra_info("ssl_object")
            self.tls = (present.version() or "", (present.cipher() or ("",))[0])
        self._heard = loop.time()
        return None

    async def _until_gone(self) -> None:
        if self._gone is not None and self._gone.get_loop() is asyncio.get_running_loop():
            await self._gone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport (asyncio calls this). TCP_NODELAY is asyncio's default."""
        self._transport = cast("asyncio.Transport", transport)
        self._loop = asyncio.get_running_loop()
        self._gone = self._loop.create_future()
        self.reason = "it was closed"

    def data_received(self, data: bytes) -> None:
        """Feed the inbox and step the conversation that waits (asyncio calls this)."""
        self._inbox.feed(data)
        if self._limits.silence is not None:
            self._heard = asyncio.get_running_loop().time()
        if self._waiting():
            self._advance()

    def eof_received(self) -> bool:
        """Note that the server closed its side (asyncio calls this)."""
        self.reason = "the server closed it"
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """Let the conversation that waits fail (asyncio calls this)."""
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)
        if error is not None:
            self.reason = error
        if self._transport is None:
            return
        self._transport = None
        if self._waiting():
            self._advance(lost(self.peer, self.reason))
