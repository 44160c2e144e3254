"""When the time to answer a proposal is over, and one mail before that."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import NOW, Prepared
from cohort.jobs.outbox import enqueue_each
from cohort.mentorships.models import Proposal, ProposalState, Side

AT_ONCE = 500
DUE = Prepared(
    select(Proposal.id)
    .where(Proposal.state == ProposalState.OPEN, Proposal.remind_at <= NOW)
    .limit(1)
)


def days_later(now: datetime, days: int, zone: str) -> datetime:
    """The same time of day in that zone, some days later; a time that the clock skips moves on."""
    return (now.astimezone(ZoneInfo(zone)) + timedelta(days=days)).astimezone(UTC)


async def remind_due(db: AsyncSession, *, now: datetime) -> None:
    """Remind those who have not answered, once; a proposal in use this moment comes next time."""
    due = (
        select(Proposal.id)
        .where(Proposal.state == ProposalState.OPEN, Proposal.remind_at <= now)
        .order_by(Proposal.remind_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    reminded = await db.execute(
        update(Proposal)
        .where(Proposal.id.in_(due))
        .values(remind_at=None)
        .returning(Proposal.id, Proposal.cohort_id)
        .execution_options(synchronize_session=False)
    )
    each = [
        {"cohort_id": cohort_id, "proposal_id": proposal_id, "side": side}
        for proposal_id, cohort_id in reminded
        for side in Side
    ]
    await enqueue_each(db, "mentorships.remind", each, now=now)
