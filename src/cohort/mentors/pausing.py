"""A mentor's pause: from one day to another, on the clock of her own time zone.

Whoever pauses is proposed to nobody new; her mentorships and open proposals go on.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Date, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import Prepared, given
from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue
from cohort.mentors import events, service
from cohort.mentors.models import Mentor
from cohort.mentors.pause_days import NO_PAUSE, check_days, columns_of
from cohort.mentors.schemas import MentorPauseIn
from cohort.people import audit
from cohort.people.models import Person

AT_ONCE = 500


async def pause(
    db: AsyncSession, actor: Person, mentor_id: UUID, asked: MentorPauseIn, *, now: datetime
) -> Mentor:
    """By the mentor or an organiser, the only ones who see the row.

    Asked for twice it is one pause; asked for with other days, the days change.
    """
    mentor = await service.get(db, actor, mentor_id, lock=True)
    check_days(asked, mentor.time_zone, now=now)
    pause = columns_of(asked, mentor.time_zone, since=mentor.paused_at or now, now=now)
    return await _store(db, actor, mentor, pause, "mentor.pause", now=now)


async def resume(db: AsyncSession, actor: Person, mentor_id: UUID, *, now: datetime) -> Mentor:
    """End the pause, or give up one that was planned; twice is once."""
    mentor = await service.get(db, actor, mentor_id, lock=True)
    return await _store(db, actor, mentor, NO_PAUSE, "mentor.resume", now=now)


async def _store(
    db: AsyncSession,
    actor: Person,
    mentor: Mentor,
    pause: Mapping[str, Any],
    verb: str,
    *,
    now: datetime,
) -> Mentor:
    before = {name: getattr(mentor, name) for name in pause}
    if before != pause:
        for name, value in pause.items():
            setattr(mentor, name, value)
        await db.flush()
        audit.record(db, actor, verb, mentor.id, now=now, cohort_id=mentor.cohort_id)
        _note(db, mentor, was_paused=before["paused_at"] is not None, now=now)
    return mentor


def _note(db: AsyncSession, mentor: Mentor, *, was_paused: bool, now: datetime) -> None:
    is_paused = mentor.paused_at is not None
    if is_paused != was_paused:
        kind = events.MENTOR_PAUSED if is_paused else events.MENTOR_RESUMED
        event_log.record(db, kind, mentor.cohort_id, now=now, mentor_id=mentor.id)


_LATEST = given("latest", Date())
MAY_TURN = Prepared(
    select(Mentor.id).where(or_(Mentor.pause_from <= _LATEST, Mentor.back_on <= _LATEST)).limit(1)
)


def latest_day(now: datetime) -> date:
    """The day that it is somewhere on earth."""
    return (now + timedelta(hours=14)).date()


async def turn_of_day(db: AsyncSession, *, now: datetime) -> None:
    """Begin the pauses whose first day has come, and end those whose last day is over.

    Rows in use this moment come next time. Which day it is depends on each mentor's zone, so that
    the statement finds those for whom it may be, anywhere on earth, and Python decides.
    """
    latest = latest_day(now)
    due = (
        select(Mentor)
        .where(or_(Mentor.pause_from <= latest, Mentor.back_on <= latest))
        .order_by(func.least(Mentor.pause_from, Mentor.back_on), Mentor.id)
        .limit(AT_ONCE)
        .with_for_update(key_share=True, skip_locked=True)
    )
    for mentor in await db.scalars(due):
        today = now.astimezone(ZoneInfo(mentor.time_zone)).date()
        was_paused = mentor.paused_at is not None
        if mentor.back_on is not None and mentor.back_on <= today:
            mentor.paused_at, mentor.pause_from, mentor.back_on = None, None, None
            await enqueue(
                db, "mentors.tell_back", now=now, cohort_id=mentor.cohort_id, mentor_id=mentor.id
            )
        elif mentor.pause_from is not None and mentor.pause_from <= today:
            mentor.paused_at, mentor.pause_from = now, None
        _note(db, mentor, was_paused=was_paused, now=now)
