"""Transactions, savepoints and logging modes, as far as one session sees them."""

from typing import Any

import pytest
from informix_testserver.engine import DatabaseFlag, SqlError
from informix_testserver.sql import statement_type  # noqa: F401 - the parser is part of what is tested here


def test_flags_tell_the_logging_mode(connect: Any) -> None:
    assert connect("testdb").flags == DatabaseFlag.ALWAYS | DatabaseFlag.LOGGED
    assert connect("plain").flags == DatabaseFlag.ALWAYS
    assert connect("strict").flags == DatabaseFlag.ALWAYS | DatabaseFlag.LOGGED | DatabaseFlag.ANSI


@pytest.fixture
def t(db: Any) -> Any:
    db.run("create table t (id int primary key, v varchar(10))")
    db.run("insert into t values (1, 'a')")
    return db


def state(db: Any) -> list[Any]:
    found: list[Any] = db.rows("select * from t order by id")
    return found


def test_rollback_undoes_every_kind_of_change(t: Any) -> None:
    t.session.begin()
    t.run("insert into t values (2, 'b')")
    t.run("update t set v = 'x'")
    t.run("delete from t where id = 1")
    t.run("insert into t values (1, 'new')")
    t.run("update t set id = 3 where id = 1")
    assert state(t) == [(2, "x"), (3, "new")]
    t.session.rollback()
    assert state(t) == [(1, "a")]


def test_commit_keeps(t: Any) -> None:
    t.run("begin work")
    t.run("delete from t")
    t.run("insert into t values (1, 'b')")
    t.run("commit work")
    assert state(t) == [(1, "b")]
    assert t.engine.dead == {}


def test_without_begin_every_statement_commits_by_itself(t: Any) -> None:
    t.run("insert into t values (2, 'b')")
    assert not t.session.in_transaction
    with pytest.raises(SqlError) as caught:
        t.session.rollback()
    assert caught.value.sqlcode == -255
    assert len(state(t)) == 2


def test_a_failed_statement_leaves_the_transaction_open(t: Any) -> None:
    t.session.begin()
    t.run("insert into t values (2, 'b')")
    assert t.fails("insert into t values (2, 'c')") == (-268, -100)
    assert t.session.in_transaction
    t.session.commit()
    assert len(state(t)) == 2


def test_savepoints(t: Any) -> None:
    session = t.session
    session.begin()
    t.run("savepoint one")
    t.run("insert into t values (2, 'b')")
    session.savepoint("two")
    t.run("update t set v = 'z'")
    session.rollback_to("two")
    assert state(t) == [(1, "a"), (2, "b")]
    t.run("delete from t")
    t.run("rollback to savepoint one")
    assert state(t) == [(1, "a")]
    with pytest.raises(SqlError):
        session.rollback_to("two")
    session.release_savepoint("one")
    with pytest.raises(SqlError):
        session.rollback_to("one")
    session.commit()


def test_a_check_that_was_postponed_goes_with_the_change_it_is_about(t: Any) -> None:
    t.run("create table p (id int primary key)")
    t.run("create table c (id int references p)")
    for back, code in ((True, 0), (False, -691)):
        t.session.begin()
        t.run("set constraints all deferred")
        t.session.savepoint("s")
        t.run("insert into c values (1)")
        if back:
            t.session.rollback_to("s")
            t.session.commit()
        else:
            assert t.fails("commit work") == (code, -111)
        assert t.rows("select * from c") == []


def test_a_check_that_was_made_in_between_is_postponed_again(t: Any) -> None:
    t.run("create table p (id int primary key)")
    t.run("create table c (id int references p)")
    t.session.begin()
    t.run("set constraints all deferred")
    t.run("insert into c values (1)")
    t.session.savepoint("s")
    t.run("insert into p values (1)")
    t.run("set constraints all immediate")
    t.session.rollback_to("s")
    assert t.fails("commit work") == (-691, -111)
    assert t.rows("select * from c") == []


def test_what_set_transaction_sets_ends_with_the_transaction(t: Any, connect: Any) -> None:
    other = connect()
    other.run("set isolation to committed read")
    for end in ("commit work", "rollback work"):
        other.session.begin()
        other.run("set transaction isolation level read uncommitted")
        t.session.begin()
        t.run("update t set v = 'new'")
        assert len(other.rows("select * from t")) == len(t.rows("select * from t"))
        assert other.fails("set transaction isolation level serializable") == (-876, 0)
        other.run(end)
        assert other.fails("select * from t") == (-244, -107)
        t.session.rollback()


def test_definitions_do_not_meet_rows_that_are_deleted_before(t: Any) -> None:
    t.run("create table d (k int, v int)")
    for k, v in ((1, 1), (1, 2), (None, 3)):
        t.run("insert into d values (?, ?)", k, v)
    t.session.begin()
    t.run("delete from d where v > 1")
    t.run("create unique index dk on d (k)")
    t.run("alter table d add constraint check (v < 2)")
    t.run("alter table d modify (k int not null)")
    t.run("update d set k = 7")
    t.run("alter table d drop (v)")
    assert t.rows("select * from d") == [(7,)]
    t.session.rollback()
    assert t.rows("select * from d order by v") == [(1, 1), (1, 2), (None, 3)]


def test_unique_savepoint(t: Any) -> None:
    t.session.begin()
    t.session.savepoint("s", unique=True)
    with pytest.raises(SqlError):
        t.session.savepoint("s")


@pytest.mark.parametrize("statement", ["begin work", "commit work", "rollback work"])
def test_an_unlogged_database_has_no_transactions(connect: Any, statement: str) -> None:
    assert connect("plain").fails(statement) == (-256, 0)


