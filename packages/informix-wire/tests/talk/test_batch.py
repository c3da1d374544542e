"""Batches and insert cursors: what is sent when, and what is told about every row."""

from collections.abc import Iterator
from typing import Any

import pytest
from informix_types import ColumnType, TypeCode
from informix_types.params import Binding
from informix_wire.pdu import read_client
from informix_wire.pdu.bind import Bind
from informix_wire.pdu.describe import DescribedColumn
from informix_wire.pdu.status import Cost, Done, Err, InsertDone, PutErr, XactStat
from informix_wire.rows import put_types
from informix_wire.session import Prepared, Session, SessionError, State
from informix_wire.talk import batch, insert_cursor, statement

INT = ColumnType(TypeCode.INTEGER, 4)


def binding(number: int) -> Binding:
    return Binding(1, bytes.fromhex("0002 0000 0a00") + number.to_bytes(4, "big"), ())


def bound(data: bytes, session: Session) -> list[list[int]]:
    """The numbers bound in each group that was sent."""
    groups: list[list[int]] = [[]]
    offset = 0
    while offset < len(data):
        message, offset = read_client(data, offset, session.caps)
        if isinstance(message, Bind):
            groups[-1].append(int.from_bytes(message.blocks[-4:], "big"))
        elif message.TAG == 12 and offset < len(data):
            groups.append([])
    return groups


@pytest.fixture
def prepared(session: Session) -> Prepared:
    found = Prepared(6, 1)
    session.adopt(found)
    return found


def ok(*counts: int) -> list[Any]:
    return [message for count in counts for message in (Done(rows=count, serial=count), Cost())]


GROUP = 48
"""Bytes of three executions of one integer each: 16 with BIND, count, block and EXECUTE."""


def test_one_group(session: Session, prepared: Prepared, make_peer: Any, group: Any) -> None:
    reply = group(
        XactStat(1, 1, 0), InsertDone(1, 2), Done(rows=1), Cost(), InsertDone(3, 4), Done(rows=1), Cost()
    )
    peer = make_peer(session, [(None, reply)], 1)
    result = peer.run(batch.execute_many(session, prepared, [binding(1), binding(2)]))
    assert result.counts == [1, 1]
    assert result.rows == 2
    assert not result.errors
    assert result.last == statement.Executed(1, 0, 0, 3, 4)
    assert bound(peer.sent, session) == [[1, 2]]
    assert peer.idle()


def test_nothing_to_do_sends_nothing(session: Session, prepared: Prepared, make_peer: Any) -> None:
    peer = make_peer(session, [])
    result = peer.run(batch.execute_many(session, prepared, []))
    assert (result.counts, result.rows, result.last) == ([], 0, None)
    assert peer.sent == b""
    session.forget(prepared)
    with pytest.raises(SessionError):
        peer.run(batch.execute_many(session, prepared, [binding(1)]))


def test_groups_are_bounded_and_sent_one_after_the_other(
    session: Session, prepared: Prepared, make_peer: Any, group: Any
) -> None:
    taken: list[int] = []

    def source() -> Iterator[Binding]:
        for number in range(7):
            taken.append(number)
            yield binding(number)

    replies = [group(*ok(1, 1, 1)), group(*ok(1, 1, 1)), group(*ok(5))]
    peer = make_peer(session, [(None, reply) for reply in replies])
    conversation = batch.execute_many(session, prepared, source(), group_bytes=GROUP)
    peer.step(conversation)
    first = len(peer.sent)
    assert taken == [0, 1, 2]
    peer.step(conversation)
    assert taken == [0, 1, 2, 3, 4, 5], "the next group is built while the server works"
    assert len(peer.sent) == first, "and not sent before the reply was read"
    result = peer.run(conversation)
    assert bound(peer.sent, session) == [[0, 1, 2], [3, 4, 5], [6]]
    assert result.counts == [1, 1, 1, 1, 1, 1, 5]
    assert result.last is not None
    assert result.last.serial == 5
    assert peer.idle()


def test_a_large_binding_is_a_group_of_its_own(
    session: Session, prepared: Prepared, make_peer: Any, group: Any
) -> None:
    large = Binding(1, b"\0\0\0\0\0\0\x75\x30" + bytes(30000), ())
    peer = make_peer(session, [(None, group(*ok(1)))] * 3)
    result = peer.run(batch.execute_many(session, prepared, [binding(1), large, large], group_bytes=GROUP))
    assert result.counts == [1, 1, 1]


