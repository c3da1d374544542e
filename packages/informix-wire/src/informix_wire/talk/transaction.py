"""Local transactions and savepoints (sqli.md 5.10, 5.11)."""

from ..pdu.base import Message
from ..pdu.transaction import Begin, Commit, ReleaseSavepoint, Rollback, RollbackToSavepoint, SetSavepoint
from ..session import Run, Session
from ..tracking import BEGIN, COMMIT, ROLLBACK
from . import reply as legal
from .core import Conversation, conversation
from .exchange import EOT, request
from .reply import Expected

__all__ = ["begin", "commit", "release_savepoint", "rollback", "rollback_to_savepoint", "set_savepoint"]


def _simple(session: Session, message: Message, statement_type: int | None = None) -> Conversation[None]:
    """Send one message as a group and expect nothing but the end, or an error."""
    expected = Expected(legal.COMMON, None if statement_type is None else Run(statement_type))
    yield from request(session, message.encode(session.caps) + EOT, expected)


@conversation()
def begin(session: Session) -> Conversation[None]:
    """Start a transaction; never in a MODE ANSI or unlogged database (sqli.md 5.10).

    Raises:
        ServerError: -535 when one is open, -256 (or -201) in an unlogged database.
    """
    yield from _simple(session, Begin(), BEGIN)


@conversation()
def commit(session: Session) -> Conversation[None]:
    """Commit; `ServerError` -255 when no transaction is open."""
    yield from _simple(session, Commit(), COMMIT)


@conversation()
def rollback(session: Session) -> Conversation[None]:
    """Roll back; `ServerError` -255 when no transaction is open."""
    yield from _simple(session, Rollback(), ROLLBACK)


@conversation()
def set_savepoint(session: Session, name: str, *, unique: bool = False) -> Conversation[None]:
    """Set a savepoint; needs `caps.savepoints` and an open transaction (sqli.md 5.11)."""
    yield from _simple(session, SetSavepoint(name, int(unique)))


@conversation()
def rollback_to_savepoint(session: Session, name: str) -> Conversation[None]:
    """Undo everything since a savepoint; the transaction stays open."""
    yield from _simple(session, RollbackToSavepoint(name))


@conversation()
def release_savepoint(session: Session, name: str) -> Conversation[None]:
    """Forget a savepoint."""
    yield from _simple(session, ReleaseSavepoint(name))
