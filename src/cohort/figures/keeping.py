"""Counting the weeks of cohorts once a day, to be shown beside others."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts.models import Cohort, CohortState
from cohort.figures.by_week import week_figures, weeks_counted
from cohort.figures.models import KeptWeeks
from cohort.guides.models import Guide
from cohort.guides.service import first_of

GOOD_FOR = timedelta(hours=23)
"""Less than a day, as it is looked for once an hour: each has its own hour of the day."""
AT_ONCE = 100


async def due(db: AsyncSession, *, now: datetime) -> Sequence[UUID]:
    """Cohorts that stand beside another of their guide, those that were never counted first."""
    other, its_guide, others_guide = aliased(Cohort), aliased(Guide), aliased(Guide)
    has_others = (
        select(other.id)
        .join(others_guide, others_guide.id == other.guide_id)
        .where(first_of(others_guide) == first_of(its_guide))
        .where(other.id != Cohort.id, other.state != CohortState.DRAFT)
        .correlate(Cohort, its_guide)
    )
    found = await db.scalars(
        select(Cohort.id)
        .join(its_guide, its_guide.id == Cohort.guide_id)
        .outerjoin(KeptWeeks, KeptWeeks.cohort_id == Cohort.id)
        .where(Cohort.state != CohortState.DRAFT, has_others.exists())
        .where(or_(KeptWeeks.counted_at.is_(None), KeptWeeks.counted_at <= now - GOOD_FOR))
        .order_by(KeptWeeks.counted_at.nulls_first(), Cohort.id)
        .limit(AT_ONCE)
    )
    return found.all()


async def keep(db: AsyncSession, cohort_id: UUID, *, now: datetime) -> None:
    """Of several workers at once, the first counts; the others wait for it and find it done."""
    claim = insert(KeptWeeks).values(cohort_id=cohort_id, counted_at=now, weeks=[])
    mine = claim.on_conflict_do_update(
        index_elements=[KeptWeeks.cohort_id],
        set_={"counted_at": now},
        where=KeptWeeks.counted_at <= now - GOOD_FOR,
    )
    if await db.scalar(mine.returning(KeptWeeks.cohort_id)) is None:
        return
    cohort = await db.get_one(Cohort, cohort_id)
    counted = await weeks_counted(db, [cohort], now=now)
    weeks = [one.model_dump(mode="json") for one in week_figures(cohort, counted[cohort_id])]
    await db.execute(update(KeptWeeks).where(KeptWeeks.cohort_id == cohort_id).values(weeks=weeks))
