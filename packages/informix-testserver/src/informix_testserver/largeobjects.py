"""Smart large objects of one session: locators, descriptors, LODATA (sqli.md 5.14).

An engine keeps the content of a BLOB or CLOB in the row. A locator that a row hands out therefore names a snapshot
of that content: it can be read, but writing through it is refused, since the row would not change. Objects that
``ifx_lo_create`` makes are written freely and become content when their locator is bound in an INSERT or UPDATE.
"""

from typing import TYPE_CHECKING

from informix_types.classes import mutable
from informix_wire import pdu

from .engine import SqlError

if TYPE_CHECKING:
    from .session import Session

__all__ = ["LargeObject", "LargeObjects", "OpenObject", "transfer"]

SMART_LOB_ERROR = -9810
BAD_DESCRIPTOR = -9811
OBJECT_GONE = -12048
NOT_WRITABLE = -12014
"""An ISAM code in the smart-LOB range; the exact one of a real server is not recorded (sqli.md 10)."""
LOCATOR_HEAD = bytes.fromhex("cafebabe")
"""Marks our locators; a locator's content is the server's own business (sqli.md 5.14)."""
LOCATOR_SIZE = 72
FROM_START, FROM_HERE, FROM_END = 0, 1, 2
"""`whence` of seek and read (sqli.md 5.14)."""


@mutable
class LargeObject:
    """Content with its locator.

    Attributes:
        number: what the locator holds.
        data: the bytes.
        clob: CLOB rather than BLOB.
        writable: made by ``ifx_lo_create``.
    """

    number: int
    data: bytearray
    clob: bool
    writable: bool

    @property
    def locator(self) -> bytes:
        """The 72 bytes that name it."""
        return (LOCATOR_HEAD + self.number.to_bytes(4, "big")).ljust(LOCATOR_SIZE, b"\0")


@mutable
class OpenObject:
    """An open descriptor: an object and a position."""

    target: LargeObject
    position: int = 0

    def seek(self, offset: int, whence: int) -> int:
        """Move; return the new position. Raises SqlError for an impossible one."""
        base = {FROM_START: 0, FROM_HERE: self.position, FROM_END: len(self.target.data)}.get(whence)
        if base is None or base + offset < 0:
            raise SqlError(SMART_LOB_ERROR)
        self.position = base + offset
        return self.position

    def read(self, amount: int) -> bytes:
        """Return up to `amount` bytes from the position and move on."""
        data = bytes(self.target.data[self.position : self.position + max(amount, 0)])
        self.position += len(data)
        return data

    def write(self, data: bytes) -> int:
        """Write at the position and move on; a gap is filled with zero bytes."""
        if not self.target.writable:
            raise SqlError(SMART_LOB_ERROR, isam=NOT_WRITABLE)
        content = self.target.data
        content.extend(bytes(max(self.position - len(content), 0)))
        content[self.position : self.position + len(data)] = data
        self.position += len(data)
        return len(data)


class LargeObjects:
    """The objects that one session has seen, and its open descriptors."""

    def __init__(self) -> None:
        self._objects: dict[int, LargeObject] = {}
        self._snapshots: dict[tuple[bool, bytes], LargeObject] = {}
        self._open: dict[int, OpenObject] = {}
        self._next_descriptor = 1

    def _add(self, data: bytes, *, clob: bool, writable: bool) -> LargeObject:
        entry = LargeObject(len(self._objects) + 1, bytearray(data), clob, writable)
        self._objects[entry.number] = entry
        return entry

    def create(self, *, clob: bool = False) -> LargeObject:
        """Make an empty object to be written (``ifx_lo_create``)."""
        return self._add(b"", clob=clob, writable=True)

    def snapshot(self, data: bytes, *, clob: bool) -> bytes:
        """Return a locator for content of a row; equal content shares one."""
        import hashlib  # loads OpenSSL, which a start has no need of

        key = (clob, hashlib.sha256(data).digest())
        entry = self._snapshots.get(key)
        if entry is None:
            entry = self._snapshots[key] = self._add(data, clob=clob, writable=False)
        return entry.locator

    def find(self, locator: bytes) -> LargeObject:
        """Return the object that a locator names. Raises SqlError -9810, ISAM -12048."""
        number = int.from_bytes(locator[4:8], "big")
        entry = self._objects.get(number)
        if locator[:4] != LOCATOR_HEAD or entry is None:
            raise SqlError(SMART_LOB_ERROR, isam=OBJECT_GONE)
        return entry

    def content(self, locator: bytes) -> bytes:
        """Return the content that a locator names."""
        return bytes(self.find(locator).data)

    def open(self, entry: LargeObject) -> int:
        """Open an object; return the descriptor."""
        descriptor = self._next_descriptor
        self._next_descriptor += 1
        self._open[descriptor] = OpenObject(entry)
        return descriptor

    def descriptor(self, number: int) -> OpenObject:
        """Return an open descriptor. Raises SqlError -9811 with its number as the token (JDBC wants a number)."""
        try:
            return self._open[number]
        except KeyError:
            raise SqlError(BAD_DESCRIPTOR, token=str(number)) from None

    def close(self, number: int) -> None:
        """Close a descriptor. Raises SqlError -9811."""
        self.descriptor(number)
        del self._open[number]


def transfer(session: "Session", message: pdu.LoDataRequest) -> None:
    """Answer LODATA: read or write through a descriptor (sqli.md 5.14)."""
    target = session.large_objects.descriptor(message.fd)
    if message.operation == pdu.LoDataOperation.WRITE:
        session.send(pdu.LoDataReply(message.operation, target.write(message.data)))
        return
    if message.operation == pdu.LoDataOperation.READ_AT:
        target.seek(message.offset, message.whence)
    data = target.read(message.amount)
    session.send(pdu.LoDataReply(message.operation, len(data), data))
