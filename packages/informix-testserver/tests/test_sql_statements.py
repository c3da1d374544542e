"""Queries, changes of rows, definitions: text → tree, tree → statement type."""

from typing import Any

import pytest
from informix_testserver.sql import ast, parse, statement_type


def name(text: str, owner: str | None = None, **more: Any) -> ast.ObjectName:
    return ast.ObjectName(0, text, owner, **more)


def ident(text: str) -> ast.Identifier:
    return ast.Identifier(0, text)


def idents(*texts: str) -> tuple[ast.Identifier, ...]:
    return tuple(map(ident, texts))


def table(text: str, alias: str | None = None, **more: Any) -> ast.TableRef:
    return ast.TableRef(0, name(text, **more), alias)


def num(text: object) -> ast.NumberLiteral:
    return ast.NumberLiteral(0, str(text))


def txt(value: str) -> ast.StringLiteral:
    return ast.StringLiteral(0, value)


def par(index: int) -> ast.Parameter:
    return ast.Parameter(0, index)


def col(*parts: str) -> ast.ColumnRef:
    return ast.ColumnRef(0, parts)


def op(left: ast.Expression, operator: str, right: ast.Expression) -> ast.Binary:
    return ast.Binary(0, operator, left, right)


def eq(left: ast.Expression, right: ast.Expression) -> ast.Binary:
    return op(left, "=", right)


def typ(text: str, *arguments: int, **more: Any) -> ast.DataType:
    return ast.DataType(0, text, arguments, **more)


def item(expression: ast.Expression, alias: str | None = None) -> ast.SelectItem:
    return ast.SelectItem(0, expression, alias)


def block(
    *items: ast.SelectItem | ast.Expression, from_: tuple[ast.TableExpression, ...] = (), **more: Any
) -> ast.Select:
    wrapped = tuple(i if isinstance(i, ast.SelectItem) else item(i) for i in items)
    return ast.Select(0, wrapped, from_ or (table("t"),), **more)


def select(
    *items: ast.SelectItem | ast.Expression, from_: tuple[ast.TableExpression, ...] = (), **more: Any
) -> ast.Query:
    return ast.Query(0, block(*items, from_=from_, **more))


def column(text: str, data_type: ast.DataType, *constraints: ast.Constraint, **more: Any) -> ast.ColumnDef:
    return ast.ColumnDef(0, text, data_type, constraints=constraints, **more)


def order(expression: ast.Expression, **more: Any) -> ast.OrderItem:
    return ast.OrderItem(0, expression, **more)


def create(text: str, *columns: ast.ColumnDef, **more: Any) -> ast.CreateTable:
    return ast.CreateTable(0, name(text), columns, **more)


def alter(*actions: ast.AlterAction) -> ast.AlterTable:
    return ast.AlterTable(0, name("t"), actions)


def drop(kind: str, text: str, **more: Any) -> ast.DropObject:
    return ast.DropObject(0, kind, name(text), **more)


A, B, C, STAR = col("a"), col("b"), col("c"), ast.Star(0)
INT = typ("INTEGER")
NOT_NULL = ast.Constraint(0, "NOT NULL")

