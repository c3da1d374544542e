# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""SET, MULTISET, LIST and ROW: what the engine supports of them (constructors in TABLE and IN)."""

from typing import Any

from informix_types import ColumnType

from ..engine import SqlError
from ..sql import ast
from .binder import Binder
from .expr import Expr

__all__ = ["collection_items", "complex_type", "count_items"]

NOT_SUPPORTED = -513


def complex_type(names: Any, node: ast.DataType) -> ColumnType:
    """Return the type of a declared collection or row. Raises SqlError."""
    raise SqlError(NOT_SUPPORTED, offset=node.pos, token=f"{node.name} type")


def collection_items(b: Binder, node: ast.Expression) -> list[Expr]:
    """Bind the elements of a collection constructor; a SET holds each value once."""
    if not isinstance(node, ast.CollectionConstructor):
        raise SqlError(NOT_SUPPORTED, offset=node.pos, token="TABLE of a collection value")
    items = [b.value(item) for item in node.items]
    if node.kind == "SET":
        seen: dict[str, Expr] = {}
        for item in items:
            seen.setdefault(item.sql, item)
        return list(seen.values())
    return items


def count_items(value: Any) -> int:
    """CARDINALITY. Raises SqlError."""
    raise SqlError(NOT_SUPPORTED, token="cardinality")
