"""Transactions of a connection: BEGIN when it is needed, commit, rollback, nested blocks (sqli.md 5.10, 5.11)."""

from collections.abc import Callable
from typing import Final, TypeVar

from informix_types.classes import mutable
from informix_wire.errors import ServerError
from informix_wire.session import Session, State
from informix_wire.talk import transaction
from informix_wire.tracking import COMMIT, ROLLBACK

from .base_session import BaseSession, guarded
from .errors import NotSupportedError, ProgrammingError
from .locking import isolation_level, lock_mode
from .steps import Work, lost

__all__ = ["Block", "Transactions"]

T = TypeVar("T")

_NEVER_IN_TRANSACTION: Final = frozenset({1, 12, 13, 31, 34, 35, 36, 38, 46, 48, 50, 52, 57, 74, 87, 110, 115})
"""Statement types before which no BEGIN is sent: they open or close databases or transactions themselves, or only
set something for the session (sqli.md 6.4)."""
_ROLLBACK_TO: Final = 161
"""Statement type of ROLLBACK TO SAVEPOINT (sqli.md 6.4)."""
_ALREADY_IN_TRANSACTION: Final = -535
_NOT_IN_TRANSACTION: Final = -255


@mutable(eq=False)
class Block:
    """State of one ``with connection.transaction()`` block.

    Attributes:
        entered: it was entered and not left yet.
        savepoint: what it goes back to; None when it is the whole transaction.
        inner: another block is around it.
    """

    entered: bool = False
    savepoint: str | None = None
    inner: bool = False


