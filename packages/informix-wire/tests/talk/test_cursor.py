"""Cursors: blocks, their end, fetching ahead, positions, and rows that are not as they should be."""

from decimal import Decimal
from typing import Any

import pytest
from informix_types import ColumnType, ConversionError, TypeCode
from informix_types.params import Binding
from informix_wire.caps import FULL, NARROW, Capabilities
from informix_wire.errors import ProtocolError, ServerError
from informix_wire.pdu.describe import DescribedColumn
from informix_wire.pdu.rows import Direction, RetType, ScrollKind, Tuple, TupleId
from informix_wire.pdu.status import Cost, Done, Err, XactStat
from informix_wire.rows import row_plan
from informix_wire.session import Database, Prepared, Session, SessionError, State, StatementState
from informix_wire.talk import fetch, interrupt, statement, transaction
from informix_wire.talk.exchange import send_frees

INT = ColumnType(TypeCode.INTEGER, 4)
VARCHAR = ColumnType(TypeCode.VARCHAR, 20)
END = (Done(), Cost(1, 1))
NFETCH = bytes.fromhex("0009 00001000 0000")


def row(number: int, warn: int = 0) -> Tuple:
    return Tuple(warn, number.to_bytes(4, "big"))


def ident(number: int, *actions: str) -> bytes:
    return b"\x00\x04" + number.to_bytes(2, "big") + bytes.fromhex(" ".join(actions))


def query(session: Session, number: int = 2) -> Prepared:
    prepared = Prepared(2, number, (DescribedColumn("id", INT),), returns_rows=True)
    session.adopt(prepared)
    return prepared


def opening(session: Session, prepared: Prepared, decoder: Any, **options: Any) -> Any:
    options = {"fetch_buffer": 4096, "decoder": decoder, **options}
    return fetch.open_cursor(session, prepared, "c", None, **options)


@pytest.fixture
def ints(decoder_for: Any) -> Any:
    return decoder_for([INT])


def test_blocks_until_an_empty_one(session: Session, make_peer: Any, group: Any, ints: Any) -> None:
    prepared = query(session)
    script = [
        (ident(2, "0003 0001 6300 0006 00040002") + NFETCH + b"\0\x0c", group(row(1), row(2))),  # full: no DONE
        (ident(2) + NFETCH + b"\0\x0c", group(row(3), Done(rows=3), Cost())),
        (ident(2) + NFETCH + b"\0\x0c", group(*END)),
    ]
    peer = make_peer(session, script)
    blocks = [peer.run(opening(session, prepared, ints))]
    blocks += [peer.run(fetch.fetch(session, prepared, 4096, ints)) for _ in range(2)]
    assert [(b.rows, b.exhausted) for b in blocks] == [([(1,), (2,)], False), ([(3,)], False), ([], True)]
    assert peer.idle()
    assert session.statement(prepared).cursor == "c"


def test_error_100_is_the_end(session: Session, make_peer: Any, group: Any, ints: Any) -> None:
    prepared = query(session)
    peer = make_peer(session, [(None, group(row(4), Err(100))), (None, group(Err(100)))])
    block = peer.run(opening(session, prepared, ints))
    assert (block.rows, block.exhausted) == ([(4,)], True)
    block = peer.run(fetch.fetch(session, prepared, 4096, ints))
    assert (block.rows, block.exhausted) == ([], True)


def test_rows_with_warnings_are_kept_in_order(session: Session, make_peer: Any, group: Any, ints: Any) -> None:
    prepared = query(session)
    peer = make_peer(session, [(None, group(row(1), row(2, 8), row(3, 4), row(4), *END))], 3)
    block = peer.run(opening(session, prepared, ints))
    assert block.rows == [(1,), (2,), (3,), (4,)]
    assert block.warnings == ((1, 8), (2, 4))
    assert peer.idle()


