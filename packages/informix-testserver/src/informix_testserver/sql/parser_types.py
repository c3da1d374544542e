"""Parser layer: types and qualifiers (sqli.md 6.2, 6.3)."""

from informix_testserver.engine import SqlError

from . import ast
from .ast.types import FIELD_CODES
from .parser_base import ParserBase

__all__ = ["BUILTIN_TYPES", "TypeParser"]

BAD_QUALIFIER = -1268
MAX_LEADING_DIGITS = 9
MAX_FRACTION_DIGITS = 5

BUILTIN_TYPES: dict[str, tuple[str, int]] = {
    # word: (canonical name, how many arguments it may take)
    "CHAR": ("CHAR", 1),
    "CHARACTER": ("CHAR", 1),
    "NCHAR": ("NCHAR", 1),
    "VARCHAR": ("VARCHAR", 2),
    "NVARCHAR": ("NVARCHAR", 2),
    "LVARCHAR": ("LVARCHAR", 1),
    "SMALLINT": ("SMALLINT", 0),
    "INT": ("INTEGER", 0),
    "INTEGER": ("INTEGER", 0),
    "BIGINT": ("BIGINT", 0),
    "INT8": ("INT8", 0),
    "SERIAL": ("SERIAL", 1),
    "SERIAL8": ("SERIAL8", 1),
    "BIGSERIAL": ("BIGSERIAL", 1),
    "DECIMAL": ("DECIMAL", 2),
    "DEC": ("DECIMAL", 2),
    "NUMERIC": ("DECIMAL", 2),
    "MONEY": ("MONEY", 2),
    "FLOAT": ("FLOAT", 1),
    "DOUBLE": ("FLOAT", 0),
    "SMALLFLOAT": ("SMALLFLOAT", 0),
    "REAL": ("SMALLFLOAT", 0),
    "DATE": ("DATE", 0),
    "BOOLEAN": ("BOOLEAN", 0),
    "BYTE": ("BYTE", 0),
    "TEXT": ("TEXT", 0),
    "BLOB": ("BLOB", 0),
    "CLOB": ("CLOB", 0),
    "JSON": ("JSON", 0),
    "BSON": ("BSON", 0),
    "IDSSECURITYLABEL": ("IDSSECURITYLABEL", 0),
    "COLLECTION": ("COLLECTION", 0),
}


class TypeParser(ParserBase):
    """Types as columns, casts and routine signatures write them."""

    def data_type(self) -> ast.DataType:
        """Parse a type."""
        token = self.token
        key = self.key
        if not token.word or self.peek() == ".":
            return self._named_type()
        if key in ("DATETIME", "INTERVAL"):
            self.advance()
            return ast.DataType(token.pos, key, qualifier=self.qualifier(interval=key == "INTERVAL"))
        if key in ("SET", "MULTISET", "LIST") and self.peek() == "(":
            return self._collection_type()
        if key == "ROW" and self.peek() == "(":
            self.advance()
            return ast.DataType(token.pos, "ROW", fields=self.row_fields())
        builtin = BUILTIN_TYPES.get(key)
        if builtin is None:
            return self._named_type()
        name, max_arguments = builtin
        self.advance()
        if name in ("CHAR", "NCHAR") and self.accept("VARYING"):
            name, max_arguments = ("VARCHAR" if name == "CHAR" else "NVARCHAR"), 2
        elif key == "DOUBLE":
            self.expect("PRECISION")
        arguments: tuple[int, ...] = ()
        if max_arguments and self.key == "(":
            arguments = self.parenthesised(self.integer)
            if len(arguments) > max_arguments:
                self.fail(token)
        return ast.DataType(token.pos, name, arguments)

    def _named_type(self) -> ast.DataType:
        name = self.object_name()
        return ast.DataType(name.pos, name.name, builtin=False, owner=name.owner)

    def _collection_type(self) -> ast.DataType:
        token = self.advance()
        self.expect("(")
        element = self.data_type()
        not_null = self.accept("NOT", "NULL")
        self.expect(")")
        return ast.DataType(token.pos, token.key, element=element, element_not_null=not_null)

    def row_fields(self) -> tuple[ast.RowField, ...]:
        """Parse ``(field type [NOT NULL], …)``."""
        return self.parenthesised(self._row_field)

    def _row_field(self) -> ast.RowField:
        pos = self.token.pos
        return ast.RowField(pos, self.name(), self.data_type(), self.accept("NOT", "NULL"))

    # ---- qualifiers

    def qualifier(self, *, interval: bool) -> ast.Qualifier:
        """Parse ``YEAR TO SECOND``, or for an INTERVAL ``DAY(3) TO FRACTION(5)``.

        Raises:
            SqlError: -1268 when the last field comes before the first, an INTERVAL mixes years or months with
                days or smaller, or a precision is out of range.
        """
        token = self.token
        first = self.field()
        digits = 4 if first == FIELD_CODES["YEAR"] else 2
        if interval and first != FIELD_CODES["FRACTION"] and self.key == "(":
            self.advance()
            digits = self.integer()
            self.expect(")")
        self.expect("TO")
        last_token = self.token
        last = self.field()
        if last == FIELD_CODES["FRACTION"]:
            scale = 3
            if self.accept("("):
                scale = self.integer()
                self.expect(")")
            last = 10 + scale
            if not 1 <= scale <= MAX_FRACTION_DIGITS:
                raise SqlError(BAD_QUALIFIER, offset=last_token.pos)
        day = FIELD_CODES["DAY"]
        mixed = interval and first < day <= last
        if last < first - (first == FIELD_CODES["FRACTION"]) or mixed or not 1 <= digits <= MAX_LEADING_DIGITS:
            raise SqlError(BAD_QUALIFIER, offset=token.pos)
        return ast.Qualifier(token.pos, first, last, digits)

    def field(self) -> int:
        """Parse a field's name; return its code."""
        code = FIELD_CODES.get(self.key)
        if code is None:
            self.fail()
        self.advance()
        return code

    @property
    def at_field(self) -> bool:
        """Whether the current word is a field's name followed by what makes it a qualifier."""
        return self.key in FIELD_CODES and self.peek() in ("TO", "(")
