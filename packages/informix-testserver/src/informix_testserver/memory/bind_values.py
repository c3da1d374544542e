# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""Binds values: literals, columns, arithmetic, concatenation, casts, CASE, dates and intervals, subqueries."""

import math
from decimal import Decimal
from typing import Any

from informix_types import ColumnType

from ..engine import SqlError
from ..sql import ast
from . import decimals, temporal
from .binder import ANY_TEXT, NOT_SUPPORTED, SYNTAX, Binder, binds
from .expr import CONSTANT, EXPRESSION, Expr
from .typenames import declared_type
from .types import (
    BIGINT,
    BOOLEAN,
    CURRENT_TYPE,
    DATE,
    FLOAT,
    FLOATING_DECIMAL,
    FRACTION,
    FRACTION5,
    INTEGER,
    MAX_LVARCHAR,
    MONTH,
    SECOND,
    SYSDATE_TYPE,
    YEAR,
    Family,
    arithmetic,
    char,
    char_length,
    datetime_type,
    decimal,
    family,
    interval_type,
    is_fixed_char,
    text_of,
    varchar,
    wide_integer,
)

__all__ = ["arith", "concatenate"]

NUMERIC = (Family.INT, Family.FLOAT, Family.DECIMAL)
DIVISION_BY_ZERO = -1202
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
    return Expr.literal(node.value, char(size) if 0 < size <= 32767 else varchar(1))


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


def _marker_hint(other: Expr, operator: str, wanted: ColumnType | None) -> ColumnType:
    which = family(other.stored)
    interval = which in (Family.MONTHS, Family.SPAN) and operator in "+-"
    if interval and wanted is not None and family(wanted) in (Family.DATE, Family.DATETIME):
        # A point in time plus an INTERVAL, for that is what the result is compared with.
        return wanted.with_flags(0)
    if other.marker is not None or which is Family.CHAR:
        return FLOATING_DECIMAL
    if which is Family.DATE:
        return INTEGER
    if which is Family.DATETIME:
        return interval_type(4, FRACTION5, 9)
    if operator in "*/" and which in (Family.MONTHS, Family.SPAN):
        return FLOATING_DECIMAL
    return other.stored.with_flags(0)


def arith(  # noqa: PLR0917 - operands, their operator, and where they come from
    b: Binder, operator: str, left: Expr, right: Expr, node: ast.Node, hint: ColumnType | None = None
) -> Expr:
    """Bind `left operator right` for numbers, dates, datetimes, intervals; `hint`: the type wanted of it."""
    if left.marker is not None:
        left = b.settle(left, _marker_hint(right, operator, hint))
    if right.marker is not None:
        right = b.settle(right, _marker_hint(left, operator, hint))
    left, right = _plain_text(b, left, right), _plain_text(b, right, left)
    aggregate = left.aggregate or right.aggregate
    if left.null or right.null:
        other = left if right.null else right
        return Expr("NULL", other.type.with_flags(0), other.stored.with_flags(0), aggregate=aggregate)
    a, c = family(left.stored), family(right.stored)
    if a in NUMERIC and c in NUMERIC:
        return _numbers(b, operator, left, right)
    rule = _TEMPORAL.get((operator, a, c))
    if rule is None:
        bad = -1266 if {a, c} & {Family.MONTHS, Family.SPAN, Family.DATETIME} else -1260
        raise SqlError(bad, offset=node.pos)
    sql, kind = rule(b, left, right)
    return Expr.of(sql, kind, aggregate=aggregate)


def _plain_text(b: Binder, expr: Expr, other: Expr) -> Expr:
    if family(expr.stored) is not Family.CHAR or expr.null:
        return expr
    which = family(other.stored)
    if which in (Family.DATE, Family.DATETIME) and expr.constant:
        # A quoted date next to a date: '2024-01-31' - d.
        return b.convert(expr, other.stored.with_flags(0))
    return b.convert(expr, FLOATING_DECIMAL)