SELECTS: list[tuple[str, ast.Query]] = [
    ("SELECT * FROM t", select(STAR)),
    ("select t.*, a FROM t", select(ast.Star(0, col("t")), A)),
    ("SELECT a b, a AS c, a AS from FROM t", select(item(A, "b"), item(A, "c"), item(A, "from"))),
    ("SELECT count, type, date year FROM t", select(col("count"), col("type"), item(col("date"), "year"))),
    ("SELECT first FROM t", select(col("first"))),
    ("SELECT unique, skip FROM t", select(col("unique"), col("skip"))),
    ("SELECT FIRST 10 a FROM t", select(A, first=num(10))),
    ("SELECT SKIP 5 FIRST 10 a FROM t", select(A, skip=num(5), first=num(10))),
    ("SELECT SKIP ? LIMIT ? a FROM t", select(A, skip=par(0), first=par(1))),
    ("SELECT FIRST 1 DISTINCT a FROM t", select(A, first=num(1), quantifier="DISTINCT")),
    ("SELECT UNIQUE a FROM t", select(A, quantifier="DISTINCT")),
    ("SELECT ALL a FROM t", select(A, quantifier="ALL")),
    ("SELECT a FROM t WHERE a = 1", select(A, where=eq(A, num(1)))),
    ("SELECT a FROM t x, u AS y", select(A, from_=(table("t", "x"), table("u", "y")))),
    ("SELECT a FROM db@srv:own.t", select(A, from_=(table("t", owner="own", database="db", server="srv"),))),
    ("SELECT a FROM db:t", select(A, from_=(table("t", database="db"),))),
    ('SELECT a FROM "informix".systables', select(A, from_=(table("systables", owner="informix"),))),
    ("SELECT a FROM ONLY (t)", select(A, from_=(ast.TableRef(0, name("t"), only=True),))),
    (
        "SELECT a FROM t, OUTER u WHERE t.a = u.b",
        select(A, from_=(table("t"), ast.Outer(0, (table("u"),))), where=eq(col("t", "a"), col("u", "b"))),
    ),
    (
        "SELECT a FROM t, OUTER (u, OUTER v)",
        select(A, from_=(table("t"), ast.Outer(0, (table("u"), ast.Outer(0, (table("v"),)))))),
    ),
    (
        "SELECT a FROM t LEFT OUTER JOIN u ON t.a = u.a JOIN v ON 1 = 1 CROSS JOIN w",
        select(
            A,
            from_=(
                ast.Join(
                    0,
                    "CROSS",
                    ast.Join(
                        0,
                        "INNER",
                        ast.Join(0, "LEFT", table("t"), table("u"), eq(col("t", "a"), col("u", "a"))),
                        table("v"),
                        eq(num(1), num(1)),
                    ),
                    table("w"),
                ),
            ),
        ),
    ),
    (
        "SELECT a FROM t FULL JOIN u RIGHT JOIN v ON b ON c",
        select(
            A,
            from_=(ast.Join(0, "FULL", table("t"), ast.Join(0, "RIGHT", table("u"), table("v"), B), C),),
        ),
    ),
    ("SELECT a FROM (SELECT b FROM t) d", select(A, from_=(ast.DerivedTable(0, select(B), "d"),))),
    (
        "SELECT x FROM (SELECT b FROM t) AS d (x)",
        select(col("x"), from_=(ast.DerivedTable(0, select(B), "d", idents("x")),)),
    ),
    (
        "SELECT a FROM ((SELECT a FROM t) UNION SELECT b FROM t) d",
        select(
            A,
            from_=(ast.DerivedTable(0, ast.Query(0, ast.SetOperation(0, "UNION", select(A), block(B))), "d"),),
        ),
    ),
    (
        "select dbinfo('version','full') from table (set{1})",
        select(
            ast.FunctionCall(0, name("dbinfo"), (txt("version"), txt("full"))),
            from_=(ast.CollectionTable(0, ast.CollectionConstructor(0, "SET", (num(1),))),),
        ),
    ),
    (
        "SELECT x FROM TABLE(f(1)) v(x)",
        select(
            col("x"), from_=(ast.TableFunction(0, ast.FunctionCall(0, name("f"), (num(1),)), "v", idents("x")),)
        ),
    ),
    ("SELECT a FROM TABLE(MULTISET(SELECT b FROM t)) v", select(A, from_=(ast.DerivedTable(0, select(B), "v"),))),
    (
        "SELECT a FROM t, LATERAL (SELECT b FROM t) d",
        select(A, from_=(table("t"), ast.DerivedTable(0, select(B), "d", lateral=True))),
    ),
    (
        "SELECT a, COUNT(*) FROM t GROUP BY 1 HAVING COUNT(*) > 1 ORDER BY 2 DESC, a NULLS FIRST",
        ast.Query(
            0,
            block(
                A,
                ast.FunctionCall(0, name("count"), (STAR,)),
                group_by=(num(1),),
                having=op(ast.FunctionCall(0, name("count"), (STAR,)), ">", num(1)),
            ),
            order_by=(order(num(2), descending=True), order(A, nulls="FIRST")),
        ),
    ),
    (
        "SELECT a FROM t UNION ALL SELECT b FROM t MINUS SELECT c FROM t ORDER BY 1",
        ast.Query(
            0,
            ast.SetOperation(0, "MINUS", ast.SetOperation(0, "UNION ALL", block(A), block(B)), block(C)),
            order_by=(order(num(1)),),
        ),
    ),
    (
        "(SELECT a FROM t) EXCEPT (SELECT b FROM t)",
        ast.Query(0, ast.SetOperation(0, "MINUS", select(A), select(B))),
    ),
    (
        "SELECT a FROM t INTERSECT SELECT b FROM t",
        ast.Query(0, ast.SetOperation(0, "INTERSECT", block(A), block(B))),
    ),
    (
        "WITH c (x) AS (SELECT a FROM t), d AS (SELECT b FROM t) SELECT * FROM c, d",
        ast.Query(
            0,
            block(STAR, from_=(table("c"), table("d"))),
            (ast.CommonTable(0, "c", idents("x"), select(A)), ast.CommonTable(0, "d", (), select(B))),
        ),
    ),
    (
        "WITH RECURSIVE c AS (SELECT a FROM t) SELECT * FROM c",
        ast.Query(0, block(STAR, from_=(table("c"),)), (ast.CommonTable(0, "c", (), select(A)),), recursive=True),
    ),
    ("SELECT a FROM t ORDER BY a LIMIT 3", ast.Query(0, block(A), order_by=(order(A),), limit=num(3))),
    ("SELECT a FROM t INTO TEMP x", ast.Query(0, block(A), into=ast.IntoTable(0, name("x")))),
    (
        "SELECT a FROM t ORDER BY 1 INTO TEMP x WITH NO LOG",
        ast.Query(0, block(A), order_by=(order(num(1)),), into=ast.IntoTable(0, name("x"), no_log=True)),
    ),
    ("SELECT a FROM t FOR UPDATE", ast.Query(0, block(A), for_update=True)),
    ("SELECT a FROM t FOR UPDATE OF a, b", ast.Query(0, block(A), for_update=True, update_columns=(A, B))),
    ("SELECT a FROM t FOR READ ONLY", ast.Query(0, block(A), read_only=True)),
    (
        "SELECT a FROM t START WITH a = 1 CONNECT BY NOCYCLE PRIOR a = b ORDER SIBLINGS BY a",
        select(
            A,
            start_with=eq(A, num(1)),
            connect_by=eq(ast.Unary(0, "PRIOR", A), B),
            nocycle=True,
            order_siblings=(order(A),),
        ),
    ),
    ("{c} SELECT a -- c\nFROM t /* c */;", select(A)),
    ("SELECT ?::INT FROM t", select(ast.Cast(0, par(0), INT))),
]

