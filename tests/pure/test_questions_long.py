"""The long target: every other decision, on problems of some size, against solving again."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.assignment import CannotMeet, solve
from cohort.assignment.counterfactual import counterfactuals, possible, robustness
from cohort.assignment.neighbourhood import neighbourhood
from cohort.assignment.problem import BadPin, Problem
from cohort.assignment.repairs import Repair, repairs, ways_to_place
from cohort.assignment.solution import Solution

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]
EVERY = 10_000


@st.composite
def larger(draw: st.DrawFn) -> Problem:
    """Up to 14 people and 7 mentors, with several pins, minimums, demands and a floor."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n, m = int(rng.integers(1, 15)), int(rng.integers(1, 8))
    capacity = rng.integers(0, 5, m)
    demand = rng.integers(0, 3, n) if rng.integers(2) else np.ones(n, dtype=int)
    forbidden = rng.random((n, m)) < rng.choice([0.0, 0.3, 0.7])
    pins, places, free = [], capacity.copy(), demand.copy()
    for i, j in zip(rng.integers(0, n, 4), rng.integers(0, m, 4), strict=True):
        if rng.random() < 0.4 and places[j] and free[i] and not forbidden[i, j]:
            pins.append((int(i), int(j)))
            places[j], free[i], forbidden[i, j] = places[j] - 1, free[i] - 1, True
    for i, j in pins:
        forbidden[i, j] = False
    return Problem(
        rng.integers(-2, 9, (n, m)) / rng.choice([1, 10, 1000]),
        capacity,
        floor=rng.choice([None, 0.0, 0.002]),
        forbidden=forbidden,
        pinned=pins,
        incumbent=rng.integers(-1, m, n) if rng.integers(2) else None,
        stickiness=float(rng.choice([0.0, 0.3])),
        cover=bool(rng.integers(2)),
        demand=demand,
        min_load=np.minimum(capacity, rng.integers(0, 4, m)) if rng.integers(2) else None,
    )


def solved(problem: Problem) -> Solution | None:
    try:
        return solve(problem)
    except (BadPin, CannotMeet):
        return None


def placed(solution: Solution) -> int:
    return len(np.unique(solution.pairs[:, 0]))


def pinned(problem: Problem, i: int, j: int) -> Solution | None:
    try:
        return solved(replace(problem, pinned=[*problem.pinned, (i, j)]))
    except BadPin:
        return None


def without(problem: Problem, i: int, j: int) -> Solution | None:
    forbidden = problem.forbidden.copy()
    forbidden[i, j] = True
    try:
        return solved(replace(problem, forbidden=forbidden))
    except BadPin:
        return None


@given(larger())
@settings(max_examples=10_000, deadline=None)
def test_every_other_decision_costs_what_solving_again_loses(problem: Problem) -> None:
    best = solved(problem)
    if best is None:
        return
    found, matters = counterfactuals(problem, best), robustness(problem, best)
    might = possible(problem, found)
    for i, j in np.ndindex(problem.shape):
        if (i, j) in problem.pinned:
            assert found.regret[i, j] == 0
            assert might[i, j]
            continue
        again = pinned(problem, i, j)
        if again is None:
            assert found.regret[i, j] == np.inf
            continue
        fewer = placed(best) - placed(again) if problem.cover else 0
        assert found.fewer_placed[i, j] == fewer
        assert found.regret[i, j] == pytest.approx(best.total - again.total, abs=1e-9)
    for k, (i, j) in enumerate(best.pairs.tolist()):
        again = without(problem, i, j)
        if again is None:
            assert matters.loss[k] == np.inf
            continue
        assert matters.loss[k] == pytest.approx(best.total - again.total, abs=1e-9)
        assert matters.fewer_placed[k] == (placed(best) - placed(again) if problem.cover else 0)
    for j in range(problem.shape[1]):
        more = solve(
            replace(problem, capacity=problem.capacity + (np.arange(problem.shape[1]) == j))
        )
        assert found.mentor_price[j] == pytest.approx(more.total - best.total, abs=1e-9)
        assert found.more_placed[j] == (placed(more) - placed(best) if problem.cover else 0)


def nearest(problem: Problem) -> tuple[int, Solution]:
    try:
        return 0, solve(problem)
    except CannotMeet as refusal:
        missing = int((problem.min_load - refusal.lower).sum())
        return missing, solve(replace(problem, min_load=refusal.lower))


def worth(problem: Problem, one: Repair) -> tuple[int, float]:
    return one.more_placed if problem.cover else 0, round(one.total, 8)


@given(larger())
@settings(max_examples=10_000, deadline=None)
def test_every_repair_leads_where_it_says(problem: Problem) -> None:
    try:
        best = solve(problem)
        found = ways_to_place(neighbourhood(problem, best), most=EVERY) if problem.cover else ()
    except CannotMeet as refusal:
        best = nearest(problem)[1]
        found = repairs(problem, refusal, most=EVERY)
        assert found
    for one in found:
        missing, again = nearest(one.applied_to(problem))
        assert (one.missing, one.total) == (missing, pytest.approx(again.total, abs=1e-9))
        assert one.more_placed == (placed(again) - placed(best) if problem.cover else 0)
    order = [worth(problem, one) for one in found]
    assert order == sorted(order, reverse=True)
