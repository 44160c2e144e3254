"""Fairness: the worst pair first, with proofs that a liar cannot keep up."""

from dataclasses import replace

import numpy as np
import pytest

from cohort.assignment.certificate import verify
from cohort.assignment.optimum import solve
from cohort.assignment.problem import Problem
from cohort.assignment.solution import Level, Prices, Solution
from cohort.assignment.steps import steps_of
from tests.pure.cases import integers

PROBLEM = Problem([[0.9, 0.5], [0.8, 0.1]], [1, 1], objective="fair")


def test_fair_gives_up_some_of_the_total_for_the_worst_pair() -> None:
    scores = np.array([[0.9, 0.5], [0.7, 0.1]])
    assert solve(Problem(scores, [1, 1])).total == pytest.approx(1.2)
    fair = solve(Problem([[0.9, 0.3], [0.8, 0.1]], [1, 1], objective="fair"))
    assert fair.mentor_of.tolist() == [1, 0]
    assert fair.total == pytest.approx(1.1)


def test_each_level_is_told() -> None:
    levels = solve(PROBLEM).levels
    assert [(level.kind, level.count) for level in levels] == [
        ("pairs", 2),
        ("score", 1),
        ("score", 1),
    ]
    assert levels[1].score < levels[2].score


def ring(size: int) -> Problem:
    """Everybody may stay, or all may go one on: half gain 0.8 by it and half lose as much."""
    people = np.arange(size)
    forbidden = np.ones((size, size), dtype=bool)
    scores = np.full((size, size), 0.9)
    for k, ahead in enumerate((people, (people + 1) % size)):
        forbidden[people, ahead] = False
        scores[people, ahead] = np.where((people < size // 2) == (k == 0), 0.1, 0.9)
    return Problem(scores, np.ones(size), forbidden=forbidden, objective="fair")


@pytest.mark.parametrize("size", [30, 200])
def test_what_is_as_fair_has_the_same_sum_so_that_no_place_has_a_price(size: int) -> None:
    """Prices that explain it pass what floats can count: each place would be 0.8 dearer."""
    solution = solve(ring(size))
    assert verify(ring(size), solution), verify(ring(size), solution).sentence
    assert solution.total == solution.bound == pytest.approx(size / 2)
    assert not solution.prices.v.any()
    priced = lied(solution, prices=Prices(solution.prices.u, np.ones(size)))
    assert "with fairness it must be 0" in verify(ring(size), priced).sentence


def lied(solution: Solution, **change: object) -> Solution:
    return replace(solution, **change)


def test_a_less_fair_answer_is_found_out() -> None:
    best = solve(PROBLEM)
    pairs, mentor_of = np.array([[0, 0], [1, 1]]), np.array([0, 1])
    assert not verify(PROBLEM, lied(best, pairs=pairs, mentor_of=mentor_of, total=1.0, bound=1.0))
    assert "no level has proved" in verify(PROBLEM, lied(best, levels=best.levels[:1])).sentence
    assert (
        "is not the next one"
        in verify(PROBLEM, lied(best, levels=best.levels[:1] + best.levels[2:])).sentence
    )
    assert "number of pairs" in verify(PROBLEM, lied(best, levels=())).sentence
    wrong = replace(best.levels[1], prices=np.array([0, 5]))
    assert not verify(PROBLEM, lied(best, levels=(best.levels[0], wrong, best.levels[2])))
    assert "total" in verify(PROBLEM, lied(best, total=2.0)).sentence


def test_a_price_below_0_at_a_mentor_who_could_have_fewer_proves_no_fairness() -> None:
    problem = Problem([[0.2, 0.9]], [1, 1], objective="fair")
    best, score = solve(problem), round(0.2 * steps_of(problem))
    levels = (best.levels[0], Level("score", score, 1, np.array([-1, 0])))
    pairs, prices = np.array([[0, 0]]), Prices(np.array([0.2]), np.zeros(2))
    worse = lied(best, pairs=pairs, mentor_of=np.array([0]), levels=levels, prices=prices)
    verdict = verify(problem, lied(worse, total=0.2, bound=0.2))
    assert "Mentor 0 has the price -1 in a level (score)" in verdict.sentence


@pytest.mark.parametrize("levels", [2, 20, 100000])
def test_a_hundred_people_are_treated_fairly_and_it_is_proved(levels: int) -> None:
    scores = integers(100, 34, seed=levels, low=0, high=levels) / levels
    problem = Problem(scores, [3] * 34, objective="fair")
    fair, total = solve(problem), solve(replace(problem, objective="total"))
    assert verify(problem, fair), verify(problem, fair).sentence
    assert len(fair.pairs) == 100
    worst = scores[tuple(fair.pairs.T)].min()
    assert worst >= scores[tuple(total.pairs.T)].min()
    assert fair.total <= total.total


def test_who_runs_out_of_time_is_told_so_with_the_true_gap() -> None:
    problem = Problem(np.random.default_rng(1).random((200, 70)), [3] * 70, demand=[2] * 200)
    stopped = solve(problem, out_of_time=lambda: True)
    best = solve(problem)
    assert stopped.stopped
    assert not best.stopped
    assert best.gap == 0
    assert stopped.total <= best.total <= stopped.bound
    assert stopped.gap == pytest.approx(stopped.bound - stopped.total)
    assert stopped.gap == 0 or not verify(problem, stopped)
    fair = replace(problem, objective="fair")
    assert solve(fair, out_of_time=lambda: True).stopped
