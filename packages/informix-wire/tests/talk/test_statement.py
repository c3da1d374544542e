"""Prepare, execute, command, release: results, errors, and what the session learns from them."""

from typing import Any

import pytest
from informix_types import ColumnType, TypeCode
from informix_types.params import Binding
from informix_wire.errors import ProtocolError, ServerError
from informix_wire.pdu.describe import (
    Describe,
    DescribedColumn,
    InputDescribe,
    InputParameter,
    KeyDescribe,
    KeyTuple,
)
from informix_wire.pdu.statement import KeyRequest
from informix_wire.pdu.status import Cost, Done, Err, Ignored86, InsertDone, XactStat
from informix_wire.session import Database, Prepared, Session, SessionError, State
from informix_wire.talk import statement, transaction

ID = DescribedColumn("id", ColumnType(TypeCode.INTEGER, 4))


def adopt(session: Session, number: int = 3, kind: int = 6, sql: str = "") -> Prepared:
    """A statement as if it had been prepared."""
    prepared = Prepared(kind, number, sql=sql)
    session.adopt(prepared)
    return prepared


def test_prepare_takes_id_and_type_from_describe(session: Session, make_peer: Any, group: Any) -> None:
    request = bytes.fromhex(
        "0002 0001 0000001a 73656c656374206964 2066726f6d2074207768657265206b3d3f 0016 0031 000c"
    )
    peer = make_peer(session, [(request, group(Describe(2, 17, 1, 4, (ID,)), Done(warn=4), Cost(1, 1)))])
    prepared = peer.run(statement.prepare(session, "select id from t where k=?", 1))
    assert (prepared.statement_type, prepared.statement_id, prepared.columns) == (2, 17, (ID,))
    assert (prepared.returns_rows, prepared.insert_done, prepared.warn, prepared.markers) == (True, False, 4, 1)
    assert session.is_live(prepared)
    assert peer.idle()


@pytest.mark.parametrize(
    ("kind", "columns", "expected"),
    [(2, (), True), (2, (ID,), True), (6, (ID,), False), (56, (ID,), True), (56, (), False), (4, (ID,), False)],
)
def test_rows_are_expected_by_type_not_by_columns(
    session: Session, make_peer: Any, group: Any, kind: int, columns: Any, expected: bool
) -> None:
    peer = make_peer(session, [(None, group(Describe(kind, 0, 1, 4, columns)))])
    assert peer.run(statement.prepare(session, "x", 0)).returns_rows is expected


def test_insertdone_in_a_prepare_is_noted_and_keys_are_described(
    session: Session, make_peer: Any, group: Any
) -> None:
    key = DescribedColumn("id", ColumnType(TypeCode.SERIAL, 4, 0x100))
    reply = group(Describe(6, 4, 1, 4, (ID,)), KeyDescribe(6, 4, 1, 4, (key,)), InsertDone(), Done(), Cost())
    peer = make_peer(session, [(None, reply)])
    prepared = peer.run(statement.prepare(session, "insert into t values(?)", 1, KeyRequest()))
    assert prepared.insert_done
    assert prepared.key_columns == (key,)
    assert b"\x00\x86\x00\x01\x00\x16\x00\x31\x00\x0c" in peer.sent


def test_prepare_without_describe_breaks_the_session(session: Session, make_peer: Any, group: Any) -> None:
    peer = make_peer(session, [(None, group(Done()))])
    with pytest.raises(ProtocolError, match="neither DESCRIBE nor ERR"):
        peer.run(statement.prepare(session, "x", 0))
    assert session.state is State.BROKEN
    assert not session.recoverable


def test_error_of_prepare_carries_everything(session: Session, make_peer: Any, message_bytes: Any) -> None:
    for name, expected in {
        "err_206": (-206, -111, 0, "no_such_table_xyz", None, None),
        "err_368_no_token": (-368, 0, 3, "", None, None),
        "err_937_with_sqlstate": (-937, 0, 3, "tok", "U0001", "my text"),
    }.items():
        peer = make_peer(session, [(None, message_bytes[name])])
        with pytest.raises(ServerError) as caught:
            peer.run(statement.prepare(session, "x", 0))
        error = caught.value
        found = (error.sqlcode, error.isam, error.offset, error.token, error.sqlstate, error.text)
        assert found == expected
        assert peer.idle()
        assert session.state is State.READY
    assert not session.statements


