"""Numbers that wear solvers out, people with strange ids, and inputs that must stay as they are."""

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cohort.assignment import CannotMeet, solve
from cohort.assignment.certificate import verify
from cohort.assignment.counterfactual import (
    chain,
    counterfactuals,
    possible,
    robustness,
    unplaced,
)
from cohort.assignment.problem import BadIdentifier, Problem
from cohort.assignment.solution import Solution
from cohort.assignment.steps import steps_of
from tests.pure.brute import chosen, every_assignment, score_of
from tests.pure.cases import problems

Draw = Callable[[np.random.Generator, tuple[int, int]], NDArray[np.float64]]
EXTREMES: dict[str, Draw] = {
    "all equal": lambda _, shape: np.full(shape, 0.5),
    "all nothing": lambda _, shape: np.full(shape, -0.0),
    "apart by a millionth of a millionth": lambda rng, shape: (
        0.5 + rng.integers(0, 3, shape) / 1e12
    ),
    "plus and minus 1e15": lambda rng, shape: rng.choice([-1e15, 1e15], shape),
    "1e15 beside 1": lambda rng, shape: rng.choice([1e15, 1.0, 0.0, -0.0, -1.0], shape),
    "below 0": lambda rng, shape: -rng.random(shape),
    "of every size": lambda rng, shape: rng.random(shape) * 10.0 ** rng.integers(-15, 15, shape),
    "hardly a number": lambda rng, shape: rng.random(shape) * 1e-290,
    "the smallest numbers": lambda rng, shape: rng.integers(0, 9, shape) * 5e-324,
}


def extreme(seed: int, kind: str, most: tuple[int, int], *, fair: bool = False) -> Problem:
    rng = np.random.default_rng(seed)
    n, m = (int(rng.integers(0, size + 1)) for size in most)
    scores, capacity = EXTREMES[kind](rng, (n, m)), rng.integers(0, 4, m)
    forbidden = rng.random((n, m)) < rng.choice([0.0, 0.3, 1.0], p=[0.5, 0.45, 0.05])
    demand = rng.integers(0, 4, n) if rng.random() < 0.4 else np.ones(n)
    open_ = np.argwhere(~forbidden & (capacity > 0) & (demand[:, None] > 0))
    return Problem(
        scores,
        capacity,
        floor=float(rng.choice(scores.ravel())) if scores.size and rng.random() < 0.5 else None,
        forbidden=forbidden,
        pinned=open_[:1] if rng.random() < 0.3 else (),
        incumbent=rng.integers(-1, m, n),
        stickiness=float(rng.choice([0.0, 1e-12, 0.1, 1e15, np.inf])),
        cover=bool(rng.integers(2)),
        objective="fair" if fair else "total",
        demand=demand,
        min_load=np.minimum(capacity, rng.integers(0, 2, m)) if rng.random() < 0.3 else None,
    )


def solved(problem: Problem) -> Solution | None:
    try:
        return solve(problem)
    except CannotMeet:
        return None


def exact_merit(problem: Problem, assignment: tuple[tuple[int, ...], ...]) -> tuple[int, Fraction]:
    scores = [score_of(problem, i, j) for i, held in enumerate(assignment) for j in held]
    placed = sum(bool(held) for held in assignment) if problem.cover else 0
    return placed, sum(map(Fraction, scores), Fraction(0))


@pytest.mark.parametrize("kind", EXTREMES)
def test_numbers_of_any_kind_give_the_exact_best(kind: str) -> None:
    """Up to the rounding of each score to a whole step: half a step for each pair of the two."""
    for seed in range(25):
        problem = extreme(seed, kind, (4, 3))
        found = solved(problem)
        every = every_assignment(problem)
        assert bool(every) is (found is not None)
        if found is None:
            continue
        placed, total = exact_merit(problem, chosen(problem, found))
        most, best = max(exact_merit(problem, one) for one in every)
        assert placed == most
        assert best - total <= Fraction(2 * (problem.most_pairs + 1)) / Fraction(steps_of(problem))
        assert found.gap == 0


@pytest.mark.parametrize("kind", EXTREMES)
@pytest.mark.parametrize("fair", [False, True])
def test_numbers_of_any_kind_are_proved_and_compared(kind: str, *, fair: bool) -> None:
    for seed in range(8):
        proved_and_compared(extreme(seed, kind, (25, 9), fair=fair))


def proved_and_compared(problem: Problem) -> None:
    found = solved(problem)
    if found is None:
        return
    assert verify(problem, found), verify(problem, found).sentence
    if problem.objective == "fair":
        return
    other = counterfactuals(problem, found)
    assert not np.isnan(other.regret).any()
    assert np.isfinite(other.mentor_price).all()
    assert (robustness(problem, found).loss >= (-np.inf if problem.cover else 0)).all()
    if not problem.cover:
        assert (other.regret[possible(problem, other)] == 0).all()
        assert (other.mentor_price >= 0).all()


