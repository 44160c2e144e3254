"""An initial assignment for the exact engine: only speed depends on it.

Up to `DENSE` cells, SciPy solves the matrix with a row and a column per place by shortest
augmenting paths (Jonker and Volgenant 1987; Crouse 2016). Above, one of two sides bids for places
of the other in an auction (Bertsekas 1988) until node potentials are within a hundredth of the
best; the pairs of small reduced cost at these potentials form a sparse core (Volgenant 1996), and
one minimum cost flow solves the core, or SciPy does where mentors are short and scores come in few
levels. What is still wrong then is a few negative cycles, which the engine cancels.

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
from cohort.assignment.place_matching import dense_matching, sparse_matching
from cohort.assignment.problem import Bools, Ints

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
"""Pairs that the core keeps for each place of a row among many equal ones. At 2,000 x 667, twenty
levels, two or three places, with half as many a tenth more is left to mend; with twice as many the
start takes up to half longer."""
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
        return dense_matching(goal, scope), np.zeros_like(scope.upper)
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
        return dense_matching(across, turned).T, np.zeros_like(scope.upper)
    bids = auction(across, turned, out_of_time)
    margin = bids.value - bids.price
    offer = bids.next_best(margin)
    price = np.maximum(offer * bids.scale + bids.lowest + goal.first, 0)
    price = np.rint(price).astype(np.int64)
    if _is_enough(goal, scope, bids.assigned.T, out_of_time):
        return bids.assigned.T, price
    core = assigned.T | _core(turned, bids, margin, offer)
    if _few_levels(bids.value):
        return sparse_matching(across, replace(turned, allowed=core)).T, price
    return min_cost_flow(goal, replace(scope, allowed=core.T)), price


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


def _core(scope: Scope, bids: Bids, margin: Singles, offer: Singles) -> Bools:
    """The pairs of small reduced cost at the prices of the auction, and those that it has found."""
    width = _width(margin, offer)
    if scope.lower.any():
        margin = margin + _allowance(scope, bids, margin, offer)
    core: Bools = margin >= (offer - width)[:, None]
    if _few_levels(bids.value):
        core = _thinned(core, scope.most)
    core |= bids.assigned
    return core


def _few_levels(value: Singles) -> bool:
    """Whether most pairs are worth what many others are."""
    some = value.ravel()[:: max(1, value.size // SAMPLE**2)]
    return len(np.unique(some)) < len(some) // MOST_EQUALS


def _thinned(core: Bools, places: Ints) -> Bools:
    """About `MOST_EQUALS` pairs for each place of a row: of so many equals, any will do."""
    rows, columns = pairs_in(core)
    most = MOST_EQUALS * np.maximum(places, 1)
    every = np.maximum(np.bincount(rows, minlength=len(core)) // most, 1)
    some = (rows + columns) % every[rows] == 0
    kept = np.zeros_like(core)
    kept[rows[some], columns[some]] = True
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
