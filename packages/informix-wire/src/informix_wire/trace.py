"""Show a recorded exchange message by message: ``python -m informix_wire.trace FILE``.

It reads both directions through the tables of `informix_wire.pdu`, follows the negotiation, the locale and the
described types, and so shows rows and parameters as values. `format_exchange` is the same as a library.
"""

import argparse
import json
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import field, fields
from pathlib import Path
from typing import Any, Final

from informix_types import ColumnType, ConversionError, FramingError, codec_for_locale
from informix_types.classes import frozen, mutable
from informix_types.context import TypeContext
from informix_types.params import decode_block
from informix_types.reference import decode_row

from . import pdu
from .caps import FULL, NARROW, Capabilities, bits_of
from .errors import Incomplete
from .pdu.login import LoginReply, LoginRequest, Redirect, read_login_reply, read_login_request
from .tags import Tag

__all__ = ["Step", "format_exchange", "main", "read_exchanges"]

CLIENT, SERVER, URGENT = "c2s", "s2c", "c2s-oob"
LONGEST = 100
"""Bytes and characters of one value that are shown; the rest is counted."""


@frozen
class Step:
    """Bytes that went one way.

    Attributes:
        direction: ``c2s``, ``s2c``, or ``c2s-oob`` for a TCP urgent byte (sqli.md 5.17).
        data: the bytes; messages may continue in a later step.
        connection: number of the connection, when several are mixed.
    """

    direction: str
    data: bytes
    connection: int = 1


# -- what is known about a connection --


@mutable
class _Statement:
    columns: tuple[ColumnType, ...] = ()
    """Types in force for its rows: as described, or as asked for with RET_TYPE (sqli.md 4.5)."""
    put_columns: tuple[ColumnType, ...] = ()


@mutable
class _Connection:
    caps: Capabilities = FULL
    expect_login_reply: bool = False
    offer: bytes = b""
    rest: dict[str, bytes] = field(default_factory=lambda: {CLIENT: b"", SERVER: b""})
    statements: dict[int, _Statement] = field(default_factory=dict)
    current: _Statement = field(default_factory=_Statement)
    """The statement that the client's messages are about."""
    group: _Statement | None = None
    asked: deque[_Statement] = field(default_factory=deque)
    """For each group that waits for its reply, the statement that it was about."""
    keys: tuple[ColumnType, ...] = ()

    @property
    def context(self) -> TypeContext:
        return TypeContext(encoding=self.caps.encoding, errors="backslashreplace")

    @property
    def answered(self) -> _Statement:
        """The statement that the server's messages are about."""
        return self.asked[0] if self.asked else self.current

    def see(self, direction: str, message: object) -> None:
        """Learn from a message what later messages depend on."""
        follow = _FOLLOW.get((direction, type(message)))
        if follow is not None:
            follow(self, message)


def _saw_login(c: _Connection, m: LoginRequest) -> None:
    c.expect_login_reply = True
    encoding = "iso8859-1"
    for name, value in m.environment:
        if name == "CLIENT_LOCALE":
            with suppress(LookupError):  # of an unknown code set the ASCII part is readable still
                encoding = codec_for_locale(value)
    c.caps = NARROW.with_encoding(encoding)


def _saw_answer(c: _Connection, m: pdu.Protocols) -> None:
    c.caps = Capabilities.negotiate(c.offer, m.mask, encoding=c.caps.encoding)


def _saw_offer(c: _Connection, m: pdu.Protocols) -> None:
    c.offer = m.mask


def _saw_id(c: _Connection, m: pdu.StatementId) -> None:
    c.current = c.group = c.statements.setdefault(m.id, _Statement())


def _saw_text(c: _Connection, _m: object) -> None:
    c.current = c.group = _Statement()


def _saw_group_end(c: _Connection, _m: object) -> None:
    c.asked.append(c.group or c.current)
    c.group = None


def _saw_reply_end(c: _Connection, _m: object) -> None:
    if c.asked:
        c.asked.popleft()


def _saw_describe(c: _Connection, m: pdu.Describe) -> None:
    c.current = c.statements[m.statement_id] = _Statement(tuple(column.type for column in m.columns))


def _saw_ret_type(c: _Connection, m: pdu.RetType) -> None:
    if m.direction == pdu.Direction.RESULT:
        c.current.columns = m.columns
    else:
        c.current.put_columns = m.columns


def _saw_keys(c: _Connection, m: pdu.KeyDescribe) -> None:
    c.keys = tuple(column.type for column in m.columns)


_FOLLOW: Final[dict[tuple[str, type], Callable[[_Connection, Any], None]]] = {
    (CLIENT, LoginRequest): _saw_login,
    (CLIENT, pdu.Protocols): _saw_offer,
    (SERVER, pdu.Protocols): _saw_answer,
    (CLIENT, pdu.StatementId): _saw_id,
    (CLIENT, pdu.Prepare): _saw_text,
    (CLIENT, pdu.Command): _saw_text,
    (CLIENT, pdu.RetType): _saw_ret_type,
    (CLIENT, pdu.Eot): _saw_group_end,
    (SERVER, pdu.Describe): _saw_describe,
    (SERVER, pdu.KeyDescribe): _saw_keys,
    (SERVER, pdu.Eot): _saw_reply_end,
}


