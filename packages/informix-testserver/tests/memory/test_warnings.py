"""DONE.warn of queries: sqlwarn2 says that an aggregate left out a NULL (sqli.md 4.4)."""

from typing import Any

import pytest
from informix_testserver.engine import NULL_IN_AGGREGATE


@pytest.fixture
def t(db: Any) -> Any:
    db.run(
        "create table t (id int primary key, a int, b decimal(5,1), c char(3), f float, iv interval day to day)"
    )
    db.run("insert into t values (1, 1, 1.5, 'x', 1, '1')")
    db.run("insert into t (id, a) values (2, 1)")
    return db


def warnings(db: Any, sql: str, *values: Any) -> list[int]:
    """Run a query; return the bits after each row."""
    statement = db.prepare(sql)
    cursor = db.session.open(statement, db.bound(values))
    found = []
    while (row := cursor.fetch()) is not None:
        assert len(row) == len(statement.columns)
        found.append(cursor.warnings)
        cursor.warnings = 0
    return found


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("select sum(b) from t", [1]),
        ("select avg(b) from t", [1]),
        ("select max(c) from t", [1]),
        ("select min(f), count(*) from t", [1]),
        ("select sum(iv) from t", [1]),
        ("select max(b) + 1 from t where id = 2", [1]),
        ("select sum(distinct b) from t", [1]),
        ("select count(*) from t having max(b) > 0", [1]),
        ("select max(a) from t", [0]),
        ("select max(id), sum(id) from t", [0]),
        ("select count(b) from t", [0]),
        ("select sum(b) from t where id = 1", [0]),
        ("select sum(b) from t where id = 9", [0]),
        ("select id, max(b) from t group by id order by id", [0, 1]),
        ("select id, max(b) from t group by id order by id desc", [1, 0]),
        ("select max(y.id) from t x left join t y on y.id = x.id + 1", [1]),
        ("select id from t order by id", [0, 0]),
        ("select id, sum(b) over (order by id) from t order by id", [0, 0]),
    ],
)
def test_null_in_an_aggregate(t: Any, sql: str, rows: list[int]) -> None:
    assert warnings(t, sql) == [NULL_IN_AGGREGATE * row for row in rows]


def test_with_a_parameter_inside(t: Any) -> None:
    assert warnings(t, "select max(b + ?) from t where id < ?", 1, 2) == [0]
    assert warnings(t, "select max(b + ?) from t where id < ?", 1, 3) == [NULL_IN_AGGREGATE]
