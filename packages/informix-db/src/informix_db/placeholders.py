"""Finds the parameter placeholders of a statement and rewrites them to the server's ``?``.

``?``, ``:1`` and ``:name`` are placeholders; text inside strings, quoted names and comments, ``::`` casts and
the colon of ``database:table`` are not (sqli.md 8 #10).
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Literal

from informix_types.classes import frozen

from .errors import ProgrammingError

__all__ = ["Parameters", "Query", "Style", "compile_query"]

Style = Literal["none", "qmark", "numeric", "named"]
Parameters = Sequence[Any] | Mapping[str, Any]
"""What `execute` takes: a sequence for ``?`` and ``:1``, a mapping for ``:name``."""

_USUAL: Final = frozenset({tuple, list})
_SCAN: Final = re.compile(
    r"""
      '(?:[^']|'')*(?:'|\Z)             # string; a doubled quote stays inside
    | "(?:[^"]|"")*(?:"|\Z)             # string, or delimited identifier
    | --[^\n]*                          # comment to the end of the line
    | /\*.*?(?:\*/|\Z)                  # block comments do not nest
    | \{.*?(?:\}|\Z)
    | ::                                # cast
    | (?P<qmark>\?)
    | (?<![\w"$]):(?P<number>\d+)\b     # after a name the colon is that of database:table
    | (?<![\w"$]):(?P<name>[^\W\d]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)


@frozen
class Query:
    """A statement whose placeholders were found.

    Attributes:
        original: the application's text.
        text: the text for the server, with ``?`` for every placeholder.
        style: which placeholders were used.
        keys: for each ``?`` of `text` in order, the 0-based index or the name of its value.
        parameters: how many values a sequence must have.
    """

    original: str
    text: str
    style: Style
    keys: tuple[int | str, ...]
    parameters: int
    _sent_ends: tuple[int, ...]
    _shifts: tuple[int, ...]

    def key_name(self, index: int) -> str:
        """Return how the application calls the value of a marker (0-based)."""
        key = self.keys[index]
        return f":{key}" if isinstance(key, str) else str(key + 1)

    @property
    def markers(self) -> int:
        """Number of ``?`` in `text` (PREPARE's count, sqli.md 4.3)."""
        return len(self.keys)

    def original_offset(self, offset: int) -> int:
        """Translate a 1-based offset into `text` to one into `original`; 0 stays 0."""
        if offset <= 0 or not self._sent_ends:
            return offset
        passed = bisect_right(self._sent_ends, offset - 1)
        return offset + (self._shifts[passed - 1] if passed else 0)

    def arrange(self, parameters: Parameters | None) -> Sequence[Any]:
        """Return the values in the order of the markers.

        Raises:
            ProgrammingError: wrong number of values, a missing name, or the wrong kind of container.
        """
        # Asking an abstract class costs more than all the rest, so the usual ones go first.
        usual = type(parameters) in _USUAL
        if usual and self.style == "qmark" and len(parameters) == self.parameters:  # type: ignore[arg-type]  # usual
            return parameters  # type: ignore[return-value]  # usual
        if parameters is None:
            parameters = ()
        if self.style == "named":
            return self._by_name(parameters)
        if not usual and (
            isinstance(parameters, (str, bytes, bytearray, memoryview)) or not isinstance(parameters, Sequence)
        ):
            raise ProgrammingError(self._wrong_container(parameters))
        if len(parameters) != self.parameters:
            raise ProgrammingError(
                f"the statement takes {_count(self.parameters, 'parameter')}, {len(parameters)} given"
                + self._foreign_style()
            )
        if self.style == "numeric":
            return [parameters[key] for key in self.keys]  # type: ignore[index]  # numeric: all keys are int
        return parameters  # type: ignore[return-value]  # the check above is one that mypy cannot follow

    def _by_name(self, parameters: Parameters) -> Sequence[Any]:
        if not isinstance(parameters, Mapping):
            raise ProgrammingError(
                f"the statement has named parameters (:{self.keys[0]} …) and needs a mapping, "
                f"not {type(parameters).__name__}"
            )
        try:
            return [parameters[key] for key in self.keys]  # type: ignore[index]  # named: all keys are str
        except KeyError:
            missing = sorted({str(key) for key in self.keys if key not in parameters})
            raise ProgrammingError(f"no value for parameter {', '.join(f':{m}' for m in missing)}") from None

    def _foreign_style(self) -> str:
        """Return advice for who writes parameters as other drivers do."""
        foreign = _FOREIGN.search(self.original) if self.style == "none" else None
        return f"; {foreign.group()} marks none here: write ?, :1 or :name" if foreign else ""

    def _wrong_container(self, parameters: object) -> str:
        kind = type(parameters).__name__
        if isinstance(parameters, Mapping):
            taken = _count(self.parameters, "parameter")
            return f"a mapping was given, but the statement has {taken} by position" + self._foreign_style()
        return f"parameters must be a sequence such as (value,), not {kind}"


def _count(n: int, noun: str) -> str:
    return f"{n or 'no'} {noun}" + ("" if n == 1 else "s")


_FOREIGN: Final = re.compile(r"%s|%\(\w+\)s|\$\d+")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=1024)
def compile_query(sql: str) -> Query:
    """Find and rewrite the placeholders of `sql`; cached by text.

    Raises:
        ProgrammingError: two styles are mixed, ``:0`` is used, there is a NUL, or a character is half of one
            (PEP 383).
    """
    if "\0" in sql:
        raise ProgrammingError("the statement contains a NUL character")
    half = _SURROGATE.search(sql)
    if half is not None:
        raise ProgrammingError(f"the statement has the lone surrogate {half.group()!r} at position {half.start()}")
    if "?" not in sql and ":" not in sql:
        return Query(sql, sql, "none", (), 0, (), ())
    pieces: list[str] = []
    keys: list[int | str] = []
    sent_ends: list[int] = []
    shifts: list[int] = []
    style: Style = "none"
    copied = sent = 0
    for match in _SCAN.finditer(sql):
        kind = match.lastgroup
        if kind is None:
            continue
        found: Style = "qmark" if kind == "qmark" else "numeric" if kind == "number" else "named"
        if style not in ("none", found):
            raise ProgrammingError(
                f"placeholders of two styles in one statement: {match.group()} after {_example(style, keys)}"
            )
        style = found
        if kind == "qmark":
            keys.append(len(keys))
        elif kind == "number":
            number = int(match.group(kind))
            if number < 1:
                raise ProgrammingError("numeric placeholders begin with :1")
            keys.append(number - 1)
        else:
            keys.append(match.group(kind))
        pieces += (sql[copied : match.start()], "?")
        sent += match.start() - copied + 1
        copied = match.end()
        sent_ends.append(sent)
        shifts.append(copied - sent)
    if style == "none":
        return Query(sql, sql, "none", (), 0, (), ())
    if style == "qmark":
        return Query(sql, sql, style, tuple(keys), len(keys), (), ())
    pieces.append(sql[copied:])
    count = 1 + max(key for key in keys if isinstance(key, int)) if style == "numeric" else len(set(keys))
    return Query(sql, "".join(pieces), style, tuple(keys), count, tuple(sent_ends), tuple(shifts))


def _example(style: Style, keys: list[int | str]) -> str:
    last = keys[-1]
    return "?" if style == "qmark" else f":{last + 1 if isinstance(last, int) else last}"
