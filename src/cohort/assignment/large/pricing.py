"""A pass over all pairs at given prices: the bound, and the pairs that the core lacks."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock

import numpy as np

from cohort.assignment.large.blocks import BITS_OF_SINGLE, Block
from cohort.assignment.large.pairs import Pairs, together
from cohort.assignment.large.transportation import Transportation
from cohort.assignment.problem import Floats, Ints

THREADS = 2
GROUPS = 20
"""Of mentors, each of which gives a researcher one pair of the first core. Rounds at 6,000 x 2,000,
for scores of eight tastes and the same in 21 steps: 6 and 5 with 5, 4 and 3 with 20."""
PICKS = 16
"""People of the first core for each mentor. Rounds as above: 6 and 6 with 1, 5 and 3 with 4, 4 and
3 with 16 and with 64."""
SAMPLE = 500
RELAXED = 1.7
COOLING = (20.0, 40.0, 80.0, 160.0)
"""The range of scores over the temperature, step by step. Rounds at 4,000 x 1,334, for uniform
scores, scores of eight tastes, and the same in 21 steps: 3, 5 and 3 with these four; 3, 16 and 14
with no guess at all; 4, 9 and 5 with the first alone, 3, 7 and 5 with the third, 4, 9 and 7 with
the last; 4, 6 and 3 with the first and the third; 4, 4 and 3 with 320 as well."""
TURNS = 20
SETTLED = 1 / 32  # of the temperature: prices that move less are right for it
HARDLY = 1e6
GOLDEN = 2654435769

Tick = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Pass:
    """What one pass found.

    best   int[n]: each researcher's best units less price, at least that of no mentor.
    pairs  for each researcher the best mentor of each group of mentors, at these prices; with
           `both_sides` also for each mentor those who would lose the least by coming.
    """

    best: Ints
    pairs: Pairs


def price_out(reduced: Transportation, prices: Ints, *, both_sides: bool, tick: Tick) -> Pass:
    """Look at every pair once, on two threads. O(n m) time, O(n + m) memory and two blocks."""
    n, m = reduced.shape
    picks = _Picks(n, m) if both_sides else None
    look = _Look(reduced, prices, _lots(m), picks)
    best = np.zeros(n, dtype=np.int64)
    found: list[Pairs] = []
    threads = ThreadPoolExecutor(THREADS)
    try:
        for rows, theirs, pairs in threads.map(look.at, reduced.starts):
            best[rows] = theirs
            found.append(pairs)
            tick((rows[-1] + 1) / n)
    finally:
        threads.shutdown(cancel_futures=True)
    return Pass(best, together([*found, *(picks.taken(reduced.nothing) if picks else ())]))


@dataclass(frozen=True, eq=False)
class _Look:
    """At one block of rows; what it finds does not depend on which thread is first."""

    reduced: Transportation
    prices: Ints
    lots: Block
    picks: "_Picks | None"

    def at(self, start: int) -> tuple[Ints, Ints, Pairs]:
        """The rows, each one's best units less price, and the pairs worth a closer look."""
        units, prices = self.reduced.block_at(start), self.prices
        rows, m = np.arange(start, start + len(units)), len(prices)
        exact = np.float32 if prices.max(initial=0) < 2**BITS_OF_SINGLE else np.float64
        surplus = units - prices.astype(exact)
        surplus += self.lots[(rows * GOLDEN) % m].astype(surplus.dtype, copy=False)
        edges = np.unique(np.linspace(0, m, GROUPS + 1).astype(np.int64))
        groups = [surplus[:, a:b].argmax(axis=1) + a for a, b in pairwise(edges)]
        columns = np.stack(groups, axis=1)
        theirs = np.take_along_axis(units, columns, axis=1)
        gain = (theirs - prices[columns]).max(axis=1)
        best = np.maximum(gain, self.reduced.nothing).astype(np.int64)
        if self.picks:
            surplus -= best[:, None].astype(surplus.dtype)
            self.picks.offer(start, surplus, units)
        wide = np.broadcast_to(rows[:, None], columns.shape)
        return rows, best, _real(wide, columns, theirs, self.reduced.nothing)


