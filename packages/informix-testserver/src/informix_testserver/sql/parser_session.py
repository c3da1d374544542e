"""Parser layer: databases, transactions, SET, privileges, locks."""

from collections.abc import Callable
from typing import Any

from . import ast
from .lexer import END, NUMBER, QUOTED, STRING
from .parser_objects import ObjectParser

__all__ = ["SessionParser"]

_ISOLATION_LEVELS = (("DIRTY", "READ"), ("COMMITTED", "READ"), ("CURSOR", "STABILITY"), ("REPEATABLE", "READ"))
_ANSI_LEVELS = (("READ", "UNCOMMITTED"), ("READ", "COMMITTED"), ("REPEATABLE", "READ"), ("SERIALIZABLE",))
_OBJECT_MODES = frozenset({"IMMEDIATE", "DEFERRED", "ENABLED", "DISABLED", "FILTERING", "NOVALIDATE"})
_DATABASE_PRIVILEGES = frozenset({"CONNECT", "RESOURCE", "DBA", "DBSECADM", "TENANT"})
_OBJECT_PRIVILEGES = frozenset(
    {"ALL", "SELECT", "INSERT", "UPDATE", "DELETE", "REFERENCES", "INDEX", "ALTER", "EXECUTE", "USAGE", "UNDER"}
)
_PRIVILEGE_TARGETS = frozenset(
    {"TABLE", "VIEW", "SEQUENCE", "TYPE", "FUNCTION", "PROCEDURE", "ROUTINE", "LANGUAGE", "SPECIFIC"}
)


