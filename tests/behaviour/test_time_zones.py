"""Time zones and fractions: what Informix has no room for is converted if asked, refused or cut as documented."""

import datetime as dt
from typing import Any

import informix_db
import pytest
from informix_testserver import TestServer

NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
FINE = dt.datetime(2026, 7, 1, 12, 0, 0, 123456)
INSERT = "INSERT INTO seen VALUES (?)"


@pytest.fixture
def open_with(driver: Any) -> Any:
    with TestServer(port=0) as server:
        server.run_script("create table seen (at datetime year to fraction(5))")
        made = []

        def connect(**settings: Any) -> Any:
            made.append(driver.connect(server.url, **settings))
            return made[-1]

        yield connect
        for connection in made:
            connection.close()
        assert server.protocol_errors == []


def insert_in_every_way(conn: Any, value: dt.datetime) -> int:
    conn.execute(INSERT, (value,))
    for way in (None, False, True):
        conn.cursor().executemany(INSERT, [(value,)] * 70, insert_cursor=way)
    conn.load("seen", [(value,)])
    return 1 + 3 * 70 + 1


def test_aware_datetimes_are_converted_to_the_zone_that_was_chosen(open_with: Any) -> None:
    conn = open_with(timezone=dt.timezone(dt.timedelta(hours=2)))
    count = insert_in_every_way(conn, NOON)
    found = conn.execute("SELECT at FROM seen").fetchall()
    assert found == [(dt.datetime(2026, 7, 1, 14),)] * count


def test_aware_datetimes_are_refused_otherwise(open_with: Any) -> None:
    conn = open_with()
    with pytest.raises(informix_db.DataError, match="time zone"):
        conn.execute(INSERT, (NOON,))
    for way in (False, True):
        with pytest.raises(informix_db.DataError, match="time zone"):
            conn.cursor().executemany(INSERT, [(NOON,)] * 70, insert_cursor=way)
    assert conn.execute("SELECT COUNT(*) FROM seen").fetchone() == (0,)


def test_the_sixth_fraction_digit_is_dropped_or_refused(open_with: Any) -> None:
    conn = open_with()
    count = insert_in_every_way(conn, FINE)
    assert conn.execute("SELECT at FROM seen").fetchall() == [(FINE.replace(microsecond=123450),)] * count
    conn.rollback()
    strict = open_with(strict_fractions=True)
    with pytest.raises(informix_db.DataError, match="fraction digits"):
        strict.execute(INSERT, (FINE,))
    for way in (False, True):
        with pytest.raises(informix_db.DataError, match="fraction digits"):
            strict.cursor().executemany(INSERT, [(FINE,)] * 70, insert_cursor=way)
    assert insert_in_every_way(strict, FINE.replace(microsecond=123450)) == 212