def test_begin_twice(t: Any) -> None:
    t.run("begin work")
    assert t.fails("begin work") == (-535, 0)


def test_mode_ansi_is_always_in_a_transaction(connect: Any) -> None:
    db = connect("strict")
    db.run("create table t (id int primary key, v varchar(10))")
    assert db.session.in_transaction
    db.run("commit work")
    db.run("insert into t values (1, 'a')")
    assert db.fails("begin work") == (-535, 0)
    db.run("rollback work")
    assert state(db) == []


def test_ddl_is_part_of_the_transaction(t: Any) -> None:
    t.session.begin()
    t.run("create table u (x int)")
    t.run("insert into u values (1)")
    t.run("alter table t add (extra int default 5)")
    t.run("create index ti on t (v)")
    t.run("update t set extra = 6")
    t.run("rename column t.v to w")
    t.run("drop table u")
    t.session.rollback()
    assert state(t) == [(1, "a")]
    assert t.fails("select * from u") == (-206, -111)
    assert t.rows("select idxname from sysindexes where idxname = 'ti'") == []
    t.session.begin()
    t.run("drop table t")
    assert t.fails("select * from t") == (-206, -111)
    t.session.rollback()
    assert state(t) == [(1, "a")]
    assert t.fails("insert into t values (1, 'dup')") == (-268, -100)


def test_closing_the_session_rolls_back(t: Any, connect: Any) -> None:
    other = connect()
    other.session.begin()
    other.run("delete from t")
    other.session.close()
    assert state(t) == [(1, "a")]


def test_commit_closes_cursors_without_hold(t: Any) -> None:
    t.session.begin()
    plain = t.session.open(t.prepare("select id from t"))
    held = t.session.open(t.prepare("select id from t"), hold=True)
    t.session.commit()
    assert held.fetch() == (1,)
    with pytest.raises(SqlError) as caught:
        plain.fetch()
    assert caught.value.sqlcode == -400


def test_a_cursor_shows_what_was_there_when_it_opened(t: Any) -> None:
    cursor = t.session.open(t.prepare("select id from t"))
    t.run("insert into t values (2, 'b')")
    t.run("delete from t where id = 1")
    assert cursor.fetch() == (1,)
    assert cursor.fetch() is None


def test_scrolling(t: Any) -> None:
    for n in (2, 3):
        t.run("insert into t values (?, 'x')", n)
    cursor = t.session.open(t.prepare("select id from t order by id"), scroll=True)
    assert [cursor.fetch_absolute(n) for n in (3, 1, -1, 4, 0)] == [(3,), (1,), (3,), None, None]
    assert cursor.position() == 3
    with pytest.raises(SqlError) as caught:
        t.session.open(t.prepare("select id from t for update"), scroll=True)
    assert caught.value.sqlcode == -526


def test_altered_table_under_a_prepared_statement(t: Any) -> None:
    kept = t.prepare("select * from t")
    insert = t.prepare("insert into t values (?, ?)")
    t.run("create index ti on t (v)")
    assert t.session.open(kept).fetch() == (1, "a")
    t.run("alter table t add (extra int)")
    with pytest.raises(SqlError) as caught:
        t.session.open(kept)
    assert caught.value.sqlcode == -710
    with pytest.raises(SqlError) as caught:
        t.session.execute(insert, t.bound((5, "x")))
    assert caught.value.sqlcode in (-710, -236)


def test_temporary_tables_belong_to_their_session(t: Any, connect: Any) -> None:
    t.run("create temp table tmp (x int) with no log")
    t.run("insert into tmp values (1)")
    other = connect()
    assert other.fails("select * from tmp") == (-206, -111)
    other.run("select id from t into temp tmp")
    assert other.rows("select * from tmp") == [(1,)]
    assert t.fails("create temp table tmp (y int)") == (-958, 0)
    t.session.close()
    assert t.session.temporary == {}


def test_rollback_leaves_unlogged_temporary_tables_alone(t: Any) -> None:
    t.run("create temp table kept (x int) with no log")
    t.run("create temp table logged (x int)")
    t.session.begin()
    t.run("insert into kept values (1)")
    t.run("insert into kept values (2)")
    t.run("delete from kept where x = 1")
    t.run("insert into logged values (1)")
    t.run("select 7 as x from t into temp made with no log")
    t.session.rollback()
    assert t.rows("select * from kept") == [(2,)]
    assert t.rows("select * from logged") == []
    assert t.rows("select * from made") == [(7,)]


def test_read_only_transaction(t: Any) -> None:
    t.session.begin()
    t.run("set transaction read only")
    assert t.fails("delete from t") == (-878, 0)


def test_wrong_statements_for_the_state(t: Any, connect: Any) -> None:
    nowhere = connect("")
    assert nowhere.fails("select 1 from t") == (-349, 0)
    assert nowhere.fails("database nothing") == (-329, -111)
    assert t.fails("lock table t in share mode") == (-524, 0)
    assert t.fails("create table u (x int); select * from t") == (-555, 0)
    with pytest.raises(SqlError) as caught:
        t.session.execute(t.prepare("select id from t"))
    assert caught.value.sqlcode == -260


def test_a_savepoint_takes_the_place_of_one_of_its_name(t: Any) -> None:
    t.session.begin()
    t.run("savepoint s")
    t.run("insert into t values (2, 'b')")
    t.run("savepoint s")
    t.run("insert into t values (3, 'c')")
    t.run("rollback to savepoint s")
    assert state(t) == [(1, "a"), (2, "b")]
    t.run("release savepoint s")
    assert t.fails("rollback to savepoint s") == (-8006, 0)
