"""Mail about signing up as a mentor."""

from uuid import UUID

from sqlalchemy.orm import joinedload

from cohort.jobs.context import CronContext, Delivery, JobContext
from cohort.mentors import confirming, emails, pausing
from cohort.mentors.models import Mentor, MentorState, UnconfirmedMentor
from cohort.people.models import Person


async def ask_to_confirm(context: JobContext, unconfirmed_id: str) -> Delivery:
    shown = [joinedload(UnconfirmedMentor.cohort)]
    waiting = await context.db.get(UnconfirmedMentor, UUID(unconfirmed_id), options=shown)
    if waiting is None:
        return None
    return context.deliver(emails.confirm(waiting, confirming.new_confirmation(waiting)))


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


async def tell_back(context: JobContext, mentor_id: str) -> Delivery:
    """Her pause is over by itself; not worth a mail where she has paused again since."""
    mentor = await _with_people(context, mentor_id)
    takes_part = mentor.state is MentorState.APPROVED and mentor.paused_at is None
    return context.deliver(emails.back(mentor)) if takes_part else None


async def turn_of_day(context: CronContext) -> None:
    """Every minute: pauses begin and end with the days of the mentors' zones."""
    if not await context.finds(pausing.MAY_TURN, latest=pausing.latest_day(context.clock())):
        return
    async with context.transaction() as db:
        await pausing.turn_of_day(db, now=context.clock())


async def _with_people(context: JobContext, mentor_id: str) -> Mentor:
    return await context.db.get_one(
        Mentor, UUID(mentor_id), options=[joinedload(Mentor.person), joinedload(Mentor.cohort)]
    )
