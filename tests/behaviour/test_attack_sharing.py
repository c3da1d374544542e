"""Attacks on shared connections: threads, tasks, cancellation at every step, collected cursors, fork."""

import asyncio
import contextlib
import gc
import os
import random
import threading
from collections.abc import Callable
from typing import Any

import informix_db
import informix_pool
import pytest
from informix_pool.run_asyncio import AsyncLine
from informix_testserver.server import TestServer

ROWS = [(i, f"name {i}") for i in range(400)]


@pytest.fixture(scope="module")
def memory(memory: TestServer) -> TestServer:
    with informix_db.connect(memory.url) as conn:
        conn.execute("CREATE TABLE fixed (id INT PRIMARY KEY, name VARCHAR(40))")
        conn.cursor().executemany("INSERT INTO fixed VALUES (?, ?)", ROWS)
        conn.execute("CREATE TABLE k (id INT)")
    return memory


def test_cursors_open_at_once_in_any_order(driver: Any, memory: TestServer) -> None:
    """Sixty cursors, fetched from, closed, dropped at random: each gets its own rows."""
    dice = random.Random(7)
    conn = driver.connect(memory.url, fetch_buffer=256, statement_cache_size=4)
    open_cursors: list[tuple[Any, int]] = []
    for _ in range(400):
        action = dice.random()
        if action < 0.2 and len(open_cursors) < 60:
            start = dice.randrange(380)
            cur = conn.cursor()
            cur.execute("SELECT id, name FROM fixed WHERE id >= ? ORDER BY id", (start,))
            open_cursors.append((cur, start))
        elif action < 0.8 and open_cursors:
            at = dice.randrange(len(open_cursors))
            cur, position = open_cursors[at]
            count = dice.choice([1, 3, 50])
            assert cur.fetchmany(count) == ROWS[position : position + count]
            open_cursors[at] = (cur, position + count)
        elif action < 0.9 and open_cursors:
            open_cursors.pop(dice.randrange(len(open_cursors)))[0].close()
        elif open_cursors:
            del open_cursors[dice.randrange(len(open_cursors))]
            cur = None
        if dice.random() < 0.1:
            with pytest.raises(informix_db.ProgrammingError):
                conn.execute("SELECT nosuch FROM fixed")
    for cur, position in open_cursors:
        assert cur.fetchall() == ROWS[position:]
    conn.close()


