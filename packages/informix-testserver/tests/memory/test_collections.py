# ruff: noqa: E501 - one case a line
"""Collections, rows, and user-defined types."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from informix_types.containers import ListValue, MultisetValue, RowValue, SetValue

D = Decimal


def test_collections_in_columns(db: Any) -> None:
    db.run(
        "create table t (id int, s set(int not null), l list(varchar(10) not null), m multiset(decimal(6,2) not null))"
    )
    db.run("insert into t values (1, set{2,1,2}, list{'b','a','b'}, multiset{1.5, 1.5})")
    db.run("insert into t values (2, 'SET{}', 'LIST{''it''''s''}', null)")
    rows = db.rows("select s, l, m from t order by id")
    assert rows[0] == (SetValue([1, 2]), ListValue(["b", "a", "b"]), MultisetValue([D("1.50"), D("1.50")]))
    assert rows[1] == (SetValue([]), ListValue(["it's"]), None)
    assert [c.type.extended_name for c in db.prepare("select s, l from t").columns] == [
        "integer not null",
        "varchar(10) not null",
    ]
    assert db.rows("select id from t where 2 in s") == [(1,)]
    assert db.rows("select id from t where 'a' not in l order by id") == [(2,)]
    assert db.rows("select cardinality(s), cardinality(l) from t order by id") == [(2, 3), (0, 1)]
    assert db.fails("insert into t (s) values (set{'x'})") == (-9634, 0)


def test_rows(db: Any) -> None:
    db.run("create table t (id int, r row(name varchar(10), born date, n decimal(5,1)))")
    db.run("insert into t values (1, row('Ada', mdy(12,10,1815), 2.5))")
    db.run("insert into t values (2, 'ROW(''Bob'',NULL,NULL)')")
    ((found,),) = db.rows("select r from t where id = 1")
    assert isinstance(found, RowValue)
    assert (found["name"], found["born"], found["n"]) == ("Ada", datetime.date(1815, 12, 10), D("2.5"))
    assert db.rows("select r.name, t.r.born, r.n * 2 from t where r.name = 'Ada'") == [
        ("Ada", datetime.date(1815, 12, 10), D("5.0"))
    ]
    assert db.rows("select id from t where r.born is null") == [(2,)]
    assert db.fails("select r.nothing from t")[0] in (-217, -522)


def test_named_and_distinct_types(db: Any) -> None:
    db.run("create row type address (street varchar(20), zip char(5))")
    db.run("create distinct type euro as decimal(8,2)")
    db.run("create table t (a address, e euro)")
    db.run("insert into t values (row('Main St', '12345'), 5)")
    assert db.rows("select a.zip, e + 1 from t") == [("12345", D("6.00"))]
    assert db.prepare("select e from t").columns[0].type.flags == 0x0800
    assert db.fails("create row type address (x int)")[0] == -9630
    assert db.fails("create table u (x unheard)") == (-9628, 0)
    db.run("drop row type address restrict")
    assert db.fails("create table u (x address)") == (-9628, 0)


@pytest.mark.parametrize("value", [[1, 2], ListValue([1, 2]), "LIST{1,2}"])
def test_bound_collections(db: Any, value: Any) -> None:
    from informix_testserver.engine import Parameter
    from informix_types import ColumnType, TypeCode

    db.run("create table t (l list(int not null))")
    kind = ColumnType(TypeCode.CHAR, 0) if isinstance(value, str) else ColumnType(TypeCode.LIST)
    db.run("insert into t values (?)", Parameter(kind, value))
    assert db.rows("select * from t") == [(ListValue([1, 2]),)]
