"""An auction: node potentials near the best ones, and an assignment that goes with them.

All rows with an empty place bid at once for their best offers, each bid `STEP` above what makes
the offer as good as the next best (Bertsekas 1981, 1988; with several places in a column,
Bertsekas and Castañon 1989). It is done in single precision, with one epsilon and no scaling, and
may end early: nothing but speed depends on it.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cohort.assignment.flow import Goal, Scope, pairs_in
from cohort.assignment.problem import Ints

Singles = npt.NDArray[np.float32]

# Chosen at 2,000 x 667 on five shapes, by the time of the whole start and what is left to mend.
STEP = 0.006
"""Of the range of worths: by how much a bid beats the next best offer. A third of it or three
times as much costs up to half more, eight times as much triples scores of like taste."""
BELOW = -1.0
"""What an empty place costs that must be filled. At 0, the core misses so many pairs where ties
are broken that the engine takes 60 ms, not 15."""
TURN = 256
"""Rows that bid at once; from 64 to 1,024 the times are the same within a tenth."""
FEW = 20
"""Empty places for which the auction does not go on; 80 costs up to half more."""
PATIENCE = 100
"""Looks of every row at all its offers, on average, before the auction ends. With 5 it ends too
early and all takes up to nine times as long; 400 gains nothing."""
ROUND = 8  # a round costs at least as much as if so many-th of the rows took part


class Bids:
    """Who has which place and for how much; a column's price is that of its cheapest place.

    value float32[n, m]: worths, moved by `lowest` and divided by `scale` so that they run from 0
    to 1; unmatched float32[n]: what an empty place of a row is worth, in the same units.
    highest float32[m, k] and holder int[m, k], the highest bid first; -1 where a place is empty.
    An empty place costs 0; one that must be filled costs `BELOW`, so that bids find the price
    below 0 that it may need.
    """

    def __init__(self, goal: Goal, scope: Scope) -> None:
        n, m = goal.worth.shape
        self._scaled(goal, scope)
        self.highest = np.zeros((m, int(min(scope.upper.max(), n))), dtype=np.float32)
        nth = np.arange(self.highest.shape[1], 0, -1)
        self.highest[nth <= scope.lower[:, None]] = BELOW
        self.highest[nth > scope.upper[:, None]] = np.inf
        self.holder = np.full(self.highest.shape, -1)
        self.price = self.highest[:, -1].copy()
        self.assigned = np.zeros((n, m), dtype=np.bool_)

    def _scaled(self, goal: Goal, scope: Scope) -> None:
        value = goal.worth.astype(np.float32, order="C")
        if scope.allowed.all():
            self.lowest = float(value.min(initial=np.inf))
        else:
            self.lowest = float(value.min(initial=np.inf, where=scope.allowed))
            np.copyto(value, -np.inf, where=~scope.allowed)
        spread = float(value.max()) - self.lowest
        self.differ, self.scale = spread > 0, max(spread, 1.0)
        value -= np.float32(self.lowest)
        value *= np.float32(1 / self.scale)
        value[scope.fixed] += np.float32(2.0)
        stays = max((-self.lowest - goal.first) / self.scale, -2.0)
        self.unmatched = np.where(scope.least > 0, -2.0, stays).astype(np.float32)
        self.value = value

    def take(self, rows: Ints, columns: Ints, offered: Singles) -> Ints:
        """Give the columns' places to whoever bids the most; returns who is left without."""
        asked, places = np.unique(columns), self.highest.shape[1]
        who = np.append(rows, self.holder[asked])
        where = np.append(columns, np.repeat(asked, places))
        bid = np.append(offered, self.highest[asked])
        order = np.lexsort((-bid, where))
        who, where, bid = who[order], where[order], bid[order]
        nth = np.arange(len(where)) - np.searchsorted(where, where)
        stays = nth < places
        self.highest[where[stays], nth[stays]] = bid[stays]
        self.holder[where[stays], nth[stays]] = who[stays]
        self.price[asked] = self.highest[asked, -1]
        somebody = who >= 0
        self.assigned[who[somebody], where[somebody]] = stays[somebody]
        return who[somebody & ~stays]

    def fill_free(self, waiting: Ints, free: Ints) -> Ints:
        """Let these rows, one after the other, have the best of what is free; who has none."""
        without = []
        for i in waiting.tolist():
            offers = np.where((free > 0) & ~self.assigned[i], self.value[i], -np.inf)
            j = int(offers.argmax())
            if offers[j] > self.unmatched[i]:
                self.assigned[i, j] = True
                free[j] -= 1
            else:
                without.append(i)
        return np.array(without, dtype=np.int64)

    def next_best(self, margin: Singles) -> Singles:
        """What one more place of each row could have, of values less prices: float32[n]."""
        pairs = pairs_in(self.assigned)
        own = margin[pairs]
        margin[pairs] = -np.inf
        best: Singles = np.maximum(margin.max(axis=1), self.unmatched)
        margin[pairs] = own
        return best


def auction(goal: Goal, scope: Scope, out_of_time: Callable[[], bool]) -> Bids:
    """Every row with an empty place bids for its best offer, until nearly all have one or give up.

    Where both sides have several places it is only asked for when time is out, and all take what
    is free. At most `PATIENCE` looks at all pairs: O(n m) each.
    """
    bids = Bids(goal, scope)
    most = np.minimum(scope.most, goal.worth.shape[1])
    # First places first, so that a row seldom bids for two at once.
    waiting = np.concatenate([np.flatnonzero(most > k) for k in range(int(most.max()))])
    places, several = len(waiting), bool((most > 1).any())
    looks = 0
    # Those who must have somebody never give up: with them, more is left to the core.
    few = places // 20 if scope.least.any() else min(FEW, places // 20)
    # Where all pairs are worth the same there is nothing to bid for.
    most_looks = PATIENCE * places if bids.differ else 0
    while len(waiting) > few and looks < most_looks and not out_of_time():
        waiting, again = waiting[:TURN], waiting[TURN:]
        looks += max(len(waiting), places // ROUND)
        offers = bids.value[waiting] - bids.price
        if several:  # nobody outbids itself
            offers[bids.assigned[waiting]] = -np.inf
        k, best = np.arange(len(waiting)), offers.argmax(axis=1)
        most_offered = offers[k, best]
        offers[k, best] = -np.inf
        second = np.maximum(offers.max(axis=1), bids.unmatched[waiting])
        goes = most_offered > bids.unmatched[waiting]
        who, where = waiting[goes], best[goes]
        bid = bids.price[where] + (most_offered - second)[goes] + np.float32(STEP)
        waiting = np.append(again, bids.take(who, where, bid))
    for free in (scope.lower, scope.upper):
        waiting = bids.fill_free(waiting, free - bids.assigned.sum(axis=0))
    return bids
