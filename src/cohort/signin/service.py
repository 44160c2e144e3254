"""Asking for a link that signs in, and using it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.jobs.outbox import enqueue
from cohort.people.links import ASKED_AT, LinkSpent, use_link
from cohort.people.models import LinkPurpose, Person


async def ask_for_link(db: AsyncSession, email: str, *, now: datetime) -> None:
    """Whether there is such a person is looked up later, where no answer can tell."""
    await enqueue(db, "signin.send_link", now=now, email=email)


async def use_sign_in_link(db: AsyncSession, token: str, *, now: datetime) -> Person:
    """Whose link this is. A new password spends the links that were mailed before it."""
    email = await use_link(db, token, LinkPurpose.SIGN_IN, now=now)
    verified = select(Person).where(Person.has_account(email), Person.verified_at.is_not(None))
    person: Person | None = await db.scalar(verified.with_for_update(read=True))
    if person is None:
        raise LinkSpent(ASKED_AT[LinkPurpose.SIGN_IN])
    return person
