"""The driver and the embedded server's SQL together: types both ways, cursors, transactions, two-phase commit."""

import contextlib
import datetime as dt
import random
import ssl
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import informix_db
import pytest
from informix_db import IntervalYM, dict_row, namedtuple_row, scalar_row
from informix_testserver.server import TestServer


@pytest.fixture
def db(driver: Any, memory: TestServer) -> Iterator[Any]:
    conn = driver.connect(memory.url)
    for table in ("t", "u"):
        with contextlib.suppress(informix_db.ProgrammingError):
            conn.execute(f"DROP TABLE {table}")
    conn.commit()
    yield conn
    conn.rollback()
    conn.close()


BIG = bytes(range(256)) * 12_000
VALUES: dict[str, list[Any]] = {
    "SMALLINT": [0, 1, -1, 32767, -32767, None],
    "INTEGER": [0, 42, 2**31 - 1, -(2**31) + 1, None],
    "BIGINT": [0, 2**63 - 1, -(2**63) + 1, None],
    "INT8": [0, 123456789012, -123456789012, 2**63 - 1, None],
    "FLOAT": [0.0, 1.5, -1e300, 2.2250738585072014e-308, 0.1, None],
    "SMALLFLOAT": [0.0, 1.5, -0.25, None],
    "DECIMAL(10,2)": [Decimal("0.00"), Decimal("12.50"), Decimal("-99999999.99"), Decimal("0.01"), None],
    "DECIMAL(32,10)": [Decimal("1234567890123456789012.1234567890"), Decimal("-0.0000000001"), None],
    "DECIMAL(16)": [Decimal("1E+20"), Decimal("1.5"), Decimal("-123456789.125"), None],
    "MONEY(8,2)": [Decimal("1.25"), Decimal("-999999.99"), None],
    "CHAR(8)": ["abc     ", "12345678", "        ", None],
    "VARCHAR(20)": ["", "hello", "trailing  ", "it's", None],
    "NVARCHAR(20)": ["äöü", "x", None],
    "LVARCHAR(500)": ["", "long " * 50, None],
    "BOOLEAN": [True, False, None],
    "DATE": [dt.date(2026, 2, 28), dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(1899, 12, 30), None],
    "DATETIME YEAR TO SECOND": [dt.datetime(2026, 6, 20, 12, 34, 56), dt.datetime(1, 1, 1), None],
    "DATETIME YEAR TO FRACTION(5)": [dt.datetime(2026, 6, 20, 12, 34, 56, 123450), None],
    "DATETIME HOUR TO SECOND": [dt.time(0, 0, 1), dt.time(23, 59, 59), None],
    "DATETIME YEAR TO DAY": [dt.date(2026, 6, 20), None],
    "INTERVAL DAY(5) TO FRACTION(5)": [
        dt.timedelta(days=3, hours=4, seconds=5, microseconds=123450),
        -dt.timedelta(days=12345, seconds=1),
        dt.timedelta(0),
        None,
    ],
    "INTERVAL YEAR(4) TO MONTH": [IntervalYM(years=5, months=3), IntervalYM(-7), IntervalYM(0), None],
}


@pytest.mark.parametrize("sql_type", VALUES)
def test_values_come_back_as_they_went(db: Any, sql_type: str) -> None:
    db.execute(f"CREATE TABLE t (id INT, v {sql_type})")
    values = VALUES[sql_type]
    cur = db.cursor()
    for i, value in enumerate(values):
        cur.execute("INSERT INTO t VALUES (?, ?)", (i, value))
        assert cur.rowcount == 1
    cur.executemany("INSERT INTO t VALUES (:1, :2)", [(100 + i, value) for i, value in enumerate(values)])
    for offset in (0, 100):
        cur.execute("SELECT v FROM t WHERE id >= ? AND id < ? ORDER BY id", (offset, offset + 100))
        got = [row[0] for row in cur]
        assert got == values
        assert [type(v) for v in got] == [type(v) for v in values]
        assert [str(v) for v in got if isinstance(v, Decimal)] == [
            str(v) for v in values if isinstance(v, Decimal)
        ] or (sql_type == "DECIMAL(16)")
    for i, value in enumerate(values):
        if value is not None:
            assert (i,) in db.execute("SELECT id FROM t WHERE v = ? AND id < 100", (value,)).fetchall()


