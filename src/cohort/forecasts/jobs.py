"""The mail that reminds somebody of her plan."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.forecasts import emails
from cohort.guides.models import Milestone
from cohort.jobs.context import Delivery, JobContext
from cohort.study.models import ItemState, PlanItem


async def nudge(context: JobContext, enrolment_id: str) -> Delivery:
    """Unless she has left, or handed everything in meanwhile."""
    people = (joinedload(Enrolment.person), joinedload(Enrolment.cohort))
    enrolment = await context.db.get_one(Enrolment, UUID(enrolment_id), options=people)
    found = await context.db.execute(
        select(Milestone.title, PlanItem.due_at)
        .join(PlanItem.milestone)
        .where(PlanItem.enrolment_id == enrolment.id)
        .where(PlanItem.state.in_([ItemState.OPEN, ItemState.AGAIN]))
        .order_by(PlanItem.due_at, PlanItem.position)
    )
    owed = found.all()
    if not owed or enrolment.state is not EnrolmentState.ACTIVE:
        return None
    overdue = [row.title for row in owed if row.due_at <= context.now]
    return context.deliver(emails.nudge(enrolment, overdue, owed[0].title))
