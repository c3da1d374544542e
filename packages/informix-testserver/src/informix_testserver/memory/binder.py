# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""The binder's core: names to columns, markers to types, conversions, comparisons.

What is bound for each kind of node stands in `bind_values`, `bind_conditions`, `bind_functions` and `bind_query`,
which register themselves in `BINDERS`; they call each other only through `Binder.bind`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from typing import Any, Protocol

from informix_types import ColumnType, TypeCode
from informix_types.classes import frozen, mutable

from ..engine import SqlError
from ..sql import ast
from . import decimals
from .catalog import Sequence as SequenceState
from .catalog import Table
from .convert import converter
from .expr import EXPRESSION, Expr
from .store import Store
from .types import (
    BIGINT,
    DATE,
    DAY,
    FLOAT,
    FLOATING_DECIMAL,
    FRACTION5,
    INTEGER,
    UNKNOWN,
    YEAR,
    Family,
    collation,
    common,
    datetime_type,
    family,
    lvarchar,
)

__all__ = ["BINDERS", "Bind", "Binder", "Scope", "Source", "binds"]

NO_COLUMN, AMBIGUOUS, TABLE_NOT_IN_QUERY, NO_ROWID = -217, -324, -522, -205
SYNTAX = -201
NOT_SUPPORTED = -999
ANY_TEXT = lvarchar(32739)

_READ_AS = {Family.CHAR: ANY_TEXT, Family.INT: FLOATING_DECIMAL, Family.DECIMAL: FLOATING_DECIMAL}
"""The type that text is read as beside a type of the family: one that loses nothing of it."""

Bound = Callable[["Binder", Any, ColumnType | None], Expr]
BINDERS: dict[type[ast.Node], Bound] = {}


def binds(*kinds: type[ast.Node]) -> Callable[[Bound], Bound]:
    """Register the function that binds these kinds of nodes."""

    def register(function: Bound) -> Bound:
        for kind in kinds:
            BINDERS[kind] = function
        return function

    return register


class Names(Protocol):
    """What the binder asks of its session: objects by name."""

    store: Store

    @property
    def user(self) -> str:
        """Name of the session's user."""

    def table(self, name: ast.ObjectName) -> Table:
        """Find a table, view or sequence, synonyms followed. Raises SqlError -206, -329."""

    def sequence(self, name: ast.ObjectName) -> SequenceState:
        """Find a sequence. Raises SqlError -206."""

    def needs_check(self, table: Table) -> bool:
        """Whether rows of the table must be looked at one by one, because of locks or deleted rows."""


@frozen
class Bind:
    """A value that sqlite gets: parameter `marker` converted to `target`'s stored form."""

    marker: int
    target: ColumnType


@mutable
class Source:
    """A table of the FROM clause: the name it answers to, and its columns as expressions."""

    name: str
    alias: str
    columns: dict[str, Expr]
    table: Table | None = None
    order: list[str] = field(default_factory=list)


@mutable
class Scope:
    """The sources of one SELECT; unresolved names go to the outer one."""

    parent: "Scope | None" = None
    sources: list[Source] = field(default_factory=list)
    grouped: bool = False
    """Aggregates or GROUP BY are present, so bare columns must be grouped (-294)."""
    groups: set[str] = field(default_factory=set)
    aggregates_allowed: bool = False
    loose: list[tuple[str, ast.ColumnRef]] = field(default_factory=list)
    """Columns used outside aggregates and outside grouped expressions."""
    depends_on_change: bool = False
    """A column of the row that UPDATE or DELETE looks at was referred to (`Binder.changed`)."""
    null_tests: list[str] = field(default_factory=list)
    """Arguments of SUM, AVG, MAX and MIN that may be NULL."""
    labels: dict[str, Expr] = field(default_factory=dict)
    """While ORDER BY is bound: the items of the select list, for names that are no column's."""
    used: set[str] = field(default_factory=set)
    """Aliases of the sources that were referred to (decides where an OUTER condition belongs)."""


