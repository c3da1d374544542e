"""Data of large objects: LODATA for smart large objects, FETCHBLOB for BYTE and TEXT (sqli.md 5.14, 5.16).

Descriptors of smart large objects come from fast-path calls (`talk.routine`): ifx_lo_open and its like.
"""

from ..errors import ProtocolError, ServerError
from ..pdu.blob import BlobChunk, FetchBlob
from ..pdu.lob import LoDataOperation, LoDataReply, LoDataRequest
from ..session import Prepared, Session
from . import reply as legal
from .core import Conversation, conversation
from .exchange import EOT, request, statement_group
from .reply import Expected
from .setup import one

__all__ = ["fetch_blob", "lo_read", "lo_read_at", "lo_write"]


def _ask(session: Session, message: LoDataRequest) -> Conversation[LoDataReply]:
    """Send one LODATA message and return the answer; a negative total is an error code (sqli.md 5.14)."""
    messages = yield from request(session, message.encode(session.caps) + EOT, Expected(legal.LODATA))
    reply = one(messages, LoDataReply)
    if reply.total < 0:
        raise ServerError(reply.total)
    return reply


@conversation()
def lo_read(session: Session, fd: int, amount: int) -> Conversation[bytes]:
    """Read from the current position of an open smart large object.

    Args:
        session: the session.
        fd: its descriptor; the session id in change data capture (sqli.md 11).
        amount: bytes wanted; fewer come at the end, none behind it. Ask for a bounded piece: the whole answer is
            held in memory.

    Raises:
        ServerError: -9810, -9811: no such descriptor.
    """
    return (yield from _ask(session, LoDataRequest(LoDataOperation.READ, fd, amount))).data


@conversation()
def lo_read_at(session: Session, fd: int, amount: int, offset: int, whence: int = 0) -> Conversation[bytes]:
    """Read like `lo_read` from `offset` bytes behind the start (whence 0), the position (1) or the end (2)."""
    message = LoDataRequest(LoDataOperation.READ_AT, fd, amount, offset, whence)
    return (yield from _ask(session, message)).data


@conversation()
def lo_write(session: Session, fd: int, data: bytes) -> Conversation[int]:
    """Write at the current position of an open smart large object; returns the number of bytes written."""
    message = LoDataRequest(LoDataOperation.WRITE, fd, len(data), data=data)
    return (yield from _ask(session, message)).total


@conversation()
def fetch_blob(session: Session, prepared: Prepared, descriptor: bytes) -> Conversation[bytes]:
    """Read a BYTE or TEXT value (sqli.md 5.16).

    Only while the cursor is open and before its row is lost (-602 afterwards).

    Args:
        session: the session.
        prepared: the statement whose cursor delivered the row.
        descriptor: the column's bytes, unchanged.
    """
    session.statement(prepared)
    data = statement_group(prepared.statement_id, FetchBlob(descriptor).encode(session.caps))
    messages = yield from request(session, data, Expected(legal.BLOB))
    chunks = [message.data for message in messages if isinstance(message, BlobChunk)]
    if not chunks or chunks[-1] or b"" in chunks[:-1]:
        raise ProtocolError("a BYTE or TEXT value without its end, or with two")
    return b"".join(chunks)
