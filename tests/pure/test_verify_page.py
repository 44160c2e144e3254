"""`cohort verify`: one page of NumPy agrees with cohort's own check, and believes no forgery."""

import io
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from cohort.assignment import CannotMeet, solve
from cohort.assignment.problem import Problem
from cohort.cli import cli
from cohort.offline import verify as page
from cohort.pairing.evidence import Evidence, pack
from tests.pure.cases import problems


def packed(problem: Problem) -> bytes:
    return pack(Evidence(problem, solve(problem), {"veto": problem.forbidden}))


def three_people(**changes: object) -> bytes:
    """Two want the first mentor, who has one place; the third cannot have the second."""
    given: dict[str, object] = {
        "scores": [[0.9, 0.8, 0.3], [0.9, 0.2, 0.1], [0.4, 0.0, 0.0]],
        "capacity": [1, 1, 0],
        "floor": 0.1,
        "forbidden": [[False] * 3, [False] * 3, [False, True, False]],
    }
    return packed(Problem(**(given | changes)))  # type: ignore[arg-type]


@given(problems())
@settings(max_examples=100, deadline=None)
def test_what_is_solved_is_proved_by_the_page_too(
    tmp_path_factory: pytest.TempPathFactory, problem: Problem
) -> None:
    try:
        found = packed(problem)
    except CannotMeet:
        return
    file = tmp_path_factory.getbasetemp() / "run.npz"
    file.write_bytes(found)
    proved, sentence = page.check(page.read(str(file)))
    assert proved, sentence


def forged(name: str, value: object) -> page.Run:
    with np.load(io.BytesIO(three_people()), allow_pickle=False) as file:
        return dict(file) | {name: np.asarray(value)}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("pairs", [[0, 0]], "Not proved"),
        ("pairs", [[0, 0], [1, 0]], "more people than places"),
        ("pairs", [[0, 0], [0, 0]], "there twice"),
        ("pairs", [[2, 1]], "forbidden"),
        ("pairs", [[0, 7]], "not in the file"),
        ("pinned", [[2, 0]], "pinned pair is not there"),
        ("mentor_prices", [0.0, 0.0, 0.0], "Not proved"),
        ("mentor_prices", [np.nan, 0.0, 0.0], "Not proved"),
        ("mentor_prices", [-5.0, 0.0, 0.0], "price is below 0"),
        ("cover_bonus", 1e300, "out of all proportion"),
        ("cover_bonus", np.inf, "out of all proportion"),
    ],
)
def test_a_forgery_is_not_believed(name: str, value: object, says: str) -> None:
    proved, sentence = page.check(forged(name, value))
    assert not proved
    assert says in sentence


@pytest.mark.parametrize("objective", ["total", "fair"])
def test_the_command_says_what_is_proved(tmp_path: Path, objective: str) -> None:
    file = tmp_path / "run.npz"
    file.write_bytes(three_people(objective=objective))
    found = CliRunner().invoke(cli, ["verify", str(file)])
    assert (found.exit_code, found.output.startswith(("Proved", "No assignment"))) == (0, True)


def test_the_command_refuses_what_is_no_evidence_and_tells_what_is_not_proved(
    tmp_path: Path,
) -> None:
    for name, content in (("empty.npz", b""), ("text.npz", b"hello"), ("zip.npz", b"PK\x03\x04")):
        (tmp_path / name).write_bytes(content)
        found = CliRunner().invoke(cli, ["verify", str(tmp_path / name)])
        assert found.exit_code == 2
        assert "not the evidence of a run" in found.output
    np.savez(tmp_path / "worse.npz", **forged("pairs", [[0, 0]]))
    assert CliRunner().invoke(cli, ["verify", str(tmp_path / "worse.npz")]).exit_code == 1
