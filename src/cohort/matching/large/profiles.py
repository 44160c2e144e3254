"""The scores of real profiles, a block at a time: those of `scoring.score`, to 1e-6.

What is a sum of products (domains, contexts, skills, languages) is one matrix product. Its
inputs are rounded to multiples of 2**-26, so that the sum is exact in float64 in whatever order
it is added up; everything else happens pair by pair. That makes a score the same number in
every block.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from cohort.matching.large.blocks import NO_PAIR, Block
from cohort.matching.large.words import (
    circle_of,
    common_words,
    grained,
    marked,
    named,
    names_of,
    positions,
    shared_out,
    wished,
)
from cohort.matching.problem import Bools, Floats, Ints
from cohort.matching.scores import factors
from cohort.matching.scores.availability import availability
from cohort.matching.scores.profiles import Mentor, Researcher
from cohort.matching.scores.requirements import IdPairs, Requirements
from cohort.matching.scores.scoring import Weights
from cohort.matching.scores.taxonomy import Taxonomy, domain_similarity

STEPS = 1e9
LEVELS = round(1 / factors.RANK_STEP)
GOAL = np.array([0.0, *(factors.RANK_STEP * level for level in range(1, LEVELS + 1))])
QUARTERS_AN_HOUR = 4


class _Rows:
    """A record of arrays that are about the same people, row by row."""

    def take(self, people: Ints) -> Self:
        taken = {one.name: getattr(self, one.name)[people] for one in fields(self)}  # type: ignore[arg-type]
        return type(self)(**taken)


@dataclass(frozen=True, eq=False)
class Seekers(_Rows):
    """What the blocks need of researchers; `goals` are rows of `Offers.roles`, -1 for none."""

    linear: Floats
    goals: Ints
    stage: Ints
    free: Block
    spoken: Block
    near: csr_array
    silent: Bools


@dataclass(frozen=True, eq=False)
class Offers(_Rows):
    """What the blocks need of mentors; the last column of `roles` and `origins` is empty."""

    linear: Floats
    roles: npt.NDArray[np.int8]
    origins: npt.NDArray[np.bool_]
    free: Block
    spoken: Block
    near: csr_array


@dataclass(frozen=True, eq=False)
class ProfileScores:
    """`BlockScores` of profiles; make one with `profile_scores`.

    extra   sparse: what wishes add to a score.
    barred  sparse: blocks, declines and vetoes.
    """

    seekers: Seekers
    offers: Offers
    extra: csr_array
    barred: csr_array
    shares: Mapping[str, float]
    requirements: Requirements
    steps: float = STEPS

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.seekers.linear), len(self.offers.linear)

    def reordered(self, rows: Ints, columns: Ints) -> "ProfileScores":
        return ProfileScores(
            self.seekers.take(rows),
            self.offers.take(columns),
            self.extra[rows][:, columns],
            self.barred[rows][:, columns],
            self.shares,
            self.requirements,
        )

    def block(self, start: int, stop: int) -> Block:
        rows = self.seekers.take(np.arange(start, stop))
        hours = rows.free @ self.offers.free.T / np.float32(QUARTERS_AN_HOUR)
        total = rows.linear @ self.offers.linear.T
        goal, path = self._goal_and_path(rows)
        total += self.shares["role"] * factors.GOAL_SHARE * goal
        total += self.shares["path"] * path
        total += self.shares["availability"] * _shared_time(hours, rows.silent[:, 2])
        wishes = self.extra[start:stop].tocoo()
        total[wishes.row, wishes.col] += wishes.data
        units: Block = np.rint(np.clip(total, 0.0, 1.0) * self.steps)
        self._remove(units, rows, hours, self.barred[start:stop])
        return units

    def _goal_and_path(self, rows: Seekers) -> tuple[Floats, Floats]:
        roles, origins = self.offers.roles.T, self.offers.origins.T
        level = np.zeros((len(rows.goals), self.shape[1]), dtype=np.int8)
        for rank in range(rows.goals.shape[1]):
            reached = roles[rows.goals[:, rank]] * np.int8(max(LEVELS - rank, 1))
            np.maximum(level, reached, out=level)
        path = origins[rows.stage] * (0.5 + 0.5 * (level > 0))
        path[rows.silent[:, 1]] = factors.NEUTRAL
        goal: Floats = GOAL[level]
        goal[rows.silent[:, 0]] = factors.NEUTRAL
        return goal, path

    def _remove(self, units: Block, rows: Seekers, hours: Block, barred: csr_array) -> None:
        required = self.requirements
        if required.min_shared_hours:
            units[hours < required.min_shared_hours] = NO_PAIR
        if required.common_language:
            units[rows.spoken @ self.offers.spoken.T == 0] = NO_PAIR
        if required.conflict_of_interest:
            met = (rows.near @ self.offers.near.T).tocoo()
            units[met.row, met.col] = NO_PAIR
        never = barred.tocoo()
        units[never.row, never.col] = NO_PAIR


def _shared_time(hours: Block, silent: Bools) -> Block:
    enough: Block = np.minimum(hours, factors.ENOUGH_HOURS).astype(np.float64)
    enough /= factors.ENOUGH_HOURS
    enough[silent] = factors.NEUTRAL
    return enough


def profile_scores(
    researchers: Sequence[Researcher],
    mentors: Sequence[Mentor],
    taxonomy: Taxonomy,
    week: date,
    *,
    weights: Weights,
    requirements: Requirements,
    blocks: IdPairs = (),
    declined: IdPairs = (),
    vetoes: IdPairs = (),
) -> ProfileScores:
    """As `scoring.score`, for pools whose matrix is too large; memory O(n + m) times words."""
    factors.skills(researchers, [])  # refuses a weight that cannot be used
    shares = weights.shares()
    free = _free(researchers, mentors, week)
    linear = _linear(researchers, mentors, taxonomy, shares)
    spoken = common_words([r.languages for r in researchers], [m.languages for m in mentors])
    near = common_words([circle_of(r) for r in researchers], [names_of(m) for m in mentors])
    roles = list(dict.fromkeys(word for one in mentors for word in one.roles))
    stages = list(dict.fromkeys(one.came_from for one in mentors))
    silent = [(not r.role_goals, not r.stage, not r.weekly_hours) for r in researchers]
    longest = max((len(r.role_goals) for r in researchers), default=0)
    goals = [[*positions(r.role_goals, roles), *[-1] * longest][:longest] for r in researchers]
    nobody = np.zeros((len(mentors), 1))
    return ProfileScores(
        Seekers(
            linear[0],
            np.array(goals, dtype=np.int64).reshape(len(researchers), longest),
            np.array(positions([r.stage for r in researchers], stages), dtype=np.int64),
            free[0],
            spoken[0].toarray().astype(np.float32),
            near[0],
            np.array(silent, dtype=np.bool_).reshape(len(researchers), 3),
        ),
        Offers(
            linear[1],
            np.hstack([marked([m.roles for m in mentors], roles), nobody]).astype(np.int8),
            np.hstack([marked([[m.came_from] for m in mentors], stages), nobody]) > 0,
            free[1],
            spoken[1].toarray().astype(np.float32),
            near[1],
        ),
        wished(researchers, mentors, shares["wishes"]),
        named([*blocks, *declined, *vetoes], researchers, mentors),
        shares,
        requirements,
    )


def _free(
    researchers: Sequence[Researcher], mentors: Sequence[Mentor], week: date
) -> tuple[Block, Block]:
    """Who is free when; quarters that nobody tells apart are one, of that size to mentors."""
    people: list[Researcher | Mentor] = [*researchers, *mentors]
    free = availability([p.weekly_hours for p in people], [p.time_zone for p in people], week)
    kinds, sizes = np.unique(np.packbits(free, axis=0), axis=1, return_counts=True)
    told = np.unpackbits(kinds, axis=0, count=len(people)).astype(np.float32)
    return told[: len(researchers)], told[len(researchers) :] * sizes.astype(np.float32)


def _linear(
    researchers: Sequence[Researcher],
    mentors: Sequence[Mentor],
    taxonomy: Taxonomy,
    shares: Mapping[str, float],
) -> tuple[Floats, Floats]:
    """Two matrices whose product is the sum of the factors that are sums of products."""
    one_each = [[slug] for slug in sorted(taxonomy.parents)]
    reach = domain_similarity(one_each, [m.domains for m in mentors], taxonomy).T
    domains = [dict.fromkeys(r.domains, 1.0) for r in researchers]
    parts = [(shares["domain"], domains, [slug for (slug,) in one_each], reach)]
    told: list[tuple[float, list[dict[str, float]], list[Sequence[str]]]] = [
        (
            shares["role"] * (1 - factors.GOAL_SHARE),
            [dict.fromkeys(r.contexts, 1.0) for r in researchers],
            [m.contexts for m in mentors],
        ),
        (shares["skills"], [dict(r.gaps) for r in researchers], [m.skills for m in mentors]),
        (
            shares["language"],
            [dict.fromkeys(r.languages, 1.0) for r in researchers],
            [m.languages for m in mentors],
        ),
    ]
    for share, needs, offers in told:
        words = list(dict.fromkeys(word for one in offers for word in one))
        parts.append((share, needs, words, marked(offers, words)))
    constant = np.full((len(researchers), 1), shares["wishes"] * factors.NEUTRAL)
    left = [constant, *(shared_out(share, needs, words) for share, needs, words, _ in parts)]
    right = [np.ones((len(mentors), 1))]
    for *_, offered in parts:
        right += [offered, np.ones((len(mentors), 1))]
    return grained(np.hstack(left)), grained(np.hstack(right))
