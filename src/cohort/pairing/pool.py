"""Everything that one run solves, as one value that can be checked and repeated; pure."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

import numpy as np

from cohort.assignment.problem import UNMATCHED, Ints
from cohort.pairing.rules import Requirements, Weights
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.requirements import plain
from cohort.pairing.scores.scoring import Scores, score
from cohort.pairing.scores.skills import strengths_of
from cohort.pairing.scores.taxonomy import Taxonomy

IdPair = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Who waits for a mentor, who has room, and what was decided before.

    places     the free places of each mentor, in the order of `mentors`; 0 is possible.
    pins, vetoes, declined, ended, blocks   pairs of (researcher id, mentor id).
    conflicts  of interest that one of the two declared; `lifted` are those, found or declared,
               that do not rule the pair out.
    incumbents  the mentor whom a researcher has now, by id; `stickiness` is added to their score.
    placing    added to the score of every pair: what placing one more researcher counts; only
               where nobody may have several mentors.
    cover, objective  as in `Problem`: who is placed first of all, and what is the best.
    demand     how many mentors each researcher may have, in the order of `researchers`; one
               each if it is empty.
    ahead      who goes first, by researcher id: as many of them as possible have a mentor before
               anything else; only where nobody may have several mentors, and not in pools that are
               too large for all scores at once.
    min_load   how many people each mentor must have, in the order of `mentors`; none if empty.
    movers     who has a mentor, and may be given another; matched after everybody else, from the
               places that are left. `current` is the mentor of each by id, who need not be here.
    asked      of these, by id, for whom one of the two asked for somebody else; the others move
               only for a score that is better by `least_gain`, None for never.
    names      of everybody who may have to be named in a sentence, by id.
    titles     words for slugs and language codes; they are said, not solved.
    organisers  the ids of people here who run the cohort: why a pair of theirs cannot be is said in
               no sentence that those who run it read; said, not solved.
    private    the questions whose answers no reason may tell, and "wishes" where no reason may say
               who asked for whom; said, not solved.
    """

    week: date
    researchers: Sequence[ResearcherProfile]
    mentors: Sequence[MentorProfile]
    places: Sequence[int]
    taxonomy: Taxonomy
    weights: Weights = field(default_factory=Weights)
    requirements: Requirements = field(default_factory=Requirements)
    pins: Sequence[IdPair] = ()
    vetoes: Sequence[IdPair] = ()
    declined: Sequence[IdPair] = ()
    ended: Sequence[IdPair] = ()
    blocks: Sequence[IdPair] = ()
    conflicts: Sequence[IdPair] = ()
    lifted: Sequence[IdPair] = ()
    incumbents: Mapping[str, str] = field(default_factory=dict)
    stickiness: float = 0.0
    placing: float = 0.0
    cover: bool = False
    objective: Literal["total", "fair"] = "total"
    demand: Sequence[int] = ()
    min_load: Sequence[int] = ()
    ahead: Sequence[str] = ()
    movers: Sequence[ResearcherProfile] = ()
    current: Mapping[str, str] = field(default_factory=dict)
    asked: Collection[str] = ()
    least_gain: float | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    organisers: Collection[str] = ()
    private: Collection[str] = ()

    def incumbents_by_position(self) -> Ints:
        """int[n]: the column of the mentor whom each researcher has now, -1 for none."""
        column = {one.id: j for j, one in enumerate(self.mentors)}
        now = (self.incumbents.get(one.id, "") for one in self.researchers)
        return np.array([column.get(one, UNMATCHED) for one in now], dtype=np.int64)

    @cached_property
    def strengths(self) -> dict[str, int]:
        """How many mentors are strong in each skill."""
        return strengths_of(one.skills for one in self.mentors)

    def without_names(self) -> "Pool":
        """The same question with nobody's name or address in it: the answer is the same.

        A name decides only who is whose adviser. So each mentor goes by a mark of her id, and so
        does an adviser who mentors here; other advisers are left out. O(n + m).
        """
        called: dict[str, list[str]] = {}
        for one in self.mentors:
            for name in plain([one.name, one.email]):
                called.setdefault(name, []).append(_mark(one.id))

        def nameless(one: ResearcherProfile) -> ResearcherProfile:
            advisers = {k for a in plain(one.advisers) for k in called.get(a, ())}
            return replace(one, advisers=sorted(advisers))

        return replace(
            self,
            researchers=[nameless(one) for one in self.researchers],
            movers=[nameless(one) for one in self.movers],
            mentors=[replace(one, name=_mark(one.id), email="") for one in self.mentors],
            names={},
            titles={},
            organisers=(),
            private=(),
        )

    def digest(self) -> str:
        """SHA-256 of all that decides the result, as JSON with sorted keys; hexadecimal.

        It is of the pool without names: a digest tells nobody who took part.
        """
        bare = self.without_names()
        weighing = any(one.matters for one in self.researchers) or any(
            one.matters for one in self.mentors
        )
        solved = {
            "week": self.week.isoformat(),
            "researchers": [_without_default(one) for one in bare.researchers],
            "mentors": [_without_default(one) for one in bare.mentors],
            "places": list(self.places),
            "taxonomy": dict(self.taxonomy.parents),
            "weights": self.weights.model_dump(exclude=None if weighing else {"personal"}),
            "requirements": self.requirements.model_dump(),
            "pins": sorted(self.pins),
            "vetoes": sorted(self.vetoes),
            "declined": sorted(self.declined),
            # Left out where there are none, so that the digest of an earlier run stays the same.
            **{name: sorted(pairs) for name, pairs in self._named_later().items() if pairs},
            "blocks": sorted(self.blocks),
            "incumbents": sorted(self.incumbents.items()),
            "stickiness": self.stickiness,
            "placing": self.placing,
            "cover": self.cover,
            "objective": self.objective,
            "demand": list(self.demand),
            "min_load": list(self.min_load),
        }
        if self.movers:
            solved |= {
                "movers": [vars(one) for one in bare.movers],
                "current": sorted(self.current.items()),
                "asked": sorted(self.asked),
                "least_gain": self.least_gain,
            }
        text = json.dumps(solved, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def _named_later(self) -> dict[str, Sequence[IdPair] | Sequence[str]]:
        apart = {"ended": self.ended, "conflicts": self.conflicts, "lifted": self.lifted}
        return {**apart, "ahead": self.ahead}


def _without_default(one: ResearcherProfile | MentorProfile) -> dict[str, Any]:
    """Left out where nothing is said, so that the digest of an earlier run stays the same."""
    return {name: value for name, value in vars(one).items() if value or name != "matters"}


def _mark(its_id: str) -> str:
    """The same for one id in every pool, and unlike that of any other."""
    return hashlib.sha256(its_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def score_people(
    pool: Pool,
    researchers: Sequence[ResearcherProfile] | None = None,
    mentors: Sequence[MentorProfile] | None = None,
    strengths: Mapping[str, int] | None = None,
) -> Scores:
    """The scores of all pairs of these people under the rules of the pool; of all by default.

    How rare a strength is, is counted among all mentors of the pool, unless `strengths` says.
    """
    return score(
        pool.researchers if researchers is None else researchers,
        pool.mentors if mentors is None else mentors,
        pool.taxonomy,
        pool.week,
        weights=pool.weights,
        requirements=pool.requirements,
        blocks=pool.blocks,
        declined=pool.declined,
        ended=pool.ended,
        vetoes=pool.vetoes,
        conflicts=pool.conflicts,
        lifted=pool.lifted,
        strengths=pool.strengths if strengths is None else strengths,
    )
