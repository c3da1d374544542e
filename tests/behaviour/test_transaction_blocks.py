"""Who ends a transaction: autocommit in MODE ANSI, `transaction()` blocks, lost connections, two phases."""

import asyncio
from collections.abc import Iterator
from typing import Any

import informix_db
import informix_pool
import pytest
from informix_testserver.server import TestServer


@pytest.fixture
def control(memory: TestServer, database: str) -> Iterator[Any]:
    """Another session, which sees what is committed."""
    with informix_db.connect(memory.url, database=database) as conn:
        conn.set_lock_mode(10)
        conn.execute("DROP TABLE IF EXISTS q")
        conn.execute("CREATE TABLE q (a INT PRIMARY KEY)")
        conn.commit()
        yield conn


def stored(control: Any) -> list[int]:
    found = [row[0] for row in control.execute("SELECT a FROM q ORDER BY a")]
    control.rollback()
    return found


def count(conn: Any) -> int:
    ((found,),) = conn.execute("SELECT COUNT(*) FROM q").fetchall()
    return int(found)


# -- autocommit


@pytest.fixture
def auto(driver: Any, memory: TestServer, database: str, control: Any) -> Iterator[Any]:
    conn = driver.connect(memory.url, database=database, autocommit=True)
    yield conn
    conn.close()


def test_with_autocommit_every_statement_commits_by_itself(auto: Any, control: Any) -> None:
    auto.execute("INSERT INTO q VALUES (1)")
    assert stored(control) == [1]
    auto.execute("INSERT INTO q VALUES (?)", (2,))
    assert stored(control) == [1, 2]
    for number, insert_cursor in ((10, True), (20, False)):
        auto.cursor().executemany(
            "INSERT INTO q VALUES (?)", [(number,), (number + 1,)], insert_cursor=insert_cursor
        )
        assert not auto.in_transaction
    assert stored(control) == [1, 2, 10, 11, 20, 21]
    auto.execute("UPDATE q SET a = 3 WHERE a = 2")
    auto.execute("DELETE FROM q WHERE a >= 10")
    assert stored(control) == [1, 3]
    assert auto.execute("SELECT COUNT(*) FROM q").fetchall() == [(2,)]
    assert not auto.in_transaction


@pytest.mark.parametrize("insert_cursor", [True, False])
def test_with_autocommit_a_failed_statement_leaves_no_transaction(
    auto: Any, control: Any, insert_cursor: bool
) -> None:
    auto.execute("INSERT INTO q VALUES (1)")
    with pytest.raises(informix_db.IntegrityError):
        auto.execute("INSERT INTO q VALUES (1)")
    assert not auto.in_transaction
    with pytest.raises(informix_db.IntegrityError) as caught:
        auto.cursor().executemany(
            "INSERT INTO q VALUES (?)", [(2,), (3,), (1,), (4,)], insert_cursor=insert_cursor
        )
    assert caught.value.row == 2
    assert not auto.in_transaction
    assert stored(control) == [1, 2, 3]


@pytest.mark.parametrize("insert_cursor", [True, False])
def test_what_was_done_before_an_error_can_be_committed(
    driver: Any, memory: TestServer, database: str, control: Any, insert_cursor: bool
) -> None:
    """Also when the failing batch is the first statement of a transaction that nobody began (MODE ANSI)."""
    conn = driver.connect(memory.url, database=database)
    for end in (conn.rollback, conn.commit):
        with pytest.raises(informix_db.IntegrityError):
            conn.cursor().executemany(
                "INSERT INTO q VALUES (?)", [(1,), (2,), (1,), (3,)], insert_cursor=insert_cursor
            )
        assert conn.in_transaction
        end()
    assert stored(control) == [1, 2]
    conn.close()


