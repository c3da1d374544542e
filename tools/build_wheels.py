"""Builds a wheel of every distribution into dist/, for `pip install --find-links dist "informix-db[all]"`."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build(target: Path) -> list[Path]:
    """Build all wheels into `target` and return their paths."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    packages = sorted(str(path) for path in (ROOT / "packages").iterdir() if (path / "pyproject.toml").exists())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(target), *packages]
    subprocess.run(command, check=True)
    return sorted(target.glob("*.whl"))


if __name__ == "__main__":
    for wheel in build(ROOT / "dist"):
        print(wheel.relative_to(ROOT))
