"""What each Informix type is in Arrow, and how single Python values go there.

| Informix | Arrow |
|---|---|
| SMALLINT / INTEGER, SERIAL / INT8, BIGINT and their serials | int16 / int32 / int64 |
| SMALLFLOAT / FLOAT | float / double |
| DECIMAL(p,s), MONEY(p,s) | decimal128(p, s) |
| floating DECIMAL(p) | string: its range (1E-130 … 9.9E+125) is beyond every Arrow decimal; exact, never a float |
| CHAR, NCHAR, VARCHAR, NVARCHAR, LVARCHAR, JSON, TEXT | string |
| BOOLEAN | bool |
| DATE, DATETIME YEAR TO DAY | date32 |
| DATETIME YEAR TO HOUR and finer | timestamp[us], without zone |
| DATETIME HOUR TO … | time64[us] |
| other DATETIMEs | string: Informix's text, e.g. ``12-31`` |
| INTERVAL of the class DAY … FRACTION | duration[us] |
| INTERVAL YEAR TO MONTH | int64: months |
| BYTE, opaque types, BLOB and CLOB (their locators) | binary |
| SET, MULTISET, LIST, ROW | string: the literal |
| NULL (type 9) | null |

Each field carries the Informix type in its metadata: ``informix.type``.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from ..codecs import codec_for
from ..codes import TypeCode
from ..column import ColumnType
from ..context import DEFAULT_CONTEXT
from ..errors import ConversionError
from ..layout import Family
from ..literals import format_literal
from .optional import need_arrow

__all__ = ["array_of", "arrow_schema", "arrow_type", "record_batch"]

METADATA_KEY = "informix.type"
MAX_PRECISION = 38
"""Digits of decimal128; Informix has at most 32 (sqli.md 7.3)."""

_INTEGERS: dict[int, str] = {2: "int16", 4: "int32", 8: "int64"}
"""By width in bytes."""
_MOMENTS: dict[type, str] = {date: "date32", datetime: "timestamp", time: "time64"}
_NAMED: dict[Family, str] = {
    Family.INT8: "int64",
    Family.DATE: "date32",
    Family.CHAR: "string",
    Family.VARCHAR: "string",
    Family.LVARCHAR: "string",
    Family.BOOLEAN: "bool_",
    Family.LOCATOR: "binary",
    Family.OPAQUE: "binary",
    Family.COLLECTION: "string",
    Family.ROW: "string",
    Family.NULL: "null",
}
_WITH_UNIT = {"timestamp", "time64", "duration"}


def family_of(column: ColumnType) -> Family:
    """Return the family of a type's layout. Raises ConversionError for types without a known layout."""
    return codec_for(column, DEFAULT_CONTEXT).layout.family


def _type_name(column: ColumnType) -> str:
    family = family_of(column)
    if family is Family.INTEGER:
        return _INTEGERS[column.width or 0]
    if family is Family.FLOAT:
        return "float32" if column.code == TypeCode.SMALLFLOAT else "float64"
    if family is Family.DECIMAL:
        return "string" if column.scale is None else "decimal128"
    if family is Family.DATETIME:
        return _MOMENTS.get(column.python_type, "string")
    if family is Family.INTERVAL:
        return "duration" if column.python_type is timedelta else "int64"
    if family is Family.BLOB:
        return "string" if column.code == TypeCode.TEXT else "binary"
    return _NAMED[family]


def arrow_type(column: ColumnType) -> Any:
    """Return the `pyarrow.DataType` of a column type.

    Raises:
        ConversionError: the type has no known layout, or an impossible precision.
        ImportError: pyarrow is not installed.
    """
    pa = need_arrow()
    name = _type_name(column)
    if name == "decimal128":
        if column.precision > MAX_PRECISION:
            raise ConversionError(f"{column.type_name} has no decimal in Arrow")
        return pa.decimal128(max(column.precision, 1), column.scale)
    return getattr(pa, name)("us") if name in _WITH_UNIT else getattr(pa, name)()


def arrow_schema(names: Sequence[str], types: Sequence[ColumnType]) -> Any:
    """Return the `pyarrow.Schema` of a result; all fields are nullable, since outer joins make NULLs everywhere.

    Args:
        names: column names, as the server describes them.
        types: their types.

    Raises:
        ConversionError: a type has no known layout.
        ImportError: pyarrow is not installed.
    """
    pa = need_arrow()
    return pa.schema(
        [
            pa.field(name, arrow_type(column), metadata={METADATA_KEY: column.type_name})
            for name, column in zip(names, types, strict=True)
        ]
    )


# -- single Python values --


def _decimal(column: ColumnType) -> Callable[[Any], Any]:
    scale = column.scale
    if scale is None:
        return str
    limit = 10 ** max(column.precision, 1)

    def convert(value: Any) -> Any:
        _, digits, exponent = value.as_tuple()
        power = exponent + scale
        number = int("".join(map(str, digits)))
        if (power < 0 and number % 10**-power) or number * 10 ** max(power, 0) // 10 ** max(-power, 0) >= limit:
            raise ConversionError(f"{value} has more digits than {column.type_name}")
        return value

    return convert


def _data(value: Any) -> bytes:
    return bytes(getattr(value, "data", value))


def _bounded(value: int) -> int:
    if not -(2**63) <= value < 2**63:
        raise ConversionError(f"{value} does not fit 64 bits")
    return value


def _duration(value: timedelta) -> int:
    return _bounded((value.days * 86400 + value.seconds) * 10**6 + value.microseconds)


def converter(column: ColumnType) -> Callable[[Any], Any] | None:
    """Return what makes of a decoded Python value the one that Arrow takes; None where they are the same."""
    family = family_of(column)
    if family is Family.DECIMAL:
        return _decimal(column)
    if family is Family.INT8:
        return _bounded
    if family is Family.DATETIME:
        return None if column.python_type in _MOMENTS else str
    if family is Family.INTERVAL:
        return _duration if column.python_type is timedelta else lambda value: value.months
    if family is Family.LOCATOR:
        return _data
    if family in (Family.COLLECTION, Family.ROW):
        return lambda value: format_literal(value, column)
    return None


def array_of(column: ColumnType, values: Sequence[Any]) -> Any:
    """Return the `pyarrow.Array` of decoded Python values (None is NULL).

    Raises:
        ConversionError: a value has no exact form in the column's Arrow type.
    """
    pa = need_arrow()
    convert = converter(column)
    if convert is not None:
        values = [None if value is None else convert(value) for value in values]
    try:
        return pa.array(values, arrow_type(column))
    except (pa.ArrowException, OverflowError) as exc:
        raise ConversionError(str(exc)) from exc


def record_batch(names: Sequence[str], types: Sequence[ColumnType], rows: Sequence[Sequence[Any]]) -> Any:
    """Return a `pyarrow.RecordBatch` of rows of decoded Python values.

    For results whose rows are not decoded by columns, e.g. with BYTE and TEXT, whose data is fetched row by row.

    Raises:
        ConversionError: a value has no exact form in its column's Arrow type; names column and type.
        ImportError: pyarrow is not installed.
    """
    pa = need_arrow()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(types)
    arrays = []
    for index, (column, values) in enumerate(zip(types, columns, strict=True)):
        try:
            arrays.append(array_of(column, values))
        except ConversionError as exc:
            raise ConversionError(f"column {index + 1} ({column.type_name}): {exc}") from exc
    return pa.record_batch(arrays, schema=arrow_schema(names, types))
