"""The fast path: routine look-up and calls; the smart-LOB routines ``ifx_lo_*`` are built in (sqli.md 5.13, 5.14).

Other routines are the engine's (`engine.CallsRoutines`); those with OUT parameters are called by their number
(`engine.NumbersRoutines`, sqli.md 5.13.1).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from informix_types import ColumnType, TypeCode
from informix_types.classes import frozen
from informix_types.codes import has_extended_name
from informix_types.params import encode_block
from informix_types.values import BlobLocator, ClobLocator
from informix_wire import pdu

from .engine import CallsRoutines, NumbersRoutines, Parameter, RoutineDescription, SqlError
from .largeobjects import LargeObject
from .values import decode_parameters, resolved

if TYPE_CHECKING:
    from .session import Session

__all__ = ["Routines", "call", "describe", "find", "take_state"]

ROUTINE_NOT_FOUND = -674
WRONG_ARGUMENTS = -9700
"""No routine fits the arguments (sqli.md 10.1)."""
FIRST_HANDLE = 100
QUALIFIED = frozenset({TypeCode.DATETIME, TypeCode.INTERVAL})
"""Types whose precision word is needed to read the value (sqli.md 7.2)."""
CLIENT_FORMS = {"boolean": TypeCode.BOOLEAN, "lvarchar": TypeCode.LVARCHAR}
"""Types that travel in blocks under another code than the described one (sqli.md 7.2)."""
STAT_SIZE = 644
"""Bytes of ``ifx_lo_stat``; the size stands at offset 4 as low, high, sign (sqli.md 5.14)."""
SPEC_SIZE = 596
"""Bytes of ``ifx_lo_spec`` (sqli.md 5.14)."""
NO_RECORD = bytes(15)
"""Description of a result in FPARAM; zeros satisfy IBM's JDBC (sqli.md 5.13.1)."""
_NAME = re.compile(r"\s*(?:function|procedure)?\s*(?:\w+\s*\.\s*)?(\w+)\s*\(", re.IGNORECASE)

INTEGER = ColumnType(TypeCode.INTEGER, 4)
INT8 = ColumnType(TypeCode.INT8, 10)


def _opaque(name: str, size: int) -> ColumnType:
    return ColumnType(TypeCode.SENDRECV, size, owner="informix", extended_name=name)


def _integer(value: int) -> Parameter:
    return Parameter(INTEGER, value)


def _int_argument(parameters: Sequence[Parameter], index: int) -> int:
    value = parameters[index].value
    if not isinstance(value, int):
        raise SqlError(WRONG_ARGUMENTS)
    return value


def _lo_open(session: "Session", arguments: Sequence[Parameter]) -> list[Parameter]:
    locator = arguments[0].value
    if not isinstance(locator, BlobLocator):
        raise SqlError(WRONG_ARGUMENTS)
    _int_argument(arguments, 1)  # mode; any mode reads
    objects = session.large_objects
    return [_integer(objects.open(objects.find(locator.data)))]


def _lo_close(session: "Session", arguments: Sequence[Parameter]) -> list[Parameter]:
    session.large_objects.close(_int_argument(arguments, 0))
    return [_integer(0)]


def _lo_stat(session: "Session", arguments: Sequence[Parameter]) -> list[Parameter]:
    size = len(session.large_objects.descriptor(_int_argument(arguments, 0)).target.data)
    stat = bytearray(STAT_SIZE)
    stat[4:14] = (size & 0xFFFFFFFF).to_bytes(4, "big") + (size >> 32).to_bytes(4, "big") + b"\0\1"
    return [Parameter(_opaque("ifx_lo_stat", STAT_SIZE), bytes(stat)), _integer(0)]


def _lo_seek(session: "Session", arguments: Sequence[Parameter]) -> list[Parameter]:
    target = session.large_objects.descriptor(_int_argument(arguments, 0))
    position = target.seek(_int_argument(arguments, 1), _int_argument(arguments, 2))
    return [Parameter(INT8, position), _integer(0)]


def _lo_col_info(_session: "Session", arguments: Sequence[Parameter]) -> list[Parameter]:
    """Return the storage characteristics of a column: those that the caller brought along."""
    return [Parameter(_opaque("ifx_lo_spec", SPEC_SIZE), _as_opaque(arguments[1].value)), _integer(0)]


def _lo_create(session: "Session", _arguments: Sequence[Parameter]) -> list[Parameter]:
    entry = session.large_objects.create()
    return [_locator(entry), _integer(session.large_objects.open(entry))]


def _lo_release(session: "Session", arguments: Sequence[Parameter]) -> list[Parameter]:
    """Forget an object that its maker does not want any more; one that exists is all that is asked."""
    locator = arguments[0].value
    if not isinstance(locator, BlobLocator):
        raise SqlError(WRONG_ARGUMENTS)
    session.large_objects.find(locator.data)
    return [_integer(0)]


def _locator(entry: LargeObject) -> Parameter:
    value = ClobLocator(entry.locator) if entry.clob else BlobLocator(entry.locator)
    return Parameter(_opaque(value.type_name, len(entry.locator)), value)


