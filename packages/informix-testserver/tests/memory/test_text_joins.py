"""Joins on text without an index: trailing blanks do not count, whatever plan sqlite chooses."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WORDS = st.lists(st.sampled_from(["", "a", "ab", "b", "B"]), max_size=5)
BLANKS = st.lists(st.integers(0, 2), min_size=5, max_size=5)


def same(one: str, other: str) -> bool:
    return one.rstrip(" ") == other.rstrip(" ")


@pytest.fixture
def tables(db: Any) -> Any:
    db.run("create table l (n int, v varchar(5))")
    db.run("create table r (n int, v varchar(5), c char(4))")
    return db


@given(left=WORDS, right=WORDS, blanks=BLANKS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_joins_ignore_trailing_blanks(tables: Any, left: list[str], right: list[str], blanks: list[int]) -> None:
    padded = [(n, v + " " * b) for n, (v, b) in enumerate(zip(left, blanks, strict=False))]
    others = list(enumerate(right))
    for name in "lr":
        tables.run(f"delete from {name}")
    for row in padded:
        tables.run("insert into l values (?, ?)", *row)
    for n, v in others:
        tables.run("insert into r values (?, ?, ?)", n, v, v)

    pairs = [(i, k) for i, v in padded for k, w in others if same(v, w)]
    alone = [(i, None) for i, v in padded if not any(same(v, w) for _, w in others)]
    for column in ("r.v", "r.c"):
        inner = f"select l.n, r.n from l, r where l.v = {column} order by 1, 2"
        assert tables.rows(inner) == pairs
        for outer in (f"l left join r on l.v = {column}", f"l, outer r where l.v = {column}"):
            found = tables.rows(f"select l.n, r.n from {outer} order by 1, 2")
            assert found == sorted(pairs + alone, key=lambda pair: (pair[0], pair[1] or 0))
        derived = f"select l.n, d.n from l, (select n, v, c from r group by n, v, c) d where l.v = {column}"
        assert sorted(tables.rows(derived.replace("r.v", "d.v").replace("r.c", "d.c"))) == pairs


@pytest.mark.parametrize("key", ["c", "v"])
def test_merge_finds_its_row_in_spite_of_trailing_blanks(tables: Any, key: str) -> None:
    tables.run("insert into l values (1, 'a  ')")
    tables.run("insert into r values (7, 'a', 'a')")
    tables.run(
        f"merge into l using r on l.v = r.{key} when matched then update set n = r.n"
        " when not matched then insert values (9, 'z')"
    )
    assert tables.rows("select n, v from l") == [(7, "a  ")]
