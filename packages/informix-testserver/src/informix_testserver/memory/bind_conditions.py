# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""Binds conditions: comparisons, AND/OR, BETWEEN, IN, LIKE/MATCHES, NULL tests, EXISTS, ANY/ALL."""

import re
from functools import lru_cache

from informix_types import ColumnType

from ..engine import SqlError
from ..sql import ast
from .binder import ANY_TEXT, SYNTAX, Binder, binds, known_type
from .convert import NO_CAST
from .expr import Expr
from .types import BOOLEAN, Family, collation, family, is_fixed_char

__all__ = ["COMPARISONS", "compare", "condition", "logical"]

COMPARISONS = frozenset(("=", "<>", "<", "<=", ">", ">="))
PATTERN_NEEDS_CHARACTER, MANY_COLUMNS, ESCAPE_LENGTH = -219, -574, -543


def condition(b: Binder, node: ast.Expression) -> Expr:
    """Bind a node that must be a condition."""
    found = b.value(node, BOOLEAN)
    if family(found.stored) is not Family.BOOLEAN and not found.null:
        raise SqlError(SYNTAX, offset=node.pos)
    return found


def _truth(sql: str, *parts: Expr) -> Expr:
    return Expr.of(sql, BOOLEAN, aggregate=any(part.aggregate for part in parts))


def logical(b: Binder, node: ast.Binary) -> Expr:
    """AND, OR: chains of one operator are bound without recursion on the left."""
    operands: list[ast.Expression] = []
    rest: ast.Expression = node
    while isinstance(rest, ast.Binary) and rest.operator == node.operator:
        operands.append(rest.right)
        rest = rest.left
    operands.append(rest)
    parts = [condition(b, operand) for operand in reversed(operands)]
    return _truth("(" + f" {node.operator} ".join(part.sql for part in parts) + ")", *parts)


def compare(b: Binder, node: ast.Binary) -> Expr:
    """`x = y` and its like; rows of values compare field by field."""
    if isinstance(node.left, ast.RowConstructor) and isinstance(node.right, ast.RowConstructor):
        return _rows(b, node, node.left, node.right)
    # A column on one side tells what a marker inside the other side's arithmetic is (`s < ? + 1 UNITS DAY`).
    if isinstance(node.left, ast.Binary) and not isinstance(node.right, ast.Binary):
        right = b.bind(node.right)
        return comparison(b, node.operator, b.bind(node.left, known_type(right)), right, node)
    left = b.bind(node.left)
    return comparison(b, node.operator, left, b.bind(node.right, known_type(left)), node)


def _rows(b: Binder, node: ast.Node, left: ast.RowConstructor, right: ast.RowConstructor) -> Expr:
    """`ROW(a, b) = ROW(c, d)`: field by field. That a NULL field counts as in AND of the fields is inferred."""
    operator = node.operator if isinstance(node, ast.Binary) else "="
    if operator not in ("=", "<>"):
        raise SqlError(-999, offset=node.pos, token="ROW comparison")
    if len(left.items) != len(right.items):
        raise SqlError(NO_CAST, offset=node.pos)
    pairs = zip(left.items, right.items, strict=True)
    fields = [compare(b, ast.Binary(node.pos, "=", one, other)) for one, other in pairs]
    same = f"({' AND '.join(field.sql for field in fields)})"
    return _truth(same if operator == "=" else f"(NOT {same})", *fields)


def comparison(b: Binder, operator: str, left: Expr, right: Expr, node: ast.Node) -> Expr:
    """Compare two bound operands."""
    try:
        left, right = b.comparable(left, right)
    except SqlError as error:
        raise _at(error, node) from None
    return _truth(f"({left.sql}{operator}{right.sql}{collation(left.stored)})", left, right)


def _at(error: SqlError, node: ast.Node) -> SqlError:
    if error.offset == 0:
        error.offset = node.pos
    return error


