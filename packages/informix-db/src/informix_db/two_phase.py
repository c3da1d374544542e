"""Two-phase commit by PEP 249's ``tpc_*`` methods, over the XA messages (sqli.md 5.12).

Known from JDBC's side only (sqli.md 12 #33): experimental until tried on a real server.
"""

from typing import Final, NamedTuple

from informix_wire.pdu.xa import Xid as WireXid
from informix_wire.talk import setup, xa

from .base_session import guarded
from .base_transactions import Transactions
from .errors import InterfaceError, NotSupportedError, ProgrammingError
from .steps import Work

__all__ = ["TwoPhase", "Xid"]

_LONGEST: Final = 64
"""Bytes of each part of an XID (sqli.md 5.12)."""
_RECOVER_AT_ONCE: Final = 50


class Xid(NamedTuple):
    """Name of a transaction branch (PEP 249); made by `Connection.xid`."""

    format_id: int
    global_transaction_id: str
    branch_qualifier: str

    def _wire(self) -> WireXid:
        return WireXid(self.format_id, _part(self.global_transaction_id), _part(self.branch_qualifier))


def _part(text: str) -> bytes:
    if not isinstance(text, str):
        raise ProgrammingError(f"the parts of an xid must be strings, not {type(text).__name__}")
    # Latin-1 maps bytes to characters one to one, so that what `tpc_recover` found can be given back.
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        raise ProgrammingError("the parts of an xid may only have characters up to U+00FF") from None
    if len(data) > _LONGEST:
        raise ProgrammingError(f"the parts of an xid have at most {_LONGEST} characters")
    return data


class TwoPhase(Transactions):
    """The part of a connection that knows about two-phase commit."""

    _xa_database: str | None = None
    """Database that was opened for XA, None before the first ``tpc_begin``."""
    _branch: Xid | None = None
    _forgotten = False
    """The branch was prepared, and had changed nothing."""

    def xid(self, format_id: int, global_transaction_id: str, branch_qualifier: str) -> Xid:
        """Return a transaction branch's name for the ``tpc_*`` methods (PEP 249)."""
        xid = Xid(format_id, global_transaction_id, branch_qualifier)
        xid._wire()
        return xid

    def _open_for_xa_gen(self) -> Work[None]:
        """Open the database for XA instead of as usual: XOPEN takes the place of DBOPEN (sqli.md 5.12)."""
        session = self._session
        database = session.database
        if database is None or not database.logged:
            raise NotSupportedError("two-phase commit needs a database with a transaction log")
        if self._xa_database == database.name:
            return
        self._forget_statements()
        yield from self._command_gen("CLOSE DATABASE")
        try:
            yield from xa.xa_open(session, database.name)
        except xa.XaError:
            # The application must not find itself without a database.
            yield from setup.open_database(session, database.name)
            raise
        session.database = database
        self._xa_database = database.name

    @guarded
    def _tpc_begin_gen(self, xid: Xid) -> Work[None]:
        if self._branch is not None or self._session.in_transaction:
            raise ProgrammingError("a transaction is open; end it before tpc_begin")
        yield from self._open_for_xa_gen()
        yield from xa.xa_start(self._session, Xid(*xid)._wire())
        self._branch, self._prepared_branch = Xid(*xid), False

    @guarded
    def _tpc_prepare_gen(self) -> Work[None]:
        branch = self._need_branch()
        if self._prepared_branch:
            raise ProgrammingError("the transaction was prepared already")
        yield from self._end_work_gen()
        code = yield from xa.xa_prepare(self._session, branch._wire())
        self._prepared_branch = True
        # Nothing to commit then: the server has forgotten the branch.
        self._forgotten = code == xa.READ_ONLY

    @guarded
    def _tpc_commit_gen(self, xid: Xid | None = None) -> Work[None]:
        if xid is not None and not self._is_prepared(xid):
            yield from self._outside_gen()
            yield from xa.xa_commit(self._session, Xid(*xid)._wire())
            return
        branch = self._need_branch()
        if self._forgotten:
            self._branch, self._prepared_branch, self._forgotten = None, False, False
            return
        yield from self._end_work_gen()
        one_phase = not self._prepared_branch
        self._branch, self._prepared_branch = None, False
        yield from xa.xa_commit(self._session, branch._wire(), one_phase=one_phase)

    @guarded
    def _tpc_rollback_gen(self, xid: Xid | None = None) -> Work[None]:
        if xid is not None and not self._is_prepared(xid):
            yield from self._outside_gen()
            yield from xa.xa_rollback(self._session, Xid(*xid)._wire())
            return
        branch = self._need_branch()
        if self._forgotten:
            self._branch, self._prepared_branch, self._forgotten = None, False, False
            return
        yield from self._end_work_gen()
        self._branch, self._prepared_branch = None, False
        yield from xa.xa_rollback(self._session, branch._wire())

    @guarded
    def _tpc_recover_gen(self) -> Work[list[Xid]]:
        yield from self._outside_gen()
        found: list[Xid] = []
        flags = xa.START_SCAN
        while True:
            branches = yield from xa.xa_recover(self._session, maximum=_RECOVER_AT_ONCE, flags=flags)
            found += [Xid(b.format, b.gtrid.decode("latin-1"), b.bqual.decode("latin-1")) for b in branches]
            if len(branches) < _RECOVER_AT_ONCE:
                return found
            flags = 0

    def _is_prepared(self, xid: Xid) -> bool:
        """Whether a name is that of this connection's own branch after its first phase."""
        return self._prepared_branch and Xid(*xid) == self._branch

    def _outside_gen(self) -> Work[None]:
        if self._session.in_branch or self._session.in_transaction:
            raise ProgrammingError("a transaction is open on this connection")
        yield from self._open_for_xa_gen()

    def _need_branch(self) -> Xid:
        if self._branch is None:
            raise InterfaceError("there is no two-phase transaction; begin one with tpc_begin")
        return self._branch

    def _end_work_gen(self) -> Work[None]:
        """End the work on the branch; cursors without hold go with it."""
        if self._session.in_branch:
            self._epoch += 1
            assert self._branch is not None
            yield from xa.xa_end(self._session, self._branch._wire())
