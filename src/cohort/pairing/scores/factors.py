"""The factors of a score, each float[n, m] in [0, 1], all pairs at once.

What a researcher leaves unsaid (no domains, no open skills, no wishes) counts 0.5 with every
mentor. A constant in a row changes nobody's order of mentors, and it keeps the point of every
other factor worth the same for everyone; dropping the factor's weight for one would stretch
the other factors, and win places for having said less. What a mentor leaves unsaid
counts 0: there is no evidence that the mentor fits. (A mentor without wishes marks nobody down.)
"""

from collections.abc import Mapping, Sequence

import numpy as np

from cohort.assignment.problem import Bools, Floats
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.taxonomy import GRAINS, Taxonomy, domain_similarity

NEUTRAL = 0.5
ENOUGH_HOURS = 4.0
GOAL_SHARE = 0.7
RANK_STEP = 0.2


class BadProfile(ValueError):
    """A profile holds a number that cannot be used; `person` is its position."""

    def __init__(self, sentence: str, person: int) -> None:
        super().__init__(sentence)
        self.person = person


def domain(
    researchers: Sequence[ResearcherProfile], mentors: Sequence[MentorProfile], taxonomy: Taxonomy
) -> Floats:
    """The mean closeness of the mentor's nearest domain to each of the researcher's."""
    near = domain_similarity(
        [one.domains for one in researchers], [one.domains for one in mentors], taxonomy
    )
    return _neutral_where(near, [not one.domains for one in researchers])


def role(researchers: Sequence[ResearcherProfile], mentors: Sequence[MentorProfile]) -> Floats:
    """0.7 * the dearest role goal that the mentor holds + 0.3 * the share of contexts.

    The first goal counts 1, each later one 0.2 less, none below 0.2. The share is that of the
    researcher's industry contexts that the mentor knows.
    """
    goal = np.zeros((len(researchers), len(mentors)))
    for rank in range(max((len(one.role_goals) for one in researchers), default=0)):
        this = [one.role_goals[rank : rank + 1] for one in researchers]
        held = common(this, [one.roles for one in mentors])
        goal = np.maximum(goal, held * max(1 - RANK_STEP * rank, RANK_STEP))
    goal = _neutral_where(goal, [not one.role_goals for one in researchers])
    return GOAL_SHARE * goal + (1 - GOAL_SHARE) * _covered(
        [one.contexts for one in researchers], [one.contexts for one in mentors]
    )


def skills(researchers: Sequence[ResearcherProfile], mentors: Sequence[MentorProfile]) -> Floats:
    """The share, by weight, of the researcher's open skills that the mentor is strong in."""
    for i, one in enumerate(researchers):
        for skill, weight in one.gaps.items():
            if not 0 < weight < np.inf:
                raise BadProfile(
                    f"Researcher {i} ({one.id}) has weight {weight} for the skill {skill!r}; "
                    "it must be above 0. Leave a skill without a gap out.",
                    i,
                )
    return _covered([one.gaps for one in researchers], [one.skills for one in mentors])


def shared_time(hours: Floats, researchers: Sequence[ResearcherProfile]) -> Floats:
    """Shared hours a week, up to the 4 beyond which more choice adds nothing, over 4."""
    enough = np.minimum(hours, ENOUGH_HOURS) / ENOUGH_HOURS
    return _neutral_where(enough, [not one.weekly_hours for one in researchers])


def language(researchers: Sequence[ResearcherProfile], mentors: Sequence[MentorProfile]) -> Floats:
    """The share of the researcher's languages that the mentor speaks."""
    return _covered([one.languages for one in researchers], [one.languages for one in mentors])


def path(researchers: Sequence[ResearcherProfile], mentors: Sequence[MentorProfile]) -> Floats:
    """1 where the mentor came from the researcher's stage into one of the role goals.

    0.5 where only the start of the way is the same, otherwise 0.
    """
    same_start = common([[one.stage] for one in researchers], [[one.came_from] for one in mentors])
    same_end = common([one.role_goals for one in researchers], [one.roles for one in mentors]) > 0
    return _neutral_where(
        same_start * (0.5 + 0.5 * same_end), [not one.stage for one in researchers]
    )


def wishes(researchers: Sequence[ResearcherProfile], mentors: Sequence[MentorProfile]) -> Floats:
    """The mean of both sides' wish for each other.

    A wish counts 1 for the first of a list, 0.75 for the second, 0.5 + 0.5 / rank in general,
    and 0.5 for everybody not on it: a list lifts those on it and marks nobody down.
    """
    ours = _wished([one.wishes for one in researchers], [one.id for one in mentors])
    theirs = _wished([one.wishes for one in mentors], [one.id for one in researchers])
    return (ours + theirs.T) / 2


def common(some: Sequence[Sequence[str]], others: Sequence[Sequence[str]]) -> Floats:
    """How many words each two sets have in common: float[n, m], whole numbers."""
    position: dict[str, int] = {}
    for words in some:
        for word in words:
            position.setdefault(word, len(position))
    return _weights([dict.fromkeys(one, 1.0) for one in some], position) @ (
        _members(others, position).T
    )


def _covered(
    needs: Sequence[Mapping[str, float]] | Sequence[Sequence[str]], offers: Sequence[Sequence[str]]
) -> Floats:
    """The share of each one's needs, by weight, that each offer covers; neutral without needs."""
    weighted = [dict(one) if isinstance(one, Mapping) else dict.fromkeys(one, 1.0) for one in needs]
    position = {word: k for k, word in enumerate(sorted({w for one in weighted for w in one}))}
    weights = _weights(weighted, position)
    dearest = weights.max(axis=1, keepdims=True, initial=0.0)
    # Whole numbers add up to the same sum in whatever order a matrix product goes about it.
    weights = np.rint(weights / np.where(dearest > 0, dearest, 1.0) * GRAINS)
    whole = weights.sum(axis=1, keepdims=True)
    covered = weights @ _members(offers, position).T / np.where(whole > 0, whole, 1.0)
    return _neutral_where(covered, [not one for one in weighted])


def _weights(weighted: Sequence[Mapping[str, float]], position: Mapping[str, int]) -> Floats:
    matrix = np.zeros((len(weighted), len(position)))
    for i, one in enumerate(weighted):
        for word, weight in one.items():
            matrix[i, position[word]] = weight
    return matrix


def _members(sets: Sequence[Sequence[str]], position: Mapping[str, int]) -> Floats:
    matrix = np.zeros((len(sets), len(position)))
    for i, words in enumerate(sets):
        matrix[i, [position[word] for word in words if word in position]] = 1.0
    return matrix


def _wished(lists: Sequence[Sequence[str]], ids: Sequence[str]) -> Floats:
    position = {one: k for k, one in enumerate(ids)}
    wish = np.full((len(lists), len(ids)), NEUTRAL)
    for i, wanted in enumerate(lists):
        for rank, one in reversed(list(enumerate(wanted, start=1))):
            if one in position:
                wish[i, position[one]] = NEUTRAL + (1 - NEUTRAL) / rank
    return wish


def _neutral_where(factor: Floats, unsaid: Sequence[bool]) -> Floats:
    silent: Bools = np.array(unsaid, dtype=np.bool_)
    return np.where(silent[:, None], NEUTRAL, factor)
