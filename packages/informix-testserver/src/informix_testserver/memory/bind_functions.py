# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""Binds function calls: looks the name up in the tables that the `functions_*` modules fill.

A function that is in no table is a stored routine (registered by the test's author), else -674.
"""

from collections.abc import Callable
from typing import Any

from informix_types import ColumnType

from ..engine import SqlError
from ..sql import ast
from .binder import ANY_TEXT, Binder, binds
from .expr import Expr
from .types import INTEGER

__all__ = ["AGGREGATES", "FUNCTIONS", "WINDOWS", "function", "is_scalar"]

NO_ROUTINE = -674
Body = Callable[[Binder, list[Expr], ast.FunctionCall], Expr]
FUNCTIONS: dict[str, tuple[Body, int, int]] = {}
"""Scalar functions by name: how to bind, least and greatest number of arguments (-1: any)."""
AGGREGATES: dict[str, Callable[[Binder, ast.FunctionCall], Expr]] = {}
WINDOWS: dict[str, Callable[[Binder, ast.FunctionCall], Expr]] = {}


def function(*names: str, least: int = 1, most: int | None = None) -> Callable[[Body], Body]:
    """Register the binding of a scalar function under its names."""

    def register(body: Body) -> Body:
        for name in names:
            FUNCTIONS[name] = (body, least, least if most is None else most)
        return body

    return register


def is_scalar(name: str) -> bool:
    """Whether a scalar function of this name is built in."""
    load()
    return name in FUNCTIONS


@binds(ast.FunctionCall)
def function_call(b: Binder, node: ast.FunctionCall, hint: ColumnType | None) -> Expr:
    """A call by name."""
    load()
    name = node.name.name
    if node.nulls is not None and name not in ("lag", "lead", "first_value", "last_value"):
        raise SqlError(-201, offset=node.pos)
    if node.window is not None and name in WINDOWS:
        return WINDOWS[name](b, node)
    if name in AGGREGATES:
        return AGGREGATES[name](b, node)
    session: Any = b.names
    routine = session.engine.routine(name)
    known = FUNCTIONS.get(name)
    if routine is not None or known is None:
        from .routines import routine_call

        if routine is None:
            raise SqlError(NO_ROUTINE, offset=node.pos, token=name)
        return routine_call(b, node, routine)
    if node.quantifier or node.window is not None:
        raise SqlError(-201, offset=node.pos)
    body, least, most = known
    if len(node.arguments) < least or (most >= 0 and len(node.arguments) > most):
        raise SqlError(NO_ROUTINE, offset=node.pos, token=name)
    arguments = []
    for argument in node.arguments:
        arguments.append(b.bind(argument))
    return _flagged(body(b, arguments, node), arguments)


def _flagged(result: Expr, arguments: list[Expr]) -> Expr:
    if result.aggregate or not any(argument.aggregate for argument in arguments):
        return result
    return Expr(result.sql, result.type, result.stored, result.name, aggregate=True)


@binds(ast.Trim)
def trim(b: Binder, node: ast.Trim, hint: ColumnType | None) -> Expr:
    """TRIM: the parser has a node of its own for its grammar."""
    from .functions_text import trimmed

    load()
    characters = b.bind(node.characters, ANY_TEXT) if node.characters is not None else None
    return trimmed(b, node.side, b.text(b.bind(node.operand, ANY_TEXT)), characters)


@binds(ast.Substring)
def substring(b: Binder, node: ast.Substring, hint: ColumnType | None) -> Expr:
    """SUBSTRING(x FROM n FOR m)."""
    from .functions_text import substring as cut

    load()
    arguments = [b.bind(node.operand, ANY_TEXT), b.bind(node.start, INTEGER)]
    if node.length is not None:
        arguments.append(b.bind(node.length, INTEGER))
    return cut(b, arguments, standard=True)


@binds(ast.Subscript)
def subscript(b: Binder, node: ast.Subscript, hint: ColumnType | None) -> Expr:
    """`column[2,5]`."""
    from .functions_text import subscripted

    load()
    return subscripted(b, node)


_loaded: list[bool] = []


def load() -> None:
    """Import the modules that fill the tables (they import this one): at the first function, or before."""
    if not _loaded:
        from . import (
            aggregates,
            functions_dates,
            functions_lob,
            functions_misc,
            functions_numbers,
            functions_schema,
            functions_text,
        )

        _ = (aggregates, functions_dates, functions_lob, functions_misc, functions_numbers)
        _ = (*_, functions_schema, functions_text)
        _loaded.append(True)
