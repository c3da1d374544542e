"""Parameters on their way to the server: BIND and BBIND (sqli.md 5.16, 7.2)."""

import struct
from functools import lru_cache
from typing import ClassVar, Final, Self

from informix_types import ColumnType, TypeCode
from informix_types.classes import frozen
from informix_types.codes import has_extended_name

from ..buffer import Reader, Writer, pack
from ..caps import Capabilities
from ..errors import ProtocolError
from ..tags import Tag
from .base import Message
from .blob import DESCRIPTOR_SIZES, descriptor_size

__all__ = ["Bind", "BlobBind", "bind_bytes", "read_blocks"]

BLOB_CHUNK = 1024
"""Longest piece of a BYTE or TEXT value (sqli.md 5.16)."""


_INDICATORS: Final = frozenset({0, -1, -2})
"""Value, NULL, default (sqli.md 7.2); data follows only a value."""
_BLOBS: Final = frozenset({TypeCode.BYTE, TypeCode.TEXT})
_COUNTED: Final = frozenset(
    {
        *(TypeCode.CHAR, TypeCode.NCHAR, TypeCode.VARCHAR, TypeCode.NVARCHAR),
        *(TypeCode.DECIMAL, TypeCode.MONEY, TypeCode.DATETIME, TypeCode.INTERVAL),
    }
)
"""Types whose data in a block is framed as CHAR."""
_FIXED: Final = {
    int(code): width
    for code in TypeCode
    if code not in _BLOBS | _COUNTED and (width := ColumnType(code).width) is not None
}
"""Types whose data in a block has the width that it has in a row."""
_HEAD: Final = struct.Struct(">hh")
_BIND: Final = int(Tag.SQ_BIND)
_PLAIN_HEAD: Final = struct.Struct(">xBhxx")
"""Code and indicator, between flags and precision, of a block without names."""


def _skip_other_block(r: Reader) -> None:
    """Pass over a block that `read_blocks` leaves: NULL, default, a type with names, BYTE and TEXT."""
    code = r.u16() & 0xFF
    extended = has_extended_name(code)
    if extended:
        r.chunk()  # owner
        r.chunk()  # name
    indicator, precision = r.unpack(_HEAD)
    if indicator not in _INDICATORS:
        raise ProtocolError(f"parameter block of type {code} with indicator {indicator}")
    if indicator:
        return
    if extended:
        r.padded(r.length4())
    elif code in _BLOBS:
        # clients send the descriptor's size or 0 as precision (sqli.md 5.16)
        r.take(precision if precision in DESCRIPTOR_SIZES else descriptor_size(r.caps))
    else:
        raise ProtocolError(f"parameter block of type {code}")


def read_blocks(r: Reader, count: int) -> bytes:
    """Read `count` parameter blocks by their structure alone (sqli.md 7.2); values are not looked at.

    `informix_types.params.decode_block` decodes them: a block may well hold a value that Python cannot represent,
    and that must not put the stream out of step.
    """
    buf, start, end = r.buf, r.pos, len(r.buf)
    pos, size, unpack = start, _PLAIN_HEAD.size, _PLAIN_HEAD.unpack_from
    for _ in range(count):
        data = pos + size
        if data > end:
            raise r.short()
        code, indicator = unpack(buf, pos)
        if not indicator and code in _FIXED:
            pos = data + _FIXED[code]
        elif not indicator and code in _COUNTED:
            if data + 2 > end:
                raise r.short()
            length = buf[data] << 8 | buf[data + 1]
            pos = data + 2 + length + (length & 1)
        else:
            r.pos = pos
            _skip_other_block(r)
            pos = r.pos
    if pos > end:
        raise r.short()
    r.pos = pos
    return buf[start:pos]


def bind_bytes(count: int, blocks: bytes) -> bytes:
    """Return the bytes of a `Bind`: every execution sends one."""
    return _bind_head(count) + blocks


@lru_cache(maxsize=256)
def _bind_head(count: int) -> bytes:
    return pack(_HEAD, _BIND, count)


@frozen
class Bind(Message):
    """SQ_BIND: the values of a statement's parameters (sqli.md 7.2).

    Attributes:
        count: number of parameters.
        blocks: one parameter block each, as `informix_types.params` encodes and decodes them.
    """

    TAG: ClassVar[int] = Tag.SQ_BIND
    count: int
    blocks: bytes

    def encode(self, caps: Capabilities) -> bytes:  # noqa: ARG002 (the same in all dialects)
        """Return the message's bytes; written out because a batch has one for every row."""
        return bind_bytes(self.count, self.blocks)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        count = r.count()
        return cls(count, read_blocks(r, count))


@frozen
class BlobBind(Message):
    """SQ_BBIND: the data of the BYTE and TEXT parameters of the BIND before it (sqli.md 5.16).

    Attributes:
        blobs: one value for each parameter of these types that is not NULL, in order.
    """

    TAG: ClassVar[int] = Tag.SQ_BBIND
    blobs: tuple[bytes, ...]

    def _write(self, w: Writer) -> None:
        w.s(len(self.blobs))
        for blob in self.blobs:
            for at in range(0, len(blob), BLOB_CHUNK):
                w.u16(Tag.SQ_BLOB)
                w.chunk(blob[at : at + BLOB_CHUNK])
            w.u16(Tag.SQ_BLOB)
            w.u16(0)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(tuple(cls._read_blob(r) for _ in range(r.count())))

    @staticmethod
    def _read_blob(r: Reader) -> bytes:
        chunks: list[bytes] = []
        while True:
            tag = r.u16()
            if tag != Tag.SQ_BLOB:
                raise ProtocolError(f"tag {tag} inside BBIND")
            chunk = r.chunk()
            if not chunk:
                return b"".join(chunks)
            chunks.append(chunk)