def test_byte_and_text(db: Any) -> None:
    db.execute("CREATE TABLE t (id INT, b BYTE, x TEXT)")
    data = [
        (1, b"\0\1\2" * 1000, "text " * 3000),
        (2, None, None),
        (3, b"", ""),
        (4, bytes(range(256)), "ä"),
    ]
    cur = db.cursor()
    cur.execute("INSERT INTO t VALUES (?, ?, ?)", data[0])
    cur.executemany("INSERT INTO t VALUES (?, ?, ?)", data[1:])
    cur.execute("SELECT id, b, x FROM t ORDER BY id")
    assert cur.fetchall() == data
    cur.execute("UPDATE t SET b = ?, x = ? WHERE id = ?", (b"new", "newer", 2))
    assert cur.execute("SELECT b, x FROM t WHERE id = 2").fetchone() == (b"new", "newer")


def test_values_of_megabytes(db: Any) -> None:
    db.execute("CREATE TABLE t (id INT, b BYTE)")
    db.execute("INSERT INTO t VALUES (?, ?)", (1, BIG))
    assert db.execute("SELECT b FROM t").fetchall() == [(BIG,)]


def test_serials(db: Any) -> None:
    db.execute("CREATE TABLE t (id SERIAL PRIMARY KEY, v INT)")
    cur = db.cursor()
    ids = [cur.execute("INSERT INTO t (v) VALUES (?)", (i,)).lastrowid for i in range(3)]
    assert ids == [1, 2, 3]
    db.execute("CREATE TABLE u (id BIGSERIAL(5000000000) PRIMARY KEY, v INT)")
    assert cur.execute("INSERT INTO u (v) VALUES (1)").lastrowid == 5000000000


def test_row_factories(db: Any) -> None:
    db.execute("CREATE TABLE t (id INT, name VARCHAR(10))")
    db.execute("INSERT INTO t VALUES (1, 'one')")
    sql = "SELECT id, name FROM t"
    assert db.cursor(row_factory=dict_row).execute(sql).fetchall() == [{"id": 1, "name": "one"}]
    row = db.cursor(row_factory=namedtuple_row).execute(sql).fetchone()
    assert (row.id, row.name) == (1, "one")
    assert db.cursor(row_factory=scalar_row).execute("SELECT COUNT(*) FROM t").fetchone() == 1
    db.row_factory = scalar_row
    cur = db.execute("SELECT id FROM t UNION SELECT NULL::INT FROM t")
    assert sorted(cur, key=str) == [1, None]


def test_scrolling(db: Any) -> None:
    db.execute("CREATE TABLE t (id INT)")
    db.cursor().executemany("INSERT INTO t VALUES (?)", [(i,) for i in range(1, 101)])
    cur = db.cursor(scrollable=True)
    cur.execute("SELECT id FROM t ORDER BY id")
    assert cur.fetchone() == (1,)
    assert cur.fetchone() == (2,)
    assert cur.fetch_last() == (100,)
    assert cur.rowcount == 100
    assert cur.fetchone() is None
    assert cur.fetch_prior() == (100,)
    assert cur.fetch_first() == (1,)
    assert cur.fetch_prior() is None
    assert cur.fetch_absolute(49) == (50,)
    assert cur.rownumber == 50
    assert cur.fetch_absolute(-2) == (99,)
    assert cur.fetch_relative(-9) == (90,)
    assert cur.fetch_relative(0) == (90,)
    assert cur.fetch_absolute(100) is None
    assert cur.fetch_absolute(-101) is None
    assert cur.fetchone() == (1,)
    assert cur.fetch_absolute(0) == (1,)
    cur.scroll(10, "absolute")
    assert cur.fetchone() == (11,)
    cur.scroll(-5)
    assert cur.fetchmany(3) == [(7,), (8,), (9,)]
    for value, mode in [(1000, "absolute"), (-1000, "relative"), (101, "absolute")]:
        with pytest.raises(IndexError):
            cur.scroll(value, mode)
    assert cur.fetchone() == (10,)
    assert len(cur.fetchall()) == 90
    cur.fetch_first()
    assert [row[0] for row in cur] == list(range(2, 101))


