"""One logged-in connection: reads request groups, dispatches their messages by the table of legal moves, replies.

`server.py` starts a `Session` in a thread of its own; the moves themselves are in `moves.py` and the modules that
it names. One request group gets exactly one reply group, and nothing is done before the group's EOT (sqli.md 1).
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from informix_types import TypeContext
from informix_types.errors import ConversionError, FramingError
from informix_types.params import blocks_decoder
from informix_wire.caps import NARROW, Capabilities
from informix_wire.pdu import Cost, Eot, Err, Message
from informix_wire.pdu.status import done_bytes

from .clientfiles import Services
from .cursors import put_failed
from .engine import DatabaseFlag, EngineSession, SqlError, UsesServices
from .faults import Phase as FaultPhase
from .largeobjects import LargeObjects
from .moves import LEAVES_BRANCH, MOVES, is_ignored
from .phases import OutOfOrder, Phase
from .routines import Routines
from .statement import STATEMENT_NOT_PREPARED, InsertCursor, OpenCursor, Statement, StatementTable
from .wire import EndOfStream, Wire
from .xa import Branches

if TYPE_CHECKING:
    from .server import TestServer

__all__ = ["Session"]

log = logging.getLogger("informix_testserver")

END_OF_GROUP = Eot().encode(NARROW)
COST = Cost(1, 1).encode(NARROW)
"""Messages that look the same in every dialect; captures show these estimates for small tables (sqli.md 4.4)."""
CANCELLED = -213
"""A request that urgent data has hit (sqli.md 5.17)."""
INTERNAL_ERROR = -746
BAD_BINDING = -415
"""An error of the test server itself is reported as a routine's, since that one carries a text (sqli.md 10)."""


