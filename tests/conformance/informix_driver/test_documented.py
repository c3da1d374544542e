"""What informix-driver's README promises and no other module here exercises."""

import asyncio

import informix_db
import pytest


def test_the_negotiated_framing_is_the_one_it_emits(connection):
    assert connection.server_capabilities.four_byte_offset is True
    assert connection.server_capabilities.violated_assumptions() == []
    assert connection.server_version_internal


def test_numbered_parameters(run):
    run.recreate("r_num", "a integer, b varchar(20)")
    run("insert into r_num values (:1, :2)", 1, "one")
    run("insert into r_num values (?, ?)", 2, "two")
    assert run("select b from r_num where a = :1", 2) == [("two",)]


def test_executemany_in_autocommit(run, connection):
    run.recreate("r_auto", "a integer, b varchar(20)")
    cursor = connection.cursor()
    cursor.executemany("insert into r_auto values (?, ?)", [(i, f"row {i}") for i in range(200)])
    cursor.close()
    assert run("select count(*), min(b), max(a) from r_auto") == [(200, "row 0", 199)]


def test_clob(run, connection):
    run.recreate("r_clob", "id integer, c clob")
    cursor = connection.cursor()
    for number, size in enumerate((1, 100_000)):
        data = b"c" * size
        cursor.write_blob_column(
            "insert into r_clob values (?, BLOB_PLACEHOLDER)", blob_data=data, params=(number,), clob=True
        )
        assert cursor.read_blob_column("select c from r_clob where id = ?", (number,)) == data
    cursor.close()


def test_locators_collections_and_rows_have_types_of_their_own(run, connection):
    run.recreate("r_obj", "id integer, b blob, c clob, s set(integer not null), r row(x integer, y varchar(5))")
    cursor = connection.cursor()
    cursor.write_blob_column("insert into r_obj (id, b) values (1, BLOB_PLACEHOLDER)", blob_data=b"abc")
    run("update r_obj set s = set{1, 2}, r = row(3, 'x')")
    ((blob, clob, numbers, pair),) = run("select b, c, s, r from r_obj")
    assert isinstance(blob, informix_db.BlobLocator)
    assert clob is None
    assert isinstance(numbers, informix_db.CollectionValue)
    assert isinstance(pair, informix_db.RowValue)
    cursor.close()


def test_a_pool_takes_back_what_was_not_committed(run, address):
    run.recreate("r_pool", "a integer")
    pool = informix_db.create_pool(**address, min_size=1, max_size=1, acquire_timeout=5.0)
    try:
        with pool.connection() as first:
            first.cursor().execute("insert into r_pool values (1)")
        with pool.connection() as second:
            second.cursor().execute("insert into r_pool values (2)")
            second.commit()
    finally:
        pool.close()
    assert run("select a from r_pool") == [(2,)]


def test_a_cancelled_coroutine_leaves_the_pool_usable(run, address):
    run.recreate("r_async", "a integer")

    async def main():
        from informix_db import aio

        pool = await aio.create_pool(**address, min_size=1, max_size=2)

        async def insert(number):
            async with pool.connection() as conn:
                cursor = await conn.cursor()
                await cursor.execute("insert into r_async values (?)", (number,))
                await conn.commit()

        async def slow():
            async with pool.connection() as conn:
                cursor = await conn.cursor()
                await cursor.execute("select count(*) from systables a, systables b, systables c, systables d")
                return await cursor.fetchone()

        task = asyncio.create_task(slow())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        for number in range(10):
            await asyncio.wait_for(insert(number), 20)
        await pool.close()

    asyncio.run(main())
    assert run("select count(*), sum(a) from r_async") == [(10, 45)]


def test_a_read_time_out_ends_the_wait(connect, run):
    run.recreate("r_wait", "a integer")
    run("insert into r_wait values (1)")
    holder = connect(autocommit=False)
    holder.cursor().execute("update r_wait set a = 2")
    waiter = connect(read_timeout=1)
    waiter.cursor().execute("set lock mode to wait")
    with pytest.raises(informix_db.Error):
        waiter.cursor().execute("update r_wait set a = 3")
    holder.rollback()
    assert run("select a from r_wait") == [(1,)]
