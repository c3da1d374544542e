"""Aggregates and window functions; sums and averages of exact numbers are exact."""

import re
from collections import deque
from collections.abc import Iterable
from decimal import Decimal
from itertools import islice
from typing import Any

from informix_types import TypeFlag

from ..engine import SqlError
from ..sql import ast
from . import decimals, temporal
from .bind_functions import AGGREGATES, NO_ROUTINE, WINDOWS
from .binder import NOT_SUPPORTED, Binder, collated
from .expr import Expr
from .types import (
    BIGINT,
    COUNT,
    FLOAT,
    FLOATING_DECIMAL,
    INTEGER,
    Family,
    family,
    interval_type,
    sum_type,
    wide_integer,
    without_serial,
)

__all__: list[str] = []

AGGREGATE_MISPLACED, AGGREGATE_NESTED, SUM_OF_CHARACTER, SUM_OF_MOMENTS = -595, -544, -367, -561


class _DecimalSum:
    """SUM of decimals; serves as window function too."""

    def __init__(self) -> None:
        self.total, self.count = Decimal(0), 0

    def add(self, value: Any, sign: int) -> None:
        if value is not None:
            number = decimals.unpack(value) if isinstance(value, bytes) else Decimal(value)
            add = decimals.CONTEXT.add if sign > 0 else decimals.CONTEXT.subtract
            self.total = add(self.total, number)
            self.count += sign

    def step(self, value: Any) -> None:
        """Take a row in."""
        self.add(value, 1)

    def inverse(self, value: Any) -> None:
        """Take a row out (window frames)."""
        self.add(value, -1)

    def value(self) -> bytes | None:
        """Return the sum so far."""
        return decimals.pack(self.total) if self.count else None

    def finalize(self) -> bytes | None:
        """Return the sum."""
        return self.value()


class _DecimalAverage(_DecimalSum):
    """AVG with 32 digits."""

    def value(self) -> bytes | None:
        return decimals.pack(decimals.CONTEXT.divide(self.total, Decimal(self.count))) if self.count else None


class _Spread(_DecimalSum):
    """Sample variance, or its root; NULL for no row, 0 for one."""

    root = False

    def __init__(self) -> None:
        super().__init__()
        self.squares = Decimal(0)

    def add(self, value: Any, sign: int) -> None:
        super().add(value, sign)
        if value is not None:
            number = decimals.unpack(value) if isinstance(value, bytes) else Decimal(value)
            square = decimals.WIDE.multiply(number, number)
            add = decimals.WIDE.add if sign > 0 else decimals.WIDE.subtract
            self.squares = add(self.squares, square)

    def value(self) -> bytes | None:
        if not self.count:
            return None
        if self.count == 1:
            return decimals.ZERO
        wide = decimals.WIDE
        mean = wide.divide(wide.multiply(self.total, self.total), Decimal(self.count))
        spread = max(Decimal(0), wide.divide(wide.subtract(self.squares, mean), Decimal(self.count - 1)))
        return decimals.pack(decimals.CONTEXT.plus(wide.sqrt(spread) if self.root else spread))


class _Deviation(_Spread):
    root = True


class _IntervalSum:
    """SUM of intervals, in stored units."""

    def __init__(self) -> None:
        self.total, self.count = 0, 0

    def step(self, value: int | None) -> None:
        """Take a row in."""
        if value is not None:
            self.total, self.count = self.total + value, self.count + 1

    def inverse(self, value: int | None) -> None:
        """Take a row out."""
        if value is not None:
            self.total, self.count = self.total - value, self.count - 1

    def value(self) -> int | None:
        """Return the sum so far. Raises SqlError -1265 beyond 64 bits."""
        if not -(2**63) < self.total < 2**63:
            raise SqlError(temporal.INTERVAL_OVERFLOW)
        return self.total if self.count else None

    def finalize(self) -> int | None:
        """Return the sum."""
        return self.value()


