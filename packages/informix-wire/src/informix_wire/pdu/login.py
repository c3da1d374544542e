"""The login frames: request, accept or reject, redirect (sqli.md 2); before them no tagged message is understood.

Clients read the answer with `read_login_reply`; servers read the request, also in the text form of `login_text`,
with `read_login_request`.
"""

import re
from dataclasses import field
from typing import Final

from informix_types.classes import frozen

from ..buffer import Reader, Writer, decode_text, encode_text
from ..caps import NARROW
from ..errors import ProtocolError
from .login_frame import (
    BINARY_FAMILY,
    CAPABILITY,
    MAGIC,
    SERVER_FLAGS,
    TEXT_FAMILY,
    FrameType,
    Marker,
    ProcessInfo,
    ServiceInfo,
    Tail,
    build_frame,
    expect,
    open_frame,
)

__all__ = [
    "CAPABILITY",
    "FrameType",
    "LoginReply",
    "LoginRequest",
    "Marker",
    "ProcessInfo",
    "Redirect",
    "ServiceInfo",
    "read_login_reply",
    "read_login_request",
]

CONNECT_KIND: Final = 11
"""Short behind marker 104 (sqli.md 2.2)."""
CONNECT_OPTIONS: Final = 3
"""Word behind it, without flag bits (sqli.md 2.2)."""


@frozen
class LoginRequest:
    """What a client says first (sqli.md 2.2, 2.5).

    Attributes:
        user: who logs in.
        password: in clear, or None to be trusted; never shown by repr().
        server: DBSERVERNAME.
        environment: pairs of name and value; the order does not matter (sqli.md 2.2).
        process: the client's process, or None to leave it out.
        service: the application's text, or None to leave it out.
        database: leave None: with a name here a later DBOPEN fails with -759 (sqli.md 2.9).
        capability: Cap_1.
        level: client level.
        serial: client serial.
        options: 3 plus flag bits (sqli.md 2.2).
        text_form: the request came as text (sqli.md 2.5); its reply wants the same form.
    """

    user: str
    password: str | None = field(repr=False)
    server: str
    environment: tuple[tuple[str, str], ...] = ()
    process: ProcessInfo | None = None
    service: ServiceInfo | None = None
    database: str | None = None
    capability: int = CAPABILITY
    level: str = "9.280"
    serial: str = "RDS#R000000"
    options: int = CONNECT_OPTIONS
    text_form: bool = False

    def encode(self, encoding: str = "iso8859-1") -> bytes:
        """Return the whole frame, always in binary form, offsets as in the table of sqli.md 2.2."""
        w = Writer(NARROW.with_encoding(encoding))
        w.s(Marker.ASSOC)
        w.s(Marker.BINARY)
        w.i(MAGIC)
        w.astr("IEEEM")
        w.s(Marker.PARAMETERS)
        w.fixed("sqlexec", 12)
        w.astr(self.level)
        w.astr(self.serial)
        w.astr("sqli")
        for word in (self.capability, 0, 0):
            w.i(word)
        w.s(1)
        w.astr(self.user)
        w.astr(self.password)
        w.fixed("ol", 8)
        w.i(MAGIC)
        w.fixed("tlitcp", 8)
        w.i(1)
        w.s(Marker.INIT_REQUEST)
        w.s(CONNECT_KIND)
        w.i(self.options)
        w.astr(self.server)
        w.astr(self.database)
        for _ in range(4):
            w.s(0)
        w.s(Marker.ENVIRONMENT)
        w.s(len(self.environment))
        for name, value in self.environment:
            w.astr(name)
            w.astr(value)
        Tail(self.process, None, self.service).write(w)
        return build_frame(FrameType.REQUEST, BINARY_FAMILY, 0, w)


