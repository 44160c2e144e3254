"""Figures of a cohort, for those who run it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import policy as cohort_policy
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, CohortState
from cohort.figures.attendance import Attendance, attendance_of
from cohort.figures.by_week import week_figures, weeks_counted
from cohort.figures.funnel import Funnel, funnel_of
from cohort.figures.milestones import MilestoneCounted, milestones_of
from cohort.figures.models import KeptWeeks
from cohort.figures.narrowing import require_circle
from cohort.figures.progress import ProgressShown, progress_of
from cohort.figures.review_queue import ReviewQueue, review_queue_of
from cohort.figures.schemas import (
    ProgressSearch,
    WeeksFigureOut,
)
from cohort.guides import service as guides
from cohort.http.paging import Slice
from cohort.people.models import Person

OTHERS = 5
"""Cohorts beside one: more lines are no picture any more."""


async def progress(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    wanted: ProgressSearch,
    part: Slice,
    *,
    now: datetime,
) -> ProgressShown:
    cohort = await _narrowed(db, actor, cohort_id, wanted.circle)
    return await progress_of(db, cohort, wanted, part, now=now)


async def _narrowed(
    db: AsyncSession, actor: Person, cohort_id: UUID, circle: UUID | None
) -> Cohort:
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    await require_circle(db, cohort, circle)
    return cohort


async def weeks(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    *,
    now: datetime,
    circle: UUID | None = None,
) -> WeeksFigureOut:
    cohort = await _narrowed(db, actor, cohort_id, circle)
    counted = await weeks_counted(db, [cohort], now=now, circle=circle)
    return _weeks_out(cohort, week_figures(cohort, counted[cohort.id]), now)


async def beside(
    db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime
) -> list[WeeksFigureOut]:
    """This cohort and the newest others of the same guide that the actor runs, drafts left out.

    The others as they were counted last; those that never were, and this one, as of now.
    """
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    others = await db.execute(
        select(Cohort, KeptWeeks)
        .outerjoin(KeptWeeks, KeptWeeks.cohort_id == Cohort.id)
        .where(Cohort.guide_id.in_(guides.versions_beside(cohort.guide_id)))
        .where(Cohort.id != cohort.id, Cohort.state != CohortState.DRAFT)
        .where(Cohort.id.in_(cohort_policy.organised_by(actor)))
        .order_by(Cohort.starts_on.desc(), Cohort.id)
        .limit(OTHERS)
    )
    all_of_them = [(cohort, None), *others]
    counted = await weeks_counted(db, [one for one, kept in all_of_them if not kept], now=now)
    return [
        _weeks_out(one, kept.weeks, kept.counted_at)
        if kept
        else _weeks_out(one, week_figures(one, counted[one.id]), now)
        for one, kept in all_of_them
    ]


def _weeks_out(cohort: Cohort, weeks: Sequence[Any], counted_at: datetime) -> WeeksFigureOut:
    return WeeksFigureOut(
        cohort_id=cohort.id,
        name=cohort.name,
        time_zone=cohort.time_zone,
        counted_at=counted_at,
        weeks=weeks,
    )


async def funnel(db: AsyncSession, actor: Person, cohort_id: UUID) -> Funnel:
    return await funnel_of(db, await cohorts.require_organiser(db, actor, cohort_id))


async def milestones(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    *,
    now: datetime,
    circle: UUID | None = None,
) -> list[MilestoneCounted]:
    cohort = await _narrowed(db, actor, cohort_id, circle)
    return await milestones_of(db, cohort, now=now, circle=circle)


async def reviews(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    *,
    now: datetime,
    circle: UUID | None = None,
) -> ReviewQueue:
    cohort = await _narrowed(db, actor, cohort_id, circle)
    return await review_queue_of(db, cohort, now=now, circle=circle)


async def sessions(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    *,
    now: datetime,
    circle: UUID | None = None,
) -> Attendance:
    cohort = await _narrowed(db, actor, cohort_id, circle)
    return await attendance_of(db, cohort, now=now, circle=circle)