class _IntervalAverage(_IntervalSum):
    def value(self) -> int | None:
        if not self.count:
            return None
        mean = abs(self.total) // self.count
        return -mean if self.total < 0 else mean


def _argument(b: Binder, node: ast.FunctionCall) -> Expr:
    """Bind the argument of an aggregate: columns inside need not be grouped, aggregates inside are wrong."""
    if not b.scope.aggregates_allowed:
        raise SqlError(AGGREGATE_MISPLACED, offset=node.pos)
    if len(node.arguments) != 1:
        raise SqlError(-201, offset=node.pos)
    mark = len(b.scope.loose)
    argument = b.value(node.arguments[0])
    del b.scope.loose[mark:]
    if argument.aggregate and node.window is None:
        raise SqlError(AGGREGATE_NESTED, offset=node.pos)
    if node.window is None:
        b.scope.grouped = True
    return argument


def _note_nulls(b: Binder, node: ast.FunctionCall, argument: Expr) -> None:
    """Note that NULLs in the argument are to be reported; behind an outer join NOT NULL promises nothing."""
    if node.window is None and not argument.constant and (argument.type.nullable or len(b.scope.sources) > 1):
        b.scope.null_tests.append(argument.sql)


def _distinct(node: ast.FunctionCall, argument: Expr) -> str:
    return f"DISTINCT {collated(argument)}" if node.quantifier == "DISTINCT" else argument.sql


def _result(b: Binder, node: ast.FunctionCall, sql: str, kind: Any, stored: Any = None) -> Expr:
    if node.window is not None:
        sql += over(b, node.window)
    return Expr(sql, kind, stored or kind, f"({node.name.name})", aggregate=node.window is None)


def _own_result(b: Binder, node: ast.FunctionCall, own: tuple[Any, type[Any]], inner: str, kind: Any) -> Expr:
    """Write the call of an aggregate that is written in Python: its key and its class."""
    sql = _own(b, own, [inner], node.window)
    return Expr(sql, kind, kind, f"({node.name.name})", aggregate=node.window is None)


def _own(b: Binder, own: tuple[Any, type[Any]], inner: list[str], window: ast.Window | None) -> str:
    key, make = own
    if window is None:
        return f"{b.store.aggregate(key, len(inner), make)}({','.join(inner)})"
    if not _may_be_empty(window.frame):
        return f"{b.store.aggregate(key, len(inner), make)}({','.join(inner)})" + over(b, window)
    # A frame without a row before a frame with one would crash the process: Python's sqlite3 looks for the
    # aggregate that its first row makes. So sqlite collects the frame's values, and a function runs over them.
    assert len(inner) == 1
    collected = f"group_concat(quote({inner[0]}))" + over(b, window)
    return b.call(("collected", key), lambda text: _run(make, text), [collected], strict=False)


def _may_be_empty(frame: ast.Frame | None) -> bool:
    return frame is not None and (
        frame.start.kind == "FOLLOWING" or (frame.end is not None and frame.end.kind == "PRECEDING")
    )


_QUOTED = re.compile(r"X'([0-9A-F]*)'|'((?:[^']|'')*)'|([^,]+)")


def _run(make: type[Any], text: str | None) -> Any:
    """Run an aggregate over values as sqlite's quote() writes them, with commas between."""
    made = make()
    for found in _QUOTED.finditer(text or ""):
        packed, characters, number = found.groups()
        if packed is not None:
            made.step(bytes.fromhex(packed))
        elif characters is not None:
            made.step(characters.replace("''", "'"))
        else:
            made.step(None if number == "NULL" else int(number) if number.lstrip("-").isdigit() else float(number))
    return made.finalize()


