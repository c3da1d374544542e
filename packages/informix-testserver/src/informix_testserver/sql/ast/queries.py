"""Queries and what stands in FROM."""

from informix_types.classes import frozen

from .expressions import ColumnRef, FunctionCall
from .node import Expression, Identifier, Node, ObjectName, Statement, TableExpression

__all__ = [
    "CollectionTable",
    "CommonTable",
    "DerivedTable",
    "IntoTable",
    "Join",
    "OrderItem",
    "Outer",
    "Query",
    "QueryBody",
    "Select",
    "SelectItem",
    "SetOperation",
    "TableFunction",
    "TableRef",
]


@frozen
class TableRef(TableExpression):
    """A table, view or synonym by name.

    Attributes:
        alias: correlation name or None.
        only: ``ONLY (table)``: without its subtables.
    """

    name: ObjectName
    alias: str | None = None
    only: bool = False


@frozen
class DerivedTable(TableExpression):
    """``(SELECT …) [AS] alias (column, …)``, also spelled ``TABLE(MULTISET(SELECT …))``."""

    query: "Query"
    alias: str | None = None
    columns: tuple[Identifier, ...] = ()
    lateral: bool = False


@frozen
class TableFunction(TableExpression):
    """``TABLE([FUNCTION] f(…)) alias (column, …)``: the rows of an iterator function."""

    function: FunctionCall
    alias: str | None = None
    columns: tuple[Identifier, ...] = ()


@frozen
class CollectionTable(TableExpression):
    """``TABLE(SET{1}) alias (column)``: the elements of a collection constructor, column or parameter."""

    collection: Expression
    alias: str | None = None
    columns: tuple[Identifier, ...] = ()


@frozen
class Join(TableExpression):
    """``left [kind] JOIN right [ON condition]``; `kind`: INNER, LEFT, RIGHT, FULL, CROSS."""

    kind: str
    left: TableExpression
    right: TableExpression
    condition: Expression | None = None


@frozen
class Outer(TableExpression):
    """Informix's own outer join, ``FROM a, OUTER (b, OUTER c)``: the tables are subservient to the others in FROM.

    The join conditions stand in WHERE.
    """

    tables: tuple[TableExpression, ...]


@frozen
class SelectItem(Node):
    """An expression of the select list; `expression` may be `Star`."""

    expression: Expression
    alias: str | None = None


@frozen
class OrderItem(Node):
    """An ORDER BY item; a `NumberLiteral` is a position in the select list.

    Attributes:
        nulls: ``FIRST``, ``LAST``, or None for Informix's default (NULLs sort as the lowest values).
    """

    expression: Expression
    descending: bool = False
    nulls: str | None = None


@frozen
class Select(Node):
    """One SELECT … FROM … block.

    Attributes:
        quantifier: ``ALL``, ``DISTINCT`` (also for UNIQUE) or None.
        skip: rows to pass over, an expression (number or parameter), or None.
        first: rows to return at most (FIRST, or LIMIT before the select list), or None.
        start_with: START WITH condition of a hierarchical query.
        connect_by: CONNECT BY condition.
        nocycle: CONNECT BY NOCYCLE.
        order_siblings: ORDER SIBLINGS BY.
        group_by: a `NumberLiteral` is a position in the select list.
    """

    items: tuple[SelectItem, ...]
    from_: tuple[TableExpression, ...] = ()
    where: Expression | None = None
    group_by: tuple[Expression, ...] = ()
    having: Expression | None = None
    quantifier: str | None = None
    skip: Expression | None = None
    first: Expression | None = None
    start_with: Expression | None = None
    connect_by: Expression | None = None
    nocycle: bool = False
    order_siblings: tuple[OrderItem, ...] = ()


@frozen
class SetOperation(Node):
    """`operator`: UNION, UNION ALL, INTERSECT, MINUS (also for EXCEPT). All bind from left to right."""

    operator: str
    left: "QueryBody"
    right: "QueryBody"


@frozen
class CommonTable(Node):
    """``name [(column, …)] AS (query)`` of a WITH clause."""

    name: str
    columns: tuple[Identifier, ...]
    query: "Query"


@frozen
class IntoTable(Node):
    """``INTO TEMP name [WITH NO LOG]``; `kind`: TEMP, SCRATCH, STANDARD, RAW."""

    name: ObjectName
    kind: str = "TEMP"
    no_log: bool = False


@frozen
class Query(Statement):
    """A complete query: a statement, a subquery, a derived table, a view's body.

    Attributes:
        body: one SELECT, a set operation, or a query in parentheses.
        ctes: tables of the WITH clause, in order.
        recursive: WITH RECURSIVE was written.
        order_by: of the whole result.
        limit: rows to return at most (LIMIT at the end), or None.
        into: INTO TEMP.
        for_update: FOR UPDATE.
        update_columns: FOR UPDATE OF these columns, empty for all.
        read_only: FOR READ ONLY.
    """

    body: "QueryBody"
    ctes: tuple[CommonTable, ...] = ()
    recursive: bool = False
    order_by: tuple[OrderItem, ...] = ()
    limit: Expression | None = None
    into: IntoTable | None = None
    for_update: bool = False
    update_columns: tuple[ColumnRef, ...] = ()
    read_only: bool = False


QueryBody = Select | SetOperation | Query
"""What a query is made of; a `Query` inside is one in parentheses."""
