"""Where a connection goes and what it shows on the way: sqlhosts, strings, TLS files, secret passwords."""

import logging
import socket
import ssl
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import informix_db
import pytest
from informix_testserver import TestServer

TLS = Path(__file__).parents[2] / "packages/informix-testserver/tests/tls"
FILES = (TLS / "cert.pem", TLS / "key.pem")
LOGIN: dict[str, Any] = {"user": "informix", "password": "in4mix", "database": "testdb", "connect_timeout": 10.0}


@pytest.fixture(scope="module")
def both() -> Iterator[TestServer]:
    """A server with a plain and a TLS listener."""
    with TestServer(port=0, tls=FILES, tls_port=0) as server:
        yield server


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def used_tls(conn: Any) -> bool:
    assert conn.execute("SELECT tabid FROM systables WHERE tabid = 1").fetchone() == (1,)
    encrypted = conn.info.tls is not None
    conn.close()
    return encrypted


# -- sqlhosts


@pytest.fixture
def sqlhosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, both: TestServer, closed_port: int) -> None:
    file = tmp_path / "sqlhosts"
    file.write_text(
        f"down        onsoctcp  127.0.0.1  {closed_port}  g=farm\n"
        "farm        group     -          -  i=1\n"
        f"informix    onsoctcp  127.0.0.1  {both.port}  g=farm\n"
        "secure      group     -          -  e=informix_ssl\n"
        f"down_ssl    onsocssl  127.0.0.1  {closed_port}\n"
        f"informix_ssl onsocssl 127.0.0.1  {both.tls_port}\n"
        "mixed       group     -          -  e=informix_b\n"
        f"mixed_ssl   onsocssl  127.0.0.1  {closed_port}\n"
        f"informix_b  onsoctcp  127.0.0.1  {both.port}\n"
    )
    monkeypatch.setenv("INFORMIXSQLHOSTS", str(file))
    monkeypatch.delenv("INFORMIXSERVER", raising=False)


@pytest.fixture(scope="module", autouse=True)
def many_names(both: TestServer) -> None:
    """The server answers to every name of the sqlhosts file."""
    both.server_names = frozenset({"informix", "informix_ssl", "informix_b"})


@pytest.mark.usefixtures("sqlhosts")
def test_a_group_is_tried_in_order(driver: Any) -> None:
    conn = driver.connect(server="farm", **LOGIN)
    assert not used_tls(conn)


@pytest.mark.usefixtures("sqlhosts")
def test_the_environment_names_the_server(driver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFORMIXSERVER", "farm")
    assert not used_tls(driver.connect(**LOGIN))


@pytest.mark.usefixtures("sqlhosts")
def test_a_tls_listener_of_sqlhosts_is_verified(driver: Any) -> None:
    assert used_tls(driver.connect(server="secure", tls_ca_file=str(FILES[0]), **LOGIN))
    with pytest.raises(informix_db.OperationalError, match="certificate is not accepted"):
        driver.connect(server="informix_ssl", **LOGIN)


@pytest.mark.usefixtures("sqlhosts")
def test_members_of_a_group_are_encrypted_each_as_its_line_says(driver: Any) -> None:
    assert not used_tls(driver.connect(server="mixed", **LOGIN))


@pytest.mark.usefixtures("sqlhosts")
def test_tls_that_was_asked_for_is_never_left_out(driver: Any, both: TestServer) -> None:
    with pytest.raises(informix_db.OperationalError, match="TLS"):
        driver.connect(server="mixed", tls="verify", tls_ca_file=str(FILES[0]), **LOGIN)
    both.protocol_errors.clear()


# -- TLS


def test_a_redirect_does_not_lose_encryption(driver: Any, both: TestServer) -> None:
    with TestServer(port=0, tls=FILES, redirect=("informix", "127.0.0.1", both.tls_port or 0)) as first:
        conn = driver.connect(host="127.0.0.1", port=first.port, tls=True, tls_ca_file=str(FILES[0]), **LOGIN)
        assert used_tls(conn)


def test_the_name_in_the_certificate_counts(driver: Any, both: TestServer) -> None:
    where = {"host": "127.0.0.1", "port": both.tls_port, "tls": "verify", "tls_ca_file": str(FILES[0]), **LOGIN}
    assert used_tls(driver.connect(**where, tls_server_hostname="localhost"))
    with pytest.raises(informix_db.OperationalError, match="certificate is not accepted"):
        driver.connect(**where, tls_server_hostname="elsewhere.example")


def test_a_client_certificate_is_shown(driver: Any) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*FILES)
    context.load_verify_locations(FILES[0])
    context.verify_mode = ssl.CERT_REQUIRED
    with TestServer(port=0, tls=context) as server:
        where = {"host": "127.0.0.1", "port": server.port, "tls": "verify", "tls_ca_file": str(FILES[0]), **LOGIN}
        conn = driver.connect(**where, tls_cert_file=str(FILES[0]), tls_key_file=str(FILES[1]))
        assert used_tls(conn)
        with pytest.raises(informix_db.OperationalError):
            driver.connect(**where)


# -- strings of other drivers


