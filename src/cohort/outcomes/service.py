"""The outcomes of a cohort's mentorships beside the scores of their pairs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, Row, Select, String, and_, cast, func, not_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins.models import CheckIn, ClosingSurvey, Going, Worth
from cohort.cohorts import policy as cohort_policy
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.guides import service as guides
from cohort.matching.models import Pair
from cohort.mentorships import policy as mentorships
from cohort.mentorships.models import Mentorship, Proposal, Side
from cohort.outcomes.learning import LEAST, Effect, effects
from cohort.pairing.rules import Weights
from cohort.people.models import Person
from cohort.rules import service as rules

VALUES: dict[str, float] = {
    Going.WELL: 1.0,
    Going.SO_SO: 0.5,
    Going.BADLY: 0.0,
    Worth.VERY: 1.0,
    Worth.PARTLY: 0.5,
    Worth.NOT: 0.0,
}
STEP = 1.5
"""A weight is changed by this at most: what was found in some mentorships is no law."""


@dataclass(frozen=True, slots=True)
class Known:
    """A mentorship of which something was said."""

    mentor_id: UUID
    outcome: float
    scores: dict[str, float]
    by_lot: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The effect of a factor."""

    name: str
    title: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Outcomes:
    known: Sequence[Known]
    found: Sequence[Found]
    found_by_lot: Sequence[Found]
    left_out: Sequence[str]
    weights: Weights
    draft: Weights | None

    @property
    def by_lot(self) -> int:
        return sum(one.by_lot for one in self.known)


async def outcomes(db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime) -> Outcomes:
    """From all cohorts of the same guide that the actor runs, but for her own mentorships."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    same_guide = and_(Cohort.guide_id.in_(guides.versions_beside(cohort.guide_id)), _runs(actor))
    rows = await db.execute(
        _statement().where(same_guide, not_(mentorships.is_between(Mentorship, actor)))
    )
    titles: dict[str, str] = {}
    known = [one for one in (_known(row, titles) for row in rows) if one is not None]
    of_all = [name for name in titles if all(name in one.scores for one in known)]
    by_lot = [one for one in known if one.by_lot]
    found = await asyncio.to_thread(_learn, known, of_all, titles)
    weights = (await rules.read(db, actor, cohort_id, now=now)).content.weights
    return Outcomes(
        known=known,
        found=found,
        found_by_lot=await asyncio.to_thread(_learn, by_lot, of_all, titles),
        left_out=[titles[name] for name in titles if name not in of_all],
        weights=weights,
        draft=drafted(weights, found),
    )


def _runs(actor: Person) -> Any:
    return Cohort.id.in_(cohort_policy.organised_by(actor))


def _statement() -> Select[*tuple[Any, ...]]:
    """One statement, however many mentorships there are."""
    return (
        select(
            Mentorship.mentor_id,
            Proposal.factors.label("told"),
            Pair.factors,
            Pair.loss,
            Pair.pinned,
            Pair.fewer_placed,
            *_last_words(),
        )
        .join(Proposal, Proposal.id == Mentorship.proposal_id)
        .join(Cohort, Cohort.id == Mentorship.cohort_id)
        .join(Pair, Pair.proposal_id == Proposal.id, isouter=True)
        .order_by(Mentorship.began_at, Mentorship.id)
    )


def _last_words() -> list[ColumnElement[Any]]:
    """Of each side the closing survey, or else the last check-in."""
    columns: list[ColumnElement[Any]] = []
    for side in Side:
        worth = select(cast(ClosingSurvey.worth, String)).where(
            ClosingSurvey.mentorship_id == Mentorship.id, ClosingSurvey.side == side
        )
        going = (
            select(cast(CheckIn.going, String))
            .where(CheckIn.mentorship_id == Mentorship.id, CheckIn.side == side)
            .where(CheckIn.answered_at.is_not(None))
            .order_by(CheckIn.due_on.desc())
            .limit(1)
        )
        last = [one.correlate(Mentorship).scalar_subquery() for one in (worth, going)]
        columns.append(func.coalesce(*last).label(side.value))
    return columns


def _known(row: Row[*tuple[Any, ...]], titles: dict[str, str]) -> Known | None:
    said = [VALUES[word] for word in (row.researcher, row.mentor) if word is not None]
    factors = row.factors or row.told
    if not said or not factors:
        return None
    titles.update({one["name"]: one["title"] for one in factors})
    equal = row.loss == 0 and not row.pinned and not row.fewer_placed
    scores = {one["name"]: float(one["score"]) for one in factors}
    return Known(row.mentor_id, sum(said) / len(said), scores, by_lot=equal)


def _learn(known: Sequence[Known], names: Sequence[str], titles: dict[str, str]) -> Sequence[Found]:
    """The strongest first; nothing where there are too few to tell."""
    if len(known) < LEAST or not names:
        return []
    scores = np.array([[one.scores[name] for name in names] for one in known])
    good = np.array([one.outcome for one in known])
    told = effects(scores, good, [one.mentor_id for one in known])
    found = [Found(name, titles[name], one) for name, one in zip(names, told, strict=True)]
    return sorted(found, key=lambda one: -abs(one.effect.middle))


def drafted(weights: Weights, found: Sequence[Found]) -> Weights | None:
    """The same weights, but more of what clearly went with good ones, and less of the contrary."""
    by_name = weights.by_factor()
    steps = {
        one.name: round(by_name[one.name] * (STEP if one.effect.middle > 0 else 1 / STEP), 2)
        for one in found
        if one.effect.is_clear and by_name.get(one.name)
    }
    if not steps:
        return None
    own = {
        name: one.model_copy(update={"weight": steps.get(name, one.weight)})
        for name, one in weights.own.items()
    }
    return weights.model_copy(update={**steps, "own": own} if own else steps)
