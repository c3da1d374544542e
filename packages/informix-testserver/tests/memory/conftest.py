"""Fixtures: a memory engine and sessions of it that run SQL in one call."""

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from informix_testserver.engine import Outcome, Parameter, PreparedStatement, SqlError
from informix_testserver.memory import MemoryEngine
from informix_testserver.memory import types as t
from informix_types import ColumnType, TypeCode
from informix_types.values import IntervalYM

# How a client binds Python values (sqli.md 7.2).
BOUND: dict[type, ColumnType] = {
    bool: t.BOOLEAN,
    int: t.BIGINT,
    str: ColumnType(TypeCode.CHAR, 0),
    float: t.FLOAT,
    Decimal: t.FLOATING_DECIMAL,
    datetime.datetime: t.datetime_type(t.YEAR, t.FRACTION5),
    datetime.date: t.DATE,
    datetime.time: t.datetime_type(t.HOUR, t.SECOND),
    datetime.timedelta: t.interval_type(t.DAY, t.FRACTION5, 9),
    IntervalYM: t.interval_type(t.YEAR, t.MONTH, 9),
    bytes: t.BYTE,
    type(None): ColumnType(TypeCode.CHAR, 0),
}


class Client:
    """One session of an engine."""

    def __init__(self, engine: MemoryEngine, database: str = "testdb", **environment: str) -> None:
        self.engine = engine
        self.session = engine.connect("informix", {"DBDATE": "Y4MD-", **environment})
        self.flags = self.session.open_database(database) if database else 0

    @staticmethod
    def bound(values: tuple[Any, ...]) -> list[Parameter]:
        return [v if isinstance(v, Parameter) else Parameter(BOUND[type(v)], v) for v in values]

    def prepare(self, sql: str) -> PreparedStatement:
        return self.session.prepare(sql)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a query to its end."""
        cursor = self.session.open(self.session.prepare(sql), self.bound(values))
        found = []
        while (row := cursor.fetch()) is not None:
            found.append(row)
        cursor.close()
        return found

    def value(self, sql: str, *values: Any) -> Any:
        """Run a query that returns one value."""
        ((value,),) = self.rows(sql, *values)
        return value

    def evaluate(self, expression: str, *values: Any) -> Any:
        """Evaluate an expression."""
        return self.value(f"SELECT {expression} FROM sysmaster:sysdual", *values)

    def type_of(self, expression: str) -> str:
        """Name the type that an expression is described with."""
        (column,) = self.prepare(f"SELECT {expression} FROM sysmaster:sysdual").columns
        return column.type.type_name

    def run(self, sql: str, *values: Any) -> Outcome:
        """Execute one statement, or several separated by semicolons."""
        return self.session.execute(self.session.prepare(sql), self.bound(values))

    def fails(self, sql: str, *values: Any) -> tuple[int, int]:
        """Run a statement that must fail; return its codes."""
        error = self.error(sql, *values)
        return error.sqlcode, error.isam

    def error(self, sql: str, *values: Any) -> SqlError:
        """Run a statement that must fail; return its error."""
        with pytest.raises(SqlError) as caught:
            self._do(sql, values)
        return caught.value

    def _do(self, sql: str, values: tuple[Any, ...]) -> None:
        statement = self.prepare(sql)
        if statement.returns_rows:
            self.rows(sql, *values)
        else:
            self.session.execute(statement, self.bound(values))


@pytest.fixture
def engine() -> Iterator[MemoryEngine]:
    """An engine with a database of each logging mode: testdb, plain (unlogged), strict (MODE ANSI)."""
    made = MemoryEngine(("plain:unlogged", "strict:ansi"))
    yield made
    made.close()


@pytest.fixture
def connect(engine: MemoryEngine) -> Callable[..., Client]:
    """Open further sessions: `connect(database="testdb", **environment)`."""

    def open_session(database: str = "testdb", **environment: str) -> Client:
        return Client(engine, database, **environment)

    return open_session


@pytest.fixture
def bound() -> Callable[[tuple[Any, ...]], list[Parameter]]:
    """Make parameters of Python values."""
    return Client.bound


@pytest.fixture
def db(connect: Callable[..., Client]) -> Client:
    """A session on testdb."""
    return connect()
