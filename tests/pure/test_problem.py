"""Wrong input is refused with the exact place and a sentence."""

from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from cohort.assignment.optimum import solve
from cohort.assignment.problem import (
    BadIdentifier,
    BadNumber,
    BadPin,
    BadProblem,
    BadShape,
    Problem,
)

HALVES = np.full((2, 3), 0.5)
ROOM = [1, 1, 1]


@pytest.mark.parametrize(
    ("change", "kind", "field", "index"),
    [
        ({"scores": [0.5, 0.5]}, BadShape, "scores", ()),
        ({"scores": [["good"]]}, BadNumber, "scores", (0, 0)),
        ({"scores": [[0, 1, 0], [0, "1", 0]]}, BadNumber, "scores", (1, 1)),
        ({"scores": [[0, 1, 0], [0, 10**400, 0]]}, BadNumber, "scores", (1, 1)),
        ({"scores": [[0, 1, 0], [0, {}, 0]]}, BadNumber, "scores", (1, 1)),
        ({"scores": [[0.5, 1, 2], [0.5, 1]]}, BadNumber, "scores", ()),
        ({"scores": np.ma.array(HALVES, mask=np.eye(2, 3, 1))}, BadNumber, "scores", (0, 1)),
        ({"capacity": [1, 1, 1j]}, BadNumber, "capacity", (2,)),
        ({"incumbent": [0, date(2026, 1, 1)]}, BadNumber, "incumbent", (1,)),
        ({"forbidden": np.ma.array(HALVES > 1, mask=HALVES > 0)}, BadNumber, "forbidden", ()),
        ({"scores": [[0, 1, 0], [0, np.nan, 0]]}, BadNumber, "scores", (1, 1)),
        ({"scores": [[0, 1, -np.inf], [0, 0, 0]]}, BadNumber, "scores", (0, 2)),
        ({"scores": [[0, 1, 0], [2e15, 0, 0]]}, BadNumber, "scores", (1, 0)),
        ({"capacity": [1, 1]}, BadShape, "capacity", ()),
        ({"capacity": [1, 1, -1]}, BadNumber, "capacity", (2,)),
        ({"capacity": [1, 0.5, 1]}, BadNumber, "capacity", (1,)),
        ({"capacity": [np.nan, 1, 1]}, BadNumber, "capacity", (0,)),
        ({"floor": np.nan}, BadNumber, "floor", ()),
        ({"forbidden": np.zeros((3, 2), dtype=bool)}, BadShape, "forbidden", ()),
        ({"forbidden": np.zeros((2, 3))}, BadNumber, "forbidden", ()),
        ({"incumbent": [0, 3]}, BadNumber, "incumbent", (1,)),
        ({"incumbent": [-2, 0]}, BadNumber, "incumbent", (0,)),
        ({"stickiness": -0.1}, BadNumber, "stickiness", ()),
        ({"stickiness": np.nan}, BadNumber, "stickiness", ()),
        ({"objective": "kind"}, BadProblem, "objective", ()),
        ({"demand": [1, -1]}, BadNumber, "demand", (1,)),
        ({"min_load": [1, 2, 1]}, BadNumber, "min_load", (1,)),
        ({"researcher_ids": ["ada"]}, BadShape, "researcher_ids", ()),
        ({"mentor_ids": ["ada", "bo", "ada"]}, BadIdentifier, "mentor_ids", (2,)),
        ({"pinned": [(0, 0), (2, 0)]}, BadPin, "pinned", (1,)),
        ({"pinned": [(0.5, 1)]}, BadPin, "pinned", ()),
        ({"pinned": [(0, 1, 2)]}, BadPin, "pinned", ()),
        ({"pinned": [(0, -1)]}, BadPin, "pinned", (0,)),
        ({"pinned": [(0, 0), (1, 0)]}, BadPin, "pinned", (1,)),
        ({"pinned": [(0, 0), (0, 1)]}, BadPin, "pinned", (1,)),
        (
            {"pinned": [(0, 0), (0, 0)], "demand": [2, 2], "capacity": [2, 2, 2]},
            BadPin,
            "pinned",
            (1,),
        ),
        ({"pinned": [(0, 1)], "forbidden": HALVES > 0}, BadPin, "pinned", (0,)),
        ({"pinned": [(2**70, 0)]}, BadPin, "pinned", (0,)),
        ({"pinned": None}, BadPin, "pinned", ()),
        ({"demand": [1, np.inf]}, BadNumber, "demand", (1,)),
        ({"demand": 1}, BadShape, "demand", ()),
        ({"min_load": [0, 0, 0.5]}, BadNumber, "min_load", (2,)),
        ({"incumbent": [None, 0]}, BadNumber, "incumbent", (0,)),
        ({"capacity": [1, 1, 2**40]}, BadNumber, "capacity", (2,)),
        ({"scores": [[0, 1, 0], [0, None, 0]]}, BadNumber, "scores", (1, 1)),
        ({"floor": np.inf}, BadNumber, "floor", ()),
        ({"floor": "low"}, BadNumber, "floor", ()),
        ({"floor": [0.1, 0.2]}, BadShape, "floor", ()),
        ({"stickiness": None}, BadNumber, "stickiness", ()),
        ({"cover": "no"}, BadProblem, "cover", ()),
        ({"objective": ["total"]}, BadProblem, "objective", ()),
        ({"forbidden": [[True], [True, False]]}, BadShape, "forbidden", ()),
        ({"mentor_ids": "abc"}, BadShape, "mentor_ids", ()),
        ({"mentor_ids": [1, "1", 2]}, BadIdentifier, "mentor_ids", (1,)),
    ],
)
def test_wrong_input_is_refused_at_its_place(
    change: dict[str, object], kind: type[BadProblem], field: str, index: tuple[int, ...]
) -> None:
    with pytest.raises(kind) as refusal:
        Problem(**{"scores": HALVES, "capacity": ROOM, **change})
    assert (refusal.value.field, refusal.value.index) == (field, index)
    assert isinstance(refusal.value, ValueError)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    "scores",
    [
        [["0.5", "1", "2"]] * 2,
        [[0.5, 1, 2], [0.5, 1]],
        [[10**400, 1, 2]] * 2,
        HALVES + 1j,
        HALVES.astype("datetime64[D]"),
        np.ma.array(HALVES, mask=[[False, True, False]] * 2),
    ],
)
def test_what_is_no_number_is_not_read_as_one(scores: object) -> None:
    with pytest.raises(BadNumber, match="scores must hold real numbers"):
        Problem(scores, ROOM)


