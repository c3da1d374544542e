# ruff: noqa: E501 - one case a line
"""DDL and the system catalogue that shows it."""

from decimal import Decimal
from typing import Any

import pytest

D = Decimal

# coltype, collength: sqli.md 6.2, 6.3; NOT NULL adds 256.
COLUMNS = [
    ("smallint", 1, 2), ("int", 2, 4), ("integer not null", 258, 4), ("float", 3, 8), ("smallfloat", 4, 4), ("real", 4, 4),
    ("decimal(8,2)", 5, 0x0802), ("decimal(16)", 5, 0x10FF), ("decimal", 5, 0x10FF), ("numeric(32,10)", 5, 0x200A),
    ("money(10,2)", 8, 0x0A02), ("date", 7, 4), ("char(10)", 0, 10), ("char", 0, 1), ("varchar(50)", 13, 50),
    ("varchar(50,10)", 13, 0x0A32), ("nchar(5)", 15, 5), ("nvarchar(6)", 16, 6), ("lvarchar", 40, 2048), ("lvarchar(100)", 40, 100),
    ("boolean", 41, 1), ("int8", 17, 10), ("bigint", 52, 8), ("datetime year to second", 10, 0x0E0A),
    ("datetime year to fraction(5)", 10, 0x130F), ("datetime hour to minute", 10, 0x0468), ("datetime year to month", 10, 0x0602),
    ("interval day(2) to second", 14, 0x084A), ("interval year(4) to month", 14, 0x0602), ("interval day(9) to fraction(5)", 14, 0x144F),
    ("byte", 11, 56), ("text", 12, 56), ("blob", 41, 72), ("clob", 41, 72),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "coltype", "collength"), COLUMNS)
def test_declared_types(db: Any, declared: str, coltype: int, collength: int) -> None:
    db.run(f"create table t (c {declared})")
    sql = (
        "select coltype, collength from syscolumns where tabid = (select tabid from systables where tabname = 't')"
    )
    assert db.rows(sql) == [(coltype, collength)]


