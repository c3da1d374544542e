"""`TestServer`: the embedded server. Listeners, one thread a connection, start and clean end.

The way of a connection: `_watch` accepts → `_serve` (TLS handshake) → `login.log_in` → `session.Session.run`.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack, cast
from urllib.parse import quote

from informix_types.codesets import codec_for_locale
from informix_types.errors import FramingError
from informix_wire.pdu.login import LoginRequest

from .engine import CopiesDatabases, Engine, RegistersRoutines, RoutineOptions, SqlError, WarmsUp
from .faults import Faults
from .login import log_in
from .profiles import Profile, profile_named
from .session import Session
from .splitting import split_statements
from .watching import Event, Watch
from .wire import EndOfStream, Wire
from .xa import Registry

if TYPE_CHECKING:
    from ssl import SSLContext, SSLSocket


__all__ = ["DEFAULT_PASSWORD", "DEFAULT_PORT", "DEFAULT_USER", "SERVER_NAME", "TestServer"]

log = logging.getLogger("informix_testserver")

DEFAULT_PORT = 9088
DEFAULT_USER, DEFAULT_PASSWORD = "informix", "in4mix"
SERVER_NAME = "informix"
"""As in IBM's Developer Edition container, so that programs written for it connect unchanged."""
HANDSHAKE_TIMEOUT = 10.0
"""Seconds a TLS client gets for its handshake."""
KEPT = 10_000
"""Logins and errors that a server remembers."""
END_TIMEOUT = 5.0
"""Seconds `close` waits for each connection's thread."""

T = TypeVar("T")
TlsFiles = tuple[str | os.PathLike[str], str | os.PathLike[str]]


