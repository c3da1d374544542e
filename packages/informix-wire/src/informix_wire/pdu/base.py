"""`Message`: what every PDU class of this folder is; `Bodiless`, `PackedMessage`: the kinds that need no code."""

import struct
from typing import Any, ClassVar, Self

from informix_types.classes import frozen

from ..buffer import Reader, Writer, pack
from ..caps import Capabilities
from ..errors import Incomplete

__all__ = ["TAG_LAYOUT", "Bodiless", "Message", "PackedMessage"]

TAG_LAYOUT = struct.Struct(">H")
"""Every message begins with a 2-byte tag (sqli.md 1)."""


@frozen
class Message:
    """One message of the SQLI stream.

    A message with a body is a ``@frozen`` class with `_write` and `_read` beside each other.
    """

    TAG: ClassVar[int]
    """The tag of sqli.md 4.1."""

    def encode(self, caps: Capabilities) -> bytes:
        """Return the message's bytes, tag included; ConversionError when a field cannot hold its value."""
        writer = Writer(caps)
        writer.u16(self.TAG)
        self._write(writer)
        return bytes(writer.data)

    @classmethod
    def decode(cls, buf: bytes, offset: int, caps: Capabilities) -> tuple[Self, int]:
        """Decode the body that begins at `offset`, which is the first byte after the tag.

        Returns:
            the message and the offset of the byte after it.

        Raises:
            Incomplete: `buf` ends before the message does.
            ProtocolError: no message can look like this.
        """
        reader = Reader(buf, offset, caps)
        return cls._read(reader), reader.pos

    def _write(self, w: Writer) -> None:
        """Write the body."""
        raise NotImplementedError

    @classmethod
    def _read(cls, r: Reader) -> Self:
        """Read the body."""
        raise NotImplementedError


class Bodiless(Message):
    """A message that is its tag and nothing else: a subclass only sets `TAG`."""

    __slots__ = ()
    _BYTES: ClassVar[bytes]
    _ONLY: ClassVar[Any]
    """What `decode` returns: such messages differ in nothing."""

    def __init_subclass__(cls) -> None:
        cls._BYTES = TAG_LAYOUT.pack(cls.TAG)
        cls._ONLY = cls()

    def encode(self, caps: Capabilities) -> bytes:  # noqa: ARG002 - see Message
        """See `Message.encode`."""
        return self._BYTES

    @classmethod
    def decode(cls, buf: bytes, offset: int, caps: Capabilities) -> tuple[Self, int]:  # noqa: ARG003 - see Message
        """See `Message.decode`."""
        return cls._ONLY, offset


@frozen
class PackedMessage(Message):
    """A message whose body is a fixed sequence of integers, declared once as `LAYOUT` in field order."""

    LAYOUT: ClassVar[struct.Struct]
    _WHOLE: ClassVar[struct.Struct]
    """`LAYOUT` behind the tag."""

    def __init_subclass__(cls) -> None:
        cls._WHOLE = struct.Struct(TAG_LAYOUT.format + cls.LAYOUT.format.removeprefix(">"))

    def encode(self, caps: Capabilities) -> bytes:  # noqa: ARG002 - see Message
        """See `Message.encode`."""
        names: tuple[str, ...] = self.__match_args__
        return pack(self._WHOLE, self.TAG, *[getattr(self, name) for name in names])

    @classmethod
    def decode(cls, buf: bytes, offset: int, caps: Capabilities) -> tuple[Self, int]:  # noqa: ARG003 - see Message
        """See `Message.decode`."""
        layout = cls.LAYOUT
        try:
            return cls(*layout.unpack_from(buf, offset)), offset + layout.size
        except struct.error:
            raise Incomplete from None