def all_done(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def test_threads_on_one_connection_get_their_own_rows(memory: TestServer) -> None:
    failures: list[BaseException] = []
    conn = informix_db.connect(memory.url, fetch_buffer=256, statement_cache_size=2)

    def work(number: int) -> None:
        dice = random.Random(number)
        try:
            for _ in range(25):
                start = dice.randrange(390)
                cur = conn.cursor()
                cur.execute("SELECT id, name FROM fixed WHERE id >= ? ORDER BY id", (start,))
                taken = dice.choice([0, 1, 30])
                assert cur.fetchmany(taken) == ROWS[start : start + taken]
                if dice.random() < 0.3:
                    continue  # dropped while open, in this thread or in whichever collects it
                if dice.random() < 0.3:
                    cur.close()
                    continue
                assert cur.fetchall() == ROWS[start + taken :]
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    all_done([threading.Thread(target=work, args=(n,)) for n in range(6)])
    assert failures == []
    conn.close()


def test_cancelling_from_another_thread_at_random_moments(memory: TestServer) -> None:
    """A cancel hits a statement, or comes too late and hits none: never the wrong one, never a wrong row."""
    conn = informix_db.connect(memory.url, fetch_buffer=256, read_timeout=10)
    over = threading.Event()

    def canceller() -> None:
        while not over.is_set():
            conn.cancel()
            over.wait(0.0005)

    thread = threading.Thread(target=canceller)
    thread.start()
    cancelled = 0
    try:
        for _ in range(60):
            try:
                assert conn.execute("SELECT id, name FROM fixed ORDER BY id").fetchall() == ROWS
            except informix_db.StatementCancelled:
                cancelled += 1
    finally:
        over.set()
        thread.join(10)
    assert not conn.closed
    assert conn.execute("SELECT id, name FROM fixed ORDER BY id").fetchall() == ROWS
    conn.close()


def test_tasks_on_one_connection_get_their_own_rows(memory: TestServer) -> None:
    async def main() -> None:
        async with informix_pool.aio.connect(memory.url, fetch_buffer=256, statement_cache_size=2) as conn:

            async def work(number: int) -> None:
                dice = random.Random(number)
                for _ in range(15):
                    start = dice.randrange(390)
                    cur = await conn.execute("SELECT id, name FROM fixed WHERE id >= ? ORDER BY id", (start,))
                    taken = dice.choice([0, 1, 30])
                    assert await cur.fetchmany(taken) == ROWS[start : start + taken]
                    if dice.random() < 0.5:
                        assert [row async for row in cur] == ROWS[start + taken :]

            async with asyncio.timeout(30):
                await asyncio.gather(*(work(n) for n in range(8)))

    asyncio.run(main())


# -- a task cancelled at its n-th step


class Steps:
    """Cancels a task when its connection receives something for the n-th time, before or after taking it in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = 0
        self.before = False
        self.task: asyncio.Task[Any] | None = None
        received = AsyncLine.data_received

        def data_received(line: AsyncLine, data: bytes) -> None:
            self.left -= 1
            due = self.left == 0 and self.task is not None
            if due and self.before:
                assert self.task is not None
                self.task.cancel()
            received(line, data)
            if due and not self.before:
                assert self.task is not None
                self.task.cancel()

        monkeypatch.setattr(AsyncLine, "data_received", data_received)

    async def run(self, work: Callable[[], Any], step: int, *, before: bool) -> bool:
        """Run `work` and cancel it at `step`; tell whether it was cancelled."""
        self.task = asyncio.ensure_future(work())
        self.left, self.before = step, before
        with contextlib.suppress(asyncio.CancelledError):
            await self.task
        cancelled, self.task = self.left <= 0, None
        return cancelled


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_task_cancelled_at_any_step(memory: TestServer, monkeypatch: pytest.MonkeyPatch, before: bool) -> None:
    """The connection is closed, or goes on rightly; what the work did is committed whole or not at all."""
    steps = Steps(monkeypatch)
    new = [500, 501, 502, 503, 504]

    async def main() -> None:
        control = await informix_pool.aio.connect(memory.url, autocommit=True)
        await control.set_lock_mode(10)
        closed = usable = 0
        step = 1
        while True:
            await control.execute("DELETE FROM k")
            conn = await informix_pool.aio.connect(memory.url, fetch_buffer=256, read_timeout=10)

            async def work(conn: Any = conn) -> None:
                reader = await conn.execute("SELECT id, name FROM fixed ORDER BY id")
                assert await reader.fetchmany(20) == ROWS[:20]
                cur = conn.cursor()
                await cur.execute("INSERT INTO k VALUES (?)", (500,))
                await cur.executemany("INSERT INTO k VALUES (?)", [(i,) for i in new[1:]])
                assert await reader.fetchmany(40) == ROWS[20:60]
                await conn.commit()

            cancelled = await steps.run(work, step, before=before)
            if conn.closed:
                closed += 1
            else:
                usable += 1
                found = [row[0] async for row in await conn.execute("SELECT id FROM k ORDER BY id")]
                assert found == new[: len(found)]
                rows = await (await conn.execute("SELECT id, name FROM fixed ORDER BY id")).fetchall()
                assert rows == ROWS
            await conn.close()
            stored = await (await control.execute("SELECT id FROM k ORDER BY id")).fetchall()
            assert stored in ([], [(i,) for i in new])
            if not cancelled:
                break
            step += 1
        assert step > 10
        assert usable > 8
        assert closed == 0
        await control.close()

    asyncio.run(main())


# -- collected cursors


def test_cursors_collected_mid_fetch_cost_the_server_nothing(driver: Any, memory: TestServer) -> None:
    conn = driver.connect(memory.url, fetch_buffer=256, statement_cache_size=0)
    for _ in range(100):
        cur = conn.cursor()
        cur.execute("SELECT id, name FROM fixed ORDER BY id")
        assert cur.fetchone() == ROWS[0]
        del cur
    gc.collect()
    assert conn.execute("SELECT id, name FROM fixed ORDER BY id").fetchall() == ROWS
    conn.commit()
    assert conn.execute("SELECT COUNT(*) FROM fixed").fetchone() == (400,)
    inner = getattr(conn, "inner", conn)
    assert inner._session.pending_frees <= 1
    conn.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize("end", ["close", "collect"])
def test_a_forked_child_leaves_the_parents_connection_alone(memory: TestServer, end: str) -> None:
    conn = informix_db.connect(memory.url, fetch_buffer=256)
    cur = conn.execute("SELECT id, name FROM fixed ORDER BY id")
    assert cur.fetchone() == ROWS[0]
    child = os.fork()
    if child == 0:
        code = 1
        try:
            try:
                conn.execute("DELETE FROM fixed")
            except informix_db.InterfaceError as error:
                code = 0 if "fork" in str(error) else 2
            if end == "close":
                conn.close()
            else:
                del cur, conn
                gc.collect()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert cur.fetchall() == ROWS[1:]
    assert conn.execute("SELECT COUNT(*) FROM fixed").fetchone() == (400,)
    conn.close()
