"""What an organiser does from the desk."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import service as cohorts
from cohort.dashboard import figures, policy
from cohort.dashboard.figures import Overview
from cohort.errors import NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.jobs import outbox
from cohort.jobs.outbox import Promise, PromiseState
from cohort.people import audit
from cohort.people.models import Person


async def list_promises(
    db: AsyncSession, actor: Person, state: PromiseState, part: Slice
) -> Page[Promise]:
    statement = policy.promises_visible_to(actor).where(Promise.state == state)
    return await page_of(db, statement, by=Promise.promised_at, id=Promise.id, part=part)


async def retry_promise(
    db: AsyncSession, actor: Person, promise_id: UUID, *, now: datetime
) -> Promise:
    """Give failed work its attempts again; a worker is woken up once this is kept."""
    found = await db.scalar(policy.promises_visible_to(actor).where(Promise.id == promise_id))
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


async def overview(db: AsyncSession, actor: Person, cohort_id: UUID) -> Overview:
    return await figures.overview_of(db, await cohorts.require_organiser(db, actor, cohort_id))
