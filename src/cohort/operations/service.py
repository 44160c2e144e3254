"""What operators and organisers do about jobs that failed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.policy import promises_visible_to
from cohort.errors import NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.jobs import outbox
from cohort.jobs.outbox import Promise, PromiseState
from cohort.people import audit
from cohort.people.models import Person


async def list_promises(
    db: AsyncSession, actor: Person, state: PromiseState, part: Slice
) -> Page[Promise]:
    statement = promises_visible_to(actor).where(Promise.state == state)
    return await page_of(db, statement, by=Promise.promised_at, id=Promise.id, part=part)


async def retry_promise(
    db: AsyncSession, actor: Person, promise_id: UUID, *, now: datetime
) -> Promise:
    """Give failed work its attempts again; a worker is woken up once this is kept."""
    found = await db.scalar(promises_visible_to(actor).where(Promise.id == promise_id))
    if found is None:
        raise NotFound
    revived = await outbox.retry(db, promise_id, now=now)
    audit.record(
        db,
        actor,
        "promise.retry",
        promise_id,
        now=now,
        cohort_id=revived.cohort_id,
        job=revived.job,
    )
    return revived
