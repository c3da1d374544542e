"""The codec of every type: `codec_for` finds it by type code and extended name (sqli.md 6.2)."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from ..codes import TypeCode
from ..column import ColumnType
from ..context import TypeContext
from ..errors import ConversionError
from ..names import is_security_label
from .base import Codec
from .constructed import collection_codec, row_codec
from .decimals import decimal_codec
from .extended import (
    blob_codec,
    boolean_codec,
    counted_bytes_codec,
    locator_codec,
    null_codec,
    opaque_codec,
)
from .numbers import float_codec, int8_codec, integer_codec
from .temporal import date_codec, datetime_codec, interval_codec
from .text import char_codec, lvarchar_codec, varchar_codec

__all__ = ["Codec", "codec_for"]

Factory = Callable[[ColumnType, TypeContext], Codec]

BY_CODE: dict[int, Factory] = {
    TypeCode.CHAR: char_codec,
    TypeCode.SMALLINT: integer_codec,
    TypeCode.INTEGER: integer_codec,
    TypeCode.FLOAT: float_codec,
    TypeCode.SMALLFLOAT: float_codec,
    TypeCode.DECIMAL: decimal_codec,
    TypeCode.SERIAL: integer_codec,
    TypeCode.DATE: date_codec,
    TypeCode.MONEY: decimal_codec,
    TypeCode.NULL: null_codec,
    TypeCode.DATETIME: datetime_codec,
    TypeCode.BYTE: blob_codec,
    TypeCode.TEXT: blob_codec,
    TypeCode.VARCHAR: varchar_codec,
    TypeCode.INTERVAL: interval_codec,
    TypeCode.NCHAR: char_codec,
    TypeCode.NVARCHAR: varchar_codec,
    TypeCode.INT8: int8_codec,
    TypeCode.SERIAL8: int8_codec,
    TypeCode.SET: collection_codec,
    TypeCode.MULTISET: collection_codec,
    TypeCode.LIST: collection_codec,
    TypeCode.COLLECTION: collection_codec,
    TypeCode.ROW: row_codec,
    TypeCode.UDTVAR: opaque_codec,
    TypeCode.UDTFIXED: opaque_codec,
    TypeCode.LVARCHAR: lvarchar_codec,
    TypeCode.SENDRECV: opaque_codec,
    TypeCode.BOOLEAN: boolean_codec,
    TypeCode.IMPEXP: opaque_codec,
    TypeCode.IMPEXPBIN: opaque_codec,
    TypeCode.BIGINT: integer_codec,
    TypeCode.BIGSERIAL: integer_codec,
}
"""Codecs of built-in types. ROWREF, REFSER8 and the numbers 48, 49 have no known layout."""

BY_NAME: dict[str, Factory] = {
    "lvarchar": lvarchar_codec,
    "boolean": boolean_codec,
    "blob": locator_codec,
    "clob": locator_codec,
    "json": lvarchar_codec,
}
"""Built-in types that are described as opaque (codes 40, 41, 44), by extended name (sqli.md 6.2)."""


def _factory(column: ColumnType) -> Factory | None:
    if is_security_label(column):
        return counted_bytes_codec
    return BY_NAME.get(column.built_in) or BY_CODE.get(column.code)


@lru_cache(maxsize=4096)
def codec_for(column: ColumnType, ctx: TypeContext) -> Codec:
    """Return the codec of a type in a context, with the user's loader if one is registered.

    A loader registered by extended name goes before one by type code.

    Raises:
        ConversionError: the type has no known layout.
        FramingError: its encoded length is impossible.
    """
    factory = _factory(column)
    if factory is None:
        raise ConversionError(f"values of type {column.type_name} have no known layout (sqli.md 6.2)")
    codec = factory(column, ctx)
    loaders = ctx.adapters.loaders
    if loaders:
        loader = loaders.get(column.extended_name.lower()) if column.extended_name else None
        loader = loader or loaders.get(column.code)
        if loader:
            codec = replace(codec, loader=loader)
    return codec