def test_execute_reports_rows_and_serials(session: Session, make_peer: Any, group: Any) -> None:
    prepared = adopt(session)
    reply = group(
        XactStat(1, 1, 0),
        InsertDone(serial8=2**40, bigserial=2**50),
        Done(warn=1, rows=1, rowid=257, serial=9),
        Cost(),
    )
    request = bytes.fromhex("0004 0003 0005 0001 0002 0000 0a00 0000000b 0007 000c")
    peer = make_peer(session, [(request, reply)])
    blocks = bytes.fromhex("0002 0000 0a00 0000000b")
    done = peer.run(statement.execute(session, prepared, Binding(1, blocks, ())))
    assert (done.rows, done.rowid, done.serial, done.serial8, done.bigserial, done.warn) == (
        1,
        257,
        9,
        2**40,
        2**50,
        1,
    )
    assert done.keys is None
    assert peer.idle()


def test_generated_keys_of_an_execution(session: Session, make_peer: Any, message_bytes: Any, group: Any) -> None:
    prepared = adopt(session)
    peer = make_peer(session, [(None, message_bytes["generated_keys_reply"])])
    done = peer.run(statement.execute(session, prepared))
    assert done.keys is not None
    assert [column.name for column in done.keys.columns] == ["id"]
    assert done.keys.rows == (bytes.fromhex("00000001"),)
    peer = make_peer(session, [(None, group(KeyTuple(0, b"\0\0\0\x02"), Done(rows=1)))])
    done = peer.run(statement.execute(session, prepared))
    assert done.keys == statement.Keys((), (b"\0\0\0\x02",))


def test_no_data_is_no_error_and_a_missing_done_is_no_count(session: Session, make_peer: Any, group: Any) -> None:
    prepared = adopt(session, kind=4)
    peer = make_peer(session, [(None, group(Err(100))), (None, group(Done(rows=0), Err(100), Ignored86()))])
    assert peer.run(statement.execute(session, prepared)).rows == -1
    assert peer.run(statement.execute(session, prepared)).rows == 0


def test_describe_input_returns_types(session: Session, make_peer: Any, group: Any) -> None:
    prepared = adopt(session)
    types = (ColumnType(TypeCode.INTEGER, 4), ColumnType(TypeCode.VARCHAR, 40))
    reply = group(InputDescribe(tuple(InputParameter(t) for t in types)))
    peer = make_peer(session, [(bytes.fromhex("00040003 007c 000c"), reply), (None, group(Done()))])
    assert peer.run(statement.describe_input(session, prepared)) == types
    assert peer.run(statement.describe_input(session, prepared)) == ()


def test_a_released_statement_cannot_be_used(session: Session, make_peer: Any, group: Any) -> None:
    prepared = adopt(session)
    peer = make_peer(session, [(bytes.fromhex("00040003 000b 000c"), group())])
    peer.run(statement.release(session, prepared))
    peer.run(statement.release(session, prepared))  # the second sends nothing
    for use in (statement.execute, statement.describe_input):
        with pytest.raises(SessionError, match="released"):
            peer.run(use(session, prepared))
    assert peer.idle()
    assert session.state is State.READY


def test_an_id_given_out_again_is_another_statement(session: Session, make_peer: Any, group: Any) -> None:
    old = adopt(session, 0)
    script = [(None, group()), (None, group(Describe(2, 0)))]
    peer = make_peer(session, script)
    session.queue_release(old)
    session.queue_release(old)
    peer.run(statement.release(session, old))
    new = peer.run(statement.prepare(session, "x", 0))
    session.queue_release(old)
    peer.script = [(bytes.fromhex("0004 0000 0007 000c"), group(Done()))]  # nothing is freed
    peer.run(statement.execute(session, new))
    assert session.is_live(new)


