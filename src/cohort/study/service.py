"""A plan is laid out, and says what is still missing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.guides.models import Milestone
from cohort.study import due_dates, policy
from cohort.study.due_dates import Work
from cohort.study.gaps import OpenWork, live_gaps
from cohort.study.models import ItemState, PlanItem


async def lay_out(db: AsyncSession, enrolment_id: UUID, *, now: datetime) -> None:
    """Date the milestones that the plan does not have yet; dates once given stay."""
    found = select(Enrolment).where(Enrolment.id == enrolment_id)
    enrolment = (await db.scalars(found.options(joinedload(Enrolment.cohort)))).one()
    if policy.is_frozen(enrolment):
        return
    cohort = enrolment.cohort
    current = (Milestone.guide_id == cohort.guide_id) & Milestone.retired_at.is_(None)
    milestones = {one.slug: one for one in await db.scalars(select(Milestone).where(current))}
    dated = due_dates.lay_out(
        [Work(one.slug, one.hours, one.requires, one.position) for one in milestones.values()],
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        zone=cohort.time_zone,
        now=now,
        standing=await _standing_dates(db, enrolment_id),
    )
    rows = [
        {
            "enrolment_id": enrolment_id,
            "milestone_id": milestones[one.slug].id,
            "position": one.place,
            "due_at": one.due_at,
        }
        for one in dated
    ]
    if rows:
        await db.execute(insert(PlanItem).on_conflict_do_nothing(), rows)


async def _standing_dates(db: AsyncSession, enrolment_id: UUID) -> dict[str, datetime]:
    dates = select(Milestone.slug, PlanItem.due_at).join(PlanItem.milestone)
    rows = await db.execute(dates.where(PlanItem.enrolment_id == enrolment_id))
    return {row.slug: row.due_at for row in rows}


async def gaps_in(
    db: AsyncSession, cohort_id: UUID, *, now: datetime
) -> dict[UUID, dict[str, float]]:
    """Each active researcher's missing skills, weighed in (0, 1] as `gaps.live_gaps` says.

    One statement for the whole cohort. Someone with nothing left to pass is not in the answer.
    """
    rows = await db.execute(
        select(PlanItem.enrolment_id, Milestone.hours, Milestone.skills, PlanItem.due_at)
        .join(PlanItem.milestone)
        .join(PlanItem.enrolment)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
        .where(PlanItem.state != ItemState.PASSED)
        .order_by(PlanItem.enrolment_id)
    )
    open_work: dict[UUID, list[OpenWork]] = {}
    for enrolment_id, hours, skills, due_at in rows:
        open_work.setdefault(enrolment_id, []).append(OpenWork(hours, skills, due_at))
    return {person: live_gaps(work, now=now) for person, work in open_work.items()}
