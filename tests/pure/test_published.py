"""Instances whose optimum was published, or follows from a published theorem."""

from itertools import product

import numpy as np
import pytest

from cohort.assignment import CannotMeet, solve
from cohort.assignment.certificate import verify
from cohort.assignment.counterfactual import counterfactuals, possible
from cohort.assignment.large.blocks import DenseScores
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.large.proof import verify_large
from cohort.assignment.large.solver import solve_large
from cohort.assignment.problem import Problem
from cohort.assignment.solution import Solution


def proved(problem: Problem) -> Solution:
    solution = solve(problem)
    assert solution.gap == 0
    assert verify(problem, solution), verify(problem, solution).sentence
    return solution


def cheapest(costs: np.ndarray) -> float:
    """The least cost of as many pairs of a row and a column as there can be, by both solvers."""
    pairs = min(costs.shape)
    enough = costs.max() * (pairs + 1) + 1.0  # one more pair is worth more than all costs
    worth, ones = enough - costs, np.ones(costs.shape[1], dtype=np.int64)
    solution = proved(Problem(worth, ones))
    assert len(solution.pairs) == pairs
    large = solve_large(LargeProblem(DenseScores(worth), ones))
    assert large.gap == 0
    assert verify_large(LargeProblem(DenseScores(worth), ones), large)
    assert large.total == pytest.approx(solution.total, abs=1e-6)
    return float(costs[tuple(solution.pairs.T)].sum())


@pytest.mark.parametrize("n", [1, 2, 3, 10, 60])
def test_products_are_paired_the_largest_with_the_smallest(n: int) -> None:
    """Machol and Wien (1976), "A hard assignment problem": c[i, j] = i j, slow for many codes."""
    costs = np.multiply.outer(np.arange(1.0, n + 1), np.arange(1.0, n + 1))
    assert cheapest(costs) == n * (n + 1) * (n + 2) / 6
    assert proved(Problem(costs, np.ones(n))).total == n * (n + 1) * (2 * n + 1) / 6


@pytest.mark.parametrize(
    ("costs", "least"),
    [
        ([[400, 150, 400], [400, 450, 600], [300, 225, 300]], 850),
        ([[400, 150, 400, 1], [400, 450, 600, 2], [300, 225, 300, 3]], 452),
        ([[10, 10, 8], [9, 8, 1], [9, 7, 4]], 18),
        ([[10, 10, 8, 11], [9, 8, 1, 1], [9, 7, 4, 10]], 15),
        ([[4, 1, 3], [2, 0, 5], [3, 2, 2]], 5),
    ],
)
def test_the_examples_that_scipy_and_munkres_test_with(costs: list[list[int]], least: int) -> None:
    """From SciPy's tests and manual (BSD); the first four came from PyPI's munkres.

    Rectangular ones (Bourgeois and Lassalle 1971) also lying on their side.
    """
    assert cheapest(np.array(costs, dtype=float)) == least
    assert cheapest(np.array(costs, dtype=float).T) == least


def test_the_ratings_of_the_hungarian_method() -> None:
    """Kuhn (1955), the numerical example: four people, four jobs, the highest sum of ratings."""
    ratings = np.array([[8, 7, 9, 9], [5, 2, 7, 8], [6, 1, 4, 9], [2, 3, 2, 6]], dtype=float)
    assert proved(Problem(ratings, np.ones(4))).total == 27


def reviewed(
    costs: np.ndarray, demand: list[int], least: int, most: int, forbidden: np.ndarray | None = None
) -> tuple[float, np.ndarray]:
    """The cost of giving each paper (a row) its reviewers (columns), and who reviews what."""
    enough = np.abs(costs).max() * 20 + 1.0
    reviewers = costs.shape[1]
    solution = proved(
        Problem(
            enough - costs,
            np.full(reviewers, most),
            demand=np.array(demand),
            min_load=np.full(reviewers, least),
            forbidden=forbidden,
        )
    )
    assert np.bincount(solution.pairs[:, 0]).tolist() == demand
    return float(costs[tuple(solution.pairs.T)].sum()), solution.pairs


