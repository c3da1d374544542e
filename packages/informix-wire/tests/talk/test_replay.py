"""Recorded sessions of IBM's JDBC driver: the server's bytes are played, what we send must be what JDBC sent.

Each request group of the recording is turned into the conversation that stands for it; cursor names are
normalised, statement ids come from the replies. Two deviations are meant: the fetch that follows an OPEN is sent
together with it, hence also when the OPEN fails; "next" on a scroll cursor is asked for by its absolute number.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from informix_types.params import Binding
from informix_wire.caps import FULL, NARROW, OFFER_JDBC, SERVER_ANSWER, Capabilities
from informix_wire.errors import LoginRejected, ServerError
from informix_wire.pdu import read_client
from informix_wire.pdu.base import Message
from informix_wire.pdu.bind import Bind, BlobBind
from informix_wire.pdu.blob import FetchBlob
from informix_wire.pdu.fastpath import ExecuteRoutine, GetRoutine, RoutineHandle
from informix_wire.pdu.lob import LoDataOperation, LoDataRequest
from informix_wire.pdu.login import read_login_request
from informix_wire.pdu.rows import NFetch, Put, RetType, ScrollKind, SFetch
from informix_wire.pdu.setup import DbOpen, Exit, Info
from informix_wire.pdu.statement import AutoFree, Command, CursorName, Hold, KeyRequest, Prepare, StatementId
from informix_wire.pdu.status import Eot, Err
from informix_wire.pdu.transaction import ReleaseSavepoint, RollbackToSavepoint, SetSavepoint
from informix_wire.pdu.xa import XaCommit, XaOpen, XaRecover
from informix_wire.rows import put_types, row_plan
from informix_wire.session import Database, Prepared, Session, State
from informix_wire.talk import (
    batch,
    fetch,
    insert_cursor,
    large_object,
    login,
    routine,
    setup,
    statement,
    transaction,
    xa,
)
from informix_wire.talk.core import Conversation

CAPS = Capabilities.negotiate(OFFER_JDBC, SERVER_ANSWER)
RECORDED = json.loads((Path(__file__).parent.parent / "vectors" / "sessions.json").read_text())["vectors"]


def parse(data: bytes, caps: Capabilities) -> list[Message]:
    """Read a request group."""
    messages: list[Message] = []
    offset = 0
    while offset < len(data):
        message, offset = read_client(data, offset, caps)
        messages.append(message)
    return messages


def recordings() -> Iterator[Any]:
    """One parameter for each connection of each recorded JDBC session."""
    for vector in RECORDED:
        if not vector["id"].startswith("jdbc_"):
            continue
        for conn in sorted({step["conn"] for step in vector["steps"]}):
            steps = [step for step in vector["steps"] if step["conn"] == conn and step["dir"] != "c2s-oob"]
            pairs = [
                (bytes.fromhex(request["hex"]), bytes.fromhex(reply["hex"]))
                for request, reply in zip(steps[::2], steps[1::2], strict=True)
            ]
            yield pytest.param(pairs, id=f"{vector['id']}-{conn}")


class Replay:
    """Turns recorded request groups into conversations."""

    def __init__(self, session: Session, decoder_for: Any, make_peer: Any, chunk: int) -> None:
        self.session = session
        self.decoder_for = decoder_for
        self.make_peer = make_peer
        self.chunk = chunk
        self.prepared: dict[int, Prepared] = {}
        self.ret_types: dict[int, tuple[Any, ...]] = {}
        self.handles: dict[int, RoutineHandle] = {}
        self.rows = 0

    def run(self, pairs: list[tuple[bytes, bytes]]) -> None:
        """Play all pairs; after every conversation nothing may be left over on either side."""
        pairs = list(pairs)
        while pairs:
            conversation, used = self.conversation(pairs)
            script = pairs[:used]
            del pairs[:used]
            peer = self.make_peer(
                self.session, [(self.wanted(request), reply) for request, reply in script], self.chunk
            )
            try:
                result = peer.run(conversation)
            except (ServerError, LoginRejected):
                result = None
            assert peer.idle(), "the conversation did not end exactly behind its reply"
            if isinstance(result, Prepared):
                self.prepared[result.statement_id] = result
            elif isinstance(result, RoutineHandle):
                self.handles[result.handle] = result
            elif isinstance(result, fetch.FetchBlock | fetch.ScrollBlock):
                self.rows += len(result.rows)

    def wanted(self, request: bytes) -> bytes:
        """Return what we are expected to send instead of JDBC's "next in sequence": absolute (sqli.md 5.9)."""
        if request[:2] != b"\x00\x04":
            return request
        messages = [
            replace(m, kind=ScrollKind.ABSOLUTE) if isinstance(m, SFetch) and m.kind == ScrollKind.NEXT else m
            for m in parse(request, self.session.caps)
        ]
        return b"".join(message.encode(self.session.caps) for message in messages)

    def conversation(self, pairs: list[tuple[bytes, bytes]]) -> tuple[Conversation[Any], int]:
        """Return the conversation that stands for the next group or groups, and how many."""
        s, request = self.session, pairs[0][0]
        if request[2:4] == b"\x01\x3c":
            return login.login(s, read_login_request(request)[0]), 1
        messages = parse(request, s.caps)
        kinds = tuple(type(message).__name__ for message in messages if not isinstance(message, Eot))
        found = {type(message): message for message in messages}
        if kinds[0] == "StatementId":
            return self.about_statement(pairs, messages, kinds, found)
        return self.about_session(messages, kinds, found), 1

    def about_session(self, messages: list[Message], kinds: tuple[str, ...], found: Any) -> Conversation[Any]:
        s = self.session
        match kinds:
            case ("Protocols",):
                return setup.negotiate(s)
            case ("Info",):
                return setup.send_environment(s, found[Info].pairs)
            case ("DbOpen",):
                return setup.open_database(s, found[DbOpen].name)
            case ("DbList",):
                return setup.list_databases(s)
            case ("VersionRequest",):
                return setup.server_version(s)
            case ("Exit",):
                return setup.disconnect(s)
            case ("Begin",):
                return transaction.begin(s)
            case ("Commit",):
                return transaction.commit(s)
            case ("Rollback",):
                return transaction.rollback(s)
            case ("SetSavepoint",):
                return transaction.set_savepoint(s, found[SetSavepoint].name)
            case ("RollbackToSavepoint",):
                return transaction.rollback_to_savepoint(s, found[RollbackToSavepoint].name)
            case ("ReleaseSavepoint",):
                return transaction.release_savepoint(s, found[ReleaseSavepoint].name)
            case ("Prepare", *_):
                return statement.prepare(s, found[Prepare].sql, found[Prepare].markers, found.get(KeyRequest))
            case ("Command", *rest) if "Command" not in rest:
                return statement.command(s, found[Command].sql, keys=found.get(KeyRequest))
            case ("Command", *_):
                return statement.command_many(s, [m.sql for m in messages if isinstance(m, Command)])
            case ("GetRoutine",):
                return routine.get_routine(s, found[GetRoutine].signature)
            case ("ExecuteRoutine",):
                call = found[ExecuteRoutine]
                handle = RoutineHandle(call.database, call.handle)  # JDBC leaves the name out in some calls
                return routine.call_routine(s, handle, Binding(call.count, call.blocks, ()))
            case ("LoDataRequest",):
                data = found[LoDataRequest]
                if data.operation == LoDataOperation.WRITE:
                    return large_object.lo_write(s, data.fd, data.data)
                return large_object.lo_read(s, data.fd, data.amount)
            case ("XaOpen",):
                return xa.xa_open(s, found[XaOpen].database)
            case ("XaClose",):
                return xa.xa_close(s, messages[0].database)  # type: ignore[attr-defined] # by the case
            case ("XaRecover",):
                return xa.xa_recover(s, maximum=found[XaRecover].maximum)
            case ("XaCommit",):
                return xa.xa_commit(s, found[XaCommit].xid)
            case (kind,) if kind in ("XaStart", "XaEnd", "XaPrepare", "XaRollback", "XaForget"):
                ask = getattr(xa, "xa_" + kind[2:].lower())
                branch: Any = messages[0]
                return ask(s, branch.xid, flags=branch.flags)  # type: ignore[no-any-return] # by the case
        raise AssertionError(f"no conversation stands for {kinds}")

    def about_statement(
        self, pairs: list[tuple[bytes, bytes]], messages: list[Message], kinds: tuple[str, ...], found: Any
    ) -> tuple[Conversation[Any], int]:
        s, number = self.session, found[StatementId].id
        prepared = self.prepared.get(number)
        if prepared is None:
            # An earlier part of the recording was left out; the session knows the statement all the same.
            prepared = self.prepared[number] = Prepared(0, number)
            s.adopt(prepared)
        state = s.statements.get(number)
        match kinds[1:]:
            case ("CIDescribe",):
                return statement.describe_input(s, prepared), 1
            case ("Execute",):
                return statement.execute(s, prepared), 1
            case ("Bind", "Execute") | ("Bind", "BlobBind", "Execute"):
                return statement.execute(s, prepared, binding(messages)), 1
            case ("Bind", "Execute", "Bind", *_):
                bindings = [Binding(m.count, m.blocks, ()) for m in messages if isinstance(m, Bind)]
                return batch.execute_many(s, prepared, bindings), 1
            case ("NFetch",):
                return fetch.fetch(s, prepared, found[NFetch].buffer_size, self.decoder(prepared)), 1
            case ("FetchBlob",):
                return large_object.fetch_blob(s, prepared, found[FetchBlob].descriptor), 1
            case ("Close",):
                return fetch.close_cursor(s, prepared), 1
            case ("Release",):
                assert state is None or state.cursor is None
                return statement.release(s, prepared), 1
            case ("RetType", "SFetch"):
                scroll, forms = found[SFetch], found[RetType].columns
                kind = ScrollKind.ABSOLUTE if scroll.kind == ScrollKind.NEXT else ScrollKind(scroll.kind)
                return (
                    fetch.scroll_fetch(
                        s, prepared, kind, scroll.row, fetch_buffer=scroll.buffer_size,
                        decoder=self.decoder_for(forms), ret_types=forms,
                    ),
                    1,
                )  # fmt: skip
            case ("CursorName", "Open", "RetType", "Put", *_):
                rows = [m.row for m in messages if isinstance(m, Put)]
                assert put_types(prepared.columns) is not None
                asked = RetType(0, put_types(prepared.columns) or ()).encode(s.caps)
                assert asked == found[RetType].encode(s.caps), "put_types asks for what JDBC asks for"
                assert parse(pairs[1][0], s.caps)[1:-1][0].TAG == 10, "CLOSE follows"
                return insert_cursor.insert_rows(s, prepared, found[RetType].columns, rows), 2
            case ("CursorName", *_):
                return self.open(pairs, prepared, messages, kinds, found)
        raise AssertionError(f"no conversation stands for {kinds}")

    def open(
        self, pairs: list[tuple[bytes, bytes]], prepared: Prepared, messages: list[Message], kinds: Any, found: Any
    ) -> tuple[Conversation[Any], int]:
        """OPEN alone, or with its NFETCH in the same group, or with the RET_TYPE and NFETCH of the next group."""
        s = self.session
        name = found[CursorName].name
        used, ret_types, size = 1, None, 4096
        if "NFetch" in kinds:
            size = found[NFetch].buffer_size
        elif "Scroll" not in kinds:
            if len(pairs) == 1:  # the OPEN failed, and JDBC had not sent the fetch
                plan = row_plan(prepared.columns, s.caps)
                assert plan.ret_types is not None
                parts = (StatementId(prepared.statement_id), RetType(1, plan.ret_types), NFetch(size), Eot())
                refused = Err(-404).encode(s.caps) + Eot().encode(s.caps)
                pairs.append((b"".join(part.encode(s.caps) for part in parts), refused))
            following = {type(m): m for m in parse(pairs[1][0], s.caps)}
            size = following[NFetch].buffer_size
            if RetType in following:
                self.ret_types[prepared.statement_id] = following[RetType].columns
            ret_types = self.ret_types[prepared.statement_id]
            used = 2
        plan = row_plan(prepared.columns, s.caps)
        if ret_types is not None and not any(column.code == 44 for column in ret_types):
            assert plan.ret_types is not None
            ours, theirs = (RetType(1, forms).encode(s.caps) for forms in (plan.ret_types, ret_types))
            assert ours == theirs, "row_plan asks for what JDBC asks for"
        elif ret_types is None and "Scroll" not in kinds:
            assert plan.ret_types is None
        return (
            fetch.open_cursor(
                s, prepared, None if name.startswith("_ifxc") else name, binding(messages),
                fetch_buffer=size, decoder=self.decoder(prepared), ret_types=ret_types,
                hold=Hold in found, scroll="Scroll" in kinds, autofree=AutoFree in found,
            ),
            used,
        )  # fmt: skip

    def decoder(self, prepared: Prepared) -> Any:
        forms = self.ret_types.get(prepared.statement_id)
        if forms is None or len(forms) != len(prepared.columns):
            forms = tuple(column.type for column in prepared.columns)
        return self.decoder_for(forms)