DML: list[tuple[str, ast.Statement, int]] = [
    (
        "INSERT INTO t VALUES (1, ?, NULL)",
        ast.Insert(0, name("t"), (), ast.Values(0, (num(1), par(0), ast.NullLiteral(0)))),
        6,
    ),
    (
        "INSERT INTO own.t (a, date) VALUES (0, ?)",
        ast.Insert(0, name("t", "own"), idents("a", "date"), ast.Values(0, (num(0), par(0)))),
        6,
    ),
    ("INSERT INTO t (a) SELECT b FROM t", ast.Insert(0, name("t"), idents("a"), select(B)), 6),
    (
        "INSERT INTO t EXECUTE PROCEDURE p(1)",
        ast.Insert(0, name("t"), (), ast.ExecuteRoutine(0, "PROCEDURE", name("p"), (num(1),))),
        6,
    ),
    ("UPDATE t SET a = 1", ast.Update(0, table("t"), (ast.Assignment(0, idents("a"), (num(1),)),)), 33),
    (
        "UPDATE t SET (a, b) = (1, 2), c = c + 1 WHERE a = ?",
        ast.Update(
            0,
            table("t"),
            (
                ast.Assignment(0, idents("a", "b"), (num(1), num(2))),
                ast.Assignment(0, idents("c"), (op(C, "+", num(1)),)),
            ),
            eq(A, par(0)),
        ),
        4,
    ),
    (
        "UPDATE t SET (a, b) = ((SELECT a, b FROM t))",
        ast.Update(0, table("t"), (ast.Assignment(0, idents("a", "b"), (ast.Subquery(0, select(A, B)),)),)),
        33,
    ),
    ("UPDATE t SET * = (1, 2)", ast.Update(0, table("t"), (ast.Assignment(0, (), (num(1), num(2))),)), 33),
    (
        "UPDATE t SET a = 1 WHERE CURRENT OF MyCursor",
        ast.Update(0, table("t"), (ast.Assignment(0, idents("a"), (num(1),)),), ast.CurrentOf(0, "MyCursor")),
        7,
    ),
    (
        "update statistics set a = 1",
        ast.Update(0, table("statistics"), (ast.Assignment(0, idents("a"), (num(1),)),)),
        33,
    ),
    ("DELETE FROM t", ast.Delete(0, table("t")), 32),
    ("DELETE t x WHERE x.a = 1", ast.Delete(0, table("t", "x"), eq(col("x", "a"), num(1))), 5),
    ("DELETE FROM t WHERE CURRENT OF c1", ast.Delete(0, table("t"), ast.CurrentOf(0, "c1")), 8),
    (
        "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET b = 1 "
        "WHEN NOT MATCHED THEN INSERT (a) VALUES (?)",
        ast.Merge(
            0,
            table("t"),
            table("u"),
            eq(col("t", "a"), col("u", "a")),
            ast.MergeUpdate(0, (ast.Assignment(0, idents("b"), (num(1),)),)),
            ast.MergeInsert(0, idents("a"), ast.Values(0, (par(0),))),
        ),
        128,
    ),
    (
        "MERGE INTO t x USING (SELECT a FROM t) y ON x.a = y.a WHEN MATCHED THEN DELETE",
        ast.Merge(
            0,
            table("t", "x"),
            ast.DerivedTable(0, select(A), "y"),
            eq(col("x", "a"), col("y", "a")),
            ast.MergeDelete(0),
        ),
        128,
    ),
    ("EXECUTE PROCEDURE p()", ast.ExecuteRoutine(0, "PROCEDURE", name("p")), 56),
    (
        "EXECUTE FUNCTION own.f(?, x = 2)",
        ast.ExecuteRoutine(0, "FUNCTION", name("f", "own"), (par(0), ast.NamedArgument(0, "x", num(2)))),
        56,
    ),
    ("CALL p('a')", ast.ExecuteRoutine(0, "CALL", name("p"), (txt("a"),)), 56),
]

