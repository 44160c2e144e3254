"""The scores of profiles, a block of rows at a time; all pairs at once are one block.

A score is a sum of parts, each rounded to whole units before it is added. Whole numbers have the
same sum in whatever order they are added up, so a score is the same number in every block.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cohort.assignment.problem import Bools, Floats, Ints
from cohort.pairing.rules import Requirements, Weights
from cohort.pairing.scores import factors
from cohort.pairing.scores.answers import compared
from cohort.pairing.scores.factors import Worth
from cohort.pairing.scores.parts import Part, Units
from cohort.pairing.scores.profiles import Profiles
from cohort.pairing.scores.requirements import RuledOut, conflicts, named_pairs

STEPS = 1e8
"""Each part is within 5e-9, dozens of them within 1e-6; finer steps take room from incumbents."""
DIGITS = 8
"""Decimals of a score: as many as its steps have."""
ROWS_AT_ONCE = 64
"""Sums of so many rows stay in the cache of a processor: see `benchmarks/bench_scores.py`."""
NOTHING = Requirements(
    conflict_of_interest=False, common_language=False, common_ground=False, min_shared_hours=0
)


@dataclass(frozen=True, eq=False)
class Scorer:
    """`BlockScores` of profiles, as a sum of parts; make one with `scorer`."""

    shape: tuple[int, int]
    parts: Sequence[Part]
    steps: float = STEPS

    def block(self, start: int, stop: int) -> Floats:
        """Rows start to stop in units: float64[stop - start, m], -inf for what is ruled out."""
        block, most = np.empty((stop - start, self.shape[1])), np.int32(self.steps)
        with np.errstate(divide="ignore"):
            for first in range(start, stop, ROWS_AT_ONCE):
                rows = slice(first, min(first + ROWS_AT_ONCE, stop))
                units, part = self._units(rows), block[rows.start - start : rows.stop - start]
                # All the roundings up may be a few units more.
                part[...] = np.minimum(units, most, out=units)
                # Below 0 is ruled out, and becomes -inf: a quarter of the time of a mask.
                np.divide(part, units >= 0, out=part)
        return block

    def ruled_out(self) -> Bools:
        """bool[n, m]: which pairs the parts rule out."""
        found = np.empty(self.shape, dtype=np.bool_)
        for first in range(0, self.shape[0], ROWS_AT_ONCE):
            rows = slice(first, min(first + ROWS_AT_ONCE, self.shape[0]))
            np.less(self._units(rows), 0, out=found[rows])
        return found

    def reordered(self, rows: Ints, columns: Ints) -> "Scorer":
        parts = [one.reordered(rows, columns) for one in self.parts]
        return Scorer((len(rows), len(columns)), parts, self.steps)

    def _units(self, rows: slice) -> Units:
        units = np.zeros((rows.stop - rows.start, self.shape[1]), dtype=np.int32)
        for part in self.parts:
            part.add_to(units, rows)
        return units


def units_of(weights: Weights) -> dict[str, float]:
    """What each factor is worth, in units of a score."""
    return {name: share * STEPS for name, share in weights.shares().items()}


def scorer(
    people: Profiles,
    worth: Worth,
    requirements: Requirements = NOTHING,
    ruled_out: RuledOut | None = None,
) -> Scorer:
    """What each factor is worth, in units, and what rules a pair out; O((n + m) words) memory."""
    return Scorer(people.shape, [*parts_of(people, worth, requirements, ruled_out or RuledOut())])


def parts_of(
    people: Profiles, worth: Worth, requirements: Requirements, ruled_out: RuledOut
) -> Iterator[Part]:
    """Only those that add something or rule something out."""
    asked = requirements
    if worth:
        yield factors.sums(people, worth)
    if worth.get("skills") or asked.common_ground:
        yield factors.skills(people, worth.get("skills", 0.0), common_ground=asked.common_ground)
    if worth.get("availability") or asked.min_shared_hours:
        yield factors.shared_time(people, worth.get("availability", 0.0), asked.min_shared_hours)
    if worth.get("role") or worth.get("path"):
        yield factors.careers(people, worth.get("role", 0.0), worth.get("path", 0.0))
    if worth.get("language") or asked.common_language:
        yield factors.languages(people, worth.get("language", 0.0), required=asked.common_language)
    if worth.get("wishes"):
        yield factors.wishes(people, worth["wishes"])
    yield from (compared(people, name, worth[name]) for name in people.own if worth.get(name))
    if asked.conflict_of_interest:
        yield from conflicts(people, ruled_out.conflict, ruled_out.lifted)
    named = {*ruled_out.block, *ruled_out.declined, *ruled_out.ended, *ruled_out.veto}
    if named:
        yield named_pairs(people, named)
