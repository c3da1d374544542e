"""UPDATE … SET column[m,n] = value, the 4GL programmer's way to change a part of a text."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.fixture
def texts(db: Any) -> Any:
    """One row of texts, one of NULLs."""
    db.run("create table t (id int, c char(6), v varchar(10), n int)")
    db.run("insert into t values (1, 'abcdef', 'xyz', 5)")
    db.run("insert into t values (2, null, null, null)")
    return db


def test_parts_are_cut_or_filled(texts: Any) -> None:
    texts.run("update t set c[2,3] = 'RO', v[5] = 'Q' where id = 1")
    texts.run("update t set c[2,3] = 'R', v[2,3] = 'longer' where id = 2")
    assert texts.rows("select c, v from t order by id") == [("aROdef", "xyz Q"), (" R    ", " lo")]
    texts.run("update t set c[5,6] = ?, v = c[1,2] where id = 1", "x")
    texts.run("update t set c[1] = c[2] where id = 1")
    assert texts.rows("select c, v from t where id = 1") == [("RROdx ", "aR")]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("update t set c[5,7] = 'x'", -306),
        ("update t set c[0] = 'x'", -306),
        ("update t set c[3,2] = 'x'", -306),
        ("update t set n[1] = 'x'", -305),
        ("update t set nowhere[1] = 'x'", -217),
        ("update t set c[1] = 'x', c[2] = 'y'", -201),
        ("update t set (c[1]) = ('x')", -201),
    ],
)
def test_parts_that_cannot_be_set(texts: Any, sql: str, code: int) -> None:
    assert texts.fails(sql)[0] == code


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("abü ", max_size=6), st.text("xyé ", max_size=8), st.integers(1, 6), st.integers(0, 5))
def test_only_the_part_changes(texts: Any, text: str, piece: str, first: int, more: int) -> None:
    last = min(first + more, 6)
    raw, new = (s.encode("latin-1") for s in (text, piece))
    wanted = bytearray(raw.ljust(6))
    wanted[first - 1 : last] = new.ljust(last - first + 1)[: last - first + 1]
    texts.run("update t set c = ? where id = 1", text)
    texts.run(f"update t set c[{first},{last}] = ? where id = 1", piece)
    assert texts.value("select c from t where id = 1") == wanted.decode("latin-1")
