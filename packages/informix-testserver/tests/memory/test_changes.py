# ruff: noqa: E501 - one case a line
"""INSERT, UPDATE, DELETE, MERGE: values stored, constraints kept, statements all or nothing."""

from decimal import Decimal
from typing import Any

import pytest
from informix_testserver.engine import Parameter, SqlError
from informix_testserver.memory import MemoryEngine
from informix_testserver.memory.types import INTEGER

D = Decimal


@pytest.fixture
def family(db: Any) -> Any:
    """A parent table and a child table with every kind of constraint."""
    db.run("create table parent (id int primary key constraint parent_pk, name varchar(10) not null)")
    db.run(
        "create table child (id serial, parent int references parent constraint child_fk,"
        " n int check (n > 0) constraint child_ck, code char(3), unique (code) constraint child_uq)"
    )
    db.run("insert into parent values (1, 'one')")
    db.run("insert into parent values (2, 'two')")
    db.run("insert into child values (0, 1, 5, 'a')")
    return db


@pytest.mark.parametrize(
    ("sql", "code", "isam", "token"),
    [
        ("insert into parent values (1, 'again')", -268, -100, "informix.parent_pk"),
        ("insert into parent values (null, 'x')", -703, 0, "parent"),
        ("insert into parent (id) values (3)", -292, 0, "name"),
        ("insert into parent (name) values ('x')", -292, 0, "id"),
        ("insert into child values (0, 9, 5, 'b')", -691, -111, "informix.child_fk"),
        ("insert into child values (0, 1, -5, 'b')", -530, 0, "informix.child_ck"),
        ("insert into child values (0, 1, 5, 'a  ')", -268, -100, "informix.child_uq"),
        ("update child set parent = 9", -691, -111, "informix.child_fk"),
        ("update child set n = 0", -530, 0, "informix.child_ck"),
        ("update parent set id = 2 where id = 1", -268, -100, "informix.parent_pk"),
        ("update parent set id = 7 where id = 1", -692, 0, "informix.child_fk"),
        ("update parent set name = null", -391, 0, "name"),
        ("delete from parent where id = 1", -692, 0, "informix.child_fk"),
        ("insert into parent values (3)", -236, 0, ""),
        ("insert into parent (id, nothing) values (3, 4)", -217, 0, "nothing"),
        ("insert into nowhere values (3)", -206, -111, "nowhere"),
        ("update parent set nothing = 3", -217, 0, "nothing"),
        ("update child set id = 3", -232, 0, "id"),
        ("update parent set (id, name) = (1)", -505, 0, ""),
        ("insert into parent values (99999999999, 'x')", -1215, 0, ""),
        ("insert into parent values ('x', 'x')", -1213, 0, ""),
        ("insert into systables (tabname) values ('x')", -275, -111, "systables"),
    ],
)
def test_refused_change(family: Any, sql: str, code: int, isam: int, token: str) -> None:
    before = family.rows("select * from parent order by 1"), family.rows("select * from child order by 1")
    error = family.error(sql)
    assert (error.sqlcode, error.isam, error.token) == (code, isam, token)
    assert (
        family.rows("select * from parent order by 1"),
        family.rows("select * from child order by 1"),
    ) == before


def test_null_foreign_key_refers_to_nothing(family: Any) -> None:
    assert family.run("insert into child values (0, null, null, null)").rows == 1


def test_a_unique_key_admits_one_null(family: Any) -> None:
    family.run("insert into child values (0, 1, 1, null)")
    assert family.fails("insert into child values (0, 1, 1, null)") == (-268, -100)


def test_statement_that_fails_half_way_changes_nothing(db: Any) -> None:
    db.run("create table t (n int check (n < 3))")
    db.run("create table s (n int)")
    for n in (1, 2, 3):
        db.run("insert into s values (?)", n)
    assert db.fails("insert into t select n from s") == (-530, 0)
    assert db.rows("select * from t") == []