class Transactions(BaseSession):
    """The part of a connection that knows about transactions."""

    def _needs_begin(self, statement_type: int) -> bool:
        """Whether BEGIN must go before a statement of this type (sqli.md 5.10)."""
        session = self._session
        database = session.database
        return (
            not self._autocommit
            and not session.in_transaction
            and not session.in_branch
            and database is not None
            and database.logged
            and not database.ansi
            and statement_type not in _NEVER_IN_TRANSACTION
        )

    @property
    def _is_ansi(self) -> bool:
        database = self._session.database
        return database is not None and database.ansi

    @property
    def _settles(self) -> bool:
        """Whether the driver commits after each statement: with autocommit in MODE ANSI (sqli.md 5.10)."""
        return self._autocommit and self._is_ansi

    def _settle_gen(self, *, keep_cursors: bool = False) -> Work[None]:
        """With autocommit in a MODE ANSI database commit what a statement has begun by itself (sqli.md 5.10).

        COMMIT closes cursors without hold: with `keep_cursors` a later statement, or the last of them, commits.
        """
        session = self._session
        if not self._autocommit or not session.in_transaction or self._blocks or not self._is_ansi:
            return
        if session.in_branch or session.state is not State.READY:
            return
        if keep_cursors and any(cursor._open and not cursor.hold for cursor in self._cursors):
            return
        yield from self._end_gen(transaction.commit)

    def _note_decision(self, statement_type: int) -> None:
        """Note whether the statement that is about to be executed commits: by its nature, or by itself."""
        session = self._session
        alone = (
            not session.in_transaction
            and not session.in_branch
            and not self._is_ansi
            and statement_type not in _NEVER_IN_TRANSACTION
        )
        self._decides = alone or statement_type == COMMIT

    def _begin_gen(self) -> Work[None]:
        """Start a transaction; that one is already open is fine."""
        try:
            yield from transaction.begin(self._session)
        except ServerError as error:
            if error.sqlcode != _ALREADY_IN_TRANSACTION:
                raise

    @guarded
    def _commit_gen(self) -> Work[None]:
        self._refuse_inside("commit")
        return (yield from self._end_gen(transaction.commit))

    @guarded
    def _rollback_gen(self) -> Work[None]:
        self._refuse_inside("rollback")
        return (yield from self._end_gen(transaction.rollback))

    def _refuse_inside(self, what: str) -> None:
        if self._session.in_branch or self._prepared_branch:
            raise ProgrammingError("inside a two-phase transaction use tpc_commit or tpc_rollback (PEP 249)")
        if self._blocks:
            raise ProgrammingError(
                f"{what} inside a transaction() block: it commits at its end, or rolls back if an error leaves it"
            )

    def _end_gen(self, end: Callable[[Session], Work[None]]) -> Work[None]:
        """Commit or roll back if a transaction is open; a no-op otherwise and in an unlogged database.

        That the server knows of no transaction is fine for a rollback. A commit says so: the server, or a routine,
        has ended the transaction, and the changes may be gone.
        """
        session = self._session
        if not session.in_transaction:
            return
        commit = end is transaction.commit
        self._decides = commit
        try:
            yield from end(session)
        except ServerError as error:
            if error.sqlcode != _NOT_IN_TRANSACTION:
                raise
            if commit:
                self._after_statement(COMMIT)
                raise
        self._after_statement(COMMIT if commit else ROLLBACK)

    # -- settings of the session -------------------------------------------------------------------------------

    @guarded
    def _set_isolation_gen(self, level: str) -> Work[None]:
        yield from self._command_gen(f"SET ISOLATION TO {isolation_level(level)}")
        yield from self._settle_gen(keep_cursors=True)

    @guarded
    def _set_lock_mode_gen(self, wait: bool | int) -> Work[None]:
        yield from self._command_gen(f"SET LOCK MODE TO {lock_mode(wait)}")
        yield from self._settle_gen(keep_cursors=True)

    # -- blocks ------------------------------------------------------------------------------------------------

    @guarded
    def _enter_block_gen(self, block: "Block", result: T) -> Work[T]:
        """Begin a transaction, or set a savepoint inside one; return `result`."""
        session = self._session
        if block.entered:
            raise ProgrammingError("this transaction() block was entered already; call transaction() for each")
        if not self.transactional:
            raise NotSupportedError(f"database {self.database or '(none)'} is not logged: it has no transactions")
        if session.in_transaction:
            self._savepoints += 1
            name = f"ifx_sp_{self._savepoints}"
            yield from transaction.set_savepoint(session, name)
            block.savepoint = name
        elif not self._is_ansi:
            yield from self._begin_gen()
        block.entered, block.inner = True, self._blocks > 0
        if not block.inner:
            self._block_epoch = self._epoch
        self._blocks += 1
        return result

    def _leave_block_gen(self, block: "Block", failed: bool) -> Work[None]:
        """Leave a block if it was entered; that is so even when the work that is returned is never begun."""
        entered, savepoint, block.entered, block.savepoint = block.entered, block.savepoint, False, None
        if entered:
            self._blocks = max(self._blocks - 1, 0)
        return self._left_block_gen(savepoint, entered=entered, inner=block.inner, failed=failed)

    def _left_block_gen(self, savepoint: str | None, *, entered: bool, inner: bool, failed: bool) -> Work[None]:
        if not entered:
            return
        if self.closed and failed:
            return  # the with-body's own error says what happened; the server has rolled back
        if self._closed:
            raise ProgrammingError("the connection was closed inside a transaction() block: it was rolled back")
        if self.closed:
            raise lost(self._line_base.peer, "it ended inside a transaction() block, which was rolled back")
        yield from self._end_block_gen(savepoint, inner=inner, failed=failed)

    @guarded
    def _end_block_gen(self, savepoint: str | None, *, inner: bool, failed: bool) -> Work[None]:
        session = self._session
        ended = self._epoch != self._block_epoch
        failed = failed or ended
        if savepoint is None:
            # In a MODE ANSI database an inner block without savepoint holds all that the transaction has done.
            if failed or not inner:
                yield from self._end_gen(transaction.rollback if failed else transaction.commit)
                self._block_epoch = self._epoch
        elif ended or not session.in_transaction:
            pass
        elif failed:
            yield from transaction.rollback_to_savepoint(session, savepoint)
            self._after_statement(_ROLLBACK_TO)
        else:
            yield from transaction.release_savepoint(session, savepoint)
        if ended:
            raise ProgrammingError("the transaction was ended inside a transaction() block")
