"""Keywords of `create_pool` as a type. Only type checkers import it."""

from collections.abc import Callable
from typing import Any

from informix_db.keywords import ConnectKeywords

__all__ = ["PoolKeywords"]


class PoolKeywords(ConnectKeywords, total=False):
    """What `create_pool` takes besides `dsn` and `port`: the connections' settings and `PoolOptions`."""

    min_size: int
    max_size: int
    acquire_timeout: float
    max_waiting: int
    max_idle: float
    max_lifetime: float
    check_after: float
    configure: Callable[[Any], Any] | None
    reset: Callable[[Any], Any] | None
    name: str
