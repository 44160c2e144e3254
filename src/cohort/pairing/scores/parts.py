"""The parts that a score of profiles is the sum of, each in whole units, a block at a time.

People say little: a dozen words, a few stretches of time. So a block adds up the mentors' rows of
just these (sparse times dense): a tenth of the time of a product with all words and quarters.
What depends on few things is worked out for each kind of mentor, and looked up for all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, hstack

from cohort.assignment.large.blocks import NO_PAIR, Block
from cohort.assignment.problem import Floats, Ints
from cohort.pairing.scores import factors
from cohort.pairing.scores.availability import availability
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.taxonomy import Taxonomy, domain_similarity
from cohort.pairing.scores.words import alike, common_words, marked, positions, weighed

LEVELS = round(1 / factors.RANK_STEP)
QUARTERS_AN_HOUR = 4

Worth = Mapping[str, float]
"""The most units that each factor adds."""
Whole = npt.NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, eq=False)
class Words:
    """Domains, contexts and skills, and what every mentor adds alike.

    needs    sparse int32[n, words]: the units of each word.
    answers  int32[words, m]: how often they are added.
    """

    needs: csr_array
    answers: Whole

    def block(self, rows: slice) -> Whole:
        units: Whole = self.needs[rows] @ self.answers
        return units

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        return type(self)(self.needs[rows], self.answers.take(columns, axis=1))


@dataclass(frozen=True, eq=False)
class Hours:
    """Shared hours a week, and the requirement that there be enough.

    edges  sparse int16[n, quarters]: -1 where free time begins, 1 where it ends.
    free   int16[quarters, m]: the quarters in which each mentor is free, before this one.
    units  by the number of shared quarters; the last also for more. -inf for too few.
    """

    edges: csr_array
    free: Whole
    units: Floats

    def block(self, rows: slice) -> Block:
        shared = self.edges[rows] @ self.free
        units: Block = self.units.take(shared, mode="clip")
        return units

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        return type(self)(self.edges[rows], self.free.take(columns, axis=1), self.units)


@dataclass(frozen=True, eq=False)
class Careers:
    """The dearest role goal that the mentor holds, and the same move.

    goals    int[n, most]: rows of `roles`, dearest first, -1 for none.
    stage    int[n]: a row of `origins`, -1 for none.
    roles    int8[roles + 1, kinds]: who holds them; the last row is empty.
    origins  the same for where mentors came from.
    kind     int[m]: the kind of each mentor.
    """

    goals: Ints
    stage: Ints
    roles: npt.NDArray[np.int8]
    origins: npt.NDArray[np.int8]
    kind: Ints
    worth: Worth

    def block(self, rows: slice) -> Block:
        goals, kinds = self.goals[rows], self.roles.shape[1]
        level = np.zeros((len(goals), kinds), dtype=np.int8)
        for rank in range(goals.shape[1]):
            reached = self.roles[goals[:, rank]] * np.int8(max(LEVELS - rank, 1))
            np.maximum(level, reached, out=level)
        same_move = self.origins[self.stage[rows]] * (0.5 + 0.5 * (level > 0))
        units: Block = np.rint(
            self.worth["role"] * factors.GOAL_SHARE * factors.RANK_STEP * level
            + self.worth["path"] * same_move
        )
        return units.take(self.kind, axis=1)

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        return type(self)(
            self.goals[rows],
            self.stage[rows],
            self.roles,
            self.origins,
            self.kind[columns],
            self.worth,
        )


@dataclass(frozen=True, eq=False)
class Languages:
    """Shared languages, and the requirement that there be one.

    needs    sparse int32[n, languages]: 1 for each one's own.
    units    float[n]: what one in common adds.
    spoken   int32[languages, kinds]: 1 for each one's own.
    kind     int[m]: the kind of each mentor.
    without  units of a pair that has none in common.
    """

    needs: csr_array
    units: Floats
    spoken: Whole
    kind: Ints
    without: float

    def block(self, rows: slice) -> Block:
        shared = self.needs[rows] @ self.spoken
        units: Block = np.rint(shared * self.units[rows, None])
        units[shared == 0] = self.without
        return units.take(self.kind, axis=1)

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        return type(self)(
            self.needs[rows], self.units[rows], self.spoken, self.kind[columns], self.without
        )


def words_of(
    researchers: Sequence[ResearcherProfile],
    mentors: Sequence[MentorProfile],
    taxonomy: Taxonomy,
    worth: Worth,
) -> Words:
    contexts = [dict.fromkeys(one.contexts, 1.0) for one in researchers]
    of_contexts = worth["role"] * (1 - factors.GOAL_SHARE)
    always = [{"": round(_unsaid(one, worth))} for one in researchers]
    parts: list[tuple[csr_array, Floats]] = [
        _near(researchers, mentors, taxonomy, worth["domain"]),
        _covered(contexts, [one.contexts for one in mentors], of_contexts),
        _covered([r.gaps for r in researchers], [m.skills for m in mentors], worth["skills"]),
        (weighed(always, [""]), np.ones((1, len(mentors)))),
    ]
    return Words(
        hstack([needs for needs, _ in parts], format="csr", dtype=np.int32),
        np.vstack([answers for _, answers in parts]).astype(np.int32),
    )


def _near(
    researchers: Sequence[ResearcherProfile],
    mentors: Sequence[MentorProfile],
    taxonomy: Taxonomy,
    worth: float,
) -> tuple[csr_array, Floats]:
    """A domain is a word for each number of domains that it is one of: so its units are whole."""
    said = [set(one.domains) for one in researchers]
    needs = [{(slug, len(some)): 1 for slug in some} for some in said]
    words = sorted({word for one in needs for word in one if word[0] in taxonomy.parents})
    offered = [one.domains for one in mentors]
    reach = domain_similarity([[slug] for slug, _ in words], offered, taxonomy)
    of_how_many = np.array([many for _, many in words]).reshape(-1, 1)
    return weighed(needs, words), np.rint(worth * reach / of_how_many)


def _covered(
    wanted: Sequence[Mapping[str, float]], offered: Sequence[Sequence[str]], worth: float
) -> tuple[csr_array, Floats]:
    words = list(dict.fromkeys(word for one in offered for word in one))
    needs = [
        {word: round(worth * (weight / sum(one.values()))) for word, weight in one.items()}
        for one in wanted
    ]
    return weighed(needs, words), marked(offered, words).T


def _unsaid(one: ResearcherProfile, worth: Worth) -> float:
    """What is unsaid counts the middle with everybody; a wish is told apart from that."""
    most = {
        "domain": not one.domains,
        "skills": not one.gaps,
        "availability": not one.weekly_hours,
        "language": not one.languages,
        "path": not one.stage,
        "wishes": True,
    }
    role = factors.GOAL_SHARE * (not one.role_goals) + (1 - factors.GOAL_SHARE) * (not one.contexts)
    whole = worth["role"] * role + sum(worth[name] * unsaid for name, unsaid in most.items())
    return factors.NEUTRAL * whole


def hours_of(
    researchers: Sequence[ResearcherProfile],
    mentors: Sequence[MentorProfile],
    week: date,
    worth: Worth,
    least: float,
) -> Hours:
    """Quarters shared are the differences, at the edges of one's free time, of a running sum.

    `least` is in hours.
    """
    people: list[ResearcherProfile | MentorProfile] = [*researchers, *mentors]
    free = availability([p.weekly_hours for p in people], [p.time_zone for p in people], week)
    ours, theirs = free[: len(researchers)], free[len(researchers) :]
    padded = np.pad(ours.astype(np.int8), ((0, 0), (1, 1)))
    edges = padded[:, :-1] - padded[:, 1:]
    told = np.flatnonzero(edges.any(axis=0))
    before = np.zeros((edges.shape[1], len(mentors)), dtype=np.int16)
    np.cumsum(theirs.T, axis=0, out=before[1:])
    enough = factors.ENOUGH_HOURS * QUARTERS_AN_HOUR
    quarters = np.arange(np.ceil(max(enough, least * QUARTERS_AN_HOUR)) + 1)
    units = np.rint(worth["availability"] * np.minimum(quarters, enough) / enough)
    units[quarters < least * QUARTERS_AN_HOUR] = NO_PAIR
    return Hours(csr_array(edges[:, told]).astype(np.int16), before[told], units)


def careers_of(
    researchers: Sequence[ResearcherProfile], mentors: Sequence[MentorProfile], worth: Worth
) -> Careers:
    kinds = alike((frozenset(one.roles), one.came_from) for one in mentors)
    some = [mentors[j] for j in kinds.first]
    roles = list(dict.fromkeys(role for one in some for role in one.roles))
    origins = list(dict.fromkeys(one.came_from for one in some if one.came_from))
    longest = max((len(one.role_goals) for one in researchers), default=0)
    goals = [[*positions(r.role_goals, roles), *[-1] * longest][:longest] for r in researchers]
    nobody = np.zeros((1, len(some)))
    return Careers(
        np.array(goals, dtype=np.int64).reshape(len(researchers), longest),
        np.array(positions([one.stage for one in researchers], origins), dtype=np.int64),
        np.vstack([marked([one.roles for one in some], roles).T, nobody]).astype(np.int8),
        np.vstack([marked([[m.came_from] for m in some], origins).T, nobody]).astype(np.int8),
        kinds.kind,
        worth,
    )


def languages_of(
    researchers: Sequence[ResearcherProfile],
    mentors: Sequence[MentorProfile],
    worth: Worth,
    *,
    required: bool,
) -> Languages:
    kinds = alike(frozenset(one.languages) for one in mentors)
    needs, spoken = common_words(
        [one.languages for one in researchers], [mentors[j].languages for j in kinds.first]
    )
    return Languages(
        needs.astype(np.int32),
        np.array([worth["language"] / max(len(set(one.languages)), 1) for one in researchers]),
        np.ascontiguousarray(spoken.toarray().T.astype(np.int32)),
        kinds.kind,
        NO_PAIR if required else 0.0,
    )
