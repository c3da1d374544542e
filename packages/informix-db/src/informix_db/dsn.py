"""Connection strings: ``informix://`` URLs, JDBC URLs and ODBC-style strings become `connect` keywords."""

import re
import socket
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from .errors import InterfaceError
from .locking import isolation_number, lock_wait_number

__all__ = ["did_you_mean", "parse_dsn"]

_TRUE: Final = frozenset({"1", "true", "yes", "on", "y"})
_FALSE: Final = frozenset({"0", "false", "no", "off", "n"})


def _boolean(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered not in _TRUE | _FALSE:
        raise ValueError(f"{text!r} is neither true nor false")
    return lowered in _TRUE


def _tls(text: str) -> bool | str:
    return "verify" if text.strip().lower() == "verify" else _boolean(text)


def _lock_mode(text: str) -> bool | int:
    """Return what `connect` takes: a number of seconds, or yes or no. ``1`` is a second, not yes."""
    return int(text) if text.strip().lstrip("-").isdecimal() else _boolean(text)


def _port(text: str) -> int:
    """Return a port, given as number or by its name in the system's list of services."""
    try:
        return int(text)
    except ValueError:
        try:
            return socket.getservbyname(text.strip(), "tcp")
        except OSError:
            raise ValueError("it is no number, and no service of that name is known here") from None


_OPTIONS: Final[dict[str, Callable[[str], Any]]] = {
    "host": str,
    "port": _port,
    "user": str,
    "password": str,
    "database": str,
    "server": str,
    "tls": _tls,
    "tls_ca_file": str,
    "tls_cert_file": str,
    "tls_key_file": str,
    "tls_server_hostname": str,
    "autocommit": _boolean,
    "connect_timeout": float,
    "read_timeout": float,
    "statement_timeout": float,
    "keepalive": _boolean,
    "client_locale": str,
    "db_locale": str,
    "fetch_buffer": int,
    "arraysize": int,
    "isolation": str,
    "lock_mode": _lock_mode,
    "insert_cursor": _boolean,
    "raise_warnings": _boolean,
    "trace": str,
    "statement_cache_size": int,
    "trim_char": _boolean,
    "strict_fractions": _boolean,
    "timezone": str,
    "encoding_errors": str,
    "application_name": str,
}
"""Options that a string may carry and how each is read; any other upper-case name is an environment variable."""

_SYNONYMS: Final[dict[str, str]] = {
    # JDBC and ODBC spell some options their own way (IBM's manuals).
    "INFORMIXSERVER": "server",
    "USERNAME": "user",
    "UID": "user",
    "LOGONID": "user",
    "PWD": "password",
    "SERVICE": "port",
    "HOSTNAME": "host",
    "CLNT_LOC": "client_locale",
    "CLOC": "client_locale",
    "DB_LOC": "db_locale",
    "DLOC": "db_locale",
    "DB": "database",
    "FET_BUF_SIZE": "fetch_buffer",
    "SSLCONNECTION": "tls",
    "IFX_AUTOCOMMIT": "autocommit",
    "INFORMIXCONTIME": "connect_timeout",
}
_NUMBERED: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "IFX_ISOLATION_LEVEL": ("isolation", isolation_number),
    "IFX_LOCK_MODE_WAIT": ("lock_mode", lock_wait_number),
}
"""Options of JDBC that say the same as one of ours in numbers."""
_IGNORED: Final = frozenset({"DRIVER", "PROTOCOL", "PRO", "DSN"})
_ENVIRONMENT_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*\Z")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the question in parentheses, or "" when no known name is like this one."""
    from difflib import get_close_matches

    like = get_close_matches(name.lower(), list(known), 1)
    return f" (did you mean {like[0]!r}?)" if like else ""


def _collect(pairs: list[tuple[str, str]], kind: str) -> dict[str, Any]:
    """Turn name/value texts into `connect` keywords; what is in upper case and unknown goes to ``env``."""
    result: dict[str, Any] = {}
    env: dict[str, str] = {}
    for name, value in pairs:
        upper = name.upper()
        option, read = _NUMBERED.get(upper) or (_SYNONYMS.get(upper, name.lower()), None)
        read = read or _OPTIONS.get(option)
        if read is not None:
            try:
                result[option] = read(value)
            except ValueError as error:
                shown = "…" if option == "password" else repr(value)
                raise InterfaceError(f"{kind}: option {name}={shown} cannot be read: {error}") from None
        elif upper in _IGNORED:
            continue
        elif _ENVIRONMENT_NAME.match(name):
            env[name] = value
        else:
            known = ", ".join(sorted(_OPTIONS))
            raise InterfaceError(
                f"{kind}: unknown option {name!r}{did_you_mean(name, _OPTIONS)}; known are {known}"
            )
    if env:
        result["env"] = env
    return result


