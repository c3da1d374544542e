"""Runs every example of the READMEs and of docs/*.md.

One test a section (heading of level 1 to 3; a package's README is one section). Its Python blocks run in order, in
one namespace, against an embedded server of their own. What a reader does not see stands in HTML comments:

* ``<!-- run`` … ``-->``: code that runs at this place: schema, data, checks. (A page with a ``.sql`` file of its
  name beside it finds what that makes, anew in each section.)
* ``<!-- no-run: reason -->``: the next block is only compiled, its commands only looked up: it needs what a test
  cannot have.
* ``<!-- needs: package -->``: the next block is only compiled where this third-party package is not installed.
* ``<!-- raises: Name -->``: the next block must end with this exception.

``# → text`` behind an expression states its ``repr``; behind a ``print(…)`` what it prints. Blocks with ``await``
run on an event loop. A Python block that begins with ``# file: name.py`` is written to a folder, in which the
page's console commands run. Of other commands the names, subcommands and options must exist.
"""

import ast
import asyncio
import datetime
import doctest
import importlib.util
import inspect
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import informix_db
import informix_pool
import informix_testserver
import pytest
from informix_testserver import TestServer

ROOT = Path(__file__).parent.parent
TLS = ROOT / "packages/informix-testserver/tests/tls"
PAGES = sorted(
    [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *ROOT.glob("packages/*/README.md")],
    key=lambda path: str(path.relative_to(ROOT)),
)
PACKAGES = {path.name for path in (ROOT / "packages").iterdir() if (path / "pyproject.toml").exists()}
PYTHON, CONSOLE = "python", "console"
OTHER_LANGUAGES = {"text", "toml", "yaml", ""}
"""Blocks that hold nothing that could run. An unknown language fails, so that no example is left out by a typo."""

PIECE = re.compile(
    r"^```(?P<language>\w*)\n(?P<block>.*?)^```$"
    r"|^<!-- run\n(?P<hidden>.*?)^-->$"
    r"|^<!-- (?P<mark>no-run|needs|raises): (?P<argument>[^\n]*?) -->$"
    r"|^(?P<level>#{1,3}) (?P<heading>[^\n]+)$",
    re.MULTILINE | re.DOTALL,
)


@dataclass
class Piece:
    """One thing of a section that is run or checked."""

    language: str
    text: str
    line: int
    no_run: str = ""
    needs: str = ""
    raises: str = ""


@dataclass
class Section:
    """What stands under one heading."""

    page: Path
    heading: str
    pieces: list[Piece] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{re.sub(r'[^a-z0-9]+', '-', self.heading.lower()).strip('-')}"

    def has(self, *languages: str) -> bool:
        return any(piece.language in languages for piece in self.pieces)


def sections(page: Path) -> Iterator[Section]:
    """Split a page at its headings. The READMEs of the packages are one section each: they tell one story."""
    text = page.read_text(encoding="utf-8")
    whole = page.name == "README.md" and page.parent != ROOT
    section = Section(page, page.name)
    marks: dict[str, str] = {}
    for match in PIECE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match["heading"]:
            if whole:
                continue
            yield section
            section = Section(page, match["heading"])
        elif match["mark"]:
            marks[match["mark"]] = match["argument"]
        elif match["hidden"] is not None:
            section.pieces.append(Piece(PYTHON, match["hidden"], line + 1))
        else:
            language = {"sh": CONSOLE, "shell": CONSOLE}.get(match["language"], match["language"])
            piece = Piece(
                language, match["block"], line + 1, *(marks.pop(m, "") for m in ("no-run", "needs", "raises"))
            )
            section.pieces.append(piece)
    yield section


def files(page: Path) -> Iterator[tuple[str, str]]:
    """Names and texts of the files that a page has its reader write; later sections use those of earlier ones."""
    for section in sections(page):
        for piece in section.pieces:
            if piece.text.startswith("# file: "):
                yield piece.text.split()[2], piece.text


