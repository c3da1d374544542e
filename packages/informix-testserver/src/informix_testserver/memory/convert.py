# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""Conversions between stored forms: on assignment, in casts, of bound values (sqli.md 7.2: conversion is general).

`converter(source, target, env)` returns a function of one non-NULL stored value, or None when nothing is to do.
Codes raised: -1213 … -1226, -1260 … -1266, -9634, -9648 and their like (`errors.json` of the driver lists them).
"""

import struct
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol

from informix_types import ColumnType, TypeCode

from ..engine import SqlError
from . import decimals, temporal
from .types import DAY, YEAR, Family, char_length, family, is_fixed_char

__all__ = ["Convert", "Environment", "converter", "fit_text", "range_check", "to_text"]

Convert = Callable[[Any], Any]


class Environment(Protocol):
    """What conversions depend on besides the types: the session that is executing."""

    @property
    def date_style(self) -> temporal.DateStyle:
        """The session's DBDATE."""

    @property
    def codec(self) -> str:
        """Python codec of the database's code set: lengths of character types count its bytes."""

    @property
    def ansi(self) -> bool:
        """MODE ANSI: too long strings are refused instead of cut (sqli.md 8 #9)."""

    def now(self) -> int:
        """The current DATETIME YEAR TO FRACTION(5), constant during a statement."""


_INT_LIMITS: dict[int, tuple[int, int]] = {
    # The lowest value of each width is the NULL sentinel (sqli.md 7.1). Codes: errors.json.
    TypeCode.SMALLINT: (2**15 - 1, -1214),
    TypeCode.INTEGER: (2**31 - 1, -1215),
    TypeCode.SERIAL: (2**31 - 1, -1215),
    TypeCode.BIGINT: (2**63 - 1, -1284),
    TypeCode.BIGSERIAL: (2**63 - 1, -1284),
    TypeCode.INT8: (2**63 - 1, -1284),
    TypeCode.SERIAL8: (2**63 - 1, -1284),
}
NO_CAST = -9634
NO_CONVERSION = -1260


def range_check(kind: ColumnType) -> Convert:
    """Return the check that an integer fits its type."""
    limit, code = _INT_LIMITS[kind.code]

    def check(value: int) -> int:
        if -limit <= value <= limit:
            return value
        raise SqlError(code)

    return check


def fit_text(kind: ColumnType, env: Environment) -> Convert:
    """Return the function that cuts or pads text to a character type, in bytes of the database's code set."""
    length, fixed = char_length(kind), is_fixed_char(kind)

    def fit(text: str) -> str:
        if text.isascii():
            size = len(text)
        else:
            try:
                encoded = text.encode(env.codec)
            except UnicodeEncodeError:
                raise SqlError(-23103) from None
            size = len(encoded)
        if size > length:
            cut = text[:length] if text.isascii() else encoded[:length].decode(env.codec, "ignore")
            if env.ansi and text.rstrip(" ") != cut.rstrip(" "):
                raise SqlError(-1279)
            text, size = cut, len(cut.encode(env.codec))
        return text + " " * (length - size) if fixed else text

    return fit


def to_text(kind: ColumnType, env: Environment) -> Convert:
    """Return the function that writes a stored value of a type as text, as a cast to character does."""
    which = family(kind)
    if which is Family.DECIMAL:
        scale = kind.scale
        return lambda v: decimals.to_text(decimals.unpack(v), scale)
    simple: dict[Family, Convert] = {
        Family.INT: str,
        Family.FLOAT: _float_text,
        Family.DATE: lambda v: temporal.format_date(v, env.date_style),
        Family.DATETIME: lambda v: temporal.format_stamp(v, kind),
        Family.MONTHS: lambda v: temporal.format_interval(v, kind),
        Family.SPAN: lambda v: temporal.format_interval(v, kind),
        Family.BOOLEAN: lambda v: "t" if v else "f",
    }
    if which in (Family.CHAR, Family.COLLECTION, Family.ROW):
        return lambda v: v
    if which not in simple:
        raise SqlError(NO_CAST)
    return simple[which]


def _float_text(value: float) -> str:
    return decimals.to_text(Decimal(repr(value)))


