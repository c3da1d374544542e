"""`ReplayServer`: plays the server's side of a recorded exchange, byte for byte, against a real client.

For client tests: the steps are those of `sessions.json` in the protocol's vectors. What a client sends is not
compared here, since statement ids and cursor names differ; it is kept in `received` for the test to look at.
"""

import socket
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from informix_types.errors import FramingError
from informix_wire.caps import NARROW, Capabilities
from informix_wire.pdu import Message, Protocols

from .faults import Faults
from .login import read_request
from .wire import EndOfStream, Wire

__all__ = ["ReplayServer"]

LOGIN = "LOGIN_REQUEST"


class ReplayServer:
    """Serves one recorded connection; a context manager.

    Args:
        steps: dictionaries with ``dir`` (``c2s``, ``s2c``), ``hex`` and ``tags``; with ``conn``, only those of
            connection `connection`.
        caps: capabilities in force when the steps begin after the negotiation.
        connection: which ``conn`` of the steps to play.

    Attributes:
        host, port: where it listens.
        received: the messages of each request group, in order.
        logins: the login requests.
        error: what ended the replay early, if anything did.
    """

    def __init__(
        self, steps: Iterable[Mapping[str, Any]], *, caps: Capabilities = NARROW, connection: int = 1
    ) -> None:
        self._steps = [s for s in steps if s.get("conn", connection) == connection and s["dir"] in ("c2s", "s2c")]
        self._caps = caps
        self._offer = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listener.getsockname()[:2]
        self.received: list[list[Message]] = []
        self.logins: list[Any] = []
        self.error: Exception | None = None
        self._closing = threading.Event()
        self._wire: Wire | None = None
        self._thread = threading.Thread(target=self._serve, name=f"informix-replay:{self.port}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the replay."""
        self._closing.set()
        with suppress(OSError):  # nobody connected, or not listening any more
            self._listener.shutdown(socket.SHUT_RDWR)
        if self._wire is not None:
            self._wire.shutdown()
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError:
            return
        self._wire = wire = Wire(sock, 1, Faults(), self._closing)
        try:
            for step in self._steps:
                if step["dir"] == "s2c":
                    self._send(wire, bytes.fromhex(step["hex"]))
                elif "".join(step["tags"]) == LOGIN:
                    self.logins.append(read_request(wire))
                else:
                    self.received.append(self._group(wire))
        except (EndOfStream, FramingError) as exc:
            self.error = exc
        finally:
            wire.close()

    def _group(self, wire: Wire) -> list[Message]:
        group = wire.group(self._caps)
        for message in group:
            if isinstance(message, Protocols):
                self._offer = message.mask
        return group

    def _send(self, wire: Wire, data: bytes) -> None:
        """Send recorded bytes; an answer to PROTOCOLS decides the widths of what the client says next."""
        wire.write(data)
        if data[:2] == Protocols.TAG.to_bytes(2, "big"):
            answer, _ = Protocols.decode(data, 2, self._caps)
            self._caps = Capabilities.negotiate(self._offer, answer.mask, encoding=self._caps.encoding)
