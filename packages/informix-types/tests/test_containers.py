"""SET, MULTISET, LIST, ROW: their texts, their Python classes, and types written as text."""

import copy
import pickle
from collections import Counter
from collections.abc import Sequence, Set
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_types import (
    CollectionValue,
    ColumnType,
    ConversionError,
    IntervalYM,
    ListValue,
    MultisetValue,
    RowValue,
    SetValue,
    TypeContext,
    TypeFlag,
    decode_row,
    decode_value,
    encode_value,
    format_literal,
    format_text,
    parse_text,
    parse_type,
)

UTF8 = TypeContext(encoding="utf-8")


def envelope(text):
    raw = text.encode()
    return b"\0" + len(raw).to_bytes(4, "big") + raw


@pytest.mark.parametrize(
    ("type_text", "text", "value"),
    [
        # The texts of sqli.md 7.1.
        ("varchar(5) not null", "SET{'a','b'}", SetValue(["a", "b"])),
        ("integer not null", "LIST{10,20}", ListValue([10, 20])),
        ("ROW(a varchar(3), b integer)", "ROW('x',3          )", RowValue(["x", 3])),
        ("SET(INTEGER NOT NULL)", "SET{}", SetValue()),
        ("LIST(DECIMAL(5,2) NOT NULL)", "LIST{1.5,-2}", ListValue([Decimal("1.50"), Decimal("-2.00")])),
        (
            "MULTISET(DATE NOT NULL)",
            "MULTISET{'2024-02-29', 2024-02-28}",
            MultisetValue([date(2024, 2, 29), date(2024, 2, 28)]),
        ),
        ("LIST(BOOLEAN)", "LIST{'t','f',NULL}", ListValue([True, False, None])),
        (
            "LIST(VARCHAR(9))",
            "LIST{'it''s','a,b}','','NULL',\"q\"\"q\"}",
            ListValue(["it's", "a,b}", "", "NULL", 'q"q']),
        ),
        ("LIST(SET(INT8 NOT NULL) NOT NULL)", "LIST{SET{1,2},SET{}}", ListValue([{1, 2}, set()])),
        ("LIST(INTERVAL DAY(3) TO SECOND)", "LIST{'-100 01:02:03'}", ListValue([-timedelta(100, 3723)])),
        ("LIST(INTERVAL YEAR TO MONTH)", "LIST{ 5-03 }", ListValue([IntervalYM(years=5, months=3)])),
        ("LIST(DATETIME HOUR TO MINUTE)", "LIST{'10:20'}", ListValue([time(10, 20)])),
        ("LIST(FLOAT)", "LIST{1.5000000000,2e10}", ListValue([1.5, 2e10])),
        (
            "ROW(id BIGINT, inner ROW(at DATETIME YEAR TO FRACTION(2), tags LIST(CHAR(2))))",
            "ROW(7,ROW('2024-01-02 03:04:05.25',LIST{'ab'}))",
            RowValue([7, RowValue([datetime(2024, 1, 2, 3, 4, 5, 250000), ListValue(["ab"])])]),
        ),
        # Without a readable type: numbers and strings.
        ("", "LIST{1,2.5,'x',NULL,abc}", ListValue([1, Decimal("2.5"), "x", None, "abc"])),
        ("person_t", "ROW('x',3)", RowValue(["x", 3])),
    ],
)
def test_constructed_text(type_text, text, value):
    code = {"S": 19, "M": 20, "L": 21, "R": 22}[text[0]]
    column = ColumnType(code, extended_name=type_text)
    decoded, _ = decode_value(column, envelope(text), 0, UTF8)
    assert decoded == value
    assert type(decoded) is type(value) is column.python_type
    again, _ = decode_value(column, encode_value(column, decoded, UTF8), 0, UTF8)
    assert again == decoded


@pytest.mark.parametrize(
    "text",
    ["", "SET{1", "SET{1,}x", "SET(1)", "ROW{1}", "LIST{'a}", "LIST{1}2", "LIST{1 2 'x'", "BAG{1}", "LIST{x}"],
)
def test_unreadable_constructed_text(text):
    with pytest.raises(ConversionError, match="column 1"):
        decode_row([ColumnType(21, extended_name="LIST(INTEGER)")], envelope(text), UTF8)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(st.characters(codec="utf-8")), lambda c: st.lists(c, max_size=4)
    )
)
def test_lists_round_trip_without_types(value):
    value = [value]
    column = ColumnType(21)

    def plain(item):
        return [plain(i) for i in item] if isinstance(item, ListValue) else item

    decoded, _ = decode_value(column, encode_value(column, value, UTF8), 0, UTF8)
    assert plain(decoded) == value


