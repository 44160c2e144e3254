"""The mail about new dates."""

from uuid import UUID

from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.jobs.context import Delivery, JobContext
from cohort.schedules import emails
from cohort.schedules.models import Redating, RedatingState


async def tell(context: JobContext, redating_id: str) -> Delivery:
    """Unless she has left meanwhile."""
    enrolment = joinedload(Redating.enrolment)
    with_people = (
        enrolment.joinedload(Enrolment.person),
        enrolment.joinedload(Enrolment.cohort),
        joinedload(Redating.by),
    )
    redating = await context.db.get_one(Redating, UUID(redating_id), options=with_people)
    if redating.enrolment.state is not EnrolmentState.ACTIVE:
        return None
    if redating.state is not RedatingState.APPLIED or redating.enrolment.person.is_placeholder:
        return None
    return context.deliver(emails.told(redating))
