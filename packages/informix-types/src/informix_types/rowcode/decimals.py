"""The fast way from a plain `Decimal` to its container, for generated encoders (sqli.md 7.3)."""

from decimal import Decimal

from ..packed import BIAS, UNBCD, ZERO_HEAD

__all__ = ["plain_decimal"]

PLAIN_DIGITS = 30
"""Values with more digits (DECIMAL holds 32) are left to the codec, which looks at each."""


def plain_decimal(value: Decimal) -> tuple[int, int, bytes]:
    """Encode a decimal that `str` shows without exponent; trailing zero pairs are dropped.

    Returns:
        digits before the point, digits after the point, container.

    Raises:
        ValueError: the value is not plain: `codecs.decimals` encodes or refuses it.
    """
    if not value:
        exponent = value.as_tuple().exponent
        return 0, max(0, -exponent) if isinstance(exponent, int) else 0, bytes((ZERO_HEAD, 0))
    text = str(value)
    negative = text[0] == "-"
    whole, _, fraction = (text[1:] if negative else text).partition(".")
    if whole == "0":
        whole = ""
    before, after = len(whole), len(fraction)
    digits = f"{'0' * (before & 1)}{whole}{fraction}{'0' * (after & 1)}"
    size = len(digits)
    if size > PLAIN_DIGITS or digits.startswith("00"):
        raise ValueError("many digits, or a leading zero pair that moves the exponent")
    head = ZERO_HEAD + BIAS + (before + 1) // 2
    if negative:
        # Hundred's complement of the whole (sqli.md 7.3). `int` refuses exponents, NaN and Infinity.
        digits, head = f"{10**size - int(digits):0{size}d}", head ^ 0xFF
    # `fromhex` does as well.
    return before, after, bytes((head,)) + bytes.fromhex(digits).translate(UNBCD).rstrip(b"\0")
