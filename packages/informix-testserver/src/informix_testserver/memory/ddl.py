"""CREATE, DROP and TRUNCATE TABLE, constraints and the indexes below them; every change leaves an undo record."""

import copy
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from informix_types import TypeFlag

from ..engine import SqlError
from ..sql import ast
from .binder import Binder
from .catalog import Column, Constraint, Database, Index, Table
from .expr import Expr
from .rows import CHANGED, delete_row, plan_of
from .typenames import declared_type
from .types import Family, family

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = [
    "add_constraint",
    "add_index",
    "altering",
    "create_table",
    "drop_table",
    "home",
    "make_column",
    "register",
    "sync_indexes",
    "table_from_query",
    "truncate",
]

TABLE_EXISTS, TEMP_EXISTS, NO_TABLE, BAD_DEFAULT = -310, -958, -206, -591
DUPLICATES_EXIST, INDEX_EXISTS, SAME_COLUMNS, CONSTRAINT_EXISTS = -371, -316, -350, -625
NO_REFERENCED_KEY, COLUMN_TWICE, NO_COLUMN = -297, -328, -217
MAX_NAME = 128
KINDS = {"PRIMARY KEY": "P", "UNIQUE": "U", "FOREIGN KEY": "R", "CHECK": "C", "NOT NULL": "N"}


def undoing(session: "MemorySession", action: Any, *, logged: bool = True) -> None:
    """Add an undo record for a change of the catalogue; unlogged, it counts only for the running statement."""
    session.undo.append((CHANGED, None, int(logged), action))


def home(session: "MemorySession", name: ast.ObjectName) -> Database:
    """Return the database in which an object is to be made or changed: only the current one (-556)."""
    database = session.home_of(name)
    if database is not session.database:
        raise SqlError(-556, offset=name.pos)
    if len(name.name) > MAX_NAME:
        raise SqlError(-253, offset=name.pos)
    return database


def register(session: "MemorySession", database: Database | None, table: Table) -> None:
    """Enter a new object into its database (None: the session's temporary tables)."""
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

    undoing(session, forget, logged=table.logged)


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


# -------------------------------------------------------------------------------------------------- CREATE TABLE


def create_table(session: "MemorySession", node: ast.CreateTable) -> None:
    """CREATE [TEMP] TABLE."""
    temporary = node.kind in ("TEMP", "SCRATCH")
    if node.kind == "EXTERNAL" or node.row_type is not None or node.under is not None:
        raise SqlError(-513, offset=node.pos, token="CREATE EXTERNAL or typed TABLE")
    session._opened() if not temporary else None
    database = None if temporary else home(session, node.name)
    names = session.temporary if database is None else database.tables
    if node.name.name in names:
        if node.if_not_exists:
            return
        raise SqlError(TEMP_EXISTS if temporary else TABLE_EXISTS, offset=node.name.pos, token=node.name.name)
    if node.query is not None:
        _from_select(session, node, database)
        return
    table = new_table(session, database, node.name.name)
    if node.name.owner:
        table.owner = node.name.owner
    table.logged = not node.no_log
    table.lock_level = "R" if node.lock_mode == "ROW" else "P"
    for definition in node.columns:
        if table.column(definition.name) is not None:
            raise SqlError(COLUMN_TWICE, offset=definition.pos, token=definition.name)
        table.columns.append(make_column(session, table, definition))
    session.engine.create_physical(table)
    register(session, database, table)
    for definition in node.columns:
        column = table.column(definition.name)
        assert column is not None
        for constraint in definition.constraints:
            _column_constraint(session, database, table, column, constraint)
    for constraint in node.constraints:
        add_constraint(session, database, table, constraint)


def _from_select(session: "MemorySession", node: ast.CreateTable, database: Database | None) -> None:
    from .bind_query import bind_query

    assert node.query is not None
    b = Binder(session, [])
    found = bind_query(b, node.query)
    columns = found.columns
    if node.columns:
        columns = tuple(c.named(d.name) for c, d in zip(columns, node.columns, strict=True))
    rows = session.store.rows(found.sql)
    into = ast.IntoTable(node.pos, node.name, "TEMP" if database is None else "STANDARD", node.no_log)
    table_from_query(session, into, columns, rows)