@pytest.mark.parametrize(
    "form",
    [
        "informix://informix:in4mix@127.0.0.1:{port}/testdb?server=informix",
        "jdbc:informix-sqli://127.0.0.1:{port}/testdb:INFORMIXSERVER=informix;user=informix;password=in4mix",
        "Host=127.0.0.1;Service={port};Server=informix;Database=testdb;Uid=informix;Pwd={{in4mix}}",
    ],
)
def test_every_kind_of_string_connects(driver: Any, both: TestServer, form: str) -> None:
    assert not used_tls(driver.connect(form.format(port=both.port)))


def test_an_informixs_url_is_verified(driver: Any, both: TestServer) -> None:
    url = f"informixs://informix:in4mix@127.0.0.1:{both.tls_port}/testdb?tls_ca_file={FILES[0]}"
    assert used_tls(driver.connect(url))


# -- passwords


def test_a_callable_is_asked_at_each_connection(driver: Any, both: TestServer, tmp_path: Path) -> None:
    asked: list[int] = []

    def password() -> str:
        asked.append(1)
        return "in4mix"

    where = {"host": "127.0.0.1", "port": both.port, **LOGIN, "password": password}
    for count in (1, 2):
        driver.connect(**where).close()
        assert len(asked) == count
    file = tmp_path / "password"
    file.write_text("in4mix\n")
    del where["password"]
    driver.connect(**where, password_file=file).close()


def broken_vault() -> str:
    raise PermissionError("the vault is sealed")


@pytest.mark.parametrize(
    ("password", "error", "words"),
    [
        ("hush-wrong", informix_db.OperationalError, "-952"),
        ("hush\0", informix_db.InterfaceError, "NUL"),
        ("hush-\u0141", informix_db.InterfaceError, "code set iso8859-1 lacks"),
        ("hush-" * 10_000, informix_db.OperationalError, "-952"),
        (lambda: 17, informix_db.InterfaceError, "returned int"),
        (lambda: "hush-called", informix_db.OperationalError, "-952"),
        (broken_vault, PermissionError, "sealed"),
    ],
)
def test_a_password_that_does_not_do_is_shown_nowhere(
    driver: Any,
    both: TestServer,
    password: Any,
    error: type[Exception],
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    where = {"host": "127.0.0.1", "port": both.port, **LOGIN, "password": password}
    with caplog.at_level(logging.DEBUG), pytest.raises(error, match=words) as caught:
        driver.connect(**where)
    shown = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value)) + caplog.text
    assert "hush" not in shown
    assert "\u0141" not in shown


# -- addresses


def test_several_hosts_are_tried_in_order(driver: Any, both: TestServer, closed_port: int) -> None:
    with ExitStack() as stack:
        other = stack.enter_context(TestServer(port=0))
        hosts = f"127.0.0.1:{closed_port},127.0.0.1:{both.port},127.0.0.1:{other.port}"
        assert not used_tls(driver.connect(host=hosts, **LOGIN))
        assert other.logins == []


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_silent_host_does_not_use_up_the_time_of_the_next(
    driver: Any, both: TestServer, silent_port: int
) -> None:
    conn = driver.connect(host=f"127.0.0.1:{silent_port},127.0.0.1:{both.port}", **LOGIN | {"connect_timeout": 3})
    assert conn.info.peer == f"127.0.0.1:{both.port}"
    conn.close()


def test_only_silent_hosts(driver: Any, silent_port: int) -> None:
    with pytest.raises(informix_db.ConnectTimeout, match="no server could be reached") as caught:
        driver.connect(host=f"127.0.0.1:{silent_port},127.0.0.1:{silent_port}", **LOGIN | {"connect_timeout": 0.4})
    assert str(caught.value).count("no answer within connect_timeout") == 2


def test_each_address_of_a_name_is_tried(driver: Any, both: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the first refuses, as ::1 does when a server listens on IPv4 only."""
    genuine = socket.getaddrinfo

    def two_addresses(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        if host != "twofold.example":
            return genuine(host, port, *args, **options)
        return [
            *genuine("127.0.0.2", port, *args, **options),
            *genuine("127.0.0.1", port, *args, **options),
        ]

    monkeypatch.setattr("socket.getaddrinfo", two_addresses)
    conn = driver.connect(host="twofold.example", port=both.port, **LOGIN)
    assert conn.execute("SELECT COUNT(*) FROM systables WHERE tabid = 1").fetchone() == (1,)
    conn.close()


def test_long_time_limits(driver: Any, both: TestServer) -> None:
    conn = driver.connect(
        host="127.0.0.1",
        port=both.port,
        read_timeout=1e10,
        statement_timeout=1e15,
        **LOGIN | {"connect_timeout": 1e20},
    )
    cur = conn.cursor().execute("SELECT COUNT(*) FROM systables WHERE tabid = 1", timeout=1e20)
    assert cur.fetchone() == (1,)
    conn.close()


@pytest.mark.parametrize("keepalive", [True, False])
def test_keepalive(driver: Any, both: TestServer, keepalive: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    options: list[tuple[Any, ...]] = []
    plain = socket.socket.setsockopt

    def noting(self: socket.socket, *option: Any) -> None:
        options.append(option)
        plain(self, *option)

    monkeypatch.setattr(socket.socket, "setsockopt", noting)
    conn = driver.connect(host="127.0.0.1", port=both.port, keepalive=keepalive, **LOGIN)
    assert ((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1) in options) is keepalive
    conn.close()
