"""ALTER TABLE and RENAME."""

from typing import TYPE_CHECKING

from informix_types import TypeFlag

from ..engine import SqlError
from ..sql import ast
from .binder import Binder
from .catalog import Column, Constraint, Database, Table, is_database_name
from .constraints import CONSTRAINT_EXISTS, add_constraint, remove_constraints
from .convert import converter
from .ddl import make_column, set_extents
from .definitions import altering, at_home, claim, home, sync_indexes, undoing
from .dml import assignment, default_value
from .references import column_renamed, table_renamed, uses_column
from .types import collation

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = ["alter_table", "rename_column", "rename_object"]

NO_COLUMN, COLUMN_TWICE, ADD_NOT_NULL, HAS_NULLS = -217, -328, -269, -386
TABLE_EXISTS, LAST_COLUMN, NO_CONSTRAINT = -310, -370, -623
ALTER_VIEW, ALTER_TEMP, RENAME_TEMP, RENAME_TEMP_COLUMN = -322, -532, -508, -509
RENAME_SYSTEM, RENAME_SYSTEM_COLUMN, DATABASE_EXISTS, BAD_NAME = -584, -585, -330, -354


def _table(session: "MemorySession", name: ast.ObjectName, *, temporary: int, system: int) -> Table:
    """Find a table to change; `temporary`, `system`: the codes for tables that cannot be changed."""
    table = at_home(session, session.table(name), name.pos)
    if table.kind == "V":
        raise SqlError(ALTER_VIEW, offset=name.pos, token=name.name)
    if table.temporary:
        raise SqlError(temporary, offset=name.pos, token=name.name if temporary == ALTER_TEMP else "")
    if table.system and system != -206:
        raise SqlError(system, offset=name.pos)
    if table.kind != "T" or table.system:
        raise SqlError(-206, isam=-111, offset=name.pos, token=name.name)
    return table


def alter_table(session: "MemorySession", node: ast.AlterTable) -> None:
    """ALTER TABLE: the actions in order."""
    table = _table(session, node.table, temporary=ALTER_TEMP, system=-206)
    database = home(session, node.table)
    with altering(session, table):
        for action in node.actions:
            if isinstance(action, ast.AddColumn):
                _add_column(session, database, table, action)
            elif isinstance(action, ast.DropColumn):
                _drop_column(session, table, action)
            elif isinstance(action, ast.ModifyColumn):
                _modify_column(session, table, action)
            elif isinstance(action, ast.AddConstraint):
                add_constraint(session, database, table, action.constraint)
            elif isinstance(action, ast.DropConstraint):
                _drop_constraint(session, table, action)
            elif isinstance(action, ast.ChangeLockMode):
                table.lock_level = "R" if action.mode == "ROW" else "P"
            elif isinstance(action, ast.ChangeExtents):
                set_extents(table, action)


def _has_rows(session: "MemorySession", table: Table) -> bool:
    return bool(session.store.rows(f"SELECT 1 FROM {table.physical} LIMIT 1"))


def _physical_column(session: "MemorySession", table: Table, column: Column) -> None:
    session.store.run(f"ALTER TABLE {table.physical} ADD COLUMN {column.physical}{collation(column.type)}")


def _add_column(session: "MemorySession", database: Database, table: Table, action: ast.AddColumn) -> None:
    definition = action.column
    if table.column(definition.name) is not None:
        raise SqlError(COLUMN_TWICE, offset=definition.pos, token=definition.name)
    column = make_column(session, table, definition)
    if column.not_null and column.default is None and not column.is_serial and _has_rows(session, table):
        raise SqlError(ADD_NOT_NULL, offset=definition.pos, token=column.name)
    at = len(table.columns)
    if action.before is not None:
        other = table.column(action.before.name)
        if other is None:
            raise SqlError(NO_COLUMN, offset=action.before.pos, token=action.before.name)
        at = table.columns.index(other)
    _physical_column(session, table, column)
    table.columns.insert(at, column)
    if column.is_serial:
        for (rowid,) in session.store.rows(f"SELECT rowid FROM {table.physical} ORDER BY rowid"):
            table.serials[column.number] += 1
            session.store.run(
                f"UPDATE {table.physical} SET {column.physical}=? WHERE rowid=?",
                (table.serials[column.number], rowid),
            )
    elif column.default is not None:
        b = Binder(session, [])
        value = default_value(b, column)
        convert = assignment(value, column, b.env)
        found = session.store.rows(f"SELECT {value.sql}")[0][0]
        stored = found if convert is None or found is None else convert(found)
        session.store.run(f"UPDATE {table.physical} SET {column.physical}=?", (stored,))
    for constraint in definition.constraints:
        if constraint.kind not in ("NULL", "NOT NULL"):
            name = ast.Identifier(constraint.pos, column.name)
            add_constraint(
                session,
                database,
                table,
                ast.Constraint(
                    constraint.pos,
                    constraint.kind,
                    (name,),
                    constraint.name,
                    constraint.references,
                    constraint.condition,
                    constraint.text,
                    constraint.mode,
                ),
            )


