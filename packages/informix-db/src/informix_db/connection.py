"""`Connection`: the blocking shell of `base_connection.py`; every method is one step into it.

`informix_db.connect` leads here; `BaseConnection._connect_gen` says what happens then, `run_blocking.py` does it.
"""

from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from types import TracebackType
from typing import Any, Self, TextIO, TypeVar, overload

from .base_bulk import Progress
from .base_connection import CLOSE_LIMITS, BaseConnection
from .base_transactions import Block
from .cursor import Cursor
from .placeholders import Parameters
from .run_blocking import BlockingLine
from .settings import Settings
from .steps import Limits, Work
from .two_phase import Xid

__all__ = ["Connection", "Transaction"]

T = TypeVar("T")


class Connection(BaseConnection):
    """A session with an Informix server (PEP 249). Made by `informix_db.connect`.

    As a context manager it commits at the end, rolls back after an exception, and closes in either case.
    """

    def __init__(self, settings: Settings) -> None:
        self._line = BlockingLine()
        super().__init__(settings, self._line)

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        """Connect as `settings` say; see `informix_db.connect`."""
        return cls(settings)._connect()

    def _connect(self) -> Self:
        return self._line.run(self._connect_gen(self), Limits(None, self._settings.connect_timeout, True))

    def _run(self, work: Work[T], timeout: float | None = None) -> T:
        return self._line.run(work, self._limits if timeout is None else self._within(timeout))

    @overload
    def cursor(
        self, *, scrollable: bool = False, hold: bool = False, name: str | None = None, row_factory: None = None
    ) -> Cursor[Any]: ...

    @overload
    def cursor(
        self,
        *,
        scrollable: bool = False,
        hold: bool = False,
        name: str | None = None,
        row_factory: Callable[[Sequence[str]], Callable[[tuple[Any, ...]], T]],
    ) -> Cursor[T]: ...

    def cursor(
        self,
        *,
        scrollable: bool = False,
        hold: bool = False,
        name: str | None = None,
        row_factory: Any = None,
    ) -> Cursor[Any]:
        """Return a new cursor.

        Args:
            scrollable: rows can be fetched by position, in any direction (sqli.md 5.9).
            hold: the cursor stays open over COMMIT and ROLLBACK.
            name: name for ``WHERE CURRENT OF name``; rows are then fetched one at a time, so that the server's
                current row is the one that was fetched last.
            row_factory: what rows become, instead of the connection's `row_factory`.
        """
        return Cursor(self, scrollable=scrollable, hold=hold, name=name, row_factory=row_factory)

    def execute(
        self, sql: str, parameters: Parameters | None = None, *, timeout: float | None = None
    ) -> Cursor[Any]:
        """Execute a statement on a new cursor and return the cursor; see `Cursor.execute`."""
        return self.cursor().execute(sql, parameters, timeout=timeout)

    def prepare(self, sql: str) -> Cursor[Any]:
        """Have the server parse a statement; returns a cursor whose ``execute(None, parameters)`` executes it."""
        return self.cursor().prepare(sql)

    def commit(self) -> None:
        """Make the transaction's changes lasting. Does nothing when none is open or the database is unlogged."""
        return self._run(self._commit_gen())

    def rollback(self) -> None:
        """Undo the transaction's changes. Does nothing when none is open or the database is unlogged."""
        return self._run(self._rollback_gen())

    def transaction(self) -> "Transaction":
        """Return a context manager: a transaction, or inside one a savepoint; undone when its body raises.

        A statement before it, be it a query, has begun a transaction already unless `autocommit` is on: the block
        is a savepoint then, and its end commits nothing.

        Raises (on entering):
            NotSupportedError: the database is not logged.
        """
        return Transaction(self)

    def tpc_begin(self, xid: Xid) -> None:
        """Begin a two-phase transaction named `xid`, see `xid()` (PEP 249).

        Raises:
            ProgrammingError: a transaction is open.
            NotSupportedError: the database is not logged.
        """
        return self._run(self._tpc_begin_gen(xid))

    def tpc_prepare(self) -> None:
        """Perform the first phase: from here on the server keeps the branch even if this connection is lost."""
        return self._run(self._tpc_prepare_gen())

    def tpc_commit(self, xid: Xid | None = None) -> None:
        """Commit the two-phase transaction (in one phase if not prepared), or `xid`, which `tpc_recover` found."""
        return self._run(self._tpc_commit_gen(xid))

    def tpc_rollback(self, xid: Xid | None = None) -> None:
        """Roll the two-phase transaction back, or `xid`, which `tpc_recover` found."""
        return self._run(self._tpc_rollback_gen(xid))

    def tpc_recover(self) -> list[Xid]:
        """Return the names of the prepared branches that wait for `tpc_commit` or `tpc_rollback`."""
        return self._run(self._tpc_recover_gen())

    def fast_path_call(self, signature: str, *arguments: Any) -> list[Any]:
        """Call a routine by its signature and return its results. Needs ``informix-db[lob]``.

        Args:
            signature: e.g. ``function informix.ifx_lo_close(integer)``; its handle is kept for the connection.
            arguments: values for its parameters.

        Raises:
            NotSupportedError: informix-lob is not installed, or this version of it cannot do that yet.
        """
        return self._run(self._fast_path_call_gen(signature, arguments))

    def set_isolation(self, level: str) -> None:
        """Set the isolation level: "dirty read", "committed read", "cursor stability", "repeatable read" ….

        It may be set inside a transaction and holds until it is set again.
        """
        return self._run(self._set_isolation_gen(level))

    def set_lock_mode(self, wait: bool | int) -> None:
        """Say what to do when something is locked: wait (True), fail at once (False), wait so many seconds."""
        return self._run(self._set_lock_mode_gen(wait))

    def load(
        self,
        table: str,
        source: str | PathLike[str] | TextIO | Iterable[Parameters],
        columns: Sequence[str] | None = None,
        *,
        delimiter: str = "|",
        date_format: str | None = None,
        encoding: str | None = None,
        insert_cursor: bool | None = None,
        progress: Progress | None = None,
        timeout: float | None = None,
    ) -> int:
        """Insert rows into a table: from a file in the format of Informix's UNLOAD, or from an iterable.

        It runs in the open transaction, or begins one as every statement does. With autocommit the load is one
        transaction of its own: all rows or none.

        Args:
            table: its name; ``database:owner.table`` is fine.
            source: path of a text file or an open one, with a line for each row; or rows of values. A path is read
                while rows are sent.
            columns: names of the columns that the values are for, by default all.
            delimiter: character behind each value in a file.
            date_format: how a file writes DATE values, such as ``MDY4/``; by default as the session's ``DBDATE``,
                which is ``Y4MD-`` unless set.
            encoding: Python codec of the file; by default that of `client_locale`.
            insert_cursor: see `Cursor.executemany`.
            progress: called with the number of rows that were read so far, every 1000 rows, and with the number
                of rows that were stored at the end.
            timeout: seconds that the whole may take, instead of the connection's `statement_timeout`.

        Returns:
            The number of rows that were inserted.

        Raises:
            DataError: a value cannot be read or sent; ``row`` is the index of its row.
            DatabaseError: the server refused a row; ``row`` is its index.
        """
        return self._run(
            self._load_gen(
                table,
                source,
                columns,
                delimiter=delimiter,
                date_format=date_format,
                encoding=encoding,
                insert_cursor=insert_cursor,
                progress=progress,
            ),
            timeout,
        )

    def insert_arrow(
        self,
        table: str,
        data: Any,
        columns: Sequence[str] | None = None,
        *,
        insert_cursor: bool | None = None,
        progress: Progress | None = None,
        timeout: float | None = None,
    ) -> int:
        """Insert Arrow data or a DataFrame into a table, as `load` does with rows. Needs ``informix-db[arrow]``.

        Args:
            table: its name; ``database:owner.table`` is fine.
            data: a `pyarrow.Table`, `RecordBatch` or `RecordBatchReader`, or a DataFrame of pandas or polars.
            columns: names of the columns that the data is for, by default its own names.
            insert_cursor: see `Cursor.executemany`.
            progress: see `load`.
            timeout: seconds that the whole may take, instead of the connection's `statement_timeout`.

        Returns:
            The number of rows that were inserted.

        Raises:
            NotSupportedError: pyarrow is not installed.
            InterfaceError: `data` is no Arrow data, or has nanoseconds.
            DataError: a value cannot be sent; ``row`` is the index of its row.
            DatabaseError: the server refused a row; ``row`` is its index.
        """
        return self._run(
            self._insert_arrow_gen(table, data, columns, insert_cursor=insert_cursor, progress=progress), timeout
        )

    def unload(
        self,
        query: str,
        target: str | PathLike[str] | TextIO,
        parameters: Parameters | None = None,
        *,
        delimiter: str = "|",
        date_format: str | None = None,
        encoding: str | None = None,
        progress: Progress | None = None,
        timeout: float | None = None,
    ) -> int:
        """Write the rows of a query into a text file, in the format of Informix's UNLOAD: `load` reads it.

        Args:
            query: a query, or the name of a table.
            target: path of a file, which is replaced, or an open text file. It is written while rows arrive.
            parameters: the query's parameters.
            delimiter: character behind each value.
            date_format: how DATE values are written, such as ``MDY4/``; by default as the session's ``DBDATE``,
                which is ``Y4MD-`` unless set.
            encoding: Python codec of the file; by default that of `client_locale`.
            progress: called with the number of rows that were written so far, about every 1000 rows.
            timeout: seconds that the whole may take, instead of the connection's `statement_timeout`.

        Returns:
            The number of rows that were written.

        Raises:
            NotSupportedError: a column is a BLOB or CLOB.
        """
        return self._run(
            self._unload_gen(
                query,
                target,
                parameters,
                delimiter=delimiter,
                date_format=date_format,
                encoding=encoding,
                progress=progress,
            ),
            timeout,
        )

    def databases(self) -> tuple[str, ...]:
        """Return the names of the server's databases."""
        return self._run(self._databases_gen())

    def reset(self) -> None:
        """Bring the session back to what it was after connecting, for its next user.

        An open transaction is rolled back, cursors are closed; the database, isolation level, lock mode,
        autocommit, time limits, row factory and type registry are set back. Temporary tables stay.
        """
        return self._run(self._reset_gen())

    def session_id(self) -> int | None:
        """Ask the server for the number of this session, as ``onstat -g ses`` has it; None without a database."""
        return self._run(self._session_id_gen())

    def ping(self) -> None:
        """Ask the server for a sign of life. Raises OperationalError when there is none."""
        return self._run(self._ping_gen())

    def cancel(self) -> bool:
        """Interrupt the statement that another thread runs; it raises `StatementCancelled` there (sqli.md 5.17).

        Returns:
            False when nothing was running.
        """
        return self._line.interrupt()

    def close(self) -> None:
        """End the session; an open transaction is rolled back. Closing twice is allowed.

        When another thread is in the middle of a statement, the socket is closed under it.
        """
        return self._line.finish(self._close_gen(), CLOSE_LIMITS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return self._line.finish(self._leave_gen(kind is not None), self._limits)


class Transaction:
    """``with connection.transaction():`` see `Connection.transaction`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._block = Block()

    def __enter__(self) -> Self:
        try:
            return self._connection._run(self._connection._enter_block_gen(self._block, self))
        except Exception:
            raise
        except BaseException:  # Ctrl-C comes out when the server has answered, and no `__exit__` will follow
            self._connection._run(self._connection._leave_block_gen(self._block, failed=True))
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return self._connection._run(self._connection._leave_block_gen(self._block, kind is not None))
