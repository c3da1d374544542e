"""Keeping an engine in a directory: rows are in sqlite anyway, the catalogue goes beside them as JSON.

Everything is written inside sqlite's one transaction whenever a session commits. What other sessions have pending
is in it, too, hence the statements that undo it are written beside it, to be run when the files are read after a
crash. Only definitions cannot be undone so: while some are pending, rows go into a journal (journal.py). Syntax
trees (defaults, checks, views) are kept as SQL text.
"""

import datetime
import json
import os
from contextlib import suppress
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from informix_types import ColumnType

from ..sql import ast, parse, parse_expression
from ..sql.unparse import unparse
from .catalog import Column, Constraint, Database, Index, Sequence, Table
from .journal import FILE as JOURNAL
from .journal import decoded, encoded
from .store import FILE_SUFFIXES
from .undo import CHANGED, undo_step

if TYPE_CHECKING:
    from .engine import MemoryEngine

__all__ = [
    "counters",
    "database_entry",
    "load",
    "load_database",
    "new_counters",
    "next_state",
    "path_in",
    "path_of",
    "remove",
    "restore_counters",
    "save",
    "save_pending",
]

FILE = "informix.sqlite"
FORMAT = 2
"""Version of what is written; another one is refused."""


def path_in(directory: str | os.PathLike[str]) -> str:
    """Return the path of a data directory's sqlite file."""
    return os.path.join(directory, FILE)


def path_of(directory: str) -> str:
    """Return the sqlite file of a data directory, which is made if it is missing. Raises OSError."""
    os.makedirs(directory, exist_ok=True)
    return path_in(directory)


def remove(directory: str | os.PathLike[str]) -> None:
    """Remove the files of a data directory that no engine has open. Raises OSError."""
    for name in (*(FILE + suffix for suffix in FILE_SUFFIXES), JOURNAL):
        with suppress(FileNotFoundError):
            os.unlink(os.path.join(directory, name))


# -------------------------------------------------------------------------------------------------------- saving


def save(engine: "MemoryEngine") -> None:
    """Write what has changed of the catalogue into the open sqlite transaction."""
    stamp = tuple((d.name, d.number, d.version) for d in engine.databases.values())
    if stamp != engine.saved.get("catalogue"):
        databases = [database_entry(d) for d in engine.databases.values()]
        _put(engine, "catalogue", {"format": FORMAT, "databases": databases})
        engine.saved["catalogue"] = stamp
    found = _all_counters(engine)
    if found != engine.saved.get("counters"):
        _put(engine, "counters", found)
        engine.saved["counters"] = found


def _all_counters(engine: "MemoryEngine") -> dict[str, Any]:
    return {str(key): state for database in engine.databases.values() for key, state in counters(database).items()}


def new_counters(engine: "MemoryEngine") -> dict[str, Any]:
    """Return the counters that differ from what was written last."""
    known = engine.saved.get("counters", {})
    return {key: state for key, state in _all_counters(engine).items() if known.get(key) != state}


def next_state(engine: "MemoryEngine") -> None:
    """Number the state that is about to be written: what the journal holds belongs to the one before."""
    engine.saved["state"] = engine.saved.get("state", 0) + 1
    _put(engine, "state", engine.saved["state"])


def save_pending(engine: "MemoryEngine") -> bool:
    """Write how the changes that sessions have pending are undone; False when definitions are among them."""
    steps: list[tuple[str, str]] = []
    for session in engine.sessions.values():
        for kind, plan, rowid, old in reversed(session.undo):
            if kind == CHANGED:
                return False
            step = undo_step(kind, plan, rowid, old) if plan is not None and not plan.table.temporary else None
            if step is not None:
                steps.append((step[0], json.dumps([encoded(value) for value in step[1]])))
    if steps or engine.saved.get("pending"):
        engine.store.run("CREATE TABLE IF NOT EXISTS informix_undo(n INTEGER PRIMARY KEY, sql TEXT, args TEXT)")
        engine.store.run("DELETE FROM informix_undo")
        engine.store.many("INSERT INTO informix_undo(sql, args) VALUES(?,?)", steps)
        engine.saved["pending"] = bool(steps)
    return True


