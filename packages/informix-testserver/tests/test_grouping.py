"""`GroupReader` against `read_client`: what it remembers changes nothing, however the bytes arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_testserver import grouping
from informix_testserver.grouping import GroupReader
from informix_wire import pdu
from informix_wire.caps import FULL, NARROW, Capabilities
from informix_wire.errors import ProtocolError
from informix_wire.pdu import Message, read_client

ids = st.builds(pdu.StatementId, st.integers(0, 2))
plain = st.sampled_from([pdu.Close(), pdu.Open(), pdu.Execute(), pdu.Release(), pdu.Scroll(), pdu.Commit()])
fetches = st.builds(pdu.NFetch, st.sampled_from([4096, 4097, 32767]))
named = st.builds(pdu.CursorName, st.sampled_from(["a", "b", "cc"]))
texts = st.builds(pdu.Prepare, st.integers(0, 1), st.sampled_from(["x", "yy"]))
binds = st.builds(
    pdu.Bind,
    st.just(1),
    st.sampled_from([bytes.fromhex("0002 0000 0a00 00000001"), bytes.fromhex("0002 0000 0a00 00000002")]),
)
groups = st.lists(st.one_of(ids, plain, fetches, named, texts, binds), max_size=5)


def plainly(stream: bytes, caps: Capabilities) -> list[list[Message]]:
    """The groups of a stream, message by message."""
    found: list[list[Message]] = [[]]
    pos = 0
    while pos < len(stream):
        message, pos = read_client(stream, pos, caps)
        if isinstance(message, pdu.Eot):
            found.append([])
        else:
            found[-1].append(message)
    assert found.pop() == []
    return found


def in_pieces(reader: GroupReader, stream: bytes, size: int, caps: Capabilities) -> list[list[Message]]:
    """The groups of a stream that arrives by `size` bytes."""
    found: list[list[Message]] = []
    group: list[Message] = []
    data, pos = b"", 0
    for at in range(0, len(stream), size):
        data, pos = data[pos:] + stream[at : at + size], 0
        complete = True
        while complete:
            pos, complete = reader.read(data, pos, caps, group)
            if complete:
                found.append(group)
                group = []
    assert (group, pos) == ([], len(data))
    return found


@given(st.lists(groups, max_size=12), st.integers(1, 40), st.sampled_from([FULL, NARROW]))
def test_groups_are_those_of_the_plain_reader(sent: list[list[Message]], size: int, caps: Capabilities) -> None:
    stream = b"".join(message.encode(caps) for group in sent for message in [*group, pdu.Eot()])
    assert plainly(stream, caps) == sent
    reader = GroupReader()
    for _ in range(3):  # with nothing, something, everything remembered
        assert in_pieces(reader, stream, size, caps) == sent
    assert in_pieces(reader, stream, len(stream) or 1, caps) == sent


def test_bytes_mean_what_the_capabilities_in_force_say() -> None:
    """An NFETCH of the one dialect is an NFETCH and the beginning of something else in the other."""
    wide = b"".join(m.encode(FULL) for m in (pdu.StatementId(1), pdu.NFetch(4096), pdu.Eot()))
    reader, group = GroupReader(), list[Message]()
    assert reader.read(wide, 0, FULL, group) == (len(wide), True)
    assert group == [pdu.StatementId(1), pdu.NFetch(4096)]
    with pytest.raises(ProtocolError):  # tag 0
        reader.read(wide, 0, NARROW, [])


def test_exit_ends_a_group_by_itself() -> None:
    reader = GroupReader()
    stream = pdu.Exit().encode(FULL)
    for _ in range(2):
        group: list[Message] = []
        assert reader.read(stream + b"\0", 0, FULL, group) == (2, True)
        assert group == [pdu.Exit()]


def test_what_is_remembered_is_bounded() -> None:
    reader = GroupReader()
    for number in range(1000):
        stream = b"".join(m.encode(FULL) for m in (pdu.StatementId(number), pdu.Close(), pdu.Eot()))
        group: list[Message] = []
        assert reader.read(stream, 0, FULL, group) == (8, True)
        assert group == [pdu.StatementId(number), pdu.Close()]
    assert len(reader._runs) <= grouping._MOST
    long = b"".join(m.encode(FULL) for m in [pdu.Scroll()] * 1000)
    assert reader.read(long, 0, FULL, []) == (2000, False)
    assert max(len(run.raw) for run in reader._runs.values()) <= grouping._LONGEST
