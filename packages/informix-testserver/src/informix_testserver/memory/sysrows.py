# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""Rows of the system tables, made from the catalogue; one function a table, values in stored form."""

import datetime
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from informix_types import ColumnType, TypeCode, TypeFlag
from informix_types.typetext import row_fields

from ..sql import ast
from . import temporal
from .catalog import FIRST_USER_TYPE, Column, Database, Table
from .collections import distinct_source
from .types import Family, char_length, family

if TYPE_CHECKING:
    from .engine import MemoryEngine

__all__ = ["DYNAMIC", "ROWS", "column_length", "column_type"]

Row = tuple[Any, ...] | dict[str, Any]
"""Values in the order of the columns, or by name: what is not named is NULL."""
Rows = Callable[["MemoryEngine", Database], Iterator[Row]]
CHUNK = {"viewtext": 64, "checktext": 32}
LOCALE_TABIDS = {" GL_COLLATE": 90, " GL_CTYPE": 91, " VERSION": 0}


def day(date: datetime.date) -> int:
    """Return a date in stored form."""
    return date.toordinal() - temporal.DAY_ZERO


def column_type(column: Column) -> int:
    """Return coltype: the described code, 256 more for NOT NULL, 2048 for DISTINCT, 4096 for a named ROW."""
    kept = column.type.flags & (TypeFlag.DISTINCT | TypeFlag.NAMED_ROW)
    return column.type.code | kept | (TypeFlag.NOT_NULL if column.not_null else 0)


def column_length(kind: ColumnType) -> int:
    """Return collength: the encoded length (sqli.md 6.3) as a signed SMALLINT."""
    length = kind.encoded_length
    return length - 0x10000 if length > 0x7FFF else length


def _row_size(table: Table) -> int:
    size = 0
    for column in table.columns:
        width = column.type.width
        size += width if width is not None else char_length(column.type) + 1
    return min(size, 32767)


def _count(engine: "MemoryEngine", table: Table) -> float:
    if table.kind != "T" or table.system:
        return 0.0
    return float(engine.store.rows(f"SELECT count(*) FROM {table.physical}")[0][0])


_OF_ANY = {"npused": 0.0, "flags": 0, "type_xid": 0, "am_id": 0, "secpolicyid": 0, "protgranularity": " "}
_OF_ANY |= {"statlevel": "A"}
"""What systables says of everything."""
_OF_TABLE = {"pagesize": 2048}
_OF_OTHERS = {"partnum": 0, "locklevel": "B", "fextsize": 0, "nextsize": 0, "pagesize": 0}


