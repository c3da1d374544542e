"""Expressions: text → the tree that Informix's grammar and precedence give, errors with their offsets."""

from typing import Any

import pytest
from informix_testserver.engine import SqlError
from informix_testserver.sql import ast, parse, parse_expression


def num(text: object) -> ast.NumberLiteral:
    return ast.NumberLiteral(0, str(text))


def txt(value: str) -> ast.StringLiteral:
    return ast.StringLiteral(0, value)


def col(*parts: str) -> ast.ColumnRef:
    return ast.ColumnRef(0, parts)


def op(left: ast.Expression, operator: str, right: ast.Expression) -> ast.Binary:
    return ast.Binary(0, operator, left, right)


def minus(operand: ast.Expression) -> ast.Unary:
    return ast.Unary(0, "-", operand)


def call(name: str, *arguments: ast.Expression, **more: Any) -> ast.FunctionCall:
    return ast.FunctionCall(0, ast.ObjectName(0, name), arguments, **more)


def typ(name: str, *arguments: int) -> ast.DataType:
    return ast.DataType(0, name, arguments)


def qual(first: int, last: int, digits: int = 2) -> ast.Qualifier:
    return ast.Qualifier(0, first, last, digits)


def query(column: str, table: str, **more: Any) -> ast.Query:
    item = ast.SelectItem(0, col(column))
    return ast.Query(0, ast.Select(0, (item,), (ast.TableRef(0, ast.ObjectName(0, table)),), **more))


A, B, C, D = col("a"), col("b"), col("c"), col("d")
ONE, TWO, THREE = num(1), num(2), num(3)
YEAR_TO_SECOND = qual(0, 10, 4)

STAR_QUERY = ast.Query(
    0, ast.Select(0, (ast.SelectItem(0, ast.Star(0)),), (ast.TableRef(0, ast.ObjectName(0, "t")),))
)

