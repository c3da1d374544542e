"""Type codes and flags as DESCRIBE, RET_TYPE and BIND carry them (sqli.md 6.2)."""

from enum import IntEnum, IntFlag

__all__ = ["TypeCode", "TypeFlag", "has_extended_name"]


class TypeCode(IntEnum):
    """The low byte of a described type (sqli.md 6.2)."""

    CHAR = 0
    SMALLINT = 1
    INTEGER = 2
    FLOAT = 3
    SMALLFLOAT = 4
    DECIMAL = 5
    SERIAL = 6
    DATE = 7
    MONEY = 8
    NULL = 9
    DATETIME = 10
    BYTE = 11
    TEXT = 12
    VARCHAR = 13
    INTERVAL = 14
    NCHAR = 15
    NVARCHAR = 16
    INT8 = 17
    SERIAL8 = 18
    SET = 19
    MULTISET = 20
    LIST = 21
    ROW = 22
    COLLECTION = 23
    ROWREF = 24
    UDTVAR = 40
    UDTFIXED = 41
    REFSER8 = 42
    LVARCHAR = 43
    SENDRECV = 44
    BOOLEAN = 45
    IMPEXP = 46
    IMPEXPBIN = 47
    SQLUDRDEFAULT = 48
    UNKNOWN = 49
    BIGINT = 52
    BIGSERIAL = 53


class TypeFlag(IntFlag):
    """The high byte of a described type (sqli.md 6.2)."""

    NOT_NULL = 0x0100
    HOST_VARIABLE = 0x0200
    DISTINCT = 0x0800
    NAMED_ROW = 0x1000
    DISTINCT_BOOLEAN = 0x4000
    CLIENT_COLLECTION = 0x8000


def has_extended_name(code: int) -> bool:
    """Tell whether BIND, RET_TYPE and routine values carry owner and name after this type (sqli.md 4.5, 7.2)."""
    return code > TypeCode.SERIAL8 and code not in (TypeCode.BIGINT, TypeCode.BIGSERIAL)
