"""CREATE, DROP and TRUNCATE TABLE; every change leaves an undo record."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from informix_types import ColumnType, TypeCode, TypeFlag

from ..engine import SqlError
from ..sql import Parsed, ast
from .binder import Binder
from .catalog import Column, Database, Table
from .constraints import add_constraint, remove_constraints
from .definitions import altering, claim, home, new_table, register, undoing
from .expr import Expr
from .references import defined_on
from .rows import delete_row, plan_of
from .typenames import declared_type
from .types import Family, family, without_serial
from .undo import NOTED

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = [
    "create_table",
    "dependents",
    "drop_entry",
    "drop_table",
    "make_column",
    "set_extents",
    "table_from_query",
    "truncate",
]

TABLE_EXISTS, TEMP_EXISTS, NO_TABLE, BAD_DEFAULT, COLUMN_TWICE = -310, -958, -206, -591, -328
SECOND_SERIAL, SERIAL_DEFAULT, NULL_DEFAULT, BLOB_DEFAULT, DEPENDENTS = -362, -593, -592, -594, -886


# -------------------------------------------------------------------------------------------------- CREATE TABLE


def create_table(session: "MemorySession", node: ast.CreateTable) -> None:
    """CREATE [TEMP] TABLE."""
    temporary = node.kind in ("TEMP", "SCRATCH")
    if node.row_type is not None or node.under is not None:
        raise SqlError(-513, offset=node.pos, token="CREATE TABLE … OF TYPE")
    if not temporary:
        session._opened()
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
    set_extents(table, node)
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


def set_extents(table: Table, node: ast.CreateTable | ast.ChangeExtents) -> None:
    """Note the extent sizes that a statement names."""
    if node.first_extent is not None:
        table.first_extent = node.first_extent
    if node.next_extent is not None:
        table.next_extent = node.next_extent


def _from_select(session: "MemorySession", node: ast.CreateTable, database: Database | None) -> None:
    from .statements import IntoHandle

    assert node.query is not None
    handle = IntoHandle(session, Parsed("", node.query, 0), node.query)
    handle.describe(session)
    plan = handle.plan(session, ())
    columns = plan.body.columns
    if node.columns:
        columns = tuple(c.named(d.name) for c, d in zip(columns, node.columns, strict=True))
    rows = session.store.rows(plan.sql)
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
        if any(other.name != column.name and _same_serial(other.type, kind) for other in table.columns):
            raise SqlError(SECOND_SERIAL, offset=node.pos)
        if node.default is not None:
            raise SqlError(SERIAL_DEFAULT, offset=node.default.pos)
        column.not_null = True
        start = node.type.arguments[0] if node.type.arguments else 1
        table.serials[number] = start - 1
    if isinstance(node.default, ast.NullLiteral) and explicit:
        raise SqlError(NULL_DEFAULT, offset=node.default.pos)
    if node.default is not None and not isinstance(node.default, ast.NullLiteral):
        if family(kind) in (Family.BYTE, Family.TEXT):
            raise SqlError(BLOB_DEFAULT, offset=node.default.pos)
        column.default = node.default
        _check_default(session, column, node)
    flag = TypeFlag.NOT_NULL if column.not_null else 0
    column.type = kind.with_flags((kind.flags & ~TypeFlag.NOT_NULL) | flag)
    return column


def _same_serial(one: ColumnType, other: ColumnType) -> bool:
    """Whether two columns may not stand in one table: it has one SERIAL and one SERIAL8 or BIGSERIAL at most."""
    serials = (TypeCode.SERIAL, TypeCode.SERIAL8, TypeCode.BIGSERIAL)
    return one.code in serials and other.code in serials and (one.code == serials[0]) == (other.code == serials[0])


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
        kind = expr.type
        if any(_same_serial(other.type, kind) for other in table.columns):
            kind = without_serial(kind).with_flags(kind.flags)  # [I] one SERIAL a table: the others are numbers
        table.columns.append(Column(expr.name, kind, table.next_number, not_null=not kind.nullable))
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
    if node.restrict and (table.children - {table.key} or (database and dependents(database, table))):
        raise SqlError(DEPENDENTS, offset=name.pos)
    claim(session, table)
    for child in list(table.children):
        other = session.engine.tables.get(child)
        if other is not None and other is not table:
            with altering(session, other):
                remove_constraints(session, other, [c for c in other.constraints if c.parent == table.key])
    names = session.temporary if database is None else database.tables
    del names[table.name]
    table.dropped = True
    session.temporary_version += 1
    if database is not None:
        database.version += 1

    def restore() -> None:
        names[table.name] = table
        table.dropped = False
        session.temporary_version += 1
        if database is not None:
            database.version += 1

    def finish() -> None:
        if table.dropped:
            session.engine.forget(table)
            if database is not None:
                database.forget_grants(table.key)
            for constraint in table.constraints:
                parent = session.engine.tables.get(constraint.parent)
                if parent is not None:
                    parent.children.discard(table.key)

    undoing(session, restore, temporary=table.temporary)
    session.on_commit.append(finish)
    if database is not None:
        for other in dependents(database, table):
            drop_entry(session, database, other)


def dependents(database: Database, table: Table) -> list[Table]:
    """Return the views and synonyms of the same database that are defined on a table or view."""
    return [other for other in database.tables.values() if defined_on(other, table.name, database.name)]


def drop_entry(session: "MemorySession", database: Database, table: Table) -> None:
    """Take a view, synonym or sequence out of the catalogue, and what is defined on it. Raises LockConflict."""
    if table.dropped:
        return
    claim(session, table)
    del database.tables[table.name]
    table.dropped = True
    database.version += 1

    def restore() -> None:
        database.tables[table.name] = table
        table.dropped = False
        database.version += 1

    def finish() -> None:
        if table.dropped:
            database.forget_grants(table.key)

    undoing(session, restore)
    session.on_commit.append(finish)
    for other in dependents(database, table):
        drop_entry(session, database, other)


def truncate(session: "MemorySession", node: ast.Truncate) -> None:
    """TRUNCATE: all rows, refused while another table's rows may refer to them."""
    from .views import target_of

    target = target_of(session, node.table, -274)
    if target.view is not None:
        raise SqlError(NO_TABLE, isam=-111, offset=node.table.pos, token=node.table.name)
    table = target.table
    session.locks.lock_table(session, table.key, "X", code=-242, token=table.name)
    session.undo.append((NOTED, None, 0, None))
    plan = plan_of(session, table)
    for (rowid,) in session.store.rows(f"SELECT rowid FROM {table.physical}"):
        session.tick()
        delete_row(session, plan, rowid)
