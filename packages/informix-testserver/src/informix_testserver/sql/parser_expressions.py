"""Parser layer: expressions and conditions, by precedence climbing (a Pratt parser).

`expression` parses a prefix (the layer below), then applies infix and postfix rules as long as they bind tighter
than what stands to the left.
"""

from collections.abc import Callable
from typing import Any

from . import ast
from .ast.types import FIELD_CODES
from .parser_values import (
    ADDITION,
    AND,
    CAST,
    COMPARISON,
    CONCATENATION,
    MULTIPLICATION,
    OR,
    POSTFIX,
    PREFIX,
    PREFIX_WORDS,
    ValueParser,
)

__all__ = ["ExpressionParser"]


class ExpressionParser(ValueParser):
    """Value expressions and conditions; a condition is an expression of type BOOLEAN."""

    # ---- the climbing

    def expression(self, power: int = 0) -> ast.Expression:
        """Parse an expression whose infix operators all bind tighter than `power`."""
        token = self.token
        if token.word:
            rule = PREFIX_WORDS.get(token.key)
            left = (rule(self) if rule is not None else None) or self._name_expression()
        else:
            prefix = PREFIX.get(token.key)
            if prefix is None:
                self.fail()
            left = prefix(self)
        infix = INFIX
        while True:
            entry = infix.get(self.key)
            if entry is None or entry[0] <= power:
                return left
            found = entry[1](self, left)
            if found is None:
                return left
            left = found

    def _operand(self) -> ast.Expression:
        """Parse an operand of a comparison: anything but conditions."""
        return self.expression(COMPARISON)

    # ---- infix and postfix rules. They return None when the word does not continue the expression here.

    def _binary(self, left: ast.Expression) -> ast.Expression:
        token = self.advance()
        return ast.Binary(left.pos, token.key, left, self.expression(INFIX[token.key][0]), token.pos)

    def _logical(self, left: ast.Expression) -> ast.Expression:
        """Parse a whole chain of AND or OR into a balanced tree: a thousand operands nest ten deep."""
        operator = self.key
        power = INFIX[operator][0]
        operands: list[tuple[ast.Expression, int]] = []
        self._collect(left, operator, 0, operands)
        while self.key == operator:
            pos = self.advance().pos
            self._collect(self.expression(power), operator, pos, operands)
        return _balanced(operator, operands, 0, len(operands))

    def _collect(
        self, node: ast.Expression, operator: str, pos: int, into: list[tuple[ast.Expression, int]]
    ) -> None:
        """Append a node, or its operands if it is a chain of `operator` itself, with the operator's position."""
        if isinstance(node, ast.Binary) and node.operator == operator:
            self._collect(node.left, operator, pos, into)
            self._collect(node.right, operator, node.operator_pos, into)
        else:
            into.append((node, pos))

    def _comparison(self, left: ast.Expression) -> ast.Expression:
        token = self.advance()
        if self.key in ("ANY", "ALL", "SOME") and self.peek() == "(" and self.peek(2) in ("SELECT", "WITH", "("):
            quantifier = "ALL" if self.advance().key == "ALL" else "ANY"
            return ast.Quantified(left.pos, left, token.key, quantifier, self._query_in_parentheses())
        return ast.Binary(left.pos, token.key, left, self._operand(), token.pos)

    def _negatable(self, left: ast.Expression) -> ast.Expression | None:
        """Parse ``[NOT] IN | BETWEEN | LIKE | MATCHES …``."""
        if self.key == "NOT":
            rule = NEGATABLE.get(self.peek())
            if rule is None:
                return None
            self.advance()
            return rule(self, left, True)
        return NEGATABLE[self.key](self, left, False)

    def _in(self, left: ast.Expression, negated: bool) -> ast.Expression:
        self.advance()
        if self.key != "(":
            return ast.InList(left.pos, left, (self._operand(),), negated)
        start = self.token.pos
        self.advance()
        if self.at_query:
            query = self.query()
            self.expect(")")
            return ast.InQuery(left.pos, left, query, negated)
        items = self.comma_list(self.expression)
        only = items[0]
        if len(items) == 1 and isinstance(only, ast.Subquery):
            # ((SELECT …)) or ((SELECT …) UNION …): still a query
            query = self.query_from(only.query, start) if self.key != ")" else only.query
            self.expect(")")
            return ast.InQuery(left.pos, left, query, negated)
        self.expect(")")
        return ast.InList(left.pos, left, items, negated)

    def _between(self, left: ast.Expression, negated: bool) -> ast.Expression:
        self.advance()
        low = self._operand()
        self.expect("AND")
        return ast.Between(left.pos, left, low, self._operand(), negated)

    def _like(self, left: ast.Expression, negated: bool) -> ast.Expression:
        kind = self.advance().key
        pattern = self._operand()
        escape = self._operand() if self.accept("ESCAPE") else None
        return ast.Like(left.pos, left, kind, pattern, escape, negated)

    def _is(self, left: ast.Expression) -> ast.Expression:
        self.advance()
        negated = self.accept("NOT")
        self.expect("NULL")
        return ast.IsNull(left.pos, left, negated)

    def _double_colon(self, left: ast.Expression) -> ast.Expression:
        self.advance()
        return ast.Cast(left.pos, left, self.data_type())

    def _subscript(self, left: ast.Expression) -> ast.Subscript:
        self.advance()
        start = self.expression()
        end = self.expression() if self.accept(",") else None
        self.expect("]")
        return ast.Subscript(left.pos, left, start, end)

    def _units(self, left: ast.Expression) -> ast.Expression | None:
        if self.peek() not in FIELD_CODES:
            return None
        self.advance()
        return ast.Units(left.pos, left, self.advance().key)


def _balanced(operator: str, operands: list[tuple[ast.Expression, int]], low: int, high: int) -> ast.Expression:
    """Join operands[low:high] by one operator into a tree of least depth; pairs hold the operator's position."""
    if high - low == 1:
        return operands[low][0]
    middle = (low + high) // 2
    left = _balanced(operator, operands, low, middle)
    right = _balanced(operator, operands, middle, high)
    return ast.Binary(left.pos, operator, left, right, operands[middle][1])


_Infix = Callable[[Any, ast.Expression], ast.Expression | None]

NEGATABLE: dict[str, Callable[[Any, ast.Expression, bool], ast.Expression]] = {
    "IN": ExpressionParser._in,
    "BETWEEN": ExpressionParser._between,
    "LIKE": ExpressionParser._like,
    "MATCHES": ExpressionParser._like,
}

INFIX: dict[str, tuple[int, _Infix]] = {
    "OR": (OR, ExpressionParser._logical),
    "AND": (AND, ExpressionParser._logical),
    "NOT": (COMPARISON, ExpressionParser._negatable),
    **dict.fromkeys(NEGATABLE, (COMPARISON, ExpressionParser._negatable)),
    "IS": (COMPARISON, ExpressionParser._is),
    **dict.fromkeys(("=", "<>", "<", "<=", ">", ">="), (COMPARISON, ExpressionParser._comparison)),
    "||": (CONCATENATION, ExpressionParser._binary),
    "+": (ADDITION, ExpressionParser._binary),
    "-": (ADDITION, ExpressionParser._binary),
    "*": (MULTIPLICATION, ExpressionParser._binary),
    "/": (MULTIPLICATION, ExpressionParser._binary),
    "::": (CAST, ExpressionParser._double_colon),
    "UNITS": (POSTFIX, ExpressionParser._units),
    "[": (POSTFIX, ExpressionParser._subscript),
}
