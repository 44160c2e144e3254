"""The map of the architecture is true: its layers are kept, its journeys can be walked."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from cohort.settings import PACKAGE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text()
STEP = re.compile(r"^\d+\. `([\w/]+\.py)` `(\w+)`: ", flags=re.MULTILINE)
JOURNEYS = {
    title: STEP.findall(section)
    for title, section in re.findall(
        r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL
    )
    if STEP.search(section)
}


def layers_of_the_contract() -> list[set[str]]:
    """From the top down; __main__ only calls the command line."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    contracts = tools["importlinter"]["contracts"]
    [layers] = [one["layers"] for one in contracts if one["name"] == "Imports point down"]
    named = [{name.strip(" ()") for name in layer.split("|")} for layer in layers]
    return [layer for layer in named if layer != {"__main__"}]


def layers_of_the_page() -> list[set[str]]:
    [picture] = re.findall(r"```text\n(.*?)```", PAGE, flags=re.DOTALL)
    names = [re.match(r"\w+(?: \| \w+)*", line) for line in picture.splitlines()]
    return [set(found[0].split(" | ")) for found in names if found]


def names_defined_in(file: Path) -> set[str]:
    defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {one.name for one in ast.parse(file.read_text()).body if isinstance(one, defined)}


def test_the_picture_shows_the_layers_that_are_kept() -> None:
    assert layers_of_the_page() == layers_of_the_contract()


def test_the_page_says_how_many_journeys_it_has() -> None:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    assert f"how {words[len(JOURNEYS)]} pieces of data" in PAGE


@pytest.mark.parametrize("journey", JOURNEYS)
def test_each_step_of_a_journey_is_where_the_page_says(journey: str) -> None:
    steps = JOURNEYS[journey]
    assert len(steps) >= 8
    for name, verb in steps:
        file = PACKAGE / name
        assert file.is_file(), name
        assert verb in names_defined_in(file), f"{name}: {verb}"


def test_every_decision_is_a_record_of_at_most_a_page() -> None:
    records = list((ROOT / "docs/decisions").glob("*.md"))
    assert records
    for record in records:
        text = record.read_text()
        assert text.startswith("# "), record
        assert len(text.split()) <= 450, record
