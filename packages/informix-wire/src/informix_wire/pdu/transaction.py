"""Local transactions and savepoints (sqli.md 5.10, 5.11)."""

from typing import ClassVar, Self

from informix_types.classes import frozen

from ..buffer import Reader, Writer
from ..tags import Tag
from .base import Bodiless, Message

__all__ = ["Begin", "Commit", "ReleaseSavepoint", "Rollback", "RollbackToSavepoint", "SetSavepoint"]


class Begin(Bodiless):
    """SQ_BEGIN: start a transaction."""

    __slots__ = ()
    TAG = Tag.SQ_BEGIN


class Commit(Bodiless):
    """SQ_CMMTWORK: commit."""

    __slots__ = ()
    TAG = Tag.SQ_CMMTWORK


@frozen
class Rollback(Message):
    """SQ_RBWORK: roll back. The short behind the tag is mandatory and 0 in all that was seen (sqli.md 4.1)."""

    TAG: ClassVar[int] = Tag.SQ_RBWORK
    option: int = 0

    def _write(self, w: Writer) -> None:
        w.s(self.option)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.s())


@frozen
class SetSavepoint(Message):
    """SQ_SETSVPT: set a savepoint; needs bit 56 and an open transaction (sqli.md 5.11).

    Attributes:
        name: its name.
        unique: 0 in all that was seen.
    """

    TAG: ClassVar[int] = Tag.SQ_SETSVPT
    name: str
    unique: int = 0

    def _write(self, w: Writer) -> None:
        w.char(self.name)
        w.s(self.unique)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.char(), r.s())


@frozen
class ReleaseSavepoint(Message):
    """SQ_RELSVPT: forget a savepoint (sqli.md 5.11)."""

    TAG: ClassVar[int] = Tag.SQ_RELSVPT
    name: str

    def _write(self, w: Writer) -> None:
        w.char(self.name)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.char())


@frozen
class RollbackToSavepoint(Message):
    """SQ_RBACKSVPT: roll back to a savepoint (sqli.md 5.11)."""

    TAG: ClassVar[int] = Tag.SQ_RBACKSVPT
    name: str

    def _write(self, w: Writer) -> None:
        w.char(self.name)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.char())
