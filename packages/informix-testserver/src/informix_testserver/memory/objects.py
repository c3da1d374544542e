"""Indexes, views, synonyms, sequences, and DROP of everything that is no table."""

from dataclasses import replace
from typing import TYPE_CHECKING

from ..engine import SqlError
from ..sql import ast
from .bind_query import bind_query
from .binder import Binder
from .catalog import Column, Constraint, Database, Index, Sequence, Table
from .collections import drop_type
from .ddl import dependents, drop_entry, drop_table
from .definitions import add_index, altering, at_home, claim, home, new_table, register, sync_indexes, undoing
from .names import owned
from .references import without_stars
from .types import Family, family

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = [
    "alter_index",
    "alter_sequence",
    "create_index",
    "create_sequence",
    "create_synonym",
    "create_view",
    "drop_object",
]

EXISTS, NO_TABLE, INDEX_EXISTS, NO_INDEX, SAME_COLUMNS = -310, -206, -316, -319, -350
NOT_CLUSTERED = -501
COLUMN_REPEATED, SECOND_CLUSTER, BLOB_INDEX, COLLECTION_INDEX = -542, -500, -610, -9604
TEMP_IN_VIEW, UNNAMED_COLUMN, NAME_TWICE, MARKER_IN_VIEW = -337, -249, -531, -546
LIMIT_MISPLACED, CHECK_OF_COMPOUND = -944, -940
SYNONYM_NAME_USED, SYNONYM_OF_TEMP, SYNONYM_OF_SYNONYM, DEPENDENTS = -390, -510, -559, -886
NO_OBJECT = -634


def create_index(session: "MemorySession", node: ast.CreateIndex) -> None:
    """CREATE INDEX."""
    table = at_home(session, session.table(node.table), node.table.pos)
    if table.kind != "T" or table.system:
        raise SqlError(NO_TABLE, isam=-111, offset=node.table.pos, token=node.table.name)
    database = session._opened()
    session.locks.check_name(session, database.number, "index", node.name.name)
    known = database.find_index(node.name.name)
    if known is not None or table.index(node.name.name) is not None:
        if node.if_not_exists:
            return
        raise SqlError(INDEX_EXISTS, offset=node.name.pos, token=node.name.name)
    columns: list[tuple[int, bool]] = []
    for part in node.columns:
        if not isinstance(part.expression, ast.ColumnRef):
            raise SqlError(-513, offset=part.pos, token="CREATE INDEX on a function")
        column = table.column(part.expression.name)
        if column is None:
            raise SqlError(-217, offset=part.pos, token=part.expression.name)
        if column.number in dict(columns):
            raise SqlError(COLUMN_REPEATED, offset=part.pos)
        if family(column.type) in _NOT_INDEXED:
            raise SqlError(_NOT_INDEXED[family(column.type)], offset=part.pos)
        columns.append((column.number, part.descending))
    # The index of a constraint counts too. The same columns may be indexed in other directions.
    if any(index.columns == tuple(columns) for index in table.indexes):
        raise SqlError(SAME_COLUMNS, offset=node.pos)
    clustered = next((index for index in table.indexes if index.clustered), None)
    if node.cluster and clustered is not None:
        raise SqlError(SECOND_CLUSTER, offset=node.pos, token=clustered.name)
    with altering(session, table):
        index = Index(node.name.name, session.user, tuple(columns), node.unique, node.cluster)
        index.enabled = not node.disabled
        add_index(session, table, index)


def alter_index(session: "MemorySession", node: ast.AlterIndex) -> None:
    """ALTER INDEX … TO [NOT] CLUSTER: noted for the catalogue; without ORDER BY no order is promised anyway."""
    database = home(session, node.name)
    session.locks.check_name(session, database.number, "index", node.name.name)
    found = database.find_index(node.name.name)
    if found is None:
        raise SqlError(NO_INDEX, offset=node.name.pos, token=node.name.name)
    table = found[0]
    clustered = next((index for index in table.indexes if index.clustered), None)
    if node.cluster and clustered is not None and clustered is not found[1]:
        raise SqlError(SECOND_CLUSTER, offset=node.pos, token=clustered.name)
    if not node.cluster and clustered is not found[1]:
        raise SqlError(NOT_CLUSTERED, offset=node.pos, token=node.name.name)
    with altering(session, table):
        index = table.index(node.name.name)
        assert index is not None
        index.clustered = node.cluster


_NOT_INDEXED = {Family.BYTE: BLOB_INDEX, Family.TEXT: BLOB_INDEX, Family.COLLECTION: COLLECTION_INDEX}


def _check_view(node: ast.CreateView) -> None:
    """Refuse what a view's query may not have. Raises SqlError -944, -940, -201."""
    query = node.query
    if query.into is not None or query.for_update:
        raise SqlError(-201, offset=query.pos)
    body: ast.QueryBody = query
    while isinstance(body, ast.Query) and body.limit is None:
        body = body.body
    limited = isinstance(body, ast.Query) or (isinstance(body, ast.Select) and (body.first or body.skip))
    if limited:
        raise SqlError(LIMIT_MISPLACED, offset=body.pos)
    if node.check_option and isinstance(body, ast.SetOperation):
        raise SqlError(CHECK_OF_COMPOUND, offset=node.pos)


