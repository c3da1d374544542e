"""A scripted peer made of PDUs only, so that this package is tested with nothing but what it depends on."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from informix_wire.caps import NARROW, SERVER_ANSWER, Capabilities
from informix_wire.errors import Incomplete
from informix_wire.pdu import DbOpen, Done, Eot, Exit, Info, Message, Protocols, read_client
from informix_wire.pdu.login import LoginReply, LoginRequest, read_login_request

Group = tuple[Message, ...]
Answer = Callable[[Group], list[Message]]


@dataclass
class Peer:
    """A listener that takes one login after the other and answers groups as the test says.

    Attributes:
        answer: called with each group behind the set-up; returns the messages of the reply, EOT excepted.
        logins: the login requests that came.
        groups: every group that came, without its EOT.
    """

    answer: Answer
    reply: LoginReply | None = None
    port: int = 0
    logins: list[LoginRequest] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    self._talk(connection)
                except (OSError, EOFError):
                    continue

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        data = b""

        def more() -> None:
            nonlocal data
            chunk = connection.recv(65536)
            if not chunk:
                raise EOFError
            data += chunk

        while True:
            try:
                request, used = read_login_request(data, 0)
                break
            except Incomplete:
                more()
        data = data[used:]
        self.logins.append(request)
        reply = self.reply or LoginReply("informix", "IBM Informix Dynamic Server Version 9.59.FC7W1")
        connection.sendall(reply.encode())
        caps: Capabilities = NARROW
        group: list[Message] = []
        while True:
            try:
                message, used = read_client(data, 0, caps)
            except Incomplete:
                more()
                continue
            data = data[used:]
            if isinstance(message, Exit):
                connection.sendall(Exit().encode(caps))
                return
            if not isinstance(message, Eot):
                group.append(message)
                continue
            said = tuple(group)
            group.clear()
            self.groups.append(said)
            after = caps
            if isinstance(said[0], Protocols):
                answers: list[Message] = [Protocols(SERVER_ANSWER)]
                after = Capabilities.negotiate(said[0].mask, SERVER_ANSWER)
            elif isinstance(said[0], Info):
                answers = []
            elif isinstance(said[0], DbOpen):
                answers = [Done(0x15)]
            else:
                answers = self.answer(said)
            connection.sendall(b"".join(m.encode(caps) for m in [*answers, Eot()]))
            caps = after


@pytest.fixture
def make_peer() -> Iterator[Callable[..., Peer]]:
    """Start scripted peers; all end with the test."""
    open_: list[tuple[socket.socket, threading.Thread]] = []

    def make(answer: Answer = lambda _group: [], **settings: Any) -> Peer:
        listener = socket.create_server(("127.0.0.1", 0))
        peer = Peer(answer, port=listener.getsockname()[1], **settings)
        thread = threading.Thread(target=peer.serve, args=(listener,))
        thread.start()
        open_.append((listener, thread))
        return peer

    yield make
    for listener, thread in open_:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(15)
        assert not thread.is_alive()