@frozen
class _ServerFrame:
    """Fields 1-12 of sqli.md 2.3, which accept, reject and redirect share.

    Attributes:
        server_name: DBSERVERNAME; with -761 the name that the client should have used.
        version: e.g. ``IBM Informix Dynamic Server Version 9.59.FC7W1``.
        serial: serial number text.
        capabilities: Cap_1 to Cap_3.
        net_flag: last word of field 12: 0 in an accept, 1 in a reject.
        flags: of the frame.
        text_form: family 3d: the answer to a login in text form.
    """

    server_name: str
    version: str
    serial: str = "Software Serial Number AAA#B000000"
    capabilities: tuple[int, int, int] = (CAPABILITY, 0, 0)
    net_flag: int = 0
    flags: int = SERVER_FLAGS
    text_form: bool = False

    def _write_head(self, w: Writer) -> None:
        w.s(Marker.ASSOC)
        w.s(Marker.BINARY)
        w.i(MAGIC)
        w.astr("IEEEI")
        w.s(Marker.PARAMETERS)
        w.fixed("srvinfx", 12)
        w.astr(self.version)
        w.astr(self.serial)
        w.astr(self.server_name)
        for word in self.capabilities:
            w.i(word)
        w.s(0)
        w.astr(None)
        w.astr(None)
        w.fixed("on", 8)
        w.i(MAGIC)
        w.fixed("soctcp", 8)
        w.i(self.net_flag)

    def _finish(self, kind: FrameType, w: Writer) -> bytes:
        return build_frame(kind, TEXT_FAMILY if self.text_form else BINARY_FAMILY, self.flags, w)


@frozen
class LoginReply(_ServerFrame):
    """Accept and reject, which have one layout (sqli.md 2.3).

    Attributes:
        accepted: frame type 2, else 3.
        service_error: sqlcode of a reject; 0 also when the server gives no diagnostics.
        os_error: operating-system error.
        warnings: 0x14 in captured accepts.
        messages: texts, such as ``user@host``, which serve as the token of the error.
        process: the server's process.
        binding: block 110, absent on 11.50.
        service: the server's user, group and binary.
        unknown: blocks that nobody knows, as bytes.
    """

    accepted: bool = True
    service_error: int = 0
    os_error: int = 0
    warnings: int = 0x14
    messages: tuple[str, ...] = ()
    process: ProcessInfo | None = None
    binding: bytes | None = b"\0\0\0\0"
    service: ServiceInfo | None = None
    unknown: bytes = b""

    def encode(self, encoding: str = "iso8859-1") -> bytes:
        """Return the whole frame."""
        w = Writer(NARROW.with_encoding(encoding))
        self._write_head(w)
        w.s(Marker.INIT_RESPONSE)
        w.put(bytes(6))
        w.s(self.service_error)
        w.s(self.os_error)
        w.s(self.warnings)
        w.s(len(self.messages))
        for text in self.messages:
            raw = encode_text(text, encoding)
            w.s(0)
            w.u16(len(raw))
            w.put(raw)  # neither NUL nor pad (sqli.md 2.3)
        Tail(self.process, self.binding, self.service, self.unknown).write(w)
        return self._finish(FrameType.ACCEPT if self.accepted else FrameType.REJECT, w)


@frozen
class Redirect(_ServerFrame):
    """Log in at another address, with another server name (sqli.md 2.4).

    Attributes:
        server: DBSERVERNAME to log in to.
        host: where.
        port: where; a number, or a service name as sqlhosts has them.
    """

    server: str = ""
    host: str = ""
    port: str = ""

    def encode(self, encoding: str = "iso8859-1") -> bytes:
        """Return the whole frame."""
        w = Writer(NARROW.with_encoding(encoding))
        self._write_head(w)
        raw = encode_text(f"{self.server}|{self.host}|{self.port}", encoding)
        w.s(Marker.REDIRECT)
        w.s(0)
        w.u16(len(raw))
        w.put(raw)
        w.s(Marker.END)
        return self._finish(FrameType.REDIRECT, w)


