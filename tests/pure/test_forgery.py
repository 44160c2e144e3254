"""Whatever is changed in an answer or its proof, nothing false is believed."""

import ast
import inspect
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.assignment import CannotMeet, certificate, certificate_fair, solve
from cohort.assignment.certificate import verify
from cohort.assignment.large import proof
from cohort.assignment.problem import Problem
from cohort.assignment.solution import Level, Prices, Solution
from tests.pure.brute import Assignment, best, chosen, every_assignment, merit, scores_of
from tests.pure.cases import problems

PLAIN = {"problem", "solution", "steps", "large.problem", "certificate", "certificate_fair"}
NUMBERS = (1, -1, 0.25, -0.25, 1e-3, 100, np.nan, np.inf, 2.0**62, -(2.0**62), 1e300)
WHOLE = (1, -1, 5, -5, 2**59, 2**60, -(2**61), 2**62, -(2**62), 2**63 - 1, -(2**63))

Forgery = Callable[[Problem, Solution, np.random.Generator], Solution]


def other_pairs(problem: Problem, solution: Solution, rng: np.random.Generator) -> Solution:
    """Another assignment that is allowed, with its own total and the claim that it is the best."""
    every = every_assignment(problem)
    return claimed(problem, solution, every[int(rng.integers(len(every)))])


def any_pairs(problem: Problem, solution: Solution, rng: np.random.Generator) -> Solution:
    """Pairs at random, allowed or not."""
    held = rng.random(problem.shape) < 0.4
    return claimed(problem, solution, tuple(tuple(np.flatnonzero(row)) for row in held))


def claimed(problem: Problem, solution: Solution, assignment: Assignment) -> Solution:
    pairs = np.array(
        [(i, j) for i, held in enumerate(assignment) for j in held], dtype=np.int64
    ).reshape(-1, 2)
    mentor_of = np.full_like(solution.mentor_of, -1)
    if problem.single:
        mentor_of[pairs[:, 0]] = pairs[:, 1]
    total = sum(scores_of(problem, assignment))
    return replace(solution, pairs=pairs, mentor_of=mentor_of, total=total, bound=total, gap=0.0)


def a_figure(_: Problem, solution: Solution, rng: np.random.Generator) -> Solution:
    field = str(rng.choice(["total", "bound", "gap", "cover_bonus"]))
    return replace(solution, **{field: getattr(solution, field) + float(rng.choice(NUMBERS))})


def total_and_bound(_: Problem, solution: Solution, rng: np.random.Generator) -> Solution:
    more = float(rng.choice([1, -1, 0.25, 1e-3]))
    return replace(solution, total=solution.total + more, bound=solution.bound + more)


def a_price(_: Problem, solution: Solution, rng: np.random.Generator) -> Solution:
    u, v = (side.copy() for side in solution.prices)
    side = (u, v)[int(rng.integers(2))]
    side[rng.integers(len(side), size=min(len(side), 1))] = rng.choice(NUMBERS)
    return replace(solution, prices=Prices(u, v))