EXPRESSIONS: list[tuple[str, ast.Expression]] = [
    # literals
    ("1", ONE),
    ("007", num("007")),
    ("1.50", num("1.50")),
    (".5e-3", num(".5e-3")),
    ("'it''s'", txt("it's")),
    ('"x"', txt("x")),
    ("NULL", ast.NullLiteral(0)),
    (
        "DATETIME (2026-06-20 12:34:56) YEAR TO SECOND",
        ast.DatetimeLiteral(0, "2026-06-20 12:34:56", YEAR_TO_SECOND),
    ),
    ("DATETIME(12:30) HOUR TO MINUTE", ast.DatetimeLiteral(0, "12:30", qual(6, 8))),
    ("DATETIME(1.5) SECOND TO FRACTION", ast.DatetimeLiteral(0, "1.5", qual(10, 13))),
    ("DATETIME(.00001) FRACTION TO FRACTION(5)", ast.DatetimeLiteral(0, ".00001", qual(12, 15))),
    ("DATETIME(.1) FRACTION TO FRACTION(1)", ast.DatetimeLiteral(0, ".1", qual(12, 11))),
    (
        "INTERVAL (3 03:27:01.12345) DAY(3) TO FRACTION(5)",
        ast.IntervalLiteral(0, "3 03:27:01.12345", qual(4, 15, 3)),
    ),
    ("INTERVAL(-2-6) YEAR TO MONTH", ast.IntervalLiteral(0, "-2-6", qual(0, 2, 4))),
    ("INTERVAL (20) DAY TO DAY", ast.IntervalLiteral(0, "20", qual(4, 4))),
    ("?", ast.Parameter(0, 0)),
    (":host_name", ast.HostVariable(0, "host_name")),
    ("$host", ast.HostVariable(0, "host")),
    ("TODAY", ast.SpecialValue(0, "TODAY")),
    ("current_user", ast.SpecialValue(0, "USER")),
    ("SITENAME", ast.SpecialValue(0, "DBSERVERNAME")),
    ("CURRENT", ast.Current(0)),
    ("CURRENT YEAR TO FRACTION(5)", ast.Current(0, qual(0, 15, 4))),
    ("SYSDATE", ast.Current(0, sysdate=True)),
    ("SYSDATE HOUR TO SECOND", ast.Current(0, qual(6, 10), sysdate=True)),
    # names
    ("Col_1", col("col_1")),
    ("t.a", col("t", "a")),
    ("own.t.a", col("own", "t", "a")),
    ("'Own'.t.a", col("Own", "t", "a")),
    ("db:own.t.a", ast.ColumnRef(0, ("own", "t", "a"), "db")),
    ("db@srv:t.a", ast.ColumnRef(0, ("t", "a"), "db", "srv")),
    ("rowid", col("rowid")),
    ("seq.NEXTVAL", ast.SequenceValue(0, ast.ObjectName(0, "seq"), "NEXTVAL")),
    ("own.seq.currval", ast.SequenceValue(0, ast.ObjectName(0, "seq", "own"), "CURRVAL")),
    # words that mean something elsewhere are names here
    ("date", col("date")),
    ("year + month", op(col("year"), "+", col("month"))),
    ("type", col("type")),
    ("count", col("count")),
    ("first", col("first")),
    ("interval", col("interval")),
    ("t.user", col("t", "user")),
    ("t.null", col("t", "null")),
    ("case * 1", op(col("case"), "*", ONE)),
    ("CASE +a WHEN b THEN c END", ast.Case(0, ast.Unary(0, "+", A), (ast.When(0, B, C),))),
    ("sum(DISTINCT +a)", call("sum", ast.Unary(0, "+", A), quantifier="DISTINCT")),
    ("row", col("row")),
    ("list", col("list")),
    ("cast", col("cast")),
    ("a = units", op(A, "=", col("units"))),
    # calls
    ("f()", call("f")),
    ("f(1, a)", call("f", ONE, A)),
    ("own.f(1)", ast.FunctionCall(0, ast.ObjectName(0, "f", "own"), (ONE,))),
    ("db:f(1)", ast.FunctionCall(0, ast.ObjectName(0, "f", database="db"), (ONE,))),
    ("f(x = 1, y = a)", call("f", ast.NamedArgument(0, "x", ONE), ast.NamedArgument(0, "y", A))),
    ("f((a = 1))", call("f", op(A, "=", ONE))),
    ("COUNT(*)", call("count", ast.Star(0))),
    ("count(DISTINCT a)", call("count", A, quantifier="DISTINCT")),
    ("sum(UNIQUE a)", call("sum", A, quantifier="DISTINCT")),
    ("sum(ALL a)", call("sum", A, quantifier="ALL")),
    ("max(all)", call("max", col("all"))),
    ("YEAR(d)", call("year", D)),
    ("date('1/2/2026')", call("date", txt("1/2/2026"))),
    ("MDY(3, 1, 1900)", call("mdy", THREE, ONE, num(1900))),
    ("dbinfo('version', 'full')", call("dbinfo", txt("version"), txt("full"))),
    ("replace(a, 'x')", call("replace", A, txt("x"))),
    ("left(a, 2)", call("left", A, TWO)),
    ("EXTEND(a, YEAR TO SECOND)", ast.Extend(0, A, YEAR_TO_SECOND)),
    ("EXTEND(a)", ast.Extend(0, A)),
    ("CAST(a AS DECIMAL(10,2))", ast.Cast(0, A, typ("DECIMAL", 10, 2))),
    ("TRIM(a)", ast.Trim(0, "BOTH", None, A)),
    ("TRIM(BOTH FROM a)", ast.Trim(0, "BOTH", None, A)),
    ("TRIM(TRAILING FROM a)", ast.Trim(0, "TRAILING", None, A)),
    ("TRIM('x' FROM a)", ast.Trim(0, "BOTH", txt("x"), A)),
    ("TRIM(LEADING '0' FROM a)", ast.Trim(0, "LEADING", txt("0"), A)),
    ("trim(leading)", ast.Trim(0, "BOTH", None, col("leading"))),
    ("SUBSTRING(a FROM 2)", ast.Substring(0, A, TWO)),
    ("SUBSTRING(a FROM 2 FOR 3)", ast.Substring(0, A, TWO, THREE)),
    ("substr(a, 2, 3)", call("substr", A, TWO, THREE)),
    ("SET{1, 2}", ast.CollectionConstructor(0, "SET", (ONE, TWO))),
    ("MULTISET{}", ast.CollectionConstructor(0, "MULTISET", ())),
    ("LIST{ROW(1, 'x')}", ast.CollectionConstructor(0, "LIST", (ast.RowConstructor(0, (ONE, txt("x"))),))),
    ("MULTISET(SELECT a FROM t)", ast.CollectionQuery(0, query("a", "t"))),
    ("MULTISET(SELECT ITEM a FROM t)", ast.CollectionQuery(0, query("a", "t"), item=True)),
    ("MULTISET(SELECT item FROM t)", ast.CollectionQuery(0, query("item", "t"))),
    # windows
    (
        "row_number() OVER (PARTITION BY a, b ORDER BY c DESC NULLS LAST)",
        call("row_number", window=ast.Window(0, (A, B), (ast.OrderItem(0, C, descending=True, nulls="LAST"),))),
    ),
    (
        "sum(a) OVER (ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING)",
        call(
            "sum",
            A,
            window=ast.Window(
                0,
                (),
                (ast.OrderItem(0, B),),
                ast.Frame(
                    0, "ROWS", ast.FrameBound(0, "UNBOUNDED PRECEDING"), ast.FrameBound(0, "FOLLOWING", ONE)
                ),
            ),
        ),
    ),
    (
        "avg(a) over (range current row)",
        call("avg", A, window=ast.Window(0, frame=ast.Frame(0, "RANGE", ast.FrameBound(0, "CURRENT ROW")))),
    ),
    ("lag(a, 1) IGNORE NULLS OVER ()", call("lag", A, ONE, nulls="IGNORE", window=ast.Window(0))),
    # operators and precedence: UNITS, sign, ::, * /, + -, ||, comparison, NOT, AND, OR
    ("1 + 2 * 3", op(ONE, "+", op(TWO, "*", THREE))),
    ("(1 + 2) * 3", op(op(ONE, "+", TWO), "*", THREE)),
    ("1 - 2 - 3", op(op(ONE, "-", TWO), "-", THREE)),
    ("a || b + c", op(A, "||", op(B, "+", C))),
    ("a || b || c", op(op(A, "||", B), "||", C)),
    ("-a * b", op(minus(A), "*", B)),
    ("- -1", minus(minus(ONE))),
    ("+a", ast.Unary(0, "+", A)),
    ("-a::INT", ast.Cast(0, minus(A), typ("INTEGER"))),
    ("a * b::INT", op(A, "*", ast.Cast(0, B, typ("INTEGER")))),
    ("a::INT::CHAR(5)", ast.Cast(0, ast.Cast(0, A, typ("INTEGER")), typ("CHAR", 5))),
    ("?::INT", ast.Cast(0, ast.Parameter(0, 0), typ("INTEGER"))),
    ("NULL::VARCHAR(1)", ast.Cast(0, ast.NullLiteral(0), typ("VARCHAR", 1))),
    ("a::text in (1)", ast.InList(0, ast.Cast(0, A, typ("TEXT")), (ONE,))),
    ("5 UNITS DAY", ast.Units(0, num(5), "DAY")),
    ("a + 1 UNITS YEAR", op(A, "+", ast.Units(0, ONE, "YEAR"))),
    ("(a + 1) UNITS YEAR", ast.Units(0, op(A, "+", ONE), "YEAR")),
    ("-1 UNITS DAY", minus(ast.Units(0, ONE, "DAY"))),
    ("CURRENT - INTERVAL(1) DAY TO DAY", op(ast.Current(0), "-", ast.IntervalLiteral(0, "1", qual(4, 4)))),
    ("a[1,3]", ast.Subscript(0, A, ONE, THREE)),
    ("t.a[2]", ast.Subscript(0, col("t", "a"), TWO)),
    ("a[1,3] = 'x'", op(ast.Subscript(0, A, ONE, THREE), "=", txt("x"))),
    # conditions
    ("a != 1", op(A, "<>", ONE)),
    ("a == 1", op(A, "=", ONE)),
    ("a + 1 >= b * 2", op(op(A, "+", ONE), ">=", op(B, "*", TWO))),
    ("a OR b AND c", op(A, "OR", op(B, "AND", C))),
    ("NOT a = 1 AND b", op(ast.Unary(0, "NOT", op(A, "=", ONE)), "AND", B)),
    ("NOT (a OR b)", ast.Unary(0, "NOT", op(A, "OR", B))),
    ("a AND b AND c AND d", op(op(A, "AND", B), "AND", op(C, "AND", D))),  # chains are balanced
    ("a AND (b AND (c AND d))", op(op(A, "AND", B), "AND", op(C, "AND", D))),
    ("a IS NULL", ast.IsNull(0, A)),
    ("a + 1 IS NOT NULL", ast.IsNull(0, op(A, "+", ONE), negated=True)),
    ("a BETWEEN 1 AND 2 AND b", op(ast.Between(0, A, ONE, TWO), "AND", B)),
    ("a NOT BETWEEN b - 1 AND b + 1", ast.Between(0, A, op(B, "-", ONE), op(B, "+", ONE), negated=True)),
    ("a IN (1, 2)", ast.InList(0, A, (ONE, TWO))),
    ("a NOT IN (1)", ast.InList(0, A, (ONE,), negated=True)),
    ("a IN b", ast.InList(0, A, (B,))),
    ("1 IN SET{1}", ast.InList(0, ONE, (ast.CollectionConstructor(0, "SET", (ONE,)),))),
    ("a IN (SELECT b FROM t)", ast.InQuery(0, A, query("b", "t"))),
    ("a NOT IN ((SELECT b FROM t))", ast.InQuery(0, A, query("b", "t"), negated=True)),
    ("a LIKE 'x%'", ast.Like(0, A, "LIKE", txt("x%"))),
    (
        "a NOT MATCHES b || '*' ESCAPE '\\'",
        ast.Like(0, A, "MATCHES", op(B, "||", txt("*")), txt("\\"), negated=True),
    ),
    ("EXISTS (SELECT b FROM t)", ast.Exists(0, query("b", "t"))),
    ("NOT EXISTS (SELECT b FROM t)", ast.Unary(0, "NOT", ast.Exists(0, query("b", "t")))),
    ("a = ANY (SELECT b FROM t)", ast.Quantified(0, A, "=", "ANY", query("b", "t"))),
    ("a > SOME (SELECT b FROM t)", ast.Quantified(0, A, ">", "ANY", query("b", "t"))),
    ("a <= ALL (SELECT b FROM t)", ast.Quantified(0, A, "<=", "ALL", query("b", "t"))),
    ("a = all", op(A, "=", col("all"))),
    ("(SELECT * FROM t)", ast.Subquery(0, STAR_QUERY)),
    ("a IN (SELECT * FROM t)", ast.InQuery(0, A, STAR_QUERY)),
    ("(with)", col("with")),
    ("a = (SELECT b FROM t)", op(A, "=", ast.Subquery(0, query("b", "t")))),
    ("((SELECT b FROM t)) + 1", op(ast.Subquery(0, query("b", "t")), "+", ONE)),
    # CASE
    ("CASE WHEN a THEN 1 END", ast.Case(0, None, (ast.When(0, A, ONE),))),
    (
        "CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' ELSE 'z' END",
        ast.Case(0, A, (ast.When(0, ONE, txt("x")), ast.When(0, TWO, txt("y"))), txt("z")),
    ),
    ("CASE -a WHEN 1 THEN NULL END", ast.Case(0, minus(A), (ast.When(0, ONE, ast.NullLiteral(0)),))),
    ("DECODE(a, 1, 'x', 'y')", call("decode", A, ONE, txt("x"), txt("y"))),
    ("NVL(a, 0)", call("nvl", A, num(0))),
    # hierarchical queries
    ("PRIOR a = b", op(ast.Unary(0, "PRIOR", A), "=", B)),
    ("prior", col("prior")),
]

