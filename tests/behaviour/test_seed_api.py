"""The API that programs are promised: every name, signature and behaviour of it, row by row.

What is described elsewhere in depth is proven here once, as a user would write it.
"""

import asyncio
import datetime as dt
import importlib.metadata
import inspect
import re
import ssl
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import informix_db
import informix_lob
import pytest
from informix_db import aio
from informix_testserver import TestServer

TLS = Path(__file__).parents[2] / "packages/informix-testserver/tests/tls"
DISTRIBUTIONS = [
    "informix-db",
    "informix-lob",
    "informix-pool",
    "informix-testserver",
    "informix-types",
    "informix-wire",
]


@pytest.fixture(scope="module")
def stores() -> Iterator[TestServer]:
    with TestServer(port=0, tls=(TLS / "cert.pem", TLS / "key.pem"), tls_port=0) as server:
        server.run_script(
            "create table users (id int primary key, name varchar(20)); insert into users values (42, 'Ada')"
        )
        yield server
        assert server.protocol_errors == []
        assert server.internal_errors == []


def where(server: TestServer) -> dict[str, Any]:
    return {
        "host": server.host,
        "port": server.port,
        "user": "informix",
        "password": "in4mix",
        "database": "testdb",
    }


@pytest.fixture
def seed(driver: Any, stores: TestServer) -> Iterator[Any]:
    connection = driver.connect(**where(stores), server="informix")
    yield connection
    connection.rollback()
    connection.close()


# -- install --


def requirements(name: str) -> list[str]:
    return importlib.metadata.requires(name) or []


def test_a_slim_install_brings_the_driver_wire_and_types() -> None:
    assert {r for r in requirements("informix-db") if "extra ==" not in r} == {"informix-types", "informix-wire"}
    assert [r for r in requirements("informix-types") if "extra ==" not in r] == []
    assert [r for r in requirements("informix-wire") if "extra ==" not in r] == ["informix-types"]


@pytest.mark.parametrize(
    ("extra", "brings"),
    [
        ("pool", {"informix-pool"}),
        ("lob", {"informix-lob"}),
        ("testserver", {"informix-testserver"}),
        ("all", {"informix-pool", "informix-lob", "informix-testserver"}),
    ],
)
def test_extras(extra: str, brings: set[str]) -> None:
    found = {
        r.partition(";")[0].strip()
        for r in requirements("informix-db")
        if re.search(f"extra == ['\"]{extra}['\"]", r)
    }
    assert found == brings


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_versions_are_calendar_dates_and_the_licence_is_mit(name: str) -> None:
    metadata = importlib.metadata.metadata(name)
    assert re.fullmatch(r"20\d\d\.\d{1,2}\.\d{1,2}(\.(post)?\d+)?", metadata["Version"])
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"


# -- connect --


def test_the_keywords_of_connect() -> None:
    parameters = inspect.signature(informix_db.connect).parameters
    promised = {
        "host", "port", "user", "password", "database", "server", "tls", "autocommit", "connect_timeout",
        "read_timeout", "keepalive", "client_locale", "env", "row_factory",
    }  # fmt: skip
    assert promised <= parameters.keys()
    assert promised <= inspect.signature(aio.connect).parameters.keys()


def test_connect_with_everything(driver: Any, stores: TestServer) -> None:
    with driver.connect(
        **where(stores), server="informix", tls=False, autocommit=False, connect_timeout=5.0, read_timeout=30.0,
        keepalive=True, client_locale="en_US.8859-1", env={"DBDATE": "DMY4/"}, row_factory=informix_db.dict_row,
    ) as conn:  # fmt: skip
        cur = conn.cursor()
        cur.execute("SELECT name FROM users WHERE id = ?", (42,))
        assert cur.fetchone() == {"name": "Ada"}
        cur.execute("SELECT DATE(MDY(12, 31, 2026)) || '' AS text FROM users")
        assert cur.fetchone() == {"text": "31/12/2026"}
    assert conn.closed


