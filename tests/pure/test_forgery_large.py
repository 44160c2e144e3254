"""Whatever is changed in an answer about a large pool, nothing false is believed of it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.assignment.large.blocks import DenseScores
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.large.proof import verify_large
from cohort.assignment.large.solver import solve_large
from cohort.assignment.problem import BadNumber, Problem
from cohort.assignment.solution import Prices, Solution
from tests.pure.brute import Assignment, every_assignment, merit, scores_of
from tests.pure.cases import problems

NUMBERS = (1, -1, 0.25, 1e-3, 100, np.nan, np.inf, -np.inf, 1e12, 1e300)


def in_blocks(problem: Problem) -> LargeProblem:
    return LargeProblem(
        DenseScores(problem.scores, problem.forbidden),
        problem.capacity,
        floor=problem.floor,
        pinned=problem.pinned,
        incumbent=problem.incumbent,
        stickiness=problem.stickiness,
        cover=problem.cover,
    )


def claimed(solution: Solution, problem: Problem, assignment: Assignment) -> Solution:
    mentor_of = np.array([held[0] if held else -1 for held in assignment], dtype=np.int64)
    matched = np.flatnonzero(mentor_of >= 0)
    pairs, total = (
        np.column_stack([matched, mentor_of[matched]]),
        sum(scores_of(problem, assignment)),
    )
    return replace(
        solution, pairs=pairs, mentor_of=mentor_of, total=total, bound=total, gap=0.0, stopped=False
    )


Forgery = Callable[[Problem, Solution, np.random.Generator], Solution]


def other_pairs(problem: Problem, solution: Solution, rng: np.random.Generator) -> Solution:
    every = every_assignment(problem)
    return claimed(solution, problem, every[int(rng.integers(len(every)))])


def any_pairs(problem: Problem, solution: Solution, rng: np.random.Generator) -> Solution:
    n, m = problem.shape
    mentors = rng.integers(-1, m, n).tolist()
    return claimed(solution, problem, tuple((j,) if j >= 0 else () for j in mentors))


def a_figure(_: Problem, solution: Solution, rng: np.random.Generator) -> Solution:
    field = str(rng.choice(["total", "bound", "gap", "cover_bonus"]))
    return replace(solution, **{field: getattr(solution, field) + float(rng.choice(NUMBERS))})


def total_and_bound(_: Problem, solution: Solution, rng: np.random.Generator) -> Solution:
    more = float(rng.choice([1, -1, 0.25, 1e-3]))
    return replace(solution, total=solution.total + more, bound=solution.bound + more)


def prices(_: Problem, solution: Solution, rng: np.random.Generator) -> Solution:
    u, v = (side.copy() for side in solution.prices)
    side = (u, v)[int(rng.integers(2))]
    side[rng.integers(len(side), size=min(len(side), 1))] = rng.choice(NUMBERS)
    return replace(solution, prices=Prices(u, v))


FORGERIES = (other_pairs, any_pairs, a_figure, total_and_bound, prices)


FORGED: dict[str, st.SearchStrategy[object]] = {
    "problem": problems(plain=True),
    "tiny": st.sampled_from([1.0, 1e-12, 1e12]),
    "seed": st.integers(0, 2**32),
    "forgeries": st.lists(st.sampled_from(FORGERIES), min_size=1, max_size=3),
    "stopped": st.booleans(),
}


@given(**FORGED)
@settings(max_examples=80, deadline=None)
def test_nothing_false_is_believed_of_a_pool(
    problem: Problem, tiny: float, seed: int, forgeries: list[Forgery], *, stopped: bool
) -> None:
    floor, sticky = problem.floor * tiny, problem.stickiness * tiny
    problem = replace(problem, scores=problem.scores * tiny, floor=floor, stickiness=sticky)
    large = in_blocks(problem)
    try:
        forged = solve_large(large, out_of_time=lambda: stopped)
    except BadNumber:
        return
    assert verify_large(large, forged).sound
    assert bool(verify_large(large, forged)) or forged.stopped
    rng = np.random.default_rng(seed)
    for forge in forgeries:
        forged = forge(problem, forged, rng)
    verdict = verify_large(large, forged)
    if not verdict.sound:
        return
    held = tuple((j,) if j >= 0 else () for j in forged.mentor_of.tolist())
    assert forged.total / tiny == pytest.approx(sum(scores_of(problem, held)) / tiny, abs=1e-6)
    said = replace(problem, scores=problem.scores / tiny, floor=-np.inf, stickiness=sticky / tiny)
    every = every_assignment(problem)
    assert held in every
    as_good = [one for one in every if merit(said, one)[:-1] >= merit(said, held)[:-1]]
    highest = max(sum(scores_of(said, one)) for one in as_good)
    assert highest <= forged.bound / tiny + 1e-6
    if verdict:
        assert merit(said, held) == max(merit(said, one) for one in every)


def test_who_was_placed_at_a_loss_to_cover_is_not_the_best_without_it() -> None:
    scores, places = DenseScores(np.array([[1.0, -0.5], [0.9, -2.0]])), np.array([1, 1])
    covering = solve_large(LargeProblem(scores, places, cover=True))
    assert verify_large(LargeProblem(scores, places, cover=True), covering)
    assert "without cover" in verify_large(LargeProblem(scores, places), covering).sentence


@pytest.mark.parametrize("size", [1e-300, 1e-12, 1e12])
def test_the_tolerance_is_as_small_as_the_scores(size: float) -> None:
    scores, places = DenseScores(np.array([[1.0, 0.5], [0.9, 0.2]]) * size), np.array([1, 1])
    best = solve_large(LargeProblem(scores, places))
    assert verify_large(LargeProblem(scores, places), best)
    nobody = replace(best, pairs=np.zeros((0, 2), dtype=int), mentor_of=np.array([-1, -1]))
    assert not verify_large(LargeProblem(scores, places), replace(nobody, total=0.0, bound=0.0))
