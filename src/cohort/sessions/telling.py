"""Who is to hear of what changed: one mail for each person and act, however many sessions."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.jobs.outbox import enqueue_each
from cohort.sessions.models import LiveSession, PlaceState, SessionPlace

COMING, WAITING, SEATED, LEFT = "coming", "waiting", "seated", "left"
CHANGED, CANCELLED, SOON, SERIES = "changed", "cancelled", "soon", "series"
HAVE_IT = (PlaceState.COMING, PlaceState.WAITING)


async def tell(
    db: AsyncSession, session: LiveSession, people: Sequence[UUID], why: str, *, now: datetime
) -> None:
    """These people, of one session."""
    each = [
        {
            "cohort_id": session.cohort_id,
            "person_id": person_id,
            "why": why,
            "sequences": {str(session.id): session.sequence},
        }
        for person_id in people
    ]
    await enqueue_each(db, "sessions.tell", each, now=now)


async def tell_all(
    db: AsyncSession, sessions: Sequence[LiveSession], why: str, *, now: datetime
) -> None:
    """Everyone who comes to one of them or waits; in one statement, and one to write it down."""
    its = {one.id: one for one in sessions}
    have = select(SessionPlace.person_id, SessionPlace.session_id).where(
        SessionPlace.session_id.in_(its), SessionPlace.state.in_(HAVE_IT)
    )
    of: dict[UUID, dict[str, int]] = defaultdict(dict)
    for person_id, session_id in await db.execute(have):
        of[person_id][str(session_id)] = its[session_id].sequence
    each = [
        {
            "cohort_id": sessions[0].cohort_id,
            "person_id": person_id,
            "why": why,
            "sequences": sequences,
        }
        for person_id, sequences in of.items()
    ]
    await enqueue_each(db, "sessions.tell", each, now=now)


async def tell_of(
    db: AsyncSession, sessions: Sequence[LiveSession], person_id: UUID, why: str, *, now: datetime
) -> None:
    """One person, of several sessions in one mail."""
    if sessions:
        one = {
            "cohort_id": sessions[0].cohort_id,
            "person_id": person_id,
            "why": why,
            "sequences": {str(session.id): session.sequence for session in sessions},
        }
        await enqueue_each(db, "sessions.tell", [one], now=now)