def test_rows_of_a_group_are_bounded(session: Session, prepared: Prepared, make_peer: Any, group: Any) -> None:
    peer = make_peer(session, [(None, group(*ok(*[1] * 1000))), (None, group(*ok(*[1] * 5)))])
    result = peer.run(batch.execute_many(session, prepared, (binding(n) for n in range(1005)), group_bytes=10**9))
    assert result.rows == 1005


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_the_first_error_ends_the_batch(
    session: Session, prepared: Prepared, make_peer: Any, group: Any, bad: int
) -> None:
    peer = make_peer(
        session, [(None, group(*ok(1, 1, 1))), (None, group(*ok(*[1] * bad), Err(-268, -100, 0, "u")))]
    )
    bindings = [binding(n) for n in range(9)]
    result = peer.run(batch.execute_many(session, prepared, bindings, group_bytes=GROUP))
    assert [e.index for e in result.errors] == [3 + bad]
    assert result.errors[0].error.sqlcode == -268
    assert result.errors[0].error.rows_done == (1,) * bad
    assert result.counts[: 3 + bad] == [1] * (3 + bad)
    assert set(result.counts[3 + bad :]) == {None}
    assert result.rows == 3 + bad
    assert len(bound(peer.sent, session)) == 2, "nothing is sent behind the error"
    assert session.state is State.READY
    assert peer.idle()


def test_going_on_sends_the_skipped_again_in_order(
    session: Session, prepared: Prepared, make_peer: Any, group: Any
) -> None:
    """Server: 1 and 4 are refused; everything else must be executed once, in order."""
    executed: list[int] = []

    def answer(numbers: list[int]) -> bytes:
        messages: list[Any] = []
        for number in numbers:
            if number in (1, 4, 6):
                return group(*messages, Err(-268))
            executed.append(number)
            messages += ok(1)
        return group(*messages)

    conversation = batch.execute_many(
        session, prepared, [binding(n) for n in range(7)], go_on=True, group_bytes=GROUP
    )
    result = None
    try:
        while True:
            step = next(conversation)
            if isinstance(step, bytes):
                session.inbox.feed(answer(bound(step, session)[0]))
    except StopIteration as end:
        result = end.value
    assert executed == [0, 2, 3, 5]
    assert result.counts == [1, None, 1, 1, None, 1, None]
    assert [e.index for e in result.errors] == [1, 4, 6]
    assert result.rows == 4


def test_an_input_that_fails_is_told_with_what_was_done(
    session: Session, prepared: Prepared, make_peer: Any, group: Any
) -> None:
    def source() -> Iterator[Binding]:
        yield from map(binding, range(4))
        raise KeyError("row 4")

    peer = make_peer(session, [(None, group(*ok(1, 1, 1))), (None, group(*ok(1)))])
    result = peer.run(batch.execute_many(session, prepared, source(), group_bytes=GROUP))
    assert result.counts == [1, 1, 1, 1]
    assert isinstance(result.source_error, KeyError)
    assert session.state is State.READY
    assert peer.idle()


def test_counts_that_cannot_be_told_apart_are_unknown(
    session: Session, prepared: Prepared, make_peer: Any, group: Any
) -> None:
    peer = make_peer(session, [(None, group(*ok(5)))])
    result = peer.run(batch.execute_many(session, prepared, [binding(1), binding(2)]))
    assert result.counts == [-1, -1]
    assert result.rows == -1


# -- insert cursors --------------------------------------------------------------------------------------------


def put_rows(session: Session, prepared: Prepared, count: int, **options: Any) -> Any:
    rows = (n.to_bytes(4, "big") for n in range(count))
    return insert_cursor.insert_rows(session, prepared, [INT], rows, name="c", **options)


