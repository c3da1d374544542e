"""Capabilities: which protocol features are in force, hence how wide fields are (sqli.md 3.2, 3.3)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Self

from informix_types.classes import frozen

__all__ = ["FULL", "NARROW", "OFFER_JDBC", "SERVER_ANSWER", "Capabilities"]

OFFER_JDBC = bytes.fromhex("fffc7ffc3c8caa97")
"""The mask that IBM's JDBC driver 4.50 offers; ours too (sqli.md 3.2)."""
SERVER_ANSWER = bytes.fromhex("bdbe9ffe7fb7ffeff0")
"""The mask that Informix 12.10 answers (sqli.md 3.2)."""

_BY_SERVER_ALONE = frozenset({44, 59})
"""PAM and private server: in force when the server says so (sqli.md 3.2)."""


def bits_of(mask: bytes) -> frozenset[int]:
    """Numbers of the bits that are set: bit k is byte k>>3, mask 0x80>>(k&7) (sqli.md 3.2)."""
    return frozenset(k for k in range(len(mask) * 8) if mask[k >> 3] & (0x80 >> (k & 7)))


def mask_of(bits: Iterable[int], length: int) -> bytes:
    """Inverse of `bits_of`: a mask of `length` bytes."""
    out = bytearray(length)
    for k in bits:
        out[k >> 3] |= 0x80 >> (k & 7)
    return bytes(out)


@frozen
class Capabilities:
    """The set of capability bits in force on one connection, and the field widths that follow."""

    bits: frozenset[int] = frozenset()
    array_fetch: bool = True
    """Bit 8, or no negotiation yet: NFETCH ends with the array short."""
    wide_offsets: bool = False
    """Bit 50: 4-byte string-table size and name offsets in DESCRIBE."""
    named_parameters: bool = False
    """Bit 52: IDESCRIBE carries the named-flags short."""
    bigint: bool = False
    """Bit 54: INSERTDONE carries the 8-byte BIGSERIAL."""
    savepoints: bool = False
    """Bit 56."""
    long_text: bool = False
    """Bit 62: SQL text and signatures CHAR4, error offset 4 bytes."""
    large_fetch: bool = False
    """Bit 63: 4-byte fetch buffer size."""
    large_tuple: bool = False
    """Bit 67 or 69: 4-byte tuple size in DESCRIBE."""
    long_rowid: bool = False
    """Bit 70: 8-byte rows and rowid in DONE, 68-byte blob descriptors."""
    generated_keys: bool = False
    """Bit 48: KEYREQUEST may be sent."""
    describe_input: bool = False
    """Bit 34: CIDESCRIBE may be sent."""
    pam: bool = False
    """Bit 44 (or 59) answered by the server: the PAM exchange follows."""
    encoding: str = "iso8859-1"
    """Python codec of SQL text, names and tokens: the code set of CLIENT_LOCALE (sqli.md 9)."""

    @classmethod
    def from_bits(cls, bits: Iterable[int], *, encoding: str = "iso8859-1") -> Self:
        """Derive all widths from a set of bits in force. An empty set is the narrow dialect."""
        b = frozenset(bits)
        return cls(
            bits=b,
            array_fetch=8 in b or not b,
            wide_offsets=50 in b,
            named_parameters=52 in b,
            bigint=54 in b,
            savepoints=56 in b,
            long_text=62 in b,
            large_fetch=63 in b,
            large_tuple=67 in b or 69 in b,
            long_rowid=70 in b,
            generated_keys=48 in b,
            describe_input=34 in b,
            pam=44 in b or 59 in b,
            encoding=encoding,
        )

    @classmethod
    def negotiate(cls, offer: bytes, answer: bytes, *, encoding: str = "iso8859-1") -> Self:
        """What is in force: offered and answered (44 and 59: answered); missing bytes are zero (sqli.md 3.2)."""
        offered, answered = bits_of(offer), bits_of(answer)
        return cls.from_bits((offered & answered) | (answered & _BY_SERVER_ALONE), encoding=encoding)

    def with_encoding(self, encoding: str) -> Self:
        """Return the same capabilities with another codec for text."""
        return replace(self, encoding=encoding)


NARROW = Capabilities.from_bits(())
"""Before and without negotiation (sqli.md 0.3)."""
FULL = Capabilities.from_bits({8, 50, 52, 54, 56, 61, 62, 63})
"""The dialect of this document's layouts (sqli.md 0.3)."""
