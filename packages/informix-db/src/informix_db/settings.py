"""`Settings`: everything that `connect` was told, validated, with strings, sqlhosts and environment worked in."""

import codecs
import os
import re
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import field, fields, replace
from datetime import tzinfo
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from informix_types import UnknownCodeset, codec_for_locale
from informix_types.classes import frozen

from .dsn import did_you_mean, parse_dsn
from .errors import InterfaceError
from .locking import isolation_level, lock_mode
from .sqlhosts import Address, lookup_server, sqlhosts_path
from .tls import TLSSetting, make_context

if TYPE_CHECKING:
    from .observe import QueryEvent

__all__ = ["DEFAULT_PORT", "Settings", "flag", "make_settings", "time_limit"]

DEFAULT_PORT: Final = 9088
"""The Developer Edition's plain listener (sqli.md 1)."""
DEFAULT_SERVER: Final = "informix"
"""The DBSERVERNAME of the Developer Edition container."""
DEFAULT_LOCALE: Final = "en_US.8859-1"
"""CLIENT_LOCALE of clients that were told nothing (sqli.md 9)."""
MAX_FETCH_BUFFER: Final = 0x7FFFFFFF

_IS_DSN: Final = re.compile(r"://|=|^\s*jdbc:", re.IGNORECASE)
"""What tells a connection string from a host name."""
_INHERITED: Final = ("DBDATE", "DBCENTURY", "DBMONEY", "DBTIME", "GL_DATE", "GL_DATETIME", "DELIMIDENT")
"""Environment variables of this process that a session inherits, as ESQL/C programs do."""

Password = str | Callable[[], str] | None


@frozen
class Settings:
    """Validated settings of one connection. Times are seconds, sizes bytes; None means "no limit" or "not given".

    See `informix_db.connect` for what each one does.
    """

    addresses: tuple[Address, ...]
    user: str
    password: Password = field(default=None, repr=False)
    database: str | None = None
    server: str | None = None
    tls: ssl.SSLContext | None = None
    tls_server_hostname: str | None = None
    autocommit: bool = False
    connect_timeout: float | None = 30.0
    read_timeout: float | None = None
    statement_timeout: float | None = None
    keepalive: bool = True
    client_locale: str = DEFAULT_LOCALE
    locale_given: bool = False
    """Somebody chose `client_locale`; else the database's own is asked for."""
    db_locale: str | None = None
    encoding: str = "iso8859-1"
    encoding_errors: str = "strict"
    env: Mapping[str, str] = field(default_factory=dict)
    fetch_buffer: int = 32767
    arraysize: int = 1
    statement_cache_size: int = 100
    trim_char: bool = False
    strict_fractions: bool = False
    timezone: tzinfo | None = None
    application_name: str = ""
    pam_answer: Callable[[int, str], str] | None = field(default=None, repr=False)
    row_factory: Any = None
    isolation: str | None = None
    """Words after SET ISOLATION TO."""
    lock_mode: str | None = None
    """Words after SET LOCK MODE TO."""
    query_hook: Callable[["QueryEvent"], None] | None = field(default=None, repr=False)
    insert_cursor: bool | None = None
    raise_warnings: bool = False
    trace: str | None = None

    def password_text(self) -> str | None:
        """Return the password now: a callable is asked each time, so that it may be rotated.

        Raises:
            InterfaceError: it is no text that can be sent. The message never shows a part of it.
        """
        password: object = self.password() if callable(self.password) else self.password
        if password is None:
            return None
        if not isinstance(password, str):
            raise InterfaceError(f"the callable for the password returned {type(password).__name__}, not a string")
        if "\0" in password:
            raise InterfaceError("the password contains a NUL character")
        try:
            password.encode(self.encoding)
        except UnicodeEncodeError:
            raise InterfaceError(
                f"the password has a character that code set {self.encoding} lacks; see client_locale="
            ) from None
        return password

    def with_locale(self, locale: str) -> "Settings":
        """Return the same settings for another CLIENT_LOCALE.

        Raises:
            InterfaceError: its code set is unknown.
        """
        try:
            encoding = codec_for_locale(locale)
        except UnknownCodeset as error:
            raise InterfaceError(f"client_locale={locale!r}: {error}") from None
        return replace(self, client_locale=locale, encoding=encoding)


_SETTING_NAMES: Final = frozenset(f.name for f in fields(Settings)) | {
    *("host", "port", "password_file", "tls_ca_file", "tls_cert_file", "tls_key_file"),
}