def test_open_and_fetch_of_variable_rows_are_two_groups_sent_at_once(
    session: Session, make_peer: Any, group: Any, decoder_for: Any
) -> None:
    prepared = Prepared(2, 7, (DescribedColumn("s", VARCHAR),), returns_rows=True)
    session.adopt(prepared)
    plan = row_plan(prepared.columns, session.caps)
    assert plan.ret_types == (VARCHAR,)
    first = ident(7, "0003 0001 6300 0006 000c")
    forms = "0064 0001 0001 000d 00000014"
    reply = group(Tuple(0, b"\x03abc"), *END)
    peer = make_peer(session, [(first + ident(7, forms) + NFETCH + b"\0\x0c", group(XactStat()) + reply)])
    decoder = decoder_for(plan.types)
    assert peer.run(opening(session, prepared, decoder, ret_types=plan.ret_types)).rows == [("abc",)]
    # The server keeps RET_TYPE: it is not sent again for this statement (sqli.md 4.5).
    close = ident(7, "000a 000c")
    peer = make_peer(session, [(close + first + ident(7) + NFETCH + b"\0\x0c", group() + group() + reply)])
    assert peer.run(opening(session, prepared, decoder, ret_types=plan.ret_types)).rows == [("abc",)]
    assert peer.idle()


def test_a_cursor_that_is_only_opened_sends_its_forms_with_the_first_fetch(
    session: Session, make_peer: Any, group: Any, decoder_for: Any
) -> None:
    prepared = Prepared(2, 7, (DescribedColumn("s", VARCHAR),), returns_rows=True)
    session.adopt(prepared)
    decoder = decoder_for([VARCHAR])
    first, nfetch = ident(7, "0003 0001 6300 0006 000c"), NFETCH + b"\0\x0c"
    forms = ident(7, "0064 0001 0001 000d 00000014")
    reply = group(Tuple(0, b"\x03abc"))
    script = [
        (first, group(XactStat())),
        (ident(7, "000a 000c") + first, group() + group(XactStat())),  # opened again before a fetch
        (forms + nfetch, reply),
        (ident(7) + nfetch, group(*END)),
        (ident(7, "000a 000c") + first, group() + group(XactStat())),
        (ident(7) + nfetch, reply),
    ]
    peer = make_peer(session, script)

    def opened() -> Any:
        return peer.run(opening(session, prepared, decoder, ret_types=(VARCHAR,), rows=False))

    def fetched() -> Any:
        return peer.run(fetch.fetch(session, prepared, 4096, decoder))

    assert [opened(), opened()] == [fetch.FetchBlock([], False)] * 2
    assert [fetched().rows, fetched().exhausted] == [[("abc",)], True]
    opened()
    assert fetched().rows == [("abc",)]
    assert peer.idle()


def test_binding_and_modes_stand_before_open(session: Session, make_peer: Any, group: Any, ints: Any) -> None:
    prepared = query(session)
    bind = bytes.fromhex("0005 0001 0002 0000 0a00 00000007")
    request = ident(2, "0003 0001 6300") + bind + bytes.fromhex("006c 002b 0006 00040002") + NFETCH + b"\0\x0c"
    peer = make_peer(session, [(request, group(*END))])
    conversation = fetch.open_cursor(
        session, prepared, "c", Binding(1, bind[4:], ()), fetch_buffer=4096, decoder=ints, hold=True, autofree=True
    )
    assert peer.run(conversation).exhausted
    assert session.statement(prepared).autofree


@pytest.mark.parametrize("with_forms", [False, True])
def test_a_failed_open_leaves_the_session_ready(
    session: Session, make_peer: Any, group: Any, ints: Any, with_forms: bool
) -> None:
    prepared = query(session)
    replies = group(Err(-1213)) + (group(Err(-404)) if with_forms else b"")
    peer = make_peer(
        session, [(None, replies), (ident(2, "000a000c") + ident(2, "000b000c"), group(Err(-267)) + group())]
    )
    with pytest.raises(ServerError) as caught:
        peer.run(opening(session, prepared, ints, ret_types=(INT,) if with_forms else None, ahead=True))
    assert caught.value.sqlcode == -1213
    assert session.state is State.READY
    peer.run(statement.release(session, prepared))
    assert peer.idle()


