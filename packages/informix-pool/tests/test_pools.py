"""Pools and the asyncio line against a peer made of PDUs: with nothing but what this package depends on."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import informix_db
import informix_pool
import pytest
from informix_pool import PoolOptions, PoolTimeout
from informix_wire.pdu import Begin, Commit, Err, Message, Rollback, Version, VersionRequest

MakePeer = Callable[..., Any]


def answer(group: tuple[Message, ...]) -> list[Message]:
    kind = type(group[0])
    if kind is VersionRequest:
        return [Version("9.59.FC7W1")]
    if kind in (Begin, Commit, Rollback):
        return []
    return [Err(-201, offset=1)]


def settings(port: int, **more: Any) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": port,
        "user": "u",
        "password": "p",
        "database": "d",
        "client_locale": "en_US.8859-1",
        **more,
    }


def test_the_doors_lead_here() -> None:
    assert informix_db.aio.connect is informix_pool.aio.connect
    assert informix_db.aio.create_pool is informix_pool.aio.create_pool


def test_blocking_pool(make_peer: MakePeer) -> None:
    peer = make_peer(answer)
    with informix_db.create_pool(**settings(peer.port), min_size=1, max_size=1, acquire_timeout=0.05) as pool:
        with pool.connection() as conn:
            conn.ping()
            with pytest.raises(PoolTimeout):
                pool.acquire()
        assert pool.stats.idle == 1
    assert pool.closed
    assert len(peer.logins) == 1


def test_a_waiting_thread_gets_the_connection(make_peer: MakePeer) -> None:
    peer = make_peer(answer)
    with informix_db.create_pool(**settings(peer.port), max_size=1, acquire_timeout=10) as pool:
        first = pool.acquire()
        got: list[Any] = []
        thread = threading.Thread(target=lambda: got.append(pool.acquire()))
        thread.start()
        while not pool.stats.waiting:
            pass
        pool.release(first)
        thread.join(10)
        assert got == [first]
        pool.release(first)


def test_closing_wakes_waiters(make_peer: MakePeer) -> None:
    peer = make_peer(answer)
    pool = informix_db.create_pool(**settings(peer.port), max_size=1, acquire_timeout=10)
    first = pool.acquire()
    errors: list[Any] = []

    def wait() -> None:
        try:
            pool.acquire()
        except informix_db.Error as error:
            errors.append(type(error))

    thread = threading.Thread(target=wait)
    thread.start()
    while not pool.stats.waiting:
        pass
    pool.close()
    thread.join(10)
    assert errors == [informix_pool.PoolClosed]
    pool.release(first)
    assert first.closed


def test_max_waiting() -> None:
    with pytest.raises(informix_db.InterfaceError, match="max_waiting"):
        PoolOptions(max_waiting=-1)


def test_asyncio_connection_and_pool(make_peer: MakePeer) -> None:
    # The peer serves one connection after the other.
    peer = make_peer(answer)

    async def main() -> None:
        async with informix_pool.aio.connect(**settings(peer.port)) as conn:
            await conn.ping()
            with pytest.raises(informix_db.ProgrammingError, match="-201"):
                await conn.execute("nonsense")
            assert not conn.closed
            cur = await conn.cursor()
            assert cur.connection is conn
        assert conn.closed
        pool = await informix_pool.aio.create_pool(**settings(peer.port), max_size=1)
        async with pool.connection() as pooled:
            await pooled.ping()
            with pytest.raises(PoolTimeout):
                await pool.acquire(timeout=0)
        await pool.close()

    asyncio.run(main())


def test_asyncio_refusals(make_peer: MakePeer) -> None:
    async def main() -> None:
        with pytest.raises(informix_db.OperationalError, match=r"cannot connect|nothing listens"):
            await informix_pool.aio.connect(host="127.0.0.1", port=1, user="u", connect_timeout=5)
        with pytest.raises(informix_db.InterfaceError, match="user= is missing"):
            informix_pool.aio.connect(host="127.0.0.1")

    asyncio.run(main())