def read_login_request(buf: bytes, offset: int = 0, encoding: str = "iso8859-1") -> tuple[LoginRequest, int]:
    """Read a login request in either form (sqli.md 2.2, 2.5), as a server does.

    Returns:
        the request and the offset of the byte after it.

    Raises:
        Incomplete: more bytes are to come.
        ProtocolError: this is no login request.
    """
    if buf[offset : offset + 2] == b"sq":
        from .login_text import read_text_login

        return read_text_login(buf, offset, encoding)
    _, _, _, r, end = open_frame(buf, offset, frozenset({FrameType.REQUEST}), encoding)
    expect(r, Marker.ASSOC, Marker.BINARY)
    r.i()
    r.astr()  # float format
    expect(r, Marker.PARAMETERS)
    r.take(12)
    level, serial, _ = r.astr(), r.astr(), r.astr()
    capability = r.i()
    r.take(4 + 4 + 2)
    user, password = r.astr(), r.astr()
    r.take(8 + 4 + 8 + 4)  # the client's idea of its network interface
    expect(r, Marker.INIT_REQUEST)
    r.s()
    options = r.i()
    server, database = r.astr(), r.astr()
    r.take(8)
    expect(r, Marker.ENVIRONMENT)
    environment = tuple((r.astr() or "", r.astr() or "") for _ in range(r.count()))
    tail = Tail.read(r)
    request = LoginRequest(
        user or "",
        password,
        server or "",
        environment,
        tail.process,
        tail.service,
        database,
        capability,
        level or "",
        serial or "",
        options,
    )
    return request, end


_REPLIES: Final = frozenset({FrameType.ACCEPT, FrameType.REJECT, FrameType.REDIRECT})


def read_login_reply(
    buf: bytes, offset: int = 0, encoding: str = "iso8859-1"
) -> tuple[LoginReply | Redirect, int]:
    """Read a server's answer to the login request (sqli.md 2.3, 2.4), as a client does.

    Returns:
        the answer and the offset of the byte after it.

    Raises:
        Incomplete: more bytes are to come.
        ProtocolError: the port does not speak SQLI, or the frame contradicts itself.
    """
    kind, family, flags, r, end = open_frame(buf, offset, _REPLIES, encoding)
    expect(r, Marker.ASSOC, Marker.BINARY)
    r.i()
    r.astr()  # float format
    expect(r, Marker.PARAMETERS)
    r.take(12)
    version, serial, name = r.astr() or "", r.astr() or "", r.astr() or ""
    capabilities = (r.i(), r.i(), r.i())
    r.s()
    r.astr()
    r.astr()
    r.take(8 + 4 + 8)
    head = (name, version, serial, capabilities, r.i(), flags, family == TEXT_FAMILY)
    if kind == FrameType.REDIRECT:
        return Redirect(*head, *_read_redirect(r)), end
    expect(r, Marker.INIT_RESPONSE)
    r.take(6)
    service_error, os_error, warnings = r.s(), r.s(), r.s()
    messages = []
    for _ in range(r.count()):
        r.s()
        messages.append(decode_text(r.take(r.u16()).rstrip(b"\0"), encoding))
    tail = Tail.read(r)
    reply = LoginReply(
        *head,
        kind == FrameType.ACCEPT,
        service_error,
        os_error,
        warnings,
        tuple(messages),
        tail.process,
        tail.binding,
        tail.service,
        tail.unknown,
    )
    return reply, end


def _read_redirect(r: Reader) -> tuple[str, str, str]:
    """Read `103, s, u16 length, text`; a trailing NUL and a missing marker 127 are tolerated (sqli.md 2.4)."""
    expect(r, Marker.REDIRECT)
    r.s()
    text = decode_text(r.take(r.u16()).rstrip(b"\0"), r.caps.encoding)
    parts = re.split("[|:=]", text)
    if len(parts) not in (3, 4):  # the colons may belong to an IPv6 address, which has at least two
        parts = text.split("|")
    if len(parts) not in (3, 4) or not all(parts[-3:]):
        raise ProtocolError(f"redirect to {text!r}: not a server name, host and port")
    server, host, port = parts[-3:]  # a fourth part is a leading label (sqli.md 12 #22)
    return server, host, port
