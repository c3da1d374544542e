"""Compares what our driver sends with what two foreign clients send for the same operations, field by field.

Requests are read with `informix_wire.pdu`; first each message is written again and must give the very bytes that
were read, so that nothing is lost by reading. Then our groups are aligned with those of the other client; every
difference must be explained by a line of `differences.tsv`, and a line that explains nothing is an error too.
"""

import difflib
import fnmatch
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from informix_types.context import TypeContext
from informix_types.params import decode_block
from informix_wire.caps import OFFER_JDBC, SERVER_ANSWER, Capabilities
from informix_wire.pdu import Bind, CursorName, Eot, Exit, Message, Prepare, StatementId, read_client
from informix_wire.pdu.login import LoginRequest, read_login_request
from recorder import Chunk

__all__ = ["SKIP", "Allowance", "Request", "compare", "read_allowances", "requests", "rewrite_errors", "urgent"]

CAPS = Capabilities.negotiate(OFFER_JDBC, SERVER_ANSWER)
"""What is in force between any of the three clients and the server: all offer the same mask (sqli.md 3.2)."""
_PREPARING = frozenset(
    {
        "start",
        "setup",
        "parameter_types",
        "interrupt_setup",
        "verify",
        "transaction_login",
        "transaction_close",
        "end",
    }
)
SKIP = {
    "jdbc": _PREPARING | {"bind_interval", "write_blob", "read_blob", "open_blob", "fast_path"},
    "informix-driver": _PREPARING
    | {"bulk_insert", "savepoint", "hold", "update_cursor", "xa_login", "xa_two_phase", "xa_close"}
    | {"more_login", "more_close", "interrupt", "after_interrupt"},
}
"""Operations that only prepare others, or that one of the two clients does not have."""
_TEXT = TypeContext(encoding=CAPS.encoding)
_OWN_TO_EACH_PROCESS = frozenset({"process", "service"})
"""Fields of the login request that no two programs share: pid, thread, host, directory, program (sqli.md 2.2)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a group, reduced to its name and comparable fields."""

    name: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One request group: a login frame, or messages up to EOT or EXIT."""

    parts: tuple[Part, ...]

    @property
    def shape(self) -> str:
        """Names of the messages: groups are aligned by it."""
        return " ".join(part.name for part in self.parts)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A line of differences.tsv: a client, a pattern of differences, and why they are right."""

    client: str
    pattern: str
    reason: str


