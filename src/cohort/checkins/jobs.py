"""Mail about check-ins, and asking on the days that are due."""

from uuid import UUID

from cohort.checkins import emails, policy, reading, service
from cohort.jobs.context import CronContext, Delivery, JobContext
from cohort.people.models import Person


async def ask(context: JobContext, check_in_id: str) -> Delivery:
    """Unless it was answered on the site already, or is past."""
    check_in = await reading.get_for_job(context.db, UUID(check_in_id))
    if check_in.answered_at is not None or not check_in.is_open:
        return None
    since = await reading.day_before(context.db, check_in)
    return context.deliver(emails.asked(check_in, since))


async def tell_low(context: JobContext, check_in_id: str, organiser_id: str) -> Delivery:
    """One organiser, if it still stands as it was said."""
    check_in = await reading.get_for_job(context.db, UUID(check_in_id))
    if not policy.is_low(check_in):
        return None
    organiser = await context.db.get_one(Person, UUID(organiser_id))
    return context.deliver(emails.low(check_in, organiser))


async def ask_due(context: CronContext) -> None:
    """Every minute: ask whoever is due."""
    async with context.transaction() as db:
        await service.ask_due(db, now=context.clock())
