"""Every conversation × what can go wrong at every point of its replies: the right exception and state."""

from collections.abc import Callable
from typing import Any

import pytest
from informix_types import ColumnType, TypeCode
from informix_types.params import Binding
from informix_wire.caps import OFFER_JDBC, SERVER_ANSWER, Capabilities
from informix_wire.errors import ProtocolError, ServerError
from informix_wire.pdu import read_server
from informix_wire.pdu.blob import BlobChunk
from informix_wire.pdu.describe import Describe, DescribedColumn, InputDescribe, InputParameter
from informix_wire.pdu.fastpath import RoutineHandle, RoutineReply
from informix_wire.pdu.lob import FileOp, LoDataReply
from informix_wire.pdu.rows import ScrollKind, Tuple, TupleId
from informix_wire.pdu.setup import DatabaseList, Version
from informix_wire.pdu.status import Cost, Done, Eot, Err, InsertDone, XactStat
from informix_wire.pdu.xa import XaReply, Xid
from informix_wire.session import Database, Prepared, Session, State
from informix_wire.talk import (
    batch,
    fetch,
    insert_cursor,
    interrupt,
    large_object,
    routine,
    setup,
    statement,
    transaction,
    xa,
)

CAPS = Capabilities.negotiate(OFFER_JDBC, SERVER_ANSWER)
INT = ColumnType(TypeCode.INTEGER, 4)
COLUMN = DescribedColumn("id", INT)
ONE = Binding(1, bytes.fromhex("0002 0000 0a00 00000001"), ())
XID = Xid(1, b"g", b"b")
ROW = Tuple(0, b"\0\0\0\1")


def reply(*messages: Any) -> bytes:
    return b"".join(message.encode(CAPS) for message in (*messages, Eot()))


def prepared(session: Session, kind: int = 6) -> Prepared:
    found = Prepared(kind, 2, (COLUMN,), returns_rows=kind == 2)
    session.adopt(found)
    session.statement(found).cursor = None
    return found


def opened(session: Session) -> Prepared:
    found = prepared(session, 2)
    session.statement(found).cursor = "c"
    return found


FETCHED = reply(ROW, Tuple(3, b"\0\0\0\2"), Done(), Cost())
# Name → (conversation, what the server answers to each send).
CASES: dict[str, tuple[Callable[[Session, Any], Any], list[bytes]]] = {
    "open_database": (lambda s, d: setup.open_database(s, "x"), [reply(Done(warn=0x15), Cost())]),
    "list_databases": (lambda s, d: setup.list_databases(s), [reply(DatabaseList(("a", "bc")))]),
    "server_version": (lambda s, d: setup.server_version(s), [reply(Version("odd"))]),
    "environment": (lambda s, d: setup.send_environment(s, []), [reply()]),
    "begin": (lambda s, d: transaction.begin(s), [reply(XactStat(1, 1, 0))]),
    "commit": (lambda s, d: transaction.commit(s), [reply(XactStat(2, 0, 1))]),
    "rollback": (lambda s, d: transaction.rollback(s), [reply(XactStat(3, 0, 1))]),
    "savepoint": (lambda s, d: transaction.set_savepoint(s, "x"), [reply()]),
    "prepare": (
        lambda s, d: statement.prepare(s, "x", 0),
        [reply(Describe(6, 0, 1, 4, (COLUMN,)), InsertDone(), Done(), Cost())],
    ),
    "describe_input": (
        lambda s, d: statement.describe_input(s, prepared(s)),
        [reply(InputDescribe((InputParameter(INT),)))],
    ),
    "execute": (
        lambda s, d: statement.execute(s, prepared(s), ONE),
        [reply(InsertDone(1, 2), Done(rows=1), Cost())],
    ),
    "command": (lambda s, d: statement.command(s, "x"), [reply(Describe(4, 0), Done(rows=1), Cost())]),
    "execute_many": (
        lambda s, d: batch.execute_many(s, prepared(s), [ONE, ONE]),
        [reply(Done(rows=1), Cost(), Done(rows=1), Cost())],
    ),
    "insert_rows": (
        lambda s, d: insert_cursor.insert_rows(s, prepared(s), [INT], [b"\0\0\0\1"]),
        [reply(Done(rows=1), Cost()), reply()],
    ),
    "open_fixed": (
        lambda s, d: fetch.open_cursor(s, prepared(s, 2), None, None, fetch_buffer=4096, decoder=d),
        [FETCHED],
    ),
    "open_variable": (
        lambda s, d: fetch.open_cursor(
            s, prepared(s, 2), None, ONE, fetch_buffer=4096, decoder=d, ret_types=(INT,)
        ),
        [reply() + FETCHED],
    ),
    "fetch": (lambda s, d: fetch.fetch(s, opened(s), 4096, d), [FETCHED]),
    "scroll_fetch": (
        lambda s, d: fetch.scroll_fetch(s, opened(s), ScrollKind.LAST, 0, fetch_buffer=4096, decoder=d),
        [reply(ROW, TupleId(1))],
    ),
    "close": (lambda s, d: fetch.close_cursor(s, opened(s)), [reply()]),
    "release": (lambda s, d: statement.release(s, opened(s)), [reply() + reply()]),
    "fetch_blob": (
        lambda s, d: large_object.fetch_blob(s, opened(s), bytes(56)),
        [reply(BlobChunk(b"abc"), BlobChunk(b""))],
    ),
    "lo_read": (lambda s, d: large_object.lo_read(s, 0, 10), [reply(LoDataReply(0, 3, b"abc"))]),
    "lo_write": (lambda s, d: large_object.lo_write(s, 0, b"abc"), [reply(LoDataReply(2, 3))]),
    "get_routine": (lambda s, d: routine.get_routine(s, "function f()"), [reply(RoutineHandle("db", 100))]),
    "call_routine": (
        lambda s, d: routine.call_routine(s, RoutineHandle("db", 1), ONE),
        [reply(RoutineReply(1, ONE.blocks), Done(), Cost())],
    ),
    "xa_open": (lambda s, d: xa.xa_open(s, "db"), [reply(XaReply(0))]),
    "xa_start": (lambda s, d: xa.xa_start(s, XID), [reply(XaReply(0))]),
    "xa_recover": (lambda s, d: xa.xa_recover(s), [reply(XaReply(1, (XID,)))]),
}
IDS = list(CASES)
REPORTS_ERRORS = {"execute_many", "insert_rows"}
"""These return the server's errors in their result."""
SETUP = {"open_database", "list_databases", "server_version", "environment"}
"""These share one table of legal messages."""
FOREIGN = [b"\x7f\x7f", Version("x").encode(CAPS), XaReply(0).encode(CAPS), b"\0\x10\0\0"]