# The fixed inputs of OpenReview's matcher (MIT), tests/test_solvers_minmax.py and its neighbours.


def test_openreview_papers_that_need_one_one_and_two_reviews() -> None:
    costs = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0], [2, 2, 0]], dtype=float).T
    cost, pairs = reviewed(costs, [1, 1, 2], least=1, most=2)
    assert cost == 0
    assert pairs.tolist() == [[0, 0], [1, 1], [2, 2], [2, 3]]


def test_openreview_cheaper_pairs_that_are_conflicts_are_left_alone() -> None:
    costs = np.array(
        [
            [-10, 1, 1, -10, -10],
            [-100, -10, -10, -100, 1],
            [1, -10, -10, -100, -100],
            [-10, -100, -100, -10, -10],
        ],
        dtype=float,
    ).T
    conflicts = np.zeros((5, 4), dtype=bool)
    conflicts[[0, 3, 3, 4, 1, 2], [1, 1, 2, 2, 3, 3]] = True
    cost, pairs = reviewed(costs, [2] * 5, least=1, most=3, forbidden=conflicts)
    assert cost == -100
    assert (costs[tuple(pairs.T)] == -10).all()


def test_openreview_equal_scores_still_give_everybody_the_minimum() -> None:
    _, pairs = reviewed(np.ones((6, 6)), [2] * 6, least=2, most=3)
    assert np.bincount(pairs[:, 1]).tolist() == [2] * 6


@pytest.mark.parametrize("least", [1, 2])
def test_openreview_a_reviewer_who_costs_2000_gets_the_minimum_and_no_more(least: int) -> None:
    costs = np.zeros((3, 4))
    costs[:, 3] = 2000
    cost, pairs = reviewed(costs, [3] * 3, least=least, most=3)
    assert cost == 2000 * least
    assert np.bincount(pairs[:, 1])[3] == least


def test_openreview_twenty_papers_that_nobody_may_review_are_refused() -> None:
    with pytest.raises(CannotMeet):
        reviewed(np.zeros((20, 5)), [3] * 20, 5, 20, np.ones((20, 5), dtype=bool))


def test_openreview_both_its_answers_to_three_by_three_are_best() -> None:
    """Two of its solvers differ here, and a score of 0 is no pair there: 1 + 0.25 + 0.2 twice."""
    scores = np.array([[1, 0, 0.25], [1, 0, 0.25], [1, 0.2, 0.5]])
    problem = Problem(scores, np.ones(3), forbidden=scores == 0, cover=True)
    solution = proved(problem)
    assert solution.total == pytest.approx(1.45)
    assert np.argwhere(possible(problem, counterfactuals(problem, solution))).tolist() == [
        [0, 0],
        [0, 2],
        [1, 0],
        [1, 2],
        [2, 1],
    ]


def expected_least(rows: int, columns: int) -> float:
    """The mean least cost of a pair for each row when costs are exponential with mean 1."""
    return sum(
        1 / ((rows - i) * (columns - j))
        for i, j in product(range(rows), range(columns))
        if i + j < rows
    )


def test_expected_costs_of_random_squares_sum_the_squares() -> None:
    """Parisi's formula is the square case of Coppersmith and Sorkin's; its limit is pi ** 2 / 6."""
    for n in (1, 2, 7, 40):
        assert expected_least(n, n) == pytest.approx(sum(1 / k**2 for k in range(1, n + 1)))


@pytest.mark.parametrize(("rows", "columns"), [(30, 30), (20, 40)])
def test_random_exponential_costs_have_the_mean_that_theory_says(rows: int, columns: int) -> None:
    """Aldous (2001) for the limit; Linusson and Wästlund (2004), Nair, Prabhakar and Sharma (2005)
    for every size. 60 draws with a fixed seed, within four standard errors."""
    rng = np.random.default_rng(1955)
    found = [cheapest(rng.exponential(size=(rows, columns))) for _ in range(60)]
    error = np.std(found, ddof=1) / np.sqrt(len(found))
    assert abs(np.mean(found) - expected_least(rows, columns)) < 4 * error
    assert error < 0.05
