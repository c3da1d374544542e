"""What expressions are worth, what type they are described with, and what their columns are called."""

import datetime
import math
from decimal import Decimal
from typing import Any

import pytest
from informix_testserver.engine import Parameter
from informix_testserver.memory.types import datetime_type
from informix_types import ColumnType, TypeCode

D = Decimal


@pytest.mark.parametrize(
    ("expression", "type_name", "value"),
    [
        # numbers: INT stays INT but for division, everything with DECIMAL is exact
        ("1 + 1", "INTEGER", 2),
        ("7 / 2", "DECIMAL(32)", D("3.5")),
        ("2 * 3 - 1", "INTEGER", 5),
        ("3000000000 + 1", "BIGINT", 3000000001),
        ("1.50 + 2.255", "DECIMAL(5,3)", D("3.755")),
        ("1.5 * 2.25", "DECIMAL(5,3)", D("3.375")),
        ("0.1 + 0.2", "DECIMAL(2,1)", D("0.3")),
        ("1 / 3", "DECIMAL(32)", D("0." + "3" * 32)),
        ("1.5::float * 2", "FLOAT", 3.0),
        ("1.5::float * 2.0", "DECIMAL(32)", D(3)),
        ("-5 + 2", "INTEGER", -3),
        ("- (2.5)", "DECIMAL(2,1)", D("-2.5")),
        ("abs(-7)", "INTEGER", 7),
        ("mod(-7, 3)", "INTEGER", -1),
        ("round(2.345, 2)", "DECIMAL(32,2)", D("2.35")),
        ("round(-2.5)", "DECIMAL(32,0)", D(-3)),
        ("trunc(2.999, 1)", "DECIMAL(32,1)", D("2.9")),
        ("ceil(2.1)", "DECIMAL(32,0)", D(3)),
        ("floor(-2.1)", "DECIMAL(32,0)", D(-3)),
        ("sqrt(16)", "FLOAT", 4.0),
        ("root(9)", "FLOAT", 3.0),
        ("root(1.5, 0.5)", "FLOAT", 2.25),
        ("bitand(10000000000, 10000000001)", "BIGINT", 10000000000),
        ("bitxor('5', 3)", "BIGINT", 6),
        ("bitnot(8)", "INTEGER", -9),
        # the examples of the HCL documentation
        ("ifx_bit_leftshift(3, 2)", "INTEGER", 12),
        ("ifx_bit_leftshift(2048, 5)", "INTEGER", 65536),
        ("ifx_bit_leftshift(12345, 26)", "INTEGER", -469762048),
        ("ifx_bit_leftshift(1::bigint, 31)", "BIGINT", 2**31),
        ("ifx_bit_leftshift(1::bigint, 63)", "BIGINT", None),
        ("ifx_bit_rightshift(1048577, 20)", "INTEGER", 1),
        ("power(2, 10)", "FLOAT", 1024.0),
        ("'12' + 1", "DECIMAL(32)", D(13)),
        # casts
        ("3.99::int", "INTEGER", 3),
        ("-3.99::decimal(5,1)", "DECIMAL(5,1)", D("-4.0")),
        ("'42'::smallint", "SMALLINT", 42),
        ("'2024-02-03'::date", "DATE", datetime.date(2024, 2, 3)),
        ("42::char(5)", "CHAR(5)", "42   "),
        ("2.50::varchar(10)", "VARCHAR(10)", "2.50"),
        ("'t'::boolean", "BOOLEAN", True),
        ("'abcdef'::char(3)", "CHAR(3)", "abc"),
        ("null::varchar(1)", "VARCHAR(1)", None),
        ("'$12.50'::money(8,2)", "MONEY(8,2)", D("12.50")),
        # text
        ("'a' || 'b'", "CHAR(2)", "ab"),
        ("'a'::char(3) || 'b'::varchar(5)", "VARCHAR(8)", "a  b"),
        ("'x' || null", "CHAR(2)", None),
        ("upper('straße')", "CHAR(6)", "STRAßE"),
        ("initcap('hello wORLD')", "CHAR(11)", "Hello World"),
        ("length('ab  ')", "INTEGER", 2),
        ("length('ab  '::varchar(5))", "INTEGER", 2),
        ("char_length('ab  ')", "INTEGER", 4),
        ("octet_length('äb'::varchar(5))", "INTEGER", 2),
        ("substr('hello', 2, 3)", "VARCHAR(5)", "ell"),
        ("substr('hello', -3)", "VARCHAR(5)", "llo"),
        ("substring('hello' from 2 for 2)", "VARCHAR(5)", "el"),
        ("substring('hello' from 0 for 2)", "VARCHAR(5)", "h"),
        ("'hello'[2,3]", "CHAR(2)", "el"),
        ("trim('  x ')", "VARCHAR(4)", "x"),
        ("trim(leading '0' from '007')", "VARCHAR(3)", "7"),
        ("rtrim('abxx', 'x')", "VARCHAR(4)", "ab"),
        ("lpad('7', 3, '0')", "VARCHAR(3)", "007"),
        ("replace('banana', 'an', 'X')", "VARCHAR(6)", "bXXa"),
        ("instr('banana', 'an', 1, 2)", "INTEGER", 4),
        # NULL and choices
        ("nvl(null, 5)", "INTEGER", 5),
        ("coalesce(null, 1, 2.5)", "DECIMAL(11,1)", D("1.0")),
        ("nullif(1, 1)", "INTEGER", None),
        ("decode(2, 1, 'one', 2, 'two')", "CHAR(3)", "two"),
        ("decode(null, null, 'same', 'other')", "CHAR(5)", "same "),
        ("case when 1 = 2 then 1 else 2.5 end", "DECIMAL(11,1)", D("2.5")),
        ("case 3 when 3 then 'x' end", "CHAR(1)", "x"),
        ("case when null = null then 1 else 0 end", "INTEGER", 0),
        ("greatest(1, 3, 2)", "INTEGER", 3),
        ("hex(255)", "VARCHAR(20)", "0x000000FF"),
        # conditions
        ("'abc' = 'abc   '", "BOOLEAN", True),
        ("'abc' < 'abd'", "BOOLEAN", True),
        ("10 = 10.0", "BOOLEAN", True),
        ("0.1::float = 0.1", "BOOLEAN", True),
        ("'10' = 10", "BOOLEAN", True),
        ("9007199254740993 = 9007199254740993.0", "BOOLEAN", True),
        ("null = 1", "BOOLEAN", None),
        ("5 between 1 and 5", "BOOLEAN", True),
        ("5 not in (1, 2.5, 5.0)", "BOOLEAN", False),
        ("null in (1)", "BOOLEAN", None),
        ("'abc' like 'a%'", "BOOLEAN", True),
        ("'a%c' like 'a\\%c'", "BOOLEAN", True),
        ("'abc' like 'a!%' escape '!'", "BOOLEAN", False),
        ("'ABC' matches 'a*'", "BOOLEAN", False),
        ("'abc' matches 'a[a-c]?'", "BOOLEAN", True),
        ("'abd' matches 'a[^b]?'", "BOOLEAN", False),
        ("'x  '::char(5) like 'x'", "BOOLEAN", True),
        ("not (1 = 1) or 2 = 2 and 3 = 4", "BOOLEAN", False),
    ],
)
def test_value_and_type(db: Any, expression: str, type_name: str, value: Any) -> None:
    assert db.evaluate(expression) == value
    assert db.type_of(expression) == type_name


