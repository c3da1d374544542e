"""Distributed transactions: one session, several sessions, sessions that end (sqli.md 5.12)."""

import time

import pytest
from informix_testserver import SqlError
from informix_wire import pdu
from informix_wire.pdu import Xid

ONE, TWO = Xid(0x1234, b"\1\2\3\4", b"\t\x08"), Xid(0x1234, b"\5", b"")
SUCCESS, FAIL, ONE_PHASE, START_SCAN = 0x04000000, 0x20000000, 0x40000000, 0x01000000
SUSPEND, JOIN, RESUME = 0x02000000, 0x00200000, 0x08000000
DUPLICATE, PROTOCOL, UNKNOWN, ROLLED_BACK = -8, -6, -4, 100


def code(group):
    (reply,) = group
    assert isinstance(reply, pdu.XaReply)
    return reply.code


def prepared(client):
    (reply,) = client.ask(pdu.XaRecover(10, 1, START_SCAN))
    assert reply.code == len(reply.xids)
    return set(reply.xids)


@pytest.fixture
def manager(script, server, connect):
    script.answer("update t set a = 1", rows_affected=1)

    def make():
        client = connect(server).start(database="")
        assert code(client.ask(pdu.XaOpen("testdb", 1))) == 0
        return client

    return make


def work(client, xid, end=SUCCESS, start=0):
    assert code(client.ask(pdu.XaStart(xid, 1, start))) == 0
    command = pdu.Command(0, "update t set a = 1"), pdu.NDescribe(), pdu.Execute(), pdu.Release()
    assert client.ask(*command)[0] == pdu.Done(0, 1)
    assert code(client.ask(pdu.XaEnd(xid, 1, end))) == 0


def actions(script):
    return [c.action for c in script.log if c.action in ("begin", "commit", "rollback", "connect", "close")]


def test_two_phases_in_one_session(script, manager):
    client = manager()
    work(client, ONE)
    assert code(client.ask(pdu.XaCommit(ONE, 1))) == PROTOCOL
    assert code(client.ask(pdu.XaPrepare(ONE, 1))) == 0
    assert prepared(client) == {ONE}
    assert code(client.ask(pdu.XaRecover(10, 1, 0))) == 0
    assert code(client.ask(pdu.XaForget(ONE, 1))) == PROTOCOL
    assert code(client.ask(pdu.XaCommit(ONE, 1))) == 0
    assert prepared(client) == set()
    assert actions(script) == ["connect", "begin", "commit"]
    work(client, ONE)
    assert code(client.ask(pdu.XaRollback(ONE, 1))) == 0
    assert actions(script)[3:] == ["begin", "rollback"]
    assert code(client.ask(pdu.XaClose("testdb", 1))) == 0


def test_one_phase(script, manager):
    client = manager()
    work(client, ONE)
    assert code(client.ask(pdu.XaCommit(ONE, 1, ONE_PHASE))) == 0
    assert actions(script) == ["connect", "begin", "commit"]


def test_failed_work_is_rolled_back(script, manager):
    client = manager()
    work(client, ONE, FAIL)
    assert code(client.ask(pdu.XaPrepare(ONE, 1))) == ROLLED_BACK
    assert actions(script) == ["connect", "begin", "rollback"]
    assert code(client.ask(pdu.XaRollback(ONE, 1))) == UNKNOWN


def test_out_of_order(manager):
    client = manager()
    assert code(client.ask(pdu.XaEnd(ONE, 1))) == UNKNOWN
    assert code(client.ask(pdu.XaPrepare(ONE, 1))) == UNKNOWN
    assert code(client.ask(pdu.XaCommit(ONE, 1))) == UNKNOWN
    assert code(client.ask(pdu.XaForget(ONE, 1))) == UNKNOWN
    assert code(client.ask(pdu.XaStart(ONE, 1))) == 0
    assert code(client.ask(pdu.XaStart(TWO, 1))) == PROTOCOL
    assert code(client.ask(pdu.XaPrepare(ONE, 1))) == PROTOCOL
    assert code(client.ask(pdu.XaClose("testdb", 1))) == PROTOCOL
    assert code(manager().ask(pdu.XaStart(ONE, 1))) == DUPLICATE


