"""Checking that an assignment is as fair as can be, level by level, without trusting the solver.

Each level has prices for places. They prove that the assignment is the best at the level when
nobody could do better at these prices, and no mentor could either. What the prices tell of all
other best assignments (who must be held, who cannot be) is all that the next level may use. What
is best at every level has the same scores, so the total needs no prices. Everything is counted in
whole numbers, the scores in `steps_of(problem)`: nothing is compared to a tolerance.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cohort.matching.problem import Bools, Ints, Problem
from cohort.matching.solver.canonical import steps_of
from cohort.matching.solver.optimum import Level, Solution

BLOCK = 1024
NEVER = -(2**60)
LARGEST_PRICE = 2**59
"""Beyond it a price less a score could pass 64 bits, and prove anything."""
KINDS = {"placed": 0, "pairs": 1, "score": 2}


@dataclass(eq=False)
class _Open:
    """What the levels checked so far leave open; narrowed in place."""

    free: Bools
    held: Bools
    fixed: Ints
    least: Ints
    most: Ints
    lower: Ints
    upper: Ints


def faults_in_levels(problem: Problem, solution: Solution) -> Iterator[str]:
    """What is wrong with the proof, level by level. O(n m) time for each level."""
    yield from _faults_in_form(problem, solution)
    steps = steps_of(problem)
    worth = _whole_scores(problem, steps)
    state = _all_open(problem, solution)
    past = -(2**62)
    kinds = [level.kind for level in solution.levels]
    if kinds != sorted(kinds, key=KINDS.__getitem__) or "pairs" not in kinds:
        yield "The levels are not in order, or the number of pairs is not proved."
    if (state.most > 1).any() and "placed" not in kinds:
        yield "The number of people placed is not proved."
    for level in solution.levels:
        goal, first, fault = _goal(level, worth, state, past)
        past = level.score if level.kind == "score" else past
        yield from fault
        yield from _faults_in_level(goal, first, level.prices, state, level.kind)
        if level.kind == "score":
            _fix_what_has_no_other(worth == level.score, state)
    if (worth[state.held & state.free] > past).any():
        yield "There are pairs whose score no level has proved."
    adds = np.where(state.held, worth, 0).sum(axis=1) / steps
    for i in np.flatnonzero(adds != solution.prices.u):
        yield f"Researcher {i} has the price {solution.prices.u[i]}; it must be {adds[i]}."
    for j in np.flatnonzero(solution.prices.v):
        yield f"Mentor {j} has the price {solution.prices.v[j]}; with fairness it must be 0."
    total = sum(worth[state.held].tolist()) / steps
    if not solution.total == solution.bound == total or solution.gap != 0:
        yield f"The total or its bound is not {total}, which is what the pairs add up to."


def _faults_in_form(problem: Problem, solution: Solution) -> Iterator[str]:
    """Prices that are none, or too large to reckon with."""
    for level in solution.levels:
        if level.kind not in KINDS:
            yield f"There is a level of {level.kind!r}; it must be one of {', '.join(KINDS)}."
        prices = np.asarray(level.prices)
        if prices.shape != problem.capacity.shape or prices.dtype.kind != "i":
            yield f"A level ({level.kind}) needs a whole number for each mentor as prices."
        if (np.abs(prices.astype(np.float64)) > LARGEST_PRICE).any():
            yield f"A price in a level ({level.kind}) is above 2**59 in size."


def _whole_scores(problem: Problem, steps: float) -> Ints:
    """The scores in steps, with stickiness; written anew, so that a slip of the solver shows."""
    sticky = np.asarray(problem.incumbent)[:, None] == np.arange(problem.shape[1])
    worth: Ints = np.rint(problem.scores * steps).astype(np.int64)
    worth += sticky * round(problem.stickiness * steps)
    return worth


def _all_open(problem: Problem, solution: Solution) -> _Open:
    n, m = problem.shape
    held = np.zeros((n, m), dtype=np.bool_)
    held[tuple(solution.pairs.T)] = True
    free = ~np.asarray(problem.forbidden)
    if problem.floor is not None:
        free &= problem.scores >= problem.floor
    fixed = np.zeros(n, dtype=np.int64)
    for i, j in problem.pinned:
        free[i, j] = False
        fixed[i] += 1
    return _Open(
        free=free,
        held=held,
        fixed=fixed,
        least=np.zeros(n, dtype=np.int64),
        most=np.minimum(np.asarray(problem.demand), m),
        lower=np.asarray(problem.min_load).copy(),
        upper=problem.capacity,
    )


def _goal(level: Level, worth: Ints, state: _Open, past: int) -> tuple[Ints, int, list[str]]:
    """What the level counts, after closing the pairs that it says nobody has."""
    if level.kind == "placed":
        count = int(state.held.any(axis=1).sum())
        goal, first = np.zeros_like(worth), 1
    elif level.kind == "pairs":
        count, first = int(state.held.sum()), 0
        goal = np.ones_like(worth)
    else:
        at = worth == level.score
        count, first = int((state.held & at).sum()), 0
        goal = -at.astype(np.int64)
        between = state.free & (worth > past) & (worth < level.score)
        if (between & state.held).any() or level.score <= past:
            return goal, first, [f"The level at {level.score} is not the next one."]
        state.free &= ~between
    wrong = count != level.count
    return goal, first, [f"A level counts {level.count} instead of {count}."] if wrong else []


def _faults_in_level(goal: Ints, first: int, v: Ints, state: _Open, kind: str) -> Iterator[str]:
    load = state.held.sum(axis=0)
    for j in np.flatnonzero(((v > 0) & (load < state.upper)) | ((v < 0) & (load > state.lower))):
        yield f"Mentor {j} has the price {v[j]} in a level ({kind}), which {load[j]} people belie."
    for start in range(0, len(goal), BLOCK):
        rows = slice(start, start + BLOCK)
        wrong = _narrow(goal[rows] - v, first, state, rows)
        for i in np.flatnonzero(wrong):
            yield f"Researcher {i + start} could do better at the prices of a level ({kind})."
    state.lower = np.where(v > 0, state.upper, state.lower)
    state.upper = np.where(v < 0, state.lower, state.upper)


def _narrow(margin: Ints, first: int, state: _Open, rows: slice) -> Bools:
    """Who of these could do better; and keep open only what does as well.

    A researcher's own price must lie between the best pair that is open to her, and the worst
    that she holds; one more or one fewer mentor (if she may) bounds it too.
    """
    free, held = state.free[rows], state.held[rows]
    degree = held.sum(axis=1)
    least, most = state.least[rows], state.most[rows]
    low = np.where(free & ~held, margin, NEVER).max(axis=1, initial=NEVER)
    low = np.where(degree > least, np.maximum(low, -first * (degree == 1)), low)
    high = np.where(free & held, margin, -NEVER).min(axis=1, initial=-NEVER)
    high = np.where(degree < most, np.minimum(high, -first * (degree == 0)), high)
    tied = free & (margin == low[:, None]) & (low == high)[:, None]
    state.fixed[rows] += (free & held & ~tied).sum(axis=1)
    state.free[rows] = tied
    full = np.where(high > 0, most, np.where(high + first > 0, 1, 0))
    empty = np.where(low >= 0, most, np.where(low + first >= 0, 1, 0))
    state.least[rows], state.most[rows] = np.clip(full, least, most), np.clip(empty, least, most)
    wrong: Bools = low > high
    return wrong


def _fix_what_has_no_other(at: Bools, state: _Open) -> None:
    """As many as can be at the score must be: then each of them is in every best assignment."""
    open_ = at & state.free
    if not (open_ & ~state.held).any():
        state.fixed += open_.sum(axis=1)
        state.free &= ~open_
