"""DATE, DATETIME and INTERVAL as exact integers, and their text forms.

Stored forms: DATE = days since 1899-12-31 (sqli.md 7.5); DATETIME = units of 1/100000 second since 0001-01-01,
fields in front of the qualifier taken from 0004-01-01 (a leap year, so that MONTH TO DAY can hold 02-29);
INTERVAL = months, or units of 1/100000 second. Integers of one qualifier sort and subtract as the values do.
"""

import datetime
import re
from functools import lru_cache

from informix_types import ColumnType
from informix_types.classes import frozen

from ..engine import SqlError
from .types import DAY, FRACTION, HOUR, MINUTE, MONTH, SECOND, YEAR, interval_first_digits

__all__ = ["DateStyle", "date_style"]

DAY_ZERO = datetime.date(1899, 12, 31).toordinal()
MIN_DAY = 1 - DAY_ZERO
MAX_DAY = datetime.date.max.toordinal() - DAY_ZERO
TICKS = 100_000
"""Units in a second: FRACTION(5)."""
MINUTE_TICKS = 60 * TICKS
HOUR_TICKS = 3600 * TICKS
DAY_TICKS = 86_400 * TICKS
BASE_YEAR = 4
MIN_STAMP = 0
MAX_STAMP = datetime.date.max.toordinal() * DAY_TICKS - 1

BAD_YEAR, BAD_MONTH, BAD_DAY, NOT_A_DATE, BAD_TIME = -1204, -1205, -1206, -1218, -1233
FIRST_FIELD, NON_NUMERIC, FIELD_RANGE, EXTRA_TEXT = -1261, -1262, -1263, -1264
INTERVAL_OVERFLOW, NO_MIX, RESULT_RANGE = -1265, -1266, -1267


# ------------------------------------------------------------------------------------------------------- DATE


@frozen
class DateStyle:
    """A parsed DBDATE: order of the parts (``MDY``), digits of the year, separator ("" for none)."""

    order: str
    year_digits: int
    separator: str


@lru_cache(maxsize=64)
def date_style(dbdate: str) -> DateStyle:
    """Parse DBDATE (``MDY4/``, ``Y4MD-``, ``DMY2.``, ``Y4MD0``).

    Raises:
        SqlError: -1212 when it is malformed.
    """
    match = re.fullmatch(r"(?i)(?=.*M)(?=.*D)(?=.*Y[24])((?:M|D|Y[24]){3})([-./:, 0]?)", dbdate)
    if match is None:
        raise SqlError(-1212)
    parts = match.group(1).upper()
    digits = 4 if "4" in parts else 2
    separator = match.group(2) or "/"
    return DateStyle(parts.replace("2", "").replace("4", ""), digits, "" if separator == "0" else separator)


def day_number(year: int, month: int, day: int) -> int:
    """Return the DATE of a year, month and day. Raises SqlError -1204, -1205, -1206."""
    if not 1 <= year <= 9999:
        raise SqlError(BAD_YEAR)
    if not 1 <= month <= 12:
        raise SqlError(BAD_MONTH)
    try:
        return datetime.date(year, month, day).toordinal() - DAY_ZERO
    except ValueError:
        raise SqlError(BAD_DAY) from None


def to_date(day: int) -> datetime.date:
    """Return a stored DATE as a Python date."""
    return datetime.date.fromordinal(day + DAY_ZERO)


def check_day(day: int) -> int:
    """Return a day number that lies in the years 1 to 9999. Raises SqlError -1267."""
    if not MIN_DAY <= day <= MAX_DAY:
        raise SqlError(RESULT_RANGE)
    return day


def parse_date(text: str, style: DateStyle) -> int | None:
    """Read a date in the order of DBDATE; any of ``/ - . : ,`` and blanks separates. Blank text is NULL."""
    stripped = text.strip()
    if not stripped:
        return None
    parts = re.findall(r"\d+", stripped)
    if not re.fullmatch(r"\d+(?:\s*[-/.:, ]\s*\d+){2}|\d{6}|\d{8}", stripped):
        raise SqlError(NOT_A_DATE)
    if len(parts) == 1:
        parts = _undelimited(parts[0], style)
    fields = dict(zip(style.order, parts, strict=True))
    if len(fields["Y"]) > 4 or len(fields["M"]) > 2 or len(fields["D"]) > 2:
        raise SqlError(NOT_A_DATE)
    year = int(fields["Y"])
    if len(fields["Y"]) <= 2:
        year += datetime.date.today().year // 100 * 100
    return day_number(year, int(fields["M"]), int(fields["D"]))


def _undelimited(digits: str, style: DateStyle) -> list[str]:
    width = {"Y": len(digits) - 4, "M": 2, "D": 2}
    parts, at = [], 0
    for part in style.order:
        parts.append(digits[at : at + width[part]])
        at += width[part]
    return parts


