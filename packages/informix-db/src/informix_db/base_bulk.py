"""Whole tables at once: `load` from and `unload` to text files in Informix's format, as parts of a connection.

The rows go through `executemany` (`base_cursor.py`), which chooses insert cursors; `unload_format.py` knows the
text.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol, TextIO

from informix_types import ColumnType, ConversionError, TypeCode, TypeRegistry
from informix_wire.talk import statement as statement_talk
from informix_wire.talk import transaction

from .base_session import guarded
from .base_transactions import Transactions
from .columnar import arrow_rows, record_batches
from .errors import DataError, Error, InterfaceError, ProgrammingError
from .placeholders import Parameters
from .steps import Work
from .translate import WIRE_ERRORS
from .unload_format import DateFormat, check_delimiter, field_reader, field_writer, logical_lines

if TYPE_CHECKING:
    from .base_cursor import BaseCursor

__all__ = ["BulkTransfer", "Progress"]

Progress = Callable[[int], object]
"""Called with the number of rows so far: every `STEP` rows and at the end."""
STEP: Final = 1000

_NAME: Final = r'(?:\w+|"[^"]+")'
_TABLE: Final = re.compile(rf"\s*{_NAME}(?:[.:@]{_NAME})*\s*")
_COLUMN: Final = re.compile(_NAME)
_DEFAULT_DBDATE: Final = "Y4MD-"
"""What the driver asks of the server as well (sqli.md 2.2)."""


class _Writable(Protocol):
    def write(self, text: str, /) -> object: ...


class BulkTransfer(Transactions):
    """The part of a connection that moves whole tables."""

    if TYPE_CHECKING:

        def cursor(self) -> "BaseCursor[Any]":
            """The shells make cursors."""

    @guarded
    def _load_gen(
        self,
        table: str,
        source: str | os.PathLike[str] | TextIO | Iterable[Parameters],
        columns: Sequence[str] | None = None,
        *,
        delimiter: str = "|",
        date_format: str | None = None,
        encoding: str | None = None,
        insert_cursor: bool | None = None,
        progress: Progress | None = None,
    ) -> Work[int]:
        check_delimiter(delimiter)
        sql, types = yield from self._insert_gen(table, columns)
        with _opened(source, "r", encoding or self._settings.encoding) as opened:
            rows: Iterable[Parameters]
            if _is_text(source):
                rows = _parsed(opened, field_reader(types, delimiter, self._dates(date_format, types)))
            else:
                rows = opened
            return (yield from self._store_gen(sql, rows, insert_cursor, progress))

    @guarded
    def _insert_arrow_gen(
        self,
        table: str,
        data: Any,
        columns: Sequence[str] | None = None,
        *,
        insert_cursor: bool | None = None,
        progress: Progress | None = None,
    ) -> Work[int]:
        with record_batches(data) as reader:
            names = list(reader.schema.names) if columns is None else list(columns)
            if len(names) != len(reader.schema.names):
                raise InterfaceError(f"{len(names)} names for {len(reader.schema.names)} columns of data")
            sql, types = yield from self._insert_gen(table, names)
            return (yield from self._store_gen(sql, arrow_rows(reader, types), insert_cursor, progress))

    def _store_gen(
        self, sql: str, rows: Iterable[Parameters], insert_cursor: bool | None, progress: Progress | None
    ) -> Work[int]:
        """Insert rows in the open transaction; with autocommit in one of its own."""
        own = self._autocommit and self.transactional and not self.in_transaction and not self._blocks
        cursor = self.cursor()
        if own:
            if not self._is_ansi:
                yield from self._begin_gen()
            self._blocks += 1
        try:
            yield from cursor._executemany_gen(sql, _counted(rows, progress), insert_cursor=insert_cursor)
        except GeneratorExit:
            raise
        except BaseException as error:  # Ctrl-C in what makes the rows, too
            if own:
                yield from self._undo_gen(error)
            raise
        finally:
            self._blocks -= own
        if own:
            yield from self._commit_gen()
        if progress is not None:
            progress(cursor.rowcount)
        return cursor.rowcount

    def _undo_gen(self, cause: BaseException) -> Work[None]:
        """Roll the load's own transaction back."""
        try:
            yield from self._end_gen(transaction.rollback)
        except (Error, *WIRE_ERRORS) as error:
            cause.add_note(f"and rolling back failed: {error}")
        else:
            cause.add_note("the load was rolled back: none of its rows is stored")

    def _insert_gen(self, table: str, columns: Sequence[str] | None) -> Work[tuple[str, list[ColumnType]]]:
        """Return the INSERT for a table and the types of its values."""
        if not isinstance(table, str) or not _TABLE.fullmatch(table):
            raise ProgrammingError(f"{table!r} is no name of a table")
        for column in columns or ():
            if not _COLUMN.fullmatch(column):
                raise ProgrammingError(f"{column!r} is no name of a column")
        names = ", ".join(columns) if columns else "*"
        prepared = yield from statement_talk.prepare(self._session, f"SELECT {names} FROM {table}", 0)
        self._session.queue_release(prepared)
        types = [column.type for column in prepared.columns]
        listed = f" ({names})" if columns else ""
        return f"INSERT INTO {table}{listed} VALUES ({', '.join('?' * len(types))})", types

    @guarded
    def _unload_gen(
        self,
        query: str,
        target: str | os.PathLike[str] | _Writable,
        parameters: Parameters | None = None,
        *,
        delimiter: str = "|",
        date_format: str | None = None,
        encoding: str | None = None,
        progress: Progress | None = None,
    ) -> Work[int]:
        check_delimiter(delimiter)
        cursor = self.cursor()
        # The values as the server has them, whatever the application turns them into.
        cursor.row_factory, cursor._types = None, TypeRegistry()
        sql = f"SELECT * FROM {query}" if _TABLE.fullmatch(query) else query
        yield from cursor._execute_gen(sql, parameters)
        if cursor.description is None:
            raise ProgrammingError("unload needs a query or the name of a table")
        types = [column.type for column in cursor.description]
        write = field_writer(types, delimiter, self._dates(date_format, types))
        count = 0
        with _opened(target, "w", encoding or self._settings.encoding) as opened:
            while rows := (yield from cursor._fetchmany_gen(STEP)):
                try:
                    opened.write("".join(map(write, rows)))
                except ConversionError as error:
                    raise DataError(f"between rows {count + 1} and {count + len(rows)}: {error}") from error
                count += len(rows)
                if progress is not None:
                    progress(count)
        yield from cursor._close_gen()
        return count

    def _dates(self, date_format: str | None, types: Sequence[ColumnType]) -> DateFormat:
        """Return the form of DATE values: as asked for, or as the session's DBDATE says."""
        wanted = date_format or self._settings.env.get("DBDATE") or _DEFAULT_DBDATE
        if date_format is None and not any(column.code == TypeCode.DATE for column in types):
            wanted = _DEFAULT_DBDATE
        return DateFormat.of(wanted)


