"""Code sets: the database's own is found out; DB_LOCALE that is wrong is healed; text outside it is refused."""

from collections.abc import Iterator
from typing import Any

import informix_db
import informix_db.base_connection
import pytest
from informix_testserver.server import TestServer
from informix_wire import pdu

TEXT = "žluťoučký kůň €"


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    informix_db.base_connection._locales.clear()
    yield
    informix_db.base_connection._locales.clear()


@pytest.mark.parametrize(
    ("locale", "encoding", "text"),
    [
        ("en_US.utf8", "utf-8", TEXT),
        ("cs_CZ.8859-2", "iso8859-2", "žluťoučký kůň"),
        ("en_US.8859-1", "iso8859-1", "äöü"),
    ],
)
def test_the_databases_own_locale_is_used(driver: Any, locale: str, encoding: str, text: str) -> None:
    with TestServer(port=0, db_locale=locale) as server:
        logins = []
        for _ in range(2):
            conn = driver.connect(server.url, client_locale=None)
            assert conn.info.encoding == encoding
            conn.execute("CREATE TEMP TABLE t (a NVARCHAR(60), b LVARCHAR(100))")
            conn.execute("INSERT INTO t VALUES (?, ?)", (text, text * 2))
            assert conn.execute("SELECT a, b FROM t WHERE a = ?", (text,)).fetchall() == [(text, text * 2)]
            conn.close()
            logins.append(len(server.logins))
        # Learned once: the second connection needs one login only.
        assert logins[1] - logins[0] == 1
        assert logins[0] == (1 if encoding == "iso8859-1" else 2)
        assert server.protocol_errors == []


def test_without_a_database_nothing_is_asked(driver: Any) -> None:
    with TestServer(port=0, db_locale="en_US.utf8") as server:
        url = server.url.replace("/testdb", "")
        conn = driver.connect(url, client_locale=None)
        assert (conn.database, conn.info.encoding) == (None, "iso8859-1")
        conn.close()


def test_a_wrong_db_locale_is_healed(driver: Any, caplog: pytest.LogCaptureFixture) -> None:
    with TestServer(port=0, db_locale="en_US.utf8") as server:
        conn = driver.connect(server.url, db_locale="en_US.8859-1", client_locale="en_US.utf8")
        assert conn.execute("SELECT COUNT(*) FROM systables WHERE tabname = 'nothing'").fetchall() == [(0,)]
        conn.close()
        assert "-23197" in caplog.text
        conn = driver.connect(server.url, db_locale="en_US.utf8", client_locale="en_US.utf8")
        conn.close()


def test_text_that_the_code_set_lacks_is_refused(driver: Any) -> None:
    with TestServer(port=0) as server:
        conn = driver.connect(server.url, client_locale="en_US.8859-1")
        conn.execute("CREATE TEMP TABLE t (a VARCHAR(60))")
        with pytest.raises(informix_db.DataError):
            conn.execute("INSERT INTO t VALUES (?)", (TEXT,))
        with pytest.raises(informix_db.DataError):
            conn.execute(f"INSERT INTO t VALUES ('{TEXT}')")
        assert conn.execute("SELECT COUNT(*) FROM t").fetchone() == (0,)
        conn.close()


def test_an_unknown_code_set_is_explained(driver: Any) -> None:
    with pytest.raises(informix_db.InterfaceError, match="klingon"):
        driver.connect("informix://u@localhost/x", client_locale="tlh_KX.klingon")


def test_text_that_is_longer_in_the_clients_code_set_comes_whole(driver: Any) -> None:
    with TestServer(port=0) as server:
        conn = driver.connect(server.url, client_locale="en_US.utf8")
        conn.execute("CREATE TEMP TABLE t (v VARCHAR(4), c CHAR(7))")
        conn.execute("INSERT INTO t VALUES (?, ?)", ("aüüü", "äö"))
        # Four bytes in the database's 8859-1, seven in UTF-8.
        assert conn.execute("SELECT v, c FROM t").fetchall() == [("aüüü", "äö   ")]
        conn.close()