def _drop_column(session: "MemorySession", table: Table, action: ast.DropColumn) -> None:
    """The sqlite column stays, unused: the catalogue no longer knows it.

    Its constraints go, checks that mention it and references of other tables to it included.
    """
    column = table.column(action.column.name)
    if column is None:
        raise SqlError(NO_COLUMN, offset=action.column.pos, token=action.column.name)
    if len(table.columns) == 1:
        raise SqlError(LAST_COLUMN, offset=action.pos)
    table.columns.remove(column)
    dropped = [c for c in table.constraints if column.number in c.columns or uses_column(c.condition, column.name)]
    table.indexes = [i for i in table.indexes if column.number not in dict(i.columns)]
    remove_constraints(session, table, dropped)
    for constraint in dropped:
        _release_children(session, table, constraint)


def _modify_column(session: "MemorySession", table: Table, action: ast.ModifyColumn) -> None:
    """MODIFY: a new type means a new sqlite column with the converted values."""
    definition = action.column
    old = table.column(definition.name)
    if old is None:
        raise SqlError(NO_COLUMN, offset=definition.pos, token=definition.name)
    new = make_column(session, table, definition)
    at = table.columns.index(old)
    in_key = any(old.number in c.columns and c.kind == "P" for c in table.constraints)
    if in_key:
        new.implied = not new.not_null
        new.not_null = True
        new.type = new.type.with_flags(new.type.flags | TypeFlag.NOT_NULL)
    if new.not_null and session.store.rows(f"SELECT 1 FROM {table.physical} WHERE {old.physical} IS NULL LIMIT 1"):
        raise SqlError(HAS_NULLS, offset=definition.pos, token=definition.name)
    if new.type.with_flags(0) == old.type.with_flags(0):
        start = table.serials.pop(new.number, None)
        new.number = old.number
        if start is not None and definition.type.arguments:
            table.serials[old.number] = max(_highest(session, table, old), start)
        table.columns[at] = new
        sync_indexes(session.store, table)
        return
    convert = converter(old.type.with_flags(0), new.type.with_flags(0), session.store.env)
    _physical_column(session, table, new)
    rows = session.store.rows(f"SELECT {old.physical}, rowid FROM {table.physical}")
    changed = [(v if convert is None or v is None else convert(v), rowid) for v, rowid in rows]
    session.store.many(f"UPDATE {table.physical} SET {new.physical}=? WHERE rowid=?", changed)
    if new.is_serial:
        table.serials[new.number] = max(_highest(session, table, new), table.serials.get(new.number, 0))
    table.columns[at] = new
    _renumber(session, table, old.number, new.number)
    sync_indexes(session.store, table)


def _highest(session: "MemorySession", table: Table, column: Column) -> int:
    """Return the highest number in a serial column; MODIFY … SERIAL(n) goes on from n only if that is higher."""
    return session.store.rows(f"SELECT max({column.physical}) FROM {table.physical}")[0][0] or 0


