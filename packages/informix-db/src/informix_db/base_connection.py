"""How a connection comes to be and ends: hosts, login, redirects, negotiation, goodbye (sqli.md 2, 3, 5.19).

Together with `base_session.py` and `base_transactions.py` this is all logic of a connection, written as
conversations; `connection.py` and informix-pool only step them.
"""

import os
import socket
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Literal, TypeVar

from informix_types import TypeRegistry
from informix_types.registry import GLOBAL
from informix_wire.caps import OFFER_JDBC
from informix_wire.errors import LoginRejected
from informix_wire.pdu.login import LoginRequest, ProcessInfo, ServiceInfo
from informix_wire.session import Session, State
from informix_wire.talk import login as login_talk
from informix_wire.talk import pam, setup, transaction

from .base_bulk import BulkTransfer
from .base_session import guarded, log
from .decoding import first_value_gen
from .doors import need
from .environment import info_pairs, login_pairs
from .errors import ConnectTimeout, Error, OperationalError
from .settings import DEFAULT_SERVER, Settings
from .sqlhosts import Address, port_number
from .steps import Dial, Limits, Work, connect_failure, lost
from .translate import WIRE_ERRORS, login_error, translated
from .two_phase import TwoPhase

__all__ = ["CLOSE_LIMITS", "BaseConnection"]

T = TypeVar("T")

_MAX_LOGINS: Final = 6
"""Logins that one connect may need: redirects are followed, but their number is bounded (sqli.md 2.4)."""
_WRONG_SERVER_NAME: Final = -761
_LOCALE_MISMATCH: Final = -23197
"""DB_LOCALE was given and is not the database's (sqli.md 9)."""
_LOCALE_QUERY: Final = "SELECT site FROM informix.systables WHERE tabname = ' GL_COLLATE'"
_SESSION_QUERY: Final = "SELECT DBINFO('sessionid') FROM informix.systables WHERE tabid = 1"
_AGAIN: Final = "again"
_locales: Final[dict[tuple[str, int, str | None], str]] = {}
"""Locales of databases (host, port, name) that connections of this process have asked for."""
_SET_LOCK_MODE: Final = 46
_SET_ISOLATION: Final = 48
CLOSE_LIMITS: Final = Limits(total=5.0, connecting=True)
"""How long a goodbye may take; the server may be gone (sqli.md 5.19: a short time-out)."""