def test_frees_go_ahead_of_the_next_request(session: Session, make_peer: Any, group: Any) -> None:
    first, second, third = (adopt(session, n, 2) for n in (1, 2, 3))
    session.statement(first).cursor = "a"
    session.statement(third).cursor = "c"
    session.queue_release(first)
    session.queue_release(second)
    session.queue_close(third, "not that one")
    frees = bytes.fromhex("00040001000a000c 00040001000b000c 00040002000b000c")
    replies = group(Err(-267)) + group() + group(Err(-404))
    peer = make_peer(session, [(frees + bytes.fromhex("0023 000c"), replies + group(XactStat(1, 1, 0)))])
    peer.run(transaction.begin(session))
    assert peer.idle()
    assert session.in_transaction
    assert list(session.statements) == [3]
    assert session.statement(third).cursor == "c"
    session.queue_close(third, "c")
    peer = make_peer(session, [(bytes.fromhex("00040003000a000c 0013 000c"), group() + group())])
    peer.run(transaction.commit(session))
    assert session.statement(third).cursor is None


def test_frees_are_bounded_for_each_request(session: Session, make_peer: Any, group: Any) -> None:
    for number in range(1, 151):
        session.queue_release(adopt(session, number))
    for left in (86, 22, 0):
        count = min(64, 64 + left if left == 86 else 64 if left else 22)
        peer = make_peer(session, [(None, group() * (count + 1))])
        peer.run(transaction.set_savepoint(session, "s"))
        assert session.pending_frees == left
        assert peer.idle()
    assert not session.statements


def test_an_autofree_cursor_is_closed_once(session: Session, make_peer: Any, group: Any) -> None:
    prepared = adopt(session, 5, 2)
    session.statement(prepared).cursor = "c"
    session.statement(prepared).autofree = True
    peer = make_peer(session, [(bytes.fromhex("00040005000a000c"), group())])
    peer.run(statement.release(session, prepared))
    assert peer.idle()
    assert not session.is_live(prepared)
    prepared = adopt(session, 6, 2)
    session.statement(prepared).cursor = "c"
    session.statement(prepared).autofree = True
    session.queue_close(prepared, "c")
    peer = make_peer(session, [(bytes.fromhex("00040006000a000c 0023000c"), group() * 2)])
    peer.run(transaction.begin(session))
    assert not session.is_live(prepared)


def test_release_closes_first_and_tells_only_real_errors(session: Session, make_peer: Any, group: Any) -> None:
    for close, free, error in [(-267, -404, None), (-259, None, None), (-255, None, -255), (None, -408, -408)]:
        prepared = adopt(session, 9, 2)
        session.statement(prepared).cursor = "c"
        replies = b"".join(group(Err(code)) if code else group() for code in (close, free))
        peer = make_peer(session, [(bytes.fromhex("00040009000a000c 00040009000b000c"), replies)])
        if error is None:
            peer.run(statement.release(session, prepared))
        else:
            with pytest.raises(ServerError) as caught:
                peer.run(statement.release(session, prepared))
            assert caught.value.sqlcode == error
        assert peer.idle()
        assert not session.is_live(prepared)


def test_a_failed_command_leaves_no_statement_behind(session: Session, make_peer: Any, group: Any) -> None:
    live = adopt(session, 0)
    peer = make_peer(session, [(None, group(Describe(6, 7), Err(-268, -100)))])
    with pytest.raises(ServerError):
        peer.run(statement.command(session, "insert into t values (1)"))
    assert session.pending_frees == 1
    peer = make_peer(session, [(bytes.fromhex("00040007000b000c 0023000c"), group(Err(-404)) + group())])
    peer.run(transaction.begin(session))
    # A server that describes every COMMAND as statement 0 must not make us free a living statement 0.
    peer = make_peer(session, [(None, group(Describe(6, 0), Err(-268)))])
    with pytest.raises(ServerError):
        peer.run(statement.command(session, "insert into t values (1)"))
    assert session.pending_frees == 0
    assert session.is_live(live)


