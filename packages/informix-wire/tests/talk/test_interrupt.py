"""Cancel: the conversation that is stepped on, the one that is abandoned and drained, the late byte."""

from typing import Any

import pytest
from informix_types import ColumnType, TypeCode
from informix_wire.errors import ProtocolError, ServerError
from informix_wire.pdu.describe import Describe
from informix_wire.pdu.lob import FileOp
from informix_wire.pdu.rows import Tuple
from informix_wire.pdu.status import Done, Err, XactStat
from informix_wire.session import Database, Prepared, Session, State
from informix_wire.talk import fetch, interrupt, login, setup, statement, transaction

CANCELLED = Err(-213, -157)
ROW1, ROW2 = Tuple(0, b"\0\0\0\1"), Tuple(0, b"\0\0\0\2")


@pytest.fixture
def prepared(session: Session) -> Prepared:
    found = Prepared(2, 1, returns_rows=True)
    session.adopt(found)
    return found


@pytest.fixture
def ints(decoder_for: Any) -> Any:
    return decoder_for([ColumnType(TypeCode.INTEGER, 4)])


def abandon(session: Session, peer: Any, starved: Any, conversation: Any) -> None:
    with pytest.raises(starved):
        peer.run(conversation)
    conversation.close()
    assert session.state is State.BROKEN


def test_the_running_conversation_ends_with_213(
    session: Session, prepared: Prepared, ints: Any, make_peer: Any, message_bytes: Any, group: Any
) -> None:
    assert interrupt.URGENT == b"\x42"
    session.in_transaction = True
    peer = make_peer(session, [(None, message_bytes["err_213_cancelled"]), (None, group() * 2)])
    with pytest.raises(ServerError) as caught:
        peer.run(fetch.open_cursor(session, prepared, "c", None, fetch_buffer=4096, decoder=ints))
    assert (caught.value.sqlcode, caught.value.isam) == (interrupt.CANCELLED, -157)
    assert session.in_transaction, "the transaction stays open (sqli.md 5.17)"
    peer.run(statement.release(session, prepared))
    assert session.state is State.READY


def test_an_abandoned_fetch_is_drained_and_loses_no_row(
    session: Session, prepared: Prepared, ints: Any, make_peer: Any, group: Any, starved: Any
) -> None:
    first = group(ROW1, ROW2, Done())
    peer = make_peer(session, [(None, first[:20])])
    opening = fetch.open_cursor(session, prepared, "c", None, fetch_buffer=4096, decoder=ints)
    abandon(session, peer, starved, opening)
    peer = make_peer(session, [], 1)
    peer.arriving = first[20:]
    assert peer.run(interrupt.drain(session)) is None
    assert session.state is State.READY
    peer = make_peer(session, [(None, group(Done()))])
    assert peer.run(fetch.fetch(session, prepared, 4096, ints)).rows == [(1,), (2,)]
    assert peer.run(fetch.fetch(session, prepared, 4096, ints)).exhausted


def test_a_drained_cancel_reports_213_and_the_cursor_says_so_too(
    session: Session, prepared: Prepared, ints: Any, make_peer: Any, group: Any, starved: Any
) -> None:
    peer = make_peer(session, [(None, b"")])
    abandon(
        session, peer, starved, fetch.open_cursor(session, prepared, "c", None, fetch_buffer=4096, decoder=ints)
    )
    peer = make_peer(session, [])
    peer.arriving = group(ROW1, CANCELLED)
    error = peer.run(interrupt.drain(session))
    assert error is not None
    assert error.sqlcode == -213
    with pytest.raises(ServerError) as caught:
        peer.run(fetch.fetch(session, prepared, 4096, ints))
    assert caught.value.sqlcode == -213
    peer = make_peer(session, [(bytes.fromhex("00040001000a000c 00040001000b000c"), group() * 2)])
    peer.run(statement.release(session, prepared))
    assert peer.idle()


