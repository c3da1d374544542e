"""Arguments of `TestServer` that cannot be are refused when it is made, and a closed one stays closed."""

from typing import Any

import pytest
from informix_testserver import TestServer
from informix_testserver.script import ScriptEngine
from informix_types import UnknownCodeset


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"databases": "abc"}, TypeError, "not the text 'abc'"),
        ({"databases": ["a b"]}, ValueError, "'a b' names no database"),
        ({"databases": ["shop:fast"]}, ValueError, "'shop:fast' names no database"),
        ({"aliases": "abc"}, TypeError, "not the text 'abc'"),
        ({"aliases": ["a b"]}, ValueError, "'a b' cannot be a server's name"),
        ({"server_name": ""}, ValueError, "'' cannot be a server's name"),
        ({"users": {}}, ValueError, "nobody could log in"),
        ({"db_locale": "xx_YY.nothing"}, UnknownCodeset, "nothing"),
        ({"tls": "cert.pem"}, TypeError, "a certificate and its key"),
        ({"tls": ("a", "b", "c")}, TypeError, "a certificate and its key"),
        ({"tls_port": 0}, ValueError, "tls_port needs tls"),
    ],
)
def test_impossible_arguments_are_refused(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        TestServer(port=0, **arguments)


def test_an_engine_without_routines_takes_none() -> None:
    with (
        TestServer(port=0, engine=ScriptEngine()) as server,
        pytest.raises(TypeError, match="ScriptEngine has no routines"),
    ):
        server.register_routine("f", abs, parameters=["int"], returns="int")


def test_a_closed_server_does_not_start_again() -> None:
    server = TestServer(port=0)
    with server:
        assert server.start() is server
    with pytest.raises(RuntimeError, match="make a new one"):
        server.start()
