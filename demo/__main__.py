"""The demo: `hatch run demo` starts an embedded server, talks to it over TCP and shows what the driver does.

With `INFORMIX_URL` set it talks to that server instead; it creates and drops only tables named `demo_…`.
"""

import contextlib
import datetime
import os
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import informix_db
from informix_testserver import TestServer

ROWS = 10_000

CREATE = """
CREATE TABLE demo_orders (
    id        SERIAL NOT NULL PRIMARY KEY,
    customer  VARCHAR(40) NOT NULL,
    amount    DECIMAL(10,2),
    ordered   DATE,
    shipped   DATETIME YEAR TO FRACTION(5),
    delay     INTERVAL DAY(4) TO SECOND,
    warranty  INTERVAL YEAR TO MONTH
)
"""
INSERT = """
INSERT INTO demo_orders (customer, amount, ordered, shipped, delay, warranty)
VALUES (?, ?, ?, ?, ?, ?)
"""


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Print a step and how long it took."""
    print(f"\n{title}")
    started = time.perf_counter()
    yield
    print(f"  ({(time.perf_counter() - started) * 1000:,.1f} ms)")


def show(cursor: Any, rows: Sequence[Sequence[Any]]) -> None:
    """Print rows as a table under the names of the cursor's description."""
    names = [column[0] for column in cursor.description]
    text = [["NULL" if value is None else str(value) for value in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(names, *text, strict=True)]
    for line in (names, ["-" * width for width in widths], *text):
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def orders(count: int) -> Iterator[tuple[Any, ...]]:
    """Rows for `demo_orders`; every tenth one has NULLs."""
    first = datetime.date(2026, 1, 1)
    for number in range(count):
        day = first + datetime.timedelta(days=number % 365)
        if number % 10 == 9:
            yield (f"customer {number % 97}", None, day, None, None, None)
            continue
        yield (
            f"customer {number % 97}",
            Decimal(number * 7 % 100_000) / 100,
            day,
            datetime.datetime(day.year, day.month, day.day, 8, number % 60, 30, 123450),
            datetime.timedelta(days=number % 5, hours=number % 24, seconds=number % 60),
            informix_db.IntervalYM(years=1, months=number % 12),
        )


def run(url: str) -> None:
    """Run every step of the demo against the server at `url`."""
    with step("Connect"):
        connection = informix_db.connect(url)
        print(f"  {connection!r}")
    with contextlib.closing(connection):
        cursor = connection.cursor()
        with step("Create a table"), contextlib.suppress(informix_db.ProgrammingError):
            cursor.execute("DROP TABLE demo_orders")
        cursor.execute(CREATE)
        connection.commit()

        with step(f"Insert {ROWS:,} rows with executemany, in one transaction"):
            cursor.executemany(INSERT, orders(ROWS))
            connection.commit()
            print(f"  rowcount {cursor.rowcount:,}")

        with step("A query with parameters (?): decimals, dates, datetimes and intervals are exact"):
            cursor.execute("SELECT * FROM demo_orders WHERE id BETWEEN ? AND ? ORDER BY id", (7, 11))
            show(cursor, cursor.fetchall())

        with step("The same with :1, and aggregates"):
            cursor.execute(
                "SELECT customer, COUNT(*) AS orders, SUM(amount) AS total FROM demo_orders"
                " WHERE amount > :1 GROUP BY customer ORDER BY total DESC",
                (Decimal("600.00"),),
            )
            show(cursor, cursor.fetchmany(5))

        with step("NULLs are None"):
            cursor.execute("SELECT COUNT(*) FROM demo_orders WHERE amount IS NULL")
            print(f"  {cursor.fetchone()[0]} orders without an amount")

        with step("A rollback takes everything back"):
            cursor.execute("DELETE FROM demo_orders WHERE id > ?", (100,))
            print(f"  deleted {cursor.rowcount:,} rows")
            connection.rollback()
            cursor.execute("SELECT COUNT(*) FROM demo_orders")
            print(f"  after the rollback there are {cursor.fetchone()[0]:,} again")

        with step("An error says what, where and why; the connection goes on"):
            try:
                cursor.execute("SELECT id, custmer FROM demo_orders")
            except informix_db.ProgrammingError as error:
                print("  " + str(error).replace("\n", "\n  "))
            connection.rollback()

        with step(f"Read all {ROWS:,} rows"):
            cursor.execute("SELECT * FROM demo_orders")
            print(f"  {sum(1 for _ in cursor):,} rows")
        cursor.execute("DROP TABLE demo_orders")
        connection.commit()


def main() -> None:
    """Run against `INFORMIX_URL`, or against an embedded server started for the occasion."""
    url = os.environ.get("INFORMIX_URL")
    if url:
        run(url)
        return
    with TestServer(port=0) as server:
        print(f"embedded Informix-compatible server listening at {server.host}:{server.port}")
        run(server.url)
    print(
        "\nTo run this against a real server:\n"
        "  INFORMIX_URL='informix://user:password@host:9088/database?server=informix' hatch run demo"
    )


if __name__ == "__main__":
    main()
