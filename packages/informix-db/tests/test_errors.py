"""Server errors become the right exception with the right words."""

import json
import pickle
from importlib.resources import files
from typing import Any

import informix_db.errors as e
import pytest
from informix_db.error_codes import error_from_code, mark_place
from informix_db.placeholders import compile_query
from informix_db.translate import translated
from informix_wire.errors import ServerError

TABLE = json.loads(files("informix_db").joinpath("data/errors.json").read_text(encoding="utf-8"))["errors"]


def test_the_hierarchy_is_pep_249s() -> None:
    assert issubclass(e.Warning, Exception)
    assert not issubclass(e.Warning, e.Error)
    assert issubclass(e.InterfaceError, e.Error)
    assert not issubclass(e.InterfaceError, e.DatabaseError)
    for name in ("Data", "Operational", "Integrity", "Internal", "Programming", "NotSupported"):
        assert issubclass(getattr(e, f"{name}Error"), e.DatabaseError)
    assert issubclass(e.ProtocolError, e.OperationalError)


@pytest.mark.parametrize(
    "entry", [x for x in TABLE if x["kind"] == "sql" and x["code"] < 0], ids=lambda x: str(x["code"])
)
def test_every_code_of_the_table(entry: dict[str, object]) -> None:
    error = error_from_code(int(str(entry["code"])))
    assert isinstance(error, getattr(e, str(entry["pep249"])))
    assert (error.sqlcode, error.sqlstate) == (entry["code"], entry["sqlstate"])
    assert (error.is_retryable, error.retry, error.hint) == (entry["retryable"], entry["retry"], entry["hint"])
    assert getattr(error, "__notes__", []) == ([f"hint: {entry['hint']}"] if entry["hint"] else [])
    assert str(error).startswith(f"{entry['code']}: ")


def test_isam_code_refines_a_generic_failure() -> None:
    duplicate = error_from_code(-271, -100)
    assert type(duplicate) is e.IntegrityError
    assert duplicate.sqlstate == "23000"
    deadlock = error_from_code(-244, -143)
    assert type(deadlock) is e.OperationalError
    assert (deadlock.sqlstate, deadlock.retry, deadlock.is_retryable) == ("40001", "transaction", True)
    assert "ISAM -143: Waiting would close" in str(deadlock)


def test_isam_code_does_not_override_a_precise_code() -> None:
    error = error_from_code(-206, -111, near="nosuch\0")
    assert type(error) is e.ProgrammingError
    assert (error.sqlstate, error.near) == ("42S02", "nosuch")
    assert 'near "nosuch"' in str(error)


def test_cancelled_and_unknown() -> None:
    assert type(error_from_code(-213)) is e.StatementCancelled
    unknown = error_from_code(-32767)
    assert type(unknown) is e.DatabaseError
    assert "finderr -32767" in str(unknown)


def test_texts_of_routines() -> None:
    assert str(error_from_code(-746, near="stock is empty\0")) == "-746: stock is empty"
    error = error_from_code(-937, sqlstate="U0042", text="no such thing")
    assert (error.sqlstate, str(error)) == ("U0042", "-937: no such thing")


def test_the_caret_stands_under_the_place() -> None:
    sql = "SELECT a,\n\tb FRM t\nWHERE x = 1"
    offset = sql.index("FRM") + 1
    assert mark_place(sql, offset) == "    \tb FRM t\n    \t  ^"
    error = error_from_code(-201, offset=offset, statement=sql)
    assert str(error).endswith("    \tb FRM t\n    \t  ^")
    assert (error.offset, error.statement) == (offset, sql)


@pytest.mark.parametrize(
    ("sql", "offset", "marked"),
    [("abc", 99, "    abc\n      ^"), ("abc", 0, ""), ("", 5, ""), ("a\r\nb", 4, "    b\n    ^"), ("abc", -3, "")],
)
def test_offsets_are_clamped(sql: str, offset: int, marked: str) -> None:
    assert mark_place(sql, offset) == marked


@pytest.mark.parametrize("sql", ["select '日本é', x, nosuch from t", "select :long, NoSuch from t"])
@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("unit", [str, str.encode], ids=["characters", "bytes"])
def test_the_token_tells_how_the_server_counts(sql: str, base: int, unit: Any) -> None:
    query = compile_query(sql)
    offset = base + len(unit(query.text[: query.text.lower().index("nosuch")]))
    error = translated(ServerError(-217, 0, offset, "nosuch"), query)
    assert isinstance(error, e.Error)
    assert error.offset == sql.lower().index("nosuch") + 1


@pytest.mark.parametrize(("offset", "token"), [(3, ""), (3, "elsewhere"), (0, "select"), (99, "t")])
def test_offsets_without_a_token_at_their_place_stay(offset: int, token: str) -> None:
    error = translated(ServerError(-201, 0, offset, token), compile_query("select from t"))
    assert isinstance(error, e.Error)
    assert error.offset == offset


def test_long_lines_are_cut_around_the_place() -> None:
    sql = "x" * 500 + "!" + "y" * 500
    line, caret = mark_place(sql, 501).split("\n")
    assert line[caret.index("^")] == "!"
    assert len(line) <= 104


def test_errors_survive_pickling() -> None:
    error = pickle.loads(pickle.dumps(error_from_code(-239, -100, near="u1")))
    assert type(error) is e.IntegrityError
    assert (error.sqlcode, error.isam, error.near) == (-239, -100, "u1")


@pytest.mark.parametrize(
    ("code", "cls", "state"),
    [
        (-8005, e.ProgrammingError, "3B001"),
        (-8006, e.ProgrammingError, "3B001"),
        (-8314, e.ProgrammingError, "55000"),
        (-8315, e.DataError, "2200H"),
        (-26096, e.DataError, "21000"),
    ],
)
def test_savepoints_sequences_and_merge(code: int, cls: type[Exception], state: str) -> None:
    error = error_from_code(code, near="x")
    assert type(error) is cls
    assert error.sqlstate == state


def test_the_isam_text_fits_whatever_it_accompanies() -> None:
    assert str(error_from_code(-273, -111)).endswith("(ISAM -111: No record was found)")
