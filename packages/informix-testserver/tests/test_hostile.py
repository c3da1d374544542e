"""Hostile requests: every recorded request group cut short or with bytes changed.

The server may answer, wait for more or hang up; it must neither fail inside nor keep the connection when the
client has gone.
"""

import re
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from informix_testserver import TestServer
from informix_testserver.script import ScriptEngine
from informix_types import ColumnType, TypeCode

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
