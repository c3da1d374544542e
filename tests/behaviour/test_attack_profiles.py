"""One session with a bit of everything, against every release and every reply form that sqli.md permits.

Then again with either direction cut into single bytes.
"""

import datetime as dt
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import informix_db
import pytest
from informix_db import IntervalYM
from informix_testserver import Profile
from informix_testserver.profiles import PROFILES
from informix_testserver.server import TestServer

BASE = PROFILES["12.10"]
FORMS: dict[str, Profile] = {
    **PROFILES,
    "end as error 100": replace(BASE, end_of_data="error"),
    "full block without DONE": replace(BASE, done_after_full_block=False),
    "full block without DONE, end as error 100": replace(BASE, done_after_full_block=False, end_of_data="error"),
    "rows counted per block": replace(BASE, cumulative_rows=False),
    "no COST": replace(BASE, send_cost=False),
    "commands described": replace(BASE, describe_commands=True),
    "no INSERTDONE after PREPARE": replace(BASE, insertdone_on_prepare=False),
    "XACTSTAT after DML": replace(BASE, xactstat_on_dml=True),
    "TUPID first": replace(BASE, tupid_first=True),
    "keys with EXECUTE": replace(BASE, keys_with_prepare=False),
    "EOT after EXIT": replace(BASE, exit_with_eot=True),
    "datetimes normalised": replace(BASE, normalised_datetimes=True),
    "strict ids": replace(BASE, strict_ids=True),
    "11.50's short accept": replace(PROFILES["11.70"], short_tail=True),
    "ancient": replace(PROFILES["11.70"], cap_1=300, mask=b""),
    "no bits": replace(BASE, mask=bytes(9)),
    "narrow SQL": BASE.without(62),
    "narrow names": BASE.without(63),
    "narrow fetch buffer": BASE.without(50),
    "no describe input": BASE.without(52),
    "all odd forms": replace(
        PROFILES["15"],
        end_of_data="error",
        done_after_full_block=False,
        cumulative_rows=False,
        send_cost=False,
        describe_commands=True,
        insertdone_on_prepare=False,
        xactstat_on_dml=True,
        tupid_first=True,
        keys_with_prepare=False,
        exit_with_eot=True,
        normalised_datetimes=True,
        strict_ids=True,
    ),
}
COLUMNS = "id SERIAL PRIMARY KEY, i8 INT8, d DECIMAL(10,2), f FLOAT, c CHAR(5), v VARCHAR(40), l LVARCHAR(300), "
COLUMNS += "b BOOLEAN, day DATE, m DATETIME MINUTE TO FRACTION(3), ts DATETIME YEAR TO FRACTION(5), "
COLUMNS += "ym INTERVAL YEAR(4) TO MONTH, ds INTERVAL DAY(5) TO SECOND, x TEXT"


def row(i: int) -> tuple[Any, ...]:
    return (
        (-1) ** i * i * 10**12,
        Decimal(f"{i}.25"),
        i / 8,
        f"{i:<5}",
        f"varying {i}",
        "long " * (i % 50),
        i % 2 == 0,
        dt.date(2026, 1, 1) + dt.timedelta(days=i),
        None,
        dt.datetime(2026, 1, 1, 0, 0, 0, 10) + dt.timedelta(days=i, microseconds=i * 10),
        IntervalYM(-i),
        dt.timedelta(days=-i, seconds=i),
        f"text {i}",
    )


