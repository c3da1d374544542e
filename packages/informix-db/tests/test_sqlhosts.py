"""The sqlhosts file: servers, groups, TLS listeners."""

from pathlib import Path

import pytest
from informix_db.errors import InterfaceError
from informix_db.sqlhosts import Address, lookup_server, sqlhosts_path

TEXT = """\
# name      protocol   host        service  options
ol_plain    onsoctcp   alpha       9088
ol_tls      onsocssl   alpha       9089     k=1   # comment
ol_shm      onipcshm   alpha       x
ol_any      onsoctcp   *           1526
grp         group      -           -        e=m2
m1          onsoctcp   one         1001
m2          ontlitcp   two         1002
m3          onsoctcp   three       1003
ha          group      -           -        i=7
h2          olsoctcp   four        1004     g=ha,k=0
h1          onsocssl   five        1005     g=ha
badport     onsoctcp   alpha       no_such_service_name_here
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "sqlhosts"
    file.write_text(TEXT)
    return file


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ol_plain", [Address("alpha", 9088, "ol_plain")]),
        ("ol_tls", [Address("alpha", 9089, "ol_tls", True)]),
        ("ol_any", [Address("localhost", 1526, "ol_any")]),
        ("grp", [Address("one", 1001, "m1"), Address("two", 1002, "m2")]),
        ("ha", [Address("four", 1004, "h2"), Address("five", 1005, "h1", True)]),
    ],
)
def test_names_become_addresses(path: Path, name: str, expected: list[Address]) -> None:
    assert lookup_server(name, path) == expected


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nosuch", "no server 'nosuch'; it knows: ol_plain"),
        ("ol_shm", "no TCP listener"),
        ("badport", "/etc/services"),
    ],
)
def test_what_cannot_be_found_is_explained(path: Path, name: str, words: str) -> None:
    with pytest.raises(InterfaceError, match=words):
        lookup_server(name, path)


def test_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(InterfaceError, match="cannot be read: No such file"):
        lookup_server("x", tmp_path / "none")


def test_where_the_file_is() -> None:
    assert sqlhosts_path({"INFORMIXSQLHOSTS": "/a/b", "INFORMIXDIR": "/c"}) == Path("/a/b")
    assert sqlhosts_path({"INFORMIXDIR": "/c"}) == Path("/c/etc/sqlhosts")
    assert sqlhosts_path({}) is None