def test_the_port_is_9088_unless_given() -> None:
    from informix_db.settings import make_settings

    assert make_settings(None, {"host": "h", "user": "u"}, {}).addresses[0].port == 9088


# -- query --


def test_parameters_and_fetching(seed: Any) -> None:
    cur = seed.cursor()
    cur.execute("SELECT id, name FROM users WHERE id = ?", (42,))
    assert [(c[0], c[1] == informix_db.STRING) for c in cur.description] == [("id", False), ("name", True)]
    assert cur.fetchone() == (42, "Ada")
    assert cur.fetchone() is None
    cur.execute("SELECT name FROM users WHERE id = :1 OR id = :1", (42,))
    assert cur.fetchall() == [("Ada",)]
    cur.executemany("INSERT INTO users VALUES (?, ?)", [(n, f"user {n}") for n in range(100, 103)])
    assert cur.rowcount == 3
    cur.execute("SELECT id FROM users ORDER BY id")
    assert cur.fetchmany(2) == [(42,), (100,)]
    assert list(cur) == [(101,), (102,)]
    assert cur.rowcount == 4


def test_scrollable_cursors(seed: Any) -> None:
    seed.cursor().executemany("INSERT INTO users VALUES (?, 'x')", [(n,) for n in range(10)])
    cur = seed.cursor(scrollable=True)
    cur.execute("SELECT id FROM users WHERE id < 10 ORDER BY id")
    assert cur.fetch_first() == (0,)
    assert cur.fetch_last() == (9,)
    assert cur.fetch_prior() == (8,)
    assert cur.fetch_absolute(3) == (3,)
    assert cur.fetch_relative(2) == (5,)
    cur.scroll(-3)
    assert cur.fetchone() == (3,)
    cur.scroll(0, mode="absolute")
    assert cur.fetchone() == (0,)


# -- pool and asyncio: the very spellings --


def test_pool(stores: TestServer) -> None:
    pool = informix_db.create_pool(**where(stores), min_size=1, max_size=10, acquire_timeout=5.0)
    with pool.connection() as conn:
        cur = conn.cursor()
        cur.execute("SELECT name FROM users WHERE id = ?", (42,))
        assert cur.fetchone() == ("Ada",)
    pooled = pool.acquire()
    pooled.execute("INSERT INTO users VALUES (1, 'never committed')")
    assert pooled.in_transaction
    pool.release(pooled)
    with pool.connection() as conn:
        assert not conn.in_transaction
        assert conn.execute("SELECT COUNT(*) FROM users").fetchone() == (1,)
    pool.close()
    with pytest.raises(informix_db.InterfaceError), pool.connection():
        pass


def test_asyncio(stores: TestServer) -> None:
    async def main() -> list[Any]:
        conn = await aio.connect(**where(stores))
        cur = await conn.cursor()
        await cur.execute("SELECT name FROM users WHERE id = ?", (42,))
        seen = [await cur.fetchone()]
        await conn.close()
        pool = await aio.create_pool(**where(stores), min_size=1, max_size=10)
        async with pool.connection() as conn:
            cur = await conn.cursor()
            await cur.execute("SELECT id FROM users WHERE name = ?", ("Ada",))
            seen.append(await cur.fetchone())
        await pool.close()
        return seen

    assert asyncio.run(main()) == [("Ada",), (42,)]


def test_a_cancelled_task_leaves_no_work_on_a_pooled_connection(stores: TestServer) -> None:
    endless = "SELECT COUNT(*) FROM syscolumns a, syscolumns b, syscolumns c, syscolumns d"

    async def main() -> None:
        pool = await aio.create_pool(**where(stores), min_size=1, max_size=1, acquire_timeout=20)
        entered = asyncio.Event()

        async def work() -> None:
            async with pool.connection() as conn:
                await conn.execute("INSERT INTO users VALUES (7, 'x')")
                entered.set()
                await conn.execute(endless)

        task = asyncio.create_task(work())
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with pool.connection() as conn:
            assert not conn.in_transaction
            await conn.set_lock_mode(20)  # a connection that was given up may still be rolled back by the server
            cur = await conn.execute("SELECT COUNT(*) FROM users")
            assert await cur.fetchone() == (1,)
        await pool.close()

    asyncio.run(asyncio.wait_for(main(), 40))


