"""Python values for Informix types that Python has no class for: IntervalYM, PartialDateTime, locators.

The values of constructed types (`CollectionValue`, `RowValue`) are in `containers.py`.
"""

import re
from functools import total_ordering
from operator import index
from typing import ClassVar, Self

from .classes import frozen
from .containers import CollectionValue, RowValue
from .errors import ConversionError
from .qualifier import datetime_qualifier

__all__ = [
    "BlobDescriptor",
    "BlobLocator",
    "ClobLocator",
    "CollectionValue",
    "IntervalYM",
    "PartialDateTime",
    "RowValue",
]


def _whole(value: int) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"years and months of an IntervalYM are integers, not {value!r}")
    return index(value)


@total_ordering
class IntervalYM:
    """An INTERVAL of the YEAR TO MONTH class: a signed number of months.

    ``IntervalYM(63)`` and ``IntervalYM(years=5, months=3)`` are 5 years and 3 months; the parts may have any sign
    and size, their sum counts.

    Attributes:
        months: the whole value in months, with its sign.

    Raises:
        TypeError: a part is no integer; a fraction would be lost, and True is no number of months.
    """

    __slots__ = ("months",)
    months: int

    def __init__(self, months: int = 0, *, years: int = 0) -> None:
        object.__setattr__(self, "months", _whole(years) * 12 + _whole(months))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"IntervalYM is immutable: cannot set {name}")

    def __reduce__(self) -> tuple[type["IntervalYM"], tuple[int]]:
        return type(self), (self.months,)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read Informix's text form: ``5-03``, ``-0-07``. Raises ValueError."""
        match = re.fullmatch(r"\s*([+-]?)(\d+)-(\d+)\s*", text)
        if not match:
            raise ValueError(f"not a YEAR TO MONTH interval: {text!r}")
        months = int(match[2]) * 12 + int(match[3])
        return cls(-months if match[1] == "-" else months)

    @property
    def years(self) -> int:
        """Whole years, with the sign of the value."""
        years = abs(self.months) // 12
        return -years if self.months < 0 else years

    @property
    def remainder_months(self) -> int:
        """Months beyond the whole years, with the sign of the value (-11 … 11)."""
        rest = abs(self.months) % 12
        return -rest if self.months < 0 else rest

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, IntervalYM):
            return NotImplemented
        return self.months == other.months

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, IntervalYM):
            return NotImplemented
        return self.months < other.months

    def __hash__(self) -> int:
        return hash((IntervalYM, self.months))

    def __bool__(self) -> bool:
        return self.months != 0

    def __neg__(self) -> Self:
        return type(self)(-self.months)

    def __abs__(self) -> Self:
        return type(self)(abs(self.months))

    def __add__(self, other: object) -> Self:
        if not isinstance(other, IntervalYM):
            return NotImplemented
        return type(self)(self.months + other.months)

    def __sub__(self, other: object) -> Self:
        if not isinstance(other, IntervalYM):
            return NotImplemented
        return type(self)(self.months - other.months)

    def __mul__(self, factor: object) -> Self:
        if not isinstance(factor, int):
            return NotImplemented
        return type(self)(self.months * factor)

    __rmul__ = __mul__

    def __str__(self) -> str:
        sign = "-" if self.months < 0 else ""
        return f"{sign}{abs(self.years)}-{abs(self.remainder_months):02d}"

    def __repr__(self) -> str:
        return f"IntervalYM(months={self.months})"


