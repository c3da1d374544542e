"""Rows and how they are asked for: TUPLE, TUPID, RET_TYPE, NFETCH, SFETCH, PUT (sqli.md 4.1, 4.5, 5.2-5.9)."""

import struct
from enum import IntEnum
from typing import ClassVar, Self

from informix_types import ColumnType, ConversionError
from informix_types.classes import frozen
from informix_types.codes import has_extended_name

from ..buffer import MAX_LENGTH, Reader, Writer, pack
from ..caps import Capabilities
from ..errors import Incomplete, ProtocolError
from ..tags import Tag
from .base import Message, PackedMessage

__all__ = [
    "Direction",
    "NFetch",
    "Put",
    "RetType",
    "RowMessage",
    "SFetch",
    "ScrollKind",
    "Tuple",
    "TupleId",
    "tuple_bytes",
]

_PUT = int(Tag.SQ_PUT)
_PUT_HEAD = struct.Struct(">Hih")
"""Tag, size of a row, number of rows."""
_TUPLE = int(Tag.SQ_TUPLE)
_ROW_HEAD = struct.Struct(">Hhi")
"""Tag, warning bits, size of a row."""
_NFETCH = {
    (large, array): struct.Struct(">" + ("i" if large else "h") + ("h" if array else ""))
    for large in (False, True)
    for array in (False, True)
}
"""Body of an NFETCH by the capabilities `large_fetch` and `array_fetch`."""


class Direction(IntEnum):
    """What a RET_TYPE is about (sqli.md 4.5)."""

    PUT_ROWS = 0
    RESULT = 1


class ScrollKind(IntEnum):
    """Kinds of SFETCH (sqli.md 5.9). Clients use LAST and ABSOLUTE only; PRIOR to RELATIVE were never seen."""

    NEXT = 1
    PRIOR = 2
    FIRST = 3
    LAST = 4
    RELATIVE = 5
    ABSOLUTE = 6


def _row_message(tag: int, warn: int, data: bytes) -> bytes:
    return pack(_ROW_HEAD, tag, warn, len(data)) + data + b"\0" * (len(data) & 1)


def tuple_bytes(data: bytes) -> bytes:
    """Return the bytes of a `Tuple` without warnings: a result has one for every row."""
    return _row_message(_TUPLE, 0, data)


@frozen
class RowMessage(Message):
    """A row whose columns informix-types decodes (sqli.md 7.1).

    Attributes:
        warn: warning bits.
        data: the row payload without the pad byte.
    """

    warn: int
    data: bytes

    _HEAD: ClassVar[struct.Struct] = struct.Struct(">hi")

    def encode(self, caps: Capabilities) -> bytes:  # noqa: ARG002 - see Message
        """See `Message.encode`."""
        return _row_message(self.TAG, self.warn, self.data)

    @classmethod
    def decode(cls, buf: bytes, offset: int, caps: Capabilities) -> tuple[Self, int]:  # noqa: ARG003 - see Message
        """See `Message.decode`."""
        try:
            warn, size = cls._HEAD.unpack_from(buf, offset)
        except struct.error:
            raise Incomplete from None
        if not 0 <= size <= MAX_LENGTH:
            raise ProtocolError(f"row with impossible length {size}")
        start = offset + cls._HEAD.size
        end = start + size + (size & 1)
        if end > len(buf):
            raise Incomplete
        return cls(warn, buf[start : start + size]), end


class Tuple(RowMessage):
    """SQ_TUPLE: one row of a result (sqli.md 4.1)."""

    __slots__ = ()
    TAG: ClassVar[int] = Tag.SQ_TUPLE


@frozen
class TupleId(PackedMessage):
    """SQ_TUPID: the 1-based number of the row that an SFETCH delivered (sqli.md 5.9)."""

    TAG: ClassVar[int] = Tag.SQ_TUPID
    LAYOUT: ClassVar[struct.Struct] = struct.Struct(">i")
    row: int


