# ruff: noqa: E501 - one case a line
"""Random queries against plain sqlite; random changes against dictionaries; one expression written in several ways."""

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from informix_testserver.engine import SqlError

CONSTANTS = ["'a'", "'ab'"]
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
COLUMNS = {"r": "abc", "s": "abd", "u": "bce"}
"""Tables and their columns: b is text, the others are numbers."""
JOINS = ["join", "left join"]
if sqlite3.sqlite_version_info >= (3, 39):  # what plain sqlite has; the engine has all of them
    JOINS += ["right join", "full outer join"]


class Writer:
    """Writes random queries over three tables that mean the same to Informix and to sqlite."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.pick = self.random.choice
        self.count = 0

    def number(self, scope: list[tuple[str, str]], depth: int = 0) -> str:
        chance = self.random.random()
        columns = [f"{alias}.{c}" for alias, table in scope for c in COLUMNS[table] if c != "b"]
        if depth > 2 or chance < 0.6:
            return self.pick(columns)
        if chance < 0.7:
            return str(self.random.randint(-2, 4))
        deeper = [self.number(scope, depth + 1) for _ in range(2)]
        if chance < 0.8:
            return f"({deeper[0]} {self.pick('+-*')} {deeper[1]})"
        if chance < 0.9:
            return f"coalesce({deeper[0]}, {deeper[1]})"
        return f"case when {self.condition(scope, depth + 1)} then {deeper[0]} else {deeper[1]} end"

    def condition(self, scope: list[tuple[str, str]], depth: int = 0) -> str:
        chance, deeper = self.random.random(), depth + 1
        not_ = self.pick(["", "not "])
        operator = self.pick(["=", "<>", "<", ">=", ">"])
        # Every condition looks at a column: sqlite 3.40 loses rows of RIGHT JOIN behind a condition that is never true.
        looked_at = self.number(scope, 3)
        if depth > 3 or chance < 0.35:
            return f"{looked_at} {operator} {self.number(scope, deeper)}"
        if chance < 0.45:
            texts = [f"{alias}.b" for alias, _ in scope]
            return f"{self.pick(texts)} {operator} {self.pick(texts + CONSTANTS)}"
        if chance < 0.55:
            return f"{looked_at} is {not_}null"
        if chance < 0.65:
            return f"({self.condition(scope, deeper)} {self.pick(['and', 'or'])} {self.condition(scope, deeper)})"
        if chance < 0.75:
            return f"{looked_at} {not_}in ({self.number(scope, 3)}, null, 2)"
        self.count += 1
        inner, table = f"q{self.count}", self.pick("rsu")
        column = self.pick([c for c in COLUMNS[table] if c != "b"])
        where = f"from {table} {inner} where {self.condition([*scope, (inner, table)], deeper)}"
        if chance < 0.85:
            return f"{not_}exists (select * {where})"
        if chance < 0.95:
            return f"{looked_at} {not_}in (select {inner}.{column} {where})"
        return f"{looked_at} {operator} (select max({inner}.{column}) {where})"

    def tables(self) -> tuple[str, list[tuple[str, str]]]:
        scope = [(f"t{i}", self.pick("rsu")) for i in range(self.random.randint(1, 3))]
        text = f"{scope[0][1]} t0"
        for i, (alias, table) in enumerate(scope[1:], 2):
            kind = self.pick(JOINS)
            text += f" {kind} {table} {alias} on {self.condition(scope[:i], 2)}"
        return text, scope

    def block(self, *items: str) -> str:
        text, scope = self.tables()
        column = self.number(scope, 3)
        filled = [item.replace("N", self.number(scope)).replace("M", column) for item in items]
        where = f" where {self.condition(scope)}" if self.random.random() < 0.6 else ""
        if filled[-1].startswith("by "):
            return f"select {', '.join(filled[:-1])} from {text}{where} group {filled[-1]}"
        return f"select {', '.join(filled)} from {text}{where}"

    def query(self) -> str:
        every = "min(N), max(N), count(N), sum(N)"
        kind = self.random.randrange(6)
        if kind == 0:
            return self.block("N", "M")
        if kind == 1:
            return self.block("count(*)", every, "count(distinct N)")
        if kind == 2:
            return self.block("M", "count(*)", "sum(N)", "by M")
        if kind == 3:
            operators = ["union", "union all", "intersect", "except"]
            return f" {self.pick(operators)} ".join(self.block("N", "M") for _ in range(3))
        if kind == 4:
            return f"select p, count(*), sum(q) from ({self.block('N p', 'M q')}) d where p is not null group by p"
        frame = self.pick(["", " rows 1 preceding", " rows between current row and unbounded following"])
        call = self.pick(["sum(N)", "count(N)", "max(N)", "first_value(N)"])
        # Rows that compare equal are interchangeable only when all that is looked at is part of the order: one item,
        # so that every N is the same.
        return self.block(f"M, N, {call} over (partition by M order by N{frame})")


def plain(rows: Any) -> Counter[tuple[Any, ...]]:
    """Count rows, exact integers as int."""
    return Counter(tuple(int(v) if isinstance(v, Decimal) else v for v in row) for row in rows)


@pytest.fixture
def lite(db: Any) -> Iterator[sqlite3.Connection]:
    """The same three tables in plain sqlite."""
    twin, rows = sqlite3.connect(":memory:"), random.Random(1)
    for table, columns in COLUMNS.items():
        made = (
            f"create table {table} ({', '.join(f'{c} varchar(5)' if c == 'b' else f'{c} int' for c in columns)})"
        )
        db.run(made)
        twin.execute(made)
        for _ in range(6):
            values = [rows.choice(["a", "ab", "B", None] if c == "b" else [None, -1, 0, 1, 2, 3]) for c in columns]
            db.run(f"insert into {table} values (?, ?, ?)", *values)
            twin.execute(f"insert into {table} values (?, ?, ?)", values)
    yield twin
    twin.close()


@MANY
@given(st.integers(0, 2**32))
def test_queries_agree_with_plain_sqlite(db: Any, lite: sqlite3.Connection, seed: int) -> None:
    sql = Writer(seed).query()
    assert plain(db.rows(sql)) == plain(lite.execute(sql).fetchall()), sql


# ------------------------------------------------------------------------------------------------- changes, models

SMALL = st.one_of(st.none(), st.integers(0, 3))
TARGET = st.dictionaries(st.integers(0, 6), SMALL, max_size=5)
SOURCE = st.lists(st.tuples(st.integers(0, 6), SMALL), max_size=4)


@pytest.fixture
def pair(db: Any) -> Any:
    """The tables t (k is its key) and u."""
    db.run("create table t (k int primary key, v int)")
    db.run("create table u (k int, v int)")
    return db


def fill(db: Any, target: dict[int, int | None], source: list[tuple[int, int | None]]) -> None:
    db.run("truncate t")
    db.run("truncate u")
    for row in target.items():
        db.run("insert into t values (?, ?)", *row)
    for row in source:
        db.run("insert into u values (?, ?)", *row)


def changed(db: Any, sql: str) -> tuple[int, int, dict[int, int | None]]:
    """Run a change; return its code (0: none), the number of rows, and what the table holds."""
    try:
        code, count = 0, db.run(sql).rows
    except SqlError as error:
        code, count = error.sqlcode, 0
    return code, count, dict(db.rows("select k, v from t"))


@MANY
@given(TARGET, SOURCE, st.booleans(), st.booleans())
def test_merge(pair: Any, target: Any, source: Any, matched: bool, missing: bool) -> None:
    fill(pair, target, source)
    sql = "merge into t using u on t.k = u.k"
    if matched or not missing:
        sql += " when matched then update set v = nvl(t.v, 0) + nvl(u.v, 10)"
    if missing:
        sql += " when not matched then insert (k, v) values (u.k, u.v)"
    old = [(k, v) for k, v in source if k in target]
    new = [(k, v) for k, v in source if k not in target]
    twice = {code for code, rows in ((-26096, old if "update" in sql else []), (-268, new if missing else []))
             if len({k for k, _ in rows}) < len(rows)}  # fmt: skip
    code, count, found = changed(pair, sql)
    if twice:
        assert code in twice
        assert found == target
        return
    expected = dict(target)
    if "update" in sql:
        expected |= {k: (target[k] or 0) + (10 if v is None else v) for k, v in old}
    expected |= dict(new) if missing else {}
    assert (code, count, found) == (0, len(old) * ("update" in sql) + len(new) * missing, expected)


@MANY
@given(TARGET, SOURCE)
def test_changes_with_subqueries(pair: Any, target: Any, source: Any) -> None:
    sources: dict[int, list[int | None]] = {}
    for k, v in source:
        sources.setdefault(k, []).append(v)
    numbers = {k: max((v for v in vs if v is not None), default=None) for k, vs in sources.items()}
    values = [v for v in target.values() if v is not None]

    fill(pair, target, source)
    sql = "update t set v = (select max(v) from u where u.k = t.k) where k in (select k from u)"
    hit = {k: numbers[k] for k in target if k in numbers}
    assert changed(pair, sql) == (0, len(hit), target | hit)

    fill(pair, target, source)
    hit = {k: len(target) + k for k, v in target.items() if v is not None and v > min(values)}
    sql = "update t set v = (select count(*) from t) + k where v > (select min(v) from t)"
    assert changed(pair, sql) == (0, len(hit), target | hit)

    fill(pair, target, source)
    sql = "update t set v = (select v from u where u.k = t.k)"
    if any(len(vs) > 1 and k in target for k, vs in sources.items()):
        assert changed(pair, sql) == (-284, 0, target)
    else:
        single = {k: sources.get(k, [None])[0] for k in target}
        assert changed(pair, sql) == (0, len(target), single)

    fill(pair, target, source)
    sql = "with c as (select k from u where v > 0) delete from t where k not in (select k from c)"
    kept = {k: v for k, v in target.items() if any(x is not None and x > 0 for x in sources.get(k, []))}
    assert changed(pair, sql) == (0, len(target) - len(kept), kept)

    fill(pair, target, source)
    moved = {k + 1: v for k, v in target.items()}
    assert changed(pair, "update t set k = k + 1") == (0, len(target), moved)
    copied = moved | {k + 50: None for k in moved}
    assert changed(pair, "insert into t (k) select k + 50 from t") == (0, len(target), copied)


@MANY
@given(
    TARGET, st.integers(0, 3), st.integers(1, 4), st.booleans(), st.sampled_from(["", "nulls first", "nulls last"])
)
def test_order_skip_first(pair: Any, target: Any, skip: int, first: int, down: bool, nulls: str) -> None:
    """NULL is the smallest value unless the clause says where it goes."""
    fill(pair, target, [])
    present = sorted((v * (-1 if down else 1), k) for k, v in target.items() if v is not None)
    absent = [(None, k) for k in sorted(k for k, v in target.items() if v is None)]
    filled = [(abs(v), k) for v, k in present]
    at_end = nulls == "nulls last" or (not nulls and down)
    ordered = filled + absent if at_end else absent + filled
    sql = f"select skip {skip} first {first} v, k from t order by v {'desc' if down else ''} {nulls}, k"
    assert pair.rows(sql) == ordered[skip : skip + first]


# ------------------------------------------------------------------------------------- one expression, several ways

KINDS = {
    "i": ("int", ["7", "-3", "0"]),
    "d": ("decimal(8,3)", ["1.250", "-0.125", "99.999"]),
    "m": ("money(8,2)", ["2.50", "-17.05"]),
    "f": ("float", ["0.5", "-2.25"]),
    "c": ("char(6)", ["'a'", "'12'", "' x'"]),
    "v": ("varchar(8)", ["'ab'", "'7 '", "'Zz'"]),
    "dt": ("date", ["mdy(2,29,2024)", "mdy(12,31,1999)"]),
    "ts": ("datetime year to second", ["datetime(2024-02-29 13:14:15) year to second"]),
    "iv": ("interval day(4) to second", ["interval(3 04:05:06) day(4) to second", "interval(-1 00:00:01) day(4) to second"]),
    "ym": ("interval year(4) to month", ["interval(2-03) year(4) to month", "interval(-1-11) year(4) to month"]),
}  # fmt: skip
FORMS = [
    "i + d", "d * m", "m / 2", "f - i", "i / 2", "abs(d)", "round(d, 1)", "trunc(m)", "mod(i, 2)", "-m", "i || v",
    "c || v", "length(v)", "upper(c)", "substr(v, 2)", "lpad(c, 9, '*')", "trim(c) || '<'", "c[1,2]", "replace(v, 'b', 'Q')",
    "d::char(12)", "ts::char(20)", "iv::char(20)", "dt + i", "dt - 1 units day", "ts + iv", "ts - dt", "iv * 2", "ym + ym",
    "iv / 2", "extend(ts, hour to minute)", "extend(dt, year to second)", "year(dt)", "weekday(ts)", "to_char(ts, '%d/%m/%Y')",
    "nvl(d, i)", "decode(i, 7, v, c)", "case when c < v then d else m end", "case when ts > dt then 1 else 0 end",
    "greatest(i, d)", "months_between(dt, ts)", "add_months(dt, i)", "last_day(ts)", "hex(i)", "m::int", "v::varchar(3)",
]  # fmt: skip


@MANY
@given(st.data())
def test_an_expression_means_the_same_wherever_it_stands(db: Any, data: Any) -> None:
    """Of columns, of literals, in a derived table, in a temporary table, as a group, as an only row's maximum."""
    chosen = {name: data.draw(st.sampled_from(values)) for name, (_, values) in KINDS.items()}
    form = data.draw(st.sampled_from(FORMS))
    db.run("drop table if exists w")
    db.run("drop table if exists kept")
    db.run(f"create table w ({', '.join(f'{name} {kind}' for name, (kind, _) in KINDS.items())})")
    db.run(f"insert into w values ({', '.join(chosen.values())})")
    items = ", ".join(f"({text})::{KINDS[name][0]} as {name}" for name, text in chosen.items())
    (expected,) = db.rows(f"select {form} from w")
    assert db.rows(f"select {form} from (select {items} from sysmaster:sysdual) literals") == [expected]
    assert db.rows(f"select e from (select {form} e from w) derived") == [expected]
    assert db.rows(f"select {form} from w group by 1") == [expected]
    assert db.rows(f"select max({form}) from w") == [expected]
    assert db.rows(f"select distinct {form} from w") == [expected]
    db.run(f"select {form} e from w into temp kept with no log")
    assert db.rows("select e from kept") == [expected]
    assert db.rows(f"select e from kept, w where e = {form}") == [expected]
