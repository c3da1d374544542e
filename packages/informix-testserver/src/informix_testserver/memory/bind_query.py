# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""Binds queries: SELECT blocks, set operations, WITH, ORDER BY, limits; the result is SQL and its columns."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from informix_types import ColumnType
from informix_types.classes import frozen, mutable

from ..engine import SqlError
from ..sql import ast
from .bind_conditions import condition
from .bind_from import FromClause, bind_from
from .binder import NOT_SUPPORTED, SYNTAX, Binder, Scope, binds, collated
from .catalog import Table
from .expr import Expr
from .sequences import RowMarks
from .types import BIGINT, INTEGER, Family, collation, common, family

__all__ = ["BoundQuery", "bind_query", "subquery", "with_clause"]

ORDER_POSITION, NOT_SELECTED, NOT_GROUPED, HAVING_COLUMN = -251, -309, -294, -304
UNION_COUNT, UNION_TYPES = -317, -308
MANY_ROWS, MANY_COLUMNS, TABLE_CHANGES = -284, -574, -360
GROUP_BY_AGGREGATE, ORDER_BY_NAME = -321, -374
_NOT_COMPARED = {
    Family.BYTE: {"GROUP BY": -612, "DISTINCT": -613, "ORDER BY": -614},
    Family.TEXT: {"GROUP BY": -612, "DISTINCT": -613, "ORDER BY": -614},
    Family.COLLECTION: {"GROUP BY": -9606, "DISTINCT": -9607, "ORDER BY": -9608},
}
"""Values that are in no order, and the codes for clauses that would compare them."""
COMPOUND = {"UNION": "UNION", "UNION ALL": "UNION ALL", "INTERSECT": "INTERSECT", "MINUS": "EXCEPT"}


@frozen
class BoundQuery:
    """A query as sqlite runs it.

    Attributes:
        sql: complete SELECT.
        columns: result columns in order; in `sql` they are called c1, c2 ….
        one_row: an aggregate without GROUP BY, which returns exactly one row.
        rowid: SQL of the rowid of the single base table, for update cursors.
        notes_nulls: `sql` has one more column behind: whether an aggregate left out a NULL.
    """

    sql: str
    columns: tuple[Expr, ...]
    one_row: bool = False
    rowid: str = ""
    notes_nulls: bool = False


@mutable
class _Block:
    """One SELECT block before its column list is written (set operations still convert the columns)."""

    columns: list[Expr]
    tail: str
    distinct: bool
    one_row: bool = False
    grouped: bool = False
    limit: str = ""
    rowid: str = ""

    def sql(self, columns: Sequence[Expr] | None = None, *, collate: bool = False, more: str = "") -> str:
        chosen = self.columns if columns is None else columns
        force = collate or self.distinct
        items = ",".join(f"{collated(c) if force else c.sql} AS c{i}" for i, c in enumerate(chosen, 1))
        return f"SELECT {'DISTINCT ' if self.distinct else ''}{items}{more}{self.tail}"


def bind_query(b: Binder, query: ast.Query, *, isolated: bool = False, notes_nulls: bool = False) -> BoundQuery:
    """Bind a complete query in a scope of its own; `notes_nulls`: with the column of that name, if it can."""
    with b.inner_scope(isolated=isolated):
        return _query(b, query, notes_nulls=notes_nulls)


def subquery(b: Binder, query: ast.Query) -> BoundQuery:
    """Bind a subquery, which sees the columns around it. Raises SqlError -360."""
    if query.into is not None or query.for_update:
        raise SqlError(SYNTAX, offset=query.pos)
    with b.inner_scope() as scope:
        found = _query(b, query)
    if b.changed is not None and scope.depends_on_change and not found.one_row:
        _check_change(scope, b.changed[1], query.pos)
    return found


def _check_change(scope: Scope, changed: Table, pos: int) -> None:
    """Refuse rows of the table that a statement changes, chosen by the row that it looks at. Raises SqlError -360.

    So the HCL documentation, "Condition with Subquery".
    """
    if any(source.table is changed for source in scope.sources):
        raise SqlError(TABLE_CHANGES, offset=pos)


