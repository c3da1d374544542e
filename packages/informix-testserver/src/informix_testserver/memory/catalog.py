"""What a database holds: tables, columns, constraints, indexes, views, synonyms, sequences, as plain objects.

The catalogue lives in memory; rows live in sqlite under physical names (`t<key>`, columns `c<number>`) that never
change, so that renaming costs nothing and an object's identity is its key. `syscatalog` shows it as tables.
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import field

from informix_types import ColumnType, TypeCode
from informix_types.classes import mutable

from ..engine import DatabaseFlag
from ..sql import ast

__all__ = ["Column", "Constraint", "Database", "Index", "Sequence", "Table", "database_mode", "is_database_name"]

_DATABASE_NAME = re.compile(r"(?!\d)[\w$]{1,128}")
_MODES = ("logged", "unlogged", "ansi")


def is_database_name(name: str) -> bool:
    """Whether a database can have this name: letters, digits, ``_`` and ``$``, no digit in front."""
    return _DATABASE_NAME.fullmatch(name) is not None


def database_mode(text: str) -> tuple[str, str]:
    """Read ``name`` or ``name:mode``; names are lower case as in every statement.

    Returns:
        name and mode: ``"logged"``, ``"unlogged"`` or ``"ansi"``.

    Raises:
        ValueError: no name, or no mode; the message says what is allowed.
    """
    name, colon, mode = text.partition(":")
    if not is_database_name(name):
        raise ValueError(f"{text!r} names no database: letters, digits, _ and $, no digit in front, at most 128")
    if colon and mode not in _MODES:
        raise ValueError(f"{text!r} names no database: behind the colon stands {', '.join(_MODES)}")
    return name.lower(), mode or "logged"


FIRST_USER_TYPE = 2048
"""Extended ids of a database's own types begin here."""
FIRST_USER_TABID = 100
"""User tables are numbered from 100 (Informix documentation of systables)."""


@mutable
class Column:
    """A column of a table.

    Attributes:
        number: never reused within the table; names the physical column.
        default: expression, or None for none (an explicit DEFAULT NULL is a `NullLiteral`).
        not_null: NOT NULL or part of the primary key.
        implied: not_null only because of the primary key (-703 instead of -391).
    """

    name: str
    type: ColumnType
    number: int
    not_null: bool = False
    default: ast.Expression | None = None
    implied: bool = False

    @property
    def physical(self) -> str:
        """Name of the sqlite column."""
        return f"c{self.number}"

    @property
    def is_serial(self) -> bool:
        """Whether values are generated (SERIAL, SERIAL8, BIGSERIAL)."""
        return self.type.code in (TypeCode.SERIAL, TypeCode.SERIAL8, TypeCode.BIGSERIAL)


@mutable
class Index:
    """An index; `columns` holds (column number, descending)."""

    name: str
    owner: str
    columns: tuple[tuple[int, bool], ...]
    unique: bool = False
    clustered: bool = False
    physical: str = ""
    implicit: bool = False
    """Made for a constraint; its name begins with a blank, as Informix's do."""
    enabled: bool = True
    """Not switched off by SET INDEXES; one that an enabled key uses works nevertheless (`Table.at_work`)."""


@mutable
class Constraint:
    """A constraint.

    Attributes:
        kind: P primary key, U unique, R referential, C check, N not null, as sysconstraints codes them.
        columns: column numbers.
        parent: key of the referenced table, and `parent_columns` its column numbers.
        condition: of a check; `text` its source.
        dbdate: DBDATE of the session that made a check: its literal dates are read so for ever.
    """

    id: int
    name: str
    owner: str
    kind: str
    columns: tuple[int, ...] = ()
    index: str = ""
    parent: int = 0
    parent_columns: tuple[int, ...] = ()
    parent_constraint: int = 0
    cascade: bool = False
    condition: ast.Expression | None = None
    text: str = ""
    dbdate: str = ""
    enabled: bool = True


@mutable
class Sequence:
    """State of a sequence; `value` is the next one to hand out."""

    start: int = 1
    increment: int = 1
    minimum: int = 1
    maximum: int = 2**63 - 1
    cycle: bool = False
    cache: int = 20
    order: bool = False
    value: int = 1


