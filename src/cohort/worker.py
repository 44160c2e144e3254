"""Wiring: the worker that runs jobs and opens what is due."""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import structlog
from arq import cron
from arq.connections import RedisSettings
from arq.cron import CronJob
from arq.typing import WorkerCoroutine
from arq.worker import Worker, func
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow

from cohort import rooms
from cohort.applications import service as applications
from cohort.clock import Clock, utc_now
from cohort.cohorts import organisers
from cohort.exchange import answers as imported
from cohort.http import stored_responses
from cohort.http.pages import create_pages
from cohort.jobs import event_log, outbox, wake
from cohort.jobs.context import CronContext
from cohort.jobs.outbox import Queue
from cohort.jobs.processes import ProcessPool
from cohort.jobs.runner import LONGEST_JOB, Runner
from cohort.logs import configure_logging
from cohort.mentors import confirming as mentors
from cohort.notices import delivering
from cohort.people import service as people
from cohort.settings import Settings
from cohort.study.files import jobs as files
from cohort.webhooks import service as webhooks

log = structlog.get_logger()

CLOSES_WITHIN = 5.0
"""Seconds."""
MAILS_AT_ONCE = 10
"""Jobs of the default queue; each holds a connection for a moment only."""
COMPUTED = "cohort.matching.solving"
"""What a process that computes imports before its first call."""


async def sweep(context: CronContext) -> None:
    """Find the jobs that are due and that nobody was woken up for; no queue hides another."""
    now = context.clock()
    for queue in Queue:
        waiting = await outbox.due(context.engine, now=now, queue=queue)
        await context.wake_up.wake(waiting, again=f"{now:%d%H%M}")


async def tidy(context: CronContext) -> None:
    async with context.transaction() as db:
        await stored_responses.delete_old(db, now=context.clock())
        await outbox.delete_old(db, now=context.clock())
        await event_log.delete_old(db, now=context.clock())
        await webhooks.delete_old(db, now=context.clock())
        await people.forget_old(db, now=context.clock())
        await applications.forget_unconfirmed(db, now=context.clock())
        await organisers.forget_old_invitations(db, now=context.clock())
    await forget_unanswered(context)
    await files.sweep(context)


async def forget_unanswered(context: CronContext) -> None:
    """People who never said yes; each kind in a transaction of its own."""
    now, after = context.clock(), timedelta(days=context.settings.unconfirmed_days)
    for forget in (mentors.forget_unconfirmed, people.forget_unverified, imported.forget_silent):
        async with context.transaction() as db:
            await forget(db, now=now, after=after)


def create_runner(settings: Settings, clock: Clock = utc_now) -> Runner:
    processes = ProcessPool(
        settings.solver_processes, memory=settings.solver_memory, preload=COMPUTED
    )
    pages = create_pages(settings)
    jobs, exhausted, post = rooms.JOBS, rooms.ON_EXHAUSTED, delivering.post
    return Runner(settings, jobs, exhausted, post, pages, processes, clock)


async def work(settings: Settings) -> None:
    """Run jobs until we are asked to stop: one worker for each queue, side by side."""
    configure_logging(settings)
    runner = create_runner(settings)
    await runner.processes.warm_up()
    computing = _worker(runner, Queue.COMPUTING, at_once=settings.solver_processes)
    default = _worker(runner, Queue.DEFAULT, at_once=MAILS_AT_ONCE, crons=_crons(runner.cron))
    try:
        await _until_asked_to_stop([default, computing])
    finally:
        for worker in (default, computing):
            # It ends with the jobs that it cancels; another worker finds them by their lease. With
            # Redis gone it would try for ever to take its own sign of life back.
            with suppress(asyncio.CancelledError, TimeoutError):
                async with asyncio.timeout(CLOSES_WITHIN):
                    await worker.close()
        await runner.close()


async def _until_asked_to_stop(workers: Sequence[Worker]) -> None:
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    stopping = asyncio.create_task(asked.wait())
    running = [asyncio.create_task(worker.async_run()) for worker in workers]
    done, _ = await asyncio.wait([*running, stopping], return_when=asyncio.FIRST_COMPLETED)
    for one in done:
        one.result()


def _crons(context: CronContext) -> list[CronJob]:
    """Every worker may run every one of them, as what they open is unique by period."""
    every_minute = [_cron(one, context, second={5}) for one in rooms.EVERY_MINUTE]
    ten_seconds = set(range(0, 60, 10))
    return [
        _cron(sweep, context, second=ten_seconds),
        _cron(tidy, context, at_startup=False, hour={3}, minute={30}, second={0}),
        *every_minute,
    ]


def _cron(
    job: Callable[[CronContext], Awaitable[None]],
    context: CronContext,
    *,
    at_startup: bool = True,
    **when: set[int],
) -> CronJob:
    async def run(_ctx: dict[str, Any]) -> None:
        await job(context)

    name = f"{job.__module__}.{job.__name__}"
    options = cast("dict[str, Any]", when)
    return cron(cast("WorkerCoroutine", run), name=name, run_at_startup=at_startup, **options)


def _worker(runner: Runner, queue: Queue, *, at_once: int, crons: Sequence[CronJob] = ()) -> Worker:
    async def run(_ctx: dict[str, Any], job_id: str) -> None:
        """Make one attempt at one job."""
        await runner.run(UUID(job_id))

    address = RedisSettings.from_dsn(runner.settings.redis_url)
    address.retry = Retry(ExponentialBackoff(cap=2, base=0.1), 1_000_000)
    address.retry_on_error = [RedisAway, RedisSlow, OSError]
    return Worker(
        functions=[func(cast("WorkerCoroutine", run), name="run", keep_result=0, max_tries=1)],
        cron_jobs=crons,
        queue_name=wake.REDIS_QUEUES[queue],
        redis_settings=address,
        job_serializer=wake.to_json,
        job_deserializer=json.loads,
        handle_signals=False,
        job_timeout=LONGEST_JOB,
        poll_delay=0.1,
        max_jobs=at_once,
        log_results=False,
    )
