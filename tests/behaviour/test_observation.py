"""Seeing what happens: the wire trace, the query hook, the log, `Connection.info`. No secret is in any of them."""

import json
import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import informix_db
import pytest
from informix_testserver.engine import SqlError
from informix_testserver.script import ScriptEngine
from informix_testserver.server import TestServer
from informix_types import ColumnType, TypeCode
from informix_wire.trace import format_exchange, read_exchanges

INT = ColumnType(TypeCode.INTEGER, 4)
SECRET = "in4mix"


@pytest.fixture
def engine() -> ScriptEngine:
    engine = ScriptEngine()
    engine.answer("select id from t where id > ?", columns=[("id", INT)], rows=[(i,) for i in range(3)])
    engine.answer("insert into t values (?)", columns=[("id", INT)], rows_affected=1)
    engine.answer("delete from t", error=SqlError(-206, isam=-111, token="t"))
    return engine


def test_trace(driver: Any, server: TestServer, tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    conn = driver.connect(server.url, trace=path)
    assert conn.execute("select id from t where id > ?", (1,)).fetchall() == [(0,), (1,), (2,)]
    other = driver.connect(server.url, trace=str(path))
    other.close()
    conn.close()
    text = path.read_text()
    assert len({json.loads(line)["conn"] for line in text.splitlines()}) == 2
    assert SECRET not in text
    assert SECRET.encode().hex() not in text
    ((_, steps),) = read_exchanges(text)
    shown = list(format_exchange(steps))
    for words in ("login request", "login reply", "select id from t", "TUPLE", "EXIT"):
        assert any(words in line for line in shown), words
    assert not any("incomplete" in line or "cannot" in line for line in shown)
    assert any("******" in line or "***" in line for line in shown if "login request" in line)
    shell = subprocess.run(
        [sys.executable, "-m", "informix_wire.trace", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert shell.stdout.splitlines()[-1].split()[1] in ("S<", "C>")


def test_trace_by_environment(
    driver: Any, server: TestServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "trace.jsonl"
    monkeypatch.setenv("INFORMIX_TRACE", str(path))
    driver.connect(server.url).close()
    assert path.stat().st_size > 0
    with pytest.raises(informix_db.InterfaceError, match="cannot be written"):
        driver.connect(server.url, trace=tmp_path / "no" / "folder")


def test_interrupts_are_traced(driver: Any, server: TestServer, engine: ScriptEngine, tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    engine.answer("select slow from t", columns=[("id", INT)], rows=[(1,)], waits=threading.Event())
    conn = driver.connect(server.url, trace=path)
    with pytest.raises(informix_db.StatementTimeout):
        conn.cursor().execute("select slow from t", timeout=0.2)
    conn.close()
    oob = [json.loads(line) for line in path.read_text().splitlines() if '"c2s-oob"' in line]
    assert [step["hex"] for step in oob] == ["42"]


def test_pam_answers_are_masked(driver: Any, tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    with TestServer(port=0, engine=ScriptEngine(), pam=[(1, "Password: ", SECRET)]) as server:
        conn = driver.connect(server.url, trace=path)
        conn.close()
    text = path.read_text()
    assert SECRET.encode().hex() not in text
    ((_, steps),) = read_exchanges(text)
    assert any("RESPONSE" in line for line in format_exchange(steps))


def test_query_hook(driver: Any, server: TestServer) -> None:
    events: list[informix_db.QueryEvent] = []
    conn = driver.connect(server.url, query_hook=events.append)
    cur = conn.cursor()
    cur.execute("select id from t where id > :low", {"low": 12345})
    cur.executemany("insert into t values (?)", [(67890,), (2,)])
    with pytest.raises(informix_db.ProgrammingError):
        cur.execute("delete from t")
    conn.close()
    assert [event.statement for event in events] == [
        "select id from t where id > :low", "insert into t values (?)", "delete from t"
    ]  # fmt: skip
    assert events[0].parameters == ("low: int",)
    assert [event.many for event in events] == [False, True, False]
    assert events[1].rows == 2
    assert isinstance(events[2].error, informix_db.ProgrammingError)
    assert all(event.duration >= 0 for event in events)
    assert "12345" not in repr(events)
    assert "67890" not in repr(events)
    assert [event.values for event in events] == [{"low": 12345}, None, None]


def test_log(driver: Any, server: TestServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="informix_db"):
        conn = driver.connect(server.url)
        conn.execute("insert into t values (?)", (987654,))
        with pytest.raises(informix_db.ProgrammingError):
            conn.execute("delete from t")
        conn.close()
    said = caplog.text
    assert "insert into t values (?)" in said
    assert "ProgrammingError" in said
    assert "connected" in said
    assert "closed" in said
    assert "987654" not in said
    assert SECRET not in said


def test_info(conn: Any, server: TestServer) -> None:
    info = conn.info
    assert (info.peer, info.user, info.database) == (f"127.0.0.1:{server.port}", "informix", "testdb")
    assert (info.logged, info.ansi, info.tls) == (True, False, None)
    assert info.server_name == "informix"
    assert "Informix" in info.server_version
    assert info.encoding in ("iso8859-1", "utf-8")
    assert 50 in info.capabilities
    assert SECRET not in repr(info)
