"""Collections and rows in the binary form that IBM's JDBC driver sends and asks for (sqli.md 7.6)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_testserver import SqlError
from informix_testserver.constructed import decode_constructed, encode_constructed, is_constructed
from informix_types import ColumnType, TypeCode
from informix_types.context import TypeContext
from informix_types.errors import FramingError
from informix_types.values import CollectionValue, RowValue

CTX = TypeContext()
SENT = ColumnType(TypeCode.SENDRECV, extended_name="x")
VECTORS = json.loads((Path(__file__).parent / "vectors" / "constructed.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=[v["id"] for v in VECTORS])
def test_decode_what_jdbc_sends(vector):
    data = bytes.fromhex(vector["hex"])
    assert is_constructed(SENT, data)
    column, value = decode_constructed(data, CTX)
    assert TypeCode(column.code).name == vector["type"]
    assert (value if value is None else list(value)) == vector["value"]


def test_encode_as_jdbc_does():
    """A LIST of integers that JDBC reads has the bytes that JDBC itself sends, but for the length in front."""
    (vector,) = [v for v in VECTORS if v["id"] == "jdbc_list_int"]
    column = ColumnType(TypeCode.LIST, extended_name="integer not null")
    sent = bytes.fromhex(vector["hex"])
    assert encode_constructed(column, CollectionValue.of("LIST", [1, 2, 3]), CTX) == len(sent).to_bytes(4) + sent


def test_a_row_keeps_its_names():
    (vector,) = [v for v in VECTORS if v["id"] == "jdbc_row_named"]
    _, value = decode_constructed(bytes.fromhex(vector["hex"]), CTX)
    assert isinstance(value, RowValue)
    assert value.names == ("street", "zip")


ELEMENTS = {
    "integer not null": st.integers(-(2**31) + 1, 2**31 - 1),
    "bigint": st.integers(-(2**63) + 1, 2**63 - 1),
    "varchar(20)": st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
    "lvarchar(300)": st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
    "decimal(8,2)": st.decimals(-99999, 99999, places=2),
    "date not null": st.dates(),
}


@given(st.sampled_from(list(ELEMENTS)).flatmap(lambda t: st.tuples(st.just(t), st.lists(ELEMENTS[t], max_size=5))))
def test_what_is_encoded_decodes_to_itself(case):
    text, values = case
    column = ColumnType(TypeCode.MULTISET, extended_name=text)
    raw = encode_constructed(column, CollectionValue.of("MULTISET", values), CTX)
    assert int.from_bytes(raw[:4]) == len(raw) - 4
    decoded, value = decode_constructed(raw[4:], CTX)
    assert decoded.code == TypeCode.MULTISET
    assert list(value) == values


def test_rows_and_nulls():
    column = ColumnType(TypeCode.ROW, extended_name="row(a integer, b varchar(10), c date)")
    raw = encode_constructed(column, RowValue((7, None, None), ("a", "b", "c")), CTX)
    decoded, value = decode_constructed(raw[4:], CTX)
    assert decoded.code == TypeCode.ROW
    assert list(value) == [7, None, None]
    assert decode_constructed(encode_constructed(column, None, CTX)[4:], CTX)[1] is None


@pytest.mark.parametrize("text", ["boolean not null", "set(integer not null) not null", "no type at all("])
def test_unknown_elements_are_refused_by_name(text):
    with pytest.raises(SqlError) as error:
        encode_constructed(ColumnType(TypeCode.LIST, extended_name=text), CollectionValue.of("LIST", []), CTX)
    assert error.value.sqlcode == -513
    assert error.value.token.startswith("binary form of ")


@pytest.mark.parametrize("vector", VECTORS, ids=[v["id"] for v in VECTORS])
def test_truncated_at_every_byte(vector):
    data = bytes.fromhex(vector["hex"])
    for end in range(len(data)):
        cut = data[:end]
        if is_constructed(SENT, cut):
            with pytest.raises(FramingError):
                decode_constructed(cut, CTX)
