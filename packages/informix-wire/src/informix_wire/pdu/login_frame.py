"""What login frames are made of: the frame, its markers, its optional tail; and telling that a port is no SQLI.

A frame is `u16 total, u8 type, u8 family, u16 flags` and a block of 2-byte markers (sqli.md 2.1). `login` and
`login_text` build the messages from it.
"""

import re
import struct
from enum import IntEnum
from typing import Final

from informix_types.classes import frozen

from ..buffer import Reader, Writer
from ..caps import NARROW
from ..errors import Incomplete, ProtocolError

__all__ = [
    "BINARY_FAMILY",
    "CAPABILITY",
    "MAGIC",
    "SERVER_FLAGS",
    "TEXT_FAMILY",
    "FrameType",
    "Marker",
    "ProcessInfo",
    "ServiceInfo",
    "Tail",
    "build_frame",
    "expect",
    "open_frame",
]

CAPABILITY: Final = 316
"""Cap_1 of both sides; JDBC falls back to the ancient dialect when an accept says something else (sqli.md 2.3)."""
BINARY_FAMILY: Final = 0x3C
TEXT_FAMILY: Final = 0x3D
SERVER_FLAGS: Final = 0x1000
"""Frame flags of every captured reply; no value is required when reading (sqli.md 2.1)."""
MAGIC: Final = 61
"""Word that stands at several places of every login frame (sqli.md 2.2, 2.3)."""

_FRAME = struct.Struct(">HBBH")
_PROCESS = struct.Struct(">iii")
_OWNER = struct.Struct(">ii")


class FrameType(IntEnum):
    """Third byte of a login frame (sqli.md 2.1)."""

    REQUEST = 1
    ACCEPT = 2
    REJECT = 3
    REDIRECT = 13


class Marker(IntEnum):
    """Markers inside the association block; not message tags (sqli.md 2.1)."""

    ASSOC = 100
    BINARY = 101
    INIT_RESPONSE = 102
    REDIRECT = 103
    INIT_REQUEST = 104
    ENVIRONMENT = 106
    PROCESS = 107
    PARAMETERS = 108
    TEXT_BODY = 109
    BIND = 110
    SERVICE = 116
    END = 127


@frozen
class ProcessInfo:
    """Marker 107: the process at the other end (sqli.md 2.2, 2.3)."""

    pid: int = 0
    thread: int = 0
    host: str | None = None
    tty: str | None = None
    directory: str | None = None
    reserved: int = 0


@frozen
class ServiceInfo:
    """Marker 116: user and group id of the process; text = application of a client, binary of a server."""

    uid: int = 0
    gid: int = 0
    text: str | None = None


@frozen
class Tail:
    """Optional blocks at the end of a login frame, up to marker 127."""

    process: ProcessInfo | None = None
    binding: bytes | None = None
    service: ServiceInfo | None = None
    unknown: bytes = b""
    """Everything from the first marker that we do not know; skipped (sqli.md 2.3)."""

    def write(self, w: Writer) -> None:
        """Write the blocks and marker 127."""
        if (process := self.process) is not None:
            w.s(Marker.PROCESS)
            w.pack(_PROCESS, process.reserved, process.pid, process.thread)
            for text in (process.host, process.tty, process.directory):
                w.astr(text)
        if self.binding is not None:
            w.s(Marker.BIND)
            w.s(len(self.binding))
            w.put(self.binding)
        if (service := self.service) is not None:
            w.s(Marker.SERVICE)
            at = len(w.data)
            w.s(0)
            w.pack(_OWNER, service.uid, service.gid)
            if service.text is not None:  # 11.50 and text logins leave it out
                w.astr(service.text)
            struct.pack_into(">h", w.data, at, len(w.data) - at - 2)
        w.put(self.unknown)
        w.s(Marker.END)

    @classmethod
    def read(cls, r: Reader) -> "Tail":
        """Read to the end of the frame; nothing here is needed, hence unknown markers only end the walk."""
        process = binding = service = None
        while True:
            at = r.pos
            marker = r.s()
            if marker == Marker.END:
                return cls(process, binding, service)
            if marker == Marker.PROCESS:
                reserved, pid, thread = r.unpack(_PROCESS)
                process = ProcessInfo(pid, thread, r.astr(), r.astr(), r.astr(), reserved)
            elif marker == Marker.BIND:
                binding = r.take(r.count())
            elif marker == Marker.SERVICE:
                length = r.count()
                end = r.pos + length
                uid, gid = r.unpack(_OWNER)
                service = ServiceInfo(uid, gid, r.astr() if r.pos < end else None)
                r.take(max(0, end - r.pos))
            else:
                rest = r.take(len(r.buf) - at - 2) if r.whole else b""
                unknown = marker.to_bytes(2, "big", signed=True) + rest
                return cls(process, binding, service, unknown.removesuffix(b"\0\x7f"))


def build_frame(kind: FrameType, family: int, flags: int, w: Writer) -> bytes:
    """Put the frame around a block."""
    total = _FRAME.size + len(w.data)
    head = Writer()
    head.pack(_FRAME, total, kind, family, flags)
    return bytes(head.data + w.data)


_FOREIGN: Final = (
    (rb"HTTP", "HTTP"),
    (rb"(GET|HEAD|POST|PUT|OPTIONS|CONNECT) ", "HTTP"),
    (rb"[\x14-\x17]\x03[\x00-\x04]", "TLS: connect with TLS, or to the port of the plain listener"),
    (rb"..\xd0", "DRDA: use the port of the SQLI listener (protocol onsoctcp in sqlhosts)"),
    (rb"SSH-", "SSH"),
    (rb"...\0\x0a", "MySQL"),
)
"""How other protocols' first bytes look; used only after a frame turned out to be implausible."""


def _not_sqli(buf: bytes, offset: int) -> ProtocolError:
    head = buf[offset : offset + 16]
    for pattern, what in _FOREIGN:
        if re.match(pattern, head, re.DOTALL):
            return ProtocolError(
                f"the port does not speak SQLI; it seems to speak {what} (first bytes {head.hex(' ')})"
            )
    return ProtocolError(f"the port does not speak SQLI (first bytes {head.hex(' ')})")


def open_frame(buf: bytes, offset: int, kinds: frozenset[int], encoding: str) -> tuple[int, int, int, Reader, int]:
    """Check a frame's head, then wait for all of it; returns type, family, flags, reader of the block, end."""
    # Decide on 4 bytes: whoever speaks something else will not send as many as the "length" says (sqli.md 2.7).
    if len(buf) - offset < 4:
        raise Incomplete
    total, kind, family = struct.unpack_from(">HBB", buf, offset)
    if total < _FRAME.size or kind not in kinds or family not in (BINARY_FAMILY, TEXT_FAMILY):
        raise _not_sqli(buf, offset)
    end = offset + total
    if len(buf) < end:
        raise Incomplete
    flags: int = struct.unpack_from(">H", buf, offset + 4)[0]
    frame = buf[offset + _FRAME.size : end]
    return kind, family, flags, Reader(frame, 0, NARROW.with_encoding(encoding), whole=True), end


def expect(r: Reader, *markers: Marker) -> None:
    """Read markers that must come next."""
    for marker in markers:
        if (found := r.s()) != marker:
            raise ProtocolError(f"login frame with marker {found} where {int(marker)} was due")