def _undo_pending(engine: "MemoryEngine") -> None:
    """After a crash: undo what had not been committed."""
    if not engine.store.rows("SELECT 1 FROM sqlite_master WHERE name='informix_undo'"):
        return
    for sql, values in engine.store.rows("SELECT sql, args FROM informix_undo ORDER BY n"):
        engine.store.run(sql, [decoded(value) for value in json.loads(values)])
    engine.store.run("DELETE FROM informix_undo")


def _put(engine: "MemoryEngine", name: str, value: Any) -> None:
    engine.store.run("CREATE TABLE IF NOT EXISTS informix_state(name TEXT PRIMARY KEY, value TEXT)")
    engine.store.run("INSERT OR REPLACE INTO informix_state VALUES(?,?)", (name, json.dumps(value)))


def counters(database: Database) -> dict[int, Any]:
    """Return what changes without a change of a definition, by table key: serials and sequences."""
    found: dict[int, Any] = {}
    for table in database.user_tables():
        if table.serials:
            found[table.key] = {str(number): value for number, value in table.serials.items()}
        if table.sequence is not None:
            found[table.key] = table.sequence.value
    return found


def database_entry(database: Database) -> dict[str, Any]:
    """Return a database's definitions as plain data; `load_database` makes a database of them."""
    return {
        "name": database.name,
        "number": database.number,
        "logged": database.logged,
        "ansi": database.ansi,
        "locale": database.locale,
        "codec": database.codec,
        "owner": database.owner,
        "created": database.created.isoformat(),
        "next_tabid": database.next_tabid,
        "next_constraint": database.next_constraint,
        "grants": database.grants,
        "row_types": dict(database.row_types),
        "distinct_types": dict(database.distinct_types),
        "type_ids": dict(database.type_ids),
        "next_type_id": database.next_type_id,
        "tables": [_table(table) for table in database.user_tables()],
    }