class BaseConnection(TwoPhase, BulkTransfer):
    """Everything that a connection does. The shells add `connect` and a method for each conversation."""

    # -- connecting --------------------------------------------------------------------------------------------

    def _connect_gen(self, connection: T) -> Work[T]:
        """Try the addresses in order until one gives a session; return `connection`.

        Raises:
            OperationalError: the first refusal by a server, or that none could be reached.
        """
        failures: list[OperationalError] = []
        addresses = self._settings.addresses
        for tried, address in enumerate(addresses):
            try:
                yield from self._login_gen(address, len(addresses) - tried)
                log.debug(
                    "connected to %s as %s, server %s", self._line_base.peer, self._settings.user, self.server_name
                )
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
        cls = (
            ConnectTimeout
            if all(isinstance(failure, ConnectTimeout) for failure in failures)
            else OperationalError
        )
        every = cls("no server could be reached:\n" + "\n".join(f"  {f}" for f in failures))
        every.sqlstate, every.is_retryable, every.retry = "08001", True, "reconnect"
        raise every

    def _login_gen(self, address: Address, left: int) -> Work[None]:
        """Log in at `address`, follow redirects, negotiate, open the database (sqli.md 2, 3).

        `left` addresses, this one included, share the time that is left.
        """
        settings = self._settings
        server = address.server or settings.server or DEFAULT_SERVER
        may_rename = address.server is None and settings.server is None
        for _ in range(_MAX_LOGINS):
            try:
                answer = yield from self._one_login_gen(settings, address, server, left)
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
            if isinstance(answer, str):
                continue
            log.info("%s:%s redirects to %s:%s", address.host, address.port, answer.host, answer.port)
            server = answer.server or server
            port = port_number(answer.port, server)
            address, may_rename = Address(answer.host, port, tls=address.tls), False
        raise OperationalError(f"the login went from server to server {_MAX_LOGINS} times; last to {address.host}")

    def _one_login_gen(
        self, settings: Settings, address: Address, server: str, left: int
    ) -> Work[login_talk.Redirect | Literal["again"] | None]:
        """Connect and log in once.

        Returns:
            None when the session stands; `_AGAIN` when it must be made anew with the locale that was learned.
        """
        where = (address.host, address.port, settings.database)
        if not settings.locale_given and where in _locales:
            settings = settings.with_locale(_locales[where])
        self._use(settings)
        session = self._session = self._new_session(settings)
        hostname = settings.tls_server_hostname or address.host
        tls = settings.tls if address.tls else None
        try:
            yield Dial(address, session.inbox, tls, hostname, settings.keepalive, left)
        except OSError as error:
            raise connect_failure(address, error, tls=tls is not None) from None
        try:
            answer = yield from login_talk.login(session, self._login_request(settings, server))
            if isinstance(answer, login_talk.Redirect):
                return answer
            yield from self._setup_gen(session, settings)
            if settings.database is not None and not settings.locale_given and where not in _locales:
                _locales[where] = yield from self._locale_gen(session, settings)
                if settings.with_locale(_locales[where]).encoding != settings.encoding:
                    log.info("database %s has locale %s; connecting with that", settings.database, _locales[where])
                    return _AGAIN
            yield from self._set_locking_gen(settings)
        except OperationalError as error:
            if error.sqlcode or error.retry != "reconnect":
                raise
            raise connect_failure(address, error, tls=tls is not None) from None
        except (Error, LoginRejected):
            raise
        except TimeoutError as error:
            raise connect_failure(address, error, tls=tls is not None) from None
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

    def _setup_gen(self, session: Session, settings: Settings) -> Work[None]:
        yield from setup.negotiate(session, OFFER_JDBC)
        if session.caps.pam:
            yield from pam.authenticate_pam(session, settings.pam_answer or self._answer_with_password)
        yield from setup.send_environment(session, info_pairs(settings))
        if settings.database is not None:
            yield from setup.open_database(session, settings.database)

    def _locale_gen(self, session: Session, settings: Settings) -> Work[str]:
        """Return the database's locale; ours when it does not say.

        With another code set the server would convert, and substitute what ours lacks (sqli.md 8 #20, 9). JDBC
        asks the same question at the same place (sqli.md 3.6).
        """
        found = yield from first_value_gen(session, _LOCALE_QUERY, self._plain_context)
        if session.in_transaction:
            # MODE ANSI: the question has opened a transaction (sqli.md 5.10).
            yield from transaction.rollback(session)
        return found.strip() if isinstance(found, str) and found.strip() else settings.client_locale

    def _set_locking_gen(self, settings: Settings) -> Work[None]:
        """Set isolation level and lock mode as `connect` was told."""
        if settings.isolation is not None:
            yield from self._command_gen(f"SET ISOLATION TO {settings.isolation}")
        if settings.lock_mode is not None:
            yield from self._command_gen(f"SET LOCK MODE TO {settings.lock_mode}")
        if self._session.in_transaction:
            # MODE ANSI: a statement has opened a transaction (sqli.md 5.10).
            yield from transaction.rollback(self._session)
        self._changed.clear()

    def _answer_with_password(self, style: int, _text: str) -> str:
        """Answer a PAM challenge: hidden input is the password, visible input the user (sqli.md 2.6)."""
        return (self._settings.password_text() or "") if style == 1 else self._settings.user

    @guarded
    def _fast_path_call_gen(self, signature: str, arguments: Sequence[Any]) -> Work[list[Any]]:
        door = need("informix_lob.fastpath", "lob")
        results: list[Any] = yield from door.call(self, signature, arguments)
        return results

    # -- as new -------------------------------------------------------------------------------------------------

    @guarded
    def _reset_gen(self) -> Work[None]:
        """Bring the session back to what it was after connecting, as far as statements tell (sqli.md 6.4)."""
        settings, session = self._settings, self._session
        self._blocks = 0
        if self._branch is not None:
            yield from self._tpc_rollback_gen()
        yield from self._rollback_gen()
        for cursor in list(self._cursors):
            yield from cursor._close_gen()
        if settings.database is not None and self.database != settings.database:
            yield from setup.open_database(session, settings.database)
        database = session.database
        if _SET_ISOLATION in self._changed:
            ansi = database is not None and database.ansi
            logged = database is not None and database.logged
            level = "REPEATABLE READ" if ansi else "COMMITTED READ" if logged else "DIRTY READ"
            yield from self._command_gen(f"SET ISOLATION TO {settings.isolation or level}")
        if _SET_LOCK_MODE in self._changed:
            yield from self._command_gen(f"SET LOCK MODE TO {settings.lock_mode or 'NOT WAIT'}")
        self._changed.clear()
        self._autocommit = settings.autocommit
        self._limits = Limits(settings.read_timeout, settings.statement_timeout)
        self.row_factory = settings.row_factory
        self.query_hook = settings.query_hook
        self.types = TypeRegistry(GLOBAL)

    # -- questions ---------------------------------------------------------------------------------------------

    @guarded
    def _databases_gen(self) -> Work[tuple[str, ...]]:
        return (yield from setup.list_databases(self._session))

    @guarded
    def _session_id_gen(self) -> Work[int | None]:
        if self._session_id is not None:
            return self._session_id
        session, before = self._session, self._session.in_transaction
        found: int | None = yield from first_value_gen(session, _SESSION_QUERY, self._plain_context)
        self._session_id = found
        if session.in_transaction and not before:
            # MODE ANSI: the question has opened a transaction (sqli.md 5.10).
            yield from transaction.rollback(session)
        return found

    @guarded
    def _ping_gen(self) -> Work[None]:
        yield from setup.server_version(self._session)

    # -- closing -----------------------------------------------------------------------------------------------

    def _close_gen(self) -> Work[None]:
        """Close from here on, also when the work is never begun; the rest is goodbye."""
        self._closed = True
        return self._goodbye_gen()

    def _goodbye_gen(self) -> Work[None]:
        """Say goodbye; the server rolls an open transaction back (sqli.md 5.19). Never raises."""
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
            log.debug("closed the connection to %s", self._line_base.peer)

    def _leave_gen(self, failed: bool) -> Work[None]:
        """End of a with-block: commit, or roll back after an error; then close."""
        problem: Error | None = None
        if self.broken and self._session.in_transaction:
            problem = lost(self._line_base.peer, "its open transaction was rolled back")
        elif not self.closed:
            try:
                yield from self._rollback_gen() if failed else self._commit_gen()
            except Error as error:
                problem = error
        yield from self._close_gen()
        if problem is not None and not failed:
            raise problem

    def __del__(self) -> None:
        """Complain about a connection that nobody closed; its socket is closed, nothing is sent."""
        line = getattr(self, "_line_base", None)
        if line is not None and not line.closed and not self._closed:
            if self._pid == os.getpid():
                warnings.warn(f"{self!r} was never closed", ResourceWarning, source=self, stacklevel=2)
            line.close()


def _directory() -> str:
    try:
        return os.getcwd()
    except OSError:
        return ""
