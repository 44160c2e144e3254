"""Reading what happened in a cohort."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import service as cohorts
from cohort.events import policy
from cohort.http.paging import Page, Slice, page_along
from cohort.jobs.event_log import Event, EventStream
from cohort.people.models import Person


async def list_events(
    db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice, *, after: int
) -> Page[Event]:
    """In the order in which they happened; empty for those whom nothing there concerns."""
    await cohorts.get(db, actor, cohort_id)
    seen = policy.visible_to(actor).where(Event.cohort_id == cohort_id, Event.number > after)
    return await page_along(db, seen, by=Event.number, part=part)


async def last_number(db: AsyncSession, actor: Person, cohort_id: UUID) -> int:
    """Where a stream begins for someone who asks for what comes from now on."""
    await cohorts.get(db, actor, cohort_id)
    last = select(EventStream.last_number).where(EventStream.cohort_id == cohort_id)
    return await db.scalar(last) or 0