@mutable
class Table:
    """A table, view, synonym or sequence: one row of systables.

    Attributes:
        key: identity over all databases; names the sqlite table.
        kind: T table, V view, P or S synonym (public, private), Q sequence.
        database: name of its database; "" for a temporary table.
        query: of a view, with `check_option`.
        target: of a synonym.
        serials: last value handed out or inserted, by column number.
        system: part of the system catalogue: filled from the catalogue, read-only.
        version: grows with each change of the definition (prepared statements look at it: -710).
        first_extent, next_extent: kilobytes, for systables.
    """

    key: int
    tabid: int
    name: str
    owner: str
    database: str
    kind: str = "T"
    columns: list[Column] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    temporary: bool = False
    logged: bool = True
    lock_level: str = "P"
    first_extent: int = 16
    next_extent: int = 16
    created: datetime.date = field(default_factory=datetime.date.today)
    query: ast.Query | None = None
    text: str = ""
    check_option: bool = False
    target: ast.ObjectName | None = None
    sequence: Sequence | None = None
    serials: dict[int, int] = field(default_factory=dict)
    next_number: int = 1
    system: bool = False
    version: int = 1
    dropped: bool = False
    children: set[int] = field(default_factory=set)
    """Keys of tables with a foreign key to this one."""

    @property
    def physical(self) -> str:
        """Name of the sqlite table."""
        return f"t{self.key}"

    def column(self, name: str) -> Column | None:
        """Find a column by name."""
        for column in self.columns:
            if column.name == name:
                return column
        return None

    def numbered(self, number: int) -> Column:
        """Return the column of a number."""
        return next(column for column in self.columns if column.number == number)

    def position(self, number: int) -> int:
        """Return the 1-based position (colno) of a column number."""
        return next(i for i, column in enumerate(self.columns, 1) if column.number == number)

    def constraint(self, name: str) -> Constraint | None:
        """Find a constraint by name."""
        return next((c for c in self.constraints if c.name == name), None)

    def index(self, name: str) -> Index | None:
        """Find an index by name."""
        return next((i for i in self.indexes if i.name == name), None)

    def at_work(self, index: Index) -> bool:
        """Whether an index is kept: it, a constraint it was made for, or a key that uses it is switched on."""
        users = [c for c in self.constraints if c.index == index.name]
        if index.implicit:
            return not users or any(c.enabled for c in users)
        return index.enabled or any(c.enabled and c.kind in "PU" for c in users)

    def checks(self) -> list[Constraint]:
        """Return the enabled check constraints."""
        return [c for c in self.constraints if c.kind == "C" and c.enabled]

    def references(self) -> list[Constraint]:
        """Return the enabled referential constraints."""
        return [c for c in self.constraints if c.kind == "R" and c.enabled]


@mutable
class Database:
    """A database: logging mode, locale, and everything in it."""

    name: str
    number: int
    logged: bool = True
    ansi: bool = False
    buffered: bool = False
    locale: str = "en_US.819"
    codec: str = "iso8859-1"
    owner: str = "informix"
    created: datetime.date = field(default_factory=datetime.date.today)
    tables: dict[str, Table] = field(default_factory=dict)
    next_tabid: int = FIRST_USER_TABID
    next_constraint: int = 1
    grants: list[tuple[int, str, str, bool]] = field(default_factory=list)
    """(table key or 0, grantee, privilege, grant option)."""
    row_types: dict[str, str] = field(default_factory=dict)
    distinct_types: dict[str, str] = field(default_factory=dict)
    """User-defined types by name: the SQL text of what they stand for."""
    type_ids: dict[str, int] = field(default_factory=dict)
    """Their extended ids (sysxtdtypes)."""
    next_type_id: int = FIRST_USER_TYPE
    version: int = 1
    """Grows with every change; the system tables are refilled when it has moved."""

    @property
    def flags(self) -> int:
        """`DatabaseFlag` bits that the reply to DBOPEN shows (sqli.md 3.5)."""
        bits = DatabaseFlag.ALWAYS
        if self.logged:
            bits |= DatabaseFlag.LOGGED
        if self.ansi:
            bits |= DatabaseFlag.ANSI
        return int(bits)

    def find_index(self, name: str) -> tuple[Table, Index] | None:
        """Find an index by name in any table."""
        for table in self.tables.values():
            index = table.index(name)
            if index is not None:
                return table, index
        return None

    def find_constraint(self, name: str) -> tuple[Table, Constraint] | None:
        """Find a constraint by name in any table."""
        for table in self.tables.values():
            constraint = table.constraint(name)
            if constraint is not None:
                return table, constraint
        return None

    def forget_grants(self, key: int) -> None:
        """Forget the privileges on a table, view, synonym or sequence that is gone."""
        self.grants = [grant for grant in self.grants if grant[0] != key]

    def user_tables(self) -> Iterator[Table]:
        """Yield everything that is not part of the system catalogue."""
        return (table for table in self.tables.values() if not table.system)