def _hosts(host: str, port: int) -> list[Address]:
    """Read ``host``, ``host:port``, ``[v6]:port`` or several of them separated by commas."""
    found = []
    for part in host.split(","):
        name, own_port = part.strip(), port
        if name.startswith("["):
            name, bracket, tail = name[1:].partition("]")
            if not bracket or (tail and not tail.startswith(":")):
                raise InterfaceError(f"host={host!r}: an IPv6 address is written [address] or [address]:port")
            own_port = _port_of_host(tail[1:]) if tail.startswith(":") else port
        elif name.count(":") == 1:
            name, _, tail = name.partition(":")
            own_port = _port_of_host(tail)
        if not name:
            raise InterfaceError(f"host={host!r} has an empty host name")
        found.append(Address(name, own_port))
    return found


def _port_of_host(text: str) -> int:
    if not text.isdecimal():  # it may be a password
        raise InterfaceError("host has a port that is no number; user and password are parameters of their own")
    return _port_number(text)


def _port_number(value: object) -> int:
    try:
        number = int(value) if isinstance(value, str) else index(value)  # type: ignore[arg-type]  # else TypeError
    except (TypeError, ValueError):
        raise InterfaceError(f"port must be a number, not {value!r}") from None
    if isinstance(value, bool):
        raise InterfaceError(f"port must be a number, not {value!r}")
    if not 0 < number < 65536:
        raise InterfaceError(f"port must be between 1 and 65535, not {number}")
    return int(number)


def _addresses(
    host: str | None, port: object, server: str | None, environ: Mapping[str, str]
) -> tuple[Address, ...]:
    if host is not None:
        return tuple(_hosts(host, DEFAULT_PORT if port is None else _port_number(port)))
    path = sqlhosts_path(environ)
    if server is not None and port is None and path is not None:
        return tuple(lookup_server(server, path))
    if port is not None or server is None:
        return (Address("localhost", DEFAULT_PORT if port is None else _port_number(port)),)
    raise InterfaceError(
        f"server={server!r} was given without host=; set INFORMIXSQLHOSTS to look it up, or give host= and port="
    )


LONGEST: Final = 2_000_000.0
"""Seconds, 23 days: the operating system's calls count milliseconds in 31 bits."""