def test_an_error_behind_rows_is_raised(session: Session, make_peer: Any, group: Any, ints: Any) -> None:
    prepared = query(session)
    peer = make_peer(session, [(None, group(row(1), row(2), Err(-244, -107)))])
    with pytest.raises(ServerError) as caught:
        peer.run(opening(session, prepared, ints))
    assert (caught.value.sqlcode, caught.value.isam) == (-244, -107)
    assert peer.idle()


@pytest.mark.parametrize("with_forms", [False, True])
def test_opening_begins_a_transaction_in_a_mode_ansi_database(
    session: Session, make_peer: Any, group: Any, ints: Any, with_forms: bool
) -> None:
    session.database = Database("a", 0x17)
    prepared = query(session)
    peer = make_peer(session, [(None, (group() if with_forms else b"") + group(*END))])
    peer.run(opening(session, prepared, ints, ret_types=(INT,) if with_forms else None))
    assert session.in_transaction


# -- ahead ---------------------------------------------------------------------------------------------------


def test_a_queued_close_is_void_once_the_cursor_was_opened_again(
    session: Session, make_peer: Any, group: Any, ints: Any
) -> None:
    prepared = query(session)
    first = ident(2, "0003 0001 6300 0006 00040002") + NFETCH + b"\0\x0c"
    peer = make_peer(session, [(first, group(row(1))), (ident(2, "000a 000c") + first, group() + group(row(2)))])
    peer.run(opening(session, prepared, ints))
    session.queue_close(prepared, "c")
    assert peer.run(opening(session, prepared, ints)).rows == [(2,)]
    assert peer.idle()
    assert session.statement(prepared).cursor == "c"
    session.queue_close(prepared, "c")
    peer = make_peer(session, [(ident(2, "000a 000c") + b"\0\x23\0\x0c", group() + group(XactStat()))])
    peer.run(transaction.begin(session))
    assert session.statement(prepared).cursor is None


def test_ahead_asks_when_the_first_row_arrives(session: Session, make_peer: Any, group: Any, ints: Any) -> None:
    prepared = query(session)
    again = ident(2) + NFETCH + b"\0\x0c"
    script = [(None, group(row(1), row(2))), (again, group(row(3), *END)), (again, group(*END))]
    peer = make_peer(session, script, 1)
    conversation = opening(session, prepared, ints, ahead=True)
    sent_before = None
    while True:
        ended, block = peer.step(conversation)
        if sent_before is None and peer.sent.endswith(again) and peer.sent.count(b"\0\x0c") > 1:
            sent_before = len(peer.arriving)
        if ended:
            break
    assert block.rows == [(1,), (2,)]
    assert sent_before is not None
    assert sent_before > len(group(row(2))), "the second row had not arrived when the next block was asked for"
    assert not session.owes_reply
    assert len(session.expected) == 1
    block = peer.run(fetch.fetch(session, prepared, 4096, ints, ahead=True))
    assert (block.rows, block.exhausted) == ([(3,)], False)
    block = peer.run(fetch.fetch(session, prepared, 4096, ints, ahead=True))
    assert (block.rows, block.exhausted) == ([], True)
    assert peer.idle()
    assert not session.expected


