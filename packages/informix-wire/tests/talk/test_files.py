"""SQ_FILE: the server's steps in the middle of a reply, and what they may touch."""

from typing import Any

import pytest
from informix_types import ColumnType, TypeCode
from informix_wire.pdu.lob import FileOp, FileRead, FileWrite
from informix_wire.pdu.rows import Tuple
from informix_wire.pdu.status import Cost, Done, Eot, Err
from informix_wire.session import Prepared, Session, State
from informix_wire.talk import fetch, interrupt, statement

EMPTY = b"\0\x0c"


class Files:
    """One registered file in memory."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = content
        self.position = 0
        self.calls: list[Any] = []

    def open(self, name: str, mode: int, flags: int, offset: int) -> None:
        self.calls.append(("open", name, mode, flags, offset))
        if name != "/name":
            raise FileNotFoundError(2, "not registered")
        if flags == 1:
            raise FileExistsError(17, "exists")
        self.position = offset

    def close(self) -> None:
        self.calls.append("close")

    def read(self, amount: int) -> bytes:
        end = len(self.content) if amount < 0 else self.position + amount
        data = self.content[self.position : end]
        self.position += len(data)
        return data

    def write(self, data: bytes) -> int:
        self.content = self.content[: self.position] + data
        self.position += len(data)
        return len(data)


def query(session: Session) -> Prepared:
    prepared = Prepared(2, 1, returns_rows=True)
    session.adopt(prepared)
    return prepared


@pytest.mark.parametrize("chunk", [0, 1])
def test_lotofile_writes_through_the_client(
    session: Session, make_peer: Any, group: Any, message_bytes: Any, decoder_for: Any, chunk: int
) -> None:
    session.files = files = Files()
    prepared = query(session)
    name = Tuple(0, bytes.fromhex("00 00000005") + b"/name")
    script = [
        (None, message_bytes["file_open"]),
        (EMPTY, message_bytes["file_write_to_client"]),
        (message_bytes["file_written"], message_bytes["file_close"]),
        (EMPTY, group(name, Done(), Cost())),
    ]
    peer = make_peer(session, script, chunk)
    decoder = decoder_for([ColumnType(TypeCode.UDTVAR, 255, 0, 1, "informix", "lvarchar")])
    block = peer.run(fetch.open_cursor(session, prepared, "c", None, fetch_buffer=4096, decoder=decoder))
    assert block.rows == [("/name",)]
    assert files.content == b"hello"
    assert files.calls == [("open", "/name", 0, 0, 0), "close"]
    assert peer.idle()


@pytest.mark.parametrize("chunk", [0, 1])
def test_filetoblob_reads_from_the_client(
    session: Session, make_peer: Any, group: Any, message_bytes: Any, chunk: int
) -> None:
    session.files = Files(b"hello" + bytes(40000))
    prepared = Prepared(6, 1)
    session.adopt(prepared)
    first, rest = FileRead(b"hello"), FileRead(bytes(40000))
    script = [
        (None, message_bytes["file_open"]),
        (EMPTY, group(FileOp(2, amount=5))),
        (group(first), group(FileOp(2, amount=-1))),
        (group(rest), group(FileOp(2, amount=10))),
        (group(FileRead(b"")), message_bytes["file_close"]),
        (EMPTY, group(Done(rows=1), Cost())),
    ]
    peer = make_peer(session, script, chunk * 1000)
    assert group(first) == message_bytes["file_data_from_client"]
    assert peer.run(statement.execute(session, prepared)).rows == 1
    assert peer.idle()


@pytest.mark.parametrize(
    ("name", "flags", "number"), [("/etc/passwd", 0, 2), ("/name", 1, 17)], ids=["unregistered", "exists"]
)
def test_refusals_carry_the_error_number(
    session: Session, make_peer: Any, group: Any, name: str, flags: int, number: int
) -> None:
    session.files = Files()
    prepared = Prepared(6, 1)
    session.adopt(prepared)
    refusal = group(Err(number))
    script = [(None, group(FileOp(0, name, 0, flags))), (refusal, group(Err(-9801)))]
    peer = make_peer(session, script)
    with pytest.raises(Exception, match="-9801"):
        peer.run(statement.execute(session, prepared))
    assert isinstance(session.file_error, OSError)
    assert session.file_error.errno == number
    assert session.state is State.READY
    assert peer.idle()


def test_without_registered_files_everything_is_refused(session: Session, make_peer: Any, group: Any) -> None:
    prepared = Prepared(6, 1)
    session.adopt(prepared)
    steps = [FileOp(0, "/etc/passwd"), FileOp(2), FileOp(3, data=b"x"), FileOp(1)]
    refusal = bytes.fromhex("000d 0002 0000 00000000 0000 000c")
    script = [(None, group(steps[0]))]
    script += [(refusal, group(step)) for step in steps[1:]]
    script += [(refusal, group(Done(rows=0)))]
    peer = make_peer(session, script)
    assert peer.run(statement.execute(session, prepared)).rows == 0
    assert peer.idle()


def test_a_fault_of_the_applications_file_is_refused_and_kept(
    session: Session, make_peer: Any, group: Any
) -> None:
    class Faulty(Files):
        def write(self, data: bytes) -> int:
            raise KeyError("mine")

    session.files = Faulty()
    prepared = Prepared(6, 1)
    session.adopt(prepared)
    script = [
        (None, group(FileOp(0, "/name"))),
        (EMPTY, group(FileOp(3, data=b"x"))),
        (group(Err(5)), group(FileOp(1))),
        (EMPTY, group(Done())),
    ]
    peer = make_peer(session, script)
    peer.run(statement.execute(session, prepared))
    assert isinstance(session.file_error, KeyError)
    assert session.state is State.READY


def test_a_dialogue_cut_anywhere_is_drained(session: Session, make_peer: Any, group: Any, starved: Any) -> None:
    """Above all between a step and its EOT, which must not be taken for the end of the reply."""
    prepared = Prepared(6, 1)
    session.adopt(prepared)
    refusal = group(Err(2))
    replies = [group(FileOp(0, "/name")), group(FileOp(3, data=b"abc")), group(Done(rows=1))]
    for index, data in enumerate(replies):
        for cut in range(len(data)):
            script = [(None if n == 0 else refusal, reply) for n, reply in enumerate(replies[:index])]
            script.append((None if index == 0 else refusal, data[:cut]))
            conversation = statement.execute(session, prepared)
            with pytest.raises(starved):
                make_peer(session, script).run(conversation)
            conversation.close()
            assert session.state is State.BROKEN
            peer = make_peer(session, [(refusal, reply) for reply in replies[index + 1 :]], 1)
            peer.arriving = data[cut:]
            assert peer.run(interrupt.drain(session)) is None
            assert peer.idle()
            assert session.state is State.READY


def test_wire_forms_of_answers(session: Session) -> None:
    assert FileWrite(5).encode(session.caps) + Eot().encode(session.caps) == bytes.fromhex("006b00000005000c")
