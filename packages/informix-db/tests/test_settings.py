"""Settings: precedence of keywords, string and environment; what is refused; what is never shown."""

import ssl
from datetime import UTC
from pathlib import Path

import pytest
from informix_db.errors import InterfaceError
from informix_db.settings import make_settings
from informix_db.sqlhosts import Address
from informix_db.tls import InsecureTLSWarning


def test_defaults() -> None:
    s = make_settings(None, {"user": "u"}, {})
    assert s.addresses == (Address("localhost", 9088),)
    assert (s.server, s.database, s.tls, s.autocommit) == (None, None, None, False)
    assert (s.client_locale, s.encoding) == ("en_US.8859-1", "iso8859-1")
    assert (s.connect_timeout, s.read_timeout, s.statement_timeout) == (30.0, None, None)


def test_keywords_beat_the_string_and_the_string_beats_the_environment() -> None:
    environ = {"INFORMIXSERVER": "env_srv", "CLIENT_LOCALE": "cs_CZ.8859-2", "DBDATE": "DMY4.", "HOME": "/x"}
    s = make_settings("informix://u:p@h:1/db?client_locale=en_US.utf8", {"port": 2, "database": None}, environ)
    assert s.addresses == (Address("h", 2),)
    assert (s.database, s.server, s.encoding) == ("db", "env_srv", "utf-8")
    assert s.env == {"DBDATE": "DMY4."}
    s = make_settings("informix://u@h?DBDATE=Y4MD-", {"env": {"DELIMIDENT": "Y"}, "server": "mine"}, {})
    assert s.server == "mine"
    assert s.env == {"DBDATE": "Y4MD-", "DELIMIDENT": "Y"}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("a", [Address("a", 9088)]),
        ("a:1", [Address("a", 1)]),
        ("a, b:2,[::1]:3,[::2]", [Address("a", 9088), Address("b", 2), Address("::1", 3), Address("::2", 9088)]),
        ("::1", [Address("::1", 9088)]),
    ],
)  # fmt: skip
def test_hosts(host: str, expected: list[Address]) -> None:
    assert make_settings(None, {"user": "u", "host": host}, {}).addresses == tuple(expected)


def test_database_at_server() -> None:
    s = make_settings(None, {"user": "u", "host": "h", "database": "stores@ol_x"}, {})
    assert (s.database, s.server) == ("stores", "ol_x")


def test_sqlhosts_is_asked_when_there_is_no_host(tmp_path: Path) -> None:
    file = tmp_path / "sqlhosts"
    file.write_text("ol_a onsoctcp alpha 1\nol_b onsocssl beta 2\n")
    environ = {"INFORMIXSQLHOSTS": str(file), "INFORMIXSERVER": "ol_a"}
    assert make_settings(None, {"user": "u"}, environ).addresses == (Address("alpha", 1, "ol_a"),)
    s = make_settings(None, {"user": "u", "server": "ol_b"}, environ)
    assert s.addresses == (Address("beta", 2, "ol_b", True),)
    assert s.tls is not None
    assert s.tls.verify_mode is ssl.CERT_REQUIRED
    assert make_settings(None, {"user": "u", "host": "h"}, environ).addresses == (Address("h", 9088),)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "user= is missing"),
        ({"user": "u", "port": 0}, "between 1 and 65535"),
        ({"user": "u", "port": "x"}, "must be a number"),
        ({"user": "u", "host": "a,,b"}, "empty host name"),
        ({"user": "u", "user2": "x"}, r"unknown setting: user2 \(did you mean 'user'\?\)"),
        ({"user": "u", "connect_timeout": 0}, "connect_timeout must be a positive number"),
        ({"user": "u", "read_timeout": "5"}, "read_timeout must be a positive number"),
        ({"user": "u", "fetch_buffer": 10}, "fetch_buffer must be an integer between 256"),
        ({"user": "u", "arraysize": True}, "arraysize must be an integer"),
        ({"user": "u", "client_locale": "xx_XX.klingon"}, "client_locale='xx_XX.klingon'"),
        ({"user": "u\0x"}, "NUL"),
        ({"user": "u", "host": "[::1"}, "an IPv6 address is written"),
        ({"user": "u", "host": "[::1]9088"}, "an IPv6 address is written"),
        ({"user": "u", "port": 9088.5}, "port must be a number, not 9088.5"),
        ({"user": "u", "port": True}, "port must be a number, not True"),
        ({"user": "u", "host": "h:port"}, "host has a port that is no number"),
        ({"user": "u", "database": b"x"}, "database must be a string"),
        ({"user": "u", "env": {"A": 1}}, "must be a string with a string value"),
        ({"user": "u", "env": "A=1"}, "env must be a mapping"),
        ({"user": "u", "password": 5}, "password must be a string or a callable"),
        ({"user": "u", "password": "a", "password_file": "b"}, "not both"),
        ({"user": "u", "password_file": "/nonexistent/x"}, "password_file cannot be read"),
        ({"user": "u", "server": "somewhere"}, "INFORMIXSQLHOSTS"),
        ({"user": "u", "tls": "yes"}, 'tls must be False, True, "verify"'),
        ({"user": "u", "tls_ca_file": "x"}, "need tls=True"),
        ({"user": "u", "tls": "verify", "tls_ca_file": "/nonexistent/x"}, "TLS files cannot be loaded"),
        ({"user": "u", "autocommit": "no"}, "autocommit must be True or False, not 'no'"),
        ({"user": "u", "keepalive": 2}, "keepalive must be True or False"),
        ({"user": "u", "trim_char": 1.0}, "trim_char must be True or False"),
        ({"user": "u", "encoding_errors": "no_such"}, "error handler"),
        ({"user": "u", "encoding_errors": 5}, "error handler"),
        ({"user": "u", "row_factory": "dict"}, "row_factory must be callable"),
        ({"user": "u", "query_hook": 5}, "query_hook must be callable"),
        ({"user": "u", "pam_answer": "in4mix"}, "pam_answer must be callable, not str"),
        ({"user": "u", "read_timeout": float("nan")}, "read_timeout must be a positive number"),
    ],
)
def test_impossible_settings(given: dict[str, object], words: str) -> None:
    with pytest.raises(InterfaceError, match=words):
        make_settings(None, given, {})


