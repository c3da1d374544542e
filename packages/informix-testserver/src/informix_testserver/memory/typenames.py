"""Declared types (`ast.DataType`) to `ColumnType`s."""

from typing import Any

from informix_types import ColumnType, TypeCode

from ..engine import SqlError
from ..sql import ast
from . import types
from .types import MAX_CHAR, MAX_DIGITS

__all__ = ["declared_type"]

CHAR_TOO_BIG, SCALE_TOO_BIG, RESERVE_TOO_BIG = -235, -366, -651
BAD_QUALIFIER = -1268
NOT_SUPPORTED = -513

_SIMPLE: dict[str, ColumnType] = {
    "SMALLINT": types.SMALLINT,
    "INTEGER": types.INTEGER,
    "BIGINT": types.BIGINT,
    "INT8": types.INT8,
    "SERIAL": types.SERIAL,
    "SERIAL8": types.SERIAL8,
    "BIGSERIAL": types.BIGSERIAL,
    "FLOAT": types.FLOAT,
    "SMALLFLOAT": types.SMALLFLOAT,
    "DATE": types.DATE,
    "BOOLEAN": types.BOOLEAN,
    "BYTE": types.BYTE,
    "TEXT": types.TEXT,
    "BLOB": types.BLOB,
    "CLOB": types.CLOB,
}


def _character(node: ast.DataType) -> ColumnType:
    length = node.arguments[0] if node.arguments else (2048 if node.name == "LVARCHAR" else 1)
    if node.name == "LVARCHAR":
        if not 1 <= length <= MAX_CHAR - 28:
            raise SqlError(-19829, offset=node.pos)
        return types.lvarchar(length)
    if node.name in ("VARCHAR", "NVARCHAR"):
        if not 1 <= length <= 255:
            raise SqlError(CHAR_TOO_BIG, offset=node.pos)
        reserved = node.arguments[1] if len(node.arguments) > 1 else 0
        if reserved > length:
            raise SqlError(RESERVE_TOO_BIG, offset=node.pos)
        kind = types.varchar(length, reserved)
        return kind if node.name == "VARCHAR" else ColumnType(TypeCode.NVARCHAR, kind.encoded_length)
    if not 1 <= length <= MAX_CHAR:
        raise SqlError(CHAR_TOO_BIG, offset=node.pos)
    return types.char(length) if node.name == "CHAR" else ColumnType(TypeCode.NCHAR, length)


def _number(node: ast.DataType) -> ColumnType:
    precision = node.arguments[0] if node.arguments else 16
    if not 1 <= precision <= MAX_DIGITS:
        raise SqlError(-201, offset=node.pos)
    usual = 2 if node.name == "MONEY" else None
    scale = node.arguments[1] if len(node.arguments) > 1 else usual
    if scale is not None and scale > precision:
        raise SqlError(SCALE_TOO_BIG, offset=node.pos)
    return types.decimal(precision, scale) if usual is None else types.money(precision, scale or 0)


def _qualified(node: ast.DataType) -> ColumnType:
    qualifier = node.qualifier
    if qualifier is None:
        raise SqlError(BAD_QUALIFIER, offset=node.pos)
    if node.name == "DATETIME":
        return types.datetime_type(qualifier.first, qualifier.last)
    if (qualifier.first <= types.MONTH) != (qualifier.last <= types.MONTH):
        raise SqlError(BAD_QUALIFIER, offset=qualifier.pos)
    return types.interval_type(qualifier.first, qualifier.last, qualifier.digits)


def declared_type(names: Any, node: ast.DataType) -> ColumnType:
    """Return the type that a declaration means. Raises SqlError -235, -1268, -9628, -513, …"""
    found = _SIMPLE.get(node.name) if node.builtin else None
    if found is not None:
        return found
    if not node.builtin:
        from .collections import user_type

        return user_type(names, node)
    if node.name in ("CHAR", "VARCHAR", "NCHAR", "NVARCHAR", "LVARCHAR"):
        return _character(node)
    if node.name in ("DECIMAL", "MONEY"):
        return _number(node)
    if node.name in ("DATETIME", "INTERVAL"):
        return _qualified(node)
    if node.name in ("SET", "MULTISET", "LIST", "ROW"):
        from .collections import complex_type

        return complex_type(names, node)
    # Informix has the type, this server has not: the wire form of its values is not known.
    raise SqlError(NOT_SUPPORTED, offset=node.pos, token=f"the data type {node.name}")
