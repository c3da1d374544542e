"""Properties of the front end: a tree's text parses to the same tree; garbage raises `SqlError` only.

Trees are grown by a plain random generator from a seed that Hypothesis picks: many times faster than strategies
for seventy node types, and a failure names the seed and shows the text.
"""

import random
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from informix_testserver.engine import SqlError
from informix_testserver.sql import ast, parse, parse_expression, statement_type
from informix_testserver.sql.unparse import unparse

T = TypeVar("T")
SEEDS = st.integers(0, 2**48)
MANY = settings(max_examples=500, deadline=None)

# Names: plain ones, words that mean something elsewhere, and such as only DELIMIDENT allows.
WORDS = (
    "a b tab date type year count first skip limit unique all user today current null case cast trim row set "
    "list multiset not and or in is between like matches units exists from where order group having union minus "
    "into for with as on join left outer only table values update select insert prior extend substring interval "
    "datetime desc check constraint primary default lateral end when then item distinct function leading"
)
NAMES = [*WORDS.split(), "Mixed Case", 'quo"te', "1st", "größe", "?", "a.b"]
NUMBERS = ["0", "12", "1.50", ".5", "1e-3", "9" * 40]


class Grower:
    """Grows random trees of a bounded depth, of the shapes that the parser makes."""

    def __init__(self, seed: int, depth: int = 4) -> None:
        self.random = random.Random(seed)
        self.depth = depth

    # ---- chance

    def flag(self) -> bool:
        return self.random.random() < 0.5

    def pick(self, *items: T) -> T:
        return self.random.choice(items)

    def maybe(self, make: Callable[[], T]) -> T | None:
        return make() if self.random.random() < 0.4 else None

    def many(self, make: Callable[[], T], low: int = 1, high: int = 3) -> tuple[T, ...]:
        return tuple(make() for _ in range(self.random.randint(low, high)))

    # ---- names and types

    def name(self) -> str:
        return self.random.choice(NAMES)

    def identifier(self) -> ast.Identifier:
        return ast.Identifier(0, self.name())

    def object(self) -> ast.ObjectName:
        database = self.maybe(self.name)
        server = self.maybe(self.name) if database else None
        return ast.ObjectName(0, self.name(), self.maybe(self.name), database, server)

    def qualifier(self, *, interval: bool) -> ast.Qualifier:
        first = self.pick(0, 2, 4, 6, 8, 10, 12)
        largest = 2 if interval and first < 4 else 15
        last = self.pick(*(code for code in (0, 2, 4, 6, 8, 10, 11, 12, 13, 14, 15) if first <= code <= largest))
        if first == 12:
            last = self.pick(11, last)
        digits = self.random.randint(1, 9) if interval and first != 12 else (2 if first else 4)
        return ast.Qualifier(0, first, last, digits)

    def type(self, depth: int = 2) -> ast.DataType:
        kind = self.random.randrange(8 if depth else 6)
        if kind == 0:
            return ast.DataType(0, self.name(), builtin=False, owner=self.maybe(self.name))
        if kind == 1:
            return ast.DataType(0, "DATETIME", qualifier=self.qualifier(interval=False))
        if kind == 2:
            return ast.DataType(0, "INTERVAL", qualifier=self.qualifier(interval=True))
        if kind == 3:
            return ast.DataType(
                0, self.pick("DECIMAL", "VARCHAR"), self.many(lambda: self.random.randint(0, 32), 0, 2)
            )
        if kind in (4, 5):
            return ast.DataType(0, self.pick("INTEGER", "DATE", "BOOLEAN", "TEXT", "BLOB", "FLOAT", "CHAR"))
        if kind == 6:
            collection = self.pick("SET", "MULTISET", "LIST")
            return ast.DataType(0, collection, element=self.type(depth - 1), element_not_null=self.flag())
        field = lambda: ast.RowField(0, self.name(), self.type(depth - 1), self.flag())  # noqa: E731 - used once, here
        return ast.DataType(0, "ROW", fields=self.many(field))

    # ---- expressions

    def leaf(self) -> ast.Expression:
        return self.pick(
            lambda: ast.NumberLiteral(0, self.pick(*NUMBERS)),
            lambda: ast.StringLiteral(0, "".join(self.many(lambda: self.pick(*"ab'\"-{}/*?\\ é€"), 0, 6))),
            lambda: ast.NullLiteral(0),
            lambda: ast.HostVariable(0, self.pick("x", "host")),
            lambda: ast.DatetimeLiteral(0, self.pick("2026-06-20 12:34", ".5"), self.qualifier(interval=False)),
            lambda: ast.IntervalLiteral(0, self.pick("-3 12:00", "1-2", ""), self.qualifier(interval=True)),
            lambda: ast.Current(0, self.maybe(lambda: self.qualifier(interval=False)), self.flag()),
            lambda: ast.SpecialValue(0, self.pick("TODAY", "USER", "DBSERVERNAME", "CURRENT_ROLE")),
            lambda: ast.SequenceValue(0, self.object(), self.pick("NEXTVAL", "CURRVAL")),
            self.column,
            self.column,
        )()

    def column(self) -> ast.ColumnRef:
        database = self.maybe(self.name)
        return ast.ColumnRef(0, self.many(self.name), database, self.maybe(self.name) if database else None)

    def expression(self) -> ast.Expression:
        if self.depth <= 0 or self.random.random() < 0.15:
            return self.leaf()
        self.depth -= 1
        e, flag = self.expression, self.flag
        made: ast.Expression = self.pick(
            lambda: ast.Unary(0, self.pick("-", "+", "NOT", "PRIOR", "CONNECT_BY_ROOT"), e()),
            lambda: ast.Binary(0, self.pick("+", "-", "*", "/", "||"), e(), e()),
            lambda: ast.Binary(0, self.pick("=", "<>", "<", "<=", ">", ">="), e(), e()),
            lambda: balanced(self.pick("AND", "OR"), self.many(e, 2, 5)),
            lambda: ast.IsNull(0, e(), flag()),
            lambda: ast.Between(0, e(), e(), e(), flag()),
            lambda: ast.InList(0, e(), (self.leaf(), *self.many(e, 0)), flag()),
            lambda: ast.InQuery(0, e(), self.query(), flag()),
            lambda: ast.Like(0, e(), self.pick("LIKE", "MATCHES"), e(), self.maybe(e), flag()),
            lambda: ast.Exists(0, self.query()),
            lambda: ast.Quantified(0, e(), self.pick("=", ">"), self.pick("ANY", "ALL"), self.query()),
            lambda: ast.Subquery(0, self.query()),
            lambda: ast.Case(0, self.maybe(e), self.many(lambda: ast.When(0, e(), e())), self.maybe(e)),
            lambda: ast.Cast(0, e(), self.type()),
            lambda: ast.Units(0, e(), self.pick(*ast.FIELD_CODES)),
            lambda: ast.Extend(0, e(), self.maybe(lambda: self.qualifier(interval=False))),
            lambda: ast.Subscript(0, e(), e(), self.maybe(e)),
            lambda: ast.Trim(0, self.pick("BOTH", "LEADING", "TRAILING"), self.maybe(e), e()),
            lambda: ast.Substring(0, e(), e(), self.maybe(e)),
            lambda: ast.CollectionConstructor(0, self.pick("SET", "LIST", "MULTISET"), self.many(e, 0)),
            lambda: ast.RowConstructor(0, self.many(e)),
            self.call,
            self.call,
        )()
        self.depth += 1
        return made

    def call(self) -> ast.FunctionCall:
        if self.random.random() < 0.2:
            return ast.FunctionCall(0, self.object(), (ast.Star(0),), window=self.maybe(self.window))
        arguments = self.many(self.argument, 0)
        quantifier = self.pick(None, "DISTINCT", "ALL") if arguments else None
        nulls = self.pick(None, None, "IGNORE", "RESPECT")
        return ast.FunctionCall(0, self.object(), arguments, quantifier, nulls, self.maybe(self.window))

    def argument(self) -> ast.Expression:
        if self.random.random() < 0.2:
            return ast.NamedArgument(0, self.name(), self.expression())
        return self.expression()

    def window(self) -> ast.Window:
        def bound() -> ast.FrameBound:
            if self.flag():
                return ast.FrameBound(0, self.pick("UNBOUNDED PRECEDING", "CURRENT ROW", "UNBOUNDED FOLLOWING"))
            return ast.FrameBound(0, self.pick("PRECEDING", "FOLLOWING"), self.expression())

        frame = self.maybe(lambda: ast.Frame(0, self.pick("ROWS", "RANGE"), bound(), self.maybe(bound)))
        return ast.Window(0, self.many(self.expression, 0), self.many(self.order, 0), frame)

    def order(self) -> ast.OrderItem:
        return ast.OrderItem(0, self.expression(), self.flag(), self.pick(None, "FIRST", "LAST"))

    # ---- queries

    def query(self) -> ast.Query:
        self.depth -= 1
        body: ast.QueryBody = self.select()
        while self.random.random() < 0.2:
            right = self.select() if self.flag() else self.query()
            body = ast.SetOperation(0, self.pick("UNION", "UNION ALL", "INTERSECT", "MINUS"), body, right)
        ctes = self.common_tables()
        made = ast.Query(
            0,
            body,
            ctes if self.depth > 0 else (),
            self.flag() and self.depth > 0 and bool(ctes),
            self.many(self.order, 0, 2),
            self.maybe(lambda: ast.NumberLiteral(0, "5")),
        )
        self.depth += 1
        return made

    def columns(self) -> tuple[ast.Identifier, ...]:
        return self.many(self.identifier, 0, 2)

    def select(self) -> ast.Select:
        count = lambda: ast.NumberLiteral(0, str(self.random.randint(0, 99)))  # noqa: E731 - used twice, here
        return ast.Select(
            0,
            self.many(self.item),
            self.many(self.table, 1, 2),
            self.maybe(self.expression),
            self.many(self.expression, 0, 1),
            self.maybe(self.expression),
            self.pick(None, None, "ALL", "DISTINCT"),
            self.maybe(count),
            self.maybe(count),
            self.maybe(self.expression),
            None,
        )

    def item(self) -> ast.SelectItem:
        if self.random.random() < 0.2:
            return ast.SelectItem(0, ast.Star(0, self.maybe(self.column)))
        return ast.SelectItem(0, self.expression(), self.maybe(self.name))

    def table(self) -> ast.TableExpression:
        if self.depth <= 0 or self.flag():
            return self.target()
        self.depth -= 1
        alias = self.maybe(self.name)
        columns = self.columns() if alias else ()
        made: ast.TableExpression = self.pick(
            lambda: ast.TableRef(0, self.object(), alias, only=True),
            lambda: ast.DerivedTable(0, self.query(), alias, columns, self.flag()),
            lambda: ast.TableFunction(0, self.call(), alias, columns),
            lambda: ast.CollectionTable(0, self.column(), alias, columns),
            lambda: ast.Join(0, "CROSS", self.table(), self.table()),
            lambda: ast.Join(
                0, self.pick("INNER", "LEFT", "RIGHT", "FULL"), self.table(), self.table(), self.expression()
            ),
            lambda: ast.Outer(0, self.many(self.table)),
        )()
        self.depth += 1
        return made

    def common_tables(self) -> tuple[ast.CommonTable, ...]:
        return self.many(lambda: ast.CommonTable(0, self.name(), self.columns(), self.query()), 0, 1)

    def target(self) -> ast.TableRef:
        return ast.TableRef(0, self.object(), self.maybe(self.name))

    # ---- statements

    def constraint(self, columns: Callable[[], tuple[ast.Identifier, ...]]) -> ast.Constraint:
        kind = self.pick("PRIMARY KEY", "UNIQUE", "FOREIGN KEY", "CHECK")
        references = lambda: ast.References(0, self.object(), self.columns(), self.flag())  # noqa: E731 - used once
        return ast.Constraint(
            0,
            kind,
            () if kind == "CHECK" else columns(),
            self.maybe(self.object),
            references() if kind == "FOREIGN KEY" else None,
            self.expression() if kind == "CHECK" else None,
            mode=self.pick(None, "ENABLED", "DISABLED"),
        )

    def table_constraint(self) -> ast.Constraint:
        return self.constraint(lambda: self.many(self.identifier))

    def column_definition(self) -> ast.ColumnDef:
        constraints = self.many(
            lambda: self.constraint(tuple) if self.flag() else ast.Constraint(0, "NOT NULL"), 0, 2
        )
        return ast.ColumnDef(0, self.name(), self.type(), self.maybe(self.leaf), constraints)

    def assignment(self) -> ast.Assignment:
        if self.flag():
            target = self.identifier()
            part = ast.Subscript(0, ast.ColumnRef(0, (target.name,)), self.leaf(), self.maybe(self.leaf))
            return ast.Assignment(0, (target,), (self.expression(),), self.pick(None, part))
        return ast.Assignment(0, self.pick(self.many(self.identifier, 2), ()), self.many(self.expression))

    def action(self) -> ast.AlterAction:
        return self.pick(
            lambda: ast.AddColumn(0, self.column_definition(), self.maybe(self.identifier)),
            lambda: ast.DropColumn(0, self.identifier()),
            lambda: ast.ModifyColumn(0, self.column_definition()),
            lambda: ast.AddConstraint(0, self.table_constraint()),
            lambda: ast.DropConstraint(0, self.object()),
        )()

    def values(self) -> ast.Values:
        return ast.Values(0, self.many(self.expression))

    def statement(self) -> ast.Statement:
        where: Callable[[], Any] = lambda: self.pick(  # noqa: E731 - used twice, here
            None, self.expression(), ast.CurrentOf(0, self.pick("c1", "MyCursor"))
        )
        matched: Callable[[], Any] = lambda: self.pick(  # noqa: E731 - used once, here
            ast.MergeDelete(0), ast.MergeUpdate(0, self.many(self.assignment))
        )
        made: ast.Statement = self.pick(
            self.query,
            lambda: ast.Insert(0, self.object(), self.columns(), self.values()),
            lambda: ast.Insert(0, self.object(), self.columns(), self.query()),
            lambda: ast.Update(0, self.target(), self.many(self.assignment), where(), ctes=self.common_tables()),
            lambda: ast.Delete(0, self.target(), where(), self.common_tables()),
            lambda: ast.Merge(
                0,
                self.target(),
                self.target(),
                self.expression(),
                matched(),
                self.maybe(lambda: ast.MergeInsert(0, self.columns(), self.values())),
            ),
            lambda: ast.CreateTable(
                0,
                self.object(),
                self.many(self.column_definition),
                self.many(self.table_constraint, 0, 2),
                lock_mode=self.pick(None, "ROW"),
                first_extent=self.pick(None, 64),
                next_extent=self.pick(None, 8),
            ),
            lambda: ast.AlterIndex(0, self.object(), self.flag()),
            lambda: ast.CreateView(0, self.object(), self.columns(), self.query(), self.flag()),
            lambda: ast.AlterTable(0, self.object(), self.many(self.action)),
            lambda: ast.DropObject(0, self.pick("TABLE", "INDEX", "VIEW"), self.object(), self.flag()),
            lambda: ast.ExecuteRoutine(
                0, self.pick("PROCEDURE", "FUNCTION", "CALL"), self.object(), self.many(self.argument, 0)
            ),
        )()
        return made


