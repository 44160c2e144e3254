"""The exact optimum of a pool whose matrix is never held (Volgenant 1996, Lee and Orlin 1993)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cohort.assignment.large.blocks import BlockScores
from cohort.assignment.large.conditions import Conditions, conditions
from cohort.assignment.large.kinds import Kinds, both_sides, told_apart
from cohort.assignment.large.market import Market, covered, market
from cohort.assignment.large.pricing import price_out
from cohort.assignment.large.rounds import Found, Progress, best_found, bound_of, silent
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import BadPin, Floats, Ints
from cohort.assignment.solution import Prices

__all__ = ["MOST_HELD", "LargeSolution", "solve_large"]

MOST_HELD = 4_000_000
"""Pairs (of a researcher and a mentor, or of two mentors) up to which `solve` is used: about 3,400
people and a third as many mentors. Below 2,000 people it takes half the time; at 3,000 both take as
long; from 5,000 on this takes a half and less, and a quarter of the memory at any size. `solve`
also settles equals by lots, and answers what would be otherwise."""

PINS_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class LargeSolution:
    """As `Solution`, without ties settled by lots; figures are in the units of the scores.

    gap is 0 when the optimum is proved; it is more only when the time or the rounds ran out.
    prices are by person, also where people share a kind.
    """

    pairs: Ints
    mentor_of: Ints
    total: float
    bound: float
    gap: float
    prices: Prices
    cover_bonus: float
    rounds: int
    stopped: bool


def solve_large(
    scores: BlockScores,
    capacity: Ints,
    *,
    floor: float | None = None,
    pinned: Sequence[tuple[int, int]] = (),
    incumbent: Ints | None = None,
    stickiness: float = 0.0,
    cover: bool = False,
    researcher_kind: Ints | None = None,
    mentor_kind: Ints | None = None,
    researcher_ids: Sequence[str] | None = None,
    mentor_ids: Sequence[str] | None = None,
    progress: Progress = silent,
    out_of_time: Callable[[], bool] = never,
) -> LargeSolution:
    """The assignment of highest total (with `cover`: among those that place the most people).

    The conditions are those of `Problem`, for one mentor each. With kinds, row
    researcher_kind[i] of the scores holds for researcher i, and column mentor_kind[j] for
    mentor j: alike people are solved as one.

    It solves the pairs of a small core exactly, prices all pairs with what the core's places
    are worth, takes in the pairs that beat those prices, and begins again, until none does.
    Then no assignment of all pairs is better, and gap is exactly 0. Among equal ones it is one
    that keeps the most incumbents (as long as the grains for that fit 64 bits, see `Market`).
    The same input gives the same bytes; with ids, in any order of people.

    `out_of_time` is asked between blocks and rounds, from the second round on; once it is true
    the best found so far is returned, with its true gap. Raises BadProblem for input that cannot
    be read. Memory O((n + m) * 40) and one block; time is that of a few passes over all pairs.
    """
    asked = conditions(
        scores.shape,
        capacity,
        floor=floor,
        pinned=pinned,
        incumbent=incumbent,
        stickiness=stickiness,
        cover=cover,
        researcher_kind=researcher_kind,
        mentor_kind=mentor_kind,
        researcher_ids=researcher_ids,
        mentor_ids=mentor_ids,
    )
    pins = _units_of_pins(scores, asked)
    researchers, mentors = both_sides(asked)
    some = market(scores, asked, researchers, mentors)
    found = best_found(some, progress, out_of_time)
    if cover and not found.stopped and found.placed < found.placeable:
        some = covered(some)
        found = best_found(some, progress, out_of_time)
    if some.grain > 1:
        found, some = _in_units(found, some)
    return _told(found, some, researchers, mentors, asked, pins)


def _units_of_pins(scores: BlockScores, asked: Conditions) -> Floats:
    rows, columns = np.array(asked.pinned, dtype=np.int64).reshape(-1, 2).T
    rows, columns = asked.researcher_kind[rows], asked.mentor_kind[columns]
    units = np.zeros(len(rows))
    for start in range(0, len(rows), PINS_AT_ONCE):
        these = slice(start, start + PINS_AT_ONCE)
        block = scores.reordered(rows[these], columns[these]).block(0, len(rows[these]))
        units[these] = block.diagonal()
    bad = np.flatnonzero(~np.isfinite(units))
    if len(bad):
        k = int(bad[0])
        sentence = f"pinned[{k}] is {asked.pinned[k]}, but this pair is forbidden."
        raise BadPin(sentence, "pinned", (k,))
    sticky = round(asked.stickiness * scores.steps)
    kept = [asked.incumbent[i] == j for i, j in asked.pinned]
    return units + sticky * np.array(kept, dtype=np.float64)


def _in_units(found: Found, some: Market) -> tuple[Found, Market]:
    """Without the grains. At the optimum they add up to less than half a unit in every price."""
    grain = some.grain
    plain = replace(some, grain=1, stays=some.stays // grain, nothing=some.nothing // grain)
    prices = np.rint(found.prices / grain).astype(np.int64)
    best = np.rint(found.best / grain).astype(np.int64)
    bound = found.bound // grain
    if found.stopped:
        best = price_out(plain, prices, both_sides=False, tick=lambda _: None).best
        bound = bound_of(plain, best, prices)
    units = found.pairs.units // grain
    pairs = replace(found.pairs, units=units)
    return replace(
        found, pairs=pairs, prices=prices, best=best, total=found.total // grain, bound=bound
    ), plain


def _told(
    found: Found,
    some: Market,
    researchers: Kinds,
    mentors: Kinds,
    asked: Conditions,
    pins: Floats,
) -> LargeSolution:
    steps, n = some.steps, len(asked.incumbent)
    mentor_of = told_apart(researchers, mentors, asked, found.pairs, found.used)
    u, v = np.zeros(n), np.zeros(len(asked.capacity))
    v[mentors.people] = (found.prices / steps)[mentors.kind]
    u[researchers.people] = ((found.best - some.nothing) / steps)[researchers.kind]
    pinned = [i for i, _ in asked.pinned]
    u[pinned] = (pins - some.nothing) / steps - v[mentor_of[pinned]]
    without = some.nothing * int(some.masses.sum() - found.placed)
    added = int(pins.sum()) - without
    matched = np.flatnonzero(mentor_of >= 0)
    return LargeSolution(
        pairs=np.column_stack([matched, mentor_of[matched]]),
        mentor_of=mentor_of,
        total=(found.total + added) / steps,
        bound=(found.bound + added) / steps,
        gap=(found.bound - found.total) / steps,
        prices=Prices(u, v),
        cover_bonus=-some.nothing / steps,
        rounds=found.rounds,
        stopped=found.stopped,
    )
