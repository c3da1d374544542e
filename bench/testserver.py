"""The embedded test server: how long it takes to start, and how many statements a second one connection gets.

The server runs in a process of its own, the client (informix-db) in this one. Rates are by the clock: what a test
suite waits for. Where client and server take turns, one CPU of two is idle at any time, and on a virtual machine
waking it may take longer than the statement. So everything is measured twice, as the system places the two
processes and with both on one CPU, beside a server that does nothing.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import informix_db
from informix_testserver import TestServer

from .echo import REQUEST
from .streams import TABLES, values

INSERTS = 5_000
SINGLE = 1_000
POINTS = 1_000
SCAN = 10_000
EXCHANGES = 3_000
BARS = {"executemany": 20_000.0, "executemany by BIND": 20_000.0, "point select": 5_000.0}
"""Operations a second on one connection, at the better of the two placements."""
START_BAR = 0.3
"""Seconds until the server listens, its modules compiled, as pip leaves them."""

Operation = tuple[int, Callable[[], object]]
"""How many rows or statements it makes, and what makes them."""


class Starts(NamedTuple):
    """Median seconds until the server listens.

    Attributes:
        installed: after its command, interpreter and imports included, its modules compiled.
        checkout: the same as this checkout stands: where ``PYTHONDONTWRITEBYTECODE`` is set, every start compiles.
        embedded: in a process that has imported it already.
    """

    installed: float
    checkout: float
    embedded: float


@contextmanager
def server(environment: Mapping[str, str] | None = None) -> Iterator[tuple[str, float]]:
    """Run the server in a process of its own; gives its URL and the seconds until it listened."""
    command = [sys.executable, "-m", "informix_testserver", "serve", "--port", "0"]
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            taken = time.perf_counter() - begin
            yield line.split()[-1], taken
        finally:
            process.terminate()


def start_times(count: int) -> Starts:
    """Start the server in each of the three ways, in turn."""
    found: list[tuple[float, float, float]] = []
    with TemporaryDirectory() as folder:
        compiled = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        compiled.pop("PYTHONDONTWRITEBYTECODE", None)
        with server(compiled):  # compiles
            pass
        for _ in range(count):
            with server(compiled) as (_, installed):
                pass
            with server() as (_, checkout):
                pass
            begin = time.perf_counter()
            with TestServer(port=0):
                embedded = time.perf_counter() - begin
            found.append((installed, checkout, embedded))
    return Starts(*(statistics.median(each) for each in zip(*found, strict=True)))


def _operations(connection: Any, rows: list[tuple[Any, ...]]) -> dict[str, Operation]:
    cursor = connection.cursor()
    insert = f"INSERT INTO bench VALUES ({', '.join('?' * len(rows[0]))})"

    def empty() -> None:
        cursor.execute("DELETE FROM bench WHERE id > ?", (SCAN,))
        connection.commit()

    def many(**options: Any) -> Callable[[], None]:
        def run() -> None:
            cursor.executemany(insert, rows[SCAN : SCAN + INSERTS], **options)
            connection.commit()

        return run

    def single() -> None:
        for row in rows[SCAN : SCAN + SINGLE]:
            cursor.execute(insert, row)
        connection.commit()

    def point() -> None:
        for row in rows[:POINTS]:
            cursor.execute("SELECT * FROM bench WHERE id = ?", row[:1])
            assert cursor.fetchone()[0] == row[0]
        connection.commit()

    def scan() -> None:
        cursor.execute("SELECT * FROM bench WHERE id <= ?", (SCAN,))
        assert len(cursor.fetchall()) == SCAN
        connection.commit()

    def update() -> None:
        for row in rows[:POINTS]:
            cursor.execute("UPDATE bench SET c2 = ? WHERE id = ?", (row[1], row[0]))
        connection.commit()

    cursor.executemany(insert, rows[:SCAN])
    connection.commit()
    return {
        "executemany": (INSERTS, many()),
        "executemany by BIND": (INSERTS, many(insert_cursor=False)),
        "execute, insert": (SINGLE, single),
        "point select": (POINTS, point),
        "update by key": (POINTS, update),
        "scan": (SCAN, scan),
        "": (0, empty),
    }


@contextmanager
def one_cpu() -> Iterator[None]:
    """Keep this process, and those that it starts, on one CPU. Linux only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def placements(rounds: int) -> list[dict[str, float]]:
    """`rates`, and bare exchanges, as the system places the processes; then on one CPU, where that can be had."""
    found = [{"bare exchange": exchanges(), **rates(rounds)}]
    if hasattr(os, "sched_setaffinity"):
        with one_cpu():
            found.append({"bare exchange": exchanges(), **rates(rounds)})
    return found


def exchanges() -> float:
    """Requests a second that a server answers that does nothing: what nobody's driver and server can exceed."""
    command = [sys.executable, "-m", "bench.echo"]
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        with socket.create_connection(("127.0.0.1", int(process.stdout.readline()))) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            begin = time.perf_counter()
            for _ in range(EXCHANGES):
                client.sendall(REQUEST)
                client.recv(1 << 16)
            return EXCHANGES / (time.perf_counter() - begin)


def rates(rounds: int) -> dict[str, float]:
    """Median operations a second: rows of a table like mix5 whose first column is its primary key."""
    types = [text for text, _ in TABLES["mix5"]]
    columns = ["id INTEGER PRIMARY KEY"] + [f"c{at} {text}" for at, text in enumerate(types[1:], 2)]
    rows = [(number, *row[1:]) for number, row in enumerate(values("mix5", SCAN + INSERTS), 1)]
    found: dict[str, list[float]] = {}
    with server() as (url, _), informix_db.connect(url) as connection:
        connection.cursor().execute(f"CREATE TABLE bench ({', '.join(columns)})")
        operations = _operations(connection, rows)
        empty = operations.pop("")[1]
        for _ in range(rounds):
            for name, (count, run) in operations.items():
                begin = time.perf_counter()
                run()
                found.setdefault(name, []).append(count / (time.perf_counter() - begin))
                empty()
    return {name: statistics.median(each) for name, each in found.items()}
