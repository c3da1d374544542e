"""Looks a DBSERVERNAME up in the sqlhosts file: which hosts and ports serve it, plain or TLS."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from informix_types.classes import frozen

from .errors import InterfaceError

__all__ = ["Address", "lookup_server", "port_number", "sqlhosts_path"]

_GROUP: Final = "group"
_TLS_SUFFIX: Final = "ssl"
"""The last three letters of ``onsocssl`` and ``olsocssl``; ``soctcp`` and ``tlitcp`` are plain."""
_TCP_PROTOCOLS: Final = ("soctcp", "tlitcp", "socssl")


@frozen
class Address:
    """One place to try: where to connect and the DBSERVERNAME to ask for there."""

    host: str
    port: int
    server: str | None = None
    tls: bool = False
    """The listener speaks TLS: the sqlhosts entry says so, or ``tls=`` was given."""


@frozen
class _Entry:
    name: str
    protocol: str
    host: str
    service: str
    options: Mapping[str, str]


def sqlhosts_path(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the sqlhosts file: ``INFORMIXSQLHOSTS``, else ``$INFORMIXDIR/etc/sqlhosts``, else None."""
    if environ.get("INFORMIXSQLHOSTS"):
        return Path(environ["INFORMIXSQLHOSTS"])
    if environ.get("INFORMIXDIR"):
        return Path(environ["INFORMIXDIR"], "etc", "sqlhosts")
    return None


def _read(path: Path) -> list[_Entry]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InterfaceError(f"the sqlhosts file {path} cannot be read: {error.strerror}") from None
    entries = []
    for line in text.splitlines():
        fields = line.partition("#")[0].split()
        if len(fields) < 4:
            continue
        options = dict(o.partition("=")[::2] for field in fields[4:] for o in field.split(",") if o)
        entries.append(_Entry(fields[0], fields[1].lower(), fields[2], fields[3], options))
    return entries


def port_number(service: str, server: str) -> int:
    """Return the port that a number or a name of /etc/services stands for. Raises InterfaceError."""
    if service.isdigit():
        return int(service)
    try:
        return socket.getservbyname(service, "tcp")
    except OSError:
        raise InterfaceError(
            f"the sqlhosts entry of {server} names service {service!r}, which /etc/services does not know"
        ) from None


def _members(entries: list[_Entry], group: _Entry) -> list[_Entry]:
    """Return the entries of a group: those that say ``g=group``, else the lines down to ``e=last``."""
    named = [e for e in entries if e.options.get("g") == group.name]
    if named or "e" not in group.options:
        return named
    members = []
    for entry in entries[entries.index(group) + 1 :]:
        if entry.protocol == _GROUP:
            break
        members.append(entry)
        if entry.name == group.options["e"]:
            break
    return members


def lookup_server(server: str, path: Path) -> list[Address]:
    """Return the addresses of a DBSERVERNAME or group, in the file's order.

    Raises:
        InterfaceError: the file cannot be read, does not know the name, or offers no TCP listener for it.
    """
    entries = _read(path)
    found = next((e for e in entries if e.name == server), None)
    if found is None:
        known = ", ".join(e.name for e in entries) or "none"
        raise InterfaceError(f"{path} has no server {server!r}; it knows: {known}")
    wanted = _members(entries, found) if found.protocol == _GROUP else [found]
    addresses = [
        Address(
            "localhost" if e.host in ("*", "") else e.host.removeprefix("*"),
            port_number(e.service, e.name),
            e.name,
            e.protocol.endswith(_TLS_SUFFIX),
        )
        for e in wanted
        if e.protocol.endswith(_TCP_PROTOCOLS)
    ]
    if not addresses:
        raise InterfaceError(f"{path}: server {server!r} has no TCP listener (onsoctcp, ontlitcp or onsocssl)")
    return addresses
