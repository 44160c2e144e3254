"""What is remembered for the minutes between two requests of one browser, and is recalled once.

The browser keeps the token in a cookie. When Redis forgets, whoever is on the way in begins again.
"""

import json

from redis.asyncio import Redis

from cohort.people.tokens import hash_token, new_token
from cohort.signin.cookies import LIVES


def _key(what: str, token: str) -> str:
    return f"cohort:signin:{what}:{hash_token(token).hex()}"


async def remember(redis: Redis, what: str, values: dict[str, str]) -> str:
    token = new_token()
    await redis.set(_key(what, token), json.dumps(values), ex=LIVES)
    return token


async def recall(redis: Redis, what: str, token: str | None) -> dict[str, str] | None:
    """Of two who ask with the same token, one is answered."""
    found = await redis.getdel(_key(what, token)) if token else None
    values: dict[str, str] | None = json.loads(found) if found else None
    return values