def _lots(m: int) -> Block:
    """m rows of m numbers below one half, each row turned on by one place.

    Added to whole numbers they change no order, but among equals everybody takes another
    mentor; without them all would crowd on the first of the group.
    """
    drawn = (np.arange(2 * m, dtype=np.uint64) * np.uint64(GOLDEN) % np.uint64(2**32)) >> 29
    line = drawn.astype(np.float32) / 16
    return np.lib.stride_tricks.sliding_window_view(line, m)


def _real(rows: Ints, columns: Ints, units: Block, nothing: int) -> Pairs:
    """Without the pairs that must not be, and those worse than none."""
    real = units >= nothing
    return Pairs(
        rows[real].astype(np.int32), columns[real].astype(np.int32), units[real].astype(np.int64)
    )


class _Picks:
    """For each mentor, in each of a few stretches of rows, who would come most gladly."""

    def __init__(self, n: int, m: int) -> None:
        self._stretch = -(-n // PICKS)
        self._best = np.full((PICKS, m), -np.inf)
        self._row = np.zeros((PICKS, m), dtype=np.int64)
        self._units = np.full((PICKS, m), -np.inf)
        self._one_at_a_time = Lock()

    def offer(self, start: int, surplus: Block, units: Block) -> None:
        k, highest = start // self._stretch, surplus.max(axis=0)
        with self._one_at_a_time:
            best, row = self._best[k], self._row[k]
            earlier = (highest == best) & (start < row)
            better = np.flatnonzero((highest > best) | earlier)
            rows = surplus[:, better].argmax(axis=0)
            best[better] = highest[better]
            row[better] = start + rows
            self._units[k, better] = units[rows, better]

    def taken(self, nothing: int) -> Iterator[Pairs]:
        columns = np.arange(self._row.shape[1])
        for rows, units in zip(self._row, self._units, strict=True):
            yield _real(rows, columns, units, nothing)


def first_prices(reduced: Transportation) -> Ints:
    """A guess at the prices: the dual of the entropic relaxation, for the first few hundred people.

    Everybody in the sample wants mentors in proportion to exp(surplus / temperature), and so no
    mentor; prices rise where more is wanted than there is, over-relaxed, while the temperature
    falls (Sinkhorn's iteration for one side, in float64). Only a guess: a good one saves
    rounds, a bad one costs some, and neither changes the answer.
    """
    sample = min(SAMPLE, reduced.shape[0])
    units = reduced.block(0, sample).astype(np.float32)
    spread = float(np.max(units, initial=0.0, where=np.isfinite(units)))
    masses = reduced.masses
    weights = masses[:sample] * (masses.sum() / max(masses[:sample].sum(), 1))
    places = np.maximum(reduced.capacity, 1e-3)
    prices = np.zeros(reduced.shape[1])
    for part in COOLING if spread else ():
        temperature = spread / part
        artificial = max(reduced.nothing / temperature, -HARDLY)
        for _ in range(TURNS):
            wanted = _wanted(units, prices, weights, temperature, artificial)
            step = temperature * RELAXED * np.log(np.maximum(wanted, 1e-3) / places)
            before, prices = prices, np.clip(prices + step, 0, spread)
            if np.abs(prices - before).max() < SETTLED * temperature:
                break
    return np.rint(prices).astype(np.int64)


def _wanted(
    units: Block, prices: Floats, weights: Floats, temperature: float, artificial: float
) -> Floats:
    exponent = (units - prices.astype(np.float32)) / np.float32(temperature)
    top = np.maximum(exponent.max(axis=1), artificial)
    exponent -= top[:, None]
    np.exp(exponent, out=exponent)
    whole = exponent.sum(axis=1) + np.exp(artificial - top)
    # A matrix product would add up in another order on another number of threads.
    wanted: Floats = np.einsum("i,ij->j", (weights / whole).astype(np.float32), exponent)
    return wanted
