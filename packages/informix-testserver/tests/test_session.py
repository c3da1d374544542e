"""Statements, cursors, transactions through a raw client, in the full and the narrow dialect."""

from dataclasses import replace

import pytest
from informix_testserver import PROFILES, SqlError
from informix_testserver.constructed import encode_constructed
from informix_testserver.engine import Outcome, ResultColumn
from informix_types import ColumnType, TypeCode
from informix_types.context import TypeContext
from informix_types.params import encode_params
from informix_types.reference import decode_row
from informix_types.values import CollectionValue
from informix_wire import pdu
from informix_wire.caps import OFFER_JDBC

INT = ColumnType(TypeCode.INTEGER, 4)
VARCHAR = ColumnType(TypeCode.VARCHAR, 20)
LVARCHAR = ColumnType(TypeCode.UDTVAR, 100, extended_id=1, owner="informix", extended_name="lvarchar")
BOOLEAN = ColumnType(TypeCode.UDTFIXED, 1, extended_id=5, owner="informix", extended_name="boolean")
CTX = TypeContext()
NAME = "_ifxc0000000000001"
DONE = [pdu.Done, pdu.Cost]
NMAP = bytes.fromhex("fffc7ffc3c8c8a")


def kinds(group):
    return [type(message) for message in group]


def prepare(client, sql, markers=0, *extra):
    group = client.ask(pdu.Prepare(markers, sql), *extra, pdu.NDescribe(), pdu.WantDone())
    assert isinstance(group[0], pdu.Describe), group
    return group[0]


def bind(*values):
    binding = encode_params(values, (), CTX)
    return pdu.Bind(binding.count, binding.blocks)


def rows(group, types):
    return [decode_row(types, m.data, CTX) for m in group if isinstance(m, pdu.Tuple)]


@pytest.fixture(params=["full", "narrow", "nmap", "11.70", "15"])
def any_client(request, serve, connect):
    if request.param == "narrow":
        return connect(serve()).start(mask=b"")
    if request.param == "nmap":
        return connect(serve()).start(mask=NMAP)
    if request.param == "15":
        return connect(serve(profile="15")).start(mask=OFFER_JDBC + b"\x06")
    if request.param == "11.70":
        return connect(serve(profile="11.70")).start()
    return connect(serve()).start()


def test_login_negotiation_database(serve, connect):
    server = serve()
    client = connect(server)
    reply = client.log_in()
    assert (reply.accepted, reply.service_error, reply.capabilities) == (True, 0, (316, 0, 0))
    assert reply.server_name == "informix"
    assert " Version " in reply.version
    (answer,) = client.negotiate()
    assert answer.mask.hex() == "bdbe9ffe7fb7ffeff0"
    assert client.ask(pdu.Info((("DBTEMP", "/tmp"),))) == []
    assert client.ask(pdu.DbOpen("testdb")) == [pdu.Done(0x15), pdu.Cost(1, 1)]
    assert client.ask(pdu.DbOpen("sysmaster")) == [pdu.Done(0x14), pdu.Cost(1, 1)]
    assert client.ask(pdu.DbOpen("nope")) == [pdu.Err(-329, -111, 0, "nope")]
    assert client.ask(pdu.DbList()) == [pdu.DatabaseList(("testdb", "sysmaster"))]
    assert client.ask(pdu.VersionRequest()) == [pdu.Version("9.56.FC12W1")]
    assert client.ask(pdu.Exit()) == [pdu.Exit()]
    with pytest.raises(EOFError):
        client.receive()


def test_a_session_is_gone_before_its_goodbye_is_answered(script, server, connect):
    for _ in range(50):
        client = connect(server).start()
        assert client.ask(pdu.Exit()) == [pdu.Exit()]
        assert script.log.pop().action == "close"
        client.close()