def make_column(session: "MemorySession", table: Table, node: ast.ColumnDef) -> Column:
    """Make a column from its definition (constraints other than NOT NULL come later)."""
    kind = declared_type(session, node.type)
    number = table.next_number
    table.next_number += 1
    explicit = any(constraint.kind == "NOT NULL" for constraint in node.constraints)
    column = Column(node.name, kind, number, not_null=explicit)
    if column.is_serial:
        column.not_null = True
        start = node.type.arguments[0] if node.type.arguments else 1
        table.serials[number] = start - 1
    if node.default is not None and not isinstance(node.default, ast.NullLiteral):
        column.default = node.default
        _check_default(session, column, node)
    flag = TypeFlag.NOT_NULL if column.not_null else 0
    column.type = kind.with_flags((kind.flags & ~TypeFlag.NOT_NULL) | flag)
    return column


def _check_default(session: "MemorySession", column: Column, node: ast.ColumnDef) -> None:
    from .dml import assignment

    b = Binder(session, [])
    assert node.default is not None
    value = b.bind(node.default)
    try:
        convert = assignment(value, column, b.env)
        if value.constant and convert is not None and value.value is not None:
            convert(value.value)
    except SqlError:
        raise SqlError(BAD_DEFAULT, offset=node.default.pos, token=column.name) from None


def table_from_query(
    session: "MemorySession", into: ast.IntoTable, columns: Sequence[Expr], rows: Sequence[tuple[Any, ...]]
) -> Table:
    """Make a table out of a query's columns and fill it with its (stored) rows."""
    from .convert import converter

    temporary = into.kind in ("TEMP", "SCRATCH")
    database = None if temporary else home(session, into.name)
    names = session.temporary if database is None else database.tables
    if into.name.name in names:
        raise SqlError(TEMP_EXISTS if temporary else TABLE_EXISTS, offset=into.name.pos, token=into.name.name)
    table = new_table(session, database, into.name.name)
    table.logged = not into.no_log
    converts = []
    for expr in columns:
        if expr.name.startswith("("):
            raise SqlError(-249, offset=into.pos)
        if table.column(expr.name) is not None:
            raise SqlError(COLUMN_TWICE, offset=into.pos, token=expr.name)
        table.columns.append(Column(expr.name, expr.type, table.next_number, not_null=not expr.type.nullable))
        table.next_number += 1
        converts.append(converter(expr.stored, expr.type, session.store.env))
    session.engine.create_physical(table)
    register(session, database, table)
    marks = ",".join("?" * len(table.columns))
    if any(converts):
        rows = [
            tuple(v if c is None or v is None else c(v) for c, v in zip(converts, row, strict=True))
            for row in rows
        ]
    session.store.many(f"INSERT INTO {table.physical} VALUES({marks})", rows)
    for column in table.columns:
        if column.is_serial:
            found = session.store.rows(f"SELECT max({column.physical}) FROM {table.physical}")[0][0]
            table.serials[column.number] = found or 0
    return table


# --------------------------------------------------------------------------------------------------- constraints


def _column_constraint(
    session: "MemorySession", database: Database | None, table: Table, column: Column, node: ast.Constraint
) -> None:
    if node.kind == "NULL":
        return
    name = ast.Identifier(node.pos, column.name)
    full = ast.Constraint(
        node.pos, node.kind, (name,), node.name, node.references, node.condition, node.text, node.mode
    )
    add_constraint(session, database, table, full)


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
    if database is not None and node.name is not None and database.find_constraint(name) is not None:
        raise SqlError(CONSTRAINT_EXISTS, offset=node.name.pos, token=name)
    columns = []
    for column_name in node.columns:
        column = table.column(column_name.name)
        if column is None:
            raise SqlError(NO_COLUMN, offset=column_name.pos, token=column_name.name)
        columns.append(column)
    numbers = tuple(column.number for column in columns)
    constraint = Constraint(number, name, session.user, kind, numbers, enabled=node.mode != "DISABLED")
    if kind in "PU":
        if kind == "P":
            if any(c.kind == "P" for c in table.constraints):
                raise SqlError(-577, offset=node.pos)
            for column in columns:
                _require(session, table, column, key=True)
        if any(c.kind in "PU" and set(c.columns) == set(numbers) for c in table.constraints):
            raise SqlError(-577, offset=node.pos)
        constraint.index = _key_index(session, table, constraint)
    elif kind == "R":
        _reference(session, table, constraint, node)
    elif kind == "C":
        constraint.condition, constraint.text = node.condition, node.text
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


def _require(session: "MemorySession", table: Table, column: Column, *, key: bool = False) -> None:
    if session.store.rows(f"SELECT 1 FROM {table.physical} WHERE {column.physical} IS NULL LIMIT 1"):
        raise SqlError(-703, token=table.name) if key else SqlError(-386, token=column.name)
    column.implied = key and not column.not_null
    column.not_null = True
    column.type = column.type.with_flags(column.type.flags | TypeFlag.NOT_NULL)


