"""An initial assignment for the exact engine: only speed depends on it.

Up to `DENSE` cells, SciPy solves the matrix with a row and a column per place by shortest
augmenting paths (Jonker and Volgenant 1987; Crouse 2016). Above, one of two sides bids for places
of the other in an auction (Bertsekas 1988) until node potentials are within a hundredth of the
best; the pairs of small reduced cost at these potentials form a sparse core (Volgenant 1996), and
one minimum cost flow solves the core. What is still wrong then is a few negative cycles, which
the engine cancels.

The side with fewer places bids: where mentors are short, mentors bid for researchers. The longer
side would have to bid prices up until a third of it gives up, which took four times as long.
docs/decisions/own-start.md has the measurements.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cohort.assignment.auction import STEP, Bids, Singles, auction
from cohort.assignment.flow import Goal, Scope, pairs_in
from cohort.assignment.min_cost_flow import min_cost_flow
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import Bools, Floats, Ints

DENSE = 100_000
"""Cells of the expanded matrix up to which all of it is solved at once. Measured on five shapes of
scores: at 100 x 34 four times as fast as the auction and the core, at 300 x 100 the same on
average, at 500 x 167 twice as slow, at 1,000 x 334 five times."""
NEAR = 2.0
"""Steps of the auction within which a pair always belongs to the core. Time of `solve` at 2,000 x
667 against that with 2, for uniform, factored and tied scores and a few stars: with 0 and 2 places
for each mentor 1.7, 1.4, 1.0 and 3.5, with 3 places 1.0, 1.1, 1.0 and 1.9; with 4 and 2 places 1.1,
1.0, 1.0 and 1.6, with 3 places 1.2, 1.2, 1.0 and 1.2."""
CHOICE = 8
"""Pairs that the core should have for most rows; with 8, at 2,000 x 667 no pair of the best
assignment is missing on four of five shapes, with ties ten of 1,245."""
MOST_EQUALS = 16
"""Pairs that a row of the core keeps among many equal ones. At 2,000 x 667, twenty levels, the flow
takes 30 ms with 12 or 16, 40 with 32, 60 with 64; what is left to mend is 10, 9, 9 and 6 rounds."""
SAMPLE = 128


class Start(NamedTuple):
    """An assignment in the scope and, where an auction found some, prices int[m] for a bound."""

    assigned: Bools
    price: Ints


def initial_assignment(
    goal: Goal, scope: Scope, assigned: Bools, out_of_time: Callable[[], bool] = never
) -> Start:
    """An assignment near the best: `assigned` itself where nothing better is found.

    An auction of at most `PATIENCE` looks at all pairs, O(n m) each (a few where people differ),
    and one flow on about 10 to 60 pairs a row; up to `DENSE` cells instead O(k^2 l) for k rows
    and l columns, one for each place. `out_of_time` is asked before each round of the auction;
    when it is true, those who wait take what is free.
    """
    price = np.zeros(assigned.shape[1], dtype=np.int64)
    used = _without_spare_places(scope)
    if not used.upper.any() or _as_many_as_can_be(goal, scope, assigned):
        return Start(assigned, price)
    several = bool((used.most > 1).any())
    if several and not out_of_time():
        found = min_cost_flow(goal, scope)
    else:
        scarce = not several and used.upper.sum() < used.most.sum()
        bid = _mentors_bid if scarce else _researchers_bid
        found, price = bid(goal, used, assigned, out_of_time)
    return Start(assigned if found is None or not scope.holds(found) else found, price)


def _researchers_bid(
    goal: Goal, scope: Scope, assigned: Bools, out_of_time: Callable[[], bool]
) -> tuple[Bools | None, Ints]:
    if is_small(scope):
        return _dense(goal, scope), np.zeros_like(scope.upper)
    bids = auction(goal, scope, out_of_time)
    price = np.rint(np.where(scope.upper > 0, bids.price, 0) * bids.scale).astype(np.int64)
    several = bool((scope.most > 1).any())
    if several or _is_enough(goal, scope, bids.assigned, out_of_time):
        return bids.assigned, price
    margin = bids.value - bids.price
    core = _core(scope, bids, margin, bids.next_best(margin))
    return min_cost_flow(goal, replace(scope, allowed=assigned | core)), price


def _mentors_bid(
    goal: Goal, scope: Scope, assigned: Bools, out_of_time: Callable[[], bool]
) -> tuple[Bools | None, Ints]:
    """The same with mentors as rows; a place is worth what the next researcher would add to it."""
    across, turned = replace(goal, worth=goal.worth.T), scope.transposed()
    if is_small(scope):
        return _dense(across, turned).T, np.zeros_like(scope.upper)
    bids = auction(across, turned, out_of_time)
    margin = bids.value - bids.price
    offer = bids.next_best(margin)
    price = np.maximum(offer * bids.scale + bids.lowest + goal.first, 0)
    price = np.rint(price).astype(np.int64)
    if _is_enough(goal, scope, bids.assigned.T, out_of_time):
        return bids.assigned.T, price
    core = _core(turned, bids, margin, offer).T
    return min_cost_flow(goal, replace(scope, allowed=assigned | core)), price


def is_small(scope: Scope) -> bool:
    """Whether SciPy solves the whole matrix: no pair could then be taken twice."""
    several = (scope.most > 1).any() and (scope.upper > 1).any()
    return not several and int(scope.most.sum()) * int(scope.upper.sum()) <= DENSE


def _is_enough(goal: Goal, scope: Scope, assigned: Bools, out_of_time: Callable[[], bool]) -> bool:
    return _as_many_as_can_be(goal, scope, assigned) or (out_of_time() and scope.holds(assigned))


def _without_spare_places(scope: Scope) -> Scope:
    """No more places for anybody than there are pairs to fill them."""
    of_row, of_column = (np.count_nonzero(scope.allowed, axis=axis) for axis in (1, 0))
    return replace(
        scope, most=np.minimum(scope.most, of_row), upper=np.minimum(scope.upper, of_column)
    )


def _as_many_as_can_be(goal: Goal, scope: Scope, assigned: Bools) -> bool:
    """Whether only the number of pairs counts, and nobody or no mentor could have more."""
    full = int(assigned.sum()) == min(int(scope.most.sum()), int(scope.upper.sum()))
    return full and int(goal.worth.min()) == int(goal.worth.max()) > 0 and scope.holds(assigned)


def _dense(goal: Goal, scope: Scope) -> Bools:
    """The best assignment by the whole matrix, in which a missing pair counts 0.

    O(k^2 l) for k rows and l columns, one for each place.
    """
    # Larger pools do without the 40 MB that SciPy's optimisers take.
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

    row, nth_row = _each_place(scope.most)
    column, nth_column = _each_place(scope.upper)
    gain = np.where(scope.allowed, goal.worth + (goal.first + 0.5), 0.0)
    gain = gain[row[:, None], column]
    if _owes(scope):
        rows, columns = pairs_in(scope.allowed[row[:, None], column])
        owed = row[rows], column[columns], nth_row[rows], nth_column[columns]
        gain[rows, columns] += _owed(goal, scope, *owed)
    rows, columns = linear_sum_assignment(np.minimum(-gain, 0.0))
    real = gain[rows, columns] > 0
    assigned = np.zeros(scope.allowed.shape, dtype=np.bool_)
    assigned[row[rows[real]], column[columns[real]]] = True
    return assigned


def _each_place(places: Ints) -> tuple[Ints, Ints]:
    """Of each of so many places of each node: the node, and how many places come before it."""
    node = np.repeat(np.arange(len(places)), places)
    return node, np.arange(len(node)) - np.repeat(np.cumsum(places) - places, places)


def _owes(scope: Scope) -> bool:
    return bool(scope.least.any() or scope.lower.any() or scope.fixed.any())


def _owed(
    goal: Goal, scope: Scope, rows: Ints, columns: Ints, nth_row: Ints, nth_column: Ints
) -> Floats:
    """What these pairs at the nth place of a row and of a column count beside their worth.

    So much for what must be filled that nothing outweighs it.
    """
    owed = (nth_row < scope.least[rows]) + (nth_column < scope.lower[columns]) * 1.0
    owed += scope.fixed[rows, columns]
    most = 2.0 * max(goal.worth.shape) * float(np.abs(goal.worth).max(initial=0))
    gain: Floats = owed * (most + 1.0)
    return gain


def _core(scope: Scope, bids: Bids, margin: Singles, offer: Singles) -> Bools:
    """The pairs of small reduced cost at the prices of the auction, and those that it has found."""
    width = _width(margin, offer)
    if scope.lower.any():
        margin = margin + _allowance(scope, bids, margin, offer)
    core: Bools = margin >= (offer - width)[:, None]
    if _few_levels(bids.value):
        core &= _thinned(core)
    core |= bids.assigned
    return core


def _few_levels(value: Singles) -> bool:
    """Whether most pairs are worth what many others are."""
    some = value.ravel()[:: max(1, value.size // SAMPLE**2)]
    return len(np.unique(some)) < len(some) // MOST_EQUALS


def _thinned(core: Bools) -> Bools:
    """About `MOST_EQUALS` pairs of each row that has many more: of so many equals, any will do."""
    every = np.maximum(np.count_nonzero(core, axis=1) // MOST_EQUALS, 1)
    i, j = np.ogrid[: core.shape[0], : core.shape[1]]
    kept: Bools = (i + j) % every[:, None] == 0
    return kept


def _allowance(scope: Scope, bids: Bids, margin: Singles, offer: Singles) -> Singles:
    """What columns below their minimum must add so that enough rows have them in their core."""
    allowance = np.zeros(len(scope.lower), dtype=np.float32)
    for j in np.flatnonzero(bids.assigned.sum(axis=0) < scope.lower):
        enough = min(CHOICE * int(scope.lower[j]), len(offer)) - 1
        allowance[j] = np.partition(offer - margin[:, j], enough)[enough]
    allowance[~np.isfinite(allowance)] = 2.0
    return allowance


def _width(margin: Singles, offer: Singles) -> float:
    """How far below its next best offer most rows have a choice of columns."""
    every = max(1, len(margin) // SAMPLE)
    short = offer[::every, None] - margin[::every]
    choice = min(CHOICE, short.shape[1] - 1)
    reach = np.partition(short, choice, axis=1)[:, choice]
    reach = reach[np.isfinite(reach)]
    return max(NEAR * STEP, float(np.median(reach)) if len(reach) else 0.0)
