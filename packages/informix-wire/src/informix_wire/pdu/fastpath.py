"""Calling routines without SQL: GETROUTINE, EXFPROUTINE, FPROUTINE (sqli.md 5.13)."""

from typing import ClassVar, Self

from informix_types.classes import frozen

from ..buffer import Reader, Writer
from ..errors import ProtocolError
from ..tags import Tag
from .base import Message
from .bind import read_blocks

__all__ = ["ExecuteRoutine", "GetRoutine", "RoutineHandle", "RoutineReply"]

BY_SIGNATURE = 0
"""First byte of GETROUTINE; other values are unknown (sqli.md 5.13)."""


@frozen
class GetRoutine(Message):
    """SQ_GETROUTINE from a client: look a routine up, e.g. ``function informix.ifx_lo_close(integer)``."""

    TAG: ClassVar[int] = Tag.SQ_GETROUTINE
    signature: str
    flag: int = 0

    def _write(self, w: Writer) -> None:
        w.b(BY_SIGNATURE)  # not aligned (sqli.md 1)
        w.textl(self.signature)
        w.s(self.flag)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        if kind := r.b():
            raise ProtocolError(f"GETROUTINE of unknown kind {kind}")
        return cls(r.textl(), r.s())


@frozen
class RoutineHandle(Message):
    """SQ_GETROUTINE from a server: the handle to call the routine by, valid for the connection."""

    TAG: ClassVar[int] = Tag.SQ_GETROUTINE
    database: str
    handle: int

    def _write(self, w: Writer) -> None:
        w.char(self.database)
        w.i(self.handle)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.char(), r.i())


@frozen
class ExecuteRoutine(Message):
    """SQ_EXFPROUTINE: call a routine.

    Attributes:
        database: as in `RoutineHandle`, or empty with a cached handle.
        handle: as in `RoutineHandle`.
        count: number of arguments.
        blocks: one parameter block each (sqli.md 7.2).
        flag: 0 in all that was seen.
    """

    TAG: ClassVar[int] = Tag.SQ_EXFPROUTINE
    database: str
    handle: int
    count: int
    blocks: bytes
    flag: int = 0

    def _write(self, w: Writer) -> None:
        w.char(self.database)
        w.i(self.handle)
        w.s(self.count)
        w.s(self.flag)
        w.u16(Tag.SQ_BIND)
        w.s(self.count)
        w.put(self.blocks)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        database, handle, count, flag = r.char(), r.i(), r.count(), r.s()
        tag, bound = r.u16(), r.count()
        if tag != Tag.SQ_BIND or bound != count:
            raise ProtocolError(f"EXFPROUTINE of {count} arguments with tag {tag} and {bound} blocks")
        return cls(database, handle, count, read_blocks(r, count), flag)


@frozen
class RoutineReply(Message):
    """SQ_FPROUTINE: what the routine returned.

    Attributes:
        count: number of values.
        blocks: each in the form of a parameter block (sqli.md 5.13, 7.2).
    """

    TAG: ClassVar[int] = Tag.SQ_FPROUTINE
    count: int
    blocks: bytes

    def _write(self, w: Writer) -> None:
        w.s(self.count)
        w.put(self.blocks)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        count = r.count()
        return cls(count, read_blocks(r, count))
