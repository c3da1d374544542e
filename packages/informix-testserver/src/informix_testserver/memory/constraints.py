"""Adding constraints: keys and their indexes, references, checks, NOT NULL; the rows that exist are checked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from informix_types import ColumnType, TypeCode, TypeFlag

from ..engine import SqlError
from ..sql import ast
from .catalog import Column, Constraint, Database, Index, Table
from .definitions import add_index, at_home, sync_indexes, undoing
from .references import varies
from .types import Family, family, wide_integer

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = ["add_constraint", "check_constraint", "remove_constraints"]

NO_TABLE, NO_COLUMN, CONSTRAINT_EXISTS, NO_REFERENCED_KEY = -206, -217, -625, -297
SAME_KIND, SECOND_PRIMARY, KEY_COLUMN_MISSING, CHILD_COLUMN_MISSING, COLUMN_REPEATED = -577, -704, -549, -537, -542
TEMP_NAME, TEMP_REFERENCE, COLUMN_COUNT, COLUMN_TYPES, BLOB_KEY, QUERY_IN_CHECK = (
    -576,
    -548,
    -536,
    -356,
    -610,
    -677,
)
KINDS = {"PRIMARY KEY": "P", "UNIQUE": "U", "FOREIGN KEY": "R", "CHECK": "C", "NOT NULL": "N"}


def _number(database: Database | None) -> int:
    if database is None:
        return 0
    database.next_constraint += 1
    return database.next_constraint - 1


def add_constraint(
    session: "MemorySession", database: Database | None, table: Table, node: ast.Constraint
) -> Constraint:
    """Add a constraint to a table and check the rows that are there. Raises SqlError."""
    kind = KINDS[node.kind]
    number = _number(database)
    name = (
        node.name.name
        if node.name is not None
        else f"{'u' if kind == 'P' else kind.lower()}{table.tabid}_{number}"
    )
    if database is not None:
        session.locks.lock_name(session, database.number, "constraint", name)
        if node.name is not None and database.find_constraint(name) is not None:
            raise SqlError(CONSTRAINT_EXISTS, offset=node.name.pos, token=name)
    if database is None and node.name is not None:
        raise SqlError(TEMP_NAME, offset=node.name.pos)
    columns: list[Column] = []
    for column_name in node.columns:
        column = table.column(column_name.name)
        if column is None:
            code = CHILD_COLUMN_MISSING if kind == "R" else KEY_COLUMN_MISSING if kind in "PU" else NO_COLUMN
            raise SqlError(code, offset=column_name.pos, token=column_name.name)
        if column in columns:
            raise SqlError(COLUMN_REPEATED, offset=column_name.pos)
        if kind in "PUR" and family(column.type) in (Family.BYTE, Family.TEXT):
            raise SqlError(BLOB_KEY, offset=column_name.pos)
        columns.append(column)
    numbers = tuple(column.number for column in columns)
    constraint = Constraint(number, name, session.user, kind, numbers, enabled=node.mode != "DISABLED")
    if kind in "PU":
        if any(c.kind in "PU" and set(c.columns) == set(numbers) for c in table.constraints):
            raise SqlError(SAME_KIND, offset=node.pos)
        if kind == "P":
            if any(c.kind == "P" for c in table.constraints):
                raise SqlError(SECOND_PRIMARY, offset=node.pos)
            for column in columns:
                _require(session, table, column, key=True)
        constraint.index = _key_index(session, table, constraint)
    elif kind == "R":
        if table.temporary:
            raise SqlError(TEMP_REFERENCE, offset=node.pos)
        _reference(session, table, constraint, node, columns)
    elif kind == "C":
        if varies(node.condition, session.engine.routine):  # of the clock and the user the code is inferred
            raise SqlError(QUERY_IN_CHECK, offset=node.pos)
        constraint.condition, constraint.text, constraint.dbdate = node.condition, node.text, session.dbdate
        table.constraints.append(constraint)
        table.version += 1
        _check_existing(session, table, constraint)
        return constraint
    elif kind == "N":
        for column in columns:
            _require(session, table, column)
    table.constraints.append(constraint)
    table.version += 1
    return constraint


def remove_constraints(session: "MemorySession", table: Table, gone: Sequence[Constraint]) -> None:
    """Take constraints off a table, and the indexes that were made for them alone (inside of `altering`)."""
    table.constraints = [c for c in table.constraints if c not in gone]
    needed = {c.index for c in table.constraints}
    table.indexes = [i for i in table.indexes if not i.implicit or i.name in needed]
    sync_indexes(session.store, table)


def _require(session: "MemorySession", table: Table, column: Column, *, key: bool = False) -> None:
    if session.store.rows(f"SELECT 1 FROM {table.physical} WHERE {column.physical} IS NULL LIMIT 1"):
        raise SqlError(-703, token=table.name) if key else SqlError(-386, token=column.name)
    column.implied = key and not column.not_null
    column.not_null = True
    column.type = column.type.with_flags(column.type.flags | TypeFlag.NOT_NULL)


def _key_index(session: "MemorySession", table: Table, constraint: Constraint) -> str:
    """Return the index that carries a key: one that exists on the same columns, or a new one."""
    for index in table.indexes:
        # An index that is not unique becomes it.
        same = tuple(number for number, _ in index.columns) == constraint.columns
        if same and not index.unique:
            index.unique = True
            sync_indexes(session.store, table)
        if index.unique and {number for number, _ in index.columns} == set(constraint.columns):
            return index.name
    # Informix names such an index with a leading blank, so that no statement can name it.
    name = f" {table.tabid}_{constraint.id}"
    index = Index(name, session.user, tuple((n, False) for n in constraint.columns), unique=True, implicit=True)
    add_index(session, table, index)
    return name


def _may_refer(child: ColumnType, parent: ColumnType) -> bool:
    """Whether a column may refer to a key of the other type: the same type, or integers that fit into the key's.

    So the HCL documentation, "Referential constraints"; that lengths and precisions may differ is inferred.
    """
    if family(child) is family(parent) is Family.INT and TypeCode.SMALLINT not in (child.code, parent.code):
        return wide_integer(parent) or not wide_integer(child)
    if family(child) in (Family.DATETIME, Family.MONTHS, Family.SPAN):
        return (child.code, child.start, child.end) == (parent.code, parent.start, parent.end)
    return (child.code, child.extended_name) == (parent.code, parent.extended_name)


def _reference(
    session: "MemorySession", table: Table, constraint: Constraint, node: ast.Constraint, columns: list[Column]
) -> None:
    assert node.references is not None
    parent = at_home(session, session.table(node.references.table), node.references.pos)
    if parent.kind != "T" or parent.temporary:
        raise SqlError(NO_TABLE, isam=-111, offset=node.references.pos, token=parent.name)
    if node.references.columns:
        found = [parent.column(name.name) for name in node.references.columns]
        if None in found:
            raise SqlError(NO_COLUMN, offset=node.references.columns[0].pos)
        if len(found) != len(columns):
            raise SqlError(COLUMN_COUNT, offset=node.references.pos)
        numbers = tuple(column.number for column in found if column is not None)
    else:
        primary = next((c for c in parent.constraints if c.kind == "P"), None)
        if primary is None:
            raise SqlError(NO_REFERENCED_KEY, offset=node.references.pos, token=parent.name)
        numbers = primary.columns
    key = next((c for c in parent.constraints if c.kind in "PU" and set(c.columns) == set(numbers)), None)
    if key is None:
        raise SqlError(NO_REFERENCED_KEY, offset=node.references.pos, token=parent.name)
    if len(numbers) != len(columns):
        raise SqlError(COLUMN_COUNT, offset=node.references.pos)
    if any(not _may_refer(c.type, parent.numbered(n).type) for n, c in zip(numbers, columns, strict=True)):
        raise SqlError(COLUMN_TYPES, offset=node.references.pos)
    constraint.parent, constraint.parent_columns = parent.key, numbers
    constraint.parent_constraint, constraint.cascade = key.id, node.references.cascade
    name = f" {table.tabid}_{constraint.id}"
    same = next((i for i in table.indexes if tuple(n for n, _ in i.columns) == constraint.columns), None)
    if same is None:
        add_index(
            session,
            table,
            Index(name, session.user, tuple((n, False) for n in constraint.columns), implicit=True),
        )
    constraint.index = same.name if same is not None else name
    had = table.key in parent.children
    parent.children.add(table.key)
    if not had:
        undoing(session, lambda: parent.children.discard(table.key))
    _check_orphans(session, table, constraint)


def check_constraint(session: "MemorySession", table: Table, constraint: Constraint) -> None:
    """Check the rows that are there against a constraint that is switched on again (keys: their index does it)."""
    if constraint.kind == "C":
        _check_existing(session, table, constraint)
    elif constraint.kind == "R":
        _check_orphans(session, table, constraint)
    elif constraint.kind in "NP":
        for number in constraint.columns:
            _require(session, table, table.numbered(number), key=constraint.kind == "P")


def _check_orphans(session: "MemorySession", table: Table, constraint: Constraint) -> None:
    parent = session.engine.tables[constraint.parent]
    own = " AND ".join(
        f"p.c{a}=c.c{b}" for a, b in zip(constraint.parent_columns, constraint.columns, strict=True)
    )
    some = " AND ".join(f"c.c{n} IS NOT NULL" for n in constraint.columns)
    orphan = (
        f"SELECT 1 FROM {table.physical} c WHERE {some} AND NOT EXISTS"
        f" (SELECT 1 FROM {parent.physical} p WHERE {own}) LIMIT 1"
    )
    if session.store.rows(orphan):
        raise SqlError(-525, isam=-111, token=f"{constraint.owner}.{constraint.name}")


def _check_existing(session: "MemorySession", table: Table, constraint: Constraint) -> None:
    probe = session.check_sql(table, constraint).replace("rowid=?", "rowid>0", 1) + " LIMIT 1"
    with session.dated(constraint.dbdate):
        found = session.store.rows(probe)
    if found:
        raise SqlError(-530, token=f"{constraint.owner}.{constraint.name}")
