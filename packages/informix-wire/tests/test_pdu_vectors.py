"""Every recorded message: decoded to what the vectors say, encoded back byte for byte, cut at every byte."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from informix_types import FramingError
from informix_types.context import TypeContext
from informix_types.params import decode_block
from informix_wire import pdu
from informix_wire.caps import FULL, NARROW, Capabilities
from informix_wire.errors import Incomplete, ProtocolError
from informix_wire.pdu.login import read_login_reply, read_login_request
from informix_wire.tags import Tag

FOLDER = Path(__file__).parent / "vectors"
CONTEXT = TypeContext()


def load(name):
    return json.loads((FOLDER / name).read_text())["vectors"]


def caps_of(vector):
    """Missing caps = full dialect; bit 8 is not listed in the vectors, but every client and server has it."""
    bits = vector.get("caps")
    if bits is None:
        return FULL
    return Capabilities.from_bits({*bits, 8}) if bits else NARROW


MESSAGES = [*load("messages.json"), *load("client_groups.json")]
each_vector = pytest.mark.parametrize("vector", MESSAGES, ids=[vector["id"] for vector in MESSAGES])


def reader_of(direction):
    return pdu.read_client if direction == "c2s" else pdu.read_server


def read_all(raw, direction, caps):
    read, offset, messages = reader_of(direction), 0, []
    while offset < len(raw):
        message, offset = read(raw, offset, caps)
        messages.append(message)
    return messages


# -- what the vectors say about a message, from ours --


def type_fields(column):
    return {
        "type": column.flags | column.code,
        "ext": column.extended_id,
        "owner": column.owner,
        "extname": column.extended_name,
        "src": column.source,
        "enc": column.encoded_length,
    }


def describe(message):
    columns, offset = [], 0
    for column in message.columns:
        columns.append(
            type_fields(column.type)
            | {"name": column.name, "name_off": offset, "start": column.start}
            | {"ref": column.reference, "align": column.alignment}
        )
        offset += len(column.name) + 1
    return {
        "stmt_type": message.statement_type,
        "id": message.statement_id,
        "cost": message.cost,
        "tuple_size": message.tuple_size,
        "cols": columns,
    }


def input_describe(message):
    columns = [
        type_fields(parameter.type) | {"ref": parameter.reference, "align": parameter.alignment}
        for parameter in message.parameters
    ]
    return {"n": len(columns), "z": message.flags, "cols": columns}


def ret_type(message):
    columns = []
    for column in message.columns:
        fields = {"type": column.flags | column.code, "len": column.encoded_length}
        if column.code > 18 and column.code not in (52, 53):
            fields |= {"owner": column.owner, "name": column.extended_name}
        columns.append(fields)
    return {"dir": message.direction, "cols": columns}


def blocks(message):
    """Heads of the blocks; their values are the business of informix-types, whose framing must agree with ours."""
    offset, found = 0, []
    for _ in range(message.count):
        bound, offset = decode_block(message.blocks, offset, CONTEXT)
        found.append(
            {"type": bound.type.flags | bound.type.code, "null": bound.value is None, "value": bound.value}
            | (
                {"owner": bound.type.owner, "name": bound.type.extended_name}
                if bound.type.code in (43, 44, 45)
                else {}
            )
        )
    assert offset == len(message.blocks)
    return found


def expected_blocks(parameters):
    found = []
    for parameter in parameters:
        fields = {"type": parameter["type"], "null": parameter["ind"] == -1}
        found.append(fields | {key: parameter[key] for key in ("owner", "name") if key in parameter})
    return found


def key_request(message):
    extra = {"columns": list(message.columns)} if message.columns else {}
    return {"kind": message.kind} | extra | ({"names": list(message.names)} if message.names else {})


def err(message):
    fields = {"sqlcode": message.sqlcode, "isam": message.isam, "offset": message.offset, "token": message.token}
    if message.sqlcode == -368:
        del fields["token"]
    if message.sqlcode == -937:
        fields |= {"sqlstate": message.sqlstate, "text": message.text}
    return fields


def xid(value):
    lengths = {"gtrid_len": len(value.gtrid), "bqual_len": len(value.bqual)}
    return {"format": value.format, "gtrid": value.gtrid.hex(), "bqual": value.bqual.hex()} | lengths


def branch(message):
    return {"xid": xid(message.xid), "rmid": message.rmid, "flags": message.flags}


def manager(message):
    return {"info": message.database, "rmid": message.rmid, "flags": message.flags}


def lodata_request(message):
    fields = {"sub": message.operation, "fd": message.fd, "len": message.amount, "buf": message.buffer_size}
    return fields | ({"data": message.data.hex()} if message.operation == 2 else {})


def file_op(message):
    names = {0: ("name", "mode", "flags", "offset"), 1: (), 2: ("buffer_size", "amount"), 3: ("data",)}
    fields = {"op": message.operation} | {name: getattr(message, name) for name in names[message.operation]}
    if "data" in fields:
        fields["data"] = fields["data"].hex()
    return {"buf" if name == "buffer_size" else name: value for name, value in fields.items()}


def info(message):
    even = [(len(name) + len(name) % 2, len(value) + len(value) % 2) for name, value in message.pairs]
    return {
        "total": 6 + sum(4 + a + b for a, b in even),
        "maxname": max((a for a, _ in even), default=0),
        "maxvalue": max((b for _, b in even), default=0),
        "env": [list(pair) for pair in message.pairs],
    }


AS_VECTOR = {
    pdu.Command: lambda m: {"markers": m.markers, "sql": m.sql},
    pdu.Prepare: lambda m: {"markers": m.markers, "sql": m.sql},
    pdu.CursorName: lambda m: m.name,
    pdu.StatementId: lambda m: m.id,
    pdu.BlobBind: lambda m: [blob.hex() for blob in m.blobs],
    pdu.NFetch: lambda m: {"buf": m.buffer_size, "arr": m.array},
    pdu.SFetch: lambda m: {"kind": m.kind, "row": m.row, "buf": m.buffer_size},
    pdu.Put: lambda m: {"len": len(m.row), "rows": m.rows, "data": m.row.hex()},
    pdu.RetType: ret_type,
    pdu.KeyRequest: key_request,
    pdu.FetchBlob: lambda m: m.descriptor.hex(),
    pdu.BlobChunk: lambda m: m.data.hex(),
    pdu.Describe: describe,
    pdu.KeyDescribe: describe,
    pdu.InputDescribe: input_describe,
    pdu.Tuple: lambda m: {"warn": m.warn, "data": m.data.hex()},
    pdu.KeyTuple: lambda m: {"warn": m.warn, "data": m.data.hex()},
    pdu.TupleId: lambda m: m.row,
    pdu.Done: lambda m: {"warn": m.warn, "rows": m.rows, "rowid": m.rowid, "serial": m.serial},
    pdu.Cost: lambda m: {"rows": m.rows, "cost": m.cost},
    pdu.XactStat: lambda m: [m.event, m.new, m.old],
    pdu.InsertDone: lambda m: {"serial8": m.serial8, "bigserial": m.bigserial},
    pdu.Err: err,
    pdu.PutErr: lambda m: {"rows": m.rows} | err(m),
    pdu.Rollback: lambda m: m.option,
    pdu.SetSavepoint: lambda m: {"name": m.name, "unique": m.unique},
    pdu.ReleaseSavepoint: lambda m: m.name,
    pdu.RollbackToSavepoint: lambda m: m.name,
    pdu.Protocols: lambda m: m.mask.hex(),
    pdu.Info: info,
    pdu.DbOpen: lambda m: {"db": m.name, "mode": m.mode},
    pdu.DatabaseList: lambda m: list(m.names),
    pdu.Version: lambda m: m.text,
    pdu.Challenge: lambda m: {"style": m.style, "text": m.text},
    pdu.Response: lambda m: m.text,
    pdu.XaOpen: manager,
    pdu.XaClose: manager,
    **dict.fromkeys(
        (pdu.XaStart, pdu.XaEnd, pdu.XaPrepare, pdu.XaCommit, pdu.XaRollback, pdu.XaForget),
        branch,
    ),
    pdu.XaRecover: lambda m: {"max": m.maximum, "rmid": m.rmid, "flags": m.flags},
    pdu.XaReply: lambda m: {"rc": m.code} | ({"xids": [xid(x) for x in m.xids]} if m.xids else {}),
    pdu.GetRoutine: lambda m: {"by": 0, "sig": m.signature, "flag": m.flag},
    pdu.RoutineHandle: lambda m: {"db": m.database, "handle": m.handle},
    pdu.LoDataRequest: lodata_request,
    pdu.LoDataReply: lambda m: {"sub": m.operation, "total": m.total} | ({"data": m.data.hex()} if m.data else {}),
    pdu.FileOp: file_op,
    pdu.FileRead: lambda m: {"total": len(m.data), "data": m.data.hex()},
    pdu.FileWrite: lambda m: {"total": m.total},
}
"""Messages that are not here have no body, or hold parameter blocks, which are compared apart."""


def check(message, expected):
    tag, *fields = expected
    assert tag == message.TAG
    kind = type(message)
    if kind in (pdu.Bind, pdu.ExecuteRoutine, pdu.RoutineReply):
        parameters = fields[0]["params"] if kind is pdu.ExecuteRoutine else fields[0]
        if kind is pdu.ExecuteRoutine:
            assert (message.database, message.handle, message.count, message.flag) == tuple(
                fields[0][name] for name in ("db", "handle", "n", "flag")
            )
        found = blocks(message)
        for ours, theirs, parameter in zip(found, expected_blocks(parameters), parameters, strict=True):
            assert {key: ours[key] for key in theirs} == theirs
            if isinstance(parameter.get("value"), int | float) and parameter["type"] in (1, 2, 3, 4, 17, 52):
                assert ours["value"] == parameter["value"]
            if parameter["type"] in (0, 13) and "value" in parameter:
                assert ours["value"] == parameter["value"]
        return
    if kind in AS_VECTOR:
        assert [AS_VECTOR[kind](message)] == fields
    else:
        assert fields == []


@each_vector
def test_decodes_to_what_the_vector_says(vector):
    messages = read_all(bytes.fromhex(vector["hex"]), vector["dir"], caps_of(vector))
    assert len(messages) == len(vector["decoded"])
    for message, expected in zip(messages, vector["decoded"], strict=True):
        check(message, expected)


@each_vector
def test_encodes_byte_for_byte(vector):
    raw, caps = bytes.fromhex(vector["hex"]), caps_of(vector)
    offset, read = 0, reader_of(vector["dir"])
    while offset < len(raw):
        message, end = read(raw, offset, caps)
        assert message.encode(caps).hex() == raw[offset:end].hex()
        assert replace(message) == message
        hash(message)
        offset = end


@each_vector
def test_message_cut_anywhere_is_incomplete(vector):
    """A prefix never decodes to a value: not to another message, and not to the same one too early."""
    raw, caps, read = bytes.fromhex(vector["hex"]), caps_of(vector), reader_of(vector["dir"])
    starts, offset = [], 0
    while offset < len(raw):
        message, end = read(raw, offset, caps)
        starts.append((offset, end, message))
        offset = end
    for start, end, message in starts:
        for cut in range(start, end):
            with pytest.raises(Incomplete):
                read(raw[:cut], start, caps)
        if not needs_lookahead(message):
            assert read(raw[:end], start, caps) == (message, end)


def needs_lookahead(message):
    """Only the tag behind these tells where they end (sqli.md 5.12, 5.15); a group never ends with them."""
    return isinstance(message, pdu.FileOp | pdu.XaReply)


SESSIONS = load("sessions.json")


@pytest.mark.parametrize("session", SESSIONS, ids=[session["id"] for session in SESSIONS])
def test_recorded_sessions_decode_and_encode(session):
    """All steps of whole conversations, capabilities taken from the negotiation where there is one."""
    offers, caps = {}, {}
    for step in session["steps"]:
        conn, raw = step["conn"], bytes.fromhex(step["hex"])
        if step["dir"] == "c2s-oob":
            assert raw == b"\x42"
        elif step["tags"] == "LOGIN_REQUEST":
            caps[conn] = NARROW
            request, end = read_login_request(raw)
            assert (end, request.encode()) == (len(raw), raw)
        elif step["tags"] == "LOGIN_REPLY":
            reply, end = read_login_reply(raw)
            assert (end, reply.encode()) == (len(raw), raw)
        else:
            force = caps.get(conn, FULL)
            messages = read_all(raw, step["dir"], force)
            names = " ".join(Tag(message.TAG).name.removeprefix("SQ_") for message in messages)
            assert names == step["tags"]
            assert b"".join(message.encode(force) for message in messages) == raw
            if isinstance(messages[0], pdu.Protocols):
                if step["dir"] == "c2s":
                    offers[conn] = messages[0].mask
                else:
                    caps[conn] = Capabilities.negotiate(offers[conn], messages[0].mask)


def test_every_message_with_a_layout_has_a_vector_or_is_listed_here():
    seen = {type(m) for v in MESSAGES for m in read_all(bytes.fromhex(v["hex"]), v["dir"], caps_of(v))}
    known = {*pdu.FROM_CLIENT.values(), *pdu.FROM_SERVER.values()}
    by_number = {pdu.DescribeRoutine, pdu.RoutineInputDescribe, pdu.RoutineParameters, pdu.RoutineState}
    assert known - seen == {pdu.DbClose, pdu.Ignored86, pdu.XaForget, *by_number}


def test_calls_by_number_look_as_those_of_jdbc():
    """Bytes that IBM's JDBC 4.50 sent for ``{call r_only_out(?, ?)}``, OUT and IN (sqli.md 5.13.1)."""
    sent = {
        "0083 01 0006 746573746462 00000006 000c": pdu.DescribeRoutine("testdb", 6),
        "0065 01 00000006 746573746462 00000006 0001": pdu.GetRoutine("", 1, "testdb", 6),
        "0066 0006 746573746462 00000064 0002 0001 0005 0002 0002 ffff 0000 0002 0000 0a00 00000005": (
            pdu.ExecuteRoutine("testdb", 100, 2, bytes.fromhex("0002ffff0000 000200000a0000000005"), 1)
        ),
        "0068 ffff 00000000 80000000 00000000 01": pdu.RoutineState(0, 0, 0, 0, 0).echo(),
        "0068 0001 00000003 00000004 00000005 00": pdu.RoutineState(1, 3, 4, 5, 1).echo(),
        "0068 0001 00000000 00000000 00000000 01": pdu.RoutineState(),
    }
    for raw, message in sent.items():
        data = bytes.fromhex(raw)
        assert message.encode(FULL) == data
        assert pdu.read_client(data, 0, FULL) == (message, len(data))


def test_parameters_of_a_routine_as_jdbc_reads_them():
    """Laid out by what JDBC accepts: its OUT values are those of the arguments marked 1 (sqli.md 5.13.1)."""
    head, record = "0068 0000 00000000 00000000 00000000 00" + "00" * 18, "00" * 15
    data = bytes.fromhex(head + "0001" + record + "0003" + "0000" + record + "0000" + (record + "0001") * 2)
    message, end = pdu.read_server(data, 0, FULL)
    assert end == len(data)
    assert [argument.is_out for argument in message.arguments] == [False, True, True]
    assert (message.results, message.state) == ((bytes(15),), pdu.RoutineState(0, 0, 0, 0, 0))
    with pytest.raises(ProtocolError, match="unknown mark 2"):
        pdu.read_server(data[:-1] + b"\2", 0, FULL)


def test_framing_error_covers_protocol_error():
    with pytest.raises(FramingError, match=r"tag 3 \(SQ_CURNAME\) which no server"):
        pdu.read_server(b"\0\3\0\0", 0, FULL)
    with pytest.raises(FramingError, match=r"tag 4242 \(no known tag\) which no client"):
        pdu.read_client((4242).to_bytes(2, "big"), 0, FULL)
