"""One connection's socket on the server's side: bytes in until a message is whole, reply groups out, urgent data.

`session.py` reads messages and sends groups through it; `faults.py` stands between a group and the socket.
"""

import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from informix_wire.caps import Capabilities
from informix_wire.pdu import Message

from .faults import Faults
from .grouping import GroupReader
from .watching import HAS_POLL

try:
    from fcntl import ioctl
except ImportError:  # Windows
    ioctl = None  # type: ignore[assignment] # tested where it is used

__all__ = ["EndOfStream", "Wire"]

_CHUNK = 1 << 16
_LARGEST_CHUNK = 1 << 20
_GATHERED = 1 << 14
"""Bytes of replies that go out even while requests wait to be served."""
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on with zero seconds: close sends RST."""
INSIST_AFTER = 0.02
"""Seconds after which a request that still runs is interrupted again."""
_AT_MARK = 0x40047307 if sys.platform == "darwin" else 0x8905
"""SIOCATMARK: does the stream stand at the urgent mark?"""
_DONTWAIT = getattr(socket, "MSG_DONTWAIT", 0)
"""0 on Windows."""
_TICK = 0.02
"""Seconds between looks at the peer while a fault holds a reply back."""


class EndOfStream(ConnectionError):
    """The peer closed the connection, or a fault or the server did."""


class Wire:
    """The byte stream of one connection.

    Args:
        sock: the connected socket; an `ssl.SSLSocket` may still have its handshake before it.
        number: ordinal of the connection on its server, from 1.
        faults: the server's faults.
        closing: set when the server closes.

    Attributes:
        encrypted: `sock` is an `ssl.SSLSocket` (told by the class, so that `ssl` is imported for TLS only).
    """

    def __init__(self, sock: socket.socket, number: int, faults: Faults, closing: threading.Event) -> None:
        self.sock = sock
        self.encrypted = type(sock) is not socket.socket
        self.number = number
        self.data = b""
        self.pos = 0
        self._groups = GroupReader()
        self._unsent = bytearray()
        """Replies that were gathered."""
        self._faults = faults
        self._closing = closing
        self._lock = threading.Lock()
        self._end = socket.SHUT_RDWR
        self._busy = False
        self._served = self._seen = 0
        """How often all requests that had come were done, and how often the watching thread knows of."""
        self.urgent = False
        """Urgent data has hit the request at hand (read without the lock)."""
        self._left = False
        """The client went away while a request ran, or the server closes."""
        self._timers: list[threading.Timer] = []
        """They interrupt the running request again."""
        self._on_urgent: Callable[[], None] | None = None

    # --- in -----------------------------------------------------------------------------------------------

    def receive(self, size: int = _CHUNK) -> None:
        """Wait for more bytes and append them to the unread ones. Raises EndOfStream at the end."""
        if self._unsent:
            self.flush()
        try:
            if self.encrypted:
                chunk = self._receive_tls(size)
            else:
                self.sock.recv(1, socket.MSG_PEEK)  # wait without consuming, and without the lock
                if self._busy:
                    self._look_for_urgent()
                with self._lock:
                    chunk = self.sock.recv(size)
                    self._busy = True
        except (OSError, ValueError) as exc:  # closed by the server, its SSL object gone
            raise EndOfStream(str(exc)) from None
        if not chunk:
            raise EndOfStream("the client closed the connection")
        self.data = self.data[self.pos :] + chunk
        self.pos = 0

    def _receive_tls(self, size: int) -> bytes:
        """Receive without the lock: a record that is not complete would hold it for long."""
        chunk = self.sock.recv(size)
        with self._lock:
            self._busy = True
        return chunk

    def need(self, count: int) -> bytes:
        """Return the next `count` bytes, waiting for them, without consuming them."""
        while len(self.data) - self.pos < count:
            self.receive()
        return self.data[self.pos : self.pos + count]

    def take(self, count: int) -> bytes:
        """Consume the next `count` bytes, waiting for them."""
        raw = self.need(count)
        self.pos += count
        return raw

    def group(self, caps: Capabilities) -> list[Message]:
        """Consume the next group without its EOT, waiting for the rest of it; EXIT ends one by itself (sqli.md 1).

        Raises:
            EndOfStream: the stream ends.
            ProtocolError, FramingError: no message can look like this.
        """
        group: list[Message] = []
        size = _CHUNK
        if self.pos == len(self.data):
            self.receive()
        while True:
            pos, complete = self._groups.read(self.data, self.pos, caps, group)
            if complete:
                self.pos = pos
                return group
            if pos > self.pos:
                self.pos, size = pos, _CHUNK
            self.receive(size)
            size = min(size * 2, _LARGEST_CHUNK)  # a long message is parsed anew for each piece

    # --- out ----------------------------------------------------------------------------------------------

    def send(self, messages: Sequence[bytes]) -> None:
        """Send a reply group, or a group of the server's own, at once. Raises EndOfStream."""
        self.flush()
        if self._faults.active:
            self._faults.deliver(self, messages)
        else:
            self.write(b"".join(messages))

    def reply(self, messages: Sequence[bytes], *, cancelled: bool = False) -> None:
        """Finish the request at hand and send its reply group, which may wait for others. Raises EndOfStream.

        While more of what the client has sent is there to be served, replies are gathered: they go out together,
        at the latest before the wire waits for the client.
        """
        more = self.finish(cancelled=cancelled)
        if self._faults.active:
            self.send(messages)
            return
        unsent = self._unsent
        unsent += b"".join(messages)
        if not more or len(unsent) > _GATHERED:
            self.flush()

    def flush(self) -> None:
        """Send the replies that were gathered. Raises EndOfStream."""
        if self._unsent:
            data, self._unsent = self._unsent, bytearray()
            self.write(data)

    def write(self, data: bytes | bytearray) -> None:
        """Send bytes as they are. Raises EndOfStream."""
        try:
            self.sock.sendall(data)
        except (OSError, ValueError) as exc:
            raise EndOfStream(str(exc)) from None

    def abort(self, *, reset: bool) -> None:
        """Close the connection as a fault: with a TCP reset if asked. Always raises EndOfStream."""
        if reset:
            self.reset_at_close()
            self.sock.close()
        else:
            self.shutdown()
        raise EndOfStream("closed by a fault")

    def pause(self, seconds: float | None, until: Callable[[], bool]) -> None:
        """Wait for seconds (None = for ever) or until the condition holds.

        Raises:
            EndOfStream: the peer leaves or the server closes meanwhile.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        while not until():
            left = _TICK if deadline is None else min(_TICK, deadline - time.monotonic())
            if left <= 0:
                return
            if self._closing.wait(left) or self.peer_left():
                raise EndOfStream("nobody waits for the reply")

    def peer_left(self) -> bool:
        """Tell whether the peer has closed its side and nothing of it is left to read."""
        try:
            return self._peek() == b""
        except (OSError, ValueError):
            return True

    def reset_at_close(self) -> None:
        """Let the connection end with a TCP reset."""
        self._end = socket.SHUT_RD  # the other direction would say FIN first
        with suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def shutdown(self) -> None:
        """End the connection; a thread that waits in `receive` comes back. May be called from any thread."""
        with suppress(OSError):
            socket.socket.shutdown(self.sock, self._end)

    def close(self) -> None:
        """Free the socket; nothing runs any more."""
        self.shutdown()
        self.sock.close()
        with self._lock:
            self._busy = False
            timers = self._timers
        for timer in timers:
            timer.cancel()
            timer.join()

    # --- urgent data (sqli.md 5.17) ---------------------------------------------------------------------------

    def on_urgent(self, interrupt: Callable[[], None]) -> None:
        """Say what to call, in another thread, when urgent data meets a running request."""
        self._on_urgent = interrupt

    def urgent_arrived(self) -> None:
        """Read the urgent byte and act on it: called by the server's watching thread.

        A request that runs is interrupted. One that is still to be read will fail (`take_urgent`). An idle session
        ignores it.
        """
        with self._lock:
            try:
                socket.socket.recv(self.sock, 1, socket.MSG_OOB)
            except OSError:  # who reads what was sent after it makes it disappear
                return
            if not self._busy and not self._unread():
                return
            self.urgent = True
        self._insist()

    def _look_for_urgent(self) -> None:
        """Act on urgent data that stand in the middle of a request, before reading on makes them disappear."""
        if HAS_POLL:
            poller = select.poll()
            poller.register(self.sock, select.POLLPRI)
            if any(mask & select.POLLPRI for _, mask in poller.poll(0)):
                self.urgent_arrived()

    def worked(self) -> bool:
        """Tell whether a request runs, or has been done since the last call; asked by the watching thread."""
        known, self._seen = self._seen, self._served
        return self._busy or known != self._seen

    def _insist(self) -> None:
        """Interrupt the running request, again and again until it is done.

        One call may find the engine between two steps, with nothing to interrupt yet.
        """
        with self._lock:  # the request cannot end, and the next one begin, before it has been interrupted
            if self._on_urgent is None or not (self._busy and (self.urgent or self._left)):
                return
            self._on_urgent()
            again = threading.Timer(INSIST_AFTER, self._insist)
            again.name = f"informix-testserver:interrupt-{self.number}"
            again.daemon = True
            self._timers = [*filter(threading.Thread.is_alive, self._timers), again]
            again.start()

    def interrupt(self) -> None:
        """Abort the request that runs, if one does: the client or the server goes away."""
        self._left = True
        self._insist()

    def begin(self) -> None:
        """Say that requests are due: the first may have been received together with the login."""
        with self._lock:
            self._busy = self.pos < len(self.data)

    def finish(self, *, cancelled: bool = False) -> bool:
        """Say that the request at hand is done, or was cancelled; return whether the next one is there.

        Urgent data that came too late for it means the next one, if that was received together with it: the client
        waits for both. Else it is forgotten.
        """
        more = self.pos < len(self.data)
        if cancelled or not more:  # else it stays busy, and urgent data that has come means what is there
            self._served += 1
            with self._lock:
                self._busy = more
                self.urgent = False
        return more

    def take_urgent(self) -> bool:
        """Tell once whether urgent data hit the request at hand."""
        if not self.urgent:
            return False
        self.urgent = False
        return True

    def _unread(self) -> bool:
        """Tell whether bytes from before the urgent mark wait to be read: part of the request that is meant."""
        if self.pos < len(self.data):
            return True
        try:
            if ioctl is not None and struct.unpack("i", ioctl(self.sock, _AT_MARK, bytes(4)))[0]:
                return False  # whatever is there was sent after the urgent byte
            return bool(self._peek())
        except OSError:
            return False

    def _peek(self) -> bytes | None:
        """Return the next byte without consuming it; empty at the end of the stream, None if there is none."""
        if not _DONTWAIT and not select.select([self.sock], (), (), 0)[0]:
            return None
        try:
            return socket.socket.recv(self.sock, 1, socket.MSG_PEEK | _DONTWAIT)
        except BlockingIOError:
            return None