def _key_index(session: "MemorySession", table: Table, constraint: Constraint) -> str:
    """Return the index that carries a key: one that exists on the same columns, or a new one."""
    for index in table.indexes:
        if index.unique and {number for number, _ in index.columns} == set(constraint.columns):
            return index.name
    # Informix names such an index with a leading blank, so that no statement can name it.
    name = f" {table.tabid}_{constraint.id}"
    index = Index(name, session.user, tuple((n, False) for n in constraint.columns), unique=True, implicit=True)
    add_index(session, table, index)
    return name


def _reference(session: "MemorySession", table: Table, constraint: Constraint, node: ast.Constraint) -> None:
    assert node.references is not None
    parent = session.table(node.references.table)
    if parent.kind != "T" or parent.temporary != table.temporary:
        raise SqlError(NO_TABLE, isam=-111, offset=node.references.pos, token=parent.name)
    if node.references.columns:
        found = [parent.column(name.name) for name in node.references.columns]
        if None in found:
            raise SqlError(NO_COLUMN, offset=node.references.columns[0].pos)
        numbers = tuple(column.number for column in found if column is not None)
    else:
        primary = next((c for c in parent.constraints if c.kind == "P"), None)
        if primary is None:
            raise SqlError(NO_REFERENCED_KEY, offset=node.references.pos, token=parent.name)
        numbers = primary.columns
    key = next((c for c in parent.constraints if c.kind in "PU" and set(c.columns) == set(numbers)), None)
    if key is None or len(numbers) != len(constraint.columns):
        raise SqlError(NO_REFERENCED_KEY, offset=node.references.pos, token=parent.name)
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
    own = " AND ".join(f"p.c{a}=c.c{b}" for a, b in zip(numbers, constraint.columns, strict=True))
    some = " AND ".join(f"c.c{n} IS NOT NULL" for n in constraint.columns)
    orphan = (
        f"SELECT 1 FROM {table.physical} c WHERE {some} AND NOT EXISTS"
        f" (SELECT 1 FROM {parent.physical} p WHERE {own}) LIMIT 1"
    )
    if session.store.rows(orphan):
        raise SqlError(-525, isam=-111, token=f"{constraint.owner}.{constraint.name}")


def _check_existing(session: "MemorySession", table: Table, constraint: Constraint) -> None:
    sql = session.check_sql(table, constraint)
    probe = sql.replace("rowid=?", "rowid>0") + " LIMIT 1"
    if session.store.rows(probe):
        raise SqlError(-530, token=f"{constraint.owner}.{constraint.name}")


# ------------------------------------------------------------------------------------------------------- indexes


def add_index(session: "MemorySession", table: Table, index: Index) -> None:
    """Add an index and build it. Raises SqlError -371 when a unique one meets duplicates."""
    numbers = [int(i.physical.rpartition("_")[2]) for i in table.indexes if i.physical]
    index.physical = f"i{table.key}_{max(numbers, default=0) + 1}"
    table.indexes.append(index)
    table.version += 1
    sync_indexes(session, table)


def _definitions(table: Table) -> dict[str, str]:
    """Return the sqlite indexes that a table should have, by name."""
    wanted = {}
    for index in table.indexes:
        columns = ",".join(f"c{number}{' DESC' if down else ''}" for number, down in index.columns)
        unique = "UNIQUE " if index.unique else ""
        wanted[index.physical] = f"CREATE {unique}INDEX {index.physical} ON {table.physical}({columns})"
        nullable = [n for n, _ in index.columns if not table.numbered(n).not_null]
        if index.unique and nullable:
            # Informix counts NULLs as equal in a unique index; sqlite does not, so they get an index of their own.
            parts = ",".join(f"ifnull(c{n},X'00')" for n, _ in index.columns)
            where = " OR ".join(f"c{n} IS NULL" for n in nullable)
            name = f"{index.physical}n"
            wanted[name] = f"CREATE UNIQUE INDEX {name} ON {table.physical}({parts}) WHERE {where}"
    return wanted


def sync_indexes(session: "MemorySession", table: Table) -> None:
    """Make sqlite's indexes those of the catalogue."""
    wanted = _definitions(table)
    rows = session.store.rows(
        "SELECT name, sql FROM sqlite_master WHERE type='index' AND tbl_name=?", (table.physical,)
    )
    existing = dict(rows)
    for name, sql in existing.items():
        if wanted.get(name) != sql:
            session.store.run(f"DROP INDEX {name}")
    for name, sql in wanted.items():
        if existing.get(name) != sql:
            try:
                session.store.run(sql)
            except sqlite3.IntegrityError:
                raise SqlError(DUPLICATES_EXIST, isam=-100) from None