@binds(ast.IsNull)
def is_null(b: Binder, node: ast.IsNull, hint: ColumnType | None) -> Expr:
    """IS [NOT] NULL."""
    operand = b.value(node.operand)
    return _truth(f"({operand.sql} IS {'NOT ' if node.negated else ''}NULL)", operand)


@binds(ast.Between)
def between(b: Binder, node: ast.Between, hint: ColumnType | None) -> Expr:
    """BETWEEN: both ends compared on their own, since their types may differ."""
    low = comparison(b, ">=", b.bind(node.operand), b.bind(node.low), node)
    high = comparison(b, "<=", b.bind(node.operand), b.bind(node.high), node)
    both = f"({low.sql} AND {high.sql})"
    return _truth(f"(NOT {both})" if node.negated else both, low, high)


@binds(ast.InList)
def in_list(b: Binder, node: ast.InList, hint: ColumnType | None) -> Expr:
    """IN (a, b, …): one sqlite IN when all items need no other form of the operand, else a chain of ORs."""
    if len(node.items) == 1 and isinstance(node.items[0], ast.CollectionConstructor):
        return in_list(b, ast.InList(node.pos, node.operand, node.items[0].items, node.negated), hint)
    if len(node.items) == 1 and isinstance(node.items[0], ast.ColumnRef):
        collection = b.bind(node.items[0])
        if family(collection.stored) is Family.COLLECTION:
            from .collections import is_member

            return is_member(b, b.bind(node.operand), collection, negated=node.negated)
    if isinstance(node.operand, ast.RowConstructor) and all(isinstance(i, ast.RowConstructor) for i in node.items):
        rows = [_rows(b, node, node.operand, item) for item in node.items if isinstance(item, ast.RowConstructor)]
        found = f"({' OR '.join(row.sql for row in rows)})"
        return _truth(f"(NOT {found})" if node.negated else found, *rows)
    pairs = [b.comparable(b.bind(node.operand), b.bind(item)) for item in node.items]
    first = pairs[0][0]
    negation = "NOT " if node.negated else ""
    everything = [expr for pair in pairs for expr in pair]
    if all(left.sql == first.sql for left, _ in pairs) and not first.sql.startswith("?"):
        items = ",".join(right.sql for _, right in pairs)
        return _truth(f"({first.sql}{collation(first.stored)} {negation}IN ({items}))", *everything)
    chain = " OR ".join(f"{left.sql}={right.sql}{collation(left.stored)}" for left, right in pairs)
    return _truth(f"({negation}({chain}))", *everything)


@binds(ast.Like)
def like(b: Binder, node: ast.Like, hint: ColumnType | None) -> Expr:
    """LIKE and MATCHES; both are case-sensitive, and trailing blanks of CHAR values do not count."""
    operand = b.value(node.operand, ANY_TEXT)
    if family(operand.stored) in (Family.BYTE, Family.TEXT, Family.LOB, Family.BOOLEAN):
        raise SqlError(PATTERN_NEEDS_CHARACTER, offset=node.pos)
    if family(operand.stored) is not Family.CHAR and not operand.null:
        raise SqlError(PATTERN_NEEDS_CHARACTER, offset=node.pos)
    fixed = is_fixed_char(operand.stored)
    pattern = b.text(b.bind(node.pattern, ANY_TEXT))
    escape = b.text(b.bind(node.escape, ANY_TEXT)) if node.escape is not None else None
    translate = _like_pattern if node.kind == "LIKE" else _matches_pattern

    def test(value: str, text: str, mark: str = "\\") -> int:
        if len(mark) != 1 or not mark.isascii():
            raise SqlError(ESCAPE_LENGTH)
        regex = translate(text, mark)
        if regex.fullmatch(value) is not None:
            return 1
        return int(fixed and (regex.fullmatch(value.rstrip(" ")) is not None))

    arguments = [operand.sql, pattern.sql] + ([escape.sql] if escape is not None else [])
    sql = b.call((node.kind, fixed), test, arguments)
    return _truth(f"(NOT {sql})" if node.negated else sql, operand, pattern)


