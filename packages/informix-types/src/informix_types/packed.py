"""The base-100 container of DECIMAL, MONEY, DATETIME and INTERVAL: head byte and digits (sqli.md 7.3, 7.4)."""

from .errors import FramingError

__all__ = ["BCD", "complement", "pack", "unpack"]

BIAS = 64
"""Added to the exponent in the head byte (sqli.md 7.3)."""
MIN_EXPONENT, MAX_EXPONENT = -64, 63
ZERO_HEAD = 0x80
"""Head of zero, as servers send it (sqli.md 7.3)."""

DIGITS = bytes(range(100))
"""All base-100 digits."""
BCD = bytes((d // 10 * 16 + d % 10) if d < 100 else 0xFF for d in range(256))
"""`bytes.translate` table: base-100 digit to two packed decimal digits, so that ``.hex()`` is the decimal text."""
UNBCD = bytes(d // 16 * 10 + d % 16 if d // 16 < 10 and d % 16 < 10 else 0xFF for d in range(256))
"""Inverse of `BCD`: two packed decimal digits to one base-100 digit."""


def complement(digits: bytes) -> bytes:
    """Hundred's complement of the whole: digits of a negative value to magnitude, and back."""
    used = digits.rstrip(b"\0")
    if not used:
        return digits
    return bytes([99 - d for d in used[:-1]] + [100 - used[-1]]) + digits[len(used) :]


def unpack(raw: bytes) -> tuple[bool, int, bytes]:
    """Take a container apart: (negative, exponent, base-100 digits of the magnitude).

    The value is 0.d1d2d3… × 100**exponent. Not to be called for NULL (all bytes zero).

    Raises:
        FramingError: a digit above 99; a negative value without digits.
    """
    if not raw:
        raise FramingError("empty packed value")
    digits = raw[1:]
    if digits.translate(None, DIGITS):
        raise FramingError(f"digit above 99 in packed value {raw.hex()}")
    head = raw[0]
    if head & 0x80:
        return False, (head & 0x7F) - BIAS, digits
    if not any(digits):
        raise FramingError(f"negative packed value without digits: {raw.hex()}")
    return True, (head ^ 0x7F) - BIAS, complement(digits)


def pack(negative: bool, exponent: int, digits: bytes) -> bytes:
    """Build a container of 1 + len(digits) bytes from an exponent in range and the magnitude's digits."""
    if not negative:
        return bytes([0x80 | (exponent + BIAS)]) + digits
    return bytes([(exponent + BIAS) ^ 0x7F]) + complement(digits)
