"""What a type checker knows about rows; `hatch run check` has mypy read it, nothing runs it."""

from dataclasses import dataclass
from typing import Any, assert_type

import informix_db
import informix_pool
from informix_db import Row, aio, class_row, dict_row, row_row, tuple_row


@dataclass
class City:
    """A row as the application wants it."""

    id: int
    name: str


def blocking(conn: informix_db.Connection) -> None:
    """Rows of blocking cursors have the type that their factory makes."""
    assert_type(conn.cursor(row_factory=tuple_row).fetchone(), tuple[Any, ...] | None)
    assert_type(conn.cursor(row_factory=dict_row).fetchall(), list[dict[str, Any]])
    assert_type(conn.cursor(row_factory=row_row).fetchmany(5), list[Row])
    cities = conn.cursor(row_factory=class_row(City), scrollable=True).execute("SELECT * FROM city")
    assert_type(cities.fetchone(), City | None)
    assert_type(cities.fetch_last(), City | None)
    for city in cities:
        assert_type(city, City)
    with conn as same, same.cursor(row_factory=class_row(City)) as cursor:
        assert_type(same, informix_db.Connection)
        assert_type(cursor, informix_db.Cursor[City])


def keywords(url: str) -> None:
    """Type checkers know the settings of a pool."""
    informix_db.create_pool(url, min_size=1, connect_timeout=5.0, client_locale="en_US.utf8").close()
    informix_db.create_pool(url, min_sice=1)  # type: ignore[call-arg]  # what this is about
    informix_db.create_pool(url, tls="veryfy")  # type: ignore[arg-type]  # and this


async def doors(url: str) -> None:
    """The doors into informix-pool are no `Any`."""
    with informix_db.create_pool(url) as pool, pool.connection() as pooled:
        assert_type(pool, informix_pool.ConnectionPool)
        assert_type(pooled, informix_db.Connection)
    async with aio.connect(url) as native:
        assert_type(native, informix_pool.AsyncConnection)
    assert_type(await aio.connect(url), informix_pool.AsyncConnection)
    assert_type(await aio.create_pool(url), informix_pool.AsyncConnectionPool)


async def native(conn: informix_pool.AsyncConnection) -> None:
    """And those of asyncio cursors, too."""
    cities = await conn.cursor(row_factory=class_row(City))
    assert_type(await cities.fetchone(), City | None)
    assert_type(await cities.fetchall(), list[City])
    async for city in await cities.execute("SELECT * FROM city"):
        assert_type(city, City)
    async with conn.cursor(row_factory=dict_row) as cursor:
        assert_type(cursor, informix_pool.AsyncCursor[dict[str, Any]])