def _as_opaque(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise SqlError(WRONG_ARGUMENTS)
    return value


@frozen
class _BuiltIn:
    arguments: int
    run: "Callable[[Session, Sequence[Parameter]], list[Parameter]]"


_BUILT_IN: dict[str, _BuiltIn] = {
    "ifx_lo_open": _BuiltIn(2, _lo_open),
    "ifx_lo_close": _BuiltIn(1, _lo_close),
    "ifx_lo_stat": _BuiltIn(2, _lo_stat),
    "ifx_lo_seek": _BuiltIn(4, _lo_seek),
    "ifx_lo_col_sbinfo": _BuiltIn(2, _lo_col_info),
    "ifx_lo_create": _BuiltIn(3, _lo_create),
    "ifx_lo_release": _BuiltIn(1, _lo_release),
}
"""By name; the signatures that IBM's JDBC sends are in sqli.md 5.14; ``function informix.ifx_lo_release(blob)`` it
sends when it drops a locator."""


class Routines:
    """The routine handles of one session; they are valid for the connection (sqli.md 5.13)."""

    def __init__(self) -> None:
        self._by_handle: dict[int, Any] = {}
        self._handles: dict[str, int] = {}

    def handle(self, session: "Session", signature: str) -> int:
        """Look a routine up; return its handle. Raises SqlError -674."""
        known = self._handles.get(signature)
        if known is not None:
            return known
        match = _NAME.match(signature)
        routine: Any = _BUILT_IN.get(match[1].lower()) if match else None
        if routine is None and isinstance(session.engine, CallsRoutines):
            routine = session.engine.find_routine(signature)
        if routine is None:
            raise SqlError(ROUTINE_NOT_FOUND, token=match[1] if match else signature)
        number = self._handles[signature] = self.handle_of(routine)
        return number

    def numbered(self, session: "Session", number: int) -> tuple[Any, RoutineDescription]:
        """Find a routine by its number. Raises SqlError -674."""
        engine = session.engine
        routine = engine.find_routine_number(number) if isinstance(engine, NumbersRoutines) else None
        if routine is None or not isinstance(engine, NumbersRoutines):
            raise SqlError(ROUTINE_NOT_FOUND)
        return routine, engine.describe_routine(routine)

    def handle_of(self, routine: Any) -> int:
        """Hand out a handle for a routine."""
        number = FIRST_HANDLE + len(self._by_handle)
        self._by_handle[number] = routine
        return number

    def call(self, session: "Session", handle: int, arguments: Sequence[Parameter]) -> Sequence[Parameter]:
        """Run a routine. Raises SqlError: unknown handle, wrong arguments, or what the routine raises."""
        routine = self._by_handle.get(handle)
        if routine is None:
            raise SqlError(ROUTINE_NOT_FOUND)
        if isinstance(routine, _BuiltIn):
            if len(arguments) != routine.arguments:
                raise SqlError(WRONG_ARGUMENTS)
            return routine.run(session, arguments)
        assert isinstance(session.engine, CallsRoutines)
        return session.engine.call_routine(routine, resolved(session, arguments))


def find(session: "Session", message: pdu.GetRoutine) -> None:
    """Answer GETROUTINE with database and handle; by number, FPARAM follows them (sqli.md 5.13.1)."""
    if message.number is not None:
        routine, described = session.routines.numbered(session, message.number)
        session.send(pdu.RoutineHandle(session.database, session.routines.handle_of(routine)))
        arguments = tuple(pdu.RoutineArgument(mode != 0) for _, mode in described.parameters)
        session.send(pdu.RoutineParameters(results=(NO_RECORD,) * described.results, arguments=arguments))
        return
    session.send(pdu.RoutineHandle(session.database, session.routines.handle(session, message.signature)))


def describe(session: "Session", message: pdu.DescribeRoutine) -> None:
    """Answer tag 131 with the parameters of a routine (sqli.md 5.13.1)."""
    _, described = session.routines.numbered(session, message.number)
    session.send(
        pdu.RoutineInputDescribe(tuple(pdu.InputParameter(kind, mode=mode) for kind, mode in described.parameters))
    )


def take_state(_session: "Session", _message: pdu.RoutineState) -> None:
    """Take what a client sends back of FPARAM: nothing hangs on it here (sqli.md 5.13.1)."""


def call(session: "Session", message: pdu.ExecuteRoutine) -> None:
    """Answer EXFPROUTINE with the returned values. With a cached handle the database may be empty."""
    arguments, pending = decode_parameters(session, message.count, message.blocks)
    if pending:
        raise SqlError(WRONG_ARGUMENTS)
    values = session.routines.call(session, message.handle, arguments)
    blocks = b"".join(_block(session, value) for value in values)
    session.send(pdu.RoutineReply(len(values), blocks))
    session.done()


def _block(session: "Session", value: Parameter) -> bytes:
    """Encode a returned value as a parameter block whose precision is 0 unless it is the qualifier (5.13)."""
    kind = value.type
    if kind.extended_name in CLIENT_FORMS:
        kind = replace(kind, code=CLIENT_FORMS[kind.extended_name])
    block = encode_block(kind, value.value, session.types)
    if value.type.code in QUALIFIED or has_extended_name(value.type.code):
        return block
    return block[:4] + b"\0\0" + block[6:]
