"""Informix column types and exact codecs between wire bytes and Python values."""

from ._version import __version__
from .codes import TypeCode, TypeFlag
from .column import ColumnType
from .context import DEFAULT_CONTEXT, Adapters, TypeContext
from .errors import ConversionError, FramingError, Incomplete
from .layout import Family, Framing, Layout, NullRule, RowFrame
from .params import Binding, BoundValue, decode_block, encode_params
from .reference import decode_row, decode_value, encode_row, encode_value
from .values import BlobDescriptor, BlobLocator, ClobLocator, IntervalYM, PartialDateTime

__all__ = [
    "DEFAULT_CONTEXT",
    "Adapters",
    "Binding",
    "BlobDescriptor",
    "BlobLocator",
    "BoundValue",
    "ClobLocator",
    "ColumnType",
    "ConversionError",
    "Family",
    "Framing",
    "FramingError",
    "Incomplete",
    "IntervalYM",
    "Layout",
    "NullRule",
    "PartialDateTime",
    "RowFrame",
    "TypeCode",
    "TypeContext",
    "TypeFlag",
    "__version__",
    "decode_block",
    "decode_row",
    "decode_value",
    "encode_params",
    "encode_row",
    "encode_value",
]