def test_several_commands_in_one_group(session: Session, make_peer: Any, group: Any) -> None:
    texts = ["insert a", "update b"]
    reply = group(
        Describe(6, 0), InsertDone(7, 8), Done(rows=1, serial=5), Cost(), Describe(4, 0), Done(rows=3), Cost()
    )
    peer = make_peer(session, [(None, reply)])
    one, two = peer.run(statement.command_many(session, texts))
    assert (one.rows, one.serial, one.serial8, one.bigserial) == (1, 5, 7, 8)
    assert (two.rows, two.serial, two.serial8) == (3, 0, 0)
    peer = make_peer(session, [(None, group(Done(rows=1), Cost(), Err(-201)))])
    with pytest.raises(ServerError) as caught:
        peer.run(statement.command_many(session, texts))
    assert caught.value.rows_done == (1,)
    assert make_peer(session, []).run(statement.command_many(session, [])) == ()


@pytest.mark.parametrize(
    ("before", "kind", "outcome", "after"),
    [
        (False, 34, Done(), True),
        (True, 35, Done(), False),
        (True, 36, XactStat(3, 0, 1), False),
        (False, 34, Err(-256), False),
        (False, 34, Err(-535), True),
        (True, 35, Err(-255), False),
        (True, 36, Err(-255), False),
        (True, 35, Err(-691), True),
        (True, 4, Done(), True),
        (False, 4, Done(), False),
        (True, 161, Done(), True),
    ],
)
def test_transactions_are_tracked_by_statement_type(
    session: Session, make_peer: Any, group: Any, before: bool, kind: int, outcome: Any, after: bool
) -> None:
    def run(conversation: Any, reply: bytes) -> None:
        peer = make_peer(session, [(None, group() * session.pending_frees + reply)])
        try:
            peer.run(conversation)
        except ServerError:
            assert isinstance(outcome, Err)
        assert peer.idle()

    session.in_transaction = before
    run(statement.execute(session, adopt(session, 1, kind)), group(outcome))
    assert session.in_transaction is after
    session.in_transaction = before
    run(statement.command(session, "text"), group(Describe(kind, 2), outcome))
    assert session.in_transaction is after
    session.in_transaction = before
    run(statement.command(session, "text", statement_type=kind), group(outcome))
    assert session.in_transaction is after
    simple = {34: transaction.begin, 35: transaction.commit, 36: transaction.rollback}.get(kind)
    if simple is not None:
        session.in_transaction = before
        run(simple(session), group(outcome))
        assert session.in_transaction is after


def test_mode_ansi_opens_a_transaction_by_itself(session: Session, make_peer: Any, group: Any) -> None:
    session.database = Database("a", 0x0017)
    assert session.database.ansi
    peer = make_peer(session, [(None, group(Done()))] * 3)
    peer.run(statement.execute(session, adopt(session, 1, 6)))
    assert session.in_transaction
    peer.run(transaction.commit(session))
    assert not session.in_transaction
    peer.run(statement.command(session, "insert"))
    assert session.in_transaction


@pytest.mark.parametrize(
    ("kind", "sql", "warn", "expected"),
    [
        (1, "database stores", 0x0014, Database("stores", 0x0014)),
        (1, "DATABASE 'Stores@srv' EXCLUSIVE", 0x0017, Database("Stores@srv", 0x0017)),
        (12, "create database if not exists x with log", 0x0015, Database("x", 0x0015)),
        (38, "{c} start database y;", 0x0015, Database("y", 0x0015)),
        (31, "close database", 0, None),
        (6, "insert into database values (1)", 0, Database("testdb", 0x15)),
    ],
)
def test_the_current_database_is_tracked(
    session: Session, make_peer: Any, group: Any, kind: int, sql: str, warn: int, expected: Database | None
) -> None:
    session.in_transaction = True
    peer = make_peer(session, [(None, group(Describe(kind, 1))), (None, group(Done(warn=warn), Cost()))])
    prepared = peer.run(statement.prepare(session, sql, 0))
    assert session.database == Database("testdb", 0x15), "a prepare changes nothing"
    peer.run(statement.execute(session, prepared))
    assert session.database == expected
    assert session.in_transaction is (kind == 6)


def test_a_refused_database_statement_changes_nothing(session: Session, make_peer: Any, group: Any) -> None:
    peer = make_peer(session, [(None, group(Err(-329, -111)))])
    with pytest.raises(ServerError):
        peer.run(statement.command(session, "database nope", statement_type=1))
    assert session.database == Database("testdb", 0x15)
