"""`ScriptEngine`: an engine that answers statements from a list written by a test, instead of running SQL.

For tests of drivers: what comes back, and what fails where, is stated exactly.

    engine = ScriptEngine()
    engine.answer("select id from t", columns=[("id", INTEGER)], rows=[(1,), (2,)])
    engine.answer("insert into t values (?)", rows_affected=1, serial=7)
    engine.answer("delete from t", error=SqlError(-206, isam=-111, token="t"))
    with TestServer(port=0, engine=engine) as server: ...
"""

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from informix_types import ColumnType
from informix_types.classes import mutable

from .engine import DatabaseFlag, EngineSession, Outcome, Parameter, PreparedStatement, ResultColumn, SqlError

__all__ = ["Answer", "ScriptCursor", "ScriptEngine", "ScriptSession"]

SELECT, INSERT = 2, 6
STATEMENT_TYPES: Mapping[str, int] = {
    "select": SELECT,
    "insert": INSERT,
    "update": 4,
    "delete": 5,
    "begin": 34,
    "commit": 35,
    "rollback": 36,
    "create": 14,
    "drop": 15,
    "execute": 56,
    "database": 1,
    "set": 48,
    "with": SELECT,
}
"""Statement type by first word, good enough for a script (sqli.md 6.4); `Answer.statement_type` overrides."""
UNKNOWN_TYPE = 14
SYNTAX_ERROR = -201
NOT_IN_TRANSACTION, ALREADY_IN_TRANSACTION, NO_LOGGING, NO_SUCH_DATABASE = -255, -535, -256, -329
CANCELLED, INTERRUPTED = -213, -157

Columns = Iterable[tuple[str, ColumnType]]
Stage = Literal["prepare", "execute", "fetch"]


@mutable
class Answer:
    """What one statement does.

    Attributes:
        columns: what DESCRIBE says; result columns of a query, marker targets of an INSERT or UPDATE.
        rows: rows of a query, or a function of the bound values that returns them.
        parameters: types of the markers, for CIDESCRIBE.
        outcome: what EXECUTE reports, or a function of the bound values that returns it.
        error: raised at `error_at`; for "fetch" after `error_after` rows.
        waits: the statement runs until it is interrupted, or until this event is set.
    """

    columns: tuple[ResultColumn, ...] = ()
    rows: Sequence[tuple[Any, ...]] | Callable[[tuple[Any, ...]], Sequence[tuple[Any, ...]]] = ()
    parameters: tuple[ColumnType, ...] = ()
    outcome: Outcome | Callable[[tuple[Any, ...]], Outcome] = field(default_factory=Outcome)
    statement_type: int | None = None
    error: SqlError | None = None
    error_at: Stage = "execute"
    error_after: int = 0
    for_update: bool = False
    waits: threading.Event | None = None
    keys: tuple[ResultColumn, ...] = ()


@mutable
class Call:
    """One thing that a client did, as `ScriptEngine.log` keeps it."""

    action: str
    sql: str = ""
    values: tuple[Any, ...] = ()


