"""Imports point down, pure modules stay pure, and files stay readable."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cohort.rooms import JOBS
from cohort.settings import PACKAGE

ROOT = Path(__file__).parents[2]
SOURCES = sorted(PACKAGE.rglob("*.py"))
assert len(SOURCES) > 200, "Whoever looks at no source finds no fault."
PURE = ("assignment", "pairing", "scheduling", "sheets")
"""Folders that decide from their arguments and touch nothing."""
PURE_IN_ROOMS = {
    "assessments/focus.py",
    "demo/cast.py",
    "demo/evidence.py",
    "demo/weeks.py",
    "season/behaviour.py",
    "season/dice.py",
    "season/people.py",
    "season/policies.py",
    "figures/burn_up.py",
    "figures/durations.py",
    "figures/lines.py",
    "figures/weeks.py",
    "guides/changes.py",
    "guides/decoding.py",
    "guides/front_matter.py",
    "guides/html_headings.py",
    "guides/markdown.py",
    "guides/slugs.py",
    "matching/periods.py",
    "profiles/choices.py",
    "profiles/languages.py",
    "quizzes/marking.py",
    "quizzes/mock_exams.py",
    "quizzes/readiness.py",
    "schedules/away.py",
    "schedules/dating.py",
    "study/due_dates.py",
    "study/gaps.py",
}
"""Modules of rooms that do the same."""


def pure_modules() -> list[str]:
    names = [str(file.relative_to(PACKAGE)) for file in SOURCES]
    pure = [name for name in names if name.startswith(PURE) or name in PURE_IN_ROOMS]
    assert len(pure) > len(PURE_IN_ROOMS)
    return pure


ALLOWED = set(sys.stdlib_module_names) | {"msgspec", "numpy", "scipy", "pydantic"}
BANNED = {"asyncio", "logging", "os", "random", "secrets", "socket", "subprocess", "time"}


def imports_of(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {where_from(node.module, name.name) for name in node.names}
    return found


def where_from(module: str, name: str) -> str:
    """The module that is imported: a package's own names are those of its `__init__`."""
    above = ROOT if module.startswith("tests") else PACKAGE.parent
    folder = above / module.replace(".", "/")
    if not folder.is_dir():
        return module
    is_module = (folder / f"{name}.py").exists() or (folder / name).is_dir()
    return f"{module}.{name if is_module else '__init__'}"


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
def test_a_pure_module_imports_only_what_computes(name: str) -> None:
    pure = {f"cohort.{one.removesuffix('.py').replace('/', '.')}" for one in pure_modules()}
    readers = {"markdown_it", "yaml"} if name.startswith("guides/") else set()
    flows = {"assignment/large/master.py", "assignment/min_cost_flow.py"}
    flows |= {"grouping/covering.py", "scheduling/dropping.py", "scheduling/solving.py"}
    readers |= {"ortools"} if name in flows else set()
    readers |= {"babel", "rapidfuzz"} if name.startswith(("sheets/", "profiles/")) else set()
    readers |= {"python_calamine", "xlsxwriter"} if name == "sheets/workbook.py" else set()
    others = [
        imported
        for imported in imports_of(PACKAGE / name)
        if imported not in pure and imported.partition(".")[0] not in ALLOWED - BANNED | readers
    ]
    assert others == []


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
    assert {file.name for file in SOURCES if ".commit()" in file.read_text()} == {"transaction.py"}


def test_importing_does_nothing() -> None:
    """No settings, engine, client or log handler: a tool may look at the code anywhere."""
    program = (
        "import logging, threading, cohort.app, cohort.worker, cohort.cli;"
        "assert threading.active_count() == 1; assert not logging.getLogger().handlers"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], env={}, check=True)


def lines_of(node: ast.AST) -> int:
    return (getattr(node, "end_lineno", 0) or 0) - getattr(node, "lineno", 0) + 1