def test_select_in_every_dialect(script, any_client):
    script.answer("select a, b from t", columns=[("a", INT), ("b", VARCHAR)], rows=[(1, "one"), (2, None)])
    client = any_client
    described = prepare(client, "select a, b from t")
    assert (described.statement_type, described.statement_id) == (2, 0)
    assert [(c.name, c.start, c.type.code) for c in described.columns] == [("a", 0, 2), ("b", 4, 13)]
    assert described.tuple_size == 25
    group = client.ask(pdu.StatementId(0), pdu.CursorName(NAME), pdu.Open(), pdu.StatementId(0), pdu.NFetch(4096))
    assert kinds(group) == [pdu.Tuple, pdu.Tuple, *DONE]
    assert rows(group, (INT, VARCHAR)) == [(1, "one"), (2, None)]
    assert group[2].rows == 2
    assert kinds(client.ask(pdu.StatementId(0), pdu.NFetch(4096))) == DONE
    assert client.ask(pdu.StatementId(0), pdu.Close()) == []
    assert client.ask(pdu.StatementId(0), pdu.Release()) == []


def test_errors_have_offset_and_token_in_every_dialect(script, any_client):
    script.answer("select x", error=SqlError(-217, isam=-111, offset=8, token="x"), error_at="prepare")
    assert any_client.ask(pdu.Prepare(0, "select x"), pdu.NDescribe(), pdu.WantDone()) == [
        pdu.Err(-217, -111, 8, "x")
    ]
    assert any_client.ask(pdu.Commit()) == [pdu.Err(-255)]


def test_fetch_keeps_to_the_buffer_and_sends_one_row_at_least(script, client):
    script.answer("select a from t", columns=[("a", INT)], rows=[(i,) for i in range(10)])
    prepare(client, "select a from t")
    group = client.ask(pdu.StatementId(0), pdu.CursorName(NAME), pdu.Open(), pdu.StatementId(0), pdu.NFetch(36))
    assert rows(group, (INT,)) == [(0,), (1,), (2,)]  # 12 bytes a row: three fit into 36
    group = client.ask(pdu.StatementId(0), pdu.NFetch(1))
    assert rows(group, (INT,)) == [(3,)]
    assert group[-2].rows == 4
    group = client.ask(pdu.StatementId(0), pdu.NFetch(100000))
    assert rows(group, (INT,)) == [(i,) for i in range(4, 10)]
    assert kinds(client.ask(pdu.StatementId(0), pdu.NFetch(100000))) == DONE


def test_for_update_sends_one_row_at_a_time(script, client):
    script.answer("select a from t for update", columns=[("a", INT)], rows=[(1,), (2,)], for_update=True)
    prepare(client, "select a from t for update")
    group = client.ask(pdu.StatementId(0), pdu.CursorName("cur"), pdu.Open(), pdu.NFetch(4096))
    assert rows(group, (INT,)) == [(1,)]
    assert client.ask(pdu.StatementId(0), pdu.Close()) == []
    assert client.ask(pdu.StatementId(0), pdu.CursorName("cur"), pdu.Scroll(), pdu.Open()) == [pdu.Err(-526)]


def test_bind_in_the_open_group_and_in_its_own(script, client):
    script.answer(
        "select a from t where a = ?",
        columns=[("a", INT)],
        rows=lambda values: [(values[0],)],
        parameters=[INT],
    )
    prepare(client, "select a from t where a = ?", 1)
    group = client.ask(pdu.StatementId(0), pdu.CursorName(NAME), bind(7), pdu.Open(), pdu.NFetch(4096))
    assert rows(group, (INT,)) == [(7,)]
    client.ask(pdu.StatementId(0), pdu.Close())
    assert client.ask(pdu.StatementId(0), bind(8)) == []
    group = client.ask(pdu.StatementId(0), pdu.CursorName(NAME), pdu.Open(), pdu.StatementId(0), pdu.NFetch(4096))
    assert rows(group, (INT,)) == [(8,)]
    assert client.ask(pdu.StatementId(0), pdu.CIDescribe())[0].types == (INT,)
    client.ask(pdu.StatementId(0), pdu.Close())
    assert client.ask(pdu.StatementId(0), bind(1, 2), pdu.Open()) == [pdu.Err(-254)]