@given(st.lists(st.tuples(st.integers(-(2**31) + 1, 2**31 - 1), st.text(max_size=9), st.dates())))
def test_rows_in_lists_round_trip(rows):
    column = ColumnType(21, extended_name="LIST(ROW(n INTEGER, t VARCHAR(40), d DATE) NOT NULL)")
    decoded, _ = decode_value(column, encode_value(column, rows, UTF8), 0, UTF8)
    assert list(decoded) == rows
    assert [row.d for row in decoded] == [d for _, _, d in rows]


def test_collections_behave_as_python_collections():
    numbers = ListValue([1, 2, 2])
    assert numbers == [1, 2, 2] == list(numbers)
    assert isinstance(numbers, Sequence)
    assert (numbers[0], numbers[1:], numbers.count(2), numbers.index(2), len(numbers)) == (1, (2, 2), 2, 1, 3)
    assert numbers != [2, 1, 2]
    assert numbers != {1, 2}
    unique = SetValue([2, 1, 2])
    assert isinstance(unique, Set)
    assert unique == {1, 2}
    assert {1, 2} == unique
    assert unique & {2, 3} == {2}
    assert unique <= {1, 2, 3}
    assert (2 in unique, len(unique)) == (True, 2)
    assert hash(unique) == hash(SetValue([1, 2]))
    bag = MultisetValue(["a", "b", "a"])
    assert bag == MultisetValue(["a", "a", "b"]) == Counter("aab")
    assert bag != MultisetValue(["a", "b"])
    assert bag != ["a", "b", "b"]
    assert bag.count("a") == 2
    assert hash(bag) == hash(MultisetValue(["b", "a", "a"]))
    assert SetValue([ListValue([1]), ListValue([1])]) == SetValue([ListValue([1])])
    for value in (numbers, unique, bag):
        assert isinstance(value, CollectionValue)
        assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == value
        with pytest.raises(AttributeError):
            value.elements = ()
    assert repr(unique) == "SetValue([2, 1])"
    assert SetValue([[1], [1], [2]]).elements == ([1], [2])
    assert MultisetValue([[1], [2]]) == MultisetValue([[2], [1]])
    assert MultisetValue([[1], [2]]) != MultisetValue([[1], [1]])


def test_lists_are_joined():
    numbers, three = ListValue([1, 2]), [3]
    first, second = [1, 2], (1, 2)
    joined = [numbers + three, numbers + tuple(three), numbers + ListValue(three)]
    joined += [first + ListValue(three), second + ListValue(three)]
    assert joined == [[1, 2, 3]] * 5
    assert {type(value) for value in joined} == {ListValue}
    with pytest.raises(TypeError):
        numbers + {3}


@pytest.mark.parametrize("elements", [[1, 2, 2], [[1], [2], [2]]], ids=["hashable", "unhashable"])
def test_sets_have_the_methods_of_sets(elements):
    one, two, three = elements[0], elements[1], 3
    value = SetValue(elements)
    assert value.union([three], [one]).elements == (one, two, three)
    assert value.intersection([two, three], [two]).elements == (two,)
    assert value.intersection() == value
    assert value.difference([two], [three]).elements == (one,)
    assert value.symmetric_difference([two, three]).elements == (one, three)
    assert (value.issubset([one, two, three]), value.issubset([one])) == (True, False)
    assert (value.issuperset([one]), value.issuperset([three])) == (True, False)
    assert value.isdisjoint([three])
    assert type(value.union()) is SetValue


def test_intervals_of_months_are_made_of_integers():
    assert IntervalYM(3, years=5).months == 63
    for months in (1.9, True, "7", Decimal(1), None):
        with pytest.raises(TypeError, match="are integers"):
            IntervalYM(months)
        with pytest.raises(TypeError, match="are integers"):
            IntervalYM(years=months)


