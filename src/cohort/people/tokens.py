"""Passwords and tokens: made, hashed and compared."""

import hashlib
import secrets

import anyio
from anyio import CapacityLimiter
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

# OWASP's minimum for argon2id; about 25 ms and 19 MiB each.
_hashes = PasswordHash([Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1)])
_two_at_a_time = CapacityLimiter(2)
_NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IG9mIG91cnM$"
    "7cFFS5sNxkYj2Ggz5pRF6jdPVjxDTPEbFYaw2Ae9lMM"
)


async def hash_password(password: str) -> str:
    return await anyio.to_thread.run_sync(_hashes.hash, password, limiter=_two_at_a_time)


async def is_password(password: str, password_hash: str | None) -> bool:
    """Takes as long for an unknown person as for a known one."""
    right = await anyio.to_thread.run_sync(
        _hashes.verify, password, password_hash or _NOBODYS, limiter=_two_at_a_time
    )
    return right and password_hash is not None


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """One round is enough: a token has 256 bits of its own."""
    return hashlib.sha256(token.encode()).digest()