@binds(ast.Subquery)
def scalar_subquery(b: Binder, node: ast.Subquery, hint: ColumnType | None) -> Expr:
    """A query as a value: NULL without a row, -284 with more than one."""
    found = subquery(b, node.query)
    if len(found.columns) != 1:
        raise SqlError(MANY_COLUMNS, offset=node.pos)
    column = found.columns[0]
    kind, stored = column.type.with_flags(0), column.stored.with_flags(0)
    if found.one_row:
        return Expr(f"({found.sql})", kind, stored)

    def refuse() -> None:
        raise SqlError(MANY_ROWS)

    error = b.call("many rows", refuse, [])
    # max() over at most two rows: the value itself, for only one row gets through.
    return Expr(
        f"(SELECT CASE WHEN count(*)>1 THEN {error} ELSE max(c1) END FROM (SELECT c1 FROM ({found.sql}) LIMIT 2))",
        kind,
        stored,
    )


# ------------------------------------------------------------------------------------------------------ queries


def _query(b: Binder, query: ast.Query, *, notes_nulls: bool = False) -> BoundQuery:
    prefix = with_clause(b, query) if query.ctes else ""
    try:
        body = query.body
        if isinstance(body, ast.Query):
            body = _unwrapped(body)
        if isinstance(body, ast.Select):
            return _single(b, query, body, prefix, notes_nulls=notes_nulls)
        return _compound(b, query, body, prefix)
    finally:
        if query.ctes:
            b.ctes.pop()


def _unwrapped(query: ast.Query) -> ast.Select | ast.SetOperation | ast.Query:
    """Take parentheses off a query that has nothing but a body."""
    plain = not (query.ctes or query.order_by or query.limit)
    if plain and not isinstance(query.body, ast.Query):
        return query.body
    return query


def with_clause(b: Binder, query: ast.Query | ast.Update | ast.Delete) -> str:
    """Write a WITH clause and make its tables known, until the caller takes them off `Binder.ctes`."""
    known: dict[str, tuple[str, list[tuple[str, Expr]]]] = {}
    b.ctes.append(known)
    parts, recursive = [], query.recursive
    for table in query.ctes:
        alias = f"w{b.alias()}"
        if isinstance(table.query.body, ast.SetOperation) and (query.recursive or _names_itself(b, table)):
            recursive = True
            parts.append(_recursive(b, table, alias, known))
            continue
        found = bind_query(b, table.query, isolated=True)
        known[table.name] = (alias, _named(table.columns, found.columns))
        parts.append(f"{alias} AS ({found.sql})")
    return f"WITH {'RECURSIVE ' if recursive else ''}{','.join(parts)} "


def _names_itself(b: Binder, table: ast.CommonTable) -> bool:
    """Whether a common table is recursive without the word: its query names it, and no table has that name."""
    from .references import tables_named

    session: Any = b.names
    known = session.find(ast.ObjectName(table.pos, table.name)) is not None
    return not known and table.name in tables_named(table.query, "")


def _recursive(
    b: Binder, table: ast.CommonTable, alias: str, known: dict[str, tuple[str, list[tuple[str, Expr]]]]
) -> str:
    """The first branch of a recursive table gives the types; the second sees them."""
    body = table.query.body
    if not isinstance(body, ast.SetOperation):
        raise SqlError(SYNTAX, offset=table.pos)
    start = bind_query(b, ast.Query(body.left.pos, body.left), isolated=True)
    known[table.name] = (alias, _named(table.columns, start.columns))
    if not isinstance(body.right, ast.Select):
        raise SqlError(SYNTAX, offset=body.right.pos)
    with b.inner_scope(isolated=True):
        # sqlite wants the table itself in the FROM of the second branch, so this branch is not wrapped.
        step = _block(b, body.right)
        if len(step.columns) != len(start.columns):
            raise SqlError(UNION_COUNT, offset=body.pos)
        pairs = zip(step.columns, start.columns, strict=True)
        second = step.sql([b.convert(other, column.type) for other, column in pairs]) + step.limit
    names = ",".join(f"c{i}" for i in range(1, len(start.columns) + 1))
    return f"{alias}({names}) AS (SELECT * FROM ({start.sql}) {COMPOUND[body.operator]} {second})"


