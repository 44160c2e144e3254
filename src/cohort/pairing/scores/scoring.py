"""How well each researcher and each mentor would fit, and which pairs must not be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from cohort.assignment.problem import Bools, Floats
from cohort.pairing.rules import Requirements, Weights
from cohort.pairing.scores import factors
from cohort.pairing.scores.availability import availability, shared_hours
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.requirements import IdPairs, removed
from cohort.pairing.scores.taxonomy import Taxonomy

DECIMALS = 9


@dataclass(frozen=True, eq=False)
class Scores:
    """Every pair's score, what it is made of, and what removes it.

    total      float[n, m] in [0, 1]: the mean of the factors by weight, to 9 decimals, so that
               the last bits of a matrix product never part what is equal.
    factors    float[n, m] in [0, 1] by name.
    forbidden  bool[n, m]: a hard requirement removes the pair.
    reasons    bool[n, m] by requirement: it removes the pair.
    hours      float[n, m]: shared hours a week.
    """

    total: Floats
    factors: dict[str, Floats]
    forbidden: Bools
    reasons: dict[str, Bools]
    hours: Floats
    weights: Weights
    requirements: Requirements
    taxonomy: Taxonomy


def score(
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
) -> Scores:
    """Score all pairs for the week that begins on the Monday `week`.

    Raises BadHours, BadProfile or BadTaxonomy, each with the place that is wrong.
    O(n m) memory for each factor; no loop over pairs.
    """
    _refuse_twins(researchers, mentors)
    hours = shared_hours(
        availability(
            [r.weekly_hours for r in researchers], [r.time_zone for r in researchers], week
        ),
        availability([m.weekly_hours for m in mentors], [m.time_zone for m in mentors], week),
    )
    by_name = {
        "domain": factors.domain(researchers, mentors, taxonomy),
        "role": factors.role(researchers, mentors),
        "skills": factors.skills(researchers, mentors),
        "availability": factors.shared_time(hours, researchers),
        "language": factors.language(researchers, mentors),
        "path": factors.path(researchers, mentors),
        "wishes": factors.wishes(researchers, mentors),
    }
    total = np.zeros(hours.shape)
    for name, share in weights.shares().items():
        total += share * by_name[name]
    reasons = removed(
        researchers,
        mentors,
        hours,
        requirements,
        blocks=blocks,
        declined=declined,
        vetoes=vetoes,
    )
    return Scores(
        total=np.clip(np.round(total, DECIMALS), 0.0, 1.0),
        factors=by_name,
        forbidden=np.logical_or.reduce(list(reasons.values())),
        reasons=reasons,
        hours=hours,
        weights=weights,
        requirements=requirements,
        taxonomy=taxonomy,
    )


def _refuse_twins(
    researchers: Sequence[ResearcherProfile], mentors: Sequence[MentorProfile]
) -> None:
    for ids in ([one.id for one in researchers], [one.id for one in mentors]):
        seen: set[str] = set()
        for position, one in enumerate(ids):
            if one in seen:
                raise factors.BadProfile(f"Two people have the id {one!r}.", position)
            seen.add(one)
