"""First step of the front end: SQL text to tokens, by Informix's rules (sqli.md 8 #10, #12).

Informix has next to no reserved words, so the lexer tells words only from other tokens; what a word means is
the parser's business. One compiled expression finds every token; errors carry Informix's codes and offsets.
"""

import re
from typing import Final

from informix_types.classes import mutable

from informix_testserver.engine import SqlError

__all__ = ["DATETIME", "END", "INTERVAL", "NUMBER", "QUOTED", "STRING", "Token", "tokenize"]

STRING: Final = "<string>"
NUMBER: Final = "<number>"
QUOTED: Final = "<delimited identifier>"
DATETIME: Final = "<datetime literal>"
INTERVAL: Final = "<interval literal>"
END: Final = "<end>"

MAX_NAME = 128
"""Characters of the longest identifier (Informix's limit since version 9.2)."""

ILLEGAL_CHARACTER = -202
BAD_INTEGER = -203
BAD_FLOAT = -204
UNBALANCED_QUOTE = -282
OPEN_BRACE_COMMENT = -283
OPEN_BLOCK_COMMENT = -943
NAME_TOO_LONG = -253
SYNTAX_ERROR = -201


@mutable
class Token:
    """One token.

    Attributes:
        key: what the parser compares: a word in upper case, an operator or bracket itself, or one of `STRING`,
            `NUMBER`, `QUOTED`, `DATETIME`, `INTERVAL`, `END`, which no word can equal.
        value: a word folded to lower case, a string's contents, a number's text, a literal's text.
        pos: 1-based offset of the first character.
        end: 0-based offset after the last character (so ``text[pos - 1 : end]`` is the token's source).
        word: whether it is an undelimited word.
    """

    key: str
    value: str
    pos: int
    end: int
    word: bool = False


