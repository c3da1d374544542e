"""Lengths and ranges that the described type excludes: refused by all decoders alike, never a value."""

import struct
from datetime import timedelta
from decimal import Decimal

import pytest
from informix_types import ColumnType, ConversionError, TypeCode, TypeContext, TypeRegistry, parse_type
from informix_types.columnar import ColumnarDecoder, record_batch
from informix_types.layout import RowFrame
from informix_types.reference import batch_decoder
from informix_types.rowcode.decoder import compile_decoder

FRAME = RowFrame(14)
DECODERS = {
    "reference": batch_decoder,
    "generated": compile_decoder,
    "columnar": lambda types, ctx, frame: (
        ColumnarDecoder(types, [f"c{i}" for i in range(len(types))], ctx, frame).decode
    ),
}
INT = parse_type("INTEGER")
SHORT = parse_type("VARCHAR(5)")


def message(payload):
    return struct.pack(">hhi", 14, 0, len(payload)) + payload + b"\0" * (len(payload) & 1)


def varchar(text):
    return bytes([len(text)]) + text


GOOD = varchar(b"abcde")
BAD = varchar(b"abcdef")
N = b"\0\0\0\7"


@pytest.mark.parametrize("which", DECODERS)
@pytest.mark.parametrize(
    ("types", "good", "bad", "column"),
    [
        ([SHORT], GOOD, BAD, r"column 1 \(VARCHAR\(5\)\)"),
        ([INT, SHORT], N + GOOD, N + BAD, r"column 2 \(VARCHAR\(5\)\)"),
        ([INT, SHORT, INT], N + GOOD + N, N + BAD + N, r"column 2 \(VARCHAR\(5\)\)"),
        ([SHORT, SHORT], GOOD + GOOD, GOOD + BAD, r"column 2 \(VARCHAR\(5\)\)"),
        ([SHORT, SHORT], GOOD + GOOD, BAD + GOOD, r"column 1 \(VARCHAR\(5\)\)"),
        ([SHORT, INT, SHORT, INT], GOOD + N + GOOD + N, GOOD + N + BAD + N, r"column 3 \(VARCHAR\(5\)\)"),
        ([ColumnType(TypeCode.NVARCHAR, 0x0305)], GOOD, BAD, r"column 1 \(NVARCHAR\(5\)\)"),
    ],
)
def test_a_varchar_longer_than_its_column_is_refused(which, types, good, bad, column):
    for ctx in (TypeContext(), TypeContext(encoding="iso8859-15", errors="replace")):
        decode = DECODERS[which](types, ctx, FRAME)
        assert decode(message(good) * 9, 0)[1] == 9 * len(message(good))
        with pytest.raises(ConversionError, match=column + ".*: 6 bytes"):
            decode(message(good) * 9 + message(bad) + message(good), 0)


@pytest.mark.parametrize("which", ["reference", "generated"])
def test_a_loader_does_not_hide_the_length(which):
    registry = TypeRegistry()
    registry.register_loader(TypeCode.VARCHAR, str.upper)
    decode = DECODERS[which]([SHORT, INT], TypeContext().with_adapters(registry.adapters), FRAME)
    assert decode(message(GOOD + N), 0)[0] == [("ABCDE", 7)]
    with pytest.raises(ConversionError, match="6 bytes"):
        decode(message(BAD + N), 0)


@pytest.mark.parametrize("which", DECODERS)
@pytest.mark.parametrize("raw", ["ffff0000000180000000", "ffff0000000080000000", "0001ffffffffffffffff"])
def test_an_int8_beyond_64_bits_is_refused(which, raw):
    for code in (TypeCode.INT8, TypeCode.SERIAL8):
        decode = DECODERS[which]([ColumnType(code, 10)], TypeContext(), FRAME)
        good = message(bytes.fromhex("ffffffffffff7fffffff")) + message(bytes.fromhex("0001ffffffff7fffffff"))
        rows, _ = decode(good * 3, 0)
        found = [row[0] for row in rows] if which != "columnar" else rows.column(0).to_pylist()
        assert found == [-(2**63) + 1, 2**63 - 1] * 3
        with pytest.raises(ConversionError, match=r"column 1 \(.*8\): .* out of range"):
            decode(good + message(bytes.fromhex(raw)), 0)


@pytest.mark.parametrize(
    ("type_text", "value", "message"),
    [
        ("INT8", 2**63, "9223372036854775808 does not fit 64 bits"),
        ("INTERVAL DAY(9) TO SECOND", timedelta(days=999999999), "does not fit 64 bits"),
        ("DECIMAL(5,2)", Decimal("1234.5"), r"1234.5 has more digits than DECIMAL\(5,2\)"),
        ("SMALLINT", 70000, "70000"),
    ],
)
def test_arrow_names_the_column_that_it_cannot_hold(type_text, value, message):
    types = [INT, parse_type(type_text)]
    with pytest.raises(ConversionError, match=rf"column 2 \({type_text.split('(')[0]}.*\): .*{message}"):
        record_batch(["a", "b"], types, [(1, value)])
