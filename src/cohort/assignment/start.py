"""A good assignment quickly: where the exact engine starts from. It promises nothing.

Above a few hundred people, an auction in which everybody bids at once finds prices near the
best (Bertsekas 1981), the pairs that look good at those prices make a sparse core (Volgenant
1996), and SciPy solves the core. What is still wrong then is a few moves, which the engine finds.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from cohort.assignment.auction import FEW, STEP, Bids, Singles, auction
from cohort.assignment.flow import Goal, Scope, pairs_in
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import Bools, Floats, Ints
from cohort.assignment.several import nearly_best_with_several

DENSE = 100_000  # researchers times places up to which the whole matrix is solved at once
NEAR = 2.0  # steps within which a pair always belongs to the core
CHOICE = 8  # how many pairs the core should have for most researchers
SAMPLE = 128


class Start(NamedTuple):
    """An assignment in the scope and, where an auction found some, prices int[m] for a bound."""

    held: Bools
    price: Ints


def quick(goal: Goal, scope: Scope, held: Bools, out_of_time: Callable[[], bool] = never) -> Start:
    """An assignment near the best: `held` itself where nothing better is found."""
    n, m = held.shape
    price = np.zeros(m, dtype=np.int64)
    nothing_to_find = not (scope.allowed.any() and scope.upper.any())
    if nothing_to_find or _as_many_as_can_be(goal, scope, held):
        return Start(held, price)
    places = int(np.minimum(scope.upper, scope.allowed.sum(axis=0)).sum())
    several = bool((scope.most > 1).any())
    found: Bools | None
    if several and not out_of_time():
        found = nearly_best_with_several(goal, scope)
    elif not several and n * places <= DENSE:
        found = _dense(goal, scope)
    else:
        bids = auction(goal, scope, out_of_time)
        price = np.rint(np.where(scope.upper > 0, bids.price, 0) * bids.scale).astype(np.int64)
        found = bids.held
        enough = several or _as_many_as_can_be(goal, scope, found)
        if not enough and not (out_of_time() and scope.holds(found)):
            found = _core_solved(goal, scope, held, bids)
    return Start(held if found is None or not scope.holds(found) else found, price)


def _as_many_as_can_be(goal: Goal, scope: Scope, held: Bools) -> bool:
    """Whether only the number of pairs counts, and nobody or no mentor could have more."""
    full = int(held.sum()) == min(int(scope.most.sum()), int(scope.upper.sum()))
    return full and int(goal.worth.min()) == int(goal.worth.max()) > 0 and scope.holds(held)


def _pull(goal: Goal, scope: Scope, rows: Ints, columns: Ints, nth: Ints) -> Floats:
    """The worths of allowed pairs at the nth place of a mentor as floats, with so much for what
    must be filled that nothing outweighs it, and half a step for every pair, so that of equals
    more are placed."""
    worth = goal.worth[rows, columns] + (goal.first + 0.5)
    owed = (scope.least[rows] > 0) + (nth < scope.lower[columns]) * 1.0 + scope.fixed[rows, columns]
    return worth + owed * (2.0 * len(goal.worth) * float(np.abs(worth).max(initial=0)) + 1.0)


def _dense(goal: Goal, scope: Scope) -> Bools:
    """A place is a column; the bench needs none, because what does not exist counts as 0."""
    n, m = scope.allowed.shape
    places = np.minimum(scope.upper, n)
    mentor, nth = _each_place(places)
    rows, columns = pairs_in(scope.allowed[:, mentor])
    pull = np.zeros((n, len(mentor)))
    pull[rows, columns] = _pull(goal, scope, rows, mentor[columns], nth[columns])
    rows, columns = linear_sum_assignment(np.maximum(pull, 0.0, out=pull), maximize=True)
    real = pull[rows, columns] > 0
    held = np.zeros((n, m), dtype=np.bool_)
    held[rows[real], mentor[columns[real]]] = True
    return held


def _each_place(places: Ints) -> tuple[Ints, Ints]:
    """Of each of so many places of each mentor: the mentor, and how many come before it."""
    mentor = np.repeat(np.arange(len(places)), places)
    return mentor, np.arange(len(mentor)) - np.repeat(np.cumsum(places) - places, places)


def _core_solved(goal: Goal, scope: Scope, held: Bools, bids: Bids) -> Bools | None:
    """The best assignment that uses only pairs which look good at the prices of the auction."""
    margin = bids.value - bids.price
    offer = np.maximum(margin.max(axis=1), bids.bench)
    width = _width(margin, offer)
    margin += _lure(scope, bids, margin, offer)
    core = (margin >= (offer - width)[:, None]) & scope.allowed
    core |= bids.held | held
    may_stay = scope.least == 0
    placed = bids.held.any(axis=1)
    if may_stay.all() and np.count_nonzero(~placed) <= FEW:
        may_stay &= ~placed | (offer - bids.bench <= width)
    return _best_within(goal, scope, core, np.flatnonzero(may_stay))


def _lure(scope: Scope, bids: Bids, margin: Singles, offer: Singles) -> Singles:
    """What mentors below their minimum must add so that enough people look at them."""
    lure = np.zeros(len(scope.lower), dtype=np.float32)
    for j in np.flatnonzero(bids.held.sum(axis=0) < scope.lower):
        enough = min(CHOICE * int(scope.lower[j]), len(offer)) - 1
        lure[j] = np.partition(offer - margin[:, j], enough)[enough]
    lure[~np.isfinite(lure)] = 2.0
    return lure


def _best_within(goal: Goal, scope: Scope, core: Bools, may_stay: Ints) -> Bools | None:
    """A place is a column, and so is the bench of each who may stay there."""
    rows, columns = pairs_in(core)
    places = np.minimum(scope.upper, core.sum(axis=0))
    first = np.append(0, np.cumsum(places))
    pair, nth = _each_place(places[columns])
    row, mentor = rows[pair], columns[pair]
    bench = first[-1] + np.arange(len(may_stay))
    gain = np.append(_pull(goal, scope, row, mentor, nth), np.zeros(len(may_stay)))
    cost = float(gain.max(initial=0.0)) * 2 + 1 - gain
    where = np.append(row, may_stay), np.append(first[mentor] + nth, bench)
    graph = csr_array((cost, where), shape=(len(core), first[-1] + len(may_stay)))
    try:
        taken, place = min_weight_full_bipartite_matching(graph)
    except ValueError:  # somebody who must be matched has no way to be within the core
        return None
    found = np.zeros(core.shape, dtype=np.bool_)
    real = place < first[-1]
    found[taken[real], np.searchsorted(first, place[real], side="right") - 1] = True
    return found


def _width(margin: Singles, offer: Singles) -> float:
    """How far below her best offer most researchers have a choice of mentors."""
    every = max(1, len(margin) // SAMPLE)
    short = offer[::every, None] - margin[::every]
    choice = min(CHOICE, short.shape[1] - 1)
    reach = np.partition(short, choice, axis=1)[:, choice]
    reach = reach[np.isfinite(reach)]
    return max(NEAR * STEP, float(np.median(reach)) if len(reach) else 0.0)
