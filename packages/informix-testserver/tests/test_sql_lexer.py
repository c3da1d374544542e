"""The lexer by Informix's rules (sqli.md 8 #10, #12): tokens, offsets, and the errors it raises."""

import pytest
from informix_testserver.engine import SqlError
from informix_testserver.sql.lexer import DATETIME, END, INTERVAL, NUMBER, QUOTED, STRING, tokenize


def keys(text: str, **options: bool) -> list[str]:
    return [token.key for token in tokenize(text, **options)][:-1]


def values(text: str, **options: bool) -> list[str]:
    return [token.value for token in tokenize(text, **options)][:-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t\r\n", []),
        ("select A_1 from T$x", ["SELECT", "A_1", "FROM", "T$X"]),
        ("a||b", ["A", "||", "B"]),
        ("a|| b::int", ["A", "||", "B", "::", "INT"]),
        (
            "a!=b==c<>d<=e>=f<g>h",
            [*"A", "<>", "B", "=", "C", "<>", "D", "<=", "E", ">=", "F", "<", "G", ">", "H"],
        ),
        ("db@srv:own.tab", ["DB", "@", "SRV", ":", "OWN", ".", "TAB"]),
        ("c[1,3]", ["C", "[", NUMBER, ",", NUMBER, "]"]),
        ("(?,?);", ["(", "?", ",", "?", ")", ";"]),
        (":name $name", [":", "NAME", "$"]),
        ("a-- all the rest ' { /* \n b", ["A", "B"]),
        ("a{ one ' }b", ["A", "B"]),
        ("a{ { }b", ["A", "B"]),
        ("a/* x */b /**/ c", ["A", "B", "C"]),
        ("a /* x /* y */ b", ["A", "B"]),
        ("a - -b", ["A", "-", "-", "B"]),
        ("set{1}", ["SET", "{", NUMBER, "}"]),
        ("select set {1}", ["SELECT", "SET", "{", NUMBER, "}"]),
        ("x in set {1}", ["X", "IN", "SET", "{", NUMBER, "}"]),
        ("a; set {1} log", ["A", ";", "SET", "LOG"]),
        ("(set {1})", ["(", "SET", "{", NUMBER, "}", ")"]),
        ("list {set{1}}", ["LIST", "{", "SET", "{", NUMBER, "}", "}"]),
        ("multiset{}", ["MULTISET", "{", "}"]),
        ("update t set {new} a = 1", ["UPDATE", "T", "SET", "A", "=", NUMBER]),
        ("set {x} lock mode", ["SET", "LOCK", "MODE"]),
        ("DATETIME (2026-06-20 12:34) YEAR TO MINUTE", [DATETIME, "YEAR", "TO", "MINUTE"]),
        ("interval(-3 12:00)day to minute", [INTERVAL, "DAY", "TO", "MINUTE"]),
        ("datetime year to day", ["DATETIME", "YEAR", "TO", "DAY"]),
        ("mydatetime(1) year", ["MYDATETIME", "(", NUMBER, ")", "YEAR"]),
        ("datetime(1) yearly", ["DATETIME", "(", NUMBER, ")", "YEARLY"]),
    ],
)
def test_keys(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'it''s'", ["it's"]),
        ("''", [""]),
        ("''''", ["'"]),
        ("'a\\'", ["a\\"]),  # a backslash escapes nothing
        ('"say ""x"" \'y\'"', ["say \"x\" 'y'"]),
        ("'{ -- /* */ }'", ["{ -- /* */ }"]),
        ("'größe€'", ["größe€"]),
    ],
)
def test_strings(text: str, expected: list[str]) -> None:
    assert keys(text) == [STRING]
    assert values(text) == expected


@pytest.mark.parametrize(
    "text", ["0", "007", "1.50", "1.", ".5", "1e10", "1.5E-3", ".5e+2", "99999999999999999999999999999999"]
)
def test_numbers_keep_their_text(text: str) -> None:
    assert keys(text) == [NUMBER]
    assert values(text) == [text]


def test_identifiers_fold_to_lower_case() -> None:
    assert values("Select TabName FROM GrÖße") == ["select", "tabname", "from", "größe"]


def test_a_letter_beyond_ascii_makes_no_keyword() -> None:
    assert keys("\u017felect") == ["\u017felect"]  # LATIN SMALL LETTER LONG S, whose upper case is S


def test_double_quotes_are_strings_unless_delimident() -> None:
    assert keys('"A b"') == [STRING]
    assert keys('"A b"', delimident=True) == [QUOTED]
    assert values('"A ""b"""', delimident=True) == ['A "b"']
    assert keys("'A b'", delimident=True) == [STRING]


def test_literal_keeps_its_text_without_outer_blanks() -> None:
    assert values("datetime( 12:34:56.5 )hour to fraction(1)")[0] == "12:34:56.5"


def test_positions_are_one_based_and_ends_exclusive() -> None:
    text = "select 'a''b' , {c} x2\n from\tt"
    tokens = tokenize(text)
    assert [(token.pos, text[token.pos - 1 : token.end]) for token in tokens] == [
        (1, "select"),
        (8, "'a''b'"),
        (15, ","),
        (21, "x2"),
        (25, "from"),
        (30, "t"),
        (31, ""),
    ]
    assert tokens[-1].key == END


def test_newlines_in_strings_only_when_allowed() -> None:
    with pytest.raises(SqlError) as caught:
        tokenize("select 'a\nb'")
    assert (caught.value.sqlcode, caught.value.offset) == (-282, 8)
    assert values("'a\nb'", allow_newline=True) == ["a\nb"]


@pytest.mark.parametrize(
    ("text", "code", "offset"),
    [
        ("a # b", -202, 3),
        ("a % b", -202, 3),
        ("a \\ b", -202, 3),
        ("a \0", -202, 3),
        ("a | b", -202, 3),
        ("a } b", -202, 3),
        ("a ! b", -202, 3),
        ("x \u0663", -202, 3),  # ARABIC-INDIC DIGIT THREE is no digit of SQL
        ("a 12ab", -203, 3),
        ("a 12_", -203, 3),
        ("a 1e", -204, 3),
        ("a 1e+", -204, 3),
        ("a 1.5x", -204, 3),
        ("a 'bc", -282, 3),
        ("a 'b''c", -282, 3),
        ('a "bc', -282, 3),
        ("a {bc", -283, 3),
        ("a /* bc", -943, 3),
        ("a /* bc *", -943, 3),
    ],
)
def test_errors(text: str, code: int, offset: int) -> None:
    with pytest.raises(SqlError) as caught:
        tokenize(text)
    assert (caught.value.sqlcode, caught.value.offset, caught.value.token) == (code, offset, "")


@pytest.mark.parametrize("name", ["a" * 128, '"' + "a" * 128 + '"', '"' + '""' * 128 + '"'])
def test_longest_names(name: str) -> None:
    assert len(values(name, delimident=True)[0]) == 128


@pytest.mark.parametrize("name", ["a" * 129, '"' + "a" * 129 + '"'])
def test_names_that_are_too_long(name: str) -> None:
    with pytest.raises(SqlError) as caught:
        tokenize(f"x {name}", delimident=True)
    assert (caught.value.sqlcode, caught.value.offset, caught.value.token) == (-253, 3, "a" * 128)


def test_a_delimited_name_is_not_empty() -> None:
    with pytest.raises(SqlError) as caught:
        tokenize('x ""', delimident=True)
    assert (caught.value.sqlcode, caught.value.offset) == (-201, 3)
