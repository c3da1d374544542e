"""Statements that change rows, and calls of routines."""

from informix_types.classes import frozen

from .expressions import Subscript
from .node import Expression, Identifier, Node, ObjectName, Statement, TableExpression
from .queries import CommonTable, Query, TableRef

__all__ = [
    "Assignment",
    "CurrentOf",
    "Delete",
    "ExecuteRoutine",
    "Insert",
    "Merge",
    "MergeDelete",
    "MergeInsert",
    "MergeUpdate",
    "Update",
    "Values",
]


@frozen
class ExecuteRoutine(Statement):
    """``EXECUTE PROCEDURE | FUNCTION name(argument, …) [INTO …]`` or ``CALL name(…)``.

    Attributes:
        kind: ``PROCEDURE``, ``FUNCTION`` or ``CALL``.
        arguments: may hold `NamedArgument`, `Parameter`, `Subquery`.
        into: host variables or parameters of an INTO clause.
    """

    kind: str
    name: ObjectName
    arguments: tuple[Expression, ...] = ()
    into: tuple[Expression, ...] = ()


@frozen
class Values(Node):
    """``VALUES (expression, …)``: one row, as Informix has it."""

    row: tuple[Expression, ...]


@frozen
class Insert(Statement):
    """``INSERT INTO table [(column, …)] VALUES … | SELECT … | EXECUTE PROCEDURE …``; no columns = all of them."""

    table: ObjectName
    columns: tuple[Identifier, ...]
    source: Values | Query | ExecuteRoutine


@frozen
class CurrentOf(Node):
    """``WHERE CURRENT OF cursor``."""

    cursor: str


@frozen
class Assignment(Node):
    """``column = expression``, or ``(column, …) = (expression, …)``, or ``(column, …) = ((SELECT …))``.

    Attributes:
        targets: columns; empty for ``SET * = (…)``, all columns.
        values: one expression a target, or a single `Subquery` that returns one row of as many columns.
        part: of ``column[2,3] = expression``, which changes a part of a text.
    """

    targets: tuple[Identifier, ...]
    values: tuple[Expression, ...]
    part: Subscript | None = None


@frozen
class Update(Statement):
    """``[WITH …] UPDATE table SET … [FROM …] [WHERE … | WHERE CURRENT OF cursor]``."""

    table: TableRef
    assignments: tuple[Assignment, ...]
    where: Expression | CurrentOf | None = None
    from_: tuple[TableExpression, ...] = ()
    ctes: tuple[CommonTable, ...] = ()
    recursive: bool = False


@frozen
class Delete(Statement):
    """``[WITH …] DELETE FROM table [WHERE … | WHERE CURRENT OF cursor]``."""

    table: TableRef
    where: Expression | CurrentOf | None = None
    ctes: tuple[CommonTable, ...] = ()
    recursive: bool = False


@frozen
class MergeUpdate(Node):
    """``WHEN MATCHED THEN UPDATE SET …``."""

    assignments: tuple[Assignment, ...]


@frozen
class MergeDelete(Node):
    """``WHEN MATCHED THEN DELETE``."""


@frozen
class MergeInsert(Node):
    """``WHEN NOT MATCHED THEN INSERT [(column, …)] VALUES (…)``."""

    columns: tuple[Identifier, ...]
    values: Values


@frozen
class Merge(Statement):
    """``MERGE INTO target USING source ON condition WHEN …``."""

    target: TableRef
    source: TableExpression
    condition: Expression
    matched: MergeUpdate | MergeDelete | None = None
    not_matched: MergeInsert | None = None
