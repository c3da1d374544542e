"""`connect`: the front door."""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from os import PathLike
from typing import TYPE_CHECKING, Any

from .connection import Connection
from .doors import need
from .observe import QueryHook
from .settings import Password, make_settings
from .tls import TLSSetting

if TYPE_CHECKING:
    from typing import Unpack

    from informix_pool import ConnectionPool
    from informix_pool.keywords import PoolKeywords

__all__ = ["connect", "create_pool"]


def connect(
    dsn: str | None = None,
    port: int | None = None,
    *,
    host: str | None = None,
    user: str | None = None,
    password: Password = None,
    password_file: str | PathLike[str] | None = None,
    database: str | None = None,
    server: str | None = None,
    tls: TLSSetting | None = None,
    tls_ca_file: str | None = None,
    tls_cert_file: str | None = None,
    tls_key_file: str | None = None,
    tls_server_hostname: str | None = None,
    autocommit: bool | None = None,
    connect_timeout: float | None = None,
    read_timeout: float | None = None,
    statement_timeout: float | None = None,
    keepalive: bool | None = None,
    client_locale: str | None = None,
    db_locale: str | None = None,
    encoding_errors: str | None = None,
    env: Mapping[str, str] | None = None,
    row_factory: Any = None,
    fetch_buffer: int | None = None,
    arraysize: int | None = None,
    statement_cache_size: int | None = None,
    trim_char: bool | None = None,
    strict_fractions: bool | None = None,
    timezone: str | tzinfo | None = None,
    application_name: str | None = None,
    pam_answer: Callable[[int, str], str] | None = None,
    isolation: str | None = None,
    lock_mode: bool | int | None = None,
    query_hook: QueryHook | None = None,
    insert_cursor: bool | None = None,
    raise_warnings: bool | None = None,
    trace: str | PathLike[str] | None = None,
) -> Connection:
    """Connect to an Informix server.

    Args:
        dsn: ``informix://user:password@host:port/database?server=…``, a JDBC URL, or ``Host=…;Uid=…;…``;
            keywords override it. A plain host name is fine too.
        host: name or address; ``host:port`` and several separated by commas (tried in order) are fine.
            Without it, `server` is looked up in sqlhosts (``INFORMIXSQLHOSTS``), else localhost is meant.
        port: TCP port, 9088 by default.
        user: who logs in.
        password: in clear; or a callable that is asked at each connection.
        password_file: file whose content is the password.
        database: database to open, None for none; ``database@server`` is understood.
        server: DBSERVERNAME, by default ``INFORMIXSERVER`` or "informix".
        tls: True encrypts without verifying (development, warns), "verify" checks against the system's CAs, or an
            `ssl.SSLContext`. TLS listeners have a port of their own, commonly 9089.
        tls_ca_file: PEM file of CAs to trust.
        tls_cert_file: PEM file of a client certificate.
        tls_key_file: PEM file of its key.
        tls_server_hostname: name that the certificate must bear, by default `host`.
        autocommit: let every statement commit by itself. By default a transaction begins with the first statement
            after connect, commit or rollback. Databases without log have no transactions either way.
        connect_timeout: seconds until a session must stand, 30 by default.
        read_timeout: longest silence of the server in seconds while a reply is due; then the connection is given
            up. None, the default, waits for ever.
        statement_timeout: seconds that one call may take; then the server is interrupted, `StatementTimeout` is
            raised and the connection stays usable. None for no limit.
        keepalive: have TCP probe an idle connection; on by default.
        client_locale: e.g. ``en_US.utf8``: the code set in which text travels. By default ``CLIENT_LOCALE``, else
            the database's own, which is asked for once for each database and process; ``en_US.8859-1`` without a
            database. Characters that it lacks raise DataError.
        db_locale: the database's locale; normally left out.
        encoding_errors: "strict" (default) or another handler of `codecs` for text that cannot be decoded.
        env: further environment variables of the session, such as ``DBDATE``, ``DELIMIDENT``, ``OPTOFC``.
        row_factory: what rows are made of: see `informix_types.rows`; None gives tuples.
        fetch_buffer: bytes of rows to ask for at a time, 32767 by default.
        arraysize: rows of `Cursor.fetchmany` by default, 1.
        statement_cache_size: prepared statements to keep, 100 by default, 0 for none.
        trim_char: strip trailing blanks of CHAR columns; off by default: they are part of the value.
        strict_fractions: refuse datetimes, times and timedeltas whose sixth fraction digit is not zero, instead of
            dropping it: Informix has five.
        timezone: zone, or its name, into which time-zone-aware datetimes are converted before they are sent
            without it: Informix has no zones. None, the default, refuses them.
        application_name: shown to the server's administrator.
        pam_answer: answers PAM challenges, called with (style, text); by default the password is the answer.
        isolation: level to begin with, as `Connection.set_isolation` takes it; by default the database's own.
            Needs `database`.
        lock_mode: what to do when something is locked: True waits for ever, False, the server's default, fails at
            once, a number waits so many seconds.
        query_hook: called with a `QueryEvent` after each statement.
        insert_cursor: whether `Cursor.executemany` may send the rows of an INSERT through an insert cursor: None,
            the default, when that is safe and pays; True also for few rows; False never.
        raise_warnings: raise SQL warnings (`SqlWarning`) instead of only collecting them in `Cursor.warnings`.
        trace: file to which everything that is sent and received is appended, by default ``INFORMIX_TRACE``;
            ``python -m informix_wire.trace FILE`` shows it. Passwords are masked, data is not.

    Raises:
        InterfaceError: a setting is impossible, or an option of the connection string unknown.
        OperationalError: no server, no login, no database; `ConnectTimeout` when it took too long.
    """
    given = {name: value for name, value in locals().items() if name != "dsn"}
    return Connection.connect(make_settings(dsn, given))


def create_pool(
    dsn: str | None = None, port: int | None = None, **settings: "Unpack[PoolKeywords]"
) -> "ConnectionPool":
    """Create a connection pool and open its first connections. Needs ``informix-db[pool]``.

    Args:
        dsn: see `connect`.
        port: see `connect`.
        settings: everything that `connect` takes, and ``min_size`` (1), ``max_size`` (10), ``acquire_timeout``
            (30 s), ``max_waiting``, ``max_idle``, ``max_lifetime``, ``check_after``, ``configure``, ``reset``,
            ``name``: see ``informix_pool.PoolOptions``.

    Returns:
        An ``informix_pool.ConnectionPool``: ``with pool.connection() as conn: …``.

    Raises:
        NotSupportedError: informix-pool is not installed.
        InterfaceError: a setting is unknown or impossible.
        OperationalError: the first connections could not be opened.
    """
    pool: ConnectionPool = need("informix_pool", "pool").create_pool(dsn, port, **settings)
    return pool
