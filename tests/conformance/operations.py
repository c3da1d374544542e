"""The recorded operations, through PEP 249 alone: run with informix-driver and, unchanged, with our own driver.

Usage: python operations.py HOST PORT MARKS_PORT. `jdbc/Operations.java` does the same with IBM's JDBC driver.
"""

import contextlib
import datetime
import importlib.util
import socket
import sys
from decimal import Decimal
from typing import Any

import informix_db

SLOW = (
    "select count(*) from op_heavy a, op_heavy b, op_heavy c, op_heavy d, op_heavy e"
    " where a.a + b.a + c.a + d.a + e.a = -1"
)
"""More combinations than any server counts while we wait."""
OURS = hasattr(informix_db.Connection, "tpc_begin")
BULK: dict[str, Any] = {"insert_cursor": True} if OURS else {}
"""Settings with which executemany sends rows as JDBC does with IFX_USEPUT; informix-driver has none."""
_LOGIN: dict[str, Any] = {"user": "informix", "password": "in4mix", "database": "testdb", "server": "informix"}


_THREE = ("three", Decimal("3.75"), datetime.date(2026, 6, 22), 2.5)


class _Marks:
    """Tells the recorder which operation comes next."""

    def __init__(self, port: int) -> None:
        self._sock = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._file = self._sock.makefile("rw", encoding="ascii", newline="\n")

    def __call__(self, name: str) -> None:
        self._file.write(name + "\n")
        self._file.flush()
        if self._file.readline() != "ok\n":
            raise SystemExit("the recorder did not answer")

    def close(self) -> None:
        self._file.close()
        self._sock.close()


def _one(connection: Any, sql: str, *parameters: Any) -> list[Any]:
    """Run one statement with a cursor of its own; return its rows."""
    cursor = connection.cursor()
    if parameters:
        cursor.execute(sql, parameters)
    else:
        cursor.execute(sql)
    rows = cursor.fetchall() if cursor.description and sql.startswith(("select", "execute")) else []
    cursor.close()
    return list(rows)


def _same(got: Any, want: Any) -> None:
    if got != want:
        raise SystemExit(f"expected {want!r}, got {got!r}")


def _fail(connection: Any, sql: str) -> None:
    try:
        _one(connection, sql)
    except informix_db.Error:
        return
    raise SystemExit(f"no error from {sql}")


def _login(host: str, port: int, **changes: Any) -> Any:
    return informix_db.connect(host=host, port=port, autocommit=True, **{**_LOGIN, **changes})


def _blobs(c: Any, mark: _Marks) -> None:
    """Smart large objects through client files, and a routine called by the fast path."""
    mark("write_blob")
    cursor = c.cursor()
    cursor.write_blob_column("insert into op_l values (?, BLOB_PLACEHOLDER)", blob_data=bytes(1000), params=(1,))
    cursor.close()
    mark("read_blob")
    cursor = c.cursor()
    if cursor.read_blob_column("select b from op_l where id = ?", (1,)) != bytes(1000):
        raise SystemExit("another blob came back")
    cursor.close()
    mark("open_blob")
    ((descriptor,),) = _one(c, "select ifx_lo_open(b, 4) from op_l")
    mark("fast_path")
    c.fast_path_call("function informix.ifx_lo_close(integer)", descriptor)