def _named(names: Sequence[ast.Identifier], columns: Sequence[Expr]) -> list[tuple[str, Expr]]:
    if names and len(names) != len(columns):
        raise SqlError(-382, offset=names[0].pos)
    if names:
        return [(name.name, column) for name, column in zip(names, columns, strict=True)]
    return [(column.name, column) for column in columns]


def _limit(b: Binder, first: ast.Expression | None, skip: ast.Expression | None) -> str:
    if first is None and skip is None:
        return ""

    def count(node: ast.Expression) -> str:
        return b.convert(b.settle(b.bind(node, INTEGER), INTEGER), BIGINT).sql

    text = f" LIMIT {count(first) if first is not None else '-1'}"
    return f"{text} OFFSET {count(skip)}" if skip is not None else text


def _single(
    b: Binder, query: ast.Query, select: ast.Select, prefix: str, *, notes_nulls: bool = False
) -> BoundQuery:
    block = _block(b, select)
    order = _order_by_block(b, query.order_by, block)
    limit = block.limit or _limit(b, query.limit, None)
    if block.limit and query.limit is not None:
        raise SqlError(SYNTAX, offset=query.pos)
    tests = b.scope.null_tests if notes_nulls and not block.distinct else []
    more = f",max({' OR '.join(f'{test} IS NULL' for test in dict.fromkeys(tests))}) AS n" if tests else ""
    return BoundQuery(
        prefix + block.sql(more=more) + order + limit,
        tuple(block.columns),
        block.one_row and not limit,
        block.rowid,
        bool(more),
    )


def _compound(b: Binder, query: ast.Query, body: ast.SetOperation | ast.Query, prefix: str) -> BoundQuery:
    columns, sql = _set_operation(b, body)
    order = ""
    terms = []
    for item in query.order_by:
        # The HCL documentation, "Restrictions on a Combined SELECT", allows numbers only.
        position = _position(item.expression, columns)
        if position is None or not isinstance(item.expression, ast.NumberLiteral):
            raise SqlError(ORDER_BY_NAME, offset=item.expression.pos)
        terms.append(_direction(f"{position}{collation(columns[position - 1].stored)}", item))
    if terms:
        order = " ORDER BY " + ",".join(terms)
    return BoundQuery(prefix + sql + order + _limit(b, query.limit, None), tuple(columns))


def _set_operation(b: Binder, body: ast.QueryBody) -> tuple[list[Expr], str]:
    """Flatten a left-deep chain; sqlite, like Informix, works from left to right."""
    branches: list[tuple[str, ast.QueryBody]] = []
    while isinstance(body, ast.SetOperation):
        branches.append((body.operator, body.right))
        body = body.left
    branches.append(("", body))
    branches.reverse()
    bound = []
    for operator, branch in branches:
        plain = _unwrapped(branch) if isinstance(branch, ast.Query) else branch
        if isinstance(plain, ast.Select) and plain.first is None and plain.skip is None:
            with b.inner_scope():
                bound.append((operator, branch, _block(b, plain)))
        else:
            bound.append((operator, branch, _wrapped(b, plain)))
    columns = list(bound[0][2].columns)
    for _, branch, block in bound[1:]:
        if len(block.columns) != len(columns):
            raise SqlError(UNION_COUNT, offset=branch.pos)
        for index, (left, right) in enumerate(zip(columns, block.columns, strict=True)):
            kind = right.type if left.null else left.type if right.null else common(left.type, right.type)
            if kind is None:
                raise SqlError(UNION_TYPES, offset=branch.pos)
            columns[index] = replace(left, type=kind.with_flags(0), stored=kind.with_flags(0), null=False)
    parts = []
    for operator, _, block in bound:
        converted = [b.convert(c, target.type) for c, target in zip(block.columns, columns, strict=True)]
        parts.append(f"{COMPOUND.get(operator, '')} {block.sql(converted, collate=True)}")
    names = [replace(c, sql=f"c{i}", column=None, table=None, constant=False) for i, c in enumerate(columns, 1)]
    return names, " ".join(parts).strip()


