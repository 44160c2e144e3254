"""A pool of profiles in which everybody who is alike is scored once."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from cohort.assignment.problem import Ints
from cohort.pairing.rules import Requirements, Weights
from cohort.pairing.scores.incidence import kinds_of
from cohort.pairing.scores.personal import personal_scorer
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.requirements import IdPairs, RuledOut, plain
from cohort.pairing.scores.scorer import Scorer
from cohort.pairing.scores.scoring import profiles_of
from cohort.pairing.scores.skills import strengths_of
from cohort.pairing.scores.taxonomy import Taxonomy

NAMES = {"id", "name", "email"}


@dataclass(frozen=True, eq=False)
class DistinctProfiles:
    """`solve_large(distinct.scores, capacity, researcher_kind=…, mentor_kind=…)` takes these."""

    scores: Scorer
    researcher_kind: Ints
    mentor_kind: Ints


def distinct_profiles(
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
) -> DistinctProfiles:
    """One row and one column of scores for each kind of profile.

    Alike are those whose profiles say the same, the id apart (and a mentor's name and e-mail,
    unless she is somebody's adviser). Whoever wishes, is wished for, or is in a block, a
    decline, an ended mentorship, a veto or a conflict that is declared or lifted, is a kind of her
    own.
    """
    pairs = [*blocks, *declined, *ended, *vetoes, *conflicts, *lifted]
    people: list[ResearcherProfile | MentorProfile] = [*researchers, *mentors]
    wishing = [one for one in people if one.wishes or one.talks]
    wanted = {other for one in wishing for other in (*one.wishes, *one.talks)}
    named = {one.id for one in wishing} | wanted
    named |= {one for pair in pairs for one in pair}
    advisers = {name for one in researchers for name in plain(one.advisers)}
    some = kinds_of(_key(one, {"id"}, named) for one in researchers)
    others = kinds_of(
        _key(one, {"id"} if advisers & set(plain([one.name, one.email])) else NAMES, named)
        for one in mentors
    )
    compared = profiles_of(
        [researchers[i] for i in some.first],
        [mentors[j] for j in others.first],
        taxonomy,
        week,
        strengths_of(one.skills for one in mentors),
        weights.own,
    )
    ruled_out = RuledOut(
        block=blocks,
        declined=declined,
        ended=ended,
        veto=vetoes,
        conflict=conflicts,
        lifted=lifted,
    )
    scores = personal_scorer(compared, weights, requirements, ruled_out)
    return DistinctProfiles(scores, some.kind, others.kind)


def _key(one: ResearcherProfile | MentorProfile, left_out: set[str], named: set[str]) -> Hashable:
    if one.id in named:
        return one.id
    return tuple(_frozen(getattr(one, f.name)) for f in fields(one) if f.name not in left_out)


def _frozen(value: object) -> Hashable:
    """The same for the same content, whatever it is held in."""
    if isinstance(value, Mapping):
        return tuple(sorted((key, _frozen(one)) for key, one in value.items()))
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(_frozen(one) for one in value)
    return value if isinstance(value, Hashable) else repr(value)
