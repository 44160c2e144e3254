"""What operators and organisers do about jobs that failed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.policy import jobs_visible_to
from cohort.errors import NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.jobs import event_log, outbox
from cohort.jobs.outbox import Job, JobState
from cohort.people import audit
from cohort.people.models import Person

JOB_RETRIED = event_log.EventKind(
    "job.retried", "An organiser gave failed work its attempts again.", ("job_id",)
)


async def list_jobs(db: AsyncSession, actor: Person, state: JobState, part: Slice) -> Page[Job]:
    statement = jobs_visible_to(actor).where(Job.state == state)
    return await page_of(db, statement, by=Job.enqueued_at, id=Job.id, part=part)


async def retry_job(db: AsyncSession, actor: Person, job_id: UUID, *, now: datetime) -> Job:
    """Give a dead job its attempts again; a worker is woken up once this is committed."""
    found = await db.scalar(jobs_visible_to(actor).where(Job.id == job_id))
    if found is None:
        raise NotFound
    revived = await outbox.retry(db, job_id, now=now)
    audit.record(
        db,
        actor,
        "job.retry",
        job_id,
        now=now,
        cohort_id=revived.cohort_id,
        name=revived.name,
    )
    if revived.cohort_id is not None:
        event_log.record(db, JOB_RETRIED, revived.cohort_id, now=now, job_id=job_id)
    return revived
