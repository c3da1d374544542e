"""`Block`: the rows of one fetch reply, decoded batch by batch while they arrive (sqli.md 5.2, 5.9)."""

from collections.abc import Callable
from typing import Any

from ..caps import Capabilities
from ..errors import FramingError, ProtocolError
from ..pdu.base import Message
from ..pdu.rows import Tuple, TupleId
from ..pdu.status import Err
from ..session import Prepared, Session, StatementState
from .core import Conversation, send
from .reply import FETCH, Expected, advance

__all__ = ["Block", "Decoder", "read_block"]

Decoder = Callable[[bytes, int], tuple[list[Any], int]]
"""Decodes every complete plain row message from an offset on: (rows, offset of the first message that is not one).

A row counts when its pad byte is there. Messages with another tag, with warnings, or incomplete stop it.
"""


class Block(Expected):
    """The reply to a fetch: owed, being read or read.

    Attributes:
        owner: the statement whose rows these are.
        decoder: decodes them; None when nobody will want them.
        rows: what was decoded.
        row_numbers: TUPID of scroll fetches, in the order of the rows (sqli.md 5.9).
        warnings: (index in `rows`, warning bits) of rows that carry some.
        passed: rows stand in the reply that no decoder has seen, or that it could not decode.
        complete: the reply was read to its EOT.
        error: what the decoder or a client file raised; raised by whoever takes the block.
    """

    __slots__ = ("complete", "decoder", "error", "owner", "passed", "row_numbers", "rows", "warnings")

    def __init__(
        self, owner: StatementState, decoder: Decoder | None, run: Prepared | None = None, *, ahead: bool = False
    ) -> None:
        """Note what is to become of the rows; `run` when the group of the fetch also opens the cursor."""
        self.legal = FETCH
        self.run = run
        self.ahead = ahead
        self.messages = []
        self.owner = owner
        self.decoder = decoder
        self.rows: list[Any] = []
        self.row_numbers: tuple[int, ...] = ()
        self.warnings: tuple[tuple[int, int], ...] = ()
        self.passed = False
        self.complete = False
        self.error: Exception | None = None

    def take_rows(self, data: bytes, pos: int) -> int:
        """Decode every plain row from `pos` on; return where they end.

        Raises:
            FramingError: a row is not consumed exactly, or holds impossible bytes.
        """
        decoder = self.decoder
        if decoder is None or self.error is not None:
            return pos
        try:
            rows, pos = decoder(data, pos)
        except FramingError:
            raise
        except Exception as exc:  # noqa: BLE001 - a value without a Python form, or a user's loader: see below
            self.error = exc  # the reply is read to its end before anybody hears of it
            return pos
        if rows:
            self.rows += rows
        return pos

    def take_row(self, message: Message, caps: Capabilities) -> None:
        """Take the number of a row, or a row that `take_rows` left: it carries warnings, or nobody wants it."""
        if isinstance(message, TupleId):
            self.row_numbers += (message.row,)
            return
        assert isinstance(message, Tuple)
        self.passed = True
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
            self.warnings += ((len(self.rows), message.warn),)
        self.rows += rows

    @property
    def seen(self) -> bool:
        """Whether a row has come."""
        return bool(self.rows) or self.passed

    def end(self) -> None:
        """Note that the reply was read to its EOT."""
        self.complete = True

    @property
    def last(self) -> bool:
        """Whether nothing comes after this block, once it is complete (sqli.md 5.2); an error ends rows, too."""
        return not self.seen or self.error is not None or any(isinstance(m, Err) for m in self.messages)


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
    asked = not again

    def ask_again() -> Conversation[None] | None:
        """Send the next fetch of the same cursor, while this one's rows are still arriving."""
        nonlocal asked
        if asked or not block.seen:
            return None
        asked = True
        next_block = Block(block.owner, following or block.decoder, ahead=True)
        block.owner.ahead.append(next_block)
        session.expected.append(next_block)
        return send(session, again)

    while (pause := advance(session, owed, ask_again if again else None)) is not None:
        yield from pause
