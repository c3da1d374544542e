"""`Expr`, a bound expression: SQL for sqlite with the Informix type of its value."""

import datetime
from dataclasses import replace
from typing import Any

from informix_types import ColumnType
from informix_types.classes import frozen

from .catalog import Column, Table
from .types import NULL, UNKNOWN

__all__ = ["EXPRESSION", "Expr", "literal_sql"]

EXPRESSION = "(expression)"
CONSTANT = "(constant)"


@frozen
class Expr:
    """A bound expression.

    Attributes:
        sql: what sqlite evaluates; for a marker that has no type yet, nothing.
        type: Informix type, as described to the client.
        stored: the type whose stored form the value has; differs from `type` only for counts.
        name: column name in a result.
        constant: the value is known: `value`, in stored form.
        null: a bare NULL, which takes any type.
        marker: index of a parameter that waits for its type.
        aggregate: contains an aggregate of the current query.
        column: the column of a base table that this is, with its `table`.
    """

    sql: str
    type: ColumnType
    stored: ColumnType
    name: str = EXPRESSION
    constant: bool = False
    value: Any = None
    null: bool = False
    marker: int | None = None
    aggregate: bool = False
    column: Column | None = None
    table: Table | None = None

    @classmethod
    def of(cls, sql: str, kind: ColumnType, *, name: str = EXPRESSION, aggregate: bool = False) -> "Expr":
        """Make an expression whose stored form is that of its type."""
        return cls(sql, kind, kind, name, aggregate=aggregate)

    @classmethod
    def literal(cls, value: Any, kind: ColumnType, name: str = CONSTANT) -> "Expr":
        """Make a constant from a stored value."""
        return cls(literal_sql(value), kind, kind, name, constant=True, value=value)

    @classmethod
    def nothing(cls) -> "Expr":
        """Make a bare NULL."""
        return cls("NULL", NULL, NULL, CONSTANT, null=True)

    @classmethod
    def parameter(cls, index: int) -> "Expr":
        """Make a marker without a type."""
        return cls("", UNKNOWN, UNKNOWN, CONSTANT, marker=index)

    def named(self, name: str) -> "Expr":
        """Return the same expression under another name."""
        return replace(self, name=name)


def literal_sql(value: Any) -> str:
    """Write a stored value as a sqlite literal."""
    if value is None:
        return "NULL"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    text = str(value)
    if "\0" in text:
        return f"CAST(X'{text.encode().hex()}' AS TEXT)"
    quoted = text.replace("'", "''")
    return f"'{quoted}'"


def today() -> datetime.date:
    """Return the server's date."""
    return datetime.datetime.now().date()