_DECIMAL_OPERATIONS = {
    "+": decimals.CONTEXT.add,
    "-": decimals.CONTEXT.subtract,
    "*": decimals.CONTEXT.multiply,
    "/": decimals.CONTEXT.divide,
}


def _numbers(b: Binder, operator: str, left: Expr, right: Expr) -> Expr:
    kind = arithmetic(operator, left.type, right.type)
    aggregate = left.aggregate or right.aggregate
    which = family(kind)
    if which is Family.INT:
        body = _integer_operation(operator, -1284 if wide_integer(kind) else -1215, wide=wide_integer(kind))
        key: Any = ("int", operator, wide_integer(kind))
        arguments = [left.sql, right.sql]
    elif which is Family.FLOAT:
        left, right = b.convert(left, FLOAT), b.convert(right, FLOAT)
        body, key, arguments = _float_operation(operator), ("float", operator), [left.sql, right.sql]
    else:
        left, right = b.convert(left, FLOATING_DECIMAL), b.convert(right, FLOATING_DECIMAL)
        body, key, arguments = _decimal_operation(operator), ("decimal", operator), [left.sql, right.sql]
    if left.constant and right.constant and None not in (left.value, right.value):
        try:
            return Expr.literal(body(left.value, right.value), kind, EXPRESSION)
        except SqlError:
            pass  # raised when the row is evaluated
    return Expr.of(b.call(key, body, arguments), kind, aggregate=aggregate)


def _integer_operation(operator: str, overflow: int, *, wide: bool) -> Any:
    limit = BIG_LIMIT if wide else INT_LIMIT

    def checked(value: int) -> int:
        if -limit <= value <= limit:
            return value
        raise SqlError(overflow)

    if operator == "+":
        return lambda x, y: checked(x + y)
    if operator == "-":
        return lambda x, y: checked(x - y)
    return lambda x, y: checked(x * y)


def _float_operation(operator: str) -> Any:
    def operate(x: float, y: float) -> float:
        if operator == "/":
            if y == 0:
                raise SqlError(DIVISION_BY_ZERO)
            value = x / y
        else:
            value = x + y if operator == "+" else x - y if operator == "-" else x * y
        if not math.isfinite(value):
            raise SqlError(-1223)
        return value

    return operate


def _decimal_operation(operator: str) -> Any:
    operate, pack, unpack = _DECIMAL_OPERATIONS[operator], decimals.pack, decimals.unpack
    if operator == "/":

        def divide(x: bytes, y: bytes) -> bytes:
            if y == decimals.ZERO:
                raise SqlError(DIVISION_BY_ZERO)
            return pack(operate(unpack(x), unpack(y)))

        return divide
    return lambda x, y: pack(operate(unpack(x), unpack(y)))


# ----------------------------------------------------------------------------- arithmetic on dates and intervals


def _date_number(sign: int) -> Any:
    def rule(b: Binder, left: Expr, right: Expr) -> tuple[str, ColumnType]:
        days = b.convert(right, INTEGER)
        sql = b.call(("day", sign), lambda d, n: temporal.check_day(d + sign * n), [left.sql, days.sql])
        return sql, DATE

    return rule


def _number_date(b: Binder, left: Expr, right: Expr) -> tuple[str, ColumnType]:
    return _date_number(1)(b, right, left)  # type: ignore[no-any-return]  # a rule returns (sql, type)


def _date_date(b: Binder, left: Expr, right: Expr) -> tuple[str, ColumnType]:
    return f"({left.sql}-{right.sql})", INTEGER


