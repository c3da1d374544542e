"""Informix column types and exact codecs between wire bytes and Python values."""

from ._version import __version__
from .codes import TypeCode, TypeFlag
from .codesets import UnknownCodeset, codec_for_codeset, codec_for_locale
from .column import ColumnType
from .containers import CollectionValue, ListValue, MultisetValue, RowValue, SetValue
from .context import DEFAULT_CONTEXT, Adapters, TypeContext
from .errors import ConversionError, FramingError, Incomplete, ParameterError
from .layout import Family, Framing, Layout, NullRule, RowFrame
from .literals import format_literal, format_text, parse_text
from .params import Binding, BoundValue, TypedValue, decode_block, encode_block, encode_params
from .reference import decode_row, decode_value, encode_row, encode_value
from .registry import TypeRegistry
from .typetext import parse_type
from .values import BlobDescriptor, BlobLocator, ClobLocator, IntervalYM, PartialDateTime

__all__ = [
    "DEFAULT_CONTEXT",
    "Adapters",
    "Binding",
    "BlobDescriptor",
    "BlobLocator",
    "BoundValue",
    "ClobLocator",
    "CollectionValue",
    "ColumnType",
    "ConversionError",
    "Family",
    "Framing",
    "FramingError",
    "Incomplete",
    "IntervalYM",
    "Layout",
    "ListValue",
    "MultisetValue",
    "NullRule",
    "ParameterError",
    "PartialDateTime",
    "RowFrame",
    "RowValue",
    "SetValue",
    "TypeCode",
    "TypeContext",
    "TypeFlag",
    "TypeRegistry",
    "TypedValue",
    "UnknownCodeset",
    "__version__",
    "codec_for_codeset",
    "codec_for_locale",
    "decode_block",
    "decode_row",
    "decode_value",
    "encode_block",
    "encode_params",
    "encode_row",
    "encode_value",
    "format_literal",
    "format_text",
    "parse_text",
    "parse_type",
]
