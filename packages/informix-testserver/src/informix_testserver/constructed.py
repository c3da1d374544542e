"""SET, MULTISET, LIST and ROW in the binary form that IBM's JDBC driver sends and asks for (sqli.md 7.6).

The form is known from that driver alone: a tree of type descriptions, then the elements in the format of rows.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Any

from informix_types import ColumnType, TypeCode, TypeFlag
from informix_types.classes import frozen
from informix_types.context import TypeContext
from informix_types.errors import FramingError
from informix_types.reference import decode_value, encode_value
from informix_types.typetext import element_type, row_fields
from informix_types.values import CollectionValue, RowValue

from .engine import SqlError

__all__ = ["CONSTRUCTED", "decode_constructed", "encode_constructed", "is_constructed"]

_KINDS = {TypeCode.SET: "SET", TypeCode.MULTISET: "MULTISET", TypeCode.LIST: "LIST"}
CONSTRUCTED = frozenset({*_KINDS, TypeCode.ROW})
_ELEMENTS = frozenset(
    {TypeCode.SMALLINT, TypeCode.INTEGER, TypeCode.BIGINT, TypeCode.INT8, TypeCode.FLOAT, TypeCode.SMALLFLOAT}
    | {TypeCode.DECIMAL, TypeCode.MONEY, TypeCode.DATE, TypeCode.DATETIME, TypeCode.INTERVAL}
    | {TypeCode.CHAR, TypeCode.NCHAR, TypeCode.VARCHAR, TypeCode.NVARCHAR, TypeCode.LVARCHAR}
)
"""Element types whose form is known."""
NOT_SUPPORTED = -513

_COUNT_AT = 134
"""Bytes before the number of nodes: all zero in what JDBC sends."""
_NODE = struct.Struct(">hhhh128s hhH ihh128s h128s 6x")
"""seqno, levelno, parent, name's length and text; field number, type, encoded length; extended id, source (both
zero), name and owner of a named type with their lengths."""
_DATA = struct.Struct(">4x i I")
"""Bytes of element data with their offsets; 1, or the NULL sentinel for a NULL value."""
_PRESENT, _NULL = 1, 0x80000000
_BLANKS = b" " * 128
_MORE, _WORD = struct.Struct(">i").pack(-1), struct.Struct(">i")


@frozen
class _Field:
    """What one node of the tree says."""

    level: int
    number: int
    name: str
    type: ColumnType


def is_constructed(column: ColumnType, value: object) -> bool:
    """Tell a bound value in this form from other values of type 44 (BLOB, opaque)."""
    if column.code != TypeCode.SENDRECV or not isinstance(value, bytes) or len(value) < _COUNT_AT + 2 + _NODE.size:
        return False
    return not any(value[:_COUNT_AT]) and _node(value, 0).type.code in CONSTRUCTED


def _node(data: bytes, index: int) -> _Field:
    row = _NODE.unpack_from(data, _COUNT_AT + 2 + index * _NODE.size)
    _, level, _, length, name, number, code, encoded = row[:8]
    kind = ColumnType(code & 0xFF, encoded, flags=code & TypeFlag.NOT_NULL)
    return _Field(level, number, name[:length].decode("iso8859-1"), kind)


def _nodes(data: bytes) -> list[_Field]:
    (count,) = struct.unpack_from(">h", data, _COUNT_AT)
    if count < 1 or _COUNT_AT + 2 + count * _NODE.size + _DATA.size > len(data):
        raise FramingError(f"{count} type descriptions in {len(data)} bytes")
    return [_node(data, index) for index in range(count)]


def _variable(types: Sequence[ColumnType]) -> bool:
    return any(kind.width is None for kind in types)


def decode_constructed(data: bytes, ctx: TypeContext) -> tuple[ColumnType, Any]:
    """Decode a bound value into its type and a `CollectionValue` or `RowValue`, None for NULL.

    Raises:
        FramingError: the bytes contradict themselves.
        SqlError: an element's type is not known in this form.
    """
    root, *children = _nodes(data)
    start = _COUNT_AT + 2 + (len(children) + 1) * _NODE.size
    size, present = _DATA.unpack_from(data, start)
    start += _DATA.size
    if len(data) != start + size:
        raise FramingError(f"{size} bytes of elements announced, {len(data) - start} are there")
    types = [child.type for child in children]
    for kind in types:
        _known(kind)
    if root.type.code == TypeCode.ROW:
        text = ", ".join(f"{child.name or f'f{child.number}'} {child.type.type_name}" for child in children)
        column = ColumnType(TypeCode.ROW, extended_name=f"row({text})")
    else:
        column = ColumnType(root.type.code, extended_name=types[0].type_name.lower() if types else "")
    if present == _NULL:
        return column, None
    end = len(data)
    if _variable(types) and size:  # the offsets of the elements, in reverse order behind -1
        end -= _WORD.size
        while end > start and data[end : end + _WORD.size] != _MORE:
            end -= _WORD.size
        if end <= start:
            raise FramingError("no table of offsets behind elements of variable length")
    values = list(_elements(data, start, end, types, ctx, once=root.type.code == TypeCode.ROW))
    if root.type.code == TypeCode.ROW:
        return column, RowValue(
            values, [child.name for child in children] if all(c.name for c in children) else ()
        )
    return column, CollectionValue.of(_KINDS[TypeCode(root.type.code)], values)


def _elements(
    data: bytes, start: int, end: int, types: Sequence[ColumnType], ctx: TypeContext, *, once: bool
) -> Iterator[Any]:
    payload = data[:end]
    while start < end:
        for kind in types:
            value, start = decode_value(kind, payload, start, ctx)
            yield value
        if once:
            break
    if start != end:
        raise FramingError(f"elements end at byte {start} of {end}")


def encode_constructed(column: ColumnType, value: Any, ctx: TypeContext) -> bytes:
    """Encode a collection or row for a result column: its length, then the form; `column` is as described.

    Raises:
        SqlError: an element's type is not known in this form.
    """
    if column.code == TypeCode.ROW:
        fields = [(name, _sendable(kind)) for name, kind in row_fields(column)]
        if not fields:
            raise SqlError(NOT_SUPPORTED, token=f"binary form of {column.type_name}"[:128])
    else:
        inner = element_type(column)
        if inner is None:
            raise SqlError(NOT_SUPPORTED, token=f"binary form of {column.type_name}"[:128])
        fields = [("", _sendable(inner))]
    types = [kind for _, kind in fields]
    parts = []
    if value is not None:
        row = column.code == TypeCode.ROW
        pairs = zip(types, value, strict=True) if row else ((types[0], each) for each in value)
        parts = [encode_value(kind, each, ctx) for kind, each in pairs]
    elements = b"".join(parts)
    if parts and _variable(types):
        offsets, at = [], 0
        for part in parts:
            offsets.append(_WORD.pack(at))
            at += len(part)
        elements += _MORE + b"".join(reversed(offsets))
    nodes = [_pack((1, 0, 0), _Field(0, 0, "", column))]
    for number, (name, kind) in enumerate(fields, 1):
        nodes.append(_pack((number + 1, 1, 1), _Field(1, number if name else 0, name, kind)))
    present = _NULL if value is None else _PRESENT
    body = bytes(_COUNT_AT) + struct.pack(">h", len(nodes)) + b"".join(nodes)
    body += _DATA.pack(len(elements), present) + elements
    return _WORD.pack(len(body)) + body


def _pack(place: tuple[int, int, int], field: _Field) -> bytes:
    """Write a node; `place` is its number, level and parent."""
    kind = field.type
    named = kind.extended_name if kind.code == TypeCode.ROW and not row_fields(kind) else ""
    text, type_name, owner = (
        part.encode("iso8859-1", "replace")[:128] for part in (field.name, named, kind.owner)
    )
    code = kind.code | (kind.flags & TypeFlag.NOT_NULL)
    length = 0 if kind.code in CONSTRUCTED else kind.encoded_length & 0xFFFF
    return _NODE.pack(
        *(*place, len(text), text.ljust(128), field.number, code, length, 0, 0, len(type_name)),
        *(type_name.ljust(128), len(owner) if named else 0, owner.ljust(128) if named else _BLANKS),
    )


def _known(kind: ColumnType) -> ColumnType:
    if kind.code not in _ELEMENTS:
        raise SqlError(NOT_SUPPORTED, token=f"binary form of {kind.type_name}"[:128])
    return kind


def _sendable(kind: ColumnType) -> ColumnType:
    """Return the element's type in this form: LVARCHAR under its client code."""
    if kind.code == TypeCode.UDTVAR and kind.extended_name == "lvarchar":
        kind = ColumnType(TypeCode.LVARCHAR, kind.encoded_length, flags=kind.flags)
    return _known(kind)
