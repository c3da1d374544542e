"""Keeps views, synonyms and checks in step with the tables that they name: `*` written out, renames followed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from ..engine import SqlError
from ..sql import ast
from ..sql.unparse import unparse
from .catalog import Database, Table
from .definitions import altering, claim

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = [
    "column_renamed",
    "defined_on",
    "moved",
    "names",
    "refers_to",
    "table_renamed",
    "tables_named",
    "takes_number",
    "uses_column",
    "varies",
    "without_stars",
]

N = TypeVar("N")


def names(name: ast.ObjectName, table: str, database: str) -> bool:
    """Whether a name that stands in an object of a database means a certain table of it."""
    return name.name == table and name.database in (None, database)


def _nodes(node: Any) -> Iterator[ast.Node]:
    if isinstance(node, tuple):
        for item in node:
            yield from _nodes(item)
    elif isinstance(node, ast.Node):
        yield node
        for field in node.__dataclass_fields__:
            yield from _nodes(getattr(node, field))


def varies(node: Any, routine: Callable[[str], Any]) -> bool:
    """Whether a condition has what no check constraint may have: queries, routines, the clock, the user.

    So the HCL documentation, "Using a Search Condition" of CREATE TABLE.

    Args:
        node: the condition.
        routine: finds a registered routine by name.
    """
    return any(
        isinstance(n, ast.Query | ast.Current | ast.SpecialValue)
        or (isinstance(n, ast.FunctionCall) and routine(n.name.name) is not None)
        for n in _nodes(node)
    )


def tables_named(node: Any, database: str) -> set[str]:
    """Return the names of a database's tables and views that stand in a FROM somewhere in a tree."""
    refs = (n.name for n in _nodes(node) if isinstance(n, ast.TableRef))
    return {name.name for name in refs if name.database in (None, database)}


def refers_to(node: Any, table: str, database: str) -> bool:
    """Whether a table of a database stands in a FROM somewhere in a tree."""
    return table in tables_named(node, database)


def defined_on(other: Table, table: str, database: str) -> bool:
    """Whether a view or synonym is defined on a table or view of the same database."""
    if other.target is not None:
        return names(other.target, table, database)
    return other.kind == "V" and other.query is not None and refers_to(other.query, table, database)


def takes_number(node: Any, sequence: ast.ObjectName) -> bool:
    """Whether a NEXTVAL of a sequence stands somewhere in a tree, under the name given."""
    return any(
        isinstance(n, ast.SequenceValue) and n.kind == "NEXTVAL" and n.sequence == sequence for n in _nodes(node)
    )


def uses_column(condition: ast.Expression | None, column: str) -> bool:
    """Whether a check names a column of its table."""
    return any(isinstance(n, ast.ColumnRef) and n.parts[-1] == column for n in _nodes(condition))


def _changed(node: N, change: Callable[[Any], Any]) -> N:
    """Return a tree with every node passed through `change`, the inner ones first."""
    if isinstance(node, tuple):
        return tuple(_changed(item, change) for item in node)  # type: ignore[return-value]  # a tuple again
    if not isinstance(node, ast.Node):
        return node
    fields = {name: getattr(node, name) for name in node.__dataclass_fields__}
    found = {name: _changed(value, change) for name, value in fields.items()}
    if any(found[name] is not fields[name] for name in fields):
        node = replace(node, **found)
    return change(node)  # type: ignore[no-any-return]  # a node of the same kind


def without_stars(query: ast.Query, stars: dict[int, tuple[ast.ColumnRef, ...]]) -> ast.Query:
    """Write out every ``*``: a view shows the columns that its tables had when it was made.

    Args:
        query: a query that has been bound.
        stars: the columns that each ``*`` stood for, by `id` of the node (`Binder.stars`).
    """

    def write_out(node: Any) -> Any:
        if not isinstance(node, ast.Select) or not any(id(item.expression) in stars for item in node.items):
            return node
        items: list[ast.SelectItem] = []
        for item in node.items:
            columns = stars.get(id(item.expression))
            items += [item] if columns is None else [ast.SelectItem(item.pos, column) for column in columns]
        return replace(node, items=tuple(items))

    return _changed(query, write_out)


