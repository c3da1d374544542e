"""Stored routines: Python functions that a test registers, callable from SQL, EXECUTE and the fast path."""

import datetime
import inspect
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from informix_types import ColumnType
from informix_types.classes import frozen

from ..engine import Outcome, Parameter, ResultColumn, SqlError
from ..sql import Parsed, ast, parse_expression
from . import types
from .bind_functions import is_scalar
from .binder import Binder
from .cursor import MemoryCursor, Row
from .expr import Expr
from .locks import LockConflict
from .plan_values import value_reader
from .pyvalues import row_writer, stored_value
from .statements import Handle, Plan, QueryHandle
from .typenames import declared_type
from .types import Family, family

if TYPE_CHECKING:
    from .session import MemorySession

__all__ = [
    "Routine",
    "RoutineHandle",
    "drop_routine",
    "execute_handle",
    "make_routine",
    "own_routines",
    "routine_call",
    "table_function",
]

NO_ROUTINE, RETURN_COUNT, MANY_ROWS, UDR_ERROR, ISAM_UDR_FAILED = -674, -655, -686, -937, -187
OUT_ARGUMENT = -9752
"""EXECUTE of a routine with OUT or INOUT parameters: it has to be called by its number (sqli.md 5.13.1)."""
MODES = {"in": 0, "out": 1, "inout": 2}
"""Modes of parameters as tag 132 says them (sqli.md 5.13.1)."""
BAD_ARGUMENT = -717

_NAME = re.compile(r"[^\W\d][\w$]{0,127}")
"""Names that SQL can write without quotes."""
_BY_CLASS: dict[Any, ColumnType] = {
    int: types.INTEGER,
    str: types.lvarchar(),
    float: types.FLOAT,
    bool: types.BOOLEAN,
    Decimal: types.FLOATING_DECIMAL,
    datetime.date: types.DATE,
    datetime.datetime: types.SYSDATE_TYPE,
    datetime.timedelta: types.interval_type(4, 15, 9),
    bytes: types.BYTE,
}


@frozen
class Routine:
    """A registered routine.

    Attributes:
        function: gets the IN and INOUT values; returns the results, then the OUT and INOUT values.
        parameters: types, with `names` and `modes` ("in", "out", "inout") beside them.
        returns: types of the results; empty for a procedure without results.
        rows: it returns an iterable of rows.
        kind: "function" or "procedure", for sysprocedures.
        number: its procid in sysprocedures; never given to another routine.
    """

    name: str
    function: Callable[..., Any]
    parameters: tuple[ColumnType, ...]
    names: tuple[str, ...]
    modes: tuple[str, ...]
    returns: tuple[ColumnType, ...]
    rows: bool = False
    kind: str = "function"
    number: int = 0

    @property
    def has_out(self) -> bool:
        """Whether a parameter is OUT or INOUT."""
        return any(mode != "in" for mode in self.modes)

    @property
    def results(self) -> tuple[ColumnType, ...]:
        """Types of a result row: what it returns, then its OUT and INOUT parameters."""
        out = tuple(t for t, mode in zip(self.parameters, self.modes, strict=True) if mode != "in")
        return self.returns + out

    def call(self, values: Sequence[Any]) -> list[Row]:
        """Run with Python values for all parameters (those of OUT are ignored); return the result rows.

        Raises:
            SqlError: -655 when the function returns another number of values than it declares; -937 when it
                raises anything but SqlError.
        """
        given = [v for v, mode in zip(values, self.modes, strict=True) if mode != "out"]
        try:
            result = self.function(*given)
            rows: list[Any] = list(result) if self.rows else [result]
        except (SqlError, LockConflict):
            raise
        except Exception as error:
            # -937 carries SQLSTATE and text in the packet (sqli.md 4.6); 38000 is "external routine exception".
            text = f"{type(error).__name__}: {error}"
            failed = SqlError(UDR_ERROR, isam=ISAM_UDR_FAILED, token=self.name, sqlstate="38000", text=text)
            raise failed from error
        return [self._row(row) for row in rows] if self.results else []

    def _row(self, returned: Any) -> Row:
        """Return a result row: a single value may stand alone, and must if it is a collection or ROW."""
        kinds = self.results
        row = returned if isinstance(returned, tuple | list) else (returned,)
        if len(kinds) == 1:
            is_value = not self.rows and family(kinds[0]) in (Family.COLLECTION, Family.ROW)
            row = row if len(row) == 1 and not is_value else (returned,)
        if len(row) != len(kinds):
            raise SqlError(RETURN_COUNT)
        return tuple(row)