def binding(messages: list[Message]) -> Binding | None:
    """Take the recorded parameters as they are: their encoding is informix-types' affair."""
    bind = next((m for m in messages if isinstance(m, Bind)), None)
    blobs = next((m.blobs for m in messages if isinstance(m, BlobBind)), ())
    return None if bind is None else Binding(bind.count, bind.blocks, blobs)


def new_session(pairs: list[tuple[bytes, bytes]]) -> Session:
    """A fresh session for a recording that begins with the login, else one in mid-life."""
    if pairs[0][0][2:4] == b"\x01\x3c":
        return Session()
    return Session(caps=CAPS, state=State.READY, database=Database("stores", 0x15), level=316)


@pytest.mark.parametrize("chunk", [0, 1], ids=["whole", "bytewise"])
@pytest.mark.parametrize("pairs", list(recordings()))
def test_we_send_what_jdbc_sent(
    pairs: list[tuple[bytes, bytes]], chunk: int, decoder_for: Any, make_peer: Any
) -> None:
    session = new_session(pairs)
    replay = Replay(session, decoder_for, make_peer, chunk)
    replay.run(pairs)
    tuples = sum(count_tuples(reply, session.caps) for _, reply in pairs)
    assert replay.rows == tuples
    if pairs[-1][0] == Exit().encode(NARROW):
        assert session.state is State.CLOSED
    elif session.state is not State.BROKEN:  # a refused login
        assert session.state is State.READY
        assert not session.expected


def count_tuples(reply: bytes, caps: Capabilities) -> int:
    """Count TUPLE messages of a reply group with the server's message table."""
    from informix_wire.pdu import read_server
    from informix_wire.pdu.rows import Tuple

    if reply[2:3] in (b"\x02", b"\x03"):  # a login frame
        return 0
    count, offset = 0, 0
    while offset < len(reply):
        message, offset = read_server(reply, offset, caps if caps.bits else FULL)
        count += isinstance(message, Tuple)
    return count
