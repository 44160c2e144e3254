"""Between the first step of signing in and the second."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import NotSignedIn
from cohort.people.models import PendingLogin, Person
from cohort.people.throttle import Tries
from cohort.people.tokens import hash_token, new_token
from cohort.signin import codes

PENDING_LIVES = timedelta(minutes=10)


class TooLate(NotSignedIn):
    code = "sign_in_expired"
    title = "That took too long"

    def __init__(self) -> None:
        super().__init__("That took too long. Sign in again.")


async def begin(db: AsyncSession, person: Person, *, now: datetime) -> str:
    """The token of whoever did the first step; it opens nothing but the second."""
    token = new_token()
    db.add(
        PendingLogin(
            person_id=person.id, token_hash=hash_token(token), expires_at=now + PENDING_LIVES
        )
    )
    return token


async def who_is_pending(db: AsyncSession, token: str | None, *, now: datetime) -> Person:
    """Whose second step is awaited here; a new password, which locks the person too, ends that."""
    pending = select(PendingLogin.person_id).where(
        PendingLogin.token_hash == hash_token(token or ""), PendingLogin.expires_at > now
    )
    found = select(Person).where(Person.id.in_(pending)).with_for_update(read=True)
    person: Person | None = await db.scalar(found)
    if person is None:
        raise TooLate
    return person


async def finish(db: AsyncSession, token: str) -> None:
    """Of two who finish with one token, the second is too late."""
    own = delete(PendingLogin).where(PendingLogin.token_hash == hash_token(token))
    if await db.scalar(own.returning(PendingLogin.id)) is None:
        raise TooLate


async def require_code(
    db: AsyncSession, tries: Tries, person: Person, code: str | None, *, now: datetime
) -> None:
    """Both steps in one request, for programs; nothing is asked of whoever has one step."""
    if not person.two_steps:
        return
    if not code:
        raise codes.CodeNeeded
    await tries.code(person.id)
    await codes.use_code(db, person, code, now=now)
