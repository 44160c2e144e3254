"""Scores in the eyes of both: each side may weigh the factors in its own way, within the rules.

    s[i, j] = (p(i) . x[i, j] + q(j) . x[i, j]) / 2

x are the factors of the pair; p(i) are the weights in the researcher's eyes and q(j) those in the
mentor's, each as shares that add to 1: the weight of the rules, times `personal` for what matters
more to that person, divided by it for what matters less. So a score stays a mean of the factors,
rises with each of them, and is the plain one where neither side said anything. To call a factor in
which a mentor is better more important never lowers that mentor against one who is worse in it and
equal in all else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from cohort.assignment.problem import Ints
from cohort.pairing.rules import Requirements, Weights
from cohort.pairing.scores.incidence import kinds_of
from cohort.pairing.scores.parts import Part, Units
from cohort.pairing.scores.profiles import MentorProfile, Profiles, ResearcherProfile
from cohort.pairing.scores.requirements import RuledOut
from cohort.pairing.scores.scorer import NOTHING, STEPS, Scorer, parts_of, scorer, units_of

Shares = Mapping[str, float]


def personal_scorer(
    people: Profiles,
    weights: Weights,
    requirements: Requirements = NOTHING,
    ruled_out: RuledOut | None = None,
) -> Scorer:
    """As `scorer`, by the rules' weights and those of each person.

    Where nobody weighs anything, it is that scorer. Else each pair is added up once, or twice if
    some on both sides weigh; O(kinds of weighing (n + m) words) memory.
    """
    some, others = kinds_of_eyes(people.researchers), kinds_of_eyes(people.mentors)
    hers, theirs = any(some.said), any(others.said)
    if weights.personal == 1 or not (hers or theirs):
        return scorer(people, units_of(weights), requirements, ruled_out)
    usual = weights.shares()
    n, m = people.shape
    parts = [*parts_of(people, {}, requirements, ruled_out or RuledOut())]
    if hers:
        parts += [
            ForRows(_halves(people, weights.shares(said), {} if theirs else usual), some.kind, k, m)
            for k, said in enumerate(some.said)
        ]
    if theirs:
        parts += [
            ForColumns(
                _halves(people, weights.shares(said), {} if hers else usual), others.kind, k, n
            )
            for k, said in enumerate(others.said)
        ]
    return Scorer(people.shape, parts)


def shares_between(
    weights: Weights, researcher: ResearcherProfile, mentor: MentorProfile
) -> dict[str, float]:
    """How much each factor counts for the two: the mean of what it does in the eyes of each."""
    hers, theirs = weights.shares(researcher.matters), weights.shares(mentor.matters)
    return {name: (share + theirs[name]) / 2 for name, share in hers.items()}


@dataclass(frozen=True, eq=False)
class Eyes:
    """kind: int[people], which of `said` each of them says."""

    kind: Ints
    said: Sequence[Mapping[str, int]]


def kinds_of_eyes(people: Sequence[ResearcherProfile] | Sequence[MentorProfile]) -> Eyes:
    said = [tuple(sorted((name, k) for name, k in one.matters.items() if k)) for one in people]
    kinds = kinds_of(said)
    return Eyes(kinds.kind, [dict(said[j]) for j in kinds.first])


def _halves(people: Profiles, shares: Shares, others: Shares) -> list[Part]:
    """What each factor adds in the eyes of one, and in those of the others where these agree."""
    worth = {name: (share + others.get(name, 0.0)) / 2 * STEPS for name, share in shares.items()}
    return [*parts_of(people, worth, NOTHING, RuledOut())]


@dataclass(frozen=True, eq=False)
class ForRows:
    """Parts of which only the rows of one kind are added; `others` is how many columns."""

    whole: Sequence[Part]
    kind: Ints
    which: int
    others: int

    @cached_property
    def rows(self) -> Ints:
        return np.flatnonzero(self.kind == self.which)

    @cached_property
    def own(self) -> list[Part]:
        every = np.arange(self.others)
        return [one.reordered(self.rows, every) for one in self.whole]

    def add_to(self, units: Units, rows: slice) -> None:
        first, last = np.searchsorted(self.rows, (rows.start, rows.stop)).tolist()
        added = np.zeros((last - first, self.others), dtype=units.dtype)
        for part in self.own if last > first else ():
            part.add_to(added, slice(first, last))
        units[self.rows[first:last] - rows.start] += added

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        parts = [one.reordered(rows, columns) for one in self.whole]
        return type(self)(parts, self.kind[rows], self.which, len(columns))


@dataclass(frozen=True, eq=False)
class ForColumns:
    """Parts of which only the columns of one kind are added; `others` is how many rows."""

    whole: Sequence[Part]
    kind: Ints
    which: int
    others: int

    @cached_property
    def columns(self) -> Ints:
        return np.flatnonzero(self.kind == self.which)

    @cached_property
    def own(self) -> list[Part]:
        every = np.arange(self.others)
        return [one.reordered(every, self.columns) for one in self.whole]

    def add_to(self, units: Units, rows: slice) -> None:
        if not self.columns.size:
            return
        added = np.zeros((units.shape[0], self.columns.size), dtype=units.dtype)
        for part in self.own:
            part.add_to(added, rows)
        units[:, self.columns] += added

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        parts = [one.reordered(rows, columns) for one in self.whole]
        return type(self)(parts, self.kind[columns], self.which, len(rows))
