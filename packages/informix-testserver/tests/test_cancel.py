"""Cancel by urgent data (sqli.md 5.17)."""

import select
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest
from informix_types import ColumnType, TypeCode
from informix_wire import pdu
from informix_wire.caps import FULL

INT = ColumnType(TypeCode.INTEGER, 4)
CANCELLED = [pdu.Err(-213, -157)]


@pytest.fixture(autouse=True, params=["poll", "select"])
def way_of_waiting(request, monkeypatch):
    """Systems without poll() see urgent data by select()."""
    if request.param == "select":
        monkeypatch.setattr("informix_testserver.watching.HAS_POLL", False)
    return request.param


@pytest.fixture
def interrupts(monkeypatch):
    """The sessions that were interrupted, call by call; the first call finds the engine between two steps."""
    from informix_testserver.script import ScriptSession

    interrupt, calls = ScriptSession.interrupt, []

    def second_call_counts(session):
        calls.append(session)
        if len(calls) > 1:
            interrupt(session)

    monkeypatch.setattr(ScriptSession, "interrupt", second_call_counts)
    return calls


def wait_for(condition):
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.mark.parametrize("repeat", range(3))
def test_a_running_statement_is_aborted(script, server, client, repeat):
    script.answer("update t set a = 1", waits=threading.Event())
    client.ask(pdu.Begin())
    client.ask(pdu.Prepare(0, "update t set a = 1"), pdu.NDescribe(), pdu.WantDone())
    client.send(pdu.StatementId(0), pdu.Execute())
    wait_for(lambda: script.log[-1].action == "execute")
    client.urgent()
    assert client.read_group() == CANCELLED
    assert client.ask(pdu.Commit()) == [pdu.XactStat(2, 0, 1)]  # the transaction stayed open


def test_an_engine_between_two_steps_is_interrupted_again(script, server, client, interrupts):
    script.answer("update t set a = 1", waits=threading.Event())
    client.ask(pdu.Prepare(0, "update t set a = 1"), pdu.NDescribe(), pdu.WantDone())
    client.send(pdu.StatementId(0), pdu.Execute())
    wait_for(lambda: script.log[-1].action == "execute")
    client.urgent()
    assert client.read_group() == CANCELLED
    assert len(interrupts) >= 2


def test_an_idle_session_ignores_it(client):
    client.urgent()
    assert client.ask(pdu.Begin()) == [pdu.XactStat(1, 1, 0)]
    client.urgent()
    assert client.ask(pdu.Commit()) == [pdu.XactStat(2, 0, 1)]


def test_a_long_fetch_is_aborted_between_rows(script, server, client):
    class Endless:
        def __len__(self):
            return 1 << 40

        def __getitem__(self, index):
            return (index & 0xFFFF,)

    script.answer("select a from t", columns=[("a", INT)], rows=Endless())
    client.ask(pdu.Prepare(0, "select a from t"), pdu.NDescribe(), pdu.WantDone())
    client.send(pdu.StatementId(0), pdu.CursorName("c"), pdu.Open(), pdu.NFetch(1 << 30))
    wait_for(lambda: script.log[-1].action == "open")
    client.urgent()
    assert client.read_group()[-1] == CANCELLED[0]
    assert client.ask(pdu.StatementId(0), pdu.Close()) == []


@pytest.mark.parametrize("way_of_waiting", ["poll"], indirect=True)  # select() does not see who leaves
def test_a_client_that_leaves_aborts_its_statement(script, server, connect):
    script.answer("update t set a = 1", waits=threading.Event())
    client = connect(server).start()
    client.ask(pdu.Prepare(0, "update t set a = 1"), pdu.NDescribe(), pdu.WantDone())
    client.send(pdu.StatementId(0), pdu.Execute())
    wait_for(lambda: script.log[-1].action == "execute")
    client.reset()
    wait_for(lambda: server.connections == 0)


