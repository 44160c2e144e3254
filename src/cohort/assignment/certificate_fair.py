"""Checking that an assignment is as fair as can be, level by level, without trusting the solver.

Each level has prices for places. They prove that the assignment is the best at the level when
nobody could do better at these prices, and no mentor could either. What the prices tell of all
other best assignments (which pairs must be in, which cannot) is all that the next level may use.
What is best at every level has the same scores, so the total needs no prices. Everything is counted
in whole numbers, the scores in `steps_of(problem)`: nothing is compared to a tolerance
(but the bound of what was stopped).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cohort.assignment.problem import Bools, Ints, Problem
from cohort.assignment.solution import Level, Solution
from cohort.assignment.steps import steps_of

NEVER = -(2**60)
TOLERANCE = 1e-9
LARGEST_PRICE = 2**59
"""Beyond it a price less a score could pass 64 bits, and prove anything."""
KINDS = {"ahead": 0, "placed": 1, "pairs": 2, "score": 3}
COUNTED = {
    "ahead": "The number of people placed who go first is not proved.",
    "placed": "The number of people placed is not proved.",
    "pairs": "The number of pairs is not proved.",
}


@dataclass(eq=False)
class _Open:
    """What the levels checked so far leave open; narrowed in place. `past` is the last score.

    row, column, worth, assigned  the pairs that may or may not be in, row by row; a row begins at
                              each of `first`.
    scores                    of the pairs of the solution, all of them, in its order.
    fixed, taken              by researcher and by mentor, the pairs that must be in.
    """

    row: Ints
    column: Ints
    worth: Ints
    assigned: Bools
    scores: Ints
    degree: Ints
    load: Ints
    fixed: Ints
    taken: Ints
    least: Ints
    most: Ints
    lower: Ints
    upper: Ints
    ahead: Bools
    past: int = -(2**62)

    def __post_init__(self) -> None:
        self.first = np.flatnonzero(np.diff(self.row, prepend=-1))

    def keep(self, which: Bools) -> None:
        if not which.all():
            self.row, self.column = self.row[which], self.column[which]
            self.worth, self.assigned = self.worth[which], self.assigned[which]
            self.first = np.flatnonzero(np.diff(self.row, prepend=-1))

    def in_rows(self, which: Bools) -> Ints:
        """How many of these pairs each researcher has."""
        return np.bincount(self.row[which], minlength=len(self.degree))

    def highest(self, values: Ints) -> Ints:
        """The highest of these values, of one for each pair, in each row; NEVER where none is."""
        found = np.full(len(self.degree), NEVER)
        if len(self.first):
            found[self.row[self.first]] = np.maximum.reduceat(values, self.first)
        return found


def faults_in_levels(problem: Problem, solution: Solution) -> Iterator[str]:
    """What is wrong with the proof, level by level.

    O(n m) time and memory, and for each level the time of the pairs that are still open.
    """
    yield from _faults_in_form(problem, solution)
    steps = steps_of(problem)
    state = _all_open(problem, solution, steps)
    for kind in _missing(state, solution):
        yield COUNTED[kind]
    yield from _faults_on_the_way(state, solution)
    if (state.worth[state.assigned] > state.past).any():
        yield "There are pairs whose score no level has proved."
    in_steps = np.zeros(problem.shape[0], dtype=np.int64)
    np.add.at(in_steps, solution.pairs[:, 0], state.scores)
    adds = in_steps / steps
    for i in np.flatnonzero(adds != solution.prices.u):
        yield f"Researcher {i} has the price {solution.prices.u[i]}; it must be {adds[i]}."
    for j in np.flatnonzero(solution.prices.v):
        yield f"Mentor {j} has the price {solution.prices.v[j]}; with fairness it must be 0."
    total = sum(state.scores.tolist()) / steps
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
    state = _all_open(problem, solution, steps)
    yield from _faults_on_the_way(state, solution)
    if not _missing(state, solution):
        left = state.worth[state.assigned & (state.worth > state.past)]
        state.keep((state.worth <= state.past) | (state.worth >= left.min(initial=-NEVER)))
    total = sum(state.scores.tolist()) / steps
    if not (np.abs(solution.prices.v) <= LARGEST_PRICE / steps).all():
        yield "The price of a place is larger than any score could ask for."
    prices = np.rint(solution.prices.v * steps).astype(np.int64)
    bound = _bound_by(prices, state, solution.pairs) / steps
    if solution.total != total:
        yield f"The total is said to be {solution.total}, but the pairs add up to {total}."
    slack = TOLERANCE * max(abs(total), abs(bound), 1 / steps)
    if not bound - slack <= solution.bound < np.inf:
        yield f"The bound is said to be {solution.bound}, but the prices give {bound}."
    if not abs(solution.gap - (solution.bound - total)) <= slack:
        yield f"The gap is said to be {solution.gap}, which is not bound less total."


def _faults_on_the_way(state: _Open, solution: Solution) -> Iterator[str]:
    """Through the levels that there are, narrowing the state."""
    kinds = [KINDS[level.kind] for level in solution.levels]
    lacking = [KINDS[kind] for kind in _missing(state, solution)]
    if kinds != sorted(kinds) or max(kinds, default=0) > min(lacking, default=len(KINDS)):
        yield "The levels are not in order, or one is missing."
    for level in solution.levels:
        yield from _faults_in_count(level, state)
        goal, first = _goal(level, state)
        yield from _faults_in_level(goal, first, level.prices, state, level.kind)
        if level.kind == "score":
            state.past = level.score
            _fix_what_has_no_other(state)


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
    sticky = problem.incumbent[:, None] == np.arange(problem.shape[1])
    worth: Ints = np.rint(problem.scores * steps).astype(np.int64)
    worth += sticky * round(problem.stickiness * steps)
    return worth


def _missing(state: _Open, solution: Solution) -> list[str]:
    """What must be counted before any score, and is not."""
    kinds = {level.kind for level in solution.levels}
    ahead, placed = state.ahead.any(), (state.most > 1).any()
    needed = [*["ahead"] * bool(ahead), *["placed"] * bool(placed), "pairs"]
    return [kind for kind in needed if kind not in kinds]


def _all_open(problem: Problem, solution: Solution, steps: float) -> _Open:
    n, m = problem.shape
    worth = _whole_scores(problem, steps)
    i, j = solution.pairs.T
    assigned = np.zeros((n, m), dtype=np.bool_)
    assigned[i, j] = True
    free = ~problem.forbidden & (problem.scores >= problem.floor)
    fixed, taken = np.zeros(n, dtype=np.int64), np.zeros(m, dtype=np.int64)
    for pinned in problem.pinned:
        free[pinned] = False
        fixed[pinned[0]] += 1
        taken[pinned[1]] += 1
    row, column = np.nonzero(free)
    return _Open(
        row=row,
        column=column,
        worth=worth[free],
        assigned=assigned[free],
        scores=worth[i, j],
        degree=np.bincount(i, minlength=n),
        load=np.bincount(j, minlength=m),
        fixed=fixed,
        taken=taken,
        least=np.zeros(n, dtype=np.int64),
        most=np.minimum(problem.demand, m),
        lower=problem.min_load.copy(),
        upper=problem.capacity,
        ahead=problem.ahead,
    )


def _faults_in_count(level: Level, state: _Open) -> Iterator[str]:
    """What is wrong with its figures, after closing the pairs that it says nobody has."""
    if level.kind == "ahead":
        count = int(np.count_nonzero(state.degree[state.ahead]))
    elif level.kind == "placed":
        count = int(np.count_nonzero(state.degree))
    elif level.kind == "pairs":
        count = len(state.scores)
    else:
        count = int(np.count_nonzero(state.scores == level.score))
        between = (state.worth > state.past) & (state.worth < level.score)
        if (between & state.assigned).any() or level.score <= state.past:
            yield f"The level at {level.score} is not the next one."
        state.keep(~between)
    if count != level.count:
        yield f"A level counts {level.count} instead of {count}."


def _goal(level: Level, state: _Open) -> tuple[Ints, int]:
    """What the level counts in each open pair, and for each person placed."""
    if level.kind == "ahead":
        return state.ahead[state.row].astype(np.int64), 0
    if level.kind == "placed":
        return np.zeros_like(state.worth), 1
    if level.kind == "pairs":
        return np.ones_like(state.worth), 0
    return -(state.worth == level.score).astype(np.int64), 0


def _faults_in_level(goal: Ints, first: int, v: Ints, state: _Open, kind: str) -> Iterator[str]:
    load = state.load
    for j in np.flatnonzero(((v > 0) & (load < state.upper)) | ((v < 0) & (load > state.lower))):
        yield f"Mentor {j} has the price {v[j]} in a level ({kind}), but has {load[j]} people."
    for i in np.flatnonzero(_narrow(goal - v[state.column], first, state)):
        yield f"Researcher {i} could do better at the prices of a level ({kind})."
    state.lower = np.where(v > 0, state.upper, state.lower)
    state.upper = np.where(v < 0, state.lower, state.upper)


def _narrow(margin: Ints, first: int, state: _Open) -> Bools:
    """Who could do better; and keep open only what does as well.

    A researcher's own price must lie between the best pair that is open to her, and the worst
    that she holds; one more or one fewer mentor (if she may) bounds it too.
    """
    degree, least, most = state.degree, state.least, state.most
    low = state.highest(np.where(state.assigned, NEVER, margin))
    low = np.where(degree > least, np.maximum(low, -first * (degree == 1)), low)
    high = -state.highest(np.where(state.assigned, -margin, NEVER))
    high = np.where(degree < most, np.minimum(high, -first * (degree == 0)), high)
    tied = (margin == low[state.row]) & (low == high)[state.row]
    sure = state.assigned & ~tied
    state.fixed += state.in_rows(sure)
    state.taken += np.bincount(state.column[sure], minlength=len(state.taken))
    state.keep(tied)
    full = np.where(high > 0, most, np.where(high + first > 0, 1, 0))
    empty = np.where(low >= 0, most, np.where(low + first >= 0, 1, 0))
    state.least, state.most = np.clip(full, least, most), np.clip(empty, least, most)
    wrong: Bools = low > high
    return wrong


def _fix_what_has_no_other(state: _Open) -> None:
    """As many as can be at the score must be: then each of them is in every best assignment.

    What it fills a mentor's places with leaves none for others.
    """
    at = state.worth == state.past
    if state.assigned[at].all():
        state.fixed += state.in_rows(at)
        state.taken += np.bincount(state.column[at], minlength=len(state.taken))
        state.keep(~at & (state.assigned | (state.taken < state.upper)[state.column]))


def _bound_by(v: Ints, state: _Open, pairs: Ints) -> int:
    """What nothing that is still open has a total above, at these prices of places."""
    margin = state.worth - v[state.column]
    adds = (state.scores - v[pairs[:, 1]]).tolist()
    adds += (-margin[state.assigned]).tolist()  # those that are still open are offers
    order = np.lexsort((-margin, state.row))
    row, offer = state.row[order], margin[order]
    has = state.fixed[row] + np.arange(len(row)) - np.searchsorted(row, row)
    takes = (has < state.least[row]) | ((has < state.most[row]) & (offer > 0))
    places = np.where(v > 0, state.upper, state.lower).tolist()
    charged = [p * c for p, c in zip(v.tolist(), places, strict=True)]
    return int(sum(adds) + sum(offer[takes].tolist()) + sum(charged))
