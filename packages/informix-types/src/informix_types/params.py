"""From Python values to the parameter blocks of BIND (sqli.md 7.2).

`encode_params` chooses the wire type that each value is sent as; the server converts it to the type of its target.
What is known about the target decides only where the server could not convert (BOOLEAN, BYTE, TEXT, LVARCHAR).
"""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

from .blocks import ANY_DECIMAL, BoundValue, blocks_decoder, decode_block, encode_block
from .classes import frozen
from .codecs.numbers import INT8_MAX
from .codecs.text import encode_text
from .codes import TypeCode, has_extended_name
from .column import ColumnType
from .containers import CollectionValue, RowValue
from .context import TypeContext
from .elements import element_dumper
from .errors import ConversionError, ParameterError
from .literals import format_literal
from .qualifier import datetime_length, interval_length
from .values import DESCRIPTOR_SIZE, LOCATOR_SIZE, BlobDescriptor, BlobLocator, IntervalYM, PartialDateTime

__all__ = [
    "Binding",
    "BoundValue",
    "TypedValue",
    "blocks_decoder",
    "decode_block",
    "encode_block",
    "encode_params",
]

MAX_CHAR = 32767
"""Longer text is sent as LVARCHAR, whose length has four bytes."""
_TEXT: frozenset[int] = frozenset({TypeCode.CHAR, TypeCode.NCHAR, TypeCode.VARCHAR, TypeCode.NVARCHAR})
_CHARACTER = _TEXT | {TypeCode.TEXT, TypeCode.LVARCHAR}
_INTEGERS: frozenset[int] = frozenset(
    {
        TypeCode.SMALLINT,
        TypeCode.INTEGER,
        TypeCode.SERIAL,
        TypeCode.BIGINT,
        TypeCode.BIGSERIAL,
        TypeCode.INT8,
        TypeCode.SERIAL8,
    }
)
_NUMBERS: frozenset[int] = _INTEGERS | {
    TypeCode.DECIMAL,
    TypeCode.MONEY,
    TypeCode.FLOAT,
    TypeCode.SMALLFLOAT,
}
_SCALAR: frozenset[int] = _NUMBERS | {
    TypeCode.DATE,
    TypeCode.DATETIME,
    TypeCode.INTERVAL,
    TypeCode.BYTE,
    TypeCode.BOOLEAN,
}
"""Targets besides text that no text of a collection or row can be converted to."""
_NULL_CODES: dict[int, int] = {
    TypeCode.SERIAL: TypeCode.INTEGER,
    TypeCode.SERIAL8: TypeCode.INT8,
    TypeCode.BIGSERIAL: TypeCode.BIGINT,
}

INTEGER = ColumnType(TypeCode.INTEGER, 4)
BIGINT = ColumnType(TypeCode.BIGINT, 8)
FLOAT = ColumnType(TypeCode.FLOAT, 8)
DECIMAL = ColumnType(TypeCode.DECIMAL, ANY_DECIMAL)
CHAR = ColumnType(TypeCode.CHAR)
LVARCHAR = ColumnType(TypeCode.LVARCHAR)
DATE = ColumnType(TypeCode.DATE, 4)
BYTE = ColumnType(TypeCode.BYTE, DESCRIPTOR_SIZE)
TEXT = ColumnType(TypeCode.TEXT, DESCRIPTOR_SIZE)
BOOLEAN = ColumnType(TypeCode.BOOLEAN, 1, owner="informix", extended_name="boolean")
TIMESTAMP = ColumnType(TypeCode.DATETIME, datetime_length(0, 15))
TIME_SECOND = ColumnType(TypeCode.DATETIME, datetime_length(6, 10))
TIME_FRACTION = ColumnType(TypeCode.DATETIME, datetime_length(6, 15))
DAY_FRACTION = ColumnType(TypeCode.INTERVAL, interval_length(4, 15, 9))
YEAR_MONTH = ColumnType(TypeCode.INTERVAL, interval_length(0, 2, 9))


class Binding(NamedTuple):
    """Encoded parameters of one execution.

    Attributes:
        count: number of parameters.
        blocks: their blocks, one behind the other: the body of BIND after its count.
        blobs: the data of BYTE and TEXT parameters that are not NULL, in order, for BBIND (sqli.md 5.16).
    """

    count: int  # type: ignore[assignment]  # a named field that hides tuple.count on purpose
    blocks: bytes
    blobs: tuple[bytes, ...] = ()


