"""The matching by trying everything: slow, short, and sharing nothing with the solver."""

from collections import Counter
from itertools import combinations, product

from cohort.assignment.problem import Problem
from cohort.assignment.solution import Solution

Assignment = tuple[tuple[int, ...], ...]
"""For each researcher the mentors, in order."""


def every_assignment(problem: Problem) -> list[Assignment]:
    """All assignments that the problem allows."""
    options = [list(_options(problem, i)) for i in range(problem.shape[0])]
    return [one for one in product(*options) if _loads_fit(problem, one)]


def chosen(problem: Problem, solution: Solution) -> Assignment:
    pairs = solution.pairs.tolist()
    return tuple(tuple(j for k, j in pairs if k == i) for i in range(problem.shape[0]))


def score_of(problem: Problem, i: int, j: int) -> float:
    sticky = problem.incumbent[i] == j
    return float(problem.scores[i, j]) + (problem.stickiness if sticky else 0)


def scores_of(problem: Problem, assignment: Assignment) -> list[float]:
    return [score_of(problem, i, j) for i, held in enumerate(assignment) for j in held]


def placed_of(assignment: Assignment) -> int:
    return sum(bool(held) for held in assignment)


def merit(problem: Problem, assignment: Assignment) -> tuple[object, ...]:
    """What the objective compares, the most important first."""
    scores = scores_of(problem, assignment)
    total = round(sum(scores), 9)
    if problem.objective == "fair":
        lowest_first = sorted(round(score, 9) for score in scores)
        return (placed_of(assignment), len(scores), lowest_first, total)
    return (placed_of(assignment) if problem.cover else 0, total)


def best(problem: Problem) -> tuple[object, ...]:
    return max(merit(problem, one) for one in every_assignment(problem))


def _options(problem: Problem, i: int) -> list[tuple[int, ...]]:
    pinned = {j for k, j in problem.pinned if k == i}
    open_ = [j for j in range(problem.shape[1]) if j in pinned or _allowed(problem, i, j)]
    most = int(problem.demand[i])
    return [
        held
        for size in range(min(most, len(open_)) + 1)
        for held in combinations(open_, size)
        if pinned <= set(held)
    ]


def _loads_fit(problem: Problem, assignment: Assignment) -> bool:
    load = Counter(j for held in assignment for j in held)
    places = zip(problem.min_load.tolist(), problem.capacity.tolist(), strict=True)
    return all(least <= load[j] <= most for j, (least, most) in enumerate(places))


def _allowed(problem: Problem, i: int, j: int) -> bool:
    if problem.forbidden[i, j]:
        return False
    return problem.floor is None or bool(problem.scores[i, j] >= problem.floor)