def test_ret_type_switches_the_form_of_extended_columns(script, client):
    script.answer("select l, b from t", columns=[("l", LVARCHAR), ("b", BOOLEAN)], rows=[("text", True)])
    prepare(client, "select l, b from t")
    plain = client.ask(pdu.StatementId(0), pdu.CursorName(NAME), pdu.Open(), pdu.NFetch(4096))
    assert plain[0].data.hex() == "000000000474657874000000000174"
    client.ask(pdu.StatementId(0), pdu.Close())
    want = (
        ColumnType(TypeCode.LVARCHAR, 100, owner="informix", extended_name="lvarchar"),
        ColumnType(TypeCode.BOOLEAN, 1, owner="informix", extended_name="boolean"),
    )
    assert client.ask(pdu.StatementId(0), pdu.CursorName(NAME), pdu.Open()) == []
    group = client.ask(pdu.StatementId(0), pdu.RetType(1, want), pdu.NFetch(4096))
    assert group[0].data.hex() == "000000000474657874000000000101"


def test_execute_with_parameters_and_batch(script, client):
    script.answer("insert into t values (?)", columns=[("a", INT)], rows_affected=1, serial=9, parameters=[INT])
    group = client.ask(pdu.Prepare(1, "insert into t values (?)"), pdu.NDescribe(), pdu.WantDone())
    assert kinds(group) == [pdu.Describe, pdu.InsertDone, *DONE]
    group = client.ask(pdu.StatementId(0), bind(1), pdu.Execute())
    assert group == [pdu.InsertDone(0, 0), pdu.Done(0, 1, 0, 9), pdu.Cost(1, 1)]
    group = client.ask(pdu.StatementId(0), bind(1), pdu.Execute(), bind(2), pdu.Execute())
    assert kinds(group) == [pdu.InsertDone, *DONE, pdu.InsertDone, *DONE]
    executed = [call.values for call in script.log if call.action == "execute"]
    assert executed == [(1,), (1,), (2,)]


def test_an_error_in_a_batch_keeps_what_was_done_and_skips_the_rest(script, client):
    def outcome(values):
        if values == (2,):
            raise SqlError(-268, isam=-100, token="u100_1")
        return Outcome(rows=1)

    script.answer("insert into t values (?)", columns=[("a", INT)], outcome=outcome, parameters=[INT])
    prepare(client, "insert into t values (?)", 1)
    messages = [m for value in (1, 2, 3) for m in (bind(value), pdu.Execute())]
    group = client.ask(pdu.StatementId(0), *messages)
    assert kinds(group) == [*DONE, pdu.Err]
    assert group[-1] == pdu.Err(-268, -100, 0, "u100_1")
    assert [call.values for call in script.log if call.action == "execute"] == [(1,), (2,)]
    assert client.ask(pdu.StatementId(0), pdu.Release()) == []


@pytest.mark.parametrize("described", [False, True])
def test_several_commands_in_one_group(script, serve, connect, described):
    client = connect(serve(profile=replace(PROFILES["12.10"], describe_commands=described))).start()
    for n in (1, 2):
        script.answer(f"delete from t where a = {n}", rows_affected=n)
    sequence = [
        m
        for n in (1, 2)
        for m in (pdu.Command(0, f"delete from t where a = {n}"), pdu.NDescribe(), pdu.Execute(), pdu.Release())
    ]
    group = client.ask(*sequence)
    assert kinds(group) == [*[pdu.Describe] * described, *DONE] * 2
    assert [m.rows for m in group if isinstance(m, pdu.Done)] == [1, 2]
    assert {m.statement_id for m in group if isinstance(m, pdu.Describe)} == ({0} if described else set())