@pytest.mark.parametrize(
    ("items", "names"),
    [
        ("tabid", ["tabid"]),
        ("systables.tabid t, tabname AS n", ["t", "n"]),
        ("tabid + 1", ["(expression)"]),
        ("'x', 5, null::int", ["(constant)", "(constant)", "(constant)"]),
        ("count(*), count(tabid), sum(tabid), min(tabid), max(tabid), avg(tabid)",
         ["(count(*))", "(count)", "(sum)", "(min)", "(max)", "(avg)"]),
    ],
)  # fmt: skip
def test_column_names(db: Any, items: str, names: list[str]) -> None:
    assert [column.name for column in db.prepare(f"select {items} from systables").columns] == names


@pytest.mark.parametrize(
    ("aggregate", "type_name", "value"),
    [
        ("count(*)", "DECIMAL(15,0)", D(4)),
        ("count(n)", "DECIMAL(15,0)", D(3)),
        ("count(distinct n)", "DECIMAL(15,0)", D(2)),
        ("sum(n)", "DECIMAL(32,0)", D(5)),
        ("sum(d)", "DECIMAL(32,2)", D("3.60")),
        ("sum(distinct d)", "DECIMAL(32,2)", D("2.40")),
        ("avg(n)", "DECIMAL(32)", D("1.6666666666666666666666666666667")),
        ("avg(d)", "DECIMAL(32)", D("1.2")),
        ("sum(f)", "FLOAT", 1.5),
        ("min(c)", "CHAR(3)", "a  "),
        ("max(d)", "DECIMAL(5,2)", D("1.20")),
        ("count(*) + 1", "DECIMAL(16,0)", D(5)),
        ("variance(n)", "DECIMAL(32)", D("0.3333333333333333333333333333333")),
        ("range(n)", "INTEGER", 1),
    ],
)
def test_aggregates(db: Any, aggregate: str, type_name: str, value: Any) -> None:
    db.run("create table t (n int, d decimal(5,2), f float, c char(3))")
    for row in (
        (1, D("1.20"), 0.5, "a"),
        (2, D("1.20"), 1.0, "b"),
        (2, D("1.20"), None, "a"),
        (None, None, None, None),
    ):
        db.run("insert into t values (?,?,?,?)", *row)
    statement = db.prepare(f"select {aggregate} from t")
    assert statement.columns[0].type.type_name == type_name
    if aggregate == "sum(distinct d)":
        value = D("1.20")
    found = db.value(f"select {aggregate} from t")
    if isinstance(value, Decimal):
        assert abs(found - value) < D("1E-30")
    else:
        assert found == value


