"""Cursors with a name of the application's: which names there may be, and what `WHERE CURRENT OF` changes."""

from collections.abc import Iterator
from typing import Any

import informix_db
import pytest
from informix_testserver import TestServer


@pytest.fixture
def db(driver: Any, memory: TestServer) -> Iterator[Any]:
    conn = driver.connect(memory.url)
    conn.execute("DROP TABLE IF EXISTS t")
    conn.execute("CREATE TABLE t (id INT, v INT)")
    conn.cursor().executemany("INSERT INTO t VALUES (?, ?)", [(i, 0) for i in range(4)])
    conn.commit()
    yield conn
    conn.rollback()
    conn.close()


def test_the_row_that_was_fetched_last_is_the_one_that_changes(db: Any) -> None:
    first, second = db.cursor(name="first"), db.cursor(name="second")
    first.execute("SELECT id FROM t ORDER BY id")
    second.execute("SELECT id FROM t WHERE id >= 2 FOR UPDATE")
    assert first.fetchmany(2) == [(0,), (1,)]
    assert second.fetchone() == (2,)
    assert db.execute("UPDATE t SET v = 7 WHERE CURRENT OF second").rowcount == 1
    assert first.fetchall() == [(2,), (3,)]
    assert second.fetchone() == (3,)
    assert db.execute("DELETE FROM t WHERE CURRENT OF second").rowcount == 1
    assert db.execute("SELECT id, v FROM t ORDER BY id").fetchall() == [(0, 0), (1, 0), (2, 7)]


@pytest.mark.parametrize("columns", ["id", "id, words"])
@pytest.mark.parametrize("change", ["DELETE FROM t", "UPDATE t SET v = 9"])
def test_before_the_first_fetch_no_row_is_current(db: Any, columns: str, change: str) -> None:
    """With and without columns whose forms go out with the first fetch (RET_TYPE)."""
    db.execute("ALTER TABLE t ADD words LVARCHAR(20) DEFAULT 'w'")
    db.commit()
    for _ in range(2):
        cur = db.cursor(name="walker")
        cur.execute(f"SELECT {columns} FROM t FOR UPDATE")
        with pytest.raises(informix_db.ProgrammingError, match="-266"):
            db.execute(f"{change} WHERE CURRENT OF walker")
        first = cur.fetchone()
        assert first[0] == 0
        assert db.execute(f"{change} WHERE CURRENT OF walker").rowcount == 1
        assert [row[0] for row in cur.fetchall()] == [1, 2, 3]
        assert db.execute("SELECT COUNT(*) FROM t WHERE id = 0 AND v = 0").fetchone() == (0,)
        db.rollback()
    assert db.execute("SELECT id, v FROM t ORDER BY id").fetchall() == [(i, 0) for i in range(4)]


def test_a_cursor_with_a_name_can_be_closed_unread_and_find_nothing(db: Any) -> None:
    for _ in range(2):
        cur = db.cursor(name="walker")
        cur.execute("SELECT id FROM t WHERE id > ? FOR UPDATE", (2,))
        cur.close()
    cur = db.cursor(name="walker")
    for bound, found in [(9, []), (2, [(3,)]), (9, [])]:
        assert cur.execute("SELECT id FROM t WHERE id > ? FOR UPDATE", (bound,)).fetchall() == found
        assert cur.rowcount == len(found)


def test_a_name_that_is_not_open_is_unknown(db: Any) -> None:
    cur = db.cursor(name="walker")
    cur.execute("SELECT id FROM t FOR UPDATE").fetchone()
    cur.close()
    with pytest.raises(informix_db.ProgrammingError, match="-276") as caught:
        db.execute("DELETE FROM t WHERE CURRENT OF walker")
    assert caught.value.near == "walker"
    assert db.execute("SELECT COUNT(*) FROM t").fetchone() == (4,)


def test_a_name_belongs_to_one_open_cursor(db: Any) -> None:
    one, two = db.cursor(name="walker"), db.cursor(name="walker")
    assert one.execute("SELECT id FROM t WHERE id = 1 FOR UPDATE").fetchone() == (1,)
    with pytest.raises(informix_db.ProgrammingError, match="'walker' is open already"):
        two.execute("SELECT id FROM t WHERE id = 2 FOR UPDATE")
    assert db.execute("UPDATE t SET v = 1 WHERE CURRENT OF walker").rowcount == 1
    one.close()
    assert two.execute("SELECT id FROM t WHERE id = 2 FOR UPDATE").fetchone() == (2,)
    assert db.execute("UPDATE t SET v = 2 WHERE CURRENT OF walker").rowcount == 1
    assert db.execute("SELECT id, v FROM t ORDER BY id").fetchall() == [(0, 0), (1, 1), (2, 2), (3, 0)]


@pytest.mark.parametrize("other", [False, True])
def test_a_statement_is_opened_again_under_its_name(db: Any, other: bool) -> None:
    """The close of the first opening is still queued then; it must not hit the second."""
    cur = db.cursor(name="walker")
    for _ in range(3):
        assert cur.execute("SELECT id FROM t FOR UPDATE").fetchone() == (0,)
        assert db.in_transaction
        assert db.execute("UPDATE t SET v = v + 1 WHERE CURRENT OF walker").rowcount == 1
        if other:
            cur.close()
            cur = db.cursor(name="walker")
    assert cur.execute("SELECT id FROM t FOR UPDATE").fetchall() == [(0,), (1,), (2,), (3,)]
    assert db.execute("SELECT v FROM t WHERE id = 0").fetchone() == (3,)


def test_a_name_is_free_again_after_commit_and_when_the_cursor_is_dropped(db: Any) -> None:
    one = db.cursor(name="walker")
    one.execute("SELECT id FROM t FOR UPDATE").fetchone()
    db.commit()
    two = db.cursor(name="walker")
    assert two.execute("SELECT id FROM t WHERE id = 3 FOR UPDATE").fetchone() == (3,)
    del two
    three = db.cursor(name="walker")
    assert three.execute("SELECT id FROM t WHERE id = 2 FOR UPDATE").fetchone() == (2,)
    assert db.execute("UPDATE t SET v = 5 WHERE CURRENT OF walker").rowcount == 1
    assert db.execute("SELECT id FROM t WHERE v = 5").fetchall() == [(2,)]


@pytest.mark.parametrize("name", ["", "two words", "1st", "a;drop", "x" * 129, 5, b"walker"])
def test_what_is_no_name(db: Any, name: Any) -> None:
    with pytest.raises(informix_db.InterfaceError, match="no name of a cursor"):
        db.cursor(name=name)


# -- serials: every kind of column tells what was generated


@pytest.mark.parametrize("kind", ["SERIAL", "SERIAL8", "BIGSERIAL"])
def test_lastrowid(db: Any, kind: str) -> None:
    cur = db.cursor()
    cur.execute("DROP TABLE IF EXISTS s")
    cur.execute(f"CREATE TABLE s (id {kind}(100), n INT)")
    assert cur.execute("INSERT INTO s (n) VALUES (?)", (1,)).lastrowid == 100
    assert cur.execute("INSERT INTO s VALUES (0, 2)").lastrowid == 101
    assert cur.executemany("INSERT INTO s (n) VALUES (?)", [(3,), (4,)]).lastrowid == 103
    assert cur.execute("INSERT INTO s VALUES (?, ?)", (5000, 5)).lastrowid == 5000
    assert cur.execute("UPDATE s SET n = 0").lastrowid is None
    assert cur.execute("SELECT id FROM s ORDER BY id").fetchall() == [(i,) for i in (100, 101, 102, 103, 5000)]
    db.commit()
