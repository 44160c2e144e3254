"""Checking a solution without trusting the solver: this module shares no code with it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from cohort.assignment.certificate_fair import faults_in_levels, faults_so_far
from cohort.assignment.problem import Bools, Floats, Ints, Problem
from cohort.assignment.solution import Solution

PAIRS_AT_ONCE = 2**20
TOLERANCE = 1e-9
ROUNDING = 1e-14
"""Of the cover bonus: what rounding to whole steps may make of a pair."""
SMALLEST = 1e-280
"""Of what is smaller, the solver keeps fewer digits than the tolerance asks for."""
PROOF = "No assignment has a total above {bound}, and this one has {total}."
NO_PROOF = "The prices only prove that no total is above {bound}; the total is {total}."
FAIR = "No assignment is fairer, and none as fair has a total above {total}."


@dataclass(frozen=True)
class Verdict:
    """What a check has found; true when nothing is better.

    sound     the pairs are allowed, and every figure is what it is said to be.
    holds     sound, and the figures prove that nothing is better. What was stopped by a time
              limit may be sound and no more.
    sentence  what is proved, or else the first thing that is missing.
    """

    sound: bool
    holds: bool
    sentence: str
    total: float
    bound: float

    def __bool__(self) -> bool:
        return self.holds


def verify(problem: Problem, solution: Solution) -> Verdict:
    """Whether the pairs are allowed and the figures true, and whether nothing is better.

    Any prices v give a bound: each researcher gets at most her best scores less their prices,
    and the mentors' places bring in at most what they are priced at (a price below 0 is paid
    for as many people as the mentor must have). One pass over the scores, in blocks of rows:
    O(n m) time, O(n + m) memory beside the input and a block. Figures are compared to 1e-9 of
    the largest among them (with `cover`, and to 1e-14 of the bonus for each pair). With "fair",
    the levels are checked instead, in whole numbers and O(n m) memory (`certificate_fair`); of
    a solution that was stopped, those that are there.
    """
    looked_at = _faults_in_form, _faults_in_pairs, _faults_in_prices
    fault = next(chain.from_iterable(look(problem, solution) for look in looked_at), "")
    if fault:
        return unsound(fault)
    if problem.objective == "fair":
        missing = next(faults_in_levels(problem, solution), "")
        sound = not missing or (solution.stopped and not any(faults_so_far(problem, solution)))
        sentence = missing or FAIR.format(total=solution.total)
        return Verdict(sound, not missing, sentence, solution.total, solution.bound)
    total, bound, best = _weigh(problem, solution)
    slack = _slack(problem, solution, total)
    fault = next(_faults_in_figures(solution, total, bound, best, slack), "")
    proved = bound - total <= slack
    sentence = (PROOF if proved else NO_PROOF).format(bound=bound, total=total)
    return Verdict(not fault, proved and not fault, fault or sentence, total, bound)


def unsound(fault: str) -> Verdict:
    """Of what is not even an answer, no figure is given."""
    return Verdict(sound=False, holds=False, sentence=fault, total=math.nan, bound=math.nan)


def _largest(problem: Problem) -> float:
    low, high = problem.scores.min(initial=0.0), problem.scores.max(initial=0.0)
    extra = problem.stickiness + float(problem.lead.max(initial=0.0))
    return max(-float(low), float(high)) + extra


def _faults_in_form(problem: Problem, solution: Solution) -> Iterator[str]:
    """What would only look like an answer: other shapes, or numbers that are none."""
    n, m = problem.shape
    pairs, mentor_of = solution.pairs, solution.mentor_of
    u, v = solution.prices
    if (u.shape, v.shape, mentor_of.shape) != ((n,), (m,), (n if problem.single else 0,)):
        yield "The solution has another number of researchers or mentors than the problem."
    if pairs.shape != (len(pairs), 2) or {pairs.dtype.kind, mentor_of.dtype.kind} != {"i"}:
        yield "Pairs must be two whole numbers each, and mentors whole numbers."


def _faults_in_pairs(problem: Problem, solution: Solution) -> Iterator[str]:
    n, m = problem.shape
    pairs, mentor_of = solution.pairs, solution.mentor_of
    if ((pairs < 0) | (pairs >= (n, m))).any() or ((mentor_of < -1) | (mentor_of >= m)).any():
        yield "Somebody is matched with a mentor who does not exist."
    if len(np.unique(pairs, axis=0)) < len(pairs):
        yield "Somebody is matched twice with the same mentor."
    matched = np.flatnonzero(mentor_of >= 0)
    if problem.single and not np.array_equal(pairs, np.column_stack([matched, mentor_of[matched]])):
        yield "pairs and mentor_of do not agree."
    yield from _faults_in_counts(problem, pairs)
    for i, j in sorted(set(problem.pinned) - set(map(tuple, pairs.tolist()))):
        has = pairs[pairs[:, 0] == i, 1].tolist()
        yield f"Researcher {i} is pinned to mentor {j}, but has {has or 'nobody'}."
    for i, j in pairs.tolist():
        if problem.forbidden[i, j]:
            yield f"Researcher {i} has mentor {j}, which is forbidden."
        low = problem.scores[i, j] < problem.floor
        if low and (i, j) not in problem.pinned:
            yield f"Researcher {i} has mentor {j} at {problem.scores[i, j]}, below the floor."


def _faults_in_counts(problem: Problem, pairs: Ints) -> Iterator[str]:
    n, m = problem.shape
    load, degree = np.bincount(pairs[:, 1], minlength=m), np.bincount(pairs[:, 0], minlength=n)
    least, most = problem.min_load, problem.demand
    for j in np.flatnonzero(load > problem.capacity):
        yield f"Mentor {j} has {load[j]} people, but {problem.capacity[j]} place(s)."
    for j in np.flatnonzero(load < least):
        yield f"Mentor {j} has {load[j]} people, but must have {least[j]}."
    for i in np.flatnonzero(degree > most):
        yield f"Researcher {i} has {degree[i]} mentors, but may have {most[i]}."


def _faults_in_prices(problem: Problem, solution: Solution) -> Iterator[str]:
    v, bonus = solution.prices.v, solution.cover_bonus
    may_be_low = (problem.min_load > 0) | (problem.objective == "fair")
    for j in np.flatnonzero(~(((v >= 0) | may_be_low) & np.isfinite(v))):
        yield f"The price of mentor {j} is {v[j]}; it must be a number of at least 0."
    if bonus and not (problem.cover and problem.objective == "total"):
        yield "A cover bonus is charged where it has no place: without cover, or with fairness."
    if problem.cover and problem.objective == "total":
        largest = _largest(problem)
        least = 2 * problem.most_pairs * largest
        most = 8 * (problem.most_pairs + 1) * (max(largest, SMALLEST) if largest else 1.0)
        if not least <= bonus <= most:
            yield f"The cover bonus is {bonus}; to prove anything it must be {least} to {most}."


def _slack(problem: Problem, solution: Solution, total: float) -> float:
    slack = TOLERANCE * max(_largest(problem), abs(total), SMALLEST)
    return slack + ROUNDING * solution.cover_bonus * (problem.most_pairs + 1)


def _faults_in_figures(
    solution: Solution, total: float, bound: float, best: Floats, slack: float
) -> Iterator[str]:
    for i in np.flatnonzero(~(np.abs(best - solution.prices.u) <= slack)):
        yield f"Researcher {i} has the price {solution.prices.u[i]}; it must be {best[i]}."
    if not abs(solution.total - total) <= slack:
        yield f"The total is said to be {solution.total}, but the pairs add up to {total}."
    if not abs(solution.bound - bound) <= slack:
        yield f"The bound is said to be {solution.bound}, but the prices give {bound}."
    if not abs(solution.gap - (solution.bound - solution.total)) <= slack:
        yield f"The gap is said to be {solution.gap}, which is not bound less total."


def _weigh(problem: Problem, solution: Solution) -> tuple[float, float, Floats]:
    """The total of the pairs, the bound by the prices, and the best offer to each researcher."""
    n, m = problem.shape
    v, bonus, pairs = solution.prices.v, solution.cover_bonus, solution.pairs
    best = np.zeros(n)
    parts: list[float] = []
    height = max(PAIRS_AT_ONCE // max(m, 1), 1)
    for start in range(0, n if m else 0, height):
        rows = slice(start, start + height)
        here = pairs[(pairs[:, 0] >= start) & (pairs[:, 0] < start + height)]
        scores, barred = _block(problem, rows)
        best[rows] = _best_offers(problem, rows, scores - v, barred, bonus)
        parts += scores[here[:, 0] - start, here[:, 1]].tolist()
    total = math.fsum(parts)
    places = np.where(v > 0, problem.capacity, problem.min_load)
    charged = [p * c for p, c in zip(v.tolist(), places.tolist(), strict=True)]
    placed = len(np.unique(pairs[:, 0]))
    return total, math.fsum([*best.tolist(), *charged, *[-bonus] * placed]), best


def _block(problem: Problem, rows: slice) -> tuple[Floats, Bools]:
    """The scores of these rows with stickiness and lead, and which pairs cannot be."""
    scores = problem.scores[rows].copy()
    barred = problem.forbidden[rows] | (scores < problem.floor)
    mentors = np.arange(problem.shape[1])
    scores[problem.incumbent[rows, None] == mentors] += problem.stickiness
    scores += problem.lead[rows, None]
    return scores, barred


def _best_offers(
    problem: Problem, rows: slice, margin: Floats, barred: Bools, bonus: float
) -> Floats:
    """What these researchers can add at most: their pins, and the best others up to demand."""
    most = problem.demand[rows]
    pinned = np.zeros(barred.shape, dtype=np.bool_)
    for i, j in problem.pinned:
        if rows.start <= i < rows.stop:
            pinned[i - rows.start, j] = True
    has = pinned.sum(axis=1)
    best = np.where(pinned, margin, 0.0).sum(axis=1) + bonus * (has > 0)
    others = np.where(barred | pinned, -np.inf, margin)
    more = min(int((most - has).max(initial=0)), margin.shape[1])
    top = np.sort(others, axis=1)[:, ::-1] if more > 1 else others.max(axis=1, keepdims=True)
    for k in range(more):
        gain = top[:, k] + bonus * (has + k == 0)
        best += np.where((has + k < most) & (gain > 0), gain, 0.0)
    offers: Floats = best
    return offers
