"""Placeholders: what is one, what is not, and how values are arranged."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from informix_db.errors import ProgrammingError
from informix_db.placeholders import compile_query


@pytest.mark.parametrize(
    ("sql", "text", "keys"),
    [
        ("SELECT * FROM t WHERE a = ? AND b = ?", "SELECT * FROM t WHERE a = ? AND b = ?", (0, 1)),
        ("SELECT * FROM t WHERE a = :1 AND b = :2", "SELECT * FROM t WHERE a = ? AND b = ?", (0, 1)),
        ("SELECT :2, :1, :2", "SELECT ?, ?, ?", (1, 0, 1)),
        ("SELECT a WHERE x=:name AND y = :über", "SELECT a WHERE x=? AND y = ?", ("name", "über")),
        ("IN (:1,:2)", "IN (?,?)", (0, 1)),
        ("SELECT :1::INT, x::CHAR(3)", "SELECT ?::INT, x::CHAR(3)", (0,)),
        ("SELECT ?::INT", "SELECT ?::INT", (0,)),
        ("a = :12", "a = ?", (11,)),
    ],
)
def test_placeholders_are_rewritten(sql: str, text: str, keys: tuple[object, ...]) -> None:
    query = compile_query(sql)
    assert (query.text, query.keys, query.markers) == (text, keys, len(keys))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'what? :1 :name it''s ?' FROM t",
        'SELECT "a?b"":1" FROM t',
        "SELECT 1 -- ? :1 :x\nFROM t",
        "SELECT 1 --+ ? hint",
        "SELECT /* ? :1 ' */ 1",
        "SELECT {+ ? :x ' } 1",
        "SELECT x::INT FROM t",
        "SELECT * FROM stores:customer, other@srv:informix.items",
        'SELECT * FROM "stores":customer',
        "SELECT DATETIME (2026-01-02 12:30:45) YEAR TO SECOND FROM t",
        "SELECT * FROM t WHERE c MATCHES 'a?[b-c]*'",
        "SELECT 'unterminated ? ",
        "SELECT 1 /* unterminated ?",
        "SELECT 1 { unterminated :1",
    ],
)
def test_other_question_marks_and_colons_are_left_alone(sql: str) -> None:
    query = compile_query(sql)
    assert (query.text, query.keys, query.style) == (sql, (), "none")


@pytest.mark.parametrize("sql", ["SELECT ?, :1", "SELECT :1, :a", "SELECT :a, ?"])
def test_mixed_styles_are_refused(sql: str) -> None:
    with pytest.raises(ProgrammingError, match="two styles"):
        compile_query(sql)


def test_zero_is_no_number() -> None:
    with pytest.raises(ProgrammingError, match="begin with :1"):
        compile_query("SELECT :0")


def test_values_follow_the_markers() -> None:
    assert list(compile_query("? ?").arrange((1, 2))) == [1, 2]
    assert list(compile_query(":2 :1 :2").arrange(["a", "b"])) == ["b", "a", "b"]
    assert list(compile_query(":b :a :b").arrange({"a": 1, "b": 2, "unused": 3})) == [2, 1, 2]
    assert list(compile_query("no parameter").arrange(None)) == []


@pytest.mark.parametrize(
    ("sql", "parameters", "words"),
    [
        ("?", (), "takes 1 parameter, 0 given"),
        ("? ?", (1, 2, 3), "takes 2 parameters, 3 given"),
        (":1 :3", (1, 2), "takes 3 parameters, 2 given"),
        ("x", (1,), "takes no parameters, 1 given$"),
        ("a = %s", (1,), r"takes no parameters, 1 given; %s marks none here: write \?, :1 or :name"),
        ("a = $1", (1,), r"1 given; \$1 marks none here"),
        ("a = %(b)s", {"b": 1}, r"has no parameters by position; %\(b\)s marks none here"),
        ("a LIKE '%s' AND b = ?", (1, 2), "takes 1 parameter, 2 given$"),
        (":a :b", {"a": 1}, "no value for parameter :b"),
        (":a", (1,), "needs a mapping, not tuple"),
        ("?", {"a": 1}, "a mapping was given"),
        ("?", "x", r"sequence such as \(value,\), not str"),
        ("?", b"x", "not bytes"),
        ("?", 42, "not int"),
        ("?", date(2026, 1, 1), "not date"),
        ("?", {1}, "not set"),
    ],
)
def test_wrong_parameters_are_named(sql: str, parameters: object, words: str) -> None:
    with pytest.raises(ProgrammingError, match=words):
        compile_query(sql).arrange(parameters)  # type: ignore[arg-type]  # wrong on purpose


def test_offsets_point_into_the_original() -> None:
    query = compile_query("SELECT :first, :second FRM t")
    assert query.text == "SELECT ?, ? FRM t"
    assert query.original_offset(query.text.index("FRM") + 1) == query.original.index("FRM") + 1
    assert query.original_offset(1) == 1
    assert query.original_offset(0) == 0
    assert query.original_offset(query.text.index("?") + 1) == query.original.index(":first") + 1


_PIECES = st.sampled_from(
    [":a", ":b1", "'?:a'''", '"x:a?"', "-- ? :a\n", "/* :a */", "{?}", "::int", " ", "t", ",", "db:tab"]
)


@given(st.lists(_PIECES, max_size=12))
def test_any_mixture_keeps_everything_but_placeholders(pieces: list[str]) -> None:
    sql = " ".join(pieces)
    query = compile_query(sql)
    names = [p[1:] for p in pieces if p in (":a", ":b1")]
    assert list(query.keys) == names
    assert query.text == " ".join("?" if p in (":a", ":b1") else p for p in pieces)
    for sent, original in zip(
        range(1, len(query.text) + 1), map(query.original_offset, range(1, len(query.text) + 1)), strict=True
    ):
        if query.text[sent - 1] != "?":
            assert query.original[original - 1] == query.text[sent - 1]