class Binder:
    """Binds the expressions and queries of one statement.

    Args:
        names: the session.
        actual: types of the bound parameters, or None when preparing.
    """

    def __init__(self, names: Names, actual: Sequence[ColumnType] | None = None) -> None:
        self.names = names
        self.store = names.store
        self.env = names.store.env
        self.actual = actual
        self.binds: list[Bind] = []
        self.marker_types: dict[int, ColumnType] = {}
        self.tables: dict[int, Table] = {}
        self.checked: dict[int, bool] = {}
        self.routines: list[Any] = []
        """Registered routines that are called."""
        self.old_versions: list[Table] = []
        """Tables read in the version committed last (see `committed`)."""
        self.stars: dict[int, tuple[ast.ColumnRef, ...]] = {}
        """What each ``*`` in a select list stood for, by `id` of its node."""
        self.scope = Scope()
        self.changed: tuple[Scope, Table] | None = None
        """While the WHERE of UPDATE or DELETE is bound: its scope and the table that it changes."""
        self.ctes: list[dict[str, tuple[str, list[tuple[str, Expr]]]]] = []
        self.statement: ast.Node | None = None
        """The statement that is bound, where it is known."""
        self.sequence_uses = 0
        """How many NEXTVAL and CURRVAL have been bound (`sequences`)."""
        self._aliases = 0

    @property
    def for_update(self) -> bool:
        """Whether the statement is SELECT … FOR UPDATE."""
        return isinstance(self.statement, ast.Query) and self.statement.for_update

    # ------------------------------------------------------------------------------------------------ basics

    def bind(self, node: ast.Node, hint: ColumnType | None = None) -> Expr:
        """Bind an expression. `hint`: the type that a bare marker takes here."""
        bound = BINDERS[type(node)]
        mark = len(self.scope.loose)
        found = bound(self, node, hint)
        if self.scope.groups and found.sql in self.scope.groups:
            del self.scope.loose[mark:]
        return found

    def value(self, node: ast.Node, hint: ColumnType | None = None) -> Expr:
        """Bind an expression and give a bare marker its type."""
        return self.settle(self.bind(node, hint), hint)

    def env_session(self) -> Any:
        """Return the session that is running (not the one that bound the statement: functions are shared)."""
        return self.store.env.session

    def alias(self) -> str:
        """Return a new name for a table in sqlite's FROM."""
        self._aliases += 1
        return f"a{self._aliases}"

    @contextmanager
    def inner_scope(self, *, isolated: bool = False) -> Iterator[Scope]:
        """Open the scope of a subquery (isolated: of a view or derived table, which sees no outer columns)."""
        outer = self.scope
        self.scope = Scope(None if isolated else outer)
        try:
            yield self.scope
        finally:
            self.scope = outer

    def uses(self, table: Table) -> None:
        """Note that the statement depends on a table (-710 when it changes; lock checks)."""
        self.tables[table.key] = table

    # ----------------------------------------------------------------------------------------------- markers

    def settle(self, expr: Expr, hint: ColumnType | None = None) -> Expr:
        """Give a bare marker its type: that of the bound value, unless it is text for something else.

        No value is cut or rounded to the type of its neighbour, which is only what DESCRIBE says of the marker.
        """
        if expr.marker is None:
            return expr
        actual = self.actual_type(expr.marker)
        if actual is None:
            return self.place(expr.marker, hint or ANY_TEXT, known=hint is not None)
        if hint is not None and family(actual) is Family.CHAR:
            return self.place(expr.marker, _READ_AS.get(family(hint), hint), described=hint)
        return self.place(expr.marker, actual, known=False, described=hint)

    def actual_type(self, marker: int) -> ColumnType | None:
        """Return the type under which a parameter was bound, characters and decimals at their widest."""
        if self.actual is None or marker >= len(self.actual):
            return None
        actual = self.actual[marker]
        which = family(actual)
        if which in (Family.CHAR, Family.NULL):
            return ANY_TEXT
        return FLOATING_DECIMAL if which is Family.DECIMAL else actual.with_flags(0)

    def place(
        self, marker: int, target: ColumnType, *, known: bool = True, described: ColumnType | None = None
    ) -> Expr:
        """Make a marker an expression of the given type."""
        if known or described is not None:
            self.marker_types.setdefault(marker, described or target)
        else:
            self.marker_types.setdefault(marker, UNKNOWN)
        self.binds.append(Bind(marker, target))
        return Expr(f"?{len(self.binds)}", target, target, EXPRESSION)

    # ------------------------------------------------------------------------------------------- conversions

    def call(self, key: Any, body: Callable[..., Any], arguments: Sequence[str], *, strict: bool = True) -> str:
        """Write the call of a Python function, registered under `key` and its number of arguments."""
        name = self.store.function((key, len(arguments)), len(arguments), body, strict=strict)
        return f"{name}({','.join(arguments)})"

    def convert(self, expr: Expr, target: ColumnType) -> Expr:
        """Convert to a type; constants are converted at once if that neither fails nor depends on the clock."""
        if expr.marker is not None:
            return self.place(expr.marker, target)
        if expr.null:
            return replace(expr, type=target, stored=target)
        change = converter(expr.stored, target, self.env)
        if change is None:
            return replace(expr, type=target, stored=target, name=expr.name)
        if expr.constant and not _clock_dependent(expr.stored, target):
            try:
                return Expr.literal(change(expr.value), target)
            except SqlError:
                pass  # raised again when the row is evaluated, as a server does
        sql = self.call(("convert", expr.stored, target), change, [expr.sql])
        return Expr(sql, target, target, EXPRESSION, aggregate=expr.aggregate)

    def text(self, expr: Expr) -> Expr:
        """Convert to character data, as functions on strings do with their arguments."""
        expr = self.settle(expr, ANY_TEXT)
        return expr if family(expr.stored) is Family.CHAR or expr.null else self.convert(expr, lvarchar(255))

    def number(self, expr: Expr) -> Expr:
        """Convert character data to a number, as arithmetic does with its operands."""
        expr = self.settle(expr)
        if family(expr.stored) is Family.CHAR and not expr.null:
            return self.convert(expr, FLOATING_DECIMAL)
        return expr

    # ------------------------------------------------------------------------------------------- comparisons

    def comparable(self, left: Expr, right: Expr) -> tuple[Expr, Expr]:
        """Convert two operands to forms that sqlite compares as Informix does. Raises SqlError."""
        if left.marker is not None and right.marker is None:
            left = self.settle(left, known_type(right))
        right = self.settle(right, known_type(left) if left.marker is None else None)
        left = self.settle(left, known_type(right))
        if left.null or right.null:
            return left, right
        a, b = family(left.stored), family(right.stored)
        if a is b:
            return self._same_family(left, right, a)
        flipped = (b, a) in _COMPARISONS
        rule = _COMPARISONS.get((b, a) if flipped else (a, b))
        if rule is None and {a, b} == {Family.MONTHS, Family.SPAN}:
            raise SqlError(-1266)
        if rule is None:
            raise SqlError(-615 if Family.BYTE in (a, b) or Family.TEXT in (a, b) else -9634)
        if flipped:
            y, x = rule(self, right, left)
            return x, y
        return rule(self, left, right)

    def _same_family(self, left: Expr, right: Expr, which: Family) -> tuple[Expr, Expr]:
        if which in (Family.BYTE, Family.TEXT):
            raise SqlError(-615)
        if which is Family.DATETIME and left.stored.start != right.stored.start:
            wide = common(left.stored, right.stored)
            if wide is not None:
                return self.convert(left, wide), self.convert(right, wide)
        return left, right

    def same_type(self, branches: Sequence[Expr], code: int = -800) -> tuple[list[Expr], ColumnType]:
        """Convert the branches of CASE, NVL … to their common type. Raises SqlError `code`.

        A marker is described as its siblings are; the type of the value that it is bound to counts at execution.
        """
        kind: ColumnType | None = None
        for expr in branches:
            if expr.null or expr.marker is not None:
                continue
            kind = expr.type if kind is None else common(kind, expr.type)
            if kind is None:
                raise SqlError(code)
        if kind is None:
            settled = [self.settle(expr) for expr in branches]
            if all(expr.null for expr in settled):
                return settled, branches[0].type
            return self.same_type(settled, code)
        kind = kind.with_flags(0)
        settled = [self.settle(expr, kind) for expr in branches]
        if self.actual is not None:
            for at, expr in enumerate(branches):
                if expr.marker is None:
                    continue
                if family(kind) is Family.CHAR and family(settled[at].type) is not Family.CHAR:
                    settled[at] = self.convert(settled[at], lvarchar(255))
                wider = common(kind, settled[at].type)
                if wider is None:
                    raise SqlError(code)
                kind = wider.with_flags(0)
        return [self.convert(expr, kind) for expr in settled], kind

    # ------------------------------------------------------------------------------------------------- names

    def resolve(self, node: ast.ColumnRef) -> Expr:
        """Find a column by name, from the innermost scope outwards. Raises SqlError -217, -324, -522, -205."""
        scope: Scope | None = self.scope
        passed: list[Scope] = []
        while scope is not None:
            found = self._in_scope(scope, node)
            if found is not None:
                if scope is self.scope:
                    scope.loose.append((found.sql, node))
                if self.changed is not None and scope is self.changed[0]:
                    for inner in passed:
                        inner.depends_on_change = True
                return found
            if len(node.parts) == 1 and node.name in scope.labels:
                return scope.labels[node.name]
            passed.append(scope)
            scope = scope.parent
        if len(node.parts) > 1:
            field = self._row_field(node)
            if field is not None:
                return field
        if len(node.parts) > 1 and not self._knows_source(node.parts[-2]):
            raise SqlError(TABLE_NOT_IN_QUERY, offset=node.pos, token=node.parts[-2])
        raise SqlError(NO_COLUMN, offset=node.pos, token=node.name)

    def _row_field(self, node: ast.ColumnRef) -> Expr | None:
        """`column.field` of a column of a ROW type."""
        from .collections import row_field

        try:
            row = self.resolve(ast.ColumnRef(node.pos, node.parts[:-1], node.database, node.server))
        except SqlError:
            return None
        return row_field(self, row, node.name) if family(row.stored) is Family.ROW else None

    def _knows_source(self, name: str) -> bool:
        scope: Scope | None = self.scope
        while scope is not None:
            if any(source.name == name for source in scope.sources):
                return True
            scope = scope.parent
        return False

    def _in_scope(self, scope: Scope, node: ast.ColumnRef) -> Expr | None:
        name = node.name
        qualifier = node.parts[-2] if len(node.parts) > 1 else None
        hits: list[tuple[Source, Expr]] = []
        for source in scope.sources:
            if qualifier is not None and source.name != qualifier:
                continue
            column = source.columns.get(name)
            if column is not None:
                hits.append((source, column))
            elif name == "rowid" and source.table is not None:
                hits.append((source, Expr(f"{source.alias}.rowid", INTEGER, INTEGER, "rowid")))
        if not hits:
            if name == "rowid" and scope.sources and qualifier is None:
                raise SqlError(NO_ROWID, offset=node.pos)
            return None
        if len(hits) > 1:
            raise SqlError(AMBIGUOUS, offset=node.pos, token=name)
        scope.used.add(hits[0][0].alias)
        return hits[0][1]