def _count(b: Binder, node: ast.FunctionCall) -> Expr:
    if len(node.arguments) == 1 and isinstance(node.arguments[0], ast.Star):
        if not b.scope.aggregates_allowed:
            raise SqlError(AGGREGATE_MISPLACED, offset=node.pos)
        if node.window is None:
            b.scope.grouped = True
        return _result(b, node, "count(*)", COUNT, BIGINT).named("(count(*))")
    argument = _argument(b, node)
    return _result(b, node, f"count({_distinct(node, argument)})", COUNT, BIGINT)


def _sum(b: Binder, node: ast.FunctionCall) -> Expr:
    argument = _argument(b, node)
    _note_nulls(b, node, argument)
    which = family(argument.stored)
    if which is Family.CHAR and not argument.null:
        raise SqlError(SUM_OF_CHARACTER, offset=node.pos)
    inner = _distinct(node, argument)
    if which is Family.FLOAT:
        return _result(b, node, f"sum({inner})", FLOAT)
    if which is Family.INT:
        if wide_integer(argument.stored):
            return _own_result(b, node, ("decimal sum", _DecimalSum), inner, sum_type(argument.stored))
        return _result(b, node, f"sum({inner})", sum_type(argument.stored), BIGINT)
    if which is Family.DECIMAL:
        return _own_result(b, node, ("decimal sum", _DecimalSum), inner, sum_type(argument.stored))
    if which in (Family.MONTHS, Family.SPAN):
        kind = interval_type(argument.stored.start, argument.stored.end, 9)
        return _own_result(b, node, ("interval sum", _IntervalSum), inner, kind)
    raise SqlError(SUM_OF_MOMENTS if which in (Family.DATE, Family.DATETIME) else -1260, offset=node.pos)


def _avg(b: Binder, node: ast.FunctionCall) -> Expr:
    argument = _argument(b, node)
    _note_nulls(b, node, argument)
    which = family(argument.stored)
    if which is Family.CHAR and not argument.null:
        raise SqlError(SUM_OF_CHARACTER, offset=node.pos)
    inner = _distinct(node, argument)
    if which is Family.FLOAT:
        return _result(b, node, f"avg({inner})", FLOAT)
    if which in (Family.INT, Family.DECIMAL):
        return _own_result(b, node, ("decimal avg", _DecimalAverage), inner, FLOATING_DECIMAL)
    if which in (Family.MONTHS, Family.SPAN):
        kind = interval_type(argument.stored.start, argument.stored.end, 9)
        return _own_result(b, node, ("interval avg", _IntervalAverage), inner, kind)
    raise SqlError(SUM_OF_MOMENTS if which in (Family.DATE, Family.DATETIME) else -1260, offset=node.pos)


def _spread(b: Binder, node: ast.FunctionCall) -> Expr:
    argument = b.number(_argument(b, node))
    deviation = node.name.name in ("stdev", "stddev")
    make = _Deviation if deviation else _Spread
    number = b.convert(argument, FLOATING_DECIMAL)
    own = ("spread", deviation), make
    return _own_result(b, node, own, _distinct(node, number), FLOATING_DECIMAL)


def _extreme(b: Binder, node: ast.FunctionCall) -> Expr:
    argument = _argument(b, node)
    _note_nulls(b, node, argument)
    if family(argument.stored) in (Family.BYTE, Family.TEXT, Family.LOB):
        raise SqlError(-615, offset=node.pos)
    sql = f"{node.name.name}({collated(argument)})"
    kind = without_serial(argument.type)
    return _result(b, node, sql, kind.with_flags(kind.flags & TypeFlag.DISTINCT), argument.stored)


def _range(b: Binder, node: ast.FunctionCall) -> Expr:
    from .bind_arithmetic import arith

    high, low = (
        _extreme(b, ast.FunctionCall(node.pos, ast.ObjectName(node.pos, name), node.arguments, window=node.window))
        for name in ("max", "min")
    )
    return arith(b, "-", high, low, node).named("(range)")


