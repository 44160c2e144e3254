"""Passwords and tokens: made, hashed and compared."""

import hashlib
import secrets
from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio import CapacityLimiter
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from cohort.errors import Unavailable

Result = TypeVar("Result")

# OWASP's minimum for argon2id; about 25 ms and 19 MiB each.
_hashes = PasswordHash([Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1)])
_two_at_a_time = CapacityLimiter(2)
MOST_WAITING = 64
_in_line = CapacityLimiter(2 + MOST_WAITING)  # taken before anything is awaited: never one more
_NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IG9mIG91cnM$"
    "7cFFS5sNxkYj2Ggz5pRF6jdPVjxDTPEbFYaw2Ae9lMM"
)


async def hash_password(password: str) -> str:
    return await _in_turn(_hashes.hash, password)


async def is_password(password: str, password_hash: str | None) -> bool:
    """Takes as long for an unknown person as for a known one."""
    right = await _in_turn(_hashes.verify, password, password_hash or _NOBODYS)
    return right and password_hash is not None


async def _in_turn(work: Callable[..., Result], *given: str) -> Result:
    """Two at a time; whoever would wait for longer than a second is asked to come again."""
    place = object()
    try:
        _in_line.acquire_on_behalf_of_nowait(place)
    except anyio.WouldBlock:
        sentence = "Many people sign in at this moment. Try again in a few seconds."
        raise Unavailable(sentence) from None
    try:
        return await anyio.to_thread.run_sync(work, *given, limiter=_two_at_a_time)
    finally:
        _in_line.release_on_behalf_of(place)


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """One round is enough: a token has 256 bits of its own."""
    return hashlib.sha256(token.encode()).digest()
