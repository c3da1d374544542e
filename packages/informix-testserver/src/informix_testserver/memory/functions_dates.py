# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""Functions on dates, datetimes and intervals, and TO_CHAR / TO_DATE."""

import calendar
import datetime
import re
from collections.abc import Callable
from typing import Any

from informix_types import ColumnType

from ..engine import SqlError
from ..sql import ast
from . import decimals, temporal
from .bind_functions import function
from .binder import ANY_TEXT, Binder
from .expr import Expr
from .numberformat import format_number
from .types import (
    DATE,
    DAY,
    FLOATING_DECIMAL,
    FRACTION5,
    HOUR,
    INTEGER,
    MINUTE,
    MONTH,
    SECOND,
    YEAR,
    Family,
    datetime_type,
    decimal,
    family,
    interval_type,
    lvarchar,
)

__all__: list[str] = []

STAMP = datetime_type(YEAR, FRACTION5)
BAD_UNIT = -1268


def _as_date(b: Binder, argument: Expr) -> Expr:
    return b.convert(b.settle(argument, DATE), DATE)


def _part(name: str, body: Callable[[datetime.date], int]) -> None:
    @function(name)
    def bind(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
        argument = b.settle(arguments[0], DATE)
        if family(argument.stored) is Family.DATETIME and name in ("year", "month", "day"):
            index = ("year", "month", "day").index(name)
            sql = b.call(("stamp part", index), lambda v: temporal.stamp_fields(v)[index], [argument.sql])
            return Expr.of(sql, INTEGER)
        date = _as_date(b, argument)
        return Expr.of(b.call(("part", name), lambda v: body(temporal.to_date(v)), [date.sql]), INTEGER)


_PARTS: dict[str, Callable[[datetime.date], int]] = {
    "day": lambda d: d.day,
    "month": lambda d: d.month,
    "year": lambda d: d.year,
    "weekday": lambda d: d.isoweekday() % 7,
    "quarter": lambda d: (d.month + 2) // 3,
}
for _name, _body in _PARTS.items():
    _part(_name, _body)


@function("date")
def _date(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    converted = _as_date(b, arguments[0])
    return Expr.of(converted.sql, DATE)


@function("mdy", least=3)
def _mdy(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    numbers = [b.convert(b.settle(a, INTEGER), INTEGER).sql for a in arguments]
    return Expr.of(b.call("mdy", lambda m, d, y: temporal.day_number(y, m, d), numbers), DATE)


@function("last_day")
def _last_day(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    argument = b.settle(arguments[0], DATE)

    def last(day: int) -> int:
        date = temporal.to_date(day)
        return day + calendar.monthrange(date.year, date.month)[1] - date.day

    if family(argument.stored) is Family.DATETIME:

        def last_stamp(value: int) -> int:
            fields = temporal.stamp_fields(value)
            return value + (calendar.monthrange(fields[0], fields[1])[1] - fields[2]) * temporal.DAY_TICKS

        return Expr.of(b.call("last day stamp", last_stamp, [argument.sql]), argument.stored.with_flags(0))
    return Expr.of(b.call("last day", last, [_as_date(b, argument).sql]), DATE)


_DAY_NAMES = {name: number for number, name in enumerate(("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"))}


@function("next_day", least=2)
def _next_day(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    def following(day: int, name: str) -> int:
        wanted = _DAY_NAMES.get(name.strip().upper()[:3])
        if wanted is None:
            raise SqlError(-1260)
        today = temporal.to_date(day).weekday()
        return temporal.check_day(day + ((wanted - today - 1) % 7) + 1)

    return Expr.of(b.call("next day", following, [_as_date(b, arguments[0]).sql, b.text(arguments[1]).sql]), DATE)


def _shift(stamp: int, months: int) -> int:
    """Add months; the last day of a month stays the last day."""
    fields = temporal.stamp_fields(stamp)
    at_end = fields[2] == calendar.monthrange(fields[0], fields[1])[1]
    year, month = divmod(fields[0] * 12 + fields[1] - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise SqlError(temporal.RESULT_RANGE)
    last = calendar.monthrange(year, month + 1)[1]
    fields[:3] = [year, month + 1, last if at_end else min(fields[2], last)]
    return temporal.stamp(fields)


@function("add_months", least=2)
def _add_months(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    argument = b.settle(arguments[0], DATE)
    months = b.convert(b.settle(arguments[1], INTEGER), INTEGER)
    if family(argument.stored) is Family.DATETIME:
        return Expr.of(b.call("add months end", _shift, [argument.sql, months.sql]), argument.stored.with_flags(0))

    def shift(day: int, count: int) -> int:
        stamp = (day + temporal.DAY_ZERO - 1) * temporal.DAY_TICKS
        return _shift(stamp, count) // temporal.DAY_TICKS + 1 - temporal.DAY_ZERO

    return Expr.of(b.call("add months date", shift, [_as_date(b, argument).sql, months.sql]), DATE)


@function("months_between", least=2)
def _months_between(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    from decimal import Decimal

    def between(x: int, y: int) -> bytes:
        p, q = temporal.stamp_fields(x), temporal.stamp_fields(y)
        months = Decimal((p[0] - q[0]) * 12 + p[1] - q[1])
        ends = p[2] == calendar.monthrange(p[0], p[1])[1] and q[2] == calendar.monthrange(q[0], q[1])[1]
        if p[2] != q[2] and not ends:
            ticks = x % temporal.DAY_TICKS - y % temporal.DAY_TICKS + (p[2] - q[2]) * temporal.DAY_TICKS
            part = decimals.CONTEXT.divide(Decimal(ticks), Decimal(31 * temporal.DAY_TICKS))
            months = decimals.CONTEXT.add(months, part)
        return decimals.pack(decimals.CONTEXT.plus(months))

    # Text is a DATE here: TO_DATE is there for text with a time.
    dates = [_as_date(b, a) if a.marker is None and family(a.stored) is Family.CHAR else a for a in arguments]
    stamps = [b.convert(b.settle(a, STAMP), STAMP).sql for a in dates]
    return Expr.of(b.call("months between", between, stamps), decimal(32))


# ---------------------------------------------------------------------------- functions that make intervals

_SPAN, _MONTHS_TYPE = interval_type(DAY, FRACTION5, 9), interval_type(YEAR, MONTH, 9)
"""[I] Informix documents the qualifiers DAY TO FRACTION and YEAR TO MONTH, but no digits."""
_SPAN_UNITS = {"DAY": DAY, "HOUR": HOUR, "MINUTE": MINUTE, "SECOND": SECOND}
_MONTH_UNITS = {"YEAR": YEAR, "MONTH": MONTH}


def _interval_of_text(name: str, kind: ColumnType) -> None:
    @function(name)
    def bind(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
        def read(text: str) -> int:
            # A fraction may be left out: 3 04:05:06.
            return temporal.parse_interval(text if "." in text or kind is not _SPAN else f"{text}.0", kind)

        return Expr.of(b.call(name, read, [b.text(arguments[0]).sql]), kind)


def _interval_of_number(name: str, kind: ColumnType, units: dict[str, int]) -> None:
    @function(name, least=2)
    def bind(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
        def count(packed: bytes, unit: str) -> int:
            field = units.get(unit.strip().upper())
            if field is None:
                raise SqlError(BAD_UNIT, token=unit.strip())
            amount = decimals.unpack(packed) * temporal.unit_size(field)
            return temporal.fit_interval(int(amount.to_integral_value()), kind)

        number = b.convert(b.number(b.settle(arguments[0], FLOATING_DECIMAL)), FLOATING_DECIMAL)
        return Expr.of(b.call(name, count, [number.sql, b.text(arguments[1]).sql]), kind)


_interval_of_text("to_dsinterval", _SPAN)
_interval_of_text("to_yminterval", _MONTHS_TYPE)
_interval_of_number("numtodsinterval", _SPAN, _SPAN_UNITS)
_interval_of_number("numtoyminterval", _MONTHS_TYPE, _MONTH_UNITS)


# ------------------------------------------------------------------------------------------------ TRUNC, ROUND

_UNITS = {
    **dict.fromkeys(("YEAR", "YYYY", "YY"), 0),
    **dict.fromkeys(("MONTH", "MM", "MON"), 1),
    **dict.fromkeys(("DD", "DDD", "D", "DAY"), 2),
    **dict.fromkeys(("HH", "HH24", "HOUR"), 3),
    **dict.fromkeys(("MI", "MINUTE"), 4),
}
"""Formats of TRUNC and ROUND: the place in `temporal.stamp_fields` of the last field that is kept."""
_HALVES = (7, 16, 12, 30, 30)
"""From which value of the next field on ROUND goes up: July, the 16th, noon, the half hour, the half minute."""
_STARTS = (1, 1, 1, 0, 0, 0, 0)


def cut_moment(b: Binder, moment: Expr, picture: list[Expr], key: str) -> Expr:
    """TRUNC and ROUND of a DATE or DATETIME, to days or to the unit that a format such as 'MM' names."""
    kind = moment.stored.with_flags(0)
    is_date = family(kind) is Family.DATE
    stamp = b.convert(moment, datetime_type(YEAR, 4)) if is_date else moment
    format_sql = b.text(picture[0]).sql if picture else "'DD'"

    def cut(value: int, unit: str) -> int:
        at = _UNITS.get(unit.strip().upper())
        if at is None:
            raise SqlError(-1277, token=unit)
        fields = temporal.stamp_fields(value)
        up = key == "round" and fields[at + 1] >= _HALVES[at]
        fields[at + 1 :] = _STARTS[at + 1 :]
        found = temporal.stamp(fields)
        if up:
            if at < 2:
                found = temporal.add_months(found, 12 if at == 0 else 1)
            else:
                found = temporal.check_stamp(
                    found + (temporal.DAY_TICKS, temporal.HOUR_TICKS, temporal.MINUTE_TICKS)[at - 2]
                )
        return found // temporal.DAY_TICKS + 1 - temporal.DAY_ZERO if is_date else found

    return Expr.of(b.call((key, "moment", is_date), cut, [stamp.sql, format_sql]), kind)


# --------------------------------------------------------------------------------------------- TO_CHAR, TO_DATE

_MONTHS = [datetime.date(2000, month, 1).strftime("%B") for month in range(1, 13)]
_DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
_ORACLE = {
    "YYYY": "%Y",
    "YY": "%y",
    "MONTH": "%B",
    "MON": "%b",
    "MM": "%m",
    "DDD": "%j",
    "DD": "%d",
    "HH24": "%H",
    "HH12": "%I",
    "HH": "%I",
    "MI": "%M",
    "SS": "%S",
    "AM": "%p",
    "PM": "%p",
    "DAY": "%A",
    "DY": "%a",
    **{f"FF{n}": f"%{n}F" for n in range(1, 6)},
}
_ORACLE_TOKENS = re.compile("|".join(sorted(_ORACLE, key=len, reverse=True)), re.IGNORECASE)
_TOKEN = re.compile(r"%(?:F(\d)|(\d)F|(.))|([^%]+)", re.DOTALL)


def _percent(text: str) -> str:
    """Return a format in Informix's `%` notation; formats without `%` use the names of Oracle's."""
    return text if "%" in text else _ORACLE_TOKENS.sub(lambda m: _ORACLE[m.group().upper()], text)


def format_moment(value: int, text: str) -> str:
    """Write a DATETIME (stored form) by a format such as ``%d.%m.%Y %H:%M:%S``."""
    fields = temporal.stamp_fields(value)
    date = datetime.date(*fields[:3])
    hour = fields[3] % 12 or 12
    values = {
        "Y": f"{fields[0]:04d}",
        "y": f"{fields[0] % 100:02d}",
        "m": f"{fields[1]:02d}",
        "d": f"{fields[2]:02d}",
        "e": f"{fields[2]:2d}",
        "j": f"{date.timetuple().tm_yday:03d}",
        "H": f"{fields[3]:02d}",
        "I": f"{hour:02d}",
        "M": f"{fields[4]:02d}",
        "S": f"{fields[5]:02d}",
        "p": "AM" if fields[3] < 12 else "PM",
        "B": _MONTHS[fields[1] - 1],
        "b": _MONTHS[fields[1] - 1][:3],
        "h": _MONTHS[fields[1] - 1][:3],
        "A": _DAYS[date.isoweekday() % 7],
        "a": _DAYS[date.isoweekday() % 7][:3],
        "w": str(date.isoweekday() % 7),
        "%": "%",
        "n": "\n",
        "t": "\t",
    }
    values["D"] = f"{values['m']}/{values['d']}/{values['y']}"
    values["T"] = f"{values['H']}:{values['M']}:{values['S']}"
    values["R"] = f"{values['H']}:{values['M']}"
    values["F"] = f"{fields[6]:05d}"
    out = ""
    for match in _TOKEN.finditer(_percent(text)):
        after, before, code, plain = match.groups()
        if plain is not None:
            out += plain
        elif after or before:
            out += f"{fields[6]:05d}"[: int(after or before)]
        elif code in values:
            out += values[code]
        else:
            raise SqlError(-1277, token=f"%{code}")
    return out


_READ = {"Y": 4, "y": 2, "m": 2, "d": 2, "e": 2, "H": 2, "I": 2, "M": 2, "S": 2, "j": 3}
_SLOT = {"Y": 0, "y": 0, "m": 1, "d": 2, "e": 2, "H": 3, "I": 3, "M": 4, "S": 5}


def parse_moment(value: str, text: str) -> int:
    """Read a DATETIME (stored form) by a format. Raises SqlError -1277 when the text does not fit it."""
    fields = [datetime.date.today().year, 1, 1, 0, 0, 0, 0]
    rest, afternoon = value.strip(), None
    expanded = _percent(text).replace("%T", "%H:%M:%S").replace("%R", "%H:%M").replace("%D", "%m/%d/%y")
    for match in _TOKEN.finditer(expanded):
        after, before, code, plain = match.groups()
        if plain is not None:
            if not rest.startswith(plain):
                if plain.strip():
                    raise SqlError(-1277)
                rest = rest.lstrip()
                continue
            rest = rest[len(plain) :]
            continue
        rest = rest.lstrip() if code in ("B", "b", "h", "A", "a") else rest
        if after or before or code == "F":
            found = re.match(r"\.?(\d{1,5})", rest)
            if found is None:
                raise SqlError(-1277)
            fields[6] = int(found.group(1).ljust(5, "0"))
            rest = rest[found.end() :]
        elif code in ("B", "b", "h"):
            found = re.match(r"[A-Za-z]+", rest)
            month = _month_number(found.group()) if found else None
            if found is None or month is None:
                raise SqlError(-1277)
            fields[1], rest = month, rest[found.end() :]
        elif code in ("A", "a"):
            rest = re.sub(r"^[A-Za-z]+", "", rest)
        elif code == "p":
            afternoon, rest = rest[:2].upper() == "PM", rest[2:]
        elif code in _SLOT:
            found = re.match(rf"\d{{1,{_READ[code]}}}", rest)
            if found is None:
                raise SqlError(-1277)
            number = int(found.group())
            if code == "y":
                number += datetime.date.today().year // 100 * 100
            fields[_SLOT[code]], rest = number, rest[found.end() :]
        else:
            raise SqlError(-1277, token=f"%{code}")
    if rest.strip():
        raise SqlError(-1277)
    if afternoon is not None:
        fields[3] = fields[3] % 12 + (12 if afternoon else 0)
    return temporal.stamp(fields)


def _month_number(name: str) -> int | None:
    for number, month in enumerate(_MONTHS, 1):
        if month.lower() == name.lower() or month[:3].lower() == name.lower():
            return number
    return None


@function("to_char", most=2)
def _to_char(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    """TO_CHAR; the type of the value, or for text the kind of the format, decides how it is written."""
    argument = b.settle(arguments[0], STAMP)
    which = family(argument.stored)
    if argument.null or (which is Family.CHAR and len(arguments) == 1):
        return Expr.of(argument.sql, lvarchar())
    if len(arguments) == 1:
        return Expr.of(b.convert(argument, lvarchar()).sql, lvarchar())
    picture = b.text(arguments[1])
    if which is Family.CHAR and picture.constant and "%" in str(picture.value):
        argument, which = b.convert(argument, STAMP), Family.DATETIME
    if which in (Family.DATE, Family.DATETIME):
        stamp = argument if which is Family.DATETIME else b.convert(argument, datetime_type(YEAR, 4))
        return Expr.of(b.call("to_char", format_moment, [stamp.sql, picture.sql]), lvarchar())
    if which in (Family.INT, Family.FLOAT, Family.DECIMAL):
        number = b.convert(argument, decimal(32))
        sql = b.call(
            "to_char number", lambda v, f: format_number(decimals.unpack(v), f), [number.sql, picture.sql]
        )
        return Expr.of(sql, lvarchar())
    raise SqlError(-999, offset=node.pos, token="TO_CHAR of this type with a format")


@function("to_date", "to_datetime", most=2)
def _to_date(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    text = b.text(arguments[0])
    if len(arguments) == 1:
        return Expr.of(b.convert(text, STAMP).sql, STAMP)
    picture = b.text(b.settle(arguments[1], ANY_TEXT))
    return Expr.of(b.call("to_date", parse_moment, [text.sql, picture.sql]), STAMP)


_: Any = ColumnType
