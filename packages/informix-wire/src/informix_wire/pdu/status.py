"""What a reply says about the outcome: ERR, DONE, COST, XACTSTAT, INSERTDONE, PUTERR, EOT (sqli.md 4.4, 4.6)."""

import struct
from typing import ClassVar, Self

from informix_types.classes import frozen

from ..buffer import Reader, Writer, decode_text, encode_text, pack
from ..caps import Capabilities
from ..errors import Incomplete
from ..tags import Tag
from .base import Bodiless, Message, PackedMessage

__all__ = ["Cost", "Done", "Eot", "Err", "Ignored86", "InsertDone", "PutErr", "XactStat", "done_bytes"]

NO_TOKEN = -368
"""This sqlcode comes without a token field (sqli.md 4.6)."""
ROUTINE_FAILED = -937
"""This sqlcode carries SQLSTATE and text behind the token (sqli.md 4.6)."""
SQLSTATE_LENGTH = 5

_ERR_FULL = struct.Struct(">hhi")
_ERR_NARROW = struct.Struct(">hhh")
_DONE = int(Tag.SQ_DONE)
_DONE_NARROW = struct.Struct(">Hhiii")
_DONE_WIDE = struct.Struct(">Hhqqi")
"""A whole DONE, tag included."""


class Eot(Bodiless):
    """SQ_EOT: ends a group in either direction (sqli.md 1)."""

    __slots__ = ()
    TAG = Tag.SQ_EOT


class Ignored86(Bodiless):
    """Tag 86 without a body: servers may send it, clients ignore it (sqli.md 4.1)."""

    __slots__ = ()
    TAG = Tag.SQ_IGNORED_86


@frozen
class Err(Message):
    """SQ_ERR: a statement failed (sqli.md 4.6); from a client only as refusal of a SQ_FILE step (5.15).

    Attributes:
        sqlcode: Informix SQL code, negative; +100 is "no data" and no error; positive operating-system number
            in a SQ_FILE refusal.
        isam: ISAM code, 0 for none.
        offset: position in the SQL text, 0 for none.
        token: object name or text of a user exception, without the NULs that may trail it.
        sqlstate: only with -937.
        text: only with -937.
    """

    TAG: ClassVar[int] = Tag.SQ_ERR
    sqlcode: int
    isam: int = 0
    offset: int = 0
    token: str = ""
    sqlstate: str | None = None
    text: str | None = None

    def _write(self, w: Writer) -> None:
        w.pack(_ERR_FULL if w.caps.long_text else _ERR_NARROW, self.sqlcode, self.isam, self.offset)
        if self.sqlcode != NO_TOKEN:
            w.char(self.token)
        if self.sqlcode == ROUTINE_FAILED:
            state = encode_text(self.sqlstate or "", "ascii")
            w.padded(state[:SQLSTATE_LENGTH].ljust(SQLSTATE_LENGTH))
            w.char(self.text or "")

    @classmethod
    def _read(cls, r: Reader) -> Self:
        sqlcode, isam, offset = r.unpack(_ERR_FULL if r.caps.long_text else _ERR_NARROW)
        if sqlcode == NO_TOKEN:
            return cls(sqlcode, isam, offset)
        token = r.char().rstrip("\0")
        if sqlcode != ROUTINE_FAILED:
            return cls(sqlcode, isam, offset, token)
        sqlstate = decode_text(r.padded(SQLSTATE_LENGTH), "ascii")
        return cls(sqlcode, isam, offset, token, sqlstate, r.char().rstrip("\0"))


def done_bytes(caps: Capabilities, warn: int, rows: int, rowid: int, serial: int) -> bytes:
    """Return the bytes of a `Done`: every execution and every last row brings one."""
    return pack(_DONE_WIDE if caps.long_rowid else _DONE_NARROW, _DONE, warn, rows, rowid, serial)


@frozen
class Done(Message):
    """SQ_DONE: a statement or a fetch ended well (sqli.md 4.4).

    Attributes:
        warn: warning bits; after DBOPEN the database flags (sqli.md 3.5).
        rows: rows affected; cumulative in fetch replies, hence useless for counting there (sqli.md 12 #5).
        rowid: row id of the last row.
        serial: SERIAL value just inserted, else 0.
    """

    TAG: ClassVar[int] = Tag.SQ_DONE
    warn: int = 0
    rows: int = 0
    rowid: int = 0
    serial: int = 0

    _NARROW: ClassVar[struct.Struct] = struct.Struct(">hiii")
    _WIDE: ClassVar[struct.Struct] = struct.Struct(">hqqi")  # bit 70 (sqli.md 3.3)

    def encode(self, caps: Capabilities) -> bytes:
        """See `Message.encode`."""
        return done_bytes(caps, self.warn, self.rows, self.rowid, self.serial)

    @classmethod
    def decode(cls, buf: bytes, offset: int, caps: Capabilities) -> tuple[Self, int]:
        """See `Message.decode`."""
        layout = cls._WIDE if caps.long_rowid else cls._NARROW
        try:
            return cls(*layout.unpack_from(buf, offset)), offset + layout.size
        except struct.error:
            raise Incomplete from None


@frozen
class Cost(PackedMessage):
    """SQ_COST: the optimizer's estimates (sqli.md 4.4). Optional in every reply; never branch on it."""

    TAG: ClassVar[int] = Tag.SQ_COST
    LAYOUT: ClassVar[struct.Struct] = struct.Struct(">ii")
    rows: int = 0
    cost: int = 0


@frozen
class XactStat(PackedMessage):
    """SQ_XACTSTAT: the transaction state changed; the numbers' meaning is unknown (sqli.md 4.4)."""

    TAG: ClassVar[int] = Tag.SQ_XACTSTAT
    LAYOUT: ClassVar[struct.Struct] = struct.Struct(">hhh")
    event: int = 0
    new: int = 0
    old: int = 0


@frozen
class InsertDone(Message):
    """SQ_INSERTDONE: the serials of an INSERT; zeros in the reply to PREPARE, where nothing is inserted (4.4).

    Attributes:
        serial8: SERIAL8 value, 0 for none; None when the server sent the NULL form.
        bigserial: BIGSERIAL value, 0 for none and when bit 54 is not in force.
    """

    TAG: ClassVar[int] = Tag.SQ_INSERTDONE
    serial8: int | None = 0
    bigserial: int = 0

    def _write(self, w: Writer) -> None:
        w.int8(self.serial8)
        if w.caps.bigint:
            w.q(self.bigserial)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.int8(), r.q() if r.caps.bigint else 0)


@frozen
class PutErr(Message):
    """SQ_PUTERR: an insert cursor stored `rows` rows, then failed (sqli.md 4.1, 5.7); fields as in `Err`."""

    TAG: ClassVar[int] = Tag.SQ_PUTERR
    rows: int
    sqlcode: int
    isam: int = 0
    offset: int = 0
    token: str = ""

    def _write(self, w: Writer) -> None:
        w.i(self.rows)
        w.pack(_ERR_FULL if w.caps.long_text else _ERR_NARROW, self.sqlcode, self.isam, self.offset)
        w.char(self.token)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        rows = r.i()
        sqlcode, isam, offset = r.unpack(_ERR_FULL if r.caps.long_text else _ERR_NARROW)
        return cls(rows, sqlcode, isam, offset, r.char().rstrip("\0"))
