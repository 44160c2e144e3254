"""New mentors to look for: what each would add, against solving with each of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.assignment.neighbourhood import neighbourhood
from cohort.assignment.optimum import solve
from cohort.assignment.problem import BadShape, Problem
from cohort.assignment.recruiting import Column, recruits
from tests.pure.brute import chosen, every_assignment, merit
from tests.pure.cases import problems


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
    advice = recruits(neighbourhood(problem, solution), offers, offers.__getitem__, most=2)
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
@settings(max_examples=1000, deadline=None)
def test_who_goes_to_a_new_mentor_is_who_solving_again_sends(problem: Problem, seed: int) -> None:
    if not every_assignment(problem):
        return
    offers, solution = columns_for(problem, seed), solve(problem)
    before = {i for i, _ in solution.pairs.tolist()}
    for one in recruits(neighbourhood(problem, solution), offers, offers.__getitem__, most=5):
        again = solve(with_one_more(problem, offers[one.profile])).pairs.tolist()
        after = {i for i, _ in again}
        assert one.takes.tolist() == [i for i, j in again if j == problem.shape[1]]
        assert one.newly.tolist() == sorted(after - before)
        assert one.placed == len(after) - len(before)


def test_the_new_mentor_has_an_id_that_nobody_has() -> None:
    taken = [f"new {k}" for k in range(3)]
    problem = Problem(np.zeros((2, 3)), [0] * 3, mentor_ids=taken)
    column = Column(np.array([1.0, 1.0]), np.zeros(2, dtype=bool))
    (advice,) = recruits(neighbourhood(problem, solve(problem)), ["any"], lambda _: column)
    (again,) = recruits(neighbourhood(problem, solve(problem)), ["any"], lambda _: column)
    assert (advice.gain, advice.placed) == (1.0, 1)
    assert advice.takes.tolist() == advice.newly.tolist() == again.takes.tolist()


def test_a_column_is_as_long_as_the_problem_and_nobody_is_asked_for_none() -> None:
    problem = Problem(np.zeros((2, 1)), [1])
    lists = Column([0.5, 1.0], [False, True])
    (advice,) = recruits(neighbourhood(problem, solve(problem)), ["any"], lambda _: lists)
    assert (
        advice.gain,
        recruits(neighbourhood(problem, solve(problem)), ["any"], lambda _: lists, most=0),
    ) == (
        0.5,
        (),
    )
    for column in (Column(np.ones(3), np.zeros(3, bool)), Column(np.ones(2), np.zeros(1, bool))):
        with pytest.raises(BadShape, match="column of 'any'"):
            recruits(
                neighbourhood(problem, solve(problem)), ["any"], lambda _, column=column: column
            )
