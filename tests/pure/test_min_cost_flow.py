"""The start for people who may have several mentors: the best one, unless bits are short."""

import numpy as np
from hypothesis import given, settings

from cohort.assignment.canonical import canonical
from cohort.assignment.flow import Goal, Residual, prices_of
from cohort.assignment.min_cost_flow import min_cost_flow
from cohort.assignment.optimum import solve
from cohort.assignment.problem import Problem
from cohort.assignment.stages import whole
from tests.pure.brute import every_assignment
from tests.pure.cases import problems


@given(problems())
@settings(max_examples=150, deadline=None)
def test_where_an_assignment_exists_it_is_held_and_no_move_improves_it(problem: Problem) -> None:
    if not every_assignment(problem) or not problem.scores.size:
        return
    worth = canonical(problem)
    goal, scope = Goal(worth.units - worth.bonus, worth.bonus), whole(problem, worth)
    held = min_cost_flow(goal, scope)
    assert held is not None
    assert scope.holds(held)
    prices_of(Residual(goal, scope, held))  # raises where a round of moves gains something


def test_scores_too_fine_for_the_flow_are_still_solved_exactly() -> None:
    rng = np.random.default_rng(3)
    scores = rng.random((40, 30)) * 1e-6 + 1e6
    problem = Problem(scores, np.full(30, 3), demand=np.full(40, 2), min_load=np.ones(30))
    solution = solve(problem)
    assert solution.gap == 0
    assert len(solution.pairs) == 80
