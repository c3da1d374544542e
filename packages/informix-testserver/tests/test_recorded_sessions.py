"""Replays what IBM's JDBC and informix-driver sent (vectors/sessions.json) and compares the tags of our answers.

Before each request group the engine is given the recorded reply to it: it takes columns from its DESCRIBE, the
number of rows from its TUPLEs, outcome and errors from DONE and ERR. All values are NULL. So the test proves that
both clients' requests are understood and answered by the right messages in the right order, not that values are
right.
"""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from informix_testserver import PROFILES, SqlError
from informix_testserver.engine import DatabaseFlag, Outcome, PreparedStatement, ResultColumn
from informix_wire import pdu
from informix_wire.caps import OFFER_JDBC, Capabilities
from informix_wire.pdu.login import LoginReply

FULL = Capabilities.negotiate(OFFER_JDBC, PROFILES["12.10"].mask)
OPTIONAL = (pdu.Cost, pdu.XactStat, pdu.InsertDone, pdu.Eot)
"""Both clients take replies with and without COST, XACTSTAT, INSERTDONE (sqli.md 4.4)."""
OWN_HANDLES = (pdu.FetchBlob, pdu.GetRoutine, pdu.ExecuteRoutine, pdu.LoDataRequest)
"""Requests with descriptors and handles of the recorded server; see test_large_objects.py."""
NOT_REPLAYED = {
    "jdbc_lob_insert": "binds a locator of the recorded server; see test_large_objects.py",
    "jdbc_lob_insert_createblob": "binds a locator of the recorded server; see test_large_objects.py",
    "jdbc_cancel": "cancelling is about time; see test_cancel.py",
    "jdbc_query_timeout": "cancelling is about time; see test_cancel.py",
    "jdbc_login_bad_password": "see test_login.py",
}


def split(data: bytes, read: Callable[..., Any]) -> list[pdu.Message]:
    found, at = [], 0
    while at < len(data):
        message, at = read(data, at, FULL)
        found.append(message)
    return found


class Recorded:
    """An engine, its session and its cursors in one, fed with one recorded reply group at a time."""

    def __init__(self) -> None:
        self.group: list[pdu.Message] = []
        self.in_transaction = False
        self.last_number = 0

    def take(self, kind: type[Any]) -> Any:
        for message in self.group:
            if type(message) is kind:
                self.group.remove(message)
                return message
        return None

    warnings = 0

    def fail(self) -> None:
        error = self.take(pdu.Err)
        if error is not None:
            raise SqlError(error.sqlcode, isam=error.isam, offset=error.offset, token=error.token)

    def connect(self, *_: Any) -> "Recorded":
        return self

    def open_database(self, name: str, *, exclusive: bool = False) -> int:
        self.fail()
        return DatabaseFlag.LOGGED

    def databases(self) -> Iterable[str]:
        names: tuple[str, ...] = self.take(pdu.DatabaseList).names
        return names

    def prepare(self, sql: str) -> PreparedStatement:
        described = self.take(pdu.Describe)
        if described is None:  # a COMMAND, which the recorded server did not describe
            if not any(isinstance(message, pdu.Done) for message in self.group):
                self.fail()
            kinds = {"begin": 34, "commit": 35, "insert": 6, "update": 4}
            return PreparedStatement(kinds.get(sql.split(maxsplit=1)[0].lower(), 14))
        columns = tuple(ResultColumn(c.name, c.type) for c in described.columns)
        kind = described.statement_type
        return PreparedStatement(kind, columns, returns_rows=kind == 2 or (kind == 56 and bool(columns)))

    def execute(self, statement: PreparedStatement, parameters: Any = (), *, keys: Any = None) -> Outcome:
        if statement.statement_type == 34:
            self.begin()
        if statement.statement_type == 35:
            self.commit()
        self.fail()
        done = self.take(pdu.Done) or pdu.Done(rows=1)
        described = self.take(pdu.KeyDescribe)
        columns = tuple(ResultColumn(c.name, c.type) for c in described.columns) if described else ()
        return Outcome(
            rows=done.rows, rowid=done.rowid, serial=done.serial, keys=columns, key_values=(1,) * len(columns)
        )

    def open(self, statement: PreparedStatement, *_: Any, **__: Any) -> "Recorded":
        self.fail()
        self.width = len(statement.columns)
        return self

    def fetch(self) -> tuple[None, ...] | None:
        return (None,) * self.width if self.take(pdu.Tuple) else None

    def fetch_absolute(self, row: int) -> tuple[None, ...] | None:
        number = self.take(pdu.TupleId)
        self.last_number = number.row if number else 0
        return self.fetch()

    def position(self) -> int:
        return self.last_number

    def begin(self) -> None:
        self.fail()
        self.in_transaction = True

    def commit(self) -> None:
        self.fail()
        self.in_transaction = False

    rollback = commit

    def nothing(self, *_: Any, **__: Any) -> None:
        pass

    savepoint = rollback_to = release_savepoint = interrupt = close = close_database = nothing


