"""Columns instead of rows: fetch buffers straight into Arrow record batches and numpy arrays.

Needs the extra ``informix-types[arrow]`` (pyarrow and numpy), imported when the first decoder is made. The way of
a buffer: `framing` finds the rows, `kernels` read each column of all rows at once, `vectors` are what they return,
`schema` says what each Informix type is in Arrow. Whatever is not plain is decoded by the type's codec, and what
is impossible is named by the reference decoder, so that values and errors are those of `reference.py`.

Loaders of the user's registry make Python objects; they are not applied to columns.
"""

from .decoder import ColumnarDecoder
from .schema import arrow_schema, record_batch
from .vectors import Vector

__all__ = ["ColumnarDecoder", "Vector", "arrow_schema", "record_batch"]