def _tls_context(tls: "SSLContext | TlsFiles") -> "SSLContext":
    import ssl

    if isinstance(tls, ssl.SSLContext):
        return tls
    if isinstance(tls, str | bytes) or len(tls) != 2:
        raise TypeError("tls is an ssl.SSLContext, or the paths of a certificate and its key")
    certificate, key = tls
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class TestServer:
    """An embedded Informix server on loopback; a context manager.

    Args:
        host: address to listen on.
        port: port of the plain listener, or of the TLS listener when only that is wanted; 0 = any free one.
        databases: names of databases that exist from the start besides ``testdb`` and ``sysmaster``; the default
            engine makes them, logged unless the name says ``:unlogged`` or ``:ansi``.
        users: user → password; None as a password accepts any. Default: informix / in4mix.
        data_dir: folder in which the default engine keeps its databases; None = in memory.
        engine: what runs the SQL; default: the memory engine on sqlite3.
        profile: release to play: 11.70, 12.10, 14.10, 15, or a `Profile` of your own.
        tls: `ssl.SSLContext` or (certificate file, key file): the listener speaks TLS.
        tls_port: with `tls`: speak TLS on this port and plain SQLI on `port`, as Informix has two listeners.
        server_name: DBSERVERNAME.
        aliases: other names by which clients may log in. A login with any other name is refused (-761).
        redirect: (server name, host, port): answer every login with a redirect (sqli.md 2.4).
        pam: the PAM dialogue (style, text, expected answer or None); empty = no PAM (sqli.md 2.6).
        db_locale: locale of the databases: a client whose DB_LOCALE differs gets -23197 (sqli.md 9). None is the
            engine's default and accepts any DB_LOCALE.

    Raises:
        TypeError: `databases` or `aliases` is one text; `tls` is neither a context nor two paths.
        ValueError: a name or profile that cannot be, or no users.
        UnknownCodeset: `db_locale` names a code set without a codec.
        OSError: the TLS files cannot be used.

    Attributes:
        faults: fault injection, see `faults.Faults`.
        logins: the login requests that came, in order.
        protocol_errors: what clients did against the protocol; empty in a good test.
        internal_errors: errors of the test server itself; empty in a good test.
            Of each of the three the last 10,000 are kept.

    Example:
        >>> with TestServer(port=0) as server:
        ...     server.url
        'informix://informix:in4mix@127.0.0.1:41234/testdb?server=informix'
    """

    __test__ = False
    """Not a test class, whatever pytest thinks of its name."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        *,
        databases: Iterable[str] = (),
        users: Mapping[str, str | None] | None = None,
        data_dir: str | os.PathLike[str] | None = None,
        engine: Engine | None = None,
        profile: str | Profile = "12.10",
        tls: "SSLContext | TlsFiles | None" = None,
        tls_port: int | None = None,
        server_name: str = SERVER_NAME,
        aliases: Sequence[str] = (),
        redirect: tuple[str, str, int | str] | None = None,
        pam: Sequence[tuple[int, str, str | None]] = (),
        db_locale: str | None = None,
    ) -> None:
        if tls_port is not None and tls is None:
            raise ValueError("tls_port needs tls")
        if isinstance(databases, str):
            raise TypeError(f"databases is an iterable of names, not the text {databases!r}")
        databases = tuple(databases)
        if databases and engine is None:
            from .memory.catalog import database_mode

            for name in databases:
                database_mode(name)
        if isinstance(aliases, str):
            raise TypeError(f"aliases is a sequence of names, not the text {aliases!r}")
        for name in (server_name, *aliases):
            if not name or any(c.isspace() for c in name):
                raise ValueError(f"{name!r} cannot be a server's name")
        if users is not None and not users:
            raise ValueError("users is empty: nobody could log in")
        if db_locale is not None:
            codec_for_locale(db_locale)
        self.host = host
        self.port = port
        self.tls_port = tls_port
        self.users = dict(users) if users is not None else {DEFAULT_USER: DEFAULT_PASSWORD}
        self.profile = profile_named(profile)
        self.server_name = server_name
        self.server_names = frozenset({server_name, *aliases})
        self.redirect = redirect
        self.pam = tuple(pam)
        self.db_locale = db_locale
        self.faults = Faults()
        self.branches = Registry()
        self.logins: list[LoginRequest] = []
        self.protocol_errors: list[Exception] = []
        self.internal_errors: list[Exception] = []
        self._databases = databases
        self._data_dir = data_dir
        self._engine = engine
        self._tls = _tls_context(tls) if tls is not None else None
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._listeners: dict[int, tuple[socket.socket, bool]] = {}
        self._wires: dict[int, Wire] = {}
        self._threads: set[threading.Thread] = set()
        self._accepted = 0
        self._wake_out: socket.socket | None = None
        self._watcher: threading.Thread | None = None

    # --- life -------------------------------------------------------------------------------------------------

    @property
    def engine(self) -> Engine:
        """What runs the SQL; made on first use."""
        if self._engine is None:
            from .memory import MemoryEngine

            options = {"locale": self.db_locale} if self.db_locale else {}
            self._engine = MemoryEngine(
                self._databases,
                data_dir=None if self._data_dir is None else os.fspath(self._data_dir),
                server_name=self.server_name,
                version=self.profile.product,
                **options,
            )
        return self._engine

    def start(self) -> Self:
        """Listen; from here on clients can connect. Does nothing when it listens already.

        Raises:
            OSError: a port is taken, or `data_dir` cannot be used.
            RuntimeError: it has been closed.
        """
        if self._closing.is_set():
            raise RuntimeError("a TestServer that was closed does not start again: make a new one")
        if self._watcher is not None:
            return self
        self.engine  # noqa: B018 - made before the first client waits for it
        try:
            plain = self._tls is None or self.tls_port is not None
            self.port = self._listen(self.port, tls=not plain)
            if self.tls_port is not None:
                self.tls_port = self._listen(self.tls_port, tls=True)
        except OSError:
            self._close_listeners()
            raise
        self._wake_out, wake_in = socket.socketpair()
        self._watcher = threading.Thread(
            target=self._watch, args=(wake_in,), name=f"informix-testserver:{self.port}", daemon=True
        )
        self._watcher.start()
        return self

    def _listen(self, port: int, *, tls: bool) -> int:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.create_server((self.host, port), family=family, backlog=128)
        listener.setblocking(False)
        self._listeners[listener.fileno()] = (listener, tls)
        bound: int = listener.getsockname()[1]
        return bound

    def _close_listeners(self) -> None:
        for listener, _ in self._listeners.values():
            listener.close()
        self._listeners.clear()

    def close(self) -> None:
        """Close every connection, end every thread, free the engine. May be called twice."""
        self._closing.set()
        self._wake()
        if self._watcher is not None:
            self._watcher.join(END_TIMEOUT)
            self._watcher = None
        with self._lock:
            if self._wake_out is not None:
                self._wake_out.close()
                self._wake_out = None
            wires, threads = list(self._wires.values()), list(self._threads)
        for wire in wires:
            wire.interrupt()
            wire.shutdown()
        for thread in threads:
            thread.join(END_TIMEOUT)
        self.branches.close()
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def __enter__(self) -> Self:
        """Start; what a first statement would import is imported here, in the thread of the program.

        A session's thread must not do it beside pytest, which rewrites assertions in the modules of its plugins:
        CPython 3.11 raises SystemError where two threads make syntax trees at once.
        """
        self.start()
        if isinstance(self.engine, WarmsUp):
            self.engine.warm_up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def run_script(self, text: str, database: str = "testdb") -> None:
        """Run the statements of an SQL text on the engine, without a connection: schemas, test data.

        Args:
            text: statements separated by semicolons.
            database: where; empty = nowhere, for CREATE DATABASE.

        Raises:
            SqlError: a statement failed; its line and text are in the note.
        """
        session = self.engine.connect(next(iter(self.users)), {})
        try:
            if database:
                session.open_database(database)
            for line, sql in split_statements(text):
                try:
                    session.execute(session.prepare(sql))
                except SqlError as exc:
                    exc.add_note(f"line {line}: {sql}")
                    raise
        finally:
            session.close()

    def copy_database(self, source: str, name: str) -> None:
        """Make a database with everything that another one holds: a template's schema and rows, for one test.

        Args:
            source: an existing database that no connection has open.
            name: of the new one, which has the same logging mode and locale.

        Raises:
            SqlError: -329: there is no such source; -425: it is open; -330: there is a database of that name.
            TypeError: the engine cannot copy (only the SQL engine can).
        """
        if not isinstance(self.engine, CopiesDatabases):
            raise TypeError(f"{type(self.engine).__name__} cannot copy databases")
        self.engine.copy_database(source, name)

    def register_routine(self, name: str, function: Callable[..., Any], **options: Unpack[RoutineOptions]) -> None:
        """Make a Python function callable as a stored routine in all databases.

        EXECUTE and the fast path run it while other sessions go on. Called inside another statement it holds the
        whole engine: it must then not wait for anything that this server does.

        Args:
            name: the routine's name; letter case does not count.
            function: called with Python values. What it returns is the routine's result: a value, a tuple of
                values, or, for `rows=True`, an iterable of rows.
            options: types, modes and names of parameters, types of results, and more: see
                `engine.RoutineOptions`.

        Raises:
            TypeError: a parameter or result has no type; the function cannot be called with so many values, is a
                generator without `rows`, or asynchronous; or the engine has no routines (only the SQL engine has).
            ValueError: a name, mode or kind that cannot be; another number of modes or names than of parameters.
        """
        if not isinstance(self.engine, RegistersRoutines):
            raise TypeError(f"{type(self.engine).__name__} has no routines")
        self.engine.register_routine(name, function, **options)

    @property
    def url(self) -> str:
        """A connection URL for the first user and the database ``testdb``."""
        return self.url_of("testdb")

    def url_of(self, database: str) -> str:
        """Return a connection URL for the first user and a database."""
        user, password = next(iter(self.users.items()))
        host = f"[{self.host}]" if ":" in self.host else self.host
        secret = f":{quote(password, safe='')}" if password is not None else ""
        place = f"{host}:{self.port}/{quote(database)}?server={self.server_name}"
        return f"informix://{quote(user, safe='')}{secret}@{place}"

    @property
    def connections(self) -> int:
        """Number of connections open now."""
        with self._lock:
            return len(self._wires)

    def drop_connections(self, *, reset: bool = False) -> int:
        """End every connection that is open now, as a dying server would; go on listening.

        Args:
            reset: with a TCP reset instead of an orderly end.

        Returns:
            how many there were.
        """
        with self._lock:
            wires = list(self._wires.values())
        for wire in wires:
            if reset:
                wire.reset_at_close()
            wire.interrupt()
            wire.shutdown()
        return len(wires)

    def note(self, kept: list[T], item: T) -> None:
        """Add to one of the lists that the server keeps for the author of a test."""
        kept.append(item)
        if len(kept) > KEPT:
            del kept[:-KEPT]

    def note_protocol_error(self, error: Exception) -> None:
        """Add to `protocol_errors`, without the frames of the connection and all that they hold."""
        error.__context__ = None
        self.note(self.protocol_errors, error.with_traceback(None))

    # --- connections ------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        """Make the watching thread look at the connections and at `_closing` anew."""
        with self._lock:
            if self._wake_out is not None:
                with suppress(OSError):  # it has seen `_closing` and is gone
                    self._wake_out.send(b"\0")

    def _watch(self, wake_in: socket.socket) -> None:
        """Accept connections and look for urgent data on them (sqli.md 5.17): the watching thread."""
        with wake_in:
            while not self._closing.is_set():
                with self._lock:
                    watched = dict(self._wires)
                self._watch_once(wake_in, watched)
        self._close_listeners()

    def _watch_once(self, wake_in: socket.socket, watched: Mapping[int, Wire]) -> None:
        """Serve events until the set of connections changes."""
        wires = list(watched.values())
        watch = Watch(
            [wake_in.fileno(), *self._listeners],
            watched,
            [number for number, wire in watched.items() if wire.encrypted],
            lambda: any(wire.worked() for wire in wires),
        )
        while True:
            for number, event in watch.wait():
                if number == wake_in.fileno():
                    wake_in.recv(4096)
                    return
                if number in self._listeners:
                    self._accept(*self._listeners[number])
                    return
                if event is Event.URGENT:
                    watched[number].urgent_arrived()
                else:  # what runs for a client that is gone is of no use
                    watched[number].interrupt()

    def _accept(self, listener: socket.socket, tls: bool) -> None:
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        try:
            sock.setblocking(True)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls and self._tls is not None:
                sock.settimeout(HANDSHAKE_TIMEOUT)
                sock = self._tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        except OSError:  # the client has gone again
            sock.close()
            return
        self._accepted += 1
        wire = Wire(sock, self._accepted, self.faults, self._closing)
        thread = threading.Thread(
            target=self._serve, args=(wire,), name=f"informix-testserver:{self.port}#{wire.number}", daemon=True
        )
        with self._lock:
            self._wires[sock.fileno()] = wire
            self._threads = {other for other in self._threads if other.is_alive()}
            thread.start()
            self._threads.add(thread)

    def _serve(self, wire: Wire) -> None:
        """Run one connection: its thread."""
        number = wire.sock.fileno()
        try:
            if wire.encrypted:
                cast("SSLSocket", wire.sock).do_handshake()
                wire.sock.settimeout(None)
            accepted = log_in(self, wire)
            if accepted is not None:
                request = accepted.request
                engine = self.engine.connect(request.user, accepted.environment)
                Session(
                    self,
                    wire,
                    engine,
                    environment=accepted.environment,
                    encoding=accepted.encoding,
                    user=request.user,
                    # a text login has no database slot in its block; its -d does no harm (sqli.md 2.5, 2.9)
                    login_database="" if request.text_form else request.database or "",
                ).run()
        except EndOfStream:
            pass
        except FramingError as exc:
            self.note_protocol_error(exc)
        except OSError as exc:  # a handshake that failed: the client does not speak TLS or does not trust us
            log.info("connection %d: %s", wire.number, exc)
        except Exception as exc:  # the server's own bug must reach the test's author
            log.exception("connection %d: internal error", wire.number)
            self.note(self.internal_errors, exc)
        finally:
            with self._lock:
                self._wires.pop(number, None)
            wire.close()
            if not self._closing.is_set():
                self._wake()
