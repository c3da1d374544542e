"""The pure-Python Informix driver: PEP 249 over the SQLI wire protocol.

``informix_db.connect(host=…, user=…, password=…, database=…)`` is where everything begins.
"""

from typing import TYPE_CHECKING, Any

from informix_types import BlobLocator, ClobLocator, CollectionValue, IntervalYM, RowValue
from informix_types.rows import Row, class_row, dict_row, namedtuple_row, row_row, scalar_row, tuple_row

from ._version import __version__
from .api import connect, create_pool
from .connection import Connection, Transaction
from .cursor import Cursor
from .dbapi import (
    BINARY,
    DATETIME,
    NUMBER,
    ROWID,
    STRING,
    Binary,
    Date,
    DateFromTicks,
    Time,
    TimeFromTicks,
    Timestamp,
    TimestampFromTicks,
    apilevel,
    paramstyle,
    threadsafety,
)
from .errors import (
    ConnectTimeout,
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    ProtocolError,
    ReadTimeout,
    SqlWarning,
    StatementCancelled,
    StatementTimeout,
    Warning,  # noqa: A004 - PEP 249 wants this name
)
from .observe import ConnectionInfo, QueryEvent
from .two_phase import Xid

if TYPE_CHECKING:
    from . import aio as aio  # __getattr__ loads it when it is first asked for

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "BlobLocator",
    "ClobLocator",
    "CollectionValue",
    "ConnectTimeout",
    "Connection",
    "ConnectionInfo",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "IntervalYM",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "ProtocolError",
    "QueryEvent",
    "ReadTimeout",
    "Row",
    "RowValue",
    "SqlWarning",
    "StatementCancelled",
    "StatementTimeout",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "Transaction",
    "Warning",
    "Xid",
    "__version__",
    "apilevel",
    "class_row",
    "connect",
    "create_pool",
    "dict_row",
    "namedtuple_row",
    "paramstyle",
    "row_row",
    "scalar_row",
    "threadsafety",
    "tuple_row",
]


def __getattr__(name: str) -> Any:
    """Load ``informix_db.aio`` when it is first asked for."""
    if name == "aio":
        import importlib

        return importlib.import_module(".aio", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
