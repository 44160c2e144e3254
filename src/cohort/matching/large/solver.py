"""The exact optimum of a pool whose matrix is never held (Volgenant 1996, Lee and Orlin 1993)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cohort.matching.large.blocks import BlockScores
from cohort.matching.large.kinds import Kinds, kinds_of, told_apart
from cohort.matching.large.master import Core, best_within, lowest_prices
from cohort.matching.large.pricing import Pairs, Pass, first_prices, price_out, together
from cohort.matching.problem import BadNumber, BadShape, Ints
from cohort.matching.solver import Prices

__all__ = ["LargeSolution", "solve_large"]

MOST_ROUNDS = 100
FIRST_DEPTH = 1 / 20

Progress = Callable[[str, float, float], None]
"""Told of the stage ("prices", "pairs", "assignment"), its fraction done, and the gap so far
as a share of the bound (1 before the first round)."""


@dataclass(frozen=True, eq=False)
class LargeSolution:
    """As `Solution`, without ties settled by lots; figures are in the units of the scores.

    gap is 0 when the optimum is proved; it is more only when the rounds ran out.
    prices are by person, also where people share a kind.
    """

    pairs: Ints
    mentor_of: Ints
    total: float
    bound: float
    gap: float
    prices: Prices
    rounds: int


def solve_large(
    scores: BlockScores,
    capacity: Ints,
    *,
    floor: float | None = None,
    researcher_kind: Ints | None = None,
    mentor_kind: Ints | None = None,
    researcher_ids: Sequence[str] | None = None,
    mentor_ids: Sequence[str] | None = None,
    progress: Progress | None = None,
    most_rounds: int = MOST_ROUNDS,
) -> LargeSolution:
    """The assignment of the highest total; nobody is matched below `floor`, or below 0.

    capacity int[m] >= 0 is by mentor. With kinds, row researcher_kind[i] of the scores holds
    for researcher i, and column mentor_kind[j] for mentor j: alike people are solved as one.

    It solves the pairs of a small core exactly, prices all pairs with what the core's places
    are worth, takes in the pairs that beat those prices, and begins again, until none does.
    Then no assignment of all pairs is better, and gap is exactly 0. The same input gives the
    same bytes; with ids, in any order of people. Memory O((n + m) * 40) and one block; time is
    that of a few passes over all pairs. Raises BadProblem for input that cannot be read.
    """
    capacity = _checked(capacity)
    n = scores.shape[0] if researcher_kind is None else len(researcher_kind)
    researchers = kinds_of(researcher_kind, researcher_ids, n, scores.shape[0])
    mentors = kinds_of(mentor_kind, mentor_ids, len(capacity), scores.shape[1])
    places = np.zeros(len(mentors.given), dtype=np.int64)
    np.add.at(places, mentors.kind, np.minimum(capacity, n)[mentors.people])
    market = _Market(
        scores.reordered(researchers.given, mentors.given),
        np.bincount(researchers.kind, minlength=len(researchers.given)),
        np.minimum(places, n),
        -np.inf if floor is None else floor * scores.steps,
    )
    found = _rounds(market, progress or _silent, most_rounds)
    return _told(found, market, researchers, mentors, np.minimum(capacity, n))


def _silent(stage: str, fraction: float, gap: float) -> None:
    pass


@dataclass(frozen=True, eq=False)
class _Market:
    scores: BlockScores
    masses: Ints
    capacity: Ints
    floor: float


@dataclass(frozen=True, eq=False)
class _Found:
    pairs: Pairs
    used: Ints
    best: Ints
    prices: Ints
    total: int
    bound: int
    rounds: int


def _checked(capacity: Ints) -> Ints:
    places = np.asarray(capacity)
    if places.ndim != 1 or not np.issubdtype(places.dtype, np.integer):
        raise BadShape("capacity must be whole numbers, one for each mentor.", "capacity")
    bad = np.flatnonzero(places < 0)
    if len(bad):
        raise BadNumber(f"capacity[{bad[0]}] is {places[bad[0]]}.", "capacity", (bad[0],))
    return places.astype(np.int64)


def _rounds(market: _Market, progress: Progress, most: int) -> _Found:
    """Solve the core, price everything, take in what the core lacks; until it lacks nothing."""
    n, m = market.scores.shape
    gap = 1.0

    def priced(prices: Ints, *, both_sides: bool) -> Pass:
        return price_out(
            market.scores,
            prices,
            market.floor,
            both_sides=both_sides,
            tick=lambda fraction: progress("pairs", fraction, gap),
        )

    if not (n and m):
        none, best, prices = (np.zeros(k, dtype=np.int64) for k in (0, n, m))
        return _Found(Pairs(none, none, none), none, best, prices, 0, 0, 0)
    progress("prices", 0.0, gap)
    prices = first_prices(market.scores, market.masses, market.capacity, market.floor)
    seen = priced(prices, both_sides=True)
    best, pairs = seen.best, seen.pairs.each_once()
    depth = max(int(pairs.units.max(initial=0) * FIRST_DEPTH), 1)
    for turn in range(1, most + 1):
        progress("assignment", 0.0, gap)
        del seen  # while the core is solved, memory is at its peak
        bench = np.maximum(best - depth, 0)
        core = Core(pairs, bench, market.masses, market.capacity)
        used = best_within(core)
        prices = lowest_prices(core, used)
        short = _benched(core, used)
        seen = priced(prices, both_sides=short)
        best = seen.best
        found = _weighed(market, core.pairs, used, best, prices, turn)
        gap = (found.bound - found.total) / max(found.bound, 1)
        progress("assignment", 1.0, gap)
        if found.bound == found.total:
            break
        pairs = _next_pairs(core, seen, prices)
        depth = depth * 2 if short else depth
    return found


def _benched(core: Core, used: Ints) -> bool:
    """Whether the core left somebody on a bench that is worth more than no mentor."""
    placed = np.bincount(core.pairs.rows, weights=used, minlength=len(core.masses))
    return bool(((placed < core.masses) & (core.bench > 0)).any())


def _weighed(
    market: _Market, pairs: Pairs, used: Ints, best: Ints, prices: Ints, rounds: int
) -> _Found:
    """Python's integers: these sums may pass 64 bits."""
    total = _dot(pairs.units, used)
    bound = _dot(best, market.masses) + _dot(prices, market.capacity)
    return _Found(pairs, used, best, prices, total, bound, rounds)