def test_rows_of_fixed_width_travel_together(
    session: Session, prepared: Prepared, make_peer: Any, group: Any
) -> None:
    """One PUT carries many, without RET_TYPE."""
    script = [
        (bytes.fromhex("00040001 0003 0001 6300 0006 0011 00000004 0002 00000000 00000001 000c"), group(*ok(2))),
        (bytes.fromhex("00040001 0011 00000004 0001 00000002 000c"), group(Done(rows=1), Cost())),
        (bytes.fromhex("00040001 000a 000c"), group()),
    ]
    peer = make_peer(session, script, 1)
    result = peer.run(put_rows(session, prepared, 3, group_bytes=8))
    assert (result.sent, result.stored, result.error) == (3, 3, None)
    assert peer.idle()
    assert session.statement(prepared).cursor is None


def test_one_pad_byte_stands_behind_rows_of_odd_size(
    session: Session, prepared: Prepared, make_peer: Any, group: Any
) -> None:
    """The example of sqli.md 5.7: INTEGER and DECIMAL(8,2), three rows."""
    put = "0011 00000009 0003 00000000c101320000 00000001c101320000 00000002c101320000 00"
    request = bytes.fromhex(f"00040001 0003 0001 6300 0006 {put} 000c")
    peer = make_peer(session, [(request, group(*ok(3))), (None, group())])
    rows = [n.to_bytes(4, "big") + bytes.fromhex("c101320000") for n in range(3)]
    types = [INT, ColumnType(TypeCode.DECIMAL, 0x0802)]
    result = peer.run(insert_cursor.insert_rows(session, prepared, types, rows, name="c"))
    assert result.stored == 3
    assert peer.idle()


def test_rows_of_variable_width_travel_one_by_one(
    session: Session, prepared: Prepared, make_peer: Any, group: Any
) -> None:
    forms = "0064 0000 0001 000d 00000014"
    puts = "0011 00000002 0001 0161 0011 00000003 0001 02626300"
    script = [
        (bytes.fromhex(f"00040001 0003 0001 6300 0006 {forms} {puts} 000c"), group(*ok(1, 1))),
        (bytes.fromhex("00040001 0011 00000001 0001 0000 000c"), group(*ok(1))),
        (bytes.fromhex("00040001 000a 000c"), group()),
    ]
    peer = make_peer(session, script)
    rows = [b"\x01a", b"\x02bc", b"\0"]
    types = [ColumnType(TypeCode.VARCHAR, 20)]
    result = peer.run(insert_cursor.insert_rows(session, prepared, types, rows, name="c", group_bytes=5))
    assert (result.sent, result.stored) == (3, 3)
    assert peer.idle()


def test_the_source_sees_what_was_stored(session: Session, prepared: Prepared, make_peer: Any, group: Any) -> None:
    """Rows are taken one group ahead of the server: the third group after the first one's reply."""
    peer = make_peer(
        session, [(None, group(*ok(2))), (None, group(*ok(2))), (None, group(*ok(1))), (None, group())]
    )
    watched = insert_cursor.PutResult()
    seen = []

    def rows() -> Iterator[bytes]:
        for number in range(5):
            seen.append(watched.stored)
            yield number.to_bytes(4, "big")

    insertion = insert_cursor.insert_rows(session, prepared, [INT], rows(), group_bytes=8, result=watched)
    assert peer.run(insertion) is watched
    assert seen == [0, 0, 0, 0, 2]
    assert watched.stored == 5


def test_a_row_of_another_size_is_not_sent(
    session: Session, prepared: Prepared, make_peer: Any, group: Any
) -> None:
    peer = make_peer(session, [(None, group(*ok(1))), (None, group())])
    result = peer.run(insert_cursor.insert_rows(session, prepared, [INT], [bytes(4), bytes(3), bytes(4)]))
    assert (result.sent, result.stored) == (1, 1)
    assert isinstance(result.source_error, ValueError)
    assert peer.idle()


def test_counts_that_run_on_over_the_cursor(
    session: Session, prepared: Prepared, make_peer: Any, group: Any
) -> None:
    replies = [group(*ok(2)), group(*ok(4)), group(PutErr(5, -268)), group()]
    peer = make_peer(session, [(None, reply) for reply in replies])
    result = peer.run(put_rows(session, prepared, 9, group_bytes=8))
    assert (result.sent, result.stored) == (6, 5)
    assert peer.idle()
    peer = make_peer(session, [(None, group(*ok(4))), (None, group(*ok(4)))])
    assert peer.run(put_rows(session, prepared, 4)).stored == 4, "CLOSE repeats the number"