def balanced(operator: str, operands: tuple[ast.Expression, ...]) -> ast.Expression:
    """Join operands as the parser does: flattened, then halved."""

    def flatten(node: ast.Expression) -> list[ast.Expression]:
        if isinstance(node, ast.Binary) and node.operator == operator:
            return [*flatten(node.left), *flatten(node.right)]
        return [node]

    def join(nodes: list[ast.Expression]) -> ast.Expression:
        middle = len(nodes) // 2
        return ast.Binary(0, operator, join(nodes[:middle]), join(nodes[middle:])) if middle else nodes[0]

    return join([leaf for operand in operands for leaf in flatten(operand)])


@MANY
@given(SEEDS)
def test_any_expression_survives_the_way_to_text_and_back(seed: int) -> None:
    node = Grower(seed).expression()
    text = unparse(node)
    assert parse_expression(text, delimident=True) == node, text


@MANY
@given(SEEDS)
def test_any_statement_survives_the_way_to_text_and_back(seed: int) -> None:
    node = Grower(seed, depth=3).statement()
    text = unparse(node)
    parsed = parse(text, delimident=True)
    assert parsed.statement == node, text
    assert statement_type(parsed.statement) == statement_type(node)


# ---- garbage

PIECES = (
    f"{WORDS} delete create drop alter index view merge execute procedure grant int char(3) by to key "
    "( ( ( ) ) ) [ ] { } , , , . . ; : :: ? = <> < > + - * / || @ $ 's' \"d\" 1 2.5 ' \" /* */ -- é \0"
).split(" ")


