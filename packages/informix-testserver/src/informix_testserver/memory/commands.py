# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""Statements without rows: which function runs which tree, and session control itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..engine import Outcome, SqlError
from ..sql import ast
from .alter import alter_table, rename_column, rename_object
from .catalog import Database, Table
from .collections import create_distinct_type, create_row_type
from .ddl import create_table, truncate
from .definitions import undoing
from .modes import set_objects
from .objects import (
    alter_index,
    alter_sequence,
    create_index,
    create_sequence,
    create_synonym,
    create_view,
    drop_object,
)
from .routines import drop_routine

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = ["COMMANDS"]

NO_COLUMN = -217
NO_ROUTINE, LOCK_VIEW, UNLOCK_IN_TRANSACTION, NOT_LOCKED, GRANT_ON_TEMP, PUBLIC_GRANTS = (
    -674,
    -504,
    -327,
    -288,
    -323,
    -298,
)
Command = Callable[["MemorySession", Any], Outcome | None]


def _begin(session: "MemorySession", node: ast.Begin) -> None:
    session.begin()


def _commit(session: "MemorySession", node: ast.Commit) -> None:
    session.commit()


def _rollback(session: "MemorySession", node: ast.Rollback) -> None:
    session.rollback()


def _use(session: "MemorySession", node: ast.UseDatabase) -> Outcome:
    flags = session.open_database(node.database.name, exclusive=node.exclusive)
    return Outcome(database=flags, database_name=session.database_name)


def _close(session: "MemorySession", node: ast.CloseDatabase) -> Outcome:
    session._opened()
    session.close_database()
    return Outcome(database=0)


def _create_database(session: "MemorySession", node: ast.CreateDatabase) -> Outcome | None:
    if session.in_transaction and session.undo:
        raise SqlError(-377)
    if node.if_not_exists and node.database.name in session.engine.databases:
        return None
    locale = session.environment.get("DB_LOCALE", "")
    session.engine.create_database(
        node.database.name, logged=node.log is not None, ansi=node.log == "ANSI", owner=session.user, locale=locale
    )
    session.engine.unsaved = True
    flags = session.open_database(node.database.name)
    return Outcome(database=flags, database_name=session.database_name)


def _drop_database(session: "MemorySession", node: ast.DropDatabase) -> None:
    engine = session.engine
    database = engine.databases.get(node.database.name)
    if database is None:
        if node.if_exists:
            return
        raise SqlError(-329, isam=-111, offset=node.database.pos, token=node.database.name)
    if database is session.database or database.name == "sysmaster":
        raise SqlError(-359, offset=node.database.pos, token=node.database.name)
    with engine.registry:
        if engine.in_use(database):
            raise SqlError(-425, isam=-107, token=database.name)
        engine.drop_database(database.name)
    engine.unsaved = True


_LEVELS = {
    "READ UNCOMMITTED": "DIRTY READ",
    "READ COMMITTED": "COMMITTED READ",
    "REPEATABLE READ": "REPEATABLE READ",
    "SERIALIZABLE": "REPEATABLE READ",
}


def _isolation(session: "MemorySession", node: ast.SetIsolation) -> None:
    session._opened()
    session.isolation = node.level
    session.last_committed = node.last_committed
    session.outer_isolation = None


def _set_transaction(session: "MemorySession", node: ast.SetTransaction) -> None:
    """What it sets ends with the transaction (IBM: "Comparing SET TRANSACTION with SET ISOLATION").

    That a level set outside of a transaction stays is inferred [I].
    """
    if session.undo or session.outer_isolation is not None:
        raise SqlError(-876)
    if node.isolation is not None:
        if session.in_transaction:
            session.outer_isolation = session.isolation, session.last_committed
        session.isolation = _LEVELS[node.isolation]
        session.last_committed = False
    if node.read_only is not None:
        session.read_only = node.read_only


def _lock_mode(session: "MemorySession", node: ast.SetLockMode) -> None:
    session.lock_wait = node.wait


def _lock_table(session: "MemorySession", node: ast.LockTable) -> None:
    table = session.table(node.table)
    if table.kind == "V":
        raise SqlError(LOCK_VIEW, offset=node.table.pos)
    if session._opened().logged and not session.in_transaction:
        raise SqlError(-524, offset=node.pos)
    mode, keep = "X" if node.exclusive else "S", not session.in_transaction
    session.locks.lock_table(session, table.key, mode, token=table.name, keep=keep)


def _unlock_table(session: "MemorySession", node: ast.UnlockTable) -> None:
    table = session.table(node.table)
    if session.in_transaction:
        raise SqlError(UNLOCK_IN_TRANSACTION, offset=node.pos, token=table.name)
    if not session.locks.unlock_table(session, table.key):
        raise SqlError(NOT_LOCKED, offset=node.pos, token=table.name)


