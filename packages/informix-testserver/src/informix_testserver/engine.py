"""The seam between protocol and SQL: what `session.py` asks of an engine and what it gets back.

Engines (`script`, `memory`) know SQL and values; they know no message and no socket. Values are the
Python values that `informix_types` decodes to, with two simplifications: BYTE, BLOB and CLOB values cross the
seam as `bytes` in both directions and TEXT as `str` (parameters: `bytes` when bound as BYTE); the session trades
them for descriptors and locators (sqli.md 5.14, 5.16).

`Engine` and `EngineSession` are required; `DescribesKeys`, `UsesServices` and `CallsRoutines` are optional
abilities that the session asks for with `isinstance`; the server asks for `CopiesDatabases` and `WarmsUp`.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import IntFlag
from typing import Any, NamedTuple, Protocol, TypedDict, Unpack, runtime_checkable

from informix_types import ColumnType
from informix_types.classes import frozen
from informix_types.params import BoundValue

__all__ = [
    "NULL_IN_AGGREGATE",
    "CallsRoutines",
    "CopiesDatabases",
    "DatabaseFlag",
    "DescribesKeys",
    "Engine",
    "EngineCursor",
    "EngineSession",
    "NumbersRoutines",
    "Outcome",
    "Parameter",
    "PreparedStatement",
    "RegistersRoutines",
    "ResultColumn",
    "RoutineDescription",
    "RoutineOptions",
    "SessionServices",
    "SqlError",
    "UsesServices",
    "WarmsUp",
]


class SqlError(Exception):
    """A statement failed in Informix's terms; the session answers it as SQ_ERR (sqli.md 4.6).

    Attributes:
        sqlcode: Informix SQL code, negative.
        isam: ISAM code or 0.
        offset: 1-based position of the offending token in the statement's text, 0 for none.
        token: offending name or text, as Informix puts it in the token field.
        sqlstate: only for -937: the five characters that the packet carries.
        text: only for -937: the message text that the packet carries.
    """

    def __init__(
        self,
        sqlcode: int,
        *,
        isam: int = 0,
        offset: int = 0,
        token: str = "",
        sqlstate: str | None = None,
        text: str | None = None,
    ) -> None:
        super().__init__(sqlcode, isam, offset, token)
        self.sqlcode = sqlcode
        self.isam = isam
        self.offset = offset
        self.token = token
        self.sqlstate = sqlstate
        self.text = text

    def __str__(self) -> str:
        """Return what it says, in words: for who reads a traceback."""
        parts = [str(self.sqlcode)]
        if self.isam:
            parts.append(f"ISAM {self.isam}")
        if self.token:
            parts.append(f"near {self.token!r}")
        if self.offset:
            parts.append(f"at character {self.offset}")
        if self.text:
            parts.append(self.text)
        return ", ".join(parts)


class DatabaseFlag(IntFlag):
    """Bits of DONE.warn in the reply to DBOPEN and to DATABASE statements (sqli.md 3.5)."""

    LOGGED = 0x0001
    ANSI = 0x0002
    ALWAYS = 0x0014
    """Set in every capture."""
    FLOAT_IS_DECIMAL = 0x0008
    READ_ONLY = 0x0020


@frozen
class ResultColumn:
    """One column of a described statement: result column of a query, target column of a marker in DML."""

    name: str
    type: ColumnType


Parameter = BoundValue
"""One bound value: the `type` it was sent as, its Python `value`, and `is_default`, the wire's indicator -2: use
the column's default (sqli.md 7.2). BYTE and TEXT have their data here: `blob_pending` is never set."""


@frozen
class PreparedStatement:
    """A parsed and bound statement.

    Attributes:
        statement_type: number of sqli.md 6.4.
        columns: result columns of a query (or function returning values); for INSERT and UPDATE the target
            columns of the markers, as DESCRIBE shows them (sqli.md 6.1).
        parameters: best knowledge of each marker's type in order (answers CIDESCRIBE); a type with code
            CHAR and length 0 where nothing is known.
        returns_rows: rows are fetched through a cursor (types 2, and 56 with columns).
        scrollable: false when the server refuses SCROLL for it (FOR UPDATE: -526).
        for_update: the statement is SELECT … FOR UPDATE.
        handle: the engine's own representation.
    """

    statement_type: int
    columns: tuple[ResultColumn, ...] = ()
    parameters: tuple[ColumnType, ...] = ()
    returns_rows: bool = False
    scrollable: bool = True
    for_update: bool = False
    handle: Any = None


NULL_IN_AGGREGATE = 0x0002
"""DONE.warn, sqlwarn2: SUM, AVG, MAX or MIN met a NULL (sqli.md 4.4)."""


