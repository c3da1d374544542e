"""What can go wrong with a pool; the classes fit into PEP 249's hierarchy."""

from informix_db.errors import InterfaceError, OperationalError

__all__ = ["PoolClosed", "PoolTimeout"]


class PoolTimeout(OperationalError):
    """No connection became free within `acquire_timeout` seconds, or too many were waiting already."""


class PoolClosed(InterfaceError):
    """The pool is closed."""
