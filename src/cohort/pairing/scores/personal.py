"""Scores in the eyes of both: each side may weigh the factors in its own way, within the rules.

    s[i, j] = (p(i) . x[i, j] + q(j) . x[i, j]) / 2

x are the factors of the pair; p(i) are the weights in the researcher's eyes and q(j) those in the
mentor's, each as shares that add to 1: the weight of the rules, times `personal` for what matters
more to that person, divided by it for what matters less. So a score stays a mean of the factors,
rises with each of them, and is the plain one where neither side said anything. To call a factor in
which a mentor is better more important never lowers that mentor against one who is worse in it and
equal in all else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from cohort.assignment.problem import Floats, Ints
from cohort.pairing.rules import Requirements, Weights
from cohort.pairing.scores.parts import Part, Units
from cohort.pairing.scores.profiles import MentorProfile, Profiles, ResearcherProfile
from cohort.pairing.scores.requirements import RuledOut
from cohort.pairing.scores.scorer import NOTHING, STEPS, Scorer, parts_of, scorer, units_of


def personal_scorer(
    people: Profiles,
    weights: Weights,
    requirements: Requirements = NOTHING,
    ruled_out: RuledOut | None = None,
) -> Scorer:
    """As `scorer`, by the rules' weights and those of each person.

    Where nobody weighs anything, it is that scorer. Else each factor is worked out by itself, and
    rounded to whole units by its own weight; memory as there.
    """
    somebody = any(one.matters for one in people.researchers)
    somebody = somebody or any(one.matters for one in people.mentors)
    if weights.personal == 1 or not somebody:
        return scorer(people, units_of(weights), requirements, ruled_out)
    hers = [weights.shares(one.matters) for one in people.researchers]
    theirs = [weights.shares(one.matters) for one in people.mentors]
    weighed = [
        WeighedFactor(
            [*parts_of(people, {name: STEPS}, NOTHING, RuledOut())],
            np.array([shares[name] / 2 for shares in hers]),
            np.array([shares[name] / 2 for shares in theirs]),
        )
        for name, weight in weights.by_factor().items()
        if weight > 0
    ]
    return Scorer(
        people.shape,
        [*parts_of(people, {}, requirements, ruled_out or RuledOut()), *weighed],
    )


def shares_between(
    weights: Weights, researcher: ResearcherProfile, mentor: MentorProfile
) -> dict[str, float]:
    """How much each factor counts for the two: the mean of what it does in the eyes of each."""
    hers, theirs = weights.shares(researcher.matters), weights.shares(mentor.matters)
    return {name: (share + theirs[name]) / 2 for name, share in hers.items()}


@dataclass(frozen=True, eq=False)
class WeighedFactor:
    """One factor in whole units of its own, and half its share in the eyes of everybody.

    parts   what the factor is made of, worth all units.
    hers    float[n], of the researchers; `theirs` float[m], of the mentors.
    """

    parts: Sequence[Part]
    hers: Floats
    theirs: Floats

    def add_to(self, units: Units, rows: slice) -> None:
        whole = np.zeros_like(units)
        for part in self.parts:
            part.add_to(whole, rows)
        share = self.hers[rows, np.newaxis] + self.theirs
        np.multiply(share, whole, out=share)
        units += np.rint(share, out=share).astype(units.dtype)

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        parts = [one.reordered(rows, columns) for one in self.parts]
        return type(self)(parts, self.hers[rows], self.theirs[columns])
