"""PEP 249, clause by clause, against the server's SQL. The headings are those of the PEP."""

import datetime as dt
import inspect
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import informix_db
import pytest
from informix_testserver.engine import SqlError
from informix_testserver.server import TestServer

ROWS = [(1, "Ada", Decimal("1.50")), (2, "Bob", None), (3, None, Decimal("3.25")), (4, "Dan", Decimal("4.00"))]


@pytest.fixture
def db(driver: Any, memory: TestServer) -> Iterator[Any]:
    conn = driver.connect(memory.url)
    conn.execute("DROP TABLE IF EXISTS p")
    conn.execute("CREATE TABLE p (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20), amount DECIMAL(8,2))")
    conn.cursor().executemany("INSERT INTO p VALUES (?, ?, ?)", ROWS)
    conn.commit()
    yield conn
    if not conn.closed:
        conn.rollback()
        conn.close()


@pytest.fixture
def cur(db: Any) -> Any:
    return db.cursor()


# -- Module Interface ------------------------------------------------------------------------------------------


def test_connect_takes_the_recommended_keywords(driver: Any, memory: TestServer) -> None:
    names = inspect.signature(informix_db.connect).parameters
    assert {"dsn", "user", "password", "host", "database"} <= names.keys()
    conn = driver.connect(dsn=memory.url)
    conn.close()
    host = f"127.0.0.1:{memory.port}"
    conn = driver.connect(host=host, user="informix", password="in4mix", database="testdb")
    assert conn.database == "testdb"
    conn.close()


def test_globals() -> None:
    assert informix_db.apilevel == "2.0"
    assert informix_db.threadsafety in (0, 1, 2, 3)
    assert informix_db.paramstyle in ("qmark", "numeric", "named", "format", "pyformat")


def test_the_documented_paramstyle_works(cur: Any) -> None:
    assert informix_db.paramstyle == "numeric"
    assert cur.execute("SELECT name FROM p WHERE id = :2 OR id = :1", (1, 2)).fetchall() == [("Ada",), ("Bob",)]


HIERARCHY = {
    "Warning": Exception,
    "Error": Exception,
    "InterfaceError": informix_db.Error,
    "DatabaseError": informix_db.Error,
    "DataError": informix_db.DatabaseError,
    "OperationalError": informix_db.DatabaseError,
    "IntegrityError": informix_db.DatabaseError,
    "InternalError": informix_db.DatabaseError,
    "ProgrammingError": informix_db.DatabaseError,
    "NotSupportedError": informix_db.DatabaseError,
}


@pytest.mark.parametrize("name", HIERARCHY)
def test_exceptions(name: str, db: Any) -> None:
    cls = getattr(informix_db, name)
    assert cls.__bases__ == (HIERARCHY[name],)
    assert getattr(db, name) is cls, "optional extension: as attributes of the connection"


@pytest.mark.parametrize(
    ("sql", "parameters", "expected"),
    [
        ("SELEC 1", (), informix_db.ProgrammingError),
        ("SELECT * FROM nosuch", (), informix_db.ProgrammingError),
        ("SELECT nosuch FROM p", (), informix_db.ProgrammingError),
        ("SELECT * FROM p WHERE id = ?", (), informix_db.ProgrammingError),
        ("SELECT * FROM p WHERE id = ?", (1, 2), informix_db.ProgrammingError),
        ("INSERT INTO p VALUES (1, 'x', NULL)", (), informix_db.IntegrityError),
        ("INSERT INTO p VALUES (NULL, 'x', NULL)", (), informix_db.IntegrityError),
        ("INSERT INTO p VALUES (9, 'x', 1/0)", (), informix_db.DataError),
        ("INSERT INTO p VALUES (9, 'x', ?)", (Decimal("123456789.0"),), informix_db.DataError),
        ("INSERT INTO p VALUES (?, 'x', NULL)", ("nine",), informix_db.DataError),
        ("INSERT INTO p VALUES (?, 'x', NULL)", (object(),), informix_db.DataError),
    ],
)
def test_errors_are_of_the_right_class(cur: Any, sql: str, parameters: Any, expected: type[Exception]) -> None:
    with pytest.raises(expected) as caught:
        cur.execute(sql, parameters)
    assert type(caught.value) is expected
    assert cur.execute("SELECT COUNT(*) FROM p").fetchone() == (4,), "the cursor goes on"


# -- Connection Objects ----------------------------------------------------------------------------------------


def test_close_makes_unusable(db: Any, cur: Any) -> None:
    conn = db
    cur.execute("SELECT id FROM p")
    conn.close()
    conn.close()
    for use in (conn.commit, conn.rollback, lambda: conn.cursor().execute("SELECT id FROM p"), cur.fetchall):
        with pytest.raises(informix_db.Error):
            use()


