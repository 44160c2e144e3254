"""The evidence of a run comes back as it went in, and is enough to check and to ask further."""

import io
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from cohort.assignment import CannotMeet, solve
from cohort.assignment.certificate import verify
from cohort.assignment.problem import Problem
from cohort.pairing.alternatives import (
    Alternative,
    Change,
    alternatives_for,
    changes_for,
)
from cohort.pairing.evidence import Evidence, pack, unpack
from tests.pure.cases import problems

SCORES = [[0.9, 0.8, 0.3], [0.9, 0.2, 0.1], [0.4, 0.0, 0.0]]


def told(one: object) -> list[object]:
    """Every field, with arrays as lists, so that they compare."""
    values = [getattr(one, field.name) for field in fields(one)]  # type: ignore[arg-type]
    return [v.tolist() if isinstance(v, np.ndarray) else v for v in values]


def alternative(of: Evidence, researcher: str, mentor: str) -> Alternative:
    return next(one for one in alternatives_for(of, researcher) if one.mentor == mentor)


def evidence(**changes: object) -> Evidence:
    """Ada would have Max, or Mia; Ben and Cleo want Max too, and Mia does not speak Cleo's."""
    given: dict[str, object] = {
        "scores": SCORES,
        "capacity": [1, 1, 0],
        "floor": 0.1,
        "forbidden": [[False] * 3, [False] * 3, [False, True, False]],
        "researcher_ids": ["ada", "ben", "cleo"],
        "mentor_ids": ["max", "mia", "kim"],
    }
    problem = Problem(**(given | changes))  # type: ignore[arg-type]
    removed = {"common_language": np.array(problem.forbidden), "veto": np.zeros((3, 3), bool)}
    return Evidence(problem, solve(problem), removed)


@given(problems() | problems(fair=True))
@settings(max_examples=100, deadline=None)
def test_what_is_unpacked_is_what_was_packed(problem: Problem) -> None:
    try:
        solution = solve(problem)
    except CannotMeet:
        return
    removed = {"veto": problem.forbidden}

    again = unpack(pack(Evidence(problem, solution, removed)))

    assert told(again.problem) == told(problem)
    assert str(told(again.solution)) == str(told(solution))
    assert again.removed["veto"].tolist() == removed["veto"].tolist()
    assert verify(again.problem, again.solution)


def test_the_same_evidence_gives_the_same_bytes() -> None:
    assert pack(evidence()) == pack(evidence())


def test_scores_of_people_are_whole_steps_and_others_stay_as_they_are() -> None:
    between = evidence(scores=[[0.1234567891, 0.2, 0.3], [0.9, 0.2, 0.1], [0.4, 0.0, 0.0]])

    with np.load(io.BytesIO(pack(evidence()))) as file:
        assert file["score_steps"].tolist()[0] == [90_000_000, 80_000_000, 30_000_000]
    assert unpack(pack(between)).problem.scores.tolist() == between.problem.scores.tolist()


def test_a_file_of_an_earlier_release_with_scores_as_floats_is_read() -> None:
    with np.load(io.BytesIO(pack(evidence()))) as file:
        arrays = dict(file)
    arrays["scores"] = arrays.pop("score_steps") / 1e8
    earlier = io.BytesIO()
    np.savez_compressed(earlier, **arrays)

    again = unpack(earlier.getvalue())

    assert again.problem.scores.tolist() == SCORES
    assert verify(again.problem, again.solution)


def test_nothing_in_the_file_can_run() -> None:
    file = io.BytesIO()
    np.savez_compressed(file, scores=np.array([{}], dtype=object))
    with pytest.raises((ValueError, KeyError)):
        unpack(file.getvalue())


def test_the_mentor_found_is_first_then_the_cheapest_then_those_who_cannot_be() -> None:
    every = alternatives_for(evidence(), "ada")

    assert [(one.mentor, one.chosen) for one in every] == [
        ("mia", True),
        ("max", False),
        ("kim", False),
    ]
    assert every[1].cost == pytest.approx(0.9 + 0.8 - (0.9 + 0.2))
    assert every[2].ruled_out == ("no_place",)
    assert every[2].cost is None


def test_a_pair_that_cannot_be_says_what_rules_it_out() -> None:
    assert alternative(evidence(), "cleo", "mia").ruled_out == ("common_language",)
    pinned = evidence(pinned=[(1, 0)])
    assert alternative(pinned, "ben", "mia").ruled_out == ("pinned_elsewhere",)
    assert alternative(pinned, "ada", "max").ruled_out == ("places_pinned",)
    only_ben = [[False, True, False], [False] * 3, [False, True, False]]
    needed = evidence(min_load=[0, 1, 0], forbidden=only_ben)
    assert alternative(needed, "ben", "max").ruled_out == ("minimums",)
    nobody = evidence(demand=[0, 1, 1])
    assert alternative(nobody, "ada", "max").ruled_out == ("asks_for_nobody",)


def test_a_mentor_who_is_just_as_good_is_told_so() -> None:
    tied = evidence(scores=[[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 0.0]])

    (chosen, other, _) = alternatives_for(tied, "ada")

    assert (chosen.as_good, other.as_good) == (True, True)
    assert (chosen.chosen, other.chosen) == (True, False)


def test_a_score_below_the_least_one_needs_a_pin_and_says_what_it_costs() -> None:
    low = alternative(evidence(floor=0.5), "ben", "mia")

    assert low.below_floor
    assert not low.as_good
    assert low.cost == pytest.approx(1.7 - (0.2 + 0.9))


def test_with_cover_people_come_before_costs() -> None:
    covering = evidence(cover=True, forbidden=None)

    only_once = alternative(covering, "cleo", "max")

    assert only_once.fewer_placed == 0
    assert only_once.cost == pytest.approx(1.7 - (0.4 + 0.8))


def test_the_moves_are_told_by_id_and_the_researchers_own_comes_first() -> None:
    assert changes_for(evidence(), "cleo", "max") == [
        Change("cleo", None, "max"),
        Change("ben", "max", None),
    ]
    assert changes_for(evidence(), "ada", "mia") == []
    assert changes_for(evidence(), "cleo", "mia") == []


def test_whoever_took_no_part_is_not_there() -> None:
    with pytest.raises(KeyError):
        alternatives_for(evidence(), "eve")
    with pytest.raises(KeyError):
        changes_for(evidence(), "eve", "max")
    with pytest.raises(KeyError):
        changes_for(evidence(), "ada", "eve")


def test_the_examples_of_the_docs_check_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = (Path(__file__).parents[2] / "docs" / "matching.md").read_text()
    examples = re.findall(r"```python\n(.*?)```", docs, re.DOTALL)
    on_a_file = [one for one in examples if "run.npz" in one]
    assert len(on_a_file) == 2
    (tmp_path / "run.npz").write_bytes(pack(evidence()))
    monkeypatch.chdir(tmp_path)

    for example in on_a_file:
        exec(example, {})  # noqa: S102

    assert "No assignment has a total above 1.7" in capsys.readouterr().out
