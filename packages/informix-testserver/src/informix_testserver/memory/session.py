"""`MemorySession`: one client's database, transaction, statements and cursors.

Every public method that does something takes the store's latch, runs as one statement (`run`: undo on failure,
wait on a lock and start again), and leaves nothing half done. What it knows by name has modules of its own:
objects (`names`), statements by text (`kept`), savepoints (`savepoints`), databases to open (`opening`).
"""

import datetime
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from informix_types import ColumnType, TypeCode

from ..engine import (
    Outcome,
    Parameter,
    PreparedStatement,
    ResultColumn,
    RoutineDescription,
    SqlError,
)
from ..sql import statement_type
from ..sql.parser import NOT_SUPPORTED, TOO_DEEP
from . import temporal
from .catalog import Column, Constraint, Database, Table
from .cursor import MemoryCursor
from .journal import Touched, touched_rows
from .kept import KeptHandles
from .locks import LockConflict, LockOwner
from .names import NameSpace
from .opening import available
from .savepoints import Savepoint, Savepoints
from .sequences import RowNumbers
from .undo import DELETED, LEFT, forget_unlogged, remove_dead, undo_to

if TYPE_CHECKING:
    from .engine import MemoryEngine
    from .statements import Handle

__all__ = ["MemorySession"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
NOT_IN_TRANSACTION, NO_TRANSACTIONS, IN_TRANSACTION, OPEN_TRANSACTION = -255, -256, -535, -377
NEEDS_CURSOR, CURSOR_CLOSED, READ_ONLY = -260, -400, -878
DEFAULT_DBDATE = "MDY4/"


class MemorySession(NameSpace):
    """A session of a `MemoryEngine`; see `engine.EngineSession` for the contract."""

    def __init__(self, engine: "MemoryEngine", number: int, user: str, environment: Mapping[str, str]) -> None:
        super().__init__(engine)
        self.store, self.locks = engine.store, engine.locks
        self.session_id, self.user, self.environment = number, user, environment
        self.host_name = engine.host_name
        self.bad_setting = 0
        """Error code of a malformed setting: opening a database says it [I], for a login cannot."""
        self.dbdate = environment.get("DBDATE") or DEFAULT_DBDATE
        try:
            self.date_style = temporal.date_style(self.dbdate)
        except SqlError as error:
            self.bad_setting, self.dbdate = error.sqlcode, DEFAULT_DBDATE
            self.date_style = temporal.date_style(DEFAULT_DBDATE)
        self.delimident = environment.get("DELIMIDENT", "").lower() in ("y", "yes", "1", "true")
        self.allow_newline = False
        """Whether quoted strings may contain line feeds (ALLOW_NEWLINE, the routine IFX_ALLOW_NEWLINE)."""
        self.undo: list[tuple[Any, ...]] = []
        self.row_mark = 0
        self.deferred: list[tuple[Any, Any, Any]] = []
        self.postponed: list[tuple[Any, Any, Any]] = []
        self.constraints_deferred = False
        self.on_commit: list[Callable[[], None]] = []
        self.savepoints = Savepoints()
        self.cursors: dict[str, MemoryCursor] = {}
        self.open_cursors: set[MemoryCursor] = set()
        self.handles = KeptHandles()
        self.temporary_version = 0
        self.isolation = "COMMITTED READ"
        self.last_committed = False
        self.outer_isolation: tuple[str, bool] | None = None
        """Isolation to return to when the transaction in which SET TRANSACTION set another one has ended."""
        self.foreign_changes: dict[int, set[int]] = {}
        """Rows that others have changed, by table, when the running statement began (LAST COMMITTED)."""
        self.read_only = False
        self.unlogged = False
        """Whether the database that is open has no transactions, whatever view's names are being looked up."""
        self.exclusive = False
        """Whether nobody else may open the database."""
        self.lock_wait: int | None = 0
        self.waits_for: frozenset[LockOwner] = frozenset()
        self.interrupted = False
        self.deadline: float | None = None
        self.last_serial = self.last_serial8 = self.last_bigserial = self.last_rows = 0
        self.sequence_values: dict[int, int] = {}
        self.row_numbers = RowNumbers()
        self.services: Any = None
        self.row_sets: list[list[list[Any]]] = []
        """Rows of the table functions that the running statement has called."""
        self._in_transaction = False
        self._now: int | None = None
        self._depth = 0
        self._entering = False
        self._files = 0

    # ------------------------------------------------------------------------- what conversions ask (Environment)

    @property
    def codec(self) -> str:
        """Python codec of the database's code set."""
        return self.database.codec if self.database is not None else "iso8859-1"

    @property
    def ansi(self) -> bool:
        """Whether the current database is MODE ANSI."""
        return self.database is not None and self.database.ansi

    @property
    def database_name(self) -> str:
        """Name of the current database, or ""."""
        return self.database.name if self.database is not None else ""

    @property
    def utc_seconds(self) -> int:
        """Unix time."""
        return int(time.time())

    def now(self) -> int:
        """The current DATETIME YEAR TO FRACTION(5), the same during one statement."""
        if self._now is None:
            self._now = temporal.stamp_of(datetime.datetime.now())
        return self._now

    def attach(self, services: Any) -> None:
        """Keep what the protocol side offers (files on the client, large objects)."""
        self.services = services

    def client_file_name(self, name: str) -> str:
        """Return a name for LOTOFILE's file: a trailing ``!`` means exactly this name, else it is made unique."""
        if name.endswith("!"):
            return name[:-1]
        self._files += 1
        return f"{name}.{self.session_id:08x}{self._files:08x}"

    # ----------------------------------------------------------------------------------------------- isolation

    @property
    def in_transaction(self) -> bool:
        """Whether an explicit (or MODE ANSI implicit) transaction is open."""
        return self._in_transaction

    @property
    def reads_dirty(self) -> bool:
        """Whether locks of others do not hinder reading."""
        return self.isolation == "DIRTY READ" or self.unlogged

    @property
    def keeps_read_locks(self) -> bool:
        """Whether rows read stay locked until the end of the transaction."""
        return self.isolation == "REPEATABLE READ" and self._in_transaction

    def needs_check(self, table: Table) -> bool:
        """Whether rows of a table must be looked at one by one."""
        key = table.key
        if table.system or table.kind != "T":
            return False
        if key in self.engine.dead or self.keeps_read_locks:
            return True
        return self.locks.foreign_writers(self, key) and not self.reads_dirty

    # --------------------------------------------------------------------------------------- running a statement

    def run(self, work: Callable[[*Ts], T], *arguments: *Ts) -> T:
        """Call `work` as one statement: undone if it fails, repeated after a wait for a lock. Raises SqlError."""
        if not self._depth:
            # From here on an interrupt counts, also while the latch is another session's.
            self.interrupted, self._entering = False, True
        env = self.store.env
        with self.store.latch:
            self._entering = False
            outer, env.session = env.session, self
            if self._depth:
                # A statement inside a routine that is running: part of the outer statement.
                self._depth += 1
                try:
                    return work(*arguments)
                finally:
                    self._depth -= 1
            self._now, self.deadline = None, None
            if self.row_sets:
                self.row_sets.clear()
            try:
                if self.interrupted:
                    self.tick()
                if not self._in_transaction and self.ansi:
                    self._in_transaction = True
                return self._attempts(work, arguments)
            except RecursionError:
                raise SqlError(NOT_SUPPORTED, offset=1, token=TOO_DEEP) from None
            finally:
                env.session = outer

    def _attempts(self, work: Callable[[*Ts], T], arguments: tuple[*Ts]) -> T:
        while True:
            mark = self.row_mark = len(self.undo)
            if self.deferred:
                self.deferred = []
            self._depth = 1
            try:
                result = work(*arguments)
                if self.deferred:
                    self._check_deferred()
                if self.temporary and len(self.undo) > mark:
                    forget_unlogged(self, mark)
            except LockConflict as conflict:
                undo_to(self, mark)
                if not self._in_transaction:
                    self.locks.release(self)
                self._depth = 0
                self.locks.wait(self, conflict)
                self.store.env.session = self
                continue
            except BaseException:
                # Without a log only the row that failed is taken back.
                undo_to(self, self.row_mark if self.unlogged else mark)
                if not self._in_transaction:
                    self._end(commit=True)
                raise
            finally:
                self._depth = 0
            if not self._in_transaction and (self.undo or self.on_commit or self.engine.unsaved):
                self._end(commit=True)
            return result

    def row_changed(self) -> None:
        """Check references after each row where there is no log: a row that fails is taken back alone [I]."""
        if self.unlogged:
            self._check_deferred()

    def _check_deferred(self) -> None:
        if self.constraints_deferred and self._in_transaction:
            self.postponed += self.deferred
            return
        for check, subject, values in self.deferred:
            check(self, subject, values)
        self.deferred = []

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Leave the latch to others while foreign code runs: a routine that is executed, not called in SQL."""
        alone = self._depth == 1
        if alone:
            self.store.latch.release()
        try:
            yield
        finally:
            if alone:
                self.store.latch.acquire()
                self.store.env.session = self
        self.tick()

    def tick(self) -> None:
        """Stop a statement that works through rows in Python when it was interrupted. Raises SqlError -213."""
        if self.interrupted:
            self.interrupted = False
            raise SqlError(-213, isam=-157)

    def interrupt(self) -> None:
        """Abort the running statement; called from another thread, without effect when idle."""
        if not (self._depth or self._entering or self.waits_for):
            return
        self.interrupted = True
        if self.store.env.session is self and not self.waits_for:
            self.store.interrupt()

    # ---------------------------------------------------------------------------------------------- transactions

    def _end(self, *, commit: bool) -> None:
        """Make the changes permanent or undo them, and release the locks."""
        touched: Touched = {}
        try:
            if commit:
                with self.store.undisturbed():
                    touched = self._settle()
            else:
                undo_to(self, 0)
        finally:
            # Whatever fails: the transaction has ended, and nobody waits for it any longer.
            self.undo.clear()
            self.on_commit.clear()
            self.postponed.clear()
            self.constraints_deferred = False
            self.read_only = False
            if self.outer_isolation is not None:
                self.isolation, self.last_committed = self.outer_isolation
                self.outer_isolation = None
            self.savepoints.clear()
            self.locks.release(self)
        self.engine.persist(touched)

    def _settle(self) -> Touched:
        """Make the changes permanent; return the rows that a data folder may have to keep by themselves."""
        touched = touched_rows(self.undo) if self.engine.data_dir is not None else {}
        for kind, plan, rowid, _ in self.undo:
            if kind in (DELETED, LEFT):
                remove_dead(self, plan.table, rowid)
        self.undo.clear()
        for action in self.on_commit:
            action()
        return touched

    def _close_cursors(self, *, everything: bool = False) -> None:
        for cursor in list(self.open_cursors):
            if everything or not cursor.hold:
                cursor.invalidate()

    def begin(self) -> None:
        """Start a transaction."""
        with self.store.latch:
            database = self._opened()
            if not database.logged:
                raise SqlError(NO_TRANSACTIONS)
            if self._in_transaction or database.ansi:
                raise SqlError(IN_TRANSACTION)
            self._in_transaction = True

    def _transaction(self) -> None:
        if not self._opened().logged:
            raise SqlError(NO_TRANSACTIONS)
        if not self._in_transaction and not self.ansi:
            raise SqlError(NOT_IN_TRANSACTION)

    def commit(self) -> None:
        """Commit."""
        with self.store.latch:
            self._transaction()
            self.store.env.session = self
            try:
                for check, subject, values in self.postponed:
                    check(self, subject, values)
            except (SqlError, LockConflict) as error:
                self.rollback()
                if isinstance(error, LockConflict):
                    raise SqlError(error.sqlcode, isam=error.isam) from None
                raise
            self._in_transaction = False
            self._end(commit=True)
            self._close_cursors()

    def rollback(self) -> None:
        """Roll back."""
        with self.store.latch:
            self._transaction()
            self.store.env.session = self
            self._in_transaction = False
            try:
                self._end(commit=False)
            finally:
                self._close_cursors()

    def savepoint(self, name: str, *, unique: bool = False) -> None:
        """Set a savepoint; one of the same name goes. Raises SqlError -8005 when one of the two is UNIQUE."""
        with self.store.latch:
            self._transaction()
            self.savepoints.add(Savepoint(name, len(self.undo), tuple(self.postponed), unique))

    def rollback_to(self, name: str | None) -> None:
        """Roll back to a savepoint, which stays set; locks are kept."""
        with self.store.latch:
            self._transaction()
            self.store.env.session = self
            point = self.savepoints.back_to(name)
            self.postponed = list(point.postponed)
            undo_to(self, point.mark)

    def release_savepoint(self, name: str) -> None:
        """Release a savepoint and those set after it."""
        with self.store.latch:
            self._transaction()
            self.savepoints.release(name)

    # -------------------------------------------------------------------------------------------------- databases

    def open_database(self, name: str, *, exclusive: bool = False) -> int:
        """Open a database and return its flags; without one open before, no matter what others are running."""
        if self.database is None:
            with self.engine.registry:
                return self._enter(available(self, name, exclusive=exclusive), exclusive=exclusive)
        with self.store.latch:
            if self._in_transaction and self.undo:
                raise SqlError(OPEN_TRANSACTION)
            with self.engine.registry:
                database = available(self, name, exclusive=exclusive)
                self.close_database()
                return self._enter(database, exclusive=exclusive)

    def _enter(self, database: Database, *, exclusive: bool) -> int:
        self.database = database
        self.exclusive = exclusive
        self.isolation = "REPEATABLE READ" if database.ansi else "COMMITTED READ"
        self.last_committed, self.outer_isolation = False, None
        self.unlogged = not database.logged
        if self.unlogged:
            self.isolation = "DIRTY READ"
        return database.flags

    def close_database(self) -> None:
        """Close the current database: temporary tables go, an open transaction is rolled back."""
        with self.store.latch:
            if self.database is None:
                return
            self._close_cursors(everything=True)
            self._in_transaction = False
            self.store.env.session = self
            self._end(commit=False)
            self.locks.release(self, kept_too=True)
            for table in self.temporary.values():
                self.engine.forget(table)
            self.temporary.clear()
            self.handles.clear()
            self.database, self.unlogged = None, False

    def databases(self) -> Sequence[str]:
        """Return the names of all databases."""
        return sorted(self.engine.databases)

    def close(self) -> None:
        """End the session."""
        with self.store.latch:
            self.close_database()
            self.engine.disconnect(self)

    def check_sql(self, table: Table, constraint: Constraint) -> str:
        """Return the query that finds a row (rowid = ?) violating a check constraint."""
        from .dml import check_query

        with self.dated(constraint.dbdate):
            return check_query(self, table, constraint)

    @contextmanager
    def dated(self, dbdate: str) -> Iterator[None]:
        """Read and write dates by another DBDATE: what a definition says means what it meant when it was made."""
        saved, self.date_style = self.date_style, temporal.date_style(dbdate or DEFAULT_DBDATE)
        try:
            yield
        finally:
            self.date_style = saved

    def note_serial(self, column: Column, value: int) -> None:
        """Remember a generated number for DONE, INSERTDONE and DBINFO."""
        if column.type.code == TypeCode.SERIAL:
            self.last_serial = value
        elif column.type.code == TypeCode.SERIAL8:
            self.last_serial8 = value
        else:
            self.last_bigserial = value

    # -------------------------------------------------------------------------------------------------- statements

    def prepare(self, sql: str) -> PreparedStatement:
        """Parse and bind a statement; waits for a definition that another transaction changes. Raises SqlError."""
        with self.store.latch:
            outer, self.store.env.session = self.store.env.session, self
            if not self._depth:
                self.interrupted, self.deadline = False, None
            try:
                handle = self._handle(sql)
            except RecursionError:
                raise SqlError(NOT_SUPPORTED, offset=1, token=TOO_DEEP) from None
            finally:
                self.store.env.session = outer
            return PreparedStatement(
                statement_type=statement_type(handle.parsed.statement),
                columns=handle.columns,
                parameters=handle.parameters,
                returns_rows=handle.returns_rows,
                scrollable=not handle.for_update,
                for_update=handle.for_update,
                handle=handle,
            )

    def _handle(self, sql: str) -> "Handle":
        from .statements import make_handle

        while True:
            try:
                handle = self.handles.find(self, sql)
                if handle is None:
                    handle = make_handle(self, self.engine.parsed(sql, self.delimident, self.allow_newline))
                    self.handles.keep(self, sql, handle)
                return handle
            except LockConflict as conflict:
                if self._depth:
                    # Inside a routine: the statement that called it holds the latch and its own changes.
                    raise SqlError(conflict.sqlcode, isam=conflict.isam, token=conflict.token) from None
                self.locks.wait(self, conflict)
                self.store.env.session = self

    def execute(
        self,
        statement: PreparedStatement,
        parameters: Sequence[Parameter] = (),
        *,
        keys: Sequence[str | int] | None = None,
    ) -> Outcome:
        """Run a statement that is not opened as a cursor."""
        handle: Handle = statement.handle
        if handle.is_query:
            raise SqlError(NEEDS_CURSOR)
        if self.read_only:
            self.check_access(handle)
        outcome = self.run(handle.execute, self, parameters)
        if keys is None:
            return outcome
        columns = self.describe_keys(statement, keys)
        values = tuple(self._key_value(column.type) for column in columns)
        return outcome._replace(keys=columns, key_values=values)

    def check_access(self, handle: "Handle") -> None:
        """Refuse a change in a transaction that SET TRANSACTION has made READ ONLY. Raises SqlError -878."""
        if self.read_only and self._in_transaction and handle.changes:
            raise SqlError(READ_ONLY)

    def _key_value(self, kind: ColumnType) -> int:
        if kind.code == TypeCode.SERIAL:
            return self.last_serial
        return self.last_serial8 if kind.code == TypeCode.SERIAL8 else self.last_bigserial

    def describe_keys(self, statement: PreparedStatement, keys: Sequence[str | int]) -> tuple[ResultColumn, ...]:
        """Return the columns that a request for generated keys will report: the serial columns asked for."""
        table: Table | None = statement.handle.inserts_into
        if table is None:
            return ()
        return tuple(
            ResultColumn(column.name, column.type)
            for position, column in enumerate(table.columns, 1)
            if column.is_serial and (not keys or position in keys or column.name in keys)
        )

    def find_routine(self, signature: str) -> Any | None:
        """Return the routine of a fast-path signature, or None."""
        from .routines import find_by_signature

        return find_by_signature(self, signature)

    def find_routine_number(self, number: int) -> Any | None:
        """Return the routine with this procid, or None."""
        from .routines import find_by_number

        return find_by_number(self, number)

    def describe_routine(self, routine: Any) -> RoutineDescription:
        """Return the parameters of a routine with their modes, and how many values it returns."""
        from .routines import MODES

        modes = tuple(MODES[mode] for mode in routine.modes)
        return RoutineDescription(tuple(zip(routine.parameters, modes, strict=True)), len(routine.returns))

    def call_routine(self, routine: Any, parameters: Sequence[Parameter]) -> Sequence[Parameter]:
        """Run a routine for the fast path."""
        from .routines import call_by_handle

        return self.run(call_by_handle, self, routine, parameters)

    def open(
        self,
        statement: PreparedStatement,
        parameters: Sequence[Parameter] = (),
        *,
        cursor_name: str = "",
        scroll: bool = False,
        hold: bool = False,
    ) -> MemoryCursor:
        """Open a cursor."""
        handle: Handle = statement.handle
        if not handle.returns_rows:
            raise SqlError(CURSOR_CLOSED)
        if scroll and handle.for_update:
            raise SqlError(-526)
        cursor = self.run(handle.open, self, parameters, hold)
        cursor.name = cursor_name
        self.open_cursors.add(cursor)
        if cursor_name:
            self.cursors[cursor_name] = cursor
        return cursor