TYPES: list[tuple[str, ast.DataType]] = [
    *(
        (text, typ(name))
        for text, name in {
            "INT": "INTEGER",
            "integer": "INTEGER",
            "SMALLINT": "SMALLINT",
            "BIGINT": "BIGINT",
            "INT8": "INT8",
            "SERIAL": "SERIAL",
            "SERIAL8": "SERIAL8",
            "BIGSERIAL": "BIGSERIAL",
            "FLOAT": "FLOAT",
            "DOUBLE PRECISION": "FLOAT",
            "SMALLFLOAT": "SMALLFLOAT",
            "REAL": "SMALLFLOAT",
            "DECIMAL": "DECIMAL",
            "DEC": "DECIMAL",
            "NUMERIC": "DECIMAL",
            "MONEY": "MONEY",
            "DATE": "DATE",
            "CHAR": "CHAR",
            "CHARACTER": "CHAR",
            "BOOLEAN": "BOOLEAN",
            "BYTE": "BYTE",
            "TEXT": "TEXT",
            "BLOB": "BLOB",
            "CLOB": "CLOB",
            "LVARCHAR": "LVARCHAR",
            "JSON": "JSON",
            "BSON": "BSON",
        }.items()
    ),
    ("SERIAL(100)", typ("SERIAL", 100)),
    ("CHAR(10)", typ("CHAR", 10)),
    ("CHARACTER VARYING(20)", typ("VARCHAR", 20)),
    ("VARCHAR(20,5)", typ("VARCHAR", 20, 5)),
    ("NCHAR(3)", typ("NCHAR", 3)),
    ("NVARCHAR(4)", typ("NVARCHAR", 4)),
    ("LVARCHAR(500)", typ("LVARCHAR", 500)),
    ("DECIMAL(32)", typ("DECIMAL", 32)),
    ("NUMERIC(10, 2)", typ("DECIMAL", 10, 2)),
    ("MONEY(8,2)", typ("MONEY", 8, 2)),
    ("FLOAT(8)", typ("FLOAT", 8)),
    ("DATETIME YEAR TO SECOND", ast.DataType(0, "DATETIME", qualifier=YEAR_TO_SECOND)),
    ("DATETIME HOUR TO FRACTION(2)", ast.DataType(0, "DATETIME", qualifier=qual(6, 12))),
    ("INTERVAL DAY(3) TO MINUTE", ast.DataType(0, "INTERVAL", qualifier=qual(4, 8, 3))),
    ("INTERVAL YEAR(4) TO MONTH", ast.DataType(0, "INTERVAL", qualifier=qual(0, 2, 4))),
    ("SET(INT NOT NULL)", ast.DataType(0, "SET", element=typ("INTEGER"))),
    ("MULTISET(CHAR(3))", ast.DataType(0, "MULTISET", element=typ("CHAR", 3), element_not_null=False)),
    (
        "LIST(ROW(a INT, b CHAR(3) NOT NULL) NOT NULL)",
        ast.DataType(
            0,
            "LIST",
            element=ast.DataType(
                0,
                "ROW",
                fields=(ast.RowField(0, "a", typ("INTEGER")), ast.RowField(0, "b", typ("CHAR", 3), not_null=True)),
            ),
        ),
    ),
    ("COLLECTION", typ("COLLECTION")),
    ("my_type", ast.DataType(0, "my_type", builtin=False)),
    ("own.my_type", ast.DataType(0, "my_type", builtin=False, owner="own")),
]


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS)
def test_expression(text: str, expected: ast.Expression) -> None:
    assert parse_expression(text) == expected