def table_renamed(session: "MemorySession", database: Database, old: str, new: str) -> Callable[[], None]:
    """Make views and synonyms follow; a view goes on calling the table by its old name, as a correlation name.

    Returns:
        what takes it back.

    Raises:
        LockConflict: another transaction is changing one of them.
    """
    before = [(other, other.query, other.text, other.target) for other in database.tables.values()]

    def follow(node: Any) -> Any:
        if isinstance(node, ast.TableRef) and names(node.name, old, database.name):
            return replace(node, name=replace(node.name, name=new), alias=node.alias or old)
        return node

    for other in database.tables.values():
        if defined_on(other, old, database.name):
            claim(session, other)
    for other in database.tables.values():
        if other.kind == "V" and other.query is not None and refers_to(other.query, old, database.name):
            other.query = _changed(other.query, follow)
            other.text = _view_text(other)
            other.version += 1
        elif other.target is not None and names(other.target, old, database.name):
            other.target = replace(other.target, name=new)
            other.version += 1

    def restore() -> None:
        for other, query, text, target in before:
            if other.query is not query or other.target is not target:
                other.query, other.text, other.target = query, text, target
                other.version += 1

    return restore


def column_renamed(session: "MemorySession", database: Database | None, table: Table, old: str, new: str) -> None:
    """Make the checks and views that use a column follow.

    Raises:
        SqlError: -513 when a view's unqualified name could be that of several tables' columns.
    """
    for constraint in table.constraints:
        if constraint.condition is not None:
            constraint.condition = _changed(
                constraint.condition,
                lambda n: (
                    replace(n, parts=(*n.parts[:-1], new))
                    if isinstance(n, ast.ColumnRef) and n.parts[-1] == old
                    else n
                ),
            )
            constraint.text = unparse(constraint.condition)
    if database is None:
        return
    for view in list(database.tables.values()):
        if view.kind != "V" or view.query is None or not refers_to(view.query, table.name, database.name):
            continue
        refs = [node for node in _nodes(view.query) if isinstance(node, ast.TableRef)]
        own = {r.alias or r.name.name for r in refs if names(r.name, table.name, database.name)}
        foreign = [r for r in refs if not names(r.name, table.name, database.name)]
        known = [session.find(r.name) for r in foreign]
        unclear = any(other is None or other.column(old) is not None for other in known)

        def follow(node: Any, own: set[str] = own, unclear: bool = unclear, name: str = view.name) -> Any:
            if not isinstance(node, ast.ColumnRef) or node.parts[-1] != old:
                return node
            if len(node.parts) > 1 and node.parts[-2] not in own:
                return node
            if len(node.parts) == 1 and unclear:
                raise SqlError(-513, token=f"RENAME COLUMN used by view {name}")
            return replace(node, parts=(*node.parts[:-1], new))

        query = _changed(view.query, follow)
        if query != view.query:
            with altering(session, view):
                view.query = query
                view.text = _view_text(view)


def moved(database: Database, old: str) -> None:
    """Let what a copied database calls by its template's name mean the copy: views and synonyms."""

    def follow(node: Any) -> Any:
        if isinstance(node, ast.ObjectName | ast.ColumnRef) and node.database == old:
            return replace(node, database=database.name)
        return node

    for table in database.user_tables():
        if table.target is not None:
            table.target = follow(table.target)
        if table.query is not None:
            query = _changed(table.query, follow)
            if query != table.query:
                table.query = query
                table.text = _view_text(table)


def _view_text(view: Table) -> str:
    """Return what sysviews shows."""
    assert view.query is not None, view.name
    columns = ",".join(column.name for column in view.columns)
    check = " with check option" if view.check_option else ""
    return f"create view {view.name} ({columns}) as {unparse(view.query)}{check}"
