"""The system catalogue as tables: their definitions, and the rows made from the catalogue when a query needs them.

Columns and codes follow the Informix documentation of the system catalogue; `coltype` and `collength` are coded as
on the wire (sqli.md 6.2, 6.3), NOT NULL as 256.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from informix_types.codesets import UnknownCodeset, codec_for_locale

from ..engine import SqlError
from ..sql import ast, parse
from .catalog import Column, Database, Table
from .sysrows import DYNAMIC, ROWS, Row
from .systables import MASTER_TABLES, TABLES
from .typenames import declared_type

if TYPE_CHECKING:
    from .engine import MemoryEngine

__all__ = ["install", "locale_codec", "make", "refresh"]

UNKNOWN_LOCALE = -23101
SYSTEM_OWNER = "informix"


def locale_codec(locale: str) -> str:
    """Return the Python codec of a locale such as ``en_US.819``. Raises SqlError -23101."""
    try:
        return codec_for_locale(locale)
    except UnknownCodeset:
        raise SqlError(UNKNOWN_LOCALE, token=locale) from None


@cache
def _columns(text: str) -> tuple[Column, ...]:
    """Make the columns of a system table; nothing changes them, so all databases share them."""
    node = parse(f"CREATE TABLE t ({text})").statement
    assert isinstance(node, ast.CreateTable)
    return tuple(
        Column(definition.name, declared_type(None, definition.type), number)
        for number, definition in enumerate(node.columns, 1)
    )


def install(engine: "MemoryEngine", database: Database) -> None:
    """Give a database its system tables; `make` and `refresh` make and fill what a query needs of them."""
    definitions = {**TABLES, **(MASTER_TABLES if database.name == "sysmaster" else {})}
    for number, (name, columns) in enumerate(definitions.items(), 1):
        table = Table(engine.new_key(), number, name, SYSTEM_OWNER, database.name, system=True)
        table.columns.extend(_columns(columns))
        table.next_number += len(table.columns)
        engine.tables[table.key] = table
        database.tables[name] = table


def make(engine: "MemoryEngine", table: Table) -> None:
    """Make the sqlite table of a system table that is named for the first time; it stays empty until `refresh`."""
    if table.key not in engine.filled:
        engine.create_physical(table)
        engine.filled[table.key] = None


def refresh(engine: "MemoryEngine", table: Table) -> None:
    """Fill a system table anew if the catalogue has changed since it was filled last.

    Before each execution, not when a statement is prepared: it must show what has come since.
    """
    database = engine.databases[table.database]
    stamp: Any = database.version if table.name not in DYNAMIC else object()
    if engine.filled.get(table.key) == stamp:
        return
    make = ROWS.get(table.name)
    rows = list(make(engine, database)) if make is not None else []
    engine.store.run(f"DELETE FROM {table.physical}")
    marks = ",".join("?" * len(table.columns))
    engine.store.many(f"INSERT INTO {table.physical} VALUES({marks})", [_stored(table, row) for row in rows])
    engine.filled[table.key] = stamp


def _stored(table: Table, row: Row) -> list[Any]:
    """Put values in the order of the columns and pad CHAR; everything else comes in stored form already."""
    from .types import char_length, is_fixed_char

    values: Sequence[Any] = row if isinstance(row, tuple) else [row.pop(c.name, None) for c in table.columns]
    assert isinstance(row, tuple) or not row, f"{table.name} has no {', '.join(row)}"
    return [
        value.ljust(char_length(column.type))[: char_length(column.type)]
        if is_fixed_char(column.type) and isinstance(value, str)
        else value
        for column, value in zip(table.columns, values, strict=True)
    ]
