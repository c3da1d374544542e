"""The login: one request, one answer; the door to every other conversation (sqli.md 2)."""

from informix_types.classes import frozen

from ..errors import Incomplete, LoginRejected
from ..pdu.login import LoginReply, LoginRequest, Redirect, read_login_reply
from ..session import Session, State
from .core import Conversation, conversation, more, send

__all__ = ["LoginAccepted", "Redirect", "login"]


@frozen
class LoginAccepted:
    """The server let us in.

    Attributes:
        server_name: DBSERVERNAME.
        version: e.g. ``IBM Informix Dynamic Server Version 9.59.FC7W1``; `DBINFO('version','full')` tells the
            product's version (sqli.md 2.3).
        reply: the whole answer.
    """

    server_name: str
    version: str
    reply: LoginReply


@conversation(State.NEW)
def login(session: Session, request: LoginRequest) -> Conversation[LoginAccepted | Redirect]:
    """Log in (sqli.md 2.2, 2.3). `setup.negotiate` must follow.

    After a `Redirect` this session is of no more use: connect to the address it names, bounded in number, and log
    in there with its server name (sqli.md 2.4).

    Raises:
        LoginRejected: the server refused.
        ProtocolError: the port does not speak SQLI.
        ConversionError: a text of the request cannot be encoded.
    """
    yield from send(session, request.encode(session.encoding))
    inbox = session.inbox
    while True:
        try:
            reply, inbox.pos = read_login_reply(inbox.data, inbox.pos, session.encoding)
            break
        except Incomplete:
            yield from more(session)
    if isinstance(reply, Redirect):
        session.break_off()
        return reply
    if not reply.accepted:
        session.break_off()
        raise LoginRejected(reply.service_error, reply.os_error, reply.messages, reply.server_name)
    session.server_name, session.server_version = reply.server_name, reply.version
    session.level = reply.capabilities[0]
    return LoginAccepted(reply.server_name, reply.version, reply)
