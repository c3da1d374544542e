"""Pools, twice: threads on `ConnectionPool`, tasks on `AsyncConnectionPool`."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import informix_db
import informix_pool
import pytest
from informix_pool import PoolClosed, PoolTimeout
from informix_testserver.script import ScriptEngine
from informix_testserver.server import TestServer
from informix_types import ColumnType, TypeCode

INT = ColumnType(TypeCode.INTEGER, 4)


@pytest.fixture
def engine() -> ScriptEngine:
    engine = ScriptEngine()
    engine.answer("select id from t", columns=[("id", INT)], rows=[(i,) for i in range(3000)])
    engine.answer("insert into t values (1)", rows_affected=1)
    engine.answer(re.compile("SET LOCK MODE"), statement_type=46)
    return engine


class Pools:
    """Makes pools of the driver under test; the asyncio ones behind a blocking face."""

    def __init__(self, driver: Any, url: str) -> None:
        self.driver = driver
        self.url = url
        self.made: list[Any] = []

    def __call__(self, **settings: Any) -> Any:
        if self.driver.loop is None:
            pool: Any = informix_db.create_pool(self.url, **settings)
        else:

            async def make() -> Any:
                return await informix_db.aio.create_pool(self.url, **settings)

            pool = AsyncFace(self.driver.loop.run_until_complete(make()), self.driver)
        self.made.append(pool)
        return pool


class AsyncFace:
    """A blocking face for an `AsyncConnectionPool`."""

    def __init__(self, inner: Any, driver: Any) -> None:
        self.inner = inner
        self.driver = driver

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.inner, name)
        if not callable(value):
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            args = tuple(getattr(a, "inner", a) for a in args)
            result = self.driver.loop.run_until_complete(value(*args, **kwargs))
            return self.driver.face(result)

        return call

    def connection(self, timeout: float | None = None) -> AbstractContextManager[Any]:
        @contextmanager
        def manage() -> Iterator[Any]:
            manager = self.inner.connection(timeout)
            run = self.driver.loop.run_until_complete
            connection = self.driver.face(run(manager.__aenter__()))
            try:
                yield connection
            except BaseException as error:
                if not run(manager.__aexit__(type(error), error, error.__traceback__)):
                    raise
            else:
                run(manager.__aexit__(None, None, None))

        return manage()


@pytest.fixture
def pools(driver: Any, server: TestServer) -> Iterator[Pools]:
    pools = Pools(driver, server.url)
    yield pools
    for pool in pools.made:
        pool.close()


def actions(engine: ScriptEngine, *wanted: str) -> list[str]:
    return [c.action for c in engine.log if c.action in wanted]


def test_a_connection_is_opened_once_and_used_again(pools: Pools, server: TestServer) -> None:
    pool = pools(min_size=1, max_size=2, acquire_timeout=5.0)
    for _ in range(5):
        with pool.connection() as conn:
            assert conn.execute("select id from t").fetchone() == (0,)
    assert len(server.logins) == 1
    stats = pool.stats
    assert (stats.size, stats.idle, stats.in_use, stats.acquired, stats.opened) == (1, 1, 0, 5, 1)


def test_min_size_is_opened_at_once(pools: Pools, server: TestServer) -> None:
    pools(min_size=3, max_size=5)
    assert len(server.logins) == 3


def test_blocks_commit_or_roll_back(pools: Pools, engine: ScriptEngine) -> None:
    pool = pools()
    with pool.connection() as conn:
        conn.execute("insert into t values (1)")

    def fail(conn: Any) -> None:
        conn.execute("insert into t values (1)")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), pool.connection() as conn:
        fail(conn)
    assert actions(engine, "begin", "commit", "rollback") == ["begin", "commit", "begin", "rollback"]


def test_a_released_connection_is_as_new(pools: Pools, engine: ScriptEngine) -> None:
    pool = pools()
    conn = pool.acquire()
    conn.autocommit = True
    conn.set_isolation("dirty read")
    conn.set_lock_mode(3)
    conn.row_factory = informix_db.dict_row
    conn.statement_timeout = 7
    cur = conn.cursor()
    cur.fetch_buffer = 1000
    cur.execute("select id from t")
    cur.fetchone()
    conn.autocommit = False
    conn.execute("insert into t values (1)")
    pool.release(conn)
    assert actions(engine, "begin", "rollback") == ["begin", "rollback"]
    sets = [c.sql for c in engine.log if c.action == "execute" and c.sql.startswith("SET")]
    assert sets[-2:] == ["SET ISOLATION TO COMMITTED READ", "SET LOCK MODE TO NOT WAIT"]
    with pool.connection() as again:
        assert (again.autocommit, again.row_factory, again.statement_timeout) == (False, None, None)
        assert again.execute("select id from t").fetchone() == (0,)
    with pytest.raises(informix_db.InterfaceError, match="cursor is closed"):
        cur.fetchall()


def test_exhausted_pools_time_out(pools: Pools) -> None:
    pool = pools(max_size=2, acquire_timeout=0.1)
    first, second = pool.acquire(), pool.acquire()
    begun = time.monotonic()
    with pytest.raises(PoolTimeout, match=r"within 0\.1 s; all 2"):
        pool.acquire()
    assert 0.05 < time.monotonic() - begun < 5
    with pytest.raises(PoolTimeout, match="in use"):
        pool.acquire(timeout=0)
    pool.release(first)
    third = pool.acquire()
    pool.release(second)
    pool.release(third)
    assert pool.stats.timeouts == 2


def test_broken_connections_are_replaced(pools: Pools, server: TestServer) -> None:
    pool = pools(max_size=1)
    with pool.connection() as conn:
        server.faults.cut(after_bytes=0)
        with pytest.raises(informix_db.OperationalError):
            conn.execute("select id from t")
    with pool.connection() as conn:
        assert conn.execute("select id from t").fetchone() == (0,)
    assert pool.stats.discarded == 1
    assert len(server.logins) == 2


def test_idle_connections_are_checked(pools: Pools, server: TestServer) -> None:
    pool = pools(check_after=0)
    server.faults.cut(after_bytes=0)
    with pool.connection() as conn:
        assert conn.execute("select id from t").fetchone() == (0,)
    assert len(server.logins) == 2


def test_connections_that_the_server_has_closed_are_not_handed_out(
    pools: Pools, server: TestServer, driver: Any
) -> None:
    """A server that was restarted costs nobody an error, though nothing has been idle for `check_after`."""
    pool = pools(min_size=3, max_size=3, acquire_timeout=5)
    idle = [member.connection for member in getattr(pool, "inner", pool)._idle]
    assert len(idle) == 3
    assert server.drop_connections() == 3
    end = time.monotonic() + 5
    while not all(connection.closed or connection._line_base.stirred for connection in idle):
        assert time.monotonic() < end
        if driver.loop is not None:
            driver.loop.run_until_complete(asyncio.sleep(0))
    for _ in range(3):
        with pool.connection() as connection:
            assert connection.execute("select id from t").fetchone() == (0,)
    assert (pool.stats.size, pool.stats.discarded, pool.stats.opened) == (1, 3, 4)


def test_old_and_idle_connections_retire(pools: Pools, server: TestServer) -> None:
    pool = pools(max_lifetime=0, check_after=1000)
    for _ in range(3):
        with pool.connection():
            pass
    assert pool.stats.size == 0
    idle = pools(min_size=1, max_size=4, max_idle=0)
    taken = [idle.acquire() for _ in range(4)]
    for conn in taken:
        idle.release(conn)
    assert idle.stats.size == 1


def test_foreign_connections_and_closed_pools(pools: Pools, driver: Any, server: TestServer) -> None:
    pool = pools()
    stranger = driver.connect(server.url)
    with pytest.raises(informix_db.InterfaceError, match="not one that this pool"):
        pool.release(stranger)
    stranger.close()
    conn = pool.acquire()
    pool.close()
    assert pool.closed
    with pytest.raises(PoolClosed):
        pool.acquire()
    assert not conn.closed
    pool.release(conn)
    assert conn.closed
    assert pool.stats.size == 0
    with pytest.raises(informix_db.InterfaceError):
        pool.release(conn)


def test_failed_openings_leave_nothing(pools: Pools, server: TestServer) -> None:
    server.faults.reject_login(-952)
    with pytest.raises(informix_db.OperationalError, match="-952"):
        pools(min_size=1)
    pool = pools(min_size=0, max_size=1)
    server.faults.reject_login(-951)
    with pytest.raises(informix_db.OperationalError, match="-951"):
        pool.acquire()
    with pool.connection() as conn:
        conn.ping()


def test_configure_and_reset(pools: Pools) -> None:
    seen: list[str] = []
    pool = pools(configure=lambda _c: seen.append("new"), reset=lambda _c: seen.append("back"))
    for _ in range(2):
        with pool.connection():
            seen.append("use")
    assert seen == ["new", "use", "back", "use", "back"]


@pytest.mark.parametrize(
    "settings",
    [{"min_size": -1}, {"max_size": 0}, {"min_size": 3, "max_size": 2}, {"acquire_timeout": -1}, {"max_sise": 3}],
)
def test_impossible_options(pools: Pools, settings: dict[str, Any]) -> None:
    with pytest.raises(informix_db.InterfaceError):
        pools(**settings)


def test_many_threads_share_few_connections(server: TestServer) -> None:
    with informix_db.create_pool(server.url, min_size=0, max_size=3, acquire_timeout=20) as pool:
        results: list[Any] = []

        def work() -> None:
            for _ in range(5):
                with pool.connection() as conn:
                    results.append(len(conn.execute("select id from t").fetchall()))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert results == [3000] * 40
        assert pool.stats.in_use == 0
        assert len(server.logins) <= 3


def test_no_place_is_lost_when_connections_break(server: TestServer) -> None:
    """Threads work while the server drops connections: errors are raised, the pool keeps its size and works on."""
    with informix_db.create_pool(server.url, min_size=0, max_size=3, acquire_timeout=20, check_after=0) as pool:
        outcomes: list[Any] = []

        def work(number: int) -> None:
            for turn in range(6):
                if (number + turn) % 5 == 0:
                    server.faults.cut(after_bytes=100 * turn)
                try:
                    with pool.connection() as conn:
                        outcome: Any = len(conn.execute("select id from t").fetchall())
                except informix_db.OperationalError as error:  # also of the commit at the end
                    outcome = error
                outcomes.append(outcome)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(outcomes) == 36
        assert all(o == 3000 or isinstance(o, informix_db.OperationalError) for o in outcomes)
        assert outcomes.count(3000) > 0
        server.faults.clear()
        stats = pool.stats
        assert (stats.in_use, stats.waiting) == (0, 0)
        assert stats.size == stats.idle <= 3
        taken = [pool.acquire() for _ in range(3)]
        for conn in taken:
            assert conn.execute("select id from t").fetchone() == (0,)
            pool.release(conn)


def test_many_tasks_share_few_connections_while_some_are_cancelled(server: TestServer) -> None:
    async def main() -> None:
        async with informix_db.aio.create_pool(server.url, max_size=3, acquire_timeout=20) as pool:

            async def work() -> int:
                async with pool.connection() as conn:
                    return len(await (await conn.execute("select id from t")).fetchall())

            tasks = [asyncio.create_task(work()) for _ in range(40)]
            for turn in range(60):
                await asyncio.sleep(0)
                if turn % 2:
                    tasks[turn % 40].cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(r == 3000 or isinstance(r, asyncio.CancelledError) for r in results)
            assert await work() == 3000
            stats = pool.stats
            assert (stats.in_use, stats.waiting) == (0, 0)
            assert stats.size == stats.idle <= 3

    asyncio.run(main())


def test_pools_belong_to_their_event_loop(server: TestServer) -> None:
    async def create() -> Any:
        return await informix_db.aio.create_pool(server.url)

    async def use(pool: Any) -> None:
        async with pool.connection() as conn:
            await conn.ping()

    loop = asyncio.new_event_loop()
    pool = loop.run_until_complete(create())
    with pytest.raises(informix_db.InterfaceError, match="another event loop"):
        asyncio.run(use(pool))
    loop.run_until_complete(use(pool))
    loop.run_until_complete(pool.close())
    loop.close()


def test_a_cancelled_waiter_passes_its_connection_on(server: TestServer) -> None:
    async def main() -> None:
        pool = await informix_pool.aio.create_pool(server.url, max_size=1)
        conn = await pool.acquire()
        waiting = asyncio.create_task(pool.acquire())
        async with asyncio.timeout(30):
            while not pool.stats.waiting:
                await asyncio.sleep(0)
        await pool.release(conn)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert pool.stats.in_use == 0
        async with pool.connection(timeout=1) as again:
            await again.ping()
        await pool.close()

    asyncio.run(main())
