"""Syntax tree → text: queries and what stands in FROM."""

from .. import ast
from .expressions import listed, name, names, rule, unparse

__all__ = ["alias"]


def alias(text: str | None, columns: tuple[ast.Identifier, ...] = ()) -> str:
    """Return `` AS alias (column, …)`` or nothing."""
    return "" if text is None else f" AS {name(text)}{names(columns)}"


# ---- FROM


@rule(ast.TableRef)
def _table(node: ast.TableRef) -> str:
    text = unparse(node.name)
    return (f"ONLY ({text})" if node.only else text) + alias(node.alias)


@rule(ast.DerivedTable)
def _derived(node: ast.DerivedTable) -> str:
    return f"{'LATERAL ' if node.lateral else ''}({unparse(node.query)}){alias(node.alias, node.columns)}"


@rule(ast.TableFunction)
def _function(node: ast.TableFunction) -> str:
    return f"TABLE({unparse(node.function)}){alias(node.alias, node.columns)}"


@rule(ast.CollectionTable)
def _collection(node: ast.CollectionTable) -> str:
    return f"TABLE({unparse(node.collection)}){alias(node.alias, node.columns)}"


@rule(ast.Join)
def _join(node: ast.Join) -> str:
    left, right = unparse(node.left), unparse(node.right)
    if isinstance(node.left, ast.Outer):
        left = f"({left})"
    if isinstance(node.right, ast.Join | ast.Outer):
        right = f"({right})"
    condition = "" if node.condition is None else f" ON {unparse(node.condition)}"
    return f"{left} {node.kind} JOIN {right}{condition}"


@rule(ast.Outer)
def _outer(node: ast.Outer) -> str:
    return f"OUTER ({listed(node.tables)})"


# ---- SELECT


@rule(ast.SelectItem)
def _item(node: ast.SelectItem) -> str:
    return unparse(node.expression) + alias(node.alias)


@rule(ast.OrderItem)
def _order_item(node: ast.OrderItem) -> str:
    nulls = "" if node.nulls is None else f" NULLS {node.nulls}"
    return f"{unparse(node.expression)}{' DESC' if node.descending else ''}{nulls}"


@rule(ast.Select)
def _select(node: ast.Select) -> str:
    words = ["SELECT"]
    words += [f"SKIP {unparse(node.skip)}"] if node.skip is not None else []
    words += [f"FIRST {unparse(node.first)}"] if node.first is not None else []
    words += [node.quantifier] if node.quantifier else []
    words += [listed(node.items), "FROM", listed(node.from_)]
    words += ["WHERE", unparse(node.where)] if node.where is not None else []
    words += ["START WITH", unparse(node.start_with)] if node.start_with is not None else []
    if node.connect_by is not None:
        words += ["CONNECT BY NOCYCLE" if node.nocycle else "CONNECT BY", unparse(node.connect_by)]
    words += ["GROUP BY", listed(node.group_by)] if node.group_by else []
    words += ["HAVING", unparse(node.having)] if node.having is not None else []
    words += ["ORDER SIBLINGS BY", listed(node.order_siblings)] if node.order_siblings else []
    return " ".join(words)


def _operand(node: ast.QueryBody) -> str:
    return f"({unparse(node)})" if isinstance(node, ast.Query) else unparse(node)


@rule(ast.SetOperation)
def _set_operation(node: ast.SetOperation) -> str:
    return f"{_operand(node.left)} {node.operator} {_operand(node.right)}"


@rule(ast.CommonTable)
def _common_table(node: ast.CommonTable) -> str:
    return f"{name(node.name)}{names(node.columns)} AS ({unparse(node.query)})"


@rule(ast.IntoTable)
def _into(node: ast.IntoTable) -> str:
    return f"INTO {node.kind} {unparse(node.name)}{' WITH NO LOG' if node.no_log else ''}"


@rule(ast.Query)
def _query(node: ast.Query) -> str:
    words = []
    if node.ctes:
        words += ["WITH RECURSIVE" if node.recursive else "WITH", listed(node.ctes)]
    words.append(_operand(node.body))
    words += ["ORDER BY", listed(node.order_by)] if node.order_by else []
    words += ["LIMIT", unparse(node.limit)] if node.limit is not None else []
    words += ["FOR UPDATE"] if node.for_update else []
    words += ["OF", listed(node.update_columns)] if node.update_columns else []
    words += ["FOR READ ONLY"] if node.read_only else []
    words += [unparse(node.into)] if node.into is not None else []
    return " ".join(words)
