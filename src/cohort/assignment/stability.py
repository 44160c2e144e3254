"""Whether two people would rather have each other, and who would rather have another's mentor."""

import numpy as np

from cohort.assignment.canonical import canonical
from cohort.assignment.problem import BadNumber, BadShape, Bools, Ints, Problem
from cohort.assignment.solution import Solution

UNRANKED = 0


def blocking_pairs(problem: Problem, solution: Solution, hers: Ints, theirs: Ints) -> Ints:
    """The pairs (i, j), int[k, 2], who would both rather have each other than what they have.

    hers    int[n, m]: the rank that researcher i gives mentor j, 1 the dearest, 0 for none.
    theirs  int[n, m]: the rank that mentor j gives researcher i, in the same way.

    Somebody prefers a partner to one of a later rank, to one without rank, and to a free place;
    nobody prefers a partner without rank, or one of the same rank. Pins do not move, and pairs
    that are ruled out do not block. Whether a mentor would then miss `min_load` is not asked.
    O(n m). Raises BadShape, or BadNumber for a rank that is no whole number from 0.
    """
    hers, theirs = _ranks(hers, "hers", problem.shape), _ranks(theirs, "theirs", problem.shape)
    assigned = _assigned(problem, solution)
    pinned = np.zeros_like(assigned)
    pinned[[i for i, _ in problem.pinned], [j for _, j in problem.pinned]] = True
    movable = assigned & ~pinned
    hers_wants = _wants(hers, assigned, movable, problem.demand)
    theirs_wants = _wants(theirs.T, assigned.T, movable.T, problem.capacity).T
    return np.argwhere(hers_wants & theirs_wants & canonical(problem).allowed & ~assigned)


def _ranks(given: Ints, field: str, shape: tuple[int, int]) -> Ints:
    ranks = np.asarray(given)
    if ranks.shape != shape:
        raise BadShape(f"{field} has shape {ranks.shape}, not {shape}.", field)
    if ranks.dtype.kind not in "uif":
        raise BadNumber(f"{field} holds {ranks.dtype}; ranks are whole numbers.", field)
    if len(bad := np.argwhere(~((ranks >= UNRANKED) & (ranks == np.trunc(ranks))))):
        i, j = bad[0]
        raise BadNumber(
            f"{field}[{i}, {j}] is {ranks[i, j]}; a rank is a whole number from 1, 0 for none.",
            field,
            (i, j),
        )
    return ranks


def _wants(ranks: Ints, assigned: Bools, movable: Bools, places: Ints) -> Bools:
    """Whom each row would rather have than a free place or the worst whom it could give up."""
    last = np.iinfo(np.int64).max
    cost = np.where(ranks == UNRANKED, last, ranks)
    worst = np.where(movable, cost, 0).max(axis=1, initial=0)
    worst = np.where(assigned.sum(axis=1) < places, last, worst)
    wants: Bools = (ranks != UNRANKED) & (cost < worst[:, None])
    return wants


def envy(problem: Problem, solution: Solution) -> Ints:
    """int[n]: how many people have a mentor who would suit i better than her own.

    Her own is the worst of hers, if she has several; if she has none, any mentor is better. Only
    mentors whom she may have count. O(n m), with demand above 1 O(n^2 m).
    """
    worth, assigned = canonical(problem), _assigned(problem, solution)
    units, none = worth.units, np.iinfo(np.int64)
    own = np.where(assigned, units, none.max).min(axis=1, initial=none.max)
    own = np.where(assigned.any(axis=1), own, none.min)
    better = worth.allowed & ~assigned & (units > own[:, None])
    people: Ints = (
        better @ assigned.sum(axis=0)
        if problem.single
        else (better.astype(np.float32) @ assigned.T.astype(np.float32) > 0).sum(axis=1)
    )
    return people


def _assigned(problem: Problem, solution: Solution) -> Bools:
    if (len(solution.prices.u), len(solution.prices.v)) != problem.shape:
        raise BadShape("The solution is of a problem with other people.", "solution")
    assigned = np.zeros(problem.shape, dtype=np.bool_)
    assigned[tuple(solution.pairs.T)] = True
    return assigned
