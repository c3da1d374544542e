"""Distributed transactions (sqli.md 5.12). Known from JDBC only: experimental until tried on a real server."""

from typing import Final

from ..pdu.base import Message
from ..pdu.xa import (
    XaClose,
    XaCommit,
    XaEnd,
    XaForget,
    XaOpen,
    XaPrepare,
    XaRecover,
    XaReply,
    XaRollback,
    XaStart,
    Xid,
)
from ..session import Database, Session
from . import reply as legal
from .core import Conversation, conversation
from .exchange import EOT, request
from .reply import Expected
from .setup import one

__all__ = [
    "FAIL",
    "JOIN",
    "NO_FLAGS",
    "ONE_PHASE",
    "READ_ONLY",
    "RESUME",
    "START_SCAN",
    "SUCCESS",
    "SUSPEND",
    "XaError",
    "xa_close",
    "xa_commit",
    "xa_end",
    "xa_forget",
    "xa_open",
    "xa_prepare",
    "xa_recover",
    "xa_rollback",
    "xa_start",
]

READ_ONLY: Final = 3
"""Return code of a prepare that had nothing to commit: the branch is gone (X/Open XA_RDONLY)."""
NO_FLAGS: Final = 0
SUCCESS: Final = 0x04000000
FAIL: Final = 0x20000000
JOIN: Final = 0x00200000
RESUME: Final = 0x08000000
SUSPEND: Final = 0x02000000
ONE_PHASE: Final = 0x40000000
START_SCAN: Final = 0x01000000
"""X/Open flags TMSUCCESS, TMFAIL, TMJOIN, TMRESUME, TMSUSPEND, TMONEPHASE, TMSTARTRSCAN (sqli.md 5.12)."""
RMID: Final = 1
"""Resource manager number that JDBC uses (sqli.md 5.12, vector jdbc_xa)."""


class XaError(Exception):
    """The server refused an XA request; the session is usable.

    Attributes:
        code: negative X/Open return code: -4 no such branch, -6 protocol error, -7 resource manager failed, 100 to
            107 for branches that were rolled back, ...
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"XA return code {code}")
        self.code = code


def _ask(session: Session, message: Message) -> Conversation[XaReply]:
    """Send one XA message and return the reply; `XaError` for a code that is neither OK nor read-only."""
    messages = yield from request(session, message.encode(session.caps) + EOT, Expected(legal.XA))
    reply = one(messages, XaReply)
    if reply.code < 0 or (not isinstance(message, XaRecover) and reply.code not in (0, READ_ONLY)):
        raise XaError(reply.code)
    return reply


@conversation()
def xa_open(session: Session, database: str, *, rmid: int = RMID, flags: int = NO_FLAGS) -> Conversation[None]:
    """Open a database for distributed transactions; takes the place of DBOPEN.

    The reply carries no database flags: a logged one is assumed (it has to be). `is_ansi` and `is_logging` of
    `sysmaster:informix.sysdatabases` tell (sqli.md 5.12).
    """
    yield from _ask(session, XaOpen(database, rmid, flags))
    session.database, session.in_transaction = Database(database, flags=1), False


@conversation()
def xa_close(session: Session, database: str, *, rmid: int = RMID, flags: int = NO_FLAGS) -> Conversation[None]:
    """Close what `xa_open` opened."""
    yield from _ask(session, XaClose(database, rmid, flags))
    session.database, session.in_branch = None, False


@conversation()
def xa_start(session: Session, xid: Xid, *, rmid: int = RMID, flags: int = NO_FLAGS) -> Conversation[None]:
    """Begin work on a branch (or join, or resume it)."""
    yield from _ask(session, XaStart(xid, rmid, flags))
    session.in_branch = True


@conversation()
def xa_end(session: Session, xid: Xid, *, rmid: int = RMID, flags: int = SUCCESS) -> Conversation[None]:
    """End work on a branch."""
    yield from _ask(session, XaEnd(xid, rmid, flags))
    session.in_branch = False


@conversation()
def xa_prepare(session: Session, xid: Xid, *, rmid: int = RMID, flags: int = NO_FLAGS) -> Conversation[int]:
    """First phase; returns 0, or `READ_ONLY` when nothing is left to commit."""
    return (yield from _ask(session, XaPrepare(xid, rmid, flags))).code


@conversation()
def xa_commit(session: Session, xid: Xid, *, rmid: int = RMID, one_phase: bool = False) -> Conversation[None]:
    """Second phase, or the only one."""
    yield from _ask(session, XaCommit(xid, rmid, ONE_PHASE if one_phase else NO_FLAGS))


@conversation()
def xa_rollback(session: Session, xid: Xid, *, rmid: int = RMID, flags: int = NO_FLAGS) -> Conversation[None]:
    """Roll a branch back."""
    yield from _ask(session, XaRollback(xid, rmid, flags))


@conversation()
def xa_forget(session: Session, xid: Xid, *, rmid: int = RMID, flags: int = NO_FLAGS) -> Conversation[None]:
    """Forget a heuristically completed branch."""
    yield from _ask(session, XaForget(xid, rmid, flags))


@conversation()
def xa_recover(
    session: Session, *, maximum: int = 10, rmid: int = RMID, flags: int = START_SCAN
) -> Conversation[tuple[Xid, ...]]:
    """List prepared branches, at most `maximum` a call; go on with `flags=0` until fewer come."""
    return (yield from _ask(session, XaRecover(maximum, rmid, flags))).xids