def own_routines(env: Any) -> dict[str, Routine]:
    """Return the server's own routines that EXECUTE can call; `env` knows the running session."""

    def allow_newline(setting: str) -> None:
        chosen = setting.strip().lower()
        if chosen not in ("t", "f"):
            raise SqlError(BAD_ARGUMENT, token="ifx_allow_newline")
        env.session.allow_newline = chosen == "t"
        env.session.handles.clear()

    name = "ifx_allow_newline"
    return {name: make_routine(name, allow_newline, parameters=["char(1)"], returns=[], kind="procedure")}


def type_of(text: str | ColumnType) -> ColumnType:
    """Return the type that a name such as ``"decimal(10,2)"`` means."""
    if isinstance(text, ColumnType):
        return text
    node = parse_expression(f"NULL::{text}")
    assert isinstance(node, ast.Cast)
    return declared_type(None, node.type)


def make_routine(
    name: str,
    function: Callable[..., Any],
    *,
    parameters: Sequence[str | ColumnType] | None = None,
    returns: Sequence[str | ColumnType] | str | ColumnType | None = None,
    rows: bool = False,
    modes: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    kind: str = "",
) -> Routine:
    """Make a routine; the options are `RoutineOptions`.

    Raises:
        TypeError, ValueError: as `TestServer.register_routine`.
    """
    _check_function(name, function, rows=rows)
    declared = inspect.signature(function)
    annotations = inspect.get_annotations(function, eval_str=True)
    if parameters is None:
        parameters = [_annotated(annotations.get(p), p, name) for p in declared.parameters]
    if returns is None:
        result = annotations.get("return")
        returns = [] if result is None else [_annotated(result, "return", name)]
    elif isinstance(returns, str | ColumnType):
        returns = [returns]
    kinds = tuple(type_of(t) for t in parameters)
    chosen = tuple(modes) if modes is not None else ("in",) * len(kinds)
    labels = tuple(names) if names is not None else tuple(declared.parameters)
    if names is None and len(labels) != len(kinds):
        labels = tuple(f"arg{i}" for i in range(1, len(kinds) + 1))
    _check_declaration(name, len(kinds), chosen, labels, kind)
    given = [None for mode in chosen if mode != "out"]
    try:
        declared.bind(*given)
    except TypeError as exc:
        raise TypeError(f"routine {name} is to be called with {len(given)} values: {exc}") from None
    found = tuple(type_of(t) for t in returns)
    return Routine(
        name, function, kinds, labels, chosen, found, rows, kind or ("function" if found else "procedure")
    )


def _check_function(name: str, function: Callable[..., Any], *, rows: bool) -> None:
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(f"routine {name}: an asynchronous function cannot be called by SQL")
    if inspect.isgeneratorfunction(function) and not rows:
        raise TypeError(f"routine {name}: a generator makes rows; say so by rows=True")


def _check_declaration(name: str, count: int, modes: Sequence[str], names: Sequence[str], kind: str) -> None:
    for text in (name, *names):
        if _NAME.fullmatch(text) is None:
            raise ValueError(f"{text!r} cannot name a routine or a parameter")
    if len(modes) != count or len(names) != count:
        raise ValueError(f"routine {name} has {count} parameters, but {len(modes)} modes and {len(names)} names")
    for mode in modes:
        if mode not in ("in", "out", "inout"):
            raise ValueError(f"routine {name}: {mode!r} is no mode: in, out or inout")
    if kind not in ("", "function", "procedure"):
        raise ValueError(f"routine {name}: {kind!r} is no kind: function or procedure")


def _annotated(annotation: Any, parameter: str, routine: str) -> ColumnType:
    kind = _BY_CLASS.get(annotation)
    if kind is None:
        raise TypeError(
            f"routine {routine}: {parameter} needs a type, for its annotation {annotation!r} names none"
        )
    return kind


def ordered_arguments(routine: Routine, arguments: Sequence[ast.Expression], pos: int) -> list[ast.Expression]:
    """Bring positional and named arguments into the order of the parameters. Raises SqlError -674."""
    slots: list[ast.Expression | None] = [None] * len(routine.parameters)
    for index, argument in enumerate(arguments):
        if isinstance(argument, ast.NamedArgument):
            if argument.name not in routine.names:
                raise SqlError(NO_ROUTINE, offset=argument.pos, token=routine.name)
            slots[routine.names.index(argument.name)] = argument.value
        elif index < len(slots):
            slots[index] = argument
        else:
            raise SqlError(NO_ROUTINE, offset=pos, token=routine.name)
    filled = [slot for slot in slots if slot is not None]
    if len(filled) != len(slots):
        raise SqlError(NO_ROUTINE, offset=pos, token=routine.name)
    return filled


