"""Stored routines: `callproc` and `callfunc` with values, rows, NULLs and row factories, seen by hooks."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import informix_db
import pytest
from informix_db import dict_row, namedtuple_row, scalar_row
from informix_testserver import TestServer


def pairs(count: int | None) -> list[tuple[int, str]]:
    return [(i, f"name {i}") for i in range(count or 0)]


@pytest.fixture(scope="module")
def memory() -> Iterator[TestServer]:
    with TestServer(port=0) as server:
        add = server.engine.register_routine  # type: ignore[attr-defined]  # the memory engine has it
        add(
            "twice",
            lambda v: None if v is None else v * 2,
            parameters=["decimal(10,2)"],
            returns=["decimal(12,2)"],
        )
        add("divide", divmod, parameters=["int", "int"], returns=["int", "int"], names=["a", "b"])
        add("pairs", pairs, parameters=["int"], returns=["int", "varchar(20)"], rows=True)
        add("nothing", lambda: None, parameters=[], returns=[], kind="procedure")
        yield server
        assert server.protocol_errors == []
        assert server.internal_errors == []


@pytest.fixture
def db(driver: Any, memory: TestServer) -> Iterator[Any]:
    conn = driver.connect(memory.url)
    yield conn
    conn.rollback()
    conn.close()


FACTORIES = [None, dict_row, namedtuple_row, scalar_row]


@pytest.mark.parametrize("factory", FACTORIES)
def test_a_single_value_is_no_row(db: Any, factory: Any) -> None:
    cur = db.cursor(row_factory=factory)
    assert cur.callfunc("twice", (Decimal("1.25"),)) == Decimal("2.50")
    assert cur.callfunc("twice", [None]) is None
    assert cur.row_factory is factory
    assert cur.fetchall() == []


def test_several_values_are_a_row(db: Any) -> None:
    assert db.cursor().callfunc("divide", (17, 5)) == (3, 2)
    made = db.cursor(row_factory=lambda names: lambda row: (len(names), row)).callfunc("divide", (17, 5))
    assert made == (2, (3, 2))


def test_many_rows_are_fetched_as_from_a_query(db: Any) -> None:
    cur = db.cursor()
    assert cur.callproc("pairs", (3000,)) == (3000,)
    assert cur.fetchone() == (0, "name 0")
    assert cur.fetchall() == pairs(3000)[1:]
    assert cur.rowcount == 3000
    assert cur.nextset() is None
    # The first row only; the others are not left behind for the next statement.
    assert cur.callfunc("pairs", (500,)) == (0, "name 0")
    assert cur.fetchall() == []
    assert cur.callfunc("pairs", (0,)) is None
    assert cur.execute("EXECUTE FUNCTION pairs(:n)", {"n": 2}).fetchall() == pairs(2)


def test_procedures_return_nothing(db: Any) -> None:
    cur = db.cursor()
    assert cur.callproc("nothing") == ()
    assert cur.description is None
    assert cur.callfunc("twice", (1,)) == Decimal("2.00")


def test_wrong_calls(db: Any) -> None:
    cur = db.cursor()
    for name in ("", "twice(1)", "a b", "1;2"):
        with pytest.raises(informix_db.ProgrammingError, match="no name of a routine"):
            cur.callfunc(name, (1,))
    for parameters in ("12", {"v": 1}, 5):
        with pytest.raises(informix_db.ProgrammingError, match="must be a sequence"):
            cur.callfunc("twice", parameters)
    with pytest.raises(informix_db.ProgrammingError, match="-674"):
        cur.callproc("no_such_routine", (1,))
    assert cur.callfunc("twice", (1,)) == Decimal("2.00")


def test_hooks_see_calls(db: Any) -> None:
    events: list[informix_db.QueryEvent] = []
    db.query_hook = events.append
    cur = db.cursor()
    cur.callfunc("twice", (1,))
    cur.callproc("nothing")
    with pytest.raises(informix_db.DatabaseError):
        cur.callproc("no_such_routine")
    db.query_hook = None
    assert [event.statement for event in events] == [
        "EXECUTE FUNCTION twice(?)", "EXECUTE PROCEDURE nothing()", "EXECUTE PROCEDURE no_such_routine()"
    ]  # fmt: skip
    assert events[0].values == (1,)
    assert isinstance(events[2].error, informix_db.ProgrammingError)
