"""Character types, BOOLEAN, locators, opaque types, BYTE/TEXT descriptors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_types import (
    DEFAULT_CONTEXT,
    BlobDescriptor,
    BlobLocator,
    ClobLocator,
    ColumnType,
    ConversionError,
    FramingError,
    Incomplete,
    TypeContext,
    TypeFlag,
    decode_row,
    decode_value,
    encode_value,
)

UTF8 = TypeContext(encoding="utf-8")
CHAR = ColumnType(0, 10)
VARCHAR = ColumnType(13, 200)
LVARCHAR = ColumnType(40, 2048, extended_id=1, extended_name="lvarchar")
BOOLEAN = ColumnType(41, 1, extended_id=5, extended_name="boolean")


@given(st.text(max_size=60))
def test_varchar_is_counted_bytes(value):
    raw = value.encode()
    if value == "\0" or len(raw) > 200:
        with pytest.raises(ConversionError):
            encode_value(VARCHAR, value, UTF8)
        return
    encoded = encode_value(VARCHAR, value, UTF8)
    assert encoded == bytes([len(raw)]) + raw
    assert decode_value(VARCHAR, encoded, 0, UTF8) == (value, len(encoded))


@given(st.text(max_size=2000))
def test_lvarchar_is_an_envelope(value):
    raw = value.encode()
    for column in (LVARCHAR, ColumnType(43)):
        if column.encoded_length and len(raw) > column.encoded_length:
            with pytest.raises(ConversionError, match="bytes"):
                encode_value(column, value, UTF8)
            continue
        encoded = encode_value(column, value, UTF8)
        assert encoded == b"\0" + len(raw).to_bytes(4, "big") + raw
        assert decode_value(column, encoded, 0, UTF8) == (value, len(encoded))


def test_varchar_edges():
    for size in (0, 1, 200):
        assert decode_value(VARCHAR, encode_value(VARCHAR, "x" * size, UTF8), 0, UTF8)[0] == "x" * size
    assert decode_value(ColumnType(13, 255), b"\xff" + b"y" * 255, 0, UTF8) == ("y" * 255, 256)
    # The reserved size in the second byte is no part of the maximum (sqli.md 6.3).
    assert ColumnType(13, 10 << 8 | 20).max_length == 20
    with pytest.raises(ConversionError, match="21 bytes"):
        encode_value(ColumnType(13, 10 << 8 | 20), "z" * 21, UTF8)


def test_char_is_padded_and_trimmed_on_request_only():
    raw = encode_value(CHAR, "añb", DEFAULT_CONTEXT)
    assert raw == b"a\xf1b       "
    assert decode_value(CHAR, raw, 0, DEFAULT_CONTEXT)[0] == "añb       "
    trim = TypeContext(trim_char=True)
    assert decode_value(CHAR, raw, 0, trim)[0] == "añb"
    assert decode_value(CHAR, b" " * 10, 0, trim)[0] == ""
    assert decode_value(CHAR, b"\0" + b" " * 9, 0, trim)[0] is None
    assert decode_value(VARCHAR, b"\x03a  ", 0, trim)[0] == "a  "


def test_char_refuses_what_would_change():
    for value in ("x" * 11, "\0abc", 5, None.__class__, ["a"]):
        with pytest.raises(ConversionError):
            encode_value(CHAR, value, DEFAULT_CONTEXT)
    with pytest.raises(ConversionError, match="11 bytes"):
        encode_value(CHAR, "ñ" * 5 + "x", UTF8)
    with pytest.raises(ConversionError, match="not in code set iso8859-1"):
        encode_value(CHAR, "€", DEFAULT_CONTEXT)
    assert encode_value(CHAR, "€", TypeContext(errors="replace")) == b"?         "


def test_undecodable_bytes_follow_the_errors_setting():
    raw = b"\x03a\xffb"
    with pytest.raises(
        ConversionError, match=r"column 1 \(VARCHAR\(200\)\): bytes ff at position 1 are not utf-8"
    ):
        decode_row([VARCHAR], raw, UTF8)
    assert decode_value(VARCHAR, raw, 0, UTF8.with_encoding("utf-8", "replace"))[0] == "a\ufffdb"
    assert decode_value(VARCHAR, raw, 0, UTF8.with_encoding("utf-8", "surrogateescape"))[0] == "a\udcffb"
    assert decode_value(VARCHAR, raw, 0, UTF8.with_encoding("iso8859-1"))[0] == "aÿb"


def test_character_cut_by_the_columns_end():
    column, raw = ColumnType(0, 4), "abcñ".encode()[:4]
    with pytest.raises(ConversionError):
        decode_value(column, raw, 0, UTF8)
    cut = TypeContext(encoding="utf-8", cut_partial_char=True)
    assert decode_value(column, raw, 0, cut)[0] == "abc"
    with pytest.raises(ConversionError):
        decode_value(column, b"\xffabc", 0, cut)


@pytest.mark.parametrize("column", [LVARCHAR, BOOLEAN, ColumnType(19), ColumnType(40, extended_name="point")])
@pytest.mark.parametrize("hex_", ["0200000000", "0100000001", "00ffffffff", "0180000000", "ff00000000"])
def test_impossible_envelopes(column, hex_):
    with pytest.raises(FramingError, match="envelope"):
        decode_value(column, bytes.fromhex(hex_) + b"tttt", 0, DEFAULT_CONTEXT)


def test_boolean_forms():
    for payload, value in ((b"t", True), (b"f", False), (b"\1", True), (b"\0", False)):
        for column in (BOOLEAN, ColumnType(45, 1)):
            assert decode_value(column, b"\0\0\0\0\1" + payload, 0, DEFAULT_CONTEXT)[0] is value
    assert encode_value(BOOLEAN, True, DEFAULT_CONTEXT)[-1:] == b"t"
    assert encode_value(ColumnType(45, 1), False, DEFAULT_CONTEXT)[-1:] == b"\0"
    for payload in (b"\2", b"x"):
        with pytest.raises(FramingError, match="BOOLEAN"):
            decode_value(BOOLEAN, b"\0\0\0\0\1" + payload, 0, DEFAULT_CONTEXT)
    with pytest.raises(FramingError):
        decode_value(BOOLEAN, b"\0\0\0\0\0", 0, DEFAULT_CONTEXT)
    for value in (1, 0, "t"):
        with pytest.raises(ConversionError):
            encode_value(BOOLEAN, value, DEFAULT_CONTEXT)


@pytest.mark.parametrize(
    ("column", "python"),
    [
        (ColumnType(41, 1, extended_id=5), bool),
        (ColumnType(40, 9, extended_id=1), str),
        (ColumnType(41, 1, TypeFlag.DISTINCT | TypeFlag.DISTINCT_BOOLEAN, 2050, extended_name="flag"), bool),
        (ColumnType(41, 1, TypeFlag.DISTINCT, 2050, extended_name="flag", source=5), bool),
        (ColumnType(40, 9, TypeFlag.DISTINCT, 2051, extended_name="name", source=43), str),
        (ColumnType(40, 9, extended_name="json"), str),
    ],
)
def test_built_in_types_behind_opaque_codes(column, python):
    payload = b"t" if python is bool else b"text"
    value, _ = decode_value(column, b"\0\0\0\0" + bytes([len(payload)]) + payload, 0, DEFAULT_CONTEXT)
    assert type(value) is python is column.python_type


@pytest.mark.parametrize(("name", "number", "cls"), [("blob", 10, BlobLocator), ("clob", 11, ClobLocator)])
def test_locators(name, number, cls):
    data = bytes(range(72))
    text = ColumnType(41, 72, extended_id=number, extended_name=name)
    binary = ColumnType(44, 72, extended_name=name)
    by_id = ColumnType(41, 72, extended_id=number)
    for column in (text, binary, by_id):
        assert column.python_type is cls
        raw = encode_value(column, cls(data), DEFAULT_CONTEXT)
        assert len(raw) == (77 if column is binary else 149)
        value, end = decode_value(column, raw, 0, DEFAULT_CONTEXT)
        assert (value, end, type(value)) == (cls(data), len(raw), cls)
    other = ClobLocator if cls is BlobLocator else BlobLocator
    with pytest.raises(ConversionError):
        encode_value(text, other(data), DEFAULT_CONTEXT)
    with pytest.raises(FramingError, match="hexadecimal"):
        decode_value(text, b"\0\0\0\0\x90" + b"zz" * 72, 0, DEFAULT_CONTEXT)
    with pytest.raises(FramingError, match="3 bytes"):
        decode_value(text, b"\0\0\0\0\x03abc", 0, DEFAULT_CONTEXT)
    with pytest.raises(ConversionError, match="72 bytes"):
        cls(b"short")


def test_opaque_types_are_bytes():
    column = ColumnType(40, 0, extended_id=2048, owner="me", extended_name="bson")
    raw = encode_value(column, b"\0\xff\1", DEFAULT_CONTEXT)
    assert raw == b"\0\0\0\0\3\0\xff\1"
    assert decode_value(column, raw, 0, DEFAULT_CONTEXT) == (b"\0\xff\1", 8)
    assert column.python_type is bytes
    with pytest.raises(ConversionError):
        encode_value(column, "text", DEFAULT_CONTEXT)
    label = ColumnType(13, 128, TypeFlag.DISTINCT, extended_name="idssecuritylabel")
    assert label.python_type is bytes
    assert decode_value(label, b"\x02\xff\0", 0, DEFAULT_CONTEXT) == (b"\xff\0", 3)
    assert encode_value(label, b"\xff\0", DEFAULT_CONTEXT) == b"\x02\xff\0"


@pytest.mark.parametrize("code", [24, 42, 48, 49, 77])
def test_types_without_a_layout_say_so(code):
    with pytest.raises(ConversionError, match="no known layout"):
        decode_value(ColumnType(code, 4), bytes(80), 0, DEFAULT_CONTEXT)


@pytest.mark.parametrize(("code", "is_text"), [(11, False), (12, True)])
def test_byte_and_text_descriptors(code, is_text):
    column = ColumnType(code, 56)
    descriptor = BlobDescriptor.build(1000, start=5000, is_text=is_text)
    assert descriptor.data[8:20].hex() == "00001388" + "0000176f" + "000003e8"  # start, inclusive end, size
    raw = encode_value(column, descriptor, DEFAULT_CONTEXT)
    value, end = decode_value(column, raw, 0, DEFAULT_CONTEXT)
    assert (value, end) == (descriptor, 56)
    assert (value.size, value.start, value.is_null, value.is_text) == (1000, 5000, False, is_text)
    null = encode_value(column, None, DEFAULT_CONTEXT)
    assert null[39] & 1
    assert decode_value(column, null, 0, DEFAULT_CONTEXT) == (None, 56)
    with pytest.raises(ConversionError):
        encode_value(column, b"data", DEFAULT_CONTEXT)
    for size in range(56):
        with pytest.raises(Incomplete):
            decode_value(column, raw[:size], 0, DEFAULT_CONTEXT)


def test_null_column():
    assert decode_value(ColumnType(9, 4), b"abcd", 0, DEFAULT_CONTEXT) == (None, 4)
    assert encode_value(ColumnType(9, 0), None, DEFAULT_CONTEXT) == b""
    with pytest.raises(ConversionError):
        encode_value(ColumnType(9, 0), 1, DEFAULT_CONTEXT)
