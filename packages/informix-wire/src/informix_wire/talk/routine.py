"""Fast path: calling routines without SQL, also those with OUT parameters (sqli.md 5.13, 5.13.1)."""

import re
from typing import Final

from informix_types.classes import frozen
from informix_types.params import Binding

from ..caps import Capabilities
from ..errors import Incomplete, ProtocolError
from ..pdu import read_server
from ..pdu.base import TAG_LAYOUT, Message
from ..pdu.describe import InputParameter, RoutineInputDescribe
from ..pdu.fastpath import (
    DescribeRoutine,
    ExecuteRoutine,
    GetRoutine,
    RoutineHandle,
    RoutineParameters,
    RoutineReply,
    RoutineState,
)
from ..session import Run, Session
from ..tags import Tag
from . import reply as legal
from .core import Conversation, conversation
from .exchange import EOT, request
from .reply import Expected
from .setup import one

__all__ = [
    "EXECUTE_ROUTINE",
    "OUT_ARGUMENT",
    "RoutineNumber",
    "RoutineResult",
    "call_by_number",
    "call_routine",
    "describe_routine",
    "get_routine",
    "routine_number",
]

OUT_ARGUMENT: Final = -9752
"""What PREPARE says to EXECUTE of a routine with OUT or INOUT parameters; the token names it (sqli.md 5.13.1)."""
EXECUTE_ROUTINE: Final = 56
"""Statement type of EXECUTE PROCEDURE and FUNCTION (sqli.md 6.4)."""
WITH_FPARAM: Final = 1
"""Flag of GETROUTINE and EXFPROUTINE in a call by number (sqli.md 5.13.1)."""
_NUMBER: Final = re.compile(r"([^:]*):(\d{1,9}):")


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


@frozen
class RoutineNumber:
    """A routine as the token of error -9752 names it: its database and its ``sysprocedures.procid``."""

    database: str
    number: int


def routine_number(token: str) -> RoutineNumber | None:
    """Read the token of error -9752, ``database:number:`` and more; None when it says something else."""
    match = _NUMBER.match(token)
    return RoutineNumber(match[1], int(match[2])) if match else None


@conversation()
def describe_routine(session: Session, routine: RoutineNumber) -> Conversation[tuple[InputParameter, ...]]:
    """Ask for the parameters of a routine, each with its mode.

    Raises:
        ServerError: unknown routine.
    """
    data = DescribeRoutine(routine.database, routine.number).encode(session.caps) + EOT
    messages = yield from request(session, data, Expected(legal.INPUT))
    return one(messages, RoutineInputDescribe).parameters


@conversation()
def call_by_number(
    session: Session, routine: RoutineNumber, parameters: tuple[InputParameter, ...], arguments: Binding
) -> Conversation[RoutineResult]:
    """Call a routine that has OUT or INOUT parameters.

    The result holds the values of those, in the order of the parameters, and then what the routine returns.

    Args:
        session: the session.
        routine: which one.
        parameters: what `describe_routine` has said.
        arguments: one for each parameter.

    Raises:
        ServerError: unknown routine, or the call failed.
        ProtocolError: the server contradicts itself about which parameters are OUT, or returns too few values.
    """
    caps = session.caps
    data = GetRoutine(flag=WITH_FPARAM, database=routine.database, number=routine.number).encode(caps) + EOT
    messages = yield from request(session, data, Expected(legal.ROUTINE))
    handle = one(messages, RoutineHandle)
    known = next((m for m in messages if isinstance(m, RoutineParameters)), None)
    state = RoutineState() if known is None else known.state.echo()
    call = ExecuteRoutine(handle.database, handle.handle, arguments.count, arguments.blocks, WITH_FPARAM)
    data = call.encode(caps) + state.encode(caps) + EOT
    # Where the server has described the routine already, its next FPARAM is the short one.
    kind = Expected if known is None else _ShortStateExpected
    expected = kind(legal.ROUTINE, Run(EXECUTE_ROUTINE))
    messages = yield from request(session, data, expected)
    known = known or next((m for m in messages if isinstance(m, RoutineParameters)), None)
    modes = [parameter.mode != 0 for parameter in parameters]
    if known is not None and modes != [argument.is_out for argument in known.arguments]:
        raise ProtocolError(f"the server describes OUT parameters as {known.arguments} and as {parameters}")
    reply = one(messages, RoutineReply)
    if reply.count < sum(modes):
        raise ProtocolError(f"the server returned {reply.count} values for {sum(modes)} OUT parameters")
    return RoutineResult(reply.count, reply.blocks)


def _read_short_state(buf: bytes, offset: int, caps: Capabilities) -> tuple[Message, int]:
    """Read a message of a server that has sent the full FPARAM before."""
    if len(buf) - offset < TAG_LAYOUT.size:
        raise Incomplete
    if TAG_LAYOUT.unpack_from(buf, offset)[0] == Tag.SQ_FPARAM:
        return RoutineState.decode(buf, offset + TAG_LAYOUT.size, caps)
    return read_server(buf, offset, caps)


class _ShortStateExpected(Expected):
    """A reply in which the tag of FPARAM stands for its short form."""

    __slots__ = ()
    read = staticmethod(_read_short_state)
