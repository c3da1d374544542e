"""Primitives against the examples and layouts of sqli.md 0.2 and 1, and against hand-computed integers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_types import ConversionError
from informix_wire.buffer import MAX_LENGTH, Reader, Writer, decode_text, encode_text
from informix_wire.caps import FULL, NARROW
from informix_wire.errors import Incomplete, ProtocolError


def written(method, *args, caps=NARROW):
    writer = Writer(caps)
    getattr(writer, method)(*args)
    return bytes(writer.data).hex()


@pytest.mark.parametrize(
    ("method", "value", "caps", "expected"),
    [
        ("char", "abc", FULL, "000361626300"),
        ("char", "", FULL, "0000"),
        ("char", "ab", FULL, "00026162"),
        ("astr", "in4mix", FULL, "0007696e346d697800"),
        ("astr", None, FULL, "0000"),
        ("astr", "", FULL, "000100"),
        ("textl", "abc", FULL, "0000000361626300"),
        ("textl", "abc", NARROW, "000361626300"),
        ("offl", 12, FULL, "0000000c"),
        ("offl", 12, NARROW, "000c"),
        ("int8", 123456789012, FULL, "0001be991a140000001c"),  # sqli.md 7.1
        ("int8", -123456789012, FULL, "ffffbe991a140000001c"),
        ("int8", 0, FULL, "00010000000000000000"),
        ("int8", None, FULL, "00000000000000000000"),
        ("q", -2, FULL, "fffffffffffffffe"),
        ("b", 255, FULL, "ff"),
    ],
)
def test_primitive_has_the_specified_bytes_and_reads_back(method, value, caps, expected):
    assert written(method, value, caps=caps) == expected
    reader = Reader(bytes.fromhex(expected), 0, caps)
    assert getattr(reader, method)() == value
    assert reader.pos == len(expected) // 2


@pytest.mark.parametrize("raw", ["0003616263", "00", "", "000361"])
def test_truncated_char_is_incomplete(raw):
    with pytest.raises(Incomplete):
        Reader(bytes.fromhex(raw), 0, FULL).char()


def test_end_of_whole_data_is_a_protocol_error():
    with pytest.raises(ProtocolError, match="middle of a field"):
        Reader(b"\0", 0, whole=True).s()


@pytest.mark.parametrize("length", [-1, MAX_LENGTH + 1, -(2**31)])
def test_impossible_lengths_are_refused_instead_of_awaited(length):
    with pytest.raises(ProtocolError, match="impossible length"):
        Reader(length.to_bytes(4, "big", signed=True), 0, FULL).textl()


def test_negative_count_is_refused():
    with pytest.raises(ProtocolError, match="negative count -1"):
        Reader(b"\xff\xff").count()


def test_int8_sign_is_checked():
    with pytest.raises(ProtocolError, match="sign 2"):
        Reader(bytes.fromhex("00020000000000000000")).int8()


def test_login_string_must_end_in_nul():
    with pytest.raises(ProtocolError, match="NUL"):
        Reader(bytes.fromhex("00026162")).astr()


def test_values_that_do_not_fit_are_conversion_errors():
    with pytest.raises(ConversionError, match="40000"):
        Writer(NARROW).s(40000)
    with pytest.raises(ConversionError):
        Writer(NARROW).char("x" * 65536)
    with pytest.raises(ConversionError, match="does not fit a field of 8"):
        Writer(NARROW).fixed("123456789", 8)
    with pytest.raises(ConversionError, match="NUL"):
        Writer(NARROW).astr("a\0b")


def test_unencodable_character_is_named():
    with pytest.raises(ConversionError, match=r"'€' at position 2 .* iso8859-1"):
        encode_text("10€", "iso8859-1")


@given(st.binary(max_size=40), st.sampled_from(["utf-8", "ascii", "iso8859-1", "cp1252", "iso8859-7"]))
def test_undecodable_bytes_survive(raw, encoding):
    assert encode_text(decode_text(raw, encoding), encoding) == raw


@given(st.binary(max_size=40), st.sampled_from(["gb18030", "cp932", "euc_jp", "big5", "cp949", "hz", "utf-7"]))
def test_multibyte_garbage_decodes_to_something(raw, encoding):
    assert isinstance(decode_text(raw, encoding), str)


@given(st.integers(-(2**63), 2**63))
def test_int8_reads_back(value):
    raw = bytes.fromhex(written("int8", value))
    assert len(raw) == 10
    assert Reader(raw).int8() == value


def test_codec_that_cannot_escape_a_byte_replaces_it():
    assert decode_text(b"ab~\x8e", "hz").startswith("ab\ufffd")
