"""After the login: negotiation, environment, database, and the session's end (sqli.md 3, 4.8, 5.19)."""

from collections.abc import Iterable
from typing import TypeVar

from ..caps import NARROW, OFFER_JDBC, Capabilities
from ..errors import FramingError, Incomplete, ProtocolError
from ..pdu import read_server
from ..pdu.base import Message
from ..pdu.login import CAPABILITY
from ..pdu.setup import DatabaseList, DbClose, DbList, DbOpen, Exit, Info, Protocols, Version, VersionRequest
from ..pdu.status import Done, Eot
from ..session import Database, Run, Session, State
from ..tracking import CLOSE_DATABASE
from . import reply as legal
from .core import Conversation, conversation, more, send
from .exchange import EOT, request
from .reply import Expected

__all__ = [
    "close_database",
    "disconnect",
    "list_databases",
    "negotiate",
    "one",
    "open_database",
    "send_environment",
    "server_version",
]

M = TypeVar("M", bound=Message)


@conversation(State.NEW)
def negotiate(session: Session, offer: bytes = OFFER_JDBC) -> Conversation[Capabilities]:
    """Agree on the features and hence the field widths; must come first (sqli.md 3.1, 3.2).

    A server of the ancient dialect is asked for its version instead (sqli.md 0.3, 3.7). The session is READY
    afterwards, unless the server demands PAM (`caps.pam`): then `pam.authenticate_pam` must follow.

    Args:
        session: a session that has logged in.
        offer: the capability mask to offer; never offer what is not implemented (sqli.md 12 #26).
    """
    if session.level != CAPABILITY:
        messages = yield from request(session, VersionRequest().encode(NARROW) + EOT, Expected(legal.SETUP))
        session.server_version = one(messages, Version).text
        session.caps = NARROW.with_encoding(session.encoding)
    else:
        messages = yield from request(session, Protocols(offer).encode(NARROW) + EOT, Expected(legal.SETUP))
        answer = one(messages, Protocols).mask
        session.caps = Capabilities.negotiate(offer, answer, encoding=session.encoding)
    if not session.caps.pam:
        session.state = State.READY
    return session.caps


@conversation()
def send_environment(session: Session, pairs: Iterable[tuple[str, str]]) -> Conversation[None]:
    """Tell the server the session's environment: FET_BUF_SIZE, OPTOFC, PDQPRIORITY ... (sqli.md 3.4).

    CLIENT_LOCALE, DB_LOCALE, DBDATE and the like belong into the login (sqli.md 2.2).
    """
    yield from request(session, Info(tuple(pairs)).encode(session.caps) + EOT, Expected(legal.SETUP))


@conversation()
def open_database(session: Session, name: str, *, exclusive: bool = False) -> Conversation[Database]:
    """Open a database and learn whether it is logged and MODE ANSI (sqli.md 3.5).

    Raises:
        ServerError: -329 unknown, -387 no privilege, -425 in use, -759.
    """
    data = DbOpen(name, int(exclusive)).encode(session.caps) + EOT
    messages = yield from request(session, data, Expected(legal.SETUP))
    database = Database(name, one(messages, Done).warn)
    session.database, session.in_transaction = database, False
    return database


@conversation()
def close_database(session: Session) -> Conversation[None]:
    """Close the current database; the message's body is inferred to be empty (sqli.md 4.1)."""
    data = DbClose().encode(session.caps) + EOT
    yield from request(session, data, Expected(legal.SETUP, Run(CLOSE_DATABASE)))


@conversation()
def list_databases(session: Session) -> Conversation[tuple[str, ...]]:
    """Return the names of the server's databases (sqli.md 4.8); needs no open database."""
    messages = yield from request(session, DbList().encode(session.caps) + EOT, Expected(legal.SETUP))
    return one(messages, DatabaseList).names


@conversation()
def server_version(session: Session) -> Conversation[str]:
    """Ask for the server's version string; the cheapest question that a server answers (sqli.md 3.7)."""
    messages = yield from request(session, VersionRequest().encode(session.caps) + EOT, Expected(legal.SETUP))
    return one(messages, Version).text


def disconnect(session: Session) -> Conversation[None]:
    """Say goodbye and read until the server does too (sqli.md 5.19).

    Works in every state and never raises for what the server says: whatever comes, the session is CLOSED. The
    shell bounds the wait and closes the generator when the server hangs up.
    """
    usable = session.state in (State.NEW, State.READY)
    owed = len(session.expected)
    session.state = State.CLOSED
    if not usable:
        return
    yield from send(session, Exit().encode(session.caps))
    inbox = session.inbox
    while True:
        try:
            message, inbox.pos = read_server(inbox.data, inbox.pos, session.caps)
        except Incomplete:
            yield from more(session)
            continue
        except FramingError:
            return
        if isinstance(message, Exit):
            return
        if isinstance(message, Eot):
            # Replies that were still owed end like this, too (a fetch that went ahead).
            if not owed:
                return
            owed -= 1


def one(messages: Iterable[Message], kind: type[M]) -> M:
    """Return the one message of a kind that a reply must hold."""
    for message in messages:
        if isinstance(message, kind):
            return message
    raise ProtocolError(f"the reply holds no {kind.__name__}")
