"""Elements of collections and fields of rows: held to their types both ways, given to the user's loaders."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction

import pytest
from informix_types import (
    ConversionError,
    IntervalYM,
    ListValue,
    RowValue,
    TypeCode,
    TypeContext,
    TypeRegistry,
    decode_row,
    encode_value,
    parse_type,
)
from informix_types.params import encode_params

UTF8 = TypeContext(encoding="utf-8")


def decoded(type_text, text, ctx=UTF8):
    raw = text.encode()
    return decode_row([parse_type(type_text)], b"\0" + len(raw).to_bytes(4, "big") + raw, ctx)[0]


@pytest.mark.parametrize(
    ("type_text", "text", "message"),
    [
        ("SET(INTEGER NOT NULL)", "SET{1,1099511627776}", r"element 2: 1099511627776 does not fit INTEGER"),
        ("SET(INTEGER NOT NULL)", "SET{-2147483648}", r"element 1: .* means NULL"),
        ("SET(INTEGER NOT NULL)", "SET{NULL}", r"element 1: NULL does not fit INTEGER NOT NULL"),
        ("LIST(BIGINT)", "LIST{9223372036854775808}", r"element 1: .* BIGINT: out of range"),
        ("LIST(INT8)", "LIST{-9223372036854775808}", r"element 1: .* INT8: out of range"),
        ("LIST(SMALLFLOAT)", "LIST{1e39}", r"element 1: .* SMALLFLOAT: out of range"),
        ("LIST(FLOAT)", "LIST{nan}", r"element 1: .* FLOAT"),
        ("MULTISET(VARCHAR(3) NOT NULL)", "MULTISET{'xxx','xxxx'}", r"element 2: .* VARCHAR\(3\): 4 bytes"),
        ("LIST(CHAR(2))", "LIST{'ééé'}", r"element 1: .* CHAR\(2\): 3 bytes"),
        ("LIST(LVARCHAR(3))", "LIST{'xxxx'}", r"element 1: .* LVARCHAR\(3\): 4 bytes"),
        (
            "LIST(DECIMAL(4,1) NOT NULL)",
            "LIST{12345.6}",
            r"element 1: .* DECIMAL\(4,1\): 5 digits before the point",
        ),
        ("LIST(DECIMAL(4,1) NOT NULL)", "LIST{1.25}", r"element 1: .* DECIMAL\(4,1\): 2 digits after the point"),
        ("LIST(DECIMAL(4))", "LIST{1.2345}", r"element 1: .* DECIMAL\(4\): 5 significant digits"),
        ("ROW(a SMALLINT, v VARCHAR(3))", "ROW(70000,'x')", r"field a: 70000 does not fit SMALLINT"),
        ("ROW(a SMALLINT, v VARCHAR(3))", "ROW(7,'xxxxx')", r"field v: 'xxxxx' does not fit VARCHAR\(3\)"),
        (
            "LIST(ROW(s SET(SMALLINT)))",
            "LIST{ROW(SET{1}),ROW(SET{2,40000})}",
            r"element 2: field s: element 2: 40000",
        ),
    ],
)
def test_impossible_elements_are_refused(type_text, text, message):
    with pytest.raises(ConversionError, match=r"column 1 .*" + message):
        decoded(type_text, text)


@pytest.mark.parametrize(
    ("type_text", "text", "value"),
    [
        ("LIST(INTEGER)", "LIST{2147483647,-2147483647,NULL}", [2147483647, -2147483647, None]),
        ("LIST(INT8)", "LIST{-9223372036854775807}", [-9223372036854775807]),
        ("LIST(DECIMAL(4,1))", "LIST{999.9,-0.1,5,7.10}", [*map(Decimal, ["999.9", "-0.1", "5.0", "7.1"])]),
        ("LIST(VARCHAR(2))", "LIST{'é','ab',''}", ["é", "ab", ""]),
        ("LIST(CHAR(3))", "LIST{'a','b  '}", ["a  ", "b  "]),
        ("LIST(SMALLFLOAT)", "LIST{0.1}", [0.10000000149011612]),
        ("LIST(INTERVAL DAY(3) TO SECOND)", "LIST{'999 23:59:59'}", [timedelta(999, 86399)]),
        ("LIST(CLOB)", "LIST{'0a'}", ["0a"]),
        ("LIST(LVARCHAR)", "LIST{'" + "x" * 3000 + "'}", ["x" * 3000]),
    ],
)
def test_possible_elements_are_those_of_columns(type_text, text, value):
    assert decoded(type_text, text) == value
    column = parse_type(type_text[5:-1])
    if type_text in ("LIST(CLOB)", "LIST(LVARCHAR)"):
        return
    encoded = [encode_value(column, element, UTF8) for element in value]
    assert [decode_row([column], raw, UTF8)[0] for raw in encoded] == value


def test_char_elements_are_stripped_where_columns_are():
    ctx = TypeContext(trim_char=True)
    assert decoded("LIST(CHAR(3))", "LIST{'a ','b'}", ctx) == ["a", "b"]


LATIN = TypeContext(encoding="iso8859-1")


@pytest.mark.parametrize("name", ["CHAR", "NCHAR", "VARCHAR", "NVARCHAR", "LVARCHAR"])
def test_lengths_count_bytes_of_the_database(name):
    """Three letters of a Latin-1 database are six bytes in UTF-8; four are too many in any code set."""
    for type_text, text, value in (
        (f"SET({name}(3) NOT NULL)", "SET{'äöü'}", {"äöü"}),
        (f"ROW(a {name}(3), b LIST({name}(3)))", "ROW('äöü',LIST{'ü€€'})", ("äöü", ["ü€€"])),
    ):
        assert decoded(type_text, text) == value
        assert text.encode() in encode_params([value], [parse_type(type_text)], UTF8).blocks
    for ctx in (UTF8, LATIN):
        with pytest.raises(ConversionError, match=r"element 1: .*4 bytes"):
            encode_params([{"äöüß"}], [parse_type(f"SET({name}(3) NOT NULL)")], ctx)
    with pytest.raises(ConversionError, match=r"element 1: .*4 bytes"):
        decoded(f"SET({name}(3) NOT NULL)", "SET{'äöüß'}")


def test_a_text_in_an_element_has_no_byte_for_its_length():
    assert decoded("LIST(VARCHAR(255))", "LIST{'" + "ä" * 255 + "'}") == ["ä" * 255]


@pytest.mark.parametrize(
    ("text", "trimmed", "padded"),
    [("a", "a", "a   "), ("ä ", "ä", "ä  "), ("äö", "äö", "äö"), ("äöü ", "äöü", "äöü "), ("", "", "    ")],
)
def test_char_elements_are_padded_to_their_bytes_as_columns_are(text, trimmed, padded):
    assert decoded("LIST(CHAR(4))", f"LIST{{'{text}'}}") == [padded]
    ctx = TypeContext(encoding="utf-8", trim_char=True)
    assert decoded("LIST(CHAR(4))", f"LIST{{'{text}'}}", ctx) == [trimmed]


# -- loaders --


def with_loader(*pairs):
    registry = TypeRegistry()
    for key, loader in pairs:
        registry.register_loader(key, loader)
    return UTF8.with_adapters(registry.adapters)


def test_loaders_see_elements_and_fields_at_every_depth():
    ctx = with_loader((TypeCode.DECIMAL, Fraction), (TypeCode.DATE, date.toordinal))
    assert decoded("LIST(DECIMAL(5,2))", "LIST{1.25,NULL}", ctx) == [Fraction(5, 4), None]
    row = decoded("ROW(d DATE, l LIST(DECIMAL(5,2)))", "ROW('0001-01-02',LIST{0.5})", ctx)
    assert row == (2, ListValue([Fraction(1, 2)]))
    assert type(row.l[0]) is Fraction


def test_loaders_of_constructed_types_see_inner_ones():
    ctx = with_loader((TypeCode.LIST, list), (TypeCode.ROW, RowValue.as_dict))
    assert decoded("LIST(LIST(INTEGER))", "LIST{LIST{1},LIST{}}", ctx) == [[1], []]
    assert type(decoded("LIST(LIST(INTEGER))", "LIST{LIST{1},LIST{}}", ctx)[0]) is list
    assert decoded("LIST(ROW(a INTEGER))", "LIST{ROW(1)}", ctx) == [{"a": 1}]


def test_loaders_by_name_see_elements():
    assert decoded("LIST(colour)", "LIST{'red'}", with_loader(("colour", str.upper))) == ["RED"]


# -- parameters --


class Size(Enum):
    SMALL = 1
    HUGE = 2**40


def bound(type_text, value):
    return encode_params([value], [parse_type(type_text)], UTF8).blocks


@pytest.mark.parametrize(
    ("type_text", "value", "message"),
    [
        ("SET(INTEGER NOT NULL)", {2**40}, r"element 1: .* INTEGER: out of range"),
        ("SET(INTEGER NOT NULL)", {None}, r"element 1: NULL does not fit INTEGER NOT NULL"),
        ("SET(INTEGER NOT NULL)", {Size.HUGE}, r"element 1: .* INTEGER: out of range"),
        ("LIST(INTEGER)", [1, 2.5], r"element 2: 2.5 does not fit INTEGER: no whole number"),
        ("LIST(INTEGER)", [Decimal("1e99")], r"element 1: .* INTEGER: out of range"),
        ("LIST(INTEGER)", [float("nan")], r"element 1: nan does not fit INTEGER"),
        ("LIST(INTEGER)", [Decimal("sNaN")], r"element 1: .* INTEGER: Informix has no such number"),
        ("LIST(INTEGER)", ["three"], r"element 1: 'three' is no value of type INTEGER"),
        ("LIST(INTEGER)", [date(2024, 1, 2)], r"element 1: .* INTEGER: a date"),
        ("MULTISET(VARCHAR(3))", Counter(["xxxx"]), r"element 1: 'xxxx' does not fit VARCHAR\(3\)"),
        ("LIST(VARCHAR(3))", [12345], r"element 1: '12345' does not fit VARCHAR\(3\)"),
        ("LIST(DECIMAL(4,1))", [Decimal("12345.678")], r"element 1: .* DECIMAL\(4,1\)"),
        ("LIST(DATE)", [5], r"element 1: 5 does not fit DATE"),
        ("LIST(DATETIME YEAR TO SECOND)", [5], r"element 1: 5 does not fit DATETIME"),
        ("LIST(INTERVAL DAY(2) TO SECOND)", [timedelta(100)], r"element 1: .* INTERVAL DAY"),
        ("LIST(BOOLEAN)", [1], r"element 1: 1 does not fit BOOLEAN"),
        ("ROW(a SMALLINT, v VARCHAR(3), c CHAR(4))", (70000, "x", "c"), r"field a: 70000 does not fit SMALLINT"),
        ("ROW(a SMALLINT, v VARCHAR(3), c CHAR(4))", {"a": 7, "v": "x", "c": "abcde"}, r"field c: 'abcde'"),
        ("LIST(LIST(SMALLINT))", [[1], [1, 70000]], r"element 2: element 2: 70000"),
    ],
)
def test_values_that_an_element_cannot_be_are_refused(type_text, value, message):
    with pytest.raises(ConversionError, match="parameter 1: " + message):
        bound(type_text, value)
    if isinstance(value, list | tuple) and "DATETIME" not in type_text:
        with pytest.raises(ConversionError, match=message):
            encode_value(parse_type(type_text), value, UTF8)


@pytest.mark.parametrize(
    ("type_text", "value", "text"),
    [
        ("LIST(INTEGER)", [True, 5.0, Decimal("7.00"), "8", Size.SMALL], "LIST{1,5,7,'8',1}"),
        ("LIST(DECIMAL(4,1))", [1, 2.5, "3.5", Decimal("4.50")], "LIST{1,2.5,'3.5',4.50}"),
        ("LIST(FLOAT)", [1, Decimal("0.1")], "LIST{1,0.1}"),
        ("LIST(BOOLEAN)", [True, "f"], "LIST{'t','f'}"),
        ("LIST(VARCHAR(3))", [123, "é", True], "LIST{123,'é','t'}"),
        ("LIST(DATE)", [date(2024, 2, 29), "02/29/2024"], "LIST{'2024-02-29','02/29/2024'}"),
        ("LIST(DATETIME YEAR TO MINUTE)", [datetime(2024, 2, 29, 1, 2)], "LIST{'2024-02-29 01:02'}"),
        ("LIST(INTERVAL YEAR TO MONTH)", [IntervalYM(63)], "LIST{'5-03'}"),
        ("ROW(a INTEGER, b ROW(c VARCHAR(2)))", (1, ("x",)), "ROW(1,ROW('x'))"),
        ("LIST(colour)", ["red", 1], "LIST{'red',1}"),
    ],
)
def test_values_that_an_element_can_be_are_written(type_text, value, text):
    assert text.encode() in bound(type_text, value)


@pytest.mark.parametrize(
    "type_text", ["CHAR(9)", "VARCHAR(20)", "NVARCHAR(20)", "NCHAR(9)", "LVARCHAR(99)", "TEXT"]
)
@pytest.mark.parametrize("value", [{"a": 1}, [1, 2], {1}, (1,), ListValue([1]), RowValue([1], ["a"])])
def test_collections_are_not_for_character_columns(type_text, value):
    with pytest.raises(ConversionError, match=r"a \w+ cannot be stored in .*bind text"):
        bound(type_text, value)


@pytest.mark.parametrize(
    "type_text", ["INTEGER", "BIGINT", "DECIMAL(5,2)", "FLOAT", "DATE", "DATETIME YEAR TO DAY", "BYTE"]
)
@pytest.mark.parametrize("value", [[1, 2], (1,), {1}, {"a": 1}, ListValue([1]), RowValue([1], ["a"])])
def test_collections_are_not_for_scalar_targets(type_text, value):
    with pytest.raises(
        ConversionError, match=r"a \w+ cannot be stored in .*; IN \(…\) takes a marker for each value"
    ):
        bound(type_text, value)


def test_json_columns_take_dicts_and_lists():
    column = parse_type("json")
    assert b'{"a": 1}' in encode_params([{"a": 1}], [column], UTF8).blocks
    assert b"[1, 2]" in encode_params([[1, 2]], [column], UTF8).blocks
