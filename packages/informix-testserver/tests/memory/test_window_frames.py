"""Window functions over frames, against a model in Python: frames without rows, exact values, IGNORE NULLS."""

import datetime
import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ROWS: list[tuple[int, int, Decimal | None, str | None]] = [
    (1, 1, None, "it's"),
    (2, 1, Decimal("5.50"), None),
    (3, 1, None, "a,b"),
    (4, 1, Decimal("7.25"), ""),
    (5, 1, Decimal("-1.00"), None),
    (6, 2, None, None),
    (7, 2, Decimal("9.00"), "X'00'"),
    (8, 3, None, None),
]


@pytest.fixture
def numbers(db: Any) -> Any:
    """Keys 1 to 8 in three groups, with NULLs."""
    db.run("create table t (k int, g int, d decimal(8,2), s varchar(9))")
    for row in ROWS:
        db.run("insert into t values (?, ?, ?, ?)", *row)
    return db


def known(values: Sequence[Any]) -> list[Any]:
    """Return the values that are not NULL."""
    return [value for value in values if value is not None]


FUNCTIONS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "sum(d)": lambda values: sum(known(values)) if known(values) else None,
    "avg(d)": lambda values: sum(known(values)) / len(known(values)) if known(values) else None,
    "count(d)": lambda values: len(known(values)),
    "max(d)": lambda values: max(known(values), default=None),
    "first_value(d)": lambda values: values[0] if values else None,
    "last_value(d)": lambda values: values[-1] if values else None,
    "first_value(d) ignore nulls": lambda values: next(iter(known(values)), None),
    "last_value(d ignore nulls)": lambda values: next(reversed(known(values)), None),
    "first_value(s ignore nulls)": lambda values: next(iter(known(values)), None),
    "last_value(s) ignore nulls": lambda values: next(reversed(known(values)), None),
}


def written(bound: int) -> str:
    """Write a frame's bound."""
    return "current row" if not bound else f"{abs(bound)} {'preceding' if bound < 0 else 'following'}"


@MANY
@given(st.integers(0, 2**32))
def test_frames_of_rows_agree_with_lists(numbers: Any, seed: int) -> None:
    """A frame may lie before or behind the current row altogether, where no row may be."""
    choice = random.Random(seed)
    call = choice.choice(list(FUNCTIONS))
    start, end = sorted(choice.choices(range(-3, 4), k=2))
    down = choice.random() < 0.5
    order = "k desc" if down else "k"
    sql = (
        f"select k, {call} over (partition by g order by {order}"
        f" rows between {written(start)} and {written(end)}) from t order by k"
    )
    expected = []
    for key, group, *_ in ROWS:
        part = sorted((row for row in ROWS if row[1] == group), reverse=down)
        here = [row[0] for row in part].index(key)
        frame = part[max(0, here + start) : max(0, here + end + 1)]
        column = 3 if "(s" in call else 2
        expected.append((key, FUNCTIONS[call]([row[column] for row in frame])))
    found = numbers.rows(sql)
    if call == "avg(d)":
        assert [(k, v if v is None else round(v, 9)) for k, v in found] == [
            (k, v if v is None else round(v, 9)) for k, v in expected
        ]
    else:
        assert found == expected


@MANY
@given(st.sampled_from(["lag", "lead"]), st.integers(0, 3), st.booleans(), st.booleans())
def test_neighbours_that_are_not_null(
    numbers: Any, name: str, distance: int, inside: bool, otherwise: bool
) -> None:
    nulls, rest = " ignore nulls", f", {distance}" + (", -1" if otherwise else "")
    call = f"{name}(d{nulls}{rest})" if inside else f"{name}(d{rest}){nulls}"
    expected = []
    for key, group, value, _ in ROWS:
        part = [row for row in ROWS if row[1] == group]
        others = [r for r in part if (r[0] < key if name == "lag" else r[0] > key)]
        if name == "lag":
            others.reverse()
        left = known([row[2] for row in others])
        default = Decimal(-1) if otherwise else None
        expected.append((key, value if not distance else left[distance - 1] if len(left) >= distance else default))
    assert numbers.rows(f"select k, {call} over (partition by g order by k) from t order by k") == expected


def test_what_ignores_no_nulls(numbers: Any) -> None:
    assert numbers.fails("select upper(s) ignore nulls from t") == (-201, 0)
    assert numbers.fails("select sum(d ignore nulls) over (order by k) from t") == (-201, 0)
    both = numbers.rows("select lag(d) over (order by k), lag(d respect nulls) over (order by k) from t")
    assert all(a == b for a, b in both)


EXACT = [
    ("b", Decimal(9 * 10**18)),
    ("i", datetime.timedelta(days=1)),
]


@pytest.mark.parametrize(("column", "first"), EXACT)
def test_sums_of_wide_numbers_and_intervals_over_frames_before_the_row(db: Any, column: str, first: Any) -> None:
    db.run("create table w (k int, b bigint, i interval day to day)")
    for key in (1, 2, 3):
        db.run(f"insert into w values ({key}, 9000000000000000000, interval(1) day to day)")
    sql = f"select sum({column}) over (order by k rows between 2 preceding and 1 preceding) from w order by k"
    assert db.rows(sql) == [(None,), (first,), (2 * first,)]


def ranges(db: Any, key: str, frame: str) -> list[int]:
    """Return the sums of keys over a frame of values."""
    return [
        int(row[1]) for row in db.rows(f"select k, sum(k) over (order by {key} range {frame}) from r order by k")
    ]


def test_distances_of_values(db: Any) -> None:
    db.run("create table r (k int, d decimal(8,2), t date, u datetime year to second, c char(3))")
    for key, number, day in ((1, "1.0", "1"), (2, "1.5", "2"), (3, "2.0", "3"), (4, "7.0", "9")):
        moment = f"datetime(2020-01-{day} 00:00:00) year to second"
        db.run(f"insert into r values ({key}, {number}, extend({moment}, year to day), {moment}, 'x')")
    assert ranges(db, "d", "between 1 preceding and current row") == [1, 3, 6, 4]
    assert ranges(db, "d", "1 preceding") == [1, 3, 6, 4]
    assert ranges(db, "t", "between 1 preceding and current row") == [1, 3, 5, 4]
    assert ranges(db, "t desc", "between 1 preceding and current row") == [3, 5, 3, 4]
    assert ranges(db, "u", "between 1 units day preceding and current row") == [1, 3, 5, 4]
    assert ranges(db, "d", "unbounded preceding") == [1, 3, 6, 10]
    for kind in ("u", "c"):
        error = db.error(f"select sum(k) over (order by {kind} range 1 preceding) from r")
        assert (error.sqlcode, (error.token or "").startswith("RANGE over")) == (-999, True)
