"""The SQL front end: `parse` turns a statement's text into a syntax tree (`ast`), `statement_type` classifies it.

Text → `lexer` (tokens with offsets) → `parser` → `ast` → the engine's binder.
"""
