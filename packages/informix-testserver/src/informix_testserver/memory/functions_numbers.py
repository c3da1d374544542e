# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""Functions on numbers; exact types stay exact."""

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from informix_types import ColumnType

from ..engine import SqlError
from ..sql import ast
from . import decimals
from .bind_functions import function
from .binder import Binder
from .expr import Expr
from .types import (
    BIGINT,
    FLOAT,
    FLOATING_DECIMAL,
    INTEGER,
    Family,
    decimal,
    family,
    wide_integer,
    without_serial,
)

__all__: list[str] = []

DIVISION_BY_ZERO, INT_OVERFLOW, WIDE_OVERFLOW, FLOAT_OVERFLOW, MATH_FUNCTION = (
    -1202,
    -1215,
    -1284,
    -1223,
    -647,
)


def _exact(b: Binder, argument: Expr) -> Expr:
    """Return a number in decimal form."""
    return b.convert(b.number(argument), FLOATING_DECIMAL)


def _number_type(kind: ColumnType) -> ColumnType:
    return without_serial(kind).with_flags(0)


@function("abs")
def _abs(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    number = b.number(b.settle(arguments[0], FLOATING_DECIMAL))
    if family(number.stored) is Family.DECIMAL:
        sql = b.call(
            "abs decimal", lambda v: decimals.pack(decimals.CONTEXT.abs(decimals.unpack(v))), [number.sql]
        )
    else:
        sql = b.call("abs", abs, [number.sql])
    return Expr.of(sql, _number_type(number.stored))


@function("mod", least=2)
def _mod(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    """The remainder has the dividend's sign; fractions are cut off first."""

    def mod(x: bytes, y: bytes) -> int:
        dividend, divisor = int(decimals.unpack(x)), int(decimals.unpack(y))
        if not divisor:
            raise SqlError(DIVISION_BY_ZERO)
        rest = abs(dividend) % abs(divisor)
        return -rest if dividend < 0 else rest

    left, right = _exact(b, b.settle(arguments[0], INTEGER)), _exact(b, b.settle(arguments[1], INTEGER))
    return Expr.of(b.call("mod", mod, [left.sql, right.sql]), INTEGER)


def _rounded(b: Binder, arguments: list[Expr], key: str, mode: str) -> Expr:
    number = b.number(b.settle(arguments[0], FLOATING_DECIMAL))
    which = family(number.stored)
    if which in (Family.DATE, Family.DATETIME):
        from .functions_dates import cut_moment

        return cut_moment(b, number, arguments[1:], key)
    digits = b.convert(arguments[1], INTEGER) if len(arguments) > 1 else Expr.literal(0, INTEGER)

    def cut(value: bytes, places: int) -> bytes:
        quantum = Decimal(1).scaleb(-places)
        found = decimals.unpack(value)
        if found.as_tuple().exponent >= -places:  # type: ignore[operator]  # finite: the exponent is an int
            return value
        return decimals.pack(found.quantize(quantum, rounding=mode, context=decimals.CONTEXT))

    sql = b.call(key, cut, [b.convert(number, FLOATING_DECIMAL).sql, digits.sql])
    kind = FLOATING_DECIMAL
    if digits.constant and isinstance(digits.value, int) and which is not Family.FLOAT:
        scale = number.stored.scale if which is Family.DECIMAL else 0
        if scale is not None:
            kind = decimal(32, max(0, min(scale, digits.value)))
    return Expr.of(sql, kind)


@function("round", most=2)
def _round(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return _rounded(b, arguments, "round", ROUND_HALF_UP)


@function("trunc", most=2)
def _trunc(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return _rounded(b, arguments, "trunc", ROUND_DOWN)


def _whole(mode: str) -> Callable[[bytes], bytes]:
    def whole(value: bytes) -> bytes:
        return decimals.pack(decimals.unpack(value).to_integral_value(rounding=mode))

    return whole


@function("ceil")
def _ceil(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    number = _exact(b, b.settle(arguments[0], FLOATING_DECIMAL))
    return Expr.of(b.call("ceil", _whole(ROUND_CEILING), [number.sql]), decimal(32, 0))


@function("floor")
def _floor(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    number = _exact(b, b.settle(arguments[0], FLOATING_DECIMAL))
    return Expr.of(b.call("floor", _whole(ROUND_FLOOR), [number.sql]), decimal(32, 0))


@function("sign")
def _sign(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    number = _exact(b, b.settle(arguments[0], FLOATING_DECIMAL))
    return Expr.of(b.call("sign", lambda v: (v > decimals.ZERO) - (v < decimals.ZERO), [number.sql]), INTEGER)


def _float_function(name: str, body: Callable[..., float], count: int = 1, most: int | None = None) -> None:
    def run(*values: float) -> float:
        try:
            return float(body(*values))
        except OverflowError:
            raise SqlError(FLOAT_OVERFLOW) from None
        except (ValueError, ZeroDivisionError):
            raise SqlError(MATH_FUNCTION, token=name) from None

    @function(name, least=count, most=most)
    def bind(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
        numbers = [b.convert(b.number(b.settle(a, FLOAT)), FLOAT) for a in arguments]
        return Expr.of(b.call(("float function", name), run, [n.sql for n in numbers]), FLOAT)


_FLOATS: dict[str, tuple[Callable[..., float], int]] = {
    "sqrt": (math.sqrt, 1),
    "exp": (math.exp, 1),
    "logn": (math.log, 1),
    "ln": (math.log, 1),
    "log10": (math.log10, 1),
    "sin": (math.sin, 1),
    "cos": (math.cos, 1),
    "tan": (math.tan, 1),
    "asin": (math.asin, 1),
    "acos": (math.acos, 1),
    "atan": (math.atan, 1),
    "sinh": (math.sinh, 1),
    "cosh": (math.cosh, 1),
    "tanh": (math.tanh, 1),
    "asinh": (math.asinh, 1),
    "acosh": (math.acosh, 1),
    "atanh": (math.atanh, 1),
    "degrees": (math.degrees, 1),
    "radians": (math.radians, 1),
    "atan2": (math.atan2, 2),
    "pow": (math.pow, 2),
    "power": (math.pow, 2),
}
for _name, (_body, _count) in _FLOATS.items():
    _float_function(_name, _body, _count)


_float_function("root", lambda value, index=2.0: math.pow(value, 1 / index), most=2)


def _extreme(b: Binder, arguments: list[Expr], key: str) -> Expr:
    """GREATEST and LEAST: stored forms sort as values, so the same code serves every type."""
    branches, kind = b.same_type(arguments)
    text = family(kind) is Family.CHAR
    choose: Any = max if key == "greatest" else min

    def best(*values: Any) -> Any:
        return choose(values, key=(lambda v: v.rstrip(" ")) if text else None)

    return Expr.of(b.call((key, text), best, [branch.sql for branch in branches]), kind)


@function("greatest", least=2, most=-1)
def _greatest(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return _extreme(b, arguments, "greatest")


@function("least", least=2, most=-1)
def _least(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return _extreme(b, arguments, "least")


@function("to_number")
def _to_number(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return Expr.of(_exact(b, b.text(arguments[0])).sql, FLOATING_DECIMAL)


def _bits_type(arguments: list[Expr]) -> ColumnType:
    """INTEGER for narrow integers; everything else is looked at as BIGINT (HCL documentation: as INT8)."""
    narrow = all(family(a.stored) is Family.INT and not wide_integer(a.stored) for a in arguments)
    return INTEGER if narrow else BIGINT


def _bitwise(name: str, body: Callable[..., int]) -> None:
    @function(name, least=1 if name == "bitnot" else 2)
    def bind(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
        numbers = [b.number(b.settle(a, INTEGER)) for a in arguments]
        kind = _bits_type(numbers)
        least, code = (-(2**31), INT_OVERFLOW) if kind is INTEGER else (-(2**63), WIDE_OVERFLOW)

        def run(*values: int) -> int:
            found = body(*values)
            if found == least:  # the pattern of NULL
                raise SqlError(code)
            return found

        return Expr.of(b.call((name, least), run, [b.convert(n, kind).sql for n in numbers]), kind)


for _name, _bits in (
    ("bitand", lambda x, y: x & y),
    ("bitor", lambda x, y: x | y),
    ("bitxor", lambda x, y: x ^ y),
    ("bitandnot", lambda x, y: x & ~y),
    ("bitnot", lambda x: ~x),
):
    _bitwise(_name, _bits)


@function("ifx_bit_leftshift", "ifx_bit_rightshift", least=2)
def _shift(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    """Bits that leave the operand's type are lost; the pattern of NULL gives -1215, in BIGINT it is NULL.

    So the HCL documentation of the bitshift functions. That a right shift keeps the sign is inferred.
    """
    operand, amount = (b.number(b.settle(a, INTEGER)) for a in arguments)
    kind = _bits_type([operand])
    width = 32 if kind is INTEGER else 64
    left = node.name.name == "ifx_bit_leftshift"

    def shift(value: int, places: int) -> int | None:
        places %= width
        if not left:
            return value >> places
        found = (value << places) & (1 << width) - 1
        found -= found >> width - 1 << width
        if found != -(1 << width - 1):
            return found
        if width == 32:
            raise SqlError(INT_OVERFLOW)
        return None

    sql = b.call((node.name.name, width), shift, [b.convert(operand, kind).sql, b.convert(amount, INTEGER).sql])
    return Expr.of(sql, kind)