class ScriptEngine:
    """Answers by text; sessions share it.

    Args:
        databases: name → whether it is logged.

    Attributes:
        log: what clients did, in order: prepare, execute, open, begin, commit, rollback …
    """

    def __init__(self, databases: Mapping[str, DatabaseFlag] | None = None) -> None:
        self.known_databases: dict[str, DatabaseFlag] = dict(
            databases or {"testdb": DatabaseFlag.LOGGED, "sysmaster": DatabaseFlag(0)}
        )
        self.log: list[Call] = []
        self._answers: list[tuple[re.Pattern[str] | str, Answer]] = []

    def answer(
        self,
        sql: str | re.Pattern[str],
        *,
        columns: Columns = (),
        rows: Sequence[tuple[Any, ...]] | Callable[[tuple[Any, ...]], Sequence[tuple[Any, ...]]] = (),
        parameters: Iterable[ColumnType] = (),
        rows_affected: int = 0,
        serial: int = 0,
        serial8: int = 0,
        bigserial: int = 0,
        outcome: Outcome | Callable[[tuple[Any, ...]], Outcome] | None = None,
        keys: Columns = (),
        key_values: tuple[Any, ...] = (),
        statement_type: int | None = None,
        error: SqlError | None = None,
        error_at: Stage = "execute",
        error_after: int = 0,
        for_update: bool = False,
        waits: threading.Event | None = None,
    ) -> Answer:
        """Say how a statement is answered; later rules win over earlier ones.

        Args:
            sql: the text, compared with blanks and case ignored, or a compiled pattern that is searched for.
            columns: name and type of each column.
            rows_affected, serial, serial8, bigserial: shorthand for `outcome`.
            keys, key_values: generated keys that the statement reports when asked.

        See `Answer` for the others.
        """
        key_columns = tuple(ResultColumn(*column) for column in keys)
        answer = Answer(
            columns=tuple(ResultColumn(*column) for column in columns),
            rows=rows,
            parameters=tuple(parameters),
            outcome=outcome
            if outcome is not None
            else Outcome(
                rows=rows_affected,
                serial=serial,
                serial8=serial8,
                bigserial=bigserial,
                keys=key_columns,
                key_values=key_values,
            ),
            statement_type=statement_type,
            error=error,
            error_at=error_at,
            error_after=error_after,
            for_update=for_update,
            waits=waits,
            keys=key_columns,
        )
        self._answers.insert(0, (sql if isinstance(sql, re.Pattern) else _normal(sql), answer))
        return answer

    def find(self, sql: str) -> Answer | None:
        """Return the answer for a text, if there is one."""
        normal = _normal(sql)
        for rule, answer in self._answers:
            if rule == normal if isinstance(rule, str) else rule.search(sql):
                return answer
        return None

    def connect(self, user: str, environment: Mapping[str, str]) -> EngineSession:  # noqa: ARG002 (nothing depends on it)
        """Start a session."""
        self.log.append(Call("connect", user))
        return ScriptSession(self)

    def close(self) -> None:
        """Nothing is held."""


def _script(statement: PreparedStatement) -> tuple[str, Answer]:
    """Return text and answer, which `ScriptSession.prepare` put into the handle."""
    sql, answer = statement.handle
    assert isinstance(answer, Answer)
    return str(sql), answer


def _normal(sql: str) -> str:
    return " ".join(sql.split()).lower().rstrip("; ")


