"""A model of the server against random programs: interleaved cursors, fetches ahead, frees, abandoned calls.

Whatever the order, every cursor delivers its rows once and in order, no insert is lost or doubled, and the session
believes the same as the server about statements, cursors and transaction.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from informix_types import ColumnType, TypeCode
from informix_types.params import Binding
from informix_wire.caps import NARROW, OFFER_JDBC, SERVER_ANSWER, Capabilities
from informix_wire.errors import ServerError
from informix_wire.pdu import read_client
from informix_wire.pdu.base import Message
from informix_wire.pdu.bind import Bind
from informix_wire.pdu.describe import Describe, DescribedColumn
from informix_wire.pdu.rows import NFetch, Tuple
from informix_wire.pdu.statement import Close, Execute, Open, Prepare, Release, StatementId
from informix_wire.pdu.status import Cost, Done, Eot, Err, XactStat
from informix_wire.pdu.transaction import Begin, Commit, Rollback
from informix_wire.session import Database, Prepared, Session, State
from informix_wire.talk import batch, fetch, interrupt, statement, transaction
from informix_wire.talk.core import NEED
from informix_wire.talk.exchange import send_frees

CAPS = Capabilities.negotiate(OFFER_JDBC, SERVER_ANSWER)
COLUMN = DescribedColumn("n", ColumnType(TypeCode.INTEGER, 4))
ROW_BYTES = 12
UNLUCKY = 13
"""Inserting this number is refused."""


@dataclass
class Server:
    """Statements "select A B" deliver the numbers A to B - 1; "insert" stores its parameter."""

    caps: Capabilities
    statements: dict[int, str] = field(default_factory=dict)
    cursors: dict[int, list[int]] = field(default_factory=dict)
    stored: list[int] = field(default_factory=list)
    in_transaction: bool = False
    received: bytes = b""

    def answer(self, data: bytes) -> bytes:
        """Answer every complete group."""
        self.received += data
        out: list[Message] = []
        group: list[Message] = []
        offset = 0
        while offset < len(self.received):
            message, offset = read_client(self.received, offset, self.caps)
            if isinstance(message, Eot):
                out += [*self.group(group), Eot()]
                group = []
            else:
                group.append(message)
        self.received = b""
        assert not group
        return b"".join(message.encode(self.caps) for message in out)

    def group(self, messages: list[Message]) -> list[Message]:
        """Answer one group; an error skips the rest of it (sqli.md 5.6)."""
        out: list[Message] = []
        current, bound = -1, 0
        for message in messages:
            if isinstance(message, StatementId):
                current = message.id
            elif isinstance(message, Bind):
                bound = int.from_bytes(message.blocks[-4:], "big")
            else:
                answer = self.act(message, current, bound)
                out += answer
                if answer and isinstance(answer[-1], Err):
                    break
        return out

    def act(self, message: Message, current: int, bound: int) -> list[Message]:
        if isinstance(message, Prepare):
            number = min(set(range(len(self.statements) + 1)) - set(self.statements))
            self.statements[number] = message.sql
            kind = 2 if message.sql.startswith("select") else 6
            return [Describe(kind, number, 1, 4, (COLUMN,)), Done(), Cost()]
        if isinstance(message, Begin | Commit | Rollback):
            if isinstance(message, Begin) is self.in_transaction:
                return [Err(-535 if self.in_transaction else -255)]
            self.in_transaction = not self.in_transaction
            return [XactStat()]
        if isinstance(message, Close):
            return [] if self.cursors.pop(current, None) is not None else [Err(-267)]
        if isinstance(message, Release):
            self.cursors.pop(current, None)
            return [] if self.statements.pop(current, None) else [Err(-404)]
        if isinstance(message, Open):
            assert current not in self.cursors, "opened twice"
            first, last = map(int, self.statements[current].split()[1:])
            self.cursors[current] = list(range(first, last))
        elif isinstance(message, NFetch):
            if current not in self.cursors:
                return [Err(-267)]
            count = max(1, message.buffer_size // ROW_BYTES)
            rows, self.cursors[current] = self.cursors[current][:count], self.cursors[current][count:]
            # a full buffer may end without DONE (sqli.md 5.2)
            return [Tuple(0, n.to_bytes(4, "big")) for n in rows] + (
                [] if len(rows) == count else [Done(), Cost()]
            )
        elif isinstance(message, Execute):
            if bound == UNLUCKY:
                return [Err(-268, -100)]
            self.stored.append(bound)
            return [Done(rows=1), Cost()]
        return []


@dataclass
class Cursor:
    """What a cursor's user expects."""

    prepared: Prepared
    wanted: list[int]
    ahead: bool
    got: list[int] = field(default_factory=list)
    ended: bool = False


def binding(number: int) -> Binding:
    return Binding(1, bytes.fromhex("0002 0000 0a00") + number.to_bytes(4, "big"), ())