@pytest.mark.parametrize(
    ("sql", "code", "token"),
    [
        ("create table t (x int)", -310, "t"),
        ("create table u (x int, x int)", -328, "x"),
        ("create table u (x varchar(300))", -235, ""),
        ("create table u (x nothing)", -9628, "nothing"),
        ("create table u (x decimal(5,6))", -366, ""),
        ("create table u (x money(1))", -366, ""),
        ("create table u (x varchar(5,6))", -651, ""),
        ("create table u (x int references nowhere)", -206, "nowhere"),
        ("create table u (x int references t (v))", -297, "t"),
        ("create table u (x int, primary key (y))", -549, "y"),
        ("create table u (x int, foreign key (y) references t)", -537, "y"),
        ("create table u (x int, y int, foreign key (x, y) references t)", -536, ""),
        ("create table u (x int, y int, foreign key (x, y) references t (id))", -536, ""),
        ("create table u (x char(4) references t)", -356, ""),
        ("create table u (x bigint references t)", -356, ""),
        ("create temp table u (x int references t)", -548, ""),
        ("create temp table u (x int unique constraint named)", -576, ""),
        ("create table u (x serial, y serial)", -362, ""),
        ("create table u (x serial8, y bigserial)", -362, ""),
        ("create table u (x serial default 4)", -593, ""),
        ("create table u (x int default null not null)", -592, ""),
        ("create table u (x text default 'a')", -594, ""),
        ("create table u (x int, y int, unique (x, y, x))", -542, ""),
        ("create table u (x text unique)", -610, ""),
        ("create table u (x int check (x in (select id from t)))", -677, ""),
        ("create table u (x int primary key, primary key (x))", -577, ""),
        ("create table u (x interval year to day)", -1268, ""),
        ("create index ti on t (v)", -316, "ti"),
        ("create index tj on t (v)", -350, ""),
        ("create index tj on t (id)", -350, ""),
        ("create index tj on t (v, n, v desc)", -542, ""),
        ("create index tj on v1 (id)", -206, "v1"),
        ("create unique index tj on t (n)", -371, ""),
        ("create index tj on t (nothing)", -217, "nothing"),
        ("create view w as select id + 1 from t", -249, ""),
        ("create view w (a, b) as select id from t", -382, ""),
        ("create view w as select t.id, u.id from t, t u", -531, "id"),
        ("create view w as select a from tt", -337, "tt"),
        ("create view w as select id from t where n in (select a from tt)", -337, "tt"),
        ("create view w as select id from t where n = ?", -546, "w"),
        ("create view w as select first 3 id from t", -944, ""),
        ("create view w as select id from t limit 3", -944, ""),
        ("create view w as select id from t union select n from t with check option", -940, ""),
        ("create synonym w for tt", -510, "tt"),
        ("create synonym w for s1", -559, ""),
        ("create synonym t for v1", -390, "t"),
        ("create view w as select nothing from t", -217, "nothing"),
        ("alter table t add (v int)", -328, "v"),
        ("alter table t add (z int not null)", -269, "z"),
        ("alter table t modify (w int not null)", -386, "w"),
        ("alter table t drop (nothing)", -217, "nothing"),
        ("alter table t add constraint check (n > 5) constraint big", -530, "informix.big"),
        ("alter table t add constraint (foreign key (n) references t (id) constraint ref)", -525, "informix.ref"),
        ("alter table t add constraint primary key (n)", -704, ""),
        ("alter table t add constraint unique (id)", -577, ""),
        ("alter table t drop constraint nothing", -623, "nothing"),
        ("alter table t add (s serial, z serial)", -362, ""),
        ("alter table v1 add (z int)", -322, "v1"),
        ("alter table tt add (z int)", -532, "tt"),
        ("alter table one drop (a)", -370, ""),
        ("rename table v1 to w", -322, "v1"),
        ("rename table tt to w", -508, ""),
        ("rename table systables to w", -584, ""),
        ("rename column v1.id to w", -322, "v1"),
        ("rename column tt.a to w", -509, ""),
        ("rename column systables.tabid to w", -585, ""),
        ("drop table t restrict", -886, ""),
        ("drop view v1 restrict", -886, ""),
        ("grant select on tt to bob", -323, ""),
        ("grant select on t to public with grant option", -298, ""),
        ("lock table v1 in share mode", -504, ""),
        ("unlock table t", -288, "t"),
        ("rename column t.v to n", -328, "n"),
        ("rename table t to v1", -310, "v1"),
        ("drop table nowhere", -206, "nowhere"),
        ("drop view nowhere", -394, "nowhere"),
        ("drop index nowhere", -319, "nowhere"),
        ("drop table systables", -206, "systables"),
        ("drop database testdb", -359, "testdb"),
        ("drop database nowhere", -329, "nowhere"),
        ("create procedure p() end procedure", -513, "CREATE PROCEDURE"),
    ],
)
def test_refused_definition(db: Any, sql: str, code: int, token: str) -> None:
    db.run("create table t (id int primary key, v varchar(5), n int, w int)")
    db.run("create index ti on t (v)")
    db.run("create view v1 as select id from t; create view v2 as select id from v1; create synonym s1 for t")
    db.run("create table one (a int); create temp table tt (a int)")
    db.run("insert into t values (1, 'a', 3, null)")
    db.run("insert into t values (2, 'b', 3, null)")
    error = db.error(sql)
    assert (error.sqlcode, error.token) == (code, token)


