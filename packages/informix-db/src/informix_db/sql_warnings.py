"""SQL warnings: what the bits in DONE and TUPLE say about a statement that succeeded.

The bits are ESQL/C's ``sqlwarn1`` to ``sqlwarn7`` (sqli.md 4.4). What they mean differs by statement and is known
from manuals and from JDBC, not from a server: hence the text says "probably", and the bits are handed out as they
came.
"""

from typing import Final

from .errors import SqlWarning

__all__ = ["make_warning"]

_MEANINGS: Final = {
    0x0001: "a character value was truncated, or not all privileges were revoked",
    0x0002: "an aggregate function met NULL",
    0x0004: "the numbers of selected values and of receiving variables differ",
    0x0008: "UPDATE or DELETE has no WHERE clause",
    0x0010: "the statement uses an Informix extension of the ANSI standard",
    0x0020: "fragments of a table were skipped",
    0x0040: "the locales of client and database differ",
}
"""After statements other than those that open a database (sqli.md 4.4)."""


def make_warning(bits: int, *, row: int | None = None, statement: str | None = None) -> SqlWarning:
    """Return the warning for the bits of a DONE, or of the TUPLE with the 0-based index `row`."""
    meanings = tuple(text for bit, text in _MEANINGS.items() if bits & bit)
    where = "" if row is None else f" at row {row}"
    text = f"the server set warning bits {bits & 0xFFFF:#06x}{where}"
    warning = SqlWarning(f"{text}: probably {', '.join(meanings)}" if meanings else text)
    warning.bits, warning.meanings, warning.row, warning.statement = bits & 0xFFFF, meanings, row, statement
    return warning
