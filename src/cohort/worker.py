"""Wiring: the worker that keeps promises and opens what is due."""

import json
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import structlog
from aiosmtplib import SMTPException
from arq import cron
from arq.connections import RedisSettings
from arq.typing import WorkerCoroutine
from arq.worker import Worker, func
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow
from sqlalchemy.ext.asyncio import AsyncSession

from cohort import rooms
from cohort.clock import Clock, utc_now
from cohort.db import Sessions, create_engine, create_sessions, unit_of_work
from cohort.http import stored_responses as idempotency
from cohort.http.pages import create_pages
from cohort.jobs import outbox
from cohort.jobs import wake as bell
from cohort.jobs.context import Work
from cohort.jobs.progress import Board
from cohort.logs import configure_logging
from cohort.people import service as people
from cohort.settings import Settings

log = structlog.get_logger()

LONGEST_JOB = 600


async def keep(ctx: dict[str, Any], promise_id: str) -> None:
    """Make one attempt at one promise; a second attempt at the same time finds it locked."""
    keeper: Keeper = ctx["keeper"]
    await keeper.keep(UUID(promise_id))


async def sweep(ctx: dict[str, Any]) -> None:
    """Find the promises that are due and that nobody was woken up for."""
    keeper: Keeper = ctx["keeper"]
    now = keeper.clock()
    async with unit_of_work(keeper.sessions) as db:
        waiting = await outbox.due(db, now=now)
    await keeper.bell.ring(waiting, again=f"{now:%d%H%M}")


async def tidy(ctx: dict[str, Any]) -> None:
    keeper: Keeper = ctx["keeper"]
    async with unit_of_work(keeper.sessions) as db:
        await idempotency.forget_old(db, now=keeper.clock())
        await outbox.forget_old(db, now=keeper.clock())
        await people.forget_old(db, now=keeper.clock())


class Keeper:
    """Everything that a running worker holds open."""

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        self.settings = settings
        self.clock = clock
        self.engine = create_engine(settings, patience=LONGEST_JOB // 3)
        self.sessions: Sessions = create_sessions(self.engine)
        self.bell = bell.Bell(bell.connect(settings.redis_url))
        self.pages = create_pages(settings)

    async def close(self) -> None:
        await self.bell.redis.aclose()
        await self.engine.dispose()

    async def keep(self, promise_id: UUID) -> None:
        async with unit_of_work(self.sessions) as db:
            promise = await outbox.begin_attempt(db, promise_id, now=self.clock())
            if promise is not None:
                await self._mourn(db, promise)
        if promise is None or promise.state is outbox.PromiseState.DEAD:
            return
        attempt = promise.attempts
        try:
            promised = await self._attempt(promise_id, attempt)
        except Exception as error:  # noqa: BLE001  (whatever it was, it is noted and tried again)
            await self._failed(promise_id, attempt, error)
        else:
            await self.bell.ring(promised)

    async def _attempt(self, promise_id: UUID, attempt: int) -> list[UUID]:
        """The job's effects and the end of its promise are one commit."""
        async with unit_of_work(self.sessions) as db:
            promise = await outbox.hold(db, promise_id, attempt)
            if promise is None:
                return []
            job = rooms.JOBS[promise.job]
            now = self.clock()
            await job(self._work(db, promise_id, now), **promise.arguments)
            promise.state, promise.ended_at = outbox.PromiseState.KEPT, now
            log.info("kept", job=promise.job, promise=str(promise_id), attempt=attempt)
        return outbox.promises_of(db)

    async def _failed(self, promise_id: UUID, attempt: int, error: Exception) -> None:
        kind = type(error).__name__
        # Of a server that is away or refuses, its kind says enough: the text may name people.
        trace = None if isinstance(error, (OSError, SMTPException)) else error
        log.warning("not kept", promise=str(promise_id), attempt=attempt, kind=kind, exc_info=trace)
        async with unit_of_work(self.sessions) as db:
            promise = await outbox.note_failure(
                db, promise_id, attempt=attempt, error=kind, now=self.clock()
            )
            if promise is not None:
                await self._mourn(db, promise)

    async def _mourn(self, db: AsyncSession, promise: outbox.Promise) -> None:
        """Do what its room wants done about a promise that will not be tried again."""
        if promise.state is not outbox.PromiseState.DEAD or promise.job not in rooms.WHEN_DEAD:
            return
        work = self._work(db, promise.id, self.clock())
        await rooms.WHEN_DEAD[promise.job](work, **promise.arguments)

    def _work(self, db: AsyncSession, promise_id: UUID, now: datetime) -> Work:
        return Work(db, promise_id, now, self.settings, self.pages, Board(self.bell.redis))


def create_worker(settings: Settings, clock: Clock = utc_now, **options: Any) -> Worker:
    """An arq worker; every worker may run every cron, as what they open is unique by period."""
    configure_logging(settings)

    async def startup(ctx: dict[str, Any]) -> None:
        ctx["keeper"] = Keeper(settings, clock)

    async def shutdown(ctx: dict[str, Any]) -> None:
        await ctx["keeper"].close()

    address = RedisSettings.from_dsn(settings.redis_url)
    address.retry = Retry(ExponentialBackoff(cap=2, base=0.1), 1_000_000)
    address.retry_on_error = [RedisAway, RedisSlow, OSError]
    return Worker(
        functions=[func(keep, name="keep", keep_result=0, max_tries=1)],
        cron_jobs=[
            cron(sweep, second=set(range(0, 60, 10)), run_at_startup=True),
            cron(tidy, hour={3}, minute={30}),
            *[
                cron(cast("WorkerCoroutine", job), second={5}, run_at_startup=True)
                for job in rooms.EVERY_MINUTE
            ],
        ],
        queue_name="cohort:queue",
        redis_settings=address,
        job_serializer=bell.to_json,
        job_deserializer=json.loads,
        on_startup=startup,
        on_shutdown=shutdown,
        job_timeout=LONGEST_JOB,
        poll_delay=0.1,
        max_jobs=10,
        log_results=False,
        **options,
    )
