"""asyncio entry points: ``await aio.connect(…)``; reached as ``informix_db.aio`` as well."""

from collections.abc import Callable, Coroutine, Generator, Mapping
from datetime import tzinfo
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from informix_db.observe import QueryHook
from informix_db.settings import Password, make_settings
from informix_db.tls import TLSSetting

from .async_pool import AsyncConnectionPool
from .base_pool import split_settings
from .connection import AsyncConnection, AsyncTransaction
from .cursor import AsyncCursor

if TYPE_CHECKING:
    from typing import Unpack

    from .keywords import PoolKeywords

__all__ = ["AsyncConnection", "AsyncConnectionPool", "AsyncCursor", "AsyncTransaction", "connect", "create_pool"]


T = TypeVar("T", bound=AsyncConnection | AsyncConnectionPool)


class _Opening(Generic[T]):
    """What `connect` and `create_pool` return: awaitable, and an async context manager."""

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine = coroutine
        self._opened: T | None = None

    def __await__(self) -> Generator[Any, Any, T]:
        return self._coroutine.__await__()

    async def __aenter__(self) -> T:
        self._opened = await self._coroutine
        return self._opened

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._opened is not None
        await self._opened.__aexit__(kind, error, trace)


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
) -> _Opening[AsyncConnection]:
    """Connect to an Informix server: ``await connect(…)``, or ``async with connect(…) as connection``.

    Takes the same arguments as `informix_db.connect` and raises the same exceptions.
    """
    given = {name: value for name, value in locals().items() if name != "dsn"}
    return _Opening(AsyncConnection.connect(make_settings(dsn, given)))


def create_pool(
    dsn: str | None = None, port: int | None = None, **settings: "Unpack[PoolKeywords]"
) -> _Opening[AsyncConnectionPool]:
    """Create a connection pool: ``await create_pool(…)``, or ``async with create_pool(…) as pool``.

    Takes what `connect` takes and the fields of `PoolOptions`; see `informix_db.create_pool`.
    """
    return _Opening(AsyncConnectionPool.open(*split_settings(dsn, port, settings)))