def test_close_without_commit_rolls_back(driver: Any, db: Any, memory: TestServer) -> None:
    other = driver.connect(memory.url)
    other.cursor().execute("DELETE FROM p")
    other.close()
    assert db.execute("SELECT COUNT(*) FROM p").fetchone() == (4,)


def test_commit_and_rollback(driver: Any, db: Any, cur: Any, memory: TestServer) -> None:
    assert db.autocommit is False, "initially off"
    cur.execute("UPDATE p SET name = 'Eve' WHERE id = 1")
    db.rollback()
    cur.execute("SELECT name FROM p WHERE id = 1")
    assert cur.fetchone() == ("Ada",)
    cur.execute("UPDATE p SET name = 'Eve' WHERE id = 1")
    db.commit()
    other = driver.connect(memory.url)
    assert other.execute("SELECT name FROM p WHERE id = 1").fetchone() == ("Eve",)
    other.close()


def test_cursor_makes_independent_cursors(db: Any) -> None:
    one, two = db.cursor(), db.cursor()
    assert one is not two
    one.execute("SELECT id FROM p ORDER BY id")
    two.execute("SELECT id FROM p ORDER BY id DESC")
    assert [one.fetchone(), two.fetchone(), one.fetchone(), two.fetchone()] == [(1,), (4,), (2,), (3,)]


def test_cursors_of_one_connection_see_each_other(db: Any) -> None:
    one, two = db.cursor(), db.cursor()
    one.execute("INSERT INTO p VALUES (9, 'new', NULL)")
    assert two.execute("SELECT name FROM p WHERE id = 9").fetchone() == ("new",)


# -- Cursor Objects: attributes --------------------------------------------------------------------------------


def test_description(cur: Any) -> None:
    assert cur.description is None
    cur.execute("SELECT id, name, amount FROM p")
    assert [len(column) for column in cur.description] == [7, 7, 7]
    name, type_code, _, internal_size, precision, scale, null_ok = cur.description[2]
    assert (name, precision, scale, null_ok) == ("amount", 8, 2, True)
    assert type_code == informix_db.NUMBER
    assert cur.description[0][0] == "id"
    assert cur.description[0][6] is False
    assert cur.description[1][1] == informix_db.STRING
    assert cur.description[1][3] in (20, 21), internal_size
    cur.execute("UPDATE p SET name = 'x' WHERE id = 1")
    assert cur.description is None


def test_rowcount(cur: Any) -> None:
    assert cur.rowcount == -1
    cur.execute("UPDATE p SET amount = 0 WHERE id > 2")
    assert cur.rowcount == 2
    cur.execute("DELETE FROM p WHERE id = 77")
    assert cur.rowcount == 0
    cur.executemany("INSERT INTO p VALUES (?, 'n', NULL)", [(i,) for i in range(10, 15)])
    assert cur.rowcount == 5
    cur.execute("SELECT id FROM p")
    assert cur.rowcount in (-1, 9)
    cur.fetchall()
    assert cur.rowcount == 9


# -- Cursor Objects: methods -----------------------------------------------------------------------------------


def test_close_of_a_cursor(db: Any, cur: Any) -> None:
    cur.execute("SELECT id FROM p")
    cur.close()
    cur.close()
    for use in (cur.fetchone, cur.fetchmany, cur.fetchall, lambda: cur.execute("SELECT id FROM p")):
        with pytest.raises(informix_db.Error):
            use()
    assert db.execute("SELECT COUNT(*) FROM p").fetchone() == (4,)


def test_execute_takes_sequences_and_mappings(cur: Any) -> None:
    for parameters in ([1, "Ada"], (1, "Ada")):
        cur.execute("SELECT id FROM p WHERE id = ? AND name = ?", parameters)
        assert cur.fetchall() == [(1,)]
    cur.execute("SELECT id FROM p WHERE id = :id AND name = :name", {"id": 1, "name": "Ada"})
    assert cur.fetchall() == [(1,)]
    cur.execute("SELECT id FROM p WHERE name = '?' OR name = ':1' OR id = ?", (2,))
    assert cur.fetchall() == [(2,)]


def test_executemany_is_execute_for_each(cur: Any) -> None:
    cur.executemany("UPDATE p SET amount = ? WHERE id = ?", [(Decimal(10 * i), i) for i in range(1, 5)])
    cur.execute("SELECT amount FROM p ORDER BY id")
    assert cur.fetchall() == [(Decimal("10.00"),), (Decimal("20.00"),), (Decimal("30.00"),), (Decimal("40.00"),)]
    cur.executemany("INSERT INTO p VALUES (:1, :2, NULL)", ((i, str(i)) for i in range(100, 400)))
    assert cur.execute("SELECT COUNT(*) FROM p WHERE id >= 100").fetchone() == (300,)


