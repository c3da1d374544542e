"""Smart large objects: LODATA, and SQ_FILE, by which a server works on client files (sqli.md 5.14, 5.15).

All these messages carry data in chunks `u16 n, PAD(n bytes)` of at most 32000 bytes.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import ClassVar, Self

from informix_types.classes import frozen

from ..buffer import MAX_LENGTH, Reader, Writer
from ..errors import ProtocolError
from ..tags import Tag
from .base import Message

__all__ = [
    "FileOp",
    "FileOperation",
    "FileRead",
    "FileWrite",
    "LoDataOperation",
    "LoDataReply",
    "LoDataRequest",
]

CHUNK = 32000
"""Longest chunk (sqli.md 5.14)."""


def _chunks(data: bytes) -> Iterator[bytes]:
    return (data[at : at + CHUNK] for at in range(0, len(data), CHUNK))


def _read_chunks(r: Reader, total: int, tag: int | None = None) -> bytes:
    """Read chunks until they add up to `total` bytes; with `tag`, each chunk is preceded by it."""
    if total > MAX_LENGTH:
        raise ProtocolError(f"impossible length {total}")
    spans: list[tuple[int, int]] = []  # copied only when all are there: a reader tries again as bytes arrive
    left = total
    while left > 0:
        if tag is not None and (found := r.u16()) != tag:
            raise ProtocolError(f"tag {found} where a chunk of {tag} was due")
        size = r.u16()
        if not 0 < size <= left:
            raise ProtocolError(f"chunk of {size} bytes where {left} are left")
        spans.append((r.pos, r.pos + size))
        r.skip_padded(size)
        left -= size
    return b"".join(r.buf[start:end] for start, end in spans)


class LoDataOperation(IntEnum):
    """First short of LODATA (sqli.md 5.14)."""

    READ = 0
    READ_AT = 1
    WRITE = 2


@frozen
class LoDataRequest(Message):
    """SQ_LODATA from a client (sqli.md 5.14).

    Attributes:
        operation: see `LoDataOperation`.
        fd: descriptor from ``ifx_lo_open``; the session id in change data capture (sqli.md 11).
        amount: bytes wanted, or bytes of `data`.
        offset: with READ_AT, bytes.
        whence: with READ_AT, 0 start, 1 current, 2 end.
        data: with WRITE.
        buffer_size: longest chunk.
    """

    TAG: ClassVar[int] = Tag.SQ_LODATA
    operation: int
    fd: int
    amount: int
    offset: int = 0
    whence: int = 0
    data: bytes = b""
    buffer_size: int = CHUNK

    def _write(self, w: Writer) -> None:
        w.s(self.operation)
        w.s(self.fd)
        w.i(self.amount)
        w.s(self.buffer_size)
        if self.operation == LoDataOperation.READ_AT:
            w.int8(self.offset)
            w.s(self.whence)
        elif self.operation == LoDataOperation.WRITE:
            for chunk in _chunks(self.data):
                w.chunk(chunk)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        operation, fd, amount, size = r.s(), r.s(), r.i(), r.s()
        if operation == LoDataOperation.READ:
            return cls(operation, fd, amount, buffer_size=size)
        if operation == LoDataOperation.READ_AT:
            return cls(operation, fd, amount, r.int8() or 0, r.s(), buffer_size=size)
        if operation == LoDataOperation.WRITE:
            return cls(operation, fd, amount, data=_read_chunks(r, amount), buffer_size=size)
        raise ProtocolError(f"LODATA with unknown operation {operation}")


@frozen
class LoDataReply(Message):
    """SQ_LODATA from a server (sqli.md 5.14).

    Attributes:
        operation: that of the request.
        total: bytes of `data`, or bytes written; negative on error.
        data: what was read.
    """

    TAG: ClassVar[int] = Tag.SQ_LODATA
    operation: int
    total: int
    data: bytes = b""

    def _write(self, w: Writer) -> None:
        w.s(self.operation)
        w.i(self.total)
        if self.operation == LoDataOperation.WRITE:
            return
        for chunk in _chunks(self.data):
            w.chunk(chunk)
        if not self.total:
            w.s(0)  # JDBC waits for this empty chunk (sqli.md 5.14)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        operation, total = r.s(), r.i()
        if operation not in LoDataOperation.__members__.values():
            raise ProtocolError(f"LODATA with unknown operation {operation}")
        if operation == LoDataOperation.WRITE or total < 0:
            return cls(operation, total)
        if total == 0:
            if r.s():
                raise ProtocolError("LODATA of no bytes without its empty chunk")
            return cls(operation, 0)
        return cls(operation, total, _read_chunks(r, total))


class FileOperation(IntEnum):
    """First short of SQ_FILE (sqli.md 5.15)."""

    OPEN = 0
    CLOSE = 1
    READ = 2
    WRITE = 3


@frozen
class FileOp(Message):
    """SQ_FILE: the server wants something done with a client file (sqli.md 5.15).

    The client answers OPEN and CLOSE with an empty group, READ with `FileRead`, WRITE with `FileWrite`, and
    refuses with `Err`.

    Attributes:
        operation: see `FileOperation`.
        name: with OPEN.
        mode: with OPEN.
        flags: with OPEN; 1 = must not exist.
        offset: with OPEN, bytes.
        buffer_size: with READ.
        amount: with READ, bytes; -1 = all.
        data: with WRITE.
    """

    TAG: ClassVar[int] = Tag.SQ_FILE
    operation: int
    name: str = ""
    mode: int = 0
    flags: int = 0
    offset: int = 0
    buffer_size: int = CHUNK
    amount: int = -1
    data: bytes = b""

    def _write(self, w: Writer) -> None:
        w.s(self.operation)
        if self.operation == FileOperation.OPEN:
            w.char(self.name)
            w.i(self.mode)
            w.i(self.flags)
            w.i(self.offset)
        elif self.operation == FileOperation.READ:
            w.u16(self.buffer_size)
            w.i(self.amount)
        elif self.operation == FileOperation.WRITE:
            for chunk in _chunks(self.data):
                w.u16(Tag.SQ_FILE_WRITE)
                w.chunk(chunk)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        operation = r.s()
        if operation == FileOperation.OPEN:
            return cls(operation, r.char(), r.i(), r.i(), r.i())
        if operation == FileOperation.CLOSE:
            return cls(operation)
        if operation == FileOperation.READ:
            return cls(operation, buffer_size=r.u16(), amount=r.i())
        if operation == FileOperation.WRITE:
            parts = []
            while r.u16() == Tag.SQ_FILE_WRITE:  # no total is sent: the next tag, EOT, ends the chunks
                parts.append(r.chunk())
            r.pos -= 2
            return cls(operation, data=b"".join(parts))
        raise ProtocolError(f"SQ_FILE with unknown operation {operation}")


@frozen
class FileRead(Message):
    """SQ_FILE_READ: what a client read from its file (sqli.md 5.15)."""

    TAG: ClassVar[int] = Tag.SQ_FILE_READ
    data: bytes

    def _write(self, w: Writer) -> None:
        w.i(len(self.data))
        for chunk in _chunks(self.data):
            w.u16(Tag.SQ_FILE_READ)
            w.chunk(chunk)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(_read_chunks(r, r.length4(), Tag.SQ_FILE_READ))


@frozen
class FileWrite(Message):
    """SQ_FILE_WRITE: how many bytes a client wrote to its file (sqli.md 5.15)."""

    TAG: ClassVar[int] = Tag.SQ_FILE_WRITE
    total: int

    def _write(self, w: Writer) -> None:
        w.i(self.total)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.i())