def format_date(day: int, style: DateStyle) -> str:
    """Write a date in the form of DBDATE."""
    date = to_date(day)
    year = f"{date.year:04d}" if style.year_digits == 4 else f"{date.year % 100:02d}"
    fields = {"Y": year, "M": f"{date.month:02d}", "D": f"{date.day:02d}"}
    return style.separator.join(fields[part] for part in style.order)


# --------------------------------------------------------------------------------------------------- DATETIME

_BEFORE = {MONTH: "-", DAY: "-", HOUR: " ", MINUTE: ":", SECOND: ":", FRACTION: "."}
_FIELDS = (YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FRACTION)


def stamp(fields: list[int]) -> int:
    """Return the stored form of [year, month, day, hour, minute, second, ticks]. Raises SqlError."""
    year, month, day, hour, minute, second, ticks = fields
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        raise SqlError(FIELD_RANGE)
    try:
        ordinal = datetime.date(year, month, day).toordinal() - 1
    except ValueError:
        raise SqlError(FIELD_RANGE) from None
    return ((ordinal * 24 + hour) * 60 + minute) * MINUTE_TICKS + second * TICKS + ticks


def stamp_fields(value: int) -> list[int]:
    """Return [year, month, day, hour, minute, second, ticks] of a stored DATETIME."""
    days, rest = divmod(value, DAY_TICKS)
    date = datetime.date.fromordinal(days + 1)
    hour, rest = divmod(rest, HOUR_TICKS)
    minute, rest = divmod(rest, MINUTE_TICKS)
    second, ticks = divmod(rest, TICKS)
    return [date.year, date.month, date.day, hour, minute, second, ticks]


_BASE_FIELDS = [BASE_YEAR, 1, 1, 0, 0, 0, 0]
_BASE_DAY = stamp(_BASE_FIELDS)
_WITH_CLOCK = (datetime.datetime, datetime.time)


def stamp_of(moment: datetime.datetime | datetime.time | datetime.date) -> int:
    """Return the stored form of a Python value, finer parts than 1/100000 second dropped (sqli.md 7.2)."""
    value = (moment.toordinal() - 1) * DAY_TICKS if isinstance(moment, datetime.date) else _BASE_DAY
    if isinstance(moment, _WITH_CLOCK):
        value += moment.hour * HOUR_TICKS + moment.minute * MINUTE_TICKS + moment.second * TICKS
        value += moment.microsecond // 10
    return value


def check_stamp(value: int) -> int:
    """Return a DATETIME that lies in the years 1 to 9999. Raises SqlError -1267."""
    if not MIN_STAMP <= value <= MAX_STAMP:
        raise SqlError(RESULT_RANGE)
    return value