def test_without_a_log_the_rows_before_the_failure_stay(connect: Any) -> None:
    db = connect("plain")
    db.run("create table t (n int check (n < 3))")
    db.run("create table s (n int)")
    for n in (1, 2, 3):
        db.run("insert into s values (?)", n)
    assert db.fails("insert into t select n from s order by n") == (-530, 0)
    assert db.rows("select * from t order by n") == [(1,), (2,)]


def test_keys_may_move_over_each_other(db: Any) -> None:
    db.run("create table t (id int primary key, v char(1))")
    for n, v in ((1, "a"), (2, "b"), (3, "c")):
        db.run("insert into t values (?, ?)", n, v)
    assert db.run("update t set id = id + 1").rows == 3
    assert db.run("update t set id = 6 - id").rows == 3
    assert db.rows("select * from t order by id") == [(2, "c"), (3, "b"), (4, "a")]
    db.session.begin()
    db.run("update t set id = id + 1")
    db.session.rollback()
    assert db.rows("select id from t order by id") == [(2,), (3,), (4,)]


def test_cascade_and_self_reference(db: Any) -> None:
    db.run("create table t (id int primary key, up int references t on delete cascade)")
    db.run("insert into t values (1, null)")
    db.run("insert into t values (2, 1)")
    db.run("insert into t values (3, 2)")
    db.session.begin()
    db.run("delete from t where id = 1")
    assert db.rows("select * from t") == []
    db.session.rollback()
    assert db.rows("select id from t order by 1") == [(1,), (2,), (3,)]
    assert db.run("delete from t where id = 2").rows == 1
    assert db.rows("select id from t") == [(1,)]


def test_rows_that_refer_to_each_other_go_together(db: Any) -> None:
    db.run("create table t (id int primary key, up int references t)")
    db.run("insert into t select 1, 2 from sysmaster:sysdual union all select 2, 1 from sysmaster:sysdual")
    assert db.fails("delete from t where id = 1") == (-692, 0)
    assert db.run("delete from t").rows == 2


def test_deferred_constraints_are_checked_at_commit(family: Any) -> None:
    family.session.begin()
    family.run("set constraints all deferred")
    family.run("insert into child values (0, 8, 1, 'z')")
    family.run("insert into parent values (8, 'late')")
    family.session.commit()
    assert family.rows("select parent from child where code = 'z'") == [(8,)]
    family.session.begin()
    family.run("set constraints all deferred")
    family.run("insert into child values (0, 9, 1, 'y')")
    with pytest.raises(Exception, match="-691"):
        family.session.commit()
    assert family.rows("select * from child where code = 'y'") == []


@pytest.mark.parametrize(
    ("kind", "largest"), [("serial", 2**31 - 1), ("serial8", 2**63 - 1), ("bigserial", 2**63 - 1)]
)
def test_a_serial_column_starts_again_after_its_largest_number(db: Any, kind: str, largest: int) -> None:
    db.run(f"create table t (k {kind} unique, v int)")
    db.run("insert into t values (?, 1)", largest - 1)
    for v in (2, 3, 4):
        db.run("insert into t values (0, ?)", v)
    assert db.rows("select k, v from t order by v") == [(largest - 1, 1), (largest, 2), (1, 3), (2, 4)]
    assert db.run("insert into t values (10, 5)").rows == 1
    db.run("insert into t values (0, 6)")
    assert db.rows("select k from t where v = 6") == [(11,)]


def test_a_serial_number_in_use_is_refused_after_the_restart(db: Any) -> None:
    db.run("create table t (k serial unique)")
    db.run("insert into t values (1)")
    db.run("insert into t values (2147483647)")
    assert db.fails("insert into t values (0)") == (-268, -100)
    db.run("insert into t values (0)")
    assert db.rows("select k from t order by k") == [(1,), (2,), (2147483647,)]


