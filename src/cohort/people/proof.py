"""A proof of work, so that to send forms by the thousand costs its sender more than it costs us.

The challenge is ALTCHA's (version 2): a counter is looked for whose key, by PBKDF2, begins with a
zero byte: some 256 tries of 5,000 iterations, a second of a telephone. A proof is for one form,
lives ten minutes by our clock, and is taken once.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from altcha import Payload, create_challenge, verify_solution
from anyio import to_thread
from redis.asyncio import Redis

from cohort.errors import FieldError, Refusal

ALGORITHM = "PBKDF2/SHA-256"
COST = 5_000
LIVES = timedelta(minutes=10)
SECRET = "cohort:forms:secret"  # noqa: S105  the name of the key that holds it
SPENT = "cohort:forms:spent"


class NoProof(Refusal):
    status = 422
    code = "no_proof"
    title = "A proof of work is needed"

    def __init__(self) -> None:
        sentence = "Ask for a new challenge of this form, solve it, and send it as `proof`."
        super().__init__(sentence, errors=[FieldError("proof", sentence)])


async def challenge(redis: Redis, form: str, *, now: datetime) -> dict[str, Any]:
    ends = int((now + LIVES).timestamp())
    made = create_challenge(
        ALGORITHM, COST, data={"form": form, "ends": ends}, hmac_secret=await _secret(redis)
    )
    return made.to_dict()


async def require(redis: Redis, form: str, proof: str | None, *, now: datetime) -> None:
    """Take a proof, once. Whatever is wrong with it has one answer."""
    try:
        sent = Payload.from_base64(proof or "")
        signature, given = sent.challenge.signature, sent.challenge.parameters.data
        in_time = given is not None and given["form"] == form and now.timestamp() < given["ends"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoProof from error
    if not in_time or not isinstance(signature, str):
        raise NoProof
    checked = await to_thread.run_sync(verify_solution, sent, await _secret(redis))
    if not checked.verified:
        raise NoProof
    first = await redis.set(f"{SPENT}:{signature.lower()}", b"1", nx=True, ex=LIVES)
    if not first:
        raise NoProof


async def is_given(redis: Redis, form: str, proof: str, *, now: datetime) -> bool:
    """Whether there is a proof that counts; a page of ours also takes forms without one."""
    try:
        await require(redis, form, proof, now=now)
    except NoProof:
        return False
    return True


async def _secret(redis: Redis) -> bytes:
    """One for all processes, made when it is first needed; a lost one costs people a second try."""
    await redis.set(SECRET, secrets.token_bytes(32), nx=True)
    known: bytes = await redis.get(SECRET)
    return known