def test_alter_table(db: Any) -> None:
    db.run("create table t (id int, amount decimal(8,2), name char(5))")
    db.run("insert into t values (1, 2.75, 'abc')")
    db.run("alter table t add (extra int default 9 before amount, s serial)")
    assert db.rows("select * from t") == [(1, 9, D("2.75"), "abc  ", 1)]
    db.run("alter table t modify (amount integer, name varchar(10))")
    assert db.rows("select * from t") == [(1, 9, 2, "abc  ", 1)]
    db.run("alter table t drop (extra), add constraint primary key (id) constraint tpk, lock mode (row)")
    assert db.fails("insert into t values (1, 1, 'x', 0)") == (-268, -100)
    db.run("alter table t modify (id bigint)")
    assert db.fails("insert into t values (1, 1, 'x', 0)") == (-268, -100)
    db.run("alter table t drop constraint tpk")
    db.run("insert into t values (1, 1, 'x', 0)")
    # The two rows that were refused have used up their numbers.
    assert [row[0] for row in db.rows("select s from t order by s")] == [1, 4]
    assert db.value("select locklevel from systables where tabname = 't'") == "R"
    db.run("rename column t.name to label")
    db.run("rename table t to u")
    assert db.rows("select label from u where amount = 1") == [("x",)]


def test_views(db: Any) -> None:
    db.run("create table t (id int, v varchar(5))")
    db.run("create view big (key, twice) as select id, id * 2 from t where id > 1")
    for n in (1, 2, 3):
        db.run("insert into t values (?, 'x')", n)
    assert db.rows("select * from big order by key desc") == [(3, 6), (2, 4)]
    assert db.rows("select b.twice from big b, t where t.id = b.key and t.id = 2") == [(4,)]
    assert db.value("select tabtype from systables where tabname = 'big'") == "V"
    text = "".join(row[0] for row in db.rows("select viewtext from sysviews order by seqno"))
    assert text.strip().startswith("create view big (key, twice) as select id")
    db.run("drop table t")
    assert db.fails("select * from big") == (-206, -111)


def test_synonyms(db: Any, connect: Any) -> None:
    db.run("create table t (id int)")
    db.run("create synonym s for t")
    db.run("insert into s values (4)")
    assert db.rows("select id from s") == [(4,)]
    other = connect("plain")
    other.run("create synonym far for testdb:t")
    assert other.rows("select id from far") == [(4,)]
    sql = "select t.tabname, s.dbname, s.tabname from systables t, syssyntable s where s.tabid = t.tabid"
    assert other.rows(sql) == [("far", "testdb", "t")]


def test_sequences(db: Any) -> None:
    db.run("create sequence s start with 10 increment by 5 maxvalue 20")
    assert [db.evaluate("s.nextval") for _ in range(3)] == [10, 15, 20]
    assert db.evaluate("s.currval") == 20
    assert db.error("select s.nextval from sysmaster:sysdual").sqlcode < 0
    db.run("alter sequence s restart with 1 cycle")
    assert db.evaluate("s.nextval") == 1
    assert db.rows("select start_val, inc_val, max_val, cycle from syssequences") == [(10, 5, 20, "1")]


def test_indexes_in_the_catalogue(db: Any) -> None:
    db.run("create table t (a int, b int, c int, primary key (b, a) constraint pk)")
    db.run("create unique index u on t (c desc, a)")
    sql = "select idxname, idxtype, part1, part2, part3 from sysindexes where tabid > 99 order by idxname"
    assert db.rows(sql) == [(" 100_1", "U", 2, 1, 0), ("u", "U", -3, 1, 0)]
    assert db.rows("select constrname, constrtype, idxname from sysconstraints where tabid > 99") == [
        ("pk", "P", " 100_1")
    ]


def test_references_in_the_catalogue(db: Any) -> None:
    db.run("create table p (id int primary key constraint pk)")
    db.run("create table c (id int references p on delete cascade constraint fk check (id > 0) constraint ck)")
    sql = (
        "select c.constrname, t.tabname, k.constrname, r.delrule from sysreferences r, sysconstraints c, systables t,"
        " sysconstraints k where r.constrid = c.constrid and r.ptabid = t.tabid and r.primary = k.constrid"
    )
    assert db.rows(sql) == [("fk", "p", "pk", "C")]
    assert [row[0].strip() for row in db.rows("select checktext from syschecks")] == ["id > 0"]