def _to_char(source: ColumnType, target: ColumnType, env: Environment) -> Convert:
    fit = fit_text(target, env)
    if family(source) is Family.CHAR:
        return fit
    write, length = to_text(source, env), char_length(target)

    def convert(value: Any) -> Any:
        text = write(value)
        if len(text) > length:
            raise SqlError(-1207)
        return fit(text)

    return convert


def _to_int(source: ColumnType, target: ColumnType, env: Environment) -> Convert | None:
    check, which = range_check(target), family(source)
    if which is Family.INT:
        return None if _INT_LIMITS[source.code][0] <= _INT_LIMITS[target.code][0] else check
    if which is Family.CHAR:
        return lambda v: check(int(decimals.parse(v)))
    if which is Family.DECIMAL:
        return lambda v: check(int(decimals.unpack(v)))
    if which is Family.FLOAT:
        return lambda v: check(int(v))
    if which is Family.DATE:
        return check
    raise SqlError(NO_CAST)


def _to_decimal(source: ColumnType, target: ColumnType, env: Environment) -> Convert | None:
    precision, scale, which = target.precision, target.scale, family(source)
    pack, fit = decimals.pack, decimals.round_to
    if which is Family.DECIMAL:
        if source.scale is not None and scale is not None:
            room = precision - scale >= source.precision - source.scale
            # The type of an arithmetic result ends at 32 digits, where its value may need more (`arithmetic`).
            if room and scale >= source.scale and source.precision < decimals.MAX_DIGITS:
                return None
        elif scale is None and precision >= source.precision:
            return None
        return lambda v: pack(fit(decimals.unpack(v), precision, scale))
    if which is Family.INT:
        return lambda v: pack(fit(Decimal(v), precision, scale))
    if which is Family.CHAR and target.code == TypeCode.MONEY:
        return lambda v: pack(fit(decimals.parse(v.strip().removeprefix("$")), precision, scale))
    if which is Family.CHAR:
        return lambda v: pack(fit(decimals.parse(v), precision, scale))
    if which is Family.FLOAT:
        return lambda v: pack(fit(Decimal(repr(v)), precision, scale))
    raise SqlError(NO_CAST)


def _single(value: float) -> float:
    try:
        packed = struct.pack(">f", value)
    except OverflowError:
        raise SqlError(-1222) from None
    return float(struct.unpack(">f", packed)[0])


def _to_float(source: ColumnType, target: ColumnType, env: Environment) -> Convert | None:
    which = family(source)
    narrow = target.code == TypeCode.SMALLFLOAT
    read: Convert
    if which is Family.FLOAT:
        return _single if narrow and source.code != TypeCode.SMALLFLOAT else None
    if which is Family.INT:
        read = float
    elif which is Family.DECIMAL:
        read = lambda v: float(decimals.unpack(v))  # noqa: E731 - one of a table of readers
    elif which is Family.CHAR:
        read = lambda v: float(decimals.parse(v))  # noqa: E731 - the same
    else:
        raise SqlError(NO_CAST)
    return (lambda v: _single(read(v))) if narrow else read


def _to_date(source: ColumnType, target: ColumnType, env: Environment) -> Convert | None:
    which = family(source)
    if which is Family.DATE:
        return None
    if which is Family.CHAR:
        return lambda v: temporal.parse_date(v, env.date_style)
    if which is Family.INT:
        return temporal.check_day
    if which is Family.DECIMAL:
        return lambda v: temporal.check_day(int(decimals.unpack(v)))
    if which is Family.DATETIME:
        whole = ColumnType(TypeCode.DATETIME, 8 << 8 | YEAR << 4 | DAY)
        return lambda v: (
            temporal.fit_stamp(v, source, whole, env.now()) // temporal.DAY_TICKS + 1 - temporal.DAY_ZERO
        )
    raise SqlError(NO_CAST)


def _fit_stamp(source: ColumnType, target: ColumnType, env: Environment) -> Convert | None:
    """Between qualifiers that both begin with YEAR: nothing to add; what is finer than the target is dropped."""
    if source.start == target.start == YEAR and target.end >= DAY:
        unit = temporal.unit_of(target)
        return None if source.end <= target.end else lambda v: v - v % unit
    return lambda v: temporal.fit_stamp(v, source, target, env.now())


