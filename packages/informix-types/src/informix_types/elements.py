"""Elements of collections and fields of rows: held to their types as columns are, and given to the user's loaders.

The server describes the types of elements and fields as text (sqli.md 6.2); `literals.py` walks the values, this
module judges each. What a value of a type can be is known to the type's codec alone.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from .codecs import Codec, codec_for
from .codecs.base import refuse
from .codecs.text import encode_text, is_single_byte, text_decoder
from .codes import TypeCode
from .column import ColumnType
from .context import TypeContext
from .errors import ConversionError
from .layout import Family
from .textforms import parse_scalar, scalar_text

__all__ = ["element_dumper", "element_loader"]

NUL = "\0"
"""In a column it may mean NULL (sqli.md 7.1), in a text NULL is a word: it is then a character like others."""
UNSAID_LENGTH = 2048
"""What `typetext` takes LVARCHAR without a length for; JDBC writes it so for any string (sqli.md 7.6)."""
_WHOLE = frozenset({Family.INTEGER, Family.INT8})
_NUMBERS = _WHOLE | {Family.DECIMAL, Family.FLOAT}
_CHARACTER = frozenset({Family.CHAR, Family.VARCHAR, Family.LVARCHAR})
_TEMPORAL = frozenset({Family.DATE, Family.DATETIME, Family.INTERVAL})
_JUDGED = _NUMBERS | _CHARACTER | _TEMPORAL | {Family.BOOLEAN}
"""Families whose values `textforms` makes of texts; of the others the text itself is the value."""
_FAR = 1 << 64
"""Beyond every integer type."""


def _codec(column: ColumnType, ctx: TypeContext) -> Codec | None:
    if column.code == TypeCode.LVARCHAR and column.encoded_length == UNSAID_LENGTH:
        column = replace(column, encoded_length=0)
    try:
        codec = codec_for(column, ctx)
    except ConversionError:
        return None  # no known layout: nothing to judge by
    if codec.layout.family in _CHARACTER and not is_single_byte(ctx.encoding):
        return _of_any_code_set(codec, ctx)
    return codec


def _of_any_code_set(codec: Codec, ctx: TypeContext) -> Codec:
    """Return the codec of a character type in text, for a client with a multi-byte code set.

    The type's length counts bytes in the database's code set, which is not known here: the client's may need more
    of them for the same text (sqli.md 9). No code set has less than one byte for a character; beyond that the
    length is left to the server. A CHAR is padded to its bytes in the client's code set, as columns come.
    """
    column, decode = codec.type, text_decoder(ctx)
    width = codec.layout.width or 0
    limit = column.max_length

    def dump(value: object) -> bytes:
        if not isinstance(value, str):
            return codec.dump(value)
        if limit and len(value) > limit:
            refuse(column, value, f"{len(value)} bytes at least")
        return encode_text(value, ctx).ljust(width)

    return replace(codec, load=codec.load if width else decode, dump=dump)


@lru_cache(maxsize=1024)
def element_loader(column: ColumnType, ctx: TypeContext) -> Callable[[Any], Any]:
    """Return what makes of an element's parsed text the value that a column of its type would give.

    That is: CHAR padded to its width (or stripped, by `ctx`), SMALLFLOAT in its precision, the user's loader
    applied.

    Raises (the returned function):
        ConversionError: no value of that type is like this: out of range, too long, NULL where there is none.
    """
    codec = _codec(column, ctx)
    judged = codec is not None and codec.layout.family in _JUDGED

    def load(value: Any) -> Any:
        if value is None:
            return _null(column)
        if codec is None:
            return value
        if judged and isinstance(value, str) and NUL in value:
            codec.dump(value.replace(NUL, " "))
        elif judged:
            value = codec.load(codec.dump(value))
        return value if codec.loader is None else codec.loader(value)

    return load


@lru_cache(maxsize=1024)
def element_dumper(column: ColumnType, ctx: TypeContext) -> Callable[[Any], Any]:
    """Return what makes of a Python value the one to write for an element of a type.

    Numbers are written as the type has them (True as 1, 5.0 as 5 for an INTEGER) when that is exact. Strings for
    dates, times and booleans are left to the server, which knows its formats.

    Raises (the returned function):
        ConversionError: the value cannot be of that type.
    """
    codec = _codec(column, ctx)
    if codec is None or codec.layout.family not in _JUDGED:
        return lambda value: _null(column) if value is None else value
    family, check = codec.layout.family, codec.dump

    def dump(value: Any) -> Any:
        if value is None:
            return _null(column)
        if family in _CHARACTER:
            check(scalar_text(value)[0].replace(NUL, " "))
            return value
        if isinstance(value, str):
            if family in _NUMBERS:
                check(parse_scalar(column, value))
            return value
        if family in _NUMBERS:
            value = _number(column, family, value)
        check(value)
        return value

    return dump


def _null(column: ColumnType) -> None:
    if not column.nullable:
        raise ConversionError(f"NULL does not fit {column.type_name} NOT NULL")


def _number(column: ColumnType, family: Family, value: Any) -> Any:
    """Return a number as the family's codec takes it, or the value as it is for the codec to refuse."""
    if isinstance(value, bool):
        return int(value)
    if family is Family.DECIMAL and isinstance(value, float):
        return Decimal(repr(float(value)))
    if isinstance(value, Decimal) and not value.is_finite():
        refuse(column, value, "Informix has no such number")
    if family is Family.FLOAT and isinstance(value, Decimal):
        return float(value)
    if family in _WHOLE and isinstance(value, float | Decimal):
        if not -_FAR < value < _FAR:  # nor NaN
            refuse(column, value, "out of range")
        if int(value) != value:
            refuse(column, value, "no whole number")
        return int(value)
    return value
