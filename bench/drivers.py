"""Runs `client.py` for both drivers, each in its own process and environment, against the canned server."""

import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from .timing import steady, timed

PEER = "informix-driver==2026.9.3"
ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".envs" / "bench" / "informix-driver"
ANSWER_SECONDS = 120


def peer_python() -> str:
    """Python of the environment that holds informix-driver and nothing else; made when it is not there."""
    python = ENVIRONMENT / "bin" / "python"
    stamp = ENVIRONMENT / "requirement.txt"
    if not stamp.is_file() or stamp.read_text() != PEER:
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", PEER], check=True, timeout=300)
        stamp.write_text(PEER)
    return str(python)


def _environment(*, paths: bool) -> dict[str, str]:
    """Ours without what would leak this environment's settings, and packages unless `paths`, into another one."""
    leaky = ("PYTHON", "INFORMIX", "CLIENT_LOCALE", "DB_LOCALE")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(leaky)}
    return {**clean, "PYTHONPATH": os.environ.get("PYTHONPATH", "")} if paths else clean


class Driver:
    """One client process; commands in, timings out."""

    def __init__(self, name: str, python: str, port: int) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [python, str(ROOT / "bench" / "client.py"), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=_environment(paths=python == sys.executable),
        )
        self.version = str(self._read()["driver"])

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended: status {self.process.wait(5)}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def run(self, command: str) -> dict[str, Any]:
        """Have a command carried out; returns its count, wall and CPU nanoseconds."""
        assert self.process.stdin is not None
        print(command, file=self.process.stdin, flush=True)
        return self._read()

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def canned_server(rows: int) -> Iterator[int]:
    """Run the canned server in a process of its own; yields its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.canned", str(rows)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the canned server did not start")
        yield int(line)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def both_drivers(rows: int) -> Iterator[tuple[Driver, Driver]]:
    """Start server and clients; yields ours and informix-driver."""
    python = peer_python()
    with ExitStack() as stack:
        port = stack.enter_context(canned_server(rows))
        drivers = []
        for name, executable in (("informix-db", sys.executable), ("informix-driver", python)):
            driver = Driver(name, executable, port)
            stack.callback(driver.close)
            drivers.append(driver)
        yield drivers[0], drivers[1]


def measure(
    ours: Driver, theirs: Driver, command: str, rounds: int, local: Callable[[], object] | None = None
) -> dict[str, list[int]]:
    """Run a command in turn with both drivers, and `local` in this process between them.

    Returns:
        nanoseconds, one number a round, of ``ours`` and ``theirs`` (CPU time), ``ours wall``, ``theirs wall`` and
        ``local`` (CPU time).
    """
    times: dict[str, list[int]] = {name: [] for name in ("ours", "theirs", "ours wall", "theirs wall", "local")}
    counts = {driver.run(command)["count"] for driver in (ours, theirs)}  # warms up
    for _ in range(rounds):
        if local is not None:
            times["local"].append(timed(local))
        for name, driver in (("ours", ours), ("theirs", theirs)):
            answer = steady(partial(driver.run, command), lambda answer: float(answer["cpu"]))
            counts.add(answer["count"])
            times[name].append(answer["cpu"])
            times[f"{name} wall"].append(answer["wall"])
    if len(counts) != 1:
        raise RuntimeError(f"{command}: the drivers found different numbers of rows: {sorted(counts)}")
    return times
