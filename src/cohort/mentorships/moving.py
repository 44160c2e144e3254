"""From one mentorship to the next, in one transaction: nobody falls between."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.mentors import places
from cohort.mentorships import policy
from cohort.mentorships.models import Mentorship, Proposal

MOVED = "The researcher has another mentor now."


async def goes_on(db: AsyncSession, proposal: Proposal) -> Sequence[Row[UUID, UUID]]:
    """The mentorship, and its mentor, that a proposal to move ends; none for other proposals."""
    if not proposal.moves:
        return []
    active = policy.active_in(proposal.cohort_id).with_only_columns(
        Mentorship.id, Mentorship.mentor_id
    )
    hers = active.where(Mentorship.enrolment_id == proposal.enrolment_id)
    return (await db.execute(hers)).all()


async def lock_mentors(db: AsyncSession, proposal: Proposal) -> None:
    """Whose place may be taken and whose freed: in one order, whoever else moves meanwhile."""
    before = {mentor_id for _, mentor_id in await goes_on(db, proposal)}
    for mentor_id in sorted({proposal.mentor_id} | before):
        await places.lock(db, mentor_id)