@frozen
class PartialDateTime:
    """A DATETIME whose qualifier has no Python class, e.g. MONTH TO DAY or YEAR TO MONTH.

    YEAR TO DAY is `datetime.date`, YEAR TO HOUR and finer `datetime.datetime`, HOUR TO … `datetime.time`.

    Attributes:
        start: code of the first field: YEAR 0, MONTH 2, DAY 4, HOUR 6, MINUTE 8, SECOND 10, FRACTION 12.
        end: code of the last field; FRACTION(n) is 10 + n.
        fields: the fields' values from first to last; a fraction in microseconds.
    """

    start: int
    end: int
    fields: tuple[int, ...]

    _LIMITS: ClassVar[dict[int, tuple[int, int]]] = {
        0: (1, 9999),
        2: (1, 12),
        4: (1, 31),
        6: (0, 23),
        8: (0, 59),
        10: (0, 59),
        12: (0, 999999),
    }

    def __post_init__(self) -> None:
        qualifier = datetime_qualifier(self.start << 4 | self.end)
        if len(self.fields) != len(qualifier.fields):
            raise ConversionError(f"{qualifier.text(interval=False)} has {len(qualifier.fields)} fields")
        for code, value in zip(qualifier.fields, self.fields, strict=True):
            low, high = self._LIMITS[code]
            if not low <= value <= high:
                raise ConversionError(f"field {value} out of range in DATETIME {qualifier.text(interval=False)}")

    def field(self, code: int) -> int | None:
        """Value of a field by its code, None when the qualifier does not have it."""
        codes = datetime_qualifier(self.start << 4 | self.end).fields
        return self.fields[codes.index(code)] if code in codes else None

    @property
    def year(self) -> int | None:
        """The year, 1 … 9999, or None."""
        return self.field(0)

    @property
    def month(self) -> int | None:
        """The month, 1 … 12, or None."""
        return self.field(2)

    @property
    def day(self) -> int | None:
        """The day, 1 … 31, or None."""
        return self.field(4)

    @property
    def hour(self) -> int | None:
        """The hour, 0 … 23, or None."""
        return self.field(6)

    @property
    def minute(self) -> int | None:
        """The minute, 0 … 59, or None."""
        return self.field(8)

    @property
    def second(self) -> int | None:
        """The second, 0 … 59, or None."""
        return self.field(10)

    @property
    def microsecond(self) -> int | None:
        """The fraction in microseconds, or None."""
        return self.field(12)

    def __str__(self) -> str:
        """Informix's text form, e.g. ``12-31`` or ``59:58.250``."""
        return datetime_qualifier(self.start << 4 | self.end).format(self.fields, interval=False)

    @property
    def qualifier(self) -> str:
        """The qualifier in SQL, e.g. ``MONTH TO DAY``."""
        return datetime_qualifier(self.start << 4 | self.end).text(interval=False)


LOCATOR_SIZE = 72
"""Bytes of a smart-LOB locator (sqli.md 6.2, 7.1)."""


@frozen
class BlobLocator:
    """Names a BLOB in an sbspace: 72 bytes that only the server understands.

    The data is read through informix-lob (or `Cursor.read_blob_column`).
    """

    data: bytes
    type_name: ClassVar[str] = "blob"

    def __post_init__(self) -> None:
        if len(self.data) != LOCATOR_SIZE:
            raise ConversionError(f"a smart-LOB locator has {LOCATOR_SIZE} bytes, not {len(self.data)}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.data[:8].hex()}…)"


@frozen(repr=False)
class ClobLocator(BlobLocator):
    """Names a CLOB in an sbspace."""

    type_name: ClassVar[str] = "clob"


_START, _END, _SIZE, _NULL_BYTE = 8, 12, 16, 39
"""Offsets inside a BYTE/TEXT descriptor (sqli.md 5.16)."""
MAX_BLOB_SIZE = 2**31 - 1
"""The size stands in a 4-byte integer."""
DESCRIPTOR_SIZE = 56
"""Bytes of a BYTE/TEXT descriptor (68 with capability bit 70; sqli.md 5.16)."""


@frozen
class BlobDescriptor:
    """A BYTE or TEXT value as a row holds it: names the data, which is fetched by sending this back.

    Attributes:
        data: the descriptor's bytes, 56 or 68, unchanged.
        is_text: TEXT rather than BYTE.
    """

    data: bytes
    is_text: bool = False

    @classmethod
    def build(
        cls, size: int, *, start: int = 0, is_text: bool = False, null: bool = False, width: int = 56
    ) -> Self:
        """Make a descriptor: `size` bytes of data at position `start` (server's side), or NULL."""
        out = bytearray(width)
        out[_SIZE : _SIZE + 4] = size.to_bytes(4, "big")
        if null:
            out[_NULL_BYTE] = 1
        elif start or size:
            out[_START : _START + 4] = start.to_bytes(4, "big")
            # The end is inclusive: a wrong end yields wrong data (sqli.md 5.16).
            out[_END : _END + 4] = max(start + size - 1, 0).to_bytes(4, "big")
        return cls(bytes(out), is_text)

    @classmethod
    def for_parameter(cls, size: int, *, is_text: bool = False) -> Self:
        """The descriptor of a bound value: all zero except the size (sqli.md 5.16). Raises ConversionError."""
        if size > MAX_BLOB_SIZE:
            raise ConversionError(f"{size} bytes are too many for BYTE and TEXT")
        out = bytearray(DESCRIPTOR_SIZE)
        out[_SIZE : _SIZE + 4] = size.to_bytes(4, "big")
        return cls(bytes(out), is_text)

    @property
    def size(self) -> int:
        """Bytes of the data."""
        return int.from_bytes(self.data[_SIZE : _SIZE + 4], "big")

    @property
    def start(self) -> int:
        """Position of the data, meaningful to the server only."""
        return int.from_bytes(self.data[_START : _START + 4], "big")

    @property
    def is_null(self) -> bool:
        """Whether the descriptor says NULL."""
        return bool(self.data[_NULL_BYTE] & 1)