def test_sums_are_exact_where_floats_are_not(db: Any) -> None:
    db.run("create table t (d decimal(32,16))")
    for _ in range(10):
        db.run("insert into t values (0.1)")
    db.run("insert into t values (1234567890123456.0000000000000001)")
    assert db.value("select sum(d) from t") == D("1234567890123457.0000000000000001")


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("1 / 0", -1202),
        ("1.5 / 0.0", -1202),
        ("mod(5, 0)", -1202),
        ("2147483647 + 1", -1215),
        ("9223372036854775807 + 1", -1284),
        ("'abc' + 1", -1213),
        ("'x'::boolean", -9648),
        ("70000::smallint", -1214),
        ("12345.678::decimal(5,2)", -1226),
        ("'2024-02-30'::date", -1206),
        ("1::boolean", -9634),
        ("sum('a')", -367),
        ("'hello'[4,9]", -306),
        ("nosuch(1)", -674),
        ("nothing", -217),
        ("123456::char(3)", -1207),
        ("case when 1=1 then 'a' else 5 end", -800),
    ],
)
def test_errors_of_values(db: Any, expression: str, code: int) -> None:
    assert db.error(f"select {expression} from sysmaster:sysdual").sqlcode == code


def test_an_error_in_a_branch_not_taken_does_not_happen(db: Any) -> None:
    assert db.evaluate("case when 1 = 1 then 5 else 1 / 0 end") == 5


# --------------------------------------------------------------------------------------------------- parameters


def test_parameters_take_the_type_of_their_surroundings(db: Any) -> None:
    db.run("create table t (i int, d decimal(8,2), c char(4), dt date, b boolean)")
    db.run("insert into t values (5, 2.50, 'ab', '2024-02-03', 't')")
    for condition, values in (
        ("i = ?", [5, "5", D("5.0"), 5.0]),
        ("d = ?", [D("2.5"), 2.5, "2.50"]),
        ("c = ?", ["ab", "ab  ", "ab    "]),
        ("dt = ?", [datetime.date(2024, 2, 3), "2024-02-03"]),
        ("b = ?", [True, "t"]),
        ("? between i and i + 1", [5, D("5.5")]),
        ("i in (?, 7)", [5]),
        ("c like ?", ["a%"]),
        ("d + ? = 3", [D("0.5"), "0.5"]),
        ("? = i", ["5"]),
    ):
        for value in values:
            assert db.rows(f"select 1 from t where {condition}", value) == [(1,)], (condition, value)
    assert db.rows("select 1 from t where i = ?", D("5.5")) == []
    assert db.error("select 1 from t where i = ?", "five").sqlcode == -1213


