"""Proves the import directions and the sans-I/O rule of the architecture by walking every import statement."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGES = Path(__file__).resolve().parent.parent / "packages"

MAY_IMPORT = {
    "informix_types": set(),
    "informix_wire": {"informix_types"},
    "informix_db": {"informix_wire", "informix_types"},
    "informix_pool": {"informix_db", "informix_wire", "informix_types"},
    "informix_lob": {"informix_db", "informix_wire", "informix_types"},
    "informix_testserver": {"informix_wire", "informix_types"},
}
DOORS = {
    ("informix_db", "informix_pool"),
    ("informix_db", "informix_lob"),
    ("informix_testserver", "informix_db"),
}
"""Lazy imports inside functions: doors into optional distributions, and the pytest plugin's connection fixture."""
NO_IO = {"socket", "ssl", "asyncio", "threading", "select", "selectors", "time"}
OPTIONAL = {"pyarrow", "numpy", "pandas", "polars", "pytest"}
"""Third-party modules that may be imported lazily (pytest: by the plugin, which pytest itself loads)."""


def imports(package: str) -> Iterator[tuple[Path, str, bool]]:
    """Yield (file, absolute module name, inside a function) for every import of a package."""
    root = next(PACKAGES.glob(f"*/src/{package}"))
    for path in sorted(root.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        lazy = {
            id(inner)
            for outer in ast.walk(tree)
            if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef))
            or (isinstance(outer, ast.If) and "TYPE_CHECKING" in ast.dump(outer.test))
            for inner in ast.walk(outer)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield path, alias.name, id(node) in lazy
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                yield path, node.module, id(node) in lazy


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_imports_of_ours_follow_the_directions(package: str) -> None:
    wrong = []
    for path, module, lazy in imports(package):
        top = module.split(".")[0]
        if top == package or not top.startswith("informix_") or top in MAY_IMPORT[package]:
            continue
        if lazy and (package, top) in DOORS:
            continue
        wrong.append(f"{path.name}: {module}")
    assert wrong == []


@pytest.mark.parametrize("package", ["informix_types", "informix_wire"])
def test_types_and_wire_do_no_io(package: str) -> None:
    assert [
        f"{path.name}: {module}" for path, module, _ in imports(package) if module.split(".")[0] in NO_IO
    ] == []


def test_lob_uses_only_the_protocols_of_db() -> None:
    used = {module for _, module, _ in imports("informix_lob") if module.split(".")[0] == "informix_db"}
    assert used <= {"informix_db.protocols"}


def test_server_shares_neither_conversations_nor_generated_decoders() -> None:
    used = {module for _, module, _ in imports("informix_testserver")}
    assert [name for name in used if name.startswith(("informix_wire.talk", "informix_types.rowcode"))] == []


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_no_third_party_module_at_import_time(package: str) -> None:
    import sys

    ours = set(MAY_IMPORT)
    wrong = []
    for path, module, lazy in imports(package):
        top = module.split(".")[0]
        if top in sys.stdlib_module_names or top in ours:
            continue
        if top in OPTIONAL and (lazy or path.name == "pytest_plugin.py"):
            continue
        wrong.append(f"{path.name}: {module}")
    assert wrong == []


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_files_stay_small_enough_to_hold_in_the_head(package: str) -> None:
    root = next(PACKAGES.glob(f"*/src/{package}"))
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in root.rglob("*.py")}
    assert {name: n for name, n in lengths.items() if n > 700} == {}


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_classes_of_fields_are_frozen_or_mutable(package: str) -> None:
    """`dataclasses.dataclass` compiles methods at import; `informix_types.classes` at their first call."""
    root = next(PACKAGES.glob(f"*/src/{package}"))
    wrong = [
        path.name
        for path in sorted(root.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "dataclasses"
        if "dataclass" in {alias.name for alias in node.names}
    ]
    assert wrong == []
