"""What a type is called in SQL and which Python class its values have (behind `ColumnType`'s properties)."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from .codes import TypeCode, TypeFlag
from .errors import FramingError
from .qualifier import DAY, HOUR, YEAR, datetime_qualifier, interval_qualifier

if TYPE_CHECKING:
    from .column import ColumnType

__all__ = ["built_in_name", "is_security_label", "python_type", "type_name"]

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
_BY_EXTENDED_ID: dict[int, str] = {1: "lvarchar", 5: "boolean", 10: "blob", 11: "clob"}
"""Extended ids of built-in types, for describes without a name (sqli.md 6.2)."""
_BY_SOURCE: dict[int, str] = _BY_EXTENDED_ID | {TypeCode.LVARCHAR: "lvarchar", TypeCode.BOOLEAN: "boolean"}
"""Base of a DISTINCT that travels as opaque: whether `source` is an id or a code is not known; both are taken."""
_BUILT_IN: frozenset[str] = frozenset({"lvarchar", "boolean", "blob", "clob", "json"})


def built_in_name(column: "ColumnType") -> str:
    """Name of the built-in type behind an opaque code (40, 41, 44): ``lvarchar``, ``boolean``, ``blob``, …

    Also for LVARCHAR and BOOLEAN under their client codes 43 and 45 and for DISTINCT types over these; empty for
    all other types (sqli.md 6.2).
    """
    if column.code == TypeCode.LVARCHAR:
        return "lvarchar"
    if column.code == TypeCode.BOOLEAN:
        return "boolean"
    if column.code not in _OPAQUE:
        return ""
    name = column.extended_name.lower() or _BY_EXTENDED_ID.get(column.extended_id, "")
    if name not in _BUILT_IN and column.flags & TypeFlag.DISTINCT:
        name = "boolean" if column.flags & TypeFlag.DISTINCT_BOOLEAN else _BY_SOURCE.get(column.source, "")
    return name if name in _BUILT_IN else ""


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
        name = column.extended_name.upper() or built_in_name(column).upper()
        if name == "LVARCHAR" and column.encoded_length:
            return f"LVARCHAR({column.encoded_length})"
        if name:
            return name
    try:
        return TypeCode(code).name
    except ValueError:
        return f"TYPE({code})"


def is_security_label(column: "ColumnType") -> bool:
    """IDSSECURITYLABEL: a DISTINCT of VARCHAR whose content is no text."""
    return column.code == TypeCode.VARCHAR and column.extended_name.lower() == "idssecuritylabel"


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
    if is_security_label(column):
        return bytes
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
    name = built_in_name(column)
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