class Session:
    """State of one connection after its login, as the server sees it.

    Args:
        server: the server that accepted the connection.
        wire: its byte stream, positioned after the login.
        engine: the engine session of the user who logged in.
        environment: the login's environment pairs.
        encoding: Python codec of CLIENT_LOCALE.
        user: who logged in.
        login_database: name in the login's database slot, which makes DBOPEN fail (sqli.md 2.9).
    """

    def __init__(
        self,
        server: "TestServer",
        wire: Wire,
        engine: EngineSession,
        *,
        environment: Mapping[str, str],
        encoding: str,
        user: str,
        login_database: str = "",
    ) -> None:
        self.server = server
        self.profile = server.profile
        self.faults = server.faults
        self.wire = wire
        self.engine = engine
        self.environment = dict(environment)
        self.user = user
        self.login_database = login_database
        self._phase = Phase.NEW
        self._moves = MOVES[Phase.NEW]
        """Empty when the session is closed."""
        self.caps: Capabilities = NARROW.with_encoding(encoding)
        self.types = TypeContext(
            encoding=encoding, errors="replace", normalised_datetimes=self.profile.normalised_datetimes
        )
        self.decode_blocks = blocks_decoder(self.types)
        self.database = ""
        self.flags = DatabaseFlag(0)
        self.statements = StatementTable(strict=self.profile.strict_ids)
        self.current: Statement | None = None
        """The statement that was named or prepared last (sqli.md 4.2, 4.3)."""
        self.meant: Statement | None = None
        """What the client means when no statement has the id that it named."""
        self.out: list[bytes] = []
        self.rows_put = 0
        self.put_seen = False
        self.pam_steps: list[tuple[int, str, str | None]] = []
        self.large_objects = LargeObjects()
        self.routines = Routines()
        self.branches = Branches(server.branches)
        self.services = Services(self)
        self.ended = False
        """Whether `end` has freed everything."""
        self._attach()
        wire.on_urgent(self._interrupt)

    def _attach(self) -> None:
        if isinstance(self.engine, UsesServices):
            self.engine.attach(self.services)

    def new_engine(self) -> None:
        """Go on with a fresh engine session on the same database: the old one stays with an XA branch."""
        self.engine = self.server.engine.connect(self.user, self.environment)
        self._attach()
        if self.database:
            self.engine.open_database(self.database)

    def adopt_engine(self, engine: EngineSession) -> None:
        """Go on with the engine session of an XA branch that is resumed."""
        for statement in self.statements:
            statement.close_cursor()
        self.engine.close()
        self.engine = engine
        self._attach()

    @property
    def phase(self) -> Phase:
        """How far the connection has come."""
        return self._phase

    @phase.setter
    def phase(self, phase: Phase) -> None:
        self._phase, self._moves = phase, MOVES[phase]

    # --- the loop -------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Serve groups until the client leaves or breaks the protocol."""
        wire = self.wire
        wire.begin()
        try:
            while self._moves:
                self._serve(wire.group(self.caps))
        except EndOfStream:
            pass
        except FramingError as exc:
            log.warning("connection %d: %s", self.wire.number, exc)
            self.server.note_protocol_error(exc)
        finally:
            self.end()
            with suppress(EndOfStream):
                self.wire.flush()

    def end(self) -> None:
        """Free everything that the session holds; an open transaction is rolled back. May be called twice."""
        if self.ended:
            return
        self.ended = True
        for statement in self.statements:
            try:
                self.statements.free(statement)
            except SqlError:
                continue
        self.branches.leave(self)
        self.engine.close()

    def _serve(self, group: Sequence[Message]) -> None:
        """Do what a group asks for and send its reply group."""
        self.out = []
        self.rows_put = 0
        self.put_seen = False
        wire, branches = self.wire, self.branches
        cancelled = False
        try:
            for message in group:
                if wire.urgent and wire.take_urgent():
                    raise SqlError(CANCELLED, isam=-157)
                handler = self._moves.get(type(message))
                if handler is None:
                    if is_ignored(self, group):
                        wire.finish()
                        return
                    raise OutOfOrder(f"{type(message).__name__} while the connection is {self.phase.name}")
                if branches.held is not None and type(message) not in LEAVES_BRANCH:
                    branches.let_go(self)
                handler(self, message)
            if self.put_seen:
                self.done(rows=self.rows_put)
        except SqlError as exc:
            cancelled = exc.sqlcode == CANCELLED
            self.fail(exc)
        except ConversionError as exc:
            # The client has bound bytes that no Python object of their type stands for.
            self.fail(SqlError(BAD_BINDING, token=str(exc)[:80]))
        except (EndOfStream, FramingError):
            raise
        except Exception as exc:  # the server's own bug must reach the test's author, not hang the client
            log.exception("connection %d: internal error", self.wire.number)
            self.server.note(self.server.internal_errors, exc)
            self.fail(SqlError(INTERNAL_ERROR, token=f"informix-testserver: {type(exc).__name__}: {exc}"[:250]))
        if self._moves:
            self.out.append(END_OF_GROUP)
        wire.reply(self.out, cancelled=cancelled)

    def fail(self, error: SqlError) -> None:
        """Add the error that ends the group's work: PUTERR in a group of PUTs (sqli.md 5.7), else ERR."""
        if self.put_seen:
            put_failed(self, error)
            return
        codec = self.caps.encoding
        token = error.token.encode(codec, "replace").decode(codec)  # a token cannot fail for its characters
        self.send(Err(error.sqlcode, error.isam, error.offset, token, error.sqlstate, error.text))

    def _interrupt(self) -> None:
        """Abort what the engine is doing (called by the server's watching thread)."""
        self.engine.interrupt()

    # --- for the moves -----------------------------------------------------------------------------------------

    def send(self, message: Message) -> None:
        """Add a message to the reply group."""
        self.out.append(message.encode(self.caps))

    def done(self, *, warn: int = 0, rows: int = 0, rowid: int = 0, serial: int = 0) -> None:
        """Add DONE, and COST if the profile sends it (sqli.md 4.4)."""
        self.out.append(done_bytes(self.caps, warn, rows, rowid, serial))
        if self.profile.send_cost:
            self.out.append(COST)

    def ask(self, *messages: Message) -> list[Message]:
        """Send a group of the server's own in the middle of a reply; return the client's answer (sqli.md 5.15).

        What the reply holds so far goes out after it.
        """
        self.wire.send([message.encode(self.caps) for message in (*messages, Eot())])
        return self.wire.group(self.caps)

    def statement(self) -> Statement:
        """Return the statement that the group is about: the last one named or prepared (sqli.md 4.2, 4.3).

        Raises:
            SqlError: -410: there is none.
        """
        statement = self.current or self.meant
        if statement is None:
            raise SqlError(STATEMENT_NOT_PREPARED)
        if statement.engine is not self.engine:  # prepared before an XA branch took its engine session away
            statement.close_cursor()
            statement.prepared, statement.row_encoder = self.engine.prepare(statement.sql), None
            statement.engine = self.engine
        return statement

    def check_faults(self, phase: FaultPhase) -> None:
        """Raise the error that a test has ordered for this statement."""
        if self.faults.failing:
            self.faults.check(phase)

    def set_database(self, name: str, flags: int) -> None:
        """Remember the current database; 0 = none."""
        self.database = name if flags else ""
        self.flags = DatabaseFlag(flags)

    def end_transaction(self) -> None:
        """Close the cursors that do not survive COMMIT and ROLLBACK (sqli.md 5.9, 8 #16)."""
        for statement in self.statements:
            cursor = statement.cursor
            if isinstance(cursor, InsertCursor) or (isinstance(cursor, OpenCursor) and not cursor.hold):
                statement.close_cursor()