def _to_datetime(source: ColumnType, target: ColumnType, env: Environment) -> Convert | None:
    which = family(source)
    if which is Family.DATETIME:
        if (source.start, source.end) == (target.start, target.end):
            return None
        return _fit_stamp(source, target, env)
    if which is Family.CHAR:
        return lambda v: temporal.parse_stamp(v, target)
    if which is Family.DATE:
        day = ColumnType(TypeCode.DATETIME, 8 << 8 | YEAR << 4 | DAY)

        def from_day(value: int) -> int:
            ticks = (value + temporal.DAY_ZERO - 1) * temporal.DAY_TICKS
            return temporal.fit_stamp(ticks, day, target, env.now())

        return from_day
    raise SqlError(NO_CONVERSION if which in (Family.INT, Family.DECIMAL, Family.FLOAT) else NO_CAST)


def _to_interval(source: ColumnType, target: ColumnType, env: Environment) -> Convert | None:
    which = family(source)
    if which is family(target):
        if source.encoded_length == target.encoded_length:
            return None
        return lambda v: temporal.fit_interval(v, target)
    if which is Family.CHAR:
        return lambda v: temporal.parse_interval(v, target)
    if which in (Family.MONTHS, Family.SPAN, Family.DATE, Family.DATETIME):
        raise SqlError(temporal.NO_MIX)
    raise SqlError(NO_CONVERSION)


_BOOLEANS = {"t": 1, "f": 0, "T": 1, "F": 0, "1": 1, "0": 0}


def _boolean(text: str) -> int:
    try:
        return _BOOLEANS[text.rstrip(" ")]
    except KeyError:
        raise SqlError(-9648) from None


def _to_boolean(source: ColumnType, target: ColumnType, env: Environment) -> Convert | None:
    which = family(source)
    if which is Family.BOOLEAN:
        return None
    if which is Family.CHAR:
        return _boolean
    raise SqlError(NO_CAST)


def _to_text_blob(source: ColumnType, target: ColumnType, env: Environment) -> Convert | None:
    which = family(source)
    if which is Family.TEXT:
        return None
    if which is Family.BYTE:
        return lambda v: v.decode(env.codec)
    if which is Family.CHAR:
        return None
    raise SqlError(-608)


def _to_byte(source: ColumnType, target: ColumnType, env: Environment) -> Convert | None:
    if family(source) is Family.BYTE:
        return None
    if family(source) in (Family.TEXT, Family.CHAR):
        return lambda v: v.encode(env.codec)
    raise SqlError(-608)


def _to_lob(source: ColumnType, target: ColumnType, env: Environment) -> Convert | None:
    if family(source) in (Family.LOB, Family.BYTE):
        return None
    raise SqlError(NO_CAST, token=f"{target.extended_name}")


def _to_constructed(source: ColumnType, target: ColumnType, env: Environment) -> Convert | None:
    if family(source) not in (family(target), Family.CHAR):
        raise SqlError(NO_CAST)
    from .collections import canonical, relabelled

    if family(source) is Family.COLLECTION and source.code != target.code:
        return lambda v: canonical(target, relabelled(target, v), env)
    return lambda v: canonical(target, v, env)


_TARGETS: dict[Family, Callable[[ColumnType, ColumnType, Environment], Convert | None]] = {
    Family.CHAR: _to_char,
    Family.INT: _to_int,
    Family.DECIMAL: _to_decimal,
    Family.FLOAT: _to_float,
    Family.DATE: _to_date,
    Family.DATETIME: _to_datetime,
    Family.MONTHS: _to_interval,
    Family.SPAN: _to_interval,
    Family.BOOLEAN: _to_boolean,
    Family.TEXT: _to_text_blob,
    Family.BYTE: _to_byte,
    Family.LOB: _to_lob,
    Family.COLLECTION: _to_constructed,
    Family.ROW: _to_constructed,
}


def converter(source: ColumnType, target: ColumnType, env: Environment) -> Convert | None:
    """Return the conversion from one type's stored form to another's, or None for identity.

    Raises:
        SqlError: -9634, -1260, -1266 or -608 when there is no such conversion.
    """
    if source is target or family(source) is Family.NULL:
        return None
    make = _TARGETS.get(family(target))
    if make is None:
        raise SqlError(NO_CAST, token=target.extended_name)
    return make(source, target, env)
