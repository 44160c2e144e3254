"""A good assignment quickly: where the exact engine starts from. It promises nothing.

Above a few hundred people, an auction in which everybody bids at once finds prices near the
best (Bertsekas 1981), the pairs that look good at those prices make a sparse core (Volgenant
1996), and SciPy solves the core. What is still wrong then is a few moves, which the engine finds.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from cohort.matching.flow import Goal, Scope
from cohort.matching.problem import Bools, Floats, Ints

Singles = npt.NDArray[np.float32]

DENSE = 100_000  # researchers times places up to which the whole matrix is solved at once
STEP = 0.006  # of the range of worths: by how much a bid beats the next best offer
NEAR = 2.0  # steps within which a pair always belongs to the core
CHOICE = 8  # how many pairs the core should have for most researchers
SAMPLE = 128
ROUND = 8  # a round costs at least as much as if so many-th of the people took part
PATIENCE = 100  # offers that everybody may look through, on average, before the auction ends


def quick(goal: Goal, scope: Scope, held: Bools) -> Bools:
    """An assignment in the scope, near the best: `held` itself where nothing better is found."""
    if not (scope.allowed.any() and scope.upper.any()):
        return held
    places = int(np.minimum(scope.upper, scope.allowed.sum(axis=0)).sum())
    if (scope.most > 1).any():
        found = _auction(goal, scope).held
    elif len(held) * places <= DENSE:
        found = _dense(goal, scope)
    else:
        found = _core_solved(goal, scope, held)
    return found if scope.holds(found) else held


def _pull(goal: Goal, scope: Scope, rows: Ints, columns: Ints) -> Floats:
    """The worths of allowed pairs as floats, with so much for what must be filled that nothing
    outweighs it."""
    worth = goal.worth[rows, columns].astype(np.float64) + goal.first
    owed = (scope.least[rows] > 0) + (scope.lower[columns] > 0) * 1.0 + scope.fixed[rows, columns]
    return worth + owed * (2.0 * len(goal.worth) * float(np.abs(worth).max(initial=0)) + 1.0)


def _dense(goal: Goal, scope: Scope) -> Bools:
    """A place is a column; the bench needs none, because what does not exist counts as 0."""
    pull = np.zeros(scope.allowed.shape)
    pairs = np.nonzero(scope.allowed)
    pull[pairs] = np.maximum(_pull(goal, scope, *pairs), 0.0)
    places = np.repeat(np.arange(len(scope.upper)), np.minimum(scope.upper, len(pull)))
    rows, columns = linear_sum_assignment(np.take(pull, places, axis=1), maximize=True)
    held = np.zeros(pull.shape, dtype=np.bool_)
    held[rows, places[columns]] = True
    return held & (pull > 0)


def _core_solved(goal: Goal, scope: Scope, held: Bools) -> Bools:
    """The best assignment that uses only pairs which look good at the prices of an auction."""
    n, m = held.shape
    bids = _auction(goal, scope)
    margin = bids.value - bids.price
    offer = np.maximum(margin.max(axis=1), bids.bench)
    core = (margin >= (offer - _width(margin, offer))[:, None]) & scope.allowed
    core |= bids.held | held
    rows, columns = np.nonzero(core)
    pull = _pull(goal, scope, rows, columns)
    copies = np.minimum(scope.upper, core.sum(axis=0))[columns]
    start = np.cumsum(np.append(0, np.minimum(scope.upper, core.sum(axis=0))))
    nth = np.arange(copies.sum()) - np.repeat(np.cumsum(copies) - copies, copies)
    may_stay = np.flatnonzero(scope.least == 0)
    row = np.concatenate([np.repeat(rows, copies), may_stay])
    column = np.concatenate([np.repeat(start[columns], copies) + nth, start[-1] + may_stay])
    gain = np.concatenate([np.repeat(pull, copies), np.zeros(len(may_stay))])
    cost = float(gain.max(initial=0.0)) * 2 + 1 - gain
    graph = csr_array((cost, (row, column)), shape=(n, int(start[-1]) + n))
    try:
        taken, place = min_weight_full_bipartite_matching(graph)
    except ValueError:  # somebody who must be matched has no way to be within the core
        return held
    found = np.zeros((n, m), dtype=np.bool_)
    real = place < start[-1]
    found[taken[real], np.searchsorted(start, place[real], side="right") - 1] = True
    return found


def _width(margin: Singles, offer: Singles) -> float:
    """How far below her best offer most researchers have a choice of mentors."""
    every = max(1, len(margin) // SAMPLE)
    short = offer[::every, None] - margin[::every]
    choice = min(CHOICE, short.shape[1] - 1)
    reach = np.partition(short, choice, axis=1)[:, choice]
    reach = reach[np.isfinite(reach)]
    return max(NEAR * STEP, float(np.median(reach)) if len(reach) else 0.0)


class _Bids(NamedTuple):
    held: Bools
    price: Singles
    value: Singles
    bench: Singles


def _auction(goal: Goal, scope: Scope) -> _Bids:
    """Everybody without a mentor bids for her best offer, until all are placed or give up.

    A place keeps the highest bid; a mentor's price is the lowest of his places'.
    """
    n, m = goal.worth.shape
    value, bench = _values(goal, scope)
    slots = int(min(scope.upper.max(), n))
    bid = np.zeros((m, slots), dtype=np.float32)
    bid[np.arange(slots) >= scope.upper[:, None]] = np.inf
    price, holder = bid.min(axis=1), np.full((m, slots), -1)
    held = np.zeros((n, m), dtype=np.bool_)
    waiting = np.repeat(np.arange(n), np.minimum(scope.most, m))
    several = bool((scope.most > 1).any())
    looks = 0
    while len(waiting) and looks < PATIENCE * n:
        looks += max(len(waiting), n // ROUND)
        if several:  # one bid at a time by each
            waiting, again = _first_of_each(waiting)
        offers = value[waiting] - price
        if several:
            offers[held[waiting]] = -np.inf
        k = np.arange(len(waiting))
        best = offers.argmax(axis=1)
        most = offers[k, best]
        offers[k, best] = -np.inf
        second = np.maximum(offers.max(axis=1), bench[waiting])
        bids = most > bench[waiting]
        i, j = waiting[bids], best[bids]
        offered = price[j] + (most - second)[bids] + np.float32(STEP)
        order = np.lexsort((offered, j))
        i, j, offered = i[order], j[order], offered[order]
        wins = np.append(j[1:] != j[:-1], True)[: len(j)]
        i_won, j_won = i[wins], j[wins]
        slot = bid[j_won].argmin(axis=1)
        out = holder[j_won, slot]
        held[out[out >= 0], j_won[out >= 0]] = False
        bid[j_won, slot], holder[j_won, slot] = offered[wins], i_won
        held[i_won, j_won] = True
        price[j_won] = bid[j_won].min(axis=1)
        waiting = np.concatenate([i[~wins], out[out >= 0]])
        if several:
            waiting = np.concatenate([waiting, again])
    return _Bids(held, price, value, bench)


def _first_of_each(waiting: Ints) -> tuple[Ints, Ints]:
    _, first = np.unique(waiting, return_index=True)
    return waiting[first], np.delete(waiting, first)


def _values(goal: Goal, scope: Scope) -> tuple[Singles, Singles]:
    """Worths and the worth of the bench, moved and scaled so that worths run from 0 to 1."""
    lowest = int(goal.worth.min(initial=np.iinfo(np.int64).max, where=scope.allowed))
    highest = int(goal.worth.max(initial=lowest, where=scope.allowed))
    scale = max(highest - lowest, 1)
    value = (goal.worth - lowest).astype(np.float32)
    value *= np.float32(1 / scale)
    value[~scope.allowed] = -np.inf
    value[scope.fixed] += np.float32(2.0)
    stays = max((-lowest - goal.first) / scale, -2.0)
    bench = np.where(scope.least > 0, -2.0, stays).astype(np.float32)
    return value, bench