@pytest.mark.parametrize(("text", "expected"), TYPES)
def test_type(text: str, expected: ast.DataType) -> None:
    found = parse_expression(f"a::{text}")
    assert isinstance(found, ast.Cast)
    assert found.type == expected


def test_delimited_identifiers() -> None:
    assert parse_expression('"Tab"."My ""col"""', delimident=True) == col("Tab", 'My "col"')
    assert parse_expression('"SELECT"', delimident=True) == col("SELECT")
    assert parse_expression("'own'.\"Tab\".a", delimident=True) == col("own", "Tab", "a")


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        # sqli.md 6.3
        ("DATETIME YEAR TO YEAR", 0x0400),
        ("DATETIME YEAR TO MONTH", 0x0602),
        ("DATETIME YEAR TO DAY", 0x0804),
        ("DATETIME YEAR TO MINUTE", 0x0C08),
        ("DATETIME YEAR TO SECOND", 0x0E0A),
        ("DATETIME YEAR TO FRACTION", 0x110D),
        ("DATETIME YEAR TO FRACTION(5)", 0x130F),
        ("DATETIME HOUR TO MINUTE", 0x0468),
        ("DATETIME HOUR TO SECOND", 0x066A),
        ("DATETIME HOUR TO FRACTION(5)", 0x0B6F),
        ("DATETIME MONTH TO DAY", 0x0424),
        ("DATETIME FRACTION TO FRACTION(5)", 0x05CF),
        ("INTERVAL DAY(2) TO SECOND", 0x084A),
        ("INTERVAL DAY TO SECOND", 0x084A),
        ("INTERVAL DAY(9) TO FRACTION(5)", 0x144F),
        ("INTERVAL YEAR(4) TO MONTH", 0x0602),
        ("INTERVAL MONTH(3) TO MONTH", 0x0322),
        ("INTERVAL DAY(3) TO FRACTION(5)", 0x0E4F),
    ],
)
def test_encoded_length_of_qualifiers(text: str, encoded: int) -> None:
    found = parse_expression(f"a::{text}")
    assert isinstance(found, ast.Cast)
    assert found.type.qualifier is not None
    assert found.type.qualifier.encoded_length == encoded


