"""Mail about proposals and mentorships, and what happens without anyone asking."""

from typing import Any
from uuid import UUID

from cohort.db import unit_of_work
from cohort.jobs import outbox
from cohort.jobs.context import JobContext
from cohort.mentorships import emails, reading, service
from cohort.mentorships.models import Mentorship, Proposal, ProposalState, Side
from cohort.people.models import Person


async def tell_proposed(context: JobContext, proposal_id: str, side: str) -> None:
    proposal = await _proposal(context, proposal_id)
    if proposal.state is ProposalState.OPEN:
        await context.deliver(emails.proposed(proposal, Side(side)))


async def tell_matched(context: JobContext, mentorship_id: str, side: str) -> None:
    mentorship = await context.db.get_one(
        Mentorship, UUID(mentorship_id), options=reading.with_people(Mentorship)
    )
    if mentorship.ended_at is None:
        await context.deliver(emails.matched(mentorship, Side(side)))


async def tell_declined(context: JobContext, proposal_id: str, organiser_id: str) -> None:
    organiser = await context.db.get_one(Person, UUID(organiser_id))
    await context.deliver(emails.declined(await _proposal(context, proposal_id), organiser))


async def tell_lapsed(context: JobContext, proposal_id: str) -> None:
    await context.deliver(emails.lapsed(await _proposal(context, proposal_id)))


async def lapse_when_full(context: JobContext, mentor_id: str) -> None:
    """Enqueued when a mentor gives up free places."""
    await service.lapse_when_full(context.db, UUID(mentor_id), now=context.now)


async def close_for_enrolment(context: JobContext, enrolment_id: str) -> None:
    """Enqueued when a researcher leaves the cohort."""
    await service.close_for_enrolment(context.db, UUID(enrolment_id), now=context.now)


async def expire(ctx: dict[str, Any]) -> None:
    """Every minute: let proposals lapse that nobody answered in time."""
    runner = ctx["runner"]
    async with unit_of_work(runner.sessions) as db:
        await service.expire_due(db, now=runner.clock())
    await runner.wake_up.wake(outbox.enqueued_by(db))


async def _proposal(context: JobContext, proposal_id: str) -> Proposal:
    return await context.db.get_one(
        Proposal, UUID(proposal_id), options=reading.with_people(Proposal)
    )
