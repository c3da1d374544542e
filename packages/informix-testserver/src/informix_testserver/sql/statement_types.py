"""Syntax tree → the statement type that DESCRIBE reports (sqli.md 6.4), and the statement's name for refusals."""

import re
from collections.abc import Callable
from typing import Any

from . import ast

__all__ = ["EXECUTE_ROUTINE", "INSERT", "SELECT", "statement_name", "statement_type"]

# Seen on the wire: 2, 6, 34-36, 45, 56; the others are sqli.md 6.4's list from public headers. Numbers marked
# "order" are inferred from the order in which that list names a range.
SELECT = 2
INSERT = 6
EXECUTE_ROUTINE = 56

_FIXED: dict[type[ast.Statement], int] = {
    ast.UseDatabase: 1,
    ast.Insert: INSERT,
    ast.LockTable: 10,
    ast.UnlockTable: 11,
    ast.CreateDatabase: 12,
    ast.DropDatabase: 13,
    ast.CreateIndex: 16,
    ast.Grant: 18,
    ast.Revoke: 19,
    ast.RenameColumn: 21,
    ast.AlterTable: 29,
    ast.UpdateStatistics: 30,
    ast.CloseDatabase: 31,
    ast.Begin: 34,
    ast.Commit: 35,
    ast.Rollback: 36,
    ast.CreateView: 40,
    ast.CreateSynonym: 43,
    ast.SetLockMode: 46,
    ast.AlterIndex: 47,  # inferred: the number between SET LOCK MODE and SET ISOLATION
    ast.SetIsolation: 48,
    ast.SetTransaction: 48,  # inferred: no number of its own is known; it sets the isolation level
    ast.SetLog: 49,
    ast.CreateSchema: 51,
    ast.CreateRoutine: 53,
    ast.DropRoutine: 54,
    ast.SetConstraints: 55,
    ast.ExecuteRoutine: EXECUTE_ROUTINE,
    ast.CreateTrigger: 70,
    ast.CreateRole: 83,
    ast.CreateRowType: 90,  # order
    ast.CreateDistinctType: 92,  # order
    ast.SetEnvironment: 110,
    ast.Truncate: 122,
    ast.CreateSequence: 124,
    ast.AlterSequence: 126,  # order
    ast.Merge: 128,
    ast.Savepoint: 159,
    ast.ReleaseSavepoint: 160,
    ast.RollbackToSavepoint: 161,
}

_DROP = {
    "TABLE": 15,
    "INDEX": 17,
    "VIEW": 41,
    "SYNONYM": 44,
    "TRIGGER": 71,
    "ROLE": 84,
    "ROW TYPE": 91,  # order
    "TYPE": 96,  # order
    "SEQUENCE": 125,  # order
}

_RENAME = {"TABLE": 20, "DATABASE": 87, "INDEX": 116, "SEQUENCE": 127, "CONSTRAINT": 29, "TRIGGER": 29}

_SET = {"EXPLAIN": 50, "OPTIMIZATION": 52, "DEBUG FILE": 57, "PDQPRIORITY": 74, "ROLE": 85, "STATEMENT CACHE": 115}

_OTHER_SET = 110
"""SET statements without a number in sqli.md 6.4 (COLLATION …) report that of SET ENVIRONMENT."""


def statement_type(statement: ast.Statement) -> int:
    """Return the statement type of a tree (sqli.md 6.4); a `Script` has that of its first statement."""
    fixed = _FIXED.get(type(statement))
    if fixed is not None:
        return fixed
    return _COMPUTED[type(statement)](statement)


def statement_name(statement: ast.Statement) -> str:
    """Return a statement's name in SQL, for an error that refuses it: ``CREATE ROW TYPE``, ``DROP FUNCTION``."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(statement).__name__).upper()
    kind = getattr(statement, "kind", None)
    if isinstance(statement, ast.ExecuteRoutine):
        return f"EXECUTE {kind}" if kind != "CALL" else "CALL"
    if isinstance(statement, ast.CreateRoutine | ast.DropRoutine | ast.DropObject | ast.RenameObject):
        return f"{words.split()[0]} {kind}"
    if isinstance(statement, ast.SetOption):
        return f"SET {statement.option}"
    return "SELECT" if isinstance(statement, ast.Query) else words


def _query(statement: ast.Query) -> int:
    return SELECT if statement.into is None else 3


def _update(statement: ast.Update) -> int:
    if isinstance(statement.where, ast.CurrentOf):
        return 7
    return 33 if statement.where is None else 4


def _delete(statement: ast.Delete) -> int:
    if isinstance(statement.where, ast.CurrentOf):
        return 8
    return 32 if statement.where is None else 5


def _create_table(statement: ast.CreateTable) -> int:
    return 45 if statement.kind in ("TEMP", "SCRATCH") else 14


def _script(statement: ast.Script) -> int:
    return statement_type(statement.statements[0])


_COMPUTED: dict[type[ast.Statement], Callable[[Any], int]] = {
    ast.Query: _query,
    ast.Update: _update,
    ast.Delete: _delete,
    ast.CreateTable: _create_table,
    ast.DropObject: lambda statement: _DROP[statement.kind],
    ast.RenameObject: lambda statement: _RENAME[statement.kind],
    ast.SetOption: lambda statement: _SET.get(statement.option, _OTHER_SET),
    ast.Script: _script,
}
