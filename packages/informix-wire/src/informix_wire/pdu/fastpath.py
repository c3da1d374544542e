"""Calling routines without SQL: GETROUTINE, EXFPROUTINE, FPROUTINE, FPARAM (sqli.md 5.13, 5.13.1)."""

import struct
from typing import ClassVar, Self

from informix_types.classes import frozen

from ..buffer import Reader, Writer
from ..errors import ProtocolError
from ..tags import Tag
from .base import Message
from .bind import read_blocks

__all__ = [
    "DescribeRoutine",
    "ExecuteRoutine",
    "GetRoutine",
    "RoutineArgument",
    "RoutineHandle",
    "RoutineParameters",
    "RoutineReply",
    "RoutineState",
]

BY_SIGNATURE, BY_NUMBER = 0, 1
"""First byte of GETROUTINE and of tag 131; other values are unknown (sqli.md 5.13, 5.13.1)."""
FILLER = 12
"""Last short of tag 131: a constant, or an EOT of its own (sqli.md 5.13.1)."""
RECORD, UNKNOWN_HEAD = 15, 18
"""Bytes in FPARAM whose meaning is unknown: of each result and argument, and behind the state (sqli.md 5.13.1)."""
NAMED = 1
"""Flag in FPARAM: each argument is named (sqli.md 5.13.1)."""

_STATE = struct.Struct(">hiiib")


@frozen
class GetRoutine(Message):
    """SQ_GETROUTINE from a client: look a routine up.

    Attributes:
        signature: e.g. ``function informix.ifx_lo_close(integer)``; empty when it goes by number.
        flag: 0 with a signature, 1 with a number.
        database, number: where the routine lives and its ``sysprocedures.procid`` (sqli.md 5.13.1).
    """

    TAG: ClassVar[int] = Tag.SQ_GETROUTINE
    signature: str = ""
    flag: int = 0
    database: str = ""
    number: int | None = None

    def _write(self, w: Writer) -> None:
        if self.number is None:
            w.b(BY_SIGNATURE)  # not aligned (sqli.md 1)
            w.textl(self.signature)
        else:
            w.b(BY_NUMBER)
            w.textl(self.database)
            w.i(self.number)
        w.s(self.flag)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        kind = r.b()
        if kind == BY_SIGNATURE:
            return cls(r.textl(), r.s())
        if kind != BY_NUMBER:
            raise ProtocolError(f"GETROUTINE of unknown kind {kind}")
        database, number = r.textl(), r.i()
        return cls("", r.s(), database, number)


@frozen
class DescribeRoutine(Message):
    """Tag 131: ask for the parameters of a routine; `RoutineInputDescribe` answers (sqli.md 5.13.1)."""

    TAG: ClassVar[int] = Tag.SQ_DESCRIBE_ROUTINE
    database: str
    number: int

    def _write(self, w: Writer) -> None:
        w.b(BY_NUMBER)
        w.char(self.database)
        w.i(self.number)
        w.s(FILLER)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        if (kind := r.b()) != BY_NUMBER:
            raise ProtocolError(f"tag 131 of unknown kind {kind}")
        message = cls(r.char(), r.i())
        if (filler := r.s()) != FILLER:
            raise ProtocolError(f"tag 131 ends in {filler}")
        return message


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
        flag: 1 when FPARAM follows in the group (sqli.md 5.13.1), else 0.
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


@frozen
class RoutineState(Message):
    """SQ_FPARAM from a client, behind EXFPROUTINE, and from a server that has sent `RoutineParameters` before.

    It is what the latter begins with (sqli.md 5.13.1). The names are ours, the meaning is unknown. The defaults
    are what IBM's JDBC sends when no FPARAM came.
    """

    TAG: ClassVar[int] = Tag.SQ_FPARAM
    present: int = 1
    first: int = 0
    second: int = 0
    third: int = 0
    last: int = 1

    def _write(self, w: Writer) -> None:
        w.pack(_STATE, self.present, self.first, self.second, self.third, self.last)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(*r.unpack(_STATE))

    def echo(self) -> "RoutineState":
        """Return what a client sends back, as IBM's JDBC does (sqli.md 5.13.1)."""
        last = 0 if self.last else 1
        if self.present:
            return RoutineState(1, self.first, self.second, self.third, last)
        return RoutineState(-1, 0, -0x80000000, self.third, last)


@frozen
class RoutineArgument:
    """One argument in FPARAM: whether a value comes back for it; `mode` and `name` only where they are named."""

    is_out: bool
    record: bytes = bytes(RECORD)
    mode: int = 0
    name: str = ""


@frozen
class RoutineParameters(Message):
    """SQ_FPARAM from a server, behind the handle of a routine that was looked up by number (sqli.md 5.13.1).

    Attributes:
        state: what the client sends back with each call.
        results: one record for each value that the routine returns.
        arguments: all arguments in order.
        flags: `NAMED` or 0.
        head: unknown bytes behind the state.
    """

    TAG: ClassVar[int] = Tag.SQ_FPARAM
    state: RoutineState = RoutineState(0, last=0)
    results: tuple[bytes, ...] = ()
    arguments: tuple[RoutineArgument, ...] = ()
    flags: int = 0
    head: bytes = bytes(UNKNOWN_HEAD)

    def _write(self, w: Writer) -> None:
        state = self.state
        w.pack(_STATE, state.present, state.first, state.second, state.third, state.last)
        w.put(self.head)
        w.s(len(self.results))
        for record in self.results:
            w.put(record)
        w.s(len(self.arguments))
        w.s(self.flags)
        for argument in self.arguments:
            if self.flags & NAMED:
                w.b(argument.mode)
                w.char(argument.name)
            w.put(argument.record)
            w.s(argument.is_out)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        state = RoutineState(*r.unpack(_STATE))
        head = r.take(UNKNOWN_HEAD)
        results = tuple(r.take(RECORD) for _ in range(r.count()))
        count, flags = r.count(), r.s()
        arguments = []
        for _ in range(count):
            mode, name = (r.b(), r.char()) if flags & NAMED else (0, "")
            record, is_out = r.take(RECORD), r.s()
            if is_out not in (0, 1):
                raise ProtocolError(f"FPARAM with the unknown mark {is_out} at an argument")
            arguments.append(RoutineArgument(bool(is_out), record, mode, name))
        return cls(state, results, tuple(arguments), flags, head)
