"""What the documentation shows is what happens."""

import doctest
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from standardwebhooks import WebhookVerificationError

import cohort.assignment
from cohort.events.catalogue import CATALOGUE
from cohort.pairing.rules import Weights
from cohort.people.schemas import EmailIn
from cohort.settings import Settings
from cohort.webhooks.sending import signed
from tests.pure.cast import ANYBODY, MINA, PRIYA, TREE, WEEK

MATCHING = Path(__file__).parents[2] / "docs" / "matching.md"


def test_every_example_of_the_matching_core_does_what_is_written() -> None:
    found = doctest.testfile(str(MATCHING), module_relative=False)
    assert found.attempted > 20
    assert found.failed == 0


def test_the_front_door_of_the_solver_shows_what_happens() -> None:
    found = doctest.testmod(cohort.assignment)
    assert found.attempted == 2
    assert found.failed == 0


def test_the_receiver_of_webhooks_in_the_docs_believes_what_is_signed_and_nothing_else() -> None:
    text = (MATCHING.parent / "events.md").read_text()
    code = text.partition("```python\n")[2].partition("```")[0]
    secret, body = "whsec_" + "A" * 44, '{"type": "test"}'
    receiver: dict[str, Any] = {}
    exec(code.replace("whsec_…", secret), receiver)  # noqa: S102  (the docs are ours)
    headers = dict(signed([secret], "msg_1", body, now=datetime.now(UTC)))
    assert receiver["received"](body.encode(), headers) == {"type": "test"}
    for wrong in (b'{"type": "gone"}', b""):
        with pytest.raises(WebhookVerificationError):
            receiver["received"](wrong, headers)


def block(page: str, language: str) -> str:
    text = (MATCHING.parent / page).read_text()
    return text.partition(f"```{language}\n")[2].partition("```")[0]


def test_the_providers_of_the_docs_are_settings_that_are_understood() -> None:
    read = Settings(
        database_url="postgresql+asyncpg://x",
        redis_url="redis://x",
        oidc_providers=json.loads(block("accounts.md", "json")),
    )
    assert [one.name for one in read.oidc_providers] == ["google", "orcid"]


def test_the_event_of_the_docs_is_one_of_the_catalogue() -> None:
    sent = json.loads(block("events.md", "json"))
    assert sorted(sent) == ["data", "timestamp", "type"]
    assert datetime.fromisoformat(sent["timestamp"]).tzinfo is not None
    assert sorted(sent["data"]) == ["cohort_id", "ids", "number"]
    assert sorted(sent["data"]["ids"]) == sorted(CATALOGUE[sent["type"]].ids)


def test_the_refusal_of_a_form_in_the_docs_is_what_the_contract_says() -> None:
    told = json.loads(block("embedding.md", "json"))
    schemas = json.loads((MATCHING.parent / "openapi.json").read_text())["components"]["schemas"]
    assert set(told) <= set(schemas["ProblemDetails"]["properties"])
    [error] = told["errors"]
    assert set(error) == set(schemas["FieldProblem"]["properties"])
    with pytest.raises(ValidationError, match=error["message"].removeprefix("This ")[:30]):
        EmailIn(email="ada@")
    assert told["detail"] == f"Look again at: {error['field']}."


def test_the_large_matching_of_the_docs_is_the_best_and_proved() -> None:
    given: dict[str, Any] = {
        "researchers": [replace(MINA, id=f"r{number}") for number in range(30)],
        "mentors": [replace(PRIYA, id=f"m{number}") for number in range(10)],
        "taxonomy": TREE,
        "week": WEEK,
        "weights": Weights(),
        "requirements": ANYBODY,
        "capacity": np.full(10, 2),
    }
    exec(block("matching-at-scale.md", "python"), given)  # noqa: S102  (the docs are ours)
    assert given["solution"].gap == 0


def test_the_element_of_the_docs_is_the_one_of_the_example_that_a_browser_tries() -> None:
    example = (MATCHING.parent / "examples" / "sign-up.html").read_text()
    for line in block("embedding.md", "html").splitlines():
        plain = line.strip().replace("https://cohort.example.org", "http://127.0.0.1:8000")
        assert plain.replace("october", "demo") in example.replace("october", "demo"), line


@pytest.mark.parametrize("name", ["cohort.assignment", "cohort.assignment.large.solver"])
def test_importing_the_solver_does_not_load_scipy(name: str) -> None:
    """Its optimisers take 40 MB, which a large pool does without."""
    loaded = f"import {name}, sys; print({{one.partition('.')[0] for one in sys.modules}})"
    names = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    ).stdout
    assert "'numpy'" in names
    assert "'scipy'" not in names
    assert "'ortools'" not in names
