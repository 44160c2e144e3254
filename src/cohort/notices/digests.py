"""Several mails as one: which wait, which of them are still true, and that they leave once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import NOW, Prepared
from cohort.jobs.context import JobContext, Letter
from cohort.jobs.outbox import enqueue_each
from cohort.mail import Message
from cohort.notices.models import WaitingMail

PEOPLE_AT_ONCE = 1000
MOST_IN_ONE = 100
"""What is more waits for the next minute, and comes as another one."""


DUE = Prepared(
    select(WaitingMail.id)
    .where(WaitingMail.due_at <= NOW, WaitingMail.digest_id.is_(None))
    .limit(1)
)


async def send_due(db: AsyncSession, *, now: datetime) -> None:
    """A job for each whose digest is due; of several workers in one minute, one writes it down."""
    due = (
        select(WaitingMail.person_id)
        .where(WaitingMail.due_at <= now, WaitingMail.digest_id.is_(None))
        .group_by(WaitingMail.person_id)
        .order_by(func.min(WaitingMail.due_at))
        .limit(PEOPLE_AT_ONCE)
    )
    jobs = [
        {"person_id": one, "once": f"digest:{one}:{now:%Y%m%d%H%M}"}
        for one in await db.scalars(due)
    ]
    await enqueue_each(db, "notices.send_digest", jobs, now=now)


async def claim(
    db: AsyncSession, person_id: UUID, digest_id: UUID, *, now: datetime
) -> Sequence[WaitingMail]:
    """What this digest holds, the oldest first; another attempt at it holds the same ones."""
    free = (WaitingMail.digest_id.is_(None)) & (WaitingMail.due_at <= now)
    chosen = (
        select(WaitingMail.id)
        .where(WaitingMail.person_id == person_id)
        .where(or_(free, WaitingMail.digest_id == digest_id))
        .order_by(WaitingMail.digest_id.is_(None), WaitingMail.kept_at, WaitingMail.id)
        .limit(MOST_IN_ONE)
        .with_for_update(skip_locked=True)
    )
    found = await db.scalars(
        update(WaitingMail)
        .where(WaitingMail.id.in_(chosen))
        .values(digest_id=digest_id)
        .returning(WaitingMail)
        .execution_options(synchronize_session=False)
    )
    return sorted(found, key=lambda one: (one.kept_at, one.id))


async def still_true(context: JobContext, waiting: Sequence[WaitingMail]) -> list[Message]:
    """Each job is asked again: what has become pointless since, it does not write."""
    letters = []
    for one in waiting:
        asked = replace(context, job_id=one.job_id)
        try:
            async with context.db.begin_nested():
                done = await context.jobs[one.job](asked, **one.arguments)
        except NoResultFound:
            continue  # what it was about is not there any more
        if isinstance(done, Letter):
            letters.append(done.message)
    return letters


async def forget(db: AsyncSession, digest_id: UUID) -> None:
    await db.execute(delete(WaitingMail).where(WaitingMail.digest_id == digest_id))
