"""Change data capture: the records that LODATA reads of a capture session deliver (sqli.md 11).

The reads break records anywhere: feed what they bring to a `CdcStream`, which gives back whole records.
"""

import struct
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final

from informix_types import ColumnType, TypeCode
from informix_types.classes import frozen
from informix_types.context import DEFAULT_CONTEXT, TypeContext
from informix_types.reference import decode_value

from .buffer import MAX_LENGTH, Reader
from .errors import Incomplete, ProtocolError

__all__ = ["CdcRecord", "CdcStream", "CdcType", "decode_changes", "decode_record", "schema_columns"]


class CdcType(IntEnum):
    """Record types (sqli.md 11)."""

    BEGIN = 1
    COMMIT = 2
    ROLLBACK = 3
    INSERT = 40
    DELETE = 41
    UPDATE_BEFORE = 42
    UPDATE_AFTER = 43
    DISCARD = 62
    TRUNCATE = 119
    TABSCHEMA = 200
    TIMEOUT = 201
    ERROR = 202


_HEAD = struct.Struct(">iiii")
SCHEME: Final = 66
_ROW = ("lsn", "transaction", "label", "flags")
_FIELDS: Final[dict[int, tuple[str, ...]]] = {
    CdcType.BEGIN: ("lsn", "transaction", "time", "user"),
    CdcType.COMMIT: ("lsn", "transaction", "time"),
    CdcType.ROLLBACK: ("lsn", "transaction"),
    CdcType.INSERT: _ROW,
    CdcType.DELETE: _ROW,
    CdcType.UPDATE_BEFORE: _ROW,
    CdcType.UPDATE_AFTER: _ROW,
    CdcType.DISCARD: ("lsn", "transaction"),
    CdcType.TRUNCATE: ("lsn", "transaction", "label"),
    CdcType.TABSCHEMA: ("label", "flags", "fixed_bytes", "fixed_columns", "variable_columns"),
    CdcType.TIMEOUT: ("lsn",),
    CdcType.ERROR: ("flags", "code"),
}
"""Fields of the header behind the common part, in order (sqli.md 11)."""
_EIGHT_BYTES: Final = frozenset({"lsn", "time"})


@frozen
class CdcRecord:
    """One record; fields that its type does not have are None.

    Attributes:
        type: see `CdcType`.
        payload: the row of a change, the text of a TABSCHEMA, else empty.
        lsn: log position: log number << 32 | position.
        transaction: transaction id.
        time: seconds since 1970.
        user: user id.
        label: the number that the application gave to the capture.
        flags: unknown.
        lengths: bytes of each variable-length column of a change.
        fixed_bytes: bytes of all fixed-length columns of a TABSCHEMA.
        fixed_columns: number of fixed-length columns.
        variable_columns: number of variable-length columns.
        code: of an ERROR.
    """

    type: int
    payload: bytes = b""
    lsn: int | None = None
    transaction: int | None = None
    time: int | None = None
    user: int | None = None
    label: int | None = None
    flags: int | None = None
    lengths: tuple[int, ...] = ()
    fixed_bytes: int | None = None
    fixed_columns: int | None = None
    variable_columns: int | None = None
    code: int | None = None


def decode_record(buf: bytes, offset: int = 0) -> tuple[CdcRecord, int]:
    """Decode the record at `offset`.

    Returns:
        the record and the offset of the next one.

    Raises:
        Incomplete: `buf` ends before the record does.
        ProtocolError: unknown type or scheme, or sizes that contradict the type.
    """
    if offset + _HEAD.size > len(buf):
        raise Incomplete
    header_size, payload_size, scheme, kind = _HEAD.unpack_from(buf, offset)
    if scheme != SCHEME or kind not in _FIELDS:
        raise ProtocolError(f"CDC record of scheme {scheme} and type {kind}")
    if not (_HEAD.size <= header_size <= MAX_LENGTH and 0 <= payload_size <= MAX_LENGTH):
        raise ProtocolError(f"CDC record of type {kind} with sizes {header_size} and {payload_size}")
    body = offset + header_size
    end = body + payload_size
    if end > len(buf):
        raise Incomplete
    r = Reader(buf[:body], offset + _HEAD.size, whole=True)
    fields: dict[str, int] = {name: r.q() if name in _EIGHT_BYTES else r.i() for name in _FIELDS[kind]}
    lengths: list[int] = []
    if _FIELDS[kind] is _ROW:
        while r.pos < body:
            lengths.append(r.i())
        if min(lengths, default=0) < 0 or sum(lengths) > payload_size:
            raise ProtocolError(f"CDC change of {payload_size} bytes with column lengths {lengths}")
    if r.pos != body:
        raise ProtocolError(f"CDC record of type {kind} with a header of {header_size} bytes")
    return CdcRecord(kind, buf[body:end], lengths=tuple(lengths), **fields), end