def test_local_transactions_are_refused_in_a_branch(manager):
    client = manager()
    assert code(client.ask(pdu.XaStart(ONE, 1))) == 0
    for message in (pdu.Begin(), pdu.Commit(), pdu.Rollback()):
        assert client.ask(message) == [pdu.Err(-700)]
    client.ask(pdu.Prepare(0, "commit work"), pdu.NDescribe(), pdu.WantDone())
    assert client.ask(pdu.StatementId(0), pdu.Execute()) == [pdu.Err(-700)]


def test_a_branch_is_resumed_by_its_session(script, manager):
    client = manager()
    work(client, ONE)
    assert code(client.ask(pdu.XaStart(ONE, 1))) == DUPLICATE
    work(client, ONE, start=JOIN)
    assert code(client.ask(pdu.XaCommit(ONE, 1, ONE_PHASE))) == 0
    assert actions(script) == ["connect", "begin", "commit"]


def test_a_suspended_branch_is_resumed_after_another_one(script, manager):
    client = manager()
    work(client, ONE, SUSPEND)
    work(client, TWO)
    assert code(client.ask(pdu.XaRollback(TWO, 1))) == 0
    work(client, ONE, start=RESUME)
    assert code(client.ask(pdu.XaCommit(ONE, 1, ONE_PHASE))) == 0
    assert actions(script) == ["connect", "begin", "connect", "begin", "rollback", "close", "commit"]


def test_a_branch_is_joined_by_another_session(script, manager):
    first, second = manager(), manager()
    work(first, ONE)
    work(second, ONE, start=JOIN)
    work(first, ONE, start=JOIN)
    assert code(second.ask(pdu.XaPrepare(ONE, 1))) == 0
    assert code(first.ask(pdu.XaCommit(ONE, 1))) == 0
    assert [action for action in actions(script) if action in ("begin", "commit", "rollback")] == [
        "begin",
        "commit",
    ]


def test_only_an_idle_branch_is_joined_or_resumed(manager):
    first, second = manager(), manager()
    for flag in (JOIN, RESUME):
        assert code(first.ask(pdu.XaStart(ONE, 1, flag))) == UNKNOWN
    assert code(first.ask(pdu.XaStart(ONE, 1))) == 0
    for flag in (JOIN, RESUME):
        assert code(second.ask(pdu.XaStart(ONE, 1, flag))) == PROTOCOL
    assert code(first.ask(pdu.XaEnd(ONE, 1, SUCCESS))) == 0
    assert code(second.ask(pdu.XaStart(ONE, 1, JOIN))) == 0


@pytest.mark.parametrize("leaves", ["creator", "joiner"])
def test_a_joined_branch_outlives_one_of_its_sessions(server, manager, leaves):
    creator, joiner = manager(), manager()
    work(creator, ONE)
    work(joiner, ONE, start=JOIN)
    gone, other = (creator, joiner) if leaves == "creator" else (joiner, creator)
    gone.close()
    end = time.monotonic() + 10
    while server.connections > 1:
        assert time.monotonic() < end
        time.sleep(0.001)
    assert code(other.ask(pdu.XaPrepare(ONE, 1))) == 0
    assert code(other.ask(pdu.XaCommit(ONE, 1))) == 0


def test_two_branches_and_local_work_are_kept_apart(script, manager):
    client = manager()
    work(client, ONE)
    work(client, TWO)  # takes a fresh engine session
    assert client.ask(pdu.Begin()) == [pdu.XactStat(1, 1, 0)]
    assert client.ask(pdu.Commit()) == [pdu.XactStat(2, 0, 1)]
    assert code(client.ask(pdu.XaCommit(ONE, 1, ONE_PHASE))) == 0
    assert code(client.ask(pdu.XaRollback(TWO, 1))) == 0
    begun = actions(script)
    assert begun.count("connect") == 3
    assert begun.count("close") == 2
    assert [a for a in begun if a not in ("connect", "close")] == [
        *("begin", "begin", "begin"),
        *("commit", "commit", "rollback"),
    ]


