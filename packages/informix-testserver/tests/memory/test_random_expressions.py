# ruff: noqa: E501 - one case a line
"""Random expressions over every type: they fail in Informix's terms or give values that fit their description."""

import datetime
import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from informix_testserver.engine import SqlError
from informix_testserver.memory import MemoryEngine, bind_functions
from informix_types import ColumnType, TypeCode
from informix_types.context import TypeContext
from informix_types.reference import decode_row, encode_row

COLUMNS = (
    "i",
    "si",
    "bi",
    "f",
    "sf",
    "d",
    "df",
    "m",
    "c",
    "v",
    "lv",
    "dt",
    "ts",
    "hm",
    "md",
    "iv",
    "ym",
    "b",
    "tx",
    "st",
)
TABLE = (
    "create table t (i int, si smallint, bi bigint, f float, sf smallfloat, d decimal(8,2), df decimal(10), m money(8,2),"
    " c char(5), v varchar(10), lv lvarchar(20), dt date, ts datetime year to fraction(3), hm datetime hour to minute,"
    " md datetime month to day, iv interval day(3) to second, ym interval year to month, b boolean, tx text,"
    " st set(int not null))"
)
ROW = (
    "insert into t values (1,2,3,1.5,2.5,1.25,1e3,9.99,'ab','cd','ef','2024-02-03','2024-02-03 01:02:03.456',"
    "'12:30','02-29','3 04:05:06','5-03','t',null,set{1})"
)
LITERALS = [
    "1", "0", "-3", "2.5", "1e10", "'a'", "''", "'12'", "'2024-01-01'", "'t'", "null", "today", "current", "user",
    "mdy(1,2,2024)", "interval(1) day to day", "interval(2-03) year to month", "99999999999", "set{1,2}",
    "datetime(2024-01-02 03:04) year to minute", "datetime(10:11) hour to minute", "row(1,'x')", "'x'[1,1]",
]  # fmt: skip
CASTS = [
    "int", "smallint", "decimal(5,2)", "char(4)", "varchar(8)", "date", "datetime year to second", "boolean", "float",
    "datetime hour to fraction(2)", "interval day to second", "interval year to month", "bigint", "lvarchar", "money",
    "set(int not null)",
]  # fmt: skip
VALUES = [
    0, 7, -3, 2**40, "", "abc", "12", "2024-02-03", "t", 1.5, Decimal("2.75"), Decimal(10) ** 20, None, True,
    datetime.date(2024, 2, 3), datetime.datetime(2024, 2, 3, 4, 5, 6), datetime.timedelta(1, 3600),
]  # fmt: skip
CONTEXT = TypeContext()


class Maker:
    """Writes random SQL."""

    def __init__(self, seed: int, *, markers: float = 0) -> None:
        self.random = random.Random(seed)
        self.markers = markers
        self.values: list[Any] = []
        bind_functions.load()
        self.functions = [*bind_functions.FUNCTIONS, *bind_functions.AGGREGATES]

    def expression(self, depth: int = 0) -> str:
        pick, kind = self.random.choice, self.random.random()
        if depth and kind < self.markers:
            self.values.append(pick(VALUES))
            return "?"
        again = depth + 1
        if depth > 3 or kind < 0.35:
            return pick(COLUMNS)
        if kind < 0.55:
            return pick(LITERALS)
        if kind < 0.72:
            operator = pick(["+", "-", "*", "/", "||", "=", "<", ">=", "<>"])
            return f"({self.expression(again)} {operator} {self.expression(again)})"
        if kind < 0.84:
            arguments = ",".join(self.expression(again) for _ in range(pick([1, 1, 2, 2, 3, 4])))
            return f"{pick(self.functions)}({arguments})"
        if kind < 0.88:
            return f"case when {self.condition(again)} then {self.expression(again)} else {self.expression(again)} end"
        if kind < 0.94:
            return f"({self.expression(again)})::{pick(CASTS)}"
        if kind < 0.97:
            return f"extend({self.expression(again)}, {pick(['year to day', 'hour to second', 'month to day'])})"
        return f"({self.expression(again)}) units {pick(['day', 'month', 'hour', 'fraction', 'year'])}"

    def condition(self, depth: int = 0) -> str:
        a, b, c = (self.expression(depth) for _ in range(3))
        return self.random.choice(
            [
                f"{a} in ({b}, {c})",
                f"{a} between {b} and {c}",
                f"{a} like {b}",
                f"{a} is null",
                f"{a} = {b}",
                f"{a} < {b}",
            ]
        )

    def query(self) -> str:
        if self.random.random() < 0.7:
            return f"select {self.expression()} from t"
        return f"select i from t where {self.condition()} order by {self.expression()}"


@pytest.fixture(scope="module")
def session() -> Any:
    engine = MemoryEngine()
    session = engine.connect("informix", {"DBDATE": "Y4MD-"})
    session.open_database("testdb")
    for sql in (TABLE, ROW, "insert into t (i) values (5)"):
        session.execute(session.prepare(sql))
    yield session
    engine.close()


@given(st.integers(0, 2**32), st.sampled_from([0, 0.2]))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_values_fit_their_description(session: Any, bound: Any, seed: int, markers: float) -> None:
    maker = Maker(seed, markers=markers)
    sql = maker.query()
    try:
        statement = session.prepare(sql)
        cursor = session.open(statement, bound(tuple(maker.values)))
        rows = []
        while (row := cursor.fetch()) is not None:
            rows.append(row)
    except SqlError:
        return
    types = [column.type for column in statement.columns]
    if any(kind.code in (TypeCode.BYTE, TypeCode.TEXT) for kind in types):
        return
    for row in rows:
        shown = as_shown(types, row)
        assert decode_row(types, encode_row(types, shown, CONTEXT), CONTEXT) == shown, sql


def as_shown(types: Sequence[ColumnType], row: Sequence[Any]) -> tuple[Any, ...]:
    """Return a row as the wire can show it: a VARCHAR of one NUL has the bytes of NULL (sqli.md 7.1)."""
    varchars = (TypeCode.VARCHAR, TypeCode.NVARCHAR)
    return tuple(None if v == "\0" and kind.code in varchars else v for kind, v in zip(types, row, strict=True))
