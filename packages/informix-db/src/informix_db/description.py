"""`Column`: one entry of `Cursor.description`, PEP 249's seven values and the full Informix type."""

from typing import Any, Final

from informix_types import ColumnType, TypeCode
from informix_wire.pdu.describe import DescribedColumn

__all__ = ["Column", "describe"]

_BY_NAME: Final = {"lvarchar": TypeCode.LVARCHAR, "boolean": TypeCode.BOOLEAN}
"""Extended types that have a client code of their own (sqli.md 6.2)."""
_OPAQUE: Final = frozenset({TypeCode.UDTVAR, TypeCode.UDTFIXED})
_TEXTS: Final = frozenset(
    {TypeCode.CHAR, TypeCode.NCHAR, TypeCode.VARCHAR, TypeCode.NVARCHAR, TypeCode.LVARCHAR, TypeCode.UDTVAR}
)
_EXACT: Final = frozenset({TypeCode.DECIMAL, TypeCode.MONEY})
_INTEGER_DIGITS: Final = {
    TypeCode.SMALLINT: 5,
    TypeCode.INTEGER: 10,
    TypeCode.SERIAL: 10,
    TypeCode.BIGINT: 19,
    TypeCode.BIGSERIAL: 19,
    TypeCode.INT8: 19,
    TypeCode.SERIAL8: 19,
}


class Column(tuple[Any, ...]):
    """(name, type_code, display_size, internal_size, precision, scale, null_ok) of one result column (PEP 249).

    Attributes:
        type: the Informix type as the server described it.
    """

    type: ColumnType

    def __new__(cls, described: DescribedColumn) -> "Column":
        """Read the seven values off a described column."""
        column = described.type
        code = _BY_NAME.get(column.extended_name, column.code) if column.code in _OPAQUE else column.code
        precision: int | None = _INTEGER_DIGITS.get(code)  # type: ignore[call-overload]  # unknown codes are plain int
        scale: int | None = None if precision is None else 0
        if code in _EXACT:
            precision, scale = column.precision, column.scale
        size = column.max_length if code in _TEXTS else None
        width = column.width if column.width is not None else size
        self = super().__new__(cls, (described.name, int(code), size, width, precision, scale, column.nullable))
        self.type = column
        return self

    @property
    def name(self) -> str:
        """Name of the column, lower case unless delimited; ``(expression)`` and the like for expressions."""
        return str(self[0])

    @property
    def type_code(self) -> int:
        """Code to compare with `STRING`, `NUMBER` …; see `informix_types.TypeCode`."""
        return int(self[1])

    @property
    def display_size(self) -> int | None:
        """Most bytes of a character value, else None."""
        return self[2]  # type: ignore[no-any-return]  # set above

    @property
    def internal_size(self) -> int | None:
        """Bytes that the value occupies, as far as fixed."""
        return self[3]  # type: ignore[no-any-return]  # set above

    @property
    def precision(self) -> int | None:
        """Decimal digits of a number, else None."""
        return self[4]  # type: ignore[no-any-return]  # set above

    @property
    def scale(self) -> int | None:
        """Digits after the point; None for floating DECIMAL and where it has no meaning."""
        return self[5]  # type: ignore[no-any-return]  # set above

    @property
    def null_ok(self) -> bool:
        """False when the server says NOT NULL."""
        return bool(self[6])

    def __repr__(self) -> str:
        return f"<Column {self.name!r} {self.type.type_name}>"


def describe(columns: tuple[DescribedColumn, ...]) -> tuple[Column, ...]:
    """Return the description of a result."""
    return tuple(Column(column) for column in columns)
