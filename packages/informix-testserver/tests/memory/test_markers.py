"""Markers beside typed siblings: the bound value keeps all that it has, or is refused where it has no room."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

D = Decimal


@pytest.fixture
def y(db: Any) -> Any:
    db.run("create table y (i int, n decimal(6,2), v varchar(20), c char(3), d date, dt datetime year to second)")
    db.run(
        "insert into y values (1, 1.5, 'abc', 'abc', mdy(1,2,2024), datetime(2024-01-02 10:11:12) year to second)"
    )
    return db


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("nvl(?, 0)", ["7.25"]),
        ("nvl(?, i)", [D("7.25")]),
        ("coalesce(?, 0)", [D("7.25")]),
        ("nvl2(i, ?, 0)", [D("7.25")]),
        ("decode(i, 1, ?, 0)", [D("7.25")]),
        ("case when i = 1 then ? else 0 end", [D("7.25")]),
        ("case when i = 2 then 0 when i = 1 then ? end", [D("7.25")]),
        ("greatest(?, 0)", [D("7.25")]),
        ("nullif(?, 0)", [D("7.25")]),
        ("i + ?", [D("6.25")]),
        ("i + ?", ["6.25"]),
        ("? - i", [D("8.25")]),
        ("nvl(?, ?)", [D("7.25"), 0]),
    ],
)
def test_numbers_on_their_way_into_a_column(y: Any, expression: str, values: list[Any]) -> None:
    y.run(f"update y set n = {expression}", *values)
    assert y.rows("select n from y") == [(D("7.25"),)]


@pytest.mark.parametrize(
    "expression",
    [
        "nvl(?, 'z')",
        "coalesce(?, c)",
        "nvl2(i, ?, 'z')",
        "decode(i, 1, ?, 'z')",
        "case i when 1 then ? else 'z' end",
    ],
)
def test_text_on_its_way_into_a_column(y: Any, expression: str) -> None:
    y.run(f"update y set v = {expression}", "longer")
    assert y.rows("select v from y") == [("longer",)]


@pytest.mark.parametrize(
    ("expression", "value", "expected"),
    [
        ("case when i = 1 then ? else 'z' end", "longer", None),
        ("case when i = 1 then ? else 'z' end", "q", "q"),
        ("i + ?", D("2.5"), None),
        ("i + ?", D("2.00"), 3),
        ("i + ?", "2", 3),
        ("nvl(?, 0)", D("2.5"), None),
        ("nvl(?, 0)", 2**40, None),
        ("nvl(?, n)", D("2.555"), None),
        ("nvl(?, n)", D("2.5"), D("2.50")),
        ("nvl(?, n)", D("12345.5"), None),
        ("nvl(?, d)", datetime.datetime(2024, 5, 6, 7, 8), None),
        ("nvl(?, d)", datetime.datetime(2024, 5, 6), datetime.date(2024, 5, 6)),
        ("nvl(?, dt)", datetime.datetime(2024, 5, 6, 7, 8, 9, 500000), None),
        ("nvl(?, dt)", datetime.datetime(2024, 5, 6, 7, 8, 9), datetime.datetime(2024, 5, 6, 7, 8, 9)),
        ("nvl(?, 0)", None, 0),
        ("nvl(?, 'z')", 5, "5"),
        ("nvl(?, 'z')", 55, None),
    ],
)
def test_results_of_the_described_type(y: Any, expression: str, value: Any, expected: Any) -> None:
    """What DESCRIBE said before the value was known holds; a value that it has no room for is refused."""
    sql = f"select {expression} from y"
    if expected is None:
        assert y.fails(sql, value)[0] in (-415, -1215, -1226)
    else:
        assert y.rows(sql, value) == [(expected,)]


@pytest.mark.parametrize(
    ("condition", "value", "found"),
    [
        ("c = ?", "abcd", False),
        ("c = ?", "abc  ", True),
        ("c in (?, 'x')", "abcd", False),
        ("i = ?", "1.5", False),
        ("i = ?", "1", True),
        ("i < ?", "1.5", True),
        ("i <> ?", "1.5", True),
        ("n = ?", "1.504", False),
        ("n = ?", "1.50", True),
        ("n between ? and 2", "1.501", False),
        ("nvl(?, 0) = 1.25", D("1.25"), True),
        ("i + ? = 1.25", D("0.25"), True),
        ("nullif(c, ?) is null", "abcd", False),
    ],
)
def test_comparisons_use_the_whole_value(y: Any, condition: str, value: Any, found: bool) -> None:
    assert y.rows(f"select 1 from y where {condition}", value) == ([(1,)] if found else [])


def test_text_longer_than_any_character_type(y: Any) -> None:
    assert y.rows("select length(?) from y", "x" * 32739) == [(32739,)]
    assert y.fails("select length(?) from y", "x" * 32740) == (-881, 0)
    assert y.fails("select 1 from y where v = ?", "x" * 70000) == (-881, 0)
    y.run("update y set v = ?", "x" * 70000)
    assert y.rows("select v from y") == [("x" * 20,)]
