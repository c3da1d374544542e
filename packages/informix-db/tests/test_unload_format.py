"""The text format of UNLOAD and LOAD: values, escapes, lines, dates."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_db.errors import DataError, InterfaceError, NotSupportedError
from informix_db.unload_format import (
    DateFormat,
    check_delimiter,
    field_reader,
    field_writer,
    line_fields,
    logical_lines,
)
from informix_types import BlobLocator, ColumnType, ConversionError, TypeCode

ISO = DateFormat.of("Y4MD-")
INT = ColumnType(TypeCode.INTEGER, 4)
TEXT = ColumnType(TypeCode.VARCHAR, 50)
CHAR = ColumnType(TypeCode.CHAR, 6)
FLOAT = ColumnType(TypeCode.FLOAT, 8)
DECIMAL = ColumnType(TypeCode.DECIMAL, 0x0A02)
DATE = ColumnType(TypeCode.DATE, 4)
BYTE = ColumnType(TypeCode.BYTE, 56)
BOOLEAN = ColumnType(TypeCode.BOOLEAN, 1)


@pytest.mark.parametrize(
    ("column", "value", "field"),
    [
        (INT, None, ""),
        (INT, -5, "-5"),
        (TEXT, "", "\\ "),
        (TEXT, " ", " "),
        (TEXT, "trailing  ", "trailing  "),
        (CHAR, "ab    ", "ab"),
        (CHAR, "      ", "\\ "),
        (TEXT, "a|b", "a\\|b"),
        (TEXT, "a\\b", "a\\\\b"),
        (TEXT, "a\nb", "a\\\nb"),
        (TEXT, "\\", "\\\\"),
        (DECIMAL, Decimal("1E+3"), "1000"),
        (DECIMAL, Decimal("-0.10"), "-0.10"),
        (FLOAT, 1e300, "1e+300"),
        (DATE, dt.date(2024, 2, 9), "2024-02-09"),
        (BOOLEAN, True, "t"),
        (BYTE, b"\x00\xff", "00ff"),
    ],
)
def test_fields(column: ColumnType, value: Any, field: str) -> None:
    assert field_writer([column], "|", ISO)([value]) == field + "|\n"


def test_what_cannot_be_written() -> None:
    write = field_writer([DECIMAL], "|", ISO)
    with pytest.raises(ConversionError):
        write([Decimal("NaN")])
    with pytest.raises(NotSupportedError, match="large objects"):
        write([BlobLocator(b"x" * 72)])
    with pytest.raises(ConversionError):
        field_writer([FLOAT], "|", ISO)([float("inf")])


def test_a_negative_number_does_not_hide_a_delimiter() -> None:
    line = field_writer([INT, INT], "-", ISO)([-1, 2])
    assert line == "\\-1-2-\n"
    assert field_reader([INT, INT], "-", ISO)(line[:-1]) == (-1, 2)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("a|b|", ["a", "b"]),
        ("a|b", ["a", "b"]),
        ("||", [None, None]),
        ("\\ |\\ |", ["", ""]),
        ("\\||x\\|", ["|", "x|"]),
        ("\\\\|\\\\", ["\\", "\\"]),
        ("a|b|\r", ["a", "b"]),
        ("\\a|b|", ["a", "b"]),
    ],
)
def test_lines_to_fields(body: str, fields: list[str | None]) -> None:
    assert line_fields(body, "|", 2) == fields


@pytest.mark.parametrize("body", ["a|", "a|b|c|", "a||b|", "\\|a|"])
def test_another_number_of_fields_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match="fields where 2 are needed"):
        line_fields(body, "|", 2)


def test_logical_lines() -> None:
    assert list(logical_lines(["a|\n", "b\\\n", "c\\\\\n", "d\\\\\\\n", "e|"])) == [
        (1, "a|"),
        (2, "b\\\nc\\\\"),
        (4, "d\\\\\\\ne|"),
    ]
    for bad in (["\n"], ["\r\n"], ["a|\n", "\n"]):
        with pytest.raises(DataError, match="is empty"):
            list(logical_lines(bad))
    with pytest.raises(DataError, match="line 1 ends with a backslash"):
        list(logical_lines(["a\\\n"]))


@pytest.mark.parametrize("delimiter", ["", "ab", "\\", "\n", "\r", " ", "0", "9", "a", "F", "\0", 5, None])
def test_impossible_delimiters(delimiter: Any) -> None:
    with pytest.raises(InterfaceError, match="delimiter"):
        check_delimiter(delimiter)


@pytest.mark.parametrize("delimiter", ["|", "\t", ";", "g", "-", "^", "]", "§"])
def test_possible_delimiters(delimiter: str) -> None:
    assert check_delimiter(delimiter) == delimiter
    line = field_writer([TEXT, TEXT], delimiter, ISO)([f"x{delimiter}y", None])
    assert field_reader([TEXT, TEXT], delimiter, ISO)(line[:-1]) == (f"x{delimiter}y", None)


@pytest.mark.parametrize(
    ("dbdate", "text"),
    [
        ("MDY4/", "02/09/2024"),
        ("DMY4.", "09.02.2024"),
        ("Y4MD-", "2024-02-09"),
        ("y4md0", "20240209"),
        ("Y4DM/", "2024/09/02"),
        ("MDY4", "02/09/2024"),
    ],
)
def test_date_formats(dbdate: str, text: str) -> None:
    dates = DateFormat.of(dbdate)
    assert dates.write(dt.date(2024, 2, 9)) == text
    assert dates.read(f" {text} ") == dt.date(2024, 2, 9)
    for wrong in (text[:-1] + "x", text + "1", "31.31.2024", "", "0000-00-00"):
        with pytest.raises(ConversionError, match="no date"):
            dates.read(wrong)


@pytest.mark.parametrize("dbdate", ["MDY2/", "DMY", "", "YMD-", "MDY4,", "nonsense"])
def test_date_formats_that_are_refused(dbdate: str) -> None:
    with pytest.raises(InterfaceError, match="date_format"):
        DateFormat.of(dbdate)


@pytest.mark.parametrize(
    ("column", "field"),
    [
        (INT, "1_0"),
        (INT, "1.0"),
        (INT, "\u0661"),
        (INT, "0x1"),
        (DECIMAL, "1,234.50"),
        (DECIMAL, "NaN"),
        (FLOAT, "inf"),
        (FLOAT, "nan"),
        (BYTE, "0g"),
        (BOOLEAN, "yes"),
        (DATE, "2024-2"),
    ],
)
def test_fields_that_are_no_values(column: ColumnType, field: str) -> None:
    with pytest.raises(ConversionError):
        field_reader([column], "|", ISO)(field + "|")


def test_blanks_and_signs_around_numbers() -> None:
    read = field_reader([INT, DECIMAL, FLOAT], "|", ISO)
    assert read(" +5 | -1.5 | .5|") == (5, Decimal("-1.50"), 0.5)
    assert field_reader([DECIMAL], "|", ISO)("-$1.5|") == (Decimal("-1.50"),)


VALUES = st.none() | st.text(st.sampled_from("ab |\\\n\r;\t"), max_size=10)


@given(st.lists(st.tuples(VALUES, VALUES, st.none() | st.integers(-9, 9)), max_size=6), st.sampled_from("|;\t-"))
def test_whatever_is_written_is_read_again(rows: list[Any], delimiter: str) -> None:
    types = [TEXT, TEXT, INT]
    text = "".join(map(field_writer(types, delimiter, ISO), rows))
    lines = [line + "\n" for line in text.split("\n")[:-1]]
    read = field_reader(types, delimiter, ISO)
    assert [read(body) for _, body in logical_lines(lines)] == rows