def _ours(host: str, port: int, mark: _Marks) -> None:
    """Operations that only our driver and IBM's have."""
    mark("more_login")
    c = informix_db.connect(host=host, port=port, **_LOGIN)
    mark("savepoint")
    with c.transaction():
        _one(c, "update op_fixed set amount = ? where id = ?", Decimal("1.5"), 1)
        with contextlib.suppress(ZeroDivisionError), c.transaction():
            raise ZeroDivisionError
    mark("hold")
    cursor = c.cursor(hold=True)
    cursor.execute("select id, amount from op_fixed")
    cursor.fetchone()
    c.commit()
    cursor.close()
    mark("update_cursor")
    cursor = c.cursor(name="op_cursor")
    cursor.execute("select id, amount from op_fixed for update")
    cursor.fetchone()
    _one(c, "update op_fixed set amount = 3 where current of op_cursor")
    cursor.close()
    c.commit()
    mark("interrupt_setup")
    _one(c, "create temp table op_heavy (a integer) with no log")
    cursor = c.cursor()
    cursor.executemany("insert into op_heavy values (?)", [(i,) for i in range(200)])
    c.commit()
    mark("interrupt")
    c.statement_timeout = 1
    _fail(c, SLOW)
    c.statement_timeout = None
    mark("after_interrupt")
    _one(c, "select id from op_fixed where id = 1")
    c.rollback()
    mark("more_close")
    c.close()
    mark("xa_login")
    c = informix_db.connect(host=host, port=port, **_LOGIN)
    mark("xa_two_phase")
    xid = c.xid(0x1234, "\x01\x02\x03\x04", "\x09\x08")
    c.tpc_begin(xid)
    _one(c, "update op_fixed set amount = 4 where id = 1")
    c.tpc_prepare()
    c.tpc_commit()
    mark("verify")
    _same(_one(c, "select amount from op_fixed where id = 1"), [(Decimal(4),)])
    _same(sorted(_one(c, "select id from op_fixed where id >= 20")), [(20,), (21,), (22,)])
    c.rollback()
    mark("xa_close")
    c.close()


