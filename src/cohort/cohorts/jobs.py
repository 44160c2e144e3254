"""Mail about places in cohorts."""

from uuid import UUID

from sqlalchemy.orm import joinedload

from cohort.cohorts import emails
from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.jobs.context import Delivery, JobContext


async def welcome(context: JobContext, enrolment_id: str) -> Delivery:
    shown = [joinedload(Enrolment.person), joinedload(Enrolment.cohort)]
    enrolment = await context.db.get_one(Enrolment, UUID(enrolment_id), options=shown)
    if enrolment.state == EnrolmentState.ACTIVE:
        return context.deliver(emails.welcome(enrolment))
    return None
