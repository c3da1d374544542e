"""DECIMAL(p,s) of many rows at once: weighted sums of base-100 digits (sqli.md 7.3)."""

from functools import lru_cache
from typing import Any

from ..codecs import Codec
from ..codecs.decimals import load_decimal
from ..errors import ConversionError
from ..packed import BIAS
from .optional import need_numpy
from .vectors import Vector

__all__ = ["VECTOR_DIGITS", "decimals"]

Array = Any
VECTOR_DIGITS = 16
"""Precision up to which all sums stay below 2**63; wider values go by their codec."""
POSITIVE = 0x80
"""Heads from here on are positive (sqli.md 7.3)."""


@lru_cache(maxsize=256)
def _tables(pairs: int, scale: int) -> tuple[Array, Array, Array, Array]:
    """By head byte: weight of each digit, digits that must be zero, weight of the whole, plain heads.

    The whole is what complements are taken from. Weights are in units of 10**-even, where `even` is the scale
    rounded up to an even number.
    """
    np = need_numpy()
    even = (scale + 1) // 2
    weights = np.zeros((256, pairs), np.int64)
    lost = np.ones((256, pairs), np.bool_)
    whole = np.zeros(256, np.int64)
    plain = np.zeros(256, np.bool_)
    for head in range(256):
        exponent = (head & 0x7F if head >= POSITIVE else head ^ 0x7F) - BIAS
        top = exponent + even  # the value is below 100**top
        if top > VECTOR_DIGITS // 2 + 1:
            continue
        plain[head] = True
        whole[head] = 100**top if top >= 0 else 0
        for index in range(pairs):
            if (power := top - index - 1) >= 0:
                weights[head, index], lost[head, index] = 100**power, False
    return weights, lost, whole, plain


def decimals(codec: Codec, raw: Array) -> Vector:
    """Decode containers (one a row of `raw`) to integers without their decimal point.

    Raises:
        FramingError: impossible bytes.
        ConversionError: digits beyond the declared precision or scale, which decimal128(p, s) cannot hold.
    """
    np = need_numpy()
    column = codec.type
    scale, precision = column.scale or 0, max(column.precision, 1)
    head, digits = raw[:, 0], raw[:, 1:]
    weights, lost, whole, plain = _tables(digits.shape[1], scale)
    sums = np.einsum("ij,ij->i", digits.astype(np.int64), weights[head])
    anything = sums != 0
    unsure = np.flatnonzero(~anything)
    anything[unsure] = digits[unsure].any(axis=1)
    valid = anything | (head != 0)
    negative = head < POSITIVE
    values = np.where(negative, sums - whole[head], sums)
    good = plain[head] & (anything | ~negative)
    if len(digits) and digits.max() > 99:
        good &= (digits <= 99).all(axis=1)
    dropped = (digits != 0) & lost[head]
    if dropped.any():
        good &= ~dropped.any(axis=1)
    if scale % 2:
        tens = values // 10
        good &= tens * 10 == values
        values = tens
    good &= np.abs(values) < 10**precision
    for index in np.flatnonzero(valid & ~good):
        values[index] = _integer(codec, raw[index].tobytes())
    return Vector(column, len(raw), values=values, valid=None if valid.all() else valid)


def _integer(codec: Codec, raw: bytes) -> int:
    """The same for one value that is not plain: zero with an odd head, or one that is refused."""
    column = codec.type
    value = load_decimal(raw, column.scale)
    sign, digits, exponent = value.as_tuple()
    number = int("".join(map(str, digits)))
    if (
        not isinstance(exponent, int)
        or exponent != -(column.scale or 0)
        or number >= 10 ** max(column.precision, 1)
    ):
        raise ConversionError(f"{value} has more digits than {column.type_name}")
    return -number if sign else number