_TOKEN = re.compile(
    r"""
      (?P<skip> \s+ | --[^\n]* | /\*.*?\*/ )
    | (?P<literal> (?P<class> datetime | interval ) \s* \( (?P<body> [^()'"?{}]* ) \)
                   (?= \s* (?: year | month | day | hour | minute | second | fraction ) \b ) )
    | (?P<word> [^\W\d] [\w$]* )
    | (?P<number> (?: [0-9]+ (?: \.(?!\.) [0-9]* )? | \. [0-9]+ ) (?: e [+-]? [0-9]+ )? )
    | (?P<string> ' [^']*+ (?: '' [^']*+ )*+ ' )
    | (?P<double> " [^"]*+ (?: "" [^"]*+ )*+ " )
    | (?P<variable> \$ [^\W\d] \w* )
    | (?P<operator> :: | \|\| | <> | <= | >= | != | == | [-+*/=<>(),.;:?@\[\]] )
    | (?P<brace> [{}] )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_NORMALISED = {"!=": "<>", "==": "="}
_COLLECTIONS = ("SET", "MULTISET", "LIST")
_BEFORE_VALUES = frozenset(
    {
        "SELECT",
        "DISTINCT",
        "UNIQUE",
        "ALL",
        "WHERE",
        "AND",
        "OR",
        "NOT",
        "IN",
        "THEN",
        "ELSE",
        "WHEN",
        "CASE",
        "BY",
    }
)


def tokenize(text: str, *, delimident: bool = False, allow_newline: bool = False) -> list[Token]:
    """Split a statement's text into tokens; the last one is `END`.

    Args:
        text: the statement.
        delimident: ``"…"`` delimits an identifier (DELIMIDENT set), else it is a string.
        allow_newline: strings may contain line feeds (ALLOW_NEWLINE, off by default in a server).

    Raises:
        SqlError: -202 illegal character, -253 name of more than 128 characters, -201 empty delimited name,
            -203 or -204 malformed number, -282 string without end, -283 ``{`` comment without end, -943 ``/*``
            comment without end.
    """
    tokens: list[Token] = []
    append = tokens.append
    match = _TOKEN.match
    pos = 0
    length = len(text)
    depth = 0  # of collection braces: SET{ … } is no comment
    while pos < length:
        found = match(text, pos)
        if found is None:
            raise _unreadable(text, pos)
        start, pos = pos, found.end()
        kind = found.lastgroup
        if kind == "skip":
            # "/*" without an end does not match here but falls to the operators "/" and "*"
            continue
        if kind == "word":
            value = found.group()
            if pos - start > MAX_NAME:
                raise SqlError(NAME_TOO_LONG, offset=start + 1, token=value[:MAX_NAME])
            # no keyword holds a letter beyond ASCII, though some of those fold to ASCII letters
            key = value.upper() if value.isascii() else value
            append(Token(key, value.lower(), start + 1, pos, True))
        elif kind == "operator":
            operator = found.group()
            if operator == "/" and text.startswith("/*", start):
                raise SqlError(OPEN_BLOCK_COMMENT, offset=start + 1)
            append(Token(_NORMALISED.get(operator, operator), operator, start + 1, pos))
        elif kind == "number":
            _check_number(text, start, pos)
            append(Token(NUMBER, found.group(), start + 1, pos))
        elif kind == "string":
            append(_string(found.group(), start, pos, allow_newline))
        elif kind == "double":
            if delimident:
                value = found.group()[1:-1].replace('""', '"')
                if not 0 < len(value) <= MAX_NAME:
                    raise SqlError(
                        NAME_TOO_LONG if value else SYNTAX_ERROR, offset=start + 1, token=value[:MAX_NAME]
                    )
                append(Token(QUOTED, value, start + 1, pos))
            else:
                append(_string(found.group(), start, pos, allow_newline))
        elif kind == "literal":
            key = DATETIME if found.group("class").lower() == "datetime" else INTERVAL
            append(Token(key, found.group("body").strip(), start + 1, pos))
        elif kind == "variable":
            append(Token("$", found.group()[1:].lower(), start + 1, pos))
        else:
            pos, depth = _brace(text, start, tokens, depth)
    append(Token(END, "", length + 1, length))
    return tokens


def _string(source: str, start: int, end: int, allow_newline: bool) -> Token:
    """Make a string token; the quote of its own kind is doubled inside it."""
    if not allow_newline and "\n" in source:
        raise SqlError(UNBALANCED_QUOTE, offset=start + 1)
    quote = source[0]
    return Token(STRING, source[1:-1].replace(quote + quote, quote), start + 1, end)


def _check_number(text: str, start: int, end: int) -> None:
    """Refuse a number that runs into a letter: ``12ab``, ``1e+``."""
    if end < len(text) and (text[end].isalnum() or text[end] == "_"):
        floating = text[end] in "eE" or "." in text[start:end]
        raise SqlError(BAD_FLOAT if floating else BAD_INTEGER, offset=start + 1)


def _brace(text: str, start: int, tokens: list[Token], depth: int) -> tuple[int, int]:
    """Handle ``{`` or ``}`` at `start`; return the offset to go on at and the new depth of collection braces."""
    if text[start] == "}":
        if not depth:
            raise SqlError(ILLEGAL_CHARACTER, offset=start + 1)
        tokens.append(Token("}", "}", start + 1, start + 1))
        return start + 1, depth - 1
    if _opens_collection(start, tokens):
        tokens.append(Token("{", "{", start + 1, start + 1))
        return start + 1, depth + 1
    close = text.find("}", start)
    if close < 0:
        raise SqlError(OPEN_BRACE_COMMENT, offset=start + 1)
    return close + 1, depth


def _opens_collection(start: int, tokens: list[Token]) -> bool:
    """Tell ``SET{1}`` from a comment after SET.

    MULTISET and LIST before a brace can only be constructors. SET is one too when the brace touches it or when an
    operator or a word that calls for a value stands before it; ``UPDATE t SET {comment} a = 1`` has a name there.
    """
    if not tokens or tokens[-1].key not in _COLLECTIONS:
        return False
    if tokens[-1].key != "SET" or tokens[-1].end == start:
        return True
    if len(tokens) == 1:
        return False
    before = tokens[-2]
    return before.key in _BEFORE_VALUES if before.word else before.key not in (QUOTED, STRING, ";")


def _unreadable(text: str, pos: int) -> SqlError:
    """Name the reason why no token starts at `pos`."""
    code = UNBALANCED_QUOTE if text[pos] in "'\"" else ILLEGAL_CHARACTER
    return SqlError(code, offset=pos + 1)
