"""`Session`: all that one connection knows about its conversation with the server; no I/O.

A shell owns one session per socket, feeds `session.inbox` and steps the conversations of `informix_wire.talk`,
which read and change the session.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import field
from enum import Enum
from struct import Struct
from typing import TYPE_CHECKING, Final

from informix_types.classes import frozen, mutable

from .caps import NARROW, Capabilities
from .inbox import Inbox
from .pdu.describe import DescribedColumn
from .pdu.fastpath import RoutineHandle
from .tags import Tag
from .tracking import statement_effect

if TYPE_CHECKING:
    from .talk.block import Block
    from .talk.files import ClientFiles
    from .talk.reply import Expected

__all__ = ["Database", "Prepared", "Run", "Session", "SessionError", "State", "StatementState"]

ID_LAYOUT: Final = Struct(">hh")
"""Tag and statement id."""
CURSOR_NAME: Final = "_ifxc%013d"
"""Shape of the names that clients give their cursors: always 18 bytes (sqli.md 5.2)."""

DB_LOGGED: Final = 0x0001
DB_ANSI: Final = 0x0002
DB_FLOAT_AS_DECIMAL: Final = 0x0008
DB_READ_ONLY: Final = 0x0020
"""Bits of DONE.warn in the reply to DBOPEN (sqli.md 3.5)."""

ALREADY_IN_TRANSACTION: Final = -535
NOT_IN_TRANSACTION: Final = -255
"""Answers to a BEGIN too many and to a COMMIT or ROLLBACK without one (sqli.md 5.10)."""


class State(Enum):
    """Life of a session."""

    NEW = "new"
    """Login and negotiation have not ended."""
    READY = "ready"
    """Takes requests."""
    BROKEN = "broken"
    """Nobody knows where in the stream the two sides are: the connection must be closed, except that
    `talk.interrupt.drain` may heal a conversation that was abandoned while it waited for a reply."""
    CLOSED = "closed"
    """SQ_EXIT was sent."""


class SessionError(Exception):
    """The session cannot take this request: it is new, broken or closed, or the statement was released.

    Nothing was sent. A driver reports it as PEP 249's ``InterfaceError`` (or ``OperationalError`` when broken).
    """


@frozen
class Database:
    """The current database and what DONE.warn said about it (sqli.md 3.5).

    Attributes:
        name: as it was asked for; empty when it came from a statement whose text names none.
        flags: DONE.warn.
    """

    name: str
    flags: int = 0

    @property
    def logged(self) -> bool:
        """True when the database has a transaction log; without one there are no transactions."""
        return bool(self.flags & DB_LOGGED)

    @property
    def ansi(self) -> bool:
        """True for MODE ANSI: a transaction is always open, SQ_BEGIN must not be sent."""
        return bool(self.flags & DB_ANSI)

    @property
    def float_as_decimal(self) -> bool:
        """True when the server converts FLOAT to DECIMAL."""
        return bool(self.flags & DB_FLOAT_AS_DECIMAL)

    @property
    def read_only(self) -> bool:
        """True when the server refuses changes."""
        return bool(self.flags & DB_READ_ONLY)


@frozen
class Run:
    """A statement that runs without being kept prepared.

    Attributes:
        statement_type: sqli.md 6.4; None when a DESCRIBE in the reply tells it, or nothing does.
        sql: its text, for the name of a database.
    """

    statement_type: int | None = None
    sql: str = ""


@frozen(eq=False)
class Prepared:
    """A statement that the server keeps for us, as DESCRIBE announced it (sqli.md 5.1, 6.1).

    Compared by identity: servers hand out the lowest free id again (sqli.md 4.2), so two statements may carry
    the same number one after the other.

    Attributes:
        statement_type: sqli.md 6.4; classify by it, never by the text.
        statement_id: what SQ_ID carries.
        columns: result columns; for INSERT and UPDATE the target columns of the markers (sqli.md 6.1).
        insert_done: an INSERTDONE stood in the reply. It does not mean that a row was inserted (sqli.md 8 #6).
        returns_rows: to be opened and fetched, not executed (sqli.md 5.5).
        warn: DONE.warn of the reply.
        sql: the text.
        markers: number of `?` that was announced.
        key_columns: columns of a KEYDESCRIBE in the reply (sqli.md 5.8).
    """

    statement_type: int
    statement_id: int
    columns: tuple[DescribedColumn, ...] = ()
    insert_done: bool = False
    returns_rows: bool = False
    warn: int = 0
    sql: str = ""
    markers: int = 0
    key_columns: tuple[DescribedColumn, ...] = ()


@mutable(eq=False)
class StatementState:
    """What the session remembers about one allocated statement.

    Attributes:
        prepared: the statement.
        cursor: name under which it was last opened and not yet closed, else None.
        openings: how often it was opened: tells apart cursors of one name.
        forms_sent: RET_TYPE went out; the server keeps it for the statement's life (sqli.md 4.5).
        forms_due: RET_TYPE that goes with the first NFETCH of a cursor that was only opened; empty when none does.
        autofree: CLOSE also releases (sqli.md 5.9).
        fetch_group: byte budget and bytes of the group that fetched last.
        ahead: the blocks that the next fetches hand out, oldest first: asked for before the application wanted
            them, or left by a conversation that was abandoned.
    """

    prepared: Prepared
    cursor: str | None = None
    openings: int = 0
    forms_sent: bool = False
    forms_due: bytes = b""
    autofree: bool = False
    fetch_group: tuple[int, bytes] = (-1, b"")
    ahead: "deque[Block]" = field(default_factory=deque)
    head: bytes = b""
    """SQ_ID, with which every group about the statement begins (sqli.md 4.2)."""

    def __post_init__(self) -> None:
        self.head = ID_LAYOUT.pack(Tag.SQ_ID, self.prepared.statement_id)

    def opened(self, cursor: str, autofree: bool = False) -> None:
        """Note that a request goes out that opens a cursor: from now on it may be open, whatever happens.

        The name changes before the number of openings: `Session.queue_close` depends on it.
        """
        self.cursor, self.autofree = cursor, autofree
        self.openings += 1

    def drop_ahead(self) -> None:
        """Forget blocks that nobody will want; those still owed are read without decoding their rows."""
        for block in self.ahead:
            block.decoder = None
        self.ahead.clear()


@mutable(eq=False)
class Session:
    """The state of one connection.

    Attributes:
        encoding: Python codec of CLIENT_LOCALE's code set, for SQL text, names and tokens (sqli.md 9).
        inbox: received bytes that no conversation has consumed.
        caps: field widths in force; narrow until `talk.setup.negotiate`.
        state: see `State`.
        database: the current database, None when none is open.
        in_transaction: a transaction is open, as far as statement types and replies tell (sqli.md 5.10).
        in_branch: between XA start and end: BEGIN, COMMIT, ROLLBACK are refused (sqli.md 8 #24).
        server_version: version string of the login accept, or of SQ_VERSION.
        server_name: DBSERVERNAME that the server calls itself.
        level: Cap_1 of the accept; other than 316 means the ancient dialect (sqli.md 0.3, 2.3).
        files: serves SQ_FILE requests; without it every one is refused (sqli.md 5.15).
        file_error: what `files` raised last: the cause behind the server's complaint.
        expected: the replies that are owed, oldest first.
        statements: allocated statements by id.
        routines: handles of fast-path routines by signature (sqli.md 5.13).
    """

    encoding: str = "iso8859-1"
    inbox: Inbox = field(default_factory=Inbox)
    caps: Capabilities = NARROW
    state: State = State.NEW
    database: Database | None = None
    in_transaction: bool = False
    in_branch: bool = False
    server_version: str = ""
    server_name: str = ""
    level: int = 0
    files: "ClientFiles | None" = None
    file_error: Exception | None = None
    expected: "deque[Expected]" = field(default_factory=deque)
    statements: dict[int, StatementState] = field(default_factory=dict)
    routines: dict[str, RoutineHandle] = field(default_factory=dict)
    waiting: bool = False
    """A conversation stands at a yield that waits for bytes."""
    sending: bool = False
    """A conversation stands at a yield of bytes: how many of them left is unknown."""
    recoverable: bool = False
    """BROKEN only because a conversation was abandoned at a message boundary while it waited."""
    tap: Callable[[bytes], None] | None = None
    """Sees all bytes that conversations send, for a trace."""
    _cursors: int = 0
    frees: "deque[tuple[Prepared, int, bool]]" = field(default_factory=deque)
    """Statement, which opening of it to close, and whether to release it whatever is open."""
    stray_ids: "deque[int]" = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.caps = self.caps.with_encoding(self.encoding)

    # -- state -------------------------------------------------------------------------------------------------

    def require(self, states: Sequence[State]) -> None:
        """Raise `SessionError` unless the session is in one of the states."""
        if self.state not in states:
            raise SessionError(f"the session is {self.state.value}")

    def break_off(self, *, recoverable: bool = False) -> None:
        """Mark the stream as unusable."""
        if self.state is not State.CLOSED:
            self.state = State.BROKEN
            self.recoverable = recoverable

    @property
    def owes_reply(self) -> bool:
        """True when replies are owed other than that of a fetch sent ahead."""
        return any(not expected.ahead for expected in self.expected)

    # -- statements --------------------------------------------------------------------------------------------

    def next_cursor_name(self) -> str:
        """Return a cursor name that this session has not used: `_ifxc` and 13 digits (sqli.md 5.2)."""
        self._cursors += 1
        return CURSOR_NAME % self._cursors

    def adopt(self, prepared: Prepared) -> None:
        """Note that the server keeps a statement for us."""
        self.statements[prepared.statement_id] = StatementState(prepared)

    def is_live(self, prepared: Prepared) -> bool:
        """Tell whether the statement is still allocated: its id has not been released or given out again."""
        found = self.statements.get(prepared.statement_id)
        return found is not None and found.prepared is prepared

    def statement(self, prepared: Prepared) -> StatementState:
        """Return the record of an allocated statement; `SessionError` when it was released."""
        found = self.statements.get(prepared.statement_id)
        if found is None or found.prepared is not prepared:
            raise SessionError("the statement was released")
        return found

    def forget(self, prepared: Prepared) -> None:
        """Note that the server no longer keeps the statement."""
        if self.is_live(prepared):
            del self.statements[prepared.statement_id]

    # -- pending frees -----------------------------------------------------------------------------------------

    def queue_release(self, prepared: Prepared) -> None:
        """Have the statement (and its cursor) freed ahead of the next request.

        Safe to call from a finalizer in any thread: it only appends to a deque.
        """
        self.frees.append((prepared, 0, True))

    def queue_close(self, prepared: Prepared, cursor: str) -> None:
        """Have the cursor of that name, if it is open, closed ahead of the next request, if it is still open then.

        Safe to call from a finalizer in any thread, whatever the conversation is doing: it takes no lock, changes
        nothing but a deque that it appends to, and looks at `statements` by one `get`. Whatever has become of the
        statement in the meantime, at worst nothing is queued or what is queued is void when it is taken: another
        statement of that id, and a later opening under another name, are never closed. (An opening under the
        same name is the same cursor: whoever chooses names opens it again only after this call.)
        """
        found = self.statements.get(prepared.statement_id)
        if found is None or found.prepared is not prepared:
            return
        opening = found.openings  # before the name: `StatementState.opened` changes them the other way round
        if found.cursor == cursor:
            self.frees.append((prepared, opening, False))

    def queue_stray(self, statement_id: int) -> None:
        """Have an id released that belongs to no statement of ours: a COMMAND that failed after its DESCRIBE."""
        if statement_id not in self.statements:
            self.stray_ids.append(statement_id)

    @property
    def pending_frees(self) -> int:
        """How many frees wait for the next request."""
        return len(self.frees) + len(self.stray_ids)

    def take_frees(self, limit: int) -> list[tuple[int, bool, bool]]:
        """Take up to `limit` pending frees: (statement id, send CLOSE, send RELEASE), each still valid now."""
        taken: list[tuple[int, bool, bool]] = []
        while self.stray_ids and len(taken) < limit:
            stray = self.stray_ids.popleft()
            if stray not in self.statements:
                taken.append((stray, False, True))
        while self.frees and len(taken) < limit:
            prepared, opening, release = self.frees.popleft()
            found = self.statements.get(prepared.statement_id)
            if found is None or found.prepared is not prepared:
                continue
            is_open = found.cursor is not None
            if not release and not (is_open and found.openings == opening):
                continue
            # CLOSE of an autofree cursor releases the statement by itself (sqli.md 5.9).
            drops = release or found.autofree
            taken.append((prepared.statement_id, is_open, drops and not (is_open and found.autofree)))
            found.cursor = None
            found.drop_ahead()
            if drops:
                del self.statements[prepared.statement_id]
        return taken

    # -- what replies change -----------------------------------------------------------------------------------

    def apply_statement(self, statement_type: int | None, sql: str, warn: int) -> None:
        """Follow a statement that succeeded: transactions and the current database (sqli.md 3.5, 5.10, 6.4)."""
        effect = statement_effect(statement_type, sql)
        if effect.in_transaction is not None:
            self.in_transaction = effect.in_transaction
        elif not self.in_transaction and self.database is not None and self.database.ansi:
            # MODE ANSI: the first statement after COMMIT or ROLLBACK opens the next transaction (sqli.md 5.10).
            self.in_transaction = True
        if effect.closes_database:
            self.database = None
        elif effect.opens_database:
            self.database = Database(effect.database_name, warn)

    def apply_failure(self, statement_type: int | None, sqlcode: int) -> None:
        """Follow a statement that failed because the server knows better about the transaction (sqli.md 5.10)."""
        effect = statement_effect(statement_type, "")
        if effect.in_transaction is True and sqlcode == ALREADY_IN_TRANSACTION:
            self.in_transaction = True
        elif effect.in_transaction is False and sqlcode == NOT_IN_TRANSACTION:
            self.in_transaction = False
        elif effect.in_transaction is None and self.database is not None and self.database.ansi:
            # MODE ANSI: statements of the same group that came before it have opened a transaction.
            self.in_transaction = True
