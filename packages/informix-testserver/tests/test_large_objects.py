"""Smart large objects both ways, the fast path, and client files by SQ_FILE (sqli.md 5.13-5.15)."""

import struct

import pytest
from informix_testserver import SqlError
from informix_testserver.engine import Outcome, Parameter
from informix_testserver.script import ScriptEngine, ScriptSession
from informix_types import ColumnType, TypeCode
from informix_types.context import TypeContext
from informix_types.params import decode_block, encode_block
from informix_types.values import BlobLocator, ClobLocator
from informix_wire import pdu

CTX = TypeContext()
INT = ColumnType(TypeCode.INTEGER, 4)
INT8 = ColumnType(TypeCode.INT8, 10)
BLOB = ColumnType(TypeCode.UDTFIXED, 72, extended_id=10, owner="informix", extended_name="blob")
CLOB = ColumnType(TypeCode.UDTFIXED, 72, extended_id=11, owner="informix", extended_name="clob")
LVARCHAR = ColumnType(TypeCode.LVARCHAR)


def opaque(name, size):
    return ColumnType(TypeCode.SENDRECV, size, extended_name=name)


def call(client, signature, *arguments):
    """Call a routine; return its values, or the error."""
    (handle,) = client.ask(pdu.GetRoutine(signature))
    if isinstance(handle, pdu.Err):
        return handle
    assert handle.database == "testdb"
    blocks = b"".join(encode_block(column, value, CTX) for column, value in arguments)
    group = client.ask(pdu.ExecuteRoutine("", handle.handle, len(arguments), blocks))
    if isinstance(group[0], pdu.Err):
        return group[0]
    assert [type(m) for m in group] == [pdu.RoutineReply, pdu.Done, pdu.Cost]
    values, at = [], 0
    for _ in range(group[0].count):
        bound, at = decode_block(group[0].blocks, at, CTX)
        values.append(bound.value)
    assert at == len(group[0].blocks)
    return values


OPEN = "function informix.ifx_lo_open(blob ,integer)"
CLOSE = "function informix.ifx_lo_close(integer)"
STAT = "function informix.ifx_lo_stat(int, ifx_lo_stat)"
SEEK = "function informix.ifx_lo_seek(integer,int8,integer,int8)"
SPEC = "function informix.ifx_lo_col_sbinfo(lvarchar,ifx_lo_spec)"
CREATE = "function informix.ifx_lo_create( ifx_lo_spec,integer,blob)"


@pytest.fixture
def locators(script, client):
    """The locators of one row, in the form that RET_TYPE 44 asks for."""
    script.answer("select b, c from t", columns=[("b", BLOB), ("c", CLOB)], rows=[(b"0123456789", "text")])
    client.ask(pdu.Prepare(0, "select b, c from t"), pdu.NDescribe(), pdu.WantDone())
    client.ask(pdu.StatementId(0), pdu.CursorName("c"), pdu.Open())
    forms = opaque("blob", 72), opaque("clob", 72)
    data = client.ask(pdu.StatementId(0), pdu.RetType(1, forms), pdu.NFetch(4096))[0].data
    assert len(data) == 2 * 77
    return BlobLocator(data[5:77]), ClobLocator(data[82:])


def test_a_locator_without_ret_type_is_hex(script, client, locators):
    client.ask(pdu.Prepare(0, "select b, c from t"), pdu.NDescribe(), pdu.WantDone())
    group = client.ask(pdu.StatementId(1), pdu.CursorName("d"), pdu.Open(), pdu.NFetch(4096))
    assert len(group[0].data) == 2 * 149
    assert bytes.fromhex(group[0].data[5:149].decode()) == locators[0].data  # equal content, one locator


def test_read_as_jdbc_does(client, locators):
    blob, clob = locators
    (fd,) = call(client, OPEN, (opaque("blob", 72), blob), (INT, 8))
    stat, code = call(client, STAT, (INT, fd), (opaque("ifx_lo_stat", 644), bytes(644)))
    assert (len(stat), code, struct.unpack(">IIh", stat[4:14])) == (644, 0, (10, 0, 1))
    assert call(client, SEEK, (INT, fd), (INT8, 4), (INT, 0), (INT8, None)) == [4, 0]
    assert client.ask(pdu.LoDataRequest(0, fd, 3)) == [pdu.LoDataReply(0, 3, b"456")]
    assert client.ask(pdu.LoDataRequest(1, fd, 100, 1, 0)) == [pdu.LoDataReply(1, 9, b"123456789")]
    assert client.ask(pdu.LoDataRequest(1, fd, 4, -2, 2)) == [pdu.LoDataReply(1, 2, b"89")]
    assert client.ask(pdu.LoDataRequest(0, fd, 4)) == [pdu.LoDataReply(0, 0)]
    assert client.ask(pdu.LoDataRequest(1, fd, 4, -11, 2)) == [pdu.Err(-9810)]
    assert call(client, CLOSE, (INT, fd)) == [0]
    assert client.ask(pdu.LoDataRequest(0, fd, 3)) == [pdu.Err(-9811, 0, 0, str(fd))]
    assert call(client, "function informix.ifx_lo_release(blob)", (opaque("blob", 72), blob)) == [0]
    (fd,) = call(client, OPEN, (opaque("clob", 72), clob), (INT, 16))
    assert client.ask(pdu.LoDataRequest(0, fd, 100)) == [pdu.LoDataReply(0, 4, b"text")]