def _grant(session: "MemorySession", node: ast.Grant) -> None:
    """Noted for systabauth and sysusers; every user may do everything."""
    database = session._opened()
    if "USAGE" in node.privileges or "UNDER" in node.privileges:  # on a language or a type
        return
    key = 0
    if node.object is not None and session.engine.routine(node.object.name) is None:
        if "EXECUTE" in node.privileges:
            raise SqlError(NO_ROUTINE, offset=node.object.pos, token=node.object.name)
        table = session.table(node.object)
        if table.temporary:
            raise SqlError(GRANT_ON_TEMP, offset=node.object.pos)
        if table.system:
            return  # everybody may read it, nobody may change it
        _check_columns(table, node)
        key = table.key
    if node.grant_option and "public" in node.grantees:
        raise SqlError(PUBLIC_GRANTS, offset=node.pos)
    new = [(key, grantee, word, node.grant_option) for grantee in node.grantees for word in node.privileges]
    _change_grants(session, database, list(dict.fromkeys([*database.grants, *new])))


def _check_columns(table: Table, node: ast.Grant) -> None:
    """Refuse privileges on columns that are not there. Raises SqlError -217."""
    for privilege in node.privileges:
        names = privilege.partition(" (")[2].rstrip(")")
        for name in names.split(", ") if names else ():
            if table.column(name) is None:
                raise SqlError(NO_COLUMN, offset=node.pos, token=name)


def _change_grants(session: "MemorySession", database: Database, grants: list[tuple[int, str, str, bool]]) -> None:
    """Set what is granted. Undoing spares what other sessions have granted and revoked since."""
    gone = [grant for grant in database.grants if grant not in grants]
    new = [grant for grant in grants if grant not in database.grants]

    def restore() -> None:
        database.grants = [grant for grant in database.grants if grant not in new] + gone
        database.version += 1

    database.grants = grants
    database.version += 1
    undoing(session, restore)


def _revoke(session: "MemorySession", node: ast.Revoke) -> None:
    database = session._opened()
    key = 0
    if node.object is not None and session.engine.routine(node.object.name) is None:
        key = session.table(node.object).key
    kept = [
        grant
        for grant in database.grants
        if not (
            grant[0] == key
            and grant[1] in node.grantees
            and (grant[2] in node.privileges or "ALL" in node.privileges)
        )
    ]
    _change_grants(session, database, kept)


def _statistics(session: "MemorySession", node: ast.UpdateStatistics) -> None:
    database = session._opened()
    if node.table is not None:
        session.table(node.table)
    database.version += 1


def _nothing(session: "MemorySession", node: ast.Statement) -> None:
    """Accepted: no effect that a client could observe."""


def _savepoint(session: "MemorySession", node: ast.Savepoint) -> None:
    session.savepoint(node.name, unique=node.unique)


def _release(session: "MemorySession", node: ast.ReleaseSavepoint) -> None:
    session.release_savepoint(node.name)


def _rollback_to(session: "MemorySession", node: ast.RollbackToSavepoint) -> None:
    session.rollback_to(node.name)


def _schema(session: "MemorySession", node: ast.CreateSchema) -> None:
    for statement in node.statements:
        COMMANDS[type(statement)](session, statement)


COMMANDS: dict[type[ast.Statement], Command] = {
    ast.CreateTable: create_table,
    ast.AlterTable: alter_table,
    ast.RenameColumn: rename_column,
    ast.RenameObject: rename_object,
    ast.Truncate: truncate,
    ast.DropObject: drop_object,
    ast.CreateIndex: create_index,
    ast.AlterIndex: alter_index,
    ast.CreateView: create_view,
    ast.CreateSynonym: create_synonym,
    ast.CreateSequence: create_sequence,
    ast.AlterSequence: alter_sequence,
    ast.CreateSchema: _schema,
    ast.CreateRowType: create_row_type,
    ast.CreateDistinctType: create_distinct_type,
    ast.Begin: _begin,
    ast.Commit: _commit,
    ast.Rollback: _rollback,
    ast.Savepoint: _savepoint,
    ast.ReleaseSavepoint: _release,
    ast.RollbackToSavepoint: _rollback_to,
    ast.UseDatabase: _use,
    ast.CloseDatabase: _close,
    ast.CreateDatabase: _create_database,
    ast.DropDatabase: _drop_database,
    ast.SetIsolation: _isolation,
    ast.SetTransaction: _set_transaction,
    ast.SetLockMode: _lock_mode,
    ast.SetConstraints: set_objects,
    ast.SetLog: _nothing,
    ast.SetEnvironment: _nothing,
    ast.SetOption: _nothing,
    ast.LockTable: _lock_table,
    ast.UnlockTable: _unlock_table,
    ast.Grant: _grant,
    ast.Revoke: _revoke,
    ast.CreateRole: _nothing,
    ast.DropRoutine: drop_routine,
    ast.UpdateStatistics: _statistics,
}
