"""Copying a database: the definitions as persistence writes them, under new keys, and the rows as they are.

This is what gives each test a database of its own without running its schema again.
"""

from typing import TYPE_CHECKING, Any

from ..engine import SqlError
from .catalog import Database, Table, is_database_name
from .definitions import sync_indexes
from .persistence import counters, database_entry, load_database, restore_counters
from .references import moved
from .syscatalog import install

if TYPE_CHECKING:
    from .engine import MemoryEngine

__all__ = ["copy_database"]

DATABASE_NOT_FOUND, DATABASE_IN_USE, DATABASE_EXISTS, BAD_NAME = -329, -425, -330, -354


def copy_database(engine: "MemoryEngine", source: str, name: str) -> Database:
    """Make a database with everything that another one holds; the caller has the latch.

    Raises:
        SqlError: -329: there is no such source; -425: it is in use, so that its rows may be in doubt; -330: there
            is a database of that name; -354: it is no name.
    """
    origin = engine.databases.get(source)
    if origin is None:
        raise SqlError(DATABASE_NOT_FOUND, isam=-111, token=source)
    if engine.in_use(origin):
        raise SqlError(DATABASE_IN_USE, isam=-107, token=source)
    if name in engine.databases:
        raise SqlError(DATABASE_EXISTS, isam=-100, token=name)
    if not is_database_name(name):
        raise SqlError(BAD_NAME)
    entry = database_entry(origin)
    keys = {table["key"]: engine.new_key() for table in entry["tables"]}
    for table in entry["tables"]:
        _renew(table, keys)
    entry["grants"] = [(keys.get(key, 0), *rest) for key, *rest in entry["grants"]]
    entry["name"], entry["number"] = name, engine.next_database_number()
    database = load_database(engine, entry)
    moved(database, source)
    restore_counters(engine, {keys[key]: state for key, state in counters(origin).items()})
    for old in origin.user_tables():
        if old.kind == "T":
            _copy_rows(engine, old, engine.tables[keys[old.key]])
    install(engine, database)
    engine.databases[name] = database
    return database


def _renew(table: dict[str, Any], keys: dict[int, int]) -> None:
    """Give an entry its new key, wherever the old one stands."""
    old, new = table["key"], keys[table["key"]]
    table["key"] = new
    for index in table["indexes"]:
        index["physical"] = index["physical"].replace(f"i{old}_", f"i{new}_", 1)
    for constraint in table["constraints"]:
        constraint["parent"] = keys.get(constraint["parent"], constraint["parent"])


def _copy_rows(engine: "MemoryEngine", old: Table, new: Table) -> None:
    """Copy rows with their rowids, and then build the indexes."""
    engine.create_physical(new)
    columns = ",".join(("rowid", *(column.physical for column in old.columns)))
    engine.store.run(f"INSERT INTO {new.physical}({columns}) SELECT {columns} FROM {old.physical}")
    sync_indexes(engine.store, new)
