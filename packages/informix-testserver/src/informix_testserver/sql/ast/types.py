"""Declared types: DDL columns, casts, literals' qualifiers."""

from informix_types.classes import frozen

from .node import Node

__all__ = ["FIELD_CODES", "FIELD_NAMES", "DataType", "Qualifier", "RowField"]

FIELD_CODES: dict[str, int] = {
    "YEAR": 0,
    "MONTH": 2,
    "DAY": 4,
    "HOUR": 6,
    "MINUTE": 8,
    "SECOND": 10,
    "FRACTION": 12,
}
"""Field codes of qualifiers (sqli.md 6.3)."""

FIELD_NAMES: dict[int, str] = {code: name for name, code in FIELD_CODES.items()}


@frozen
class Qualifier(Node):
    """``YEAR TO SECOND``, ``DAY(3) TO FRACTION(5)`` (sqli.md 6.3).

    Attributes:
        first: field code of the first field, 0 (YEAR) to 12 (FRACTION).
        last: field code of the last field; FRACTION(n) is 10 + n.
        digits: digits of the first field: 4 for YEAR of a DATETIME, else 2, or as an INTERVAL declares it.
    """

    first: int
    last: int
    digits: int

    @property
    def encoded_length(self) -> int:
        """The encoded length of a DATETIME or INTERVAL with this qualifier."""
        return (self.digits + self.last - self.first) << 8 | self.first << 4 | self.last

    def __str__(self) -> str:
        """Return the qualifier's fields without the first field's precision: ``DAY TO FRACTION(5)``."""
        last = FIELD_NAMES[self.last] if self.last <= 10 else f"FRACTION({self.last - 10})"
        return f"{FIELD_NAMES[self.first]} TO {last}"


@frozen
class RowField(Node):
    """A field of a ROW type."""

    name: str
    type: "DataType"
    not_null: bool = False


@frozen
class DataType(Node):
    """A type as written, synonyms resolved (INT is INTEGER, DEC and NUMERIC are DECIMAL, REAL is SMALLFLOAT …).

    Attributes:
        name: one of the built-in names in upper case (``INTEGER``, ``SERIAL8``, ``LVARCHAR``, ``DATETIME``,
            ``ROW``, ``SET``, ``COLLECTION`` …), or the name of a user-defined type as an identifier.
        arguments: (length,), (length, reserved), (precision, scale), (serial start,); empty when not written.
        qualifier: of DATETIME and INTERVAL.
        element: element type of SET, MULTISET and LIST.
        element_not_null: whether the element type was declared NOT NULL (Informix demands it).
        fields: of an unnamed ROW type.
        builtin: False for a user-defined name.
        owner: of a user-defined type.
        space: ``IN TABLE`` / ``IN blobspace`` of BYTE and TEXT: the name, ``table`` for IN TABLE.
    """

    name: str
    arguments: tuple[int, ...] = ()
    qualifier: Qualifier | None = None
    element: "DataType | None" = None
    element_not_null: bool = True
    fields: tuple[RowField, ...] = ()
    builtin: bool = True
    owner: str | None = None
    space: str | None = None
