"""Local transactions and savepoints as messages (sqli.md 5.10, 5.11)."""

from typing import TYPE_CHECKING

from informix_wire import pdu

if TYPE_CHECKING:
    from .session import Session

__all__ = ["BEGUN", "COMMITTED", "ROLLED_BACK", "begin", "commit", "release_savepoint", "rollback", "rollback_to"]
__all__ += ["savepoint"]

BEGUN = pdu.XactStat(1, 1, 0)
COMMITTED = pdu.XactStat(2, 0, 1)
ROLLED_BACK = pdu.XactStat(3, 0, 1)
"""The numbers' meaning is unknown; IBM's JDBC accepts these (sqli.md 4.4)."""


def begin(session: "Session", _message: pdu.Begin) -> None:
    """Start a transaction."""
    session.branches.refuse_local()
    session.engine.begin()
    session.send(BEGUN)


def commit(session: "Session", _message: pdu.Commit) -> None:
    """Commit; cursors without HOLD are closed."""
    session.branches.refuse_local()
    session.engine.commit()
    session.end_transaction()
    session.send(COMMITTED)


def rollback(session: "Session", _message: pdu.Rollback) -> None:
    """Roll back; cursors without HOLD are closed."""
    session.branches.refuse_local()
    session.engine.rollback()
    session.end_transaction()
    session.send(ROLLED_BACK)


def savepoint(session: "Session", message: pdu.SetSavepoint) -> None:
    """Set a savepoint; the reply is empty."""
    session.engine.savepoint(message.name, unique=bool(message.unique))


def rollback_to(session: "Session", message: pdu.RollbackToSavepoint) -> None:
    """Roll back to a savepoint; the reply is empty."""
    session.engine.rollback_to(message.name)


def release_savepoint(session: "Session", message: pdu.ReleaseSavepoint) -> None:
    """Release a savepoint; the reply is empty."""
    session.engine.release_savepoint(message.name)
