"""Run clients that are not ours against the test server: IBM's JDBC driver and PyPI's informix-driver.

Each lives in an environment of its own under `.envs/conformance/`, as a black box. Then the same operations are
recorded from all three clients, ours included, and compared (tests/conformance/compare.py). Nothing is skipped:
without Java, pip or the packages the run fails.

Usage: python tools/run_conformance.py [--only jdbc|informix-driver|requests] [--filter PART-OF-A-CHECK'S-NAME]
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests" / "conformance"
ENVS = ROOT / ".envs" / "conformance"

DRIVER_VERSION = "2026.9.3"
DRIVER_REQUIREMENTS = [f"informix-driver=={DRIVER_VERSION}", "pytest>=8", "pytest-timeout>=2.3"]
JAR_PACKAGE = "wbjdbc==2.4.0"
"""A PyPI package that carries IBM's driver; only its path is used, none of its Python code."""
JARS = (
    "wbjdbc/resources/maven/com.ibm.informix/jdbc-4.50.10.1.jar",
    "wbjdbc/resources/maven/org.mongodb/bson-3.8.0.jar",
)
JAVA_AT_LEAST = 17
TRUST_PASSWORD = "conformance"
"""Of the store that makes Java trust tests/conformance/tls/server.crt; Basics.java knows it too."""

INSTALL_SECONDS = 600
SUITE_SECONDS = 900
START_SECONDS = 30
END_SECONDS = 20
JDBC_PROFILES = ("14.10", "alternative", "narrow")
"""Profiles of tests/conformance/serve.py that the JDBC suite runs against."""
NAMES = ("informix-driver", "jdbc", "requests")


class ConformanceError(Exception):
    """Something that the run needs cannot be had."""


# ---- environments ----------------------------------------------------------------------------------------------


