"""pytest fixtures: a test server, its URL and a connection (loaded by pytest through the entry point).

* ``informix_server``: the embedded `TestServer`, one for the test session; its faults are cleared after each test.
* ``informix_schema``: override it to return SQL that every test's database begins with.
* ``informix_template``: name of the database that holds it, made once for the test session; override it to fill it
  in another way.
* ``informix_url``: connection URL of a database of the test's own, a copy of the template, dropped afterwards.
* ``informix_connection``: a connection to it by informix-db, closed afterwards.

``--informix-url URL`` swaps in a real server: the last two fixtures use its database as it is (``informix_schema``
is not run there, for what it makes may exist), and the connection is rolled back at the end. Options of the server
come from an override of ``informix_server_options``.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .server import TestServer

__all__ = [
    "informix_connection",
    "informix_schema",
    "informix_server",
    "informix_server_options",
    "informix_template",
    "informix_url",
    "pytest_addoption",
    "pytest_runtest_teardown",
]

_SERVER: pytest.StashKey[TestServer] = pytest.StashKey()
_numbers = itertools.count(1)
IN_USE = -425
LEAVING = 1.0
"""Seconds in which a session whose client has closed its connection ends."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--informix-url``."""
    group = parser.getgroup("informix", "Informix test server")
    group.addoption(
        "--informix-url",
        metavar="URL",
        default=None,
        help="run against this server, not the embedded one: informix://user:password@host:port/database?server=NAME",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Remove the faults that a test has left: before its fixtures end, which might wait for a stalled reply."""
    server = item.config.stash.get(_SERVER, None)
    if server is not None:
        server.faults.clear()


@pytest.fixture(scope="session")
def informix_server_options() -> dict[str, Any]:
    """Return keyword arguments for `TestServer`; override it to have, say, another profile."""
    return {}


@pytest.fixture(scope="session")
def informix_schema() -> str:
    """Return SQL, separated by semicolons, that every test's database begins with; override it."""
    return ""


@pytest.fixture(scope="session")
def informix_server(
    request: pytest.FixtureRequest, informix_server_options: dict[str, Any]
) -> Iterator[TestServer]:
    """Run the embedded server for the whole test session; with ``--informix-url`` who needs it is skipped."""
    from .server import TestServer

    if request.config.getoption("--informix-url"):
        pytest.skip("informix_server is the embedded server, which --informix-url replaces")
    with TestServer(**{"port": 0, **informix_server_options}) as server:
        request.config.stash[_SERVER] = server
        yield server
        del request.config.stash[_SERVER]


@pytest.fixture(scope="session")
def informix_template(informix_server: TestServer, informix_schema: str) -> str:
    """Return the name of the database that every test gets a copy of: ``informix_schema``, run once."""
    informix_server.run_script("create database test_template with log", database="")
    informix_server.run_script(informix_schema, database="test_template")
    return "test_template"


@pytest.fixture
def informix_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the URL of a database for one test: a copy of ``informix_template``."""
    given = request.config.getoption("--informix-url")
    if given:
        yield str(given)
        return
    server: TestServer = request.getfixturevalue("informix_server")
    name = f"test_{next(_numbers)}"
    server.copy_database(request.getfixturevalue("informix_template"), name)
    yield server.url_of(name)
    _drop(server, name, request.node.nodeid)


def _drop(server: TestServer, name: str, test: str) -> None:
    """Drop a test's database; a connection that was just closed gets a moment to leave it."""
    from .engine import SqlError

    end = time.monotonic() + LEAVING
    while True:
        try:
            server.run_script(f"drop database {name}", database="")
        except SqlError as exc:
            if exc.sqlcode != IN_USE:
                raise
        else:
            return
        if time.monotonic() > end:
            pytest.fail(
                f"{test} has left a connection to {name} open: close it, or use it in a with", pytrace=False
            )
        time.sleep(0.01)


@pytest.fixture
def informix_connection(informix_url: str) -> Iterator[Any]:
    """Return an `informix_db.Connection` to the test's database."""
    try:
        import informix_db
    except ImportError as exc:
        pytest.fail(f"the fixture informix_connection needs informix-db (pip install informix-db): {exc}")
    connection = informix_db.connect(informix_url)
    try:
        yield connection
        if not connection.closed:
            connection.rollback()
    finally:
        connection.close()