def test_a_prepared_branch_survives_its_session(script, server, manager):
    client = manager()
    work(client, ONE)
    assert code(client.ask(pdu.XaPrepare(ONE, 1))) == 0
    client.close()
    while server.connections:
        time.sleep(0.001)
    other = manager()
    assert prepared(other) == {ONE}
    assert code(other.ask(pdu.XaCommit(ONE, 1))) == 0
    assert "commit" in actions(script)


def test_an_unprepared_branch_ends_with_its_session(script, server, manager):
    client = manager()
    work(client, ONE)
    client.close()
    while server.connections:
        time.sleep(0.001)
    assert code(manager().ask(pdu.XaCommit(ONE, 1, ONE_PHASE))) == UNKNOWN
    assert "commit" not in actions(script)


def test_statements_are_prepared_anew_in_the_next_engine_session(script, manager):
    client = manager()
    client.ask(pdu.Prepare(0, "update t set a = 1"), pdu.NDescribe(), pdu.WantDone())
    work(client, ONE)
    assert client.ask(pdu.StatementId(0), pdu.Execute())[0] == pdu.Done(0, 1)
    assert [c.action for c in script.log].count("prepare") == 3


def test_no_branch_in_an_unlogged_database(server, connect):
    client = connect(server).start(database="")
    assert code(client.ask(pdu.XaOpen("nowhere", 1))) == -3
    assert code(client.ask(pdu.XaOpen("sysmaster", 1))) == 0
    assert code(client.ask(pdu.XaStart(ONE, 1))) == -3


def test_an_error_in_a_branch_is_an_ordinary_error(script, manager):
    script.answer("update t set a = 2", error=SqlError(-268, isam=-100))
    client = manager()
    assert code(client.ask(pdu.XaStart(ONE, 1))) == 0
    group = client.ask(pdu.Command(0, "update t set a = 2"), pdu.NDescribe(), pdu.Execute(), pdu.Release())
    assert group[-1] == pdu.Err(-268, -100)
    assert code(client.ask(pdu.XaEnd(ONE, 1, FAIL))) == 0
    assert code(client.ask(pdu.XaRollback(ONE, 1))) == 0


def count(client):
    client.ask(pdu.Prepare(0, "select a from t"), pdu.NDescribe(), pdu.WantDone())
    group = client.ask(pdu.StatementId(0), pdu.CursorName("c"), pdu.Open(), pdu.NFetch(4096))
    client.ask(pdu.StatementId(0), pdu.Release())
    return sum(isinstance(m, pdu.Tuple) for m in group)


def insert(client, xid):
    assert code(client.ask(pdu.XaStart(xid, 1))) == 0
    client.ask(pdu.Command(0, "insert into t values (1)"), pdu.NDescribe(), pdu.Execute(), pdu.Release())
    assert code(client.ask(pdu.XaEnd(xid, 1, SUCCESS))) == 0


def test_branches_on_the_memory_engine(serve, connect):
    server = serve(engine=None)
    server.run_script("create table t (a int); set lock mode to wait 5")

    def make():
        client = connect(server).start(database="")
        assert code(client.ask(pdu.XaOpen("testdb", 1))) == 0
        client.ask(pdu.Command(0, "set isolation to dirty read"), pdu.NDescribe(), pdu.Execute(), pdu.Release())
        return client

    one, other = make(), make()
    insert(one, ONE)
    insert(one, TWO)
    assert code(one.ask(pdu.XaPrepare(ONE, 1))) == 0
    one.close()  # TWO ends with it, ONE waits
    while server.connections > 1:
        time.sleep(0.001)
    assert prepared(other) == {ONE}
    assert code(other.ask(pdu.XaCommit(TWO, 1, ONE_PHASE))) == UNKNOWN
    assert count(other) == 1  # a dirty read sees what is not committed
    assert code(other.ask(pdu.XaCommit(ONE, 1))) == 0
    assert (prepared(other), count(make())) == (set(), 1)
    insert(other, TWO)
    assert code(other.ask(pdu.XaRollback(TWO, 1))) == 0
    assert count(other) == 1
