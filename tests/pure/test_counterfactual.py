"""Regrets, prices and chains of moves against solving the changed problem again."""

from dataclasses import replace

import numpy as np
import pytest
from cases import problems
from hypothesis import given, settings

from cohort.matching.counterfactual import Move, chain, counterfactuals
from cohort.matching.problem import BadPin, Problem
from cohort.matching.solver import solve


def replay(problem: Problem, mentor_of: np.ndarray, moves: tuple[Move, ...]) -> np.ndarray:
    after = mentor_of.copy()
    for move in moves:
        assert mentor_of[move.researcher] == move.origin
        after[move.researcher] = move.target
    load = np.bincount(after[after >= 0], minlength=problem.shape[1])
    assert (load <= problem.capacity).all()
    return after


def worth(problem: Problem, mentor_of: np.ndarray) -> float:
    """The total of these pairs, checked by pinning them all."""
    pins = [(i, int(j)) for i, j in enumerate(mentor_of) if j >= 0]
    barred = np.asarray(problem.forbidden) | (mentor_of == -1)[:, None]
    return solve(replace(problem, pinned=pins, forbidden=barred)).total


@given(problems())
@settings(max_examples=120, deadline=None)
def test_a_regret_is_what_solving_again_with_the_pin_loses(problem: Problem) -> None:
    solution = solve(problem)
    found = counterfactuals(problem, solution)
    for i, j in np.ndindex(problem.shape):
        regret, fewer = found.regret[i, j], found.fewer_placed[i, j]
        moves = chain(problem, solution, i, j)
        if (i, j) in problem.pinned:
            assert (regret, fewer, moves) == (0, 0, ())
            continue
        try:
            pinned = replace(problem, pinned=[*problem.pinned, (i, j)])
        except BadPin:
            assert regret == np.inf
            assert moves is None
            continue
        forced = solve(pinned)
        assert regret == pytest.approx(solution.total - forced.total, abs=1e-9)
        assert moves is not None
        after = replay(problem, solution.mentor_of, moves)
        assert after[i] == j
        assert worth(problem, after) == pytest.approx(forced.total, abs=1e-9)
        if problem.cover:
            assert fewer == len(solution.pairs) - len(forced.pairs)


@given(problems())
@settings(max_examples=120, deadline=None)
def test_a_mentor_price_is_what_one_more_place_adds(problem: Problem) -> None:
    solution = solve(problem)
    found = counterfactuals(problem, solution)
    for j in range(problem.shape[1]):
        roomier = problem.capacity.copy()
        roomier[j] += 1
        more = solve(replace(problem, capacity=roomier))
        assert found.mentor_price[j] == pytest.approx(more.total - solution.total, abs=1e-9)
        if problem.cover:
            assert found.more_placed[j] == len(more.pairs) - len(solution.pairs)


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
