"""Binds FROM: tables, views, derived tables, joins, Informix's OUTER, collections and table functions."""

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any

from informix_types.classes import mutable

from ..engine import SqlError
from ..sql import ast
from .bind_conditions import condition
from .binder import NOT_SUPPORTED, SYNTAX, Binder, Source
from .catalog import Table
from .expr import Expr

__all__ = ["FromClause", "bind_from"]

DUPLICATE_NAME = -223
TWO_SIDED, NO_JOIN, ILLEGAL_JOIN = -393, -395, -396
"""What the WHERE conditions of OUTER may not do."""
JOINS = {"INNER": "JOIN", "CROSS": "JOIN", "LEFT": "LEFT JOIN", "RIGHT": "LEFT JOIN", "FULL": "FULL JOIN"}


@mutable
class FromClause:
    """A bound FROM.

    Attributes:
        sql: `` FROM …``, or nothing.
        conditions: row checks that belong into WHERE, before everything else.
        where: the WHERE condition, less what went into the ON of an OUTER.
        sources: in order of appearance.
    """

    sql: str = ""
    conditions: list[str] = field(default_factory=list)
    where: ast.Expression | None = None
    sources: list[Source] = field(default_factory=list)


@mutable
class _Piece:
    """One element of FROM: its SQL, its sources, and the row checks that wait for WHERE or ON."""

    sql: str
    sources: list[Source]
    checks: list[str] = field(default_factory=list)


def bind_from(b: Binder, select: ast.Select) -> FromClause:
    """Bind the FROM clause of a SELECT into the current scope."""
    clause = FromClause(where=select.where)
    if not select.from_:
        return clause
    plain = [t for t in select.from_ if not isinstance(t, ast.Outer)]
    outer = [t for t in select.from_ if isinstance(t, ast.Outer)]
    pieces = [_table(b, table) for table in plain]
    if not pieces:
        raise SqlError(SYNTAX, offset=select.from_[0].pos)
    sql = ",".join(piece.sql for piece in pieces)
    for piece in pieces:
        clause.conditions.extend(piece.checks)
        clause.sources.extend(piece.sources)
    if outer:
        sql, clause.where = _outer_joins(b, select, outer, sql, clause)
        _keep_order(b, select)
    clause.sql = " FROM " + sql
    return clause


def _keep_order(b: Binder, select: ast.Select) -> None:
    """SELECT * follows the order of FROM, also when an OUTER stands before a plain table."""
    names = [name for table in select.from_ for name in _exposed(table)]
    b.scope.sources.sort(key=lambda s: names.index(s.name) if s.name in names else len(names))


def _exposed(table: ast.TableExpression) -> list[str]:
    if isinstance(table, ast.Outer):
        return [name for inner in table.tables for name in _exposed(inner)]
    if isinstance(table, ast.Join):
        return _exposed(table.left) + _exposed(table.right)
    if isinstance(table, ast.TableRef):
        return [table.alias or table.name.name]
    return [str(getattr(table, "alias", None) or "")]


# --------------------------------------------------------------------------------------------- OUTER(…) of old


def _conjuncts(node: ast.Expression | None) -> list[ast.Expression]:
    if isinstance(node, ast.Binary) and node.operator == "AND":
        return _conjuncts(node.left) + _conjuncts(node.right)
    return [] if node is None else [node]


def _outer_joins(
    b: Binder, select: ast.Select, outer: Sequence[ast.Outer], sql: str, clause: FromClause
) -> tuple[str, ast.Expression | None]:
    """Turn `a, OUTER (b)` and the WHERE conditions on b into `a LEFT JOIN b ON …`."""
    groups = [_outer_group(b, node) for node in outer]
    rest: list[ast.Expression] = []
    conditions: dict[int, list[str]] = {}
    joined: set[int] = set()
    for node in _conjuncts(select.where):
        b.scope.used.clear()
        mark = len(b.scope.loose)
        bound = condition(b, node)
        del b.scope.loose[mark:]
        owner = _owner(groups, b.scope.used, node.pos)
        if owner is None:
            rest.append(node)
        else:
            conditions.setdefault(id(owner), []).append(bound.sql)
            if not b.scope.used <= {source.alias for source in _group_sources(owner)}:
                joined.add(id(owner))
    for group in groups:
        _require_joins(group, joined)
        sql = _join_group(sql, group, conditions)
        clause.sources.extend(_group_sources(group))
    where: ast.Expression | None = None
    for node in rest:
        where = node if where is None else ast.Binary(node.pos, "AND", where, node)
    return sql, where


@mutable
class _Group:
    """The tables of one OUTER, with the OUTERs inside."""

    pieces: list[_Piece]
    inner: "list[_Group]"
    pos: int


def _outer_group(b: Binder, node: ast.Outer) -> _Group:
    pieces = [_table(b, table) for table in node.tables if not isinstance(table, ast.Outer)]
    inner = [_outer_group(b, table) for table in node.tables if isinstance(table, ast.Outer)]
    if not pieces:
        raise SqlError(SYNTAX, offset=node.pos)
    return _Group(pieces, inner, node.pos)


