"""Primitives of the wire: big-endian integers, counted and padded strings (sqli.md 0.2), in one place.

`Reader` and `Writer` are what message classes in `pdu/` are written with. A reader never moves past bytes that
are not there: it raises `Incomplete`, or `ProtocolError` when the end of the data is known to be the end.
"""

import struct

from informix_types import ConversionError

from .caps import NARROW, Capabilities
from .errors import Incomplete, ProtocolError

__all__ = ["MAX_LENGTH", "Reader", "Writer", "decode_text", "encode_text", "pack"]

MAX_LENGTH = 1 << 28
"""Longest plausible 4-byte length. Nothing in sqli.md comes near it: a larger one is a stream out of step, and
waiting for so many bytes would only hide that (sqli.md 8 #1)."""

INT8_LOW_BITS = 32
"""INT8 carries its magnitude as two unsigned words, the low one first (sqli.md 0.2)."""

S = struct.Struct(">h")
U16 = struct.Struct(">H")
I = struct.Struct(">i")  # noqa: E741 - the letter is the notation of sqli.md 0.2
U32 = struct.Struct(">I")
Q = struct.Struct(">q")
INT8 = struct.Struct(">hII")


def decode_text(raw: bytes, encoding: str) -> str:
    """Decode names, tokens and SQL text without losing a byte.

    Bytes that the codec does not know become lone surrogates (PEP 383), from which `encode_text` restores them:
    an unreadable table name in an error must not hide the error.
    """
    try:
        return raw.decode(encoding, "surrogateescape")
    except UnicodeDecodeError:  # multi-byte codecs may refuse ASCII bytes, which PEP 383 does not escape
        return raw.decode(encoding, "replace")


def encode_text(text: str, encoding: str) -> bytes:
    """Encode names and SQL text; ConversionError names the character that the code set does not have."""
    try:
        return text.encode(encoding, "surrogateescape")
    except UnicodeEncodeError as exc:
        raise ConversionError(
            f"character {text[exc.start]!r} at position {exc.start} does not exist in client code set {encoding}"
        ) from None


def pack(layout: struct.Struct, *values: int) -> bytes:
    """Pack integers; ConversionError when one does not fit its field."""
    try:
        return layout.pack(*values)
    except struct.error:
        raise ConversionError(f"one of {values} does not fit the {layout.size} bytes of its field") from None


class Reader:
    """Reads primitives from `buf`, beginning at `pos`.

    Args:
        buf: the bytes.
        pos: index of the next byte to read.
        caps: capabilities in force; they decide the widths of `textl` and `offl`.
        whole: the data is known to be complete (a login frame), so running out of it is a `ProtocolError`;
            otherwise it raises `Incomplete`.
    """

    __slots__ = ("buf", "caps", "pos", "whole")

    def __init__(self, buf: bytes, pos: int = 0, caps: Capabilities = NARROW, *, whole: bool = False) -> None:
        self.buf = buf
        self.pos = pos
        self.caps = caps
        self.whole = whole

    def take(self, n: int) -> bytes:
        """Read n bytes."""
        start, end = self.pos, self.pos + n
        if end > len(self.buf):
            raise self.short()
        self.pos = end
        return self.buf[start:end]

    def short(self) -> Exception:
        """Return the exception to raise when the data ends too early."""
        return ProtocolError("the message ends in the middle of a field") if self.whole else Incomplete()

    def unpack(self, layout: struct.Struct) -> tuple[int, ...]:
        """Read the integers of a precompiled layout."""
        end = self.pos + layout.size
        if end > len(self.buf):
            raise self.short()
        values = layout.unpack_from(self.buf, self.pos)
        self.pos = end
        return values

    def b(self) -> int:
        """Read one byte, unsigned."""
        return self.take(1)[0]

    def _integer(self, layout: struct.Struct) -> int:
        pos = self.pos
        try:
            value: int = layout.unpack_from(self.buf, pos)[0]
        except struct.error:
            raise self.short() from None
        self.pos = pos + layout.size
        return value

    def s(self) -> int:
        """Read 2 bytes, signed."""
        return self._integer(S)

    def u16(self) -> int:
        """Read 2 bytes, unsigned."""
        return self._integer(U16)

    def i(self) -> int:
        """Read 4 bytes, signed."""
        return self._integer(I)

    def q(self) -> int:
        """Read 8 bytes, signed."""
        return self._integer(Q)

    def count(self) -> int:
        """Read a 2-byte number of things that follow; it cannot be negative."""
        n = self._integer(S)
        if n < 0:
            raise ProtocolError(f"negative count {n}")
        return n

    def length4(self) -> int:
        """Read a 4-byte length within plausible bounds."""
        n = self.i()
        if not 0 <= n <= MAX_LENGTH:
            raise ProtocolError(f"impossible length {n}")
        return n

    def skip_padded(self, n: int) -> None:
        """Pass over n bytes and the pad byte that follows an odd number of them (PAD, sqli.md 0.2)."""
        end = self.pos + n + (n & 1)
        if end > len(self.buf):
            raise self.short()
        self.pos = end

    def padded(self, n: int) -> bytes:
        """Read n bytes, and pass over the pad byte that follows an odd number of them."""
        start, buf = self.pos, self.buf
        end = start + n
        behind = end + (n & 1)
        if behind > len(buf):
            raise self.short()
        self.pos = behind
        return buf[start:end]

    def chunk(self) -> bytes:
        """Read `u16 n, PAD(n bytes)`."""
        return self.padded(self._integer(U16))

    def char(self) -> str:
        """Read a CHAR as text."""
        return decode_text(self.chunk(), self.caps.encoding)

    def textl(self) -> str:
        """Read a TEXTL: CHAR4 with bit 62 in force, else CHAR."""
        raw = self.padded(self.length4()) if self.caps.long_text else self.chunk()
        return decode_text(raw, self.caps.encoding)

    def offl(self) -> int:
        """Read an OFFL: 4 bytes with bit 62 in force, else 2."""
        return self.i() if self.caps.long_text else self.s()

    def int8(self) -> int | None:
        """Read an INT8; None is SQL NULL."""
        sign, low, high = self.unpack(INT8)
        if sign not in (1, -1, 0):
            raise ProtocolError(f"INT8 with sign {sign}")
        return sign * ((high << INT8_LOW_BITS) | low) if sign else None

    def astr(self) -> str | None:
        """Read an ASTR; None is an absent string."""
        n = self.u16()
        if not n:
            return None
        raw = self.take(n)
        if raw[-1]:
            raise ProtocolError("login string without its final NUL")
        return decode_text(raw[:-1], self.caps.encoding)


