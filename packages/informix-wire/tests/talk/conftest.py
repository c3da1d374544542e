"""A scripted peer: conversations are driven by bytes alone, no socket anywhere."""

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from informix_types import ColumnType
from informix_types.context import TypeContext
from informix_types.reference import batch_decoder
from informix_wire.caps import OFFER_JDBC, SERVER_ANSWER, Capabilities
from informix_wire.pdu.base import Message
from informix_wire.pdu.status import Eot
from informix_wire.rows import TUPLE_FRAME
from informix_wire.session import Database, Session, State
from informix_wire.talk.block import Decoder
from informix_wire.talk.core import NEED, Conversation

VECTORS = Path(__file__).parent.parent / "vectors"
CAPS = Capabilities.negotiate(OFFER_JDBC, SERVER_ANSWER)
CURSOR_NAME = re.compile(rb"_ifxc[0-9a-z]{13}")


class Starved(Exception):
    """The conversation waits for bytes that the script does not hold."""


def normalised(data: bytes) -> bytes:
    """Make the names that clients number themselves comparable."""
    return CURSOR_NAME.sub(b"_ifxc0000000000000", data)


class Peer:
    """Plays the server's part of a script of (request, reply) pairs.

    A reply becomes readable when its request was sent, byte for byte; None instead of a request takes whatever
    comes. `chunk` cuts what arrives into pieces of so many bytes.
    """

    def __init__(self, session: Session, script: Iterable[tuple[bytes | None, bytes]], chunk: int = 0) -> None:
        self.session = session
        self.script = list(script)
        self.chunk = chunk
        self.sent = b""
        self.unmatched = b""
        self.arriving = b""
        self.most_unread = 0

    def push(self, data: bytes) -> None:
        self.sent += data
        self.unmatched += data
        while self.script and self.unmatched:
            request, reply = self.script[0]
            if request is None:
                self.unmatched = b""
            else:
                assert len(request) <= len(self.unmatched) or normalised(request).startswith(
                    normalised(self.unmatched)
                ), f"sent {self.unmatched.hex()}, the script wants {request.hex()}"
                head = self.unmatched[: len(request)]
                if len(head) < len(request):
                    return
                assert normalised(head) == normalised(request), f"sent {head.hex()}, wanted {request.hex()}"
                self.unmatched = self.unmatched[len(request) :]
            self.arriving += reply
            del self.script[0]
        assert not self.unmatched, f"sent more than the script holds: {self.unmatched.hex()}"

    def step(self, conversation: Conversation[Any]) -> tuple[bool, Any]:
        """Step once: (ended, result)."""
        try:
            wanted = next(conversation)
        except StopIteration as end:
            return True, end.value
        if wanted is NEED:
            if not self.arriving:
                raise Starved
            size = self.chunk or len(self.arriving)
            self.session.inbox.feed(self.arriving[:size])
            self.arriving = self.arriving[size:]
        else:
            assert isinstance(wanted, bytes)
            self.push(wanted)
        return False, None

    def run(self, conversation: Conversation[Any]) -> Any:
        """Step to the end."""
        while True:
            ended, result = self.step(conversation)
            if ended:
                return result

    def idle(self) -> bool:
        """Everything was said and read: the inbox stands exactly behind the last reply."""
        return not self.script and not self.arriving and not self.unmatched and not len(self.session.inbox)


@pytest.fixture(scope="session")
def starved() -> type[Exception]:
    return Starved


@pytest.fixture
def make_peer() -> Callable[..., Peer]:
    return Peer


@pytest.fixture
def session() -> Session:
    """A session that has logged in, negotiated and opened a logged database."""
    return Session(caps=CAPS, state=State.READY, database=Database("testdb", 0x15), level=316)


@pytest.fixture(scope="session")
def group() -> Callable[..., bytes]:
    """Encode messages and the EOT behind them."""

    def encode(*messages: Message, caps: Capabilities = CAPS) -> bytes:
        return b"".join(message.encode(caps) for message in (*messages, Eot()))

    return encode


@pytest.fixture(scope="session")
def decoder_for() -> Callable[..., Decoder]:
    """The reference decoder for rows of these types."""

    def make(types: Iterable[ColumnType]) -> Decoder:
        return batch_decoder(tuple(types), TypeContext(), TUPLE_FRAME)

    return make


@pytest.fixture(scope="session")
def sessions() -> dict[str, list[dict[str, Any]]]:
    """Recorded sessions: id → steps."""
    data = json.loads((VECTORS / "sessions.json").read_text())
    return {vector["id"]: vector["steps"] for vector in data["vectors"]}


@pytest.fixture(scope="session")
def message_bytes() -> dict[str, bytes]:
    """Single messages and reply groups: id → bytes."""
    data = json.loads((VECTORS / "messages.json").read_text())
    return {vector["id"]: bytes.fromhex(vector["hex"]) for vector in data["vectors"]}


@pytest.fixture(scope="session")
def login_bytes() -> dict[str, bytes]:
    data = json.loads((VECTORS / "login.json").read_text())
    return {vector["id"]: bytes.fromhex(vector["hex"]) for vector in data["vectors"]}
