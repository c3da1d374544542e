"""Statements: prepare, describe their parameters, execute, close, release (sqli.md 4.3, 5.1, 5.5, 5.8)."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from informix_types import ColumnType
from informix_types.classes import frozen
from informix_types.params import Binding

from ..errors import ProtocolError, ServerError
from ..pdu.base import Message
from ..pdu.bind import BlobBind, bind_bytes
from ..pdu.describe import Describe, DescribedColumn, InputDescribe, KeyDescribe, KeyTuple, RoutineInputDescribe
from ..pdu.statement import Command, KeyRequest, Prepare
from ..pdu.status import Done, InsertDone
from ..session import Prepared, Run, Session
from ..tracking import ROUTINE, SELECT
from . import reply as legal
from .core import Conversation, conversation
from .exchange import CLOSE_TAG, EOT, RELEASE_TAG, request, short_group, statement_group, transmit
from .reply import Expected, check, first_error, read_reply, server_error

__all__ = [
    "Executed",
    "Keys",
    "command",
    "command_many",
    "describe_input",
    "execute",
    "prepare",
    "release",
]

PREPARE_TAIL: Final = b"\x00\x16\x00\x31\x00\x0c"
"""NDESCRIBE, WANTDONE, EOT (sqli.md 4.3)."""
COMMAND_TAIL: Final = b"\x00\x16\x00\x07\x00\x0b"
"""NDESCRIBE, EXECUTE, RELEASE (sqli.md 4.3)."""
CIDESCRIBE: Final = b"\x00\x7c"
EXECUTE: Final = b"\x00\x07"

HARMLESS: Final = frozenset({-267, -259, -404})
"""Errors of CLOSE and RELEASE that say that there was nothing to free (sqli.md 5.18, 8 #8)."""

UNKNOWN_COUNT: Final = -1
"""`Executed.rows` when the reply held no DONE; PEP 249's rowcount for it."""


@frozen
class Keys:
    """Generated keys of one execution (sqli.md 5.8).

    Attributes:
        columns: their description, empty when the server sent none (then `Prepared.key_columns` holds).
        rows: row payloads, to be decoded like those of TUPLE.
    """

    columns: tuple[DescribedColumn, ...] = ()
    rows: tuple[bytes, ...] = ()


class Executed(NamedTuple):
    """What the server said about one execution (sqli.md 4.4).

    Attributes:
        rows: rows affected; -1 when the server did not say.
        rowid: row id of the last row.
        serial: SERIAL value just inserted, else 0.
        serial8: SERIAL8 value just inserted, else 0.
        bigserial: BIGSERIAL value just inserted, else 0.
        warn: DONE.warn.
        keys: generated keys, when they were asked for.
    """

    rows: int = UNKNOWN_COUNT
    rowid: int = 0
    serial: int = 0
    serial8: int = 0
    bigserial: int = 0
    warn: int = 0
    keys: Keys | None = None


@conversation()
def prepare(session: Session, sql: str, markers: int, keys: KeyRequest | None = None) -> Conversation[Prepared]:
    """Have the server parse a statement and describe it (sqli.md 5.1).

    Args:
        session: the session.
        sql: the text, with `?` for every parameter.
        markers: the number of `?`.
        keys: ask for generated keys; needs `caps.generated_keys` (sqli.md 5.8).

    Raises:
        ServerError: the statement was refused; nothing is allocated then.
        ConversionError: the text has a character that the session's code set lacks.
    """
    caps = session.caps
    data = Prepare(markers, sql).encode(caps) + (keys.encode(caps) if keys else b"") + PREPARE_TAIL
    messages = yield from request(session, data, Expected(legal.PREPARE))
    prepared = prepared_from(messages, sql, markers)
    session.adopt(prepared)
    return prepared


def prepared_from(messages: Iterable[Message], sql: str, markers: int) -> Prepared:
    """Build the result of a PREPARE reply; without a DESCRIBE there is no id to go on with."""
    described: Describe | None = None
    key_columns: tuple[DescribedColumn, ...] = ()
    insert_done, warn = False, 0
    for message in messages:
        if isinstance(message, Describe):
            described = message
        elif isinstance(message, KeyDescribe):
            key_columns = message.columns
        elif isinstance(message, InsertDone):
            insert_done = True
        elif isinstance(message, Done):
            warn = message.warn
    if described is None:
        raise ProtocolError("the reply to PREPARE holds neither DESCRIBE nor ERR")
    kind = described.statement_type
    # INSERT describes its parameters: columns alone do not make a query (sqli.md 5.5).
    returns_rows = kind == SELECT or (kind == ROUTINE and bool(described.columns))
    return Prepared(
        kind, described.statement_id, described.columns, insert_done, returns_rows, warn, sql, markers, key_columns
    )


@conversation()
def describe_input(session: Session, prepared: Prepared) -> Conversation[tuple[ColumnType, ...]]:
    """Ask for the types of a statement's parameters (sqli.md 4.7); needs `caps.describe_input`.

    Returns:
        one type a marker, or fewer: a server may not know.
    """
    session.statement(prepared)
    data = statement_group(prepared.statement_id, CIDESCRIBE)
    messages = yield from request(session, data, Expected(legal.INPUT))
    for message in messages:
        if isinstance(message, InputDescribe | RoutineInputDescribe):
            return message.types
    return ()


def binding_bytes(session: Session, binding: Binding | None) -> bytes:
    """Return BIND and BBIND of a binding (sqli.md 5.5, 5.16, 7.2)."""
    if binding is None:
        return b""
    count, blocks, blobs = binding
    if not count:
        return b""
    data = bind_bytes(count, blocks)
    return data + BlobBind(blobs).encode(session.caps) if blobs else data


@conversation()
def execute(session: Session, prepared: Prepared, binding: Binding | None = None) -> Conversation[Executed]:
    """Execute a prepared statement that returns no rows (sqli.md 5.5).

    Args:
        session: the session.
        prepared: the statement; it stays allocated, also after an error.
        binding: its parameters, None for none.

    Raises:
        ServerError: it failed (-260 for a SELECT).
    """
    session.statement(prepared)
    data = statement_group(prepared.statement_id, binding_bytes(session, binding), EXECUTE)
    messages = yield from request(session, data, execution(prepared))
    return executed_from(messages)


def execution(prepared: Prepared) -> Expected:
    """Return what is owed for one EXECUTE group of a statement."""
    return Expected(legal.EXECUTE, prepared)


_NO_DONE: Final = Done(rows=UNKNOWN_COUNT)
_NO_SERIALS: Final = InsertDone()


def executed_from(messages: Iterable[Message]) -> Executed:
    """Build the result of an execution's reply."""
    done, serials = _NO_DONE, _NO_SERIALS
    key_columns: tuple[DescribedColumn, ...] = ()
    key_rows: list[bytes] = []
    for message in messages:
        if isinstance(message, Done):
            done = message
        elif isinstance(message, InsertDone):
            serials = message
        elif isinstance(message, KeyDescribe):
            key_columns = message.columns
        elif isinstance(message, KeyTuple):
            key_rows.append(message.data)
    keys = Keys(key_columns, tuple(key_rows)) if key_columns or key_rows else None
    return Executed(
        done.rows, done.rowid, done.serial, serials.serial8 or 0, serials.bigserial, done.warn, keys
    )  # fmt: skip


@conversation()
def command(
    session: Session, sql: str, *, keys: KeyRequest | None = None, statement_type: int | None = None
) -> Conversation[Executed]:
    """Prepare, execute and release a statement without parameters and rows in one group (sqli.md 4.3, 5.5).

    Args:
        session: the session.
        sql: the text.
        keys: ask for generated keys.
        statement_type: what the caller knows it to be. Servers may leave out the DESCRIBE (sqli.md 4.3); then only
            this lets the session follow a BEGIN, a COMMIT or another database.
    """
    caps = session.caps
    data = Command(0, sql).encode(caps) + (keys.encode(caps) if keys else b"") + COMMAND_TAIL + EOT
    yield from transmit(session, data, [Expected(legal.EXECUTE, Run(statement_type, sql))])
    messages = yield from read_reply(session)
    _free_failed(session, messages)
    return executed_from(check(messages))


@conversation()
def command_many(session: Session, statements: Iterable[str]) -> Conversation[tuple[Executed, ...]]:
    """Execute several statements without parameters and rows in one group (sqli.md 5.6).

    Raises:
        ServerError: one failed; `rows_done` has an entry for every one that was executed before it. Those after
            it were not executed.
    """
    texts = list(statements)
    if not texts:
        return ()
    caps = session.caps
    data = b"".join(Command(0, sql).encode(caps) + COMMAND_TAIL for sql in texts) + EOT
    yield from transmit(session, data, [Expected(legal.EXECUTE, Run())])
    messages = yield from read_reply(session)
    _free_failed(session, messages)
    results: list[Executed] = []
    start = 0
    for index, message in enumerate(check(messages)):
        if isinstance(message, Done):
            results.append(executed_from(messages[start : index + 1]))
            start = index + 1
    return tuple(results)


def _free_failed(session: Session, messages: list[Message]) -> None:
    """Have a COMMAND's statement released when it failed after its DESCRIBE: RELEASE was skipped (sqli.md 5.1)."""
    if first_error(messages) is not None:
        described = [m for m in messages if isinstance(m, Describe)]
        if described:
            session.queue_stray(described[-1].statement_id)


@conversation()
def release(session: Session, prepared: Prepared) -> Conversation[None]:
    """Close the statement's cursor if one is open, and free the statement (sqli.md 5.1, 5.2).

    Both groups go out in one send. Does nothing for a statement that is no longer allocated.

    Raises:
        ServerError: other than "there was nothing to free".
    """
    yield from free(session, prepared, keep=False)


def free(session: Session, prepared: Prepared, *, keep: bool) -> Conversation[None]:
    """Close the cursor, and free the statement unless it is to be kept."""
    if not session.is_live(prepared):
        return
    state = session.statement(prepared)
    groups: list[bytes] = []
    if state.cursor is not None:
        groups.append(short_group(prepared.statement_id, CLOSE_TAG))
    autofreed = state.autofree and state.cursor is not None
    if not keep and not autofreed:
        groups.append(short_group(prepared.statement_id, RELEASE_TAG))
    if not groups:
        return
    state.drop_ahead()
    state.cursor = None
    if not keep or autofreed:
        session.forget(prepared)
    yield from transmit(session, b"".join(groups), [Expected(legal.CLOSE) for _ in groups])
    failure: ServerError | None = None
    for _ in groups:
        messages = yield from read_reply(session)
        error = first_error(messages)
        if error is not None and error.sqlcode not in HARMLESS and failure is None:
            failure = server_error(error, messages)
    if failure is not None:
        raise failure
