"""Qualifiers of DATETIME and INTERVAL: field codes, digits, pairs, names (sqli.md 6.3, 7.4)."""

import re
from collections.abc import Sequence
from functools import lru_cache

from .classes import frozen
from .errors import FramingError

__all__ = ["FIELD_NAMES", "Qualifier", "datetime_length", "field_code", "interval_length"]

YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FRACTION = range(0, 14, 2)
FIELD_NAMES = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "FRACTION")
MAX_FRACTION_DIGITS = 5
_SEPARATORS = {MONTH: "-", DAY: "-", HOUR: " ", MINUTE: ":", SECOND: ":", FRACTION: "."}
"""What stands before each field in text, unless it is the first."""


def field_code(name: str) -> int:
    """Code of a field's name, e.g. ``HOUR`` -> 6 (FRACTION as start: 12)."""
    return FIELD_NAMES.index(name.upper()) * 2


@frozen
class Qualifier:
    """A decoded qualifier of a DATETIME or INTERVAL.

    Attributes:
        start: code of the first field, YEAR 0 … SECOND 10, FRACTION 12.
        end: code of the last field; FRACTION(n) is 10 + n.
        fields: codes of all fields from first to last; FRACTION appears as 12.
        first_digits: decimal digits of the first field.
        fraction_digits: digits of the fraction, 0 when the qualifier ends before it.
        pairs: base-100 digits of each field, parallel to `fields`.
        exponent: base-100 digits from the first field down to SECOND, counted even if the qualifier ends
            earlier (sqli.md 7.4).
        digits: total number of decimal digits (the high byte of the encoded length).
    """

    start: int
    end: int
    fields: tuple[int, ...]
    first_digits: int
    fraction_digits: int
    pairs: tuple[int, ...]
    exponent: int
    digits: int

    @property
    def stored_pairs(self) -> int:
        """Base-100 digits that a row has room for."""
        return (self.digits + (self.end & 1) + 3) // 2 - 1

    @property
    def year_month(self) -> bool:
        """Whether an INTERVAL with this qualifier is of the YEAR TO MONTH class."""
        return self.start <= MONTH

    def text(self, *, interval: bool) -> str:
        """Return the qualifier in SQL, e.g. ``YEAR TO SECOND`` or, for an interval, ``DAY(3) TO FRACTION(5)``."""
        first = FIELD_NAMES[self.start // 2]
        if interval and self.start != FRACTION:
            first += f"({self.first_digits})"
        last = f"FRACTION({self.end - 10})" if self.end > SECOND else FIELD_NAMES[self.end // 2]
        return f"{first} TO {last}"

    def format(self, fields: Sequence[int], *, interval: bool, negative: bool = False) -> str:
        """Text of field values, e.g. ``2024-02-29 12:34``; the first field of an interval is not zero-filled."""
        out = ""
        for code, value in zip(self.fields, fields, strict=True):
            first = code == self.start
            if code == FRACTION:
                out += "." + f"{value:06d}"[: self.fraction_digits]
            else:
                width = 1 if first and interval else 4 if code == YEAR else 2
                out += f"{'' if first else _SEPARATORS[code]}{value:0{width}d}"
        return "-" + out if negative else out

    def parse(self, text: str) -> tuple[bool, list[int]]:
        """Sign and field values of a text; the fraction may be absent. Raises ValueError."""
        pattern = r"\s*(-?)\s*"
        for code in self.fields:
            first = code == self.start
            if code == FRACTION:
                digits = rf"(\d{{1,{MAX_FRACTION_DIGITS}}})"
                pattern += rf"\.?{digits}" if first else rf"(?:\.{digits})?"
            else:
                pattern += ("" if first else re.escape(_SEPARATORS[code])) + r"(\d+)"
        match = re.fullmatch(pattern + r"\s*", text)
        if not match:
            raise ValueError(f"{text!r} does not read {self.text(interval=False)}")
        sign, *parts = match.groups()
        fields = [
            int((part or "0").ljust(6, "0")) if code == FRACTION else int(part)
            for code, part in zip(self.fields, parts, strict=True)
        ]
        return bool(sign), fields


def _check(start: int, end: int) -> tuple[int, ...]:
    if start > FRACTION or start % 2 or end > 10 + MAX_FRACTION_DIGITS or (end <= SECOND and end % 2):
        raise FramingError(f"impossible qualifier: first field {start}, last field {end}")
    last = FRACTION if end > SECOND else end
    if start > last:
        raise FramingError(f"impossible qualifier: first field {start}, last field {end}")
    return tuple(range(start, last + 1, 2))


@lru_cache(maxsize=1024)
def datetime_qualifier(encoded_length: int) -> Qualifier:
    """Decode the qualifier of a DATETIME. Raises FramingError when start and end are no fields."""
    start, end = (encoded_length >> 4) & 0xF, encoded_length & 0xF
    fields = _check(start, end)
    fraction = max(0, end - SECOND)
    # YEAR takes two pairs, every other field one, FRACTION(n) ceil(n/2) (sqli.md 7.4).
    pairs = tuple(2 if f == YEAR else (fraction + 1) // 2 if f == FRACTION else 1 for f in fields)
    digits = sum(4 if f == YEAR else fraction if f == FRACTION else 2 for f in fields)
    first = fraction if start == FRACTION else 4 if start == YEAR else 2
    return Qualifier(start, end, fields, first, fraction, pairs, (digits + 10 - end + 1) // 2, digits)


@lru_cache(maxsize=1024)
def interval_qualifier(encoded_length: int) -> Qualifier:
    """Decode the qualifier of an INTERVAL. Raises FramingError when it makes no sense."""
    digits, start, end = encoded_length >> 8 & 0xFF, (encoded_length >> 4) & 0xF, encoded_length & 0xF
    fields = _check(start, end)
    fraction = max(0, end - SECOND)
    if (start <= MONTH) != (end <= MONTH):
        raise FramingError(f"impossible interval qualifier {encoded_length:#06x}: two classes in one")
    if start == FRACTION:
        first, digits = fraction, fraction
    else:
        first = digits - (end - start)
        if not 1 <= first <= 9:
            raise FramingError(
                f"impossible interval qualifier {encoded_length:#06x}: first field of {first} digits"
            )
    pairs = tuple(
        (fraction + 1) // 2 if f == FRACTION else (first + 1) // 2 if i == 0 else 1 for i, f in enumerate(fields)
    )
    return Qualifier(start, end, fields, first, fraction, pairs, (digits + 10 - end + 1) // 2, digits)


def datetime_length(start: int, end: int) -> int:
    """Encoded length of DATETIME start TO end, e.g. ``datetime_length(0, 15)`` -> 0x130f."""
    bare = start << 4 | end
    return datetime_qualifier(bare).digits << 8 | bare


def interval_length(start: int, end: int, first_digits: int = 2) -> int:
    """Encoded length of INTERVAL start(first_digits) TO end, e.g. ``interval_length(4, 15, 9)`` -> 0x144f."""
    digits = end - SECOND if start == FRACTION else first_digits + end - start
    encoded = digits << 8 | start << 4 | end
    interval_qualifier(encoded)
    return encoded
