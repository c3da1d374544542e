"""Reading one reply group: the table of legal messages, the end of the group, errors (sqli.md 4.1, 5.18)."""

from collections.abc import Iterable
from dataclasses import field
from typing import TYPE_CHECKING, Final

from informix_types.classes import mutable

from ..errors import Incomplete, ProtocolError, ServerError
from ..pdu import read_server
from ..pdu.base import Message
from ..pdu.blob import BlobChunk
from ..pdu.describe import Describe, InputDescribe, KeyDescribe, KeyTuple, RoutineInputDescribe
from ..pdu.fastpath import RoutineHandle, RoutineReply
from ..pdu.lob import FileOp, LoDataReply
from ..pdu.rows import Tuple, TupleId
from ..pdu.setup import DatabaseList, Protocols, Version
from ..pdu.statement import Close
from ..pdu.status import Cost, Done, Eot, Err, Ignored86, InsertDone, PutErr, XactStat
from ..pdu.xa import XaReply
from ..session import Session
from .core import Conversation, more
from .files import serve_file, step_end

if TYPE_CHECKING:
    from .block import Block

__all__ = [
    "NO_DATA",
    "Expected",
    "Legal",
    "check",
    "finish",
    "first_error",
    "illegal",
    "read_reply",
    "server_error",
]

NO_DATA: Final = 100
"""ERR with this sqlcode means "no (more) data" and is no error (sqli.md 4.6)."""

Legal = frozenset[type[Message]]

COMMON: Final[Legal] = frozenset({Done, Cost, XactStat, Err, Ignored86, Close})
"""Accepted in every reply: COST and XACTSTAT are optional everywhere (sqli.md 4.4); JDBC ignores 86 and
understands 10 (4.1)."""

SETUP: Final[Legal] = COMMON | {Protocols, Version, DatabaseList}
PREPARE: Final[Legal] = COMMON | {Describe, InsertDone, KeyDescribe}
INPUT: Final[Legal] = COMMON | {InputDescribe, RoutineInputDescribe}
EXECUTE: Final[Legal] = COMMON | {Describe, InsertDone, KeyDescribe, KeyTuple, FileOp}
OPEN: Final[Legal] = COMMON | {InsertDone, FileOp}
FETCH: Final[Legal] = COMMON | {Tuple, TupleId, InsertDone, FileOp}
PUT: Final[Legal] = COMMON | {PutErr, InsertDone}
CLOSE: Final[Legal] = COMMON | {PutErr, InsertDone}
BLOB: Final[Legal] = COMMON | {BlobChunk}
ROUTINE: Final[Legal] = COMMON | {RoutineHandle, RoutineReply}
LODATA: Final[Legal] = COMMON | {LoDataReply}
XA: Final[Legal] = COMMON | {XaReply}


@mutable(eq=False)
class Expected:
    """One reply that is owed; make a new one for every group sent.

    Attributes:
        legal: messages that may stand in it.
        executes: it reports the outcome of a statement that ran.
        statement_type: that statement's type (sqli.md 6.4); None when a DESCRIBE in the reply tells it, or
            nothing does.
        sql: that statement's text, for the name of a database.
        block: where its rows go, for the reply to a fetch.
        ahead: it was asked for before anybody needed it: no conversation waits for it.
        messages: what has arrived of it, rows excepted; an abandoned conversation leaves it here for `drain`.
    """

    legal: Legal
    executes: bool = False
    statement_type: int | None = None
    sql: str = ""
    block: "Block | None" = None
    ahead: bool = False
    messages: list[Message] = field(default_factory=list)


def read_reply(session: Session) -> Conversation[list[Message]]:
    """Read the oldest owed reply to its EOT and let the session follow what it says.

    Client-file steps in the middle of it are answered on the way (sqli.md 5.15).

    Returns:
        the messages without EOT. An ERR is among them, not raised: see `check`.

    Raises:
        ProtocolError: a message that may not stand here, or none at all.
    """
    expected = session.expected[0]
    inbox, caps, legal, messages = session.inbox, session.caps, expected.legal, expected.messages
    while True:
        try:
            message, end = read_server(inbox.data, inbox.pos, caps)
            inbox.pos = step_end(message, inbox.data, end, caps)
        except Incomplete:
            yield from more(session)
            continue
        kind = type(message)
        if kind is Eot:
            break
        if kind not in legal:
            raise illegal(message, legal)
        if isinstance(message, FileOp):
            yield from serve_file(session, message)
            continue
        messages.append(message)
    finish(session)
    return messages


def illegal(message: Message, legal: Legal) -> ProtocolError:
    """Describe a message that may not stand where it stands."""
    wanted = ", ".join(sorted(kind.__name__ for kind in legal))
    return ProtocolError(f"the server sent {type(message).__name__} where only {wanted} may stand")


def finish(session: Session) -> None:
    """Strike the oldest owed reply and follow its outcome: transaction and database (sqli.md 3.5, 5.10)."""
    expected = session.expected.popleft()
    if not expected.executes:
        return
    statement_type, warn, done = expected.statement_type, 0, False
    for message in expected.messages:
        if isinstance(message, Done):
            warn, done = message.warn, True
        elif isinstance(message, Describe) and expected.statement_type is None:
            if done:  # several COMMANDs in one group (sqli.md 5.6)
                session.apply_statement(statement_type, expected.sql, warn)
            statement_type, done = message.statement_type, False
        elif isinstance(message, Err) and message.sqlcode != NO_DATA:
            session.apply_failure(statement_type, message.sqlcode)
            return
    session.apply_statement(statement_type, expected.sql, warn)


def first_error(messages: Iterable[Message]) -> Err | PutErr | None:
    """Return the first real error of a reply; +100 is none (sqli.md 4.6)."""
    for message in messages:
        if isinstance(message, Err | PutErr) and message.sqlcode != NO_DATA:
            return message
    return None


def server_error(error: Err | PutErr, messages: Iterable[Message] = ()) -> ServerError:
    """Build the exception for an error; `messages` is the reply it stood in (for the DONEs before it)."""
    rows_done: list[int] = []
    for message in messages:
        if message is error:
            break
        if isinstance(message, Done):
            rows_done.append(message.rows)
    sqlstate, text = (error.sqlstate, error.text) if isinstance(error, Err) else (None, None)
    return ServerError(
        error.sqlcode, error.isam, error.offset, error.token,
        sqlstate=sqlstate, text=text, rows_done=tuple(rows_done),
    )  # fmt: skip


def check(messages: list[Message]) -> list[Message]:
    """Raise the reply's `ServerError`, if any; else return the messages."""
    error = first_error(messages)
    if error is not None:
        raise server_error(error, messages)
    return messages