def fit_stamp(value: int, source: ColumnType, target: ColumnType, now: int) -> int:
    """Convert between qualifiers: missing leading fields come from `now`, trailing ones start, finer ones drop."""
    fields = stamp_fields(value)
    if target.start < source.start:
        current = stamp_fields(now)
        for index in range(target.start // 2, source.start // 2):
            fields[index] = current[index]
    for index in range(target.start // 2):
        fields[index] = _BASE_FIELDS[index]
    last = min(target.end, SECOND) // 2
    for index in range(last + 1, 7):
        if index != 6 or target.end <= SECOND:
            fields[index] = _BASE_FIELDS[index]
    if target.end > SECOND:
        unit = 10 ** (15 - target.end)
        fields[6] -= fields[6] % unit
    return stamp(fields)


_UNITS = {DAY: DAY_TICKS, HOUR: HOUR_TICKS, MINUTE: MINUTE_TICKS, SECOND: TICKS}


def unit_of(kind: ColumnType) -> int:
    """Return the stored length of the last field of a DATETIME that ends with DAY or later."""
    return _UNITS.get(kind.end) or 10 ** (15 - kind.end)


def parse_stamp(text: str, kind: ColumnType) -> int:
    """Read a DATETIME of the type's qualifier; a missing fraction counts as zero, excess digits are dropped."""
    parts = _split(text.strip(), kind)
    fields = list(_BASE_FIELDS)
    for field, digits in parts.items():
        if field == FRACTION:
            fields[6] = _fraction(digits, kind.end)
        elif field == YEAR:
            if len(digits) > 4:
                raise SqlError(FIRST_FIELD)
            century = datetime.date.today().year // 100 * 100 if len(digits) <= 2 else 0
            fields[0] = int(digits) + century
        else:
            if len(digits) > 2:
                raise SqlError(FIELD_RANGE)
            fields[field // 2] = int(digits)
    return stamp(fields)


def format_stamp(value: int, kind: ColumnType) -> str:
    """Write a DATETIME in its ANSI form, only the fields of its qualifier."""
    fields = stamp_fields(value)
    text = ""
    for field in range(kind.start, min(kind.end, SECOND) + 1, 2):
        text += _BEFORE[field] if field != kind.start else ""
        text += f"{fields[field // 2]:0{4 if field == YEAR else 2}d}"
    if kind.end > SECOND:
        text += "." + f"{fields[6]:05d}"[: kind.end - 10]
    return text


def _split(text: str, kind: ColumnType) -> dict[int, str]:
    """Cut a DATETIME or INTERVAL text into digits by field."""
    fields = [f for f in _FIELDS if kind.start <= f <= min(kind.end, SECOND)]
    if kind.end > SECOND:
        fields.append(FRACTION)
    found: dict[int, str] = {}
    at = 0
    for field in fields:
        if field != kind.start:
            if at == len(text):
                if field == FRACTION:
                    break
                raise SqlError(FIELD_RANGE)
            if text[at] != _BEFORE[field]:
                raise SqlError(EXTRA_TEXT if text[at].isdigit() else NON_NUMERIC)
            at += 1
        elif field == FRACTION and text[at : at + 1] == ".":
            at += 1
        while field != FRACTION and text[at : at + 1] == " ":
            at += 1
        end = at
        while end < len(text) and text[end] in "0123456789":
            end += 1
        if end == at:
            raise SqlError(FIELD_RANGE if end == len(text) else NON_NUMERIC)
        found[field] = text[at:end]
        at = end
    if at != len(text):
        raise SqlError(EXTRA_TEXT if re.fullmatch(r"[-0-9:. ]+", text[at:]) else NON_NUMERIC)
    return found


def _fraction(digits: str, end: int) -> int:
    return int(digits[: end - 10].ljust(5, "0")) if end > 10 else 0


# --------------------------------------------------------------------------------------------------- INTERVAL

_UNIT_TICKS = {DAY: DAY_TICKS, HOUR: HOUR_TICKS, MINUTE: MINUTE_TICKS, SECOND: TICKS}
_LIMITS = {MONTH: 12, HOUR: 24, MINUTE: 60, SECOND: 60}


def unit_size(field: int) -> int:
    """Return the stored size of one unit of a field: months for YEAR and MONTH, ticks for the others."""
    return {YEAR: 12, MONTH: 1, FRACTION: 1}.get(field) or _UNIT_TICKS[field]


def parse_interval(text: str, kind: ColumnType) -> int:
    """Read an INTERVAL of the type's qualifier, with an optional sign."""
    stripped = text.strip()
    negative = stripped.startswith("-")
    if stripped[:1] in ("-", "+"):
        stripped = stripped[1:].lstrip()
    total = 0
    for field, digits in _split(stripped, kind).items():
        if field == FRACTION:
            total += _fraction(digits, kind.end)
            continue
        if field == kind.start:
            if len(digits.lstrip("0")) > interval_first_digits(kind):
                raise SqlError(FIRST_FIELD)
        elif len(digits) > 2 or int(digits) >= _LIMITS[field]:
            raise SqlError(FIELD_RANGE)
        total += int(digits) * unit_size(field)
    return -total if negative else total


def interval_fields(value: int, kind: ColumnType) -> tuple[bool, dict[int, int]]:
    """Return the sign and the number of each field of a stored INTERVAL."""
    rest, fields = abs(value), {}
    if kind.end <= MONTH:
        for field in (YEAR, MONTH):
            if kind.start <= field <= kind.end:
                fields[field], rest = divmod(rest, unit_size(field))
    else:
        for field in (DAY, HOUR, MINUTE, SECOND):
            if kind.start <= field <= kind.end:
                fields[field], rest = divmod(rest, unit_size(field))
        if kind.end > SECOND:
            fields[FRACTION] = rest
    return value < 0, fields


def format_interval(value: int, kind: ColumnType) -> str:
    """Write an INTERVAL: first field without padding, the others with two digits."""
    negative, fields = interval_fields(value, kind)
    text = ""
    for field, number in fields.items():
        if field == FRACTION:
            text += "." + f"{number:05d}"[: kind.end - 10]
        elif field == kind.start:
            text += str(number)
        else:
            text += f"{_BEFORE[field]}{number:02d}"
    return "-" + text if negative else text


def fit_interval(value: int, kind: ColumnType) -> int:
    """Convert to a qualifier of the same class: finer units are dropped. Raises SqlError -1265 when too large."""
    unit: int = 10 ** (15 - kind.end) if kind.end > SECOND else unit_size(kind.end)
    size = abs(value) // unit * unit
    if kind.start != FRACTION:
        if size // unit_size(kind.start) >= 10 ** interval_first_digits(kind):
            raise SqlError(INTERVAL_OVERFLOW)
    elif size >= TICKS:
        raise SqlError(INTERVAL_OVERFLOW)
    return -size if value < 0 else size


def add_months(value: int, months: int) -> int:
    """Add months to a DATETIME. Raises SqlError -1267 when the day does not exist or the year is out of range."""
    fields = stamp_fields(value)
    year, month = divmod(fields[0] * 12 + fields[1] - 1 + months, 12)
    fields[0], fields[1] = year, month + 1
    try:
        return stamp(fields)
    except SqlError:
        raise SqlError(RESULT_RANGE) from None
