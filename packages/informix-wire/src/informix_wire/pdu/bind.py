"""Parameters on their way to the server: BIND and BBIND (sqli.md 5.16, 7.2)."""

from dataclasses import dataclass
from typing import ClassVar, Self

from ..buffer import Reader, Writer
from ..errors import ProtocolError
from ..tags import Tag
from .base import Message

__all__ = ["Bind", "BlobBind", "skip_blocks"]

BLOB_CHUNK = 1024
"""Longest piece of a BYTE or TEXT value (sqli.md 5.16)."""


def skip_blocks(r: Reader, count: int) -> bytes:
    """Return the bytes of `count` parameter blocks, walking their structure (sqli.md 7.2)."""
    from informix_types.context import TypeContext
    from informix_types.params import decode_block

    ctx = TypeContext(encoding=r.caps.encoding, errors="surrogateescape")
    start = r.pos
    for _ in range(count):
        _, r.pos = decode_block(r.buf, r.pos, ctx)
    return r.buf[start : r.pos]


@dataclass(frozen=True, slots=True)
class Bind(Message):
    """SQ_BIND: the values of a statement's parameters (sqli.md 7.2).

    Attributes:
        count: number of parameters.
        blocks: one parameter block each, as `informix_types.params` encodes and decodes them.
    """

    TAG: ClassVar[int] = Tag.SQ_BIND
    count: int
    blocks: bytes

    def _write(self, w: Writer) -> None:
        w.s(self.count)
        w.put(self.blocks)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        count = r.count()
        return cls(count, skip_blocks(r, count))


@dataclass(frozen=True, slots=True)
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