def outcome(text: str) -> SqlError | None:
    """Parse; return the error after checking that it is one of the front end's, with a place in the text."""
    caught = None
    try:
        parse(text)
    except SqlError as error:
        caught = error
    if caught is not None:
        assert caught.sqlcode in (-201, -202, -203, -204, -253, -282, -283, -513, -943, -1268)
        assert 1 <= caught.offset <= len(text) + 1
    return caught


@MANY
@given(st.text(max_size=80))
@example("")
@example("\x00")
def test_any_text_parses_or_raises_an_sql_error(text: str) -> None:
    outcome(text)


@MANY
@given(st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
def test_any_sequence_of_words_parses_or_raises_an_sql_error(text: str) -> None:
    outcome(text)


@MANY
@given(SEEDS)
def test_damaged_statements_parse_or_raise_an_sql_error(seed: int) -> None:
    text = unparse(Grower(seed, depth=2).statement())
    chance = random.Random(seed)
    at = chance.randrange(len(text))
    outcome(text[:at])
    outcome(text[:at] + text[at + 1 :])
    outcome(text[:at] + chance.choice(PIECES) + text[at:])


@pytest.mark.parametrize(
    "text",
    [
        "select " + "(" * 5000 + "1" + ")" * 5000 + " from t",
        "select " + "- " * 5000 + "1 from t",
        "select a from " + "(select a from " * 5000 + "t" + ")" * 5000,
        "select " + "f(" * 5000 + ")" * 5000 + " from t",
        "select " + "case when " * 5000 + " from t",
        "select a from t where " + "not " * 5000 + "a = 1",
        "create table t (a " + "set(" * 5000 + "int" + ")" * 5000 + ")",
    ],
)
def test_nesting_beyond_the_stack_is_refused(text: str) -> None:
    error = outcome(text)
    assert error is not None
    assert error.sqlcode == -513


@pytest.mark.parametrize(
    "text",
    [
        "select " + " + ".join(["a"] * 20000) + " from t",
        "select a from t where " + " and ".join(f"a{i} = {i}" for i in range(20000)),
        "insert into t values (" + ", ".join(["1"] * 20000) + ")",
        "select a from t where a in (" + ", ".join(["1"] * 20000) + ")",
        "select '" + "x" * 1_000_000 + "' from t",
        "select a from t " + "{ comment } " * 20000,
    ],
)
@pytest.mark.timeout(20)
def test_long_texts_parse(text: str) -> None:
    assert parse(text).parameters == 0
