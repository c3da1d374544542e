"""Reading BYTE and TEXT values: FETCHBLOB and BLOB (sqli.md 5.16)."""

from typing import ClassVar, Final, Self

from informix_types.classes import frozen

from ..buffer import Reader, Writer
from ..caps import Capabilities
from ..tags import Tag
from .base import Message

__all__ = ["DESCRIPTOR_SIZES", "BlobChunk", "FetchBlob", "descriptor_size"]


DESCRIPTOR_SIZES: Final = (56, 68)
"""Bytes of a BYTE or TEXT descriptor, without and with bit 70 (sqli.md 3.3, 5.16)."""


def descriptor_size(caps: Capabilities) -> int:
    """Bytes of a descriptor on this connection."""
    return DESCRIPTOR_SIZES[caps.long_rowid]


@frozen
class FetchBlob(Message):
    """SQ_FETCHBLOB: send the value that this descriptor stands for; only while its row is current."""

    TAG: ClassVar[int] = Tag.SQ_FETCHBLOB
    descriptor: bytes

    def _write(self, w: Writer) -> None:
        w.put(self.descriptor)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.take(descriptor_size(r.caps)))


@frozen
class BlobChunk(Message):
    """SQ_BLOB: a piece of a value; an empty one ends the value."""

    TAG: ClassVar[int] = Tag.SQ_BLOB
    data: bytes = b""

    def _write(self, w: Writer) -> None:
        w.chunk(self.data)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.chunk())