# -- TLS --


def test_tls_with_a_context(driver: Any, stores: TestServer) -> None:
    context = ssl.create_default_context(cafile=TLS / "cert.pem")
    conn = driver.connect(**{**where(stores), "port": stores.tls_port}, tls=context)
    assert conn.execute("SELECT name FROM users").fetchone() == ("Ada",)
    assert conn.info.tls is not None
    conn.close()


def test_tls_true_is_for_self_signed_development_servers(driver: Any, stores: TestServer) -> None:
    with pytest.warns(UserWarning, match="without verifying"):
        conn = driver.connect(**{**where(stores), "port": stores.tls_port}, tls=True)
    assert conn.execute("SELECT name FROM users").fetchone() == ("Ada",)
    conn.close()


def test_there_is_no_starttls(driver: Any, stores: TestServer) -> None:
    context = ssl.create_default_context(cafile=TLS / "cert.pem")
    with pytest.raises(informix_db.OperationalError, match="tls=False"):
        driver.connect(**where(stores), tls=context, connect_timeout=10)
    stores.protocol_errors.clear()


# -- types --

TYPES: list[tuple[str, Any]] = [
    ("SMALLINT", -32767),
    ("INT", 2**31 - 1),
    ("BIGINT", 2**63 - 1),
    ("INT8", -(2**63) + 1),
    ("SERIAL", 17),
    ("SERIAL8", 2**40),
    ("BIGSERIAL", 2**50),
    ("FLOAT", 0.1),
    ("SMALLFLOAT", 0.5),
    ("DECIMAL(32,2)", Decimal("123456789012345678901234567890.12")),
    ("MONEY(10,2)", Decimal("-19.90")),
    ("CHAR(3)", "abc"),
    ("VARCHAR(10)", "ab "),
    ("NCHAR(3)", "äöü"),
    ("NVARCHAR(10)", "ß"),
    ("LVARCHAR(300)", "x" * 300),
    ("BOOLEAN", True),
    ("DATE", dt.date(2026, 2, 28)),
    ("DATETIME YEAR TO FRACTION(5)", dt.datetime(2026, 2, 28, 23, 59, 59, 123450)),
    ("DATETIME HOUR TO SECOND", dt.time(23, 59, 59)),
    ("DATETIME YEAR TO DAY", dt.date(1999, 12, 31)),
    ("INTERVAL DAY(4) TO FRACTION(3)", -dt.timedelta(days=1234, hours=5, milliseconds=678)),
    ("INTERVAL YEAR TO MONTH", informix_db.IntervalYM(63)),
    ("BYTE", bytes(range(256))),
    ("TEXT", "long text"),
]


@pytest.mark.parametrize(("informix", "value"), TYPES, ids=[name for name, _ in TYPES])
def test_types_both_ways(seed: Any, informix: str, value: Any) -> None:
    seed.execute(f"CREATE TEMP TABLE typed (a {informix}, b INT)")
    cur = seed.cursor()
    cur.execute("INSERT INTO typed VALUES (?, 1)", (value,))
    if "SERIAL" not in informix:
        cur.execute("INSERT INTO typed VALUES (?, 2)", (None,))
    rows = cur.execute("SELECT a FROM typed ORDER BY b").fetchall()
    assert rows == [(value,), (None,)][: len(rows)]
    assert type(rows[0][0]) is type(value)
    assert len(rows) == (1 if "SERIAL" in informix else 2)
    seed.execute("DROP TABLE typed")