@frozen
class RetType(Message):
    """SQ_RET_TYPE: the transport form of each column (sqli.md 4.5).

    Attributes:
        direction: see `Direction`.
        columns: only code, flags, owner, extended name and encoded length travel.
    """

    TAG: ClassVar[int] = Tag.SQ_RET_TYPE
    direction: int
    columns: tuple[ColumnType, ...]

    def _write(self, w: Writer) -> None:
        w.s(self.direction)
        w.s(len(self.columns))
        for column in self.columns:
            w.u16(column.flags | column.code)
            if has_extended_name(column.code):
                w.char(column.owner)
                w.char(column.extended_name)
            w.i(column.encoded_length)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        direction, count = r.s(), r.count()
        return cls(direction, tuple(cls._read_column(r) for _ in range(count)))

    @staticmethod
    def _read_column(r: Reader) -> ColumnType:
        word = r.u16()
        code, flags = word & 0xFF, word & 0xFF00
        owner, name = (r.char(), r.char()) if has_extended_name(code) else ("", "")
        return ColumnType(code, r.i(), flags, owner=owner, extended_name=name)


@frozen
class NFetch(Message):
    """SQ_NFETCH: send the next rows (sqli.md 5.2).

    Attributes:
        buffer_size: byte budget of the reply; the server sends at least one row whatever it is.
        array: 0; absent on the wire without bit 8.
    """

    TAG: ClassVar[int] = Tag.SQ_NFETCH
    buffer_size: int
    array: int = 0

    def _write(self, w: Writer) -> None:
        (w.i if w.caps.large_fetch else w.s)(self.buffer_size)
        if w.caps.array_fetch:
            w.s(self.array)

    @classmethod
    def decode(cls, buf: bytes, offset: int, caps: Capabilities) -> tuple[Self, int]:
        """See `Message.decode`."""
        layout = _NFETCH[caps.large_fetch, caps.array_fetch]
        try:
            return cls(*layout.unpack_from(buf, offset)), offset + layout.size
        except struct.error:
            raise Incomplete from None


@frozen
class SFetch(Message):
    """SQ_SFETCH: send the row at a position of a scroll cursor (sqli.md 5.9).

    Attributes:
        kind: see `ScrollKind`.
        row: 1-based row number, 0 with LAST.
        buffer_size: byte budget of the reply.
    """

    TAG: ClassVar[int] = Tag.SQ_SFETCH
    kind: int
    row: int
    buffer_size: int

    def _write(self, w: Writer) -> None:
        w.s(self.kind)
        w.i(self.row)
        (w.i if w.caps.large_fetch else w.s)(self.buffer_size)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.s(), r.i(), r.i() if r.caps.large_fetch else r.s())


@frozen
class Put(Message):
    """SQ_PUT: rows for an insert cursor, in the row format of TUPLE (sqli.md 5.7).

    Attributes:
        row: the payload without the pad byte: `rows` rows of the same size, one after another without padding.
        rows: JDBC sends one row a message, or up to 32767 at a time when all columns have a fixed width.
    """

    TAG: ClassVar[int] = Tag.SQ_PUT
    row: bytes
    rows: int = 1

    def encode(self, caps: Capabilities) -> bytes:  # noqa: ARG002 (the same in all dialects)
        """Return the message's bytes; written out because an insert cursor sends one for every row."""
        size, rest = divmod(len(self.row), self.rows) if self.rows > 0 else (0, 1)
        if rest:
            raise ConversionError(f"{len(self.row)} bytes are no {self.rows} rows of the same size")
        return pack(_PUT_HEAD, _PUT, size, self.rows) + self.row + b"\0" * (len(self.row) & 1)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        size, rows = r.length4(), r.s()
        if rows < 1:
            raise ProtocolError(f"SQ_PUT of {rows} rows")
        return cls(r.padded(size * rows), rows)
