"""Splits the text of an SQL file into statements, for ``--load`` and fixtures."""

import re
from collections.abc import Iterator

__all__ = ["split_statements"]

_TOKEN = re.compile(
    r"""
    (?P<string> '(?:[^']|'')*' | "(?:[^"]|"")*" )
  | (?P<comment> --[^\n]* | /\*.*?\*/ | \{.*?\} )
  | (?P<end> ; )
    """,
    re.VERBOSE | re.DOTALL,
)
"""What can hide or end a statement (sqli.md 8 #10): strings, the three kinds of comment, the semicolon."""


def split_statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield line number (from 1) and text of each statement, without its semicolon; comments stay.

    Text that holds nothing but comments is no statement.
    """
    start, content = 0, False
    at = 0
    for match in _TOKEN.finditer(text):
        content = content or bool(text[at : match.start()].strip()) or match["string"] is not None
        at = match.end()
        if match["end"]:
            if content:
                yield _at_line(text, start, match.start())
            start, content = match.end(), False
    if content or text[at:].strip():
        yield _at_line(text, start, len(text))


def _at_line(text: str, start: int, end: int) -> tuple[int, str]:
    first = start + len(text[start:end]) - len(text[start:end].lstrip())
    return text.count("\n", 0, first) + 1, text[start:end].strip()
