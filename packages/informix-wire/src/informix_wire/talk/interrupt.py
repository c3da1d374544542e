"""Cancelling what the server is doing, and healing a session whose conversation was abandoned (sqli.md 5.17).

The shell sends `URGENT` as one TCP urgent byte (MSG_OOB) on the raw socket, under a lock and only while a reply
is owed. Then it either steps the running conversation on, which ends with `ServerError` -213 (or with its result,
when the byte came too late), or closes it and steps `drain`.
"""

from typing import Final

from ..errors import ProtocolError, ServerError
from ..pdu.describe import Describe
from ..session import Session, State
from .core import Conversation, conversation
from .reply import PREPARE, first_error, server_error, settle

__all__ = ["CANCELLED", "URGENT", "drain"]

URGENT: Final = b"B"
"""The urgent byte, 42 hex (sqli.md 5.17)."""
CANCELLED: Final = -213
"""sqlcode of an interrupted request. A late byte hits the next request: be ready for it there, too (5.17)."""


@conversation(State.READY, State.BROKEN)
def drain(session: Session) -> Conversation[ServerError | None]:
    """Read every owed reply to its end and make the session READY again.

    Only for a session whose conversation was closed while it waited for a reply. What the replies say about
    transaction and database is followed; rows of a fetch are kept for the next fetch of their cursor; other
    results are lost, a statement that was prepared is released with the next request.

    Returns:
        the first error that the server reported, usually -213; None when everything had succeeded.

    Raises:
        ProtocolError: the session is broken beyond repair.
    """
    if session.state is State.BROKEN and not session.recoverable:
        raise ProtocolError("the connection is broken: bytes were lost, it cannot be drained")
    failure: ServerError | None = None
    while session.expected:
        oldest = session.expected[0]
        yield from settle(session, oldest)
        if oldest.legal is PREPARE:
            for message in oldest.messages:
                if isinstance(message, Describe):  # nobody has heard of this statement
                    session.queue_stray(message.statement_id)
        error = first_error(oldest.messages)
        if error is not None and failure is None:
            failure = server_error(error, oldest.messages)
    session.state, session.recoverable = State.READY, False
    return failure
