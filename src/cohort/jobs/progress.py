"""How far a job is, written to Redis for whoever looks, and told to whoever follows its cohort.

Nothing is stored, and nothing is lost when Redis is wiped.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()

PATIENCE = 0.5
CHANNEL = "cohort:progress"
LASTS = 600
"""Seconds after which a step is forgotten that nobody finished."""


class JobProgress(NamedTuple):
    """A step of some work by name, and how much of that step is done, from 0 to 1."""

    step: str
    share: float


class ProgressStore:
    def __init__(self, redis: Redis) -> None:
        self.redis = redis

    async def write(self, about: UUID, step: str, share: float) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self.redis.set(_key(about), f"{step} {share:.3f}", ex=LASTS)
        except (RedisError, OSError, TimeoutError) as error:
            log.info("redis did not take progress", kind=type(error).__name__)

    async def tell(
        self, cohort_id: UUID, kind: str, ids: Mapping[str, UUID], now: JobProgress
    ) -> None:
        """Tell those who follow the cohort, once: who comes later reads what was written last."""
        told = {
            "type": kind,
            "cohort_id": str(cohort_id),
            "ids": {name: str(its_id) for name, its_id in ids.items()},
            **now._asdict(),
        }
        try:
            async with asyncio.timeout(PATIENCE):
                await self.redis.publish(CHANNEL, json.dumps(told))
        except (RedisError, OSError, TimeoutError) as error:
            log.info("redis told no progress", kind=type(error).__name__)

    async def read(self, about: UUID) -> JobProgress | None:
        """What was written last; None when there is nothing, or Redis is away."""
        try:
            async with asyncio.timeout(PATIENCE):
                written = await self.redis.get(_key(about))
        except (RedisError, OSError, TimeoutError):
            return None
        if not written:
            return None
        step, _, share = written.decode().partition(" ")
        return JobProgress(step, float(share))


def _key(about: UUID) -> str:
    return f"cohort:progress:{about}"
