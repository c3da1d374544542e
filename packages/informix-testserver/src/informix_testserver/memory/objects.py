"""Indexes, views, synonyms, sequences, and DROP of everything that is no table."""

from typing import TYPE_CHECKING

from ..engine import SqlError
from ..sql import ast
from .bind_query import bind_query
from .binder import Binder
from .catalog import Column, Database, Index, Sequence
from .collections import drop_type
from .ddl import drop_entry, drop_table
from .definitions import add_index, altering, home, new_table, register, sync_indexes
from .references import without_stars

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = ["alter_sequence", "create_index", "create_sequence", "create_synonym", "create_view", "drop_object"]

EXISTS, NO_TABLE, INDEX_EXISTS, NO_INDEX, SAME_COLUMNS = -310, -206, -316, -319, -350


def create_index(session: "MemorySession", node: ast.CreateIndex) -> None:
    """CREATE INDEX."""
    table = session.table(node.table)
    if table.kind != "T" or table.system:
        raise SqlError(NO_TABLE, isam=-111, offset=node.table.pos, token=node.table.name)
    database = session._opened()
    known = database.find_index(node.name.name)
    if known is not None or table.index(node.name.name) is not None:
        if node.if_not_exists:
            return
        raise SqlError(INDEX_EXISTS, offset=node.name.pos, token=node.name.name)
    columns = []
    for part in node.columns:
        if not isinstance(part.expression, ast.ColumnRef):
            raise SqlError(-513, offset=part.pos, token="functional index")
        column = table.column(part.expression.name)
        if column is None:
            raise SqlError(-217, offset=part.pos, token=part.expression.name)
        columns.append((column.number, part.descending))
    for index in table.indexes:
        if index.columns == tuple(columns) and not index.implicit:
            raise SqlError(SAME_COLUMNS, offset=node.pos)
    with altering(session, table):
        add_index(session, table, Index(node.name.name, session.user, tuple(columns), node.unique, node.cluster))


def create_view(session: "MemorySession", node: ast.CreateView) -> None:
    """CREATE VIEW: bound once to find its columns, again wherever it is used."""
    database = home(session, node.name)
    if _exists(database, node.name, if_not_exists=node.if_not_exists):
        return
    binder = Binder(session, [])
    found = bind_query(binder, node.query, isolated=True)
    names = [column.name for column in node.columns] or [column.name for column in found.columns]
    if len(names) != len(found.columns):
        raise SqlError(-382, offset=node.pos)
    table = new_table(session, database, node.name.name, "V")
    for number, (name, expr) in enumerate(zip(names, found.columns, strict=True), 1):
        if name.startswith("("):
            raise SqlError(-249, offset=node.pos)
        if table.column(name) is not None:
            raise SqlError(-328, offset=node.pos, token=name)
        table.columns.append(Column(name, expr.type, number, not_null=not expr.type.nullable))
    table.query = without_stars(node.query, binder.stars)
    table.text, table.check_option = node.text, node.check_option
    register(session, database, table)


def _exists(database: Database, name: ast.ObjectName, *, if_not_exists: bool) -> bool:
    if name.name not in database.tables:
        return False
    if if_not_exists:
        return True
    raise SqlError(EXISTS, offset=name.pos, token=name.name)


def create_synonym(session: "MemorySession", node: ast.CreateSynonym) -> None:
    """CREATE SYNONYM."""
    database = home(session, node.name)
    if _exists(database, node.name, if_not_exists=node.if_not_exists):
        return
    session.table(node.target)
    table = new_table(session, database, node.name.name, "P" if node.private else "S")
    table.target = node.target
    register(session, database, table)


def _apply(sequence: Sequence, options: ast.SequenceOptions, *, new: bool) -> None:
    if options.increment is not None:
        sequence.increment = options.increment
    down = sequence.increment < 0
    if options.maximum is not None:
        sequence.maximum = options.maximum
    elif new or options.no_maximum:
        sequence.maximum = -1 if down else 2**63 - 1
    if options.minimum is not None:
        sequence.minimum = options.minimum
    elif new or options.no_minimum:
        sequence.minimum = -(2**63 - 1) if down else 1
    if new:
        sequence.start = options.start if options.start is not None else (-1 if down else sequence.minimum)
        sequence.value = sequence.start
    if options.restart is not None:
        sequence.value = options.restart
    if options.cycle is not None:
        sequence.cycle = options.cycle
    if options.cache is not None:
        sequence.cache = options.cache
    if options.order is not None:
        sequence.order = options.order
    if sequence.increment == 0 or sequence.minimum > sequence.maximum:
        raise SqlError(-201, offset=options.pos)


def create_sequence(session: "MemorySession", node: ast.CreateSequence) -> None:
    """CREATE SEQUENCE."""
    database = home(session, node.name)
    if _exists(database, node.name, if_not_exists=node.if_not_exists):
        return
    table = new_table(session, database, node.name.name, "Q")
    table.sequence = Sequence()
    _apply(table.sequence, node.options, new=True)
    register(session, database, table)


def alter_sequence(session: "MemorySession", node: ast.AlterSequence) -> None:
    """ALTER SEQUENCE."""
    _apply(session.sequence(node.name), node.options, new=False)


_KINDS = {"VIEW": "V", "SYNONYM": "PS", "SEQUENCE": "Q"}
_MISSING = {"VIEW": -394, "SYNONYM": -218, "SEQUENCE": NO_TABLE}


def drop_object(session: "MemorySession", node: ast.DropObject) -> None:
    """DROP TABLE, INDEX, VIEW, SYNONYM, SEQUENCE, TYPE, ROLE."""
    if node.kind == "ROLE":
        # As CREATE ROLE: read, and without effect.
        return
    if node.kind == "TABLE":
        drop_table(session, node)
        return
    database = home(session, node.name)
    if node.kind == "INDEX":
        _drop_index(session, database, node)
        return
    if node.kind in ("TYPE", "ROW TYPE"):
        drop_type(session, node)
        return
    if node.kind not in _KINDS:
        raise SqlError(-513, offset=node.pos, token=f"DROP {node.kind}")
    found = database.tables.get(node.name.name)
    if found is None or found.kind not in _KINDS[node.kind]:
        if node.if_exists:
            return
        code = _MISSING[node.kind]
        raise SqlError(code, isam=-111 if code == NO_TABLE else 0, offset=node.name.pos, token=node.name.name)
    drop_entry(session, database, found)


def _drop_index(session: "MemorySession", database: Database, node: ast.DropObject) -> None:
    found = database.find_index(node.name.name)
    if found is None:
        for table in session.temporary.values():
            index = table.index(node.name.name)
            if index is not None:
                found = (table, index)
    if found is None:
        if node.if_exists:
            return
        raise SqlError(NO_INDEX, offset=node.name.pos, token=node.name.name)
    table, index = found
    if any(c.index == index.name for c in table.constraints):
        raise SqlError(-361, offset=node.name.pos, token=node.name.name)
    with altering(session, table):
        table.indexes = [i for i in table.indexes if i.name != index.name]
        sync_indexes(session.store, table)