def _flat(record: Any) -> dict[str, Any]:
    """Return the attributes of a record whose values are plain data."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _table(table: Table) -> dict[str, Any]:
    return {
        "key": table.key,
        "tabid": table.tabid,
        "name": table.name,
        "owner": table.owner,
        "kind": table.kind,
        "lock_level": table.lock_level,
        "extents": [table.first_extent, table.next_extent],
        "created": table.created.isoformat(),
        "next_number": table.next_number,
        "check_option": table.check_option,
        "text": table.text,
        "query": unparse(table.query) if table.query is not None else None,
        "target": _flat(table.target) if table.target is not None else None,
        "sequence": _flat(table.sequence) if table.sequence is not None else None,
        "columns": [
            {
                "name": c.name,
                "type": _flat(c.type),
                "number": c.number,
                "not_null": c.not_null,
                "implied": c.implied,
                "default": unparse(c.default) if c.default is not None else None,
            }
            for c in table.columns
        ],
        "indexes": [_flat(index) for index in table.indexes],
        "constraints": [
            {**{name: getattr(c, name) for name in _CONSTRAINT}, "condition": _condition(c)}
            for c in table.constraints
        ],
    }


_CONSTRAINT = (
    "id", "name", "owner", "kind", "columns", "index", "parent", "parent_columns", "parent_constraint", "cascade",
    "text", "dbdate", "enabled",
)  # fmt: skip


def _condition(constraint: Constraint) -> str | None:
    return unparse(constraint.condition) if constraint.condition is not None else None


# ------------------------------------------------------------------------------------------------------- loading


def load(engine: "MemoryEngine") -> None:
    """Read the catalogue, if the directory holds one. Raises ValueError for a file of another format."""
    from .syscatalog import install

    _undo_pending(engine)
    state = _state(engine)
    if "catalogue" not in state:
        return
    if state["catalogue"]["format"] != FORMAT:
        raise ValueError(f"{FILE} has format {state['catalogue']['format']}, not {FORMAT}")
    for saved in state["catalogue"]["databases"]:
        database = load_database(engine, saved)
        engine.databases[database.name] = database
    engine.saved["state"] = state.get("state", 0)
    found = state.get("counters", {})
    if engine.journal is not None:
        found |= engine.journal.replay(engine, engine.saved["state"])
    restore_counters(engine, {int(key): value for key, value in found.items()})
    kept = {table.physical for table in engine.tables.values()}
    names = engine.store.rows("SELECT name FROM sqlite_master WHERE type='table' AND name GLOB 't[0-9]*'")
    for (name,) in names:
        # Temporary tables of sessions that a crash ended, and system tables, which are made anew.
        if name not in kept:
            engine.store.run(f"DROP TABLE {name}")
    for database in engine.databases.values():
        install(engine, database)
    if engine.journal is not None and engine.journal.written:
        engine.persist()


def restore_counters(engine: "MemoryEngine", found: dict[int, Any]) -> None:
    """Set serials and sequences to what `counters` returned."""
    for key, value in found.items():
        table = engine.tables.get(key)
        if table is None:
            continue
        if table.sequence is not None:
            table.sequence.value = value
        else:
            table.serials = {int(number): last for number, last in value.items()}


def _state(engine: "MemoryEngine") -> dict[str, Any]:
    if not engine.store.rows("SELECT 1 FROM sqlite_master WHERE name='informix_state'"):
        return {}
    return {name: json.loads(value) for name, value in engine.store.rows("SELECT name, value FROM informix_state")}


def load_database(engine: "MemoryEngine", saved: dict[str, Any]) -> Database:
    """Make a database of what `database_entry` returned, and enter its tables into the engine."""
    database = Database(
        saved["name"],
        saved["number"],
        saved["logged"],
        saved["ansi"],
        locale=saved["locale"],
        codec=saved["codec"],
        owner=saved["owner"],
        created=datetime.date.fromisoformat(saved["created"]),
        next_tabid=saved["next_tabid"],
        next_constraint=saved["next_constraint"],
        grants=[tuple(grant) for grant in saved["grants"]],
        row_types=saved["row_types"],
        distinct_types=saved["distinct_types"],
        type_ids=saved["type_ids"],
        next_type_id=saved["next_type_id"],
    )
    for entry in saved["tables"]:
        table = _load_table(entry, database.name)
        database.tables[table.name] = table
        engine.tables[table.key] = table
        engine.reserve_key(table.key)
    for table in database.tables.values():
        for constraint in table.constraints:
            if constraint.parent in engine.tables:
                engine.tables[constraint.parent].children.add(table.key)
    return database


def _load_table(saved: dict[str, Any], database: str) -> Table:
    table = Table(saved["key"], saved["tabid"], saved["name"], saved["owner"], database, saved["kind"])
    table.lock_level, table.text = saved["lock_level"], saved["text"]
    table.first_extent, table.next_extent = saved.get("extents", (16, 16))
    table.created = datetime.date.fromisoformat(saved["created"])
    table.next_number, table.check_option = saved["next_number"], saved["check_option"]
    for entry in saved["columns"]:
        default = parse_expression(entry["default"], delimident=True) if entry["default"] is not None else None
        kind = ColumnType(**entry["type"])
        column = Column(entry["name"], kind, entry["number"], entry["not_null"], default, entry["implied"])
        table.columns.append(column)
    for entry in saved["indexes"]:
        entry["columns"] = tuple((number, down) for number, down in entry["columns"])
        table.indexes.append(Index(**entry))
    for entry in saved["constraints"]:
        condition = entry.pop("condition")
        for name in ("columns", "parent_columns"):
            entry[name] = tuple(entry[name])
        constraint = Constraint(**entry)
        constraint.condition = parse_expression(condition, delimident=True) if condition is not None else None
        table.constraints.append(constraint)
    if saved["query"] is not None:
        statement = parse(saved["query"], delimident=True).statement
        if not isinstance(statement, ast.Query):
            raise ValueError(f"view {table.name} holds no query")
        table.query = statement
    if saved["target"] is not None:
        table.target = ast.ObjectName(**saved["target"])
    if saved["sequence"] is not None:
        table.sequence = Sequence(**saved["sequence"])
    return table