def test_constructed_types(seed: Any) -> None:
    seed.execute(
        "CREATE TABLE boxed (s SET(INT NOT NULL), l LIST(VARCHAR(5) NOT NULL), r ROW(x INT, y VARCHAR(5)))"
    )
    seed.execute("INSERT INTO boxed VALUES (?, ?, ?)", ({1, 2}, ["b", "a", "b"], (7, "z")))
    numbers, names, row = seed.execute("SELECT s, l, r FROM boxed").fetchone()
    assert isinstance(numbers, informix_db.CollectionValue)
    assert isinstance(names, informix_db.CollectionValue)
    assert isinstance(row, informix_db.RowValue)
    assert (numbers, names, row) == ({1, 2}, ["b", "a", "b"], (7, "z"))
    assert (row.x, row["y"]) == (7, "z")
    seed.rollback()


def test_interval_ym_counts_months() -> None:
    assert informix_db.IntervalYM(63) == informix_db.IntervalYM(years=5, months=3)
    assert (informix_db.IntervalYM(63).months, informix_db.IntervalYM(63).years) == (63, 5)


def test_locators_are_named() -> None:
    assert issubclass(informix_db.ClobLocator, informix_db.BlobLocator)


# -- large objects and the fast path: doors into informix-lob, which does not have them yet --


@pytest.mark.parametrize(
    ("installed", "words"),
    [
        (True, rf"informix-lob {informix_lob.__version__} cannot do this yet"),
        (False, r'pip install "informix-db\[lob\]"'),
    ],
)
def test_doors_to_informix_lob(seed: Any, monkeypatch: pytest.MonkeyPatch, installed: bool, words: str) -> None:
    if not installed:
        monkeypatch.setitem(sys.modules, "informix_lob", None)
    cur = seed.cursor()
    with pytest.raises(informix_db.NotSupportedError, match=words):
        cur.read_blob_column("SELECT data FROM photos WHERE id = ?", (42,))
    with pytest.raises(informix_db.NotSupportedError, match=words):
        cur.write_blob_column("INSERT INTO photos VALUES (?, BLOB_PLACEHOLDER)", blob_data=b"x", params=(42,))
    with pytest.raises(informix_db.NotSupportedError, match=words):
        seed.fast_path_call("function informix.ifx_lo_close(integer)", 1)
    assert seed.execute("SELECT name FROM users").fetchone() == ("Ada",)


def test_doors_to_informix_pool_name_the_extra(monkeypatch: pytest.MonkeyPatch, stores: TestServer) -> None:
    for name in [n for n in sys.modules if n.partition(".")[0] == "informix_pool"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "informix_pool", None)
    monkeypatch.setitem(sys.modules, "informix_pool.aio", None)
    with pytest.raises(informix_db.NotSupportedError, match=r'pip install "informix-db\[pool\]"'):
        informix_db.create_pool(stores.url)
    with pytest.raises(informix_db.NotSupportedError, match=r'pip install "informix-db\[pool\]"'):
        aio.connect(stores.url)


# -- transactions --


def test_commit_and_rollback_in_a_logged_database(driver: Any, seed: Any, stores: TestServer) -> None:
    seed.execute("CREATE TABLE kept (id INT)")
    seed.commit()
    assert seed.transactional
    seed.execute("INSERT INTO kept VALUES (1)")
    assert seed.in_transaction
    seed.rollback()
    seed.execute("INSERT INTO kept VALUES (2)")
    seed.commit()
    with driver.connect(**where(stores)) as other:
        assert other.execute("SELECT id FROM kept").fetchall() == [(2,)]
    seed.execute("DROP TABLE kept")
    seed.commit()


def test_unlogged_databases_have_no_transactions(driver: Any, stores: TestServer) -> None:
    with driver.connect(**{**where(stores), "database": "sysmaster"}) as conn:
        assert not conn.transactional
        conn.execute("CREATE TEMP TABLE kept (id INT)")
        conn.execute("INSERT INTO kept VALUES (1)")
        conn.rollback()
        conn.commit()
        assert conn.execute("SELECT id FROM kept").fetchall() == [(1,)]


# -- standards --