AGGREGATES.update(
    {
        "count": _count,
        "sum": _sum,
        "avg": _avg,
        "min": _extreme,
        "max": _extreme,
        "range": _range,
        "stdev": _spread,
        "stddev": _spread,
        "variance": _spread,
    }
)


# -------------------------------------------------------------------------------------------- window functions


def over(b: Binder, window: ast.Window) -> str:
    """Write an OVER clause."""
    parts = []
    if window.partition_by:
        parts.append("PARTITION BY " + ",".join(collated(b.value(node)) for node in window.partition_by))
    if window.order_by:
        terms = []
        distance = _range_distance(b, window.frame)
        for item in window.order_by:
            value = b.value(item.expression)
            if distance is not None:
                value = _measured(b, value, distance, window)
            term = collated(value) + (" DESC" if item.descending else "")
            terms.append(f"{term} NULLS {item.nulls}" if item.nulls else term)
        parts.append("ORDER BY " + ",".join(terms))
    if window.frame is not None:
        start = _bound(b, window.frame.start)
        if window.frame.end is None:
            parts.append(f"{window.frame.unit} {start}")
        else:
            parts.append(f"{window.frame.unit} BETWEEN {start} AND {_bound(b, window.frame.end)}")
    return f" OVER ({' '.join(parts)})"


def _range_distance(b: Binder, frame: ast.Frame | None) -> Expr | None:
    """Return a distance that RANGE counts from the current row's key, if there is one."""
    if frame is None or frame.unit != "RANGE":
        return None
    ends = [end for end in (frame.start, frame.end) if end is not None and end.offset is not None]
    return b.bind(ends[0].offset) if ends and ends[0].offset is not None else None


def _measured(b: Binder, key: Expr, distance: Expr, window: ast.Window) -> Expr:
    """Return a sort key that sqlite can count distances from. Raises SqlError -999 for other types."""
    kinds = family(key.stored), family(distance.stored)
    if kinds == (Family.DECIMAL, Family.INT):
        return b.convert(key, FLOAT)
    if kinds not in _MEASURABLE:
        raise SqlError(NOT_SUPPORTED, offset=window.pos, token=f"RANGE over {key.type.type_name}")
    return key


_MEASURABLE = {
    (Family.INT, Family.INT),
    (Family.FLOAT, Family.INT),
    (Family.DATE, Family.INT),
    (Family.DATETIME, Family.SPAN),
}
"""Families of a sort key and of the distances that RANGE can count from it."""


def _bound(b: Binder, bound: ast.FrameBound) -> str:
    if bound.offset is None:
        return bound.kind
    offset = b.bind(bound.offset)
    if not (offset.constant and isinstance(offset.value, int)):
        raise SqlError(NOT_SUPPORTED, offset=bound.pos, token="computed frame bound")
    return f"{offset.value} {bound.kind}"


def _ranking(b: Binder, node: ast.FunctionCall) -> Expr:
    name = {"rownumber": "row_number", "denserank": "dense_rank"}.get(node.name.name, node.name.name)
    if node.window is None:
        raise SqlError(-201, offset=node.pos)
    arguments = "".join(b.convert(b.bind(a), INTEGER).sql for a in node.arguments)
    kind = FLOAT if name in ("percent_rank", "cume_dist") else BIGINT
    return Expr.of(f"{name}({arguments})" + over(b, node.window), kind, name=f"({node.name.name})")


class _Known:
    """The first value that is not NULL of a window's frame."""

    def __init__(self) -> None:
        self.rows: deque[tuple[Any, ...]] = deque()

    def step(self, *row: Any) -> None:
        """Take a row in."""
        self.rows.append(row)

    def inverse(self, *_row: Any) -> None:
        """Take the frame's first row out."""
        self.rows.popleft()

    def value(self) -> Any:
        """Return the value of the frame as it is."""
        return next((row[0] for row in self.rows if row[0] is not None), None)

    def finalize(self) -> Any:
        """Return the last frame's value."""
        return self.value() if self.rows else None