SECTIONS = [section for page in PAGES for section in sections(page) if section.pieces]


# -- running Python --


class _Expectations(ast.NodeTransformer):
    """Turns ``expression  # → text`` into a comparison."""

    def __init__(self, source: str) -> None:
        self.lines = source.splitlines()
        self.found = 0

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        _, arrow, expected = self.lines[(node.end_lineno or node.lineno) - 1].partition("# → ")
        if not arrow:
            return node
        self.found += 1
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print":
            call.func.id = "__print__"
            call.keywords.append(ast.keyword("expected", ast.Constant(expected)))
        else:
            arguments = [call, ast.Constant(expected)]
            node.value = ast.Call(ast.Name("__check__", ast.Load()), arguments, [])
        return ast.fix_missing_locations(node)


def check(value: object, expected: str) -> None:
    assert repr(value) == expected.strip()


def check_print(*values: object, expected: str) -> None:
    assert " ".join(map(str, values)) == expected.strip()


def compiled(piece: Piece, name: str) -> Any:
    source = "\n" * (piece.line - 1) + piece.text
    expectations = _Expectations(source)
    tree = expectations.visit(ast.parse(source))
    assert expectations.found == source.count("# → "), "an arrow stands behind something that is no expression"
    return compile(tree, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


class Stage:
    """Where the examples of one section run: a server, a connection to it, a folder, an event loop."""

    def __init__(self, page: Path, folder: Path) -> None:
        self.folder = folder
        self.server = TestServer(
            port=0, databases=("stores",), tls=(TLS / "cert.pem", TLS / "key.pem"), tls_port=0
        ).start()
        self.url = self.server.url_of("stores")
        schema = page.with_suffix(".sql")
        if schema.exists():
            self.server.run_script(schema.read_text(encoding="utf-8"), "stores")
        self.conn = informix_db.connect(self.url)
        self.loop: asyncio.AbstractEventLoop | None = None
        self.names: dict[str, Any] = {
            "__name__": "__main__",
            "__check__": check,
            "__print__": check_print,
            "informix_db": informix_db,
            "server": self.server,
            "url": self.url,
            "conn": self.conn,
            "cur": self.conn.cursor(),
            "Decimal": Decimal,
            "date": datetime.date,
            "datetime": datetime.datetime,
            "time": datetime.time,
            "timedelta": datetime.timedelta,
        }
        for name, text in files(page):
            (folder / name).write_text(self.localised(text), encoding="utf-8")

    def localised(self, text: str) -> str:
        """Put this server for the ones that examples name."""
        for shown, real in [
            ('"localhost"', f'"localhost:{self.server.port}"'),
            ("db.example", "localhost"),
            ("9088", str(self.server.port)),
            ("9089", str(self.server.tls_port)),
            ("/etc/ssl/our-ca.pem", (TLS / "cert.pem").as_posix()),
        ]:
            text = text.replace(shown, real)
        return text

    def run(self, piece: Piece, name: str) -> None:
        if piece.text.startswith("# file: "):
            return
        code = compiled(Piece(PYTHON, self.localised(piece.text), piece.line), name)
        if piece.no_run or (piece.needs and importlib.util.find_spec(piece.needs) is None):
            return
        if piece.raises:
            with pytest.raises(eval(piece.raises, self.names)):
                self._execute(code)
        else:
            self._execute(code)

    def _execute(self, code: Any) -> None:
        outcome = eval(code, self.names)
        if inspect.iscoroutine(outcome):
            if self.loop is None:
                self.loop = asyncio.new_event_loop()
            self.loop.run_until_complete(outcome)

    def close(self) -> None:
        self.conn.close()
        for value in list(self.names.values()):
            if isinstance(value, informix_db.Connection):
                value.close()
        self.names.clear()
        if self.loop is not None:
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            self.loop.close()
        self.server.close()

    # -- console commands --

    def command(self, line: str, *, run: bool) -> None:
        """Run a command on a file of the page, or check that what it names exists."""
        words = shlex.split(line, comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words.pop(0)
        if run and words[0] in ("python", "pytest") and any((self.folder / word).exists() for word in words):
            program = [sys.executable, *words[1:]]
            if words[0] == "pytest":
                program = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words[1:]]
            environment = {**os.environ, "INFORMIX_URL": self.url}
            done = subprocess.run(
                program, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=100, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
            self.names["output"] = done.stdout
            return
        CHECKS[words[0]](words)


def check_pip(words: list[str]) -> None:
    assert words[1] in ("install", "list"), words
    for word in words[2:]:
        name = re.fullmatch(r"(?:\./packages/)?(informix-[a-z]+)(?:\[([a-z,]+)\])?", word)
        if name is None:
            assert word in ("hatch", "pytest", "--find-links", "dist") or word.startswith("./packages/"), word
            continue
        assert name[1] in PACKAGES, word
        extras = tomllib.loads((ROOT / "packages" / name[1] / "pyproject.toml").read_text(encoding="utf-8"))
        for extra in (name[2] or "").split(","):
            assert not extra or extra in extras["project"]["optional-dependencies"], word


def check_hatch(words: list[str]) -> None:
    assert words[1] == "run", words
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert words[2] in project["tool"]["hatch"]["envs"]["default"]["scripts"], words


def check_help(words: list[str]) -> None:
    """The command has the subcommand and the options that are shown."""
    program = {
        "informix-testserver": ["informix_testserver"],
        "pytest": ["pytest"],
        "python": words[2:3],
    }[words[0]]
    rest = words[1:] if words[0] != "python" else words[3:]
    if words[0] == "python":
        assert words[1] == "-m", words
    sub = [rest[0]] if words[0] == "informix-testserver" and not rest[0].startswith("-") else []
    shown = subprocess.run(
        [sys.executable, "-m", *program, *sub, "--help"], capture_output=True, text=True, timeout=100, check=False
    )
    assert shown.returncode == 0, shown.stderr
    options = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", shown.stdout))
    assert {word.partition("=")[0] for word in rest if word.startswith("-")} <= options, words


CHECKS: dict[str, Callable[[list[str]], None]] = {
    "pip": check_pip,
    "hatch": check_hatch,
    "informix-testserver": check_help,
    "python": check_help,
    "pytest": check_help,
    "git": lambda words: None,
    "export": lambda words: None,
    "cat": lambda words: None,
}


def commands(piece: Piece) -> Iterator[str]:
    """The commands of a console block: lines behind ``$``, or all lines of a block without ``$``."""
    lines = piece.text.replace("\\\n", " ").splitlines()
    prompted = [line[2:] for line in lines if line.startswith("$ ")]
    for line in prompted or [line for line in lines if line.strip() and not line.startswith("#")]:
        yield from (part.strip() for part in line.split("&&"))


# -- the tests --


@pytest.mark.parametrize(
    "section", [s for s in SECTIONS if s.has(PYTHON, CONSOLE) and s.page.parent.name != "informix-types"],
    ids=lambda section: section.id,
)  # fmt: skip
def test_section(section: Section, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stage = Stage(section.page, tmp_path)
    try:
        for piece in section.pieces:
            if piece.language == PYTHON:
                stage.run(piece, str(section.page))
            elif piece.language == CONSOLE and not piece.no_run:
                for command in commands(piece):
                    stage.command(command, run=not piece.no_run)
        assert stage.server.protocol_errors == []
        assert stage.server.internal_errors == []
    finally:
        stage.close()


def test_no_block_is_left_out() -> None:
    known = {PYTHON, CONSOLE, *OTHER_LANGUAGES}
    assert {s.id: p.language for s in SECTIONS for p in s.pieces if p.language not in known} == {}
    assert sum(section.has(PYTHON) for section in SECTIONS) > 40
    fences = sum(len(re.findall(r"^```\w*$", page.read_text(encoding="utf-8"), re.MULTILINE)) for page in PAGES)
    hidden = sum(page.read_text(encoding="utf-8").count("\n<!-- run\n") for page in PAGES)
    assert sum(len(section.pieces) for section in SECTIONS) == fences // 2 + hidden


def test_examples_of_informix_types() -> None:
    result = doctest.testfile(str(ROOT / "packages/informix-types/README.md"), module_relative=False)
    assert result.attempted >= 10
    assert result.failed == 0


# -- links and tables --

LINK = re.compile(r"(?<!!)\[[^\]\n]+\]\((?P<target>[^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    outside = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"^#+ (.+)$", outside, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize(
    "page",
    [*PAGES, *sorted((ROOT / "docs/internals").glob("*.md"))],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_lead_somewhere(page: Path) -> None:
    outside = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for match in LINK.finditer(outside):
        target, _, anchor = match["target"].partition("#")
        if "://" in target:
            continue
        there = page if not target else (page.parent / target).resolve()
        assert there.exists(), match["target"]
        if anchor:
            assert anchor in anchors(there), match["target"]


def test_the_index_leads_to_every_page() -> None:
    index = ROOT / "docs/index.md"
    linked = {
        (index.parent / target.partition("#")[0]).resolve() for target in LINK.findall(index.read_text("utf-8"))
    }
    pages = {*(ROOT / "docs").rglob("*.md"), *ROOT.glob("packages/*/README.md")}
    assert pages - linked == {index}


def test_paths_of_the_map_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    paths = re.findall(r"(?<!\./)packages/[\w./-]+", text)
    assert len(paths) > 8
    for path in paths:
        assert (ROOT / path.rstrip("./")).exists(), path


def _table(page: str, heading: str) -> dict[str, str]:
    """First column (its code words) → last column of the table under a heading."""
    text = (ROOT / page).read_text(encoding="utf-8")
    body = re.split(rf"^#+ {re.escape(heading)}$", text, maxsplit=1, flags=re.MULTILINE)[1]
    body = re.split(r"^#", body, maxsplit=1, flags=re.MULTILINE)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in body.splitlines() if line[:1] == "|"
    ]
    return {word: row[-1] for row in rows for word in re.findall(r"`([^`]+)`", row[0])}


def test_every_connect_parameter_is_in_the_reference() -> None:
    parameters = inspect.signature(informix_db.connect).parameters
    assert _table("docs/reference.md", "connect").keys() == parameters.keys()


@pytest.mark.parametrize("module", [informix_db, informix_pool, informix_testserver], ids=lambda m: m.__name__)
def test_every_public_name_is_in_a_document(module: ModuleType) -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [name for name in module.__all__ if not re.search(rf"\b{name}\b", text)] == []


def test_every_exception_is_in_the_reference() -> None:
    named = {
        name
        for name in informix_db.__all__
        if isinstance(getattr(informix_db, name), type) and issubclass(getattr(informix_db, name), Exception)
    }
    assert named <= _table("docs/reference.md", "Exceptions").keys()


def test_every_name_of_the_classes_is_in_the_reference(tmp_path: Path) -> None:
    stage = Stage(ROOT / "docs/reference.md", tmp_path)
    try:
        for heading, thing in [("Connection", stage.conn), ("Cursor", stage.conn.cursor())]:
            public = {name for name in dir(thing) if not name.startswith("_")}
            exceptions = {name for name in public if inspect.isclass(getattr(thing, name))}
            documented = {re.split(r"\W", word)[0] for word in _table("docs/reference.md", heading)}
            assert public - exceptions - documented == set()
    finally:
        stage.close()


def test_every_option_of_the_server_is_in_the_reference() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "informix_testserver", "serve", "--help"],
        capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    options = set(re.findall(r"^  (--[a-z-]+)", shown.stdout, re.MULTILINE))
    documented = {word.split()[0] for word in _table("docs/reference.md", "informix-testserver")}
    assert options <= documented
