"""A pool of some size, against the dense solver; run with `pytest -m long`."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from cohort.assignment.large.blocks import ProductScores
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.large.proof import verify_large
from cohort.assignment.large.solver import solve_large


@pytest.mark.long
@pytest.mark.parametrize("places", [1, 3, 4])
def test_two_thousand_people_get_the_total_of_the_dense_assignment(places: int) -> None:
    rng = np.random.default_rng(places)
    n, m = 2000, 667
    scores = ProductScores(rng.random((n, 8)), rng.gamma(0.5, 1.0, (m, 8)))
    capacity = np.full(m, places)
    solution = solve_large(LargeProblem(scores, capacity))
    dense = np.repeat(scores.block(0, n), places, axis=1)
    rows, columns = linear_sum_assignment(dense, maximize=True)
    assert round(solution.total * scores.steps) == int(dense[rows, columns].astype(np.int64).sum())
    assert solution.gap == 0
    assert verify_large(LargeProblem(scores, capacity), solution)
