# ruff: noqa: E501 - one case a line
"""Queries: shapes that Informix has and sqlite has not, and random ones against plain sqlite."""

import sqlite3
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from informix_testserver.memory import MemoryEngine

D = Decimal


@pytest.fixture
def shop(db: Any) -> Any:
    """Customers and their orders."""
    db.run("create table customer (id int primary key, name varchar(20), city char(10))")
    db.run("create table orders (no int primary key, customer int, total decimal(8,2))")
    for row in ((1, "Ada", "London"), (2, "Bob", "Paris"), (3, "Cid", None)):
        db.run("insert into customer values (?,?,?)", *row)
    for row in ((10, 1, D("5.00")), (11, 1, D("7.50")), (12, 2, D("1.25"))):
        db.run("insert into orders values (?,?,?)", *row)
    return db


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("select first 2 id from customer order by id desc", [(3,), (2,)]),
        ("select skip 1 first 1 id from customer order by id", [(2,)]),
        ("select limit 1 id from customer order by 1", [(1,)]),
        ("select id from customer order by id limit 2", [(1,), (2,)]),
        ("select unique customer from orders order by 1", [(1,), (2,)]),
        ("select name from customer where city is null", [("Cid",)]),
        ("select c.name, o.no from customer c, orders o where c.id = o.customer order by o.no",
         [("Ada", 10), ("Ada", 11), ("Bob", 12)]),
        ("select c.id, o.no from customer c, outer orders o where c.id = o.customer and o.total > 2 order by 1, 2",
         [(1, 10), (1, 11), (2, None), (3, None)]),
        ("select c.id, o.no from customer c left join orders o on c.id = o.customer where o.no is null", [(3, None)]),
        ("select o.no, c.id from orders o right outer join customer c on c.id = o.customer and o.total > 6 order by 2",
         [(11, 1), (None, 2), (None, 3)]),
        ("select customer, count(*), sum(total) from orders group by 1 order by 3 desc",
         [(1, D(2), D("12.50")), (2, D(1), D("1.25"))]),
        ("select customer from orders group by customer having sum(total) > 5", [(1,)]),
        ("select name from customer where id in (select customer from orders where total > 6)", [("Ada",)]),
        ("select name from customer c where not exists (select 1 from orders o where o.customer = c.id)", [("Cid",)]),
        ("select name from customer where id = any (select customer from orders) order by 1", [("Ada",), ("Bob",)]),
        ("select no from orders where total >= all (select total from orders)", [(11,)]),
        ("select (select count(*) from orders o where o.customer = c.id) from customer c order by c.id",
         [(D(2),), (D(1),), (D(0),)]),
        ("select id from customer union select no from orders order by 1", [(1,), (2,), (3,), (10,), (11,), (12,)]),
        ("select customer from orders union all select id from customer order by 1",
         [(1,), (1,), (1,), (2,), (2,), (3,)]),
        ("select id from customer minus select customer from orders", [(3,)]),
        ("select id from customer intersect select customer from orders order by 1", [(1,), (2,)]),
        ("select 'x' from customer where id = 1 union all select 'long' from customer where id = 2", [("x   ",), ("long",)]),
        ("select t.x * 2 from (select total from orders where no = 12) as t(x)", [(D("2.50"),)]),
        ("with big(n) as (select no from orders where total > 2) select count(*) from big", [(D(2),)]),
        ("with recursive r(n) as (select 1 from sysmaster:sysdual union all select n + 1 from r where n < 4)"
         " select sum(n) from r", [(D(10),)]),
        ("select no, rank() over (partition by customer order by total desc) from orders order by no",
         [(10, 2), (11, 1), (12, 1)]),
        ("select no, sum(total) over (order by no) from orders order by no",
         [(10, D("5.00")), (11, D("12.50")), (12, D("13.75"))]),
        ("select count(*) from table(set{1,2,2})", [(D(2),)]),
        ("select * from table(list{3,1}) as t(n) order by n", [(1,), (3,)]),
        ("select city[1,3] from customer where id = 1", [("Lon",)]),
        ("select c.* from customer c where c.id = 2", [(2, "Bob", "Paris     ")]),
        ("select distinct city from customer order by city", [(None,), ("London    ",), ("Paris     ",)]),
        ("select name from customer order by length(name), name desc", [("Cid",), ("Bob",), ("Ada",)]),
        ("select max(total), min(total) from orders where no > 100", [(None, None)]),
        ("select name n from customer order by n desc", [("Cid",), ("Bob",), ("Ada",)]),
        ("select case when city is null then 'none' else city end from customer where id = 3", [("none      ",)]),
        ("select id from customer where (id = 1 or id = 2) and name matches '[AB]*'", [(1,), (2,)]),
        ("select id from customer where city = 'London   '", [(1,)]),
    ],
)  # fmt: skip
def test_query(shop: Any, sql: str, rows: list[tuple[Any, ...]]) -> None:
    assert shop.rows(sql) == rows


