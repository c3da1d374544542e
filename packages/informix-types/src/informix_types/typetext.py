"""Types written as SQL text to `ColumnType`: element types of collections, fields of rows (sqli.md 6.2).

The server describes constructed types by text only, e.g. ``SET(DECIMAL(10,2) NOT NULL)`` or
``ROW(name VARCHAR(20), born DATE)``.
"""

import re
from dataclasses import replace
from functools import lru_cache

from .codes import TypeCode, TypeFlag
from .column import FLOATING_SCALE, ColumnType
from .errors import ConversionError
from .qualifier import FRACTION, YEAR, datetime_length, field_code, interval_length

__all__ = ["element_type", "parse_type", "row_fields"]

_TOKEN = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([A-Za-z_][\w$.:]*)|(\d+)|(.))', re.DOTALL)

_PLAIN: dict[str, tuple[int, int]] = {
    "SMALLINT": (TypeCode.SMALLINT, 2),
    "INTEGER": (TypeCode.INTEGER, 4),
    "INT": (TypeCode.INTEGER, 4),
    "BIGINT": (TypeCode.BIGINT, 8),
    "INT8": (TypeCode.INT8, 10),
    "SERIAL": (TypeCode.SERIAL, 4),
    "SERIAL8": (TypeCode.SERIAL8, 10),
    "BIGSERIAL": (TypeCode.BIGSERIAL, 8),
    "FLOAT": (TypeCode.FLOAT, 8),
    "DOUBLE": (TypeCode.FLOAT, 8),
    "SMALLFLOAT": (TypeCode.SMALLFLOAT, 4),
    "REAL": (TypeCode.SMALLFLOAT, 4),
    "DATE": (TypeCode.DATE, 4),
    "BYTE": (TypeCode.BYTE, 56),
    "TEXT": (TypeCode.TEXT, 56),
}
_CHARACTER: dict[str, tuple[int, int]] = {
    "CHAR": (TypeCode.CHAR, 1),
    "CHARACTER": (TypeCode.CHAR, 1),
    "NCHAR": (TypeCode.NCHAR, 1),
    "VARCHAR": (TypeCode.VARCHAR, 255),
    "NVARCHAR": (TypeCode.NVARCHAR, 255),
    "LVARCHAR": (TypeCode.LVARCHAR, 2048),
}
_COLLECTIONS: dict[str, int] = {"SET": TypeCode.SET, "MULTISET": TypeCode.MULTISET, "LIST": TypeCode.LIST}
_BUILT_IN_UDT: dict[str, tuple[int, int, int]] = {
    "BOOLEAN": (TypeCode.UDTFIXED, 5, 1),
    "BLOB": (TypeCode.UDTFIXED, 10, 72),
    "CLOB": (TypeCode.UDTFIXED, 11, 72),
}
"""Code, extended id, length as described by servers (sqli.md 6.2)."""
_DECIMALS: dict[str, int] = {
    "DECIMAL": TypeCode.DECIMAL,
    "DEC": TypeCode.DECIMAL,
    "NUMERIC": TypeCode.DECIMAL,
    "MONEY": TypeCode.MONEY,
}


MAX_DEPTH = 50
"""Deeper nesting than the server lets types have; bounds the recursion."""