def test_serials(db: Any) -> None:
    db.run("create table t (a serial(5), b bigserial, v int)")
    outcome = db.run("insert into t (v) values (1)")
    assert (outcome.serial, outcome.serial8, outcome.bigserial) == (5, 0, 1)
    assert db.run("insert into t values (100, 0, 2)").serial == 100
    assert db.run("insert into t values (50, 7, 3)").serial == 50
    outcome = db.run("insert into t values (0, 0, 4)")
    assert (outcome.serial, outcome.bigserial) == (101, 8)
    assert db.rows("select dbinfo('sqlca.sqlerrd1'), dbinfo('bigserial') from sysmaster:sysdual") == [(101, 8)]
    keys = db.session.execute(db.prepare("insert into t (v) values (5)"), (), keys=())
    assert [(c.name, v) for c, v in zip(keys.keys, keys.key_values, strict=True)] == [("a", 102), ("b", 9)]


def test_defaults(db: Any) -> None:
    db.run(
        "create table t (a int default 7, b varchar(8) default user, c date default today, d decimal(4,1) default -1.5, e int)"
    )
    db.run("insert into t (e) values (1)")
    a, b, c, d, e = db.rows("select * from t")[0]
    assert (a, b, d, e) == (7, "informix", D("-1.5"), 1)
    assert c == db.evaluate("today")
    db.run("insert into t (a, e) values (?, ?)", Parameter(INTEGER, None, is_default=True), 2)
    assert db.rows("select a from t where e = 2") == [(7,)]
    assert db.fails("create table u (a int default 'x')") == (-591, 0)


def test_strings_are_cut_silently_but_not_in_ansi_mode(db: Any, connect: Any) -> None:
    db.run("create table t (c char(3), v varchar(3))")
    db.run("insert into t values ('abcdef', 'abcdef')")
    assert db.rows("select * from t") == [("abc", "abc")]
    ansi = connect("strict")
    ansi.run("create table t (c char(3))")
    assert ansi.fails("insert into t values ('abcdef')") == (-1279, 0)
    assert ansi.run("insert into t values ('abc   ')").rows == 1


def test_lengths_count_bytes_of_the_database_code_set() -> None:
    from informix_testserver.memory import MemoryEngine

    for locale, stored in (("en_US.819", "äöü "), ("en_US.utf8", "äö")):
        engine = MemoryEngine(locale=locale)
        session = engine.connect("informix", {})
        session.open_database("testdb")
        session.execute(session.prepare("create table t (c char(4))"))
        session.execute(session.prepare("insert into t values ('äöü')"))
        cursor = session.open(session.prepare("select c from t"))
        assert cursor.fetch() == (stored,)
        engine.close()


def test_a_character_outside_the_code_set_is_refused(db: Any) -> None:
    db.run("create table t (c char(4))")
    assert db.fails("insert into t values (?)", "€") == (-23103, 0)


def test_update_with_subqueries(family: Any) -> None:
    family.run("update child set (n, code) = ((select id + 10, name[1,3] from parent where id = 2)) where id = 1")
    assert family.rows("select n, code from child") == [(12, "two")]
    family.run("update child set n = (select count(*) from parent)")
    assert family.rows("select n from child") == [(2,)]
    assert family.fails("update child set n = (select id from parent)") == (-284, 0)


def test_merge(db: Any) -> None:
    db.run("create table t (id int primary key, v varchar(9), n int default 4)")
    db.run("create table s (id int, v varchar(9))")
    db.run("insert into t values (1, 'old', 1)")
    for n in (1, 2):
        db.run("insert into s values (?, ?)", n, f"new{n}")
    merge = "merge into t using s on t.id = s.id when matched then update set v = s.v"
    assert db.run(merge + " when not matched then insert (id, v) values (s.id, s.v)").rows == 2
    assert db.rows("select * from t order by 1") == [(1, "new1", 1), (2, "new2", 4)]
    assert db.run("merge into t using s on t.id = s.id and s.id = 1 when matched then delete").rows == 1
    assert db.rows("select id from t") == [(2,)]


def test_current_of(family: Any) -> None:
    session = family.session
    session.begin()
    cursor = session.open(family.prepare("select id, name from parent for update"), cursor_name="c1")
    assert cursor.fetch() == (1, "one")
    assert family.run("update parent set name = 'uno' where current of c1").rows == 1
    assert cursor.fetch() == (2, "two")
    assert family.run("delete from parent where current of c1").rows == 1
    assert family.fails("delete from parent where current of c1") == (-266, 0)
    assert cursor.fetch() is None
    assert family.fails("update parent set name = 'x' where current of c1") == (-266, 0)
    assert family.fails("update child set n = 1 where current of c1") == (-277, 0)
    assert family.fails("update parent set name = 'x' where current of nothing") == (-276, 0)
    session.commit()
    assert family.rows("select * from parent") == [(1, "uno")]


