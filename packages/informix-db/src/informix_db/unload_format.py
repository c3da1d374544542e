"""The text format of Informix's UNLOAD and LOAD statements: values to fields and back; `base_bulk.py` moves them.

A row is a line; every field is followed by the delimiter. NULL is an empty field, an empty string is a backslash
and a blank; a backslash stands before a backslash, a delimiter and a newline that belong to the value (Guide to
SQL: Syntax, UNLOAD TO File, LOAD FROM File).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

from informix_types import BlobLocator, ClobLocator, ColumnType, ConversionError, TypeCode
from informix_types.classes import frozen
from informix_types.literals import format_literal, parse_text
from informix_types.textforms import scalar_text

from .errors import DataError, InterfaceError, NotSupportedError

__all__ = ["DateFormat", "check_delimiter", "field_reader", "field_writer", "line_fields", "logical_lines"]

EMPTY: Final = "\\ "
"""A string without characters."""
_PADDED: Final = frozenset({TypeCode.CHAR, TypeCode.NCHAR})
_INTEGERS: Final = frozenset(
    {
        TypeCode.SMALLINT,
        TypeCode.INTEGER,
        TypeCode.BIGINT,
        TypeCode.INT8,
        TypeCode.SERIAL,
        TypeCode.SERIAL8,
        TypeCode.BIGSERIAL,
    }
)
_NUMBERS: Final = frozenset({TypeCode.DECIMAL, TypeCode.MONEY, TypeCode.FLOAT, TypeCode.SMALLFLOAT})
_TEXTS: Final = frozenset({TypeCode.CHAR, TypeCode.NCHAR, TypeCode.VARCHAR, TypeCode.NVARCHAR, TypeCode.LVARCHAR})
_CONSTRUCTED: Final = frozenset(
    {TypeCode.SET, TypeCode.MULTISET, TypeCode.LIST, TypeCode.ROW, TypeCode.COLLECTION}
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_NUMBER: Final = re.compile(r"[+-]?\$?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NOT_A_DELIMITER: Final = re.compile(r"[\\\n\r0-9a-fA-F\0 ]")
"""Backslash, newline and hexadecimal digits cannot be delimiters (the same manual). It allows a blank, with which
an empty string and a blank would look the same: hence refused here."""


def check_delimiter(delimiter: str) -> str:
    """Return `delimiter`.

    Raises:
        InterfaceError: it is not one character, or one that values are written with.
    """
    if not isinstance(delimiter, str) or len(delimiter) != 1 or _NOT_A_DELIMITER.match(delimiter):
        raise InterfaceError(
            f"a delimiter is one character, but no backslash, newline, blank or hexadecimal digit: {delimiter!r}"
        )
    return delimiter


@frozen
class DateFormat:
    """How DATE values are written, as DBDATE says it: ``MDY4/``, ``DMY4.``, ``Y4MD-``.

    Attributes:
        order: "Y", "M" and "D" in the order in which they are written.
        separator: what stands between them, "" for nothing.
    """

    order: str
    separator: str

    @classmethod
    def of(cls, dbdate: str) -> "DateFormat":
        """Read a value of DBDATE.

        Raises:
            InterfaceError: it is none, or has years of two digits, whose century nobody knows.
        """
        match = re.fullmatch(r"(MDY4|DMY4|Y4MD|Y4DM)([-/.0]?)", dbdate.strip().upper())
        if match is None:
            raise InterfaceError(
                f"date_format={dbdate!r} is not understood; give one such as MDY4/, DMY4. or Y4MD- "
                "(two-digit years are refused: their century is not known)"
            )
        return cls(match[1].replace("4", ""), {"": "/", "0": ""}.get(match[2], match[2]))

    def write(self, value: date) -> str:
        """Return the text of a date."""
        parts = {"Y": f"{value.year:04}", "M": f"{value.month:02}", "D": f"{value.day:02}"}
        return self.separator.join(parts[letter] for letter in self.order)

    def read(self, text: str) -> date:
        """Return the date of a text.

        Raises:
            ConversionError: it is not in this format, or no date.
        """
        digits = "{1,2}" if self.separator else "{2}"
        patterns = {"Y": "(?P<Y>[0-9]{4})", "M": f"(?P<M>[0-9]{digits})", "D": f"(?P<D>[0-9]{digits})"}
        match = re.fullmatch(re.escape(self.separator).join(patterns[c] for c in self.order), text.strip())
        try:
            if match is not None:
                return date(int(match["Y"]), int(match["M"]), int(match["D"]))
        except ValueError:
            pass
        raise ConversionError(f"{text!r} is no date in the format {self.separator.join(self.order)}")


# -- values to lines --


def _escape(text: str, delimiter: str) -> str:
    if not text:
        return EMPTY
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if delimiter in text:
        text = text.replace(delimiter, "\\" + delimiter)
    return text.replace("\n", "\\\n") if "\n" in text else text


def _value_text(value: Any, column: ColumnType, dates: DateFormat) -> str:
    if isinstance(value, str):
        return value.rstrip(" ") if column.code in _PADDED else value
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ConversionError(f"{value} has no form in Informix")
        return format(value, "f")
    if isinstance(value, date) and not isinstance(value, datetime) and column.code == TypeCode.DATE:
        return dates.write(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, (BlobLocator, ClobLocator)):
        raise NotSupportedError("smart large objects cannot be unloaded into text; select their data instead")
    return format_literal(value) if column.code in _CONSTRUCTED else scalar_text(value, column)[0]


def field_writer(
    columns: Sequence[ColumnType], delimiter: str, dates: DateFormat
) -> Callable[[Sequence[Any]], str]:
    """Return a function that writes a row as a line, with the newline.

    Raises (the returned function):
        ConversionError: a value has no text form.
        NotSupportedError: a smart large object.
    """

    def write(row: Sequence[Any]) -> str:
        pieces = []
        for value, column in zip(row, columns, strict=True):
            if value.__class__ is int and value >= 0:
                pieces.append(str(value))  # common, and without anything to escape
            elif value is not None:
                pieces.append(_escape(_value_text(value, column, dates), delimiter))
            pieces.append(delimiter)
        return "".join(pieces) + "\n"

    return write


# -- lines to values --


def logical_lines(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Join lines whose newline is escaped; yield the number of the first, from 1, and the text without newline.

    Raises:
        DataError: a line is empty, or the last one ends within a value.
    """
    number = 0
    first, pending = 0, ""
    for line in lines:
        number += 1
        if not pending:
            first = number
        text = pending + line
        body = text.removesuffix("\n")
        if (len(body) - len(body.rstrip("\\"))) % 2:
            pending = body + "\n"
            continue
        pending = ""
        if not body.strip("\r"):
            raise DataError(f"line {first} is empty")
        yield first, body
    if pending:
        raise DataError(f"line {first} ends with a backslash, in the middle of a value")


