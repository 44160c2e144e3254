"""A solution that lies is found out, and told in which way."""

from dataclasses import replace

import numpy as np
import pytest

from cohort.assignment.certificate import verify
from cohort.assignment.optimum import solve
from cohort.assignment.problem import Problem
from cohort.assignment.solution import Prices, Solution

SCORES = np.array([[0.9, 0.4, 0.1], [0.8, 0.7, 0.2], [0.3, 0.6, 0.5]])
PROBLEM = Problem(SCORES, [1, 1, 1])


def paired(solution: Solution, mentor_of: list[int]) -> Solution:
    """The same claim for other pairs, with their true total."""
    chosen = np.array(mentor_of)
    pairs = np.array([(i, j) for i, j in enumerate(mentor_of) if j >= 0])
    total = SCORES[tuple(pairs.T)].sum()
    return replace(solution, mentor_of=chosen, pairs=pairs, total=total, gap=solution.bound - total)


def test_a_true_solution_is_told_to_be_optimal() -> None:
    verdict = verify(PROBLEM, solve(PROBLEM))
    assert verdict
    assert verdict.sentence.startswith("No assignment has a total above 2.1")
    assert verdict.total == pytest.approx(verdict.bound)


@pytest.mark.parametrize(
    ("mentor_of", "fault"),
    [
        ([0, 0, 2], "Mentor 0 has 2 people"),
        ([0, 1, -1], "only prove that no total is above"),
        ([1, 0, 2], "only prove that no total is above"),
    ],
)
def test_other_pairs_are_found_out(mentor_of: list[int], fault: str) -> None:
    verdict = verify(PROBLEM, paired(solve(PROBLEM), mentor_of))
    assert not verdict
    assert fault in verdict.sentence


def test_pairs_that_a_condition_excludes_are_found_out() -> None:
    best = solve(PROBLEM)
    forbidden = np.zeros((3, 3), dtype=bool)
    forbidden[1, 1] = True
    assert "forbidden" in verify(replace(PROBLEM, forbidden=forbidden), best).sentence
    assert "below the floor" in verify(replace(PROBLEM, floor=0.6), best).sentence
    assert "is pinned to mentor 0" in verify(replace(PROBLEM, pinned=[(1, 0)]), best).sentence
    assert "cover bonus" in verify(replace(PROBLEM, cover=True), best).sentence
    roomier = replace(PROBLEM, capacity=[2, 2, 2], min_load=[0, 2, 0])
    assert "Mentor 1 has 1 people, but must have 2" in verify(roomier, best).sentence


def test_a_price_below_0_is_paid_for_the_people_whom_a_mentor_must_have_and_no_more() -> None:
    problem = Problem([[-1.0], [-3.0], [-2.0]], [3], min_load=[2])
    best = solve(problem)
    assert (best.pairs[:, 0].tolist(), best.total, best.bound) == ([0, 2], -3.0, -3.0)
    assert best.prices.v[0] < 0
    assert verify(problem, best), verify(problem, best).sentence


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"total": 3.0}, "The total is said to be 3.0"),
        ({"bound": 9.0}, "The bound is said to be 9.0"),
        ({"gap": 0.5}, "The gap is said to be 0.5"),
        ({"cover_bonus": 1.0}, "without cover"),
        ({"mentor_of": np.array([0, 1])}, "another number of researchers"),
        ({"mentor_of": np.array([0, 1, 7])}, "does not exist"),
        ({"pairs": np.array([[0, 0]])}, "do not agree"),
        ({"prices": Prices(np.zeros(3), np.array([-1.0, 0, 0]))}, "price of mentor 0 is -1.0"),
        ({"prices": Prices(np.zeros(3), np.array([np.nan, 0, 0]))}, "price of mentor 0 is nan"),
        ({"prices": Prices(np.zeros(3), np.zeros(3))}, "Researcher 0 has the price 0.0"),
    ],
)
def test_false_figures_are_found_out(change: dict[str, object], fault: str) -> None:
    verdict = verify(PROBLEM, replace(solve(PROBLEM), **change))
    assert not verdict
    assert fault in verdict.sentence
