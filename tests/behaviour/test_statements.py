"""Execute, fetch, batches, errors: against a scripted server, so that what goes over the wire is known."""

import re
from typing import Any

import informix_db
import pytest
from informix_testserver.engine import Outcome, SqlError
from informix_testserver.script import ScriptEngine
from informix_types import ColumnType, TypeCode

INT = ColumnType(TypeCode.INTEGER, 4)
NAME = ColumnType(TypeCode.VARCHAR, 20)
COLUMNS = [("id", INT), ("name", NAME)]


def rows(n: int) -> list[tuple[Any, ...]]:
    return [(i, None if i % 7 == 3 else f"name {i}") for i in range(n)]


def actions(engine: ScriptEngine, *kinds: str) -> list[tuple[str, str]]:
    return [(c.action, c.sql) for c in engine.log if not kinds or c.action in kinds]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1000, 20000])
def test_all_rows_arrive_in_order(conn: Any, engine: ScriptEngine, count: int) -> None:
    engine.answer("select id, name from t", columns=COLUMNS, rows=rows(count))
    cur = conn.cursor()
    cur.execute("select id, name from t")
    assert cur.fetchall() == rows(count)
    assert cur.rowcount == count
    assert cur.fetchone() is None
    assert cur.fetchall() == []
    assert cur.fetchmany(3) == []


