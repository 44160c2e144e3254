"""The address of one's own calendar: made, made anew, revoked, and read."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.calendars.models import CalendarFeed
from cohort.errors import NotFound
from cohort.people.models import Person
from cohort.people.tokens import hash_token, new_token


async def find(db: AsyncSession, actor: Person) -> CalendarFeed | None:
    return await db.get(CalendarFeed, actor.id)


async def make(db: AsyncSession, actor: Person, *, now: datetime) -> str:
    """The path of a new address, told once; the one before works no more."""
    token = new_token()
    made = {"token_hash": hash_token(token), "created_at": now}
    await db.execute(
        insert(CalendarFeed)
        .values(person_id=actor.id, **made)
        .on_conflict_do_update(index_elements=["person_id"], set_=made)
        .execution_options(synchronize_session=False)
    )
    return f"/calendars/{token}.ics"


async def revoke(db: AsyncSession, person_id: UUID) -> None:
    await db.execute(delete(CalendarFeed).where(CalendarFeed.person_id == person_id))


async def whose(db: AsyncSession, token: str) -> Person:
    found = (
        select(CalendarFeed)
        .join(CalendarFeed.person)
        .where(CalendarFeed.token_hash == hash_token(token), Person.suspended_at.is_(None))
    )
    feed = await db.scalar(found.options(joinedload(CalendarFeed.person)))
    if feed is None:
        raise NotFound("This calendar is not there. Its owner may have made a new address.")
    return feed.person
