"""The `driver` fixture: every test of this folder runs twice, against the blocking and the asyncio driver.

The asyncio one is seen through a facade that runs each awaitable on a private event loop, so that a test is
written once, in blocking style.
"""

import asyncio
import gc
import inspect
import threading
from collections.abc import Iterator
from typing import Any

import informix_db
import informix_pool
import pytest
from informix_testserver.script import ScriptEngine
from informix_testserver.server import TestServer

_FACADES = (
    informix_pool.AsyncConnection,
    informix_pool.AsyncCursor,
    informix_pool.AsyncTransaction,
    informix_pool.cursor.AsyncRecordBatches,
)


class Facade:
    """A blocking face for one of the asyncio classes."""

    def __init__(self, inner: Any, loop: asyncio.AbstractEventLoop) -> None:
        object.__setattr__(self, "inner", inner)
        object.__setattr__(self, "loop", loop)

    def _wait(self, value: Any) -> Any:
        if inspect.iscoroutine(value):
            value = self.loop.run_until_complete(value)
        if isinstance(value, _FACADES):
            return self if value is self.inner else Facade(value, self.loop)
        return value

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.inner, name)
        if inspect.ismethod(value):
            return lambda *args, **kwargs: self._wait(value(*args, **kwargs))
        return self._wait(value)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.inner, name, value)

    def __iter__(self) -> "Facade":
        return self

    def __next__(self) -> Any:
        try:
            return self._wait(self.inner.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def __enter__(self) -> "Facade":
        self._wait(self.inner.__aenter__())
        return self

    def __exit__(self, *details: Any) -> Any:
        return self._wait(self.inner.__aexit__(*details))

    def __repr__(self) -> str:
        return repr(self.inner)


class Driver:
    """What a test sees of the driver under test."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.loop = asyncio.new_event_loop() if name == "asyncio" else None

    def connect(self, dsn: str | None = None, **settings: Any) -> Any:
        # Given, so that no statement of the driver's own stands in the scripted engines' logs; None asks for it.
        settings.setdefault("client_locale", "en_US.8859-1")
        if self.loop is None:
            return informix_db.connect(dsn, **settings)

        async def connect() -> Any:
            return await informix_pool.aio.connect(dsn, **settings)

        return Facade(self.loop.run_until_complete(connect()), self.loop)

    def face(self, value: Any) -> Any:
        """Return a blocking face for an asyncio object."""
        return Facade(value, self.loop) if self.loop is not None and isinstance(value, _FACADES) else value

    def close(self) -> None:
        gc.collect()
        if self.loop is not None:
            self.loop.run_until_complete(asyncio.sleep(0))
            # The event loop's own thread, which resolves host names.
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            self.loop.close()


@pytest.fixture(scope="session", autouse=True)
def frozen_heap() -> Iterator[None]:
    """Keep what the imports made out of the collections that look for leaks after each test."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(params=["blocking", "asyncio"])
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """The driver under test. Nothing may be left behind: no thread, no socket (ResourceWarning is an error)."""
    before = set(threading.enumerate())
    present = Driver(request.param)
    yield present
    present.close()
    left = [t for t in threading.enumerate() if t not in before and not t.name.startswith("informix-testserver")]
    assert left == []


@pytest.fixture
def engine() -> ScriptEngine:
    """A scripted engine: the test says what each statement does."""
    return ScriptEngine()


@pytest.fixture
def server(engine: ScriptEngine) -> Iterator[TestServer]:
    """A server on that engine. It must not have seen anything that the protocol forbids."""
    with TestServer(port=0, engine=engine) as present:
        yield present
        assert present.protocol_errors == []
        assert present.internal_errors == []


@pytest.fixture(scope="module")
def memory() -> Iterator[TestServer]:
    """A server with the SQL engine, shared by the tests of a module; a module's own fixture may fill it."""
    with TestServer(port=0) as present:
        yield present
        assert present.protocol_errors == []
        assert present.internal_errors == []


@pytest.fixture
def conn(driver: Driver, server: TestServer) -> Iterator[Any]:
    """An open connection to `server`."""
    connection = driver.connect(server.url)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def strict(memory: TestServer) -> str:
    """Name of a MODE ANSI database of `memory`."""
    memory.run_script("create database strict with log mode ansi", database="")
    return "strict"


@pytest.fixture(params=["testdb", "strict"])
def database(request: pytest.FixtureRequest, strict: str) -> str:
    """A logged database of `memory`, then its MODE ANSI one."""
    return strict if request.param == "strict" else "testdb"
