"""Log in and out, transactions, errors met and survived."""

import datetime
import re
from decimal import Decimal

import informix_db
import pytest

ONE = "select 1 from systables where tabid = 1"


def code(error: pytest.ExceptionInfo[Exception]) -> int:
    """The Informix code of an error: an attribute, or the first negative number of the text."""
    for name in ("sqlcode", "code", "errcode"):
        value = getattr(error.value, name, None)
        if isinstance(value, int):
            return value
    found = re.search(r"-\d{2,5}", str(error.value))
    assert found, f"no code in {error.value!r}"
    return int(found[0])


def test_simple_query(run):
    assert run(ONE) == [(1,)]


def test_close_twice(connect):
    connection = connect()
    connection.close()
    connection.close()
    assert connection.closed


def test_many_connections(connect, runner):
    opened = [connect() for _ in range(10)]
    for i, connection in enumerate(opened):
        assert runner(connection)(f"select {i} from systables where tabid = 1") == [(i,)]


@pytest.mark.parametrize(
    ("changes", "text"),
    [({"password": "wrong"}, "informix@"), ({"user": "nobody"}, "nobody@")],
    ids=["password", "user"],
)
def test_login_refused(connect, changes, text):
    with pytest.raises(informix_db.OperationalError, match=text):  # this client shows the text, not the code
        connect(**changes)


def test_unknown_database(connect):
    with pytest.raises(informix_db.Error) as error:
        connect(database="no_such_db")
    assert code(error) == -329


def test_no_database(connect, runner):
    run = runner(connect(database=None))
    run("database testdb")
    assert run(ONE) == [(1,)]


def test_unlogged_database(connect, runner):
    run = runner(connect(database="sysmaster"))  # in autocommit mode: else this client sends a BEGIN that fails
    assert [r[0].strip() for r in run("select name from sysdatabases where name = 'testdb'")] == ["testdb"]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("selec 1 from systables", -201),
        ("select 1 from", -201),
        ("select * from no_such_table", -206),
        ("select no_such_column from systables", -217),
        ("select tabid / 0 from systables where tabid = 1", -1202),
        ("select 1 from systables where tabid = (select tabid from systables)", -284),
        ("drop table e_missing", -206),
    ],
)
def test_error_and_go_on(run, sql, expected):
    with pytest.raises(informix_db.Error) as error:
        run(sql)
    assert code(error) == expected
    assert run(ONE) == [(1,)]


@pytest.mark.parametrize(
    ("columns", "before", "sql", "expected"),
    [
        ("a integer not null primary key", "insert into e_dml values (1)", "insert into e_dml values (1)", -268),
        ("a integer not null", None, "insert into e_dml values (null)", -391),
        ("a integer check (a > 0)", None, "insert into e_dml values (-1)", -530),
        ("a integer, b integer", None, "insert into e_dml values (1)", -236),
        ("a integer", None, "insert into e_dml values ('abc')", -1213),
        ("a smallint", None, "insert into e_dml values (40000)", -1214),
        ("a decimal(4,2)", None, "insert into e_dml values (100.5)", -1226),
        ("a integer", None, "create table e_dml (a integer)", -310),
    ],
)
def test_update_error_and_go_on(run, columns, before, sql, expected):
    run.recreate("e_dml", columns)
    if before:
        run(before)
    with pytest.raises(informix_db.Error) as error:
        run(sql)
    assert code(error) == expected
    assert run("select count(*) from e_dml") == [(1 if before else 0,)]


def test_duplicate_is_integrity_error(run):
    run.recreate("e_dup", "a integer not null primary key, b varchar(5)")
    run("insert into e_dup values (?, ?)", 1, "x")
    with pytest.raises(informix_db.IntegrityError):
        run("insert into e_dup values (?, ?)", 1, "y")
    run("insert into e_dup values (?, ?)", 2, "z")
    assert run("select a, b from e_dup order by a") == [(1, "x"), (2, "z")]


def test_syntax_is_programming_error(run):
    with pytest.raises(informix_db.ProgrammingError):
        run("selec 1")


def test_commit_and_rollback(connect, runner, run):
    run.recreate("t_tx", "a integer")
    connection = connect(autocommit=False)
    inside = runner(connection)
    inside("insert into t_tx values (1)")
    connection.commit()
    inside("insert into t_tx values (2)")
    assert inside("select a from t_tx order by a") == [(1,), (2,)]
    connection.rollback()
    assert inside("select a from t_tx order by a") == [(1,)]
    connection.rollback()
    assert run("select a from t_tx order by a") == [(1,)]


def test_error_keeps_transaction(connect, runner, run):
    run.recreate("t_err", "a integer not null primary key")
    connection = connect(autocommit=False)
    inside = runner(connection)
    inside("insert into t_err values (1)")
    with pytest.raises(informix_db.Error):
        inside("insert into t_err values (1)")
    inside("insert into t_err values (2)")
    connection.commit()
    assert run("select a from t_err order by a") == [(1,), (2,)]


def test_sql_text_transactions(run):
    run.recreate("t_sql", "a integer")
    run("begin work")
    run("insert into t_sql values (1)")
    run("rollback work")
    run("begin work")
    run("insert into t_sql values (2)")
    run("commit work")
    assert run("select a from t_sql") == [(2,)]


def test_commit_without_transaction(run):
    with pytest.raises(informix_db.Error) as error:
        run("commit work")
    assert code(error) == -255


def test_set_statements(run):
    for sql in (
        "set isolation to dirty read",
        "set isolation to committed read",
        "set lock mode to wait 5",
        "set lock mode to not wait",
    ):
        run(sql)
    assert run(ONE) == [(1,)]


def test_description_and_rowcount(connection):
    cursor = connection.cursor()
    cursor.execute("drop table if exists b_desc")
    cursor.execute("create table b_desc (a integer not null, b varchar(17), c decimal(9,3), d date)")
    cursor.execute("insert into b_desc values (?, ?, ?, ?)", (1, "x", Decimal("1.5"), datetime.date(2026, 6, 20)))
    assert cursor.rowcount == 1
    cursor.execute("select * from b_desc")
    assert [d[0] for d in cursor.description] == ["a", "b", "c", "d"]
    assert cursor.fetchone() == (1, "x", Decimal("1.500"), datetime.date(2026, 6, 20))
    assert cursor.fetchone() is None
    cursor.execute("update b_desc set a = a + 1")
    assert cursor.rowcount == 1
    cursor.execute("delete from b_desc where a = 99")
    assert cursor.rowcount == 0
    cursor.close()


def test_fetch_in_parts(run, connection):
    run.recreate("b_many", "a integer, b varchar(40)")
    cursor = connection.cursor()
    cursor.executemany("insert into b_many values (?, ?)", [(i, f"row number {i}") for i in range(1000)])
    cursor.execute("select a, b from b_many order by a")
    rows = [cursor.fetchone(), *cursor.fetchmany(99), *cursor.fetchall()]
    assert rows == [(i, f"row number {i}") for i in range(1000)]
    cursor.close()
