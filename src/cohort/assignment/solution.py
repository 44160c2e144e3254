"""An answer and the figures that prove it: plain data, which the solver fills and anyone checks."""

from dataclasses import dataclass
from typing import NamedTuple

from cohort.assignment.checks import Floats, Ints


class Prices(NamedTuple):
    """u float[n]: what each researcher adds; v float[m] >= 0: the price of a place.

    u is negative only by a pin, v only where `min_load` holds a mentor above what fits.
    """

    u: Floats
    v: Floats


@dataclass(frozen=True, eq=False)
class Level:
    """One level and its proof.

    kind    "ahead": those with a mentor who go first; "placed": researchers with a mentor;
            "pairs": pairs; "score": pairs at a score.
    score   of a "score" level, in canonical steps: no pair lies between the last level's score
            and this one, and `count` pairs are equal to it.
    count   the most of them that can be ("score": the fewest).
    prices  int[m]: of a place, in the units of the count.
    """

    kind: str
    score: int
    count: int
    prices: Ints


@dataclass(frozen=True, eq=False)
class Solution:
    """An answer and its certificate; all figures are in the units of the scores.

    pairs        int[k, 2], by researcher.
    mentor_of    int[n], -1 where unmatched; int[0] where somebody may have several mentors.
    total        the sum of the pairs' scores, with the stickiness of kept incumbents and the
                 head start of those who go first.
    bound        no assignment (with "fair": none as fair) has a higher total; `gap` is
                 bound - total, 0 when proved.
    prices       u and v with u[i] + v[j] >= score[i, j] + cover_bonus for every allowed pair,
                 u >= 0 unless pinned; v is the lowest that prove it: what one more place with
                 the mentor would add (the highest, for a mentor held at `min_load` in whose
                 place nobody could be). With demand above 1, u[i] is the sum over i's best
                 pairs. With "fair", v is 0 and u[i] the sum of i's own scores: what is as fair
                 has the same scores, and so the same total.
    cover_bonus  with `cover`, what placing one more person counts, more than all scores could
                 outweigh; it is part of the prices, not of total and bound (and of the gap, for
                 each person whom time has left unplaced). Otherwise 0.
    levels       with "fair": the proof of each level, in order.
    rounds       of a large problem, how often the core was solved and all pairs were priced.
    stopped      time ran out: the gap may be above 0, equals are not settled, and with "fair"
                 levels may be missing, so that a gap of 0 proves no fairness; the prices are
                 then those of a total, among the pairs that the levels leave open.
    """

    pairs: Ints
    mentor_of: Ints
    total: float
    bound: float
    gap: float
    prices: Prices
    cover_bonus: float
    levels: tuple[Level, ...] = ()
    stopped: bool = False
    rounds: int = 0