def test_other_requests_find_the_block_of_a_fetch_ahead_and_keep_it(
    session: Session, make_peer: Any, group: Any, ints: Any
) -> None:
    one, two = query(session, 1), query(session, 2)
    peer = make_peer(
        session,
        [
            (None, group(row(1))),
            (ident(1) + NFETCH + b"\0\x0c", group(row(2), *END)),
            (b"\0\x23\0\x0c", group(XactStat())),
            (None, group(row(11))),
            (ident(2) + NFETCH + b"\0\x0c", group(row(12))),
            # the block of cursor 1 is there already; taking it asks for the next one
            (ident(1) + NFETCH + b"\0\x0c", group(*END)),
            (ident(2) + NFETCH + b"\0\x0c", group(*END)),
        ],
        1,
    )
    assert peer.run(opening(session, one, ints, ahead=True)).rows == [(1,)]
    peer.run(transaction.begin(session))
    assert session.in_transaction
    assert peer.run(opening(session, two, ints, ahead=True)).rows == [(11,)]
    assert peer.run(fetch.fetch(session, one, 4096, ints, ahead=True)).rows == [(2,)]
    assert peer.run(fetch.fetch(session, two, 4096, ints, ahead=True)).rows == [(12,)]
    assert peer.run(fetch.fetch(session, one, 4096, ints, ahead=True)).exhausted
    assert peer.run(fetch.fetch(session, two, 4096, ints, ahead=True)).exhausted
    assert peer.idle()


def test_a_large_request_waits_for_the_block_that_went_ahead(
    session: Session, make_peer: Any, group: Any, ints: Any
) -> None:
    prepared = query(session)
    peer = make_peer(session, [(None, group(row(1))), (None, group(row(2), *END)), (None, group(Done()))])
    peer.run(opening(session, prepared, ints, ahead=True))
    conversation = statement.command(session, "insert " + "x" * 5000)
    sent = len(peer.sent)
    peer.step(conversation)
    assert len(peer.sent) == sent, "nothing is sent before the block was read"
    peer.run(conversation)
    assert len(peer.sent) > sent + 5000
    assert peer.run(fetch.fetch(session, prepared, 4096, ints)).rows == [(2,)]


@pytest.mark.parametrize("abandoned", [False, True])
@pytest.mark.parametrize("close", [False, True])
def test_a_large_request_waits_for_no_reply_of_frees_that_go_with_it(
    session: Session, make_peer: Any, group: Any, ints: Any, starved: Any, close: bool, abandoned: bool
) -> None:
    """Only the block was asked for when it waits; so it is, too, if that waiting is given up and healed."""
    prepared, other = query(session, 1), query(session, 3)
    peer = make_peer(session, [(None, group(row(1))), (ident(1) + NFETCH + b"\0\x0c", b"")])
    peer.run(opening(session, prepared, ints, ahead=True))
    block = group(row(2))
    if close:
        session.statement(other).opened("d")
        session.queue_close(other, "d")
        free = ident(3, "000a000c")
    else:
        session.queue_release(other)
        free = ident(3, "000b000c")
    conversation = statement.command(session, "insert " + "x" * 5000)
    sent = len(peer.sent)
    with pytest.raises(starved):
        peer.run(conversation)
    assert len(peer.sent) == sent
    assert session.pending_frees == 1
    assert len(session.expected) == 1
    if abandoned:
        conversation.close()
        assert session.recoverable
        peer.arriving = block
        assert peer.run(interrupt.drain(session)) is None
        assert peer.idle()
        peer.script = [(free + b"\0\x23\0\x0c", group(Err(-404)) + group(XactStat()))]
        peer.run(transaction.begin(session))
    else:
        peer.arriving = block
        peer.script = [(None, group(Err(-404)) + group(Done(rows=7)))]
        assert peer.run(conversation).rows == 7
        assert peer.sent[sent:].startswith(free)
        assert len(peer.sent) > sent + 5000
    assert peer.idle()
    assert not session.expected
    assert session.pending_frees == 0
    assert session.is_live(other) == close
    assert peer.run(fetch.fetch(session, prepared, 4096, ints)).rows == [(2,)]


