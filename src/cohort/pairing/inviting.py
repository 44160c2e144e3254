"""Whom to invite: the new mentors whom a pool lacks most; pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from cohort.assignment.out_of_time import never
from cohort.assignment.problem import Floats
from cohort.assignment.recruiting import Column, Recruit, recruits
from cohort.pairing.found import Held
from cohort.pairing.pool import Pool, score_people
from cohort.pairing.scores.availability import DAYS
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile

AT_ANY_HOUR = [{"day": day, "start": "00:00", "end": "24:00"} for day in DAYS]


MOST_SKILLS = 5


class Wanted(NamedTuple):
    """A mentor to look for, in three words of the platform: slugs."""

    domain: str
    role: str
    skills: tuple[str, ...]


@dataclass(frozen=True)
class Invitation:
    """A mentor to look for, in slugs, and what they would add: what matching again with them gives.

    gain    of the total, in the units of the scores, with strengths as rare as they are now; with
            `cover`, beside `placed`.
    placed  how many researchers more would have a mentor.
    takes, newly  ids of those who would go to the new mentor, and of those who would have a
            mentor and have none now.
    """

    domain: str
    role: str
    skills: tuple[str, ...]
    language: str
    gain: float
    placed: int
    takes: tuple[str, ...]
    newly: tuple[str, ...]


def invitations(
    pool: Pool,
    held: Held,
    *,
    most: int = 5,
    out_of_time: Callable[[], bool] = never,
) -> tuple[Invitation, ...]:
    """The new mentors with one place who would add most, the best first; none who add nothing.

    `held` is what the pool was solved with (`Result.held`). A new mentor is taken to have hours
    for all who gave hours, to speak the language of most who lack a mentor, and to share no
    organisation with anybody. What the profile leaves unsaid (contexts, the way they came,
    wishes) counts for nothing, as with any mentor. Raises NotTheBest as `neighbourhood` does.
    """
    lacking = _lacking(held)
    language = _language(pool, lacking)
    profiles = wanted(pool.researchers, lacking.tolist())
    columns = _columns(pool, profiles, language)
    found = recruits(
        held.near,
        profiles,
        columns.__getitem__,
        most=most,
        out_of_time=out_of_time,
    )
    return tuple(_invitation(pool, one, language) for one in found)


def _lacking(held: Held) -> Floats:
    """1 for those without a mentor, for the others what their pair lacks of the best score."""
    lacking = np.ones(held.problem.shape[0])
    i, j = held.solution.pairs.T
    lacking[i] = 1.0 - held.scores.total[i, j]
    return lacking


def _language(pool: Pool, lacking: Floats) -> str:
    """What most speak of those who lack most; of several, what most mentors speak."""
    count: Counter[str] = Counter()
    for one, weight in zip(pool.researchers, lacking.tolist(), strict=True):
        count.update(dict.fromkeys(one.languages, weight))
    known = Counter(language for one in pool.mentors for language in set(one.languages))
    return min(count, key=lambda one: (-round(count[one], 9), -known[one], one), default="")


def wanted(
    researchers: Sequence[ResearcherProfile], lacking: Sequence[float]
) -> tuple[Wanted, ...]:
    """Profiles worth looking at: each pair of a domain and a first role goal that occurs.

    `lacking` float[n] >= 0 says how much each researcher misses (such as 1 for those without a
    mentor); with it the open skills are weighed of all in the domain and of all with the role
    among their goals (twice of those who are both), of which each profile has the five greatest.
    """
    in_domain, with_goal = (defaultdict[str, Counter[str]](Counter) for _ in range(2))
    for one, weight in zip(researchers, lacking, strict=True):
        need = {skill: gap * (0.1 + weight) for skill, gap in one.gaps.items()}
        for groups, names in ((in_domain, one.domains), (with_goal, one.role_goals)):
            for name in set(names):
                groups[name].update(need)
    pairs = sorted({(d, r.role_goals[0]) for r in researchers if r.role_goals for d in r.domains})
    return tuple(
        Wanted(domain, role, _greatest(in_domain[domain] + with_goal[role]))
        for domain, role in pairs
    )


def _greatest(need: Counter[str]) -> tuple[str, ...]:
    """The skills needed most; sums that differ in their last bits are equal, in any order."""
    return tuple(sorted(need, key=lambda skill: (-round(need[skill], 9), skill))[:MOST_SKILLS])


def _columns(pool: Pool, profiles: Sequence[Wanted], language: str) -> dict[Wanted, Column]:
    newcomers = [
        MentorProfile(
            id=f"newcomer {k}",
            name="",
            domains=[one.domain],
            roles=[one.role],
            skills=one.skills,
            languages=[language] if language else [],
            weekly_hours=AT_ANY_HOUR,
        )
        for k, one in enumerate(profiles)
    ]
    strangers = replace(pool, blocks=(), declined=(), vetoes=())
    # A newcomer shares no organisation, advises nobody and is on no list: what people say of
    # these changes no score, and comparing it would take half the time.
    plain = [replace(one, organisations=(), advisers=(), wishes=()) for one in pool.researchers]
    # What nobody is strong in yet, the newcomer would be alone in; the rest is as rare as it is.
    alone = dict.fromkeys((skill for one in profiles for skill in one.skills), 1)
    scores = score_people(strangers, plain, newcomers, strengths=alone | pool.strengths)
    return {
        one: Column(scores.total[:, k], scores.forbidden[:, k]) for k, one in enumerate(profiles)
    }


def _invitation(pool: Pool, found: Recruit[Wanted], language: str) -> Invitation:
    takes, newly = (
        tuple(pool.researchers[i].id for i in rows.tolist()) for rows in (found.takes, found.newly)
    )
    return Invitation(*found.profile, language, found.gain, found.placed, takes, newly)
