"""Runs the test suite on every CPython >= 3.11 that this machine has; absent ones are named and skipped.

Interpreters are looked for on PATH and under pyenv. Hatch makes one environment for each (the `unit` matrix).
Arguments are handed to pytest: ``hatch run test -k login``. Exit status is non-zero when any run failed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CANDIDATES = ("3.11", "3.12", "3.13", "3.14")
"""Kept equal to the matrix of `[tool.hatch.envs.unit]` in pyproject.toml."""


def pyenv_versions() -> dict[str, str]:
    """Map "3.12" to the newest full version that pyenv has installed."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found: dict[str, tuple[int, ...]] = {}
    for folder in root.glob("3.*"):
        parts = folder.name.split(".")
        if all(part.isdigit() for part in parts) and (folder / "bin" / "python").exists():
            minor = ".".join(parts[:2])
            found[minor] = max(found.get(minor, (0,)), tuple(map(int, parts)))
    return {minor: ".".join(map(str, version)) for minor, version in found.items()}


def works(command: str) -> bool:
    """Tell whether an executable of this name runs (a pyenv shim exists for versions that are not active)."""
    path = shutil.which(command)
    if path is None:
        return False
    return subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0


def main() -> int:
    """Run the `unit` environment for each interpreter found."""
    pyenv = pyenv_versions()
    environment = dict(os.environ)
    if pyenv:
        environment["PYENV_VERSION"] = ":".join(pyenv[minor] for minor in CANDIDATES if minor in pyenv)
    present = [minor for minor in CANDIDATES if minor in pyenv or works(f"python{minor}")]
    for minor in CANDIDATES:
        if minor not in present:
            print(f"skipped: CPython {minor} (no interpreter on this machine)", flush=True)
    if not present:
        print("no CPython >= 3.11 found")
        return 1
    failed = []
    for minor in present:
        print(f"== CPython {minor}", flush=True)
        command = [sys.executable, "-m", "hatch", "run", f"+py={minor}", "unit:run", *sys.argv[1:]]
        if subprocess.run(command, env=environment, check=False).returncode != 0:
            failed.append(minor)
    print(f"ran on {', '.join(present)}; failed on {', '.join(failed) or 'none'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
