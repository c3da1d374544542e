"""Calls of routines with OUT or INOUT parameters, for `BaseCursor` (sqli.md 5.13.1).

A server refuses to prepare EXECUTE for such a routine (-9752) and names it by its number; the call goes on by
number, beside SQL. That is how IBM's JDBC does it; no recording of a real server is known.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from informix_types import ColumnType, TypeContext
from informix_types.blocks import decode_block
from informix_types.params import encode_params
from informix_wire.errors import ServerError
from informix_wire.pdu.describe import DescribedColumn
from informix_wire.session import Session
from informix_wire.talk import routine as talk
from informix_wire.talk.routine import EXECUTE_ROUTINE, OUT_ARGUMENT, RoutineNumber

from .description import Column, describe
from .errors import NotSupportedError, ProgrammingError
from .steps import Work

__all__ = ["EXECUTE_ROUTINE", "RoutineCall", "call_gen", "parameters_gen", "routine_with_out"]

_IN, _OUT = 0, 1
"""Modes of parameters; 2 is INOUT (sqli.md 5.13.1)."""
_RESULT_NAME = "(expression)"


class RoutineCall(NamedTuple):
    """What a call brought back.

    Attributes:
        parameters: the arguments, those of OUT and INOUT parameters replaced by what came back.
        row: the values that the routine returns; empty for a procedure without results.
        description: one `Column` for each of them.
    """

    parameters: list[Any]
    row: tuple[Any, ...]
    description: tuple[Column, ...]


def routine_with_out(error: ServerError) -> RoutineNumber | None:
    """Tell which routine a failed PREPARE has refused for its OUT parameters; None: for another reason."""
    return talk.routine_number(error.token) if error.sqlcode == OUT_ARGUMENT else None


def parameters_gen(session: Session, routine: RoutineNumber, count: int) -> Work[tuple[Any, ...]]:
    """Ask for the parameters of a routine that is to be called with `count` arguments."""
    parameters = yield from talk.describe_routine(session, routine)
    if len(parameters) != count:
        raise ProgrammingError(
            f"the routine has {len(parameters)} parameters, {count} were given; one with OUT parameters needs all"
        )
    return parameters


def call_gen(
    session: Session,
    context: TypeContext,
    routine: RoutineNumber,
    parameters: tuple[Any, ...],
    arguments: Sequence[Any],
) -> Work[RoutineCall]:
    """Call a routine by number with the parameters that `parameters_gen` has returned."""
    values = [None if p.mode == _OUT else value for p, value in zip(parameters, arguments, strict=True)]
    types: list[ColumnType] = [parameter.type for parameter in parameters]
    binding = encode_params(values, types, context)
    if binding.blobs:
        raise NotSupportedError("BYTE and TEXT cannot be passed to a routine with OUT parameters")
    result = yield from talk.call_by_number(session, routine, parameters, binding)
    found, offset = [], 0
    for _ in range(result.count):
        value, offset = decode_block(result.blocks, offset, context)
        if value.blob_pending:
            raise NotSupportedError("BYTE and TEXT cannot be received from a routine with OUT parameters")
        found.append(value)
    came_back = iter(found)
    changed = [
        value if p.mode == _IN else next(came_back).value for p, value in zip(parameters, arguments, strict=True)
    ]
    returned = list(came_back)
    columns = tuple(DescribedColumn(_RESULT_NAME, value.type) for value in returned)
    return RoutineCall(changed, tuple(value.value for value in returned), describe(columns))
