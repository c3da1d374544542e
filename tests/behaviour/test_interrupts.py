"""Timeout, cancel, Ctrl-C, cancelled tasks: the server is interrupted and the connection stays usable."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import types
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import informix_db
import informix_db.run_blocking
import informix_pool
import pytest
from informix_testserver.script import ScriptEngine, ScriptSession
from informix_testserver.server import TestServer
from informix_testserver.wire import Wire
from informix_types import ColumnType, TypeCode

INT = ColumnType(TypeCode.INTEGER, 4)


@pytest.fixture
def engine() -> ScriptEngine:
    engine = ScriptEngine()
    never = threading.Event()
    engine.answer("select slow from t", columns=[("slow", INT)], rows=[(1,)], waits=never)
    engine.answer("update t set slow = 1", rows_affected=1, waits=never)
    engine.answer("select id from t", columns=[("id", INT)], rows=[(i,) for i in range(5000)])
    return engine


def usable(conn: Any) -> None:
    assert conn.execute("select id from t").fetchall() == [(i,) for i in range(5000)]


@pytest.mark.parametrize("sql", ["select slow from t", "update t set slow = 1"])
def test_statement_timeout(conn: Any, sql: str) -> None:
    conn.statement_timeout = 0.2
    with pytest.raises(informix_db.StatementTimeout, match=r"longer than 0\.2 s") as caught:
        conn.execute(sql)
    assert caught.value.sqlcode == -213
    assert caught.value.statement == sql
    assert not conn.closed
    assert conn.in_transaction
    conn.statement_timeout = None
    usable(conn)
    conn.rollback()
    usable(conn)


@pytest.mark.parametrize("batch_errors", [False, True])
def test_a_time_limit_ends_a_batch(conn: Any, engine: ScriptEngine, batch_errors: bool) -> None:
    """An interrupt means the batch, not the row that it hits: `batch_errors` collects what is wrong with rows."""
    engine.answer("insert into t values (?)", rows_affected=1, waits=threading.Event())
    cur = conn.cursor()
    with pytest.raises(informix_db.StatementTimeout) as caught:
        cur.executemany(
            "insert into t values (?)", [(n,) for n in range(9000)], batch_errors=batch_errors,
            insert_cursor=False, timeout=0.2,
        )  # fmt: skip
    assert caught.value.row == 0
    assert cur.batch_errors == []
    assert len([entry for entry in engine.log if entry.action == "execute"]) == 1
    usable(conn)


def test_a_time_limit_holds_whoever_is_slow(
    conn: Any, engine: ScriptEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the application, which makes the rows: the server is interrupted, though it may be done by then."""
    engine.answer("insert into t values (?)", rows_affected=1)
    begin = time.monotonic()

    def rows() -> Iterator[tuple[int]]:
        for number in range(9000):
            while number == 3000 and time.monotonic() < begin + 0.5:
                pass
            yield (number,)

    interrupts: list[float] = []
    for line in (informix_db.run_blocking.BlockingLine, informix_pool.run_asyncio.AsyncLine):

        def interrupt(self: Any, genuine: Callable[[Any], bool] = line.interrupt) -> bool:
            interrupts.append(time.monotonic() - begin)
            return genuine(self)

        monkeypatch.setattr(line, "interrupt", interrupt)
    with contextlib.suppress(informix_db.StatementTimeout):
        conn.cursor().executemany("insert into t values (?)", rows(), insert_cursor=False, timeout=0.4)
    assert interrupts
    assert min(interrupts) >= 0.4
    usable(conn)