def main(host: str, port: int, marks_port: int) -> None:
    mark = _Marks(marks_port)
    mark("login_rejected")
    try:
        _login(host, port, password="wrong").close()
    except informix_db.Error:
        pass
    else:
        raise SystemExit("a wrong password was accepted")
    mark("login")
    c = _login(host, port)
    mark("setup")
    with contextlib.suppress(informix_db.Error):
        _one(c, "drop table op_t")
    _one(c, "create table op_t (id integer, name varchar(20), amount decimal(10,2), d date, f float)")
    _one(c, "insert into op_t values (1, 'one', 1.25, mdy(6,20,2026), 0.5)")
    _one(c, "insert into op_t values (2, 'two', 2.50, mdy(6,21,2026), 1.5)")
    with contextlib.suppress(informix_db.Error):
        _one(c, "drop table op_fixed")
    _one(c, "create table op_fixed (id integer, amount decimal(10,2), d date, f float)")
    _one(c, "insert into op_fixed values (1, 1.25, mdy(6,20,2026), 0.5)")

    mark("select_fixed")
    _same(
        _one(c, "select id, amount, d, f from op_fixed"), [(1, Decimal("1.25"), datetime.date(2026, 6, 20), 0.5)]
    )
    mark("select_varchar")
    _same(_one(c, "select id, name from op_t"), [(1, "one"), (2, "two")])
    mark("select_empty")
    _same(_one(c, "select id from op_fixed where id = 99"), [])
    mark("select_parameter_int")
    _same(_one(c, "select id, amount from op_fixed where id = ?", 1), [(1, Decimal("1.25"))])
    mark("insert_parameters")
    _one(c, "insert into op_t values (?, ?, ?, ?, ?)", 3, *_THREE)
    mark("error_syntax")
    _fail(c, "selec 1 from op_t")
    mark("error_table")
    _fail(c, "select a from op_missing")
    mark("batch")
    cursor = c.cursor()
    cursor.executemany(
        "insert into op_fixed values (?, ?, ?, ?)",
        [(i, Decimal("0.25"), datetime.date(2026, 6, 22), 0.5) for i in range(10, 13)],
    )
    cursor.close()
    mark("scroll")
    cursor = c.cursor(scrollable=True)
    cursor.execute("select id, amount from op_fixed")
    _same(cursor.fetch_last(), (12, Decimal("0.25")))
    _same(cursor.fetch_absolute(0), (1, Decimal("1.25")))  # the first row: both drivers count from 0
    cursor.close()
    mark("parameter_types")
    for table in ("op_p", "op_i", "op_b", "op_l"):
        with contextlib.suppress(informix_db.Error):
            _one(c, f"drop table {table}")
    _one(c, "create table op_p (b bigint, t datetime year to fraction(5), bo boolean, l lvarchar(300))")
    _one(c, "create table op_i (i interval day(3) to second)")
    _one(c, "create table op_b (id integer, b byte)")
    _one(c, "create table op_l (id integer, b blob)")
    mark("bind_bigint")
    _one(c, "insert into op_p (b) values (?)", 5_000_000_000)
    mark("bind_datetime")
    _one(c, "insert into op_p (t) values (?)", datetime.datetime(2026, 6, 20, 12, 34, 56, 789010))
    mark("bind_boolean")
    _one(c, "insert into op_p (bo) values (?)", True)
    mark("bind_null")
    _one(c, "insert into op_fixed (id) values (?)", None)
    mark("bind_text")
    _one(c, "insert into op_t (name) values (?)", "text")
    mark("bind_lvarchar")
    _one(c, "insert into op_p (l) values (?)", "x" * 299)
    mark("bind_interval")
    _one(c, "insert into op_i values (?)", datetime.timedelta(days=3, hours=4, minutes=5, seconds=6))
    mark("bind_byte")
    _one(c, "insert into op_b values (?, ?)", 1, bytes(range(256)) * 5)
    mark("fetch_byte")
    _same(_one(c, "select b from op_b"), [(bytes(range(256)) * 5,)])
    mark("execute_function")
    _same(_one(c, "execute function r_add(?, ?)", 2, 40), [(42,)])
    if not OURS or importlib.util.find_spec("informix_lob.columns"):
        _blobs(c, mark)
    mark("close")
    c.close()

    mark("transaction_login")
    c = informix_db.connect(host=host, port=port, **_LOGIN)
    mark("transaction_commit")
    _one(c, "update op_fixed set amount = ? where id = ?", Decimal("9.50"), 1)
    c.commit()
    mark("transaction_rollback")
    _one(c, "update op_fixed set amount = ? where id = ?", Decimal(-1), 1)
    c.rollback()
    mark("verify")
    _same(_one(c, "select amount from op_fixed where id = 1"), [(Decimal("9.50"),)])
    _same(_one(c, "select name, amount, d, f from op_t where id = 3"), [_THREE])
    _same(_one(c, "select b from op_p where b is not null"), [(5_000_000_000,)])
    _same(
        _one(c, "select t from op_p where t is not null"), [(datetime.datetime(2026, 6, 20, 12, 34, 56, 789010),)]
    )
    _same(_one(c, "select bo from op_p where bo is not null"), [(True,)])
    _same(_one(c, "select l from op_p where l is not null"), [("x" * 299,)])
    _same(_one(c, "select i from op_i"), [(datetime.timedelta(days=3, hours=4, minutes=5, seconds=6),)])
    _same(_one(c, "select count(*) from op_fixed where id is null"), [(1,)])
    _same(sorted(_one(c, "select id from op_fixed where amount = 0.25")), [(10,), (11,), (12,)])
    c.rollback()
    mark("transaction_close")
    c.close()

    mark("bulk_insert_login")
    c = informix_db.connect(host=host, port=port, **_LOGIN, **BULK)
    mark("bulk_insert")
    cursor = c.cursor()
    cursor.executemany(
        "insert into op_fixed values (?, ?, ?, ?)",
        [(i, Decimal("0.25"), datetime.date(2026, 6, 22), 0.5) for i in range(20, 23)],
    )
    cursor.close()
    c.commit()
    mark("bulk_insert_close")
    c.close()
    if OURS:
        _ours(host, port, mark)
    mark("end")
    mark.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
