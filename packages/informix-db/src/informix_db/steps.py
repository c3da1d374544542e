"""What a driver-level conversation yields to its shell: the wire's steps, and `Dial` while connecting.

The shells differ only in how they carry out these steps: `run_blocking.py` here, ``run_asyncio.py`` in
informix-pool.
"""

import errno
import socket
import ssl
from collections.abc import Collection, Generator
from typing import Final, Literal, TypeVar

from informix_types.classes import frozen
from informix_wire.inbox import Inbox
from informix_wire.talk.core import NEED, Need
from informix_wire.talk.interrupt import CANCELLED
from informix_wire.talk.reply import Expected, first_error

from .errors import ConnectTimeout, OperationalError, ReadTimeout, StatementCancelled, StatementTimeout
from .sqlhosts import Address

__all__ = [
    "INTERRUPT_BYTE",
    "INTERRUPT_GRACE",
    "NEED",
    "RECV_SIZE",
    "Dial",
    "Limits",
    "UrgentGate",
    "Work",
    "connect_failure",
    "lost",
    "silent",
    "timed_out",
    "undecided",
]

INTERRUPT_BYTE: Final = b"B"
"""The urgent byte that cancels a running request (sqli.md 5.17)."""
INTERRUPT_GRACE: Final = 10.0
"""Seconds that an interrupted server gets to answer; it takes about one (sqli.md 5.17)."""
RECV_SIZE: Final = 65536


@frozen
class Dial:
    """Open a connection to `address` in place of the present one and feed what arrives into `inbox`.

    The shell throws `OSError` (or its subclass `ssl.SSLError`) into the conversation when that fails.

    Attributes:
        address: host and port.
        inbox: where to.
        tls: how to encrypt, None for plain.
        tls_hostname: name that the certificate must have.
        keepalive: have the operating system look whether the peer is alive.
        left: addresses that are still to be tried, this one included: they share the time that is left.
    """

    address: Address
    inbox: Inbox
    tls: ssl.SSLContext | None
    tls_hostname: str
    keepalive: bool
    left: int = 1

    def deadline(self, now: float, end: float | None) -> float | None:
        """Return until when this address may take, of the time until `end`."""
        return None if end is None else now + max(end - now, 0.0) / self.left


@frozen
class Limits:
    """How long a conversation may take, in seconds.

    Attributes:
        silence: longest wait for the next bytes; then the connection is given up.
        total: longest duration of the whole; then the server is interrupted, or `connecting` given up.
        connecting: the conversation establishes the session, hence there is nothing to interrupt.
    """

    silence: float | None = None
    total: float | None = None
    connecting: bool = False


class UrgentGate:
    """Keeps a second urgent byte back until the server has read past the first one.

    TCP knows one urgent byte at a time: a second would turn the first, if not yet read, into a byte of the stream,
    and the server would take it for a tag. It is past when the last request before it was answered, or when one of
    these requests was cancelled by it.
    """

    def __init__(self) -> None:
        self.owed: Collection[Expected] = ()
        """The replies that are owed, oldest first: the session's own queue."""
        self._before: tuple[Expected, ...] = ()
        """Those that were owed when the last urgent byte was sent."""

    def blocked(self) -> bool:
        """Whether another byte must not be sent: one may still be unread, then it will do, or nothing runs."""
        # A copy, made at one go: another thread may be at the queue.
        owed = tuple(self.owed)
        if owed and _cancelled(owed[-1]):
            return True  # only the end of its answer is still to come
        return bool(self._before) and self._before[-1] in owed and not self.met()

    def met(self) -> bool:
        """Whether the last urgent byte is known to have cancelled something, so that it can hit nothing else."""
        return any(map(_cancelled, self._before))

    def passed(self) -> None:
        """Note that an urgent byte was sent just now."""
        self._before = tuple(reply for reply in tuple(self.owed) if not _cancelled(reply))


def _cancelled(reply: Expected) -> bool:
    """Whether what has arrived of a reply says that the request was interrupted."""
    error = first_error(tuple(reply.messages))
    return error is not None and error.sqlcode == CANCELLED


