"""The state of a connection and how its conversations are run; `base_connection.py` builds on it.

The way of a call: a shell method hands ``self._x_gen(…)`` to its line (`run_blocking.py`), which steps it and
does the sending and receiving.
"""

import logging
import os
from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, Final, ParamSpec, Protocol, Self, TypeVar
from weakref import WeakSet, WeakValueDictionary

from informix_types import TypeContext, TypeRegistry
from informix_types.context import Adapters
from informix_types.registry import GLOBAL
from informix_wire.errors import ServerError
from informix_wire.session import Session, State
from informix_wire.talk import exchange, setup
from informix_wire.talk import statement as statement_talk

from .errors import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    Warning,  # noqa: A004 - PEP 249 wants this name
)
from .observe import ConnectionInfo, QueryHook
from .placeholders import Query, compile_query
from .settings import Settings, flag, time_limit
from .statement_cache import Statement, StatementCache
from .steps import Limits, UrgentGate, Work, lost, undecided
from .trace_file import TraceFile, traced_session
from .translate import translated

if TYPE_CHECKING:
    from .base_result import BaseResult

__all__ = ["OTHER_DATABASE", "BaseSession", "Line", "guarded"]

T = TypeVar("T")
P = ParamSpec("P")
log: Final = logging.getLogger("informix_db")

_CONNECTION_LOST: Final = "08S01"
_ENDS_TRANSACTION: Final = frozenset({35, 36})
_CREATES: Final = frozenset({3, 14, 16, 40, 43, 45, 53, 70})
"""Statement types that create tables, indexes, views, synonyms, routines, triggers (sqli.md 6.4)."""
_ALTERS: Final = frozenset({15, 17, 20, 21, 29, 41, 44, 54, 71, 75, 87, 122})
"""Statement types after which a prepared statement may mean something else than it did: DROP, ALTER, RENAME …"""
_UNDOES: Final = frozenset({36, 161})
"""ROLLBACK and ROLLBACK TO SAVEPOINT."""
_SETS_SESSION: Final = frozenset({46, 48})
"""SET LOCK MODE and SET ISOLATION, which outlive transactions (sqli.md 6.4)."""
OTHER_DATABASE: Final = frozenset({1, 12, 31, 38})
"""Statement types after which cursors and prepared statements are gone (sqli.md 6.4)."""


class _Guarded(Protocol):
    """A connection, or a cursor of one."""

    _query: Query | None
    """The statement that errors are about."""

    @property
    def _connection(self) -> "BaseSession": ...


G = TypeVar("G", bound=_Guarded)


def guarded(method: Callable[Concatenate[G, P], Work[T]]) -> Callable[Concatenate[G, P], Work[T]]:
    """Decorate a method that returns a conversation: it needs an open connection, and its errors are PEP 249's."""

    @wraps(method)
    def guard(self: G, /, *args: P.args, **kwargs: P.kwargs) -> Work[T]:
        connection = self._connection
        connection._require_open()
        try:
            if connection._line_base.interrupted:
                yield from connection._absorb_interrupt_gen()
            result = yield from method(self, *args, **kwargs)
            connection._decides = False
            return result
        except Exception as error:
            meant = connection._meant(error, self._query)
            if meant is error:
                raise
            raise meant from (error if isinstance(meant, DataError) else None)
        except BaseException:
            connection._drop_if_broken()
            raise

    return guard


class Line(Protocol):
    """What a connection needs to know of its shell's line to the server."""

    interrupted: bool
    peer: str
    reason: Exception | str
    """Why there is no socket any more."""
    tls: tuple[str, str] | None
    """Protocol and cipher, None for plain TCP."""
    gate: UrgentGate
    on_interrupt: Callable[[bytes], None] | None
    """Told about the urgent bytes that are sent, for a trace."""

    @property
    def closed(self) -> bool:
        """True when there is no socket."""

    @property
    def stirred(self) -> bool:
        """True when something has come from the server that nobody has read: its end, perhaps."""

    def interrupt(self) -> bool:
        """Send the urgent byte if a reply is outstanding; tell whether the server got one for it."""

    def close(self) -> None:
        """Close the socket without further words."""