@pytest.mark.parametrize(
    "scores",
    [
        HALVES.astype(np.float32),
        HALVES.astype(">f8"),
        np.asfortranarray(HALVES),
        np.full((4, 6), 0.5)[::2, ::-2],
        HALVES.tolist(),
        [[Fraction(1, 2)] * 3] * 2,
    ],
)
def test_numbers_may_be_held_in_any_way(scores: object) -> None:
    problem = Problem(scores, np.array(ROOM, dtype=">i2"), floor=np.float32(0.5))
    assert problem.scores.tobytes() == HALVES.tobytes()
    assert problem.scores.flags.c_contiguous
    assert solve(problem).total == 1


@pytest.mark.parametrize("kind", [np.bool_, np.int8, np.uint64])
def test_whole_numbers_are_scores_too(kind: type) -> None:
    scores = np.eye(3, dtype=kind)
    scores.setflags(write=False)
    assert solve(Problem(scores, np.ones(3, dtype=kind))).mentor_of.tolist() == [0, 1, 2]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_nobody_on_a_side_is_an_answer_and_not_an_error(shape: tuple[int, int]) -> None:
    solution = solve(Problem(np.zeros(shape), [2] * shape[1], cover=True))
    assert solution.pairs.shape == (0, 2)
    assert solution.mentor_of.tolist() == [-1] * shape[0]
    assert (solution.total, solution.bound, solution.gap) == (0, 0, 0)


def test_the_problem_cannot_be_changed_afterwards() -> None:
    scores = HALVES.copy()
    problem = Problem(scores, ROOM)
    scores[0, 0] = 0.9
    assert problem.scores[0, 0] == 0.5
    with pytest.raises(ValueError, match="read-only"):
        problem.scores[0, 0] = 1
