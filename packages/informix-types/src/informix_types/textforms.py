"""Single values as text: elements of collections, fields of UNLOAD files, bound literals.

`parse_scalar` reads a value of a known type, `scalar_text` writes one. `literals.py` builds on both.
"""

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from .codes import TypeCode
from .column import ColumnType
from .errors import ConversionError
from .fields import datetime_fields, datetime_maker, interval_fields, interval_value
from .qualifier import datetime_length, datetime_qualifier, interval_length, interval_qualifier
from .values import IntervalYM, PartialDateTime

__all__ = ["parse_scalar", "scalar_text"]

# -- text to value --

_BOOLEANS = {"t": True, "f": False, "true": True, "false": False}


def _parse_date(text: str, _column: ColumnType) -> date:
    # The form of DBDATE=Y4MD-, which the client sets (sqli.md 2.2). Others are ambiguous, hence refused.
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text.strip())
    if not match:
        raise ValueError(text)
    return date(int(match[1]), int(match[2]), int(match[3]))


def _parse_datetime(text: str, column: ColumnType) -> Any:
    qualifier = datetime_qualifier(column.encoded_length)
    negative, fields = qualifier.parse(text)
    if negative:
        raise ValueError(text)
    return datetime_maker(qualifier)(fields)


def _parse_interval(text: str, column: ColumnType) -> IntervalYM | timedelta:
    qualifier = interval_qualifier(column.encoded_length)
    return interval_value(qualifier, *qualifier.parse(text))


def _parse_decimal(text: str, column: ColumnType) -> Decimal:
    number = Decimal(text.strip().lstrip("$"))
    if not number.is_finite():
        raise ValueError(text)
    if column.scale is None:
        return number
    sign, digits, exponent = number.as_tuple()
    missing = column.scale + int(exponent)
    return Decimal((sign, digits + (0,) * missing, -column.scale)) if missing > 0 else number


def _parse_int(text: str, _column: ColumnType) -> int:
    return int(text)


def _parse_float(text: str, _column: ColumnType) -> float:
    return float(text)


def _parse_boolean(text: str, _column: ColumnType) -> bool:
    return _BOOLEANS[text.strip().lower()]


_PARSERS: dict[int, Callable[[str, ColumnType], Any]] = {
    TypeCode.SMALLINT: _parse_int,
    TypeCode.INTEGER: _parse_int,
    TypeCode.SERIAL: _parse_int,
    TypeCode.BIGINT: _parse_int,
    TypeCode.BIGSERIAL: _parse_int,
    TypeCode.INT8: _parse_int,
    TypeCode.SERIAL8: _parse_int,
    TypeCode.FLOAT: _parse_float,
    TypeCode.SMALLFLOAT: _parse_float,
    TypeCode.DECIMAL: _parse_decimal,
    TypeCode.MONEY: _parse_decimal,
    TypeCode.DATE: _parse_date,
    TypeCode.DATETIME: _parse_datetime,
    TypeCode.INTERVAL: _parse_interval,
    TypeCode.BOOLEAN: _parse_boolean,
}


def parse_scalar(column: ColumnType, text: str) -> Any:
    """Read one value of a type that is not constructed; types without a parser return the text.

    Raises:
        ConversionError: the text is no value of the type.
    """
    parser = _PARSERS.get(column.code)
    if parser is None and column.built_in == "boolean":
        parser = _parse_boolean
    if parser is None:
        return text
    try:
        return parser(text, column)
    except ConversionError:
        raise
    except (ValueError, KeyError, InvalidOperation, OverflowError):
        raise ConversionError(f"{text!r} is no value of type {column.type_name}") from None


# -- value to text --


def _float_text(value: float) -> str:
    if not math.isfinite(value):
        raise ConversionError(f"{value} has no form in Informix")
    return repr(float(value))


def _decimal_text(value: Decimal) -> str:
    if not value.is_finite():
        raise ConversionError(f"{value} has no form in Informix")
    return str(value)


def _own_length(value: object) -> int:
    """Encoded length of the qualifier that shows all of a temporal value: a fraction only if there is one."""
    if isinstance(value, timedelta):
        return interval_length(4, 15 if value.microseconds else 10, 9)
    if isinstance(value, PartialDateTime):
        return datetime_length(value.start, value.end)
    if isinstance(value, datetime | time):
        return datetime_length(0 if isinstance(value, datetime) else 6, 15 if value.microsecond else 10)
    return datetime_length(0, 4)


def _datetime_text(value: Any, column: ColumnType | None, strict: bool) -> str:
    if getattr(value, "tzinfo", None) is not None:
        raise ConversionError(f"{value!r} has a time zone, which Informix cannot store")
    given = column is not None and column.code == TypeCode.DATETIME
    qualifier = datetime_qualifier(column.encoded_length if given and column else _own_length(value))
    fields = datetime_fields(value, qualifier, strict=strict)
    if fields is None:
        raise ConversionError(f"{value!r} does not fit DATETIME {qualifier.text(interval=False)}")
    return qualifier.format(fields, interval=False)


def _interval_text(value: Any, column: ColumnType | None, strict: bool) -> str:
    given = column is not None and column.code == TypeCode.INTERVAL
    own = interval_length(0, 2, 9) if isinstance(value, IntervalYM) else _own_length(value)
    qualifier = interval_qualifier(column.encoded_length if given and column else own)
    found = interval_fields(value, qualifier, strict=strict)
    if found is None:
        raise ConversionError(f"{value!r} does not fit INTERVAL {qualifier.text(interval=True)}")
    return qualifier.format(found[1], interval=True, negative=found[0])


_PLAIN: dict[type, tuple[Callable[[Any], str], bool]] = {
    bool: (lambda v: "t" if v else "f", True),
    int: (lambda v: str(int(v)), False),
    float: (_float_text, False),
    Decimal: (_decimal_text, False),
    str: (str, True),
    UUID: (str, True),
}
"""By class: text form, and whether it is quoted inside of a collection."""
_TEMPORAL: dict[type, Callable[[Any, ColumnType | None, bool], str]] = {
    datetime: _datetime_text,
    date: _datetime_text,
    time: _datetime_text,
    PartialDateTime: _datetime_text,
    timedelta: _interval_text,
    IntervalYM: _interval_text,
}


def scalar_text(
    value: object, column: ColumnType | None = None, *, strict_fractions: bool = False
) -> tuple[str, bool]:
    """Text form of a single value, and whether it is quoted inside of a collection.

    Args:
        value: anything but None and containers.
        column: the type that it is for: decides the fields of a DATETIME or INTERVAL.
        strict_fractions: refuse a sixth fraction digit instead of dropping it.

    Raises:
        ConversionError: the value has no text form, or not for that type.
    """
    for base in type(value).__mro__:
        if base in _PLAIN:
            function, quoted = _PLAIN[base]
            return function(value), quoted
        if base in _TEMPORAL:
            return _TEMPORAL[base](value, column, strict_fractions), True
    raise ConversionError(f"values of class {type(value).__qualname__} have no text form")