@pytest.mark.parametrize("sql", ["select slow from t", "update t set slow = ?"])
def test_an_interrupt_that_met_an_earlier_request_is_sent_again(
    conn: Any, engine: ScriptEngine, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    """The urgent byte comes when the server has done with PREPARE: what follows must be interrupted, too."""
    engine.answer("update t set slow = ?", rows_affected=1, waits=threading.Event())
    late = threading.Event()
    prepare, arrived = ScriptSession.prepare, Wire.urgent_arrived

    def slowly(session: ScriptSession, sql: str) -> Any:
        assert late.wait(10)
        return prepare(session, sql)

    def ignored_once(wire: Wire) -> None:
        if late.is_set():
            arrived(wire)
        else:
            socket.socket.recv(wire.sock, 1, socket.MSG_OOB)
            late.set()

    monkeypatch.setattr(ScriptSession, "prepare", slowly)
    monkeypatch.setattr(Wire, "urgent_arrived", ignored_once)
    with pytest.raises(informix_db.StatementTimeout):
        conn.execute(sql, (1,) if "?" in sql else (), timeout=0.2)
    assert not conn.closed
    usable(conn)


def test_timeouts_must_be_positive(conn: Any) -> None:
    with pytest.raises(informix_db.InterfaceError, match="positive"):
        conn.statement_timeout = 0


def test_a_fast_statement_is_not_disturbed_by_a_limit(driver: Any, server: TestServer) -> None:
    conn = driver.connect(server.url, statement_timeout=30, read_timeout=30)
    usable(conn)
    conn.close()


def test_a_server_that_ignores_the_interrupt(
    driver: Any, server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("informix_db.run_blocking.INTERRUPT_GRACE", 0.2)
    monkeypatch.setattr("informix_pool.run_asyncio.INTERRUPT_GRACE", 0.2)
    conn = driver.connect(server.url, statement_timeout=0.2)
    server.faults.stall()
    with pytest.raises(informix_db.ReadTimeout, match="did not answer an interrupt"):
        conn.execute("select id from t")
    assert conn.closed
    assert conn.broken
    server.faults.clear()


def later(action: Callable[[], Any], seconds: float = 0.2) -> threading.Timer:
    timer = threading.Timer(seconds, action)
    timer.name = "informix-testserver:timer"
    timer.start()
    return timer


def test_cancel_when_nothing_runs(conn: Any) -> None:
    assert conn.cancel() is False
    usable(conn)


def test_cancel_from_another_thread(server: TestServer) -> None:
    with informix_db.connect(server.url) as conn:
        timer = later(conn.cancel)
        with pytest.raises(informix_db.StatementCancelled) as caught:
            conn.execute("select slow from t")
        assert not isinstance(caught.value, informix_db.StatementTimeout)
        timer.join()
        usable(conn)


def press_ctrl_c() -> None:
    """Send SIGINT to the main thread once it waits in `recv`.

    A signal that comes in the microseconds before a blocking system call is only noticed after it: that is
    CPython's. So wait until the thread has stood at the same place for a while.
    """
    main = threading.main_thread().ident
    assert main is not None
    stood = 0
    while stood < 20:
        stood = stood + 1 if sys._current_frames()[main].f_code.co_name == "_receive" else 0
        time.sleep(0.01)
    signal.pthread_kill(main, signal.SIGINT)


def test_ctrl_c(server: TestServer) -> None:
    with informix_db.connect(server.url) as conn:
        timer = later(press_ctrl_c, 0)
        with pytest.raises(KeyboardInterrupt):
            conn.execute("select slow from t")
        timer.join()
        assert not conn.closed
        usable(conn)


def test_ctrl_c_although_a_module_has_made_signals_restart_calls(
    server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "polars", types.ModuleType("polars"))
    informix_db.run_blocking._mended.clear()
    signal.siginterrupt(signal.SIGINT, False)
    test_ctrl_c(server)


def test_close_while_another_thread_waits(server: TestServer) -> None:
    conn = informix_db.connect(server.url)
    timer = later(conn.close)
    with pytest.raises(informix_db.Error):
        conn.execute("select slow from t")
    timer.join()
    assert conn.closed
    assert not conn.broken, "it was closed, not lost"
    with pytest.raises(informix_db.InterfaceError, match="the connection is closed"):
        conn.execute("select id from t")
    conn.close()


def test_threads_take_turns(server: TestServer) -> None:
    with informix_db.connect(server.url) as conn:
        results: list[Any] = []

        def work() -> None:
            try:
                for _ in range(5):
                    results.append(conn.execute("select id from t").fetchall() == [(i,) for i in range(5000)])
            except BaseException as error:  # noqa: BLE001 - shown by the assertion below
                results.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert results == [True] * 20


def test_a_forked_child_must_not_use_the_connection(server: TestServer) -> None:
    with informix_db.connect(server.url) as conn:
        conn._pid = os.getpid() + 1
        with pytest.raises(informix_db.InterfaceError, match="fork"):
            conn.execute("select id from t")
        conn._pid = os.getpid()
        usable(conn)


def test_a_forked_child_does_not_disturb_its_parent(server: TestServer) -> None:
    """Neither the use, nor the closing, nor the end of the child touches the parent's connection."""
    code = """
import gc, os, sys
import informix_db
conn = informix_db.connect(sys.argv[1])
kept = informix_db.connect(sys.argv[1])
rows = conn.execute("select id from t")
child = os.fork()
if not child:
    try:
        conn.execute("select id from t")
    except informix_db.InterfaceError as error:
        print(error)
    conn.close()
    del kept, rows, conn
    gc.collect()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert len(rows.fetchall()) == 5000
assert len(kept.execute("select id from t").fetchall()) == 5000
conn.close()
kept.close()
print("parent is fine")
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, server.url],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert "after fork()" in done.stdout
    assert done.stdout.endswith("parent is fine\n")


def test_a_connection_nobody_closed_is_complained_about(server: TestServer) -> None:
    conn = informix_db.connect(server.url)
    with pytest.warns(ResourceWarning, match="never closed"):
        conn.__del__()
    assert conn._line.closed


# -- asyncio only


def run(main: Callable[[], Any]) -> None:
    asyncio.run(main())


async def until(condition: Callable[[], Any]) -> None:
    """Let other tasks run until `condition` holds; the limit is only there so that a test cannot hang."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0)


def runs(server: TestServer, sql: str) -> Callable[[], bool]:
    """Return a condition: the server has begun to run `sql` once more than it has now."""
    log = server.engine.log

    def count() -> int:
        return sum(call.action in ("execute", "open") and call.sql == sql for call in list(log))

    before = count()
    return lambda: count() > before


def test_a_cancelled_task_leaves_a_usable_connection(server: TestServer) -> None:
    async def main() -> None:
        async with informix_pool.aio.connect(server.url) as conn:
            for sql in ("select slow from t", "update t set slow = 1"):
                running = runs(server, sql)
                task = asyncio.create_task(conn.execute(sql))
                await until(running)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert not conn.closed
                rows = await (await conn.execute("select id from t")).fetchall()
                assert rows == [(i,) for i in range(5000)]

    run(main)


def test_asyncio_timeout_interrupts(server: TestServer) -> None:
    async def main() -> None:
        async with informix_pool.aio.connect(server.url) as conn:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await conn.execute("select slow from t")
            assert len(await (await conn.execute("select id from t")).fetchall()) == 5000

    run(main)


def test_a_dropped_connection_is_collected(server: TestServer) -> None:
    async def main() -> None:
        conn = await informix_pool.aio.connect(server.url)
        rows = await (await conn.execute("select id from t")).fetchall()
        there = weakref.ref(conn)
        kept = [conn]
        del conn
        with pytest.warns(ResourceWarning, match="never closed"):
            kept.clear()
        gc.collect()
        assert there() is None
        assert len(rows) == 5000
        await until(lambda: server.connections == 0)

    run(main)


def test_another_event_loop_is_told_apart(server: TestServer) -> None:
    async def connect() -> Any:
        return await informix_pool.aio.connect(server.url)

    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
    conn, other = first.run_until_complete(connect()), first.run_until_complete(connect())
    with pytest.raises(informix_db.InterfaceError, match="another event loop"):
        second.run_until_complete(conn.ping())
    first.run_until_complete(conn.ping())
    first.run_until_complete(conn.close())
    second.run_until_complete(other.close())
    assert other.closed
    first.run_until_complete(asyncio.sleep(0))
    first.close()
    second.close()


def test_cancelling_twice_gives_the_connection_up(server: TestServer) -> None:
    async def main() -> None:
        conn = await informix_pool.aio.connect(server.url)
        server.faults.stall()
        task = asyncio.create_task(conn.execute("select id from t"))
        await until(lambda: conn._line._outstanding)
        task.cancel()
        # Interrupted, the task waits for the server's answer.
        await until(lambda: conn._line.interrupted)
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert conn.closed
        assert conn.broken
        server.faults.clear()

    run(main)


def test_cancelling_a_connect_leaves_no_socket(server: TestServer) -> None:
    async def main() -> None:
        server.faults.stall()
        task = asyncio.create_task(
            informix_pool.AsyncConnection.connect(informix_db.api.make_settings(server.url))
        )
        await until(lambda: server.logins)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        server.faults.clear()

    run(main)


def test_tasks_take_turns_and_a_waiting_one_can_be_cancelled(server: TestServer) -> None:
    async def main() -> None:
        async with informix_pool.aio.connect(server.url) as conn:
            running = runs(server, "select slow from t")
            slow = asyncio.create_task(conn.execute("select slow from t"))
            await until(running)
            waiting = asyncio.create_task(conn.execute("select id from t"))
            for _ in range(5):
                await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert conn.cancel() is True
            with pytest.raises(informix_db.StatementCancelled):
                await slow

            async def fetch() -> int:
                return len(await (await conn.execute("select id from t")).fetchall())

            assert await asyncio.gather(*(fetch() for _ in range(5))) == [5000] * 5

    run(main)


def test_cancelling_at_any_moment_never_mixes_up_replies(server: TestServer) -> None:
    async def main() -> None:
        async with informix_pool.aio.connect(server.url, fetch_buffer=512) as conn:
            expected = [(i,) for i in range(5000)]
            for step in range(40):

                async def work() -> list[Any]:
                    cur = await conn.execute("select id from t")
                    return await cur.fetchall()

                task = asyncio.create_task(work())
                for _ in range(step):
                    await asyncio.sleep(0)
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    assert await task == expected
                if conn.closed:
                    pytest.fail(f"cancelled after {step} turns: the connection was given up")
                assert await work() == expected

    run(main)