def _dot(some: Ints, others: Ints) -> int:
    on = np.flatnonzero((some != 0) & (others != 0))
    return sum(a * b for a, b in zip(some[on].tolist(), others[on].tolist(), strict=True))


def _next_pairs(core: Core, seen: Pass, prices: Ints) -> Pairs:
    """The core with the pairs that beat its prices, or nearly, and without those far from it."""
    pairs, offered = core.pairs, seen.pairs
    surplus = core.bench.copy()
    np.maximum.at(surplus, pairs.rows, pairs.units - prices[pairs.columns])
    worst = max(int((seen.best - surplus).max()), 1)
    gains = offered.units - prices[offered.columns] - surplus[offered.rows]
    slack = surplus[pairs.rows] - (pairs.units - prices[pairs.columns])
    near = offered.where(gains > -(worst // 4))
    return together([pairs.where(slack < worst), near]).each_once()


def _told(
    found: _Found, market: _Market, researchers: Kinds, mentors: Kinds, capacity: Ints
) -> LargeSolution:
    steps = market.scores.steps
    mentor_of = told_apart(researchers, mentors, capacity, found.pairs, found.used)
    matched = np.flatnonzero(mentor_of >= 0)
    u, v = np.zeros(len(mentor_of)), np.zeros(len(capacity))
    u[researchers.people] = (found.best / steps)[researchers.kind]
    v[mentors.people] = (found.prices / steps)[mentors.kind]
    return LargeSolution(
        pairs=np.column_stack([matched, mentor_of[matched]]),
        mentor_of=mentor_of,
        total=found.total / steps,
        bound=found.bound / steps,
        gap=(found.bound - found.total) / steps,
        prices=Prices(u, v),
        rounds=found.rounds,
    )
