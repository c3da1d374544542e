"""Sends the rows of an `executemany` through an insert cursor where that stores exactly the same (sqli.md 5.7).

`base_cursor.py` comes here before it binds: what cannot go this way is handed back and bound. Known from JDBC
only (sqli.md 12 #18, #33), hence cautious: one transaction, every count checked, refusals answered by binding.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from informix_types import ColumnType, TypeContext
from informix_types.rowcode import row_encoder
from informix_wire.rows import put_types
from informix_wire.session import Prepared, Session
from informix_wire.talk.insert_cursor import PutResult, insert_rows

from .error_codes import annotate
from .errors import Error, OperationalError
from .placeholders import Parameters, Query
from .steps import Work
from .translate import translated

__all__ = ["InsertCursor", "RowSource"]

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


@dataclass(slots=True)
class RowSource:
    """Rows of parameters with a few of them put back in front, and the number of those that are done with.

    Attributes:
        rest: where further rows come from.
        ahead: rows that were taken from `rest` and come first.
        failure: what `rest` raised when it was asked for the row behind `ahead`.
        done: rows that the server has stored: the index of the next row; -1 when it is not certain.
    """

    rest: Iterator[Parameters]
    ahead: deque[Parameters] = field(default_factory=deque)
    failure: Exception | None = None
    done: int = 0

    @classmethod
    def of(cls, rows: Iterable[Parameters]) -> "RowSource":
        """Return the source of all of `rows`."""
        return cls(iter(rows))

    def first(self) -> Parameters | None:
        """Return the first row without taking it, None when there is none; raise what the rows raise."""
        if not self.look(1) and self.failure is not None:
            raise self.failure
        return self.ahead[0] if self.ahead else None

    def look(self, count: int) -> int:
        """Take up to `count` rows into `ahead`; return how many are there."""
        try:
            for row in islice(self.rest, max(0, count - len(self.ahead))):
                self.ahead.append(row)
        except Exception as error:  # noqa: BLE001 - raised again in its place, by __next__
            self.failure, self.rest = error, iter(())
        return len(self.ahead)

    def __iter__(self) -> "RowSource":
        return self

    def __next__(self) -> Parameters:
        if self.ahead:
            return self.ahead.popleft()
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        return next(self.rest)


class _Encoder:
    """Encodes rows, and keeps those that the server has not stored yet: they may have to be bound."""

    def __init__(self, source: RowSource, query: Query, encode: Callable[[Any], bytes]) -> None:
        self.source = source
        self.query = query
        self.encode = encode
        self.result = PutResult()
        self.kept: deque[Parameters] = deque()
        self.forgotten = 0
        """Rows in front of `kept` that are stored."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield row payloads up to the first row that has none."""
        source, arrange, encode, result, kept = (
            self.source,
            self.query.arrange,
            self.encode,
            self.result,
            self.kept,
        )
        while True:
            try:
                row = next(source)
            except StopIteration:
                return
            except Exception as error:  # noqa: BLE001 - raised again by the source, after what was kept
                source.failure = error
                return
            while self.forgotten < result.stored:
                kept.popleft()
                self.forgotten += 1
            kept.append(row)
            try:
                data = encode(arrange(row))
            except Exception:  # noqa: BLE001 - whatever it is: binding it decides, and says what is wrong
                return
            yield data


@dataclass(frozen=True, slots=True)
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

        Afterwards ``source.done`` rows are stored, and `source` yields the others.

        Raises:
            Error: the server refused a row; ``row`` is its index, None when the server said it too late to know.
        """
        encoder = _Encoder(source, self.query, row_encoder(types, self.context))
        result = yield from insert_rows(self.session, self.prepared, types, encoder, result=encoder.result)
        if result.refused:
            source.ahead.extendleft(reversed(encoder.kept))
            return
        if result.error is not None:
            error = translated(result.error, self.query)
            assert isinstance(error, Error)
            source.done = -1 if result.at_close else result.stored
            if result.at_close:
                error.add_note(
                    f"the server said it when {result.sent} rows of this executemany had been sent; which of them "
                    "it is about is not certain: roll back"
                )
            else:
                annotate(error, row=result.stored)
                error.add_note(
                    f"{result.stored} rows of this executemany were executed before; none was executed behind it"
                )
            raise error
        if result.source_error is not None:
            raise result.source_error
        if result.stored != result.sent:
            source.done = -1
            raise OperationalError(
                f"the server confirmed {result.stored} of {result.sent} rows that went through an insert cursor: "
                "roll back, and use insert_cursor=False with this server"
            )
        source.done = result.stored
        unsent = encoder.forgotten + len(encoder.kept) - result.stored
        for _ in range(unsent):
            source.ahead.appendleft(encoder.kept.pop())
