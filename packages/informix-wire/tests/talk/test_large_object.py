"""LODATA, FETCHBLOB, fast path and XA: what replies mean."""

from typing import Any

import pytest
from informix_types.params import Binding
from informix_wire.errors import ProtocolError, ServerError
from informix_wire.pdu.blob import BlobChunk
from informix_wire.pdu.fastpath import RoutineHandle
from informix_wire.pdu.lob import LoDataReply
from informix_wire.pdu.status import Err
from informix_wire.pdu.xa import XaReply, Xid
from informix_wire.session import Prepared, Session, State
from informix_wire.talk import large_object, routine, xa

XID = Xid(0x1234, b"\1\2\3\4", b"\x09\x08")


@pytest.mark.parametrize("chunk", [0, 1])
def test_lo_read(session: Session, make_peer: Any, message_bytes: Any, group: Any, chunk: int) -> None:
    seek = bytes.fromhex("0061 0001 0001 00000004 7d00 0001 00000007 00000000 0000 000c")
    script = [
        (bytes.fromhex("006100000001000000047d00000c"), message_bytes["lodata_read_reply"]),
        (bytes.fromhex("006100000001000000047d00000c"), bytes.fromhex("0061 0000 00000000 0000 000c")),
        (seek, group(LoDataReply(1, 4, b"wxyz"))),
    ]
    peer = make_peer(session, script, chunk)
    assert peer.run(large_object.lo_read(session, 1, 4)) == bytes.fromhex("0a0b0c0d")
    assert peer.run(large_object.lo_read(session, 1, 4)) == b""
    assert peer.run(large_object.lo_read_at(session, 1, 4, 7)) == b"wxyz"
    assert peer.idle()


def test_lo_write_in_chunks(session: Session, make_peer: Any, message_bytes: Any, group: Any) -> None:
    data = bytes(range(256)) * 256
    head = bytes.fromhex("0061 0002 0004 00010000 7d00")
    chunks = b"".join(len(c).to_bytes(2, "big") + c for c in (data[:32000], data[32000:64000], data[64000:]))
    peer = make_peer(session, [(head + chunks + b"\0\x0c", group(LoDataReply(2, 65536)))])
    assert peer.run(large_object.lo_write(session, 4, data)) == 65536
    peer = make_peer(session, [(None, message_bytes["lodata_write_reply"])])
    assert peer.run(large_object.lo_write(session, 4, b"\x09\x08\x07")) == 3


def test_a_negative_total_is_an_error(session: Session, make_peer: Any, group: Any) -> None:
    peer = make_peer(session, [(None, group(LoDataReply(0, -9810)))])
    with pytest.raises(ServerError) as caught:
        peer.run(large_object.lo_read(session, 9, 4))
    assert caught.value.sqlcode == -9810
    assert session.state is State.READY


def test_fetch_blob(session: Session, make_peer: Any, message_bytes: Any, group: Any) -> None:
    prepared = Prepared(2, 5, returns_rows=True)
    session.adopt(prepared)
    descriptor = bytes(range(56))
    many = group(*(BlobChunk(bytes([n]) * 1024) for n in range(3)), BlobChunk(b"odd"), BlobChunk())
    request = bytes.fromhex("00040005 0026") + descriptor + b"\0\x0c"
    peer = make_peer(session, [(request, message_bytes["fetchblob_reply"]), (request, many)], 7)
    assert peer.run(large_object.fetch_blob(session, prepared, descriptor)) == bytes.fromhex("00010203ff")
    expected = b"\0" * 1024 + b"\1" * 1024 + b"\2" * 1024 + b"odd"
    assert peer.run(large_object.fetch_blob(session, prepared, descriptor)) == expected
    assert peer.idle()


@pytest.mark.parametrize("chunks", [[], [b"x"], [b"", b"x", b""]])
def test_a_blob_without_its_end_is_a_protocol_error(
    session: Session, make_peer: Any, group: Any, chunks: list[bytes]
) -> None:
    prepared = Prepared(2, 5, returns_rows=True)
    session.adopt(prepared)
    peer = make_peer(session, [(None, group(*map(BlobChunk, chunks)))])
    with pytest.raises(ProtocolError, match="without its end"):
        peer.run(large_object.fetch_blob(session, prepared, bytes(56)))
    assert session.state is State.BROKEN


def test_a_lost_blob(session: Session, make_peer: Any, group: Any) -> None:
    prepared = Prepared(2, 5, returns_rows=True)
    session.adopt(prepared)
    peer = make_peer(session, [(None, group(Err(-602)))])
    with pytest.raises(ServerError):
        peer.run(large_object.fetch_blob(session, prepared, bytes(56)))
    assert session.state is State.READY


def test_routines_are_looked_up_once(session: Session, make_peer: Any, message_bytes: Any, group: Any) -> None:
    signature = "function informix.ifx_lo_close(integer)"
    request = bytes.fromhex("0065 00 00000027") + signature.encode() + bytes.fromhex("00 0000 000c")
    peer = make_peer(session, [(request, message_bytes["getroutine_reply"])], 1)
    handle = peer.run(routine.get_routine(session, signature))
    assert handle == RoutineHandle("stores", 100)
    assert peer.run(routine.get_routine(session, signature)) is handle
    assert peer.idle()
    call = bytes.fromhex("0066 0006 73746f726573 00000064 0001 0000 0005 0001 0002 0000 0a00 0000002a 000c")
    peer = make_peer(session, [(call, message_bytes["fproutine_int"])], 1)
    arguments = Binding(1, bytes.fromhex("0002 0000 0a00 0000002a"), ())
    result = peer.run(routine.call_routine(session, handle, arguments))
    assert result == routine.RoutineResult(1, bytes.fromhex("0002 0000 0000 00000001"))
    peer = make_peer(session, [(None, group(Err(-674)))])
    with pytest.raises(ServerError):
        peer.run(routine.get_routine(session, "function nope()"))
    assert "function nope()" not in session.routines


def test_xa(session: Session, make_peer: Any, group: Any) -> None:
    ok = group(XaReply(0))
    peer = make_peer(
        session, [(None, ok)] * 3 + [(None, group(XaReply(3))), (None, group(XaReply(2, (XID, XID))))]
    )
    peer.run(xa.xa_open(session, "stores"))
    assert session.database is not None
    assert session.database.logged
    peer.run(xa.xa_start(session, XID))
    assert session.in_branch
    peer.run(xa.xa_end(session, XID))
    assert not session.in_branch
    assert peer.run(xa.xa_prepare(session, XID)) == xa.READ_ONLY
    assert peer.run(xa.xa_recover(session)) == (XID, XID)
    assert peer.idle()
    for code in (-4, 104):
        peer = make_peer(session, [(None, group(XaReply(code)))])
        with pytest.raises(xa.XaError) as caught:
            peer.run(xa.xa_commit(session, XID, one_phase=True))
        assert caught.value.code == code
        assert peer.sent[-6:-2] == bytes.fromhex("40000000")
        assert session.state is State.READY