def test_forward_cursors_scroll_forward_only(db: Any) -> None:
    db.execute("CREATE TABLE t (id INT)")
    db.cursor().executemany("INSERT INTO t VALUES (?)", [(i,) for i in range(10)])
    cur = db.execute("SELECT id FROM t ORDER BY id")
    cur.scroll(3)
    assert cur.fetchone() == (3,)
    cur.scroll(7, "absolute")
    assert cur.fetchone() == (7,)
    with pytest.raises(informix_db.ProgrammingError, match="scrollable=True"):
        cur.scroll(-1)
    with pytest.raises(informix_db.ProgrammingError, match="scrollable=True"):
        cur.fetch_first()
    with pytest.raises(IndexError):
        cur.scroll(10)


def test_where_current_of(db: Any) -> None:
    db.execute("CREATE TABLE t (id INT, v INT)")
    db.cursor().executemany("INSERT INTO t VALUES (?, ?)", [(i, 0) for i in range(20)])
    db.commit()
    cur, change = db.cursor(name="walker"), db.cursor()
    cur.execute("SELECT id FROM t WHERE v = 0 FOR UPDATE")
    for (i,) in cur:
        if i % 3 == 0:
            change.execute("UPDATE t SET v = ? WHERE CURRENT OF walker", (i * 10,))
        elif i % 3 == 1:
            change.execute("DELETE FROM t WHERE CURRENT OF walker")
    db.commit()
    assert db.execute("SELECT id, v FROM t ORDER BY id").fetchall() == [
        (i, i * 10 if i % 3 == 0 else 0) for i in range(20) if i % 3 != 1
    ]


def test_rollback_and_savepoints(db: Any) -> None:
    db.execute("CREATE TABLE t (id INT)")
    db.commit()
    with db.transaction():
        db.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(informix_db.Error), db.transaction():
            db.execute("INSERT INTO nosuch VALUES (2)")
        with db.transaction():
            db.execute("INSERT INTO t VALUES (3)")
    assert db.execute("SELECT id FROM t ORDER BY id").fetchall() == [(1,), (3,)]
    db.rollback()
    db.execute("INSERT INTO t VALUES (4)")
    db.rollback()
    assert db.execute("SELECT COUNT(*) FROM t").fetchone() == (2,)


def test_integrity(db: Any) -> None:
    db.execute("CREATE TABLE t (id INT PRIMARY KEY, n VARCHAR(5) NOT NULL)")
    cur = db.cursor()
    cur.execute("INSERT INTO t VALUES (1, 'x')")
    for row, codes in [((1, "y"), (-239, -268)), ((2, None), (-391,))]:
        with pytest.raises(informix_db.IntegrityError) as caught:
            cur.execute("INSERT INTO t VALUES (?, ?)", row)
        assert caught.value.sqlcode in codes
        assert caught.value.sqlstate == "23000"
    cur.executemany("INSERT INTO t VALUES (?, ?)", [(i, "z") for i in range(5)], batch_errors=True)
    assert [e.row for e in cur.batch_errors] == [1]
    assert db.execute("SELECT COUNT(*) FROM t").fetchone() == (5,)


@pytest.mark.parametrize(
    ("sql", "code", "near"),
    [
        ("SELECT * FROM nosuch", -206, "nosuch"),
        ("SELECT nosuch FROM systables", -217, "nosuch"),
        ("SELEC 1", -201, None),
    ],
)
def test_errors_point_at_the_place(db: Any, sql: str, code: int, near: str | None) -> None:
    with pytest.raises(informix_db.ProgrammingError) as caught:
        db.execute(sql)
    assert caught.value.sqlcode == code
    if near is not None:
        assert near in caught.value.near
    assert caught.value.statement == sql


def test_databases(db: Any) -> None:
    assert {"testdb", "sysmaster"} <= set(db.databases())
    info = db.info
    assert (info.user, info.database, info.logged, info.ansi, info.tls) == (
        "informix",
        "testdb",
        True,
        False,
        None,
    )
    assert 62 in info.capabilities


def test_query_hook(db: Any) -> None:
    events: list[informix_db.QueryEvent] = []
    db.query_hook = events.append
    db.execute("CREATE TABLE t (id INT)")
    db.cursor().executemany("INSERT INTO t VALUES (?)", [(1,), (2,)])
    db.execute("SELECT id FROM t WHERE id > :low", {"low": "secret"[:0] or 0}).fetchall()
    with pytest.raises(informix_db.ProgrammingError):
        db.execute("SELECT nosuch FROM t")
    db.query_hook = None
    assert [(e.statement.split()[0], e.rows, e.many) for e in events] == [
        ("CREATE", events[0].rows, False),
        ("INSERT", 2, True),
        ("SELECT", events[2].rows, False),
        ("SELECT", -1, False),
    ]
    assert events[2].parameters == ("low: int",)
    assert isinstance(events[3].error, informix_db.ProgrammingError)
    assert all(e.duration > 0 for e in events)


