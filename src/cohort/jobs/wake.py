"""Waking a worker up through Redis; nothing is lost when Redis is away, a sweep finds the job."""

import asyncio
import json
from collections.abc import Sequence

import structlog
from arq.connections import ArqRedis
from redis.exceptions import RedisError

from cohort.jobs.outbox import Enqueued, Queue

log = structlog.get_logger()

AT_ONCE = 100
"""Jobs beyond this many wait for the next sweep, so that no request waits for Redis."""
PATIENCE = 1.0
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
