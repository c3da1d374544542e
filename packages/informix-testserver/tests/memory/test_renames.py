"""What names a table or a column goes on meaning it when it is renamed; `*` in a view stays what it was."""

from typing import Any

import pytest


@pytest.fixture
def tables(db: Any) -> Any:
    db.run("create table t (a int check (a > 0) constraint positive, b int)")
    db.run("insert into t values (2, 20)")
    return db


def test_checks_follow_a_renamed_column(tables: Any) -> None:
    tables.run("rename column t.a to z")
    assert tables.fails("insert into t values (-1, 1)") == (-530, 0)
    assert tables.run("insert into t values (3, 30)").rows == 1
    assert tables.rows("select checktext from syschecks where type = 'T'") == [("z > 0".ljust(32),)]


def test_views_follow_a_renamed_table(tables: Any) -> None:
    tables.run("create view v as select a, t.b from t where t.a > 1 with check option")
    tables.run("create view outer_v as select v.a from v where exists (select * from t where t.b = v.b)")
    tables.run("rename table t to moved")
    assert tables.rows("select * from v") == [(2, 20)]
    assert tables.rows("select * from outer_v") == [(2,)]
    assert tables.run("update v set b = 21").rows == 1
    assert tables.fails("update v set a = 1") == (-385, 0)
    tables.run("drop table moved")
    assert tables.fails("select * from v") == (-206, -111)


def test_views_follow_a_renamed_column(tables: Any) -> None:
    tables.run("create table u (a int, c int)")
    tables.run("insert into u values (2, 200)")
    tables.run("create view v (p, q) as select x.a, u.c from t x, u where x.a = u.a")
    tables.run("rename column t.a to z")
    assert tables.rows("select p, q from v") == [(2, 200)]
    tables.run("rename column u.c to d")
    assert tables.rows("select p, q from v") == [(2, 200)]


def test_an_unqualified_name_that_could_be_anothers_column_is_refused(tables: Any) -> None:
    tables.run("create table u (c int)")
    tables.run("create view v as select b, c from t, u")
    tables.run("alter table u add b int")
    assert tables.fails("rename column t.b to y")[0] == -513
    assert tables.rows("select b from t") == [(20,)]


def test_renames_are_rolled_back(tables: Any) -> None:
    tables.run("create view v as select a from t")
    tables.run("begin work")
    tables.run("rename table t to moved")
    tables.run("rename column moved.a to z")
    assert tables.rows("select a from v") == [(2,)]
    tables.run("rollback work")
    assert tables.rows("select a from v") == [(2,)]
    assert tables.rows("select a, b from t") == [(2, 20)]


def test_synonyms_follow_but_cannot_be_renamed(tables: Any) -> None:
    tables.run("create synonym s for t")
    tables.run("rename table t to moved")
    assert tables.rows("select b from s") == [(20,)]
    assert tables.fails("rename table s to r") == (-206, -111)


def test_temporary_tables_cannot_be_renamed(db: Any) -> None:
    db.run("create temp table tt (a int)")
    assert db.fails("rename table tt to uu") == (-508, 0)


def test_a_table_of_the_same_name_elsewhere_is_another(tables: Any, connect: Any) -> None:
    other = connect("strict")
    other.run("create table t (a int)")
    other.run("insert into t values (9)")
    other.run("commit work")
    tables.run("create view far as select a from strict:t")
    tables.run("rename table t to moved")
    assert tables.rows("select a from far") == [(9,)]
    tables.run("drop table moved")
    assert tables.rows("select a from far") == [(9,)]


def test_a_star_in_a_view_keeps_its_columns(tables: Any) -> None:
    tables.run("create view v as select *, 1 as one from t")
    tables.run("create view w as select x.* from (select * from t) as x")
    tables.run("alter table t add (c int before b)")
    tables.run("update t set c = 7")
    assert tables.rows("select * from v") == [(2, 20, 1)]
    assert tables.rows("select * from w") == [(2, 20)]
    assert tables.rows("select * from t") == [(2, 7, 20)]


def test_a_dropped_column_takes_its_constraints_along(tables: Any) -> None:
    tables.run("create table p (k int primary key, m int, check (m < k) constraint smaller)")
    tables.run("create table q (k int references p)")
    tables.run("insert into p values (5, 1)")
    assert tables.fails("insert into q values (9)") == (-691, -111)
    assert tables.fails("insert into p values (6, 7)") == (-530, 0)
    tables.run("begin work")
    tables.run("alter table p drop (k)")
    assert tables.run("insert into p values (7)").rows == 1
    assert tables.run("insert into q values (9)").rows == 1
    tables.run("rollback work")
    assert tables.fails("insert into q values (9)") == (-691, -111)
    assert tables.fails("insert into p values (6, 7)") == (-530, 0)
    tables.run("alter table p drop (k)")
    assert tables.value("select count(*) from sysconstraints where constrtype in ('P', 'R')") == 0
    assert tables.rows("select checktext from syschecks where type = 'T'") == [("a > 0".ljust(32),)]


def test_databases_are_renamed_to_names_that_are_free(db: Any, connect: Any) -> None:
    other = connect("plain")
    other.run("create table t (a int); insert into t values (1)")
    other.run("close database")
    assert db.fails("rename database plain to strict") == (-330, -100)
    assert db.fails("rename database plain to testdb") == (-330, -100)
    assert db.fails("rename database testdb to other") == (-359, 0)
    assert db.fails("rename database sysmaster to other") == (-359, 0)
    assert db.fails("rename database nowhere to other") == (-329, -111)
    named = connect("strict", DELIMIDENT="y")
    assert named.fails('rename database plain to "a b"') == (-354, 0)
    assert named.fails('create database "a b"') == (-354, 0)
    db.run("rename database plain to level")
    assert connect("level").rows("select a from t") == [(1,)]
    assert db.session.databases() == ["level", "strict", "sysmaster", "testdb"]
