"""The module globals that PEP 249 asks for: level, paramstyle, type objects and value constructors."""

import datetime
from collections.abc import Iterable
from typing import Final

from informix_types import TypeCode

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "Date",
    "DateFromTicks",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "TypeObject",
    "apilevel",
    "paramstyle",
    "threadsafety",
]

apilevel: Final = "2.0"
threadsafety: Final = 1
"""Threads may share the module. Sharing a connection works too (calls take turns), but so do transactions."""
paramstyle: Final = "numeric"
"""``:1``; ``?`` and ``:name`` work as well."""


class TypeObject:
    """Compares equal to every type code of `Cursor.description` that belongs to its kind (PEP 249)."""

    def __init__(self, name: str, codes: Iterable[int]) -> None:
        self.name = name
        self.codes = frozenset(int(code) for code in codes)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, TypeObject):
            return self.codes == other.codes
        return other in self.codes if isinstance(other, int) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.codes)

    def __repr__(self) -> str:
        return f"informix_db.{self.name}"


STRING: Final = TypeObject(
    "STRING",
    {TypeCode.CHAR, TypeCode.VARCHAR, TypeCode.NCHAR, TypeCode.NVARCHAR, TypeCode.LVARCHAR, TypeCode.TEXT},
)
BINARY: Final = TypeObject("BINARY", {TypeCode.BYTE})
NUMBER: Final = TypeObject(
    "NUMBER",
    {
        TypeCode.SMALLINT,
        TypeCode.INTEGER,
        TypeCode.BIGINT,
        TypeCode.INT8,
        TypeCode.SERIAL,
        TypeCode.SERIAL8,
        TypeCode.BIGSERIAL,
        TypeCode.FLOAT,
        TypeCode.SMALLFLOAT,
        TypeCode.DECIMAL,
        TypeCode.MONEY,
        TypeCode.BOOLEAN,
    },
)
DATETIME: Final = TypeObject("DATETIME", {TypeCode.DATE, TypeCode.DATETIME, TypeCode.INTERVAL})
ROWID: Final = TypeObject("ROWID", {TypeCode.SERIAL, TypeCode.SERIAL8, TypeCode.BIGSERIAL})

Date = datetime.date
Time = datetime.time
Timestamp = datetime.datetime
Binary = bytes


def DateFromTicks(ticks: float) -> datetime.date:  # noqa: N802 - the name is PEP 249's
    """Return the local date of `ticks` seconds since the epoch."""
    return datetime.date.fromtimestamp(ticks)


def TimeFromTicks(ticks: float) -> datetime.time:  # noqa: N802 - the name is PEP 249's
    """Return the local time of day of `ticks` seconds since the epoch."""
    return datetime.datetime.fromtimestamp(ticks).time()


def TimestampFromTicks(ticks: float) -> datetime.datetime:  # noqa: N802 - the name is PEP 249's
    """Return the local date and time of `ticks` seconds since the epoch."""
    return datetime.datetime.fromtimestamp(ticks)
