"""The one place where exceptions of wire and types become PEP 249's."""

from typing import Final

from informix_types import ConversionError, FramingError, Incomplete, ParameterError
from informix_wire.errors import LoginRejected, ServerError
from informix_wire.session import SessionError
from informix_wire.talk.xa import XaError

from .error_codes import error_from_code
from .errors import DataError, Error, InterfaceError, OperationalError, ProtocolError
from .placeholders import Query

__all__ = ["WIRE_ERRORS", "login_error", "translated"]

WIRE_ERRORS = (ServerError, LoginRejected, XaError, SessionError, ConversionError, FramingError, Incomplete)
"""What wire and types raise."""

_WRONG_SERVER_NAME = -761
"""Service error of a reject whose field 9 is the right DBSERVERNAME (sqli.md 2.3)."""


def login_error(rejected: LoginRejected, *, user: str, server: str, peer: str) -> Error:
    """Return the exception for a refused login (sqli.md 2.3, 2.7)."""
    words = "; ".join(text for text in rejected.messages if text)
    if rejected.service_error == 0:
        error: Error = OperationalError(
            f"{peer} refused the login without saying why; it may be out of threads or shutting down"
            + (f" ({words})" if words else "")
        )
        error.is_retryable, error.retry, error.sqlstate = True, "reconnect", "08004"
        return error
    detail = f"while {user!r} logged in to server {server!r} at {peer}"
    if rejected.service_error == _WRONG_SERVER_NAME and rejected.server_name:
        detail += f"; the server calls itself {rejected.server_name!r}: set server= to that"
    return error_from_code(rejected.service_error, near=words, detail=detail)


_XA_MEANINGS: Final = {
    -3: "the server failed",
    -4: "it knows no such branch",
    -5: "an argument is not valid",
    -6: "the request does not fit the branch's state",
    -7: "the server is not available",
    -8: "a branch of that name exists already",
    -9: "a local transaction is open",
}
"""Return codes of X/Open XA (sqli.md 5.12)."""


def _xa_error(error: XaError) -> OperationalError:
    rolled_back = 100 <= error.code <= 107
    meaning = "the branch was rolled back" if rolled_back else _XA_MEANINGS.get(error.code, "see X/Open XA")
    failure = OperationalError(
        f"the server refused the two-phase request: {meaning} (XA return code {error.code})"
    )
    failure.sqlstate = "40000" if rolled_back else "25000"
    if rolled_back:
        failure.is_retryable, failure.retry = True, "transaction"
    return failure


def _offset(error: ServerError, query: Query | None) -> int:
    """Return the 1-based offset of an error in the application's text; 0 = none.

    Servers are taken to count characters from 1; whether real ones count from 0, or bytes, is not known (sqli.md
    12 #8). So the place where the token stands wins among these.
    """
    if query is None or error.offset <= 0:
        return error.offset
    text, token = query.text, error.token.lower()
    from_bytes = len(text.encode()[: error.offset - 1].decode(errors="ignore"))
    for at in (error.offset - 1, error.offset, from_bytes, from_bytes + 1):
        if token and text[at : at + len(token)].lower() == token:
            return query.original_offset(at + 1)
    return query.original_offset(error.offset)


def translated(error: Exception, query: Query | None = None, *, peer: str = "the server") -> Exception:
    """Return the PEP 249 exception for `error`, or `error` itself when it needs no translation.

    Args:
        error: whatever a conversation raised.
        query: the statement that was being run; its offsets are led back to the application's text.
        peer: host and port, for the message of a protocol error.
    """
    if isinstance(error, Error):
        if query is not None and error.statement is None:
            error.statement = query.original
        return error
    if isinstance(error, ServerError):
        return error_from_code(
            error.sqlcode,
            error.isam,
            offset=_offset(error, query),
            near=error.token,
            statement=query.original if query is not None else None,
            sqlstate=error.sqlstate,
            text=error.text,
        )
    if isinstance(error, ConversionError):
        text = str(error)
        if isinstance(error, ParameterError) and query is not None and error.index < len(query.keys):
            text = f"parameter {query.key_name(error.index)}: {error.reason}"
        converted = DataError(text)
        converted.statement = query.original if query is not None else None
        return converted
    if isinstance(error, (FramingError, Incomplete)):
        broken = ProtocolError(f"{peer} broke the SQLI protocol; the connection was closed: {error}")
        broken.sqlstate = "08S01"
        return broken
    if isinstance(error, XaError):
        return _xa_error(error)
    if isinstance(error, SessionError):
        return InterfaceError(str(error))
    return error
