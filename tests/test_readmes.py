"""Runs every Python block of the READMEs, in order, against the embedded server."""

import re
from pathlib import Path

import informix_db
import pytest
from informix_testserver.server import TestServer

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["informix-db", "informix-pool"])
def test_examples_run(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    path = ROOT / "packages" / name / "README.md"
    text = path.read_text("utf-8")
    blocks = list(BLOCK.finditer(text))
    assert blocks
    with TestServer(port=0) as server:
        monkeypatch.setattr("informix_db.settings.DEFAULT_PORT", server.port)
        namespace: dict[str, object] = {"__name__": "readme"}
        for match in blocks:
            # The examples name the usual port; the test server has another.
            code = match[1].replace("9088", str(server.port))
            # Line numbers of tracebacks are those of the README.
            lines = text[: match.start(1)].count("\n")
            exec(compile("\n" * lines + code, str(path), "exec"), namespace)
        left = namespace.get("conn")
        if isinstance(left, informix_db.Connection):
            left.close()
    assert capsys.readouterr().out.strip()
