"""`load` and `unload`: Informix's text format, from and to files, against the server's SQL."""

import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import informix_db
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from informix_testserver.server import TestServer

COLUMNS = (
    "i INTEGER, b BIGINT, f FLOAT, d DECIMAL(12,3), m MONEY(8,2), c CHAR(6), v VARCHAR(20), l LVARCHAR(200), "
    "o BOOLEAN, a DATE, y DATETIME YEAR TO FRACTION(3), h DATETIME HOUR TO MINUTE, "
    "s INTERVAL DAY TO SECOND, n INTERVAL YEAR TO MONTH, x BYTE, t TEXT"
)
ROW = (
    1,
    -5,
    1.5,
    Decimal("-12.500"),
    Decimal("3.25"),
    "ab    ",
    "a|b\\c\nd",
    "",
    True,
    dt.date(2024, 2, 29),
    dt.datetime(2024, 2, 29, 1, 2, 3, 450000),
    dt.time(7, 5),
    dt.timedelta(days=3, seconds=61),
    informix_db.IntervalYM.from_parts(2, 3) if hasattr(informix_db.IntervalYM, "from_parts") else None,
    b"\x00\xffA",
    "text | with \\ and\nnewline",
)
NULLS = (None,) * len(ROW)


@pytest.fixture
def db(driver: Any, memory: TestServer) -> Iterator[Any]:
    conn = driver.connect(memory.url)
    for table in ("t", "u"):
        conn.execute(f"DROP TABLE IF EXISTS {table}")
    conn.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(20), day DATE)")
    conn.commit()
    yield conn
    conn.rollback()
    conn.close()


def test_every_type_as_text(db: Any) -> None:
    db.execute(f"CREATE TABLE u ({COLUMNS})")
    row = (*ROW[:13], None, *ROW[14:])
    assert db.load("u", [row, NULLS]) == 2
    out = io.StringIO()
    assert db.unload("u", out) == 2
    assert out.getvalue() == (
        "1|-5|1.5|-12.500|3.25|ab|a\\|b\\\\c\\\nd|\\ |t|2024-02-29|2024-02-29 01:02:03.450|07:05|3 00:01:01||"
        "00ff41|text \\| with \\\\ and\\\nnewline|\n" + "|" * len(row) + "\n"
    )
    db.execute("DELETE FROM u")
    assert db.load("u", io.StringIO(out.getvalue())) == 2
    assert db.execute("SELECT * FROM u").fetchall() == [row, NULLS]


def test_year_month_intervals(db: Any) -> None:
    db.execute("CREATE TABLE u (n INTERVAL YEAR TO MONTH)")
    db.load("u", io.StringIO("2-03|\n-10-11|\n"))
    out = io.StringIO()
    db.unload("u", out)
    assert [line.strip(" ") for line in out.getvalue().split("|\n")] == ["2-03", "-10-11", ""]


def test_files_by_path(db: Any, tmp_path: Path) -> None:
    data = [(i, f"name {i}\r" if i % 3 else None, dt.date(2000, 1, 1) + dt.timedelta(i)) for i in range(5000)]
    seen: list[int] = []
    assert db.load("t", data, progress=seen.append) == 5000
    assert seen == [1000, 2000, 3000, 4000, 5000]
    path = tmp_path / "t.unl"
    seen.clear()
    assert db.unload("SELECT * FROM t WHERE id >= ? ORDER BY id", path, (100,), progress=seen.append) == 4900
    assert seen == [1000, 2000, 3000, 4000, 4900]
    assert path.read_bytes().startswith(b"100|name 100\r|2000-04-10|\n101|")
    db.execute("DELETE FROM t")
    assert db.load("t", str(path)) == 4900
    assert db.execute("SELECT * FROM t ORDER BY id").fetchall() == data[100:]


