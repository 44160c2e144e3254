"""Wiring: the worker that runs jobs and opens what is due."""

import json
from typing import Any, cast
from uuid import UUID

import structlog
from arq import cron
from arq.connections import RedisSettings
from arq.typing import WorkerCoroutine
from arq.worker import Worker, func
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow

from cohort import rooms
from cohort.clock import Clock, utc_now
from cohort.db import unit_of_work
from cohort.http import stored_responses
from cohort.http.pages import create_pages
from cohort.jobs import outbox, wake
from cohort.jobs.runner import LONGEST_JOB, Runner
from cohort.logs import configure_logging
from cohort.people import service as people
from cohort.settings import Settings

log = structlog.get_logger()


async def run(ctx: dict[str, Any], job_id: str) -> None:
    """Make one attempt at one job."""
    runner: Runner = ctx["runner"]
    await runner.run(UUID(job_id))


async def sweep(ctx: dict[str, Any]) -> None:
    """Find the jobs that are due and that nobody was woken up for."""
    runner: Runner = ctx["runner"]
    now = runner.clock()
    async with unit_of_work(runner.sessions) as db:
        waiting = await outbox.due(db, now=now)
    await runner.wake_up.wake(waiting, again=f"{now:%d%H%M}")


async def tidy(ctx: dict[str, Any]) -> None:
    runner: Runner = ctx["runner"]
    async with unit_of_work(runner.sessions) as db:
        await stored_responses.delete_old(db, now=runner.clock())
        await outbox.delete_old(db, now=runner.clock())
        await people.forget_old(db, now=runner.clock())


def create_runner(settings: Settings, clock: Clock = utc_now) -> Runner:
    return Runner(settings, rooms.JOBS, rooms.ON_EXHAUSTED, create_pages(settings), clock)


def create_worker(settings: Settings, clock: Clock = utc_now, **options: Any) -> Worker:
    """An arq worker; every worker may run every cron, as what they open is unique by period."""
    configure_logging(settings)

    async def startup(ctx: dict[str, Any]) -> None:
        ctx["runner"] = create_runner(settings, clock)

    async def shutdown(ctx: dict[str, Any]) -> None:
        await ctx["runner"].close()

    address = RedisSettings.from_dsn(settings.redis_url)
    address.retry = Retry(ExponentialBackoff(cap=2, base=0.1), 1_000_000)
    address.retry_on_error = [RedisAway, RedisSlow, OSError]
    return Worker(
        functions=[func(run, name="run", keep_result=0, max_tries=1)],
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
        job_serializer=wake.to_json,
        job_deserializer=json.loads,
        on_startup=startup,
        on_shutdown=shutdown,
        job_timeout=LONGEST_JOB,
        poll_delay=0.1,
        max_jobs=10,
        log_results=False,
        **options,
    )
