"""`Block`: the rows of one fetch reply, decoded batch by batch while they arrive (sqli.md 5.2, 5.9)."""

from collections.abc import Callable
from dataclasses import field
from typing import Any

from informix_types.classes import mutable

from ..errors import FramingError, Incomplete, ProtocolError
from ..pdu import read_server
from ..pdu.lob import FileOp
from ..pdu.rows import Tuple, TupleId
from ..pdu.status import Done, Eot, Err
from ..session import Session, StatementState
from .core import Conversation, more, send
from .files import serve_file, step_end
from .reply import FETCH, NO_DATA, Expected, finish, first_error, illegal, server_error

__all__ = ["Block", "Decoder", "owed_for", "read_block"]

Decoder = Callable[[bytes, int], tuple[list[Any], int]]
"""Decodes every complete plain row message from an offset on: (rows, offset of the first message that is not one).

A row counts when its pad byte is there. Messages with another tag, with warnings, or incomplete stop it.
"""


@mutable(eq=False)
class Block:
    """One fetch reply, being read or read.

    Attributes:
        owner: the statement whose rows these are.
        decoder: decodes them.
        rows: what was decoded.
        row_numbers: TUPID of scroll fetches, in the order of the rows (sqli.md 5.9).
        warnings: (index in `rows`, warning bits) of rows that carry some.
        warn: DONE.warn of the reply (sqli.md 4.4).
        seen: number of rows in the reply, also of those that no decoder saw.
        exhausted: nothing comes after this block (sqli.md 5.2).
        complete: the reply was read to its EOT.
        error: what the server, the decoder or a client file raised; raised by whoever takes the block.
    """

    owner: StatementState
    decoder: Decoder | None
    rows: list[Any] = field(default_factory=list)
    row_numbers: list[int] = field(default_factory=list)
    warnings: list[tuple[int, int]] = field(default_factory=list)
    warn: int = 0
    seen: int = 0
    exhausted: bool = False
    complete: bool = False
    error: Exception | None = None


def owed_for(block: Block, *, ahead: bool = False, opens: bool = False) -> Expected:
    """Return what is owed for a fetch whose rows go into `block`; `opens` when its group also opens the cursor."""
    prepared = block.owner.prepared
    return Expected(FETCH, opens, prepared.statement_type, prepared.sql, block, ahead)


def read_block(
    session: Session, block: Block, again: bytes = b"", following: Decoder | None = None
) -> Conversation[None]:
    """Read the oldest owed reply, which is that of the fetch for `block`, to its EOT.

    Args:
        session: the session.
        block: filled on the way; also when the conversation is abandoned it holds what was decoded.
        again: the next fetch, sent as soon as a first row shows that one will be needed: a reply with a row is
            never the last (sqli.md 5.2).
        following: decodes the rows of that next fetch; None for the decoder of this one.

    Raises:
        ProtocolError: an illegal message, or a row that its decoder does not consume exactly.
    """
    inbox, caps = session.inbox, session.caps
    messages = session.expected[0].messages
    batch = True
    while True:
        decoder = block.decoder
        if batch and decoder is not None and block.error is None:
            try:
                rows, inbox.pos = decoder(inbox.data, inbox.pos)
            except FramingError:
                raise
            except Exception as exc:  # noqa: BLE001 - a value without a Python form, or a user's loader: see below
                block.error = exc  # the reply is read to its end before anybody hears of it
                continue
            if rows:
                block.rows.extend(rows)
                block.seen += len(rows)
        if again and block.seen:
            yield from _ask_again(session, block, again, following)
            again = b""
        try:
            message, end = read_server(inbox.data, inbox.pos, caps)
            inbox.pos = step_end(message, inbox.data, end, caps)
        except Incomplete:
            yield from more(session)
            batch = True
            continue
        batch = isinstance(message, Tuple)
        if isinstance(message, Tuple):
            block.seen += 1
            _decode_one(session, block, message)
        elif isinstance(message, Eot):
            break
        elif isinstance(message, TupleId):
            block.row_numbers.append(message.row)
        elif isinstance(message, FileOp):
            yield from serve_file(session, message)
        elif type(message) in FETCH:
            messages.append(message)
        else:
            raise illegal(message, FETCH)
    block.complete = True
    block.exhausted = not block.seen or any(isinstance(m, Err) and m.sqlcode == NO_DATA for m in messages)
    block.warn = next((m.warn for m in messages if isinstance(m, Done)), 0)
    error = first_error(messages)
    if error is not None and block.error is None:
        block.error = server_error(error)
    finish(session)


def _ask_again(session: Session, block: Block, again: bytes, decoder: Decoder | None) -> Conversation[None]:
    """Send the next fetch of the same cursor while this one's rows are still arriving."""
    following = Block(block.owner, decoder or block.decoder)
    block.owner.ahead.append(following)
    session.expected.append(owed_for(following, ahead=True))
    yield from send(session, again)


def _decode_one(session: Session, block: Block, message: Tuple) -> None:
    """Decode a row that the batch decoder left: it carries warnings."""
    decoder = block.decoder
    if decoder is None or block.error is not None:
        return
    plain = Tuple(0, message.data).encode(session.caps)
    try:
        rows, end = decoder(plain, 0)
    except FramingError:
        raise
    except Exception as exc:  # noqa: BLE001 - as above
        block.error = exc
        return
    if len(rows) != 1 or end != len(plain):
        raise ProtocolError("the row decoder did not consume a row exactly")
    if message.warn:
        block.warnings.append((len(block.rows), message.warn))
    block.rows.extend(rows)