T = TypeVar("T")
Work = Generator[bytes | Literal[Need.NEED] | Dial, None, T]
"""A conversation of the driver with result `T`."""


def lost(peer: str, reason: BaseException | str) -> OperationalError:
    """Return the error for a connection that ended under a conversation."""
    text = _reason(reason) if isinstance(reason, BaseException) else reason
    error = OperationalError(f"the connection to {peer} is lost: {text}")
    error.sqlstate = "08S01"
    error.is_retryable, error.retry = True, "reconnect"
    return error


def undecided(error: OperationalError) -> None:
    """Make the error of a lost connection say that the request that it hit may have been committed or not."""
    error.args = (
        f"{error}; whether the changes were committed is not known: look at the data before you repeat the work",
    )
    error.sqlstate = "08007"
    error.is_retryable, error.retry = False, "none"


def timed_out(cancelled: StatementCancelled, seconds: float | None) -> StatementTimeout:
    """Return the error for a statement that was interrupted because its time was up."""
    error = StatementTimeout(f"-213: the statement took longer than {seconds:g} s and was interrupted")
    error.__dict__.update(cancelled.__dict__)
    return error


def silent(peer: str, seconds: float | None, *, interrupted: bool, sending: bool = False) -> ReadTimeout:
    """Return the error for a server that was silent too long, also after an interrupt.

    Args:
        peer: host and port.
        seconds: how long it was waited for.
        interrupted: an interrupt was sent before.
        sending: the server did not even take the request, so that it cannot be interrupted.
    """
    if interrupted:
        return ReadTimeout(f"{peer} did not answer an interrupt within {INTERRUPT_GRACE:g} s; connection closed")
    limit = "" if seconds is None else f" within {seconds:g} s"
    if sending:
        error = ReadTimeout(f"{peer} did not take the request{limit}; connection closed")
    else:
        error = ReadTimeout(f"{peer} sent nothing{limit} (read_timeout); connection closed")
    error.sqlstate = "08S01"
    error.is_retryable, error.retry = True, "reconnect"
    return error


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return "the peer closed the connection"
    if isinstance(error, ssl.SSLError):
        return f"{error.reason or error}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


_ADVICE: Final[dict[int, str]] = {
    errno.ECONNREFUSED: "nothing listens there; is the server running, is the port right (plain 9088, TLS 9089)?",
    errno.ETIMEDOUT: "no answer; is the host right, does a firewall drop the packets?",
    errno.EHOSTUNREACH: "the host cannot be reached from here",
    errno.ENETUNREACH: "the network cannot be reached from here",
}


def connect_failure(address: Address, error: BaseException, *, tls: bool) -> OperationalError:
    """Return the error for an address where no session could be established, with advice what to do."""
    peer = f"{address.host}:{address.port}"
    cls = OperationalError
    if isinstance(error, ssl.SSLCertVerificationError):
        advice = f"the server's certificate is not accepted: {error.verify_message}; see tls_ca_file="
    elif isinstance(error, ssl.SSLError):
        advice = (
            f"the TLS handshake failed ({_reason(error)}); does this port speak plain SQLI? Then use tls=False"
        )
    elif isinstance(error, socket.gaierror):
        advice = f"the host name cannot be resolved ({error.strerror})"
    elif isinstance(error, TimeoutError):
        cls = ConnectTimeout
        advice = "no answer within connect_timeout"
    elif isinstance(error, OSError) and error.errno in _ADVICE:
        advice = _ADVICE[error.errno]
    elif isinstance(error, OperationalError):
        advice = f"the connection ended during the login ({error}); does this port speak SQLI, " + (
            "plain instead of TLS (then tls=False)?" if tls else "and without TLS (else see tls=)?"
        )
    elif tls and isinstance(error, ConnectionError):
        advice = (
            "the connection ended during the TLS handshake; does this port speak plain SQLI? Then use tls=False"
        )
    else:
        advice = _reason(error)
    failure = cls(f"cannot connect to {peer}: {advice}")
    failure.sqlstate = "08001"
    failure.is_retryable, failure.retry = True, "reconnect"
    return failure