def test_fetchone(cur: Any) -> None:
    with pytest.raises(informix_db.Error):
        cur.fetchone()
    cur.execute("DELETE FROM p WHERE id = 77")
    with pytest.raises(informix_db.Error):
        cur.fetchone()
    cur.execute("SELECT * FROM p ORDER BY id")
    assert [cur.fetchone() for _ in range(6)] == [*ROWS, None, None]
    cur.execute("SELECT * FROM p WHERE id = 77")
    assert cur.fetchone() is None


def test_fetchmany(cur: Any) -> None:
    with pytest.raises(informix_db.Error):
        cur.fetchmany()
    assert cur.arraysize == 1
    cur.execute("SELECT * FROM p ORDER BY id")
    assert cur.fetchmany() == ROWS[:1]
    assert cur.fetchmany(2) == ROWS[1:3]
    assert cur.fetchmany(size=5) == ROWS[3:]
    assert cur.fetchmany(5) == []
    cur.arraysize = 3
    cur.execute("SELECT * FROM p ORDER BY id")
    assert [len(cur.fetchmany()) for _ in range(3)] == [3, 1, 0]
    cur.execute("SELECT id FROM p")
    cur.arraysize = 0  # an empty list would look as if there were no rows
    with pytest.raises(informix_db.ProgrammingError, match="arraysize must be an integer of at least 1, not 0"):
        cur.fetchmany()
    assert cur.fetchmany(0) == []


def test_fetchall(cur: Any) -> None:
    with pytest.raises(informix_db.Error):
        cur.fetchall()
    cur.execute("SELECT * FROM p ORDER BY id")
    cur.fetchone()
    assert cur.fetchall() == ROWS[1:]
    assert cur.fetchall() == []
    cur.execute("SELECT * FROM p WHERE id = 77")
    assert cur.fetchall() == []


def test_rows_are_sequences(cur: Any) -> None:
    row = cur.execute("SELECT * FROM p WHERE id = 1").fetchone()
    assert (row[0], row[-1], len(row), list(row)) == (1, Decimal("1.50"), 3, [1, "Ada", Decimal("1.50")])


def test_nextset_setinputsizes_setoutputsize(cur: Any) -> None:
    cur.setinputsizes([informix_db.NUMBER, None, 20])
    cur.setoutputsize(1000)
    cur.setoutputsize(1000, 1)
    cur.execute("SELECT * FROM p ORDER BY id")
    assert not cur.nextset()
    cur.close()
    for call in (cur.nextset, lambda: cur.setinputsizes([1])):
        with pytest.raises(informix_db.InterfaceError, match="cursor is closed"):
            call()


def test_callproc(db: Any, memory: TestServer) -> None:
    cur = db.cursor()
    assert hasattr(cur, "callproc")
    with pytest.raises(informix_db.DatabaseError):
        cur.callproc("no_such_procedure", (1,))
    assert cur.execute("SELECT COUNT(*) FROM p").fetchone() == (4,)


# -- Type Objects and Constructors -----------------------------------------------------------------------------


def test_constructors_make_what_can_be_stored(db: Any, cur: Any) -> None:
    cur.execute("DROP TABLE IF EXISTS q")
    cur.execute(
        "CREATE TABLE q (d DATE, t DATETIME HOUR TO SECOND, s DATETIME YEAR TO SECOND, b BYTE, n VARCHAR(5))"
    )
    ticks = time.mktime((2026, 2, 3, 4, 5, 6, 0, 0, -1))
    for values in (
        (informix_db.Date(2026, 2, 3), informix_db.Time(4, 5, 6), informix_db.Timestamp(2026, 2, 3, 4, 5, 6)),
        (
            informix_db.DateFromTicks(ticks),
            informix_db.TimeFromTicks(ticks),
            informix_db.TimestampFromTicks(ticks),
        ),
    ):
        cur.execute("INSERT INTO q VALUES (?, ?, ?, ?, ?)", (*values, informix_db.Binary(b"\x00\xff"), None))
    cur.execute("SELECT * FROM q")
    expected = (
        dt.date(2026, 2, 3), dt.time(4, 5, 6), dt.datetime(2026, 2, 3, 4, 5, 6), b"\x00\xff", None
    )  # fmt: skip
    assert cur.fetchall() == [expected, expected]
    codes = [column[1] for column in cur.description]
    for code, wanted in zip(codes, ("DATETIME", "DATETIME", "DATETIME", "BINARY", "STRING"), strict=True):
        assert code == getattr(informix_db, wanted)
        for other in {"DATETIME", "BINARY", "STRING", "NUMBER"} - {wanted}:
            assert code != getattr(informix_db, other)
    cur.execute("DROP TABLE q")
    db.commit()