def test_defaults_in_the_catalogue(db: Any) -> None:
    db.run("create table t (a char(3) default 'x', b int default 5, c date default today, d int)")
    rows = db.rows("select colno, type, default from sysdefaults order by colno")
    assert [(n, kind, text.strip() if text else None) for n, kind, text in rows] == [
        (1, "L", "x"), (2, "L", "AAAAAA 5"), (3, "T", None),
    ]  # fmt: skip


def test_systables_counts(db: Any) -> None:
    db.run("create table t (a int, b char(10))")
    db.run("insert into t values (1, 'x')")
    sql = "select owner, ncols, nrows, rowsize, tabid from systables where tabname = 't'"
    assert db.rows(sql) == [("informix".ljust(32), 2, 1.0, 14, 100)]
    db.run("insert into t values (2, 'x')")
    assert db.value("select nrows from systables where tabname = 't'") == 2.0


def test_what_jdbc_asks_at_connect(db: Any) -> None:
    """The statements of sqli.md 3.6 and of XA (5.12)."""
    db.run("set isolation to dirty read")
    assert db.rows("select FIRST 1 site from informix.systables where tabname = ' GL_COLLATE'") == [("en_US.819",)]
    db.run("set isolation to committed read")
    assert len(db.rows("SELECT flags FROM informix.systables WHERE tabname = ' VERSION';")) == 1
    assert db.value("select dbinfo('version','full') from  table (set{1});").startswith(
        "IBM Informix Dynamic Server"
    )
    sql = "select is_ansi, is_logging from sysmaster:informix.sysdatabases where name='{}'"
    assert [db.rows(sql.format(name)) for name in ("testdb", "plain", "strict")] == [[(0, 1)], [(0, 0)], [(1, 1)]]


def test_databases(db: Any, connect: Any) -> None:
    db.run("create table t (a int)")
    outcome = db.run("create database more with log mode ansi")
    assert (outcome.database, outcome.database_name) == (0x17, "more")
    assert db.fails("select * from t") == (-206, -111)
    assert db.rows("select * from testdb:t") == []
    assert db.rows("select * from testdb@informix:informix.t") == []
    assert db.fails("select * from testdb@elsewhere:t") == (-930, 0)
    assert db.session.databases() == ["more", "plain", "strict", "sysmaster", "testdb"]
    assert db.run("database testdb").database == 0x15
    assert db.fails("create database more") == (-330, -100)
    db.run("drop database more")
    assert "more" not in db.session.databases()
    assert db.fails("create table plain:t (a int)") == (-556, 0)


def test_truncate_and_recreate(db: Any) -> None:
    db.run("create table t (a serial)")
    db.run("insert into t values (0)")
    db.run("truncate table t")
    assert db.rows("select * from t") == []
    db.run("drop table t; create table t (b char(2)); insert into t values ('x')")
    assert db.rows("select * from t") == [("x ",)]


def test_privileges_on_columns_are_shown(db: Any) -> None:
    db.run("create table t (a int, b int, c int)")
    db.run("grant select (a, c), references (c) on t to ann")
    db.run("grant update (a), insert on t to ann with grant option")
    columns = "select colno, colauth from syscolauth where grantee = 'ann' order by colno"
    assert db.rows(columns) == [(1, "sU-"), (3, "s-r")]
    assert db.rows("select tabauth from systabauth where grantee = 'ann'") == [("--*I-----",)]
    assert db.fails("grant select (a, nowhere) on t to ann") == (-217, 0)
    db.run("revoke select (a, c) on t from ann")
    assert db.rows(columns) == [(1, "-U-"), (3, "--r")]


def test_grants_are_shown(db: Any) -> None:
    db.run("create table t (a int)")
    db.run("grant select, update on t to bob")
    db.run("grant resource to bob")
    assert db.rows("select tabauth from systabauth where grantee = 'bob'") == [("su-------",)]
    assert db.rows("select usertype from sysusers where username = 'bob'") == [("R",)]
    db.run("revoke all on t from bob")
    assert db.rows("select tabauth from systabauth where grantee = 'bob'") == []
    db.run("update statistics high for table t")
    assert db.fails("grant select on nowhere to bob") == (-206, -111)


