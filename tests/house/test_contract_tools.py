"""The contract as the tools of front-end developers see it; tools/npm-tools installs them."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "docs" / "openapi.json"
TOOLS = ROOT / "tools" / "contract"
DASHBOARD = ROOT / "docs" / "examples" / "dashboard"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}

with_npm = pytest.mark.skipif(
    not (TOOLS / "node_modules" / ".made-from").exists(),
    reason="THE TOOLS OF THE CONTRACT ARE NOT INSTALLED: sh tools/npm-tools",
)
with_generator = pytest.mark.skipif(
    not (ROOT / ".contract" / ".made-from").exists(),
    reason="THE GENERATOR OF THE PYTHON CLIENT IS NOT INSTALLED: sh tools/contract/install",
)


def run(tool: str, *arguments: str | Path) -> str:
    ran = subprocess.run(
        [TOOLS / "node_modules" / ".bin" / tool, *arguments],
        cwd=TOOLS,
        env=os.environ | QUIET,
        capture_output=True,
        text=True,
        check=False,
    )
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said[-4000:]
    return said


@with_npm
def test_redocly_finds_nothing_by_its_recommended_rules() -> None:
    said = run("redocly", "lint", "--extends=recommended", "--max-problems=20", CONTRACT)
    assert "Your API description is valid" in said
    assert "You have" not in said, said[-4000:]  # so many warnings


@with_npm
def test_spectral_finds_nothing_by_its_recommended_rules() -> None:
    said = run("spectral", "lint", "--fail-severity=hint", "--ruleset=.spectral.yaml", CONTRACT)
    assert "No results with a severity of 'hint' or higher found" in said


@with_npm
def test_the_example_of_a_dashboard_compiles_strictly_on_types_of_the_contract(
    tmp_path: Path,
) -> None:
    types = tmp_path / "cohort.d.ts"
    run("openapi-typescript", CONTRACT, "--output", types)
    assert not re.search(r": any\b(?! other)", types.read_text())
    config = json.loads((DASHBOARD / "tsconfig.json").read_text())
    config["compilerOptions"] |= {"paths": {"cohort": [str(types)]}, "outDir": str(tmp_path)}
    config["include"] = [str(DASHBOARD / "*.ts")]
    (tmp_path / "tsconfig.json").write_text(json.dumps(config))
    run("tsc", "--project", tmp_path / "tsconfig.json")
    assert "read(`/cohorts/" in (tmp_path / "dashboard.js").read_text()


@with_generator
def test_the_python_client_speaks_in_the_terms_of_people(tmp_path: Path) -> None:
    its_programs = ROOT / ".contract" / "bin"
    made = tmp_path / "cohort_client"
    subprocess.run(
        [
            its_programs / "openapi-python-client",
            *("generate", "--path", CONTRACT, "--output-path", made),
            *("--meta", "none", "--fail-on-warning"),
            *("--config", ROOT / "tools" / "contract" / "client.yaml"),
        ],
        env=os.environ | {"PATH": f"{its_programs}:{os.environ['PATH']}"},
        capture_output=True,
        check=True,
    )
    calls = {f"{one.parent.name}.{one.stem}" for one in made.glob("api/*/*.py")}
    assert {
        "people.sign_in",
        "people.confirm_login",
        "cohorts.import_people",
        "mentorships.list_mentorships",
        "study.read_plan",
        "matching.publish_round",
    } <= calls
    models = {one.stem for one in made.glob("models/*.py")}
    assert {"cohort_page", "mentorship_out", "plan_item_out", "field_problem"} <= models
    assert not [one for one in models if re.search(r"schemas_|cohort_cohort|_v\d", one)]