def test_rowid(family: Any) -> None:
    ((rowid,),) = family.rows("select rowid from parent where id = 2")
    assert family.rows("select name from parent where rowid = ?", rowid) == [("two",)]
    assert family.fails("update parent set rowid = 5") == (-228, 0)
    assert family.fails("select rowid from (select id from parent) as t") == (-205, 0)


def test_byte_and_text(db: Any) -> None:
    db.run("create table t (b byte, x text)")
    db.run("insert into t values (?, ?)", b"\x00\xff", "long text")
    assert db.rows("select * from t") == [(b"\x00\xff", "long text")]
    assert db.fails("insert into t values ('literal', null)") == (-617, 0)
    assert db.fails("select * from t where b = b") == (-615, 0)
    assert db.rows("select length(b), length(x) from t") == [(2, 9)]


def test_changes_through_a_view(db: Any) -> None:
    db.run("create table t (id int primary key, v varchar(10), n int default 7)")
    db.run("create view big (key, label, twice) as select id, v, n * 2 from t x where x.n > 5 with check option")
    db.run("insert into t values (1, 'low', 1)")
    assert db.run("insert into big (key, label) values (2, 'through')").rows == 1
    assert db.rows("select * from big") == [(2, "through", 14)]
    assert db.run("update big set label = 'changed'").rows == 1
    assert db.rows("select id, v from t order by 1") == [(1, "low"), (2, "changed")]
    assert db.fails("update big set twice = 3") == (-234, 0)
    assert db.fails("update big set n = 3") == (-217, 0)
    db.run("create view high as select id, n from t where n > 5 with check option")
    assert db.fails("insert into high values (3, 1)") == (-385, 0)
    assert db.fails("update high set n = 2") == (-385, 0)
    assert db.run("delete from high where id < 10").rows == 1
    assert db.rows("select id from t") == [(1,)]
    db.run("create view total as select count(*) c from t")
    assert db.fails("delete from total") == (-384, 0)


def test_for_update_of_some_columns(family: Any) -> None:
    session = family.session
    session.begin()
    cursor = session.open(family.prepare("select * from parent for update of name"), cursor_name="c")
    assert cursor.fetch() == (1, "one")
    assert family.error("update parent set id = 5 where current of c").sqlcode == -364
    assert family.run("update parent set name = 'x' where current of c").rows == 1
    session.rollback()
    assert family.fails("select * from parent, child for update") == (-207, 0)
    assert family.fails("select distinct name from parent for update") == (-365, 0)


def test_a_change_may_not_depend_on_other_rows_of_its_table(db: Any) -> None:
    """HCL documentation, "Condition with Subquery": -360 for correlated subqueries of several rows."""
    db.run("create table t (k int, v int); create table u (k int)")
    db.run("insert into t values (1, 1); insert into t values (1, 2); insert into t values (2, 3)")
    db.run("insert into u values (2)")
    assert db.fails("delete from t where exists (select 1 from t x where x.k = t.k and x.v < t.v)") == (-360, 0)
    assert db.fails("update t set v = 0 where v in (select v from t x where x.k = t.k)") == (-360, 0)
    assert db.fails("delete from t where v in (select v from u, t x where x.k = t.k)") == (-360, 0)
    assert db.run("delete from t where exists (select 1 from u where u.k = t.k)").rows == 1
    assert db.run("update t set v = v + 1 where v < (select max(x.v) from t x where x.k = t.k)").rows == 1
    assert db.run("delete from t where rowid not in (select min(rowid) from t group by k)").rows == 1
    assert db.rows("select * from t") == [(1, 2)]


