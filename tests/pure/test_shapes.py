"""Shortage and plenty, mentors wanted by all, uneven places: totals of SciPy, proofs of our own.

The pools are too large for the whole matrix, so that the auction and the core find the start.
"""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from cohort.assignment import Problem, solve, verify
from cohort.assignment.canonical import lots
from cohort.assignment.checks import Bools, Floats, Ints

N, M = 420, 140


def differing(rng: np.random.Generator) -> Floats:
    return rng.random((N, M))


def of_like_taste(rng: np.random.Generator) -> Floats:
    return np.clip(rng.random((N, 8)) @ rng.gamma(0.5, 1.0, (8, M)) / 16, 0, 1)


def tied(rng: np.random.Generator) -> Floats:
    return np.round(of_like_taste(rng) * 20) / 20


def with_stars(rng: np.random.Generator) -> Floats:
    """A few mentors are wanted by everybody."""
    return 0.07 * rng.pareto(1.5, M).clip(0, 10) + 0.3 * rng.random((N, M))


def all_equal(rng: np.random.Generator) -> Floats:
    return np.full((N, M), float(rng.random()))


SCORES = (differing, of_like_taste, tied, with_stars, all_equal)
PLACES = ("2", "3", "4", "1 to 6", "0 to 1", "20")


def places(name: str, rng: np.random.Generator) -> Ints:
    low, _, high = name.partition(" to ")
    return rng.integers(int(low), int(high or low) + 1, M)


def reference(scores: Floats, capacity: Ints, allowed: Bools) -> float:
    """What SciPy finds with a column per place; a pair that is not allowed counts nothing."""
    columns = np.repeat(np.arange(M), np.minimum(capacity, N))
    matrix = np.where(allowed, scores, 0.0)[:, columns]
    return float(matrix[linear_sum_assignment(matrix, maximize=True)].sum())


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("scores_of", SCORES)
def test_the_total_is_that_of_scipy_for_every_shape(
    scores_of: Callable[[np.random.Generator], Floats], name: str
) -> None:
    rng = np.random.default_rng(7)
    scores, capacity = scores_of(rng), places(name, rng)
    solution = solve(Problem(scores, capacity))
    assert solution.total == pytest.approx(reference(scores, capacity, scores > -1), rel=1e-12)
    assert solution.gap == 0
    assert verify(Problem(scores, capacity), solution)


@pytest.mark.parametrize("name", ["2", "3", "1 to 6"])
@pytest.mark.parametrize("scores_of", SCORES)
def test_ruled_out_pairs_change_nothing_about_that(
    scores_of: Callable[[np.random.Generator], Floats], name: str
) -> None:
    rng = np.random.default_rng(8)
    scores, capacity = scores_of(rng), places(name, rng)
    allowed = rng.random((N, M)) < 0.2
    solution = solve(Problem(scores, capacity, forbidden=~allowed))
    assert solution.total == pytest.approx(reference(scores, capacity, allowed), rel=1e-12)
    assert solution.gap == 0


@pytest.mark.parametrize("name", ["2", "3", "4"])
@pytest.mark.parametrize("scores_of", SCORES)
def test_minimums_pins_and_places_for_all_are_kept_and_proved(
    scores_of: Callable[[np.random.Generator], Floats], name: str
) -> None:
    rng = np.random.default_rng(9)
    scores, capacity = scores_of(rng) - 0.2, places(name, rng)
    few = np.minimum(capacity, rng.integers(0, 3, M))
    for conditions in (
        {"min_load": few, "pinned": [(0, 0), (1, 0), (2, 5)]},
        {"cover": True, "incumbent": rng.integers(-1, M, N)},
    ):
        problem = Problem(scores, capacity, **conditions)
        solution = solve(problem)
        assert solution.gap == 0
        assert verify(problem, solution), verify(problem, solution).sentence


@pytest.mark.parametrize("name", ["2", "3"])
def test_the_order_of_people_never_matters_where_mentors_are_short(name: str) -> None:
    rng = np.random.default_rng(10)
    scores, capacity = tied(rng), places(name, rng)
    rows, columns = rng.permutation(N), rng.permutation(M)
    first = solve(Problem(scores, capacity))
    turned = solve(
        Problem(
            scores[np.ix_(rows, columns)],
            capacity[columns],
            researcher_ids=[str(i) for i in rows],
            mentor_ids=[str(j) for j in columns],
        )
    )
    pairs = np.column_stack([rows[turned.pairs[:, 0]], columns[turned.pairs[:, 1]]])
    assert sorted(map(tuple, pairs.tolist())) == sorted(map(tuple, first.pairs.tolist()))


@pytest.mark.parametrize("name", ["2", "3", "1 to 6"])
def test_of_equal_answers_it_is_the_one_of_the_highest_lots(name: str) -> None:
    """SciPy finds that one too, once the prices say which pairs and which people may not differ."""
    rng = np.random.default_rng(11)
    scores, capacity = tied(rng) + 0.05, np.maximum(places(name, rng), 2)
    solution = solve(Problem(scores, capacity))
    u, v = solution.prices
    ids = [str(i) for i in range(N)], [str(j) for j in range(M)]
    rows, columns = np.indices((N, M)).reshape(2, -1)
    drawn = lots(*ids, rows, columns).reshape(N, M)
    # A pair that no best answer has counts nothing; a person whom each has, and a place, much.
    must = float(2**49) * ((u > 1e-9)[:, None] + 1.0 * (v > 1e-9))
    value = np.where(np.abs(u[:, None] + v - scores) < 1e-9, drawn + must, 0.0)
    value = value[:, np.repeat(np.arange(M), capacity)]
    i, place = linear_sum_assignment(value, maximize=True)
    real = value[i, place] > 0
    best = np.column_stack([i[real], np.repeat(np.arange(M), capacity)[place[real]]])
    assert solution.pairs.tolist() == best.tolist()
