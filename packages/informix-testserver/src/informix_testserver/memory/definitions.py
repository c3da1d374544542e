"""What every statement that changes definitions shares: undo records, new objects, indexes, ALTER's frame."""

import copy
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..engine import SqlError
from ..sql import ast
from .catalog import Database, Index, Table
from .rows import purge_dead
from .types import collation
from .undo import CHANGED, TEMPORARY

if TYPE_CHECKING:
    from .session import MemorySession
    from .store import Store

__all__ = ["add_index", "altering", "at_home", "claim", "home", "new_table", "register"]
__all__ += ["sync_indexes", "undoing"]

DUPLICATES_EXIST, OTHER_DATABASE, NAME_TOO_LONG, TABLE_IN_USE = -371, -556, -253, -242
MAX_NAME = 128


def undoing(session: "MemorySession", action: Any, *, temporary: bool = False, logged: bool = True) -> None:
    """Add an undo record for a change of the catalogue.

    Args:
        session: whose transaction it belongs to.
        action: takes the change back.
        temporary: it concerns temporary tables only.
        logged: it counts for the transaction, not only for the running statement.
    """
    session.undo.append((TEMPORARY if temporary else CHANGED, None, int(logged), action))


def home(session: "MemorySession", name: ast.ObjectName) -> Database:
    """Return the database in which an object is to be made or changed: only the current one (-556)."""
    database = session.home_of(name)
    if database is not session.database:
        raise SqlError(OTHER_DATABASE, offset=name.pos)
    if len(name.name) > MAX_NAME:
        raise SqlError(NAME_TOO_LONG, offset=name.pos)
    session.locks.check_name(session, database.number, "table", name.name)
    return database


def at_home(session: "MemorySession", table: Table, pos: int) -> Table:
    """Return a table if it is of the current database, or temporary; a synonym may mean another one's (-556)."""
    if table.database not in ("", session.database_name):
        raise SqlError(OTHER_DATABASE, offset=pos)
    return table


def claim(session: "MemorySession", table: Table) -> None:
    """Lock a definition that is about to change, with its name and those of its indexes and constraints.

    Others can neither use nor take the names until the transaction has ended: undoing never meets their changes.

    Raises:
        LockConflict: another transaction uses the table, or has one of the names.
    """
    database = session.engine.databases.get(table.database)
    session.locks.lock_table(session, table.key, "X", code=TABLE_IN_USE, token=table.name)
    purge_dead(session, table)
    if database is None:
        return
    lock = session.locks.lock_name
    lock(session, database.number, "table", table.name)
    for index in table.indexes:
        lock(session, database.number, "index", index.name)
    for constraint in table.constraints:
        lock(session, database.number, "constraint", constraint.name)


def register(session: "MemorySession", database: Database | None, table: Table) -> None:
    """Enter a new object into its database (None: the session's temporary tables). Raises LockConflict."""
    if database is not None:
        claim(session, table)
    names = session.temporary if database is None else database.tables
    names[table.name] = table
    engine = session.engine
    session.temporary_version += 1
    if database is not None:
        database.version += 1

    def forget() -> None:
        if names.get(table.name) is table:
            del names[table.name]
        engine.forget(table)
        session.temporary_version += 1
        if database is not None:
            database.version += 1

    undoing(session, forget, temporary=database is None, logged=table.logged)


def new_table(session: "MemorySession", database: Database | None, name: str, kind: str = "T") -> Table:
    """Make an object with a key and a tabid."""
    tabid = 0
    if database is not None:
        tabid = database.next_tabid
        database.next_tabid += 1
    table = Table(session.engine.new_key(), tabid, name, session.user, database.name if database else "", kind)
    table.temporary = database is None
    session.engine.tables[table.key] = table
    return table


# ------------------------------------------------------------------------------------------------------- indexes


def add_index(session: "MemorySession", table: Table, index: Index) -> None:
    """Add an index and build it. Raises SqlError -371 when a unique one meets duplicates, LockConflict."""
    numbers = [int(i.physical.rpartition("_")[2]) for i in table.indexes if i.physical]
    database = session.engine.databases.get(table.database)
    if database is not None:
        session.locks.lock_name(session, database.number, "index", index.name)
    index.physical = f"i{table.key}_{max(numbers, default=0) + 1}"
    table.indexes.append(index)
    table.version += 1
    sync_indexes(session.store, table)


def _definitions(table: Table) -> dict[str, str]:
    """Return the sqlite indexes that a table should have, by name."""
    wanted = {}
    for index in filter(table.at_work, table.indexes):
        columns = ",".join(f"c{number}{' DESC' if down else ''}" for number, down in index.columns)
        unique = "UNIQUE " if index.unique else ""
        wanted[index.physical] = f"CREATE {unique}INDEX {index.physical} ON {table.physical}({columns})"
        nullable = [n for n, _ in index.columns if not table.numbered(n).not_null]
        if index.unique and nullable:
            # Informix counts NULLs as equal in a unique index; sqlite does not, so they get an index of their own.
            parts = ",".join(f"ifnull(c{n},X'00'){collation(table.numbered(n).type)}" for n, _ in index.columns)
            where = " OR ".join(f"c{n} IS NULL" for n in nullable)
            name = f"{index.physical}n"
            wanted[name] = f"CREATE UNIQUE INDEX {name} ON {table.physical}({parts}) WHERE {where}"
    return wanted


def sync_indexes(store: "Store", table: Table) -> None:
    """Make sqlite's indexes those of the catalogue."""
    wanted = _definitions(table)
    rows = store.rows("SELECT name, sql FROM sqlite_master WHERE type='index' AND tbl_name=?", (table.physical,))
    existing = dict(rows)
    for name, sql in existing.items():
        if wanted.get(name) != sql:
            store.run(f"DROP INDEX {name}")
    for name, sql in wanted.items():
        if existing.get(name) != sql:
            try:
                store.run(sql)
            except sqlite3.IntegrityError:
                raise SqlError(DUPLICATES_EXIST, isam=-100) from None


@contextmanager
def altering(session: "MemorySession", table: Table) -> Iterator[None]:
    """Change a table's definition: an undo record restores it, indexes included. Raises LockConflict."""
    engine = session.engine
    claim(session, table)
    before = (
        [copy.copy(c) for c in table.columns],
        [copy.copy(c) for c in table.constraints],
        [copy.copy(i) for i in table.indexes],
        table.name,
        dict(table.serials),
    )
    storage = table.lock_level, table.first_extent, table.next_extent
    view = table.query, table.text
    database = engine.databases.get(table.database)

    def restore() -> None:
        names = session.temporary if database is None else database.tables
        names.pop(table.name, None)
        table.columns, table.constraints, table.indexes, table.name, table.serials = before
        names[table.name] = table
        table.query, table.text = view
        table.lock_level, table.first_extent, table.next_extent = storage
        table.version += 1
        if database is not None:
            database.version += 1
        sync_indexes(session.store, table)

    undoing(session, restore, temporary=table.temporary)
    yield
    table.version += 1
    if database is not None:
        database.version += 1
