"""What a session keeps about one prepared statement and its cursor, and the table that hands out statement ids."""

from collections.abc import Callable, Iterator
from dataclasses import field
from typing import TYPE_CHECKING

from informix_types import ColumnType
from informix_types.classes import mutable

from .engine import EngineCursor, EngineSession, Parameter, PreparedStatement, SqlError

if TYPE_CHECKING:
    from .values import RowEncoder

__all__ = ["InsertCursor", "OpenCursor", "Statement", "StatementTable"]

STATEMENT_NOT_PREPARED = -410
"""sqli.md 10.1."""
MAX_STATEMENTS = 0x7FFF
"""Ids travel as a positive short (sqli.md 4.2)."""


@mutable
class OpenCursor:
    """A select cursor that is open.

    Attributes:
        cursor: the engine's cursor.
        encode: encodes rows in the transport form of each column (sqli.md 4.5, 7.1).
        hold: survives COMMIT.
        scroll: opened for SFETCH.
        fetched: rows delivered so far.
        widest: bytes of the largest TUPLE so far; tells when the next one would overflow the fetch buffer.
        blobs: BYTE and TEXT values by the start position in their descriptor, until the cursor is closed (5.16).
            None: none yet, as in most cursors.
        next_blob: start position of the next one.
    """

    cursor: EngineCursor
    encode: "RowEncoder"
    hold: bool = False
    scroll: bool = False
    fetched: int = 0
    widest: int = 0
    blobs: dict[int, bytes] | None = None
    next_blob: int = 1


@mutable
class InsertCursor:
    """An insert cursor that is open: every row of a PUT is executed as one INSERT (sqli.md 5.7).

    Attributes:
        decode: makes parameters of the payload and number of rows of a PUT.
    """

    decode: Callable[[bytes, int], list[list[Parameter]]]


@mutable
class Statement:
    """A statement that PREPARE or COMMAND made.

    Attributes:
        id: number that SQ_ID carries.
        sql: its text, needed to prepare it again in another engine session (XA).
        markers: number of ``?`` that the client counted.
        prepared: the engine's result.
        engine: the engine session that prepared it.
        transient: made by COMMAND; the next COMMAND frees it if the client has not (sqli.md 4.3).
        keys: generated keys asked for, () = all; None = not asked.
        keys_described: their KEYDESCRIBE has been sent.
        parameters: the last values bound.
        pending_blobs: indexes of parameters whose data come with BBIND.
        cursor_name: name for the next OPEN.
        scroll, hold, autofree: what was said before OPEN.
        result_types: RET_TYPE of direction 1.
        put_types: RET_TYPE of direction 0.
        row_encoder: encodes its rows; None until the first OPEN and after RET_TYPE.
        cursor: what is open, if anything.
        was_open: an OPEN was tried, hence CLOSE is no error.
    """

    id: int
    sql: str
    markers: int
    prepared: PreparedStatement
    engine: EngineSession
    transient: bool = False
    keys: tuple[str | int, ...] | None = None
    keys_described: bool = False
    parameters: list[Parameter] = field(default_factory=list)
    pending_blobs: list[int] = field(default_factory=list)
    cursor_name: str = ""
    scroll: bool = False
    hold: bool = False
    autofree: bool = False
    result_types: tuple[ColumnType, ...] | None = None
    put_types: tuple[ColumnType, ...] | None = None
    row_encoder: "RowEncoder | None" = None
    cursor: OpenCursor | InsertCursor | None = None
    was_open: bool = False

    def close_cursor(self) -> None:
        """Close whatever is open."""
        cursor, self.cursor = self.cursor, None
        if isinstance(cursor, OpenCursor):
            cursor.cursor.close()


class StatementTable:
    """The statements of one session by id: the lowest free id first, from 0 (sqli.md 4.2)."""

    def __init__(self, *, strict: bool = False) -> None:
        self._by_id: dict[int, Statement] = {}
        self._taken = 0
        """All ids below this one are taken."""
        self._strict = strict

    def __iter__(self) -> Iterator[Statement]:
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)

    def next_id(self) -> int:
        """Return the id that the next statement gets.

        Raises:
            SqlError: -208: more statements than the id can number.
        """
        number = self._taken
        while number in self._by_id:
            number += 1
        self._taken = number
        if number > MAX_STATEMENTS:
            raise SqlError(-208)
        return number

    def add(self, statement: Statement) -> None:
        """Enter a statement under its id; it is the newest one now."""
        self._by_id[statement.id] = statement

    def find(self, number: int) -> Statement | None:
        """Return the statement that has this id, if there is one."""
        return self._by_id.get(number)

    def meant_by(self, number: int) -> Statement | None:
        """Return the statement that a client means by an id that no statement has.

        Id 0 stands for the newest one: informix-driver addresses everything as 0 (sqli.md 4.2). Any other id
        stands for nothing.
        """
        if number or self._strict:
            return None
        return next(reversed(self._by_id.values()), None)

    def free(self, statement: Statement) -> None:
        """Close its cursor and forget the statement."""
        self._by_id.pop(statement.id, None)
        self._taken = min(self._taken, statement.id)
        statement.close_cursor()
