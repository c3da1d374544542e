"""One driver, measured from outside by its DB-API: runs in an environment that has it, ours or informix-driver.

Both are imported as ``informix_db``. Reads commands from standard input, one a line (``fetch TABLE``,
``fetchall TABLE``, ``insert TABLE ROWS``, ``update TABLE ROWS``, ``point COUNT``), and answers each with a line of
JSON: nanoseconds of wall and of CPU time.
Uses nothing but the standard library and the driver, so that it is the same program for both.
"""

import datetime
import gc
import json
import sys
import time
from decimal import Decimal
from typing import Any

import informix_db


def connect(port: int, *, autocommit: bool = True) -> Any:
    return informix_db.connect(
        host="127.0.0.1",
        port=port,
        user="informix",
        password="in4mix",
        database="testdb",
        server="informix",
        autocommit=autocommit,
    )


def fetch(connection: Any, table: str) -> int:
    """Fetch a whole table, a thousand rows at a time, keeping none."""
    cursor = connection.cursor()
    cursor.execute(f"select * from {table}")
    count = 0
    while rows := cursor.fetchmany(1000):
        count += len(rows)
    cursor.close()
    return count


def fetchall(connection: Any, table: str) -> int:
    """Fetch a whole table into one list."""
    cursor = connection.cursor()
    cursor.execute(f"select * from {table}")
    count = len(cursor.fetchall())
    cursor.close()
    return count


def rows_to_insert(count: int) -> list[tuple[Any, ...]]:
    start = datetime.date(2000, 1, 1)
    return [
        (i, f"name {i}", Decimal(i * 7919 % 10**9).scaleb(-2), start + datetime.timedelta(i % 9000), i / 7)
        for i in range(1, count + 1)
    ]


def insert(connection: Any, table: str, rows: list[tuple[Any, ...]]) -> int:
    """Insert rows with one executemany in a transaction."""
    cursor = connection.cursor()
    cursor.executemany(f"insert into {table} values (?, ?, ?, ?, ?)", rows)
    cursor.close()
    connection.commit()
    return len(rows)


def update(connection: Any, table: str, rows: list[tuple[Any, ...]]) -> int:
    """Update a row for each tuple with one executemany."""
    cursor = connection.cursor()
    cursor.executemany(f"update {table} set c1 = ?, c2 = ?, c3 = ?, c4 = ? where c5 = ?", rows)
    cursor.close()
    return len(rows)


def point(connection: Any, count: int) -> int:
    """Select one row by key, `count` times, with a new cursor each time."""
    found = 0
    for number in range(count):
        cursor = connection.cursor()
        cursor.execute("select c1 from one where c1 = ?", (number,))
        found += len(cursor.fetchall())
        cursor.close()
    return found


def main() -> None:
    port = int(sys.argv[1])
    connection, manual = connect(port), connect(port, autocommit=False)
    print(json.dumps({"driver": str(getattr(informix_db, "__version__", "?"))}), flush=True)
    for line in sys.stdin:
        name, *words = line.split()
        if name in ("fetch", "fetchall"):
            arguments: tuple[Any, ...] = (fetch if name == "fetch" else fetchall, connection, words[0])
        elif name in ("insert", "update"):
            arguments = (
                insert if name == "insert" else update,
                manual if name == "insert" else connection,
                words[0],
                rows_to_insert(int(words[1])),
            )
        else:
            arguments = (point, connection, int(words[0]))
        function, *rest = arguments
        gc.collect()
        gc.disable()
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        count = function(*rest)
        cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
        gc.enable()
        print(json.dumps({"count": count, "wall": wall, "cpu": cpu}), flush=True)
    connection.close()
    manual.close()


if __name__ == "__main__":
    main()