@pytest.mark.parametrize(
    ("column", "code"),
    [
        (ColumnType(TypeCode.SERIAL, 4, 0x100), TypeCode.SERIAL),
        (ColumnType(TypeCode.UDTVAR, 500, 0, 1, "informix", "lvarchar"), TypeCode.LVARCHAR),
        (ColumnType(TypeCode.UDTFIXED, 1, 0, 5, "informix", "boolean"), TypeCode.BOOLEAN),
        (ColumnType(TypeCode.UDTFIXED, 72, 0, 10, "informix", "blob"), None),
        (ColumnType(TypeCode.TEXT, 56), None),
        (ColumnType(TypeCode.LIST), None),
        (ColumnType(TypeCode.INTEGER, 4, 0x800), None),
    ],
)
def test_put_types(column: ColumnType, code: int | None) -> None:
    types = put_types([DescribedColumn("a", INT), DescribedColumn("b", column)])
    if code is None:
        assert types is None
    else:
        assert types is not None
        assert [(t.code, t.flags) for t in types] == [(TypeCode.INTEGER, 0), (code, 0)]


def test_insert_cursor_without_rows_is_not_opened(session: Session, prepared: Prepared, make_peer: Any) -> None:
    peer = make_peer(session, [])
    assert peer.run(put_rows(session, prepared, 0)).sent == 0
    assert peer.sent == b""


@pytest.mark.parametrize(
    ("reply", "stored", "code", "refused"),
    [
        ([PutErr(2, -268, -100, 0, "u")], 2, -268, False),
        ([Done(rows=2), Err(-268)], 2, -268, False),
        ([Err(-268)], 0, -268, False),
        ([Err(-265)], 0, -265, True),
        ([Err(-404)], 0, -404, True),
    ],
)
def test_insert_cursor_errors(
    session: Session,
    prepared: Prepared,
    make_peer: Any,
    group: Any,
    reply: Any,
    stored: int,
    code: int,
    refused: bool,
) -> None:
    peer = make_peer(session, [(None, group(*reply)), (bytes.fromhex("00040001000a000c"), group(Err(-267)))])
    result = peer.run(put_rows(session, prepared, 4))
    assert (result.sent, result.stored, result.refused, result.at_close) == (4, stored, refused, False)
    assert result.error is not None
    assert result.error.sqlcode == code
    assert session.state is State.READY
    assert peer.idle()


def test_insert_cursor_that_stores_at_close(
    session: Session, prepared: Prepared, make_peer: Any, group: Any
) -> None:
    peer = make_peer(session, [(None, group()), (None, group(Done(rows=4)))])
    result = peer.run(put_rows(session, prepared, 4))
    assert (result.sent, result.stored, result.error) == (4, 4, None)
    peer = make_peer(session, [(None, group(Done(rows=4))), (None, group(PutErr(3, -268)))])
    result = peer.run(put_rows(session, prepared, 4))
    assert result.error is not None
    assert result.at_close


def test_insert_cursor_input_that_fails(session: Session, prepared: Prepared, make_peer: Any, group: Any) -> None:
    def source() -> Iterator[bytes]:
        yield b"\0\0\0\1"
        raise KeyError("row 1")

    peer = make_peer(session, [(None, group(Done(rows=1))), (None, group())])
    result = peer.run(insert_cursor.insert_rows(session, prepared, [INT], source()))
    assert (result.sent, result.stored) == (1, 1)
    assert isinstance(result.source_error, KeyError)
    assert peer.idle()


def test_a_changed_table_ends_a_batch_that_goes_on(
    session: Session, prepared: Prepared, make_peer: Any, group: Any
) -> None:
    """Nothing behind -710 can succeed before the statement is prepared anew (sqli.md 8 #17)."""
    peer = make_peer(session, [(None, group(*ok(1), Err(-710, 0, 0, "")))])
    watched = batch.BatchResult()
    seen = []

    def bindings() -> Iterator[Binding]:
        for number in range(6):
            seen.append(len(watched.counts))
            yield binding(number)

    run = batch.execute_many(session, prepared, bindings(), go_on=True, group_bytes=GROUP, result=watched)
    assert peer.run(run) is watched
    assert [(error.index, error.error.sqlcode) for error in watched.errors] == [(1, -710)]
    assert watched.counts[:2] == [1, None]
    assert seen == [0] * len(seen)
    assert peer.idle()
