"""DECIMAL and MONEY as sortable bytes: the stored form of exact numbers in sqlite.

Informix's own packed form (sqli.md 7.3) without trailing zero digits is canonical (one value, one byte string)
and sorts bytewise as the numbers do, so sqlite compares, indexes and groups decimals without calling Python.
Arithmetic unpacks into `decimal` with a 32-digit context; no value ever passes through a binary float.
"""

from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, Overflow
from functools import lru_cache

from ..engine import SqlError

__all__ = ["CONTEXT", "WIDE", "pack", "parse", "round_to", "unpack"]

CONTEXT = Context(prec=32, rounding=ROUND_HALF_UP, Emin=-999999, Emax=999999)
"""The arithmetic of 32-digit decimals; halves are rounded away from zero."""
WIDE = Context(prec=80, rounding=ROUND_HALF_UP, Emin=-999999, Emax=999999)
"""For steps between 32-digit values whose own result needs more digits."""

MAX_DIGITS = 32
ZERO = b"\x80"
_FROM_BCD = bytes((b >> 4) * 10 + (b & 15) if b >> 4 < 10 and b & 15 < 10 else 0 for b in range(256))
_TO_BCD = bytes((b // 10) << 4 | b % 10 if b < 100 else 0 for b in range(256))
_COMPLEMENT = bytes(99 - b if b < 100 else 0 for b in range(256))
DECIMAL_TOO_LARGE = -1200
DECIMAL_TOO_SMALL = -1201
DECIMAL_PRECISION = -1226


@lru_cache(maxsize=32768)
def pack(value: Decimal) -> bytes:
    """Return the sortable form of a finite decimal of at most 32 digits.

    Raises:
        SqlError: -1200 or -1201 outside 1E-130 … 9.99E+125 (sqli.md 7.3).
    """
    if not value:
        return ZERO
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise SqlError(DECIMAL_TOO_LARGE)
    text = bytes(digits).hex()[1::2].lstrip("0")  # two hexadecimal digits for each digit, the first one a zero
    if exponent & 1:
        text += "0"
        exponent -= 1
    if len(text) & 1:
        text = "0" + text
    head = (len(text) + exponent) // 2
    body = bytes.fromhex(text).translate(_FROM_BCD).rstrip(b"\0")
    if not -64 <= head <= 63:
        raise SqlError(DECIMAL_TOO_LARGE if head > 0 else DECIMAL_TOO_SMALL)
    if not sign:
        return bytes((0x80 | (head + 64),)) + body
    flipped = body[:-1].translate(_COMPLEMENT) + bytes((100 - body[-1],))
    return bytes(((head + 64) ^ 0x7F,)) + flipped


@lru_cache(maxsize=32768)
def unpack(packed: bytes) -> Decimal:
    """Return the decimal of a sortable form, without trailing zeros."""
    head, body = packed[0], packed[1:]
    if not body:
        return Decimal(0)
    sign = ""
    if head < 0x80:
        sign = "-"
        head ^= 0x7F
        body = body[:-1].translate(_COMPLEMENT) + bytes((100 - body[-1],))
    exponent = 2 * ((head & 0x7F) - 64 - len(body))
    text = body.translate(_TO_BCD).hex()
    if exponent < 0 and text[-1] == "0":
        text, exponent = text[:-1], exponent + 1
    if exponent < 0:
        return Decimal(f"{sign}{text}E{exponent}")
    return Decimal(f"{sign}{text}{'0' * exponent}")


def round_to(value: Decimal, precision: int, scale: int | None) -> Decimal:
    """Round a number to what DECIMAL(precision, scale) holds.

    Raises:
        SqlError: -1226 when the integer part needs more digits than there are.
    """
    if scale is None:
        return (
            WIDE.create_decimal(value) if len(value.as_tuple().digits) <= precision else _shorten(value, precision)
        )
    try:
        rounded = value.quantize(Decimal(1).scaleb(-scale), context=WIDE)
    except InvalidOperation:
        raise SqlError(DECIMAL_PRECISION) from None
    if rounded and rounded.adjusted() + 1 > precision - scale:
        raise SqlError(DECIMAL_PRECISION)
    return rounded


def _shorten(value: Decimal, precision: int) -> Decimal:
    return Context(prec=precision, rounding=ROUND_HALF_UP, Emin=-999999, Emax=999999).plus(value)


def parse(text: str) -> Decimal:
    """Read a number from text as Informix converts CHAR to numbers.

    Raises:
        SqlError: -1213 when the text is not a number, -1200 when no type could hold it.
    """
    stripped = text.strip()
    try:
        value = WIDE.create_decimal(stripped)
    except Overflow:
        raise SqlError(DECIMAL_TOO_LARGE) from None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite() or "_" in stripped:
        raise SqlError(-1213)
    return value


def to_text(value: Decimal, scale: int | None = None) -> str:
    """Write a number in plain notation; `scale` fixes the digits after the point."""
    if scale is None:
        if value and (value.adjusted() > 31 or value.adjusted() < -32):
            return f"{value.normalize(WIDE):E}"
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return f"{value:.{scale}f}"
