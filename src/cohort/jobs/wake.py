"""Waking up, through Redis, a worker and those who follow a cohort's events.

Nothing is lost when Redis is away: a sweep finds the job, and followers look once in a while.
"""

import asyncio
import json
from collections.abc import Iterable, Sequence
from uuid import UUID

import structlog
from arq.connections import ArqRedis
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.jobs import event_log, outbox
from cohort.jobs.outbox import Enqueued, Queue

log = structlog.get_logger()

AT_ONCE = 100
"""Jobs beyond this many wait for the next sweep, so that no request waits for Redis."""
PATIENCE = 1.0
EVENTS_CHANNEL = "cohort:events"
REDIS_QUEUES = {Queue.DEFAULT: "cohort:queue", Queue.COMPUTING: "cohort:computing"}


def to_json(job: dict[str, object]) -> bytes:
    return json.dumps(job).encode()


def connect(redis_url: str) -> ArqRedis:
    """A client that connects when it is first used, so that we start without Redis too."""
    redis: ArqRedis = ArqRedis.from_url(
        redis_url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
    )
    redis.job_serializer = to_json
    redis.job_deserializer = json.loads
    redis.default_queue_name = REDIS_QUEUES[Queue.DEFAULT]
    redis.expires_extra_ms = 86_400_000
    return redis


class WakeUp:
    def __init__(self, redis: ArqRedis) -> None:
        self.redis = redis

    async def after_commit(self, db: AsyncSession) -> None:
        """Wake up whoever waits for what this unit of work has committed."""
        await self.wake(outbox.enqueued_by(db))
        await self.announce(event_log.written_by(db))

    async def announce(self, cohorts: Iterable[UUID]) -> None:
        """Tell the processes with open event streams that a cohort has something new."""
        try:
            async with asyncio.timeout(PATIENCE):
                for cohort_id in cohorts:
                    await self.redis.publish(EVENTS_CHANNEL, str(cohort_id))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("redis did not take an announcement", kind=type(error).__name__)

    async def wake(self, jobs: Sequence[Enqueued], *, again: str = "") -> None:
        """Ask for these jobs to be run now rather than at the next sweep.

        `again` names a later call: arq ignores a job that it knows while it believes that a
        worker is busy with it, for ten minutes after that worker was killed.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                for job_id, queue in jobs[:AT_ONCE]:
                    await self.redis.enqueue_job(
                        "run",
                        str(job_id),
                        _job_id=f"job:{job_id}:{again}",
                        _queue_name=REDIS_QUEUES[queue],
                    )
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("redis did not take a wake-up", kind=type(error).__name__)
