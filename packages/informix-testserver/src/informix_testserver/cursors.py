"""Cursors: OPEN, RET_TYPE, NFETCH, SFETCH, PUT, FETCHBLOB, CLOSE (sqli.md 4.5, 5.2-5.4, 5.7, 5.9, 5.16)."""

from typing import TYPE_CHECKING

from informix_types import TypeCode
from informix_types.values import BlobDescriptor
from informix_wire import pdu
from informix_wire.pdu.rows import tuple_bytes

from .describe import transport_types
from .engine import DatabaseFlag, SqlError
from .statement import STATEMENT_NOT_PREPARED, InsertCursor, OpenCursor, Statement
from .statements import INSERT, bound_parameters
from .values import RowEncoder, is_blob, put_decoder, row_encoder

if TYPE_CHECKING:
    from .session import Session

__all__ = [
    "autofree",
    "close",
    "fetch",
    "fetch_blob",
    "hold",
    "name",
    "open_cursor",
    "put",
    "put_failed",
    "scroll",
    "scroll_fetch",
    "set_types",
]

CURSOR_NOT_OPEN = -400
CURSOR_NEVER_OPENED = -267
NOT_A_SCROLL_CURSOR = -482
SCROLL_FOR_UPDATE = -526
SCROLL_WITH_BLOBS = -611
SCROLL_WITH_COLLECTIONS = -9605
INSERT_NEEDS_TRANSACTION = -265
ROW_NOT_CURRENT = -602
"""sqli.md 8, 10.1."""
NO_DATA = 100
TUPLE_HEAD = 8
"""Bytes of tag, warn and size in front of a row (sqli.md 4.1)."""
BLOB_CHUNK = 1024
"""Longest piece of a BYTE or TEXT value (sqli.md 5.16)."""
COLLECTIONS = frozenset({TypeCode.SET, TypeCode.MULTISET, TypeCode.LIST, TypeCode.ROW, TypeCode.COLLECTION})
LAST_ROW = -1
"""What `EngineCursor.fetch_absolute` takes for the last row."""


def name(session: "Session", message: pdu.CursorName) -> None:
    """Note the name of the cursor to open."""
    session.statement().cursor_name = message.name


def scroll(session: "Session", _message: pdu.Scroll) -> None:
    """Note that the next OPEN is for SFETCH."""
    session.statement().scroll = True


def hold(session: "Session", _message: pdu.Hold) -> None:
    """Note that the next OPEN is to survive COMMIT."""
    session.statement().hold = True


def autofree(session: "Session", _message: pdu.AutoFree) -> None:
    """Note that CLOSE is to free the statement."""
    session.statement().autofree = True


def set_types(session: "Session", message: pdu.RetType) -> None:
    """Take the transport form of result columns (direction 1) or of PUT rows (0) for the statement (4.5)."""
    statement = session.statement()
    if message.direction == pdu.Direction.PUT_ROWS:
        statement.put_types = message.columns
        if isinstance(statement.cursor, InsertCursor):
            statement.cursor = InsertCursor(put_decoder(session, message.columns))
        return
    if statement.result_types != message.columns:
        statement.result_types, statement.row_encoder = message.columns, None
    if isinstance(statement.cursor, OpenCursor):
        statement.cursor.encode = _row_encoder(session, statement)


def _row_encoder(session: "Session", statement: Statement) -> RowEncoder:
    if statement.row_encoder is None:
        described = [column.type for column in statement.prepared.columns]
        statement.row_encoder = row_encoder(session, transport_types(described, statement.result_types))
    return statement.row_encoder


def open_cursor(session: "Session", _message: pdu.Open) -> None:
    """Open the statement's cursor; the reply is empty. One that is open is closed first."""
    statement = session.statement()
    session.check_faults("open")
    statement.close_cursor()
    statement.was_open = True  # tried: in JDBC a -267 from the CLOSE that follows would hide this OPEN's error
    prepared = statement.prepared
    if prepared.statement_type == INSERT:
        if session.flags & DatabaseFlag.LOGGED and not session.engine.in_transaction:
            raise SqlError(INSERT_NEEDS_TRANSACTION)
        described = tuple(column.type for column in prepared.columns)
        statement.cursor = InsertCursor(put_decoder(session, statement.put_types or described))
    elif prepared.returns_rows:
        statement.cursor = _open_select(session, statement)
    else:
        raise SqlError(STATEMENT_NOT_PREPARED)
    statement.scroll = statement.hold = False


def _open_select(session: "Session", statement: Statement) -> OpenCursor:
    prepared = statement.prepared
    if statement.scroll:
        if prepared.for_update or not prepared.scrollable:
            raise SqlError(SCROLL_FOR_UPDATE)
        types = [column.type for column in prepared.columns]
        if any(is_blob(column) for column in types):
            raise SqlError(SCROLL_WITH_BLOBS)
        if any(column.code in COLLECTIONS for column in types):
            raise SqlError(SCROLL_WITH_COLLECTIONS)
    cursor = session.engine.open(
        prepared,
        bound_parameters(statement),
        cursor_name=statement.cursor_name,
        scroll=statement.scroll,
        hold=statement.hold,
    )
    return OpenCursor(cursor, _row_encoder(session, statement), hold=statement.hold, scroll=statement.scroll)