class Outcome(NamedTuple):
    """What executing a statement did: fills DONE and INSERTDONE (sqli.md 4.4).

    `database` is not None after DATABASE, CREATE DATABASE, CLOSE DATABASE: the new flags (0 = closed);
    `database_name` is its name then.
    `keys` and `key_values` answer a request for generated keys: the columns and their values of the row inserted.
    """

    rows: int = 0
    rowid: int = 0
    serial: int = 0
    serial8: int = 0
    bigserial: int = 0
    database: int | None = None
    database_name: str = ""
    warnings: int = 0
    keys: tuple[ResultColumn, ...] = ()
    key_values: tuple[Any, ...] = ()


class EngineCursor(Protocol):
    """An open cursor: rows in order, or by absolute position when it was opened for scrolling.

    Attributes:
        warnings: DONE.warn bits that the rows delivered have earned (sqli.md 4.4); the protocol side resets them
            when it has sent them.
    """

    warnings: int

    def fetch(self) -> tuple[Any, ...] | None:
        """Return the next row, or None at the end. Raises SqlError."""

    def fetch_absolute(self, row: int) -> tuple[Any, ...] | None:
        """Return row number `row` (1-based; -1 is the last), or None. Scroll cursors only."""

    def position(self) -> int:
        """Return the number of the row last delivered, 1-based; 0 before the first."""

    def close(self) -> None:
        """Free the cursor; called once."""


class EngineSession(Protocol):
    """One logged-in session: current database, transaction, cursors."""

    @property
    def in_transaction(self) -> bool:
        """Whether an explicit (or MODE ANSI implicit) transaction is open."""

    def open_database(self, name: str, *, exclusive: bool = False) -> int:
        """Open a database (any transaction of the former one must be ended); return its DatabaseFlag bits.

        Raises:
            SqlError: -329 unknown, -387 no privilege, -425 in use.
        """

    def close_database(self) -> None:
        """Close the current database."""

    def databases(self) -> Sequence[str]:
        """Return the names of all databases (answers DBLIST)."""

    def prepare(self, sql: str) -> PreparedStatement:
        """Parse and bind one statement (or several without SELECT, sqli.md 8 #23). Raises SqlError."""

    def execute(
        self,
        statement: PreparedStatement,
        parameters: Sequence[Parameter] = (),
        *,
        keys: Sequence[str | int] | None = None,
    ) -> Outcome:
        """Run a statement that is not opened as a cursor. `keys`: generated keys asked for, () = all.

        Raises:
            SqlError: -260 for a SELECT; whatever the statement raises.
        """

    def open(
        self,
        statement: PreparedStatement,
        parameters: Sequence[Parameter] = (),
        *,
        cursor_name: str = "",
        scroll: bool = False,
        hold: bool = False,
    ) -> EngineCursor:
        """Open a cursor. `cursor_name` is what WHERE CURRENT OF refers to. Raises SqlError."""

    def begin(self) -> None:
        """Start a transaction. Raises SqlError -535 when one is open, -256 in an unlogged database."""

    def commit(self) -> None:
        """Commit. Raises SqlError -255 when none is open, -256 in an unlogged database."""

    def rollback(self) -> None:
        """Roll back. Raises SqlError -255 when none is open, -256 in an unlogged database."""

    def savepoint(self, name: str, *, unique: bool = False) -> None:
        """Set a savepoint. Raises SqlError."""

    def rollback_to(self, name: str) -> None:
        """Roll back to a savepoint. Raises SqlError."""

    def release_savepoint(self, name: str) -> None:
        """Release a savepoint. Raises SqlError."""

    def interrupt(self) -> None:
        """Abort the running statement (it raises SqlError -213, ISAM -157). Called from another thread.

        Does nothing when no statement runs, and never hits a later one.
        """

    def close(self) -> None:
        """End the session: roll back, close cursors. Never raises."""


class Engine(Protocol):
    """A server's SQL side: makes one `EngineSession` for each login."""

    def connect(self, user: str, environment: Mapping[str, str]) -> EngineSession:
        """Start a session for a user whose password was accepted; `environment` holds the login's pairs."""

    def close(self) -> None:
        """Free everything."""


