"""How rows travel: the transport form of each column, and the message head around a row (sqli.md 4.5, 7.1).

`row_plan` decides from a DESCRIBE whether RET_TYPE is sent and which types then govern decoding; `put_types` does
so for insert cursors.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from informix_types import ColumnType, RowFrame, TypeCode, TypeFlag
from informix_types.classes import frozen

from .caps import Capabilities
from .pdu.describe import DescribedColumn
from .tags import Tag

__all__ = ["TUPLE_FRAME", "RowPlan", "put_types", "row_plan"]

TUPLE_FRAME: Final = RowFrame(Tag.SQ_TUPLE)
"""What stands around a row in a TUPLE: tag, `s warnings`, `i size`, and the pad behind (sqli.md 4.1)."""

VARIABLE_VARCHAR_BIT: Final = 13
"""Without this bit JDBC sends no RET_TYPE for VARCHAR columns (sqli.md 3.3)."""

_VARCHARS = frozenset({TypeCode.VARCHAR, TypeCode.NVARCHAR})
_BLOBS = frozenset({TypeCode.BYTE, TypeCode.TEXT})
_OPAQUE = frozenset({TypeCode.UDTVAR, TypeCode.UDTFIXED})

CLIENT_FORMS: Final[dict[str, TypeCode]] = {"lvarchar": TypeCode.LVARCHAR, "boolean": TypeCode.BOOLEAN}
"""Extended types whose client form RET_TYPE asks for (sqli.md 4.5). Large objects stay in their text form: their
binary form has two readings (sqli.md 12 #32)."""

_UNASKABLE = frozenset(
    {TypeCode.SET, TypeCode.MULTISET, TypeCode.LIST, TypeCode.ROW, TypeCode.COLLECTION, TypeCode.ROWREF}
)
"""Types whose form under RET_TYPE is unknown (sqli.md 12 #27)."""


@frozen
class RowPlan:
    """How the rows of one statement travel.

    Attributes:
        types: the types that govern decoding, one a column.
        ret_types: what RET_TYPE asks for, None when it is not sent.
    """

    types: tuple[ColumnType, ...]
    ret_types: tuple[ColumnType, ...] | None


def row_plan(columns: Iterable[DescribedColumn], caps: Capabilities) -> RowPlan:
    """Decide the transport forms of a result's columns (sqli.md 4.5, 5.2, 5.3).

    As JDBC does: rows of fixed-width types go without RET_TYPE; otherwise every column is asked for as described,
    LVARCHAR as 43 and BOOLEAN as 45. When a column's form under RET_TYPE is not proven (large objects,
    collections, rows, other opaque types, DISTINCT) none is sent for the whole row and all travel as described,
    which is how informix-driver reads every table (sqli.md 5.3).
    """
    described = tuple(column.type for column in columns)
    if not any(_wants_ret_type(column, caps) for column in described):
        return RowPlan(described, None)
    forms: list[ColumnType] = []
    for column in described:
        form = _form(column)
        if form is None:
            return RowPlan(described, None)
        forms.append(form)
    return RowPlan(tuple(forms), tuple(replace(form, flags=0) for form in forms))


def put_types(columns: Iterable[DescribedColumn]) -> tuple[ColumnType, ...] | None:
    """Return the forms in which rows of an insert cursor travel (sqli.md 5.7), None when one is not proven.

    As for results: LVARCHAR as 43, BOOLEAN as 45, everything else as described; large objects (also BYTE and
    TEXT), collections, rows, other opaque types and DISTINCT need BIND and EXECUTE.
    """
    forms: list[ColumnType] = []
    for column in columns:
        form = None if column.type.code in _BLOBS else _form(column.type)
        if form is None:
            return None
        forms.append(replace(form, flags=0))
    return tuple(forms)


def _wants_ret_type(column: ColumnType, caps: Capabilities) -> bool:
    """Tell whether JDBC sends RET_TYPE because of this column (sqli.md 4.5)."""
    if column.code in _VARCHARS:
        return VARIABLE_VARCHAR_BIT in caps.bits
    return column.code in _OPAQUE or column.code in (TypeCode.LVARCHAR, TypeCode.IMPEXP)


def _form(column: ColumnType) -> ColumnType | None:
    """Return the transport form to ask for, None when its bytes would be a guess."""
    if column.flags & TypeFlag.DISTINCT or column.code in _UNASKABLE:
        return None
    if column.code not in _OPAQUE:
        return column
    code = CLIENT_FORMS.get(column.extended_name)
    return None if code is None else replace(column, code=code)