def _systables(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for table in database.tables.values():
        row = {
            "tabname": table.name,
            "owner": table.owner,
            "partnum": 0x100000 * database.number + table.tabid,
            "tabid": table.tabid,
            "rowsize": _row_size(table),
            "ncols": len(table.columns),
            "nindexes": len(table.indexes),
            "nrows": _count(engine, table),
            "created": day(table.created),
            "version": 65536 * table.tabid + table.version,
            "tabtype": table.kind,
            "locklevel": table.lock_level,
            "fextsize": table.first_extent,
            "nextsize": table.next_extent,
        }
        yield _OF_ANY | row | (_OF_TABLE if table.kind == "T" else _OF_OTHERS)
    nothing = dict.fromkeys(("rowsize", "ncols", "nindexes", "version"), 0) | {"nrows": 0.0, "owner": ""}
    for name, tabid in LOCALE_TABIDS.items():
        row = {"tabname": name, "tabid": tabid, "created": day(database.created), "tabtype": " "}
        site = database.locale if name != " VERSION" else None
        yield _OF_ANY | _OF_OTHERS | nothing | row | {"locklevel": " ", "site": site}


def _syscolumns(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for table in database.tables.values():
        for number, column in enumerate(table.columns, 1):
            length = column_length(column.type)
            kind, extended = column_type(column), column.type.extended_id
            yield (column.name, table.tabid, number, kind, length, None, None, extended, 0, 0)


def _key_parts(table: Table, columns: tuple[tuple[int, bool], ...]) -> list[int]:
    return [-table.position(number) if down else table.position(number) for number, down in columns]


def _sysindexes(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for table in database.tables.values():
        for index in table.indexes:
            parts = _key_parts(table, index.columns)
            padded = parts + [0] * (16 - len(parts))
            kind, cluster = "U" if index.unique else "D", "C" if index.clustered else None
            yield (index.name, index.owner, table.tabid, kind, cluster, *padded[:16], 1, 1, 0, 0, 0)


def _sysindices(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for table in database.tables.values():
        for index in table.indexes:
            keys = ", ".join(f"{part} [1]" for part in _key_parts(table, index.columns))
            kind, cluster = "U" if index.unique else "D", "C" if index.clustered else None
            yield (index.name, index.owner, table.tabid, kind, cluster, 1, 1.0, 0.0, 0.0, 0.0, keys, 1, None, None)


def _sysconstraints(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for table in database.tables.values():
        for c in table.constraints:
            yield (c.id, c.name, c.owner, table.tabid, c.kind, c.index or None, None)


def _sysreferences(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for table in database.tables.values():
        for c in table.constraints:
            if c.kind == "R" and c.parent in engine.tables:
                parent = engine.tables[c.parent].tabid
                yield (c.id, c.parent_constraint, parent, "R", "C" if c.cascade else "R", "N", "N")


def _pieces(text: str, size: int) -> Iterator[tuple[int, str]]:
    for number, at in enumerate(range(0, max(len(text), 1), size)):
        yield number, text[at : at + size]


def _syschecks(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for table in database.tables.values():
        for c in table.constraints:
            if c.kind == "C":
                for number, piece in _pieces(c.text, CHUNK["checktext"]):
                    yield (c.id, "T", number, piece)


def _syscoldepend(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for table in database.tables.values():
        for c in table.constraints:
            if c.kind in "CN":
                for number in c.columns:
                    yield (c.id, table.tabid, table.position(number))


def _sysviews(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for table in database.tables.values():
        if table.kind == "V":
            for number, piece in _pieces(table.text, CHUNK["viewtext"]):
                yield (table.tabid, number, piece)


_DEFAULT_TYPES = {"TODAY": "T", "USER": "U", "DBSERVERNAME": "S"}


def _sysdefaults(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for table in database.tables.values():
        for number, column in enumerate(table.columns, 1):
            node = column.default
            if node is None:
                continue
            kind, text = "L", None
            if isinstance(node, ast.Current):
                kind = "C"
            elif isinstance(node, ast.SpecialValue):
                kind = _DEFAULT_TYPES.get(node.kind, "L")
            else:
                text = _literal_text(node)
                if text is not None and family(column.type) is not Family.CHAR:
                    # Informix puts an encoded binary form and a blank before the text; only the text is read.
                    text = f"AAAAAA {text}"
            yield (table.tabid, number, kind, text, "T")


def _literal_text(node: ast.Expression) -> str | None:
    if isinstance(node, ast.StringLiteral):
        return node.value
    if isinstance(node, ast.NumberLiteral | ast.DatetimeLiteral | ast.IntervalLiteral):
        return node.text
    if isinstance(node, ast.Unary):
        inner = _literal_text(node.operand)
        return f"{node.operator}{inner}" if inner is not None else None
    return None


def _sysdepend(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    """A row for each table or view that a view is defined on."""
    from .references import tables_named

    for view in database.tables.values():
        if view.kind != "V" or view.query is None:
            continue
        for name in sorted(tables_named(view.query, database.name)):
            base = database.tables.get(name)
            if base is not None:
                yield (base.tabid, base.kind, view.tabid, "V")


def _syssyntable(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for table in database.tables.values():
        if table.target is None:
            continue
        name = table.target
        home = engine.databases.get(name.database or database.name)
        target = home.tables.get(name.name) if home is not None else None
        if target is None:
            continue
        if home is database:
            yield (table.tabid, None, None, None, None, target.tabid)
        else:
            yield (table.tabid, None, name.database, target.owner, target.name, None)


def _syssequences(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    found = [table for table in database.tables.values() if table.sequence is not None]
    for number, table in enumerate(found, 1):
        s = table.sequence
        assert s is not None
        cycle, order = "1" if s.cycle else "0", "1" if s.order else "0"
        yield (number, table.tabid, s.start, s.increment, s.minimum, s.maximum, cycle, None, s.cache, order)


def _sysprocedures(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for routine in engine.routines.values():
        is_procedure = "t" if routine.kind == "procedure" else "f"
        zeros = ("retsize", "symsize", "datasize", "codesize", "percallcost", "stack", "procflags")
        yield dict.fromkeys(zeros, 0) | {
            "procname": routine.name,
            "owner": "informix",
            "procid": routine.number,
            "mode": "O",
            "numargs": len(routine.parameters),
            "isproc": is_procedure,
            "specificname": routine.name,
            "paramstyle": "I",
            "langid": 2,
            "paramtypes": ",".join(kind.type_name.lower() for kind in routine.parameters),
            "variant": 1,
            "handlesnulls": 0,
            "iterator": int(routine.rows),
            "internal": 0,
            "parallelizable": 0,
            "selconst": 0.0,
        }


def _sysprocbody(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for routine in engine.routines.values():
        yield (routine.number, "T", 1, f"create {routine.kind} {routine.name} (registered with the test server)")


_PARAMETER_MODES = {"in": 1, "inout": 2, "out": 4}
_RETURN_VALUE = 3


def _sysproccolumns(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for routine in engine.routines.values():
        modes = [_PARAMETER_MODES[mode] for mode in routine.modes] + [_RETURN_VALUE] * len(routine.returns)
        names = [*routine.names, *[None] * len(routine.returns)]
        kinds = [*routine.parameters, *routine.returns]
        for at, (name, kind, mode) in enumerate(zip(names, kinds, modes, strict=True), 1):
            yield (routine.number, at, name, kind.code, column_length(kind), kind.extended_id, mode)


def _sysusers(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    yield (database.owner, "D", 9, None, None)
    for key, grantee, privilege, _ in database.grants:
        if not key and privilege in ("DBA", "RESOURCE", "CONNECT"):
            yield (grantee, privilege[0], {"DBA": 9, "RESOURCE": 7, "CONNECT": 5}[privilege], None, None)


_AUTH = {"SELECT": 0, "UPDATE": 1, "INSERT": 3, "DELETE": 4, "INDEX": 5, "ALTER": 6, "REFERENCES": 7, "UNDER": 8}
_AUTH_LETTERS = "su*idxarn"
_OF_COLUMNS = 2
_COLUMN_AUTH = ("SELECT", "UPDATE", "REFERENCES")
"""What the three letters of colauth stand for."""


def _systabauth(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for table in database.user_tables():
        yield (table.owner, "public", table.tabid, "su-idx---")
        granted: dict[str, list[str]] = {}
        for key, grantee, privilege, option in database.grants:
            if key != table.key:
                continue
            letters = granted.setdefault(grantee, list("---------"))
            for word, at in _AUTH.items():
                if privilege in (word, "ALL"):
                    letters[at] = _AUTH_LETTERS[at].upper() if option else _AUTH_LETTERS[at]
            if privilege.endswith(")"):
                letters[_OF_COLUMNS] = "*"
        for grantee, letters in granted.items():
            yield (table.owner, grantee, table.tabid, "".join(letters))


def _syscolauth(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for table in database.user_tables():
        granted: dict[tuple[str, int], list[str]] = {}
        for key, grantee, privilege, option in database.grants:
            word, _, names = privilege.partition(" (")
            if key != table.key or not names or word not in _COLUMN_AUTH:
                continue
            at = _COLUMN_AUTH.index(word)
            for name in names.rstrip(")").split(", "):
                column = table.column(name)
                if column is not None:
                    letters = granted.setdefault((grantee, table.position(column.number)), list("---"))
                    letters[at] = word[0] if option else word[0].lower()
        for (grantee, number), letters in granted.items():
            yield (table.owner, grantee, table.tabid, number, "".join(letters))


def _sysobjstate(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for table in database.tables.values():
        for c in table.constraints:
            yield ("C", c.owner, c.name, table.tabid, "E" if c.enabled else "D")
        for index in table.indexes:
            yield ("I", index.owner, index.name, table.tabid, "E" if table.at_work(index) else "D")


_BUILT_IN_TYPES = (
    # extended id, name, type code, mode letter, greatest length (ids of sqli.md 6.2)
    (1, "lvarchar", 40, "B", 32739),
    (5, "boolean", 41, "B", 1),
    (10, "blob", 41, "B", 72),
    (11, "clob", 41, "B", 72),
)


def _sysxtdtypes(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for number, name, code, mode, length in _BUILT_IN_TYPES:
        fixed = 0 if code == 40 else length
        yield (number, "B", mode, "informix", name, code, 0, length, fixed, "F", "F", 4, 0)
    for name, number in database.type_ids.items():
        if name in database.row_types:
            yield (number, "C", "R", database.owner, name, int(TypeCode.ROW), 0, 0, 0, "F", "F", 4, 0)
            continue
        kind = distinct_source(database, name)
        fixed = kind.width or 0
        # HCL documentation, SYSXTDTYPES: the source is 0 for a built-in one. The domain is inferred.
        source = kind.extended_id if kind.extended_id >= FIRST_USER_TYPE else 0
        most = 0 if fixed else char_length(kind)
        yield (number, "C", "D", database.owner, name, int(kind.code), source, most, fixed, "F", "F", 4, 0)


def _sysattrtypes(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    """Yield the fields of named row types behind a row for the type itself, which JDBC counts with."""
    for type_name, text in database.row_types.items():
        number = database.type_ids[type_name]
        yield (number, 1, 0, 0, None, 0, int(TypeCode.ROW), 0, 0)
        for at, (name, kind) in enumerate(row_fields(ColumnType(TypeCode.ROW, extended_name=text)), 1):
            yield (number, at + 1, 1, 1, name, at, int(kind.code), column_length(kind), kind.extended_id)


def _dual(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    yield ("X",)


# ------------------------------------------------------------------------------------------------------ sysmaster


def _sysdatabases(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for d in engine.databases.values():
        modes = int(d.logged), int(d.buffered), int(d.ansi)
        yield (d.name, 0x100000 * d.number, d.owner, day(d.created), *modes, 1, 0, 0)


def _sysdbslocale(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for d in engine.databases.values():
        yield (d.name, d.locale)


def _syssessions(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for number, session in engine.sessions.items():
        yield (number, session.user, 0, 0, engine.host_name, "", 0, "", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def _systabnames(engine: "MemoryEngine", database: Database) -> Iterator[Row]:
    for d in engine.databases.values():
        for table in d.tables.values():
            if table.kind == "T":
                yield (0x100000 * d.number + table.tabid, d.name, table.owner, table.name, d.locale, 1)


ROWS: dict[str, Rows] = {
    "systables": _systables,
    "syscolumns": _syscolumns,
    "sysindexes": _sysindexes,
    "sysindices": _sysindices,
    "sysconstraints": _sysconstraints,
    "sysreferences": _sysreferences,
    "syschecks": _syschecks,
    "syscoldepend": _syscoldepend,
    "sysviews": _sysviews,
    "sysdefaults": _sysdefaults,
    "sysdepend": _sysdepend,
    "syssyntable": _syssyntable,
    "syssequences": _syssequences,
    "sysprocedures": _sysprocedures,
    "sysprocbody": _sysprocbody,
    "sysproccolumns": _sysproccolumns,
    "sysusers": _sysusers,
    "systabauth": _systabauth,
    "syscolauth": _syscolauth,
    "sysobjstate": _sysobjstate,
    "sysxtdtypes": _sysxtdtypes,
    "sysattrtypes": _sysattrtypes,
    "sysdual": _dual,
    "sysdatabases": _sysdatabases,
    "sysdbslocale": _sysdbslocale,
    "syssessions": _syssessions,
    "systabnames": _systabnames,
}

DYNAMIC = frozenset(
    (
        "systables",
        "syssessions",
        "sysdatabases",
        "sysdbslocale",
        "sysprocedures",
        "sysprocbody",
        "sysproccolumns",
        "systabnames",
        "syssequences",
    )
)
"""Tables filled anew for every statement: what they show changes without a change of their own catalogue."""
