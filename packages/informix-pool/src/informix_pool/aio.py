"""asyncio entry points: ``await aio.connect(…)``; reached as ``informix_db.aio`` as well."""

from collections.abc import Callable, Coroutine, Generator, Mapping
from os import PathLike
from types import TracebackType
from typing import Any

from informix_db.observe import QueryHook
from informix_db.settings import Password, make_settings
from informix_db.tls import TLSSetting

from .connection import AsyncConnection, AsyncTransaction
from .cursor import AsyncCursor

__all__ = ["AsyncConnection", "AsyncCursor", "AsyncTransaction", "connect"]


class _Connecting:
    """What `connect` returns: awaitable, and an async context manager."""

    def __init__(self, coroutine: Coroutine[Any, Any, AsyncConnection]) -> None:
        self._coroutine = coroutine
        self._connection: AsyncConnection | None = None

    def __await__(self) -> Generator[Any, Any, AsyncConnection]:
        return self._coroutine.__await__()

    async def __aenter__(self) -> AsyncConnection:
        self._connection = await self._coroutine
        return await self._connection.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._connection is not None
        await self._connection.__aexit__(kind, error, trace)


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
    application_name: str | None = None,
    pam_answer: Callable[[int, str], str] | None = None,
    query_hook: QueryHook | None = None,
) -> _Connecting:
    """Connect to an Informix server: ``await connect(…)``, or ``async with connect(…) as connection``.

    Takes the same arguments as `informix_db.connect` and raises the same exceptions.
    """
    given = {name: value for name, value in locals().items() if name != "dsn"}
    return _Connecting(AsyncConnection.connect(make_settings(dsn, given)))
