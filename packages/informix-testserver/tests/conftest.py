"""Fixtures: a script engine, a server around it, and a raw SQLI client made of PDUs and a socket."""

import json
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from informix_testserver import TestServer
from informix_testserver.script import ScriptEngine
from informix_types.errors import Incomplete
from informix_wire.caps import NARROW, OFFER_JDBC, Capabilities
from informix_wire.pdu import DbOpen, Eot, Exit, Message, Protocols, read_server
from informix_wire.pdu.login import LoginReply, LoginRequest, Redirect, read_login_reply

TIMEOUT = 10.0


class RawClient:
    """A client that sends what it is told to, legal or not."""

    def __init__(self, to: TestServer, **login: Any) -> None:
        self.sock = socket.create_connection((to.host, login.pop("port", to.port)), timeout=TIMEOUT)
        self.data = b""
        self.caps: Capabilities = NARROW
        self._login = {"user": "informix", "password": "in4mix", "server": to.server_name, **login}

    def close(self) -> None:
        self.sock.close()

    def receive(self) -> None:
        chunk = self.sock.recv(65536)
        if not chunk:
            raise EOFError
        self.data += chunk

    def rest(self) -> bytes:
        """Everything that still comes before the server ends the connection."""
        try:
            while True:
                self.receive()
        except (EOFError, ConnectionResetError):
            return self.data

    def log_in(self) -> LoginReply | Redirect:
        self.sock.sendall(LoginRequest(**self._login).encode())
        return self.login_reply()

    def login_reply(self) -> LoginReply | Redirect:
        while True:
            try:
                reply, end = read_login_reply(self.data)
            except Incomplete:
                self.receive()
                continue
            self.data = self.data[end:]
            return reply

    def negotiate(self, mask: bytes = OFFER_JDBC) -> list[Message]:
        self.send(Protocols(mask))
        group = self.read_group()
        answer = group[0]
        assert isinstance(answer, Protocols)
        self.caps = Capabilities.negotiate(mask, answer.mask)
        return group

    def start(self, database: str = "testdb", mask: bytes = OFFER_JDBC) -> "RawClient":
        reply = self.log_in()
        assert isinstance(reply, LoginReply)
        assert reply.accepted
        self.negotiate(mask)
        if database:
            self.ask(DbOpen(database))
        return self

    def send(self, *messages: Message) -> None:
        self.sock.sendall(b"".join(m.encode(self.caps) for m in (*messages, Eot())))

    def message(self) -> Message:
        while True:
            try:
                found, end = read_server(self.data, 0, self.caps)
            except Incomplete:
                self.receive()
                continue
            self.data = self.data[end:]
            return found

    def read_group(self) -> list[Message]:
        group: list[Message] = []
        while True:
            found = self.message()
            if isinstance(found, Eot):
                return group
            group.append(found)
            if isinstance(found, Exit):
                return group

    def ask(self, *messages: Message) -> list[Message]:
        self.send(*messages)
        return self.read_group()

    def urgent(self) -> None:
        self.sock.send(b"B", socket.MSG_OOB)

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


@pytest.fixture
def script() -> ScriptEngine:
    return ScriptEngine()


@pytest.fixture
def serve(script: ScriptEngine) -> Iterator[Callable[..., TestServer]]:
    """Start servers on the script engine; at the end none may have seen an error that the test did not take."""
    with ExitStack() as stack:
        servers: list[TestServer] = []

        def start(**options: Any) -> TestServer:
            server = stack.enter_context(TestServer(port=0, **{"engine": script, **options}))
            servers.append(server)
            return server

        yield start
    for server in servers:
        assert not server.internal_errors
        assert not server.protocol_errors


@pytest.fixture
def server(serve: Callable[..., TestServer]) -> TestServer:
    return serve()


@pytest.fixture
def connect() -> Iterator[Callable[..., RawClient]]:
    """Make raw clients of a server; they are closed at the end."""
    clients: list[RawClient] = []

    def make(to: TestServer, **login: Any) -> RawClient:
        client = RawClient(to, **login)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(server: TestServer, connect: Callable[..., RawClient]) -> RawClient:
    """A raw client with ``testdb`` open, full dialect."""
    return connect(server).start()


@pytest.fixture(scope="session")
def load_vectors() -> Callable[[str], list[dict[str, Any]]]:
    def load(name: str) -> list[dict[str, Any]]:
        path = Path(__file__).parent / "vectors" / f"{name}.json"
        vectors: list[dict[str, Any]] = json.loads(path.read_text())["vectors"]
        return vectors

    return load