@given(problems(), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_who_is_stopped_at_any_moment_has_a_true_answer(problem: Problem, seed: int) -> None:
    best = solved(problem)
    if best is None:
        return
    left = iter([False] * int(np.random.default_rng(seed).integers(0, 6)))
    early = solve(problem, out_of_time=lambda: next(left, True))
    assert chosen(problem, early) in every_assignment(problem)
    assert early.gap == pytest.approx(early.bound - early.total)
    assert bool(verify(problem, early)) is (early.gap == 0)
    if not early.stopped:
        assert early.pairs.tolist() == best.pairs.tolist()
    if not problem.cover:
        assert early.total <= best.total + 1e-9
        assert best.total <= early.bound + 1e-9


def test_stickiness_is_lowered_to_what_outweighs_all_scores_and_no_step_is_made_at_0() -> None:
    totals = [
        solve(Problem([[score]], [1], incumbent=[0], stickiness=0.25)).total
        for score in (0.0, 1e-9, 1e-3, 0.1, 1.0)
    ]
    assert totals == sorted(totals)
    assert totals[0] == 0
    assert solve(Problem([[0.0, 0.0]], [1, 1], incumbent=[1])).mentor_of.tolist() == [1]


def test_minimums_that_make_six_hundred_people_move_are_met_and_proved() -> None:
    """Only if everybody moves on by one, at a loss each, is the last mentor's place filled."""
    n = 600
    people = np.arange(n)
    scores, forbidden = np.full((n, n), -1.0), np.ones((n, n), dtype=np.bool_)
    forbidden[people[1:], people[1:] - 1] = forbidden[people, people] = False
    scores[people[1:], people[1:] - 1] = 1.0
    problem = Problem(scores, np.ones(n), forbidden=forbidden, min_load=np.ones(n))
    solution = solve(problem)
    assert solution.mentor_of.tolist() == people.tolist()
    assert verify(problem, solution), verify(problem, solution).sentence


STRANGE = ["", "a", "a\0", "\0a", "ä", "a\u0308", "\U0001f600", "\ud800", "０", "0", "-1", " 0"]


def test_strange_ids_are_told_apart_and_only_equal_ones_refused() -> None:
    n = len(STRANGE)
    problem = Problem(np.ones((n, n)), np.ones(n), researcher_ids=STRANGE, mentor_ids=STRANGE)
    solution = solve(problem)
    assert verify(problem, solution)
    turned = replace(problem, researcher_ids=STRANGE[::-1], mentor_ids=STRANGE[::-1])
    moved = n - 1 - solve(turned).mentor_of[::-1]
    assert moved.tolist() == solution.mentor_of.tolist()
    with pytest.raises(BadIdentifier) as refusal:
        replace(problem, mentor_ids=[*STRANGE[:-1], "\ud800"])
    assert refusal.value.index == (n - 1,)


def test_an_id_decides_by_what_it_says_and_not_by_its_kind() -> None:
    scores = np.ones((9, 9))
    numbers = Problem(scores, np.ones(9), researcher_ids=range(9))  # type: ignore[arg-type]
    assert np.array_equal(solve(numbers).mentor_of, solve(Problem(scores, np.ones(9))).mentor_of)


def bytes_of(problem: Problem) -> list[object]:
    values = [getattr(problem, one.name) for one in fields(problem)]
    return [one.tobytes() if isinstance(one, np.ndarray) else repr(one) for one in values]


@given(st.one_of(problems(), problems(fair=True)))
@settings(max_examples=60, deadline=None)
def test_nothing_that_is_asked_changes_the_problem_or_the_solution(problem: Problem) -> None:
    before = bytes_of(problem)
    solution = solved(problem)
    if solution is not None:
        pairs, v = solution.pairs.tobytes(), solution.prices.v.tobytes()
        verify(problem, solution)
        if problem.objective == "total":
            counterfactuals(problem, solution)
            robustness(problem, solution)
            unplaced(problem, solution)
            for i, j in np.ndindex(problem.shape):
                chain(problem, solution, i, j)
        again = solve(problem)
        assert (solution.pairs.tobytes(), solution.prices.v.tobytes()) == (pairs, v)
        assert (again.pairs.tobytes(), again.prices.v.tobytes()) == (pairs, v)
    assert bytes_of(problem) == before


def test_what_a_caller_gave_is_neither_changed_nor_held_on_to() -> None:
    given_arrays = {
        "scores": np.random.default_rng(0).random((6, 4)),
        "capacity": np.full(4, 2),
        "demand": np.full(6, 1),
        "min_load": np.full(4, 1),
        "forbidden": np.zeros((6, 4), dtype=np.bool_),
        "incumbent": np.full(6, 1),
    }
    before = {name: one.tobytes() for name, one in given_arrays.items()}
    problem = Problem(**given_arrays)  # type: ignore[arg-type]
    first = solve(problem)
    assert {name: one.tobytes() for name, one in given_arrays.items()} == before
    for one in given_arrays.values():
        one.fill(0)
    assert np.array_equal(solve(problem).mentor_of, first.mentor_of)
