"""Stored routines: `callproc` and `callfunc` with values, rows, NULLs and row factories, seen by hooks."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import informix_db
import pytest
from informix_db import dict_row, namedtuple_row, scalar_row
from informix_testserver import TestServer
from informix_testserver.engine import SqlError
from informix_types import TypeCode


def pairs(count: int | None) -> list[tuple[int, str]]:
    return [(i, f"name {i}") for i in range(count or 0)]


def change(
    amount: Decimal | None, text: str, day: datetime.date | None
) -> tuple[int, str, Decimal | None, str, datetime.date | None]:
    """Two results, then the OUT and INOUT values."""
    later = None if day is None else day + datetime.timedelta(days=1)
    return 7, "seven", None if amount is None else amount * 2, text + "!", later


MANY_TYPES = {
    "smallint": -32767,
    "integer": 2147483647,
    "bigint": -9223372036854775807,
    "float": 0.1,
    "decimal(16,4)": Decimal("-123456789012.3456"),
    "char(5)": "abc  ",
    "varchar(40)": "příliš".encode().decode("ascii", "ignore"),
    "lvarchar(300)": "x" * 300,
    "date": datetime.date(9999, 12, 31),
    "datetime year to fraction(5)": datetime.datetime(2026, 6, 20, 1, 2, 3, 456780),
    "interval day(4) to second": datetime.timedelta(days=-3, seconds=7),
    "boolean": True,
}


def many_types(*values: Any) -> tuple[Any, ...]:
    return values


def refuses(number: int) -> int:
    raise SqlError(-746, token=f"not {number}")


@pytest.fixture(scope="module")
def memory() -> Iterator[TestServer]:
    with TestServer(port=0) as server:
        add = server.register_routine
        add(
            "twice",
            lambda v: None if v is None else v * 2,
            parameters=["decimal(10,2)"],
            returns=["decimal(12,2)"],
        )
        add("divide", divmod, parameters=["int", "int"], returns=["int", "int"], names=["a", "b"])
        add("pairs", pairs, parameters=["int"], returns=["int", "varchar(20)"], rows=True)
        add("nothing", lambda: None, parameters=[], returns=[], kind="procedure")
        add(
            "change", change, parameters=["decimal(8,2)", "decimal(9,2)", "varchar(20)", "date"],
            modes=["in", "out", "inout", "inout"], returns=["int", "varchar(20)"],
        )  # fmt: skip
        add("plus_one", lambda n: n + 1, parameters=["int", "int"], modes=["out", "in"], returns=[])
        add("many_types", many_types, parameters=list(MANY_TYPES), modes=["inout"] * len(MANY_TYPES), returns=[])
        add("refuses", refuses, parameters=["int", "int"], modes=["in", "out"], returns=[])
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


def test_out_and_inout_parameters_come_back_in_a_copy(db: Any) -> None:
    cur, day = db.cursor(), datetime.date(2026, 6, 20)
    given = [Decimal("12.25"), None, "text", day]
    assert cur.callproc("change", given) == [
        Decimal("12.25"),
        Decimal("24.50"),
        "text!",
        datetime.date(2026, 6, 21),
    ]
    assert given == [Decimal("12.25"), None, "text", day]
    assert [(c.name, c.type_code) for c in cur.description] == [("(expression)", 2), ("(expression)", 13)]
    assert (cur.rowcount, cur.fetchall(), cur.fetchone()) == (1, [(7, "seven")], None)
    # What stands in the place of an OUT parameter is not sent; NULL goes in and comes out.
    assert cur.callproc("change", (None, "anything", "", None)) == (None, None, "!", None)
    assert cur.fetchone() == (7, "seven")


@pytest.mark.parametrize("stale", [False, True], ids=["fresh cursor", "cursor of a query"])
def test_the_row_of_a_routine_with_out_parameters_is_fetched_as_a_row(db: Any, stale: bool) -> None:
    cur = db.cursor()
    if stale:
        cur.execute("SELECT tabname, tabid FROM systables").fetchall()
    cur.callproc("change", (1, None, "a", None))
    for fetch in (cur.fetch_arrow, lambda: next(cur.fetch_record_batches(1))):
        with pytest.raises(informix_db.ProgrammingError, match="fetch it as a row"):
            fetch()
    assert cur.fetchone() == (7, "seven")


def test_a_function_with_out_parameters_returns_its_values(db: Any) -> None:
    cur = db.cursor(row_factory=dict_row)
    assert cur.callfunc("change", (1, None, "a", None)) == {"(expression)": "seven"}
    assert cur.callproc("change", (1, None, "a", None)) == (1, Decimal(2), "a!", None)
    assert cur.fetchall() == [{"(expression)": "seven"}]


def test_a_procedure_with_out_parameters_has_no_result(db: Any) -> None:
    cur = db.cursor()
    assert cur.callproc("plus_one", (None, 41)) == (42, 41)
    assert cur.description is None
    with pytest.raises(informix_db.ProgrammingError, match="no result"):
        cur.fetchone()


def test_values_of_every_type_come_back_exactly(db: Any) -> None:
    cur, values = db.cursor(), tuple(MANY_TYPES.values())
    came = cur.callproc("many_types", values)
    assert came == values
    assert [type(v) for v in came] == [type(v) for v in values]
    assert cur.callproc("many_types", [None] * len(values)) == [None] * len(values)


def test_out_parameters_and_errors(db: Any) -> None:
    cur = db.cursor()
    with pytest.raises(informix_db.DatabaseError, match="not 5"):
        cur.callproc("refuses", (5, None))
    with pytest.raises(informix_db.ProgrammingError, match="-674"):
        cur.callproc("plus_one", (1,))
    with pytest.raises(informix_db.DataError, match="-1213"):
        cur.callproc("plus_one", (None, "no number"))
    with pytest.raises(informix_db.ProgrammingError, match="-9752"):
        cur.execute("EXECUTE PROCEDURE plus_one(?, ?)", (None, 1))
    assert cur.callproc("plus_one", (None, 1)) == (2, 1)


def test_calls_with_out_parameters_are_part_of_the_transaction(db: Any) -> None:
    cur = db.cursor()
    events: list[informix_db.QueryEvent] = []
    db.query_hook = events.append
    cur.callproc("plus_one", (None, 1))
    db.query_hook = None
    assert [(e.statement, e.error) for e in events] == [("EXECUTE PROCEDURE plus_one(?, ?)", None)]
    assert db.in_transaction
    db.rollback()
    assert not db.in_transaction
    with db.cursor() as other:
        other.execute("SELECT tabid FROM systables WHERE tabid BETWEEN 1 AND 3")
        assert cur.callproc("plus_one", (None, 2)) == (3, 2)
        assert len(other.fetchall()) == 3


def test_a_failed_query_is_not_held_against_a_call(db: Any) -> None:
    cur = db.cursor()
    with pytest.raises(informix_db.Error):
        cur.execute("SELECT nosuch FROM systables")
    cur.callproc("divide", (7, 2))
    assert cur.fetchall() == [(3, 1)]


def test_input_sizes_are_for_one_call(db: Any) -> None:
    cur = db.cursor()
    cur.setinputsizes([TypeCode.INTEGER])
    with pytest.raises(informix_db.Error):
        cur.callproc("nosuch", (1,))
    assert cur._input_types is None