def test_flags_and_limits() -> None:
    s = make_settings(None, {"user": "u", "autocommit": 1, "keepalive": 0, "read_timeout": float("inf")}, {})
    assert (s.autocommit, s.keepalive, s.read_timeout) == (True, False, None)
    assert make_settings(None, {"user": "u", "encoding_errors": "replace"}, {}).encoding_errors == "replace"


def test_a_password_in_the_wrong_place_is_not_shown() -> None:
    with pytest.raises(InterfaceError) as caught:
        make_settings("u:S3cretPw@h", {"user": "u"}, {})
    assert "S3cret" not in str(caught.value)


def test_no_time_limit_is_too_long_for_the_operating_system() -> None:
    s = make_settings(None, {"user": "u", "read_timeout": 1e20, "connect_timeout": 10**400}, {})
    assert (s.read_timeout, s.connect_timeout) == (2_000_000.0, 2_000_000.0)


def test_passwords(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from file\n")
    assert make_settings(None, {"user": "u", "password_file": file}, {}).password_text() == "from file"
    rotating = iter(["one", "two"])
    s = make_settings(None, {"user": "u", "password": lambda: next(rotating)}, {})
    assert [s.password_text(), s.password_text()] == ["one", "two"]
    assert "s3cret" not in repr(make_settings("informix://u:s3cret@h", {}, {}))


def test_tls() -> None:
    context = ssl.create_default_context()
    assert make_settings(None, {"user": "u", "tls": context}, {}).tls is context
    with pytest.warns(InsecureTLSWarning):
        unverified = make_settings(None, {"user": "u", "tls": True}, {}).tls
    assert unverified is not None
    assert unverified.verify_mode is ssl.CERT_NONE
    verified = make_settings(None, {"user": "u", "tls": "verify"}, {}).tls
    assert verified is not None
    assert verified.check_hostname
    with pytest.raises(InterfaceError, match="not both"):
        make_settings(None, {"user": "u", "tls": context, "tls_ca_file": "x"}, {})


def test_a_host_may_stand_in_place_of_the_string() -> None:
    s = make_settings("db.example", {"user": "u", "port": 9000}, {})
    assert s.addresses == (Address("db.example", 9000),)
    with pytest.raises(InterfaceError, match="neither informix://"):
        make_settings("postgres://h", {"user": "u"}, {})


def test_time_zones() -> None:
    s = make_settings("informix://u@h/?timezone=Europe/Prague&strict_fractions=yes", None, {})
    assert (str(s.timezone), s.strict_fractions) == ("Europe/Prague", True)
    assert make_settings(None, {"user": "u", "timezone": UTC}, {}).timezone is UTC
    for bad in ("Nowhere/Land", "../etc/passwd", "", 2):
        with pytest.raises(InterfaceError, match="timezone"):
            make_settings(None, {"user": "u", "timezone": bad}, {})
