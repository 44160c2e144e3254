"""A pool of profiles in which everybody who is alike is scored once."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from cohort.assignment.problem import Ints
from cohort.pairing.rules import Requirements, Weights
from cohort.pairing.scores.in_blocks import ProfileScores, profile_scores
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.requirements import IdPairs, plain
from cohort.pairing.scores.taxonomy import Taxonomy
from cohort.pairing.scores.words import alike

UNSAID = {"id", "name", "email"}


@dataclass(frozen=True, eq=False)
class Pool:
    """`solve_large(pool.scores, capacity, researcher_kind=…, mentor_kind=…)` takes these."""

    scores: ProfileScores
    researcher_kind: Ints
    mentor_kind: Ints


def pool_of(
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
) -> Pool:
    """One row and one column of scores for each kind of profile.

    Alike are those whose profiles say the same, the id apart (and a mentor's name and e-mail,
    unless she is somebody's adviser). Whoever wishes, is wished for, or is in a block, a
    decline or a veto, is a kind of her own.
    """
    pairs = [*blocks, *declined, *vetoes]
    people: list[ResearcherProfile | MentorProfile] = [*researchers, *mentors]
    wanting = [one for one in people if one.wishes]
    named = {one.id for one in wanting} | {other for one in wanting for other in one.wishes}
    named |= {one for pair in pairs for one in pair}
    advisers = {name for one in researchers for name in plain(one.advisers)}
    some = alike(_said(one, {"id"}, named) for one in researchers)
    others = alike(
        _said(one, {"id"} if advisers & set(plain([one.name, one.email])) else UNSAID, named)
        for one in mentors
    )
    scores = profile_scores(
        [researchers[i] for i in some.first],
        [mentors[j] for j in others.first],
        taxonomy,
        week,
        weights=weights,
        requirements=requirements,
        blocks=blocks,
        declined=declined,
        vetoes=vetoes,
    )
    return Pool(scores, some.kind, others.kind)


def _said(one: ResearcherProfile | MentorProfile, unsaid: set[str], named: set[str]) -> Hashable:
    if one.id in named:
        return one.id
    return tuple(_frozen(getattr(one, f.name)) for f in fields(one) if f.name not in unsaid)


def _frozen(value: object) -> Hashable:
    """The same for the same content, whatever it is held in."""
    if isinstance(value, Mapping):
        return tuple(sorted((key, _frozen(one)) for key, one in value.items()))
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(_frozen(one) for one in value)
    return value if isinstance(value, Hashable) else repr(value)