@lru_cache(maxsize=1024)
def _like_pattern(pattern: str, escape: str) -> re.Pattern[str]:
    out, at = "", 0
    while at < len(pattern):
        char = pattern[at]
        if char == escape and at + 1 < len(pattern):
            at += 1
            out += re.escape(pattern[at])
        else:
            out += {"%": ".*", "_": "."}.get(char) or re.escape(char)
        at += 1
    return re.compile(out, re.DOTALL)


@lru_cache(maxsize=1024)
def _matches_pattern(pattern: str, escape: str) -> re.Pattern[str]:
    """``*`` any string, ``?`` any character, ``[a-z]`` and ``[^a-z]`` sets, the escape character before any."""
    out, at = "", 0
    while at < len(pattern):
        char = pattern[at]
        if char == escape and at + 1 < len(pattern):
            at += 1
            out += re.escape(pattern[at])
        elif char == "[" and "]" in pattern[at + 2 :]:
            end = pattern.index("]", at + 2)
            body = pattern[at + 1 : end]
            negated = body.startswith("^")
            members = "".join(c if c == "-" else re.escape(c) for c in body[negated:])
            out += f"[{'^' if negated else ''}{members}]"
            at = end
        else:
            out += {"*": ".*", "?": "."}.get(char) or re.escape(char)
        at += 1
    try:
        return re.compile(out, re.DOTALL)
    except re.error:
        raise SqlError(SYNTAX) from None


# ------------------------------------------------------------------------------------------- subqueries


@binds(ast.Exists)
def exists(b: Binder, node: ast.Exists, hint: ColumnType | None) -> Expr:
    """EXISTS."""
    from .bind_query import subquery

    return _truth(f"EXISTS ({subquery(b, node.query).sql})")


@binds(ast.InQuery)
def in_query(b: Binder, node: ast.InQuery, hint: ColumnType | None) -> Expr:
    """IN (SELECT …)."""
    return _against_query(b, "=", node.operand, node.query, "NOT IN" if node.negated else "IN")


@binds(ast.Quantified)
def quantified(b: Binder, node: ast.Quantified, hint: ColumnType | None) -> Expr:
    """ANY and ALL, with the three-valued logic of the standard."""
    return _against_query(b, node.operator, node.operand, node.query, node.quantifier)


def _against_query(b: Binder, operator: str, operand: ast.Expression, query: ast.Query, mode: str) -> Expr:
    from .bind_query import subquery

    found = subquery(b, query)
    if len(found.columns) != 1:
        raise SqlError(MANY_COLUMNS, offset=query.pos)
    alias = b.alias()
    column = found.columns[0]
    inner = Expr(f"{alias}.c1", column.type, column.stored)
    left, right = b.comparable(b.bind(operand), inner)
    if mode in ("IN", "NOT IN"):
        rows = found.sql if right.sql == inner.sql else f"SELECT {right.sql} FROM ({found.sql}) AS {alias}"
        return _truth(f"({left.sql}{collation(left.stored)} {mode} ({rows}))", left)
    test = f"{left.sql}{operator}{right.sql}{collation(left.stored)}"
    # max() over a comparison is 1 if one is true, NULL if none is true and one unknown, 0 else: ANY; min() is ALL.
    # The unknown ones are counted apart because max() and min() skip NULL.
    source = f"SELECT ({test}) AS v FROM ({found.sql}) AS {alias}"
    hit, default = ("1", "0") if mode == "ANY" else ("0", "1")
    value = "max(v)" if mode == "ANY" else "min(v)"
    return _truth(
        f"(SELECT CASE WHEN {value}={hit} THEN {hit} WHEN count(*)>count(v) THEN NULL ELSE {default} END"
        f" FROM ({source}))",
        left,
    )