class Writer:
    """Collects primitives in `data`; the counterpart of `Reader`, method by method."""

    __slots__ = ("caps", "data")

    def __init__(self, caps: Capabilities = NARROW) -> None:
        self.data = bytearray()
        self.caps = caps

    def put(self, raw: bytes) -> None:
        """Write bytes as they are."""
        self.data += raw

    def pack(self, layout: struct.Struct, *values: int) -> None:
        """Write integers by a precompiled layout; ConversionError when one does not fit its field."""
        self.data += pack(layout, *values)

    def b(self, value: int) -> None:
        """Write one byte."""
        self.data.append(value)

    def s(self, value: int) -> None:
        """Write 2 bytes, signed."""
        self.pack(S, value)

    def u16(self, value: int) -> None:
        """Write 2 bytes, unsigned."""
        self.pack(U16, value)

    def i(self, value: int) -> None:
        """Write 4 bytes, signed."""
        self.pack(I, value)

    def q(self, value: int) -> None:
        """Write 8 bytes, signed."""
        self.pack(Q, value)

    def padded(self, raw: bytes) -> None:
        """Write PAD(raw)."""
        self.data += raw
        if len(raw) & 1:
            self.data.append(0)

    def chunk(self, raw: bytes) -> None:
        """Write `u16 n, PAD(raw)`."""
        self.pack(U16, len(raw))
        self.padded(raw)

    def char(self, text: str) -> None:
        """Write a CHAR."""
        self.chunk(encode_text(text, self.caps.encoding))

    def textl(self, text: str) -> None:
        """Write a TEXTL: CHAR4 with bit 62 in force, else CHAR."""
        raw = encode_text(text, self.caps.encoding)
        self.pack(I if self.caps.long_text else U16, len(raw))
        self.padded(raw)

    def offl(self, value: int) -> None:
        """Write an OFFL: 4 bytes with bit 62 in force, else 2."""
        self.pack(I if self.caps.long_text else S, value)

    def int8(self, value: int | None) -> None:
        """Write an INT8; None is SQL NULL."""
        if value is None:
            self.pack(INT8, 0, 0, 0)
        else:
            magnitude = abs(value)
            self.pack(INT8, -1 if value < 0 else 1, magnitude & 0xFFFFFFFF, magnitude >> INT8_LOW_BITS)

    def astr(self, text: str | None) -> None:
        """Write an ASTR; None is an absent string."""
        if text is None:
            self.data += b"\0\0"
            return
        raw = encode_text(text, self.caps.encoding)
        if b"\0" in raw:
            raise ConversionError("a login string cannot contain a NUL character")
        self.pack(U16, len(raw) + 1)
        self.data += raw + b"\0"

    def fixed(self, text: str, n: int) -> None:
        """Write text NUL-filled to n bytes."""
        raw = encode_text(text, self.caps.encoding)
        if len(raw) > n:
            raise ConversionError(f"{text!r} does not fit a field of {n} bytes")
        self.data += raw.ljust(n, b"\0")
