"""Mail about signing up as a mentor."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Cohort
from cohort.jobs.context import Delivery, JobContext
from cohort.mentors import emails
from cohort.mentors.models import Mentor, MentorState
from cohort.people.links import new_link
from cohort.people.models import LinkPurpose, Person


async def answer_sign_up(context: JobContext, person_id: str, to_mentor_in: str) -> Delivery:
    """A link for whoever is new; a word to whoever has an account and did not sign in."""
    person = await context.db.get_one(Person, UUID(person_id))
    cohort = await context.db.get_one(Cohort, UUID(to_mentor_in))
    own = select(Mentor.id).where(Mentor.person_id == person.id, Mentor.cohort_id == cohort.id)
    if person.verified_at is None and await context.db.scalar(own) is not None:
        token = await new_link(context.db, person.email, LinkPurpose.PASSWORD, now=context.now)
        return context.deliver(emails.confirm(person, cohort, token))
    return context.deliver(emails.known_address(person, cohort))


async def tell_new(context: JobContext, mentor_id: str, organiser_id: str) -> Delivery:
    organiser = await context.db.get_one(Person, UUID(organiser_id))
    return context.deliver(emails.new_mentor(organiser, await _with_people(context, mentor_id)))


async def tell_decided(context: JobContext, mentor_id: str) -> Delivery:
    mentor = await _with_people(context, mentor_id)
    if mentor.state is MentorState.APPROVED:
        return context.deliver(emails.approved(mentor))
    if mentor.state is MentorState.DECLINED:
        return context.deliver(emails.declined(mentor))
    return None


async def _with_people(context: JobContext, mentor_id: str) -> Mentor:
    return await context.db.get_one(
        Mentor, UUID(mentor_id), options=[joinedload(Mentor.person), joinedload(Mentor.cohort)]
    )
