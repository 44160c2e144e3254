"""Imports point down, pure modules stay pure, and files stay readable."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from cohort.rooms import JOBS
from cohort.settings import PACKAGE

ROOT = Path(__file__).parents[2]
SOURCES = sorted(PACKAGE.rglob("*.py"))
SLICE = {"models", "schemas", "policy", "service", "routes", "pages", "jobs", "emails", "__init__"}
"""The names that never vary: they reach the database, HTTP or mail."""
WORLDLY = {
    "cohorts/enrolments.py": "verbs about enrolments",
    "cohorts/forms.py": "reads what a browser sent",
    "cohorts/profile.py": "looks words up in the taxonomies",
    "dashboard/desk.py": "reads what a page shows",
    "dashboard/figures.py": "counts rows",
    "dashboard/linking.py": "writes HTML that is safe to show",
    "dashboard/progress.py": "counts rows",
    "demo/opening.py": "plays the verbs of accounts, cohorts and mentors",
    "demo/pairing.py": "plays the verbs of rounds and proposals",
    "demo/seeding.py": "the command itself",
    "demo/showing.py": "reads what the command tells",
    "demo/story.py": "plays act by act",
    "demo/studying.py": "plays the verbs of evidence and reviews",
    "guides/importing.py": "stores what was read",
    "guides/reports.py": "names the guide that was stored",
    "guides/tables.py": "reads rows by the fields' rules",
    "mentors/places.py": "deals out places under a lock",
    "matching/gather.py": "reads what a run solves",
    "matching/override_routes.py": "routes about pins and vetoes",
    "matching/overrides.py": "verbs about pins and vetoes",
    "matching/previewing.py": "tries rules out",
    "matching/publishing.py": "proposes pairs",
    "matching/result_routes.py": "routes about what a run found",
    "matching/result_schemas.py": "answers about what a run found",
    "matching/results.py": "reads what a run found",
    "matching/rule_pages.py": "pages about rules",
    "matching/rule_routes.py": "routes about rules",
    "matching/rule_schemas.py": "forms and answers about rules",
    "matching/rules.py": "verbs about rules",
    "matching/runs.py": "solves in a thread, and stores",
    "matching/showing.py": "turns rows into answers",
    "matching/view.py": "reads what a page shows",
    "matching/what_ifs.py": "asks what a run keeps",
    "mentorships/reading.py": "reads what is shown",
    "people/audit.py": "keeps a row",
    "people/auth.py": "reads requests",
    "people/throttle.py": "counts in Redis",
    "people/tokens.py": "draws secrets",
    "study/plans.py": "reads rows",
    "study/progress.py": "counts rows",
}
"""Other modules of rooms that are no pure functions, and why."""


def pure_modules() -> list[str]:
    """Every other module of a room decides without touching the world."""
    rooms = [file for file in SOURCES if file.parent != PACKAGE]
    names = [str(file.relative_to(PACKAGE)) for file in rooms if file.stem not in SLICE]
    return [name for name in names if name not in WORLDLY]


ALLOWED = set(sys.stdlib_module_names) | {"numpy", "scipy"}
BANNED = {"asyncio", "logging", "os", "random", "secrets", "socket", "subprocess", "time"}


def imports_of(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            is_room = (PACKAGE.parent / node.module.replace(".", "/")).is_dir()
            names = [f"{node.module}.{name.name}" for name in node.names]
            found |= set(names) if is_room else {node.module}
    return found


def test_the_layers_hold() -> None:
    checked = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", pure_modules())
def test_a_pure_module_imports_only_the_standard_library_numpy_and_scipy(name: str) -> None:
    pure = {f"cohort.{one.removesuffix('.py').replace('/', '.')}" for one in pure_modules()}
    readers = {"markdown_it", "yaml"} if name.startswith("guides/") else set()
    flows = {"matching/large/master.py", "matching/solver/several.py"}
    readers |= {"ortools"} if name in flows else set()
    for imported in imports_of(PACKAGE / name):
        top = imported.partition(".")[0]
        assert imported in pure or top in ALLOWED - BANNED | readers, imported


def test_only_the_clock_looks_at_the_clock() -> None:
    """Time enters as an argument, so that the past and the future can be tested."""
    looking = {"now", "utcnow", "today"}
    for file in SOURCES:
        if file.name == "clock.py":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in looking:
                owner = node.value.id if isinstance(node.value, ast.Name) else ""
                assert owner not in {"datetime", "date"}, f"{file}:{node.lineno}"


def test_only_the_edge_commits() -> None:
    """A verb that commits would keep half of a request that is refused later."""
    edges = {"request.py"}
    for file in SOURCES:
        if file.name not in edges:
            assert ".commit()" not in file.read_text(), file


def test_importing_does_nothing() -> None:
    """No settings, engine, client or log handler: a tool may look at the code anywhere."""
    program = (
        "import logging, threading, cohort.app, cohort.worker, cohort.cli;"
        "assert threading.active_count() == 1; assert not logging.getLogger().handlers"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], env={}, check=True)


def lines_of(node: ast.AST) -> int:
    return (getattr(node, "end_lineno", 0) or 0) - getattr(node, "lineno", 0) + 1


def test_files_and_functions_keep_a_size_that_reads_well() -> None:
    for file in [*SOURCES, *(ROOT / "tests").rglob("*.py")]:
        limit = 500 if "tests" in file.parts else 400
        text = file.read_text()
        assert text.count("\n") <= limit, file
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert lines_of(node) <= 60, f"{file}:{node.name}"


def test_every_promise_names_a_job_that_the_worker_knows() -> None:
    promised = set()
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and len(node.args) > 1:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in {"promise", "promise_each"} and isinstance(node.args[1], ast.Constant):
                    promised.add(node.args[1].value)
    assert promised - set(JOBS) == set()
    assert set(JOBS) - promised == set()


def test_nothing_names_a_registry() -> None:
    hosts = ["py" + "pi.org", "python" + "hosted", "registry.npm" + "js", "deb." + "debian"]
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    for name in tracked:
        text = (ROOT / name).read_bytes().decode(errors="ignore")
        assert not [host for host in hosts if host in text], name