def test_a_dropped_table_takes_views_on_views_along(db: Any) -> None:
    db.run("create table t (a int); create table other (a int)")
    db.run("create view v as select a from t; create view w as select a from v; create synonym s for w")
    db.run("create view x as select o.a from other o where o.a in (select a from s)")
    db.run("create view kept as select a from other")
    db.run("begin work; drop table t")
    sql = "select tabname from systables where tabid > 99 order by tabname"
    assert db.rows(sql) == [("kept",), ("other",)]
    db.run("rollback work")
    assert db.rows(sql) == [("kept",), ("other",), ("s",), ("t",), ("v",), ("w",), ("x",)]
    db.run("insert into t values (1); insert into other values (1)")
    assert db.rows("select * from x") == [(1,)]
    db.run("drop view v")
    assert db.rows(sql) == [("kept",), ("other",), ("t",)]
    db.run("drop table t restrict; drop view kept restrict")
    assert db.rows(sql) == [("other",)]


def test_a_view_outlives_its_columns(db: Any) -> None:
    """Dropping a column leaves views as they are: HCL documentation, "How Dropping a Column Affects Views"."""
    db.run("create table t (a int, b int); create view v as select a, b from t; insert into t values (1, 2)")
    db.run("alter table t drop (a)")
    error = db.error("select * from v")
    assert (error.sqlcode, error.token) == (-217, "a")
    db.run("alter table t add (a int)")
    assert db.rows("select * from v") == [(None, 2)]


def test_a_view_means_its_own_tables_not_temporary_ones(db: Any) -> None:
    db.run("create table t (a int); insert into t values (1)")
    db.run("create view v as select a from t; create synonym s for t")
    db.run("create temp table t (a int); insert into t values (2)")
    assert db.rows("select * from v") == [(1,)]
    assert db.rows("select * from s") == [(1,)]
    assert db.rows("select * from t") == [(2,)]
    db.run("update v set a = 3")
    assert db.rows("select v.a, t.a from v, t") == [(3, 2)]


def test_an_index_that_a_constraint_shares_is_hidden_not_dropped(db: Any) -> None:
    """HCL documentation, "DROP INDEX statement"."""
    db.run("create table p (a int, b int); create index pi on p (a); insert into p values (1, 1)")
    db.run("alter table p add constraint unique (a) constraint pu")
    sql = "select idxname, idxtype from sysindexes where tabid > 99 order by idxname"
    assert db.rows(sql) == [("pi", "U")]
    db.run("drop index pi")
    assert db.rows(sql) == [(" 100_1", "U")]
    assert db.value("select idxname from sysconstraints where constrname = 'pu'") == " 100_1"
    assert db.fails("insert into p values (1, 2)") == (-268, -100)
    db.run("create table c (a int); create unique index ci on c (a)")
    db.run("alter table c add constraint foreign key (a) references p (a) constraint cr")
    db.run("drop index ci")
    assert db.rows("select idxtype from sysindexes where tabid = 101") == [("D",)]
    db.run("insert into c values (1); insert into c values (1)")
    assert db.fails("insert into c values (9)") == (-691, -111)
    db.run("alter table p drop constraint pu")
    assert db.rows(sql) == []


def test_one_table_may_be_indexed_in_every_direction(db: Any) -> None:
    """HCL documentation, "Restrictions on the Number of Indexes on a Set of Columns"."""
    db.run("create table t (a int, b int)")
    for number, columns in enumerate(("a, b", "a desc, b desc", "a, b desc", "a desc, b", "b, a")):
        db.run(f"create index i{number} on t ({columns})")
    assert db.fails("create index again on t (a, b desc)") == (-350, 0)


