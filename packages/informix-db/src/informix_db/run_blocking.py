"""Carries out conversations over a blocking socket: the last stop before ``socket.sendall``."""

import contextlib
import logging
import os
import selectors
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from threading import get_ident
from typing import Final, TypeVar

from informix_wire.inbox import Inbox

from .errors import InterfaceError, StatementCancelled
from .sqlhosts import Address
from .steps import (
    INTERRUPT_BYTE,
    INTERRUPT_GRACE,
    NEED,
    RECV_SIZE,
    Dial,
    Limits,
    UrgentGate,
    Work,
    lost,
    silent,
    timed_out,
)

__all__ = ["BlockingLine"]

T = TypeVar("T")
log: Final = logging.getLogger("informix_db")

_ONE_CHUNK: Final = (RECV_SIZE,)
_AT_ONCE: Final = 65536
"""Up to this size a request is sent by one `sendall`; beyond, we read while we write (sqli.md 5.6)."""
_RESTARTING: Final = "polars"
"""Importing it makes SIGINT restart system calls (seen with polars 1.x): Ctrl-C would not be noticed before the
server answers."""
_mended: Final[set[str]] = set()


def _mend_ctrl_c() -> None:
    """Let SIGINT interrupt system calls again, which is what CPython sets up."""
    _mended.add(_RESTARTING)
    if hasattr(signal, "siginterrupt"):
        signal.siginterrupt(signal.SIGINT, True)


def _connected(address: Address, deadline: float | None) -> socket.socket:
    """Connect to the first of a host's addresses that answers; they share the time. Raises OSError."""
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    failure = OSError(f"{address.host} has no address")
    for tried, (family, kind, protocol, _, where) in enumerate(found):
        plain = socket.socket(family, kind, protocol)
        try:
            if deadline is not None:
                share = (deadline - time.monotonic()) / (len(found) - tried)
                if share <= 0:
                    raise TimeoutError
                plain.settimeout(share)
            plain.connect(where)
        except OSError as error:
            failure = error
            plain.close()
        except BaseException:
            plain.close()
            raise
        else:
            return plain
    raise failure


