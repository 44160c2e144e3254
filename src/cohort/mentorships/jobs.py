"""Mail about proposals and mentorships, and what happens without anyone asking."""

from typing import Any
from uuid import UUID

from cohort.db import unit_of_work
from cohort.jobs import outbox
from cohort.jobs.context import Work
from cohort.mentorships import emails, reading, service
from cohort.mentorships.models import Mentorship, Proposal, ProposalState, Side
from cohort.people.models import Person


async def tell_proposed(work: Work, proposal_id: str, side: str) -> None:
    proposal = await _proposal(work, proposal_id)
    if proposal.state is ProposalState.OPEN:
        await work.deliver(emails.proposed(proposal, Side(side)))


async def tell_matched(work: Work, mentorship_id: str, side: str) -> None:
    mentorship = await work.db.get_one(
        Mentorship, UUID(mentorship_id), options=reading.with_people(Mentorship)
    )
    if mentorship.ended_at is None:
        await work.deliver(emails.matched(mentorship, Side(side)))


async def tell_declined(work: Work, proposal_id: str, organiser_id: str) -> None:
    organiser = await work.db.get_one(Person, UUID(organiser_id))
    await work.deliver(emails.declined(await _proposal(work, proposal_id), organiser))


async def tell_lapsed(work: Work, proposal_id: str) -> None:
    await work.deliver(emails.lapsed(await _proposal(work, proposal_id)))


async def lapse_when_full(work: Work, mentor_id: str) -> None:
    """Promised when a mentor gives up free places."""
    await service.lapse_when_full(work.db, UUID(mentor_id), now=work.now)


async def close_for_enrolment(work: Work, enrolment_id: str) -> None:
    """Promised when a researcher leaves the cohort."""
    await service.close_for_enrolment(work.db, UUID(enrolment_id), now=work.now)


async def expire(ctx: dict[str, Any]) -> None:
    """Every minute: let proposals lapse that nobody answered in time."""
    keeper = ctx["keeper"]
    async with unit_of_work(keeper.sessions) as db:
        await service.expire_due(db, now=keeper.clock())
    await keeper.bell.ring(outbox.promises_of(db))


async def _proposal(work: Work, proposal_id: str) -> Proposal:
    return await work.db.get_one(Proposal, UUID(proposal_id), options=reading.with_people(Proposal))
