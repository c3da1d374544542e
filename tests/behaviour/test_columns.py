"""Arrow and DataFrames: the same values as rows, in both directions, streamed."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import informix_db
import pyarrow as pa
import pytest
from informix_db import columnar
from informix_testserver.server import TestServer

COLUMNS = (
    "i INTEGER, b BIGINT, f FLOAT, d DECIMAL(12,3), z DECIMAL(16), c CHAR(6), v VARCHAR(20), o BOOLEAN, a DATE, "
    "y DATETIME YEAR TO FRACTION(3), h DATETIME HOUR TO MINUTE, s INTERVAL DAY TO SECOND, n INTERVAL YEAR TO MONTH"
)
ROW = (
    1, -(2**62), 1.5, Decimal("-12.500"), Decimal("1.25"), "ab    ", "naïve", True, dt.date(2024, 2, 29),
    dt.datetime(2024, 2, 29, 1, 2, 3, 450000), dt.time(7, 5), dt.timedelta(days=3, seconds=61),
    informix_db.IntervalYM(27),
)  # fmt: skip
ARROW = (*ROW[:4], "1.25", *ROW[5:12], 27)


@pytest.fixture(scope="module")
def memory(memory: TestServer) -> TestServer:
    with informix_db.connect(memory.url) as conn:
        conn.execute("CREATE TABLE many (id INTEGER, name VARCHAR(30), amount DECIMAL(10,2))")
        conn.load("many", MANY)
    return memory


MANY = [(i, f"name {i}" if i % 7 else None, Decimal(i) / 100) for i in range(20000)]


@pytest.fixture
def db(driver: Any, memory: TestServer) -> Iterator[Any]:
    conn = driver.connect(memory.url)
    conn.execute("DROP TABLE IF EXISTS u")
    conn.execute(f"CREATE TABLE u ({COLUMNS})")
    conn.commit()
    yield conn
    conn.rollback()
    conn.close()


def values(table: Any) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in table.to_pylist()]


def test_every_type_there_and_back(db: Any) -> None:
    db.load("u", [ROW, (None,) * len(ROW)])
    table = db.execute("SELECT * FROM u").fetch_arrow()
    assert values(table) == [ARROW, (None,) * len(ROW)]
    assert table.schema.field("d").type == pa.decimal128(12, 3)
    assert table.schema.field("y").type == pa.timestamp("us")
    db.execute("DELETE FROM u")
    assert db.insert_arrow("u", table) == 2
    assert db.execute("SELECT * FROM u").fetchall() == [ROW, (None,) * len(ROW)]


def test_many_rows_stream(db: Any) -> None:
    cur = db.execute("SELECT * FROM many")
    table = cur.fetch_arrow()
    assert values(table) == MANY
    assert cur.rowcount == 20000
    assert cur.fetchall() == []
    assert cur.fetch_arrow().num_rows == 0
    cur = db.execute("SELECT * FROM many")
    batches = list(cur.fetch_record_batches(3000))
    assert max(batch.num_rows for batch in batches) == 3000
    assert values(pa.Table.from_batches(batches)) == MANY


def test_rows_first_columns_after(db: Any) -> None:
    cur = db.execute("SELECT * FROM many")
    assert cur.fetchone() == MANY[0]
    assert cur.fetchmany(2500) == MANY[1:2501]
    assert values(cur.fetch_arrow()) == MANY[2501:]


def test_columns_first_rows_after_is_refused_not_wrong(db: Any) -> None:
    cur = db.execute("SELECT * FROM many")
    batches = cur.fetch_record_batches(100)
    got: list[Any] = []
    while len(got) < 5000:
        got += values(pa.Table.from_batches([next(batches)]))
    for fetch in (cur.fetchall, cur.fetchone, cur.fetchmany, lambda: next(cur)):
        with pytest.raises(informix_db.ProgrammingError, match="fetched in columns"):
            fetch()
    assert got == MANY[: len(got)]
    assert values(cur.fetch_arrow()) == MANY[len(got) :]
    assert cur.execute("SELECT id FROM many WHERE id < 3").fetchall() == [(0,), (1,), (2,)]


def test_blobs_and_scrollable_cursors(db: Any) -> None:
    db.execute("DROP TABLE IF EXISTS x")
    db.execute("CREATE TABLE x (id INTEGER, data BYTE, words TEXT)")
    rows = [(1, b"\x00\xff", "text"), (2, None, None)]
    db.load("x", rows)
    table = db.execute("SELECT * FROM x").fetch_arrow()
    assert values(table) == rows
    assert table.schema.field("data").type == pa.binary()
    cur = db.cursor(scrollable=True)
    cur.execute("SELECT id FROM many WHERE id < 50")
    assert values(cur.fetch_arrow()) == [(i,) for i in range(50)]
    db.execute("DROP TABLE x")


SPANS = ["1 00:00:00", "2 00:00:00", "999999999 00:00:00", "4 00:00:00"]
"""Of these Arrow cannot hold the third in microseconds of 64 bits."""


@pytest.fixture
def spans(db: Any) -> Iterator[list[tuple[Any, ...]]]:
    db.execute("DROP TABLE IF EXISTS spans")
    db.execute("CREATE TABLE spans (i INTEGER, v INTERVAL DAY(9) TO SECOND, data BYTE)")
    for i, text in enumerate(SPANS):
        db.execute(f"INSERT INTO spans VALUES ({i}, '{text}', ?)", (b"data",))
    yield [(i, dt.timedelta(days=int(text.split()[0])), b"data") for i, text in enumerate(SPANS)]
    db.execute("DROP TABLE spans")


@pytest.mark.parametrize("data", [False, True], ids=["plain", "BYTE"])
@pytest.mark.parametrize("scrollable", [False, True])
def test_rows_that_arrow_cannot_hold_are_still_there(
    db: Any, spans: list[tuple[Any, ...]], data: bool, scrollable: bool
) -> None:
    wanted = spans if data else [row[:2] for row in spans]
    cur = db.cursor(scrollable=scrollable and not data)
    cur.execute("SELECT i, v, data FROM spans ORDER BY i" if data else "SELECT i, v FROM spans ORDER BY i")
    assert values(pa.Table.from_batches([next(cur.fetch_record_batches(2))])) == wanted[:2]
    for _ in range(2):
        with pytest.raises(informix_db.DataError, match=r"column 2 \(INTERVAL"):
            next(cur.fetch_record_batches(2))
        with pytest.raises(informix_db.DataError, match=r"column 2 \(INTERVAL"):
            cur.fetch_arrow()
    assert cur.fetchall() == wanted[2:]


def test_rows_before_a_failed_batch_are_still_there(db: Any, spans: list[tuple[Any, ...]]) -> None:
    """The rows of the first reply make a batch of their own; the failure comes in the next one."""
    cur = db.cursor()
    cur.fetch_buffer = 1
    cur.execute("SELECT i, v, data FROM spans ORDER BY i")
    for _ in range(2):
        with pytest.raises(informix_db.DataError, match=r"column 2 \(INTERVAL"):
            cur.fetch_arrow()
    batches = cur.fetch_record_batches(1)
    assert values(pa.Table.from_batches([next(batches)])) == spans[:1]


def test_what_cannot_be_columns(db: Any) -> None:
    with pytest.raises(informix_db.ProgrammingError, match="no result"):
        db.cursor().fetch_arrow()
    cur = db.cursor(row_factory=informix_db.dict_row)
    cur.execute("SELECT * FROM many")
    with pytest.raises(informix_db.ProgrammingError, match="row factory"):
        cur.fetch_arrow()
    cur = db.cursor(row_factory=informix_db.tuple_row)
    assert cur.execute("SELECT id FROM many WHERE id < 2").fetch_arrow().to_pydict() == {"id": [0, 1]}
    for size in (0, -1, True, 1.5):
        with pytest.raises(informix_db.InterfaceError, match="at least 1"):
            next(db.execute("SELECT id FROM many").fetch_record_batches(size))
    with pytest.raises(informix_db.InterfaceError, match="no Arrow data"):
        db.insert_arrow("u", [1, 2])
    with pytest.raises(informix_db.InterfaceError, match="exact"):
        db.insert_arrow("u", pa.table({"y": pa.array([1], pa.timestamp("ns"))}))
    with pytest.raises(informix_db.InterfaceError, match="1 names for 2 columns"):
        db.insert_arrow("u", pa.table({"i": [1], "b": [2]}), ["i"])
    with pytest.raises(informix_db.InterfaceError, match="pandas"):
        db.execute("SELECT id FROM many").fetch_df("excel")


def test_inserting_batches_readers_and_named_columns(db: Any) -> None:
    batch = pa.record_batch({"x": pa.array([1, None], pa.int8()), "y": pa.array(["a", "b"]).dictionary_encode()})
    assert db.insert_arrow("u", batch, ["b", "v"]) == 2
    reader = pa.RecordBatchReader.from_batches(batch.schema, [batch] * 3)
    seen: list[int] = []
    assert db.insert_arrow("u", reader, ["i", "c"], progress=seen.append) == 6
    assert seen == [6]
    assert db.execute("SELECT b, v FROM u WHERE v IS NOT NULL").fetchall() == [(1, "a"), (None, "b")]
    with pytest.raises(informix_db.DataError) as caught:
        db.insert_arrow("u", pa.table({"i": [1, 2**40]}))
    assert caught.value.row == 1


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_frames_keep_whole_numbers_whole(db: Any, kind: str) -> None:
    db.load("u", [(1, 2**62 + 1, *ROW[2:]), (None, None, *ROW[2:])])
    frame = db.execute("SELECT i, b, d, v, o FROM u").fetch_df(kind)
    column = list(frame["b"])
    assert column[0] == 2**62 + 1
    assert int(column[0]) == 2**62 + 1
    assert list(frame["d"]) == [ROW[3], ROW[3]]
    db.execute("DELETE FROM u")
    assert db.insert_arrow("u", frame) == 2
    assert db.execute("SELECT i, b, v FROM u").fetchall() == [(1, 2**62 + 1, ROW[6]), (None, None, ROW[6])]


@pytest.mark.parametrize("missing", ["pyarrow", "numpy"])
def test_without_pyarrow(db: Any, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(columnar.__builtins__, "__import__", _import_without(missing))  # type: ignore[arg-type] # typed as a module
    cur = db.execute("SELECT id FROM many WHERE id < 3")
    for fetch in (cur.fetch_arrow, cur.fetch_df, lambda: next(cur.fetch_record_batches())):
        with pytest.raises(informix_db.NotSupportedError, match=r"pip install \"informix-db\[arrow\]\""):
            fetch()
    with pytest.raises(informix_db.NotSupportedError, match=r"informix-db\[arrow\]"):
        db.insert_arrow("u", object())
    assert cur.fetchall() == [(0,), (1,), (2,)]


def _import_without(missing: str) -> Any:
    plain = __import__

    def importing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return plain(name, *args, **kwargs)

    return importing