def test_a_join_into_a_temporary_table_keeps_one_serial(db: Any) -> None:
    db.run("create table t (a serial, b serial8); create table u (a serial, b bigserial)")
    db.run("insert into t values (0, 0); insert into u values (7, 9)")
    db.run("select t.a, u.a c, t.b, u.b d from t, u into temp x")
    db.run("insert into x (c, d) values (1, 2)")
    assert db.rows("select a, c, b, d from x order by a") == [(1, 7, 1, 9), (2, 1, 2, 2)]


def test_index_keys(db: Any) -> None:
    db.run("create table t (a int, b int, c int); create index i on t (c, a desc)")
    sql = "select {} from sysindices where idxname = 'i'"
    assert db.rows(sql.format("ikeyextractcolno(indexkeys, 0), ikeyextractcolno(indexkeys, 1)")) == [(3, -1)]
    assert db.rows(sql.format("ikeyextractcolno(indexkeys, 2)")) == [(0,)]


def test_grant_on_a_routine_that_is_not_there(db: Any) -> None:
    assert db.fails("grant execute on nothing to public") == (-674, 0)


def test_dependencies_in_the_catalogue(db: Any) -> None:
    db.run("create table t (a int); create table u (a int); create view v as select t.a from t, u where t.a = u.a")
    db.run("create view w as select a from v where a in (select a from u)")
    sql = (
        "select v.tabname, b.tabname, btype, dtype from sysdepend, systables v, systables b"
        " where dtabid = v.tabid and btabid = b.tabid order by 1, 2"
    )
    expected = [("v", "t", "T", "V"), ("v", "u", "T", "V"), ("w", "u", "T", "V"), ("w", "v", "V", "V")]
    assert db.rows(sql) == expected
    db.run("rename table u to x")
    assert [row[1] for row in db.rows(sql)] == ["t", "x", "v", "x"]
    db.run("drop view v")
    assert db.rows(sql) == []


@pytest.mark.parametrize(
    ("child", "parent", "allowed"),
    [
        ("int", "serial", True), ("int", "bigint", True), ("int", "serial8", True), ("serial", "int", True),
        ("int8", "bigserial", True), ("bigint", "int8", True), ("bigint", "int", False), ("int8", "serial", False),
        ("smallint", "int", False), ("int", "smallint", False), ("smallint", "smallint", True),
        ("char(5)", "char(5)", True), ("char(5)", "varchar(5)", False), ("varchar(5)", "varchar(9)", True),
        ("decimal(5,0)", "int", False), ("date", "date", True), ("date", "datetime year to day", False),
        ("datetime year to day", "datetime year to day", True),
        ("datetime year to day", "datetime year to second", False),
    ],
)  # fmt: skip
def test_what_may_refer_to_what(db: Any, child: str, parent: str, allowed: bool) -> None:
    """HCL documentation, "Referential constraints"."""
    db.run(f"create table p (k {parent} primary key)")
    sql = f"create table c (k {child} references p)"
    if allowed:
        db.run(sql)
    else:
        assert db.fails(sql) == (-356, 0)


def test_extent_sizes_and_lock_mode_are_shown_and_undone(db: Any) -> None:
    def shown() -> Any:
        return db.rows("select fextsize, nextsize, locklevel from systables where tabname = 'e'")

    db.run("create table e (a int) in rootdbs extent size 64 next size 32 lock mode row")
    assert shown() == [(64, 32, "R")]
    db.run("alter table e modify next size 128, lock mode (page)")
    assert shown() == [(64, 128, "P")]
    db.run("begin work")
    db.run("alter table e modify extent size 256 next size 8, lock mode (row)")
    assert shown() == [(256, 8, "R")]
    db.run("rollback work")
    assert shown() == [(64, 128, "P")]


