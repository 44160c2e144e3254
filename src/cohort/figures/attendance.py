"""Who signs up for the live sessions of a cohort, and who is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort
from cohort.figures.narrowing import people_in_circle
from cohort.sessions.models import LiveSession, PlaceState, SessionPlace, SessionState

MOST = 200


@dataclass(frozen=True, slots=True)
class SessionCounted:
    session_id: UUID
    title: str
    starts_at: datetime
    is_over: bool
    capacity: int
    """0 is no limit."""
    signed_up: int
    waiting: int
    came: int
    """Of those who signed up."""
    walked_in: int
    """Who were there without having signed up."""

    @property
    def share(self) -> float | None:
        """Of those who signed up, who came; None before it is over, and of nobody."""
        return self.came / self.signed_up if self.is_over and self.signed_up else None


@dataclass(frozen=True, slots=True)
class Attendance:
    sessions: Sequence[SessionCounted]
    """The newest first."""
    cancelled: int


async def attendance_of(
    db: AsyncSession, cohort: Cohort, *, now: datetime, circle: UUID | None = None
) -> Attendance:
    """Two statements; with a circle, of the places of its people."""
    counts: ColumnElement[bool] = SessionPlace.session_id == LiveSession.id
    if circle is not None:
        counts &= SessionPlace.person_id.in_(people_in_circle(circle))
    its_state, was_there = SessionPlace.state, SessionPlace.attended_at.is_not(None)
    many = func.count(SessionPlace.id)
    rows = await db.execute(
        select(
            LiveSession,
            many.filter(its_state == PlaceState.COMING),
            many.filter(its_state == PlaceState.WAITING),
            many.filter(its_state == PlaceState.COMING, was_there),
            many.filter(its_state == PlaceState.WALKED_IN, was_there),
        )
        .outerjoin(SessionPlace, counts)
        .where(LiveSession.cohort_id == cohort.id, LiveSession.state == SessionState.PLANNED)
        .group_by(LiveSession.id)
        .order_by(LiveSession.starts_at.desc(), LiveSession.id)
        .limit(MOST)
    )
    cancelled = select(func.count()).where(
        LiveSession.cohort_id == cohort.id, LiveSession.state == SessionState.CANCELLED
    )
    sessions = [
        SessionCounted(one.id, one.title, one.starts_at, one.ends_at <= now, one.capacity, *counts)
        for one, *counts in rows
    ]
    return Attendance(sessions, await db.scalar(cancelled) or 0)
