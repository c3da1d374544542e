"""TLS, pools, threads and asyncio: several sessions at once on the server."""

import asyncio
import os
import ssl
import threading
from pathlib import Path

import informix_db
import pytest
from informix_db import aio

ONE = "select 1 from systables where tabid = 1"
CERTIFICATE = Path(__file__).parent.parent / "tls" / "server.crt"


@pytest.mark.parametrize("verified", [False, True])
def test_tls(connect, runner, verified):
    tls = ssl.create_default_context(cafile=CERTIFICATE) if verified else True
    run = runner(connect(port=int(os.environ["CONFORMANCE_TLS_PORT"]), tls=tls))
    assert run(ONE) == [(1,)]


def test_pool_and_threads(run, address):
    run.recreate("k_pool", "thread integer, n integer")
    pool = informix_db.create_pool(**address, min_size=1, max_size=4, acquire_timeout=15.0)
    problems: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for n in range(10):
                with pool.connection() as connection:
                    cursor = connection.cursor()
                    cursor.execute("set lock mode to wait 10")
                    cursor.execute("insert into k_pool values (?, ?)", (thread, n))
                    cursor.execute("set isolation to dirty read")  # else sessions wait for each other's rows
                    cursor.execute("select count(*) from k_pool where thread = ?", (thread,))
                    assert cursor.fetchone() == (n + 1,)
                    cursor.close()
                    connection.commit()
        except BaseException as e:  # noqa: BLE001 (reported by the test)
            problems.append(e)

    threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    pool.close()
    assert problems == []
    assert not any(thread.is_alive() for thread in threads)
    assert run("select count(*), sum(n) from k_pool") == [(80, 8 * 45)]


def test_asyncio(run, address):
    run.recreate("k_aio", "task integer, n integer")

    async def work(pool: object, task: int) -> None:
        for n in range(5):
            async with pool.connection() as connection:
                cursor = await connection.cursor()
                await cursor.execute("set lock mode to wait 10")
                await cursor.execute("insert into k_aio values (?, ?)", (task, n))
                await cursor.close()
                await connection.commit()

    async def main() -> None:
        pool = await aio.create_pool(**address, min_size=1, max_size=3)
        await asyncio.gather(*(work(pool, i) for i in range(6)))
        await pool.close()

    asyncio.run(asyncio.wait_for(main(), 20))
    assert run("select count(*), sum(n) from k_aio") == [(30, 60)]