def _is_text(source: object) -> bool:
    return isinstance(source, (str, os.PathLike)) or hasattr(source, "read")


def _opened(place: Any, mode: str, encoding: str) -> AbstractContextManager[Any]:
    """Open a path; anything else is used as it is and stays open. Only newlines end lines (UNLOAD TO File)."""
    if not isinstance(place, (str, os.PathLike)):
        return nullcontext(place)
    try:
        return open(place, mode, encoding=encoding, newline="\n")
    except OSError as error:
        raise InterfaceError(f"{os.fspath(place)!r} cannot be opened: {error.strerror}") from error


def _parsed(lines: Iterable[str], read: Callable[[str], tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Read rows from lines; what is wrong with one names the line."""
    for row, (number, body) in enumerate(logical_lines(lines)):
        try:
            values = read(body)
        except ValueError as error:  # ConversionError is one
            wrong = DataError(f"line {number}: {error}")
            wrong.row = row
            raise wrong from None
        yield values


def _counted(rows: Iterable[Parameters], progress: Progress | None) -> Iterator[Parameters]:
    if progress is None:
        return iter(rows)
    return _reporting(rows, progress)


def _reporting(rows: Iterable[Parameters], progress: Progress) -> Iterator[Parameters]:
    for number, row in enumerate(rows):
        if number and number % STEP == 0:
            progress(number)
        yield row