# -- one message as text --


def _short(value: object) -> str:
    """Show a value on one line of bounded length."""
    if isinstance(value, bytes):
        more = f" … {len(value)} bytes" if len(value) > LONGEST else ""
        return f"[{value[:LONGEST].hex()}{more}]"
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:LONGEST]!r} … {len(value)} characters"
    return repr(value)


def _plain(message: object, skip: Sequence[str] = ()) -> str:
    """Show the fields of a message; a field that hides itself from repr() is masked."""
    parts = []
    for item in fields(message):  # type: ignore[arg-type]  # every message is a dataclass
        if item.name in skip:
            continue
        value = getattr(message, item.name)
        parts.append(f"{item.name}={_short(value) if item.repr or value is None else '***'}")
    return " ".join(parts)


def _values(values: Iterable[object]) -> str:
    return "(" + ", ".join(map(_short, values)) + ")"


def _row(columns: Sequence[ColumnType], data: bytes, context: TypeContext) -> str:
    if not columns:
        return _short(data)
    try:
        return _values(decode_row(columns, data, context))
    except (FramingError, ConversionError) as exc:
        return f"{_short(data)} undecodable: {exc}"


def _put_rows(m: pdu.Put, c: _Connection) -> str:
    size = len(m.row) // m.rows
    rows = (m.row[i * size : (i + 1) * size] for i in range(m.rows))
    return " ".join(_row(c.current.put_columns, row, c.context) for row in rows)


def _blocks(message: Any, c: _Connection) -> list[str]:
    lines: list[str] = []
    offset = 0
    for index in range(message.count):
        try:
            bound, offset = decode_block(message.blocks, offset, c.context)
        except (FramingError, ConversionError, Incomplete) as exc:
            return [*lines, f"{index + 1}: {_short(message.blocks[offset:])} undecodable: {exc}"]
        shown = "DEFAULT" if bound.is_default else _short(bound.value)
        lines.append(f"{index + 1}: {bound.type.type_name} {shown}")
    return lines


def _type(column: ColumnType) -> str:
    return f"{column.type_name}{'' if column.nullable else ' NOT NULL'}"


def _describe(m: Any, _c: _Connection) -> list[str]:
    columns = [f"{index}: {column.name} {_type(column.type)}" for index, column in enumerate(m.columns, 1)]
    return [_plain(m, ["columns"]), *columns]


def _response(_m: pdu.Response, _c: _Connection) -> list[str]:
    return ["text=***"]


def _protocols(m: pdu.Protocols, _c: _Connection) -> list[str]:
    return [f"mask={m.mask.hex()}", "bits " + " ".join(map(str, sorted(bits_of(m.mask))))]


def _input(m: Any, _c: _Connection) -> list[str]:
    return [_plain(m, ["parameters"]), *(f"{i}: {_type(p.type)}" for i, p in enumerate(m.parameters, 1))]


_DETAILS: Final[dict[type, Callable[[Any, _Connection], list[str]]]] = {
    pdu.Tuple: lambda m, c: [f"warn={m.warn} {_row(c.answered.columns, m.data, c.context)}"],
    pdu.KeyTuple: lambda m, c: [f"warn={m.warn} {_row(c.keys, m.data, c.context)}"],
    pdu.Put: lambda m, c: [f"rows={m.rows} {_put_rows(m, c)}"],
    pdu.Bind: lambda m, c: [f"count={m.count}", *_blocks(m, c)],
    pdu.ExecuteRoutine: lambda m, c: [_plain(m, ["blocks"]), *_blocks(m, c)],
    pdu.RoutineReply: lambda m, c: [f"count={m.count}", *_blocks(m, c)],
    pdu.Describe: _describe,
    pdu.KeyDescribe: _describe,
    pdu.InputDescribe: _input,
    pdu.RoutineInputDescribe: _input,
    pdu.RetType: lambda m, _: [
        f"direction={pdu.Direction(m.direction).name if m.direction in (0, 1) else m.direction}",
        *(f"{index}: {_type(column)}" for index, column in enumerate(m.columns, 1)),
    ],
    pdu.Protocols: _protocols,
    pdu.Response: _response,
    pdu.Info: lambda m, _: ["", *(f"{name}={value}" for name, value in m.pairs)],
}
"""Messages that are shown otherwise than by their fields: first line, then indented ones."""

_LOGIN_NAMES: Final = {LoginRequest: "login request", LoginReply: "login reply", Redirect: "login redirect"}


def _name(message: object) -> str:
    if isinstance(message, pdu.Message):
        return Tag(message.TAG).name.removeprefix("SQ_")
    return _LOGIN_NAMES[type(message)]


# -- the exchange --