def test_type_registry(db: Any) -> None:
    db.execute("CREATE TABLE t (id INT, d DATE)")
    db.types.register_dumper(complex, lambda value: int(value.real))
    db.types.register_loader("date", None)
    db.execute("INSERT INTO t VALUES (?, ?)", (7 + 0j, dt.date(2026, 1, 2)))
    cur = db.cursor()
    cur.types.register_loader(2, lambda value: value * 100)
    assert cur.execute("SELECT id FROM t").fetchall() == [(700,)]
    assert db.execute("SELECT id FROM t").fetchall() == [(7,)]


def test_loaders_of_distinct_types(db: Any) -> None:
    """A DISTINCT type is described under its own name (sqli.md 6.1), which loaders are registered for."""
    db.execute("DROP TYPE IF EXISTS usd RESTRICT")
    db.execute("CREATE DISTINCT TYPE usd AS DECIMAL(8,2)")
    db.execute("CREATE TABLE t (id INT, price usd, plain DECIMAL(8,2))")
    db.execute("INSERT INTO t VALUES (1, ?, ?)", (Decimal("2.50"), Decimal("2.50")))
    assert db.execute("SELECT price, plain FROM t").fetchall() == [(Decimal("2.50"), Decimal("2.50"))]
    cur = db.cursor()
    cur.types.register_loader("usd", lambda value: f"{value} USD")
    found = cur.execute("SELECT price, plain, MAX(price), price + 1 FROM t GROUP BY 1, 2, 4").fetchall()
    assert found == [("2.50 USD", Decimal("2.50"), "2.50 USD", Decimal("3.50"))]
    db.execute("DROP TABLE t")
    db.execute("DROP TYPE usd RESTRICT")


def test_two_phase_commit(db: Any) -> None:
    db.execute("CREATE TABLE t (id INT)")
    db.commit()
    xid = db.xid(42, "global é", "branch")
    db.tpc_begin(xid)
    db.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(informix_db.ProgrammingError, match="tpc_commit"):
        db.commit()
    db.tpc_prepare()
    assert xid in db.tpc_recover()
    db.tpc_commit()
    db.tpc_begin(db.xid(42, "second", "b"))
    db.execute("INSERT INTO t VALUES (2)")
    db.tpc_rollback()
    db.tpc_begin(db.xid(42, "third", "b"))
    db.execute("INSERT INTO t VALUES (3)")
    db.tpc_commit()
    assert db.execute("SELECT id FROM t ORDER BY id").fetchall() == [(1,), (3,)]
    db.commit()
    with pytest.raises(informix_db.InterfaceError, match="tpc_begin"):
        db.tpc_commit()


def test_two_phase_recovery(driver: Any, db: Any, memory: TestServer) -> None:
    db.execute("CREATE TABLE t (id INT)")
    db.commit()
    lost = driver.connect(memory.url)
    xid = lost.xid(7, "g", "b")
    lost.tpc_begin(xid)
    lost.execute("INSERT INTO t VALUES (1)")
    lost.tpc_prepare()
    lost.close()
    assert xid in db.tpc_recover()
    db.tpc_commit(xid)
    assert xid not in db.tpc_recover()
    with pytest.raises(informix_db.OperationalError, match="no such branch"):
        db.tpc_commit(xid)
    assert db.execute("SELECT id FROM t").fetchall() == [(1,)]


def test_random_rows_survive(db: Any) -> None:
    rng = random.Random(7)
    db.execute(
        "CREATE TABLE t (k INT, a VARCHAR(40), b DECIMAL(12,3), c DATE, d FLOAT, e BIGINT, f LVARCHAR(300))"
    )
    rows = [
        (
            k,
            rng.choice([None, "".join(rng.choices("abc 'é|\\", k=rng.randrange(20)))]),
            rng.choice([None, Decimal(rng.randrange(-(10**12), 10**12)).scaleb(-3)]),
            rng.choice([None, dt.date.fromordinal(rng.randrange(1, 3_000_000))]),
            rng.choice([None, rng.uniform(-1e10, 1e10)]),
            rng.choice([None, rng.randrange(-(2**62), 2**62)]),
            rng.choice([None, "x" * rng.randrange(300)]),
        )
        for k in range(2000)
    ]
    db.cursor().executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    assert db.execute("SELECT * FROM t ORDER BY k").fetchall() == rows


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return cert, key