def test_fetchone_fetchmany_and_iteration_share_a_position(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("select id, name from t", columns=COLUMNS, rows=rows(5000))
    expected = rows(5000)
    cur = conn.cursor()
    cur.execute("select id, name from t")
    assert cur.rownumber == 0
    assert cur.fetchone() == expected[0]
    assert cur.fetchmany(1000) == expected[1:1001]
    assert cur.fetchmany() == expected[1001:1002]
    cur.arraysize = 7
    assert cur.fetchmany() == expected[1002:1009]
    assert cur.rownumber == 1009
    assert list(cur) == expected[1009:]
    assert cur.rownumber == 5000


def test_small_fetch_buffers_only_mean_more_trips(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("select id, name from t", columns=COLUMNS, rows=rows(300))
    for buffer in (1, 300, 4096, 100_000):
        cur = conn.cursor()
        cur.fetch_buffer = buffer
        assert cur.execute("select id, name from t").fetchall() == rows(300)


def test_several_cursors_stream_at_once(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("select id, name from t", columns=COLUMNS, rows=rows(4000))
    engine.answer("select id from u", columns=COLUMNS[:1], rows=[(i,) for i in range(4000)])
    cursors = [conn.cursor() for _ in range(4)]
    for n, cur in enumerate(cursors):
        cur.fetch_buffer = 512
        cur.execute("select id from u" if n % 2 else "select id, name from t")
    for i, expected in enumerate(rows(4000)):
        got = [cur.fetchone() for cur in cursors]
        assert got == [expected, (i,), expected, (i,)]
    assert [cur.fetchone() for cur in cursors] == [None] * 4


def test_description(conn: Any, engine: ScriptEngine) -> None:
    types = [
        ("n", ColumnType(TypeCode.DECIMAL, 10 << 8 | 2)),
        ("f", ColumnType(TypeCode.DECIMAL, 16 << 8 | 255)),
        ("c", ColumnType(TypeCode.CHAR, 8, flags=0x100)),
        ("v", NAME),
        ("i", INT),
    ]
    engine.answer("select * from t", columns=types, rows=[])
    cur = conn.execute("select * from t")
    assert [tuple(column) for column in cur.description] == [
        ("n", 5, None, 6, 10, 2, True),
        ("f", 5, None, 10, 16, None, True),
        ("c", 0, 8, 8, None, None, False),
        ("v", 13, 20, 20, None, None, True),
        ("i", 2, None, 4, 10, 0, True),
    ]
    assert cur.description[0].type_code == informix_db.NUMBER
    assert cur.description[2].type_code == informix_db.STRING
    assert cur.description[0].type == types[0][1]


def test_parameters_of_every_style(conn: Any, engine: ScriptEngine) -> None:
    engine.answer(
        "select id, name from t where a = ? and b = ?",
        columns=COLUMNS,
        rows=lambda values: [(values[0], values[1])],
    )
    cur = conn.cursor()
    for sql, parameters in [
        ("select id, name from t where a = ? and b = ?", (1, "x")),
        ("select id, name from t where a = :2 and b = :1", ("x", 1)),
        ("select id, name from t where a = :one and b = :two", {"one": 1, "two": "x"}),
    ]:
        assert cur.execute(sql, parameters).fetchall() == [(1, "x")]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (None, "takes 1 parameter, 0 given"),
        ((), "takes 1 parameter, 0 given"),
        ((1, 2), "2 given"),
        ("x", "not str"),
    ],
)
def test_wrong_parameters_leave_the_connection_usable(
    conn: Any, engine: ScriptEngine, parameters: Any, words: str
) -> None:
    engine.answer("select id from t where a = ?", columns=COLUMNS[:1], rows=[(1,)])
    cur = conn.cursor()
    with pytest.raises(informix_db.ProgrammingError, match=words):
        cur.execute("select id from t where a = ?", parameters)
    assert cur.execute("select id from t where a = ?", (5,)).fetchall() == [(1,)]


def test_a_value_that_cannot_be_sent_is_a_data_error(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("insert into t values (?, ?)", columns=COLUMNS, rows_affected=1)
    cur = conn.cursor()
    with pytest.raises(informix_db.DataError, match="parameter 2"):
        cur.execute("insert into t values (?, ?)", (1, "\u20ac"))
    with pytest.raises(informix_db.DataError, match=r"parameter 1.*object"):
        cur.execute("insert into t values (?, ?)", (object(), "x"))
    assert cur.execute("insert into t values (?, ?)", (1, "x")).rowcount == 1


def test_insert_tells_count_and_serial(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("insert into t values (0)", rows_affected=1, serial=41)
    engine.answer("insert into u values (0)", rows_affected=1, bigserial=2**40)
    engine.answer("update t set a = 1", rows_affected=17)
    cur = conn.cursor()
    assert (cur.execute("insert into t values (0)").rowcount, cur.lastrowid) == (1, 41)
    assert (cur.execute("insert into u values (0)").rowcount, cur.lastrowid) == (1, 2**40)
    assert (cur.execute("update t set a = 1").rowcount, cur.lastrowid) == (17, None)
    assert cur.description is None
    with pytest.raises(informix_db.ProgrammingError, match="no result"):
        cur.fetchone()


def test_statements_are_prepared_once(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("select id from t where a = ?", columns=COLUMNS[:1], rows=[(1,)])
    engine.answer("insert into t values (?)", columns=COLUMNS[:1], rows_affected=1)
    for i in range(5):
        assert conn.execute("select id from t where a = ?", (i,)).fetchall() == [(1,)]
        assert conn.execute("insert into t values (?)", (i,)).rowcount == 1
    assert len(actions(engine, "prepare")) == 2
    assert len(actions(engine, "execute")) == 5


def test_a_changed_table_is_prepared_again_once(conn: Any, engine: ScriptEngine) -> None:
    changed = iter([Outcome(rows=1), SqlError(-710), Outcome(rows=2), SqlError(-710), SqlError(-710)])

    def outcome(_values: tuple[Any, ...]) -> Outcome:
        what = next(changed)
        if isinstance(what, SqlError):
            raise what
        return what

    engine.answer("insert into t values (?)", columns=COLUMNS[:1], outcome=outcome)
    cur = conn.cursor()
    assert cur.execute("insert into t values (?)", (1,)).rowcount == 1
    assert cur.execute("insert into t values (?)", (2,)).rowcount == 2
    assert len(actions(engine, "prepare")) == 2
    with pytest.raises(informix_db.OperationalError, match="-710"):
        cur.execute("insert into t values (?)", (3,))


@pytest.mark.parametrize("stage", ["prepare", "execute"])
def test_errors_of_the_server(conn: Any, engine: ScriptEngine, stage: Any) -> None:
    sql = "insert into t\nvalues (:value)"
    engine.answer(
        "insert into t values (?)",
        columns=COLUMNS[:1],
        error=SqlError(-268, isam=-100, offset=24, token="u1_t"),
        error_at=stage,
    )
    engine.answer("select id from t", columns=COLUMNS[:1], rows=[(1,)])
    cur = conn.cursor()
    with pytest.raises(informix_db.IntegrityError) as caught:
        cur.execute(sql, {"value": 1})
    error = caught.value
    assert (error.sqlcode, error.isam, error.sqlstate, error.near) == (-268, -100, "23000", "u1_t")
    assert (error.statement, error.offset) == (sql, 29)
    assert str(error).splitlines()[-2:] == ["    values (:value)", "                  ^"]
    assert cur.execute("select id from t").fetchall() == [(1,)]


def test_an_error_in_the_middle_of_the_rows(conn: Any, engine: ScriptEngine) -> None:
    engine.answer(
        "select id from t",
        columns=COLUMNS[:1],
        rows=[(i,) for i in range(5000)],
        error=SqlError(-244, isam=-107),
        error_at="fetch",
        error_after=3000,
    )
    engine.answer("select id from u", columns=COLUMNS[:1], rows=[(1,)])
    cur = conn.cursor()
    cur.fetch_buffer = 1024
    cur.execute("select id from t")
    got: list[Any] = []
    with pytest.raises(informix_db.OperationalError) as caught:
        got.extend(iter(cur.fetchone, None))
    assert caught.value.is_retryable
    assert got == [(i,) for i in range(len(got))]
    assert len(got) > 2000
    assert cur.execute("select id from u").fetchall() == [(1,)]


def test_executemany_sends_every_row(conn: Any, engine: ScriptEngine) -> None:
    seen: list[tuple[Any, ...]] = []

    def outcome(values: tuple[Any, ...]) -> Outcome:
        seen.append(values)
        return Outcome(rows=1, serial=len(seen))

    engine.answer("insert into t values (?, ?)", columns=COLUMNS, outcome=outcome)
    cur = conn.cursor()
    cur.executemany("insert into t values (:1, :2)", iter(rows(5000)), insert_cursor=False)
    assert seen == rows(5000)
    assert (cur.rowcount, cur.lastrowid) == (5000, 5000)
    cur.executemany("insert into t values (?, ?)", [])
    assert cur.rowcount == 0


def _refusing(*bad: int) -> Any:
    def outcome(values: tuple[Any, ...]) -> Outcome:
        if values[0] in bad:
            raise SqlError(-268, isam=-100, token="u1_t")
        return Outcome(rows=1)

    return outcome


def test_executemany_raises_at_the_first_bad_row(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("insert into t values (?, ?)", columns=COLUMNS, outcome=_refusing(1500, 1700))
    cur = conn.cursor()
    with pytest.raises(informix_db.IntegrityError, match="row 1500: -268") as caught:
        cur.executemany("insert into t values (?, ?)", rows(5000))
    assert caught.value.row == 1500
    assert cur.rowcount == 1500
    assert any("1500 rows" in note for note in caught.value.__notes__)
    assert cur.execute("insert into t values (?, ?)", (1, "x")).rowcount == 1


def test_executemany_collects_bad_rows_if_asked(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("insert into t values (?, ?)", columns=COLUMNS, outcome=_refusing(0, 1500, 4999))
    cur = conn.cursor()
    cur.executemany("insert into t values (?, ?)", rows(5000), batch_errors=True)
    assert [(e.row, e.sqlcode) for e in cur.batch_errors] == [(0, -268), (1500, -268), (4999, -268)]
    assert cur.rowcount == 4997


def test_executemany_names_a_row_that_cannot_be_sent(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("insert into t values (?, ?)", columns=COLUMNS, rows_affected=1)
    cur = conn.cursor()
    with pytest.raises(informix_db.DataError, match=r"row 2: .*parameter 2") as caught:
        cur.executemany("insert into t values (?, ?)", [(1, "a"), (2, "b"), (3, object()), (4, "d")])
    assert caught.value.row == 2
    with pytest.raises(informix_db.ProgrammingError, match="row 1: the statement takes 2"):
        cur.executemany("insert into t values (?, ?)", [(1, "a"), (2,)])
    with pytest.raises(ZeroDivisionError):
        cur.executemany("insert into t values (?, ?)", ((1 // (1 - i), "a") for i in range(3)))
    assert cur.execute("insert into t values (?, ?)", (1, "x")).rowcount == 1


def test_executemany_is_not_for_queries(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("select id from t where a = ?", columns=COLUMNS[:1], rows=[(1,)])
    with pytest.raises(informix_db.ProgrammingError, match="return no rows"):
        conn.cursor().executemany("select id from t where a = ?", [(1,)])


def test_routines(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("execute function area(?, ?)", columns=COLUMNS[:1], rows=lambda v: [(v[0] * v[1],)])
    engine.answer("execute procedure tidy(?)")
    engine.answer("execute procedure list()", columns=COLUMNS, rows=rows(3))
    cur = conn.cursor()
    assert cur.callfunc("area", (6, 7)) == 42
    assert cur.callproc("tidy", ["x"]) == ["x"]
    cur.callproc("list")
    assert cur.fetchall() == rows(3)
    with pytest.raises(informix_db.ProgrammingError, match="no name of a routine"):
        cur.callproc("tidy(1); drop table t; --")


def test_closed_cursors_and_connections_say_so(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("select id from t", columns=COLUMNS[:1], rows=[(i,) for i in range(10)])
    cur = conn.cursor()
    cur.execute("select id from t")
    cur.close()
    cur.close()
    assert cur.closed
    for call in (
        cur.fetchone,
        cur.fetchall,
        cur.fetchmany,
        lambda: cur.execute("select id from t"),
        lambda: next(cur),
    ):
        with pytest.raises(informix_db.InterfaceError, match="cursor is closed"):
            call()
    other = conn.execute("select id from t")
    conn.close()
    conn.close()
    assert conn.closed
    assert not conn.broken
    for call in (conn.commit, conn.rollback, conn.ping, other.fetchone, lambda: conn.execute("select id from t")):
        with pytest.raises(informix_db.InterfaceError, match="connection is closed"):
            call()
    other.close()


def test_dropped_cursors_are_freed_with_the_next_request(conn: Any, engine: ScriptEngine) -> None:
    engine.answer(re.compile("select id from t[0-9]+"), columns=COLUMNS[:1], rows=[(i,) for i in range(9000)])
    for i in range(30):
        cur = conn.cursor()
        cur.execute(f"select id from t{i}")
        assert cur.fetchone() == (0,)
        if i % 3:
            del cur
        elif i % 2:
            cur.close()
    conn.ping()
    inner = getattr(conn, "inner", conn)
    alive = [s.prepared.sql for s in inner._session.statements.values() if s.cursor is not None]
    # The last cursor is still referenced by this frame; every other one was freed.
    assert alive in ([], ["select id from t29"], ["select id from t27"])
    assert conn.execute("select id from t1").fetchone() == (0,)


def test_the_cache_is_bounded(driver: Any, server: Any, engine: ScriptEngine) -> None:
    engine.answer(re.compile("select id from t[0-9]+"), columns=COLUMNS[:1], rows=[(1,)])
    conn = driver.connect(server.url, statement_cache_size=3)
    for i in range(20):
        assert conn.execute(f"select id from t{i}").fetchall() == [(1,)]
    conn.ping()
    inner = getattr(conn, "inner", conn)
    assert len(inner._session.statements) <= 4
    conn.close()


def test_text_travels_in_the_clients_code_set(driver: Any, server: Any, engine: ScriptEngine) -> None:
    engine.answer(re.compile("€"), columns=COLUMNS, rows=lambda v: [(1, v[0])])
    conn = driver.connect(server.url, client_locale="en_US.utf8")
    assert conn.execute("select '€', name from t where a = ?", ("žluťoučký €",)).fetchall() == [(1, "žluťoučký €")]
    conn.close()
    latin = driver.connect(server.url)
    with pytest.raises(informix_db.DataError, match=r"€|20ac"):
        latin.execute("select '€' from t")
    assert not latin.closed
    latin.close()


def test_prepare(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("select id, name from t where id = ?", columns=COLUMNS, rows=lambda v: [(v[0], "x")])
    engine.answer("insert into t values (?)", columns=COLUMNS[:1], rows_affected=1)
    cur = conn.prepare("select id, name from t where id = :1")
    assert [column.name for column in cur.description] == ["id", "name"]
    for i in range(3):
        assert cur.execute(None, (i,)).fetchall() == [(i, "x")]
    assert len(actions(engine, "prepare")) == 1
    insert = conn.prepare("insert into t values (?)")
    assert insert.description is None
    assert insert.execute(None, (1,)).rowcount == 1
    with pytest.raises(informix_db.ProgrammingError, match="-201"):
        conn.prepare("nonsense")
    with pytest.raises(informix_db.ProgrammingError, match="no statement to execute again"):
        conn.cursor().execute(None)


def test_setinputsizes(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("select id from t where b = ?", columns=COLUMNS[:1], rows=[(1,)])
    cur = conn.cursor()
    cur.setinputsizes([TypeCode.TEXT])
    cur.execute("select id from t where b = ?", (b"data",))
    cur.setinputsizes([ColumnType(TypeCode.LVARCHAR), 20])
    cur.execute("select id from t where b = ?", ("data",))
    cur.execute("select id from t where b = ?", ("data",))
    assert [call.values for call in engine.log if call.action == "open"][1:] == [("data",), ("data",)]
    cur.setoutputsize(10)
    assert cur.nextset() is None


# -- misuse


def test_errors_name_a_parameter_as_the_application_does(conn: Any, engine: ScriptEngine) -> None:
    engine.answer("insert into t values (?, ?)", rows_affected=1)
    cur = conn.cursor()
    for sql, parameters, name in (
        ("insert into t values (?, ?)", ("a", object()), "parameter 2:"),
        ("insert into t values (:2, :1)", (object(), "a"), "parameter 1:"),
        ("insert into t values (:v, :n)", {"v": "a", "n": object()}, "parameter :n:"),
    ):
        with pytest.raises(informix_db.DataError, match=f"^{name}"):
            cur.execute(sql, parameters)
        with pytest.raises(informix_db.DataError, match=f"^row 0: {name}"):
            cur.executemany(sql, [parameters])


def test_half_characters_are_no_sql(conn: Any) -> None:
    with pytest.raises(informix_db.ProgrammingError, match=r"lone surrogate '\\udc80' at position 8"):
        conn.execute("select '\udc80' from t")


def test_a_hook_that_fails_does_not_hide_the_statements_error(conn: Any, caplog: pytest.LogCaptureFixture) -> None:
    def hook(_event: Any) -> None:
        raise ZeroDivisionError("mine")

    conn.query_hook = hook
    with pytest.raises(informix_db.ProgrammingError):
        conn.execute("no such statement")
    assert "the query hook failed" in caplog.text
    assert "ZeroDivisionError: mine" in caplog.text
    with pytest.raises(ZeroDivisionError, match="mine"):
        conn.execute("begin work")
    conn.query_hook = None


def test_settings_of_a_connection_are_checked(conn: Any) -> None:
    with pytest.raises(informix_db.InterfaceError, match="autocommit must be True or False, not 'no'"):
        conn.autocommit = "no"
    with pytest.raises(informix_db.InterfaceError, match="unknown isolation level None"):
        conn.set_isolation(None)
    with pytest.raises(informix_db.ProgrammingError, match="must be strings, not bytes"):
        conn.xid(1, b"a", "b")
