"""`ColumnarDecoder`: from a fetch buffer to one vector a column, all checks of the reference decoder included."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

from ..codecs import Codec, codec_for
from ..column import ColumnType
from ..context import Adapters, TypeContext
from ..errors import ConversionError, FramingError
from ..layout import Family, Framing, RowFrame
from ..reference import batch_decoder
from . import kernels
from .framing import Rows, find_rows
from .optional import need_arrow, need_numpy
from .schema import arrow_schema
from .vectors import Vector

__all__ = ["ColumnarDecoder"]

Array = Any
_SMALLEST = {Framing.COUNTED: 1, Framing.ENVELOPE: 5}
"""Bytes of a variable value that has no data: its count, its indicator and length (sqli.md 7.1)."""


class ColumnarDecoder:
    """Decodes fetch buffers into columns.

    Args:
        types: the row's types.
        names: column names.
        ctx: how values are decoded; its loaders are not applied.
        frame: the message head around a row.

    Attributes:
        schema: the `pyarrow.Schema` of the batches.

    Raises:
        ConversionError: a type has no columns: unknown layout, or BYTE and TEXT, whose data is fetched row by row
            (see `record_batch`).
        ImportError: pyarrow or numpy is not installed.
    """

    def __init__(
        self, types: Sequence[ColumnType], names: Sequence[str], ctx: TypeContext, frame: RowFrame
    ) -> None:
        need_numpy()
        self._arrow = need_arrow()
        self._types = tuple(types)
        self._ctx = replace(ctx, adapters=Adapters())
        self._frame = frame
        self._codecs = [codec_for(column, self._ctx) for column in self._types]
        for index, codec in enumerate(self._codecs):
            if codec.layout.family is Family.BLOB:
                raise ConversionError(
                    f"column {index + 1} ({codec.type.type_name}): its data is fetched row by row, not in columns"
                )
        self.schema = arrow_schema(names, self._types)
        framings = [codec.layout.framing for codec in self._codecs]
        sizes = [
            (codec.layout.width or 0) if framing is Framing.FIXED else _SMALLEST[framing]
            for codec, framing in zip(self._codecs, framings, strict=True)
        ]
        self._smallest = [sum(sizes[index:]) for index in range(len(sizes) + 1)]
        """Bytes that the columns from an index on take at least."""
        self._widest = sum(_widest(codec) for codec in self._codecs)
        self._fixed = self._smallest[0] if all(framing is Framing.FIXED for framing in framings) else None

    def decode(self, buf: bytes, offset: int = 0) -> tuple[Any, int]:
        """Decode every complete row message from `offset` on; stop as `reference.batch_decoder` does.

        Large buffers are decoded faster: join the pieces of several fetches.

        Returns:
            a `pyarrow.RecordBatch` and the offset of the first message that is no row or is incomplete.

        Raises:
            FramingError: a row is not consumed exactly or holds impossible bytes; names column and type.
            ConversionError: Python or Arrow has no exact form for a value; names column and type.
        """
        rows, vectors = self._vectors(buf, offset)
        arrays = []
        for index, vector in enumerate(vectors):
            try:
                arrays.append(vector.to_arrow(self.schema.field(index).type))
            except ConversionError as exc:
                raise self._located(index, exc) from exc
        return self._arrow.RecordBatch.from_arrays(arrays, schema=self.schema), rows.end

    def decode_numpy(self, buf: bytes, offset: int = 0) -> tuple[list[tuple[Array, Array]], int]:
        """The same into numpy: for each column its values and where they are not NULL, see `Vector.to_numpy`."""
        rows, vectors = self._vectors(buf, offset)
        return [vector.to_numpy() for vector in vectors], rows.end

    def collect(self, buf: bytes, offset: int = 0) -> tuple[list[bytes], int]:
        """Take the complete row messages from `offset` on as they are, to be joined and decoded later.

        The signature is that of a batch decoder, so that it can stand in for one while rows are fetched.
        """
        end = find_rows(buf, offset, self._frame, self._fixed, self._widest).end
        self._check_end(buf, end)
        return ([bytes(buf[offset:end])] if end > offset else []), end

    def _vectors(self, buf: bytes, offset: int) -> tuple[Rows, list[Vector]]:
        rows = find_rows(buf, offset, self._frame, self._fixed, self._widest)
        try:
            vectors = self._columns(rows)
        except (FramingError, ConversionError) as exc:
            self._explain(buf, offset, exc)
        self._check_end(buf, rows.end)
        return rows, vectors

    def _columns(self, rows: Rows) -> list[Vector]:
        """Walk the columns of all rows; `at` plus `offset` is where the next one begins in each row."""
        if not rows.count:
            return [Vector(codec.type, 0, objects=[]) for codec in self._codecs]
        if not rows.stride and (rows.sizes < self._smallest[0]).any():
            raise FramingError("a row ends inside of a value")
        ends = None if rows.stride else rows.at + rows.sizes
        vectors: list[Vector] = []
        at: Array = None
        offset = 0
        for index, codec in enumerate(self._codecs):
            try:
                if codec.layout.framing is Framing.FIXED:
                    vectors.append(kernels.fixed(rows, codec, self._ctx, offset, at))
                    offset += codec.layout.width or 0
                    continue
                spans = _split(rows, codec.layout.framing, (rows.at if at is None else at) + offset)
                at, offset = spans.starts + spans.lengths, 0
                if (at + self._smallest[index + 1] > ends).any():
                    raise FramingError("a row ends inside of a value")
                vectors.append(kernels.variable(codec, self._ctx, rows.data, spans))
            except ConversionError as exc:
                raise self._located(index, exc) from exc
        if at is not None and (at + offset != ends).any():
            raise FramingError("a row is longer than its columns")
        return vectors

    def _located(self, index: int, exc: ConversionError) -> ConversionError:
        return ConversionError(f"column {index + 1} ({self._types[index].type_name}): {exc}")

    def _check_end(self, buf: bytes, end: int) -> None:
        """Raise FramingError when what stopped the search is a row message of an impossible size."""
        batch_decoder(self._types, self._ctx, self._frame)(buf, end)

    def _explain(self, buf: bytes, offset: int, exc: Exception) -> NoReturn:
        """Have the reference decoder raise for the first bad row; if it takes them all, Arrow is what cannot."""
        batch_decoder(self._types, self._ctx, self._frame)(buf, offset)
        raise exc


def _widest(codec: Codec) -> int:
    """Bytes that a value takes at most, as described."""
    framing = codec.layout.framing
    if framing is Framing.FIXED:
        return codec.layout.width or 0
    if framing is Framing.COUNTED:
        return _SMALLEST[framing] + (codec.type.max_length or 255)
    return _SMALLEST[framing] + (codec.type.encoded_length or 1 << 31)


def _split(rows: Rows, framing: Framing, at: Array) -> kernels.Spans:
    """Find the variable values that begin at `at` (sqli.md 7.1)."""
    np = need_numpy()
    data = rows.data
    if framing is Framing.COUNTED:
        lengths = data[at].astype(np.int64)
        starts = at + 1
        # One NUL byte is NULL. An empty value may end the buffer: look at its count instead of behind it.
        one = lengths == 1
        is_null = one & (data[np.where(one, np.minimum(starts, len(data) - 1), at)] == 0)
        return kernels.Spans(starts, lengths, ~is_null)
    indicator = data[at]
    lengths = rows.field(">i4", 1, at).astype(np.int64)
    if ((indicator > 1) | (lengths < 0) | ((indicator == 1) & (lengths != 0))).any():
        raise FramingError("an impossible envelope")
    return kernels.Spans(at + 5, lengths, indicator == 0)