@contextmanager
def altering(session: "MemorySession", table: Table) -> Iterator[None]:
    """Change a table's definition: an undo record restores it, indexes included."""
    engine = session.engine
    session.locks.lock_table(session, table.key, "X", code=-242, token=table.name)
    before = (
        [copy.copy(c) for c in table.columns],
        [copy.copy(c) for c in table.constraints],
        [copy.copy(i) for i in table.indexes],
        table.name,
        dict(table.serials),
    )
    database = engine.databases.get(table.database)

    def restore() -> None:
        names = session.temporary if database is None else database.tables
        names.pop(table.name, None)
        table.columns, table.constraints, table.indexes, table.name, table.serials = before
        names[table.name] = table
        table.version += 1
        if database is not None:
            database.version += 1
        sync_indexes(session, table)

    undoing(session, restore)
    yield
    table.version += 1
    if database is not None:
        database.version += 1


# ---------------------------------------------------------------------------------------------- DROP, TRUNCATE


def drop_table(session: "MemorySession", node: ast.DropObject) -> None:
    """DROP TABLE: constraints of other tables that refer to it go with it."""
    name = node.name
    found = session.find(name)
    if found is None or found.kind != "T":
        if node.if_exists:
            return
        raise SqlError(NO_TABLE, isam=-111, offset=name.pos, token=name.name)
    table = found
    if table.system:
        raise SqlError(-206, isam=-111, offset=name.pos, token=name.name)
    database = None if table.temporary else home(session, name)
    if table.children - {table.key} and node.restrict:
        raise SqlError(-886, offset=name.pos)
    session.locks.lock_table(session, table.key, "X", code=-242, token=table.name)
    for child in list(table.children):
        other = session.engine.tables.get(child)
        if other is not None and other is not table:
            with altering(session, other):
                other.constraints = [c for c in other.constraints if c.parent != table.key]
    names = session.temporary if database is None else database.tables
    del names[table.name]
    table.dropped = True
    session.temporary_version += 1
    if database is not None:
        database.version += 1
        _drop_dependents(session, database, table)

    def restore() -> None:
        names[table.name] = table
        table.dropped = False
        if database is not None:
            database.version += 1

    def finish() -> None:
        if table.dropped:
            session.engine.forget(table)
            for constraint in table.constraints:
                parent = session.engine.tables.get(constraint.parent)
                if parent is not None:
                    parent.children.discard(table.key)

    undoing(session, restore)
    session.on_commit.append(finish)


def _drop_dependents(session: "MemorySession", database: Database, table: Table) -> None:
    """Views and synonyms of a dropped table go too."""
    for other in list(database.tables.values()):
        uses = other.kind == "V" and other.query is not None and _mentions(other.query, table.name)
        if uses or (other.kind in ("P", "S") and other.target is not None and other.target.name == table.name):
            drop_entry(session, database, other)


def drop_entry(session: "MemorySession", database: Database, table: Table) -> None:
    """Take a view, synonym or sequence out of the catalogue."""
    del database.tables[table.name]
    table.dropped = True
    database.version += 1

    def restore() -> None:
        database.tables[table.name] = table
        table.dropped = False
        database.version += 1

    undoing(session, restore)


def _mentions(node: Any, name: str) -> bool:
    if isinstance(node, ast.TableRef):
        return node.name.name == name
    if isinstance(node, tuple):
        return any(_mentions(item, name) for item in node)
    if isinstance(node, ast.Node):
        return any(_mentions(getattr(node, field), name) for field in node.__dataclass_fields__)
    return False


def truncate(session: "MemorySession", node: ast.Truncate) -> None:
    """TRUNCATE: all rows, refused while another table's rows may refer to them."""
    from .views import target_of

    target = target_of(session, node.table, -274)
    if target.view is not None:
        raise SqlError(NO_TABLE, isam=-111, offset=node.table.pos, token=node.table.name)
    table = target.table
    session.locks.lock_table(session, table.key, "X", code=-242, token=table.name)
    plan = plan_of(session, table)
    for (rowid,) in session.store.rows(f"SELECT rowid FROM {table.physical}"):
        session.tick()
        delete_row(session, plan, rowid)


_ = (Family, family)
