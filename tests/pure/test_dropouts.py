"""What is left when somebody drops out, against trying every assignment."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.assignment import solve
from cohort.assignment.dropouts import (
    WayOn,
    without_mentor,
    without_pair,
    without_researcher,
)
from cohort.assignment.neighbourhood import NotTheBest
from cohort.assignment.problem import UNMATCHED, Problem
from tests.pure.brute import Assignment, chosen, every_assignment, merit, placed_of, scores_of
from tests.pure.cases import problems

Merit = tuple[Any, ...]


def moved_in(before: Assignment, after: Assignment, *excused: int) -> int:
    """How many of the others lose the mentor that they had."""
    return sum(bool(held) and held != after[i] for i, held in enumerate(before) if i not in excused)


def made(before: Assignment, way: WayOn, *gone: int) -> Assignment:
    after = [() if i in gone else held for i, held in enumerate(before)]
    for one in way.moves:
        assert before[one.researcher] == (() if one.origin == UNMATCHED else (one.origin,))
        after[one.researcher] = () if one.target == UNMATCHED else (one.target,)
    return tuple(after)


def check(
    problem: Problem,
    changed: Problem,
    before: Assignment,
    ways: list[WayOn],
    excused: list[int],
    gone: list[int],
    *,
    every: bool,
) -> None:
    """Each way is allowed and what it says; the first is the best that moves nobody, the last is
    the best of all; with `every`, none is missing between."""
    possible = every_assignment(changed)

    def best_with(most: int) -> Merit:
        few = [one for one in possible if moved_in(before, one, *excused) <= most]
        return max(merit(changed, one) for one in few)

    for way in ways:
        after = made(before, way, *gone)
        assert after in possible
        assert moved_in(before, after, *excused) == way.moved
        assert placed_of(after) == way.placed
        assert sum(scores_of(changed, after)) == pytest.approx(way.total)
        assert merit(changed, after) == best_with(way.moved)
    assert ways[0].moved == 0
    merits = [merit(changed, made(before, way, *gone)) for way in ways]
    assert merits == sorted(merits)
    assert merits[-1] == max(merit(changed, one) for one in possible)
    if every:
        for k in range(len(before) + 1):
            so_far = [one for one, way in zip(merits, ways, strict=True) if way.moved <= k]
            assert so_far[-1] == best_with(k)


@given(problems(plain=True), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_when_a_researcher_leaves_each_way_is_the_best_with_so_few_moves(
    problem: Problem, i: int
) -> None:
    if i >= problem.shape[0]:
        return
    solution = solve(problem)
    demand = problem.demand.copy()
    demand[i] = 0
    pins = [pin for pin in problem.pinned if pin[0] != i]
    changed = replace(problem, demand=demand, pinned=pins)

    ways = without_researcher(problem, solution, i)

    check(problem, changed, chosen(problem, solution), ways, [i], [i], every=True)


@given(problems(plain=True), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_when_a_pair_must_not_be_each_way_is_the_best_with_so_few_moves(
    problem: Problem, k: int
) -> None:
    solution = solve(problem)
    if k >= len(solution.pairs):
        return
    i, j = solution.pairs[k].tolist()
    if (i, j) in problem.pinned:
        with pytest.raises(NotTheBest):
            without_pair(problem, solution, i, j)
        return
    forbidden = problem.forbidden.copy()
    forbidden[i, j] = True
    changed = replace(problem, forbidden=forbidden)

    ways = without_pair(problem, solution, i, j)

    check(problem, changed, chosen(problem, solution), ways, [i], [], every=True)


@given(problems(plain=True), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_when_a_mentor_leaves_the_first_and_the_last_way_are_the_best(
    problem: Problem, j: int
) -> None:
    if j >= problem.shape[1]:
        return
    solution = solve(problem)
    before = chosen(problem, solution)
    capacity = problem.capacity.copy()
    capacity[j] = 0
    pins = [pin for pin in problem.pinned if pin[1] != j]
    changed = replace(problem, capacity=capacity, pinned=pins)
    displaced = [i for i, held in enumerate(before) if held == (j,)]

    ways = without_mentor(problem, solution, j)

    check(problem, changed, before, ways, displaced, [], every=False)


def test_a_chain_is_offered_move_by_move() -> None:
    """Ada leaves the first mentor; the others would each go one mentor up, for a little more."""
    scores = np.array([[0.9, 0.0, 0.0], [0.8, 0.7, 0.0], [0.0, 0.65, 0.6]])
    problem = Problem(scores, [1, 1, 1], forbidden=scores == 0)

    ways = without_researcher(problem, solve(problem), 0)

    assert [(one.moved, round(one.total, 9)) for one in ways] == [(0, 1.3), (1, 1.4), (2, 1.45)]
    assert [(one.researcher, one.target) for one in ways[2].moves] == [(2, 1), (1, 0)]


def test_several_mentors_each_and_fairness_are_refused() -> None:
    several = Problem([[1.0, 1.0]], [1, 1], demand=[2])
    fair = Problem([[1.0, 1.0]], [1, 1], objective="fair")
    for problem in (several, fair):
        with pytest.raises(NotTheBest):
            without_researcher(problem, solve(problem), 0)
