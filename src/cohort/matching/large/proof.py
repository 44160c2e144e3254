"""Checking a large solution in blocks, without trusting the solver: no code is shared with it."""

import math
from collections.abc import Iterator

import numpy as np

from cohort.matching.certificate import TOLERANCE, Verdict
from cohort.matching.large.blocks import BlockScores
from cohort.matching.large.solver import LargeSolution
from cohort.matching.problem import Bools, Floats, Ints

PAIRS_AT_ONCE = 2**20


def verify_large(
    scores: BlockScores,
    capacity: Ints,
    solution: LargeSolution,
    *,
    floor: float | None = None,
    researcher_kind: Ints | None = None,
    mentor_kind: Ints | None = None,
) -> Verdict:
    """Whether the pairs are allowed and the prices prove that no assignment is better.

    As `verify` does, but from blocks: one pass over the scores, one block in memory. The same
    arguments as `solve_large` was given.
    """
    n = scores.shape[0] if researcher_kind is None else len(researcher_kind)
    rows = np.arange(n) if researcher_kind is None else np.asarray(researcher_kind)
    columns = np.arange(len(capacity)) if mentor_kind is None else np.asarray(mentor_kind)
    fault = next(_faults_in_shape(solution, n, np.asarray(capacity)), "")
    if fault:
        return Verdict(holds=False, sentence=fault, total=math.nan, bound=math.nan)
    least = -math.inf if floor is None else floor
    best, own = _weigh(scores, solution, rows, columns, least)
    total = math.fsum(own[solution.mentor_of >= 0].tolist())
    charged = (solution.prices.v * np.minimum(capacity, n)).tolist()
    bound = math.fsum([*best.tolist(), *charged])
    fault = next(_faults_in_figures(solution, best, own, total, bound), "")
    proof = f"No assignment has a total above {bound}, and this one has {total}."
    return Verdict(holds=not fault, sentence=fault or proof, total=total, bound=bound)


def _faults_in_shape(solution: LargeSolution, n: int, capacity: Ints) -> Iterator[str]:
    mentor_of, (u, v) = solution.mentor_of, solution.prices
    m = len(capacity)
    if (mentor_of.shape, u.shape, v.shape) != ((n,), (n,), (m,)):
        yield "The solution has another number of researchers or mentors than the scores."
    if ((mentor_of < -1) | (mentor_of >= m)).any():
        yield "Somebody is matched with a mentor who does not exist."
    matched = np.flatnonzero(mentor_of >= 0)
    if not np.array_equal(solution.pairs, np.stack([matched, mentor_of[matched]], axis=1)):
        yield "The list of pairs and the mentor of each researcher do not agree."
    load = np.bincount(mentor_of[matched], minlength=m)
    for full in np.flatnonzero(load > capacity):
        yield f"Mentor {full} has {load[full]} people and {capacity[full]} place(s)."
    for j in np.flatnonzero(~((v >= 0) & np.isfinite(v))):
        yield f"The price of mentor {j} is {v[j]}; it must be a number of at least 0."


def _weigh(
    scores: BlockScores, solution: LargeSolution, rows: Ints, columns: Ints, least: float
) -> tuple[Floats, Floats]:
    """The best offer to each researcher at the prices, and the score that she got (or nan)."""
    n = len(rows)
    best, own = np.zeros(n), np.zeros(n)
    shown, m = scores.shape
    cheapest = np.full(m, np.inf)
    np.minimum.at(cheapest, columns, solution.prices.v)
    by_row = np.argsort(rows, kind="stable")
    height = max(PAIRS_AT_ONCE // max(m, 1), 1)
    for start in range(0, shown if m else 0, height):
        stop = min(start + height, shown)
        block = scores.block(start, stop).astype(np.float64) / scores.steps
        barred: Bools = ~(block >= least)
        block[barred] = np.nan
        first, last = np.searchsorted(rows[by_row], [start, stop])
        people = by_row[first:last]
        offers = np.where(barred, -np.inf, block - cheapest).max(axis=1).clip(min=0.0)
        best[people] = offers[rows[people] - start]
        mentor = solution.mentor_of[people]
        own[people] = block[rows[people] - start, columns[mentor]]
    return best, own


def _faults_in_figures(
    solution: LargeSolution, best: Floats, own: Floats, total: float, bound: float
) -> Iterator[str]:
    matched = solution.mentor_of >= 0
    for i in np.flatnonzero(matched & np.isnan(own)):
        yield f"Researcher {i} has mentor {solution.mentor_of[i]}: forbidden, or below the floor."
    slack = TOLERANCE * max(1.0, abs(total))
    for i in np.flatnonzero(~(np.abs(best - solution.prices.u) <= slack)):
        yield f"Researcher {i} has the price {solution.prices.u[i]}; it must be {best[i]}."
    if not abs(solution.total - total) <= slack:
        yield f"The total is said to be {solution.total}, but the pairs add up to {total}."
    if not abs(solution.bound - bound) <= slack:
        yield f"The bound is said to be {solution.bound}, but the prices give {bound}."
    if not abs(solution.gap - (bound - total)) <= slack:
        yield f"The gap is said to be {solution.gap}; it is {bound - total}."
