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


def test_how_user_defined_types_are_described_and_listed(db: Any) -> None:
    """2053 = 2048 + DECIMAL, 2061 = 2048 + VARCHAR, 4118 = 4096 + ROW: as IBM documents SYSCOLUMNS (sqli.md 6.2)."""
    db.run("create row type address (street varchar(20), zip char(5))")
    db.run("create distinct type euro as decimal(8,2)")
    db.run("create distinct type gone as integer")
    db.run("drop type gone restrict")
    db.run("create distinct type cents as euro")
    db.run("create distinct type label as varchar(30)")
    db.run("create table t (a address, e euro not null, c cents, l label)")
    a, e, c, label = (column.type for column in db.prepare("select * from t").columns)
    assert (a.code, a.flags, a.extended_id) == (22, 0x1000, 2048)
    assert (e.code, e.flags, e.extended_id, e.extended_name, e.source) == (5, 0x0900, 2049, "euro", 0)
    assert (c.code, c.flags, c.extended_id, c.extended_name, c.source) == (5, 0x0800, 2051, "cents", 0)
    assert (label.code, label.flags, label.extended_id, label.extended_name) == (13, 0x0800, 2052, "label")
    assert db.rows("select colname, coltype, collength, extended_id from syscolumns where tabid >= 100") == [
        ("a", 4118, 0, 2048),
        ("e", 2053 + 256, 8 << 8 | 2, 2049),
        ("c", 2053, 8 << 8 | 2, 2051),
        ("l", 2061, 30, 2052),
    ]
    assert db.rows(
        "select extended_id, mode, name, type, source, maxlen, length from sysxtdtypes where extended_id >= 2048"
    ) == [
        (2048, "R", "address", 22, 0, 0, 0),
        (2049, "D", "euro", 5, 0, 0, 5),
        (2051, "D", "cents", 5, 2049, 0, 5),
        (2052, "D", "label", 13, 0, 30, 0),
    ]
    assert db.prepare("select max(e) from t").columns[0].type.flags & 0x0800
    assert db.prepare("select e + 1 from t").columns[0].type.extended_name == ""
    db.session.begin()
    db.run("drop table t")
    db.run("drop type label restrict")
    db.session.rollback()
    assert db.rows("select extended_id from sysxtdtypes where name = 'label'") == [(2052,)]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("set(int not null)", "SET{1099511627776}", -1215),
        ("set(int not null)", "SET{-2147483648}", -1215),
        ("set(int not null)", "SET{1,NULL}", -391),
        ("list(smallint not null)", "LIST{1,40000}", -1214),
        ("list(bigint not null)", f"LIST{{{2**63}}}", -1284),
        ("list(decimal(4,1) not null)", "LIST{12345.678}", -1226),
        ("list(decimal(4,1) not null)", "LIST{123.456}", [D("123.5")]),
        ("multiset(varchar(3) not null)", "MULTISET{'xxxx','yy'}", ["xxx", "yy"]),
        ("list(char(4) not null)", "LIST{'ab','abcdef'}", ["ab  ", "abcd"]),
        ("set(char(4) not null)", "SET{'ab','ab '}", ["ab  "]),
        ("list(smallfloat not null)", "LIST{0.1}", [0.10000000149011612]),
        ("list(smallfloat not null)", "LIST{1e39}", -1222),
        ("list(list(smallint not null) not null)", "LIST{LIST{1},LIST{2,70000}}", -1214),
        ("list(row(a smallint, c char(3)) not null)", "LIST{ROW(1,'x')}", [RowValue((1, "x  "), ("a", "c"))]),
        ("row(a smallint, v varchar(3), c char(4))", "ROW(70000,'xxxxx','abcdefg')", -1214),
        ("row(a smallint, v varchar(3), c char(4))", "ROW(7,'xxxxx','ab')", (7, "xxx", "ab  ")),
        ("row(a smallint, v varchar(3) not null)", "ROW(NULL,NULL)", -391),
        ("row(a smallint, v varchar(3) not null)", "ROW(NULL,'x')", (None, "x")),
    ],
)
def test_elements_and_fields_are_of_their_declared_types(db: Any, kind: str, text: str, expected: Any) -> None:
    db.run(f"create table t (v {kind})")
    literal = text.lower().replace("list{", "list {") if "row" not in text.lower() else text
    for sql, values in (("insert into t values (?)", (text,)), (f"insert into t values ({literal})", ())):
        if isinstance(expected, int):
            assert db.fails(sql, *values) == (expected, 0), sql
        else:
            db.run(sql, *values)
    for (found,) in db.rows("select v from t"):
        assert type(expected)(found) == expected
        assert db.rows("select count(*) from t") == [(2,)]


def test_too_long_elements_in_mode_ansi(connect: Any) -> None:
    strict = connect("strict")
    strict.run("create table t (v list(varchar(3) not null))")
    assert strict.fails("insert into t values (list{'xxxx'})") == (-1279, 0)