def test_parameter_description(db: Any) -> None:
    db.run("create table t (i int, d decimal(8,2), c char(4))")
    statement = db.prepare("select * from t where i > ? and d = ? and c in (?, 'x') and ?::date is null")
    assert [kind.type_name for kind in statement.parameters] == ["INTEGER", "DECIMAL(8,2)", "CHAR(4)", "DATE"]
    insert = db.prepare("insert into t (c, i) values (?, ?)")
    assert [(column.name, column.type.type_name) for column in insert.columns] == [
        ("c", "CHAR(4)"),
        ("i", "INTEGER"),
    ]
    update = db.prepare("update t set d = ?, c = ? where i = ?")
    assert [column.name for column in update.columns] == ["d", "c"]
    assert [kind.type_name for kind in update.parameters] == ["DECIMAL(8,2)", "CHAR(4)", "INTEGER"]


def test_a_value_that_does_not_matter_may_be_bound(db: Any) -> None:
    assert db.evaluate("? / null", D("2.75")) is None
    assert db.evaluate("nvl(? + null, 3)", 1) == 3


def test_the_description_holds_whatever_is_bound(db: Any) -> None:
    assert db.type_of("? + 1") == "INTEGER"
    assert db.evaluate("? + 1", D("2.00")) == 3
    assert db.fails("select ? + 1 from sysmaster:sysdual", D("2.75")) == (-415, 0)
    mixed = "select case when 1 = 2 then ? else ? end from sysmaster:sysdual"
    assert db.fails(mixed, "t", datetime.date(2024, 2, 3)) == (-800, 0)


def test_wrong_number_of_parameters(db: Any) -> None:
    assert db.error("select tabid from systables where tabid = ?").sqlcode == -254


def test_a_bare_marker_in_the_select_list_is_a_syntax_error(db: Any) -> None:
    error = db.error("select ? from systables", 1)
    assert (error.sqlcode, error.offset) == (-201, 8)
    assert db.evaluate("?::int", "42") == 42


def test_the_precision_of_a_bound_decimal_is_ignored(db: Any) -> None:
    # JDBC sends the scale in the place of the precision (sqli.md 12 #11).
    odd = Parameter(ColumnType(TypeCode.DECIMAL, 2), D("1234.56"))
    assert db.evaluate("?::decimal(8,2)", odd) == D("1234.56")


def test_datetime_parameters_compare_by_qualifier(db: Any) -> None:
    db.run("create table t (s datetime year to second)")
    moment = datetime.datetime(2024, 2, 3, 4, 5, 6)
    db.run("insert into t values (?)", moment)
    assert db.rows("select 1 from t where s = ?", moment) == [(1,)]
    day = Parameter(datetime_type(0, 4), moment.date())
    assert db.rows("select 1 from t where s >= ? and s < ? + 1 units day", day, day) == [(1,)]


def test_substring_index(db: Any) -> None:
    cases = [(2, "www.ibm"), (-2, "ibm.com"), (3, "www.ibm.com"), (9, "www.ibm.com"), (-9, "www.ibm.com"), (0, "")]
    for count, expected in cases:
        assert db.evaluate(f"substring_index('www.ibm.com', '.', {count})") == expected
    assert db.evaluate("substring_index('a::b::c', '::', -1)") == "c"


def test_inverse_hyperbolic_functions(db: Any) -> None:
    for name in ("asinh", "acosh", "atanh"):
        value = 0.5 if name == "atanh" else 2
        assert db.evaluate(f"{name}({value})") == getattr(math, name)(value)
    assert db.fails("select acosh(0) from sysmaster:sysdual") == (-647, 0)
    assert db.fails("select root(1.5, 0) from sysmaster:sysdual") == (-647, 0)
    assert db.fails("select root(-8, 3) from sysmaster:sysdual") == (-647, 0)


def test_line_feeds_in_strings(db: Any, connect: Any) -> None:
    """IFX_ALLOW_NEWLINE concerns its session alone."""
    other = connect()
    sql = "select 'a\nb' from sysmaster:sysdual"
    assert db.fails(sql)[0] == -282
    db.run("execute procedure ifx_allow_newline('T')")
    assert db.rows(sql) == [("a\nb",)]
    assert other.fails(sql)[0] == -282
    db.run("execute procedure ifx_allow_newline('f')")
    assert db.fails(sql)[0] == -282
    assert db.fails("execute procedure ifx_allow_newline('x')") == (-717, 0)