DDL: list[tuple[str, ast.Statement, int]] = [
    ("CREATE TABLE t (a INT)", create("t", column("a", INT)), 14),
    ("create table if not exists t (a int)", create("t", column("a", INT), if_not_exists=True), 14),
    (
        "CREATE TEMP TABLE t (a INT) WITH NO LOG",
        create("t", column("a", INT), kind="TEMP", no_log=True),
        45,
    ),
    (
        "CREATE RAW TABLE t (date DATE, check INT)",
        create("t", column("date", typ("DATE")), column("check", INT), kind="RAW"),
        14,
    ),
    (
        "CREATE TABLE t (a SERIAL(5) PRIMARY KEY CONSTRAINT pk, b CHAR(3) DEFAULT 'x' NOT NULL, "
        "c INT NOT NULL DEFAULT -1)",
        create(
            "t",
            column("a", typ("SERIAL", 5), ast.Constraint(0, "PRIMARY KEY", name=name("pk"))),
            column("b", typ("CHAR", 3), NOT_NULL, default=txt("x")),
            column("c", INT, NOT_NULL, default=ast.Unary(0, "-", num(1))),
        ),
        14,
    ),
    (
        "CREATE TABLE t (a INT REFERENCES u (b) ON DELETE CASCADE, b INT CHECK (b > 0) CONSTRAINT ck, "
        "c TEXT IN table)",
        create(
            "t",
            column(
                "a",
                INT,
                ast.Constraint(
                    0, "FOREIGN KEY", references=ast.References(0, name("u"), idents("b"), cascade=True)
                ),
            ),
            column("b", INT, ast.Constraint(0, "CHECK", name=name("ck"), condition=op(B, ">", num(0)))),
            column("c", typ("TEXT", space="table")),
        ),
        14,
    ),
    (
        "CREATE TABLE t (a INT, b INT, PRIMARY KEY (a, b) CONSTRAINT pk, UNIQUE (b), CHECK (a < b), "
        "FOREIGN KEY (a) REFERENCES u CONSTRAINT fk DISABLED)",
        create(
            "t",
            column("a", INT),
            column("b", INT),
            constraints=(
                ast.Constraint(0, "PRIMARY KEY", idents("a", "b"), name("pk")),
                ast.Constraint(0, "UNIQUE", idents("b")),
                ast.Constraint(0, "CHECK", condition=op(A, "<", B)),
                ast.Constraint(
                    0, "FOREIGN KEY", idents("a"), name("fk"), ast.References(0, name("u")), mode="DISABLED"
                ),
            ),
        ),
        14,
    ),
    (
        "CREATE TABLE t (a INT DEFAULT TODAY, b DATETIME YEAR TO DAY DEFAULT CURRENT YEAR TO DAY NOT NULL)",
        create(
            "t",
            column("a", INT, default=ast.SpecialValue(0, "TODAY")),
            column(
                "b",
                typ("DATETIME", qualifier=ast.Qualifier(0, 0, 4, 4)),
                NOT_NULL,
                default=ast.Current(0, ast.Qualifier(0, 0, 4, 4)),
            ),
        ),
        14,
    ),
    (
        "CREATE TABLE t (a INT) WITH ROWIDS IN dbs EXTENT SIZE 16 NEXT SIZE 16 LOCK MODE ROW",
        create("t", column("a", INT), lock_mode="ROW", with_options=("ROWIDS",), first_extent=16, next_extent=16),
        14,
    ),
    (
        "CREATE TABLE t (a INT) FRAGMENT BY EXPRESSION (a < 5) IN d1, REMAINDER IN d2 "
        "EXTENT SIZE 8 LOCK MODE PAGE",
        create("t", column("a", INT), lock_mode="PAGE", first_extent=8),
        14,
    ),
    ("CREATE TABLE t AS SELECT a FROM t", create("t", query=select(A)), 14),
    ("CREATE TABLE t OF TYPE r UNDER s", create("t", row_type=name("r"), under=name("s")), 14),
    ("ALTER TABLE t MODIFY NEXT SIZE 32", alter(ast.ChangeExtents(0, None, 32)), 29),
    ("ALTER TABLE t MODIFY EXTENT SIZE 64 NEXT SIZE 32", alter(ast.ChangeExtents(0, 64, 32)), 29),
    ("ALTER INDEX own.i TO CLUSTER", ast.AlterIndex(0, name("i", "own"), True), 47),
    ("ALTER INDEX i TO NOT CLUSTER", ast.AlterIndex(0, name("i"), False), 47),
    ("TRUNCATE t", ast.Truncate(0, name("t")), 122),
    ("TRUNCATE TABLE own.t DROP STORAGE", ast.Truncate(0, name("t", "own")), 122),
    ("ALTER TABLE t ADD a INT", alter(ast.AddColumn(0, column("a", INT))), 29),
    (
        "ALTER TABLE t ADD (a INT NOT NULL BEFORE b, c INT), DROP (x, y)",
        alter(
            ast.AddColumn(0, column("a", INT, NOT_NULL), ident("b")),
            ast.AddColumn(0, column("c", INT)),
            ast.DropColumn(0, ident("x")),
            ast.DropColumn(0, ident("y")),
        ),
        29,
    ),
    ("ALTER TABLE t MODIFY (a INT)", alter(ast.ModifyColumn(0, column("a", INT))), 29),
    (
        "ALTER TABLE t ADD CONSTRAINT UNIQUE (a) CONSTRAINT u1",
        alter(ast.AddConstraint(0, ast.Constraint(0, "UNIQUE", idents("a"), name("u1")))),
        29,
    ),
    (
        "ALTER TABLE t ADD CONSTRAINT (PRIMARY KEY (a), CHECK (a > 1))",
        alter(
            ast.AddConstraint(0, ast.Constraint(0, "PRIMARY KEY", idents("a"))),
            ast.AddConstraint(0, ast.Constraint(0, "CHECK", condition=op(A, ">", num(1)))),
        ),
        29,
    ),
    (
        "ALTER TABLE t DROP CONSTRAINT (a, b)",
        alter(ast.DropConstraint(0, name("a")), ast.DropConstraint(0, name("b"))),
        29,
    ),
    ("ALTER TABLE t LOCK MODE (ROW)", alter(ast.ChangeLockMode(0, "ROW")), 29),
    ("ALTER TABLE t TYPE (RAW)", alter(ast.ChangeTable(0, ("TYPE",))), 29),
    ("ALTER TABLE t ADD ROWIDS", alter(ast.ChangeTable(0, ("ADD", "ROWIDS"))), 29),
    (
        "CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a DESC, b ASC, c)",
        ast.CreateIndex(
            0,
            name("i"),
            name("t"),
            (ast.IndexColumn(0, A, descending=True), ast.IndexColumn(0, B), ast.IndexColumn(0, C)),
            unique=True,
            if_not_exists=True,
        ),
        16,
    ),
    (
        "CREATE CLUSTER INDEX i ON t (upper(a)) USING btree IN dbs ONLINE",
        ast.CreateIndex(
            0,
            name("i"),
            name("t"),
            (ast.IndexColumn(0, ast.FunctionCall(0, name("upper"), (A,))),),
            cluster=True,
            access_method="btree",
        ),
        16,
    ),
    (
        "CREATE VIEW v (x) AS SELECT a FROM t WITH CHECK OPTION",
        ast.CreateView(0, name("v"), idents("x"), select(A), check_option=True),
        40,
    ),
    ("CREATE SYNONYM s FOR db:t", ast.CreateSynonym(0, name("s"), name("t", database="db")), 43),
    ("CREATE PRIVATE SYNONYM s FOR t", ast.CreateSynonym(0, name("s"), name("t"), private=True), 43),
    ("CREATE SEQUENCE s", ast.CreateSequence(0, name("s"), ast.SequenceOptions(0)), 124),
    (
        "CREATE SEQUENCE s START WITH 5 INCREMENT BY -2 MAXVALUE 9 NOMINVALUE CYCLE NOCACHE NOORDER",
        ast.CreateSequence(
            0,
            name("s"),
            ast.SequenceOptions(
                0, start=5, increment=-2, maximum=9, no_minimum=True, cycle=True, cache=0, order=False
            ),
        ),
        124,
    ),
    ("ALTER SEQUENCE s RESTART 7", ast.AlterSequence(0, name("s"), ast.SequenceOptions(0, restart=7)), 126),
    (
        "CREATE ROW TYPE r (a INT NOT NULL, b CHAR(3)) UNDER q",
        ast.CreateRowType(
            0,
            name("r"),
            (ast.RowField(0, "a", INT, not_null=True), ast.RowField(0, "b", typ("CHAR", 3))),
            name("q"),
        ),
        90,
    ),
    ("CREATE DISTINCT TYPE d AS DECIMAL(8,2)", ast.CreateDistinctType(0, name("d"), typ("DECIMAL", 8, 2)), 92),
    ("CREATE ROLE r", ast.CreateRole(0, "r"), 83),
    (
        "CREATE PROCEDURE p() DEFINE x INT; LET x = 1; END PROCEDURE",
        ast.CreateRoutine(0, "PROCEDURE", name("p")),
        53,
    ),
    (
        "CREATE OR REPLACE FUNCTION f(a INT) RETURNING INT; RETURN a; END FUNCTION;",
        ast.CreateRoutine(0, "FUNCTION", name("f"), or_replace=True),
        53,
    ),
    ("CREATE TRIGGER g INSERT ON t (EXECUTE PROCEDURE p())", ast.CreateTrigger(0, name("g")), 70),
    (
        "CREATE SCHEMA AUTHORIZATION joe CREATE TABLE t (a INT)",
        ast.CreateSchema(0, "joe", (create("t", column("a", INT)),)),
        51,
    ),
    ("DROP TABLE t", drop("TABLE", "t"), 15),
    ("DROP TABLE IF EXISTS t RESTRICT", drop("TABLE", "t", if_exists=True, restrict=True), 15),
    ("DROP INDEX i", drop("INDEX", "i"), 17),
    ("DROP VIEW v CASCADE", drop("VIEW", "v"), 41),
    ("DROP SYNONYM s", drop("SYNONYM", "s"), 44),
    ("DROP TRIGGER g", drop("TRIGGER", "g"), 71),
    ("DROP ROLE r", drop("ROLE", "r"), 84),
    ("DROP ROW TYPE r RESTRICT", drop("ROW TYPE", "r", restrict=True), 91),
    ("DROP TYPE d RESTRICT", drop("TYPE", "d", restrict=True), 96),
    ("DROP SEQUENCE s", drop("SEQUENCE", "s"), 125),
    ("DROP PROCEDURE p", ast.DropRoutine(0, "PROCEDURE", name("p")), 54),
    (
        "DROP FUNCTION IF EXISTS f (INT, CHAR(3))",
        ast.DropRoutine(0, "FUNCTION", name("f"), (INT, typ("CHAR", 3)), if_exists=True),
        54,
    ),
    ("RENAME TABLE a TO b", ast.RenameObject(0, "TABLE", name("a"), ident("b")), 20),
    ("RENAME INDEX a TO b", ast.RenameObject(0, "INDEX", name("a"), ident("b")), 116),
    ("RENAME SEQUENCE a TO b", ast.RenameObject(0, "SEQUENCE", name("a"), ident("b")), 127),
    ("RENAME DATABASE a TO b", ast.RenameObject(0, "DATABASE", name("a"), ident("b")), 87),
    ("RENAME COLUMN t.a TO b", ast.RenameColumn(0, name("t"), ident("a"), ident("b")), 21),
    (
        "RENAME COLUMN db:own.t.a TO b",
        ast.RenameColumn(0, name("t", "own", database="db"), ident("a"), ident("b")),
        21,
    ),
]


@pytest.mark.parametrize(("text", "expected"), SELECTS)
def test_query(text: str, expected: ast.Query) -> None:
    found = parse(text)
    assert found.statement == expected
    assert found.text == text
    assert statement_type(found.statement) == (3 if expected.into else 2)


@pytest.mark.parametrize(("text", "expected", "number"), [*DML, *DDL])
def test_statement(text: str, expected: ast.Statement, number: int) -> None:
    found = parse(text).statement
    assert found == expected
    assert statement_type(found) == number


def test_texts_kept_for_the_catalog() -> None:
    view = parse(" create view v as select a from t;").statement
    assert isinstance(view, ast.CreateView)
    assert view.text == "create view v as select a from t"
    created = parse("create table t (a int check ( a > 'x)' ) , check(a<5))").statement
    assert isinstance(created, ast.CreateTable)
    assert [created.columns[0].constraints[0].text, created.constraints[0].text] == ["a > 'x)'", "a<5"]
    routine = parse("create procedure p() return; end procedure;\n").statement
    assert isinstance(routine, ast.CreateRoutine)
    assert routine.text == "create procedure p() return; end procedure;"