def test_a_fetch_that_was_given_up_before_it_was_sent_is_sent_the_next_time(
    session: Session, make_peer: Any, group: Any, ints: Any, starved: Any
) -> None:
    """A RET_TYPE of many columns makes the first NFETCH of a cursor that was only opened a large request."""
    one, many = query(session, 1), query(session, 2)
    forms = (INT,) * 700
    peer = make_peer(session, [(None, group()), (None, group(row(1))), (ident(1) + NFETCH + b"\0\x0c", b"")])
    peer.run(opening(session, many, ints, ret_types=forms, rows=False))
    peer.run(opening(session, one, ints, ahead=True))
    first = fetch.fetch(session, many, 4096, ints)
    sent = len(peer.sent)
    with pytest.raises(starved):
        peer.run(first)
    assert len(peer.sent) == sent
    first.close()
    peer.arriving = group(row(2))
    peer.run(interrupt.drain(session))
    whole = ident(2) + RetType(Direction.RESULT, forms).encode(session.caps) + NFETCH + b"\0\x0c"
    peer.script = [(whole, group(row(7)))]
    assert peer.run(fetch.fetch(session, many, 4096, ints)).rows == [(7,)]
    peer.script = [(ident(2) + NFETCH + b"\0\x0c", group(*END))]
    assert peer.run(fetch.fetch(session, many, 4096, ints)).exhausted
    assert peer.run(fetch.fetch(session, one, 4096, ints)).rows == [(2,)]
    assert peer.idle()


def test_a_trace_that_fails_before_frees_are_sent_breaks_the_session(session: Session, make_peer: Any) -> None:
    """Their replies are noted as owed and will never come: nobody may wait for them."""

    def full(_: bytes) -> None:
        raise OSError("no space left")

    session.queue_release(query(session))
    session.tap = full
    with pytest.raises(OSError, match="no space"):
        make_peer(session, []).run(send_frees(session))
    assert session.state is State.BROKEN
    assert not session.recoverable


@pytest.mark.parametrize("looked_at", ["openings", "cursor"])
def test_a_close_queued_while_the_cursor_is_opened_anew_is_void(session: Session, looked_at: str) -> None:
    """A finalizer may run in another thread: here the cursor is opened anew as soon as it was looked at."""

    class Racing(StatementState):
        raced = False

        def __getattribute__(self, name: str) -> Any:
            value = super().__getattribute__(name)
            if name == looked_at and not self.raced:
                self.raced = True
                self.opened("new")
            return value

    prepared = query(session)
    state = Racing(prepared, cursor="old", openings=1)
    session.statements[prepared.statement_id] = state
    session.queue_close(prepared, "old")
    assert state.raced
    assert session.take_frees(64) == []
    assert state.cursor == "new"


def test_an_error_of_a_block_ahead_waits_for_its_cursor(
    session: Session, make_peer: Any, group: Any, ints: Any
) -> None:
    prepared = query(session)
    peer = make_peer(session, [(None, group(row(1))), (None, group(row(2), Err(-244))), (None, group())])
    peer.run(opening(session, prepared, ints, ahead=True))
    peer.run(transaction.begin(session))
    with pytest.raises(ServerError) as caught:
        peer.run(fetch.fetch(session, prepared, 4096, ints, ahead=True))
    assert caught.value.sqlcode == -244
    assert peer.idle()


def test_close_throws_the_block_ahead_away_unread(
    session: Session, make_peer: Any, group: Any, decoder_for: Any
) -> None:
    prepared = query(session)
    seen = []
    inner = decoder_for([INT])

    def counting(buf: bytes, offset: int) -> Any:
        rows, end = inner(buf, offset)
        seen.extend(rows)
        return rows, end

    peer = make_peer(
        session, [(None, group(row(1))), (None, group(row(2), *END)), (ident(2, "000a000c"), group())]
    )
    peer.run(opening(session, prepared, counting, ahead=True))
    peer.run(fetch.close_cursor(session, prepared))
    assert seen == [(1,)]
    assert peer.idle()
    assert session.is_live(prepared)


def test_frees_sent_between_do_not_confuse_a_fetch_ahead(
    session: Session, make_peer: Any, group: Any, ints: Any
) -> None:
    prepared, other = query(session, 1), query(session, 2)
    again = ident(1) + NFETCH + b"\0\x0c"
    peer = make_peer(
        session,
        [
            (None, group(row(1))),
            (again, group(row(2))),
            (ident(2, "000b000c"), group(Err(-404))),
            (again, group(row(3))),
            (again, group(*END)),
        ],
    )
    peer.run(opening(session, prepared, ints, ahead=True))
    session.queue_release(other)
    peer.run(send_frees(session))
    for expected in ([(2,)], [(3,)], []):
        assert peer.run(fetch.fetch(session, prepared, 4096, ints, ahead=True)).rows == expected
    assert peer.idle()
    assert not session.expected


