"""Distributed transactions: the XA messages, known from JDBC's side (sqli.md 5.12)."""

import struct
from typing import ClassVar, Self

from informix_types.classes import frozen

from ..buffer import Reader, Writer
from ..errors import ProtocolError
from ..tags import Tag
from .base import Message, PackedMessage

__all__ = [
    "XaClose",
    "XaCommit",
    "XaEnd",
    "XaForget",
    "XaOpen",
    "XaPrepare",
    "XaRecover",
    "XaReply",
    "XaRollback",
    "XaStart",
    "Xid",
]

_XID_HEAD = struct.Struct(">iii")
XID_DATA = 128
"""Bytes of gtrid, bqual and zero fill together (sqli.md 5.12)."""
MAX_PART = 64
"""Longest gtrid and longest bqual (X/Open XA)."""


@frozen
class Xid:
    """A transaction branch's name (sqli.md 5.12).

    Attributes:
        format: -1 is the null XID of X/Open.
        gtrid: global transaction id, at most 64 bytes.
        bqual: branch qualifier, at most 64 bytes.
    """

    format: int
    gtrid: bytes
    bqual: bytes

    def __post_init__(self) -> None:
        if len(self.gtrid) > MAX_PART or len(self.bqual) > MAX_PART:
            raise ProtocolError("gtrid and bqual of an XID have at most 64 bytes each")

    def write(self, w: Writer) -> None:
        """Write the 140 bytes."""
        w.pack(_XID_HEAD, self.format, len(self.gtrid), len(self.bqual))
        w.put((self.gtrid + self.bqual).ljust(XID_DATA, b"\0"))

    @classmethod
    def read(cls, r: Reader) -> Self:
        """Read the 140 bytes."""
        number, gtrid_length, bqual_length = r.unpack(_XID_HEAD)
        data = r.take(XID_DATA)
        if not (0 <= gtrid_length <= MAX_PART and 0 <= bqual_length <= MAX_PART):
            raise ProtocolError(f"XID with lengths {gtrid_length} and {bqual_length}")
        return cls(number, data[:gtrid_length], data[gtrid_length : gtrid_length + bqual_length])


@frozen
class _ResourceManager(Message):
    """Attributes: the database that stands for the resource manager, its number, X/Open flags."""

    database: str
    rmid: int
    flags: int = 0

    def _write(self, w: Writer) -> None:
        w.char(self.database)
        w.i(self.rmid)
        w.i(self.flags)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.char(), r.i(), r.i())


class XaOpen(_ResourceManager):
    """SQ_XOPEN: takes the place of DBOPEN."""

    __slots__ = ()
    TAG = Tag.SQ_XOPEN


class XaClose(_ResourceManager):
    """SQ_XCLOSE."""

    __slots__ = ()
    TAG = Tag.SQ_XCLOSE


@frozen
class _Branch(Message):
    """Attributes: the branch, the number of the resource manager, X/Open flags."""

    xid: Xid
    rmid: int
    flags: int = 0

    def _write(self, w: Writer) -> None:
        self.xid.write(w)
        w.i(self.rmid)
        w.i(self.flags)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(Xid.read(r), r.i(), r.i())


class XaStart(_Branch):
    """SQ_XSTART: work on a branch begins."""

    __slots__ = ()
    TAG = Tag.SQ_XSTART


class XaEnd(_Branch):
    """SQ_XEND: work on a branch ends."""

    __slots__ = ()
    TAG = Tag.SQ_XEND


class XaPrepare(_Branch):
    """SQ_XPREPARE: first phase."""

    __slots__ = ()
    TAG = Tag.SQ_XPREPARE


class XaCommit(_Branch):
    """SQ_XCOMMIT: second phase, or the only one with the one-phase flag."""

    __slots__ = ()
    TAG = Tag.SQ_XCOMMIT


class XaRollback(_Branch):
    """SQ_XROLLBACK: roll a branch back."""

    __slots__ = ()
    TAG = Tag.SQ_XROLLBACK


class XaForget(_Branch):
    """SQ_XFORGET: forget a heuristically completed branch."""

    __slots__ = ()
    TAG = Tag.SQ_XFORGET


@frozen
class XaRecover(PackedMessage):
    """SQ_XRECOVER: list prepared branches.

    Attributes:
        maximum: at most so many.
        rmid: number of the resource manager.
        flags: X/Open flags; 01000000 (hex) starts the scan.
    """

    TAG: ClassVar[int] = Tag.SQ_XRECOVER
    LAYOUT: ClassVar[struct.Struct] = struct.Struct(">iii")
    maximum: int
    rmid: int
    flags: int = 0


@frozen
class XaReply(Message):
    """SQ_XERR: the answer to every XA message (sqli.md 5.12).

    Attributes:
        code: X/Open return code: 0 OK, 3 read-only, negative an error; after XRECOVER the number of XIDs.
        xids: only after XRECOVER.
    """

    TAG: ClassVar[int] = Tag.SQ_XERR
    code: int
    xids: tuple[Xid, ...] = ()

    def _write(self, w: Writer) -> None:
        w.s(self.code)
        for xid in self.xids:
            xid.write(w)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        code = r.s()
        if code <= 0:
            return cls(code)
        # Whether XIDs follow depends on the question, which a decoder does not know. A reply without them ends
        # its group here; an XID begins with the high half of its format number, which is no EOT unless somebody
        # chooses a format of 0x000cxxxx.
        following = r.u16()
        r.pos -= 2
        return cls(code) if following == Tag.SQ_EOT else cls(code, tuple(Xid.read(r) for _ in range(code)))
