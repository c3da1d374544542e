"""Distributed transactions: the XA messages and the branches of one server (sqli.md 5.12).

A branch is the open transaction of an engine session. While it is its owner's only work the session keeps it;
when the session goes on with something else, or ends after XPREPARE, the branch takes the engine session along and
waits for whoever commits it, and the session continues with a fresh one.
"""

import functools
import threading
from collections.abc import Callable
from dataclasses import field
from enum import IntEnum
from typing import TYPE_CHECKING, TypeVar

from informix_types.classes import mutable
from informix_wire import pdu
from informix_wire.pdu import Xid

from .engine import DatabaseFlag, EngineSession, SqlError
from .setup import enter_database

if TYPE_CHECKING:
    from .session import Session

__all__ = [
    "Branches",
    "Registry",
    "close_manager",
    "commit",
    "end",
    "forget",
    "open_manager",
    "prepare",
    "recover",
    "rollback",
    "start",
]

LOCAL_IN_BRANCH = -700
"""A local transaction statement while a branch is active (sqli.md 8 #24)."""
LOCAL_STATEMENTS = frozenset({34, 35, 36})
"""BEGIN, COMMIT, ROLLBACK as SQL (sqli.md 6.4)."""
ONE_PHASE = 0x40000000
START_SCAN = 0x01000000
END_FAILED = 0x20000000
JOIN = 0x00200000
RESUME = 0x08000000
"""Flags of X/Open XA: TMONEPHASE, TMSTARTRSCAN, TMFAIL, TMJOIN, TMRESUME."""


class Code(IntEnum):
    """Return codes of X/Open XA."""

    OK = 0
    ROLLED_BACK = 100
    RESOURCE_ERROR = -3
    UNKNOWN_XID = -4
    INVALID = -5
    OUT_OF_ORDER = -6
    DUPLICATE = -8


class State(IntEnum):
    """Life of a branch."""

    ACTIVE = 1
    IDLE = 2
    PREPARED = 3


@mutable
class Branch:
    """One branch.

    Attributes:
        xid: its name.
        engine: the engine session whose transaction it is.
        creator: the session that began it; what it has not prepared ends with it.
        owner: the session that still uses that engine session, if any.
        state: see `State`.
        failed: XEND said that the work failed: it can only be rolled back.
    """

    xid: Xid
    engine: EngineSession
    creator: "Session"
    owner: "Session | None"
    state: State = State.ACTIVE
    failed: bool = False


@mutable
class Registry:
    """All branches of a server."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    branches: dict[Xid, Branch] = field(default_factory=dict)

    def close(self) -> None:
        """Roll back what is left; the server ends."""
        with self.lock:
            for branch in self.branches.values():
                if branch.owner is None:
                    branch.engine.close()
            self.branches.clear()


class Branches:
    """One session's view of the branches."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.active: Branch | None = None
        self.held: Branch | None = None
        """A branch that is not active any more but whose engine session is still ours."""

    def refuse_local(self) -> None:
        """Raise when a local transaction would begin or end inside a branch (sqli.md 8 #24)."""
        if self.active is not None:
            raise SqlError(LOCAL_IN_BRANCH)

    def refuse_statement(self, kind: int) -> None:
        """The same for BEGIN, COMMIT and ROLLBACK as SQL; any other statement frees a held branch first."""
        if kind in LOCAL_STATEMENTS:
            self.refuse_local()

    def let_go(self, session: "Session") -> None:
        """Go on without the engine session of a held branch.

        Called for a session that joins the branch too, in that one's thread: the holder's own comes here before it
        does anything but XA, and finds either the branch or the new engine session.
        """
        with self.registry.lock:
            if self.held is None:
                return
            for statement in session.statements:
                statement.close_cursor()
            session.new_engine()
            self.held.owner = None
            self.held = None

    def leave(self, session: "Session") -> None:
        """End the session: its branches are rolled back, but for what is prepared, or belongs to another one."""
        with self.registry.lock:
            held = self.held
            if held is not None and (held.state is State.PREPARED or not held.creator.ended):
                self.let_go(session)
            for xid, branch in list(self.registry.branches.items()):
                if branch.state is State.PREPARED:
                    continue
                if branch.owner is session or (branch.owner is None and branch.creator.ended):
                    del self.registry.branches[xid]
                    if branch.owner is None:
                        branch.engine.close()


M = TypeVar("M")


def _answers(step: "Callable[[Session, M], int]") -> "Callable[[Session, M], None]":
    """Make a move of a function that returns the code for XERR."""

    @functools.wraps(step)
    def move(session: "Session", message: M) -> None:
        session.send(pdu.XaReply(step(session, message)))

    return move


@_answers
def open_manager(session: "Session", message: pdu.XaOpen) -> int:
    """XOPEN takes the place of DBOPEN."""
    try:
        enter_database(session, message.database)
    except SqlError:
        return Code.RESOURCE_ERROR
    return Code.OK