def test_dict_of_a_row():
    assert dict(RowValue(["x", 3], ["name", "size"])) == {"name": "x", "size": 3}
    assert {**RowValue(["x"], ["name"])} == {"name": "x"}
    with pytest.raises(TypeError, match="names of the row's fields are not known"):
        dict(RowValue([1]))


def test_row_value():
    row = RowValue(["x", 3], ["name", "size"])
    assert row == ("x", 3)
    assert (row[0], row["name"], row["SIZE"], row.size, row[:1], len(row)) == ("x", "x", 3, 3, ("x",), 2)
    assert row.as_dict() == {"name": "x", "size": 3}
    assert hash(row) == hash(("x", 3))
    name, size = row
    assert (name, size) == ("x", 3)
    assert repr(row) == "RowValue(name='x', size=3)"
    assert repr(RowValue([1])) == "RowValue((1,))"
    assert pickle.loads(pickle.dumps(row)).name == copy.deepcopy(row).name == "x"
    with pytest.raises(KeyError):
        row["other"]
    with pytest.raises(AttributeError, match="no field other"):
        row.other  # noqa: B018 (the access is the test)
    with pytest.raises(AttributeError):
        row.name = 1
    with pytest.raises(ValueError, match="2 fields"):
        RowValue([1], ["a", "b"])


@pytest.mark.parametrize(
    ("value", "target", "text"),
    [
        ([1, None, "a'b"], None, "LIST{1,NULL,'a''b'}"),
        ({1}, None, "SET{1}"),
        (frozenset(), None, "SET{}"),
        (Counter("aa"), None, "MULTISET{'a','a'}"),
        ((1, "x"), None, "ROW(1,'x')"),
        ({"b": 1, "a": [2.5]}, None, "ROW(1,LIST{2.5})"),
        ({"b": 1, "a": 2}, "ROW(a INTEGER, b INTEGER)", "ROW(2,1)"),
        ([1, 1], "MULTISET(INTEGER)", "MULTISET{1,1}"),
        ([1, 1], "ROW(a INTEGER, b INTEGER)", "ROW(1,1)"),
        ({"B": 1, "a": 2}, "ROW(a INTEGER, b INTEGER)", "ROW(2,1)"),
        (Counter("aa"), "LIST(CHAR(1))", "LIST{'a','a'}"),
        ((1, 2), "LIST(INTEGER)", "LIST{1,2}"),
        ([(1, [True])], "SET(ROW(a INTEGER, b LIST(BOOLEAN)))", "SET{ROW(1,LIST{'t'})}"),
        ([date(2024, 2, 29), Decimal("1.50"), time(1, 2, 3)], None, "LIST{'2024-02-29',1.50,'01:02:03'}"),
        ([timedelta(1, 2)], "LIST(INTERVAL HOUR(3) TO SECOND)", "LIST{'24:00:02'}"),
        ([IntervalYM(years=-1, months=-2)], None, "LIST{'-1-02'}"),
        ([datetime(2024, 1, 2, 3, 4, 5, 600000)], None, "LIST{'2024-01-02 03:04:05.60000'}"),
    ],
)
def test_literals(value, target, text):
    assert format_literal(value, target and parse_type(target)) == text


@pytest.mark.parametrize(
    ("value", "target"),
    [
        ([object()], None),
        ([b"bytes"], None),
        ([float("nan")], None),
        ([Decimal("Infinity")], None),
        ({"a": 1}, "ROW(b INTEGER)"),
        ({"a": 1, "A": 2}, "ROW(a INTEGER)"),
        ({"a": 1}, "SET(INTEGER)"),
        (RowValue([1]), "LIST(INTEGER)"),
        ({1, 2}, "ROW(a INTEGER, b INTEGER)"),
        ((1, 2), "ROW(b INTEGER)"),
        ([timedelta(0, 1)], "LIST(INTERVAL HOUR TO MINUTE)"),
    ],
)
def test_values_without_a_literal(value, target):
    with pytest.raises(ConversionError):
        format_literal(value, target and parse_type(target))


