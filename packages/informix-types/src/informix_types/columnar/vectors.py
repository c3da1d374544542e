"""`Vector`: one column of many rows, as numpy arrays; how it becomes an Arrow array or a numpy array."""

from itertools import pairwise
from typing import Any

from ..classes import mutable
from ..column import ColumnType
from .optional import need_arrow, need_numpy
from .schema import array_of, arrow_type

__all__ = ["Vector"]

Array = Any


@mutable
class Vector:
    """The values of one column.

    Either `values` (one number a row) is there, or `offsets` and `data` (row i is
    ``data[offsets[i]:offsets[i + 1]]``), or `objects` (Python values, None for NULL).

    Attributes:
        type: the Informix type.
        count: number of rows.
        values: numbers in the Arrow type's physical form: days since 1970-01-01 (date32), microseconds (timestamp,
            time64), the integer without its decimal point (decimal128), or plain integers, floats and booleans.
        valid: false where the value is NULL; None when there is no NULL.
        offsets: int32, one more than rows.
        data: uint8.
        is_text: `data` is UTF-8.
        objects: what the codec decoded.
    """

    type: ColumnType
    count: int
    values: Array = None
    valid: Array = None
    offsets: Array = None
    data: Array = None
    is_text: bool = False
    objects: list[Any] | None = None

    def to_arrow(self, kind: Any) -> Any:
        """Return the `pyarrow.Array` of data type `kind`, which is `schema.arrow_type` of the column's type.

        Raises:
            ConversionError: a value has no exact form there.
        """
        np = need_numpy()
        pa = need_arrow()
        if self.objects is not None:
            return array_of(self.type, self.objects)
        nulls = 0 if self.valid is None else self.count - int(np.count_nonzero(self.valid))
        bitmap = pa.py_buffer(np.packbits(self.valid, bitorder="little")) if nulls else None
        if self.offsets is not None:
            buffers = [bitmap, pa.py_buffer(self.offsets), pa.py_buffer(np.ascontiguousarray(self.data))]
            return pa.Array.from_buffers(kind, self.count, buffers, nulls)
        values = self.values
        if pa.types.is_decimal(kind):
            # 128 bits, little-endian: the integer, then its sign.
            values = np.stack([values, values >> 63], axis=1)
        elif pa.types.is_boolean(kind):
            values = np.packbits(values, bitorder="little")
        elif pa.types.is_date32(kind):
            values = values.astype(np.int32)
        return pa.Array.from_buffers(kind, self.count, [bitmap, pa.py_buffer(np.ascontiguousarray(values))], nulls)

    def to_numpy(self) -> tuple[Array, Array]:
        """Return the values as a numpy array, and a boolean array that is true where they are not NULL.

        Integers, floats and booleans have their width's dtype; DATE is ``datetime64[D]``, DATETIME
        ``datetime64[us]``; DECIMAL(p,s) to 16 digits is int64: the number times 10**s. All else is an array of
        Python objects. What stands in a NULL's place means nothing (None among objects).
        """
        np = need_numpy()
        valid = np.ones(self.count, np.bool_) if self.valid is None else self.valid
        if self.values is not None:
            pa = need_arrow()
            kind = arrow_type(self.type)
            if pa.types.is_date32(kind):
                return self.values.astype("M8[D]"), valid
            if pa.types.is_timestamp(kind):
                return self.values.astype("M8[us]"), valid
            return self.values, valid
        out = np.empty(self.count, np.object_)
        if self.objects is not None:
            out[:] = self.objects
            return out, np.array([value is not None for value in self.objects], np.bool_)
        data, ends = self.data.tobytes(), self.offsets.tolist()
        pieces = [data[start:end] for start, end in pairwise(ends)]
        out[:] = [
            (piece.decode() if self.is_text else piece) if here else None
            for piece, here in zip(pieces, valid.tolist(), strict=True)
        ]
        return out, valid
