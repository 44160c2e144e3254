"""Solve a core, price everything, take in what the core lacks; until it lacks nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from cohort.assignment.large.master import Core, best_within, lowest_prices
from cohort.assignment.large.pairs import Pairs, together
from cohort.assignment.large.pricing import Pass, first_prices, price_out
from cohort.assignment.large.transportation import Transportation
from cohort.assignment.problem import UNMATCHED, Ints

FIRST_DEPTH = 1 / 20
"""Of the range of scores: how far below the best offer the artificial column is at first. Rounds
for uniform scores, scores of eight tastes, and the same in 21 steps: at 4,000 x 1,334 with 1/200
3, 8 and 6, with 1/80 3, 5 and 5, with 1/20 3, 5 and 3, with 1/5 3, 4 and 2; at 10,000 x 3,335 with
1/20 4, 5 and 3, with 1/5 4, 5 and 4."""
FAR = 4
"""Times the worst miss: a pair with more slack leaves the core. Pairs of a row in all cores
together, for the scores above at 4,000 x 1,334: 44, 51 and 57 with 1, 46, 65 and 67 with 4, 53, 80
and 67 with 16, 62, 106 and 67 where none leaves; the rounds are the same."""
MOST_ENTERING = 6
"""Of a row, in one round. Rounds and the greatest core, in pairs of a row, for 20,000 people and
scores in 21 steps: 5 and 27 with 3 of them, 4 and 32 with 6, 4 and 53 with all."""

Progress = Callable[[str, float, float], None]
"""Called with the stage ("prices", "pairs", "assignment"), the fraction of it that is done, and the
gap so far as a share of the bound (1 before the first round). "pairs" moves with every block; the
two others are as long as a few blocks. A round is one of "assignment" and one of "pairs"."""


def silent(_stage: str, _fraction: float, _gap: float) -> None:
    """Nobody watches."""


@dataclass(frozen=True, eq=False)
class Best:
    """The best so far, in the grains of the reduced problem.

    pairs, used   the pairs with somebody in them, and how many.
    best, prices  int[n], int[m]: the proof; what a researcher gains at most at these prices.
    total, bound  count what everybody without a mentor counts.
    placeable     no assignment places more people.
    """

    pairs: Pairs
    used: Ints
    best: Ints
    prices: Ints
    total: int
    bound: int
    placeable: int
    rounds: int
    stopped: bool = False

    @property
    def placed(self) -> int:
        return int(self.used.sum())

    @property
    def share(self) -> float:
        """The gap, as a part of the bound; 1 before the first round."""
        if not self.rounds:
            return 1.0
        return min((self.bound - self.total) / max(abs(self.bound), 1), 1.0)

    def ahead_of(self, other: "Best") -> bool:
        return (self.total, -self.bound) > (other.total, -other.bound)


class _OutOfTime(Exception):
    pass


def generate_columns(
    reduced: Transportation, progress: Progress, out_of_time: Callable[[], bool]
) -> Best:
    """The optimum, or the best of the rounds that were finished in time: at least one.

    It ends: without progress the core only grows, and progress is in whole numbers.
    """
    found = _nothing(reduced)
    if not min(reduced.shape):
        return found

    def tick(fraction: float) -> None:
        if found.rounds and out_of_time():
            raise _OutOfTime
        progress("pairs", fraction, found.share)

    progress("prices", 0.0, 1.0)
    seen = price_out(reduced, first_prices(reduced), both_sides=True, tick=tick)
    pairs, best = seen.pairs.each_once(), seen.best
    placeable = min(reduced.masses[np.unique(pairs.rows)].sum(), reduced.capacity.sum())
    found = replace(found, placeable=int(placeable))
    depth = _first_depth(pairs)
    try:
        while True:
            del seen  # while the core is solved, memory is at its peak
            progress("assignment", 0.0, found.share)
            core = Core(pairs, _artificial(reduced, best, depth), reduced.masses, reduced.capacity)
            used = best_within(core)
            prices = lowest_prices(core, used)
            progress("assignment", 1.0, found.share)
            short = _uses_artificial(core, used, reduced.nothing)
            seen = price_out(reduced, prices, both_sides=short, tick=tick)
            best = seen.best
            before = found
            found = _better(found, _weighed(reduced, core, used, best, prices))
            progress("pairs", 1.0, found.share)
            if found.bound == found.total:
                return found
            pairs = _next_pairs(core, seen, prices, better=found.ahead_of(before))
            depth = depth * 2 if short else depth
    except _OutOfTime:
        return replace(_filled(reduced, found), stopped=True)


def _nothing(reduced: Transportation) -> Best:
    """Nobody with a mentor, and no proof."""
    n, m = reduced.shape
    none, best, prices = (np.zeros(k, dtype=np.int64) for k in (0, n, m))
    nowhere = none.astype(np.int32)
    total = reduced.nothing * int(reduced.masses.sum())
    return Best(
        Pairs(nowhere, nowhere, none), none, best + reduced.nothing, prices, total, total, 0, 0
    )


def _first_depth(pairs: Pairs) -> int:
    span = int(pairs.units.max(initial=0)) - int(pairs.units.min(initial=0))
    return max(int(span * FIRST_DEPTH), 1)


def _artificial(reduced: Transportation, best: Ints, depth: int) -> Ints:
    """A little less than everybody's best offer."""
    artificial: Ints = np.maximum(best - depth, reduced.nothing)
    return artificial


