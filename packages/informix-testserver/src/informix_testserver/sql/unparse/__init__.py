"""Syntax tree → text that parses to an equal tree with DELIMIDENT set.

The catalog stores defaults and conditions in this form; tests check the parser with it. One rule a node type:
`expressions`, `queries` and `statements` fill one table.
"""

from . import queries, statements
from .expressions import unparse

__all__ = ["queries", "statements", "unparse"]
