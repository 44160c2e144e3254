"""How often a stranger may try a password or make us send mail."""

import hashlib
import ipaddress
import math
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from cohort.errors import TooMany

log = structlog.get_logger()

TRIES_PER_CLIENT = parse("60 per 5 minute")
TRIES_PER_PAIR = parse("10 per 5 minute")
"""One client at one address."""
TRIES_PER_ADDRESS = parse("100 per hour")
"""All clients together at one address; a browser that its owner knows is not counted here."""
TRIES_PER_DEVICE = parse("10 per 5 minute")
CODES_PER_PERSON = parse("10 per 10 minute")
"""Of a million codes three are right at any moment; who tries them has given the password."""
ATTENDANCE_CODES = parse("10 per 5 minute")
"""Of one person at one session: a slip of the finger is forgiven, guessing is not worth it."""
MAILS_PER_CLIENT = parse("60 per hour")
UNPROVEN_PER_CLIENT = parse("20 per hour")
MAILS_PER_PAIR = parse("5 per hour")
MAILS_PER_ADDRESS = parse("20 per hour")
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

    async def is_within(self, limit: RateLimitItem, kind: str, whose: str) -> bool:
        """Count one more, unless that is too many."""
        key = _hidden(whose)
        try:
            return await self.shared.hit(limit, kind, key)
        except (RedisError, OSError) as error:
            log.warning("tries are counted here only", kind=type(error).__name__)
            return await self.alone.hit(limit, kind, key)

    async def count(self, limit: RateLimitItem, kind: str, whose: str) -> None:
        if not await self.is_within(limit, kind, whose):
            raise await self.too_many(limit, kind, whose)

    async def too_many(self, limit: RateLimitItem, kind: str, whose: str) -> TooMany:
        """Says when the next one counts: as soon as the oldest is out of the window."""
        try:
            window = await self.shared.get_window_stats(limit, kind, _hidden(whose))
            seconds = max(1, math.ceil(window.reset_time - time.time()))
        except (RedisError, OSError):
            seconds = limit.get_expiry()
        minutes = math.ceil(seconds / 60)
        wait = f"{minutes} minutes" if minutes > 1 else "a minute"
        refusal = TooMany(f"That was tried too often. Wait {wait}, then try again.")
        refusal.retry_after = seconds
        return refusal

    async def close(self) -> None:
        bridge: Any = self.storage.bridge
        await bridge.storage.aclose()


def _hidden(whose: str) -> str:
    """Redis need not know who tried."""
    return hashlib.sha256(whose.encode()).hexdigest()


def client_of(host: str) -> str:
    """Whom an address belongs to: with IPv6, one customer has a whole /64."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


@dataclass(frozen=True, slots=True)
class Tries:
    """What one client may still try; the client is charged before any address is.

    A stranger who tries at someone's address uses up his own tries there. Many strangers together
    may use up the address's, but never those of a browser from which its owner signed in before,
    nor the newest mailed link.
    """

    throttle: Throttle
    client: str

    async def password(self, email: str) -> None:
        await self.throttle.count(TRIES_PER_CLIENT, "password-from", self.client)
        await self.throttle.count(TRIES_PER_PAIR, "password-at", f"{self.client} {email}")
        await self.throttle.count(TRIES_PER_ADDRESS, "password", email)

    async def password_from_known(self, device: str) -> None:
        await self.throttle.count(TRIES_PER_DEVICE, "password-known", device)

    async def start(self) -> None:
        """What is remembered of whoever begins to sign in takes room for ten minutes."""
        await self.throttle.count(TRIES_PER_CLIENT, "start-from", self.client)

    async def code(self, person_id: UUID) -> None:
        await self.throttle.count(TRIES_PER_CLIENT, "code-from", self.client)
        await self.throttle.count(CODES_PER_PERSON, "code", str(person_id))

    async def attendance(self, person_id: UUID, session_id: UUID) -> None:
        await self.throttle.count(ATTENDANCE_CODES, "attendance", f"{person_id} {session_id}")

    async def mail(self, email: str) -> bool:
        """Whether a mail may still go there. Where many clients asked for one, the answer is the
        same and no further mail is sent: the newest one that was sent still works."""
        await self.throttle.count(MAILS_PER_CLIENT, "mail-from", self.client)
        await self.throttle.count(MAILS_PER_PAIR, "mail-at", f"{self.client} {email}")
        return await self.throttle.is_within(MAILS_PER_ADDRESS, "mail", email)

    async def form(self, email: str, *, proven: bool = True) -> None:
        """Where what was typed would be lost without its mail, too many are refused.

        Forms without a proof of work, from browsers that run no scripts, are few.
        """
        if not proven:
            await self.throttle.count(UNPROVEN_PER_CLIENT, "unproven-from", self.client)
        if not await self.mail(email):
            raise await self.throttle.too_many(MAILS_PER_ADDRESS, "mail", email)
