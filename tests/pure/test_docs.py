"""What the documentation shows is what happens."""

import doctest
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

import cohort.assignment
from cohort.webhooks.sending import signed

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
