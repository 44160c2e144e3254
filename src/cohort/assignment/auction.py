"""An auction for places: prices near the best ones, and an assignment that goes with them.

All who wait for a mentor bid at once for their best offers (Bertsekas 1981, 1988). It is done in
single precision and may end early: nothing but speed depends on it.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cohort.assignment.flow import Goal, Scope
from cohort.assignment.problem import Ints

Singles = npt.NDArray[np.float32]

STEP = 0.006  # of the range of worths: by how much a bid beats the next best offer
TURN = 256  # people who bid at once
FEW = 20  # people without a mentor for whom the auction does not go on
ROUND = 8  # a round costs at least as much as if so many-th of the people took part
PATIENCE = 100  # offers that everybody may look through, on average, before the auction ends


class Bids:
    """Who has which place and for how much; a mentor's price is that of the cheapest place.

    highest float32[m, k] and holder int[m, k], the highest bid first; -1 where a place is empty.
    """

    def __init__(self, goal: Goal, scope: Scope) -> None:
        n, m = goal.worth.shape
        self.value, self.bench, self.scale = _values(goal, scope)
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

    def seat(self, waiting: Ints, free: Ints) -> Ints:
        """Let these people, one after the other, have the best of what is free; who has none."""
        without = []
        for i in waiting.tolist():
            offers = np.where((free > 0) & ~self.held[i], self.value[i], -np.inf)
            j = int(offers.argmax())
            if offers[j] > self.bench[i]:
                self.held[i, j] = True
                free[j] -= 1
            else:
                without.append(i)
        return np.array(without, dtype=np.int64)


def auction(goal: Goal, scope: Scope, out_of_time: Callable[[], bool]) -> Bids:
    """Everybody without a mentor bids for her best offer, until nearly all have one or give up.

    Who may have several mentors does not bid: it is then only asked for when time is out, and
    all take what is free.
    """
    n, m = goal.worth.shape
    bids = Bids(goal, scope)
    waiting = np.repeat(np.arange(n), np.minimum(scope.most, m))
    looks = 0
    # Those who must have a mentor never give up: with them, more is left to the core.
    few = n // 20 if scope.least.any() else min(FEW, n // 20)
    while len(waiting) > few and looks < PATIENCE * n and not out_of_time():
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
    for places in (scope.lower, scope.upper):
        waiting = bids.seat(waiting, places - bids.held.sum(axis=0))
    return bids


def _values(goal: Goal, scope: Scope) -> tuple[Singles, Singles, float]:
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
    return value, bench, scale