class ScriptSession:
    """The `engine.EngineSession` of a script."""

    def __init__(self, engine: ScriptEngine) -> None:
        self._engine = engine
        self._database = ""
        self._in_transaction = False
        self._running = False
        self._interrupted = threading.Event()

    @property
    def in_transaction(self) -> bool:
        """Whether BEGIN was said."""
        return self._in_transaction

    def _log(self, action: str, sql: str = "", parameters: Sequence[Parameter] = ()) -> None:
        self._engine.log.append(Call(action, sql, tuple(parameter.value for parameter in parameters)))

    def open_database(self, name: str, *, exclusive: bool = False) -> int:  # noqa: ARG002 (no locks in a script)
        """Open one of the known databases."""
        self._log("database", name)
        if name not in self._engine.known_databases:
            raise SqlError(NO_SUCH_DATABASE, isam=-111, token=name)
        self._database = name
        return self._engine.known_databases[name] | DatabaseFlag.ALWAYS

    def close_database(self) -> None:
        """Close it."""
        self._database = ""

    def databases(self) -> Sequence[str]:
        """Names of the known ones."""
        return list(self._engine.known_databases)

    def prepare(self, sql: str) -> PreparedStatement:
        """Find the answer; a text without one is a syntax error, except for BEGIN, COMMIT, ROLLBACK and SET."""
        self._log("prepare", sql)
        answer = self._engine.find(sql)
        word = (re.findall(r"[a-z]+", sql.lower()) or [""])[0]
        kind = STATEMENT_TYPES.get(word, UNKNOWN_TYPE)
        if answer is None:
            if word not in ("begin", "commit", "rollback", "set", "database"):
                raise SqlError(SYNTAX_ERROR, offset=1)
            answer = Answer()
        if answer.error is not None and answer.error_at == "prepare":
            raise answer.error
        kind = answer.statement_type if answer.statement_type is not None else kind
        return PreparedStatement(
            statement_type=kind,
            columns=answer.columns,
            parameters=answer.parameters,
            returns_rows=kind == SELECT or (kind == STATEMENT_TYPES["execute"] and bool(answer.columns)),
            scrollable=not answer.for_update,
            for_update=answer.for_update,
            handle=(sql, answer),
        )

    def _run(self, answer: Answer) -> None:
        if answer.error is not None and answer.error_at == "execute":
            raise answer.error
        if answer.waits is not None:
            self._interrupted.clear()
            self._running = True
            try:
                while not answer.waits.wait(0.01):
                    if self._interrupted.is_set():
                        raise SqlError(CANCELLED, isam=INTERRUPTED)
            finally:
                self._running = False

    def execute(
        self,
        statement: PreparedStatement,
        parameters: Sequence[Parameter] = (),
        *,
        keys: Sequence[str | int] | None = None,  # noqa: ARG002 (the answer says what it reports)
    ) -> Outcome:
        """Report what the answer says."""
        sql, answer = _script(statement)
        self._log("execute", sql, parameters)
        self._run(answer)
        kind = statement.statement_type
        if kind == STATEMENT_TYPES["begin"]:
            self.begin()
        elif kind == STATEMENT_TYPES["commit"]:
            self.commit()
        elif kind == STATEMENT_TYPES["rollback"]:
            self.rollback()
        elif kind == STATEMENT_TYPES["database"]:
            name = sql.split()[1]
            return Outcome(database=self.open_database(name), database_name=name)
        outcome: Outcome | Callable[[tuple[Any, ...]], Outcome] = answer.outcome
        return outcome if isinstance(outcome, Outcome) else outcome(tuple(p.value for p in parameters))

    def open(
        self,
        statement: PreparedStatement,
        parameters: Sequence[Parameter] = (),
        *,
        cursor_name: str = "",
        scroll: bool = False,  # noqa: ARG002 (every script cursor can scroll)
        hold: bool = False,  # noqa: ARG002 (the session closes what does not hold)
    ) -> "ScriptCursor":
        """Open a cursor over the answer's rows."""
        sql, answer = _script(statement)
        self._log("open", sql, parameters)
        self._run(answer)
        rows = answer.rows(tuple(p.value for p in parameters)) if callable(answer.rows) else answer.rows
        return ScriptCursor(self, cursor_name, rows, answer)

    def _need_logging(self) -> None:
        if not self._engine.known_databases.get(self._database, DatabaseFlag(0)) & DatabaseFlag.LOGGED:
            raise SqlError(NO_LOGGING)

    def begin(self) -> None:
        """Begin a transaction."""
        self._need_logging()
        if self._in_transaction:
            raise SqlError(ALREADY_IN_TRANSACTION)
        self._log("begin")
        self._in_transaction = True

    def _end(self, action: str) -> None:
        self._need_logging()
        if not self._in_transaction:
            raise SqlError(NOT_IN_TRANSACTION)
        self._log(action)
        self._in_transaction = False

    def commit(self) -> None:
        """Commit."""
        self._end("commit")

    def rollback(self) -> None:
        """Roll back."""
        self._end("rollback")

    def savepoint(self, name: str, *, unique: bool = False) -> None:  # noqa: ARG002 (nothing to compare with)
        """Log it."""
        self._log("savepoint", name)

    def rollback_to(self, name: str) -> None:
        """Log it."""
        self._log("rollback_to", name)

    def release_savepoint(self, name: str) -> None:
        """Log it."""
        self._log("release_savepoint", name)

    def describe_keys(self, statement: PreparedStatement, keys: Sequence[str | int]) -> tuple[ResultColumn, ...]:  # noqa: ARG002 (the answer says which)
        """Return the keys that the answer reports."""
        return _script(statement)[1].keys

    def interrupt(self) -> None:
        """Stop a statement that waits."""
        if self._running:
            self._interrupted.set()

    def close(self) -> None:
        """End the session; an open transaction is rolled back."""
        self._log("close", self._database)


class ScriptCursor:
    """The `engine.EngineCursor` over the rows of an answer."""

    def __init__(self, session: ScriptSession, name: str, rows: Sequence[tuple[Any, ...]], answer: Answer) -> None:
        self.name = name
        self._session = session
        self._rows = rows
        self._answer = answer
        self._at = 0
        self.warnings = 0

    def fetch(self) -> tuple[Any, ...] | None:
        """Return the next row."""
        answer = self._answer
        if answer.error is not None and answer.error_at == "fetch" and self._at >= answer.error_after:
            raise answer.error
        if self._at >= len(self._rows):
            return None
        self._at += 1
        return self._rows[self._at - 1]

    def fetch_absolute(self, row: int) -> tuple[Any, ...] | None:
        """Return the row with this number, -1 = last."""
        if row == -1:
            row = len(self._rows)
        if not 1 <= row <= len(self._rows):
            return None
        self._at = row
        return self._rows[row - 1]

    def position(self) -> int:
        """Return the number of the row delivered last."""
        return self._at

    def close(self) -> None:
        """Log it."""
        self._session._log("close_cursor", self.name)