def _group_sources(group: _Group) -> list[Source]:
    own = [source for piece in group.pieces for source in piece.sources]
    return own + [source for inner in group.inner for source in _group_sources(inner)]


def _owner(groups: Sequence[_Group], used: set[str], pos: int) -> _Group | None:
    """Return the innermost OUTER that a condition refers to.

    Raises:
        SqlError: -393 when it refers to two that stand side by side; -396 when it joins the table of an OUTER
            inside another with a table outside of both.
    """
    hit = [group for group in groups if any(source.alias in used for source in _group_sources(group))]
    if not hit:
        return None
    if len(hit) > 1:
        raise SqlError(TWO_SIDED, offset=pos)
    found = _owner(hit[0].inner, used, pos)
    if found is None:
        return hit[0]
    if not used <= {source.alias for source in _group_sources(hit[0])}:
        raise SqlError(ILLEGAL_JOIN, offset=pos)
    return found


def _require_joins(group: _Group, joined: set[int]) -> None:
    """Refuse an OUTER that no condition joins with the tables around it. Raises SqlError -395."""
    if id(group) not in joined:
        raise SqlError(NO_JOIN, offset=group.pos)
    for inner in group.inner:
        _require_joins(inner, joined)


def _join_group(sql: str, group: _Group, conditions: dict[int, list[str]]) -> str:
    inner_sql = " JOIN ".join(piece.sql for piece in group.pieces)
    for inner in group.inner:
        inner_sql = _join_group(inner_sql, inner, conditions)
    checks = [check for piece in group.pieces for check in piece.checks]
    on = " AND ".join(checks + conditions.get(id(group), [])) or "1"
    many = len(group.pieces) > 1 or group.inner
    left = f"({sql})" if "," in sql and " JOIN " not in sql else sql
    # A comma list must be closed before LEFT JOIN, which otherwise binds to its last table only.
    return f"{left} LEFT JOIN {f'({inner_sql})' if many else inner_sql} ON {on}"


# ----------------------------------------------------------------------------------------------- table elements


def _table(b: Binder, node: ast.TableExpression) -> _Piece:
    if isinstance(node, ast.TableRef):
        return table_ref(b, node)
    if isinstance(node, ast.Join):
        return _join(b, node)
    if isinstance(node, ast.DerivedTable):
        return _derived(b, node)
    if isinstance(node, ast.CollectionTable):
        return _collection(b, node)
    if isinstance(node, ast.TableFunction):
        return _function(b, node)
    raise SqlError(SYNTAX, offset=node.pos)  # an OUTER inside of a join


def _add(b: Binder, source: Source, pos: int) -> None:
    if source.name and any(other.name == source.name for other in b.scope.sources):
        raise SqlError(DUPLICATE_NAME, offset=pos, token=source.name)
    b.scope.sources.append(source)


def base_source(b: Binder, table: Table, name: str, alias: str = "") -> Source:
    """Make the source of a base table; `alias` when it stands in FROM already."""
    alias = alias or b.alias()
    columns = {
        column.name: Expr(
            f"{alias}.{column.physical}", column.type, column.type, column.name, column=column, table=table
        )
        for column in table.columns
    }
    return Source(name, alias, columns, table, [column.name for column in table.columns])


def row_check(b: Binder, table: Table, alias: str) -> str:
    """Return the condition that a row is there and readable for this session, or nothing when all rows are."""
    needed = b.names.needs_check(table)
    b.checked[table.key] = needed
    if not needed:
        return ""
    session: Any = b.names
    return b.call("row check", session.engine.row_visible, [str(table.key), f"{alias}.rowid"])


def table_ref(b: Binder, node: ast.TableRef) -> _Piece:
    """Bind a table, view or common table by name."""
    name = node.alias or node.name.name
    if node.name.owner is None and node.name.database is None:
        for known in reversed(b.ctes):
            if node.name.name in known:
                return _common(b, node, known[node.name.name])
    table = b.names.table(node.name)
    b.uses(table)
    if table.kind == "V":
        return _view(b, node, table, name)
    if table.kind != "T":
        raise SqlError(-206, isam=-111, offset=node.pos, token=node.name.name)
    source = base_source(b, table, name)
    _add(b, source, node.pos)
    session: Any = b.names
    # A row that is to be changed is read as it is when it has been locked: from an older version changes get lost.
    old_versions = session.last_committed and not session.keeps_read_locks and not b.for_update
    if old_versions and b.names.needs_check(table):
        from .committed import source_sql

        b.checked[table.key] = True
        b.old_versions.append(table)
        return _Piece(source_sql(session, table, source.alias), [source])
    check = row_check(b, table, source.alias)
    return _Piece(f"{table.physical} AS {source.alias}", [source], [check] if check else [])


