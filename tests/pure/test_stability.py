"""Who would rather have each other, and whose mentor others would rather have."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.assignment import CannotMeet, solve
from cohort.assignment.canonical import wanted_pairs
from cohort.assignment.problem import BadNumber, BadShape, Problem
from cohort.assignment.stability import blocking_pairs, envy
from tests.pure.brute import Assignment, chosen, score_of
from tests.pure.cases import problems


def test_two_who_would_rather_have_each_other_are_a_blocking_pair() -> None:
    problem = Problem([[1.0, 0.0], [0.0, 1.0]], [1, 1])
    solution = solve(problem)
    crossed = np.array([[2, 1], [1, 2]])
    assert blocking_pairs(problem, solution, crossed, crossed).tolist() == [[0, 1], [1, 0]]
    assert blocking_pairs(problem, solution, 3 - crossed, crossed).tolist() == []
    nobody = np.zeros((2, 2), dtype=int)
    assert blocking_pairs(problem, solution, crossed, nobody).tolist() == []
    with pytest.raises(BadShape):
        blocking_pairs(problem, solution, crossed[:1], crossed)


def test_a_free_place_is_worse_than_anybody_ranked_and_better_than_nobody() -> None:
    problem = Problem([[1.0, -1.0], [-1.0, -1.0]], [1, 1])
    solution = solve(problem)
    ranks = np.array([[1, 2], [0, 1]])
    assert blocking_pairs(problem, solution, ranks, ranks).tolist() == [[1, 1]]


def test_envy_counts_the_people_whose_mentor_would_suit_her_better() -> None:
    problem = Problem([[9.0, 5.0], [8.0, 7.0], [8.0, 6.0]], [2, 1])
    solution = solve(problem)
    assert solution.mentor_of.tolist() == [0, 1, 0]
    assert envy(problem, solution).tolist() == [0, 2, 0]


def may_have(problem: Problem, i: int, j: int) -> bool:
    pins = [mentor for one, mentor in problem.pinned if one == i]
    return j in pins or (len(pins) < problem.demand[i] and bool(wanted_pairs(problem)[i, j]))


def would_take(ranks: list[int], free: int, partners: list[tuple[int, bool]], offered: int) -> bool:
    """By the definition: whether somebody who holds these (partner, pinned) prefers the offered."""
    if ranks[offered] == 0:
        return False
    return free > 0 or any(
        ranks[partner] == 0 or ranks[offered] < ranks[partner]
        for partner, pinned in partners
        if not pinned
    )


@given(problems(), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_blocking_pairs_are_those_of_the_definition(problem: Problem, seed: int) -> None:
    try:
        solution = solve(problem)
    except CannotMeet:
        return
    rng = np.random.default_rng(seed)
    hers, theirs = (rng.integers(0, 4, problem.shape) for _ in range(2))
    held, expected = chosen(problem, solution), []
    for i, j in np.ndindex(problem.shape):
        mine = [(k, (i, k) in problem.pinned) for k in held[i]]
        people = [(k, (k, j) in problem.pinned) for k in range(len(held)) if j in held[k]]
        room = problem.capacity[j] - len(people)
        she = would_take(hers[i].tolist(), problem.demand[i] - len(mine), mine, j)
        he = would_take(theirs[:, j].tolist(), room, people, i)
        if she and he and j not in held[i] and may_have(problem, i, j):
            expected.append([i, j])
    assert blocking_pairs(problem, solution, hers, theirs).tolist() == expected


def envied(problem: Problem, held: Assignment, i: int) -> int:
    own = min((score_of(problem, i, j) for j in held[i]), default=-np.inf)
    return sum(
        any(
            may_have(problem, i, j) and j not in held[i] and score_of(problem, i, j) > own + 1e-9
            for j in mentors
        )
        for mentors in held
    )


@given(problems())
@settings(max_examples=150, deadline=None)
def test_envy_counts_people_as_the_definition_does(problem: Problem) -> None:
    try:
        solution = solve(problem)
    except CannotMeet:
        return
    held = chosen(problem, solution)
    expected = [envied(problem, held, i) if problem.demand[i] else 0 for i in range(len(held))]
    assert envy(problem, solution).tolist() == expected


@pytest.mark.parametrize("rank", [-1, 1.5, np.nan])
def test_what_is_no_rank_is_refused_with_its_place(rank: float) -> None:
    problem = Problem([[1.0, 1.0]], [1, 1])
    with pytest.raises(BadNumber) as refused:
        blocking_pairs(problem, solve(problem), np.array([[1, rank]]), np.array([[1, 1]]))
    assert (refused.value.field, refused.value.index) == ("hers", (0, 1))
    with pytest.raises(BadNumber, match="ranks are whole numbers"):
        blocking_pairs(problem, solve(problem), np.array([["1", "2"]]), np.array([[1, 1]]))
    with pytest.raises(BadShape, match="theirs has shape"):
        blocking_pairs(problem, solve(problem), np.array([[1, 2]]), np.array([1, 1]))


def test_ranks_may_be_lists_and_the_solution_must_be_of_the_problem() -> None:
    problem, other = Problem([[0.0, 1.0]], [1, 1]), Problem(np.ones((3, 3)), [1, 1, 1])
    assert blocking_pairs(problem, solve(problem), [[1, 2]], [[1, 1]]).tolist() == [[0, 0]]
    with pytest.raises(BadShape, match="other people"):
        envy(problem, solve(other))
