"""DATE, DATETIME and INTERVAL (sqli.md 7.4, 7.5)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from ..column import ColumnType
from ..context import TypeContext
from ..errors import ConversionError, FramingError
from ..fields import datetime_fields, datetime_maker, interval_fields, interval_value
from ..layout import Family, fixed
from ..packed import MIN_EXPONENT, pack, unpack
from ..qualifier import FRACTION, Qualifier, datetime_qualifier, interval_qualifier
from ..values import IntervalYM
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


def _field_reader(qualifier: Qualifier) -> Callable[[bytes], tuple[bool, list[int]]]:
    """Return the function from a container to sign and values of the fields; a fraction in microseconds."""
    wanted = sum(qualifier.pairs)
    spans = list(zip(qualifier.fields, qualifier.pairs, strict=True))

    def read(raw: bytes) -> tuple[bool, list[int]]:
        negative, exponent, digits = unpack(raw)
        if exponent != qualifier.exponent or len(digits) != wanted:
            digits = _aligned(raw, exponent, digits, qualifier.exponent, wanted)
        values, at = [], 0
        for code, pairs in spans:
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

    return read


def _aligned(raw: bytes, exponent: int, digits: bytes, expected: int, wanted: int) -> bytes:
    """Return the digits from the first field on: they are right-aligned by the exponent (sqli.md 7.4)."""
    if not any(digits):
        exponent, digits = expected, b""
    lead = expected - exponent
    if lead >= 0:
        # MIN_EXPONENT bounds this: the head has seven bits.
        digits = bytes(lead) + digits
    elif any(digits[:-lead]):
        raise FramingError(f"{raw.hex()} is too large for its qualifier")
    else:
        digits = digits[-lead:]
    if any(digits[wanted:]):
        raise FramingError(f"{raw.hex()} has digits beyond its qualifier")
    return digits[:wanted].ljust(wanted, b"\0")


def _pack_fields(
    qualifier: Qualifier, negative: bool, values: list[int], *, normalise: bool, width: int | None
) -> bytes:
    """Build the container; `width` is the row's width or None for the bytes of a parameter."""
    digits = bytearray()
    for code, pairs, field in zip(qualifier.fields, qualifier.pairs, values, strict=True):
        number = field // 10 ** (6 - 2 * pairs) if code == FRACTION else field
        if pairs == 1:
            digits.append(number % 100)
        else:
            digits += bytes([(number // 100**k) % 100 for k in range(pairs - 1, -1, -1)])
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


def pack_datetime(
    value: object, encoded_length: int, ctx: TypeContext, *, width: int | None = None
) -> bytes | None:
    """Encode date, datetime, time or PartialDateTime under a qualifier; None when the value does not fit it.

    `width` None gives the unnormalised form of parameters, else the row form. Raises ConversionError for values
    with a time zone, and for fractions that `strict_fractions` forbids to cut.
    """
    if getattr(value, "tzinfo", None) is not None:
        raise ConversionError(f"{value!r} has a time zone, which Informix cannot store")
    qualifier = datetime_qualifier(encoded_length)
    fields = datetime_fields(value, qualifier, strict=ctx.strict_fractions)
    if fields is None:
        return None
    normalise = width is not None and ctx.normalised_datetimes
    return _pack_fields(qualifier, False, fields, normalise=normalise, width=width)


def datetime_codec(column: ColumnType, ctx: TypeContext) -> Codec:
    """DATETIME of every qualifier."""
    qualifier = datetime_qualifier(column.encoded_length)
    make = datetime_maker(qualifier)
    read = _field_reader(qualifier)
    width = column.width or 0

    def load(raw: bytes) -> Any:
        negative, fields = read(raw)
        if negative:
            raise FramingError(f"negative DATETIME {raw.hex()}")
        try:
            return make(fields)
        except ValueError as exc:
            raise FramingError(f"impossible DATETIME {raw.hex()}: {exc}") from None

    def dump(value: object) -> bytes:
        packed = pack_datetime(value, column.encoded_length, ctx, width=width)
        if packed is None:
            refuse(column, value)
        return packed

    return Codec(column, fixed(Family.DATETIME, f"{width}s", bytes(width)), load, dump)


def pack_interval(
    value: object, encoded_length: int, ctx: TypeContext, *, width: int | None = None
) -> bytes | None:
    """Encode IntervalYM or timedelta under a qualifier; None when the value does not fit it exactly.

    `width` None gives the unnormalised form that parameters have been proven with (sqli.md 7.4), else the row's.
    Raises ConversionError for fractions that `strict_fractions` forbids to cut.
    """
    qualifier = interval_qualifier(encoded_length)
    found = interval_fields(value, qualifier, strict=ctx.strict_fractions)
    if found is None:
        return None
    return _pack_fields(qualifier, *found, normalise=width is not None, width=width)


def interval_codec(column: ColumnType, ctx: TypeContext) -> Codec:
    """INTERVAL of both classes: IntervalYM for YEAR TO MONTH, timedelta for DAY TO FRACTION."""
    qualifier = interval_qualifier(column.encoded_length)
    read = _field_reader(qualifier)
    width = column.width or 0

    def load(raw: bytes) -> IntervalYM | timedelta:
        negative, fields = read(raw)
        try:
            return interval_value(qualifier, negative, fields)
        except ConversionError:
            raise
        except ValueError as exc:
            raise FramingError(f"impossible INTERVAL {raw.hex()}: {exc}") from None

    def dump(value: object) -> bytes:
        packed = pack_interval(value, column.encoded_length, ctx, width=width)
        if packed is None:
            refuse(column, value)
        return packed

    return Codec(column, fixed(Family.INTERVAL, f"{width}s", bytes(width)), load, dump)