def test_execute_alone_means_the_last_statement(script, client):
    script.answer("update t set a = 1", rows_affected=3)
    assert client.ask(pdu.Command(0, "update t set a = 1"), pdu.NDescribe()) == []
    group = client.ask(pdu.Execute())
    assert group[0] == pdu.Done(0, 3)


def test_ids_are_the_lowest_free_and_zero_means_the_newest(script, client):
    script.answer("update t set a = 1", rows_affected=1)
    script.answer("update t set a = 2", rows_affected=2)
    first = prepare(client, "update t set a = 1").statement_id
    second = prepare(client, "update t set a = 2").statement_id
    assert (first, second) == (0, 1)
    client.ask(pdu.StatementId(0), pdu.Release())
    assert client.ask(pdu.StatementId(0), pdu.Execute())[0].rows == 2
    assert prepare(client, "update t set a = 1").statement_id == 0
    assert client.ask(pdu.StatementId(0), pdu.Execute())[0].rows == 1
    assert client.ask(pdu.StatementId(77), pdu.Execute()) == [pdu.Err(-410)]


def test_release_and_close_never_hit_another_statement(script, serve, connect):
    script.answer("update t set a = 1", rows_affected=1)
    for strict in (False, True):
        client = connect(serve(profile=replace(PROFILES["12.10"], strict_ids=strict))).start()
        prepare(client, "update t set a = 1")
        assert prepare(client, "update t set a = 1").statement_id == 1
        client.ask(pdu.StatementId(0), pdu.Release())
        assert client.ask(pdu.StatementId(0), pdu.Release()) == ([pdu.Err(-410)] if strict else [])
        assert client.ask(pdu.StatementId(0), pdu.Close()) == [pdu.Err(-267)]
        assert client.ask(pdu.StatementId(1), pdu.Execute())[0] == pdu.Done(0, 1)
        expected = pdu.Err(-410) if strict else pdu.Done(0, 1)
        assert client.ask(pdu.StatementId(0), pdu.Execute())[0] == expected


def test_execute_of_a_select_is_refused(script, client):
    script.answer("select a from t", columns=[("a", INT)])
    prepare(client, "select a from t")
    assert client.ask(pdu.StatementId(0), pdu.Execute()) == [pdu.Err(-260)]
    assert client.ask(pdu.StatementId(0), pdu.Close()) == [pdu.Err(-267)]
    assert client.ask(pdu.StatementId(0), pdu.NFetch(4096)) == [pdu.Err(-400)]


def test_scroll_cursor(script, client):
    script.answer("select a from t", columns=[("a", INT)], rows=[(i,) for i in (10, 20, 30)])
    prepare(client, "select a from t")
    assert client.ask(pdu.StatementId(0), pdu.CursorName(NAME), pdu.Scroll(), pdu.Open()) == []
    seen = []
    for kind, row in ((4, 0), (6, 1), (6, 3), (2, 0), (3, 0), (5, 2), (1, 2), (1, 0)):
        group = client.ask(pdu.StatementId(0), pdu.SFetch(kind, row, 4096))
        assert kinds(group) == [pdu.Tuple, pdu.TupleId]
        seen.append((*rows(group, (INT,))[0], group[1].row))
    assert seen == [(30, 3), (10, 1), (30, 3), (20, 2), (10, 1), (30, 3), (20, 2), (30, 3)]
    for kind, row in ((6, 4), (6, 0), (1, 0), (5, 5)):
        assert kinds(client.ask(pdu.StatementId(0), pdu.SFetch(kind, row, 4096))) == DONE
    assert client.ask(pdu.StatementId(0), pdu.SFetch(9, 0, 4096)) == [pdu.Err(-482)]