class _Parser:
    """Recursive descent over the tokens of one type text."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = [m for m in _TOKEN.finditer(text) if m.group(0).strip()]
        self.tokens = [m.group(0).strip() for m in found]
        self.ends = [m.end() for m in found]
        self.at = 0
        self.depth = 0

    def fail(self) -> ConversionError:
        return ConversionError(f"cannot read the type {self.text!r}")

    def peek(self) -> str:
        return self.tokens[self.at].upper() if self.at < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.peek()
        if expected and token not in expected:
            raise self.fail()
        if not token:
            raise self.fail()
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, token: str) -> bool:
        if self.peek() == token:
            self.at += 1
            return True
        return False

    def numbers(self) -> list[int]:
        """Optional ``(n [, n])``."""
        out: list[int] = []
        if self.accept("("):
            while True:
                token = self.take()
                if not token.isdigit():
                    raise self.fail()
                out.append(int(token))
                if self.take(",", ")") == ")":
                    break
        return out

    def type(self) -> ColumnType:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail()
        column = self.bare_type()
        self.depth -= 1
        if self.accept("NOT"):
            self.take("NULL")
            column = replace(column, flags=column.flags | TypeFlag.NOT_NULL)
        return column

    def bare_type(self) -> ColumnType:
        start = self.at
        name = self.take().upper()
        if name in _PLAIN:
            if name == "DOUBLE":
                self.accept("PRECISION")
            self.numbers()
            code, length = _PLAIN[name]
            return ColumnType(code, length)
        if name in _CHARACTER:
            return self.character(name)
        if name in _DECIMALS:
            return self.decimal(_DECIMALS[name])
        if name in ("DATETIME", "INTERVAL"):
            return self.qualified(interval=name == "INTERVAL")
        if name in _COLLECTIONS:
            self.take("(")
            self.type()
            self.take(")")
            return ColumnType(_COLLECTIONS[name], extended_name=self.slice(start))
        if name == "ROW":
            self.fields()
            return ColumnType(TypeCode.ROW, extended_name=self.slice(start))
        if name in _BUILT_IN_UDT:
            code, number, length = _BUILT_IN_UDT[name]
            return ColumnType(code, length, extended_id=number, owner="informix", extended_name=name.lower())
        if not re.match(r'["A-Z_]', name):
            raise self.fail()
        self.numbers()
        return ColumnType(TypeCode.UDTVAR, extended_name=name.strip('"').rpartition(".")[2].lower())

    def slice(self, start: int) -> str:
        """The text from token `start` to here, as it was written."""
        return self.text[self.ends[start] - len(self.tokens[start]) : self.ends[self.at - 1]]

    def character(self, name: str) -> ColumnType:
        if name == "CHARACTER" and self.accept("VARYING"):
            name = "VARCHAR"
        code, default = _CHARACTER[name]
        sizes = self.numbers() or [default]
        if len(sizes) > 1 and code in (TypeCode.VARCHAR, TypeCode.NVARCHAR):
            return ColumnType(code, sizes[1] << 8 | sizes[0])
        return ColumnType(code, sizes[0])

    def decimal(self, code: int) -> ColumnType:
        sizes = self.numbers()
        money = code == TypeCode.MONEY
        precision = sizes[0] if sizes else 16
        scale = sizes[1] if len(sizes) > 1 else 2 if money else FLOATING_SCALE
        return ColumnType(code, precision << 8 | scale)

    def qualified(self, *, interval: bool) -> ColumnType:
        def field() -> tuple[int, list[int]]:
            try:
                return field_code(self.take()), self.numbers()
            except ValueError:
                raise self.fail() from None

        start, first = field()
        self.take("TO")
        end, last = field()
        if end == FRACTION:
            end = 10 + (last[0] if last else 3)
        if not interval:
            return ColumnType(TypeCode.DATETIME, datetime_length(start, end))
        digits = first[0] if first else 4 if start == YEAR else 2
        return ColumnType(TypeCode.INTERVAL, interval_length(start, end, digits))

    def fields(self) -> tuple[tuple[str, ColumnType], ...]:
        """``( name type, … )``."""
        self.take("(")
        out: list[tuple[str, ColumnType]] = []
        while True:
            name = self.take()
            out.append((name.strip('"').lower() if not name.startswith('"') else name[1:-1], self.type()))
            if self.take(",", ")") == ")":
                return tuple(out)

    def end(self) -> None:
        if self.at != len(self.tokens):
            raise self.fail()


@lru_cache(maxsize=1024)
def parse_type(text: str) -> ColumnType:
    """Read a type in SQL, e.g. ``DECIMAL(10,2) NOT NULL``. Unknown names become opaque types (code 40).

    Raises:
        ConversionError: the text is no type.
    """
    parser = _Parser(text)
    column = parser.type()
    parser.end()
    return column


@lru_cache(maxsize=1024)
def element_type(column: ColumnType) -> ColumnType | None:
    """Element type of a SET, MULTISET or LIST; None when its text is absent or cannot be read.

    Servers describe "the element type as text" (sqli.md 6.2); the text of the whole type is taken too. A LIST of
    LISTs tells them apart by NOT NULL, which elements always have: ``LIST(INTEGER NOT NULL) NOT NULL``.
    """
    text = column.extended_name.strip()
    if not text:
        return None
    try:
        parser = _Parser(text)
        inner = parser.type()
        parser.end()
        if inner.code == column.code and inner.nullable:
            parser = _Parser(text)
            parser.take()
            parser.take("(")
            inner = parser.type()
    except ConversionError:
        return None
    return inner


@lru_cache(maxsize=1024)
def row_fields(column: ColumnType) -> tuple[tuple[str, ColumnType], ...]:
    """Names and types of a ROW's fields; empty for named row types, whose text is only their name."""
    text = column.extended_name.strip()
    try:
        parser = _Parser(text if text.upper().startswith("ROW") else f"ROW({text})")
        parser.take("ROW")
        fields = parser.fields()
        parser.end()
    except ConversionError:
        return ()
    return fields
