"""Holds the asyncio shells against the blocking ones: same names, same signatures, bodies of one statement."""

import ast
import inspect
import re
import textwrap
from dataclasses import fields
from typing import Any, get_type_hints

import informix_db
import informix_db.api
import informix_db.connection
import informix_db.cursor
import informix_pool.aio
import informix_pool.connection
import informix_pool.cursor
import pytest
from informix_db.keywords import ConnectKeywords
from informix_pool.keywords import PoolKeywords

PAIRS = [
    (informix_db.connection.Connection, informix_pool.connection.AsyncConnection),
    (informix_db.connection.Transaction, informix_pool.connection.AsyncTransaction),
    (informix_db.cursor.Cursor, informix_pool.cursor.AsyncCursor),
    (informix_db.cursor.RecordBatches, informix_pool.cursor.AsyncRecordBatches),
]
POOLS = (informix_pool.ConnectionPool, informix_pool.AsyncConnectionPool)
DUNDERS = {
    "__iter__": "__aiter__",
    "__next__": "__anext__",
    "__enter__": "__aenter__",
    "__exit__": "__aexit__",
}
ONLY_ASYNC = {"__await__", "_ready"}
"""``cur = await conn.cursor()`` and ``async with conn.cursor() as cur`` both work."""
RENAMED = [
    ("informix_pool.connection.", ""),
    ("informix_pool.cursor.", ""),
    ("informix_db.connection.", ""),
    ("informix_db.cursor.", ""),
    ("collections.abc.Async", "collections.abc."),
    ("Async", ""),
]


def methods(cls: type) -> dict[str, Any]:
    """Return what the shell itself defines, under the blocking names."""
    back = {v: k for k, v in DUNDERS.items()}
    found = {}
    for name, member in vars(cls).items():
        function = member.__func__ if isinstance(member, classmethod) else member
        if inspect.isfunction(function) and name not in ONLY_ASYNC:
            found[back.get(name, name)] = function
    return found


def signature(function: Any) -> str:
    text = str(inspect.signature(function)).replace("'", "")
    for old, new in RENAMED:
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(("blocking", "native"), PAIRS, ids=lambda c: c.__name__)
def test_same_methods_and_signatures(blocking: type, native: type) -> None:
    left, right = methods(blocking), methods(native)
    assert left.keys() == right.keys()
    assert {n: signature(f) for n, f in left.items()} == {n: signature(f) for n, f in right.items()}


@pytest.mark.parametrize("cls", [cls for pair in PAIRS for cls in pair], ids=lambda c: c.__name__)
def test_bodies_are_one_statement(cls: type) -> None:
    long = []
    for name, function in methods(cls).items():
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        assert isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef))
        body = [s for s in tree.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
        if len(body) != 1 and name not in ("__init__",):
            long.append(name)
    assert long == []


@pytest.mark.parametrize(("blocking", "native"), PAIRS, ids=lambda c: c.__name__)
def test_same_bodies(blocking: type, native: type) -> None:
    """Without ``await`` and with the names put back, the asyncio shell is the blocking one."""

    def normal(function: Any) -> str:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        assert isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef))
        body = [s for s in tree.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
        text = "\n".join(ast.unparse(s) for s in body).replace("await ", "")
        for old, new in [("AsyncLine", "BlockingLine"), ("StopAsyncIteration", "StopIteration"), *RENAMED]:
            text = text.replace(old, new)
        # ``x if c else (await y)`` unparses with parentheses that ``x if c else y`` has not.
        return text.replace("(", "").replace(")", "")

    left, right = methods(blocking), methods(native)
    assert {n: normal(f) for n, f in left.items()} == {n: normal(f) for n, f in right.items()}


def test_the_pools_have_the_same_methods_and_signatures() -> None:
    left, right = (
        {
            n: signature(f).replace("AsyncIterator", "Iterator")
            for n, f in methods(cls).items()
            if n != "_carry_out"
        }
        for cls in POOLS
    )
    assert left == right


def test_the_front_doors_take_the_same_arguments() -> None:
    left = inspect.signature(informix_db.api.connect).parameters
    right = inspect.signature(informix_pool.aio.connect).parameters
    assert {n: str(p) for n, p in left.items()} == {n: str(p) for n, p in right.items()}


def test_the_keywords_of_pools_are_those_of_connect_and_of_the_options() -> None:
    """What type checkers are told of `create_pool` is what it takes."""
    connect = inspect.signature(informix_db.api.connect).parameters
    wanted = {name: parameter.annotation for name, parameter in connect.items() if name not in ("dsn", "port")}
    assert get_type_hints(ConnectKeywords) == wanted
    options = {option.name: option.type for option in fields(informix_pool.PoolOptions)}
    assert get_type_hints(PoolKeywords) == wanted | options


def test_every_conversation_has_a_shell_method() -> None:
    """A ``_x_gen`` of the base classes that takes part in the API is stepped by a method ``x`` of both shells."""
    for blocking, native in PAIRS:
        for name in methods(blocking):
            if name.startswith("_"):
                continue
            assert hasattr(native, name)
            assert inspect.getdoc(getattr(blocking, name)), f"{blocking.__name__}.{name} has no docstring"
            assert inspect.getdoc(getattr(native, name)), f"{native.__name__}.{name} has no docstring"


STEPS_BY_ITSELF = {"_close_gen", "_leave_block_gen"}
"""They must also work when the connection is closed or lost, and guard the parts that need an open one."""


def test_every_conversation_of_a_shell_is_guarded() -> None:
    """What a shell steps needs an open connection and raises PEP 249's exceptions: `base_session.guarded`."""
    unguarded = []
    for shell, _ in PAIRS:
        for function in methods(shell).values():
            for name in re.findall(r"_run\(self\.(_\w+_gen)\(", inspect.getsource(function)):
                if name not in STEPS_BY_ITSELF and inspect.unwrap(getattr(shell, name)) is getattr(shell, name):
                    unguarded.append(f"{shell.__name__}.{name}")
    assert unguarded == []
