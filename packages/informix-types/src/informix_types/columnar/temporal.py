"""DATE and DATETIME of many rows at once (sqli.md 7.4, 7.5)."""

from datetime import date, datetime, time
from typing import Any

from ..codecs import Codec
from ..codecs.temporal import DATE_EPOCH, MAX_ORDINAL
from ..packed import BIAS
from ..qualifier import DAY, FRACTION, HOUR, MINUTE, MONTH, SECOND, YEAR, Qualifier, datetime_qualifier
from .optional import need_numpy
from .vectors import Vector

__all__ = ["dates", "datetimes", "is_vectored"]

Array = Any
UNIX_EPOCH = date(1970, 1, 1).toordinal()
NULL_DATE = -(2**31)
"""NULL of DATE (sqli.md 7.1)."""
MICROSECONDS = 10**6
_LIMITS: dict[int, tuple[int, int]] = {
    YEAR: (1, 9999),
    MONTH: (1, 12),
    DAY: (1, 31),
    HOUR: (0, 23),
    MINUTE: (0, 59),
    SECOND: (0, 59),
    FRACTION: (0, 999999),
}


def dates(codec: Codec, days: Array) -> Vector:
    """Decode day numbers. Raises ConversionError for days that Python's dates do not have."""
    np = need_numpy()
    valid = days != NULL_DATE
    ordinals = days.astype(np.int64) + DATE_EPOCH
    for index in np.flatnonzero(valid & ((ordinals < 1) | (ordinals > MAX_ORDINAL))):
        codec.load(int(days[index]).to_bytes(4, "big", signed=True))  # raises
    return Vector(codec.type, len(days), values=ordinals - UNIX_EPOCH, valid=None if valid.all() else valid)


def is_vectored(codec: Codec) -> bool:
    """Tell whether `datetimes` decodes a DATETIME: those that are date, datetime or time in Python."""
    return codec.type.python_type in (date, datetime, time)


def datetimes(codec: Codec, raw: Array) -> Vector:
    """Decode containers (one a row of `raw`) to days or microseconds.

    Values whose leading zero pairs were dropped, and others that are not plain, go by the codec.

    Raises:
        FramingError: impossible bytes.
    """
    np = need_numpy()
    qualifier = datetime_qualifier(codec.type.encoded_length)
    valid = raw.any(axis=1)
    good = valid & (raw[:, 0] == 0x80 + BIAS + qualifier.exponent) & (raw[:, 1:] <= 99).all(axis=1)
    values, good = _number(qualifier, _fields(qualifier, raw, good), good, raw)
    for index in np.flatnonzero(valid & ~good):
        values[index] = _physical(codec.load(raw[index].tobytes()))
    return Vector(codec.type, len(raw), values=values, valid=None if valid.all() else valid)


def _fields(qualifier: Qualifier, raw: Array, good: Array) -> dict[int, Array]:
    """Numbers of each field, fractions in microseconds; `good` loses the rows with a field out of range."""
    np = need_numpy()
    fields: dict[int, Array] = {}
    at = 1
    for code, pairs in zip(qualifier.fields, qualifier.pairs, strict=True):
        number = np.zeros(len(raw), np.int64)
        for _ in range(pairs):
            number = number * 100 + raw[:, at]
            at += 1
        if code == FRACTION:
            if qualifier.fraction_digits % 2:
                good &= number % 10 == 0
            number *= 10 ** (6 - 2 * pairs)
        low, high = _LIMITS[code]
        good &= (number >= low) & (number <= high)
        fields[code] = number
    good &= ~raw[:, at:].any(axis=1)
    return fields


def _number(qualifier: Qualifier, fields: dict[int, Array], good: Array, raw: Array) -> tuple[Array, Array]:
    """Days since 1970-01-01 for YEAR TO DAY, else microseconds; and which rows they are right for."""
    np = need_numpy()
    total = np.zeros(len(raw), np.int64)
    if qualifier.start == YEAR:
        months = np.where(good, (fields[YEAR] - 1970) * 12 + fields[MONTH] - 1, 0)
        first = months.astype("M8[M]").astype("M8[D]").astype(np.int64)
        following = (months + 1).astype("M8[M]").astype("M8[D]").astype(np.int64)
        good = good & (fields[DAY] <= following - first)
        total = first + fields[DAY] - 1
        if qualifier.end == DAY:
            return total, good
    for code, factor in ((HOUR, 24), (MINUTE, 60), (SECOND, 60), (FRACTION, MICROSECONDS)):
        total = total * factor + fields.get(code, 0)
    return total, good


def _physical(value: date | time) -> int:
    """What stands in an Arrow array for a date, datetime or time."""
    if isinstance(value, time):
        return ((value.hour * 60 + value.minute) * 60 + value.second) * MICROSECONDS + value.microsecond
    days = value.toordinal() - UNIX_EPOCH
    if isinstance(value, datetime):
        return days * 86400 * MICROSECONDS + _physical(value.time())
    return days