@pytest.mark.parametrize(
    ("sql", "code", "token"),
    [
        ("select name, count(*) from customer", -294, "name"),
        ("select name from customer group by city", -294, "name"),
        ("select id from customer, orders where id = nothing", -217, "nothing"),
        ("select no from customer c, orders o, orders p", -324, "no"),
        ("select no from orders, orders", -223, "orders"),
        ("select x.no from orders o", -522, "x"),
        ("select id from customer union select id, name from customer", -317, ""),
        ("select id from customer union select city from customer", -308, ""),
        ("select name from customer order by 3", -251, ""),
        ("select distinct name from customer order by id", -309, ""),
        ("select id from customer where id = (select customer from orders)", -284, ""),
        ("select sum(name) from customer", -367, ""),
        ("select id from customer where count(*) > 1", -595, ""),
        ("select id from nowhere", -206, "nowhere"),
        ("select id from otherdb:customer", -329, "otherdb"),
        ("select id from customer where id like 'x'", -219, ""),
        ("select id from customer having name = 'x'", -304, "name"),
    ],
)
def test_refused_query(shop: Any, sql: str, code: int, token: str) -> None:
    error = shop.error(sql)
    assert (error.sqlcode, error.token) == (code, token)


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("select id, nothing from customer", "nothing"),
        ("select id from customer where nothing = 1", "nothing"),
        ("select id from nowhere", "nowhere"),
        ("select name, count(*) from customer", "name"),
    ],
)
def test_offset_points_at_the_name(shop: Any, sql: str, place: str) -> None:
    assert shop.error(sql).offset == sql.index(place) + 1


# -------------------------------------------------------------------------------- random queries against sqlite

NUMBERS = st.one_of(st.none(), st.integers(-5, 5))
WORDS = st.one_of(st.none(), st.sampled_from(["a", "b", "ab", "B", ""]))
ROWS = st.lists(st.tuples(NUMBERS, NUMBERS, WORDS), max_size=8)
CONDITIONS = st.sampled_from(
    [
        "x = 1", "x < y", "x + y > 0", "x is null", "y between -2 and x", "s = 'a'", "s <> 'b'", "s > 'a'",
        "x in (1, 2, y)", "x not in (0, 3)", "not (x = y)", "x = 1 or y = 1", "x * 2 = y", "s is not null",
        "x = (select max(y) from t)", "x in (select y from t)", "exists (select 1 from t u where u.x = t.y)",
    ]
)  # fmt: skip
SHAPES = st.sampled_from(
    [
        "select x, y, s from t where {c} order by 1, 2, 3",
        "select distinct x, s from t where {c} order by 1, 2",
        "select x, count(y), min(s), max(y) from t where {c} group by x order by x",
        "select a.x, b.y from t a, t b where a.x = b.y order by 1, 2",
        "select a.x, b.y from t a left join t b on a.x = b.y and b.s = 'a' order by 1, 2",
        "select x from t where {c} union select y from t order by 1",
        "select coalesce(x, y, 9), case when {c} then 1 else 0 end from t order by 1, 2",
        "select count(*), count(x) from t where {c} and {d}",
        "select x from t where {c} or not ({d}) order by 1",
    ]
)


class _Twins:
    def __init__(self) -> None:
        self.session = MemoryEngine().connect("informix", {})
        self.session.open_database("testdb")
        self.plain = sqlite3.connect(":memory:")
        self.ours("create table t (x int, y int, s varchar(5))")
        self.plain.execute("create table t (x int, y int, s text)")

    def ours(self, sql: str) -> Any:
        statement = self.session.prepare(sql)
        if not statement.returns_rows:
            return self.session.execute(statement)
        cursor = self.session.open(statement)
        found = []
        while (row := cursor.fetch()) is not None:
            found.append(tuple(int(v) if isinstance(v, Decimal) else v for v in row))
        return found

    def fill(self, rows: list[tuple[Any, ...]]) -> None:
        self.ours("delete from t where 1 = 1")
        self.plain.execute("delete from t")
        for row in rows:
            values = ",".join("null" if v is None else repr(v) for v in row)
            self.ours(f"insert into t values ({values})")
            self.plain.execute(f"insert into t values ({values})")


TWINS = _Twins()


