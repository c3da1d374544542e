"""Keywords of `connect` as a type, for functions that hand them on (`create_pool`).

Only type checkers import it.
"""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from os import PathLike
from typing import Any, TypedDict

from .observe import QueryHook
from .settings import Password
from .tls import TLSSetting

__all__ = ["ConnectKeywords"]


class ConnectKeywords(TypedDict, total=False):
    """What `connect` takes besides `dsn` and `port`; `tests/test_parity.py` holds them against each other."""

    host: str | None
    user: str | None
    password: Password
    password_file: str | PathLike[str] | None
    database: str | None
    server: str | None
    tls: TLSSetting | None
    tls_ca_file: str | None
    tls_cert_file: str | None
    tls_key_file: str | None
    tls_server_hostname: str | None
    autocommit: bool | None
    connect_timeout: float | None
    read_timeout: float | None
    statement_timeout: float | None
    keepalive: bool | None
    client_locale: str | None
    db_locale: str | None
    encoding_errors: str | None
    env: Mapping[str, str] | None
    row_factory: Any
    fetch_buffer: int | None
    arraysize: int | None
    statement_cache_size: int | None
    trim_char: bool | None
    strict_fractions: bool | None
    timezone: str | tzinfo | None
    application_name: str | None
    pam_answer: Callable[[int, str], str] | None
    isolation: str | None
    lock_mode: bool | int | None
    query_hook: QueryHook | None
    insert_cursor: bool | None
    raise_warnings: bool | None
    trace: str | PathLike[str] | None