@pytest.mark.parametrize("database", ["testdb", "plain"])
def test_unique_keys_may_move_over_each_other(connect: Any, database: str) -> None:
    """Constraints are looked at when the statement ends, whatever else the table has."""
    db = connect(database)
    db.run("create table p (id int primary key, a int unique, b int, check (a > 0) constraint positive)")
    db.run("create table c (pid int references p constraint fk, q int references p (a))")
    for n in (1, 2, 3):
        db.run("insert into p values (?, ?, ?)", n, n, n)
    db.run("update p set id = id + 1, a = 10 - a")
    assert db.rows("select * from p order by id") == [(2, 9, 1), (3, 8, 2), (4, 7, 3)]
    db.run("update p set id = 9 - id")
    assert db.rows("select id, b from p order by id") == [(5, 3), (6, 2), (7, 1)]
    db.run("insert into c values (6, 8)")
    assert db.fails("update p set id = id + 1 where id < 7") == (-268, -100)
    assert db.fails("update p set id = id + 10") == (-692, 0)
    assert db.fails("update p set a = a - 7") == (-530, 0)
    assert db.rows("select id, a, b from p order by id") == [(5, 7, 3), (6, 8, 2), (7, 9, 1)]
    db.run("update p set id = case id when 5 then 7 when 7 then 5 else 6 end")
    assert db.rows("select id, b from p order by id") == [(5, 1), (6, 2), (7, 3)]


def test_moved_keys_are_undone(db: Any, connect: Any) -> None:
    db.run("create table p (id int primary key, check (id < 10)); create table c (pid int references p)")
    for n in (1, 2, 3):
        db.run("insert into p values (?)", n)
    db.run("begin work; update p set id = id + 1")
    other = connect()
    assert other.fails("insert into p values (1)") == (-271, -107)
    other.run("set isolation to committed read last committed")
    assert other.rows("select id from p order by id") == [(1,), (2,), (3,)]
    db.run("rollback work")
    assert db.rows("select id from p order by id") == [(1,), (2,), (3,)]
    other.run("insert into p values (4)")


def test_computed_columns_of_a_view_choose_rows(db: Any) -> None:
    db.run("create table t (k int, v varchar(5)); create view w (k, twice, v) as select k, x.k * 2, v from t x")
    db.run("insert into t values (1, 'a'); insert into t values (2, 'b'); insert into t values (3, 'c')")
    assert db.run("update w set v = 'x', k = k + twice where twice in (2, 6)").rows == 2
    assert db.rows("select * from t order by k") == [(2, "b"), (3, "x"), (9, "x")]
    assert db.run("delete from w where twice = 4").rows == 1
    assert db.fails("update w set twice = 1") == (-234, 0)
    assert db.fails("insert into w values (1, 2, 'a')") == (-234, 0)
    assert db.rows("select * from w order by k") == [(3, 6, "x"), (9, 18, "x")]


def test_without_a_log_a_definition_that_fails_leaves_nothing(connect: Any) -> None:
    db = connect("plain")
    db.run("create table s (n int)")
    for n in (1, 2, 3):
        db.run("insert into s values (?)", n)
    db.run("insert into s select n from s")
    assert db.fails("create table t (n int, primary key (nope))") == (-549, 0)
    assert db.fails("select * from t") == (-206, -111)


def test_without_a_log_references_are_checked_row_by_row(connect: Any) -> None:
    db = connect("plain")
    db.run("create table p (n int primary key)")
    db.run("create table c (n int references p)")
    db.run("create table s (n int)")
    for n in (1, 2, 3):
        db.run("insert into s values (?)", n)
    db.run("insert into p values (1)")
    db.run("insert into p values (3)")
    assert db.fails("insert into c select n from s order by n") == (-691, -111)
    assert db.rows("select * from c") == [(1,)]


def test_without_a_log_a_cascade_fails_with_the_row_that_began_it(connect: Any) -> None:
    db = connect("plain")
    db.run("create table a (n int primary key)")
    db.run("create table b (n int primary key references a on delete cascade)")
    db.run("create table c (n int references b)")
    for table in ("a", "b", "c"):
        db.run(f"insert into {table} values (1)")
    assert db.fails("delete from a") == (-692, 0)
    assert [db.rows(f"select * from {table}") for table in ("a", "b", "c")] == [[(1,)]] * 3


