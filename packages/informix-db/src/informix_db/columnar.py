"""Between Arrow and the driver: what `base_columnar.py` and `base_bulk.py` need of pyarrow, pandas and polars.

Needs the extra ``informix-db[arrow]``; nothing of it is imported before it is used.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from informix_types import ColumnType, IntervalYM, TypeCode

from .errors import InterfaceError, NotSupportedError

__all__ = ["FrameKind", "arrow_rows", "need_pyarrow", "record_batches", "to_frame"]

FrameKind = Literal["pandas", "polars"]


def need_pyarrow() -> Any:
    """Return the module pyarrow.

    Raises:
        NotSupportedError: pyarrow or numpy is not installed; says how to get them.
    """
    try:
        import numpy  # noqa: F401  # the column decoders need it
        import pyarrow
    except ImportError as error:
        raise NotSupportedError(
            f'this needs pyarrow and numpy: pip install "informix-db[arrow]" ({error})'
        ) from None
    return pyarrow


def to_frame(table: Any, kind: str) -> Any:
    """Return the DataFrame of a `pyarrow.Table`.

    In pandas whole numbers and booleans become nullable extension types, because NULL would turn numpy integers
    into floats, which are not exact; DECIMAL becomes objects of class `Decimal`.

    Raises:
        InterfaceError: `kind` is neither "pandas" nor "polars".
        NotSupportedError: the library is not installed.
    """
    if kind not in ("pandas", "polars"):
        raise InterfaceError(f'kind must be "pandas" or "polars", not {kind!r}')
    pa = need_pyarrow()
    try:
        if kind == "polars":
            import polars

            return polars.from_arrow(table)
        import pandas
    except ImportError as error:
        raise NotSupportedError(f"this needs {kind}: pip install {kind} ({error})") from None
    nullable = {
        pa.int16(): pandas.Int16Dtype(),
        pa.int32(): pandas.Int32Dtype(),
        pa.int64(): pandas.Int64Dtype(),
        pa.bool_(): pandas.BooleanDtype(),
    }
    return table.to_pandas(types_mapper=nullable.get)


def record_batches(data: Any) -> Any:
    """Return a `pyarrow.RecordBatchReader` over a Table, RecordBatch, reader, or DataFrame.

    Raises:
        InterfaceError: `data` is nothing of these.
    """
    pa = need_pyarrow()
    if isinstance(data, pa.RecordBatchReader):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.RecordBatchReader.from_batches(data.schema, [data])
    if isinstance(data, pa.Table):
        return data.to_reader()
    if type(data).__module__.partition(".")[0] == "pandas":
        return pa.Table.from_pandas(data, preserve_index=False).to_reader()
    if hasattr(data, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(data)
    raise InterfaceError(f"no Arrow data: {type(data).__name__}")


def arrow_rows(reader: Any, types: Sequence[ColumnType]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a reader as Python values for columns of the types.

    Raises:
        InterfaceError: a time has nanoseconds, or an interval months and days.
    """
    pa = need_pyarrow()
    for batch in reader:
        columns = [
            _values(pa, batch.column(index), batch.schema.field(index).name, column)
            for index, column in enumerate(types)
        ]
        yield from zip(*columns, strict=True)


def _values(pa: Any, array: Any, name: str, column: ColumnType) -> list[Any]:
    kind = array.type
    try:
        if pa.types.is_timestamp(kind) and kind.unit == "ns":
            array = array.cast(pa.timestamp("us", kind.tz))
        elif pa.types.is_time64(kind) and kind.unit == "ns":
            array = array.cast(pa.time64("us"))
        elif pa.types.is_duration(kind) and kind.unit == "ns":
            array = array.cast(pa.duration("us"))
        values: list[Any] = array.to_pylist()
    except (pa.ArrowException, ValueError) as error:
        raise InterfaceError(f"column {name!r} of type {kind} has no exact Python values: {error}") from None
    if column.code == TypeCode.INTERVAL and column.python_type is IntervalYM and pa.types.is_integer(kind):
        # What `fetch_arrow` makes of them: months.
        return [None if value is None else IntervalYM(value) for value in values]
    return values