def test_with_autocommit_queries_leave_no_transaction(auto: Any, control: Any) -> None:
    auto.cursor().executemany("INSERT INTO q VALUES (?)", [(n,) for n in range(500)])
    one, two = auto.cursor(), auto.cursor()
    one.fetch_buffer = two.fetch_buffer = 256
    one.execute("SELECT a FROM q ORDER BY a")
    two.execute("SELECT a FROM q ORDER BY a")
    assert one.fetchall() == two.fetchall() == [(n,) for n in range(500)]
    assert not auto.in_transaction
    one.execute("SELECT a FROM q")
    one.close()
    assert not auto.in_transaction
    assert len(stored(control)) == 500


def test_with_autocommit_a_load_is_one_transaction(auto: Any, control: Any) -> None:
    assert auto.load("q", [(1,), (2,)]) == 2
    assert stored(control) == [1, 2]
    with pytest.raises(informix_db.IntegrityError):
        auto.load("q", [(3,), (4,), (1,)])
    assert stored(control) == [1, 2]
    assert not auto.in_transaction


def insert_and_fail(conn: Any) -> None:
    conn.execute("INSERT INTO q VALUES (3)")
    assert conn.load("q", [(4,)]) == 1
    raise ZeroDivisionError


def test_with_autocommit_a_block_is_one_transaction(auto: Any, control: Any) -> None:
    with auto.transaction():
        auto.execute("INSERT INTO q VALUES (1)")
        auto.execute("INSERT INTO q VALUES (2)")
    assert stored(control) == [1, 2]
    with pytest.raises(ZeroDivisionError), auto.transaction():
        insert_and_fail(auto)
    assert stored(control) == [1, 2]
    with auto.transaction():
        pass
    auto.execute("INSERT INTO q VALUES (5)")
    assert stored(control) == [1, 2, 5]


# -- blocks


def failing_block(conn: Any, *numbers: int) -> None:
    """End blocks well, then fail in the one around them."""
    for number in numbers:
        with conn.transaction():
            conn.execute("INSERT INTO q VALUES (?)", (number,))
    raise ZeroDivisionError


@pytest.mark.parametrize("autocommit", [True, False])
def test_nested_blocks(driver: Any, memory: TestServer, database: str, control: Any, autocommit: bool) -> None:
    conn = driver.connect(memory.url, database=database, autocommit=autocommit)
    with conn.transaction():
        with pytest.raises(ZeroDivisionError), conn.transaction():
            failing_block(conn, 1)
        with conn.transaction():
            conn.execute("INSERT INTO q VALUES (2)")
        with pytest.raises(ZeroDivisionError), conn.transaction():
            failing_block(conn, 3, 4)
        conn.execute("INSERT INTO q VALUES (5)")
    assert stored(control) == [2, 5]
    with pytest.raises(ZeroDivisionError), conn.transaction():
        failing_block(conn, 6)
    assert stored(control) == [2, 5]
    assert not conn.in_transaction
    conn.close()


def test_commit_and_rollback_are_the_blocks_business(auto: Any, control: Any) -> None:
    with auto.transaction():
        auto.execute("INSERT INTO q VALUES (1)")
        for end in (auto.commit, auto.rollback):
            with pytest.raises(informix_db.ProgrammingError, match=r"inside a transaction\(\) block"):
                end()
        with auto.transaction(), pytest.raises(informix_db.ProgrammingError, match=r"inside a transaction\(\)"):
            auto.commit()
    assert stored(control) == [1]
    auto.commit()


def test_a_transaction_that_was_ended_in_a_block_is_reported(driver: Any, memory: TestServer) -> None:
    conn = driver.connect(memory.url, autocommit=True)
    with (
        pytest.raises(informix_db.ProgrammingError, match=r"ended inside a transaction\(\) block"),
        conn.transaction(),
    ):
        conn.execute("COMMIT WORK")
    with (
        pytest.raises(informix_db.ProgrammingError, match=r"ended inside a transaction\(\) block"),
        conn.transaction(),
        conn.transaction(),
    ):
        conn.execute("ROLLBACK WORK")
    assert not conn.in_transaction
    conn.close()


