"""Statements: PREPARE, COMMAND, BIND, EXECUTE, DESCRIBE and RELEASE (sqli.md 4.2-4.4, 5.1, 5.5, 5.8)."""

from typing import TYPE_CHECKING

from informix_wire import pdu

from .describe import describe, describe_input, describe_keys
from .engine import DatabaseFlag, DescribesKeys, Outcome, Parameter, ResultColumn, SqlError
from .statement import STATEMENT_NOT_PREPARED, Statement
from .transactions import BEGUN, COMMITTED, ROLLED_BACK
from .values import decode_parameters, resolved, row_encoder

if TYPE_CHECKING:
    from .session import Session

__all__ = [
    "bind",
    "bind_blobs",
    "bound_parameters",
    "command",
    "describe_parameters",
    "execute",
    "prepare",
    "release",
    "request_keys",
    "select",
    "want_describe",
    "want_done",
]

SELECT, INSERT, BEGIN, COMMIT, ROLLBACK = 2, 6, 34, 35, 36
"""Statement types (sqli.md 6.4)."""
DML = frozenset({4, 5, 6, 7, 8, 32, 33, 128})
"""INSERT, UPDATE, DELETE, MERGE in all forms (sqli.md 6.4)."""
PARAMETER_COUNT = -254
SELECT_NEEDS_CURSOR = -260
XACTSTAT = {BEGIN: BEGUN, COMMIT: COMMITTED, ROLLBACK: ROLLED_BACK}


def _new(session: "Session", message: pdu.Prepare | pdu.Command) -> Statement:
    session.check_faults("prepare")
    prepared = session.engine.prepare(message.sql)
    statement = Statement(
        session.statements.next_id(), message.sql, message.markers, prepared, engine=session.engine
    )
    session.statements.add(statement)
    session.current = statement
    return statement


def prepare(session: "Session", message: pdu.Prepare) -> None:
    """Prepare a statement; NDESCRIBE and WANTDONE of the same group ask for the reply."""
    _new(session, message)


def command(session: "Session", message: pdu.Command) -> None:
    """Prepare a statement to be executed at once; it frees the one before that nobody released (4.3)."""
    for old in session.statements:
        if old.transient:
            session.statements.free(old)
    _new(session, message).transient = True


def request_keys(session: "Session", message: pdu.KeyRequest) -> None:
    """Note which generated keys the client wants back (sqli.md 5.8)."""
    session.statement().keys = message.columns or message.names


def want_describe(session: "Session", _message: pdu.NDescribe) -> None:
    """Describe the statement just prepared, its keys too (sqli.md 4.3, 5.8)."""
    statement = session.statement()
    if statement.transient and not session.profile.describe_commands:
        return
    session.send(describe(statement, session.caps))
    if keys := _keys_known(session, statement):
        session.send(describe_keys(statement, keys, session.caps))
        statement.keys_described = True


def _keys_known(session: "Session", statement: Statement) -> tuple[ResultColumn, ...]:
    """Return the generated keys' columns if they are to be described before execution (sqli.md 12 #17)."""
    engine = session.engine
    if statement.keys is None or not session.profile.keys_with_prepare or not isinstance(engine, DescribesKeys):
        return ()
    return engine.describe_keys(statement.prepared, statement.keys)


def want_done(session: "Session", _message: pdu.WantDone) -> None:
    """End the describing part of a PREPARE reply (sqli.md 4.4). Its INSERTDONE does not mean an insert (8 #6)."""
    if session.statement().prepared.statement_type == INSERT and session.profile.insertdone_on_prepare:
        session.send(pdu.InsertDone())
    session.done()


def describe_parameters(session: "Session", _message: pdu.CIDescribe) -> None:
    """Describe the markers (sqli.md 4.7)."""
    session.send(describe_input(session.statement()))


def select(session: "Session", message: pdu.StatementId) -> None:
    """Make a statement the one that the following messages are about (sqli.md 4.2)."""
    session.current = session.statements.find(message.id)
    session.meant = None if session.current is not None else session.statements.meant_by(message.id)


def bind(session: "Session", message: pdu.Bind) -> None:
    """Take parameter values; they stay with the statement until the next BIND."""
    statement = session.statement()
    parameters, statement.pending_blobs = decode_parameters(session, message.count, message.blocks)
    statement.parameters = resolved(session, parameters)


def bind_blobs(session: "Session", message: pdu.BlobBind) -> None:
    """Fill in the BYTE and TEXT values of the BIND before (sqli.md 5.16)."""
    statement = session.statement()
    if len(message.blobs) != len(statement.pending_blobs):
        raise SqlError(PARAMETER_COUNT)
    for index, data in zip(statement.pending_blobs, message.blobs, strict=True):
        old = statement.parameters[index]
        statement.parameters[index] = Parameter(old.type, data, old.is_default)
    statement.pending_blobs = []


def bound_parameters(statement: Statement) -> list[Parameter]:
    """Return the values for one execution.

    Raises:
        SqlError: -254: their number is not the statement's, or data announced for BYTE or TEXT never came.
    """
    expected = len(statement.prepared.parameters) or statement.markers
    if len(statement.parameters) != expected or statement.pending_blobs:
        raise SqlError(PARAMETER_COUNT)
    return statement.parameters


def execute(session: "Session", _message: pdu.Execute) -> None:
    """Run a statement that gives no rows: `[99] [94] 15 55` (sqli.md 4.4, 5.5)."""
    statement = session.statement()
    session.check_faults("execute")
    prepared = statement.prepared
    if prepared.statement_type == SELECT and prepared.returns_rows:
        raise SqlError(SELECT_NEEDS_CURSOR)
    session.branches.refuse_statement(prepared.statement_type)
    outcome = session.engine.execute(prepared, bound_parameters(statement), keys=statement.keys)
    _report(session, statement, outcome)


def _report(session: "Session", statement: Statement, outcome: Outcome) -> None:
    kind = statement.prepared.statement_type
    if kind in XACTSTAT:
        session.send(XACTSTAT[kind])
        if kind != BEGIN:
            session.end_transaction()
    elif kind in DML and session.profile.xactstat_on_dml and session.flags & DatabaseFlag.LOGGED:
        session.send(BEGUN)
    warn = outcome.warnings
    if outcome.database is not None:
        warn |= outcome.database | (DatabaseFlag.ALWAYS if outcome.database else 0)
        session.set_database(outcome.database_name, outcome.database)
    if kind == INSERT and (outcome.serial or outcome.serial8 or outcome.bigserial):
        session.send(pdu.InsertDone(outcome.serial8, outcome.bigserial))
    if statement.keys is not None and outcome.keys:
        if not statement.keys_described:
            session.send(describe_keys(statement, outcome.keys, session.caps))
        types = tuple(column.type for column in outcome.keys)
        session.send(pdu.KeyTuple(0, row_encoder(session, types)(outcome.key_values, None)))
    session.done(warn=warn, rows=outcome.rows, rowid=outcome.rowid, serial=outcome.serial)


def release(session: "Session", _message: pdu.Release) -> None:
    """Free the statement and its cursor; the reply is empty.

    An unknown id frees nothing and is no error: IBM's JDBC releases twice after some errors, and "the newest
    statement" would be somebody else's.
    """
    if session.current is not None:
        session.statements.free(session.current)
        session.current = None
    elif session.profile.strict_ids:
        raise SqlError(STATEMENT_NOT_PREPARED)
