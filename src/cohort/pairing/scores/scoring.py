"""How well each researcher and each mentor would fit, and which pairs must not be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from cohort.assignment.problem import Bools, Floats, Ints
from cohort.pairing.rules import BUILT_IN, OwnFactor, Requirements, Weights
from cohort.pairing.scores.factors import QUARTERS_AN_HOUR, shared_time
from cohort.pairing.scores.parts import SharedQuarters
from cohort.pairing.scores.personal import personal_scorer
from cohort.pairing.scores.profiles import MentorProfile, Profiles, ResearcherProfile
from cohort.pairing.scores.requirements import IdPairs, RuledOut
from cohort.pairing.scores.scorer import NOTHING, STEPS, Scorer, scorer
from cohort.pairing.scores.skills import strengths_of
from cohort.pairing.scores.taxonomy import Taxonomy

FACTOR_DECIMALS = 6
PAIRS_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class Details:
    """What is said of k pairs: factors float[k] in [0, 1] by name, hours float[k] shared a week."""

    factors: Mapping[str, Floats]
    hours: Floats


@dataclass(frozen=True, eq=False)
class Scores:
    """Every pair's score, and what removes it.

    total      float[n, m] in [0, 1]: the mean of the factors by weight in the eyes of both (as in
               `personal`), a multiple of 1e-8. It is a sum of whole numbers, so that no order of
               adding parts what is equal.
    forbidden  bool[n, m]: a hard requirement removes the pair.
    reasons    bool[n, m] by requirement: it removes the pair.
    """

    total: Floats
    forbidden: Bools
    reasons: dict[str, Bools]
    people: Profiles
    weights: Weights

    @cached_property
    def factors(self) -> dict[str, Floats]:
        """float[n, m] in [0, 1] by name, to 6 decimals; for few people, see `details`."""
        n = self.total.shape[0]
        return {name: _share(one.block(0, n)) for name, one in self._by_factor.items()}

    def details(self, pairs: Ints) -> Details:
        """The factors and the shared hours of int[k, 2] pairs; O(256 k) time."""
        chunks = [pairs[k : k + PAIRS_AT_ONCE].T for k in range(0, len(pairs), PAIRS_AT_ONCE)]
        return Details(
            {
                name: _joined([_of_each(one, rows, columns) for rows, columns in chunks])
                for name, one in self._by_factor.items()
            },
            _joined([self._hours(rows, columns) for rows, columns in chunks]),
        )

    @cached_property
    def _by_factor(self) -> dict[str, Scorer]:
        names = (*BUILT_IN, *self.people.own)
        return {name: scorer(self.people, {name: STEPS}) for name in names}

    @cached_property
    def _shared_time(self) -> SharedQuarters:
        return shared_time(self.people, 0.0)

    def _hours(self, rows: Ints, columns: Ints) -> Floats:
        part = self._shared_time.reordered(rows, columns)
        hours: Floats = np.diagonal(part.quarters(slice(0, len(rows)))) / QUARTERS_AN_HOUR
        return hours


def _of_each(one: Scorer, rows: Ints, columns: Ints) -> Floats:
    return _share(np.diagonal(one.reordered(rows, columns).block(0, len(rows))))


def _share(units: Floats) -> Floats:
    return np.round(units / STEPS, FACTOR_DECIMALS)


def _joined(chunks: Sequence[Floats]) -> Floats:
    return np.concatenate([np.empty(0), *chunks])


def profiles_of(
    researchers: Sequence[ResearcherProfile],
    mentors: Sequence[MentorProfile],
    taxonomy: Taxonomy,
    week: date,
    strengths: Mapping[str, int] | None = None,
    own: Mapping[str, OwnFactor] | None = None,
) -> Profiles:
    """`strengths` are those of these mentors, unless they are some of a larger pool."""
    counted = strengths_of(one.skills for one in mentors) if strengths is None else strengths
    return Profiles(researchers, mentors, taxonomy, week, counted, own or {})


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
    ended: IdPairs = (),
    vetoes: IdPairs = (),
    conflicts: IdPairs = (),
    lifted: IdPairs = (),
    strengths: Mapping[str, int] | None = None,
) -> Scores:
    """Score all pairs for the week that begins on the Monday `week`.

    `strengths` says how many mentors are strong in each skill, where these are some of a larger
    pool. Raises BadHours, BadProfile or BadTaxonomy, each with the place that is wrong.
    O(n m) memory; no loop over pairs.
    """
    people = profiles_of(researchers, mentors, taxonomy, week, strengths, weights.own)
    of_interest = RuledOut(conflict=conflicts, lifted=lifted)
    named = {"block": blocks, "declined": declined, "ended": ended, "veto": vetoes}
    reasons = {
        **{
            name: _removed(people, asked, of_interest)
            for name, asked in _one_by_one(requirements).items()
        },
        **{
            name: _removed(people, NOTHING, RuledOut(**{name: pairs}))
            for name, pairs in named.items()
        },
    }
    return Scores(
        total=personal_scorer(people, weights).block(0, len(researchers)) / STEPS,
        forbidden=np.logical_or.reduce(list(reasons.values())),
        reasons=reasons,
        people=people,
        weights=weights,
    )


def _one_by_one(asked: Requirements) -> dict[str, Requirements]:
    """Each requirement without the others, by the name under which it removes a pair."""
    names = {
        "conflict_of_interest": "conflict_of_interest",
        "common_language": "common_language",
        "shared_hours": "min_shared_hours",
        "common_ground": "common_ground",
    }
    return {
        reason: NOTHING.model_copy(update={name: getattr(asked, name)})
        for reason, name in names.items()
    }


def _removed(people: Profiles, asked: Requirements, ruled_out: RuledOut | None = None) -> Bools:
    return scorer(people, {}, asked, ruled_out).ruled_out()