class BaseSession:
    """State of one connection, and how its conversations are run."""

    Warning: ClassVar = Warning
    Error: ClassVar = Error
    InterfaceError: ClassVar = InterfaceError
    DatabaseError: ClassVar = DatabaseError
    DataError: ClassVar = DataError
    OperationalError: ClassVar = OperationalError
    IntegrityError: ClassVar = IntegrityError
    InternalError: ClassVar = InternalError
    ProgrammingError: ClassVar = ProgrammingError
    NotSupportedError: ClassVar = NotSupportedError

    _query: Query | None = None
    """What goes wrong with a connection is about no statement of the application."""

    def __init__(self, settings: Settings, line: Line) -> None:
        self._use(settings)
        self._line_base = line
        self._session = Session(encoding=settings.encoding)
        self._cache = StatementCache(settings.statement_cache_size)
        self._dropped: deque[Statement] = deque()
        """Statements of cursors that were collected while they had one."""
        self._autocommit = settings.autocommit
        self._closed = False
        self._lost = False
        self._session_id: int | None = None
        self._decides = False
        """The request at hand commits: if its reply is lost, nobody knows whether it did."""
        self._pid = os.getpid()
        self._epoch = 0
        """Grows with every end of a transaction: cursors without hold that were opened before are gone."""
        self._limits = Limits(settings.read_timeout, settings.statement_timeout)
        self.types = TypeRegistry(GLOBAL)
        """Loaders and dumpers of this connection: a copy of the global ones, see `informix_types.TypeRegistry`."""
        self.query_hook: QueryHook | None = settings.query_hook
        """Called with a `QueryEvent` after each statement."""
        self._savepoints = 0
        self._blocks = 0
        """``transaction()`` blocks, and loads with a transaction of their own, that are open: they end it."""
        self._block_epoch = 0
        """What `_epoch` is as long as nobody has ended the transaction of the blocks."""
        self._prepared_branch = False
        """The first phase of a two-phase commit is done, the second is not."""
        self._schema_changed = False
        """The transaction has created, altered or dropped something: its end may undo that."""
        self._changed: set[int] = set()
        """Types of statements that changed what `reset` has to set back."""
        self._cursors: WeakSet[BaseResult[Any]] = WeakSet()
        self._named: WeakValueDictionary[str, BaseResult[Any]] = WeakValueDictionary()
        """By its name the cursor that opened last with that name."""
        self.row_factory = settings.row_factory

    def _use(self, settings: Settings) -> None:
        """Take settings over; values are decoded and encoded by them."""
        self._settings = settings
        self._plain_context = TypeContext(
            encoding=settings.encoding,
            errors=settings.encoding_errors,
            trim_char=settings.trim_char,
            strict_fractions=settings.strict_fractions,
            timezone=settings.timezone,
        )
        self._adapted_context = self._plain_context

    def _new_session(self, settings: Settings) -> Session:
        """Return the session for one login, traced if the settings say so."""
        if settings.trace is None:
            session = Session(encoding=settings.encoding)
        else:
            trace = TraceFile(settings.trace)
            self._line_base.on_interrupt = trace.interrupt
            session = traced_session(settings.encoding, trace)
        self._line_base.gate.owed = session.expected
        self._session_id = None
        return session

    # -- what it is --------------------------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        """True after `close`, and when the connection was lost."""
        return self._closed or self._line_base.closed

    @property
    def broken(self) -> bool:
        """True when the connection ended otherwise than by `close`."""
        return not self._closed and self._line_base.closed

    @property
    def autocommit(self) -> bool:
        """Whether every statement commits by itself. May be set while no transaction is open."""
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        if self._closed:
            raise InterfaceError("the connection is closed")
        value = flag("autocommit", value)
        if value != self._autocommit and (self.in_transaction or self._blocks):
            raise ProgrammingError("autocommit cannot be changed inside a transaction; commit or roll back first")
        self._autocommit = value

    @property
    def transactional(self) -> bool:
        """Whether the current database has transactions; in an unlogged one commit and rollback do nothing."""
        database = self._session.database
        return database is not None and database.logged

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, as far as the driver knows (sqli.md 5.10)."""
        return self._session.in_transaction and not self.closed

    @property
    def database(self) -> str | None:
        """Name of the current database, or None."""
        return self._session.database.name if self._session.database is not None else None

    @property
    def server_version(self) -> str:
        """The server's version text from the login."""
        return self._session.server_version

    @property
    def server_name(self) -> str:
        """DBSERVERNAME that the server calls itself."""
        return self._session.server_name

    @property
    def info(self) -> ConnectionInfo:
        """What is known about this connection."""
        session, settings = self._session, self._settings
        database = session.database
        return ConnectionInfo(
            peer=self._line_base.peer,
            user=settings.user,
            server_name=session.server_name,
            server_version=session.server_version,
            database=self.database,
            logged=database is not None and database.logged,
            ansi=database is not None and database.ansi,
            client_locale=settings.client_locale,
            encoding=settings.encoding,
            capabilities=session.caps.bits,
            tls=self._line_base.tls,
            session_id=self._session_id,
        )

    @property
    def statement_timeout(self) -> float | None:
        """Seconds that one call may take before the server is interrupted; None for no limit."""
        return self._limits.total

    @statement_timeout.setter
    def statement_timeout(self, seconds: float | None) -> None:
        self._limits = Limits(self._limits.silence, time_limit("statement_timeout", seconds))

    def _within(self, timeout: float) -> Limits:
        """Return the limits of one call that has a time limit of its own."""
        return Limits(self._limits.silence, time_limit("timeout", timeout))

    @property
    def _connection(self) -> Self:
        return self

    def _context_with(self, adapters: Adapters) -> TypeContext:
        """Return how values are decoded and encoded with these loaders and dumpers."""
        if self._adapted_context.adapters is adapters:
            return self._adapted_context
        if not adapters:
            return self._plain_context
        self._adapted_context = self._plain_context.with_adapters(adapters)
        return self._adapted_context

    def __repr__(self) -> str:
        state = "closed" if self.closed else "open"
        name = f"{self._settings.user}@{self._line_base.peer}/{self.database or ''}"
        return f"<{type(self).__module__}.{type(self).__qualname__} {state} {name}>"

    # -- plumbing ----------------------------------------------------------------------------------------------

    def _require_open(self) -> None:
        if self._pid != os.getpid():
            raise InterfaceError("the connection was opened by another process; connect again after fork()")
        if self._closed:
            raise InterfaceError("the connection is closed")
        if self._line_base.closed:
            if not self._lost:
                self._lost = True
                raise lost(self._line_base.peer, self._line_base.reason)
            raise InterfaceError("the connection is lost; connect again")

    def _meant(self, error: Exception, query: Query | None) -> Exception:
        """Return what a conversation that failed shall raise: PEP 249's exception for `error`, about `query`.

        A broken session takes the socket with it: nobody knows where in the stream the two sides are.
        """
        self._drop_if_broken()
        decides, self._decides = self._decides, False
        if decides and isinstance(error, OperationalError) and error.sqlstate == _CONNECTION_LOST:
            undecided(error)
        return translated(error, query, peer=self._line_base.peer)

    def _drop_if_broken(self) -> None:
        if self._session.state is State.BROKEN and not self._line_base.closed:
            self._line_base.close()
        if self._line_base.closed and not self._closed and self._session.state is not State.NEW:
            self._lost = True

    def _absorb_interrupt_gen(self) -> Work[None]:
        """An urgent byte may have reached the server after its answer: let it hit a harmless request (5.17)."""
        self._line_base.interrupted = False
        try:
            yield from setup.server_version(self._session)
        except ServerError as error:
            log.debug("a late interrupt hit a version request: %s", error)

    # -- statements --------------------------------------------------------------------------------------------

    def _statement_gen(self, query: Query) -> Work[Statement]:
        """Return the statement, prepared: from the cache, or by asking the server."""
        if self._dropped:
            self._collect_dropped()
        found = self._cache.take(query.text)
        if found is not None and self._session.is_live(found.prepared):
            return found
        prepared = yield from statement_talk.prepare(self._session, query.text, query.markers)
        return Statement(query.text, prepared)

    def _give_back(self, statement: Statement) -> None:
        """Take a statement that nobody uses any more: keep it, or have it released with the next request."""
        dropped = self._cache.give_back(statement)
        if dropped is not None:
            self._session.queue_release(dropped.prepared)

    def _discard(self, statement: Statement) -> None:
        """Have a statement released with the next request."""
        self._session.queue_release(statement.prepared)

    def _after_statement(self, statement_type: int) -> None:
        """Follow what a statement that the application ran means for cursors and cache."""
        if statement_type in _ENDS_TRANSACTION:
            self._epoch += 1
        elif statement_type in _SETS_SESSION:
            self._changed.add(statement_type)
        elif statement_type in _CREATES:
            self._schema_changed = True
        elif statement_type in _ALTERS:
            self._schema_changed = True
            self._forget_statements()
        if statement_type in _UNDOES and self._schema_changed:
            # What was created is gone again, what was dropped is back.
            self._forget_statements()
        if statement_type in _ENDS_TRANSACTION:
            self._schema_changed = False
        elif statement_type in OTHER_DATABASE:
            self._epoch += 1
            self._forget_statements()

    def _collect_dropped(self) -> None:
        """Take the statements of cursors that nobody closed; a finalizer cannot touch the cache."""
        while self._dropped:
            self._give_back(self._dropped.popleft())

    def _forget_statements(self) -> None:
        """Have every idle prepared statement released: the database is about to change or has changed."""
        self._collect_dropped()
        for statement in self._cache.clear():
            self._discard(statement)

    def _command_gen(self, sql: str) -> Work[None]:
        """Run a statement of the driver's own, without BEGIN."""
        query = compile_query(sql)
        prepared = yield from statement_talk.prepare(self._session, query.text, query.markers)
        try:
            yield from statement_talk.execute(self._session, prepared, None)
        finally:
            self._session.queue_release(prepared)
        self._after_statement(prepared.statement_type)

    def _free_gen(self) -> Work[None]:
        """Send the frees that are queued now; their replies are read with the next request's."""
        yield from exchange.send_frees(self._session)
