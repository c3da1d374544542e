"""Syntax tree → text: names, types, expressions, and the table of rules that the other modules add theirs to."""

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from .. import ast
from ..parser_expressions import INFIX
from ..parser_queries import NOT_ALIASES
from ..parser_values import (
    CAST,
    COMPARISON,
    NEVER_NAMES,
    NOT,
    POSTFIX,
    PREFIX_WORDS,
    QUANTIFIERS,
    SIGN,
)

__all__ = ["name", "names", "rule", "unparse"]

ATOM = POSTFIX + 1

_R = TypeVar("_R", bound=Callable[[Any], str])
_RULES: dict[type, Callable[[Any], str]] = {}


def unparse(node: ast.Node) -> str:
    """Return SQL text for a node; `parse` with `delimident=True` makes an equal tree of it."""
    return _RULES[type(node)](node)


def rule(*types: type[ast.Node]) -> Callable[[_R], _R]:
    """Register a function as the text of these types of nodes."""

    def register(function: _R) -> _R:
        _RULES.update(dict.fromkeys(types, function))
        return function

    return register


# ---- names

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")
_TABLES = (
    frozenset(PREFIX_WORDS) | NEVER_NAMES | frozenset(NOT_ALIASES) | frozenset(INFIX) | frozenset(QUANTIFIERS)
)
_OTHER_WORDS = re.compile(
    r"""(?: add | before | both | by | check | constraint | currval | default | desc | asc | drop | end | escape
    | execute | first | foreign | fragment | function | if | index | item | lateral | leading |
    modify | nextval | nocycle | nulls | only | outer | over | partition | primary | procedure |
    range | recursive | references | rows | skip | statistics | table | to | trailing | type | work ) \Z""",
    re.VERBOSE,
)


def name(text: str) -> str:
    """Return an identifier, delimited when it could be taken for anything else."""
    if _PLAIN.match(text) and text.upper() not in _TABLES and not _OTHER_WORDS.match(text):
        return text
    return delimited(text)


def delimited(text: str) -> str:
    """Return a delimited identifier."""
    return '"' + text.replace('"', '""') + '"'


def names(identifiers: Iterable[ast.Identifier]) -> str:
    """Return ``(name, …)``, or nothing for no names."""
    text = ", ".join(name(identifier.name) for identifier in identifiers)
    return f" ({text})" if text else ""


def string(value: str) -> str:
    """Return a character literal."""
    return "'" + value.replace("'", "''") + "'"


def listed(nodes: Iterable[ast.Node]) -> str:
    """Return the nodes' texts with commas."""
    return ", ".join(map(unparse, nodes))


@rule(ast.Identifier)
def _identifier(node: ast.Identifier) -> str:
    return name(node.name)


@rule(ast.ObjectName)
def _object_name(node: ast.ObjectName) -> str:
    return (
        _prefix(node.database, node.server)
        + (f"{name(node.owner)}." if node.owner is not None else "")
        + name(node.name)
    )


def _prefix(database: str | None, server: str | None) -> str:
    if database is None:
        return ""
    return f"{name(database)}@{name(server)}:" if server is not None else f"{name(database)}:"


# ---- types


def qualifier(node: ast.Qualifier, *, interval: bool) -> str:
    """Return a qualifier; only those of INTERVALs show the first field's precision."""
    first = ast.FIELD_NAMES[node.first]
    digits = f"({node.digits})" if interval and node.first != ast.FIELD_CODES["FRACTION"] else ""
    last = ast.FIELD_NAMES[node.last] if node.last <= 10 else f"FRACTION({node.last - 10})"
    return f"{first}{digits} TO {last}"


@rule(ast.DataType)
def _data_type(node: ast.DataType) -> str:
    if not node.builtin:
        return (
            (f"{name(node.owner)}." if node.owner is not None else "") + '"' + node.name.replace('"', '""') + '"'
        )
    text = node.name
    if node.qualifier is not None:
        text += " " + qualifier(node.qualifier, interval=node.name == "INTERVAL")
    elif node.element is not None:
        text += f"({unparse(node.element)}{' NOT NULL' if node.element_not_null else ''})"
    elif node.fields:
        text += f"({listed(node.fields)})"
    elif node.arguments:
        text += f"({', '.join(map(str, node.arguments))})"
    return text + (f" IN {name(node.space)}" if node.space is not None else "")


@rule(ast.RowField)
def _row_field(node: ast.RowField) -> str:
    return f"{name(node.name)} {unparse(node.type)}{' NOT NULL' if node.not_null else ''}"


# ---- expressions


