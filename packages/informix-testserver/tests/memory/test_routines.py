# ruff: noqa: E501 - one case a line
"""Stored routines that a test registers."""

import datetime
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from informix_testserver.engine import SqlError


def add(x: int, y: int) -> int:
    return x + y


def countdown(n: int) -> Iterator[tuple[int, str]]:
    for i in range(n, 0, -1):
        yield i, "x" * i


def split(text: str) -> tuple[str, str]:
    head, _, tail = text.partition(",")
    return head, tail


def refuse() -> None:
    raise SqlError(-746, token="not today")


@pytest.fixture
def routines(db: Any) -> Any:
    db.engine.register_routine("add", add)
    db.engine.register_routine("countdown", countdown, returns=["int", "varchar(10)"], rows=True)
    db.engine.register_routine(
        "split", split, parameters=["lvarchar", "char(3)", "char(3)"], modes=["in", "out", "out"], returns=[]
    )
    db.engine.register_routine("refuse", refuse)
    db.engine.register_routine(
        "tax", lambda d: d * Decimal("0.19"), parameters=["decimal(8,2)"], returns="decimal(8,2)"
    )
    return db


def test_in_an_expression(routines: Any) -> None:
    assert routines.evaluate("add(2, 3) * 2") == 10
    assert routines.type_of("tax(10)") == "DECIMAL(8,2)"
    assert routines.evaluate("tax(10.55)") == Decimal("2.00")
    assert routines.rows("select tabid from systables where tabid = add(?, 1)", 1) == [(2,)]


@pytest.mark.parametrize(
    "sql", ["execute function add(2, 3)", "execute procedure add(?, ?)", "call add(2, y = 3)"]
)
def test_execute(routines: Any, sql: str) -> None:
    values = (2, 3) if "?" in sql else ()
    statement = routines.prepare(sql)
    assert statement.returns_rows
    assert [(c.name, c.type.type_name) for c in statement.columns] == [("(expression)", "INTEGER")]
    assert routines.rows(sql, *values) == [(5,)]


def test_many_rows(routines: Any) -> None:
    assert routines.rows("execute function countdown(3)") == [(3, "xxx"), (2, "xx"), (1, "x")]
    assert routines.rows("execute function countdown(0)") == []


def test_routines_with_out_parameters_are_called_by_number(routines: Any) -> None:
    """EXECUTE refuses them and says the number; the OUT values come before what is returned (sqli.md 5.13.1)."""
    session = routines.session
    ((number,),) = routines.rows("select procid from sysprocedures where procname = 'split'")
    for sql in ("execute procedure split(?, ?, ?)", "execute procedure split('a', 'b', 'c')"):
        error = routines.error(sql)
        assert (error.sqlcode, error.token) == (-9752, f"{session.database_name}:{number}:split")
    split = session.find_routine_number(number)
    described = session.describe_routine(split)
    assert [(t.type_name, mode) for t, mode in described.parameters] == [
        ("LVARCHAR(2048)", 0),
        ("CHAR(3)", 1),
        ("CHAR(3)", 1),
    ]
    assert described.results == 0
    values = session.call_routine(split, routines.bound(("ab,c", None, None)))
    assert [(v.value, v.type.type_name) for v in values] == [("ab ", "CHAR(3)"), ("c  ", "CHAR(3)")]
    routines.engine.register_routine(
        "split", split.function, parameters=["lvarchar"], returns="int"
    )  # a new one of the old name
    assert session.find_routine_number(number) is None


def test_errors(routines: Any) -> None:
    error = routines.error("execute procedure refuse()")
    assert (error.sqlcode, error.token) == (-746, "not today")
    assert routines.fails("execute function nothing(1)") == (-674, 0)
    assert routines.fails("execute function add(1)") == (-674, 0)
    assert routines.fails("select countdown(1) from systables") == (-684, 0)
    assert routines.fails("execute function add('x', 1)") == (-1213, 0)


