"""`MemoryEngine`: Informix SQL on sqlite3. Owns the databases, the store, the lock manager and the routines.

One engine serves many sessions (`session.MemorySession`), one for each connection.
"""

import datetime
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Unpack

from ..engine import RoutineOptions, SqlError
from ..sql import Parsed, parse
from . import temporal
from .catalog import Database, Table, database_mode, is_database_name
from .journal import Journal, Touched
from .locks import ROW_LOCKED, LockConflict, LockManager
from .routines import Routine, make_routine, own_routines
from .rows import RowPlan
from .session import MemorySession
from .store import Store

__all__ = ["MemoryEngine"]

DEFAULT_VERSION = "IBM Informix Dynamic Server Version 12.10.FC12W1"
SEQUENCE_EXHAUSTED = -8315


class MemoryEngine:
    """An engine that keeps its databases in memory, or in a directory.

    Args:
        databases: names of databases to create besides `testdb` (logged) and `sysmaster` (unlogged). A name may
            carry its mode: ``"plain:unlogged"``, ``"strict:ansi"``; logged without one.
        data_dir: directory to keep everything in, or None for memory.
        locale: DB_LOCALE of the databases made here; its code set decides what characters columns can hold.
        server_name: what DBSERVERNAME returns.
        version: what ``dbinfo('version','full')`` returns.
    """

    def __init__(
        self,
        databases: Iterable[str] = (),
        *,
        data_dir: str | None = None,
        locale: str = "en_US.819",
        server_name: str = "informix",
        version: str = DEFAULT_VERSION,
    ) -> None:
        self.locale, self.server_name, self.version = locale, server_name, version
        self.host_name = socket.gethostname()
        self.data_dir = data_dir
        self.journal = Journal(data_dir) if data_dir is not None else None
        if data_dir is None:
            self.store = Store(":memory:")
        else:
            from .persistence import load, path_of

            self.store = Store(path_of(data_dir))
        self.locks = LockManager(self.store)
        self.databases: dict[str, Database] = {}
        self.tables: dict[int, Table] = {}
        self.row_plans: dict[int, RowPlan] = {}
        self.dead: dict[int, dict[int, MemorySession]] = {}
        self.registry = threading.Lock()
        """Guards who is there and in which database, without the latch: nobody's query keeps others from logging
        in. Taken after the latch where both are."""
        self.sessions: dict[int, MemorySession] = {}
        self.routines: dict[str, Routine] = {}
        self.registered = 0
        """How many routines have been registered, one after the other under some name, too."""
        self._own_routines = own_routines(self.store.env)
        self._next_key = 1
        self._next_session = 1
        self._closed = False
        self.unsaved = False
        """Something has changed without an undo record: databases, numbers of sequences."""
        self.filled: dict[int, Any] = {}
        self.saved: dict[str, Any] = {}
        self.parsed = lru_cache(maxsize=4096)(self._parse)
        if data_dir is not None:
            load(self)
        for name in ("testdb", "sysmaster:unlogged", *databases):
            bare, mode = database_mode(name)
            if bare not in self.databases:
                self.create_database(bare, logged=mode != "unlogged", ansi=mode == "ansi", owner="informix")

    def _parse(self, sql: str, delimident: bool, allow_newline: bool = False) -> Parsed:
        return parse(sql, delimident=delimident, allow_newline=allow_newline)

    # ---------------------------------------------------------------------------------------------- databases

    def create_database(
        self, name: str, *, logged: bool = True, ansi: bool = False, owner: str = "informix", locale: str = ""
    ) -> Database:
        """Make a database with its system catalogue. Raises SqlError -330, -354."""
        from .syscatalog import install, locale_codec

        if not is_database_name(name):
            raise SqlError(-354)
        if name in self.databases:
            raise SqlError(-330, isam=-100, token=name)
        chosen = locale or self.locale
        number = self.next_database_number()
        database = Database(name, number, logged, ansi, locale=chosen, codec=locale_codec(chosen), owner=owner)
        self.databases[name] = database
        install(self, database)
        return database

    def next_database_number(self) -> int:
        """Return an unused number (sysmaster's dbnum) for a database."""
        return 1 + max((d.number for d in self.databases.values()), default=0)

    def copy_database(self, source: str, name: str) -> None:
        """Make a database with everything that another one holds, which nobody may have open.

        Raises:
            SqlError: -329: there is no such source; -425: it is open; -330: there is a database of that name.
        """
        from .copying import copy_database

        with self.store.latch:
            copy_database(self, source, name)
            self.persist()

    @staticmethod
    def warm_up() -> None:
        """Import what a first statement needs."""
        from . import bind_functions, statements

        _ = statements
        bind_functions.load()

    def in_use(self, database: Database) -> bool:
        """Whether a session has the database open, or a transaction begun in another one holds locks in it."""
        if any(session.database is database for session in self.sessions.values()):
            return True
        return self.locks.any_held([-database.number, *(table.key for table in database.tables.values())])

    def drop_database(self, name: str) -> None:
        """Remove a database and its tables."""
        database = self.databases.pop(name)
        for table in list(database.tables.values()):
            self.forget(table)

    def new_key(self) -> int:
        """Return an unused table key."""
        self._next_key += 1
        return self._next_key

    def reserve_key(self, key: int) -> None:
        """Keep `new_key` from handing out a key that is in use."""
        self._next_key = max(self._next_key, key)

    def create_physical(self, table: Table) -> None:
        """Make the sqlite table: columns without affinity, text compared with trailing blanks ignored."""
        from .types import collation

        columns = ",".join(c.physical + collation(c.type) for c in table.columns)
        self.store.run(f"CREATE TABLE {table.physical}({columns})")
        self.tables[table.key] = table

    def forget(self, table: Table) -> None:
        """Remove a table's rows and its place in the engine for good."""
        table.dropped = True
        if table.kind == "T":
            self.store.run(f"DROP TABLE IF EXISTS {table.physical}")
        self.tables.pop(table.key, None)
        self.row_plans.pop(table.key, None)
        self.dead.pop(table.key, None)
        self.filled.pop(table.key, None)

    # -------------------------------------------------------------------------------------------- deleted rows

    def mark_dead(self, session: MemorySession, key: int, rowid: int) -> None:
        """Mark a row as deleted by a transaction that has not ended."""
        self.dead.setdefault(key, {})[rowid] = session

    def unmark(self, key: int, rowid: int) -> None:
        """Take the mark off."""
        rows = self.dead[key]
        del rows[rowid]
        if not rows:
            del self.dead[key]

    def row_visible(self, key: int, rowid: int) -> int:
        """Decide whether the running session sees a row: called by sqlite for tables that are being changed.

        Raises:
            LockConflict: the row is locked by another session and the isolation level minds.
        """
        session: MemorySession = self.store.env.session
        deleter = self.dead.get(key, {}).get(rowid)
        if deleter is session:
            return 0
        if session.reads_dirty:
            return 0 if deleter is not None else 1
        writer = deleter or self.locks.row_writer(session, key, rowid)
        if writer is not None:
            raise LockConflict(frozenset((writer,)), -244, ROW_LOCKED)
        if session.keeps_read_locks:
            self.locks.lock_row(session, key, rowid, "S")
        return 1

    def row_unchanged(self, key: int, rowid: int) -> int:
        """Tell sqlite whether a row is as its last commit left it, or changed by the running session itself."""
        session: MemorySession = self.store.env.session
        return int(rowid not in session.foreign_changes.get(key, ()) and rowid not in self.dead.get(key, ()))

    # ------------------------------------------------------------------------------------------------ sessions

    def connect(self, user: str, environment: Mapping[str, str]) -> MemorySession:
        """Start a session for a user whose password was accepted."""
        with self.registry:
            number = self._next_session + 20
            self._next_session += 1
            session = MemorySession(self, number, user, dict(environment))
            # A new dictionary: others may be going through the old one.
            self.sessions = {**self.sessions, number: session}
            return session

    def disconnect(self, session: MemorySession) -> None:
        """Forget a session that has ended."""
        with self.registry:
            self.sessions = {n: s for n, s in self.sessions.items() if s is not session}

    def close(self) -> None:
        """End all sessions and close the store."""
        with self.store.latch:
            if self._closed:
                return
            self._closed = True
            for session in list(self.sessions.values()):
                session.close()
            self.persist()
            self.store.close()

    def persist(self, touched: Touched | None = None) -> None:
        """Make what is committed durable when the data live in a directory.

        What is pending in other sessions goes into the file too, with what takes it back after a crash.
        Definitions cannot be taken back that way: while a session has changed some, rows that others commit
        (`touched`) go into a journal, and everything else waits for the end of its transaction.
        """
        if self.data_dir is None:
            self.unsaved = False
            return
        from .persistence import new_counters, next_state, save, save_pending

        if save_pending(self):
            if self.journal is not None and self.journal.written:
                next_state(self)
            save(self)
            self.store.settle()
            self.unsaved = False
            if self.journal is not None:
                self.journal.clear()
        elif self.journal is not None and (touched or self.unsaved):
            self.journal.write(self, touched or {}, new_counters(self))
            self.unsaved = False

    # ------------------------------------------------------------------------------------- routines, sequences

    def register_routine(self, name: str, function: Callable[..., Any], **options: Unpack[RoutineOptions]) -> None:
        """Make a Python function callable as a stored routine in all databases.

        Args and Raises: see `TestServer.register_routine`.
        """
        routine = make_routine(name.lower(), function, **options)
        self.registered += 1
        self.routines[routine.name] = replace(routine, number=self.registered)

    def routine(self, name: str) -> Routine | None:
        """Return a registered routine, or one of the server's own."""
        return self.routines.get(name) or self._own_routines.get(name)

    def version_part(self, part: str) -> str:
        """Return what DBINFO('version', part) says. Raises SqlError -945 for an unknown part."""
        full = self.version
        number = full.rpartition(" ")[2]
        major, _, rest = number.partition(".")
        parts = {
            "full": full,
            "server-type": full.partition(" Version")[0],
            "major": major,
            "minor": rest[:2],
            "os": "F",
            "level": rest[3:],
        }
        if part not in parts:
            raise SqlError(-945)
        return parts[part]

    def next_value(self, table: Table) -> int:
        """Hand out the next number of a sequence; not undone by a rollback. Raises SqlError when exhausted."""
        sequence = table.sequence
        assert sequence is not None, table.name
        value = sequence.value
        if not sequence.minimum <= value <= sequence.maximum:
            if not sequence.cycle:
                raise SqlError(SEQUENCE_EXHAUSTED, token=table.name)
            value = sequence.minimum if sequence.increment > 0 else sequence.maximum
        sequence.value = value + sequence.increment
        self.unsaved = True
        self.store.env.session.sequence_values[table.key] = value
        return value

    def current_value(self, table: Table) -> int:
        """Return the number that this session got last. Raises SqlError when there was none."""
        values: dict[int, int] = self.store.env.session.sequence_values
        if table.key not in values:
            raise SqlError(-8314, token=table.name)
        return values[table.key]

    @staticmethod
    def utc_to_stamp(seconds: int) -> int:
        """Return a Unix time as a DATETIME in local time."""
        return temporal.stamp_of(datetime.datetime.fromtimestamp(seconds))
