"""Checking a solution without trusting the solver: this module shares no code with it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from cohort.matching.problem import Floats, Problem
from cohort.matching.solver import Solution

BLOCK = 1024
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Verdict:
    """True when the solution is allowed and proved optimal; otherwise the first fault found."""

    holds: bool
    sentence: str
    total: float
    bound: float

    def __bool__(self) -> bool:
        return self.holds


def verify(problem: Problem, solution: Solution) -> Verdict:
    """Whether the pairs are allowed and the prices prove that no assignment is better.

    Any prices v >= 0 give a bound: each researcher gets at most her best score less its price,
    and the mentors' places bring in at most what they are priced at. One pass over the scores,
    in blocks of rows; O(n m) time, O(m) memory beside the input. Figures are compared to 1e-9
    of the largest number among them.
    """
    fault = next(
        chain(_faults_in_pairs(problem, solution), _faults_in_prices(problem, solution)), ""
    )
    if fault:
        return Verdict(holds=False, sentence=fault, total=math.nan, bound=math.nan)
    total, bound, best = _weigh(problem, solution)
    fault = next(_faults_in_figures(problem, solution, total, bound, best), "")
    proof = f"No assignment has a total above {bound}, and this one has {total}."
    return Verdict(holds=not fault, sentence=fault or proof, total=total, bound=bound)


def _largest(problem: Problem) -> float:
    return float(np.abs(problem.scores).max(initial=0.0)) + problem.stickiness


def _faults_in_pairs(problem: Problem, solution: Solution) -> Iterator[str]:
    n, m = problem.shape
    mentor_of, u, v = solution.mentor_of, *solution.prices
    if (mentor_of.shape, u.shape, v.shape) != ((n,), (n,), (m,)):
        yield "The solution has another number of researchers or mentors than the problem."
    if ((mentor_of < -1) | (mentor_of >= m)).any():
        yield "Somebody is matched with a mentor who does not exist."
    matched = np.flatnonzero(mentor_of >= 0)
    if not np.array_equal(solution.pairs, np.stack([matched, mentor_of[matched]], axis=1)):
        yield "The list of pairs and the mentor of each researcher do not agree."
    load = np.bincount(mentor_of[matched], minlength=m)
    for full in np.flatnonzero(load > problem.capacity):
        yield f"Mentor {full} has {load[full]} people and {problem.capacity[full]} place(s)."
    for i, j in problem.pinned:
        if mentor_of[i] != j:
            yield f"Researcher {i} is pinned to mentor {j}, but has {mentor_of[i]}."
    pinned = {i for i, _ in problem.pinned}
    for i, j in solution.pairs.tolist():
        if problem.forbidden is not None and problem.forbidden[i, j]:
            yield f"Researcher {i} has mentor {j}, which is forbidden."
        low = problem.floor is not None and problem.scores[i, j] < problem.floor
        if low and i not in pinned:
            yield f"Researcher {i} has mentor {j} at {problem.scores[i, j]}, below the floor."


def _faults_in_prices(problem: Problem, solution: Solution) -> Iterator[str]:
    v, bonus = solution.prices.v, solution.cover_bonus
    for j in np.flatnonzero(~((v >= 0) & np.isfinite(v))):
        yield f"The price of mentor {j} is {v[j]}; it must be a number of at least 0."
    if bonus and not problem.cover:
        yield "A cover bonus is charged without cover."
    most = min(problem.shape[0], sum(problem.capacity.tolist()))
    if problem.cover and not 2 * most * _largest(problem) <= bonus < math.inf:
        yield f"The cover bonus is {bonus}: too small to prove that nobody else can be placed."


def _faults_in_figures(
    problem: Problem, solution: Solution, total: float, bound: float, best: Floats
) -> Iterator[str]:
    slack = TOLERANCE * max(_largest(problem), solution.cover_bonus, abs(total))
    for i in np.flatnonzero(~(np.abs(best - solution.prices.u) <= slack)):
        yield f"Researcher {i} has the price {solution.prices.u[i]}; it must be {best[i]}."
    if not abs(solution.total - total) <= slack:
        yield f"The total is said to be {solution.total}, but the pairs add up to {total}."
    if not bound - total <= slack:
        yield f"The prices only prove that no total is above {bound}; the total is {total}."
    if not abs(solution.bound - bound) <= slack:
        yield f"The bound is said to be {solution.bound}, but the prices give {bound}."
    if not abs(solution.gap - (solution.bound - solution.total)) <= slack:
        yield f"The gap is said to be {solution.gap}, which is not bound less total."


def _weigh(problem: Problem, solution: Solution) -> tuple[float, float, Floats]:
    """The total of the pairs, the bound by the prices, and the best offer to each researcher."""
    n, m = problem.shape
    v, bonus = solution.prices.v, solution.cover_bonus
    best = np.zeros(n)
    parts: list[float] = []
    for start in range(0, n if m else 0, BLOCK):
        rows = slice(start, start + BLOCK)
        scores = problem.scores[rows].copy()
        barred = np.zeros(scores.shape, dtype=np.bool_)
        if problem.forbidden is not None:
            barred |= problem.forbidden[rows]
        if problem.floor is not None:
            barred |= scores < problem.floor
        if problem.incumbent is not None:
            scores[problem.incumbent[rows, None] == np.arange(m)] += problem.stickiness
        offers = scores + (bonus - v)
        best[rows] = np.where(barred, 0.0, offers).max(axis=1).clip(min=0.0)
        for i, j in problem.pinned:
            if rows.start <= i < rows.stop:
                best[i] = offers[i - start, j]
        chosen = solution.mentor_of[rows]
        matched = np.flatnonzero(chosen >= 0)
        parts += scores[matched, chosen[matched]].tolist()
    total = math.fsum(parts)
    charged = [p * c for p, c in zip(v.tolist(), problem.capacity.tolist(), strict=True)]
    bound = math.fsum([*best.tolist(), *charged, *[-bonus] * len(parts)])
    return total, bound, best
