"""The closing survey: asking the two of what has ended, and their answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, cast, column, func, literal, select, values
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.checkins import policy
from cohort.checkins.models import ClosingSurvey
from cohort.checkins.schemas import ClosingAnswer
from cohort.db import NOW, Prepared
from cohort.errors import NotAllowed, NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.jobs.outbox import enqueue_each
from cohort.mentorships import reading as mentorships
from cohort.mentorships.models import Mentorship, Side
from cohort.people import audit
from cohort.people.models import Person

ASKED_WITHIN = timedelta(days=14)
"""Of the end: later, nobody is asked about it any more."""


NOT_ASKED = Prepared(
    select(Mentorship.id)
    .outerjoin(ClosingSurvey, ClosingSurvey.mentorship_id == Mentorship.id)
    .where(Mentorship.ended_at > NOW - ASKED_WITHIN, Mentorship.ended_at <= NOW)
    .where(ClosingSurvey.id.is_(None))
    .limit(1)
)
"""What has ended lately; both of a mentorship are asked in one transaction."""


async def ask_ended(db: AsyncSession, *, now: datetime) -> Sequence[UUID]:
    """Ask both of whatever has ended lately, once."""
    sides = values(column("side", String), name="sides").data([(side.value,) for side in Side])
    ended = (
        select(
            func.gen_random_uuid(),
            Mentorship.id,
            sides.c.side,
            cast(literal(now), ClosingSurvey.asked_at.type),
            literal(value=False),
            literal(""),
        )
        .join(sides, literal(value=True))
        .where(Mentorship.ended_at > now - ASKED_WITHIN, Mentorship.ended_at <= now)
    )
    columns = ["id", "mentorship_id", "side", "asked_at", "may_name", "words"]
    asked = await db.scalars(
        insert(ClosingSurvey)
        .from_select(columns, ended)
        .on_conflict_do_nothing()
        .returning(ClosingSurvey.id)
    )
    its_ids = asked.all()
    if its_ids:
        cohorts = await db.execute(
            select(ClosingSurvey.id, Mentorship.cohort_id)
            .join(Mentorship, Mentorship.id == ClosingSurvey.mentorship_id)
            .where(ClosingSurvey.id.in_(its_ids))
        )
        each = [{"cohort_id": row.cohort_id, "survey_id": row.id} for row in cohorts]
        await enqueue_each(db, "checkins.ask_to_close", each, now=now)
    return its_ids


def with_the_two(statement: Select[ClosingSurvey]) -> Select[ClosingSurvey]:
    mentorship: Any = joinedload(ClosingSurvey.mentorship)
    both = mentorship.options(*mentorships.with_people(Mentorship))
    return statement.options(both).execution_options(populate_existing=True)


async def _one(db: AsyncSession, statement: Select[ClosingSurvey]) -> ClosingSurvey:
    survey = await db.scalar(with_the_two(statement))
    if survey is None:
        raise NotFound
    return survey


async def get(db: AsyncSession, actor: Person, survey_id: UUID) -> ClosingSurvey:
    return await _one(
        db, policy.visible_to(ClosingSurvey, actor).where(ClosingSurvey.id == survey_id)
    )


async def get_for_job(db: AsyncSession, survey_id: UUID) -> ClosingSurvey:
    return await _one(db, select(ClosingSurvey).where(ClosingSurvey.id == survey_id))


async def list_own(db: AsyncSession, actor: Person, part: Slice) -> Page[ClosingSurvey]:
    by = ClosingSurvey.asked_at
    statement = policy.asks(ClosingSurvey, actor)
    return await page_of(db, statement, by=by, id=ClosingSurvey.id, part=part)


async def waiting_for(db: AsyncSession, actor: Person, *, now: datetime) -> Sequence[ClosingSurvey]:
    """What the actor was asked lately and has not answered, the newest first."""
    unanswered = policy.asks(ClosingSurvey, actor).where(
        ClosingSurvey.answered_at.is_(None), ClosingSurvey.asked_at > now - ASKED_WITHIN
    )
    newest = unanswered.order_by(ClosingSurvey.asked_at.desc(), ClosingSurvey.id)
    return (await db.scalars(with_the_two(newest))).all()


async def of_mentorship(
    db: AsyncSession, actor: Person, mentorship_id: UUID
) -> Sequence[ClosingSurvey]:
    """Those of a mentorship that the actor may read, the researcher's last."""
    statement = policy.visible_to(ClosingSurvey, actor)
    its = statement.where(ClosingSurvey.mentorship_id == mentorship_id)
    return (await db.scalars(its.order_by(ClosingSurvey.side))).all()


async def answer(
    db: AsyncSession, actor: Person, survey_id: UUID, said: ClosingAnswer, *, now: datetime
) -> ClosingSurvey:
    """Say what it was worth; said again, the last answer counts."""
    survey = await get(db, actor, survey_id)
    asked = policy.asks(ClosingSurvey, actor).where(ClosingSurvey.id == survey_id)
    if await db.scalar(asked.with_for_update(of=ClosingSurvey)) is None:
        raise NotAllowed("Only whoever is asked can answer.")
    for name, value in said.model_dump().items():
        setattr(survey, name, value)
    survey.answered_at = now
    cohort_id = survey.mentorship.cohort_id
    audit.record(db, actor, "closing_survey.answer", survey_id, now=now, cohort_id=cohort_id)
    await db.flush()
    return survey