def test_columns_delimiter_dates_and_missing_last_delimiter(db: Any) -> None:
    text = "07/04/2024;1\r\n12/31/1999;2;\r\n;3;\n"
    assert db.load("t", io.StringIO(text), ["day", "id"], delimiter=";", date_format="MDY4/") == 3
    out = io.StringIO()
    db.unload("SELECT id, day FROM t ORDER BY id", out, delimiter="\t", date_format="dmy4.")
    assert out.getvalue() == "1\t04.07.2024\t\n2\t31.12.1999\t\n3\t\t\n"


def test_dbdate_of_the_session_is_the_default(driver: Any, memory: TestServer, db: Any) -> None:
    other = driver.connect(memory.url, env={"DBDATE": "DMY4."})
    other.load("t", io.StringIO("1|x|04.07.2024|\n"))
    assert other.execute("SELECT day FROM t").fetchone() == (dt.date(2024, 7, 4),)
    other.rollback()
    other.close()
    cheap = driver.connect(memory.url, env={"DBDATE": "MDY2/"})
    with pytest.raises(informix_db.InterfaceError, match="two-digit years"):
        cheap.load("t", io.StringIO("1|x|07/04/24|\n"))
    cheap.close()


@pytest.mark.parametrize(
    ("text", "words", "row"),
    [
        ("1|a||\n2|b|\n", r"line 2: 2 fields where 3", 1),
        ("1|a||\n2|b|||\n", r"line 2: 4 fields where 3", 1),
        ("1|a\\\nb||\nx|b||\n", r"line 3: 'x' is no value of type INTEGER", 1),
        ("1_0|a||\n", r"'1_0' is no value", 0),
        ("1|a|30.02.2024|\n", r"no date in the format Y-M-D", 0),
        ("1|a|2024-02-30|\n", r"no date in the format Y-M-D", 0),
        ("1|a||\n\n2|b||\n", r"line 2 is empty", None),
        ("1|a||\n2|b\\", r"line 2 ends with a backslash", None),
        ("99999999999|a||\n", r"row 0: -1215", 0),
    ],
)
def test_lines_that_cannot_be_read(db: Any, text: str, words: str, row: int | None) -> None:
    with pytest.raises(informix_db.DataError, match=words) as caught:
        db.load("t", io.StringIO(text))
    assert caught.value.row == row


def test_wrong_arguments(db: Any, tmp_path: Path) -> None:
    for delimiter in ("", "||", "\\", "\n", "a", "7", " ", None):
        with pytest.raises(informix_db.InterfaceError, match="delimiter"):
            db.load("t", [], delimiter=delimiter)
        with pytest.raises(informix_db.InterfaceError, match="delimiter"):
            db.unload("t", io.StringIO(), delimiter=delimiter)
    with pytest.raises(informix_db.ProgrammingError, match="no name of a table"):
        db.load("t; drop table t", [])
    with pytest.raises(informix_db.ProgrammingError, match="no name of a column"):
        db.load("t", [], ["id, name"])
    with pytest.raises(informix_db.ProgrammingError, match="-206"):
        db.load("nosuch", [])
    with pytest.raises(informix_db.InterfaceError, match="cannot be opened"):
        db.load("t", tmp_path / "nosuch")
    with pytest.raises(informix_db.ProgrammingError, match="needs a query"):
        db.unload("DELETE FROM t", io.StringIO())
    assert db.load("t", []) == 0


def test_a_refused_row_is_named_and_the_rest_is_the_applications(db: Any) -> None:
    with pytest.raises(informix_db.IntegrityError) as caught:
        db.load("t", [(1, "a", None), (2, "b", None), (1, "c", None), (3, "d", None)])
    assert caught.value.row == 2
    assert db.execute("SELECT COUNT(*) FROM t").fetchone() == (2,)


def test_with_autocommit_a_load_is_one_transaction(driver: Any, memory: TestServer, db: Any) -> None:
    conn = driver.connect(memory.url, autocommit=True)
    assert conn.load("t", [(i, None, None) for i in range(500)]) == 500
    with pytest.raises(informix_db.IntegrityError) as caught:
        conn.load("t", [(i, None, None) for i in range(1000, 0, -1)])
    assert caught.value.row == 501
    assert any("rolled back" in note for note in caught.value.__notes__)
    assert not conn.in_transaction
    assert conn.execute("SELECT COUNT(*) FROM t").fetchone() == (500,)
    conn.close()


