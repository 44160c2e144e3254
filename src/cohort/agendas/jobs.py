"""The mail of the month to mentors."""

from uuid import UUID

from sqlalchemy.orm import joinedload

from cohort.agendas import emails, months
from cohort.jobs.context import CronContext, Delivery, JobContext
from cohort.mentors.models import Mentor


async def tell_month(context: JobContext, mentor_id: str, month: str) -> Delivery:
    """Unless none of her mentees needs anything, or the month is over."""
    people = (joinedload(Mentor.person), joinedload(Mentor.cohort))
    mentor = await context.db.get_one(Mentor, UUID(mentor_id), options=people)
    if months.is_over(month, mentor, context.now):
        return None
    found = await months.needing(context.db, mentor, now=context.now)
    return context.deliver(emails.month(mentor, found, month)) if found else None


async def tell_months(context: CronContext) -> None:
    """Every minute."""
    async with context.transaction() as db:
        await months.tell_due(db, now=context.clock())
