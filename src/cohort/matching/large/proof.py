"""Checking a large solution in blocks, without trusting the solver: no code is shared with it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

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
    pinned: Sequence[tuple[int, int]] = (),
    incumbent: Ints | None = None,
    stickiness: float = 0.0,
    cover: bool = False,
    researcher_kind: Ints | None = None,
    mentor_kind: Ints | None = None,
) -> Verdict:
    """Whether the pairs are allowed and the prices prove that no assignment is better.

    As `verify` does, but from blocks: one pass over the scores, one block in memory. The same
    arguments as `solve_large` was given; floor and stickiness count in steps of the scores.
    """
    places = np.asarray(capacity)
    rows = np.arange(scores.shape[0]) if researcher_kind is None else np.asarray(researcher_kind)
    columns = np.arange(len(places)) if mentor_kind is None else np.asarray(mentor_kind)
    fault = next(_faults_in_shape(solution, len(rows), places, pinned), "")
    if fault:
        return Verdict(holds=False, sentence=fault, total=math.nan, bound=math.nan)
    held = np.full(len(rows), -1) if incumbent is None else np.asarray(incumbent)
    least = -math.inf if floor is None else float(np.rint(floor * scores.steps))
    sticky = float(np.rint(stickiness * scores.steps)) / scores.steps
    seen = _seen(scores, solution, rows, columns, _Asked(held, sticky, least))
    bonus = solution.cover_bonus
    for i, j in pinned:
        seen.best[i] = seen.own[i] + bonus - solution.prices.v[j]
        seen.barred[i] = not math.isfinite(seen.own[i])
        seen.could[i] = True
    total = math.fsum(seen.own[solution.mentor_of >= 0].tolist())
    charged = (solution.prices.v * np.minimum(places, len(rows))).tolist()
    bound = math.fsum([*seen.best.tolist(), *charged, -bonus * len(solution.pairs)])
    faults = _faults_in_figures(solution, seen, total, bound)
    room = min(int(seen.could.sum()), int(np.minimum(places, len(rows)).sum()))
    covering = (
        _faults_in_cover(solution, seen, room, len(pinned))
        if cover and not solution.stopped
        else iter(())
    )
    fault = next(chain(faults, covering), "")
    proof = f"No assignment has a total above {bound}, and this one has {total}."
    return Verdict(holds=not fault, sentence=fault or proof, total=total, bound=bound)


def _faults_in_shape(
    solution: LargeSolution, n: int, capacity: Ints, pinned: Sequence[tuple[int, int]]
) -> Iterator[str]:
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
    for i, j in pinned:
        if mentor_of[i] != j:
            yield f"Researcher {i} is pinned to mentor {j}, but has mentor {mentor_of[i]}."
    for priced in np.flatnonzero(~((v >= 0) & np.isfinite(v))):
        yield f"The price of mentor {priced} is {v[priced]}; it must be a number of at least 0."


@dataclass(frozen=True, eq=False)
class _Asked:
    held: Ints
    sticky: float
    least: float


@dataclass(frozen=True, eq=False)
class _Seen:
    """By person: the best offer at the prices, her pair's score, whether it is barred, whether
    some pair is not; and the lowest and highest score of a pair that may be."""

    best: Floats
    own: Floats
    barred: Bools
    could: Bools
    extremes: Floats


def _seen(
    scores: BlockScores, solution: LargeSolution, rows: Ints, columns: Ints, asked: _Asked
) -> _Seen:
    n, (shown, m) = len(rows), scores.shape
    nobody: Bools = np.zeros(n, dtype=np.bool_)
    seen = _Seen(np.zeros(n), np.zeros(n), nobody, nobody.copy(), np.zeros(2))
    cheapest = np.full(m, np.inf)
    np.minimum.at(cheapest, columns, solution.prices.v)
    by_row = np.argsort(rows, kind="stable")
    height = max(PAIRS_AT_ONCE // max(m, 1), 1)
    for start in range(0, shown if m else 0, height):
        stop = min(start + height, shown)
        block = scores.block(start, stop).astype(np.float64)
        barred: Bools = np.isinf(block) | ~(block >= asked.least)
        block /= scores.steps
        first, last = np.searchsorted(rows[by_row], [start, stop])
        people = by_row[first:last]
        row, mentor, held = rows[people] - start, solution.mentor_of[people], asked.held[people]
        stays = np.where(held >= 0, asked.sticky, 0.0)
        seen.own[people] = block[row, columns[mentor]] + np.where(held == mentor, stays, 0.0)
        seen.barred[people] = barred[row, columns[mentor]]
        block[barred] = -np.inf
        kept = np.where(held >= 0, block[row, columns[held]] + stays, -np.inf)
        offers: Floats = (block - cheapest).max(axis=1)
        seen.could[people] = offers[row] > -np.inf
        best = np.maximum(offers[row], kept - solution.prices.v[held])
        seen.best[people] = np.maximum(best + solution.cover_bonus, 0.0)
        seen.extremes[0] = min(seen.extremes[0], block.min(initial=0.0, where=~barred))
        seen.extremes[1] = max(seen.extremes[1], block.max(initial=0.0), kept.max(initial=0.0))
    return seen


def _faults_in_figures(
    solution: LargeSolution, seen: _Seen, total: float, bound: float
) -> Iterator[str]:
    for i in np.flatnonzero((solution.mentor_of >= 0) & seen.barred):
        yield f"Researcher {i} has mentor {solution.mentor_of[i]}: forbidden, or below the floor."
    slack = TOLERANCE * max(1.0, abs(total), solution.cover_bonus)
    for i in np.flatnonzero(~(np.abs(seen.best - solution.prices.u) <= slack)):
        yield f"Researcher {i} has the price {solution.prices.u[i]}; it must be {seen.best[i]}."
    if not abs(solution.total - total) <= slack:
        yield f"The total is said to be {solution.total}, but the pairs add up to {total}."
    if not abs(solution.bound - bound) <= slack:
        yield f"The bound is said to be {solution.bound}, but the prices give {bound}."
    if not abs(solution.gap - (bound - total)) <= slack:
        yield f"The gap is said to be {solution.gap}; it is {bound - total}."


def _faults_in_cover(solution: LargeSolution, seen: _Seen, room: int, pinned: int) -> Iterator[str]:
    """The bonus must outweigh all that the others could win, unless nobody more can be placed."""
    lowest, highest = seen.extremes
    outweighing = (room - pinned) * (highest - lowest) + max(-lowest, highest)
    if len(solution.pairs) < room and solution.cover_bonus < outweighing * (1 - TOLERANCE):
        yield f"cover counts {solution.cover_bonus}; that might not outweigh another score."