def _uses_artificial(core: Core, used: Ints, nothing: int) -> bool:
    """Whether the core left somebody in an artificial column that is worth more than no mentor."""
    placed = np.bincount(core.pairs.rows, weights=used, minlength=len(core.masses))
    return bool(((placed < core.masses) & (core.artificial > nothing)).any())


def _weighed(reduced: Transportation, core: Core, used: Ints, best: Ints, prices: Ints) -> Best:
    """Python's integers: these sums may pass 64 bits."""
    on = used > 0
    without = int(reduced.masses.sum()) - int(used.sum())
    total = _dot(core.pairs.units, used) + reduced.nothing * without
    bound = bound_of(reduced, best, prices)
    return Best(core.pairs.where(on), used[on], best, prices, total, bound, 0, 1)


def bound_of(reduced: Transportation, best: Ints, prices: Ints) -> int:
    """What no assignment's total is above, at these prices."""
    return _dot(best, reduced.masses) + _dot(prices, reduced.capacity)


def _better(old: Best, new: Best) -> Best:
    """The higher total and the lower bound, whichever round they are of."""
    ahead = new if not old.rounds or new.total >= old.total else old
    proof = new if not old.rounds or new.bound <= old.bound else old
    return replace(
        ahead,
        best=proof.best,
        prices=proof.prices,
        bound=proof.bound,
        placeable=old.placeable,
        rounds=old.rounds + 1,
    )


def _filled(reduced: Transportation, found: Best) -> Best:
    """Those whom the core left waiting take the best place that is free, row after row."""
    waiting, free = reduced.masses.copy(), reduced.capacity.copy()
    np.subtract.at(waiting, found.pairs.rows, found.used)
    np.subtract.at(free, found.pairs.columns, found.used)
    taken = [*_taken(reduced, waiting, free)]
    if not taken:
        return found
    rows, columns, units, used = np.array(taken, dtype=np.int64).T
    more = Pairs(rows.astype(np.int32), columns.astype(np.int32), units)
    return replace(
        found,
        pairs=together([found.pairs, more]),
        used=np.concatenate([found.used, used]),
        total=found.total + _dot(units - reduced.nothing, used),
    )


def _taken(
    reduced: Transportation, waiting: Ints, free: Ints
) -> Iterator[tuple[int, int, int, int]]:
    """(row, column, units, people) of whoever takes what is free, by row."""
    rows, columns = np.flatnonzero(waiting), np.flatnonzero(free)
    if not (len(rows) and len(columns)):
        return
    place = np.full(len(free) + 1, UNMATCHED)
    place[columns] = np.arange(len(columns))
    its_incumbent = reduced.incumbent[rows]
    rest = replace(
        reduced,
        scores=reduced.scores.reordered(rows, columns),
        incumbent=place[its_incumbent],
    )
    left = free[columns]
    for start in rest.starts:
        for i, units in zip(rows[start:].tolist(), rest.block_at(start), strict=False):
            for j in np.argsort(-units, kind="stable").tolist():
                people = min(int(waiting[i]), int(left[j]))
                if units[j] < reduced.nothing or not waiting[i]:
                    break
                if people:
                    yield i, int(columns[j]), int(units[j]), people
                    waiting[i] -= people
                    left[j] -= people


def _dot(reduced: Ints, others: Ints) -> int:
    on = np.flatnonzero((reduced != 0) & (others != 0))
    return sum(a * b for a, b in zip(reduced[on].tolist(), others[on].tolist(), strict=True))


def _next_pairs(core: Core, seen: Pass, prices: Ints, *, better: bool) -> Pairs:
    """The core and the pairs that beat its prices, or fall short by less than the worst miss.

    Where the round was better, without the pairs far from it. With only those that beat the prices,
    uniform scores at 4,000 x 1,334 take 5 rounds, not 3.
    """
    pairs, offered = core.pairs, seen.pairs
    surplus = core.artificial.copy()
    np.maximum.at(surplus, pairs.rows, pairs.units - prices[pairs.columns])
    missed = seen.best - surplus
    worst = int(missed.max())
    if better:
        slack = surplus[pairs.rows] - (pairs.units - prices[pairs.columns])
        pairs = pairs.where(slack <= (worst - 1) * FAR)
    gains = offered.units - prices[offered.columns] - surplus[offered.rows]
    near = gains > -worst
    return together([pairs, _highest_of_each_row(offered.where(near), gains[near])]).each_once()


def _highest_of_each_row(entering: Pairs, gains: Ints) -> Pairs:
    order = np.lexsort((-gains, entering.rows))
    rows = entering.rows[order]
    rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
    kept = np.zeros(len(rows), dtype=np.bool_)
    kept[order[rank < MOST_ENTERING]] = True
    return entering.where(kept)