class SessionParser(ObjectParser):
    """Statements about the session and the database as a whole."""

    # ---- databases

    def use_database(self) -> ast.UseDatabase:
        """Parse ``DATABASE name [EXCLUSIVE]``."""
        token = self.expect("DATABASE")
        name = self.database_name()
        return ast.UseDatabase(token.pos, name, self.accept("EXCLUSIVE"))

    def close(self) -> ast.CloseDatabase:
        """Parse ``CLOSE DATABASE``."""
        token = self.expect("CLOSE")
        if self.key != "DATABASE":
            self.unsupported("CLOSE", token.pos)
        self.advance()
        return ast.CloseDatabase(token.pos)

    # ---- transactions

    def begin(self) -> ast.Begin:
        """Parse ``BEGIN [WORK] [WITHOUT REPLICATION]``."""
        token = self.expect("BEGIN")
        self.accept("WORK")
        self.accept("WITHOUT", "REPLICATION")
        return ast.Begin(token.pos)

    def commit(self) -> ast.Commit:
        """Parse ``COMMIT [WORK]``."""
        token = self.expect("COMMIT")
        self.accept("WORK")
        return ast.Commit(token.pos)

    def rollback(self) -> ast.Statement:
        """Parse ``ROLLBACK [WORK] [TO SAVEPOINT [name]]``."""
        token = self.expect("ROLLBACK")
        self.accept("WORK")
        if self.accept("TO"):
            self.expect("SAVEPOINT")
            return ast.RollbackToSavepoint(token.pos, self.name() if self.at_name else None)
        return ast.Rollback(token.pos)

    def savepoint(self) -> ast.Savepoint:
        """Parse ``SAVEPOINT name [UNIQUE]``."""
        token = self.expect("SAVEPOINT")
        name = self.name()
        return ast.Savepoint(token.pos, name, self.accept("UNIQUE"))

    def release(self) -> ast.ReleaseSavepoint:
        """Parse ``RELEASE SAVEPOINT name``."""
        token = self.expect("RELEASE", "SAVEPOINT")
        return ast.ReleaseSavepoint(token.pos, self.name())

    # ---- locks and statistics

    def lock_table(self) -> ast.LockTable:
        """Parse ``LOCK TABLE name IN SHARE | EXCLUSIVE MODE``."""
        token = self.expect("LOCK", "TABLE")
        table = self.object_name()
        self.expect("IN")
        mode = self.accept_any(("SHARE", "EXCLUSIVE"))
        if mode is None:
            self.fail()
        self.expect("MODE")
        return ast.LockTable(token.pos, table, mode == "EXCLUSIVE")

    def unlock_table(self) -> ast.UnlockTable:
        """Parse ``UNLOCK TABLE name``."""
        token = self.expect("UNLOCK", "TABLE")
        return ast.UnlockTable(token.pos, self.object_name())

    def update(self) -> ast.Statement:
        """Parse UPDATE STATISTICS here and every other UPDATE below."""
        if self.at("UPDATE", "STATISTICS") and self.peek(2) != "SET":
            return self._update_statistics()
        return super().update()

    def _update_statistics(self) -> ast.UpdateStatistics:
        token = self.expect("UPDATE", "STATISTICS")
        level = self.accept_any(("LOW", "MEDIUM", "HIGH"))
        table: ast.ObjectName | None = None
        columns: tuple[ast.Identifier, ...] = ()
        if self.accept("FOR"):
            if self.accept_any(("PROCEDURE", "FUNCTION", "ROUTINE", "SPECIFIC")):
                if self.at_name:
                    self.object_name()
            else:
                self.expect("TABLE")
                if self.at_name:
                    if self.key == "ONLY" and self.peek() == "(":
                        self.advance()
                        self.advance()
                        table = self.object_name()
                        self.expect(")")
                    else:
                        table = self.object_name()
                    columns = self.names_in_parentheses() if self.key == "(" else ()
        for words in (
            ("RESOLUTION",),
            ("DISTRIBUTIONS", "ONLY"),
            ("DROP", "DISTRIBUTIONS"),
            ("FORCE",),
            ("AUTO",),
        ):
            if self.accept(*words):
                while self.key == NUMBER:
                    self.advance()
        return ast.UpdateStatistics(token.pos, level, table, columns)

    # ---- privileges

    def grant(self) -> ast.Grant:
        """Parse ``GRANT privilege, … [ON object] TO user, … [WITH GRANT OPTION] [AS grantor]``."""
        token = self.expect("GRANT")
        privileges, target = self._privileges()
        self.expect("TO")
        grantees = self.comma_list(self._user)
        option = self.accept("WITH", "GRANT", "OPTION")
        if self.accept("AS"):
            self._user()
        return ast.Grant(token.pos, privileges, target, grantees, option)

    def revoke(self) -> ast.Revoke:
        """Parse ``REVOKE privilege, … [ON object] FROM user, … [CASCADE | RESTRICT] [AS revoker]``."""
        token = self.expect("REVOKE")
        privileges, target = self._privileges()
        self.expect("FROM")
        grantees = self.comma_list(self._user)
        self.accept_any(("CASCADE", "RESTRICT"))
        if self.accept("AS"):
            self._user()
        return ast.Revoke(token.pos, privileges, target, grantees)

    def _privileges(self) -> tuple[tuple[str, ...], ast.ObjectName | None]:
        tokens = [self.token]
        words = [self._privilege()]
        while self.accept(","):
            tokens.append(self.token)
            words.append(self._privilege())
        if self.accept("ON"):
            for token in tokens:
                if token.key not in _OBJECT_PRIVILEGES:
                    self.fail(token)
            if self.key in _PRIVILEGE_TARGETS and self.peek() not in ("TO", "FROM", "."):
                self.accept("SPECIFIC")
                self.advance()
            target = self.object_name()
            if self.key == "(":
                self._skip_balanced()
            return tuple(words), target
        # without ON, a single word that is no database privilege is a role
        return tuple(word if word in _DATABASE_PRIVILEGES or " " in word else word.lower() for word in words), None

    def _privilege(self) -> str:
        """Parse a privilege (several words, perhaps with a column list) or a role; return it in upper case."""
        words = []
        while self.token.word and self.key not in ("ON", "TO", "FROM"):
            words.append(self.advance().key)
        if not words:
            if self.key not in (STRING, QUOTED):
                self.fail()
            words.append(self.advance().value)
        if self.key == "(":
            columns = self.names_in_parentheses()
            words.append("(" + ", ".join(column.name for column in columns) + ")")
        if words[0] == "ALL" and len(words) > 1 and words[1] == "PRIVILEGES":
            del words[1]
        return " ".join(words)

    def _user(self) -> str:
        return self.advance().value if self.key == STRING else self.name()

    # ---- SET

    def set_statement(self) -> ast.Statement:
        """Parse a SET statement."""
        pos = self.expect("SET").pos
        rule = SET.get(self.key)
        if rule is None:
            self.fail()
        found: ast.Statement = rule(self, pos)
        return found

    def _set_lock_mode(self, pos: int) -> ast.SetLockMode:
        self.expect("LOCK", "MODE", "TO")
        if self.accept("NOT"):
            self.expect("WAIT")
            return ast.SetLockMode(pos, 0)
        self.expect("WAIT")
        return ast.SetLockMode(pos, self.integer() if self.key == NUMBER else None)

    def _set_isolation(self, pos: int) -> ast.SetIsolation:
        self.expect("ISOLATION")
        self.accept("TO")
        for level in _ISOLATION_LEVELS:
            if self.accept(*level):
                break
        else:
            self.fail()
        last = level[0] == "COMMITTED" and self.accept("LAST", "COMMITTED")
        if level[0] == "DIRTY" and self.accept("WITH"):
            self.expect("WARNING")
        return ast.SetIsolation(pos, " ".join(level), last, self.accept("RETAIN", "UPDATE", "LOCKS"))

    def _set_transaction(self, pos: int) -> ast.SetTransaction:
        self.expect("TRANSACTION")
        isolation: str | None = None
        read_only: bool | None = None
        while True:
            if read_only is None and self.accept("READ", "ONLY"):
                read_only = True
            elif read_only is None and self.accept("READ", "WRITE"):
                read_only = False
            elif isolation is None and self.accept("ISOLATION"):
                self.expect("LEVEL")
                isolation = self._ansi_level()
            else:
                self.fail()
            if not self.accept(",") and self.key not in ("READ", "ISOLATION"):
                return ast.SetTransaction(pos, isolation, read_only)

    def _ansi_level(self) -> str:
        for level in _ANSI_LEVELS:
            if self.accept(*level):
                return " ".join(level)
        raise self.error()

    def _set_log(self, pos: int) -> ast.SetLog:
        buffered = self.accept("BUFFERED")
        self.expect("LOG")
        return ast.SetLog(pos, buffered)

    def _set_objects(self, pos: int) -> ast.Statement:
        """Parse ``SET CONSTRAINTS | INDEXES | TRIGGERS ALL | name, … | FOR table  mode``."""
        kinds = self.comma_list(self._object_kind)
        names: tuple[ast.ObjectName, ...] = ()
        table = None
        if self.accept("FOR"):
            self.accept("TABLE")
            table = self.object_name()
        elif len(kinds) > 1:
            self.fail()
        elif not self.accept("ALL"):
            names = self.comma_list(self.object_name)
        mode = self.accept_any(_OBJECT_MODES)
        if mode is None:
            self.fail()
        if mode == "FILTERING" and self.accept_any(("WITH", "WITHOUT")):
            self.expect("ERROR")
        return ast.SetConstraints(pos, kinds, names, table, mode)

    def _object_kind(self) -> str:
        kind = self.accept_any(("CONSTRAINTS", "INDEXES", "INDEX", "TRIGGERS"))
        if kind is None:
            self.fail()
        return "INDEXES" if kind == "INDEX" else kind

    def _set_environment(self, pos: int) -> ast.SetEnvironment:
        self.expect("ENVIRONMENT")
        name = self.name()
        words = []
        while self.key not in (END, ";"):
            words.append(self.advance().value)
        if not words:
            self.fail()
        return ast.SetEnvironment(pos, name, " ".join(words))

    def _set_option(self, pos: int) -> ast.SetOption:
        """Parse any other SET: its words, with what must at least follow."""
        option = self.advance().key
        if option in _SECOND_WORDS:
            self.expect(_SECOND_WORDS[option])
            option = f"{option} {_SECOND_WORDS[option]}"
        if option == "NO COLLATION":
            return ast.SetOption(pos, option, ())
        words = []
        while self.key not in (END, ";"):
            token = self.advance()
            words.append(token.key if token.word else token.value)
        if not words:
            self.fail()
        return ast.SetOption(pos, option, tuple(words))


_SECOND_WORDS = {
    "STATEMENT": "CACHE",
    "DEBUG": "FILE",
    "SESSION": "AUTHORIZATION",
    "ENCRYPTION": "PASSWORD",
    "NO": "COLLATION",
}

SET: dict[str, Callable[[Any, int], ast.Statement]] = {
    "LOCK": SessionParser._set_lock_mode,
    "ISOLATION": SessionParser._set_isolation,
    "TRANSACTION": SessionParser._set_transaction,
    "LOG": SessionParser._set_log,
    "BUFFERED": SessionParser._set_log,
    "CONSTRAINTS": SessionParser._set_objects,
    "INDEXES": SessionParser._set_objects,
    "INDEX": SessionParser._set_objects,
    "TRIGGERS": SessionParser._set_objects,
    "ENVIRONMENT": SessionParser._set_environment,
    **dict.fromkeys(
        (
            "EXPLAIN",
            "PDQPRIORITY",
            "OPTIMIZATION",
            "ENCRYPTION",
            "ROLE",
            "SESSION",
            "COLLATION",
            "NO",
            "STATEMENT",
            "DEBUG",
            "DATASKIP",
            "USER",
        ),
        SessionParser._set_option,
    ),
}
