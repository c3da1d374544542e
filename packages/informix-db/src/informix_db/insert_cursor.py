"""Sends the rows of an `executemany` through an insert cursor where that stores exactly the same (sqli.md 5.7).

`base_cursor.py` comes here before it binds: what cannot go this way is handed back and bound. Known from JDBC
only (sqli.md 12 #18, #33), hence cautious: one transaction, every count checked, refusals answered by binding.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from informix_types import ColumnType, TypeContext
from informix_types.classes import frozen
from informix_types.rowcode import row_encoder
from informix_wire.rows import put_types
from informix_wire.session import Prepared, Session
from informix_wire.talk import batch
from informix_wire.talk.insert_cursor import PutResult, insert_rows

from .error_codes import annotate
from .errors import Error, OperationalError
from .placeholders import Query
from .row_source import RowSource
from .steps import Work
from .translate import translated

__all__ = ["InsertCursor"]

_INSERT: Final = 6
WORTHWHILE: Final = 64
"""Rows from which on an insert cursor is opened without being asked for: it costs two more round trips."""

_NAME = r'(?:\w+|"[^"]+")'
_ALL_PLAIN: Final = re.compile(
    rf"\s*INSERT\s+INTO\s+{_NAME}(?:\s*[.:@]\s*{_NAME})*\s*(?:\([^()?'{{}}]*\)\s*)?"
    r"VALUES\s*\(\s*\?(?:\s*,\s*\?)*\s*\)\s*;?\s*",
    re.IGNORECASE,
)
"""``INSERT INTO table [(columns)] VALUES (?, ?, …)`` and nothing else: no constant, expression or comment."""


class _Encoder:
    """Encodes rows; those that the server has not stored yet stay with the source, they may have to be bound."""

    def __init__(self, source: RowSource, query: Query, encode: Callable[[Any], bytes]) -> None:
        self.source = source
        self.query = query
        self.encode = encode
        self.result = PutResult()

    def __iter__(self) -> Iterator[bytes]:
        """Yield row payloads up to the first row that has none."""
        source, arrange, encode, result = self.source, self.query.arrange, self.encode, self.result
        confirm = source.confirm
        while True:
            try:
                row = next(source)
            except Exception:  # noqa: BLE001 - the end, or what the source raises again when it is asked next
                return
            confirm(result.stored)
            try:
                data = encode(arrange(row))
            except Exception:  # noqa: BLE001 - whatever it is: binding it decides, and says what is wrong
                return
            yield data


@frozen
class InsertCursor:
    """The insert cursor that a prepared INSERT may have.

    Attributes:
        session: the session, after BEGIN.
        prepared: the statement.
        query: its text.
        context: how values are encoded.
    """

    session: Session
    prepared: Prepared
    query: Query
    context: TypeContext

    def types(self, wanted: bool | None, source: RowSource) -> tuple[ColumnType, ...] | None:
        """Return the forms in which rows may go through an insert cursor, None when they have to be bound.

        They may when the statement is ``INSERT INTO … VALUES (?, …)`` with nothing but parameters, every column's
        row form is proven (no BYTE, TEXT, large object, collection, row, opaque or distinct type), no dumper is
        registered, and a transaction is open: outside of one a server refuses (-265).

        Args:
            wanted: False never, True also for few rows, None when it pays.
            source: the rows.
        """
        session, prepared = self.session, self.prepared
        database = session.database
        if (
            wanted is False
            or prepared.statement_type != _INSERT
            or not prepared.markers
            or len(prepared.columns) != prepared.markers
            or self.context.adapters.dumpers
            or database is None
            or not (database.ansi or (database.logged and (session.in_transaction or session.in_branch)))
            or not _ALL_PLAIN.fullmatch(self.query.text)
            or source.look(WORTHWHILE) < (1 if wanted else WORTHWHILE)
        ):
            return None
        return put_types(prepared.columns)

    def put_gen(self, types: tuple[ColumnType, ...], source: RowSource) -> Work[None]:
        """Put rows until the source ends, or a row comes that has no exact row form; that one is put back.

        Afterwards ``source.affected`` rows are stored, and `source` yields the others.

        Raises:
            Error: the server refused a row; ``row`` is its index, None when the server said it too late to know.
        """
        encoder = _Encoder(source, self.query, row_encoder(types, self.context))
        result = yield from insert_rows(self.session, self.prepared, types, encoder, result=encoder.result)
        if result.refused:
            source.settle(0)
            return
        if result.error is not None:
            raise self._failure(source, result)
        if result.source_error is not None:
            raise result.source_error
        if result.stored != result.sent:
            source.affected = -1
            raise OperationalError(
                f"the server confirmed {result.stored} of {result.sent} rows that went through an insert cursor: "
                "roll back, and use insert_cursor=False with this server"
            )
        source.affected += result.stored
        source.settle(result.stored)

    def _failure(self, source: RowSource, result: PutResult) -> Error:
        """Return the exception for a refused row, with its index; at -710 the row is put back for another try."""
        assert result.error is not None
        error = translated(result.error, self.query)
        assert isinstance(error, Error)
        if result.at_close:
            source.affected = -1
            error.add_note(
                f"the server said it when {result.sent} rows of this executemany had been sent; which of them it "
                "is about is not certain: roll back"
            )
            return error
        executed = source.done + result.stored
        source.affected += result.stored
        if result.error.sqlcode == batch.TABLE_CHANGED:
            source.settle(result.stored)
        annotate(error, row=executed)
        error.add_note(f"{executed} rows of this executemany were executed before; none was executed behind it")
        return error