@_answers
def close_manager(session: "Session", _message: pdu.XaClose) -> int:
    """XCLOSE; refused while a branch is active."""
    return Code.OUT_OF_ORDER if session.branches.active else Code.OK


@_answers
def start(session: "Session", message: pdu.XaStart) -> int:
    """XSTART: the session's work belongs to the branch from here on."""
    mine = session.branches
    with mine.registry.lock:
        if mine.active is not None or (session.engine.in_transaction and mine.held is None):
            return Code.OUT_OF_ORDER
        known = mine.registry.branches.get(message.xid)
        again = message.flags & (JOIN | RESUME)
        if known is not None:
            return _resume(session, known) if again else Code.DUPLICATE
        if again:
            return Code.UNKNOWN_XID
        if not session.flags & DatabaseFlag.LOGGED:
            return Code.RESOURCE_ERROR
        mine.let_go(session)
        session.engine.begin()
        branch = Branch(message.xid, session.engine, session, session)
        mine.registry.branches[message.xid] = branch
        mine.active = branch
    return Code.OK


def _resume(session: "Session", branch: Branch) -> int:
    """Join or resume an idle branch, also one that another session holds or that took its engine session along."""
    if branch.state is not State.IDLE:
        return Code.OUT_OF_ORDER
    if branch.owner is not None and branch.owner is not session:
        branch.owner.branches.let_go(branch.owner)
    mine = session.branches
    if branch.owner is None:
        mine.let_go(session)
        session.adopt_engine(branch.engine)
        branch.owner = session
    mine.held = None
    mine.active = branch
    branch.state = State.ACTIVE
    return Code.OK


@_answers
def end(session: "Session", message: pdu.XaEnd) -> int:
    """XEND: the branch is complete for now."""
    mine = session.branches
    branch = mine.active
    if branch is None or branch.xid != message.xid:
        return Code.UNKNOWN_XID
    branch.state = State.IDLE
    branch.failed = bool(message.flags & END_FAILED)
    mine.active, mine.held = None, branch
    return Code.OK


def _finish(session: "Session", branch: Branch) -> None:
    """Forget a branch whose transaction has ended."""
    del session.branches.registry.branches[branch.xid]
    if branch.owner is None:
        branch.engine.close()
        return
    branch.owner.end_transaction()
    if branch.owner.branches.held is branch:
        branch.owner.branches.held = None


@_answers
def prepare(session: "Session", message: pdu.XaPrepare) -> int:
    """XPREPARE: the branch survives its session from here on."""
    registry = session.branches.registry
    with registry.lock:
        branch = registry.branches.get(message.xid)
        if branch is None:
            return Code.UNKNOWN_XID
        if branch.state is not State.IDLE:
            return Code.OUT_OF_ORDER
        if branch.failed:
            branch.engine.rollback()
            _finish(session, branch)
            return Code.ROLLED_BACK
        branch.state = State.PREPARED
    return Code.OK


@_answers
def commit(session: "Session", message: pdu.XaCommit) -> int:
    """XCOMMIT of a prepared branch, or of an idle one in a single phase."""
    registry = session.branches.registry
    with registry.lock:
        branch = registry.branches.get(message.xid)
        if branch is None:
            return Code.UNKNOWN_XID
        wanted = State.IDLE if message.flags & ONE_PHASE else State.PREPARED
        if branch.state is not wanted:
            return Code.OUT_OF_ORDER
        if branch.failed:
            branch.engine.rollback()
            _finish(session, branch)
            return Code.ROLLED_BACK
        branch.engine.commit()
        _finish(session, branch)
    return Code.OK


@_answers
def rollback(session: "Session", message: pdu.XaRollback) -> int:
    """XROLLBACK of a branch that is not active."""
    registry = session.branches.registry
    with registry.lock:
        branch = registry.branches.get(message.xid)
        if branch is None:
            return Code.UNKNOWN_XID
        if branch.state is State.ACTIVE:
            return Code.OUT_OF_ORDER
        branch.engine.rollback()
        _finish(session, branch)
    return Code.OK


@_answers
def forget(session: "Session", message: pdu.XaForget) -> int:
    """XFORGET: no branch is ever completed heuristically here, so there is none to forget."""
    known = message.xid in session.branches.registry.branches
    return Code.OUT_OF_ORDER if known else Code.UNKNOWN_XID


def recover(session: "Session", message: pdu.XaRecover) -> None:
    """XRECOVER: the prepared branches, in one scan."""
    registry = session.branches.registry
    with registry.lock:
        prepared = [xid for xid, branch in registry.branches.items() if branch.state is State.PREPARED]
    if not message.flags & START_SCAN:
        prepared = []  # the scan ended with the reply before
    xids = tuple(prepared[: max(message.maximum, 0)])
    session.send(pdu.XaReply(len(xids), xids))
