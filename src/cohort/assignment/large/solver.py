"""The exact optimum without the whole matrix: column generation over blocks of scores.

Volgenant (1996) and Lee and Orlin (1993) solve a sparse core and price out the rest this way.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cohort.assignment.large.kinds import Kinds, both_sides, disaggregated
from cohort.assignment.large.pricing import price_out
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.large.rounds import Best, Progress, bound_of, generate_columns, silent
from cohort.assignment.large.transportation import Transportation, covered, transportation
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import BadPin, Floats
from cohort.assignment.solution import Prices, Solution

MOST_DENSE = 4_000_000
"""Pairs (of a researcher and a mentor, or of two mentors) up to which `solve` is used: about 3,400
people and a third as many mentors. Below 2,000 people it takes half the time; at 3,000 both take as
long; from 5,000 on this takes a half and less, and a quarter of the memory at any size. `solve`
also settles equals by lots, and answers what would be otherwise."""

PINS_AT_ONCE = 256


def solve_large(
    problem: LargeProblem,
    *,
    progress: Progress = silent,
    out_of_time: Callable[[], bool] = never,
) -> Solution:
    """The assignment of highest total (with `cover`: among those that place the most people).

    Column generation: the pairs of a small core (the restricted master problem) are solved
    exactly; all pairs are priced with its dual prices of places; those of negative reduced
    cost u + v - s enter the core; and so on, until there are none. Then no assignment of all
    pairs is better, and gap is exactly 0. Among equal ones it is one that keeps the most
    incumbents (as long as the grains for that fit 64 bits, see `Market`). The same input gives
    the same bytes; with ids, in any order of people.

    `out_of_time` is asked between blocks and rounds, from the second round on; once it is true
    the best found so far is returned, with its true gap. `progress` is called at every block.
    Raises BadProblem for what cannot be counted in 64 bits and for pins on forbidden pairs.
    Memory O((n + m) * 40) and two blocks; time is that of a few passes over all pairs, O(n m)
    each (`rounds` of the solution, and one more).
    """
    pins = _units_of_pins(problem)
    researchers, mentors = both_sides(problem)
    reduced = transportation(problem, researchers, mentors)
    found = generate_columns(reduced, progress, out_of_time)
    if problem.cover and not found.stopped and found.placed < found.placeable:
        reduced = covered(reduced)
        found = generate_columns(reduced, progress, out_of_time)
    if reduced.grain > 1:
        found, reduced = _in_units(found, reduced)
    return _solution(found, reduced, researchers, mentors, problem, pins)


def _units_of_pins(problem: LargeProblem) -> Floats:
    scores = problem.scores
    rows, columns = np.array(problem.pinned, dtype=np.int64).reshape(-1, 2).T
    rows, columns = problem.researcher_kind[rows], problem.mentor_kind[columns]
    units = np.zeros(len(rows))
    for start in range(0, len(rows), PINS_AT_ONCE):
        these = slice(start, start + PINS_AT_ONCE)
        block = scores.reordered(rows[these], columns[these]).block(0, len(rows[these]))
        units[these] = block.diagonal()
    bad = np.flatnonzero(~np.isfinite(units))
    if len(bad):
        k = int(bad[0])
        sentence = f"pinned[{k}] is {problem.pinned[k]}, but this pair is forbidden."
        raise BadPin(sentence, "pinned", (k,))
    sticky = round(problem.stickiness * scores.steps)
    kept = [problem.incumbent[i] == j for i, j in problem.pinned]
    return units + sticky * np.array(kept, dtype=np.float64)


def _in_units(found: Best, reduced: Transportation) -> tuple[Best, Transportation]:
    """Without the grains. At the optimum they add up to less than half a unit in every price."""
    grain = reduced.grain
    plain = replace(
        reduced, grain=1, stays=reduced.stays // grain, nothing=reduced.nothing // grain
    )
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


def _solution(
    found: Best,
    reduced: Transportation,
    researchers: Kinds,
    mentors: Kinds,
    problem: LargeProblem,
    pins: Floats,
) -> Solution:
    steps, n = reduced.steps, len(problem.incumbent)
    mentor_of = disaggregated(researchers, mentors, problem, found.pairs, found.used)
    u, v = np.zeros(n), np.zeros(len(problem.capacity))
    v[mentors.people] = (found.prices / steps)[mentors.kind]
    u[researchers.people] = ((found.best - reduced.nothing) / steps)[researchers.kind]
    pinned = [i for i, _ in problem.pinned]
    u[pinned] = (pins - reduced.nothing) / steps - v[mentor_of[pinned]]
    without = reduced.nothing * int(reduced.masses.sum() - found.placed)
    added = int(pins.sum()) - without
    matched = np.flatnonzero(mentor_of >= 0)
    return Solution(
        pairs=np.column_stack([matched, mentor_of[matched]]),
        mentor_of=mentor_of,
        total=(found.total + added) / steps,
        bound=(found.bound + added) / steps,
        gap=(found.bound - found.total) / steps,
        prices=Prices(u, v),
        cover_bonus=-reduced.nothing / steps,
        rounds=found.rounds,
        stopped=found.stopped,
    )
