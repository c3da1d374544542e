"""SET CONSTRAINTS, INDEXES and TRIGGERS: modes of database objects; deferred checks."""

from typing import TYPE_CHECKING

from informix_types import TypeFlag

from ..engine import SqlError
from ..sql import ast
from .catalog import Constraint, Table
from .constraints import check_constraint
from .definitions import altering, at_home, sync_indexes

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = ["set_objects"]

TEMPORARY, IN_USE, NO_OBJECT = -891, -892, -894


def set_objects(session: "MemorySession", node: ast.SetConstraints) -> None:
    """SET CONSTRAINTS | INDEXES | TRIGGERS … mode. There are no triggers, so their mode is nobody's concern.

    Enabling checks the rows that came in meanwhile. Raises SqlError; -513 for the FILTERING modes.
    """
    if node.mode == "DEFERRED":
        session.constraints_deferred = True
    elif node.mode == "IMMEDIATE":
        postponed, session.postponed = session.postponed, []
        session.constraints_deferred = False
        session.deferred += postponed
    elif node.mode in ("ENABLED", "DISABLED"):
        _switch(session, node, enabled=node.mode == "ENABLED")
    else:
        raise SqlError(-513, offset=node.pos, token=f"SET {', '.join(node.kinds)} {node.mode}")


def _switch(session: "MemorySession", node: ast.SetConstraints, *, enabled: bool) -> None:
    tables = list(session._opened().user_tables())
    if node.table is not None:
        tables = [at_home(session, session.table(node.table), node.table.pos)]
        if tables[0].temporary:
            if not enabled:
                raise SqlError(TEMPORARY, offset=node.table.pos)
            return
    missing = {name.name: name for name in node.names}
    for table in tables:
        named = [c.name for c in table.constraints] if "CONSTRAINTS" in node.kinds else []
        constraints = [name for name in named if name in missing or not node.names]
        named = [i.name for i in table.indexes if not i.implicit] if "INDEXES" in node.kinds else []
        indexes = [name for name in named if name in missing or not node.names]
        if constraints or indexes:
            with altering(session, table):
                _set(session, table, constraints, indexes, enabled=enabled)
        for name in (*constraints, *indexes):
            missing.pop(name, None)
    for identifier in missing.values():
        raise SqlError(NO_OBJECT, offset=identifier.pos, token=identifier.name)


def _set(
    session: "MemorySession", table: Table, constraints: list[str], indexes: list[str], *, enabled: bool
) -> None:
    """Switch objects of one table, inside of `altering`: keys before what refers to them, or after it."""
    for index in table.indexes:
        if index.name in indexes:
            index.enabled = enabled
    for constraint in sorted(table.constraints, key=lambda c: "PUNCR".index(c.kind), reverse=not enabled):
        if constraint.name in constraints and constraint.enabled != enabled:
            constraint.enabled = enabled
            _switched(session, table, constraint)
    table.version += 1
    sync_indexes(session.store, table)


def _switched(session: "MemorySession", table: Table, constraint: Constraint) -> None:
    """See to what a constraint's mode means for columns and for tables that refer to it."""
    if constraint.enabled:
        check_constraint(session, table, constraint)
        return
    if constraint.kind in "PU":
        children = (session.engine.tables[key] for key in table.children)
        if any(c.parent_constraint == constraint.id for child in children for c in child.references()):
            raise SqlError(IN_USE, token=constraint.name)
    for number in constraint.columns if constraint.kind in "PN" else ():
        column = table.numbered(number)
        if constraint.kind == "N" or column.implied:
            column.not_null = column.implied = False
            column.type = column.type.with_flags(column.type.flags & ~TypeFlag.NOT_NULL)