GROWN = "äöü"
"""Three bytes in a database with Latin-1, six for a client with UTF-8."""


def test_elements_that_are_longer_in_the_clients_code_set(driver: Any) -> None:
    with TestServer(port=0, db_locale="en_US.8859-1") as server:
        conn = driver.connect(server.url, client_locale="en_US.utf8")
        conn.execute("CREATE TEMP TABLE t (s SET(VARCHAR(3) NOT NULL), r ROW(a CHAR(3), b LVARCHAR(3)))")
        conn.execute(f"INSERT INTO t VALUES (SET{{'{GROWN}'}}, ROW('{GROWN}', '{GROWN}'))")
        conn.execute("INSERT INTO t VALUES (?, ?)", ({GROWN}, (GROWN, GROWN)))
        assert conn.execute("SELECT s, r FROM t").fetchall() == [({GROWN}, (GROWN, GROWN))] * 2
        with pytest.raises(informix_db.DataError, match="4 bytes"):
            conn.execute("INSERT INTO t (s) VALUES (?)", ({GROWN + "ß"},))
        conn.close()
        assert server.protocol_errors == []
        assert server.internal_errors == []


@pytest.mark.parametrize("put", [True, False], ids=["insert cursor", "bound"])
@pytest.mark.parametrize("kind", ["CHAR", "NCHAR", "VARCHAR", "NVARCHAR", "LVARCHAR"])
def test_the_server_counts_what_is_stored(
    driver: Any, monkeypatch: pytest.MonkeyPatch, kind: str, put: bool
) -> None:
    """A parameter that fits in the database's code set only is sent; where rows are put, it is bound."""
    puts: list[int] = []
    plain = pdu.Put.encode

    def encode(message: pdu.Put, caps: Any) -> bytes:
        puts.append(message.rows)
        return plain(message, caps)

    monkeypatch.setattr(pdu.Put, "encode", encode)
    with TestServer(port=0, db_locale="en_US.8859-1") as server:
        conn = driver.connect(server.url, client_locale="en_US.utf8")
        conn.execute(f"CREATE TABLE t (i INTEGER, v {kind}(3))")
        conn.commit()
        conn.execute("INSERT INTO t VALUES (0, ?)", (GROWN,))
        data = [(1, "abc"), (2, GROWN), (3, "ä"), (4, GROWN)]
        cur = conn.cursor()
        cur.executemany("INSERT INTO t VALUES (?, ?)", data, insert_cursor=put)
        assert (cur.rowcount, puts) == (4, [1] if put else [])
        conn.execute("UPDATE t SET v = ? WHERE i = 3", ("ßß",))
        conn.commit()
        if "VAR" in kind:
            assert conn.execute("SELECT v FROM t WHERE v = ?", (GROWN,)).fetchall() == [(GROWN,)] * 3
        else:  # six bytes have no place in a row that is described with three
            with pytest.raises(informix_db.DataError, match="-1207"):
                conn.execute("SELECT v FROM t WHERE v = ?", (GROWN,)).fetchall()
        conn.close()
        latin = driver.connect(server.url, client_locale="en_US.8859-1")
        stored = latin.execute("SELECT v FROM t ORDER BY i").fetchall()
        assert [v for (v,) in stored] == [GROWN, "abc", GROWN, "ßß " if "VAR" not in kind else "ßß", GROWN]
        latin.close()
        assert server.protocol_errors == []
        assert server.internal_errors == []


def test_a_malformed_dbdate_is_named_by_its_code(driver: Any) -> None:
    with TestServer(port=0) as server:
        with pytest.raises(informix_db.DataError) as caught:
            driver.connect(server.url, env={"DBDATE": "junk"})
        assert caught.value.sqlcode == -1212
        assert server.internal_errors == []
        driver.connect(server.url, env={"DBDATE": "Y2DM."}).close()