def power(node: ast.Node) -> int:
    """Return how tightly the node's outermost operator binds (`parser_values`)."""
    if isinstance(node, ast.Binary):
        return INFIX[node.operator][0]
    if isinstance(node, ast.Unary):
        return NOT if node.operator == "NOT" else SIGN
    return _POWERS.get(type(node), ATOM)


_POWERS: dict[type, int] = {
    **dict.fromkeys((ast.IsNull, ast.Between, ast.InList, ast.InQuery, ast.Like, ast.Quantified), COMPARISON),
    ast.Cast: CAST,
    ast.Subscript: POSTFIX,
    ast.Units: POSTFIX,
}


def left(node: ast.Node, outer: int) -> str:
    """Return a left operand of an operator with this power."""
    text = unparse(node)
    return f"({text})" if power(node) < outer else text


def right(node: ast.Node, outer: int) -> str:
    """Return a right operand of an operator with this power."""
    text = unparse(node)
    return f"({text})" if power(node) <= outer else text


@rule(ast.NumberLiteral)
def _number(node: ast.NumberLiteral) -> str:
    return node.text


@rule(ast.StringLiteral)
def _string(node: ast.StringLiteral) -> str:
    return string(node.value)


@rule(ast.NullLiteral)
def _null(_: ast.NullLiteral) -> str:
    return "NULL"


@rule(ast.DatetimeLiteral)
def _datetime(node: ast.DatetimeLiteral) -> str:
    return f"DATETIME ({node.text}) {qualifier(node.qualifier, interval=False)}"


@rule(ast.IntervalLiteral)
def _interval(node: ast.IntervalLiteral) -> str:
    return f"INTERVAL ({node.text}) {qualifier(node.qualifier, interval=True)}"


@rule(ast.Parameter)
def _parameter(_: ast.Parameter) -> str:
    return "?"


@rule(ast.HostVariable)
def _host_variable(node: ast.HostVariable) -> str:
    return f":{name(node.name)}"


@rule(ast.ColumnRef)
def _column(node: ast.ColumnRef) -> str:
    return _prefix(node.database, node.server) + ".".join(map(name, node.parts))


@rule(ast.Star)
def _star(node: ast.Star) -> str:
    return "*" if node.qualifier is None else f"{unparse(node.qualifier)}.*"


@rule(ast.Subscript)
def _subscript(node: ast.Subscript) -> str:
    end = "" if node.end is None else f", {unparse(node.end)}"
    return f"{left(node.operand, POSTFIX)}[{unparse(node.start)}{end}]"


@rule(ast.Unary)
def _unary(node: ast.Unary) -> str:
    if node.operator == "NOT":
        return f"NOT {right(node.operand, NOT - 1)}"
    # "- -x" needs the blank: "--" begins a comment
    return f"{node.operator} {right(node.operand, CAST if node.operator in ('-', '+') else SIGN)}"


@rule(ast.Binary)
def _binary(node: ast.Binary) -> str:
    outer = power(node)
    if node.operator in ("AND", "OR"):
        return f" {node.operator} ".join(right(operand, outer) for operand in _chain(node, node.operator))
    return f"{left(node.left, outer)} {node.operator} {right(node.right, outer)}"


def _chain(node: ast.Expression, operator: str) -> list[ast.Expression]:
    """Return the operands of a chain of ANDs or ORs, which the parser balances however it was written."""
    if isinstance(node, ast.Binary) and node.operator == operator:
        return [*_chain(node.left, operator), *_chain(node.right, operator)]
    return [node]


def _negation(node: ast.Between | ast.InList | ast.InQuery | ast.Like) -> str:
    return f"{left(node.operand, COMPARISON)}{' NOT' if node.negated else ''}"


@rule(ast.IsNull)
def _is_null(node: ast.IsNull) -> str:
    return f"{left(node.operand, COMPARISON)} IS {'NOT ' if node.negated else ''}NULL"


@rule(ast.Between)
def _between(node: ast.Between) -> str:
    return f"{_negation(node)} BETWEEN {right(node.low, COMPARISON)} AND {right(node.high, COMPARISON)}"


@rule(ast.InList)
def _in_list(node: ast.InList) -> str:
    return f"{_negation(node)} IN ({listed(node.items)})"


@rule(ast.InQuery)
def _in_query(node: ast.InQuery) -> str:
    return f"{_negation(node)} IN ({unparse(node.query)})"


@rule(ast.Like)
def _like(node: ast.Like) -> str:
    escape = "" if node.escape is None else f" ESCAPE {right(node.escape, COMPARISON)}"
    return f"{_negation(node)} {node.kind} {right(node.pattern, COMPARISON)}{escape}"