def test_none_is_null_both_ways(cur: Any) -> None:
    cur.execute("INSERT INTO p VALUES (?, ?, ?)", (9, None, None))
    cur.execute("SELECT name, amount FROM p WHERE id = 9 AND name IS NULL")
    assert cur.fetchone() == (None, None)


# -- Optional DB API Extensions --------------------------------------------------------------------------------


def test_rownumber_and_scroll(db: Any) -> None:
    cur = db.cursor(scrollable=True)
    assert cur.rownumber is None
    cur.execute("SELECT id FROM p ORDER BY id")
    assert cur.rownumber == 0
    assert cur.fetchone() == (1,)
    assert cur.rownumber == 1
    cur.scroll(2)
    assert cur.fetchone() == (4,)
    cur.scroll(1, mode="absolute")
    assert cur.fetchone() == (2,)
    cur.scroll(-2)
    assert cur.fetchone() == (1,)
    for value, mode in ((-5, "relative"), (50, "absolute"), (-1, "absolute")):
        with pytest.raises(IndexError):
            cur.scroll(value, mode)
    assert cur.fetchone() == (2,), "the position stays"


def test_connection_and_iteration(db: Any, cur: Any) -> None:
    assert cur.connection is getattr(db, "inner", db) or repr(cur.connection) == repr(db)
    cur.execute("SELECT id FROM p ORDER BY id")
    assert next(cur) == (1,)
    assert list(cur) == [(2,), (3,), (4,)]
    with pytest.raises(StopIteration):
        next(cur)


def test_lastrowid_and_messages(db: Any, cur: Any) -> None:
    assert cur.lastrowid is None
    cur.execute("DROP TABLE IF EXISTS r")
    cur.execute("CREATE TABLE r (id SERIAL, name CHAR(3))")
    cur.execute("INSERT INTO r (name) VALUES ('a')")
    first = cur.lastrowid
    cur.execute("INSERT INTO r (name) VALUES ('b')")
    assert cur.lastrowid == first + 1
    cur.execute("SELECT id FROM r ORDER BY id")
    assert cur.fetchall() == [(first,), (first + 1,)]
    cur.execute("DROP TABLE r")
    db.commit()


def test_autocommit_can_be_set(driver: Any, db: Any, memory: TestServer) -> None:
    db.autocommit = True
    db.execute("DELETE FROM p WHERE id = 1")
    other = driver.connect(memory.url)
    assert other.execute("SELECT COUNT(*) FROM p").fetchone() == (3,)
    other.close()
    db.autocommit = False


# -- Optional Two-Phase Commit Extensions ----------------------------------------------------------------------


def test_xid_and_the_order_of_tpc_calls(db: Any) -> None:
    xid = db.xid(1, "global", "branch")
    assert (xid[0], xid[1], xid[2]) == (1, "global", "branch")
    db.tpc_begin(xid)
    db.execute("DELETE FROM p WHERE id = 1")
    for use in (db.commit, db.rollback):
        with pytest.raises(informix_db.ProgrammingError):
            use()
    with pytest.raises(informix_db.ProgrammingError):
        db.tpc_begin(db.xid(1, "other", "branch"))
    with pytest.raises(informix_db.ProgrammingError):
        db.tpc_commit(xid)
    db.tpc_prepare()
    db.tpc_rollback()
    assert db.execute("SELECT COUNT(*) FROM p").fetchone() == (4,)
    with pytest.raises(informix_db.ProgrammingError):
        db.tpc_begin(xid)
    db.rollback()
    with pytest.raises(informix_db.Error):
        db.tpc_prepare()
    assert db.tpc_recover() == []


def test_a_refused_xa_open_leaves_the_database_open(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any) -> None:
        raise SqlError(-329)

    with monkeypatch.context() as patch:
        patch.setattr("informix_testserver.xa.enter_database", refuse)
        with pytest.raises(informix_db.OperationalError, match="XA"):
            db.tpc_begin(db.xid(1, "refused", "b"))
    assert (db.database, db.transactional) == ("testdb", True)
    assert db.execute("SELECT COUNT(*) FROM p").fetchone() == (4,)
    db.commit()
    db.tpc_begin(db.xid(1, "allowed", "b"))
    db.tpc_rollback()
