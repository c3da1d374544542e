"""Look-up tables of the generated decoders: memos of values, struct readers by length, decimal cuts by exponent.

A table raises for bytes that its family cannot mean; the decoder then has the reference decoder look at the row.
"""

from collections.abc import Callable
from datetime import date
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, InvalidOperation
from functools import lru_cache
from struct import Struct
from typing import Any

from ..codecs import Codec
from ..codecs.temporal import DATE_EPOCH
from ..errors import FramingError
from ..packed import BCD, BIAS, ZERO_HEAD

__all__ = [
    "DATES",
    "FRACTIONS",
    "FRACTION_TENS",
    "YEARS",
    "DecimalTables",
    "Memo",
    "StructTable",
    "decimal_tables",
    "floating_decimal",
    "null_checked",
    "parse_decimal",
]

MEMO_LIMIT = 50_000
"""Entries after which a memo is emptied, so that a scan over distinct values cannot fill the memory."""
POSITIVE = 0x80
"""Heads from here on are positive (sqli.md 7.3)."""
NULL_DATE = -(2**31)
"""NULL of DATE (sqli.md 7.1)."""


COMPLEMENT_BCD = bytes(BCD[99 - digit] if digit < 100 else 0xFF for digit in range(256))
"""`bytes.translate` table like `packed.BCD`, of 99 minus the digit."""

parse_decimal = Context(prec=MAX_PREC, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[InvalidOperation]).create_decimal
"""`Decimal(text)`, but a malformed text raises whatever traps the caller's context has set."""


class StructTable(dict[int, Callable[[bytes, int], tuple[Any, ...]]]):
    """`unpack_from` of ``prefix``, n bytes, ``suffix``, by n: one C call reads text and its fixed neighbours.

    There is none for an n above `limit`, the longest text that the column can hold.
    """

    def __init__(self, prefix: str, suffix: str, limit: int) -> None:
        self.prefix, self.suffix, self.limit = prefix, suffix, limit

    def __missing__(self, length: int) -> Callable[[bytes, int], tuple[Any, ...]]:
        if length > self.limit:
            raise FramingError(f"{length} bytes of text in place of at most {self.limit}")
        reader = Struct(f">{self.prefix}{length}s{self.suffix}").unpack_from
        self[length] = reader
        return reader


class Memo(dict[Any, Any]):
    """Remembers what `load` made of each distinct input.

    Threads may share it: each operation on a dict is atomic, and `misses` need not be exact.
    """

    def __init__(self, load: Callable[[Any], Any], limit: int = MEMO_LIMIT) -> None:
        self.load = load
        self.limit = limit
        self.misses = 0

    def __missing__(self, key: Any) -> Any:
        value = self.load(key)
        self.misses += 1
        if len(self) >= self.limit:
            self.clear()
        self[key] = value
        return value


def _date(days: int) -> date | None:
    return None if days == NULL_DATE else date.fromordinal(days + DATE_EPOCH)


def _pairs(number: int, count: int) -> list[int]:
    pairs = list(number.to_bytes(count, "big"))
    if max(pairs) > 99:
        raise FramingError("digit above 99")
    return pairs


def _year(word: int) -> int:
    high, low = _pairs(word, 2)
    return high * 100 + low


def _fraction(digits: int) -> Callable[[int], int]:
    count = (digits + 1) // 2

    def load(word: int) -> int:
        number = 0
        for pair in _pairs(word, count):
            number = number * 100 + pair
        if digits % 2 and number % 10:
            raise FramingError("digit beyond the qualifier")
        return int(number) * int(10 ** (6 - 2 * count))

    return load


DATES = Memo(_date)
"""By day number (sqli.md 7.5)."""
YEARS = Memo(_year)
"""Two pairs of a DATETIME, read as one 16-bit number, to the year (sqli.md 7.4)."""
FRACTIONS = {digits: Memo(_fraction(digits)) for digits in range(1, 5)}
"""The pairs of FRACTION(n), read as one number, to microseconds (sqli.md 7.4)."""
FRACTION_TENS = {tens: tens for tens in range(0, 100, 10)}
"""The third pair of FRACTION(5): its one digit are the tens, in units of microseconds (sqli.md 7.4)."""


