"""Constructed values as text: ``SET{'a','b'}``, ``LIST{10,20}``, ``ROW('x',3)`` (sqli.md 7.1).

`parse_constructed` takes them apart into values of the element types; `format_literal` writes any Python value the
way the server reads it. Single values are in `textforms.py`.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from enum import Enum
from typing import Any

from .codes import TypeCode
from .column import ColumnType
from .containers import CollectionValue, RowValue
from .errors import ConversionError
from .textforms import parse_scalar, scalar_text
from .typetext import element_type, row_fields

__all__ = ["format_literal", "format_text", "parse_constructed", "parse_text"]


def parse_text(column: ColumnType, text: str) -> Any:
    """Read one value from its text form, e.g. ``3 04:05:06`` for an INTERVAL DAY TO SECOND.

    Character types and types without a parser return the text; constructed types are taken apart.

    Raises:
        ConversionError: the text is no value of the type.
    """
    if TypeCode.SET <= column.code <= TypeCode.COLLECTION:
        return parse_constructed(column, text)
    return parse_scalar(column, text)


MAX_DEPTH = 50
"""Deeper nesting than any type can be declared with; bounds the recursion."""
_CLOSING = {"{": "}", "(": ")"}
_KIND_BY_CODE: dict[int, str] = {
    TypeCode.SET: "SET",
    TypeCode.MULTISET: "MULTISET",
    TypeCode.LIST: "LIST",
    TypeCode.ROW: "ROW",
}
ElementHook = Callable[[ColumnType], Callable[[Any], Any]]
"""Returns for an element's type what is applied to its values."""
_KEYWORD = re.compile(r"\s*(SET|MULTISET|LIST|ROW)\s*([{(])", re.IGNORECASE)


class _Reader:
    """Recursive descent over the text of a constructed value."""

    def __init__(self, text: str, loader: ElementHook | None = None) -> None:
        self.text = text
        self.loader = loader
        self.at = 0
        self.depth = 0

    def fail(self, why: str) -> ConversionError:
        return ConversionError(f"cannot read {self.text!r} at position {self.at + 1}: {why}")

    def constructed(self, column: ColumnType | None) -> Any:
        match = _KEYWORD.match(self.text, self.at)
        if not match:
            raise self.fail("expected SET{, MULTISET{, LIST{ or ROW(")
        keyword, opening = match[1].upper(), match[2]
        if (keyword == "ROW") != (opening == "("):
            raise self.fail(f"{keyword} is not followed by {opening}")
        wanted = _KIND_BY_CODE.get(column.code, keyword) if column is not None else keyword
        if keyword != wanted:
            raise self.fail(f"a {keyword} for a column of type {wanted}")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail(f"nested more than {MAX_DEPTH} deep")
        self.at = match.end()
        if keyword == "ROW":
            fields = row_fields(column) if column is not None and column.code == TypeCode.ROW else ()
            values = self.items(_CLOSING[opening], fields)
            if fields and len(values) != len(fields):
                raise self.fail(f"{len(values)} values for {len(fields)} fields")
            self.depth -= 1
            return RowValue(values, [name for name, _ in fields])
        inner = element_type(column) if column is not None else None
        elements = self.items(_CLOSING[opening], inner)
        self.depth -= 1
        return CollectionValue.of(keyword, elements)

    def items(self, closing: str, types: ColumnType | Sequence[tuple[str, ColumnType]] | None) -> list[Any]:
        """Read elements of one type, or fields of named types, up to the closing mark."""
        out: list[Any] = []
        self.blanks()
        if self.text[self.at : self.at + 1] == closing:
            self.at += 1
            return out
        while True:
            column, where = None, f"element {len(out) + 1}"
            if types is None or isinstance(types, ColumnType):
                column = types
            elif len(out) < len(types):
                name, column = types[len(out)]
                where = f"field {name}"
            try:
                value = self.item(column, closing)
                out.append(value if column is None or self.loader is None else self.loader(column)(value))
            except ConversionError as exc:
                raise ConversionError(f"{where}: {exc}") from exc
            self.blanks()
            mark = self.text[self.at : self.at + 1]
            self.at += 1
            if mark == closing:
                return out
            if mark != ",":
                self.at -= 1
                raise self.fail(f"expected , or {closing}")

    def blanks(self) -> None:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1

    def item(self, column: ColumnType | None, closing: str) -> Any:
        self.blanks()
        if _KEYWORD.match(self.text, self.at):
            return self.constructed(column)
        quote = self.text[self.at : self.at + 1]
        if quote in ("'", '"'):
            text = self.quoted(quote)
            return text if column is None else parse_text(column, text)
        end = self.at
        while self.text[end : end + 1] not in (",", closing, ""):
            end += 1
        text = self.text[self.at : end].rstrip()
        self.at = end
        if text.upper() == "NULL":
            return None
        return _guess(text) if column is None else parse_text(column, text)

    def quoted(self, quote: str) -> str:
        out = ""
        at = self.at + 1
        while True:
            end = self.text.find(quote, at)
            if end < 0:
                raise self.fail("unterminated string")
            out += self.text[at:end]
            self.at = end + 1
            if self.text[self.at : self.at + 1] != quote:
                return out
            out += quote
            at = self.at + 1


def _guess(text: str) -> Any:
    """An unquoted element of unknown type: a number if it looks like one, else the text."""
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    if re.fullmatch(r"[+-]?\d*\.\d+([eE][+-]?\d+)?|[+-]?\d+\.\d*", text):
        return Decimal(text)
    return text


