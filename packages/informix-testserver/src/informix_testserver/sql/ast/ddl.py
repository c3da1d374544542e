"""Statements that define, change and drop what a database holds."""

from dataclasses import field

from informix_types.classes import frozen

from .node import Expression, Identifier, Node, ObjectName, Statement
from .queries import Query
from .types import DataType, RowField

__all__ = [
    "AddColumn",
    "AddConstraint",
    "AlterAction",
    "AlterIndex",
    "AlterSequence",
    "AlterTable",
    "ChangeExtents",
    "ChangeLockMode",
    "ChangeTable",
    "ColumnDef",
    "Constraint",
    "CreateDistinctType",
    "CreateIndex",
    "CreateRole",
    "CreateRoutine",
    "CreateRowType",
    "CreateSchema",
    "CreateSequence",
    "CreateSynonym",
    "CreateTable",
    "CreateTrigger",
    "CreateView",
    "DropColumn",
    "DropConstraint",
    "DropObject",
    "DropRoutine",
    "IndexColumn",
    "ModifyColumn",
    "References",
    "RenameColumn",
    "RenameObject",
    "SequenceOptions",
    "Truncate",
]


# ---- tables


@frozen
class References(Node):
    """``REFERENCES table [(column, …)] [ON DELETE CASCADE]``; no columns = the primary key."""

    table: ObjectName
    columns: tuple[Identifier, ...] = ()
    cascade: bool = False


@frozen
class Constraint(Node):
    """A column or table constraint.

    Attributes:
        kind: ``NOT NULL``, ``NULL``, ``PRIMARY KEY``, ``UNIQUE`` (also for DISTINCT), ``FOREIGN KEY`` (also for a
            column's REFERENCES), ``CHECK``.
        columns: of a table constraint; a column constraint leaves them empty.
        name: from ``CONSTRAINT name`` after the body (before it is accepted too), or None.
        references: of FOREIGN KEY.
        condition: of CHECK.
        text: source text of the CHECK condition without its parentheses, for syschecks.
        mode: ``ENABLED``, ``DISABLED``, ``FILTERING`` …, or None.
    """

    kind: str
    columns: tuple[Identifier, ...] = ()
    name: ObjectName | None = None
    references: References | None = None
    condition: Expression | None = None
    text: str = field(default="", compare=False)
    mode: str | None = None


@frozen
class ColumnDef(Node):
    """``name type [DEFAULT value] constraint …``."""

    name: str
    type: DataType
    default: Expression | None = None
    constraints: tuple[Constraint, ...] = ()

    @property
    def not_null(self) -> bool:
        """Whether NOT NULL or PRIMARY KEY stands among the column's constraints."""
        return any(constraint.kind in ("NOT NULL", "PRIMARY KEY") for constraint in self.constraints)