def test_tls(driver: Any, certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    with TestServer(port=0, tls=(str(cert), str(key))) as server:
        trusting = ssl.create_default_context(cafile=str(cert))
        for settings in ({"tls": trusting}, {"tls": "verify", "tls_ca_file": str(cert)}):
            conn = driver.connect(server.url, **settings)
            conn.execute("CREATE TEMP TABLE big (v LVARCHAR(30000))")
            conn.execute("INSERT INTO big VALUES (?)", ("x" * 30000,))
            conn.cursor().executemany("INSERT INTO big VALUES (?)", [("y" * 20000,)] * 20)
            assert len(conn.execute("SELECT v FROM big").fetchall()) == 21
            conn.execute("CREATE TEMP TABLE blobs (b BYTE)")
            conn.execute("INSERT INTO blobs VALUES (?)", (BIG,))
            assert conn.execute("SELECT b FROM blobs").fetchone() == (BIG,)
            assert conn.info.tls is not None
            assert conn.info.tls[0].startswith("TLS")
            conn.close()
        with pytest.warns(UserWarning, match="without verifying"):
            conn = driver.connect(server.url, tls=True)
        conn.close()
        with pytest.raises(informix_db.OperationalError, match="certificate is not accepted"):
            driver.connect(server.url, tls="verify", connect_timeout=5)
        with pytest.raises(informix_db.OperationalError):
            driver.connect(server.url, tls=False, connect_timeout=2)


def test_interrupt_under_tls(driver: Any, certificate: tuple[Path, Path], engine: Any) -> None:
    import threading

    from informix_types import ColumnType

    cert, key = certificate
    engine.answer("select slow from t", columns=[("slow", ColumnType(2, 4))], rows=[(1,)], waits=threading.Event())
    with TestServer(port=0, tls=(str(cert), str(key)), engine=engine) as server:
        conn = driver.connect(server.url, tls="verify", tls_ca_file=str(cert))
        with pytest.raises(informix_db.StatementTimeout):
            conn.cursor().execute("select slow from t", timeout=0.2)
        conn.ping()
        conn.close()


def test_session_id(driver: Any, db: Any, memory: TestServer) -> None:
    other = driver.connect(memory.url)
    assert db.info.session_id is None
    assert isinstance(db.session_id(), int)
    assert db.info.session_id == db.session_id()
    assert db.session_id() == db.session_id() != other.session_id()
    assert not other.in_transaction
    other.close()


# -- errors within a result


def test_an_error_is_not_the_end_of_the_rows(db: Any) -> None:
    db.execute("CREATE TABLE t (id INT, name VARCHAR(20))")
    db.cursor().executemany("INSERT INTO t VALUES (?, ?)", [(i, "z") for i in range(10)])

    def picky(_names: Any) -> Any:
        def make(values: Any) -> Any:
            if values[0] == 3:
                raise ZeroDivisionError
            return values

        return make

    cur = db.cursor(row_factory=picky)
    with pytest.raises(ZeroDivisionError):
        cur.execute("SELECT * FROM t ORDER BY 1")
    for fetch in (cur.fetchone, cur.fetchall, lambda: cur.fetchmany(5), lambda: next(iter(cur))):
        with pytest.raises(informix_db.InterfaceError, match="an error has ended this result"):
            fetch()
    cur.row_factory = None
    assert len(cur.execute("SELECT * FROM t ORDER BY 1").fetchall()) == 10
    assert cur.fetchone() is None


def test_an_error_behind_rows_that_were_fetched(db: Any) -> None:
    db.execute("CREATE TABLE t (id INT, name VARCHAR(20))")
    db.cursor().executemany("INSERT INTO t VALUES (?, ?)", [(i, "z" * 20) for i in range(100)])
    cur = db.cursor()
    cur.fetch_buffer = 256
    cur.execute("SELECT * FROM t ORDER BY 1")
    assert cur.fetchone() == (0, "z" * 20)
    db.commit()
    with pytest.raises(informix_db.ProgrammingError, match="COMMIT or ROLLBACK closed this cursor"):
        cur.fetchall()
    with pytest.raises(informix_db.InterfaceError, match="an error has ended this result"):
        cur.fetchone()
