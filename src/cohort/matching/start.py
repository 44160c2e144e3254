"""A good assignment quickly: where the exact engine starts from. It promises nothing.

Above a few hundred people, an auction in which everybody bids at once finds prices near the
best (Bertsekas 1981), the pairs that look good at those prices make a sparse core (Volgenant
1996), and SciPy solves the core. What is still wrong then is a few moves, which the engine finds.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from cohort.matching.flow import Goal, Scope, pairs_in
from cohort.matching.problem import Bools, Floats, Ints
from cohort.matching.several import best_with_several

Singles = npt.NDArray[np.float32]

DENSE = 100_000  # researchers times places up to which the whole matrix is solved at once
STEP = 0.006  # of the range of worths: by how much a bid beats the next best offer
NEAR = 2.0  # steps within which a pair always belongs to the core
CHOICE = 8  # how many pairs the core should have for most researchers
SAMPLE = 128
TURN = 256
FEW = 20  # people without a mentor for whom the auction does not go on
ROUND = 8  # a round costs at least as much as if so many-th of the people took part
PATIENCE = 100  # offers that everybody may look through, on average, before the auction ends


def quick(goal: Goal, scope: Scope, held: Bools) -> Bools:
    """An assignment in the scope, near the best: `held` itself where nothing better is found."""
    if not (scope.allowed.any() and scope.upper.any()):
        return held
    places = int(np.minimum(scope.upper, scope.allowed.sum(axis=0)).sum())
    if (scope.most > 1).any():
        found = best_with_several(goal, scope)
    elif len(held) * places <= DENSE:
        found = _dense(goal, scope)
    else:
        found = _core_solved(goal, scope, held)
    return found if found is not None and scope.holds(found) else held


def _pull(goal: Goal, scope: Scope, rows: Ints, columns: Ints) -> Floats:
    """The worths of allowed pairs as floats, with so much for what must be filled that nothing
    outweighs it, and half a step for every pair, so that of equals more are placed."""
    worth = goal.worth[rows, columns] + (goal.first + 0.5)
    owed = (scope.least[rows] > 0) + (scope.lower[columns] > 0) * 1.0 + scope.fixed[rows, columns]
    return worth + owed * (2.0 * len(goal.worth) * float(np.abs(worth).max(initial=0)) + 1.0)


def _dense(goal: Goal, scope: Scope) -> Bools:
    """A place is a column; the bench needs none, because what does not exist counts as 0."""
    pull = np.zeros(scope.allowed.shape)
    pairs = pairs_in(scope.allowed)
    pull[pairs] = np.maximum(_pull(goal, scope, *pairs), 0.0)
    places = np.repeat(np.arange(len(scope.upper)), np.minimum(scope.upper, len(pull)))
    rows, columns = linear_sum_assignment(np.take(pull, places, axis=1), maximize=True)
    held = np.zeros(pull.shape, dtype=np.bool_)
    held[rows, places[columns]] = True
    return held & (pull > 0)


def _core_solved(goal: Goal, scope: Scope, held: Bools) -> Bools:
    """The best assignment that uses only pairs which look good at the prices of an auction."""
    bids = _auction(goal, scope)
    margin = bids.value - bids.price
    offer = np.maximum(margin.max(axis=1), bids.bench)
    width = _width(margin, offer)
    core = (margin >= (offer - width)[:, None]) & scope.allowed
    core |= bids.held | held
    may_stay = scope.least == 0
    placed = bids.held.any(axis=1)
    if may_stay.all() and np.count_nonzero(~placed) <= FEW:
        may_stay &= ~placed | (offer - bids.bench <= width)
    found = _best_within(goal, scope, core, np.flatnonzero(may_stay))
    return held if found is None else found


def _best_within(goal: Goal, scope: Scope, core: Bools, may_stay: Ints) -> Bools | None:
    """A place is a column, and so is the bench of each who may stay there."""
    rows, columns = pairs_in(core)
    pull = _pull(goal, scope, rows, columns)
    places = np.minimum(scope.upper, core.sum(axis=0))
    first = np.append(0, np.cumsum(places))
    copies = places[columns]
    nth = np.arange(copies.sum()) - np.repeat(np.cumsum(copies) - copies, copies)
    row = np.append(np.repeat(rows, copies), may_stay)
    bench = first[-1] + np.arange(len(may_stay))
    column = np.append(np.repeat(first[columns], copies) + nth, bench)
    gain = np.append(np.repeat(pull, copies), np.zeros(len(may_stay)))
    cost = float(gain.max(initial=0.0)) * 2 + 1 - gain
    graph = csr_array((cost, (row, column)), shape=(len(core), first[-1] + len(may_stay)))
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


class _Bids:
    """Who has which place and for how much; a mentor's price is that of the cheapest place.

    highest float32[m, k] and holder int[m, k], the highest bid first; -1 where a place is empty.
    """

    def __init__(self, goal: Goal, scope: Scope) -> None:
        n, m = goal.worth.shape
        self.value, self.bench = _values(goal, scope)
        self.highest = np.zeros((m, int(min(scope.upper.max(), n))), dtype=np.float32)
        missing = self.highest.shape[1] - scope.upper
        self.highest[np.arange(self.highest.shape[1]) < missing[:, None]] = np.inf
        self.holder = np.full(self.highest.shape, -1)
        self.price = self.highest[:, -1].copy()
        self.held = np.zeros((n, m), dtype=np.bool_)

    def take(self, rows: Ints, mentors: Ints, offered: Singles) -> Ints:
        """Give the mentors' places to whoever bids the most; returns who is left without."""
        asked, places = np.unique(mentors), self.highest.shape[1]
        who = np.append(rows, self.holder[asked])
        where = np.append(mentors, np.repeat(asked, places))
        bid = np.append(offered, self.highest[asked])
        order = np.lexsort((-bid, where))
        who, where, bid = who[order], where[order], bid[order]
        nth = np.arange(len(where)) - np.searchsorted(where, where)
        stays = nth < places
        self.highest[where[stays], nth[stays]] = bid[stays]
        self.holder[where[stays], nth[stays]] = who[stays]
        self.price[asked] = self.highest[asked, -1]
        somebody = who >= 0
        self.held[who[somebody], where[somebody]] = stays[somebody]
        return who[somebody & ~stays]