def _read_one(c: _Connection, direction: str, buf: bytes, offset: int) -> tuple[object, int]:
    if direction == CLIENT:
        # A login frame begins with its length; type 1 and the family tell it from a tag (sqli.md 2.1, 2.5).
        if buf[offset + 2 : offset + 4] == b"\1\x3c" or buf[offset : offset + 2] == b"sq":
            return read_login_request(buf, offset)
        return pdu.read_client(buf, offset, c.caps)
    if c.expect_login_reply:
        reply = read_login_reply(buf, offset)
        c.expect_login_reply = False
        return reply
    return pdu.read_server(buf, offset, c.caps)


def format_exchange(steps: Iterable[Step], *, caps: Capabilities = FULL) -> Iterator[str]:
    """Yield the lines that show an exchange.

    Args:
        steps: what went over the wire, in order.
        caps: capabilities in force on connections whose negotiation is not among the steps.
    """
    connections: dict[int, _Connection] = {}
    for step in steps:
        c = connections.setdefault(step.connection, _Connection(caps))
        arrow = f"{step.connection} {'C>' if step.direction != SERVER else 'S<'}"
        if step.direction == URGENT:
            yield f"{arrow} urgent byte {step.data.hex()}"
            continue
        yield from _format_step(c, step, arrow)
    for number, c in connections.items():
        for direction, rest in c.rest.items():
            if rest:
                yield f"{number} {'C>' if direction == CLIENT else 'S<'} ! incomplete message {_short(rest)}"


def _format_step(c: _Connection, step: Step, arrow: str) -> Iterator[str]:
    buf = c.rest[step.direction] + step.data
    c.rest[step.direction] = b""
    offset = 0
    while offset < len(buf):
        try:
            message, end = _read_one(c, step.direction, buf, offset)
        except Incomplete:
            c.rest[step.direction] = buf[offset:]
            return
        except FramingError as exc:
            yield f"{arrow} ! {exc}: {_short(buf[offset:])}"
            return
        if step.direction == CLIENT:  # a server's message is about what was known before it
            c.see(step.direction, message)
        details = _DETAILS.get(type(message))
        first, *more = details(message, c) if details else [_plain(message)]
        yield f"{arrow} {_name(message)} {first}".rstrip()
        for line in more:
            yield f"        {line}"
        if step.direction == SERVER:
            c.see(step.direction, message)
        offset = end


# -- files --


def _step(entry: dict[str, Any]) -> Step:
    direction = {"C": CLIENT, "S": SERVER}.get(entry["dir"], entry["dir"])
    if direction not in (CLIENT, SERVER, URGENT):
        raise ValueError(f"unknown direction {entry['dir']!r}")
    return Step(direction, bytes.fromhex(entry["hex"]), int(entry.get("conn", 1)))


_PREFIXES: Final = {"C:": CLIENT, "S:": SERVER, "C!": URGENT}


def _text_steps(text: str) -> Iterator[Step]:
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("{"):
            yield _step(json.loads(stripped))
            continue
        direction = _PREFIXES.get(stripped[:2])
        if direction is None:
            raise ValueError(f"line {number} begins neither with C: nor with S:")
        yield Step(direction, bytes.fromhex(stripped[2:]))


def read_exchanges(text: str) -> Iterator[tuple[str, list[Step]]]:
    """Read recorded exchanges; yield a title and the steps of each.

    Three forms are understood: a JSON document with ``vectors`` of ``steps`` (as in tests/vectors/sessions.json),
    with ``steps`` alone, or a list of steps, each ``{"dir": "c2s", "hex": "…", "conn": 1}``; one such step a
    line; and text lines ``C: hex`` and ``S: hex`` (``C! hex`` for urgent data, ``#`` for comments).

    Raises:
        ValueError: the text is none of these.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        yield "", list(_text_steps(text))
        return
    try:
        if isinstance(document, list):
            yield "", [_step(entry) for entry in document]
        elif "vectors" in document:
            for vector in document["vectors"]:
                yield vector.get("id", ""), [_step(entry) for entry in vector.get("steps", [vector])]
        elif "steps" in document:
            yield document.get("id", ""), [_step(entry) for entry in document["steps"]]
        else:
            yield "", [_step(document)]
    except (KeyError, TypeError) as exc:
        raise ValueError(f"the JSON document holds no exchange: {exc!r}") from exc


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m informix_wire.trace", description=__doc__)
    parser.add_argument("file", help="a recorded exchange; - reads standard input")
    parser.add_argument("--session", metavar="ID", help="show only the exchange with this id")
    parser.add_argument(
        "--narrow", action="store_true", help="exchanges without a negotiation are in the narrow dialect (0.3)"
    )
    options = parser.parse_args(arguments)
    shown = 0
    try:
        text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text(encoding="utf-8")
        for title, steps in read_exchanges(text):
            if options.session not in (None, title):
                continue
            shown += 1
            if title:
                print(f"== {title}")
            for line in format_exchange(steps, caps=NARROW if options.narrow else FULL):
                print(line)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        return 0
    except (OSError, ValueError) as exc:
        print(f"{options.file}: {exc}", file=sys.stderr)
        return 2
    if not shown:
        print(f"{options.file}: no exchange with id {options.session}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
