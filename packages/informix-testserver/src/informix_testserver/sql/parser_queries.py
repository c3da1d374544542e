"""Parser layer: queries, from SELECT blocks to complete statements, and what stands in FROM."""

from . import ast
from .lexer import END, NUMBER, QUOTED, STRING
from .parser_expressions import ExpressionParser
from .parser_values import QUANTIFIERS, SET_OPERATORS

__all__ = ["QueryParser"]

_ANYTHING: frozenset[str] = frozenset()
_QUERY_STARTS = frozenset({"SELECT", "(", "ALL"})
_JOIN_STARTS = frozenset({"JOIN", "OUTER"})

NOT_ALIASES: dict[str, frozenset[str]] = {
    "FROM": _ANYTHING,
    "WHERE": _ANYTHING,
    "HAVING": _ANYTHING,
    "ON": _ANYTHING,
    "JOIN": _ANYTHING,
    "SET": _ANYTHING,
    "USING": _ANYTHING,
    "SELECT": _ANYTHING,
    "VALUES": _ANYTHING,
    "AS": _ANYTHING,
    "WHEN": _ANYTHING,
    "AND": _ANYTHING,
    "OR": _ANYTHING,
    "NOT": _ANYTHING,
    "IN": _ANYTHING,
    "UNION": _QUERY_STARTS,
    "INTERSECT": _QUERY_STARTS,
    "MINUS": _QUERY_STARTS,
    "EXCEPT": _QUERY_STARTS,
    "GROUP": frozenset({"BY"}),
    "ORDER": frozenset({"BY", "SIBLINGS"}),
    "START": frozenset({"WITH"}),
    "CONNECT": frozenset({"BY"}),
    "INNER": _JOIN_STARTS,
    "CROSS": _JOIN_STARTS,
    "LEFT": _JOIN_STARTS,
    "RIGHT": _JOIN_STARTS,
    "FULL": _JOIN_STARTS,
    "LIMIT": frozenset({NUMBER, "?", ":", "$"}),
    "FOR": frozenset({"UPDATE", "READ"}),
    "INTO": _ANYTHING,
    "WITH": frozenset({"CHECK", "NO"}),
}
"""Words that are no aliases without AS, with the keys of which one must follow to make them so (none = any)."""

_ROW_COUNTS = frozenset({NUMBER, "?", ":", "$"})
_AFTER_WORD = frozenset({",", ")", ".", "FROM", "AS", "::", "[", "/", "||", "=", END})
"""Keys that follow UNIQUE, ALL … in a select list only when it is a column's name."""
_JOIN_KINDS = frozenset({"INNER", "LEFT", "RIGHT", "FULL", "CROSS"})


