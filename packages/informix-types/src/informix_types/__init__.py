"""Informix column types and exact codecs between wire bytes and Python values."""

from ._version import __version__
from .codes import TypeCode, TypeFlag, has_extended_name
from .column import ColumnType
from .errors import ConversionError, FramingError, Incomplete

__all__ = [
    "ColumnType",
    "ConversionError",
    "FramingError",
    "Incomplete",
    "TypeCode",
    "TypeFlag",
    "__version__",
    "has_extended_name",
]
