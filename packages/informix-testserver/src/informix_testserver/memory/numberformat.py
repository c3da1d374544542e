"""TO_CHAR of a number with a mask: the part of the ESQL/C formatting masks whose results are beyond doubt.

HCL's documentation of `rfmtdec` gives masks and results. Supported: ``# & * , .`` and in front one ``$``, ``-`` or
``+`` each. Refused, because descriptions of the results contradict each other: floating (repeated) signs, ``<``,
parentheses, and every other character.
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from ..engine import SqlError

__all__ = ["format_number"]

_MASK = re.compile(r"([-+]?)(\$?)([#&*,]*)(?:\.([#&*]*))?")
_FILL = {"#": " ", "&": "0", "*": "*"}
_EXACT = Context(prec=400)
"""Enough digits for the largest DECIMAL (sqli.md 7.3) with a fraction."""
NOT_SUPPORTED = -999


def format_number(value: Decimal, mask: str) -> str:
    """Write a number by a mask such as ``##,##&.&&``.

    Args:
        value: the number; what the mask has no places for is rounded off.
        mask: ``#`` fills leading places with blanks, ``&`` with zeros, ``*`` with asterisks; ``,`` takes the fill
            of the place before it where no digit precedes. ``-`` shows negative numbers' sign (a blank for others,
            inferred), ``+`` any sign; without them the sign is not shown.

    Returns:
        text as long as the mask; asterisks when the number does not fit.

    Raises:
        SqlError: -999 for a mask that is not supported.
    """
    match = _MASK.fullmatch(mask.strip())
    if match is None or not (match[3] or match[4]) or match[3].startswith(","):
        raise SqlError(NOT_SUPPORTED, token=f"TO_CHAR of a number with the format {mask.strip()}")
    sign, currency, places, fraction = match[1], match[2], match[3], match[4] or ""
    exponent = Decimal(1).scaleb(-len(fraction))
    rounded = abs(value).quantize(exponent, rounding=ROUND_HALF_UP, context=_EXACT)
    digits = f"{rounded:f}".partition(".")[0].lstrip("0")
    if len(digits) > len(places) - places.count(","):
        return "*" * len(mask.strip())
    whole = _placed(digits, places)
    part = f".{f'{rounded:f}'.partition('.')[2]}" if match[4] is not None else ""
    negative = value < 0 and rounded != 0
    shown = {"": "", "-": "-" if negative else " ", "+": "-" if negative else "+"}[sign]
    return f"{shown}{currency}{whole}{part}"


def _placed(digits: str, places: str) -> str:
    """Put digits into the places, from the right; the rest is filled."""
    out: list[str] = []
    rest = list(digits)
    for at in range(len(places) - 1, -1, -1):
        place = places[at]
        if place == ",":
            # Commas in a row are one place each; the first place is never a comma.
            before = places[:at].rstrip(",")[-1]
            out.append("," if rest else _FILL[before])
        else:
            out.append(rest.pop() if rest else _FILL[place])
    return "".join(reversed(out))
