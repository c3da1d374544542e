"""Bulk insert by an insert cursor: rows in the row format, many to a group (sqli.md 5.7). Known from JDBC only."""

from collections.abc import Iterable, Sequence
from typing import Final

from informix_types import ColumnType
from informix_types.classes import mutable

from ..errors import ServerError
from ..pdu.base import Message
from ..pdu.rows import Direction, Put, RetType
from ..pdu.statement import cursor_name_bytes
from ..pdu.status import Done, PutErr
from ..session import Prepared, Session
from . import reply as legal
from .core import Conversation, conversation
from .exchange import CLOSE_TAG, short_group, statement_group, transmit
from .fetch import OPEN
from .reply import Expected, first_error, read_reply, server_error

__all__ = ["PutResult", "insert_rows"]

GROUP_BYTES: Final = 32 * 1024
"""All rows may stand in one group; for memory's sake it is cut at some tens of kilobytes (sqli.md 5.7)."""
ROWS_PER_PUT: Final = 32767
"""The number of rows in a PUT has 2 bytes (sqli.md 5.7)."""


@mutable
class PutResult:
    """What became of the rows.

    Attributes:
        sent: rows that were sent.
        stored: rows that the server said it stored.
        error: the first error; the row at index `stored` is the one it refused, and what was sent behind it was
            not stored, unless `at_close`.
        at_close: the error came when the cursor was closed: which row it is about is not certain. Roll back.
        refused: the server refused the cursor itself, no row was looked at: fall back to BIND and EXECUTE.
        source_error: what the input iterator raised; the rows before it were sent.
    """

    sent: int = 0
    stored: int = 0
    error: ServerError | None = None
    at_close: bool = False
    refused: bool = False
    source_error: Exception | None = None


@conversation()
def insert_rows(
    session: Session,
    prepared: Prepared,
    types: Sequence[ColumnType],
    rows: Iterable[bytes],
    *,
    name: str | None = None,
    group_bytes: int = GROUP_BYTES,
    result: PutResult | None = None,
) -> Conversation[PutResult]:
    """Open an insert cursor on a prepared INSERT, put rows, close it.

    Needs an open transaction in a logged database (-265 otherwise). Whether a server stores rows before the CLOSE
    is unknown (sqli.md 12 #18): treat the whole as one unit and roll back on an error.

    Args:
        session: the session.
        prepared: an INSERT with a marker for every value; stays allocated.
        types: the transport form of each marker's column, by which `rows` are encoded: `rows.put_types`.
        rows: row payloads without pad; taken lazily, one group ahead of the server.
        name: the cursor's name; None takes one that was not used.
        group_bytes: size at which a group is cut; a single row may be larger.
        result: a fresh one to fill: whoever makes the rows sees in it how many of them the server has stored.

    Returns:
        what was stored; errors of the server and of `rows` are in it, not raised.
    """
    state = session.statement(prepared)
    caps, number = session.caps, prepared.statement_id
    result = PutResult() if result is None else result
    source = _Source(session, types, rows, group_bytes)
    cursor = name or session.next_cursor_name()
    head = cursor_name_bytes(cursor, caps.encoding) + OPEN
    if source.row_size is None:  # rows of a fixed size go without RET_TYPE
        head += RetType(Direction.PUT_ROWS, tuple(types)).encode(caps)
    count, puts = source.next_group()
    if count:
        state.opened(cursor)
    while count:
        yield from transmit(session, statement_group(number, head, puts), [Expected(legal.PUT)])
        following = source.next_group()
        messages = yield from read_reply(session)
        first = not result.sent
        result.sent += count
        _account(result, messages)
        if result.error is not None:
            result.refused = first and not result.stored and _refuses(messages)
            break
        head, (count, puts) = b"", following
    if result.sent:
        yield from transmit(session, short_group(number, CLOSE_TAG), [Expected(legal.CLOSE)])
        state.cursor = None
        closing = yield from read_reply(session)
        if result.error is None:
            _account(result, closing)
            result.at_close = result.error is not None
    result.source_error = source.failure
    return result


class _Source:
    """Encodes rows into groups of PUTs, lazily."""

    def __init__(
        self, session: Session, types: Sequence[ColumnType], rows: Iterable[bytes], group_bytes: int
    ) -> None:
        self.caps = session.caps
        self.rows = iter(rows)
        self.group_bytes = group_bytes
        self.failure: Exception | None = None
        widths = [column.width for column in types]
        self.row_size = None if None in widths else sum(filter(None, widths))
        """Size of every row when all columns have a fixed width: then one PUT carries many rows (sqli.md 5.7)."""

    def next_group(self) -> tuple[int, bytes]:
        """Return the number of rows in the next group, and its PUTs; 0 when the input has ended or failed."""
        group: list[bytes] = []
        size = 0
        try:
            while self.failure is None and size < self.group_bytes and len(group) < ROWS_PER_PUT:
                row = next(self.rows)
                if self.row_size not in (None, len(row)):
                    raise ValueError(f"a row of {len(row)} bytes where all have {self.row_size}")
                group.append(row)
                size += len(row)
        except StopIteration:
            pass
        except Exception as exc:  # noqa: BLE001 - reported with what was sent before it
            self.failure = exc
        if self.row_size is not None and group:
            return len(group), Put(b"".join(group), len(group)).encode(self.caps)
        return len(group), b"".join(Put(row).encode(self.caps) for row in group)


def _account(result: PutResult, messages: list[Message]) -> None:
    """Enter one reply: several DONEs are summed, PUTERR carries a count of its own (sqli.md 5.7).

    Whether counts of later groups are their own or run on over the cursor is unknown (sqli.md 12 #18); more than
    were sent cannot have been stored.
    """
    error = first_error(messages)
    stored = 0
    for message in messages:
        if isinstance(message, Done):
            stored += message.rows
        if message is error:
            break
    if isinstance(error, PutErr):
        stored += error.rows
    together = result.stored + stored
    result.stored = together if together <= result.sent else max(result.stored, stored)
    if error is not None:
        result.error = server_error(error, messages)


def _refuses(messages: list[Message]) -> bool:
    """Tell whether the error is about the cursor, by a code that no row can cause."""
    error = first_error(messages)
    return error is not None and error.sqlcode in CURSOR_ERRORS


CURSOR_ERRORS: Final = frozenset(
    {-201, -206, -255, -256, -259, -265, -266, -267, -400, -404, -410, -413, -481, -482}
)
"""Errors about the statement, the cursor or the transaction, not about a row (sqli.md 10.1: 24000, 25000)."""