@given(ROWS, SHAPES, CONDITIONS, CONDITIONS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_plain_sqlite_agrees(rows: list[tuple[Any, ...]], shape: str, c: str, d: str) -> None:
    TWINS.fill(rows)
    sql = shape.format(c=c, d=d)
    assert TWINS.ours(sql) == TWINS.plain.execute(sql).fetchall()


def test_a_common_table_that_names_itself_is_recursive(db: Any) -> None:
    """The word RECURSIVE may be left out, unless a table has the name."""
    count = "with {0}(n) as (select 1 from sysmaster:sysdual union all select n + 1 from {0} where n < 3)"
    assert db.rows(count.format("r") + " select n from r order by 1") == [(1,), (2,), (3,)]
    assert db.rows(f"select * from ({count.format('r')} select n from r) q order by 1") == [(1,), (2,), (3,)]
    db.run("create table r (n int); insert into r values (2)")
    assert db.rows(count.format("r") + " select n from r order by 1") == [(1,), (3,)]
    recursive = count.format("r").replace("with", "with recursive")
    assert db.rows(recursive + " select n from r order by 1") == [(1,), (2,), (3,)]


def test_range_deviation_and_variance_over_windows(db: Any) -> None:
    db.run("create table t (g int, a int)")
    for row in ((1, 1), (1, 4), (2, 2), (2, None)):
        db.run("insert into t values (?, ?)", *row)
    sql = "select g, a, range(a) over (partition by g), variance(a) over (partition by g), stdev(a) over () from t"
    found = sorted(db.rows(sql), key=lambda row: (row[0], row[1] or 0))
    assert [row[:4] for row in found] == [(1, 1, 3, D("4.5")), (1, 4, 3, D("4.5")), (2, None, 0, 0), (2, 2, 0, 0)]
    assert {round(row[4], 6) for row in found} == {D("1.527525")}


@pytest.mark.parametrize("mark", ["ab", "", "\u00fc"])
def test_an_escape_character_is_one_byte(db: Any, mark: str) -> None:
    db.run("create table t (a char(3))")
    db.run("insert into t values ('a')")
    assert db.fails(f"select a from t where a like 'a' escape '{mark}'") == (-543, 0)


def test_order_by_an_expression_of_display_labels(db: Any) -> None:
    """A label counts where no column has that name."""
    db.run("create table t (a int, b int)")
    for row in ((1, 5), (2, 3), (3, 4)):
        db.run("insert into t values (?, ?)", *row)
    assert db.rows("select a, a * b as x from t order by x - 2 * a") == [(2, 6), (1, 5), (3, 12)]
    assert db.rows("select b as a from t order by a desc") == [(5,), (4,), (3,)]
    assert db.rows("select -a as b from t order by b * 1") == [(-2,), (-3,), (-1,)]
    assert db.rows("select a as k, sum(b) as n from t group by a order by mod(n, 4), -k") == [
        (3, 4),
        (1, 5),
        (2, 3),
    ]
    assert db.fails("select a as k from t where k > 1") == (-217, 0)
    assert db.fails("select a as k from t order by nowhere + 1") == (-217, 0)


def test_text_beside_money_may_have_a_currency_symbol(db: Any) -> None:
    db.run("create table t (m money(8,2), d decimal(8,2))")
    db.run("insert into t values ('$99.99', 5)")
    assert db.rows("select m from t where m = '$99.99' and m between '$1' and '100'") == [(D("99.99"),)]
    assert db.fails("select m from t where d = '$5'") == (-1213, 0)


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("row(one, two, three) = row(one, one * 2, four - 1)", 1),
        ("row(one, two, four) = row(one, two, three)", 0),
        ("row(one, nil, three) = row(one, two, three)", 0),
        ("row(1, nil, 3) = row(one, nil, three)", 0),
        ("row(one, two, three) <> row(one, one * 2, four - 1)", 0),
        ("row(one, two, four) <> row(one, two, three)", 1),
        ("row(one, nil, three) <> row(one, two, three)", 0),
        ("not (row(one, nil, three) <> row(one, two, three))", 0),
        ("row(one, name) = row(1, 'x  ')", 1),
        ("row(one, row(two, 'y')) = row(1, row(2.0, 'y'))", 1),
        ("row(one, two) in (row(0, 7), row(one, one * 2))", 1),
        ("row(one, two) not in (row(0, 7), row(9, 9))", 1),
        ("row(one, two) not in (row(0, 7), row(one, nil))", 0),
    ],
)
def test_rows_of_values(db: Any, condition: str, count: int) -> None:
    """Most cases and their counts are those that linq2db expects of every database, Informix among them."""
    db.run("create table ints (one int, two int, three int, four int, nil int, name varchar(5))")
    db.run("insert into ints values (1, 2, 3, 4, null, 'x')")
    assert db.value(f"select count(*) from ints where {condition}") == count


def test_rows_of_different_length_do_not_compare(db: Any) -> None:
    db.run("create table t (a int)")
    assert db.fails("select a from t where row(a, 1) = row(a)")[0] == -9634