@pytest.mark.parametrize("seen", range(3))
def test_effects_are_followed_while_draining(
    session: Session, make_peer: Any, group: Any, starved: Any, seen: int
) -> None:
    """Whatever part of the reply the abandoned conversation had read already."""
    for start, reply, check in [
        (transaction.begin(session), [XactStat(), Done()], lambda: session.in_transaction),
        (statement.command(session, "x"), [Describe(34, 0), Done()], lambda: session.in_transaction),
        (statement.command(session, "x"), [Describe(34, 0), Err(-256)], lambda: not session.in_transaction),
        (
            statement.command(session, "database d"),
            [Describe(1, 0), Done(warn=0x17)],
            lambda: session.database == Database("d", 0x17),
        ),
    ]:
        session.in_transaction = False
        owed = group() * session.pending_frees
        read = b"".join(message.encode(session.caps) for message in reply[:seen])
        data = group(*reply)
        abandon(session, make_peer(session, [(None, owed + read)]), starved, start)
        peer = make_peer(session, [])
        peer.arriving = data[len(read) :]
        peer.run(interrupt.drain(session))
        assert check()
        assert session.state is State.READY
        assert peer.idle()


def test_a_late_byte_hits_a_fetch_ahead(
    session: Session, prepared: Prepared, ints: Any, make_peer: Any, group: Any
) -> None:
    peer = make_peer(session, [(None, group(ROW1)), (None, group(CANCELLED)), (None, group(XactStat()))])
    opening = fetch.open_cursor(session, prepared, "c", None, fetch_buffer=4096, decoder=ints, ahead=True)
    assert peer.run(opening).rows == [(1,)]
    peer.run(transaction.begin(session))
    with pytest.raises(ServerError) as caught:
        peer.run(fetch.fetch(session, prepared, 4096, ints, ahead=True))
    assert caught.value.sqlcode == -213
    assert session.state is State.READY


def test_draining_refuses_client_files_as_before(
    session: Session, make_peer: Any, group: Any, starved: Any
) -> None:
    peer = make_peer(session, [(None, b"")])
    abandon(session, peer, starved, statement.command(session, "x"))
    peer = make_peer(session, [(group(Err(2)), group(Err(-9801)))], 1)
    peer.arriving = group(FileOp(0, "/etc/passwd"))
    error = peer.run(interrupt.drain(session))
    assert error is not None
    assert error.sqlcode == -9801
    assert peer.idle()


def test_draining_twice_and_draining_nothing(session: Session, make_peer: Any) -> None:
    assert make_peer(session, []).run(interrupt.drain(session)) is None
    assert session.state is State.READY


def test_an_abandoned_drain_can_be_repeated(session: Session, make_peer: Any, group: Any, starved: Any) -> None:
    abandon(session, make_peer(session, [(None, b"")]), starved, transaction.begin(session))
    data = group(XactStat())
    peer = make_peer(session, [])
    peer.arriving = data[:3]
    abandon(session, peer, starved, interrupt.drain(session))
    peer = make_peer(session, [])
    peer.arriving = data[3:]
    assert peer.run(interrupt.drain(session)) is None
    assert session.in_transaction


def test_nonsense_while_draining_is_final(session: Session, make_peer: Any, group: Any, starved: Any) -> None:
    abandon(session, make_peer(session, [(None, b"")]), starved, transaction.begin(session))
    peer = make_peer(session, [])
    peer.arriving = b"\x7f\x7f\x7f\x7f"
    with pytest.raises(ProtocolError):
        peer.run(interrupt.drain(session))
    with pytest.raises(ProtocolError, match="drained"):
        peer.run(interrupt.drain(session))
    assert session.state is State.BROKEN


def test_login_and_negotiation_cannot_be_drained(make_peer: Any, starved: Any) -> None:
    from informix_wire.pdu.login import LoginRequest

    session = Session()
    abandon(
        session, make_peer(session, [(None, b"")]), starved, login.login(session, LoginRequest("u", None, "s"))
    )
    with pytest.raises(ProtocolError, match="drained"):
        make_peer(session, []).run(interrupt.drain(session))
    session = Session(level=316)
    abandon(session, make_peer(session, [(None, b"")]), starved, setup.negotiate(session))
    with pytest.raises(ProtocolError, match="drained"):
        make_peer(session, []).run(interrupt.drain(session))