@pytest.mark.skipif(not hasattr(select, "POLLRDHUP"), reason="only Linux tells of an orderly end")
@pytest.mark.parametrize("way_of_waiting", ["poll"], indirect=True)  # select() does not see who leaves
def test_a_client_that_closes_aborts_its_statement(script, server, connect, interrupts):
    """Also when the first call finds the engine between two steps."""
    script.answer("update t set a = 1", waits=threading.Event())
    client = connect(server).start()
    client.ask(pdu.Prepare(0, "update t set a = 1"), pdu.NDescribe(), pdu.WantDone())
    client.send(pdu.StatementId(0), pdu.Execute())
    wait_for(lambda: script.log[-1].action == "execute")
    client.sock.close()
    wait_for(lambda: server.connections == 0)
    assert len(interrupts) >= 2


def test_a_byte_that_came_too_late_means_the_next_request_if_that_was_there(script, server, client, monkeypatch):
    """Three groups at once; the byte arrives when the first is as good as done."""
    from informix_testserver.script import ScriptCursor

    closing, go_on = threading.Event(), threading.Event()

    def close(_cursor):
        closing.set()
        assert go_on.wait(10)

    script.answer("select a from t", columns=[("a", INT)], rows=[(1,), (2,)])
    client.ask(pdu.Prepare(0, "select a from t"), pdu.NDescribe(), pdu.WantDone())
    client.ask(pdu.StatementId(0), pdu.CursorName("c"), pdu.Open())
    monkeypatch.setattr(ScriptCursor, "close", close)
    groups = [
        (pdu.StatementId(0), pdu.Close()),
        (pdu.StatementId(0), pdu.CursorName("c"), pdu.Open()),
        (pdu.StatementId(0), pdu.NFetch(4096)),
    ]
    client.sock.sendall(b"".join(m.encode(client.caps) for group in groups for m in (*group, pdu.Eot())))
    assert closing.wait(10)
    client.urgent()
    (wire,) = server._wires.values()
    wait_for(lambda: wire.urgent)
    go_on.set()
    assert client.read_group() == []
    assert client.read_group() == CANCELLED
    assert client.read_group() == [pdu.Err(-400)]
    assert client.ask(pdu.Begin()) == [pdu.XactStat(1, 1, 0)]


def test_cancel_under_tls_travels_outside_of_the_records(script, serve, connect):
    folder = Path(__file__).parent / "tls"
    server = serve(tls=(folder / "cert.pem", folder / "key.pem"))
    script.answer("update t set a = 1", waits=threading.Event())
    client = connect(server)
    context = ssl.create_default_context(cafile=folder / "cert.pem")
    client.sock = context.wrap_socket(client.sock, server_hostname="localhost")
    client.start()
    client.ask(pdu.Prepare(0, "update t set a = 1"), pdu.NDescribe(), pdu.WantDone())
    client.send(pdu.StatementId(0), pdu.Execute())
    wait_for(lambda: script.log[-1].action == "execute")
    socket.socket.send(client.sock, b"B", socket.MSG_OOB)
    assert client.read_group() == CANCELLED
    assert client.ask(pdu.Begin()) == [pdu.XactStat(1, 1, 0)]


def test_a_socket_that_its_session_closed_does_not_end_the_watching(way_of_waiting):
    from informix_testserver.watching import Event, Watch

    stays, other = socket.socketpair()
    closed, peer = socket.socketpair()
    with stays, other, peer:
        number = closed.fileno()
        watch = Watch([stays.fileno()], [number])
        closed.close()
        assert [event for event in watch.wait() if event[0] != number] == []
        other.send(b"x")
        assert (stays.fileno(), Event.READABLE) in watch.wait()


