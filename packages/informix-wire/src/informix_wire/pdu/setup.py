"""Session set-up and end: PROTOCOLS, INFO, DBOPEN, DBLIST, VERSION, EXIT (sqli.md 3, 4.8)."""

from typing import ClassVar, Self

from informix_types.classes import frozen

from ..buffer import Reader, Writer, decode_text, encode_text
from ..errors import ProtocolError
from ..tags import Tag
from .base import Bodiless, Message

__all__ = [
    "DatabaseList",
    "DbClose",
    "DbList",
    "DbOpen",
    "Exit",
    "Info",
    "Protocols",
    "Version",
    "VersionRequest",
]


@frozen
class Protocols(Message):
    """SQ_PROTOCOLS: an offer or an answer of capability bits; see `Capabilities.negotiate` (sqli.md 3.2)."""

    TAG: ClassVar[int] = Tag.SQ_PROTOCOLS
    mask: bytes

    def _write(self, w: Writer) -> None:
        w.chunk(self.mask)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.chunk())


ENVIRONMENT = 6
"""Subtype of INFO; 0-5 are numbers only (sqli.md 3.4)."""


@frozen
class Info(Message):
    """SQ_INFO: environment variables of the session (sqli.md 3.4).

    Attributes:
        pairs: names and values in order. Names cannot be empty.
    """

    TAG: ClassVar[int] = Tag.SQ_INFO
    pairs: tuple[tuple[str, str], ...] = ()

    def _write(self, w: Writer) -> None:
        pairs = [tuple(encode_text(text, w.caps.encoding) for text in pair) for pair in self.pairs]
        # totals count padded lengths; servers ignore them (sqli.md 3.4)
        even = [(len(name) + (len(name) & 1), len(value) + (len(value) & 1)) for name, value in pairs]
        w.s(ENVIRONMENT)
        w.s(6 + sum(4 + name + value for name, value in even))
        w.s(max((name for name, _ in even), default=0))
        w.s(max((value for _, value in even), default=0))
        for name, value in pairs:
            w.chunk(name)
            w.chunk(value)
        w.s(0)
        w.s(0)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        kind = r.s()
        if kind != ENVIRONMENT:
            raise ProtocolError(f"INFO of unknown subtype {kind}")
        r.take(6)  # total and the two maxima
        pairs = []
        while name := r.chunk():
            pairs.append((decode_text(name, r.caps.encoding), r.char()))
        r.s()
        return cls(tuple(pairs))


@frozen
class DbOpen(Message):
    """SQ_DBOPEN: open a database (sqli.md 3.5).

    Attributes:
        name: the database.
        mode: 0 shared, 1 exclusive (the latter inferred).
    """

    TAG: ClassVar[int] = Tag.SQ_DBOPEN
    name: str
    mode: int = 0

    def _write(self, w: Writer) -> None:
        w.char(self.name)
        w.s(self.mode)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.char(), r.s())


class DbClose(Bodiless):
    """SQ_DBCLOSE: close the database; that it has no body is inferred (sqli.md 4.1)."""

    __slots__ = ()
    TAG = Tag.SQ_DBCLOSE


class DbList(Bodiless):
    """SQ_DBLIST as a client's question for the names of all databases (sqli.md 4.8)."""

    __slots__ = ()
    TAG = Tag.SQ_DBLIST


@frozen
class DatabaseList(Message):
    """SQ_DBLIST as the server's answer (sqli.md 4.8)."""

    TAG: ClassVar[int] = Tag.SQ_DBLIST
    names: tuple[str, ...] = ()

    def _write(self, w: Writer) -> None:
        for name in self.names:
            w.char(name)
        w.s(0)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        names = []
        while name := r.chunk():
            names.append(decode_text(name, r.caps.encoding))
        return cls(tuple(names))


class VersionRequest(Bodiless):
    """SQ_VERSION as a client's question; also JDBC's ping (sqli.md 3.7)."""

    __slots__ = ()
    TAG = Tag.SQ_VERSION


@frozen
class Version(Message):
    """SQ_VERSION as the server's answer (sqli.md 3.7)."""

    TAG: ClassVar[int] = Tag.SQ_VERSION
    text: str

    def _write(self, w: Writer) -> None:
        w.char(self.text)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.char())


class Exit(Bodiless):
    """SQ_EXIT: goodbye, in both directions; an EOT may follow or not (sqli.md 4.8)."""

    __slots__ = ()
    TAG = Tag.SQ_EXIT
