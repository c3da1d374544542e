# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""The stored routines of a server that IBM's JDBC driver calls when it queries the catalogue (sqli.md Appendix A).

Their results make `DatabaseMetaData` agree with what the same driver says of the columns of a result set.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from informix_types import ColumnType, TypeCode, TypeFlag

from ..engine import SqlError
from ..sql import ast
from .bind_functions import function
from .binder import Binder
from .expr import Expr
from .types import INTEGER, lvarchar, varchar

__all__: list[str] = []

_JDBC: dict[str, int] = {
    **dict.fromkeys(("integer", "serial"), 4),
    **dict.fromkeys(("bigint", "int8", "serial8", "bigserial"), -5),
    **dict.fromkeys(("decimal", "money"), 3),
    **dict.fromkeys(("char", "nchar", "interval"), 1),
    **dict.fromkeys(("varchar", "nvarchar"), 12),
    **dict.fromkeys(("lvarchar", "text"), -1),
    **dict.fromkeys(("set", "multiset", "list"), 2003),
    "smallint": 5,
    "float": 8,
    "smallfloat": 7,
    "boolean": 16,
    "date": 91,
    "datetime": 93,
    "byte": -4,
    "blob": 2004,
    "clob": 2005,
    "row": 2002,
}
"""`java.sql.Types` of each type; what is not here is OTHER."""
_OTHER = 1111
_DIGITS: dict[str, int] = {
    "integer": 10,
    "serial": 10,
    "smallint": 5,
    "float": 15,
    "smallfloat": 7,
    "boolean": 1,
    "date": 10,
    **dict.fromkeys(("bigint", "int8", "serial8", "bigserial"), 19),
    **dict.fromkeys(("byte", "text", "blob", "clob"), 2147483647),
}
"""Largest number of digits or characters of types that have no length of their own."""
_SERIALS = frozenset({TypeCode.SERIAL, TypeCode.SERIAL8, TypeCode.BIGSERIAL})
_CHARACTERS = frozenset({"char", "nchar", "varchar", "nvarchar", "lvarchar"})
_NUMERIC = frozenset(name for name, code in _JDBC.items() if code in (4, -5, 3, 5, 8, 7))
_FRACTION = 10
"""Codes of a qualifier's last field above SECOND are FRACTION(n), 10 + n (sqli.md 6.3)."""


def _column(coltype: int, extended_id: int = 0, collength: int = 0) -> ColumnType:
    return ColumnType(coltype & 0xFF, collength & 0xFFFF, extended_id=extended_id)


def _name(column: ColumnType) -> str:
    """The type's name without length or qualifier."""
    return re.split(r"[ (]", column.type_name)[0].lower()


def _data_type(coltype: int, extended_id: int, _collength: int) -> int:
    return _JDBC.get(_name(_column(coltype, extended_id)), _OTHER)


def _type_name(coltype: int, extended_id: int) -> str:
    return _name(_column(coltype, extended_id))


def _precision(coltype: int, extended_id: int, collength: int) -> int:
    column = _column(coltype, extended_id, collength)
    name = _name(column)
    if name in _CHARACTERS:
        return column.encoded_length & 0xFF if name in ("varchar", "nvarchar") else column.encoded_length
    if name in ("datetime", "interval"):
        return collength & 0xFFFF  # JDBC takes digits and qualifier from it
    return _DIGITS.get(name, column.precision)


def _scale(coltype: int, collength: int) -> int:
    column = _column(coltype, 0, collength)
    if column.code in (TypeCode.DECIMAL, TypeCode.MONEY):
        return column.encoded_length & 0xFF
    if column.code in (TypeCode.DATETIME, TypeCode.INTERVAL):
        return max(column.end - _FRACTION, 0)
    return 0


def _radix(coltype: int) -> int:
    return 10 if _name(_column(coltype)) in _NUMERIC else 0


