"""Connection pools and native asyncio for informix-db."""

from . import aio
from ._version import __version__
from .connection import AsyncConnection, AsyncTransaction
from .cursor import AsyncCursor

__all__ = ["AsyncConnection", "AsyncCursor", "AsyncTransaction", "__version__", "aio"]