def expected(recorded: list[pdu.Message], asked: list[pdu.Message]) -> list[str]:
    """Reduce a reply to the messages that every server sends."""
    names = [type(m).__name__ for m in recorded if not isinstance(m, OPTIONAL)]
    if any(isinstance(m, pdu.Command) for m in asked):  # a DESCRIBE there is a real server's habit (sqli.md 4.3)
        names = [name for name in names if name != "Describe"]
    return names


def with_our_ids(asked: list[pdu.Message], ids: dict[int, int]) -> list[pdu.Message]:
    return [pdu.StatementId(ids.get(m.id, m.id)) if isinstance(m, pdu.StatementId) else m for m in asked]


def test_every_recorded_session(serve: Any, connect: Any, load_vectors: Any) -> None:
    replayed = 0
    for vector in load_vectors("sessions"):
        if vector["id"] in NOT_REPLAYED:
            continue
        replay(vector, serve, connect)
        replayed += 1
    assert replayed == len(load_vectors("sessions")) - len(NOT_REPLAYED) == 89


def replay(vector: dict[str, Any], serve: Any, connect: Any) -> None:
    engine = Recorded()
    server = serve(engine=engine)
    clients: dict[int, Any] = {}
    ids: dict[int, int] = {}
    asked: list[pdu.Message] = []
    for number, step in enumerate(vector["steps"]):
        where = f"{vector['id']} step {number} ({step['tags']})"
        data, conn = bytes.fromhex(step["hex"]), step["conn"]
        if step["tags"] == "LOGIN_REQUEST":
            clients[conn] = connect(server)
            clients[conn].sock.sendall(data)
            continue
        if step["tags"] == "LOGIN_REPLY":
            reply = clients[conn].login_reply()
            assert isinstance(reply, LoginReply), where
            assert reply.accepted, where
            continue
        if conn not in clients:
            clients[conn] = connect(server).start()
        client = clients[conn]
        if step["dir"] == "c2s":
            asked = split(data, pdu.read_client)
            if any(isinstance(m, pdu.XaStart | pdu.XaEnd) for m in asked):
                engine.in_transaction = False
            continue
        if isinstance(asked[-2] if len(asked) > 1 else asked[0], OWN_HANDLES):
            continue
        recorded = split(data, pdu.read_server)
        engine.group = list(recorded)
        client.sock.sendall(b"".join(m.encode(FULL) for m in with_our_ids(asked, ids)))
        client.caps = FULL
        answer = client.read_group()
        if isinstance(asked[0], pdu.Protocols):
            continue
        assert expected(answer, asked) == expected(recorded, asked), (where, answer, asked)
        for ours, theirs in zip(
            [m for m in answer if isinstance(m, pdu.Describe)],
            [m for m in recorded if isinstance(m, pdu.Describe)],
            strict=False,
        ):
            ids[theirs.statement_id] = ours.statement_id
            assert [(c.name, c.type, c.start) for c in ours.columns] == [
                (c.name, c.type, c.start) for c in theirs.columns
            ], where


@pytest.mark.parametrize("name", sorted(NOT_REPLAYED))
def test_what_is_not_replayed_exists(name: str, load_vectors: Any) -> None:
    assert name in {vector["id"] for vector in load_vectors("sessions")}
