"""The login of one connection: reads the request in either form, checks it, answers accept, reject or redirect.

Sits between the listener (`server.py`) and the session (`session.py`); sqli.md 2.
"""

import os
import socket
from typing import TYPE_CHECKING

from informix_types.classes import frozen
from informix_types.codesets import UnknownCodeset, codec_for_locale
from informix_types.errors import Incomplete
from informix_wire.pdu.login import (
    LoginReply,
    LoginRequest,
    ProcessInfo,
    Redirect,
    ServiceInfo,
    read_login_request,
)

from .wire import Wire

if TYPE_CHECKING:
    from .server import TestServer

__all__ = ["Accepted", "log_in", "read_request"]

UNKNOWN_USER = -951
WRONG_PASSWORD = -952
NO_PASSWORD = -956
WRONG_SERVER_NAME = -761
UNKNOWN_LOCALE = -23101
"""Service errors of a reject (sqli.md 2.3, 10)."""
DEFAULT_LOCALE = "en_US.8859-1"
"""What clients mean when they say nothing (sqli.md 9)."""


@frozen
class Accepted:
    """A login that was accepted.

    Attributes:
        request: what the client sent.
        environment: its environment pairs.
        encoding: Python codec of CLIENT_LOCALE.
    """

    request: LoginRequest
    environment: dict[str, str]
    encoding: str


@frozen
class _Refusal:
    service_error: int
    os_error: int = 0
    message: str = ""


def read_request(wire: Wire) -> LoginRequest:
    """Read a login request in either form, waiting for all of it."""
    while True:
        try:
            request, wire.pos = read_login_request(wire.data, wire.pos)
            return request
        except Incomplete:
            wire.receive()


def _check(server: "TestServer", request: LoginRequest) -> _Refusal | str:
    """Return the client's codec, or why the login is refused."""
    ordered = server.faults.next_rejection()
    if ordered is not None:
        return _Refusal(*ordered)
    if request.server and server.server_names and request.server not in server.server_names:
        return _Refusal(WRONG_SERVER_NAME)
    who = f"{request.user}@localhost"
    if request.user not in server.users:
        return _Refusal(UNKNOWN_USER, message=who)
    if request.password is None and server.users[request.user] is not None:
        return _Refusal(NO_PASSWORD, message="localhost")
    if server.users[request.user] not in (None, request.password):
        return _Refusal(WRONG_PASSWORD, message=who)
    try:
        return codec_for_locale(dict(request.environment).get("CLIENT_LOCALE", DEFAULT_LOCALE))
    except UnknownCodeset:
        return _Refusal(UNKNOWN_LOCALE)


def _reply(server: "TestServer", request: LoginRequest, refusal: _Refusal | None) -> LoginReply:
    """Return a complete accept or reject, fields 1 to 22 (sqli.md 2.3, 2.8)."""
    profile = server.profile
    process = ProcessInfo(os.getpid(), 0, socket.gethostname(), "/dev/null", "/")
    service = ServiceInfo(1001, 1001, None if profile.short_tail else "/opt/informix/bin/oninit")
    binding = None if profile.short_tail else bytes(4)
    if refusal is None:
        return LoginReply(
            server.server_name,
            profile.version,
            profile.serial,
            (profile.cap_1, 0, 0),
            text_form=request.text_form,
            process=process,
            service=service,
            binding=binding,
        )
    return LoginReply(
        server.server_name if refusal.service_error == WRONG_SERVER_NAME else "asfecho",
        "V1.0",
        "SER",
        (0, 0, 0),
        net_flag=1,
        text_form=request.text_form,
        accepted=False,
        service_error=refusal.service_error,
        os_error=refusal.os_error,
        warnings=0,
        messages=(refusal.message,) if refusal.message else (),
        process=process,
        service=service,
        binding=binding,
    )


def log_in(server: "TestServer", wire: Wire) -> Accepted | None:
    """Read and answer the login. Returns None when it was refused or redirected: close the connection then.

    Raises:
        EndOfStream: the client left.
        ProtocolError: it does not speak SQLI.
    """
    request = read_request(wire)
    server.note(server.logins, request)
    if server.redirect is not None:
        name, host, port = server.redirect
        frame = Redirect(
            server.server_name,
            server.profile.version,
            text_form=request.text_form,
            server=name,
            host=host,
            port=str(port),
        )
        wire.send([frame.encode()])
        return None
    verdict = _check(server, request)
    if isinstance(verdict, _Refusal):
        wire.send([_reply(server, request, verdict).encode()])
        return None
    wire.send([_reply(server, request, None).encode()])
    if request.text_form and wire.need(2) == b"\0\0":
        wire.take(1)  # the NUL that some clients put behind the line came late; no tag is 0 (sqli.md 2.5)
    return Accepted(request, dict(request.environment), verdict)
