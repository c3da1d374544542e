"""Every benchmark of ``python -m bench`` runs and prints finite numbers: nothing else of CI would notice if not.

Row counts are tiny and nothing is said about speed. Where the benchmarks compare two drivers, ours takes both
places, so that neither the network nor informix-driver is needed.
"""

import gc
import importlib
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
DECODERS = ["reference", "rowcode", "row_row", "namedtuple_row", "dict_row"]
TABLES = ["mix5", "int5", "mix20", "prices5"]
ENCODERS = ["encode_params", "param_encoder", "encode_row", "row_encoder"]
OPERATIONS = [
    *("fetch mix5", "  decoding", "fetch int5", "  decoding", "fetch mix20", "  decoding", "fetchall mix5"),
    *("insert many", "  encoding", "update many", "  encoding", "point select"),
]
STATEMENTS = [
    *("bare exchange", "executemany", "executemany by BIND"),
    *("execute, insert", "point select", "update by key", "scan"),
]
PLACEMENTS = 2 if hasattr(os, "sched_setaffinity") else 1
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`bench.__main__`, with tiny tables and no patience."""
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.setattr(gc, "collect", lambda: 0)  # slow in a process as full as this one
    small = {
        "__main__": {"INSERTS": 30, "POINTS": 5},
        "testserver": {"INSERTS": 30, "SINGLE": 5, "POINTS": 5, "SCAN": 30, "EXCHANGES": 5},
        "encoding": {"ROWS": 30},
        "timing": {"PATIENCE": 0},
        "drivers": {"peer_python": lambda: sys.executable},
    }
    for module, values in small.items():
        loaded = importlib.import_module(f"bench.{module}")
        for name, value in values.items():
            monkeypatch.setattr(loaded, name, value)
    return importlib.import_module("bench.__main__")


def run(
    bench: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], only: str
) -> list[str]:
    """Run one part; returns the lines that it printed, none of which has NaN or infinity for a number."""
    monkeypatch.setattr(sys, "argv", ["bench", "--rows", "60", "--rounds", "1", "--only", only])
    assert bench.main() == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    assert not [line for line in lines if re.search(r"\b(nan|inf)\b", line)]
    return lines


def labelled(lines: Iterable[str], labels: list[str], numbers: int) -> None:
    """Assert that lines begin with these labels, in this order, each with so many numbers."""
    found = iter(lines)
    for label in labels:
        line = next((line for line in found if re.match(rf"{re.escape(label)}(?=\s\s)", line)), None)
        assert line is not None, f"no line {label!r} in its place"
        assert len(NUMBER.findall(line[len(label) :])) == numbers, line


@pytest.mark.parametrize("columnar", [False, True])
def test_decoders_and_encoders(
    bench: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columnar: bool
) -> None:
    if columnar:
        pytest.importorskip("pyarrow")
        pytest.importorskip("numpy")
    monkeypatch.setattr(sys.modules["bench.decoding"], "COLUMNAR", columnar)
    lines = run(bench, monkeypatch, capsys, "decoding")
    variants = DECODERS + (["numpy", "Arrow"] if columnar else [])
    heads = [index for index, line in enumerate(lines) if re.match(r"\w+: \d+ columns, ", line)]
    assert [lines[index].partition(":")[0] for index in heads] == TABLES
    for index in heads:
        labelled(lines[index : index + 2 + len(variants)], variants, 4)
    labelled(lines, ENCODERS, 2)
    bars = lines[lines.index("bars") + 1 :]
    assert len(bars) == 2 * 3 + 4 * columnar
    assert all(re.search(r": \d+\.\d+ \(wanted \d+\.\d+\)$", line) for line in bars)


def test_both_drivers(
    bench: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = run(bench, monkeypatch, capsys, "drivers")
    from informix_db import __version__

    assert f"informix-db {__version__} and informix-driver {__version__}, each by its DB-API, in turn" in lines
    rows = iter(lines)
    for label in OPERATIONS:
        labelled(rows, [label], 2 if label.startswith(" ") else 4)
    bars = lines[lines.index("bars") + 1 :]
    assert len(bars) == 6
    assert all(re.search(r": -?\d+\.\d+ \(wanted \d+\.\d+\)$", line) for line in bars)


def test_the_test_server(
    bench: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = run(bench, monkeypatch, capsys, "testserver")
    assert re.fullmatch(r"test server: listens \d+\.\d{3} s after its command, \d+\.\d{3} s here", lines[1]), (
        lines[1]
    )
    assert re.fullmatch(r"  \d+\.\d{4} s in a process that has imported it", lines[2]), lines[2]
    labelled(lines, STATEMENTS, PLACEMENTS)
    assert len(lines[lines.index("bars") + 1 :]) == 4