def _renumber(session: "MemorySession", table: Table, old: int, new: int) -> None:
    def change(numbers: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(new if n == old else n for n in numbers)

    for constraint in table.constraints:
        constraint.columns = change(constraint.columns)
    for index in table.indexes:
        index.columns = tuple((new if n == old else n, down) for n, down in index.columns)
    for key in table.children:
        child = session.engine.tables[key]
        if child is table:
            continue
        with altering(session, child):
            for constraint in child.constraints:
                if constraint.parent == table.key:
                    constraint.parent_columns = change(constraint.parent_columns)


def _drop_constraint(session: "MemorySession", table: Table, action: ast.DropConstraint) -> None:
    constraint = table.constraint(action.name.name)
    if constraint is None:
        raise SqlError(NO_CONSTRAINT, offset=action.name.pos, token=action.name.name)
    if constraint.kind == "N":
        for number in constraint.columns:
            column = table.numbered(number)
            column.not_null = False
            column.type = column.type.with_flags(column.type.flags & ~TypeFlag.NOT_NULL)
    remove_constraints(session, table, [constraint])
    _release_children(session, table, constraint)


def _release_children(session: "MemorySession", table: Table, constraint: Constraint) -> None:
    """Drop the references of other tables to a key that has been dropped."""
    if constraint.kind not in "PU":
        return
    for key in table.children:
        child = session.engine.tables[key]
        gone = [c for c in child.constraints if c.parent_constraint == constraint.id and c.parent == table.key]
        if gone:
            with altering(session, child):
                remove_constraints(session, child, gone)


def rename_column(session: "MemorySession", node: ast.RenameColumn) -> None:
    """RENAME COLUMN."""
    table = _table(session, node.table, temporary=RENAME_TEMP_COLUMN, system=RENAME_SYSTEM_COLUMN)
    column = table.column(node.column.name)
    if column is None:
        raise SqlError(NO_COLUMN, offset=node.column.pos, token=node.column.name)
    if table.column(node.new_name.name) is not None:
        raise SqlError(COLUMN_TWICE, offset=node.new_name.pos, token=node.new_name.name)
    with altering(session, table):
        column = table.column(node.column.name)
        assert column is not None
        column.name = node.new_name.name
        column_renamed(session, home(session, node.table), table, node.column.name, node.new_name.name)


def rename_object(session: "MemorySession", node: ast.RenameObject) -> None:
    """RENAME TABLE, INDEX, SEQUENCE, DATABASE, CONSTRAINT."""
    if node.kind == "DATABASE":
        _rename_database(session, node)
        return
    database = home(session, node.name)
    if node.kind == "INDEX":
        session.locks.check_name(session, database.number, "index", node.name.name)
        found = database.find_index(node.name.name)
        if found is None:
            raise SqlError(-319, offset=node.name.pos, token=node.name.name)
        with altering(session, found[0]):
            index = found[0].index(node.name.name)
            assert index is not None
            session.locks.lock_name(session, database.number, "index", node.new_name.name)
            for constraint in found[0].constraints:
                if constraint.index == index.name:
                    constraint.index = node.new_name.name
            index.name = node.new_name.name
        return
    if node.kind == "CONSTRAINT":
        _rename_constraint(session, database, node)
        return
    if node.kind not in ("TABLE", "SEQUENCE"):
        raise SqlError(-513, offset=node.pos, token=f"RENAME {node.kind}")
    table = session.find(node.name)
    # A synonym cannot be renamed: the statement takes the name of a table.
    if table is None or table.kind in ("P", "S") or (node.kind == "SEQUENCE") != (table.kind == "Q"):
        raise SqlError(-206, isam=-111, offset=node.name.pos, token=node.name.name)
    if table.kind == "V":
        raise SqlError(ALTER_VIEW, offset=node.name.pos, token=node.name.name)
    if table.temporary or table.system:
        raise SqlError(RENAME_TEMP if table.temporary else RENAME_SYSTEM, offset=node.name.pos)
    claim(session, table)
    session.locks.lock_name(session, database.number, "table", node.new_name.name)
    if node.new_name.name in database.tables:
        raise SqlError(TABLE_EXISTS, offset=node.new_name.pos, token=node.new_name.name)
    old = table.name

    def move(source: str, target: str) -> None:
        database.tables[target] = database.tables.pop(source)
        database.tables[target].name = target
        database.tables[target].version += 1
        database.version += 1

    def undo() -> None:
        restore_references()
        move(node.new_name.name, old)

    restore_references = table_renamed(session, database, old, node.new_name.name)
    move(old, node.new_name.name)
    undoing(session, undo)


def _rename_constraint(session: "MemorySession", database: Database, node: ast.RenameObject) -> None:
    old, new = node.name.name, node.new_name.name
    session.locks.check_name(session, database.number, "constraint", old)
    found = database.find_constraint(old)
    if found is None:
        raise SqlError(NO_CONSTRAINT, offset=node.name.pos, token=old)
    session.locks.lock_name(session, database.number, "constraint", new)
    if database.find_constraint(new) is not None:
        raise SqlError(CONSTRAINT_EXISTS, offset=node.new_name.pos, token=new)
    table = found[0]
    with altering(session, table):
        constraint = table.constraint(old)
        assert constraint is not None
        constraint.name = new


def _rename_database(session: "MemorySession", node: ast.RenameObject) -> None:
    engine = session.engine
    database = engine.databases.get(node.name.name)
    if database is None:
        raise SqlError(-329, isam=-111, offset=node.name.pos, token=node.name.name)
    if not is_database_name(node.new_name.name):
        raise SqlError(BAD_NAME)
    with engine.registry:
        if database.name == "sysmaster" or engine.in_use(database):
            raise SqlError(-359, offset=node.name.pos)
        if node.new_name.name in engine.databases:
            raise SqlError(DATABASE_EXISTS, isam=-100, offset=node.new_name.pos, token=node.new_name.name)
        del engine.databases[database.name]
        database.name = node.new_name.name
        engine.databases[database.name] = database
        for table in database.tables.values():
            table.database = database.name
    engine.unsaved = True
