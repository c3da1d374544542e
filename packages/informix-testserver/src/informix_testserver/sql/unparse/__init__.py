"""Syntax tree → text that parses to an equal tree with DELIMIDENT set.

The catalog stores defaults and conditions in this form; tests check the parser with it. One rule a node type:
`expressions`, `queries` and `statements` fill one table. They are imported with the first node.
"""

from .. import ast

__all__ = ["unparse"]


def unparse(node: ast.Node) -> str:
    """Return SQL text for a node; `parse` with `delimident=True` makes an equal tree of it."""
    from . import expressions, queries, statements  # noqa: F401 - the last two fill the table

    return expressions.unparse(node)