def parse_constructed(column: ColumnType, text: str, loader: ElementHook | None = None) -> Any:
    """Read the text of a SET, MULTISET, LIST or ROW into a `CollectionValue` or `RowValue`.

    Elements become values of the types that the column's text names; without it numbers and strings.

    Args:
        column: the type.
        text: the value.
        loader: returns for a type what is applied to each element and field of it, NULL included, at every depth:
            `elements.element_loader`. Without it values are not held to lengths and ranges.

    Raises:
        ConversionError: the text cannot be read, or an element is no value of its type; names element and type.
    """
    reader = _Reader(text, loader)
    value = reader.constructed(column)
    if text[reader.at :].strip(" \0"):
        raise reader.fail("text behind the value")
    return value


# -- Python value to text --


def format_text(value: Any) -> str:
    """Text form of a value that is not None, as `parse_text` and the server read it; strings as they are.

    Raises:
        ConversionError: the value has no text form.
    """
    if isinstance(value, Enum):
        return format_text(value.value)
    return format_literal(value) if _is_constructed(value) else scalar_text(value)[0]


def _is_constructed(value: object) -> bool:
    return isinstance(value, CollectionValue | RowValue | list | tuple | AbstractSet | Mapping)


def format_literal(
    value: Any,
    column: ColumnType | None = None,
    *,
    strict_fractions: bool = False,
    adapt: Callable[[Any], Any] | None = None,
    dumper: ElementHook | None = None,
) -> str:
    """Text of a value inside of a collection or row, e.g. ``'it''s'``, ``LIST{1,2}``, ``ROW('x',NULL)``.

    list becomes LIST, set and frozenset SET, Counter MULTISET, tuple and dict ROW, unless `column` says which
    collection or which fields are wanted.

    Args:
        value: what is written.
        column: the type that it is for.
        strict_fractions: refuse a sixth fraction digit instead of dropping it.
        adapt: applied to each element at every depth before it is written, not to `value` itself.
        dumper: returns for a type what is applied after that to each element and field of it that is not
            constructed, NULL included: `elements.element_dumper`.

    Raises:
        ConversionError: a value has no text form, or a dict's keys are not the row's fields.
    """
    if value is None:
        return "NULL"
    if isinstance(value, Enum):
        return format_literal(value.value, column, strict_fractions=strict_fractions, adapt=adapt, dumper=dumper)
    if _is_constructed(value):

        def literal(item: Any, inner: ColumnType | None) -> str:
            if adapt is not None and item is not None:
                item = adapt(item)
            if isinstance(item, Enum):
                item = item.value
            if dumper is not None and inner is not None and not _is_constructed(item):
                item = dumper(inner)(item)
            return format_literal(item, inner, strict_fractions=strict_fractions, adapt=adapt, dumper=dumper)

        return _format_constructed(value, column, literal)
    text, quoted = scalar_text(value, column, strict_fractions=strict_fractions)
    return "'" + text.replace("'", "''") + "'" if quoted else text


def _kind(value: Any) -> str:
    if isinstance(value, CollectionValue):
        return value.kind
    if isinstance(value, list):
        return "LIST"
    return "MULTISET" if isinstance(value, Counter) else "SET" if isinstance(value, AbstractSet) else "ROW"


def _values_by_name(value: Mapping[Any, Any], names: list[str]) -> list[Any]:
    """Values of a dict in the order of the fields; keys may be written in any case."""
    given = {key if key in names else str(key).lower(): item for key, item in value.items()}
    if set(names) != set(given) or len(given) != len(value):
        raise ConversionError(f"the row has fields {', '.join(names)}; the dict has {', '.join(map(str, value))}")
    return [given[name] for name in names]


def _format_constructed(
    value: Any, column: ColumnType | None, literal: Callable[[Any, ColumnType | None], str]
) -> str:
    kind = _kind(value)
    wanted = _KIND_BY_CODE.get(column.code) if column is not None else None
    if wanted and kind != wanted:
        # A named row is no collection, and a set has no order in which it could fill a row's fields.
        named = isinstance(value, RowValue | Mapping) and kind == "ROW"
        if named or (wanted == "ROW" and kind in ("SET", "MULTISET")):
            raise ConversionError(f"a {type(value).__name__} cannot be stored as {wanted}")
        kind = wanted
    if kind != "ROW":
        inner = element_type(column) if column is not None else None
        elements = value.elements() if isinstance(value, Counter) else value
        texts = [_at(f"element {i}", literal, v, inner) for i, v in enumerate(elements, 1)]
        return kind + "{" + ",".join(texts) + "}"
    fields = row_fields(column) if column is not None and column.code == TypeCode.ROW else ()
    if isinstance(value, Mapping):
        values: Sequence[Any] = (
            _values_by_name(value, [name for name, _ in fields]) if fields else [*value.values()]
        )
    else:
        values = tuple(value)
    if fields and len(values) != len(fields):
        raise ConversionError(f"{len(values)} values for a row of {len(fields)} fields")
    known: Sequence[tuple[str, ColumnType | None]] = fields or [(str(i), None) for i in range(1, len(values) + 1)]
    texts = [_at(f"field {name}", literal, v, c) for v, (name, c) in zip(values, known, strict=True)]
    return "ROW(" + ",".join(texts) + ")"


def _at(
    where: str, literal: Callable[[Any, ColumnType | None], str], value: Any, column: ColumnType | None
) -> str:
    try:
        return literal(value, column)
    except ConversionError as exc:
        raise ConversionError(f"{where}: {exc}") from exc
