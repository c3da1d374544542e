"""Statements about the session: databases, transactions, SET, privileges, and texts of several statements."""

from informix_types.classes import frozen

from .node import Identifier, Node, ObjectName, Statement

__all__ = [
    "Begin",
    "CloseDatabase",
    "Commit",
    "CreateDatabase",
    "DatabaseName",
    "DropDatabase",
    "Grant",
    "LockTable",
    "ReleaseSavepoint",
    "Revoke",
    "Rollback",
    "RollbackToSavepoint",
    "Savepoint",
    "Script",
    "SetConstraints",
    "SetEnvironment",
    "SetIsolation",
    "SetLockMode",
    "SetLog",
    "SetOption",
    "SetTransaction",
    "UnlockTable",
    "UpdateStatistics",
    "UseDatabase",
]


@frozen
class DatabaseName(Node):
    """``name`` or ``name@server``, bare or in quotes."""

    name: str
    server: str | None = None


@frozen
class UseDatabase(Statement):
    """``DATABASE name [EXCLUSIVE]``."""

    database: DatabaseName
    exclusive: bool = False


@frozen
class CloseDatabase(Statement):
    """``CLOSE DATABASE``."""


@frozen
class CreateDatabase(Statement):
    """``CREATE DATABASE [IF NOT EXISTS] name [IN dbspace] [WITH LOG | WITH BUFFERED LOG | WITH LOG MODE ANSI]``.

    Attributes:
        log: None, ``LOG``, ``BUFFERED LOG`` or ``ANSI``.
    """

    database: DatabaseName
    log: str | None = None
    if_not_exists: bool = False


@frozen
class DropDatabase(Statement):
    """``DROP DATABASE [IF EXISTS] name``."""

    database: DatabaseName
    if_exists: bool = False


@frozen
class Begin(Statement):
    """``BEGIN [WORK] [WITHOUT REPLICATION]``."""


@frozen
class Commit(Statement):
    """``COMMIT [WORK]``."""


@frozen
class Rollback(Statement):
    """``ROLLBACK [WORK]``."""


@frozen
class RollbackToSavepoint(Statement):
    """``ROLLBACK [WORK] TO SAVEPOINT [name]``; no name = the newest."""

    name: str | None = None


@frozen
class Savepoint(Statement):
    """``SAVEPOINT name [UNIQUE]``."""

    name: str
    unique: bool = False


@frozen
class ReleaseSavepoint(Statement):
    """``RELEASE SAVEPOINT name``."""

    name: str


@frozen
class SetLockMode(Statement):
    """``SET LOCK MODE TO WAIT [seconds] | NOT WAIT``.

    Attributes:
        wait: seconds to wait for a lock; 0 for NOT WAIT, None for WAIT without end.
    """

    wait: int | None


@frozen
class SetIsolation(Statement):
    """``SET ISOLATION [TO] level``.

    Attributes:
        level: ``DIRTY READ``, ``COMMITTED READ``, ``CURSOR STABILITY``, ``REPEATABLE READ``.
        last_committed: COMMITTED READ LAST COMMITTED.
        retain_update_locks: RETAIN UPDATE LOCKS.
    """

    level: str
    last_committed: bool = False
    retain_update_locks: bool = False


@frozen
class SetTransaction(Statement):
    """``SET TRANSACTION [READ ONLY | READ WRITE] [ISOLATION LEVEL level]``, parts in any order.

    Attributes:
        isolation: ``READ UNCOMMITTED``, ``READ COMMITTED``, ``REPEATABLE READ``, ``SERIALIZABLE`` or None.
        read_only: True, False, or None when nothing is written.
    """

    isolation: str | None = None
    read_only: bool | None = None


@frozen
class SetLog(Statement):
    """``SET [BUFFERED] LOG``."""

    buffered: bool = False


@frozen
class SetConstraints(Statement):
    """``SET CONSTRAINTS | INDEXES | TRIGGERS …  mode``.

    Attributes:
        kinds: ``CONSTRAINTS``, ``INDEXES``, ``TRIGGERS``; several only with `table`.
        names: of the objects; empty for ALL, or when `table` is given.
        table: of ``FOR table``, or None.
        mode: ``IMMEDIATE``, ``DEFERRED``, ``ENABLED``, ``DISABLED``, ``FILTERING`` ….
    """

    kinds: tuple[str, ...]
    names: tuple[ObjectName, ...]
    table: ObjectName | None
    mode: str


@frozen
class SetEnvironment(Statement):
    """``SET ENVIRONMENT name value``; `value` as text, without quotes."""

    name: str
    value: str


@frozen
class SetOption(Statement):
    """Any other SET that is accepted without effect on results.

    Attributes:
        option: ``EXPLAIN``, ``PDQPRIORITY``, ``OPTIMIZATION``, ``ENCRYPTION``, ``ROLE``, ``SESSION``,
            ``COLLATION``, ``STATEMENT CACHE``, ``DEBUG FILE``, ``EXTERNAL``…
        words: the words and values after it, keywords in upper case.
    """

    option: str
    words: tuple[str, ...] = ()


@frozen
class Grant(Statement):
    """``GRANT privilege, … [ON object] TO user, … [WITH GRANT OPTION] [AS grantor]``.

    Attributes:
        privileges: in upper case (``SELECT``, ``CONNECT``, ``ALL``, ``EXECUTE`` …), or a role's name, folded.
        object: table, view, routine … or None for database privileges and roles.
        grantees: user and role names; ``public``.
    """

    privileges: tuple[str, ...]
    object: ObjectName | None
    grantees: tuple[str, ...]
    grant_option: bool = False


@frozen
class Revoke(Statement):
    """``REVOKE privilege, … [ON object] FROM user, … [CASCADE | RESTRICT]``; as `Grant`."""

    privileges: tuple[str, ...]
    object: ObjectName | None
    grantees: tuple[str, ...]


@frozen
class UpdateStatistics(Statement):
    """``UPDATE STATISTICS [LOW | MEDIUM | HIGH] [FOR TABLE name [(column, …)]]``.

    Attributes:
        level: ``LOW``, ``MEDIUM``, ``HIGH`` or None.
        table: or None for all.
        columns: empty for all.
    """

    level: str | None = None
    table: ObjectName | None = None
    columns: tuple[Identifier, ...] = ()


@frozen
class LockTable(Statement):
    """``LOCK TABLE name IN SHARE | EXCLUSIVE MODE``."""

    table: ObjectName
    exclusive: bool


@frozen
class UnlockTable(Statement):
    """``UNLOCK TABLE name``."""

    table: ObjectName


@frozen
class Script(Statement):
    """Several statements in one text, separated by semicolons (sqli.md 8 #23)."""

    statements: tuple[Statement, ...]
