"""A cohort of Olga's to look at, and a job of it that failed eight times."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment
from cohort.guides.models import Milestone
from cohort.jobs import outbox
from cohort.jobs.outbox import Job, JobState
from cohort.study.models import ItemState, PlanItem
from tests import world
from tests.conftest import Someone, TurnableClock

JOB = "people.send_password_link"


async def a_spring(db: AsyncSession, olga: Someone, clock: TurnableClock) -> Cohort:
    guide = await world.a_guide(db, now=clock.now)
    cohort = await world.a_cohort(db, guide, olga.person, now=clock.now)
    await db.commit()
    return cohort


async def failed_in(
    db: AsyncSession, cohort_id: UUID | None, clock: TurnableClock, **arguments: Any
) -> Job:
    job = Job(
        id=uuid4(),
        name=JOB,
        arguments=arguments,
        cohort_id=cohort_id,
        state=JobState.DEAD,
        attempts=outbox.ATTEMPTS,
        due_at=clock.now,
        last_error="SMTPConnectError",
        enqueued_at=clock.now,
        ended_at=clock.now,
    )
    db.add(job)
    await db.commit()
    return job


async def planned(
    db: AsyncSession, enrolment: Enrolment, clock: TurnableClock, *, passed: int = 0
) -> list[PlanItem]:
    """A plan of the guide's three milestones, due one a week, the first ones passed."""
    milestones = (await db.scalars(select(Milestone).order_by(Milestone.position))).all()
    items = [
        PlanItem(
            id=uuid4(),
            enrolment_id=enrolment.id,
            milestone_id=milestone.id,
            position=position,
            due_at=clock.now + timedelta(weeks=position + 1),
            state=ItemState.PASSED if position < passed else ItemState.OPEN,
        )
        for position, milestone in enumerate(milestones)
    ]
    db.add_all(items)
    await db.flush()
    return items