class Program:
    """Runs random operations."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], decoder: Any) -> None:
        self.draw = draw
        self.decoder = decoder
        caps = draw(st.sampled_from([CAPS, CAPS, NARROW]))
        self.session = Session(caps=caps, state=State.READY, database=Database("t", 0x15), level=316)
        self.server = Server(caps)
        self.cursors: list[Cursor] = []
        self.arriving = b""

    def run(self, conversation: Any) -> tuple[bool, Any]:
        """Run to the end, or abandon it at some wait and drain: (ended, result)."""
        patience = self.draw(st.none() | st.integers(0, 3))
        chunk = self.draw(st.sampled_from([7, 12, 64, 10000]))
        try:
            while True:
                step = next(conversation)
                if step is not NEED:
                    self.arriving += self.server.answer(step)
                elif patience == 0:
                    conversation.close()
                    assert self.session.state is State.BROKEN
                    self.drain()
                    return False, None
                else:
                    patience = None if patience is None else patience - 1
                    self.feed(chunk)
        except StopIteration as end:
            return True, end.value

    def feed(self, chunk: int) -> None:
        assert self.arriving, "waits for what nobody sends"
        self.session.inbox.feed(self.arriving[:chunk])
        self.arriving = self.arriving[chunk:]

    def drain(self) -> None:
        conversation = interrupt.drain(self.session)
        try:
            while True:
                assert next(conversation) is NEED
                self.feed(9)
        except StopIteration:
            assert self.session.state is State.READY

    # -- operations --

    def open(self) -> None:
        first, count = self.draw(st.integers(1, 1000)), self.draw(st.integers(0, 9))
        ended, prepared = self.run(statement.prepare(self.session, f"select {first} {first + count}", 0))
        if not ended:
            return
        cursor = Cursor(prepared, list(range(first, first + count)), self.draw(st.booleans()))
        self.cursors.append(cursor)
        forms = self.draw(st.sampled_from([None, (COLUMN.type,)]))
        self.take(
            cursor,
            fetch.open_cursor(
                self.session, prepared, None, None, fetch_buffer=self.budget(), decoder=self.decoder,
                ret_types=forms, ahead=cursor.ahead,
            ),
        )  # fmt: skip

    def budget(self) -> int:
        return ROW_BYTES * self.draw(st.integers(1, 4))

    def take(self, cursor: Cursor, conversation: Any) -> None:
        ended, block = self.run(conversation)
        if ended:
            cursor.got += [n for (n,) in block.rows]
            cursor.ended = block.exhausted

    def fetch(self) -> None:
        if self.cursors:
            cursor = self.draw(st.sampled_from(self.cursors))
            if not cursor.ended:
                ahead = cursor.ahead
                self.take(
                    cursor, fetch.fetch(self.session, cursor.prepared, self.budget(), self.decoder, ahead=ahead)
                )

    def drop(self) -> None:
        """End a cursor in one of the ways in which cursors end."""
        if not self.cursors:
            return
        cursor = self.cursors.pop(self.draw(st.integers(0, len(self.cursors) - 1)))
        how = self.draw(st.sampled_from(["close", "release", "queue", "queue close"]))
        state = self.session.statement(cursor.prepared)
        if how == "close":
            self.run(fetch.close_cursor(self.session, cursor.prepared))
            self.session.queue_release(cursor.prepared)
        elif how == "release":
            self.run(statement.release(self.session, cursor.prepared))
        else:
            if how == "queue close" and state.cursor is not None:
                self.session.queue_close(cursor.prepared, state.cursor)
            self.session.queue_release(cursor.prepared)

    def free(self) -> None:
        self.run(send_frees(self.session))

    def insert(self) -> None:
        numbers = self.draw(st.lists(st.integers(10, 16), max_size=6))
        ended, prepared = self.run(statement.prepare(self.session, "insert", 1))
        if not ended:
            return
        go_on = self.draw(st.booleans())
        before = len(self.server.stored)
        many = batch.execute_many(
            self.session,
            prepared,
            map(binding, numbers),
            go_on=go_on,
            group_bytes=self.draw(st.sampled_from([20, 60])),
        )
        ended, result = self.run(many)
        if ended:
            told = [n for n, count in zip(numbers, result.counts, strict=False) if count == 1]
            assert told == self.server.stored[before:]
            refused = [numbers[e.index] for e in result.errors]
            assert set(refused) <= {UNLUCKY}
            if go_on:
                assert told == [n for n in numbers if n != UNLUCKY]
            elif UNLUCKY in numbers:
                assert told == numbers[: numbers.index(UNLUCKY)]
                assert [e.index for e in result.errors] == [numbers.index(UNLUCKY)]
        self.session.queue_release(prepared)

    def transact(self) -> None:
        act = self.draw(st.sampled_from([transaction.begin, transaction.commit, transaction.rollback]))
        allowed = (act is transaction.begin) is not self.session.in_transaction
        if allowed:
            self.run(act(self.session))
            return
        with contextlib.suppress(ServerError):
            ended, _ = self.run(act(self.session))
            assert not ended, "the server refuses this"

    def check(self) -> None:
        session, server = self.session, self.server
        assert session.state is State.READY
        assert session.in_transaction is server.in_transaction
        for cursor in self.cursors:
            assert cursor.got == cursor.wanted[: len(cursor.got)]
            assert not cursor.ended or cursor.got == cursor.wanted
            assert session.is_live(cursor.prepared)
        assert set(session.statements) <= set(server.statements)

    def finish(self) -> None:
        """Read every cursor to its end, release everything: nothing may be left at the server."""
        for cursor in self.cursors:
            while not cursor.ended:
                self.take(cursor, fetch.fetch(self.session, cursor.prepared, 4096, self.decoder))
            assert cursor.got == cursor.wanted
            self.session.queue_release(cursor.prepared)
        while self.session.pending_frees or self.session.expected:
            try:
                self.run(transaction.begin(self.session))
            except ServerError:
                self.run(transaction.rollback(self.session))
        assert not self.server.statements
        assert not self.server.cursors
        assert not self.session.statements
        assert not self.arriving
        assert not len(self.session.inbox)


OPERATIONS = [
    Program.open, Program.open, Program.fetch, Program.fetch, Program.fetch,
    Program.drop, Program.free, Program.insert, Program.transact,
]  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate, Phase.shrink])
@given(data=st.data())
def test_random_programs(data: st.DataObject, decoder_for: Any) -> None:
    program = Program(data.draw, decoder_for([COLUMN.type]))
    for operation in data.draw(st.lists(st.sampled_from(OPERATIONS), min_size=1, max_size=15)):
        operation(program)
        program.check()
    program.finish()