# -- rows that are wrong -------------------------------------------------------------------------------------


def test_a_value_without_python_form_leaves_the_session_usable(
    session: Session, make_peer: Any, group: Any, decoder_for: Any
) -> None:
    prepared = query(session)
    dates = decoder_for([ColumnType(TypeCode.DATE, 4)])
    peer = make_peer(session, [(None, group(row(1), row(2**31 - 1), row(3), *END)), (None, group(*END))], 5)
    with pytest.raises(ConversionError):
        peer.run(opening(session, prepared, dates))
    assert session.state is State.READY
    assert peer.run(fetch.fetch(session, prepared, 4096, dates)).exhausted
    assert peer.idle()


@pytest.mark.parametrize("warn", [0, 2])
def test_an_exception_of_a_users_row_factory_leaves_the_session_usable(
    session: Session, make_peer: Any, group: Any, warn: int
) -> None:
    def decoder(buf: bytes, offset: int) -> Any:
        if buf[offset : offset + 4] == b"\0\x0e\0\0":
            raise KeyError("mine")
        return [], offset

    prepared = query(session)
    peer = make_peer(session, [(None, group(row(1, warn), *END))])
    with pytest.raises(KeyError, match="mine"):
        peer.run(opening(session, prepared, decoder))
    assert session.state is State.READY
    assert peer.idle()


@pytest.mark.parametrize("data", [b"\0\0\1", b"\0\0\0\1\0"], ids=["short", "long"])
@pytest.mark.parametrize("warn", [0, 1])
def test_a_row_that_is_not_consumed_exactly_breaks_the_session(
    session: Session, make_peer: Any, group: Any, ints: Any, data: bytes, warn: int
) -> None:
    prepared = query(session)
    peer = make_peer(session, [(None, group(Tuple(warn, data), *END))])
    with pytest.raises(ProtocolError, match="row"):
        peer.run(opening(session, prepared, ints))
    assert session.state is State.BROKEN
    assert not session.recoverable
    with pytest.raises(SessionError, match="broken"):
        peer.run(fetch.fetch(session, prepared, 4096, ints))


def test_a_decoder_that_leaves_good_rows_is_caught(session: Session, make_peer: Any, group: Any) -> None:
    prepared = query(session)
    peer = make_peer(session, [(None, group(row(1), *END))])
    with pytest.raises(ProtocolError, match="did not consume a row exactly"):
        peer.run(opening(session, prepared, lambda buf, offset: ([], offset)))


# -- positions -----------------------------------------------------------------------------------------------


def test_scroll_by_position(session: Session, make_peer: Any, group: Any, ints: Any) -> None:
    prepared = query(session)
    script = [
        (ident(2, "0003 0001 6300 0018 0006 000c"), group()),
        (ident(2, "0017 0004 00000000 00001000 000c"), group(row(50), TupleId(5))),
        (ident(2, "0064 0001 0001 0002 00000004 0017 0006 00000003 00001000 000c"), group(TupleId(3), row(30))),
        (ident(2, "0017 0006 00000063 00001000 000c"), group(*END)),
    ]
    peer = make_peer(session, script, 1)
    assert peer.run(opening(session, prepared, ints, scroll=True)).rows == []

    def ask(kind: ScrollKind, number: int, **options: Any) -> Any:
        block = peer.run(
            fetch.scroll_fetch(session, prepared, kind, number, fetch_buffer=4096, decoder=ints, **options)
        )
        return block.rows, block.row_numbers

    assert ask(ScrollKind.LAST, 0) == ([(50,)], (5,))
    assert ask(ScrollKind.ABSOLUTE, 3, ret_types=(INT,)) == ([(30,)], (3,))
    assert ask(ScrollKind.ABSOLUTE, 99) == ([], ())
    with pytest.raises(ValueError, match="SFETCH kind"):
        ask(ScrollKind.PRIOR, 0)
    assert peer.idle()
    assert session.state is State.READY


