"""A server process that answers with bytes prepared beforehand, so that clients are what is measured.

``python -m bench.canned ROWS`` prints its port. It knows three kinds of statements: ``select * from TABLE`` for
the tables of `streams`, ``insert into TABLE …`` and ``update TABLE …`` (rows are counted, not stored), and
``select c1 from one …``, which has one row.
"""

import bisect
import os
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

from informix_testserver.engine import DatabaseFlag
from informix_testserver.faults import Faults
from informix_testserver.login import read_request
from informix_testserver.profiles import profile_named
from informix_testserver.wire import EndOfStream, Wire
from informix_types import ColumnType, parse_type
from informix_wire import pdu
from informix_wire.caps import NARROW, Capabilities
from informix_wire.pdu.describe import DescribedColumn
from informix_wire.pdu.login import LoginReply, ProcessInfo, ServiceInfo

from .streams import TABLES, Stream, make_stream

SELECT, UPDATE, INSERT, OTHER = 2, 4, 6, 14
"""Statement types (sqli.md 6.4)."""
PROFILE = profile_named("12.10")
NOTHING = Stream("nothing", (parse_type("VARCHAR(128)"),), ("site",), 0, b"", [])
"""Answer to other queries, such as those for the database's locale."""


@dataclass
class Statement:
    """A prepared statement: its type, what DESCRIBE says, and the rows of a query."""

    kind: int
    types: tuple[ColumnType, ...] = ()
    stream: Stream | None = None
    next_row: int = 0


class Session:
    """One connection."""

    def __init__(self, sock: socket.socket, streams: dict[str, Stream]) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.wire = Wire(sock, 1, Faults(), threading.Event())
        self.streams = streams
        self.caps: Capabilities = NARROW
        self.statements: dict[int, Statement] = {}
        self.current = Statement(OTHER)
        self.out: list[bytes] = []
        self.changed = 0

    def send(self, *messages: pdu.Message) -> None:
        self.out += [message.encode(self.caps) for message in messages]

    def serve(self) -> None:
        self._log_in()
        try:
            while True:
                for message in self.wire.group(self.caps):
                    if isinstance(message, pdu.Exit):
                        self.send(message)
                        self.wire.write(b"".join(self.out))
                        return
                    if (handler := HANDLERS.get(type(message))) is not None:
                        handler(self, message)
                self._answer()
        except EndOfStream:
            pass

    def _answer(self) -> None:
        if self.changed:
            self.send(pdu.Done(0, self.changed), pdu.Cost())
            self.changed = 0
        self.send(pdu.Eot())
        self.wire.write(b"".join(self.out))
        self.out.clear()

    def _log_in(self) -> None:
        request = read_request(self.wire)
        reply = LoginReply(
            "informix",
            PROFILE.version,
            PROFILE.serial,
            (PROFILE.cap_1, 0, 0),
            text_form=request.text_form,
            process=ProcessInfo(os.getpid(), 0, "localhost", "/dev/null", "/"),
            service=ServiceInfo(1001, 1001, "/opt/informix/bin/oninit"),
            binding=bytes(4),
        )
        self.wire.write(reply.encode())

    def protocols(self, message: pdu.Protocols) -> None:
        answer = PROFILE.answer()
        self.send(pdu.Protocols(answer))
        self.caps = Capabilities.negotiate(message.mask, answer, encoding=self.caps.encoding)

    def open_database(self, _message: pdu.DbOpen) -> None:
        self.send(pdu.Done(int(DatabaseFlag.LOGGED | DatabaseFlag.ALWAYS)), pdu.Cost())

    def prepare(self, message: pdu.Prepare) -> None:
        words = message.sql.split()
        kind = {"select": SELECT, "insert": INSERT, "update": UPDATE}.get(words[0].lower(), OTHER)
        found = [self.streams[word] for word in words if word in self.streams]
        stream = found[0] if found else NOTHING if kind == SELECT else None
        self.current = Statement(kind, stream.types if stream is not None else (), stream)
        self.statements[len(self.statements) + 1] = self.current

    def describe(self, _message: pdu.NDescribe) -> None:
        columns, start = [], 0
        stream = self.current.stream
        for name, column in zip(stream.names if stream else (), self.current.types, strict=True):
            columns.append(DescribedColumn(name, column, start))
            start += column.width if column.width is not None else column.max_length + 1
        number = len(self.statements)
        self.send(pdu.Describe(self.current.kind, number, 1, start, tuple(columns)))

    def want_done(self, _message: pdu.WantDone) -> None:
        if self.current.kind == INSERT:
            self.send(pdu.InsertDone())
        self.send(pdu.Done(), pdu.Cost())

    def command(self, message: pdu.Command) -> None:
        self.prepare(message)  # type: ignore[arg-type]  # both carry the text
        self.changed = 0

    def select(self, message: pdu.StatementId) -> None:
        self.current = self.statements.get(message.id) or self.statements[max(self.statements)]

    def open(self, _message: pdu.Open) -> None:
        self.current.next_row = 0

    def fetch(self, message: pdu.NFetch) -> None:
        statement = self.current
        stream = statement.stream
        assert stream is not None
        first = statement.next_row
        start = stream.ends[first - 1] if first else 0
        last = bisect.bisect_right(stream.ends, start + message.buffer_size)
        if last > first:
            self.out.append(stream.data[start : stream.ends[last - 1]])
            statement.next_row = last
        self.send(pdu.Done(0, last), pdu.Cost())

    def execute(self, _message: pdu.Execute) -> None:
        # One DONE for each execution, also of those that share a group (sqli.md 5.6).
        changed = int(self.current.kind in (INSERT, UPDATE))
        self.send(pdu.Done(0, changed), pdu.Cost())

    def put(self, message: pdu.Put) -> None:
        self.changed += message.rows

    def transaction(self, _message: pdu.Message) -> None:
        self.send(pdu.XactStat(1, 1, 0))


HANDLERS: dict[type, Callable[..., None]] = {
    pdu.Protocols: Session.protocols,
    pdu.DbOpen: Session.open_database,
    pdu.Prepare: Session.prepare,
    pdu.Command: Session.command,
    pdu.NDescribe: Session.describe,
    pdu.WantDone: Session.want_done,
    pdu.StatementId: Session.select,
    pdu.Open: Session.open,
    pdu.NFetch: Session.fetch,
    pdu.Execute: Session.execute,
    pdu.Put: Session.put,
    pdu.Begin: Session.transaction,
    pdu.Commit: Session.transaction,
    pdu.Rollback: Session.transaction,
}
"""What is answered; every other message has an empty reply."""


def main() -> None:
    rows = int(sys.argv[1])
    streams = {name: make_stream(name, rows) for name in TABLES}
    one = make_stream("int5", 1)
    streams["one"] = Stream("one", one.types[:1], one.names[:1], 1, b"\0\x0e\0\0\0\0\0\x04\0\0\0\1", [12])
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=Session(sock, streams).serve, daemon=True).start()


if __name__ == "__main__":
    main()
