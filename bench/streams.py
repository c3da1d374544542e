"""Synthetic tables: column types, rows, and the TUPLE messages that carry them (sqli.md 4.1, 7.1)."""

import datetime
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from informix_types import ColumnType, TypeContext, parse_type, reference
from informix_types.rowcode import row_encoder
from informix_wire.rows import TUPLE_FRAME

CONTEXT = TypeContext(encoding="iso8859-1")
"""That of en_US.819, the default locale of both drivers."""
CHUNK = 32 * 1024
"""Bytes that are decoded at a time: a fetch buffer."""
COLUMNAR_CHUNK = 1024 * 1024
"""The same for columns, which want more rows at a time (performance.md, section 5)."""
CHECKED = 200
"""Rows of a stream whose bytes are compared with those of the reference encoder."""

Make = Callable[[random.Random], Any]


def _decimal(digits: int, scale: int) -> Make:
    limit = 10**digits
    # One in ten is negative; nearly all are distinct, which is the worst case for memos.
    return lambda rng: Decimal((rng.random() < 0.1, tuple(map(int, str(rng.randrange(limit)))), -scale))


def _price(rng: random.Random) -> Decimal:
    return Decimal(rng.randrange(100, 100_000, 100)).scaleb(-2)


def _text(low: int, high: int) -> Make:
    letters = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return lambda rng: "".join(rng.choices(letters, k=rng.randint(low, high)))


def _date(rng: random.Random) -> datetime.date:
    return datetime.date.fromordinal(730_120 + rng.randrange(10_000))


def _datetime(rng: random.Random) -> datetime.datetime:
    return datetime.datetime(2000, 1, 1) + datetime.timedelta(seconds=rng.randrange(800_000_000))


def _integer(bits: int) -> Make:
    limit = 2 ** (bits - 1) - 1
    return lambda rng: rng.randint(-limit, limit)


def _float(rng: random.Random) -> float:
    return rng.uniform(-1e6, 1e6)


INT = ("INTEGER", _integer(32))
TABLES: dict[str, tuple[tuple[str, Make], ...]] = {
    "mix5": (
        INT,
        ("VARCHAR(20)", _text(4, 20)),
        ("DECIMAL(10,2)", _decimal(10, 2)),
        ("DATE", _date),
        ("FLOAT", _float),
    ),
    "int5": (INT,) * 5,
    "mix20": (
        *(INT,) * 5,
        *(("SMALLINT", _integer(16)),) * 2,
        *(("BIGINT", _integer(64)),) * 2,
        *(("FLOAT", _float),) * 2,
        *(("DATE", _date),) * 2,
        *(("VARCHAR(20)", _text(4, 20)),) * 3,
        *(("CHAR(10)", _text(10, 10)),) * 2,
        ("DECIMAL(10,2)", _decimal(10, 2)),
        ("DATETIME YEAR TO SECOND", _datetime),
    ),
    "prices5": (INT, ("VARCHAR(20)", _text(4, 20)), ("DECIMAL(10,2)", _price), ("DATE", _date), ("FLOAT", _float)),
}
"""mix5, int5 and mix20 are what the bars are about; prices5 is mix5 with a thousand distinct decimals."""


@dataclass(frozen=True)
class Stream:
    """One table's rows as a server sends them.

    Attributes:
        name: key of `TABLES`.
        types: column types.
        names: column names.
        rows: number of rows.
        data: all TUPLE messages.
        ends: offset behind each message.
    """

    name: str
    types: tuple[ColumnType, ...]
    names: tuple[str, ...]
    rows: int
    data: bytes
    ends: list[int]

    def chunks(self, size: int = CHUNK, rows: int | None = None) -> Iterator[bytes]:
        """The messages of the first `rows` rows, cut at row boundaries into pieces of at most `size` bytes."""
        start = previous = 0
        for end in self.ends[:rows]:
            if end - start > size:
                yield self.data[start:previous]
                start = previous
            previous = end
        yield self.data[start:previous]


def values(name: str, count: int, *, nulls: float = 0.0, seed: int = 1) -> Iterator[tuple[Any, ...]]:
    """Rows of a table; with `nulls` that share of the values is None."""
    rng = random.Random(seed)
    makes = [make for _, make in TABLES[name]]
    for _ in range(count):
        yield tuple(None if nulls and rng.random() < nulls else make(rng) for make in makes)


def make_stream(name: str, count: int, *, nulls: float = 0.0) -> Stream:
    """Build a table's stream; the first rows are proven against the reference encoder."""
    types = tuple(parse_type(text) for text, _ in TABLES[name])
    encode = row_encoder(types, CONTEXT)
    head = struct.Struct(TUPLE_FRAME.head).pack
    parts: list[bytes] = []
    ends: list[int] = []
    at = 0
    for index, row in enumerate(values(name, count, nulls=nulls)):
        payload = encode(row)
        if index < CHECKED and payload != reference.encode_row(types, row, CONTEXT):
            raise AssertionError(f"row {index} of {name} is not what the reference encoder makes")
        message = head(TUPLE_FRAME.tag, 0, len(payload)) + payload + b"\0" * (len(payload) & 1)
        parts.append(message)
        at += len(message)
        ends.append(at)
    names = tuple(f"c{index}" for index in range(1, len(types) + 1))
    return Stream(name, types, names, count, b"".join(parts), ends)