def test_a_block_is_entered_once_at_a_time(auto: Any, control: Any) -> None:
    block = auto.transaction()
    with block:
        auto.execute("INSERT INTO q VALUES (1)")
        with pytest.raises(informix_db.ProgrammingError, match="entered already"), block:
            pass
        auto.execute("INSERT INTO q VALUES (2)")
    with block:
        auto.execute("INSERT INTO q VALUES (3)")
    assert stored(control) == [1, 2, 3]


def begin_anew(conn: Any) -> None:
    conn.execute("INSERT INTO q VALUES (1)")
    conn.execute("ROLLBACK WORK")
    if not conn.info.ansi:
        conn.execute("BEGIN WORK")
    conn.execute("INSERT INTO q VALUES (2)")


def test_a_transaction_that_was_begun_anew_in_a_block_is_reported(auto: Any, control: Any) -> None:
    with (
        pytest.raises(informix_db.ProgrammingError, match=r"ended inside a transaction\(\) block"),
        auto.transaction(),
    ):
        begin_anew(auto)
    assert not auto.in_transaction
    assert stored(control) == []


def test_a_source_that_fails_leaves_no_transaction(auto: Any, control: Any) -> None:
    def rows() -> Iterator[tuple[int]]:
        yield (1,)
        yield (2,)
        raise ZeroDivisionError

    for insert_cursor in (True, False):
        with pytest.raises(ZeroDivisionError):
            auto.cursor().executemany("INSERT INTO q VALUES (?)", rows(), insert_cursor=insert_cursor)
        assert not auto.in_transaction
        assert stored(control) == [1, 2]
        auto.execute("DELETE FROM q")


def test_ctrl_c_in_what_makes_the_rows_of_a_load(auto: Any, control: Any) -> None:
    def rows() -> Iterator[tuple[int]]:
        yield (1,)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        auto.load("q", rows())
    if not auto.closed:
        assert not auto.in_transaction
        auto.execute("INSERT INTO q VALUES (2)")
        assert stored(control) == [2]


def test_settings_leave_no_transaction(auto: Any, control: Any) -> None:
    auto.set_isolation("dirty read")
    auto.set_lock_mode(5)
    assert not auto.in_transaction
    auto.autocommit = False


