"""Between Python values at the engine's seam and stored forms: bound values in, fetched rows out."""

import datetime
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from informix_types import ColumnType
from informix_types.literals import format_literal, parse_constructed
from informix_types.values import IntervalYM, PartialDateTime

from ..engine import SqlError
from . import decimals, temporal
from .convert import Environment, converter, fit_text, range_check
from .types import (
    DAY,
    FLOAT,
    FLOATING_DECIMAL,
    FRACTION,
    HOUR,
    MAX_LVARCHAR,
    SECOND,
    YEAR,
    Family,
    family,
    is_fixed_char,
    lvarchar,
)

__all__ = ["read_parameter", "reader", "row_writer", "stored_value", "writer"]

_ROUND = Context(prec=80, rounding=ROUND_HALF_UP, Emin=-999999, Emax=999999)
_MICROSECOND_TICKS = 10
"""Microseconds in a stored unit of 1/100000 second."""


def _read_decimal(value: Any) -> bytes:
    number = value if isinstance(value, Decimal) else Decimal(value)
    return decimals.pack(decimals.CONTEXT.plus(number))


def _read_stamp(value: Any) -> int:
    if isinstance(value, PartialDateTime):
        fields = [temporal.BASE_YEAR, 1, 1, 0, 0, 0, 0]
        for code, number in zip(range(value.start, FRACTION + 1, 2), value.fields, strict=False):
            fields[code // 2] = number // _MICROSECOND_TICKS if code == FRACTION else number
        return temporal.stamp(fields)
    return temporal.stamp_of(value)


def _read_span(value: datetime.timedelta) -> int:
    ticks = abs(value) // datetime.timedelta(microseconds=_MICROSECOND_TICKS)
    return -ticks if value < datetime.timedelta(0) else ticks


def _write_span(value: int) -> datetime.timedelta:
    try:
        return datetime.timedelta(microseconds=value * _MICROSECOND_TICKS)
    except OverflowError:
        # Beyond -999999999 days: an INTERVAL can have it, a timedelta cannot (sqli.md 7.4).
        raise SqlError(-999, token="an INTERVAL below -999999999 days") from None


_READERS: dict[Family, Callable[[Any], Any]] = {
    Family.INT: int,
    Family.FLOAT: float,
    Family.DECIMAL: _read_decimal,
    Family.DATE: lambda v: v.toordinal() - temporal.DAY_ZERO,
    Family.DATETIME: _read_stamp,
    Family.MONTHS: lambda v: v.months,
    Family.SPAN: _read_span,
    Family.BOOLEAN: int,
    Family.BYTE: bytes,
    Family.COLLECTION: lambda v: v if isinstance(v, str) else format_literal(v),
    Family.ROW: lambda v: v if isinstance(v, str) else format_literal(v),
    Family.LOB: lambda v: v.encode() if isinstance(v, str) else bytes(v),
}


def reader(kind: ColumnType) -> Callable[[Any], Any]:
    """Return the function that turns a bound, non-NULL Python value of a type into its stored form."""
    return _READERS.get(family(kind), lambda v: v)


def _write_stamp(kind: ColumnType) -> Callable[[int], Any]:
    start, end = kind.start, kind.end
    if start == YEAR and end == DAY:
        return lambda v: datetime.date.fromordinal(v // temporal.DAY_TICKS + 1)
    if start == YEAR and end >= HOUR:
        epoch, unit = datetime.datetime(1, 1, 1), datetime.timedelta(microseconds=_MICROSECOND_TICKS)
        return lambda v: epoch + v * unit
    if start == HOUR:

        def clock(value: int) -> datetime.time:
            fields = temporal.stamp_fields(value)
            return datetime.time(fields[3], fields[4], fields[5], fields[6] * _MICROSECOND_TICKS)

        return clock

    def partial(value: int) -> PartialDateTime:
        fields = temporal.stamp_fields(value)
        fields[6] *= _MICROSECOND_TICKS
        last = FRACTION if end > SECOND else end
        return PartialDateTime(start, end, tuple(fields[start // 2 : last // 2 + 1]))

    return partial


def _write_decimal(kind: ColumnType) -> Callable[[bytes], Decimal]:
    scale = kind.scale
    if scale is None:
        return decimals.unpack
    unit, room = Decimal(1).scaleb(-scale), kind.precision - scale
    cache: dict[bytes, Decimal] = {}

    def fixed(packed: bytes) -> Decimal:
        value = cache.get(packed)
        if value is None:
            value = decimals.unpack(packed).quantize(unit, context=_ROUND)
            if value and value.adjusted() >= room:
                raise SqlError(decimals.DECIMAL_PRECISION)
            if len(cache) < 10000:
                cache[packed] = value
        return value

    return fixed


def writer(stored: ColumnType, kind: ColumnType, env: Environment) -> Callable[[Any], Any] | None:
    """Return the function that turns a stored, non-NULL value into the Python value of a described type.

    `stored` may differ from `kind` only for COUNT, which counts in integers and is described as DECIMAL.
    None stands for identity.
    """
    which = family(kind)
    if family(stored) is Family.INT and which is Family.DECIMAL:
        return Decimal
    if which is Family.CHAR:
        return fit_text(kind, env) if is_fixed_char(kind) else None
    makers: dict[Family, Callable[[], Callable[[Any], Any]]] = {
        Family.DECIMAL: lambda: _write_decimal(kind),
        Family.DATE: lambda: temporal.to_date,
        Family.DATETIME: lambda: _write_stamp(kind),
        Family.MONTHS: lambda: IntervalYM,
        Family.SPAN: lambda: _write_span,
        Family.BOOLEAN: lambda: bool,
        Family.FLOAT: lambda: float,
        Family.COLLECTION: lambda: lambda v: parse_constructed(kind, v),
        Family.ROW: lambda: lambda v: parse_constructed(kind, v),
    }
    make = makers.get(which)
    return make() if make else None


def row_writer(kinds: Sequence[ColumnType], env: Environment) -> Callable[[Sequence[Any]], list[Any]]:
    """Return the function from stored values of these types to Python values, NULL included."""
    writers = [writer(kind, kind, env) for kind in kinds]

    def write(stored: Sequence[Any]) -> list[Any]:
        return [v if v is None or w is None else w(v) for v, w in zip(stored, writers, strict=True)]

    return write


def read_parameter(kind: ColumnType, value: Any) -> Any:
    """Return the stored form of one bound value, NULL included. Raises SqlError -415 for a wrong class."""
    if value is None:
        return None
    try:
        return reader(kind)(value)
    except (TypeError, ValueError, AttributeError):
        raise SqlError(-415) from None


_WIDEST: dict[Family, ColumnType] = {
    Family.DECIMAL: FLOATING_DECIMAL,
    Family.FLOAT: FLOAT,
    Family.CHAR: lvarchar(MAX_LVARCHAR),
}
"""The type that a Python value has on its way into a narrower one of the family."""


def stored_value(kind: ColumnType, value: Any, env: Environment) -> Any:
    """Return the stored form of a Python value that is assigned to a type: a result, an element, a field.

    As on the way into a column, numbers are rounded to the scale and refused out of range, text is cut or padded.

    Raises:
        SqlError: -415 for a wrong class, else the code of the conversion.
    """
    if value is None:
        return None
    which = family(kind)
    if which is Family.INT:
        return range_check(kind)(read_parameter(kind, value))
    if which is Family.DECIMAL and isinstance(value, float):
        value = Decimal(str(value))
    source = _WIDEST.get(which, kind)
    change = converter(source, kind, env)
    stored = read_parameter(source, value)
    return stored if change is None else change(stored)