def create_view(session: "MemorySession", node: ast.CreateView) -> None:
    """CREATE VIEW: bound once to find its columns, again wherever it is used."""
    database = home(session, node.name)
    if _exists(database, node.name, if_not_exists=node.if_not_exists):
        return
    _check_view(node)
    binder = Binder(session)
    found = bind_query(binder, node.query, isolated=True)
    if binder.marker_types:
        raise SqlError(MARKER_IN_VIEW, offset=node.pos, token=node.name.name)
    temporary = next((table for table in binder.tables.values() if table.temporary), None)
    if temporary is not None:
        raise SqlError(TEMP_IN_VIEW, offset=node.pos, token=temporary.name)
    names = [column.name for column in node.columns] or [column.name for column in found.columns]
    if len(names) != len(found.columns):
        raise SqlError(-382, offset=node.pos)
    table = new_table(session, database, node.name.name, "V")
    table.owner = node.name.owner or table.owner
    for number, (name, expr) in enumerate(zip(names, found.columns, strict=True), 1):
        if name.startswith("("):
            raise SqlError(UNNAMED_COLUMN, offset=node.pos)
        if table.column(name) is not None:
            raise SqlError(NAME_TWICE, offset=node.pos, token=name)
        table.columns.append(Column(name, expr.type, number, not_null=not expr.type.nullable))
    table.query = without_stars(node.query, binder.stars)
    table.text, table.check_option = node.text, node.check_option
    register(session, database, table)


def _exists(database: Database, name: ast.ObjectName, *, if_not_exists: bool, code: int = EXISTS) -> bool:
    if name.name not in database.tables:
        return False
    if if_not_exists:
        return True
    raise SqlError(code, offset=name.pos, token=name.name)


def create_synonym(session: "MemorySession", node: ast.CreateSynonym) -> None:
    """CREATE SYNONYM."""
    database = home(session, node.name)
    if _exists(database, node.name, if_not_exists=node.if_not_exists, code=SYNONYM_NAME_USED):
        return
    target = session.table(node.target)
    if target.temporary:
        raise SqlError(SYNONYM_OF_TEMP, offset=node.target.pos, token=target.name)
    named = session.find(node.target)
    if named is not None and named.target is not None and named.database == database.name:
        raise SqlError(SYNONYM_OF_SYNONYM, offset=node.target.pos)
    table = new_table(session, database, node.name.name, "P" if node.private else "S")
    table.owner = node.name.owner or table.owner
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
    table.owner = node.name.owner or table.owner
    table.sequence = Sequence()
    _apply(table.sequence, node.options, new=True)
    register(session, database, table)


def alter_sequence(session: "MemorySession", node: ast.AlterSequence) -> None:
    """ALTER SEQUENCE."""
    database = home(session, node.name)
    table = at_home(session, session.sequence_table(node.name), node.name.pos)
    before = table.sequence
    assert before is not None, table.name
    claim(session, table)
    changed = replace(before)
    _apply(changed, node.options, new=False)

    def restore() -> None:
        # Numbers that were taken meanwhile stay taken.
        if node.options.restart is None:
            before.value = changed.value
        table.sequence = before
        database.version += 1

    table.sequence = changed
    database.version += 1
    undoing(session, restore)


_KINDS = {"VIEW": "V", "SYNONYM": "PS", "SEQUENCE": "Q"}
_MISSING = {"VIEW": -394, "SYNONYM": -218, "SEQUENCE": NO_TABLE}


def drop_object(session: "MemorySession", node: ast.DropObject) -> None:
    """DROP TABLE, INDEX, VIEW, SYNONYM, SEQUENCE, TYPE, ROLE, TRIGGER (there is none)."""
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
    if node.kind == "TRIGGER":
        if not node.if_exists:
            raise SqlError(NO_OBJECT, offset=node.name.pos, token=node.name.name)
        return
    if node.kind not in _KINDS:
        raise SqlError(-513, offset=node.pos, token=f"DROP {node.kind}")
    found = database.tables.get(node.name.name)
    if found is None or found.kind not in _KINDS[node.kind] or not owned(database, found, node.name.owner):
        if node.if_exists:
            return
        code = _MISSING[node.kind]
        raise SqlError(code, isam=-111 if code == NO_TABLE else 0, offset=node.name.pos, token=node.name.name)
    if node.kind == "VIEW" and node.restrict and dependents(database, found):
        raise SqlError(DEPENDENTS, offset=node.name.pos)
    drop_entry(session, database, found)


def _drop_index(session: "MemorySession", database: Database, node: ast.DropObject) -> None:
    session.locks.check_name(session, database.number, "index", node.name.name)
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
    with altering(session, table):
        index = next(i for i in table.indexes if i.name == index.name)
        users = [c for c in table.constraints if c.index == index.name]
        if users:
            _hide_index(table, index, users)
        else:
            table.indexes.remove(index)
        sync_indexes(session.store, table)


def _hide_index(table: Table, index: Index, users: list[Constraint]) -> None:
    """A dropped index that constraints share stays, under an internal name; it is unique only if they are.

    So the HCL documentation, "DROP INDEX statement".
    """
    index.name, index.implicit = f" {table.tabid}_{users[0].id}", True
    index.unique = any(constraint.kind in "PU" for constraint in users)
    for constraint in users:
        constraint.index = index.name
