"""The pytest plugin, run in pytest processes of its own."""

import subprocess
import sys

import pytest


@pytest.fixture
def run(tmp_path):
    """Run pytest on a module; return its exit code and output."""

    def run(module, *options):
        (tmp_path / "test_it.py").write_text(module)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "test_it.py"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


def test_each_test_has_a_database_with_the_schema(run):
    code, output = run("""
import pytest

@pytest.fixture(scope="session")
def informix_schema():
    return "create table t (a int); insert into t values (7)"

@pytest.fixture(scope="session")
def informix_server_options():
    return {"profile": "14.10"}

@pytest.mark.parametrize("n", range(2))
def test_url(informix_url, informix_server, n):
    assert informix_server.profile.name == "14.10"
    database = informix_url.rpartition("/")[2].partition("?")[0]
    assert informix_url == informix_server.url_of(database)
    informix_server.run_script("insert into t values (8); create table u (a int)", database=database)

def test_databases_are_dropped(informix_server):
    session = informix_server.engine.connect("informix", {})
    assert sorted(session.databases()) == ["sysmaster", "test_template", "testdb"]
    session.close()
""")
    assert code == 0, output
    assert "3 passed" in output


def test_the_template_is_made_once(run):
    code, output = run("""
import pytest

runs = []

@pytest.fixture(scope="session")
def informix_template(informix_server):
    runs.append(1)
    informix_server.run_script("create database mine with log", database="")
    informix_server.run_script("create table t (a serial); insert into t values (0)", database="mine")
    return "mine"

@pytest.mark.parametrize("n", range(3))
def test_copies(informix_url, informix_server, n):
    session = informix_server.engine.connect("informix", {})
    session.open_database(informix_url.rpartition("/")[2].partition("?")[0])
    assert session.execute(session.prepare("insert into t values (0)")).serial == 2
    session.close()
    assert runs == [1]
""")
    assert code == 0, output
    assert "3 passed" in output


def test_faults_end_with_their_test(run):
    code, output = run("""
import pytest

left = []

@pytest.fixture
def last_to_look(informix_server):
    yield
    left.append(informix_server.faults.next_rejection())

@pytest.mark.parametrize("n", range(2))
def test_leaves_faults(last_to_look, informix_server, n):
    assert informix_server.faults.next_rejection() is None
    informix_server.faults.reject_login(-25571)

def test_they_are_gone_before_the_fixtures_end(informix_server):
    assert left == [None, None]
""")
    assert code == 0, output
    assert "3 passed" in output


def test_an_engine_that_cannot_copy_says_so(run):
    code, output = run("""
import pytest
from informix_testserver.script import ScriptEngine

@pytest.fixture(scope="session")
def informix_server_options():
    return {"engine": ScriptEngine()}

@pytest.fixture(scope="session")
def informix_template():
    return "any"

def test_url(informix_url):
    pass
""")
    assert code == 1
    assert "TypeError: ScriptEngine cannot copy databases" in output


def test_a_real_server_takes_the_place_of_the_embedded_one(run):
    url = "informix://u:p@192.0.2.1:9088/db?server=ifx"
    code, output = run(
        f"""
def test_url(informix_url):
    assert informix_url == {url!r}

def test_server(informix_server):
    pass
""",
        "-rs",
        f"--informix-url={url}",
    )
    assert code == 0
    assert "1 passed, 1 skipped" in output
    assert "informix_server is the embedded server" in output


def test_a_missing_driver_is_named(run):
    code, output = run("""
import sys
sys.modules["informix_db"] = None

def test_connection(informix_connection):
    pass
""")
    assert code == 1
    assert "pip install informix-db" in output


def test_a_connection_left_open_is_named(run):
    code, output = run("""
kept = []

def test_leak(informix_server, informix_url):
    session = informix_server.engine.connect("informix", {})
    session.open_database(informix_url.rpartition("/")[2].partition("?")[0])
    kept.append(session)

def test_next(informix_url):
    assert "/test_2?" in informix_url
""")
    assert code == 1
    assert "2 passed, 1 error" in output
    assert "test_it.py::test_leak has left a connection to test_1 open: close it" in output