def test_commit_closes_cursors_without_hold(script, client):
    script.answer("select a from t", columns=[("a", INT)], rows=[(1,), (2,)])
    assert client.ask(pdu.Begin()) == [pdu.XactStat(1, 1, 0)]
    assert client.ask(pdu.Begin()) == [pdu.Err(-535)]
    for number, flags in ((0, ()), (1, (pdu.Hold(),))):
        prepare(client, "select a from t")
        client.ask(pdu.StatementId(number), pdu.CursorName(f"c{number}"), *flags, pdu.Open(), pdu.NFetch(1))
    assert client.ask(pdu.Commit()) == [pdu.XactStat(2, 0, 1)]
    assert client.ask(pdu.StatementId(0), pdu.NFetch(1)) == [pdu.Err(-400)]
    assert rows(client.ask(pdu.StatementId(1), pdu.NFetch(1)), (INT,)) == [(2,)]
    assert client.ask(pdu.StatementId(0), pdu.Close()) == []
    client.ask(pdu.Begin())
    assert client.ask(pdu.Rollback()) == [pdu.XactStat(3, 0, 1)]


def test_transaction_statements_as_sql_are_tracked(client):
    prepared = prepare(client, "begin work")
    assert prepared.statement_type == 34
    assert client.ask(pdu.StatementId(0), pdu.Execute()) == [pdu.XactStat(1, 1, 0), pdu.Done(), pdu.Cost(1, 1)]
    assert client.ask(pdu.Begin()) == [pdu.Err(-535)]


def test_savepoints(script, client):
    client.ask(pdu.Begin())
    assert client.ask(pdu.SetSavepoint("one")) == []
    assert client.ask(pdu.RollbackToSavepoint("one")) == []
    assert client.ask(pdu.ReleaseSavepoint("one")) == []
    assert [c.action for c in script.log][-3:] == ["savepoint", "rollback_to", "release_savepoint"]


def test_autofree_releases_at_close(script, client):
    script.answer("select a from t", columns=[("a", INT)], rows=[(1,)])
    prepare(client, "select a from t")
    client.ask(pdu.StatementId(0), pdu.CursorName(NAME), pdu.AutoFree(), pdu.Open())
    assert client.ask(pdu.StatementId(0), pdu.Close()) == []
    assert prepare(client, "select a from t").statement_id == 0


def test_insert_cursor(script, client):
    script.answer("insert into t values (?,?)", columns=[("a", INT), ("b", VARCHAR)], rows_affected=1)
    prepare(client, "insert into t values (?,?)", 2)
    opening = (pdu.StatementId(0), pdu.CursorName(NAME), pdu.Open(), pdu.RetType(0, (INT, VARCHAR)))
    put = pdu.Put(b"\0\0\0\1\2ab")
    assert client.ask(*opening) == [pdu.Err(-265)]
    client.ask(pdu.Begin())
    assert client.ask(*opening, put, put, put) == [pdu.Done(0, 3), pdu.Cost(1, 1)]
    assert client.ask(pdu.StatementId(0), pdu.Close()) == []
    assert [c.values for c in script.log if c.action == "execute"] == [(1, "ab")] * 3


def test_put_error_says_how_many_rows_were_stored(script, client):
    def outcome(values):
        if values[0] == 3:
            raise SqlError(-268, isam=-100, token="u")
        return Outcome(rows=1)

    script.answer("insert into t values (?)", columns=[("a", INT)], outcome=outcome)
    prepare(client, "insert into t values (?)", 1)
    client.ask(pdu.Begin())
    puts = [pdu.Put(n.to_bytes(4, "big")) for n in (1, 2, 3, 4)]
    group = client.ask(pdu.StatementId(0), pdu.CursorName(NAME), pdu.Open(), pdu.RetType(0, (INT,)), *puts)
    assert group == [pdu.PutErr(2, -268, -100, 0, "u")]


