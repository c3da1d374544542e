"""What `Cursor.setinputsizes` asks for: values travel under the type that is named, if it holds them."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from informix_types import ColumnType, TypeCode
from informix_types.params import TypedValue

__all__ = ["InputTypes", "as_named"]

InputTypes = Sequence[ColumnType | None]

_WHOLE: Final = (int,)
_EXACT: Final = (int, Decimal)
_TEXT: Final = (str,)
_DECIMAL_32: Final = 32 << 8 | 0xFF
"""Encoded length of DECIMAL(32) with a floating point: no digit is lost (sqli.md 7.3)."""
_FORMS: Final[dict[int, tuple[tuple[type, ...], Callable[[Any], Any], ColumnType]]] = {
    TypeCode.SMALLINT: (_WHOLE, int, ColumnType(TypeCode.SMALLINT, 2)),
    TypeCode.INTEGER: (_WHOLE, int, ColumnType(TypeCode.INTEGER, 4)),
    TypeCode.SERIAL: (_WHOLE, int, ColumnType(TypeCode.INTEGER, 4)),
    TypeCode.BIGINT: (_WHOLE, int, ColumnType(TypeCode.BIGINT, 8)),
    TypeCode.BIGSERIAL: (_WHOLE, int, ColumnType(TypeCode.BIGINT, 8)),
    TypeCode.INT8: (_WHOLE, int, ColumnType(TypeCode.INT8, 10)),
    TypeCode.SERIAL8: (_WHOLE, int, ColumnType(TypeCode.INT8, 10)),
    TypeCode.DECIMAL: (_EXACT, Decimal, ColumnType(TypeCode.DECIMAL, _DECIMAL_32)),
    TypeCode.MONEY: (_EXACT, Decimal, ColumnType(TypeCode.MONEY, _DECIMAL_32)),
    TypeCode.LVARCHAR: (_TEXT, str, ColumnType(TypeCode.LVARCHAR)),
}
"""By named type: classes of values that it holds exactly, how they become its own, and the type to bind
(sqli.md 7.2)."""


def as_named(values: Sequence[Any], types: InputTypes) -> Sequence[Any]:
    """Return the parameters with those wrapped whose type was named and that it holds.

    Others, and values of other classes, stay as they are: for them the named type only tells where they go.
    """
    wrapped = list(values)
    for index, (value, column) in enumerate(zip(values, types, strict=False)):
        form = _FORMS.get(column.code) if column is not None else None
        if form is not None and type(value) in form[0]:
            wrapped[index] = TypedValue(form[2], form[1](value))
    return wrapped
