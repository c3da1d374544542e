"""The PAM dialogue, directly after PROTOCOLS when the server set bit 44 (sqli.md 2.6)."""

from enum import IntEnum
from typing import ClassVar, Self

from informix_types.classes import frozen

from ..buffer import Reader, Writer
from ..tags import Tag
from .base import Bodiless, Message

__all__ = ["Accept", "Ack", "Challenge", "ChallengeStyle", "Response"]


class ChallengeStyle(IntEnum):
    """What a challenge wants (sqli.md 2.6)."""

    ECHO_OFF = 1
    ECHO_ON = 2
    ERROR = 3
    INFORMATION = 4


class Ack(Bodiless):
    """SQ_ACK: the client starts the dialogue."""

    __slots__ = ()
    TAG = Tag.SQ_ACK


class Accept(Bodiless):
    """SQ_ACCEPT: the server is satisfied. (It refuses with SQ_EXIT.)"""

    __slots__ = ()
    TAG = Tag.SQ_ACCEPT


@frozen
class Challenge(Message):
    """SQ_CHALLENGE: a question or a message to the user.

    Attributes:
        style: see `ChallengeStyle`; the first two want a `Response`.
        text: at most 512 bytes.
    """

    TAG: ClassVar[int] = Tag.SQ_CHALLENGE
    style: int
    text: str

    def _write(self, w: Writer) -> None:
        w.s(self.style)
        w.char(self.text)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.s(), r.char())


@frozen(repr=False)
class Response(Message):
    """SQ_RESPONSE: the user's answer, at most 512 bytes; never shown, since it is usually a password."""

    TAG: ClassVar[int] = Tag.SQ_RESPONSE
    text: str

    def __repr__(self) -> str:
        return "Response(text='***')"

    def _write(self, w: Writer) -> None:
        w.char(self.text)

    @classmethod
    def _read(cls, r: Reader) -> Self:
        return cls(r.char())
