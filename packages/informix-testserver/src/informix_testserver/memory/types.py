"""Informix types as the engine uses them: constructors, families, and the type rules of arithmetic.

Every expression that the binder builds carries one of these `ColumnType`s; the stored form of its values follows
from its `Family` (see `docs/internals/testserver-engine.md`).
"""

from enum import Enum, auto

from informix_types import ColumnType, TypeCode, TypeFlag

__all__ = ["Family", "family"]

FLOATING = 0xFF
MAX_DIGITS = 32
YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FRACTION = 0, 2, 4, 6, 8, 10, 12
"""Field codes of a qualifier; FRACTION(n) ends at 10 + n (sqli.md 6.3)."""
FRACTION5 = 15


class Family(Enum):
    """What decides how values are stored and compared."""

    INT = auto()
    FLOAT = auto()
    DECIMAL = auto()
    CHAR = auto()
    DATE = auto()
    DATETIME = auto()
    MONTHS = auto()
    """INTERVAL of the year-month class, stored as a number of months."""
    SPAN = auto()
    """INTERVAL of the day-fraction class, stored in units of 1/100000 second."""
    BOOLEAN = auto()
    BYTE = auto()
    TEXT = auto()
    LOB = auto()
    COLLECTION = auto()
    ROW = auto()
    NULL = auto()
    OTHER = auto()


_FAMILIES: dict[int, Family] = {
    TypeCode.CHAR: Family.CHAR,
    TypeCode.VARCHAR: Family.CHAR,
    TypeCode.NCHAR: Family.CHAR,
    TypeCode.NVARCHAR: Family.CHAR,
    TypeCode.LVARCHAR: Family.CHAR,
    TypeCode.SMALLINT: Family.INT,
    TypeCode.INTEGER: Family.INT,
    TypeCode.SERIAL: Family.INT,
    TypeCode.INT8: Family.INT,
    TypeCode.SERIAL8: Family.INT,
    TypeCode.BIGINT: Family.INT,
    TypeCode.BIGSERIAL: Family.INT,
    TypeCode.FLOAT: Family.FLOAT,
    TypeCode.SMALLFLOAT: Family.FLOAT,
    TypeCode.DECIMAL: Family.DECIMAL,
    TypeCode.MONEY: Family.DECIMAL,
    TypeCode.DATE: Family.DATE,
    TypeCode.DATETIME: Family.DATETIME,
    TypeCode.BYTE: Family.BYTE,
    TypeCode.TEXT: Family.TEXT,
    TypeCode.NULL: Family.NULL,
    TypeCode.BOOLEAN: Family.BOOLEAN,
    TypeCode.SET: Family.COLLECTION,
    TypeCode.MULTISET: Family.COLLECTION,
    TypeCode.LIST: Family.COLLECTION,
    TypeCode.COLLECTION: Family.COLLECTION,
    TypeCode.ROW: Family.ROW,
}
_EXTENDED: dict[str, Family] = {
    "lvarchar": Family.CHAR,
    "boolean": Family.BOOLEAN,
    "blob": Family.LOB,
    "clob": Family.LOB,
}


def family(kind: ColumnType) -> Family:
    """Return the family of a described, declared or bound type."""
    if kind.code == TypeCode.INTERVAL:
        return Family.MONTHS if kind.end <= MONTH else Family.SPAN
    found = _FAMILIES.get(kind.code)
    if found is not None:
        return found
    return _EXTENDED.get(kind.extended_name.lower(), Family.OTHER)


# ---------------------------------------------------------------------------------------------- constructors

SMALLINT = ColumnType(TypeCode.SMALLINT, 2)
INTEGER = ColumnType(TypeCode.INTEGER, 4)
BIGINT = ColumnType(TypeCode.BIGINT, 8)
INT8 = ColumnType(TypeCode.INT8, 10)
SERIAL = ColumnType(TypeCode.SERIAL, 4, TypeFlag.NOT_NULL)
SERIAL8 = ColumnType(TypeCode.SERIAL8, 10, TypeFlag.NOT_NULL)
BIGSERIAL = ColumnType(TypeCode.BIGSERIAL, 8, TypeFlag.NOT_NULL)
FLOAT = ColumnType(TypeCode.FLOAT, 8)
SMALLFLOAT = ColumnType(TypeCode.SMALLFLOAT, 4)
DATE = ColumnType(TypeCode.DATE, 4)
BYTE = ColumnType(TypeCode.BYTE, 56)
TEXT = ColumnType(TypeCode.TEXT, 56)
# Extended ids, owners and lengths: sqli.md 6.2, "How servers describe extended types".
BOOLEAN = ColumnType(TypeCode.UDTFIXED, 1, 0, 5, "informix", "boolean")
BLOB = ColumnType(TypeCode.UDTFIXED, 72, 0, 10, "informix", "blob")
CLOB = ColumnType(TypeCode.UDTFIXED, 72, 0, 11, "informix", "clob")
UNKNOWN = ColumnType(TypeCode.CHAR, 0)
"""The type of a marker about which nothing is known (engine.PreparedStatement.parameters)."""
NULL = ColumnType(TypeCode.CHAR, 1)
"""A bare NULL: described as CHAR(1); the binder recognises it by identity of its constant."""
COUNT = ColumnType(TypeCode.DECIMAL, 15 << 8)
"""COUNT(*) describes as DECIMAL (sqli.md 6.2); the precision 15 is inferred."""
FLOATING_DECIMAL = ColumnType(TypeCode.DECIMAL, MAX_DIGITS << 8 | FLOATING)

