"""Seeing what happens: what a query hook is told, and the log of statements (logger ``informix_db.query``)."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from informix_types.classes import frozen

from .placeholders import Query
from .steps import Work
from .translate import translated

if TYPE_CHECKING:
    from .base_result import BaseResult

__all__ = ["ConnectionInfo", "QueryEvent", "QueryHook", "observed", "query_log", "query_logged"]

T = TypeVar("T")
query_log: Final = logging.getLogger("informix_db.query")
query_logged: Final = query_log.isEnabledFor


@frozen
class QueryEvent:
    """One statement that was run.

    Attributes:
        statement: the SQL text as the application wrote it.
        parameters: the classes of the parameters' values; safe to write down.
        values: the parameters themselves as they were given, None for an ``executemany``; they may be secret,
            hence `repr` does not show them.
        many: it was an ``executemany``.
        duration: seconds until the result was there; fetching further rows is not part of it.
        rows: `Cursor.rowcount`; -1 for a query whose rows are still to be fetched.
        error: what was raised, or None.
    """

    statement: str
    parameters: tuple[str, ...]
    many: bool
    duration: float
    rows: int
    error: BaseException | None
    values: Any = field(default=None, repr=False)


QueryHook = Callable[[QueryEvent], None]


@frozen
class ConnectionInfo:
    """What is known about a connection.

    Attributes:
        peer: host and port.
        user: who is logged in.
        server_name: DBSERVERNAME.
        server_version: version text of the login.
        database: current database, or None.
        logged: it has transactions.
        ansi: it is MODE ANSI.
        client_locale: locale of the client, whose code set text travels in.
        encoding: the Python codec for it.
        capabilities: numbers of the features in force (sqli.md 3.3).
        tls: (protocol, cipher), or None for plain TCP.
        session_id: the server's number of the session once `Connection.session_id` has asked for it, else None.
    """

    peer: str
    user: str
    server_name: str
    server_version: str
    database: str | None
    logged: bool
    ansi: bool
    client_locale: str
    encoding: str
    capabilities: frozenset[int]
    tls: tuple[str, str] | None
    session_id: int | None = None


def _masked(parameters: Any) -> tuple[str, ...]:
    if isinstance(parameters, Mapping):
        return tuple(f"{name}: {type(value).__name__}" for name, value in parameters.items())
    if isinstance(parameters, Sequence) and not isinstance(parameters, (str, bytes)):
        return tuple(type(value).__name__ for value in parameters)
    return ()


def observed(
    work: Work[T],
    cursor: "BaseResult[Any]",
    query: Query,
    parameters: Any,
    hook: QueryHook | None,
    *,
    many: bool = False,
) -> Work[T]:
    """Run `work` and tell hook and log about it.

    What a hook raises goes to the caller of the statement; it is only logged when the statement has failed.
    """
    begun = time.perf_counter()
    error: BaseException | None = None
    try:
        return (yield from work)
    except BaseException as caught:
        error = translated(caught, query) if isinstance(caught, Exception) else caught
        raise
    finally:
        duration = time.perf_counter() - begun
        query_log.debug(
            "%s %sin %.6f s%s",
            query.original,
            f"{cursor.rowcount} rows " if cursor.rowcount >= 0 else "",
            duration,
            f": {type(error).__name__}" if error is not None else "",
        )
        if hook is not None:
            event = QueryEvent(
                query.original, _masked(parameters), many, duration, cursor.rowcount, error, parameters
            )
            try:
                hook(event)
            except Exception:
                if error is None:
                    raise
                query_log.exception("the query hook failed, and so did the statement")