def known_type(expr: Expr) -> ColumnType | None:
    """Return the type that a marker beside this expression takes, or None when it tells nothing."""
    return None if expr.null or expr.marker is not None else expr.stored.with_flags(0)


def _clock_dependent(source: ColumnType, target: ColumnType) -> bool:
    if family(target) is Family.DATETIME:
        return family(source) is Family.DATETIME and target.start < source.start
    return False


# ------------------------------------------------------------------- comparisons between families

Pair = tuple[Expr, Expr]
_DAY_STAMP = datetime_type(YEAR, DAY)
_FLOATING_MONEY = replace(FLOATING_DECIMAL, code=TypeCode.MONEY)
"""What text beside MONEY is read as: it may begin with a currency symbol."""


def _integral(expr: Expr) -> Expr | None:
    """Return a constant decimal as an integer constant when it is one: an index on integers can then be used."""
    if not expr.constant or expr.value is None:
        return None
    number = decimals.unpack(expr.value)
    if number == number.to_integral_value() and abs(number) < 2**62:
        return Expr.literal(int(number), BIGINT)
    return None


def _int_decimal(binder: Binder, left: Expr, right: Expr) -> Pair:
    whole = _integral(right)
    if whole is not None:
        return left, whole
    return binder.convert(left, FLOATING_DECIMAL), right


