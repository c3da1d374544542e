"""DATE, DATETIME and INTERVAL (sqli.md 7.4, 7.5)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from ..column import ColumnType
from ..context import TypeContext
from ..errors import ConversionError, FramingError
from ..layout import Family, fixed
from ..packed import MIN_EXPONENT, pack, unpack
from ..qualifier import DAY, FRACTION, HOUR, MONTH, SECOND, YEAR, Qualifier, datetime_qualifier, interval_qualifier
from ..values import IntervalYM, PartialDateTime
from .base import Codec, refuse

__all__ = ["date_codec", "datetime_codec", "interval_codec", "pack_datetime", "pack_interval"]

DATE_EPOCH = date(1899, 12, 31).toordinal()
"""Day 0 of a DATE (sqli.md 7.5)."""
MAX_ORDINAL = date.max.toordinal()


def date_codec(column: ColumnType, _ctx: TypeContext) -> Codec:
    """DATE: days since 1899-12-31."""

    def load(raw: bytes) -> date:
        ordinal = int.from_bytes(raw, "big", signed=True) + DATE_EPOCH
        if not 1 <= ordinal <= MAX_ORDINAL:
            raise ConversionError(f"DATE {raw.hex()} is outside of the years 1 … 9999")
        return date.fromordinal(ordinal)

    def dump(value: object) -> bytes:
        if isinstance(value, datetime):
            if value.tzinfo is not None or value.time() != time():
                refuse(column, value, "it has a time of day")
        elif not isinstance(value, date):
            refuse(column, value)
        return (value.toordinal() - DATE_EPOCH).to_bytes(4, "big", signed=True)

    return Codec(column, fixed(Family.DATE, "i", b"\x80\0\0\0"), load, dump)


def _fields(raw: bytes, qualifier: Qualifier) -> tuple[bool, list[int]]:
    """Sign and values of the fields; right-aligned by the exponent (sqli.md 7.4). A fraction in microseconds."""
    negative, exponent, digits = unpack(raw)
    if not any(digits):
        exponent, digits = qualifier.exponent, b""
    lead = qualifier.exponent - exponent
    if lead >= 0:
        # MIN_EXPONENT bounds this: the head has seven bits.
        digits = bytes(lead) + digits
    elif any(digits[:-lead]):
        raise FramingError(f"{raw.hex()} is too large for its qualifier")
    else:
        digits = digits[-lead:]
    wanted = sum(qualifier.pairs)
    if any(digits[wanted:]):
        raise FramingError(f"{raw.hex()} has digits beyond its qualifier")
    digits = digits[:wanted].ljust(wanted, b"\0")
    values, at = [], 0
    for code, pairs in zip(qualifier.fields, qualifier.pairs, strict=True):
        number = 0
        for digit in digits[at : at + pairs]:
            number = number * 100 + digit
        at += pairs
        if code == FRACTION:
            if qualifier.fraction_digits % 2 and number % 10:
                raise FramingError(f"{raw.hex()} has digits beyond its qualifier")
            number *= 10 ** (6 - 2 * pairs)
        values.append(number)
    return negative, values


def _pack_fields(
    qualifier: Qualifier, negative: bool, values: list[int], *, normalise: bool, width: int | None
) -> bytes:
    """Build the container; `width` is the row's width or None for the bytes of a parameter."""
    digits = bytearray()
    for code, pairs, field in zip(qualifier.fields, qualifier.pairs, values, strict=True):
        number = field // 10 ** (6 - 2 * pairs) if code == FRACTION else field
        digits += bytes((number // 100**k) % 100 for k in range(pairs - 1, -1, -1))
    exponent = qualifier.exponent
    room = qualifier.stored_pairs
    if normalise:
        stripped = digits.lstrip(b"\0")
        exponent = exponent - (len(digits) - len(stripped)) if stripped else MIN_EXPONENT
        digits = stripped
    packed = bytes(digits).ljust(room, b"\0")
    if not any(packed):
        # Zero: 80 00 .. normalised (sqli.md 7.4); complementing it would make no sense.
        negative = False
    out = pack(negative, exponent, packed)
    return out if width is None else out.ljust(width, b"\0")


def _datetime_loader(qualifier: Qualifier) -> Callable[[list[int]], Any]:
    """The Python class for a qualifier: date, datetime, time, else PartialDateTime."""
    if qualifier.start == YEAR and qualifier.end == DAY:
        return lambda f: date(*f)
    if qualifier.start == YEAR and qualifier.end >= HOUR:
        return lambda f: datetime(*f)  # type: ignore[arg-type]  # three to seven integers
    if qualifier.start == HOUR:
        return lambda f: time(*f)  # type: ignore[arg-type]  # one to four integers
    return lambda f: PartialDateTime(qualifier.start, qualifier.end, tuple(f))


def _datetime_fields(value: object, qualifier: Qualifier) -> list[int] | None:
    """Values of all seven fields of a Python value as far as it has them, cut to the qualifier; None if unfit."""
    parts: dict[int, int]
    if isinstance(value, PartialDateTime):
        have = datetime_qualifier(value.start << 4 | value.end)
        parts = dict(zip(have.fields, value.fields, strict=True))
    elif isinstance(value, date):
        clock = value.time() if isinstance(value, datetime) else time()
        parts = dict(zip(range(0, 6, 2), (value.year, value.month, value.day), strict=True))
        parts |= dict(
            zip(range(6, 14, 2), (clock.hour, clock.minute, clock.second, clock.microsecond), strict=True)
        )
    elif isinstance(value, time):
        parts = dict(
            zip(range(6, 14, 2), (value.hour, value.minute, value.second, value.microsecond), strict=True)
        )
    else:
        return None
    if any(code not in parts for code in qualifier.fields):
        return None
    # What the qualifier has no field for must be empty: months and days cannot be, clock fields only as zero.
    for code, part in parts.items():
        if code not in qualifier.fields and (code < qualifier.start or code < HOUR or part) and code != FRACTION:
            return None
    return [parts[code] for code in qualifier.fields]


def _cut_fraction(microsecond: int, digits: int, strict: bool) -> int | None:
    """Microseconds cut to `digits` digits; None when that would lose something and `strict` forbids it."""
    unit: int = 10 ** (6 - digits)
    if strict and microsecond % unit:
        return None
    return microsecond // unit * unit


def pack_datetime(
    value: object, encoded_length: int, ctx: TypeContext, *, width: int | None = None
) -> bytes | None:
    """Encode date, datetime, time or PartialDateTime under a qualifier; None when the value does not fit it.

    `width` None gives the unnormalised form of parameters, else the row form. Aware values must have been
    made naive before. Raises ConversionError for fractions that `strict_fractions` forbids to cut.
    """
    qualifier = datetime_qualifier(encoded_length)
    fields = _datetime_fields(value, qualifier)
    if fields is None:
        return None
    micro = getattr(value, "microsecond", 0) or 0
    kept = _cut_fraction(micro, qualifier.fraction_digits, ctx.strict_fractions)
    if kept is None:
        raise ConversionError(
            f"{value!r} has more fraction digits than DATETIME {qualifier.text(interval=False)} holds"
        )
    if qualifier.fraction_digits:
        fields[-1] = kept
    return _pack_fields(
        qualifier, False, fields, normalise=width is not None and ctx.normalised_datetimes, width=width
    )


def datetime_codec(column: ColumnType, ctx: TypeContext) -> Codec:
    """DATETIME of every qualifier."""
    qualifier = datetime_qualifier(column.encoded_length)
    make = _datetime_loader(qualifier)
    width = column.width or 0

    def load(raw: bytes) -> Any:
        negative, fields = _fields(raw, qualifier)
        if negative:
            raise FramingError(f"negative DATETIME {raw.hex()}")
        try:
            return make(fields)
        except ValueError as exc:
            raise FramingError(f"impossible DATETIME {raw.hex()}: {exc}") from None

    def dump(value: object) -> bytes:
        if getattr(value, "tzinfo", None) is not None:
            refuse(column, value, "it has a time zone")
        packed = pack_datetime(value, column.encoded_length, ctx, width=width)
        if packed is None:
            refuse(column, value)
        return packed

    return Codec(column, fixed(Family.DATETIME, f"{width}s", bytes(width)), load, dump)


_SECONDS: dict[int, int] = {DAY: 86400, HOUR: 3600, 8: 60, SECOND: 1}
_FIELD_LIMITS: dict[int, int] = {MONTH: 11, HOUR: 23, 8: 59, SECOND: 59, FRACTION: 999999}
MICROSECONDS = 10**6


def _interval_value(qualifier: Qualifier, negative: bool, fields: list[int], raw: bytes) -> IntervalYM | timedelta:
    for code, field in zip(qualifier.fields[1:], fields[1:], strict=True):
        if field > _FIELD_LIMITS[code]:
            raise FramingError(f"impossible INTERVAL {raw.hex()}: field {field}")
    sign = -1 if negative else 1
    if qualifier.year_month:
        months = sum(
            field * (12 if code == YEAR else 1) for code, field in zip(qualifier.fields, fields, strict=True)
        )
        return IntervalYM(0, sign * months)
    micros = sum(
        field if code == FRACTION else field * _SECONDS[code] * MICROSECONDS
        for code, field in zip(qualifier.fields, fields, strict=True)
    )
    try:
        return timedelta(microseconds=sign * micros)
    except OverflowError:
        raise ConversionError(f"INTERVAL {raw.hex()} is too long for timedelta") from None


def pack_interval(
    value: object, encoded_length: int, ctx: TypeContext, *, width: int | None = None
) -> bytes | None:
    """Encode IntervalYM or timedelta under a qualifier; None when the value does not fit it exactly.

    `width` None gives the unnormalised form that parameters have been proven with (sqli.md 7.4), else the row's.
    Raises ConversionError for fractions that `strict_fractions` forbids to cut.
    """
    qualifier = interval_qualifier(encoded_length)
    if isinstance(value, IntervalYM) != qualifier.year_month or not isinstance(value, IntervalYM | timedelta):
        return None
    if isinstance(value, IntervalYM):
        negative, rest = value.total_months < 0, abs(value.total_months)
        units = [12 if code == YEAR else 1 for code in qualifier.fields]
    else:
        micros = (value.days * 86400 + value.seconds) * MICROSECONDS + value.microseconds
        negative, rest = micros < 0, abs(micros)
        kept = _cut_fraction(rest % MICROSECONDS, qualifier.fraction_digits, ctx.strict_fractions)
        if kept is None:
            raise ConversionError(
                f"{value!r} has more fraction digits than INTERVAL {qualifier.text(interval=True)} holds"
            )
        rest = rest // MICROSECONDS * MICROSECONDS + kept
        units = [1 if code == FRACTION else _SECONDS[code] * MICROSECONDS for code in qualifier.fields]
    fields = []
    for unit in units:
        field, rest = divmod(rest, unit)
        fields.append(field)
    if rest or (qualifier.start != FRACTION and fields[0] >= 10**qualifier.first_digits):
        return None
    if qualifier.start == FRACTION and fields[0] >= MICROSECONDS:
        return None
    return _pack_fields(qualifier, negative, fields, normalise=width is not None, width=width)


def interval_codec(column: ColumnType, ctx: TypeContext) -> Codec:
    """INTERVAL of both classes: IntervalYM for YEAR TO MONTH, timedelta for DAY TO FRACTION."""
    qualifier = interval_qualifier(column.encoded_length)
    width = column.width or 0

    def load(raw: bytes) -> IntervalYM | timedelta:
        negative, fields = _fields(raw, qualifier)
        return _interval_value(qualifier, negative, fields, raw)

    def dump(value: object) -> bytes:
        packed = pack_interval(value, column.encoded_length, ctx, width=width)
        if packed is None:
            refuse(column, value)
        return packed

    return Codec(column, fixed(Family.INTERVAL, f"{width}s", bytes(width)), load, dump)