def _stamp_difference(b: Binder, left: Expr, right: Expr) -> tuple[str, ColumnType]:
    """DATETIME - DATETIME: an INTERVAL whose class follows from the qualifiers."""
    x, y = left, right
    if family(x.stored) is Family.DATE:
        x = b.convert(x, datetime_type(YEAR, 4))
    if family(y.stored) is Family.DATE:
        y = b.convert(y, datetime_type(YEAR, 4))
    if x.stored.start != y.stored.start:
        raise SqlError(-1266)
    end = max(x.stored.end, y.stored.end)
    start = x.stored.start
    if end <= MONTH:
        kind = interval_type(start, end, 4 if start == YEAR else 2)

        def months(p: int, q: int) -> int:
            f, g = temporal.stamp_fields(p), temporal.stamp_fields(q)
            return (f[0] - g[0]) * 12 + f[1] - g[1]

        return b.call("months between stamps", months, [x.sql, y.sql]), kind
    if start <= MONTH:
        start = 4
        kind = interval_type(start, end, 8)
    else:
        kind = interval_type(start, end)
    return f"({x.sql}-{y.sql})", kind


def _stamp_span(sign: int) -> Any:
    def rule(b: Binder, left: Expr, right: Expr) -> tuple[str, ColumnType]:
        if family(left.stored) is Family.DATE:
            end = right.stored.end
            left = b.convert(left, datetime_type(YEAR, max(4, end)))
        sort = family(right.stored)
        if sort is Family.MONTHS:
            if left.stored.start > right.stored.end:
                raise SqlError(-1266)
            sql = b.call(
                ("add months", sign), lambda v, n: temporal.add_months(v, sign * n), [left.sql, right.sql]
            )
            return sql, left.stored.with_flags(0)
        end = max(left.stored.end, right.stored.end)
        if left.stored.start > right.stored.start and right.stored.start != FRACTION:
            raise SqlError(-1266)
        kind = datetime_type(left.stored.start, end)
        cyclic = left.stored.start > 4

        def add(value: int, span: int) -> int:
            total = value + sign * span
            if cyclic and not temporal.DAY_TICKS * 0 <= total - _BASE < temporal.DAY_TICKS:
                raise SqlError(temporal.RESULT_RANGE)
            return temporal.check_stamp(total)

        return b.call(("add span", sign, cyclic), add, [left.sql, right.sql]), kind

    return rule


_BASE = temporal.stamp([temporal.BASE_YEAR, 1, 1, 0, 0, 0, 0])


def _span_stamp(b: Binder, left: Expr, right: Expr) -> tuple[str, ColumnType]:
    return _stamp_span(1)(b, right, left)  # type: ignore[no-any-return]  # a rule returns (sql, type)


def _interval_interval(operator: str) -> Any:
    def rule(b: Binder, left: Expr, right: Expr) -> tuple[str, ColumnType]:
        start = min(left.stored.start, right.stored.start)
        end = max(left.stored.end, right.stored.end)
        kind = interval_type(start, end, 9)
        sign = 1 if operator == "+" else -1

        def add(x: int, y: int) -> int:
            return temporal.fit_interval(x + sign * y, kind)

        return b.call(("interval", operator, kind), add, [left.sql, right.sql]), kind

    return rule


def _interval_number(operator: str) -> Any:
    def rule(b: Binder, left: Expr, right: Expr) -> tuple[str, ColumnType]:
        factor = b.convert(right, FLOATING_DECIMAL)
        kind = left.stored
        wide = interval_type(kind.start, kind.end, 9)

        def scale(value: int, packed: bytes) -> int:
            number = decimals.unpack(packed)
            if operator == "/":
                if not number:
                    raise SqlError(DIVISION_BY_ZERO)
                return temporal.fit_interval(int(decimals.WIDE.divide(Decimal(value), number)), wide)
            return temporal.fit_interval(int(decimals.WIDE.multiply(Decimal(value), number)), wide)

        return b.call(("interval", operator, wide), scale, [left.sql, factor.sql]), wide

    return rule


def _number_interval(b: Binder, left: Expr, right: Expr) -> tuple[str, ColumnType]:
    return _interval_number("*")(b, right, left)  # type: ignore[no-any-return]  # a rule returns (sql, type)


