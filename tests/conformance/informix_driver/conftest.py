"""Fixtures of the suite that runs PyPI's informix-driver against our test server, in an environment of its own."""

import importlib.metadata
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import informix_db
import pytest

_SCALARS = Path(__file__).parent.parent / "scalars.tsv"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse to judge ourselves: both drivers have the same import name."""
    if importlib.metadata.version("informix-driver") != os.environ["CONFORMANCE_DRIVER_VERSION"]:
        raise pytest.UsageError("another version of informix-driver is installed")
    for ours in ("informix-db", "informix-wire", "informix-types"):
        try:
            importlib.metadata.version(ours)
        except importlib.metadata.PackageNotFoundError:
            continue
        raise pytest.UsageError(f"{ours} is installed in this environment")


@pytest.fixture
def address() -> dict[str, Any]:
    """Arguments of `connect` without which there is no session."""
    return {
        "host": os.environ["CONFORMANCE_HOST"],
        "port": int(os.environ["CONFORMANCE_PORT"]),
        "user": "informix",
        "password": "in4mix",
        "database": "testdb",
        "server": "informix",
    }


@pytest.fixture
def connect(address: dict[str, Any]) -> Iterator[Callable[..., Any]]:
    """Make connections that are closed at the end of the test."""
    settings = {**address, "autocommit": True, "connect_timeout": 10, "read_timeout": 20}
    opened: list[Any] = []

    def make(**changes: Any) -> Any:
        opened.append(informix_db.connect(**{**settings, **changes}))
        return opened[-1]

    yield make
    for connection in opened:
        connection.close()


@pytest.fixture
def connection(connect: Callable[..., Any]) -> Any:
    """An autocommit connection to testdb."""
    return connect()


class Run:
    """Runs statements on one connection, each with a cursor of its own."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def __call__(self, sql: str, *parameters: Any) -> list[Any]:
        """Execute; return all rows of a query, else an empty list."""
        cursor = self.connection.cursor()
        try:
            if parameters:
                cursor.execute(sql, parameters)
            else:
                cursor.execute(sql)
            query = sql.lstrip().lower().startswith(("select", "execute"))
            return cursor.fetchall() if query and cursor.description else []
        finally:
            cursor.close()

    def recreate(self, table: str, columns: str) -> None:
        """Drop and create a table."""
        self(f"drop table if exists {table}")
        self(f"create table {table} ({columns})")


@pytest.fixture
def run(connection: Any) -> Run:
    """`run(sql, *parameters)` on the autocommit connection."""
    return Run(connection)


@pytest.fixture
def runner() -> type[Run]:
    """The class, for tests that make connections of their own."""
    return Run


def scalars() -> dict[str, list[tuple[str, str, str]]]:
    """scalars.tsv: SQL type → (literal, kind, value as text)."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for line in _SCALARS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            sql_type, literal, kind, value = line.split("\t")
            found.setdefault(sql_type, []).append((literal, kind, value))
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give tests that ask for `scalar` one run per SQL type."""
    if "scalar" in metafunc.fixturenames:
        table = scalars()
        metafunc.parametrize("scalar", [pytest.param((t, v), id=t) for t, v in table.items()])
