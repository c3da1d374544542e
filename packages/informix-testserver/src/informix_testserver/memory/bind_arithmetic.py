# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""Binds arithmetic: numbers with the types of their operands, dates, datetimes and intervals, UNITS, EXTEND."""

import math
from decimal import Decimal
from typing import Any

from informix_types import ColumnType

from ..engine import SqlError
from ..sql import ast
from . import decimals, temporal
from .binder import Binder, binds
from .expr import EXPRESSION, Expr
from .types import (
    CURRENT_TYPE,
    DATE,
    FLOAT,
    FLOATING_DECIMAL,
    FRACTION,
    FRACTION5,
    INTEGER,
    MONTH,
    SECOND,
    SYSDATE_TYPE,
    YEAR,
    Family,
    arithmetic,
    datetime_type,
    family,
    interval_type,
    wide_integer,
)

__all__ = ["arith"]

NUMERIC = (Family.INT, Family.FLOAT, Family.DECIMAL)
DIVISION_BY_ZERO = -1202
INT_LIMIT = 2**31 - 1
BIG_LIMIT = 2**63 - 1


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