def _float_decimal(binder: Binder, left: Expr, right: Expr) -> Pair:
    if right.constant or right.sql.startswith("?"):
        return left, binder.convert(right, FLOAT)
    return binder.convert(left, FLOATING_DECIMAL), right


def _as_left(binder: Binder, left: Expr, right: Expr) -> Pair:
    """Text takes the other side's type (character to number, date, boolean conversion)."""
    return left, binder.convert(right, left.stored.with_flags(0))


def _int_char(binder: Binder, left: Expr, right: Expr) -> Pair:
    return _int_decimal(binder, left, binder.convert(right, FLOATING_DECIMAL))


def _decimal_char(binder: Binder, left: Expr, right: Expr) -> Pair:
    return left, binder.convert(right, _FLOATING_MONEY if left.stored.code == TypeCode.MONEY else FLOATING_DECIMAL)


def _stamp_char(binder: Binder, left: Expr, right: Expr) -> Pair:
    return left, binder.convert(right, left.stored)


def _date_stamp(binder: Binder, left: Expr, right: Expr) -> Pair:
    target = _DAY_STAMP if right.stored.start == YEAR else datetime_type(YEAR, FRACTION5)
    return binder.convert(left, target), right if right.stored.start == YEAR else binder.convert(right, target)


def _unchanged(binder: Binder, left: Expr, right: Expr) -> Pair:
    return left, right


