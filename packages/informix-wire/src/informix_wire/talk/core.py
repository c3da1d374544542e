"""What every conversation is made of: the generator contract, `NEED`, and the `conversation` decorator.

A conversation is a generator. It yields `bytes` (the shell sends all of them and resumes at once) or `NEED`
(the shell resumes it when `session.inbox` has grown). It returns its result. It owns no socket and no clock.
"""

from collections.abc import Callable, Generator
from enum import Enum
from functools import wraps
from typing import Concatenate, Final, Literal, ParamSpec, TypeVar

from ..errors import FramingError, ProtocolError
from ..session import Session, State

__all__ = ["NEED", "Conversation", "Need", "Step", "conversation", "more", "send"]


class Need(Enum):
    """Singleton type of `NEED`."""

    NEED = "need"


NEED: Final = Need.NEED
"""Yielded by a conversation that must see more received bytes."""

Step = bytes | Literal[Need.NEED]
"""What a conversation yields."""

T = TypeVar("T")
P = ParamSpec("P")
Conversation = Generator[Step, None, T]
"""A conversation with result `T`; parametrise it: ``Conversation[None]``."""


def more(session: Session) -> Conversation[None]:
    """Wait until the inbox has grown. The inbox stands at a message boundary."""
    session.waiting = True
    yield NEED
    session.waiting = False


def send(session: Session, data: bytes, wait: bool = False) -> Conversation[None]:
    """Have the shell send all of `data`; with `wait` go on when something has come, as a rule the reply."""
    session.sending = True
    if session.tap is not None:
        session.tap(data)
    yield data
    session.sending = False
    inbox = session.inbox
    if wait and inbox.pos >= len(inbox.data):
        session.waiting = True
        yield NEED
        session.waiting = False


def conversation(
    *states: State,
) -> Callable[
    [Callable[Concatenate[Session, P], Conversation[T]]], Callable[Concatenate[Session, P], Conversation[T]]
]:
    """Decorate a generator function as a conversation that keeps the session's state true.

    The session must be in one of `states` (default READY). Ways out:

    * a result, or an exception raised after the whole reply was read: the state stays;
    * closed or thrown into while it waits: BROKEN, but `talk.interrupt.drain` can heal it;
    * closed or thrown into while bytes are being sent: BROKEN for good;
    * the peer broke the protocol: BROKEN for good, and every `FramingError` leaves as `ProtocolError`.
    """
    allowed = states or (State.READY,)

    def decorate(
        function: Callable[Concatenate[Session, P], Conversation[T]],
    ) -> Callable[Concatenate[Session, P], Conversation[T]]:
        @wraps(function)
        def run(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> Conversation[T]:
            if session.state not in allowed:
                session.require(allowed)
            try:
                return (yield from function(session, *args, **kwargs))
            except BaseException as exc:
                _abandon(session, exc)
                if isinstance(exc, FramingError) and not isinstance(exc, ProtocolError):
                    raise ProtocolError(*exc.args) from exc
                raise

        return run

    return decorate


def _abandon(session: Session, exc: BaseException) -> None:
    """Set the state that an exception leaves behind."""
    if session.waiting or session.sending:
        # Before READY nobody knows what a reply will be: login, negotiation, PAM have no table of owed replies.
        known = session.state is State.READY or session.recoverable
        healable = session.waiting and not session.sending and known
        session.waiting = session.sending = False
        session.break_off(recoverable=healable and not isinstance(exc, FramingError))
    elif (
        isinstance(exc, FramingError)
        or session.owes_reply
        or (session.expected and not isinstance(exc, Exception))
    ):
        # The last: Ctrl-C may strike between taking bytes from the inbox and keeping what they meant.
        session.break_off()