@rule(ast.Exists)
def _exists(node: ast.Exists) -> str:
    return f"EXISTS ({unparse(node.query)})"


@rule(ast.Quantified)
def _quantified(node: ast.Quantified) -> str:
    return f"{left(node.operand, COMPARISON)} {node.operator} {node.quantifier} ({unparse(node.query)})"


@rule(ast.Subquery)
def _subquery(node: ast.Subquery) -> str:
    return f"({unparse(node.query)})"


@rule(ast.Case)
def _case(node: ast.Case) -> str:
    operand = "" if node.operand is None else f" {unparse(node.operand)}"
    whens = "".join(f" WHEN {unparse(when.condition)} THEN {unparse(when.result)}" for when in node.whens)
    default = "" if node.default is None else f" ELSE {unparse(node.default)}"
    return f"CASE{operand}{whens}{default} END"


@rule(ast.Cast)
def _cast(node: ast.Cast) -> str:
    return f"{left(node.operand, CAST)}::{unparse(node.type)}"


@rule(ast.NamedArgument)
def _named_argument(node: ast.NamedArgument) -> str:
    return f"{name(node.name)} = {unparse(node.value)}"


def arguments(nodes: Iterable[ast.Expression]) -> str:
    """Return a call's arguments; conditions in parentheses, for ``name = value`` is a named argument."""
    return ", ".join(right(node, COMPARISON) for node in nodes)


@rule(ast.FunctionCall)
def _function_call(node: ast.FunctionCall) -> str:
    quantifier = f"{node.quantifier} " if node.quantifier else ""
    nulls = f" {node.nulls} NULLS" if node.nulls else ""
    window = "" if node.window is None else f" {unparse(node.window)}"
    return f"{unparse(node.name)}({quantifier}{arguments(node.arguments)}){nulls}{window}"


@rule(ast.Window)
def _window(node: ast.Window) -> str:
    parts = []
    if node.partition_by:
        parts.append(f"PARTITION BY {listed(node.partition_by)}")
    if node.order_by:
        parts.append(f"ORDER BY {listed(node.order_by)}")
    if node.frame is not None:
        parts.append(unparse(node.frame))
    return f"OVER ({' '.join(parts)})"


@rule(ast.Frame)
def _frame(node: ast.Frame) -> str:
    if node.end is None:
        return f"{node.unit} {unparse(node.start)}"
    return f"{node.unit} BETWEEN {unparse(node.start)} AND {unparse(node.end)}"


@rule(ast.FrameBound)
def _frame_bound(node: ast.FrameBound) -> str:
    return node.kind if node.offset is None else f"{right(node.offset, COMPARISON)} {node.kind}"


@rule(ast.Units)
def _units(node: ast.Units) -> str:
    return f"{left(node.operand, POSTFIX)} UNITS {node.unit}"


@rule(ast.Extend)
def _extend(node: ast.Extend) -> str:
    field = "" if node.qualifier is None else f", {qualifier(node.qualifier, interval=False)}"
    return f"EXTEND({unparse(node.operand)}{field})"


@rule(ast.Current)
def _current(node: ast.Current) -> str:
    field = "" if node.qualifier is None else f" {qualifier(node.qualifier, interval=False)}"
    return ("SYSDATE" if node.sysdate else "CURRENT") + field


@rule(ast.SpecialValue)
def _special(node: ast.SpecialValue) -> str:
    return node.kind


@rule(ast.SequenceValue)
def _sequence_value(node: ast.SequenceValue) -> str:
    return f"{unparse(node.sequence)}.{node.kind}"


@rule(ast.Trim)
def _trim(node: ast.Trim) -> str:
    if node.side == "BOTH" and node.characters is None:
        return f"TRIM({unparse(node.operand)})"
    characters = "" if node.characters is None else f"{unparse(node.characters)} "
    return f"TRIM({node.side} {characters}FROM {unparse(node.operand)})"


@rule(ast.Substring)
def _substring(node: ast.Substring) -> str:
    length = "" if node.length is None else f" FOR {unparse(node.length)}"
    return f"SUBSTRING({unparse(node.operand)} FROM {unparse(node.start)}{length})"


@rule(ast.CollectionConstructor)
def _collection(node: ast.CollectionConstructor) -> str:
    return f"{node.kind}{{{listed(node.items)}}}"


@rule(ast.CollectionQuery)
def _collection_query(node: ast.CollectionQuery) -> str:
    text = unparse(node.query)
    return f"MULTISET({text.replace('SELECT', 'SELECT ITEM', 1) if node.item else text})"


@rule(ast.RowConstructor)
def _row(node: ast.RowConstructor) -> str:
    return f"ROW({listed(node.items)})"