def _auction(goal: Goal, scope: Scope) -> _Bids:
    """Everybody without a mentor bids for her best offer, until nearly all have one or give up."""
    n = len(goal.worth)
    bids = _Bids(goal, scope)
    waiting = np.flatnonzero(scope.most)
    looks = 0
    # Those who must have a mentor never give up: with them, more is left to the core.
    few = n // 20 if scope.least.any() else min(FEW, n // 20)
    while len(waiting) > few and looks < PATIENCE * n:
        waiting, again = waiting[:TURN], waiting[TURN:]
        looks += max(len(waiting), n // ROUND)
        offers = bids.value[waiting] - bids.price
        k, best = np.arange(len(waiting)), offers.argmax(axis=1)
        most = offers[k, best]
        offers[k, best] = -np.inf
        second = np.maximum(offers.max(axis=1), bids.bench[waiting])
        goes = most > bids.bench[waiting]
        who, where = waiting[goes], best[goes]
        bid = bids.price[where] + (most - second)[goes] + np.float32(STEP)
        left = bids.take(who, where, bid)
        waiting = np.append(again, left)
    return bids


def _values(goal: Goal, scope: Scope) -> tuple[Singles, Singles]:
    """Worths and the worth of the bench, moved and scaled so that worths run from 0 to 1."""
    value = goal.worth.astype(np.float32)
    closed = ~scope.allowed
    np.copyto(value, np.inf, where=closed)
    lowest = float(value.min())
    np.copyto(value, -np.inf, where=closed)
    scale = max(float(value.max()) - lowest, 1.0)
    value -= np.float32(lowest)
    value *= np.float32(1 / scale)
    value[scope.fixed] += np.float32(2.0)
    stays = max((-lowest - goal.first) / scale, -2.0)
    bench = np.where(scope.least > 0, -2.0, stays).astype(np.float32)
    return value, bench