@pytest.mark.parametrize(
    ("text", "code", "offset"),
    [
        ("", -201, 1),
        ("a +", -201, 4),
        ("a + * b", -201, 5),
        ("(a", -201, 3),
        ("a)", -201, 2),
        ("a b", -201, 3),
        ("f(a,)", -201, 5),
        ("f(,a)", -201, 3),
        ("a.1", -201, 2),
        ("a IS 1", -201, 6),
        ("a NOT 1", -201, 3),
        ("a BETWEEN 1", -201, 12),
        ("a IN ()", -201, 7),
        ("CASE WHEN a THEN 1", -201, 19),
        ("CASE a END", -201, 8),
        ("CAST(a INT)", -201, 8),
        ("TRIM(FROM)", -201, 6),
        ("a[1", -201, 4),
        ("a::CHAR(10", -201, 11),
        ("a::CHAR(1,2)", -201, 4),
        ("a::DOUBLE", -201, 10),
        ("a::DATETIME", -201, 12),
        ("a::DATETIME YEAR", -201, 17),
        ("a::DATETIME DAY TO YEAR", -1268, 13),
        ("a::DATETIME YEAR TO FRACTION(6)", -1268, 21),
        ("a::DATETIME YEAR TO FRACTION(0)", -1268, 21),
        ("a::INTERVAL YEAR TO DAY", -1268, 13),
        ("a::INTERVAL DAY(10) TO DAY", -1268, 13),
        ("a::CHAR(99999999999999999999)", -203, 9),
        ("FROM", -201, 1),
        ("a, b", -201, 2),
        ("DATETIME(2026-01-01)", -201, 9),
        ("a OVER (ORDER b)", -201, 3),
        ("f(a) OVER (ORDER b)", -201, 12),
    ],
)
def test_errors(text: str, code: int, offset: int) -> None:
    with pytest.raises(SqlError) as caught:
        parse_expression(text)
    assert (caught.value.sqlcode, caught.value.isam, caught.value.token) == (code, 0, "")
    assert caught.value.offset == offset


