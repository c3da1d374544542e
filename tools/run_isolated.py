"""Tests each distribution with only itself and its declared dependencies installed (architecture, section 1).

Wheels of all distributions are built once; for each one a fresh virtual environment gets that wheel (pip resolves
our own distributions from the built wheels), pytest, pytest-timeout and hypothesis, and runs its tests from a copy
outside the tree. A slim install of informix-db is also checked to bring exactly db, wire and types.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from build_wheels import ROOT, build

TEST_TOOLS = ["pytest>=8", "pytest-timeout>=2.3", "pytest-xdist>=3.5", "hypothesis>=6.100"]
EXTRAS = {"informix-types": "[arrow]"}
"""Extras that a distribution's own tests are about."""
SLIM = {"informix-db", "informix-wire", "informix-types"}


def new_environment(folder: Path) -> str:
    """Create a virtual environment and return its python."""
    venv.create(folder, with_pip=True, clear=True)
    return str(folder / "bin" / "python")


def install(python: str, wheels: Path, *requirements: str) -> None:
    """Install requirements, taking our own distributions from `wheels`."""
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--find-links", str(wheels), *requirements], check=True
    )


def installed(python: str) -> set[str]:
    """Names of the installed distributions of ours."""
    out = subprocess.run(
        [python, "-m", "pip", "list", "--format=json"], check=True, capture_output=True, text=True
    )
    return {entry["name"] for entry in json.loads(out.stdout) if entry["name"].startswith("informix-")}


def main() -> int:
    """Run the isolated test job for the distributions named on the command line, by default all."""
    names = sys.argv[1:] or sorted(path.name for path in (ROOT / "packages").iterdir())
    failed = []
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        wheels = work / "wheels"
        build(wheels)
        python = new_environment(work / "slim")
        install(python, wheels, "informix-db")
        if installed(python) != SLIM:
            print(f"a slim install of informix-db brought {sorted(installed(python))}, expected {sorted(SLIM)}")
            failed.append("slim install")
        for name in names:
            tests = ROOT / "packages" / name / "tests"
            print(f"== {name}", flush=True)
            python = new_environment(work / name)
            install(python, wheels, name + EXTRAS.get(name, ""), *TEST_TOOLS)
            copy = work / "tests" / name / "tests"
            shutil.copytree(tests, copy)
            shutil.copy(tests.parent / "README.md", copy.parent)  # its examples are tests
            shutil.copy(ROOT / "pyproject.toml", work / "tests" / "pyproject.toml")
            command = [
                python,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "--numprocesses=auto",
                "--dist=worksteal",
                str(copy),
            ]
            if subprocess.run(command, cwd=work / "tests", check=False).returncode != 0:
                failed.append(name)
    print(f"isolated: failed {', '.join(failed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
