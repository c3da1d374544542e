"""`ReplayServer` against the requests of the same recording; splitting of SQL files."""

import socket

import pytest
from informix_testserver.replay import ReplayServer
from informix_testserver.splitting import split_statements
from informix_wire import pdu
from informix_wire.caps import FULL


def recording(load_vectors, name):
    (vector,) = [v for v in load_vectors("sessions") if v["id"] == name]
    return vector["steps"]


def test_a_replay_sends_the_recorded_bytes(load_vectors):
    steps = recording(load_vectors, "idrv_login") + recording(load_vectors, "idrv_select_simple")
    with ReplayServer(steps) as replay, socket.create_connection((replay.host, replay.port), timeout=10) as sock:
        for step in steps:
            data = bytes.fromhex(step["hex"])
            if step["dir"] == "c2s":
                sock.sendall(data)
            else:
                assert sock.recv(len(data), socket.MSG_WAITALL) == data
        assert sock.recv(1) == b""
    assert replay.error is None
    assert replay.logins[0].user == "informix"
    assert [type(m) for m in replay.received[3]] == [pdu.Prepare, pdu.NDescribe, pdu.WantDone]
    assert replay.received[-1] == [pdu.StatementId(0), pdu.Release()]


def test_a_replay_that_is_left_early_says_so(load_vectors):
    steps = recording(load_vectors, "idrv_txn_commit")
    with ReplayServer(steps, caps=FULL) as replay:
        socket.create_connection((replay.host, replay.port), timeout=10).close()
        replay._thread.join(5)
    assert "closed" in str(replay.error)


def test_a_replay_nobody_connects_to_ends():
    with ReplayServer([]) as replay:
        assert replay.port


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("", []),
        ("  ;; -- nothing\n;", []),
        ("a;b", [(1, "a"), (1, "b")]),
        ("\n\nselect 1;\nselect 2;", [(3, "select 1"), (4, "select 2")]),
        ("insert 'a;b''c;';x", [(1, "insert 'a;b''c;'"), (1, "x")]),
        ('x ";" y; z', [(1, 'x ";" y'), (1, "z")]),
        ("a { ; } b /* ; \n ; */ c -- ;\n;d", [(1, "a { ; } b /* ; \n ; */ c -- ;"), (3, "d")]),
        ("-- only a comment", []),
    ],
)
def test_split_statements(text, statements):
    assert list(split_statements(text)) == statements
