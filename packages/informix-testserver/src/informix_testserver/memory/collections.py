# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""SET, MULTISET, LIST and ROW: declared types, constructors, membership, fields; user-defined types.

The stored form is the text that servers send (sqli.md 7.1: `SET{1,2}`, `ROW('x',3)`), in the spelling that
`informix_types.literals` gives it, so that equal values have equal texts.
"""

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from informix_types import ColumnType, TypeCode, TypeFlag
from informix_types.containers import CollectionValue, RowValue
from informix_types.errors import ConversionError
from informix_types.literals import format_literal, parse_constructed
from informix_types.typetext import element_type, row_fields

from ..engine import SqlError
from ..sql import ast, parse_expression
from ..sql.unparse import unparse
from .binder import ANY_TEXT, NOT_SUPPORTED, Binder, binds
from .convert import Environment
from .expr import Expr
from .pyvalues import stored_value, writer
from .types import BOOLEAN, Family, char_length, family, is_fixed_char, text_of

if TYPE_CHECKING:
    from .catalog import Database
    from .session import MemorySession

__all__ = ["canonical", "collection_items", "complex_type", "count_items", "is_member", "relabelled", "row_field"]
__all__ += ["distinct_source", "user_type"]

NO_CAST, TYPE_EXISTS, NO_TYPE, BAD_ELEMENT, NULL_ELEMENT = -9634, -9630, -9628, -9634, -391
_CODES = {"SET": TypeCode.SET, "MULTISET": TypeCode.MULTISET, "LIST": TypeCode.LIST}


def complex_type(names: Any, node: ast.DataType) -> ColumnType:
    """Return the type of a declared collection or row: the element type or the row type as text (sqli.md 6.2)."""
    if node.name == "ROW":
        return ColumnType(TypeCode.ROW, extended_name=unparse(node).lower())
    assert node.element is not None
    text = unparse(node.element).lower() + (" not null" if node.element_not_null else "")
    return ColumnType(_CODES[node.name], extended_name=text)


def canonical(target: ColumnType, text: str, env: Environment) -> str:
    """Return a collection's or row's text as the target type spells it.

    Each element and field is converted to its declared type as a value is on its way into a column.

    Raises:
        SqlError: -9634: the text is no such value; -391: NULL where the type says NOT NULL [I]; and the codes of
            conversions (-1214, -1215, -1226 …).
    """
    try:
        return format_literal(_fitted(target, parse_constructed(target, text), env), target)
    except (ConversionError, TypeError, ValueError):
        raise SqlError(BAD_ELEMENT) from None


def _fitted(kind: ColumnType, value: Any, env: Environment) -> Any:
    """Return a value as its declared type holds it, elements and fields at every depth."""
    if value is None:
        if not kind.nullable:
            raise SqlError(NULL_ELEMENT)
        return None
    if family(kind) is Family.ROW:
        fields = row_fields(kind)
        if not fields:
            return value
        return RowValue(
            [_fitted(each, item, env) for (_, each), item in zip(fields, value, strict=True)],
            [name for name, _ in fields],
        )
    if family(kind) is Family.COLLECTION:
        inner = element_type(kind)
        items = value if inner is None else [_fitted(inner, item, env) for item in value]
        return CollectionValue.of(value.kind, dict.fromkeys(items) if value.kind == "SET" else items)
    if family(kind) is Family.OTHER:
        return value
    plain = kind.with_flags(0)
    stored, write = stored_value(plain, value, env), writer(plain, plain, env)
    return stored if stored is None or write is None else write(stored)


def relabelled(target: ColumnType, text: str) -> str:
    """Return the text of one kind of collection as that of another: JDBC binds a set as a MULTISET."""
    return TypeCode(target.code).name + text[text.index("{") :]


# --------------------------------------------------------------------------------------------------- constructors


def collection_items(b: Binder, node: ast.Expression) -> list[Expr]:
    """Bind the elements of a collection constructor; a SET holds each value once. Raises SqlError."""
    if not isinstance(node, ast.CollectionConstructor):
        raise SqlError(NOT_SUPPORTED, offset=node.pos, token="TABLE(collection column)")
    items = [b.value(item) for item in node.items]
    if node.kind == "SET":
        seen: dict[str, Expr] = {}
        for item in items:
            seen.setdefault(item.sql, item)
        return list(seen.values())
    return items


def _type_text(kind: ColumnType) -> str:
    return kind.type_name.lower() if kind.code != TypeCode.ROW else kind.extended_name


@binds(ast.CollectionConstructor)
def collection_constructor(b: Binder, node: ast.CollectionConstructor, hint: ColumnType | None) -> Expr:
    """SET{…}, MULTISET{…}, LIST{…} as a value."""
    inner = element_type(hint) if hint is not None and family(hint) is Family.COLLECTION else None
    items = [b.value(item, inner) for item in node.items]
    branches, kind = b.same_type(items) if items else ([], inner or ANY_TEXT)
    if items and is_fixed_char(kind) and any(char_length(item.type) != char_length(kind) for item in items):
        # Elements are no longer for standing beside longer ones.
        kind = text_of(char_length(kind))
        branches = [b.convert(item, kind) for item in items]
    column = ColumnType(_CODES[node.kind], extended_name=f"{_type_text(kind.with_flags(0))} not null")
    write = writer(kind, kind, b.env)

    def build(*stored: Any) -> str:
        chosen = dict.fromkeys(stored) if node.kind == "SET" else stored
        values = [v if v is None or write is None else write(v) for v in chosen]
        return format_literal(CollectionValue.of(node.kind, values), column)

    sql = b.call((node.kind, column), build, [branch.sql for branch in branches], strict=False)
    return Expr.of(sql, column)


@binds(ast.RowConstructor)
def row_constructor(b: Binder, node: ast.RowConstructor, hint: ColumnType | None) -> Expr:
    """ROW(…) as a value; its fields are called f1, f2 … until it is assigned."""
    wanted = [kind for _, kind in row_fields(hint)] if hint is not None and family(hint) is Family.ROW else []
    wanted += [ANY_TEXT] * (len(node.items) - len(wanted))
    items = [b.value(item, kind) for item, kind in zip(node.items, wanted, strict=False)]
    kinds = [item.type.with_flags(0) for item in items]
    text = ", ".join(f"f{i} {_type_text(kind)}" for i, kind in enumerate(kinds, 1))
    column = ColumnType(TypeCode.ROW, extended_name=f"row({text})")
    writers = [writer(item.stored, kind, b.env) for item, kind in zip(items, kinds, strict=True)]

    def build(*stored: Any) -> str:
        values = [v if v is None or w is None else w(v) for v, w in zip(stored, writers, strict=True)]
        return format_literal(tuple(values), column)

    return Expr.of(
        b.call(
            ("row", column, tuple(item.stored for item in items)),
            build,
            [item.sql for item in items],
            strict=False,
        ),
        column,
    )


# --------------------------------------------------------------------------------------------------------- access


def count_items(value: str) -> int:
    """Return the number of elements of a stored collection, for CARDINALITY."""
    kind = value.partition("{")[0].strip().upper()
    return len(parse_constructed(ColumnType(_CODES[kind]), value))


def is_member(b: Binder, operand: Expr, collection: Expr, *, negated: bool) -> Expr:
    """`x IN collection`."""
    column = collection.stored
    inner = element_type(column) or ANY_TEXT
    wanted = b.convert(b.settle(operand, inner), inner.with_flags(0))
    write = writer(wanted.stored, wanted.stored, b.env)

    def contains(stored: Any, text: str) -> int:
        return int((stored if write is None else write(stored)) in parse_constructed(column, text))

    sql = b.call(("member", column, wanted.stored), contains, [wanted.sql, collection.sql])
    return Expr.of(f"(NOT {sql})" if negated else sql, BOOLEAN, aggregate=operand.aggregate)


def row_field(b: Binder, row: Expr, name: str) -> Expr | None:
    """Return `column.field`, or None when the row has no such field."""
    fields = row_fields(row.stored)
    at = next((index for index, (field, _) in enumerate(fields) if field == name), None)
    if at is None:
        return None
    column, kind = row.stored, fields[at][1].with_flags(0)
    source = _in_stored_form(kind)

    def extract(text: str) -> Any:
        value: RowValue = parse_constructed(column, text)
        return source(value[at])

    return Expr(b.call(("field", column, at), extract, [row.sql]), kind, kind, name)


def _in_stored_form(kind: ColumnType) -> Any:
    from .pyvalues import read_parameter

    if family(kind) in (Family.COLLECTION, Family.ROW):
        return lambda value: None if value is None else format_literal(value, kind)
    return lambda value: read_parameter(kind, value)


# ------------------------------------------------------------------------------------------- user-defined types


def user_type(names: "MemorySession", node: ast.DataType) -> ColumnType:
    """Return what a user-defined type name means. Raises SqlError -9628.

    A DISTINCT type has the code and length of its source, flagged, with an id and a name of its own (sqli.md 6.1,
    6.2); one over a type that is itself told by a name (LVARCHAR, collections …) is described as its source [I].
    A named ROW is flagged and has an id; its fields stay in the text, by which clients read its values.
    """
    database = names.database if names is not None else None
    if database is not None:
        names.locks.check_name(names, database.number, "type", node.name)
        text = database.row_types.get(node.name) or database.distinct_types.get(node.name)
        if text is not None:
            kind = _meaning(names, text)
            number, owner = database.type_ids[node.name], database.owner
            if node.name in database.row_types:
                return replace(kind, flags=TypeFlag.NAMED_ROW, extended_id=number, owner=owner)
            if kind.extended_name and not kind.flags & TypeFlag.DISTINCT:
                return kind
            return replace(
                kind,
                flags=kind.flags | TypeFlag.DISTINCT,
                extended_id=number,
                owner=owner,
                extended_name=node.name,
                source=0,  # IBM's JDBC driver cannot read a DISTINCT of a built-in type with anything else
            )
    raise SqlError(NO_TYPE, offset=node.pos, token=node.name)


def distinct_source(database: "Database", name: str) -> ColumnType:
    """Return the type that a DISTINCT type of a database was made of."""
    # System tables show what is there, whoever is changing it.
    unlocked = SimpleNamespace(check_name=lambda *_: None)
    return _meaning(SimpleNamespace(database=database, locks=unlocked), database.distinct_types[name])


def _meaning(names: Any, text: str) -> ColumnType:
    """Return the type that a text says; `names` has the database whose types may stand in it."""
    from .typenames import declared_type

    cast = parse_expression(f"NULL::{text}", delimident=True)
    assert isinstance(cast, ast.Cast)
    return declared_type(names, cast.type)


def _new_type(session: "MemorySession", name: ast.ObjectName, kinds: dict[str, Any], text: str) -> None:
    from .definitions import undoing

    database = session._opened()
    session.locks.lock_name(session, database.number, "type", name.name)
    if name.name in database.row_types or name.name in database.distinct_types:
        raise SqlError(TYPE_EXISTS, offset=name.pos, token=name.name)
    kinds[name.name] = text
    database.type_ids[name.name] = database.next_type_id
    database.next_type_id += 1
    database.version += 1

    def forget() -> None:
        kinds.pop(name.name, None)
        database.type_ids.pop(name.name, None)
        database.version += 1

    undoing(session, forget)


def create_row_type(session: "MemorySession", node: ast.CreateRowType) -> None:
    """CREATE ROW TYPE: columns of it are described as the unnamed ROW that it stands for."""
    database = session._opened()
    if node.under is not None:
        raise SqlError(NOT_SUPPORTED, offset=node.pos, token="CREATE ROW TYPE … UNDER")
    session.locks.check_name(session, database.number, "type", node.name.name)
    if node.if_not_exists and node.name.name in database.row_types:
        return
    data_type = ast.DataType(node.pos, "ROW", fields=node.fields)
    _new_type(session, node.name, database.row_types, unparse(data_type).lower())


def create_distinct_type(session: "MemorySession", node: ast.CreateDistinctType) -> None:
    """CREATE DISTINCT TYPE: the source type, flagged DISTINCT (sqli.md 6.2)."""
    from .typenames import declared_type

    database = session._opened()
    session.locks.check_name(session, database.number, "type", node.name.name)
    if node.if_not_exists and node.name.name in database.distinct_types:
        return
    declared_type(session, node.source)
    _new_type(session, node.name, database.distinct_types, unparse(node.source))


def drop_type(session: "MemorySession", node: ast.DropObject) -> None:
    """DROP TYPE, DROP ROW TYPE."""
    from .definitions import undoing

    database = session._opened()
    session.locks.check_name(session, database.number, "type", node.name.name)
    kinds = database.row_types if node.kind == "ROW TYPE" else database.distinct_types
    text = kinds.pop(node.name.name, None)
    if text is None:
        if node.if_exists:
            return
        raise SqlError(NO_TYPE, offset=node.name.pos, token=node.name.name)
    session.locks.lock_name(session, database.number, "type", node.name.name)
    number = database.type_ids.pop(node.name.name)
    database.version += 1

    def restore() -> None:
        kinds[node.name.name] = text
        database.type_ids[node.name.name] = number
        database.version += 1

    undoing(session, restore)
