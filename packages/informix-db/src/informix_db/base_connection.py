"""All logic of a connection, as conversations; `connection.py` and informix-pool only step them.

The way of a call: a shell method hands ``self._x_gen(…)`` to its line (`run_blocking.py`), which steps it and
does the sending and receiving.
"""

import logging
import os
import socket
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final, Protocol, TypeVar
from weakref import WeakSet

from informix_types import TypeContext
from informix_wire.caps import OFFER_JDBC
from informix_wire.errors import LoginRejected, ServerError
from informix_wire.pdu.login import LoginRequest, ProcessInfo, ServiceInfo
from informix_wire.session import Session, State
from informix_wire.talk import exchange, pam, setup, transaction
from informix_wire.talk import login as login_talk
from informix_wire.talk import statement as statement_talk

from .environment import info_pairs, login_pairs
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
from .placeholders import Query, compile_query
from .settings import DEFAULT_SERVER, Settings
from .sqlhosts import Address, port_number
from .statement_cache import Statement, StatementCache
from .steps import Dial, Limits, Work, connect_failure, lost
from .translate import WIRE_ERRORS, login_error, translated

if TYPE_CHECKING:
    from .base_cursor import BaseCursor

__all__ = ["CLOSE_LIMITS", "ISOLATION_LEVELS", "BaseConnection", "Block", "Line"]

T = TypeVar("T")
log: Final = logging.getLogger("informix_db")

_MAX_LOGINS: Final = 6
"""Logins that one connect may need: redirects are followed, but their number is bounded (sqli.md 2.4)."""
_WRONG_SERVER_NAME: Final = -761
_LOCALE_MISMATCH: Final = -23197
"""DB_LOCALE was given and is not the database's (sqli.md 9)."""
_NEVER_IN_TRANSACTION: Final = frozenset({1, 12, 13, 31, 34, 35, 36, 38, 46, 48, 50, 52, 57, 74, 87, 110, 115})
"""Statement types before which no BEGIN is sent: they open or close databases or transactions themselves, or only
set something for the session (sqli.md 6.4)."""
_ENDS_TRANSACTION: Final = frozenset({35, 36})
_OTHER_DATABASE: Final = frozenset({1, 12, 31, 38})
_ALREADY_IN_TRANSACTION: Final = -535
_NOT_IN_TRANSACTION: Final = -255
CLOSE_LIMITS: Final = Limits(total=5.0, connecting=True)
"""How long a goodbye may take; the server may be gone (sqli.md 5.19: a short time-out)."""
ISOLATION_LEVELS: Final = frozenset(
    {"DIRTY READ", "COMMITTED READ", "COMMITTED READ LAST COMMITTED", "CURSOR STABILITY", "REPEATABLE READ"}
)
"""What SET ISOLATION takes (Guide to SQL: Syntax)."""


class Line(Protocol):
    """What a connection needs to know of its shell's line to the server."""

    interrupted: bool
    peer: str
    reason: Exception | str
    """Why there is no socket any more."""

    @property
    def closed(self) -> bool:
        """True when there is no socket."""

    def interrupt(self) -> bool:
        """Send the urgent byte if a reply is outstanding; tell whether it was sent."""

    def close(self) -> None:
        """Close the socket without further words."""


