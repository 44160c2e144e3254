"""New mentors to look for: what each would add, against solving with each of them."""

from typing import NamedTuple
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.assignment.neighbourhood import neighbourhood
from cohort.assignment.optimum import solve
from cohort.assignment.problem import BadNumber, BadShape, Bools, Floats, Ints, Problem
from cohort.assignment.recruiting import Newcomers, Recruit, recruits
from cohort.assignment.solution import Solution
from tests.pure.brute import chosen, every_assignment, merit
from tests.pure.cases import problems


class Column(NamedTuple):
    """How everybody would suit one new mentor: score float[n], and forbidden bool[n]."""

    score: Floats
    forbidden: Bools


def whom_to_add(
    problem: Problem, solution: Solution, offers: dict[int, Column], most: int
) -> tuple[Recruit[int], ...]:
    def columns_of(rows: Ints) -> Newcomers:
        return Newcomers(
            np.column_stack([one.score[rows] for one in offers.values()]),
            np.column_stack([one.forbidden[rows] for one in offers.values()]),
        )

    near = neighbourhood(problem, solution)
    return recruits(near, [*offers], columns_of, highest=1.25, most=most)


def with_one_more(problem: Problem, column: Column) -> Problem:
    return Problem(
        np.column_stack([problem.scores, column.score]),
        np.append(problem.capacity, 1),
        floor=problem.floor,
        forbidden=np.column_stack([problem.forbidden, column.forbidden]),
        pinned=problem.pinned,
        incumbent=problem.incumbent,
        stickiness=problem.stickiness,
        cover=problem.cover,
        demand=problem.demand,
        min_load=np.append(problem.min_load, 0),
        researcher_ids=problem.researcher_ids,
        mentor_ids=(*problem.mentor_ids, "new 0"),
    )


def columns_for(problem: Problem, seed: int) -> dict[int, Column]:
    """Five new mentors, some with scores that are higher than any that there is."""
    rng, n = np.random.default_rng(seed), problem.shape[0]
    return {k: Column(rng.integers(-2, 6, n) / 4, rng.random(n) < 0.3) for k in range(5)}


@given(problems(), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_the_best_recruits_are_found_without_solving_for_any(problem: Problem, seed: int) -> None:
    if not every_assignment(problem):
        return
    offers, solution = columns_for(problem, seed), solve(problem)
    advice = whom_to_add(problem, solution, offers, most=2)
    values = []
    for column in offers.values():
        grown = with_one_more(problem, column)
        placed, total = merit(grown, chosen(grown, solve(grown)))
        before = merit(problem, chosen(problem, solution))
        values.append((placed - before[0], round(total - before[1], 6)))
    best = sorted((value for value in values if value > (0, 0)), reverse=True)[:2]
    found = [(one.placed if problem.cover else 0, round(one.gain, 6)) for one in advice]
    assert found == best


@given(problems(), st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_who_goes_to_a_new_mentor_is_who_solving_again_sends(problem: Problem, seed: int) -> None:
    if not every_assignment(problem):
        return
    offers, solution = columns_for(problem, seed), solve(problem)
    before = {i for i, _ in solution.pairs.tolist()}
    for one in whom_to_add(problem, solution, offers, most=5):
        again = solve(with_one_more(problem, offers[one.profile])).pairs.tolist()
        after = {i for i, _ in again}
        assert one.takes.tolist() == [i for i, j in again if j == problem.shape[1]]
        assert one.newly.tolist() == sorted(after - before)
        assert one.placed == len(after) - len(before)


@given(problems(), st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_rows_that_cannot_matter_are_not_looked_at(problem: Problem, seed: int) -> None:
    if not every_assignment(problem):
        return
    offers, solution = columns_for(problem, seed), solve(problem)
    at_once = whom_to_add(problem, solution, offers, most=2)
    with patch("cohort.assignment.recruiting.ROWS_AT_FIRST", 1):
        one_by_one = whom_to_add(problem, solution, offers, most=2)
    assert [told(one) for one in one_by_one] == [told(one) for one in at_once]


def told(one: Recruit[int]) -> tuple[object, ...]:
    return one.profile, one.gain, one.placed, one.takes.tolist(), one.newly.tolist()


def test_the_new_mentor_has_an_id_that_nobody_has() -> None:
    taken = [f"new {k}" for k in range(3)]
    problem = Problem(np.zeros((2, 3)), [0] * 3, mentor_ids=taken)
    offers = {0: Column(np.array([1.0, 1.0]), np.zeros(2, dtype=bool))}
    (advice,) = whom_to_add(problem, solve(problem), offers, most=5)
    (again,) = whom_to_add(problem, solve(problem), offers, most=5)
    assert (advice.gain, advice.placed) == (1.0, 1)
    assert advice.takes.tolist() == advice.newly.tolist() == again.takes.tolist()


def test_nobody_is_asked_for_none() -> None:
    problem = Problem(np.zeros((2, 1)), [1])
    offers = {0: Column(np.array([0.5, 1.0]), np.array([False, True]))}
    (advice,) = whom_to_add(problem, solve(problem), offers, most=5)
    assert advice.gain == 0.5
    assert whom_to_add(problem, solve(problem), offers, most=0) == ()


def test_columns_are_refused_that_are_of_other_people_or_above_what_was_said() -> None:
    problem = Problem(np.zeros((2, 1)), [1])
    near = neighbourhood(problem, solve(problem))
    for columns in (
        Newcomers(np.ones((3, 1)), np.zeros((3, 1), bool)),
        Newcomers(np.ones((2, 1)), np.zeros((1, 1), bool)),
    ):
        with pytest.raises(BadShape, match="columns of new mentors"):
            recruits(near, ["any"], lambda _, columns=columns: columns, highest=1.0)
    good = Newcomers(np.ones((2, 1)), np.zeros((2, 1), bool))
    with pytest.raises(BadNumber, match=r"above 0\.5"):
        recruits(near, ["any"], lambda _: good, highest=0.5)
