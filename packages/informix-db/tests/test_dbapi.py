"""PEP 249's module interface."""

import datetime
import inspect
import time

import informix_db
import pytest
from informix_db import statement_cache
from informix_wire.session import Prepared


def test_globals() -> None:
    assert (informix_db.apilevel, informix_db.threadsafety, informix_db.paramstyle) == ("2.0", 1, "numeric")
    assert callable(informix_db.connect)


def test_exceptions_are_on_module_and_connection() -> None:
    for name in (
        "Warning", "Error", "InterfaceError", "DatabaseError", "DataError", "OperationalError", "IntegrityError",
        "InternalError", "ProgrammingError", "NotSupportedError",
    ):  # fmt: skip
        assert getattr(informix_db, name) is getattr(informix_db.Connection, name)


def test_constructors() -> None:
    assert informix_db.Date(2026, 2, 3) == datetime.date(2026, 2, 3)
    assert informix_db.Time(4, 5, 6) == datetime.time(4, 5, 6)
    assert informix_db.Timestamp(2026, 2, 3, 4, 5, 6) == datetime.datetime(2026, 2, 3, 4, 5, 6)
    assert informix_db.Binary(b"x") == b"x"
    ticks = 1_700_000_000
    local = time.localtime(ticks)
    assert informix_db.DateFromTicks(ticks).timetuple()[:3] == local[:3]
    assert informix_db.TimeFromTicks(ticks) == datetime.time(*local[3:6])
    assert informix_db.TimestampFromTicks(ticks) == datetime.datetime(*local[:6])


def test_type_objects() -> None:
    assert informix_db.STRING == 13
    assert informix_db.STRING == 0
    assert informix_db.STRING != 2
    assert informix_db.NUMBER == 5
    assert informix_db.DATETIME == 7
    assert informix_db.BINARY == 11
    assert informix_db.ROWID == 6
    assert informix_db.STRING != informix_db.NUMBER
    assert len({informix_db.STRING, informix_db.NUMBER, informix_db.DATETIME, informix_db.BINARY}) == 4
    assert informix_db.STRING != "x"


def test_every_public_name_exists_and_is_documented() -> None:
    for name in informix_db.__all__:
        value = getattr(informix_db, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert inspect.getdoc(value), name


@pytest.mark.parametrize("name", ["Cursor", "Connection"])
def test_pep_249_methods(name: str) -> None:
    wanted = {
        "Cursor": "close execute executemany fetchone fetchmany fetchall setinputsizes setoutputsize callproc "
        "scroll __iter__ __next__ connection rownumber",
        "Connection": "close commit rollback cursor",
    }[name]
    for method in wanted.split():
        assert hasattr(getattr(informix_db, name), method)


def statement(text: str, kind: int = 2) -> statement_cache.Statement:
    return statement_cache.Statement(text, Prepared(kind, 1))


def test_the_cache_gives_each_statement_to_one_user() -> None:
    cache = statement_cache.StatementCache(2)
    a, b, c, a2 = statement("a"), statement("b"), statement("c"), statement("a")
    assert cache.give_back(a) is None
    assert cache.take("a") is a
    assert cache.take("a") is None
    assert cache.give_back(a) is None
    assert cache.give_back(b) is None
    assert cache.give_back(a2) is a
    assert cache.give_back(c) is b
    assert len(cache) == 2
    assert set(cache.clear()) == {a2, c}
    assert len(cache) == 0


def test_what_runs_once_is_not_kept() -> None:
    cache = statement_cache.StatementCache(2)
    create = statement("create table t (a int)", 14)
    assert cache.give_back(create) is create
    off = statement_cache.StatementCache(0)
    select = statement("select 1")
    assert off.give_back(select) is select