def test_ctrl_c_while_a_block_is_entered(memory: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The interrupt comes out when BEGIN is done."""
    with informix_db.connect(memory.url) as conn:
        genuine = conn._run

        def struck(work: Any, timeout: float | None = None) -> Any:
            monkeypatch.undo()
            genuine(work, timeout)
            raise KeyboardInterrupt

        monkeypatch.setattr(conn, "_run", struck)
        with pytest.raises(KeyboardInterrupt), conn.transaction():
            pass
        assert not conn.in_transaction
        conn.execute("SELECT COUNT(*) FROM systables")
        conn.rollback()


def test_a_task_cancelled_while_a_block_is_entered(memory: TestServer) -> None:
    async def main() -> None:
        async with informix_pool.aio.connect(memory.url) as conn:
            genuine = conn._run

            async def cancelled(work: Any, timeout: float | None = None) -> Any:
                conn._run = genuine
                await genuine(work, timeout)
                raise asyncio.CancelledError

            conn._run = cancelled
            with pytest.raises(asyncio.CancelledError):
                async with conn.transaction():
                    pass
            assert not conn.in_transaction
            await conn.execute("SELECT COUNT(*) FROM systables")
            await conn.rollback()

    asyncio.run(main())


def test_an_exit_that_is_cancelled_before_its_turn_ends_the_block(memory: TestServer) -> None:
    async def main() -> None:
        async with informix_pool.aio.connect(memory.url) as conn:
            entered, leave = asyncio.Event(), asyncio.Event()

            async def work() -> None:
                async with conn.transaction():
                    entered.set()
                    await leave.wait()

            task = asyncio.create_task(work())
            await entered.wait()
            await conn._line._turn.acquire()  # another task is using the connection
            leave.set()
            for _ in range(3):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            conn._line._turn.release()
            assert conn.in_transaction
            await conn.rollback()

    asyncio.run(main())


# -- connections that end inside


def lose(conn: Any, memory: TestServer) -> None:
    memory.drop_connections()
    with pytest.raises(informix_db.OperationalError):
        count(conn)
    assert conn.broken


def lose_work(conn: Any, memory: TestServer) -> None:
    conn.execute("INSERT INTO q VALUES (1)")
    lose(conn, memory)


def lose_work_and_fail(conn: Any, memory: TestServer) -> None:
    lose_work(conn, memory)
    raise ZeroDivisionError


def insert_and_close(conn: Any, _memory: TestServer) -> None:
    conn.execute("INSERT INTO q VALUES (1)")
    conn.close()


def close_and_fail(conn: Any, _memory: TestServer) -> None:
    conn.close()
    raise ZeroDivisionError


@pytest.fixture
def table(memory: TestServer) -> None:
    memory.run_script("set lock mode to wait 10; drop table if exists q; create table q (a int)")


@pytest.mark.usefixtures("table")
def test_a_with_block_does_not_hide_that_its_work_is_lost(driver: Any, memory: TestServer) -> None:
    with (
        pytest.raises(informix_db.OperationalError, match="open transaction was rolled back") as caught,
        driver.connect(memory.url) as conn,
    ):
        lose_work(conn, memory)
    assert caught.value.is_retryable
    with pytest.raises(ZeroDivisionError), driver.connect(memory.url) as conn:
        lose_work_and_fail(conn, memory)
    with driver.connect(memory.url) as conn:
        assert count(conn) == 0
        conn.commit()
        lose(conn, memory)  # nothing was open: who caught the error knows all


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        (lose_work, informix_db.OperationalError, "which was rolled back"),
        (insert_and_close, informix_db.ProgrammingError, "was closed inside"),
        (lose_work_and_fail, ZeroDivisionError, None),
        (close_and_fail, ZeroDivisionError, None),
    ],
)
def test_a_transaction_block_does_not_hide_that_its_work_is_lost(
    driver: Any, memory: TestServer, body: Any, error: type[Exception], message: str | None
) -> None:
    conn = driver.connect(memory.url, autocommit=True)
    with pytest.raises(error, match=message), conn.transaction():
        body(conn, memory)
    conn.close()


# -- two phases


@pytest.mark.usefixtures("table")
def test_nothing_but_the_end_follows_tpc_prepare(driver: Any, memory: TestServer) -> None:
    conn = driver.connect(memory.url)
    cur = conn.cursor()
    conn.tpc_begin(conn.xid(1, "global", "branch"))
    cur.execute("INSERT INTO q VALUES (1)")
    conn.tpc_prepare()
    for call in (
        lambda: cur.execute("INSERT INTO q VALUES (2)"),
        lambda: cur.executemany("INSERT INTO q VALUES (?)", [(2,)]),
        lambda: conn.load("q", [(2,)]),
        conn.commit,
        conn.rollback,
    ):
        with pytest.raises(informix_db.ProgrammingError, match=r"PEP 249"):
            call()
    conn.tpc_rollback()
    assert count(conn) == 0
    conn.rollback()
    conn.close()


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("end", ["tpc_commit", "tpc_rollback"])
def test_the_end_may_name_the_branch(driver: Any, memory: TestServer, end: str) -> None:
    conn = driver.connect(memory.url)
    xid = conn.xid(1, "global", end)
    conn.tpc_begin(xid)
    conn.execute("INSERT INTO q VALUES (1)")
    conn.tpc_prepare()
    getattr(conn, end)(xid)
    assert count(conn) == (1 if end == "tpc_commit" else 0)
    conn.rollback()
    conn.tpc_begin(xid)
    assert count(conn) == (1 if end == "tpc_commit" else 0)
    conn.tpc_prepare()  # the branch has only read: the server forgets it
    getattr(conn, end)(xid)
    conn.execute("INSERT INTO q VALUES (2)")
    conn.rollback()
    conn.close()
