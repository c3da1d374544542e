"""Cursors: open, fetch block by block, fetch by position, close (sqli.md 5.2-5.4, 5.9)."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from informix_types import ColumnType
from informix_types.classes import frozen
from informix_types.params import Binding

from ..pdu.rows import Direction, NFetch, RetType, ScrollKind, SFetch
from ..pdu.statement import cursor_name_bytes
from ..pdu.status import Done, Err
from ..session import Prepared, Session, StatementState
from . import reply as legal
from .block import Block, Decoder, read_block
from .core import Conversation, conversation
from .exchange import CLOSE_TAG, EOT, make_way, statement_group, transmit
from .reply import NO_DATA, Expected, first_error, server_error, settle
from .statement import binding_bytes, free

__all__ = ["FetchBlock", "ScrollBlock", "close_cursor", "fetch", "open_cursor", "scroll_fetch"]

AUTOFREE: Final = b"\x00\x6c"
HOLD: Final = b"\x00\x2b"
SCROLL: Final = b"\x00\x18"
OPEN: Final = b"\x00\x06"
_CLOSE_END: Final = CLOSE_TAG + EOT
NARROW_BUDGET: Final = 32767
new_tuple: Final = tuple.__new__
"""Makes a named tuple; its class does the same by a function in Python."""


class FetchBlock(NamedTuple):
    """The rows of one fetch.

    Attributes:
        rows: what the decoder made of them.
        exhausted: no rows come after these.
        warnings: (index in `rows`, warning bits) of rows that carry some.
        warn: DONE.warn of the reply: about the statement, not about one row (sqli.md 4.4).
    """

    rows: list[Any]
    exhausted: bool
    warnings: tuple[tuple[int, int], ...] = ()
    warn: int = 0


@frozen
class ScrollBlock:
    """The row of one fetch by position.

    Attributes:
        rows: the row; empty when there is no such position.
        row_numbers: the 1-based position of each row, as the server said (sqli.md 5.9).
    """

    rows: list[Any]
    row_numbers: tuple[int, ...]


@conversation()
def open_cursor(
    session: Session,
    prepared: Prepared,
    name: str | None,
    binding: Binding | None,
    fetch_buffer: int,
    *,
    decoder: Decoder,
    ret_types: Sequence[ColumnType] | None = None,
    hold: bool = False,
    scroll: bool = False,
    autofree: bool = False,
    ahead: bool = False,
    rows: bool = True,
) -> Conversation[FetchBlock]:
    """Open a statement's cursor and fetch its first block (sqli.md 5.2, 5.3).

    Without `ret_types` OPEN and NFETCH share one group; with them the NFETCH is a group of its own, sent together
    with the first. A scroll cursor is only opened: use `scroll_fetch`.

    Args:
        session: the session.
        prepared: a statement that returns rows; an open cursor of it is closed first.
        name: the cursor's name; None takes one that was not used.
        binding: parameters, None for none.
        fetch_buffer: byte budget of a reply.
        decoder: decodes rows by the types of `rows.row_plan`.
        ret_types: RET_TYPE of `rows.row_plan`; sent once in a statement's life.
        hold: keep the cursor over COMMIT.
        scroll: open a scroll cursor.
        autofree: have CLOSE release the statement.
        ahead: ask for the next block as soon as a first row has arrived. Not for positioned updates: it moves the
            server's current row (sqli.md 5.9).
        rows: False only opens the cursor; `fetch` then gets the first block. For positioned updates: before the
            first fetch no row is current.

    Raises:
        ServerError: binding, opening or fetching failed; close the cursor then (sqli.md 5.18).
    """
    state = session.statement(prepared)
    cursor = name or session.next_cursor_name()
    alone = scroll or not rows
    replies: list[Expected] = []
    modes = close = end = fetching = forms = following = b""
    if autofree or hold or scroll:
        modes = (AUTOFREE if autofree else b"") + (HOLD if hold else b"") + (SCROLL if scroll else b"")
    if state.cursor is not None:
        close = state.head + _CLOSE_END
        replies.append(Expected(legal.CLOSE))
    opening: Expected | None = None
    if alone or ret_types is not None:
        end, opening = EOT, Expected(legal.OPEN, prepared)
        replies.append(opening)
    if ret_types is not None and not (scroll or state.forms_sent):
        forms = RetType(Direction.RESULT, tuple(ret_types)).encode(session.caps)
    state.forms_due = b"" if rows else forms
    last = replies[-1] if replies else None
    block = Block(state, decoder, prepared if opening is None else None)
    if not alone:
        # In the group of the OPEN, too, SQ_ID is repeated before the NFETCH, as JDBC does (sqli.md 4.2).
        fetching = following = _fetch_group(session, state, fetch_buffer)
        if forms:
            fetching = statement_group(prepared.statement_id, forms, _nfetch(session, fetch_buffer))
        replies.append(block)
        if not ahead:
            last = block
    names, bound = cursor_name_bytes(cursor, session.caps.encoding), binding_bytes(session, binding)
    data = b"".join((close, state.head, names, bound, modes, OPEN, end, fetching))
    if state.ahead:
        state.drop_ahead()
    state.opened(cursor, autofree)
    if not alone:
        state.ahead.append(block)
    yield from transmit(session, data, replies, last)
    error = first_error(opening.messages) if opening is not None and opening.messages else None
    if not alone:
        if ahead:
            yield from read_block(session, block, following if error is None else b"")
        state.ahead.popleft()
    if opening is not None and error is not None:
        raise server_error(error, opening.messages)
    if alone:
        return FetchBlock([], False)
    taken = _take(block)
    if ret_types is not None:
        state.forms_sent = True
    return taken


def _budget(session: Session, fetch_buffer: int) -> int:
    """Return the byte budget as its field can hold it: 2 bytes without bit 63 (sqli.md 3.3)."""
    return fetch_buffer if session.caps.large_fetch else min(fetch_buffer, NARROW_BUDGET)


def _nfetch(session: Session, fetch_buffer: int) -> bytes:
    """Return NFETCH."""
    return NFetch(_budget(session, fetch_buffer)).encode(session.caps)


def _fetch_group(session: Session, state: StatementState, fetch_buffer: int) -> bytes:
    """Return the group of a statement's NFETCH: always the same bytes while the budget is the same."""
    if state.fetch_group[0] != fetch_buffer:
        group = statement_group(state.prepared.statement_id, _nfetch(session, fetch_buffer))
        state.fetch_group = (fetch_buffer, group)
    return state.fetch_group[1]


