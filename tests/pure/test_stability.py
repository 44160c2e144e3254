"""Who would rather have each other, and whose mentor others would rather have."""

import numpy as np
import pytest

from cohort.matching.problem import BadShape, Problem
from cohort.matching.solver import solve
from cohort.matching.stability import blocking_pairs, envy


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
