"""Reading one reply group: the table of legal messages, the end of the group, errors (sqli.md 4.1, 5.18)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import field
from typing import Final

from informix_types.classes import mutable

from ..caps import Capabilities
from ..errors import Incomplete, ProtocolError, ServerError
from ..pdu import read_server
from ..pdu.base import Message
from ..pdu.blob import BlobChunk
from ..pdu.describe import Describe, InputDescribe, KeyDescribe, KeyTuple, RoutineInputDescribe
from ..pdu.fastpath import RoutineHandle, RoutineParameters, RoutineReply, RoutineState
from ..pdu.lob import FileOp, LoDataReply
from ..pdu.rows import Tuple, TupleId
from ..pdu.setup import DatabaseList, Protocols, Version
from ..pdu.statement import Close
from ..pdu.status import Done, Err, InsertDone, PutErr
from ..pdu.xa import XaReply
from ..session import Prepared, Run, Session
from ..tags import Tag
from ..tracking import INERT
from .core import Conversation, more, send
from .files import serve_file, step_end

__all__ = [
    "NO_DATA",
    "Expected",
    "Legal",
    "advance",
    "check",
    "first_error",
    "follow",
    "illegal",
    "read_reply",
    "server_error",
    "settle",
]

NO_DATA: Final = 100
"""ERR with this sqlcode means "no (more) data" and is no error (sqli.md 4.6)."""

Legal = frozenset[type[Message]]

COMMON: Final[Legal] = frozenset({Done, Err, Close})
"""Accepted in every reply; JDBC understands 10 (sqli.md 4.1)."""

SETUP: Final[Legal] = COMMON | {Protocols, Version, DatabaseList}
PREPARE: Final[Legal] = COMMON | {Describe, InsertDone, KeyDescribe}
INPUT: Final[Legal] = COMMON | {InputDescribe, RoutineInputDescribe}
EXECUTE: Final[Legal] = COMMON | {Describe, InsertDone, KeyDescribe, KeyTuple, FileOp}
OPEN: Final[Legal] = COMMON | {InsertDone, FileOp}
FETCH: Final[Legal] = COMMON | {Tuple, TupleId, InsertDone, FileOp}
PUT: Final[Legal] = COMMON | {PutErr, InsertDone}
CLOSE: Final[Legal] = COMMON | {PutErr, InsertDone}
BLOB: Final[Legal] = COMMON | {BlobChunk}
ROUTINE: Final[Legal] = COMMON | {RoutineHandle, RoutineReply, RoutineParameters, RoutineState}
LODATA: Final[Legal] = COMMON | {LoDataReply}
XA: Final[Legal] = COMMON | {XaReply}


@mutable(eq=False)
class Expected:
    """One reply that is owed; make a new one for every group sent. That to a fetch is a `Block`.

    Attributes:
        legal: messages that may stand in it.
        run: the statement whose outcome it reports, None when it reports none.
        ahead: it was asked for before anybody needed it: no conversation waits for it.
        messages: what has arrived of it, rows excepted; an abandoned conversation leaves it here for `drain`.
        read: reads one message of it; another function than `read_server` where a tag means something else.
    """

    legal: Legal
    run: Run | Prepared | None = None
    ahead: bool = False
    messages: list[Message] = field(default_factory=list)
    read = staticmethod(read_server)

    def take_rows(self, _data: bytes, pos: int) -> int:
        """Take the rows that stand at `pos`; return where they end. Here, and in what follows: see `Block`."""
        return pos

    def take_row(self, message: Message, caps: Capabilities) -> None:
        """Take a row, or what belongs to one, that `take_rows` has left."""

    def end(self) -> None:
        """Note that all of it was read."""


_NOT_KEPT: Final = frozenset({Tuple, TupleId, FileOp})
_EOT: Final = Tag.SQ_EOT.to_bytes(2, "big")
_PASSED_OVER: Final = {Tag.SQ_COST: 8, Tag.SQ_XACTSTAT: 6, Tag.SQ_IGNORED_86: 0}
"""Lengths of the bodies of messages that may stand in every reply and are not kept: no decision may hang on COST
and XACTSTAT, which are optional everywhere (sqli.md 4.4), and JDBC ignores 86 (4.1)."""


def _passing(bodies: dict[bytes, int]) -> Callable[[bytes, int], re.Match[bytes] | None]:
    """Return a function that matches all whole messages from a position on that begin like this; none will do."""
    messages = b"|".join(b"%b.{%d}" % (re.escape(begin), size) for begin, size in bodies.items())
    return re.compile(b"(?:%b)*" % messages, re.DOTALL).match


_EVERYWHERE: Final = {tag.to_bytes(2, "big"): size for tag, size in _PASSED_OVER.items()}
_pass_over: Final = _passing(_EVERYWHERE)
_QUIET_DONE: Final = Done.TAG.to_bytes(2, "big") + bytes(2)
"""How a DONE without warnings begins: behind the rows of a fetch it says nothing (sqli.md 4.4, 5.2)."""
_pass_over_fetched: Final = {
    wide: _passing(_EVERYWHERE | {_QUIET_DONE: len(Done().encode(Capabilities(long_rowid=wide))) - 4})
    for wide in (False, True)
}
"""The same within the reply to a fetch, by `Capabilities.long_rowid`."""


def advance(
    session: Session, last: Expected, at_row: Callable[[], Conversation[None] | None] | None = None
) -> Conversation[None] | None:
    """Take what has arrived of the owed replies down to `last`: rows into their blocks, other messages into lists.

    All of it leaves the inbox message by message, so an abandoned reply is taken up where it was left. A reply
    that is there to its EOT is struck off, and what it says is followed.

    Args:
        session: the session.
        last: an owed reply; nothing behind it is looked at.
        at_row: when `last` is the only one and replies to a fetch: returns what to go through once its first row
            is there, None before.

    Returns:
        None when all of `last` was there. Otherwise what to go through before the next call: waiting for more
        bytes, a client-file step (sqli.md 5.15), or `at_row`.

    Raises:
        ProtocolError: a message that may not stand where it stands, or none at all.
    """
    owed, inbox, caps = session.expected, session.inbox, session.caps
    data, pos = inbox.data, inbox.pos
    try:
        while True:
            expected = owed[0]
            legal = expected.legal
            rows = fetched = legal is FETCH  # `rows`: while they may follow
            while True:
                if rows and pos < len(data):
                    pos = expected.take_rows(data, pos)
                    if at_row is not None and (pause := at_row()) is not None:
                        return pause
                tag = data[pos : pos + 2]
                if tag != _EOT:
                    passed = (_pass_over_fetched[caps.long_rowid] if fetched else _pass_over)(data, pos)
                    if passed is not None:  # it always matches
                        pos = passed.end()
                        tag = data[pos : pos + 2]
                if tag == _EOT:
                    break
                if not tag:
                    return more(session)
                try:
                    message, end = expected.read(data, pos, caps)
                    kind = type(message)
                    pos = end if kind is not FileOp else step_end(data, end, caps)
                except Incomplete:
                    return more(session)
                if kind not in legal:
                    raise illegal(message, legal)
                rows = kind is Tuple
                if kind not in _NOT_KEPT:
                    expected.messages.append(message)
                elif isinstance(message, FileOp):
                    return serve_file(session, message)
                else:
                    expected.take_row(message, caps)
            pos = inbox.pos = pos + 2  # before the reply is struck off: Ctrl-C may strike between
            if fetched:
                expected.end()
            if expected.run is not None:
                follow(session, expected, expected.run)
            owed.popleft()
            if expected is last:
                return None
    finally:
        inbox.pos = pos


def settle(session: Session, last: Expected | None, request: bytes = b"") -> Conversation[None]:
    """Send `request`, and read the owed replies down to `last`; rows stay for the cursors that will want them.

    Args:
        session: the session.
        last: the last reply to read; None to read none.
        request: groups whose replies are noted as owed already; empty to send nothing.
    """
    if request:
        yield from send(session, request, last is not None)
    elif session.inbox.pos >= len(session.inbox.data):  # as a rule nothing has come so soon
        yield from more(session)
    if last is None:
        return
    while (pause := advance(session, last)) is not None:
        yield from pause


def read_reply(session: Session) -> Conversation[list[Message]]:
    """Read the oldest owed reply to its EOT and let the session follow what it says.

    Returns:
        the messages that mean something, without rows and EOT. An ERR is among them, not raised: see `check`.

    Raises:
        ProtocolError: a message that may not stand here, or none at all.
    """
    expected = session.expected[0]
    yield from settle(session, expected)
    return expected.messages


def illegal(message: Message, legal: Legal) -> ProtocolError:
    """Describe a message that may not stand where it stands."""
    wanted = ", ".join(sorted(kind.__name__ for kind in legal))
    return ProtocolError(f"the server sent {type(message).__name__} where only {wanted} may stand")


def follow(session: Session, expected: Expected, run: Run | Prepared) -> None:
    """Follow the outcome of a statement that ran: transaction and database (sqli.md 3.5, 5.10)."""
    if session.in_transaction and run.statement_type in INERT:
        return
    statement_type, warn, done = run.statement_type, 0, False
    for message in expected.messages:
        if isinstance(message, Done):
            warn, done = message.warn, True
        elif isinstance(message, Describe) and run.statement_type is None:
            if done:  # several COMMANDs in one group (sqli.md 5.6)
                session.apply_statement(statement_type, run.sql, warn)
            statement_type, done = message.statement_type, False
        elif isinstance(message, Err) and message.sqlcode != NO_DATA:
            session.apply_failure(statement_type, message.sqlcode)
            return
    session.apply_statement(statement_type, run.sql, warn)


_ERRORS: Final = (Err, PutErr)


def first_error(messages: Iterable[Message]) -> Err | PutErr | None:
    """Return the first real error of a reply; +100 is none (sqli.md 4.6)."""
    for message in messages:
        if isinstance(message, _ERRORS) and message.sqlcode != NO_DATA:
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
