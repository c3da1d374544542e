# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""Smart large objects in SQL: locator casts, LOTOFILE, FILETOBLOB and the `ifx_lo_*` calls (sqli.md 5.14, 5.15).

BLOB and CLOB columns store content; the protocol side keeps locators and files and is reached through the
session's `SessionServices`.
"""

from typing import Any

from informix_types import ColumnType

from ..engine import SqlError
from ..sql import ast
from .bind_functions import function
from .binder import Binder
from .expr import Expr
from .types import BLOB, CLOB, INTEGER, Family, family, lvarchar

__all__ = ["locator_cast"]

NO_LARGE_OBJECT = -9810
LOCATOR_DIGITS = 144


def _services(b: Binder) -> Any:
    services = b.env_session().services
    if services is None:
        raise SqlError(NO_LARGE_OBJECT)
    return services


def locator_cast(b: Binder, operand: Expr, kind: ColumnType) -> Expr:
    """`'<144 hex digits>'::BLOB`: the object that the locator names."""

    def locate(text: str) -> bytes:
        try:
            locator = bytes.fromhex(text.strip())
        except ValueError:
            raise SqlError(-9634) from None
        if len(locator) * 2 != LOCATOR_DIGITS:
            raise SqlError(-9634)
        return bytes(_services(b).locator_data(locator))

    text = b.text(operand)
    return Expr.of(b.call("locator", locate, [text.sql]), kind)


def _client_side(b: Binder, argument: Expr, node: ast.FunctionCall) -> None:
    side = argument.value
    if not argument.constant or str(side).strip().lower() not in ("client", "c"):
        # Files on the server's own disk are none of a test server's business.
        raise SqlError(-999, offset=node.pos, token="file on the server")


@function("lotofile", least=3)
def _lotofile(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    content = b.settle(arguments[0])
    if family(content.stored) is not Family.LOB:
        raise SqlError(-674, offset=node.pos, token="lotofile")
    _client_side(b, arguments[2], node)

    def write(data: bytes, name: str) -> str:
        session = b.env_session()
        chosen = session.client_file_name(name)
        _services(b).write_client_file(chosen, data)
        return str(chosen)

    return Expr.of(b.call("lotofile", write, [content.sql, b.text(arguments[1]).sql]), lvarchar(2048))


def _from_file(kind: ColumnType) -> Any:
    def bind(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
        _client_side(b, arguments[1], node)

        def read(name: str) -> bytes:
            return bytes(_services(b).read_client_file(name))

        return Expr.of(b.call("filetolob", read, [b.text(arguments[0]).sql]), kind)

    return bind


function("filetoblob", least=2, most=4)(_from_file(BLOB))
function("filetoclob", least=2, most=4)(_from_file(CLOB))


@function("ifx_lo_open", least=2)
def _open(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    content = b.settle(arguments[0])
    clob = content.type.extended_name == "clob"
    mode = b.convert(arguments[1], INTEGER)

    def open_object(data: bytes, flags: int) -> int:
        return int(_services(b).open_large_object(data, flags, clob=clob))

    return Expr.of(b.call(("ifx_lo_open", clob), open_object, [content.sql, mode.sql]), INTEGER)


@function("ifx_lo_close")
def _close(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    descriptor = b.convert(b.settle(arguments[0], INTEGER), INTEGER)
    sql = b.call("ifx_lo_close", lambda fd: int(_services(b).close_large_object(fd)), [descriptor.sql])
    return Expr.of(sql, INTEGER)
