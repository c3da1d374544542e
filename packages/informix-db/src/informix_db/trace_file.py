"""Writes what a connection sends and receives to a file that ``python -m informix_wire.trace`` shows.

Switched on by ``connect(trace=…)`` or ``INFORMIX_TRACE``. Passwords are masked, in logins (sqli.md 2.2) and PAM
answers (2.6); SQL text and data are not.
"""

import itertools
import json
import logging
import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from informix_types import FramingError
from informix_wire.errors import Incomplete
from informix_wire.inbox import Inbox
from informix_wire.pdu import Message, Response, read_client
from informix_wire.pdu.login import read_login_request
from informix_wire.session import Session, State

from .errors import InterfaceError

__all__ = ["TraceFile", "traced_session"]

log: Final = logging.getLogger("informix_db")
_connections: Final = itertools.count(1)


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner may read: it holds data."""
    return os.open(path, flags, 0o600)


class TraceFile:
    """Appends the exchange of one connection to a file, a line of JSON for each piece.

    The file is opened for each line: nothing is kept open, and several processes may write to one file.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.number = os.getpid() * 1000 + next(_connections) % 1000
        try:
            with open(path, "a", encoding="ascii", opener=_private):
                pass
        except OSError as error:
            raise InterfaceError(f"trace={path!r} cannot be written: {error.strerror}") from None

    def write(self, direction: str, data: bytes) -> None:
        """Append bytes that went one way: ``c2s``, ``s2c``, or ``c2s-oob`` for an urgent byte."""
        entry = {"time": datetime.now(UTC).isoformat(), "conn": self.number, "dir": direction, "hex": data.hex()}
        try:
            with open(self.path, "a", encoding="ascii", opener=_private) as file:
                file.write(json.dumps(entry) + "\n")
        except OSError as error:
            # A full disk must not end the connection.
            log.warning("the trace %s cannot be written: %s", self.path, error.strerror)

    def interrupt(self, data: bytes) -> None:
        """Append an urgent byte."""
        self.write("c2s-oob", data)


class _TracedInbox(Inbox):
    __slots__ = ("_trace",)

    def __init__(self, trace: TraceFile) -> None:
        super().__init__()
        self._trace = trace

    def feed(self, chunk: bytes) -> None:
        self._trace.write("s2c", chunk)
        super().feed(chunk)


def traced_session(encoding: str, trace: TraceFile) -> Session:
    """Return a session all of whose bytes go into the trace."""
    session = Session(encoding=encoding, inbox=_TracedInbox(trace))

    def tap(data: bytes) -> None:
        trace.write("c2s", _masked(session, data) if session.state is State.NEW else data)

    session.tap = tap
    return session


def _masked(session: Session, data: bytes) -> bytes:
    """Hide the secrets in what is sent before the session stands; what cannot be read is left out as a whole."""
    try:
        request, end = read_login_request(data, 0, session.encoding)
    except (Incomplete, FramingError):
        return _masked_messages(session, data)
    if end != len(data):
        return b""
    return replace(request, password="*" * 8 if request.password else request.password).encode(session.encoding)


def _masked_messages(session: Session, data: bytes) -> bytes:
    masked: list[bytes] = []
    offset = 0
    while offset < len(data):
        try:
            message: Message
            message, offset = read_client(data, offset, session.caps)
        except (Incomplete, FramingError):
            return b"".join(masked)
        if isinstance(message, Response):
            message = Response("*" * 8)
        masked.append(message.encode(session.caps))
    return b"".join(masked)