def _interval_ratio(b: Binder, left: Expr, right: Expr) -> tuple[str, ColumnType]:
    def ratio(x: int, y: int) -> bytes:
        if not y:
            raise SqlError(DIVISION_BY_ZERO)
        return decimals.pack(decimals.CONTEXT.divide(Decimal(x), Decimal(y)))

    return b.call("interval ratio", ratio, [left.sql, right.sql]), FLOATING_DECIMAL


_F = Family
_TEMPORAL: dict[tuple[str, Family, Family], Any] = {
    ("-", _F.DATE, _F.DATE): _date_date,
    ("-", _F.DATETIME, _F.DATETIME): _stamp_difference,
    ("-", _F.DATETIME, _F.DATE): _stamp_difference,
    ("-", _F.DATE, _F.DATETIME): _stamp_difference,
}
for _n in NUMERIC:
    _TEMPORAL[("+", _F.DATE, _n)] = _date_number(1)
    _TEMPORAL[("-", _F.DATE, _n)] = _date_number(-1)
    _TEMPORAL[("+", _n, _F.DATE)] = _number_date
    for _i in (_F.MONTHS, _F.SPAN):
        _TEMPORAL[("*", _i, _n)] = _interval_number("*")
        _TEMPORAL[("/", _i, _n)] = _interval_number("/")
        _TEMPORAL[("*", _n, _i)] = _number_interval
for _i in (_F.MONTHS, _F.SPAN):
    _TEMPORAL[("+", _i, _i)] = _interval_interval("+")
    _TEMPORAL[("-", _i, _i)] = _interval_interval("-")
    _TEMPORAL[("/", _i, _i)] = _interval_ratio
    for _d in (_F.DATE, _F.DATETIME):
        _TEMPORAL[("+", _d, _i)] = _stamp_span(1)
        _TEMPORAL[("-", _d, _i)] = _stamp_span(-1)
        _TEMPORAL[("+", _i, _d)] = _span_stamp


@binds(ast.Units)
def units(b: Binder, node: ast.Units, hint: ColumnType | None) -> Expr:
    """`n UNITS DAY`: an INTERVAL of one field."""
    field = ast.FIELD_CODES[node.unit]
    count = b.convert(b.settle(b.bind(node.operand, INTEGER), INTEGER), FLOATING_DECIMAL)
    kind = interval_type(field, FRACTION5 if field == FRACTION else field, 9)
    # UNITS FRACTION counts in thousandths: the default scale of FRACTION is 3.
    size = 100 if field == FRACTION else temporal.unit_size(field)
    if field == FRACTION:
        kind = interval_type(SECOND, FRACTION5, 9)

    def amount(packed: bytes) -> int:
        return temporal.fit_interval(int(decimals.unpack(packed)) * size, kind)

    if count.constant and count.value is not None:
        return Expr.literal(amount(count.value), kind, "(constant)")
    return Expr.of(b.call(("units", field), amount, [count.sql]), kind, aggregate=count.aggregate)


@binds(ast.Extend)
def extend(b: Binder, node: ast.Extend, hint: ColumnType | None) -> Expr:
    """EXTEND(x, q TO q): missing leading fields from the clock, trailing ones from their start."""
    operand = b.value(node.operand, SYSDATE_TYPE)
    kind = datetime_type(node.qualifier.first, node.qualifier.last) if node.qualifier else CURRENT_TYPE
    if family(operand.stored) is Family.CHAR:
        raise SqlError(-1266, offset=node.pos)
    converted = b.convert(operand, kind)
    return Expr.of(converted.sql, kind, aggregate=operand.aggregate)


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
            collation = " COLLATE RTRIM" if family(left.stored) is Family.CHAR else ""
            conditions.append(f"({left.sql}={right.sql}{collation})")
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
    """NEXTVAL and CURRVAL: BIGINT."""
    session: Any = b.names
    sequence = session.sequence_table(node.sequence)
    key = (node.kind, sequence.key)
    body = session.engine.next_value if node.kind == "NEXTVAL" else session.engine.current_value
    return Expr.of(b.call(key, lambda: body(sequence), []), BIGINT, name=node.kind.lower())