@frozen
class CreateTable(Statement):
    """``CREATE [TEMP | RAW | …] TABLE [IF NOT EXISTS] name (…) options``.

    Storage options are parsed and, but for extent sizes and the lock mode, forgotten.

    Attributes:
        kind: ``STANDARD``, ``RAW``, ``STATIC``, ``OPERATIONAL``, ``TEMP``, ``SCRATCH``.
        no_log: WITH NO LOG.
        query: of ``CREATE TABLE name AS SELECT …``; columns then hold at most names.
        row_type: of ``CREATE TABLE name OF TYPE row_type``.
        under: supertable of a typed table.
        lock_mode: ``PAGE``, ``ROW`` or None.
        with_options: words of the WITH clause other than NO LOG: ``ROWIDS``, ``AUDIT``, ``CRCOLS``, ``VERCOLS`` …
        first_extent, next_extent: kilobytes, of EXTENT SIZE and NEXT SIZE.
    """

    name: ObjectName
    columns: tuple[ColumnDef, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    kind: str = "STANDARD"
    if_not_exists: bool = False
    no_log: bool = False
    query: Query | None = None
    row_type: ObjectName | None = None
    under: ObjectName | None = None
    lock_mode: str | None = None
    with_options: tuple[str, ...] = ()
    first_extent: int | None = None
    next_extent: int | None = None


@frozen
class Truncate(Statement):
    """``TRUNCATE [TABLE] name [DROP STORAGE | REUSE STORAGE]``."""

    table: ObjectName


# ---- ALTER TABLE


@frozen
class AlterAction(Node):
    """One action of ALTER TABLE."""


@frozen
class AddColumn(AlterAction):
    """``ADD (column type … [BEFORE column], …)``; one node a column, with the constraints of its own."""

    column: ColumnDef
    before: Identifier | None = None


@frozen
class DropColumn(AlterAction):
    """``DROP (column, …)``; one node a column."""

    column: Identifier


@frozen
class ModifyColumn(AlterAction):
    """``MODIFY (column type …, …)``; one node a column. What is not repeated (DEFAULT, NOT NULL) is dropped."""

    column: ColumnDef


@frozen
class AddConstraint(AlterAction):
    """``ADD CONSTRAINT (…)``; one node a constraint."""

    constraint: Constraint


@frozen
class DropConstraint(AlterAction):
    """``DROP CONSTRAINT (name, …)``; one node a constraint."""

    name: ObjectName


@frozen
class ChangeLockMode(AlterAction):
    """``LOCK MODE (PAGE | ROW)``."""

    mode: str


@frozen
class ChangeExtents(AlterAction):
    """``MODIFY EXTENT SIZE n [NEXT SIZE n]``, ``MODIFY NEXT SIZE n``: kilobytes."""

    first_extent: int | None = None
    next_extent: int | None = None


@frozen
class ChangeTable(AlterAction):
    """An action without observable effect: TYPE, ROWIDS, CRCOLS, AUDIT …, in upper-case words."""

    words: tuple[str, ...]


@frozen
class AlterTable(Statement):
    """``ALTER TABLE name action, …``."""

    table: ObjectName
    actions: tuple[AlterAction, ...]


# ---- indexes, views, synonyms, sequences


@frozen
class IndexColumn(Node):
    """A key part: a column, or a function of columns (functional index)."""

    expression: Expression
    descending: bool = False


@frozen
class CreateIndex(Statement):
    """``CREATE [UNIQUE | DISTINCT] [CLUSTER] INDEX [IF NOT EXISTS] name ON table (column [ASC | DESC], …)``."""

    name: ObjectName
    table: ObjectName
    columns: tuple[IndexColumn, ...]
    unique: bool = False
    cluster: bool = False
    if_not_exists: bool = False
    access_method: str | None = None
    disabled: bool = False


@frozen
class AlterIndex(Statement):
    """``ALTER INDEX name TO [NOT] CLUSTER``."""

    name: ObjectName
    cluster: bool


@frozen
class CreateView(Statement):
    """``CREATE VIEW [IF NOT EXISTS] name [(column, …)] AS SELECT … [WITH CHECK OPTION]``.

    Attributes:
        text: source text of the whole statement, for sysviews.
    """

    name: ObjectName
    columns: tuple[Identifier, ...]
    query: Query
    check_option: bool = False
    if_not_exists: bool = False
    text: str = field(default="", compare=False)


@frozen
class CreateSynonym(Statement):
    """``CREATE [PUBLIC | PRIVATE] SYNONYM [IF NOT EXISTS] name FOR target``; public is the default."""

    name: ObjectName
    target: ObjectName
    private: bool = False
    if_not_exists: bool = False


@frozen
class SequenceOptions(Node):
    """Options of CREATE and ALTER SEQUENCE; None where nothing is written, `cache` 0 for NOCACHE."""

    start: int | None = None
    restart: int | None = None
    increment: int | None = None
    maximum: int | None = None
    no_maximum: bool = False
    minimum: int | None = None
    no_minimum: bool = False
    cycle: bool | None = None
    cache: int | None = None
    order: bool | None = None


@frozen
class CreateSequence(Statement):
    """``CREATE SEQUENCE [IF NOT EXISTS] name options``."""

    name: ObjectName
    options: SequenceOptions
    if_not_exists: bool = False


@frozen
class AlterSequence(Statement):
    """``ALTER SEQUENCE name options``."""

    name: ObjectName
    options: SequenceOptions


# ---- types, routines, triggers, roles, schemas


@frozen
class CreateRowType(Statement):
    """``CREATE ROW TYPE name (field type, …) [UNDER supertype]``."""

    name: ObjectName
    fields: tuple[RowField, ...]
    under: ObjectName | None = None
    if_not_exists: bool = False


@frozen
class CreateDistinctType(Statement):
    """``CREATE DISTINCT TYPE name AS type``."""

    name: ObjectName
    source: DataType
    if_not_exists: bool = False


@frozen
class CreateRoutine(Statement):
    """``CREATE [OR REPLACE] [DBA] PROCEDURE | FUNCTION name …``: recognised, the rest kept as text.

    Attributes:
        kind: ``PROCEDURE`` or ``FUNCTION``.
        text: source text of the whole statement.
    """

    kind: str
    name: ObjectName
    or_replace: bool = False
    if_not_exists: bool = False
    text: str = field(default="", compare=False)


@frozen
class CreateTrigger(Statement):
    """``CREATE [OR REPLACE] TRIGGER name …``: recognised, the rest kept as text."""

    name: ObjectName
    or_replace: bool = False
    text: str = field(default="", compare=False)


@frozen
class CreateRole(Statement):
    """``CREATE ROLE [IF NOT EXISTS] name``."""

    name: str
    if_not_exists: bool = False


@frozen
class CreateSchema(Statement):
    """``CREATE SCHEMA AUTHORIZATION owner statement …``."""

    owner: str
    statements: tuple[Statement, ...] = ()


# ---- DROP and RENAME


@frozen
class DropObject(Statement):
    """``DROP kind [IF EXISTS] name``.

    Attributes:
        kind: ``TABLE``, ``INDEX``, ``VIEW``, ``SYNONYM``, ``SEQUENCE``, ``TRIGGER``, ``TYPE``, ``ROW TYPE``,
            ``ROLE``. Databases have a statement of their own, routines another.
        restrict: RESTRICT was written (CASCADE is Informix's default).
    """

    kind: str
    name: ObjectName
    if_exists: bool = False
    restrict: bool = False


@frozen
class DropRoutine(Statement):
    """``DROP PROCEDURE | FUNCTION | ROUTINE [IF EXISTS] name [(type, …)]``.

    Attributes:
        parameters: types of the signature, or None when none was written.
        specific: DROP SPECIFIC.
    """

    kind: str
    name: ObjectName
    parameters: tuple[DataType, ...] | None = None
    if_exists: bool = False
    specific: bool = False


@frozen
class RenameObject(Statement):
    """``RENAME kind name TO new_name``; `kind`: ``TABLE``, ``INDEX``, ``SEQUENCE``, ``DATABASE`` …."""

    kind: str
    name: ObjectName
    new_name: Identifier


@frozen
class RenameColumn(Statement):
    """``RENAME COLUMN table.column TO new_name``."""

    table: ObjectName
    column: Identifier
    new_name: Identifier
