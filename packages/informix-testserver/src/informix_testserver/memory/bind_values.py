# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""Binds values: literals, columns, signs, concatenation, casts, CASE."""

from typing import Any

from informix_types import ColumnType

from ..engine import SqlError
from ..sql import ast
from . import decimals, temporal
from .bind_arithmetic import arith
from .binder import ANY_TEXT, NOT_SUPPORTED, SYNTAX, Binder, binds
from .expr import CONSTANT, Expr
from .typenames import declared_type
from .types import (
    BIGINT,
    BOOLEAN,
    CURRENT_TYPE,
    DATE,
    FLOATING_DECIMAL,
    INTEGER,
    MAX_CHAR,
    MAX_LVARCHAR,
    SYSDATE_TYPE,
    Family,
    char,
    char_length,
    collation,
    datetime_type,
    decimal,
    family,
    interval_type,
    is_fixed_char,
    text_of,
    varchar,
)

__all__ = ["concatenate"]

INT_LIMIT = 2**31 - 1
BIG_LIMIT = 2**63 - 1

# ----------------------------------------------------------------------------------------------------- literals


@binds(ast.NumberLiteral)
def number_literal(b: Binder, node: ast.NumberLiteral, hint: ColumnType | None) -> Expr:
    """Integers that fit are INTEGER or BIGINT, everything else is DECIMAL: no literal is a binary float."""
    if node.is_integer:
        value = int(node.text)
        if value <= INT_LIMIT:
            return Expr.literal(value, INTEGER)
        if value <= BIG_LIMIT:
            return Expr.literal(value, BIGINT)
    number = decimals.parse(node.text)
    rounded = decimals.CONTEXT.plus(number)
    if "e" in node.text.lower():
        return Expr.literal(decimals.pack(rounded), FLOATING_DECIMAL)
    whole, _, fraction = node.text.partition(".")
    scale = min(len(fraction), 32)
    precision = min(32, max(1, len(whole.lstrip("0")) + scale))
    return Expr.literal(decimals.pack(rounded), decimal(precision, min(scale, precision)))


@binds(ast.StringLiteral)
def string_literal(b: Binder, node: ast.StringLiteral, hint: ColumnType | None) -> Expr:
    """A string is CHAR of its own length."""
    try:
        size = len(node.value.encode(b.env.codec))
    except UnicodeEncodeError:
        raise SqlError(-23103, offset=node.pos) from None
    if size > MAX_CHAR:
        # [I] no character type holds it; what a server says of such a literal is not known.
        raise SqlError(-881, offset=node.pos)
    return Expr.literal(node.value, char(size) if size else varchar(1))


@binds(ast.NullLiteral)
def null_literal(b: Binder, node: ast.NullLiteral, hint: ColumnType | None) -> Expr:
    """NULL."""
    return Expr.nothing()


@binds(ast.DatetimeLiteral)
def datetime_literal(b: Binder, node: ast.DatetimeLiteral, hint: ColumnType | None) -> Expr:
    """DATETIME (…) q TO q."""
    kind = datetime_type(node.qualifier.first, node.qualifier.last)
    return Expr.literal(temporal.parse_stamp(node.text, kind), kind)


@binds(ast.IntervalLiteral)
def interval_literal(b: Binder, node: ast.IntervalLiteral, hint: ColumnType | None) -> Expr:
    """INTERVAL (…) q TO q."""
    kind = interval_type(node.qualifier.first, node.qualifier.last, node.qualifier.digits)
    return Expr.literal(temporal.parse_interval(node.text, kind), kind)


@binds(ast.Parameter)
def parameter(b: Binder, node: ast.Parameter, hint: ColumnType | None) -> Expr:
    """A marker: typed by whoever uses it."""
    return Expr.parameter(node.index)


@binds(ast.HostVariable)
def host_variable(b: Binder, node: ast.HostVariable, hint: ColumnType | None) -> Expr:
    """Host variables exist only in ESQL/C and routine bodies."""
    raise SqlError(SYNTAX, offset=node.pos)


@binds(ast.ColumnRef)
def column_ref(b: Binder, node: ast.ColumnRef, hint: ColumnType | None) -> Expr:
    """A column, or a name that is a parameterless function in Informix."""
    return b.resolve(node)


