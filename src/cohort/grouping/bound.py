"""What no set of groups can be worth more than.

Each person is let choose her group alone: a size, and as many partners as she likes best. People
whom many choose get a price, which whoever chooses them pays and they receive; inside a real group
the prices cancel out, so for all prices the sum of what people get this way is at least the worth
of every set of groups. At the best prices this is the linear relaxation of the b-matching in which
each has `s - 1` partners (Lagrange duality; Edmonds 1965 for the matching itself); it does not ask
that the partners of one person suit each other, which is why some distance remains.
"""

import math

import numpy as np

from cohort.assignment.problem import Floats
from cohort.grouping.problem import GRAIN, UNEVEN, UNPLACED, Ordered, Singles

STEPS = 40


def upper_bound(people: Ordered, found: float, steps: int = STEPS) -> tuple[float, Singles]:
    """The lowest that so many steps find, and its prices; `found` is what some groups are worth."""
    n = len(people.ids)
    prices: Singles = np.zeros(n, dtype=np.float32)
    if n == 0:
        return 0.0, prices
    likes: Singles = np.where(people.compatible, people.affinity, np.float32(-np.inf))
    least, best_prices, stride, stalled = math.inf, prices, 1.0, 0
    for _ in range(steps):
        bound, slope = _at(people, likes, prices)
        if bound < least - 1e-6:
            least, best_prices, stalled = bound, prices, 0
        else:
            stalled += 1
            stride, stalled = (stride / 2, 0) if stalled == 3 else (stride, stalled)
        steep = float(slope @ slope)
        if least - found <= 1e-6 or steep <= 1e-12:
            break
        step = stride * (bound - found) / steep
        # Whole grains, so that what one pays is to the last bit what the other one gets.
        prices = (np.rint((prices - step * slope) / GRAIN) * GRAIN).astype(np.float32)
    return max(least, found), best_prices


def _at(people: Ordered, likes: Singles, prices: Singles) -> tuple[float, Floats]:
    """The bound at these prices, and how it changes with each."""
    problem, n = people.problem, len(prices)
    most = min(problem.most - 1, n - 1)
    if most < problem.least - 1:
        return -UNPLACED * n, np.zeros(n)
    offered = likes + prices[:, None] - prices
    # The last of a partition are the largest; they are few, so they are sorted by themselves.
    nearest = np.argpartition(offered, n - most, axis=1)[:, n - most :]
    theirs = np.take_along_axis(offered, nearest, axis=1)
    ranked = np.argsort(-theirs, axis=1, kind="stable")
    nearest = np.take_along_axis(nearest, ranked, axis=1)
    theirs = np.take_along_axis(theirs, ranked, axis=1).astype(np.float64)
    partners = np.arange(problem.least - 1, most + 1)
    sums = np.cumsum(theirs, axis=1)[:, problem.least - 2 :]
    costs = UNEVEN * (partners + 1 - problem.size) ** 2 / (partners + 1)
    gets = sums / partners - costs
    choice = gets.argmax(axis=1)
    top = gets[np.arange(n), choice]
    placed = top > -UNPLACED
    slope = placed.astype(np.float64)
    chosen = partners[choice]
    for rank in range(most):
        takes = placed & (rank < chosen)
        slope -= np.bincount(nearest[takes, rank], 1 / chosen[takes], minlength=n)
    return float(np.maximum(top, -UNPLACED).sum()), slope