class CdcStream:
    """Puts records together from the pieces in which reads deliver them."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[CdcRecord]:
        """Take the bytes of one read; return the records that are now complete."""
        buf = self._rest + data if self._rest else data
        at, records = 0, []
        try:
            while at < len(buf):
                record, at = decode_record(buf, at)
                records.append(record)
        except Incomplete:
            pass
        self._rest = buf[at:]
        return records


def schema_columns(record: CdcRecord, encoding: str = "iso8859-1") -> tuple[tuple[str, str], ...]:
    """Split the text of a TABSCHEMA record into (column name, type) pairs, as ``("name", "varchar(40)")``."""
    columns, depth, start = [], 0, 0
    text = record.payload.decode(encoding).rstrip("\0") + ","
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "," and not depth:
            name, _, kind = text[start:at].strip().partition(" ")
            columns.append((name, kind.strip()))
            start = at + 1
    return tuple(columns)


_VARIABLE: Final = frozenset({TypeCode.VARCHAR, TypeCode.NVARCHAR, TypeCode.LVARCHAR, TypeCode.UDTVAR})
_BOOLEAN: Final = {0x00: False, 0x01: True, 0x66: False, 0x74: True}
"""Both forms of the byte (sqli.md 12 #9)."""


def decode_changes(
    record: CdcRecord, types: Sequence[ColumnType], ctx: TypeContext = DEFAULT_CONTEXT
) -> tuple[Any, ...]:
    """Decode the row of an INSERT, DELETE or UPDATE record.

    Args:
        record: the record.
        types: types of the captured columns in the order in which they were captured.
        ctx: how values are decoded.

    Returns:
        the values in the order of `types`.

    Raises:
        FramingError: lengths do not add up. After a restart at an old position a record may belong to another
            table that was captured under the same label (sqli.md 11).
    """
    values: list[Any] = [None] * len(types)
    variable = [index for index, column in enumerate(types) if column.code in _VARIABLE]
    if len(variable) != len(record.lengths):
        raise ProtocolError(f"{len(record.lengths)} variable-length values for {len(variable)} columns")
    at = 0
    for index, column in enumerate(types):
        if index not in variable:
            values[index], at = _decode_fixed(column, record.payload, at, ctx)
    for index, length in zip(variable, record.lengths, strict=True):
        piece = record.payload[at : at + length]
        values[index] = _decode_variable(types[index], piece, ctx)
        at += length
    if at != len(record.payload):
        raise ProtocolError(f"CDC row of {len(record.payload)} bytes with {at} bytes of values")
    return tuple(values)


def _decode_fixed(column: ColumnType, payload: bytes, at: int, ctx: TypeContext) -> tuple[Any, int]:
    if column.code == TypeCode.BOOLEAN or (
        column.code == TypeCode.UDTFIXED and column.extended_name.lower() == "boolean"
    ):
        null, byte = _exactly(payload[at : at + 2], 2)
        if not null and byte not in _BOOLEAN:
            raise ProtocolError(f"BOOLEAN with byte {byte:02x}")
        return None if null else _BOOLEAN[byte], at + 2
    try:
        return decode_value(column, payload, at, ctx)
    except Incomplete:
        raise ProtocolError("CDC row ends in the middle of a value") from None


def _exactly(piece: bytes, size: int) -> bytes:
    if len(piece) != size:
        raise ProtocolError("CDC row ends in the middle of a value")
    return piece


def _decode_variable(column: ColumnType, piece: bytes, ctx: TypeContext) -> Any:
    if column.code in (TypeCode.VARCHAR, TypeCode.NVARCHAR):
        value, end = _decode_fixed(column, piece, 0, ctx)
        if end != len(piece):
            raise ProtocolError(f"VARCHAR of {end} bytes in a CDC field of {len(piece)}")
        return value
    # LVARCHAR: `s n+1`, NULL flag, n bytes (sqli.md 11); hand it on in the envelope of ordinary rows (7.1)
    size, null = struct.unpack(">hB", _exactly(piece[:3], 3))
    text = piece[3:]
    if size != len(text) + 1 or null not in (0, 1) or (null and text):
        raise ProtocolError(f"LVARCHAR of {size - 1} bytes in a CDC field of {len(piece)}")
    return decode_value(column, struct.pack(">Bi", null, len(text)) + text, 0, ctx)[0]