def _wrapped(b: Binder, body: ast.QueryBody) -> _Block:
    """A branch with ORDER BY, limits or an operation of its own: a derived table."""
    query = body if isinstance(body, ast.Query) else ast.Query(body.pos, body)
    found = bind_query(b, query)
    alias = b.alias()
    columns = [
        replace(c, sql=f"{alias}.c{i}", constant=False, column=None, table=None)
        for i, c in enumerate(found.columns, 1)
    ]
    return _Block(columns, f" FROM ({found.sql}) AS {alias}", distinct=False)


# -------------------------------------------------------------------------------------------------- SELECT block


def _block(b: Binder, select: ast.Select) -> _Block:
    if select.connect_by is not None or select.start_with is not None or select.order_siblings:
        raise SqlError(NOT_SUPPORTED, offset=select.pos, token="CONNECT BY")
    scope = b.scope
    from_clause = bind_from(b, select)
    where = list(from_clause.conditions)
    rest = from_clause.where
    if rest is not None:
        mark = len(scope.loose)
        bound = condition(b, rest)
        if bound.aggregate:
            raise SqlError(-595, offset=rest.pos)
        del scope.loose[mark:]
        where.append(bound.sql)
    scope.aggregates_allowed = True
    group = _group_by(b, select, scope)
    columns = _items(b, select, scope)
    having = ""
    if select.having is not None:
        mark = len(scope.loose)
        test = condition(b, select.having)
        if len(scope.loose) > mark:
            raise SqlError(HAVING_COLUMN, offset=scope.loose[mark][1].pos, token=scope.loose[mark][1].name)
        having = f" HAVING {test.sql}"
        scope.grouped = True
    if scope.grouped or group:
        _check_grouped(b, scope)
    tail = from_clause.sql
    if where:
        tail += " WHERE " + " AND ".join(where)
    if group:
        tail += " GROUP BY " + ",".join(group)
    elif having:
        # sqlite refuses HAVING without GROUP BY before 3.39; a constant makes one group of all rows.
        tail += " GROUP BY NULL"
    grouped = scope.grouped or bool(group)
    one_row = scope.grouped and not group and not having
    block = _Block(columns, tail + having, select.quantifier == "DISTINCT", one_row, grouped=grouped)
    block.limit = _limit(b, select.first, select.skip)
    if not (grouped or block.distinct or select.first or select.skip):
        block.rowid = _single_rowid(from_clause)
    return block


def _single_rowid(from_clause: FromClause) -> str:
    sources = from_clause.sources
    return f"{sources[0].alias}.rowid" if len(sources) == 1 and sources[0].table is not None else ""


def _group_by(b: Binder, select: ast.Select, scope: Scope) -> list[str]:
    """Bind GROUP BY; positions refer to the select list."""
    terms = []
    for node in select.group_by:
        target: ast.Expression = node
        if isinstance(node, ast.NumberLiteral) and node.is_integer:
            position = int(node.text)
            if not 1 <= position <= len(select.items) or isinstance(
                select.items[position - 1].expression, ast.Star
            ):
                raise SqlError(ORDER_POSITION, offset=node.pos)
            target = select.items[position - 1].expression
        elif isinstance(node, ast.ColumnRef) and len(node.parts) == 1:
            target = _alias_target(scope, select, node) or node
        bound = b.value(target)
        if bound.aggregate:
            raise SqlError(GROUP_BY_AGGREGATE, offset=node.pos)
        if bound.sql.startswith("?"):
            raise SqlError(SYNTAX, offset=node.pos)
        _require_order(bound, "GROUP BY", node.pos)
        scope.groups.add(bound.sql)
        terms.append("NULL" if bound.constant else collated(bound))
    scope.loose.clear()
    return terms


def _alias_target(scope: Scope, select: ast.Select, node: ast.ColumnRef) -> ast.Expression | None:
    """A GROUP BY name that is no column may be an alias of the select list."""
    if any(node.name in source.columns for source in scope.sources):
        return None
    return next((i.expression for i in select.items if i.alias == node.name), None)