def bound_arguments(b: Binder, routine: Routine, given: Sequence[ast.Expression], pos: int) -> list[str]:
    """Bind the arguments of a call for the routine's parameters. Raises SqlError -674."""
    ordered = ordered_arguments(routine, given, pos)
    b.routines.append(routine)
    return [
        b.convert(b.bind(argument, wanted), wanted).sql
        for argument, wanted in zip(ordered, routine.parameters, strict=True)
    ]


def routine_call(b: Binder, node: ast.FunctionCall, routine: Routine) -> Expr:
    """A routine in an expression: one value."""
    if len(routine.results) != 1:
        raise SqlError(-684 if routine.results else -685, offset=node.pos, token=routine.name)
    kind = routine.results[0]
    arguments = bound_arguments(b, routine, node.arguments, node.pos)
    values = row_writer(routine.parameters, b.env)

    def run(*stored: Any) -> Any:
        rows = routine.call(values(stored))
        if len(rows) > 1:
            raise SqlError(MANY_ROWS, token=routine.name)
        return stored_value(kind, rows[0][0], b.env) if rows else None

    return Expr.of(b.call(("routine", id(routine)), run, arguments, strict=False), kind)


def table_function(b: Binder, node: ast.TableFunction) -> tuple[str, list[tuple[str, Expr]]]:
    """TABLE(f(…)) in FROM: the routine runs once for the query, and a recursive table counts through its rows."""
    session: Any = b.names
    name = node.function.name
    routine = session.engine.routine(name.name)
    if routine is None:
        raise SqlError(NO_ROUTINE, offset=name.pos, token=name.name)
    kinds = routine.results
    if node.columns and len(node.columns) != len(kinds):
        raise SqlError(-382, offset=node.pos)
    labels = [column.name for column in node.columns] or ["(expression)"] * len(kinds)
    arguments = bound_arguments(b, routine, node.function.arguments, node.function.pos)
    values = row_writer(routine.parameters, b.env)

    def start(*stored: Any) -> int:
        rows = routine.call(values(stored))
        found = [[stored_value(t, v, b.env) for t, v in zip(kinds, row, strict=True)] for row in rows]
        row_sets = b.env_session().row_sets
        row_sets.append(found)
        return len(row_sets) - 1

    def cell(row_set: int, row: int, column: int) -> Any:
        return b.env_session().row_sets[row_set][row][column]

    opened = b.call(("row set", id(routine)), start, arguments, strict=False)
    count = b.call("row set size", lambda row_set: len(b.env_session().row_sets[row_set]), ["h"])
    alias = f"w{b.alias()}"
    cells = ",".join(f"{b.call('row set cell', cell, ['h', 'i', str(n)])} AS c{n + 1}" for n in range(len(kinds)))
    rows = f"SELECT {opened} AS h, 0 AS i UNION ALL SELECT h, i + 1 FROM {alias} WHERE i < {count}"
    sql = f"(WITH RECURSIVE {alias}(h, i) AS ({rows}) SELECT {cells} FROM {alias} WHERE i < {count})"
    return sql, [(label, Expr("", kind, kind, label)) for label, kind in zip(labels, kinds, strict=True)]


def drop_routine(session: "MemorySession", node: ast.DropRoutine) -> None:
    """DROP PROCEDURE, FUNCTION, ROUTINE: takes a registered routine away from the engine."""
    from .definitions import undoing

    routines = session.engine.routines
    routine = routines.pop(node.name.name, None)
    if routine is None:
        if node.if_exists:
            return
        raise SqlError(NO_ROUTINE, offset=node.name.pos, token=node.name.name)
    undoing(session, lambda: routines.__setitem__(routine.name, routine))


def _exactly(kinds: Sequence[ColumnType], env: Any) -> Callable[[Row], Row]:
    """Return the function from values that a routine returned to what their declared types make of them."""
    write = row_writer(kinds, env)
    return lambda row: tuple(write([stored_value(t, v, env) for t, v in zip(kinds, row, strict=True)]))


