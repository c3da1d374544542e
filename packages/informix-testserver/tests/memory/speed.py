"""How fast the engine is without the wire: run it as a script; nothing is asserted.

Issue bars through the wire: 20,000 prepared single-row inserts/s, 5,000 point selects/s, start under 0.3 s.
"""

import datetime
import time
from collections.abc import Callable
from decimal import Decimal

from informix_testserver.engine import Parameter
from informix_testserver.memory import MemoryEngine
from informix_types import ColumnType

INTEGER, CHAR, DECIMAL, DATE, FLOAT = (
    ColumnType(2, 4),
    ColumnType(0, 0),
    ColumnType(5, 0x0A02),
    ColumnType(7, 4),
    ColumnType(3, 8),
)


def measure(label: str, count: int, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    print(f"{label:28}{count / seconds:12,.0f} /s")


def main() -> None:
    started = time.perf_counter()
    session = MemoryEngine().connect("informix", {"DBDATE": "Y4MD-"})
    session.open_database("testdb")
    print(f"{'start':28}{(time.perf_counter() - started) * 1000:12.1f} ms")
    session.execute(
        session.prepare("create table b (id serial primary key, n varchar(20), a decimal(10,2), d date, f float)")
    )
    insert = session.prepare("insert into b values (?,?,?,?,?)")

    def row(i: int) -> tuple[Parameter, ...]:
        day = datetime.date(2024, 1, 1) + datetime.timedelta(i % 365)
        return (
            Parameter(INTEGER, 0),
            Parameter(CHAR, f"name{i}"),
            Parameter(DECIMAL, Decimal(i).scaleb(-2)),
            Parameter(DATE, day),
            Parameter(FLOAT, i / 8),
        )

    rows = [row(i) for i in range(20_000)]
    session.begin()
    measure("insert in a transaction", len(rows), lambda: [session.execute(insert, r) for r in rows])
    session.commit()
    measure("insert, autocommit", 5_000, lambda: [session.execute(insert, r) for r in rows[:5_000]])
    select = session.prepare("select id, n, a, d, f from b where id = ?")

    def point(i: int) -> None:
        cursor = session.open(select, (Parameter(INTEGER, i),))
        cursor.fetch()
        cursor.close()

    measure("point select", 10_000, lambda: [point(i) for i in range(1, 10_001)])

    def scan() -> None:
        cursor = session.open(session.prepare("select * from b"))
        while cursor.fetch() is not None:
            pass

    measure("fetch", 25_000, scan)
    texts = [f"select id, n from b where id = {i} and n like 'x%'" for i in range(1_000)]
    measure("prepare, new text", len(texts), lambda: [session.prepare(t) for t in texts])
    measure("prepare, same text", 1_000, lambda: [session.prepare(texts[-1]) for _ in range(1_000)])
    update = session.prepare("update b set a = a + 1.25 where id = ?")
    measure("update", 5_000, lambda: [session.execute(update, (Parameter(INTEGER, i),)) for i in range(1, 5_001)])


if __name__ == "__main__":
    main()
