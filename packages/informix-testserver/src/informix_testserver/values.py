"""Values between wire and engine: parameter blocks in, rows out, with descriptors and locators traded for data.

Uses the reference codecs of informix-types only, so that the driver's generated decoders are checked by them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from informix_types import ColumnType, TypeCode
from informix_types.params import decode_block
from informix_types.reference import decode_value, encode_value
from informix_types.values import BlobDescriptor, BlobLocator, ClobLocator

from .engine import Parameter
from .statement import OpenCursor

if TYPE_CHECKING:
    from .session import Session

__all__ = ["decode_parameters", "decode_put_rows", "encode_row", "is_blob", "is_large_object", "resolved"]

BYTES_TYPES = frozenset({TypeCode.BYTE, TypeCode.TEXT})
LARGE_OBJECT_NAMES = frozenset({"blob", "clob"})
LARGE_OBJECT_CODES = frozenset({TypeCode.UDTFIXED, TypeCode.SENDRECV})
"""As described and as RET_TYPE asks for them (sqli.md 4.5, 6.2)."""
SHORT_DESCRIPTOR, LONG_DESCRIPTOR = 56, 68
"""BYTE and TEXT descriptors without and with bit 70 (sqli.md 5.16)."""


def is_blob(column: ColumnType) -> bool:
    """Tell BYTE and TEXT."""
    return column.code in BYTES_TYPES


def is_large_object(column: ColumnType) -> bool:
    """Tell BLOB and CLOB."""
    return column.code in LARGE_OBJECT_CODES and column.extended_name in LARGE_OBJECT_NAMES


def decode_parameters(session: "Session", count: int, blocks: bytes) -> tuple[list[Parameter], list[int]]:
    """Decode the blocks of BIND or of a routine call (sqli.md 7.2); locators stay locators.

    Returns:
        the parameters, and the indexes of those whose data BBIND will bring.

    Raises:
        FramingError: the blocks contradict themselves.
    """
    parameters: list[Parameter] = []
    pending: list[int] = []
    offset = 0
    for index in range(count):
        bound, offset = decode_block(blocks, offset, session.types)
        if bound.blob_pending:
            pending.append(index)
        parameters.append(Parameter(bound.type, bound.value, bound.is_default))
    return parameters, pending


def resolved(session: "Session", parameter: Parameter) -> Parameter:
    """Replace a locator by its object's content, which is what engines take; everything else stays.

    Raises:
        SqlError: -9810: the locator names no object.
    """
    if not isinstance(parameter.value, BlobLocator):
        return parameter
    return Parameter(parameter.type, session.large_objects.content(parameter.value.data), parameter.is_default)


def decode_put_rows(
    session: "Session", types: Sequence[ColumnType], payload: bytes, rows: int
) -> list[list[Parameter]]:
    """Decode the rows of one PUT: the row format of TUPLE, `rows` times (sqli.md 5.7)."""
    decoded: list[list[Parameter]] = []
    offset = 0
    for _ in range(rows):
        row: list[Parameter] = []
        for column in types:
            value, offset = decode_value(column, payload, offset, session.types)
            row.append(resolved(session, Parameter(column, value)))
        decoded.append(row)
    if offset != len(payload):
        from informix_types.errors import FramingError

        raise FramingError(f"PUT of {len(payload)} bytes holds {offset} bytes of columns")
    return decoded


def encode_row(
    session: "Session", types: Sequence[ColumnType], values: Sequence[Any], cursor: OpenCursor | None
) -> bytes:
    """Encode one row payload, without its pad (sqli.md 7.1).

    `cursor` keeps the BYTE and TEXT data for FETCHBLOB.
    """
    ctx = session.types
    parts: list[bytes] = []
    for column, value in zip(types, values, strict=True):
        if column.code in BYTES_TYPES:
            parts.append(_descriptor(session, column, value, cursor))
        elif value is not None and is_large_object(column) and not isinstance(value, BlobLocator):
            parts.append(encode_value(column, _locator(session, column, value), ctx))
        else:
            parts.append(encode_value(column, value, ctx))
    return b"".join(parts)


def _as_bytes(session: "Session", value: Any) -> bytes:
    return value.encode(session.types.encoding, "replace") if isinstance(value, str) else bytes(value)


def _descriptor(session: "Session", column: ColumnType, value: Any, cursor: OpenCursor | None) -> bytes:
    """Return the descriptor that stands for a BYTE or TEXT value; its start position is the key to the data."""
    width = LONG_DESCRIPTOR if session.caps.long_rowid else SHORT_DESCRIPTOR
    text = column.code == TypeCode.TEXT
    if value is None:
        return BlobDescriptor.build(0, is_text=text, null=True, width=width).data
    data = _as_bytes(session, value)
    start = 1
    if cursor is not None:
        start = cursor.next_blob
        cursor.blobs[start] = data
        cursor.next_blob += max(len(data), 1)
    return BlobDescriptor.build(len(data), start=start, is_text=text, width=width).data


def _locator(session: "Session", column: ColumnType, value: Any) -> BlobLocator:
    """Return a locator for the content of a BLOB or CLOB."""
    clob = column.extended_name == "clob"
    data = session.large_objects.snapshot(_as_bytes(session, value), clob=clob)
    return ClobLocator(data) if clob else BlobLocator(data)
