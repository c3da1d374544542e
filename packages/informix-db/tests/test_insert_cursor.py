"""Which INSERTs may go through an insert cursor, and how rows are handed back when they may not."""

from typing import Any

import pytest
from informix_db.insert_cursor import WORTHWHILE, InsertCursor
from informix_db.placeholders import compile_query
from informix_db.row_source import RowSource
from informix_types import ColumnType, TypeCode, TypeContext, TypeFlag, TypeRegistry
from informix_wire.pdu.describe import DescribedColumn
from informix_wire.session import Database, Prepared, Session

INT = ColumnType(TypeCode.INTEGER, 4)
TEXT = ColumnType(TypeCode.VARCHAR, 20)
PLAIN = "INSERT INTO t VALUES (?, ?)"


def types(
    sql: str = PLAIN,
    *,
    columns: tuple[ColumnType, ...] = (INT, TEXT),
    kind: int = 6,
    flags: int = 1,
    in_transaction: bool = True,
    context: TypeContext | None = None,
    wanted: bool | None = None,
    rows: int = WORTHWHILE,
) -> Any:
    query = compile_query(sql)
    session = Session()
    session.database, session.in_transaction = Database("d", flags), in_transaction
    described = tuple(DescribedColumn(f"c{i}", column, 0) for i, column in enumerate(columns))
    prepared = Prepared(kind, 1, described, sql=query.text, markers=query.markers)
    cursor = InsertCursor(session, prepared, query, context or TypeContext())
    return cursor.types(wanted, RowSource.of([(1, "x")] * rows))


@pytest.mark.parametrize(
    "sql",
    [
        PLAIN,
        "insert into t values(?,?);",
        " INSERT  INTO owner.t (id, name)\n VALUES ( ? , ? ) ",
        'INSERT INTO db@server:"owner".t ("Id", name) VALUES (?, ?)',
        "INSERT INTO t (a, b) VALUES (:1, :2)",
        "INSERT INTO t (a, b) VALUES (:first, :second)",
        "INSERT INTO tabelle_ä VALUES (?, ?)",
    ],
)
def test_plain_inserts(sql: str) -> None:
    assert types(sql) == (INT, TEXT)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t VALUES (?, ?, 5)",
        "INSERT INTO t VALUES (?, ? + 1)",
        "INSERT INTO t VALUES (?, UPPER(?))",
        "INSERT INTO t VALUES (?, ?::INTEGER)",
        "INSERT INTO t SELECT a, b FROM u WHERE a = ? AND b = ?",
        "INSERT INTO t (a, b) VALUES (?, ?) -- comment",
        "INSERT INTO t (a, b) VALUES (?, {comment} ?)",
        "INSERT /* hint */ INTO t VALUES (?, ?)",
        "INSERT INTO TABLE(f(?)) VALUES (?)",
        "INSERT INTO t VALUES (?, ?), (?, ?)",
    ],
)
def test_other_inserts_are_bound(sql: str) -> None:
    assert types(sql) is None


def test_what_else_is_bound() -> None:
    assert types(kind=4) is None
    assert types(columns=(INT,)) is None
    assert types(flags=0) is None, "unlogged"
    assert types(in_transaction=False) is None, "-265"
    assert types(in_transaction=False, flags=3) == (INT, TEXT), "MODE ANSI: a transaction is always open"
    assert types(wanted=False) is None
    assert types(rows=WORTHWHILE - 1) is None
    assert types(rows=1, wanted=True) == (INT, TEXT)
    assert types(rows=0, wanted=True) is None
    for code, length, flag in [
        (TypeCode.BYTE, 56, 0),
        (TypeCode.TEXT, 56, 0),
        (TypeCode.SET, 0, 0),
        (TypeCode.UDTVAR, 2048, 0),
        (TypeCode.INTEGER, 4, TypeFlag.DISTINCT),
    ]:
        assert types(columns=(INT, ColumnType(code, length, flags=flag))) is None
    registry = TypeRegistry()
    registry.register_dumper(str, str.upper)
    assert types(context=TypeContext().with_adapters(registry.adapters)) is None


def test_a_source_gives_back_what_was_looked_at() -> None:
    source = RowSource.of(iter(range(5)))  # type: ignore[arg-type]  # what the rows are does not matter here
    assert source.first() == 0
    assert source.look(3) == 3
    assert source.look(2) == 3
    assert list(source) == [0, 1, 2, 3, 4]
    assert RowSource.of([]).first() is None


def test_a_source_raises_in_its_place() -> None:
    def rows() -> Any:
        yield (1,)
        yield (2,)
        raise ZeroDivisionError

    source = RowSource.of(rows())
    assert source.look(10) == 2
    assert source.first() == (1,)
    assert [next(source), next(source)] == [(1,), (2,)]
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            next(source)
    source.settle(1)
    assert (source.done, next(source)) == (1, (2,))
    with pytest.raises(ZeroDivisionError):
        next(source)

    def failing() -> Any:
        raise ZeroDivisionError
        yield

    with pytest.raises(ZeroDivisionError):
        RowSource.of(failing()).first()