def test_module_globals() -> None:
    assert (informix_db.apilevel, informix_db.paramstyle, informix_db.threadsafety) == ("2.0", "numeric", 1)
    hierarchy = {
        "Error": Exception, "Warning": Exception, "InterfaceError": informix_db.Error,
        "DatabaseError": informix_db.Error, "DataError": informix_db.DatabaseError,
        "OperationalError": informix_db.DatabaseError, "IntegrityError": informix_db.DatabaseError,
        "InternalError": informix_db.DatabaseError, "ProgrammingError": informix_db.DatabaseError,
        "NotSupportedError": informix_db.DatabaseError,
    }  # fmt: skip
    for name, base in hierarchy.items():
        assert issubclass(getattr(informix_db, name), base)


def test_errors_carry_codes_and_the_token(seed: Any) -> None:
    with pytest.raises(informix_db.ProgrammingError) as unknown:
        seed.execute("SELECT nme FROM users")
    assert (unknown.value.sqlcode, unknown.value.isam, unknown.value.near) == (-217, 0, "nme")
    with pytest.raises(informix_db.IntegrityError) as duplicate:
        seed.execute("INSERT INTO users VALUES (42, 'again')")
    assert (duplicate.value.sqlcode, duplicate.value.isam) in [(-268, -100), (-239, -100)]
    assert duplicate.value.near != ""
    assert duplicate.value.sqlstate == "23000"


# -- robustness --


def test_a_dropped_cursor_is_freed_with_the_next_request(seed: Any, stores: TestServer) -> None:
    seed.cursor().executemany("INSERT INTO users VALUES (?, 'x')", [(n,) for n in range(1000, 6000)])
    for _ in range(20):
        cur = seed.cursor()
        cur.execute("SELECT a.id, a.name FROM users a WHERE a.id >= ? ORDER BY a.id", (1000,))
        assert cur.fetchone() == (1000, "x")
        del cur
    seed.ping()
    inner = getattr(seed, "inner", seed)
    assert len(inner._session.statements) <= inner._settings.statement_cache_size
    assert sum(s.cursor is not None for s in inner._session.statements.values()) == 0


def test_threads_take_turns_and_a_wait_is_logged(stores: TestServer, caplog: pytest.LogCaptureFixture) -> None:
    with informix_db.connect(**where(stores)) as conn:
        found: list[Any] = []

        def ask() -> None:
            found.append(conn.execute("SELECT name FROM users").fetchall())

        stores.faults.stall()
        first, second = threading.Thread(target=ask), threading.Thread(target=ask)
        first.start()
        while not conn._line.busy:
            first.join(0.001)
        second.start()
        while "waiting" not in caplog.text:
            second.join(0.001)
        stores.faults.clear()
        first.join(20)
        second.join(20)
        assert found == [[("Ada",)]] * 2
        assert {record.levelname for record in caplog.records if "waiting" in record.message} == {"WARNING"}


def test_what_cannot_be_drained_closes_the_connection(driver: Any, stores: TestServer) -> None:
    conn = driver.connect(**where(stores))
    stores.faults.garble(offset=0)
    try:
        with pytest.raises(informix_db.OperationalError):
            conn.execute("SELECT name FROM users")
    finally:
        stores.faults.clear()
    assert conn.closed
    with pytest.raises(informix_db.InterfaceError):
        conn.execute("SELECT name FROM users")
    conn.close()


# -- servers --


@pytest.mark.parametrize("profile", ["12.10", "14.10", "15"])
def test_every_release(driver: Any, profile: str) -> None:
    with TestServer(port=0, profile=profile) as server, driver.connect(server.url) as conn:
        conn.execute("CREATE TABLE t (id SERIAL, name VARCHAR(20), day DATE)")
        conn.execute("INSERT INTO t (name, day) VALUES (?, ?)", ("Ada", dt.date(2026, 1, 2)))
        assert conn.execute("SELECT * FROM t").fetchall() == [(1, "Ada", dt.date(2026, 1, 2))]
    assert server.protocol_errors == []