def test_an_object_of_a_row_is_not_written_behind_its_back(client, locators):
    (fd,) = call(client, OPEN, (opaque("blob", 72), locators[0]), (INT, 8))
    (error,) = client.ask(pdu.LoDataRequest(2, fd, 1, data=b"x"))
    assert error.sqlcode == -9810


def test_write_as_jdbc_does(script, client):
    script.answer("insert into t values (?)", columns=[("b", BLOB)], rows_affected=1)
    spec = bytes.fromhex("dadafeed") + bytes(592)
    info, code = call(client, SPEC, (LVARCHAR, "t.b"), (opaque("ifx_lo_spec", 596), spec))
    assert (info, code) == (spec, 0)
    null = BlobLocator(bytes(72))
    locator, fd = call(client, CREATE, (opaque("ifx_lo_spec", 596), spec), (INT, 8), (opaque("blob", 72), null))
    big = bytes(range(256)) * 300
    assert client.ask(pdu.LoDataRequest(2, fd, len(big), data=big)) == [pdu.LoDataReply(2, len(big))]
    assert call(client, CLOSE, (INT, fd)) == [0]
    client.ask(pdu.Prepare(1, "insert into t values (?)"), pdu.NDescribe(), pdu.WantDone())
    block = encode_block(ColumnType(TypeCode.SENDRECV, 72, extended_name="blob"), locator, CTX)
    assert client.ask(pdu.StatementId(0), pdu.Bind(1, block), pdu.Execute())[0] == pdu.Done(0, 1)
    assert script.log[-1].values == (big,)
    block = encode_block(ColumnType(TypeCode.SENDRECV, 72, extended_name="blob"), null, CTX)
    assert client.ask(pdu.StatementId(0), pdu.Bind(1, block), pdu.Execute()) == [pdu.Err(-9810, -12048)]


def test_unknown_routines_and_wrong_arguments(client):
    assert call(client, "function informix.nothing(integer)") == pdu.Err(-674, 0, 0, "nothing")
    assert call(client, CLOSE) == pdu.Err(-9700)
    assert call(client, CLOSE, (INT, 42)) == pdu.Err(-9811, 0, 0, "42")
    assert client.ask(pdu.ExecuteRoutine("", 999, 0, b"")) == [pdu.Err(-674)]


def test_handles_are_the_same_for_the_same_signature(client):
    assert client.ask(pdu.GetRoutine(CLOSE)) == client.ask(pdu.GetRoutine(CLOSE))
    assert client.ask(pdu.GetRoutine(CLOSE)) != client.ask(pdu.GetRoutine(OPEN))


class FileSession(ScriptSession):
    """Runs lotofile and filetoblob through the services, and a routine of its own."""

    def attach(self, services):
        self.services = services

    def execute(self, statement, parameters=(), *, keys=None):
        sql = statement.handle[0]
        if sql == "insert filetoblob":
            self.content = self.services.read_client_file("/in")
            return Outcome(rows=len(self.content))
        if sql == "insert lotofile":
            self.services.write_client_file("/out", b"y" * 40000)
            return Outcome(rows=1)
        return super().execute(statement, parameters, keys=keys)

    def find_routine(self, signature):
        return "double" if "double(" in signature else None

    def call_routine(self, routine, parameters):
        return [Parameter(INT, parameters[0].value * 2)]


class FileEngine(ScriptEngine):
    def connect(self, user, environment):
        return FileSession(self)


@pytest.fixture
def files(serve, connect):
    engine = FileEngine()
    engine.answer("insert filetoblob")
    engine.answer("insert lotofile")
    return connect(serve(engine=engine)).start()


def begin(client, sql):
    client.ask(pdu.Prepare(0, sql), pdu.NDescribe(), pdu.WantDone())
    return client.ask(pdu.StatementId(0), pdu.Execute())


def test_the_server_reads_a_client_file(files):
    assert begin(files, "insert filetoblob") == [pdu.FileOp(0, "/in")]
    assert files.ask() == [pdu.FileOp(2)]
    assert files.ask(pdu.FileRead(b"x" * 70001)) == [pdu.FileOp(1)]
    assert files.ask() == [pdu.Done(0, 70001), pdu.Cost(1, 1)]


def test_the_server_writes_a_client_file(files):
    assert begin(files, "insert lotofile") == [pdu.FileOp(0, "/out")]
    (step,) = files.ask()
    assert (step.operation, step.data) == (3, b"y" * 40000)
    assert files.ask(pdu.FileWrite(40000)) == [pdu.FileOp(1)]
    assert files.ask() == [pdu.Done(0, 1), pdu.Cost(1, 1)]


def test_a_refused_file_fails_the_statement(files):
    begin(files, "insert filetoblob")
    assert files.ask(pdu.Err(2)) == [pdu.Err(-9810, -2, 0, "/in")]
    assert files.ask(pdu.Begin()) == [pdu.XactStat(1, 1, 0)]


def test_routines_of_the_engine(files):
    assert call(files, "function informix.double(integer)", (INT, 21)) == [42]


def test_a_file_answer_out_of_place_ends_the_connection(serve, connect):
    server = serve()
    client = connect(server).start()
    client.send(pdu.FileRead(b"x"))
    with pytest.raises(EOFError):
        client.receive()
    assert "FileRead" in str(server.protocol_errors.pop())


def test_sql_error_is_a_plain_exception():
    error = SqlError(-9810, isam=-12048)
    assert (error.sqlcode, error.isam, error.offset, error.token) == (-9810, -12048, 0, "")