def messages_of(data: bytes) -> list[tuple[int, int]]:
    """Return (start, start of the next group) of every message."""
    starts: list[int] = []
    ends: list[int] = []
    start = 0
    while start < len(data):
        message, end = read_server(data, start, CAPS)
        starts.append(start)
        if isinstance(message, Eot):
            ends += [end] * (len(starts) - len(ends))
        start = end
    return list(zip(starts, ends, strict=True))


def cuts(replies: list[bytes]) -> list[tuple[list[bytes], bytes]]:
    """Return every way to cut the replies: (what arrives after each send, what is missing of the last)."""
    found: list[tuple[list[bytes], bytes]] = []
    for index, data in enumerate(replies):
        found += [([*replies[:index], data[:length]], data[length:]) for length in range(len(data))]
    return found


def script(replies: list[bytes]) -> list[tuple[None, bytes]]:
    return [(None, data) for data in replies]


@pytest.fixture
def decoder(decoder_for: Any) -> Any:
    return decoder_for([INT])


def fresh() -> Session:
    return Session(caps=CAPS, state=State.READY, database=Database("testdb", 0x15), level=316)


@pytest.mark.parametrize("name", IDS)
def test_bytewise_is_the_same_as_whole(name: str, make_peer: Any, decoder: Any) -> None:
    start, replies = CASES[name]
    results = []
    for chunk in (0, 1, 3):
        session = fresh()
        peer = make_peer(session, script(replies), chunk)
        results.append(repr(peer.run(start(session, decoder))))
        assert peer.idle()
        assert session.state is State.READY
        assert not session.expected
    assert len({text.partition(" at 0x")[0] for text in results}) == 1


@pytest.mark.parametrize("name", IDS)
def test_cut_anywhere_and_closed(name: str, make_peer: Any, decoder: Any, starved: Any) -> None:
    """The server dies: the shell closes the conversation. Nothing is returned, the session is broken."""
    start, replies = CASES[name]
    for arrived, _ in cuts(replies):
        session = fresh()
        conversation = start(session, decoder)
        with pytest.raises(starved):
            make_peer(session, script(arrived)).run(conversation)
        conversation.close()
        assert session.state is State.BROKEN


@pytest.mark.parametrize("name", IDS)
def test_cut_anywhere_closed_and_drained(name: str, make_peer: Any, decoder: Any, starved: Any) -> None:
    """The call is abandoned, the rest arrives: `drain` reads it, and the session goes on."""
    start, replies = CASES[name]
    for arrived, missing in cuts(replies):
        session = fresh()
        conversation = start(session, decoder)
        with pytest.raises(starved):
            make_peer(session, script(arrived)).run(conversation)
        conversation.close()
        peer = make_peer(session, [], 1)
        peer.arriving = missing
        assert peer.run(interrupt.drain(session)) is None
        assert peer.idle()
        assert session.state is State.READY
        assert not session.expected
        freed = reply() * session.pending_frees  # a statement of which nobody had heard
        after = make_peer(session, [(None, freed + reply(Version("still here")))])
        assert after.run(setup.server_version(session)) == "still here"


