"""Hostile requests: every recorded request group cut short or with bytes changed.

The server may answer, wait for more or hang up; it must neither fail inside nor keep the connection when the
client has gone.
"""

import os
import random
import re
import socket
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from informix_testserver import TestServer
from informix_testserver.script import ScriptEngine
from informix_types import ColumnType, TypeCode
from informix_wire.pdu import Command, Err, Execute, NDescribe, Prepare, Release, WantDone

INT = ColumnType(TypeCode.INTEGER, 4)
BYTE = ColumnType(TypeCode.BYTE, 56)


@pytest.fixture(scope="module")
def groups(load_vectors):
    return [bytes.fromhex(vector["hex"]) for vector in load_vectors("client_groups")]


@pytest.fixture(scope="module")
def target():
    engine = ScriptEngine()
    engine.answer(re.compile(""), columns=[("a", INT), ("b", BYTE)], rows=[(1, b"x"), (2, None)], rows_affected=1)
    with TestServer(port=0, engine=engine) as server:
        yield server
        assert server.internal_errors == []


def after(connect, target, *groups):
    """Send groups to a session that has a statement with an open cursor; return what comes until the end."""
    client = connect(target).start()
    client.sock.sendall(PREPARE + OPEN)
    client.read_group()
    client.read_group()
    client.sock.sendall(b"".join(groups))
    client.sock.shutdown(socket.SHUT_WR)
    answer = client.rest()
    client.close()
    return answer


PREPARE = bytes.fromhex("0002 0000 00000008" + b"select 1".hex() + "0016 0031 000c")
OPEN = bytes.fromhex("0004 0000 0003 0001 6300 0006 000c")


def test_each_group_cut_at_each_byte_waits(connect, target, groups):
    for number, group in enumerate(groups):
        if group == b"\x00\x38":
            continue
        for cut in {1, 2, 3, len(group) // 2, len(group) - 1}:
            assert after(connect, target, group[:cut]) == b"", (number, cut)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_changed_bytes(connect, target, groups, data):
    group = bytearray(data.draw(st.sampled_from(groups)))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(group) - 1))
        group[at] = data.draw(st.one_of(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]), st.integers(0, 255)))
    after(connect, target, bytes(group), b"\0\x35\0\x0c")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=300))
def test_noise_instead_of_a_login(connect, target, noise):
    client = connect(target)
    client.sock.sendall(noise)
    client.sock.shutdown(socket.SHUT_WR)
    client.rest()
    client.close()


LIMIT = 10.0


def run(client, sql):
    """Execute a statement; return its error codes, or nothing."""
    answer = client.ask(Command(0, sql), NDescribe(), Execute(), Release())
    return [(message.sqlcode, message.isam) for message in answer if isinstance(message, Err)]


def until(condition):
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def shop():
    with TestServer(port=0) as server:
        server.run_script("create table t (a int primary key, b varchar(20)); insert into t values (1, 'x')")
        yield server
        assert server.internal_errors == []


def mutated(dice, data):
    """Bytes with a few of them changed, added, left out or cut off."""
    changed = bytearray(data)
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(changed) + 1)
        noise = dice.choice([b"", b"\0\0", b"\xff\xff", b"\x7f\xff", b"\0\x38", bytes([dice.randrange(256)])])
        changed[at : at + dice.choice([0, len(noise), len(noise), 4])] = noise
        if dice.random() < 0.1:
            del changed[at:]
    return bytes(changed)


def test_hostile_sessions_leave_nothing_behind(connect, shop, groups):
    """Recorded and mutated requests in random order, on real SQL; some clients leave with a reset."""
    dice = random.Random(5)
    texts = ("select * from t", "insert into t values (?, ?)", "select b from t for update", "update t set b = ?")
    files = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    threads = threading.active_count()
    for _ in range(150):
        client = connect(shop).start()
        requests = [group if dice.random() < 0.5 else mutated(dice, group) for group in dice.choices(groups, k=4)]
        client.send(Prepare(0, dice.choice(texts)), NDescribe(), WantDone())
        client.sock.sendall(b"".join(requests))
        if dice.random() < 0.2:
            client.reset()
        else:
            client.sock.shutdown(socket.SHUT_WR)
            client.rest()
            client.close()
    until(lambda: not shop.connections and threading.active_count() == threads)
    assert not files or len(os.listdir("/proc/self/fd")) <= files + 1
    assert all(error.__traceback__ is error.__context__ is None for error in shop.protocol_errors)
    shop.run_script("begin work; lock table t in exclusive mode; delete from t; rollback work")


def test_a_long_run_keeps_only_the_last_logins_and_errors(connect, shop, monkeypatch):
    monkeypatch.setattr("informix_testserver.server.KEPT", 3)
    for number in range(5):
        client = connect(shop, user=f"user{number}")
        client.log_in()
        client.close()
    assert [login.user for login in shop.logins] == ["user2", "user3", "user4"]


@pytest.mark.parametrize("how", ["reset", "close"])
def test_who_vanishes_in_a_transaction_leaves_no_change_and_no_lock(connect, shop, how):
    client, other = connect(shop).start(), connect(shop).start()
    for sql in ("begin work", "insert into t values (2, 'y')", "update t set b = 'z' where a = 1"):
        assert run(client, sql) == []
    change = "update t set b = 'w' where b = 'x'"
    assert run(other, change) == [(-244, -107)]
    getattr(client, how)()
    until(lambda: shop.connections == 1)
    assert run(other, change) == []
    assert run(other, "insert into t values (1, 'w')") == [(-268, -100)]
    assert run(other, "insert into t values (2, 'free')") == []


def test_who_never_reads_holds_nobody_up(connect, shop):
    """Its replies fill the socket; other sessions go on, and so does the end of the server."""
    client, other = connect(shop).start(), connect(shop).start()
    client.sock.settimeout(0.2)
    text = ",".join(f"1 as column_with_a_long_name_{number}" for number in range(500))
    describe = Prepare(0, f"select {text} from t").encode(client.caps) + b"\0\x16\0\x31\0\x0c"

    def without_end():
        while True:
            client.sock.sendall(describe)

    with pytest.raises(TimeoutError):
        without_end()
    assert run(other, "update t set b = 'w'") == []
    started = time.monotonic()
    shop.close()
    assert time.monotonic() - started < LIMIT
    assert not [t for t in threading.enumerate() if t.name.startswith(f"informix-testserver:{shop.port}")]
