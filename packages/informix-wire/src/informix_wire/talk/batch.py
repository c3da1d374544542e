"""Many executions of one statement: groups of bounded size, errors told row by row (sqli.md 5.6).

A group is `id, BIND, EXECUTE, BIND, EXECUTE ...` as JDBC sends it. The next group is built while the server works
on the last, but sent only when its reply was read: so neither side can block the other, and without `go_on` no row
behind a failed one is ever executed.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import field
from typing import Final

from informix_types.classes import frozen, mutable
from informix_types.params import Binding

from ..errors import ServerError
from ..pdu.base import Message
from ..pdu.status import Done
from ..session import Prepared, Session
from .core import Conversation, conversation
from .exchange import statement_group, transmit
from .interrupt import CANCELLED
from .reply import first_error, read_reply, server_error
from .statement import EXECUTE, UNKNOWN_COUNT, Executed, binding_bytes, executed_from, execution

__all__ = ["END_OF_BATCH", "TABLE_CHANGED", "BatchError", "BatchResult", "execute_many"]

TABLE_CHANGED: Final = -710
"""The table changed since the statement was prepared (sqli.md 8 #17)."""
END_OF_BATCH: Final = frozenset({TABLE_CHANGED, CANCELLED})
"""Errors that concern the batch, not the row that they hit."""
GROUP_BYTES: Final = 32 * 1024
"""JDBC cuts its groups at about 32 KB (sqli.md 5.6)."""
GROUP_ROWS: Final = 1000
"""Bound on executions a group: the reply has up to 54 bytes for each (INSERTDONE, XACTSTAT, DONE, COST)."""


@frozen
class BatchError:
    """One binding that the server refused; `index` counts from 0 over the whole batch."""

    index: int
    error: ServerError


@mutable
class BatchResult:
    """What became of every binding.

    Attributes:
        counts: rows affected, one entry for each binding that was taken from the input; -1 when the server did
            not say; None when it was refused, or not executed because of an error before it.
        errors: the refused ones; at most one unless the batch went on after errors.
        last: the last execution that succeeded: its serials are those of the last row.
        source_error: what the input iterator raised; the bindings before it were executed.
    """

    counts: list[int | None] = field(default_factory=list)
    errors: list[BatchError] = field(default_factory=list)
    last: Executed | None = None
    source_error: Exception | None = None

    @property
    def rows(self) -> int:
        """Rows affected in all; -1 when the server did not say it for every execution."""
        known = [count for count in self.counts if count is not None]
        return UNKNOWN_COUNT if UNKNOWN_COUNT in known else sum(known)


class _Queue:
    """Encoded executions that wait to be sent, filled lazily from the input."""

    def __init__(self, session: Session, bindings: Iterable[Binding], group_bytes: int) -> None:
        self.session = session
        self.source = iter(bindings)
        self.group_bytes = group_bytes
        self.waiting: deque[bytes] = deque()
        self.size = 0
        self.failure: Exception | None = None

    def fill(self) -> None:
        """Encode until a group's worth waits, or the input ends or fails."""
        while self.failure is None and self.size < self.group_bytes and len(self.waiting) < GROUP_ROWS:
            try:
                binding = next(self.source)
                execution_bytes = binding_bytes(self.session, binding) + EXECUTE
            except StopIteration:
                return
            except Exception as exc:  # noqa: BLE001 - reported with what was executed before it
                self.failure = exc
                return
            self.waiting.append(execution_bytes)
            self.size += len(execution_bytes)

    def cut(self) -> list[bytes]:
        """Take the next group: at least one execution, then as many as fit."""
        group: list[bytes] = []
        size = 0
        while (
            self.waiting
            and len(group) < GROUP_ROWS
            and (not group or size + len(self.waiting[0]) <= self.group_bytes)
        ):
            group.append(self.waiting.popleft())
            size += len(group[-1])
        self.size -= size
        return group

    def put_back(self, executions: list[bytes]) -> None:
        """Put what the server skipped before everything else."""
        self.waiting.extendleft(reversed(executions))
        self.size += sum(map(len, executions))


@conversation()
def execute_many(
    session: Session,
    prepared: Prepared,
    bindings: Iterable[Binding],
    *,
    go_on: bool = False,
    group_bytes: int = GROUP_BYTES,
    result: BatchResult | None = None,
) -> Conversation[BatchResult]:
    """Execute a statement once for each binding.

    Args:
        session: the session.
        prepared: a statement that returns no rows.
        bindings: taken lazily, about two groups ahead of the server.
        go_on: after an error execute the bindings behind it, too; they are sent again, because the server skips
            the rest of a group. Without it the batch ends at the first error, and nothing behind it was executed;
            so it always does at -710: the statement has to be prepared anew (sqli.md 8 #17), and at -213: whoever
            interrupts means the batch (5.17).
        group_bytes: size at which a group is cut; a single binding may be larger.
        result: a fresh one to fill: whoever makes the bindings sees in it how many of them are done with.

    Returns:
        the outcome of every binding. Errors of the server and of `bindings` are in it, not raised: after them the
        caller still needs to know what was executed.
    """
    session.statement(prepared)
    result = BatchResult() if result is None else result
    queue = _Queue(session, bindings, group_bytes)
    queue.fill()
    while group := queue.cut():
        yield from transmit(session, statement_group(prepared.statement_id, *group), [execution(prepared)])
        queue.fill()
        messages = yield from read_reply(session)
        executed = _account(result, messages, len(group))
        if executed < len(group):
            skipped = group[executed + 1 :]
            if not go_on or result.errors[-1].error.sqlcode in END_OF_BATCH:
                result.counts += [None] * (len(skipped) + len(queue.waiting))
                break
            queue.put_back(skipped)
        queue.fill()
    result.source_error = queue.failure
    return result


def _account(result: BatchResult, messages: list[Message], sent: int) -> int:
    """Enter one group's reply; return how many executions came before the first error (`sent` without one)."""
    error = first_error(messages)
    ok = messages if error is None else messages[: messages.index(error)]
    counts: list[int | None] = [message.rows for message in ok if isinstance(message, Done)]
    if error is None:
        if len(counts) != sent:  # not one DONE for each EXECUTE: nobody can tell which is whose
            counts = [UNKNOWN_COUNT] * sent
    else:
        counts = counts[: sent - 1]
    if counts:
        result.last = _last(ok)
    result.counts += counts
    if error is not None:
        result.errors.append(BatchError(len(result.counts), server_error(error, messages)))
        result.counts.append(None)
    return len(counts)


def _last(messages: list[Message]) -> Executed:
    """Return the result of the last execution of a group's reply."""
    ends = [index for index, message in enumerate(messages) if isinstance(message, Done)]
    start = ends[-2] + 1 if len(ends) > 1 else 0
    return executed_from(messages[start:])
