"""Statements and cursors: what a client says about one statement (sqli.md 4.2, 4.3, 5)."""

import struct
from enum import IntEnum
from typing import ClassVar, Self

from informix_types.classes import frozen

from ..buffer import Reader, Writer, decode_text, encode_text, pack
from ..caps import Capabilities
from ..errors import Incomplete, ProtocolError
from ..tags import Tag
from .base import Bodiless, Message, PackedMessage

__all__ = [
    "AutoFree",
    "CIDescribe",
    "Close",
    "Command",
    "CursorName",
    "Execute",
    "Hold",
    "KeyKind",
    "KeyRequest",
    "NDescribe",
    "Open",
    "Prepare",
    "Release",
    "Scroll",
    "StatementId",
    "WantDone",
    "cursor_name_bytes",
]


_CURNAME = int(Tag.SQ_CURNAME)
_NAME_HEAD = struct.Struct(">HH")
"""Tag, length of the name."""
_USUAL_SIZE = 18
"""Length of the names that clients make themselves (sqli.md 5.2)."""
_USUAL_NAME_HEAD = _NAME_HEAD.pack(_CURNAME, _USUAL_SIZE)


def cursor_name_bytes(name: str, encoding: str) -> bytes:
    """Return the bytes of a `CursorName`: every execution of a query sends one."""
    raw = encode_text(name, encoding)
    size = len(raw)
    head = _USUAL_NAME_HEAD if size == _USUAL_SIZE else pack(_NAME_HEAD, _CURNAME, size)
    return head + raw + b"\0" if size & 1 else head + raw


@frozen
class _SqlText(Message):
    """SQL text on its way to the server.

    Attributes:
        markers: number of ``?`` in the text.
        sql: the text.
    """

    markers: int
    sql: str

    def _write(self, w: Writer) -> None:
        w.s(self.markers)
        w.textl(self.sql)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.s(), r.textl())


class Prepare(_SqlText):
    """SQ_PREPARE: parse this statement (sqli.md 4.3)."""

    __slots__ = ()
    TAG: ClassVar[int] = Tag.SQ_PREPARE


class Command(_SqlText):
    """SQ_COMMAND: like PREPARE, for a statement that is executed at once and gives no rows (sqli.md 4.3)."""

    __slots__ = ()
    TAG: ClassVar[int] = Tag.SQ_COMMAND


@frozen
class CursorName(Message):
    """SQ_CURNAME: the name of the cursor that the following OPEN opens (sqli.md 5.2)."""

    TAG: ClassVar[int] = Tag.SQ_CURNAME
    name: str

    def encode(self, caps: Capabilities) -> bytes:
        """Return the message's bytes."""
        return cursor_name_bytes(self.name, caps.encoding)

    @classmethod
    def decode(cls, buf: bytes, offset: int, caps: Capabilities) -> tuple[Self, int]:
        """See `Message.decode`; written out like `encode`."""
        start = offset + 2
        if start > len(buf):
            raise Incomplete
        size = buf[offset] << 8 | buf[offset + 1]
        end = start + size
        behind = end + (size & 1)
        if behind > len(buf):
            raise Incomplete
        return cls(decode_text(buf[start:end], caps.encoding)), behind


@frozen
class StatementId(PackedMessage):
    """SQ_ID: the statement that the following messages of the group are about (sqli.md 4.2)."""

    TAG: ClassVar[int] = Tag.SQ_ID
    LAYOUT: ClassVar[struct.Struct] = struct.Struct(">h")
    id: int


class KeyKind(IntEnum):
    """Forms of KEYREQUEST (sqli.md 5.8)."""

    ALL = 1
    BY_POSITION = 2
    BY_NAME = 3


@frozen
class KeyRequest(Message):
    """SQ_KEYREQUEST: send generated keys back; stands between SQL text and NDESCRIBE (sqli.md 5.8).

    Attributes:
        kind: see `KeyKind`.
        columns: 1-based column numbers, with BY_POSITION.
        names: column names, with BY_NAME.
    """

    TAG: ClassVar[int] = Tag.SQ_KEYREQUEST
    kind: int = KeyKind.ALL
    columns: tuple[int, ...] = ()
    names: tuple[str, ...] = ()

    def _write(self, w: Writer) -> None:
        w.s(self.kind)
        if self.kind == KeyKind.BY_POSITION:
            w.s(len(self.columns))
            for column in self.columns:
                w.s(column)
        elif self.kind == KeyKind.BY_NAME:
            w.s(len(self.names))
            for name in self.names:
                w.char(name)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        kind = r.s()
        if kind == KeyKind.ALL:
            return cls(kind)
        if kind == KeyKind.BY_POSITION:
            return cls(kind, columns=tuple(r.s() for _ in range(r.count())))
        if kind == KeyKind.BY_NAME:
            return cls(kind, names=tuple(r.char() for _ in range(r.count())))
        raise ProtocolError(f"KEYREQUEST of unknown kind {kind}")


class Open(Bodiless):
    """SQ_OPEN: open the cursor of the named statement (sqli.md 5.2)."""

    __slots__ = ()
    TAG = Tag.SQ_OPEN


class Execute(Bodiless):
    """SQ_EXECUTE: run the named statement (sqli.md 5.5)."""

    __slots__ = ()
    TAG = Tag.SQ_EXECUTE


class Close(Bodiless):
    """SQ_CLOSE: close the cursor (sqli.md 5.2)."""

    __slots__ = ()
    TAG = Tag.SQ_CLOSE


class Release(Bodiless):
    """SQ_RELEASE: free the statement (sqli.md 5.1)."""

    __slots__ = ()
    TAG = Tag.SQ_RELEASE


class NDescribe(Bodiless):
    """SQ_NDESCRIBE: a DESCRIBE is wanted (sqli.md 4.3)."""

    __slots__ = ()
    TAG = Tag.SQ_NDESCRIBE


class WantDone(Bodiless):
    """SQ_WANTDONE: a DONE is wanted (sqli.md 4.3)."""

    __slots__ = ()
    TAG = Tag.SQ_WANTDONE


class Scroll(Bodiless):
    """SQ_SCROLL: the following OPEN opens a scroll cursor (sqli.md 5.9)."""

    __slots__ = ()
    TAG = Tag.SQ_SCROLL


class Hold(Bodiless):
    """SQ_HOLD: the following OPEN opens a cursor that survives COMMIT (sqli.md 5.9)."""

    __slots__ = ()
    TAG = Tag.SQ_HOLD


class AutoFree(Bodiless):
    """SQ_AUTOFREE: CLOSE also releases the statement (sqli.md 5.9)."""

    __slots__ = ()
    TAG = Tag.SQ_AUTOFREE


class CIDescribe(Bodiless):
    """SQ_CIDESCRIBE: describe the statement's parameters (sqli.md 4.7); needs bit 34."""

    __slots__ = ()
    TAG = Tag.SQ_CIDESCRIBE
