"""From an engine's columns to DESCRIBE: start positions, tuple size, transport forms (sqli.md 4.5, 6.1)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from informix_types import ColumnType, TypeCode
from informix_wire.caps import Capabilities
from informix_wire.pdu import Describe, DescribedColumn, InputDescribe, InputParameter, KeyDescribe

from .constructed import CONSTRUCTED
from .engine import ResultColumn
from .statement import Statement

__all__ = ["describe", "describe_input", "describe_keys", "transport_types"]

COST = 1
"""Estimated cost in every describe; captures show 1 for small tables (sqli.md 4.4)."""
ENVELOPE = 5
"""Indicator and length in front of an extended value (sqli.md 7.1)."""
MAX_TUPLE_SIZE = 0x7FFF
"""Largest tuple size without the 4-byte field; clients do not rely on it (sqli.md 6.1)."""
TRANSPORT_FORMS = frozenset({TypeCode.LVARCHAR, TypeCode.SENDRECV, TypeCode.BOOLEAN})
"""Types by which RET_TYPE asks for another form than the described one (sqli.md 4.5)."""


def _width(column: ColumnType) -> int:
    """Return the bytes that DESCRIBE counts for a column: VARCHAR(m) as m + 1, extended types with envelope."""
    if column.code in (TypeCode.VARCHAR, TypeCode.NVARCHAR):
        return column.max_length + 1
    return column.width if column.width is not None else ENVELOPE + column.encoded_length


def _layout(columns: Iterable[ResultColumn]) -> tuple[tuple[DescribedColumn, ...], int]:
    """Return the columns with their start positions, and the sum of the widths (sqli.md 6.1)."""
    described, start = [], 0
    for column in columns:
        described.append(DescribedColumn(column.name, column.type, start))
        start += _width(column.type)
    return tuple(described), start


def _size(size: int, caps: Capabilities) -> int:
    return size if caps.large_tuple else min(size, MAX_TUPLE_SIZE)


def describe(statement: Statement, caps: Capabilities) -> Describe:
    """Return the DESCRIBE of a statement."""
    columns, size = _layout(statement.prepared.columns)
    return Describe(statement.prepared.statement_type, statement.id, COST, _size(size, caps), columns)


def describe_keys(statement: Statement, keys: Sequence[ResultColumn], caps: Capabilities) -> KeyDescribe:
    """Return the KEYDESCRIBE of the keys that a statement generates (sqli.md 5.8)."""
    columns, size = _layout(keys)
    return KeyDescribe(statement.prepared.statement_type, statement.id, COST, _size(size, caps), columns)


def describe_input(statement: Statement) -> InputDescribe:
    """Return the IDESCRIBE of a statement's markers (sqli.md 4.7)."""
    return InputDescribe(tuple(InputParameter(column) for column in statement.prepared.parameters))


def transport_types(described: Sequence[ColumnType], asked: Sequence[ColumnType] | None) -> tuple[ColumnType, ...]:
    """Return the form in which each column travels: as described, unless RET_TYPE asked for another one.

    Only the forms 43, 44 and 45 differ from the described type on the wire (sqli.md 4.5, 7.1). A collection or row
    that is asked for under 44 keeps its own code in `source`.
    """
    if asked is None or len(asked) != len(described):
        return tuple(described)
    return tuple(_form(have, want) for have, want in zip(described, asked, strict=True))


def _form(have: ColumnType, want: ColumnType) -> ColumnType:
    if want.code not in TRANSPORT_FORMS:
        return have
    if have.code in CONSTRUCTED:
        return replace(have, code=TypeCode.SENDRECV, source=have.code)
    return want
