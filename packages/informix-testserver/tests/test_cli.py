"""The command ``informix-testserver`` as a process: listening, options, loading, ending."""

import contextlib
import itertools
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from informix_testserver.cli import main
from informix_wire import pdu

TLS = Path(__file__).parent / "tls"
COMMAND = [sys.executable, "-m", "informix_testserver", "serve"]


class Address:
    """What `RawClient` needs to know of a server in another process."""

    server_name = "informix"

    def __init__(self, line):
        match = re.search(
            r"informix://\w+:\w+@([\d.]+):(\d+)/testdb\?server=informix(?:, TLS on port (\d+))?", line
        )
        assert match, line
        self.host, self.port, self.tls_port = match[1], int(match[2]), match[3]


@pytest.fixture
def run():
    processes = []

    def start(*options):
        process = subprocess.Popen([*COMMAND, "--port", "0", *options], stdout=subprocess.PIPE, text=True)
        processes.append(process)
        return process, Address(process.stdout.readline())

    yield start
    for process in processes:
        process.kill()
        process.wait(10)
        process.stdout.close()


def do(client, sql):
    """Execute a statement that must not fail."""
    answer = client.ask(pdu.Command(0, sql), pdu.NDescribe(), pdu.Execute(), pdu.Release())
    assert not [message for message in answer if isinstance(message, pdu.Err)], sql


def rows(client, sql):
    client.ask(pdu.Prepare(0, sql), pdu.NDescribe(), pdu.WantDone())
    group = client.ask(pdu.StatementId(0), pdu.CursorName("c"), pdu.Open(), pdu.NFetch(4096))
    client.ask(pdu.StatementId(0), pdu.Release())
    return [m.data for m in group if isinstance(m, pdu.Tuple)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_a_signal(run, connect, number):
    process, address = run("--database", "shop", "--user", "ann", "--password", "secret")
    client = connect(address, user="ann", password="secret").start("shop")
    assert client.ask(pdu.Begin()) == [pdu.XactStat(1, 1, 0)]
    process.send_signal(number)
    assert process.wait(10) == 0
    assert process.stdout.read() == ""
    client.rest()


def test_loads_a_file(run, connect, tmp_path):
    script = tmp_path / "schema.sql"
    script.write_text("create table t (a int); -- one\ninsert into t values (7);\n")
    _, address = run("--load", str(script), "--profile", "15")
    assert rows(connect(address).start(), "select a from t") == [b"\0\0\0\7"]
    assert "Version 15" in connect(address).log_in().version


def test_tls_beside_plain(run, connect):
    _, address = run("--tls-cert", str(TLS / "cert.pem"), "--tls-key", str(TLS / "key.pem"), "--tls-port", "0")
    assert address.tls_port
    assert connect(address).log_in().accepted


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--tls-cert", "x"], "--tls-cert and --tls-key go together"),
        (["--tls-cert", "no.pem", "--tls-key", "no.pem"], "cannot use no.pem and no.pem"),
        (["--tls-port", "0"], "--tls-port needs --tls-cert and --tls-key"),
        (["--load", "no/such/file.sql"], "no/such/file.sql: No such file or directory"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1:0"),
        (["--data", __file__], r"cannot keep data in .*test_cli.py: File exists"),
        (["--user", "ann", "--user", "ann"], "the same --user twice"),
        (["--user", "ann", "--user", "bob", "--password", "a", "--password", "b", "--password", "c"],
         "2 users, 3 passwords: one for each, or one for all"),
    ],
)  # fmt: skip
def test_mistakes_are_explained(options, message):
    with pytest.raises(SystemExit, match=message):
        main(["serve", "--port", "0", *options])


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    script = tmp_path / "latin.sql"
    script.write_bytes("create table t (a int); -- é".encode("latin-1"))
    with pytest.raises(SystemExit, match=r"latin.sql: no UTF-8 at byte 27"):
        main(["serve", "--port", "0", "--load", str(script)])


@pytest.mark.parametrize("passwords", [["one"], ["one", "two"]])
def test_several_users(run, connect, passwords):
    given = [option for text in passwords for option in ("--password", text)]
    _, address = run("--user", "ann", "--user", "bob", *given)
    for user, password in (("ann", "one"), ("bob", passwords[-1])):
        assert connect(address, user=user, password=password).log_in().accepted
    assert not connect(address, user="bob", password="other").log_in().accepted
    assert not connect(address).log_in().accepted


@pytest.mark.parametrize("option", ["--host", "--server-name", "--user"])
@pytest.mark.parametrize("name", ["", "two words"])
def test_impossible_names_are_refused(capsys, option, name):
    with pytest.raises(SystemExit) as caught:
        main(["serve", option, name])
    assert caught.value.code == 2
    assert f"argument {option}: {name!r} is no name" in capsys.readouterr().err


def test_a_file_may_begin_with_a_byte_order_mark(run, connect, tmp_path):
    (tmp_path / "t.sql").write_bytes("\ufeffcreate table t (a int); insert into t values (7)".encode())
    _, address = run("--load", str(tmp_path / "t.sql"))
    assert rows(connect(address).start(), "select a from t") == [b"\0\0\0\x07"]


def test_a_file_that_fails_leaves_no_half_of_it_in_the_folder(run, connect, tmp_path):
    """Else the next start would take the folder for one that has been loaded."""
    script, folder = tmp_path / "t.sql", tmp_path / "data"
    script.write_text("create table t (a int); insert into t values (1); insert into tt values (2)")
    options = ("--data", str(folder), "--load", str(script))
    with pytest.raises(SystemExit, match="-206"):
        main(["serve", *options])
    assert list(folder.iterdir()) == []
    script.write_text("create table t (a int); insert into t values (1); insert into t values (2)")
    process, address = run(*options)
    assert len(rows(connect(address).start(), "select a from t")) == 2
    process.terminate()
    process.wait(10)
    script.write_text("nonsense")
    process, address = run(*options)
    assert len(rows(connect(address).start(), "select a from t")) == 2