def a_level(problem: Problem, solution: Solution, rng: np.random.Generator) -> Solution:
    if not solution.levels:
        return solution
    levels, k = list(solution.levels), int(rng.integers(len(solution.levels)))
    old, m = levels[k], problem.shape[1]
    extreme = np.full(m, WHOLE[int(rng.integers(len(WHOLE)))])
    one = old.prices.copy()
    one[rng.integers(len(one), size=min(len(one), 1))] = extreme[0] if m else 0
    forged = {
        "count": replace(old, count=old.count + int(rng.choice([1, -1]))),
        "score": replace(old, score=old.score + int(rng.choice([1, -1, 10**15 // 4]))),
        "kind": replace(old, kind=str(rng.choice(["pairs", "placed", "score", "best"]))),
        "price": replace(old, prices=one),
        "prices": replace(old, prices=extreme),
        "fewer prices": replace(old, prices=old.prices[:-1]),
        "no numbers": replace(old, prices=np.full(m, np.nan)),
    }
    how = str(rng.choice([*forged, "dropped", "swapped", "twice"]))
    if how == "dropped":
        del levels[k]
    elif how == "swapped":
        levels[k], levels[-1] = levels[-1], levels[k]
    else:
        levels[k : k + 1] = [old, old] if how == "twice" else [forged[how]]
    return replace(solution, levels=tuple(levels))


def of_another_problem(problem: Problem, solution: Solution, rng: np.random.Generator) -> Solution:
    """What is the best where other pairs and places exist, with all that proves it there."""
    out = problem.forbidden ^ (rng.random(problem.shape) < rng.choice([0.1, 0.3]))
    for i, j in problem.pinned:
        out[i, j] = False
    more = rng.integers(-1, 2, problem.shape[1]) * (rng.random() < 0.5)
    pins = np.bincount([j for _, j in problem.pinned], minlength=problem.shape[1])
    places = np.maximum(problem.capacity + more, np.maximum(problem.min_load, pins))
    try:
        return solve(replace(problem, forbidden=out, capacity=places))
    except CannotMeet:
        return solution


FORGERIES = (
    other_pairs,
    any_pairs,
    a_figure,
    total_and_bound,
    a_price,
    a_level,
    of_another_problem,
)


def believed(problem: Problem, solution: Solution) -> None:
    """What verify has said yes to is true, whoever made it."""
    held = chosen(problem, solution)
    total = sum(scores_of(problem, held))
    assert held in every_assignment(problem)
    assert merit(problem, held) == best(problem)
    assert (solution.total, solution.bound) == pytest.approx((total, total), abs=1e-6)
    assert solution.gap == pytest.approx(0, abs=1e-6)
    for i, mentors in enumerate(held if problem.objective == "fair" else ()):
        prices = float(solution.prices.v[list(mentors)].sum())
        adds = sum(scores_of(problem, ((),) * i + (mentors,))) - prices
        assert solution.prices.u[i] == pytest.approx(adds, abs=1e-6)


FORGED = st.lists(st.sampled_from(FORGERIES), min_size=1, max_size=3)


@given(
    problem=st.one_of(problems(), problems(fair=True)), seed=st.integers(0, 2**32), forgeries=FORGED
)
@settings(max_examples=150, deadline=None)
def test_nothing_false_is_believed(problem: Problem, seed: int, forgeries: list[Forgery]) -> None:
    try:
        forged = solve(problem)
    except CannotMeet:
        return
    assert verify(problem, forged)
    rng = np.random.default_rng(seed)
    for forge in forgeries:
        forged = forge(problem, forged, rng)
    if verify(problem, forged):
        believed(problem, forged)


@pytest.mark.parametrize("objective", ["total", "fair"])
def test_the_proof_of_another_problem_is_believed_only_where_it_proves_this_one(
    objective: Literal["total", "fair"],
) -> None:
    the_proofs_of_others_are_judged(objective, range(250))


def the_proofs_of_others_are_judged(objective: Literal["total", "fair"], seeds: range) -> None:
    verdicts = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        n, m = rng.integers(2, 5, 2)
        scores, places = rng.integers(0, 6, (n, m)), rng.integers(1, 3, m)
        problem = Problem(scores, places, objective=objective, demand=rng.integers(1, 3, n))
        forged = of_another_problem(problem, solve(problem), rng)
        verdicts.append(bool(verify(problem, forged)))
        if verdicts[-1]:
            believed(problem, forged)
    assert set(verdicts) == {True, False}


def judged_sound(problem: Problem, solution: Solution) -> None:
    """What verify says of figures is true, though something better may be possible."""
    held, every = chosen(problem, solution), every_assignment(problem)
    assert held in every
    assert solution.total == pytest.approx(sum(scores_of(problem, held)), abs=1e-6)
    assert solution.gap == pytest.approx(solution.bound - solution.total, abs=1e-6)
    as_good = [one for one in every if merit(problem, one)[:-1] >= merit(problem, held)[:-1]]
    assert max(sum(scores_of(problem, one)) for one in as_good) <= solution.bound + 1e-6


@given(
    problem=st.one_of(problems(), problems(fair=True)),
    asks=st.integers(0, 8),
    seed=st.integers(0, 2**32),
    forgeries=st.lists(st.sampled_from(FORGERIES), max_size=3),
)
@settings(max_examples=150, deadline=None)
def test_nothing_false_is_called_sound_of_what_was_stopped(
    problem: Problem, asks: int, seed: int, forgeries: list[Forgery]
) -> None:
    left = iter([False] * asks)
    try:
        forged = solve(problem, out_of_time=lambda: next(left, True))
    except CannotMeet:
        return
    verdict = verify(problem, forged)
    assert verdict.sound, verdict.sentence
    rng = np.random.default_rng(seed)
    for forge in forgeries:
        forged = forge(problem, forged, rng)
    if verify(problem, forged).sound:
        judged_sound(problem, forged)


@pytest.mark.parametrize("prices", [[-(2**63)], [np.nan], [0.5]])
def test_prices_that_no_number_can_hold_prove_no_fairness(prices: list[float]) -> None:
    """2**63 less one more passes 64 bits: it would make an open pair look like the worst."""
    problem = Problem([[0.5]], [1], objective="fair")
    nobody = claimed(problem, solve(problem), ((),))
    nobody = replace(nobody, prices=Prices(np.zeros(1), np.zeros(1)))
    level = Level("pairs", 0, 0, np.array(prices))
    assert not verify(problem, replace(nobody, levels=(level,)))


def test_a_great_cover_bonus_buys_no_tolerance() -> None:
    problem = Problem([[0.9, 0.1]], [1, 1], forbidden=[[True, True]], cover=True)
    nobody = solve(problem)
    assert verify(problem, nobody)
    lie = replace(nobody, cover_bonus=1e300, total=1.0, bound=1.0)
    assert "cover bonus" in verify(problem, lie).sentence


def test_a_gap_above_0_is_no_proof_whatever_is_claimed() -> None:
    problem = Problem(np.random.default_rng(1).random((200, 70)), [3] * 70, demand=[2] * 200)
    stopped = solve(problem, out_of_time=lambda: True)
    assert stopped.gap > 0
    verdict = verify(problem, stopped)
    assert verdict.sound
    assert not verdict
    for claim in ({"gap": 0.0}, {"gap": 0.0, "bound": stopped.total, "stopped": False}):
        assert not verify(problem, replace(stopped, **claim)).sound


def test_a_proof_about_more_people_needs_hardly_more_memory() -> None:
    peaks = []
    for n in (8_000, 24_000):
        problem = Problem(np.full((n, 200), 0.5), np.zeros(200))
        prices = Prices(np.zeros(n), np.ones(200))
        pairs, nobody = np.empty((0, 2), dtype=np.int64), np.full(n, -1)
        solution = Solution(pairs, nobody, 0.0, 0.0, 0.0, prices, 0.0)
        tracemalloc.start()
        assert verify(problem, solution)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 0.1 * 16_000 * 200 * 8


@pytest.mark.parametrize("judge", [certificate, certificate_fair, proof])
def test_a_judge_shares_no_code_with_the_solver(judge: ModuleType) -> None:
    ours = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(judge)))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cohort")
    ]
    plain = {f"cohort.assignment.{name}" for name in PLAIN}
    borrowed = {name.name for node in ours if node.module not in plain for name in node.names}
    assert borrowed <= {"BlockScores"}
