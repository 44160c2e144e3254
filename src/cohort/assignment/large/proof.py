"""Checking a large solution in blocks, without trusting the solver: no code is shared with it."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from cohort.assignment.certificate import NO_PROOF, PROOF, TOLERANCE, Verdict, unsound
from cohort.assignment.large.blocks import BlockScores
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.problem import Bools, Floats, Ints
from cohort.assignment.solution import Solution

PAIRS_AT_ONCE = 2**20
LARGEST_BONUS = 1e30
ROUNDING = 1e-15
"""Of a score or the cover bonus: what floats may make of each person."""

Tick = Callable[[float], None]


def unseen(_fraction: float) -> None:
    """Nobody watches."""


def verify_large(problem: LargeProblem, solution: Solution, *, progress: Tick = unseen) -> Verdict:
    """Whether the pairs are allowed and the figures true, and whether nothing is better.

    As `verify` does, but from blocks: one pass over the scores, O(n m) time, one block in memory.
    Floor and stickiness count in steps of the scores. `progress` is given how much of the pass is
    done, from 0 to 1.
    """
    scores, places, pinned, cover = problem.scores, problem.capacity, problem.pinned, problem.cover
    rows, columns = problem.researcher_kind, problem.mentor_kind
    fault = next(_faults_in_shape(solution, len(rows), places, pinned), "")
    if not cover and solution.cover_bonus:
        fault = fault or "A cover bonus is charged without cover."
    if fault:
        return unsound(fault)
    least = float(np.rint(problem.floor * scores.steps))
    sticky = float(np.rint(problem.stickiness * scores.steps)) / scores.steps
    free = np.ones(len(rows), dtype=np.bool_)
    free[[i for i, _ in pinned]] = False
    seen = _seen(
        scores, solution, rows, columns, _Asked(problem.incumbent, sticky, least, free), progress
    )
    bonus = solution.cover_bonus
    for i, j in pinned:
        seen.best[i] = seen.own[i] + bonus - solution.prices.v[j]
        seen.barred[i] = not math.isfinite(seen.own[i])
        seen.could[i] = True
    total = math.fsum(seen.own[solution.mentor_of >= 0].tolist())
    charged = (solution.prices.v * np.minimum(places, len(rows))).tolist()
    bound = math.fsum([*seen.best.tolist(), *charged, -bonus * len(solution.pairs)])
    room = min(int(seen.could.sum()), int(np.minimum(places, len(rows)).sum()))
    slack = _slack(solution, seen, total)
    faults = chain(
        _faults_in_bonus(solution, seen, sticky + 1 / scores.steps),
        _faults_in_figures(solution, seen, total, bound, slack),
    )
    fault = next(faults, "")
    short = next(_faults_in_cover(solution, seen, room, len(pinned)) if cover else iter(()), "")
    proved = bound - total <= slack
    sound = not fault and (not short or solution.stopped)
    sentence = fault or short or (PROOF if proved else NO_PROOF).format(bound=bound, total=total)
    return Verdict(sound, sound and proved and not short, sentence, total, bound)


def _faults_in_shape(
    solution: Solution, n: int, capacity: Ints, pinned: Sequence[tuple[int, int]]
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
    if not 0 <= solution.cover_bonus <= LARGEST_BONUS:
        yield f"cover counts {solution.cover_bonus}, which is no number to reckon with."
    for priced in np.flatnonzero(~((v >= 0) & np.isfinite(v))):
        yield f"The price of mentor {priced} is {v[priced]}; it must be a number of at least 0."


@dataclass(frozen=True, eq=False)
class _Asked:
    """In the units of the scores; `free` are those who are not pinned."""

    incumbent: Ints
    sticky: float
    least: float
    free: Bools


@dataclass(frozen=True, eq=False)
class _Seen:
    """By person: the best offer at the prices, her pair's score, whether it is barred, whether
    some pair is not; and the lowest and highest score of a pair that somebody free may have."""

    best: Floats
    own: Floats
    barred: Bools
    could: Bools
    extremes: Floats


def _seen(
    scores: BlockScores,
    solution: Solution,
    rows: Ints,
    columns: Ints,
    asked: _Asked,
    progress: Tick,
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
        row, mentor, incumbent = (
            rows[people] - start,
            solution.mentor_of[people],
            asked.incumbent[people],
        )
        stays = np.where(incumbent >= 0, asked.sticky, 0.0)
        seen.own[people] = block[row, columns[mentor]] + np.where(incumbent == mentor, stays, 0.0)
        seen.barred[people] = barred[row, columns[mentor]]
        block[barred] = -np.inf
        kept = np.where(incumbent >= 0, block[row, columns[incumbent]] + stays, -np.inf)
        offers: Floats = (block - cheapest).max(axis=1)
        seen.could[people] = offers[row] > -np.inf
        best = np.maximum(offers[row], kept - solution.prices.v[incumbent])
        seen.best[people] = np.maximum(best + solution.cover_bonus, 0.0)
        open_ = asked.free[people]
        barred[np.setdiff1d(np.arange(stop - start), row[open_])] = True
        seen.extremes[0] = min(seen.extremes[0], block.min(initial=0.0, where=~barred))
        seen.extremes[1] = max(
            seen.extremes[1],
            block.max(initial=0.0, where=~barred),
            kept.max(initial=0.0, where=open_),
        )
        progress(stop / shown)
    return seen


def _slack(solution: Solution, seen: _Seen, total: float) -> float:
    slack: float = TOLERANCE * max(*np.abs(seen.extremes).tolist(), abs(total))
    slack += ROUNDING * solution.cover_bonus * len(seen.best)
    slack += ROUNDING * float(np.abs(seen.own[solution.mentor_of >= 0]).sum())  # pins may cancel
    if solution.cover_bonus:  # where all scores are alike it is small, and must show all the same
        slack = min(slack, solution.cover_bonus / 4)
    return slack


def _faults_in_figures(
    solution: Solution, seen: _Seen, total: float, bound: float, slack: float
) -> Iterator[str]:
    for i in np.flatnonzero((solution.mentor_of >= 0) & seen.barred):
        yield f"Researcher {i} has mentor {solution.mentor_of[i]}: forbidden, or below the floor."
    for i in np.flatnonzero(~(np.abs(seen.best - solution.prices.u) <= slack)):
        yield f"Researcher {i} has the price {solution.prices.u[i]}; it must be {seen.best[i]}."
    if not abs(solution.total - total) <= slack:
        yield f"The total is said to be {solution.total}, but the pairs add up to {total}."
    if not abs(solution.bound - bound) <= slack:
        yield f"The bound is said to be {solution.bound}, but the prices give {bound}."
    if not abs(solution.gap - (bound - total)) <= slack:
        yield f"The gap is said to be {solution.gap}; it is {bound - total}."


def _faults_in_bonus(solution: Solution, seen: _Seen, step: float) -> Iterator[str]:
    """What is far above all scores together would drown them, and prove anything."""
    largest = float(np.abs(seen.extremes).max())
    if solution.cover_bonus > 4 * (len(seen.best) + 2) * (2 * largest + step):
        yield f"cover counts {solution.cover_bonus}; beside {largest} that drowns the scores."


def _faults_in_cover(solution: Solution, seen: _Seen, room: int, pinned: int) -> Iterator[str]:
    """The bonus must outweigh all that the others could win, unless nobody more can be placed."""
    lowest, highest = seen.extremes
    outweighing = (room - pinned) * (highest - lowest) + max(-lowest, highest)
    if len(solution.pairs) < room and solution.cover_bonus < outweighing * (1 - TOLERANCE):
        yield f"cover counts {solution.cover_bonus}; that might not outweigh another score."
