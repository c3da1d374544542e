"""The exceptions of PEP 249 and what Informix adds; `error_codes.py` chooses the class of a server error."""

__all__ = [
    "ConnectTimeout",
    "DataError",
    "DatabaseError",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "ProtocolError",
    "ReadTimeout",
    "SqlWarning",
    "StatementCancelled",
    "StatementTimeout",
    "Warning",
]


class Warning(Exception):  # noqa: A001 - the name is PEP 249's
    """Something worth telling happened though the statement succeeded (PEP 249)."""


class SqlWarning(Warning):
    """The server warned about a statement: in `Cursor.warnings`, and raised with ``raise_warnings=True``.

    Attributes:
        bits: as they came (sqli.md 4.4).
        meanings: what the bits probably mean.
        row: 0-based index of the row that the warning is about, None when it is about the statement.
        statement: the SQL text, or None.
    """

    bits: int = 0
    meanings: tuple[str, ...] = ()
    row: int | None = None
    statement: str | None = None


class Error(Exception):
    """Base of all errors of this driver (PEP 249).

    Attributes:
        sqlcode: Informix SQL code, negative; 0 when the error is not the server's.
        isam: ISAM code that refines it, 0 for none (sqli.md 4.6).
        sqlstate: five characters of SQLSTATE, or None when the error is not the server's.
        offset: position in `statement` of what the server objects to, 1-based characters; 0 for none.
        near: object name or text that the server sent along, "" for none.
        statement: the SQL text, or None.
        is_retryable: True when the same work may succeed later (lock conflict, lost connection).
        retry: what to repeat: "statement", "transaction", "reconnect" (connect anew, then repeat),
            "reprepare", or "none".
        hint: advice, or None.
        row: index of the row of `executemany` that failed, or None.
    """

    sqlcode: int = 0
    isam: int = 0
    sqlstate: str | None = None
    offset: int = 0
    near: str = ""
    statement: str | None = None
    is_retryable: bool = False
    retry: str = "none"
    hint: str | None = None
    row: int | None = None


class InterfaceError(Error):
    """The driver was used wrongly: a closed cursor or connection, an impossible setting (PEP 249)."""


class DatabaseError(Error):
    """The database reported an error (PEP 249)."""


class DataError(DatabaseError):
    """A value does not fit: out of range, not convertible, division by zero (PEP 249)."""


class OperationalError(DatabaseError):
    """Something outside the program went wrong: network, login, locks, space (PEP 249)."""


class IntegrityError(DatabaseError):
    """A constraint is violated: duplicate key, missing parent, NULL in a NOT NULL column (PEP 249)."""


class InternalError(DatabaseError):
    """Server or driver are in a state that should not exist (PEP 249)."""


class ProgrammingError(DatabaseError):
    """The SQL or its parameters are wrong: syntax, unknown names, wrong count (PEP 249)."""


class NotSupportedError(DatabaseError):
    """The server, the database or this installation cannot do what was asked (PEP 249)."""


class ProtocolError(OperationalError):
    """The peer's bytes contradict the protocol; the connection has been closed (sqli.md 5.18)."""


class ConnectTimeout(OperationalError):
    """No session could be established within `connect_timeout` seconds."""


class ReadTimeout(OperationalError):
    """The server sent nothing for `read_timeout` seconds; the connection has been closed."""


class StatementCancelled(OperationalError):
    """The running statement was interrupted (-213); the connection stays usable (sqli.md 5.17)."""


class StatementTimeout(StatementCancelled):
    """The statement took longer than its time limit and was interrupted; the connection stays usable."""
