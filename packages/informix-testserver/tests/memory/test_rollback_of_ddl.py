"""Random definitions and changes inside a transaction: after the rollback everything is as it was."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from informix_testserver.engine import SqlError
from informix_testserver.memory import MemoryEngine, persistence

STATEMENTS = [
    "alter table p add (x{n} int default {n})",
    "alter table p add (y{n} char(3) before v)",
    "alter table p modify (v varchar(30))",
    "alter table p modify (v char(4) not null)",
    "alter table p drop (v)",
    "alter table p add constraint unique (v) constraint u{n}",
    "alter table p add constraint check (id < {n}00) constraint k{n}",
    "alter table c drop constraint fk",
    "alter table c modify (p bigint)",
    "alter table p modify (id bigint)",
    "create index i{n} on c (p)",
    "create unique index j{n} on p (v)",
    "drop index ci",
    "rename column p.v to w{n}",
    "rename table c to d{n}",
    "rename table p to q{n}",
    "drop table c",
    "drop table p",
    "create table z{n} (a serial, b int references p)",
    "create view vw{n} as select id from p",
    "drop view vw",
    "create synonym s{n} for p",
    "create sequence sq{n}",
    "truncate table c",
    "insert into p (id, v) values ({n}0, 'new')",
    "insert into c values (0, {m})",
    "update p set v = 'x{n}' where id = {m}",
    "update p set id = id + 10",
    "delete from c where p = {m}",
    "delete from p where id = {m}",
    "savepoint s",
    "rollback to savepoint s",
    "select * from p into temp t{n}",
    "insert into q{n} select * from p",
]


class World:
    def __init__(self) -> None:
        self.engine = MemoryEngine()
        self.session = self.engine.connect("informix", {})
        self.session.open_database("testdb")
        for sql in (
            "create table p (id int primary key, v varchar(5))",
            "create table c (id serial, p int references p on delete cascade constraint fk)",
            "create index ci on c (id)",
            "create view vw as select v from p",
        ):
            self.run(sql)
        for n in (1, 2, 3):
            self.run(f"insert into p values ({n}, 'v{n}')")
            self.run(f"insert into c values (0, {n})")

    def run(self, sql: str) -> Any:
        return self.session.execute(self.session.prepare(sql))

    def state(self) -> dict[str, Any]:
        """Everything that a rollback has to bring back (counters may move on, as Informix's do)."""
        database = self.engine.databases["testdb"]
        tables = [persistence._table(table) for table in database.user_tables()]
        for table in tables:
            del table["next_number"]
        rows = {
            table.name: self.engine.store.rows(
                f"SELECT rowid,{','.join(c.physical for c in table.columns)} FROM {table.physical} ORDER BY rowid"
            )
            for table in database.user_tables()
            if table.kind == "T"
        }
        indexes = self.engine.store.rows("SELECT name, sql FROM sqlite_master WHERE type='index' ORDER BY name")
        children = {table.name: table.children for table in database.user_tables()}
        return {
            "tables": sorted(tables, key=lambda t: t["name"]),
            "rows": rows,
            "indexes": indexes,
            "children": children,
            "dead": dict(self.engine.dead),
            "temporary": set(self.session.temporary),
        }


@pytest.fixture(scope="module")
def world() -> Any:
    made = World()
    yield made
    made.engine.close()


@given(st.integers(0, 2**32))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rollback_brings_everything_back(world: World, seed: int) -> None:
    dice = random.Random(seed)
    before = world.state()
    world.session.begin()
    done = []
    for _ in range(dice.randrange(1, 9)):
        sql = dice.choice(STATEMENTS).format(n=dice.randrange(1, 5), m=dice.randrange(1, 4))
        try:
            world.run(sql)
            done.append(sql)
        except SqlError:
            done.append(f"({sql})")
    world.session.rollback()
    assert world.state() == before, done
    with pytest.raises(SqlError):
        world.run("insert into p values (1, 'again')")
    with pytest.raises(SqlError):
        world.run("insert into c values (0, 99)")