def test_row_factories_and_loaders_do_not_change_what_is_unloaded(db: Any) -> None:
    db.row_factory = informix_db.dict_row
    db.types.register_loader("varchar", str.upper)
    db.load("t", [(1, "a", None)])
    out = io.StringIO()
    db.unload("t", out)
    assert out.getvalue() == "1|a||\n"


TEXTS = st.text(st.sampled_from("ab |\\\n\r;'\t"), max_size=12)


def test_what_is_unloaded_can_be_loaded(memory: TestServer) -> None:
    """Any text and NULL, by any delimiter. CHAR loses its trailing blanks, and gets them back."""
    with informix_db.connect(memory.url) as conn:
        conn.execute("DROP TABLE IF EXISTS u")
        conn.execute("CREATE TABLE u (no INTEGER, v VARCHAR(20), c CHAR(12), w LVARCHAR(50))")
        conn.commit()
        text = st.none() | TEXTS
        rows = st.lists(st.tuples(st.integers(-99, 99) | st.none(), text, text, text), max_size=5)

        @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(rows, st.sampled_from("|;\t-'^]"))
        def round_trip(given_rows: list[Any], delimiter: str) -> None:
            conn.execute("DELETE FROM u")
            conn.load("u", given_rows)
            before = conn.execute("SELECT * FROM u").fetchall()
            out = io.StringIO(newline="\n")
            assert conn.unload("u", out, delimiter=delimiter) == len(given_rows)
            conn.execute("DELETE FROM u")
            assert conn.load("u", io.StringIO(out.getvalue(), newline="\n"), delimiter=delimiter) == len(
                given_rows
            )
            assert conn.execute("SELECT * FROM u").fetchall() == before

        round_trip()


# -- one text, several spellings


def test_parameters_are_arranged_as_the_statement_at_hand_says(db: Any) -> None:
    """What differs in its placeholders only is one statement for the server, not for the parameters."""
    db.execute("CREATE TEMP TABLE spelt (a INT, b INT)")
    cur = db.cursor()
    for insert_cursor in (True, False):
        cur.executemany("INSERT INTO spelt (a, b) VALUES (:2, :1)", [(1, 2)], insert_cursor=insert_cursor)
        cur.executemany("INSERT INTO spelt (a, b) VALUES (:1, :2)", [(3, 4)], insert_cursor=insert_cursor)
        cur.executemany("INSERT INTO spelt (a, b) VALUES (?, ?)", [(5, 6)], insert_cursor=insert_cursor)
        cur.executemany(
            "INSERT INTO spelt (a, b) VALUES (:x, :y)", [{"x": 7, "y": 8}], insert_cursor=insert_cursor
        )
        cur.executemany(
            "INSERT INTO spelt (a, b) VALUES (:y, :x)", [{"x": 9, "y": 10}], insert_cursor=insert_cursor
        )
        db.load("spelt", [(11, 12)], ["a", "b"], insert_cursor=insert_cursor)
        cur.execute("INSERT INTO spelt (a, b) VALUES (:2, :1)", (13, 14))
        cur.execute("SELECT a, b FROM spelt ORDER BY a + b")
        assert cur.fetchall() == [(2, 1), (3, 4), (5, 6), (7, 8), (10, 9), (11, 12), (14, 13)]
        cur.execute("DELETE FROM spelt")


def test_errors_speak_of_the_statement_at_hand(db: Any) -> None:
    db.execute("CREATE TEMP TABLE spelt (a INT, b INT)")
    cur = db.cursor()
    cur.executemany("INSERT INTO spelt (a, b) VALUES (?, ?)", [(1, 2)], insert_cursor=False)
    with pytest.raises(informix_db.Error) as caught:
        cur.executemany(
            "INSERT INTO spelt (a, b) VALUES (:first, :second)", [{"first": 1, "second": "x"}], insert_cursor=False
        )
    assert caught.value.statement == "INSERT INTO spelt (a, b) VALUES (:first, :second)"
