"""The judges judged: that the recorder files bytes where they belong and that the comparison finds what differs.

Runs before the recordings, without pytest, in the environment of `tools/run_conformance.py`.
"""

import select
import socket
import threading

from compare import Allowance, compare, requests, rewrite_errors
from informix_wire.caps import FULL, OFFER_JDBC
from informix_wire.pdu import Close, Eot, Exit, NFetch, Prepare, Protocols, StatementId
from informix_wire.pdu.login import LoginRequest
from recorder import Chunk, Recorder

__all__ = ["selfcheck"]


def _echo(listener: socket.socket, urgent: list[bytes]) -> None:
    """A server that sends back whatever it gets, and keeps urgent data apart."""
    peer, _ = listener.accept()
    with peer:
        while True:
            _, _, exceptional = select.select([peer], [], [peer])
            if exceptional:  # before the stream: reading past the urgent mark would lose the byte
                urgent.append(peer.recv(1, socket.MSG_OOB))
                continue
            data = peer.recv(65536)
            if not data:
                return
            peer.sendall(data)


def _recorder() -> None:
    urgent: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=_echo, args=(listener, urgent), daemon=True)
        server.start()
        with Recorder(listener.getsockname()) as recorder:
            client = socket.create_connection(("127.0.0.1", recorder.port), timeout=5)
            control = socket.create_connection(("127.0.0.1", recorder.marks_port), timeout=5)

            def mark(name: bytes) -> None:
                control.sendall(name + b"\n")
                assert control.recv(10) == b"ok\n"

            def roundtrip(data: bytes) -> None:
                client.sendall(data)
                got = b""
                while len(got) < len(data):
                    piece = client.recv(65536)
                    assert piece, "the connection ended"
                    got += piece
                assert got == data

            with client, control:
                mark(b"one")
                roundtrip(b"first")
                mark(b"two")
                roundtrip(b"x" * 1_000_000)
                client.send(b"B", socket.MSG_OOB)
                roundtrip(b"more")
                client.sendall(b"last words")  # nobody waits for the answer: the mark must still not overtake it
                mark(b"three")
            server.join(5)
            assert not server.is_alive(), "the end of the client did not reach the server"
        assert urgent == [b"B"], urgent
        sent: dict[tuple[str, str], bytes] = {}
        for chunk in recorder.chunks:
            key = chunk.operation, chunk.direction
            sent[key] = sent.get(key, b"") + chunk.data
        assert sent["one", "c2s"] == b"first"
        assert sent["two", "c2s"] == b"x" * 1_000_000 + b"more" + b"last words"
        assert sent["two", "c2s-oob"] == b"B"
        assert ("three", "c2s") not in sent


def _recording(*, user: str = "informix", buffer: int = 4096, close: bool = True) -> list[Chunk]:
    login = LoginRequest(user, "secret", "informix").encode()
    fetch = StatementId(3).encode(FULL) + NFetch(buffer).encode(FULL) + Eot().encode(FULL)
    prepare = Prepare(0, "select 1").encode(FULL) + Eot().encode(FULL)
    end = StatementId(3).encode(FULL) + Close().encode(FULL) + Eot().encode(FULL) if close else b""
    return [
        Chunk("login", 1, "c2s", login + Protocols(OFFER_JDBC).encode(FULL) + Eot().encode(FULL)),
        Chunk("login", 1, "s2c", b"ignored"),
        Chunk("query", 1, "c2s", prepare + fetch + end),
        Chunk("close", 1, "c2s", Exit().encode(FULL)),
    ]


def _comparison() -> None:
    plain = _recording()
    assert rewrite_errors(plain) == []
    theirs = requests(plain)
    assert [r.shape for r in theirs["query"]] == ["Prepare", "StatementId NFetch", "StatementId Close"]
    used: set[Allowance] = set()
    assert compare("jdbc", theirs, requests(_recording()), [], used) == []
    (problem,) = compare("jdbc", theirs, requests(_recording(user="other")), [], used)
    assert problem == "unexplained: login: LoginRequest user: they 'informix', we 'other'", problem
    (problem,) = compare("jdbc", theirs, requests(_recording(close=False)), [], used)
    assert "they send [StatementId Close], we []" in problem, problem
    other = requests(_recording(buffer=32768))
    assert len(compare("jdbc", theirs, other, [], used)) == 1
    explained = Allowance("jdbc", "query: NFetch buffer_size: *", "why not")
    assert compare("jdbc", theirs, theirs, [explained], used) == []
    assert not used
    assert compare("jdbc", theirs, other, [explained], used) == []
    assert used == {explained}


def selfcheck() -> None:
    """Raise AssertionError when a judge cannot be trusted."""
    _recorder()
    _comparison()


if __name__ == "__main__":
    selfcheck()
