"""`AsyncCursor`: the asyncio shell of ``informix_db.base_cursor``; every method is one step into it."""

from collections.abc import Generator, Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from informix_db.base_cursor import BaseCursor
from informix_db.base_result import R
from informix_db.columnar import FrameKind
from informix_db.placeholders import Parameters

if TYPE_CHECKING:
    from .connection import AsyncConnection

__all__ = ["AsyncCursor", "AsyncRecordBatches"]


class AsyncCursor(BaseCursor[R]):
    """Executes statements and fetches their rows (PEP 249). Made by `AsyncConnection.cursor`."""

    _connection: "AsyncConnection"

    async def prepare(self, sql: str) -> Self:
        """Have the server parse a statement without executing it: errors come now, `description` is there.

        ``execute(None, parameters)`` executes it, any number of times.
        """
        return await self._connection._run(self._prepare_gen(sql))

    async def execute(
        self, sql: str | None, parameters: Parameters | None = None, *, timeout: float | None = None
    ) -> Self:
        """Prepare (or take from the cache) and execute a statement; returns the cursor itself.

        Args:
            sql: one statement; ``?``, ``:1`` or ``:name`` mark parameters. None executes the last one again.
            parameters: a sequence, or a mapping for ``:name``.
            timeout: seconds that this call may take, instead of the connection's `statement_timeout`.

        Raises:
            ProgrammingError: wrong SQL, wrong number of parameters.
            DataError: a parameter cannot be sent exactly.
            DatabaseError: whatever the server says, see `error_codes`.
        """
        return await self._connection._run(self._execute_gen(sql, parameters), timeout)

    async def executemany(
        self,
        sql: str,
        rows: Iterable[Parameters],
        *,
        batch_errors: bool = False,
        insert_cursor: bool | None = None,
        timeout: float | None = None,
    ) -> Self:
        """Execute a statement once for each row of parameters, in groups that travel together.

        Args:
            sql: a statement that returns no rows.
            rows: its parameters, taken one after the other; any number.
            batch_errors: go on behind a row that the server refuses and leave the errors in `batch_errors`,
                each with its `row`. Otherwise the first error is raised, with its `row`; the rows before it were
                executed, those behind it were not.
            insert_cursor: None, unless `connect` said otherwise: within a transaction the rows of an
                ``INSERT … VALUES (?, …)`` go through an insert cursor when there are many and their columns have
                simple types; True: also few; False: never. Values that a column's own form does not carry exactly
                are bound instead, with the same result. `lastrowid` is not known after an insert cursor.
            timeout: seconds that this call may take, instead of the connection's `statement_timeout`.
        """
        return await self._connection._run(
            self._executemany_gen(sql, rows, batch_errors=batch_errors, insert_cursor=insert_cursor), timeout
        )

    async def fetchone(self) -> R | None:
        """Return the next row, or None when there are no more."""
        return self._buffer.popleft() if self._buffer else await self._connection._run(self._fetchone_gen())

    async def fetchmany(self, size: int | None = None) -> list[R]:
        """Return up to `size` rows, by default `arraysize`; an empty list when there are no more."""
        return await self._connection._run(self._fetchmany_gen(size))

    async def fetchall(self) -> list[R]:
        """Return all remaining rows."""
        return await self._connection._run(self._fetchall_gen())

    async def fetch_arrow(self) -> Any:
        """Return all remaining rows as a `pyarrow.Table`. Needs ``informix-db[arrow]``.

        Types are those of `informix_types.columnar.schema`, exact ones: DECIMAL(p,s) is decimal128, DATETIME a
        timestamp in microseconds; floating DECIMAL is text.

        Raises:
            NotSupportedError: pyarrow is not installed.
            DataError: Arrow has no exact form for a value.
            ProgrammingError: there is no result, or its rows go through a row factory or loaders.
        """
        return await self._connection._run(self._fetch_arrow_gen())

    def fetch_record_batches(self, size: int = 65536) -> "AsyncRecordBatches":
        """Return an iterator over the remaining rows as `pyarrow.RecordBatch`, each of at most `size` rows.

        Rows stream: about a megabyte of them is in memory at a time. Raises as `fetch_arrow` does.
        """
        return AsyncRecordBatches(self, size)

    async def fetch_df(self, kind: FrameKind = "pandas") -> Any:
        """Return all remaining rows as a DataFrame of "pandas" or "polars". Raises as `fetch_arrow` does.

        In pandas whole numbers and booleans get nullable types, since numpy has no NULL for them.
        """
        return await self._connection._run(self._fetch_df_gen(kind))

    async def scroll(self, value: int, mode: str = "relative") -> None:
        """Move the position of the next fetch.

        Args:
            value: 0-based index of a row, or a distance from the present position.
            mode: "absolute" or "relative": which of the two it is.

        Raises:
            IndexError: the position is outside the result; the position stays.
        """
        return await self._connection._run(self._scroll_gen(value, mode))

    async def fetch_first(self) -> R | None:
        """Return the first row of a scrollable cursor, or None."""
        return await self._connection._run(self._fetch_first_gen())

    async def fetch_last(self) -> R | None:
        """Return the last row of a scrollable cursor, or None."""
        return await self._connection._run(self._fetch_last_gen())

    async def fetch_prior(self) -> R | None:
        """Return the row before the present one, or None."""
        return await self._connection._run(self._fetch_prior_gen())

    async def fetch_absolute(self, row: int) -> R | None:
        """Return the row with 0-based index `row`, or None; negative ones count from the end (-1 is the last)."""
        return await self._connection._run(self._fetch_absolute_gen(row))

    async def fetch_relative(self, distance: int) -> R | None:
        """Return the row `distance` rows after (before, if negative) the present one, or None."""
        return await self._connection._run(self._fetch_relative_gen(distance))

    async def callproc(self, name: str, parameters: Parameters = ()) -> Parameters:
        """Run ``EXECUTE PROCEDURE name(…)``; its rows are fetched as usual.

        Returns `parameters`; if some are OUT or INOUT, a copy with what came back for them (PEP 249). That part is
        experimental: the bytes are known from IBM's JDBC driver only (sqli.md 5.13.1).

        Args:
            name: the routine.
            parameters: a value for each; anything may stand in the place of an OUT parameter.

        Raises:
            NotSupportedError: OUT or INOUT parameters of type BYTE or TEXT, or on a scrollable cursor.
        """
        return await self._connection._run(self._callproc_gen(name, parameters))

    async def callfunc(self, name: str, parameters: Parameters = ()) -> Any:
        """Run ``EXECUTE FUNCTION name(…)`` with `parameters` and return its first row; a single value as such."""
        return await self._connection._run(self._callfunc_gen(name, parameters))

    async def read_blob_column(self, sql: str, parameters: Parameters | None = None) -> Any:
        """Return the data of the one BLOB or CLOB that a query selects. Needs ``informix-db[lob]``.

        Args:
            sql: a query whose first row is the large object.
            parameters: its parameters.

        Raises:
            NotSupportedError: informix-lob is not installed, or this version of it cannot do that yet.
        """
        return await self._connection._run(self._read_blob_column_gen(sql, parameters))

    async def write_blob_column(self, sql: str, *, blob_data: Any, params: Sequence[Any] = ()) -> Self:
        """Execute a statement in which ``BLOB_PLACEHOLDER`` stands for `blob_data`. Needs ``informix-db[lob]``.

        Args:
            sql: an INSERT or UPDATE with the token where the large object goes.
            blob_data: its data.
            params: the statement's other parameters.

        Raises:
            NotSupportedError: informix-lob is not installed, or this version of it cannot do that yet.
            ProgrammingError: the token does not stand in the statement exactly once.
        """
        return await self._connection._run(self._write_blob_column_gen(sql, blob_data=blob_data, params=params))

    async def close(self) -> None:
        """Free the cursor and its rows. Closing twice is allowed."""
        return await self._connection._run(self._close_gen())

    def _row(self, row: R | object) -> R:
        return self._or_stop(row, StopAsyncIteration)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> R:
        return self._buffer.popleft() if self._buffer else self._row(await self._connection._run(self._next_gen()))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return await self.close()

    async def _ready(self) -> Self:
        return self

    def __await__(self) -> Generator[Any, Any, Self]:
        return self._ready().__await__()


class AsyncRecordBatches:
    """Iterator over the rows of a cursor as `pyarrow.RecordBatch`; see `Cursor.fetch_record_batches`."""

    def __init__(self, cursor: AsyncCursor[Any], size: int) -> None:
        self._cursor = cursor
        self._size = size

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        return self._cursor._or_stop(
            await self._cursor._connection._run(self._cursor._next_batch_gen(self._size)), StopAsyncIteration
        )