class QueryParser(ExpressionParser):
    """SELECT with everything that goes into, around and after it."""

    # ---- complete queries

    def query(self) -> ast.Query:
        """Parse ``[WITH …] SELECT … [UNION …] [ORDER BY …] [LIMIT …] [FOR …] [INTO …]``."""
        pos = self.token.pos
        ctes, recursive = self.common_tables() if self.key == "WITH" else ((), False)
        return self._query_tail(self._query_operand(), pos, ctes, recursive)

    def query_from(self, body: ast.QueryBody, pos: int) -> ast.Query:
        """Parse the rest of a query whose first operand was read."""
        return self._query_tail(body, pos, (), recursive=False)

    def query_with(self, pos: int, ctes: tuple[ast.CommonTable, ...], recursive: bool) -> ast.Query:
        """Parse the rest of a query whose WITH clause was read."""
        return self._query_tail(self._query_operand(), pos, ctes, recursive)

    def common_tables(self) -> tuple[tuple[ast.CommonTable, ...], bool]:
        """Parse ``WITH [RECURSIVE] name [(column, …)] AS (query), …``; return the tables and the word."""
        self.expect("WITH")
        recursive = self.key == "RECURSIVE" and self.peek() not in ("AS", "(")
        if recursive:
            self.advance()
        return self.comma_list(self._common_table), recursive

    def _common_table(self) -> ast.CommonTable:
        pos = self.token.pos
        name = self.name()
        columns = self.names_in_parentheses() if self.key == "(" else ()
        self.expect("AS", "(")
        query = self.query()
        self.expect(")")
        return ast.CommonTable(pos, name, columns, query)

    def _query_operand(self) -> ast.QueryBody:
        if self.key != "(":
            return self._select()
        self.advance()
        query = self.query()
        self.expect(")")
        return query

    def _query_tail(
        self, body: ast.QueryBody, pos: int, ctes: tuple[ast.CommonTable, ...], recursive: bool
    ) -> ast.Query:
        while self.key in SET_OPERATORS:
            operator = self.advance()
            name = "MINUS" if operator.key == "EXCEPT" else operator.key
            if self.accept("ALL") and name == "UNION":
                name = "UNION ALL"
            body = ast.SetOperation(operator.pos, name, body, self._query_operand())
        order: tuple[ast.OrderItem, ...] = ()
        limit = None
        into = None
        for_update = read_only = False
        update_columns: tuple[ast.ColumnRef, ...] = ()
        if self.accept("ORDER", "BY"):
            order = self.order_items()
        if self.key == "LIMIT":
            self.advance()
            limit = self._row_count()
        while True:
            if self.key == "FOR" and not for_update and not read_only and self.peek() in ("UPDATE", "READ"):
                self.advance()
                if self.accept("UPDATE"):
                    for_update = True
                    update_columns = self.comma_list(self._column_reference) if self.accept("OF") else ()
                else:
                    self.expect("READ", "ONLY")
                    read_only = True
            elif self.key == "INTO" and into is None:
                into = self._into_table()
            else:
                break
        if isinstance(body, ast.Query) and not (ctes or order or limit or into or for_update or read_only):
            return body
        return ast.Query(pos, body, ctes, recursive, order, limit, into, for_update, update_columns, read_only)

    def _column_reference(self) -> ast.ColumnRef:
        pos = self.token.pos
        parts = [self.name()]
        while self.accept("."):
            parts.append(self.name())
        return ast.ColumnRef(pos, tuple(parts))

    def _into_table(self) -> ast.IntoTable:
        self.advance()
        kind = self.accept_any(("TEMP", "SCRATCH", "STANDARD", "RAW"))
        if kind is None:
            if self.key in ("EXTERNAL", ":", "$", "?"):
                self.unsupported(f"SELECT INTO {'EXTERNAL' if self.token.word else 'variables'}", self.token.pos)
            kind = "STANDARD"
        name = self.object_name()
        self.skip_storage_options()
        return ast.IntoTable(name.pos, name, kind, self.accept("WITH", "NO", "LOG"))

    def skip_storage_options(self) -> None:
        """Step over storage options. Implemented by the table layer."""
        raise NotImplementedError

    def order_items(self) -> tuple[ast.OrderItem, ...]:
        """Parse the items of ORDER BY."""
        return self.comma_list(self._order_item)

    def _order_item(self) -> ast.OrderItem:
        pos = self.token.pos
        expression = self.expression()
        descending = False
        if self.key in ("ASC", "DESC"):
            descending = self.advance().key == "DESC"
        nulls = None
        if self.accept("NULLS"):
            nulls = self.accept_any(("FIRST", "LAST"))
            if nulls is None:
                self.fail()
        return ast.OrderItem(pos, expression, descending, nulls)

    def _row_count(self) -> ast.Expression:
        """Parse the number, marker or variable after SKIP, FIRST, LIMIT."""
        token = self.token
        if token.key == NUMBER:
            self.integer()
            return ast.NumberLiteral(token.pos, token.value)
        if token.key == "?":
            return self._parameter()
        if token.key not in _ROW_COUNTS:
            self.fail()
        return self._host_variable()

    # ---- one SELECT block

    def _select(self) -> ast.Select:
        token = self.expect("SELECT")
        if self.index == self.item_index:
            self.advance()
        skip = first = None
        if self.key == "SKIP" and self.peek() in _ROW_COUNTS:
            self.advance()
            skip = self._row_count()
        if self.key in ("FIRST", "LIMIT") and self.peek() in _ROW_COUNTS:
            self.advance()
            first = self._row_count()
        quantifier = None
        if self.key in QUANTIFIERS and self.peek() not in _AFTER_WORD:
            quantifier = QUANTIFIERS[self.advance().key]
        items = self.comma_list(self._select_item)
        if self.key == "INTO":
            self.unsupported("SELECT INTO variables", self.token.pos)
        self.expect("FROM")
        from_ = self.comma_list(self.table_expression)
        where = self.expression() if self.accept("WHERE") else None
        start_with = connect_by = None
        nocycle = False
        if self.accept("START", "WITH"):
            start_with = self.expression()
        if self.accept("CONNECT", "BY"):
            nocycle = self.accept("NOCYCLE")
            connect_by = self.expression()
            if start_with is None and self.accept("START", "WITH"):
                start_with = self.expression()
        group = self.comma_list(self.expression) if self.accept("GROUP", "BY") else ()
        having = self.expression() if self.accept("HAVING") else None
        siblings = self.order_items() if self.accept("ORDER", "SIBLINGS", "BY") else ()
        return ast.Select(
            token.pos,
            items,
            from_,
            where,
            group,
            having,
            quantifier,
            skip,
            first,
            start_with,
            connect_by,
            nocycle,
            siblings,
        )

    def _select_item(self) -> ast.SelectItem:
        token = self.token
        if token.key == "*":
            self.advance()
            return ast.SelectItem(token.pos, ast.Star(token.pos))
        expression = self.expression()
        if isinstance(expression, ast.Parameter):
            self.fail(token)  # sqli.md 8 #11: a marker alone in a select list needs a cast
        return ast.SelectItem(token.pos, expression, self._alias())

    def _alias(self) -> str | None:
        """Parse ``[AS] alias`` if there is one; after AS any word is an alias."""
        if self.key == "AS":
            self.advance()
            return self.name()
        if self.token.word:
            follow = NOT_ALIASES.get(self.key)
            if follow is None or (follow and self.peek() not in follow):
                return self.advance().value
        elif self.key == QUOTED:
            return self.advance().value
        return None

    # ---- FROM

    def table_expression(self) -> ast.TableExpression:
        """Parse an item of FROM: a table with the joins that follow it, or OUTER."""
        if self.key == "OUTER" and self.peek() not in (",", "WHERE", END, ")", "AS", ".", ":"):
            return self._outer()
        return self._joins(self._table_primary())

    def _outer(self) -> ast.Outer:
        token = self.advance()
        if self.accept("("):
            tables = self.comma_list(self.table_expression)
            self.expect(")")
            return ast.Outer(token.pos, tables)
        return ast.Outer(token.pos, (self._table_primary(),))

    def _joins(self, left: ast.TableExpression) -> ast.TableExpression:
        while True:
            kind = self._join_kind()
            if kind is None:
                return left
            right = self._table_primary()
            condition = None
            if kind != "CROSS":
                if self.key != "ON":
                    right = self._joins(right)  # a JOIN b JOIN c ON … ON …
                self.expect("ON")
                condition = self.expression()
            left = ast.Join(left.pos, kind, left, right, condition)

    def _join_kind(self) -> str | None:
        """Step over ``[INNER | LEFT [OUTER] | … ] JOIN``; return the kind, None when there is no join."""
        if self.accept("JOIN"):
            return "INNER"
        if self.key in _JOIN_KINDS and self.peek() in _JOIN_STARTS:
            kind = self.advance().key
            if kind not in ("INNER", "CROSS"):
                self.accept("OUTER")
            self.expect("JOIN")
            return kind
        return None

    def _table_primary(self) -> ast.TableExpression:
        token = self.token
        if token.key == "(":
            return self._table_in_parentheses()
        if token.key == "LATERAL" and self.peek() == "(":
            self.advance()
            self.advance()
            query = self.query()
            self.expect(")")
            return ast.DerivedTable(token.pos, query, *self._alias_and_columns(), lateral=True)
        if token.key == "TABLE" and self.peek() == "(":
            return self._table_of()
        if token.key == "ONLY" and self.peek() == "(":
            self.advance()
            self.advance()
            name = self.object_name()
            self.expect(")")
            return ast.TableRef(token.pos, name, self._alias(), only=True)
        if token.word and token.key in ("SELECT", "FROM", "WHERE", "ON"):
            self.fail()
        return ast.TableRef(token.pos, self.object_name(), self._alias())

    def _table_in_parentheses(self) -> ast.TableExpression:
        """Parse ``(SELECT …) alias`` or ``(a JOIN b ON …)``."""
        token = self.advance()
        if self.key in ("SELECT", "WITH"):
            query = self.query()
            self.expect(")")
            return ast.DerivedTable(token.pos, query, *self._alias_and_columns())
        inner = self.table_expression()
        if isinstance(inner, ast.DerivedTable) and inner.alias is None and not inner.lateral:
            # ((SELECT …) UNION SELECT …) alias
            query = self.query_from(inner.query, inner.pos)
            self.expect(")")
            return ast.DerivedTable(token.pos, query, *self._alias_and_columns())
        self.expect(")")
        return inner

    def _table_of(self) -> ast.TableExpression:
        """Parse ``TABLE(MULTISET(SELECT …))``, ``TABLE([FUNCTION] f(…))``, ``TABLE(collection)``."""
        token = self.advance()
        self.expect("(")
        if self.key in ("FUNCTION", "PROCEDURE") and self.peek() != "(":
            self.advance()
        expression = self.expression()
        self.expect(")")
        if self.accept("::"):
            self.unsupported("cast of a collection-derived table", token.pos)
        alias, columns = self._alias_and_columns()
        if isinstance(expression, ast.CollectionQuery) and not expression.item:
            return ast.DerivedTable(token.pos, expression.query, alias, columns)
        if isinstance(expression, ast.FunctionCall):
            return ast.TableFunction(token.pos, expression, alias, columns)
        return ast.CollectionTable(token.pos, expression, alias, columns)

    def _alias_and_columns(self) -> tuple[str | None, tuple[ast.Identifier, ...]]:
        """Parse ``[[AS] alias [(column, …)]]``."""
        if self.key == STRING:
            self.fail()
        alias = self._alias()
        if alias is not None and self.key == "(":
            return alias, self.names_in_parentheses()
        return alias, ()