MAX_CHAR = 32767
MAX_LVARCHAR = 32739


def decimal(precision: int, scale: int | None = None) -> ColumnType:
    """DECIMAL(precision, scale), or the floating DECIMAL(precision)."""
    return ColumnType(TypeCode.DECIMAL, precision << 8 | (FLOATING if scale is None else scale))


def money(precision: int, scale: int = 2) -> ColumnType:
    """MONEY(precision, scale)."""
    return ColumnType(TypeCode.MONEY, precision << 8 | scale)


def char(length: int) -> ColumnType:
    """CHAR(length), in bytes."""
    return ColumnType(TypeCode.CHAR, length)


def varchar(length: int, reserved: int = 0) -> ColumnType:
    """VARCHAR(length, reserved), in bytes (sqli.md 6.3)."""
    return ColumnType(TypeCode.VARCHAR, reserved << 8 | length)


def lvarchar(length: int = 2048) -> ColumnType:
    """LVARCHAR(length) as servers describe it: UDTVAR with extended id 1 (sqli.md 6.2)."""
    return ColumnType(TypeCode.UDTVAR, length, 0, 1, "informix", "lvarchar")


def text_of(length: int) -> ColumnType:
    """Return the narrowest type for character results: VARCHAR up to 255 bytes, else LVARCHAR."""
    return varchar(max(length, 1)) if length <= 255 else lvarchar(min(length, MAX_LVARCHAR))


def field_digits(field: int) -> int:
    """Digits of one DATETIME field; FRACTION(n), coded 10 + n, has n."""
    if field == YEAR:
        return 4
    return field - 10 if field > SECOND else 2


def datetime_type(start: int, end: int) -> ColumnType:
    """DATETIME start TO end; both as field codes, FRACTION(n) as end is 10 + n."""
    if start == FRACTION:
        digits = end - 10
    else:
        digits = sum(field_digits(f) for f in range(start, min(end, SECOND) + 1, 2)) + max(0, end - SECOND)
    return ColumnType(TypeCode.DATETIME, digits << 8 | start << 4 | end)


def interval_type(start: int, end: int, first_digits: int | None = None) -> ColumnType:
    """INTERVAL start(first_digits) TO end: (digits + end - start) << 8 | start << 4 | end (sqli.md 6.3)."""
    if first_digits is None:
        first_digits = 4 if start == YEAR else 2
    if start == FRACTION:
        return ColumnType(TypeCode.INTERVAL, (end - 10) << 8 | start << 4 | end)
    return ColumnType(TypeCode.INTERVAL, (first_digits + end - start) << 8 | start << 4 | end)


def interval_first_digits(kind: ColumnType) -> int:
    """Digits that the first field of an INTERVAL has room for."""
    return kind.precision - (kind.end - kind.start) if kind.start != FRACTION else kind.precision


CURRENT_TYPE = datetime_type(YEAR, 13)
"""CURRENT without a qualifier: YEAR TO FRACTION(3)."""
SYSDATE_TYPE = datetime_type(YEAR, FRACTION5)


def is_fixed_char(kind: ColumnType) -> bool:
    """Tell whether values are blank-padded to the declared length."""
    return kind.code in (TypeCode.CHAR, TypeCode.NCHAR)


def collation(kind: ColumnType) -> str:
    """Return the clause by which sqlite compares text as Informix does, trailing blanks ignored; nothing else."""
    return " COLLATE RTRIM" if family(kind) is Family.CHAR else ""


def char_length(kind: ColumnType) -> int:
    """Maximum length in bytes of a character type."""
    return kind.max_length


def wide_integer(kind: ColumnType) -> bool:
    """Tell whether an integer type has 64 bits."""
    return kind.code in (TypeCode.BIGINT, TypeCode.BIGSERIAL, TypeCode.INT8, TypeCode.SERIAL8)


_NOT_SERIAL = {TypeCode.SERIAL: INTEGER, TypeCode.SERIAL8: INT8, TypeCode.BIGSERIAL: BIGINT}