def _subselect(b: Binder, sql: str, columns: Sequence[tuple[str, Expr]], name: str, pos: int) -> _Piece:
    alias = b.alias()
    found: dict[str, Expr] = {}
    order = []
    for index, (column, expr) in enumerate(columns, 1):
        key = column if column not in found else f"{column}\0{index}"
        found[key] = replace(
            expr, sql=f"{alias}.c{index}", name=column, constant=False, null=False, aggregate=False, marker=None
        )
        order.append(key)
    source = Source(name, alias, found, None, order)
    _add(b, source, pos)
    return _Piece(f"{sql} AS {alias}", [source])


def _common(b: Binder, node: ast.TableRef, known: tuple[str, list[tuple[str, Expr]]]) -> _Piece:
    return _subselect(b, known[0], known[1], node.alias or node.name.name, node.pos)


def _view(b: Binder, node: ast.TableRef, table: Table, name: str) -> _Piece:
    from .bind_query import bind_query

    if table.query is None:
        raise SqlError(-206, isam=-111, offset=node.pos, token=node.name.name)
    saved, b.ctes = b.ctes, []
    actual, b.actual = b.actual, []
    session: Any = b.names
    with session.in_database(table.database):
        found = bind_query(b, table.query, isolated=True)
    b.ctes, b.actual = saved, actual
    columns = [(column.name, expr) for column, expr in zip(table.columns, found.columns, strict=True)]
    return _subselect(b, f"({found.sql})", columns, name, node.pos)


def _derived(b: Binder, node: ast.DerivedTable) -> _Piece:
    from .bind_query import bind_query

    if node.query.into is not None or node.query.for_update:
        raise SqlError(SYNTAX, offset=node.pos)
    if node.lateral:
        raise SqlError(NOT_SUPPORTED, offset=node.pos, token="LATERAL")
    # sqlite lets a derived table see outer columns of an enclosing subquery; its neighbours in FROM it does not.
    saved = b.scope.sources
    b.scope.sources = []
    try:
        found = bind_query(b, node.query)
    finally:
        b.scope.sources = saved
    names = [column.name for column in found.columns]
    if node.columns:
        if len(node.columns) != len(names):
            raise SqlError(-382, offset=node.pos)
        names = [column.name for column in node.columns]
    columns = list(zip(names, found.columns, strict=True))
    return _subselect(b, f"({found.sql})", columns, node.alias or "", node.pos)


def _join(b: Binder, node: ast.Join) -> _Piece:
    left = _table(b, node.left)
    right = _table(b, node.right)
    on = []
    checks = list(left.checks)
    if node.kind in ("INNER", "CROSS"):
        checks += right.checks
    elif node.kind == "LEFT":
        on += right.checks
    elif node.kind == "RIGHT":
        # Written as a LEFT JOIN, for sqlite knows RIGHT only from 3.39 on; columns are found by alias anyway.
        left, right = right, left
        checks, on = list(left.checks), list(right.checks)
    elif left.checks or right.checks:
        # FULL JOIN keeps unmatched rows of both sides, so a check can stand neither in ON nor in WHERE.
        left, right = _prechecked(left), _prechecked(right)
        checks = []
    if node.condition is not None:
        mark = len(b.scope.loose)
        on.append(condition(b, node.condition).sql)
        del b.scope.loose[mark:]
    elif node.kind not in ("CROSS", "INNER"):
        raise SqlError(SYNTAX, offset=node.pos)
    right_sql = f"({right.sql})" if " JOIN " in right.sql and not right.sql.startswith("(") else right.sql
    sql = f"{left.sql} {JOINS[node.kind]} {right_sql}"
    if on:
        sql += f" ON {' AND '.join(on)}"
    return _Piece(sql, left.sources + right.sources, checks)


def _prechecked(piece: _Piece) -> _Piece:
    if not piece.checks:
        return piece
    if len(piece.sources) != 1 or piece.sources[0].table is None:
        raise SqlError(NOT_SUPPORTED, token="FULL JOIN of locked tables")
    source = piece.sources[0]
    table, alias = piece.sources[0].table, source.alias
    return _Piece(
        f"(SELECT rowid, * FROM {table.physical} AS {alias} WHERE {piece.checks[0]}) AS {alias}", piece.sources
    )


def _collection(b: Binder, node: ast.CollectionTable) -> _Piece:
    """TABLE(SET{…}): its elements as rows of one column."""
    from .collections import collection_items

    items = collection_items(b, node.collection)
    branches, kind = b.same_type(items) if items else ([Expr.nothing()], Expr.nothing().type)
    selects = [f"SELECT {expr.sql} AS c1" + ("" if items else " WHERE 0") for expr in branches]
    name = node.columns[0].name if node.columns else "(expression)"
    column = Expr("", kind.with_flags(0), kind.with_flags(0), name)
    return _subselect(b, f"({' UNION ALL '.join(selects)})", [(name, column)], node.alias or "", node.pos)


def _function(b: Binder, node: ast.TableFunction) -> _Piece:
    """TABLE(f(…)): the rows that a registered routine returns."""
    from .routines import table_function

    sql, columns = table_function(b, node)
    return _subselect(b, sql, columns, node.alias or "", node.pos)
