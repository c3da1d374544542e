"""The table of legal moves: which message may come in which phase, and which function answers it.

Written from the server's side of sqli.md 3 to 5, independent of the driver's conversations, so that a wrong belief
about order is not confirmed by its twin.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from informix_wire import pdu
from informix_wire.pdu import Message

from . import cursors, largeobjects, routines, setup, statements, transactions, xa
from .phases import Phase

if TYPE_CHECKING:
    from .session import Session

__all__ = ["LEAVES_BRANCH", "MOVES", "is_ignored"]

Handler = Callable[["Session", Any], None]
"""Answers a message."""

_ANY = Phase.NEW | Phase.PAM | Phase.READY
_UP = Phase.NEW | Phase.READY
"""Ancient clients never send PROTOCOLS (sqli.md 3.7): what set-up needs is legal before it."""

_TABLE: Sequence[tuple[type[Message], Phase, Handler]] = [
    # set-up (sqli.md 3, 2.6)
    (pdu.Protocols, Phase.NEW | Phase.READY, setup.protocols),
    (pdu.Ack, Phase.PAM, setup.pam_start),
    (pdu.Response, Phase.PAM, setup.pam_answer),
    (pdu.Info, _UP, setup.info),
    (pdu.VersionRequest, _UP, setup.version),
    (pdu.DbOpen, _UP, setup.open_database),
    (pdu.DbClose, Phase.READY, setup.close_database),
    (pdu.DbList, _UP, setup.list_databases),
    (pdu.Exit, _ANY, setup.leave),
    # statements (sqli.md 4.2, 4.3, 5.5, 5.8)
    (pdu.Prepare, Phase.READY, statements.prepare),
    (pdu.Command, Phase.READY, statements.command),
    (pdu.KeyRequest, Phase.READY, statements.request_keys),
    (pdu.NDescribe, Phase.READY, statements.want_describe),
    (pdu.WantDone, Phase.READY, statements.want_done),
    (pdu.CIDescribe, Phase.READY, statements.describe_parameters),
    (pdu.StatementId, Phase.READY, statements.select),
    (pdu.Bind, Phase.READY, statements.bind),
    (pdu.BlobBind, Phase.READY, statements.bind_blobs),
    (pdu.Execute, Phase.READY, statements.execute),
    (pdu.Release, Phase.READY, statements.release),
    # cursors (sqli.md 5.2-5.4, 5.7, 5.9, 5.16)
    (pdu.CursorName, Phase.READY, cursors.name),
    (pdu.Scroll, Phase.READY, cursors.scroll),
    (pdu.Hold, Phase.READY, cursors.hold),
    (pdu.AutoFree, Phase.READY, cursors.autofree),
    (pdu.Open, Phase.READY, cursors.open_cursor),
    (pdu.RetType, Phase.READY, cursors.set_types),
    (pdu.NFetch, Phase.READY, cursors.fetch),
    (pdu.SFetch, Phase.READY, cursors.scroll_fetch),
    (pdu.Put, Phase.READY, cursors.put),
    (pdu.FetchBlob, Phase.READY, cursors.fetch_blob),
    (pdu.Close, Phase.READY, cursors.close),
    # transactions (sqli.md 5.10-5.12)
    (pdu.Begin, Phase.READY, transactions.begin),
    (pdu.Commit, Phase.READY, transactions.commit),
    (pdu.Rollback, Phase.READY, transactions.rollback),
    (pdu.SetSavepoint, Phase.READY, transactions.savepoint),
    (pdu.RollbackToSavepoint, Phase.READY, transactions.rollback_to),
    (pdu.ReleaseSavepoint, Phase.READY, transactions.release_savepoint),
    (pdu.XaOpen, _UP, xa.open_manager),
    (pdu.XaClose, Phase.READY, xa.close_manager),
    (pdu.XaStart, Phase.READY, xa.start),
    (pdu.XaEnd, Phase.READY, xa.end),
    (pdu.XaPrepare, Phase.READY, xa.prepare),
    (pdu.XaCommit, Phase.READY, xa.commit),
    (pdu.XaRollback, Phase.READY, xa.rollback),
    (pdu.XaForget, Phase.READY, xa.forget),
    (pdu.XaRecover, Phase.READY, xa.recover),
    # routines and smart large objects (sqli.md 5.13, 5.14)
    (pdu.GetRoutine, Phase.READY, routines.find),
    (pdu.DescribeRoutine, Phase.READY, routines.describe),
    (pdu.ExecuteRoutine, Phase.READY, routines.call),
    (pdu.RoutineState, Phase.READY, routines.take_state),
    (pdu.LoDataRequest, Phase.READY, largeobjects.transfer),
]

LEAVES_BRANCH = frozenset(message for message, _, handler in _TABLE if handler.__module__ == xa.__name__) | {
    *(pdu.Exit, pdu.StatementId, pdu.Close, pdu.Release, pdu.VersionRequest)
}
"""Messages that leave the session the branch that XEND has ended; others take it away (`xa.Branches.let_go`)."""

MOVES: dict[Phase, dict[type[Message], Handler]] = {
    phase: {message: handler for message, phases, handler in _TABLE if phase in phases} for phase in Phase
}
"""Every message that may open or continue a group. FileRead, FileWrite and Err only answer SQ_FILE (5.15)."""

_STATEMENT_STARTERS = (pdu.Prepare, pdu.Command)


def is_ignored(session: "Session", group: Sequence[Message]) -> bool:
    """Tell whether the server keeps silent: statements before SQ_PROTOCOLS are ignored (sqli.md 3.1, 8 #2)."""
    return session.phase is Phase.NEW and bool(group) and isinstance(group[0], _STATEMENT_STARTERS)
