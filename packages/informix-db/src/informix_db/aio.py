"""The door to asyncio: ``from informix_db import aio`` gives informix-pool's ``connect`` and ``create_pool``."""

from typing import TYPE_CHECKING, Any

from .doors import need

if TYPE_CHECKING:
    from informix_pool.aio import *  # noqa: F403 - type checkers see what the door opens to


def __getattr__(name: str) -> Any:
    """Look the name up in ``informix_pool.aio``; `NotSupportedError` when informix-pool is not installed."""
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(need("informix_pool.aio", "pool"), name)
