"""Fault injection: each fault as a raw client sees it, and the server's clean end in all of them."""

import threading
import time

import pytest
from informix_testserver import SqlError, TestServer
from informix_testserver.script import ScriptEngine
from informix_types import ColumnType, TypeCode
from informix_wire import pdu

INT = ColumnType(TypeCode.INTEGER, 4)


def test_what_is_no_error_is_refused(server):
    with pytest.raises(
        TypeError, match=r"fail\(\) takes an SqlError, such as SqlError\(-244, isam=-107\), not -244"
    ):
        server.faults.fail(-244)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (SqlError(-244), "-244"),
        (SqlError(-206, isam=-111, token="nix", offset=15), "-206, ISAM -111, near 'nix', at character 15"),
        (SqlError(-937, sqlstate="IX001", text="not so"), "-937, not so"),
    ],
)
def test_errors_say_what_they_are(error, text):
    assert str(error) == text


def test_cut_after_bytes(server, client):
    server.faults.cut(after_bytes=5)
    client.send(pdu.Begin())
    assert client.rest().hex() == "0063000100"


def test_cut_after_messages(server, client):
    server.faults.cut(after_messages=1)
    client.send(pdu.DbOpen("testdb"))
    assert client.rest() == pdu.Done(0x15).encode(client.caps)


def test_cut_after_groups(server, client):
    server.faults.cut(after_groups=1)
    assert client.ask(pdu.Begin()) == [pdu.XactStat(1, 1, 0)]
    client.send(pdu.Commit())
    assert client.rest() == b""


def test_cut_with_reset(server, client):
    server.faults.cut(after_bytes=0, reset=True)
    client.send(pdu.Begin())
    with pytest.raises(ConnectionResetError):
        client.receive()


def test_cut_of_one_connection_only(server, connect):
    first, second = connect(server).start(), connect(server).start()
    server.faults.cut(after_groups=0, connection=2)
    assert first.ask(pdu.Begin()) == [pdu.XactStat(1, 1, 0)]
    second.send(pdu.Begin())
    assert second.rest() == b""


def test_cut_wants_one_count(server):
    with pytest.raises(ValueError, match="exactly one"):
        server.faults.cut(after_bytes=1, after_groups=1)


def test_cut_in_the_login(server, connect):
    server.faults.cut(after_bytes=100)
    client = connect(server)
    with pytest.raises(EOFError):
        client.log_in()
    assert len(client.data) == 100


def test_garble(server, client):
    server.faults.garble(offset=1, mask=0x01)
    client.send(pdu.Begin())
    while len(client.data) < 10:
        client.receive()
    assert client.data.hex() == "0062" + "000100010000" + "000c"


def test_dribble(server, client):
    server.faults.dribble(size=1)
    client.send(pdu.DbOpen("testdb"))
    assert client.read_group() == [pdu.Done(0x15), pdu.Cost(1, 1)]
    server.faults.clear()
    assert client.ask(pdu.Begin()) == [pdu.XactStat(1, 1, 0)]


def test_delay(server, client):
    server.faults.delay(0.2)
    start = time.monotonic()
    assert client.ask(pdu.Begin()) == [pdu.XactStat(1, 1, 0)]
    assert time.monotonic() - start >= 0.19


def test_stall_ends_with_clear(server, client):
    server.faults.stall(after_groups=1)
    assert client.ask(pdu.Begin()) == [pdu.XactStat(1, 1, 0)]
    client.send(pdu.Commit())
    client.sock.settimeout(0.2)
    with pytest.raises(TimeoutError):
        client.receive()
    client.sock.settimeout(10)
    server.faults.clear()
    assert client.read_group() == [pdu.XactStat(2, 0, 1)]


def test_the_nth_statement_fails(script, server, client):
    script.answer("update t set a = 1", rows_affected=1)
    server.faults.fail(SqlError(-244, isam=-107), statement=2)
    client.ask(pdu.Prepare(0, "update t set a = 1"), pdu.NDescribe(), pdu.WantDone())
    replies = [client.ask(pdu.StatementId(0), pdu.Execute())[0] for _ in range(3)]
    assert replies == [pdu.Done(0, 1), pdu.Err(-244, -107), pdu.Done(0, 1)]