def test_an_unexpected_exception_is_reported_as_a_failed_routine(db: Any) -> None:
    db.engine.register_routine("broken", lambda: 1 / 0, parameters=[], returns="int")
    error = db.error("execute function broken()")
    assert error.sqlcode == -937
    assert "ZeroDivisionError" in (error.text or "")


def test_fast_path(routines: Any) -> None:
    session = routines.session
    routine = session.find_routine("function informix.add(integer,integer)")
    (result,) = session.call_routine(routine, routines.bound((4, 5)))
    assert (result.value, result.type.type_name) == (9, "INTEGER")
    assert session.find_routine("function informix.nothing(integer)") is None


def test_annotations_give_the_types(db: Any) -> None:
    def tomorrow(day: datetime.date) -> datetime.date:
        return day + datetime.timedelta(1)

    db.engine.register_routine("tomorrow", tomorrow)
    assert db.evaluate("tomorrow(mdy(2,28,2024))") == datetime.date(2024, 2, 29)
    with pytest.raises(TypeError):
        db.engine.register_routine("vague", lambda x: x)


def test_in_the_catalogue(routines: Any) -> None:
    assert routines.rows("select procname, numargs, isproc from sysprocedures where procname = 'add'") == [
        ("add", 2, "f")
    ]
    sql = "select c.paramname, c.paramtype, c.paramattr from sysproccolumns c, sysprocedures p where c.procid = p.procid and p.procname = 'add' order by c.paramid"
    assert routines.rows(sql) == [("x", 2, 1), ("y", 2, 1), (None, 2, 3)]


def test_as_a_table(routines: Any) -> None:
    sql = "select c.n * 10, c.x from table(countdown(?)) as c(n, x) where c.n <> 2 order by 1"
    assert routines.rows(sql, 3) == [(10, "x"), (30, "xxx")]
    assert routines.rows(
        "select count(*) from table(countdown(0)) as c(n, x), table(countdown(2)) as d(n, x)"
    ) == [(0,)]
    routines.run("create table t (n int, x varchar(10))")
    assert routines.run("insert into t execute procedure countdown(2)").rows == 2
    assert routines.rows("select * from t order by n") == [(1, "x"), (2, "xx")]


def test_executed_routines_do_not_hold_up_the_server(db: Any, connect: Any) -> None:
    other = connect()
    db.run("create table t (n int)")

    def look() -> int:
        other.run("insert into t values (1)")
        return int(other.rows("select count(*) from t")[0][0])

    db.engine.register_routine("look", look)
    assert db.rows("execute function look()") == [(1,)]
    assert db.rows("select n from t") == [(1,)]


def test_interrupting_a_routine(db: Any) -> None:
    db.engine.register_routine("patient", db.session.interrupt, parameters=[], returns=[])
    assert db.fails("execute procedure patient()") == (-213, -157)
    assert db.evaluate("1") == 1


def test_dropping(routines: Any) -> None:
    routines.run("drop function add")
    assert routines.fails("select add(1, 2) from systables") == (-674, 0)
    routines.run("drop procedure if exists add")
    assert routines.fails("drop procedure add") == (-674, 0)


def test_results_that_their_types_have_no_room_for(db: Any) -> None:
    """A routine's result is converted as an assigned value is: numbers out of range are refused, text is cut."""
    for name, kind, value in (
        ("wide", "integer", 10**10),
        ("small", "smallint", 2**15),
        ("huge", "bigint", 2**63),
        ("money", "decimal(4,1)", Decimal("12345.6")),
        ("text", "varchar(3)", "longer"),
    ):
        db.engine.register_routine(name, lambda value=value: value, parameters=(), returns=(kind,))
    codes = {"wide": -1215, "small": -1214, "huge": -1284, "money": -1226}
    for name, code in codes.items():
        assert db.fails(f"execute function {name}()") == (code, 0)
        assert db.fails(f"select {name}() from sysmaster:sysdual") == (code, 0)
    assert db.rows("execute function text()") == [("lon",)]
    assert db.evaluate("text()") == "lon"
    for name, code in codes.items():
        found = db.session.find_routine(f"function {name}()")
        with pytest.raises(SqlError) as caught:
            db.session.call_routine(found, [])
        assert caught.value.sqlcode == code


