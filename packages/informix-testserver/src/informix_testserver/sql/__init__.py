"""The SQL front end: `parse` turns a statement's text into a syntax tree (`ast`), `statement_type` classifies it.

Text → `lexer` (tokens with offsets) → `parser` → `ast` → the engine's binder.
"""

from .parser import Parsed, parse, parse_expression
from .statement_types import statement_name, statement_type

__all__ = ["Parsed", "parse", "parse_expression", "statement_name", "statement_type"]
