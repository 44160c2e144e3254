"""How often a stranger may try a password or make us send mail."""

import hashlib
from dataclasses import dataclass
from typing import Any

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from cohort.errors import TooMany

log = structlog.get_logger()

TRIES_PER_ADDRESS = parse("10 per 5 minute")
TRIES_PER_CLIENT = parse("60 per 5 minute")
MAILS_PER_ADDRESS = parse("5 per hour")
MAILS_PER_CLIENT = parse("60 per hour")
PATIENCE = 1.0


class Throttle:
    """Counts in Redis, exactly across processes; in this process alone while Redis is away."""

    def __init__(self, redis_url: str) -> None:
        shared = RedisStorage(
            f"async+{redis_url.replace('unix://', 'redis+unix://', 1)}",
            implementation="redispy",
            key_prefix="cohort:tries",
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
        )
        self.storage = shared
        self.shared = MovingWindowRateLimiter(shared)
        self.alone = MovingWindowRateLimiter(MemoryStorage())

    async def count(self, limit: RateLimitItem, kind: str, whose: str) -> None:
        # Hashed: Redis need not know who tried.
        key = hashlib.sha256(whose.encode()).hexdigest()
        try:
            within = await self.shared.hit(limit, kind, key)
        except (RedisError, OSError) as error:
            log.warning("tries are counted here only", kind=type(error).__name__)
            within = await self.alone.hit(limit, kind, key)
        if not within:
            minutes = limit.get_expiry() // 60
            refusal = TooMany(f"That was tried too often. Wait {minutes} minutes, then try again.")
            refusal.retry_after = limit.get_expiry()
            raise refusal

    async def close(self) -> None:
        bridge: Any = self.storage.bridge
        await bridge.storage.aclose()


@dataclass(frozen=True, slots=True)
class Tries:
    """What one client may still try."""

    throttle: Throttle
    client: str

    async def password(self, email: str) -> None:
        await self.throttle.count(TRIES_PER_ADDRESS, "password", email)
        await self.throttle.count(TRIES_PER_CLIENT, "password-from", self.client)

    async def mail(self, email: str) -> None:
        await self.throttle.count(MAILS_PER_ADDRESS, "mail", email)
        await self.throttle.count(MAILS_PER_CLIENT, "mail-from", self.client)
