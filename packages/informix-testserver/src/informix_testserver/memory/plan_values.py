"""Values of one execution: bound parameters into the stored forms of a plan, stored rows into described ones."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from informix_types import ColumnType, TypeCode

from ..engine import Parameter, SqlError
from . import decimals
from .binder import ANY_TEXT, Bind
from .convert import converter
from .cursor import Row
from .expr import Expr
from .pyvalues import reader, writer
from .types import FLOATING_DECIMAL, Family, family

__all__ = ["bound_values", "compile_binds", "row_converter", "signature", "value_reader"]

DATA_CONVERSION, TEXT_TOO_LONG = -415, -881

_PLAIN = frozenset(range(TypeCode.SERIAL8 + 1)) - {TypeCode.DATETIME, TypeCode.INTERVAL}
"""Types of bound values of which the code says everything."""


def signature(parameters: Sequence[Parameter]) -> tuple[Any, ...]:
    """Return what of the parameters' types decides about a plan."""
    return tuple(
        [
            p.type.code if p.type.code in _PLAIN else (p.type.code, p.type.encoded_length, p.type.extended_name)
            for p in parameters
        ]
    )


def value_reader(actual: ColumnType, target: ColumnType, env: Any) -> Callable[[Any], Any]:
    """Return the function from a bound Python value to the stored form of a plan's type."""
    source = actual.with_flags(0)
    if source.code in (TypeCode.DATETIME, TypeCode.INTERVAL) and not source.encoded_length:
        return lambda _value: None  # a NULL without a qualifier, as JDBC binds it
    if family(source) is Family.DECIMAL:
        if family(target) is Family.DECIMAL:
            return _decimal_reader(target)
        change = converter(FLOATING_DECIMAL, target, env)
    else:
        change = converter(source, target, env)
    if target is ANY_TEXT and family(source) is Family.CHAR and change is not None:
        change = _uncut(change)
    read = reader(source)

    def convert(value: Any) -> Any:
        if value is None:
            return None
        try:
            stored = read(value)
        except (TypeError, ValueError, AttributeError):
            raise SqlError(DATA_CONVERSION) from None
        return stored if change is None else change(stored)

    return convert


def _uncut(fit: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Refuse bound text that is longer than any character type, where no column decides what fits."""

    def whole(text: Any) -> Any:
        fitted = fit(text)
        if len(fitted) != len(text):
            raise SqlError(TEXT_TOO_LONG)
        return fitted

    return whole


def _decimal_reader(target: ColumnType) -> Callable[[Any], Any]:
    """The precision that a BIND carries for a DECIMAL is to be ignored (sqli.md 12 #11): it may hold anything."""
    precision, scale = target.precision, target.scale

    def read(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise SqlError(DATA_CONVERSION)
        return decimals.pack(decimals.round_to(decimals.CONTEXT.plus(value), precision, scale))

    return read


def compile_binds(binds: Iterable[Bind], parameters: Sequence[Parameter], env: Any) -> list[tuple[int, Any]]:
    """Return (marker, reader) for each value that sqlite gets."""
    return [(bind.marker, value_reader(parameters[bind.marker].type, bind.target, env)) for bind in binds]


def bound_values(readers: Sequence[tuple[int, Any]], parameters: Sequence[Parameter]) -> list[Any]:
    """Convert the values of one execution."""
    values = []
    for marker, read in readers:
        parameter = parameters[marker]
        if parameter.is_default:
            raise SqlError(-999, token="DEFAULT outside VALUES")
        values.append(read(parameter.value))
    return values


def row_converter(columns: Sequence[Expr], described: Sequence[ColumnType], env: Any) -> Callable[[Row], Row]:
    """Return the function from a stored row to a row of Python values of the types that the client was told.

    They differ from the columns' own when a bound value changes a type (`? + 1` is INTEGER until a DECIMAL comes).
    """
    writers = [_writer(column, kind, env) for column, kind in zip(columns, described, strict=True)]
    if not any(writers):
        return lambda row: row if len(row) == len(writers) else row[: len(writers)]
    names = {f"w{i}": w for i, w in enumerate(writers) if w is not None}
    parts = [f"None if r[{i}] is None else w{i}(r[{i}])" if w else f"r[{i}]" for i, w in enumerate(writers)]
    # One expression over constant indexes: no text of the client's ever gets into it.
    made: Callable[[Row], Row] = eval(f"lambda r: ({','.join(parts)},)", names)
    return made


_EXACT = (Family.INT, Family.DECIMAL, Family.CHAR, Family.DATE, Family.DATETIME, Family.MONTHS, Family.SPAN)


def _exactly(source: ColumnType, target: ColumnType, env: Any) -> Callable[[Any], Any] | None:
    """Return the conversion to the type that the client was told, which may not cut or round (floats excepted).

    The type of a marker's neighbour was described for it; what a server does with a value that has no room there
    is not known, so it is refused with -415.
    """
    change = converter(source, target, env)
    if change is None or family(target) not in _EXACT:
        return change
    back = converter(target, source, env)

    def narrow(value: Any) -> Any:
        changed = change(value)
        again = changed if back is None else back(changed)
        if again != value and not (isinstance(value, str) and again.rstrip(" ") == value.rstrip(" ")):
            raise SqlError(DATA_CONVERSION, token=f"bound value in a {target.type_name}")
        return changed

    return narrow


def _writer(column: Expr, kind: ColumnType, env: Any) -> Callable[[Any], Any] | None:
    if column.type.with_flags(0) == kind.with_flags(0):
        return writer(column.stored, column.type, env)
    change = _exactly(column.stored, kind.with_flags(0), env)
    write = writer(kind, kind, env)
    if change is None or write is None:
        return change or write

    def both(value: Any) -> Any:
        changed = change(value)
        return None if changed is None else write(changed)

    return both