class BlockingLine:
    """One connection's line to its server: a socket, or none yet, and at most one conversation at a time.

    Threads that share it take turns. `interrupt` and `close` may be called while another thread waits.
    """

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._inbox = Inbox()
        self._arrived: list[bytes] = []
        """What came from the socket and is not yet in the inbox, for sure."""
        self._turn = threading.Lock()
        self._owner = 0
        """The thread that has the turn; Ctrl-C may leave one here that has it no more."""
        self._urgent = threading.Lock()
        """Held to send the urgent byte, and to say that no reply is outstanding any more: a late byte would hit
        the next request (sqli.md 5.17)."""
        self._outstanding = False
        self.interrupted = False
        """An urgent byte was sent; whoever ends the conversation must know whether the server acted on it."""
        self._pid = os.getpid()
        self._timeout: float | None = None
        self.gate = UrgentGate()
        self.on_interrupt: Callable[[bytes], None] | None = None
        self.peer = "the server"
        self.reason: Exception | str = "it was closed"
        self.tls: tuple[str, str] | None = None

    @property
    def closed(self) -> bool:
        """True when there is no socket."""
        return self._socket is None

    @property
    def stirred(self) -> bool:
        """True when something has come from the server that nobody has read: its end, perhaps."""
        present = self._socket
        if present is None or self._turn.locked():
            return False
        with selectors.DefaultSelector() as selector:
            try:
                selector.register(present, selectors.EVENT_READ)
            except ValueError:  # another thread has just closed it
                return False
            return bool(selector.select(0))

    @property
    def busy(self) -> bool:
        """True while a conversation runs."""
        return self._turn.locked()

    def run(self, work: Work[T], limits: Limits) -> T:
        """Carry out `work` and return its result, or raise what it raises.

        Raises:
            InterfaceError: called from inside a conversation of the same thread.
            ReadTimeout: nothing arrived within ``limits.silence``.
            StatementTimeout: the server was interrupted because ``limits.total`` was over.
            OperationalError: the connection is lost.
        """
        if _RESTARTING in sys.modules and not _mended:
            _mend_ctrl_c()
        me = get_ident()
        if self._turn.locked():
            if self._owner == me:
                raise InterfaceError("the connection is in the middle of another call of this thread")
            log.warning("waiting: another thread is using the connection to %s", self.peer)
        # `with`, not acquire(): Ctrl-C cannot strike between taking the turn and being bound to give it back.
        with self._turn:
            self._owner = me
            try:
                return self._carry_out(work, limits)
            finally:
                self._owner = 0
                with self._urgent:
                    self._outstanding = False

    def finish(self, work: Work[T], limits: Limits) -> T | None:
        """Carry out the last `work` of the connection; when another thread is at it, close the socket instead."""
        if self._turn.locked():
            work.close()
            self.close()
            return None
        return self.run(work, limits)

    def _carry_out(self, work: Work[T], limits: Limits) -> T:
        silence = limits.silence
        end = deadline = None if limits.total is None else time.monotonic() + limits.total
        expired = False  # from then on the interrupt's grace is the only limit
        ctrl_c: KeyboardInterrupt | None = None
        failure: BaseException | None = None
        try:
            while True:
                step = work.send(None) if failure is None else work.throw(failure)
                failure = None
                try:
                    if step is NEED:
                        # Who needs bytes waits for a reply, if not to this conversation's request then to an
                        # earlier one's: a fetch that was sent ahead.
                        self._outstanding = True
                        if self.interrupted:
                            # The byte may have met the request before this one; the gate holds it back else.
                            self.interrupt()
                        self._receive(silence, deadline, expired)
                    elif isinstance(step, bytes):
                        self._outstanding = True
                        self._send(step, silence, deadline)
                    else:
                        deadline = step.deadline(time.monotonic(), end)
                        self._dial(step, deadline)
                except KeyboardInterrupt as pressed:
                    # Once: interrupt the server and read on to the end of its answer. Twice: give up; also when
                    # nobody knows how much of a request was sent, or whether what arrived is in the inbox.
                    certain = step is NEED and not self._arrived
                    if ctrl_c is not None or limits.connecting or not certain or not self.interrupt():
                        work.close()
                        self.close()
                        raise
                    ctrl_c, expired, silence = pressed, True, None
                    deadline = time.monotonic() + INTERRUPT_GRACE
                except TimeoutError as error:
                    late = deadline is not None and time.monotonic() >= deadline
                    if isinstance(step, Dial) or limits.connecting:
                        failure = error
                    elif late and not expired and step is NEED and self.interrupt():
                        expired, silence, deadline = True, None, time.monotonic() + INTERRUPT_GRACE
                    else:
                        self.close()
                        seconds = limits.total if late and not expired else limits.silence
                        failure = silent(self.peer, seconds, interrupted=expired, sending=step is not NEED)
                except OSError as error:
                    if isinstance(step, Dial):
                        failure = error
                    else:
                        self.close()
                        failure = lost(self.peer, error)
        except StopIteration as stop:
            if ctrl_c is not None:
                raise ctrl_c from None
            result: T = stop.value
            return result
        except StatementCancelled as cancelled:
            self.interrupted = self.interrupted and not self.gate.met()
            if ctrl_c is not None:
                raise ctrl_c from None
            if expired:
                raise timed_out(cancelled, limits.total) from None
            raise
        except BaseException:
            # Ctrl-C between two steps leaves the conversation in the middle: it must know that this was its end.
            work.close()
            if ctrl_c is not None:
                raise ctrl_c from None
            raise

    # -- the socket

    def _dial(self, dial: Dial, deadline: float | None) -> None:
        self.close()
        address = dial.address
        plain = _connected(address, deadline)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if dial.keepalive:
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if dial.tls is not None:
                if deadline is not None:
                    plain.settimeout(max(deadline - time.monotonic(), 0.001))
                plain = dial.tls.wrap_socket(plain, server_hostname=dial.tls_hostname)
            plain.settimeout(None)
        except BaseException:
            plain.close()
            raise
        self._timeout = None
        self.tls = None
        if isinstance(plain, ssl.SSLSocket):
            self.tls = (plain.version() or "", (plain.cipher() or ("",))[0])
        self._inbox = dial.inbox
        self._arrived.clear()
        self.peer = f"{address.host}:{address.port}"
        self._socket = plain

    def _limit(self, silence: float | None, deadline: float | None) -> float | None:
        """How long the next socket call may block."""
        if deadline is None:
            return silence
        remaining = max(deadline - time.monotonic(), 0.001)
        return remaining if silence is None else min(silence, remaining)

    def _ready(self, silence: float | None, deadline: float | None) -> socket.socket:
        """Return the socket with its timeout set; `settimeout` costs a poll a call, so only on change."""
        present = self._socket
        if present is None:
            raise OSError("the connection was closed")
        timeout = silence if deadline is None else self._limit(silence, deadline)
        if timeout != self._timeout:
            present.settimeout(timeout)
            self._timeout = timeout
        return present

    def _receive(self, silence: float | None, deadline: float | None, expired: bool) -> None:
        if deadline is not None and not expired and time.monotonic() >= deadline:
            raise TimeoutError  # also when what was waited for was not the server
        # One C call from the socket into the list: Ctrl-C strikes before it took bytes or when they are safe.
        arrived = self._arrived
        next(map(arrived.append, map(self._ready(silence, deadline).recv, _ONE_CHUNK)))
        chunk = arrived[0]
        if not chunk:
            raise OSError("the server closed it")
        self._inbox.feed(chunk)
        arrived.clear()

    def _send(self, data: bytes, silence: float | None, deadline: float | None) -> None:
        present = self._ready(silence, deadline)
        if len(data) <= _AT_ONCE:
            present.sendall(data)
        else:
            self._send_while_receiving(present, data, silence, deadline)

    def _send_while_receiving(
        self, present: socket.socket, data: bytes, silence: float | None, deadline: float | None
    ) -> None:
        """Send all of `data` and take in what arrives meanwhile: neither side blocks on a full buffer."""
        left = memoryview(data)
        present.setblocking(False)
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(present, selectors.EVENT_READ | selectors.EVENT_WRITE)
                while left:
                    ready = selector.select(self._limit(silence, deadline))
                    if not ready:
                        raise TimeoutError
                    events = ready[0][1]
                    try:
                        if events & selectors.EVENT_READ:
                            chunk = present.recv(RECV_SIZE)
                            if not chunk:
                                raise OSError("the server closed it")
                            self._inbox.feed(chunk)
                    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                        pass
                    try:
                        if events & selectors.EVENT_WRITE:
                            left = left[present.send(left[:_AT_ONCE]) :]
                    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                        pass
        finally:
            present.settimeout(self._timeout)

    # -- from other threads

    def interrupt(self) -> bool:
        """Ask the server to abort the running request; False when no reply is outstanding.

        The urgent byte travels outside TLS records too (sqli.md 5.17), hence `socket.socket.send`.
        """
        with self._urgent:
            present = self._socket
            if present is None or not self._outstanding or not self.gate.owed:
                return False
            if self.gate.blocked():
                return True
            try:
                socket.socket.send(present, INTERRUPT_BYTE, socket.MSG_OOB)
            except OSError:
                return False
            self.interrupted = True
            self.gate.passed()
            if self.on_interrupt is not None:
                self.on_interrupt(INTERRUPT_BYTE)
            return True

    def close(self) -> None:
        """Close the socket. A thread that waits on it wakes up with an error."""
        present, self._socket = self._socket, None
        if present is None:
            return
        if self._pid == os.getpid():
            # SSLSocket.shutdown would talk TLS; the plain one wakes a recv in another thread. After a fork it
            # would end the parent's connection.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(present, socket.SHUT_RDWR)
        present.close()
