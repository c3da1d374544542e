"""Row factories: names become identifiers, makers for the same names are equal, rows behave as documented."""

import copy
import pickle
from keyword import iskeyword

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_types import ColumnType, RowFrame, TypeCode, TypeContext
from informix_types.rowcode import batch_decoder
from informix_types.rows import (
    Row,
    class_row,
    dict_row,
    namedtuple_row,
    python_names,
    row_row,
    scalar_row,
    tuple_row,
)

INTEGER = ColumnType(TypeCode.INTEGER, 4)
FACTORIES = [tuple_row, namedtuple_row, dict_row, scalar_row, row_row, class_row(dict)]


@given(
    st.lists(st.one_of(st.text(max_size=6), st.sampled_from(["id", "(count(*))", "ﬁ", "²", "class", "1a", "_x"])))
)
def test_names_become_distinct_identifiers(names):
    found = python_names(names)
    assert len(found) == len(names) == len(set(found))
    assert all(name.isidentifier() and not iskeyword(name) for name in found)
    assert [type(factory(names)).__name__ for factory in (namedtuple_row, row_row)] == ["RowMaker", "RowMaker"]


def test_names_that_need_help():
    assert python_names(["(count(*))", "id", "id", "class", "1a", "²", "", "ﬁn", "a b"]) == (
        *("count", "id", "id_2", "class_", "column_1a", "column_2", "column_7", "fin", "a_b"),
    )


@pytest.mark.parametrize("factory", FACTORIES)
def test_makers_for_the_same_names_are_equal(factory):
    names = ["id", "name", "na{}me"]
    assert factory(names) == factory(list(names))
    assert hash(factory(names)) == hash(factory(names))


def test_makers_for_other_names_differ():
    for factory in (namedtuple_row, dict_row, row_row, class_row(dict)):
        assert factory(["a"]) != factory(["b"])


@pytest.mark.parametrize("factory", FACTORIES)
def test_the_generated_decoder_is_found_again(factory, monkeypatch):
    from informix_types import rowcode

    compiled = []
    original = rowcode.adaptive_decoder
    monkeypatch.setattr(rowcode, "adaptive_decoder", lambda *a: compiled.append(a) or original(*a))
    ctx = TypeContext(errors="replace")
    names = [f"only_{getattr(factory, '__qualname__', 'f')}", "here"]
    message = b"\0\x0e\0\0\0\0\0\x08\0\0\0\1\0\0\0\2" * 400
    for _ in range(3):
        rows, end = batch_decoder([INTEGER, INTEGER], ctx, RowFrame(14), factory(names))(message, 0)
        assert (len(rows), end) == (400, len(message))
    assert len(compiled) <= 1


def test_a_maker_without_hash_is_taken():
    class Maker:
        __hash__ = None  # type: ignore[assignment] # what a class with __eq__ alone has

        def __call__(self, values):
            return list(values)

    message = b"\0\x0e\0\0\0\0\0\x04\0\0\0\1" * 1000
    rows, _ = batch_decoder([INTEGER], TypeContext(), RowFrame(14), Maker())(message, 0)
    assert rows == [[1]] * 1000


def test_rows_are_tuples_with_names():
    row = row_row(["id", "count", "Name"])((1, 2, "x"))
    assert isinstance(row, Row)
    assert row == (1, 2, "x")
    assert (row.id, row.Name, row.get("count"), row.get("none", 9)) == (1, "x", 2, 9)
    assert row.keys() == ("id", "count", "Name")
    assert row.as_dict() == {"id": 1, "count": 2, "Name": "x"}
    assert repr(row) == "Row(id=1, count=2, Name='x')"
    with pytest.raises(AttributeError):
        row.other  # noqa: B018 (the access is the test)


@pytest.mark.parametrize("factory", [row_row, namedtuple_row])
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda row: pickle.loads(pickle.dumps(row))])
def test_rows_survive_copying_and_pickling(again, factory):
    row = factory(["id", "name"])((1, ["x"]))
    other = again(row)
    assert other == row
    assert type(other) is type(row)