def line_fields(body: str, delimiter: str, count: int) -> list[str | None]:
    """Return the fields of a logical line: None for NULL, else the text without escapes.

    The delimiter behind the last field may be missing.

    Raises:
        ValueError: another number of fields.
    """
    if body.endswith(delimiter + "\r"):
        body = body[:-1]  # a file made on Windows
    if "\\" in body:
        quoted = re.escape(delimiter)
        found = re.findall(rf"((?:[^\\{quoted}]|\\.)*)(?:{quoted}|\Z)", body, re.DOTALL)
        fields = [_unescape(text) for text in found[:-1]]  # the last match is the empty one at the end
    else:
        fields = [text or None for text in body.removesuffix(delimiter).split(delimiter)]
    if len(fields) != count:
        raise ValueError(f"{len(fields)} fields where {count} are needed")
    return fields


def _unescape(text: str) -> str | None:
    if text == EMPTY:
        return ""
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text or None


def _plain_text(text: str) -> str:
    return text


def _read_integer(column: ColumnType, text: str) -> int:
    stripped = text.strip()
    if not _INTEGER.fullmatch(stripped):
        raise ConversionError(f"{text!r} is no value of type {column.type_name}")
    return int(stripped)


def _read_number(column: ColumnType, text: str) -> Any:
    if not _NUMBER.fullmatch(text.strip()):
        raise ConversionError(f"{text!r} is no value of type {column.type_name}")
    return parse_text(column, text.strip().replace("$", ""))


def _read_bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ConversionError("a BYTE value must be written in hexadecimal digits") from None


def _reader(column: ColumnType, dates: DateFormat) -> Callable[[str], Any]:
    code = column.code
    if code in _INTEGERS:
        return partial(_read_integer, column)
    if code in _NUMBERS:
        return partial(_read_number, column)
    if code == TypeCode.DATE:
        return dates.read
    if code == TypeCode.BYTE:
        return _read_bytes
    if code in _TEXTS or code == TypeCode.TEXT:
        return _plain_text
    return partial(parse_text, column)


def field_reader(
    columns: Sequence[ColumnType], delimiter: str, dates: DateFormat
) -> Callable[[str], tuple[Any, ...]]:
    """Return a function that reads a logical line into a row of values of the columns' types.

    Raises (the returned function):
        ValueError: another number of fields.
        ConversionError: a field is no value of its column's type.
    """
    readers = [_reader(column, dates) for column in columns]

    def read(body: str) -> tuple[Any, ...]:
        fields = line_fields(body, delimiter, len(readers))
        return tuple(None if text is None else reader(text) for reader, text in zip(readers, fields, strict=True))

    return read
