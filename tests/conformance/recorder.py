"""A recording TCP proxy: what each client sends, byte for byte, filed under the operation that it announces.

The client opens a second connection (the marks port) and announces each operation by one line; the proxy answers
`ok` when everything sent before the mark has been filed. Urgent data (sqli.md 5.17) is passed on as urgent data.
"""

import contextlib
import select
import socket
import threading
from dataclasses import dataclass, field

__all__ = ["Chunk", "Recorder"]

_POLL_MS = 200
"""How often the loop looks whether it shall end, in milliseconds."""
_RECEIVE = 65536


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that one connection carried in one direction during one operation.

    Attributes:
        operation: the mark in force.
        connection: number of the client's connection, counted from 1.
        direction: `c2s`, `s2c` or `c2s-oob` (urgent data).
        data: the bytes.
    """

    operation: str
    connection: int
    direction: str
    data: bytes


@dataclass(eq=False)
class _End:
    """One end of a proxied connection: bytes to be written to it, and its other end."""

    sock: socket.socket
    connection: int
    client: bool
    pending: bytearray = field(default_factory=bytearray)
    other: "_End | None" = None
    finished: bool = False


class Recorder:
    """Listens on `port` for clients of one upstream server and on `marks_port` for operation names."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self.chunks: list[Chunk] = []
        self._upstream = upstream
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._marks = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.marks_port: int = self._marks.getsockname()[1]
        self._operation = "start"
        self._connections = 0
        self._ends: dict[int, _End] = {}
        self._controls: dict[int, tuple[socket.socket, bytearray]] = {}
        self._poll = select.poll()
        self._poll.register(self._listener, select.POLLIN)
        self._poll.register(self._marks, select.POLLIN)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def __enter__(self) -> "Recorder":
        """Start the loop in a thread of its own."""
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        """End the loop and close every socket."""
        self._stop.set()
        self._thread.join(5)
        for end in self._ends.values():
            end.sock.close()
        for sock, _ in self._controls.values():
            sock.close()
        self._listener.close()
        self._marks.close()

    # ---- the loop: data before marks, so that a mark never overtakes bytes sent before it ----

    def _run(self) -> None:
        while not self._stop.is_set():
            marks = self._turn(_POLL_MS)
            if marks:
                while self._turn(0, only_data=True):
                    pass
                for fileno in marks:
                    self._read_marks(fileno)

    def _turn(self, wait_ms: int, *, only_data: bool = False) -> list[int]:
        """Handle what is ready on data sockets; return the control sockets that are readable.

        With `only_data`: return the data sockets that had input, so that the caller can go on until there is none.
        """
        marks, data = [], []
        for fileno, events in self._poll.poll(wait_ms):
            if fileno == self._listener.fileno():
                self._accept()
                data.append(fileno)
            elif fileno == self._marks.fileno():
                sock, _ = self._marks.accept()
                self._controls[sock.fileno()] = (sock, bytearray())
                self._poll.register(sock, select.POLLIN)
            elif fileno in self._controls:
                marks.append(fileno)
            elif fileno in self._ends and self._serve(self._ends[fileno], events):
                data.append(fileno)
        return data if only_data else marks

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        self._connections += 1
        try:
            server = socket.create_connection(self._upstream, timeout=5)
        except OSError:
            client.close()
            return
        ends = _End(client, self._connections, client=True), _End(server, self._connections, client=False)
        ends[0].other, ends[1].other = ends[1], ends[0]
        for end in ends:
            end.sock.setblocking(False)
            end.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._ends[end.sock.fileno()] = end
            self._poll.register(end.sock, select.POLLIN | select.POLLPRI)

    def _serve(self, end: _End, events: int) -> bool:
        """Move bytes; return whether this end had input."""
        busy = False
        if events & select.POLLPRI and end.other:
            with contextlib.suppress(OSError):
                urgent = end.sock.recv(1, socket.MSG_OOB)
                self._file(end, "-oob", urgent)
                end.other.sock.send(urgent, socket.MSG_OOB)
                busy = True
        if events & select.POLLOUT:
            self._flush(end)
        if events & (select.POLLIN | select.POLLHUP | select.POLLERR) and not end.finished:
            try:
                data = end.sock.recv(_RECEIVE)
            except BlockingIOError:
                return busy
            except OSError:
                data = b""
            busy = True
            if data:
                self._file(end, "", data)
                if end.other:
                    end.other.pending += data
                    self._flush(end.other)
            else:
                self._finish(end)
        return busy

    def _flush(self, end: _End) -> None:
        """Write what is pending; ask to be told when more fits."""
        try:
            while end.pending:
                sent = end.sock.send(end.pending)
                del end.pending[:sent]
        except BlockingIOError:
            self._poll.modify(end.sock, select.POLLIN | select.POLLPRI | select.POLLOUT)
            return
        except OSError:
            end.pending.clear()
        interest = 0 if end.finished else select.POLLIN | select.POLLPRI
        self._poll.modify(end.sock, interest)
        if end.other and end.other.finished:
            with contextlib.suppress(OSError):
                end.sock.shutdown(socket.SHUT_WR)

    def _finish(self, end: _End) -> None:
        """`end` sends no more: pass that on, close both when both are done."""
        end.finished = True
        self._poll.modify(end.sock, 0)
        other = end.other
        if other is None:
            return
        if other.finished:
            for each in (end, other):
                self._poll.unregister(each.sock)
                del self._ends[each.sock.fileno()]
                each.sock.close()
        else:
            self._flush(other)

    def _file(self, end: _End, suffix: str, data: bytes) -> None:
        direction = ("c2s" if end.client else "s2c") + suffix
        last = self.chunks[-1] if self.chunks else None
        if last and (last.operation, last.connection, last.direction) == (
            self._operation,
            end.connection,
            direction,
        ):
            self.chunks[-1] = Chunk(self._operation, end.connection, direction, last.data + data)
        else:
            self.chunks.append(Chunk(self._operation, end.connection, direction, data))

    def _read_marks(self, fileno: int) -> None:
        sock, line = self._controls[fileno]
        data = sock.recv(_RECEIVE)
        if not data:
            self._poll.unregister(sock)
            del self._controls[fileno]
            sock.close()
            return
        line += data
        while b"\n" in line:
            name, _, rest = bytes(line).partition(b"\n")
            line[:] = rest
            self._operation = name.decode("ascii")
            sock.sendall(b"ok\n")