@pytest.mark.parametrize("with_prepare", [True, False])
def test_generated_keys(script, serve, connect, with_prepare):
    client = connect(serve(profile=replace(PROFILES["12.10"], keys_with_prepare=with_prepare))).start()
    script.answer(
        "insert into t values (0,?)",
        columns=[("b", VARCHAR)],
        parameters=[VARCHAR],
        rows_affected=1,
        serial=4,
        keys=[("id", INT)],
        key_values=(4,),
    )
    sql = "insert into t values (0,?)"
    group = client.ask(pdu.Prepare(1, sql), pdu.KeyRequest(), pdu.NDescribe(), pdu.WantDone())
    assert kinds(group) == [pdu.Describe, *[pdu.KeyDescribe] * with_prepare, pdu.InsertDone, *DONE]
    group = client.ask(pdu.StatementId(0), bind("x"), pdu.Execute())
    assert kinds(group) == [pdu.InsertDone, *[pdu.KeyDescribe] * (not with_prepare), pdu.KeyTuple, *DONE]
    assert group[-3].data == b"\0\0\0\4"
    script.answer("insert into t values (1)", rows_affected=1, keys=[("id", INT)], key_values=(5,))
    command = pdu.Command(0, "insert into t values (1)"), pdu.KeyRequest(), pdu.NDescribe(), pdu.Execute()
    group = client.ask(*command, pdu.Release())
    assert kinds(group) == [pdu.KeyDescribe, pdu.KeyTuple, *DONE]


def test_byte_and_text_travel_by_descriptor(script, client):
    byte = ColumnType(TypeCode.BYTE, 56)
    script.answer("insert into b values (?,?)", columns=[("a", INT), ("b", byte)], rows_affected=1)
    script.answer(
        "select b, t from b",
        columns=[("b", byte), ("t", ColumnType(TypeCode.TEXT, 56))],
        rows=[(b"x" * 3000, "text"), (None, "")],
    )
    prepare(client, "insert into b values (?,?)", 2)
    binding = encode_params((1, b"y" * 2500), (INT, byte), CTX)
    group = client.ask(
        pdu.StatementId(0), pdu.Bind(binding.count, binding.blocks), pdu.BlobBind(binding.blobs), pdu.Execute()
    )
    assert kinds(group) == DONE
    assert [c.values for c in script.log if c.action == "execute"] == [(1, b"y" * 2500)]
    assert client.ask(pdu.StatementId(0), pdu.Bind(binding.count, binding.blocks), pdu.Execute()) == [
        pdu.Err(-254)
    ]
    prepare(client, "select b, t from b")
    group = client.ask(pdu.StatementId(1), pdu.CursorName(NAME), pdu.Open(), pdu.NFetch(4096))
    data, nulls = group[0].data, group[1].data
    assert nulls[39] & 1
    assert not data[39] & 1
    answers = [client.ask(pdu.StatementId(1), pdu.FetchBlob(d)) for d in (data[:56], data[56:], nulls[56:])]
    assert [b"".join(chunk.data for chunk in answer) for answer in answers] == [b"x" * 3000, b"text", b""]
    assert [answer[-1] for answer in answers] == [pdu.BlobChunk()] * 3
    client.ask(pdu.StatementId(1), pdu.Close())
    assert client.ask(pdu.StatementId(1), pdu.FetchBlob(data[:56])) == [pdu.Err(-602)]


def test_the_other_forms_that_the_specification_permits(script, serve, connect):
    profile = replace(
        PROFILES["12.10"],
        end_of_data="error",
        done_after_full_block=False,
        cumulative_rows=False,
        send_cost=False,
        describe_commands=True,
        insertdone_on_prepare=False,
        tupid_first=True,
        exit_with_eot=True,
    )
    script.answer("select a from t", columns=[("a", INT)], rows=[(1,), (2,)])
    script.answer("insert into t values (1)", rows_affected=1)
    client = connect(serve(profile=profile)).start()
    prepare(client, "select a from t")
    group = client.ask(pdu.StatementId(0), pdu.CursorName(NAME), pdu.Open(), pdu.NFetch(12))
    assert kinds(group) == [pdu.Tuple]
    assert kinds(client.ask(pdu.StatementId(0), pdu.NFetch(4096))) == [pdu.Tuple, pdu.Done]
    assert client.ask(pdu.StatementId(0), pdu.NFetch(4096)) == [pdu.Err(100)]
    group = client.ask(pdu.Command(0, "insert into t values (1)"), pdu.NDescribe(), pdu.Execute(), pdu.Release())
    assert kinds(group) == [pdu.Describe, pdu.Done]
    client.ask(pdu.StatementId(0), pdu.Close())
    client.ask(pdu.StatementId(0), pdu.CursorName(NAME), pdu.Scroll(), pdu.Open())
    assert kinds(client.ask(pdu.StatementId(0), pdu.SFetch(4, 0, 4096))) == [pdu.TupleId, pdu.Tuple]
    client.send(pdu.Exit())
    assert client.read_group() == [pdu.Exit()]
    assert client.message() == pdu.Eot()