def without_serial(kind: ColumnType) -> ColumnType:
    """Return INTEGER for SERIAL and so on: what an expression over such a column has."""
    return _NOT_SERIAL.get(TypeCode(kind.code), kind) if kind.code in _NOT_SERIAL else kind


# ------------------------------------------------------------------------------------------- arithmetic rules


def as_decimal(kind: ColumnType) -> ColumnType:
    """Return the DECIMAL that a numeric operand counts as in decimal arithmetic.

    SMALLINT is DECIMAL(5,0), INTEGER DECIMAL(10,0), FLOAT a floating DECIMAL(17), SMALLFLOAT DECIMAL(9)
    (HCL Informix documentation, "Convert the non-decimal numeric operand"); 64-bit integers DECIMAL(19,0).
    """
    which = family(kind)
    if which is Family.DECIMAL:
        return decimal(kind.precision, kind.scale)
    if which is Family.FLOAT:
        return decimal(17 if kind.code == TypeCode.FLOAT else 9)
    if kind.code == TypeCode.SMALLINT:
        return decimal(5, 0)
    return decimal(19 if wide_integer(kind) else 10, 0)


def arithmetic(operator: str, left: ColumnType, right: ColumnType) -> ColumnType:
    """Return the type of `left operator right` for two numeric types.

    INT with INT stays INT except in a division, FLOAT with INT is FLOAT, everything with DECIMAL is DECIMAL;
    precision and scale as in the HCL documentation, "Obtain the DECIMAL data type of the arithmetic result".
    """
    families = {family(left), family(right)}
    if families == {Family.INT} and operator != "/":
        return BIGINT if wide_integer(left) or wide_integer(right) else INTEGER
    if Family.FLOAT in families and Family.DECIMAL not in families:
        return FLOAT
    a, b = as_decimal(left), as_decimal(right)
    is_money = TypeCode.MONEY in (left.code, right.code)
    if operator == "/" or a.scale is None or b.scale is None:
        return FLOATING_DECIMAL
    if operator == "*":
        precision, scale = min(MAX_DIGITS, a.precision + b.precision), a.scale + b.scale
        if scale > precision:
            return FLOATING_DECIMAL
    else:
        scale = max(a.scale, b.scale)
        precision = min(MAX_DIGITS, max(a.precision - a.scale, b.precision - b.scale) + scale + 1)
    return money(precision, scale) if is_money else decimal(precision, scale)


def sum_type(kind: ColumnType) -> ColumnType:
    """Return the type of SUM: a DECIMAL that keeps the scale (sqli.md 6.2), FLOAT for floats."""
    which = family(kind)
    if which is Family.FLOAT:
        return FLOAT
    if kind.code == TypeCode.MONEY:
        return money(MAX_DIGITS, kind.scale or 0)
    return decimal(MAX_DIGITS, kind.scale if which is Family.DECIMAL else 0)


def common(left: ColumnType, right: ColumnType) -> ColumnType | None:
    """Return the type that both branches of CASE, NVL, UNION … are converted to, or None when there is none."""
    a, b = family(left), family(right)
    if left == right or (b is Family.NULL):
        return left
    if a is b is Family.CHAR:
        longest = max(char_length(left), char_length(right))
        if is_fixed_char(left) and is_fixed_char(right):
            return char(longest)
        return text_of(longest)
    numeric = (Family.INT, Family.FLOAT, Family.DECIMAL)
    if a in numeric and b in numeric:
        return _common_number(left, right)
    if a is b and a in (Family.DATETIME, Family.MONTHS, Family.SPAN):
        make = datetime_type if a is Family.DATETIME else interval_type
        return make(min(left.start, right.start), max(left.end, right.end))
    if {a, b} == {Family.DATE, Family.DATETIME}:
        stamp = left if a is Family.DATETIME else right
        return datetime_type(YEAR, max(stamp.end, DAY))
    return left.with_flags(0) if a is b else None


def _common_number(left: ColumnType, right: ColumnType) -> ColumnType:
    a, b = family(left), family(right)
    if a is b is Family.INT:
        order = (TypeCode.SMALLINT, TypeCode.INTEGER, TypeCode.INT8, TypeCode.BIGINT)
        plain = (without_serial(left), without_serial(right))
        return max(plain, key=lambda t: order.index(TypeCode(t.code))).with_flags(0)
    if Family.FLOAT in (a, b) and Family.DECIMAL not in (a, b):
        return FLOAT
    x, y = as_decimal(left), as_decimal(right)
    if x.scale is None or y.scale is None:
        return decimal(max(x.precision, y.precision))
    scale = max(x.scale, y.scale)
    precision = min(MAX_DIGITS, max(x.precision - x.scale, y.precision - y.scale) + scale)
    return money(precision, scale) if left.code == right.code == TypeCode.MONEY else decimal(precision, scale)