@frozen
class TypedValue:
    """A parameter whose wire type the caller names instead of leaving the choice to `encode_params`.

    Attributes:
        type: the wire type.
        value: what that type decodes to (a descriptor is not enough for BYTE and TEXT: give bytes or str without
            this class).
    """

    type: ColumnType
    value: Any


# -- Python value -> type it is sent as --

Bound = tuple[ColumnType, Any, bytes | None]
"""Type to send, value, and the data of a blob."""
Binder = Callable[[Any, ColumnType | None, TypeContext], Bound]


def _code(target: ColumnType | None) -> int:
    return -1 if target is None else target.code


def _bind_bool(value: bool, target: ColumnType | None, _ctx: TypeContext) -> Bound:
    if target is not None and target.built_in == "boolean":
        return BOOLEAN, value, None
    if _code(target) in _NUMBERS:
        return INTEGER, int(value), None
    # BOOLEAN as text is taken for every target that takes booleans (sqli.md 7.2).
    return CHAR, "t" if value else "f", None


def _bind_int(value: int, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    value = int(value)
    if -(2**31) < value < 2**31:
        return INTEGER, value, None
    # The lowest integer of each width is the NULL sentinel: one size up (sqli.md 7.2).
    if -INT8_MAX <= value <= INT8_MAX:
        return BIGINT, value, None
    return DECIMAL, Decimal(value), None


def _bind_float(value: float, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    return FLOAT, float(value), None


def _bind_decimal(value: Decimal, target: ColumnType | None, _ctx: TypeContext) -> Bound:
    if _code(target) == TypeCode.MONEY:
        return ColumnType(TypeCode.MONEY, DECIMAL.encoded_length), value, None
    return DECIMAL, value, None


def _bind_str(value: str, target: ColumnType | None, ctx: TypeContext) -> Bound:
    value = str(value)
    code = _code(target)
    if code in (TypeCode.TEXT, TypeCode.BYTE):
        raw = encode_text(value, ctx)
        descriptor = BlobDescriptor.for_parameter(len(raw), is_text=code == TypeCode.TEXT)
        return (TEXT if code == TypeCode.TEXT else BYTE), descriptor, raw
    if target is not None and target.built_in == "lvarchar":
        return LVARCHAR, value, None
    if len(value) * 4 > MAX_CHAR and len(encode_text(value, ctx)) > MAX_CHAR:
        return LVARCHAR, value, None
    return CHAR, value, None


def _bind_bytes(value: Any, target: ColumnType | None, _ctx: TypeContext) -> Bound:
    raw = bytes(value)
    code = _code(target)
    if target is not None and target.built_in == "boolean":
        raise ConversionError("bytes are no BOOLEAN: bind a bool")
    if code in _TEXT:
        return (CHAR if len(raw) <= MAX_CHAR else LVARCHAR), raw, None
    if target is not None and code in (TypeCode.UDTVAR, TypeCode.UDTFIXED, TypeCode.LVARCHAR):
        name = target.built_in
        if name in ("blob", "clob"):
            raise ConversionError(
                f"{name.upper()} data is not bound as a parameter; write it as a smart large object"
            )
        if name == "lvarchar":
            return LVARCHAR, raw, None
        return ColumnType(code, owner=target.owner, extended_name=target.extended_name), raw, None
    is_text = code == TypeCode.TEXT
    return (TEXT if is_text else BYTE), BlobDescriptor.for_parameter(len(raw), is_text=is_text), raw


def _bind_date(value: date, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    return DATE, value, None


def _refuse_nanoseconds(value: object, attribute: str, ctx: TypeContext) -> None:
    """pandas' subclasses of datetime and timedelta are finer than these."""
    if ctx.strict_fractions and getattr(value, attribute, None):
        raise ConversionError(f"{value!r} has more fraction digits than Informix holds")


def _plain_datetime(value: datetime, ctx: TypeContext) -> datetime:
    """The naive datetime that is stored for a value: in the context's time zone when it has one itself."""
    if value != value:  # noqa: PLR0124 (pandas.NaT is a datetime and equals nothing)
        raise ConversionError(f"{value!r} is no point in time")
    _refuse_nanoseconds(value, "nanosecond", ctx)
    if value.tzinfo is not None:
        if ctx.timezone is None:
            raise ConversionError(
                f"{value!r} has a time zone, which Informix cannot store: make it naive, or set the timezone= "
                "into which aware datetimes are converted"
            )
        try:
            value = value.astimezone(ctx.timezone).replace(tzinfo=None)
        except OverflowError:
            raise ConversionError(f"{value!r} has no equivalent in the time zone {ctx.timezone}") from None
    return value


def _bind_datetime(value: datetime, _target: ColumnType | None, ctx: TypeContext) -> Bound:
    return TIMESTAMP, _plain_datetime(value, ctx), None


def _bind_time(value: time, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    return (TIME_FRACTION if value.microsecond else TIME_SECOND), value, None


def _bind_partial(value: PartialDateTime, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    return ColumnType(TypeCode.DATETIME, datetime_length(value.start, value.end)), value, None


def _bind_timedelta(value: timedelta, _target: ColumnType | None, ctx: TypeContext) -> Bound:
    _refuse_nanoseconds(value, "nanoseconds", ctx)
    return DAY_FRACTION, value, None


def _bind_months(value: IntervalYM, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    return YEAR_MONTH, value, None


def _bind_uuid(value: UUID, target: ColumnType | None, ctx: TypeContext) -> Bound:
    return _bind_str(str(value), target, ctx)


def _bind_enum(value: Enum, target: ColumnType | None, ctx: TypeContext) -> Bound:
    return _bind(value.value, target, ctx)


def _bind_locator(value: BlobLocator, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    return ColumnType(TypeCode.SENDRECV, LOCATOR_SIZE, extended_name=value.type_name), value, None


def _bind_typed(value: TypedValue, _target: ColumnType | None, _ctx: TypeContext) -> Bound:
    return value.type, value.value, None


def _bind_constructed(value: Any, target: ColumnType | None, ctx: TypeContext) -> Bound:
    """list, set, tuple, dict and the classes of `containers`: their text form, or JSON for a JSON target."""
    if target is not None and target.extended_name.lower() in ("json", "bson") and isinstance(value, dict | list):
        try:
            text = json.dumps(value)
        except (TypeError, ValueError) as exc:
            raise ConversionError(f"no JSON for {target.type_name}: {exc}") from None
    elif target is not None and (target.code in _CHARACTER or target.built_in == "lvarchar"):
        # Nobody could tell its text from any other in such a column, and a dict's keys would be lost.
        raise ConversionError(
            f"a {type(value).__name__} cannot be stored in {target.type_name}: bind text (json.dumps, "
            "format_text); IN (…) takes a marker for each value"
        )
    elif target is not None and target.code in _SCALAR:
        raise ConversionError(
            f"a {type(value).__name__} cannot be stored in {target.type_name}; "
            "IN (…) takes a marker for each value"
        )
    else:
        try:
            text = format_literal(
                value,
                target,
                strict_fractions=ctx.strict_fractions,
                adapt=lambda element: _element(element, ctx),
                dumper=lambda inner: element_dumper(inner, ctx),
            )
        except RecursionError:
            raise ConversionError(f"the {type(value).__name__} contains itself") from None
    return (CHAR if len(encode_text(text, ctx)) <= MAX_CHAR else LVARCHAR), text, None


BINDERS: dict[type, Binder] = {
    bool: _bind_bool,
    int: _bind_int,
    float: _bind_float,
    Decimal: _bind_decimal,
    str: _bind_str,
    bytes: _bind_bytes,
    bytearray: _bind_bytes,
    memoryview: _bind_bytes,
    datetime: _bind_datetime,
    date: _bind_date,
    time: _bind_time,
    timedelta: _bind_timedelta,
    IntervalYM: _bind_months,
    PartialDateTime: _bind_partial,
    UUID: _bind_uuid,
    BlobLocator: _bind_locator,
    CollectionValue: _bind_constructed,
    RowValue: _bind_constructed,
    list: _bind_constructed,
    set: _bind_constructed,
    frozenset: _bind_constructed,
    tuple: _bind_constructed,
    dict: _bind_constructed,
    TypedValue: _bind_typed,
}
"""By class; subclasses (Counter, namedtuples, …) are found along their method resolution order."""

MAX_DUMPS = 8
"""Dumpers may return values that are dumped again, but not for ever."""


def _binder(cls: type) -> Binder | None:
    if issubclass(cls, Enum):
        return _bind_enum
    for base in cls.__mro__:
        if base in BINDERS:
            return BINDERS[base]
    return None


_UNTYPED_NULL: frozenset[int] = frozenset({TypeCode.DATETIME, TypeCode.INTERVAL})
"""A NULL of these types would need a qualifier, of which no recorded client shows the form."""


def _null(target: ColumnType | None) -> Bound:
    if target is None or has_extended_name(target.code) or target.code in _UNTYPED_NULL:
        # Type 0 is accepted as NULL for every target (sqli.md 7.2, vector null_any).
        return CHAR, None, None
    return ColumnType(_NULL_CODES.get(target.code, target.code)), None, None


_NUMPY_DATES = frozenset(f"datetime64[{unit}]" for unit in "YMWD")


def _is_numpy_scalar(cls: type) -> bool:
    return any(base.__module__ == "numpy" and base.__name__ == "generic" for base in cls.__mro__)


def _from_numpy(value: Any, ctx: TypeContext) -> Any:
    """The Python value of a numpy scalar, without importing numpy; None for NaT."""
    if type(value).__name__ in ("datetime64", "timedelta64"):
        if value != value:  # noqa: PLR0124 (NaT equals nothing)
            return None
        if value.dtype.name in ("timedelta64[M]", "timedelta64[Y]"):
            return IntervalYM(value.astype("timedelta64[M]").item())
        # item() gives a bare integer for nanoseconds: go through microseconds; days and more are a date.
        unit = "D" if value.dtype.name in _NUMPY_DATES else "us"
        exact = value.astype(f"{type(value).__name__}[{unit}]")
        if ctx.strict_fractions and exact != value:
            raise ConversionError(f"{value!r} is finer than microseconds")
        plain = exact.item()
        if isinstance(plain, int):
            raise ConversionError(f"{value!r} is outside of Python's range of dates")
        return plain
    plain = value.item()
    if type(plain) is type(value):
        raise ConversionError(f"values of class {type(value).__qualname__} cannot be bound")
    return plain


def _dump(value: Any, ctx: TypeContext) -> Any:
    """Apply the user's dumpers until none is left that changes the class."""
    for _ in range(MAX_DUMPS):
        dumper = next((d for base in type(value).__mro__ if (d := ctx.adapters.dumpers.get(base))), None)
        if dumper is None:
            return value
        dumped = dumper(value)
        if type(dumped) is type(value):
            return dumped
        value = dumped
    raise ConversionError(f"dumpers lead from {type(value).__qualname__} to no end")


def _element(value: Any, ctx: TypeContext) -> Any:
    """What is written for an element of a collection or row: by the same rules as for a parameter of its own."""
    if ctx.adapters.dumpers:
        value = _dump(value, ctx)
    if isinstance(value, datetime):
        return _plain_datetime(value, ctx)
    if isinstance(value, timedelta):
        _refuse_nanoseconds(value, "nanoseconds", ctx)
    elif type(value) not in BINDERS and _is_numpy_scalar(type(value)):
        value = _from_numpy(value, ctx)
    return value


def _bind(value: Any, target: ColumnType | None, ctx: TypeContext) -> Bound:
    if ctx.adapters.dumpers and value is not None:
        value = _dump(value, ctx)
    if value is None:
        return _null(target)
    cls = type(value)
    binder = BINDERS.get(cls) or _binder(cls)
    if binder is not None:
        return binder(value, target, ctx)
    if _is_numpy_scalar(cls):
        return _bind(_from_numpy(value, ctx), target, ctx)
    raise ConversionError(f"values of class {cls.__qualname__} cannot be bound; register a dumper for it")


def encode_params(values: Sequence[Any], targets: Sequence[ColumnType | None], ctx: TypeContext) -> Binding:
    """Encode the parameters of one execution.

    Args:
        values: the Python values in marker order.
        targets: what is known about each marker's type; None, or a shorter sequence, where nothing is known.
        ctx: how values are encoded.

    Raises:
        ParameterError: a value cannot be sent exactly.
    """
    blocks: list[bytes] = []
    blobs: list[bytes] = []
    for index, value in enumerate(values):
        target = targets[index] if index < len(targets) else None
        try:
            column, bound, blob = _bind(value, target, ctx)
            blocks.append(encode_block(column, bound, ctx))
        except ConversionError as exc:
            raise ParameterError(index, str(exc)) from exc
        if blob is not None:
            blobs.append(blob)
    return Binding(len(blocks), b"".join(blocks), tuple(blobs))
