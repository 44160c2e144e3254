"""A mentorship pauses and goes on: active, paused, ended.

A paused mentorship keeps the mentor's place, and nobody else is proposed to the two. Meetings
that were planned within the pause are cancelled, in the calendars too.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Date, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort
from cohort.db import Prepared, given
from cohort.errors import Conflict, Invalid
from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue_each
from cohort.mentorships import events, reading
from cohort.mentorships.models import Mentorship
from cohort.people import audit
from cohort.people.models import Person

LONGEST = timedelta(days=366)
AT_ONCE = 500


class MentorshipEnded(Conflict):
    code = "mentorship_ended"
    title = "This mentorship has ended"


async def pause(
    db: AsyncSession,
    actor: Person,
    mentorship_id: UUID,
    resumes_on: date | None,
    *,
    now: datetime,
) -> Mentorship:
    """By one of the two or an organiser; asked for with another day, the day changes."""
    mentorship = await _going_on(db, actor, mentorship_id)
    _check_day(resumes_on, mentorship.enrolment.cohort.time_zone, now)
    changed = await db.execute(
        update(Mentorship)
        .where(Mentorship.id == mentorship_id, Mentorship.ended_at.is_(None))
        .where(Mentorship.paused_at.is_(None) | Mentorship.resumes_on.is_distinct_from(resumes_on))
        .values(paused_at=func.coalesce(Mentorship.paused_at, now), resumes_on=resumes_on)
        .returning(Mentorship.id)
        .execution_options(synchronize_session=False)
    )
    if changed.one_or_none() is not None:
        audit.record(
            db, actor, "mentorship.pause", mentorship_id, now=now, cohort_id=mentorship.cohort_id
        )
        if mentorship.paused_at is None:
            event_log.record_each(db, events.MENTORSHIP_PAUSED, [_ids(mentorship)], now=now)
        its = {"cohort_id": mentorship.cohort_id, "mentorship_id": mentorship_id}
        await enqueue_each(db, "meetings.close_for_mentorship", [its], now=now)
        await _tell(db, mentorship, actor, is_paused=True, now=now)
    return await _going_on(db, actor, mentorship_id)


def _check_day(resumes_on: date | None, zone: str, now: datetime) -> None:
    today = now.astimezone(ZoneInfo(zone)).date()
    if resumes_on is not None and not today < resumes_on <= today + LONGEST:
        raise Invalid.at("resumes_on", "Choose a day after today, within a year.")


async def resume(
    db: AsyncSession, actor: Person, mentorship_id: UUID, *, now: datetime
) -> Mentorship:
    """By one of the two or an organiser; twice is once."""
    mentorship = await _going_on(db, actor, mentorship_id)
    resumed = await db.execute(
        update(Mentorship)
        .where(Mentorship.id == mentorship_id, Mentorship.paused_at.is_not(None))
        .where(Mentorship.ended_at.is_(None))
        .values(paused_at=None, resumes_on=None)
        .returning(Mentorship.id)
        .execution_options(synchronize_session=False)
    )
    if resumed.one_or_none() is not None:
        audit.record(
            db, actor, "mentorship.resume", mentorship_id, now=now, cohort_id=mentorship.cohort_id
        )
        event_log.record_each(db, events.MENTORSHIP_RESUMED, [_ids(mentorship)], now=now)
        await _tell(db, mentorship, actor, is_paused=False, now=now)
    return await _going_on(db, actor, mentorship_id)


async def _going_on(db: AsyncSession, actor: Person, mentorship_id: UUID) -> Mentorship:
    mentorship = await reading.get(db, actor, mentorship_id)
    if mentorship.ended_at is not None:
        raise MentorshipEnded("This mentorship has ended, so it neither pauses nor goes on.")
    return mentorship


MAY_RESUME = Prepared(
    select(Mentorship.id)
    .where(Mentorship.resumes_on <= given("latest", Date()), Mentorship.ended_at.is_(None))
    .limit(1)
)


def latest_day(now: datetime) -> date:
    """The day that it is somewhere on earth."""
    return (now + timedelta(hours=14)).date()


async def resume_due(db: AsyncSession, *, now: datetime) -> None:
    """What is to go on from today, each on its cohort's clock; those in use now come next time."""
    due = (
        select(Mentorship, Cohort.time_zone)
        .join(Cohort, Cohort.id == Mentorship.cohort_id)
        .where(Mentorship.resumes_on <= latest_day(now), Mentorship.ended_at.is_(None))
        .order_by(Mentorship.resumes_on, Mentorship.id)
        .options(*reading.with_people(Mentorship))
        .limit(AT_ONCE)
        .with_for_update(of=Mentorship, skip_locked=True)
    )
    for mentorship, zone in (await db.execute(due)).all():
        day = mentorship.resumes_on
        if day is not None and day <= now.astimezone(ZoneInfo(zone)).date():
            mentorship.paused_at, mentorship.resumes_on = None, None
            event_log.record_each(db, events.MENTORSHIP_RESUMED, [_ids(mentorship)], now=now)
            await _tell(db, mentorship, None, is_paused=False, now=now)


async def _tell(
    db: AsyncSession,
    mentorship: Mentorship,
    actor: Person | None,
    *,
    is_paused: bool,
    now: datetime,
) -> None:
    """Both, but not whoever did it."""
    two = (mentorship.enrolment.person_id, mentorship.mentor.person_id)
    each: list[dict[str, Any]] = [
        {
            "cohort_id": mentorship.cohort_id,
            "mentorship_id": mentorship.id,
            "person_id": person_id,
            "actor_id": actor.id if actor else None,
            "is_paused": is_paused,
        }
        for person_id in two
        if actor is None or person_id != actor.id
    ]
    await enqueue_each(db, "mentorships.tell_pause", each, now=now)


def goes_on_at(mentorship: Mentorship) -> datetime | None:
    """When the first day after the pause begins; none for one without an end."""
    if mentorship.resumes_on is None:
        return None
    zone = ZoneInfo(mentorship.enrolment.cohort.time_zone)
    return datetime.combine(mentorship.resumes_on, time(), tzinfo=zone).astimezone(UTC)


def _ids(mentorship: Mentorship) -> dict[str, UUID]:
    return {
        "cohort_id": mentorship.cohort_id,
        "mentorship_id": mentorship.id,
        "enrolment_id": mentorship.enrolment_id,
        "mentor_id": mentorship.mentor_id,
    }
