"""What informix-driver offers beyond the basics: batches, scroll cursors, routines, large objects, UTF-8."""

import datetime
import os
import random
from decimal import Decimal

import informix_db
import pytest

SIZES = [0, 1, 5, 1023, 1024, 1025, 31999, 32000, 32001, 100_003]


def data(n: int) -> bytes:
    return random.Random(n).randbytes(n)


def test_executemany_in_transaction(connect, runner, run):
    run.recreate("w_many", "a integer, b varchar(20), c decimal(8,2), d date")
    connection = connect(autocommit=False)
    cursor = connection.cursor()
    rows = [
        (i, None if i % 7 == 0 else f"row {i}", Decimal(i) / 4, datetime.date(2026, 1, 1)) for i in range(2000)
    ]
    cursor.executemany("insert into w_many values (?, ?, ?, ?)", rows)
    connection.commit()
    cursor.close()
    assert run("select a, b, c, d from w_many order by a") == rows


def test_executemany_error(connect, run):
    run.recreate("w_err", "a integer not null primary key")
    connection = connect(autocommit=False)
    cursor = connection.cursor()
    with pytest.raises(informix_db.IntegrityError):
        cursor.executemany("insert into w_err values (?)", [(1,), (2,), (1,), (3,)])
    connection.rollback()
    assert run("select count(*) from w_err") == [(0,)]


def test_scroll(run, connection):
    run.recreate("w_scr", "a integer, b varchar(20)")
    for i in range(1, 11):
        run("insert into w_scr values (?, ?)", i, f"name {i}")
    cursor = connection.cursor(scrollable=True)
    cursor.execute("select a, b from w_scr order by a")
    assert cursor.fetch_first() == (1, "name 1")
    assert cursor.fetch_last() == (10, "name 10")
    assert cursor.fetch_absolute(3) == (4, "name 4")  # this client counts from 0
    assert cursor.fetch_relative(2) == (6, "name 6")
    assert cursor.fetch_prior() == (5, "name 5")
    cursor.close()


def test_routines(run):
    assert run("execute function r_add(?, ?)", 2, 40) == [(42,)]
    assert [tuple(r) for r in run("execute procedure r_rows(3)")] == [(i, f"row {i}") for i in (1, 2, 3)]
    with pytest.raises(informix_db.Error, match="no luck"):
        run("execute function r_fail('no luck')")


def test_byte_and_text(run):
    run.recreate("w_bt", "id integer, b byte, t text, tail integer")
    text = "a line of text\n" * 7000
    for i, size in enumerate(SIZES):
        run("insert into w_bt values (?, ?, ?, ?)", i, data(size), text[:size].encode(), -i)
    run("insert into w_bt values (?, ?, ?, ?)", 99, None, None, -99)
    rows = {r[0]: tuple(r[1:]) for r in run("select id, b, t, tail from w_bt")}
    for i, size in enumerate(SIZES):
        assert rows[i] == (data(size), text[:size], -i), size
    assert rows[99] == (None, None, -99)


@pytest.mark.parametrize("size", SIZES[1:])
def test_blob(run, connection, size):
    run.recreate("w_blob", "id integer, b blob")
    cursor = connection.cursor()
    cursor.write_blob_column("insert into w_blob values (?, BLOB_PLACEHOLDER)", blob_data=data(size), params=(1,))
    assert cursor.read_blob_column("select b from w_blob where id = ?", (1,)) == data(size)
    cursor.close()
    assert isinstance(run("select b from w_blob")[0][0], informix_db.BlobLocator)


def test_fast_path(connection, run):
    run.recreate("w_fp", "id integer, b blob")
    cursor = connection.cursor()
    cursor.write_blob_column("insert into w_fp values (?, BLOB_PLACEHOLDER)", blob_data=b"12345", params=(1,))
    cursor.execute("select ifx_lo_open(b, 4) from w_fp")
    (descriptor,) = cursor.fetchone()
    cursor.close()
    assert connection.fast_path_call("function informix.ifx_lo_close(integer)", descriptor) == [0]


def test_collections(run):
    run.recreate("w_col", "id integer, s set(integer not null), l list(varchar(10) not null)")
    run("insert into w_col values (1, set{1,2}, list{'a','b'})")
    ((number, a_set, a_list),) = run("select id, s, l from w_col")
    assert number == 1
    assert isinstance(a_set, informix_db.CollectionValue)
    assert isinstance(a_list, informix_db.CollectionValue)


def test_utf8(connect, runner):
    port = int(os.environ["CONFORMANCE_UTF8_PORT"])
    run = runner(
        connect(port=port, database="utf8db", client_locale="en_US.utf8", env={"DB_LOCALE": "en_US.utf8"})
    )
    run.recreate("w_utf", "id integer, v varchar(100), l lvarchar(300)")
    texts = ["žluťoučký kůň", "日本語テキスト", "Ωμέγα", "€ 5", "😀"]
    for i, text in enumerate(texts):
        run("insert into w_utf values (?, ?, ?)", i, text, text * 3)
    assert run("select v, l from w_utf order by id") == [(t, t * 3) for t in texts]
    assert run("select id from w_utf where v = ?", texts[1]) == [(1,)]


def test_latin1(run):
    run.recreate("w_lat", "v varchar(100)")
    run("insert into w_lat values (?)", "Grüße, façade, ñandú, £")
    assert run("select v from w_lat") == [("Grüße, façade, ñandú, £",)]


def test_server_version(connection):
    assert "Informix" in str(connection.server_version)


def test_serial(run):
    for kind in ("serial", "serial8", "bigserial"):
        run.recreate("w_ser", f"id {kind}, v varchar(5)")
        run("insert into w_ser (v) values (?)", "a")
        run("insert into w_ser values (0, 'b')")
        assert run("select id, v from w_ser order by id") == [(1, "a"), (2, "b")]


def test_everyday_sql(run):
    run.recreate("w_ev", "id integer, name varchar(20), born date")
    run("insert into w_ev values (1, 'Anna', mdy(1,2,1990))")
    run("insert into w_ev values (2, 'Bert', mdy(12,31,1985))")
    run("insert into w_ev values (3, null, null)")
    cases = {
        "select first 1 name from w_ev order by id": [("Anna",)],
        "select skip 1 first 1 name from w_ev order by id": [("Bert",)],
        "select id from w_ev where name matches 'A*'": [(1,)],
        "select nvl(name, 'none') from w_ev where id = 3": [("none",)],
        "select name[1,2] from w_ev where id = 1": [("An",)],
        "select count(*) from w_ev": [(3,)],
        "select id from w_ev union select id + 2 from w_ev order by 1": [(i,) for i in range(1, 6)],
        "select born + 1 units day from w_ev where id = 2": [(datetime.date(1986, 1, 1),)],
    }
    for sql, rows in cases.items():
        assert run(sql) == rows, sql


def test_several_open_cursors(run, connect):
    run.recreate("w_two", "a integer")
    for i in range(5):
        run("insert into w_two values (?)", i)
    first, second = connect().cursor(), connect().cursor()
    first.execute("select a from w_two order by a")
    second.execute("select a from w_two order by a desc")
    assert [(first.fetchone(), second.fetchone()) for _ in range(5)] == [((i,), (4 - i,)) for i in range(5)]
    first.close()
    second.close()