@pytest.mark.parametrize(
    "change",
    [
        "rollback to savepoint before",
        "delete from child where code = 'z'",
        "update child set parent = 1 where code = 'z'",
        "alter table child drop constraint child_fk",
        "drop table child",
    ],
)
def test_a_deferred_check_counts_for_rows_that_are_still_there(family: Any, change: str) -> None:
    family.session.begin()
    family.run("set constraints all deferred")
    family.run("savepoint before")
    family.run("insert into child (parent, code, n) values (9, 'z', 1)")
    family.run(change)
    family.session.commit()


def test_rows_of_a_dropped_table_hold_no_parent(db: Any, connect: Any) -> None:
    db.run("create table p (n int primary key)")
    db.run("create table c (n int references p)")
    db.run("insert into p values (1)")
    db.run("insert into c values (1)")
    db.session.begin()
    db.run("drop table c")
    assert connect().fails("delete from p") == (-692, -113)
    assert db.run("delete from p").rows == 1
    db.session.rollback()
    assert (db.rows("select * from p"), db.rows("select * from c")) == ([(1,)], [(1,)])


def test_an_update_that_makes_a_duplicate_names_the_constraint_or_the_update(db: Any) -> None:
    """-239 speaks of new rows; of an index that is no constraint's, an UPDATE says -346."""
    db.run("create table t (a int primary key constraint t_pk, b int)")
    db.run("create unique index t_b on t (b)")
    db.run("insert into t values (1, 1)")
    db.run("insert into t values (2, 2)")
    assert db.fails("insert into t values (3, 2)") == (-239, -100)
    assert db.fails("update t set b = 1 where a = 2") == (-346, -100)
    assert db.fails("update t set a = 1 where a = 2") == (-268, -100)
    assert db.rows("select a, b from t order by a") == [(1, 1), (2, 2)]


_INTEGERS = {
    "smallint": (15, -1214), "int": (31, -1215), "serial": (31, -1215), "int8": (63, -1284), "serial8": (63, -1284),
    "bigint": (63, -1284), "bigserial": (63, -1284),
}  # fmt: skip
"""Bits of the largest value, and the code that is answered for a larger one."""


@pytest.mark.parametrize("target", ["smallint", "int", "int8", "bigint"])
@pytest.mark.parametrize("source", _INTEGERS)
def test_integers_of_every_type_are_held_to_the_range_of_their_target(db: Any, source: str, target: str) -> None:
    largest, (bits, code) = 2 ** _INTEGERS[source][0] - 1, _INTEGERS[target]
    db.run(f"create table a (n {source}); create table b (n {target})")
    db.run(f"insert into a values ({largest})")
    changes = ["insert into b select n from a", "update b set n = (select max(n) from a)"]
    if largest < 2**bits:
        for sql in changes:
            db.run(sql)
        assert db.rows(f"select n, (select max(n)::{target} from a) from b") == [(largest, largest)]
    else:
        db.run("insert into b values (1)")
        for sql in (*changes, f"select n::{target} from a"):
            assert db.fails(sql) == (code, 0)
        assert db.rows("select n from b") == [(1,)]


@pytest.fixture
def pair(db: Any) -> Any:
    """A table to change, o, and one to look into, s."""
    db.run("create table s (id int, data char(2), parent int)")
    db.run("create table o (id int primary key, data char(2), parent int)")
    for row in ((1, "d1", None), (2, "d2", 1), (3, "d3", 1), (4, "d4", 3)):
        db.run("insert into s values (?, ?, ?)", *row)
    for row in ((2, "d2", 1), (4, "d4", 3), (6, "d6", 5)):
        db.run("insert into o values (?, ?, ?)", *row)
    return db


