"""Whom to invite: the new mentors whom a pool lacks most; pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cohort.assignment.out_of_time import never
from cohort.assignment.problem import Floats
from cohort.assignment.recruiting import Advice, Column, Wanted, recruits, wanted
from cohort.pairing.dense import Held
from cohort.pairing.pool import Pool, score_people
from cohort.pairing.scores.availability import DAYS
from cohort.pairing.scores.profiles import MentorProfile

AT_ANY_HOUR = [{"day": day, "start": "00:00", "end": "24:00"} for day in DAYS]


@dataclass(frozen=True)
class Invitation:
    """A mentor to look for, in slugs, and what they would add: checked by matching with them.

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
    places: int = 1,
    most: int = 5,
    out_of_time: Callable[[], bool] = never,
) -> tuple[Invitation, ...]:
    """The new mentors who would add most, the best first; empty where none would add anything.

    `held` is what the pool was solved with (`Result.held`). A new mentor is taken to have hours
    for all who gave hours, to speak the language of most who lack a mentor, and to share no
    organisation with anybody. What the profile leaves unsaid (contexts, the way they came,
    wishes) counts for nothing, as with any mentor. Raises NotTheBest as `recruits` does.
    """
    lacking = _lacking(held)
    language = _language(pool, lacking)
    profiles = wanted(pool.researchers, lacking.tolist())
    columns = _columns(pool, profiles, language)
    found = recruits(
        held.problem,
        held.solution,
        profiles,
        columns.__getitem__,
        places=places,
        most=most,
        out_of_time=out_of_time,
    )
    return tuple(_invitation(pool, advice, language) for advice in found)


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
    # What nobody is strong in yet, the newcomer would be alone in; the rest is as rare as it is.
    alone = dict.fromkeys((skill for one in profiles for skill in one.skills), 1)
    scores = score_people(strangers, mentors=newcomers, strengths=alone | pool.strengths)
    return {
        one: Column(scores.total[:, k], scores.forbidden[:, k]) for k, one in enumerate(profiles)
    }


def _invitation(pool: Pool, advice: Advice[Wanted], language: str) -> Invitation:
    takes, newly = (
        tuple(pool.researchers[i].id for i in rows.tolist())
        for rows in (advice.takes, advice.newly)
    )
    return Invitation(*advice.profile, language, advice.gain, advice.placed, takes, newly)
