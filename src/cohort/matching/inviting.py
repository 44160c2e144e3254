"""Which new mentor a pool lacks most, in words; pure."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cohort.matching.asking import Matched, amount
from cohort.matching.explaining import listed, titled
from cohort.matching.flow import never
from cohort.matching.problem import Floats
from cohort.matching.profiles import Mentor
from cohort.matching.recruiting import Advice, Column, Wanted, recruits, wanted
from cohort.matching.scoring import score

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
AT_ANY_HOUR = [{"day": day, "start": "00:00", "end": "24:00"} for day in DAYS]


@dataclass(frozen=True)
class Invitation:
    """A mentor to look for, and what they would add: checked by matching again with them.

    gain    of the total, in the units of the scores.
    placed  researchers more with a mentor; `newly` says who (ids), `takes` who would go to the
            new mentor.
    """

    domain: str
    role: str
    skills: tuple[str, ...]
    language: str
    gain: float
    placed: int
    takes: tuple[str, ...]
    newly: tuple[str, ...]
    sentence: str


def invitations(
    solved: Matched,
    *,
    places: int = 1,
    most: int = 5,
    out_of_time: Callable[[], bool] = never,
) -> tuple[Invitation, ...]:
    """The new mentors who would add most, the best first; empty where none would add anything.

    A new mentor is taken to have hours for all who gave hours, to speak the language that most
    people here lack a mentor in, and to share no organisation with anybody. What the profile
    does not say (contexts, the way they came, wishes) counts for nothing, as with any mentor.
    """
    lacking = _lacking(solved)
    language = _language(solved, lacking)
    profiles = wanted(solved.pool.researchers, lacking.tolist())
    columns = _columns(solved, profiles, language)
    found = recruits(
        solved.problem,
        solved.solution,
        profiles,
        columns.__getitem__,
        places=places,
        most=most,
        out_of_time=out_of_time,
    )
    return tuple(_invitation(solved, advice, language) for advice in found)


def _lacking(solved: Matched) -> Floats:
    """1 for those without a mentor, for the others what their pair lacks of the best score."""
    lacking = np.ones(solved.problem.shape[0])
    i, j = solved.solution.pairs.T
    lacking[i] = 1.0 - solved.scores.total[i, j]
    return lacking


def _language(solved: Matched, lacking: Floats) -> str:
    """What most speak of those who lack most; of several, what most mentors speak."""
    count: Counter[str] = Counter()
    for one, weight in zip(solved.pool.researchers, lacking.tolist(), strict=True):
        count.update(dict.fromkeys(one.languages, weight))
    known = Counter(language for one in solved.pool.mentors for language in set(one.languages))
    return min(count, key=lambda one: (-round(count[one], 9), -known[one], one), default="")


def _columns(solved: Matched, profiles: tuple[Wanted, ...], language: str) -> dict[Wanted, Column]:
    pool = solved.pool
    candidates = [
        Mentor(
            id=str(k),
            name="",
            domains=[one.domain],
            roles=[one.role],
            skills=one.skills,
            languages=[language] if language else [],
            weekly_hours=AT_ANY_HOUR,
        )
        for k, one in enumerate(profiles)
    ]
    scores = score(
        pool.researchers,
        candidates,
        pool.taxonomy,
        pool.week,
        weights=pool.weights,
        requirements=pool.requirements,
    )
    return {
        one: Column(scores.total[:, k], scores.forbidden[:, k]) for k, one in enumerate(profiles)
    }


def _invitation(solved: Matched, advice: Advice[Wanted], language: str) -> Invitation:
    one = advice.profile
    takes, newly = (
        tuple(solved.researcher(i) for i in rows.tolist()) for rows in (advice.takes, advice.newly)
    )
    return Invitation(
        *one, language, advice.gain, advice.placed, takes, newly, _said(solved, advice, newly)
    )


def _said(solved: Matched, advice: Advice[Wanted], newly: tuple[str, ...]) -> str:
    domain, role, skills = advice.profile
    titles = solved.pool.titles
    strong = f", strong in {listed([titled(s, titles) for s in skills])}," if skills else ""
    named = listed([solved.name(one) for one in newly])
    place = f" and give {named} a mentor" if newly else ""
    return (
        f"A mentor in {titled(domain, titles)} who knows the role of "
        f"{titled(role, titles)}{strong} would add {amount(advice.gain)} to the total{place}."
    )
