"""`Layout`: how a type lies in a row, declared once per codec (sqli.md 7.1).

`reference.py` walks rows by it one value at a time; the generator of batch decoders derives its struct formats and
NULL tests from the same declaration. `RowFrame` says what stands around a row in the message that carries it.
"""

from enum import Enum, StrEnum, auto

from .classes import frozen

__all__ = ["Family", "Framing", "Layout", "NullRule", "RowFrame"]


class Framing(Enum):
    """How the end of a value is found."""

    FIXED = auto()
    """Exactly `Layout.width` bytes."""
    COUNTED = auto()
    """`u8 n`, n bytes (VARCHAR, NVARCHAR)."""
    ENVELOPE = auto()
    """`u8 indicator` (0 value, 1 NULL), `i length`, length bytes (LVARCHAR, BOOLEAN, UDTs, collections)."""


class NullRule(Enum):
    """How NULL is recognised."""

    EQUAL = auto()
    """The value's bytes are `Layout.null`."""
    PREFIX = auto()
    """The value's bytes begin with `Layout.null`."""
    ENVELOPE = auto()
    """The envelope's indicator is 1; its length must be 0."""
    BLOB_FLAG = auto()
    """Bit 0 of byte 39 of a BYTE/TEXT descriptor (sqli.md 5.16)."""
    ALWAYS = auto()
    """Every value is NULL (type 9)."""


class Family(StrEnum):
    """Which codec interprets the bytes; a generator has one expression template for each."""

    INTEGER = "integer"
    INT8 = "int8"
    FLOAT = "float"
    DATE = "date"
    DECIMAL = "decimal"
    DATETIME = "datetime"
    INTERVAL = "interval"
    CHAR = "char"
    VARCHAR = "varchar"
    LVARCHAR = "lvarchar"
    BOOLEAN = "boolean"
    LOCATOR = "locator"
    OPAQUE = "opaque"
    COLLECTION = "collection"
    ROW = "row"
    BLOB = "blob"
    NULL = "null"


@frozen
class Layout:
    """How one type lies in a row.

    Attributes:
        family: the codec that interprets the bytes.
        framing: how the end of the value is found.
        width: bytes of a FIXED value, else None.
        format: `struct` format (big-endian) of a FIXED value, without the ``>``; ``12s`` where Python code
            interprets the bytes; empty for other framings.
        null_rule: how NULL is recognised.
        null: the bytes that mean NULL (rules EQUAL, PREFIX) and that an encoder writes for it: for a FIXED value
            the whole width, for COUNTED the counted bytes. Decoders with rule PREFIX look at `null_prefix` only.
        null_prefix: the bytes that rule PREFIX compares.
    """

    family: Family
    framing: Framing
    width: int | None = None
    format: str = ""
    null_rule: NullRule = NullRule.ENVELOPE
    null: bytes = b""
    null_prefix: bytes = b""


def envelope(family: Family) -> Layout:
    """Layout of everything that travels in an envelope."""
    return Layout(family, Framing.ENVELOPE)


def fixed(family: Family, fmt: str, null: bytes) -> Layout:
    """Layout of a fixed-width value whose NULL is one pattern."""
    return Layout(family, Framing.FIXED, len(null), fmt, NullRule.EQUAL, null)


@frozen
class RowFrame:
    """The head of the message around a row: tag, warnings, size of the row; then the row, padded to even size.

    Attributes:
        tag: number that begins the message (TUPLE is 14, sqli.md 4.1).
        head: `struct` format of the head: tag, warnings, size.
    """

    tag: int
    head: str = ">hhi"