def _characters(coltype: int, extended_id: int, collength: int) -> int:
    is_text = _name(_column(coltype, extended_id)) in _CHARACTERS
    return _precision(coltype, extended_id, collength) if is_text else 0


def _default(coltype: int, extended_id: int, collength: int, text: str) -> str:
    """Text of a default: behind the first blank, unless the type is a character type (`sysrows._sysdefaults`)."""
    if _name(_column(coltype, extended_id)) in _CHARACTERS:
        return text
    return text.partition(" ")[2] or text


def _buffer_length(coltype: int, collength: int) -> int:
    column = _column(coltype, 0, collength)
    return column.width if column.width is not None else _precision(coltype, 0, collength)


def _nullable(coltype: int) -> int:
    return 0 if coltype & TypeFlag.NOT_NULL else 1


_TEXT = varchar(128)
_NUMBERS: dict[str, tuple[Callable[..., Any], ColumnType, int]] = {
    "get_data_type": (_data_type, INTEGER, 3),
    "schema_coltypename": (_type_name, _TEXT, 2),
    "schema_precision": (_precision, INTEGER, 3),
    "schema_numscale": (_scale, INTEGER, 2),
    "schema_numprecradix": (_radix, INTEGER, 1),
    "schema_isnullable": (_nullable, INTEGER, 1),
    "schema_nullable": (lambda coltype: "YES" if _nullable(coltype) else "NO", _TEXT, 1),
    "schema_datetype": (lambda _coltype, collength: collength & 0xFFFF, INTEGER, 2),
    "schema_bufflen": (_buffer_length, INTEGER, 2),
    "schema_charlen": (_characters, INTEGER, 3),
    "schema_isautoincr": (lambda coltype: "YES" if coltype & 0xFF in _SERIALS else "NO", _TEXT, 1),
}
"""Name → function of integers, its type, number of arguments."""


def _call(b: Binder, name: str, body: Callable[..., Any], numbers: Sequence[Expr], *more: str) -> str:
    arguments = [b.convert(b.settle(number, INTEGER), INTEGER).sql for number in numbers]
    return b.call(name, body, [*arguments, *more])


def _register(name: str, body: Callable[..., Any], kind: ColumnType, count: int) -> None:
    def bind(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
        return Expr.of(_call(b, name, body, arguments), kind)

    function(name, least=count)(bind)


for _each, (_body, _kind, _count) in _NUMBERS.items():
    _register(_each, _body, _kind, _count)


@function("get_default_value", least=4)
def _get_default_value(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    sql = _call(b, "get_default_value", _default, arguments[:3], b.text(arguments[3]).sql)
    return Expr.of(sql, lvarchar(256))


def _types_of(b: Binder, arguments: list[Expr], which: str) -> Expr:
    """Parameter or return types of a routine, by its number in sysprocedures."""

    def types(number: int) -> str:
        routines = list(b.env_session().engine.routines.values())
        found = getattr(routines[number - 1], which) if 0 < number <= len(routines) else ()
        return ",".join(kind.type_name.lower() for kind in found)

    return Expr.of(_call(b, which, types, arguments), lvarchar(2048))


@function("ikeyextractcolno", least=2)
def _key_column(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    """A part of sysindices.indexkeys, counted from 0: a column's number, negative when descending; 0 beyond."""

    def part(keys: str, number: int) -> int:
        try:
            columns = [int(each.split()[0]) for each in keys.split(",") if each.strip()]
        except ValueError:
            raise SqlError(-1213) from None
        return columns[number] if 0 <= number < len(columns) else 0

    keys, number = b.text(arguments[0]), b.convert(b.settle(arguments[1], INTEGER), INTEGER)
    return Expr.of(b.call("ikeyextractcolno", part, [keys.sql, number.sql]), INTEGER)


@function("ifx_param_types")
def _ifx_param_types(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return _types_of(b, arguments, "parameters")


@function("ifx_ret_types")
def _ifx_ret_types(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return _types_of(b, arguments, "returns")
