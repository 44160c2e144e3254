"""New mentors to look for: what each would add, against solving with each of them."""

import numpy as np
import pytest
from brute import chosen, every_assignment, merit, placed_of
from cases import problems
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.assignment.optimum import solve
from cohort.assignment.problem import BadShape, Problem
from cohort.assignment.recruiting import Column, most_it_could_add, recruits, wanted
from cohort.pairing.scores.profiles import ResearcherProfile


def with_one_more(problem: Problem, column: Column, places: int) -> Problem:
    return Problem(
        np.column_stack([problem.scores, column.score]),
        np.append(problem.capacity, places),
        floor=problem.floor,
        forbidden=np.column_stack([problem.forbidden, column.forbidden]),
        pinned=problem.pinned,
        incumbent=problem.incumbent,
        stickiness=problem.stickiness,
        cover=problem.cover,
        demand=problem.demand,
        min_load=np.append(problem.min_load, 0),
    )


@given(problems(), st.integers(0, 2**32), st.integers(1, 2))
@settings(max_examples=60, deadline=None)
def test_the_best_recruits_are_found_without_solving_for_all(
    problem: Problem, seed: int, places: int
) -> None:
    if not every_assignment(problem):
        return
    rng = np.random.default_rng(seed)
    n = problem.shape[0]
    offers = {k: Column(rng.integers(-2, 6, n) / 4, rng.random(n) < 0.3) for k in range(5)}
    solution = solve(problem)
    advice = recruits(problem, solution, offers, offers.__getitem__, places=places, most=2)
    values = []
    for column in offers.values():
        grown = with_one_more(problem, column, places)
        placed, total = merit(grown, chosen(grown, solve(grown)))
        before = merit(problem, chosen(problem, solution))
        values.append((placed - before[0], round(total - before[1], 6)))
    best = sorted((value for value in values if value > (0, 0)), reverse=True)[:2]
    found = [(one.placed if problem.cover else 0, round(one.gain, 6)) for one in advice]
    assert found == best


def test_profiles_to_look_for_name_what_people_lack() -> None:
    ada = ResearcherProfile(
        id="a", domains=["nlp"], role_goals=["mle"], gaps={"sql": 1.0, "ci": 3.0}
    )
    bo = ResearcherProfile(id="b", domains=["vision"], role_goals=["mle"], gaps={"sql": 9.0})
    found = wanted([ada, bo], [1.0, 0.0])
    assert [(one.domain, one.role) for one in found] == [("nlp", "mle"), ("vision", "mle")]
    assert found[0].skills == ("ci", "sql")


@given(problems(), st.integers(0, 2**32), st.integers(1, 3))
@settings(max_examples=150, deadline=None)
def test_nobody_adds_more_than_the_bound_and_one_place_adds_just_that(
    problem: Problem, seed: int, places: int
) -> None:
    if not every_assignment(problem):
        return
    rng, n = np.random.default_rng(seed), problem.shape[0]
    # `recruits` sees to it that the cover bonus outweighs every column.
    largest = np.abs(problem.scores).max(initial=0.0)
    score = (rng.integers(-2, 6, n) / 8).clip(-largest, largest)
    column = Column(score, rng.random(n) < 0.3)
    solution = solve(problem)
    grown = with_one_more(problem, column, places)
    again = solve(grown)
    more = placed_of(chosen(grown, again)) - placed_of(chosen(problem, solution))
    added = again.total - solution.total + (solution.cover_bonus * more)
    bound = most_it_could_add(problem, solution, column, places)
    slack = 1e-9 * max(1.0, solution.cover_bonus)
    assert added <= bound + slack
    if places == 1 and problem.single and not problem.pinned and not problem.min_load.any():
        assert abs(added - bound) <= slack


def test_the_new_mentor_has_an_id_that_nobody_has() -> None:
    taken = [f"new {k}" for k in range(3)]
    problem = Problem(np.zeros((2, 3)), [0] * 3, mentor_ids=taken)
    column = Column(np.array([1.0, 1.0]), np.zeros(2, dtype=bool))
    (advice,) = recruits(problem, solve(problem), ["any"], lambda _: column)
    (again,) = recruits(problem, solve(problem), ["any"], lambda _: column)
    assert (advice.gain, advice.placed) == (1.0, 1)
    assert advice.takes.tolist() == advice.newly.tolist() == again.takes.tolist()


def test_a_column_is_as_long_as_the_problem_and_nobody_is_asked_for_none() -> None:
    problem = Problem(np.zeros((2, 1)), [1])
    lists = Column([0.5, 1.0], [False, True])
    (advice,) = recruits(problem, solve(problem), ["any"], lambda _: lists)
    assert (advice.gain, recruits(problem, solve(problem), ["any"], lambda _: lists, most=0)) == (
        0.5,
        (),
    )
    for column in (Column(np.ones(3), np.zeros(3, bool)), Column(np.ones(2), np.zeros(1, bool))):
        with pytest.raises(BadShape, match="column of 'any'"):
            recruits(problem, solve(problem), ["any"], lambda _, column=column: column)
