"""The wire trace: what is written, and what is not."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import informix_db
import pytest
from informix_db import trace_file
from informix_db.trace_file import TraceFile, traced_session
from informix_wire.pdu import Response
from informix_wire.pdu.login import LoginRequest, read_login_request
from informix_wire.session import State


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_passwords_are_masked_and_the_rest_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "trace"
    session = traced_session("utf-8", TraceFile(str(path)))
    assert session.tap is not None
    request = LoginRequest(user="mé", password="s3cret-ü", server="ol_x", environment=(("DBPATH", "."),))
    session.tap(request.encode("utf-8"))
    answer = Response("s3cret-ü").encode(session.caps)
    session.tap(answer + b"\x00\x0c")
    session.tap(b"\xff\xff s3cret")
    session.state = State.READY
    session.tap(b"after the login nothing is masked")
    session.inbox.feed(b"answer")
    written = lines(path)
    assert [entry["dir"] for entry in written] == ["c2s", "c2s", "c2s", "c2s", "s2c"]
    data = [bytes.fromhex(entry["hex"]) for entry in written]
    shown, _ = read_login_request(data[0], 0, "utf-8")
    assert (shown.user, shown.server, shown.environment) == ("mé", "ol_x", (("DBPATH", "."),))
    assert shown.password == "*" * 8
    assert data[1] == Response("*" * 8).encode(session.caps) + b"\x00\x0c"
    assert data[2] == b"", "what cannot be read is left out"
    assert data[3:] == [b"after the login nothing is masked", b"answer"]
    assert b"s3cret" not in b"".join(data)
    assert len(session.inbox) == 6


@pytest.mark.skipif(os.name != "posix", reason="other systems have other permissions")
def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    TraceFile(str(tmp_path / "trace")).write("c2s", b"data")
    assert stat.S_IMODE((tmp_path / "trace").stat().st_mode) == 0o600


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(informix_db.InterfaceError, match="cannot be written"):
        TraceFile(str(tmp_path))


def test_a_full_disk_does_not_end_the_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    trace = TraceFile(str(tmp_path / "trace"))

    def full(*_args: Any, **_options: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(trace_file, "open", full, raising=False)
    session = traced_session("utf-8", trace)
    session.inbox.feed(b"answer")
    assert len(session.inbox) == 6
    assert "No space left" in caplog.text
