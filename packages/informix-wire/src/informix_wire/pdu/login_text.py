"""The login in text form, by which ESQL/C, dbaccess and ODBC log in: what a server must read (sqli.md 2.5).

One ASCII line: ``sq``, 8 characters of header, words, then ``:`` and the association block in base64.
"""

import base64
import re
from typing import Final

from ..buffer import Reader, decode_text
from ..caps import NARROW
from ..errors import Incomplete, ProtocolError
from .login import LoginRequest
from .login_frame import Marker, Tail

__all__ = ["read_text_login"]

HEADER: Final = re.compile(rb"sq[A-Za-z0-9._]{3}BPQAA")
"""``sq`` and the header: its length word is computed differently by different clients and not used (2.5)."""
BODY_START: Final = b":AG0AAAA9"
"""Colon and base64 of marker 109 and the word 61, with which every body begins (sqli.md 2.5)."""
LONGEST: Final = 1 << 16
WORDS: Final = re.compile(
    r"sqlexec (?P<user>\S*)(?: -p(?P<password>.*?))? (?P<level>\d+\.\d+) (?P<serial>\S+)(?P<rest>.*)", re.DOTALL
)
_BODY: Final = re.compile(rb"[A-Za-z0-9._]*")


def read_text_login(buf: bytes, offset: int, encoding: str) -> tuple[LoginRequest, int]:
    """Read a login request in text form; see `informix_wire.pdu.login.read_login_request`."""
    if len(buf) - offset < 10:
        raise Incomplete
    if not HEADER.match(buf, offset):
        raise ProtocolError(f"text login with impossible header {buf[offset : offset + 10]!r}")
    colon = buf.find(BODY_START, offset)
    if colon < 0:
        if b"\0" in buf[offset:] or len(buf) - offset > LONGEST:
            raise ProtocolError("text login without its binary part")
        raise Incomplete
    line = decode_text(buf[offset + 10 : colon], encoding)
    server, options, capability, tail, end = _read_body(buf, colon + 1, encoding)
    words = WORDS.fullmatch(line)
    if words is None:
        raise ProtocolError("text login whose words are not in the known order")
    database, environment = _read_rest(words["rest"])
    request = LoginRequest(
        words["user"],
        words["password"],
        server,
        environment,
        tail.process,
        tail.service,
        database,
        capability,
        words["level"],
        words["serial"],
        options,
        text_form=True,
    )
    if buf[end : end + 1] == b"\0":  # some clients close the line with a NUL (sqli.md 2.5)
        end += 1
    return request, end


def _read_body(buf: bytes, start: int, encoding: str) -> tuple[str, int, int, Tail, int]:
    """Read the block; where it ends in the text follows from its structure."""
    match = _BODY.match(buf, start)
    digits = match[0] if match is not None else b""
    usable = digits[: len(digits) - (1 if len(digits) % 4 == 1 else 0)]
    raw = base64.b64decode(usable + b"=" * (-len(usable) % 4), altchars=b"._")
    complete = start + len(digits) < len(buf)  # a character that is no base64 digit has come
    r = Reader(raw, 0, NARROW.with_encoding(encoding), whole=complete)
    if r.s() != Marker.TEXT_BODY:
        raise ProtocolError("text login with a binary part of unknown kind")
    r.take(4 + 8 + 4 + 8 + 4)
    capability = r.i()
    r.take(4 + 4 + 12)
    r.astr()  # application id
    r.s()
    options = r.i()
    server = r.astr() or ""
    tail = Tail.read(r)
    if tail.unknown:
        return server, options, capability, tail, start + len(digits)
    return server, options, capability, tail, start + (r.pos * 8 + 5) // 6


def _read_rest(rest: str) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """Split ``-dDATABASE -fIEEEI NAME=value …``; a word without ``=`` belongs to the value before it."""
    database: str | None = None
    pairs: list[tuple[str, str]] = []
    for word in rest.split(" "):
        if not pairs and word.startswith("-d"):
            database = word[2:] or None
        elif not pairs and (word.startswith("-") or not word):
            continue
        elif "=" in word:
            name, _, value = word.partition("=")
            pairs.append((name, value))
        elif pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {word}")
    return database, tuple((name, value.rstrip(" ")) for name, value in pairs)
