"""How far a connection has come, and the error for a message that is not legal there (sqli.md 3.1)."""

from enum import Flag, auto

from informix_types.errors import FramingError

__all__ = ["OutOfOrder", "Phase"]


class OutOfOrder(FramingError):
    """The client sent a message that is not legal where it stands; the connection is closed."""


class Phase(Flag):
    """How far a connection has come (sqli.md 3.1)."""

    NEW = auto()
    """Logged in; no PROTOCOLS yet."""
    PAM = auto()
    """PROTOCOLS answered with bit 44: the dialogue of sqli.md 2.6 is due."""
    READY = auto()
    """Statements are welcome."""
    CLOSED = auto()
    """EXIT was answered."""