class _LastKnown(_Known):
    """The last one."""

    def value(self) -> Any:
        """Return the value of the frame as it is."""
        return next((row[0] for row in reversed(self.rows) if row[0] is not None), None)


class _NextKnown(_Known):
    """The value of the n-th row without NULL behind the frame's first row, which is the current one.

    A row is (value, n, what to return if there is no such row); n = 0 is the current row itself, NULL or not.
    """

    def value(self) -> Any:
        """Return the value for the current row."""
        return self._nth(self.rows)

    @staticmethod
    def _nth(rows: Iterable[tuple[Any, ...]]) -> Any:
        found = iter(rows)
        value, distance, otherwise = next(found)
        if not distance:
            return value
        known = (row[0] for row in found if row[0] is not None)
        return next(islice(known, distance - 1, None), otherwise)


class _PreviousKnown(_NextKnown):
    """The value of the n-th row without NULL before the frame's last row, which is the current one."""

    def value(self) -> Any:
        """Return the value for the current row."""
        return self._nth(reversed(self.rows))


_IGNORING: dict[str, tuple[type[_Known], tuple[str, str] | None]] = {
    "first_value": (_Known, None),
    "last_value": (_LastKnown, None),
    "lag": (_PreviousKnown, ("UNBOUNDED PRECEDING", "CURRENT ROW")),
    "lead": (_NextKnown, ("CURRENT ROW", "UNBOUNDED FOLLOWING")),
}
"""What IGNORE NULLS makes of a function, and the frame that it looks at (None: that of its window)."""


def _neighbour(b: Binder, node: ast.FunctionCall) -> Expr:
    if node.window is None:
        raise SqlError(-201, offset=node.pos)
    most = 3 if node.name.name in ("lag", "lead") else 1
    if not 1 <= len(node.arguments) <= most:
        raise SqlError(NO_ROUTINE, offset=node.pos, token=node.name.name)
    value = b.value(node.arguments[0])
    sqls = [value.sql]
    if len(node.arguments) > 1:
        sqls.append(b.convert(b.bind(node.arguments[1]), INTEGER).sql)
    if len(node.arguments) > 2:
        sqls.append(b.convert(b.bind(node.arguments[2]), value.stored).sql)
    name, window = node.name.name, node.window
    if node.nulls == "IGNORE":
        make, bounds = _IGNORING[name]
        if bounds is not None:
            ends = [ast.FrameBound(node.pos, bound) for bound in bounds]
            frame = ast.Frame(node.pos, "ROWS", *ends)
            window = ast.Window(window.pos, window.partition_by, window.order_by, frame)
            sqls += ["1", "NULL"][len(sqls) - 1 :]
        sql = _own(b, (("ignoring nulls", name), make), sqls, window)
    else:
        sql = f"{name}({','.join(sqls)})" + over(b, window)
    return Expr(sql, without_serial(value.type).with_flags(0), value.stored.with_flags(0), f"({node.name.name})")


def _ratio(b: Binder, node: ast.FunctionCall) -> Expr:
    from .bind_arithmetic import arith

    if node.window is None:
        raise SqlError(-201, offset=node.pos)
    total = _sum(
        b, ast.FunctionCall(node.pos, ast.ObjectName(node.pos, "sum"), node.arguments, window=node.window)
    )
    return arith(b, "/", b.value(node.arguments[0]), total, node).named(f"({node.name.name})")


WINDOWS.update(
    dict.fromkeys(
        ("row_number", "rownumber", "rank", "dense_rank", "denserank", "percent_rank", "cume_dist", "ntile"),
        _ranking,
    )
)
WINDOWS.update(dict.fromkeys(("lag", "lead", "first_value", "last_value"), _neighbour))
WINDOWS.update(dict.fromkeys(("ratio_to_report", "ratiotoreport"), _ratio))
