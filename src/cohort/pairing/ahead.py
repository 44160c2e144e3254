"""Who goes first, as her mentor has left: a head start that is just long enough; pure."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cohort.assignment import Problem, Solution, solve, verify
from cohort.assignment.out_of_time import never

HEAD_START = 1.0
"""What is added to the scores of those who go first, to begin with. A score is at most 1."""


def solve_in_order(
    problem: Problem, out_of_time: Callable[[], bool] = never
) -> tuple[Problem, Solution]:
    """As many as possible of those who go first have a mentor; given that, the best by the rules.

    That takes a head start, and the one that was enough is in the problem which is given back: it
    is doubled until as many are placed as could be by themselves. The solution is then the best of
    all that place as many: another one that did better among these would have a higher total with
    the head start too. Nobody else loses a mentor by it where the rules place people first, as
    whoever can be placed together is a part of some way to place as many people as possible.
    Mostly one solve, and a small one where somebody who goes first is left without.
    """
    most: int | None = None
    while True:
        solution = solve(problem, out_of_time=out_of_time)
        placed = _placed(problem, solution)
        if problem.objective == "fair" or solution.stopped or placed == problem.ahead.sum():
            return problem, solution
        most = _most_that_can_be(problem) if most is None else most
        if placed >= most or problem.head_start > _beyond_all(problem):
            return problem, solution
        problem = replace(problem, head_start=2 * problem.head_start)


def _placed(problem: Problem, solution: Solution) -> int:
    return int(np.count_nonzero(problem.ahead[np.unique(solution.pairs[:, 0])]))


def _most_that_can_be(problem: Problem) -> int:
    """How many of those who go first can have a mentor at once, beside the pins; proved."""
    rows = np.flatnonzero(problem.ahead)
    at = {int(i): k for k, i in enumerate(rows)}
    theirs = [(at[i], j) for i, j in problem.pinned if i in at]
    taken = np.bincount(
        [j for i, j in problem.pinned if i not in at], minlength=problem.shape[1]
    ).astype(np.int64)
    low = problem.scores[rows] < problem.floor
    low[tuple(np.array(theirs, dtype=np.int64).reshape(-1, 2).T)] = False
    among = Problem(
        np.zeros((len(rows), problem.shape[1])),
        problem.capacity - taken,
        demand=problem.demand[rows],
        forbidden=problem.forbidden[rows] | low,
        pinned=theirs,
        cover=True,
    )
    solution = solve(among)
    assert verify(among, solution)  # noqa: S101
    return len(solution.pairs)


def _beyond_all(problem: Problem) -> float:
    """More than one person placed could cost the others: a chain of all mentors, at each a pair."""
    largest = float(np.abs(problem.scores).max(initial=0.0)) + problem.stickiness
    return 2 * (min(problem.shape) + 1) * (largest or 1.0)
