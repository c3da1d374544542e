"""DATETIME and INTERVAL values as lists of fields under a qualifier, between the wire and text forms and Python.

A field list is parallel to `Qualifier.fields`; a fraction stands in it in microseconds.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from .errors import ConversionError
from .qualifier import DAY, FRACTION, HOUR, MINUTE, MONTH, SECOND, YEAR, Qualifier, datetime_qualifier
from .values import IntervalYM, PartialDateTime

__all__ = ["datetime_fields", "datetime_maker", "interval_fields", "interval_value"]

MICROSECONDS = 10**6
_SECONDS: dict[int, int] = {DAY: 86400, HOUR: 3600, MINUTE: 60, SECOND: 1}
_LIMITS: dict[int, int] = {MONTH: 11, HOUR: 23, MINUTE: 59, SECOND: 59, FRACTION: 999999}
"""Largest value of an INTERVAL's field that is not the first."""


def datetime_maker(qualifier: Qualifier) -> Callable[[Sequence[int]], Any]:
    """Return the function from fields to date, datetime, time or `PartialDateTime`; it raises ValueError."""
    if qualifier.start == YEAR and qualifier.end == DAY:
        return lambda f: date(*f)
    if qualifier.start == YEAR and qualifier.end >= HOUR:
        return lambda f: datetime(*f)  # type: ignore[arg-type]  # four to seven integers
    if qualifier.start == HOUR:
        return lambda f: time(*f)  # type: ignore[arg-type]  # one to four integers
    return lambda f: PartialDateTime(qualifier.start, qualifier.end, tuple(f))


def _parts(value: object) -> dict[int, int] | None:
    """What a Python value says about each field; a date is midnight."""
    parts: dict[int, int] = {}
    if isinstance(value, PartialDateTime):
        have = datetime_qualifier(value.start << 4 | value.end)
        return dict(zip(have.fields, value.fields, strict=True))
    if isinstance(value, date):
        parts = {YEAR: value.year, MONTH: value.month, DAY: value.day}
        value = value.time() if isinstance(value, datetime) else time()
    if isinstance(value, time):
        return parts | {
            HOUR: value.hour,
            MINUTE: value.minute,
            SECOND: value.second,
            FRACTION: value.microsecond,
        }
    return None


def cut_fraction(value: object, microsecond: int, digits: int, strict: bool) -> int:
    """Cut microseconds to `digits` digits. Raises ConversionError if that loses something and `strict` is set."""
    unit: int = 10 ** (6 - digits)
    if strict and microsecond % unit:
        raise ConversionError(f"{value!r} has more fraction digits than the {digits} that are kept")
    return microsecond // unit * unit


def datetime_fields(value: object, qualifier: Qualifier, *, strict: bool) -> list[int] | None:
    """Fields of a naive date, datetime, time or PartialDateTime under a qualifier.

    None when the value lacks a field, or has one that the qualifier lacks and that says something (a clock field
    of zero does not). Fraction digits beyond the qualifier are cut, or refused when `strict`.
    """
    if type(value) is datetime and qualifier.start == YEAR and qualifier.end >= SECOND:  # what follows, shorter
        fields = [value.year, value.month, value.day, value.hour, value.minute, value.second]
        micro = cut_fraction(value, value.microsecond, qualifier.fraction_digits, strict)
        return [*fields, micro] if qualifier.fraction_digits else fields
    parts = _parts(value)
    if parts is None or any(code not in parts for code in qualifier.fields):
        return None
    micro = cut_fraction(value, parts.get(FRACTION, 0), qualifier.fraction_digits, strict)
    for code, part in parts.items():
        if code not in qualifier.fields and code != FRACTION and (code < qualifier.start or code < HOUR or part):
            return None
    return [micro if code == FRACTION else parts[code] for code in qualifier.fields]


def interval_value(qualifier: Qualifier, negative: bool, fields: Sequence[int]) -> IntervalYM | timedelta:
    """Make the Python value of an INTERVAL.

    Raises:
        ValueError: a field that is not the first is too large.
        ConversionError: the interval is too long for timedelta.
    """
    for code, field in zip(qualifier.fields[1:], fields[1:], strict=True):
        if field > _LIMITS[code]:
            raise ValueError(f"field {field}")
    sign = -1 if negative else 1
    pairs = list(zip(qualifier.fields, fields, strict=True))
    if qualifier.year_month:
        return IntervalYM(sign * sum(field * (12 if code == YEAR else 1) for code, field in pairs))
    micros = sum(field * (1 if code == FRACTION else _SECONDS[code] * MICROSECONDS) for code, field in pairs)
    try:
        return timedelta(microseconds=sign * micros)
    except OverflowError:
        raise ConversionError(f"an interval of {sign * micros} microseconds is too long for timedelta") from None


def interval_fields(value: object, qualifier: Qualifier, *, strict: bool) -> tuple[bool, list[int]] | None:
    """Sign and fields of an IntervalYM or timedelta under a qualifier.

    None when the value is of the other class, too long, or has a part below the last field. Fraction digits
    beyond the qualifier are cut, or refused when `strict`.
    """
    if isinstance(value, IntervalYM):
        if not qualifier.year_month:
            return None
        negative, rest = value.months < 0, abs(value.months)
        units = [12 if code == YEAR else 1 for code in qualifier.fields]
    elif isinstance(value, timedelta) and not qualifier.year_month:
        micros = (value.days * 86400 + value.seconds) * MICROSECONDS + value.microseconds
        negative, rest = micros < 0, abs(micros)
        kept = cut_fraction(value, rest % MICROSECONDS, qualifier.fraction_digits, strict)
        rest = rest // MICROSECONDS * MICROSECONDS + kept
        units = [1 if code == FRACTION else _SECONDS[code] * MICROSECONDS for code in qualifier.fields]
    else:
        return None
    fields = []
    for unit in units:
        field, rest = divmod(rest, unit)
        fields.append(field)
    limit = MICROSECONDS if qualifier.start == FRACTION else 10**qualifier.first_digits
    if rest or fields[0] >= limit:
        return None
    return negative and any(fields), fields