# ------------------------------------------------------------------------------------------------ special values


@binds(ast.SpecialValue)
def special_value(b: Binder, node: ast.SpecialValue, hint: ColumnType | None) -> Expr:
    """TODAY, USER, DBSERVERNAME …: constant during a statement."""
    session: Any = b.names
    if node.kind == "TODAY":
        sql = b.call("today", lambda: b.env.now() // temporal.DAY_TICKS + 1 - temporal.DAY_ZERO, [])
        return Expr.of(sql, DATE)
    values = {"USER": session.user, "DBSERVERNAME": session.server_name}
    if node.kind in values:
        return Expr.literal(values[node.kind], char(32) if node.kind == "USER" else varchar(128), "(expression)")
    return Expr.nothing().named("(expression)")


@binds(ast.Current)
def current(b: Binder, node: ast.Current, hint: ColumnType | None) -> Expr:
    """CURRENT [q TO q] and SYSDATE."""
    if node.qualifier is not None:
        kind = datetime_type(node.qualifier.first, node.qualifier.last)
    else:
        kind = SYSDATE_TYPE if node.sysdate else CURRENT_TYPE
    full, env = SYSDATE_TYPE, b.env

    def now() -> int:
        return temporal.fit_stamp(env.now(), full, kind, env.now())

    return Expr.of(b.call(("current", kind), now, []), kind)


# --------------------------------------------------------------------------------------------------- arithmetic


@binds(ast.Unary)
def unary(b: Binder, node: ast.Unary, hint: ColumnType | None) -> Expr:
    """Signs; NOT is bound with the conditions."""
    if node.operator == "NOT":
        operand = b.value(node.operand, BOOLEAN)
        return Expr.of(f"(NOT {_condition(b, operand).sql})", BOOLEAN, aggregate=operand.aggregate)
    if node.operator not in ("-", "+"):
        raise SqlError(NOT_SUPPORTED, offset=node.pos, token=node.operator)
    operand = b.number(b.bind(node.operand, hint))
    which = family(operand.stored)
    if operand.null or node.operator == "+":
        return operand
    if operand.constant:
        value = (
            -operand.value
            if which is not Family.DECIMAL
            else decimals.pack(decimals.CONTEXT.minus(decimals.unpack(operand.value)))
        )
        return Expr.literal(value, operand.type)
    if which in (Family.INT, Family.FLOAT, Family.MONTHS, Family.SPAN):
        return Expr.of(f"(-{operand.sql})", operand.stored.with_flags(0), aggregate=operand.aggregate)
    if which is not Family.DECIMAL:
        raise SqlError(-1260, offset=node.pos)
    sql = b.call("negate", lambda v: decimals.pack(decimals.CONTEXT.minus(decimals.unpack(v))), [operand.sql])
    return Expr.of(sql, operand.stored.with_flags(0), aggregate=operand.aggregate)


def _condition(b: Binder, expr: Expr) -> Expr:
    if family(expr.stored) is Family.BOOLEAN or expr.null:
        return expr
    raise SqlError(SYNTAX)


@binds(ast.Binary)
def binary(b: Binder, node: ast.Binary, hint: ColumnType | None) -> Expr:
    """Arithmetic, concatenation; comparisons and AND/OR are in `bind_conditions`."""
    from .bind_conditions import COMPARISONS, compare, logical

    if node.operator in ("AND", "OR"):
        return logical(b, node)
    if node.operator in COMPARISONS:
        return compare(b, node)
    left, right = b.bind(node.left, None), b.bind(node.right, None)
    if node.operator == "||":
        return concatenate(b, left, right)
    if left.marker is not None and right.marker is not None and b.actual is None:
        raise SqlError(SYNTAX, offset=node.pos)
    return arith(b, node.operator, left, right, node, hint)


def concatenate(b: Binder, left: Expr, right: Expr) -> Expr:
    """`||`: NULL if either side is; CHAR only if both sides are."""
    left, right = b.text(left), b.text(right)
    length = char_length(left.type) + char_length(right.type)
    fixed = is_fixed_char(left.type) and is_fixed_char(right.type) and length <= 255
    kind = char(length) if fixed else text_of(length)
    if length > MAX_LVARCHAR:
        sql = b.call("concatenate", _joined, [left.sql, right.sql])
        return Expr.of(sql, kind, aggregate=left.aggregate or right.aggregate)
    return Expr.of(f"({left.sql}||{right.sql})", kind, aggregate=left.aggregate or right.aggregate)


def _joined(left: str, right: str) -> str:
    if len(left) + len(right) > MAX_LVARCHAR:
        raise SqlError(-881)
    return left + right


# ------------------------------------------------------------------------------------------- CAST, CASE, subquery


@binds(ast.Cast)
def cast(b: Binder, node: ast.Cast, hint: ColumnType | None) -> Expr:
    """`x::type` and CAST."""
    kind = declared_type(b.names, node.type)
    operand = b.bind(node.operand, kind)
    if operand.marker is not None:
        # A cast marker has the cast's type; a value bound under another type is converted by the rules of casts.
        return b.place(operand.marker, kind).named("(expression)")
    if family(kind) is Family.LOB and family(operand.stored) is Family.CHAR:
        from .functions_lob import locator_cast

        return locator_cast(b, operand, kind)
    converted = b.convert(operand, kind)
    name = CONSTANT if operand.constant or operand.null else "(expression)"
    return Expr(
        converted.sql,
        kind,
        kind,
        name,
        constant=converted.constant,
        value=converted.value,
        null=False,
        aggregate=operand.aggregate,
    )


@binds(ast.Star, ast.NamedArgument)
def misplaced(b: Binder, node: ast.Expression, hint: ColumnType | None) -> Expr:
    """`*` and `name = value` are no values."""
    raise SqlError(SYNTAX, offset=node.pos)


@binds(ast.CollectionQuery)
def collection_query(b: Binder, node: ast.CollectionQuery, hint: ColumnType | None) -> Expr:
    """MULTISET(SELECT …): only as a table, TABLE(MULTISET(SELECT …))."""
    raise SqlError(NOT_SUPPORTED, offset=node.pos, token="MULTISET(SELECT …)")


@binds(ast.Case)
def case(b: Binder, node: ast.Case, hint: ColumnType | None) -> Expr:
    """Both forms of CASE."""
    results = [b.bind(when.result, hint) for when in node.whens]
    if node.default is not None:
        results.append(b.bind(node.default, hint))
    # Conditions are written before results in the SQL text, but sqlite's ?N are numbered, so order is free.
    aggregate = any(result.aggregate for result in results)
    conditions = []
    for when in node.whens:
        if node.operand is None:
            test = b.value(when.condition, BOOLEAN)
            conditions.append(_condition(b, test).sql)
        else:
            left, right = b.comparable(b.bind(node.operand), b.bind(when.condition))
            test = left if left.aggregate else right
            conditions.append(f"({left.sql}={right.sql}{collation(left.stored)})")
        aggregate = aggregate or test.aggregate
    if hint is None and all(r.marker is not None or r.null for r in results) and b.actual is None:
        hint = ANY_TEXT
    branches, kind = b.same_type([b.settle(r, hint) if hint else r for r in results])
    text = "CASE"
    for condition, branch in zip(conditions, branches, strict=False):
        text += f" WHEN {condition} THEN {branch.sql}"
    if node.default is not None:
        text += f" ELSE {branches[-1].sql}"
    return Expr.of(text + " END", kind.with_flags(0), aggregate=aggregate)


@binds(ast.SequenceValue)
def sequence_value(b: Binder, node: ast.SequenceValue, hint: ColumnType | None) -> Expr:
    """NEXTVAL and CURRVAL: BIGINT. Beside a NEXTVAL of its sequence CURRVAL is the same number (`sequences`)."""
    from .references import takes_number

    session: Any = b.names
    engine, sequence = session.engine, session.sequence_table(node.sequence)
    b.sequence_uses += 1
    if node.kind == "NEXTVAL" or takes_number(b.statement, node.sequence):
        sql = b.call(
            ("NEXTVAL", sequence.key), lambda: b.env_session().row_numbers.next_value(engine, sequence), []
        )
    else:
        sql = b.call(("CURRVAL", sequence.key), lambda: engine.current_value(sequence), [])
    return Expr.of(sql, BIGINT, name=node.kind.lower())
