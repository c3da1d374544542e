"""Substrings by bytes in a database of a multibyte code set (GLS User's Guide, "Partial characters …")."""

from collections.abc import Iterator
from typing import Any

import pytest
from informix_testserver.memory import MemoryEngine

TEXT = "aéß€😀z"  # 1, 2, 2, 3, 4 and 1 bytes


@pytest.fixture
def utf8() -> Iterator[Any]:
    engine = MemoryEngine(locale="en_US.utf8")
    session = engine.connect("informix", {})
    session.open_database("testdb")

    def rows(sql: str) -> list[Any]:
        statement = session.prepare(sql)
        if not statement.returns_rows:
            session.execute(statement)
            return []
        cursor, found = session.open(statement), []
        while (row := cursor.fetch()) is not None:
            found.append(row)
        return found

    rows("create table t (v varchar(40), c char(20))")
    rows(f"insert into t values ('{TEXT}', '{TEXT}')")
    yield rows
    engine.close()


def by_bytes(text: str, first: int, last: int) -> str:
    """An independent computation: mark each byte with its character, cut, and blank what is not whole."""
    marked = [(index, letter) for index, letter in enumerate(text) for _ in letter.encode()]
    cut = marked[first - 1 : last]
    whole = {index for index, letter in enumerate(text) if cut.count((index, letter)) == len(letter.encode())}
    out, seen = "", set()
    for index, letter in cut:
        if index not in whole:
            out += " "
        elif index not in seen:
            seen.add(index)
            out += letter
    return out


@pytest.mark.parametrize(("first", "last"), [(f, n) for f in range(1, 14) for n in range(f, 14)])
def test_subscripts_and_substrb_count_bytes(utf8: Any, first: int, last: int) -> None:
    expected = by_bytes(TEXT, first, last)
    size = last - first + 1
    assert len(expected.encode()) == size
    sql = f"select v[{first},{last}], c[{first},{last}], substrb(v, {first}, {size}), length(v) from t"
    assert utf8(sql) == [(expected, expected, expected, 13)]


def test_examples_of_the_manual(utf8: Any) -> None:
    utf8("insert into t values ('éé', 'éé')")
    assert utf8("select v[1,2], v[1,3], v[2,3], c[3,6], v[1,4] from t where v = 'éé'") == [
        ("é", "é ", "  ", "é  ", "éé")
    ]
    assert utf8("select 1 from t where v = 'éé' and (v[2,3] = 'é' or v[1,2] = 'éé')") == []
    assert utf8("select substr(v, 2, 3), char_length(v), substrb(v, -4) from t where v[1,1] = 'a'") == [
        ("éß€", 6, "   z")
    ]
