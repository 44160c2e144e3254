"""One attempt at one job: counted first, run in one transaction, its failure recorded."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog
from aiosmtplib import SMTPException
from jinja2 import Environment
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock, utc_now
from cohort.db import Sessions, create_engine, create_sessions, unit_of_work
from cohort.jobs import outbox, wake
from cohort.jobs.context import JobContext, JobFunction
from cohort.jobs.progress import ProgressStore
from cohort.settings import Settings

log = structlog.get_logger()

LONGEST_JOB = 600
"""Seconds after which a job is stopped."""


class Runner:
    """Everything that a running worker has open, and the jobs that it knows by name."""

    def __init__(
        self,
        settings: Settings,
        jobs: Mapping[str, JobFunction],
        on_exhausted: Mapping[str, JobFunction],
        pages: Environment,
        clock: Clock = utc_now,
    ) -> None:
        self.settings = settings
        self.jobs = jobs
        self.on_exhausted = on_exhausted
        self.clock = clock
        self.engine = create_engine(settings, patience=LONGEST_JOB // 3)
        self.sessions: Sessions = create_sessions(self.engine)
        self.wake_up = wake.WakeUp(wake.connect(settings.redis_url))
        self.pages = pages

    async def close(self) -> None:
        await self.wake_up.redis.aclose()
        await self.engine.dispose()

    async def run(self, job_id: UUID) -> None:
        """Make one attempt; a second attempt at the same time finds the job locked."""
        async with unit_of_work(self.sessions) as db:
            job = await outbox.begin_attempt(db, job_id, now=self.clock())
            if job is not None:
                await self._exhausted(db, job)
        if job is None or job.state is outbox.JobState.DEAD:
            return
        attempt = job.attempts
        try:
            enqueued = await self._attempt(job_id, attempt)
        except Exception as error:  # noqa: BLE001  (whatever it was, it is recorded and tried again)
            await self._failed(job_id, attempt, error)
        else:
            await self.wake_up.wake(enqueued)

    async def _attempt(self, job_id: UUID, attempt: int) -> list[UUID]:
        """The effects of a job and its end are one commit."""
        async with unit_of_work(self.sessions) as db:
            job = await outbox.lock_attempt(db, job_id, attempt)
            if job is None:
                return []
            now = self.clock()
            await self.jobs[job.name](self._context(db, job_id, now), **job.arguments)
            job.state, job.ended_at = outbox.JobState.SUCCEEDED, now
            log.info("job succeeded", name=job.name, job=str(job_id), attempt=attempt)
        return outbox.enqueued_by(db)

    async def _failed(self, job_id: UUID, attempt: int, error: Exception) -> None:
        kind = type(error).__name__
        # Of a server that is away or refuses, its kind says enough: the text may name people.
        trace = None if isinstance(error, (OSError, SMTPException)) else error
        log.warning("job failed", job=str(job_id), attempt=attempt, kind=kind, exc_info=trace)
        async with unit_of_work(self.sessions) as db:
            job = await outbox.record_failure(
                db, job_id, attempt=attempt, error=kind, now=self.clock()
            )
            if job is not None:
                await self._exhausted(db, job)

    async def _exhausted(self, db: AsyncSession, job: outbox.Job) -> None:
        """Do what its room wants done about a job that will not be tried again."""
        if job.state is not outbox.JobState.DEAD or job.name not in self.on_exhausted:
            return
        context = self._context(db, job.id, self.clock())
        await self.on_exhausted[job.name](context, **job.arguments)

    def _context(self, db: AsyncSession, job_id: UUID, now: datetime) -> JobContext:
        progress = ProgressStore(self.wake_up.redis)
        return JobContext(db, job_id, now, self.settings, self.pages, progress)
