"""DECIMAL and MONEY: exact, independent of the caller's decimal context (sqli.md 6.3, 7.3)."""

from decimal import Decimal

from ..column import ColumnType
from ..context import TypeContext
from ..errors import ConversionError
from ..layout import Family, fixed
from ..packed import BCD, MAX_EXPONENT, MIN_EXPONENT, UNBCD, ZERO_HEAD, pack, unpack
from .base import Codec, refuse

__all__ = ["decimal_codec", "load_decimal", "pack_decimal"]

MAX_DIGITS = 32
"""Significant decimal digits of DECIMAL (sqli.md 7.3)."""


def load_decimal(raw: bytes, scale: int | None) -> Decimal:
    """Decode a container that is not NULL.

    With a fixed `scale` the result has exactly that many digits after the point (more only if the bytes hold
    non-zero digits beyond it: no digit is ever lost). With None (floating DECIMAL) it has no trailing zeros
    after the point, and integers below 1E+32 are written out.

    Raises:
        FramingError: impossible bytes.
    """
    negative, exponent, digits = unpack(raw)
    text = digits.translate(BCD).hex()
    power = 2 * exponent - len(text)  # the value is int(text) * 10**power
    significant = text.strip("0")
    if not significant:
        return Decimal(f"0E-{scale}") if scale else Decimal(0)
    trailing = len(text) - len(text.rstrip("0"))
    significant, power = text[: len(text) - trailing], power + trailing
    if scale is None:
        wanted = 0 if power > 0 and len(significant.lstrip("0")) + power <= MAX_DIGITS else power
    else:
        wanted = min(power, -scale)
    # Decimal(str) is exact whatever the caller's context: it only parses.
    return Decimal(f"{'-' if negative else ''}{significant}{'0' * (power - wanted)}E{wanted}")


def split_decimal(value: Decimal) -> tuple[bool, str, int]:
    """Return sign, significant digits (no zeros at either end; empty for zero) and power of ten.

    Raises:
        ConversionError: NaN or infinity.
    """
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise ConversionError(f"{value} is not a number that DECIMAL can hold")
    text = bytes(digits).hex()[1::2].lstrip("0")  # two hexadecimal digits for each digit, the first one a zero
    stripped = text.rstrip("0")
    if not stripped:
        return False, "", 0
    return bool(sign), stripped, exponent + len(text) - len(stripped)


def pack_decimal(value: Decimal) -> bytes:
    """Encode with trailing zero pairs dropped, as parameters carry it; zero is ``80 00`` (sqli.md 7.3).

    Raises:
        ConversionError: NaN, infinity, more than 32 significant digits, outside of 1E-130 … 9.9E+125.
    """
    return _pack_parts(value, *split_decimal(value))


def _pack_parts(value: Decimal, negative: bool, text: str, power: int) -> bytes:
    if not text:
        return bytes([ZERO_HEAD, 0])
    if len(text) > MAX_DIGITS:
        raise ConversionError(f"{value} has {len(text)} significant digits; DECIMAL holds {MAX_DIGITS}")
    if power % 2:
        text, power = text + "0", power - 1
    if len(text) % 2:
        text = "0" + text
    exponent = (len(text) + power) // 2
    if not MIN_EXPONENT <= exponent <= MAX_EXPONENT:
        raise ConversionError(f"{value} is outside of DECIMAL's range 1E-130 … 9.9E+125")
    packed = pack(negative, exponent, bytes.fromhex(text).translate(UNBCD))
    if not packed[0] and not packed[1]:
        # -9.9…E+125 begins like NULL; whoever looks at two bytes only (sqli.md 7.3) would take it for NULL.
        raise ConversionError(f"{value} cannot be told from NULL on the wire")
    return packed


def decimal_codec(column: ColumnType, _ctx: TypeContext) -> Codec:
    """DECIMAL(p,s), floating DECIMAL(p), MONEY(p,s)."""
    scale = column.scale
    precision = column.precision or MAX_DIGITS
    width = column.width or 0

    def load(raw: bytes) -> Decimal:
        return load_decimal(raw, scale)

    def dump(value: object) -> bytes:
        if isinstance(value, int):
            value = Decimal(int(value))
        elif not isinstance(value, Decimal):
            refuse(column, value)
        negative, text, power = split_decimal(value)
        packed = _pack_parts(value, negative, text, power)
        if scale is None:
            if len(text) > precision:
                refuse(column, value, f"{len(text)} significant digits")
        elif -power > scale:
            refuse(column, value, f"{-power} digits after the point")
        elif len(text) + power > precision - scale:
            refuse(column, value, f"{len(text) + power} digits before the point")
        return packed.ljust(width, b"\0")

    return Codec(column, fixed(Family.DECIMAL, f"{width}s", bytes(width)), load, dump)
