"""BEGIN only when needed, commit and rollback, savepoints, unlogged and MODE ANSI databases."""

from typing import Any

import informix_db
import pytest
from informix_testserver.engine import DatabaseFlag
from informix_testserver.script import ScriptEngine
from informix_testserver.server import TestServer
from informix_types import ColumnType, TypeCode

INT = ColumnType(TypeCode.INTEGER, 4)
FLOW = ("begin", "commit", "rollback", "savepoint", "rollback_to", "release_savepoint", "execute", "open")


@pytest.fixture
def engine() -> ScriptEngine:
    engine = ScriptEngine(
        {
            "testdb": DatabaseFlag.LOGGED,
            "plain": DatabaseFlag(0),
            "ansi": DatabaseFlag.LOGGED | DatabaseFlag.ANSI,
        }
    )
    engine.answer("insert into t values (1)", rows_affected=1)
    engine.answer("select id from t", columns=[("id", INT)], rows=[(i,) for i in range(9000)])
    engine.answer("set isolation to repeatable read", statement_type=48)
    return engine


def flow(engine: ScriptEngine) -> list[str]:
    return [c.action for c in engine.log if c.action in FLOW]


def fail_after_insert(conn: Any) -> None:
    conn.execute("insert into t values (1)")
    raise ZeroDivisionError


def test_begin_goes_before_the_first_statement_only(conn: Any, engine: ScriptEngine) -> None:
    assert conn.transactional
    conn.commit()
    conn.rollback()
    assert flow(engine) == []
    conn.execute("insert into t values (1)")
    assert conn.in_transaction
    conn.execute("insert into t values (1)")
    conn.commit()
    assert not conn.in_transaction
    conn.execute("select id from t").fetchone()
    conn.rollback()
    assert flow(engine) == ["begin", "execute", "execute", "commit", "begin", "open", "rollback"]


def test_autocommit_never_begins(driver: Any, server: TestServer, engine: ScriptEngine) -> None:
    conn = driver.connect(server.url, autocommit=True)
    conn.execute("insert into t values (1)")
    conn.commit()
    conn.autocommit = False
    conn.execute("insert into t values (1)")
    with pytest.raises(informix_db.ProgrammingError, match="inside a transaction"):
        conn.autocommit = True
    conn.rollback()
    conn.autocommit = True
    conn.close()
    assert flow(engine) == ["execute", "begin", "execute", "rollback"]


def test_unlogged_databases_have_no_transactions(driver: Any, server: TestServer, engine: ScriptEngine) -> None:
    conn = driver.connect(server.url, database="plain")
    assert not conn.transactional
    conn.execute("insert into t values (1)")
    conn.commit()
    conn.rollback()
    with pytest.raises(informix_db.NotSupportedError, match="not logged"), conn.transaction():
        pass
    conn.close()
    assert flow(engine) == ["execute"]


def test_mode_ansi_never_begins_but_commits(driver: Any, server: TestServer, engine: ScriptEngine) -> None:
    conn = driver.connect(server.url, database="ansi")
    conn.execute("insert into t values (1)")
    assert conn.in_transaction
    conn.autocommit  # noqa: B018 - reading it must not fail
    assert "begin" not in flow(engine)
    conn.close()


def test_begin_typed_by_the_user_is_followed(driver: Any, server: TestServer, engine: ScriptEngine) -> None:
    conn = driver.connect(server.url, autocommit=True)
    conn.execute("begin work")
    assert conn.in_transaction
    conn.execute("insert into t values (1)")
    conn.execute("commit work")
    assert not conn.in_transaction
    conn.close()
    assert flow(engine) == ["execute", "begin", "execute", "execute", "commit"]


def test_session_settings_begin_nothing(conn: Any, engine: ScriptEngine) -> None:
    conn.set_isolation("repeatable_read")
    conn.set_lock_mode(5)
    conn.execute("set isolation to repeatable read")
    assert not conn.in_transaction
    with pytest.raises(informix_db.InterfaceError, match="unknown isolation level"):
        conn.set_isolation("serializable; drop table t")
    with pytest.raises(informix_db.InterfaceError, match="lock mode"):
        conn.set_lock_mode(-1)
    assert "set lock mode to wait 5" in [c.sql.lower() for c in engine.log if c.action == "execute"]


def test_with_connection_commits_and_closes(driver: Any, server: TestServer, engine: ScriptEngine) -> None:
    with driver.connect(server.url) as conn:
        conn.execute("insert into t values (1)")
    assert conn.closed
    assert flow(engine) == ["begin", "execute", "commit"]


def test_with_connection_rolls_back_after_an_exception(
    driver: Any, server: TestServer, engine: ScriptEngine
) -> None:
    with pytest.raises(ZeroDivisionError), driver.connect(server.url) as conn:
        fail_after_insert(conn)
    assert conn.closed
    assert flow(engine) == ["begin", "execute", "rollback"]


def test_transaction_blocks_nest_by_savepoints(conn: Any, engine: ScriptEngine) -> None:
    with conn.transaction():
        conn.execute("insert into t values (1)")
        with pytest.raises(ZeroDivisionError), conn.transaction():
            fail_after_insert(conn)
        with conn.transaction():
            pass
    assert not conn.in_transaction
    got = flow(engine)
    assert got[0] == "begin"
    assert got[-1] == "commit"
    assert got.count("savepoint") == 2
    assert got.count("rollback_to") == 1


def test_commit_ends_cursors_unless_they_hold(conn: Any) -> None:
    plain, hold = conn.cursor(), conn.cursor(hold=True)
    for cur in (plain, hold):
        cur.fetch_buffer = 1024
        cur.execute("select id from t")
        assert cur.fetchone() == (0,)
    conn.commit()
    assert hold.fetchall() == [(i,) for i in range(1, 9000)]
    with pytest.raises(informix_db.ProgrammingError, match="hold=True"):
        plain.fetchall()
    assert plain.execute("select id from t").fetchone() == (0,)


def test_another_database(conn: Any, engine: ScriptEngine) -> None:
    conn.execute("select id from t").fetchone()
    conn.commit()
    conn.execute("database plain")
    assert (conn.database, conn.transactional) == ("plain", False)
    conn.execute("insert into t values (1)")
    assert not conn.in_transaction
