"""What a type is called in SQL and which Python class its values have (behind `ColumnType`'s properties)."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from .codes import TypeCode, TypeFlag
from .errors import FramingError
from .qualifier import DAY, HOUR, YEAR, datetime_qualifier, interval_qualifier

if TYPE_CHECKING:
    from .column import ColumnType

__all__ = ["python_type", "type_name"]

_PLAIN: dict[int, str] = {
    TypeCode.SMALLINT: "SMALLINT",
    TypeCode.INTEGER: "INTEGER",
    TypeCode.FLOAT: "FLOAT",
    TypeCode.SMALLFLOAT: "SMALLFLOAT",
    TypeCode.SERIAL: "SERIAL",
    TypeCode.DATE: "DATE",
    TypeCode.NULL: "NULL",
    TypeCode.BYTE: "BYTE",
    TypeCode.TEXT: "TEXT",
    TypeCode.INT8: "INT8",
    TypeCode.SERIAL8: "SERIAL8",
    TypeCode.ROWREF: "REF",
    TypeCode.BOOLEAN: "BOOLEAN",
    TypeCode.REFSER8: "REFSER8",
    TypeCode.BIGINT: "BIGINT",
    TypeCode.BIGSERIAL: "BIGSERIAL",
}
_SIZED: dict[int, str] = {
    TypeCode.CHAR: "CHAR",
    TypeCode.NCHAR: "NCHAR",
    TypeCode.VARCHAR: "VARCHAR",
    TypeCode.NVARCHAR: "NVARCHAR",
    TypeCode.LVARCHAR: "LVARCHAR",
}
_DECIMALS: dict[int, str] = {TypeCode.DECIMAL: "DECIMAL", TypeCode.MONEY: "MONEY"}
_CONSTRUCTED: dict[int, str] = {
    TypeCode.SET: "SET",
    TypeCode.MULTISET: "MULTISET",
    TypeCode.LIST: "LIST",
    TypeCode.ROW: "ROW",
    TypeCode.COLLECTION: "COLLECTION",
}
_OPAQUE: frozenset[int] = frozenset({TypeCode.UDTVAR, TypeCode.UDTFIXED, TypeCode.SENDRECV})
_EXTENDED_IDS: dict[int, str] = {1: "LVARCHAR", 5: "BOOLEAN", 10: "BLOB", 11: "CLOB"}
"""Extended ids of built-in types, for describes without a name (sqli.md 6.2)."""


def type_name(column: "ColumnType") -> str:
    """Return the type in SQL; ``TYPE(n)`` for numbers without a name."""
    code = column.code
    if column.flags & TypeFlag.DISTINCT and column.extended_name:
        return column.extended_name.upper()
    if code in _PLAIN:
        return _PLAIN[code]
    if code in _SIZED:
        size = column.max_length
        return f"{_SIZED[code]}({size})" if size else _SIZED[code]
    if code in _DECIMALS:
        scale = "" if column.scale is None else f",{column.scale}"
        return f"{_DECIMALS[code]}({column.precision}{scale})"
    if code in (TypeCode.DATETIME, TypeCode.INTERVAL):
        return _qualified_name(column)
    if code in _CONSTRUCTED:
        return _constructed_name(column)
    if code in _OPAQUE:
        name = column.extended_name.upper() or _EXTENDED_IDS.get(column.extended_id, "")
        if name == "LVARCHAR" and column.encoded_length:
            return f"LVARCHAR({column.encoded_length})"
        if name:
            return name
    try:
        return TypeCode(code).name
    except ValueError:
        return f"TYPE({code})"


def _qualified_name(column: "ColumnType") -> str:
    interval = column.code == TypeCode.INTERVAL
    name = "INTERVAL" if interval else "DATETIME"
    try:
        qualifier = (interval_qualifier if interval else datetime_qualifier)(column.encoded_length)
    except FramingError:
        return f"{name}({column.encoded_length:#06x})"
    return f"{name} {qualifier.text(interval=interval)}"


def _constructed_name(column: "ColumnType") -> str:
    keyword, text = _CONSTRUCTED[column.code], column.extended_name.strip()
    if not text:
        return keyword
    # The text is that of the whole type or that of its element (sqli.md 6.2); a named ROW has its name only.
    if text.upper().startswith(keyword) or column.flags & TypeFlag.NAMED_ROW:
        return text
    return f"{keyword}({text})" if "(" in text or column.code != TypeCode.ROW else text


_PYTHON: dict[int, type] = {
    TypeCode.CHAR: str,
    TypeCode.SMALLINT: int,
    TypeCode.INTEGER: int,
    TypeCode.FLOAT: float,
    TypeCode.SMALLFLOAT: float,
    TypeCode.DECIMAL: Decimal,
    TypeCode.SERIAL: int,
    TypeCode.DATE: date,
    TypeCode.MONEY: Decimal,
    TypeCode.NULL: type(None),
    TypeCode.BYTE: bytes,
    TypeCode.TEXT: str,
    TypeCode.VARCHAR: str,
    TypeCode.NCHAR: str,
    TypeCode.NVARCHAR: str,
    TypeCode.INT8: int,
    TypeCode.SERIAL8: int,
    TypeCode.LVARCHAR: str,
    TypeCode.BOOLEAN: bool,
    TypeCode.BIGINT: int,
    TypeCode.BIGSERIAL: int,
}
_PYTHON_BY_NAME: dict[str, type] = {"lvarchar": str, "boolean": bool, "json": str}


def python_type(column: "ColumnType") -> type:
    """Return the class of decoded values; bytes for opaque types. BYTE and TEXT: after their data is fetched."""
    from .values import BlobLocator, ClobLocator, IntervalYM, PartialDateTime

    code = column.code
    if code == TypeCode.DATETIME:
        if column.start == YEAR and column.end >= DAY:
            return date if column.end == DAY else datetime
        return time if column.start == HOUR else PartialDateTime
    if code == TypeCode.INTERVAL:
        return IntervalYM if column.start <= 2 else timedelta
    if code in _PYTHON:
        return _PYTHON[code]
    if code in _CONSTRUCTED:
        return _constructed_class(column)
    name = column.extended_name.lower() or _EXTENDED_IDS.get(column.extended_id, "").lower()
    if name in ("blob", "clob"):
        return ClobLocator if name == "clob" else BlobLocator
    return _PYTHON_BY_NAME.get(name, bytes)


def _constructed_class(column: "ColumnType") -> type:
    from . import containers

    classes = {
        TypeCode.SET: containers.SetValue,
        TypeCode.MULTISET: containers.MultisetValue,
        TypeCode.LIST: containers.ListValue,
        TypeCode.ROW: containers.RowValue,
    }
    return next((cls for code, cls in classes.items() if code == column.code), containers.CollectionValue)