class BaseConnection:
    """State and conversations of one connection. The shells add `connect` and a method for each conversation."""

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

    def __init__(self, settings: Settings, line: Line) -> None:
        self._settings = settings
        self._line_base = line
        self._session = Session(encoding=settings.encoding)
        self._cache = StatementCache(settings.statement_cache_size)
        self._autocommit = settings.autocommit
        self._closed = False
        self._lost = False
        self._pid = os.getpid()
        self._epoch = 0
        """Grows with every end of a transaction: cursors without hold that were opened before are gone."""
        self._limits = Limits(settings.read_timeout, settings.statement_timeout)
        self._context = TypeContext(
            encoding=settings.encoding, errors=settings.encoding_errors, trim_char=settings.trim_char
        )
        self._savepoints = 0
        self._cursors: WeakSet[BaseCursor] = WeakSet()
        self.row_factory = settings.row_factory

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
        if bool(value) != self._autocommit and self.in_transaction:
            raise ProgrammingError("autocommit cannot be changed inside a transaction; commit or roll back first")
        self._autocommit = bool(value)

    @property
    def transactional(self) -> bool:
        """Whether the current database has transactions; in an unlogged one commit and rollback do nothing."""
        database = self._session.database
        return database is not None and database.logged

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, as far as the driver knows (sqli.md 5.10)."""
        return self._session.in_transaction

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
    def statement_timeout(self) -> float | None:
        """Seconds that one call may take before the server is interrupted; None for no limit."""
        return self._limits.total

    @statement_timeout.setter
    def statement_timeout(self, seconds: float | None) -> None:
        if seconds is not None and not seconds > 0:
            raise InterfaceError(f"statement_timeout must be positive or None, not {seconds!r}")
        self._limits = Limits(self._limits.silence, seconds)

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

    def _guarded(self, work: Work[T], query: Query | None = None) -> Work[T]:
        """Run `work` on an open connection; what goes wrong leaves as a PEP 249 exception.

        A broken session takes the socket with it: nobody knows where in the stream the two sides are.
        """
        try:
            self._require_open()
        except BaseException:
            work.close()
            raise
        try:
            if self._line_base.interrupted:
                yield from self._absorb_interrupt_gen()
            return (yield from work)
        except Exception as error:
            self._drop_if_broken()
            meant = translated(error, query, peer=self._line_base.peer)
            if meant is error:
                raise
            raise meant from (error if isinstance(meant, DataError) else None)
        except BaseException:
            self._drop_if_broken()
            raise

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

    # -- connecting --------------------------------------------------------------------------------------------

    def _connect_gen(self, connection: T) -> Work[T]:
        """Try the addresses in order until one gives a session; return `connection`.

        Raises:
            OperationalError: the first refusal by a server, or that none could be reached.
        """
        failures: list[OperationalError] = []
        for address in self._settings.addresses:
            try:
                yield from self._login_gen(address)
                return connection
            except OperationalError as error:
                self._line_base.close()
                if error.retry != "reconnect":
                    raise
                failures.append(error)
            except BaseException:
                self._line_base.close()
                raise
        if len(failures) == 1:
            raise failures[0]
        every = OperationalError("no server could be reached:\n" + "\n".join(f"  {f}" for f in failures))
        every.sqlstate, every.is_retryable, every.retry = "08001", True, "reconnect"
        raise every

    def _login_gen(self, address: Address) -> Work[None]:
        """Log in at `address`, follow redirects, negotiate, open the database (sqli.md 2, 3)."""
        settings = self._settings
        server = address.server or settings.server or DEFAULT_SERVER
        may_rename = address.server is None and settings.server is None
        for _ in range(_MAX_LOGINS):
            try:
                answer = yield from self._one_login_gen(settings, address, server)
            except LoginRejected as rejected:
                if rejected.service_error == _WRONG_SERVER_NAME and rejected.server_name and may_rename:
                    # Nobody asked for a certain server, so the one that answers is right (sqli.md 2.3).
                    server, may_rename = rejected.server_name, False
                    continue
                peer = f"{address.host}:{address.port}"
                raise login_error(rejected, user=settings.user, server=server, peer=peer) from None
            except Error as error:
                if error.sqlcode != _LOCALE_MISMATCH or settings.db_locale is None:
                    raise
                log.warning(
                    "DB_LOCALE %s is not the locale of database %s (-23197); connecting without it",
                    settings.db_locale,
                    settings.database,
                )
                settings = replace(settings, db_locale=None)
                continue
            if answer is None:
                return
            log.info("%s:%s redirects to %s:%s", address.host, address.port, answer.host, answer.port)
            server = answer.server or server
            address, may_rename = Address(answer.host, port_number(answer.port, server)), False
        raise OperationalError(f"the login went from server to server {_MAX_LOGINS} times; last to {address.host}")

    def _one_login_gen(
        self, settings: Settings, address: Address, server: str
    ) -> Work[login_talk.Redirect | None]:
        """Connect and log in once; None when the session stands."""
        session = self._session = Session(encoding=settings.encoding)
        hostname = settings.tls_server_hostname or address.host
        try:
            yield Dial(address, session.inbox, settings.tls, hostname, settings.keepalive)
        except OSError as error:
            raise connect_failure(address, error, tls=settings.tls is not None) from None
        try:
            answer = yield from login_talk.login(session, self._login_request(settings, server))
            if isinstance(answer, login_talk.Redirect):
                return answer
            yield from self._setup_gen(session)
        except OperationalError as error:
            if error.sqlcode or error.retry != "reconnect":
                raise
            raise connect_failure(address, error, tls=settings.tls is not None) from None
        except (Error, LoginRejected):
            raise
        except TimeoutError as error:
            raise connect_failure(address, error, tls=settings.tls is not None) from None
        except WIRE_ERRORS as error:
            raise translated(error, peer=f"{address.host}:{address.port}") from None
        return None

    def _login_request(self, settings: Settings, server: str) -> LoginRequest:
        # What onstat shows about a session. Names that the code set lacks must not stop a login.
        host, directory = (ascii(text)[1:-1] for text in (socket.gethostname(), _directory()))
        return LoginRequest(
            user=settings.user,
            password=settings.password_text(),
            server=server,
            environment=login_pairs(settings),
            process=ProcessInfo(os.getpid(), 0, host, None, directory),
            service=ServiceInfo(0, 0, settings.application_name or "informix-db"),
        )

    def _setup_gen(self, session: Session) -> Work[None]:
        settings = self._settings
        yield from setup.negotiate(session, OFFER_JDBC)
        if session.caps.pam:
            yield from pam.authenticate_pam(session, settings.pam_answer or self._answer_with_password)
        yield from setup.send_environment(session, info_pairs(settings))
        if settings.database is not None:
            yield from setup.open_database(session, settings.database)

    def _answer_with_password(self, style: int, _text: str) -> str:
        """Answer a PAM challenge: hidden input is the password, visible input the user (sqli.md 2.6)."""
        return (self._settings.password_text() or "") if style == 1 else self._settings.user

    # -- transactions ------------------------------------------------------------------------------------------

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

    def _begin_gen(self) -> Work[None]:
        """Start a transaction; that one is already open is fine."""
        try:
            yield from transaction.begin(self._session)
        except ServerError as error:
            if error.sqlcode != _ALREADY_IN_TRANSACTION:
                raise

    def _commit_gen(self) -> Work[None]:
        return self._guarded(self._end_gen(transaction.commit))

    def _rollback_gen(self) -> Work[None]:
        return self._guarded(self._end_gen(transaction.rollback))

    def _end_gen(self, end: Callable[[Session], Work[None]]) -> Work[None]:
        """Commit or roll back if a transaction is open; a no-op otherwise and in an unlogged database."""
        session = self._session
        if not session.in_transaction:
            return
        try:
            yield from end(session)
        except ServerError as error:
            if error.sqlcode != _NOT_IN_TRANSACTION:
                raise
        self._epoch += 1

    # -- statements --------------------------------------------------------------------------------------------

    def _statement_gen(self, query: Query) -> Work[Statement]:
        """Return the statement, prepared: from the cache, or by asking the server."""
        found = self._cache.take(query.text)
        if found is not None and self._session.is_live(found.prepared):
            return found
        prepared = yield from statement_talk.prepare(self._session, query.text, query.markers)
        return Statement(query, prepared)

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
        elif statement_type in _OTHER_DATABASE:
            self._epoch += 1
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

    def _free_gen(self) -> Work[None]:
        """Send the frees that are queued now; their replies are read with the next request's."""
        yield from exchange.send_frees(self._session)

    # -- settings of the session -------------------------------------------------------------------------------

    def _set_isolation_gen(self, level: str) -> Work[None]:
        words = " ".join(level.upper().replace("_", " ").split())
        if words not in ISOLATION_LEVELS:
            raise InterfaceError(
                f"unknown isolation level {level!r}; known are {', '.join(sorted(ISOLATION_LEVELS))}"
            )
        return self._guarded(self._command_gen(f"SET ISOLATION TO {words}"))

    def _set_lock_mode_gen(self, wait: bool | int) -> Work[None]:
        if not isinstance(wait, int) or wait < 0:
            raise InterfaceError(f"lock mode must be True, False or a number of seconds, not {wait!r}")
        mode = "NOT WAIT" if wait is False else "WAIT" if wait is True else f"WAIT {wait}"
        return self._guarded(self._command_gen(f"SET LOCK MODE TO {mode}"))

    def _databases_gen(self) -> Work[tuple[str, ...]]:
        return self._guarded(setup.list_databases(self._session))

    def _ping_gen(self) -> Work[None]:
        return self._guarded(self._really_ping_gen())

    def _really_ping_gen(self) -> Work[None]:
        yield from setup.server_version(self._session)

    # -- blocks ------------------------------------------------------------------------------------------------

    def _enter_block_gen(self, block: "Block", result: T) -> Work[T]:
        return self._guarded(self._really_enter_block_gen(block, result))

    def _really_enter_block_gen(self, block: "Block", result: T) -> Work[T]:
        """Begin a transaction, or set a savepoint inside one; return `result`."""
        session = self._session
        if not self.transactional:
            raise NotSupportedError(f"database {self.database or '(none)'} is not logged: it has no transactions")
        if not session.in_transaction:
            if not (session.database is not None and session.database.ansi):
                yield from self._begin_gen()
            return result
        self._savepoints += 1
        name = f"ifx_sp_{self._savepoints}"
        yield from transaction.set_savepoint(session, name)
        block.savepoint = name
        return result

    def _leave_block_gen(self, block: "Block", failed: bool) -> Work[None]:
        if self.closed:
            # The with-body's own error says what happened; the server has rolled back.
            return _nothing()
        return self._guarded(self._really_leave_block_gen(block, failed))

    def _really_leave_block_gen(self, block: "Block", failed: bool) -> Work[None]:
        session = self._session
        if block.savepoint is None:
            yield from self._end_gen(transaction.rollback if failed else transaction.commit)
        elif not session.in_transaction:
            raise ProgrammingError("the transaction was ended inside a transaction() block")
        elif failed:
            yield from transaction.rollback_to_savepoint(session, block.savepoint)
        else:
            yield from transaction.release_savepoint(session, block.savepoint)

    # -- closing -----------------------------------------------------------------------------------------------

    def _close_gen(self) -> Work[None]:
        """Say goodbye; the server rolls an open transaction back (sqli.md 5.19). Never raises."""
        self._closed = True
        for cursor in self._cursors:
            cursor._buffer.clear()
        session = self._session
        try:
            if self._pid == os.getpid() and not self._line_base.closed:
                yield from setup.disconnect(session)
        except (Error, *WIRE_ERRORS, OSError) as error:
            log.debug("while closing: %s", error)
        finally:
            session.state = State.CLOSED
            self._line_base.close()

    def _leave_gen(self, failed: bool) -> Work[None]:
        """End of a with-block: commit, or roll back after an error; then close."""
        problem: Error | None = None
        if not self.closed:
            try:
                yield from self._guarded(self._end_gen(transaction.rollback if failed else transaction.commit))
            except Error as error:
                problem = error
        yield from self._close_gen()
        if problem is not None and not failed:
            raise problem

    def __del__(self) -> None:
        """Complain about a connection that nobody closed; its socket is closed, nothing is sent."""
        line = getattr(self, "_line_base", None)
        if line is not None and not line.closed and not self._closed:
            warnings.warn(f"{self!r} was never closed", ResourceWarning, source=self, stacklevel=2)
            line.close()


def _directory() -> str:
    try:
        return os.getcwd()
    except OSError:
        return ""


def _nothing() -> Work[None]:
    yield from ()


@dataclass(slots=True, eq=False)
class Block:
    """State of one ``with connection.transaction()`` block: its savepoint, None when it is the transaction."""

    savepoint: str | None = None
