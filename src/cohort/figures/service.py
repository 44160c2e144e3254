"""Figures of a cohort, for those who run it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import policy as cohort_policy
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, CohortState
from cohort.figures.attendance import Attendance, attendance_of
from cohort.figures.burn_up import WeekCounted
from cohort.figures.by_week import weeks_counted, weeks_in
from cohort.figures.funnel import Funnel, funnel_of
from cohort.figures.milestones import MilestoneCounted, milestones_of
from cohort.figures.narrowing import require_circle
from cohort.figures.progress import ProgressShown, progress_of
from cohort.figures.review_queue import ReviewQueue, review_queue_of
from cohort.figures.schemas import (
    ProgressSearch,
    WeekFigureOut,
    WeeksFigureOut,
)
from cohort.figures.weeks import CohortWeek
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
    return _weeks_out(cohort, counted[cohort.id])


async def beside(
    db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime
) -> list[WeeksFigureOut]:
    """This cohort and the newest others of the same guide that the actor runs, drafts left out."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    others = await db.scalars(
        select(Cohort)
        .where(Cohort.guide_id.in_(guides.versions_beside(cohort.guide_id)))
        .where(Cohort.id != cohort.id, Cohort.state != CohortState.DRAFT)
        .where(Cohort.id.in_(cohort_policy.organised_by(actor)))
        .order_by(Cohort.starts_on.desc(), Cohort.id)
        .limit(OTHERS)
    )
    all_of_them = [cohort, *others]
    counted = await weeks_counted(db, all_of_them, now=now)
    return [_weeks_out(one, counted[one.id]) for one in all_of_them]


def _weeks_out(cohort: Cohort, counted: Sequence[WeekCounted]) -> WeeksFigureOut:
    pairs = zip(weeks_in(cohort), counted, strict=True)
    return WeeksFigureOut(
        cohort_id=cohort.id,
        name=cohort.name,
        time_zone=cohort.time_zone,
        weeks=[_week_out(week, one) for week, one in pairs],
    )


def _week_out(week: CohortWeek, one: WeekCounted) -> WeekFigureOut:
    return WeekFigureOut(
        week=week.number,
        begins_on=week.begins_on,
        ends_on=week.ends_on,
        people=one.people,
        items=one.items,
        planned=one.planned,
        handed_in=one.handed_in,
        passed=one.passed,
        planned_share=one.share(one.planned),
        handed_in_share=one.share(one.handed_in),
        passed_share=one.share(one.passed),
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
