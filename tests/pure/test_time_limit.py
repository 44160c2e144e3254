"""What a time limit leaves: an allowed answer, told as stopped, with its true gap."""

from dataclasses import replace

import numpy as np
import pytest

from cohort.assignment.certificate import verify
from cohort.assignment.large.blocks import DenseScores
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.large.proof import verify_large
from cohort.assignment.large.solver import solve_large
from cohort.assignment.optimum import solve
from cohort.assignment.problem import Problem
from cohort.assignment.solution import Solution


class Clock:
    """It runs out after it has been asked so often."""

    def __init__(self, asks: float) -> None:
        self.asks, self.asked = asks, 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.asked > self.asks


def popular(n: int, m: int, levels: int) -> Problem:
    """Some mentors are wanted by nearly everybody."""
    rng = np.random.default_rng(n)
    scores = rng.random((n, 4)) @ rng.gamma(0.5, 1.0, (4, m)) / 8
    return Problem(np.round(np.clip(scores, 0, 1) * levels) / levels, [3] * m)


def is_allowed_with_its_true_gap(problem: Problem, solution: Solution, best: Solution) -> bool:
    """All is in order but the proof, unless only equals were not settled yet; `best` is what
    there would have been with more time."""
    verdict = verify(problem, solution)
    return (
        verdict.sound
        and bool(verdict) == (solution.gap == 0)
        and verdict.sentence.startswith(("The prices only prove", "No assignment has"))
        and solution.stopped
        and solution.total <= best.total <= solution.bound
    )


def conditions(m: int) -> dict[str, dict[str, object]]:
    return {
        "none": {},
        "cover": {"cover": True},
        "minimums": {"capacity": np.full(m, 4), "min_load": np.full(m, 2)},
        "several": {"demand": np.full(3 * m, 2), "capacity": np.full(m, 5)},
        "pins": {"pinned": [(0, 0), (1, 0)]},
    }


@pytest.mark.parametrize("name", conditions(1))
@pytest.mark.parametrize("asks", [0, 1, 2])
def test_whenever_time_runs_out_the_answer_is_allowed_and_its_gap_is_true(
    name: str, asks: int
) -> None:
    problem = replace(popular(600, 200, 1000), **conditions(200)[name])
    stopped = solve(problem, out_of_time=Clock(asks))
    assert is_allowed_with_its_true_gap(problem, stopped, solve(problem))


def test_who_waits_when_time_runs_out_takes_what_is_free() -> None:
    assert len(solve(popular(600, 200, 1000), out_of_time=Clock(0)).pairs) == 600


def test_who_waits_in_a_large_pool_takes_what_is_free_too() -> None:
    scores = DenseScores(popular(900, 300, 1000).scores)
    stopped = solve_large(LargeProblem(scores, np.full(300, 3)), out_of_time=lambda: True)
    assert stopped.stopped
    assert len(stopped.pairs) == 900
    assert verify_large(LargeProblem(scores, np.full(300, 3)), stopped).sound


def test_more_time_gives_a_tighter_bound() -> None:
    problem = popular(900, 300, 1000)
    early, later = (solve(problem, out_of_time=Clock(asks)) for asks in (0, 60))
    assert early.stopped
    assert later.gap < early.gap / 10


def test_time_is_asked_for_in_the_quick_start() -> None:
    clock = Clock(10**9)
    solve(popular(900, 300, 1000), out_of_time=clock)
    assert clock.asked > 50


def test_an_answer_in_time_is_the_same_as_without_a_limit() -> None:
    problem = popular(600, 200, 10)
    timed, free = solve(problem, out_of_time=Clock(10**9)), solve(problem)
    assert not timed.stopped
    assert timed.pairs.tobytes() == free.pairs.tobytes()
    assert timed.prices.v.tobytes() == free.prices.v.tobytes()


@pytest.mark.parametrize("levels", [4, 100_000])
@pytest.mark.parametrize("asks", [0, 3, 40])
def test_fairness_stops_within_a_level(levels: int, asks: int) -> None:
    problem = replace(popular(300, 100, levels), objective="fair")
    clock = Clock(asks)
    stopped = solve(problem, out_of_time=clock)
    assert stopped.stopped
    assert clock.asked < asks + 40  # it asks a little more on its way out, and no more levels
    assert len(stopped.pairs) == 300
    assert stopped.total <= stopped.bound
    verdict = verify(problem, stopped)
    assert verdict.sound
    assert not verdict
