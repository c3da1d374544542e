"""Properties of all messages: what is encoded decodes to itself in both dialects; garbage never does harm."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_types import ColumnType, ConversionError, FramingError, Incomplete, TypeCode
from informix_types.codes import has_extended_name
from informix_types.context import TypeContext
from informix_types.params import decode_block, encode_block, encode_params
from informix_wire import pdu
from informix_wire.buffer import Reader
from informix_wire.caps import FULL, NARROW, Capabilities
from informix_wire.errors import ProtocolError
from informix_wire.pdu.bind import read_blocks

ALL_BITS = Capabilities.from_bits({8, 34, 48, 50, 52, 54, 56, 61, 62, 63, 67, 69, 70})
DIALECTS = [caps.with_encoding("utf-8") for caps in (NARROW, FULL, ALL_BITS)]
EOT = b"\0\x0c"

short = st.integers(-(2**15), 2**15 - 1)
word = st.integers(-(2**31), 2**31 - 1)
count = st.integers(0, 2**15 - 1)
text = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=20)
data = st.binary(max_size=60)


@st.composite
def column_types(draw, *, travelling=False):
    code = draw(st.sampled_from(list(TypeCode)))
    column = {
        "code": code,
        "encoded_length": draw(word),
        "flags": draw(st.sampled_from([0, 0x100, 0x900, 0x8000])),
    }
    if has_extended_name(code) or not travelling:
        column |= {"owner": draw(text), "extended_name": draw(text)}
    if not travelling:
        column |= {"extended_id": draw(word), "source": draw(word)}
    return ColumnType(**column)


def many(strategy):
    return st.lists(strategy, max_size=4).map(tuple)


described = st.builds(pdu.DescribedColumn, text, column_types(), word, short, short)
parameters = many(st.builds(pdu.InputParameter, column_types(), short, short))
xids = st.builds(pdu.Xid, word, st.binary(max_size=64), st.binary(max_size=64))
UNALIGNED = (
    pdu.GetRoutine,
    pdu.InputDescribe,
    pdu.DescribeRoutine,
    pdu.RoutineParameters,
    pdu.RoutineState,
)
"""Messages with a lone byte, which is not padded (sqli.md 1, 4.7, 5.13.1)."""
records, heads = st.binary(min_size=15, max_size=15), st.binary(min_size=18, max_size=18)
states = st.builds(pdu.RoutineState, short, word, word, word, st.integers(0, 127))
routine_arguments = st.builds(pdu.RoutineArgument, st.booleans(), records)
named_arguments = st.builds(pdu.RoutineArgument, st.booleans(), records, st.integers(0, 127), text)
VALUES = st.one_of(
    *(st.none(), st.booleans(), word, st.floats(allow_nan=False, allow_infinity=False), st.dates(), data),
    *(text.filter(lambda value: value[:1] != "\0"), st.decimals(-(10**20), 10**20, places=4)),
)
bindings = st.lists(VALUES, max_size=5).map(
    lambda values: encode_params(values, [None] * len(values), TypeContext(encoding="utf-8"))
)


def branches(cls):
    return st.builds(cls, xids, word, word)


def names_or_columns():
    return st.one_of(
        st.just(pdu.KeyRequest()),
        st.builds(lambda columns: pdu.KeyRequest(2, columns=columns), many(short)),
        st.builds(lambda names: pdu.KeyRequest(3, names=names), many(text)),
    )


FROM_CLIENT = [
    *(st.builds(cls, short, text) for cls in (pdu.Prepare, pdu.Command)),
    st.builds(pdu.CursorName, text),
    st.builds(pdu.StatementId, short),
    bindings.map(lambda b: pdu.Bind(b.count, b.blocks)),
    st.builds(pdu.BlobBind, many(st.binary(max_size=2100))),
    st.builds(pdu.SFetch, short, word, short),
    st.builds(pdu.RetType, st.sampled_from(pdu.Direction), many(column_types(travelling=True))),
    st.builds(lambda row, rows: pdu.Put(row * rows, rows), data, st.integers(1, 4)),
    names_or_columns(),
    st.builds(pdu.Rollback, short),
    st.builds(pdu.SetSavepoint, text, short),
    *(st.builds(cls, text) for cls in (pdu.ReleaseSavepoint, pdu.RollbackToSavepoint, pdu.Response)),
    st.builds(pdu.Protocols, st.binary(max_size=12)),
    st.builds(pdu.Info, many(st.tuples(text.filter(bool), text))),
    st.builds(pdu.DbOpen, text, short),
    *(st.builds(cls, text, word, word) for cls in (pdu.XaOpen, pdu.XaClose)),
    *(
        branches(cls)
        for cls in (pdu.XaStart, pdu.XaEnd, pdu.XaPrepare, pdu.XaCommit, pdu.XaRollback, pdu.XaForget)
    ),
    st.builds(pdu.XaRecover, word, word, word),
    st.builds(pdu.GetRoutine, text, short),
    st.builds(lambda b, db, h: pdu.ExecuteRoutine(db, h, b.count, b.blocks), bindings, text, word),
    st.builds(pdu.GetRoutine, st.just(""), short, text, word),
    st.builds(pdu.DescribeRoutine, text, word),
    states,
    st.builds(lambda fd, n: pdu.LoDataRequest(0, fd, n), short, word),
    st.builds(lambda fd, n, at, w: pdu.LoDataRequest(1, fd, n, at, w), short, word, st.integers(0, 2**60), short),
    st.builds(lambda fd, raw: pdu.LoDataRequest(2, fd, len(raw), data=raw), short, data),
    st.builds(pdu.FileRead, data),
    st.builds(pdu.FileWrite, word),
    st.builds(pdu.Err, st.integers(1, 200)),
]
FROM_SERVER = [
    *(st.builds(cls, short, short, word, short, many(described)) for cls in (pdu.Describe, pdu.KeyDescribe)),
    st.builds(pdu.InputDescribe, parameters),
    st.builds(pdu.RoutineInputDescribe, many(st.builds(pdu.InputParameter, column_types(), short, short, short))),
    *(st.builds(cls, short, data) for cls in (pdu.Tuple, pdu.KeyTuple)),
    st.builds(pdu.TupleId, word),
    st.builds(pdu.Done, short, word, word, word),
    st.builds(pdu.Cost, word, word),
    st.builds(pdu.XactStat, short, short, short),
    st.builds(pdu.InsertDone, st.none() | st.integers(-(2**63), 2**63)),
    st.builds(pdu.Err, short.filter(lambda n: n not in (-368, -937)), short, short, text),
    st.builds(lambda offset: pdu.Err(-368, 0, offset), short),
    st.builds(lambda token, message: pdu.Err(-937, 0, 3, token, "U0001", message), text, text),
    st.builds(pdu.PutErr, word, short, short, short, text),
    st.builds(pdu.BlobChunk, data),
    st.builds(pdu.DatabaseList, many(text.filter(bool))),
    st.builds(pdu.Version, text),
    st.builds(pdu.Challenge, st.sampled_from(pdu.ChallengeStyle), text),
    st.builds(pdu.XaReply, st.integers(-10, 3)),
    st.lists(xids.filter(lambda x: x.format >> 16 != 12), min_size=1, max_size=3).map(
        lambda found: pdu.XaReply(len(found), tuple(found))
    ),
    st.builds(pdu.RoutineHandle, text, word),
    st.builds(pdu.RoutineParameters, states, many(records), many(routine_arguments), st.just(0), heads),
    st.builds(pdu.RoutineParameters, states, many(records), many(named_arguments), st.just(1), heads),
    bindings.map(lambda b: pdu.RoutineReply(b.count, b.blocks)),
    data.map(lambda raw: pdu.LoDataReply(0, len(raw), raw)),
    st.builds(pdu.LoDataReply, st.just(2), word),
    st.builds(pdu.LoDataReply, st.just(1), st.integers(-(2**31), -1)),
    st.builds(lambda *fields: pdu.FileOp(0, *fields), text, word, word, word),
    st.just(pdu.FileOp(1)),
    st.builds(lambda size, n: pdu.FileOp(2, buffer_size=size, amount=n), st.integers(0, 65535), word),
    data.map(lambda raw: pdu.FileOp(3, data=raw)),
]


def check_round_trip(read, message, caps):
    raw = message.encode(caps)
    assert len(raw) % 2 == 0 or isinstance(message, UNALIGNED)
    assert read(b"??" + raw + EOT, 2, caps) == (message, 2 + len(raw))
    for cut in {0, 1, 2, len(raw) // 2, len(raw) - 1}:
        with pytest.raises(Incomplete):
            read(raw[:cut], 0, caps)


@given(st.one_of(FROM_CLIENT), st.sampled_from(DIALECTS))
def test_client_messages_read_back(message, caps):
    check_round_trip(pdu.read_client, message, caps)


@given(st.one_of(FROM_SERVER), st.sampled_from(DIALECTS))
def test_server_messages_read_back(message, caps):
    check_round_trip(pdu.read_server, message, caps)


@pytest.mark.parametrize("table", [pdu.FROM_CLIENT, pdu.FROM_SERVER], ids=["client", "server"])
def test_messages_without_body_are_their_tag(table):
    read = pdu.read_client if table is pdu.FROM_CLIENT else pdu.read_server
    bodiless = [cls for cls in table.values() if not cls.__match_args__]
    assert pdu.Eot in bodiless
    for cls in bodiless:
        message = cls()
        assert message.encode(FULL) == int(cls.TAG).to_bytes(2, "big")
        assert read(message.encode(FULL), 0, FULL) == (message, 2)
        assert repr(message) == f"{cls.__name__}()"


@pytest.mark.parametrize(
    ("caps", "expected"),
    [
        (NARROW, "0009 1000 0000"),
        (FULL, "0009 00001000 0000"),
        (Capabilities.from_bits({62}), "0009 1000"),  # negotiated without bit 8: no array (sqli.md 3.3)
    ],
)
def test_nfetch_widths(caps, expected):
    raw = bytes.fromhex(expected)
    assert pdu.NFetch(4096).encode(caps) == raw
    assert pdu.read_client(raw, 0, caps) == (pdu.NFetch(4096), len(raw))


# Recorded from JDBC with IFX_USEPUT: INTEGER and DECIMAL(8,2), nine bytes a row; one pad byte, after the last.
PUT_THREE = "0011 00000009 0003 00000000c101320000 00000001c101320000 00000002c101320000 00"


def test_put_of_several_rows():
    rows = bytes.fromhex("00000000c101320000 00000001c101320000 00000002c101320000")
    raw = bytes.fromhex(PUT_THREE)
    assert pdu.read_client(raw, 0, FULL) == (pdu.Put(rows, 3), len(raw))
    assert pdu.Put(rows, 3).encode(FULL) == raw
    with pytest.raises(ConversionError):
        pdu.Put(rows, 2).encode(FULL)
    with pytest.raises(ProtocolError):
        pdu.read_client(bytes.fromhex("0011 00000009 0000"), 0, FULL)


@pytest.mark.parametrize(
    ("message", "narrow", "full"),
    [
        (pdu.Prepare(1, "abc"), "0002 0001 0003 61626300", "0002 0001 00000003 61626300"),
        (pdu.Err(-206, -111, 15, "t"), "000d ff32 ff91 000f 0001 7400", "000d ff32 ff91 0000000f 0001 7400"),
        (pdu.InsertDone(7), "005e 0001 00000007 00000000", "005e 0001 00000007 00000000 0000000000000000"),
        (pdu.PutErr(2, -268), "0012 00000002 fef4 0000 0000 0000", "0012 00000002 fef4 0000 00000000 0000"),
        (pdu.InputDescribe(), "007d 0000", "007d 0000 0000"),
        (pdu.SFetch(6, 3, 512), "0017 0006 00000003 0200", "0017 0006 00000003 00000200"),
        (
            pdu.Describe(2, 1),
            "0008 0002 0001 00000000 0000 0000 0000",
            "0008 0002 0001 00000000 0000 0000 00000000",
        ),
        (pdu.GetRoutine("ab"), "0065 00 0002 6162 0000", "0065 00 00000002 6162 0000"),
    ],
)
def test_negotiated_widths(message, narrow, full):
    """Layouts of sqli.md 4.1 and 3.3 written out by hand."""
    assert message.encode(NARROW).hex() == narrow.replace(" ", "")
    assert message.encode(FULL).hex() == full.replace(" ", "")


def test_describe_and_done_of_the_wide_dialects():
    wide = Capabilities.from_bits({8, 50, 67, 70})
    assert pdu.Describe(2, 1, 0, 70000).encode(wide).hex() == "0008000200010000000000011170000000000000"
    assert pdu.Done(1, 2, 3, 4).encode(wide).hex() == "000f00010000000000000002000000000000000300000004"
    assert pdu.FetchBlob(bytes(68)).encode(wide) == b"\0\x26" + bytes(68)
    assert pdu.read_client(b"\0\x26" + bytes(68), 0, wide) == (pdu.FetchBlob(bytes(68)), 70)


@pytest.mark.parametrize(
    "raw",
    [
        "000e 0000 ffffffff",  # row of negative length
        "000e 0000 7fffffff",  # row longer than anything
        "0008 0002 0000 00000000 0000 0001 00000000",  # a column but no names
        "0008 0002 0000 00000000 0000 0000 00000002 6100",  # names but no column
        "0008 0002 0000 00000000 0000 0001 00000002 00000002",  # name outside of the table
        "0008 0002 0000 00000000 0000 ffff 00000000",  # negative number of columns
        "0008 0002 0000 00000000 0000 0001 ffffffff",
        "0008 0002 0000 00000000 0004 0001 00000002 00000000 00000000 0002 00000000 00000000 00000000 00000000"
        "00000004 6161",  # names that do not end in NUL
        "005e 0003 00000000 00000000 0000000000000000",  # INT8 with sign 3
        "0061 0007 00000000",
        "0061 0000 00000000 0001",  # no bytes, but a chunk
        "0061 0000 00000004 0008 0102030405060708",  # chunk longer than the total
        "0061 0000 00000004 0000",  # empty chunk before the total is reached
        "0061 0000 7fffffff",
        "0062 0004",
        "0067 0001 0009 0000 0000",  # value of type NULL with data
        "0067 0001 0002 0001 0000 00000001",  # unknown indicator
        "0067 ffff",
        "0049 0001 00000001 00000041 00000000 " + "00" * 128,  # gtrid of 65 bytes
    ],
)
def test_impossible_server_messages_are_refused(raw):
    with pytest.raises(ProtocolError):
        pdu.read_server(bytes.fromhex(raw), 0, FULL)


@pytest.mark.parametrize(
    "raw",
    [
        "0086 0004",  # KEYREQUEST of unknown kind
        "0051 0005 0006 0000 0000",  # INFO that is no environment
        "0065 02 00000000 0000",  # GETROUTINE neither by signature nor by number
        "0083 00 0000 00000001 000c",  # tag 131 not by number
        "0083 01 0000 00000001 0000",
        "0066 0000 00000001 0001 0000 0006 0001",  # EXFPROUTINE without BIND
        "0066 0000 00000001 0001 0000 0005 0002",  # two counts that differ
        "0029 0001 0005 0000",  # BBIND with something else inside
        "0002 0000 ffffffff",
        "006a 00000002 006b 0002 6161",
        "0061 0003 0001 00000001 7d00",
        "0005 0001 0002 0005 0000 00000001",  # indicator 5
    ],
)
def test_impossible_client_messages_are_refused(raw):
    with pytest.raises(ProtocolError):
        pdu.read_client(bytes.fromhex(raw), 0, FULL)


def test_input_describe_with_named_arguments():
    """Layout of sqli.md 4.7 written out: n, flags, number of names, mode and name of each, then the parameters."""
    column = ColumnType(TypeCode.INTEGER, 4)
    message = pdu.InputDescribe((pdu.InputParameter(column),), 1, ((2, "ab"), (0, "")))
    raw = bytes.fromhex(
        "007d 0001 0001 0002 02 00026162 00 0000 0002 00000000 0000 0000 0000 0000 00000000 00000004"
    )
    assert message.encode(FULL) == raw
    assert pdu.read_server(raw, 0, FULL) == (message, len(raw))
    assert message.types == (column,)


def test_read_of_no_bytes_has_an_empty_chunk():
    raw = bytes.fromhex("0061 0000 00000000 0000")
    assert pdu.LoDataReply(0, 0).encode(FULL) == raw
    assert pdu.read_server(raw, 0, FULL) == (pdu.LoDataReply(0, 0), len(raw))


def test_xid_parts_are_bounded_when_built():
    with pytest.raises(ProtocolError, match="64 bytes"):
        pdu.Xid(1, bytes(65), b"")


def test_blob_parameters_travel_in_pieces_of_1024_bytes():
    raw = pdu.BlobBind((b"x" * 1025, b"")).encode(FULL)
    assert raw == b"\0\x29\0\2" + b"\0\x27\4\0" + b"x" * 1024 + b"\0\x27\0\1x\0" + b"\0\x27\0\0" + b"\0\x27\0\0"


def test_large_objects_travel_in_pieces_of_32000_bytes():
    raw = pdu.LoDataReply(0, 32001, b"y" * 32001).encode(FULL)
    assert raw == b"\0\x61\0\0\0\0\x7d\1" + b"\x7d\0" + b"y" * 32000 + b"\0\1y\0"
    assert pdu.read_server(raw, 0, FULL) == (pdu.LoDataReply(0, 32001, b"y" * 32001), len(raw))


def test_odd_database_name_and_trailing_nuls_of_a_token():
    message, _ = pdu.read_server(bytes.fromhex("000dff2effff00000000000461620000"), 0, FULL)
    assert message == pdu.Err(-210, -1, 0, "ab")


@given(st.lists(VALUES, max_size=6))
def test_block_framing_agrees_with_informix_types(values):
    """Two walks over the same blocks that share no code find the same ends."""
    ctx = TypeContext(encoding="utf-8")
    binding = encode_params(values, [None] * len(values), ctx)
    raw, ends, offset = binding.blocks, [], 0
    for _ in range(binding.count):
        _, offset = decode_block(raw, offset, ctx)
        ends.append(offset)
    reader, ours = Reader(raw, 0, FULL), []
    for _ in range(binding.count):
        read_blocks(reader, 1)
        ours.append(reader.pos)
    assert ours == ends
    assert offset == len(raw)


def test_block_whose_value_python_cannot_hold_keeps_the_stream_in_step():
    date_of_year_20000 = encode_block(ColumnType(TypeCode.DATE), None, TypeContext())[:2] + bytes.fromhex(
        "0000000000500000"
    )
    raw = b"\0\5\0\1" + date_of_year_20000 + EOT
    message, end = pdu.read_client(raw, 0, FULL)
    assert raw[end:] == EOT
    with pytest.raises(ConversionError):
        decode_block(message.blocks, 0, TypeContext())


VECTORS = [
    (vector["dir"], bytes.fromhex(vector["hex"]))
    for name in ("messages", "client_groups")
    for vector in json.loads((Path(__file__).parent / "vectors" / f"{name}.json").read_text())["vectors"]
]


@given(st.sampled_from(VECTORS), st.sampled_from(DIALECTS), st.data())
def test_garbled_groups_end_in_a_known_error_or_in_messages(vector, caps, draw):
    direction, good = vector
    raw = bytearray(good)
    for at in draw.draw(st.lists(st.integers(0, len(raw) - 1), max_size=5)):
        raw[at] = draw.draw(st.integers(0, 255))
    walk(direction, bytes(raw), caps)


@given(st.sampled_from(["c2s", "s2c"]), st.sampled_from(DIALECTS), st.integers(0, 142), st.binary(max_size=200))
def test_random_bodies_end_in_a_known_error_or_in_messages(direction, caps, tag, body):
    walk(direction, tag.to_bytes(2, "big") + body, caps)


def walk(direction, raw, caps):
    read = pdu.read_client if direction == "c2s" else pdu.read_server
    offset = 0
    try:
        while offset < len(raw):
            message, end = read(raw, offset, caps)
            assert offset < end <= len(raw)
            repr(message)
            offset = end
    except (FramingError, Incomplete):
        pass


@pytest.mark.parametrize(
    ("caps", "precision", "size"),
    [(FULL, 0, 56), (FULL, 56, 56), (ALL_BITS, 56, 56), (ALL_BITS, 0, 68), (FULL, 68, 68)],
)
def test_blob_parameter_is_as_long_as_its_precision_says_or_as_negotiated(caps, precision, size):
    raw = b"\0\5\0\1" + b"\0\x0b\0\0" + precision.to_bytes(2, "big") + bytes(size) + EOT
    message, end = pdu.read_client(raw, 0, caps)
    assert raw[end:] == EOT
    assert len(message.blocks) == 6 + size