class RoutineHandle(Handle):
    """EXECUTE PROCEDURE, EXECUTE FUNCTION, CALL."""

    statement: ast.ExecuteRoutine

    def _routine(self, session: "MemorySession") -> Routine:
        name = self.statement.name
        routine = session.engine.routine(name.name)
        if routine is None:
            raise SqlError(NO_ROUTINE, offset=name.pos, token=name.name)
        return routine

    def bind(self, session: "MemorySession", b: Binder) -> tuple[Routine, str]:
        """Bind the arguments as a SELECT of values."""
        node, routine = self.statement, self._routine(session)
        if routine.has_out:
            ordered_arguments(routine, node.arguments, node.pos)
            raise SqlError(OUT_ARGUMENT, token=f"{session.database_name}:{routine.number}:{routine.name}")
        arguments = bound_arguments(b, routine, node.arguments, node.pos)
        self.columns = tuple(ResultColumn("(expression)", kind) for kind in routine.results)
        self.returns_rows = bool(routine.results)
        return routine, "SELECT " + ",".join(arguments) if arguments else ""

    def sql_of(self, body: Any) -> str:
        """Return the SQL of the arguments."""
        return str(body[1])

    def _call(self, session: "MemorySession", plan: Plan, parameters: Sequence[Parameter]) -> list[Row]:
        routine: Routine
        routine, _ = plan.body
        stored = session.store.rows(plan.sql, plan.values(parameters))[0] if plan.sql else ()
        values = row_writer(routine.parameters, session.store.env)(stored)
        with session.outside():
            return routine.call(values)

    def open(self, session: "MemorySession", parameters: Sequence[Parameter], hold: bool) -> MemoryCursor:
        """Run the routine; its rows are checked against the declared types."""
        plan = self.plan(session, parameters)
        exact = _exactly(plan.body[0].results, session.store.env)
        rows = [exact(row) for row in self._call(session, plan, parameters)]
        return MemoryCursor(session, rows, tuple, hold=hold)

    def execute(self, session: "MemorySession", parameters: Sequence[Parameter]) -> Outcome:
        """Run the routine and drop what it returns."""
        self._call(session, self.plan(session, parameters), parameters)
        return Outcome()


class FunctionHandle(QueryHandle):
    """EXECUTE FUNCTION of a function that is built in: a query of one row."""

    is_query = False

    def __init__(self, session: "MemorySession", parsed: Parsed, statement: ast.ExecuteRoutine) -> None:
        call = ast.FunctionCall(statement.name.pos, statement.name, statement.arguments)
        row = ast.TableRef(statement.pos, ast.ObjectName(statement.pos, "sysdual", database="sysmaster"))
        select = ast.Select(statement.pos, (ast.SelectItem(statement.pos, call, "(expression)"),), (row,))
        super().__init__(session, parsed, ast.Query(statement.pos, select))

    def execute(self, session: "MemorySession", parameters: Sequence[Parameter]) -> Outcome:
        """Run the function and drop what it returns."""
        self.open(session, parameters, hold=False)
        return Outcome()


def execute_handle(session: "MemorySession", parsed: Parsed, statement: ast.ExecuteRoutine) -> Handle:
    """Return the handle of EXECUTE, CALL: a routine that a test has registered comes first."""
    name = statement.name.name
    if session.engine.routine(name) is None and is_scalar(name):
        return FunctionHandle(session, parsed, statement)
    return RoutineHandle(session, parsed, statement)


SIGNATURE = re.compile(r"\s*(?:function|procedure|routine)?\s*(?:[\w$]+\.)?([\w$]+)\s*\(", re.IGNORECASE)


def find_by_signature(session: "MemorySession", signature: str) -> Routine | None:
    """Find the routine of a fast-path signature such as ``function informix.f(integer)``."""
    match = SIGNATURE.match(signature)
    return session.engine.routine(match.group(1).lower()) if match else None


def find_by_number(session: "MemorySession", number: int) -> Routine | None:
    """Find a registered routine by its procid."""
    return next((r for r in session.engine.routines.values() if r.number == number), None)


def call_by_handle(session: "MemorySession", routine: Routine, parameters: Sequence[Parameter]) -> list[Parameter]:
    """Run a routine for the fast path: OUT and INOUT values come first (sqli.md 5.13.1).

    A client may keep its handle for ever: what runs is the routine that has the name now.

    Raises:
        SqlError: -674: it has been dropped, or takes other values; what the routine raises.
    """
    known, env = session.engine.routine(routine.name), session.store.env
    if known is None or len(parameters) != len(known.parameters):
        raise SqlError(NO_ROUTINE, token=routine.name)
    pairs = zip(parameters, known.parameters, strict=True)
    stored = [value_reader(parameter.type, kind, env)(parameter.value) for parameter, kind in pairs]
    values = row_writer(known.parameters, env)(stored)
    with session.outside():
        rows = known.call(values)
    if not rows:
        return []
    row = _exactly(known.results, env)(rows[0])
    found = [Parameter(kind, value) for kind, value in zip(known.results, row, strict=True)]
    returned = len(known.returns)
    return found[returned:] + found[:returned]
