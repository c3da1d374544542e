"""The PAM dialogue between negotiation and environment (sqli.md 2.6)."""

from collections.abc import Callable
from typing import Final

from ..errors import Incomplete, LoginRejected, ProtocolError
from ..pdu import read_server
from ..pdu.base import Message
from ..pdu.pam import Accept, Ack, Challenge, ChallengeStyle, Response
from ..pdu.setup import Exit
from ..pdu.status import Eot, Err
from ..session import Session, State
from .core import Conversation, conversation, more, send
from .exchange import EOT
from .reply import server_error

__all__ = ["PamAnswer", "authenticate_pam"]

PamAnswer = Callable[[int, str], str]
"""Answers one challenge: (style, prompt) -> answer. Styles 1 and 2 are questions (echo off, echo on); 3 (error)
and 4 (information) only tell something, the return value is ignored."""

LONGEST: Final = 512
"""Challenge and answer are at most so many bytes (sqli.md 2.6)."""
QUESTIONS: Final = frozenset({ChallengeStyle.ECHO_OFF, ChallengeStyle.ECHO_ON})


@conversation(State.NEW)
def authenticate_pam(session: Session, answer: PamAnswer) -> Conversation[None]:
    """Answer the server's challenges until it accepts; the session is READY then.

    Args:
        session: a session whose negotiation said `caps.pam`.
        answer: called for every challenge. What it raises leaves the session BROKEN: the server still waits.

    Raises:
        LoginRejected: the server refused; `messages` holds what it said.
    """
    said: list[str] = []
    reply: Message = Ack()
    while True:
        yield from send(session, reply.encode(session.caps) + EOT)
        while True:
            message = yield from _next(session)
            if isinstance(message, Accept):
                yield from _end(session)
                session.state = State.READY
                return
            if isinstance(message, Exit):
                session.break_off()
                raise LoginRejected(0, 0, tuple(said), session.server_name)
            if isinstance(message, Err):
                yield from _end(session)
                session.break_off()
                raise server_error(message)
            if not isinstance(message, Challenge):
                raise ProtocolError(f"the server sent {type(message).__name__} in the PAM dialogue")
            yield from _end(session)
            if message.style in QUESTIONS:
                try:
                    reply = Response(_bounded(answer(message.style, message.text), session.encoding))
                except BaseException:
                    session.break_off()
                    raise
                break
            said.append(message.text)
            answer(message.style, message.text)


def _bounded(text: str, encoding: str) -> str:
    if len(text.encode(encoding, "replace")) > LONGEST:
        raise ValueError(f"a PAM answer has at most {LONGEST} bytes")
    return text


def _next(session: Session) -> Conversation[Message]:
    """Read one message."""
    inbox = session.inbox
    while True:
        try:
            message, inbox.pos = read_server(inbox.data, inbox.pos, session.caps)
        except Incomplete:
            yield from more(session)
            continue
        return message


def _end(session: Session) -> Conversation[None]:
    """Read the EOT of the group."""
    message = yield from _next(session)
    if not isinstance(message, Eot):
        raise ProtocolError(f"the server sent {type(message).__name__} where an EOT was due")