def _select_cursor(statement: Statement) -> OpenCursor:
    if not isinstance(statement.cursor, OpenCursor):
        raise SqlError(CURSOR_NOT_OPEN)
    return statement.cursor


def _send_row(session: "Session", cursor: OpenCursor, row: tuple[object, ...]) -> int:
    """Add a TUPLE; return its bytes."""
    data = tuple_bytes(cursor.encode(row, cursor))
    session.out.append(data)
    return len(data)


def fetch(session: "Session", message: pdu.NFetch) -> None:
    """Send rows until the next one might overflow the client's buffer, but at least one (sqli.md 5.2).

    A cursor FOR UPDATE sends one row at a time: fetching ahead would move the current row (sqli.md 5.9).
    """
    statement = session.statement()
    session.check_faults("fetch")
    cursor = _select_cursor(statement)
    wire, profile, next_row = session.wire, session.profile, cursor.cursor.fetch
    budget = 0 if statement.prepared.for_update else message.buffer_size
    used, before = 0, cursor.fetched
    exhausted = False
    while True:
        if wire.urgent:
            raise SqlError(-213, isam=-157)  # cancelled between two rows (sqli.md 5.17)
        row = next_row()
        if row is None:
            exhausted = True
            break
        size = _send_row(session, cursor, row)
        cursor.fetched += 1
        used += size
        cursor.widest = max(cursor.widest, size)
        if used + cursor.widest > budget:
            break
    if exhausted and not used and profile.end_of_data == "error":
        raise SqlError(NO_DATA)
    if exhausted or profile.done_after_full_block:
        rows = cursor.fetched if profile.cumulative_rows else cursor.fetched - before
        session.done(warn=_take_warnings(cursor), rows=rows)


def _take_warnings(cursor: OpenCursor) -> int:
    """Return the warnings of the rows sent since the last DONE."""
    taken, cursor.cursor.warnings = cursor.cursor.warnings, 0
    return taken


def scroll_fetch(session: "Session", message: pdu.SFetch) -> None:
    """Send the row at a position with its TUPID, or DONE when there is no such row (sqli.md 5.9)."""
    session.check_faults("fetch")
    cursor = _select_cursor(session.statement())
    if not cursor.scroll:
        raise SqlError(NOT_A_SCROLL_CURSOR)
    at = cursor.cursor.position()
    targets: dict[int, int] = {
        pdu.ScrollKind.NEXT: message.row if message.row > 0 else at + 1,
        pdu.ScrollKind.PRIOR: at - 1,
        pdu.ScrollKind.FIRST: 1,
        pdu.ScrollKind.LAST: LAST_ROW,
        pdu.ScrollKind.RELATIVE: at + message.row,
        pdu.ScrollKind.ABSOLUTE: message.row,
    }
    if message.kind not in targets:
        raise SqlError(NOT_A_SCROLL_CURSOR)
    last = message.kind == pdu.ScrollKind.LAST
    target = targets[message.kind]
    row = cursor.cursor.fetch_absolute(target) if last or target > 0 else None
    if row is None:
        session.done()
        return
    number = pdu.TupleId(cursor.cursor.position())
    if session.profile.tupid_first:
        session.send(number)
    _send_row(session, cursor, row)
    if not session.profile.tupid_first:
        session.send(number)


def put(session: "Session", message: pdu.Put) -> None:
    """Insert the rows of one PUT; the group's DONE counts them all (sqli.md 5.7)."""
    statement = session.statement()
    if not isinstance(statement.cursor, InsertCursor):
        raise SqlError(CURSOR_NOT_OPEN)
    session.put_seen = True
    for row in statement.cursor.decode(message.row, message.rows):
        session.check_faults("execute")
        session.rows_put += session.engine.execute(statement.prepared, row).rows


def put_failed(session: "Session", error: SqlError) -> None:
    """Report the error together with the number of rows stored before it (sqli.md 5.7)."""
    session.send(pdu.PutErr(session.rows_put, error.sqlcode, error.isam, error.offset, error.token))


def fetch_blob(session: "Session", message: pdu.FetchBlob) -> None:
    """Send the BYTE or TEXT value behind a descriptor, while its cursor is open (sqli.md 5.16)."""
    cursor = session.statement().cursor
    start = BlobDescriptor(message.descriptor).start
    data = cursor.blobs.get(start) if isinstance(cursor, OpenCursor) and cursor.blobs is not None else None
    if data is None:
        raise SqlError(ROW_NOT_CURRENT)
    for at in range(0, len(data), BLOB_CHUNK):
        session.send(pdu.BlobChunk(data[at : at + BLOB_CHUNK]))
    session.send(pdu.BlobChunk())


def close(session: "Session", _message: pdu.Close) -> None:
    """Close the cursor; the reply is empty. With AUTOFREE the statement goes too (sqli.md 5.9)."""
    statement = session.current  # not `statement()`: closing somebody else's cursor helps nobody
    if statement is None or not statement.was_open:
        raise SqlError(CURSOR_NEVER_OPENED)
    statement.close_cursor()
    if statement.autofree:
        session.statements.free(statement)
        session.current = None
