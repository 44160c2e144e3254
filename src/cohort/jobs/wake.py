"""Redis as a bell: it wakes a worker up, and nothing is lost when it does not ring."""

import asyncio
import json
from collections.abc import Sequence
from uuid import UUID

import structlog
from arq.connections import ArqRedis
from redis.exceptions import RedisError

log = structlog.get_logger()

AT_ONCE = 100
"""More than this many promises wait for the next sweep, so that no request waits for Redis."""
PATIENCE = 1.0


def to_json(job: dict[str, object]) -> bytes:
    return json.dumps(job).encode()


def connect(redis_url: str) -> ArqRedis:
    """A client that connects when it is first used, so that we start without Redis too."""
    redis: ArqRedis = ArqRedis.from_url(
        redis_url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
    )
    redis.job_serializer = to_json
    redis.job_deserializer = json.loads
    redis.default_queue_name = "cohort:queue"
    redis.expires_extra_ms = 86_400_000
    return redis


class Bell:
    def __init__(self, redis: ArqRedis) -> None:
        self.redis = redis

    async def ring(self, promises: Sequence[UUID], *, again: str = "") -> None:
        """Ask for these promises to be kept now rather than at the next sweep.

        `again` names a later ring: arq ignores one that it has heard while it believes that a
        worker is busy with it, for ten minutes after that worker was killed.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                for promise_id in promises[:AT_ONCE]:
                    await self.redis.enqueue_job(
                        "keep", str(promise_id), _job_id=f"promise:{promise_id}:{again}"
                    )
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("redis did not hear the bell", kind=type(error).__name__)
