"""One augmenting path for one small change, against making the change and solving again."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from cohort.assignment import CannotMeet, solve
from cohort.assignment.augmenting import Augmented, with_one_more_place, with_pair
from cohort.assignment.counterfactual import value_of_places
from cohort.assignment.neighbourhood import NotTheBest, neighbourhood
from cohort.assignment.problem import UNMATCHED, BadPin, Problem
from cohort.assignment.solution import Solution
from tests.pure.cases import problems


def solved(problem: Problem) -> Solution | None:
    try:
        return solve(problem)
    except CannotMeet:
        return None


def after(solution: Solution, found: Augmented) -> list[tuple[int, int]]:
    """The pairs once everybody has moved."""
    pairs = {(i, j) for i, j in solution.pairs.tolist()}
    pairs -= {(i, p) for i, p, _ in found.moves}
    pairs |= {(i, q) for i, _, q in found.moves if q != UNMATCHED}
    return sorted(pairs)


def compare(problem: Problem, before: Solution, found: Augmented, again: Solution) -> None:
    assert after(before, found) == [(i, j) for i, j in again.pairs.tolist()]
    near = neighbourhood(problem, before)
    had, has = (set(one.pairs[:, 0].tolist()) for one in (before, again))
    assert found.newly(near.residual.degree) == sorted(has - had)
    assert found.losing(near.residual.degree) == sorted(had - has)
    bonus = near.worth.bonus * (len(has) - len(had))
    assert (found.gain - bonus) / near.worth.steps == pytest.approx(
        again.total - before.total, abs=1e-9
    )


@given(problems(most=5))
@settings(max_examples=250, deadline=None)
def test_one_more_place_leads_to_the_very_pairs_that_solving_again_finds(problem: Problem) -> None:
    before = solved(problem)
    if before is None:
        return
    near = neighbourhood(problem, before)
    gains, more = value_of_places(near)
    for j in range(problem.shape[1] if problem.shape[0] else 0):
        grown = replace(problem, capacity=problem.capacity + (np.arange(problem.shape[1]) == j))
        again, found = solve(grown), with_one_more_place(near, j)
        compare(problem, before, found, again)
        assert gains[j] == pytest.approx(again.total - before.total, abs=1e-9)
        placed = [len(np.unique(one.pairs[:, 0])) for one in (before, again)]
        assert more[j] == (placed[1] - placed[0] if problem.cover else 0)


@given(problems(most=5))
@settings(max_examples=250, deadline=None)
def test_one_pair_more_leads_to_the_very_pairs_that_solving_again_finds(
    problem: Problem,
) -> None:
    before = solved(problem)
    if before is None:
        return
    near = neighbourhood(problem, before)
    free = problem.demand > np.bincount(
        [i for i, _ in problem.pinned], minlength=len(near.residual.degree)
    )
    for i, j in np.argwhere(~near.worth.allowed & free[:, None]).tolist():
        forbidden = problem.forbidden.copy()
        forbidden[i, j] = False
        opened = replace(problem, forbidden=forbidden)
        if problem.scores[i, j] >= problem.floor:
            found = with_pair(near, i, j, forced=False)
            assert found is not None
            compare(problem, before, found, solve(opened))
        made = with_pair(near, i, j, forced=True)
        try:
            again = solve(replace(opened, pinned=[*problem.pinned, (i, j)]))
        except (BadPin, CannotMeet):
            assert made is None
            continue
        assert made is not None
        compare(problem, before, made, again)


def test_the_lowest_prices_prove_what_one_more_place_is_worth() -> None:
    """The bound by the prices rises by the price of the place: no answer gains more."""
    rng = np.random.default_rng(5)
    problem = Problem(rng.random((40, 12)), rng.integers(0, 4, 12))
    before = solve(problem)
    gains, _ = value_of_places(neighbourhood(problem, before))
    assert gains == pytest.approx(before.prices.v, abs=1e-12)


def test_a_solution_of_something_else_or_without_proof_is_not_asked() -> None:
    problem = Problem([[1.0, 0.5]], [1, 1])
    best = solve(problem)
    with pytest.raises(NotTheBest, match="proved the best"):
        neighbourhood(problem, replace(best, gap=0.1))
    with pytest.raises(NotTheBest, match="not allowed"):
        neighbourhood(Problem([[1.0, 0.5]], [0, 1]), best)
    with pytest.raises(NotTheBest, match="improves"):
        neighbourhood(Problem([[0.1, 0.5]], [1, 1]), best)