@pytest.mark.parametrize(
    ("text", "code", "length"),
    [
        ("smallint", 1, 2),
        ("INT", 2, 4),
        ("double precision", 3, 8),
        ("DECIMAL", 5, 0x10FF),
        ("dec(10)", 5, 0x0AFF),
        ("numeric(10, 2)", 5, 0x0A02),
        ("MONEY", 8, 0x1002),
        ("char", 0, 1),
        ("CHARACTER VARYING(20)", 13, 20),
        ("varchar(20,5)", 13, 0x0514),
        ("nvarchar(7)", 16, 7),
        ("LVARCHAR", 43, 2048),
        ("datetime year to fraction", 10, 0x110D),
        ("datetime hour to second", 10, 0x066A),
        ("INTERVAL DAY(9) TO FRACTION(5)", 14, 0x144F),
        ("interval year to month", 14, 0x0602),
        ("boolean", 41, 1),
        ("informix.point", 40, 0),
    ],
)
def test_types_as_text(text, code, length):
    column = parse_type(text)
    assert (column.code, column.encoded_length) == (code, length)
    assert parse_type(text + " NOT NULL").flags == TypeFlag.NOT_NULL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(",
        "decimal(x)",
        "set",
        "set(int",
        "row(a)",
        "datetime year",
        "int int",
        "3",
        "set(" * 60 + "int" + ")" * 60,
    ],
)
def test_unreadable_types(text):
    with pytest.raises(ConversionError, match="cannot read the type"):
        parse_type(text)


@pytest.mark.parametrize(
    ("column", "name"),
    [
        (ColumnType(5, 0x0A02), "DECIMAL(10,2)"),
        (ColumnType(5, 0x10FF), "DECIMAL(16)"),
        (ColumnType(8, 0x1002), "MONEY(16,2)"),
        (ColumnType(10, 0x0E0A), "DATETIME YEAR TO SECOND"),
        (ColumnType(10, 0x0468), "DATETIME HOUR TO MINUTE"),
        (ColumnType(14, 0x144F), "INTERVAL DAY(9) TO FRACTION(5)"),
        (ColumnType(13, 0x0514), "VARCHAR(20)"),
        (ColumnType(40, 2048, extended_id=1, extended_name="lvarchar"), "LVARCHAR(2048)"),
        (ColumnType(41, 1, extended_id=5, extended_name="boolean"), "BOOLEAN"),
        (ColumnType(41, 72, extended_id=10), "BLOB"),
        (ColumnType(2, 4, 0x100), "INTEGER"),
        (ColumnType(2, 4, 0x800, 2049, extended_name="kilo"), "KILO"),
        (ColumnType(19, extended_name="integer not null"), "SET(integer not null)"),
        (ColumnType(19, extended_name="SET(integer not null)"), "SET(integer not null)"),
        (ColumnType(40, extended_name="bson"), "BSON"),
        (ColumnType(14, 0), "INTERVAL(0x0000)"),
        (ColumnType(200), "TYPE(200)"),
    ],
)
def test_type_names(column, name):
    assert column.type_name == name


@pytest.mark.parametrize(
    "text",
    [
        "SMALLINT",
        "DECIMAL(10,2)",
        "CHAR(7)",
        "NVARCHAR(9)",
        "DATETIME YEAR TO FRACTION(3)",
        "INTERVAL HOUR(3) TO SECOND",
    ],
)
def test_names_read_back(text):
    assert parse_type(text).type_name == text


@pytest.mark.parametrize(
    ("type_text", "text"),
    [
        ("INTEGER", "1.5"),
        ("DECIMAL(5,2)", "x"),
        ("DECIMAL(5,2)", "NaN"),
        ("DATE", "2024-02-30"),
        ("DATE", "20240229"),
        ("DATE", "02/03/2024"),
        ("BOOLEAN", "maybe"),
        ("DATETIME YEAR TO SECOND", "2024-02-29"),
        ("DATETIME HOUR TO MINUTE", "-10:20"),
        ("INTERVAL DAY TO SECOND", "1 25:00:00"),
        ("LIST(INTEGER)", "1,2"),
    ],
)
def test_texts_that_are_no_value(type_text, text):
    with pytest.raises(ConversionError):
        parse_text(parse_type(type_text), text)


def test_text_of_single_values():
    assert format_text("it's") == "it's"
    assert format_text(True) == "t"
    assert format_text(timedelta(-1)) == "-1 00:00:00"
    assert format_text([1]) == "LIST{1}"
    assert parse_text(parse_type("MONEY(8,2)"), "$12.5") == Decimal("12.50")