@pytest.mark.parametrize("phase", ["prepare", "open", "fetch"])
def test_a_statement_fails_at_a_phase(script, server, client, phase):
    script.answer("select a from t", columns=[("a", INT)], rows=[(1,)])
    server.faults.fail(SqlError(-710), phase=phase)
    error = [pdu.Err(-710)]
    ask = pdu.Prepare(0, "select a from t"), pdu.NDescribe(), pdu.WantDone()
    if phase == "prepare":
        assert client.ask(*ask) == error
    assert isinstance(client.ask(*ask)[0], pdu.Describe)
    opening = pdu.StatementId(0), pdu.CursorName("c"), pdu.Open()
    if phase == "open":
        assert client.ask(*opening) == error
    assert client.ask(*opening) == []
    if phase == "fetch":
        assert client.ask(pdu.StatementId(0), pdu.NFetch(4096)) == error
    assert isinstance(client.ask(pdu.StatementId(0), pdu.NFetch(4096))[0], pdu.Tuple)


@pytest.mark.parametrize("reset", [False, True])
def test_dropping_all_connections(server, connect, reset):
    clients = [connect(server).start() for _ in range(3)]
    assert server.drop_connections(reset=reset) == 3
    for client in clients:
        with pytest.raises(ConnectionResetError if reset else EOFError):
            client.receive()
    while server.connections:
        time.sleep(0.001)
    assert connect(server).start().ask(pdu.Begin()) == [pdu.XactStat(1, 1, 0)]


def threads():
    return {t.name for t in threading.enumerate() if t.name.startswith("informix-testserver")}


@pytest.mark.parametrize("how", ["idle", "stalled", "running", "half a request", "not logged in"])
def test_close_leaves_nothing_behind(connect, how):
    engine = ScriptEngine()
    engine.answer("update t set a = 1", waits=threading.Event())
    server = TestServer(port=0, engine=engine).start()
    client = connect(server)
    if how != "not logged in":
        client.start()
    if how == "stalled":
        server.faults.stall()
        client.send(pdu.Begin())
    elif how == "running":
        client.ask(pdu.Prepare(0, "update t set a = 1"), pdu.NDescribe(), pdu.WantDone())
        client.send(pdu.StatementId(0), pdu.Execute())
        while not any(call.action == "execute" for call in engine.log):
            time.sleep(0.001)
    elif how == "half a request":
        client.sock.sendall(b"\0\x02\0\0")
    assert threads()
    start = time.monotonic()
    server.close()
    assert time.monotonic() - start < 4
    assert threads() == set()
    assert server.connections == 0
    assert server.internal_errors == []
    server.close()


def test_a_client_that_leaves_frees_its_session(script, server, connect):
    for leave in ("close", "reset"):
        getattr(connect(server).start(), leave)()
    deadline = time.monotonic() + 5
    while server.connections and time.monotonic() < deadline:
        time.sleep(0.005)
    assert server.connections == 0
    assert [call.action for call in script.log].count("close") == 2


def test_an_internal_error_is_told_to_the_client(script, server, client):
    script.answer("select a from t", columns=[("a", INT)], rows=[("no number",)])
    client.ask(pdu.Prepare(0, "select a from t"), pdu.NDescribe(), pdu.WantDone())
    group = client.ask(pdu.StatementId(0), pdu.CursorName("c"), pdu.Open(), pdu.NFetch(4096))
    assert isinstance(group[0], pdu.Err)
    script.answer("delete from t", outcome=lambda _: 1 / 0)
    client.ask(pdu.Prepare(0, "delete from t"), pdu.NDescribe(), pdu.WantDone())
    (error,) = client.ask(pdu.StatementId(1), pdu.Execute())
    assert error.sqlcode == -746
    assert "ZeroDivisionError" in error.token
    assert isinstance(server.internal_errors.pop(), ZeroDivisionError)


def test_a_taken_port_is_reported(server):
    with pytest.raises(OSError, match="in use"):
        TestServer(port=server.port, engine=ScriptEngine()).start()