def _take(block: Block) -> FetchBlock:
    """Hand out a complete block with what its messages say about it (sqli.md 5.2), or raise what went wrong."""
    if block.error is not None:
        raise block.error
    exhausted, warn = not (block.rows or block.passed), 0
    for message in block.messages:
        if isinstance(message, Done):
            warn |= message.warn
        elif isinstance(message, Err):
            if message.sqlcode != NO_DATA:
                raise server_error(message)
            exhausted = True
    return new_tuple(FetchBlock, (block.rows, exhausted, block.warnings, warn))


@conversation()
def fetch(
    session: Session, prepared: Prepared, fetch_buffer: int, decoder: Decoder, *, ahead: bool = False
) -> Conversation[FetchBlock]:
    """Fetch the next block of an open cursor (sqli.md 5.2).

    Args:
        session: the session.
        prepared: the cursor's statement.
        fetch_buffer: byte budget of a reply.
        decoder: decodes rows; a block that was asked for ahead uses the decoder of that time.
        ahead: ask for the block after this one before it is needed.

    Raises:
        ServerError: the fetch failed (-213: it was interrupted).
    """
    state = session.statement(prepared)
    request = _fetch_group(session, state, fetch_buffer)
    if not state.ahead:
        first = request
        if state.forms_due:
            first = statement_group(prepared.statement_id, state.forms_due, _nfetch(session, fetch_buffer))
            yield from make_way(session, first)  # from here on the request leaves at once: note what it asks for
            state.forms_due, state.forms_sent = b"", True
        state.ahead.append(Block(state, decoder))
        yield from transmit(session, first, [state.ahead[0]])
    block = state.ahead[0]
    ask = ahead and len(state.ahead) == 1
    if not block.complete:
        while session.expected[0] is not block:  # replies of frees that were sent before this fetch
            yield from settle(session, session.expected[0])
        yield from read_block(session, block, request if ask else b"", decoder)
    elif ask and not block.last:
        state.ahead.append(Block(state, decoder, ahead=True))
        yield from transmit(session, request, [state.ahead[1]])
    state.ahead.popleft()  # not before the last yield: an abandoned fetch loses no row
    return _take(block)


@conversation()
def scroll_fetch(
    session: Session,
    prepared: Prepared,
    kind: ScrollKind,
    row: int,
    *,
    fetch_buffer: int,
    decoder: Decoder,
    ret_types: Sequence[ColumnType] | None = None,
) -> Conversation[ScrollBlock]:
    """Fetch one row of a scroll cursor by its position (sqli.md 5.9).

    Args:
        session: the session.
        prepared: the cursor's statement.
        kind: LAST or ABSOLUTE; the other kinds are not proven (sqli.md 12 #20).
        row: 1-based position, 0 with LAST.
        fetch_buffer: byte budget of the reply.
        decoder: decodes the row.
        ret_types: RET_TYPE of `rows.row_plan`; JDBC repeats it before every SFETCH (sqli.md 4.5).

    Raises:
        ValueError: another kind.
        ServerError: the fetch failed.
    """
    if kind not in (ScrollKind.LAST, ScrollKind.ABSOLUTE):
        raise ValueError(f"SFETCH kind {kind} is not used by clients")
    state = session.statement(prepared)
    forms = b"" if ret_types is None else RetType(Direction.RESULT, tuple(ret_types)).encode(session.caps)
    data = state.head + forms + SFetch(kind, row, _budget(session, fetch_buffer)).encode(session.caps) + EOT
    block = Block(state, decoder)
    yield from transmit(session, data, [block])
    yield from read_block(session, block)
    taken = _take(block)
    return ScrollBlock(taken.rows, block.row_numbers)


@conversation()
def close_cursor(session: Session, prepared: Prepared) -> Conversation[None]:
    """Close a statement's cursor and keep the statement (unless it was opened with autofree) (sqli.md 5.2, 5.9).

    Does nothing when no cursor is open.

    Raises:
        ServerError: other than "there was no open cursor" (-267, -259, -404).
    """
    yield from free(session, prepared, keep=True)