def _call(command: list[str], what: str, seconds: int) -> str:
    """Run a command to its end; ConformanceError when it fails or takes too long."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            env=_clean_environment(),
        )
    except FileNotFoundError as e:
        raise ConformanceError(f"{what}: {command[0]} is not there") from e
    except subprocess.TimeoutExpired as e:
        raise ConformanceError(f"{what}: no end within {seconds} s") from e
    if done.returncode != 0:
        raise ConformanceError(f"{what}: exit status {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


def _clean_environment() -> dict[str, str]:
    """Ours without what would leak this environment's packages or settings into another one."""
    leaky = (
        "PYTHON",
        "INFORMIX",
        "CLIENT_LOCALE",
        "DB_LOCALE",
        "DBDATE",
        "CLASSPATH",
        "JAVA_TOOL_OPTIONS",
        "HATCH",
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith(leaky)}
    return {**clean, "PYTHONNOUSERSITE": "1", "PYTHONDONTWRITEBYTECODE": "1"}


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one run at a time prepare environments."""
    ENVS.mkdir(parents=True, exist_ok=True)
    with (ENVS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _prepared(folder: Path, wanted: list[str], make: Callable[[], None]) -> None:
    """Run `make` unless the folder was made for the very same requirements."""
    stamp = folder / "made-for.json"
    if stamp.exists() and json.loads(stamp.read_text()) == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    make()
    stamp.write_text(json.dumps(wanted))


@_alone()
def driver_python() -> Path:
    """Make the environment of informix-driver; return its interpreter."""
    folder = ENVS / "informix-driver"
    python = folder / "venv" / "bin" / "python"

    def make() -> None:
        _call([sys.executable, "-m", "venv", str(folder / "venv")], "making an environment", INSTALL_SECONDS)
        _call(
            [str(python), "-m", "pip", "install", "--quiet", *DRIVER_REQUIREMENTS],
            "installing informix-driver",
            INSTALL_SECONDS,
        )

    _prepared(folder, [*DRIVER_REQUIREMENTS, sys.version], make)
    return python


@_alone()
def jdbc_class_path() -> str:
    """Fetch IBM's driver and compile our suite; return the class path."""
    for tool in ("java", "javac"):
        text = _call([tool, "-version"], f"looking for {tool}", 60)
        version = next((w.strip('"') for w in text.split() if w.strip('"')[:1].isdigit()), "0")
        if int(version.split(".")[0]) < JAVA_AT_LEAST:
            raise ConformanceError(f"{tool} {version} is older than {JAVA_AT_LEAST}")
    folder = ENVS / "jdbc"
    certificate = TESTS / "tls" / "server.crt"

    def make() -> None:
        # pip in an environment of its own: the one that we run in may have none
        _call([sys.executable, "-m", "venv", str(folder / "venv")], "making an environment", INSTALL_SECONDS)
        pip = [str(folder / "venv" / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps"]
        _call([*pip, "--target", str(folder / "package"), JAR_PACKAGE], "fetching JDBC", INSTALL_SECONDS)
        store = ["-storetype", "PKCS12", "-storepass", TRUST_PASSWORD, "-keystore", str(folder / "trust.p12")]
        keytool = ["keytool", "-importcert", "-noprompt", "-alias", "server", "-file", str(certificate)]
        _call([*keytool, *store], "making a trust store", 60)

    wanted = [JAR_PACKAGE, certificate.read_text()]
    _prepared(folder, wanted, make)
    jars = [folder / "package" / jar for jar in JARS]
    for jar in jars:
        if not jar.is_file():
            raise ConformanceError(f"{JAR_PACKAGE} does not hold {jar.name}")
    sources = sorted((TESTS / "jdbc").glob("*.java"))
    digest = hashlib.sha256(b"\0".join([text.encode() for text in wanted] + [p.read_bytes() for p in sources]))
    classes = folder / f"classes-{digest.hexdigest()[:16]}"
    path = os.pathsep.join([str(classes), *map(str, jars)])
    if not classes.exists():
        with tempfile.TemporaryDirectory(dir=folder) as fresh:
            command = ["javac", "-encoding", "UTF-8", "-Xlint:all", "-cp", path, "-d", fresh, *map(str, sources)]
            _call(command, "compiling the JDBC suite", INSTALL_SECONDS)
            Path(fresh).rename(classes)
            Path(fresh).mkdir()
    return path


# ---- the server ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def test_server(failures: list[str], *arguments: str) -> Iterator[dict[str, Any]]:
    """Run tests/conformance/serve.py in a process of its own; yield host, port, tls_port …

    What the server found wrong, in itself or in what clients sent, is added to `failures` at the end.
    """
    process = subprocess.Popen(
        [sys.executable, str(TESTS / "serve.py"), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    try:
        line = _first_line(process)
        yield json.loads(line)
    finally:
        try:
            rest, _ = process.communicate("", timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            failures.append(f"the test server did not end within {END_SECONDS} s")
        else:
            errors = [f"inside the test server: {e}" for report in rest.splitlines() for e in json.loads(report)]
            if process.returncode != 0:
                errors.append(f"the test server ended with status {process.returncode}")
            failures += errors
            print(*errors, sep="\n", end="\n" if errors else "")


def _first_line(process: "subprocess.Popen[str]") -> str:
    """The line that the server prints when it listens."""
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    stdout = process.stdout
    threading.Thread(target=lambda: lines.put(stdout.readline()), daemon=True).start()
    try:
        line = lines.get(timeout=START_SECONDS)
    except queue.Empty:
        process.kill()
        raise ConformanceError(f"the test server did not listen within {START_SECONDS} s") from None
    if not line:
        raise ConformanceError(f"the test server ended with status {process.wait(10)} before it listened")
    return line


# ---- the three parts -------------------------------------------------------------------------------------------


def run_informix_driver(pattern: str | None) -> list[str]:
    """The pytest suite in informix-driver's environment; return its failures."""
    python = driver_python()
    failures: list[str] = []
    with test_server(failures) as address:
        command = [str(python), "-m", "pytest", "-q", "-c", str(TESTS / "pytest.ini"), "--rootdir", str(TESTS)]
        if pattern:
            command += ["-k", pattern]
        environment = {
            **_clean_environment(),
            **{f"CONFORMANCE_{name.upper()}": str(value) for name, value in address.items()},
            "CONFORMANCE_DRIVER_VERSION": DRIVER_VERSION,
        }
        try:
            done = subprocess.run(
                [*command, "informix_driver"], cwd=TESTS, env=environment, timeout=SUITE_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            failures.append(f"informix-driver: no end within {SUITE_SECONDS} s")
        else:
            if done.returncode != 0:
                failures.append(f"informix-driver: pytest exit status {done.returncode}")
    return failures


def _java(path: str, *arguments: str, **properties: object) -> list[str]:
    settings = {
        "conformance.scalars": TESTS / "scalars.tsv",
        "conformance.truststore": ENVS / "jdbc" / "trust.p12",
        "user.timezone": "UTC",
        "file.encoding": "UTF-8",
        **{f"conformance.{name}": value for name, value in properties.items()},
    }
    return ["java", *(f"-D{name}={value}" for name, value in settings.items()), "-cp", path, "Main", *arguments]


def run_jdbc(pattern: str | None) -> list[str]:
    """The Java suite against each kind of server; return its failures."""
    path = jdbc_class_path()
    return [failure for profile in JDBC_PROFILES for failure in _run_jdbc(path, profile, pattern)]


def _run_jdbc(path: str, profile: str, pattern: str | None) -> list[str]:
    failures: list[str] = []
    passed = failed = 0
    finished: dict[str, Any] = {}
    with test_server(failures, "--profile", profile) as address:
        process = subprocess.Popen(
            _java(path, *([pattern] if pattern else []), profile=profile, **address),
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=_clean_environment(),
        )
        watch = threading.Timer(SUITE_SECONDS, process.kill)
        watch.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if not line.startswith("{"):
                    print(line, end="")
                    continue
                report = json.loads(line)
                if "finished" in report:
                    finished = report
                elif report["ok"]:
                    passed += 1
                else:
                    failed += 1
                    failures.append(f"jdbc ({profile}): {report['check']}: {report['detail']}")
                    print(failures[-1], flush=True)
            status = process.wait(30)
        finally:
            watch.cancel()
            process.kill()
    if not finished:
        failures.append(f"jdbc ({profile}): the suite did not finish (exit status {status})")
    elif finished["finished"] != passed + failed or not passed:
        failures.append(f"jdbc ({profile}): {finished['finished']} checks ran, {passed} passed, {failed} failed")
    print(f"jdbc ({profile}): {passed} checks passed, {failed} failed")
    return failures


def run_requests(_pattern: str | None) -> list[str]:
    """Record the operations of all three clients and compare ours with theirs."""
    sys.path.insert(0, str(TESTS))
    import compare
    from recorder import Recorder
    from selfcheck import selfcheck

    selfcheck()
    python, path = driver_python(), jdbc_class_path()
    operations = str(TESTS / "operations.py")
    clients: dict[str, Callable[[Recorder], list[str]]] = {
        "jdbc": lambda r: _java(path, "--operations", port=r.port, marks=r.marks_port),
        "informix-driver": lambda r: [str(python), operations, "127.0.0.1", str(r.port), str(r.marks_port)],
        "ours": lambda r: [sys.executable, operations, "127.0.0.1", str(r.port), str(r.marks_port)],
    }
    recorded: dict[str, dict[str, list[compare.Request]]] = {}
    failures: list[str] = []
    for client, command in clients.items():
        with test_server(failures) as address, Recorder((address["host"], address["port"])) as recorder:
            try:
                _call(command(recorder), f"recording {client}", 120)
            except ConformanceError as e:
                failures.append(f"requests: {e}")
                continue
            chunks = list(recorder.chunks)
        _save(client, chunks)
        failures += [f"requests: {client}: {e}" for e in compare.rewrite_errors(chunks)]
        recorded[client] = compare.requests(chunks)
        interrupts = compare.urgent(chunks)
        if interrupts != ({"interrupt": b"B"} if "interrupt" in recorded[client] else {}):
            failures.append(f"requests: {client}: urgent data {interrupts}")
    for profile in JDBC_PROFILES[1:]:
        # ours must get along with the other kinds of server too; the operations check what comes back
        with (
            test_server(failures, "--profile", profile) as address,
            Recorder((address["host"], address["port"])) as recorder,
        ):
            try:
                _call(clients["ours"](recorder), f"our driver ({profile})", 120)
            except ConformanceError as e:
                failures.append(f"requests: {e}")
    allowances = compare.read_allowances(TESTS / "differences.tsv")
    used: set[compare.Allowance] = set()
    for client in ("jdbc", "informix-driver"):
        if client in recorded and "ours" in recorded:
            found = compare.compare(client, recorded[client], recorded["ours"], allowances, used)
            failures += [f"requests: {client}: {problem}" for problem in found]
    if len(recorded) == len(clients):
        idle = [a for a in allowances if a not in used]
        failures += [f"requests: {a.client}: explains nothing: {a.pattern}" for a in idle]
    for failure in failures:
        print(failure)
    print(f"requests: {len(recorded)} clients recorded, {len(failures)} problems")
    return failures


def _save(client: str, chunks: list[Any]) -> None:
    """Keep the recording beside the environments, for `python -m informix_wire.trace`."""
    folder = ENVS / "recordings"
    folder.mkdir(parents=True, exist_ok=True)
    operation = ""
    with (folder / f"{client}.jsonl").open("w", encoding="utf-8") as out:
        for chunk in chunks:
            if chunk.operation != operation:
                operation = chunk.operation
                out.write(f"# {operation}\n")
            step = {"conn": chunk.connection, "dir": chunk.direction, "hex": chunk.data.hex()}
            out.write(json.dumps(step) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=NAMES, action="append", help="run only this part (may be repeated)")
    parser.add_argument("--filter", help="run only checks whose name contains this")
    options = parser.parse_args()
    parts: dict[str, Callable[[str | None], list[str]]] = {
        "informix-driver": run_informix_driver,
        "jdbc": run_jdbc,
        "requests": run_requests,
    }
    failures: list[str] = []
    for name in options.only or NAMES:
        started = time.monotonic()
        print(f"=== {name}", flush=True)
        try:
            failures += parts[name](options.filter)
        except ConformanceError as e:
            failures.append(f"{name}: {e}")
            print(failures[-1])
        print(f"=== {name}: {time.monotonic() - started:.1f} s", flush=True)
    if failures:
        print(f"{len(failures)} conformance failures")
        return 1
    print("conformance: all passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
