"""Fast path: calling routines without SQL (sqli.md 5.13)."""

from informix_types.classes import frozen
from informix_types.params import Binding

from ..pdu.fastpath import ExecuteRoutine, GetRoutine, RoutineHandle, RoutineReply
from ..session import Session
from . import reply as legal
from .core import Conversation, conversation
from .exchange import EOT, request
from .reply import Expected
from .setup import one

__all__ = ["RoutineResult", "call_routine", "get_routine"]


@frozen
class RoutineResult:
    """What a routine returned.

    Attributes:
        count: number of values.
        blocks: the values, each as a parameter block: `informix_types.params.decode_block` reads them.
    """

    count: int
    blocks: bytes


@conversation()
def get_routine(session: Session, signature: str) -> Conversation[RoutineHandle]:
    """Look a routine up by its signature, once in a connection's life: the session remembers handles.

    Args:
        session: the session.
        signature: like ``function informix.ifx_lo_close(integer)`` (sqli.md 5.14).

    Raises:
        ServerError: unknown routine.
    """
    known = session.routines.get(signature)
    if known is not None:
        return known
    data = GetRoutine(signature).encode(session.caps) + EOT
    messages = yield from request(session, data, Expected(legal.ROUTINE))
    handle = one(messages, RoutineHandle)
    # JDBC sends a cached handle without the database's name, or with it; both are accepted (sqli.md 5.13).
    session.routines[signature] = handle
    return handle


@conversation()
def call_routine(session: Session, routine: RoutineHandle, arguments: Binding) -> Conversation[RoutineResult]:
    """Call a routine.

    Raises:
        ServerError: the call failed.
    """
    message = ExecuteRoutine(routine.database, routine.handle, arguments.count, arguments.blocks)
    data = message.encode(session.caps) + EOT
    reply = one((yield from request(session, data, Expected(legal.ROUTINE))), RoutineReply)
    return RoutineResult(reply.count, reply.blocks)
