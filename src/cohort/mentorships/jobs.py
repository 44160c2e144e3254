"""Mail about proposals and mentorships, and what happens without anyone asking."""

from uuid import UUID

from sqlalchemy.orm import joinedload

from cohort.jobs.context import CronContext, Delivery, JobContext
from cohort.jobs.outbox import enqueue
from cohort.mentors.models import Mentor
from cohort.mentorships import emails, pausing, reading, reminding, service
from cohort.mentorships.models import ProposalState, Side
from cohort.people.models import Person


async def tell_proposed(context: JobContext, proposal_id: str, side: str) -> Delivery:
    proposal = await reading.get_proposal_for_job(context.db, UUID(proposal_id))
    if proposal.state is not ProposalState.OPEN:
        return None
    me, _ = emails.the_two(proposal, Side(side))
    if me.is_placeholder:
        # Names and reasons are for those who confirmed: she is asked for that first.
        await enqueue(
            context.db,
            "exchange.ask_to_confirm",
            now=context.now,
            cohort_id=proposal.cohort_id,
            person_id=me.id,
            waits=True,
        )
        return None
    return context.deliver(emails.proposed(proposal, Side(side)))


async def tell_matched(context: JobContext, mentorship_id: str, side: str) -> Delivery:
    mentorship = await reading.get_for_job(context.db, UUID(mentorship_id))
    if mentorship.ended_at is None:
        return context.deliver(emails.matched(mentorship, Side(side)))
    return None


async def tell_moved(context: JobContext, mentorship_id: str) -> Delivery:
    mentorship = await reading.get_for_job(context.db, UUID(mentorship_id))
    return context.deliver(emails.moved(mentorship))


async def tell_pause(
    context: JobContext,
    mentorship_id: str,
    person_id: str,
    actor_id: str | None,
    is_paused: bool,  # noqa: FBT001
) -> Delivery:
    """One of the two; not worth a mail where it has changed again, or ended, since."""
    mentorship = await reading.get_for_job(context.db, UUID(mentorship_id))
    if mentorship.ended_at is not None or (mentorship.paused_at is not None) != is_paused:
        return None
    is_researcher = mentorship.enrolment.person_id == UUID(person_id)
    side = Side.RESEARCHER if is_researcher else Side.MENTOR
    actor = await context.db.get(Person, UUID(actor_id)) if actor_id else None
    return context.deliver(emails.pause(mentorship, side, actor))


async def tell_left(context: JobContext, mentorship_id: str) -> Delivery:
    """The researcher whose mentor has left: what happens next."""
    mentorship = await reading.get_for_job(context.db, UUID(mentorship_id))
    return context.deliver(emails.left(mentorship))


async def tell_organiser_left(
    context: JobContext, mentor_id: str, organiser_id: str, mentees: int
) -> Delivery:
    organiser = await context.db.get_one(Person, UUID(organiser_id))
    with_names = [joinedload(Mentor.person), joinedload(Mentor.cohort)]
    mentor = await context.db.get_one(Mentor, UUID(mentor_id), options=with_names)
    return context.deliver(emails.organiser_left(mentor, organiser, mentees))


async def tell_declined(context: JobContext, proposal_id: str, organiser_id: str) -> Delivery:
    """Why, for the organisers; not for one who is herself one of the two."""
    organiser = await context.db.get_one(Person, UUID(organiser_id))
    proposal = await reading.get_proposal_for_job(context.db, UUID(proposal_id))
    if organiser.id in (proposal.enrolment.person_id, proposal.mentor.person_id):
        return None
    return context.deliver(emails.declined(proposal, organiser))


async def remind(context: JobContext, proposal_id: str, side: str) -> Delivery:
    """Not worth a mail to whoever has answered, or where there is nothing to answer any more."""
    proposal = await reading.get_proposal_for_job(context.db, UUID(proposal_id))
    asked = Side(side)
    me, _ = emails.the_two(proposal, asked)
    waits = proposal.state is ProposalState.OPEN and context.now < proposal.expires_at
    if waits and proposal.yes_of(asked) is None and not me.is_placeholder:
        return context.deliver(emails.reminder(proposal, asked))
    return None


async def tell_lapsed(context: JobContext, proposal_id: str, side: str = "researcher") -> Delivery:
    """Those who were asked hear that it is over; `side` is not said by the release before."""
    proposal = await reading.get_proposal_for_job(context.db, UUID(proposal_id))
    me, _ = emails.the_two(proposal, Side(side))
    if me.is_placeholder:
        return None
    return context.deliver(emails.lapsed(proposal, Side(side)))


async def lapse_when_full(context: JobContext, mentor_id: str) -> None:
    """Enqueued when a mentor gives up free places."""
    await service.lapse_when_full(context.db, UUID(mentor_id), now=context.now)


async def close_for_enrolment(context: JobContext, enrolment_id: str) -> None:
    """Enqueued when a researcher leaves the cohort."""
    await service.close_for_enrolment(context.db, UUID(enrolment_id), now=context.now)


async def expire(context: CronContext) -> None:
    """Every minute: let proposals lapse that were not answered in time, and remind of others."""
    if await context.finds(service.RAN_OUT_NOW):
        async with context.transaction() as db:
            await service.expire_due(db, now=context.clock())
    if await context.finds(reminding.DUE):
        async with context.transaction() as db:
            await reminding.remind_due(db, now=context.clock())


async def resume(context: CronContext) -> None:
    """Every minute: mentorships go on whose pause is over."""
    if not await context.finds(pausing.MAY_RESUME, latest=pausing.latest_day(context.clock())):
        return
    async with context.transaction() as db:
        await pausing.resume_due(db, now=context.clock())
