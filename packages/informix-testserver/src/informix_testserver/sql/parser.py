"""Top of the parser: statements by their first words, several in one text, and the entry points `parse` and
`parse_expression` that the engine calls."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from informix_types.classes import frozen

from informix_testserver.engine import SqlError

from . import ast
from .lexer import END
from .parser_base import SYNTAX_ERROR
from .parser_session import SessionParser

__all__ = ["Parsed", "Parser", "parse", "parse_expression"]

TOO_DEEP = "expression nested too deeply"
NOT_SUPPORTED = -513


@frozen
class Parsed:
    """A parsed text.

    Attributes:
        text: the text as it came.
        statement: its tree; a `Script` when it holds several statements.
        parameters: how many markers ``?`` it holds.
    """

    text: str
    statement: ast.Statement
    parameters: int


def parse(text: str, *, delimident: bool = False, allow_newline: bool = False) -> Parsed:
    """Parse the text of one statement, or of several separated by semicolons.

    Args:
        text: the statement.
        delimident: ``"…"`` delimits an identifier (environment variable DELIMIDENT), else it is a string.
        allow_newline: strings may contain line feeds (ALLOW_NEWLINE).

    Raises:
        SqlError: -201 syntax error with the offset of the first token that does not fit and an empty token; -202,
            -203, -204, -253, -282, -283, -943 from the lexer; -1268 bad qualifier; -513 with the name of a
            statement or clause that Informix has and this server has not.
    """
    try:
        parser = Parser(text, delimident=delimident, allow_newline=allow_newline)
        return Parsed(text, parser.script(), parser.parameters)
    except RecursionError:
        raise SqlError(NOT_SUPPORTED, offset=1, token=TOO_DEEP) from None


def parse_expression(text: str, *, delimident: bool = False) -> ast.Expression:
    """Parse a value expression or condition alone: a default, a CHECK condition of the catalog.

    Raises:
        SqlError: as `parse`.
    """
    try:
        parser = Parser(text, delimident=delimident)
        expression = parser.expression()
        parser.expect(END)
    except RecursionError:
        raise SqlError(NOT_SUPPORTED, offset=1, token=TOO_DEEP) from None
    return expression


class Parser(SessionParser):
    """The whole grammar."""

    def script(self) -> ast.Statement:
        """Parse the whole text. Empty statements between semicolons are passed over."""
        statements = []
        while True:
            while self.accept(";"):
                pass
            if self.key == END:
                break
            statements.append(self.statement())
            if self.key not in (";", END):
                self.fail()
        if not statements:
            raise SqlError(SYNTAX_ERROR, offset=self.token.pos)
        if len(statements) == 1:
            return statements[0]
        return ast.Script(statements[0].pos, tuple(statements))

    def statement(self) -> ast.Statement:
        """Parse one statement."""
        token = self.token
        rule = STATEMENTS.get(token.key)
        if rule is None:
            if token.key in ELSEWHERE:
                self.unsupported(token.key, token.pos)
            self.fail()
        found: ast.Statement = rule(self)
        return found

    def _query_statement(self) -> ast.Query:
        return self.query()

    def _with_statement(self) -> ast.Statement:
        """Parse ``WITH … SELECT``, ``WITH … INSERT INTO … SELECT``, ``WITH … UPDATE``, ``WITH … DELETE``."""
        pos = self.token.pos
        ctes, recursive = self.common_tables()
        if self.key == "INSERT":
            node = self.insert()
            if not isinstance(node.source, ast.Query):
                raise self.error(self.tokens[self.index - 1])
            source = replace(
                node.source, ctes=ctes + node.source.ctes, recursive=recursive or node.source.recursive
            )
            return replace(node, source=source)
        if self.key == "UPDATE":
            changed = self.update()
            if not isinstance(changed, ast.Update):  # UPDATE STATISTICS
                self.fail()
            return replace(changed, ctes=ctes, recursive=recursive)
        if self.key == "DELETE":
            return replace(self.delete(), ctes=ctes, recursive=recursive)
        return self.query_with(pos, ctes, recursive)


STATEMENTS: dict[str, Callable[[Any], ast.Statement]] = {
    "SELECT": Parser._query_statement,
    "(": Parser._query_statement,
    "WITH": Parser._with_statement,
    "INSERT": Parser.insert,
    "UPDATE": Parser.update,
    "DELETE": Parser.delete,
    "MERGE": Parser.merge,
    "EXECUTE": Parser.execute,
    "CALL": Parser.call,
    "CREATE": Parser.create,
    "ALTER": Parser.alter,
    "DROP": Parser.drop,
    "RENAME": Parser.rename,
    "TRUNCATE": Parser.truncate,
    "DATABASE": Parser.use_database,
    "CLOSE": Parser.close,
    "BEGIN": Parser.begin,
    "COMMIT": Parser.commit,
    "ROLLBACK": Parser.rollback,
    "SAVEPOINT": Parser.savepoint,
    "RELEASE": Parser.release,
    "LOCK": Parser.lock_table,
    "UNLOCK": Parser.unlock_table,
    "GRANT": Parser.grant,
    "REVOKE": Parser.revoke,
    "SET": Parser.set_statement,
}

ELSEWHERE = frozenset(
    [
        "ALLOCATE",
        "CONNECT",
        "DEALLOCATE",
        "DECLARE",
        "DESCRIBE",
        "DISCONNECT",
        "FETCH",
        "FLUSH",
        "FREE",
        "GET",
        "INFO",
        "LOAD",
        "OPEN",
        "OUTPUT",
        "PREPARE",
        "PUT",
        "SAVE",
        "START",
        "STOP",
        "UNLOAD",
        "WHENEVER",
    ]
)
"""Statements that Informix knows in ESQL/C, in DB-Access, or that this server lacks: refused by name."""
