"""Regrets, prices and chains of moves against solving the changed problem again."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from cohort.assignment import CannotMeet, solve
from cohort.assignment.counterfactual import (
    Move,
    chain,
    counterfactuals,
    possible,
    regrets_in,
    robustness,
)
from cohort.assignment.neighbourhood import NotTheBest
from cohort.assignment.problem import UNMATCHED, BadPin, Problem
from cohort.assignment.solution import Solution
from tests.pure.brute import Assignment, chosen, every_assignment, merit, placed_of
from tests.pure.cases import problems


def solved(problem: Problem) -> Solution | None:
    try:
        return solve(problem)
    except CannotMeet:
        return None


def replay(problem: Problem, held: Assignment, moves: tuple[Move, ...]) -> Assignment:
    after = [set(mentors) for mentors in held]
    for move in moves:
        after[move.researcher] -= {move.origin}
    for move in moves:
        after[move.researcher] |= {move.target} - {UNMATCHED}
    return tuple(tuple(sorted(mentors)) for mentors in after)


@given(problems())
@settings(max_examples=200, deadline=None)
def test_a_regret_is_what_solving_again_with_the_pin_loses(problem: Problem) -> None:
    solution = solved(problem)
    if solution is None:
        return
    found = counterfactuals(problem, solution)
    for i, j in np.ndindex(problem.shape):
        regret, fewer = found.regret[i, j], found.fewer_placed[i, j]
        moves = chain(problem, solution, i, j)
        if (i, j) in problem.pinned:
            assert (regret, fewer, moves) == (0, 0, ())
            continue
        try:
            pinned = replace(problem, pinned=[*problem.pinned, (i, j)])
            forced = solve(pinned)
        except (BadPin, CannotMeet):
            assert regret == np.inf
            assert moves is None
            continue
        assert regret == pytest.approx(solution.total - forced.total, abs=1e-9)
        assert moves is not None
        after = replay(pinned, chosen(problem, solution), moves)
        assert after in every_assignment(pinned)
        assert merit(pinned, after) == merit(pinned, chosen(pinned, forced))
        if problem.cover:
            placed = placed_of(chosen(problem, solution))
            assert fewer == placed - placed_of(chosen(pinned, forced))


@given(problems())
@settings(max_examples=60, deadline=None)
def test_some_regrets_are_as_all_of_them(problem: Problem) -> None:
    solution = solved(problem)
    if solution is None:
        return
    n, m = problem.shape
    found = counterfactuals(problem, solution)
    for rows, columns in ((np.arange(n)[::-1][: n // 2 + 1], np.arange(m)[::2]), ([], [0])):
        some = np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)[:m]
        regret, fewer = regrets_in(problem, solution, *some)
        assert np.array_equal(regret, found.regret[np.ix_(*some)])
        assert np.array_equal(fewer, found.fewer_placed[np.ix_(*some)])


@given(problems())
@settings(max_examples=120, deadline=None)
def test_a_mentor_price_is_what_one_more_place_adds(problem: Problem) -> None:
    solution = solved(problem)
    if solution is None:
        return
    found = counterfactuals(problem, solution)
    for j in range(problem.shape[1]):
        roomier = problem.capacity.copy()
        roomier[j] += 1
        more = solve(replace(problem, capacity=roomier))
        assert found.mentor_price[j] == pytest.approx(more.total - solution.total, abs=1e-9)
        if problem.cover:
            placed = placed_of(chosen(problem, solution))
            assert found.more_placed[j] == placed_of(chosen(problem, more)) - placed


@given(problems())
@settings(max_examples=150, deadline=None)
def test_robustness_is_what_forbidding_the_pair_loses(problem: Problem) -> None:
    solution = solved(problem)
    if solution is None:
        return
    found = robustness(problem, solution)
    for k, (i, j) in enumerate(solution.pairs.tolist()):
        forbidden = problem.forbidden.copy()
        forbidden[i, j] = True
        try:
            without = solve(replace(problem, forbidden=forbidden))
        except (BadPin, CannotMeet):
            assert found.loss[k] == np.inf
            continue
        assert found.loss[k] == pytest.approx(solution.total - without.total, abs=1e-9)


@given(problems())
@settings(max_examples=150, deadline=None)
def test_possible_pairs_are_those_of_all_the_best_assignments(problem: Problem) -> None:
    solution = solved(problem)
    if solution is None:
        return
    every = every_assignment(problem)
    top = max(merit(problem, one) for one in every)
    expected = {
        (i, j)
        for one in every
        if merit(problem, one) == top
        for i, mentors in enumerate(one)
        for j in mentors
    }
    found = possible(problem, counterfactuals(problem, solution))
    assert set(map(tuple, np.argwhere(found).tolist())) == expected


def test_nothing_is_compared_with_a_solution_that_is_not_the_best_by_total() -> None:
    problem = Problem([[1.0]], [1], objective="fair")
    with pytest.raises(NotTheBest):
        counterfactuals(problem, solve(problem))


def test_nothing_is_compared_with_the_answer_to_another_problem() -> None:
    scores = np.array([[0.9, 0.4], [0.8, 0.7], [0.3, 0.6]])
    best = solve(Problem(scores, [1, 1]))
    for other in (
        Problem(scores[:2], [1, 1]),
        Problem(scores[::-1], [1, 1]),
        Problem(scores, [1, 1], forbidden=scores > 0.85),
        Problem(scores, [1, 0]),
    ):
        with pytest.raises(NotTheBest):
            counterfactuals(other, best)


@pytest.mark.timeout(20)
def test_people_whom_minimums_hold_are_compared_with_nothing_either() -> None:
    """Two would change places, and nobody on the bench can take part: no walk leads to them."""
    ours, others = np.eye(3, 2), np.eye(3, 2)[:, ::-1]
    minimums = {
        "capacity": [1, 1],
        "min_load": [1, 1],
        "forbidden": [[False] * 2] * 2 + [[True] * 2],
    }
    best = solve(Problem(ours, **minimums))
    with pytest.raises(NotTheBest):
        counterfactuals(Problem(others, **minimums), best)


@pytest.mark.parametrize(("ids", "moves"), [(["a", "b", "c"], 0), (["b", "a", "c"], 1)])
def test_of_two_who_could_make_room_at_the_same_cost_the_first_by_id_moves(
    ids: list[str], moves: int
) -> None:
    scores = [[0.9, 0.4], [0.9, 0.4], [0.8, 0.7]]
    problem = Problem(scores, [2, 2], researcher_ids=ids)
    assert chain(problem, solve(problem), 2, 0) == (Move(2, 1, 0), Move(moves, 0, 1))


@pytest.mark.parametrize("pair", [(-1, 0), (0, -1), (3, 0), (0, 2)])
def test_there_is_no_chain_to_the_bench_or_to_nobody(pair: tuple[int, int]) -> None:
    problem = Problem([[0.9, 0.4], [0.8, 0.7], [0.3, 0.6]], [1, 1])
    with pytest.raises(IndexError, match="no pair"):
        chain(problem, solve(problem), *pair)


def test_a_pair_of_the_answer_has_no_regret() -> None:
    problem = Problem(np.random.default_rng(5).random((60, 20)), np.full(20, 2))
    solution = solve(problem)
    found = counterfactuals(problem, solution)
    assert (found.regret[tuple(solution.pairs.T)] == 0).all()
    assert (found.regret >= 0).all()


def test_the_chain_says_who_would_move_and_who_would_lose_a_place() -> None:
    problem = Problem([[9.0, 5.0], [8.0, 7.0], [0.0, 3.0]], [1, 1])
    solution = solve(problem)
    assert solution.mentor_of.tolist() == [0, 1, -1]
    assert chain(problem, solution, 1, 0) == (Move(1, 1, 0), Move(0, 0, 1))
    assert chain(problem, solution, 2, 1) == (Move(2, -1, 1), Move(1, 1, -1))