def test_unlogged_database_has_no_transactions(server, connect):
    client = connect(server).start("sysmaster")
    assert client.ask(pdu.Begin()) == [pdu.Err(-256)]


def test_routine_error_carries_sqlstate_and_text(script, client):
    error = SqlError(-937, token="f", sqlstate="U0001", text="went wrong")
    script.answer("execute procedure f()", error=error)
    prepare(client, "execute procedure f()")
    assert client.ask(pdu.StatementId(0), pdu.Execute()) == [pdu.Err(-937, 0, 0, "f", "U0001", "went wrong")]


def test_result_column_is_plain_data():
    assert ResultColumn("a", INT) == ResultColumn("a", INT)


def test_collections_in_binary_form(script, client):
    column = ColumnType(TypeCode.SET, extended_name="integer not null")
    script.answer("select s from t", columns=[("s", column)], rows=[(CollectionValue.of("SET", [5]),)])
    prepare(client, "select s from t")
    client.ask(pdu.StatementId(0), pdu.CursorName(NAME), pdu.Open())
    asked = ColumnType(TypeCode.SENDRECV, extended_name="integer not null")
    row, *_ = client.ask(pdu.StatementId(0), pdu.RetType(1, (asked,)), pdu.NFetch(4096))
    assert row.data == encode_constructed(column, CollectionValue.of("SET", [5]), TypeContext())


def test_collections_in_an_unknown_binary_form_are_refused_by_name(script, client):
    column = ColumnType(TypeCode.SET, extended_name="boolean not null")
    script.answer("select s from t", columns=[("s", column)], rows=[(CollectionValue.of("SET", [True]),)])
    prepare(client, "select s from t")
    client.ask(pdu.StatementId(0), pdu.CursorName(NAME), pdu.Open())
    asked = ColumnType(TypeCode.SENDRECV, extended_name="boolean not null")
    (error,) = client.ask(pdu.StatementId(0), pdu.RetType(1, (asked,)), pdu.NFetch(4096))
    assert (error.sqlcode, error.token) == (-513, "binary form of BOOLEAN")


def test_groups_sent_together_are_answered_in_order_before_more_is_waited_for(server, connect):
    client = connect(server).start()
    groups = [[pdu.VersionRequest()], [pdu.DbList()], [pdu.VersionRequest()]]
    data = b"".join(m.encode(client.caps) for group in groups for m in (*group, pdu.Eot()))
    rest = pdu.VersionRequest().encode(client.caps) + pdu.Eot().encode(client.caps)
    client.sock.sendall(data + rest[:3])
    assert [kinds(client.read_group()) for _ in groups] == [[pdu.Version], [pdu.DatabaseList], [pdu.Version]]
    client.sock.sendall(rest[3:])
    assert kinds(client.read_group()) == [pdu.Version]


def test_what_was_asked_before_nonsense_is_answered(server, connect):
    client = connect(server).start()
    group = pdu.VersionRequest().encode(client.caps) + pdu.Eot().encode(client.caps)
    client.sock.sendall(group + b"\x7f\x7f")
    assert kinds(client.read_group()) == [pdu.Version]
    with pytest.raises(EOFError):
        client.receive()
    assert "tag 32639" in str(server.protocol_errors.pop())
