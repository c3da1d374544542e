"""Results as columns: the part of a cursor that fetches Arrow record batches instead of rows.

The rows of the first reply were decoded when the query was opened; of all further ones the bytes are collected and
decoded column by column (`informix_types.columnar`).
"""

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from informix_types.rows import tuple_row
from informix_wire.rows import TUPLE_FRAME
from informix_wire.talk import fetch

from .base_result import END, BaseResult, R
from .base_session import guarded
from .columnar import need_pyarrow, to_frame
from .errors import InterfaceError, ProgrammingError
from .steps import Work

if TYPE_CHECKING:
    from informix_types.columnar import ColumnarDecoder

__all__ = ["ColumnarResult"]

_TARGET: Final = 1 << 20
"""Bytes of rows that are decoded at a time: the more, the faster, up to the size of a cache."""


class ColumnarResult(BaseResult[R]):
    """A result that can also be fetched in columns."""

    _decoder: "ColumnarDecoder | None" = None
    _batch: Any = None
    """Decoded rows that were not handed out yet."""

    @property
    def _in_columns(self) -> bool:
        return self._batch is not None or (self._decoder is not None and not self._exhausted)

    @guarded
    def _next_batch_gen(self, size: int) -> Work[Any]:
        """Return the next record batch of at most `size` rows, or `END`."""
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise InterfaceError(f"the number of rows of a batch must be at least 1, not {size!r}")
        self._require_columns()
        batch = self._batch
        if batch is None:
            batch = self._batch_of_rows(size) if self._buffer else (yield from self._decoded_gen(size))
        if batch is None:
            return END
        self._batch = batch.slice(size) if batch.num_rows > size else None
        return batch.slice(0, size)

    @guarded
    def _fetch_arrow_gen(self) -> Work[Any]:
        pa = need_pyarrow()
        self._require_columns()
        before, batches = self._position, list[Any]()
        try:
            while (batch := (yield from self._next_batch_gen(2**31 - 1))) is not END:
                batches.append(batch)
        except Exception:
            # What came before the row that Arrow cannot hold has not been handed out.
            if self.scrollable:
                self._position = before
            elif batches:
                (self._batch,) = pa.Table.from_batches(batches).combine_chunks().to_batches()
            raise
        return pa.Table.from_batches(batches, schema=self._schema())

    @guarded
    def _fetch_df_gen(self, kind: str = "pandas") -> Work[Any]:
        return to_frame((yield from self._fetch_arrow_gen()), kind)

    def _require_columns(self) -> None:
        need_pyarrow()
        self._require_result()
        decoding = self._decoding
        if decoding is None:
            raise ProgrammingError(
                "the row of a routine with OUT parameters cannot be fetched in columns; fetch it as a row"
            )
        made = decoding.make is not None and self.row_factory is not tuple_row
        if made or decoding.context.adapters.loaders:
            raise ProgrammingError(
                "a result whose rows go through a row factory or loaders cannot be fetched in columns; "
                "use a cursor with row_factory=tuple_row and a type registry without loaders"
            )

    def _names(self) -> list[str]:
        return [column.name for column in self.description or ()]

    def _schema(self) -> Any:
        from informix_types.columnar import arrow_schema

        assert self._decoding is not None
        return arrow_schema(self._names(), self._decoding.plan.types)

    def _batch_of_rows(self, size: int) -> Any:
        """Make a batch of rows that were decoded already; they stay where they are when Arrow cannot hold one."""
        buffer = self._buffer
        batch = self._made_of(list(islice(buffer, size)))
        for _ in range(batch.num_rows):
            buffer.popleft()
        return batch

    def _made_of(self, rows: list[Any]) -> Any:
        from informix_types.columnar import record_batch

        assert self._decoding is not None
        return record_batch(self._names(), self._decoding.plan.types, rows)

    def _decoded_gen(self, size: int) -> Work[Any]:
        """Receive rows and decode them in columns; None when there are no more."""
        decoding = self._decoding
        assert decoding is not None
        if self.scrollable or decoding.blobs:  # these are fetched row by row
            before = self._position
            rows = yield from self._fetchmany_gen(min(size, 10000))
            try:
                return self._made_of(rows) if rows else None
            except Exception:
                if self.scrollable:
                    self._position = before
                else:
                    self._buffer.extendleft(reversed(rows))
                raise
        if self._decoder is None:
            from informix_types.columnar import ColumnarDecoder

            self._decoder = ColumnarDecoder(decoding.plan.types, self._names(), decoding.context, TUPLE_FRAME)
        pieces: list[bytes] = []
        received = 0
        while not self._exhausted and received < _TARGET and not self._buffer:
            for piece in (yield from self._collect_gen(self._decoder)):
                if isinstance(piece, bytes):
                    pieces.append(piece)
                    received += len(piece)
                else:
                    self._buffer.append(piece)  # of a reply that was asked for when rows were wanted
        if not pieces:
            if not self._buffer:
                self._require_rest()
                return None
            return self._batch_of_rows(size)
        data = b"".join(pieces)
        try:
            batch, _ = self._decoder.decode(data)
        except Exception:
            if self._statement is not None:
                self._abandon(self._statement, keep=True)
            self._given_up = True
            raise
        self._received += batch.num_rows
        if self._exhausted:
            self.rowcount = self._received
        return batch

    def _collect_gen(self, decoder: "ColumnarDecoder") -> Work[list[Any]]:
        """Receive one reply; its rows as bytes, or decoded if it was asked for before."""
        statement, decoding = self._statement, self._decoding
        assert statement is not None
        assert decoding is not None
        self._require_cursor()
        try:
            block = yield from fetch.fetch(
                self._session, statement.prepared, self._budget(), decoder.collect, ahead=self._ahead(decoding)
            )
        except Exception:
            self._abandon(statement, keep=True)
            raise
        for _, bits in block.warnings:
            self._warn(bits)
        self._warn(block.warn)
        self._received += sum(not isinstance(piece, bytes) for piece in block.rows)
        if block.exhausted:
            self.rowcount = self._received
            yield from self._finish_gen()
        return block.rows
