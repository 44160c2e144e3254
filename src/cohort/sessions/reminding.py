"""Reminders, on the morning of the day before on the cohort's clock; and seats of who has left."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import NOW, Prepared
from cohort.jobs.outbox import enqueue_each
from cohort.people.models import Person
from cohort.sessions import places, policy, telling
from cohort.sessions.models import LiveSession, SessionPlace, SessionState

DUE = Prepared(
    select(LiveSession.id)
    .where(
        LiveSession.remind_at <= NOW,
        LiveSession.reminded_at.is_(None),
        LiveSession.starts_at > NOW,
        LiveSession.state == SessionState.PLANNED,
    )
    .limit(1)
)


async def remind_due(db: AsyncSession, *, now: datetime) -> None:
    """One statement takes the sessions, so that of two workers one writes."""
    due = await db.execute(
        update(LiveSession)
        .where(
            LiveSession.remind_at <= now,
            LiveSession.reminded_at.is_(None),
            LiveSession.starts_at > now,
            LiveSession.state == SessionState.PLANNED,
        )
        .values(reminded_at=now)
        .returning(LiveSession.id, LiveSession.cohort_id)
        .execution_options(synchronize_session=False)
    )
    each = [{"cohort_id": cohort_id, "session_id": its_id} for its_id, cohort_id in due]
    await enqueue_each(db, "sessions.remind", each, now=now)


async def free_places(db: AsyncSession, cohort_id: UUID, person_id: UUID, *, now: datetime) -> None:
    """Of one who takes no part any more, in all sessions to come; in the order of time."""
    if await db.scalar(policy.members_of(cohort_id).where(Person.id == person_id)):
        return
    hers = select(SessionPlace.session_id).where(
        SessionPlace.person_id == person_id, SessionPlace.state.in_(telling.HAVE_IT)
    )
    to_come = select(LiveSession).where(
        LiveSession.cohort_id == cohort_id,
        LiveSession.state == SessionState.PLANNED,
        LiveSession.starts_at > now,
        LiveSession.id.in_(hers),
    )
    ordered = to_come.order_by(LiveSession.starts_at).with_for_update()
    freed = [
        session
        for session in (await db.scalars(ordered)).all()
        if await places.free(db, session, person_id, now=now)
    ]
    await telling.tell_of(db, freed, person_id, telling.LEFT, now=now)
