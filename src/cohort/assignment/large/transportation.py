"""The transportation problem of those left to be matched: alike people as one, whole numbers."""

from dataclasses import dataclass, replace

import numpy as np

from cohort.assignment.large.blocks import Block, BlockScores
from cohort.assignment.large.kinds import Kinds
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.problem import UNMATCHED, BadNumber, Ints

PAIRS_AT_ONCE = 2**19
LOWEST_BLOCK = 8
WIDEST = 2.0**52
"""Whole numbers of this size, and a half, are exact in float64."""
FINE = 2**12
"""Grains that the largest score should make. Where scores come in a few steps, prices in whole
steps go up and down with every round; finer ones come to rest between. Rounds for scores in 21
steps with 1, 16, 64 and 256 grains a step, 20,000 people: 17, 4, 4 and 4
(measured before the pairs that enter in a round were limited)."""
LONGEST = 2.0**60
"""The master multiplies what a pair counts by the number of nodes, and its prices rise above
that, in 64 bits: measured, from 2**61.5 on they sometimes do not fit."""


@dataclass(frozen=True, eq=False)
class Transportation:
    """The scores of kinds of people with what is added to them, in grains.

    masses    int[n]: how many people a row stands for.
    capacity  int[m]: the places of a column.
    floor     in units of the scores.
    incumbent  int[n]: the column of the row's incumbent, -1 for none.
    stays     what a kept incumbent adds, in grains: the stickiness, and one grain.
    grain     how many make a unit: more than one where scores come in few steps (see FINE). With
              incumbents it is more than four times their number, so that the grains of all who
              are kept never add up to a unit: they only settle equals.
    nothing   what somebody without a mentor counts, in grains: 0, with `cover` far below.
    """

    scores: BlockScores
    masses: Ints
    capacity: Ints
    floor: float
    incumbent: Ints
    stays: int
    grain: int
    nothing: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.scores.shape

    @property
    def steps(self) -> float:
        return self.scores.steps * self.grain

    @property
    def starts(self) -> range:
        """The first row of each block."""
        n, m = self.shape
        return range(0, n, max(PAIRS_AT_ONCE // max(m, 1), LOWEST_BLOCK))

    def block_at(self, start: int) -> Block:
        return self.block(start, min(start + self.starts.step, self.shape[0]))

    def block(self, start: int, stop: int) -> Block:
        """Whole numbers of grains, with what an incumbent adds; -inf for what must not be."""
        units = self.scores.block(start, stop)
        if self.floor > -np.inf:
            units[units < self.floor] = -np.inf
        if self.grain > 1:
            units = units.astype(np.float64, copy=False)
            units *= self.grain
        if self.stays:
            units = units.astype(np.float64, copy=False)
            column = self.incumbent[start:stop]
            row = np.flatnonzero(column >= 0)
            units[row, column[row]] += self.stays
        return units


def transportation(problem: LargeProblem, researchers: Kinds, mentors: Kinds) -> Transportation:
    """Raises BadNumber if the stickiness does not fit the solver's 64 bits."""
    people = len(researchers.people)
    places = np.zeros(len(mentors.given), dtype=np.int64)
    np.add.at(places, mentors.kind, np.minimum(problem.free, people)[mentors.people])
    incumbent = problem.incumbent[researchers.first]
    column_of = np.full(len(problem.capacity) + 1, UNMATCHED, dtype=np.int64)
    column_of[mentors.people] = mentors.kind
    plain = Transportation(
        _in_order(problem.scores, researchers.given, mentors.given),
        np.bincount(researchers.kind, minlength=len(researchers.given)),
        np.minimum(places, people),
        float(np.rint(problem.floor * problem.scores.steps)),
        column_of[incumbent],
        stays=0,
        grain=1,
        nothing=0,
    )
    staying = int((problem.incumbent[researchers.people] >= 0).sum())
    sticky = _sticky(plain, problem.stickiness, staying) if staying else _refined(plain)
    return replace(sticky, nothing=-_span(sticky)) if problem.cover else sticky


def _in_order(scores: BlockScores, rows: Ints, columns: Ints) -> BlockScores:
    """Not copied where the order is as it was given."""
    n, m = scores.shape
    if np.array_equal(rows, np.arange(n)) and np.array_equal(columns, np.arange(m)):
        return scores
    return scores.reordered(rows, columns)


def _refined(plain: Transportation) -> Transportation:
    """With grains where scores come in few steps, as those of the first block seem to.

    Only for float32, of which each score fits 22 bits: then the grains fit too.
    """
    if not min(plain.shape):
        return plain
    units = plain.block_at(0)
    largest = float(np.max(np.abs(units), initial=1.0, where=np.isfinite(units)))
    return replace(plain, grain=max(int(FINE // largest), 1)) if units.itemsize == 4 else plain


def _sticky(plain: Transportation, stickiness: float, staying: int) -> Transportation:
    lowest, highest = extremes(plain)
    extra, largest = round(stickiness * plain.steps), max(-lowest, highest)
    grain = 4 * (staying + 1)
    if (largest + extra + 1) * grain > _room(plain):
        grain = 1
    if largest + extra > _room(plain):
        raise BadNumber(
            f"stickiness is {stickiness}; with {sum(plain.shape)} people at most "
            f"{(_room(plain) - largest) / plain.steps:.3g} can be counted exactly.",
            "stickiness",
        )
    return replace(plain, stays=extra * grain + (grain > 1), grain=grain)


def covered(reduced: Transportation) -> Transportation:
    """Where one person more with a mentor outweighs whatever the others could win by it.

    Without grains, where both do not fit.
    """
    lowest, highest = extremes(reduced)
    lowest, highest = lowest * reduced.grain, highest * reduced.grain + reduced.stays
    most = int(min(reduced.masses.sum(), reduced.capacity.sum()))
    outweighing = most * (highest - lowest) + max(-lowest, highest) + 1
    nothing = -(-outweighing // reduced.grain) * reduced.grain
    if nothing > _room(reduced) and reduced.grain > 1:
        return covered(replace(reduced, grain=1, stays=reduced.stays // reduced.grain))
    if nothing > _room(reduced):
        raise BadNumber(
            f"with {sum(reduced.shape)} people and these scores, cover cannot be counted exactly "
            "in 64 bits. Give everybody a pair that may be, or scores in fewer steps.",
            "cover",
        )
    return replace(reduced, nothing=-nothing)


def extremes(reduced: Transportation) -> tuple[int, int]:
    """The lowest and the highest unit of a pair that may be, 0 included. One pass."""
    plain = replace(reduced, stays=0, grain=1)
    lowest = highest = 0.0
    for units in map(plain.block_at, plain.starts):
        highest = max(highest, float(units.max(initial=0.0)))
        lowest = min(lowest, float(units.min(initial=0.0, where=units > -np.inf)))
    return int(lowest), int(highest)


def _span(reduced: Transportation) -> int:
    lowest, highest = extremes(reduced)
    return (highest - lowest + 1) * reduced.grain + reduced.stays // reduced.grain * reduced.grain


def _room(reduced: Transportation) -> int:
    """The most that a pair, or nothing, may count."""
    return int(min(WIDEST, LONGEST / (sum(reduced.shape) + 1)))