@pytest.mark.parametrize("name", IDS)
def test_thrown_into_while_sending(name: str, make_peer: Any, decoder: Any) -> None:
    """The send failed half-way: no recovery."""
    start, _ = CASES[name]
    session = fresh()
    conversation = start(session, decoder)
    assert isinstance(next(conversation), bytes)
    with pytest.raises(ConnectionResetError):
        conversation.throw(ConnectionResetError())
    assert session.state is State.BROKEN
    assert not session.recoverable
    with pytest.raises(ProtocolError, match="cannot be drained"):
        make_peer(session, []).run(interrupt.drain(session))


@pytest.mark.parametrize("name", IDS)
def test_closed_before_it_began_and_while_sending(name: str, decoder: Any) -> None:
    start, _ = CASES[name]
    session = fresh()
    start(session, decoder).close()
    assert session.state is State.READY, "nothing was sent"
    conversation = start(session, decoder)
    next(conversation)
    conversation.close()
    assert session.state is State.BROKEN
    assert not session.recoverable


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_message_that_may_not_stand_there(name: str, foreign: bytes, make_peer: Any, decoder: Any) -> None:
    """At every message boundary: an unknown tag, or a message of another conversation."""
    start, replies = CASES[name]
    if (foreign == FOREIGN[1] and name in SETUP) or (foreign == FOREIGN[2] and name.startswith("xa_")):
        return  # may stand there
    for index, data in enumerate(replies):
        for at, _ in messages_of(data):
            session = fresh()
            peer = make_peer(session, script([*replies[:index], data[:at] + foreign + data[at:]]))
            with pytest.raises(ProtocolError):
                peer.run(start(session, decoder))
            assert session.state is State.BROKEN
            assert not session.recoverable


@pytest.mark.parametrize("name", IDS)
def test_an_error_at_every_message_boundary(name: str, make_peer: Any, decoder: Any) -> None:
    """The server gives up in the middle: the error is told, the session goes on, nothing is left unread."""
    start, replies = CASES[name]
    for index, data in enumerate(replies):
        for at, following in messages_of(data):
            session = fresh()
            broken = data[:at] + reply(Err(-244, -107, 5, "tok")) + data[following:]
            answers = [*replies[:index], broken, *replies[index + 1 :]]
            peer = make_peer(session, script(answers), 1)
            if name in REPORTS_ERRORS:
                result = peer.run(start(session, decoder))
                error = result.error if name == "insert_rows" else result.errors[0].error
            else:
                with pytest.raises(ServerError) as caught:
                    peer.run(start(session, decoder))
                error = caught.value
            assert (error.sqlcode, error.isam, error.offset, error.token) == (-244, -107, 5, "tok")
            assert session.state is State.READY
            assert peer.idle()
            assert not session.expected


@pytest.mark.parametrize("name", IDS)
def test_every_byte_replaced(name: str, make_peer: Any, decoder: Any, starved: Any) -> None:
    """A wrong byte yields a value, a server error, a wait, or a protocol error and a broken session; no crash."""
    start, replies = CASES[name]
    for index, data in enumerate(replies):
        for at in range(len(data)):
            for value in (0x00, 0x0D, 0x7F, 0xFF):
                session = fresh()
                garbled = data[:at] + bytes([value]) + data[at + 1 :]
                peer = make_peer(session, script([*replies[:index], garbled, *replies[index + 1 :]]))
                conversation = start(session, decoder)
                try:
                    peer.run(conversation)
                except (ServerError, xa.XaError):
                    assert session.state is State.READY
                except ProtocolError:
                    assert session.state is State.BROKEN
                except starved:
                    conversation.close()
                    assert session.state is State.BROKEN
                else:
                    assert session.state is State.READY


def test_a_client_file_step_needs_its_end(make_peer: Any, decoder: Any) -> None:
    session = fresh()
    step = FileOp(0, "f").encode(CAPS)
    peer = make_peer(session, [(None, step + Done().encode(CAPS)), (None, b"")])
    with pytest.raises(ProtocolError, match="EOT"):
        peer.run(statement.execute(session, prepared(session)))
    assert session.state is State.BROKEN


def test_bytes_that_belong_to_no_reply(make_peer: Any) -> None:
    session = fresh()
    peer = make_peer(session, [(None, reply() + b"\0")])
    peer.run(transaction.begin(session))
    with pytest.raises(ProtocolError, match="nobody had asked"):
        peer.run(transaction.commit(session))
    assert session.state is State.BROKEN


def test_ctrl_c_in_the_decoder_of_a_fetch_ahead_is_final(make_peer: Any) -> None:
    session = fresh()
    calls: list[int] = []

    def struck(buf: bytes, offset: int) -> Any:
        if buf[offset : offset + 2] != b"\0\x0e":
            return [], offset
        calls.append(offset)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return [1], offset + 12

    peer = make_peer(session, [(None, reply(ROW)), (None, reply(ROW)), (None, b"")])
    peer.run(
        fetch.open_cursor(session, prepared(session, 2), "c", None, fetch_buffer=9, decoder=struck, ahead=True)
    )
    with pytest.raises(KeyboardInterrupt):
        peer.run(transaction.begin(session))
    assert session.state is State.BROKEN
    assert not session.recoverable