class DecimalTables:
    """What a DECIMAL of one width and scale needs, by its head byte (sqli.md 7.3).

    Attributes:
        cut: which decimal digits of the digit string to keep, so that exactly `scale` follow the point.
        tail: how the digit string must end for the cut to lose nothing; for heads without a plain answer (NULL,
            negative, out of place) a text that no digit string ends with.
        full: the head under which all digits are kept; -1 when there is none.
        suffix: exponent to append to the digits.
        dropped: for negative heads, 10 to the number of digits that are not kept; 0 without a plain answer.
    """

    def __init__(self, width: int, scale: int) -> None:
        digits = 2 * (width - 1)
        self.cut: list[slice] = [slice(0)] * 256
        self.tail: list[str] = ["never"] * 256
        self.dropped: list[int] = [0] * 256
        self.full = -1
        self.suffix = f"E-{scale}"
        self.limit = 10**digits
        for head in range(POSITIVE, 0x100):
            keep = 2 * (head - POSITIVE - BIAS) + scale
            if 0 < keep <= digits:
                self.cut[head] = slice(keep)
                self.tail[head] = "0" * (digits - keep)
                self.dropped[head ^ 0xFF] = 10 ** (digits - keep)
                if keep == digits:
                    self.full = head
        # Zero is head 80 without digits, in all widths and scales.
        self.cut[ZERO_HEAD], self.tail[ZERO_HEAD] = slice(max(scale, 1)), "0" * digits

    def whole(self, slow: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
        """Return the decoder of every value from all of its bytes."""
        cut, tail, suffix, other = self.cut, self.tail, self.suffix, self.other(slow)

        def load(raw: bytes) -> Any:
            head, digits = raw[0], raw[1:]
            if head >= POSITIVE and (text := digits.translate(BCD).hex()).endswith(tail[head]):
                return parse_decimal(text[cut[head]] + suffix)
            return other(head, digits)

        return load

    def other(self, slow: Callable[[bytes], Any]) -> Callable[[int, bytes], Any]:
        """Return the decoder of every value that is not plainly positive."""
        dropped, suffix, limit = self.dropped, self.suffix, self.limit

        def load(head: int, digits: bytes) -> Any:
            if unit := dropped[head]:
                # Hundred's complement of the whole (sqli.md 7.3); digits above 99 make `int` fail.
                number = int(digits.translate(COMPLEMENT_BCD).hex()) + 1
                kept, lost = divmod(number, unit)
                if not lost and number < limit:
                    return parse_decimal(f"-{kept}{suffix}")
            return slow(bytes((head,)) + digits)

        return load


@lru_cache(maxsize=1024)
def decimal_tables(width: int, scale: int) -> DecimalTables:
    """Return the shared tables of a width and scale."""
    return DecimalTables(width, scale)


def _magnitude(digits: bytes) -> str:
    """Decimal text of the magnitude of negative digits, not all zero; raises ValueError for digits above 99."""
    return f"{int(digits.translate(COMPLEMENT_BCD).hex()) + 1:0{2 * len(digits)}d}"


def floating_decimal(slow: Callable[[bytes], Any]) -> Callable[[int, bytes], Any]:
    """Return the decoder of floating DECIMAL(p): what has digits after the point here, the rest slowly."""

    def load(head: int, digits: bytes) -> Any:
        if head > ZERO_HEAD:
            sign, exponent, text = "", head - POSITIVE - BIAS, digits.translate(BCD).hex()
        elif head < POSITIVE and any(digits):
            sign, exponent, text = "-", (head ^ 0x7F) - BIAS, _magnitude(digits)
        else:
            return slow(bytes((head,)) + digits)
        text = text.rstrip("0")
        power = 2 * exponent - len(text)
        if text and power <= 0:
            return parse_decimal(f"{sign}{text}E{power}")
        return slow(bytes((head,)) + digits)

    return load


def null_checked(codec: Codec, is_null: Callable[[Any, bytes], bool]) -> Callable[[bytes], Any]:
    """Return a function from a value's bytes to its Python value, with NULL and the user's loader applied."""
    layout, load, loader = codec.layout, codec.load, codec.loader

    def value_of(raw: bytes) -> Any:
        if is_null(layout, raw):
            return None
        value = load(raw)
        return value if loader is None else loader(value)

    return value_of