def _items(b: Binder, select: ast.Select, scope: Scope) -> list[Expr]:
    """Bind the select list."""
    columns: list[Expr] = []
    marked = RowMarks(b)
    for item in select.items:
        if isinstance(item.expression, ast.Star):
            columns.extend(_star(b, item.expression, scope))
            continue
        bound = b.bind(item.expression)
        if bound.marker is not None and b.actual is None:
            raise SqlError(SYNTAX, offset=item.expression.pos)
        bound = marked(b.settle(bound))
        if bound.aggregate:
            scope.grouped = True
        columns.append(bound.named(item.alias) if item.alias else bound)
    if select.quantifier == "DISTINCT":
        for column in columns:
            _require_order(column, "DISTINCT", select.pos)
    return columns


def _require_order(bound: Expr, clause: str, pos: int) -> None:
    """Refuse values that cannot be compared. Raises SqlError -612 … -614, -9606 … -9608."""
    codes = _NOT_COMPARED.get(family(bound.stored))
    if codes is not None:
        raise SqlError(codes[clause], offset=pos)


def _star(b: Binder, star: ast.Star, scope: Scope) -> list[Expr]:
    wanted = star.qualifier.name if star.qualifier is not None else None
    found: list[Expr] = []
    known = False
    stands_for: list[ast.ColumnRef] = []
    for source in scope.sources:
        if wanted is not None and source.name != wanted:
            continue
        known = True
        for name in source.order:
            column = source.columns[name]
            found.append(column)
            stands_for.append(ast.ColumnRef(star.pos, (source.name, name) if source.name else (name,)))
            scope.loose.append((column.sql, ast.ColumnRef(star.pos, (name,))))
            if scope.groups and column.sql in scope.groups:
                scope.loose.pop()
    if not known:
        raise SqlError(-522 if wanted else SYNTAX, offset=star.pos, token=wanted or "")
    b.stars[id(star)] = tuple(stands_for)
    return found


def _check_grouped(b: Binder, scope: Scope) -> None:
    for sql, node in scope.loose:
        if sql not in scope.groups:
            raise SqlError(NOT_GROUPED, offset=node.pos, token=node.name)


# ------------------------------------------------------------------------------------------------------ ORDER BY


def _position(node: ast.Expression, columns: Sequence[Expr]) -> int | None:
    if isinstance(node, ast.NumberLiteral) and node.is_integer:
        position = int(node.text)
        if not 1 <= position <= len(columns):
            raise SqlError(ORDER_POSITION, offset=node.pos)
        return position
    if isinstance(node, ast.ColumnRef):
        for index, column in enumerate(columns, 1):
            if column.name == node.name:
                return index
    return None


def _direction(term: str, item: ast.OrderItem) -> str:
    text = term + (" DESC" if item.descending else "")
    return f"{text} NULLS {item.nulls}" if item.nulls else text


def _order_by_block(b: Binder, order_by: Sequence[ast.OrderItem], block: _Block) -> str:
    terms = []
    scope = b.scope
    scope.labels = {column.name: column for column in block.columns}
    for item in order_by:
        node = item.expression
        position = None
        if isinstance(node, ast.NumberLiteral) or (isinstance(node, ast.ColumnRef) and len(node.parts) == 1):
            position = _position(node, block.columns)
        if position is not None:
            _require_order(block.columns[position - 1], "ORDER BY", node.pos)
            terms.append(_direction(f"{position}{collation(block.columns[position - 1].stored)}", item))
            continue
        mark = len(scope.loose)
        bound = b.value(node)
        _require_order(bound, "ORDER BY", node.pos)
        at = next((i for i, c in enumerate(block.columns, 1) if c.sql == bound.sql), None)
        if at is not None:
            terms.append(_direction(f"{at}{collation(bound.stored)}", item))
            continue
        if bound.constant or bound.null:
            # To sqlite an integer here would be a position.
            continue
        if block.distinct:
            raise SqlError(NOT_SELECTED, offset=node.pos)
        if bound.aggregate and not block.grouped:
            raise SqlError(NOT_GROUPED, offset=node.pos)
        if scope.grouped or scope.groups:
            for sql, column in scope.loose[mark:]:
                if sql not in scope.groups:
                    raise SqlError(NOT_GROUPED, offset=column.pos, token=column.name)
        terms.append(_direction(collated(bound), item))
    return " ORDER BY " + ",".join(terms) if terms else ""
