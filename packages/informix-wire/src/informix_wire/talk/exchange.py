"""Sending requests: pending frees and a fetch sent ahead are put in order before the reply that matters."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from ..errors import ProtocolError
from ..pdu.base import Message
from ..session import ID_LAYOUT, Session
from ..tags import Tag
from .core import Conversation, conversation, send
from .reply import CLOSE, Expected, check, settle

__all__ = [
    "CLOSE_TAG",
    "EOT",
    "RELEASE_TAG",
    "make_way",
    "request",
    "send_frees",
    "short_group",
    "statement_group",
    "transmit",
]

EOT: Final = b"\x00\x0c"
"""SQ_EOT ends every group (sqli.md 1)."""

CLOSE_TAG: Final = b"\x00\x0a"
RELEASE_TAG: Final = b"\x00\x0b"

SMALL: Final = 4096
"""A request up to this size fits every socket buffer, so it may be sent while the server is still sending the
block of a fetch that went ahead; a larger one waits until that block was read (sqli.md 5.6: else both stop)."""

FREES_AT_ONCE: Final = 64
"""Bound on frees sent with one request: they (1 KB) and their replies fit every socket buffer."""


@lru_cache(maxsize=1024)
def short_group(statement_id: int, tag: bytes) -> bytes:
    """Return a group that says one thing about a statement: `SQ_ID`, a message without body, EOT."""
    return statement_group(statement_id, tag)


def statement_group(statement_id: int, *actions: bytes) -> bytes:
    """Return a group about one statement: `SQ_ID`, the encoded actions, EOT (sqli.md 4.2)."""
    return ID_LAYOUT.pack(Tag.SQ_ID, statement_id) + b"".join(actions) + EOT


def make_way(session: Session, data: bytes) -> Conversation[None]:
    """Read all that is owed if `data` is too large to be sent while the server is still sending (see `SMALL`)."""
    if session.expected and len(data) > SMALL:
        yield from settle(session, session.expected[-1])


def transmit(
    session: Session, data: bytes, expected: Sequence[Expected], last: Expected | None = None
) -> Conversation[None]:
    """Send groups whose replies will be `expected`, in that order, and read everything owed before them.

    With `last`, one of them, they are read down to it, too.

    Frees that finalizers queued go ahead in groups of their own; whatever the server says to them is harmless
    (-267, -259, -404: sqli.md 5.18, 8 #8).

    Raises:
        ProtocolError: bytes have arrived that belong to no reply: the stream is out of step.
    """
    owed, inbox = session.expected, session.inbox
    if owed:
        if len(data) > SMALL:
            return _transmit_later(session, data, expected, last)
    elif inbox.pos < len(inbox.data):
        raise ProtocolError(f"{len(inbox)} bytes came for which nobody had asked")
    if session.frees or session.stray_ids:
        data = _frees(session) + data
    if owed and last is None:
        last = owed[-1]
    owed.extend(expected)
    return settle(session, last, data)


def _transmit_later(
    session: Session, data: bytes, expected: Sequence[Expected], last: Expected | None
) -> Conversation[None]:
    """Make way for a large request, and only then note its replies as owed.

    What was not sent is never answered, neither here nor while draining a conversation that was abandoned here.
    """
    yield from make_way(session, data)
    yield from transmit(session, data, expected, last)


def _frees(session: Session) -> bytes:
    """Take the frees that are due, note their replies as owed, and return their groups: to be sent at once."""
    groups: list[bytes] = []
    for statement_id, close, release in session.take_frees(FREES_AT_ONCE):
        if close:
            groups.append(short_group(statement_id, CLOSE_TAG))
        if release:
            groups.append(short_group(statement_id, RELEASE_TAG))
    session.expected.extend([Expected(CLOSE, ahead=True) for _ in groups])
    return b"".join(groups)


@conversation()
def send_frees(session: Session) -> Conversation[None]:
    """Send queued frees now, without waiting: their replies stay owed and are read with the next request's."""
    data = _frees(session)
    if data:
        yield from send(session, data)


def request(session: Session, data: bytes, expected: Expected) -> Conversation[list[Message]]:
    """Send one group and return the messages of its reply; `ServerError` after its EOT if it holds an ERR."""
    yield from transmit(session, data, [expected], expected)
    return check(expected.messages)
