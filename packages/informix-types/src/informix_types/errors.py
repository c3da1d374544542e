"""Exceptions of this package; drivers map them to their own classes (PEP 249: DataError, OperationalError)."""

__all__ = ["ConversionError", "FramingError", "Incomplete", "ParameterError"]


class ConversionError(ValueError):
    """A value cannot be represented exactly on the other side.

    Raised for a Python value that the type has no room for, and for a stored value for which Python has no
    object. A driver reports it as PEP 249's ``DataError``; the connection stays usable.
    """


class ParameterError(ConversionError):
    """A parameter cannot be sent exactly.

    Attributes:
        index: 0-based, among the statement's markers.
        reason: what is wrong with it.
    """

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(f"parameter {index + 1}: {reason}")
        self.index = index
        self.reason = reason

    def __reduce__(self) -> tuple[object, ...]:
        # An exception is otherwise made anew of its message alone.
        return type(self), (self.index, self.reason), self.__dict__


class FramingError(ValueError):
    """Bytes contradict their own structure: impossible length, digit above 99, row not consumed exactly.

    The stream cannot be trusted any more; a driver closes the connection.
    """


class Incomplete(Exception):
    """The buffer ends before the value or message does; nothing was consumed."""