def test_positions() -> None:
    text = "select  a + b, f( x.y ) from t where c in (1,2) and not d = ?"
    found = parse(text).statement
    assert isinstance(found, ast.Query)
    select = found.body
    assert isinstance(select, ast.Select)
    total, function = (item.expression for item in select.items)
    assert isinstance(total, ast.Binary)
    assert (total.pos, total.operator_pos, total.right.pos) == (9, 11, 13)
    assert isinstance(function, ast.FunctionCall)
    assert (function.pos, function.name.name_pos, function.arguments[0].pos) == (16, 16, 19)
    where = select.where
    assert isinstance(where, ast.Binary)
    assert (where.pos, where.operator_pos) == (text.index("c in") + 1, text.index("and") + 1)
    negation = where.right
    assert isinstance(negation, ast.Unary)
    assert isinstance(negation.operand, ast.Binary)
    assert negation.operand.right.pos == text.index("?") + 1


def test_parameters_are_numbered_in_order_of_the_text() -> None:
    parsed = parse(
        "select case when a = ? then ?::int end from t where b in (?, ?) and c = (select d from u where e = ?)"
    )
    assert parsed.parameters == 5
    assert parse("insert into t values ('?', ?) -- ?").parameters == 1


def test_long_chains_of_conditions_stay_shallow() -> None:
    node = parse_expression(" OR ".join(f"a = {i}" for i in range(5000)))
    depth = 0
    while isinstance(node, ast.Binary) and node.operator == "OR":
        node, depth = node.left, depth + 1
    assert depth == 12
    assert node == op(A, "=", num(0))
