"""EXECUTE FUNCTION of what is built in."""

from typing import Any

import pytest
from informix_types import TypeCode


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("length('four')", 4),
        ("len('www.ibm.com')", 11),
        ("upper('abc')", "ABC"),
        ("nvl(null, 3)", 3),
        ("power(2, 10)", 1024),
        ("length((select max(c) from t))", 2),
    ],
)
def test_a_built_in_function_returns_one_row(db: Any, call: str, value: Any) -> None:
    db.run("create table t (c varchar(5))")
    db.run("insert into t values ('ab')")
    assert db.rows(f"execute function {call}") == [(value,)]
    assert db.rows(f"execute procedure {call}") == [(value,)]
    assert db.rows(f"call {call}") == [(value,)]


def test_it_takes_bound_values(db: Any) -> None:
    assert db.rows("execute function length(?)", "abc") == [(3,)]
    assert db.rows("execute function substr(?, 2)", "abc") == [("bc",)]
    statement = db.prepare("execute function length(?)")
    assert [(c.name, c.type.code) for c in statement.columns] == [("(expression)", TypeCode.INTEGER)]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("length()", -674),
        ("sum(3)", -674),
        ("nosuch(1)", -674),
        ("length(nosuch)", -217),
        ("mdy(13, 1, 2020)", -1205),
    ],
)
def test_what_it_refuses(db: Any, call: str, code: int) -> None:
    assert db.fails(f"execute function {call}")[0] == code


def test_a_registered_routine_of_that_name_comes_first(db: Any) -> None:
    db.engine.register_routine("length", lambda text: -1, parameters=["varchar(9)"], returns="int")
    assert db.rows("execute function length('abc')") == [(-1,)]