def time_limit(name: str, value: object) -> float | None:
    """Return a time limit in seconds, at most `LONGEST`, None for none. Raises InterfaceError."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        raise InterfaceError(f"{name} must be a positive number of seconds or None, not {value!r}")
    return float(min(value, LONGEST)) if value != float("inf") else None


def _at_least(name: str, value: object, minimum: int, maximum: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
        raise InterfaceError(f"{name} must be an integer between {minimum} and {maximum}, not {value!r}")
    return value


def _text(name: str, value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise InterfaceError(f"{name} must be a string, not {type(value).__name__}")
    if value is not None and "\0" in value:
        raise InterfaceError(f"{name} contains a NUL character")
    return value


def _tristate(name: str, value: object) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise InterfaceError(f"{name} must be True, False or None, not {value!r}")
    return value


def flag(name: str, value: object) -> bool:
    """Return a setting that is True or False. Raises InterfaceError."""
    if value is not True and value is not False and (type(value) is not int or value not in (0, 1)):
        raise InterfaceError(f"{name} must be True or False, not {value!r}")
    return bool(value)


def _function(name: str, value: Any) -> Any:
    if value is not None and not callable(value):
        raise InterfaceError(f"{name} must be callable, not {type(value).__name__}")
    return value


def _error_handler(value: object) -> str:
    if isinstance(value, str):
        with suppress(LookupError):
            codecs.lookup_error(value)
            return value
    raise InterfaceError(f"encoding_errors must name an error handler of codecs, not {value!r}")


def _timezone(value: object) -> tzinfo | None:
    if value is None or isinstance(value, tzinfo):
        return value
    if not isinstance(value, str):
        raise InterfaceError(f"timezone must be a name such as 'Europe/Prague' or a tzinfo, not {value!r}")
    try:
        return ZoneInfo(value)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise InterfaceError(f"timezone={value!r} is not known here (tzdata may be missing)") from None


def _path(name: str, value: object) -> str | None:
    return _text(name, os.fspath(value) if isinstance(value, os.PathLike) else value)


def _password(given: Mapping[str, Any]) -> Password:
    password = given.get("password")
    path = given.get("password_file")
    if path is not None:
        if password is not None:
            raise InterfaceError("give either password or password_file, not both")
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            raise InterfaceError(f"password_file cannot be read: {error.strerror}") from None
    if password is not None and not isinstance(password, str) and not callable(password):
        raise InterfaceError(f"password must be a string or a callable, not {type(password).__name__}")
    return password


def _environment(given: object, environ: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: environ[name] for name in _INHERITED if environ.get(name)}
    if given is None:
        return inherited
    if not isinstance(given, Mapping):
        raise InterfaceError(f"env must be a mapping of names to strings, not {type(given).__name__}")
    for name, value in given.items():
        if not isinstance(name, str) or not isinstance(value, str) or "\0" in name + value:
            raise InterfaceError(f"env: {name!r} must be a string with a string value")
    return {**inherited, **given}


def make_settings(
    dsn: str | None = None, given: Mapping[str, Any] | None = None, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Combine keywords, connection string and environment, in this order of precedence, and validate them.

    Args:
        dsn: connection string, see `dsn.parse_dsn`.
        given: the keywords of `connect`; those that are None count as not given.
        environ: ``INFORMIXSERVER``, ``INFORMIXSQLHOSTS``, ``CLIENT_LOCALE``, ``DB_LOCALE``, ``DBDATE`` … are
            looked up here.

    Raises:
        InterfaceError: an unknown or impossible setting; the message never shows the password.
    """
    named = {name: value for name, value in (given or {}).items() if value is not None}
    options: dict[str, Any] = {}
    if dsn is not None:
        options = parse_dsn(dsn) if _IS_DSN.search(dsn) else {"host": dsn}
    env = {**options.pop("env", {}), **_environment(named.pop("env", None), environ)}
    options.update(named)
    unknown = sorted(options.keys() - _SETTING_NAMES)
    if unknown:
        shown = ", ".join(f"{name}{did_you_mean(name, _SETTING_NAMES)}" for name in unknown)
        raise InterfaceError(f"unknown setting: {shown}")

    user = _text("user", options.get("user"))
    if not user:
        raise InterfaceError("user= is missing: Informix needs a user name to log in")
    database = _text("database", options.get("database"))
    server = _text("server", options.get("server"))
    if database and "@" in database:
        database, _, at_server = database.partition("@")
        server = server or at_server
    server = server or environ.get("INFORMIXSERVER") or None
    addresses = _addresses(_text("host", options.get("host")), options.get("port"), server, environ)

    chosen_locale = _text("client_locale", options.get("client_locale")) or environ.get("CLIENT_LOCALE")
    chosen_locale = chosen_locale or env.get("CLIENT_LOCALE")
    client_locale = chosen_locale or DEFAULT_LOCALE
    tls: TLSSetting = options.get("tls", False)
    if tls is False and any(address.tls for address in addresses):
        tls = "verify"  # for those members of the group that sqlhosts says speak TLS
    elif tls is not False:
        addresses = tuple(replace(address, tls=True) for address in addresses)
    if "isolation" in options and not database:
        raise InterfaceError("isolation= needs database=: a level is a property of an open database")
    settings = Settings(
        addresses=addresses,
        user=user,
        password=_password(options),
        database=database or None,
        server=server,
        tls=make_context(
            tls,
            ca_file=options.get("tls_ca_file"),
            cert_file=options.get("tls_cert_file"),
            key_file=options.get("tls_key_file"),
        ),
        tls_server_hostname=_text("tls_server_hostname", options.get("tls_server_hostname")),
        autocommit=flag("autocommit", options.get("autocommit", False)),
        connect_timeout=time_limit("connect_timeout", options.get("connect_timeout", 30.0)),
        read_timeout=time_limit("read_timeout", options.get("read_timeout")),
        statement_timeout=time_limit("statement_timeout", options.get("statement_timeout")),
        keepalive=flag("keepalive", options.get("keepalive", True)),
        locale_given=chosen_locale is not None,
        db_locale=_text("db_locale", options.get("db_locale")) or environ.get("DB_LOCALE") or env.get("DB_LOCALE"),
        encoding_errors=_error_handler(options.get("encoding_errors", "strict")),
        env={k: v for k, v in env.items() if k not in ("CLIENT_LOCALE", "DB_LOCALE")},
        fetch_buffer=_at_least("fetch_buffer", options.get("fetch_buffer", 32767), 256, MAX_FETCH_BUFFER),
        arraysize=_at_least("arraysize", options.get("arraysize", 1), 1, MAX_FETCH_BUFFER),
        statement_cache_size=_at_least("statement_cache_size", options.get("statement_cache_size", 100), 0, 10000),
        trim_char=flag("trim_char", options.get("trim_char", False)),
        strict_fractions=flag("strict_fractions", options.get("strict_fractions", False)),
        timezone=_timezone(options.get("timezone")),
        application_name=_text("application_name", options.get("application_name")) or "",
        pam_answer=_function("pam_answer", options.get("pam_answer")),
        row_factory=_function("row_factory", options.get("row_factory")),
        isolation=isolation_level(options["isolation"]) if "isolation" in options else None,
        lock_mode=lock_mode(options["lock_mode"]) if "lock_mode" in options else None,
        query_hook=_function("query_hook", options.get("query_hook")),
        insert_cursor=_tristate("insert_cursor", options.get("insert_cursor")),
        raise_warnings=flag("raise_warnings", options.get("raise_warnings", False)),
        trace=_path("trace", options.get("trace")) or environ.get("INFORMIX_TRACE") or None,
    )
    return settings.with_locale(client_locale)
