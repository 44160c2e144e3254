"""Checking that an assignment is as fair as can be, level by level, without trusting the solver.

Each level has prices for places. They prove that the assignment is the best at the level when
nobody could do better at these prices, and no mentor could either. What the prices tell of all
other best assignments (who must be held, who cannot be) is all that the next level may use. What
is best at every level has the same scores, so the total needs no prices. Everything is counted in
whole numbers, the scores in `steps_of(problem)`: nothing is compared to a tolerance
(but the bound of what was stopped).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cohort.matching.problem import Bools, Ints, Problem
from cohort.matching.solver.canonical import steps_of
from cohort.matching.solver.optimum import Level, Solution

BLOCK = 1024
NEVER = -(2**60)
TOLERANCE = 1e-9
LARGEST_PRICE = 2**59
"""Beyond it a price less a score could pass 64 bits, and prove anything."""
KINDS = {"placed": 0, "pairs": 1, "score": 2}
COUNTED = {
    "placed": "The number of people placed is not proved.",
    "pairs": "The number of pairs is not proved.",
}


@dataclass(eq=False)
class _Open:
    """What the levels checked so far leave open; narrowed in place. `past` is the last score."""

    free: Bools
    held: Bools
    fixed: Ints
    least: Ints
    most: Ints
    lower: Ints
    upper: Ints
    past: int = -(2**62)


def faults_in_levels(problem: Problem, solution: Solution) -> Iterator[str]:
    """What is wrong with the proof, level by level. O(n m) time for each level."""
    yield from _faults_in_form(problem, solution)
    steps = steps_of(problem)
    worth, state = _whole_scores(problem, steps), _all_open(problem, solution)
    for kind in _missing(state, solution):
        yield COUNTED[kind]
    yield from _faults_on_the_way(worth, state, solution)
    if (worth[state.held & state.free] > state.past).any():
        yield "There are pairs whose score no level has proved."
    adds = np.where(state.held, worth, 0).sum(axis=1) / steps
    for i in np.flatnonzero(adds != solution.prices.u):
        yield f"Researcher {i} has the price {solution.prices.u[i]}; it must be {adds[i]}."
    for j in np.flatnonzero(solution.prices.v):
        yield f"Mentor {j} has the price {solution.prices.v[j]}; with fairness it must be 0."
    total = sum(worth[state.held].tolist()) / steps
    if not solution.total == solution.bound == total or solution.gap != 0:
        yield f"The total or its bound is not {total}, which is what the pairs add up to."


def faults_so_far(problem: Problem, solution: Solution) -> Iterator[str]:
    """What is wrong with a solution that was stopped, whose last levels may be missing.

    Nothing as fair or fairer has a total above its bound: nothing that is as good at the levels
    that are there and, once the pairs are counted, has none between the last score that a
    level has counted and the next one here.
    """
    yield from _faults_in_form(problem, solution)
    steps = steps_of(problem)
    worth, state = _whole_scores(problem, steps), _all_open(problem, solution)
    yield from _faults_on_the_way(worth, state, solution)
    if not _missing(state, solution):
        left = worth[state.held & state.free & (worth > state.past)]
        state.free &= (worth <= state.past) | (worth >= left.min(initial=-NEVER))
    total = sum(worth[state.held].tolist()) / steps
    if not (np.abs(solution.prices.v) <= LARGEST_PRICE / steps).all():
        yield "The price of a place is larger than any score could ask for."
    prices = np.rint(solution.prices.v * steps).astype(np.int64)
    bound = _bound_by(worth, prices, state) / steps
    if solution.total != total:
        yield f"The total is said to be {solution.total}, but the pairs add up to {total}."
    slack = TOLERANCE * max(abs(total), abs(bound), 1 / steps)
    if not bound - slack <= solution.bound < np.inf:
        yield f"The bound is said to be {solution.bound}, but the prices give {bound}."
    if not abs(solution.gap - (solution.bound - total)) <= slack:
        yield f"The gap is said to be {solution.gap}, which is not bound less total."


def _faults_on_the_way(worth: Ints, state: _Open, solution: Solution) -> Iterator[str]:
    """Through the levels that there are, narrowing the state."""
    kinds = [KINDS[level.kind] for level in solution.levels]
    lacking = [KINDS[kind] for kind in _missing(state, solution)]
    if kinds != sorted(kinds) or max(kinds, default=0) > min(lacking, default=len(KINDS)):
        yield "The levels are not in order, or one is missing."
    for level in solution.levels:
        goal, first, fault = _goal(level, worth, state)
        state.past = level.score if level.kind == "score" else state.past
        yield from fault
        yield from _faults_in_level(goal, first, level.prices, state, level.kind)
        if level.kind == "score":
            _fix_what_has_no_other(worth == level.score, state)


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


def _missing(state: _Open, solution: Solution) -> list[str]:
    """What must be counted before any score, and is not."""
    kinds = {level.kind for level in solution.levels}
    needed = [*(["placed"] if (state.most > 1).any() else []), "pairs"]
    return [kind for kind in needed if kind not in kinds]


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


def _goal(level: Level, worth: Ints, state: _Open) -> tuple[Ints, int, list[str]]:
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
        between = state.free & (worth > state.past) & (worth < level.score)
        if (between & state.held).any() or level.score <= state.past:
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


def _bound_by(worth: Ints, v: Ints, state: _Open) -> int:
    """What nothing that is still open has a total above, at these prices of places."""
    margin, fixed = worth - v, state.held & ~state.free
    adds = margin[fixed].tolist()
    offers = -np.sort(-np.where(state.free, margin, NEVER), axis=1)
    for k in range(min(int((state.most - state.fixed).max(initial=0)), offers.shape[1])):
        has, offer = state.fixed + k, offers[:, k]
        takes = (has < state.least) | ((has < state.most) & (offer > 0))
        adds += offer[takes].tolist()
    places = np.where(v > 0, state.upper, state.lower).tolist()
    charged = [p * c for p, c in zip(v.tolist(), places, strict=True)]
    return int(sum(adds) + sum(charged))
