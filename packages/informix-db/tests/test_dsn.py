"""Connection strings of all spellings."""

import pytest
from informix_db.dsn import parse_dsn
from informix_db.errors import InterfaceError

FULL = {
    "host": "db.example",
    "port": 9088,
    "user": "me",
    "password": "s;e@c/r",
    "database": "stores",
    "server": "ifx",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("informix://me:s%3Be%40c%2Fr@db.example:9088/stores?server=ifx", FULL),
        (
            "Driver={IBM INFORMIX ODBC DRIVER};Host=db.example;Service=9088;Server=ifx;Protocol=onsoctcp;"
            "Database=stores;Uid=me;Pwd={s;e@c/r};",
            None,
        ),
        ("informix://db.example", {"host": "db.example"}),
        ("informix://me@[::1]:9089/", {"host": "::1", "port": 9089, "user": "me"}),
        (
            "informixs://h/db?autocommit=on&read_timeout=2.5&fetch_buffer=65536",
            {
                "host": "h", "database": "db", "tls": "verify", "autocommit": True,
                "read_timeout": 2.5, "fetch_buffer": 65536,
            },
        ),
        ("informix://h?DBDATE=DMY4/&tls=yes", {"host": "h", "tls": True, "env": {"DBDATE": "DMY4/"}}),
        (
            "jdbc:informix-sqli://h:1526/db:INFORMIXSERVER=ol_x;user=u;password=p=1;CLIENT_LOCALE=en_US.utf8;DBCENTURY=C",
            {
                "host": "h", "port": 1526, "database": "db", "server": "ol_x", "user": "u", "password": "p=1",
                "client_locale": "en_US.utf8", "env": {"DBCENTURY": "C"},
            },
        ),
        ("jdbc:informix-sqli://h:1526:INFORMIXSERVER=ol_x", {"host": "h", "port": 1526, "server": "ol_x"}),
        ("host=h; uid=u ; pwd={a}}b}", {"host": "h", "user": "u", "password": "a}b"}),
    ],
)  # fmt: skip
def test_strings_become_keywords(text: str, expected: dict[str, object] | None) -> None:
    assert parse_dsn(text) == (expected if expected is not None else FULL)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("postgres://h/db", "neither informix://"),
        ("stores", "neither informix://"),
        ("sqlite3+x://u:p@h/db", r"it begins with sqlite3\+x://"),
        ("host=h port=9088 user=u", "separated by semicolons"),
        ("informix://h:port/db", "cannot be read"),
        ("informix://h/db?autocommit=maybe", "neither true nor false"),
        (
            "informix://h/db?fetchbuffer=3",
            r"unknown option 'fetchbuffer' \(did you mean 'fetch_buffer'\?\); known are application_name, ",
        ),
        ("jdbc:informix-sqli://h:1/db:server=s;user", "option 2 is not NAME=value"),
        ("jdbc:informix-sqli://h:1/db:IFX_ISOLATION_LEVEL=6", "none of 0 to 5"),
        ("jdbc:informix-sqli://h:1/db:IFX_ISOLATION_LEVEL=dirty", "none of 0 to 5"),
        ("jdbc:informix-sqli://h:1/db:ifx_lock_mode_wait=-2", "neither -1, 0 nor"),
        ("jdbc:informix-sqli://h:1/db:ifx_lock_mode_wait=long", "cannot be read"),
        ("informix://h/db?lock_mode=perhaps", "neither true nor false"),
        ("host=h;qqq=3", "unknown option 'qqq'; known are"),
        ("host=h;service=no_such_service_here", "no service of that name"),
        ("host=h;pwd={x", "at character 8"),
    ],
)
def test_malformed_strings_are_explained(text: str, words: str) -> None:
    with pytest.raises(InterfaceError, match=words):
        parse_dsn(text)


@pytest.mark.parametrize(
    "text",
    [
        "informix://u:se#cret@h/db",
        "informix://u:secret/x@h:9088/db",
        "informix://u:secret?x@h:9088/db",
        "informix://u:secret@h:x/db",
        "informix://u:s\u2100secret@h:9088/db",
        "informix://u:p@secret/x@h:9088/db",
        "informix://u:12/secret@h:9088/db",
        "informix://u:12?secret@h:9088/db",
        "other://u:secret@h/db",
        "jdbc:informix-sqli://h:1/db:user=u;password=se;cret",
        "host=h;pwd={secret",
    ],
)
def test_messages_never_show_the_password(text: str) -> None:
    with pytest.raises(InterfaceError) as caught:
        parse_dsn(text)
    assert "cret" not in str(caught.value)


def test_services_have_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getservbyname", lambda name, protocol: {("sqlexec", "tcp"): 9088}[name, protocol])
    assert parse_dsn("host=h;service=sqlexec")["port"] == 9088


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("0", "COMMITTED READ"),
        ("1", "DIRTY READ"),
        ("2", "COMMITTED READ"),
        ("3", "CURSOR STABILITY"),
        ("4", "REPEATABLE READ"),
        ("5", "COMMITTED READ LAST COMMITTED"),
        ("1U", "DIRTY READ RETAIN UPDATE LOCKS"),
        ("3u", "CURSOR STABILITY RETAIN UPDATE LOCKS"),
        ("5U", "COMMITTED READ LAST COMMITTED RETAIN UPDATE LOCKS"),
    ],
)
def test_jdbc_numbers_the_isolation_levels(number: str, words: str) -> None:
    assert parse_dsn(f"jdbc:informix-sqli://h:1/db:IFX_ISOLATION_LEVEL={number}")["isolation"] == words


@pytest.mark.parametrize(
    ("option", "wait"),
    [
        ("IFX_LOCK_MODE_WAIT=-1", True),
        ("IFX_LOCK_MODE_WAIT=0", False),
        ("IFX_LOCK_MODE_WAIT=1", 1),
        ("lock_mode=17", 17),
        ("lock_mode=1", 1),
        ("lock_mode=yes", True),
        ("lock_mode=off", False),
    ],
)
def test_lock_modes_are_read(option: str, wait: object) -> None:
    found = parse_dsn(f"jdbc:informix-sqli://h:1/db:{option}")["lock_mode"]
    assert (found, type(found)) == (wait, type(wait))


def test_jdbcs_connection_time_is_a_time_limit() -> None:
    assert parse_dsn("jdbc:informix-sqli://h:1/db:INFORMIXCONTIME=20")["connect_timeout"] == 20.0
