"""The matching by trying everything: slow, short, and sharing nothing with the solver."""

from itertools import product

from cohort.matching.problem import Problem


def every_assignment(problem: Problem) -> list[tuple[int, ...]]:
    """All assignments that the problem allows, as the mentor of each researcher (-1: none)."""
    n, m = problem.shape
    pins = dict(problem.pinned)
    options = [
        [pins[i]] if i in pins else [-1, *(j for j in range(m) if _allowed(problem, i, j))]
        for i in range(n)
    ]
    return [
        a for a in product(*options) if all(a.count(j) <= problem.capacity[j] for j in range(m))
    ]


def total_of(problem: Problem, assignment: tuple[int, ...]) -> float:
    return sum(
        float(problem.scores[i, j])
        + (problem.stickiness if problem.incumbent is not None and problem.incumbent[i] == j else 0)
        for i, j in enumerate(assignment)
        if j >= 0
    )


def placed_of(assignment: tuple[int, ...]) -> int:
    return sum(j >= 0 for j in assignment)


def best(problem: Problem) -> tuple[int, float]:
    """The people placed (with `cover`, otherwise 0) and the total of the best assignment."""
    return max(
        (placed_of(a) if problem.cover else 0, total_of(problem, a))
        for a in every_assignment(problem)
    )


def _allowed(problem: Problem, i: int, j: int) -> bool:
    if problem.forbidden is not None and problem.forbidden[i, j]:
        return False
    return problem.floor is None or bool(problem.scores[i, j] >= problem.floor)
