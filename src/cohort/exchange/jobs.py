"""Mail to people whom an organiser brought into a cohort."""

from uuid import UUID

from cohort.cohorts.models import Cohort
from cohort.exchange import emails
from cohort.jobs.context import Delivery, JobContext
from cohort.people.links import new_link
from cohort.people.models import LinkPurpose, Person


async def invite(context: JobContext, person_id: str, to_cohort_id: str) -> Delivery:
    person = await context.db.get_one(Person, UUID(person_id))
    cohort = await context.db.get_one(Cohort, UUID(to_cohort_id))
    token = ""
    if person.verified_at is None:
        token = await new_link(context.db, person.email, LinkPurpose.PASSWORD, now=context.now)
    return context.deliver(emails.invited(person, cohort, token))
