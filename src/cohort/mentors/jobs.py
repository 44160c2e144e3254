"""Mail about signing up as a mentor."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Cohort
from cohort.jobs.context import Work
from cohort.mentors import emails
from cohort.mentors.models import Mentor, MentorState
from cohort.people import service as people
from cohort.people.models import LinkPurpose, Person


async def answer_sign_up(work: Work, person_id: str, to_mentor_in: str) -> None:
    """A link for whoever is new; a word to whoever has an account and did not sign in."""
    person = await work.db.get_one(Person, UUID(person_id))
    cohort = await work.db.get_one(Cohort, UUID(to_mentor_in))
    own = select(Mentor.id).where(Mentor.person_id == person.id, Mentor.cohort_id == cohort.id)
    if person.verified_at is None and await work.db.scalar(own) is not None:
        token = await people.new_link(work.db, person, LinkPurpose.PASSWORD, now=work.now)
        await work.deliver(emails.confirm(person, cohort, token))
    else:
        await work.deliver(emails.known_address(person, cohort))


async def tell_new(work: Work, mentor_id: str, organiser_id: str) -> None:
    organiser = await work.db.get_one(Person, UUID(organiser_id))
    await work.deliver(emails.new_mentor(organiser, await _with_people(work, mentor_id)))


async def tell_decided(work: Work, mentor_id: str) -> None:
    mentor = await _with_people(work, mentor_id)
    if mentor.state is MentorState.APPROVED:
        await work.deliver(emails.approved(mentor))
    elif mentor.state is MentorState.DECLINED:
        await work.deliver(emails.declined(mentor))


async def _with_people(work: Work, mentor_id: str) -> Mentor:
    return await work.db.get_one(
        Mentor, UUID(mentor_id), options=[joinedload(Mentor.person), joinedload(Mentor.cohort)]
    )
