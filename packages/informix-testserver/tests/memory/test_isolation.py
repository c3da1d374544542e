"""Random transactions of several sessions on one table, against a model of what is committed and pending."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from informix_testserver.engine import SqlError
from informix_testserver.memory import MemoryEngine

WRITERS = 3
ACTIONS = ("insert", "update", "move", "delete", "commit", "rollback", "savepoint", "back")
KEYS = 5
LOCKED = {(-244, -107), (-271, -107)}


class Session:
    """A session and what it has changed: key → value before its transaction (None: no row)."""

    def __init__(self, engine: MemoryEngine) -> None:
        self.session = engine.connect("informix", {})
        self.session.open_database("testdb")
        self.savepoint: dict[int, Any] | None = None

    def run(self, sql: str) -> int:
        return self.session.execute(self.session.prepare(sql)).rows

    def read(self) -> dict[int, Any]:
        cursor = self.session.open(self.session.prepare("select id, v from t"))
        return {row[0]: row[1] for row in iter(cursor.fetch, None)}


class World:
    """The table as each writer sees it: what is committed, and each writer's own pending view."""

    def __init__(self) -> None:
        self.engine = MemoryEngine()
        self.writers = [Session(self.engine) for _ in range(WRITERS)]
        self.writers[0].run("create table t (id int primary key, v int)")
        self.reader, self.dirty = Session(self.engine), Session(self.engine)
        self.reader.run("set isolation to committed read last committed")
        self.dirty.run("set isolation to dirty read")
        for writer in self.writers:
            writer.run("set isolation to committed read last committed")

    def start(self) -> None:
        for writer in self.writers:
            if writer.session.in_transaction:
                writer.session.rollback()
        self.writers[0].run("delete from t")
        self.committed: dict[int, Any] = {}
        self.views: list[dict[int, Any] | None] = [None] * WRITERS

    def step(self, number: int, action: str, key: int, other: int) -> None:
        writer = self.writers[number]
        if action in ("commit", "rollback"):
            self.finish(number, action)
            return
        if self.views[number] is None:
            writer.session.begin()
            self.views[number], writer.savepoint = {}, None
        pending = self.views[number]
        assert pending is not None
        if action == "savepoint":
            writer.session.savepoint("s")
            writer.savepoint = dict(pending)
            return
        if action == "back":
            if writer.savepoint is not None:
                writer.session.rollback_to("s")
                self.views[number] = dict(writer.savepoint)
            return
        mine = self.view(number)
        value = key * 10 + other
        sql = {
            "insert": f"insert into t values ({key}, {value})",
            "update": f"update t set v = {value} where id = {key}",
            "move": f"update t set id = {other} where id = {key}",
            "delete": f"delete from t where id = {key}",
        }[action]
        rows = self.attempt(number, sql, key, other)
        if rows is None:
            return
        if action == "insert":
            assert key not in mine
            pending[key] = value
        elif rows:
            if action == "delete":
                pending[key] = None
            elif action == "update":
                pending[key] = value
            elif key != other:
                pending[key], pending[other] = None, mine[key]

    def attempt(self, number: int, sql: str, key: int, other: int) -> int | None:
        """Run a change; one that fails must have a reason: a key that is taken, or another writer's row."""
        failure: SqlError | None = None
        try:
            return self.writers[number].run(sql)
        except SqlError as error:
            failure = error
        if failure.sqlcode == -268:
            taken = other if sql.startswith("update") else key
            assert taken in self.view(number) or any(taken in (view or {}) for view in self.views), sql
            return None
        assert (failure.sqlcode, failure.isam) in LOCKED, sql
        # A row may also be locked by a statement that failed after it had taken the lock.
        assert any(view is not None for n, view in enumerate(self.views) if n != number), sql
        return None

    def view(self, number: int) -> dict[int, Any]:
        merged = {**self.committed, **(self.views[number] or {})}
        return {key: value for key, value in merged.items() if value is not None}

    def finish(self, number: int, action: str) -> None:
        if self.views[number] is None:
            return
        if action == "commit":
            self.writers[number].session.commit()
            self.committed = self.view(number)
        else:
            self.writers[number].session.rollback()
        self.views[number] = None

    def check(self) -> None:
        assert self.reader.read() == self.committed
        pending: dict[int, Any] = {}
        for number, writer in enumerate(self.writers):
            assert writer.read() == self.view(number)
            pending.update(self.views[number] or {})
        everything = {**self.committed, **pending}
        assert self.dirty.read() == {key: value for key, value in everything.items() if value is not None}


@pytest.fixture(scope="module")
def world() -> Any:
    made = World()
    yield made
    made.engine.close()


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_reader_sees_what_it_should(world: World, seed: int) -> None:
    dice = random.Random(seed)
    world.start()
    for _ in range(40):
        world.step(dice.randrange(WRITERS), dice.choice(ACTIONS), dice.randrange(KEYS), dice.randrange(KEYS))
        world.check()
    for number in range(WRITERS):
        world.finish(number, "commit")
    world.check()
    locks = world.engine.locks
    assert (locks._rows, locks._held, locks._writers, world.engine.dead) == ({}, {}, {}, {})