def test_common_tables_in_front_of_changes(pair: Any) -> None:
    pair.run(
        "with c (k) as (select data from s where id > ?) update o set parent = ? where exists"
        " (select 1 from c where c.k = o.data)",
        2,
        99,
    )
    assert pair.rows("select id, parent from o order by id") == [(2, 1), (4, 99), (6, 5)]
    pair.run(
        "with c as (select data, id from s) delete from o where data = (select data from c where c.id = o.id)"
    )
    assert pair.rows("select id from o") == [(6,)]
    pair.run("with c as (select * from s where id < 3) insert into o (id, data) select id, data from c")
    assert pair.rows("select id, data, parent from o order by id") == [
        (1, "d1", None),
        (2, "d2", None),
        (6, "d6", 5),
    ]
    pair.run(
        "with h (id) as (select id from s where id = 1 union all select s.id from s, h where s.parent = h.id)"
        " update o set parent = (select count(*) from h) where id in (select id from h)"
    )
    assert pair.rows("select id, parent from o order by id") == [(1, 4), (2, 4), (6, 5)]


def test_a_common_table_is_of_its_statement_alone(pair: Any) -> None:
    pair.run("with c as (select id from s) delete from o where id in (select id from c)")
    assert pair.fails("delete from o where id in (select id from c)") == (-206, -111)
    assert pair.error("with c as (select id from s) insert into o values (9, 'x', 1)").sqlcode == -201
    assert pair.error("with c as (select id from s) update statistics").sqlcode == -201


def test_each_branch_of_a_merge_evaluates_its_own_values(db: Any) -> None:
    db.run("create table t (k int primary key, v int)")
    db.run("create table s (k int, x int)")
    db.run("create sequence q")
    for k in (1, 2):
        db.run("insert into t values (?, 0)", k)
    for k, x in ((1, 5), (2, 2), (3, 0), (4, 0)):
        db.run("insert into s values (?, ?)", k, x)
    merge = (
        "merge into t using s on t.k = s.k when matched then update set v = 10 / s.x"
        " when not matched then insert (k, v) values (s.k, q.nextval)"
    )
    assert db.run(merge).rows == 4
    assert db.rows("select * from t order by k") == [(1, 2), (2, 5), (3, 1), (4, 2)]


def test_a_unique_key_with_a_null_ignores_trailing_blanks_too(db: Any) -> None:
    db.run("create table t (x varchar(10), y int, unique (x, y))")
    db.run("insert into t values ('a', null)")
    assert db.fails("insert into t values ('a  ', null)") == (-268, -100)
    db.run("insert into t values ('b', null)")


def test_mode_ansi_refuses_text_of_too_many_bytes() -> None:
    engine = MemoryEngine(("strict:ansi",), locale="en_US.utf8")
    session = engine.connect("informix", {})
    session.open_database("strict")

    def run(sql: str) -> None:
        session.execute(session.prepare(sql))

    run("create table t (c char(3), v varchar(3))")
    run("insert into t values ('é', 'é  ')")
    for values in ("'ééé', 'a'", "'a', 'ééé'", "'aé ', 'aéé'"):
        with pytest.raises(SqlError, match="-1279"):
            run(f"insert into t values ({values})")
    engine.close()


def test_a_check_reads_dates_as_its_maker_did(connect: Any) -> None:
    maker, other = connect(DBDATE="DMY4/"), connect(DBDATE="MDY4/")
    maker.run("create table t (d date, c char(10), check (d >= '02/01/2020'), check (c::date < '03/01/2020'))")
    for client in (other, maker):
        client.run("insert into t values (mdy(1, 2, 2020), '02/01/2020')")
        assert client.fails("insert into t values (mdy(1, 1, 2020), null)") == (-530, 0)
        assert client.fails("insert into t values (null, '03/01/2020')") == (-530, 0)


@pytest.mark.parametrize(
    "condition", ["v = user", "d < today", "d < current", "v = dbservername", "f() = 1", "v = upper(user)"]
)
def test_a_check_depends_on_its_row_alone(db: Any, condition: str) -> None:
    db.engine.register_routine("f", lambda: 1, returns="int")
    assert db.error(f"create table t (v char(32), d date, check ({condition}))").sqlcode == -677
    db.run("create table t (v char(32) default user, d date default today)")