def _date_decimal(binder: Binder, left: Expr, right: Expr) -> Pair:
    return left, binder.convert(right, DATE)


_COMPARISONS: dict[tuple[Family, Family], Callable[[Binder, Expr, Expr], Pair]] = {
    (Family.INT, Family.FLOAT): _unchanged,
    (Family.INT, Family.DECIMAL): _int_decimal,
    (Family.FLOAT, Family.DECIMAL): _float_decimal,
    (Family.INT, Family.CHAR): _int_char,
    (Family.DECIMAL, Family.CHAR): _decimal_char,
    (Family.FLOAT, Family.CHAR): _as_left,
    (Family.DATE, Family.CHAR): _as_left,
    (Family.DATE, Family.INT): _unchanged,
    (Family.DATE, Family.DECIMAL): _date_decimal,
    (Family.DATE, Family.DATETIME): _date_stamp,
    (Family.DATETIME, Family.CHAR): _stamp_char,
    (Family.MONTHS, Family.CHAR): _as_left,
    (Family.SPAN, Family.CHAR): _as_left,
    (Family.BOOLEAN, Family.CHAR): _as_left,
}


def collated(expr: Expr) -> str:
    """Return the SQL of an expression with blank-padded comparison, if it is character data."""
    return expr.sql + collation(expr.stored)