def test_alter_index_to_cluster(db: Any) -> None:
    def clustered() -> Any:
        return db.rows("select idxname from sysindexes where clustered = 'C'")

    db.run("create table t (a int, b int)")
    db.run("create index ia on t (a)")
    db.run("create index ib on t (b) hash on (b) with 5 buckets")
    db.run("alter index ia to cluster")
    assert clustered() == [("ia",)]
    assert db.error("alter index ib to cluster").sqlcode == -500
    db.run("alter index ia to not cluster")
    assert clustered() == []
    assert db.error("alter index ib to not cluster").sqlcode == -501
    assert db.error("alter index nowhere to cluster").sqlcode == -319


@pytest.mark.parametrize(
    "sql",
    [
        "create table sysdual (x char(1))",
        "create table dual (x char(1))",
        "create synonym sysdual for sysmaster:sysdual",
    ],
)
def test_sysdual_belongs_to_sysmaster_alone(db: Any, sql: str) -> None:
    assert db.fails("select 1 from sysdual") == (-206, -111)
    assert db.rows("select * from sysmaster:sysdual") == [("X",)]
    db.run(sql)


def test_privileges_that_can_be_granted(db: Any) -> None:
    db.run("create table t (a int)")
    db.run("grant select (a), update (a), references, index, alter on t to joe")
    db.run("grant usage on language spl to public")
    error = db.error("grant select, look on t to joe")
    assert (error.sqlcode, error.offset) == (-201, 15)


@pytest.mark.parametrize(
    ("statement", "code"), [("drop database far", -425), ("rename database far to near", -359)]
)
def test_a_database_in_which_a_transaction_has_changed_something_stays(
    db: Any, connect: Any, statement: str, code: int
) -> None:
    db.run("create database far with log")
    db.run("create table t (n int)")
    db.run("insert into t values (1)")
    db.run("database testdb")
    db.session.begin()
    db.run("delete from far:t")
    assert connect().error(statement).sqlcode == code
    db.session.rollback()
    assert db.rows("select * from far:t") == [(1,)]
    db.run(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "create table c (n int references far:t)",
        "create index i on far:t (n)",
        "create index i on synonym_of_far (n)",
        "alter table synonym_of_far add m int",
        "rename column synonym_of_far.n to m",
        "alter sequence far:q increment by 2",
    ],
)
def test_definitions_are_of_the_current_database(db: Any, statement: str) -> None:
    db.run("create database far with log")
    db.run("create table t (n int primary key)")
    db.run("create sequence q")
    db.run("database testdb")
    db.run("create synonym synonym_of_far for far:t")
    assert db.error(statement).sqlcode == -556


def test_privileges_belong_to_a_table_not_to_its_name(db: Any) -> None:
    def granted() -> Any:
        return db.rows(
            "select tabname, trim(grantee), tabauth from systabauth a, systables t"
            " where a.tabid = t.tabid and t.tabid > 99 and grantee <> 'public' order by 1, 2"
        )

    db.run("create table t (n int)")
    db.run("grant select, insert on t to joe")
    db.run("rename table t to u")
    assert granted() == [("u", "joe", "s--i-----")]
    db.session.begin()
    db.run("revoke insert on u from joe")
    db.run("grant delete on u to sue")
    assert granted() == [("u", "joe", "s--------"), ("u", "sue", "----d----")]
    db.session.rollback()
    assert granted() == [("u", "joe", "s--i-----")]
    db.session.begin()
    db.run("drop table u")
    db.run("create table u (n int)")
    assert granted() == []
    db.session.rollback()
    assert granted() == [("u", "joe", "s--i-----")]
    db.run("drop table u")
    db.run("create table u (n int)")
    assert granted() == []


def test_a_rollback_takes_back_a_changed_sequence_but_no_number(db: Any) -> None:
    db.run("create sequence q")
    db.session.begin()
    db.run("alter sequence q increment by 10 maxvalue 1000")
    assert [db.evaluate("q.nextval") for _ in range(2)] == [1, 11]
    assert db.rows("select inc_val, max_val from syssequences") == [(10, 1000)]
    db.session.rollback()
    assert db.rows("select inc_val, max_val from syssequences") == [(1, 2**63 - 1)]
    assert [db.evaluate("q.nextval") for _ in range(2)] == [21, 22]
