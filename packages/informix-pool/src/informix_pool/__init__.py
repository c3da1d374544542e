"""Connection pools and native asyncio for informix-db."""

from typing import TYPE_CHECKING

from . import aio
from ._version import __version__
from .async_pool import AsyncConnectionPool
from .base_pool import PoolOptions, PoolStats, split_settings
from .connection import AsyncConnection, AsyncTransaction
from .cursor import AsyncCursor
from .errors import PoolClosed, PoolTimeout
from .pool import ConnectionPool

if TYPE_CHECKING:
    from typing import Unpack

    from .keywords import PoolKeywords

__all__ = [
    "AsyncConnection",
    "AsyncConnectionPool",
    "AsyncCursor",
    "AsyncTransaction",
    "ConnectionPool",
    "PoolClosed",
    "PoolOptions",
    "PoolStats",
    "PoolTimeout",
    "__version__",
    "aio",
    "create_pool",
]


def create_pool(
    dsn: str | None = None, port: int | None = None, **settings: "Unpack[PoolKeywords]"
) -> ConnectionPool:
    """Create a connection pool; see `informix_db.create_pool`."""
    return ConnectionPool.open(*split_settings(dsn, port, settings))
