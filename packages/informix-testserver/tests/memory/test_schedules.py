"""Random schedules of several sessions in all isolation levels, against a model of versions and locks.

One thread steps the sessions, none waits (NOT WAIT), so a seed repeats its schedule. The model knows two sets of
locks: those that a session surely holds (what another does against them must fail) and those that it may hold (a
statement that fails must have met one). What is read must be what is committed and what the session itself has
changed; in DIRTY READ, what everyone has changed.
"""

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from informix_testserver.engine import SqlError
from informix_testserver.memory import MemoryEngine

SESSIONS, KEYS, STEPS, SEEDS = 3, 4, 40, 80
Values = dict[int, int | None]
"""Key → value, or None where there is no row."""
LEVELS = (
    "dirty read",
    "committed read",
    "committed read last committed",
    "cursor stability",
    "repeatable read",
)
LOCKED = {(-244, -107), (-271, -107), (-244, -113), (-271, -113), (-289, -113)}
DUPLICATE = (-268, -100)
WHOLE = -1
"""In a session's locks: what REPEATABLE READ has read of the table as a whole."""
WEIGHTS = {
    "begin": 6, "commit": 4, "rollback": 3, "insert": 8, "update": 8, "delete": 5, "move": 4, "update_all": 3,
    "read_key": 6, "read_all": 5, "read_value": 6, "cursor": 3, "isolation": 2, "lock_table": 2, "savepoint": 3,
    "back": 3,
}  # fmt: skip


class Client:
    """A session with what the model knows of its transaction."""

    def __init__(self, engine: MemoryEngine, database: str) -> None:
        self.session = engine.connect("informix", {})
        self.session.open_database(database)
        self.forget("committed read")

    def forget(self, level: str) -> None:
        self.level = level
        self.open = False
        self.pending: Values = {}
        self.savepoints: list[Values] = []
        self.surely: dict[int, str] = {}
        self.maybe: dict[int, str] = {}
        self.table: str | None = None

    def run(self, sql: str) -> int:
        return self.session.execute(self.session.prepare(sql)).rows

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        cursor = self.session.open(self.session.prepare(sql))
        found = list(iter(cursor.fetch, None))
        cursor.close()
        return found

    def hold(self, key: int, mode: str = "X", *, surely: bool = True) -> None:
        """Note a lock, which lasts as long as the transaction."""
        if self.open:
            for locks in (self.surely, self.maybe) if surely else (self.maybe,):
                if locks.get(key) != "X":
                    locks[key] = mode


