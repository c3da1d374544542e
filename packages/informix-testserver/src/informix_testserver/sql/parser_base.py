"""Lowest layer of the parser: the token stream, errors, and names.

The parser is one class built in layers, each adding a part of the grammar: base → types → values → expressions →
queries → dml → tables → objects → session → `parser.Parser`.
"""

from collections.abc import Callable, Iterable
from typing import NoReturn, TypeVar

from informix_testserver.engine import SqlError

from . import ast
from .lexer import END, NUMBER, QUOTED, STRING, Token, tokenize

__all__ = ["NOT_SUPPORTED", "SYNTAX_ERROR", "ParserBase"]

SYNTAX_ERROR = -201
BAD_INTEGER = -203
NOT_SUPPORTED = -513
MAX_INTEGER = 2**63 - 1

_T = TypeVar("_T")


class ParserBase:
    """A cursor over the tokens of one text.

    `key` is the current token's key, `token` the token itself; no method looks further back than that, and
    only `peek` looks forward.
    """

    def __init__(self, text: str, *, delimident: bool = False, allow_newline: bool = False) -> None:
        self.text = text
        self.tokens = tokenize(text, delimident=delimident, allow_newline=allow_newline)
        self.index = 0
        self.token = self.tokens[0]
        self.key = self.token.key
        self.parameters = 0

    # ---- moving

    def advance(self) -> Token:
        """Step to the next token; return the one left behind. END is never left behind."""
        token = self.token
        if token.key != END:
            self.index += 1
            self.token = self.tokens[self.index]
            self.key = self.token.key
        return token

    def peek(self, distance: int = 1) -> str:
        """Return the key of a later token, END beyond the last."""
        index = self.index + distance
        return self.tokens[index].key if index < len(self.tokens) else END

    def at(self, *keys: str) -> bool:
        """Tell whether these keys follow each other from the current token on."""
        return self.key == keys[0] and all(self.peek(i) == key for i, key in enumerate(keys[1:], 1))

    def accept(self, *keys: str) -> bool:
        """Step over these keys if they all follow each other from here; tell whether they did."""
        if self.key != keys[0]:
            return False
        if len(keys) > 1 and not self.at(*keys):
            return False
        for _ in keys:
            self.advance()
        return True

    def accept_any(self, keys: Iterable[str]) -> str | None:
        """Step over the current token if it is one of `keys`; return its key or None."""
        if self.key in keys:
            return self.advance().key
        return None

    def expect(self, *keys: str) -> Token:
        """Step over these keys; return the first token. Raises SqlError -201 at the first that differs."""
        first = self.token
        for key in keys:
            if self.key != key:
                self.fail()
            self.advance()
        return first

    # ---- errors

    def fail(self, token: Token | None = None) -> NoReturn:
        """Raise the syntax error -201 at a token, the current one by default."""
        raise self.error(token)

    def error(self, token: Token | None = None) -> SqlError:
        """Return the syntax error -201 at a token, the current one by default; its token field is empty."""
        return SqlError(SYNTAX_ERROR, offset=(token or self.token).pos)

    def unsupported(self, what: str, pos: int) -> NoReturn:
        """Raise -513, naming a statement or clause that this server does not have."""
        raise SqlError(NOT_SUPPORTED, offset=pos, token=what)

    # ---- pieces

    def source(self, first: int, end: int | None = None) -> str:
        """Return the source from 1-based offset `first` to 0-based offset `end`, the last token's by default."""
        return self.text[first - 1 : self.previous_end() if end is None else end]

    def previous_end(self) -> int:
        """Return the 0-based offset after the token before the current one."""
        return self.tokens[self.index - 1].end if self.index else 0

    def comma_list(self, item: Callable[[], _T]) -> tuple[_T, ...]:
        """Parse ``item, item, …``: at least one."""
        items = [item()]
        while self.key == ",":
            self.advance()
            items.append(item())
        return tuple(items)

    def parenthesised(self, item: Callable[[], _T]) -> tuple[_T, ...]:
        """Parse ``(item, item, …)``."""
        self.expect("(")
        items = self.comma_list(item)
        self.expect(")")
        return items

    def integer(self) -> int:
        """Parse an unsigned integer. Raises SqlError -203 when it exceeds 64 bits, -201 for anything else."""
        token = self.token
        if token.key != NUMBER or not token.value.isascii() or not token.value.isdigit():
            self.fail()
        value = int(token.value) if len(token.value) <= 400 else MAX_INTEGER + 1
        if value > MAX_INTEGER:
            raise SqlError(BAD_INTEGER, offset=token.pos)
        self.advance()
        return value

    def signed_integer(self) -> int:
        """Parse an integer with an optional sign."""
        if self.accept("-"):
            return -self.integer()
        self.accept("+")
        return self.integer()

    # ---- names

    @property
    def at_name(self) -> bool:
        """Whether the current token can be an identifier."""
        return self.token.word or self.key == QUOTED

    def name(self) -> str:
        """Parse an identifier; return it folded (delimited ones as they stand)."""
        if not self.token.word and self.key != QUOTED:
            self.fail()
        return self.advance().value

    def identifier(self) -> ast.Identifier:
        """Parse an identifier with its position."""
        return ast.Identifier(self.token.pos, self.name())

    def names_in_parentheses(self) -> tuple[ast.Identifier, ...]:
        """Parse ``(name, …)``."""
        return self.parenthesised(self.identifier)

    def object_name(self) -> ast.ObjectName:
        """Parse ``[database[@server]:][owner.]name``; the owner may stand in quotes."""
        token = self.token
        database = server = owner = None
        if (token.word or self.key == QUOTED) and self.peek() in (":", "@"):
            database, server = self._database_prefix()
        if self.key == STRING and self.peek() == ".":
            owner = self.advance().value
        elif self.at_name and self.peek() == ".":
            owner = self.name()
        if owner is not None:
            self.expect(".")
        name_pos = self.token.pos
        return ast.ObjectName(token.pos, self.name(), owner, database, server, name_pos)

    def _database_prefix(self) -> tuple[str, str | None]:
        """Parse ``database:`` or ``database@server:``."""
        database = self.name()
        server = self.name() if self.accept("@") else None
        self.expect(":")
        return database, server

    def database_name(self) -> ast.DatabaseName:
        """Parse ``name[@server]``, bare or in quotes (``'name@server'``, ``"//server/name"``)."""
        pos = self.token.pos
        if self.key == STRING:
            text = self.advance().value.strip()
            if text.startswith("//") and text.count("/") == 3:
                server, name = text[2:].split("/")
            else:
                name, _, server = text.partition("@")
            return ast.DatabaseName(pos, name, server or None)
        name = self.name()
        return ast.DatabaseName(pos, name, self.name() if self.accept("@") else None)
