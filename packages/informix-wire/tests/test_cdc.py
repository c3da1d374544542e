"""Change-data-capture records against the vectors, one of them from a real server (sqli.md 11)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_types import ColumnType, FramingError, Incomplete, TypeCode
from informix_wire.cdc import CdcRecord, CdcStream, CdcType, decode_changes, decode_record, schema_columns
from informix_wire.errors import ProtocolError

VECTORS = json.loads((Path(__file__).parent / "vectors" / "cdc.json").read_text())["vectors"]
RAW = {vector["id"]: bytes.fromhex(vector["hex"]) for vector in VECTORS}
each_vector = pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
INT = ColumnType(TypeCode.INTEGER, 4)
VARCHAR = ColumnType(TypeCode.VARCHAR, 40)
OUR_NAMES = {
    "tx": "transaction",
    "n_fixed": "fixed_columns",
    "n_var": "variable_columns",
    **{name: name for name in ("time", "user", "label", "flags", "fixed_bytes", "code")},
}


@each_vector
def test_recorded_record(vector):
    raw, decoded = RAW[vector["id"]], vector["decoded"]
    record, end = decode_record(raw)
    assert end == len(raw) == decoded["header_size"] + decoded["payload_size"]
    assert record.type == decoded["type"]
    assert record.payload.hex() == decoded["payload"]
    assert record.lengths == tuple(decoded.get("varlens", ()))
    assert record.lsn == (int(decoded["lsn"], 16) if "lsn" in decoded else None)
    for theirs, ours in OUR_NAMES.items():
        assert getattr(record, ours) == decoded.get(theirs)
    if "values" in decoded:
        assert decode_changes(record, [INT, VARCHAR]) == tuple(decoded["values"])


@each_vector
def test_record_cut_anywhere_is_incomplete(vector):
    raw = RAW[vector["id"]]
    for cut in range(len(raw)):
        with pytest.raises(Incomplete):
            decode_record(raw[:cut])


@given(st.lists(st.sampled_from(sorted(RAW)), max_size=8), st.data())
def test_stream_puts_pieces_together(names, data):
    raw = b"".join(RAW[name] for name in names)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(raw)), max_size=12)))
    stream, records = CdcStream(), []
    for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True):
        records += stream.feed(raw[start:end])
    assert records == [decode_record(RAW[name])[0] for name in names]


def test_schema_columns():
    record, _ = decode_record(RAW["tabschema"])
    assert schema_columns(record) == (("id", "integer"), ("name", "varchar(40)"))
    text = b"a decimal(10,2), b datetime year to second,c lvarchar(300)\0"
    assert schema_columns(CdcRecord(CdcType.TABSCHEMA, text)) == (
        ("a", "decimal(10,2)"),
        ("b", "datetime year to second"),
        ("c", "lvarchar(300)"),
    )


@pytest.mark.parametrize(
    ("types", "lengths", "payload", "values"),
    [
        # variable-length columns stand behind the fixed ones whatever the captured order
        ([VARCHAR, INT], (3,), "00000007 02 6162", ("ab", 7)),
        ([VARCHAR], (2,), "0100", (None,)),
        ([ColumnType(TypeCode.BOOLEAN)] * 3, (), "0001 0000 0100", (True, False, None)),
        ([ColumnType(TypeCode.UDTFIXED, extended_name="boolean")], (), "0074", (True,)),
        ([ColumnType(TypeCode.LVARCHAR, 100)], (5,), "0003 00 6162", ("ab",)),
        ([ColumnType(TypeCode.UDTVAR, 100, extended_name="lvarchar")], (3,), "0001 01", (None,)),
    ],
)
def test_rows(types, lengths, payload, values):
    record = CdcRecord(CdcType.INSERT, bytes.fromhex(payload), lengths=lengths)
    assert decode_changes(record, types) == values


@pytest.mark.parametrize(
    ("types", "lengths", "payload"),
    [
        ([INT, VARCHAR], (), "00000007"),  # fewer variable values than columns
        ([INT], (), "0000000700"),  # a byte too many
        ([INT, INT], (), "00000007"),  # a value too few
        ([VARCHAR], (4,), "02616200"),  # inner length contradicts the outer
        ([VARCHAR], (2,), "0261"),
        ([ColumnType(TypeCode.LVARCHAR)], (5,), "0004006162"),
        ([ColumnType(TypeCode.LVARCHAR)], (2,), "0001"),
        ([ColumnType(TypeCode.LVARCHAR)], (4,), "00020161"),  # NULL with text
        ([ColumnType(TypeCode.BOOLEAN)], (), "0002"),
        ([ColumnType(TypeCode.BOOLEAN)], (), "00"),
    ],
)
def test_rows_of_another_table_are_refused(types, lengths, payload):
    record = CdcRecord(CdcType.INSERT, bytes.fromhex(payload), lengths=lengths)
    with pytest.raises(FramingError):
        decode_changes(record, types)


@pytest.mark.parametrize(
    "head",
    [
        "00000028 00000000 00000043 00000001",  # scheme
        "00000028 00000000 00000042 00000004",  # type
        "0000000f 00000000 00000042 00000001",  # header shorter than its common part
        "00000028 ffffffff 00000042 00000001",
        "7fffffff 00000000 00000042 00000001",
        "00000020 00000000 00000042 00000001" + "00" * 16,  # BEGIN with a header too short for it
        "0000002c 00000000 00000042 00000001" + "00" * 28,  # and too long
        "00000028 00000002 00000042 00000028" + "00" * 20 + "00000003 0000",  # lengths exceed the payload
        "00000028 00000002 00000042 00000028" + "00" * 20 + "ffffffff 0000",
    ],
)
def test_impossible_records_are_refused(head):
    with pytest.raises(ProtocolError):
        decode_record(bytes.fromhex(head))