class World:
    """One table, and what is committed of it."""

    def __init__(self, database: str) -> None:
        self.ansi = database == "strict"
        self.engine = MemoryEngine(("strict:ansi",))
        self.clients = [Client(self.engine, database) for _ in range(SESSIONS)]
        self.observer = Client(self.engine, database)
        first = self.clients[0]
        first.run("create table t (id int primary key, v int)")
        first.run("create index tv on t (v)")
        self.observer.run("set isolation to dirty read")
        self.settle(first)

    def settle(self, client: Client) -> None:
        if client.session.in_transaction:
            client.session.commit()

    def start(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.log: list[Any] = [seed]
        self.committed: dict[int, int] = {}
        for client in self.clients:
            client.run("set isolation to committed read")
            client.forget("committed read")
            self.settle(client)
        self.clients[0].run("delete from t")
        self.settle(self.clients[0])

    def view(self, client: Client) -> dict[int, int]:
        return {k: v for k, v in {**self.committed, **client.pending}.items() if v is not None}

    def everything(self) -> dict[int, int]:
        found: Values = dict(self.committed)
        for client in self.clients:
            found |= client.pending
        return {k: v for k, v in found.items() if v is not None}

    def others(self, client: Client) -> list[Client]:
        return [other for other in self.clients if other is not client]

    def blocked(self, client: Client, key: int, mode: str, *, surely: bool) -> bool:
        """Whether another session holds, or may hold, a lock that is in the way of one on a row."""
        for other in self.others(client):
            if surely:
                held = {other.surely.get(key), other.table}
            else:
                held = {other.maybe.get(key), other.table}
                if client.level == "repeatable read" and other.maybe:
                    return True  # it locks the table where it reads more than one key
                if mode == "X" and WHOLE in other.maybe:
                    return True
            if "X" in held or (mode == "X" and "S" in held):
                return True
        return False

    def taken_away(self, client: Client, key: int) -> bool:
        """Whether DIRTY READ sees that another session has deleted the row."""
        return client.level == "dirty read" and any(
            key in other.pending and other.pending[key] is None for other in self.others(client)
        )

    def attempt(self, client: Client, sql: str, work: Callable[[], Any]) -> tuple[Any, tuple[int, int] | None]:
        if self.ansi:
            client.open = True
        try:
            result, failure = work(), None
        except SqlError as error:
            result, failure = None, (error.sqlcode, error.isam)
        self.log.append((self.clients.index(client), client.level, sql, result, failure))
        assert failure is None or failure in LOCKED | {DUPLICATE}, self.log
        return result, failure

    def put(self, client: Client, key: int, value: int | None) -> None:
        client.hold(key)
        if client.open:
            client.pending[key] = value
        elif value is None:
            self.committed.pop(key, None)
        else:
            self.committed[key] = value

    # ------------------------------------------------------------------------------------------------- changes

    def change(
        self, client: Client, sql: str, keys: Values, found: int, *, reads: bool, scans: bool = False
    ) -> None:
        """Run a change that must give `found` rows and the values in `keys`; `scans`: it meets every row."""
        before = self.view(client)
        rows, failure = self.attempt(client, sql, lambda: client.run(sql))
        if failure is None:
            assert rows == found, self.log
            for key, value in keys.items():
                assert not self.blocked(client, key, "X", surely=True), self.log
                self.put(client, key, value)
        elif failure == DUPLICATE:
            known = [before, *(other.pending for other in self.clients)]
            assert any(values.get(key) is not None for values in known for key in keys), self.log
        else:
            met = range(KEYS) if scans else keys
            assert any(self.blocked(client, key, "X", surely=False) for key in met), self.log
        for key in keys if failure else ():
            client.hold(key, surely=False)
        if reads and client.level == "repeatable read":
            for key in (*range(KEYS), WHOLE):
                client.hold(key, "S", surely=False)

    def insert(self, client: Client, key: int, _: int, value: int) -> None:
        self.change(client, f"insert into t values ({key}, {value})", {key: value}, 1, reads=False)

    def update(self, client: Client, key: int, _: int, value: int) -> None:
        self.one(client, f"update t set v = v + {value} where id = {key}", key, lambda old: {key: old + value})

    def delete(self, client: Client, key: int, _: int, value: int) -> None:
        self.one(client, f"delete from t where id = {key}", key, lambda old: {key: None})

    def move(self, client: Client, key: int, other: int, _: int) -> None:
        self.one(client, f"update t set id = {other} where id = {key}", key, lambda old: {key: None, other: old})

    def one(self, client: Client, sql: str, key: int, keys: Callable[[int], Values]) -> None:
        """Change the row of a key, if the session sees one."""
        old = self.view(client).get(key)
        if old is not None and not self.taken_away(client, key):
            self.change(client, sql, keys(old), 1, reads=True)
            return
        rows, failure = self.attempt(client, sql, lambda: client.run(sql))
        unseen = any(other.pending.get(key) is not None for other in self.others(client))
        if failure is None:
            # Another session's new row must stop whoever looks for it, but for DIRTY READ.
            assert rows == 0, self.log
            assert not unseen or client.level != "committed read", self.log
        else:
            assert any(self.blocked(client, k, "X", surely=False) for k in {key, *keys(0)}), self.log
            for k in {key, *keys(0)}:
                client.hold(k, surely=False)
        if client.level == "repeatable read":
            for k in (*range(KEYS), WHOLE):
                client.hold(k, "S", surely=False)

    def update_all(self, client: Client, *_: int) -> None:
        seen = {k: v for k, v in self.view(client).items() if not self.taken_away(client, k)}
        after: Values = {k: v + 1 for k, v in seen.items()}
        self.change(client, "update t set v = v + 1", after, len(seen), reads=True, scans=True)
        for key in range(KEYS):
            client.hold(key, surely=False)

    def cursor(self, client: Client, key: int, _: int, value: int) -> None:
        """Go through an update cursor: each row is changed or deleted."""
        if not client.open and not self.ansi:
            return
        before = self.view(client)
        done: list[tuple[int, int]] = []

        def work() -> bool:
            sql = f"select id, v from t where id >= {key} for update"
            cursor = client.session.open(client.session.prepare(sql), cursor_name="c")
            try:
                while (row := cursor.fetch()) is not None:
                    change = f"update t set v = v + {value}" if row[0] % 2 else "delete from t"
                    client.run(change + " where current of c")
                    done.append((row[0], row[1]))
            finally:
                cursor.close()
            return True

        whole, _failure = self.attempt(client, f"cursor from {key}", work)
        for k in range(KEYS):
            client.hold(k, surely=False)
        if client.level == "repeatable read":
            client.hold(WHOLE, "S", surely=False)
        for k, v in done:
            assert before[k] == v, self.log
            assert not self.blocked(client, k, "X", surely=True), self.log
            self.put(client, k, v + value if k % 2 else None)
        wanted = {k for k in before if k >= key and not self.taken_away(client, k)}
        assert {k for k, _ in done} == wanted or not whole, self.log

    # ------------------------------------------------------------------------------------------------- reading

    def read(self, client: Client, sql: str, expected: Callable[[dict[int, int]], Any], keys: range) -> None:
        rows, failure = self.attempt(client, sql, lambda: sorted(client.rows(sql)))
        if failure is None:
            seen = self.everything() if client.level == "dirty read" else self.view(client)
            assert rows == expected(seen), self.log
            if client.level in ("committed read", "cursor stability", "repeatable read"):
                changed = [k for other in self.others(client) for k in other.pending if other.surely.get(k) == "X"]
                assert "id" not in sql.partition("where")[2] or not set(changed) & set(keys), self.log
                assert not any(other.table == "X" for other in self.others(client)), self.log
        else:
            assert client.level != "dirty read", self.log
            table = any(other.table == "X" for other in self.others(client))
            assert table or "last" not in client.level, self.log
            assert any(self.blocked(client, key, "S", surely=False) for key in range(KEYS)), self.log
        if client.level == "repeatable read":
            for key in (*range(KEYS), WHOLE):
                client.hold(key, "S", surely=False)
            if failure is None and keys != range(KEYS):
                for key in set(keys) & set(self.view(client)):
                    client.hold(key, "S")

    def read_key(self, client: Client, key: int, *_: int) -> None:
        sql = f"select id, v from t where id = {key}"
        self.read(client, sql, lambda rows: [(k, v) for k, v in rows.items() if k == key], range(key, key + 1))

    def read_all(self, client: Client, *_: int) -> None:
        self.read(client, "select id, v from t", lambda rows: sorted(rows.items()), range(KEYS))

    def read_value(self, client: Client, *_: int) -> None:
        """Look a value up by its index: also one that another session has just replaced."""
        known = [*self.committed.values(), *(v for c in self.clients for v in c.pending.values() if v is not None)]
        value = self.dice.choice(known or [0])
        sql = f"select id from t where v = {value}"
        self.read(client, sql, lambda rows: sorted((k,) for k, v in rows.items() if v == value), range(KEYS))

    # -------------------------------------------------------------------------------------------- transactions

    def begin(self, client: Client, *_: int) -> None:
        if not client.open and not self.ansi:
            client.session.begin()
            client.open = True

    def end(self, client: Client, *, commit: bool) -> None:
        if client.open:
            self.log.append((self.clients.index(client), "commit" if commit else "rollback"))
            if commit:
                client.session.commit()
                self.committed = self.view(client)
            else:
                client.session.rollback()
            client.forget(client.level)

    def commit(self, client: Client, *_: int) -> None:
        self.end(client, commit=True)

    def rollback(self, client: Client, *_: int) -> None:
        self.end(client, commit=False)

    def savepoint(self, client: Client, *_: int) -> None:
        if client.open:
            client.session.savepoint(f"s{len(client.savepoints)}")
            client.savepoints.append(dict(client.pending))

    def back(self, client: Client, *_: int) -> None:
        if client.savepoints:
            number = self.dice.randrange(len(client.savepoints))
            self.log.append((self.clients.index(client), "back to", number))
            client.session.rollback_to(f"s{number}")
            client.pending = dict(client.savepoints[number])
            del client.savepoints[number + 1 :]
            # The locks stay, but for those of rows that are no longer there.
            client.surely = {k: mode for k, mode in client.surely.items() if k in self.view(client)}

    def isolation(self, client: Client, *_: int) -> None:
        client.level = self.dice.choice(LEVELS)
        client.run(f"set isolation to {client.level}")
        client.open |= self.ansi

    def lock_table(self, client: Client, *_: int) -> None:
        if not client.open and not self.ansi:
            return
        mode = self.dice.choice(("share", "exclusive"))
        sql = f"lock table t in {mode} mode"
        _, failure = self.attempt(client, sql, lambda: client.run(sql))
        if failure is None:
            for other in self.others(client):
                in_the_way = {other.table, *other.surely.values()}
                assert not in_the_way & ({"X"} if mode == "share" else {"X", "S"}), self.log
            client.table = "X" if client.table == "X" or mode == "exclusive" else "S"
        else:
            assert any(other.table or other.maybe for other in self.others(client)), self.log

    def step(self) -> None:
        client, dice = self.dice.choice(self.clients), self.dice
        action = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        getattr(self, action)(client, dice.randrange(KEYS), dice.randrange(KEYS), dice.randrange(1, 100))
        assert dict(self.observer.rows("select id, v from t")) == self.everything(), self.log


@pytest.fixture(scope="module", params=["testdb", "strict"])
def world(request: pytest.FixtureRequest) -> Any:
    made = World(request.param)
    yield made
    made.engine.close()


@pytest.mark.parametrize("seed", range(0, SEEDS, 10))
def test_no_schedule_breaks_isolation_or_loses_a_change(world: World, seed: int) -> None:
    for number in range(seed, seed + 10):
        world.start(number)
        for _ in range(STEPS):
            world.step()
        for client in world.clients:
            world.end(client, commit=world.dice.random() < 0.5)
        world.settle(world.observer)
        assert dict(world.observer.rows("select id, v from t")) == world.committed, world.log
        world.settle(world.observer)
        locks = world.engine.locks
        left = (locks._rows, locks._tables, locks._held, locks._writers, world.engine.dead)
        assert left == ({}, {}, {}, {}, {}), world.log


TRANSACTIONS, THREADS, LIMIT = 25, 4, 60.0
WAITING = {-107, -113, -143, -154}


class Gone(Exception):
    """DIRTY READ has not seen a row that another session had deleted and put back."""


class Worker:
    """Moves amounts between rows in random transactions that wait for each other."""

    def __init__(self, engine: MemoryEngine, number: int, seed: int) -> None:
        self.client = Client(engine, "testdb")
        self.number, self.dice = number, random.Random(seed * THREADS + number)
        self.committed: list[tuple[int, int]] = []
        self.failures: list[BaseException] = []

    def work(self) -> None:
        client, dice = self.client, self.dice
        kinds = (self.two_updates, self.cursor, self.whole_table, self.replace, self.sum, self.back)
        try:
            for number in range(TRANSACTIONS):
                client.run(f"set lock mode to {dice.choice(('wait', 'wait', 'wait 1', 'not wait'))}")
                client.level = dice.choice(LEVELS)
                client.run(f"set isolation to {client.level}")
                client.session.begin()
                try:
                    dice.choice(kinds)(*dice.sample(range(KEYS), 2), dice.randrange(1, 10))
                    client.run(f"insert into done values ({self.number}, {number})")
                except (SqlError, Gone) as error:
                    if isinstance(error, SqlError) and error.isam not in WAITING:
                        raise
                    client.session.rollback()
                    continue
                if dice.random() < 0.15:
                    client.session.rollback()
                else:
                    client.session.commit()
                    self.committed.append((self.number, number))
        except BaseException as error:  # noqa: BLE001 - the test's own thread must see it
            self.failures.append(error)
        finally:
            client.session.close()

    def run(self, sql: str) -> None:
        if self.client.run(sql) != 1:
            raise Gone

    def value(self, sql: str) -> int:
        rows = self.client.rows(sql)
        if not rows:
            raise Gone
        return int(rows[0][0])

    def two_updates(self, a: int, b: int, amount: int) -> None:
        self.run(f"update t set v = v - {amount} where id = {a}")
        self.run(f"update t set v = v + {amount} where id = {b}")

    def cursor(self, a: int, b: int, amount: int) -> None:
        sql = f"select v from t where id = {a} for update"
        cursor = self.client.session.open(self.client.session.prepare(sql), cursor_name="c")
        row = cursor.fetch()
        if row is None:
            raise Gone
        self.run(f"update t set v = {row[0] - amount} where current of c")
        self.run(f"update t set v = v + {amount} where id = {b}")

    def whole_table(self, a: int, b: int, amount: int) -> None:
        self.client.run(f"lock table t in {self.dice.choice(('share', 'exclusive'))} mode")
        value = self.value(f"select v from t where id = {a}")
        self.run(f"update t set v = {value - amount} where id = {a}")
        self.run(f"update t set v = v + {amount} where id = {b}")

    def replace(self, a: int, _: int, __: int) -> None:
        value = self.value(f"select v from t where id = {a} for update")
        self.run(f"delete from t where id = {a}")
        self.run(f"insert into t values ({a}, {value})")

    def back(self, a: int, b: int, amount: int) -> None:
        self.client.session.savepoint("s")
        self.run(f"update t set v = v + 1000, id = id + 50 where id = {a}")
        self.client.session.rollback_to("s")
        self.two_updates(a, b, amount)

    def sum(self, *_: int) -> None:
        total = self.client.rows("select sum(v), count(*) from t")
        assert total == [(100 * KEYS, KEYS)] or self.client.level == "dirty read", (total, self.client.level)


@pytest.mark.parametrize("seed", range(3))
def test_transactions_that_wait_end_and_lose_nothing(seed: int) -> None:
    engine = MemoryEngine()
    client = Client(engine, "testdb")
    client.run("create table t (id int primary key, v int)")
    client.run("create index tv on t (v)")
    client.run("create table done (worker int, number int)")
    for key in range(KEYS):
        client.run(f"insert into t values ({key}, 100)")
    workers = [Worker(engine, number, seed) for number in range(THREADS)]
    threads = [threading.Thread(target=worker.work, daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
        assert not thread.is_alive(), [worker.client.session.waits_for for worker in workers]
    assert [worker.failures for worker in workers] == [[]] * THREADS
    assert client.rows("select sum(v), count(*) from t") == [(100 * KEYS, KEYS)]
    committed = sorted(done for worker in workers for done in worker.committed)
    assert sorted(client.rows("select * from done")) == committed
    locks = engine.locks
    assert (locks._rows, locks._tables, locks._held, locks._writers, engine.dead) == ({}, {}, {}, {}, {})
    engine.close()


CHANGES = """
insert into p values ({k}, {j} + 10, {j})
delete from p where id = {k}
update p set id = {j} where id = {k}
update p set u = {j} + 10 where id = {k}
update p set w = {j} where id = {k}
update p set id = id + 1
insert into c values ({k}, {j}, null)
insert into c values ({k}, null, {j} + 10)
update c set pid = {j} where k = {k}
update c set pu = {j} + 10 where k = {k}
delete from c where k = {k}
delete from p where w = {j}
delete from c
update c set k = k + 1
""".strip().splitlines()
REFUSED = {-244, -271, -268, -346, -691, -692, -8006}
"""Locks, keys, references; no such savepoint."""


@pytest.mark.parametrize("cascade", ["", "on delete cascade"])
@pytest.mark.parametrize("seed", range(15))
def test_no_child_loses_its_parent_and_no_key_is_there_twice(seed: int, cascade: str) -> None:
    """Sessions change keys and what refers to them, in transactions that may end either way."""
    dice = random.Random(seed)
    engine = MemoryEngine()
    clients = [Client(engine, "testdb") for _ in range(SESSIONS)]
    first = clients[0]
    first.run("create table p (id int primary key, u int unique, w int)")
    first.run("create index pw on p (w)")
    first.run(f"create table c (k int primary key, pid int references p {cascade}, pu int references p (u))")
    for number in range(KEYS):
        first.run(f"insert into p values ({number}, {number} + 10, {number})")
    for _ in range(STEPS * 2):
        client = dice.choice(clients)
        session = client.session
        try:
            if not session.in_transaction:
                if dice.random() < 0.4:
                    session.begin()
                    if dice.random() < 0.3:
                        client.run("set constraints all deferred")
            elif dice.random() < 0.25:
                dice.choice((session.commit, session.rollback))()
            elif dice.random() < 0.2:
                session.savepoint("s")
            elif dice.random() < 0.2:
                session.rollback_to("s")
            client.run(dice.choice(CHANGES).format(k=dice.randrange(KEYS + 2), j=dice.randrange(KEYS + 2)))
        except SqlError as error:
            if error.sqlcode not in REFUSED:
                raise
    for client in clients:
        client.session.close()
    last = Client(engine, "testdb")
    orphans = (
        "(pid is not null and pid not in (select id from p)) or (pu is not null and pu not in (select u from p))"
    )
    assert last.rows(f"select * from c where {orphans}") == []
    for table, key in (("p", "id"), ("p", "u"), ("c", "k")):
        assert last.rows(f"select {key} from {table} group by 1 having count(*) > 1") == []
    locks = engine.locks
    assert (locks._rows, locks._tables, locks._held, locks._writers, engine.dead) == ({}, {}, {}, {}, {})
    engine.close()