def _url(text: str) -> dict[str, Any]:
    unreadable = (
        "the URL cannot be read; its port must be a number, and / # ? @ : [ ] in user or password are written "
        "%2F %23 %3F %40 %3A %5B %5D"
    )
    try:
        url: SplitResult = urlsplit(text)
        port = url.port
    except ValueError:
        # Python's message shows what it took for the port: the password, if that holds a slash.
        raise InterfaceError(unreadable) from None
    if "/" in url.path.strip("/") or ":" in url.path or "@" in url.query.partition("=")[0]:
        raise InterfaceError(unreadable)  # what looks like path or query is the rest of a password
    if url.fragment:
        raise InterfaceError("the URL has a fragment; write # in user or password as %23")
    result = _collect(parse_qsl(url.query, keep_blank_values=True), "URL")
    fields: list[tuple[str, Any]] = [
        ("host", url.hostname),
        ("port", port),
        ("user", unquote(url.username) if url.username else None),
        ("password", unquote(url.password) if url.password is not None else None),
        ("database", unquote(url.path.strip("/")) or None),
    ]
    result.update((name, value) for name, value in fields if value is not None)
    if url.scheme == "informixs":
        result.setdefault("tls", "verify")
    return result


_JDBC: Final = re.compile(
    r"jdbc:informix-sqli:(?://)?(?:(?P<host>\[[^\]]+\]|[^:/;]+)(?::(?P<port>\d+))?)?"
    r"(?:/(?P<database>[^:;]*))?(?:[:;](?P<options>.*))?\Z",
    re.IGNORECASE | re.DOTALL,
)


def _jdbc(text: str) -> dict[str, Any]:
    match = _JDBC.match(text)
    if match is None:
        raise InterfaceError("the JDBC URL is not jdbc:informix-sqli://host:port/database:NAME=value;…")
    pairs = []
    for number, part in enumerate((match["options"] or "").split(";"), 1):
        if part.strip():
            name, equals, value = part.partition("=")
            if not equals:  # it may be the rest of a password with a semicolon
                raise InterfaceError(
                    f"JDBC URL: option {number} is not NAME=value; values cannot hold a semicolon"
                )
            pairs.append((name.strip(), value.strip()))
    result = _collect(pairs, "JDBC URL")
    if match["host"]:
        result["host"] = match["host"].strip("[]")
    if match["port"]:
        result["port"] = int(match["port"])
    if match["database"]:
        result["database"] = match["database"]
    return result


_ODBC_PART: Final = re.compile(
    r"\s*(?P<name>[^=;{}]+?)\s*=\s*(?:\{(?P<braced>(?:[^}]|\}\})*)\}|(?P<plain>(?!\{)[^;]*))\s*(?:;|\Z)"
)


_SPACED: Final = re.compile(r"\s*(?!pwd|password)\w+\s*=\s*[^;{=\s]+\s+\w+\s*=[^;]*\Z", re.IGNORECASE)
"""``host=h user=u``, as libpq writes it."""


def _odbc(text: str) -> dict[str, Any]:
    if _SPACED.match(text):
        raise InterfaceError(
            "the pairs of the connection string are separated by semicolons: Name=value;Name=value"
        )
    pairs: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        if not text[position:].strip("; \t\r\n"):
            break
        match = _ODBC_PART.match(text, position)
        if match is None:
            # The text may hold a password: show where, not what.
            raise InterfaceError(f"the connection string cannot be read at character {position + 1}")
        braced = match["braced"]
        value = braced.replace("}}", "}") if braced is not None else match["plain"].strip()
        pairs.append((match["name"], value))
        position = match.end()
    return _collect(pairs, "connection string")


_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def parse_dsn(text: str) -> dict[str, Any]:
    """Return the `connect` keywords that a connection string stands for.

    Understood: ``informix://user:password@host:port/database?server=…`` (``informixs://`` means verified TLS),
    ``jdbc:informix-sqli://host:port/database:INFORMIXSERVER=…;user=…``, and ``Host=…;Service=…;Server=…;Uid=…``.

    Raises:
        InterfaceError: the text is none of these, or an option is unknown or malformed. The message never
            shows the password.
    """
    stripped = text.strip()
    lowered = stripped.lower()
    if lowered.startswith("jdbc:"):
        return _jdbc(stripped)
    if lowered.startswith(("informix://", "informixs://")):
        return _url(stripped)
    if "=" in stripped and "://" not in stripped.partition("=")[0]:
        return _odbc(stripped)
    scheme = _SCHEME.match(stripped)
    begins = f" (it begins with {scheme.group()})" if scheme else ""
    raise InterfaceError(
        f"the connection string is neither informix://…, nor jdbc:informix-sqli:…, nor Name=value;… pairs{begins}"
    )