class SessionServices(Protocol):
    """What the protocol side offers to an engine session while one of its methods runs.

    Never to be called from another thread.
    """

    def read_client_file(self, name: str) -> bytes:
        """Read a whole file from the client, for ``filetoblob(name, 'client')`` (SQ_FILE, sqli.md 5.15).

        Raises:
            SqlError: the client refused (unknown name) or failed.
        """

    def write_client_file(self, name: str, data: bytes) -> None:
        """Write a file on the client, for ``lotofile(column, name, 'client')`` (SQ_FILE, sqli.md 5.15).

        The engine has chosen the final name. Raises SqlError when the client refuses it.
        """

    def locator_data(self, locator: bytes) -> bytes:
        """Return the content of a smart large object, for ``'<144 hex digits>'::BLOB`` (72 bytes, sqli.md 5.14).

        Raises:
            SqlError: -9810, ISAM -12048: no such object.
        """

    def open_large_object(self, data: bytes, mode: int, *, clob: bool = False) -> int:
        """Open content as a smart large object, for ``ifx_lo_open(column, mode)``; return the descriptor."""

    def close_large_object(self, descriptor: int) -> int:
        """Close a descriptor, for ``ifx_lo_close(fd)``; return 0. Raises SqlError -9811 when it is not open."""


@runtime_checkable
class CopiesDatabases(Protocol):
    """An engine that can make a database from another one (`TestServer.copy_database`)."""

    def copy_database(self, source: str, name: str) -> None:
        """Make a database with everything that another one holds, which nobody may have open. Raises SqlError."""


class RoutineOptions(TypedDict, total=False):
    """What may be said of a Python function that becomes a stored routine.

    Attributes:
        parameters: types of the parameters, as SQL names such as ``"decimal(10,2)"``; None = what the function's
            annotations say.
        returns: types of the results, or one type; None = what the annotation of the return value says.
        rows: the function returns an iterable of rows, or is a generator of them.
        modes: ``"in"``, ``"out"`` or ``"inout"`` for each parameter; None = all in.
        names: of the parameters; None = the function's own, where they are as many.
        kind: ``"function"`` or ``"procedure"``, for sysprocedures; empty = by whether it returns something.
    """

    parameters: Sequence[str | ColumnType] | None
    returns: Sequence[str | ColumnType] | str | ColumnType | None
    rows: bool
    modes: Sequence[str] | None
    names: Sequence[str] | None
    kind: str


@runtime_checkable
class RegistersRoutines(Protocol):
    """An engine that runs Python functions as stored routines (`TestServer.register_routine`)."""

    def register_routine(self, name: str, function: Callable[..., Any], **options: Unpack[RoutineOptions]) -> None:
        """Make a function callable from SQL."""


@runtime_checkable
class WarmsUp(Protocol):
    """An engine that imports some of its modules when a first statement needs them."""

    def warm_up(self) -> None:
        """Import them now, in the calling thread."""


@runtime_checkable
class UsesServices(Protocol):
    """An engine session that runs ``lotofile``, ``filetoblob`` or ``ifx_lo_open`` in SQL."""

    def attach(self, services: SessionServices) -> None:
        """Keep the services; called once, before the first statement."""


@runtime_checkable
class DescribesKeys(Protocol):
    """An engine session that knows at PREPARE which generated keys a statement will report (sqli.md 5.8).

    Without it the description travels with the keys in the execute reply, which clients accept as well.
    """

    def describe_keys(self, statement: PreparedStatement, keys: Sequence[str | int]) -> tuple[ResultColumn, ...]:
        """Return the columns that `execute(..., keys=keys)` will report; `keys` () = all. Raises SqlError."""


@runtime_checkable
class CallsRoutines(Protocol):
    """An engine session whose routines can be called by the fast path (sqli.md 5.13)."""

    def find_routine(self, signature: str) -> Any | None:
        """Return the engine's handle of a routine such as ``function informix.f(integer)``, or None."""

    def call_routine(self, routine: Any, parameters: Sequence[Parameter]) -> Sequence[Parameter]:
        """Run a routine; return its OUT and INOUT values, then what it returns, each with its type.

        Raises SqlError.
        """


class RoutineDescription(NamedTuple):
    """What a client is told about a routine before it calls it by number (sqli.md 5.13.1).

    Attributes:
        parameters: type and mode of each: 0 IN, 1 OUT, 2 INOUT.
        results: number of values that it returns besides.
    """

    parameters: tuple[tuple[ColumnType, int], ...]
    results: int


@runtime_checkable
class NumbersRoutines(CallsRoutines, Protocol):
    """An engine session whose routines with OUT parameters can be called by number (sqli.md 5.13.1).

    Its `prepare` raises -9752 for EXECUTE of such a routine, with the token ``database:number:``.
    """

    def find_routine_number(self, number: int) -> Any | None:
        """Return the engine's handle of the routine with this ``procid``, or None."""

    def describe_routine(self, routine: Any) -> RoutineDescription:
        """Describe a routine that `find_routine_number` returned."""