def test_scroll_open_can_fail(session: Session, make_peer: Any, group: Any, ints: Any) -> None:
    prepared = query(session)
    peer = make_peer(session, [(None, group(Err(-526)))])
    with pytest.raises(ServerError):
        peer.run(opening(session, prepared, ints, scroll=True))
    assert peer.idle()


# -- forms ---------------------------------------------------------------------------------------------------

LVARCHAR = ColumnType(TypeCode.UDTVAR, 500, 0, 1, "informix", "lvarchar")
BOOLEAN = ColumnType(TypeCode.UDTFIXED, 1, 0x100, 5, "informix", "boolean")
BLOB = ColumnType(TypeCode.UDTFIXED, 72, 0, 10, "informix", "blob")


@pytest.mark.parametrize(
    ("types", "asked"),
    [
        ([INT, ColumnType(TypeCode.CHAR, 10), ColumnType(TypeCode.TEXT, 56)], None),
        ([INT, VARCHAR], [(2, 0), (13, 0)]),
        ([ColumnType(TypeCode.SERIAL, 4, 0x100), VARCHAR], [(6, 0), (13, 0)]),
        ([LVARCHAR, BOOLEAN], [(43, 0), (45, 0)]),
        ([VARCHAR, BLOB], None),
        ([ColumnType(TypeCode.SET, 0), VARCHAR], None),
        ([ColumnType(TypeCode.ROW, 0)], None),
        ([ColumnType(TypeCode.UDTVAR, 9, 0, 99, "joe", "point"), VARCHAR], None),
        ([ColumnType(TypeCode.VARCHAR, 20, 0x800), INT], None),
    ],
)
def test_row_plan(session: Session, types: list[ColumnType], asked: list[tuple[int, int]] | None) -> None:
    plan = row_plan([DescribedColumn("c", t) for t in types], session.caps)
    if asked is None:
        assert plan.ret_types is None
        assert plan.types == tuple(types), "everything travels as described"
    else:
        assert plan.ret_types is not None
        assert [(t.code, t.flags) for t in plan.ret_types] == asked
        assert [t.code for t in plan.types] == [code for code, _ in asked]
        assert [t.nullable for t in plan.types] == [t.nullable for t in types]


@pytest.mark.parametrize("caps", [FULL, NARROW])
def test_without_bit_13_varchar_needs_no_ret_type(caps: Capabilities) -> None:
    assert row_plan([DescribedColumn("c", VARCHAR)], caps).ret_types is None


def test_a_narrow_budget_is_cut_to_its_field(session: Session, make_peer: Any, group: Any, ints: Any) -> None:
    session.caps = NARROW
    prepared = query(session)
    end = group(*END, caps=NARROW)
    request = ident(2, "0003 0001 6300 0006 00040002 0009 7fff 0000 000c")
    peer = make_peer(session, [(request, end), (ident(2, "0017 0006 00000001 7fff 000c"), end)])
    assert peer.run(opening(session, prepared, ints, fetch_buffer=10**6)).exhausted
    scroll = fetch.scroll_fetch(session, prepared, ScrollKind.ABSOLUTE, 1, fetch_buffer=10**6, decoder=ints)
    assert peer.run(scroll).rows == []


def test_boolean_bytes_differ_by_form(decoder_for: Any, session: Session) -> None:
    as_described = decoder_for([BOOLEAN, ColumnType(TypeCode.DECIMAL, 0x0802)])
    data = bytes.fromhex("00 00000001 74 c20c223800")
    message = Tuple(0, data).encode(session.caps)
    assert as_described(message, 0)[0] == [(True, Decimal("1234.56"))]