def test_an_error_in_a_file_names_line_and_code(tmp_path):
    script = tmp_path / "bad.sql"
    script.write_text("create table t (a int);\n\ninsert into nowhere values (1);")
    with pytest.raises(SystemExit, match=r"bad.sql: error -206, ISAM -111 near 'nowhere' in line 3: insert"):
        main(["serve", "--port", "0", "--load", str(script)])


@pytest.mark.parametrize("port", ["65536", "x", "-1"])
def test_impossible_ports_are_refused(capsys, port):
    with pytest.raises(SystemExit):
        main(["serve", f"--port={port}"])
    assert f"'{port}' is no port" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a b", "", "1st", "shop:", "shop:fast", "sh;op", "x" * 129, "a\n"])
def test_impossible_database_names_are_refused(capsys, name):
    with pytest.raises(SystemExit):
        main(["serve", "--port", "0", "--database", name])
    assert f"{name!r} names no database: " in capsys.readouterr().err


def test_databases_have_their_mode(run, connect):
    _, address = run("--database", "Plain:unlogged", "--database", "strict:ansi", "--database", "shop_1$")
    client = connect(address).start("shop_1$")
    names = "('plain', 'strict', 'shop_1$')"
    sql = f"select is_logging, is_ansi from sysmaster:sysdatabases where name in {names} order by 1, 2"
    assert rows(client, sql) == [b"\0\0\0\0" * 2, b"\0\0\0\1" + b"\0\0\0\0", b"\0\0\0\1" * 2]


def test_the_locale_of_the_databases(run, connect):
    _, address = run("--db-locale", "de_DE.utf8")
    client = connect(address).start()
    sql = "select dbs_collate from sysmaster:sysdbslocale where dbs_dbsname = 'testdb'"
    assert rows(client, sql) == [b"de_DE.utf8".ljust(32)]


def test_an_unknown_locale_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["serve", "--port", "0", "--db-locale", "de_DE.nonsense"])
    assert "argument --db-locale: unknown code set 'nonsense'; known are 8859-1" in capsys.readouterr().err


def test_an_unknown_profile_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["serve", "--profile", "7"])
    assert "11.70" in capsys.readouterr().err


def test_keeps_its_data_in_a_folder(run, connect, tmp_path):
    script = tmp_path / "schema.sql"
    script.write_text("create table t (a int); insert into t values (7)")
    process, _ = run("--data", str(tmp_path / "data"), "--load", str(script))
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    # The file has done its work: what it made is there.
    _, address = run("--data", str(tmp_path / "data"), "--load", str(script))
    assert rows(connect(address).start(), "select a from t") == [b"\0\0\0\7"]


@pytest.mark.parametrize("after", [1, 7, 20])
def test_what_was_acknowledged_survives_a_kill(run, connect, tmp_path, after):
    """Transactions of two rows; the process is killed in the middle of one of them."""
    options = ("--data", str(tmp_path / "data"))
    process, address = run(*options)
    client, other = connect(address).start(), connect(address).start()
    for sql in ("create table t (a int)", "create table u (a int)"):
        do(client, sql)
    # What this one has pending must be gone; its definitions must keep no commit from being kept.
    for sql in ("begin work", "insert into u values (1)", "create table v (a int)"):
        do(other, sql)
    acknowledged = []
    enough = threading.Event()

    def work():
        with contextlib.suppress(OSError, EOFError):
            for number in itertools.count():
                for sql in ("begin work", *[f"insert into t values ({number})"] * 2, "commit work"):
                    do(client, sql)
                acknowledged.append(number)
                if number == after:
                    enough.set()

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    assert enough.wait(10)
    process.kill()
    worker.join(10)
    assert not worker.is_alive()
    process.wait(10)
    _, address = run(*options)
    client = connect(address).start()
    found = [int.from_bytes(row) for row in rows(client, "select a from t order by a")]
    assert found[::2] == found[1::2]
    # The last commit may have been written without its answer having come.
    assert found[::2] in (acknowledged, [*acknowledged, len(acknowledged)])
    assert rows(client, "select a from u") == []
    do(client, "create table v (a int)")


def test_one_folder_has_one_server(run, connect, tmp_path):
    _, address = run("--data", str(tmp_path))
    with pytest.raises(SystemExit, match=f"cannot keep data in {tmp_path}: another server uses it"):
        main(["serve", "--port", "0", "--data", str(tmp_path)])
    assert connect(address).log_in().accepted


def test_a_folder_with_another_file_is_refused(tmp_path):
    (tmp_path / "informix.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(SystemExit, match=f"cannot keep data in {tmp_path}: file is not a database"):
        main(["serve", "--port", "0", "--data", str(tmp_path)])


def test_a_plain_start_imports_neither_tls_nor_what_only_few_servers_need(tmp_path):
    trace = tmp_path / "imports"
    command = [sys.executable, "-X", "importtime", *COMMAND[1:], "--port", "0"]
    with trace.open("w") as stderr, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr) as process:
        try:
            assert b" listens: " in process.stdout.readline()
        finally:
            process.kill()
    loaded = {line.rpartition("|")[2].strip() for line in trace.read_text("utf-8").splitlines()}
    assert {"argparse", "informix_testserver.memory.engine"} <= loaded
    package = "informix_testserver"
    rare = {"ssl", "hashlib", "shutil", f"{package}.memory.persistence", f"{package}.sql.unparse.expressions"}
    assert loaded & rare == set()
