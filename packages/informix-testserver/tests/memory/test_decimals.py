"""Decimals as sortable bytes: against the specification's bytes, and against Python's decimal."""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from informix_testserver.engine import SqlError
from informix_testserver.memory import decimals

EXACT = Context(prec=200, Emin=-999999, Emax=999999)


def digits(places: int = 30) -> st.SearchStrategy[Decimal]:
    """Decimals of up to 30 digits with exponents that stay in range."""
    return st.builds(
        lambda n, e: Decimal(n).scaleb(e, context=EXACT),
        st.integers(-(10**places), 10**places),
        st.integers(-60, 60),
    )


# sqli.md 7.3, trailing zero digits trimmed as in binds.
@pytest.mark.parametrize(
    ("number", "packed"),
    [
        ("123.45", "c201172d"),
        ("-123.45", "3d624c37"),
        ("0", "80"),
        ("1234.56", "c20c2238"),
        ("-99.99", "3e0001"),
        ("0.1", "c00a"),
        ("-0.001", "405a"),
        ("1E-130", "8001"),
        ("-1E+125", "005a"),
        ("1E+125", "ff0a"),
    ],
)
def test_form_is_informix_own(number: str, packed: str) -> None:
    assert decimals.pack(Decimal(number)).hex() == packed
    assert decimals.unpack(bytes.fromhex(packed)) == Decimal(number)


@given(digits())
def test_every_number_comes_back(number: Decimal) -> None:
    assert decimals.unpack(decimals.pack(number)) == number


@given(digits(), digits())
def test_bytes_sort_as_the_numbers_do(x: Decimal, y: Decimal) -> None:
    left, right = decimals.pack(x), decimals.pack(y)
    assert (left < right) == (x < y)
    assert (left == right) == (x == y)


@pytest.mark.parametrize("number", ["1E+126", "-1E+126", "1E-131"])
def test_out_of_range_is_refused(number: str) -> None:
    with pytest.raises(SqlError) as caught:
        decimals.pack(Decimal(number))
    assert caught.value.sqlcode in (-1200, -1201)


@given(digits(20), digits(20), st.sampled_from("+-*"))
@example(Decimal("1E+47"), Decimal("1E+79"), "*")
@example(Decimal("1E-70"), Decimal("1E-61"), "*")
@settings(max_examples=60, deadline=None)
def test_arithmetic_in_sql_is_decimal_with_32_digits(x: Decimal, y: Decimal, operator: str) -> None:
    from informix_testserver.memory import MemoryEngine

    context = Context(prec=32, rounding=ROUND_HALF_UP, Emin=-999999, Emax=999999)
    operate = {"+": context.add, "-": context.subtract, "*": context.multiply}[operator]
    expected = operate(x, y)
    expression = f"?::decimal(32) {operator} ?::decimal(32)"
    body = _engine(MemoryEngine)
    if expected and not -130 <= expected.adjusted() <= 125:
        with pytest.raises(SqlError) as caught:
            body(expression, x, y)
        assert caught.value.sqlcode in (-1200, -1201)
    else:
        assert body(expression, x, y) == expected


_cache: dict[str, Any] = {}


def _engine(make: Any) -> Any:
    if "run" not in _cache:
        from informix_testserver.engine import Parameter
        from informix_testserver.memory.types import FLOATING_DECIMAL

        session = make().connect("informix", {})
        session.open_database("testdb")

        def run(expression: str, *values: Decimal) -> Any:
            statement = session.prepare(f"SELECT {expression} FROM sysmaster:sysdual")
            cursor = session.open(statement, [Parameter(FLOATING_DECIMAL, v) for v in values])
            return cursor.fetch()[0]

        _cache["run"] = run
    return _cache["run"]


@pytest.mark.parametrize(
    ("text", "precision", "scale", "result"),
    [("2.345", 10, 2, "2.35"), ("-2.345", 10, 2, "-2.35"), ("2.344", 10, 2, "2.34"), ("9.99", 3, 2, "9.99")],
)
def test_rounding_is_half_away_from_zero(text: str, precision: int, scale: int, result: str) -> None:
    assert decimals.round_to(Decimal(text), precision, scale) == Decimal(result)


def test_overflow_of_precision() -> None:
    with pytest.raises(SqlError) as caught:
        decimals.round_to(Decimal("9.995"), 3, 2)
    assert caught.value.sqlcode == -1226


@pytest.mark.parametrize("text", ["", "abc", "1_000", "nan", "inf", "1.2.3", "--1"])
def test_text_that_is_no_number(text: str) -> None:
    with pytest.raises(SqlError) as caught:
        decimals.parse(text)
    assert caught.value.sqlcode == -1213


def test_results_of_more_than_32_digits(db: Any) -> None:
    """The type of a sum ends at 32 digits; a value that needs 33 is refused where it would be kept or sent."""
    nines = "9" * 32
    db.run("create table t (d decimal(32), w decimal(32,0))")
    db.run(f"insert into t values ({nines}, {nines})")
    assert db.fails(f"select {nines} + 1 from t") == (-1226, 0)
    assert db.fails("select w + 1 from t") == (-1226, 0)
    assert db.fails("select sum(w) + sum(w) from t") == (-1226, 0)
    assert db.fails(f"update t set w = {nines} + 1") == (-1226, 0)
    assert db.fails("update t set w = w + w") == (-1226, 0)
    assert db.fails("select w * 1.00 from t") == (-1226, 0)
    assert db.rows("select w, w - 1 + 1 from t where w + 1 > w") == [(Decimal(nines), Decimal(nines))]


def test_text_of_a_number_beyond_any_type(db: Any) -> None:
    db.run("create table t (a int, d decimal(5,2), f float)")
    for column in "adf":
        assert db.fails(f"insert into t ({column}) values ('1e99999999999999')") == (-1200, 0)
        assert db.fails(f"insert into t ({column}) values (-1e99999999999999)") == (-1200, 0)
