# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""NULL handling, DECODE, DBINFO and what else belongs nowhere."""

from typing import Any

from ..engine import SqlError
from ..sql import ast
from .bind_functions import function
from .binder import Binder
from .expr import CONSTANT, Expr
from .types import BIGINT, CURRENT_TYPE, INTEGER, SERIAL8, Family, collation, family, lvarchar, varchar

__all__: list[str] = []


@function("nvl", least=2)
def _nvl(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    branches, kind = b.same_type(arguments)
    return Expr.of(f"coalesce({','.join(x.sql for x in branches)})", kind)


@function("coalesce", least=1, most=-1)
def _coalesce(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    branches, kind = b.same_type(arguments)
    if len(branches) == 1:
        return branches[0]
    return Expr.of(f"coalesce({','.join(x.sql for x in branches)})", kind)


@function("nvl2", least=3)
def _nvl2(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    test = b.settle(arguments[0])
    branches, kind = b.same_type(arguments[1:])
    return Expr.of(f"(CASE WHEN {test.sql} IS NOT NULL THEN {branches[0].sql} ELSE {branches[1].sql} END)", kind)


@function("nullif", least=2)
def _nullif(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    left, right = b.comparable(arguments[0], arguments[1])
    value = b.settle(arguments[0]) if arguments[0].marker is None else left
    equal = f"{left.sql}={right.sql}{collation(left.stored)}"
    return Expr.of(f"(CASE WHEN {equal} THEN NULL ELSE {value.sql} END)", value.type)


@function("decode", least=3, most=-1)
def _decode(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    """DECODE compares NULL with NULL as equal."""
    pairs = [(arguments[i], arguments[i + 1]) for i in range(1, len(arguments) - 1, 2)]
    default = arguments[-1] if len(arguments) % 2 == 0 else Expr.nothing()
    branches, kind = b.same_type([result for _, result in pairs] + [default])
    text = "CASE"
    for (value, _), branch in zip(pairs, branches, strict=False):
        left, right = b.comparable(arguments[0], value)
        text += f" WHEN {left.sql} IS {right.sql}{collation(left.stored)} THEN {branch.sql}"
    return Expr.of(f"({text} ELSE {branches[-1].sql} END)", kind)


@function("hex")
def _hex(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    number = b.convert(b.settle(arguments[0], INTEGER), BIGINT)

    def to_hex(value: int) -> str:
        return f"0x{value & 0xFFFFFFFF:08X}" if -(2**31) <= value < 2**32 else f"0x{value & (2**64 - 1):016X}"

    return Expr.of(b.call("hex", to_hex, [number.sql]), varchar(20))


OPTION_NO_STRING, OPTION_UNKNOWN = -726, -728
_NOT_ANSWERED = frozenset(("cdrsession", "coserverid", "get_tz"))
"""Options of DBINFO that Informix has and this server has not."""
_TEXT_INFO = {
    "version": "version",
    "dbname": "database_name",
    "dbhostname": "host_name",
}
_NUMBER_INFO: dict[str, tuple[str, Any]] = {
    "sqlca.sqlerrd1": ("last_serial", INTEGER),
    "sqlca.sqlerrd2": ("last_rows", INTEGER),
    "serial8": ("last_serial8", SERIAL8.with_flags(0)),
    "bigserial": ("last_bigserial", BIGINT),
    "sessionid": ("session_id", INTEGER),
    "utc_current": ("utc_seconds", INTEGER),
}


@function("dbinfo", most=4)
def _dbinfo(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    """DBINFO('option' [, …]): facts about the session and the server."""
    session: Any = b.names
    first = arguments[0]
    if not (first.constant and isinstance(first.value, str)):
        raise SqlError(OPTION_NO_STRING, offset=node.pos)
    option = first.value.strip().lower()
    if option == "version":
        part = arguments[1].value if len(arguments) > 1 else "full"
        text = session.engine.version_part(str(part).strip().lower())
        return Expr.literal(text, lvarchar(max(len(text), 1)), CONSTANT)
    if option in _TEXT_INFO:
        name = _TEXT_INFO[option]
        return Expr.of(b.call(("dbinfo", option), lambda: getattr(b.env_session(), name), []), varchar(128))
    if option in _NUMBER_INFO:
        name, kind = _NUMBER_INFO[option]
        return Expr.of(b.call(("dbinfo", option), lambda: getattr(b.env_session(), name), []), kind)
    if option == "dbspace":
        return Expr.literal("rootdbs", varchar(128))
    if option == "utc_to_datetime" and len(arguments) == 2:
        seconds = b.convert(arguments[1], BIGINT)
        return Expr.of(b.call("utc", session.engine.utc_to_stamp, [seconds.sql]), CURRENT_TYPE)
    if option in _NOT_ANSWERED:
        raise SqlError(-999, offset=node.pos, token=f"DBINFO('{option}')")
    raise SqlError(OPTION_UNKNOWN, offset=node.pos, token=option)


@function("get_codeset", "ifx_node_id", least=0)
def _fact(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    raise SqlError(-999, offset=node.pos, token=node.name.name.upper())


@function("empty_clob", "empty_blob", least=0)
def _empty(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    from .types import BLOB, CLOB

    return Expr.literal(b"", CLOB if node.name.name.endswith("clob") else BLOB)


@function("cardinality")
def _cardinality(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    from .collections import count_items

    collection = b.settle(arguments[0])
    if family(collection.stored) is not Family.COLLECTION:
        raise SqlError(-674, offset=node.pos, token="cardinality")
    return Expr.of(b.call("cardinality", count_items, [collection.sql]), INTEGER)
