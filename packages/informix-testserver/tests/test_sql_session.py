"""Statements about databases, transactions, settings and privileges: text → tree → statement type."""

import pytest
from informix_testserver.sql import ast, parse, statement_name, statement_type

T = ast.ObjectName(0, "t")

SESSION: list[tuple[str, ast.Statement, int]] = [
    ("DATABASE testdb", ast.UseDatabase(0, ast.DatabaseName(0, "testdb")), 1),
    ("DATABASE 'db@srv' EXCLUSIVE", ast.UseDatabase(0, ast.DatabaseName(0, "db", "srv"), exclusive=True), 1),
    ("DATABASE '//srv/db'", ast.UseDatabase(0, ast.DatabaseName(0, "db", "srv")), 1),
    ("CLOSE DATABASE", ast.CloseDatabase(0), 31),
    ("CREATE DATABASE d", ast.CreateDatabase(0, ast.DatabaseName(0, "d")), 12),
    ("CREATE DATABASE d IN dbs WITH LOG", ast.CreateDatabase(0, ast.DatabaseName(0, "d"), "LOG"), 12),
    ("CREATE DATABASE d WITH BUFFERED LOG", ast.CreateDatabase(0, ast.DatabaseName(0, "d"), "BUFFERED LOG"), 12),
    ("CREATE DATABASE d WITH LOG MODE ANSI", ast.CreateDatabase(0, ast.DatabaseName(0, "d"), "ANSI"), 12),
    ("DROP DATABASE IF EXISTS d", ast.DropDatabase(0, ast.DatabaseName(0, "d"), if_exists=True), 13),
    ("BEGIN", ast.Begin(0), 34),
    ("BEGIN WORK", ast.Begin(0), 34),
    ("COMMIT WORK", ast.Commit(0), 35),
    ("ROLLBACK", ast.Rollback(0), 36),
    ("ROLLBACK WORK TO SAVEPOINT s", ast.RollbackToSavepoint(0, "s"), 161),
    ("ROLLBACK TO SAVEPOINT", ast.RollbackToSavepoint(0), 161),
    ("SAVEPOINT s UNIQUE", ast.Savepoint(0, "s", unique=True), 159),
    ("RELEASE SAVEPOINT s", ast.ReleaseSavepoint(0, "s"), 160),
    ("SET LOCK MODE TO NOT WAIT", ast.SetLockMode(0, 0), 46),
    ("SET LOCK MODE TO WAIT", ast.SetLockMode(0, None), 46),
    ("SET LOCK MODE TO WAIT 17", ast.SetLockMode(0, 17), 46),
    ("set isolation to dirty read", ast.SetIsolation(0, "DIRTY READ"), 48),
    (
        "SET ISOLATION COMMITTED READ LAST COMMITTED",
        ast.SetIsolation(0, "COMMITTED READ", last_committed=True),
        48,
    ),
    ("SET ISOLATION CURSOR STABILITY", ast.SetIsolation(0, "CURSOR STABILITY"), 48),
    (
        "SET ISOLATION TO REPEATABLE READ RETAIN UPDATE LOCKS",
        ast.SetIsolation(0, "REPEATABLE READ", retain_update_locks=True),
        48,
    ),
    ("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", ast.SetTransaction(0, "READ COMMITTED"), 48),
    (
        "SET TRANSACTION READ ONLY, ISOLATION LEVEL SERIALIZABLE",
        ast.SetTransaction(0, "SERIALIZABLE", read_only=True),
        48,
    ),
    ("SET LOG", ast.SetLog(0), 49),
    ("SET BUFFERED LOG", ast.SetLog(0, buffered=True), 49),
    ("SET EXPLAIN ON", ast.SetOption(0, "EXPLAIN", ("ON",)), 50),
    ("SET OPTIMIZATION LOW", ast.SetOption(0, "OPTIMIZATION", ("LOW",)), 52),
    ("SET PDQPRIORITY 10", ast.SetOption(0, "PDQPRIORITY", ("10",)), 74),
    ("SET DEBUG FILE TO 'x'", ast.SetOption(0, "DEBUG FILE", ("TO", "x")), 57),
    ("SET ROLE r", ast.SetOption(0, "ROLE", ("R",)), 85),
    ("SET STATEMENT CACHE ON", ast.SetOption(0, "STATEMENT CACHE", ("ON",)), 115),
    ("SET ENCRYPTION PASSWORD 'abc'", ast.SetOption(0, "ENCRYPTION PASSWORD", ("abc",)), 110),
    ("SET ENVIRONMENT OPTCOMPIND '1'", ast.SetEnvironment(0, "optcompind", "1"), 110),
    ("SET CONSTRAINTS ALL DEFERRED", ast.SetConstraints(0, ("CONSTRAINTS",), (), None, "DEFERRED"), 55),
    (
        "SET CONSTRAINTS a, own.b IMMEDIATE",
        ast.SetConstraints(
            0, ("CONSTRAINTS",), (ast.ObjectName(0, "a"), ast.ObjectName(0, "b", "own")), None, "IMMEDIATE"
        ),
        55,
    ),
    (
        "SET CONSTRAINTS, INDEXES, TRIGGERS FOR t ENABLED",
        ast.SetConstraints(0, ("CONSTRAINTS", "INDEXES", "TRIGGERS"), (), T, "ENABLED"),
        55,
    ),
    ("SET NO COLLATION", ast.SetOption(0, "NO COLLATION", ()), 110),
    ("SET TRIGGERS FOR t DISABLED", ast.SetConstraints(0, ("TRIGGERS",), (), T, "DISABLED"), 55),
    ("GRANT CONNECT TO PUBLIC", ast.Grant(0, ("CONNECT",), None, ("public",)), 18),
    (
        "GRANT SELECT, UPDATE (a, b) ON t TO joe, 'Ann' WITH GRANT OPTION AS root",
        ast.Grant(0, ("SELECT", "UPDATE (a, b)"), T, ("joe", "Ann"), grant_option=True),
        18,
    ),
    ("GRANT EXECUTE ON FUNCTION f(INT) TO joe", ast.Grant(0, ("EXECUTE",), ast.ObjectName(0, "f"), ("joe",)), 18),
    ("REVOKE ALL PRIVILEGES ON t FROM joe CASCADE", ast.Revoke(0, ("ALL",), T, ("joe",)), 19),
    ("UPDATE STATISTICS", ast.UpdateStatistics(0), 30),
    (
        "UPDATE STATISTICS HIGH FOR TABLE t (a) RESOLUTION 0.5",
        ast.UpdateStatistics(0, "HIGH", T, (ast.Identifier(0, "a"),)),
        30,
    ),
    ("LOCK TABLE t IN EXCLUSIVE MODE", ast.LockTable(0, T, exclusive=True), 10),
    ("LOCK TABLE t IN SHARE MODE", ast.LockTable(0, T, exclusive=False), 10),
    ("UNLOCK TABLE t", ast.UnlockTable(0, T), 11),
    (
        "BEGIN WORK; DELETE FROM t;; COMMIT WORK;",
        ast.Script(0, (ast.Begin(0), ast.Delete(0, ast.TableRef(0, T)), ast.Commit(0))),
        34,
    ),
]


@pytest.mark.parametrize(("text", "expected", "number"), SESSION)
def test_statement(text: str, expected: ast.Statement, number: int) -> None:
    found = parse(text).statement
    assert found == expected
    assert statement_type(found) == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("create row type r (a int)", "CREATE ROW TYPE"),
        ("create function f() end function", "CREATE FUNCTION"),
        ("drop procedure p", "DROP PROCEDURE"),
        ("drop row type r", "DROP ROW TYPE"),
        ("rename index a to b", "RENAME INDEX"),
        ("set debug file to 'x'", "SET DEBUG FILE"),
        ("set lock mode to wait", "SET LOCK MODE"),
        ("rollback to savepoint s", "ROLLBACK TO SAVEPOINT"),
        ("select a from t", "SELECT"),
        ("call p()", "CALL"),
        ("execute function f()", "EXECUTE FUNCTION"),
    ],
)
def test_name(text: str, expected: str) -> None:
    assert statement_name(parse(text).statement) == expected
