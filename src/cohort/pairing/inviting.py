"""Whom to invite: the new mentors whom a pool lacks most; pure."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array, diags_array

from cohort.assignment.large.blocks import NO_PAIR
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import Floats, Ints
from cohort.assignment.recruiting import Newcomers, Recruit, recruits
from cohort.pairing.pool import Pool
from cohort.pairing.result import SolvedProblem
from cohort.pairing.scores.availability import DAYS
from cohort.pairing.scores.incidence import weighted_rows
from cohort.pairing.scores.personal import personal_scorer
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.scorer import STEPS
from cohort.pairing.scores.skills import needs_of

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
    solved: SolvedProblem,
    *,
    most: int = 5,
    out_of_time: Callable[[], bool] = never,
) -> tuple[Invitation, ...]:
    """The new mentors with one place who would add most, the best first; none who add nothing.

    `solved` is what the pool was solved with (`Result.solved`). A new mentor is taken to have hours
    for all who gave hours, to speak the language of most who lack a mentor, and to share no
    organisation with anybody. What the profile leaves unsaid (contexts, the way they came,
    wishes, answers) counts for nothing, as with any mentor. Raises NotTheBest as `neighbourhood`
    does.
    """
    lacking = _lacking(solved)
    language = _language(pool, lacking)
    strengths = _with_new(pool)
    needs = solved.scores.people.needs
    if len(strengths) > len(pool.strengths):
        needs = [needs_of(one.gaps, strengths) for one in pool.researchers]
    profiles = wanted(pool.researchers, needs, lacking)
    newcomers = [_newcomer(f"newcomer {k}", one, language) for k, one in enumerate(profiles)]

    def columns_of(rows: Ints) -> Newcomers:
        people = solved.scores.people.beside(rows, newcomers, strengths)
        units = personal_scorer(people, pool.weights, requirements).block(0, len(rows))
        forbidden = units == NO_PAIR
        return Newcomers(np.where(forbidden, 0.0, units / STEPS + solved.placing), forbidden)

    # A newcomer shares no organisation and advises nobody: there is nothing to compare.
    requirements = pool.requirements.model_copy(update={"conflict_of_interest": False})
    found = recruits(
        solved.near,
        profiles,
        columns_of,
        highest=1.0 + solved.placing,
        most=most,
        out_of_time=out_of_time,
    )
    return tuple(_invitation(pool, one, language) for one in found)


def _with_new(pool: Pool) -> dict[str, int]:
    """How rare each strength would be: what nobody is strong in yet, the newcomer is alone in."""
    missed = set[str]().union(*(one.gaps for one in pool.researchers))
    return dict.fromkeys(missed - pool.strengths.keys(), 1) | pool.strengths


def _lacking(solved: SolvedProblem) -> Floats:
    """1 for those without a mentor, for the others what their pair lacks of the best score."""
    lacking = np.ones(solved.problem.shape[0])
    i, j = solved.solution.pairs.T
    lacking[i] = 1.0 - solved.scores.total[i, j]
    return lacking


def _language(pool: Pool, lacking: Floats) -> str:
    """What most speak of those who lack most; of several, what most mentors speak."""
    count: Counter[str] = Counter()
    for one, weight in zip(pool.researchers, lacking.tolist(), strict=True):
        count.update(dict.fromkeys(one.languages, weight))
    known = Counter(language for one in pool.mentors for language in set(one.languages))
    return min(count, key=lambda one: (-round(count[one], 9), -known[one], one), default="")


def wanted(
    researchers: Sequence[ResearcherProfile],
    needs: Sequence[Mapping[str, float]],
    lacking: Floats,
) -> tuple[Wanted, ...]:
    """Profiles worth looking at: each pair of a domain and a first role goal that occurs.

    `needs` says what each open skill of a researcher adds to the factor, so that the rarer ones
    count for more (`skills.needs_of`); `lacking` float[n] >= 0 how much each researcher misses
    (such as 1 for those without a mentor). The skills are weighed by both, of all in the domain
    and of all with the role among their goals (twice of those who are both); each profile has the
    five greatest. Sums that differ in their last bits are equal, and the name decides.
    """
    words = sorted(set[str]().union(*needs))
    weighed = diags_array(0.1 + lacking) @ weighted_rows(needs, words)
    domains, of_domain = _summed(weighed, [one.domains for one in researchers])
    goals, of_goal = _summed(weighed, [one.role_goals for one in researchers])
    pairs = sorted({(d, r.role_goals[0]) for r in researchers if r.role_goals for d in r.domains})
    rows = [(domains[domain], goals[role]) for domain, role in pairs]
    some, others = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    need = np.round(of_domain[some] + of_goal[others], 9)
    greatest = np.argsort(-need, axis=1, kind="stable")[:, :MOST_SKILLS]
    return tuple(
        Wanted(*pair, tuple(words[k] for k in best if own[k] > 0))
        for pair, best, own in zip(pairs, greatest.tolist(), need, strict=True)
    )


def _summed(weighed: csr_array, names: Sequence[Sequence[str]]) -> tuple[dict[str, int], Floats]:
    """The row of each name, and the sums over all who have it: float[names, words]."""
    row = {name: k for k, name in enumerate(sorted(set[str]().union(*names)))}
    members = weighted_rows([dict.fromkeys(some, 1.0) for some in names], [*row])
    sums: Floats = (members.T @ weighed).toarray()
    return row, sums


def _newcomer(newcomer_id: str, wanted_one: Wanted, language: str) -> MentorProfile:
    return MentorProfile(
        id=newcomer_id,
        name="",
        domains=[wanted_one.domain],
        roles=[wanted_one.role],
        skills=wanted_one.skills,
        languages=[language] if language else [],
        weekly_hours=AT_ANY_HOUR,
    )


def _invitation(pool: Pool, found: Recruit[Wanted], language: str) -> Invitation:
    takes, newly = (
        tuple(pool.researchers[i].id for i in rows.tolist()) for rows in (found.takes, found.newly)
    )
    return Invitation(*found.profile, language, found.gain, found.placed, takes, newly)