async def _later() -> int:
    return 1


def _several(n: int) -> Any:
    yield n


@pytest.mark.parametrize(
    ("name", "function", "options", "error", "message"),
    [
        ("x y", abs, {"parameters": ["int"], "returns": "int"}, ValueError, "'x y' cannot name a routine"),
        ("", abs, {"parameters": ["int"], "returns": "int"}, ValueError, "'' cannot name a routine"),
        ("1st", abs, {"parameters": ["int"], "returns": "int"}, ValueError, "'1st' cannot name"),
        ("r", _several, {"returns": ["int"]}, TypeError, "a generator makes rows; say so by rows=True"),
        ("r", _later, {}, TypeError, "an asynchronous function"),
        ("r", lambda a: a, {"parameters": ["int", "int"], "returns": "int"}, TypeError, "called with 2 values"),
        ("r", lambda a, b: a, {"parameters": ["int"], "returns": "int"}, TypeError, "called with 1 values"),
        ("r", lambda a, b: a, {"parameters": ["int", "int"], "modes": ["in", "out"], "returns": []}, TypeError,
         "called with 1 values"),
        ("r", abs, {"parameters": ["int"], "modes": ["in", "out"], "returns": "int"}, ValueError, "2 modes"),
        ("r", abs, {"parameters": ["int"], "modes": ["to"], "returns": "int"}, ValueError, "'to' is no mode"),
        ("r", abs, {"parameters": ["int"], "names": ["a", "b"], "returns": "int"}, ValueError, "2 names"),
        ("r", abs, {"parameters": ["int"], "names": ["a b"], "returns": "int"}, ValueError, "'a b' cannot name"),
        ("r", abs, {"parameters": ["int"], "returns": "int", "kind": "macro"}, ValueError, "'macro' is no kind"),
        ("r", abs, {"parameters": ["int"], "return": "int"}, TypeError, "return"),
    ],
)  # fmt: skip
def test_impossible_routines_are_refused_at_once(
    db: Any, name: str, function: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        db.engine.register_routine(name, function, **options)
    assert db.engine.routines == {}


def test_a_generator_makes_rows(db: Any) -> None:
    db.engine.register_routine("Several", _several, returns="int", rows=True)
    assert db.rows("execute function several(7)") == [(7,)]


@pytest.mark.parametrize("fast_path", [False, True])
def test_other_sessions_go_on_while_a_routine_runs(db: Any, connect: Any, fast_path: bool) -> None:
    """The routine waits for what another session does in another thread."""
    other = connect()

    def wait_for_another() -> int:
        thread = threading.Thread(target=other.run, args=("create table made (n int)",), daemon=True)
        thread.start()
        thread.join(10)
        return int(not thread.is_alive())

    db.engine.register_routine("wait_for_another", wait_for_another)
    if fast_path:
        routine = db.session.find_routine("function wait_for_another()")
        assert [found.value for found in db.session.call_routine(routine, [])] == [1]
    else:
        assert db.rows("execute function wait_for_another()") == [(1,)]


@pytest.mark.parametrize("value", [[5], [5, 6], []])
def test_a_collection_of_any_size_is_one_value(db: Any, value: list[int]) -> None:
    db.engine.register_routine("several", lambda: value, returns="list(integer not null)")
    ((found,),) = db.rows("execute function several()")
    assert list(found) == value
    db.engine.register_routine(
        "in_rows", lambda: [(value,), (value,)], returns="list(integer not null)", rows=True
    )
    assert [list(found) for (found,) in db.rows("execute function in_rows()")] == [value, value]
