"""`Block`: the rows of one fetch reply, decoded batch by batch while they arrive (sqli.md 5.2, 5.9)."""

from collections.abc import Callable
from dataclasses import field
from functools import partial
from typing import Any

from informix_types.classes import mutable

from ..caps import Capabilities
from ..errors import FramingError, ProtocolError
from ..inbox import Inbox
from ..pdu.base import Message
from ..pdu.rows import Tuple, TupleId
from ..pdu.status import Done, Err
from ..session import Session, StatementState
from .core import Conversation, send
from .reply import FETCH, NO_DATA, Expected, advance, server_error

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

    def take_rows(self, inbox: Inbox) -> int:
        """Decode every plain row at the head of the inbox; return where the inbox stands then.

        Raises:
            FramingError: a row is not consumed exactly, or holds impossible bytes.
        """
        decoder = self.decoder
        if decoder is None or self.error is not None:
            return inbox.pos
        try:
            rows, inbox.pos = decoder(inbox.data, inbox.pos)
        except FramingError:
            raise
        except Exception as exc:  # noqa: BLE001 - a value without a Python form, or a user's loader: see below
            self.error = exc  # the reply is read to its end before anybody hears of it
            return inbox.pos
        if rows:
            self.rows.extend(rows)
            self.seen += len(rows)
        return inbox.pos

    def take_message(self, message: Tuple | TupleId, caps: Capabilities) -> None:
        """Take the number of a row, or a row that `take_rows` left: it carries warnings, or nobody wants it."""
        if isinstance(message, TupleId):
            self.row_numbers.append(message.row)
            return
        self.seen += 1
        if self.decoder is None or self.error is not None:
            return
        plain = Tuple(0, message.data).encode(caps)
        try:
            rows, end = self.decoder(plain, 0)
        except FramingError:
            raise
        except Exception as exc:  # noqa: BLE001 - as above
            self.error = exc
            return
        if len(rows) != 1 or end != len(plain):
            raise ProtocolError("the row decoder did not consume a row exactly")
        if message.warn:
            self.warnings.append((len(self.rows), message.warn))
        self.rows.extend(rows)

    def end(self, messages: list[Message]) -> None:
        """Note that the reply has ended, and what its other messages say about the rows (sqli.md 5.2)."""
        self.complete = True
        self.exhausted = not self.seen
        for message in messages:
            if isinstance(message, Done):
                self.warn |= message.warn
            elif isinstance(message, Err):
                if message.sqlcode == NO_DATA:
                    self.exhausted = True
                elif self.error is None:
                    self.error = server_error(message)


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
    owed = session.expected[0]
    at_row = partial(_ask_again, session, block, again, following) if again else None
    while (pause := advance(session, owed, at_row)) is not None:
        if block.seen:
            at_row = None
        yield from pause


def _ask_again(session: Session, block: Block, again: bytes, decoder: Decoder | None) -> Conversation[None]:
    """Send the next fetch of the same cursor while this one's rows are still arriving."""
    following = Block(block.owner, decoder or block.decoder)
    block.owner.ahead.append(following)
    session.expected.append(owed_for(following, ahead=True))
    yield from send(session, again)
