"""`ColumnType`: everything that a DESCRIBE says about a value's type, and what follows from it (sqli.md 6)."""

from dataclasses import replace

from . import names
from .classes import frozen
from .codes import TypeCode, TypeFlag

__all__ = ["ColumnType"]

FLOATING_SCALE = 0xFF
"""Scale byte of a floating DECIMAL(p) (sqli.md 6.3)."""

_FIXED_WIDTH: dict[int, int] = {
    TypeCode.SMALLINT: 2,
    TypeCode.INTEGER: 4,
    TypeCode.SERIAL: 4,
    TypeCode.BIGINT: 8,
    TypeCode.BIGSERIAL: 8,
    TypeCode.INT8: 10,
    TypeCode.SERIAL8: 10,
    TypeCode.SMALLFLOAT: 4,
    TypeCode.FLOAT: 8,
    TypeCode.DATE: 4,
}
_PACKED: frozenset[int] = frozenset({TypeCode.DECIMAL, TypeCode.MONEY, TypeCode.DATETIME, TypeCode.INTERVAL})


@frozen
class ColumnType:
    """One described type: the key under which codecs and row decoders are found.

    Attributes:
        code: the low byte of the described type, see `TypeCode` (unknown numbers are kept as they came).
        encoded_length: meaning depends on the code (sqli.md 6.3).
        flags: the high byte, see `TypeFlag`.
        extended_id: id of an extended type, 0 for built-in types.
        owner: owner of an extended type.
        extended_name: name of an extended type (``lvarchar``, ``boolean``, ``blob`` …) or the text of a
            collection's or row's type.
        source: base type of a DISTINCT, else 0.
    """

    code: int
    encoded_length: int = 0
    flags: int = 0
    extended_id: int = 0
    owner: str = ""
    extended_name: str = ""
    source: int = 0

    def __hash__(self) -> int:
        # Cheaper than all seven fields, and types are looked up for every value; __eq__ compares all.
        return hash((self.code, self.encoded_length, self.extended_name))

    @property
    def nullable(self) -> bool:
        """False when the server describes the column as NOT NULL."""
        return not self.flags & TypeFlag.NOT_NULL

    @property
    def precision(self) -> int:
        """Total decimal digits of DECIMAL, MONEY, DATETIME and INTERVAL (high byte of the encoded length)."""
        return (self.encoded_length >> 8) & 0xFF

    @property
    def scale(self) -> int | None:
        """Digits after the point of DECIMAL and MONEY; None for a floating DECIMAL(p)."""
        low = self.encoded_length & 0xFF
        return None if low == FLOATING_SCALE else low

    @property
    def start(self) -> int:
        """First field of a DATETIME or INTERVAL qualifier (YEAR 0 … FRACTION 12)."""
        return (self.encoded_length >> 4) & 0xF

    @property
    def end(self) -> int:
        """Last field of a DATETIME or INTERVAL qualifier (FRACTION(n) is 10 + n)."""
        return self.encoded_length & 0xF

    @property
    def width(self) -> int | None:
        """Bytes that every value occupies in a row, or None when the length varies (sqli.md 6.3, 7.1)."""
        fixed = _FIXED_WIDTH.get(self.code)
        if fixed is not None:
            return fixed
        if self.code in _PACKED:
            return (self.precision + (self.encoded_length & 1) + 3) // 2
        if self.code in (TypeCode.CHAR, TypeCode.NCHAR):
            return self.encoded_length
        if self.code in (TypeCode.BYTE, TypeCode.TEXT):
            return self.encoded_length or 56
        return None

    @property
    def max_length(self) -> int:
        """Declared maximum in bytes of VARCHAR and NVARCHAR (low byte), else the encoded length."""
        if self.code in (TypeCode.VARCHAR, TypeCode.NVARCHAR):
            return self.encoded_length & 0xFF
        return self.encoded_length

    @property
    def type_name(self) -> str:
        """The type in SQL, e.g. ``DECIMAL(10,2)``, ``DATETIME YEAR TO SECOND``, ``LVARCHAR(2048)``."""
        return names.type_name(self)

    @property
    def built_in(self) -> str:
        """``lvarchar``, ``boolean``, ``blob``, ``clob``, ``json`` when the type is that one behind an opaque code.

        Empty for other types. Covers LVARCHAR and BOOLEAN as clients call them (43, 45) and DISTINCT types.
        """
        return names.built_in_name(self)

    @property
    def python_type(self) -> type:
        """The class of the Python values that this type decodes to (without loaders)."""
        return names.python_type(self)

    def with_flags(self, flags: int) -> "ColumnType":
        """Return the same type with other flags."""
        return replace(self, flags=flags)