def test_a_file_to_keep_is_recorded_or_holds_nothing_to_record() -> None:
    """Who gets a sheet of other people's data is kept by people/downloads.py, which names it."""
    sends = {str(one.relative_to(PACKAGE)) for one in PACKAGE.rglob("*.py")}
    sends = {one for one in sends if "attachment; filename" in (PACKAGE / one).read_text()}
    assert sends == {
        "people/downloads.py",
        "exchange/downloads.py",  # the export records itself, in the request's transaction
        "curricula/routes.py",  # a guide, which is for everybody
        "curricula/quizzes_pages.py",  # questions, and the draft is her own
        "matching/results/routes.py",  # numbers, without names
        "study/files/downloads.py",  # evidence, for whoever reviews it
    }


def test_files_and_functions_keep_a_size_that_reads_well() -> None:
    for file in [*SOURCES, *(ROOT / "tests").rglob("*.py")]:
        limit = 500 if "tests" in file.parts else 400
        text = file.read_text()
        assert text.count("\n") <= limit, file
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert lines_of(node) <= 60, f"{file}:{node.name}"


def test_every_job_that_is_enqueued_is_one_that_the_worker_knows() -> None:
    enqueued = set()
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and len(node.args) > 1:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in {"enqueue", "enqueue_each"} and isinstance(node.args[1], ast.Constant):
                    enqueued.add(node.args[1].value)
    assert enqueued - set(JOBS) == set()
    assert set(JOBS) - enqueued == set()


def test_nothing_names_a_registry() -> None:
    """Wherever the files lie, in a repository or not, but for what npm and other tools leave."""
    hosts = ["py" + "pi.org", "python" + "hosted", "registry.npm" + "js", "deb." + "debian"]
    files = [
        Path(folder) / name
        for top in ROOT.iterdir()
        if top.is_dir() and (not top.name.startswith(".") or top.name == ".ci")
        for folder, _, names in os.walk(top)
        if "node_modules" not in Path(folder).parts
        for name in names
        if not name.endswith(".pyc")
    ] + [file for file in ROOT.iterdir() if file.is_file()]
    assert {ROOT / "requirements.lock", ROOT / ".ci/run", Path(__file__)} <= set(files)
    for file in files:
        text = file.read_bytes().decode(errors="ignore")
        assert not [host for host in hosts if host in text], file


def test_fixtures_are_found_and_not_imported() -> None:
    """pytest finds those of conftest.py; one that is imported looks like a name nobody uses."""
    fixtures: dict[Path, set[str]] = {}
    trees = {file: ast.parse(file.read_text()) for file in (ROOT / "tests").rglob("*.py")}
    for file, tree in trees.items():
        fixtures[file] = {
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and any("fixture" in ast.unparse(one) for one in node.decorator_list)
        }
    assert any(fixtures.values())
    for file, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
                source = ROOT / f"{(node.module or '').replace('.', '/')}.py"
                taken = {one.name for one in node.names} & fixtures.get(source, set())
                assert not taken, f"{file}:{node.lineno}"


def test_what_tests_share_lies_in_modules_of_its_own() -> None:
    """Imported by its full name, so that it is loaded once; test_long repeats tests of others."""
    siblings = {file.stem for file in (ROOT / "tests").rglob("*.py")} - {"__init__"}
    shared = 0
    for file in (ROOT / "tests").rglob("*.py"):
        for imported in imports_of(file):
            assert imported.partition(".")[0] not in siblings, f"{file}: {imported}"
            shared += imported.startswith("tests.")
            is_test = imported.rpartition(".")[2].startswith("test_")
            assert not is_test or file.name == "test_long.py", f"{file}: {imported}"
    assert shared > 100


def test_a_class_has_a_name_of_its_own() -> None:
    """One name for two things makes a reader open both."""
    two_things = {"Column", "Details", "Kinds", "Verdict"}
    """Of the pure libraries, which hardly meet; a review has a verdict, as the check of a proof."""
    files: dict[str, list[str]] = {}
    for file in SOURCES:
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.ClassDef):
                files.setdefault(node.name, []).append(str(file.relative_to(PACKAGE)))
    assert len(files) > 300
    shared = {name: where for name, where in files.items() if len(where) > 1}
    assert {name: shared[name] for name in shared if name not in two_things} == {}
