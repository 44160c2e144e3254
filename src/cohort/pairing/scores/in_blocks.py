"""The scores of real profiles, a block at a time: those of `scoring.score`, to 1e-6.

A score is a sum of parts, each rounded to whole units before it is added. Whole numbers have the
same sum in whatever order they are added up, so a score is the same number in every block.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.sparse import csr_array

from cohort.assignment.large.blocks import NO_PAIR, Block
from cohort.assignment.problem import Ints
from cohort.pairing.rules import Requirements, Weights
from cohort.pairing.scores import factors
from cohort.pairing.scores.parts import (
    Careers,
    Hours,
    Languages,
    Words,
    careers_of,
    hours_of,
    languages_of,
    words_of,
)
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.requirements import IdPairs
from cohort.pairing.scores.taxonomy import Taxonomy
from cohort.pairing.scores.words import circle_of, common_words, named, names_of, wished

STEPS = 1e8
"""Each part is within 5e-9, dozens of them within 1e-6; finer steps take room from incumbents."""


@dataclass(frozen=True, eq=False)
class ProfileScores:
    """`BlockScores` of profiles; make one with `profile_scores`.

    circle, names  sparse: the organisations and advisers of researchers, those of mentors.
    extra          sparse: the units that wishes add.
    barred         sparse: blocks, declines and vetoes.
    """

    hours: Hours
    words: Words
    careers: Careers
    languages: Languages
    circle: csr_array
    names: csr_array
    extra: csr_array
    barred: csr_array
    steps: float = STEPS

    @property
    def shape(self) -> tuple[int, int]:
        return self.barred.shape

    def reordered(self, rows: Ints, columns: Ints) -> "ProfileScores":
        return ProfileScores(
            self.hours.reordered(rows, columns),
            self.words.reordered(rows, columns),
            self.careers.reordered(rows, columns),
            self.languages.reordered(rows, columns),
            self.circle[rows],
            self.names[columns],
            self.extra[rows][:, columns],
            self.barred[rows][:, columns],
        )

    def block(self, start: int, stop: int) -> Block:
        rows = slice(start, stop)
        units = self.hours.block(rows)
        units += self.words.block(rows)
        units += self.careers.block(rows)
        units += self.languages.block(rows)
        wishes = self.extra[rows].tocoo()
        units[wishes.row, wishes.col] += wishes.data
        np.minimum(units, self.steps, out=units)  # all the roundings up may be a few units more
        for met in (self.circle[rows] @ self.names.T, self.barred[rows]):
            never = met.tocoo()
            units[never.row, never.col] = NO_PAIR
        return units


def profile_scores(
    researchers: Sequence[ResearcherProfile],
    mentors: Sequence[MentorProfile],
    taxonomy: Taxonomy,
    week: date,
    *,
    weights: Weights,
    requirements: Requirements,
    blocks: IdPairs = (),
    declined: IdPairs = (),
    vetoes: IdPairs = (),
) -> ProfileScores:
    """As `scoring.score`, for pools whose matrix is too large; memory O(n + m) times words."""
    factors.skills(researchers, [])  # refuses a weight that cannot be used
    worth = {name: share * STEPS for name, share in weights.shares().items()}
    apart = requirements.conflict_of_interest
    circle, names = common_words(
        [circle_of(one) if apart else [] for one in researchers], [names_of(m) for m in mentors]
    )
    return ProfileScores(
        hours_of(researchers, mentors, week, worth, requirements.min_shared_hours),
        words_of(researchers, mentors, taxonomy, worth),
        careers_of(researchers, mentors, worth),
        languages_of(researchers, mentors, worth, required=requirements.common_language),
        circle,
        names,
        wished(researchers, mentors, worth["wishes"]),
        named([*blocks, *declined, *vetoes], researchers, mentors),
    )