def read_allowances(path: Path) -> list[Allowance]:
    """Read differences.tsv: client, pattern, reason, separated by tabs."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Allowance(*line.split("\t")) for line in lines if line and not line.startswith("#")]


# ---- reading ---------------------------------------------------------------------------------------------------


def _by_connection(chunks: Iterable[Chunk]) -> dict[int, list[Chunk]]:
    found: dict[int, list[Chunk]] = {}
    for chunk in chunks:
        if chunk.direction == "c2s":
            found.setdefault(chunk.connection, []).append(chunk)
    return found


def _messages(chunks: Iterable[Chunk]) -> Iterator[tuple[str, int, Any, bytes]]:
    """Yield (operation, connection, message, its bytes) of every message that clients sent."""
    for number, pieces in _by_connection(chunks).items():
        stream = b"".join(piece.data for piece in pieces)
        ends, total = [], 0
        for piece in pieces:
            total += len(piece.data)
            ends.append((total, piece.operation))
        position = 0
        while position < len(stream):
            start = position
            message: Any
            if start == 0:
                message, position = read_login_request(stream)
            else:
                message, position = read_client(stream, position, CAPS)
            operation = next(name for end, name in ends if start < end)
            yield operation, number, message, stream[start:position]


def rewrite_errors(chunks: Iterable[Chunk]) -> list[str]:
    """Messages that our own classes would not write byte for byte as the client did."""
    errors = []
    for operation, _, message, data in _messages(chunks):
        again = message.encode() if isinstance(message, LoginRequest) else message.encode(CAPS)
        if again != data:
            errors.append(f"{operation}: {type(message).__name__}: sent {data.hex()}, we write {again.hex()}")
    return errors


def requests(chunks: Iterable[Chunk]) -> dict[str, list[Request]]:
    """Operation → the groups that the client sent, in order."""
    found: dict[str, list[Request]] = {}
    group: list[Part] = []
    for operation, _, message, _ in _messages(chunks):
        if not isinstance(message, Eot):
            group.append(_part(message))
        if isinstance(message, Eot | Exit | LoginRequest):
            found.setdefault(operation, []).append(Request(tuple(group)))
            group = []
    return found


def _part(message: Message | LoginRequest) -> Part:
    name = type(message).__name__
    if isinstance(message, StatementId):
        return Part(
            name, ()
        )  # numbers differ by what was prepared before; that each is right is the server's check
    if isinstance(message, CursorName) and message.name.startswith("_ifxc"):
        return Part(name, (("generated name", str(len(message.name))),))
    if isinstance(message, Bind):
        values = [("count", str(message.count))]
        position = 0
        for i in range(message.count):
            start = position
            value, position = decode_block(message.blocks, position, _TEXT)
            code = value.type.code
            values.append((f"value {i + 1} type", str(int(code))))
            values.append((f"value {i + 1}", repr(value.value)))
            values.append((f"value {i + 1} bytes", message.blocks[start:position].hex()))
        return Part(name, tuple(values))
    values = [
        (field.name, _text(getattr(message, field.name)))
        for field in fields(message)
        if not (isinstance(message, LoginRequest) and field.name in _OWN_TO_EACH_PROCESS)
    ]
    return Part(name, tuple(values))


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        return "; ".join(repr(each) for each in value)
    return repr(value)


# ---- comparing -------------------------------------------------------------------------------------------------


def _differences(operation: str, theirs: list[Request], ours: list[Request]) -> Iterator[str]:
    matcher = difflib.SequenceMatcher(None, [r.shape for r in theirs], [r.shape for r in ours], autojunk=False)
    for action, a0, a1, b0, b1 in matcher.get_opcodes():
        if action == "equal":
            for a, b in zip(theirs[a0:a1], ours[b0:b1], strict=True):
                yield from _fields(operation, a, b)
        else:
            they = " | ".join(_label(r) for r in theirs[a0:a1])
            we = " | ".join(_label(r) for r in ours[b0:b1])
            yield f"{operation}: groups: they send [{they}], we [{we}]"


def _label(request: Request) -> str:
    """The shape, with the SQL of statements, which tells what the group is about."""
    sql = [dict(p.values).get("sql", "") for p in request.parts if p.name in {Prepare.__name__, "Command"}]
    return request.shape + "".join(f" {text}" for text in sql)


def _fields(operation: str, theirs: Request, ours: Request) -> Iterator[str]:
    for part, our_part in zip(theirs.parts, ours.parts, strict=True):
        they, we = dict(part.values), dict(our_part.values)
        for name in {**they, **we}:
            if they.get(name) != we.get(name):
                yield f"{operation}: {part.name} {name}: they {they.get(name)}, we {we.get(name)}"


def urgent(chunks: Iterable[Chunk]) -> dict[str, bytes]:
    """Operation → the urgent bytes that the client sent during it (sqli.md 5.17)."""
    found: dict[str, bytes] = {}
    for chunk in chunks:
        if chunk.direction == "c2s-oob":
            found[chunk.operation] = found.get(chunk.operation, b"") + chunk.data
    return found


def compare(
    client: str,
    theirs: dict[str, list[Request]],
    ours: dict[str, list[Request]],
    allowances: list[Allowance],
    used: set[Allowance],
) -> list[str]:
    """Compare two recordings; return the differences that no allowance explains; add to `used` those that do."""
    problems: list[str] = []
    mine = [a for a in allowances if a.client in {client, "*"}]
    for operation in [*theirs, *(o for o in ours if o not in theirs)]:
        if operation in SKIP[client]:
            continue
        for difference in _differences(operation, theirs.get(operation, []), ours.get(operation, [])):
            match = next((a for a in mine if fnmatch.fnmatchcase(difference, a.pattern)), None)
            if match is None:
                problems.append(f"unexplained: {difference}")
            else:
                used.add(match)
    return problems
