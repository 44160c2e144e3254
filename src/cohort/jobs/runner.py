"""One attempt at one job: counted first, made in short transactions, its failure recorded.

A job reads and writes in one transaction. What takes long, it hands back to be done with no
transaction open (see `Outside`); the result is stored in a second one, with the job's end, unless
another attempt was begun meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import structlog
from aiosmtplib import SMTPException
from jinja2 import Environment
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock, utc_now
from cohort.db import create_engine, create_readers, create_sessions
from cohort.jobs import event_log, outbox, wake
from cohort.jobs.context import (
    CronContext,
    JobContext,
    JobFunction,
    Letter,
    Outside,
    PostFunction,
)
from cohort.jobs.processes import CallFailed, OutOfMemory, ProcessPool
from cohort.jobs.progress import ProgressStore
from cohort.settings import Settings

log = structlog.get_logger()

T = TypeVar("T")

LONGEST_JOB = 600
"""Seconds after which a job is stopped."""
LONGEST_STATEMENT = 60
SAME_AGAIN = (CallFailed, OutOfMemory)
"""A pure function that failed fails again with the same arguments: the job is not tried again."""
JOB_DIED = event_log.EventKind(
    "job.died", "Work of this cohort failed for good, until an organiser retries it.", ("job_id",)
)
SIGN_OF_LIFE_EVERY = outbox.LEASE.total_seconds() / 3


class LeaseLost(Exception):
    """Another attempt has taken the job up, as ours gave no sign of life for a while."""


class Runner:
    """Everything that a running worker has open, and the jobs that it knows by name."""

    def __init__(
        self,
        settings: Settings,
        jobs: Mapping[str, JobFunction],
        on_exhausted: Mapping[str, JobFunction],
        post: PostFunction,
        pages: Environment,
        processes: ProcessPool,
        clock: Clock = utc_now,
    ) -> None:
        self.settings = settings
        self.jobs = jobs
        self.on_exhausted = on_exhausted
        self.post = post
        self.pages = pages
        self.processes = processes
        self.engine = create_engine(settings, patience=LONGEST_STATEMENT)
        sessions, statements = create_sessions(self.engine), create_readers(self.engine)
        wake_up = wake.WakeUp(wake.connect(settings.redis_url))
        self.cron = CronContext(self.engine, sessions, statements, wake_up, clock, settings)

    async def close(self) -> None:
        await self.processes.close()
        await self.cron.wake_up.redis.aclose()
        await self.engine.dispose()

    async def run(self, job_id: UUID) -> None:
        """Make one attempt, unless another one holds the job."""
        attempt = await outbox.begin_attempt(self.engine, job_id, now=self.cron.clock())
        if attempt is None:
            await self._end_spent(job_id)
            return
        try:
            await self._attempt(job_id, attempt)
        except LeaseLost:
            log.warning("job taken up by another worker", job=str(job_id), attempt=attempt)
        except Exception as error:  # noqa: BLE001  (whatever it was, it is recorded and tried again)
            await self._failed(job_id, attempt, error)
        except asyncio.CancelledError:
            await asyncio.shield(self._hand_back(job_id, attempt))
            raise

    async def _end_spent(self, job_id: UUID) -> None:
        async with self.cron.transaction() as db:
            job = await outbox.end_spent(db, job_id, now=self.cron.clock())
            if job is not None:
                await self._exhausted(db, job)

    async def _attempt(self, job_id: UUID, attempt: int) -> None:
        outside = await self._begin(job_id, attempt)
        if outside is None:
            return
        result = await self._while_leased(outside.work(), job_id, attempt)
        async with self.cron.transaction() as db:
            job = await self._take_up(db, job_id, attempt)
            await outside.store(self._context(db, job_id), result)
            await self._succeeded(db, job)

    async def _begin(self, job_id: UUID, attempt: int) -> Outside[object] | None:
        """The first transaction: all of the job, or what it needs to know for the rest of it."""
        async with self.cron.transaction() as db:
            job = await self._take_up(db, job_id, attempt)
            context = self._context(db, job_id)
            done = await self.jobs[job.name](context, **job.arguments)
            if isinstance(done, Letter):
                outside: Outside[Any] | None = await self.post(context, job, done.message)
            else:
                outside = done
            if outside is None:
                await self._succeeded(db, job)
            else:
                await outbox.extend_lease(db, job_id, attempt, until=self._lease_end())
        return outside

    async def _take_up(self, db: AsyncSession, job_id: UUID, attempt: int) -> outbox.Attempt:
        job = await outbox.take_up(db, job_id, attempt)
        if job is None:
            raise LeaseLost
        return job

    async def _while_leased(self, work: Awaitable[T], job_id: UUID, attempt: int) -> T:
        """Do the work, and extend the lease meanwhile; stop when another attempt was begun."""
        working = asyncio.ensure_future(work)
        lost = asyncio.create_task(self._extend_lease(job_id, attempt))
        both = (working, lost)
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise LeaseLost
            return working.result()
        finally:
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _extend_lease(self, job_id: UUID, attempt: int) -> None:
        """Returns once the lease is lost. A database that is away loses none: we may come back."""
        is_leased = True
        while is_leased:
            await asyncio.sleep(SIGN_OF_LIFE_EVERY)
            try:
                async with self.cron.transaction() as db:
                    until = self._lease_end()
                    is_leased = await outbox.extend_lease(db, job_id, attempt, until=until)
            except (SQLAlchemyError, OSError) as error:
                log.warning("lease not extended", job=str(job_id), kind=type(error).__name__)

    async def _hand_back(self, job_id: UUID, attempt: int) -> None:
        """We are asked to stop: let another worker begin at once."""
        async with self.cron.transaction() as db:
            await outbox.extend_lease(db, job_id, attempt, until=self.cron.clock())

    def _lease_end(self) -> datetime:
        return self.cron.clock() + outbox.LEASE

    async def _succeeded(self, db: AsyncSession, job: outbox.Attempt) -> None:
        await outbox.succeed(db, job, now=self.cron.clock())
        log.info("job succeeded", name=job.name, job=str(job.id), attempt=job.number)

    async def _failed(self, job_id: UUID, attempt: int, error: Exception) -> None:
        kind = error.kind if isinstance(error, CallFailed) else type(error).__name__
        # Of a server that is away or refuses, its kind says enough: the text may name people.
        trace = None if isinstance(error, (OSError, SMTPException)) else error
        log.warning("job failed", job=str(job_id), attempt=attempt, kind=kind, exc_info=trace)
        async with self.cron.transaction() as db:
            now = self.cron.clock()
            final = attempt >= outbox.ATTEMPTS or isinstance(error, SAME_AGAIN)
            job = await outbox.record_failure(
                db, job_id, attempt=attempt, error=kind, final=final, now=now
            )
            if job is not None:
                await self._exhausted(db, job)

    async def _exhausted(self, db: AsyncSession, job: outbox.Job) -> None:
        """Do what its room wants done about a job that will not be tried again."""
        if job.cohort_id is not None:
            event_log.record(db, JOB_DIED, job.cohort_id, now=self.cron.clock(), job_id=job.id)
        if job.name in self.on_exhausted:
            await self.on_exhausted[job.name](self._context(db, job.id), **job.arguments)

    def _context(self, db: AsyncSession, job_id: UUID) -> JobContext:
        return JobContext(
            db=db,
            job_id=job_id,
            now=self.cron.clock(),
            settings=self.settings,
            pages=self.pages,
            progress=ProgressStore(self.cron.wake_up.redis),
            processes=self.processes,
            jobs=self.jobs,
        )