def session(conn: Any, rows: int) -> None:
    """Everything that has a form of its own on the wire."""
    marks = ", ".join("?" * 13)
    names = "i8, d, f, c, v, l, b, day, m, ts, ym, ds, x"
    cur = conn.cursor()
    conn.execute(f"CREATE TEMP TABLE t ({COLUMNS}) WITH NO LOG")
    cur.execute(f"INSERT INTO t ({names}) VALUES ({marks})", row(1))
    assert (cur.rowcount, cur.lastrowid) == (1, 1)
    cur.executemany(f"INSERT INTO t ({names}) VALUES ({marks})", [row(i) for i in range(2, rows)])
    assert (cur.rowcount, cur.lastrowid) == (rows - 2, rows - 1)
    expected = [(i, *row(i)) for i in range(1, rows)]
    for buffer in (256, 32767):
        cur.fetch_buffer = buffer
        assert cur.execute("SELECT * FROM t ORDER BY id").fetchall() == expected
        assert cur.rowcount == rows - 1
    # Fixed-width columns only: no RET_TYPE, and one request fewer (sqli.md 5.2).
    assert cur.execute("SELECT id, f FROM t WHERE id < ? ORDER BY id", (5,)).fetchall() == [
        (i, i / 8) for i in range(1, 5)
    ]
    assert cur.execute("SELECT id FROM t WHERE id < 0").fetchall() == []

    scroll = conn.cursor(scrollable=True)
    scroll.execute("SELECT id, v FROM t ORDER BY id")
    assert scroll.fetch_last() == (rows - 1, f"varying {rows - 1}")
    assert scroll.fetch_first() == (1, "varying 1")
    assert scroll.fetch_absolute(2) == (3, "varying 3")
    assert scroll.fetch_prior() == (2, "varying 2")
    assert [r[0] for r in scroll.fetchall()] == list(range(3, rows))
    assert scroll.fetchone() is None
    scroll.close()

    assert cur.execute("UPDATE t SET v = ? WHERE id > ?", ("changed", 3)).rowcount == rows - 4
    assert cur.execute("DELETE FROM t WHERE id = 1").rowcount == 1
    with pytest.raises(informix_db.IntegrityError) as caught:
        cur.execute("INSERT INTO t (id) VALUES (?)", (2,))
    assert caught.value.sqlcode == -268
    with pytest.raises(informix_db.ProgrammingError) as wrong:
        cur.execute("SELECT nosuch FROM t")
    assert wrong.value.sqlcode == -217
    assert cur.execute("SELECT COUNT(*) FROM t").fetchone() == (rows - 2,)
    conn.commit()

    hold = conn.cursor(hold=True)
    hold.fetch_buffer = 256
    hold.execute("SELECT id FROM t WHERE id < 100 ORDER BY id")
    assert hold.fetchone() == (2,)
    conn.commit()
    assert hold.fetchall() == [(i,) for i in range(3, min(rows, 100))]
    conn.execute("UPDATE t SET f = 0")
    conn.commit()
    assert conn.execute("SELECT SUM(f) FROM t").fetchone() == (0.0,)
    conn.rollback()


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_reply(driver: Any, name: str) -> None:
    with TestServer(port=0, profile=FORMS[name]) as server:
        conn = driver.connect(server.url, read_timeout=10)
        session(conn, 60)
        session_in_transaction(conn)
        conn.close()
        assert server.protocol_errors == []
        assert server.internal_errors == []


def session_in_transaction(conn: Any) -> None:
    conn.execute("CREATE TABLE p (id INT PRIMARY KEY)")
    conn.execute("INSERT INTO p VALUES (1)")
    conn.commit()
    cur = conn.cursor()
    cur.execute("INSERT INTO p VALUES (2)")
    conn.rollback()
    assert conn.execute("SELECT id FROM p").fetchall() == [(1,)]
    if 56 in conn.info.capabilities:
        with conn.transaction():
            cur.execute("INSERT INTO p VALUES (3)")
            with pytest.raises(informix_db.IntegrityError), conn.transaction():
                cur.executemany("INSERT INTO p VALUES (?)", [(4,), (3,)])
        assert cur.execute("SELECT id FROM p ORDER BY id").fetchall() == [(1,), (3,)]
    conn.commit()
    conn.execute("DROP TABLE p")
    conn.commit()


class Dribble:
    """A proxy that passes what the client says on byte by byte."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        client, _ = self.listener.accept()
        server = socket.create_connection(("127.0.0.1", self.target))
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=self._pump, args=(server, client, 65536))
        back.start()
        self._pump(client, server, 1)
        back.join(10)
        client.close()
        server.close()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket, size: int) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                for start in range(0, len(data), size):
                    sink.sendall(data[start : start + size])
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def dribbling(request: pytest.FixtureRequest) -> Iterator[tuple[TestServer, int]]:
    with TestServer(port=0, profile=FORMS[request.param]) as server:
        server.faults.dribble(size=1)
        proxy = Dribble(server.port)
        yield server, proxy.port
        proxy.thread.join(10)
        proxy.listener.close()
        assert server.protocol_errors == []
        assert server.internal_errors == []


@pytest.mark.parametrize("dribbling", ["11.70", "all odd forms"], indirect=True)
def test_single_bytes_in_both_directions(driver: Any, dribbling: tuple[TestServer, int]) -> None:
    server, port = dribbling
    conn = driver.connect(server.url, port=port, read_timeout=10)
    session(conn, 6)
    conn.close()