@pytest.fixture
def both_ends():
    """A TCP connection: the server's end and the client's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        accepted, _ = listener.accept()
    with accepted, client:
        yield accepted, client


REQUEST = b"".join(message.encode(FULL) for message in (pdu.StatementId(0), pdu.Execute(), pdu.Eot()))


def test_urgent_data_amid_a_request_is_seen_without_the_watching_thread(both_ends):
    """Reading what was sent after the urgent byte would make it disappear before that thread looks."""
    from informix_testserver.faults import Faults
    from informix_testserver.wire import Wire

    accepted, client = both_ends
    wire = Wire(accepted, 1, Faults(), threading.Event())
    client.sendall(REQUEST[:5])
    wire.receive()
    client.send(b"B", socket.MSG_OOB)
    client.sendall(REQUEST[5:])
    assert wire.group(FULL) == [pdu.StatementId(0), pdu.Execute()]
    assert wire.take_urgent()
    wire.finish(cancelled=True)
    client.send(b"B", socket.MSG_OOB)  # nothing is asked for: ignored
    client.sendall(REQUEST)
    assert wire.group(FULL) == [pdu.StatementId(0), pdu.Execute()]
    assert not wire.take_urgent()


def test_the_watching_thread_hears_whether_requests_come(both_ends):
    from informix_testserver.faults import Faults
    from informix_testserver.wire import Wire

    accepted, client = both_ends
    wire = Wire(accepted, 1, Faults(), threading.Event())
    assert not wire.worked()
    client.sendall(REQUEST)
    wire.group(FULL)
    assert wire.worked()  # one runs
    assert wire.worked()
    wire.finish()
    assert wire.worked()  # one has been done
    assert not wire.worked()


@pytest.mark.parametrize("way_of_waiting", ["poll"], indirect=True)
def test_connections_that_work_are_looked_at_and_quiet_ones_waited_on(both_ends):
    from informix_testserver.watching import QUIET_AFTER, Event, Watch

    accepted, client = both_ends
    urgent = [(accepted.fileno(), Event.URGENT)]
    looks = []

    def working():
        looks.append(len(looks))
        if len(looks) == 2:
            client.send(b"B", socket.MSG_OOB)
        return len(looks) < 3

    watch = Watch([], [accepted.fileno()], working=working)
    client.send(b"request")  # wakes who waits, but is no event
    assert watch.wait() == urgent
    assert len(looks) == 3
    assert accepted.recv(1, socket.MSG_OOB) == b"B"
    assert accepted.recv(100) == b"request"

    def quiet():
        looks.append(len(looks))
        if len(looks) == 1:
            assert accepted.recv(100) == b"request"
        if len(looks) == QUIET_AFTER:  # from here on `wait` asks no more
            sender.start()
        return False

    looks.clear()
    sender = threading.Thread(target=client.send, args=(b"B", socket.MSG_OOB))
    watch = Watch([], [accepted.fileno()], working=quiet)
    client.send(b"request")
    assert watch.wait() == urgent
    sender.join()
    assert len(looks) == QUIET_AFTER


@pytest.mark.parametrize("way_of_waiting", ["poll"], indirect=True)
def test_a_connection_that_is_watched_at_once_needs_no_look(both_ends, monkeypatch):
    """A record of TLS may be read beyond an urgent byte at any time."""
    from informix_testserver.watching import Event, Watch

    monkeypatch.setattr("informix_testserver.watching.TICK", 60_000)
    accepted, client = both_ends
    number = accepted.fileno()
    watch = Watch([], [number], [number], lambda: True)
    client.send(b"request")
    found = []
    waiting = threading.Thread(target=lambda: found.extend(watch.wait()), daemon=True)
    waiting.start()
    wait_for(lambda: watch._idle_ticks == 0)
    client.send(b"B", socket.MSG_OOB)
    waiting.join(10)
    assert found == [(number, Event.URGENT)]


def test_a_request_does_not_end_while_it_is_interrupted(both_ends):
    """Else the interrupt could reach the next one."""
    from informix_testserver.faults import Faults
    from informix_testserver.wire import Wire

    accepted, _ = both_ends
    wire = Wire(accepted, 1, Faults(), threading.Event())
    started, ended = threading.Event(), []

    def end():
        started.set()
        wire.finish()
        ended.append(True)

    ender = threading.Thread(target=end)

    def interrupt():
        ender.start()
        assert started.wait(5)
        ender.join(0.05)  # it has every chance to end the request
        ended.append(bool(ended))

    wire.on_urgent(interrupt)
    wire.data = b"a request"
    wire.begin()
    wire.pos = len(wire.data)
    wire.interrupt()
    ender.join(5)
    assert ended == [False, True]
    wire.close()
